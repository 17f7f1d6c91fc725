/* hash.c - the content hash of a resource. */
#include "impl.h"

enum { KEEP_BYTES = 1 << 20 };

static void add(struct buf *b, const char *from, const char *to)
{
	if (to > from)
		buf_add(b, from, (size_t)(to - from));
}

static bool left_out(const struct tape *t, uint32_t key)
{
	struct str k = tape_str(t, key);

	return str_is(k, "versionId") || str_is(k, "lastUpdated");
}

/* Members of meta that count, each with its value, in order. */
static void add_meta(struct buf *b, const struct tape *t, uint32_t meta)
{
	tape_each_key(t, meta, k) {
		const char *from = t->text + t->node[k].off - 1;
		uint32_t v = k + 1;
		size_t end = t->node[v].off + t->node[v].len;

		if (left_out(t, k))
			continue;
		if (tape_type(t, v) == TAPE_STRING)
			end++;
		add(b, from, t->text + end);
		buf_addch(b, ',');
	}
}

static bool meta_counts(const struct tape *t, uint32_t meta)
{
	tape_each_key(t, meta, k)
		if (!left_out(t, k))
			return true;
	return false;
}

/* What counts of an object with a meta, in b. */
static void add_all(struct buf *b, const struct tape *t, uint32_t root,
    uint32_t meta)
{
	const char *text = t->text + t->node[root].off;
	const char *before = t->text + t->node[meta - 1].off - 1;
	const char *after = t->text + t->node[meta].off + t->node[meta].len;

	if (meta_counts(t, meta)) {
		add(b, text, before);
		add_meta(b, t, meta);
	} else { /* the same as no meta: its comma does not count either */
		after += *after == ',';
		add(b, text, before - (before[-1] == ',' && *after == '}'));
	}
	add(b, after, text + t->node[root].len);
}

void content_hash(const struct tape *t, uint32_t root, struct buf *scratch,
    uint8_t hash[16])
{
	uint32_t meta = tape_get(t, root, "meta");
	struct str counts = tape_str(t, root);
	uint8_t full[SHA256_LEN];

	if (meta && tape_type(t, meta) == TAPE_OBJECT) {
		buf_reset(scratch);
		add_all(scratch, t, root, meta);
		counts = buf_str(scratch);
	}
	sha256(counts.s, counts.n, full);
	memcpy(hash, full, 16);
	if (scratch->cap > KEEP_BYTES)
		buf_release(scratch);
}
