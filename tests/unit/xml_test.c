/* xml_test.c - reading, finding and writing XML. */
#include "ehr/xml.h"
#include "test.h"

static struct ehr_err err;

static struct xml_doc *parse(struct str s)
{
	struct xml_doc *doc;

	err.msg[0] = '\0';
	xml_parse(&doc, "f", s, &err);
	return doc;
}

static void refused(int line, struct str s, const char *msg)
{
	XML_AUTO *doc = parse(s);

	test_str(__FILE__, line, "message", doc ? "taken" : err.msg, msg);
	test_int(__FILE__, line, "code", err.code, EHR_EREJECT);
}
#define REFUSED(s, msg) refused(__LINE__, STR(s), msg)

TEST(elements_attributes_and_texts)
{
	XML_AUTO *doc = parse(STR("<?xml version='1.0'?>\n"
	    "<a xmlns='urn:n' xmlns:x='urn:x' k='1 &amp; 2'>\n"
	    " <b x:t='CD'>one<c/>two</b><x:b/>\n <b><![CDATA[<&>]]></b></a>"));
	const struct xml_node *root = xml_root(doc), *b;
	BUF_AUTO text = BUF_INIT;

	CHECK(str_is(root->name, "a") && str_is(root->ns, "urn:n"));
	CHECK(str_is(xml_attr(root, "k"), "1 & 2"));
	CHECK(!xml_attr(root, "none").s);
	b = xml_child(root, "b");
	CHECK(str_is(xml_attr_ns(b, "urn:x", "t"), "CD"));
	CHECK(!xml_attr(b, "t").s);
	xml_text(&text, b);
	CHECK_STR(text.s, "onetwo");
	b = xml_next(b, "b");
	CHECK_INT(b->line, 4);
	CHECK(!xml_next(b, "b"));
	buf_reset(&text);
	xml_text(&text, b);
	CHECK_STR(text.s, "<&>");
	buf_reset(&text);
	xml_path(&text, b);
	CHECK_STR(text.s, "/a/b[2]");
}

TEST(paths_lead_to_the_first)
{
	XML_AUTO *doc = parse(STR("<a><b/><b><c v='1'/></b></a>"));
	const struct xml_node *root = xml_root(doc);
	int n = 0;

	CHECK(xml_at(root, "b") && !xml_at(root, "b/c"));
	CHECK(!xml_at(root, "bb") && !xml_at(NULL, "b"));
	for (const struct xml_node *i = root; i; i = xml_walk(root, i))
		n++;
	CHECK_INT(n, 4);
}

TEST(what_is_no_xml_is_refused_with_its_line)
{
	REFUSED("", "f:1: no document");
	REFUSED("x", "f:1: no document");
	REFUSED("<a>\n<b></a>", "f:2: the end of another element");
	REFUSED("<a>\n\n", "f:3: the text ends in an element");
	REFUSED("<a/>\n<a/>", "f:2: something follows the document");
	REFUSED("<a>\n&nbsp;</a>", "f:2: an entity that XML lacks");
	REFUSED("<a b='1' b='2'/>", "f:1: an attribute stands twice");
	REFUSED("<x:a/>", "f:1: an undeclared prefix");
	REFUSED("<a>\n\xff</a>", "f:2: no character of XML");
	REFUSED("<a>\n\x01</a>", "f:2: no character of XML");
	REFUSED("<a>\n\n\0</a>", "f:3: a NUL byte");
	REFUSED("<?xml version='1.0' encoding='x-none'?><a/>",
	    "f:1: unknown encoding");
}

TEST(a_doctype_is_refused)
{
	REFUSED("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
	    "f:1: a DOCTYPE is not allowed");
	REFUSED("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
	    "f:1: a DOCTYPE is not allowed");
}

TEST(depth_and_number_are_limited)
{
	BUF_AUTO b = BUF_INIT;
	struct xml_doc *doc;

	for (int i = 0; i < XML_DEPTH_MAX + 1; i++)
		buf_adds(&b, "<a>");
	CHECK_INT(xml_parse(&doc, "f", buf_str(&b), &err), EHR_EREJECT);
	CHECK_STR(err.msg, "f:1: nested too deeply");
	buf_reset(&b);
	buf_adds(&b, "<a>");
	for (int i = 0; i < XML_NODES_MAX; i++)
		buf_adds(&b, "<b/>");
	buf_adds(&b, "</a>");
	CHECK_INT(xml_parse(&doc, "f", buf_str(&b), &err), EHR_EREJECT);
	CHECK_STR(err.msg, "f:1: too many elements and attributes");
}

TEST(what_is_written_is_read_again)
{
	static const char odd[] = "a<b>&\"c'\t\n\r\xC3\xA9";
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct xml_writer w = XML_WRITER(&b);
	struct xml_doc *doc;

	xml_declare(&w);
	xml_open(&w, "a", "k", odd, "none", NULL, NULL);
	xml_open(&w, "e", NULL);
	xml_set(&w, "slice", (struct str){ "1234", 2 });
	xml_set(&w, "none", STR_NONE);
	xml_close(&w);
	xml_leaf(&w, "t", str_of(odd));
	xml_leaf(&w, "bad", STR("\x01"));
	xml_close(&w);
	CHECK_STR(b.s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<a k=\"a&lt;b&gt;&amp;&quot;c'&#9;&#10;&#13;\xC3\xA9\">\n"
	    " <e slice=\"12\"/>\n <t>a&lt;b&gt;&amp;&quot;c'&#9;&#10;&#13;\xC3\xA9</t>\n"
	    " <bad>\xEF\xBF\xBD</bad>\n</a>\n");
	CHECK_INT(xml_parse(&doc, "f", buf_str(&b), &err), 0);
	CHECK(str_is(xml_attr(xml_root(doc), "k"), odd));
	xml_text(&text, xml_child(xml_root(doc), "t"));
	CHECK_STR(text.s, odd);
	xml_free(doc);
}
