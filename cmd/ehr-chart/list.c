/* list.c - entries of a section, one a line: patient, id, date and what is
 * usual for the section. */
#include <math.h>
#include <stdlib.h>

#include "chart.h"

static struct {
	const char *code;
	bool latest, all, visits;
} opt;

const struct cli_opt chart_list_opts[] = {
	{ "code", 'c', CLI_TEXT, 0, "[SYSTEM|]CODE", "only this code",
	    &opt.code, 0, 0 },
	{ "latest", 'l', CLI_FLAG, 0, NULL, "only the newest of each code",
	    &opt.latest, 0, 0 },
	{ "visits", 0, CLI_FLAG, 0, NULL,
	    "each diagnosis of a visit, too", &opt.visits, 0, 0 },
	{ "all", 0, CLI_FLAG, 0, NULL,
	    "of every patient; with --code and --latest", &opt.all, 0, 0 },
	{ 0 },
};

enum item {
	ITEM_PATIENT, ITEM_ID, ITEM_DATE, ITEM_END, ITEM_STATUS, ITEM_WHAT,
	ITEM_CODE, ITEM_VALUE, ITEM_UNIT, ITEM_FLAG, ITEM_RANGE, ITEM_DETAIL,
	ITEM_BY, ITEM_COUNT
};

static const struct print_col columns[] = {
	[ITEM_PATIENT] = { "patient", 0 }, [ITEM_ID] = { "id", 0 },
	[ITEM_DATE] = { "date", 0 }, [ITEM_END] = { "end", 0 },
	[ITEM_STATUS] = { "status", 0 },
	[ITEM_WHAT] = { "what", PRINT_WIDE }, [ITEM_CODE] = { "code", 0 },
	[ITEM_VALUE] = { "value", PRINT_WIDE }, [ITEM_UNIT] = { "unit", 0 },
	[ITEM_FLAG] = { "flag", 0 }, [ITEM_RANGE] = { "range", 0 },
	[ITEM_DETAIL] = { "detail", PRINT_WIDE }, [ITEM_BY] = { "by", 0 },
};

#define B(item) (1u << ITEM_##item)
enum {
	ALWAYS = B(PATIENT) | B(ID) | B(DATE) | B(WHAT),
	CODED = ALWAYS | B(STATUS) | B(CODE),
	MEASURED = ALWAYS | B(CODE) | B(VALUE) | B(UNIT) | B(FLAG) | B(RANGE),
	WRITTEN = ALWAYS | B(STATUS) | B(DETAIL) | B(BY),
};

/* What else than the default (all but ranges and units) a section has. */
static const unsigned items[VIEW_SECTIONS] = {
	[VIEW_PROBLEMS] = CODED | B(END) | B(DETAIL),
	[VIEW_MEDS] = CODED | B(DETAIL) | B(BY),
	[VIEW_ALLERGIES] = CODED | B(VALUE) | B(DETAIL),
	[VIEW_VITALS] = MEASURED,
	[VIEW_RESULTS] = MEASURED,
	[VIEW_ASSESSMENTS] = MEASURED,
	[VIEW_SOCIAL] = CODED | B(END) | B(VALUE),
	[VIEW_IMMUNIZATIONS] = CODED | B(DETAIL),
	[VIEW_ENCOUNTERS] = WRITTEN | B(END) | B(VALUE),
	[VIEW_PROCEDURES] = CODED | B(END) | B(DETAIL),
	[VIEW_NOTES] = WRITTEN,
	[VIEW_DOCUMENTS] = WRITTEN,
};

static unsigned items_of(enum view_section s)
{
	return items[s] ? items[s] : WRITTEN | B(END) | B(CODE) | B(VALUE);
}

/* ---- one patient after the other ---- */

struct listing {
	struct cli *c;
	struct access a;
	enum view_section section;
	unsigned items;
	struct printer *p;
	struct str system, code; /* of --code; code.s NULL: any */
	struct ehr_err *e;
};

/* Values are printed with the source's digits, for people and programs. */
static void print_value(struct listing *l, const struct view_entry *e,
    const struct view_part *part)
{
	if (part && part->number.some)
		print_number(l->p, part->number.text);
	else if (!part && e->number.some)
		print_number(l->p, e->number.text);
	else if (!part && e->value.n)
		print_text(l->p, e->value);
	else if (e->absent.n)
		print_absent(l->p, e->absent.s);
	else
		print_absent(l->p, NULL);
}

static void print_code(struct listing *l, struct str system, struct str code)
{
	BUF_AUTO b = BUF_INIT;

	if (code.n == 0) {
		print_absent(l->p, NULL);
		return;
	}
	if (system.n && !chart_for_people(l->c))
		buf_addf(&b, "%.*s|", STR_FMT(system));
	buf_addstr(&b, code);
	print_text(l->p, buf_str(&b));
}

