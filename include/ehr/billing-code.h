/*
 * billing-code.h - official code tables: ICD-10-CM, HCPCS, places of service,
 * medically unlikely edits and pairs of NCCI, by the day of the service.
 *
 * Tables are loaded from the files of CMS and CDC; none comes with the program.
 * What is not loaded is not judged.
 */
#ifndef EHR_BILLING_CODE_H
#define EHR_BILLING_CODE_H

#include "ehr/access.h"

/* X(ID, name, what the file is) */
#define CODE_KIND_TABLE(X)                                                    \
	X(ICD, "icd10cm", "order file of ICD-10-CM, a year")                  \
	X(ADDENDA, "icd10cm-addenda", "addenda of that order file")           \
	X(HCPCS, "hcpcs", "contractor file of HCPCS, fixed columns")          \
	X(MUE, "mue", "medically unlikely edits, practitioners")              \
	X(PTP, "ptp", "pairs of NCCI, practitioners, one of its files")       \
	X(PLACE, "pos", "places of service, CSV")
enum code_kind {
#define X(id, name, help) CODE_##id,
	CODE_KIND_TABLE(X)
#undef X
	CODE_KINDS
};
const char *code_kind_name(enum code_kind kind);
enum code_kind code_kind(struct str name); /* CODE_KINDS: none */

#define CODE_BATCH "codes" /* kind of the batches */

/* ---- loading, in the batch of access_rows_begin() ---- */

/* Loads a file that holds from day ("YYYY-MM-DD"; "" takes the day that the
 * name of an order file tells, or for pairs and places 1 January 1970): 1 and
 * the rows in n->inserted; 0: the same file is loaded already, and what was
 * written has to be rolled back. EHR_EREJECT with file and line. */
int code_load(struct access *a, int64_t batch, enum code_kind kind,
    const char *file, struct str day, struct batch_counts *n,
    struct ehr_err *e);
/* Takes the tables of a batch away. */
int code_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

struct code_load_row {
	int64_t id, rows, batch;
	struct str kind, first; /* borrowed for the call */
};
int code_loads(struct store *db,
    int (*fn)(void *arg, const struct code_load_row *row), void *arg,
    struct ehr_err *e);

/* ---- asking ---- */

enum code_state {
	CODE_UNLOADED, /* there is no table of that day */
	CODE_ABSENT,
	CODE_HEADER,   /* of ICD-10-CM: more characters are needed */
	CODE_VALID,
};
/* Codes without points, in capitals; day "YYYY-MM-DD". Negative: an error. */
int code_icd(struct store *db, struct str code, struct str day,
    struct ehr_err *e);
int code_hcpcs(struct store *db, struct str code, struct str day,
    struct ehr_err *e);
int code_modifier(struct store *db, struct str code, struct str day,
    struct ehr_err *e);
int code_place(struct store *db, struct str code, struct str day,
    struct ehr_err *e);

/* Units that are medically likely at most: 1, 0 there is no edit. mai: 1 a
 * line, 2 a day by policy, 3 a day by clinical data. */
struct code_mue {
	int64_t units;
	int mai;
};
int code_mue(struct store *db, struct str code, struct str day,
    struct code_mue *m, struct ehr_err *e);
/* Is two part of one (column 2, column 1) on that day? 1 and modifier 0 (never
 * both), 1 (both with a modifier), 9; 0: no. */
int code_pair(struct store *db, struct str one, struct str two,
    struct str day, int *modifier, struct ehr_err *e);

#endif
