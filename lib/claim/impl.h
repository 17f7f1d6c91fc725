/* impl.h - what the files of lib/claim share. */
#ifndef CLAIM_IMPL_H
#define CLAIM_IMPL_H

#include "ehr/billing-charge.h"
#include "ehr/billing-party.h"
#include "ehr/billing-setup.h"
#include "ehr/claim.h"
#include "ehr/x12.h"

/* ---- where values of an 837P come from ---- */

/* Something that has values by name: an item of the set-up, a charge, a line,
 * a person, or what is reckoned here. get NULL: there is none of it. */
struct claim_facts {
	struct str (*get)(const void *of, const char *name);
	const void *of;
};

/* What is reckoned here; texts are borrowed. */
struct claim_bag {
	struct {
		const char *name;
		struct str value;
	} v[24];
	size_t n;
};
void claim_bag_put(struct claim_bag *b, const char *name, struct str value);
struct claim_facts claim_bag_facts(const struct claim_bag *b);

/* What the left side of a value in 837p.def can be. */
#define CLAIM_PLACES(X)                                                      \
	X(FILE, "file")		/* control numbers, day, time */              \
	X(SUBMITTER, "submitter")                                             \
	X(HL, "hl")		/* n, parent, child */                        \
	X(BILLING, "billing")                                                 \
	X(PAYER, "payer")                                                     \
	X(SUBSCRIBER, "subscriber")                                           \
	X(PATIENT, "patient")                                                 \
	X(CLAIM, "claim")                                                     \
	X(CHARGE, "charge")                                                   \
	X(LINE, "line")                                                       \
	X(HERE, "here")		/* the provider or place of the loop */       \
	X(PLAN, "plan")		/* who paid already and is to be paid */      \
	X(OTHER, "other")	/* another payer of the claim */              \
	X(NUMBER, "number")	/* its own one of a provider */               \
	X(PAID, "paid")		/* what that one said of the line */          \
	X(EACH, "each")		/* one of several values */
enum claim_place {
#define X(id, name) CLAIM_OF_##id,
	CLAIM_PLACES(X)
#undef X
	CLAIM_PLACE_COUNT
};

enum claim_loop {
#define L(id) CLAIM_LOOP_##id,
#define S(seg, when, form)
#include "837p.def"
#undef L
#undef S
	CLAIM_LOOP_COUNT
};

/* ---- form.c: the table made ready ---- */

enum {
	CLAIM_PIECES_MAX = 80, /* components of a segment */
	CLAIM_EACH_MAX = 12,   /* values of a field that repeats */
};

/* A component: constant text, or a value of a place. */
struct claim_piece {
	struct str text;     /* constant; .s NULL: a value */
	const char *name;
	uint8_t place;	     /* enum claim_place */
	uint8_t nth;	     /* part of the value, from 1; 0: all of it */
	char by;	     /* what stands between its parts */
	char shape;	     /* how it is written, 0: as it is */
	struct str instead;  /* written in its place; .s NULL: itself */
	uint8_t at;	     /* element, from 1 */
};
struct claim_when {
	const char *name;
	struct str value; /* .s NULL: any */
	uint8_t place;
	bool no;
};
struct claim_form {
	const char *seg;
	struct claim_when when[3];
	struct claim_piece *piece;
	uint8_t whens, pieces;
	bool constant; /* no piece is a value */
	const char **each; /* written once for each of these; NULL: once */
	uint8_t each_of;
};
struct claim_forms {
	struct claim_form *form;
	size_t from[CLAIM_LOOP_COUNT + 1];
	struct arena mem;
};
void claim_forms_init(struct claim_forms *f);
void claim_forms_release(struct claim_forms *f);

/* ---- fill.c: loops from values ---- */

