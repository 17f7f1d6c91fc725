/* http.c - gateways over HTTPS: our own JSON, which is documented in
 * ehr-rules(5), and the form of Twilio's API. */
#include "ehr/json.h"
#include "ehr/keys.h"
#include "ehr/setup.h"
#include "notify/gateway.h"
#include "notify/ways.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_S = 20, ANSWER_MAX = 256 << 10, ID_MAX = 200 };

struct gateway {
	struct arena mem;
	const struct setup_item *item;
	const char *url, *ca;
	struct str from, user;
	struct secret *secret; /* NULL: there is none */
	int timeout_ms;
};

static const char *text(struct gateway *g, const char *name)
{
	struct str v = setup_value(g->item, name);

	return v.n ? arena_strndup(&g->mem, v.s, v.n) : NULL;
}

static void gateway_close(void *self)
{
	struct gateway *g = self;

	if (g) {
		secret_release(&g->secret);
		arena_release(&g->mem);
	}
	free(g);
}

static int gateway_open(void **self, const struct setup_item *i,
    struct ehr_err *e)
{
	struct gateway *g = xcalloc(1, sizeof(*g));
	const char *file;
	int rc = 0;

	g->mem = ARENA_INIT;
	g->item = i;
	g->url = text(g, "url");
	g->ca = text(g, "ca");
	g->from = setup_value(i, "from");
	g->user = setup_value(i, "user");
	g->timeout_ms = (int)setup_number(i, "timeout", TIMEOUT_S) * 1000;
	file = text(g, "secret");
	if (file)
		rc = secret_make(&g->secret, e);
	if (rc == 0 && file)
		rc = secret_read(file, g->secret, e);
	*self = g;
	if (rc < 0) {
		gateway_close(g);
		*self = NULL;
	}
	return rc;
}

/* ---- what an answer says ---- */

void gateway_id(struct str json, const char *member, struct buf *id)
{
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO scratch = BUF_INIT;
	struct tape_error bad;
	struct str v;

	if (tape_parse(&t, json.s, json.n, &bad) < 0)
		return;
	v = tape_member(&t, 0, member, &scratch);
	if (v.n > ID_MAX)
		return;
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= 0x20 || v.s[i] > 0x7e)
			return;
	buf_addstr(id, v);
}

static const struct {
	long status;
	enum notify_fate fate;
} statuses[] = {
	/* not taken, says RFC 9110 or RFC 6585, and it may be later */
	{ 408, NOTIFY_TEMPORARY }, { 425, NOTIFY_TEMPORARY },
	{ 429, NOTIFY_TEMPORARY }, { 503, NOTIFY_TEMPORARY },
	/* not this message's fault: the account, the gateway's address */
	{ 401, NOTIFY_TEMPORARY }, { 402, NOTIFY_TEMPORARY },
	{ 403, NOTIFY_TEMPORARY }, { 404, NOTIFY_TEMPORARY },
	{ 405, NOTIFY_TEMPORARY }, { 407, NOTIFY_TEMPORARY },
	{ 421, NOTIFY_TEMPORARY },
	/* the same key is being worked at */
	{ 409, NOTIFY_UNKNOWN },
};

enum notify_fate gateway_status(long status)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].fate;
	if (status >= 200 && status < 300)
		return NOTIFY_ACCEPTED;
	return status >= 400 && status < 500 ? NOTIFY_PERMANENT :
	    NOTIFY_UNKNOWN;
}

void gateway_result(const struct net_answer *a, int64_t now,
    struct notify_result *r)
{
	buf_reset(&r->detail);
	if (a->fate != NET_ANSWERED) {
		r->fate = a->fate == NET_UNSENT || a->fate == NET_UNTRUSTED ?
		    NOTIFY_TEMPORARY : NOTIFY_UNKNOWN;
		buf_adds(&r->detail, net_fate_name(a->fate));
		return;
	}
	r->fate = gateway_status(a->status);
	r->again = net_retry_after(a, now);
	buf_addf(&r->detail, "HTTP status %ld", a->status);
}

/* 0: there is an answer, or what became of it is known otherwise. */
static int exchange(const struct gateway *g, struct net_request *q,
    struct net_answer *a, struct notify_result *r, struct ehr_err *e)
{
	int rc;

	q->url = g->url;
	q->ca = g->ca;
	q->total_ms = g->timeout_ms;
	q->most = ANSWER_MAX;
	rc = net_send(q, a, e);
	if (rc < 0 && rc != EHR_EIO)
		return rc;
	gateway_result(a, clock_ms(), r);
	return 0;
}

/* ---- our own ---- */

