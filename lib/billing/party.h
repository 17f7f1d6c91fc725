/* party.h - what the files about patients and payers share. */
#ifndef BILLING_PARTY_H
#define BILLING_PARTY_H

#include "ehr/billing-party.h"

struct party_chart;
void party_chart_free(struct party_chart *c); /* NULL is fine */

/* ---- person.c ---- */

/* The text of a member of node, or of the first of an array; "" without. */
struct str party_text(struct arena *mem, const struct tape *t, uint32_t node,
    const char *path);
/* The value of the first of identifier[] that is of that type, or (unless
 * NULL) of that system; "" without. */
struct str party_number(struct arena *mem, const struct tape *t,
    const char *type, const char *system);
/* The person whose resource is node of t. */
void party_person(struct arena *mem, const struct tape *t, uint32_t node,
    struct party_person *to);

#endif
