/* main.c - ehr-elig: its verbs. */
#include "elig-tool.h"

static const struct cli_opt ask_opts[] = {
	{ "for", 0, CLI_TEXT, 0, "DAY",
	    "who has an appointment on it: today, tomorrow, YYYY-MM-DD",
	    &ask_for, 0, 0 },
	{ "date", 0, CLI_TEXT, 0, "DAY", "day of service (today, --for)",
	    &ask_date, 0, 0 },
	{ "payer", 0, CLI_TEXT, 0, "KEY", "ask this payer alone", &ask_payer,
	    0, 0 },
	{ "provider", 0, CLI_TEXT, 0, "KEY",
	    "who asks (the first provider that bills)", &ask_provider, 0, 0 },
	{ "service-type", 0, CLI_TEXT, 0, "CODE,...",
	    "kinds of service (30); HC:99213 for a procedure", &ask_services,
	    0, 0 },
	{ "place", 0, CLI_TEXT, 0, "NN", "place of service (not said)",
	    &ask_place, 0, 0 },
	{ "diagnosis", 0, CLI_TEXT, CLI_HIDE, "CODE,...",
	    "what procedures are for, ICD-10-CM, the first the principal",
	    &ask_diagnoses, 0, 0 },
	{ "again", 0, CLI_FLAG, 0, NULL,
	    "ask also where an answer counts still", &ask_again, 0, 0 },
	{ "batch", 0, CLI_FLAG, 0, NULL,
	    "all inquiries of a receiver in one file", &ask_batch, 0, 0 },
	{ 0 },
};

static const struct cli_opt status_opts[] = {
	{ "for", 0, CLI_TEXT, 0, "DAY",
	    "who has an appointment on it: today, tomorrow, YYYY-MM-DD",
	    &status_for, 0, 0 },
	{ "unknown", 0, CLI_FLAG, 0, NULL,
	    "answers to nothing that was asked", &status_unknown, 0, 0 },
	{ 0 },
};
static const struct cli_opt send_opts[] = {
	{ "url", 0, CLI_TEXT, 0, "URL", "send there (the submitter's url)",
	    &send_url, 0, 0 },
	{ "dir", 0, CLI_TEXT, 0, "DIR",
	    "put the files there instead, for another program to send",
	    &send_dir, 0, 0 },
	{ 0 },
};
static const struct cli_opt estimate_opts[] = {
	{ "code", 0, CLI_TEXT, CLI_REQUIRED, "CODE,...",
	    "procedures, with modifiers as 99213:25", &estimate_codes, 0, 0 },
	{ "service-type", 0, CLI_TEXT, 0, "CODE",
	    "kind of service they are (98, an office visit)",
	    &estimate_service, 0, 0 },
	{ "network", 0, CLI_CHOICE, 0, "in|out",
	    "whether we are in the payer's network (not known)",
	    &estimate_network, 1, 0 },
	{ "place", 0, CLI_TEXT, 0, "NN", "place of service (11, an office)",
	    &estimate_place, 0, 0 },
	{ "date", 0, CLI_TEXT, 0, "DAY",
	    "day of service: today, tomorrow, YYYY-MM-DD", &estimate_date, 0,
	    0 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "ask", "[PATIENT...|-]", "Make inquiries (270)",
	    (CLI_WRITE & ~CLI_SOURCE) | CLI_FORMAT | CLI_HEADER | CLI_PLACE |
		CLI_TODAY, ask_opts, 0, -1, true, ask_run },
	{ "send", "[BATCH]", "Send inquiries that are due",
	    CLI_DB | CLI_REASON | CLI_FORMAT | CLI_HEADER, send_opts, 0, 1,
	    false, send_run },
	{ "sent", "[BATCH]", "List every time that a file was sent",
	    CLI_DB | CLI_REASON | CLI_OUTPUT, NULL, 0, 1, false, sent_run },
	{ "load", "FILE...", "Take in answers: 271, 999, TA1",
	    (CLI_WRITE & ~CLI_SOURCE) | CLI_OUTPUT, NULL, 1, -1, false,
	    load_run },
	{ "status", "[PATIENT...|-]", "List what is known of who is covered",
	    CLI_DB | CLI_OUTPUT | CLI_TODAY | CLI_REASON | CLI_GLASS,
	    status_opts, 0, -1, true, status_run },
	{ "show", "ANSWER", "Show an answer for the front desk",
	    CLI_DB | CLI_TODAY | CLI_REASON | CLI_GLASS | CLI_PLACE |
		CLI_FORCE, NULL, 1, 1, false, show_run },
	{ "estimate", "PATIENT", "Reckon what a patient would pay",
	    CLI_DB | CLI_TODAY | CLI_REASON | CLI_GLASS | CLI_PLACE |
		CLI_FORCE, estimate_opts, 1, 1, false, estimate_run },
	{ "apply", "ANSWER [NAME...]",
	    "List what the payer has otherwise, or take it over",
	    (CLI_WRITE & ~CLI_SOURCE) | CLI_OUTPUT, NULL, 1, -1, false,
	    apply_run },
	{ "undo", "BATCH", "Take inquiries or answers of a batch back",
	    CLI_WRITE & ~CLI_SOURCE, NULL, 1, 1, false, undo_run },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-elig",
	"Who is covered, and for what", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
