/*
 * fhir.h - HL7 FHIR R4 (4.0.1): types, elements, compartment, references,
 * search parameters, validation, and what charts read from resources.
 *
 * All of it works on a tape (json.h) and on constant tables; nothing here
 * allocates, knows a database or keeps state. Node 0 in a result means "none"
 * (a resource inside another one never is node 0).
 */
#ifndef EHR_FHIR_H
#define EHR_FHIR_H

#include "ehr/json.h"

/* ---- types ---- */

/* FHIR_Patient, FHIR_CodeableConcept, FHIR_dateTime ... The numbers of the
 * resource types, 1 to FHIR_RESOURCES, are stored in records and stay. */
enum fhir_type {
	FHIR_NONE = 0,
#define X(number, name, kind) FHIR_##name = number,
#include "ehr/fhir-types.def"
#undef X
};
enum { FHIR_RESOURCES = FHIR_VisionPrescription };

/* Resource type of a name; 0: not one of R4. */
int fhir_type(struct str name);
/* Name of a resource or data type, NULL when the number is none. Static. */
const char *fhir_type_name(int type);
/* Type of the resource at root by its resourceType; 0: none or unknown. */
int fhir_resource_type(const struct tape *t, uint32_t root);
bool fhir_id_valid(struct str id); /* R4 2.24.0.1: [A-Za-z0-9\-\.]{1,64} */

/* ---- elements ---- */

/* A class is a type (its number) or a backbone (a number above them). */
struct fhir_element {
	uint16_t name;	 /* see fhir_element_name() */
	uint8_t name_len;
	uint8_t min;
	uint8_t max;	 /* 0: any number */
	uint8_t choice;	 /* of value[x]: its number in the class, else 0 */
	uint16_t cls;	 /* class of the value */
	uint16_t codes;	 /* list of a required binding, or 0: none known */
	uint16_t targets; /* list of reference targets, or 0: any */
};

/* The element a member of class cls stands for ("valueQuantity" for a choice
 * value[x]; members of base types too), or NULL. */
const struct fhir_element *fhir_element(int cls, struct str member);
const char *fhir_element_name(const struct fhir_element *el); /* static */
/* Number of elements of cls without its bases; the i-th of them. */
size_t fhir_elements(int cls, const struct fhir_element **first);
int fhir_class_base(int cls);		/* 0: none */
bool fhir_class_primitive(int cls);
/* "Patient.contact" for a backbone; NULL: no class has that number. */
const char *fhir_class_name(int cls);
/* Is code in the list el->codes? True when there is no list. */
bool fhir_code_allowed(const struct fhir_element *el, struct str code);
bool fhir_target_allowed(const struct fhir_element *el, int type);
/* Has s the lexical form of the primitive (R4 2.24.0.1)? Strings are taken
 * with their escapes decoded; numbers and booleans by their text. */
bool fhir_primitive_valid(int type, struct str s);

/* ---- code systems ---- */

/* URI of a code system by its short name ("icd10", "loinc"); a URI stands
 * for itself. STR_NONE: neither. */
struct str fhir_system(struct str word);

/* ---- references ---- */

/* What a reference's text says. Slices are borrowed from it. */
enum fhir_ref_kind {
	FHIR_REF_RELATIVE,    /* Patient/1, Patient/1/_history/2 */
	FHIR_REF_ABSOLUTE,    /* https://host/fhir/Patient/1 */
	FHIR_REF_URN,	      /* urn:uuid:..., urn:oid:... */
	FHIR_REF_CONTAINED,   /* #p1, and # for the container */
	FHIR_REF_CONDITIONAL, /* Practitioner?identifier=system|value */
	FHIR_REF_OTHER,	      /* none of these */
};
struct fhir_ref {
	enum fhir_ref_kind kind;
	int type;	    /* resource type, 0 when the text does not say */
	struct str base;    /* absolute: https://host/fhir */
	struct str id;	    /* logical id; uuid or oid; what follows # */
	struct str version; /* after /_history/ */
	struct str query;   /* conditional: what follows ? */
};
void fhir_ref_parse(struct str s, struct fhir_ref *ref);

