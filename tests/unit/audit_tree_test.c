/*
 * audit_tree_test.c - the Merkle tree against a naive one and against public
 * proof vectors.
 */
#include <fcntl.h>
#include <fts.h>

#include "ehr/audit.h"
#include "ehr/crypto.h"
#include "ehr/json.h"
#include "test.h"

enum { LEAVES = 70 };

static uint8_t leaf[LEAVES][MERKLE_HASH];

static void make_leaves(void)
{
	uint8_t bytes[2] = { 0 };
	int i;

	for (i = 0; i < LEAVES; i++) {
		bytes[1] = (uint8_t)i;
		sha256(bytes, sizeof(bytes), leaf[i]);
	}
}

/* MTH of the leaves [lo, hi), as RFC 6962 2.1 writes it. */
static void naive(uint64_t lo, uint64_t hi, uint8_t out[MERKLE_HASH])
{
	uint8_t block[1 + 2 * MERKLE_HASH] = { 1 };
	uint64_t k = 1;

	if (hi - lo == 0) {
		sha256("", 0, out);
	} else if (hi - lo == 1) {
		memcpy(out, leaf[lo], MERKLE_HASH);
	} else {
		while (2 * k < hi - lo)
			k *= 2;
		naive(lo, lo + k, block + 1);
		naive(lo + k, hi, block + 1 + MERKLE_HASH);
		sha256(block, sizeof(block), out);
	}
}

static int naive_node(void *arg, unsigned level, uint64_t index,
    uint8_t out[MERKLE_HASH], struct ehr_err *e)
{
	uint64_t *asked = arg;

	(void)e;
	(*asked)++;
	naive(index << level, (index + 1) << level, out);
	return 0;
}

/* PROOF and PATH as RFC 6962 2.1.1 and 2.1.2 write them, subtrees included. */
static void naive_proof(uint64_t lo, uint64_t hi, uint64_t start, uint64_t end,
    bool known, struct merkle_proof *p)
{
	uint64_t k = 1;

	if (lo == start && hi == end) {
		if (!known)
			naive(lo, hi, p->hash[p->n++]);
		return;
	}
	while (2 * k < hi - lo)
		k *= 2;
	if (end <= lo + k) {
		naive_proof(lo, lo + k, start, end, known, p);
		naive(lo + k, hi, p->hash[p->n++]);
		return;
	}
	if (start < lo + k) {
		known = false;
		start = lo + k;
	}
	naive_proof(lo + k, hi, start, end, known, p);
	naive(lo, lo + k, p->hash[p->n++]);
}

static struct str hash_str(const uint8_t h[MERKLE_HASH])
{
	return (struct str){ (const char *)h, MERKLE_HASH };
}

static void proof_str(const struct merkle_proof *p, struct str *s)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		s[i] = hash_str(p->hash[i]);
}

TEST(frontier_gives_every_root)
{
	struct merkle m = MERKLE_INIT;
	uint8_t want[MERKLE_HASH], got[MERKLE_HASH];
	uint64_t n;

	make_leaves();
	for (n = 0; n <= LEAVES; n++) {
		naive(0, n, want);
		merkle_root(&m, got);
		CHECK_INT(m.size, n);
		CHECK(memcmp(want, got, sizeof(want)) == 0);
		if (n < LEAVES)
			merkle_append(&m, leaf[n]);
	}
}

/* One proof made and checked, then checked with each hash spoilt. */
static void check_proof(uint64_t start, uint64_t end, uint64_t size)
{
	struct merkle_proof p, want = { 0 };
	struct str s[MERKLE_DEPTH + 1];
	uint8_t sub[MERKLE_HASH], all[MERKLE_HASH];
	uint64_t asked = 0;
	struct str root1, root2;
	size_t i;

	naive(start, end, sub);
	naive(0, size, all);
	root1 = hash_str(sub);
	root2 = hash_str(all);
	CHECK_INT(merkle_consistency(naive_node, &asked, start, end, size, &p,
	    NULL), 0);
	naive_proof(0, size, start, end, true, &want);
	CHECK_INT(p.n, want.n);
	CHECK(memcmp(p.hash, want.hash, p.n * MERKLE_HASH) == 0);
	CHECK(asked <= 64);
	proof_str(&p, s);
	CHECK(merkle_verify_subtree_consistency(start, end, size, root1, root2,
	    s, p.n));
	CHECK(p.n == 0 || !merkle_verify_subtree_consistency(start, end, size,
	    root1, root2, s, p.n - 1));
	s[p.n] = root1;
	CHECK(!merkle_verify_subtree_consistency(start, end, size, root1,
	    root2, s, p.n + 1));
	for (i = 0; i < p.n; i++) {
		p.hash[i][i] ^= 1;
		CHECK(!merkle_verify_subtree_consistency(start, end, size,
		    root1, root2, s, p.n));
		p.hash[i][i] ^= 1;
	}
}

