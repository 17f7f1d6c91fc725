/* What the payer has otherwise than we: proposals, worked out of the answer. */
#include "elig/impl.h"

#include "ehr/billing-party.h"

#define RELATION "relationship.coding.0."
#define RELATIONS "http://terminology.hl7.org/CodeSystem/subscriber-relationship"

struct fixing {
	const struct elig_answer *a;
	struct party_who who;
	const struct party_cover *cover;
	struct arena mem;
	elig_fix_fn *fn;
	void *arg;
};

static bool same(struct str x, struct str y)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	utf8_fold(&a, x);
	utf8_fold(&b, y);
	return str_eq(buf_str(&a), buf_str(&b));
}

static int propose_as(struct fixing *f, const struct elig_fix *x,
    struct ehr_err *e)
{
	/* nothing is proposed where the payer says nothing */
	if (x->value.n == 0 || same(x->was, x->value))
		return 0;
	return f->fn(f->arg, x, e);
}

/* n: stands for # on the path. */
static int propose(struct fixing *f, const char *name, const char *path,
    unsigned n, struct str was, struct str value, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	const char *at = strchr(path, '#');

	if (at)
		buf_addf(&b, "%.*s%u%s", (int)(at - path), path, n, at + 1);
	else
		buf_adds(&b, path);
	return propose_as(f, &(struct elig_fix){ .name = name, .was = was,
	    .value = value, .sets = 1, .set = { { buf_str(&b), value } } }, e);
}

static struct str el(const struct fixing *f, const struct elig_part *p,
    size_t i)
{
	return p ? elig_el(f->a, p->raw, i, 0) : STR_NONE;
}

/* ---- the Coverage ---- */

/* The same without what marks a proposal as the Patient's. */
static int of_coverage(struct fixing *f, struct elig_fix x, struct ehr_err *e)
{
	x.coverage = true;
	return propose_as(f, &x, e);
}

static int of_member(struct fixing *f, struct ehr_err *e)
{
	const struct elig_part *il = elig_part(f->a, 0, NULL, "NM1", "IL");
	struct str id = el(f, il, 9);

	return of_coverage(f, (struct elig_fix){ .name = "member",
	    .was = f->cover->member, .value = id, .sets = 1,
	    .set = { { STR("subscriberId"), id } } }, e);
}

/* REF of the plan's or group's number, where the Coverage has one. */
static int of_group(struct fixing *f, struct ehr_err *e)
{
	struct str id = el(f, elig_part(f->a, 0, NULL, "REF", "6P"), 2);
	BUF_AUTO path = BUF_INIT;

	if (f->cover->group_at < 0)
		return 0;
	buf_addf(&path, "class.%d.value", f->cover->group_at);
	return of_coverage(f, (struct elig_fix){ .name = "group",
	    .was = f->cover->group, .value = id, .sets = 1,
	    .set = { { buf_str(&path), id } } }, e);
}