void gateway_json(struct buf *b, const struct notify_message *m,
    struct str from)
{
	json_open(b, NULL, '{');
	json_text(b, "key", m->key);
	json_text(b, "channel", str_of(notify_channel_name(m->channel)));
	json_text(b, "from", from);
	json_text(b, "to", m->to);
	json_text(b, "person", m->person);
	json_text(b, "subject", m->title);
	json_text(b, "text", m->text);
	json_text(b, "language", m->language);
	json_close(b, '}');
	json_done(b);
}

/* The key as a structured field's string: it has no quotes in it. */
static int json_send(void *self, const struct notify_message *m,
    struct notify_result *r, struct ehr_err *e)
{
	const struct gateway *g = self;
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	BUF_AUTO body = BUF_INIT;
	BUF_AUTO key = BUF_INIT;
	BUF_AUTO bearer = BUF_INIT;
	const char *header[2] = { NULL, NULL };
	struct net_request q = { .type = "application/json",
		.header = header, .headers = 1 };
	int rc;

	gateway_json(&body, m, g->from);
	buf_addf(&key, "Idempotency-Key: \"%.*s\"", STR_FMT(m->key));
	header[0] = key.s;
	q.body = buf_str(&body);
	if (g->user.n) {
		q.user = g->user;
		q.password = g->secret ? secret_str(g->secret) : STR_NONE;
	} else if (g->secret) {
		buf_addf(&bearer, "Authorization: Bearer %.*s",
		    STR_FMT(secret_str(g->secret)));
		header[q.headers++] = bearer.s;
	}
	rc = exchange(g, &q, &a, r, e);
	crypto_cleanse(bearer.s, bearer.cap);
	if (rc == 0 && r->fate == NOTIFY_ACCEPTED)
		gateway_id(buf_str(&a.body), "id", &r->id);
	return rc;
}

/* ---- Twilio's ---- */

static void form_field(struct buf *b, const char *name, struct str v)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	if (!v.n)
		return;
	buf_addf(b, "%s%s=", b->len ? "&" : "", name);
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] && strchr(plain, v.s[i]))
			buf_addch(b, v.s[i]);
		else
			buf_addf(b, "%%%02X", (unsigned char)v.s[i]);
}

/* What is said on the phone, as TwiML. */
static void spoken(struct buf *b, const struct notify_message *m)
{
	static const struct {
		char c;
		const char *entity;
	} table[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" } };

	buf_adds(b, "<Response><Say>");
	for (size_t i = 0; i < m->text.n; i++) {
		const char *as = NULL;

		for (size_t k = 0; k < ARRAY_LEN(table); k++)
			if (table[k].c == m->text.s[i])
				as = table[k].entity;
		if (as)
			buf_adds(b, as);
		else
			buf_addch(b, m->text.s[i]);
	}
	buf_adds(b, "</Say></Response>");
}

/* A sender that begins with MG is a messaging service. */
static void twilio_form(const struct gateway *g,
    const struct notify_message *m, struct buf *b)
{
	BUF_AUTO say = BUF_INIT;

	form_field(b, "To", m->to);
	form_field(b, str_starts(g->from, "MG") ? "MessagingServiceSid" :
	    "From", g->from);
	if (m->channel == NOTIFY_VOICE) {
		spoken(&say, m);
		form_field(b, "Twiml", buf_str(&say));
	} else {
		form_field(b, "Body", m->text);
	}
	form_field(b, "StatusCallback", setup_value(g->item, "status-url"));
}

/* Errors have a number (21610: the addressee said STOP to Twilio). */
static void twilio_error(const struct net_answer *a, struct notify_result *r)
{
	BUF_AUTO code = BUF_INIT;
	int64_t n;

	gateway_id(buf_str(&a->body), "code", &code);
	if (str_int(buf_str(&code), &n))
		buf_addf(&r->detail, ", error %lld", (long long)n);
}

static int twilio_send(void *self, const struct notify_message *m,
    struct notify_result *r, struct ehr_err *e)
{
	const struct gateway *g = self;
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	BUF_AUTO body = BUF_INIT;
	struct net_request q = {
		.type = "application/x-www-form-urlencoded" };
	int rc;

	twilio_form(g, m, &body);
	q.body = buf_str(&body);
	q.user = g->user;
	q.password = g->secret ? secret_str(g->secret) : STR_NONE;
	rc = exchange(g, &q, &a, r, e);
	if (rc == 0 && r->fate == NOTIFY_ACCEPTED)
		gateway_id(buf_str(&a.body), "sid", &r->id);
	else if (rc == 0)
		twilio_error(&a, r);
	return rc;
}

const struct notify_way notify_way_http = { .kind = "http",
	.open = gateway_open, .send = json_send, .close = gateway_close };
const struct notify_way notify_way_twilio = { .kind = "twilio",
	.open = gateway_open, .send = twilio_send, .close = gateway_close };
