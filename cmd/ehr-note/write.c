/* write.c - ehr-note new, edit, sign, amend, addendum, cosign. */
#include <unistd.h>

#include "note.h"

/* A note being changed. */
struct work {
	struct cli *c;
	struct access a;
	struct edit_entry x;
	struct buf text;  /* the person's */
	struct buf json;  /* what is put, a line each */
};
#define WORK(cli) \
	((struct work){ (cli), ACCESS_INIT, EDIT_ENTRY_INIT, BUF_INIT, \
	    BUF_INIT })

static void release(struct work *w)
{
	buf_release(&w->text);
	buf_release(&w->json);
	edit_entry_release(&w->x);
	access_close(&w->a);
}

/* Puts the lines of json: the first over version of the note (0: all are
 * new), and prints the id of the note that was written. */
static int save(struct work *w, enum audit_action action, const char *scope,
    int64_t version, struct ehr_err *e)
{
	const struct edit_who *who = &w->x.who;
	struct access_write aw = { .action = action,
		.source = who->source.s, .scope = scope };
	struct diag_sink sink = { cli_diag_errors, w->c, { 0 } };
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	struct str rest = buf_str(&w->json), text;
	int rc = edit_begin(&j, &w->a, &aw, &sink, e);

	while (rc == 0 && rest.n && str_split(&rest, '\n', &text)) {
		if (text.n == 0)
			continue;
		rc = edit_put(&j, text, who->env.source, version, EDIT_NOTE,
		    e);
		version = 0;
	}
	if (rc == 0)
		rc = edit_commit(&j, e);
	return rc < 0 ? rc : cli_write(&j.names, e);
}

/* The text: from the editor on a terminal, where it starts as it is, else
 * from standard input, in the place of {{text}}. */
static int take_text(struct work *w, const struct buf *start,
    struct ehr_err *e)
{
	static const char mark[] = "{{text}}";
	const char *at = strstr(start->s, mark);
	BUF_AUTO typed = BUF_INIT;
	BUF_AUTO was = BUF_INIT;
	int rc = 0;

	buf_add(&was, start->s, at ? (size_t)(at - start->s) : start->len);
	if (at)
		buf_adds(&was, at + strlen(mark));
	if (isatty(STDIN_FILENO)) {
		buf_addstr(&w->text, buf_str(&was));
		rc = edit_with_editor(&w->text, ".txt", e);
		if (rc == 0 && str_eq(buf_str(&w->text), buf_str(&was)))
			rc = ehr_fail(e, EHR_ENO, "the text is the same: "
			    "nothing was written");
		return rc;
	}
	rc = cli_stdin(w->c, &typed, MAX_NOTE, e);
	if (rc == 0 && str_trim(buf_str(&typed)).n == 0)
		return ehr_fail(e, EHR_ENO, "no text: nothing was written");
	if (at) {
		buf_add(&w->text, start->s, (size_t)(at - start->s));
		buf_addstr(&w->text, str_trim(buf_str(&typed)));
		buf_adds(&w->text, at + strlen(mark));
	} else {
		buf_addstr(&w->text, buf_str(start));
		buf_addstr(&w->text, buf_str(&typed));
	}
	return rc;
}

/* ---- new ---- */

static int start_text(struct work *w, struct buf *start, struct ehr_err *e)
{
	int64_t patient;
	int rc;

	if (opt_template == NULL)
		return 0;
	rc = access_patient(&w->a, str_of(w->c->argv[0]), AUDIT_READ,
	    "note template", &patient, NULL, e);
	return rc < 0 ? rc :
	    edit_note_template(&w->a, patient, opt_template, start, e);
}

int new_run(struct cli *c, struct ehr_err *e)
{
	struct edit_note_new opt = { str_of(opt_type), str_of(opt_encounter),
		str_of(opt_title) };
	struct work w = WORK(c);
	BUF_AUTO candidates = BUF_INIT;
	BUF_AUTO start = BUF_INIT;
	int rc = desk_open(c, &w.a, STORE_WRITE, e);

	if (rc == 0)
		rc = edit_who(&w.a, str_of(c->argv[0]), &w.x.who, &candidates,
		    e);
	cli_candidates(c, &candidates);
	if (rc == 0)
		rc = start_text(&w, &start, e);
	if (rc == 0)
		rc = take_text(&w, &start, e);
	if (rc == 0)
		rc = edit_note_new(&w.x.who.env, &opt, buf_str(&w.text),
		    &w.json, e);
	if (rc == 0)
		rc = save(&w, AUDIT_CREATE, "note", 0, e);
	release(&w);
	return rc;
}

