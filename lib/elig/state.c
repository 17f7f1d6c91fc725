/* What an answer means: active, inactive, unclear, or that the check failed. */
#include "elig/impl.h"

static const char *const state_names[] = {
	[ELIG_FAILED] = "failed", [ELIG_UNCLEAR] = "unclear",
	[ELIG_INACTIVE] = "inactive", [ELIG_ACTIVE] = "active",
};
static const char *const class_names[] = {
	[ELIG_SETUP] = "setup", [ELIG_FIX] = "fix",
	[ELIG_AMBIGUOUS] = "ambiguous", [ELIG_NOT_FOUND] = "not-found",
	[ELIG_BENEFIT] = "benefit", [ELIG_RETRY] = "retry",
	[ELIG_OTHER] = "other", [ELIG_NO_CLASS] = "",
};
static const struct {
	const char *code;
	enum elig_class class;
	const char *text;
} reasons[] = {
#define X(code, class, text) { code, ELIG_##class, text },
#include "codes.def"
#undef X
};

const char *elig_state_name(enum elig_state s)
{
	return state_names[s];
}

const char *elig_class_name(enum elig_class c)
{
	return class_names[c];
}

static size_t find(struct str reason)
{
	size_t i = 0;

	while (i < ARRAY_LEN(reasons) && !str_is(reason, reasons[i].code))
		i++;
	return i;
}

enum elig_class elig_class_of(struct str reason)
{
	size_t i = find(reason);

	return i < ARRAY_LEN(reasons) ? reasons[i].class : ELIG_OTHER;
}

const char *elig_reason_text(struct str reason)
{
	size_t i = find(reason);

	return i < ARRAY_LEN(reasons) ? reasons[i].text : NULL;
}

/* ---- when it may be asked again ---- */

enum { TRIES_MAX = 8 };
static const int64_t MINUTE = 60000, DAY = 24 * 60 * MINUTE;

int64_t elig_again(const struct elig_answer *a, int64_t tries)
{
	int64_t wait = 15 * MINUTE << (tries < 7 ? tries : 7);
	struct str follow;

	if (a->aaas == 0 || tries >= TRIES_MAX ||
	    strcmp(a->kind, "271") != 0)
		return 0;
	for (size_t i = 0; i < a->aaas; i++) {
		follow = a->aaa[i].follow;
		if (elig_class_of(a->aaa[i].reason) != ELIG_RETRY ||
		    follow.n != 1 || !strchr("PRWX", follow.s[0]))
			return 0;
		if (follow.s[0] == 'W')
			wait = 30 * DAY;
		else if (follow.s[0] == 'X' && wait < 10 * DAY)
			wait = 10 * DAY;
	}
	return wait > DAY && wait < 10 * DAY ? DAY : wait;
}

/* ---- active on a day? ---- */

/* Does what a DTP says leave the day out? One day is the first of a time
 * without an end; but of 291 it is mostly the one that was asked for. */
static bool leaves_out(const struct elig_answer *a,
    const struct elig_part *dtp, struct str day)
{
	static const struct {
		const char *code;
		char what; /* Begin, End, Period */
	} table[] = {
		{ "291", 'P' }, { "307", 'P' }, { "346", 'B' }, { "347", 'E' },
		{ "348", 'B' }, { "349", 'E' }, { "356", 'B' }, { "357", 'E' },
	};
	struct str code = elig_el(a, dtp->raw, 1, 0);
	bool one = str_is(elig_el(a, dtp->raw, 2, 0), "D8");
	BUF_AUTO from = BUF_INIT;
	BUF_AUTO to = BUF_INIT;
	char what = 0;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_is(code, table[i].code))
			what = table[i].what;
	if (!what || !elig_period(a, dtp, &from, &to) ||
	    (one && str_is(code, "291")))
		return false;
	if (one && what == 'P')
		what = 'B';
	return (what != 'E' && str_cmp(day, buf_str(&from)) < 0) ||
	    (what != 'B' && str_cmp(day, buf_str(&to)) > 0);
}

bool elig_left_out(const struct elig_answer *a, size_t eb,
    struct str day)
{
	const struct elig_part *p = NULL;
	bool out = false;

	while (day.n && (p = elig_part(a, eb, p, "DTP", NULL)))
		out = out || leaves_out(a, p, day);
	return out;
}

/* Is it about the plan as a whole? */
static bool of_plan(const struct elig_answer *a, const struct elig_eb *x)
{
	char sep = a->sep.repeat ? a->sep.repeat : '\n';
	struct str v = x->v[3], one;

	while (str_split(&v, sep, &one))
		if (one.n == 0 || str_is(one, "30"))
			return true;
	return false;
}

struct tally {
	size_t active, inactive, out;
};

static void count(const struct elig_answer *a, bool plan, struct str day,
    struct tally *t)
{
	const struct elig_eb *x;
	char code;

	for (size_t i = 0; i < a->ebs; i++) {
		x = &a->eb[i];
		code = x->v[1].n == 1 ? x->v[1].s[0] : 0;
		if ((plan && !of_plan(a, x)) || code < '1' || code > '8')
			continue;
		if (code > '5')
			t->inactive++;
		else if (elig_left_out(a, i + 1, day))
			t->out++;
		else
			t->active++;
	}
}

static enum elig_state by_benefits(const struct elig_answer *a,
    struct str day, struct buf *why)
{
	struct tally t = { 0 };

	count(a, true, day, &t);
	if (t.active + t.inactive + t.out == 0)
		count(a, false, day, &t);
	if (t.active && t.inactive)
		buf_adds(why, "both active and inactive are said");
	else if (t.active + t.inactive + t.out == 0)
		buf_adds(why, "nothing is said of active or inactive");
	else if (t.inactive && t.out == 0)
		return ELIG_INACTIVE;
	else if (!t.active || elig_left_out(a, 0, day))
		buf_adds(why, "active, but the dates given leave the day out");
	else
		return ELIG_ACTIVE;
	return ELIG_UNCLEAR;
}

static void refusals(const struct elig_answer *a, enum elig_class *class,
    struct buf *why)
{
	const char *text;
	enum elig_class one;

	for (size_t i = 0; i < a->aaas; i++) {
		one = strcmp(a->kind, "271") != 0 ? ELIG_SETUP :
		    elig_class_of(a->aaa[i].reason);
		text = one == ELIG_SETUP && strcmp(a->kind, "271") != 0 ?
		    "what we sent was refused" :
		    elig_reason_text(a->aaa[i].reason);
		if (*class > one)
			*class = one;
		buf_addf(why, "%s%s %.*s%s%.*s: %s", i ? "; " : "",
		    a->aaa[i].loop, STR_FMT(a->aaa[i].reason),
		    a->aaa[i].follow.n ? "/" : "",
		    STR_FMT(a->aaa[i].follow), text ? text : "another reason");
	}
}

enum elig_state elig_state_of(const struct elig_answer *a, struct str day,
    enum elig_class *class, struct buf *why)
{
	*class = ELIG_NO_CLASS;
	if (a->aaas == 0 && strcmp(a->kind, "271") == 0)
		return by_benefits(a, day, why);
	refusals(a, class, why);
	if (a->ebs == 0)
		return ELIG_FAILED;
	*class = ELIG_NO_CLASS;
	buf_adds(why, " (beside benefits)");
	return ELIG_UNCLEAR;
}
