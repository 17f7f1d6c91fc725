/* orders.c - medications, immunizations, procedures and referrals. */
#include "gen.h"

#define SCT "http://snomed.info/sct"
#define TERM "http://terminology.hl7.org/CodeSystem/"

/* ---- medications: decided at visits, written at the end ---- */

static void start(struct course *c, const struct visit *v, enum drug drug,
    int problem, int days)
{
	if (!drug || c->meds == MAX_MEDS)
		return;
	for (int i = 0; i < c->meds; i++)
		if (c->med[i].drug == drug && !c->med[i].until)
			return;
	c->med[c->meds++] = (struct med){ .drug = drug,
		.problem = problem,
		.from = v->day,
		.until = days ? v->day + days : 0,
		.visit = v,
		.status = days ? "completed" : "active" };
}

static void stop(struct course *c, const struct visit *v, enum drug drug)
{
	for (int i = 0; i < c->meds; i++) {
		if (c->med[i].drug == drug && !c->med[i].until) {
			c->med[i].until = v->day;
			c->med[i].status = "stopped";
		}
	}
}

static void treat_pressure(struct course *c, const struct visit *v)
{
	if (!has(c, P_HTN))
		return;
	if (c->systolic > 134)
		c->systolic -= rng_range(&c->rng, 2, 9);
	else
		c->systolic += rng_bell(&c->rng, 3);
	if (rng_permille(&c->rng, 15)) { /* cough */
		stop(c, v, D_LISINOPRIL);
		start(c, v, D_LOSARTAN, P_HTN, 0);
	} else if (c->systolic > 146 && rng_permille(&c->rng, 300)) {
		start(c, v, D_HCTZ, P_HTN, 0);
	}
}

void treat(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;

	if (v->kind == V_ACUTE) {
		const struct acute_row *row = &acute_row[v->acute];

		start(c, v, row->drug, -1,
		    row->drug == D_NAPROXEN || row->drug == D_IBUPROFEN ? 14 :
									  7);
		return;
	}
	for (int i = 0; i < c->problems; i++) {
		enum problem what = c->problem[i].what;
		const struct problem_row *row = &problem_row[what];

		if (c->problem[i].onset > v->day)
			continue;
		if (!(c->treated >> what & 1)) {
			start(c, v, row->first, (int)what, 0);
			c->treated |= UINT64_C(1) << what;
		} else if (!(c->second >> what & 1) &&
			   rng_permille(&c->rng, 120)) {
			start(c, v, row->second, (int)what, 0);
			c->second |= UINT64_C(1) << what;
		}
	}
	treat_pressure(c, v);
	if (has(c, P_COPD) && rng_permille(&c->rng, 60))
		start(c, v, D_PREDNISONE, P_COPD, 5);
}

static void put_med(struct gen *g, const struct med *m)
{
	struct course *c = &g->course;
	struct ref ref = ref_new(g, T_MEDICATION);
	const struct drug_row *row = &drug_row[m->drug];
	const struct visit *v = m->visit;
	bool as_needed = strstr(row->dose, "as needed") != NULL;

	open_resource(g, &ref, v->done, "medicationrequest");
	put(g,
	    ",'status':'%s','intent':'order','category':[{'coding':"
	    "[{'system':'" TERM "medicationrequest-category','code':"
	    "'community','display':'Community'}]}],"
	    "'medicationCodeableConcept':{'coding':[{'system':"
	    "'http://www.nlm.nih.gov/research/umls/rxnorm','code':'%s',"
	    "'display':'%s'}],'text':'%s'},'subject':{'reference':'%r'},"
	    "'encounter':{'reference':'%r'},'authoredOn':'%s','requester':"
	    "{'reference':'%r'}",
	    m->status, row->rx, row->text, row->text, &c->who.ref, &v->ref,
	    v->start, &g->practice.doctor[v->doctor].ref);
	for (int i = 0; i < c->problems; i++)
		if ((int)c->problem[i].what == m->problem)
			put(g, ",'reasonReference':[{'reference':'%r'}]",
			    &c->problem[i].ref);
	put(g,
	    ",'dosageInstruction':[{'text':'%s','timing':{'repeat':"
	    "{'boundsPeriod':{'start':'%D'",
	    row->dose, m->from);
	if (m->until)
		put(g, ",'end':'%D'", m->until);
	put(g,
	    "},'frequency':%d,'period':1,'periodUnit':'d'}},"
	    "'asNeededBoolean':%s,'doseAndRate':[{'doseQuantity':{'value':"
	    "%d,'unit':'%s'}}]}],'dispenseRequest':{"
	    "'numberOfRepeatsAllowed':%d,'quantity':{'value':%d,'unit':"
	    "'%s'}}",
	    row->per_day, as_needed ? "true" : "false",
	    *strpbrk(row->dose, "124") - '0', row->form, m->until ? 0 : 3,
	    row->count, row->form);
	close_resource(g);
}

