/* fields.c - the fields of a Patient that can be asked for: how a value is
 * read, whether it holds of a body, and where the index has it. */
#include <stdlib.h>

#include "impl.h"

enum { MAX_AGE = 200 };

struct str find_fold(struct find *f, struct str s)
{
	BUF_AUTO b = BUF_INIT;

	utf8_fold(&b, s);
	return arena_str(&f->mem, buf_str(&b));
}

static int add_rid(void *arg, int64_t rid, struct str value)
{
	(void)value;
	find_set_add(arg, rid);
	return 0;
}

static int by_prefix(struct run *x, enum index_param p, struct str folded,
    struct find_set *rids)
{
	int rc = index_string(x->r, p, folded, true, add_rid, rids, x->e);

	return rc < 0 ? rc : 1;
}

/* The fields' elements may be arrays or, in what came in faulty, not. */
typedef bool value_fn(struct run *x, const struct criterion *c,
    uint32_t node);

static bool any_value(struct run *x, const struct criterion *c, uint32_t node,
    value_fn *fn)
{
	if (node == 0)
		return false;
	if (tape_type(&x->t, node) != TAPE_ARRAY)
		return fn(x, c, node);
	tape_each(&x->t, node, i)
		if (fn(x, c, i))
			return true;
	return false;
}

/* ---- name ---- */

static int name_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	const char *comma = memchr(v.s, ',', v.n);
	struct str family = v, given = STR("");

	if (comma) {
		family.n = (size_t)(comma - v.s);
		given = (struct str){ comma + 1,
			(size_t)(str_end(v) - comma) - 1 };
	}
	c->comma = comma != NULL;
	c->text = find_fold(f, family);
	c->text2 = find_fold(f, given);
	if (c->text.n + c->text2.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "an empty name");
	return 0;
}

/* Starts a string, folded, with the text looked for? */
static bool starts(struct run *x, uint32_t node, struct str prefix)
{
	buf_reset(&x->b);
	utf8_fold(&x->b, tape_text(&x->t, node, &x->a));
	return x->b.len && str_begins(buf_str(&x->b), prefix);
}

static bool text_starts(struct run *x, const struct criterion *c,
    uint32_t node)
{
	return starts(x, node, c->text);
}

static bool either_holds(struct run *x, const struct criterion *c,
    uint32_t name)
{
	uint32_t family = tape_get(&x->t, name, "family");
	uint32_t text = tape_get(&x->t, name, "text");

	return any_value(x, c, family, text_starts) ||
	    any_value(x, c, tape_get(&x->t, name, "given"), text_starts) ||
	    (family == 0 && text && starts(x, text, c->text));
}

/* Begins one of the names of this part so? */
static bool part_starts(struct run *x, uint32_t names, const char *part,
    struct str prefix)
{
	uint32_t node[FHIR_NAME_PARTS];
	size_t n = fhir_name_parts(&x->t, names, part, node);

	for (size_t i = 0; i < n; i++)
		if (starts(x, node[i], prefix))
			return true;
	return prefix.n == 0;
}

static bool name_holds(struct run *x, const struct criterion *c)
{
	uint32_t names = tape_get(&x->t, 0, "name");

	if (!c->comma)
		return any_value(x, c, names, either_holds);
	return part_starts(x, names, "family", c->text) &&
	    part_starts(x, names, "given", c->text2);
}

static int name_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int rc;

	if (c->comma) {
		rc = index_name(x->r, c->text, c->text2, add_rid, rids, x->e);
		return rc < 0 ? rc : 1;
	}
	rc = by_prefix(x, INDEX_FAMILY, c->text, rids);
	if (rc > 0)
		rc = by_prefix(x, INDEX_GIVEN, c->text, rids);
	if (rc > 0)
		rc = by_prefix(x, INDEX_NAME, c->text, rids);
	return rc;
}

/* ---- mrn ---- */

static int mrn_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	if (v.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "an empty number");
	c->text = arena_str(&f->mem, v);
	return 0;
}

static int mrns(const struct tape *t, bool typed, struct buf *scratch,
    int (*fn)(void *arg, struct str value), void *arg)
{
	uint32_t ids = tape_get(t, 0, "identifier");
	int rc = -1;

	if (ids == 0 || tape_type(t, ids) != TAPE_ARRAY)
		return -1;
	tape_each(t, ids, i) {
		uint32_t type = tape_get(t, i, "type");
		uint32_t value = tape_get(t, i, "value");

		if (value == 0 || (typed ? type == 0 ||
		    !fhir_has_code(t, type, NULL, "MR") : type != 0))
			continue;
		rc = fn(arg, tape_text(t, value, scratch));
		if (rc)
			return rc;
	}
	return rc;
}

int find_mrn_each(const struct tape *t, struct buf *scratch,
    int (*fn)(void *arg, struct str value), void *arg)
{
	int rc = mrns(t, true, scratch, fn, arg);

	if (rc < 0)
		rc = mrns(t, false, scratch, fn, arg);
	return rc > 0;
}

