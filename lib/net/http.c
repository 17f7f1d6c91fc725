/* Requests by libcurl: each option that could weaken one is set here. */
#include "ehr/net.h"

#include <curl/curl.h>
#include <strings.h>

enum {
	CONNECT_MS = 10000,
	TOTAL_MS = 20000,
	SLOW_BYTES = 1,
	SLOW_S = 10,
	HEAD_MAX = 64 << 10,
	BODY_MAX = 64 << 20,
	REDIRECTS_MAX = 5,
};

struct transfer {
	const struct net_request *r;
	struct net_answer *a;
	CURL *curl;
	struct curl_slist *headers;
	size_t most;
	int64_t until; /* ms of the real clock */
	bool large;
	char why[CURL_ERROR_SIZE];
};

static const char *const fate_names[NET_FATES] = {
	[NET_ANSWERED] = "answered", [NET_UNSENT] = "no connection",
	[NET_UNTRUSTED] = "not trusted", [NET_TIMEOUT] = "timeout",
	[NET_SLOW] = "too slow", [NET_CUT] = "cut off",
	[NET_LARGE] = "too large", [NET_ELSEWHERE] = "sent elsewhere",
};

const char *net_fate_name(enum net_fate f)
{
	return fate_names[f];
}

void net_answer_release(struct net_answer *a)
{
	buf_release(&a->head);
	buf_release(&a->body);
}

struct str net_header(const struct net_answer *a, const char *name)
{
	struct str rest = buf_str(&a->head), line, key;

	while (str_split(&rest, '\n', &line))
		if (str_split(&line, ':', &key) && line.s &&
		    key.n == strlen(name) &&
		    strncasecmp(key.s, name, key.n) == 0)
			return str_trim(line);
	return STR_NONE;
}

int64_t net_retry_after(const struct net_answer *a, int64_t now)
{
	const int64_t most = 86400;
	struct str v = net_header(a, "Retry-After");
	BUF_AUTO b = BUF_INIT;
	int64_t s;

	if (!v.n)
		return 0;
	if (!str_int(v, &s)) {
		buf_addstr(&b, v);
		s = (int64_t)curl_getdate(b.s, NULL) - now / 1000;
	}
	if (s <= 0)
		return 0;
	return now + 1000 * (s < most ? s : most);
}

/* ---- addresses ---- */

static bool this_machine(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	    strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0;
}

/* Appends "scheme://host:port", which two places have in common or not. */
static bool origin(CURLU *u, struct buf *b)
{
	static const CURLUPart part[] = { CURLUPART_SCHEME, CURLUPART_HOST,
		CURLUPART_PORT };
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		if (curl_url_get(u, part[i], &text, CURLU_DEFAULT_PORT) !=
		    CURLUE_OK)
			return false;
		buf_adds(b, text);
		buf_addch(b, ' ');
		curl_free(text);
	}
	return true;
}

static int check_url(const char *url, struct ehr_err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL;
	int rc = 0;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		rc = ehr_fail(e, EHR_EUSAGE, "not an address of a server");
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		rc = ehr_fail(e, EHR_EUSAGE, "neither https nor http");
	else if (strcmp(scheme, "http") == 0 && !this_machine(host))
		rc = ehr_fail(e, EHR_EUSAGE,
		    "http:// is only for this machine; use https://");
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return rc;
}

/* next: the place a redirect leads to, or "" when that is of another origin. */
static void follow(const char *from, const char *to, struct buf *next)
{
	BUF_AUTO old = BUF_INIT;
	BUF_AUTO new = BUF_INIT;
	CURLU *u = curl_url();
	char *text = NULL;

	buf_reset(next);
	if (u && curl_url_set(u, CURLUPART_URL, from, 0) == CURLUE_OK &&
	    origin(u, &old) &&
	    curl_url_set(u, CURLUPART_URL, to, 0) == CURLUE_OK &&
	    origin(u, &new) && str_eq(buf_str(&old), buf_str(&new)) &&
	    curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK)
		buf_adds(next, text);
	curl_free(text);
	curl_url_cleanup(u);
}

