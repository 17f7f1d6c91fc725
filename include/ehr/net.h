/*
 * net.h - requests over HTTP(S), one at a time: a body from memory out, status,
 * headers and body of the answer back. The only library that knows libcurl.
 *
 * The peer's certificate and name are always verified, TLS 1.2 at least;
 * without TLS only this machine is spoken to (127.0.0.1, ::1, localhost).
 * Everything has a limit. Secrets are given in memory and wiped by libcurl's
 * handle; none is in an argument or the environment.
 */
#ifndef EHR_NET_H
#define EHR_NET_H

#include "ehr/base.h"

/* What became of a request, for who has to decide whether it may go again. */
enum net_fate {
	NET_ANSWERED, /* there is an answer, whatever its status */
	NET_UNSENT, /* no connection: the peer has seen nothing of it */
	NET_UNTRUSTED, /* TLS: not who it should be, or it refused us */
	NET_TIMEOUT, /* no (whole) answer in time; it may have been taken */
	NET_SLOW, /* bytes came too slowly; the same */
	NET_CUT, /* the answer ended too early; the same */
	NET_LARGE, /* the answer is over the limit; the same */
	NET_ELSEWHERE, /* sent on to another place, which is not followed */
	NET_FATES
};
const char *net_fate_name(enum net_fate f); /* "timeout" */

/* All texts are borrowed for the call; what is NULL, 0 or STR_NONE is left
 * out or has the default. */
struct net_request {
	const char *url; /* https://..., http:// of this machine */
	struct str body; /* of a POST; .s NULL: a GET */
	const char *type; /* Content-Type of the body */
	const char *const *header; /* "Name: value", n of them */
	size_t headers;

	struct str user, password; /* HTTP Basic (RFC 7617) */
	const char *ca; /* file of trusted ones, PEM; NULL: the system's */
	const char *cert, *key; /* files of the client's, PEM */
	struct str key_password;

	int connect_ms; /* 10,000 */
	int total_ms; /* 20,000, all redirects together */
	int slow_bytes, slow_s; /* fewer bytes a second for so long: 1, 10 */
	size_t most; /* bytes of the answer's body, 64 MiB */
	bool proxy; /* take proxies of the environment; else none */
};

struct net_answer {
	enum net_fate fate;
	long status; /* 200; 0: there is none */
	struct buf head; /* header lines of the last answer, CRLF */
	struct buf body;
};
#define NET_ANSWER_INIT ((struct net_answer){ .head = BUF_INIT, \
	.body = BUF_INIT })
#define NET_ANSWER_AUTO EHR_CLEANUP(net_answer_release) struct net_answer
void net_answer_release(struct net_answer *a);
/* Value of a header line (RFC 9110 5: any case of the name), trimmed, borrowed
 * from a; STR_NONE. */
struct str net_header(const struct net_answer *a, const char *name);
/* Until when Retry-After (RFC 9110 10.2.3) asks to wait, seconds or a date: ms
 * of the clock of now, a day from it at most; 0: it does not. */
int64_t net_retry_after(const struct net_answer *a, int64_t now);

/* 0 when there is an answer. EHR_EUSAGE: the url is none, or would go over an
 * open line to another machine; EHR_EIO: fate says why. A redirect within the
 * same scheme, host and port is followed, five times at most, with the body
 * again only by 307 and 308 (RFC 9110 15.4); 301 to 303 after a POST are
 * answers as any other. */
int net_send(const struct net_request *r, struct net_answer *a,
    struct ehr_err *e);

#endif
