/* hash.c - the content hash of a resource. */
#include "impl.h"

/* The part of an object without some members, as pieces to be hashed. */
static void hash_rest(struct sha256_ctx *h, const char *from, const char *to)
{
	if (to > from)
		sha256_update(h, from, (size_t)(to - from));
}

static bool left_out(const struct tape *t, uint32_t key)
{
	struct str k = tape_str(t, key);

	return str_is(k, "versionId") || str_is(k, "lastUpdated");
}

/* Members of meta that count, each with its value, in order. */
static void hash_meta(struct sha256_ctx *h, const struct tape *t,
    uint32_t meta)
{
	tape_each_key(t, meta, k) {
		const char *from = t->text + t->node[k].off - 1;
		uint32_t v = k + 1;
		size_t end = t->node[v].off + t->node[v].len;

		if (left_out(t, k))
			continue;
		if (tape_type(t, v) == TAPE_STRING)
			end++;
		hash_rest(h, from, t->text + end);
		sha256_update(h, ",", 1);
	}
}

static bool meta_counts(const struct tape *t, uint32_t meta)
{
	tape_each_key(t, meta, k)
		if (!left_out(t, k))
			return true;
	return false;
}

void content_hash(const struct tape *t, uint32_t root, uint8_t hash[16])
{
	uint32_t meta = tape_get(t, root, "meta");
	const char *text = t->text + t->node[root].off;
	const char *end = text + t->node[root].len, *before, *after;
	uint8_t full[32];
	struct sha256_ctx *h;

	if (meta == 0 || tape_type(t, meta) != TAPE_OBJECT) {
		sha256(text, t->node[root].len, full);
		memcpy(hash, full, 16);
		return;
	}
	h = sha256_new();
	before = t->text + t->node[meta - 1].off - 1;
	after = t->text + t->node[meta].off + t->node[meta].len;
	if (meta_counts(t, meta)) {
		hash_rest(h, text, before);
		hash_meta(h, t, meta);
	} else { /* the same as no meta: its comma does not count either */
		after += *after == ',';
		hash_rest(h, text, before - (before[-1] == ',' &&
		    *after == '}'));
	}
	hash_rest(h, after, end);
	sha256_final(h, full);
	sha256_free(h);
	memcpy(hash, full, 16);
}
