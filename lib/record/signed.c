/* signed.c - a note that ehr-note signed never changes, it only grows: which
 * notes and signatures these are. What another system signed is that system's
 * to amend, so signatures that were imported do not count. */
#include "impl.h"

bool record_signature(const struct tape *t, struct str id, int64_t *version,
    struct buf *digest)
{
	uint32_t target = tape_get(t, 0, "target");
	uint32_t what = tape_path(t, 0, "entity.what");
	BUF_AUTO text = BUF_INIT;
	bool meant = false;
	struct fhir_ref f;

	*version = 0;
	buf_reset(digest);
	what = what ? tape_get(t, what, "identifier") : 0;
	if (target == 0 || tape_type(t, target) != TAPE_ARRAY || what == 0)
		return false;
	buf_addstr(digest, tape_member(t, what, "value", &text));
	tape_each(t, target, i) {
		fhir_ref_parse(tape_member(t, i, "reference", &text), &f);
		if (f.type != FHIR_DocumentReference ||
		    (id.s && !str_eq(f.id, id)))
			continue;
		meant = true;
		str_int(f.version, version);
	}
	return meant && str_starts(buf_str(digest), RECORD_DIGEST);
}

struct seeking {
	struct record *r;
	int source;
	struct str id; /* of the note; STR_NONE: any */
	int64_t by;    /* batch that is to have signed; 0: any */
	struct ehr_err *e;
};

/* The batch that signed: ehr-note's, or 0. */
static int64_t signer(struct seeking *k, int64_t rid)
{
	struct stmt *s = sql(k->r, SIGNED_BY);
	int64_t batch = 0;

	stmt_int(s, 1, rid);
	if (stmt_step(s, k->e) > 0)
		batch = stmt_col_int(s, 0);
	stmt_reset(s);
	return batch;
}

static int is_signature(void *arg, const struct resource *res)
{
	struct seeking *k = arg;
	BUF_AUTO digest = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	int64_t version, batch;

	if (res->source != k->source || res->state != RECORD_LIVE ||
	    tape_parse(&t, res->body.s, res->body.n, &why) < 0 ||
	    !record_signature(&t, k->id, &version, &digest))
		return 0;
	batch = signer(k, res->rid);
	return k->by ? batch == k->by : batch > 0;
}

static int note_signed(struct seeking *k, int64_t rid)
{
	struct record_filter f = RECORD_FILTER;
	int64_t patient;
	int rc = record_patient_of(k->r, rid, RECORD_NOW, &patient, k->e);

	f.whole = true;
	record_types_add(&f.types, FHIR_Provenance);
	return rc < 0 ? rc :
	    record_chart(k->r, patient, &f, is_signature, k, k->e);
}

int signed_here(struct record *r, int64_t rid, int64_t by, struct ehr_err *e)
{
	struct seeking k = { r, 0, STR_NONE, by, e };
	BUF_AUTO id = BUF_INIT;
	struct resource res;
	int rc = row_load(r, rid, &res, e);

	if (rc <= 0 || !signed_type(res.type))
		return rc < 0 ? rc : 0;
	k.source = res.source;
	if (res.type == FHIR_Provenance)
		return is_signature(&k, &res);
	buf_addstr(&id, res.id);
	k.id = buf_str(&id);
	return note_signed(&k, rid);
}

int signed_refuses(struct batch *b, const struct item_ref *it,
    struct ehr_err *e)
{
	struct resource cur = { .state = RECORD_DELETED };
	int64_t rid;
	int rc;

	if (!signed_type(it->h.type))
		return 0;
	rc = ident_find(b->r, it->h.source, it->id, it->h.type, false, &rid, e);
	if (rc > 0)
		rc = row_load(b->r, rid, &cur, e);
	if (rc <= 0 || cur.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	if (it->h.flags & ITEM_DELETE ? cur.updated > it->h.updated :
	    memcmp(cur.hash.s, it->h.hash, sizeof(it->h.hash)) == 0)
		return 0; /* it would change nothing */
	rc = it->h.flags & ITEM_DELETE ? 0 :
	    version_known(b->r, rid, it->h.hash, e);
	return rc != 0 ? (rc < 0 ? rc : 0) :
	    signed_here(b->r, rid, 0, e);
}
