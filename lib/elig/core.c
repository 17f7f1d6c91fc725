/* The envelopes of CAQH CORE vC2.2.0. Sources: the rule's public text (its
 * fields, value sets and error codes), and published requests of payers. */
#include "elig/core.h"

#include "ehr/crypto.h"
#include "ehr/xml.h"

#include <stdio.h>
#include <strings.h>

#define SOAP_NS "http://www.w3.org/2003/05/soap-envelope"
#define CORE_NS "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
enum { ANSWER_MAX = 32 << 20, PARTS_MAX = 64 };

void core_reply_release(struct core_reply *r)
{
	buf_release(&r->type);
	buf_release(&r->id);
	buf_release(&r->code);
	buf_release(&r->payload);
}

/* ---- what both envelopes say ---- */

enum { FIELDS = 9 };
struct field {
	const char *name;
	struct str value; /* .s NULL: left out */
};
struct fields {
	struct field v[FIELDS + 3];
	size_t n;
	char time[32], length[24], sum[2 * SHA256_LEN + 1];
};

static void field(struct fields *f, const char *name, struct str value)
{
	if (value.s)
		f->v[f->n++] = (struct field){ name, value };
}

static void fill(struct fields *f, const struct core_way *w, const char *id,
    bool batch, struct str payload, int64_t now)
{
	struct date d;

	f->n = 0;
	date_from_ms(&d, now, 0);
	snprintf(f->time, sizeof(f->time), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year, d.month, d.day, d.hour, d.minute, d.second);
	field(f, "PayloadType", STR("X12_270_Request_005010X279A1"));
	field(f, "ProcessingMode", batch ? STR("Batch") : STR("RealTime"));
	field(f, "PayloadID", str_of(id));
	if (batch) {
		snprintf(f->length, sizeof(f->length), "%zu", payload.n);
		field(f, "PayloadLength", str_of(f->length));
	}
	field(f, "TimeStamp", str_of(f->time));
	if (!w->soap) {
		field(f, "UserName", w->user);
		field(f, "Password", w->password);
	}
	field(f, "SenderID", w->sender);
	field(f, "ReceiverID", w->receiver);
	field(f, "CORERuleVersion", STR("2.2.0"));
	if (batch) {
		BUF_AUTO hex = BUF_INIT;
		uint8_t digest[SHA1_LEN];

		sha1_parts(&payload, 1, digest);
		hex_format(&hex, digest, sizeof(digest));
		snprintf(f->sum, sizeof(f->sum), "%s", hex.s);
		field(f, "CheckSum", str_of(f->sum));
	}
	field(f, "Payload", payload);
}

/* ---- multipart/form-data (RFC 7578) ---- */

static void mime_request(const struct fields *f, struct buf *body,
    struct buf *type)
{
	BUF_AUTO mark = BUF_INIT;
	uint8_t random[16];

	/* random: it stands in no payload */
	crypto_random(random, sizeof(random));
	buf_adds(&mark, "ehr-");
	hex_format(&mark, random, sizeof(random));
	for (size_t i = 0; i < f->n; i++) {
		buf_addf(body, "--%s\r\nContent-Disposition: form-data; "
		    "name=\"%s\"\r\n\r\n", mark.s, f->v[i].name);
		buf_addstr(body, f->v[i].value);
		buf_adds(body, "\r\n");
	}
	buf_addf(body, "--%s--\r\n", mark.s);
	buf_addf(type, "multipart/form-data; boundary=%s", mark.s);
}

/* Value of name="..." or name=... in a header's value. */
static struct str attribute(struct str v, const char *name)
{
	size_t n = strlen(name);
	const char *end;

	for (size_t i = 0; i + n + 1 < v.n; i++)
		if (strncasecmp(v.s + i, name, n) == 0 && v.s[i + n] == '=' &&
		    (i == 0 || v.s[i - 1] == ' ' || v.s[i - 1] == ';')) {
			v.s += i + n + 1;
			v.n -= i + n + 1;
			if (v.n && v.s[0] == '"') {
				v.s++;
				v.n--;
				end = memchr(v.s, '"', v.n);
			} else {
				end = memchr(v.s, ';', v.n);
			}
			v.n = end ? (size_t)(end - v.s) : v.n;
			return v;
		}
	return STR_NONE;
}

/* Bytes before the next sep; all of *rest and false when there is none. */
static bool cut(struct str *rest, struct str sep, struct str *part)
{
	const char *at = rest->n ? memmem(rest->s, rest->n, sep.s, sep.n)
		: NULL;

	*part = *rest;
	if (!at)
		return false;
	part->n = (size_t)(at - rest->s);
	rest->s = at + sep.n;
	rest->n -= part->n + sep.n;
	return true;
}

static void take(struct core_reply *r, struct str name, struct str value)
{
	const struct {
		const char *name;
		struct buf *to;
	} table[] = { { "PayloadType", &r->type }, { "PayloadID", &r->id },
		{ "ErrorCode", &r->code }, { "Payload", &r->payload } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_is(name, table[i].name)) {
			buf_reset(table[i].to);
			buf_addstr(table[i].to, i == 3 ? value
				: str_trim(value));
		}
}

