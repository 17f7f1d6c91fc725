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
	bool note = rc > 0 && res.type == FHIR_DocumentReference;

	if (rc > 0) {
		k.source = res.source;
		buf_addstr(&id, res.id);
	}
	if (rc > 0)
		rc = res.type == FHIR_Provenance ? is_signature(&k, &res) : 0;
	stmt_reset(sql(r, RES_GET));
	k.id = buf_str(&id);
	return rc == 0 && note ? note_signed(&k, rid) : rc;
}

int signed_refuses(struct batch *b, const struct item_ref *it,
    struct ehr_err *e)
{
	struct resource cur = { .state = RECORD_DELETED };
	bool gone = it->h.flags & ITEM_DELETE, changes = false;
	int64_t rid = 0;
	int rc;

	if (!signed_type(it->h.type))
		return 0;
	rc = ident_find(b->r, it->h.source, it->id, it->h.type, false, &rid, e);
	if (rc > 0)
		rc = row_load(b->r, rid, &cur, e);
	if (rc > 0 && cur.state == RECORD_LIVE)
		changes = gone ? cur.updated <= it->h.updated :
		    memcmp(cur.hash.s, it->h.hash, sizeof(it->h.hash)) != 0;
	stmt_reset(sql(b->r, RES_GET)); /* no snapshot is kept */
	if (rc > 0 && changes && !gone) {
		rc = version_known(b->r, rid, it->h.hash, e);
		changes = rc == 0;
	}
	return rc < 0 ? rc : changes ? signed_here(b->r, rid, 0, e) : 0;
}
