/* Files of inquiries over the line, and what comes back into the record. */
#include "elig/core.h"
#include "elig/impl.h"

#include "ehr/billing-setup.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MAX = 128 << 20,
	UNDER_WAY_MS = 120000,
	TRIES_MAX = 8,
	FIRST_WAIT_MS = 15 * 60000,
};

struct due {
	int64_t id, tries, inquiries;
	struct str name, receiver, payload, text;
};
struct sending {
	struct access *a;
	struct store *db;
	const struct elig_sending *o;
	struct setup setup;
	struct arena mem;
	elig_sent_fn *fn;
	void *arg;
	struct due *due;
	size_t n, cap;
	int failed;
	/* the file at work */
	int64_t send, begun;
	char id[37];
	struct secret *password;
};

/* ---- what is due ---- */

static int list(struct sending *s, struct ehr_err *e)
{
	struct stmt *q = elig_sql(s->db, ELIG_DUE);
	int64_t now = clock_ms();
	BUF_AUTO text = BUF_INIT;
	int rc;

	stmt_int(q, 1, s->o->batch);
	stmt_int(q, 2, now);
	stmt_int(q, 3, now - UNDER_WAY_MS);
	while ((rc = stmt_step(q, e)) > 0) {
		buf_reset(&text);
		rc = store_unpack_plain(s->db, stmt_col(q, 6), FILE_MAX,
		    &text, e);
		if (rc < 0)
			break;
		if (s->n == s->cap) {
			s->cap = s->cap ? 2 * s->cap : 16;
			s->due = xrealloc(s->due, s->cap * sizeof(*s->due));
		}
		s->due[s->n++] = (struct due){ .id = stmt_col_int(q, 0),
			.inquiries = stmt_col_int(q, 3),
			.name = arena_str(&s->mem, stmt_col(q, 4)),
			.receiver = arena_str(&s->mem, stmt_col(q, 5)),
			.text = arena_str(&s->mem, buf_str(&text)),
			.payload = arena_str(&s->mem, stmt_col(q, 7)),
			.tries = stmt_col_int(q, 8) };
	}
	stmt_reset(q);
	return rc;
}

/* ---- how it is sent ---- */

static const char *text(struct sending *s, const struct setup_item *i,
    const char *name)
{
	struct str v = setup_value(i, name);

	return v.n ? arena_strndup(&s->mem, v.s, v.n) : NULL;
}

static int way_of(struct sending *s, const struct due *d, struct core_way *w,
    struct ehr_err *e)
{
	const struct setup_item *i = setup_find(&s->setup, SETUP_SUBMITTER,
	    d->receiver);
	const char *path;

	*w = (struct core_way){ .url = s->o->url };
	if (!i)
		return ehr_fail(e, EHR_EUSAGE,
		    "the set-up has no submitter %.*s any longer",
		    STR_FMT(d->receiver));
	if (!w->url)
		w->url = text(s, i, "url");
	if (!w->url)
		return ehr_fail(e, EHR_EUSAGE, "submitter %.*s has no url",
		    STR_FMT(d->receiver));
	w->soap = str_is(setup_value(i, "envelope"), "soap");
	w->user = setup_value(i, "user");
	w->ca = text(s, i, "ca");
	w->cert = text(s, i, "cert");
	w->key = text(s, i, "key");
	w->sender = setup_value(i, "sender");
	w->receiver = setup_value(i, "receiver");
	w->timeout_ms = (int)setup_number(i, "timeout", 20) * 1000;
	path = text(s, i, "secret");
	if (!w->user.n) {
		w->user = STR_NONE;
		return 0;
	}
	if (!path)
		return ehr_fail(e, EHR_EUSAGE,
		    "submitter %.*s has a user but no secret",
		    STR_FMT(d->receiver));
	if (w->soap && d->inquiries > 1)
		return ehr_fail(e, EHR_EUSAGE,
		    "a file of several inquiries goes by mime alone");
	return secret_read(path, s->password, e);
}

