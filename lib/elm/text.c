/* Strings (CQL 1.5, 17). Positions count characters, not bytes. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "elm/impl.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

/* ---- characters ---- */

/* Bytes of the first n characters. */
static size_t prefix(struct str s, int64_t n)
{
	const char *p = s.s, *end = str_end(s);

	for (; n > 0 && p < end; n--)
		utf8_next(&p, end);
	return (size_t)(p - s.s);
}

int64_t elm_chars(struct str s)
{
	const char *p = s.s, *end = str_end(s);
	int64_t n = 0;

	for (; p < end; n++)
		utf8_next(&p, end);
	return n;
}

static struct elm_value part(struct elm_value v, size_t from, size_t to)
{
	v.s += from;
	v.n = (uint32_t)(to - from);
	return v;
}

struct elm_value elm_char_at(struct elm_ctx *c, struct elm_value v, int64_t i)
{
	size_t from = i < 0 ? v.n : prefix(elm_str(v), i);

	(void)c;
	if (from >= v.n)
		return ELM_NOTHING;
	return part(v, from, prefix(elm_str(v), i + 1));
}

static struct elm_value keep(struct elm_ctx *c, const struct buf *b)
{
	if (b->len > ELM_TEXT_MAX)
		return elm_fail(c, "a string of over %d bytes", ELM_TEXT_MAX);
	return elm_string(arena_str(&c->arena, buf_str(b)));
}

struct elm_value elm_joined(struct elm_ctx *c, struct elm_value a,
    struct elm_value b)
{
	BUF_AUTO out = BUF_INIT;

	buf_addstr(&out, elm_str(a));
	buf_addstr(&out, elm_str(b));
	return keep(c, &out);
}

/* ---- putting together and taking apart ---- */

OPERATOR(concatenate)
{
	BUF_AUTO out = BUF_INIT;

	for (uint32_t i = 0; i < n->args; i++) {
		if (v[i].kind != ELM_STRING)
			return ELM_NOTHING;
		buf_addstr(&out, elm_str(v[i]));
	}
	return keep(c, &out);
}

OPERATOR(combine)
{
	BUF_AUTO out = BUF_INIT;
	bool some = false;

	if (v[0].kind != ELM_LIST || (n->args > 1 && v[1].kind == ELM_NULL))
		return ELM_NOTHING;
	for (uint32_t i = 0; i < v[0].n && out.len <= ELM_TEXT_MAX; i++) {
		if (v[0].list[i].kind != ELM_STRING)
			continue;
		if (some && n->args > 1)
			buf_addstr(&out, elm_str(v[1]));
		buf_addstr(&out, elm_str(v[0].list[i]));
		some = true;
	}
	return some ? keep(c, &out) : ELM_NOTHING;
}

OPERATOR(split)
{
	struct elm_list out = ELM_LIST_INIT(c);
	struct str s, sep;
	const char *at;

	if (v[0].kind != ELM_STRING)
		return ELM_NOTHING;
	s = elm_str(v[0]);
	sep = n->args > 1 && v[1].kind == ELM_STRING ? elm_str(v[1]) : STR_NONE;
	while (sep.n && (at = memmem(s.s, s.n, sep.s, sep.n)) != NULL) {
		elm_list_add(&out,
		    elm_string((struct str){ s.s, (size_t)(at - s.s) }));
		s = (struct str){ at + sep.n,
			(size_t)(str_end(s) - at) - sep.n };
	}
	elm_list_add(&out, elm_string(s));
	return elm_list_done(&out);
}

OPERATOR(to_chars)
{
	struct elm_list out = ELM_LIST_INIT(c);
	size_t at = 0, next;

	if (v[0].kind != ELM_STRING)
		return ELM_NOTHING;
	for (; at < v[0].n; at = next) {
		next = at + prefix((struct str){ v[0].s + at, v[0].n - at }, 1);
		elm_list_add(&out, part(v[0], at, next));
	}
	return elm_list_done(&out);
}

OPERATOR(substring)
{
	struct str s = elm_str(v[0]);
	size_t from, to;

	if (v[0].kind != ELM_STRING || v[1].kind != ELM_INTEGER || v[1].i < 0 ||
	    v[1].i >= elm_chars(s))
		return ELM_NOTHING;
	from = prefix(s, v[1].i);
	to = s.n;
	if (n->args > 2 && v[2].kind == ELM_INTEGER)
		to = prefix(s, v[1].i + (v[2].i > 0 ? v[2].i : 0));
	return part(v[0], from, to);
}

/* ---- searching ---- */

static bool strings(const struct elm_value *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i].kind != ELM_STRING)
			return false;
	return true;
}

OPERATOR(starts_with)
{
	return !strings(v, 2) ? ELM_NOTHING
	    : elm_bool(str_begins(elm_str(v[0]), elm_str(v[1])));
}

OPERATOR(ends_with)
{
	return !strings(v, 2) ? ELM_NOTHING
	    : elm_bool(v[0].n >= v[1].n &&
		memcmp(v[0].s + v[0].n - v[1].n, v[1].s, v[1].n) == 0);
}

/* Character position of the first or last place of v[0] in v[1], or -1. */
static struct elm_value position(const struct elm_value *v, bool last)
{
	const char *at, *found = NULL, *p, *end;

	if (!strings(v, 2))
		return ELM_NOTHING;
	end = v[1].s + v[1].n;
	for (p = v[1].s; p <= end &&
	     (at = memmem(p, (size_t)(end - p), v[0].s, v[0].n)) != NULL;
	     p = at + 1) {
		found = at;
		if (!last)
			break;
	}
	return elm_int(!found ? -1
	    : elm_chars((struct str){ v[1].s, (size_t)(found - v[1].s) }));
}

