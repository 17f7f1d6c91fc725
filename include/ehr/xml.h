/*
 * xml.h - XML documents (XML 1.0, Namespaces in XML 1.0).
 *
 * Reading: libxml2 checks the text, a small tree in one arena is what codecs
 * see. Nothing is fetched, no DTD is read, no entity but the five of XML is
 * expanded, and sizes are limited. Writing: elements and attributes into a
 * buffer, everything escaped.
 */
#ifndef EHR_XML_H
#define EHR_XML_H

#include "ehr/base.h"

enum {
	XML_BYTES_MAX = 64 << 20, /* of a document */
	XML_DEPTH_MAX = 128,
	XML_NODES_MAX = 4 << 20, /* elements, texts and attributes */
};

/* ---- reading ---- */

/* An attribute; ns is nothing for one without a prefix. */
struct xml_attr {
	struct str ns, name, value;
	const struct xml_attr *next;
};

/* An element, or a text (name.n is 0). All of it is borrowed from its
 * document. */
struct xml_node {
	struct str ns, name;
	struct str text; /* of a text */
	const struct xml_attr *attr;
	struct xml_node *parent, *first, *next;
	uint32_t line, order; /* line from 1; place in the document */
};

struct xml_doc;

/* Reads all of a document; name is for messages. EHR_EREJECT with
 * "name:line: what" for what is no XML, has a DOCTYPE, is too large or too
 * deep. */
int xml_parse(struct xml_doc **doc, const char *name, struct str bytes,
    struct ehr_err *e);
/* The same of a file ("-" is standard input; gzip is recognised); EHR_EIO. */
int xml_read(struct xml_doc **doc, const char *path, struct ehr_err *e);
void xml_free(struct xml_doc *doc);		/* NULL is allowed */
#define XML_AUTO EHR_CLEANUP(xml_freep) struct xml_doc
void xml_freep(struct xml_doc **doc);
const struct xml_node *xml_root(const struct xml_doc *doc);
const char *xml_name(const struct xml_doc *doc); /* as given */

/* The first child of that name in parent's namespace, NULL: none; the next
 * one of the same name after node. name NULL: any element. */
const struct xml_node *xml_child(const struct xml_node *parent,
    const char *name);
const struct xml_node *xml_next(const struct xml_node *node, const char *name);
#define xml_each(parent, name, i) \
	for (const struct xml_node *i = xml_child(parent, name); i; \
	     i = xml_next(i, name))
/* The first element along "a/b/c", always the first of its name. */
const struct xml_node *xml_at(const struct xml_node *node, const char *path);
/* Value of an attribute without a prefix, STR_NONE when there is none (or
 * node is NULL). */
struct str xml_attr(const struct xml_node *node, const char *name);
/* The same of a namespace. */
struct str xml_attr_ns(const struct xml_node *node, const char *ns,
    const char *name);
/* xml_attr() of xml_at(). */
struct str xml_value(const struct xml_node *node, const char *path,
    const char *name);
/* Appends all text below node, in order. */
void xml_text(struct buf *b, const struct xml_node *node);
/* The element behind node in document order, below top; NULL: no more. */
const struct xml_node *xml_walk(const struct xml_node *top,
    const struct xml_node *node);
/* Appends "/a/b[2]/c", places counted among elements of the same name. */
void xml_path(struct buf *b, const struct xml_node *node);

/* ---- writing ---- */

enum { XML_WRITE_DEPTH = 64 };

/* What is open, into out. */
struct xml_writer {
	struct buf *out;
	const char *open[XML_WRITE_DEPTH];
	unsigned depth;
	bool tag;  /* the innermost still takes attributes */
	bool text; /* it has text and no elements */
};
#define XML_WRITER(b) ((struct xml_writer){ .out = (b) })

/* The XML declaration; a document begins with it. */
void xml_declare(struct xml_writer *w);
/* Opens an element with attributes: name, value, ..., NULL; one whose value is
 * NULL is left out. Names are the program's own, not copied. */
void xml_open(struct xml_writer *w, const char *name, ...)
    __attribute__((sentinel));
/* One more attribute of the element just opened; STR_NONE is left out. */
void xml_set(struct xml_writer *w, const char *name, struct str value);
/* As xml_open(), closed at once. */
void xml_empty(struct xml_writer *w, const char *name, ...)
    __attribute__((sentinel));
/* An element of text alone. */
void xml_leaf(struct xml_writer *w, const char *name, struct str text);
/* The text of the element just opened, before it is closed. */
void xml_put(struct xml_writer *w, struct str text);
void xml_close(struct xml_writer *w);
/* Appends s escaped for an attribute or a text; what XML has no character for
 * becomes U+FFFD. */
void xml_escape(struct buf *b, struct str s);

#endif
