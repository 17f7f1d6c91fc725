/* score_input.c - results of measures and answers to others, as text. */
#include <stdlib.h>

#include "quality/score_impl.h"

enum { MAX_INPUT = 100000, MAX_COLUMNS = 16 };

void score_input_release(struct score_input *in)
{
	arena_release(&in->arena);
	free(in->counts);
	free(in->attest);
	free(in->what_if);
	*in = SCORE_INPUT_INIT;
}

/* Room for one more behind n. */
static void *room(void *list, size_t n, size_t size)
{
	return (n & (n - 1)) ? list : xrealloc(list, (n ? 2 * n : 1) * size);
}

void score_input_counts(struct score_input *in, const struct score_counts *c)
{
	struct score_counts *to;

	in->counts = room(in->counts, in->n, sizeof(*to));
	to = &in->counts[in->n++];
	*to = *c;
	to->measure = arena_str(&in->arena, c->measure);
	to->method = c->method.n ? arena_str(&in->arena, c->method) : STR_NONE;
	to->stratum = c->stratum.n ? arena_str(&in->arena, c->stratum)
				   : STR_NONE;
}

void score_input_attest(struct score_input *in, const struct score_attest *a)
{
	struct score_attest *to;

	in->attest = room(in->attest, in->attests, sizeof(*to));
	to = &in->attest[in->attests++];
	*to = *a;
	to->measure = arena_str(&in->arena, a->measure);
	to->first = a->first.n ? arena_str(&in->arena, a->first) : STR_NONE;
	to->last = a->last.n ? arena_str(&in->arena, a->last) : STR_NONE;
}

int score_input_if(struct score_input *in, struct str text,
    struct ehr_err *e)
{
	struct str name, value = text;
	struct ratio rate;

	if (!memchr(text.s, '=', text.n) || !str_split(&value, '=', &name) ||
	    name.n == 0 || !ratio_parse(value, &rate) ||
	    ratio_cmp(rate, ratio(0, 1)) < 0 ||
	    ratio_cmp(rate, ratio(100, 1)) > 0)
		return ehr_fail(e, EHR_EUSAGE,
		    "%.*s: not MEASURE=RATE, a rate from 0 to 100",
		    STR_FMT(text));
	in->what_if = room(in->what_if, in->ifs, sizeof(*in->what_if));
	in->what_if[in->ifs++] = (struct score_if){
		arena_str(&in->arena, name), rate };
	return 0;
}

/* ---- files ---- */

/* Columns of our own, in this order when there is no header. */
enum column { MEASURE, DENOMINATOR, EXCLUSIONS, EXCEPTIONS, NUMERATOR,
	STRATUM, ELIGIBLE, METHOD, COLUMNS };
static const char *const columns[COLUMNS] = { "measure", "denominator",
	"exclusions", "exceptions", "numerator", "stratum", "eligible",
	"method" };

struct reader {
	struct score_input *in;
	const char *path;
	size_t line, first;	/* first: of in->counts before this file */
	int at[COLUMNS];	/* where each is, -1: nowhere */
	struct strmap groups;	/* measure and group -> place in in->counts */
	struct ehr_err *e;
};

static int refuse(struct reader *r, const char *why)
{
	return ehr_fail(r->e, EHR_EREJECT, "%s:%zu: %s", r->path, r->line, why);
}

static struct str field(const struct reader *r, const struct str *f, size_t n,
    enum column c)
{
	return r->at[c] >= 0 && (size_t)r->at[c] < n ? f[r->at[c]] : STR_NONE;
}

static int count(struct reader *r, const struct str *f, size_t n,
    enum column c, uint64_t *v)
{
	struct str s = field(r, f, n, c);
	int64_t i = 0;

	if (s.n && !str_is(s, "-") && (!str_int(s, &i) || i < 0 ||
	    i > (int64_t)1000000000000))
		return ehr_fail(r->e, EHR_EREJECT, "%s:%zu: %s: no count",
		    r->path, r->line, columns[c]);
	*v = (uint64_t)i;
	return 0;
}

static uint32_t place(const struct reader *r, struct str measure)
{
	uint32_t n = 0;

	for (size_t i = r->first; i < r->in->n; i++)
		if (str_eq(r->in->counts[i].measure, measure))
			n++;
	return n;
}

/* Measures of PI and activities: yes, no or counts. */
static int add_attest(struct reader *r, const struct str *f, size_t n,
    struct str measure)
{
	struct score_attest a = { .measure = measure };
	struct str word = field(r, f, n, DENOMINATOR);
	int rc;

	a.yes = str_is(word, "yes");
	if (!a.yes && !str_is(word, "no")) {
		a.counts = true;
		rc = count(r, f, n, DENOMINATOR, &a.denominator);
		if (rc == 0)
			rc = count(r, f, n, NUMERATOR, &a.numerator);
		if (rc < 0)
			return rc;
		if (word.n == 0)
			return refuse(r, "neither yes, no nor counts");
	}
	score_input_attest(r->in, &a);
	return 0;
}

