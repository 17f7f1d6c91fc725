/* chart.h - inside ehr-chart: what its verbs share. */
#ifndef CHART_H
#define CHART_H

#include "ehr/access.h"
#include "ehr/cli.h"
#include "ehr/view.h"

typedef int chart_verb(struct cli *c, struct ehr_err *e);
chart_verb chart_show, chart_timeline, chart_list, chart_trend, chart_history,
    chart_diff;
extern const struct cli_opt chart_show_opts[], chart_timeline_opts[],
    chart_list_opts[], chart_trend_opts[], chart_history_opts[],
    chart_diff_opts[];

/* -o of verbs that have a form for people. */
enum { CHART_AUTO = -1, CHART_TEXT, CHART_TSV, CHART_CSV, CHART_JSON,
	CHART_NDJSON };
#define CHART_FORMAT(to) \
	{ "output-format", 'o', CLI_CHOICE, 0, "text|tsv|csv|json|ndjson", \
	    "what to make of it", &(to), 0, 0 }
/* Text on a terminal when nothing was said, else TSV; sets c->format for the
 * printers of the other forms. */
bool chart_as_text(struct cli *c, int format);

/* A text, or that there is none. */
static inline struct str some(struct str s)
{
	return s.n ? s : STR_NONE;
}

/* Opens the record for reading and sets the practice's zone. */
int chart_open(struct cli *c, struct access *a, struct ehr_err *e);
/* Finds one patient and writes the audit event; candidates of an ambiguous
 * name go to standard error. */
int chart_patient(struct access *a, struct str name,
    const char *scope, int64_t *patient, struct ehr_err *e);
/* Candidates, one a line, to standard error. */
void chart_candidates(const struct buf *names);
/* What all views of these options have in common. */
struct view_opt chart_view_opt(const struct cli *c);
/* "SYS|CODE" or "CODE": parts of the option's text. */
void chart_code(const char *text, struct str *system, struct str *code);
/* Is the answer for a person on a terminal? */
bool chart_for_people(const struct cli *c);
/* A time of an entry: for people in the zone, else as the source has it. */
void chart_time(const struct cli *c, struct printer *p,
    const struct view_time *t);

#endif
