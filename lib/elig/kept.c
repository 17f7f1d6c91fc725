/* Answers that are kept, read again. */
#include "elig/impl.h"

const struct sql elig_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

static void row_of(struct stmt *s, struct elig_row *r)
{
	*r = (struct elig_row){
		.id = stmt_col_int(s, 0), .inquiry = stmt_col_int(s, 1),
		.patient = stmt_col_int(s, 2), .coverage = stmt_col_int(s, 3),
		.received = stmt_col_int(s, 4), .again = stmt_col_int(s, 5),
		.doc = stmt_col_int(s, 6), .kind = stmt_col(s, 7),
		.payer = stmt_col(s, 8), .day = stmt_col(s, 9),
		.state = stmt_col(s, 10), .class = stmt_col(s, 11),
		.expires = stmt_col(s, 12),
		.withdrawn = stmt_col_int(s, 15),
	};
}

/* Calls fn for all rows; s is ended. Their number, or what failed. */
static int rows(struct stmt *s, elig_row_fn *fn, void *arg, struct ehr_err *e)
{
	struct elig_row r;
	int rc, n = 0;

	while ((rc = stmt_step(s, e)) > 0) {
		row_of(s, &r);
		rc = fn(arg, &r, e);
		if (rc < 0)
			break;
		n++;
	}
	store_scan_end(s);
	return rc < 0 ? rc : n;
}

int elig_get(struct store *db, int64_t id, elig_row_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &elig_sql_table[ELIG_GET]);
	int rc;

	stmt_int(s, 1, id);
	rc = rows(s, fn, arg, e);
	if (rc == 0)
		return ehr_fail(e, EHR_ENOENT, "%lld: no such answer",
		    (long long)id);
	return rc < 0 ? rc : 0;
}

int elig_newest(struct store *db, int64_t patient, bool failed,
    elig_row_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &elig_sql_table[failed ?
	    ELIG_FAILED_SINCE : ELIG_NEWEST]);
	int rc;

	stmt_int(s, 1, patient);
	rc = rows(s, fn, arg, e);
	return rc < 0 ? rc : 0;
}

int elig_unknown(struct store *db, elig_row_fn *fn, void *arg,
    struct ehr_err *e)
{
	int rc = rows(store_scan(db, &elig_sql_table[ELIG_UNKNOWN]), fn, arg,
	    e);

	return rc < 0 ? rc : 0;
}

/* ---- all of one ---- */

static int begin(struct store *db, int64_t id, struct elig_answer *a,
    struct ehr_err *e)
{
	static const char *const kinds[] = { "271", "999", "TA1" };
	struct stmt *s = elig_sql(db, ELIG_GET);
	struct str sep;
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0) {
		sep = stmt_col(s, 13);
		a->sep.element = sep.n > 0 ? sep.s[0] : '*';
		a->sep.component = sep.n > 1 ? sep.s[1] : ':';
		a->sep.repeat = sep.n > 2 ? sep.s[2] : 0;
		a->segment = (uint64_t)stmt_col_int(s, 14);
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (str_is(stmt_col(s, 7), kinds[i]))
				a->kind = kinds[i];
	}
	stmt_reset(s);
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOENT, "%lld: no such answer",
		    (long long)id);
	return rc < 0 ? rc : 0;
}

static bool take(struct elig_answer *a, enum elig_sql_id id, struct stmt *s)
{
	char loop[8] = "";
	struct str v;

	if (id == ELIG_EBS)
		return elig_add_eb(a, stmt_col(s, 0),
		    (uint64_t)stmt_col_int(s, 1));
	v = stmt_col(s, id == ELIG_PARTS ? 1 : 0);
	memcpy(loop, v.s, v.n < sizeof(loop) ? v.n : 0);
	if (id == ELIG_PARTS) {
		a->dependent = a->dependent || strcmp(loop, "2100D") == 0;
		return elig_add_part(a, (size_t)stmt_col_int(s, 0), loop,
		    stmt_col(s, 2));
	}
	elig_add_aaa(a, loop, stmt_col(s, 1), stmt_col(s, 2), stmt_col(s, 3));
	return true;
}

int elig_read_kept(struct store *db, int64_t id, struct elig_answer *a,
    struct ehr_err *e)
{
	static const enum elig_sql_id lists[] = { ELIG_EBS, ELIG_PARTS,
		ELIG_AAAS };
	int rc = begin(db, id, a, e);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(lists); i++) {
		struct stmt *s = elig_sql(db, lists[i]);

		stmt_int(s, 1, id);
		while ((rc = stmt_step(s, e)) > 0)
			if (!take(a, lists[i], s))
				break;
		stmt_reset(s);
		if (rc > 0)
			rc = ehr_fail(e, EHR_EINTEGRITY,
			    "answer %lld has too many rows", (long long)id);
	}
	return rc;
}
