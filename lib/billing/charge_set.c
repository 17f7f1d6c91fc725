/* charge_set.c - a charge out of names and values. */
#include <stdlib.h>

#include "charge.h"

/* ---- columns of a line, and of the charge ---- */

static int bad(struct ehr_err *e, const char *name, const char *must)
{
	return ehr_fail(e, EHR_EREJECT, "%s: must be %s", name, must);
}

static int set_once(struct charge *c, struct str *to, const char *name,
    struct str v, struct ehr_err *e)
{
	if (to->s)
		return ehr_fail(e, EHR_EUSAGE, "%s: given twice", name);
	*to = arena_str(&c->mem, v);
	return 0;
}

/* Up to four modifiers, by blanks, commas or hyphens. */
static int set_mods(struct charge *c, struct charge_line *l, struct str v,
    struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO up = BUF_INIT;
	size_t i = 0, n = 0, len;

	charge_upper(&up, v);
	for (; i < up.len; i += len + (i + len < up.len)) {
		len = strcspn(up.s + i, " ,-:");
		if (len == 0)
			continue;
		if (len != 2 || ++n > 4 ||
		    !charge_word((struct str){ up.s + i, len }))
			return bad(e, "mods", "up to four of two letters or "
			    "digits");
		buf_addf(&b, "%s%.2s", b.len ? " " : "", up.s + i);
	}
	return b.len == 0 ? 0 : set_once(c, &l->mods, "mods", buf_str(&b), e);
}

static int set_code(struct charge *c, struct charge_line *l, struct str v,
    struct ehr_err *e)
{
	BUF_AUTO up = BUF_INIT;
	struct str rest, code;
	int rc;

	charge_upper(&up, v);
	rest = buf_str(&up);
	str_split(&rest, '-', &code);
	if (code.n != 5 || !charge_word(code))
		return bad(e, "code", "five letters or digits of HCPCS");
	rc = set_once(c, &l->code, "code", code, e);
	return rc == 0 && rest.s ? set_mods(c, l, rest, e) : rc;
}

static int set_units(struct charge *c, struct charge_line *l, const char *name,
    const char *unit, struct str v, struct ehr_err *e)
{
	if (!charge_number(v))
		return bad(e, name, "a number that is not negative");
	l->unit = str_of(unit);
	return set_once(c, &l->units, name, v, e);
}

static int set_pointers(struct charge *c, struct charge_line *l, struct str v,
    struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		int at = 0;

		if (strchr(" ,:", v.s[i]))
			continue;
		for (; i < v.n && v.s[i] >= '0' && v.s[i] <= '9'; i++)
			at = at < 100 ? 10 * at + v.s[i] - '0' : at;
		if (at < 1 || at > 12 || ++n > 4)
			return bad(e, "pointers", "up to four numbers of "
			    "diagnoses, 1 to 12");
		buf_addf(&b, "%s%d", b.len ? " " : "", at);
	}
	return b.len == 0 ? bad(e, "pointers", "given") :
	    set_once(c, &l->pointers, "pointers", buf_str(&b), e);
}

static int set_amount(struct charge_line *l, struct str v, struct ehr_err *e)
{
	if (l->cents >= 0)
		return ehr_fail(e, EHR_EUSAGE, "amount: given twice");
	return charge_amount(v, &l->cents) ? 0 :
	    bad(e, "amount", "an amount with at most two decimals");
}

static int set_day(struct charge *c, struct str *to, const char *name,
    struct str v, struct ehr_err *e)
{
	return charge_day(v) ? set_once(c, to, name, v, e) :
	    bad(e, name, "a day, YYYY-MM-DD");
}

static int set_place(struct charge *c, struct str *to, struct str v,
    struct ehr_err *e)
{
	return v.n == 2 && charge_word(v) ? set_once(c, to, "place", v, e) :
	    bad(e, "place", "two digits of CMS's places of service");
}

/* 1: it is no column. */
static int set_column(struct charge *c, struct charge_line *l, struct str name,
    struct str v, struct ehr_err *e)
{
	if (str_is(name, "code"))
		return set_code(c, l, v, e);
	if (str_is(name, "mods"))
		return set_mods(c, l, v, e);
	if (str_is(name, "units"))
		return set_units(c, l, "units", "UN", v, e);
	if (str_is(name, "minutes"))
		return set_units(c, l, "minutes", "MJ", v, e);
	if (str_is(name, "amount"))
		return set_amount(l, v, e);
	if (str_is(name, "date"))
		return set_day(c, &l->first, "date", v, e);
	if (str_is(name, "to"))
		return set_day(c, &l->last, "to", v, e);
	if (str_is(name, "place"))
		return set_place(c, &l->place, v, e);
	if (str_is(name, "pointers"))
		return set_pointers(c, l, v, e);
	return 1;
}

static int set_key(struct charge *c, struct str v, struct ehr_err *e)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] <= ' ' || v.s[i] > '~')
			return bad(e, "key", "of printable ASCII without "
			    "blanks");
	if (v.n == 0 || v.n > 100)
		return bad(e, "key", "1 to 100 characters");
	return set_once(c, &c->key, "key", v, e);
}

/* ---- fields ---- */

static struct charge_line *line_of(struct charge *c, int n)
{
	struct charge_line *l;