TEST(every_proof_of_every_subtree)
{
	uint64_t start, end, size, made = 0;

	make_leaves();
	for (size = 1; size <= LEAVES; size++)
		for (start = 0; start < size; start++)
			for (end = start + 1; end <= size; end++) {
				if (!merkle_valid_subtree(start, end))
					continue;
				check_proof(start, end, size);
				made++;
			}
	CHECK(made > LEAVES * LEAVES);
}

TEST(every_inclusion_proof)
{
	struct merkle_proof p;
	struct str s[MERKLE_DEPTH + 1];
	uint8_t root[MERKLE_HASH];
	uint64_t index, size, other, asked = 0;

	make_leaves();
	for (size = 1; size <= LEAVES; size++) {
		naive(0, size, root);
		for (index = 0; index < size; index++) {
			CHECK_INT(merkle_inclusion(naive_node, &asked, index,
			    size, &p, NULL), 0);
			proof_str(&p, s);
			for (other = 0; other < LEAVES; other++)
				CHECK_INT(merkle_verify_inclusion(index, size,
				    hash_str(leaf[other]), hash_str(root), s,
				    p.n), other == index);
		}
	}
}

TEST(impossible_proofs_are_refused)
{
	struct merkle_proof p;
	struct ehr_err e;
	uint64_t asked = 0;

	CHECK_INT(merkle_inclusion(naive_node, &asked, 5, 5, &p, &e),
	    EHR_EUSAGE);
	CHECK_INT(merkle_consistency(naive_node, &asked, 0, 6, 5, &p, &e),
	    EHR_EUSAGE);
	CHECK_INT(merkle_consistency(naive_node, &asked, 1, 3, 5, &p, &e),
	    EHR_EUSAGE);
	CHECK_INT(merkle_consistency(naive_node, &asked, 3, 3, 5, &p, &e),
	    EHR_EUSAGE);
	CHECK_INT(asked, 0);
	CHECK(!merkle_valid_subtree(3, 2));
}

/* A hash of another length is none, wherever it stands in the proof. */
TEST(hashes_of_another_length_are_refused)
{
	uint8_t root[MERKLE_HASH], part[MERKLE_HASH];
	struct merkle_proof p = { .n = 0 };
	struct str path[MERKLE_DEPTH + 1];

	make_leaves();
	naive(0, 5, part);
	naive(0, 11, root);
	naive_proof(0, 11, 0, 5, true, &p);
	proof_str(&p, path);
	CHECK(merkle_verify_consistency(5, 11, hash_str(part), hash_str(root),
	    path, p.n));
	for (size_t i = 0; i < p.n; i++) {
		path[i].n--;
		CHECK(!merkle_verify_consistency(5, 11, hash_str(part),
		    hash_str(root), path, p.n));
		path[i].n++;
	}
	CHECK(!merkle_verify_consistency(5, 11, STR("x"), hash_str(root), path,
	    p.n));
	CHECK(!merkle_verify_consistency(5, 11, hash_str(part), STR("x"), path,
	    p.n));
	CHECK(!merkle_verify_inclusion(1, 11, STR("x"), hash_str(root), path,
	    p.n));
}

TEST(large_sizes_do_not_overflow)
{
	struct str none = STR("");

	CHECK(merkle_valid_subtree(0, UINT64_MAX));
	CHECK(!merkle_valid_subtree(1, (UINT64_C(1) << 63) + 2));
	CHECK(merkle_valid_subtree(UINT64_C(1) << 63, UINT64_MAX));
	CHECK(!merkle_verify_inclusion(UINT64_MAX - 1, UINT64_MAX,
	    hash_str(leaf[0]), hash_str(leaf[0]), &none, 1));
}

/* ---- vectors: one JSON file each ---- */

struct vector {
	struct tape t;
	struct str root[2], leaf, proof[80];
	struct buf bytes;
	size_t n;
	bool want_error;
};

