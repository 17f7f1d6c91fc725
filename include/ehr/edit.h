/*
 * edit.h - resources made and changed by people: from key=value or JSON,
 * checked, and written as a batch that others' changes cannot be lost by.
 *
 * Every kind of entry (condition, medication, vital ...) has its keys in
 * lib/edit/data/kinds.def. What is built has the shape of US Core 6.1.0.
 * What a change does not name keeps its text, digit for digit.
 */
#ifndef EHR_EDIT_H
#define EHR_EDIT_H

#include "ehr/access.h"

/* ---- kinds and keys ---- */

/* Kinds count from 1; 0 is none. */
int edit_kind(struct str word);			/* "family-history" */
const char *edit_kind_word(int kind);		/* NULL: no such kind */
int edit_kind_type(int kind);			/* FHIR_... */
/* The kind a resource is of; 0: one that has no keys. */
int edit_kind_of(const struct tape *t, uint32_t root);
/* Appends the keys of a kind, a blank between. */
void edit_keys(int kind, struct buf *b);
/* URI of a system's short name ("icd10"), or s itself when it is none. */
struct str edit_system(struct str s);

/* One key=value; slices are borrowed from what was parsed. */
struct edit_pair {
	struct str key, value;
};
/* Makes n pairs of n texts: EHR_EUSAGE when one is no pair, EHR_EREJECT when
 * it is not UTF-8. */
int edit_pairs(const struct str *text, size_t n, struct edit_pair *p,
    struct ehr_err *e);

/* Who edits whose chart, when. */
struct edit_env {
	struct record *r;   /* where references are looked up; NULL: nowhere */
	int source;	    /* of the patient and what refers to him */
	struct str patient; /* his id; STR_NONE: of nobody's chart */
	int64_t number;	    /* the same as a number, or 0 */
	struct str user;    /* what "user" stands for */
	int64_t now;	    /* ms */
};

/* Makes the resources of a kind, with new ids: appends JSON texts, each with
 * a newline. (Vital signs make one each, all others one.) EHR_EUSAGE: an
 * unknown, doubled or missing key; EHR_EREJECT: a value that is none. */
int edit_new(const struct edit_env *env, int kind, const struct edit_pair *p,
    size_t n, struct buf *out, struct ehr_err *e);
/* Appends the resource of t with keys changed; an empty value takes an
 * element away. A key with a point, or any one of a type without keys, is a
 * path of elements ("name.0.use"). */
int edit_change(const struct edit_env *env, const struct tape *t,
    const struct edit_pair *p, size_t n, struct buf *out, struct ehr_err *e);
/* Appends the resource of t marked as entered in error, or resolved (ended at
 * date, a FHIR dateTime): EHR_EUSAGE when its type knows no such state. */
int edit_error(const struct tape *t, struct buf *out, struct ehr_err *e);
int edit_resolve(const struct edit_env *env, const struct tape *t,
    struct str date, struct buf *out, struct ehr_err *e);

/* Appends the resource of text made ready for a new one of kind: an id where
 * it has none, the patient where it names nobody. EHR_EREJECT when it is of
 * another type or names another patient. kind 0: any type with a patient. */
int edit_new_json(const struct edit_env *env, int kind, struct str text,
    struct buf *out, struct ehr_err *e);
/* The same for a changed one: type and id must be those of was. */
int edit_change_json(const struct tape *was, struct str text, struct buf *out,
    struct ehr_err *e);
/* EHR_ENO when "no known allergies" would stand beside an active allergy. */
int edit_allergy_none(struct record *r, int64_t patient, struct str text,
    struct ehr_err *e);

/* ---- whom and what it is about ---- */

/* Texts behind an env. */
struct edit_who {
	struct edit_env env;
	struct buf id;		/* env.patient */
	struct buf source;	/* env.source's name */
};
#define EDIT_WHO_INIT ((struct edit_who){ .id = BUF_INIT, .source = BUF_INIT })
#define EDIT_WHO_AUTO EHR_CLEANUP(edit_who_release) struct edit_who
/* The patient of that name, for entries of his source. Shows nothing, so it
 * leaves no audit event. */
int edit_who(struct access *a, struct str name, struct edit_who *w,
    struct buf *candidates, struct ehr_err *e);
void edit_who_release(struct edit_who *w);

