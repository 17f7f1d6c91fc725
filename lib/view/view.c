/* view.c - one pass over a chart: resources become entries in sections. */
#include <stdlib.h>

#include "impl.h"

static const struct view_section_info infos[] = {
#define X(id, name, title, past, flags) { name, title, past, flags },
#include "ehr/view-sections.def"
#undef X
};

const struct view_section_info *view_section_info(enum view_section s)
{
	return &infos[s];
}

enum view_section view_section_find(struct str name)
{
	size_t i;

	for (i = 0; i < VIEW_SECTIONS; i++)
		if (str_is(name, infos[i].name))
			break;
	return (enum view_section)i;
}

bool section_wanted(const struct view *v, enum view_section s)
{
	if (v->opt.sections)
		return v->opt.sections >> s & 1;
	return !(infos[s].flags & VIEW_HIDDEN);
}

/* The first section named is that of most resources of the type; the
 * function may choose another. */
static const struct kind kinds[] = {
	{ FHIR_AllergyIntolerance, VIEW_ALLERGIES, "code", take_allergy },
	{ FHIR_Appointment, VIEW_APPOINTMENTS, "serviceType",
	    take_appointment },
	{ FHIR_CarePlan, VIEW_PLANS, NULL, take_plan },
	{ FHIR_CareTeam, VIEW_TEAM, NULL, take_team },
	{ FHIR_Composition, VIEW_NOTES, "type", take_composition },
	{ FHIR_Condition, VIEW_PROBLEMS, "code", take_condition },
	{ FHIR_Coverage, VIEW_COVERAGE, NULL, take_coverage },
	{ FHIR_Device, VIEW_DEVICES, "type", take_device },
	{ FHIR_DiagnosticReport, VIEW_RESULTS, "code", take_report },
	{ FHIR_DocumentReference, VIEW_DOCUMENTS, "type", take_document },
	{ FHIR_Encounter, VIEW_ENCOUNTERS, "type", take_encounter },
	{ FHIR_FamilyMemberHistory, VIEW_FAMILY, "relationship", take_family },
	{ FHIR_Flag, VIEW_ALERTS, "code", take_flag },
	{ FHIR_Goal, VIEW_GOALS, "description", take_goal },
	{ FHIR_ImagingStudy, VIEW_PROCEDURES, "procedureCode", take_imaging },
	{ FHIR_Immunization, VIEW_IMMUNIZATIONS, "vaccineCode",
	    take_immunization },
	{ FHIR_MedicationAdministration, VIEW_OTHER,
	    "medicationCodeableConcept", take_med },
	{ FHIR_MedicationDispense, VIEW_OTHER, "medicationCodeableConcept",
	    take_med },
	{ FHIR_MedicationRequest, VIEW_MEDS, "medicationCodeableConcept",
	    take_med },
	{ FHIR_MedicationStatement, VIEW_MEDS, "medicationCodeableConcept",
	    take_med },
	{ FHIR_Observation, VIEW_RESULTS, "code", take_observation },
	{ FHIR_Procedure, VIEW_PROCEDURES, "code", take_procedure },
	{ FHIR_QuestionnaireResponse, VIEW_ASSESSMENTS, NULL, take_form },
	{ FHIR_RelatedPerson, VIEW_TEAM, "relationship", take_related },
	{ FHIR_ServiceRequest, VIEW_ORDERS, "code", take_order },
};

const struct kind *kind_of(int type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

void push(struct view *v, const struct view_entry *e)
{
	size_t size = e->sketch ? offsetof(struct view_entry, status) :
	    sizeof(*e);
	struct view_entry *own;

	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 256;
		v->entry = xrealloc(v->entry, v->cap * sizeof(*v->entry));
	}
	own = arena_alloc(&v->mem, size);
	memcpy(own, e, size);
	wait_of(v, own);
	v->entry[v->n++] = own;
}

/* What an entry of every type has. */
static void take_common(struct take *k, const struct kind *kind,
    struct view_entry *e)
{
	int type = k->res->type;
	uint32_t what = 0, n;

