/* Reading: libxml2's events become a tree of our own. */
#include "ehr/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

struct xml_doc {
	struct arena mem;
	struct strmap names; /* name or namespace -> its copy */
	struct xml_node *root;
	char *name;
};

struct reader {
	xmlParserCtxtPtr ctxt;
	struct xml_doc *doc;
	struct xml_node *open, *last; /* innermost; its last child */
	struct buf text;	      /* of the text being read */
	uint32_t text_line, depth, nodes;
	const char *why;	      /* refused by us */
	int code;		      /* refused by libxml2 */
	uint32_t line;		      /* where */
};

/* ---- the first fault ---- */

static uint32_t here(const struct reader *r)
{
	return r->ctxt->input && r->ctxt->input->line > 0
	    ? (uint32_t)r->ctxt->input->line : 1;
}

static void refuse(struct reader *r, const char *why)
{
	if (r->why || r->code)
		return;
	r->why = why;
	r->line = here(r);
	xmlStopParser(r->ctxt);
}

static bool counted(struct reader *r)
{
	if (++r->nodes > XML_NODES_MAX)
		refuse(r, "too many elements and attributes");
	return !r->why;
}

/* ---- the tree ---- */

/* One copy of each name. */
static struct str name_of(struct reader *r, const xmlChar *name)
{
	struct str s = str_of((const char *)name);
	bool added;
	int64_t *at;

	if (!s.n)
		return (struct str){ "", 0 };
	at = strmap_put(&r->doc->names, s, &added);
	if (added)
		*at = (int64_t)(intptr_t)arena_strndup(&r->doc->mem, s.s, s.n);
	return (struct str){ (const char *)(intptr_t)*at, s.n };
}

static struct xml_node *add(struct reader *r, uint32_t line)
{
	struct xml_node *n = arena_alloc(&r->doc->mem, sizeof(*n));

	n->line = line;
	n->order = r->nodes;
	n->parent = r->open;
	if (r->last)
		r->last->next = n;
	else if (r->open)
		r->open->first = n;
	r->last = n;
	return n;
}

static void end_text(struct reader *r)
{
	if (r->text.len && r->open && counted(r)) {
		struct xml_node *n = add(r, r->text_line);

		n->name = n->ns = (struct str){ "", 0 };
		n->text = arena_str(&r->doc->mem, buf_str(&r->text));
	}
	buf_reset(&r->text);
}

static void on_text(void *arg, const xmlChar *s, int n)
{
	struct reader *r = arg;

	if (r->text.len == 0)
		r->text_line = here(r);
	buf_add(&r->text, s, (size_t)n);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nns, const xmlChar **ns, int nattr, int ndefault,
    const xmlChar **attr)
{
	struct reader *r = arg;
	const struct xml_attr **tail;
	struct xml_node *n;

	(void)prefix, (void)nns, (void)ns, (void)ndefault;
	end_text(r);
	if (++r->depth > XML_DEPTH_MAX)
		refuse(r, "nested too deeply");
	if (r->why || !counted(r))
		return;
	n = add(r, here(r));
	n->name = name_of(r, name);
	n->ns = name_of(r, uri);
	tail = &n->attr;
	for (int i = 0; i < nattr && counted(r); i++, attr += 5) {
		struct xml_attr *a = arena_alloc(&r->doc->mem, sizeof(*a));

		a->name = name_of(r, attr[0]);
		a->ns = name_of(r, attr[2]);
		a->value.n = (size_t)(attr[4] - attr[3]);
		a->value.s = arena_strndup(&r->doc->mem, (const char *)attr[3],
		    a->value.n);
		*tail = a;
		tail = &a->next;
	}
	if (!r->doc->root)
		r->doc->root = n;
	r->open = n;
	r->last = NULL;
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = arg;

	(void)name, (void)prefix, (void)uri;
	end_text(r);
	r->depth--;
	r->last = r->open;
	if (r->open)
		r->open = r->open->parent;
}

static void on_doctype(void *arg, const xmlChar *name, const xmlChar *public,
    const xmlChar *system)
{
	(void)name, (void)public, (void)system;
	refuse(arg, "a DOCTYPE is not allowed");
}

/* Of the parser's errors the first counts. */
static void on_error(void *arg, const xmlError *error)
{
	struct reader *r = arg;

	if (r->code)
		return;
	r->code = error->code;
	r->line = error->line > 0 ? (uint32_t)error->line : 1;
}

/* ---- a document ---- */

