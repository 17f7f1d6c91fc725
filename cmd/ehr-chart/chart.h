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

/* Opens the record for reading and sets the practice's zone. */
int chart_open(struct cli *c, struct access *a, struct ehr_err *e);
/* Finds one patient and writes the audit event; candidates of an ambiguous
 * name go to standard error. */
int chart_patient(struct cli *c, struct access *a, struct str name,
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
/* Writes a page to -O or standard output. */
int chart_write(const struct cli *c, const struct buf *b, struct ehr_err *e);

#endif
