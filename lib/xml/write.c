/* Writing elements, indented by one blank a level. */
#include "ehr/xml.h"

#include <assert.h>

/* XML 1.0 2.2, and what a parser would change: blanks of attributes. */
static const char *escape(uint32_t cp)
{
	switch (cp) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\t': return "&#9;";
	case '\n': return "&#10;";
	case '\r': return "&#13;";
	default: break;
	}
	return cp < 0x20 || cp == 0xFFFE || cp == 0xFFFF ? "\xEF\xBF\xBD"
							 : NULL;
}

void xml_escape(struct buf *b, struct str s)
{
	const char *at = s.s, *end = str_end(s);

	while (at < end) {
		uint32_t cp = utf8_next(&at, end);
		const char *as = escape(cp);

		if (as)
			buf_adds(b, as);
		else
			utf8_put(b, cp);
	}
}

void xml_declare(struct xml_writer *w)
{
	buf_adds(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

/* Ends the start tag that still takes attributes. */
static void end_tag(struct xml_writer *w)
{
	if (w->tag)
		buf_addch(w->out, '>');
	w->tag = false;
}

static void line(struct xml_writer *w)
{
	end_tag(w);
	if (w->out->len)
		buf_addch(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_addch(w->out, ' ');
}

void xml_set(struct xml_writer *w, const char *name, struct str value)
{
	assert(w->tag);
	if (!value.s)
		return;
	buf_addf(w->out, " %s=\"", name);
	xml_escape(w->out, value);
	buf_addch(w->out, '"');
}

static void start(struct xml_writer *w, const char *name, va_list ap)
{
	assert(w->depth < XML_WRITE_DEPTH);
	line(w);
	buf_addf(w->out, "<%s", name);
	w->tag = true;
	w->open[w->depth++] = name;
	for (const char *a; (a = va_arg(ap, const char *));)
		xml_set(w, a, str_of(va_arg(ap, const char *)));
}

void xml_open(struct xml_writer *w, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	start(w, name, ap);
	va_end(ap);
}

void xml_empty(struct xml_writer *w, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	start(w, name, ap);
	va_end(ap);
	xml_close(w);
}

void xml_leaf(struct xml_writer *w, const char *name, struct str text)
{
	xml_open(w, name, NULL);
	xml_put(w, text);
	xml_close(w);
}

void xml_put(struct xml_writer *w, struct str text)
{
	end_tag(w);
	xml_escape(w->out, text);
	w->text = true;
}

void xml_close(struct xml_writer *w)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->tag) {
		buf_adds(w->out, "/>");
		w->tag = false;
	} else {
		if (!w->text)
			line(w);
		w->text = false;
		buf_addf(w->out, "</%s>", w->open[w->depth]);
	}
	if (w->depth == 0)
		buf_addch(w->out, '\n');
}
