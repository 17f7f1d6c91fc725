/* text.c - words of messages: templates without logic, facts merged in. */
#include "notify/impl.h"

static const char *const names[] = {
#define X(id, name, help) name,
#include "text-field.def"
#undef X
};

/* ---- templates ---- */

/* The next field of a text: what stands before it, which one it is (-1: none
 * that is known), and the rest. False: there is no further one. */
static bool next_field(struct str *rest, struct str *before, int *field)
{
	const char *from = memmem(rest->s, rest->n, "{{", 2), *to;
	struct str name;

	if (!from)
		return false;
	*before = (struct str){ rest->s, (size_t)(from - rest->s) };
	to = memmem(from, (size_t)(str_end(*rest) - from), "}}", 2);
	*field = -1;
	if (!to)
		return true;
	name = str_trim((struct str){ from + 2, (size_t)(to - from - 2) });
	for (int i = 0; i < TEXT_FIELDS; i++)
		if (str_is(name, names[i]))
			*field = i;
	rest->n = (size_t)(str_end(*rest) - to - 2);
	rest->s = to + 2;
	return true;
}

bool text_check(struct str line)
{
	struct str before;
	int field;

	while (next_field(&line, &before, &field))
		if (field < 0)
			return false;
	return true;
}

static void merge(struct buf *b, struct str line, const struct text_facts *f)
{
	struct str before;
	int field;

	while (next_field(&line, &before, &field)) {
		buf_addstr(b, before);
		utf8_clean(b, f->v[field], false);
	}
	buf_addstr(b, line);
}

/* ---- which template ---- */

/* Is it that language, or with another region the same one? */
static bool same_language(struct str a, struct str b)
{
	struct str x, y;

	return str_split(&a, '-', &x) && str_split(&b, '-', &y) &&
	    x.n == y.n && strncasecmp(x.s, y.s, x.n) == 0;
}

static const struct setup_item *translated(const struct setup *s,
    const struct setup_item *t, struct str language)
{
	const struct setup_item *i = NULL, *found = t;

	while ((i = setup_next(s, NOTIFY_KIND_TEMPLATE, i)) != NULL)
		if (str_eq(setup_value(i, "of"), t->key) &&
		    same_language(setup_value(i, "language"), language) &&
		    (found == t || str_eq(setup_value(i, "language"),
		    language)))
			found = i;
	return found;
}

static const struct own {
	enum notify_what what;
	const char *language, *sms, *title, *text;
} owns[] = {
#define X(what, language, sms, title, text)                                   \
	{ NOTIFY_ABOUT_##what, language, sms, title, text },
#include "text-own.def"
#undef X
};

/* A care gap is told as a recall is. */
static const struct own *own_words(enum notify_what what, struct str language)
{
	const struct own *found = NULL;

	if (what == NOTIFY_ABOUT_CARE_GAP)
		what = NOTIFY_ABOUT_RECALL;
	for (size_t i = 0; i < ARRAY_LEN(owns); i++)
		if (owns[i].what == what && (!found ||
		    same_language(str_of(owns[i].language), language)))
			found = &owns[i];
	return found;
}

static void merge_lines(const struct setup_item *t, const char *field,
    const struct text_facts *f, struct buf *b)
{
	struct str line;

	for (size_t n = 0; (line = setup_nth(t, field, n)).s; n++) {
		merge(b, line, f);
		buf_addch(b, '\n');
	}
}

static const char *lines_of(const struct setup_item *t,
    enum notify_channel channel)
{
	const char *name = channel == NOTIFY_VOICE ? "voice" :
	    channel == NOTIFY_SMS ? "sms" : "text";

	return setup_has(t, name) ? name : setup_has(t, "sms") ? "sms" :
	    "text";
}

static void put_words(const struct setup_item *t, enum notify_channel channel,
    const struct text_facts *f, struct buf *title, struct buf *body)
{
	merge(title, setup_has(t, "title") ? setup_value(t, "title") :
	    f->v[TEXT_PRACTICE], f);
	merge_lines(t, lines_of(t, channel), f, body);
}

/* ---- SMS ---- */

/* 3GPP TS 23.038 6.2.1, what ASCII does not have; and of ASCII what it has
 * not (`) or only behind an escape, which counts as two. */
static const uint32_t basic[] = { 0xa3, 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2,
	0xc7, 0xd8, 0xf8, 0xc5, 0xe5, 0x394, 0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0,
	0x3a8, 0x3a3, 0x398, 0x39e, 0xc6, 0xe6, 0xdf, 0xc9, 0xa4, 0xa1, 0xc4,
	0xd6, 0xd1, 0xdc, 0xa7, 0xbf, 0xe4, 0xf6, 0xf1, 0xfc, 0xe0 };

/* Septets of a letter: 1, 2, or 0: it has none. */
static int septets(uint32_t c)
{
	if (c == 0x20ac || (c < 0x80 && c && strchr("^{}\\[~]|\f", (int)c)))
		return 2;
	if (c == '\n' || c == '\r' || (c >= ' ' && c < 0x7f && c != '`'))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(basic); i++)
		if (basic[i] == c)
			return 1;
	return 0;
}

