/*
 * tile.c - the tree's hashes in the store: the head with its frontier, and
 * completed tiles of 256 hashes, level above level.
 */
#include "ehr/crypto.h"
#include "impl.h"

const struct sql audit_sql[] = {
#define X(id, name, text, perm) [SQL_##id] = { name, text, perm },
#include "statements.def"
#undef X
};

int tile_gather(struct store *db, unsigned level, uint64_t first,
    unsigned count, struct merkle *m, struct buf *hashes, struct ehr_err *e)
{
	struct stmt *s = store_sql(db,
	    &audit_sql[level == 0 ? SQL_LEAVES : SQL_TILE_ROOTS]);
	struct str hash;
	unsigned n = 0;
	int rc;

	stmt_int(s, 1, level);
	stmt_int(s, 2, (int64_t)first);
	stmt_int(s, 3, (int64_t)(first + count));
	while ((rc = stmt_step(s, e)) > 0) {
		hash = stmt_col(s, 0);
		if (hash.n != MERKLE_HASH)
			break;
		merkle_append(m, (const uint8_t *)hash.s);
		if (hashes)
			buf_addstr(hashes, hash);
		n++;
	}
	stmt_reset(s);
	if (rc >= 0 && n != count)
		rc = ehr_fail(e, EHR_EINTEGRITY, "audit log: hashes of level "
		    "%u from %llu on are not whole", level,
		    (unsigned long long)first);
	return rc;
}

static int tile_write(struct store *db, unsigned level, uint64_t index,
    struct ehr_err *e)
{
	struct stmt *s;
	struct merkle m = { .size = 0 };
	BUF_AUTO hashes = BUF_INIT;
	int rc;

	buf_grow(&hashes, TILE_BYTES);
	rc = tile_gather(db, level, index * TILE_WIDTH, TILE_WIDTH, &m,
	    &hashes, e);
	if (rc < 0)
		return rc;
	s = store_sql(db, &audit_sql[SQL_APPEND_TILE]);
	stmt_int(s, 1, level);
	stmt_int(s, 2, (int64_t)index);
	stmt_blob(s, 3, hashes.s, hashes.len);
	stmt_blob(s, 4, m.node[0], MERKLE_HASH);
	return stmt_run(s, e);
}

int tile_complete(struct store *db, uint64_t size, struct ehr_err *e)
{
	unsigned level;
	int rc = 0;

	for (level = 0; rc == 0 && size % TILE_WIDTH == 0; level++) {
		size /= TILE_WIDTH;
		rc = tile_write(db, level, size - 1, e);
	}
	return rc;
}

/* Takes the head from the row s stands at; false when it is no head. */
static bool head_take(struct stmt *s, struct merkle *m,
    uint8_t root[MERKLE_HASH])
{
	struct str hash, nodes;

	if (stmt_type(s, 0) != STMT_INT || stmt_type(s, 1) != STMT_INT ||
	    stmt_type(s, 2) != STMT_BLOB || stmt_type(s, 3) != STMT_BLOB)
		return false;
	hash = stmt_col(s, 2);
	nodes = stmt_col(s, 3);
	m->size = (uint64_t)stmt_col_int(s, 1);
	if (stmt_col_int(s, 0) != 1 || m->size > INT64_MAX ||
	    hash.n != MERKLE_HASH ||
	    nodes.n != MERKLE_HASH * merkle_count(m->size))
		return false;
	memcpy(root, hash.s, MERKLE_HASH);
	memcpy(m->node, nodes.s, nodes.n);
	return true;
}

int head_read(struct store *db, struct merkle *m, uint8_t root[MERKLE_HASH],
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_HEAD]);
	int rc = stmt_step(s, e);
	bool whole = rc > 0 && head_take(s, m, root);

	if (whole)
		rc = stmt_step(s, e);
	stmt_reset(s);
	if (rc >= 0 && (!whole || rc > 0))
		rc = ehr_fail(e, EHR_EINTEGRITY, "audit log: head: not one "
		    "row of size, root and frontier");
	return rc;
}

int head_write(struct store *db, const struct merkle *m, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_HEAD_SET]);
	uint8_t root[MERKLE_HASH];

	merkle_root(m, root);
	stmt_int(s, 1, (int64_t)m->size);
	stmt_blob(s, 2, root, sizeof(root));
	stmt_blob(s, 3, m->node, MERKLE_HASH * merkle_count(m->size));
	return stmt_run(s, e);
}
