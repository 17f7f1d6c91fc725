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
	COL_SCOPE, COL_OUTCOME, COL_BATCH, COL_PAIR, COL_PATIENT, COL_PATIENTS,
	COL_ROLE, COL_DEVICE, COL_LEAF
};

/* ---- ranges.c: whose data ---- */

struct ranges {
	struct audit_range *v;
	size_t n, cap;
	int64_t patients;	/* how many they hold */
};
#define RANGES_AUTO EHR_CLEANUP(ranges_release) struct ranges

/* Sorts and joins what touches; returns how many are left. */
size_t ranges_tidy(struct audit_range *r, size_t n);
void ranges_put(struct buf *b, const struct audit_range *r, size_t n);
/* Of bytes into ranges; false: not what ranges_put() writes. */
bool ranges_take(struct str bytes, struct ranges *out);
void ranges_add(struct ranges *out, struct audit_range r);
void ranges_release(struct ranges *r);

/* ---- leaf.c: an event as bytes ---- */

/* later: the event has a value in a column of version 2. */
void leaf_begin(struct buf *b, bool later);
/* Columns a leaf has. */
int leaf_columns(bool later);
void leaf_null(struct buf *b);
void leaf_int(struct buf *b, int64_t v);
void leaf_text(struct buf *b, struct str v);	/* v.s NULL: NULL */
/* All of the row s stands at, whatever types it has. */
void leaf_row(struct buf *b, struct stmt *s);
void leaf_blob(struct buf *b, struct str v);	/* the same */
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