static int mime_answer(struct str type, struct str body, struct core_reply *r,
    struct ehr_err *e)
{
	struct str mark = attribute(type, "boundary"), part, head, name;
	BUF_AUTO sep = BUF_INIT;
	size_t n = 0;
	bool whole = false;

	if (!mark.n || mark.n > 70)
		return ehr_fail(e, EHR_EREJECT, "the answer is no multipart");
	buf_addf(&sep, "--%.*s", STR_FMT(mark));
	if (!cut(&body, buf_str(&sep), &part))
		return ehr_fail(e, EHR_EREJECT, "the answer has no parts");
	sep.len = 0;
	buf_addf(&sep, "\r\n--%.*s", STR_FMT(mark));
	while (!whole && ++n < PARTS_MAX) {
		whole = str_starts(body, "--");
		if (whole || !cut(&body, buf_str(&sep), &part))
			break;
		if (cut(&part, STR("\r\n\r\n"), &head)) {
			name = attribute(head, "name");
			take(r, name, part);
		}
	}
	return whole ? 0 : ehr_fail(e, EHR_EREJECT,
	    "the answer's parts have no end");
}

/* ---- SOAP 1.2, WS-Security UsernameToken 1.0 ---- */

static void token(const struct core_way *w, struct xml_writer *x)
{
	if (!w->user.s)
		return;
	xml_open(x, "wsse:Security", "xmlns:wsse",
	    WSS "wssecurity-secext-1.0.xsd", "env:mustUnderstand", "true",
	    NULL);
	xml_open(x, "wsse:UsernameToken", NULL);
	xml_leaf(x, "wsse:Username", w->user);
	xml_open(x, "wsse:Password", "Type",
	    WSS "username-token-profile-1.0#PasswordText", NULL);
	xml_put(x, w->password);
	xml_close(x);
	xml_close(x);
	xml_close(x);
}

static void soap_request(const struct core_way *w, const struct fields *f,
    struct buf *body, struct buf *type)
{
	struct xml_writer x = XML_WRITER(body);

	xml_declare(&x);
	xml_open(&x, "env:Envelope", "xmlns:env", SOAP_NS, NULL);
	xml_open(&x, "env:Header", NULL);
	token(w, &x);
	xml_close(&x);
	xml_open(&x, "env:Body", NULL);
	xml_open(&x, "core:COREEnvelopeRealTimeRequest", "xmlns:core", CORE_NS,
	    NULL);
	for (size_t i = 0; i < f->n; i++)
		xml_leaf(&x, f->v[i].name, f->v[i].value);
	for (int i = 0; i < 3; i++)
		xml_close(&x);
	buf_adds(type, "application/soap+xml; charset=utf-8; "
	    "action=\"RealTimeTransaction\"");
}

static int soap_answer(struct str body, struct core_reply *r,
    struct ehr_err *e)
{
	XML_AUTO *doc = NULL;
	const struct xml_node *top, *node;
	BUF_AUTO text = BUF_INIT;
	bool core = false, fault = false;
	int rc = xml_parse(&doc, "answer", body, e);

	if (rc < 0)
		return rc;
	top = node = xml_root(doc);
	while ((node = xml_walk(top, node))) {
		fault = fault || str_is(node->name, "Fault");
		if (node->parent && str_is(node->parent->name,
		    "COREEnvelopeRealTimeResponse")) {
			core = true;
			buf_reset(&text);
			xml_text(&text, node);
			take(r, node->name, buf_str(&text));
		}
	}
	if (fault && !r->code.len)
		buf_adds(&r->code, "Fault");
	return core || fault ? 0 : ehr_fail(e, EHR_EREJECT,
	    "the answer is no envelope of CAQH CORE");
}

/* ---- both ---- */

void core_request(const struct core_way *w, const char *id, bool batch,
    struct str payload, int64_t now, struct buf *body, struct buf *type)
{
	struct fields f;

	fill(&f, w, id, batch, payload, now);
	if (w->soap)
		soap_request(w, &f, body, type);
	else
		mime_request(&f, body, type);
}

int core_answer(bool soap, struct str type, struct str body,
    struct core_reply *r, struct ehr_err *e)
{
	return soap ? soap_answer(body, r, e) : mime_answer(type, body, r, e);
}

int core_send(const struct core_way *w, const char *id, bool batch,
    struct str payload, int64_t now, struct core_reply *r, struct ehr_err *e)
{
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	BUF_AUTO body = BUF_INIT;
	BUF_AUTO type = BUF_INIT;
	int rc;

	core_request(w, id, batch, payload, now, &body, &type);
	rc = net_send(&(struct net_request){ .url = w->url,
	    .body = buf_str(&body), .type = type.s, .ca = w->ca,
	    .cert = w->cert, .key = w->key, .total_ms = w->timeout_ms,
	    .most = ANSWER_MAX }, &a, e);
	crypto_cleanse(body.s, body.len); /* the password */
	r->fate = a.fate;
	r->status = a.status;
	if (rc < 0)
		return rc;
	rc = core_answer(w->soap, net_header(&a, "Content-Type"),
	    buf_str(&a.body), r, e);
	if (rc < 0 && a.status != 200)
		return ehr_fail(e, EHR_EIO, "HTTP status %ld", a.status);
	return rc;
}
