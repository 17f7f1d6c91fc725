/* zone_impl.h - a zone in memory: the file's table, the rule of its footer. */
#ifndef BASE_ZONE_IMPL_H
#define BASE_ZONE_IMPL_H

#include "ehr/base-zone.h"

enum {
	ZONE_FILE_MAX = 1 << 20, /* the largest of the tz database has 4 KiB */
	ZONE_TIMES_MAX = 8192,
	ZONE_TYPES_MAX = 256,	/* an index is a byte */
	ZONE_CHARS_MAX = 4096,
	ZONE_ABBR_MAX = 16,
	/* RFC 9636 3.2: what offsets should be within */
	ZONE_WEST_MAX = -89999,
	ZONE_EAST_MAX = 93599,
};

struct zone_type {
	int32_t offset;
	bool dst;
	char abbr[ZONE_ABBR_MAX + 1];
};

/* A day of the year on which a rule turns the clock (POSIX TZ). */
struct zone_day {
	char kind;	      /* 'J': 1..365, 29 February never counts;
			       * 'N': 0..365; 'M': month, week, weekday */
	int day, month, week; /* day: of the year, or of the week */
	int32_t time;	      /* seconds, of the clock before it is turned */
};

struct zone_rule {
	bool given, turns;
	struct zone_type std, dst;
	struct zone_day start, end; /* of dst */
};

struct zone {
	char name[ZONE_NAME_MAX + 1];
	size_t times, types;
	int64_t *at;   /* seconds, ascending */
	uint8_t *into; /* type from at[i] on */
	struct zone_type *type;
	struct zone_rule rule;
};

/* Reads the footer's TZ string, the whole slice; false: not of that form. */
bool zone_rule_parse(struct str s, struct zone_rule *r);
/* What the rule says of time t (seconds). */
const struct zone_type *zone_rule_at(const struct zone_rule *r, int64_t t);
/* The first time after t at which it says something else. */
bool zone_rule_next(const struct zone_rule *r, int64_t t, int64_t *when);
bool zone_abbr_ok(struct str s);
bool zone_same(const struct zone_type *a, const struct zone_type *b);

#endif