	*e = (struct view_entry){
		.rid = k->res->rid, .type = type, .section = kind->section,
		.state = e->state,
		.status = take_text(k, 0, "status"),
		.what = STR(""), .value = STR(""), .detail = STR(""),
		.by = STR(""),
	};
	buf_reset(&k->v->text);
	record_name(k->v->r, k->res, &k->v->text);
	e->id = keep(k->v, buf_str(&k->v->text));
	if (kind->what)
		what = tape_get(k->t, 0, kind->what);
	if (what) {
		take_codings(k, what, e);
		e->what = take_concept(k, what);
	}
	n = fhir_effective(k->t, 0, type);
	take_time(k->v, &e->start, n ? tape_str(k->t, n) : STR_NONE);
	n = type != FHIR_Observation ? fhir_effective_end(k->t, 0, type) : 0;
	take_time(k->v, &e->end, n ? tape_str(k->t, n) : STR_NONE);
	e->brief = e->what;
	e->past = e->state == FHIR_INACTIVE || e->state == FHIR_REFUTED;
}

bool take_entry(struct take *k, const struct kind *kind,
    struct view_entry *e, bool *said)
{
	bool taken = false;

	*said = false;
	*e = (struct view_entry){ .state = fhir_state(k->t, 0, k->res->type) };
	if (e->state == FHIR_IN_ERROR)
		return false;
	take_common(k, kind, e);
	taken = kind->fn(k, e);
	*said = taken && is_assertion(e);
	if (!taken || *said)
		k->v->n_wait = k->v->waited; /* nobody waits for it */
	return taken && !*said;
}

int take_resource(void *arg, const struct resource *res)
{
	struct view *v = arg;
	struct take k = { v, res, &v->t };
	const struct kind *kind = kind_of(res->type);
	struct tape_error why;
	struct view_entry e;
	bool said;

	if (tape_parse(&v->t, res->body.s, res->body.n, &why) < 0)
		return 0;
	if (res->type == FHIR_Patient)
		take_patient(&k);
	else if (res->type == FHIR_List)
		take_list(&k);
	if (!kind)
		return 0;
	if (take_entry(&k, kind, &e, &said))
		push(v, &e);
	else if (said)
		take_assertion(&k, &e);
	return 0;
}

/* Types whose resources go to several sections. */
static const struct {
	int type;
	uint32_t sections;
} wide[] = {
#define S(name) ((uint32_t)1 << VIEW_##name)
	{ FHIR_Condition, S(PROBLEMS) | S(SOCIAL) },
	{ FHIR_DiagnosticReport, S(RESULTS) | S(NOTES) | S(OTHER) },
	{ FHIR_DocumentReference, S(NOTES) | S(DOCUMENTS) },
	{ FHIR_Observation, S(VITALS) | S(RESULTS) | S(SOCIAL) |
	    S(ASSESSMENTS) },
#undef S
};

/* Types that can make entries of the wanted sections. */
static void wanted_types(struct view *v, struct record_filter *f)
{
	record_types_add(&f->types, FHIR_Patient);
	record_types_add(&f->types, FHIR_List);
	/* The banner stands on every page. */
	record_types_add(&f->types, FHIR_AllergyIntolerance);
	record_types_add(&f->types, FHIR_Flag);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (section_wanted(v, kinds[i].section))
			record_types_add(&f->types, kinds[i].type);
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (v->opt.sections & wide[i].sections)
			record_types_add(&f->types, wide[i].type);
}

/* ---- what was left out ---- */

static uint32_t sections_of(int type)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			bits = (uint32_t)1 << kinds[i].section;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (wide[i].type == type)
			bits |= wide[i].sections;
	return bits;
}

static void take_withheld(struct view *v)
{
	const struct record_withheld *w = record_withheld(v->r);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (record_type_withheld(v->r, kinds[i].type) ||
		    (w->types.some &&
			record_types_has(&w->types, kinds[i].type)))
			v->withheld |= sections_of(kinds[i].type);
	for (int c = 0; c < RECORD_CATEGORIES; c++)
		if (w->n[c])
			buf_addf(&v->left_out, "%s%lld %s",
			    v->left_out.len ? ", " : "", (long long)w->n[c],
			    record_category_name((enum record_category)c));
}

bool view_withheld(const struct view *v, enum view_section s)
{
	return v->withheld >> s & 1;
}

/* ---- order ---- */

