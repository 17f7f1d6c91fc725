/* merge.c - ehr-patient merge and unmerge. */
#include "patient.h"

static const struct print_col plan_cols[] = {
	{ "what", 0 }, { "a", PRINT_WIDE }, { "b", PRINT_WIDE }, { "says", 0 },
};

/* One side's Patient; an empty tape when it is only referred to. */
static int load(struct access *a, int64_t patient, struct tape *t,
    struct ehr_err *e)
{
	struct tape_error why;
	struct resource res;
	int rc = record_get(a->r, record_patient_rid(patient), RECORD_NOW,
	    &res, e);

	if (rc > 0 && res.state == RECORD_LIVE)
		tape_parse(t, res.body.s, res.body.n, &why);
	return rc < 0 ? rc : 0;
}

static void say_name(const struct tape *t, struct buf *b)
{
	uint32_t names = tape_get(t, 0, "name");

	if (names && fhir_current_name(t, names))
		fhir_human_name(t, fhir_current_name(t, names), FHIR_NAME_SORT,
		    b);
}

static void say_born(const struct tape *t, struct buf *b)
{
	fhir_text(t, 0, "birthDate", b);
}

static void say_sex(const struct tape *t, struct buf *b)
{
	fhir_text(t, 0, "gender", b);
}

static void say_death(const struct tape *t, struct buf *b)
{
	int type;
	uint32_t v = fhir_choice(t, 0, "deceased", &type);

	if (v)
		fhir_value(t, v, type, b);
}

static void say_numbers(const struct tape *t, struct buf *b)
{
	uint32_t list = tape_get(t, 0, "identifier");
	BUF_AUTO text = BUF_INIT;

	if (list == 0)
		return;
	tape_each(t, list, i) {
		struct str v = tape_member(t, i, "value", &text);

		if (v.n)
			buf_addf(b, "%s%.*s", b->len ? ", " : "", STR_FMT(v));
	}
}

static void say_phone(const struct tape *t, struct buf *b)
{
	uint32_t list = tape_get(t, 0, "telecom");

	if (list)
		fhir_telecom(t, list, "phone", b);
}

static void say_home(const struct tape *t, struct buf *b)
{
	uint32_t list = tape_get(t, 0, "address");

	if (list && tape_first(t, list))
		fhir_address(t, tape_first(t, list), b);
}

/* What stands in the plan; a difference of the first four needs a look. */
static const struct {
	const char *what;
	void (*say)(const struct tape *t, struct buf *b);
	bool conflict;
} facts[] = {
	{ "name", say_name, true },	  { "birthdate", say_born, true },
	{ "sex", say_sex, true },	  { "deceased", say_death, true },
	{ "identifiers", say_numbers, false },
	{ "phone", say_phone, false },	  { "address", say_home, false },
};

static int plan_facts(struct printer *p, const struct tape *x,
    const struct tape *y, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(facts); i++) {
		BUF_AUTO a = BUF_INIT;
		BUF_AUTO b = BUF_INIT;
		bool differs;

		if (x->count)
			facts[i].say(x, &a);
		if (y->count)
			facts[i].say(y, &b);
		differs = !str_eq(buf_str(&a), buf_str(&b));
		print_text(p, str_of(facts[i].what));
		print_text(p, buf_str(&a));
		print_text(p, buf_str(&b));
		print_text(p, !differs ? STR("same") :
		    facts[i].conflict && a.len && b.len ? STR("conflict") :
							  STR("differs"));
		rc = print_row(p, e);
	}
	return rc;
}

static int plan_counts(struct printer *p, struct record *r, int64_t a,
    int64_t b, struct ehr_err *e)
{
	int64_t x[256], y[256];
	int rc = identity_counts(r, a, x, e);

	if (rc == 0)
		rc = identity_counts(r, b, y, e);
	for (int i = 1; rc == 0 && i <= FHIR_RESOURCES; i++) {
		if (x[i] == 0 && y[i] == 0)
			continue;
		print_text(p, str_of(fhir_type_name(i)));
		print_int(p, x[i]);
		print_int(p, y[i]);
		print_text(p, STR("moves"));
		rc = print_row(p, e);
	}
	return rc;
}

/* Both identities, counts by type, what contradicts: shown, so audited. */
static int show_plan(struct cli *c, struct access *a, int64_t to, int64_t from,
    struct ehr_err *e)
{
	TAPE_AUTO x = TAPE_INIT;
	TAPE_AUTO y = TAPE_INIT;
	BUF_AUTO name_a = BUF_INIT;
	BUF_AUTO name_b = BUF_INIT;
	struct printer *p;
	int rc = load(a, to, &x, e);

