/* qrda-answers.c - sections of promoting interoperability and improvement
 * activities: what the record keeps of the year. */
#include "mips.h"
#include "qrda.h"

#include "ehr/access.h"
#include "ehr/quality-entry.h"

/* A section that is filled. */
struct filling {
	struct arena *mem;
	const char *category; /* "PI_" */
	struct qrda_activity *to;
	size_t n, cap;
	struct str first, last; /* YYYY-MM-DD */
};

static int add(void *arg, const struct quality_entry *x)
{
	struct filling *f = arg;
	struct qrda_activity *a;

	if (!str_starts(x->measure, f->category) ||
	    (str_is(STR("IA_"), f->category) && x->answer != QUALITY_YES))
		return 0;
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 16;
		a = arena_alloc(f->mem, f->cap * sizeof(*a));
		if (f->n)
			memcpy(a, f->to, f->n * sizeof(*a));
		f->to = a;
	}
	f->to[f->n++] = (struct qrda_activity){
		arena_str(f->mem, x->measure),
		x->answer == QUALITY_COUNTS ? STR_NONE
		    : x->answer == QUALITY_YES ? STR("Y") : STR("N"),
		(int64_t)x->numerator, (int64_t)x->denominator };
	if (x->first.n && (!f->first.s || str_cmp(x->first, f->first) < 0))
		f->first = arena_str(f->mem, x->first);
	if (x->last.n && (!f->last.s || str_cmp(x->last, f->last) > 0))
		f->last = arena_str(f->mem, x->last);
	return 0;
}

static struct str hl7_day(struct arena *mem, struct str day)
{
	BUF_AUTO b = BUF_INIT;

	for (size_t i = 0; i < day.n; i++)
		if (day.s[i] != '-')
			buf_addch(&b, day.s[i]);
	return arena_str(mem, buf_str(&b));
}

/* The section's period is that of its entries, from the first day of any to
 * the last. */
static int fill(struct store *db, int64_t year, struct filling *f,
    struct qrda_period *period, struct ehr_err *e)
{
	int rc = quality_entry_each(db, year, false, add, f, e);

	if (rc < 0)
		return rc;
	if (f->n == 0)
		return ehr_fail(e, EHR_ENOENT, "the record has no %s... of "
		    "%lld", f->category, (long long)year);
	if (!f->first.s || !f->last.s)
		return ehr_fail(e, EHR_EUSAGE, "none of the entries %s... of "
		    "%lld says what days it is of", f->category,
		    (long long)year);
	period->low = hl7_day(f->mem, f->first);
	period->high = hl7_day(f->mem, f->last);
	return 0;
}

static int fill_both(struct store *db, int64_t year, struct arena *mem,
    struct qrda3 *q, struct ehr_err *e)
{
	struct filling pi = { .mem = mem, .category = "PI_" };
	struct filling ia = { .mem = mem, .category = "IA_" };
	int rc = 0;

	if (mips_opts.pi)
		rc = fill(db, year, &pi, &q->promoting, e);
	if (rc == 0 && mips_opts.ia)
		rc = fill(db, year, &ia, &q->improvement, e);
	q->pi = pi.to;
	q->pis = pi.n;
	q->ia = ia.to;
	q->ias = ia.n;
	return rc;
}

int qrda_answers(struct cli *c, int64_t year, struct arena *mem,
    struct qrda3 *q, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	struct access a = { 0 };
	int rc;

	if (!mips_opts.pi && !mips_opts.ia)
		return 0;
	rc = access_open(&a, &opt, STORE_READ, e);
	if (rc == 0)
		rc = fill_both(record_store(a.r), year, mem, q, e);
	access_close(&a);
	return rc;
}
