/* facts.h - what the record takes from a body: references, patients, names,
 * index rows. Pure: no store, so that it may run ahead in another thread. */
#ifndef RECORD_FACTS_H
#define RECORD_FACTS_H

#include "ehr/fhir.h"
#include "ehr/record.h"

enum row_kind {
	ROW_TOKEN,    /* system, text: a code */
	ROW_STRING,   /* text: folded, or as it is */
	ROW_QUANTITY, /* system, text: the code; number, unit */
};

struct fact_row {
	enum row_kind kind;
	enum index_param param;
	struct str system, text, unit;
	struct str number; /* with the source's digits */
};

struct fact_ref {
	struct str text;
	struct fhir_ref to; /* taken apart */
};

/* Slices lie in the body or in the arena given to facts_read(). */
struct facts {
	int type;
	struct str same, start; /* of its sketch */
	int64_t date; /* ms; 0: the resource says none */
	struct fact_row *row;
	struct fact_ref *ref;	/* all references, in document order */
	struct fact_ref *chart; /* those of the compartment */
	struct str *name;	/* "identifier=system|value" */
	size_t n_row, n_ref, n_chart, n_name;
	struct str note; /* the words of a note, .n 0: none */
	int drug; /* 1 + ordinal of the reference to a Medication; 0: none */
};

/* Scratch of a reader, one per thread. */
struct facts_reader {
	struct tape tape;
	struct buf scratch[3];
	struct fact_row *row;
	size_t n_row, cap_row;
	struct fact_ref *ref;
	size_t n_ref, cap_ref;
	struct str *str;
	size_t n_str, cap_str;
};

void facts_init(struct facts_reader *fr);
void facts_release(struct facts_reader *fr);
/* Reads a stored or checked body (minified JSON) of a type. EHR_EINTEGRITY
 * when it is no JSON. */
int facts_read(struct facts_reader *fr, struct arena *mem, int type,
    struct str body, struct facts *f, struct ehr_err *e);

/* The members of a resource that its sketch has, as an object of their own,
 * and its date (borrowed from t); empty when it has to be read as a whole. */
struct str sketch_read(const struct tape *t, int type, struct buf *same);

/* The parameter whose rows have the codes of an element, by its path in the
 * model of FHIR ("type", "medication"); -1: there is none. */
int facts_coded(int type, struct str path);

/* Can a resource of this type give a drug by reference? */
bool facts_may_drug(int type);

#endif
