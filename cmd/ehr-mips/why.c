/* why.c - ehr-mips why: a patient's populations, and the expressions behind
 * them, as an indented tree. */
#include "mips.h"

enum { SHOWN = 5 }; /* resources of a list */

struct tree {
	struct cli *c;
	struct buf *out;
	struct ehr_err *e;
};

/* What a resource is about: its code, type, vaccine or drug, in words. */
static void add_what(struct buf *b, struct elm_value v)
{
	static const char *const members[] = { "code", "type", "vaccineCode",
		"medicationCodeableConcept" };
	BUF_AUTO text = BUF_INIT;
	uint32_t at;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		at = tape_get(v.tape, v.n, members[i]);
		if (at && tape_type(v.tape, at) == TAPE_ARRAY)
			at = tape_first(v.tape, at);
		if (at && fhir_codeable_text(v.tape, at, &text))
			break;
	}
	if (text.len) {
		buf_addch(b, ' ');
		utf8_clean(b, buf_str(&text), false);
	}
}

static void indent(struct buf *b, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_adds(b, "  ");
}

/* The resources of a list, a line each. */
static void add_resources(struct buf *b, struct elm_value list, unsigned depth)
{
	for (uint32_t i = 0; i < list.n && i < SHOWN; i++) {
		struct elm_value v = list.list[i];

		if (v.kind != ELM_FHIR || v.cls > FHIR_RESOURCES)
			continue;
		indent(b, depth);
		buf_adds(b, "- ");
		quality_resource(b, v);
		add_what(b, v);
		buf_addch(b, '\n');
	}
	if (list.n > SHOWN) {
		indent(b, depth);
		buf_addf(b, "- and %u more\n", list.n - SHOWN);
	}
}

static void add_value(struct buf *b, struct elm_value v, unsigned depth)
{
	BUF_AUTO text = BUF_INIT;

	if (v.kind == ELM_LIST) {
		buf_addf(b, "%u\n", v.n);
		add_resources(b, v, depth + 1);
		return;
	}
	if (v.kind == ELM_FHIR && v.cls <= FHIR_RESOURCES) {
		quality_resource(b, v);
		add_what(b, v);
	} else {
		elm_format(&text, v);
		utf8_clean(b, buf_str(&text), false);
	}
	buf_addch(b, '\n');
}

/* "[Condition: Diabetes] qicore-condition-encounter-diagnosis = 0", and those
 * that only the profile leaves out. */
static int add_retrieve(struct buf *b, const struct quality_why *why)
{
	uint32_t others = why->whole.n - why->value.n;

	buf_addf(b, "[%s: %.*s] %.*s = ", fhir_type_name(why->type),
	    STR_FMT(why->name), STR_FMT(why->profile));
	if (why->value.n || others == 0) {
		add_value(b, why->value, why->depth + 1);
		return 0;
	}
	buf_addf(b, "0, but without that profile %u\n", others);
	add_resources(b, why->whole, why->depth + 2);
	return 0;
}

static int add_line(void *arg, const struct quality_why *why)
{
	struct tree *t = arg;

	indent(t->out, why->depth + 1);
	if (why->type)
		return add_retrieve(t->out, why);
	buf_addstr(t->out, why->name);
	if (why->again) {
		buf_adds(t->out, " (above)\n");
		return 0;
	}
	buf_adds(t->out, " = ");
	add_value(t->out, why->value, why->depth + 1);
	return 0;
}

static int add_group(struct tree *t, struct quality_run *run,
    const struct quality_measure *m, const struct quality_group *g,
    const struct quality_group_result *r)
{
	int rc = 0;

	buf_addf(t->out, "%.*s %.*s (%s)\n", STR_FMT(m->name), STR_FMT(g->id),
	    quality_scoring_name(g->scoring));
	for (uint32_t i = 0; i < g->populations && rc == 0; i++) {
		buf_addf(t->out, "%.*s: %u\n", STR_FMT(g->population[i].code),
		    r->count[i]);
		if (g->population[i].define >= 0)
			rc = quality_explain(run, g->population[i].define,
			    add_line, t, t->e);
	}
	buf_addch(t->out, '\n');
	return rc;
}

static int explain(struct job *j, const struct task *t, struct ehr_err *e)
{
	const struct quality_measure *m = quality_measure(t->package);
	const struct quality_group_result *r;
	BUF_AUTO out = BUF_INIT;
	struct tree tree = { j->c, &out, e };
	int rc = quality_run_patient(t->run[0], j->patient[0], &r, e);

	for (uint32_t g = 0; g < m->groups && rc == 0; g++)
		rc = add_group(&tree, t->run[0], m, &m->group[g], &r[g]);
	return rc == 0 ? cli_write(&out, e) : rc;
}

int why(struct cli *c, struct ehr_err *e)
{
	struct job j = { .c = c, .record = c->argc > 0, .out = BUF_INIT };
	BUF_AUTO text = BUF_INIT;
	int rc;

	if ((c->argc == 0) != (mips_opts.bundle != NULL))
		return cli_usage(c, e, "a PATIENT of the record, or --bundle");
	rc = job_load(&j, e);
	if (rc == 0)
		rc = c->argc ? feed_chart(&j, str_of(c->argv[0]), &text, e)
			     : in_all(mips_opts.bundle, MAX_RESOURCE,
				   &text, e);
	if (rc == 0)
		rc = quality_patient_read(j.patient[0], buf_str(&text), e);
	for (size_t i = 0; i < j.tasks && rc == 0; i++)
		rc = explain(&j, &j.task[i], e);
	return job_end(&j, rc, e);
}
