/* ehr-export: charts out, as the sources wrote them. */
#include <stdlib.h>

#include "ehr/audit-disclose.h"
#include "export.h"

static bool all, history, referenced, links;
static int form, refs;
static struct cli_list types;
static const char *disclose_to;
static int purpose = -1;

/* ---- whom ---- */

struct patients {
	struct export *x;
	int64_t *v;
	size_t n, cap;
	struct buf names; /* of all, each ended by NUL */
	size_t *at;	  /* where in names */
};

static int add_patient(void *arg, int64_t patient)
{
	struct patients *p = arg;
	bool added;

	map64_put(&p->x->set, (uint64_t)patient, &added);
	if (!added)
		return 0;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	p->v[p->n++] = patient;
	return 0;
}

static int find_named(struct patients *p)
{
	struct export *x = p->x;
	BUF_AUTO candidates = BUF_INIT;
	CLI_IDS_AUTO ids = CLI_IDS(x->c, 0);
	struct str id;
	int64_t patient;
	int rc;

	while ((rc = cli_ids_next(&ids, &id, x->err)) > 0) {
		rc = record_find_patient_at(x->a.r, id, x->filter.as_of,
		    &patient, &candidates, x->err);
		if (rc < 0) {
			fwrite(candidates.s, 1, candidates.len, stderr);
			return rc;
		}
		add_patient(p, patient);
	}
	return rc;
}

static int by_number(const void *a, const void *b, void *arg)
{
	struct patients *p = arg;

	return strcmp(p->names.s + p->at[*(const size_t *)a],
	    p->names.s + p->at[*(const size_t *)b]);
}

/* By name, whatever numbers they have here. */
static int sort_patients(struct patients *p)
{
	size_t *order = xcalloc(p->n + 1, sizeof(*order));
	int64_t *v = xcalloc(p->n + 1, sizeof(*v));
	int rc = 0;

	p->at = xcalloc(p->n + 1, sizeof(*p->at));
	for (size_t i = 0; rc >= 0 && i < p->n; i++) {
		order[i] = i;
		p->at[i] = p->names.len;
		rc = record_patient_name(p->x->a.r, p->v[i], &p->names,
		    p->x->err);
		buf_addch(&p->names, '\0');
	}
	if (rc >= 0)
		qsort_r(order, p->n, sizeof(*order), by_number, p);
	for (size_t i = 0; i < p->n; i++)
		v[i] = p->v[order[i]];
	free(p->v);
	free(order);
	p->v = v;
	return rc < 0 ? rc : 0;
}

/* ---- the command ---- */

static int export_patients(struct export *x, const struct patients *p)
{
	int rc = sink_open(&x->sink);

	if (rc == 0 && x->everybody)
		rc = export_chart(x, 0);
	for (size_t i = 0; rc == 0 && i < p->n; i++) {
		rc = export_chart(x, p->v[i]);
		cli_progress(x->c, "charts", i + 1, p->n);
	}
	return sink_close(&x->sink, rc);
}

static const char *scope_of(struct buf *b)
{
	if (types.n == 0)
		return NULL;
	for (size_t i = 0; i < types.n; i++)
		buf_addf(b, "%s%s", i ? "," : "", types.v[i]);
	return b->s;
}

/* Who was given these charts, for the accounting of disclosures: before the
 * first byte, as the event of the export. */
static int disclose(struct export *x, const struct patients *p,
    const char *scope)
{
	struct audit_disclosure d = { .to = str_of(disclose_to),
		.what = scope ? str_of(scope) : STR("the chart"),
		.purpose = (enum audit_for)purpose };
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO told = BUF_INIT;
	struct date today;
	int rc;

	if (disclose_to == NULL)
		return 0;
	cli_today(x->c, &today);
	date_format(&day, &today);
	d.on = buf_str(&day);
	rc = audit_disclosure_put(&told, &d, x->err);
	return rc < 0 ? rc : access_set(&x->a, AUDIT_DISCLOSE, told.s, p->v,
	    p->n, x->err);
}

/* The set is known before the snapshot begins, the event is there before the
 * first byte. */