/* ---- one transfer ---- */

static size_t take_body(char *p, size_t one, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= one;
	if (n > t->most - t->a->body.len) {
		t->large = true;
		return 0;
	}
	buf_add(&t->a->body, p, n);
	return n;
}

/* Interim answers (100) and redirects begin anew. */
static size_t take_head(char *p, size_t one, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= one;
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		buf_reset(&t->a->head);
	if (n > HEAD_MAX - t->a->head.len) {
		t->large = true;
		return 0;
	}
	buf_add(&t->a->head, p, n);
	return n;
}

static const char *text(struct arena *mem, struct str s)
{
	return s.s ? arena_strndup(mem, s.s, s.n) : NULL;
}

#define SET(option, value) \
	ok = ok && curl_easy_setopt(t->curl, (option), (value)) == CURLE_OK

static bool set_limits(struct transfer *t)
{
	const struct net_request *r = t->r;
	bool ok = true;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(r->connect_ms ? r->connect_ms : CONNECT_MS));
	SET(CURLOPT_LOW_SPEED_LIMIT,
	    (long)(r->slow_bytes ? r->slow_bytes : SLOW_BYTES));
	SET(CURLOPT_LOW_SPEED_TIME, (long)(r->slow_s ? r->slow_s : SLOW_S));
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->most);
	SET(CURLOPT_PROTOCOLS_STR, "https,http");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_ERRORBUFFER, t->why);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, take_head);
	SET(CURLOPT_HEADERDATA, t);
	if (!r->proxy)
		SET(CURLOPT_PROXY, "");
	return ok;
}

static bool set_trust(struct transfer *t)
{
	const struct net_request *r = t->r;
	struct arena mem = ARENA_INIT; /* libcurl has copies of its own */
	const char *user = text(&mem, r->user);
	const char *password = text(&mem, r->password);
	const char *key_password = text(&mem, r->key_password);
	bool ok = true;

	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (r->ca)
		SET(CURLOPT_CAINFO, r->ca);
	if (r->cert)
		SET(CURLOPT_SSLCERT, r->cert);
	if (r->key)
		SET(CURLOPT_SSLKEY, r->key);
	if (key_password)
		SET(CURLOPT_KEYPASSWD, key_password);
	if (user) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, user);
	}
	if (password)
		SET(CURLOPT_PASSWORD, password);
	for (size_t i = 0; password && i < r->password.n; i++)
		((volatile char *)password)[i] = 0;
	for (size_t i = 0; key_password && i < r->key_password.n; i++)
		((volatile char *)key_password)[i] = 0;
	arena_release(&mem);
	return ok;
}

static bool add_header(struct transfer *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->headers, line);

	if (more)
		t->headers = more;
	return more != NULL;
}

static bool set_body(struct transfer *t)
{
	const struct net_request *r = t->r;
	BUF_AUTO type = BUF_INIT;
	bool ok = true;

	buf_addf(&type, "Content-Type: %s", r->type ? r->type : "");
	for (size_t i = 0; i < r->headers; i++)
		ok = ok && add_header(t, r->header[i]);
	if (r->body.s) {
		ok = ok && add_header(t, type.s);
		/* no waiting for an interim answer many servers never give */
		ok = ok && add_header(t, "Expect:");
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, r->body.s);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	}
	SET(CURLOPT_HTTPHEADER, t->headers);
	return ok;
}
#undef SET

