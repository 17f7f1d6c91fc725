/* in.c - an age file read: armor, header, stream. */
#include <stdlib.h>

#include "impl.h"

enum { COLUMNS = 64, BLOCK = 16 << 10, MAX_LINE = 64 << 10 };

enum armor { ARMOR_UNKNOWN, ARMOR_NONE, ARMOR_LINES, ARMOR_SHORT, ARMOR_END };

struct age_in {
	age_read_fn *fn;
	void *arg;
	const struct age_from *from;
	struct stream_in *stream; /* NULL: the header was not read yet */
	enum armor armor;	  /* what came last */
	struct buf bytes;	  /* out of the armor, */
	size_t at;		  /* taken up to here */
	bool eof;
	size_t next, end;	  /* of block */
	char block[BLOCK];	  /* of the file */
};

struct age_in *age_in_new(const struct age_from *from, age_read_fn *fn,
    void *arg)
{
	struct age_in *a = xcalloc(1, sizeof(*a));

	a->fn = fn;
	a->arg = arg;
	a->from = from;
	a->bytes = BUF_INIT;
	return a;
}

void age_in_free(struct age_in *a)
{
	if (a == NULL)
		return;
	stream_in_free(a->stream);
	buf_release(&a->bytes);
	free(a);
}

/* ---- the file as it is ---- */

/* 1: a byte is there. */
static int some(struct age_in *a, struct ehr_err *e)
{
	ssize_t got;

	if (a->next < a->end)
		return 1;
	if (a->eof)
		return 0;
	got = a->fn(a->arg, a->block, sizeof(a->block), e);
	if (got < 0)
		return (int)got;
	a->eof = got == 0;
	a->next = 0;
	a->end = (size_t)got;
	return got > 0;
}

/* A line without its end: 1, 0 at the end of the file; cr: CR LF ends it
 * too. */
static int get_line(struct age_in *a, struct buf *line, bool cr,
    struct ehr_err *e)
{
	int rc;
	char c = '\0';

	buf_reset(line);
	while (c != '\n' && (rc = some(a, e)) > 0) {
		c = a->block[a->next++];
		if (c != '\n')
			buf_addch(line, c);
		if (line->len > MAX_LINE)
			return ehr_fail(e, EHR_EINTEGRITY, "age armor: a line is "
			    "too long");
	}
	if (c != '\n' && rc < 0)
		return rc;
	if (cr && line->len && line->s[line->len - 1] == '\r')
		line->s[--line->len] = '\0';
	return c == '\n' || line->len > 0;
}

/* ---- armor (RFC 7468, strict) ---- */

static int bad_armor(struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EINTEGRITY, "age armor: %s", what);
}

static int only_blanks(struct age_in *a, struct ehr_err *e)
{
	int rc;

	while ((rc = some(a, e)) > 0)
		if (!strchr(" \t\r\n", a->block[a->next++]) ||
		    a->block[a->next - 1] == '\0')
			return bad_armor(e, "something behind its end");
	return rc;
}

static int armor_line(struct age_in *a, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	int rc = get_line(a, &line, true, e);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return bad_armor(e, "ends early");
	if (str_is(buf_str(&line), AGE_END)) {
		a->armor = ARMOR_END;
		return only_blanks(a, e);
	}
	if (a->armor == ARMOR_SHORT)
		return bad_armor(e, "a line behind the last one");
	if (line.len == 0 || line.len > COLUMNS ||
	    !b64_strict(&a->bytes, buf_str(&line), true))
		return bad_armor(e, "a line is no base64 of 64 columns");
	if (line.len < COLUMNS || line.s[line.len - 1] == '=')
		a->armor = ARMOR_SHORT;
	return 0;
}

/* Blanks may stand before the armor. */
static int recognise(struct age_in *a, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	bool blanks = false;
	int rc;

	a->armor = ARMOR_NONE;
	while ((rc = some(a, e)) > 0 && a->block[a->next] != '\0' &&
	    strchr(" \t\r\n", a->block[a->next])) {
		a->next++;
		blanks = true;
	}
	if (rc <= 0 || (a->block[a->next] != '-' && !blanks))
		return rc < 0 ? rc : 0;
	rc = get_line(a, &line, true, e);
	if (rc < 0)
		return rc;
	a->armor = ARMOR_LINES;
	return str_is(buf_str(&line), AGE_BEGIN) ? 0 :
	    bad_armor(e, "does not begin as it should");
}

