/* doc.c - source documents, each kept once. */
#include "charge.h"
#include "ehr/billing-doc.h"

int billing_doc_find(struct store *db, struct str key, int64_t *id,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, DOC_FIND);
	int rc;

	stmt_text(s, 1, key);
	rc = stmt_step(s, e);
	if (rc > 0)
		*id = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int billing_doc_add(struct store *db, int64_t batch,
    const struct billing_doc *d, int64_t *id, struct ehr_err *e)
{
	BUF_AUTO packed = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	struct stmt *s;
	int rc = billing_doc_find(db, d->key, id, e);

	if (rc)
		return rc < 0 ? rc : 0;
	sha256(d->text.s, d->text.n, digest);
	store_pack_plain(d->text, &packed);
	s = charge_sql(db, DOC_ADD);
	stmt_text(s, 1, str_of(d->kind));
	stmt_text(s, 2, d->key);
	stmt_blob(s, 3, digest, sizeof(digest));
	stmt_int(s, 4, (int64_t)d->text.n);
	stmt_int(s, 5, store_time(db));
	stmt_int(s, 6, batch);
	stmt_blob(s, 7, packed.s, packed.len);
	rc = stmt_run(s, e);
	if (rc == 0)
		*id = store_last_rowid(db);
	return rc < 0 ? rc : 1;
}

int billing_doc_text(struct store *db, int64_t id, struct buf *text,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, DOC_TEXT);
	int64_t size = 0;
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0) {
		size = stmt_col_int(s, 1);
		rc = store_unpack_plain(db, stmt_col(s, 0), MAX_DOC, text, e);
		if (rc == 0 && text->len < (size_t)size)
			rc = ehr_fail(e, EHR_EINTEGRITY,
			    "document %lld is damaged", (long long)id);
	} else if (rc == 0) {
		rc = ehr_fail(e, EHR_ENOENT, "%lld: no such document",
		    (long long)id);
	}
	stmt_reset(s);
	return rc;
}
