/* Messages of the agent's socket, recovery codes and one-time secrets, as
 * anybody may send or type them. */
#include "keys/wire.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

/* One agent serves them all, so that what one leaves meets the next. */
static void message(struct str s)
{
	static struct agent *a;
	struct agent_msg m;
	int fd[2], rc;

	if (s.n > 60000)
		return; /* would wait for a reader */
	MUST(a || agent_new(&a, 1000, NULL, NULL, NULL) == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == 0);
	MUST(write(fd[0], s.s, s.n) == (ssize_t)s.n);
	shutdown(fd[0], SHUT_WR);
	rc = agent_serve(a, fd[1]);
	MUST(rc == 0 || rc == 1);
	close(fd[1]);
	if (wire_read(fd[0], &m)) {
		MUST(s.n >= sizeof(m));
		MUST(m.op == AGENT_YES || m.op == AGENT_NO);
	}
	close(fd[0]);
}

static void code(struct str text)
{
	struct secret s = { .n = text.n }, again;

	if (text.n > KEYS_MAX_SECRET)
		return;
	memcpy(s.s, text.s, text.n);
	if (recovery_read(&s)) {
		again = s;
		MUST(s.n == RECOVERY_LEN && recovery_read(&again));
		MUST(memcmp(s.s, again.s, s.n) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };

	message(s);
	code(s);
	return 0;
}
