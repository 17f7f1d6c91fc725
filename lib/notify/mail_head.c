/* mail_head.c - header fields and bodies of mail. */
#include "notify/mail_head.h"

#include <strings.h>

enum { FIELD_MAX = 64 << 10 };

bool mail_is(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.s, b, a.n) == 0;
}

/* ---- fields ---- */

static struct str line_of(struct str *rest)
{
	struct str line = STR_NONE;

	str_split(rest, '\n', &line);
	if (line.n && line.s[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

bool mail_field(struct arena *mem, struct str *rest, struct mail_field *f)
{
	BUF_AUTO value = BUF_INIT;
	struct str at = *rest, line = line_of(&at), part = line;

	if (line.n == 0 || blank(line.s[0]) ||
	    !memchr(line.s, ':', line.n)) {
		if (line.n == 0)
			*rest = at;
		return false;
	}
	str_split(&part, ':', &f->name);
	f->name = str_trim(f->name);
	buf_addstr(&value, part);
	*rest = at;
	while (at.n && blank(at.s[0])) {
		line = line_of(&at);
		if (value.len < FIELD_MAX)
			buf_addstr(&value, line);
		*rest = at;
	}
	f->value = str_trim(arena_str(mem, buf_str(&value)));
	return true;
}

struct str mail_main(struct str value)
{
	struct str part = STR_NONE;

	str_split(&value, ';', &part);
	return str_trim(part);
}

/* Behind a quoted string that begins at s->s[0], its text in b. */
static void quoted(struct str *s, struct buf *b)
{
	size_t i = 1;

	for (; i < s->n && s->s[i] != '"'; i++) {
		if (s->s[i] == '\\' && i + 1 < s->n)
			i++;
		buf_addch(b, s->s[i]);
	}
	i += i < s->n;
	*s = (struct str){ s->s + i, s->n - i };
}

static void token(struct str *s, struct buf *b, const char *stop)
{
	size_t i = 0;

	for (; i < s->n && !strchr(stop, s->s[i]); i++)
		buf_addch(b, s->s[i]);
	*s = (struct str){ s->s + i, s->n - i };
}

struct str mail_parameter(struct arena *mem, struct str value,
    const char *name)
{
	BUF_AUTO key = BUF_INIT;
	BUF_AUTO v = BUF_INIT;

	token(&value, &key, ";");
	while (value.n) {
		value = str_trim((struct str){ value.s + 1, value.n - 1 });
		buf_reset(&key);
		buf_reset(&v);
		token(&value, &key, "=;");
		if (value.n && value.s[0] == '=') {
			value = str_trim((struct str){ value.s + 1,
				value.n - 1 });
			if (value.n && value.s[0] == '"')
				quoted(&value, &v);
			else
				token(&value, &v, "; \t");
			if (mail_is(str_trim(buf_str(&key)), name))
				return arena_str(mem, buf_str(&v));
			token(&value, &key, ";");
		}
	}
	return STR_NONE;
}

/* ---- encodings ---- */

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* word: "_" is a blank (RFC 2047 4.2). */
static void printable(struct buf *b, struct str s, bool word)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] == '_' && word) {
			buf_addch(b, ' ');
		} else if (s.s[i] != '=') {
			buf_addch(b, s.s[i]);
		} else if (i + 2 < s.n && hex(s.s[i + 1]) >= 0 &&
		    hex(s.s[i + 2]) >= 0) {
			buf_addch(b, (char)(hex(s.s[i + 1]) << 4 |
				hex(s.s[i + 2])));
			i += 2;
		} else if (i + 1 < s.n && s.s[i + 1] == '\n') {
			i++;
		} else if (i + 2 < s.n && s.s[i + 1] == '\r' &&
		    s.s[i + 2] == '\n') {
			i += 2;
		} else {
			buf_addch(b, '=');
		}
	}
}

void mail_transfer(struct buf *b, struct str encoding, struct str body)
{
	encoding = mail_main(encoding);
	if (mail_is(encoding, "quoted-printable"))
		printable(b, body, false);
	else if (!mail_is(encoding, "base64"))
		buf_addstr(b, body);
	else
		base64_decode(b, body); /* faulty: nothing */
}

static bool one_of(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (mail_is(name, *list))
			return true;
	return false;
}

