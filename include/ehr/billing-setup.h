/*
 * billing-setup.h - what billing knows of the practice and its payers: items
 * of a kind with a key and fields, kept as text (ehr-setup(5)).
 *
 * All of it is read at once; an item and its texts live as long as their
 * struct setup. Others' rows name an item by its key.
 */
#ifndef EHR_BILLING_SETUP_H
#define EHR_BILLING_SETUP_H

#include "ehr/access.h"

#define SETUP_BATCH "setup" /* kind of its batches */

/* X(ID, name, what it is) */
#define SETUP_KIND_TABLE(X)                                                   \
	X(SUBMITTER, "submitter", "we, towards a clearinghouse or a payer")   \
	X(PAYER, "payer", "who pays, how it is named and asked")              \
	X(PROVIDER, "provider", "who bills, renders or supervises")           \
	X(ENROLMENT, "enrolment", "from when a payer knows a provider")       \
	X(FACILITY, "facility", "where services are rendered")                \
	X(GUARANTOR, "guarantor", "who owes what a patient has to pay")       \
	X(COVERAGE, "coverage", "order and MSP type of a Coverage")           \
	X(SCHEDULE, "schedule", "what fees are for whom, and from when")      \
	X(EDIT, "edit", "what a payer wants of a charge")
enum setup_kind {
#define X(id, name, help) SETUP_##id,
	SETUP_KIND_TABLE(X)
#undef X
	SETUP_KINDS
};
const char *setup_kind_name(enum setup_kind kind);
const char *setup_kind_help(enum setup_kind kind);
/* SETUP_KINDS: none of that name. */
enum setup_kind setup_kind(struct str name);

enum {
	MAX_SETUP = 64 << 20,	  /* bytes of a text */
	MAX_SETUP_LINE = 4096,	  /* bytes of a line */
	MAX_SETUP_VALUES = 1000,  /* lines of an item */
	MAX_SETUP_KEY = 32,	  /* letters, digits, - _ . */
};

/* ---- fields ---- */

enum {
	SETUP_MUST = 1 << 0, /* has to be there */
	SETUP_MORE = 1 << 1, /* may stand several times */
	SETUP_HERE = 1 << 2, /* a patient or Coverage that the record has */
};
struct setup_field {
	enum setup_kind kind;
	const char *name;
	int type;	   /* see setup_type_name() */
	unsigned flags;
	const char *arg;   /* words, or the kind that is named; or NULL */
	const char *value; /* what holds when it is not there, or NULL */
	const char *help;  /* one line */
};
/* All, by kind in the order of a dump; ends with one without name. */
extern const struct setup_field setup_fields[];
/* "npi", and what it has to be. */
const char *setup_type_name(int type);
const char *setup_type_help(int type);

/* ---- items ---- */

struct setup_value {
	const struct setup_field *field;
	struct str text;  /* as checked: digits of a phone number ... */
	uint64_t line;	  /* of the text it was read from, or 0 */
};
struct setup_item {
	enum setup_kind kind;
	struct str key;
	const struct setup_value *value; /* in the order of the fields */
	size_t n;
	int64_t row, batch; /* in the record, and what wrote it; or 0 */
	uint64_t line;	    /* of the text, or 0 */
};
struct setup {
	struct arena mem;
	struct setup_item *item; /* by kind, then key */
	size_t n, cap;
};
#define SETUP_INIT ((struct setup){ .mem = ARENA_INIT })
void setup_release(struct setup *s);
#define SETUP_AUTO EHR_CLEANUP(setup_release) struct setup

/* All that holds now. EHR_EINTEGRITY: a row that cannot be read. */
int setup_read(struct store *db, struct setup *s, struct ehr_err *e);
/* All that held when that batch had been written. */
int setup_read_at(struct store *db, int64_t batch, struct setup *s,
    struct ehr_err *e);
/* NULL: there is none. */
const struct setup_item *setup_find(const struct setup *s,
    enum setup_kind kind, struct str key);
/* The first one of a kind (after NULL), and the next one; NULL behind it. */
const struct setup_item *setup_next(const struct setup *s,
    enum setup_kind kind, const struct setup_item *after);
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

/* Does the payer know the provider on that day? NULL: no enrolment says so.
 * The latest one when several do. */
const struct setup_item *setup_enrolment(const struct setup *s,
    struct str provider, struct str payer, struct str day);
/* The provider or facility with that NPI, the first by key; or NULL. */
const struct setup_item *setup_by_npi(const struct setup *s,
    enum setup_kind kind, struct str npi);
/* The payer whose id, name or alias that is (letters' case, blanks and dots
 * apart); NULL: none, or several. */
const struct setup_item *setup_payer_named(const struct setup *s,
    struct str name);

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
/* Does each item that another one names exist? file: of those with a line. */
void setup_check(const struct setup *s, const char *file,
    struct diag_sink *sink);

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
 * access_rows_begin() (SETUP_BATCH); patients that changed items name are
 * touched. EHR_EREJECT: a patient or Coverage is not there, or claims name what
 * would go, told to the sink; it must be rolled back then. counts are added
 * to. */
int setup_write(struct access *a, int64_t batch, const struct setup *have,
    const struct setup *want, const char *file, struct diag_sink *sink,
    struct batch_counts *counts, struct ehr_err *e);
/* Takes the changes of batch "of" back, by the batch at work. EHR_ENO: later batches
 * built on it, each such item is told to fn; or what is left would name what
 * is not there. */
int setup_undo(struct access *a, int64_t batch, int64_t of,
    void (*fn)(void *arg, const char *what), void *arg,
    struct batch_counts *counts, struct ehr_err *e);

#endif
