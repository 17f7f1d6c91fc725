/* one-read.h - what the files that read a Category I share. */
#ifndef QRDA_ONE_READ_H
#define QRDA_ONE_READ_H

#include "one.h"

struct reading {
	struct buf *b;
	struct str patient; /* id */
	struct strmap ids;  /* of entries -> their kind */
	struct strmap diagnoses; /* codes and "#id" -> index of diagnosis */
	const struct xml_node **diagnosis;
	size_t n;
	struct arena mem;
	qrda_lost_fn *fn;
	void *arg;
};

/* ---- one-json.c: members of the object that is open in b ---- */

void put_name(struct buf *b, const char *member);
void put_text(struct buf *b, const char *member, struct str s);
void put_literal(struct buf *b, const char *member, const char *json);
/* A number as it stands; what is none is left out. */
void put_number(struct buf *b, const char *member, struct str s);
/* A time of HL7; what is none is left out. */
void put_when(struct buf *b, const char *member, struct str hl7);
void put_coding(struct buf *b, const struct xml_node *n); /* no member */
/* A CodeableConcept, or a list with it; n may be NULL. */
void put_concept(struct buf *b, const char *member, const struct xml_node *n,
    bool list);
void put_period(struct buf *b, const char *member,
    const struct xml_node *interval);
/* effectiveTime of n as member + DateTime or Period. */
void put_relevant(struct buf *b, const char *member, const struct xml_node *n);
void put_quantity(struct buf *b, const char *member, const struct xml_node *v);
void put_value(struct buf *b, const struct xml_node *v); /* value[x] */
void put_components(struct buf *b, const struct xml_node *n);

/* A child of any of CDA's namespaces. */
const struct xml_node *one_child(const struct xml_node *n, const char *local);
/* An entryRelationship's content, if it has the template. */
const struct xml_node *one_content(const struct xml_node *r,
    const char *template);
/* The first such content of n; how: its typeCode, NULL: any. */
const struct xml_node *one_related_as(const struct xml_node *n,
    const char *how, const char *template);
const struct xml_node *one_related(const struct xml_node *n,
    const char *template);
/* Has an interval a begin or an end? */
bool one_known(const struct xml_node *interval);

/* ---- one-details.c ---- */

/* What says that it was done or not, and why. */
void one_negation(struct buf *b, const struct kind *k, bool negated,
    const struct xml_node *why);
void one_category(struct buf *b, const struct kind *k);
void one_details(struct reading *r, const struct kind *k,
    const struct xml_node *n);
void put_state(struct buf *b, const char *member, const char *system,
    const char *code);
/* The id of what stands at n: its own, if FHIR can have it. */
void one_id(const struct xml_node *n, char id[MAX_ID + 1]);
void one_code_key(struct buf *b, const struct xml_node *code);
/* The diagnosis of the document that one of an encounter is: by its id, else
 * by its code; NULL: none. */
const struct xml_node *one_diagnosis(struct reading *r,
    const struct xml_node *n);
bool one_is_place(const struct xml_node *participant);
/* Appends a Reference to what a communication answers; false: nothing. */
bool one_answered(struct reading *r, const struct xml_node *n, struct buf *to);

#endif
