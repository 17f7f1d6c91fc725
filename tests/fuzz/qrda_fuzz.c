/* QRDA of any kind: refused, or read, checked and turned into FHIR that is
 * JSON. */
#include <stdlib.h>

#include "ehr/qrda.h"

static int ignore(void *arg, const struct qrda_finding *f)
{
	(void)arg, (void)f;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = { (const char *)data, n };
	BUF_AUTO json = BUF_INIT;
	ARENA_AUTO mem = ARENA_INIT;
	XML_AUTO *doc = NULL;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	struct ehr_err e;
	struct qrda3 q;

	if (xml_parse(&doc, "fuzz", bytes, &e) < 0)
		return 0;
	qrda3_read(&q, &mem, doc, &e);
	qrda3_check(doc, NULL, ignore, NULL, &e);
	if (qrda1_read(&json, doc, NULL, NULL, &e) == 0) {
		BUF_AUTO again = BUF_INIT;
		struct qrda1 head = { .id = STR("1"), .time = STR("20260101") };

		if (tape_parse(&t, json.s, json.len, &why) < 0)
			abort();
		qrda1_write(&again, &head, &t, NULL, NULL, &e);
	}
	return 0;
}
