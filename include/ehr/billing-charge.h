/*
 * billing-charge.h - charges: what was done for a patient, to be billed.
 *
 * A charge has lines and, of itself and of each line, fields by the names of
 * lib/billing/charge-field.def; line 0 is the charge itself. It is never
 * changed: a correction voids it and adds another one. Amounts are integer
 * cents, days YYYY-MM-DD, units decimal texts.
 */
#ifndef EHR_BILLING_CHARGE_H
#define EHR_BILLING_CHARGE_H

#include "ehr/access.h"
#include "ehr/billing-ledger.h"
#include "ehr/billing-party.h"

enum {
	MAX_CHARGE_LINES = 999,
	MAX_CHARGE_FIELDS = 4096,
	MAX_CHARGE_VALUE = 500,
	MAX_CHARGE_FILE = 256 << 20
};

/* ---- fields ---- */

enum charge_level {
	CHARGE_OF_CLAIM = 1,
	CHARGE_OF_LINE = 2,
	CHARGE_OF_BOTH = 3
};

enum charge_type {
	CHARGE_TEXT, /* arg: characters at most */
	CHARGE_CODES, /* arg: the words, "A|B|C" */
	CHARGE_DAY, /* YYYY-MM-DD */
	CHARGE_AMOUNT, /* "12.50": two decimals */
	CHARGE_NUMBER, /* a decimal, not negative */
	CHARGE_KEY, /* arg: kind of the set-up item it is the key of */
	CHARGE_DX, /* ICD-10-CM, without its point, in capitals */
	CHARGE_YES, /* Y or N */
	CHARGE_PARTS, /* texts by colons; arg: how many at most */
	CHARGE_REFUSED /* known, and not taken; arg: why */
};

struct charge_name {
	const char *name;
	enum charge_level level;
	enum charge_type type;
	const char *arg;
	int repeat; /* over 1: name1, name2 ... nameN */
	const char *place; /* in the 837P */
};
/* The i-th row of the table; NULL behind the last one. */
const struct charge_name *charge_name(size_t i);
/* The row of a name ("dx3" is the third "dx": *nth); NULL: no such field. */
const struct charge_name *charge_name_find(struct str name, int *nth);

/* ---- a charge ---- */

struct charge_value {
	int n; /* line; 0: of the charge */
	struct str name, value; /* never empty */
};

struct charge_line {
	int64_t id; /* charge_line.id, REF*6R; 0: not written yet */
	int n; /* from 1 */
	struct str code; /* of five characters */
	struct str mods; /* up to four, by blanks; "" */
	struct str units; /* decimal */
	struct str unit; /* UN, or MJ: minutes of anesthesia */
	int64_t cents; /* of all units */
	struct str first, last;
	struct str place; /* of service, CMS's two digits */
	struct str pointers; /* up to four numbers of dx, by blanks */
};

struct charge {
	int64_t id;
	struct str key; /* the source's own name of it */
	int64_t patient;
	int64_t encounter; /* rid, or 0 */
	struct str day; /* of the first service */
	int64_t replaces; /* another charge, or 0 */
	int64_t batch;
	int64_t voided; /* by which batch; 0: it holds */
	struct str reason; /* of the void */
	struct charge_line *line; /* lines of them, by n */
	size_t lines;
	struct charge_value *field; /* fields of them, by n and name */
	size_t fields;
	size_t line_cap, field_cap;
	struct arena mem; /* holds all texts */
};
#define CHARGE_INIT ((struct charge){ .mem = ARENA_INIT })
#define CHARGE_AUTO EHR_CLEANUP(charge_release) struct charge
void charge_release(struct charge *c); /* back to CHARGE_INIT */

/* Reads a charge with all of it into c (empty, or one of before). EHR_ENOENT:
 * there is none. */
int charge_read(struct store *db, int64_t id, struct charge *c,
    struct ehr_err *e);
/* The value of a field of line n (0: of the charge); STR_NONE: not said. Owned
 * by c. charge_either(): of the line, else of the charge. */
struct str charge_field(const struct charge *c, int n, const char *name);
struct str charge_either(const struct charge *c, int n, const char *name);
/* The same of a field that repeats: its nth, from 1. */
struct str charge_nth(const struct charge *c, int n, const char *name,
    int nth);
int64_t charge_cents(const struct charge *c);
/* Appends all of it but its numbers in the record, a field a line: equal of
 * two charges that say the same. */
void charge_text(struct buf *b, const struct charge *c);

/* ---- making one ---- */

/* Sets a value: a field, or of the charge "key", "date", "place" (what its
 * lines have unless they say another), "dx" (several, by commas); of a line
 * "code" ("99213-25-59": with modifiers), "mods", "units", "minutes",
 * "amount", "date", "to", "place", "pointers". A new line begins with the
 * first value of its number. EHR_EUSAGE: no such name, or given twice;
 * EHR_EREJECT: not a value it may have. */
int charge_set(struct charge *c, int n, struct str name, struct str value,
    struct ehr_err *e);
/* Settles what was not said (units 1, the first diagnosis, last day as the
 * first) and checks that it is whole: EHR_EREJECT. A line without an amount
 * keeps cents -1, until charge_add() asks the fee schedules. */
int charge_finish(struct charge *c, struct ehr_err *e);

/* Whose charge it is: names of the patient ("[SOURCE:]ID") and the encounter
 * ("[SOURCE:]Encounter/ID", or STR_NONE) are looked up; without a key it gets
 * one of its content, so that the same one is the same charge. EHR_ENOENT:
 * there is none (candidates as of record_find(), or NULL), or the encounter is
 * another patient's. */
