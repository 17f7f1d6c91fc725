/* What the packages of a run have in common: the same libraries and value sets
 * are kept, compiled and evaluated once. */
#include "quality/impl.h"

#include <stdlib.h>

/* ---- what is in it ---- */

void content_release(struct content *c)
{
	strmap_release(&c->at);
	free(c->digest);
	*c = (struct content){ .n = 0 };
}

static void key_of(struct buf *key, char kind, struct str name)
{
	buf_addch(key, kind);
	buf_addstr(key, name);
}

/* The digest of a name, zeros when it is new. */
static uint8_t *digest_of(struct content *c, struct str key)
{
	bool added;
	int64_t *at = strmap_put(&c->at, key, &added);

	if (added) {
		c->digest = xrealloc(c->digest,
		    (c->n + 1) * sizeof(*c->digest));
		memset(c->digest[c->n], 0, sizeof(*c->digest));
		*at = (int64_t)c->n++;
	}
	return c->digest[*at];
}

void content_add(struct content *c, char kind, struct str name,
    struct str text)
{
	struct sha256_ctx *sha = sha256_new();
	BUF_AUTO key = BUF_INIT;
	uint8_t *digest;

	key_of(&key, kind, name);
	digest = digest_of(c, buf_str(&key));
	sha256_update(sha, digest, sizeof(*c->digest));
	sha256_update(sha, text.s, text.n);
	sha256_final(sha, digest);
	sha256_free(sha);
}

bool content_has(const struct content *c, char kind, struct str name)
{
	BUF_AUTO key = BUF_INIT;

	key_of(&key, kind, name);
	return strmap_get(&c->at, buf_str(&key)) != NULL;
}

/* What both name must be the same. */
struct pair {
	struct content *to;
	const struct content *from;
	bool same;
};

static int compare(void *arg, struct str key, int64_t at)
{
	struct pair *p = arg;
	const int64_t *other = strmap_get(&p->to->at, key);

	if (other && memcmp(p->to->digest[*other], p->from->digest[at],
		sizeof(*p->to->digest)) != 0)
		p->same = false;
	return 0;
}

static int copy(void *arg, struct str key, int64_t at)
{
	struct pair *p = arg;

	memcpy(digest_of(p->to, key), p->from->digest[at],
	    sizeof(*p->to->digest));
	return 0;
}

bool base_fits(struct base *b, const struct content *c)
{
	struct pair p = { &b->content, c, b->open };

	strmap_each(&c->at, compare, &p);
	return p.same;
}

void base_note(struct base *b, const struct content *c)
{
	struct pair p = { &b->content, c, true };

	strmap_each(&c->at, copy, &p);
}

/* ---- bases ---- */

struct base *base_new(void)
{
	struct base *b = xcalloc(1, sizeof(*b));

	b->refs = 1;
	b->elm = elm_package_new();
	return b;
}

void base_leave(struct base *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	elm_package_free(b->elm);
	terms_release(&b->terms);
	content_release(&b->content);
	strmap_release(&b->read);
	arena_release(&b->names);
	free(b->name);
	free(b->set);
	free(b);
}

static struct str digest_key(const struct library_text *l)
{
	return (struct str){ (const char *)l->digest, sizeof(l->digest) };
}

struct str base_read(const struct base *b, const struct library_text *l)
{
	const int64_t *at = strmap_get(&b->read, digest_key(l));

	return at ? b->name[*at] : STR_NONE;
}

void base_take(struct base *b, struct library_text *l)
{
	bool added;
	int64_t *at = strmap_put(&b->read, digest_key(l), &added);

	if (!added)
		return;
	*at = (int64_t)b->read.count - 1;
	b->name = xrealloc(b->name, b->read.count * sizeof(*b->name));
	b->name[*at] = arena_str(&b->names, l->name);
	elm_package_take(b->elm, l->lib);
	l->lib = NULL;
}
