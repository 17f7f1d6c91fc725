/* Find expressions: any text is taken or refused with a message that names
 * a term; what is taken says its kinds. */
#include "ehr/find.h"
#include "fuzz.h"

static void try(int (*fn)(struct find *, struct str, struct ehr_err *),
    struct str s)
{
	struct ehr_err e = { 0, "" };
	struct find *f = find_new();
	struct buf kinds = BUF_INIT;
	int rc = fn(f, s, &e);

	MUST(rc == 0 || (rc == EHR_EUSAGE && e.msg[0]));
	find_kinds(f, &kinds);
	MUST((rc == 0) <= (kinds.len > 0));
	MUST(utf8_valid(kinds.s, kinds.len) == kinds.len);
	buf_release(&kinds);
	find_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };

	try(find_where, s);
	try(find_name, s);
	try(find_mrn, s);
	try(find_born, s);
	return 0;
}
