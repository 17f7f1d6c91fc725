/*
 * desk.h - what the tools share by which people write: a verb of ehr-patient
 * and one of ehr-edit differ in whom they are about. Like cli.h for cmd alone.
 */
#ifndef EHR_DESK_H
#define EHR_DESK_H

#include "ehr/cli.h"
#include "ehr/edit.h"
#include "ehr/paper.h"
#include "ehr/setup.h"

/* access_open() as the shared options say. */
int desk_open(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e);
/* The n pairs of the operands from first on; "-" stands for lines of standard
 * input. Owned by c. Errors: edit_pairs(). */
int desk_pairs(struct cli *c, int first, struct edit_pair **p, size_t *n,
    struct ehr_err *e);
/* The ids that were written, one a line. */
int desk_names(struct cli *c, const struct edit_job *j, struct ehr_err *e);
/* Pages (\f between them) to -O: as a PDF set so, or with NULL as text; nothing
 * when there are none. */
int desk_pages(struct cli *c, struct str pages, const struct paper_layout *pdf,
    struct ehr_err *e);

/* ---- texts of a set-up ---- */

/* Verbs load [--replace] [FILE], diff, dump [--batch N] [KIND...] and fields
 * [KIND...] of that form. */
extern const struct cli_opt desk_setup_load_opts[], desk_setup_dump_opts[];
/* Takes the text in and prints what it changed. EHR_EREJECT: it was refused as
 * a whole, with its faults as diags. */
int desk_setup_load(struct cli *c, const struct setup_form *form,
    struct ehr_err *e);
/* Prints what load would change, field by field; EHR_ENO: something. */
int desk_setup_diff(struct cli *c, const struct setup_form *form,
    struct ehr_err *e);
/* Looks for faults of the text and of what it and the record would be
 * together; prints nothing but these: EHR_ENO when there are some. */
int desk_setup_check(struct cli *c, const struct setup_form *form,
    struct ehr_err *e);
int desk_setup_dump(struct cli *c, const struct setup_form *form,
    struct ehr_err *e);
int desk_setup_fields(struct cli *c, const struct setup_form *form,
    struct ehr_err *e);

/* ---- batches taken back ---- */

/* A kind of batches, and how batch "of" is taken back by the one at work: by
 * fn, whose c is told what stands in the way, or else by plain. */
struct desk_undo {
	const char *kind;
	int (*fn)(struct cli *c, struct access *a, int64_t batch, int64_t of,
	    struct batch_counts *n, struct ehr_err *e);
	int (*plain)(struct access *a, int64_t batch, int64_t of,
	    struct batch_counts *n, struct ehr_err *e);
};
/* Verb "undo BATCH"; kinds ends with one without name. Done already: says that
 * it is unchanged. EHR_EUSAGE: a batch of another kind. */
int desk_undo(struct cli *c, const struct desk_undo *kinds, struct ehr_err *e);

/* ---- the change of one resource ---- */

struct desk_change {
	struct cli *c;
	struct access a;
	struct edit_entry x;
	struct buf text;	/* as it shall be */
	int64_t version;	/* it is made from */
	struct buf draft;	/* where it is kept when it cannot be saved */
	const char *used;	/* a draft that is removed when it is saved */
};
#define DESK_CHANGE_INIT(cli) \
	((struct desk_change){ (cli), ACCESS_INIT, EDIT_ENTRY_INIT, BUF_INIT, \
	    0, BUF_INIT, NULL })
#define DESK_CHANGE_AUTO EHR_CLEANUP(desk_change_release) struct desk_change

/* Opens the record and reads what the first operand names ("[SOURCE:]TYPE/ID",
 * or with a type its id). version: the one that must be current, 0: any. */
int desk_begin(struct desk_change *ch, int type, int64_t version,
    struct ehr_err *e);
/* Writes ch->text and prints the id. scope: for the log; flags: EDIT_... */
int desk_save(struct desk_change *ch, const char *scope, unsigned flags,
    struct ehr_err *e);
/* Says where a text was kept. */
void desk_change_release(struct desk_change *ch);

/* A verb "edit": the text comes from key=value behind the first operand or
 * from what in says; its pairs and editor are filled in here. */
int desk_edit(struct cli *c, int type, struct edit_input in,
    struct ehr_err *e);

#endif
