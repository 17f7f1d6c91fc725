/* Snapshots: what a submission was made of, kept as it was printed. */
#include "quality/impl.h"
#include "quality/statements.h"

enum { TEXT_MAX = 1 << 30 };

static void digest(struct str text, uint8_t out[SHA256_LEN])
{
	struct sha256_ctx *c = sha256_new();

	sha256_update(c, text.s, text.n);
	sha256_final(c, out);
	sha256_free(c);
}

int quality_snapshot_add(struct store *db, struct str name, struct str user,
    struct str text, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &quality_sql_table[SNAPSHOT_FIND]);
	BUF_AUTO packed = BUF_INIT;
	uint8_t hash[SHA256_LEN];
	int rc;

	stmt_text(s, 1, name);
	rc = stmt_step(s, e);
	stmt_reset(s);
	if (rc != 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_EREJECT,
		    "there is a snapshot of that name, and none is changed");
	digest(text, hash);
	store_pack_plain(text, &packed);
	s = store_sql(db, &quality_sql_table[SNAPSHOT_ADD]);
	stmt_text(s, 1, name);
	stmt_int(s, 2, store_time(db));
	stmt_text(s, 3, user);
	stmt_blob(s, 4, hash, sizeof(hash));
	stmt_int(s, 5, (int64_t)text.n);
	stmt_blob(s, 6, packed.s, packed.len);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 0;
}

int quality_snapshot_each(struct store *db,
    int (*fn)(void *arg, const struct quality_snapshot *s), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &quality_sql_table[SNAPSHOT_LIST]);
	struct quality_snapshot x;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		struct str hash = stmt_col(s, 3);

		x = (struct quality_snapshot){ stmt_col(s, 0),
			stmt_col(s, 2), stmt_col_int(s, 1), stmt_col_int(s, 4),
			{ 0 } };
		if (hash.n == sizeof(x.sha256))
			memcpy(x.sha256, hash.s, hash.n);
		rc = fn(arg, &x);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

int quality_snapshot_text(struct store *db, struct str name, struct buf *text,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &quality_sql_table[SNAPSHOT_FIND]);
	uint8_t hash[SHA256_LEN];
	struct str kept;
	int rc;

	stmt_text(s, 1, name);
	rc = stmt_step(s, e);
	if (rc == 0)
		rc = ehr_fail(e, EHR_ENOENT, "no such snapshot");
	if (rc > 0)
		rc = store_unpack_plain(db, stmt_col(s, 1), TEXT_MAX, text, e);
	if (rc >= 0) {
		kept = stmt_col(s, 0);
		digest(buf_str(text), hash);
		rc = kept.n == sizeof(hash) &&
		    memcmp(kept.s, hash, sizeof(hash)) == 0 ? 0
		    : ehr_fail(e, EHR_EINTEGRITY,
			"the snapshot is not what it was when it was made");
	}
	stmt_reset(s);
	return rc;
}
