/* XML of any kind: refused, or walked; what is written again is XML. */
#include <stdlib.h>

#include "ehr/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = { (const char *)data, n };
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	struct xml_writer w = XML_WRITER(&out);
	XML_AUTO *doc = NULL;
	XML_AUTO *again = NULL;
	struct ehr_err e;

	if (xml_parse(&doc, "fuzz", bytes, &e) < 0)
		return 0;
	xml_open(&w, "all", NULL);
	for (const struct xml_node *i = xml_root(doc); i;
	     i = xml_walk(xml_root(doc), i)) {
		buf_reset(&text);
		xml_text(&text, i);
		xml_leaf(&w, "text", buf_str(&text));
		buf_reset(&text);
		xml_path(&text, i);
		xml_empty(&w, "at", "path", text.s, NULL);
		if (out.len > 1 << 20)
			break;
	}
	xml_close(&w);
	if (xml_parse(&again, "again", buf_str(&out), &e) < 0)
		abort();
	return 0;
}
