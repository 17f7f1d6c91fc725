/* 271, 999 and TA1 as answers: levels are told by HL03, for answers with
 * faults are answers all the same. */
#include "elig/impl.h"

#include <stdlib.h>

enum { LEVELS = 4 }; /* payer, provider, subscriber, dependent: A to D */

struct line {
	struct str raw;
	uint64_t number;
};
struct level {
	struct arena mem;
	struct line *line;
	size_t n, cap;
	bool own; /* it has an EB or AAA */
};

struct reader {
	const char *file;
	struct level level[LEVELS];
	int at;		 /* the level being read, -1: none */
	struct x12_sep sep;
	struct buf reference;
	char set[4], st[16];
	uint32_t gs;	 /* that a 999 is about */
	bool told;	 /* something was answered about the subscriber */
	size_t sets;	 /* that we can read */
	elig_answer_fn *fn;
	void *arg;
};

static void forget(struct level *l)
{
	arena_reset(&l->mem);
	l->n = 0;
	l->own = false;
}

static bool is(const struct x12_seg *seg, const char *id)
{
	return str_is(seg->id, id);
}

/* ---- a person's answer out of the levels above and its own ---- */

/* "2110C": the first digits by what came before in the level. */
static const char *loop_of(char name[8], const char *begin, int level)
{
	memcpy(name, begin, 4);
	name[4] = (char)('A' + level);
	name[5] = '\0';
	return name;
}

struct walk {
	const char *loop;
	size_t eb;
	int level;
	bool whole; /* benefits too */
};

static bool take_line(struct elig_answer *a, struct walk *w,
    const struct line *l)
{
	struct str id = elig_el(a, l->raw, 0, 0);
	char loop[8];

	if (str_is(id, "EB")) {
		w->loop = "2110";
		w->eb = w->whole ? a->ebs + 1 : 1;
		return !w->whole || elig_add_eb(a, l->raw, l->number);
	}
	if (w->eb && !w->whole)
		return true;
	if (str_is(id, "NM1") && !w->eb)
		w->loop = "2100";
	if (str_is(id, "LS"))
		w->loop = "2120";
	loop_of(loop, w->loop, w->level);
	if (str_is(id, "LE"))
		w->loop = "2110";
	if (str_is(id, "AAA"))
		elig_add_aaa(a, loop, elig_el(a, l->raw, 1, 0),
		    elig_el(a, l->raw, 3, 0), elig_el(a, l->raw, 4, 0));
	if (str_is(id, "TRN") && a->traces < ARRAY_LEN(a->trace))
		a->trace[a->traces++] = arena_str(&a->mem,
		    elig_el(a, l->raw, 2, 0));
	return elig_add_part(a, w->eb, loop, l->raw);
}

static int tell(struct reader *r, int last, struct ehr_err *e)
{
	ELIG_ANSWER_AUTO a = ELIG_ANSWER_INIT;
	struct level *own = &r->level[last];
	bool ok = true;

	a.kind = "271";
	a.sep = r->sep;
	a.dependent = last == 3;
	a.segment = own->n ? own->line[0].number : 0;
	a.reference = arena_str(&a.mem, buf_str(&r->reference));
	for (int i = 0; i <= last; i++) {
		struct walk w = { "2000", 0, i, i == last };

		for (size_t n = 0; ok && n < r->level[i].n; n++)
			ok = take_line(&a, &w, &r->level[i].line[n]);
	}
	if (!ok)
		return ehr_fail(e, EHR_EREJECT, "%s:%llu: too many segments "
		    "about one person", r->file,
		    (unsigned long long)a.segment);
	r->told = true;
	return r->fn(r->arg, &a, e);
}

/* The level at work ends: a subscriber with dependents is told of only when
 * something is said of himself. */
static int end_level(struct reader *r, bool below, struct ehr_err *e)
{
	int at = r->at;

	if (at == 3 || (at == 2 && (!below || r->level[2].own)))
		return tell(r, at, e);
	return 0;
}

/* ---- 271 ---- */

static int hl(struct reader *r, const struct x12_seg *seg, struct ehr_err *e)
{
	int64_t code = 0;
	int rc, next;

	str_int(x12_el(seg, 3), &code);
	next = code >= 20 && code <= 23 ? (int)code - 20 : -1;
	rc = end_level(r, next == 3 && r->at == 2, e);
	/* what stands before the first HL is the payer's */
	for (int i = r->at < 0 ? 1 : next; next >= 0 && i < LEVELS; i++)
		forget(&r->level[i]);
	r->at = next;
	return rc;
}

/* Nobody was named: what was said above is the answer. */
static int end_set(struct reader *r, struct ehr_err *e)
{
	int rc = end_level(r, false, e);

	if (rc == 0 && !r->told && r->level[0].n)
		rc = tell(r, r->at > 0 ? r->at : 0, e);
	for (int i = 0; i < LEVELS; i++)
		forget(&r->level[i]);
	r->at = -1;
	return rc;
}

static void keep(struct reader *r, const struct x12_seg *seg)
{
	struct level *l = &r->level[r->at < 0 ? 0 : r->at];
	struct str raw = { seg->raw.s, seg->raw.n - 1 };

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 32;
		l->line = xrealloc(l->line, l->cap * sizeof(*l->line));
	}
	l->line[l->n++] = (struct line){ arena_str(&l->mem, raw),
		seg->number };
	l->own = l->own || is(seg, "EB") || is(seg, "AAA");
}

