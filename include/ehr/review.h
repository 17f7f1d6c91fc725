/*
 * review.h - accesses that somebody should look at: staff in their own chart,
 * in those of family, neighbours and well-known people, without a visit near,
 * after hours, or of unusually many.
 *
 * An access is an event of one patient that reads or changes the chart. A
 * finding is a question, not an answer; names and addresses are compared, not
 * shown.
 */
#ifndef EHR_REVIEW_H
#define EHR_REVIEW_H

#include "ehr/record.h"

enum review_rule {
#define X(id, word) REVIEW_##id,
#include "ehr/review-rule.def"
#undef X
	REVIEW_RULES
};
const char *review_rule_name(enum review_rule rule);

struct review_opt {
	int64_t since, until;	/* ms, [since, until); until 0: no end */
	int from_hour, to_hour; /* of work, Monday to Friday, in the process's
				 * zone (view_zone()) */
};
enum {
	REVIEW_BEFORE_DAYS = 90, /* a visit so long before ... */
	REVIEW_AFTER_DAYS = 30,	 /* ... or so soon after explains an access */
	REVIEW_NEWS_DAYS = 14,	 /* and so does anything dated so lately */
	REVIEW_VOLUME_MIN = 20,	 /* patients of a day that may be too many, */
	REVIEW_VOLUME_TIMES = 3, /* when so many times the median day */
};

/* Slices and numbers are of the call; patient 0: of no one in particular. */
struct review_finding {
	int64_t event, patient;
	enum review_rule rule;
	struct str user;
};

/* Calls fn for each finding, by event, once for each rule, user, patient and
 * day. Everything in the record is looked at, whatever the store's guard says:
 * the caller's permission is checked before. */
int review_run(struct record *r, const struct review_opt *o,
    int (*fn)(void *arg, const struct review_finding *f), void *arg,
    struct ehr_err *e);

#endif
