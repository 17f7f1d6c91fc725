/* place.c - at which facility of the practice an entry was made: by the
 * Locations that it names, and those of the Encounters that it names. Who works
 * at one facility writes nothing of another one. */
#include <stdlib.h>

#include "impl.h"

enum { DEEP = 8 }; /* a visit in a room in a house ... */

/* ---- which Location is of which facility ---- */

static int run_changed(struct stmt *s, struct ehr_err *e)
{
	int changed = stmt_step(s, e);
	int rc = changed > 0 ? stmt_run(s, e) : changed;

	stmt_reset(s);
	return rc < 0 ? rc : changed > 0;
}

int record_place_put(struct record *r, int64_t rid, struct str facility,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, PLACE_PUT);

	stmt_int(s, 1, rid);
	stmt_text(s, 2, facility);
	return run_changed(s, e);
}

int record_place_drop(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, PLACE_DROP);

	stmt_int(s, 1, rid);
	return run_changed(s, e);
}

int record_place_each(struct record *r,
    int (*fn)(void *arg, int64_t rid, struct str facility), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[PLACE_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		rc = fn(arg, stmt_col_int(s, 0), stmt_col(s, 1));
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

void record_at(struct record *r, int64_t facility)
{
	r->guard.facility = facility;
}

/* ---- may it be written? ---- */

/* 1: of another facility than the writer's, name appended; 0: of that one;
 * -1: of none known. */
static int elsewhere(struct record *r, int64_t rid, struct buf *name,
    int *found, struct ehr_err *e)
{
	struct stmt *s = sql(r, PLACE_OF);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	*found = rc > 0 ? stmt_col_int(s, 0) != r->guard.facility : -1;
	if (*found > 0)
		buf_addstr(name, stmt_col(s, 1));
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

static int look(struct record *r, int source, int type, struct str body,
    int deep, struct buf *name, struct ehr_err *e);

/* What is behind a reference: a Location that is listed, or what it names. */
static int follow(struct record *r, int source, const struct fact_ref *ref,
    int deep, struct buf *name, struct ehr_err *e)
{
	struct resource res;
	BUF_AUTO body = BUF_INIT;
	struct ref to;
	int64_t rid;
	int rc = 0, found = -1;

	ref_name(r, source, ref, &to);
	if (to.name.s)
		rc = ident_find(r, source, to.name, to.type, false, &rid, e);
	if (rc != 1)
		return rc < 0 ? rc : 0;
	rc = row_get(r, rid, RECORD_NOW, &res, e);
	if (rc <= 0 || res.state != RECORD_LIVE ||
	    (res.type != FHIR_Location && res.type != FHIR_Encounter))
		return rc < 0 ? rc : 0;
	source = res.source;
	buf_addstr(&body, res.body);
	if (res.type == FHIR_Location)
		rc = elsewhere(r, rid, name, &found, e);
	else
		rc = 0;
	return rc < 0 || found >= 0 ? rc :
	    look(r, source, res.type, buf_str(&body), deep + 1, name, e);
}

/* Appends the name of a facility that the body is of and the writer is not. */
static int look(struct record *r, int source, int type, struct str body,
    int deep, struct buf *name, struct ehr_err *e)
{
	struct facts_reader fr;
	ARENA_AUTO mem = { 0 };
	struct facts f;
	int rc;

	if (deep > DEEP)
		return 0;
	facts_init(&fr);
	rc = facts_read(&fr, &mem, type, body, &f, e);
	for (size_t i = 0; rc == 0 && name->len == 0 && i < f.n_ref; i++)
		rc = follow(r, source, &f.ref[i], deep, name, e);
	facts_release(&fr);
	return rc;
}

/* ---- zones ---- */

struct zone_of {
	struct str facility;
	struct buf *zone;
};

/* The first one's, unless the one that is looked for comes. */
static int take_zone(void *arg, const struct store_facility *f)
{
	struct zone_of *z = arg;
	bool it = str_eq(f->name, z->facility);

	if (z->zone->len && !it)
		return 0;
	buf_reset(z->zone);
	buf_addstr(z->zone, f->zone);
	return it;
}

/* As if the writer were of no facility, so that any one is named. */
static int facility_of(struct record *r, const struct resource *res,
    struct buf *name, struct ehr_err *e)
{
	BUF_AUTO body = BUF_INIT;
	int64_t own = r->guard.facility;
	int source = res->source, type = res->type, rc;

	buf_addstr(&body, res->body);
	r->guard.facility = 0;
	rc = look(r, source, type, buf_str(&body), 0, name, e);
	r->guard.facility = own;
	return rc;
}

int record_zone(struct record *r, const struct resource *res, struct buf *zone,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	struct zone_of z = { .zone = zone };
	int rc = res ? facility_of(r, res, &name, e) : 0;

	z.facility = buf_str(&name);
	buf_reset(zone);
	if (rc == 0 && name.len == 0)
		rc = store_config_get(r->db, "facility.zone", zone, e);
	if (rc >= 0 && zone->len == 0)
		rc = store_facility_each(r->db, take_zone, &z, e);
	if (rc >= 0 && zone->len == 0)
		buf_adds(zone, "UTC");
	return rc < 0 ? rc : 0;
}

static int refuse(int type, const struct buf *name, struct ehr_err *e)
{
	return name->len == 0 ? 0 : ehr_fail(e, EHR_EPERM, "%s: of facility "
	    "%s, where you do not work", fhir_type_name(type), name->s);
}

/* What is there under that name now. */
static int check_former(struct record *r, int source, int type,
    struct str id, struct buf *name, struct ehr_err *e)
{
	BUF_AUTO body = BUF_INIT;
	struct resource res;
	int64_t rid;
	int rc = ident_find(r, source, id, type, false, &rid, e);

	if (rc == 1)
		rc = row_get(r, rid, RECORD_NOW, &res, e);
	if (rc != 1 || res.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	buf_addstr(&body, res.body);
	if (type == FHIR_Location) {
		int found;

		rc = elsewhere(r, rid, name, &found, e);
		if (rc < 0 || found >= 0)
			return rc;
	}
	return look(r, source, type, buf_str(&body), 0, name, e);
}

int place_check(struct record *r, int source, int type, struct str id,
    struct str body, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int rc = 0;

	if (r->guard.facility == 0)
		return 0;
	if (body.s)
		rc = look(r, source, type, body, 0, &name, e);
	if (rc == 0 && name.len == 0)
		rc = check_former(r, source, type, id, &name, e);
	return rc < 0 ? rc : refuse(type, &name, e);
}
