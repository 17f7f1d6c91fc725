/* write.c - ehr-patient new and edit. */
#include "patient.h"

static int no_number(void *arg, int64_t rid)
{
	int64_t *found = arg;

	*found = rid;
	return 1;
}

/* A chart number is one patient's: who has it is told. */
static int check_numbers(struct cli *c, struct record *r,
    const struct tape *t, struct ehr_err *e)
{
	uint32_t list = tape_get(t, 0, "identifier");
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO name = BUF_INIT;
	int rc;

	if (list == 0 || c->force)
		return 0;
	tape_each(t, list, i) {
		int64_t rid = 0;

		rc = index_identifier(r, FHIR_Patient,
		    tape_member(t, i, "system", &a),
		    tape_member(t, i, "value", &b), no_number, &rid, e);
		if (rc < 0)
			return rc;
		if (rid == 0)
			continue;
		rc = record_rid_name(r, rid, &name, e);
		if (rc >= 0)
			rc = ehr_fail(e, EHR_ENO, "an identifier is that of "
			    "%s already (--force to write all the same)",
			    name.s);
		return rc;
	}
	return 0;
}

/* Somebody very like him is told, too. */
static int check_like(struct cli *c, struct record *r, const struct tape *t,
    struct ehr_err *e)
{
	struct identity_pair best = { 0 };
	BUF_AUTO name = BUF_INIT;
	int rc = c->force ? 0 :
	    identity_like(r, t, IDENTITY_MIN, &best, e);

	if (rc == 0 && best.b) {
		rc = record_patient_name(r, best.b, &name, e);
		if (rc >= 0)
			rc = ehr_fail(e, EHR_ENO, "%s is very like that "
			    "patient (--force to write all the same)",
			    name.s);
	}
	return rc;
}

static int make_new(struct cli *c, const struct edit_env *env,
    struct buf *text, struct ehr_err *e)
{
	int kind = edit_kind(STR("patient")), rc;
	BUF_AUTO json = BUF_INIT;
	struct edit_pair *p;
	size_t n;

	if (opt_json) {
		rc = in_all(opt_json, MAX_RESOURCE, &json, e);
		return rc < 0 ? rc : edit_new_json(env, kind, buf_str(&json),
		    text, e);
	}
	rc = desk_pairs(c, 0, &p, &n, e);
	return rc < 0 ? rc : edit_new(env, kind, p, n, text, e);
}

int new_run(struct cli *c, struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_CREATE,
		.source = c->source, .scope = "new" };
	struct diag_sink sink = { cli_diag_errors, c, { 0 } };
	struct edit_env env = { .now = clock_ms() };
	ACCESS_AUTO a = ACCESS_INIT;
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO text = BUF_INIT;
	struct tape_error why;
	int rc;

	if ((opt_json != NULL) == (c->argc > 0))
		return cli_usage(c, e, "key=value or --json is due");
	rc = desk_open(c, &a, STORE_WRITE, e);
	env.user = buf_str(&a.user);
	if (rc == 0)
		rc = make_new(c, &env, &text, e);
	if (rc == 0 && tape_parse(&t, text.s, text.len, &why) == 0)
		rc = check_numbers(c, a.r, &t, e);
	if (rc == 0 && t.count)
		rc = check_like(c, a.r, &t, e);
	if (rc == 0)
		rc = edit_begin(&j, &a, &w, &sink, e);
	if (rc == 0)
		rc = edit_put(&j, buf_str(&text), 0, 0, 0, e);
	if (rc == 0)
		rc = edit_commit(&j, e);
	return rc < 0 ? rc : desk_names(c, &j, e);
}

int edit_run(struct cli *c, struct ehr_err *e)
{
	struct edit_input in = { .draft = opt_draft, .json = opt_json,
		.version = opt_version };

	return desk_edit(c, FHIR_Patient, in, e);
}
