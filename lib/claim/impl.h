/* impl.h - what the files of lib/claim share. */
#ifndef CLAIM_IMPL_H
#define CLAIM_IMPL_H

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
	X(OTHER, "other")	/* another payer of the claim */              \
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
struct str claim_fill_value(const struct claim_fill *f,
    enum claim_place place, const char *name);

#endif
