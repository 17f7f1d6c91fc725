/*
 * find.h - which patients: by name, number, birth date and expressions over
 * the index of the current record.
 *
 *	age>65 sex=female has:condition=E11.9 no:medication="rxnorm|860975"
 *
 * The index narrows down, the body of the Patient resource decides. Terms are
 * patient data: no message repeats them.
 */
#ifndef EHR_FIND_H
#define EHR_FIND_H

#include "ehr/record.h"

enum {
	MAX_FIND_TERMS = 64,
	MAX_FIND_TEXT = 4096, /* bytes of one name, number or expression */
};

struct find;

/* What is asked for; each addition narrows (and). */
struct find *find_new(void);
void find_free(struct find *f);
/* "family, given": beginnings of both; "smith": of either. */
int find_name(struct find *f, struct str name, struct ehr_err *e);
int find_mrn(struct find *f, struct str mrn, struct ehr_err *e);
/* A date of any precision: "1960" is all of that year. */
int find_born(struct find *f, struct str date, struct ehr_err *e);
/* Terms by blanks: FIELD OP VALUE, has:TYPE=[SYS|]CODE, no:... (ehr-find(1)).
 * EHR_EUSAGE names the term by its place. */
int find_where(struct find *f, struct str expression, struct ehr_err *e);
/* Appends the kinds of what is asked, "age,has:condition": no values. */
void find_kinds(const struct find *f, struct buf *b);

struct find_opt {
	struct date today; /* for ages */
	bool test;	   /* test patients (HTEST) too */
};

/* Patient numbers, ascending. */
struct find_set {
	int64_t *v;
	size_t n, cap;
};
#define FIND_SET_INIT ((struct find_set){ NULL, 0, 0 })
void find_set_release(struct find_set *s);
#define FIND_SET_AUTO EHR_CLEANUP(find_set_release) struct find_set

void find_set_add(struct find_set *s, int64_t patient); /* in any order */
void find_set_sort(struct find_set *s); /* takes doubles away too */
bool find_set_has(const struct find_set *s, int64_t patient); /* sorted */

/* Those of whom all criteria hold, among `within` (sorted; NULL: everybody).
 * Without a criterion: all of them. */
int find_run(struct find *f, struct record *r, const struct find_opt *opt,
    const struct find_set *within, struct find_set *out, struct ehr_err *e);

/* Who a patient is. Texts are not cleaned for terminals; empty: absent. */
struct find_person {
	struct buf id, name, born, sex, mrn;
	int64_t age; /* at death of the dead; below 0: absent */
	struct tape tape;
	struct buf scratch;
};
#define FIND_PERSON_INIT                                                      \
	((struct find_person){ BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT,        \
	    BUF_INIT, -1, TAPE_INIT, BUF_INIT })
void find_person_release(struct find_person *p);
#define FIND_PERSON_AUTO EHR_CLEANUP(find_person_release) struct find_person
/* 1 filled in, 0 no such patient (any more). */
int find_person_read(struct find_person *p, struct record *r, int64_t patient,
    const struct date *today, struct ehr_err *e);

#endif