static int add_own(struct reader *r, const struct str *f, size_t n)
{
	struct score_counts c = { .measure = field(r, f, n, MEASURE),
		.stratum = field(r, f, n, STRATUM),
		.method = field(r, f, n, METHOD) };
	int rc;

	if (c.measure.n == 0)
		return refuse(r, "no measure");
	if (str_starts(c.measure, "PI_") || str_starts(c.measure, "IA_"))
		return add_attest(r, f, n, c.measure);
	if (!field(r, f, n, DENOMINATOR).n || !field(r, f, n, NUMERATOR).n)
		return refuse(r, "no denominator or no numerator");
	rc = count(r, f, n, DENOMINATOR, &c.denominator);
	if (rc == 0)
		rc = count(r, f, n, EXCLUSIONS, &c.exclusions);
	if (rc == 0)
		rc = count(r, f, n, EXCEPTIONS, &c.exceptions);
	if (rc == 0)
		rc = count(r, f, n, NUMERATOR, &c.numerator);
	if (rc == 0)
		rc = count(r, f, n, ELIGIBLE, &c.eligible);
	if (rc < 0)
		return rc;
	c.group = place(r, c.measure);
	score_input_counts(r->in, &c);
	return 0;
}

/* ---- what eval prints: measure, group, population, code, count ---- */

static uint64_t *eval_count(struct score_counts *c, struct str code)
{
	return str_is(code, "denominator") ? &c->denominator
	    : str_is(code, "denominator-exclusion") ? &c->exclusions
	    : str_is(code, "denominator-exception") ? &c->exceptions
	    : str_is(code, "numerator") ? &c->numerator : NULL;
}

static bool is_eval(const struct str *f, size_t n)
{
	return n == 5 && (str_is(f[3], "initial-population") ||
	    str_is(f[3], "denominator") || str_starts(f[3], "denominator-") ||
	    str_starts(f[3], "numerator") || str_starts(f[3], "measure-") ||
	    str_is(f[3], "code"));
}

static struct score_counts *eval_row(struct reader *r, const struct str *f)
{
	struct score_counts c = { .measure = f[0] };
	BUF_AUTO key = BUF_INIT;
	int64_t *at;
	bool added;

	buf_addf(&key, "%.*s\t%.*s", STR_FMT(f[0]), STR_FMT(f[1]));
	at = strmap_put(&r->groups, buf_str(&key), &added);
	if (added) {
		c.group = place(r, f[0]);
		score_input_counts(r->in, &c);
		*at = (int64_t)r->in->n - 1;
	}
	return &r->in->counts[*at];
}

static int add_eval(struct reader *r, const struct str *f)
{
	struct score_counts *c;
	uint64_t *to;
	int64_t v;

	if (str_is(f[3], "code")) /* the header */
		return 0;
	if (!str_int(f[4], &v) || v < 0)
		return refuse(r, "no count");
	c = eval_row(r, f);
	to = eval_count(c, f[3]);
	if (to)
		*to = (uint64_t)v;
	else if (str_is(f[3], "numerator-exclusion"))
		c->numerator -= (uint64_t)v < c->numerator ? (uint64_t)v
							   : c->numerator;
	return 0;
}

/* ---- lines ---- */

static int header(struct reader *r, const struct str *f, size_t n)
{
	for (size_t c = 0; c < COLUMNS; c++)
		r->at[c] = -1;
	for (size_t i = 0; i < n; i++) {
		size_t c = 0;

		while (c < COLUMNS && !str_is(f[i], columns[c]))
			c++;
		if (c == COLUMNS)
			return ehr_fail(r->e, EHR_EREJECT,
			    "%s:%zu: column %zu: a name that is not known",
			    r->path, r->line, i + 1);
		r->at[c] = (int)i;
	}
	return 0;
}

static int add_line(struct reader *r, struct str line)
{
	struct str f[MAX_COLUMNS];
	size_t n = 0;

	if (str_ends(line, "\r"))
		line.n--;
	if (line.n == 0 || line.s[0] == '#')
		return 0;
	while (n < MAX_COLUMNS && str_split(&line, '\t', &f[n]))
		n++;
	if (n == MAX_COLUMNS)
		return refuse(r, "too many columns");
	if (r->in->n + r->in->attests >= MAX_INPUT)
		return refuse(r, "too many lines");
	if (is_eval(f, n))
		return add_eval(r, f);
	if (str_is(f[0], "measure"))
		return header(r, f, n);
	return add_own(r, f, n);
}

static int add_text(struct reader *r, struct str text)
{
	struct str line;
	int rc = 0;

	if (utf8_valid(text.s, text.n) != text.n)
		return ehr_fail(r->e, EHR_EREJECT, "%s: no UTF-8", r->path);
	while (rc == 0 && str_split(&text, '\n', &line)) {
		r->line++;
		rc = add_line(r, line);
	}
	return rc;
}

int score_input_read(struct score_input *in, const char *path,
    struct ehr_err *e)
{
	struct reader r = { .in = in, .path = path, .first = in->n,
		.groups = STRMAP_INIT, .e = e };
	BUF_AUTO text = BUF_INIT;
	int rc = score_read_file(path, &text, e);

	for (int c = 0; c < COLUMNS; c++)
		r.at[c] = c;
	if (rc == 0)
		rc = add_text(&r, buf_str(&text));
	strmap_release(&r.groups);
	return rc;
}
