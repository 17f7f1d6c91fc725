/* qpp.c - ehr-mips qpp: a submission as JSON. */
#include <stdio.h>

#include "score.h"

int qpp(struct cli *c, struct ehr_err *e)
{
	SCORING_AUTO x = SCORING_INIT;
	BUF_AUTO json = BUF_INIT;
	BUF_AUTO pretty = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	char first[16], last[16];
	struct score_submission to = {
		.entity = (enum score_entity)score_opts.entity,
		.tin = score_opts.tin, .npi = score_opts.npi,
		.id = score_opts.group,
		.cehrt = score_opts.cehrt,
		.program = score_opts.program ? score_opts.program : "mips",
		.first = first, .last = last };
	int rc = scoring_open(&x, c, e), year;

	if (rc < 0)
		return rc;
	year = score_rules_year(x.rules);
	snprintf(first, sizeof(first), "%d-01-01", year);
	snprintf(last, sizeof(last), "%d-12-31", year);
	if (x.first[0]) {
		to.first = x.first;
		to.last = x.last;
	}
	rc = score_submit(&json, x.rules, x.ref, &x.in, &to, e);
	if (rc < 0)
		return rc;
	if (tape_parse(&t, json.s, json.len, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "the submission is no JSON");
	json_pretty(&pretty, &t, 0, 2);
	buf_addch(&pretty, '\n');
	return cli_put(c, &pretty, e);
}
