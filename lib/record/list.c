/* list.c - batches: their rows, what they did. */
#include "impl.h"

static void batch_row(struct stmt *s, struct batch_row *b)
{
	struct str digest = stmt_col(s, 6);

	*b = (struct batch_row){
		.id = stmt_col_int(s, 0), .tool = stmt_col(s, 1),
		.user = stmt_col(s, 2), .source = stmt_col(s, 3),
		.input = stmt_col(s, 4), .reason = stmt_col(s, 5),
		.started = stmt_col_int(s, 7), .finished = stmt_col_int(s, 8),
		.state = (enum batch_state)stmt_col_int(s, 9),
		.undoes = stmt_col_int(s, 10),
		.counts = {
			.read = stmt_col_int(s, 11),
			.inserted = stmt_col_int(s, 12),
			.updated = stmt_col_int(s, 13),
			.unchanged = stmt_col_int(s, 14),
			.rejected = stmt_col_int(s, 15),
			.deleted = stmt_col_int(s, 16),
		},
		.facility = stmt_col(s, 17),
		.kind = stmt_col(s, 18),
	};
	b->has_sha256 = digest.n == sizeof(b->sha256);
	if (b->has_sha256)
		memcpy(b->sha256, digest.s, sizeof(b->sha256));
}

int batch_each(struct record *r, int (*fn)(void *arg,
    const struct batch_row *row), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[BATCH_LIST]);
	struct batch_row row;
	int rc;

	stmt_int(s, 1, 0);
	stmt_int(s, 2, INT64_MAX);
	while ((rc = stmt_step(s, e)) > 0) {
		batch_row(s, &row);
		rc = fn(arg, &row);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int batch_get(struct record *r, int64_t id, struct batch_row *row,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, BATCH_LIST);
	int rc;

	stmt_int(s, 1, id);
	stmt_int(s, 2, id);
	rc = stmt_step(s, e);
	if (rc == 0)
		return ehr_fail(e, EHR_ENOENT, "%lld: no such batch",
		    (long long)id);
	if (rc > 0)
		batch_row(s, row);
	return rc < 0 ? rc : 0;
}

/* What the batch did to one resource; 0: nothing, it only lies in a range. */
static int change_kind(struct record *r, int64_t rid, int64_t batch,
    int64_t *version, struct ehr_err *e)
{
	struct stmt *s = sql(r, HIS_OF_BATCH);
	int rc, kind = 0;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, batch);
	rc = stmt_step(s, e);
	if (rc > 0) {
		bool former = stmt_col_int(s, 0);

		kind = stmt_col_int(s, 1) != RECORD_LIVE ? 'd' :
		    former ? 'u' : 'c';
		*version = stmt_col_int(s, 2);
	}
	stmt_reset(s);
	return rc < 0 ? rc : kind;
}

int batch_each_rid(struct record *r, int64_t id,
    int (*fn)(void *arg, int64_t rid), void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(r->db, &record_sql_table[TOUCH_OF]);
	struct stmt *rids = store_scan(r->db, &record_sql_table[TOUCH_RIDS]);
	int rc;

	stmt_int(s, 1, id);
	while ((rc = stmt_step(s, e)) > 0) {
		stmt_reset(rids);
		stmt_int(rids, 1, stmt_col_int(s, 0));
		stmt_int(rids, 2, stmt_col_int(s, 1));
		while ((rc = stmt_step(rids, e)) > 0) {
			rc = fn(arg, stmt_col_int(rids, 0));
			if (rc)
				break;
		}
		if (rc)
			break;
	}
	store_scan_end(rids);
	store_scan_end(s);
	return rc;
}

struct changes {
	struct record *r;
	int64_t id;
	int (*fn)(void *arg, int64_t rid, char kind, int64_t version);
	void *arg;
	struct ehr_err *e;
};

static int change(void *arg, int64_t rid)
{
	struct changes *c = arg;
	int64_t version;
	int kind = change_kind(c->r, rid, c->id, &version, c->e);

	if (kind <= 0)
		return kind;
	return c->fn(c->arg, rid, (char)kind, version);
}

int batch_changes(struct record *r, int64_t id, int (*fn)(void *arg,
    int64_t rid, char kind, int64_t version), void *arg, struct ehr_err *e)
{
	struct changes c = { r, id, fn, arg, e };

	return batch_each_rid(r, id, change, &c, e);
}