int charge_whose(struct record *r, struct charge *c, struct str patient,
    struct str encounter, struct buf *candidates, struct ehr_err *e);

/* Who bills for it: as it says, else for whom who rendered it works, else that
 * one; NULL: the set-up has none of these. */
const struct setup_item *charge_billing(const struct setup *setup,
    const struct charge *c);

/* The charge of a finished Encounter (rid), from it and what of the chart
 * names it: services with a code of CPT or HCPCS (ChargeItem, else Procedure,
 * else Encounter.type), diagnoses with one of ICD-10-CM (Encounter.diagnosis by
 * rank, reasons, Conditions of the visit), providers by their NPI in the
 * set-up, place by Location or class. c is finished, with its patient and key;
 * amounts are what ChargeItems override. EHR_EREJECT: it is not finished, or
 * has no service, diagnosis or day; EHR_ENOENT: no Encounter. */
int charge_from_encounter(struct record *r, const struct setup *setup,
    int64_t encounter, struct charge *c, struct ehr_err *e);

/* The day on which an Encounter (res, on t) began, on the clock of its facility
 * (record_zone()): 1; 0: it does not say one, b is empty then. Slices of res
 * are void afterwards. */
int charge_visit_day(struct record *r, const struct resource *res,
    const struct tape *t, struct buf *b, struct ehr_err *e);
/* Which visits have a signed note; a chart at a time is kept. */
struct charge_notes {
	struct record *r;
	int64_t patient;
	struct map64 visits; /* rids */
	struct tape t;
};
#define CHARGE_NOTES(record)                                                  \
	((struct charge_notes){ .r = (record), .visits = MAP64_INIT,          \
	    .t = TAPE_INIT })
void charge_notes_release(struct charge_notes *n);
/* Does a note of the patient (DocumentReference, final or amended) name that
 * Encounter as its context? 1, 0. */
int charge_visit_signed(struct charge_notes *n, int64_t patient,
    int64_t encounter, struct ehr_err *e);

/* ---- writing, in the batch of access_rows_begin() ---- */

#define CHARGE_BATCH "charge" /* its kind */

struct charge_writer {
	struct access *a;
	int64_t batch;
	bool correct; /* what differs from the one of its key replaces that */
	struct ledger ledger;
	char day[11];
	struct setup setup; /* whose fees lines without an amount have */
	struct party party;
};
#define CHARGE_WRITER_AUTO                                                    \
	EHR_CLEANUP(charge_writer_release) struct charge_writer
void charge_writer_release(struct charge_writer *w); /* of zeros is fine */
/* Begins writing for a batch that access_rows_begin() opened; what is added
 * and voided is posted to the ledger, today. Owed by the payer that the charge
 * names, else by the one who is asked first for that patient, else by the
 * patient. */
int charge_writer_begin(struct charge_writer *w, struct access *a,
    int64_t batch, struct ehr_err *e);
/* Writes c, with patient, key and encounter set, and posts it: 1, its numbers
 * filled in; 0: a charge of that key says the same (c->id and c->voided are
 * its). EHR_EREJECT: one of that key says something else, unless it was voided
 * or correct is set: then c replaces it. EHR_EPERM. The patient is touched. */
int charge_add(struct charge_writer *w, struct charge *c, struct ehr_err *e);
/* Voids a charge and mirrors its posting: 1; 0: it was voided already.
 * EHR_ENOENT. Claims that were sent for it are to be voided with their payers
 * (frequency 8), which build does: charge_void() adds the event 'voided' to
 * each, and what later payers were asked for is the patient's again.
 * The patient is touched. */
int charge_void(struct charge_writer *w, int64_t id, struct str reason,
    struct ehr_err *e);
/* Takes back what a batch of charges wrote: what it added is voided, what it
 * voided holds again, its postings are mirrored. EHR_ENO: a claim was built on
 * one of them, or a later batch changed it; the message says which. */
int charge_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

/* ---- files of charges ---- */

enum charge_form { CHARGE_CSV, CHARGE_NDJSON };
/* What may be NULL: told of each charge that cannot be taken. */
struct charge_source {
	const char *name; /* of the file, for messages */
	struct str text;
	enum charge_form form;
	void (*reject)(void *arg, uint64_t line, const char *why);
	void *arg;
};
/* Adds the charges of a file (ehr-claim(1) tells the forms); its bytes are kept
 * as a document when one was added: n counts. EHR_EREJECT: some were rejected,
 * the others are written; or the file cannot be read any further. */
int charge_load(struct charge_writer *w, const struct charge_source *s,
    struct batch_counts *n, struct ehr_err *e);

/* ---- finding ---- */

/* The charge of a number or key that holds (else the last voided one):
 * EHR_ENOENT. */
int charge_find(struct store *db, struct str name, int64_t *id,
    struct ehr_err *e);

struct charge_filter {
	int64_t patient;	/* 0: everybody's */
	struct str since, until; /* days of the first service, or "" */
	bool voided;		/* these too */
	bool unbuilt;		/* only those without a claim */
};
struct charge_row {
	int64_t id, patient, encounter, cents, lines, claims, batch, voided;
	struct str key, day, reason; /* borrowed for the call */
};
/* By day and number; fn returns 0 to go on. */
int charge_each(struct store *db, const struct charge_filter *f,
    int (*fn)(void *arg, const struct charge_row *row), void *arg,
    struct ehr_err *e);
/* Has an encounter (rid) a charge that holds? 1, 0. */
int charge_of_encounter(struct store *db, int64_t encounter, int64_t *id,
    struct ehr_err *e);

#endif
