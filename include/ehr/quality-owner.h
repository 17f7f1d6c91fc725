/*
 * quality-owner.h - whose a patient is in a measure: the clinicians, facilities
 * or taxpayers of the visits that brought them into its initial population.
 *
 * Of a patient these are the Encounters in the values of the definitions that
 * the initial population stands on, as far as they lie in the period; where
 * those name none, all of the period that took place. Of an episode it is the
 * Encounter that it is, or that it names.
 */
#ifndef EHR_QUALITY_OWNER_H
#define EHR_QUALITY_OWNER_H

#include "ehr/quality.h"

enum quality_by {
	QUALITY_BY_NOTHING,
	QUALITY_BY_PROVIDER, /* participant: primary performer or attender if
			      * one is said, else each that is a clinician */
	QUALITY_BY_FACILITY, /* location's, else serviceProvider */
	QUALITY_BY_TIN,	     /* of serviceProvider, or what it is part of */
};

/* What is known beside the chart; the functions may be NULL. */
struct quality_practice {
	/* Body of a resource of no patient; STR_NONE: it is not there. */
	struct str (*shared)(void *arg, int type, struct str id);
	/* Name of the practice's facility that a Location is of by its set-up;
	 * STR_NONE: of none. */
	struct str (*facility)(void *arg, struct str location);
	struct str tin; /* where no Organization has one; or STR_NONE */
	void *arg;
};

/* key: an NPI, a TIN, the name of a facility, else the reference; STR_NONE:
 * not known. */
struct quality_owner {
	struct str key, name; /* name STR_NONE: not known */
	const struct quality_group_result *result; /* for each group: what of
					* the patient's result is theirs */
};

/* Of the patient whose result is r, by key; who is in no population is
 * nobody's. The same member is with each that it belongs to. *list is kept in
 * mem. EHR_EREJECT as quality_run_patient(). */
int quality_owners(struct quality_run *run, const struct quality_patient *p,
    const struct quality_group_result *r, enum quality_by by,
    const struct quality_practice *practice, struct arena *mem,
    const struct quality_owner **list, size_t *n, struct ehr_err *e);

#endif
