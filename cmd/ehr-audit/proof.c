/* proof.c - ehr-audit prove, consistency, verify-proof: proofs for somebody
 * who has no record. */
#include <stdlib.h>

#include "audit-tool.h"

static struct {
	const char *key, *against, *signer;
} want;

const struct cli_opt audit_check_opts[] = {
	{ "against", 0, CLI_TEXT, 0, "CHECKPOINT", "a checkpoint that was "
	    "kept", &want.against, 0, 0 },
	{ "key", 'k', CLI_TEXT, 0, "VKEY", "verifier key of the log (else "
	    "that of the signer)", &want.key, 0, 0 },
	{ "signer", 0, CLI_TEXT, 0, "FILE", "who signs (else $EHR_SIGNER)",
	    &want.signer, 0, 0 },
	{ 0 },
};

static int find_key(struct cli *c, struct note_key *k, struct ehr_err *e)
{
	SIGNER_AUTO *s = NULL;
	int rc;

	if (want.key)
		return note_key_parse(k, str_of(want.key), e);
	rc = audit_tool_signer(c, want.signer, &s, e);
	if (rc == 0)
		*k = *signer_key(s);
	return rc;
}

/* --against: 1 and the checkpoint of that file, bytes hold it; 0: not given. */
static int read_against(struct cli *c, struct buf *bytes,
    struct checkpoint *k, struct ehr_err *e)
{
	struct note_key key;
	int rc;

	if (want.against == NULL)
		return 0;
	rc = find_key(c, &key, e);
	if (rc == 0)
		rc = note_read(want.against, bytes, e);
	if (rc == 0)
		rc = checkpoint_parse(k, want.against, buf_str(bytes), &key, e);
	return rc < 0 ? rc : 1;
}

int audit_tool_against(struct cli *c, struct store *db, struct ehr_err *e)
{
	BUF_AUTO bytes = BUF_INIT;
	struct checkpoint kept;
	int rc = read_against(c, &bytes, &kept, e);

	return rc <= 0 ? rc : checkpoint_fits(db, &kept, want.against, NULL,
	    e);
}

/* ---- making ---- */

/* The checkpoint that a proof leads to, of size events unless that is 0: the
 * one that was kept, else one signed now. Leaves db in a snapshot. */
static int end_of_proof(struct cli *c, struct store *db, uint64_t size,
    struct buf *note, struct checkpoint *at, struct ehr_err *e)
{
	SIGNER_AUTO *s = NULL;
	int rc = read_against(c, note, at, e);

	if (rc > 0 && size && at->size != size)
		return cli_usage(c, e, "--against: not of that size");
	if (rc > 0) {
		rc = store_begin(db, STORE_SNAPSHOT, e);
		return rc < 0 ? rc : checkpoint_fits(db, at, want.against,
		    NULL, e);
	}
	if (rc == 0)
		rc = audit_tool_signer(c, want.signer, &s, e);
	if (rc == 0)
		rc = store_begin(db, STORE_SNAPSHOT, e);
	if (rc == 0)
		rc = signer_sign(s, db, size, note, e);
	if (rc == 0)
		rc = checkpoint_parse(at, "signed", buf_str(note),
		    signer_key(s), e);
	return rc;
}

static int put_proof(struct cli *c, struct tlog_proof *p,
    const struct buf *note, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;

	p->checkpoint = buf_str(note);
	tlog_proof_format(&text, p);
	return cli_put(c, &text, e);
}

int audit_prove(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	TLOG_PROOF_AUTO p = TLOG_PROOF_INIT;
	BUF_AUTO note = BUF_INIT;
	struct checkpoint at;
	struct store *db;
	int64_t seq;
	int rc = audit_tool_seq(c, 0, &seq, e);

	if (rc == 0)
		rc = audit_tool_open(c, &a, e);
	if (rc < 0)
		return rc;
	db = record_store(a.r);
	rc = end_of_proof(c, db, 0, &note, &at, e);
	if (rc == 0)
		rc = audit_prove_event(db, seq, at.size, &p.path, e);
	if (rc == 0)
		rc = audit_event_bytes(db, seq, &p.leaf, e);
	p.from = (uint64_t)seq - 1;
	return rc < 0 ? rc : put_proof(c, &p, &note, e);
}

