/* when.c - times as they are shown: in the practice's zone. */
#include <stdlib.h>
#include <time.h>

#include "impl.h"

static char zone[64] = "UTC";

const char *view_zone_name(void)
{
	return zone;
}

int view_zone(struct record *r, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int rc = record_zone(r, NULL, &name, e);

	if (rc < 0)
		return rc;
	rc = store_zone_check(buf_str(&name), e);
	if (rc == EHR_EUSAGE || (rc == 0 && name.len >= sizeof(zone)))
		return ehr_fail(e, EHR_EUSAGE,
		    "facility.zone: no such zone on this machine");
	if (rc < 0)
		return rc;
	memcpy(zone, name.s, name.len + 1);
	setenv("TZ", strcmp(zone, "UTC") == 0 ? "UTC0" : zone, 1);
	tzset();
	return 0;
}

enum local { LOCAL_DAY = 10, LOCAL_MINUTE = 16, LOCAL_SECOND = 19 };

/* The first so many columns of "YYYY-MM-DD HH:MM:SS". */
static void local(struct buf *b, int64_t ms, enum local columns)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0);
	time_t when = (time_t)s;
	char text[32];
	struct tm tm;

	localtime_r(&when, &tm);
	if (strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		buf_add(b, text, columns);
}

void view_day(struct buf *b, const struct view_time *t)
{
	if (t->precision == DATE_NONE)
		return;
	if (t->precision <= DATE_DAY)
		buf_addstr(b, t->text);
	else
		local(b, t->ms, LOCAL_DAY);
}

void view_minute(struct buf *b, const struct view_time *t)
{
	if (t->precision <= DATE_DAY)
		view_day(b, t);
	else
		local(b, t->ms, LOCAL_MINUTE);
}

void view_stamp(struct buf *b, int64_t ms)
{
	local(b, ms, LOCAL_SECOND);
}
