/* change.c - one resource read, changed and written again. */
#include <unistd.h>

#include "ehr/desk.h"

void desk_change_release(struct desk_change *ch)
{
	if (ch->draft.len)
		cli_warn(ch->c, "the text is kept: --draft %s", ch->draft.s);
	buf_release(&ch->draft);
	buf_release(&ch->text);
	edit_entry_release(&ch->x);
	access_close(&ch->a);
}

int desk_begin(struct desk_change *ch, int type, int64_t version,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = desk_open(ch->c, &ch->a, STORE_WRITE, e);

	if (rc == 0)
		rc = edit_load(&ch->a, str_of(ch->c->argv[0]), type, &ch->x,
		    &candidates, e);
	cli_candidates(ch->c, &candidates);
	ch->version = version ? version : ch->x.version;
	return rc;
}

int desk_save(struct desk_change *ch, const char *scope, unsigned flags,
    struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_UPDATE,
		.source = ch->x.who.source.s, .scope = scope };
	struct diag_sink sink = { cli_diag_errors, ch->c, { 0 } };
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	int rc = edit_begin(&j, &ch->a, &w, &sink, e);

	if (rc == 0)
		rc = edit_save(&j, &ch->x, buf_str(&ch->text), ch->version,
		    flags, &ch->draft, e);
	if (rc == 0 && ch->used && !ch->c->dry_run)
		unlink(ch->used);
	return rc < 0 ? rc : desk_names(ch->c, &j, e);
}

int desk_edit(struct cli *c, int type, struct edit_input in,
    struct ehr_err *e)
{
	DESK_CHANGE_AUTO ch = DESK_CHANGE_INIT(c);
	struct edit_pair *p;
	int rc;

	in.editor = isatty(STDIN_FILENO);
	if ((in.json != NULL) + (in.draft != NULL) + (c->argc > 1) > 1)
		return cli_usage(c, e, "one of --json, --draft and "
		    "key=value");
	if (c->argc == 1 && !in.json && !in.draft && !in.editor)
		return cli_usage(c, e, "nothing to change: key=value, - or "
		    "--json is due");
	rc = desk_pairs(c, 1, &p, &in.n, e);
	in.pair = p;
	ch.used = in.draft;
	if (rc == 0)
		rc = desk_begin(&ch, type, in.version, e);
	if (rc == 0)
		rc = edit_text(&ch.a, &ch.x, &in, &ch.text, &ch.version,
		    &ch.draft, e);
	if (rc == 0)
		rc = desk_save(&ch, "edit", 0, e);
	return rc;
}
