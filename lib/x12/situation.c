/*
 * situation.c - rules between segments: what must be, or must not, when
 * something else is (data/rules.txt).
 *
 * Segments set facts; a loop that begins forgets those of itself and of the
 * loops in it; a rule is asked at the end of its loop, or at its segment. A
 * finding stands at the segment that made the situation, of what is too much
 * at that itself.
 */
#include "check.h"

/* ---- what rules ask of values ---- */

static bool all_digits(const char *s, size_t n)
{
	while (n > 0 && s[n - 1] >= '0' && s[n - 1] <= '9')
		n--;
	return n == 0;
}

bool x12_is_zip9(struct str v)
{
	return v.n == 9 && all_digits(v.s, v.n);
}

bool x12_is_zip(struct str v)
{
	return x12_is_zip9(v) || (v.n == 5 && all_digits(v.s, v.n));
}

bool x12_is_pointed(struct str v)
{
	return v.n && memchr(v.s, '.', v.n) != NULL;
}

/* Of numbers; what is none was told already. */
bool x12_is_above_zero(struct str v)
{
	size_t i;

	for (i = 0; i < v.n && v.s[0] != '-'; i++)
		if (v.s[i] >= '1' && v.s[i] <= '9')
			return true;
	return false;
}

bool x12_is_over_one(struct str v)
{
	struct str whole;
	int64_t n;

	if (!str_split(&v, '.', &whole) || !str_int(whole, &n))
		return false;
	return n > 1 || (n == 1 && x12_is_above_zero(v));
}

/* "PO BOX 1", "P.O. Box 1", "POST OFFICE BOX 1", "LOCKBOX 1" at the begin. */
bool x12_is_pobox(struct str v)
{
	static const char *const begins[] = { "POBOX", "POSTOFFICEBOX",
		"LOCKBOX" };
	char text[16];
	size_t i, n = 0;

	for (i = 0; i < v.n && n + 1 < sizeof(text); i++)
		if (v.s[i] >= 'a' && v.s[i] <= 'z')
			text[n++] = (char)(v.s[i] - 'a' + 'A');
		else if (v.s[i] != ' ' && v.s[i] != '.')
			text[n++] = v.s[i];
	for (i = 0; i < ARRAY_LEN(begins); i++)
		if (str_starts((struct str){ text, n }, begins[i]))
			return true;
	return false;
}

/* ---- facts ---- */

static bool has(const struct x12_check *k, int fact)
{
	return k->facts[fact / 64] >> fact % 64 & 1;
}

static void forget(struct x12_check *k, const struct x12_situation *s)
{
	int i;

	for (i = 0; i < X12_FACT_WORDS; i++)
		k->facts[i] &= ~s->forgets[i];
}

static bool holds(const struct x12_test *t, const struct x12_seg *seg,
    const struct x12_sep *sep)
{
	struct str v = x12_el(seg, t->at);

	if (t->at == 0)
		return true;
	if (t->part)
		v = x12_part(v, sep->component, t->part);
	if (t->codes)
		return v.n && x12_has_code(t->codes, v);
	return t->fits ? t->fits(v) : v.n > 0;
}

static void learn(struct x12_check *k, const struct x12_source *s,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	if (!holds(&s->test[0], seg, sep) || !holds(&s->test[1], seg, sep))
		return;
	k->facts[s->fact / 64] |= UINT64_C(1) << s->fact % 64;
	k->fact_at[s->fact].number = k->number;
	k->fact_at[s->fact].in_set = k->env.seg;
}

/* ---- rules ---- */

static bool applies(const struct x12_check *k, const struct x12_rule *r)
{
	int i, when;

	for (i = 0; i < X12_WHENS && (when = r->when[i]) != 0; i++)
		if (has(k, (when < 0 ? -when : when) - 1) != (when > 0))
			return false;
	return has(k, (r->then < 0 ? -r->then : r->then) - 1) == (r->then < 0);
}

static void tell(struct x12_check *k, const struct x12_rule *r)
{
	int at = r->then < 0 ? -r->then : r->when[0];
	struct x12_fault f = { .id = r->error ? DIAG_X12_SITUATION :
	    DIAG_X12_SITUATION_SOFT, .seg = str_of(r->seg), .at = r->at,
		.part = r->part, .few = r->then > 0,
		.loop = r->loop ? r->loop : k->env.loop };

	if (at > 0) {
		f.number = k->fact_at[at - 1].number;
		f.in_set = k->fact_at[at - 1].in_set;
	}
	x12_tell(k, &f, r->id);
}

static void ask_all(struct x12_check *k, const struct x12_situation *s)
{
	uint16_t i;

	if (k->sink == NULL && k->on_fault == NULL)
		return;
	for (i = s->rule; i < s->rules_end; i++)
		if (applies(k, &x12_rules[i]))
			tell(k, &x12_rules[i]);
}

void x12_situation_begin(struct x12_check *k, uint16_t loop)
{
	forget(k, &x12_situations[loop]);
}

void x12_situation_end(struct x12_check *k, uint16_t loop)
{
	ask_all(k, &x12_situations[loop]);
}

void x12_situation_take(struct x12_check *k, const struct x12_node *node,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	const struct x12_situation *s = &x12_situations[node - x12_nodes];
	uint16_t i;

	if (s->rule < s->rules_end)
		forget(k, s);
	for (i = s->source; i < s->sources_end; i++)
		learn(k, &x12_sources[i], seg, sep);
	ask_all(k, s);
}