int audit_consistency(struct cli *c, struct ehr_err *e)
{
	SIGNING_AUTO s = { 0 };
	TLOG_PROOF_AUTO p = TLOG_PROOF_INIT;
	BUF_AUTO note = BUF_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct checkpoint at;
	int64_t size[2] = { 0, 0 };
	int rc = 0;

	for (int i = 0; rc == 0 && i < c->argc; i++)
		rc = audit_tool_seq(c, i, &size[i], e);
	if (rc == 0 && size[1] && size[1] < size[0])
		return cli_usage(c, e, "OLD is more than NEW");
	if (rc == 0)
		rc = access_store(&s.db, &opt, STORE_READ, e);
	if (rc == 0)
		rc = store_need(s.db, PERM_VERIFY, c->verb->name, e);
	if (rc == 0)
		rc = end_of_proof(c, s.db, (uint64_t)size[1], &note, &at, e);
	if (rc == 0 && at.size < (uint64_t)size[0])
		rc = ehr_fail(e, EHR_ENOENT, "audit log: it has only %llu "
		    "events", (unsigned long long)at.size);
	if (rc == 0 && (uint64_t)size[0] < at.size)
		rc = audit_prove_growth(s.db, (uint64_t)size[0], at.size,
		    &p.path, e);
	p.kind = TLOG_GROWTH;
	p.from = (uint64_t)size[0];
	return rc < 0 ? rc : put_proof(c, &p, &note, e);
}

/* ---- checking, without a record ---- */

struct told {
	struct printer *p;
	struct ehr_err *e;
	int rc;
};

static void tell(struct told *t, const char *name, struct str value)
{
	if (t->rc < 0 || value.n == 0)
		return;
	print_text(t->p, str_of(name));
	print_text(t->p, value);
	t->rc = print_row(t->p, t->e);
}

static void tell_number(struct told *t, const char *name, uint64_t v)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%llu", (unsigned long long)v);
	tell(t, name, buf_str(&b));
}

static void tell_event(struct told *t, const struct audit_row *row)
{
	BUF_AUTO time = BUF_INIT;

	date_format_ms(&time, row->time);
	tell_number(t, "event", (uint64_t)row->seq);
	tell(t, "time", buf_str(&time));
	tell(t, "user", row->user);
	tell(t, "role", row->role);
	tell(t, "device", row->device);
	tell(t, "tool", row->tool);
	tell(t, "action", row->action);
	tell(t, "outcome", row->outcome);
	tell(t, "scope", row->scope);
	tell(t, "purpose", row->purpose);
	tell_number(t, "patients", (uint64_t)row->patients);
}

static int tell_proof(struct cli *c, const struct tlog_proof *p,
    const struct checkpoint *at, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "field", 0 },
		{ "value", PRINT_WIDE } };
	struct told t = { NULL, e, 0 };
	struct audit_row row;
	BUF_AUTO root = BUF_INIT;

	t.rc = print_open(&t.p, c, cols, ARRAY_LEN(cols), e);
	if (t.rc < 0)
		return t.rc;
	base64_encode(&root, at->root, MERKLE_HASH);
	tell(&t, "proved", p->kind == TLOG_GROWTH ? STR("consistency") :
	    STR("inclusion"));
	if (p->kind == TLOG_GROWTH)
		tell_number(&t, "old", p->from);
	else if (audit_event_parse(buf_str(&p->leaf), &row))
		tell_event(&t, &row);
	tell(&t, "origin", at->origin);
	tell_number(&t, "size", at->size);
	tell(&t, "root", buf_str(&root));
	return print_close(t.p, t.rc, e);
}

/* A proof of inclusion against a checkpoint that was kept: are they one? */
static int same_head(const struct checkpoint *at,
    const struct checkpoint *kept, struct ehr_err *e)
{
	if (at->size != kept->size)
		return ehr_fail(e, EHR_ENO, "proved for %llu events, %s is of "
		    "%llu", (unsigned long long)at->size, want.against,
		    (unsigned long long)kept->size);
	return memcmp(at->root, kept->root, MERKLE_HASH) == 0 ? 0 :
	    ehr_fail(e, EHR_EINTEGRITY, "%s: two heads of one size were "
		"signed", want.against);
}

static int check_proof(struct cli *c, const struct tlog_proof *p,
    struct checkpoint *at, struct ehr_err *e)
{
	BUF_AUTO bytes = BUF_INIT;
	struct checkpoint kept = { .size = 0 };
	struct note_key key;
	int rc = read_against(c, &bytes, &kept, e);

	if (rc == 0 && p->kind == TLOG_GROWTH)
		return cli_usage(c, e, "the older checkpoint is wanted "
		    "(--against)");
	if (rc >= 0)
		rc = find_key(c, &key, e);
	if (rc == 0)
		rc = checkpoint_parse(at, c->argv[0], p->checkpoint, &key, e);
	if (rc == 0)
		rc = tlog_proof_check(p, c->argv[0], at, &kept, e);
	if (rc == 0 && want.against && p->kind == TLOG_INCLUSION)
		rc = same_head(at, &kept, e);
	return rc;
}

int audit_verify_proof(struct cli *c, struct ehr_err *e)
{
	TLOG_PROOF_AUTO p = TLOG_PROOF_INIT;
	BUF_AUTO bytes = BUF_INIT;
	struct checkpoint at;
	int rc = note_read(c->argv[0], &bytes, e);

	if (rc == 0)
		rc = tlog_proof_parse(&p, c->argv[0], buf_str(&bytes), e);
	if (rc == 0)
		rc = check_proof(c, &p, &at, e);
	return rc < 0 ? rc : tell_proof(c, &p, &at, e);
}
