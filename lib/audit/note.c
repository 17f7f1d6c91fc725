/*
 * note.c - signed notes and verifier keys (c2sp.org/signed-note), and the
 * checkpoints made of them (c2sp.org/tlog-checkpoint).
 */
#include "ehr/audit-sign.h"
#include "ehr/crypto.h"
#include "text.h"

enum { TYPE_ED25519 = 1, ID_LEN = 4, VKEY_LEN = 1 + CURVE_LEN,
	SIG_LEN = ID_LEN + ED25519_SIG_LEN };

#define DASH "\xe2\x80\x94 " /* em dash and blank */

static int faulty(const char *file, unsigned line, const char *what,
    struct ehr_err *e)
{
	return ehr_fail(e, EHR_EINTEGRITY, "%s:%u: c2sp.org/signed-note: %s",
	    file, line, what);
}

/* ---- keys ---- */

static bool is_space(uint32_t c)
{
	static const uint32_t spaces[] = { 0x85, 0xa0, 0x1680, 0x2028, 0x2029,
		0x202f, 0x205f, 0x3000 };

	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if (c == spaces[i])
			return true;
	return c <= ' ' || c == 0x7f || (c >= 0x2000 && c <= 0x200a);
}

bool note_name_valid(struct str name)
{
	const char *at = name.s, *end = str_end(name);

	if (name.n == 0 || name.n > MAX_NOTE_NAME ||
	    utf8_valid(name.s, name.n) != name.n)
		return false;
	while (at < end) {
		uint32_t c = utf8_next(&at, end);

		if (c == '+' || is_space(c))
			return false;
	}
	return true;
}

/* SHA-256(name || 0x0a || type || public key)[:4] */
static void key_id(const struct note_key *k, uint8_t id[ID_LEN])
{
	BUF_AUTO b = BUF_INIT;
	uint8_t hash[SHA256_LEN];

	buf_adds(&b, k->name);
	buf_addch(&b, '\n');
	buf_addch(&b, TYPE_ED25519);
	buf_add(&b, k->public, CURVE_LEN);
	sha256(b.s, b.len, hash);
	memcpy(id, hash, ID_LEN);
}

void note_key_format(struct buf *b, const struct note_key *k)
{
	uint8_t id[ID_LEN], typed[VKEY_LEN] = { TYPE_ED25519 };

	key_id(k, id);
	memcpy(typed + 1, k->public, CURVE_LEN);
	buf_adds(b, k->name);
	buf_addch(b, '+');
	hex_format(b, id, ID_LEN);
	buf_addch(b, '+');
	base64_encode(b, typed, sizeof(typed));
}

int note_key_parse(struct note_key *k, struct str text, struct ehr_err *e)
{
	BUF_AUTO again = BUF_INIT;
	struct str rest = text, name, id;
	uint8_t typed[VKEY_LEN];

	if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &id) ||
	    !note_name_valid(name) ||
	    !text_base64(rest, typed, sizeof(typed)) ||
	    typed[0] != TYPE_ED25519)
		return ehr_fail(e, EHR_EUSAGE, "not a verifier key of Ed25519 "
		    "(name+id+key)");
	memcpy(k->name, name.s, name.n);
	k->name[name.n] = '\0';
	memcpy(k->public, typed + 1, CURVE_LEN);
	note_key_format(&again, k);
	return str_eq(buf_str(&again), text) ? 0 : ehr_fail(e, EHR_EUSAGE,
	    "verifier key: its id is not that of the name and key");
}

/* ---- notes ---- */

int note_read(const char *path, struct buf *bytes, struct ehr_err *e)
{
	int rc = in_all(path, MAX_NOTE, bytes, e);

	return rc == EHR_EREJECT ? EHR_EINTEGRITY : rc;
}

static unsigned count_lines(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.s[i] == '\n';
	return n;
}

/* Where the signatures begin: behind the last empty line; 0: nowhere. */
static size_t find_sigs(struct str s)
{
	for (size_t i = s.n; i-- > 1;)
		if (s.s[i] == '\n' && s.s[i - 1] == '\n')
			return i + 1;
	return 0;
}

/* "- name base64", of which sig is the last; false: no such line. */
static bool sig_line(struct str line, struct str *name, struct str *sig)
{
	if (!str_starts(line, DASH))
		return false;
	*sig = (struct str){ line.s + 4, line.n - 4 };
	str_split(sig, ' ', name);
	return note_name_valid(*name) && sig->n > 0;
}

