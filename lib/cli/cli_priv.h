/*
 * cli_priv.h - shared by the files of lib/cli.
 */
#ifndef CLI_PRIV_H
#define CLI_PRIV_H

#include "ehr/cli.h"

/* A shared option: who has it (0: every tool) and where struct cli keeps it.
 * Its opt.to stays NULL. */
struct cli_shared {
	unsigned bit;
	size_t at;
	struct cli_opt opt;
};
extern const struct cli_shared cli_shared[];
extern const size_t cli_shared_len;

bool cli_same_opt(const struct cli_opt *a, const struct cli_opt *b);
/* True when an own option of the verb takes the shared one's place. */
bool cli_replaced(const struct cli_verb *v, const struct cli_opt *shared);
int cli_times(struct cli *c, struct ehr_err *e);

/* The aligned table, cell by cell, row by row; lines are cut at limit columns
 * (0: never). */
struct table;
struct table *table_new(const struct print_col *col, size_t n, bool header,
    size_t limit);
void table_free(struct table *t);
/* Takes a cell (cleaned, no control characters). */
void table_cell(struct table *t, struct str text, bool right);
/* Appends what can be printed now, all of it at the end. */
void table_flush(struct table *t, struct buf *out, bool end);

#endif
