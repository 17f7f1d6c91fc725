/* Reading a Category I: elements of CDA as members of JSON. */
#include "one-read.h"

/* ---- JSON ---- */

void put_name(struct buf *b, const char *member)
{
	char last = b->len ? b->s[b->len - 1] : '{';

	if (last != '{' && last != '[')
		buf_addch(b, ',');
	buf_addf(b, "\"%s\":", member);
}

void put_text(struct buf *b, const char *member, struct str s)
{
	put_name(b, member);
	json_quote(b, s);
}

void put_literal(struct buf *b, const char *member, const char *json)
{
	put_name(b, member);
	buf_adds(b, json);
}

/* A number as it stands; what is none is left out. */
void put_number(struct buf *b, const char *member, struct str s)
{
	struct decimal d;

	if (!decimal_parse(s, &d))
		return;
	put_name(b, member);
	buf_addstr(b, s);
}

void put_when(struct buf *b, const char *member, struct str hl7)
{
	BUF_AUTO t = BUF_INIT;
	struct date d;

	one_fhir_time(&t, hl7);
	if (date_parse(buf_str(&t), &d))
		put_text(b, member, buf_str(&t));
}

/* ---- parts ---- */

/* A child of any of CDA's namespaces. */
const struct xml_node *one_child(const struct xml_node *n,
    const char *local)
{
	for (n = n ? n->first : NULL; n; n = n->next)
		if (str_is(n->name, local))
			return n;
	return NULL;
}

/* An entryRelationship's content, if it has the template. */
const struct xml_node *one_content(const struct xml_node *r,
    const char *template)
{
	xml_each(r, NULL, i)
		if (place_templates(i, str_of(template)))
			return i;
	return NULL;
}

/* The first such content; how: its typeCode, NULL: any. */
const struct xml_node *one_related_as(const struct xml_node *n,
    const char *how, const char *template)
{
	xml_each(n, "entryRelationship", r) {
		const struct xml_node *found = !how ||
		    str_is(xml_attr(r, "typeCode"), how)
		    ? one_content(r, template) : NULL;

		if (found)
			return found;
	}
	return NULL;
}

const struct xml_node *one_related(const struct xml_node *n,
    const char *template)
{
	return one_related_as(n, NULL, template);
}

void put_coding(struct buf *b, const struct xml_node *n)
{
	BUF_AUTO uri = BUF_INIT;

	one_uri(&uri, xml_attr(n, "codeSystem"));
	buf_addch(b, '{');
	put_text(b, "system", buf_str(&uri));
	put_text(b, "code", xml_attr(n, "code"));
	buf_addch(b, '}');
}

static void concept(struct buf *b, const struct xml_node *n)
{
	size_t codes = 0;

	buf_adds(b, "{\"coding\":[");
	if (xml_attr(n, "code").n) {
		put_coding(b, n);
		codes++;
	}
	xml_each(n, "translation", t)
		if (xml_attr(t, "code").n) {
			if (codes++)
				buf_addch(b, ',');
			put_coding(b, t);
		}
	buf_adds(b, "]}");
}

void put_concept(struct buf *b, const char *member,
    const struct xml_node *n, bool list)
{
	if (!n || !xml_attr(n, "code").n)
		return;
	put_name(b, member);
	if (list)
		buf_addch(b, '[');
	concept(b, n);
	if (list)
		buf_addch(b, ']');
}

bool one_known(const struct xml_node *interval)
{
	return xml_value(interval, "low", "value").n ||
	    xml_value(interval, "high", "value").n;
}

void put_period(struct buf *b, const char *member,
    const struct xml_node *interval)
{
	put_name(b, member);
	buf_addch(b, '{');
	put_when(b, "start", xml_value(interval, "low", "value"));
	put_when(b, "end", xml_value(interval, "high", "value"));
	buf_addch(b, '}');
}

/* effectiveTime as member + DateTime or Period. */
void put_relevant(struct buf *b, const char *member,
    const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	BUF_AUTO full = BUF_INIT;

	if (!t)
		return;
	buf_adds(&full, member);
	if (xml_attr(t, "value").s) {
		buf_adds(&full, "DateTime");
		put_when(b, full.s, xml_attr(t, "value"));
	} else if (one_known(t)) {
		buf_adds(&full, str_ends(str_of(member), "eriod") ? ""
								  : "Period");
		put_period(b, full.s, t);
	}
}

void put_quantity(struct buf *b, const char *member,
    const struct xml_node *v)
{
	struct str unit = xml_attr(v, "unit");

	put_name(b, member);
	buf_addch(b, '{');
	put_number(b, "value", xml_attr(v, "value"));
	if (unit.n) {
		put_text(b, "unit", unit);
		put_text(b, "system", STR("http://unitsofmeasure.org"));
		put_text(b, "code", unit);
	}
	buf_addch(b, '}');
}

void put_value(struct buf *b, const struct xml_node *v)
{
	struct str type = v ? xml_attr_ns(v, XSI_NS, "type") : STR_NONE;
	struct str s = xml_attr(v, "value");
	BUF_AUTO words = BUF_INIT;

	if (str_is(type, "CD")) {
		put_concept(b, "valueCodeableConcept", v, false);
	} else if (str_is(type, "PQ")) {
		put_quantity(b, "valueQuantity", v);
	} else if (str_is(type, "INT")) {
		put_number(b, "valueInteger", s);
	} else if (str_is(type, "BL")) {
		put_literal(b, "valueBoolean", str_is(s, "true") ? "true"
							      : "false");
	} else if (str_is(type, "TS")) {
		put_when(b, "valueDateTime", s);
	} else if (str_is(type, "ST")) {
		xml_text(&words, v);
		put_text(b, "valueString", str_trim(buf_str(&words)));
	}
}

void put_components(struct buf *b, const struct xml_node *n)
{
	bool first = true;

	xml_each(n, "entryRelationship", e) {
		const struct xml_node *c = one_content(e, "24.3.149");

		if (!c)
			continue;
		if (first)
			put_literal(b, "component", "[");
		else
			buf_addch(b, ',');
		first = false;
		buf_addch(b, '{');
		put_concept(b, "code", xml_child(c, "code"), false);
		put_value(b, xml_child(c, "value"));
		buf_addch(b, '}');
	}
	if (!first)
		buf_addch(b, ']');
}