	for (size_t i = c->lines; i-- > 0;)
		if (c->line[i].n == n)
			return &c->line[i];
	l = charge_more_lines(c);
	l->n = n;
	return l;
}

static int set_field(struct charge *c, int n, struct str name, struct str v,
    struct ehr_err *e)
{
	BUF_AUTO shaped = BUF_INIT;
	BUF_AUTO word = BUF_INIT;
	struct charge_value *to;
	const struct charge_name *f;
	int nth, rc;

	f = charge_name_find(name, &nth);
	if (!f || !(f->level & (n ? CHARGE_OF_LINE : CHARGE_OF_CLAIM)))
		return ehr_fail(e, EHR_EUSAGE, "%.*s: no field of a %s",
		    STR_FMT(name), n ? "line" : "charge");
	buf_addstr(&word, name);
	if (charge_field(c, n, word.s).s)
		return ehr_fail(e, EHR_EUSAGE, "%s: given twice", word.s);
	rc = charge_value_check(f, v, &shaped, e);
	if (rc < 0)
		return rc;
	if (c->fields == MAX_CHARGE_FIELDS)
		return ehr_fail(e, EHR_EREJECT, "over %d fields",
		    MAX_CHARGE_FIELDS);
	to = charge_more_fields(c);
	to->n = n;
	to->name = arena_str(&c->mem, name);
	to->value = arena_str(&c->mem, buf_str(&shaped));
	return 0;
}

static int set_dx(struct charge *c, struct str v, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	struct str one;
	int rc = 0;

	for (int n = 1; rc == 0 && str_split(&v, ',', &one); n++) {
		buf_reset(&name);
		buf_addf(&name, "dx%d", n);
		rc = set_field(c, 0, buf_str(&name), str_trim(one), e);
	}
	return rc;
}

/* What lines have unless they say another waits in line 0, which is taken away
 * in the end. */
int charge_set(struct charge *c, int n, struct str name, struct str value,
    struct ehr_err *e)
{
	struct charge_line *l;
	int rc = 1;

	if (n == 0 && str_is(name, "key"))
		return set_key(c, value, e);
	if (n == 0 && str_is(name, "dx"))
		return set_dx(c, value, e);
	if (n > MAX_CHARGE_LINES)
		return ehr_fail(e, EHR_EREJECT, "over %d lines",
		    MAX_CHARGE_LINES);
	l = line_of(c, n);
	if (n > 0 || str_is(name, "date") || str_is(name, "place"))
		rc = set_column(c, l, name, value, e);
	return rc > 0 ? set_field(c, n, name, value, e) : rc;
}

/* ---- the whole ---- */

static int line_order(const void *a, const void *b)
{
	const struct charge_line *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static int field_order(const void *a, const void *b)
{
	const struct charge_value *x = a, *y = b;

	return x->n != y->n ? (x->n > y->n) - (x->n < y->n) :
	    str_cmp(x->name, y->name);
}

/* The last diagnosis; -1: one before it is missing. */
static int diagnoses(const struct charge *c)
{
	int last = 0;

	for (int i = 1; i <= 12; i++)
		if (charge_nth(c, 0, "dx", i).s) {
			if (i != last + 1)
				return -1;
			last = i;
		}
	return last;
}

static int finish_line(struct charge *c, struct charge_line *l,
    const struct charge_line *all, struct ehr_err *e)
{
	const char *missing;

	if (!l->first.s)
		l->first = all->first;
	if (!l->last.s)
		l->last = l->first;
	if (!l->place.s)
		l->place = all->place;
	if (!l->units.s) {
		l->units = STR("1");
		l->unit = STR("UN");
	}
	if (!l->mods.s)
		l->mods = STR("");
	if (!l->pointers.s)
		l->pointers = STR("1");
	missing = !l->code.s ? "code" : !l->first.s ? "date" :
	    !l->place.s ? "place" : NULL;
	if (missing)
		return ehr_fail(e, EHR_EREJECT, "line %d: no %s", l->n,
		    missing);
	if (str_cmp(l->last, l->first) < 0)
		return ehr_fail(e, EHR_EREJECT, "line %d: to: before date",
		    l->n);
	if (!c->day.s || str_cmp(l->first, c->day) < 0)
		c->day = l->first;
	return 0;
}

int charge_finish(struct charge *c, struct ehr_err *e)
{
	struct charge_line all = { 0 };
	int rc = 0;

	if (c->lines)
		qsort(c->line, c->lines, sizeof(*c->line), line_order);
	if (c->fields)
		qsort(c->field, c->fields, sizeof(*c->field), field_order);
	if (c->lines && c->line[0].n == 0) {
		all = c->line[0];
		memmove(c->line, c->line + 1, --c->lines * sizeof(*c->line));
	}
	if (c->lines == 0)
		return ehr_fail(e, EHR_EREJECT, "no line");
	if (diagnoses(c) < 1)
		return ehr_fail(e, EHR_EREJECT, diagnoses(c) ?
		    "dx: one is missing between others" : "no dx");
	for (size_t i = 0; rc == 0 && i < c->lines; i++) {
		if (c->line[i].n != (int)i + 1)
			return ehr_fail(e, EHR_EREJECT, "line %zu: missing",
			    i + 1);
		rc = finish_line(c, &c->line[i], &all, e);
	}
	return rc;
}
