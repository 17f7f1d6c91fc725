/* impl.h - what the files of lib/audit share. */
#ifndef AUDIT_IMPL_H
#define AUDIT_IMPL_H

#include "ehr/audit.h"

enum audit_sql_id {
#define X(id, name, text, perm) SQL_##id,
#include "statements.def"
#undef X
};
extern const struct sql audit_sql[];

enum {
	TILE_BITS = 8,
	TILE_WIDTH = 1 << TILE_BITS,
	TILE_BYTES = TILE_WIDTH * MERKLE_HASH,
	TILE_LEVELS = 64 / TILE_BITS,
};

/* Columns of an event's row, in the order of every SELECT and of the leaf. */
enum event_column {
	COL_SEQ, COL_TIME, COL_USER, COL_TOOL, COL_ACTION, COL_PURPOSE,
	COL_SCOPE, COL_OUTCOME, COL_BATCH, COL_PAIR, COL_LEAF, COL_PATIENTS
};

/* ---- leaf.c: an event as bytes ---- */

void leaf_begin(struct buf *b);
void leaf_null(struct buf *b);
void leaf_int(struct buf *b, int64_t v);
void leaf_text(struct buf *b, struct str v);	/* v.s NULL: NULL */
/* Column i of the row s stands at, whatever type it has. */
void leaf_column(struct buf *b, struct stmt *s, int i);
void leaf_patients(struct buf *b, int64_t first, int64_t last);
void leaf_end(struct buf *b, uint8_t hash[MERKLE_HASH]);

/* ---- tile.c: the tree's hashes in the store ---- */

/* Adds count hashes from index first on of a level (0: leaves; else roots of
 * the tiles of the level below) to m, and to hashes unless that is NULL. */
int tile_gather(struct store *db, unsigned level, uint64_t first,
    unsigned count, struct merkle *m, struct buf *hashes, struct ehr_err *e);
/* Writes the tiles that are complete now that the log has size events. */
int tile_complete(struct store *db, uint64_t size, struct ehr_err *e);
/* The tree of the head; EHR_EINTEGRITY when it is in no proper form. */
int head_read(struct store *db, struct merkle *m, uint8_t root[MERKLE_HASH],
    struct ehr_err *e);
int head_write(struct store *db, const struct merkle *m, struct ehr_err *e);

#endif