int note_parse(struct note *n, const char *file, struct str bytes,
    struct ehr_err *e)
{
	struct str rest, line, name, sig;
	size_t at = find_sigs(bytes);
	unsigned i;

	if (utf8_valid(bytes.s, bytes.n) != bytes.n)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: not UTF-8", file);
	for (size_t k = 0; k < bytes.n; k++)
		if ((unsigned char)bytes.s[k] < ' ' && bytes.s[k] != '\n')
			return faulty(file, 1 + count_lines((struct str){
			    bytes.s, k }), "a control character", e);
	if (at < 2 || bytes.s[bytes.n - 1] != '\n' || at == bytes.n)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: "
		    "c2sp.org/signed-note: no signatures", file);
	n->text = (struct str){ bytes.s, at - 1 };
	n->sigs = (struct str){ bytes.s + at, bytes.n - at };
	n->line = 1 + count_lines((struct str){ bytes.s, at });
	rest = n->sigs;
	for (i = 0; rest.n; i++) {
		str_split(&rest, '\n', &line);
		if (i == MAX_NOTE_SIGS || !sig_line(line, &name, &sig))
			return faulty(file, n->line + i, i == MAX_NOTE_SIGS ?
			    "too many signatures" : "no signature line", e);
	}
	return 0;
}

int note_check(const struct note *n, const char *file,
    const struct note_key *k, struct ehr_err *e)
{
	struct str rest = n->sigs, line, name, text;
	uint8_t id[ID_LEN], sig[SIG_LEN];
	unsigned good = 0;

	key_id(k, id);
	for (unsigned i = n->line; rest.n; i++) {
		str_split(&rest, '\n', &line);
		if (!sig_line(line, &name, &text) || !str_is(name, k->name) ||
		    !text_base64(text, sig, sizeof(sig)) ||
		    memcmp(sig, id, ID_LEN) != 0)
			continue;
		if (!ed25519_verify(k->public, n->text, (struct str){
		    (const char *)sig + ID_LEN, ED25519_SIG_LEN }))
			return faulty(file, i, "the signature is wrong", e);
		good++;
	}
	return good ? 0 : ehr_fail(e, EHR_EINTEGRITY, "%s: not signed by this "
	    "key", file);
}

void note_sign(struct buf *b, struct str text, const struct note_key *k,
    const uint8_t secret[CURVE_LEN])
{
	uint8_t sig[SIG_LEN];

	key_id(k, sig);
	ed25519_sign(secret, text, sig + ID_LEN);
	buf_addstr(b, text);
	buf_addf(b, "\n" DASH "%s ", k->name);
	base64_encode(b, sig, sizeof(sig));
	buf_addch(b, '\n');
}

/* ---- checkpoints ---- */

void checkpoint_text(struct buf *b, const struct checkpoint *c)
{
	buf_addstr(b, c->origin);
	buf_addf(b, "\n%llu\n", (unsigned long long)c->size);
	base64_encode(b, c->root, MERKLE_HASH);
	buf_addch(b, '\n');
}

static int bad_line(const char *file, unsigned line, const char *what,
    struct ehr_err *e)
{
	return ehr_fail(e, EHR_EINTEGRITY, "%s:%u: c2sp.org/tlog-checkpoint: "
	    "%s", file, line, what);
}

int checkpoint_parse(struct checkpoint *c, const char *file, struct str bytes,
    const struct note_key *k, struct ehr_err *e)
{
	struct note n;
	struct str rest, line;
	int rc = note_parse(&n, file, bytes, e);

	if (rc == 0)
		rc = note_check(&n, file, k, e);
	if (rc < 0)
		return rc;
	rest = n.text;
	if (!str_split(&rest, '\n', &c->origin) || !str_is(c->origin, k->name))
		return bad_line(file, 1, "the origin is not the name of the "
		    "key", e);
	if (!str_split(&rest, '\n', &line) || !text_size(line, &c->size))
		return bad_line(file, 2, "no size", e);
	if (!str_split(&rest, '\n', &line) ||
	    !text_base64(line, c->root, MERKLE_HASH))
		return bad_line(file, 3, "no root", e);
	for (unsigned i = 4; rest.n; i++) {
		str_split(&rest, '\n', &line);
		if (line.n == 0)
			return bad_line(file, i, "an empty line", e);
	}
	return 0;
}
