/* chart.c - what a chart tells the rules: who it is, and when they came. */
#include <stdlib.h>

#include "impl.h"

static const char *const vip_labels[] = { "CEL", "VIP", "EMP" };

static bool labelled(const struct tape *t)
{
	uint32_t labels = tape_path(t, 0, "meta.security");
	BUF_AUTO scratch = BUF_INIT;

	if (labels == 0)
		return false;
	tape_each(t, labels, i)
		for (size_t k = 0; k < ARRAY_LEN(vip_labels); k++)
			if (str_is(tape_member(t, i, "code", &scratch),
				vip_labels[k]))
				return true;
	return false;
}

struct reading {
	struct review *rv;
	struct chart *c;
};

static void add_day(int32_t **v, size_t *n, struct str date)
{
	struct date d;

	if (!date_parse(date, &d) || d.precision < DATE_DAY)
		return;
	if ((*n & (*n - 1)) == 0) /* full at powers of two */
		*v = xrealloc(*v, (*n ? 2 * *n : 1) * sizeof(**v));
	(*v)[(*n)++] = (int32_t)date_days(d.year, d.month, d.day);
}

/* The Patient, and visits: planned ones and those that were. */
static int take_resource(void *arg, const struct resource *res)
{
	struct reading *x = arg;
	struct tape *t = &x->rv->tape;
	struct tape_error err;
	uint32_t start;

	if (tape_parse(t, res->body.s, res->body.n, &err) != 0)
		return ehr_fail(x->rv->e, EHR_EINTEGRITY,
		    "a resource of a chart cannot be read");
	if (res->type == FHIR_Patient) {
		identity_read(&x->c->who, t, &x->rv->mem);
		x->c->vip = x->c->vip || labelled(t);
		return 0;
	}
	start = fhir_effective(t, 0, res->type);
	if (start)
		add_day(&x->c->visit, &x->c->n_visit, tape_str(t, start));
	return 0;
}

/* Anything else that came in, as far as its sketch has a date. */
static int take_sketch(void *arg, const struct record_sketch *s,
    struct ehr_err *e)
{
	struct reading *x = arg;

	(void)e;
	add_day(&x->c->news, &x->c->n_news, s->start);
	return 0;
}

static int read_chart(struct review *rv, int64_t patient, struct chart *c)
{
	struct record_filter f = RECORD_FILTER;
	struct record_types every = { .some = false };
	struct reading x = { rv, c };
	int rc;

	f.whole = true;
	record_types_add(&f.types, FHIR_Patient);
	record_types_add(&f.types, FHIR_Encounter);
	record_types_add(&f.types, FHIR_Appointment);
	rc = record_chart(rv->r, patient, &f, take_resource, &x, rv->e);
	if (rc == 0)
		rc = record_sketches(rv->r, patient, &every, take_sketch, &x,
		    rv->e);
	return rc;
}

int chart_now(struct review *rv, int64_t patient, int64_t *now)
{
	bool added;
	int64_t *known = map64_put(&rv->now, (uint64_t)patient, &added);
	int rc = 0;

	if (added)
		rc = record_patient_of(rv->r, record_patient_rid(patient),
		    RECORD_NOW, known, rv->e);
	*now = *known ? *known : patient; /* purged: by its number */
	return rc;
}

int chart_get(struct review *rv, int64_t patient, size_t *at)
{
	bool added;
	int64_t *place = map64_put(&rv->charts, (uint64_t)patient, &added);

	if (added) {
		*place = (int64_t)++rv->n_chart;
		rv->chart = xrealloc(rv->chart,
		    rv->n_chart * sizeof(*rv->chart));
		rv->chart[rv->n_chart - 1] = (struct chart){ .vip =
		    map64_get(&rv->vip, (uint64_t)patient) != NULL };
	}
	*at = (size_t)*place - 1;
	return added ? read_chart(rv, patient, &rv->chart[*at]) : 0;
}

static bool near(const int32_t *v, size_t n, int64_t lo, int64_t hi)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] >= lo && v[i] <= hi)
			return true;
	return false;
}

bool chart_explains(const struct chart *c, int64_t day)
{
	return near(c->visit, c->n_visit, day - REVIEW_BEFORE_DAYS,
	    day + REVIEW_AFTER_DAYS) || near(c->news, c->n_news,
	    day - REVIEW_NEWS_DAYS, day);
}

void charts_release(struct review *rv)
{
	for (size_t i = 0; i < rv->n_chart; i++) {
		free(rv->chart[i].visit);
		free(rv->chart[i].news);
	}
	free(rv->chart);
}
