/* reader.c - the inputs one after another, split and looked at as JSON, ahead
 * of the import in a thread of their own: one processor reads while the other
 * checks and takes what was read. Pieces go over in loads, for each hand-over
 * costs. */
#include <stdlib.h>

#include "import.h"

enum {
	LOADS = 4,
	LOAD_PIECES = 32,
	LOAD_BYTES = 64 << 10,
	AHEAD_BYTES = 1 << 20, /* of loads that wait; a larger one goes alone */
	KEEP_BYTES = 128 << 10, /* memory that a tape or load keeps */
};

struct load {
	struct piece piece[LOAD_PIECES];
	size_t n, at; /* pieces, and those given to the caller */
	struct buf bytes;
};

struct reader {
	const struct files *files;
	struct json_split_opt opt;
	struct rejects *rejects;
	const struct age_keys *secret;
	uint8_t *digest; /* by file */
	struct relay *relay;
	struct load load[LOADS];
	struct load *filling; /* the thread's, NULL: none */
	struct load *taking;  /* the caller's, likewise */
};

/* ---- the thread's side ---- */

static void hand_over(struct reader *r)
{
	if (r->filling && r->filling->n)
		relay_push(r->relay, r->filling->bytes.len);
	r->filling = NULL;
}

/* A load with room for a piece of n bytes; false when nobody wants more. */
static bool make_room(struct reader *r, size_t n)
{
	struct load *l = r->filling;
	size_t slot;

	if (l && l->n && (l->n == LOAD_PIECES || l->bytes.len + n > LOAD_BYTES))
		hand_over(r);
	if (r->filling)
		return true;
	if (!relay_room(r->relay, &slot))
		return false;
	r->filling = &r->load[slot];
	/* Slices lie in it: it must not move. */
	buf_grow(&r->filling->bytes, n > LOAD_BYTES ? n : LOAD_BYTES);
	return true;
}

static struct str keep(struct load *l, struct str s)
{
	size_t at = l->bytes.len;

	if (s.s == NULL)
		return s;
	buf_addstr(&l->bytes, s);
	return (struct str){ l->bytes.s + at, s.n };
}

static bool add_piece(struct reader *r, const struct json_item *item,
    const char *file)
{
	bool own_text = item->text.s != item->raw.s;
	struct piece *p;

	if (!make_room(r, item->raw.n + (own_text ? item->text.n : 0)))
		return false;
	p = &r->filling->piece[r->filling->n++];
	p->file = file;
	p->item = *item;
	p->item.raw = keep(r->filling, item->raw);
	p->item.text = own_text ? keep(r->filling, item->text) : p->item.raw;
	p->is_json = item->why == NULL && tape_parse(&p->tape, item->text.s,
	    item->text.n, &p->fault) == 0;
	return true;
}

/* Bytes of an item too large to be kept go to the rejects behind all that
 * stood before them. */
static void skipped(void *arg, const void *bytes, size_t n)
{
	struct reader *r = arg;

	hand_over(r);
	if (relay_drain(r->relay))
		rejects_stream(r->rejects, bytes, n);
}

static void on_raw(void *arg, const void *p, size_t n)
{
	sha256_update(arg, p, n);
}

static int ask(void *file, char *pass, size_t *n, struct ehr_err *e)
{
	BUF_AUTO prompt = BUF_INIT;
	SECRET_AUTO *s = NULL;
	int rc = secret_make(&s, e);

	buf_adds(&prompt, "Passphrase for ");
	utf8_clean(&prompt, str_of(file), false);
	buf_adds(&prompt, ": ");
	if (rc == 0)
		rc = tty_ask(prompt.s, s, e);
	if (rc < 0)
		return rc;
	memcpy(pass, s->s, s->n);
	*n = s->n;
	return 0;
}

/* Splits it, age files opened. */
static int split(struct reader *r, struct in *in, const char *path,
    struct ehr_err *e)
{
	const struct age_from from = { r->secret, ask, (char *)path };
	struct json_item item;
	struct json_split *s;
	bool wanted = true;
	int rc = age_open(in, &from, e);

	if (rc < 0)
		return rc;
	s = json_split_new(in, &r->opt);
	while (wanted && (rc = json_split_next(s, &item, e)) > 0)
		wanted = add_piece(r, &item, path);
	json_split_free(s);
	return rc < 0 ? rc : wanted;
}

/* 1: go on with the next file. */
static int read_file(struct reader *r, size_t i, struct ehr_err *e)
{
	struct sha256_ctx *sha = sha256_new();
	struct in *in;
	int rc = in_open(&in, r->files->path[i], e);

	if (rc == 0) {
		in_on_raw(in, on_raw, sha);
		rc = split(r, in, r->files->path[i], e);
		in_close(in);
		sha256_final(sha, r->digest + i * SHA256_LEN);
	}
	sha256_free(sha);
	return rc;
}

static int run(void *arg, struct ehr_err *e)
{
	struct reader *r = arg;
	int rc = 1;

	for (size_t i = 0; rc > 0 && i < r->files->n; i++)
		rc = read_file(r, i, e);
	hand_over(r);
	return rc < 0 ? rc : 0;
}

/* ---- the caller's side ---- */

struct reader *reader_new(const struct files *files, enum json_form form,
    struct rejects *rejects, const struct age_keys *secret)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->files = files;
	r->secret = secret;
	r->rejects = rejects;
	r->opt = (struct json_split_opt){ .form = form, .arg = r,
		.on_skipped = rejects->out ? skipped : NULL };
	r->digest = xcalloc(files->n, SHA256_LEN);
	for (size_t i = 0; i < LOADS; i++)
		r->load[i].bytes = BUF_INIT;
	return r;
}

static void free_load(struct load *l)
{
	for (size_t i = 0; i < LOAD_PIECES; i++)
		tape_release(&l->piece[i].tape);
	buf_release(&l->bytes);
}

void reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	relay_free(r->relay);
	for (size_t i = 0; i < LOADS; i++)
		free_load(&r->load[i]);
	free(r->digest);
	free(r);
}

/* Ready to be filled again; what an unusual item needed is given back. */
static void empty(struct load *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct tape *t = &l->piece[i].tape;

		if (t->text_cap + t->node_cap * sizeof(*t->node) > KEEP_BYTES)
			tape_release(t);
	}
	buf_reset(&l->bytes);
	if (l->bytes.cap > KEEP_BYTES)
		buf_release(&l->bytes);
	l->n = l->at = 0;
}

int reader_next(struct reader *r, struct piece **p, struct ehr_err *e)
{
	size_t slot;
	int rc;

	if (r->relay == NULL) {
		r->relay = relay_new(LOADS, AHEAD_BYTES);
		rc = relay_start(r->relay, run, r, e);
		if (rc < 0)
			return rc;
	}
	if (r->taking && r->taking->at == r->taking->n) {
		empty(r->taking);
		r->taking = NULL;
		relay_back(r->relay);
	}
	if (r->taking == NULL) {
		rc = relay_next(r->relay, &slot, e);
		if (rc <= 0)
			return rc;
		r->taking = &r->load[slot];
	}
	*p = &r->taking->piece[r->taking->at++];
	return 1;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, SHA256_LEN);
}

void reader_digest(struct reader *r, uint8_t all[SHA256_LEN])
{
	if (r->files->n == 1) {
		memcpy(all, r->digest, SHA256_LEN);
		return;
	}
	qsort(r->digest, r->files->n, SHA256_LEN, by_bytes);
	sha256(r->digest, r->files->n * SHA256_LEN, all);
}
