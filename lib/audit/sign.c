/*
 * sign.c - who signs checkpoints: a key, and what it signed last.
 *
 * The file:
 *
 *	EHR-SIGNER-1
 *	name <name of the key, origin of the log>
 *	secret <64 hexadecimal digits>
 *
 *	<the last checkpoint, signed>
 */
#include <stdio.h>
#include <stdlib.h>

#include "ehr/audit-sign.h"
#include "ehr/keys.h"

#define HEADER "EHR-SIGNER-1\n"

struct signer {
	char *path;
	int lock;
	struct note_key key;
	struct secret *file;		/* its bytes */
	uint8_t *secret;		/* CURVE_LEN, in memory for secrets */
	struct buf note;		/* the last checkpoint */
	struct checkpoint last;
};

/* ---- the log against a checkpoint ---- */

static struct str hash_str(const uint8_t *h)
{
	return (struct str){ (const char *)h, MERKLE_HASH };
}

/* The head as recorded, if the stored hashes lead to it. */
static int read_now(struct store *db, struct checkpoint *now,
    struct ehr_err *e)
{
	uint8_t root[MERKLE_HASH];
	int rc = audit_head(db, &now->size, now->root, e);

	if (rc == 0)
		rc = audit_root_at(db, now->size, root, e);
	if (rc == 0 && memcmp(root, now->root, MERKLE_HASH) != 0)
		rc = ehr_fail(e, EHR_EINTEGRITY, "audit log: its head is not "
		    "that of its events");
	return rc;
}

/* The proof is made of what is stored, and then believed only as far as it
 * leads from one root to the other. */
static int check_growth(struct store *db, const struct checkpoint *c,
    const struct checkpoint *now, bool *fits, struct ehr_err *e)
{
	struct merkle_proof proof = { .n = 0 };
	struct str path[MERKLE_DEPTH + 1];
	int rc = 0;

	if (c->size > 0 && c->size < now->size)
		rc = audit_prove_growth(db, c->size, now->size, &proof, e);
	for (size_t i = 0; i < proof.n; i++)
		path[i] = hash_str(proof.hash[i]);
	*fits = merkle_verify_subtree_consistency(0, c->size, now->size,
	    hash_str(c->root), hash_str(now->root), path, proof.n);
	return rc;
}

int checkpoint_fits(struct store *db, const struct checkpoint *c,
    const char *file, struct checkpoint *now, struct ehr_err *e)
{
	struct checkpoint own = { .size = 0 };
	bool fits = false;
	int rc = read_now(db, &own, e);

	if (rc == 0 && c->size > own.size)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: tells of %llu events, "
		    "the record has %llu: it was cut off, or an older copy "
		    "put back", file, (unsigned long long)c->size,
		    (unsigned long long)own.size);
	if (rc == 0)
		rc = check_growth(db, c, &own, &fits, e);
	if (rc == 0 && !fits)
		rc = ehr_fail(e, EHR_EINTEGRITY, "%s: the record's log is not "
		    "what it was at event %llu", file,
		    (unsigned long long)c->size);
	if (rc == 0 && now) {
		now->size = own.size;
		memcpy(now->root, own.root, MERKLE_HASH);
	}
	return rc;
}

/* ---- the file ---- */

static int put_file(const struct signer *s, bool fresh, struct ehr_err *e)
{
	SECRET_AUTO *text = NULL;
	size_t max;
	int rc = secret_make(&text, e);

	if (rc < 0)
		return rc;
	max = sizeof(text->s);
	text->n = (size_t)snprintf(text->s, max, HEADER "name %s\nsecret ",
	    s->key.name);
	for (int i = 0; i < CURVE_LEN; i++)
		text->n += (size_t)snprintf(text->s + text->n, max - text->n,
		    "%02x", s->secret[i]);
	text->n += (size_t)snprintf(text->s + text->n, max - text->n,
	    "\n\n%s", s->note.s);
	return keys_write_file(s->path, secret_str(text), 0600, fresh, e);
}

/* Takes the value of "name value\n" at the start of *rest. */
static bool take(struct str *rest, const char *name, struct str *value)
{
	if (!str_starts(*rest, name) || !str_split(rest, '\n', value))
		return false;
	value->s += strlen(name);
	value->n -= strlen(name);
	return true;
}