struct claim_fill {
	struct x12_writer w;
	struct claim_facts of[CLAIM_PLACE_COUNT];
	struct claim_forms forms;
	struct buf clean;
};
void claim_fill_init(struct claim_fill *f, struct buf *to);
void claim_fill_release(struct claim_fill *f);
/* Writes the segments of a loop for which there are values. */
void claim_fill_loop(struct claim_fill *f, enum claim_loop loop);
/* Appends what is no delimiter and of the extended set of characters (X12.6
 * 3.3), a blank in place of the others. */
void claim_clean(struct buf *b, struct str v);
struct str claim_fill_value(const struct claim_fill *f,
    enum claim_place place, const char *name);

/* ---- facts.c: what stands at the places ---- */

struct claim_facts claim_item_facts(const struct setup_item *i);
struct claim_facts claim_charge_facts(const struct charge *c);
/* A line with what is reckoned of it. */
struct claim_line {
	const struct charge *charge;
	const struct charge_line *line;
	struct claim_bag bag;
	char text[6][24];
};
void claim_line_set(struct claim_line *l, const struct setup *s,
    const struct charge *c, size_t i, size_t number, struct str place);
struct claim_facts claim_line_facts(const struct claim_line *l);
/* "12.5" */
struct str claim_amount(char to[24], int64_t cents);
/* Cents of an amount ("12.5") that the programs of this library wrote; "" is
 * 0. */
int64_t claim_cents(struct str v);

/* ---- who.c: the patient and how they are covered ---- */

struct claim_cover {
	int64_t rid;	/* of the Coverage */
	char rank;	/* P, S, T */
	const struct setup_item *payer;
	bool self;	/* the patient is the subscriber */
	bool known;	/* who the subscriber is */
	int64_t other_patient; /* who that is, if a patient too; or 0 */
	struct str msp, filing;
	struct claim_bag subscriber;
};
/* Texts live until it is read anew; mem is to be released. */
struct claim_who {
	int64_t patient_id;
	struct str day;
	struct claim_bag patient;
	struct claim_cover cover[9];
	size_t n;
	struct arena mem;
};
/* As of a day of service. */
int claim_who_read(struct claim_who *who, struct party *party,
    int64_t patient, struct str day, struct ehr_err *e);
/* NULL: nobody of that rank. */
const struct claim_cover *claim_who_of(const struct claim_who *who,
    char rank);

/* ---- set.c: files of claims ---- */

/* What another payer said of a line. */
struct claim_paid {
	int n; /* of the charge's line */
	struct claim_bag bag;
};
struct claim_other {
	const struct setup_item *payer;
	const struct charge *charge;
	const struct claim_bag *subscriber;
	char rank; /* P, S, T */
	struct claim_bag bag;
	struct claim_paid *paid;
	size_t n;
};
/* What charge fields say of a payer of that rank: of line n, 0: the claim. */
struct str claim_said(const struct charge *c, int n, char rank,
    const char *name);
struct claim_facts claim_other_facts(const struct claim_other *o);

/* A submission. Items, charge and texts are borrowed. */
struct claim_doc {
	const struct setup_item *submitter, *payer, *billing;
	const struct setup_item *plan; /* pays to; NULL: to who bills */
	const struct charge *charge;
	size_t from, to; /* lines of it */
	int64_t coverage;
	char rank;
	bool self;	 /* the patient is the subscriber */
	struct claim_bag claim, subscriber, patient;
	struct claim_other *other;
	size_t others;
	int64_t claim_id, nth, cents;
	char name[CLAIM_NAME_MAX + 1];

	/* where it was written */
	char st[10];
	uint64_t start; /* of its levels, where it has some of its own */
	uint64_t segment, end; /* of its CLM, and behind its last one */
};

struct claim_file {
	const struct setup *setup;
	const struct setup_item *submitter;
	uint32_t isa, gs;
	int64_t now; /* ms */
	struct claim_doc **doc; /* by billing, subscriber, patient */
	size_t n;
};
/* Appends the interchange. EHR_EREJECT: a value cannot be written. */
int claim_file_write(struct claim_file *file, struct buf *to,
    struct ehr_err *e);

#endif
