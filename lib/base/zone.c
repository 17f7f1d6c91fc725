/* zone.c - zones by name; the clock on the wall from UTC and back. */
#include "zone_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MS = 1000, WINDOW = 2 * 86400, NEAR = 8 };

/* ---- opening ---- */

static bool name_ok(struct str name)
{
	char before = '/';

	if (name.n == 0 || name.n > ZONE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.s[i], letter = (char)(c | 0x20);

		if (c == '/' && before == '/')
			return false;
		if (!(letter >= 'a' && letter <= 'z') &&
		    !(c >= '0' && c <= '9') && !memchr("_-+/", c, 4))
			return false;
		before = c;
	}
	return before != '/';
}

static int no_zone(struct ehr_err *e)
{
	return ehr_fail(e, EHR_EUSAGE, "tz: not a zone of the tz database");
}

static int file(const char *path, struct buf *b, struct ehr_err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR ? no_zone(e) :
		    ehr_fail_errno(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return no_zone(e);
	return in_all(path, ZONE_FILE_MAX, b, e);
}

static struct zone *utc(void)
{
	struct zone *z = xcalloc(1, sizeof(*z));

	memcpy(z->name, "UTC", sizeof("UTC"));
	zone_rule_parse(STR("UTC0"), &z->rule);
	return z;
}

int zone_open(struct zone **z, struct str name, struct ehr_err *e)
{
	const char *dir = secure_getenv("TZDIR");
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO bytes = BUF_INIT;
	int rc;

	*z = NULL;
	if (!name_ok(name))
		return no_zone(e);
	if (str_is(name, "UTC")) {
		*z = utc();
		return 0;
	}
	buf_addf(&path, "%s/%.*s", dir ? dir : "/usr/share/zoneinfo",
	    STR_FMT(name));
	rc = file(path.s, &bytes, e);
	if (rc == 0 && (bytes.len < 4 || memcmp(bytes.s, "TZif", 4) != 0))
		rc = no_zone(e); /* zone.tab and its like */
	if (rc < 0)
		return rc;
	rc = zone_read(z, name, buf_str(&bytes), e);
	return rc < 0 ? ehr_fail_prefix(e, "%s: ", path.s) : 0;
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* ---- what is in force ---- */

/* How many of the table's times are not after t. */
static size_t passed(const struct zone *z, int64_t t)
{
	size_t lo = 0, hi = z->times;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->at[mid] <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct zone_type *in_force(const struct zone *z, int64_t t)
{
	size_t n = passed(z, t);

	if (n == z->times && z->rule.given)
		return zone_rule_at(&z->rule, t);
	return &z->type[n ? z->into[n - 1] : 0];
}

static int64_t seconds(int64_t ms)
{
	return (ms - (ms < 0 ? MS - 1 : 0)) / MS;
}

void zone_at(const struct zone *z, int64_t ms, struct zone_at *at)
{
	const struct zone_type *t = in_force(z, seconds(ms));

	*at = (struct zone_at){ t->offset, t->dst, t->abbr };
}

static bool next(const struct zone *z, int64_t t, int64_t *when)
{
	const struct zone_type *now = in_force(z, t);

	for (size_t i = passed(z, t); i < z->times; i++) {
		*when = z->at[i];
		if (!zone_same(in_force(z, *when), now))
			return true;
		t = *when;
	}
	return z->rule.given && zone_rule_next(&z->rule, t, when);
}

bool zone_next(const struct zone *z, int64_t ms, int64_t *when)
{
	int64_t t;

	if (!next(z, seconds(ms), &t) || t > INT64_MAX / MS)
		return false;
	*when = t * MS;
	return true;
}

/* ---- the clock on the wall ---- */

void zone_civil(const struct zone *z, int64_t ms, struct date *d)
{
	int offset = in_force(z, seconds(ms))->offset;

	date_from_ms(d, ms + (int64_t)offset * MS, 0);
	d->offset = offset / 60;
}

/* Of a turn from one offset to another: what the clock's time civil is. */
static enum zone_fit about(int64_t civil, int64_t turn, int before, int after,
    int64_t t[2])
{
	bool first = civil - before < turn, second = civil - after >= turn;

	t[0] = civil - (first || !second ? before : after);
	t[1] = civil - (second || !first ? after : before);
	if (first == second)
		return first ? ZONE_TWICE : ZONE_GAP;
	return ZONE_ONCE;
}

/* In seconds: goes over the turns near civil; what lies before a turn and is
 * not reached by what follows is settled there. */
static enum zone_fit fit(const struct zone *z, int64_t civil, int64_t t[2])
{
	int64_t at = civil - WINDOW, turn;
	int before = in_force(z, at)->offset, after;
	enum zone_fit found = ZONE_ONCE;

	t[0] = t[1] = civil - before;
	for (size_t i = 0; i < NEAR && next(z, at, &turn); i++, at = turn) {
		if (turn > civil + WINDOW)
			break;
		after = in_force(z, turn)->offset;
		found = about(civil, turn, before, after, t);
		if (found != ZONE_ONCE || t[0] < turn)
			break;
		before = after;
	}
	return found;
}

enum zone_fit zone_utc(const struct zone *z, const struct date *civil,
    int64_t ms[2])
{
	struct date d = *civil;
	enum zone_fit found;
	int64_t whole, t[2];

	d.has_offset = false;
	whole = date_ms(&d);
	found = fit(z, seconds(whole), t);
	whole -= seconds(whole) * MS;
	ms[0] = t[0] * MS + whole;
	ms[1] = t[1] * MS + whole;
	return found;
}
