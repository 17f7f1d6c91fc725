/*
 * proof.c - proofs as text.
 *
 *	c2sp.org/tlog-proof@v1		old 4711
 *	extra <base64 of the event>	<base64 of a hash> ...
 *	index 17
 *	<base64 of a hash> ...		<checkpoint>
 *
 *	<checkpoint>
 *
 * The left one is c2sp.org/tlog-proof, the right one what a witness takes
 * (c2sp.org/tlog-witness, add-checkpoint).
 */
#include "ehr/audit-sign.h"
#include "ehr/crypto.h"
#include "text.h"

#define HEADER "c2sp.org/tlog-proof@v1"

void tlog_proof_release(struct tlog_proof *p)
{
	buf_release(&p->leaf);
}

void tlog_proof_format(struct buf *b, const struct tlog_proof *p)
{
	if (p->kind == TLOG_INCLUSION) {
		buf_adds(b, HEADER "\nextra ");
		base64_encode(b, p->leaf.s, p->leaf.len);
		buf_addf(b, "\nindex %llu\n", (unsigned long long)p->from);
	} else {
		buf_addf(b, "old %llu\n", (unsigned long long)p->from);
	}
	for (size_t i = 0; i < p->path.n; i++) {
		base64_encode(b, p->path.hash[i], MERKLE_HASH);
		buf_addch(b, '\n');
	}
	buf_addch(b, '\n');
	buf_addstr(b, p->checkpoint);
}

/* ---- reading ---- */

struct reading {
	const char *file, *spec;
	unsigned line;
	struct str rest;
	struct ehr_err *e;
};

static int faulty(const struct reading *r, const char *what)
{
	return ehr_fail(r->e, EHR_EINTEGRITY, "%s:%u: c2sp.org/%s: %s",
	    r->file, r->line, r->spec, what);
}

/* The next line, without "word " before it; false: it does not begin so, or
 * is not ended. */
static bool next(struct reading *r, const char *word, struct str *value)
{
	struct str rest = r->rest;

	if (!str_split(&rest, '\n', value) || rest.s == NULL ||
	    !str_starts(*value, word))
		return false;
	r->rest = rest;
	r->line++;
	value->s += strlen(word);
	value->n -= strlen(word);
	return true;
}

static int take_head(struct reading *r, struct tlog_proof *p)
{
	struct str v;

	r->spec = "tlog-witness";
	r->line = 1;
	p->kind = TLOG_GROWTH;
	if (next(r, "old ", &v))
		return text_size(v, &p->from) ? 0 : faulty(r, "no old size");
	p->kind = TLOG_INCLUSION;
	r->spec = "tlog-proof";
	if (!next(r, HEADER, &v) || v.n)
		return faulty(r, "not a proof of inclusion or consistency");
	if (!next(r, "extra ", &v) || !text_base64_any(v, &p->leaf))
		return faulty(r, "no extra with the event");
	if (!next(r, "index ", &v) || !text_size(v, &p->from))
		return faulty(r, "no index");
	return 0;
}

int tlog_proof_parse(struct tlog_proof *p, const char *file, struct str bytes,
    struct ehr_err *e)
{
	struct reading r = { file, NULL, 1, bytes, e };
	struct str v;
	int rc = take_head(&r, p);

	p->path.n = 0;
	while (rc == 0) {
		if (!next(&r, "", &v))
			return faulty(&r, "cut off");
		if (v.n == 0)
			break;
		if (p->path.n == MERKLE_DEPTH ||
		    !text_base64(v, p->path.hash[p->path.n++], MERKLE_HASH))
			rc = faulty(&r, "not a hash, or too many");
	}
	p->checkpoint = r.rest;
	return rc;
}

/* ---- checking ---- */

static struct str hash_str(const uint8_t *h)
{
	return (struct str){ (const char *)h, MERKLE_HASH };
}

static bool included(const struct tlog_proof *p, const struct checkpoint *c,
    const struct str *path)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t leaf[MERKLE_HASH];

	buf_addch(&b, 0); /* RFC 6962 2.1: of a leaf */
	buf_addstr(&b, buf_str(&p->leaf));
	sha256(b.s, b.len, leaf);
	return merkle_verify_inclusion(p->from, c->size, hash_str(leaf),
	    hash_str(c->root), path, p->path.n);
}

static bool grown(const struct tlog_proof *p, const struct checkpoint *c,
    const struct checkpoint *before, const struct str *path)
{
	return before->size == p->from &&
	    (before->size > 0 || p->path.n == 0) &&
	    merkle_verify_subtree_consistency(0, before->size, c->size,
		hash_str(before->root), hash_str(c->root), path, p->path.n);
}

int tlog_proof_check(const struct tlog_proof *p, const char *file,
    const struct checkpoint *c, const struct checkpoint *before,
    struct ehr_err *e)
{
	struct str path[MERKLE_DEPTH + 1];
	bool ok;

	for (size_t i = 0; i < p->path.n; i++)
		path[i] = hash_str(p->path.hash[i]);
	ok = p->kind == TLOG_INCLUSION ? included(p, c, path) :
	    grown(p, c, before, path);
	return ok ? 0 : ehr_fail(e, EHR_EINTEGRITY, "%s: RFC 6962 2.1: the "
	    "hashes do not lead to the root", file);
}
