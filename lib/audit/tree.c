/*
 * tree.c - the Merkle tree of RFC 6962 2.1: frontier, roots and proofs.
 *
 * A proof is one walk: down from the whole tree to the subtree, then up with
 * a hash a step. An inclusion proof is that of the subtree of one leaf; a
 * consistency proof is that of the subtree [0, size1).
 */
#include <assert.h>

#include "ehr/audit.h"
#include "ehr/crypto.h"

void merkle_node(const uint8_t left[MERKLE_HASH],
    const uint8_t right[MERKLE_HASH], uint8_t out[MERKLE_HASH])
{
	uint8_t block[1 + 2 * MERKLE_HASH] = { 1 };

	memcpy(block + 1, left, MERKLE_HASH);
	memcpy(block + 1 + MERKLE_HASH, right, MERKLE_HASH);
	sha256(block, sizeof(block), out);
}

unsigned merkle_count(uint64_t size)
{
	return (unsigned)__builtin_popcountll(size);
}

void merkle_append(struct merkle *m, const uint8_t leaf[MERKLE_HASH])
{
	unsigned at = merkle_count(m->size);
	uint64_t size;

	memcpy(m->node[at], leaf, MERKLE_HASH);
	for (size = m->size; size & 1; size >>= 1, at--)
		merkle_node(m->node[at - 1], m->node[at], m->node[at - 1]);
	m->size++;
}

void merkle_root(const struct merkle *m, uint8_t out[MERKLE_HASH])
{
	unsigned at = merkle_count(m->size);

	if (at == 0) {
		sha256("", 0, out);
		return;
	}
	memcpy(out, m->node[--at], MERKLE_HASH);
	while (at-- > 0)
		merkle_node(m->node[at], out, out);
}

/* The highest power of two below n; n >= 2. */
static uint64_t split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

bool merkle_valid_subtree(uint64_t start, uint64_t end)
{
	uint64_t n = end - start;

	if (end < start)
		return false;
	if (n < 2 || start == 0)
		return true;
	if (n > UINT64_C(1) << 63)
		return false;
	return start % (split(n) << 1) == 0;
}

/*
 * The way from a tree down to one of its subtrees. Each step halves the tree
 * [lo, hi): what is looked for lies left, right, or (AROUND) is the left half
 * and more: then its end is looked for in the right half.
 */
enum turn { LEFT, RIGHT, AROUND };

struct path {
	unsigned n;
	bool whole;	/* ends at the subtree itself, not at a part of it */
	uint64_t lo, hi;	/* what it ends at */
	struct {
		enum turn turn;
		uint64_t lo, hi;	/* the half not gone to */
	} step[MERKLE_DEPTH];
};

static void path_find(struct path *p, uint64_t start, uint64_t end,
    uint64_t size)
{
	uint64_t mid;

	p->n = 0;
	p->whole = true;
	p->lo = 0;
	p->hi = size;
	while (p->lo != start || p->hi != end) {
		mid = p->lo + split(p->hi - p->lo);
		if (end <= mid) {
			p->step[p->n].turn = LEFT;
			p->step[p->n].lo = mid;
			p->step[p->n++].hi = p->hi;
			p->hi = mid;
			continue;
		}
		p->step[p->n].turn = RIGHT;
		p->step[p->n].lo = p->lo;
		p->step[p->n].hi = mid;
		p->lo = mid;
		if (start < mid) {
			p->step[p->n].turn = AROUND;
			p->whole = false;
			start = mid;
		}
		p->n++;
	}
}

/* ---- making ---- */

int merkle_range(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint8_t out[MERKLE_HASH], struct ehr_err *e)
{
	uint8_t part[MERKLE_DEPTH][MERKLE_HASH];
	unsigned level, n = 0;
	uint64_t left;
	int rc;

	assert(merkle_valid_subtree(start, end));
	if (start == end)
		sha256("", 0, out);
	for (left = end - start; left > 0; left -= UINT64_C(1) << level) {
		level = 63 - (unsigned)__builtin_clzll(left);
		rc = fn(arg, level, (end - left) >> level, part[n++], e);
		if (rc < 0)
			return rc;
	}
	if (n > 0)
		memcpy(out, part[--n], MERKLE_HASH);
	while (n-- > 0)
		merkle_node(part[n], out, out);
	return 0;
}

