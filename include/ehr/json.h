/*
 * json.h - JSON texts (RFC 8259).
 *
 * The tape is the read path of every resource: one pass checks the text,
 * writes it minified and lists its values in document order. No allocation
 * per value; numbers and strings stay slices of the minified text, so 1.10
 * stays 1.10. Documents are built with jansson (json_build.h functions below).
 */
#ifndef EHR_JSON_H
#define EHR_JSON_H

#include "ehr/base.h"

enum tape_type {
	TAPE_NULL, TAPE_FALSE, TAPE_TRUE, TAPE_NUMBER, TAPE_STRING, TAPE_ARRAY,
	TAPE_OBJECT
};

/* A value, or a key of an object (then a TAPE_STRING; its value follows it).
 * off and len cover the minified text: of a string what stands between the
 * quotes (still escaped), of a container its brackets too. */
struct tape_node {
	uint32_t off, len;
	uint32_t next;		/* index behind this value's last descendant */
	uint8_t type;		/* enum tape_type */
	uint8_t escaped;	/* a string with backslashes */
	uint16_t depth;
};

#define TAPE_MAX_NODES (16U << 20) /* values and keys of one text */

/* node[0] is the document. Reused from text to text without freeing. */
struct tape {
	char *text;		/* minified, terminated; owned */
	size_t len;
	struct tape_node *node; /* owned */
	uint32_t count;
	size_t text_cap;
	uint32_t node_cap;
};
#define TAPE_INIT ((struct tape){ 0 })

/* Where and why a text was refused; offset counts bytes of the input. */
struct tape_error {
	enum diag_id id;	/* DIAG_JSON_... */
	size_t offset;
	const char *text;	/* own words, static */
};

/* Reads exactly one JSON text of n bytes (blanks around it allowed, no byte
 * order mark), full RFC 8259 check with UTF-8 (RFC 3629), depth at most
 * MAX_DEPTH, keys of an object unique. Returns 0, or EHR_EREJECT with err. */
int tape_parse(struct tape *t, const char *s, size_t n, struct tape_error *err);
void tape_release(struct tape *t);
#define TAPE_AUTO EHR_CLEANUP(tape_release) struct tape

/* Children: index of the first child (array element or key), 0 when none;
 * the next one after i, 0 at the end of parent. The value of key k is k + 1. */
static inline uint32_t tape_first(const struct tape *t, uint32_t parent)
{
	return t->node[parent].next > parent + 1 ? parent + 1 : 0;
}
static inline uint32_t tape_after(const struct tape *t, uint32_t parent,
    uint32_t i)
{
	return t->node[i].next < t->node[parent].next ? t->node[i].next : 0;
}
#define tape_each(t, parent, i) \
	for (uint32_t i = tape_first(t, parent); i; i = tape_after(t, parent, i))
/* Keys: step over key and value. */
#define tape_each_key(t, parent, k) \
	for (uint32_t k = tape_first(t, parent); k; \
	     k = tape_after(t, parent, k + 1))

static inline enum tape_type tape_type(const struct tape *t, uint32_t i)
{
	return (enum tape_type)t->node[i].type;
}
/* Slice of the minified text: see struct tape_node. Borrowed from t. */
static inline struct str tape_str(const struct tape *t, uint32_t i)
{
	return (struct str){ t->text + t->node[i].off, t->node[i].len };
}
/* Value of a member of object i, or 0 (also when i is no object). Keys with
 * escapes are compared decoded. */
uint32_t tape_get(const struct tape *t, uint32_t i, const char *key);
uint32_t tape_getn(const struct tape *t, uint32_t i, struct str key);
/* Members along a dotted path; an array on the way steps to its first element
 * (the last member is given as it is: "meta.profile" is the array). */
uint32_t tape_path(const struct tape *t, uint32_t i, const char *path);
/* The slice of a string, number or boolean member, STR_NONE when there is
 * none; strings with escapes are decoded into scratch first. */
struct str tape_text(const struct tape *t, uint32_t i, struct buf *scratch);
struct str tape_member(const struct tape *t, uint32_t i, const char *key,
    struct buf *scratch);
/* Decodes the escapes of a string slice (unpaired surrogates: U+FFFD). */
void json_unescape(struct buf *b, struct str s);
/* Appends s as a JSON string with quotes; s is valid UTF-8. */
void json_quote(struct buf *b, struct str s);
/* Same value, numbers compared by their text, members in any order. */
bool tape_equal(const struct tape *a, uint32_t i, const struct tape *b,
    uint32_t j);

#endif
