/* main.c - ehr-audit: who did what to whose data. */
#include "audit-tool.h"

int audit_tool_open(struct cli *c, struct access *a, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_READ, e);

	return rc < 0 ? rc :
			access_set(a, AUDIT_AUDIT, c->verb->name, NULL, 0, e);
}

int audit_tool_patient(struct cli *c, struct access *a, const char *name,
    int64_t *patient, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	int rc = access_open(a, &opt, STORE_READ, e);

	if (rc < 0)
		return rc;
	rc = access_patient(a, str_of(name), AUDIT_AUDIT, c->verb->name,
	    patient, &candidates, e);
	cli_candidates(c, &candidates);
	return rc;
}

int audit_tool_seq(const struct cli *c, int i, int64_t *seq, struct ehr_err *e)
{
	if (!str_int(str_of(c->argv[i]), seq) || *seq < 1)
		return cli_usage(c, e, "an event is a number from 1");
	return 0;
}

struct audit_filter audit_tool_filter(const struct cli *c)
{
	return (struct audit_filter){
		.since = c->since_ms == INT64_MIN ? 0 : c->since_ms,
		.until = c->until_ms == INT64_MAX ? 0 : c->until_ms + 1,
	};
}

enum {
	FILES = CLI_DB | CLI_PLACE | CLI_FORCE,
	STEP = CLI_DB | CLI_DRY_RUN | CLI_TODAY | CLI_REASON,
};

static const struct cli_verb verbs[] = {
	{ "log", NULL, "List events",
	    CLI_DB | CLI_OUTPUT | CLI_RANGE | CLI_REASON, audit_log_opts, 0, 0,
	    false, audit_log },
	{ "who", "PATIENT", "Who looked at or changed a chart",
	    CLI_DB | CLI_OUTPUT | CLI_RANGE | CLI_REASON, NULL, 1, 1, false,
	    audit_who },
	{ "report", NULL, "Events and patients of each user",
	    CLI_DB | CLI_OUTPUT | CLI_RANGE | CLI_REASON, audit_report_opts, 0,
	    0, false, audit_report },
	{ "review", NULL, "Accesses that somebody should look at",
	    CLI_DB | CLI_OUTPUT | CLI_RANGE | CLI_REASON, audit_review_opts, 0,
	    0, false, audit_review },
	{ "show", "EVENT", "One event with its patients",
	    CLI_DB | CLI_OUTPUT | CLI_REASON, NULL, 1, 1, false, audit_show },
	{ "disclose", "PATIENT", "Record that data were given to somebody",
	    CLI_DB | CLI_DRY_RUN | CLI_TODAY | CLI_REASON, audit_disclose_opts,
	    1, 1, false, audit_disclose },
	{ "disclosures", "PATIENT", "Accounting of disclosures",
	    CLI_DB | CLI_OUTPUT | CLI_RANGE | CLI_TODAY | CLI_REASON,
	    audit_disclosures_opts, 1, 1, false, audit_disclosures },
	{ "suspend", "EVENT", "Give no accounting of a disclosure for a time",
	    CLI_DB | CLI_DRY_RUN | CLI_REASON, audit_suspend_opts, 1, 1, false,
	    audit_suspend },
	{ "requests add", "[PATIENT]", "Take in a request for data",
	    STEP | CLI_OUTPUT, audit_requests_add_opts, 0, 1, true,
	    audit_requests_add },
	{ "requests list", "[PATIENT]", "Requests, the most urgent first",
	    CLI_DB | CLI_OUTPUT | CLI_TODAY | CLI_REASON,
	    audit_requests_list_opts, 0, 1, true, audit_requests_list },
	{ "requests show", "REQUEST", "What happened to one",
	    CLI_DB | CLI_OUTPUT | CLI_REASON, NULL, 1, 1, false,
	    audit_requests_show },
	{ "requests extend", "REQUEST", "More time, with a written reason",
	    STEP, audit_requests_extend_opts, 1, 1, false,
	    audit_requests_extend },
	{ "requests close", "REQUEST", "Say how it was answered", STEP,
	    audit_requests_close_opts, 1, 1, false, audit_requests_close },
	{ "requests review", "REQUEST", "A review of the refusal is asked for",
	    STEP, audit_requests_step_opts, 1, 1, false,
	    audit_requests_review },
	{ "requests reopen", "REQUEST", "It was closed by mistake", STEP,
	    audit_requests_note_opts, 1, 1, false, audit_requests_reopen },
	{ "requests note", "REQUEST", "Add a remark", STEP,
	    audit_requests_note_opts, 1, 1, false, audit_requests_note },
	{ "export", NULL, "Events for other programs",
	    FILES | CLI_RANGE | CLI_REASON, audit_export_opts, 0, 0, false,
	    audit_export },
	{ "verify", "[SIZE ROOT]", "Check that the log is intact",
	    CLI_DB | CLI_OUTPUT, audit_check_opts, 0, 2, false,
	    audit_tool_verify },
	{ "signer new", "FILE", "Make a key that signs heads of the log",
	    CLI_DB | CLI_OUTPUT | CLI_REASON, audit_signer_new_opts, 1, 1,
	    false, audit_signer_new },
	{ "signer show", NULL, "The verifier key, and what was signed",
	    CLI_OUTPUT, audit_signer_opts, 0, 0, false, audit_signer_show },
	{ "checkpoint", NULL, "The head of the log, signed", FILES,
	    audit_signer_opts, 0, 0, false, audit_checkpoint },
	{ "witness", "FILE|DIR", "Compare with a checkpoint kept elsewhere, "
	    "renew it", CLI_DB | CLI_DRY_RUN, audit_signer_opts, 1, 1, false,
	    audit_witness },
	{ "publish", "DIR", "The log's hashes and head as files",
	    CLI_DB | CLI_DRY_RUN, audit_publish_opts, 1, 1, false,
	    audit_publish },
	{ "prove", "EVENT", "Prove that an event is in the log",
	    FILES | CLI_REASON, audit_check_opts, 1, 1, false, audit_prove },
	{ "consistency", "OLD [NEW]", "Prove that the log has only grown",
	    FILES, audit_check_opts, 1, 2, false, audit_consistency },
	{ "verify-proof", "FILE", "Check a proof, without a record",
	    CLI_OUTPUT, audit_check_opts, 1, 1, false, audit_verify_proof },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-audit",
	"Tell who saw and did what, from a log that shows tampering", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
