/* scrub.c - the rules, one charge at a time; overrides. */
#include <stdio.h>

#include "ehr/fhir.h"
#include "scrub.h"

const struct sql scrub_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "scrub-sql.def"
#undef X
};

static const struct scrub_rule rules[] = {
#define X(id, name, severity, text, remedy, source) \
	{ name, DIAG_##severity, text, remedy, source },
#include "ehr/billing-scrub.def"
#undef X
};

const struct scrub_rule *scrub_rule(enum scrub_id id)
{
	return &rules[id];
}

enum scrub_id scrub_rule_find(struct str name)
{
	int i = 0;

	while (i < SCRUB_COUNT && !str_is(name, rules[i].name))
		i++;
	return (enum scrub_id)i;
}

/* ---- findings ---- */

void scrub_tell(struct scrub_at *at, const struct scrub_finding *f)
{
	if (!f->overridden)
		at->s->count[f->severity]++;
	at->blocking += f->severity == DIAG_ERROR && !f->overridden;
	if (at->s->emit)
		at->s->emit(at->s->arg, f);
}

void scrub_find(struct scrub_at *at, enum scrub_id id, int line,
    const char *what)
{
	const struct scrub_finding f = { .id = id, .charge = at->c->id,
		.severity = rules[id].severity, .line = line, .what = what,
		.text = rules[id].text, .remedy = rules[id].remedy,
		.overridden = at->overridden[id] };

	scrub_tell(at, &f);
}

struct scrub_word scrub_word(struct str v)
{
	struct scrub_word w;

	snprintf(w.s, sizeof(w.s), "%.*s", STR_FMT(v));
	return w;
}

bool scrub_among(struct str v, const char *words)
{
	struct str rest = str_of(words), one;

	while (str_split(&rest, ' ', &one))
		if (str_eq(v, one))
			return true;
	return false;
}

bool scrub_has(const struct charge_line *l, const char *words)
{
	struct str rest = l->mods, one;

	while (str_split(&rest, ' ', &one))
		if (one.n && scrub_among(one, words))
			return true;
	return false;
}

/* ---- who it is about ---- */

static void read_day(const struct tape *t, uint32_t node, struct date *d)
{
	BUF_AUTO b = BUF_INIT;

	if (!node || !date_parse(tape_text(t, node, &b), d))
		*d = (struct date){ 0 };
}

static bool has_text(const struct tape *t, uint32_t object, const char *name)
{
	BUF_AUTO b = BUF_INIT;

	return tape_member(t, object, name, &b).n > 0;
}

/* One address that a claim can carry. */
static bool whole_address(const struct tape *t)
{
	uint32_t list = tape_get(t, 0, "address");

	if (list)
		tape_each(t, list, i)
			if (tape_get(t, i, "line") && has_text(t, i, "city") &&
			    has_text(t, i, "state") &&
			    has_text(t, i, "postalCode"))
				return true;
	return false;
}

static int read_patient(struct scrub_at *at)
{
	TAPE_AUTO t = TAPE_INIT;
	struct resource res;
	struct tape_error err;
	struct str sex;
	BUF_AUTO b = BUF_INIT;
	int rc = record_get(at->s->r, record_patient_rid(at->c->patient),
	    RECORD_NOW, &res, at->e);

	if (rc <= 0 || !res.body.s)
		return rc;
	if (tape_parse(&t, res.body.s, res.body.n, &err) < 0)
		return ehr_fail(at->e, EHR_EINTEGRITY, "charge %lld: the "
		    "patient cannot be read", (long long)at->c->id);
	read_day(&t, tape_get(&t, 0, "birthDate"), &at->birth);
	read_day(&t, tape_get(&t, 0, "deceasedDateTime"), &at->death);
	sex = tape_member(&t, 0, "gender", &b);
	at->sex = str_is(sex, "female") ? 'F' : str_is(sex, "male") ? 'M' :
	    sex.n ? 'U' : 0;
	at->address = whole_address(&t);
	return 0;
}

static const struct setup_item *item(struct scrub_at *at, int kind,
    const char *name)
{
	struct str key = charge_field(at->c, 0, name);

	return key.s ? setup_find(at->s->setup, kind, key) : NULL;
}

/* Who bills: as the charge says, or whoever renders, or the only one. */
static void choose(struct scrub_at *at)
{
	const struct setup_item *i = NULL, *only = NULL;
	size_t n = 0;

	at->payer = item(at, SETUP_PAYER, "payer");
	at->rendering = item(at, SETUP_PROVIDER, "rendering");
	at->facility = item(at, SETUP_FACILITY, "facility");
	at->billing = item(at, SETUP_PROVIDER, "billing");
	if (!at->billing && at->rendering)
		at->billing = setup_yes(at->rendering, "bills") ?
		    at->rendering :
		    setup_ref(at->s->setup, at->rendering, "billing");
	while ((i = setup_next(at->s->setup, SETUP_PROVIDER, i)))
		if (setup_yes(i, "bills")) {
			only = i;
			n++;
		}
	if (!at->billing && n == 1)
		at->billing = only;
}

static int read_overrides(struct scrub_at *at)
{
	struct stmt *s = scrub_sql(at->db, SCRUB_OVERRIDES);
	enum scrub_id id;
	int rc;

	stmt_int(s, 1, at->c->id);
	while ((rc = stmt_step(s, at->e)) > 0) {
		id = scrub_rule_find(stmt_col(s, 0));
		if (id != SCRUB_COUNT)
			at->overridden[id] = 1;
	}
	stmt_reset(s);
	return rc;
}

int scrub_charge(struct scrub *s, const struct charge *c, struct ehr_err *e)
{
	static int (*const sides[])(struct scrub_at *at) = { scrub_who,
		scrub_dx, scrub_lines, scrub_pairs, scrub_edits };
	struct scrub_at at = { .s = s, .db = record_store(s->r), .c = c,
		.e = e };
	int rc = read_overrides(&at);

	if (rc == 0)
		rc = read_patient(&at);
	choose(&at);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(sides); i++)
		rc = sides[i](&at);
	return rc < 0 ? rc : at.blocking;
}

/* ---- overrides ---- */

int scrub_override(struct store *db, int64_t batch, int64_t charge,
    enum scrub_id id, struct str reason, struct ehr_err *e)
{
	struct stmt *s = scrub_sql(db, SCRUB_OVERRIDE_ADD);
	int rc;

	stmt_int(s, 1, charge);
	stmt_text(s, 2, str_of(rules[id].name));
	stmt_text(s, 3, reason);
	stmt_int(s, 4, batch);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : store_changes(db) > 0;
}

int scrub_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = scrub_sql(db, SCRUB_BUILT);
	int64_t charge = 0;
	int rc;

	stmt_int(s, 1, of);
	rc = stmt_step(s, e);
	if (rc > 0)
		charge = stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc)
		return rc < 0 ? rc : ehr_fail(e, EHR_ENO, "charge %lld: a "
		    "claim was built on it", (long long)charge);
	s = scrub_sql(db, SCRUB_PATIENTS);
	stmt_int(s, 1, of);
	while ((rc = stmt_step(s, e)) > 0)
		access_set_touch(a, stmt_col_int(s, 0));
	stmt_reset(s);
	if (rc < 0)
		return rc;
	s = scrub_sql(db, SCRUB_TAKE_BACK);
	stmt_int(s, 1, of);
	stmt_int(s, 2, batch);
	rc = stmt_run(s, e);
	n->deleted += rc == 0 ? store_changes(db) : 0;
	return rc;
}
