/* Requests over HTTP, against a server of this test. */
#include "ehr/net.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "test.h"

static struct {
	pthread_t thread;
	int fd, port;
	int hits;
	bool stop;
} server;

static void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static bool say(int fd, const char *s, size_t n)
{
	return send(fd, s, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void says(int fd, const char *s)
{
	say(fd, s, strlen(s));
}

/* Reads a head and as much body as it promises. */
static void take(int fd, char *b, size_t cap)
{
	size_t n = 0, want = cap - 1;
	const char *end, *length;
	ssize_t got;

	while (n < want && (got = recv(fd, b + n, cap - 1 - n, 0)) > 0) {
		n += (size_t)got;
		b[n] = '\0';
		end = strstr(b, "\r\n\r\n");
		length = strstr(b, "Content-Length: ");
		if (end)
			want = (size_t)(end + 4 - b) + (length ?
			    strtoul(length + 16, NULL, 10) : 0);
	}
	b[n] = '\0';
}

static void drip(int fd)
{
	says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (int i = 0; i < 60 && !server.stop; i++, nap(100))
		if (!say(fd, "x", 1))
			return;
}

static void flood(int fd)
{
	static const char block[65536];

	says(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < 64 && say(fd, block, sizeof(block)); i++)
		;
}

static void redirect(int fd, int status, const char *to)
{
	char b[300];

	snprintf(b, sizeof(b), "HTTP/1.1 %d Moved\r\nLocation: %s\r\n"
	    "Content-Length: 0\r\nConnection: close\r\n\r\n", status, to);
	says(fd, b);
}

static void answer(int fd)
{
	static char b[1 << 16];
	char to[64], head[100];

	take(fd, b, sizeof(b));
	snprintf(to, sizeof(to), "http://localhost:%d/echo", server.port);
	if (strstr(b, " /drip"))
		drip(fd);
	else if (strstr(b, " /flood"))
		flood(fd);
	else if (strstr(b, " /cut"))
		says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
	else if (strstr(b, " /hang"))
		for (int i = 0; i < 50 && !server.stop; i++)
			nap(100);
	else if (strstr(b, " /here"))
		redirect(fd, 307, "/echo");
	else if (strstr(b, " /away"))
		redirect(fd, 307, to);
	else if (strstr(b, " /round"))
		redirect(fd, 308, "/round");
	else if (strstr(b, " /see"))
		redirect(fd, 303, "/echo");
	else {
		snprintf(head, sizeof(head), "HTTP/1.1 404 Not Here\r\n"
		    "X-One:  two \r\nContent-Length: %zu\r\n\r\n",
		    strlen(b));
		says(fd, head);
		says(fd, b);
	}
}

static void *serve(void *arg)
{
	struct pollfd p = { server.fd, POLLIN, 0 };
	int fd;

	(void)arg;
	while (!server.stop)
		if (poll(&p, 1, 50) > 0 &&
		    (fd = accept(server.fd, NULL, NULL)) >= 0) {
			server.hits++;
			answer(fd);
			close(fd);
		}
	return NULL;
}

static void begin(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);

	server.stop = false;
	server.hits = 0;
	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(server.fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(server.fd, 8) == 0 &&
	    getsockname(server.fd, (struct sockaddr *)&a, &n) == 0);
	server.port = ntohs(a.sin_port);
	CHECK(pthread_create(&server.thread, NULL, serve, NULL) == 0);
}

static void end(void)
{
	server.stop = true;
	pthread_join(server.thread, NULL);
	close(server.fd);
}

static int ask(const char *path, struct net_request r, struct net_answer *a,
    struct ehr_err *e)
{
	char url[100];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", server.port, path);
	r.url = url;
	return net_send(&r, a, e);
}

TEST(answer_has_status_headers_and_body)
{
	static const char *const header[] = { "X-Ours: 1" };
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	struct ehr_err e = { 0 };

	begin();
	CHECK_INT(ask("/echo", (struct net_request){ .body = STR("hello"),
	    .type = "text/plain", .header = header, .headers = 1,
	    .user = STR("me"), .password = STR("secret") }, &a, &e), 0);
	CHECK_INT(a.fate, NET_ANSWERED);
	CHECK_INT(a.status, 404);
	CHECK(str_is(net_header(&a, "x-one"), "two"));
	CHECK(net_header(&a, "x-two").s == NULL);
	CHECK(strstr(a.body.s, "POST /echo HTTP/1.1\r\n") == a.body.s);
	CHECK(strstr(a.body.s, "\r\n\r\nhello"));
	CHECK(strstr(a.body.s, "Content-Type: text/plain\r\n"));
	CHECK(strstr(a.body.s, "X-Ours: 1\r\n"));
	CHECK(strstr(a.body.s, "Authorization: Basic bWU6c2VjcmV0\r\n"));
	CHECK(strstr(a.body.s, "Expect:") == NULL);
	CHECK_INT(ask("/echo", (struct net_request){ 0 }, &a, &e), 0);
	CHECK(strstr(a.body.s, "GET /echo HTTP/1.1\r\n") == a.body.s);
	CHECK(strstr(a.body.s, "Authorization") == NULL);
	end();
}

/* What a path ends with, and no body is kept for more than that. */
static void fails(const char *path, struct net_request r, enum net_fate fate)
{
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	struct ehr_err e = { 0 };

	r.body = STR("x");
	CHECK_INT(ask(path, r, &a, &e), EHR_EIO);
	CHECK_STR(net_fate_name(a.fate), net_fate_name(fate));
	CHECK(strstr(e.msg, net_fate_name(fate)) == e.msg);
	CHECK(r.most == 0 || a.body.len <= r.most);
}

TEST(limits_end_a_transfer)
{
	begin();
	fails("/hang", (struct net_request){ .total_ms = 300 }, NET_TIMEOUT);
	fails("/drip", (struct net_request){ .slow_bytes = 500, .slow_s = 1 },
	    NET_SLOW);
	fails("/drip", (struct net_request){ .total_ms = 300 }, NET_TIMEOUT);
	fails("/cut", (struct net_request){ 0 }, NET_CUT);
	fails("/flood", (struct net_request){ .most = 100000 }, NET_LARGE);
	fails("/drip", (struct net_request){ .most = 999 }, NET_LARGE);
	end();
	fails("/echo", (struct net_request){ 0 }, NET_UNSENT);
}

TEST(redirects_stay_with_the_server)
{
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	struct ehr_err e = { 0 };

	begin();
	CHECK_INT(ask("/here", (struct net_request){ .body = STR("b") }, &a,
	    &e), 0);
	CHECK_INT(a.status, 404);
	CHECK(strstr(a.body.s, "POST /echo ") == a.body.s);
	CHECK(strstr(a.body.s, "\r\n\r\nb"));
	CHECK_INT(ask("/see", (struct net_request){ .body = STR("b") }, &a,
	    &e), 0);
	CHECK_INT(a.status, 303);
	CHECK_INT(ask("/see", (struct net_request){ 0 }, &a, &e), 0);
	CHECK_INT(a.status, 404);
	fails("/away", (struct net_request){ 0 }, NET_ELSEWHERE);
	server.hits = 0;
	fails("/round", (struct net_request){ 0 }, NET_ELSEWHERE);
	CHECK_INT(server.hits, 6);
	end();
}

TEST(proxies_of_the_environment_only_when_asked)
{
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	struct ehr_err e = { 0 };

	begin();
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	CHECK_INT(ask("/echo", (struct net_request){ 0 }, &a, &e), 0);
	fails("/echo", (struct net_request){ .proxy = true }, NET_UNSENT);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	end();
}

TEST(open_lines_to_others_are_refused)
{
	static const char *const url[] = { "http://192.0.2.1/", "ftp://[::1]/",
		"http://localhost.example/", "file:///etc/passwd", "nothing",
		"", "http://127.0.0.1@192.0.2.1/" };
	NET_ANSWER_AUTO a = NET_ANSWER_INIT;
	struct ehr_err e = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(url); i++) {
		CHECK_INT(net_send(&(struct net_request){ .url = url[i] }, &a,
		    &e), EHR_EUSAGE);
		CHECK_INT(a.fate, NET_UNSENT);
	}
}

TEST(how_long_to_wait_in_seconds_or_until_a_date)
{
	/* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 5.6.7 */
	const int64_t then = 784111777000, hour = 3600000;
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	static const struct {
		const char *value;
		int64_t now, until;
	} table[] = {
		{ "120", 1000, 121000 }, { "0", 1000, 0 },
		{ date, then - hour, then }, { date, then, 0 },
		{ date, then + hour, 0 }, { "soon", 1000, 0 },
		{ "-5", 1000, 0 }, { "999999999", 1000, 86401000 },
		{ date, 0, 86400000 }, { "", 1000, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		NET_ANSWER_AUTO a = NET_ANSWER_INIT;

		buf_addf(&a.head, "HTTP/1.1 429 x\r\nretry-after: %s\r\n\r\n",
		    table[i].value);
		CHECK_INT(net_retry_after(&a, table[i].now), table[i].until);
		buf_reset(&a.head);
		buf_adds(&a.head, "HTTP/1.1 429 x\r\n\r\n");
		CHECK_INT(net_retry_after(&a, table[i].now), 0);
	}
}
