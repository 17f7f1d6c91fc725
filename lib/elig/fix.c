/* What the payer has otherwise than we: proposals, worked out of the answer. */
#include "elig/impl.h"

#include "ehr/billing-party.h"

struct fixing {
	const struct elig_answer *a;
	struct party_who who;
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

/* Nothing is proposed where the payer says nothing. */
static int propose(struct fixing *f, const char *name, const char *path,
    bool coverage, struct str was, struct str value, struct ehr_err *e)
{
	if (value.n == 0 || same(was, value))
		return 0;
	return f->fn(f->arg, &(struct elig_fix){ name, path, coverage, was,
	    value }, e);
}

static int of_name(struct fixing *f, const struct party_cover *c,
    struct ehr_err *e)
{
	const struct elig_part *il = elig_part(f->a, 0, NULL, "NM1", "IL");
	const struct elig_part *own = elig_person(f->a, "NM1", NULL);
	struct str id = il ? elig_el(f->a, il->raw, 9, 0) : STR("");
	int rc = propose(f, "member", "subscriberId", true, c->member, id, e);

	if (rc == 0 && own)
		rc = propose(f, "last", "name.0.family", false,
		    f->who.patient.last, elig_el(f->a, own->raw, 3, 0), e);
	if (rc == 0 && own)
		rc = propose(f, "first", "name.0.given.0", false,
		    f->who.patient.first, elig_el(f->a, own->raw, 4, 0), e);
	return rc;
}

static int of_birth(struct fixing *f, struct ehr_err *e)
{
	const struct elig_part *dmg = elig_person(f->a, "DMG", NULL);
	struct str sex = dmg ? elig_el(f->a, dmg->raw, 3, 0) : STR("");
	BUF_AUTO day = BUF_INIT;
	int rc = 0;

	if (dmg && elig_day(elig_el(f->a, dmg->raw, 2, 0), &day))
		rc = propose(f, "birth", "birthDate", false, f->who.patient.birth,
		    buf_str(&day), e);
	return rc < 0 ? rc : propose(f, "gender", "gender", false,
	    f->who.patient.gender,
	    str_is(sex, "M") ? STR("male") : str_is(sex, "F") ?
	    STR("female") : STR(""), e);
}

int elig_fixes(struct record *r, const struct elig_answer *a,
    const struct elig_row *row, elig_fix_fn *fn, void *arg, struct ehr_err *e)
{
	struct fixing f = { .a = a, .fn = fn, .arg = arg };
	struct setup none = SETUP_INIT;
	PARTY_AUTO party = PARTY_INIT(r, &none);
	ARENA_AUTO mem = ARENA_INIT;
	int rc;

	if (strcmp(a->kind, "271") != 0 || !row->patient ||
	    str_is(row->state, "failed"))
		return 0;
	rc = party_read(&party, &mem, row->patient, row->day, &f.who, e);
	for (size_t i = 0; rc == 0 && i < f.who.n; i++) {
		if (f.who.cover[i].rid != row->coverage)
			continue;
		rc = of_name(&f, &f.who.cover[i], e);
		if (rc == 0)
			rc = of_birth(&f, e);
	}
	return rc;
}
