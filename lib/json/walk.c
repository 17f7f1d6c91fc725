/*
 * walk.c - the members of a stored object, without a tape.
 *
 * Containers are stepped over in blocks of 64 bytes, of which the brackets
 * outside strings are looked at.
 */
#include "ehr/json.h"
#include "json/scan.h"

/* Brackets outside strings in the block at p, and which of them open. What
 * lies behind n bytes reads as zeros. */
static uint64_t block(const char *p, size_t n, bool *escaped,
    bool *quoted, uint64_t *open)
{
	struct scan_masks m;
	char tail[SCAN_BLOCK];

	if (n < SCAN_BLOCK) {
		memset(tail, 0, sizeof(tail));
		p = memcpy(tail, p, n);
	}
	m = scan_block(p);
	if (m.slash || *escaped)
		scan_escapes(&m, escaped);
	*open = scan_opens(p);
	return m.bracket & ~scan_strings(m.quote, quoted);
}

/* Place behind the container that opens at p, or NULL. */
static const char *skip_container(const char *p, const char *end)
{
	bool escaped = false, quoted = false;
	size_t n = (size_t)(end - p);
	unsigned depth = 0;

	for (size_t i = 0; i < n; i += SCAN_BLOCK) {
		uint64_t open, all;

		all = block(p + i, n - i, &escaped, &quoted, &open);
		for (; all; all &= all - 1) {
			unsigned at = (unsigned)__builtin_ctzll(all);

			depth += open >> at & 1 ? 1U : -1U;
			if (depth == 0)
				return p + i + at + 1;
		}
	}
	return NULL;
}

/* Place of the first quote or backslash, or end. */
static const char *quote_or_slash(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const void *)p);
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));

		if (found)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Place of the quote that ends the string whose text starts at p, or NULL. */
static const char *string_end(const char *p, const char *end)
{
	p = quote_or_slash(p, end);
	while (p < end && *p != '"')
		p = end - p > 2 ? quote_or_slash(p + 2, end) : end;
	return p < end ? p : NULL;
}

static const char *skip_value(const char *p, const char *end)
{
	switch (*p) {
	case '{':
	case '[':
		return skip_container(p, end);
	case '"':
		p = string_end(p + 1, end);
		return p ? p + 1 : NULL;
	default:
		while (p < end && *p != ',' && *p != '}' && *p != ']')
			p++;
		return p < end ? p : NULL;
	}
}

static struct str slice(const char *p, const char *end)
{
	return (struct str){ p, (size_t)(end - p) };
}

int json_walk_next(struct json_walk *w, struct str *key, struct str *value)
{
	const char *p = w->at, *end = w->end, *stop;

	if (end - p == (w->first ? 2 : 1) && end[-1] == '}' &&
	    (!w->first || *p == '{'))
		return 0;
	if (end - p < 6 || *p != (w->first ? '{' : ',') || p[1] != '"')
		return EHR_EREJECT;
	p += 2;
	stop = quote_or_slash(p, end);
	if (end - stop < 3 || *stop != '"' || stop[1] != ':')
		return EHR_EREJECT;
	*key = slice(p, stop);
	p = stop + 2;
	stop = skip_value(p, end);
	if (!stop || stop == p)
		return EHR_EREJECT;
	*value = slice(p, stop);
	w->at = stop;
	w->first = false;
	return 1;
}

/* The first element of arrays in arrays: 1, 0 when there is none. */
static int first_element(struct str *value)
{
	const char *end, *p;

	while (value->n && *value->s == '[') {
		p = value->s + 1;
		end = str_end(*value);
		if (p < end && *p == ']')
			return 0;
		end = p < end ? skip_value(p, end) : NULL;
		if (!end || end == p)
			return EHR_EREJECT;
		*value = slice(p, end);
	}
	return 1;
}

static int member(struct str object, struct str name, struct str *value)
{
	struct json_walk w = JSON_WALK(object);
	struct str key;
	int rc;

	if (object.n == 0 || *object.s != '{')
		return 0;
	while ((rc = json_walk_next(&w, &key, value)) > 0)
		if (str_eq(key, name))
			break;
	return rc;
}

int json_walk_path(struct str object, struct str path, struct str *value)
{
	struct str name;
	int rc = 1;

	*value = object;
	while (rc > 0 && path.n > 0 && str_split(&path, '.', &name)) {
		rc = first_element(value);
		if (rc > 0)
			rc = member(*value, name, value);
	}
	return rc;
}