int merkle_consistency(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint64_t size, struct merkle_proof *proof, struct ehr_err *e)
{
	struct path p;
	int rc = 0;

	proof->n = 0;
	if (start >= end || end > size || !merkle_valid_subtree(start, end))
		return ehr_fail(e, EHR_EUSAGE, "merkle: no such subtree");
	path_find(&p, start, end, size);
	if (!p.whole)
		rc = merkle_range(fn, arg, p.lo, p.hi,
		    proof->hash[proof->n++], e);
	while (rc == 0 && p.n-- > 0)
		rc = merkle_range(fn, arg, p.step[p.n].lo, p.step[p.n].hi,
		    proof->hash[proof->n++], e);
	return rc;
}

int merkle_inclusion(merkle_fn *fn, void *arg, uint64_t index, uint64_t size,
    struct merkle_proof *proof, struct ehr_err *e)
{
	if (index >= size) {
		proof->n = 0;
		return ehr_fail(e, EHR_EUSAGE, "merkle: no such leaf");
	}
	return merkle_consistency(fn, arg, index, index + 1, size, proof, e);
}

/* ---- checking ---- */

/* One hash of somebody else's; false when it is none. */
static bool take(struct str s, uint8_t out[MERKLE_HASH])
{
	if (s.n != MERKLE_HASH)
		return false;
	memcpy(out, s.s, MERKLE_HASH);
	return true;
}

/* Folds a proof up the path: sub becomes the subtree's root, all the tree's. */
static bool fold(const struct path *p, const struct str *proof,
    uint8_t sub[MERKLE_HASH], uint8_t all[MERKLE_HASH])
{
	uint8_t hash[MERKLE_HASH];
	unsigned i;

	for (i = p->n; i-- > 0; proof++) {
		if (!take(*proof, hash))
			return false;
		if (p->step[i].turn == LEFT) {
			merkle_node(all, hash, all);
			continue;
		}
		merkle_node(hash, all, all);
		if (p->step[i].turn == AROUND)
			merkle_node(hash, sub, sub);
	}
	return true;
}

bool merkle_verify_subtree_consistency(uint64_t start, uint64_t end,
    uint64_t size, struct str root1, struct str root2,
    const struct str *proof, size_t n)
{
	uint8_t sub[MERKLE_HASH], all[MERKLE_HASH];
	struct path p;

	if (end > size || !merkle_valid_subtree(start, end))
		return false;
	if (start == end) {
		sha256("", 0, sub);
		return n == 0 &&
		    str_eq(root1, (struct str){ (char *)sub, sizeof(sub) });
	}
	if (start == 0 && end == size)
		return n == 0 && str_eq(root1, root2);
	path_find(&p, start, end, size);
	if (n != p.n + !p.whole || !take(p.whole ? root1 : *proof, sub))
		return false;
	memcpy(all, sub, sizeof(all));
	return fold(&p, proof + !p.whole, sub, all) &&
	    str_eq(root1, (struct str){ (char *)sub, sizeof(sub) }) &&
	    str_eq(root2, (struct str){ (char *)all, sizeof(all) });
}

bool merkle_verify_consistency(uint64_t size1, uint64_t size2,
    struct str root1, struct str root2, const struct str *proof, size_t n)
{
	return size1 > 0 && merkle_verify_subtree_consistency(0, size1, size2,
	    root1, root2, proof, n);
}

bool merkle_verify_subtree_inclusion(uint64_t index, uint64_t start,
    uint64_t end, struct str leaf, struct str root, const struct str *proof,
    size_t n)
{
	if (index < start || index >= end || !merkle_valid_subtree(start, end))
		return false;
	return leaf.n == MERKLE_HASH && merkle_verify_subtree_consistency(
	    index - start, index - start + 1, end - start, leaf, root, proof,
	    n);
}

bool merkle_verify_inclusion(uint64_t index, uint64_t size, struct str leaf,
    struct str root, const struct str *proof, size_t n)
{
	return merkle_verify_subtree_inclusion(index, 0, size, leaf, root,
	    proof, n);
}