/* ---- rows ---- */

static const struct access_write WRITE = { .action = AUDIT_EXPORT,
	.scope = ELIG_KIND };
static const struct access_rows KIND = { .kind = ELIG_KIND };

static int touch(struct sending *s, int64_t outgoing, struct ehr_err *e)
{
	struct stmt *q = elig_sql(s->db, ELIG_SENT_OF);
	int rc;

	stmt_int(q, 1, outgoing);
	while ((rc = stmt_step(q, e)) > 0)
		access_set_touch(s->a, stmt_col_int(q, 0));
	stmt_reset(q);
	return rc;
}

/* That it is going, in a batch of its own. */
static int begin(struct sending *s, const struct due *d, const char *way,
    struct ehr_err *e)
{
	struct batch_counts n = { .inserted = 1 };
	uint8_t uuid[UUID_LEN];
	struct stmt *q;
	int64_t batch;
	int rc = access_rows_begin(s->a, &WRITE, &KIND, &batch, e);

	if (rc < 0)
		return rc;
	uuid4(uuid);
	uuid_format(uuid, s->id);
	if (d->payload.n == 36)
		memcpy(s->id, d->payload.s, 36);
	s->begun = store_time(s->db);
	q = elig_sql(s->db, ELIG_SEND_ADD);
	stmt_int(q, 1, d->id);
	stmt_text(q, 2, str_of(s->id));
	stmt_text(q, 3, str_of(way));
	stmt_int(q, 4, s->begun);
	stmt_int(q, 5, batch);
	rc = stmt_run(q, e);
	s->send = store_last_rowid(s->db);
	if (rc == 0)
		rc = touch(s, d->id, e);
	return access_rows_end(s->a, batch, &n, rc, e);
}

static int end(struct sending *s, const struct elig_sent *r, int64_t doc,
    struct ehr_err *e)
{
	struct stmt *q = elig_sql(s->db, ELIG_SEND_END);

	stmt_int(q, 1, s->send);
	stmt_int(q, 2, store_time(s->db));
	stmt_text(q, 3, r->fate);
	stmt_id(q, 4, r->status);
	stmt_text(q, 5, r->code);
	stmt_id(q, 6, r->again);
	stmt_id(q, 7, doc);
	return stmt_run(q, e);
}

static int ended(struct sending *s, const struct due *d,
    const struct elig_sent *r, struct ehr_err *e)
{
	struct batch_counts n = { .updated = 1 };
	int64_t batch;
	int rc = access_rows_begin(s->a, &WRITE, &KIND, &batch, e);

	if (rc < 0)
		return rc;
	rc = end(s, r, 0, e);
	if (rc == 0 && str_is(r->fate, "placed")) {
		struct stmt *q = elig_sql(s->db, ELIG_PLACED);

		stmt_int(q, 1, d->id);
		stmt_int(q, 2, store_time(s->db));
		rc = stmt_run(q, e);
	}
	if (rc == 0)
		rc = touch(s, d->id, e);
	return access_rows_end(s->a, batch, &n, rc, e);
}

/* ---- what comes back ---- */

