/* Files of time zones: what is taken answers for any time, and a time that it
 * shows leads back to a time that shows the same. */
#include "ehr/base-zone.h"
#include "fuzz.h"

static void clock_again(const struct zone *z, int64_t ms)
{
	struct zone_at at, again;
	int64_t back[2];
	struct date d;

	zone_at(z, ms, &at);
	MUST(strlen(at.abbr) >= 3);
	date_from_ms(&d, ms + at.offset * INT64_C(1000), 0);
	zone_utc(z, &d, back);
	for (size_t i = 0; i < 2; i++) {
		zone_at(z, back[i], &again);
		zone_civil(z, back[i], &d);
	}
}

static void turns(const struct zone *z, int64_t ms)
{
	int64_t next;

	for (int i = 0; i < 50 && zone_next(z, ms, &next); i++) {
		MUST(next > ms);
		clock_again(z, next - 1);
		clock_again(z, next);
		ms = next;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct ehr_err e = { 0 };
	struct zone *z;

	if (zone_read(&z, STR("Fuzz/Zone"), s, &e) < 0) {
		MUST(!z && e.code == EHR_EREJECT);
		return 0;
	}
	for (int64_t year = 1; year < 10000; year += 333)
		clock_again(z, date_days((int)year, 2, 28) * 86400000);
	turns(z, date_days(1, 1, 1) * 86400000);
	turns(z, date_days(2030, 1, 1) * 86400000);
	zone_free(z);
	return 0;
}
