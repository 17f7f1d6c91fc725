/* person.h - who and where a visit was, as references lead there. */
#ifndef EHR_QUALITY_PERSON_H
#define EHR_QUALITY_PERSON_H

#include "ehr/quality-owner.h"

struct person_look {
	const struct quality_patient *patient;
	const struct quality_practice *practice;
};
/* name may be STR_NONE; both are borrowed for the call. */
typedef void person_fn(void *arg, struct str key, struct str name);

/* visit: the root of an Encounter of the patient's. Calls fn for each, the
 * same one perhaps again; for nobody when none is known. */
void person_providers(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg);
void person_facilities(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg);
void person_taxpayers(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg);
/* Root of the Encounter that a resource names (encounter, context); 0: none
 * that is there. */
uint32_t person_visit(const struct person_look *l, uint32_t root);

#endif