static int export_set(struct export *x)
{
	struct patients p = { .x = x, .names = BUF_INIT };
	struct store *db = record_store(x->a.r);
	BUF_AUTO scope = BUF_INIT;
	int rc = x->everybody ? record_patients(x->a.r, add_patient, &p,
	    x->err) : find_named(&p);

	if (rc == 0)
		rc = sort_patients(&p);
	if (rc == 0)
		rc = disclose(x, &p, scope_of(&scope));
	if (rc == 0)
		rc = access_set_begin(&x->a, AUDIT_EXPORT,
		    scope.len ? scope.s : NULL, p.v,
		    x->everybody ? 0 : p.n, x->err);
	if (rc == 0) {
		rc = store_begin(db, STORE_SNAPSHOT, x->err);
		if (rc == 0)
			rc = export_patients(x, &p);
		store_rollback(db);
		rc = access_set_end(&x->a, rc, x->err);
	}
	free(p.v);
	free(p.at);
	buf_release(&p.names);
	return rc;
}

static int read_types(struct export *x)
{
	struct str rest, word;
	int type;

	for (size_t i = 0; i < types.n; i++) {
		rest = str_of(types.v[i]);
		while (str_split(&rest, ',', &word)) {
			type = fhir_type(word);
			if (type == 0)
				return cli_usage(x->c, x->err, "--type %.*s: "
				    "no resource type", STR_FMT(word));
			record_types_add(&x->filter.types, type);
		}
	}
	return 0;
}

static int check_operands(struct cli *c, struct ehr_err *e)
{
	if ((all || links) && c->argc)
		return cli_usage(c, e, "patients and --%s exclude each other",
		    all ? "all" : "links");
	if (!all && !links && c->argc == 0)
		return cli_usage(c, e, "no patient given");
	if (links && seal_wanted())
		return cli_usage(c, e, "--links is not encrypted");
	if (!disclose_to != (purpose < 0) || (links && disclose_to))
		return cli_usage(c, e, "--disclose-to and --purpose go "
		    "together, with charts");
	if (history && c->as_of)
		return cli_usage(c, e, "--history and --as-of exclude each "
		    "other");
	return 0;
}

static int run(struct cli *c, struct ehr_err *e)
{
	SEAL_AUTO seal = { .keys = AGE_KEYS_INIT };
	struct access_opt opt = ACCESS_OPT(c);
	struct export x = { .c = c, .a = ACCESS_INIT, .sink = { .c = c,
		.form = form ? FORM_BUNDLE : FORM_NDJSON, .history = history,
		.b = BUF_INIT, .err = e }, .filter = RECORD_FILTER,
		.resolved = refs, .everybody = all, .referenced = referenced,
		.body = BUF_INIT, .err = e };
	int rc = check_operands(c, e);

	x.filter.as_of = c->as_of_ms;
	x.filter.since = c->since ? c->since_ms : 0;
	x.filter.history = history;
	if (rc == 0)
		rc = read_types(&x);
	if (rc == 0)
		rc = seal_read(&seal, c, e);
	if (rc > 0) {
		x.sink.age = &seal.to;
		rc = 0;
	}
	if (rc == 0)
		rc = access_open(&x.a, &opt, STORE_READ, e);
	if (rc == 0)
		rc = links ? export_links(&x) : export_set(&x);
	rc = access_withheld(&x.a, rc, e);
	access_close(&x.a);
	map64_release(&x.set);
	map64_release(&x.seen);
	buf_release(&x.body);
	return rc;
}

static const struct cli_opt options[] = {
	{ "all", 0, CLI_FLAG, 0, NULL, "every chart, and what is nobody's",
	    &all, 0, 0 },
	{ "type", 0, CLI_LIST, 0, "TYPE,...", "only these resource types",
	    &types, 0, 0 },
	{ "history", 0, CLI_FLAG, 0, NULL, "every version", &history, 0, 0 },
	{ "refs", 0, CLI_CHOICE, 0, "source|resolved",
	    "references as they came, or as Type/id of the target", &refs, 0,
	    0 },
	{ "with-referenced", 0, CLI_FLAG, 0, NULL,
	    "practitioners and the like a chart refers to", &referenced, 0,
	    0 },
	{ "disclose-to", 0, CLI_TEXT, 0, "WHO", "record a disclosure to them",
	    &disclose_to, 0, 0 },
	{ "purpose", 0, CLI_CHOICE, 0, AUDIT_FOR_WORDS, "for what it is",
	    &purpose, 0, 0 },
	{ "links", 0, CLI_FLAG, 0, NULL,
	    "list the references that are not resolved", &links, 0, 0 },
	{ NULL, 'o', CLI_CHOICE, 0, "ndjson|bundle", "format of the output",
	    &form, 0, 0 },
	SEAL_OPTS,
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ NULL, "[PATIENT|-]...", "write charts as FHIR",
	    CLI_DB | CLI_PLACE | CLI_FORCE | CLI_SINCE | CLI_AS_OF |
	    CLI_REASON, options, 0, -1, false, run },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-export", "charts out of the record", verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
