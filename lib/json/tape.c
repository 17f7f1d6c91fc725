/* tape.c - finding and comparing the values of a tape. */
#include <stdlib.h>

#include "json/parse.h"

void tape_release(struct tape *t)
{
	free(t->text);
	free(t->node);
	*t = TAPE_INIT;
}

void tape_put_string(struct tape *t, uint32_t i, struct str s)
{
	struct tape_node *n = &t->node[i];

	if (t->text_cap < t->len + s.n + TAPE_PAD) {
		t->text_cap = t->len + s.n + t->len / 4 + TAPE_PAD;
		t->text = xrealloc(t->text, t->text_cap);
	}
	memcpy(t->text + t->len, s.s, s.n);
	n->off = (uint32_t)t->len;
	n->len = (uint32_t)s.n;
	n->escaped = 0;
	t->len += s.n;
	t->text[t->len] = '\0';
}

static bool key_is(const struct tape *t, uint32_t k, struct str key)
{
	BUF_AUTO b = BUF_INIT;

	if (!t->node[k].escaped)
		return t->node[k].len == key.n &&
		    memcmp(t->text + t->node[k].off, key.s, key.n) == 0;
	json_unescape(&b, tape_str(t, k));
	return str_eq(buf_str(&b), key);
}

uint32_t tape_getn(const struct tape *t, uint32_t i, struct str key)
{
	if (t->node[i].type != TAPE_OBJECT)
		return 0;
	tape_each_key(t, i, k) {
		if (t->node[k].len != key.n && !t->node[k].escaped)
			continue;
		if (key_is(t, k, key))
			return k + 1;
	}
	return 0;
}

uint32_t tape_path(const struct tape *t, uint32_t i, const char *path)
{
	size_t n;

	for (;;) {
		while (t->node[i].type == TAPE_ARRAY) {
			i = tape_first(t, i);
			if (!i)
				return 0;
		}
		n = strcspn(path, ".");
		i = tape_getn(t, i, (struct str){ path, n });
		if (!i || !path[n])
			return i;
		path += n + 1;
	}
}

struct str tape_text(const struct tape *t, uint32_t i, struct buf *scratch)
{
	switch (tape_type(t, i)) {
	case TAPE_STRING:
		if (!t->node[i].escaped)
			return tape_str(t, i);
		buf_reset(scratch);
		json_unescape(scratch, tape_str(t, i));
		return buf_str(scratch);
	case TAPE_NUMBER:
	case TAPE_FALSE:
	case TAPE_TRUE:
		return tape_str(t, i);
	default:
		return STR_NONE;
	}
}

struct str tape_member(const struct tape *t, uint32_t i, const char *key,
    struct buf *scratch)
{
	uint32_t v = tape_get(t, i, key);

	return v ? tape_text(t, v, scratch) : STR_NONE;
}

/* ---- equality ---- */

static bool string_equal(const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	BUF_AUTO left = BUF_INIT;
	BUF_AUTO right = BUF_INIT;

	if (!a->node[i].escaped && !b->node[j].escaped)
		return str_eq(tape_str(a, i), tape_str(b, j));
	json_unescape(&left, tape_str(a, i));
	json_unescape(&right, tape_str(b, j));
	return str_eq(buf_str(&left), buf_str(&right));
}

static uint32_t count_keys(const struct tape *t, uint32_t i)
{
	uint32_t n = 0;

	tape_each_key(t, i, k)
		n++;
	return n;
}

/* Decoded keys of object j and where their values are. */
static void map_keys(struct strmap *m, const struct tape *t, uint32_t j)
{
	BUF_AUTO b = BUF_INIT;

	tape_each_key(t, j, k)
		*strmap_put(m, tape_text(t, k, &b), NULL) = k + 1;
}

/* Members in the same order are found at once; an object with many of them
 * in another order gets a map. */
static bool object_equal(const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	uint32_t value, at = tape_first(b, j), n = count_keys(a, i);
	struct strmap keys = STRMAP_INIT;
	BUF_AUTO scratch = BUF_INIT;
	int64_t *found;
	bool equal = false;

	if (n != count_keys(b, j))
		return false;
	tape_each_key(a, i, k) {
		if (at && string_equal(a, k, b, at)) {
			value = at + 1;
		} else if (n <= KEYS_WALK) {
			value = tape_getn(b, j, tape_text(a, k, &scratch));
		} else {
			if (!keys.count)
				map_keys(&keys, b, j);
			found = strmap_get(&keys, tape_text(a, k, &scratch));
			value = found ? (uint32_t)*found : 0;
		}
		if (!value || !tape_equal(a, k + 1, b, value))
			goto out;
		at = tape_after(b, j, value);
	}
	equal = true;
out:
	strmap_release(&keys);
	return equal;
}

static bool array_equal(const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	uint32_t k = tape_first(a, i), m = tape_first(b, j);

	while (k && m) {
		if (!tape_equal(a, k, b, m))
			return false;
		k = tape_after(a, i, k);
		m = tape_after(b, j, m);
	}
	return k == m;
}

/* Recurses as deep as the texts are nested: at most MAX_DEPTH. */
bool tape_equal(const struct tape *a, uint32_t i, const struct tape *b,
    uint32_t j)
{
	struct str x = tape_str(a, i), y = tape_str(b, j);

	if (tape_type(a, i) != tape_type(b, j))
		return false;
	if (str_eq(x, y))
		return true;
	switch (tape_type(a, i)) {
	case TAPE_STRING:
		return string_equal(a, i, b, j);
	case TAPE_ARRAY:
		return array_equal(a, i, b, j);
	case TAPE_OBJECT:
		return object_equal(a, i, b, j);
	default:
		return false;
	}
}
