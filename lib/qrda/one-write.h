/* one-write.h - what the files that write a Category I share. */
#ifndef QRDA_ONE_WRITE_H
#define QRDA_ONE_WRITE_H

#include "one.h"

#define LOINC "2.16.840.1.113883.6.1"
#define SNOMED "2.16.840.1.113883.6.96"
#define ACT_CODE "2.16.840.1.113883.5.4"
#define ACT_CLASS "2.16.840.1.113883.5.6"

struct writing {
	struct xml_writer w;
	const struct qrda1 *q;
	const struct tape *t;
	struct buf id;		/* "Observation/1" of the one at hand */
	struct strmap refs;	/* "Type/id" and fullUrl -> the resource */
	struct strmap used;	/* "Type/id" of what is part of another */
	qrda_lost_fn *fn;
	void *arg;
};

/* ---- one-values.c ---- */

/* Tells that something of the resource at hand is not in the document. */
void one_lost(struct writing *k, const char *what);
void one_template(struct writing *k, const char *id, const char *version);
/* A value below object, STR_NONE: none, or no single one. */
struct str one_text(struct writing *k, uint32_t object, const char *path,
    struct buf *scratch);
/* Sets code and codeSystem of the open element; false: of no known system. */
bool one_coding(struct writing *k, uint32_t node);
/* An element of a CodeableConcept, or of the first of an array. */
void one_concept(struct writing *k, const char *element, const char *type,
    uint32_t node);
void one_fixed(struct writing *k, const char *code, const char *system);
void one_stamp(struct writing *k, const char *element, struct str time);
/* What is not known of it is nullFlavor UNK; open: no end is said then. */
void one_interval(struct writing *k, const char *element, struct str low,
    struct str high, bool open);
/* value[x] of object, if it has one. */
void one_value(struct writing *k, uint32_t object);
/* A Quantity as an element; type may be NULL. */
void one_quantity(struct writing *k, const char *element, const char *type,
    uint32_t node);
/* The extension of a list whose url ends so, and its member. */
bool one_extension_is(struct writing *k, uint32_t list, const char *end,
    const char *member, uint32_t *found);
bool one_negated(struct writing *k, uint32_t r);
/* The resource in the Bundle that a Reference points to, 0: none. It is part
 * of what is written, so not lost if it has no data element of its own. */
uint32_t one_resolve(struct writing *k, uint32_t reference);
/* The CodeableConcept that stands for a resource, 0: it has none. */
uint32_t one_code_node(struct writing *k, uint32_t r);

/* ---- one-parts.c ---- */

/* The id element of a resource: the document's and its own. */
void one_own_id(struct writing *k, uint32_t r);
void one_reason(struct writing *k, uint32_t r, bool negated);
void one_components(struct writing *k, uint32_t r);
/* What stands between effectiveTime and consumable of a drug. */
void one_dose(struct writing *k, uint32_t r);
/* A product by its code, of the template of drugs or vaccines. */
void one_drug(struct writing *k, const char *id, uint32_t concept);
void one_supply(struct writing *k, uint32_t r);
/* Where an encounter was, and its class, diagnoses. */
void one_locations(struct writing *k, uint32_t r);
void one_encounter(struct writing *k, uint32_t r);
void one_severity(struct writing *k, uint32_t r);
/* What a communication is about, and what it answers. */
void one_communication(struct writing *k, uint32_t r);

/* ---- one-header.c ---- */

void one_header(struct writing *k, uint32_t patient);
void one_open_section(struct writing *k, const char *template_,
    const char *version, const char *of, const char *code, struct str title);
void one_measures(struct writing *k);
void one_reporting(struct writing *k);

#endif