	if (rc == 0)
		rc = load(a, from, &y, e);
	if (rc == 0)
		rc = record_patient_name(a->r, to, &name_a, e);
	if (rc >= 0)
		rc = record_patient_name(a->r, from, &name_b, e);
	if (rc >= 0)
		rc = print_open(&p, c, plan_cols, ARRAY_LEN(plan_cols), e);
	if (rc < 0)
		return rc;
	print_text(p, STR("id"));
	print_text(p, buf_str(&name_a));
	print_text(p, buf_str(&name_b));
	print_text(p, STR("stays, goes into it"));
	rc = print_row(p, e);
	if (rc == 0)
		rc = plan_facts(p, &x, &y, e);
	if (rc == 0)
		rc = plan_counts(p, a->r, to, from, e);
	return print_close(p, rc, e);
}

static int find_both(struct cli *c, struct access *a, int64_t *to,
    int64_t *from, struct ehr_err *e)
{
	int64_t *at[] = { to, from };
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++) {
		BUF_AUTO candidates = BUF_INIT;
		struct str name = str_of(c->argv[i]);

		rc = c->dry_run ? access_patient(a, name, AUDIT_READ,
		    "merge plan", at[i], &candidates, e) :
		    record_find_patient(a->r, name, at[i], &candidates, e);
		cli_candidates(c, &candidates);
	}
	return rc;
}

int merge_run(struct cli *c, struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_MERGE, .input = "merge",
		.scope = "merge" };
	struct diag_sink sink = { cli_diag_errors, c, { 0 } };
	ACCESS_AUTO a = ACCESS_INIT;
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	int64_t to = 0, from = 0;
	int rc;

	if (strcmp(c->argv[0], c->argv[1]) == 0)
		return cli_usage(c, e, "a patient cannot be merged with "
		    "himself");
	rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = find_both(c, &a, &to, &from, e);
	if (rc == 0 && to == from) {
		cli_note(c, "1 unchanged");
		return 0;
	}
	if (rc == 0 && c->dry_run)
		rc = show_plan(c, &a, to, from, e);
	if (rc == 0)
		rc = edit_begin(&j, &a, &w, &sink, e);
	if (rc == 0)
		rc = identity_merge(&j, to, from, e);
	if (rc < 0 || c->dry_run)
		return rc;
	cli_note(c, "batch %lld", (long long)j.number);
	return cli_write(&j.names, e);
}

/* ---- unmerge ---- */

struct built {
	struct cli *c;
	struct record *r;
};

static int show_built(void *arg, int64_t rid, int64_t by)
{
	struct built *b = arg;
	BUF_AUTO name = BUF_INIT;

	if (record_rid_name(b->r, rid, &name, NULL) >= 0)
		cli_warn(b->c, "%s: changed by batch %lld", name.s,
		    (long long)by);
	return 0;
}

/* The batch meant: that of the last merge into a patient, or its number. */
static int find_batch(struct cli *c, struct access *a, int64_t *batch,
    struct ehr_err *e)
{
	struct str word = str_of(c->argv[0]);
	BUF_AUTO candidates = BUF_INIT;
	struct batch_row row;
	int64_t patient;
	int rc = record_find_patient(a->r, word, &patient, &candidates, e);

	if (rc == EHR_ENOENT && candidates.len == 0 && str_int(word, batch)) {
		rc = batch_get(a->r, *batch, &row, e);
		if (rc == 0 && !str_is(row.input, "merge"))
			rc = ehr_fail(e, EHR_EUSAGE, "batch %lld is no merge",
			    (long long)*batch);
		return rc;
	}
	cli_candidates(c, &candidates);
	if (rc == 0)
		rc = identity_merged_by(a->r, patient, batch, e);
	if (rc == 0 && *batch == 0)
		rc = ehr_fail(e, EHR_ENO, "nobody was merged into that "
		    "patient");
	return rc;
}

static int name_patient(void *arg, int64_t rid, char kind, int64_t version)
{
	struct edit_job *j = arg;

	(void)kind;
	(void)version;
	if (record_rid_name(j->a->r, rid, &j->names, NULL) >= 0)
		buf_addch(&j->names, '\n');
	return 0;
}

int unmerge_run(struct cli *c, struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_UNMERGE,
		.input = "unmerge", .scope = "unmerge" };
	ACCESS_AUTO a = ACCESS_INIT;
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	struct built built = { c, NULL };
	int64_t batch = 0;
	int rc = desk_open(c, &a, STORE_WRITE, e);

	built.r = a.r;
	if (rc == 0)
		rc = find_batch(c, &a, &batch, e);
	if (rc == 0)
		rc = edit_begin(&j, &a, &w, NULL, e);
	if (rc == 0)
		rc = batch_changes(a.r, batch, name_patient, &j, e);
	if (rc == 0)
		rc = batch_undo(j.b, batch, false, show_built, &built, NULL,
		    e);
	return rc < 0 ? rc : cli_write(&j.names, e);
}
