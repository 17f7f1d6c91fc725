/* X12 of any kind: read to an end; what is taken comes back byte for byte, and
 * where a segment stands is always told. */
#include <stdlib.h>

#include "ehr/x12.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = { (const char *)data, n };
	struct diag_sink sink = { .emit = NULL };
	X12_CHECK_AUTO *k = x12_check_new("fuzz", &sink);
	BUF_AUTO back = BUF_INIT;
	X12_AUTO *x = NULL;
	struct x12_seg seg;
	struct ehr_err e;
	struct in *in;
	int rc;

	if (in_open_mem(&in, "fuzz", bytes) < 0)
		return 0;
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, &e)) > 0) {
		if (x12_check_take(k, &seg, x12_sep(x))->loop == NULL)
			abort();
		buf_addstr(&back, seg.lead);
		buf_addstr(&back, seg.raw);
	}
	x12_check_end(k, x12_truncated(x));
	/* gzip is recognised: what it inflates to is another matter */
	if (rc == 0 && (n < 2 || data[0] != 0x1f)) {
		buf_addstr(&back, seg.lead);
		if (!str_eq(buf_str(&back), bytes))
			abort();
	}
	in_close(in);
	return 0;
}
