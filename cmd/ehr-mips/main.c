/* main.c - ehr-mips: quality measures. */
#include "ehr/quality-owner.h"
#include "mips.h"
#include "score.h"

struct mips_opts mips_opts;

static const struct cli_opt eval_opts[] = {
#include "options.def"
	{ "by-patient", 0, CLI_FLAG, 0, NULL, "a row for each patient",
	    &mips_opts.by_patient, 0, 0 },
	{ "by", 0, CLI_CHOICE, 0, "provider|facility|tin",
	    "counts and score of each", &mips_opts.by, QUALITY_BY_PROVIDER,
	    0 },
	{ "episodes", 0, CLI_FLAG, 0, NULL,
	    "the episodes of each patient too (-o ndjson)", &mips_opts.episodes,
	    0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt patients_opts[] = {
#include "options.def"
	{ "population", 0, CLI_CHOICE, 0,
	    "numerator|not-met|exclusion|exception|denominator|initial",
	    "whom (numerator)", &mips_opts.population, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt gaps_opts[] = {
#include "options.def"
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt snapshot_make_opts[] = {
#include "options.def"
	{ "document", 0, CLI_LIST, 0, "FILE",
	    "what is sent, kept with it: QRDA, QPP JSON",
	    &mips_opts.documents, 0, 0 },
	{ "overrides", 0, CLI_TEXT, 0, "FILE",
	    "measure, patient, population, reason by tabs; never counted",
	    &mips_opts.overrides, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt snapshot_print_opts[] = {
	{ "document", 0, CLI_TEXT, 0, "NAME", "one document of it, as it came",
	    &mips_opts.document, 0, 0 },
	{ 0 },
};
static const struct cli_opt check_data_opts[] = {
#define ALL_MEASURES
#include "options.def"
#undef ALL_MEASURES
	{ "all", 'a', CLI_FLAG, 0, NULL, "what is in order, every local code",
	    &mips_opts.all, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt report_opts[] = {
#include "options.def"
	{ "type", 0, CLI_CHOICE, 0, "summary|subject-list|individual",
	    "of all, with who they are, or one each (summary)",
	    &mips_opts.report, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt compare_opts[] = {
#define OWN_PERIOD
#include "options.def"
#undef OWN_PERIOD
	{ "period", 0, CLI_LIST, CLI_REQUIRED, "P",
	    "twice: the earlier one, the later one", &mips_opts.periods, 0, 0 },
	{ "moved", 0, CLI_FLAG, 0, NULL, "who moved, and what changed",
	    &mips_opts.moved, 0, 0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt trend_opts[] = {
#include "options.def"
	{ "by", 0, CLI_CHOICE, 0, "month|quarter", "a point for each (month)",
	    &mips_opts.step, 0, 0 },
	{ "alone", 0, CLI_FLAG, 0, NULL,
	    "each month by itself, not from the period's start",
	    &mips_opts.alone, 0, 0 },
	{ "svg", 0, CLI_TEXT, 0, "FILE", "a picture of it", &mips_opts.svg, 0,
	    0 },
	{ "jobs", 'j', CLI_INT, 0, "N", "threads (1)", &mips_opts.jobs, 1, 64 },
	{ 0 },
};
static const struct cli_opt why_opts[] = {
#include "options.def"
	{ "bundle", 0, CLI_TEXT, 0, "FILE", "the patient, not of the record",
	    &mips_opts.bundle, 0, 0 },
	{ 0 },
};
static const struct cli_opt score_options[] = {
#include "score-options.def"
	{ "constants", 0, CLI_FLAG, 0, NULL,
	    "what may be set, its value and its source; no score",
	    &score_opts.constants, 0, 0 },
	{ "mvp", 0, CLI_TEXT, 0, "ID", "reported as that MIPS value pathway",
	    &score_opts.pathway, 0, 0 },
	{ 0 },
};

static const struct cli_opt advise_opts[] = {
#include "score-options.def"
	{ "mvp", 0, CLI_FLAG, 0, NULL, "MIPS value pathways instead of measures",
	    &score_opts.mvp, 0, 0 },
	{ 0 },
};
static const struct cli_opt qpp_opts[] = {
	{ "entity", 0, CLI_CHOICE, 0,
	    "individual|group|subgroup|virtualgroup|apm",
	    "who submits (individual)", &score_opts.entity, 0, 0 },
	{ "group-id", 0, CLI_TEXT, 0, "ID",
	    "of the subgroup, virtual group or APM entity",
	    &score_opts.group, 0, 0 },
	{ "tin", 0, CLI_TEXT, 0, "N", "taxpayer number",
	    &score_opts.tin, 0, 0 },
	{ "npi", 0, CLI_TEXT, 0, "N", "of an individual", &score_opts.npi, 0,
	    0 },
	{ "cehrt", 0, CLI_TEXT, 0, "ID", "CMS EHR certification id",
	    &score_opts.cehrt, 0, 0 },
	{ "program", 0, CLI_TEXT, 0, "NAME", "mips, or the id of an MVP (mips)",
	    &score_opts.program, 0, 0 },
#include "source-options.def"
	{ 0 },
};
static const struct cli_opt entry_add_opts[] = {
	{ "year", 0, CLI_INT, 0, "Y", "performance year (this one)",
	    &entry_opts.year, 2000, 2999 },
	{ "from", 0, CLI_TEXT, 0, "DATE", "first day it is of",
	    &entry_opts.from, 0, 0 },
	{ "to", 0, CLI_TEXT, 0, "DATE", "last day", &entry_opts.to, 0, 0 },
	{ "on", 0, CLI_TEXT, 0, "DATE", "when it was answered (today)",
	    &entry_opts.on, 0, 0 },
	{ "who", 0, CLI_TEXT, 0, "NAME", "who answers (you)",
	    &entry_opts.who, 0, 0 },
	{ "evidence", 0, CLI_TEXT, 0, "FILE", "its SHA-256 is kept",
	    &entry_opts.evidence, 0, 0 },
	{ "keep", 0, CLI_FLAG, 0, NULL, "keep the file itself, too",
	    &entry_opts.keep, 0, 0 },
	{ "note", 0, CLI_TEXT, 0, "TEXT", "more about it", &entry_opts.note, 0,
	    0 },
	{ "correct", 0, CLI_FLAG, 0, NULL, "in place of the answer that holds",
	    &entry_opts.correct, 0, 0 },
	{ 0 },
};
static const struct cli_opt entry_list_opts[] = {
	{ "year", 0, CLI_INT, 0, "Y", "of that performance year (all)",
	    &entry_opts.year, 2000, 2999 },
	{ "all", 'a', CLI_FLAG, 0, NULL, "what was replaced or withdrawn, too",
	    &entry_opts.all, 0, 0 },
	{ 0 },
};
static const struct cli_opt entry_withdraw_opts[] = {
	{ "note", 0, CLI_TEXT, CLI_REQUIRED, "TEXT", "why",
	    &entry_opts.note, 0, 0 },
	{ 0 },
};

static const struct cli_opt load_opts[] = {
	{ "year", 0, CLI_INT, 0, "Y", "performance year of a reference file",
	    &mips_opts.year, 2017, 2099 },
	{ 0 },
};
static const struct cli_opt qrda_opts[] = {
#define MEASURE_FLAGS 0
#include "options.def"
#include "qrda-options.def"
	{ 0 },
};
static const struct cli_opt qrda_check_opts[] = {
	{ "guids", 0, CLI_TEXT, 0, "FILE",
	    "QPP measures-data: look GUIDs up, too", &mips_opts.guids, 0, 0 },
	{ 0 },
};

enum { SHARED = CLI_DB | CLI_OUTPUT | CLI_REASON | CLI_TEST };

static const struct cli_verb verbs[] = {
	{ "eval", "[FILE...|-]", "who is in which population of a measure",
	    SHARED, eval_opts, 0, -1, false, eval },
	{ "patients", "[FILE...|-]", "those of a population, and why",
	    SHARED | CLI_TODAY, patients_opts, 0, -1, false, patients },
	{ "gaps", "[FILE...|-]", "who lacks something, and what",
	    SHARED | CLI_TODAY, gaps_opts, 0, -1, false, gaps },
	{ "check-data", "[FILE...|-]", "why measures find nobody",
	    SHARED, check_data_opts, 0, -1, false, check_data },
	{ "report", "[FILE...|-]", "FHIR MeasureReports",
	    SHARED | CLI_TODAY | CLI_FACILITY, report_opts, 0, -1, false,
	    report },
	{ "compare", "[FILE...|-]", "two periods, and who moved",
	    SHARED, compare_opts, 0, -1, false, compare },
	{ "trend", "[FILE...|-]", "the score month by month",
	    SHARED, trend_opts, 0, -1, false, trend },
	{ "snapshot make", "NAME", "keep a submission as it is now",
	    CLI_DB | CLI_DRY_RUN | CLI_REASON | CLI_TODAY | CLI_FACILITY,
	    snapshot_make_opts, 1, 1, false, snapshot_make },
	{ "snapshot list", NULL, "the submissions that are kept",
	    CLI_DB | CLI_OUTPUT, NULL, 0, 0, false, snapshot_list },
	{ "snapshot print", "NAME", "one of them, byte for byte",
	    CLI_DB | CLI_PLACE | CLI_FORCE | CLI_REASON, snapshot_print_opts,
	    1, 1, false, snapshot_print },
	{ "why", "[PATIENT]", "the expressions behind a patient's populations",
	    CLI_DB | CLI_REASON | CLI_TEST, why_opts, 0, 1, true, why },
	{ "load", "PKG...", "keep packages, or reference files of QPP",
	    CLI_DB | CLI_DRY_RUN | CLI_FORCE | CLI_REASON, load_opts, 1, -1,
	    false, kept_load },
	{ "valueset load", "FILE...", "keep value sets, FHIR or of the VSAC",
	    CLI_DB | CLI_DRY_RUN | CLI_FORCE | CLI_REASON, NULL, 1, -1, false,
	    kept_load },
	{ "unload", "NAME...", "keep them no longer",
	    CLI_DB | CLI_DRY_RUN | CLI_REASON, NULL, 1, -1, false,
	    kept_unload },
	{ "list", NULL, "what is kept", CLI_DB | CLI_OUTPUT, NULL, 0, 0, false,
	    kept_list },
#include "score-verbs.def"
	{ "qrda", "[FILE...|-]", "a QRDA document of the measures",
	    CLI_DB | CLI_REASON | CLI_TEST | CLI_PLACE | CLI_FORCE |
	    CLI_TODAY, qrda_opts, 0, -1, false, qrda },
	{ "qrda check", "[FILE...|-]", "what breaks the rules of a QRDA III",
	    CLI_OUTPUT, qrda_check_opts, 0, -1, false, qrda_check },
	{ "qrda read", "[FILE...|-]", "QRDA I as FHIR Bundles, one a line",
	    0, NULL, 0, -1, false, qrda_read },
	{ "qrda list", "[FILE...|-]", "the counts of a QRDA III",
	    CLI_OUTPUT, NULL, 0, -1, false, qrda_list },
	{ 0 },
};

static const struct cli_tool tool = { "ehr-mips",
	"quality measures of MIPS, run as CMS publishes them", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