static enum net_fate fate_of(const struct transfer *t, CURLcode code)
{
	static const struct {
		CURLcode code;
		enum net_fate fate;
	} table[] = {
		{ CURLE_OK, NET_ANSWERED },
		{ CURLE_COULDNT_RESOLVE_HOST, NET_UNSENT },
		{ CURLE_COULDNT_RESOLVE_PROXY, NET_UNSENT },
		{ CURLE_COULDNT_CONNECT, NET_UNSENT },
		{ CURLE_SSL_CONNECT_ERROR, NET_UNTRUSTED },
		{ CURLE_PEER_FAILED_VERIFICATION, NET_UNTRUSTED },
		{ CURLE_SSL_CERTPROBLEM, NET_UNTRUSTED },
		{ CURLE_SSL_CACERT_BADFILE, NET_UNTRUSTED },
		{ CURLE_SSL_ISSUER_ERROR, NET_UNTRUSTED },
		{ CURLE_FILESIZE_EXCEEDED, NET_LARGE },
		{ CURLE_OPERATION_TIMEDOUT, NET_TIMEOUT },
	};
	curl_off_t connected = 0;

	if (t->large)
		return NET_LARGE;
	/* the same code for both; only the text tells */
	if (code == CURLE_OPERATION_TIMEDOUT &&
	    strstr(t->why, "bytes/sec"))
		return NET_SLOW;
	if (code == CURLE_OPERATION_TIMEDOUT &&
	    curl_easy_getinfo(t->curl, CURLINFO_APPCONNECT_TIME_T,
		&connected) == CURLE_OK && connected == 0 &&
	    curl_easy_getinfo(t->curl, CURLINFO_CONNECT_TIME_T,
		&connected) == CURLE_OK && connected == 0)
		return NET_UNSENT;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return table[i].fate;
	return NET_CUT;
}

static int one(struct transfer *t, const char *url, struct ehr_err *e)
{
	int64_t left = t->until - clock_ms();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	buf_reset(&t->a->head);
	buf_reset(&t->a->body);
	t->a->status = 0;
	t->why[0] = '\0';
	if (left < 1)
		left = 1;
	if (curl_easy_setopt(t->curl, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, (long)left) ==
		CURLE_OK)
		code = curl_easy_perform(t->curl);
	t->a->fate = fate_of(t, code);
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->a->status);
	if (code == CURLE_OK)
		return 0;
	return ehr_fail(e, EHR_EIO, "%s: %s",
	    fate_names[t->a->fate], curl_easy_strerror(code));
}

static bool leads_on(const struct transfer *t)
{
	long s = t->a->status;

	return s == 307 || s == 308 ||
	    (!t->r->body.s && s >= 301 && s <= 303);
}

static int all(struct transfer *t, struct ehr_err *e)
{
	BUF_AUTO url = BUF_INIT;
	BUF_AUTO place = BUF_INIT;
	BUF_AUTO to = BUF_INIT;
	int rc, n = 0;

	buf_adds(&url, t->r->url);
	while ((rc = one(t, url.s, e)) == 0 && leads_on(t)) {
		buf_reset(&place);
		buf_addstr(&place, net_header(t->a, "Location"));
		follow(url.s, place.s, &to);
		if (to.len == 0 || ++n > REDIRECTS_MAX) {
			t->a->fate = NET_ELSEWHERE;
			return ehr_fail(e, EHR_EIO, "%s: %s",
			    fate_names[NET_ELSEWHERE], to.len ?
			    "too many redirects" :
			    "a redirect to another server is not followed");
		}
		buf_reset(&url);
		buf_addstr(&url, buf_str(&to));
	}
	return rc;
}

int net_send(const struct net_request *r, struct net_answer *a,
    struct ehr_err *e)
{
	struct transfer t = { .r = r, .a = a, .most = r->most ? r->most
		: BODY_MAX, .until = clock_ms() +
		(r->total_ms ? r->total_ms : TOTAL_MS) };
	int rc = check_url(r->url, e);

	a->fate = NET_UNSENT;
	a->status = 0;
	if (rc < 0)
		return rc;
	t.curl = curl_easy_init();
	if (!t.curl || !set_limits(&t) || !set_trust(&t) || !set_body(&t))
		rc = ehr_fail(e, EHR_EIO, "libcurl cannot be set up");
	else
		rc = all(&t, e);
	curl_easy_cleanup(t.curl);
	curl_slist_free_all(t.headers);
	return rc;
}