/* libxml2's own words for a fault may quote what stands there. */
static const char *words(int code)
{
	switch (code) {
	case XML_ERR_OK:
	case XML_ERR_DOCUMENT_EMPTY: return "no document";
	case XML_ERR_DOCUMENT_END: return "something follows the document";
	case XML_ERR_INVALID_CHAR:
	case XML_ERR_INVALID_ENCODING: return "no character of XML";
	case XML_ERR_UNSUPPORTED_ENCODING:
	case XML_ERR_UNKNOWN_ENCODING: return "unknown encoding";
	case XML_ERR_UNDECLARED_ENTITY: return "an entity that XML lacks";
	case XML_ERR_TAG_NAME_MISMATCH: return "the end of another element";
	case XML_ERR_TAG_NOT_FINISHED: return "the text ends in an element";
	case XML_ERR_ATTRIBUTE_REDEFINED: return "an attribute stands twice";
	case XML_NS_ERR_UNDEFINED_NAMESPACE: return "an undeclared prefix";
	default: return "not XML";
	}
}

static int verdict(const struct reader *r, struct ehr_err *e)
{
	if (!r->why && !r->code && r->doc->root)
		return 0;
	return ehr_fail(e, EHR_EREJECT, "%s:%u: %s", r->doc->name,
	    r->line ? r->line : 1, r->why ? r->why : words(r->code));
}

/* A NUL would end the text for libxml2. UTF-16 has them. */
static int no_nul(const char *name, struct str s, struct ehr_err *e)
{
	const char *nul = s.n ? memchr(s.s, '\0', s.n) : NULL;
	unsigned line = 1;

	if (!nul || nul - s.s < 4)
		return 0;
	if (s.n > 1 && ((s.s[0] == '\xFE' && s.s[1] == '\xFF') ||
	    (s.s[0] == '\xFF' && s.s[1] == '\xFE')))
		return 0;
	for (const char *at = s.s; at < nul; at++)
		line += *at == '\n';
	return ehr_fail(e, EHR_EREJECT, "%s:%u: a NUL byte", name, line);
}

static int run(struct reader *r, struct str bytes, struct ehr_err *e)
{
	xmlSAXHandler *sax;

	r->ctxt = xmlCreateMemoryParserCtxt(bytes.s, (int)bytes.n);
	if (!r->ctxt)
		return ehr_fail(e, EHR_EREJECT, "%s:1: no document",
		    r->doc->name);
	/* Without NOENT &amp; in an attribute would stay &#38;; there are no
	 * entities but those of XML. */
	xmlCtxtUseOptions(r->ctxt, XML_PARSE_NONET | XML_PARSE_NOENT);
	sax = r->ctxt->sax;
	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->characters = on_text;
	sax->ignorableWhitespace = on_text;
	sax->cdataBlock = on_text;
	sax->internalSubset = on_doctype;
	sax->serror = (xmlStructuredErrorFunc)on_error;
	r->ctxt->userData = r;
	xmlParseDocument(r->ctxt);
	return verdict(r, e);
}

int xml_parse(struct xml_doc **doc, const char *name, struct str bytes,
    struct ehr_err *e)
{
	struct reader r = { .text = BUF_INIT };
	int rc;

	*doc = NULL;
	if (bytes.n > XML_BYTES_MAX)
		return ehr_fail(e, EHR_EREJECT, "%s: too large", name);
	rc = no_nul(name, bytes, e);
	if (rc < 0)
		return rc;
	r.doc = xcalloc(1, sizeof(*r.doc));
	r.doc->name = xstrdup(name);
	rc = run(&r, bytes, e);
	xmlFreeParserCtxt(r.ctxt);
	buf_release(&r.text);
	if (rc < 0)
		xml_free(r.doc);
	else
		*doc = r.doc;
	return rc;
}

int xml_read(struct xml_doc **doc, const char *path, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = in_all(path, XML_BYTES_MAX, &text, e);

	*doc = NULL;
	return rc < 0 ? rc : xml_parse(doc, path, buf_str(&text), e);
}

void xml_free(struct xml_doc *doc)
{
	if (!doc)
		return;
	strmap_release(&doc->names);
	arena_release(&doc->mem);
	free(doc->name);
	free(doc);
}

void xml_freep(struct xml_doc **doc)
{
	xml_free(*doc);
}

const struct xml_node *xml_root(const struct xml_doc *doc)
{
	return doc->root;
}

const char *xml_name(const struct xml_doc *doc)
{
	return doc->name;
}
