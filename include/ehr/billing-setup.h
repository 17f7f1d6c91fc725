/*
 * billing-setup.h - what billing knows of the practice and its payers
 * (ehr-setup(5)): the form of its items, and what is asked of them.
 */
#ifndef EHR_BILLING_SETUP_H
#define EHR_BILLING_SETUP_H

#include "ehr/setup.h"

#define SETUP_BATCH "setup" /* kind of its batches */

/* X(ID, name, what it is) */
#define SETUP_KIND_TABLE(X)                                                 \
	X(SUBMITTER, "submitter", "we, towards a clearinghouse or a payer") \
	X(PAYER, "payer", "who pays, how it is named and asked")            \
	X(PROVIDER, "provider", "who bills, renders or supervises")         \
	X(ENROLMENT, "enrolment", "from when a payer knows a provider")     \
	X(FACILITY, "facility", "where services are rendered")              \
	X(GUARANTOR, "guarantor", "who owes what a patient has to pay")     \
	X(COVERAGE, "coverage", "order and MSP type of a Coverage")         \
	X(SCHEDULE, "schedule", "what fees are for whom, and from when")    \
	X(EDIT, "edit", "what a payer wants of a charge")
enum {
#define X(id, name, help) SETUP_##id,
	SETUP_KIND_TABLE(X)
#undef X
	SETUP_KINDS
};
extern const struct setup_form billing_setup;
#define SETUP_INIT SETUP_OF(&billing_setup)

/* Does the payer know the provider on that day? NULL: no enrolment says so.
 * The latest one when several do. */
const struct setup_item *setup_enrolment(const struct setup *s,
    struct str provider, struct str payer, struct str day);
/* The provider or facility with that NPI, the first by key; or NULL. */
const struct setup_item *setup_by_npi(
    const struct setup *s, int kind, struct str npi);
/* The payer whose id, name or alias that is (letters' case, blanks and dots
 * apart); NULL: none, or several. */
const struct setup_item *setup_payer_named(
    const struct setup *s, struct str name);

#endif