static int parse_file(struct signer *s, struct ehr_err *e)
{
	struct str rest = secret_str(s->file), name, hex;

	if (!str_starts(rest, HEADER))
		return ehr_fail(e, EHR_ENOTEHR, "%s: not a signer", s->path);
	rest.s += sizeof(HEADER) - 1;
	rest.n -= sizeof(HEADER) - 1;
	if (!take(&rest, "name ", &name) || !note_name_valid(name) ||
	    !take(&rest, "secret ", &hex) ||
	    !hex_parse(hex, s->secret, CURVE_LEN) ||
	    rest.n == 0 || rest.s[0] != '\n')
		return ehr_fail(e, EHR_EINTEGRITY, "%s: name or secret are "
		    "faulty", s->path);
	memcpy(s->key.name, name.s, name.n);
	ed25519_public(s->secret, s->key.public);
	buf_add(&s->note, rest.s + 1, rest.n - 1);
	return checkpoint_parse(&s->last, s->path, buf_str(&s->note), &s->key,
	    e);
}

static int signer_new(struct signer **out, const char *path,
    struct ehr_err *e)
{
	struct signer *s = xcalloc(1, sizeof(*s));
	void *p = NULL;
	int rc;

	*out = s;
	s->path = xstrdup(path);
	s->lock = -1;
	s->note = BUF_INIT;
	rc = secret_make(&s->file, e);
	if (rc == 0)
		rc = secret_new(&p, CURVE_LEN, e);
	s->secret = p;
	return rc;
}

void signer_close(struct signer **s)
{
	if (*s == NULL)
		return;
	keys_unlock_file(&(*s)->lock);
	secret_release(&(*s)->file);
	secret_free((*s)->secret);
	buf_release(&(*s)->note);
	free((*s)->path);
	free(*s);
	*s = NULL;
}

int signer_open(struct signer **out, const char *path, struct ehr_err *e)
{
	struct signer *s;
	int rc = signer_new(out, path, e);

	s = *out;
	if (rc == 0)
		rc = keys_lock_file(path, &s->lock, e);
	if (rc == 0)
		rc = keys_read_file(path, s->file->s, KEYS_MAX_SECRET,
		    &s->file->n, e);
	if (rc == EHR_ENOENT)
		rc = ehr_fail(e, EHR_ENOTEHR, "%s: no such signer (ehr-audit "
		    "signer new)", path);
	return rc < 0 ? rc : parse_file(s, e);
}

const struct note_key *signer_key(const struct signer *s)
{
	return &s->key;
}

const struct checkpoint *signer_last(const struct signer *s)
{
	return &s->last;
}

/* ---- signing ---- */

static void sign(const struct signer *s, struct checkpoint c,
    struct buf *note)
{
	BUF_AUTO text = BUF_INIT;

	c.origin = str_of(s->key.name);
	checkpoint_text(&text, &c);
	note_sign(note, buf_str(&text), &s->key, s->secret);
}

static int keep(struct signer *s, const struct checkpoint *now, bool fresh,
    struct ehr_err *e)
{
	buf_reset(&s->note);
	sign(s, *now, &s->note);
	s->last = *now;
	s->last.origin = str_of(s->key.name);
	return put_file(s, fresh, e);
}

int signer_make(const char *path, const char *name, struct store *db,
    struct note_key *k, struct ehr_err *e)
{
	struct checkpoint now = { .size = 0 };
	SIGNER_AUTO *s = NULL;
	int rc = signer_new(&s, path, e);

	if (rc == 0 && !note_name_valid(str_of(name)))
		rc = ehr_fail(e, EHR_EUSAGE, "name of a signer: up to %d bytes "
		    "without blanks and plus signs", MAX_NOTE_NAME);
	if (rc == 0)
		rc = read_now(db, &now, e);
	if (rc < 0)
		return rc;
	memcpy(s->key.name, name, strlen(name));
	crypto_random(s->secret, CURVE_LEN);
	ed25519_public(s->secret, s->key.public);
	rc = keep(s, &now, true, e);
	*k = s->key;
	return rc;
}

int signer_check(const struct signer *s, struct store *db, struct ehr_err *e)
{
	return checkpoint_fits(db, &s->last, s->path, NULL, e);
}

int signer_sign(struct signer *s, struct store *db, uint64_t size,
    struct buf *note, struct ehr_err *e)
{
	struct checkpoint now;
	int rc = checkpoint_fits(db, &s->last, s->path, &now, e);

	if (rc == 0 && now.size > s->last.size)
		rc = keep(s, &now, false, e);
	if (rc == 0 && size && size < now.size) {
		now.size = size;
		rc = audit_root_at(db, size, now.root, e);
	} else if (rc == 0 && size > now.size) {
		rc = ehr_fail(e, EHR_ENOENT, "audit log: it has only %llu "
		    "events", (unsigned long long)now.size);
	}
	if (rc == 0)
		sign(s, now, note);
	return rc;
}
