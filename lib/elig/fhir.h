/* fhir.h - inquiries and answers as resources of the record. */
#ifndef ELIG_FHIR_H
#define ELIG_FHIR_H

#include "elig/impl.h"

/* Texts are borrowed, or the arena's of elig_about(). */
struct elig_about {
	int source;	    /* of the Coverage, and of these */
	struct str patient, coverage; /* references, as that source has them */
	struct str trace;	    /* of the inquiry: its id */
	struct str payer, payer_id; /* name, number */
	struct str provider, npi;
	int64_t at;		    /* ms: asked, or answered */
};
/* Sets source, patient and coverage; of a Coverage that is gone by now the
 * patient alone: 1; 0: neither is there. */
int elig_about(struct record *r, int64_t coverage, int64_t patient,
    struct arena *mem, struct elig_about *x, struct ehr_err *e);
/* Append the JSON of an inquiry, and of an answer to it with that id. */
void elig_request_body(const struct elig_about *x,
    const struct elig_asking *o, struct buf *b);
void elig_response_body(const struct elig_about *x, struct str id,
    const struct elig_answer *a, enum elig_state state,
    enum elig_class class, struct str day, struct buf *b);
/* Into the batch, as a resource of the Coverage's source. */
int elig_put(struct batch *b, const struct elig_about *x, struct str body,
    struct ehr_err *e);

#endif
