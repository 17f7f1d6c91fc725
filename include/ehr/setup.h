/*
 * setup.h - what a practice sets up as text: items of a kind with a key and
 * fields (ehr-setup(5), ehr-schedule(5), ehr-rules(5)).
 *
 * Billing, the schedule and reminders have a form each: kinds and fields as
 * tables, and what of them goes together. All items of a form are read at
 * once; an item and its texts live as long as their struct setup. Others' rows
 * name an item by its key.
 */
#ifndef EHR_SETUP_H
#define EHR_SETUP_H

#include "ehr/access.h"

enum {
	MAX_SETUP = 64 << 20,	  /* bytes of a text */
	MAX_SETUP_LINE = 4096,	  /* bytes of a line */
	MAX_SETUP_VALUES = 1000,  /* lines of an item */
	MAX_SETUP_KEY = 32,	  /* letters, digits, - _ . */
};

/* Whose items they are; the permissions to see and to change them. */
#define SETUP_DOMAIN_TABLE(X)                                                 \
	X(BILLING, "billing", PERM_BILLING, PERM_LEDGER)                      \
	X(PLAN, "schedule", PERM_READ, PERM_ADMIN)                            \
	X(REMIND, "remind", PERM_READ, PERM_ADMIN)
enum setup_domain {
#define X(id, name, see, change) SETUP_DOMAIN_##id,
	SETUP_DOMAIN_TABLE(X)
#undef X
	SETUP_DOMAINS
};

/* ---- types of values ---- */

struct setup_field;
/* A value, and where it is put in another form when it is kept in one. */
struct setup_given {
	const struct setup_field *f;
	struct str v;
	struct buf *b;
};
struct setup_type {
	const char *name, *help; /* "npi", and what it has to be */
	bool (*check)(const struct setup_given *x);
};
/* SETUP_T_NPI ...; a form may have types of its own beside them. */
#define X(id, name, check, help) extern const struct setup_type SETUP_T_##id;
#include "ehr/setup-type.def"
#undef X
/* At most as many bytes as the field's arg says, and some. */
bool setup_short(const struct setup_given *x);

/* ---- forms ---- */

enum {
	SETUP_MUST = 1 << 0, /* has to be there */
	SETUP_MORE = 1 << 1, /* may stand several times */
	SETUP_HERE = 1 << 2, /* a patient or resource that the record has */
};
struct setup_field {
	int kind;
	const char *name;
	const struct setup_type *type;
	unsigned flags;
	const char *arg;   /* words, a length, or the kind that is named */
	const char *value; /* what holds when it is not there, or NULL */
	const char *help;  /* one line */
};
struct setup_kind {
	const char *name, *help;
};
struct setup;
struct setup_item;
/* What of an item does not go together, and how that is told. */
struct setup_fit {
	int kind;
	bool (*wrong)(const struct setup_item *i);
	const char *field, *text; /* field NULL: of the whole item */
};
/* Tables of static life. */
struct setup_form {
	enum setup_domain domain;
	const char *batch; /* kind of the batches that change it */
	const struct setup_kind *kind;
	int kinds;
	const struct setup_field *field; /* by kind in the order of a dump;
					  * ends with one without name */
	const struct setup_fit *fit; /* ends with one of no wrong; or NULL */
	/* What is wrong with the items together, beside what they name: a text
	 * and *field, or NULL. NULL: nothing can be. */
	const char *(*clash)(const struct setup *s, const struct setup_item *i,
	    const char **field);
	/* 1: others' rows need the item, so that it cannot go; 0; negative.
	 * NULL: each may go. */
	int (*used)(struct store *db, const struct setup_item *i,
	    struct ehr_err *e);
};
/* form->kinds: none of that name. */
int setup_kind(const struct setup_form *form, struct str name);

/* ---- items ---- */

struct setup_value {
	const struct setup_field *field;
	struct str text;  /* as checked: digits of a phone number ... */
	uint64_t line;	  /* of the text it was read from, or 0 */
};
struct setup_item {
	const struct setup_form *form;
	int kind;
	struct str key;
	const struct setup_value *value; /* in the order of the fields */
	size_t n;
	int64_t row, batch; /* in the record, and what wrote it; or 0 */
	uint64_t line;	    /* of the text, or 0 */
};
struct setup {
	const struct setup_form *form;
	struct arena mem;
	struct setup_item *item; /* by kind, then key */
	size_t n, cap;
};
#define SETUP_OF(f) ((struct setup){ .form = (f), .mem = ARENA_INIT })
/* What is left is empty, of the same form. */
void setup_release(struct setup *s);
#define SETUP_AUTO EHR_CLEANUP(setup_release) struct setup
const char *setup_kind_name(const struct setup_item *i);

