/* Manifests of backups, and rules of keeping: what is taken has one form. */
#include "backup/impl.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct buf again = BUF_INIT;
	struct backup_keep keep;
	struct backup b = { 0 };

	manifest_parse(&b, text);
	if (b.fault[0] == '\0') {
		manifest_format(&b, &again);
		MUST(str_eq(buf_str(&again), text));
		MUST(backup_id_ok(str_of(b.id)));
		MUST(b.stored <= b.pages && b.pages >= 1);
	}
	if (backup_keep_parse(text, &keep))
		MUST(keep.last + keep.hours + keep.days + keep.weeks +
		    keep.months + keep.years > 0);
	buf_release(&again);
	return 0;
}
