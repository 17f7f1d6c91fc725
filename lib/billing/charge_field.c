/* charge_field.c - the table of fields, and what a value has to be. */
#include <stdlib.h>

#include "charge.h"

static const struct charge_name names[] = {
#define CLAIM CHARGE_OF_CLAIM
#define LINE CHARGE_OF_LINE
#define BOTH CHARGE_OF_BOTH
#define X(name, level, type, arg, repeat, place) \
	{ name, level, CHARGE_##type, arg, repeat, place },
#include "charge-field.def"
#undef X
#undef CLAIM
#undef LINE
#undef BOTH
};

const struct charge_name *charge_name(size_t i)
{
	return i < ARRAY_LEN(names) ? &names[i] : NULL;
}

const struct charge_name *charge_name_find(struct str name, int *nth)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct charge_name *f = &names[i];
		struct str base = str_of(f->name), tail;
		int64_t n = 0;

		if (!str_begins(name, base))
			continue;
		tail = (struct str){ name.s + base.n, name.n - base.n };
		if (f->repeat == 1 ? tail.n == 0 : tail.n > 0 &&
		    tail.s[0] != '0' && str_int(tail, &n) && n >= 1 &&
		    n <= f->repeat) {
			*nth = (int)n;
			return f;
		}
	}
	return NULL;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool charge_word(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!digit(v.s[i]) && !letter(v.s[i]))
			return false;
	return v.n > 0;
}

void charge_upper(struct buf *b, struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		buf_addch(b, v.s[i] >= 'a' && v.s[i] <= 'z' ?
		    (char)(v.s[i] - 'a' + 'A') : v.s[i]);
}

bool charge_day(struct str v)
{
	struct date d;

	return v.n == 10 && date_parse(v, &d) && d.precision == DATE_DAY &&
	    d.year >= 1900;
}

bool charge_number(struct str v)
{
	const struct decimal zero = { 0, 0 };
	struct decimal d;

	return v.n > 0 && v.n <= 15 && digit(v.s[0]) && decimal_parse(v, &d) &&
	    d.exp <= 0 && d.exp >= -4 && decimal_cmp(&d, &zero) >= 0;
}

/* At most MAX_CHARGE_CENTS. */
bool charge_amount(struct str v, int64_t *cents)
{
	int64_t whole, part = 0;
	struct str rest = v, left;

	if (v.n == 0 || !digit(v.s[0]))
		return false;
	str_split(&rest, '.', &left);
	if (left.n > 8 || !str_int(left, &whole))
		return false;
	if (rest.s && (rest.n < 1 || rest.n > 2 || !digit(rest.s[0]) ||
	    !str_int(rest, &part)))
		return false;
	*cents = 100 * whole + (rest.s && rest.n == 1 ? 10 * part : part);
	return true;
}

/* ICD-10-CM, guidelines I.A.2: a letter, a digit, three to seven characters,
 * a point behind the third. */
static bool check_dx(struct str v, struct buf *b)
{
	BUF_AUTO all = BUF_INIT;

	charge_upper(&all, v);
	for (size_t i = 0; i < all.len; i++)
		if (all.s[i] != '.' || i != 3)
			buf_addch(b, all.s[i]);
	return b->len >= 3 && b->len <= 7 && letter(b->s[0]) &&
	    digit(b->s[1]) && charge_word(buf_str(b));
}

static bool among(struct str v, const char *words)
{
	struct str rest = str_of(words), one;

	while (str_split(&rest, '|', &one))
		if (str_eq(v, one))
			return true;
	return false;
}

static size_t parts(struct str v)
{
	struct str one;
	size_t n = 0;

	while (str_split(&v, ':', &one))
		n++;
	return n;
}

/* What X12 can carry with our delimiters (X12.5 3); colons part the values of
 * a composite. */
static bool printable(struct str v, bool colons)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] < ' ' || v.s[i] > '~' || strchr("*~^", v.s[i]) ||
		    (v.s[i] == ':' && !colons))
			return false;
	return true;
}

static bool check_key(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!digit(v.s[i]) && !letter(v.s[i]) &&
		    !(v.s[i] >= 'a' && v.s[i] <= 'z') &&
		    !strchr("-_.", v.s[i]))
			return false;
	return v.n > 0 && v.n <= 32;
}

static bool fits(const struct charge_name *f, struct str v, struct buf *b)
{
	int64_t cents;

	switch (f->type) {
	case CHARGE_TEXT:
		return v.n <= (size_t)atoi(f->arg) && printable(v, false);
	case CHARGE_CODES:
		return among(v, f->arg);
	case CHARGE_DAY:
		return charge_day(v);
	case CHARGE_AMOUNT:
		if (!charge_amount(v, &cents))
			return false;
		buf_addf(b, "%lld.%02lld", (long long)cents / 100,
		    (long long)cents % 100);
		return true;
	case CHARGE_NUMBER:
		return charge_number(v);
	case CHARGE_KEY:
		return check_key(v);
	case CHARGE_DX:
		return check_dx(v, b);
	case CHARGE_YES:
		return among(v, "Y|N");
	case CHARGE_PARTS:
		return parts(v) <= (size_t)atoi(f->arg) && printable(v, true);
	case CHARGE_REFUSED:
		break;
	}
	return false;
}

int charge_value_check(const struct charge_name *f, struct str value,
    struct buf *b, struct ehr_err *e)
{
	static const char *const must[] = {
		[CHARGE_TEXT] = "printable ASCII without * ~ ^ :, at most "
		    "so long: ",
		[CHARGE_CODES] = "one of ",
		[CHARGE_DAY] = "a day, YYYY-MM-DD",
		[CHARGE_AMOUNT] = "an amount with at most two decimals",
		[CHARGE_NUMBER] = "a number that is not negative",
		[CHARGE_KEY] = "the key of the set-up's ",
		[CHARGE_DX] = "a code of ICD-10-CM",
		[CHARGE_YES] = "Y or N",
		[CHARGE_PARTS] = "texts by colons, at most so many: ",
	};

	buf_reset(b);
	if (f->type == CHARGE_REFUSED)
		return ehr_fail(e, EHR_EREJECT, "%s: %s", f->name, f->arg);
	if (value.n == 0 || value.n > MAX_CHARGE_VALUE || !fits(f, value, b))
		return ehr_fail(e, EHR_EREJECT, "%s: must be %s%s", f->name,
		    must[f->type], f->arg);
	if (b->len == 0)
		buf_addstr(b, value);
	return 0;
}
