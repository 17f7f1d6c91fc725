/* apply.c - ehr-elig apply: what the payer has otherwise, listed or taken. */
#include "elig-tool.h"

#include "ehr/fhir.h"

enum { FIXES_MAX = 16 };

struct job {
	struct cli *c;
	struct access a;
	struct arena mem;
	struct elig_fix fix[FIXES_MAX];
	size_t n;
	int64_t answer, patient, coverage;
};

static int keep(void *arg, const struct elig_fix *f, struct ehr_err *e)
{
	struct job *j = arg;
	struct elig_fix *to = &j->fix[j->n];

	(void)e;
	if (j->n == FIXES_MAX)
		return 0;
	*to = *f;
	to->was = arena_str(&j->mem, f->was);
	to->value = arena_str(&j->mem, f->value);
	for (size_t i = 0; i < f->sets; i++) {
		to->set[i].path = arena_str(&j->mem, f->set[i].path);
		to->set[i].value = arena_str(&j->mem, f->set[i].value);
	}
	j->n++;
	return 0;
}

static int work_out(void *arg, const struct elig_row *row, struct ehr_err *e)
{
	struct job *j = arg;
	ELIG_ANSWER_AUTO a = ELIG_ANSWER_INIT;
	int rc = elig_read_kept(record_store(j->a.r), row->id, &a, e);

	j->patient = row->patient;
	j->coverage = row->coverage;
	return rc < 0 ? rc : elig_fixes(j->a.r, &a, row, keep, j, e);
}

static int list(struct job *j, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 }, { "was", 0 },
		{ "payer_has", 0 } };
	struct printer *p = NULL;
	int rc = print_open(&p, j->c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc == 0 && i < j->n; i++) {
		print_text(p, str_of(j->fix[i].name));
		print_text(p, j->fix[i].was);
		print_text(p, j->fix[i].value);
		rc = print_row(p, e);
	}
	return p ? print_close(p, rc, e) : rc;
}

/* ---- taking them ---- */

static bool wanted(const struct job *j, const struct elig_fix *f)
{
	for (int i = 1; i < j->c->argc; i++)
		if (strcmp(j->c->argv[i], f->name) == 0)
			return true;
	return false;
}

/* Each name that was given has to be a proposal. */
static int check(struct job *j, struct ehr_err *e)
{
	for (int i = 1; i < j->c->argc; i++) {
		size_t k = 0;

		while (k < j->n && strcmp(j->c->argv[i], j->fix[k].name) != 0)
			k++;
		if (k == j->n)
			return ehr_fail(e, EHR_ENOENT,
			    "%s: the payer does not have that otherwise",
			    j->c->argv[i]);
	}
	return 0;
}

/* The Patient's or the Coverage's, one batch each. */
static int take(struct job *j, bool coverage, struct ehr_err *e)
{
	DESK_CHANGE_AUTO ch = DESK_CHANGE_INIT(j->c);
	struct edit_pair pair[3 * FIXES_MAX];
	struct access_write w = { .action = AUDIT_UPDATE,
		.scope = ELIG_KIND };
	struct diag_sink sink = { .emit = cli_diag_errors, .arg = j->c };
	EDIT_JOB_AUTO job = EDIT_JOB_INIT;
	BUF_AUTO name = BUF_INIT;
	struct edit_input in = { .pair = pair };
	int rc;

	for (size_t i = 0; i < j->n; i++)
		if (j->fix[i].coverage == coverage && wanted(j, &j->fix[i]))
			for (size_t k = 0; k < j->fix[i].sets; k++)
				pair[in.n++] = (struct edit_pair){
					j->fix[i].set[k].path,
					j->fix[i].set[k].value };
	if (in.n == 0)
		return 0;
	rc = record_rid_name(j->a.r, coverage ? j->coverage :
	    record_patient_rid(j->patient), &name, e);
	if (rc >= 0)
		rc = edit_load(&j->a, buf_str(&name), coverage ? 0 :
		    FHIR_Patient, &ch.x, NULL, e);
	if (rc == 0)
		rc = edit_text(&j->a, &ch.x, &in, &ch.text, &ch.version,
		    &ch.draft, e);
	w.source = ch.x.who.source.s;
	if (rc == 0)
		rc = edit_begin(&job, &j->a, &w, &sink, e);
	if (rc == 0)
		rc = edit_save(&job, &ch.x, buf_str(&ch.text), ch.x.version,
		    0, &ch.draft, e);
	return rc < 0 ? rc : desk_names(j->c, &job, e);
}

static int told(struct job *j, struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	int64_t patient;
	int rc = j->patient ? record_patient_name(j->a.r, j->patient, &name,
	    e) : 0;

	return rc < 0 || !j->patient ? rc : access_patient(&j->a,
	    buf_str(&name), AUDIT_READ, ELIG_KIND, &patient, NULL, e);
}

int apply_run(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .a = ACCESS_INIT, .mem = ARENA_INIT };
	int rc = 0;

	if (!str_int(str_of(c->argv[0]), &j.answer) || j.answer < 1)
		return cli_usage(c, e, "an answer is a number");
	rc = desk_open(c, &j.a, STORE_WRITE, e);
	if (rc == 0)
		rc = elig_get(record_store(j.a.r), j.answer, work_out, &j, e);
	if (rc == 0)
		rc = told(&j, e);
	if (rc == 0 && c->argc == 1)
		rc = list(&j, e);
	if (rc == 0)
		rc = check(&j, e);
	if (rc == 0 && c->argc > 1)
		rc = take(&j, false, e);
	if (rc == 0 && c->argc > 1)
		rc = take(&j, true, e);
	arena_release(&j.mem);
	access_close(&j.a);
	return rc;
}
