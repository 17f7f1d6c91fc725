/* send.c - ehr-elig send and sent: inquiries over the line, and the log. */
#include "elig-tool.h"

const char *send_url, *send_dir;

static const struct print_col cols[] = { { "send", PRINT_RIGHT },
	{ "file", 0 }, { "inquiries", PRINT_RIGHT }, { "payload_id", 0 },
	{ "way", 0 }, { "begun", PRINT_WHOLE }, { "ended", PRINT_WHOLE },
	{ "result", 0 }, { "status", PRINT_RIGHT }, { "code", 0 },
	{ "again", PRINT_WHOLE } };

struct job {
	struct cli *c;
	struct printer *rows;
};

static void words(struct printer *p, struct str v)
{
	if (v.n)
		print_text(p, v);
	else
		print_absent(p, NULL);
}

static int print(void *arg, const struct elig_sent *s, struct ehr_err *e)
{
	struct job *j = arg;

	if (s->message)
		cli_warn(j->c, "%.*s: %s", STR_FMT(s->name), s->message);
	print_int(j->rows, s->id);
	print_text(j->rows, s->name);
	print_int(j->rows, s->inquiries);
	print_text(j->rows, s->payload);
	print_text(j->rows, s->way);
	print_time(j->rows, s->begun);
	print_time(j->rows, s->ended);
	print_text(j->rows, s->fate.n ? s->fate : STR("unknown"));
	if (s->status)
		print_int(j->rows, s->status);
	else
		print_absent(j->rows, NULL);
	words(j->rows, s->code);
	print_time(j->rows, s->again);
	return print_row(j->rows, e);
}

static int batch_of(struct cli *c, int64_t *batch, struct ehr_err *e)
{
	*batch = 0;
	if (c->argc && (!str_int(str_of(c->argv[0]), batch) || *batch < 1))
		return cli_usage(c, e, "a batch is a number");
	return 0;
}

int send_run(struct cli *c, struct ehr_err *e)
{
	struct access a = ACCESS_INIT;
	struct elig_sending o = { .url = send_url, .dir = send_dir };
	struct job j = { .c = c };
	int rc = batch_of(c, &o.batch, e);

	if (rc == 0 && send_url && send_dir)
		rc = cli_usage(c, e, "either --url or --dir");
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = elig_send(&a, &o, print, &j, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	access_close(&a);
	return rc;
}

int sent_run(struct cli *c, struct ehr_err *e)
{
	struct access a = ACCESS_INIT;
	struct job j = { .c = c };
	int64_t batch;
	int rc = batch_of(c, &batch, e);

	if (rc == 0)
		rc = desk_open(c, &a, STORE_READ, e);
	if (rc == 0)
		rc = print_open(&j.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = elig_sends(record_store(a.r), batch, print, &j, e);
	if (j.rows)
		rc = print_close(j.rows, rc, e);
	access_close(&a);
	return rc;
}