/* May a minified text have references that are neither relative nor contained?
 * A quick look, true for more than do. */
bool fhir_refs_elsewhere(struct str text);
/* Calls fn with the string node of every Reference.reference in document
 * order (contained resources and extensions too) until it returns non-zero;
 * returns that. uri elements that are also called "reference" (in Expression
 * and DetectedIssue) are left out. */
int fhir_references_each(const struct tape *t, uint32_t root,
    int (*fn)(void *arg, uint32_t node), void *arg);

/* ---- Patient compartment (CompartmentDefinition/patient) ---- */

/* Calls fn for the references that may name the patients a resource of that
 * type belongs to, in the order of the compartment's parameters, until fn
 * returns non-zero; returns that. node is the string node of the reference,
 * ordinal counts parameters from 0. The first one that is a patient owns the
 * resource, the others also have it. References that say another type than
 * Patient (Practitioner/1) are left out; urn:, contained and unusual ones are
 * handed on. A Coverage is first of all its beneficiary's. Nothing for
 * Patient itself. */
int fhir_compartment_each(const struct tape *t, uint32_t root, int type,
    int (*fn)(void *arg, uint32_t node, int ordinal), void *arg);
/* Node of the nth of them (from 0), or 0. */
uint32_t fhir_patient_ref(const struct tape *t, uint32_t root, int type,
    int nth);
/* Can resources of this type belong to a patient (Patient can)? */
bool fhir_in_compartment(int type);

/* ---- search parameters ---- */

enum fhir_param_kind {
	FHIR_PARAM_NUMBER, FHIR_PARAM_DATE, FHIR_PARAM_STRING,
	FHIR_PARAM_TOKEN, FHIR_PARAM_REFERENCE, FHIR_PARAM_QUANTITY,
	FHIR_PARAM_URI
};

/* R4's and US Core 6.1.0's, without composite and special ones. The index of
 * a parameter changes with the tables: store it with an index_version. */
struct fhir_param {
	uint16_t type;	/* resource type; FHIR_Resource: of every type */
	uint8_t kind;	/* enum fhir_param_kind */
	const char *name;
};
enum { FHIR_PARAMS_MAX = 2048, FHIR_PARAM_NODES_MAX = 4096 };

size_t fhir_param_count(void);
const struct fhir_param *fhir_param(size_t index);
/* Index of a type's parameter (those of every type too), or -1. */
int fhir_param_find(int type, struct str name);

/* Which parameters are wanted. */
struct fhir_param_set {
	uint64_t param[FHIR_PARAMS_MAX / 64];
	uint64_t node[FHIR_PARAM_NODES_MAX / 64];
};
#define FHIR_PARAM_SET_NONE ((struct fhir_param_set){ { 0 }, { 0 } })
void fhir_param_set_add(struct fhir_param_set *set, int index);
void fhir_param_set_all(struct fhir_param_set *set);

/* Calls fn for each value of each wanted parameter (set NULL: all), in one
 * pass over the resource, until fn returns non-zero; returns that. type is
 * the data type of the value: FHIR_CodeableConcept, FHIR_dateTime ...; node
 * the value, never an array. Token `deceased` of Patient comes as boolean or
 * dateTime. */
int fhir_param_each(const struct tape *t, uint32_t root, int type,
    const struct fhir_param_set *set,
    int (*fn)(void *arg, int index, int type, uint32_t node), void *arg);

/* ---- validation ---- */

enum {
	FHIR_CHECK_ERRORS = 1 << 0, /* only what makes a resource unusable */
	FHIR_CHECK_US_CORE = 1 << 1, /* US Core 6.1.0 must-haves too */
};

/* Checks the resource at root against R4; findings go to sink with positions
 * like "Observation.component[2].valueQuantity.value". Returns the number of
 * DIAG_ERROR findings: with one the resource cannot be taken. */
int fhir_validate(const struct tape *t, uint32_t root, struct diag_sink *sink,
    unsigned flags);

/* ---- reading ---- */

/* All append to b and return false when there was nothing to say. Text is
 * decoded, not cleaned for terminals. */

/* The string, number or boolean of a member. */
bool fhir_text(const struct tape *t, uint32_t object, const char *member,
    struct buf *b);
