/*
 * financial.h - charges, claims and payments as FHIR R4 has them: ChargeItem,
 * Claim, ExplanationOfBenefit.
 *
 * They are views. The relational rows are the datum: a view is made of them
 * when it is asked for, is kept nowhere, and is known when it comes back
 * (financial_own()). Who reads the record for others (ehr-export, an API) asks
 * here beside record_chart().
 */
#ifndef EHR_FINANCIAL_H
#define EHR_FINANCIAL_H

#include "ehr/record.h"

/* Is it one of the three types? */
bool financial_type(int type);
/* Calls fn, in this order and by id, for the views of a patient's chart that f
 * wants (types, since): each line of a charge (line-N), each time that a claim
 * was sent (claim-CLM01), each claim of a remittance that was posted (eob-N).
 * res is of the source local and has no rid; time is when the rows came or
 * changed last. All of it is borrowed for the call. There is none of f->as_of
 * or f->history. They are of the category billing: what may not be seen is
 * counted as withheld.
 * fn returns 0 to go on. */
int financial_chart(struct record *r, int64_t patient,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e);
/* Is the resource at node a view of rows that this record has? 1, 0. */
int financial_own(struct record *r, const struct tape *t, uint32_t node,
    struct ehr_err *e);

#endif
