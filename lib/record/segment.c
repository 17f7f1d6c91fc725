/* segment.c - segments: which part of the table is whose chart, and when. */
#include "impl.h"

int segment_patient(struct record *r, int64_t seg, int64_t as_of,
    int64_t *patient, struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_PATIENT);
	int rc;

	stmt_int(s, 1, seg);
	stmt_int(s, 2, as_of);
	rc = stmt_step(s, e);
	*patient = rc > 0 ? stmt_col_int(s, 0) : -1;
	stmt_reset(s);
	return rc;
}

static int segment_row(struct record *r, int64_t seg, int64_t patient,
    int64_t batch, struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_ADD);

	stmt_int(s, 1, seg);
	stmt_int(s, 2, patient);
	stmt_int(s, 3, batch);
	stmt_int(s, 4, store_time(r->db));
	return stmt_run(s, e);
}

int segment_new(struct record *r, bool shared, int64_t batch, int64_t *seg,
    struct ehr_err *e)
{
	int64_t max = 0;
	int rc = store_int(r->db, &record_sql_table[SEG_MAX], &max, e);

	if (rc < 0)
		return rc;
	*seg = max + 1;
	return segment_row(r, *seg, shared ? 0 : *seg, batch, e);
}

int segment_shared(struct record *r, int64_t batch, int64_t *seg,
    struct ehr_err *e)
{
	int64_t last;
	int rc = store_int(r->db, &record_sql_table[SEG_SHARED], seg, e);

	if (rc > 0) {
		rc = segment_last_seq(r, *seg, &last, e);
		if (rc < 0 || last < SEQ_MAX)
			return rc;
		rc = 0;
	}
	return rc < 0 ? rc : segment_new(r, true, batch, seg, e);
}

int segment_last_seq(struct record *r, int64_t seg, int64_t *seq,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, RES_LAST);
	int rc;

	stmt_int(s, 1, rid_make(seg, 0));
	stmt_int(s, 2, rid_make(seg, SEQ_MAX));
	rc = stmt_step(s, e);
	*seq = rc > 0 && !stmt_col_null(s, 0) ?
	    stmt_col_int(s, 0) & SEQ_MAX : 0;
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

int segment_assign(struct record *r, int64_t seg, int64_t patient,
    int64_t batch, struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_END);
	int rc;

	stmt_int(s, 1, seg);
	stmt_int(s, 2, batch);
	stmt_int(s, 3, store_time(r->db));
	rc = stmt_run(s, e);
	return rc < 0 ? rc : segment_row(r, seg, patient, batch, e);
}

int record_segments(struct record *r, int64_t patient, int64_t as_of,
    int64_t **seg, size_t *n, struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_OF);
	int rc;

	*seg = NULL;
	*n = 0;
	stmt_int(s, 1, patient);
	stmt_int(s, 2, as_of);
	while ((rc = stmt_step(s, e)) > 0) {
		*seg = xrealloc(*seg, (*n + 1) * sizeof(int64_t));
		(*seg)[(*n)++] = stmt_col_int(s, 0);
	}
	stmt_reset(s);
	return rc;
}

int record_patient_of(struct record *r, int64_t rid, int64_t as_of,
    int64_t *patient, struct ehr_err *e)
{
	int rc = segment_patient(r, rid_segment(rid), as_of, patient, e);

	if (rc <= 0)
		*patient = 0;
	return rc < 0 ? rc : 0;
}

int record_patients_of(struct record *r, const int64_t *rid, size_t n,
    int64_t *patient, struct ehr_err *e)
{
	int64_t any;
	int rc = store_int(r->db, &record_sql_table[SEG_MOVED], &any, e);
	bool moved = rc != 0;

	for (size_t i = 0; rc >= 0 && i < n; i++) {
		int64_t own = rid_segment(rid[i]);

		if (moved || rid[i] != record_patient_rid(own))
			rc = record_patient_of(r, rid[i], RECORD_NOW, &own, e);
		patient[i] = own;
	}
	return rc < 0 ? rc : 0;
}

int record_patients(struct record *r, int (*fn)(void *arg, int64_t patient),
    void *arg, struct ehr_err *e)
{
	int64_t at = 0;
	int rc;

	for (;;) {
		struct stmt *s = sql(r, SEG_PATIENTS);

		stmt_int(s, 1, at);
		rc = stmt_step(s, e);
		if (rc > 0)
			at = stmt_col_int(s, 0);
		stmt_reset(s);
		if (rc <= 0)
			return rc;
		rc = fn(arg, at);
		if (rc)
			return rc;
	}
}