static int take_271(struct reader *r, const struct x12_seg *seg,
    struct ehr_err *e)
{
	int rc = 0;

	if (is(seg, "SE"))
		return end_set(r, e);
	if (is(seg, "BHT")) {
		buf_reset(&r->reference);
		buf_addstr(&r->reference, x12_el(seg, 3));
		return 0;
	}
	if (is(seg, "ST"))
		return 0;
	if (is(seg, "HL"))
		rc = hl(r, seg, e);
	for (int i = 0; i < LEVELS; i++)
		if (r->level[i].n > 2 * MAX_ELIG_PARTS)
			return ehr_fail(e, EHR_EREJECT,
			    "%s:%llu: too many segments about one person",
			    r->file, (unsigned long long)seg->number);
	keep(r, seg);
	return rc;
}

/* ---- 999 and TA1 ---- */

static int refused(struct reader *r, const struct x12_seg *seg,
    const char *kind, struct str reason, struct ehr_err *e)
{
	ELIG_ANSWER_AUTO a = ELIG_ANSWER_INIT;
	int64_t n = 0;

	a.kind = kind;
	a.sep = r->sep;
	a.segment = seg->number;
	str_int(x12_el(seg, 1), &n);
	if (strcmp(kind, "TA1") == 0)
		a.isa = (uint32_t)n;
	else
		a.gs = r->gs;
	a.st = is(seg, "IK5") ? arena_str(&a.mem, str_of(r->st)) : STR("");
	elig_add_aaa(&a, kind, STR("N"), reason, STR(""));
	elig_add_part(&a, 0, kind, (struct str){ seg->raw.s,
	    seg->raw.n - 1 });
	return r->fn(r->arg, &a, e);
}

static bool one_of(struct str v, const char *codes)
{
	return v.n == 1 && strchr(codes, v.s[0]);
}

static int take_999(struct reader *r, const struct x12_seg *seg,
    struct ehr_err *e)
{
	struct str st = x12_el(seg, 2);
	int64_t n = 0;

	if (is(seg, "AK1") && str_int(x12_el(seg, 2), &n)) {
		r->gs = (uint32_t)n;
		r->st[0] = '\0';
	} else if (is(seg, "AK2") && st.n < sizeof(r->st)) {
		memcpy(r->st, st.s, st.n);
		r->st[st.n] = '\0';
	} else if (is(seg, "IK5") && one_of(x12_el(seg, 1), "RMWX")) {
		return refused(r, seg, "999", x12_el(seg, 2), e);
	} else if (is(seg, "AK9") && one_of(x12_el(seg, 1), "RMWX") &&
	    !r->st[0]) {
		return refused(r, seg, "999", x12_el(seg, 5), e);
	}
	return 0;
}

/* ---- a file ---- */

static int take(struct reader *r, const struct x12_seg *seg,
    const struct x12_sep *sep, struct ehr_err *e)
{
	struct str set = x12_el(seg, 1);

	if (is(seg, "ST")) {
		memset(r->set, 0, sizeof(r->set));
		memcpy(r->set, set.s, set.n < 4 ? set.n : 0);
		r->sep = *sep;
		r->told = false;
		r->at = -1;
	}
	if (is(seg, "TA1")) {
		r->sep = *sep;
		r->sets++;
		return one_of(x12_el(seg, 4), "R") ?
		    refused(r, seg, "TA1", x12_el(seg, 5), e) : 0;
	}
	if (is(seg, "ST"))
		r->sets += strcmp(r->set, "271") == 0 ||
		    strcmp(r->set, "999") == 0;
	if (strcmp(r->set, "271") == 0 && !is(seg, "GE") && !is(seg, "IEA") &&
	    !is(seg, "GS") && !is(seg, "ISA"))
		return take_271(r, seg, e);
	if (strcmp(r->set, "999") == 0)
		return take_999(r, seg, e);
	return 0;
}

int elig_read(const char *file, struct str text, struct diag_sink *sink,
    elig_answer_fn *fn, void *arg, struct ehr_err *e)
{
	struct reader r = { .file = file, .at = -1, .reference = BUF_INIT,
		.fn = fn, .arg = arg };
	X12_CHECK_AUTO *check = x12_check_new(file, sink);
	struct in *in = NULL;
	struct x12 *x = NULL;
	struct x12_seg seg = { .number = 0 };
	bool whole = false; /* the last segment was an IEA */
	int rc = in_open_mem(&in, file, text);

	if (rc == 0)
		x = x12_new(in);
	while (rc == 0 && (rc = x12_next(x, &seg, e)) > 0) {
		x12_check_take(check, &seg, x12_sep(x));
		whole = is(&seg, "IEA");
		rc = take(&r, &seg, x12_sep(x), e);
		if (rc < 0)
			goto out;
	}
	if (rc == EHR_EREJECT)
		ehr_fail_prefix(e, "%s:%llu: ", file,
		    (unsigned long long)seg.number + 1);
	x12_check_end(check, false);
	if (rc == 0 && !whole && r.sets)
		rc = ehr_fail(e, EHR_EREJECT, "%s:%llu: ends too early", file,
		    (unsigned long long)seg.number);
	if (rc == 0 && r.sets == 0)
		rc = ehr_fail(e, EHR_EREJECT, "%s: no 271, 999 or TA1 in it",
		    file);
out:
	x12_free(x);
	in_close(in);
	buf_release(&r.reference);
	for (int i = 0; i < LEVELS; i++) {
		arena_release(&r.level[i].mem);
		free(r.level[i].line);
	}
	return rc;
}
