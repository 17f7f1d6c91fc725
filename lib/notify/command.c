/* command.c - any program: the message as JSON on its standard input, its exit
 * code says what became of it (sysexits.h), its output may be JSON with an id
 * of its own. */
#include "ehr/json.h"
#include "ehr/setup.h"
#include "notify/child.h"
#include "notify/gateway.h"
#include "notify/ways.h"

#include <stdlib.h>

enum { TIMEOUT_S = 60, ANSWER_MAX = 64 << 10 };

struct command {
	struct arena mem;
	char *argv[CHILD_ARGUMENTS + 2];
	int timeout_ms;
};

static int command_open(void **self, const struct setup_item *i,
    struct ehr_err *e)
{
	struct command *c = xcalloc(1, sizeof(*c));

	(void)e;
	c->mem = ARENA_INIT;
	child_argv(&c->mem, i, c->argv);
	c->timeout_ms = (int)setup_number(i, "timeout", TIMEOUT_S) * 1000;
	*self = c;
	return 0;
}

static int command_send(void *self, const struct notify_message *m,
    struct notify_result *r, struct ehr_err *e)
{
	struct command *c = self;
	CHILD_END_AUTO end = CHILD_END_INIT;
	BUF_AUTO text = BUF_INIT;
	int rc;

	gateway_json(&text, m, STR_NONE);
	buf_addch(&text, '\n');
	rc = child_run(&(struct child){ .argv = c->argv,
	    .input = buf_str(&text), .most = ANSWER_MAX,
	    .timeout_ms = c->timeout_ms }, &end, e);
	if (rc < 0)
		return rc;
	child_result(&end, r);
	if (r->fate == NOTIFY_ACCEPTED && end.whole)
		gateway_id(buf_str(&end.out), "id", &r->id);
	return 0;
}

static void command_close(void *self)
{
	struct command *c = self;

	if (c)
		arena_release(&c->mem);
	free(c);
}

const struct notify_way notify_way_command = { .kind = "command",
	.open = command_open, .send = command_send, .close = command_close };