/* Letters that an SMS in 7 bits can only have in another form. */
static const struct {
	uint32_t c;
	const char *as;
} forms[] = { { 0xe1, "a" }, { 0xed, "i" }, { 0xf3, "o" }, { 0xfa, "u" },
	{ 0xc1, "A" }, { 0xcd, "I" }, { 0xd3, "O" }, { 0xda, "U" },
	{ 0xe7, "c" }, { 0xe2, "a" }, { 0xea, "e" }, { 0xee, "i" },
	{ 0xf4, "o" }, { 0xfb, "u" }, { 0xe3, "a" }, { 0xf5, "o" },
	{ 0x2018, "'" }, { 0x2019, "'" }, { 0x201c, "\"" },
	{ 0x201d, "\"" }, { 0x2013, "-" }, { 0x2014, "-" },
	{ 0x2026, "..." }, { 0xa0, " " } };

static const char *other_form(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].c == c)
			return forms[i].as;
	return NULL;
}

/* Puts all letters into a form that 7 bits have, if there is one for all. */
static void to_seven(struct buf *b)
{
	BUF_AUTO to = BUF_INIT;
	uint32_t c;

	for (const char *p = b->s; p < b->s + b->len;) {
		c = utf8_next(&p, b->s + b->len);
		if (septets(c))
			utf8_put(&to, c);
		else if (other_form(c))
			buf_adds(&to, other_form(c));
		else
			return;
	}
	buf_reset(b);
	buf_addstr(b, buf_str(&to));
}

static int units(uint32_t c)
{
	return c > 0xffff ? 2 : 1;
}

/* Parts of so many units at most, when one of size single does not hold all;
 * no letter is cut. */
static int64_t parts(struct str text, int (*size)(uint32_t), int single,
    int part)
{
	const char *p = text.s;
	int64_t n = 1;
	int all = 0, at = 0;

	while (p < str_end(text)) {
		int one = size(utf8_next(&p, str_end(text)));

		all += one;
		if (at + one > part) {
			n++;
			at = 0;
		}
		at += one;
	}
	return all <= single ? 1 : n;
}

int64_t text_segments(struct str text)
{
	for (const char *p = text.s; p < str_end(text);)
		if (septets(utf8_next(&p, str_end(text))) == 0)
			return parts(text, units, 70, 67);
	return parts(text, septets, 160, 153);
}

/* ---- a message ---- */

int64_t text_make(const struct setup *s, const struct setup_item *rule,
    enum notify_channel channel, struct str language,
    const struct text_facts *f, struct buf *title, struct buf *body)
{
	bool brief = channel == NOTIFY_SMS || channel == NOTIFY_VOICE;
	const struct setup_item *t = setup_ref(s, rule, "template");
	const struct own *own;

	if (t) {
		put_words(translated(s, t, language), channel, f, title,
		    body);
	} else {
		own = own_words(notify_what(setup_value(rule, "what")),
		    language);
		merge(title, str_of(own->title), f);
		merge(body, str_of(brief ? own->sms : own->text), f);
	}
	if (brief)
		buf_reset(title);
	while (brief && body->len && body->s[body->len - 1] == '\n')
		body->s[--body->len] = '\0';
	if (channel == NOTIFY_SMS)
		to_seven(body);
	return channel == NOTIFY_SMS ? text_segments(buf_str(body)) : 1;
}
