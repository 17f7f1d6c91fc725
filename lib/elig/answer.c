/* One answer: its segments, and what they say. */
#include "elig/impl.h"

#include <stdlib.h>

void elig_answer_release(struct elig_answer *a)
{
	arena_release(&a->mem);
	free(a->eb);
	free(a->part);
	free(a->aaa);
	*a = ELIG_ANSWER_INIT;
}

/* ---- putting one together ---- */

static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? 2 * *cap : 16;
	return xrealloc(v, *cap * size);
}

struct str elig_el(const struct elig_answer *a, struct str raw, size_t i,
    size_t part)
{
	struct str v = STR_NONE;

	for (size_t at = 0; at <= i; at++)
		if (!str_split(&raw, a->sep.element, &v))
			return STR_NONE;
	return part ? x12_part(v, a->sep.component, part) : v;
}

bool elig_add_eb(struct elig_answer *a, struct str raw, uint64_t segment)
{
	struct elig_eb *x;

	if (a->ebs >= MAX_ELIG_PARTS)
		return false;
	a->eb = room(a->eb, a->ebs, &a->eb_cap, sizeof(*a->eb));
	x = &a->eb[a->ebs++];
	x->segment = segment;
	x->raw = arena_str(&a->mem, raw);
	for (size_t i = 0; i <= ELIG_EB; i++) {
		x->v[i] = elig_el(a, x->raw, i, 0);
		if (!x->v[i].s)
			x->v[i] = STR("");
	}
	return true;
}

bool elig_add_part(struct elig_answer *a, size_t eb, const char *loop,
    struct str raw)
{
	struct elig_part *p;

	if (a->parts >= MAX_ELIG_PARTS)
		return false;
	a->part = room(a->part, a->parts, &a->part_cap, sizeof(*a->part));
	p = &a->part[a->parts++];
	*p = (struct elig_part){ .eb = eb, .raw = arena_str(&a->mem, raw) };
	memcpy(p->loop, loop, strnlen(loop, sizeof(p->loop) - 1));
	return true;
}

void elig_add_aaa(struct elig_answer *a, const char *loop, struct str valid,
    struct str reason, struct str follow)
{
	struct elig_aaa *x;

	a->aaa = room(a->aaa, a->aaas, &a->aaa_cap, sizeof(*a->aaa));
	x = &a->aaa[a->aaas++];
	*x = (struct elig_aaa){ .valid = arena_str(&a->mem, valid),
		.reason = arena_str(&a->mem, reason),
		.follow = arena_str(&a->mem, follow) };
	memcpy(x->loop, loop, strnlen(loop, sizeof(x->loop) - 1));
}

/* ---- looking into it ---- */

static bool is(const struct elig_answer *a, const struct elig_part *p,
    const char *id, const char *first)
{
	return str_is(elig_el(a, p->raw, 0, 0), id) &&
	    (!first || str_is(elig_el(a, p->raw, 1, 0), first));
}

const struct elig_part *elig_part(const struct elig_answer *a, size_t eb,
    const struct elig_part *from, const char *id, const char *first)
{
	size_t i = from ? (size_t)(from - a->part) + 1 : 0;

	for (; i < a->parts; i++)
		if (a->part[i].eb == eb && is(a, &a->part[i], id, first))
			return &a->part[i];
	return NULL;
}

const struct elig_part *elig_person(const struct elig_answer *a,
    const char *id, const char *first)
{
	const char *loop = a->dependent ? "2100D" : "2100C";

	for (size_t i = 0; i < a->parts; i++)
		if (a->part[i].eb == 0 && strcmp(a->part[i].loop, loop) == 0 &&
		    is(a, &a->part[i], id, first))
			return &a->part[i];
	return NULL;
}

bool elig_decimal(struct str v, struct decimal *d)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%s%.*s", str_starts(v, ".") ? "0" : "", STR_FMT(v));
	return decimal_parse(buf_str(&b), d);
}

bool elig_day(struct str v, struct buf *day)
{
	int64_t n;

	if (v.n != 8 || !str_int(v, &n) || n < 0 || !date_valid_day(
	    (int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100)))
		return false;
	buf_addf(day, "%.4s-%.2s-%.2s", v.s, v.s + 4, v.s + 6);
	return true;
}

bool elig_period(const struct elig_answer *a, const struct elig_part *dtp,
    struct buf *from, struct buf *to)
{
	struct str form = elig_el(a, dtp->raw, 2, 0), first;
	struct str v = elig_el(a, dtp->raw, 3, 0);

	buf_reset(from);
	buf_reset(to);
	if (str_is(form, "D8"))
		return elig_day(v, from) && elig_day(v, to);
	return str_is(form, "RD8") && str_split(&v, '-', &first) &&
	    elig_day(first, from) && v.s && elig_day(v, to);
}
