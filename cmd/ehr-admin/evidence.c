/* evidence.c - what phi and risk both look at. */
#include "evidence.h"

#include "ehr/comply.h"

const char *evidence_word(enum evidence v)
{
	static const char *const word[] = { "yes", "no", "cannot tell" };

	return word[v];
}

int evidence_open(struct evidence_of *x, struct cli *c, struct ehr_err *e)
{
	int rc = store_is_encrypted(c->db, e);

	x->c = c;
	x->encrypted = rc > 0;
	if (rc >= 0)
		rc = admin_open(c, &x->a, STORE_READ, e);
	return rc < 0 ? rc : access_need(&x->a, PERM_VERIFY, "evidence", e);
}

enum evidence evidence_encryption(struct evidence_of *x, struct buf *why)
{
	buf_adds(why, x->encrypted ? "AES-256-GCM page by page, log and "
	    "temporary files too" : "the record is plain: ehr-admin encrypt");
	return x->encrypted ? EVIDENCE_YES : EVIDENCE_NO;
}

struct tally {
	int64_t all, open;
};

static int count(void *arg, const struct comply_entry *x)
{
	struct tally *t = arg;

	t->all++;
	t->open += x->closed == 0;
	return 0;
}

static struct tally tally(struct evidence_of *x, const char *kind)
{
	struct tally t = { 0, 0 };

	comply_register_each(record_store(x->a.r), str_of(kind), true, count,
	    &t, NULL);
	return t;
}

enum evidence evidence_disposal(struct evidence_of *x, struct buf *why)
{
	struct tally t = tally(x, "disposal");

	buf_addf(why, "register: %lld, of which %lld wait",
	    (long long)t.all, (long long)t.open);
	return t.open ? EVIDENCE_NO : t.all ? EVIDENCE_YES : EVIDENCE_UNKNOWN;
}

enum evidence evidence_devices(struct evidence_of *x, struct buf *why)
{
	struct tally t = tally(x, "device");

	buf_addf(why, "register: %lld in use", (long long)t.open);
	return t.open ? EVIDENCE_YES : EVIDENCE_NO;
}
