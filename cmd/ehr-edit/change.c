/* change.c - ehr-edit edit, resolve and enter-in-error. */
#include "edit.h"

int edit_run(struct cli *c, struct ehr_err *e)
{
	struct edit_input in = { .draft = opt_draft, .json = opt_json,
		.version = opt_version };

	return desk_edit(c, 0, in, e);
}

int resolve_run(struct cli *c, struct ehr_err *e)
{
	DESK_CHANGE_AUTO ch = DESK_CHANGE_INIT(c);
	int rc = desk_begin(&ch, 0, opt_version, e);

	if (rc == 0)
		rc = edit_resolve(&ch.x.who.env, &ch.x.t, str_of(opt_date),
		    &ch.text, e);
	return rc < 0 ? rc : desk_save(&ch, "resolve", 0, e);
}

int error_run(struct cli *c, struct ehr_err *e)
{
	DESK_CHANGE_AUTO ch = DESK_CHANGE_INIT(c);
	int rc = desk_begin(&ch, 0, opt_version, e);

	if (rc == 0)
		rc = edit_error(&ch.x.t, &ch.text, e);
	/* With a reason also a signed note: its text stays. */
	return rc < 0 ? rc : desk_save(&ch, "enter-in-error",
	    c->reason ? EDIT_NOTE : 0, e);
}
