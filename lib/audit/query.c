/* query.c - reading the log, and proofs from it. */
#include <stdlib.h>

#include "impl.h"

static int take_patients(struct stmt *s, struct ranges *set)
{
	int64_t one = stmt_col_int(s, COL_PATIENT);

	if (!ranges_take(stmt_col(s, COL_PATIENTS), set))
		return -1;
	if (one)
		ranges_add(set, (struct audit_range){ one, one });
	return 0;
}

/* The row s stands at; slices live until the next step. */
static int take_row(struct stmt *s, struct ranges *set, struct audit_row *row,
    struct ehr_err *e)
{
	struct str leaf = stmt_col(s, COL_LEAF);
	int bad = take_patients(s, set);

	*row = (struct audit_row){
		.seq = stmt_col_int(s, COL_SEQ),
		.time = stmt_col_int(s, COL_TIME),
		.user = stmt_col(s, COL_USER),
		.tool = stmt_col(s, COL_TOOL),
		.action = stmt_col(s, COL_ACTION),
		.purpose = stmt_col(s, COL_PURPOSE),
		.scope = stmt_col(s, COL_SCOPE),
		.outcome = stmt_col(s, COL_OUTCOME),
		.role = stmt_col(s, COL_ROLE),
		.device = stmt_col(s, COL_DEVICE),
		.batch = stmt_col_int(s, COL_BATCH),
		.pair = stmt_col_int(s, COL_PAIR),
		.leaf = (const uint8_t *)leaf.s,
		.range = set->v,
		.n_range = set->n,
		.patients = set->patients,
	};
	if (bad)
		return ehr_fail(e, EHR_EINTEGRITY,
		    "audit log: the patients of event %lld are no ranges",
		    (long long)row->seq);
	if (leaf.n != MERKLE_HASH)
		return ehr_fail(e, EHR_EINTEGRITY,
		    "audit log: event %lld has no leaf hash",
		    (long long)row->seq);
	return 0;
}

/* An open begin without patients is about all. */
static bool concerns(const struct audit_row *row, int64_t patient)
{
	for (size_t i = 0; i < row->n_range; i++)
		if (row->range[i].first <= patient &&
		    row->range[i].last >= patient)
			return true;
	return patient == 0 || row->n_range == 0;
}

int audit_each(struct store *db, const struct audit_filter *f,
    int (*fn)(void *arg, const struct audit_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db,
	    &audit_sql[f->patient ? SQL_EACH_OF_PATIENT : SQL_EACH]);
	RANGES_AUTO set = { 0 };
	struct audit_row row;
	int rc;

	stmt_int(s, 1, f->patient);
	stmt_text(s, 2, f->user);
	stmt_text(s, 3, f->action);
	stmt_int(s, 4, f->since);
	stmt_int(s, 5, f->until ? f->until : INT64_MAX);
	stmt_int(s, 6, f->from);
	while ((rc = stmt_step(s, e)) > 0) {
		rc = take_row(s, &set, &row, e);
		if (rc == 0 && concerns(&row, f->patient) && (!f->flag ||
		    audit_flagged(row.scope, f->flag)))
			rc = fn(arg, &row);
		if (rc != 0)
			break;
	}
	stmt_reset(s);
	return rc;
}

static int no_event(int64_t seq, struct ehr_err *e)
{
	return ehr_fail(e, EHR_ENOENT, "audit log: no event %lld",
	    (long long)seq);
}

int audit_get(struct store *db, int64_t seq,
    int (*fn)(void *arg, const struct audit_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_GET]);
	RANGES_AUTO set = { 0 };
	struct audit_row row;
	int rc;

	stmt_int(s, 1, seq);
	rc = stmt_step(s, e);
	if (rc == 0)
		rc = no_event(seq, e);
	if (rc > 0)
		rc = take_row(s, &set, &row, e);
	if (rc == 0)
		rc = fn(arg, &row);
	stmt_reset(s);
	return rc;
}

/* The row s stands at as bytes. */
static int take_bytes(struct stmt *s, struct buf *bytes, struct ehr_err *e)
{
	struct str kept = stmt_col(s, COL_LEAF);
	uint8_t hash[MERKLE_HASH];
	BUF_AUTO leaf = BUF_INIT;

	leaf_row(&leaf, s);
	leaf_end(&leaf, hash);
	if (kept.n != MERKLE_HASH || memcmp(kept.s, hash, MERKLE_HASH) != 0)
		return ehr_fail(e, EHR_EINTEGRITY, "audit log: event %lld "
		    "differs from its leaf hash",
		    (long long)stmt_col_int(s, COL_SEQ));
	buf_add(bytes, leaf.s + 1, leaf.len - 1);
	return 0;
}

int audit_event_bytes(struct store *db, int64_t seq, struct buf *bytes,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_GET]);
	int rc;

	stmt_int(s, 1, seq);
	rc = stmt_step(s, e);
	if (rc > 0)
		rc = take_bytes(s, bytes, e);
	else if (rc == 0)
		rc = no_event(seq, e);
	stmt_reset(s);
	return rc;
}

int audit_head(struct store *db, uint64_t *size, uint8_t root[MERKLE_HASH],
    struct ehr_err *e)
{
	struct merkle m;
	int rc = head_read(db, &m, root, e);

	if (rc == 0)
		*size = m.size;
	return rc;
}

/* ---- proofs ---- */

/* merkle_fn over the store: a subtree of height 8 L + r is made of 2^r
 * hashes of level L. */
static int stored_node(void *arg, unsigned level, uint64_t index,
    uint8_t out[MERKLE_HASH], struct ehr_err *e)
{
	unsigned count = 1U << level % TILE_BITS;
	struct merkle m = { .size = 0 };
	int rc = tile_gather(arg, level / TILE_BITS, index * count, count, &m,
	    NULL, e);

	memcpy(out, m.node[0], MERKLE_HASH);
	return rc;
}

static int check_size(struct store *db, uint64_t size, struct ehr_err *e)
{
	uint8_t root[MERKLE_HASH];
	uint64_t now;
	int rc = audit_head(db, &now, root, e);

	if (rc == 0 && size > now)
		rc = ehr_fail(e, EHR_ENOENT, "audit log: it has only %llu "
		    "events", (unsigned long long)now);
	return rc;
}

int audit_root_at(struct store *db, uint64_t size, uint8_t root[MERKLE_HASH],
    struct ehr_err *e)
{
	int rc = check_size(db, size, e);

	if (rc == 0)
		rc = merkle_range(stored_node, db, 0, size, root, e);
	return rc;
}

int audit_prove_event(struct store *db, int64_t seq, uint64_t size,
    struct merkle_proof *proof, struct ehr_err *e)
{
	int rc = check_size(db, size, e);

	if (rc == 0 && (seq < 1 || (uint64_t)seq > size))
		rc = ehr_fail(e, EHR_ENOENT, "audit log: no event %lld among "
		    "%llu", (long long)seq, (unsigned long long)size);
	if (rc == 0)
		rc = merkle_inclusion(stored_node, db, (uint64_t)seq - 1, size,
		    proof, e);
	return rc;
}

int audit_prove_growth(struct store *db, uint64_t size1, uint64_t size2,
    struct merkle_proof *proof, struct ehr_err *e)
{
	int rc = check_size(db, size2, e);

	if (rc == 0)
		rc = merkle_consistency(stored_node, db, 0, size1, size2,
		    proof, e);
	return rc;
}
