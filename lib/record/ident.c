/* ident.c - hashed names: how an id, a full URL or a conditional reference
 * finds its resource. The key is checked against the row, so that a collision
 * costs a look, never a wrong link. */
#include "impl.h"

int64_t ident_key(int source, struct str name, int type)
{
	uint64_t h = hash64(name.s, name.n, (uint64_t)source);

	return (int64_t)((h >> 2 & ~(uint64_t)0xffff) | (uint64_t)type);
}

int ident_add(struct record *r, int64_t key, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, IDENT_ADD);

	stmt_int(s, 1, key);
	stmt_int(s, 2, rid);
	return stmt_run(s, e);
}

/* Has the row of rid this id (when given), and was not moved? 2 when it is
 * live, 1 for a tombstone, 0 no. */
static int still_meant(struct record *r, int64_t rid, struct str id,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, IDENT_ROW);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc > 0 && (stmt_col_int(s, 1) == RECORD_MOVED ||
	    (id.s && !str_eq(id, stmt_col(s, 0)))))
		rc = 0;
	else if (rc > 0 && stmt_col_int(s, 1) == RECORD_LIVE)
		rc = 2;
	stmt_reset(s);
	return rc;
}

int ident_find(struct record *r, int64_t key, struct str id, int64_t *rid,
    struct ehr_err *e)
{
	int64_t found[8];
	int n = 0, hits = 0, best = 1, rc;
	struct stmt *s = sql(r, IDENT_FIND);

	stmt_int(s, 1, key);
	stmt_int(s, 2, ident_is_any(key) ? key | 0xffff : key);
	while ((rc = stmt_step(s, e)) > 0 && n < (int)ARRAY_LEN(found))
		found[n++] = stmt_col_int(s, 0);
	stmt_reset(s);
	for (int i = 0; rc >= 0 && i < n; i++) {
		rc = still_meant(r, found[i], id, e);
		if (rc < best || (hits && found[i] == *rid))
			continue;
		if (rc > best)
			hits = 0; /* what is live beats tombstones */
		best = rc;
		if (hits++ == 0)
			*rid = found[i];
	}
	return rc < 0 ? rc : hits > 2 ? 2 : hits;
}

int ident_placeholder(struct record *r, int64_t key, int64_t *rid,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, IDENT_FIND);
	int rc;

	stmt_int(s, 1, key);
	stmt_int(s, 2, key);
	rc = stmt_step(s, e);
	if (rc > 0)
		*rid = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int base_add(struct record *r, int source, struct str base, struct ehr_err *e)
{
	struct stmt *s;

	if (base_known(r, source, base))
		return 0;
	s = sql(r, BASE_ADD);
	stmt_int(s, 1, source);
	stmt_text(s, 2, base);
	return stmt_run(s, e);
}

bool base_known(struct record *r, int source, struct str base)
{
	struct stmt *s = sql(r, BASE_FIND);
	bool known;

	stmt_int(s, 1, source);
	stmt_text(s, 2, base);
	known = stmt_step(s, NULL) > 0;
	stmt_reset(s);
	return known;
}

struct str ref_base(struct str url, int *type, struct str *id)
{
	struct fhir_ref ref;

	fhir_ref_parse(url, &ref);
	if (ref.kind != FHIR_REF_ABSOLUTE || ref.type == 0)
		return STR_NONE;
	*type = ref.type;
	*id = ref.id;
	return ref.base;
}

void ref_parse(struct record *r, int source, struct str text, struct ref *ref)
{
	struct fhir_ref f;

	fhir_ref_parse(text, &f);
	*ref = (struct ref){ .type = f.type, .id = f.id };
	switch (f.kind) {
	case FHIR_REF_CONTAINED:
		ref->id = STR_NONE;
		return;
	case FHIR_REF_URN:
	case FHIR_REF_RELATIVE:
		break;
	case FHIR_REF_CONDITIONAL:
		ref->conditional = true;
		ref->id = STR_NONE;
		text = f.query;
		break;
	case FHIR_REF_ABSOLUTE:
		if (base_known(r, source, f.base))
			break;
		/* fall through */
	case FHIR_REF_OTHER:
		ref->id = STR_NONE;
		ref->type = 0;
		break;
	}
	ref->key = ident_key(source, ref->id.s ? ref->id : text, ref->type);
}
