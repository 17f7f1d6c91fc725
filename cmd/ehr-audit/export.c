/* export.c - ehr-audit export: events for other programs. */
#include <stdlib.h>
#include <unistd.h>

#include "audit-tool.h"
#include "ehr/audit-export.h"

enum { FHIR, CEF, JOURNAL };

static struct {
	int to;
	int64_t from;
	const char *state, *socket;
} want = { .to = -1 };

const struct cli_opt audit_export_opts[] = {
	{ "to", 't', CLI_CHOICE, CLI_REQUIRED, "fhir|cef|journald",
	    "AuditEvents, lines for a SIEM, or the journal", &want.to, 0, 0 },
	{ "since-seq", 0, CLI_INT, 0, "EVENT", "from this event on",
	    &want.from, 1, INT64_MAX },
	{ "state", 0, CLI_TEXT, 0, "FILE", "from the event that FILE names "
	    "on; the next one is written there", &want.state, 0, 0 },
	{ "socket", 0, CLI_TEXT, 0, "PATH", "the journal's socket",
	    &want.socket, 0, 0 },
	{ 0 },
};

struct exporting {
	struct record *r;
	struct out *out;
	int fd;
	struct buf b;
	int64_t last;
	struct ehr_err *e;
};

static void end(struct exporting *x)
{
	out_abort(x->out);
	if (x->fd >= 0)
		close(x->fd);
	buf_release(&x->b);
}

static int name(void *arg, int64_t patient, struct buf *b, struct ehr_err *e)
{
	return record_patient_name(arg, patient, b, e);
}

static int put_event(void *arg, const struct audit_row *row)
{
	struct exporting *x = arg;
	int rc = 0;

	buf_reset(&x->b);
	if (want.to == FHIR)
		rc = audit_put_fhir(&x->b, row, name, x->r, x->e);
	else if (want.to == CEF)
		audit_put_cef(&x->b, row);
	else
		audit_put_journal(&x->b, row);
	if (rc == 0)
		rc = want.to == JOURNAL ?
		    audit_journal_send(x->fd, buf_str(&x->b), x->e) :
		    out_write(x->out, x->b.s, x->b.len, x->e);
	x->last = row->seq;
	return rc;
}

/* ---- where the last one ended ---- */

static int read_state(int64_t *from, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = 0;

	if (access(want.state, F_OK) == 0)
		rc = note_read(want.state, &text, e);
	if (rc == 0 && text.len &&
	    (!str_int(str_trim(buf_str(&text)), from) || *from < 1))
		rc = ehr_fail(e, EHR_EUSAGE, "%s: not the number of an event",
		    want.state);
	return rc;
}

static int write_state(int64_t next, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;

	buf_addf(&text, "%lld\n", (long long)next);
	return keys_write_file(want.state, buf_str(&text), 0600, false, e);
}

static int begin(struct cli *c, struct exporting *x, struct ehr_err *e)
{
	return want.to == JOURNAL ?
	    audit_journal_open(want.socket, &x->fd, e) :
	    out_open(&x->out, c->place, c->force, e);
}

static int finish(struct exporting *x, struct ehr_err *e)
{
	struct out *out = x->out;
	int rc = 0;

	x->out = NULL;
	if (out)
		rc = out_commit(out, e);
	if (rc == 0 && want.state && x->last)
		rc = write_state(x->last + 1, e);
	return rc;
}

int audit_export(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	EHR_CLEANUP(end) struct exporting x = { .fd = -1, .b = BUF_INIT,
		.e = e };
	struct audit_filter f = audit_tool_filter(c);
	int rc = 0;

	f.from = want.from;
	if (want.state && want.from)
		return cli_usage(c, e, "--since-seq or --state");
	if (want.to == JOURNAL && c->place)
		return cli_usage(c, e, "the journal is no file (-O)");
	if (want.to != JOURNAL && want.socket)
		return cli_usage(c, e, "--socket is the journal's");
	if (want.state)
		rc = read_state(&f.from, e);
	if (rc == 0)
		rc = begin(c, &x, e);
	if (rc == 0)
		rc = audit_tool_open(c, &a, e);
	if (rc < 0)
		return rc;
	x.r = a.r;
	rc = audit_each(record_store(a.r), &f, put_event, &x, e);
	return rc < 0 ? rc : finish(&x, e);
}
