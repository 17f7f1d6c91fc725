/* Whether a rule holds. */
#include "rules.h"

#include "ehr/qrda.h"

static const char *const words[] = {
#define X(kind, words) words,
#include "kinds.def"
#undef X
};

void rule_words(struct buf *b, const struct rule_row *r)
{
	const char *at = strstr(words[r->kind], "%s");

	buf_add(b, words[r->kind], (size_t)(at - words[r->kind]));
	buf_adds(b, r->text);
	buf_adds(b, at + 2);
}

bool rule_is_place(enum rule_kind kind)
{
	return kind <= RULE_DISTINCT || kind == RULE_INTEGER;
}

bool rule_word_in(struct str word, struct str list)
{
	struct str one;

	while (str_split(&list, ' ', &one))
		if (one.n && str_eq(word, one))
			return true;
	return false;
}

static struct str attr(const struct xml_node *n, const char *name)
{
	return place_attr(n, str_of(name));
}

/* ---- numbers ---- */

static bool digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < '0' || s.s[i] > '9')
			return false;
	return s.n > 0;
}

bool qrda_tin(struct str s)
{
	return s.n == 9 && digits(s);
}

/* The Luhn formula over 80840 and the ten digits (45 CFR 162.406). */
static bool npi_checks(struct str s)
{
	int sum = 24;

	if (s.n != 10 || !digits(s))
		return false;
	for (size_t i = 0; i < 10; i++) {
		int d = s.s[i] - '0';

		if (i % 2 == 0)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

bool qrda_npi(struct str s)
{
	return npi_checks(s);
}

static bool rate(struct str s)
{
	struct decimal d, zero = { 0, 0 }, one = { 1, 0 };
	BUF_AUTO b = BUF_INIT;

	if (s.n && s.s[0] == '.')
		buf_addch(&b, '0');
	buf_addstr(&b, str_trim(s));
	return decimal_parse(buf_str(&b), &d) && decimal_cmp(&d, &zero) >= 0 &&
	    decimal_cmp(&d, &one) <= 0;
}

static bool places(struct str s, int64_t most)
{
	const char *dot = s.n ? memchr(s.s, '.', s.n) : NULL;

	return !dot || str_end(s) - dot - 1 <= most;
}

/* ---- times ---- */

/* YYYYMMDD and more, or with dashes. */
static bool day(struct str s)
{
	struct date d;
	char text[11];

	if (s.n >= 10 && s.s[4] == '-')
		return date_parse((struct str){ s.s, 10 }, &d);
	if (s.n < 8 || !digits((struct str){ s.s, 8 }))
		return false;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2s", s.s, s.s + 4, s.s + 6);
	return date_parse(str_of(text), &d);
}

static bool zoned(struct str s)
{
	s = str_trim(s);
	return s.n && (memchr(s.s, '-', s.n) || memchr(s.s, '+', s.n));
}

static bool zone(const struct xml_node *n)
{
	const struct xml_node *root = n;
	struct str value = str_trim(attr(n, "value")), doc;

	while (root->parent)
		root = root->parent;
	doc = str_trim(xml_value(root, "effectiveTime", "value"));
	return value.n <= 8 || attr(n, "nullFlavor").s ||
	    zoned(value) == (doc.n > 8 && zoned(doc));
}

/* ---- kinds ---- */

static bool either(const struct xml_node *n, const char *name)
{
	return !attr(n, name).s != !attr(n, "nullFlavor").s;
}

static bool quantity(const struct xml_node *n)
{
	bool value = attr(n, "value").s, unit = attr(n, "unit").s;

	return attr(n, "nullFlavor").s ? !value && !unit : value && unit;
}

static bool identifier(const struct xml_node *n)
{
	bool root = attr(n, "root").s, null = attr(n, "nullFlavor").s;

	return (root || null) && !(root && null && attr(n, "extension").s);
}

static bool has_words(const struct xml_node *n)
{
	BUF_AUTO b = BUF_INIT;

	xml_text(&b, n);
	return b.len > 0 || attr(n, "nullFlavor").s;
}

static bool title(const struct xml_node *n, const char *want)
{
	BUF_AUTO b = BUF_INIT;
	size_t titles = 0;

	xml_each(n, "title", t) {
		buf_reset(&b);
		xml_text(&b, t);
		titles += strcasecmp(b.s, want) == 0;
	}
	return titles == 1;
}

struct seen {
	struct strmap map;
	bool twice;
};

static void see(void *arg, const struct xml_node *found)
{
	struct seen *s = arg;
	bool added;

	strmap_put(&s->map, attr(found, "extension"), &added);
	s->twice = s->twice || !added;
}

static bool distinct(const struct place *p, const struct xml_node *n)
{
	struct seen s = { STRMAP_INIT, false };

	place_each(p, n, see, &s);
	strmap_release(&s.map);
	return !s.twice;
}

/* Has node a template of the list? */
static bool templated(const struct xml_node *n, struct str list)
{
	struct str one;

	while (str_split(&list, ' ', &one))
		if (place_templates(n, one) > 0)
			return true;
	return false;
}

/* Templates that the converter knows inside a section. */
#define KNOWN "17.3.8 27.3.1 27.3.3 27.3.4 27.3.5 27.3.6 27.3.7 27.3.8 "   \
	"27.3.9 27.3.14 27.3.16 27.3.17 27.3.18 27.3.25 27.3.27 27.3.28 "  \
	"27.3.29 27.3.31 27.3.32 27.3.33"

/* What it knows below n, but not below another of them, is of the list. */
static bool only(const struct xml_node *n, struct str list)
{
	for (const struct xml_node *c = n->first; c; c = c->next) {
		if (!c->name.n || templated(c, list))
			continue;
		if (templated(c, STR(KNOWN)) || !only(c, list))
			return false;
	}
	return true;
}

static bool counted(enum rule_kind kind, const struct place *p,
    const struct xml_node *n)
{
	for (size_t i = 0; place_has(p, i); i++) {
		size_t got = place_count(p, i, n);

		if (kind == RULE_NONE && got > 0)
			return false;
		if ((kind == RULE_ONE && got == 1) ||
		    (kind == RULE_SOME && got > 0) ||
		    (kind == RULE_AT_MOST && got <= 1))
			return true;
	}
	return kind == RULE_NONE;
}

static void whole(void *arg, const struct xml_node *found)
{
	int64_t v;

	if (!str_int(attr(found, "value"), &v))
		*(bool *)arg = false;
}

static bool all_whole(const struct place *p, const struct xml_node *n)
{
	bool ok = true;

	place_each(p, n, whole, &ok);
	return ok;
}

/* "name=value", or "name=a b c". */
static bool value_in(const struct xml_node *n, const char *text)
{
	struct str list = str_of(text), name;

	str_split(&list, '=', &name);
	return rule_word_in(place_attr(n, name), list);
}

/* Kinds of an id's extension: what is not said is not wrong. */
static bool extension(enum rule_kind kind, struct str s, const char *text)
{
	int64_t n = 0;

	if (!s.s)
		return true;
	s = str_trim(s);
	str_int(str_of(text), &n);
	switch (kind) {
	case RULE_LENGTH: return s.n == (size_t)n;
	case RULE_DIGITS: return digits(s);
	case RULE_NPI: return npi_checks(s);
	default: return qrda_tin(s);
	}
}

static bool value_holds(enum rule_kind kind, struct str s, const char *text)
{
	int64_t n = 0;

	switch (kind) {
	case RULE_RATE: return !s.s || rate(s);
	case RULE_PLACES: return !s.s || (str_int(str_of(text), &n) &&
	    places(str_trim(s), n));
	case RULE_DAY: return !s.s || day(s);
	default: return !str_int(s, &n) || n >= 0;
	}
}

bool rule_holds(const struct rule_row *r, const struct place *below,
    const struct xml_node *n)
{
	switch (r->kind) {
	case RULE_ONE:
	case RULE_SOME:
	case RULE_NONE:
	case RULE_AT_MOST: return counted(r->kind, below, n);
	case RULE_DISTINCT: return distinct(below, n);
	case RULE_INTEGER: return all_whole(below, n);
	case RULE_ONLY: return only(n, str_of(r->text));
	case RULE_TEMPLATE: return place_templates(n, str_of(r->text)) == 1;
	case RULE_IS:
	case RULE_IN: return value_in(n, r->text);
	case RULE_HAS: return attr(n, r->text).s;
	case RULE_NULLABLE: return either(n, r->text);
	case RULE_NOT_BOTH: return !attr(n, r->text).s ||
	    !attr(n, "nullFlavor").s;
	case RULE_IDENTIFIER: return identifier(n);
	case RULE_QUANTITY: return quantity(n);
	case RULE_WORDS: return has_words(n);
	case RULE_TITLE: return title(n, r->text);
	case RULE_LENGTH:
	case RULE_DIGITS:
	case RULE_NPI:
	case RULE_TIN: return extension(r->kind, attr(n, "extension"),
	    r->text);
	case RULE_ZONE: return zone(n);
	case RULE_RATE:
	case RULE_PLACES:
	case RULE_DAY:
	case RULE_COUNT: return value_holds(r->kind, attr(n, "value"),
	    r->text);
	}
	return true;
}
