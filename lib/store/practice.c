/* practice.c - facilities: where we are. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "practice.h"
#include "statements.h"

enum { MAX_NAME = 200, MAX_ZONE = 64 };

static bool zone_name(struct str zone)
{
	if (zone.n == 0 || zone.n > MAX_ZONE || zone.s[0] == '/')
		return false;
	for (size_t i = 0; i < zone.n; i++) {
		unsigned char c = (unsigned char)zone.s[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') &&
		    memchr("_-+/", c, 4) == NULL)
			return false;
	}
	return true;
}

static int no_zone(struct ehr_err *e)
{
	return ehr_fail(e, EHR_EUSAGE, "tz: not a zone of the tz database");
}

int store_zone_check(struct str zone, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	const char *dir = secure_getenv("TZDIR");
	char magic[4];
	ssize_t n;
	int fd;

	if (!zone_name(zone))
		return no_zone(e);
	buf_addf(&path, "%s/%.*s", dir ? dir : "/usr/share/zoneinfo",
	    STR_FMT(zone));
	fd = open(path.s, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? no_zone(e) :
		    ehr_fail_errno(e, "%s", path.s);
	do
		n = read(fd, magic, sizeof(magic));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EISDIR) {
		ehr_fail_errno(e, "%s", path.s);
		close(fd);
		return EHR_EIO;
	}
	close(fd);
	return n == sizeof(magic) && memcmp(magic, "TZif", 4) == 0 ? 0 :
	    no_zone(e);
}

int practice_text(const char *what, struct str s, struct ehr_err *e)
{
	BUF_AUTO clean = BUF_INIT;

	if (s.n == 0 || s.n > MAX_NAME)
		return ehr_fail(e, EHR_EUSAGE, "%s: 1 to %d bytes", what,
		    MAX_NAME);
	if (utf8_valid(s.s, s.n) == s.n)
		utf8_clean(&clean, s, true);
	if (!str_eq(buf_str(&clean), s) || memchr(s.s, '\n', s.n) ||
	    memchr(s.s, '\t', s.n))
		return ehr_fail(e, EHR_EUSAGE, "%s: not plain text", what);
	return 0;
}

int practice_npi(struct str npi, struct ehr_err *e)
{
	if (npi.n && !npi_valid(npi))
		return ehr_fail(e, EHR_EUSAGE,
		    "npi: ten digits with a right check digit are wanted");
	return 0;
}

int practice_put(struct stmt *s, struct ehr_err *e)
{
	int changed = stmt_step(s, e);

	if (changed <= 0) {
		stmt_reset(s);
		return changed;
	}
	return stmt_run(s, e) < 0 ? e->code : 1;
}

int store_facility_put(struct store *db, const struct store_facility *f,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[FACILITY_PUT]);
	int rc = practice_text("facility", f->name, e);

	if (rc == 0)
		rc = practice_npi(f->npi, e);
	if (rc == 0 && f->zone.s)
		rc = store_zone_check(f->zone, e);
	if (rc < 0)
		return rc;
	stmt_text(s, 1, f->name);
	stmt_text(s, 2, f->npi);
	stmt_text(s, 3, f->zone);
	return practice_put(s, e);
}

int store_facility_each(struct store *db,
    int (*fn)(void *arg, const struct store_facility *f), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &store_sql_table[FACILITY_LIST]);
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		struct store_facility f = { stmt_col_int(s, 0), stmt_col(s, 1),
			stmt_col(s, 2), stmt_col(s, 3) };

		rc = fn(arg, &f);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}