static void print_item(struct listing *l, enum item i, struct str patient,
    const struct view_entry *e, const struct view_part *part)
{
	const struct view_number *n = part ? &part->number : &e->number;

	switch (i) {
	case ITEM_PATIENT:
		print_text(l->p, patient);
		break;
	case ITEM_ID:
		print_text(l->p, e->id);
		break;
	case ITEM_DATE:
		chart_time(l->c, l->p, &e->start);
		break;
	case ITEM_END:
		chart_time(l->c, l->p, &e->end);
		break;
	case ITEM_STATUS:
		print_text(l->p, some(e->status));
		break;
	case ITEM_WHAT:
		print_text(l->p, some(part ? part->what : e->what));
		break;
	case ITEM_CODE:
		print_code(l, part ? part->system : e->system,
		    part ? part->code : e->code);
		break;
	case ITEM_VALUE:
		print_value(l, e, part);
		break;
	case ITEM_UNIT:
		print_text(l->p, some(n->code.n ? n->code : n->unit));
		break;
	case ITEM_FLAG:
		print_text(l->p, some(str_of(part ? part->flag : e->flag)));
		break;
	case ITEM_RANGE:
		print_text(l->p, some(part ? STR("") : e->range));
		break;
	case ITEM_DETAIL:
		print_text(l->p, some(e->detail));
		break;
	default:
		print_text(l->p, some(e->by));
		break;
	}
}

/* 1: printed, 0: not of the code asked for. */
static int print_entry(struct listing *l, struct str patient,
    const struct view_entry *e)
{
	const struct view_part *part = NULL;
	int rc;

	if (l->code.s && !view_has_code(e, l->system, l->code, &part))
		return 0;
	for (int i = 0; i < ITEM_COUNT; i++)
		if (l->items >> i & 1)
			print_item(l, (enum item)i, patient, e, part);
	rc = print_row(l->p, l->e);
	return rc < 0 ? rc : 1;
}

/* "There are none", as somebody said, or "withheld". */
static int print_said(struct listing *l, struct str patient,
    const struct view_entry *said)
{
	for (int i = 0; i < ITEM_COUNT; i++) {
		if (!(l->items >> i & 1))
			continue;
		if (i == ITEM_WHAT)
			print_absent(l->p, said->absent.s);
		else if (i == ITEM_VALUE)
			print_absent(l->p, NULL);
		else
			print_item(l, (enum item)i, patient, said, NULL);
	}
	return print_row(l->p, l->e);
}

/* ---- diagnoses of visits that are problems besides ---- */

static bool put_code(struct strmap *told, struct str system, struct str code)
{
	BUF_AUTO key = BUF_INIT;
	bool added;

	buf_addf(&key, "%.*s|%.*s", STR_FMT(system), STR_FMT(code));
	strmap_put(told, buf_str(&key), &added);
	return added;
}

/* False: one of its codes was put before. Who has none is told by itself. */
static bool put_codes(struct strmap *told, const struct view_entry *e)
{
	bool fresh = e->code.n == 0 || put_code(told, e->system, e->code);

	for (size_t i = 0; i + 1 < e->codings; i += 2)
		fresh &= put_code(told, e->coding[i], e->coding[i + 1]);
	return fresh;
}

/* A problem is listed once: of diagnoses of visits those that are none, the
 * newest of each. */
static int list_each(struct listing *l, struct str patient,
    struct view_entry *const *e, size_t n)
{
	struct strmap told = STRMAP_INIT;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (!e[i]->visit)
			put_codes(&told, e[i]);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (opt.visits || !e[i]->visit || put_codes(&told, e[i]))
			rc = print_entry(l, patient, e[i]);
	strmap_release(&told);
	return rc;
}

static int list_entries(struct listing *l, struct view *v)
{
	static const struct view_entry withheld = {
		.absent = { "withheld", 8 } };
	struct str patient = view_patient(v)->id;
	const struct view_entry *said = view_asserted(v, l->section);
	struct view_entry *const *e;
	const struct view_row *row;
	size_t n;
	int rc = 0;

	if (opt.latest) {
		row = view_rows(v, l->section, &n);
		for (size_t i = 0; rc >= 0 && i < n; i++)
			rc = print_entry(l, patient, row[i].e);
	} else {
		e = view_entries(v, l->section, &n);
		rc = list_each(l, patient, e, n);
	}
	if (n == 0 && view_withheld(v, l->section))
		said = &withheld;
	if (rc >= 0 && n == 0 && said && !l->code.s)
		rc = print_said(l, patient, said);
	return rc < 0 ? rc : 0;
}

static int list_patient(struct listing *l, int64_t patient)
{
	struct view_opt vo = chart_view_opt(l->c);
	struct view *v;
	int rc;

	vo.sections = (uint32_t)1 << l->section;
	rc = view_open(&v, l->a.r, patient, &vo, l->e);
	if (rc < 0)
		return rc;
	rc = list_entries(l, v);
	view_free(v);
	return rc;
}

/* ---- several patients ---- */

struct patients {
	int64_t *v;
	size_t n, cap;
	bool missing;
};

