/* practice.c - ehr-admin facility: where we are. */
#include "admin.h"
#include "ehr/fhir.h"

static struct {
	const char *npi, *zone;
} give;

const struct cli_opt admin_facility_opts[] = {
	{ "npi", 0, CLI_TEXT, 0, "N", "National Provider Identifier", &give.npi,
	    0, 0 },
	{ "tz", 0, CLI_TEXT, 0, "ZONE", "time zone (of a new one UTC)",
	    &give.zone, 0, 0 },
	{ 0 },
};

int admin_begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	int rc = admin_open(c, a, STORE_WRITE, e);

	return rc < 0 ? rc : store_begin(record_store(a->r), STORE_SHORT, e);
}

int admin_facility_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store_facility f = {
		.name = str_of(c->argv[0]),
		.npi = str_of(give.npi),
		.zone = str_of(give.zone),
	};
	int rc = admin_begin(c, &a, e);

	return rc < 0 ? rc : admin_end(&a, store_facility_put(
	    record_store(a.r), &f, e), "facility", e);
}

/* ---- which Locations are of which ---- */

static int find_place(struct cli *c, struct access *a, const char *name,
    int64_t *rid, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct record_found found = { 0 };
	struct resource res;
	int rc = record_find(a->r, str_of(name), FHIR_Location, &found,
	    &candidates, e);

	cli_candidates(c, &candidates);
	*rid = found.rid;
	if (rc == 0)
		rc = record_get(a->r, found.rid, RECORD_NOW, &res, e);
	if (rc < 0)
		return rc;
	return rc > 0 && res.type == FHIR_Location ? 0 :
	    ehr_fail(e, EHR_ENOENT, "%s: no Location", name);
}

/* A transaction of somebody who may change where we are. */
static int begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	int rc = admin_begin(c, a, e);

	return rc < 0 ? rc : access_need(a, PERM_ADMIN, "facility", e);
}

struct named {
	struct str name;
	bool found;
};

static int see_facility(void *arg, const struct store_facility *f)
{
	struct named *p = arg;

	p->found = p->found || str_eq(f->name, p->name);
	return 0;
}

int admin_facility_find(struct access *a, const char *name, struct ehr_err *e)
{
	struct named p = { str_of(name), false };
	int rc = store_facility_each(record_store(a->r), see_facility, &p, e);

	return rc < 0 || p.found ? rc :
	    ehr_fail(e, EHR_ENOENT, "%s: no facility of that name", name);
}

int admin_facility_place(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t rid = 0;
	int rc = begin(c, &a, e);

	if (rc == 0)
		rc = admin_facility_find(&a, c->argv[0], e);
	if (rc == 0)
		rc = find_place(c, &a, c->argv[1], &rid, e);
	return rc < 0 ? rc : admin_end(&a, record_place_put(a.r, rid,
	    str_of(c->argv[0]), e), "facility-place", e);
}

int admin_facility_unplace(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t rid;
	int rc = begin(c, &a, e);

	if (rc == 0)
		rc = find_place(c, &a, c->argv[0], &rid, e);
	if (rc == 0)
		rc = record_place_drop(a.r, rid, e);
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENO, "it is of no facility");
	return rc < 0 ? rc : admin_end(&a, rc, "facility-unplace", e);
}

static int put_place(void *arg, int64_t rid, struct str facility)
{
	struct admin_listing *l = arg;
	BUF_AUTO name = BUF_INIT;
	int rc = record_rid_name(l->r, rid, &name, l->e);

	if (rc < 0)
		return rc;
	print_text(l->p, buf_str(&name));
	print_text(l->p, facility);
	return print_row(l->p, l->e);
}

static int places(struct admin_listing *l)
{
	return record_place_each(l->r, put_place, l, l->e);
}

int admin_facility_places(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "location", PRINT_WHOLE },
		{ "facility", PRINT_WIDE } };

	return admin_list(c, cols, ARRAY_LEN(cols), places, e);
}

/* ---- which there are ---- */

static int put_facility(void *arg, const struct store_facility *f)
{
	struct admin_listing *l = arg;

	print_int(l->p, f->id);
	print_text(l->p, f->name);
	print_text(l->p, f->npi);
	print_text(l->p, f->zone);
	return print_row(l->p, l->e);
}

static int facilities(struct admin_listing *l)
{
	return store_facility_each(record_store(l->r), put_facility, l, l->e);
}

int admin_facility_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_RIGHT },
		{ "name", PRINT_WIDE }, { "npi", 0 }, { "tz", 0 } };

	return admin_list(c, cols, ARRAY_LEN(cols), facilities, e);
}
