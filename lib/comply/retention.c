/* retention.c - until when a chart is kept: so many years after its last
 * entry; of who was a minor then also so many after coming of age. */
#include "ehr/comply.h"
#include "ehr/fhir.h"

enum { DAY_MS = 86400000 };

static int read_setting(struct store *db, const char *key, int64_t most,
    int64_t *v, const char **by, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = store_config_get(db, key, &text, e);

	if (rc > 0 && (!str_int(buf_str(&text), v) || *v < 0 || *v > most))
		return ehr_fail(e, EHR_EINTEGRITY, "%s: setting %s is not a "
		    "number of years up to %lld", store_path(db), key,
		    (long long)most);
	if (rc > 0)
		*by = "a setting of the practice";
	return rc < 0 ? rc : 0;
}

static int read_settings(struct store *db, struct comply_retention *k,
    struct ehr_err *e)
{
	int rc = 0;

#define X(id, key, value, most, source)                                       \
	k->id = value;                                                        \
	k->id##_by = source;                                                  \
	if (rc == 0)                                                          \
		rc = read_setting(db, key, most, &k->id, &k->id##_by, e);
	COMPLY_RETENTION(X)
#undef X
	return rc;
}

static int64_t day_of(int64_t ms)
{
	return ms >= 0 ? ms / DAY_MS : -((DAY_MS - 1 - ms) / DAY_MS);
}

int64_t comply_years_after(int64_t day, int64_t years)
{
	struct date d;

	date_from_days(&d, day);
	d.year += (int)years;
	if (!date_valid_day(d.year, d.month, d.day))
		return date_days(d.year, d.month, 28) + 1;
	return date_days(d.year, d.month, d.day);
}

/* The last day that it may mean. */
static int64_t last_day(const struct date *d)
{
	if (d->precision == DATE_YEAR)
		return date_days(d->year, 12, 31);
	if (d->precision == DATE_MONTH)
		return d->month == 12 ? date_days(d->year, 12, 31) :
		    date_days(d->year, d->month + 1, 1) - 1;
	return date_days(d->year, d->month, d->day);
}

struct reading {
	struct comply_retention *k;
	struct tape t;
	int64_t came;	    /* ms: when the last of it did */
	int64_t birth;	    /* day, when k->born */
};

static void take_date(struct reading *x, uint32_t node)
{
	BUF_AUTO text = BUF_INIT;
	struct date d;

	if (node == 0 || !date_parse(tape_text(&x->t, node, &text), &d))
		return;
	if (!x->k->dated || last_day(&d) > x->k->last)
		x->k->last = last_day(&d);
	x->k->dated = true;
}

/* Of several the latest: who may have been a minor counts as one. */
static void take_birth(struct reading *x)
{
	uint32_t node = tape_get(&x->t, 0, "birthDate");
	BUF_AUTO text = BUF_INIT;
	struct date d;

	if (node == 0 || !date_parse(tape_text(&x->t, node, &text), &d))
		return;
	if (!x->k->born || last_day(&d) > x->birth)
		x->birth = last_day(&d);
	x->k->born = true;
}

static int look(void *arg, const struct resource *res)
{
	struct reading *x = arg;
	struct tape_error why;

	if (res->time > x->came)
		x->came = res->time;
	if (tape_parse(&x->t, res->body.s, res->body.n, &why) < 0)
		return 0;
	if (res->type == FHIR_Patient) {
		take_birth(x);
		return 0;
	}
	take_date(x, fhir_effective(&x->t, 0, res->type));
	take_date(x, fhir_effective_end(&x->t, 0, res->type));
	return 0;
}

int comply_retention(struct record *r, int64_t patient,
    struct comply_retention *k, struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	struct reading x = { .k = k, .t = TAPE_INIT };
	int64_t of_age;
	int rc;

	*k = (struct comply_retention){ 0 };
	rc = read_settings(record_store(r), k, e);
	f.whole = true;
	if (rc == 0)
		rc = record_chart(r, patient, &f, look, &x, e);
	tape_release(&x.t);
	if (rc < 0)
		return rc;
	if (!k->dated)
		k->last = day_of(x.came);
	of_age = comply_years_after(k->born ? x.birth : k->last,
	    k->majority);
	k->minor = of_age > k->last;
	k->until = comply_years_after(k->last, k->years);
	if (k->minor)
		of_age = comply_years_after(of_age, k->minor_years);
	if (k->minor && of_age > k->until)
		k->until = of_age;
	return 0;
}
