/* type.c - what a value of a set-up has to be. */
#include <stdlib.h>

#include "setup/impl.h"

/* CMS, Place of Service Code Set. */
static const char places[] = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 "
	"17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 41 42 49 50 51 52 53 54 "
	"55 56 57 58 60 61 62 65 66 71 72 81 99";
/* X12 1032 of the 005010 837P, as companion guides list it. */
static const char filings[] = "11 12 13 14 15 16 17 AM BL CH CI DS FI HM LM MA "
	"MB MC OF TV VA WC ZZ";
/* USPS Publication 28, appendix B. */
static const char states[] = "AL AK AS AZ AR CA CO CT DE DC FM FL GA GU HI ID "
	"IL IN IA KS KY LA ME MH MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND "
	"MP OH OK OR PW PA PR RI SC SD TN TX UT VT VI VA WA WV WI WY AA AE AP";

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool among(struct str v, const char *words)
{
	struct str rest = str_of(words), one;

	while (str_split(&rest, ' ', &one))
		if (v.n && str_eq(v, one))
			return true;
	return false;
}

/* Appends the digits of v; false: there is something else than digits and one
 * of the others. Returns how many in *n. */
static bool digits(struct str v, const char *others, struct buf *b, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < v.n; i++) {
		if (digit(v.s[i])) {
			buf_addch(b, v.s[i]);
			++*n;
		} else if (v.s[i] == '\0' || !strchr(others, v.s[i])) {
			return false;
		}
	}
	return true;
}

bool setup_short(const struct setup_given *x)
{
	return x->v.n > 0 && x->v.n <= (size_t)atoi(x->f->arg);
}

static bool printable(struct str v, const char *without)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] < ' ' || v.s[i] > '~' || strchr(without, v.s[i]))
			return false;
	return true;
}

/* What may stand in X12 as we delimit it: X12.5 3, without our delimiters. */
static bool check_text(const struct setup_given *x)
{
	return printable(x->v, "*~^:") && setup_short(x);
}

static bool check_note(const struct setup_given *x)
{
	return setup_short(x);
}

static bool check_word(const struct setup_given *x)
{
	return among(x->v, x->f->arg);
}

static bool check_yesno(const struct setup_given *x)
{
	return among(x->v, "yes no");
}

static bool check_number(const struct setup_given *x)
{
	int64_t n;

	if (!str_int(x->v, &n) || n < 1 || n > atoi(x->f->arg))
		return false;
	buf_addf(x->b, "%lld", (long long)n);
	return true;
}

static bool check_percent(const struct setup_given *x)
{
	const struct decimal most = { 1000, 0 }, least = { 1, -2 };
	struct decimal d;

	return decimal_parse(x->v, &d) && d.exp <= 0 && d.exp >= -6 &&
	    decimal_cmp(&d, &least) >= 0 && decimal_cmp(&d, &most) <= 0;
}

static bool check_date(const struct setup_given *x)
{
	struct date d;

	return x->v.n == 10 && date_parse(x->v, &d) &&
	    d.precision == DATE_DAY && d.year >= 1900;
}

static bool check_npi(const struct setup_given *x)
{
	return npi_valid(x->v);
}

static bool ten_capitals(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!digit(v.s[i]) && !capital(v.s[i]))
			return false;
	return v.n == 10;
}

static bool check_taxonomy(const struct setup_given *x)
{
	return ten_capitals(x->v) && x->v.s[9] == 'X' && digit(x->v.s[0]);
}

static bool check_ein(const struct setup_given *x)
{
	size_t from = x->b->len, n;

	if (x->v.n == 10 && x->v.s[2] != '-')
		return false;
	return digits(x->v, x->v.n == 10 ? "-" : "", x->b, &n) && n == 9 &&
	    strcmp(x->b->s + from, "000000000") != 0;
}

/* Not given out: 000, 666 and 9xx; group 00; serial 0000 (SSA, POMS RM
 * 10201.035). */