/* Finds all that are named; who is not there is told of and left out. */
static int find_all(struct listing *l, struct patients *all)
{
	CLI_IDS_AUTO ids = CLI_IDS(l->c, 1);
	BUF_AUTO names = BUF_INIT;
	struct ehr_err why;
	struct str name;
	int64_t patient;
	int rc, more;

	while ((more = cli_ids_next(&ids, &name, l->e)) > 0) {
		buf_reset(&names);
		rc = record_find_patient(l->a.r, name, &patient, &names,
		    &why);
		if (rc == EHR_ENOENT) {
			fprintf(stderr, "%s: %s\n", l->c->tool->name,
			    why.msg);
			chart_candidates(&names);
			all->missing = true;
			continue;
		}
		if (rc < 0)
			return ehr_fail(l->e, rc, "%s", why.msg);
		if (all->n == all->cap) {
			all->cap = all->cap ? 2 * all->cap : 64;
			all->v = xrealloc(all->v,
			    all->cap * sizeof(*all->v));
		}
		all->v[all->n++] = patient;
	}
	return more;
}

static int list_set(struct listing *l, const char *scope)
{
	struct patients all = { 0 };
	int rc = find_all(l, &all);

	if (rc == 0 && all.n)
		rc = access_set_begin(&l->a, AUDIT_LIST, scope, all.v, all.n,
		    l->e);
	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		access_set_touch(&l->a, all.v[i]);
		rc = list_patient(l, all.v[i]);
		cli_progress(l->c, "charts", i + 1, all.n);
	}
	if (all.n)
		rc = access_set_end(&l->a, rc, l->e);
	free(all.v);
	if (rc == 0 && all.missing)
		return ehr_fail(l->e, EHR_ENOENT, "not all patients found");
	return rc;
}

/* ---- everybody's latest value, by the index ---- */

static const struct print_col all_columns[] = {
	{ "patient", 0 }, { "date", 0 }, { "value", PRINT_RIGHT },
	{ "unit", 0 },
};

static int print_latest(void *arg, const struct index_value *x)
{
	struct listing *l = arg;
	BUF_AUTO b = BUF_INIT;
	int rc;

	if (x->patient == 0)
		return 0;
	access_set_touch(&l->a, x->patient);
	rc = record_patient_name(l->a.r, x->patient, &b, l->e);
	if (rc < 0)
		return rc;
	print_text(l->p, buf_str(&b));
	buf_reset(&b);
	date_format_ms(&b, x->date_ms);
	print_text(l->p, buf_str(&b));
	print_number(l->p, x->number);
	print_text(l->p, some(x->unit));
	return print_row(l->p, l->e);
}

static int list_all(struct listing *l, const char *scope)
{
	int rc = access_set_begin(&l->a, AUDIT_LIST, scope, NULL, 0, l->e);

	if (rc == 0)
		rc = print_open(&l->p, l->c, all_columns,
		    ARRAY_LEN(all_columns), l->e);
	if (rc == 0) {
		rc = index_quantity(l->a.r, l->system, l->code, true,
		    print_latest, l, l->e);
		rc = print_close(l->p, rc, l->e);
	}
	return access_set_end(&l->a, rc, l->e);
}

/* ---- the verb ---- */

static int check(struct cli *c, struct listing *l, struct ehr_err *e)
{
	if (l->section == VIEW_SECTIONS)
		return cli_usage(c, e, "no section of that name");
	if (opt.all && (c->argc > 1 || !opt.code || !opt.latest || c->as_of))
		return cli_usage(c, e,
		    "--all goes with --code and --latest alone");
	if (!opt.all && c->argc < 2)
		return cli_usage(c, e, "no patient given");
	return 0;
}

static int list_rows(struct listing *l, const char *scope)
{
	bool one = l->c->argc == 2 && strcmp(l->c->argv[1], "-") != 0;
	struct print_col col[ITEM_COUNT];
	int64_t patient = 0;
	size_t n = 0;
	int rc = 0;

	/* Who it is about a person has just typed. */
	if (one && chart_for_people(l->c))
		l->items &= ~B(PATIENT);
	for (int i = 0; i < ITEM_COUNT; i++)
		if (l->items >> i & 1)
			col[n++] = columns[i];
	if (one)
		rc = chart_patient(&l->a, str_of(l->c->argv[1]), scope,
		    &patient, l->e);
	if (rc == 0)
		rc = print_open(&l->p, l->c, col, n, l->e);
	if (rc < 0)
		return rc;
	rc = one ? list_patient(l, patient) : list_set(l, scope);
	return print_close(l->p, rc, l->e);
}

int chart_list(struct cli *c, struct ehr_err *e)
{
	struct listing l = { .c = c, .a = ACCESS_INIT, .e = e,
		.section = view_section_find(str_of(c->argv[0])) };
	const char *scope;
	int rc = check(c, &l, e);

	if (rc == 0)
		rc = chart_open(c, &l.a, e);
	if (rc == 0) {
		scope = view_section_info(l.section)->name;
		l.items = items_of(l.section);
		if (opt.code)
			chart_code(opt.code, &l.system, &l.code);
		rc = opt.all ? list_all(&l, scope) : list_rows(&l, scope);
	}
	rc = access_withheld(&l.a, rc, e);
	access_close(&l.a);
	return rc;
}
