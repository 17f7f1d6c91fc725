/* diff.c - the same resource at two times, field by field. */
#include "impl.h"

typedef int diff_fn(void *arg, struct str path, struct str old,
    struct str new_);

struct diff {
	const struct tape *a, *b;
	struct buf path, old, new_;
	diff_fn *fn;
	void *arg;
};

/* A scalar's text, decoded; 0 is no node here. */
static struct str scalar(const struct tape *t, uint32_t i, struct buf *b)
{
	if (!t)
		return STR_NONE;
	buf_reset(b);
	return tape_text(t, i, b);
}

static int differ(struct diff *d, const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j);

/* Goes into member or element of a, b, or both (NULL: not in that one). */
static int into(struct diff *d, struct str name, long index,
    const struct tape *a, uint32_t i, const struct tape *b, uint32_t j)
{
	size_t before = d->path.len;
	int rc;

	if (name.s) {
		if (before)
			buf_addch(&d->path, '.');
		buf_addstr(&d->path, name);
	} else {
		buf_addf(&d->path, "[%ld]", index);
	}
	rc = differ(d, a, i, b, j);
	d->path.len = before;
	d->path.s[before] = '\0';
	return rc;
}

static int members(struct diff *d, const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	uint32_t v;
	int rc = 0;

	if (a)
		tape_each_key(a, i, k) {
			v = b ? tape_getn(b, j, tape_str(a, k)) : 0;
			rc = into(d, tape_str(a, k), 0, a, k + 1, v ? b :
			    NULL, v);
			if (rc)
				return rc;
		}
	if (b)
		tape_each_key(b, j, k) {
			if (a && tape_getn(a, i, tape_str(b, k)))
				continue;
			rc = into(d, tape_str(b, k), 0, NULL, 0, b, k + 1);
			if (rc)
				return rc;
		}
	return 0;
}

static int elements(struct diff *d, const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	uint32_t x = a ? tape_first(a, i) : 0, y = b ? tape_first(b, j) : 0;
	int rc = 0;

	for (long n = 0; rc == 0 && (x || y); n++) {
		rc = into(d, STR_NONE, n, x ? a : NULL, x, y ? b : NULL, y);
		x = x ? tape_after(a, i, x) : 0;
		y = y ? tape_after(b, j, y) : 0;
	}
	return rc;
}

static int leaf(struct diff *d, const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	struct str old = scalar(a, i, &d->old), new_ = scalar(b, j, &d->new_);

	if (a && b && str_eq(old, new_))
		return 0;
	return d->fn(d->arg, buf_str(&d->path), old, new_);
}

static int differ(struct diff *d, const struct tape *a, uint32_t i,
    const struct tape *b, uint32_t j)
{
	enum tape_type type = a ? tape_type(a, i) : tape_type(b, j);
	int rc;

	if (a && b && tape_type(b, j) != type) {
		rc = differ(d, a, i, NULL, 0);
		return rc ? rc : differ(d, NULL, 0, b, j);
	}
	if (a && b && str_eq(tape_str(a, i), tape_str(b, j)))
		return 0;
	if (type == TAPE_OBJECT)
		return members(d, a, i, b, j);
	if (type == TAPE_ARRAY)
		return elements(d, a, i, b, j);
	return leaf(d, a, i, b, j);
}

int view_diff(const struct tape *a, const struct tape *b, diff_fn *fn,
    void *arg)
{
	struct diff d = { a, b, BUF_INIT, BUF_INIT, BUF_INIT, fn, arg };
	int rc = differ(&d, a, 0, b, 0);

	buf_release(&d.path);
	buf_release(&d.old);
	buf_release(&d.new_);
	return rc;
}