/* As an age_read_fn: the binary file. */
static ssize_t get(void *arg, void *p, size_t n, struct ehr_err *e)
{
	struct age_in *a = arg;
	int rc = a->armor == ARMOR_UNKNOWN ? recognise(a, e) : 0;
	size_t have;

	if (rc == 0 && a->armor == ARMOR_NONE) {
		rc = some(a, e);
		have = rc > 0 ? a->end - a->next : 0;
		n = n < have ? n : have;
		memcpy(p, a->block + a->next, n);
		a->next += n;
		return rc < 0 ? rc : (ssize_t)n;
	}
	while (rc == 0 && a->at == a->bytes.len && a->armor != ARMOR_END) {
		buf_reset(&a->bytes);
		a->at = 0;
		rc = armor_line(a, e);
	}
	if (rc < 0)
		return rc;
	have = a->bytes.len - a->at;
	n = n < have ? n : have;
	memcpy(p, a->bytes.s + a->at, n);
	a->at += n;
	return (ssize_t)n;
}

/* ---- header and payload ---- */

static int bad_header(struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EINTEGRITY, "age header: %s", what);
}

static int read_header(struct age_in *a, struct header *h, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	size_t all = 0;
	int rc = 0;
	char c;

	while (rc == 0) {
		ssize_t got = get(a, &c, 1, e);

		if (got < 0)
			return (int)got;
		if (got == 0)
			return bad_header(e, "ends early");
		if (++all > AGE_MAX_HEADER)
			return bad_header(e, "too large");
		if (c != '\n') {
			buf_addch(&line, c);
			continue;
		}
		rc = header_line(h, buf_str(&line), e);
		buf_reset(&line);
	}
	return rc < 0 ? rc : 0;
}

static int read_nonce(struct age_in *a, uint8_t nonce[AGE_SALT],
    struct ehr_err *e)
{
	ssize_t got = 1;

	for (size_t n = 0; n < AGE_SALT && got > 0; n += (size_t)got) {
		got = get(a, nonce + n, AGE_SALT - n, e);
		if (got == 0)
			return bad_header(e, "the nonce behind it is missing");
	}
	return got < 0 ? (int)got : 0;
}

static int begin(struct age_in *a, struct ehr_err *e)
{
	EHR_CLEANUP(header_release) struct header h = HEADER_INIT;
	uint8_t key[AGE_FILE_KEY], nonce[AGE_SALT], payload[AEAD_KEY_LEN];
	int rc = read_header(a, &h, e);

	if (rc == 0)
		rc = unwrap(&h, a->from, key, e);
	if (rc == 0)
		rc = header_check(&h, key, e);
	if (rc == 0)
		rc = read_nonce(a, nonce, e);
	if (rc == 0) {
		payload_key(key, nonce, payload);
		a->stream = stream_in_new(payload, get, a);
	}
	crypto_cleanse(key, sizeof(key));
	crypto_cleanse(payload, sizeof(payload));
	return rc;
}

ssize_t age_in_read(struct age_in *a, void *p, size_t n, struct ehr_err *e)
{
	ssize_t got = a->stream ? 0 : begin(a, e);

	if (got < 0)
		return got;
	got = stream_in_read(a->stream, p, n, e);
	if (got == EHR_EINTEGRITY && e && !str_starts(str_of(e->msg), "age "))
		ehr_fail_prefix(e, "age payload: ");
	return got;
}

/* ---- an input of a tool ---- */

struct through {
	struct age_in *a;
	struct in *in;
};

static ssize_t get_file(void *in, void *p, size_t n, struct ehr_err *e)
{
	return in_file(in, p, n, e);
}

static ssize_t read_through(void *arg, void *p, size_t n, struct ehr_err *e)
{
	struct through *t = arg;
	ssize_t got = age_in_read(t->a, p, n, e);

	if (got < 0 && e && !str_starts(str_of(e->msg), in_name(t->in)))
		ehr_fail_prefix(e, "%s: ", in_name(t->in));
	return got;
}

static void free_through(void *arg)
{
	struct through *t = arg;

	age_in_free(t->a);
	free(t);
}

int age_open(struct in *in, const struct age_from *from, struct ehr_err *e)
{
	struct through *t;
	struct str head;
	int rc = in_peek(in, 128, &head, e);

	if (rc < 0)
		return rc;
	while (head.n && strchr(" \t\r\n", head.s[0]) && head.s[0]) {
		head.s++;
		head.n--;
	}
	if (!str_starts(head, "age-encryption.org/") &&
	    !str_starts(head, AGE_BEGIN))
		return 0;
	t = xcalloc(1, sizeof(*t));
	t->in = in;
	t->a = age_in_new(from, get_file, in);
	in_through(in, read_through, free_through, t);
	return 1;
}
