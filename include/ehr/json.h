/*
 * json.h - JSON texts (RFC 8259).
 *
 * The tape is the read path of every resource: one pass checks the text,
 * writes it minified and lists its values in document order. No allocation
 * per value; numbers and strings stay slices of the minified text, so 1.10
 * stays 1.10; edits copy what they do not change. Inputs of many values are
 * split first.
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
	for (uint32_t i = tape_first(t, parent); i; \
	    i = tape_after(t, parent, i))
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
uint32_t tape_getn(const struct tape *t, uint32_t i, struct str key);
static inline uint32_t tape_get(const struct tape *t, uint32_t i,
    const char *key)
{
	return tape_getn(t, i, str_of(key));
}
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

/* Makes string i say s, which needs no escapes and is not of t; it is kept
 * behind the text. The slices of what i stands in say what they said, and
 * slices of t taken before are void. */
void tape_put_string(struct tape *t, uint32_t i, struct str s);

/* ---- writing ---- */

/* Appends value i of t, minified, numbers and strings as they stand. */
void tape_write(struct buf *b, const struct tape *t, uint32_t i);
/* The same over several lines, indent blanks a level; no newline at the end. */
void json_pretty(struct buf *b, const struct tape *t, uint32_t i,
    unsigned indent);

/* One change: at a dotted path of member names and array indexes ("name.0.use",
 * "" is the document). */
struct tape_edit {
	const char *path;
	struct str value; /* JSON text taken as it is; STR_NONE removes */
};
/* Appends the document of t with n changes made in turn; all else keeps its
 * text. A member that is new goes to the end of its object, an index equal to
 * an array's length appends; removing what is not there changes nothing.
 * Objects (and arrays, at index 0) on the way that are missing are made.
 * EHR_ENOENT: a path that leads through a scalar or beyond an array;
 * EHR_EREJECT: a value that is no JSON; the buffer is as before then. */
int tape_edit(struct buf *b, const struct tape *t, const struct tape_edit *edit,
    size_t n, struct ehr_err *e);
/* Appends object i of t with one member set, added or (STR_NONE) removed;
 * value is JSON text. */
void json_set_member(struct buf *b, const struct tape *t, uint32_t i,
    const char *key, struct str value);

/* A text put together from the start: containers are opened and closed, their
 * members given in between; key NULL in an array. Every value leaves a comma
 * behind, which json_close() and, at the end of the text, json_done() take
 * back. STR_NONE adds nothing. */
void json_open(struct buf *b, const char *key, char bracket); /* '{' or '[' */
void json_close(struct buf *b, char bracket);		      /* '}' or ']' */
void json_done(struct buf *b);
void json_text(struct buf *b, const char *key, struct str v);
void json_raw(struct buf *b, const char *key, struct str json); /* as it is */
void json_count(struct buf *b, const char *key, uint64_t n);

/* ---- streams: the values of an input of any size, one at a time ---- */

/* Recognised without being told: one document; values one a line (NDJSON);
 * documents one after another. A Bundle (a top-level object whose resourceType
 * is "Bundle") is taken apart: head, entries one by one, tail. A byte order
 * mark at the start is skipped. The splitter looks at strings and brackets
 * only; whether a piece is JSON says tape_parse().
 *
 * After a fault the next good value is found again: at the next line when
 * values stand one a line; else where the brackets close, a bracket of the
 * wrong kind closing what was left open before it, and a line end ending a
 * string; or where an object starts at a place at which only a new one can.
 * Every byte but blanks (and the commas between entries) is part of exactly
 * one item. */
enum json_form {
	JSON_AUTO,
	JSON_LINES,	/* no value spans lines */
	JSON_DOCUMENTS, /* lines mean nothing */
};

enum json_item_kind {
	JSON_VALUE, /* a document, a line, or what stands in its place */
	JSON_HEAD,  /* a Bundle as far as the bracket that opens its entries */
	JSON_ENTRY, /* an entry of that Bundle */
	JSON_TAIL,  /* the Bundle from the bracket that closes its entries */
};

struct json_item {
	enum json_item_kind kind;
	const char *why;	/* refused already (static), or NULL */
	enum diag_id id;	/* when refused */
	/* The bytes of the input; none when too large (JSON_SIZE). Both
	 * slices are borrowed until the next call. */
	struct str raw;
	/* The same as a text to parse: the entries' array and the object of a
	 * head or tail are completed. */
	struct str text;
	uint64_t line;		/* of its first byte, from 1 */
	uint64_t offset;	/* of its first byte, decompressed */
	uint64_t length;	/* bytes, those of a too large one too */
	uint64_t entry;		/* of a Bundle, from 0 */
};

/* All may be 0. */
struct json_split_opt {
	enum json_form form;
	size_t limit;		/* bytes of one item: MAX_RESOURCE */
	size_t chunk;		/* bytes read at a time: 256 KiB */
	bool whole;		/* Bundles stay in one piece */
	/* Takes the bytes of items over the limit, before the item itself. */
	void (*on_skipped)(void *arg, const void *p, size_t n);
	void *arg;
};

struct json_split;

/* Borrows in until json_split_free(). Memory: limit and some more at most,
 * what the largest item needs in general. */
struct json_split *json_split_new(struct in *in,
    const struct json_split_opt *opt);
void json_split_free(struct json_split *s);
/* 1 and an item, 0 at the end, or EHR_EIO when reading failed. Faulty gzip
 * data makes the item it cuts (or an empty one) refused with DIAG_GZIP. */
int json_split_next(struct json_split *s, struct json_item *item,
    struct ehr_err *e);

/* Takes many values at once, when Bundles stay in one piece: 1 and lines of one
 * object each, so far as a look at their ends can tell; or 0, and what comes
 * next is json_split_next()'s. A line that is no JSON then is to be split again
 * by itself, which gives the items and faults that it would have given here. */
int json_split_lines(struct json_split *s, struct json_item *item);

#endif