OPERATOR(position_of)
{
	return position(v, false);
}

OPERATOR(last_position_of)
{
	return position(v, true);
}

/* ---- case (17.9, 17.17): Unicode's simple mappings ---- */

/* The same letters whatever locale the program was started in. */
static locale_t letters;

static void find_letters(void)
{
	letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static bool have_letters(struct elm_ctx *c)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_letters);
	if (letters == (locale_t)0)
		elm_fail(c, "this system has no locale C.UTF-8");
	return letters != (locale_t)0;
}

typedef wint_t map_fn(wint_t ch, locale_t l);

static void map_text(struct buf *b, struct str s, map_fn *map)
{
	const char *p = s.s, *end = str_end(s);

	while (p < end)
		utf8_put(b, (uint32_t)map((wint_t)utf8_next(&p, end),
		    letters));
}

static struct elm_value mapped(struct elm_ctx *c, struct elm_value v,
    map_fn *map)
{
	BUF_AUTO out = BUF_INIT;

	if (v.kind != ELM_STRING || !have_letters(c))
		return ELM_NOTHING;
	map_text(&out, elm_str(v), map);
	return keep(c, &out);
}

/* Letters without case, all blanks the same (12.2). */
static wint_t folded(wint_t ch, locale_t l)
{
	if (iswspace_l(ch, l) || ch == 0xA0)
		return ' ';
	return towlower_l(towupper_l(ch, l), l);
}

bool elm_alike_text(struct elm_ctx *c, struct str a, struct str b)
{
	BUF_AUTO x = BUF_INIT;
	BUF_AUTO y = BUF_INIT;

	if (str_eq(a, b))
		return true;
	if (!have_letters(c))
		return false;
	map_text(&x, a, folded);
	map_text(&y, b, folded);
	return str_eq(buf_str(&x), buf_str(&y));
}

OPERATOR(lower)
{
	return mapped(c, v[0], towlower_l);
}

OPERATOR(upper)
{
	return mapped(c, v[0], towupper_l);
}

/* ---- regular expressions: Perl's, by PCRE2 ---- */

static pcre2_code *compiled(struct elm_ctx *c, struct elm_value pattern,
    uint32_t options)
{
	PCRE2_SIZE at;
	pcre2_code *code;
	int error;

	code = pcre2_compile((PCRE2_SPTR)pattern.s, pattern.n,
	    options | PCRE2_UTF | PCRE2_UCP, &error, &at, NULL);
	if (code == NULL)
		elm_fail(c, "a regular expression that is none, at %zu",
		    (size_t)at);
	return code;
}

enum { MATCH_LIMIT = 1000000, MATCH_STEPS = 1000 };

/* Runs a pattern over a subject; -1 none, 0 match with ends, -2 refused. */
static int search(struct elm_ctx *c, const pcre2_code *code,
    struct elm_value subject, size_t from, size_t *start, size_t *end)
{
	pcre2_match_context *limits;
	pcre2_match_data *data;
	int rc;

	if (!elm_tick(c, MATCH_STEPS))
		return -2;
	limits = pcre2_match_context_create(NULL);
	data = pcre2_match_data_create(1, NULL);
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	rc = pcre2_match(code, (PCRE2_SPTR)subject.s, subject.n, from, 0, data,
	    limits);
	if (rc >= 0) {
		*start = pcre2_get_ovector_pointer(data)[0];
		*end = pcre2_get_ovector_pointer(data)[1];
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
		elm_fail(c, "a regular expression that takes too long");
		return -2;
	}
	return rc < 0 ? -1 : 0;
}

OPERATOR(matches)
{
	pcre2_code *code;
	size_t start, end;
	int rc;

	if (!strings(v, 2))
		return ELM_NOTHING;
	code = compiled(c, v[1], PCRE2_ANCHORED | PCRE2_ENDANCHORED);
	if (code == NULL)
		return ELM_NOTHING;
	rc = search(c, code, v[0], 0, &start, &end);
	pcre2_code_free(code);
	return rc == -2 ? ELM_NOTHING : elm_bool(rc == 0);
}

/* $1 and \$ as in Java, which CQL follows (17.12). */
OPERATOR(replace_matches)
{
	BUF_AUTO out = BUF_INIT;
	PCRE2_SIZE size;
	pcre2_code *code;
	int rc;

	if (!strings(v, 3))
		return ELM_NOTHING;
	code = compiled(c, v[1], 0);
	if (code == NULL)
		return ELM_NOTHING;
	size = (v[0].n + 1) * (size_t)(v[2].n + 2) + 64;
	if (size > MAX_RESOURCE)
		size = MAX_RESOURCE;
	buf_grow(&out, size);
	rc = pcre2_substitute(code, (PCRE2_SPTR)v[0].s, v[0].n, 0,
	    PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED, NULL, NULL,
	    (PCRE2_SPTR)v[2].s, v[2].n, (PCRE2_UCHAR *)out.s, &size);
	pcre2_code_free(code);
	if (rc < 0)
		return elm_fail(c, "a replacement that cannot be made");
	out.len = size;
	return keep(c, &out);
}

OPERATOR(split_on_matches)
{
	struct elm_list out = ELM_LIST_INIT(c);
	size_t from = 0, start = 0, end = 0, next = 0;
	pcre2_code *code;

	if (!strings(v, 2))
		return ELM_NOTHING;
	code = compiled(c, v[1], 0);
	while (code && next <= v[0].n &&
	       search(c, code, v[0], next, &start, &end) == 0) {
		next = end > start ? end : end + 1;
		if (end == start)
			continue;
		elm_list_add(&out, part(v[0], from, start));
		from = end;
	}
	pcre2_code_free(code);
	elm_list_add(&out, part(v[0], from, v[0].n));
	return elm_list_done(&out);
}
