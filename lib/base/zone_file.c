/* zone_file.c - reads a TZif file (RFC 9636): the second data block, of 64-bit
 * times, and the footer. What is behind the first block's header is skipped. */
#include "zone_impl.h"

#include <stdlib.h>

enum { HEADER = 44, V1_TIME = 4, V2_TIME = 8, TYPE = 6, LEAP_EXTRA = 4 };

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

/* What is left of the file. */
struct cursor {
	const unsigned char *p;
	size_t left, at;
};

static int bad(struct cursor *c, struct ehr_err *e, const char *what)
{
	return ehr_fail(e, EHR_EREJECT, "byte %zu: RFC 9636: %s", c->at, what);
}

static bool take(struct cursor *c, size_t n, const unsigned char **p)
{
	if (c->left < n)
		return false;
	*p = c->p;
	c->p += n;
	c->left -= n;
	c->at += n;
	return true;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int header(struct cursor *c, struct counts *n, struct ehr_err *e)
{
	const unsigned char *p;

	if (!take(c, HEADER, &p) || memcmp(p, "TZif", 4) != 0)
		return bad(c, e, "3.1: no header of TZif");
	if (p[4] < '2')
		return bad(c, e, "3.1: version 1 has no rule for the future");
	*n = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28),
		be32(p + 32), be32(p + 36), be32(p + 40) };
	if (n->time > ZONE_TIMES_MAX || n->type > ZONE_TYPES_MAX ||
	    n->chars > ZONE_CHARS_MAX || n->leap > ZONE_TIMES_MAX ||
	    n->isut > n->type || n->isstd > n->type)
		return bad(c, e, "3.1: counts that no zone has");
	return 0;
}

static size_t block_size(const struct counts *n, size_t time)
{
	return n->time * (time + 1) + n->type * TYPE + n->chars +
	    n->leap * (time + LEAP_EXTRA) + n->isstd + n->isut;
}

static int times(struct cursor *c, struct zone *z, struct ehr_err *e)
{
	const unsigned char *p, *into;

	if (!take(c, z->times * V2_TIME, &p) || !take(c, z->times, &into))
		return bad(c, e, "3.2: truncated");
	z->at = xcalloc(z->times + 1, sizeof(*z->at));
	z->into = xcalloc(z->times + 1, 1);
	for (size_t i = 0; i < z->times; i++, p += V2_TIME) {
		z->at[i] = (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
		z->into[i] = into[i];
		if (into[i] >= z->types)
			return bad(c, e, "3.2: a type that is not there");
		if (i > 0 && z->at[i] <= z->at[i - 1])
			return bad(c, e, "3.2: times that do not ascend");
	}
	return 0;
}

static int type(struct cursor *c, const unsigned char *p, struct str chars,
    struct zone_type *t, struct ehr_err *e)
{
	struct str name;
	int64_t v = (int32_t)be32(p);
	const char *end;

	if (v < ZONE_WEST_MAX || v > ZONE_EAST_MAX || p[4] > 1)
		return bad(c, e, "3.2: an offset or flag that no zone has");
	if (p[5] >= chars.n)
		return bad(c, e, "3.2: an abbreviation that is not there");
	name = (struct str){ chars.s + p[5], chars.n - p[5] };
	end = memchr(name.s, '\0', name.n);
	if (!end)
		return bad(c, e, "3.2: an abbreviation without an end");
	name.n = (size_t)(end - name.s);
	if (!zone_abbr_ok(name))
		return bad(c, e, "3.2: an abbreviation that no zone has");
	*t = (struct zone_type){ .offset = (int32_t)v, .dst = p[4] != 0 };
	memcpy(t->abbr, name.s, name.n);
	return 0;
}

static int types(struct cursor *c, struct zone *z, size_t nchars,
    struct ehr_err *e)
{
	const unsigned char *p, *chars;
	int rc = 0;

	if (!take(c, z->types * TYPE, &p) || !take(c, nchars, &chars))
		return bad(c, e, "3.2: truncated");
	z->type = xcalloc(z->types, sizeof(*z->type));
	for (size_t i = 0; i < z->types && rc == 0; i++, p += TYPE)
		rc = type(c, p, (struct str){ (const char *)chars, nchars },
		    &z->type[i], e);
	return rc;
}

static int footer(struct cursor *c, struct zone *z, struct ehr_err *e)
{
	struct str rule;
	const unsigned char *p;

	if (c->left < 2 || c->p[0] != '\n' || c->p[c->left - 1] != '\n')
		return bad(c, e, "3.3: no footer");
	p = c->p + 1;
	rule = (struct str){ (const char *)p, c->left - 2 };
	if (rule.n && !zone_rule_parse(rule, &z->rule))
		return bad(c, e, "3.3.1: a rule that cannot be read");
	return 0;
}

static int body(struct cursor *c, struct zone *z, struct ehr_err *e)
{
	const unsigned char *skipped;
	struct counts n;
	int rc = header(c, &n, e);

	if (rc < 0)
		return rc;
	if (!take(c, block_size(&n, V1_TIME), &skipped))
		return bad(c, e, "3.2: truncated");
	rc = header(c, &n, e);
	if (rc < 0)
		return rc;
	if (n.leap)
		return bad(c, e, "3.2: a zone that counts leap seconds");
	if (n.type == 0)
		return bad(c, e, "3.1: no type");
	z->times = n.time;
	z->types = n.type;
	rc = times(c, z, e);
	if (rc == 0)
		rc = types(c, z, n.chars, e);
	if (rc == 0 && !take(c, n.isstd + n.isut, &skipped))
		rc = bad(c, e, "3.2: truncated");
	return rc == 0 ? footer(c, z, e) : rc;
}

int zone_read(struct zone **result, struct str name, struct str bytes,
    struct ehr_err *e)
{
	struct cursor c = { (const unsigned char *)bytes.s, bytes.n, 0 };
	struct zone *z = xcalloc(1, sizeof(*z));
	int rc;

	*result = NULL;
	if (name.n > ZONE_NAME_MAX)
		name.n = ZONE_NAME_MAX;
	memcpy(z->name, name.s, name.n);
	rc = body(&c, z, e);
	if (rc == 0)
		*result = z;
	else
		zone_free(z);
	return rc;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->into);
	free(z->type);
	free(z);
}
