/*
 * csv.h - rows of fields (RFC 4180; tabs or other separators likewise).
 *
 * A stream of any length in flat memory. Fields may be quoted, a quote in them
 * doubled; lines end with LF or CRLF. A byte order mark is skipped.
 */
#ifndef EHR_CSV_H
#define EHR_CSV_H

#include "ehr/base.h"

enum { MAX_CSV_ROW = 1 << 20, MAX_CSV_FIELDS = 1024 };

struct csv_row {
	const struct str *field; /* borrowed until the next row */
	size_t n;
	uint64_t line; /* of its first byte, from 1 */
};
struct csv;

#define CSV_LINES '\n' /* a row is a line, one field, quotes are nothing */
/* Borrows in until csv_free(). sep 0: a tab when there is one in the first
 * 4 KiB, else a comma. */
struct csv *csv_new(struct in *in, char sep);
void csv_free(struct csv *c); /* NULL is fine */
void csv_freep(struct csv **c);
#define CSV_AUTO EHR_CLEANUP(csv_freep) struct csv
/* Takes what is not UTF-8, too. */
void csv_any_bytes(struct csv *c);
/* 1 and a row, an empty line left out; 0 at the end. EHR_EREJECT, with file
 * and line: something behind a closing quote, a quote that is never closed, a
 * row that is too long, bytes that are not UTF-8; there is no next one then. */
int csv_next(struct csv *c, struct csv_row *row, struct ehr_err *e);

#endif