static bool check_ssn(const struct setup_given *x)
{
	size_t from = x->b->len, n;
	const char *s;

	if (x->v.n == 11 && (x->v.s[3] != '-' || x->v.s[6] != '-'))
		return false;
	if (!digits(x->v, x->v.n == 11 ? "-" : "", x->b, &n) || n != 9)
		return false;
	s = x->b->s + from;
	return strncmp(s, "000", 3) != 0 && strncmp(s, "666", 3) != 0 &&
	    s[0] != '9' && strncmp(s + 3, "00", 2) != 0 &&
	    strcmp(s + 5, "0000") != 0;
}

static bool check_originator(const struct setup_given *x)
{
	return ten_capitals(x->v);
}

static bool check_clia(const struct setup_given *x)
{
	for (size_t i = 0; i < x->v.n; i++)
		if (i == 2 ? x->v.s[i] != 'D' : !digit(x->v.s[i]))
			return false;
	return x->v.n == 10;
}

static bool check_state(const struct setup_given *x)
{
	return among(x->v, states);
}

static bool check_zip9(const struct setup_given *x)
{
	size_t from = x->b->len, n;

	if (x->v.n == 10 && x->v.s[5] != '-')
		return false;
	return digits(x->v, x->v.n == 10 ? "-" : "", x->b, &n) && n == 9 &&
	    strcmp(x->b->s + from + 5, "0000") != 0;
}

static bool check_zip(const struct setup_given *x)
{
	size_t n;

	if (x->v.n != 5)
		return check_zip9(x);
	return digits(x->v, "", x->b, &n);
}

/* North America, without the 1 before it. */
static bool check_phone(const struct setup_given *x)
{
	size_t from = x->b->len, n;

	return digits(x->v, " ()-.", x->b, &n) && n == 10 &&
	    x->b->s[from] > '1';
}

static bool check_email(const struct setup_given *x)
{
	const char *at = x->v.n ? memchr(x->v.s, '@', x->v.n) : NULL;

	return printable(x->v, " *~^:") && at && at > x->v.s &&
	    at + 1 < str_end(x->v) && x->v.n <= 80 &&
	    !memchr(at + 1, '@', (size_t)(str_end(x->v) - at - 1));
}

/* http is for tests of one machine alone. */
static bool check_url(const struct setup_given *x)
{
	return printable(x->v, " ") && x->v.n <= 500 &&
	    ((str_starts(x->v, "https://") && x->v.n > 8) ||
		str_starts(x->v, "http://localhost:") ||
		str_starts(x->v, "http://127.0.0.1:"));
}

static bool check_pos(const struct setup_given *x)
{
	return among(x->v, places);
}

static bool check_filing(const struct setup_given *x)
{
	return among(x->v, filings);
}

bool setup_key_valid(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!digit(key.s[i]) && !capital(key.s[i]) &&
		    !(key.s[i] >= 'a' && key.s[i] <= 'z') &&
		    !(i > 0 && strchr("-_.", key.s[i])))
			return false;
	return key.n > 0 && key.n <= MAX_SETUP_KEY;
}

static bool check_key(const struct setup_given *x)
{
	return setup_key_valid(x->v);
}

/* [SOURCE:]TYPE/ID with one of the words, without words [SOURCE:]ID. */
static bool check_resource(const struct setup_given *x)
{
	const char *colon = x->v.n ? memchr(x->v.s, ':', x->v.n) : NULL;
	struct str rest = x->v, type;

	if (!printable(x->v, " "))
		return false;
	if (colon)
		rest = (struct str){ colon + 1,
			(size_t)(str_end(x->v) - colon) - 1 };
	if (x->f->arg &&
	    (!str_split(&rest, '/', &type) || !among(type, x->f->arg)))
		return false;
	return rest.n > 0 && rest.n <= MAX_ID && x->v.n <= 200 &&
	    !memchr(rest.s, '/', rest.n);
}

#define X(id, name, check, help)                                              \
	const struct setup_type SETUP_T_##id = { name, help, check };
#include "ehr/setup-type.def"
#undef X

bool setup_type_check(const struct setup_field *f, struct str v,
    struct buf *kept)
{
	const struct setup_given x = { f, v, kept };
	size_t from = kept->len;

	if (!f->type->check(&x))
		return false;
	if (kept->len == from)
		buf_addstr(kept, v);
	return true;
}
