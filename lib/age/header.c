/* header.c - the header (age.md, Header): a version, stanzas, a MAC. */
#include <stdlib.h>

#include "impl.h"

enum { COLUMNS = 64, MAC_TEXT = 43 };

void header_release(struct header *h)
{
	free(h->v);
	arena_release(&h->mem);
	buf_release(&h->text);
	buf_release(&h->body);
}

static int faulty(struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EINTEGRITY, "age header: %s", what);
}

static void keep(struct header *h, struct str line)
{
	buf_addstr(&h->text, line);
	buf_addch(&h->text, '\n');
}

/* The stanza whose body has not ended. */
static struct stanza *open_stanza(struct header *h)
{
	return h->n && h->v[h->n - 1].body.s == NULL ? &h->v[h->n - 1] : NULL;
}

static int begin_stanza(struct header *h, struct str line, struct ehr_err *e)
{
	struct stanza *s;
	struct str arg;

	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 8;
		h->v = xrealloc(h->v, h->cap * sizeof(*h->v));
	}
	buf_reset(&h->body);
	s = &h->v[h->n++];
	*s = (struct stanza){ .n_arg = 0 };
	line.s += 3;
	line.n -= 3;
	while (str_split(&line, ' ', &arg)) {
		for (size_t i = 0; i < arg.n; i++)
			if (arg.s[i] < 0x21 || arg.s[i] > 0x7e)
				return faulty(e, "a stanza has a strange "
				    "argument");
		if (arg.n == 0)
			return faulty(e, "a stanza has an empty argument");
		if (s->n_arg < ARRAY_LEN(s->arg))
			s->arg[s->n_arg] = arena_str(&h->mem, arg);
		s->n_arg++;
	}
	return s->n_arg ? 0 : faulty(e, "a stanza without an argument");
}

/* The first line shorter than the others ends the body. */
static int body_line(struct header *h, struct stanza *s, struct str line,
    struct ehr_err *e)
{
	BUF_AUTO bytes = BUF_INIT;

	buf_addstr(&h->body, line);
	keep(h, line);
	if (line.n == COLUMNS)
		return 0;
	if (line.n > COLUMNS || !b64_strict(&bytes, buf_str(&h->body), false))
		return faulty(e, "the body of a stanza is no base64 of 64 "
		    "columns");
	s->body = bytes.len ? arena_str(&h->mem, buf_str(&bytes)) : STR("");
	return 0;
}

static int last_line(struct header *h, struct str line, struct ehr_err *e)
{
	BUF_AUTO mac = BUF_INIT;
	struct str text = { line.s + 4, line.n - 4 };

	buf_adds(&h->text, "---");
	if (line.n != 4 + MAC_TEXT || line.s[3] != ' ' ||
	    !b64_strict(&mac, text, false) || mac.len != SHA256_LEN)
		return faulty(e, "its MAC is none");
	memcpy(h->mac, mac.s, SHA256_LEN);
	return 1;
}

/* An scrypt stanza stands alone. */
static int check_alone(const struct header *h, struct ehr_err *e)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_is(h->v[i].arg[0], "scrypt") && h->n > 1)
			return faulty(e, "a passphrase and something else");
	return h->n ? 1 : faulty(e, "no stanza");
}

int header_line(struct header *h, struct str line, struct ehr_err *e)
{
	struct stanza *s = open_stanza(h);
	int rc = 0;

	if (h->text.len == 0) {
		if (!str_is(line, AGE_LABEL))
			return faulty(e, "no version, or one not known here");
		keep(h, line);
	} else if (s) {
		return body_line(h, s, line, e);
	} else if (str_starts(line, "-> ")) {
		rc = begin_stanza(h, line, e);
		keep(h, line);
	} else if (line.n > 4 && str_starts(line, "---")) {
		rc = last_line(h, line, e);
		return rc < 0 ? rc : check_alone(h, e);
	} else {
		return faulty(e, "a line that is none of it");
	}
	return rc;
}

/* ---- keys derived from the file key ---- */

static struct str bytes(const void *p, size_t n)
{
	return (struct str){ p, n };
}

void header_mac(const struct header *h, const uint8_t key[AGE_FILE_KEY],
    uint8_t mac[SHA256_LEN])
{
	struct str text = buf_str(&h->text);
	uint8_t k[SHA256_LEN];

	hkdf_sha256(bytes(key, AGE_FILE_KEY), STR_NONE, STR("header"), k,
	    sizeof(k));
	hmac_sha256(bytes(k, sizeof(k)), &text, 1, mac);
	crypto_cleanse(k, sizeof(k));
}

int header_check(const struct header *h, const uint8_t key[AGE_FILE_KEY],
    struct ehr_err *e)
{
	uint8_t mac[SHA256_LEN];

	header_mac(h, key, mac);
	return crypto_equal(mac, h->mac, sizeof(mac)) ? 0 :
	    ehr_fail(e, EHR_EINTEGRITY, "age MAC: the header was changed");
}

void payload_key(const uint8_t key[AGE_FILE_KEY],
    const uint8_t nonce[AGE_SALT], uint8_t out[AEAD_KEY_LEN])
{
	hkdf_sha256(bytes(key, AGE_FILE_KEY), bytes(nonce, AGE_SALT),
	    STR("payload"), out, AEAD_KEY_LEN);
}