static uint64_t number(const struct vector *v, const char *key)
{
	uint32_t i = tape_get(&v->t, 0, key);

	CHECK(i && tape_type(&v->t, i) == TAPE_NUMBER);
	return strtoull(tape_str(&v->t, i).s, NULL, 10);
}

/* The buffer has room for all: the slices stay where they are. */
static struct str bytes(struct vector *v, uint32_t i)
{
	size_t at = v->bytes.len;

	CHECK(i && tape_type(&v->t, i) == TAPE_STRING);
	CHECK(base64_decode(&v->bytes, tape_str(&v->t, i)));
	return (struct str){ v->bytes.s + at, v->bytes.len - at };
}

static void read_vector(struct vector *v, const char *path)
{
	static const char *const roots[] = { "root", "root1", "root2" };
	struct tape_error err;
	char text[16384];
	uint32_t k, proof;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text));
	close(fd);
	CHECK(n > 0 && n < (ssize_t)sizeof(text));
	CHECK_INT(tape_parse(&v->t, text, (size_t)n, &err), 0);
	buf_reset(&v->bytes);
	buf_grow(&v->bytes, (size_t)n);
	for (k = 0; k < ARRAY_LEN(roots); k++)
		if (tape_get(&v->t, 0, roots[k]))
			v->root[k / 2] = bytes(v, tape_get(&v->t, 0, roots[k]));
	if (tape_get(&v->t, 0, "leafHash"))
		v->leaf = bytes(v, tape_get(&v->t, 0, "leafHash"));
	v->n = 0;
	proof = tape_get(&v->t, 0, "proof");
	if (proof && tape_type(&v->t, proof) == TAPE_ARRAY)
		tape_each(&v->t, proof, i) {
			CHECK(v->n < ARRAY_LEN(v->proof));
			v->proof[v->n++] = bytes(v, i);
		}
	k = tape_get(&v->t, 0, "wantErr");
	CHECK(k);
	v->want_error = tape_type(&v->t, k) == TAPE_TRUE;
}

static bool run_inclusion(struct vector *v)
{
	return merkle_verify_inclusion(number(v, "leafIdx"),
	    number(v, "treeSize"), v->leaf, v->root[0], v->proof, v->n);
}

static bool run_consistency(struct vector *v)
{
	return merkle_verify_consistency(number(v, "size1"),
	    number(v, "size2"), v->root[0], v->root[1], v->proof, v->n);
}

static bool run_subtree_inclusion(struct vector *v)
{
	return merkle_verify_subtree_inclusion(number(v, "leafIdx"),
	    number(v, "start"), number(v, "end"), v->leaf, v->root[0],
	    v->proof, v->n);
}

static bool run_subtree_consistency(struct vector *v)
{
	return merkle_verify_subtree_consistency(number(v, "start"),
	    number(v, "end"), number(v, "size"), v->root[0], v->root[1],
	    v->proof, v->n);
}

/* All vectors below a folder; want: how many there are at least. */
static void run_folder(const char *folder, bool (*run)(struct vector *v),
    size_t want)
{
	struct vector v = { .bytes = BUF_INIT };
	char path[4096], *roots[] = { path, NULL };
	size_t count[2] = { 0, 0 };
	FTSENT *ent;
	FTS *fts;

	snprintf(path, sizeof(path), "%s/security/merkle/testdata/%s",
	    test_data(), folder);
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	CHECK(fts != NULL);
	while ((ent = fts_read(fts))) {
		if (ent->fts_info != FTS_F)
			continue;
		read_vector(&v, ent->fts_path);
		if (run(&v) == v.want_error)
			printf("%s\n", ent->fts_path);
		CHECK_INT(run(&v), !v.want_error);
		count[v.want_error]++;
	}
	fts_close(fts);
	tape_release(&v.t);
	buf_release(&v.bytes);
	CHECK(count[0] > 0 && count[0] + count[1] >= want);
}

TEST(vectors_inclusion)
{
	run_folder("inclusion", run_inclusion, 98);
}

TEST(vectors_consistency)
{
	run_folder("consistency", run_consistency, 98);
}

TEST(vectors_subtree_inclusion)
{
	run_folder("subtreeinclusion", run_subtree_inclusion, 204);
}

TEST(vectors_subtree_consistency)
{
	run_folder("subtreeconsistency", run_subtree_consistency, 118);
}