void mail_charset(struct buf *b, struct str charset, struct str text)
{
	static const char *const latin[] = { "iso-8859-1", "iso-8859-15",
		"windows-1252", "latin1", NULL };
	const char *at = text.s ? text.s : "", *end = at + text.n;
	bool wide = !one_of(charset, latin);

	while (at < end) {
		unsigned char c = (unsigned char)*at;

		if (c == '\r' && at + 1 < end && at[1] == '\n') {
			at++;
		} else if (c < 0x80) {
			buf_addch(b, c == '\r' ? '\n' : (char)c);
			at++;
		} else if (wide) {
			utf8_put(b, utf8_next(&at, end));
		} else {
			utf8_put(b, c);
			at++;
		}
	}
}

/* One encoded word "=?charset?B?text?=" at s; its length, or 0. */
static size_t word(struct buf *b, struct str s)
{
	BUF_AUTO bytes = BUF_INIT;
	struct str rest, charset, how, text;
	const char *end;

	if (!str_starts(s, "=?"))
		return 0;
	rest = (struct str){ s.s + 2, s.n - 2 };
	if (!str_split(&rest, '?', &charset) || !rest.s ||
	    !str_split(&rest, '?', &how) || !rest.s)
		return 0;
	end = memmem(rest.s, rest.n, "?=", 2);
	if (!end || how.n != 1)
		return 0;
	text = (struct str){ rest.s, (size_t)(end - rest.s) };
	if (mail_is(how, "b"))
		base64_decode(&bytes, text);
	else if (mail_is(how, "q"))
		printable(&bytes, text, true);
	else
		return 0;
	mail_charset(b, charset, buf_str(&bytes));
	return (size_t)(end + 2 - s.s);
}

void mail_words(struct buf *b, struct str value)
{
	bool behind = false; /* blanks between words are not shown */

	for (size_t i = 0; i < value.n;) {
		struct str rest = { value.s + i, value.n - i };
		size_t gap = 0, n;

		while (behind && gap < rest.n && blank(rest.s[gap]))
			gap++;
		n = word(b, (struct str){ rest.s + gap, rest.n - gap });
		if (n) {
			i += gap + n;
			behind = true;
			continue;
		}
		behind = false;
		buf_addch(b, value.s[i++]);
	}
}

/* ---- HTML ---- */

static const struct {
	const char *name;
	uint32_t c;
} entities[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
	{ "apos", '\'' }, { "#39", '\'' }, { "nbsp", ' ' }, { "#160", ' ' },
};

static size_t entity(struct buf *b, struct str s)
{
	const char *end = memchr(s.s, ';', s.n < 10 ? s.n : 10);
	struct str name;

	if (!end)
		return 0;
	name = (struct str){ s.s + 1, (size_t)(end - s.s) - 1 };
	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (str_is(name, entities[i].name)) {
			utf8_put(b, entities[i].c);
			return name.n + 2;
		}
	return 0;
}

static struct str tag_name(struct str tag)
{
	size_t n = 0;

	if (tag.n && tag.s[0] == '/')
		tag = (struct str){ tag.s + 1, tag.n - 1 };
	while (n < tag.n && !strchr(" \t\r\n/>", tag.s[n]))
		n++;
	return (struct str){ tag.s, n };
}

/* Behind the tag, and with style and script behind what they hold. */
static size_t tag(struct buf *b, struct str s)
{
	static const char *const lines[] = { "br", "p", "div", "tr", "li",
		"blockquote", NULL };
	static const char *const unseen[] = { "style", "script", "head",
		NULL };
	const char *end = memchr(s.s, '>', s.n);
	struct str name;
	size_t n;

	if (!end)
		return s.n;
	n = (size_t)(end - s.s) + 1;
	name = tag_name((struct str){ s.s + 1, n - 1 });
	if (one_of(name, lines))
		buf_addch(b, '\n');
	if (s.s[1] == '/' || !one_of(name, unseen))
		return n;
	while (n < s.n && !(s.s[n] == '<' && n + 1 < s.n &&
	    s.s[n + 1] == '/' && mail_is(tag_name((struct str){ s.s + n + 1,
	    s.n - n - 1 }), name.n == 5 ? "style" : name.n == 6 ? "script" :
	    "head")))
		n++;
	return n;
}

void mail_html(struct buf *b, struct str html)
{
	for (size_t i = 0; i < html.n;) {
		struct str rest = { html.s + i, html.n - i };
		size_t n = rest.s[0] == '<' ? tag(b, rest) :
		    rest.s[0] == '&' ? entity(b, rest) : 0;

		if (n == 0)
			buf_addch(b, rest.s[0] == '\n' ? ' ' : rest.s[0]);
		i += n ? n : 1;
	}
}
