/* zone-table ZONE...: what `zdump -V -c 1850,2150` prints of each, by
 * lib/base/zone.c. */
#include "ehr/base-zone.h"

static void line(const struct zone *z, int64_t ms)
{
	struct tm utc, local;
	char text[2][64];
	struct zone_at at;
	time_t t = ms / 1000, there;

	zone_at(z, ms, &at);
	there = t + at.offset;
	gmtime_r(&t, &utc);
	gmtime_r(&there, &local);
	strftime(text[0], sizeof(text[0]), "%a %b %e %H:%M:%S %Y", &utc);
	strftime(text[1], sizeof(text[1]), "%a %b %e %H:%M:%S %Y", &local);
	printf("%s  %s UT = %s %s isdst=%d gmtoff=%d\n", zone_name(z), text[0],
	    text[1], at.abbr, at.dst, at.offset);
}

int main(int argc, char **argv)
{
	int64_t from = date_days(1850, 1, 1) * INT64_C(86400000);
	int64_t end = date_days(2150, 1, 1) * INT64_C(86400000);
	struct ehr_err e;

	for (int i = 1; i < argc; i++) {
		int64_t at = from;
		ZONE_AUTO z;

		if (zone_open(&z, str_of(argv[i]), &e) < 0) {
			fprintf(stderr, "zone-table: %s: %s\n", argv[i], e.msg);
			return -e.code;
		}
		while (zone_next(z, at, &at) && at < end) {
			line(z, at - 1000);
			line(z, at);
		}
	}
	return 0;
}
