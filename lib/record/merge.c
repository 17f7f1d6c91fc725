/* merge.c - one person, two charts: the segments of the second become the
 * first one's. Bodies stay; who belongs to whom is a row with dates, so that
 * --as-of and undo hold. */
#include <stdlib.h>

#include "impl.h"

static int move_segments(struct batch *b, int64_t from, int64_t to,
    struct ehr_err *e)
{
	int64_t *seg;
	size_t n;
	int rc = record_segments(b->r, from, RECORD_NOW - 1, &seg, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = segment_assign(b->r, seg[i], to, b->id, e);
	free(seg);
	return rc;
}

static int check_patient(struct record *r, int64_t patient, struct ehr_err *e)
{
	int64_t now;
	int rc = segment_patient(r, patient, RECORD_NOW - 1, &now, e);

	if (rc >= 0 && (rc == 0 || now != patient))
		rc = ehr_fail(e, EHR_ENOENT, "a chart that is no longer, or "
		    "never was, a patient's own");
	return rc < 0 ? rc : 0;
}

int record_merge(struct batch *b, int64_t to, int64_t from,
    struct ehr_err *e)
{
	struct store *db = b->r->db;
	int rc;

	if (to == from)
		return ehr_fail(e, EHR_EUSAGE, "a patient cannot be merged "
		    "with himself");
	b->outer = store_in_txn(db);
	rc = b->outer ? 0 : store_begin(db, STORE_SHORT, e);
	if (rc == 0)
		rc = check_patient(b->r, to, e);
	if (rc == 0)
		rc = check_patient(b->r, from, e);
	if (rc == 0)
		rc = batch_begin_row(b, e);
	if (rc == 0)
		rc = move_segments(b, from, to, e);
	batch_patient(b, to);
	batch_patient(b, from);
	if (rc == 0)
		rc = spool_sort(b->spool, e);
	if (rc == 0)
		rc = apply_collected(b, e);
	record_forget(b->r);
	if (rc == 0 && !b->outer)
		rc = store_commit(db, e);
	if (rc < 0 && !b->outer)
		store_rollback(db);
	return rc;
}