/* ---- changes of one note ---- */

static int begin(struct work *w, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = desk_open(w->c, &w->a, STORE_WRITE, e);

	if (rc == 0)
		rc = edit_load(&w->a, str_of(w->c->argv[0]),
		    FHIR_DocumentReference, &w->x, &candidates, e);
	cli_candidates(w->c, &candidates);
	return rc;
}

/* Begins, and takes a new text for the note: in the editor the present one
 * is shown, which is an access. */
static int begin_text(struct work *w, bool show, struct ehr_err *e)
{
	struct record_found found;
	BUF_AUTO start = BUF_INIT;
	int rc = begin(w, e);

	if (rc == 0 && show && isatty(STDIN_FILENO)) {
		rc = access_find(&w->a, str_of(w->c->argv[0]),
		    FHIR_DocumentReference, AUDIT_READ, "note", &found, NULL,
		    e);
		edit_note_text(&w->x.t, 0, &start);
	}
	return rc < 0 ? rc : take_text(w, &start, e);
}

int edit_run(struct cli *c, struct ehr_err *e)
{
	struct work w = WORK(c);
	int rc = begin_text(&w, true, e);

	if (rc == 0)
		rc = edit_note_rewrite(&w.x, buf_str(&w.text), &w.json, e);
	if (rc == 0)
		rc = save(&w, AUDIT_UPDATE, "note", w.x.version, e);
	release(&w);
	return rc;
}

int sign_run(struct cli *c, struct ehr_err *e)
{
	struct work w = WORK(c);
	int64_t next = 0;
	int rc = begin(&w, e);

	if (rc == 0)
		rc = edit_note_next_version(w.a.r, w.x.rid, &next, e);
	if (rc == 0)
		rc = edit_note_sign(&w.x, next, &w.json, e);
	if (rc == 0)
		rc = save(&w, AUDIT_SIGN, "note", w.x.version, e);
	release(&w);
	return rc;
}

int amend_run(struct cli *c, struct ehr_err *e)
{
	struct work w = WORK(c);
	int64_t next = 0;
	int rc;

	if (c->reason == NULL)
		return cli_usage(c, e, "an amendment has a --reason");
	rc = begin_text(&w, true, e);
	if (rc == 0)
		rc = edit_note_next_version(w.a.r, w.x.rid, &next, e);
	if (rc == 0)
		rc = edit_note_amend(&w.x, next, buf_str(&w.text),
		    str_of(c->reason), &w.json, e);
	if (rc == 0)
		rc = save(&w, AUDIT_SIGN, "note amendment", w.x.version, e);
	release(&w);
	return rc;
}

int addendum_run(struct cli *c, struct ehr_err *e)
{
	struct work w = WORK(c);
	int rc = begin_text(&w, false, e);

	if (rc == 0)
		rc = edit_note_addendum(&w.x, buf_str(&w.text),
		    str_of(c->reason), &w.json, e);
	if (rc == 0)
		rc = save(&w, AUDIT_SIGN, "note addendum", 0, e);
	release(&w);
	return rc;
}

int cosign_run(struct cli *c, struct ehr_err *e)
{
	struct work w = WORK(c);
	int rc = begin(&w, e);

	if (rc == 0)
		rc = edit_note_cosigned(w.a.r, &w.x, e);
	if (rc > 0)
		cli_note(c, "%s: unchanged", c->argv[0]);
	if (rc == 0) {
		rc = edit_note_cosign(&w.x, &w.json, e);
		if (rc == 0)
			rc = save(&w, AUDIT_SIGN, "note cosignature", 0, e);
	}
	rc = rc > 0 ? 0 : rc;
	release(&w);
	return rc;
}
