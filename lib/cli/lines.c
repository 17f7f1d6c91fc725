/*
 * lines.c - operands and standard input, line by line.
 */
#include <errno.h>

#include "cli_priv.h"

enum {
	MAX_LINE_ID = 4096,	/* bytes of a line's first column */
	MAX_LINE = 1 << 20,	/* bytes of a line that is taken whole */
};

static int read_failed(struct ehr_err *e)
{
	return ehr_fail_errno(e, "standard input");
}

/* Standard input can be read once. */
static int claim_stdin(struct cli *c, struct ehr_err *e)
{
	if (c->stdin_used)
		return cli_usage(c, e, "standard input is used twice");
	c->stdin_used = true;
	return EHR_OK;
}

/* Reads up to a newline (dropped, with a carriage return before it); bytes
 * behind max are an error. 1, 0 at the end, negative. */
static int read_line(struct buf *b, size_t max, struct ehr_err *e)
{
	int ch;

	buf_reset(b);
	errno = 0;
	while ((ch = getc_unlocked(stdin)) != EOF && ch != '\n') {
		if (b->len >= max)
			return ehr_fail(e, EHR_EREJECT,
			    "standard input: a line is too long");
		buf_addch(b, (char)ch);
	}
	if (ch == EOF && ferror(stdin))
		return read_failed(e);
	if (ch == EOF && b->len == 0)
		return 0;
	if (b->len > 0 && b->s[b->len - 1] == '\r')
		b->s[--b->len] = '\0';
	return 1;
}

int cli_line(struct cli *c, struct buf *line, struct ehr_err *e)
{
	c->stdin_used = true;
	return read_line(line, MAX_LINE, e);
}

int cli_stdin(struct cli *c, struct buf *b, size_t max, struct ehr_err *e)
{
	char block[16384];
	size_t n;
	int rc = claim_stdin(c, e);

	if (rc < 0)
		return rc;
	while ((n = fread(block, 1, sizeof(block), stdin)) > 0) {
		if (b->len + n > max)
			return ehr_fail(e, EHR_EREJECT,
			    "standard input: longer than %zu bytes", max);
		buf_add(b, block, n);
	}
	return ferror(stdin) ? read_failed(e) : EHR_OK;
}

/* The first column of the next line that has one. */
static int next_line_id(struct cli_ids *it, struct str *id, struct ehr_err *e)
{
	size_t n;
	int rc;

	while ((rc = read_line(&it->buf, MAX_LINE, e)) == 1) {
		it->line++;
		n = strcspn(it->buf.s, "\t ");
		if (n == 0)
			continue;
		if (n > MAX_LINE_ID || strlen(it->buf.s) != it->buf.len)
			return ehr_fail(e, EHR_EREJECT,
			    "standard input:%llu: not an id",
			    (unsigned long long)it->line);
		*id = (struct str){ it->buf.s, n };
		return 1;
	}
	return rc;
}

int cli_ids_next(struct cli_ids *it, struct str *id, struct ehr_err *e)
{
	const char *word;
	int rc;

	for (;;) {
		if (it->reading) {
			rc = next_line_id(it, id, e);
			if (rc != 0)
				return rc;
			it->reading = false;
		}
		if (it->next >= it->c->argc)
			return 0;
		word = it->c->argv[it->next++];
		if (strcmp(word, "-") != 0) {
			*id = str_of(word);
			return 1;
		}
		rc = claim_stdin(it->c, e);
		if (rc < 0)
			return rc;
		it->reading = true;
	}
}

void cli_ids_release(struct cli_ids *it)
{
	buf_release(&it->buf);
}

struct words {
	struct cli *c;
	struct str *v;
	size_t n, cap;
};

static void add_word(struct words *w, struct str s)
{
	struct str *more;

	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 16;
		more = arena_alloc(&w->c->mem, w->cap * sizeof(*more));
		if (w->n)
			memcpy(more, w->v, w->n * sizeof(*more));
		w->v = more;
	}
	w->v[w->n++] = arena_str(&w->c->mem, s);
}

int cli_words(struct cli *c, int first, struct str **words, size_t *n,
    struct ehr_err *e)
{
	struct words w = { c, NULL, 0, 0 };
	BUF_AUTO line = BUF_INIT;
	int rc = 0;

	for (int i = first; rc >= 0 && i < c->argc; i++) {
		if (strcmp(c->argv[i], "-") != 0) {
			add_word(&w, str_of(c->argv[i]));
			continue;
		}
		while ((rc = cli_line(c, &line, e)) > 0)
			if (str_trim(buf_str(&line)).n)
				add_word(&w, buf_str(&line));
	}
	*words = w.v;
	*n = w.n;
	return rc;
}

int cli_ids_all(struct cli *c, int first, struct str **ids, size_t *n,
    struct ehr_err *e)
{
	CLI_IDS_AUTO it = CLI_IDS(c, first);
	struct words w = { c, NULL, 0, 0 };
	struct str id;
	int rc;

	while ((rc = cli_ids_next(&it, &id, e)) > 0)
		add_word(&w, id);
	*ids = w.v;
	*n = w.n;
	return rc;
}

/* ---- files ---- */

int cli_files(struct cli *c, int first, int (*fn)(void *arg, const char *path,
    struct ehr_err *e), void *arg, struct ehr_err *e)
{
	static const char *const input[] = { "-", NULL };
	const char *const *path = c->argc > first ? c->argv + first : input;
	unsigned rejected = 0;
	int rc = 0;

	for (; *path && rc == 0; path++) {
		struct ehr_err own = { 0 };

		rc = fn(arg, *path, &own);
		if (rc == EHR_EREJECT) {
			cli_notice(c, own.msg);
			rejected++;
			rc = 0;
		} else if (rc < 0)
			*e = own;
	}
	return rc || rejected == 0 ? rc : ehr_fail(e, EHR_EREJECT,
	    "%u of the files rejected", rejected);
}
