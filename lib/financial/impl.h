/* impl.h - what the files of the views share. */
#ifndef FINANCIAL_IMPL_H
#define FINANCIAL_IMPL_H

#include "ehr/billing-charge.h"
#include "ehr/billing-setup.h"
#include "ehr/fhir.h"
#include "ehr/financial.h"

enum financial_sql_id {
#define X(id, name, text, perm) id,
#include "financial/statements.def"
#undef X
};
extern const struct sql financial_sql_table[];

static inline struct stmt *financial_sql(struct store *db,
    enum financial_sql_id id)
{
	return store_sql(db, &financial_sql_table[id]);
}

/* A chart's views while they are made. */
struct views {
	struct record *r;
	struct store *db;
	struct setup setup;
	struct charge charge; /* of the row at work */
	int source;	      /* local */
	struct buf patient;   /* its reference, "Patient/1" */
	struct buf id, b;     /* of the view at work */
	struct ehr_err *e;
};

/* What all rows have: see statements.def. */
struct view_row {
	int64_t id, charge, begun, time;
	struct str status; /* borrowed from the statement */
};

/* The members of a view behind its head, of what the statement is at. */
int view_item(struct views *v, struct stmt *s, const struct view_row *row);
int view_claim(struct views *v, struct stmt *s, const struct view_row *row);
int view_eob(struct views *v, struct stmt *s, const struct view_row *row);

/* Line n of the charge at work. */
const struct charge_line *view_line(const struct views *v, int64_t n);

/* A name of the record without its source. */
struct str view_bare(struct str name);

/* ---- parts.c: members of all of them, appended to v->b ---- */

void view_money(struct views *v, const char *key, int64_t cents);
/* A CodeableConcept of one coding. */
void view_concept(struct views *v, const char *key, const char *system,
    struct str code);
void view_dx(struct views *v, const char *key, struct str dx);
/* "TYPE/ID" of the resource rid; text stands there where it is no more. */
int view_rid(struct views *v, const char *key, int64_t rid, const char *text);
void view_reference(struct views *v, const char *key, struct str reference);
/* A provider or payer by its number (NPI, id) and name, as Claims name those
 * who need no resource of the record; NULL: it is not in the set-up. */
void view_who(struct views *v, const char *key, const struct setup_item *who,
    struct str name);
/* The days of a line as NAMEone, or NAMEPeriod when they are several. */
void view_days(struct views *v, const char *name, const char *one,
    const struct charge_line *l);
/* The code of the line, and how often. */
void view_service(struct views *v, const char *key,
    const struct charge_line *l);
void view_quantity(struct views *v, const struct charge_line *l);
/* What was done, when, where, how often and for how much, of an item. */
void view_serviced(struct views *v, const struct charge_line *l);
/* The items: the lines of a claim, numbered, each with what put adds. */
int view_items(struct views *v, int64_t claim, int (*put)(struct views *v,
    const struct charge_line *l, void *arg), void *arg);
/* The Coverage and that it is the one that counts here; numbered in a Claim. */
int view_insurance(struct views *v, int64_t coverage, bool numbered);
/* What a Claim and an ExplanationOfBenefit are of, and their number. */
void view_claim_kind(struct views *v);
void view_number(struct views *v, const char *system, struct str value);
/* Who is asked to pay, and who asks. */
void view_parties(struct views *v, struct str payer);

#define TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"

#endif