/* INS02, as FHIR's subscriber-relationship; "" of what that has no word for. */
static struct str relationship(struct str code)
{
	static const struct {
		const char *x12, *code;
	} rows[] = { { "18", "self" }, { "01", "spouse" }, { "19", "child" },
		{ "34", "other" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(code, rows[i].x12))
			return str_of(rows[i].code);
	return STR("");
}

/* What they are to the subscriber; "other" is no news to who says more. */
static int of_relation(struct fixing *f, struct ehr_err *e)
{
	struct str has = relationship(el(f, elig_person(f->a, "INS", NULL),
	    2));
	struct str was = f->cover->relationship;

	if (str_is(has, "other") && was.n && !str_is(was, "self") &&
	    !str_is(was, "spouse") && !str_is(was, "child"))
		return 0;
	return of_coverage(f, (struct elig_fix){ .name = "relationship",
	    .was = was, .value = has, .sets = 3,
	    .set = { { STR(RELATION "system"), STR(RELATIONS) },
		{ STR(RELATION "code"), has },
		{ STR(RELATION "display"), STR("") } } }, e);
}

/* ---- the Patient ---- */

static int of_name(struct fixing *f, struct ehr_err *e)
{
	const struct party_person *p = &f->who.patient;
	const struct elig_part *nm1 = elig_person(f->a, "NM1", NULL);
	const struct {
		const char *name, *path;
		struct str was;
		size_t element;
	} rows[] = {
		{ "last", "name.#.family", p->last, 3 },
		{ "first", "name.#.given.0", p->first, 4 },
		{ "middle", "name.#.given.1", p->middle, 5 },
		{ "suffix", "name.#.suffix.0", p->suffix, 7 },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++)
		rc = propose(f, rows[i].name, rows[i].path, p->name_at,
		    rows[i].was, el(f, nm1, rows[i].element), e);
	return rc;
}

static int of_birth(struct fixing *f, struct ehr_err *e)
{
	const struct elig_part *dmg = elig_person(f->a, "DMG", NULL);
	struct str sex = el(f, dmg, 3);
	BUF_AUTO day = BUF_INIT;
	int rc = 0;

	if (dmg && elig_day(el(f, dmg, 2), &day))
		rc = propose(f, "birth", "birthDate", 0, f->who.patient.birth,
		    buf_str(&day), e);
	return rc < 0 ? rc : propose(f, "gender", "gender", 0,
	    f->who.patient.gender, str_is(sex, "M") ? STR("male") :
	    str_is(sex, "F") ? STR("female") : STR(""), e);
}

/* "432150001" as "43215-0001". */
static struct str zip(struct fixing *f, struct str v)
{
	BUF_AUTO b = BUF_INIT;

	if (v.n != 9)
		return v;
	buf_addf(&b, "%.5s-%.4s", v.s, v.s + 5);
	return arena_str(&f->mem, buf_str(&b));
}

/* The five digits that a payer knows are no news to who has nine. */
static bool same_zip(struct str was, struct str has)
{
	return has.n == 5 && str_begins(was, has);
}

static int of_address(struct fixing *f, struct ehr_err *e)
{
	const struct party_person *p = &f->who.patient;
	const struct elig_part *n3 = elig_person(f->a, "N3", NULL);
	const struct elig_part *n4 = elig_person(f->a, "N4", NULL);
	const struct {
		const char *name, *path;
		struct str was, has;
	} rows[] = {
		{ "street", "address.#.line.0", p->street, el(f, n3, 1) },
		{ "street2", "address.#.line.1", p->street2, el(f, n3, 2) },
		{ "city", "address.#.city", p->city, el(f, n4, 1) },
		{ "state", "address.#.state", p->state, el(f, n4, 2) },
		{ "zip", "address.#.postalCode", p->zip,
		    zip(f, el(f, n4, 3)) },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++)
		if (!same_zip(rows[i].was, rows[i].has))
			rc = propose(f, rows[i].name, rows[i].path,
			    p->address_at, rows[i].was, rows[i].has, e);
	return rc;
}

/* ---- all ---- */

static int all(struct fixing *f, struct ehr_err *e)
{
	static int (*const kinds[])(struct fixing *, struct ehr_err *) = {
		of_member, of_group, of_relation, of_name, of_birth,
		of_address };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(kinds); i++)
		rc = kinds[i](f, e);
	return rc;
}

int elig_fixes(struct record *r, const struct elig_answer *a,
    const struct elig_row *row, elig_fix_fn *fn, void *arg, struct ehr_err *e)
{
	struct fixing f = { .a = a, .fn = fn, .arg = arg, .mem = ARENA_INIT };
	struct setup none = SETUP_INIT;
	PARTY_AUTO party = PARTY_INIT(r, &none);
	int rc;

	if (strcmp(a->kind, "271") != 0 || !row->patient ||
	    str_is(row->state, "failed"))
		return 0;
	rc = party_read(&party, &f.mem, row->patient, row->day, &f.who, e);
	for (size_t i = 0; rc == 0 && i < f.who.n; i++)
		if (f.who.cover[i].rid == row->coverage) {
			f.cover = &f.who.cover[i];
			rc = all(&f, e);
		}
	arena_release(&f.mem);
	return rc;
}