/* All that holds now. EHR_EINTEGRITY: a row that cannot be read. */
int setup_read(struct store *db, struct setup *s, struct ehr_err *e);
/* All that held when that batch had been written. */
int setup_read_at(struct store *db, int64_t batch, struct setup *s,
    struct ehr_err *e);
/* NULL: there is none. */
const struct setup_item *setup_find(const struct setup *s, int kind,
    struct str key);
/* The first one of a kind (after NULL), and the next one; NULL behind it. */
const struct setup_item *setup_next(const struct setup *s, int kind,
    const struct setup_item *after);
/* Does the field itself stand there? */
bool setup_has(const struct setup_item *i, const char *name);
/* The value of a field, or what holds without one; STR_NONE: neither. The name
 * has to be one of the kind's. */
struct str setup_value(const struct setup_item *i, const char *name);
/* The same of one that may stand several times: from 0; STR_NONE behind. */
struct str setup_nth(const struct setup_item *i, const char *name, size_t nth);
bool setup_yes(const struct setup_item *i, const char *name);
/* A number (days, seconds); none: what is returned without one. */
int64_t setup_number(const struct setup_item *i, const char *name,
    int64_t none);
/* The item that a field names, NULL when it is not there. */
const struct setup_item *setup_ref(const struct setup *s,
    const struct setup_item *i, const char *name);
/* Is day ("YYYY-MM-DD") within its from and to? */
bool setup_holds(const struct setup_item *i, struct str day);
/* Is its to before its from? For tables of setup_fit. */
bool setup_backwards(const struct setup_item *i);

/* ---- the text ---- */

/* Appends what the text says to s, which was empty; findings (setup-...) go to
 * the sink, file is their name. Each item is checked by itself, references by
 * setup_check(). */
void setup_parse(struct setup *s, const char *file, struct str text,
    struct diag_sink *sink);
/* Appends the item as setup_parse() reads it. */
void setup_print(const struct setup_item *i, struct buf *b);
/* What *s would be with the items of add put in, or (replace) in its place; to
 * was empty and borrows from both. */
void setup_merge(struct setup *to, const struct setup *s,
    const struct setup *add, bool replace);
/* Does each item that another one names exist, and do they go together? file:
 * of those with a line. */
void setup_check(const struct setup *s, const char *file,
    struct diag_sink *sink);
/* Tells a finding; item and field may be NULL. */
void setup_tell(struct diag_sink *sink, enum diag_id id, const char *file,
    const struct setup_item *i, const char *field, uint64_t line,
    const char *text);

enum setup_change { SETUP_SAME, SETUP_ADDED, SETUP_CHANGED, SETUP_REMOVED };
/* Of each item of either, by kind and key; have or want is NULL where it is not
 * there. fn returns 0 to go on. */
typedef int setup_change_fn(void *arg, enum setup_change change,
    const struct setup_item *have, const struct setup_item *want,
    struct ehr_err *e);
int setup_compare(const struct setup *have, const struct setup *want,
    setup_change_fn *fn, void *arg, struct ehr_err *e);

/* ---- the record ---- */

/* Touches the patients that an item names (access_set_touch()). *missing (NULL
 * is fine) is set to a value that names nobody in the record. */
int setup_touch(struct access *a, const struct setup_item *i,
    const struct setup_value **missing, struct ehr_err *e);
/* Makes the record's items those of want, in the transaction of
 * access_rows_begin() (form->batch); patients that changed items name are
 * touched. EHR_EREJECT: a patient or resource is not there, or others need
 * what would go, told to the sink; it must be rolled back then. counts are
 * added to. */
int setup_write(struct access *a, int64_t batch, const struct setup *have,
    const struct setup *want, const char *file, struct diag_sink *sink,
    struct batch_counts *counts, struct ehr_err *e);
/* Takes the changes of batch "of" back, by the batch at work. EHR_ENO: later
 * batches built on it, each such item is told to fn; or what is left would
 * name what is not there. */
int setup_undo(struct access *a, const struct setup_form *form, int64_t batch,
    int64_t of, void (*fn)(void *arg, const char *what), void *arg,
    struct batch_counts *counts, struct ehr_err *e);

#endif