/* One resource as it is now. */
struct edit_entry {
	struct edit_who who;	/* whose chart; env.source is the entry's */
	struct tape t;
	struct buf name;	/* SOURCE:TYPE/ID */
	int64_t rid, version;
};
#define EDIT_ENTRY_INIT \
	((struct edit_entry){ EDIT_WHO_INIT, TAPE_INIT, BUF_INIT, 0, 0 })
#define EDIT_ENTRY_AUTO EHR_CLEANUP(edit_entry_release) struct edit_entry
/* Finds and reads "[SOURCE:]TYPE/ID" (type 0) or "[SOURCE:]ID" of type.
 * EHR_ENOENT for a deleted one, too. Show nothing of it before the access is
 * audited. */
int edit_load(struct access *a, struct str name, int type,
    struct edit_entry *x, struct buf *candidates, struct ehr_err *e);
void edit_entry_release(struct edit_entry *x);

/* Where a changed text comes from: the first that is given. */
struct edit_input {
	const struct edit_pair *pair;	/* n of them */
	size_t n;
	const char *draft;	/* a file kept by edit_draft_save() */
	const char *json;	/* a file, - for standard input */
	int64_t version;	/* --if-version, 0: as read */
	bool editor;		/* else the editor, which shows it (audited) */
};
/* Appends the text x shall have; *version is the one it was made from: with
 * a draft and without editor the draft's own. What was refused after the
 * editor is kept: draft gets its path. */
int edit_text(struct access *a, const struct edit_entry *x,
    const struct edit_input *in, struct buf *text, int64_t *version,
    struct buf *draft, struct ehr_err *e);

/* ---- checking ---- */

/* What people write is checked more strictly than what is imported: missing
 * elements, wrong formats and codes are errors, unless was (the version
 * before; NULL: none) has the same finding. EHR_EREJECT with the number of
 * them; all findings go to sink. */
int edit_check(const struct tape *t, const struct tape *was,
    struct diag_sink *sink, struct ehr_err *e);

/* ---- saving ---- */

/* A batch being filled by people. */
struct edit_job {
	struct access *a;
	struct batch *b;
	struct diag_sink *sink;
	struct buf names;	/* [SOURCE:]TYPE/ID of what was put, lines */
	struct batch_counts n;
	int64_t number;		/* of the batch, after edit_commit() */
};
#define EDIT_JOB_INIT ((struct edit_job){ .names = BUF_INIT })
#define EDIT_JOB_AUTO EHR_CLEANUP(edit_job_release) struct edit_job

int edit_begin(struct edit_job *j, struct access *a,
    const struct access_write *w, struct diag_sink *sink, struct ehr_err *e);
/* What a put may do that nobody else may. */
enum { EDIT_NOTE = 1 << 0 }; /* a signed note grows (lib/edit/note.c) */
/* Checks and takes one resource of source (0: the batch's). version: the one
 * it was made from, 0: it must be new. EHR_ECHANGED: another is current;
 * EHR_EPERM: it is a signed note; EHR_EREJECT. The text gets meta.lastUpdated
 * unless it says the same as the current one. */
int edit_put(struct edit_job *j, struct str text, int source, int64_t version,
    unsigned flags, struct ehr_err *e);
/* Writes all of it or nothing. */
int edit_commit(struct edit_job *j, struct ehr_err *e);
/* The whole of it for one entry: text over version of x. When that version is
 * no longer current (EHR_ECHANGED) the text is kept: draft gets its path. */
int edit_save(struct edit_job *j, const struct edit_entry *x, struct str text,
    int64_t version, unsigned flags, struct buf *draft, struct ehr_err *e);
void edit_job_release(struct edit_job *j);

/* ---- drafts: the text of an edit that could not be saved ---- */

/* Writes "TYPE/ID version" and the text to a new file readable by its owner
 * alone, in $XDG_STATE_HOME/ehr/drafts (~/.local/state without it) or, where
 * there is no home, beside the database; path is appended. */
int edit_draft_save(const char *db, struct str name, int64_t version,
    struct str text, struct buf *path, struct ehr_err *e);
/* Reads such a file: name and text appended. */
int edit_draft_load(const char *path, struct buf *name, int64_t *version,
    struct buf *text, struct ehr_err *e);
/* Lets the person change the text with $VISUAL or $EDITOR (else vi), run
 * without a shell on a private file. suffix: ".json". EHR_EIO when the editor
 * failed. */
int edit_with_editor(struct buf *text, const char *suffix, struct ehr_err *e);

#endif
