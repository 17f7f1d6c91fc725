/* Dates: what is read is written, read and ordered the same again. */
#include "ehr/base.h"
#include "fuzz.h"

static void same_again(const struct date *d)
{
	struct buf b = BUF_INIT;
	struct date again;

	date_format(&b, d);
	MUST(date_parse(buf_str(&b), &again));
	MUST(again.year == d->year && again.month == d->month &&
	    again.day == d->day && again.hour == d->hour &&
	    again.minute == d->minute && again.second == d->second &&
	    again.nano == d->nano && again.precision == d->precision &&
	    again.has_offset == d->has_offset && again.offset == d->offset);
	buf_release(&b);
}

static void within_bounds(const struct date *d)
{
	struct date day, instant;
	int64_t lo, hi, ms = date_ms(d);

	MUST(d->precision < DATE_DAY ||
	    date_valid_day(d->year, d->month, d->day));
	date_range(d, &lo, &hi);
	MUST(lo <= ms && ms < hi);
	date_from_days(&day, date_days(d->year, d->month ? d->month : 1,
	    d->day ? d->day : 1));
	MUST(date_cmp_day(&day, d) == 0);
	date_from_ms(&instant, ms, d->offset);
	if (d->year > 1 && d->year < 9999)
		MUST(date_ms(&instant) == ms);
	MUST(date_age(d, d) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct date d;

	if (date_parse((struct str){ (const char *)data, size }, &d)) {
		same_again(&d);
		within_bounds(&d);
	}
	return 0;
}
