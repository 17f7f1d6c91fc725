/* HL7 v2 of any kind: read to an end; raw after raw is the file, each segment
 * comes back from its leaves, each text from its escaped form. */
#include <stdlib.h>

#include "../unit/hl7v2_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = { (const char *)data, n };
	struct diag_sink sink = { .emit = NULL };
	BUF_AUTO back = BUF_INIT;
	HL7V2_AUTO *x = NULL;
	struct hl7v2_msg m;
	struct ehr_err e;
	struct in *in;
	struct date d;
	int rc;

	if (in_open_mem(&in, "fuzz", bytes) < 0)
		return 0;
	x = hl7v2_new(in, &sink);
	while ((rc = hl7v2_next(x, &m, &e)) > 0) {
		if (!comes_back(&m) || (m.kind == HL7V2_OTHER && !m.bad))
			abort();
		hl7v2_time(hl7v2_get(&m, "MSH-7.1"), &d);
		buf_addstr(&back, m.raw);
	}
	/* gzip is recognised: what it inflates to is another matter */
	if (rc == 0 && (n < 2 || data[0] != 0x1f)) {
		buf_addstr(&back, m.raw);
		if (!str_eq(buf_str(&back), bytes))
			abort();
	}
	in_close(in);
	return 0;
}
