/* due.c - what is to go out at a time: occasions gathered, then looked at. */
#include "notify/due.h"
#include "notify/statements.h"

#include <stdlib.h>

/* ---- zones ---- */

struct zones {
	struct strmap at; /* name -> number + 1; -1: there is none */
	struct zone **v;
	size_t n, cap;
};

const struct zone *due_zone(struct notify_list *l, struct str name)
{
	struct zones *zs = l->zones;
	bool added;
	int64_t *at = strmap_put(&zs->at, name, &added);

	if (added) {
		struct zone *z = NULL;

		if (zs->n == zs->cap) {
			zs->cap = zs->cap ? 2 * zs->cap : 8;
			zs->v = xrealloc(zs->v,
			    zs->cap * sizeof(struct zone *));
		}
		*at = -1;
		if (zone_open(&z, name, NULL) == 0) {
			zs->v[zs->n++] = z;
			*at = (int64_t)zs->n;
		}
	}
	return *at < 0 ? NULL : zs->v[*at - 1];
}

static void zones_free(struct zones *zs)
{
	for (size_t i = 0; zs && i < zs->n; i++)
		zone_free(zs->v[i]);
	if (zs) {
		strmap_release(&zs->at);
		free(zs->v);
	}
	free(zs);
}

/* ---- the list ---- */

void notify_list_release(struct notify_list *l)
{
	zones_free(l->zones);
	setup_release(&l->rules);
	arena_release(&l->mem);
	free(l->v);
	*l = NOTIFY_LIST_INIT;
}

struct str due_text(struct notify_list *l, const char *fmt, ...)
{
	BUF_AUTO b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(&b, fmt, ap);
	va_end(ap);
	return arena_str(&l->mem, buf_str(&b));
}

void due_add(struct finding *x, const struct notify_due *d)
{
	struct notify_list *l = x->l;
	struct notify_due *to;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->v = xrealloc(l->v, l->cap * sizeof(*l->v));
	}
	to = &l->v[l->n++];
	*to = *d;
	to->subject = arena_str(&l->mem, d->subject);
	to->occurrence = arena_str(&l->mem, d->occurrence);
	to->clock = arena_str(&l->mem, d->clock);
	to->provider = arena_str(&l->mem, d->provider);
	to->type = arena_str(&l->mem, d->type);
	to->place = arena_str(&l->mem, d->place);
}

const struct setup_item *due_rule(const struct finding *x, unsigned whats,
    const struct setup_item *i)
{
	while ((i = setup_next(&x->l->rules, NOTIFY_KIND_RULE, i)) != NULL)
		if (whats & 1U << notify_what(setup_value(i, "what")) &&
		    setup_holds(i, x->today))
			return i;
	return NULL;
}

/* Visits before all else, then by time: who has had enough hears of the
 * nearest visit. */
static int order(const void *a, const void *b)
{
	const struct notify_due *x = a, *y = b;
	bool v = x->what == NOTIFY_ABOUT_APPOINTMENT;
	bool w = y->what == NOTIFY_ABOUT_APPOINTMENT;

	if (v != w)
		return v ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->patient != y->patient)
		return x->patient < y->patient ? -1 : 1;
	return str_cmp(x->subject, y->subject);
}

/* ---- what the practice says ---- */

struct home {
	struct str zone;
	struct arena *mem;
};

static int first_facility(void *arg, const struct store_facility *f)
{
	struct home *h = arg;

	h->zone = arena_str(h->mem, f->zone);
	return 1;
}

/* The setting facility.zone, else the zone of the only or first facility. */
static int find_home(struct finding *x, struct ehr_err *e)
{
	struct store *db = record_store(x->r);
	struct home h = { .mem = &x->l->mem };
	BUF_AUTO zone = BUF_INIT;
	struct date d;
	const struct zone *z;
	int rc = store_config_get(db, "facility.zone", &zone, e);

	if (rc == 0)
		rc = store_facility_each(db, first_facility, &h, e);
	if (rc < 0)
		return rc;
	if (zone.len)
		h.zone = arena_str(&x->l->mem, buf_str(&zone));
	x->home = h.zone.n ? h.zone : STR("UTC");
	z = due_zone(x->l, x->home);
	if (!z)
		return ehr_fail(e, EHR_EIO, "%.*s: no such zone",
		    STR_FMT(x->home));
	zone_civil(z, x->q->now, &d);
	x->today = due_text(x->l, "%04d-%02d-%02d", d.year, d.month, d.day);
	return 0;
}

static int find_majority(struct finding *x, struct ehr_err *e)
{
	const struct setup_item *p = notify_practice(&x->l->rules);
	BUF_AUTO v = BUF_INIT;
	int rc = store_config_get(record_store(x->r), "retention.majority",
	    &v, e);

	x->majority = 18;
	if (rc > 0 && !str_int(buf_str(&v), &x->majority))
		return ehr_fail(e, EHR_EINTEGRITY,
		    "retention.majority: no number");
	x->majority = setup_number(p, "majority", x->majority);
	return rc < 0 ? rc : 0;
}

int notify_find_due(struct record *r, const struct notify_asking *q,
    struct notify_list *l, struct ehr_err *e)
{
	struct finding x = { .r = r, .q = q, .l = l };
	int rc;

	l->zones = xcalloc(1, sizeof(*l->zones));
	l->zones->at = STRMAP_INIT;
	rc = setup_read(record_store(r), &l->rules, e);
	if (rc < 0 || !notify_practice(&l->rules))
		return rc;
	rc = find_home(&x, e);
	if (rc == 0)
		rc = find_majority(&x, e);
	if (rc == 0)
		rc = due_visits(&x, e);
	if (rc == 0 && l->n)
		qsort(l->v, l->n, sizeof(*l->v), order);
	return rc == 0 ? due_judge(&x, e) : rc;
}
