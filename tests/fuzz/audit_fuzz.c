/* What others hand in as proof: keys, notes, checkpoints, proofs and events.
 * Any text is taken or refused with its name; what is taken has one form; what
 * our key did not sign is never a checkpoint; a proof that leads to a root
 * does not lead to another one. */
#include "ehr/audit-sign.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static const uint8_t secret[CURVE_LEN] = "fuzz: the key of a log";
static struct note_key key = { .name = "example.com/log" };

static bool refused(int rc, const struct ehr_err *e)
{
	return rc == EHR_EINTEGRITY && e->code == rc && e->msg[0] == 'f';
}

static void verifier_key(struct str text)
{
	struct buf again = BUF_INIT;
	struct ehr_err e = { 0, "" };
	struct note_key k;
	int rc = note_key_parse(&k, text, &e);

	MUST(rc == 0 || rc == EHR_EUSAGE);
	if (rc == 0) {
		note_key_format(&again, &k);
		MUST(str_eq(buf_str(&again), text));
	}
	buf_release(&again);
}

/* As it came. */
static void note(struct str text)
{
	struct ehr_err e = { 0, "" };
	struct checkpoint c;
	struct note n;
	int rc = note_parse(&n, "f", text, &e);

	MUST(rc == 0 || refused(rc, &e));
	if (rc == 0) {
		MUST(n.text.n > 0 && n.text.n + 1 + n.sigs.n == text.n);
		rc = note_check(&n, "f", &key, &e);
		MUST(rc == 0 || refused(rc, &e));
	}
	rc = checkpoint_parse(&c, "f", text, &key, &e);
	MUST(rc == 0 || refused(rc, &e));
}

/* As the text of a note that we sign, so that what is behind the signature is
 * reached. */
static void signed_text(struct str text)
{
	struct buf b = BUF_INIT;
	struct ehr_err e = { 0, "" };
	struct checkpoint c;
	struct note n;

	note_sign(&b, text, &key, secret);
	if (note_parse(&n, "f", buf_str(&b), &e) == 0 &&
	    str_eq(n.text, text)) {
		MUST(note_check(&n, "f", &key, &e) == 0);
		b.s[0] ^= 1; /* of the text: nothing of it may be changed */
		MUST(note_check(&n, "f", &key, &e) == EHR_EINTEGRITY);
		b.s[0] ^= 1;
	}
	if (checkpoint_parse(&c, "f", buf_str(&b), &key, &e) == 0)
		MUST(c.size <= INT64_MAX && str_is(c.origin, key.name));
	buf_release(&b);
}

static void lead_to_a_root(const struct tlog_proof *p)
{
	struct checkpoint c = { .size = p->from + 1 }, before = c;
	struct ehr_err e = { 0, "" };

	for (; c.size <= p->from + 3; c.size++) {
		struct checkpoint other = c;

		other.root[7] ^= 1;
		MUST(tlog_proof_check(p, "f", &c, &before, &e) != 0 ||
		    tlog_proof_check(p, "f", &other, &before, &e) != 0);
	}
}

static void proof(struct str text)
{
	struct tlog_proof p = TLOG_PROOF_INIT, q = TLOG_PROOF_INIT;
	struct buf again = BUF_INIT;
	struct ehr_err e = { 0, "" };
	int rc = tlog_proof_parse(&p, "f", text, &e);

	MUST(rc == 0 || refused(rc, &e));
	if (rc == 0) {
		MUST(p.path.n <= MERKLE_DEPTH);
		tlog_proof_format(&again, &p);
		MUST(tlog_proof_parse(&q, "f", buf_str(&again), &e) == 0);
		MUST(q.kind == p.kind && q.from == p.from &&
		    q.path.n == p.path.n &&
		    str_eq(q.checkpoint, p.checkpoint));
		lead_to_a_root(&p);
	}
	tlog_proof_release(&p);
	tlog_proof_release(&q);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct audit_row row;

	ed25519_public(secret, key.public);
	verifier_key(text);
	note(text);
	signed_text(text);
	proof(text);
	audit_event_parse(text, &row);
	return 0;
}