void put_meds(struct gen *g)
{
	struct course *c = &g->course;

	for (int i = 0; i < c->meds; i++) {
		struct med *m = &c->med[i];

		if (c->who.deceased && (!m->until || m->until > c->who.died)) {
			m->until = c->who.died;
			m->status = "stopped";
		} else if (m->until > g->today) {
			m->status = "active";
		}
		put_med(g, m);
	}
}

/* ---- immunizations ---- */

enum vaccine {
#define X(id, cvx, text) VAC_##id,
#include "vaccine.def"
#undef X
	VAC_COUNT
};
static const struct {
	const char *cvx, *text;
} vaccine_row[VAC_COUNT] = {
#define X(id, cvx, text) { cvx, text },
#include "vaccine.def"
#undef X
};

/* Childhood doses by weeks of age. */
static const struct {
	enum vaccine vaccine;
	int weeks;
} childhood[] = {
	{ VAC_HEPB, 0 },
	{ VAC_ROTA, 9 },
	{ VAC_DTAP, 9 },
	{ VAC_HIB, 9 },
	{ VAC_PCV13, 9 },
	{ VAC_IPV, 9 },
	{ VAC_DTAP, 17 },
	{ VAC_PCV13, 17 },
	{ VAC_IPV, 17 },
	{ VAC_HIB, 17 },
	{ VAC_HEPB, 26 },
	{ VAC_DTAP, 26 },
	{ VAC_MMR, 53 },
	{ VAC_VARICELLA, 53 },
	{ VAC_HEPA, 54 },
	{ VAC_PCV13, 55 },
	{ VAC_DTAP, 68 },
	{ VAC_HEPA, 82 },
	{ VAC_DTAP, 212 },
	{ VAC_IPV, 212 },
	{ VAC_MMR, 213 },
	{ VAC_VARICELLA, 213 },
	{ VAC_TDAP, 580 },
	{ VAC_HPV9, 582 },
	{ VAC_MENINGO, 584 },
	{ VAC_HPV9, 612 },
	{ VAC_MENINGO, 840 },
};

/* v NULL: given elsewhere on that day, as reported. */
static void put_shot(
    struct gen *g, enum vaccine what, int64_t day, const struct visit *v)
{
	struct course *c = &g->course;
	struct ref ref = ref_new(g, T_IMMUNIZATION);
	char done[32];

	format_utc(done, day, 1000);
	open_resource(g, &ref, v ? v->done : done, "immunization");
	put(g,
	    ",'status':'completed','vaccineCode':{'coding':[{'system':"
	    "'http://hl7.org/fhir/sid/cvx','code':'%s','display':'%s'}],"
	    "'text':'%s'},'patient':{'reference':'%r'}",
	    vaccine_row[what].cvx, vaccine_row[what].text,
	    vaccine_row[what].text, &c->who.ref);
	if (!v) {
		put(g,
		    ",'occurrenceDateTime':'%D','primarySource':false,"
		    "'reportOrigin':{'coding':[{'system':'" TERM
		    "immunization-origin','code':'record','display':"
		    "'Written record'}]}",
		    day);
	} else {
		put(g,
		    ",'encounter':{'reference':'%r'},'occurrenceDateTime':"
		    "'%s','primarySource':true,'location':{'reference':"
		    "'%r'},'lotNumber':'LOT%d','site':{'coding':[{'system':"
		    "'" TERM "v3-ActSite','code':'LA','display':'left arm'}"
		    "]},'performer':[{'actor':{'reference':'%r'}}]",
		    &v->ref, v->start, &g->practice.site[v->site],
		    rng_range(&c->rng, 10000, 99999),
		    &g->practice.doctor[v->doctor].ref);
	}
	close_resource(g);
}

void put_childhood_shots(struct gen *g)
{
	struct course *c = &g->course;
	int64_t last = c->who.deceased ? c->who.died : g->today;

	if (age_on(&c->who, g->today) >= 20)
		return;
	for (size_t i = 0; i < ARRAY_LEN(childhood); i++) {
		int64_t day = c->who.born + childhood[i].weeks * 7 +
			      rng_below(&c->rng, 20);

		if (day <= last && !rng_permille(&c->rng, 60))
			put_shot(g, childhood[i].vaccine, day, NULL);
	}
}

static bool once(struct course *c, enum vaccine what)
{
	bool first = !(c->shots >> what & 1);

	c->shots |= UINT64_C(1) << what;
	return first;
}

static void put_adult_shots(struct gen *g, const struct visit *v, int age)
{
	struct course *c = &g->course;

	if (age >= 50 && rng_permille(&c->rng, 350) && once(c, VAC_ZOSTER))
		put_shot(g, VAC_ZOSTER, v->day, v);
	else if (c->shots >> VAC_ZOSTER & 1 && once(c, VAC_ZOSTER2))
		put_shot(g, VAC_ZOSTER2, v->day, v);
	if (age >= 65 && rng_permille(&c->rng, 500) && once(c, VAC_PCV20))
		put_shot(g, VAC_PCV20, v->day, v);
	if (age >= 20 && rng_permille(&c->rng, 200) && once(c, VAC_TDAP))
		put_shot(g, VAC_TDAP, v->day, v);
}