/* May it go again by itself? Not after what only a person can mend. */
static bool may_again(const struct elig_sent *r)
{
	static const char *const mend[] = { "not trusted", "sent elsewhere" };
	static const char *const codes[] = { "ChecksumMismatched", "Receiver",
		"Fault" };
	bool ok = r->code.n == 0;

	for (size_t i = 0; i < ARRAY_LEN(mend); i++)
		if (str_is(r->fate, mend[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		ok = ok || str_is(r->code, codes[i]);
	return ok && (r->status < 400 || r->status >= 500 ||
	    r->status == 408 || r->status == 429);
}

static void back_off(struct elig_sent *r, const struct due *d)
{
	int64_t tries = d->tries < 7 ? d->tries : 7;

	if (d->tries < TRIES_MAX && may_again(r))
		r->again = clock_ms() + ((int64_t)FIRST_WAIT_MS << tries);
}

static int left(struct sending *s, int64_t outgoing, int64_t *n,
    struct ehr_err *e)
{
	struct stmt *q = elig_sql(s->db, ELIG_LEFT);
	int rc;

	stmt_int(q, 1, outgoing);
	rc = stmt_step(q, e);
	*n = rc > 0 ? stmt_col_int(q, 0) : 0;
	stmt_reset(q);
	return rc < 0 ? rc : 0;
}

/* Answers and the end of the send are one transaction. */
static int keep(struct sending *s, const struct due *d, struct str payload,
    struct elig_sent *r, struct ehr_err *e)
{
	struct elig_job j;
	int64_t doc = 0, open = 0;
	int rc = elig_begin(&j, s->a, AUDIT_EXPORT, NULL, false, 0, e);

	if (rc < 0)
		return rc;
	rc = elig_load(&j, "answer", payload, NULL, &doc, &r->got, e);
	if (rc == 0)
		rc = left(s, d->id, &open, e);
	if (rc == 0 && open && d->inquiries == 1) {
		r->code = STR("no answer to it");
		r->again = clock_ms() + FIRST_WAIT_MS;
	}
	if (rc == 0)
		rc = end(s, r, doc, e);
	j.changed = true;
	return elig_end(&j, rc, e);
}

static bool same_id(const struct sending *s, const struct core_reply *r)
{
	return r->id.len == 36 && strcasecmp(r->id.s, s->id) == 0;
}

/* The envelope is there: is it good news? */
static int opened(struct sending *s, const struct due *d,
    struct core_reply *r, struct elig_sent *sent, struct ehr_err *e)
{
	int rc;

	sent->code = buf_str(&r->code);
	if (r->code.len && !str_is(sent->code, "Success"))
		return ehr_fail(e, EHR_EREJECT, "the envelope says an error");
	sent->code = STR("");
	if (sent->status != 200 && sent->status != 202)
		return ehr_fail(e, EHR_EREJECT, "HTTP status %lld",
		    (long long)sent->status);
	if (!same_id(s, r)) {
		sent->code = STR("PayloadID");
		return ehr_fail(e, EHR_EREJECT,
		    "the answer has another PayloadID");
	}
	if (d->inquiries > 1 && r->payload.len == 0)
		return ended(s, d, sent, e); /* taken; answers come later */
	rc = keep(s, d, buf_str(&r->payload), sent, e);
	if (rc == EHR_EREJECT)
		sent->code = STR("payload");
	return rc;
}

/* 0 also when it failed in a way that is kept. */
static int exchange(struct sending *s, const struct due *d,
    const struct core_way *w, struct elig_sent *sent, struct ehr_err *e)
{
	CORE_REPLY_AUTO r = CORE_REPLY_INIT;
	BUF_AUTO code = BUF_INIT;
	struct ehr_err why = { 0 };
	int rc = core_send(w, s->id, d->inquiries > 1, d->text, s->begun, &r,
	    &why);

	sent->fate = str_of(net_fate_name(r.fate));
	sent->status = r.status;
	if (rc == 0)
		rc = opened(s, d, &r, sent, &why);
	buf_addstr(&code, sent->code);
	if (code.len > 64)
		code.len = 64;
	if (rc == 0 || (rc != EHR_EIO && rc != EHR_EREJECT &&
	    rc != EHR_EUSAGE)) {
		if (rc < 0)
			*e = why;
		else
			rc = s->fn(s->arg, sent, e);
		return rc;
	}
	sent->message = why.msg;
	if (sent->code.n == 0 && rc == EHR_EREJECT)
		sent->code = STR("envelope");
	back_off(sent, d);
	if (str_is(sent->code, "payload") || str_is(sent->code, "envelope") ||
	    str_is(sent->code, "PayloadID"))
		sent->again = d->tries < TRIES_MAX ? clock_ms() +
		    ((int64_t)FIRST_WAIT_MS << (d->tries < 7 ? d->tries : 7))
			: 0;
	s->failed++;
	rc = ended(s, d, sent, e);
	return rc == 0 ? s->fn(s->arg, sent, e) : rc;
}

/* ---- into a folder ---- */

static int place(struct sending *s, const struct due *d,
    struct elig_sent *sent, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	struct out *out = NULL;
	int rc;

	buf_addf(&path, "%s/%.*s", s->o->dir, STR_FMT(d->name));
	rc = out_open(&out, path.s, true, e);
	if (rc == 0)
		rc = out_write(out, d->text.s, d->text.n, e);
	if (rc == 0)
		rc = out_commit(out, e);
	else
		out_abort(out);
	if (rc < 0)
		return rc;
	sent->fate = STR("placed");
	rc = ended(s, d, sent, e);
	return rc == 0 ? s->fn(s->arg, sent, e) : rc;
}

/* ---- all that is due ---- */

static int one(struct sending *s, const struct due *d, struct ehr_err *e)
{
	struct elig_sent sent = { .name = d->name, .inquiries = d->inquiries,
		.batch = s->o->batch, .fate = STR(""), .code = STR("") };
	struct core_way w = { 0 };
	int rc = s->o->dir ? 0 : way_of(s, d, &w, e);

	sent.way = s->o->dir ? STR("dir") : w.soap ? STR("soap") : STR("mime");
	if (rc == 0)
		rc = begin(s, d, sent.way.s, e);
	if (rc < 0)
		return rc;
	sent.id = s->send;
	sent.payload = str_of(s->id);
	sent.begun = s->begun;
	if (s->o->dir)
		return place(s, d, &sent, e);
	w.password = w.user.s ? secret_str(s->password) : STR_NONE;
	return exchange(s, d, &w, &sent, e);
}

int elig_send(struct access *a, const struct elig_sending *o,
    elig_sent_fn *fn, void *arg, struct ehr_err *e)
{
	struct sending s = { .a = a, .db = record_store(a->r), .o = o,
		.setup = SETUP_INIT, .mem = ARENA_INIT, .fn = fn, .arg = arg };
	int rc = setup_read(s.db, &s.setup, e);

	if (rc == 0)
		rc = secret_make(&s.password, e);
	if (rc == 0)
		rc = list(&s, e);
	for (size_t i = 0; rc == 0 && i < s.n; i++)
		rc = one(&s, &s.due[i], e);
	if (rc == 0 && s.failed)
		rc = ehr_fail(e, EHR_ENO, "%d of %zu not answered", s.failed,
		    s.n);
	secret_release(&s.password);
	free(s.due);
	arena_release(&s.mem);
	setup_release(&s.setup);
	return rc;
}

int elig_sends(struct store *db, int64_t batch, elig_sent_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct stmt *q = store_scan(db, &elig_sql_table[ELIG_SENDS]);
	int rc;

	stmt_int(q, 1, batch);
	while ((rc = stmt_step(q, e)) > 0) {
		struct elig_sent s = { .id = stmt_col_int(q, 0),
			.batch = stmt_col_int(q, 1), .name = stmt_col(q, 2),
			.payload = stmt_col(q, 3), .way = stmt_col(q, 4),
			.begun = stmt_col_int(q, 5),
			.ended = stmt_col_int(q, 6), .fate = stmt_col(q, 7),
			.status = stmt_col_int(q, 8),
			.code = stmt_col(q, 9), .again = stmt_col_int(q, 10),
			.inquiries = stmt_col_int(q, 11) };

		rc = fn(arg, &s, e);
		if (rc < 0)
			break;
	}
	store_scan_end(q);
	return rc;
}
