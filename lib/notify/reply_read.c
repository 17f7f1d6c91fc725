/* reply_read.c - files, folders and streams of what comes back. */
#include "notify/mail_head.h"
#include "notify/reply.h"

#include "ehr/crypto.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_MAX = 256 << 20, FILES_MAX = 100000 };

struct reading {
	const char *path;
	reply_fn *fn;
	void *arg;
	struct diag_sink *sink;
	struct arena mem;
	uint64_t where;
	int64_t bad;
};

static int reject(struct reading *r, const char *why)
{
	struct diag d = { .id = DIAG_REPLY, .file = r->path,
		.line = r->where, .text = why };

	diag_emit(r->sink, &d);
	r->bad++;
	return 0;
}

/* ---- mail ---- */

/* Mails without a Message-ID are known by what they say. */
static struct str id_of(const struct mail_in *m, struct str message,
    struct arena *mem, size_t nth)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	if (m->id.n && m->id.n < 256) {
		buf_addf(&b, "mail:%.*s/%zu", STR_FMT(m->id), nth);
	} else {
		sha256(message.s, message.n, digest);
		buf_adds(&b, "mail:");
		hex_format(&b, digest, sizeof(digest));
		buf_addf(&b, "/%zu", nth);
	}
	return arena_str(mem, buf_str(&b));
}

static enum reply_word report_word(const struct mail_report *p)
{
	if (mail_is(p->action, "failed"))
		return REPLY_BOUNCED;
	return mail_is(p->action, "delivered") ? REPLY_SENT :
	    REPLY_WAITS;
}

/* The subject says it where the message itself is empty, as of the links that
 * mail programs make of List-Unsubscribe. */
static enum reply_word mail_word(const struct mail_in *m)
{
	enum reply_word w = reply_word(m->text);

	return w != REPLY_OTHER || str_starts(m->subject, "Re:") ? w :
	    reply_word(m->subject);
}

size_t reply_mail(const struct mail_in *m, struct str message,
    struct arena *mem, struct reply_in *in, size_t most)
{
	size_t n = 0;
	struct reply_in one = { .channel = NOTIFY_EMAIL, .remote = STR(""),
		.code = STR(""), .from = m->from, .keys = m->keys };

	memcpy(one.key, m->key, sizeof(one.key));
	if (!m->delivery) {
		one.id = id_of(m, message, mem, 0);
		one.word = m->automatic ? REPLY_WAITS : mail_word(m);
		in[n++] = one;
	}
	for (size_t i = 0; m->delivery && i < m->reports && n < most; i++) {
		one.id = id_of(m, message, mem, i);
		one.from = m->report[i].recipient;
		one.word = report_word(&m->report[i]);
		one.code = m->report[i].status;
		in[n++] = one;
	}
	return n;
}

static int on_mail(struct reading *r, struct str message, struct ehr_err *e)
{
	MAIL_IN_AUTO m = MAIL_IN_INIT;
	struct reply_in in[MAIL_REPORTS];
	const char *why;
	size_t n;
	int rc = 0;

	r->where++;
	if (!mail_read(&m, message, &why))
		return reject(r, why);
	n = reply_mail(&m, message, &m.mem, in, MAIL_REPORTS);
	if (n == 0)
		return reject(r, "a delivery report that names nobody");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = r->fn(r->arg, &in[i], r->where, e);
	return rc;
}

static int on_mbox(struct reading *r, struct str text, struct ehr_err *e)
{
	struct str message;
	int rc = 0;

	while (rc == 0 && mail_mbox(&text, &message))
		rc = on_mail(r, message, e);
	return rc;
}

/* ---- lines ---- */

static int on_line(struct reading *r, struct str line, struct ehr_err *e)
{
	struct reply_in in;
	const char *why;
	bool ok = line.s[0] == '{' ? reply_json(&r->mem, line, &in, &why) :
	    reply_form(&r->mem, line, &in, &why);

	return ok ? r->fn(r->arg, &in, r->where, e) : reject(r, why);
}

static int on_lines(struct reading *r, struct str text, struct ehr_err *e)
{
	struct str line;
	int rc = 0;

	while (rc == 0 && str_split(&text, '\n', &line)) {
		r->where++;
		line = str_trim(line);
		if (line.n)
			rc = on_line(r, line, e);
		arena_reset(&r->mem);
	}
	return rc;
}

/* ---- files ---- */

/* "Name: " at the start: a header. */
static bool headed(struct str text)
{
	for (size_t i = 0; i < text.n && i < 80; i++) {
		if (text.s[i] == ':')
			return i > 0;
		if (text.s[i] <= ' ' || text.s[i] == '=' ||
		    text.s[i] == '{' || text.s[i] > '~')
			return false;
	}
	return false;
}

static int on_text(struct reading *r, struct str text, struct ehr_err *e)
{
	if (str_starts(text, "From "))
		return on_mbox(r, text, e);
	return headed(text) ? on_mail(r, text, e) : on_lines(r, text, e);
}

static int on_file(struct reading *r, const char *path, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = in_all(path, FILE_MAX, &text, e);

	r->path = path;
	r->where = 0;
	return rc < 0 ? rc : on_text(r, buf_str(&text), e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_of(const char *path, struct arena *mem, char ***name,
    size_t *n, struct ehr_err *e)
{
	DIR *d = opendir(path);
	struct dirent *one;
	size_t cap = 0;
	int rc = 0;

	if (!d)
		return errno == ENOENT ? 0 : ehr_fail_errno(e, "%s", path);
	while (rc == 0 && (one = readdir(d))) {
		if (one->d_name[0] == '.')
			continue;
		if (*n == FILES_MAX)
			rc = ehr_fail(e, EHR_EREJECT,
			    "%s: more than %d messages", path, FILES_MAX);
		if (*n == cap) {
			cap = cap ? 2 * cap : 64;
			*name = xrealloc(*name, cap * sizeof(**name));
		}
		(*name)[(*n)++] = arena_strndup(mem, one->d_name,
		    strlen(one->d_name));
	}
	closedir(d);
	return rc;
}

/* A Maildir's new and cur, each in the order of names, which begin with the
 * time. */
static int on_maildir(struct reading *r, const char *path, struct ehr_err *e)
{
	static const char *const folders[] = { "new", "cur" };
	int rc = 0;

	for (size_t f = 0; rc == 0 && f < ARRAY_LEN(folders); f++) {
		ARENA_AUTO mem = ARENA_INIT;
		BUF_AUTO at = BUF_INIT;
		char **name = NULL;
		size_t n = 0, folder;

		buf_addf(&at, "%s/%s", path, folders[f]);
		folder = at.len;
		rc = names_of(at.s, &mem, &name, &n, e);
		if (n)
			qsort(name, n, sizeof(*name), by_name);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			at.len = folder;
			buf_addf(&at, "/%s", name[i]);
			rc = on_file(r, at.s, e);
		}
		free(name);
	}
	return rc;
}

int reply_read(const char *path, reply_fn *fn, void *arg,
    struct diag_sink *sink, struct ehr_err *e)
{
	struct reading r = { .path = path, .fn = fn, .arg = arg,
		.sink = sink, .mem = ARENA_INIT };
	struct stat st;
	int rc;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		rc = on_maildir(&r, path, e);
	else
		rc = on_file(&r, path, e);
	arena_release(&r.mem);
	if (rc == 0 && r.bad)
		rc = ehr_fail(e, EHR_EREJECT, "%lld of what came back cannot "
		    "be read", (long long)r.bad);
	return rc;
}