static int cmp(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Section; current before past; rank; newest first; then in the order that
 * panels are read in. */
static int by_place(const void *pa, const void *pb)
{
	const struct view_entry *a = *(struct view_entry *const *)pa;
	const struct view_entry *b = *(struct view_entry *const *)pb;
	int c = cmp(a->section, b->section);

	if (c == 0)
		c = cmp(a->past, b->past);
	if (c == 0)
		c = cmp(a->rank, b->rank);
	if (c == 0)
		c = cmp(b->start.ms, a->start.ms);
	if (c == 0)
		c = cmp(a->order, b->order);
	if (c == 0)
		c = str_cmp(a->what, b->what);
	return c ? c : cmp(a->rid, b->rid);
}

void sort_entries(struct view *v)
{
	size_t i = 0;

	if (v->n)
		qsort(v->entry, v->n, sizeof(*v->entry), by_place);
	for (int s = 0; s < VIEW_SECTIONS; s++) {
		v->first[s] = i;
		while (i < v->n && (int)v->entry[i]->section == s)
			i++;
	}
	v->first[VIEW_SECTIONS] = i;
}

struct view_entry *const *view_entries(const struct view *v,
    enum view_section s, size_t *n)
{
	*n = v->first[s + 1] - v->first[s];
	return v->entry + v->first[s];
}

/* ---- one view ---- */

static struct view *view_new(struct record *r, const struct view_opt *opt)
{
	struct view *v = xcalloc(1, sizeof(*v));

	v->r = r;
	v->opt = *opt;
	v->mem = ARENA_INIT;
	v->names = STRMAP_INIT;
	v->t = TAPE_INIT;
	v->text = v->scratch = v->left_out = BUF_INIT;
	v->given = MAP64_INIT;
	v->today_ms = (date_days(opt->today.year, opt->today.month,
	    opt->today.day) + 1) * 86400000 - 1;
	return v;
}

bool section_shown(const struct view *v, enum view_section s)
{
	return section_wanted(v, s) && (s != VIEW_ALERTS || v->opt.sections);
}

/* The chart is read; what its rows show, too. */
static int read_chart(struct view *v, int64_t patient, struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	int rc;

	f.as_of = v->opt.as_of;
	f.bodies = true;
	wanted_types(v, &f);
	v->sketched = v->opt.page && !v->opt.all &&
	    v->opt.as_of == RECORD_NOW && record_sketched(v->r);
	rc = v->sketched ? record_sketches(v->r, patient, &f.types,
	    take_sketch, v, e) : record_chart(v->r, patient, &f,
	    take_resource, v, e);
	if (rc == 0)
		rc = resolve_waits(v, e);
	if (rc < 0)
		return rc;
	sort_entries(v);
	if (!v->sketched)
		return 0;
	for (int s = 0; rc == 0 && s < VIEW_SECTIONS; s++)
		if (section_shown(v, (enum view_section)s))
			rc = fill_rows(v, (enum view_section)s, e);
	return rc < 0 ? rc : resolve_waits(v, e);
}

int view_open(struct view **out, struct record *r, int64_t patient,
    const struct view_opt *opt, struct ehr_err *e)
{
	struct view *v = view_new(r, opt);
	/* What was sketched must not have changed when it is filled in. */
	bool own = !store_in_txn(record_store(r));
	int rc = own ? store_begin(record_store(r), STORE_SNAPSHOT, e) : 0;

	*out = NULL;
	buf_reset(&v->text);
	if (rc == 0)
		rc = record_patient_name(r, patient, &v->text, e);
	if (rc >= 0) {
		v->head.id = arena_str(&v->mem, buf_str(&v->text));
		rc = read_chart(v, patient, e);
	}
	take_withheld(v);
	if (own)
		store_rollback(record_store(r));
	if (rc < 0)
		view_free(v);
	else
		*out = v;
	return rc < 0 ? rc : 0;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	for (int s = 0; s < VIEW_SECTIONS; s++) {
		free(v->group[s].row);
		free(v->group[s].all);
	}
	free(v->entry);
	free(v->said);
	free(v->wait);
	strmap_release(&v->names);
	arena_release(&v->mem);
	tape_release(&v->t);
	map64_release(&v->given);
	buf_release(&v->text);
	buf_release(&v->scratch);
	buf_release(&v->left_out);
	free(v);
}

const struct view_patient *view_patient(const struct view *v)
{
	return &v->head;
}

bool view_has_code(const struct view_entry *e, struct str system,
    struct str code, const struct view_part **part)
{
	*part = NULL;
	if (str_eq(e->code, code) && (!system.s || str_eq(e->system, system)))
		return true;
	for (size_t i = 0; i + 1 < e->codings; i += 2)
		if (str_eq(e->coding[i + 1], code) &&
		    (!system.s || str_eq(e->coding[i], system)))
			return true;
	for (size_t i = 0; i < e->parts; i++) {
		*part = &e->part[i];
		if (str_eq((*part)->code, code) &&
		    (!system.s || str_eq((*part)->system, system)))
			return true;
	}
	*part = NULL;
	return false;
}
