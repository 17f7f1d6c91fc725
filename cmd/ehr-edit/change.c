/* change.c - ehr-edit edit, resolve and enter-in-error. */
#include <unistd.h>

#include "edit.h"

struct change {
	struct cli *c;
	struct access a;
	struct edit_entry x;
	struct buf text; /* as it shall be */
	int64_t version; /* it was made from */
	struct buf draft; /* where it is kept when it cannot be saved */
};

static void release(struct change *ch)
{
	if (ch->draft.len)
		cli_warn(ch->c, "the text is kept: --draft %s", ch->draft.s);
	buf_release(&ch->draft);
	buf_release(&ch->text);
	edit_entry_release(&ch->x);
	access_close(&ch->a);
}
#define CHANGE_INIT(cli) \
	((struct change){ (cli), ACCESS_INIT, EDIT_ENTRY_INIT, BUF_INIT, 0, \
	    BUF_INIT })

static int begin(struct change *ch, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = open_record(ch->c, &ch->a, e);

	if (rc == 0)
		rc = edit_load(&ch->a, str_of(ch->c->argv[0]), 0, &ch->x,
		    &candidates, e);
	cli_candidates(ch->c, &candidates);
	ch->version = opt_version ? opt_version : ch->x.version;
	return rc;
}

static int save(struct change *ch, const char *scope, unsigned flags,
    struct ehr_err *e)
{
	struct access_write w = { AUDIT_UPDATE, ch->x.who.source.s, NULL,
		scope };
	struct diag_sink sink = { cli_diag_errors, ch->c, { 0 } };
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	int rc = edit_begin(&j, &ch->a, &w, &sink, e);

	if (rc == 0)
		rc = edit_save(&j, &ch->x, buf_str(&ch->text), ch->version,
		    flags, &ch->draft, e);
	if (rc == 0 && opt_draft && !ch->c->dry_run)
		unlink(opt_draft);
	return rc < 0 ? rc : print_names(ch->c, &j, e);
}

int edit_run(struct cli *c, struct ehr_err *e)
{
	struct edit_input in = { .draft = opt_draft, .json = opt_json,
		.version = opt_version, .editor = isatty(STDIN_FILENO) };
	struct change ch = CHANGE_INIT(c);
	struct edit_pair *p;
	int rc;

	if ((opt_json != NULL) + (opt_draft != NULL) + (c->argc > 1) > 1)
		return cli_usage(c, e, "one of --json, --draft and "
		    "key=value");
	if (c->argc == 1 && !opt_json && !opt_draft && !in.editor)
		return cli_usage(c, e, "nothing to change: key=value, - or "
		    "--json is due");
	rc = read_pairs(c, 1, &p, &in.n, e);
	in.pair = p;
	if (rc == 0)
		rc = begin(&ch, e);
	if (rc == 0)
		rc = edit_text(&ch.a, &ch.x, &in, &ch.text, &ch.version,
		    &ch.draft, e);
	if (rc == 0)
		rc = save(&ch, "edit", 0, e);
	release(&ch);
	return rc;
}

/* ---- resolve, enter-in-error ---- */

int resolve_run(struct cli *c, struct ehr_err *e)
{
	struct change ch = CHANGE_INIT(c);
	int rc = begin(&ch, e);

	if (rc == 0)
		rc = edit_resolve(&ch.x.who.env, &ch.x.t, str_of(opt_date),
		    &ch.text, e);
	if (rc == 0)
		rc = save(&ch, "resolve", 0, e);
	release(&ch);
	return rc;
}

int error_run(struct cli *c, struct ehr_err *e)
{
	struct change ch = CHANGE_INIT(c);
	int rc = begin(&ch, e);

	if (rc == 0)
		rc = edit_error(&ch.x.t, &ch.text, e);
	if (rc == 0)
		/* with a reason also a signed note: its text stays */
		rc = save(&ch, "enter-in-error", c->reason ? EDIT_NOTE : 0, e);
	release(&ch);
	return rc;
}