/* Influenza from September to January, the others when there is time. */
void put_shots(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	int age = age_on(&c->who, v->day), y, m, d;

	day_parts(v->day, &y, &m, &d);
	if ((m >= 9 || m == 1) && v->day - c->last_flu > 200 &&
	    v->day - c->who.born > 190 && rng_permille(&c->rng, 620)) {
		c->last_flu = v->day;
		put_shot(g, y < 2024 ? VAC_FLU4 : VAC_FLU3, v->day, v);
	}
	if (v->day >= date_days(2021, 3, 1) && age >= 12 &&
	    v->day - c->last_covid > 300 && rng_permille(&c->rng, 280)) {
		c->last_covid = v->day;
		put_shot(g,
		    v->day < date_days(2022, 9, 1)  ? VAC_COVID :
		    v->day < date_days(2023, 9, 12) ? VAC_COVID_BIVALENT :
						      VAC_COVID_30,
		    v->day, v);
	}
	if (v->kind != V_ACUTE)
		put_adult_shots(g, v, age);
}

/* ---- procedures and referrals ---- */

static const struct {
	const char *sct, *text;
	char sex;
	int min_age, max_age, chance; /* permille of check-ups */
	uint64_t problems; /* or follow-up of one of these */
	bool refer;
} procedure_row[] = {
	{ "73761001", "Colonoscopy", 'A', 45, 76, 260, 0, true },
	{ "24623002", "Screening mammography", 'F', 40, 75, 420, 0, true },
	{ "29303009", "Electrocardiogram", 'A', 30, 99, 60,
	    1 << P_AFIB | 1 << P_CAD | 1 << P_HF, false },
	{ "127783003", "Spirometry", 'A', 6, 99, 0, 1 << P_ASTHMA | 1 << P_COPD,
	    false },
	{ "401191002", "Diabetic foot check", 'A', 18, 99, 0, 1 << P_DM2,
	    false },
	{ "134395001", "Diabetic eye screening", 'A', 18, 99, 0, 1 << P_DM2,
	    true },
	{ "312681000", "Bone density scan", 'F', 60, 85, 220, 0, true },
};

static void put_referral(struct gen *g, const struct visit *v, int i)
{
	struct ref ref = ref_new(g, T_SERVICE);

	open_resource(g, &ref, v->done, "servicerequest");
	put(g,
	    ",'status':'completed','intent':'order','category':[{'coding':"
	    "[{'system':'" SCT "','code':'103693007','display':"
	    "'Diagnostic procedure'}]}],'code':{'coding':[{'system':'" SCT
	    "','code':'%s','display':'%s'}],'text':'%s'},'subject':"
	    "{'reference':'%r'},'encounter':{'reference':'%r'},"
	    "'occurrenceDateTime':'%D','authoredOn':'%s','requester':"
	    "{'reference':'%r'}",
	    procedure_row[i].sct, procedure_row[i].text, procedure_row[i].text,
	    &g->course.who.ref, &v->ref, v->day, v->start,
	    &g->practice.doctor[v->doctor].ref);
	close_resource(g);
}

static void put_procedure(struct gen *g, const struct visit *v, int i)
{
	struct ref ref = ref_new(g, T_PROCEDURE);

	open_resource(g, &ref, v->done, "procedure");
	put(g,
	    ",'status':'completed','code':{'coding':[{'system':'" SCT
	    "','code':'%s','display':'%s'}],'text':'%s'},'subject':"
	    "{'reference':'%r'},'encounter':{'reference':'%r'},"
	    "'performedPeriod':{'start':'%s','end':'%s'},'performer':"
	    "[{'actor':{'reference':'%r'}}]",
	    procedure_row[i].sct, procedure_row[i].text, procedure_row[i].text,
	    &g->course.who.ref, &v->ref, v->start, v->end,
	    &g->practice.doctor[v->doctor].ref);
	close_resource(g);
	if (procedure_row[i].refer && rng_permille(&g->course.rng, 400))
		put_referral(g, v, i);
}

void put_procedures(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	int age = age_on(&c->who, v->day);

	if (v->kind == V_ACUTE)
		return;
	for (int i = 0; i < (int)ARRAY_LEN(procedure_row); i++) {
		int p = v->kind == V_WELL ? procedure_row[i].chance : 0;

		if (c->has & procedure_row[i].problems)
			p += 150;
		if (age < procedure_row[i].min_age ||
		    age > procedure_row[i].max_age ||
		    (procedure_row[i].sex == 'F' && !c->who.female))
			continue;
		if (rng_permille(&c->rng, p))
			put_procedure(g, v, i);
	}
}