static int same_mrn(void *arg, struct str value)
{
	const struct criterion *c = arg;

	return str_eq(value, c->text);
}

static bool mrn_holds(struct run *x, const struct criterion *c)
{
	struct criterion copy = *c;

	return find_mrn_each(&x->t, &x->a, same_mrn, &copy);
}

static int add_identified(void *arg, int64_t rid)
{
	find_set_add(arg, rid);
	return 0;
}

static int mrn_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int rc = index_identifier(x->r, FHIR_Patient, STR_NONE, c->text,
	    add_identified, rids, x->e);

	return rc < 0 ? rc : 1;
}

/* ---- born ---- */

/* Days a date of day precision or coarser covers. */
static void date_span(const struct date *d, int64_t *lo, int64_t *hi)
{
	int year = d->year, month = d->month;

	if (d->precision >= DATE_DAY) {
		*lo = date_days(year, month, d->day);
		*hi = *lo + 1;
		return;
	}
	*lo = date_days(year, d->precision == DATE_YEAR ? 1 : month, 1);
	if (d->precision == DATE_YEAR || month == 12)
		*hi = date_days(year + 1, 1, 1);
	else
		*hi = date_days(year, month + 1, 1);
}

static int born_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	struct date d;

	if (!date_parse(v, &d) || d.precision > DATE_DAY)
		return ehr_fail(e, EHR_EUSAGE,
		    "a date is wanted (YYYY, YYYY-MM or YYYY-MM-DD)");
	date_span(&d, &c->lo, &c->hi);
	c->text = arena_str(&f->mem, v);
	return 0;
}

static bool tape_date(const struct tape *t, const char *member,
    struct buf *scratch, struct date *d)
{
	return date_parse(tape_member(t, 0, member, scratch), d);
}

/* R4 3.1.1.4.6: what is asked and what is recorded are both ranges. */
static bool born_holds(struct run *x, const struct criterion *c)
{
	struct date d;
	int64_t lo, hi;
	bool within;

	if (!tape_date(&x->t, "birthDate", &x->a, &d))
		return false;
	date_span(&d, &lo, &hi);
	within = lo >= c->lo && hi <= c->hi;
	switch (c->op) {
	case OP_LT:
		return lo < c->lo;
	case OP_LE:
		return within || lo < c->lo;
	case OP_GT:
		return hi > c->hi;
	case OP_GE:
		return within || hi > c->hi;
	default:
		return within;
	}
}

/* Years from lo to hi, both of them too; 0: no end. Texts of dates sort by
 * their year whatever their precision. */
static int by_years(struct run *x, int64_t lo, int64_t hi,
    struct find_set *rids)
{
	char from[16] = "0000", to[16] = ":"; /* behind 9 */
	int rc;

	if (lo > 0)
		snprintf(from, sizeof(from), "%04d", (int)lo);
	if (hi > 0)
		snprintf(to, sizeof(to), "%04d", (int)hi + 1);
	rc = index_range(x->r, INDEX_BIRTHDATE, str_of(from), str_of(to),
	    add_rid, rids, x->e);
	return rc < 0 ? rc : 1;
}

static int born_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	struct date first, last;

	if (c->op == OP_EQ)
		return by_prefix(x, INDEX_BIRTHDATE, c->text, rids);
	date_from_days(&first, c->lo);
	date_from_days(&last, c->hi - 1);
	if (c->op == OP_LT || c->op == OP_LE)
		return by_years(x, 0, last.year, rids);
	return by_years(x, first.year, 0, rids);
}

/* ---- age ---- */

static int age_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	(void)f;
	if (!str_int(v, &c->lo) || c->lo < 0 || c->lo > MAX_AGE)
		return ehr_fail(e, EHR_EUSAGE, "an age is 0 to %d", MAX_AGE);
	return 0;
}

int64_t find_age(const struct tape *t, const struct date *today,
    struct buf *scratch)
{
	struct date birth, death, on = *today;
	uint32_t dead = tape_get(t, 0, "deceasedBoolean");
	int64_t age;

	if (!tape_date(t, "birthDate", scratch, &birth) ||
	    (dead && tape_type(t, dead) == TAPE_TRUE))
		return -1;
	if (tape_date(t, "deceasedDateTime", scratch, &death) &&
	    date_cmp_day(&death, &on) < 0)
		on = death;
	age = date_age(&birth, &on);
	return age < 0 ? -1 : age;
}

static bool age_holds(struct run *x, const struct criterion *c)
{
	int64_t age = find_age(&x->t, &x->opt->today, &x->a);

	if (age < 0)
		return false;
	switch (c->op) {
	case OP_LT:
		return age < c->lo;
	case OP_LE:
		return age <= c->lo;
	case OP_GT:
		return age > c->lo;
	case OP_GE:
		return age >= c->lo;
	default:
		return age == c->lo;
	}
}

