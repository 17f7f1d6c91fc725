/* add.c - ehr-edit add: new entries in a patient's chart. */
#include "edit.h"

/* Appends each resource of the JSON input, made ready, a line each. */
static int read_json(struct cli *c, const struct edit_env *env, int kind,
    struct buf *out, struct ehr_err *e)
{
	struct json_split_opt opt = { .form = JSON_AUTO };
	struct json_split *split;
	struct json_item item;
	struct in *in;
	int rc = in_open(&in, opt_json, e);

	(void)c;
	if (rc < 0)
		return rc;
	split = json_split_new(in, &opt);
	while ((rc = json_split_next(split, &item, e)) > 0) {
		if (item.why || item.kind != JSON_VALUE)
			rc = ehr_fail(e, EHR_EREJECT, "%s",
			    item.why ? item.why : "a Bundle is for "
			    "ehr-import");
		else
			rc = edit_new_json(env, kind, item.text, out, e);
		if (rc < 0) {
			ehr_fail_prefix(e, "%s:%llu: ", opt_json,
			    (unsigned long long)item.line);
			break;
		}
	}
	json_split_free(split);
	in_close(in);
	if (rc == 0 && out->len == 0)
		rc = ehr_fail(e, EHR_EREJECT, "%s: no resource", opt_json);
	return rc;
}

/* "allergy PT none" is code=none. */
static int read_keys(struct cli *c, const struct edit_env *env, int kind,
    struct buf *out, struct ehr_err *e)
{
	struct edit_pair *p, none = { STR("code"), STR_NONE };
	size_t n;
	int rc;

	if (c->argc == 3 && strncmp(c->argv[2], "no", 2) == 0 &&
	    strchr(c->argv[2], '=') == NULL &&
	    edit_kind_type(kind) == FHIR_AllergyIntolerance) {
		none.value = str_of(c->argv[2]);
		return edit_new(env, kind, &none, 1, out, e);
	}
	rc = desk_pairs(c, 2, &p, &n, e);
	return rc < 0 ? rc : edit_new(env, kind, p, n, out, e);
}

static int write_all(struct cli *c, struct access *a,
    const struct edit_who *who, struct str texts, struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_CREATE,
		.source = who->source.s, .scope = "add" };
	struct diag_sink sink = { cli_diag_errors, c, { 0 } };
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	struct str text;
	int rc = edit_begin(&j, a, &w, &sink, e);

	while (rc == 0 && texts.n && str_split(&texts, '\n', &text)) {
		if (text.n == 0)
			continue;
		rc = edit_allergy_none(a->r, who->env.number, text, e);
		if (rc == 0)
			rc = edit_put(&j, text, who->env.source, 0, 0, e);
	}
	if (rc == 0)
		rc = edit_commit(&j, e);
	return rc < 0 ? rc : desk_names(c, &j, e);
}

int add_run(struct cli *c, struct ehr_err *e)
{
	int kind = edit_kind(str_of(c->argv[0])), rc;
	ACCESS_AUTO a = ACCESS_INIT;
	EDIT_WHO_AUTO who = EDIT_WHO_INIT;
	BUF_AUTO candidates = BUF_INIT;
	BUF_AUTO texts = BUF_INIT;

	if (kind == 0 || edit_kind_type(kind) == FHIR_Patient)
		return cli_usage(c, e, "no kind of entry is called that");
	if (opt_json && c->argc > 2)
		return cli_usage(c, e, "--json or key=value, not both");
	rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = edit_who(&a, str_of(c->argv[1]), &who, &candidates, e);
	cli_candidates(c, &candidates);
	if (rc == 0 && c->source && strcmp(c->source, who.source.s) != 0)
		return cli_usage(c, e, "the patient is of source %s, and so "
		    "are his entries", who.source.s);
	if (rc == 0)
		rc = opt_json ? read_json(c, &who.env, kind, &texts, e) :
				read_keys(c, &who.env, kind, &texts, e);
	return rc < 0 ? rc : write_all(c, &a, &who, buf_str(&texts), e);
}
