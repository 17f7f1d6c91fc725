/*
 * base-zone.h - time zones of the tz database, read from the system's TZif
 * files (RFC 9636, version 2 and later, with the rule in the footer for times
 * behind the table).
 *
 * There is no zone of the process here: a zone is opened by its name, never
 * changes and may be used by several threads at once. Times are milliseconds
 * since 1970 UTC; offsets are seconds east of UTC.
 */
#ifndef EHR_BASE_ZONE_H
#define EHR_BASE_ZONE_H

#include "ehr/base.h"

enum { ZONE_NAME_MAX = 64 };

struct zone;

/* Opens a zone by its name ("America/New_York"), which is a relative path of
 * letters, digits and _-+/ below $TZDIR, else /usr/share/zoneinfo. "UTC" is
 * there without a file. EHR_EUSAGE: no name of a zone on this machine;
 * EHR_EREJECT: its file is faulty, of version 1 or counts leap seconds;
 * EHR_EIO. *z is NULL after a failure. */
int zone_open(struct zone **z, struct str name, struct ehr_err *e);
/* The same from the bytes of a file; name is only what zone_name() tells. */
int zone_read(struct zone **z, struct str name, struct str bytes,
    struct ehr_err *e);
void zone_free(struct zone *z); /* NULL is allowed */
static inline void zone_freep(struct zone **z)
{
	zone_free(*z);
}
#define ZONE_AUTO EHR_CLEANUP(zone_freep) struct zone *

const char *zone_name(const struct zone *z); /* borrowed from z */

/* What is in force at a time. */
struct zone_at {
	int offset;	  /* seconds east of UTC */
	bool dst;	  /* the tz database's word for it */
	const char *abbr; /* "EST", "+1245"; borrowed from the zone */
};
void zone_at(const struct zone *z, int64_t ms, struct zone_at *at);

/* The clock on the wall at ms, to the millisecond; its offset is set, in whole
 * minutes (before about 1930 zones had odd seconds, which are cut off). */
void zone_civil(const struct zone *z, int64_t ms, struct date *d);

enum zone_fit {
	ZONE_ONCE,
	ZONE_GAP,   /* the clock was put forward over this time */
	ZONE_TWICE, /* the clock was put back: it comes twice */
};

/* When the clock on the wall shows civil (an offset in it counts for nothing,
 * parts that are missing are their first): ms[0] is what RFC 5545 3.3.5 takes:
 * the first of two; in a gap what the offset before it makes (02:30 is 03:30
 * then). ms[1] is the second of two, in a gap what the offset behind it makes
 * (01:30), else ms[0]. */
enum zone_fit zone_utc(const struct zone *z, const struct date *civil,
    int64_t ms[2]);

/* The first time after ms from when on another offset, abbreviation or dst is
 * in force; false when none will be. */
bool zone_next(const struct zone *z, int64_t ms, int64_t *when);

#endif