/* Who is at least n was born by a year; who is at most n, from a year on, or
 * is dead: then it is the age at death. */
static int age_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int64_t year = x->opt->today.year - c->lo;
	int rc;

	if (c->op == OP_GT || c->op == OP_GE)
		return by_years(x, 0, year > 0 ? year : 1, rids);
	rc = index_range(x->r, INDEX_DECEASED, STR_NONE, STR_NONE, add_rid,
	    rids, x->e);
	if (rc < 0)
		return rc;
	return by_years(x, year - 1, c->op == OP_EQ && year > 0 ? year : 0,
	    rids);
}

/* ---- sex ---- */

static int sex_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	static const char *const words[] = { "male", "female", "other",
		"unknown" };

	(void)f;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(v, words[i]) || (v.n == 1 && *v.s == *words[i])) {
			c->text = str_of(words[i]);
			return 0;
		}
	return ehr_fail(e, EHR_EUSAGE,
	    "sex is male, female, other or unknown");
}

static bool sex_holds(struct run *x, const struct criterion *c)
{
	return str_eq(tape_member(&x->t, 0, "gender", &x->a), c->text);
}

static int add_token(void *arg, int64_t patient, int64_t rid, int64_t date_ms)
{
	(void)patient;
	(void)date_ms;
	find_set_add(arg, rid);
	return 0;
}

static int sex_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int rc = index_token(x->r, INDEX_GENDER, STR_NONE, c->text, add_token,
	    rids, x->e);

	return rc < 0 ? rc : 1;
}

/* ---- zip, city ---- */

static int folded_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	c->text = find_fold(f, v);
	if (c->text.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "an empty value");
	return 0;
}

static bool city_equal(struct run *x, const struct criterion *c,
    uint32_t address)
{
	uint32_t v = tape_get(&x->t, address, "city");

	return v && starts(x, v, c->text) && x->b.len == c->text.n;
}

/* 02138 is 02138-1234 too. */
static bool zip_equal(struct run *x, const struct criterion *c,
    uint32_t address)
{
	uint32_t v = tape_get(&x->t, address, "postalCode");

	return v && starts(x, v, c->text) && (x->b.len == c->text.n ||
	    x->b.s[c->text.n] == ' ');
}

static bool city_holds(struct run *x, const struct criterion *c)
{
	return any_value(x, c, tape_get(&x->t, 0, "address"), city_equal);
}

static bool zip_holds(struct run *x, const struct criterion *c)
{
	return any_value(x, c, tape_get(&x->t, 0, "address"), zip_equal);
}

static int city_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int rc = index_string(x->r, INDEX_CITY, c->text, false, add_rid, rids,
	    x->e);

	return rc < 0 ? rc : 1;
}

static int zip_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	return by_prefix(x, INDEX_ZIP, c->text, rids);
}

/* ---- deceased ---- */

static int deceased_parse(struct find *f, struct criterion *c, struct str v,
    struct ehr_err *e)
{
	(void)f;
	if (!str_is(v, "true") && !str_is(v, "false") && !str_is(v, "yes") &&
	    !str_is(v, "no"))
		return ehr_fail(e, EHR_EUSAGE, "deceased is yes or no");
	c->lo = *v.s == 't' || *v.s == 'y';
	return 0;
}

static bool deceased_holds(struct run *x, const struct criterion *c)
{
	uint32_t flag = tape_get(&x->t, 0, "deceasedBoolean");
	bool dead = (flag && tape_type(&x->t, flag) == TAPE_TRUE) ||
	    tape_get(&x->t, 0, "deceasedDateTime");

	return dead == (c->lo != 0);
}

static int deceased_narrow(struct run *x, const struct criterion *c,
    struct find_set *rids)
{
	int rc;

	if (!c->lo)
		return 0;
	rc = index_range(x->r, INDEX_DECEASED, STR_NONE, STR_NONE, add_rid,
	    rids, x->e);
	return rc < 0 ? rc : 1;
}

/* ---- the table ---- */

static const struct field fields[] = {
	{ "age", true, false, 8, age_parse, age_holds, age_narrow },
	{ "born", true, false, 3, born_parse, born_holds, born_narrow },
	{ "sex", false, false, 9, sex_parse, sex_holds, sex_narrow },
	{ "name", false, true, 2, name_parse, name_holds, name_narrow },
	{ "mrn", false, true, 1, mrn_parse, mrn_holds, mrn_narrow },
	{ "zip", false, false, 4, folded_parse, zip_holds, zip_narrow },
	{ "city", false, false, 5, folded_parse, city_holds, city_narrow },
	{ "deceased", false, false, 6, deceased_parse, deceased_holds,
	    deceased_narrow },
};

const struct field *find_field(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_is(name, fields[i].name))
			return &fields[i];
	return NULL;
}
