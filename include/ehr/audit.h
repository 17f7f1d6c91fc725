/*
 * audit.h - who did what to whose data: an append-only log whose events are
 * the leaves of a Merkle tree (RFC 6962 2.1), in the record's own file.
 *
 * An event that goes with a change is written in the change's transaction.
 * Reading one patient: the event is committed before the first output byte.
 * Reading a set: `begin` with the scope first, `end` with the patients really
 * touched last; a begin without end counts as its whole scope.
 *
 * Patients are numbers here. Events hold no clinical content and no search
 * terms: names of sections, types and categories only.
 */
#ifndef EHR_AUDIT_H
#define EHR_AUDIT_H

#include "ehr/store.h"

/* ---- the tree: pure, knows no store ---- */

enum {
	MERKLE_HASH = 32,	/* bytes of SHA-256 */
	MERKLE_DEPTH = 64,	/* levels of the deepest tree */
};

/* The complete subtrees of a tree of size leaves, highest first: node[0] is
 * of height i, the highest bit of size; one per bit set. */
struct merkle {
	uint64_t size;
	uint8_t node[MERKLE_DEPTH][MERKLE_HASH];
};
#define MERKLE_INIT ((struct merkle){ 0 })

/* Hash of an inner node. That of a leaf is SHA-256 over 0x00 and its bytes. */
void merkle_node(const uint8_t left[MERKLE_HASH],
    const uint8_t right[MERKLE_HASH], uint8_t out[MERKLE_HASH]);
void merkle_append(struct merkle *m, const uint8_t leaf[MERKLE_HASH]);
void merkle_root(const struct merkle *m, uint8_t out[MERKLE_HASH]);
unsigned merkle_count(uint64_t size); /* subtrees in use: bits of size */

/* Where proofs are made from: the hash of the complete subtree of height
 * level that covers the leaves [index << level, (index + 1) << level). */
typedef int merkle_fn(void *arg, unsigned level, uint64_t index,
    uint8_t out[MERKLE_HASH], struct ehr_err *e);

struct merkle_proof {
	size_t n;
	uint8_t hash[MERKLE_DEPTH + 1][MERKLE_HASH];
};

/* Root of the leaves [start, end), a valid subtree (see below). */
int merkle_range(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint8_t out[MERKLE_HASH], struct ehr_err *e);
/* That leaf index is in the tree of size leaves (PATH, RFC 6962 2.1.1). */
int merkle_inclusion(merkle_fn *fn, void *arg, uint64_t index, uint64_t size,
    struct merkle_proof *proof, struct ehr_err *e);
/* That the subtree [start, end) is part of the tree of size leaves; with
 * start 0 it is PROOF of RFC 6962 2.1.2. A subtree is valid when start is a
 * multiple of the lowest power of two >= end - start. */
int merkle_consistency(merkle_fn *fn, void *arg, uint64_t start, uint64_t end,
    uint64_t size, struct merkle_proof *proof, struct ehr_err *e);
bool merkle_valid_subtree(uint64_t start, uint64_t end);

/* The verifiers take what somebody else sent: hashes of any length. */
bool merkle_verify_inclusion(uint64_t index, uint64_t size, struct str leaf,
    struct str root, const struct str *proof, size_t n);
/* Leaf index in the subtree [start, end) with this root. */
bool merkle_verify_subtree_inclusion(uint64_t index, uint64_t start,
    uint64_t end, struct str leaf, struct str root, const struct str *proof,
    size_t n);
bool merkle_verify_consistency(uint64_t size1, uint64_t size2,
    struct str root1, struct str root2, const struct str *proof, size_t n);
/* The empty subtree [i, i) has the root of no leaves and needs no proof. */
bool merkle_verify_subtree_consistency(uint64_t start, uint64_t end,
    uint64_t size, struct str root1, struct str root2,
    const struct str *proof, size_t n);

#endif
