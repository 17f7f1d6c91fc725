/* practice.c - facilities: where we are. */
#include "ehr/base-zone.h"

#include "practice.h"
#include "statements.h"

enum { MAX_NAME = 200 };

int store_zone_check(struct str zone, struct ehr_err *e)
{
	struct zone *z;
	int rc = zone_open(&z, zone, e);

	zone_free(z);
	return rc;
}

int practice_text(const char *what, struct str s, struct ehr_err *e)
{
	BUF_AUTO clean = BUF_INIT;

	if (s.n == 0 || s.n > MAX_NAME)
		return ehr_fail(e, EHR_EUSAGE, "%s: 1 to %d bytes", what,
		    MAX_NAME);
	if (utf8_valid(s.s, s.n) == s.n)
		utf8_clean(&clean, s, true);
	if (!str_eq(buf_str(&clean), s) || memchr(s.s, '\n', s.n) ||
	    memchr(s.s, '\t', s.n))
		return ehr_fail(e, EHR_EUSAGE, "%s: not plain text", what);
	return 0;
}

int practice_npi(struct str npi, struct ehr_err *e)
{
	if (npi.n && !npi_valid(npi))
		return ehr_fail(e, EHR_EUSAGE,
		    "npi: ten digits with a right check digit are wanted");
	return 0;
}

int practice_put(struct stmt *s, struct ehr_err *e)
{
	int changed = stmt_step(s, e);

	if (changed <= 0) {
		stmt_reset(s);
		return changed;
	}
	return stmt_run(s, e) < 0 ? e->code : 1;
}

int store_facility_put(struct store *db, const struct store_facility *f,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[FACILITY_PUT]);
	int rc = practice_text("facility", f->name, e);

	if (rc == 0)
		rc = practice_npi(f->npi, e);
	if (rc == 0 && f->zone.s)
		rc = store_zone_check(f->zone, e);
	if (rc < 0)
		return rc;
	stmt_text(s, 1, f->name);
	stmt_text(s, 2, f->npi);
	stmt_text(s, 3, f->zone);
	return practice_put(s, e);
}

int store_facility_each(struct store *db,
    int (*fn)(void *arg, const struct store_facility *f), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &store_sql_table[FACILITY_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		struct store_facility f = { stmt_col_int(s, 0), stmt_col(s, 1),
			stmt_col(s, 2), stmt_col(s, 3) };

		rc = fn(arg, &f);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}
