/*
 * edit-note.h - notes: DocumentReference with a text that, once signed, never
 * changes but grows: by amendments (new versions beside the old ones),
 * addenda (documents of their own) and signatures.
 *
 * A signature is a Provenance of one version of the note, with the digest of
 * its text as a named-information URI (RFC 6920, ni:///sha-256;...) in
 * entity.what.identifier. It says who signed what and when; it is no
 * cryptographic signature, which is what Provenance.signature is for.
 */
#ifndef EHR_EDIT_NOTE_H
#define EHR_EDIT_NOTE_H

#include "ehr/edit.h"

enum { MAX_NOTE = 1 << 20 }; /* bytes of a text */

enum edit_note_state { NOTE_DRAFT, NOTE_FINAL, NOTE_AMENDED, NOTE_ERROR };
const char *edit_note_state_name(enum edit_note_state s);

struct edit_note_new {
	struct str type;      /* word, LOINC or SYSTEM|CODE; empty: progress */
	struct str encounter; /* ID or Encounter/ID; may be empty */
	struct str title;     /* may be empty */
};

/* All of these append JSON texts for edit_put(), each with a newline. */
int edit_note_new(const struct edit_env *env, const struct edit_note_new *opt,
    struct str text, struct buf *out, struct ehr_err *e);
/* A draft with another text. EHR_EPERM once it is signed. */
int edit_note_rewrite(const struct edit_entry *x, struct str text,
    struct buf *out, struct ehr_err *e);
/* The note as final, and the author's signature of version next. */
int edit_note_sign(const struct edit_entry *x, int64_t next, struct buf *out,
    struct ehr_err *e);
/* A signed note with a new text, its reason, and a signature. */
int edit_note_amend(const struct edit_entry *x, int64_t next, struct str text,
    struct str reason, struct buf *out, struct ehr_err *e);
/* A signed document that appends to a signed note, and its signature. */
int edit_note_addendum(const struct edit_entry *x, struct str text,
    struct str reason, struct buf *out, struct ehr_err *e);
/* Another person's signature of what is signed. */
int edit_note_cosign(const struct edit_entry *x, struct buf *out,
    struct ehr_err *e);

/* ---- reading ---- */

/* The text of a note: the first text attachment. False: it has none. */
bool edit_note_text(const struct tape *t, uint32_t root, struct buf *text);
enum edit_note_state edit_note_state(const struct tape *t, uint32_t root);
/* Is it a DocumentReference of docStatus final or amended? */
bool edit_note_signed(const struct tape *t, uint32_t root);
/* The number the next version of rid gets. */
int edit_note_next_version(struct record *r, int64_t rid, int64_t *next,
    struct ehr_err *e);

struct edit_note_signature {
	int64_t version;	/* of the note that was signed */
	struct str who, when;	/* borrowed for the call */
	struct str digest;	/* ni:///sha-256;... */
	struct str reason;	/* or STR_NONE */
	bool cosigned;		/* a verifier's */
};
/* Reads a Provenance; false when it is no signature of the note id. */
bool edit_note_signature(const struct tape *t, struct str id,
    struct edit_note_signature *s, struct arena *mem);
/* Did this user cosign the version of the note that x is? 1, 0. */
int edit_note_cosigned(struct record *r, const struct edit_entry *x,
    struct ehr_err *e);
/* Appends the ni URI of a text. */
void edit_note_digest(struct str text, struct buf *b);
/* Id of the note this one is an addendum to; false: none. */
bool edit_note_appends(const struct tape *t, struct buf *id);

/* ---- templates ---- */

/* Reads the template of that name (letters and hyphens) and fills in what
 * {{name}} {{age}} {{sex}} {{birthdate}} {{date}} {{author}} {{problems}}
 * {{medications}} {{allergies}} {{vitals}} stand for; {{text}} stays. The
 * chart is read: audit the access before. EHR_ENOENT: no such template. */
int edit_note_template(struct access *a, int64_t patient, const char *name,
    struct buf *out, struct ehr_err *e);

/* ---- differences ---- */

/* Appends the lines of both texts: "  " same, "- " of a only, "+ " of b only.
 * Returns whether they differ. */
bool edit_note_diff(struct str a, struct str b, struct buf *out);

#endif
