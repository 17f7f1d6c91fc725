/* main.c - ehr-agent: keeps the keys of a session. */
#include <unistd.h>

#include "agent.h"

enum { MINUTE = 60 * 1000, MOST = 60 };

static int64_t minutes;

static const struct cli_opt idle_opts[] = {
	{ "idle", 0, CLI_INT, 0, "MINUTES", "forget keys not used for so long "
	    "(15)", &minutes, 1, MOST },
	{ 0 },
};

static int64_t idle(void)
{
	return minutes ? minutes * MINUTE : AGENT_IDLE;
}

static int start(struct cli *c, struct ehr_err *e)
{
	int fd = -1;
	int rc = agent_listen(&fd, e);

	if (rc == EHR_ENO) {
		cli_note(c, "%s", e->msg);
		return 0;
	}
	if (rc == 0)
		rc = serve_apart(fd, idle(), e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int run(struct cli *c, struct ehr_err *e)
{
	int fd = -1;
	int rc = agent_listen(&fd, e);

	(void)c;
	if (rc == 0)
		rc = serve(fd, idle(), -1, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int no_agent(struct ehr_err *e)
{
	return ehr_fail(e, EHR_ENO, "no agent is running (ehr-agent start)");
}

static int silent(struct ehr_err *e)
{
	return ehr_fail(e, EHR_EIO, "the agent does not answer");
}

/* agent_ask(), but EHR_ENO: there is no agent. */
static int ask(struct agent_msg *m, enum agent_op op, struct ehr_err *e)
{
	bool alive;
	int rc = agent_ask(m, op, &alive);

	return rc < 0 ? silent(e) : alive ? rc : no_agent(e);
}

static int unlock(struct cli *c, struct ehr_err *e)
{
	const struct keys_opt o = { .db = c->db, .slots = c->keys };
	struct agent_msg none = { .n = 0 };
	BUF_AUTO path = BUF_INIT;
	KEYRING_AUTO *ring = NULL;
	struct key_slots f;
	int rc = keys_path(&o, &path, e);

	if (rc == 0)
		rc = ask(&none, AGENT_STATUS, e);
	if (rc >= 0)
		rc = keys_read(path.s, &f, e);
	if (rc == 0)
		rc = keyring_new(&ring, e);
	if (rc == 0)
		rc = keys_open(&f, path.s, ring, e);
	return rc == 0 && !agent_put(&f, ring) ? silent(e) : rc;
}

/* One request without a key. */
static int tell(enum agent_op op, struct ehr_err *e)
{
	struct agent_msg m = { .n = 0 };
	int rc = ask(&m, op, e);

	return rc < 0 ? rc : 0;
}

static int lock(struct cli *c, struct ehr_err *e)
{
	(void)c;
	return tell(AGENT_LOCK, e);
}

static int stop(struct cli *c, struct ehr_err *e)
{
	(void)c;
	return tell(AGENT_STOP, e);
}

static int status_row(struct printer *p, const struct agent_msg *m,
    struct ehr_err *e)
{
	char record[37];
	int64_t left = 0;

	for (int i = 0; i < 4; i++)
		left = left << 8 | m->left[i];
	uuid_format(m->record, record);
	print_text(p, str_of(record));
	print_int(p, left);
	return print_row(p, e);
}

static int status(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "record", 0 },
		{ "seconds_left", PRINT_RIGHT } };
	struct agent_msg m = { .n = 0 };
	struct printer *p = NULL;
	int n = 0, rc, yes = ask(&m, AGENT_STATUS, e);

	if (yes < 0)
		return yes;
	rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	while (rc == 0 && yes > 0) {
		rc = status_row(p, &m, e);
		n++;
		m = (struct agent_msg){ .n = (uint8_t)n };
		yes = rc < 0 ? 0 : ask(&m, AGENT_STATUS, e);
		if (yes < 0)
			rc = yes;
	}
	return print_close(p, rc == 0 && n == 0 ? EHR_ENO : rc, e);
}

static const struct cli_verb verbs[] = {
	{ "start", NULL, "Start an agent for this session", 0, idle_opts, 0,
	    0, false, start },
	{ "run", NULL, "The same in the foreground", 0, idle_opts, 0, 0,
	    false, run },
	{ "unlock", NULL, "Give it the key of a record", CLI_DB, NULL, 0, 0,
	    false, unlock },
	{ "lock", NULL, "Make it forget all keys", 0, NULL, 0, 0, false,
	    lock },
	{ "status", NULL, "List the records it has keys of",
	    CLI_OUTPUT, NULL, 0, 0,
	    false, status },
	{ "stop", NULL, "Make it forget all keys and end", 0, NULL, 0, 0,
	    false, stop },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-agent",
	"Keep the key of a record for a session", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