/* text, else the display of the first coding that has one, else its code. */
bool fhir_codeable_text(const struct tape *t, uint32_t node, struct buf *b);
/* The same for a CodeableConcept, Coding, string, code or Reference.display. */
bool fhir_display(const struct tape *t, uint32_t node, int type,
    struct buf *b);
/* Node of the first Coding of a system (NULL: any) in a CodeableConcept. */
uint32_t fhir_coding(const struct tape *t, uint32_t node, const char *system);
/* Has the CodeableConcept (or the array of them) such a coding? */
bool fhir_has_code(const struct tape *t, uint32_t node, const char *system,
    const char *code);

enum fhir_name_style { FHIR_NAME_SORT /* Family, Given */, FHIR_NAME_FULL };
/* The HumanName to show of an array: official, usual, no
 * use, others, old; names that ended after these; 0 when there is none. */
uint32_t fhir_current_name(const struct tape *t, uint32_t names);
bool fhir_human_name(const struct tape *t, uint32_t name,
    enum fhir_name_style style, struct buf *b);
/* The strings of all HumanNames of an array in one part ("family", "given"),
 * in document order: their nodes, at most FHIR_NAME_PARTS; how many. */
enum { FHIR_NAME_PARTS = 16 };
size_t fhir_name_parts(const struct tape *t, uint32_t names, const char *part,
    uint32_t node[FHIR_NAME_PARTS]);
bool fhir_address(const struct tape *t, uint32_t address, struct buf *b);
/* The value of the first ContactPoint of a system ("phone"), not old. */
bool fhir_telecom(const struct tape *t, uint32_t telecoms, const char *system,
    struct buf *b);

/* "< 5.0 mg/dL": comparator, value as written, unit (else code). */
bool fhir_quantity(const struct tape *t, uint32_t node, struct buf *b);
bool fhir_range(const struct tape *t, uint32_t node, struct buf *b);
bool fhir_ratio(const struct tape *t, uint32_t node, struct buf *b);
bool fhir_period(const struct tape *t, uint32_t node, struct buf *b);
/* Node of value[x] (name "value", "medication", "onset" ...) and its type. */
uint32_t fhir_choice(const struct tape *t, uint32_t object, const char *name,
    int *type);
/* Any value[x] as text by its type. */
bool fhir_value(const struct tape *t, uint32_t node, int type, struct buf *b);

/* The date (string node) by which a resource is sorted: what happened when,
 * the start of a period; else when it was written down. 0: none. */
uint32_t fhir_effective(const struct tape *t, uint32_t root, int type);
/* The end of the same, when it is a period with one. */
uint32_t fhir_effective_end(const struct tape *t, uint32_t root, int type);
/* The paths tried, blanks between, for tests and documentation. */
const char *fhir_effective_paths(int type);
const char *fhir_effective_end_paths(int type);

enum fhir_state {
	FHIR_ACTIVE,	/* current: planned, in progress, active, on hold */
	FHIR_INACTIVE,	/* ended, resolved, completed */
	FHIR_REFUTED,	/* not done, refuted, cancelled */
	FHIR_IN_ERROR,	/* entered in error: never shown as fact */
	FHIR_STATE_UNKNOWN
};
enum fhir_state fhir_state(const struct tape *t, uint32_t root, int type);

/* What a reader needs a permission for (labels can raise it to sensitive). */
enum fhir_category {
	FHIR_CLINICAL = 1 << 0,
	FHIR_NOTES = 1 << 1,
	FHIR_DEMOGRAPHICS = 1 << 2,
	FHIR_BILLING = 1 << 3,
	FHIR_SENSITIVE = 1 << 4,
	FHIR_PRACTICE = 1 << 5, /* nobody's: who and where we are */
	FHIR_VISITS = 1 << 6,	/* who comes when */
	FHIR_ELIGIBILITY = 1 << 7, /* what payers were asked and said */
};
enum fhir_category fhir_category(int type);
/* Has meta.security a label of that code (NULL: one of those that make it
 * sensitive, include/ehr/label.def)? */
bool fhir_labelled(const struct tape *t, uint32_t root, const char *code);

#endif
