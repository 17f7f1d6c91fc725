/* impl.h - what the files of lib/review share. */
#ifndef REVIEW_IMPL_H
#define REVIEW_IMPL_H

#include "ehr/audit.h"
#include "ehr/fhir.h"
#include "ehr/identity.h"
#include "ehr/review.h"

enum { DAY_MS = 86400000 };

/* A chart as far as the rules ask. */
struct chart {
	struct identity_person who;
	bool vip;
	int32_t *visit, *news;	/* days since 1970 */
	size_t n_visit, n_news;
};

/* A member of staff. */
struct member {
	struct str given, rest;		/* of the name, folded */
	int64_t *own;			/* charts of that name */
	size_t n_own;
};

struct review {
	struct record *r;
	const struct review_opt *o;
	int (*fn)(void *arg, const struct review_finding *f);
	void *arg;
	struct ehr_err *e;
	struct arena mem;
	struct tape tape;
	struct map64 now;	/* patient -> whose chart it is merged into */
	struct map64 charts;	/* patient -> place in chart, 1 up */
	struct chart *chart;
	size_t n_chart;
	struct strmap staff;	/* user -> place in member, 1 up */
	struct member *member;
	size_t n_member;
	struct strmap close;	/* "user patient" -> 1 own, 2 family */
	struct map64 vip;	/* patients on the list */
	struct strmap seen;	/* findings, so that each comes once */
	struct strmap days;	/* "user day" -> place in day, 1 up */
	struct user_day *day;
	size_t n_day;
	struct strmap counted;	/* "user day patient" */
};

/* A user's patients of a day. */
struct user_day {
	struct str user;
	int64_t n, last;	/* patients; event of the last */
};

/* ---- chart.c ---- */

/* The patient whose chart that of an event is now: after a merge another. */
int chart_now(struct review *rv, int64_t patient, int64_t *now);
/* The chart of a patient, read once; places in rv->chart move. */
int chart_get(struct review *rv, int64_t patient, size_t *at);
/* Whether a visit, or something new, is near that day. */
bool chart_explains(const struct chart *c, int64_t day);
void charts_release(struct review *rv);

/* ---- staff.c ---- */

/* Names and own charts of the staff, and the practice's list. */
int staff_read(struct review *rv);
/* Whether somebody of that family name, folded, has theirs: "de la Cruz" of
 * "Ann B. de la Cruz". */
bool staff_shares_name(const struct member *m, struct str family);
void staff_release(struct review *rv);

#endif
