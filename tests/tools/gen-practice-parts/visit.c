/* visit.c - problems, encounters and what is measured at them. */
#include "gen.h"

#define SCT "http://snomed.info/sct"
#define TERM "http://terminology.hl7.org/CodeSystem/"

#define DIAGNOSES (UINT64_C(1) << 32)

static const struct {
	const char *sct, *text, *cpt;
} visit_type[] = {
	[V_WELL] = { "162673000", "General examination", NULL },
	[V_FOLLOW] = { "390906007", "Follow-up visit", "99214" },
	[V_ACUTE] = { "185345009", "Visit for a symptom", "99213" },
}, child_check = { "410620009", "Well child visit", NULL };

/* Preventive visit of a known patient up to that age. */
static const struct {
	int age;
	const char *cpt;
} preventive[] = {
	{ 0, "99391" },
	{ 4, "99392" },
	{ 11, "99393" },
	{ 17, "99394" },
	{ 39, "99395" },
	{ 64, "99396" },
	{ 200, "99397" },
};

/* Middle height (0.1 cm) and weight (0.1 kg) by whole years of age. */
static const int child_height[] = { 500, 760, 870, 955, 1025, 1090, 1155, 1215,
	1275, 1330, 1385, 1435, 1495, 1560, 1620, 1660, 1685, 1700 };
static const int child_weight[] = { 35, 97, 123, 144, 164, 185, 207, 231, 258,
	289, 325, 365, 410, 460, 510, 555, 590, 620 };

static void put_condition(struct gen *g, const struct ref *ref,
    const struct visit *v, const char *icd, const char *sct, const char *text,
    bool problem)
{
	open_resource(g, ref, v->done,
	    problem ? "condition-problems-health-concerns" :
		      "condition-encounter-diagnosis");
	put(g,
	    ",'verificationStatus':{'coding':[{'system':'" TERM
	    "condition-ver-status','code':'confirmed'}]},'category':"
	    "[{'coding':[{'system':'" TERM "condition-category','code':"
	    "'%s'}]}],'code':{'coding':[{'system':'http://hl7.org/fhir/"
	    "sid/icd-10-cm','code':'%s','display':'%s'},{'system':'" SCT
	    "','code':'%s','display':'%s'}],'text':'%s'},'subject':"
	    "{'reference':'%r'},'encounter':{'reference':'%r'}",
	    problem ? "problem-list-item" : "encounter-diagnosis", icd, text,
	    sct, text, text, &g->course.who.ref, &v->ref);
}

static void put_clinical_status(struct gen *g, const char *code)
{
	put(g,
	    ",'clinicalStatus':{'coding':[{'system':'" TERM
	    "condition-clinical','code':'%s'}]}",
	    code);
}

static bool may_end(enum problem what)
{
	return what == P_IRON || what == P_VITAMIN_D || what == P_INSOMNIA;
}

void put_problems(struct gen *g)
{
	struct course *c = &g->course;

	for (int i = 0; i < c->problems; i++) {
		enum problem what = c->problem[i].what;
		const struct problem_row *row = &problem_row[what];
		bool over = may_end(what) && rng_permille(&c->rng, 400);
		size_t at = 0;

		while (at + 1 < c->visits &&
		       c->visit[at].day < c->problem[i].onset)
			at++;
		const struct visit *v = &c->visit[at];
		if (c->problem[i].onset > v->day)
			c->problem[i].onset = v->day;
		put_condition(g, &c->problem[i].ref, v, row->icd, row->sct,
		    row->text, true);
		put_clinical_status(g, over ? "resolved" : "active");
		put(g, ",'onsetDateTime':'%D'", c->problem[i].onset);
		if (over)
			put(g, ",'abatementDateTime':'%D'",
			    c->visit[c->visits - 1].day);
		put(g, ",'recordedDate':'%s'", v->start);
		close_resource(g);
	}
}

/* The acute illness of a visit. */
static struct ref put_illness(struct gen *g, const struct visit *v)
{
	const struct acute_row *row = &acute_row[v->acute];
	struct ref ref = ref_new(g, T_CONDITION);
	bool over = v->day + row->days <= g->today && !g->course.who.deceased;

	put_condition(g, &ref, v, row->icd, row->sct, row->text, false);
	put_clinical_status(g, over ? "resolved" : "active");
	put(g, ",'onsetDateTime':'%D'",
	    v->day - rng_range(&g->course.rng, 1, 4) > g->course.who.born ?
		v->day - 1 :
		v->day);
	if (over)
		put(g, ",'abatementDateTime':'%D'", v->day + row->days);
	put(g, ",'recordedDate':'%s'", v->start);
	close_resource(g);
	return ref;
}

/* What lasts and a follow-up visit is billed for, besides the list of problems:
 * measures ask for either. The ids are beside those of ref_new(). */
static void put_diagnoses(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	uint64_t n = (uint64_t)(v - c->visit) * MAX_PROBLEMS | DIAGNOSES;

	for (int i = 0; i < c->problems; i++) {
		const struct problem_row *row =
		    &problem_row[c->problem[i].what];
		struct ref ref = ref_of(
		    g, T_CONDITION, c->who.number, n + (uint64_t)i);

		if (!has(c, c->problem[i].what) || may_end(c->problem[i].what))
			continue;
		put_condition(g, &ref, v, row->icd, row->sct, row->text, false);
		put_clinical_status(g, "active");
		put(g, ",'onsetDateTime':'%D','recordedDate':'%s'",
		    c->problem[i].onset, v->start);
		close_resource(g);
	}
}

static void put_reason(
    struct gen *g, const struct visit *v, const struct ref *illness)
{
	struct course *c = &g->course;

	if (v->kind == V_ACUTE) {
		const struct acute_row *row = &acute_row[v->acute];

		put(g,
		    ",'reasonCode':[{'coding':[{'system':'" SCT
		    "','code':'%s','display':'%s'}],'text':'%s'}],"
		    "'diagnosis':[{'condition':{'reference':'%r'}}]",
		    row->sct, row->text, row->text, illness);
	} else if (v->kind == V_FOLLOW) {
		int i = rng_below(&c->rng, c->problems), tried = 0;

		while (!has(c, c->problem[i].what) && tried++ < c->problems)
			i = (i + 1) % c->problems;
		const struct problem_row *row =
		    &problem_row[c->problem[i].what];
		if (!has(c, c->problem[i].what))
			return;
		put(g,
		    ",'reasonCode':[{'coding':[{'system':'" SCT
		    "','code':'%s','display':'%s'}],'text':'%s'}],"
		    "'diagnosis':[{'condition':{'reference':'%r'}}]",
		    row->sct, row->text, row->text, &c->problem[i].ref);
	}
}

static void put_encounter(
    struct gen *g, const struct visit *v, const struct ref *illness)
{
	const struct doctor *d = &g->practice.doctor[v->doctor];
	bool remote = v->kind == V_FOLLOW && rng_permille(&g->course.rng, 80);
	int age = age_on(&g->course.who, v->day), i = 0;
	const char *cpt = visit_type[v->kind].cpt;
	const char *sct = visit_type[v->kind].sct;
	const char *text = visit_type[v->kind].text;

	while (age > preventive[i].age)
		i++;
	if (!cpt)
		cpt = preventive[i].cpt;
	if (v->kind == V_WELL && age < 18) {
		sct = child_check.sct;
		text = child_check.text;
	}
	open_resource(g, &v->ref, v->done, "encounter");
	put(g,
	    ",'status':'finished','class':{'system':'" TERM "v3-ActCode',"
	    "'code':'%s','display':'%s'},'type':[{'coding':[{'system':'" SCT
	    "','code':'%s','display':'%s'},{'system':"
	    "'http://www.ama-assn.org/go/cpt','code':'%s'}],'text':'%s'}],"
	    "'subject':{'reference':'%r'},'participant':[{'type':"
	    "[{'coding':[{'system':'" TERM "v3-ParticipationType','code':"
	    "'PPRF','display':'primary performer'}]}],'period':{'start':"
	    "'%s','end':'%s'},'individual':{'reference':'%r','display':"
	    "'%s %s'}}],'period':{'start':'%s','end':'%s'}",
	    remote ? "VR" : "AMB", remote ? "virtual" : "ambulatory", sct, text,
	    cpt, text, &g->course.who.ref, v->start, v->end, &d->ref, d->given,
	    d->family, v->start, v->end);
	put_reason(g, v, illness);
	put(g,
	    ",'location':[{'location':{'reference':'%r'}}],"
	    "'serviceProvider':{'reference':'%r'}",
	    &g->practice.site[v->site], &g->practice.org);
	close_resource(g);
}

/* ---- vital signs ---- */

static void open_vital(struct gen *g, const struct visit *v,
    const char *profile, const char *loinc, const char *text)
{
	struct ref ref = ref_new(g, T_OBSERVATION);

	open_resource(g, &ref, v->done, profile);
	put(g,
	    ",'status':'final','category':[{'coding':[{'system':'" TERM
	    "observation-category','code':'vital-signs','display':"
	    "'Vital signs'}]}],'code':{'coding':[{'system':"
	    "'http://loinc.org','code':'%s','display':'%s'}",
	    loinc, text);
	if (strcmp(loinc, "59408-5") == 0) /* the profile asks for both */
		put(g, ",{'system':'http://loinc.org','code':'2708-6',"
		       "'display':'Oxygen saturation in arterial blood'}");
	put(g,
	    "],'text':'%s'},'subject':{'reference':'%r'},'encounter':"
	    "{'reference':'%r'},'effectiveDateTime':'%s'",
	    text, &g->course.who.ref, &v->ref, v->start);
}

#define UCUM "'system':'http://unitsofmeasure.org'"

static void put_vital(struct gen *g, const struct visit *v, const char *profile,
    const char *loinc, const char *text, int value, int decimals,
    const char *unit)
{
	open_vital(g, v, profile, loinc, text);
	put(g,
	    decimals ? ",'valueQuantity':{'value':%1," :
		       ",'valueQuantity':{'value':%d,",
	    value);
	put(g, "'unit':'%s'," UCUM ",'code':'%s'}", unit, unit);
	close_resource(g);
}

static void put_pressure(
    struct gen *g, const struct visit *v, int systolic, int diastolic)
{
	open_vital(g, v, "blood-pressure", "85354-9", "Blood pressure");
	put(g,
	    ",'component':[{'code':{'coding':[{'system':'http://loinc.org',"
	    "'code':'8480-6','display':'Systolic blood pressure'}]},"
	    "'valueQuantity':{'value':%d,'unit':'mm[Hg]'," UCUM ",'code':"
	    "'mm[Hg]'}},{'code':{'coding':[{'system':'http://loinc.org',"
	    "'code':'8462-4','display':'Diastolic blood pressure'}]},"
	    "'valueQuantity':{'value':%d,'unit':'mm[Hg]'," UCUM ",'code':"
	    "'mm[Hg]'}}]",
	    systolic, diastolic);
	close_resource(g);
}

/* Children follow the curves at their own distance; adults drift. */
static void grow(struct course *c, int64_t day)
{
	int age = age_on(&c->who, day);

	if (age >= 17) {
		c->weight10 += rng_bell(&c->rng, 9);
		if (c->weight10 < 420)
			c->weight10 = 420;
		return;
	}
	int part = (int)((day - c->who.born - age * 36525L / 100) * 100 / 366);
	int size = 94 + (int)(c->who.ref.id.lo >> 8 & 15);
	if (part < 0)
		part = 0;
	c->height10 =
	    (child_height[age] * (100 - part) + child_height[age + 1] * part) /
	    100 * (100 + (size - 101) / 2) / 100;
	c->weight10 =
	    (child_weight[age] * (100 - part) + child_weight[age + 1] * part) /
	    100 * size / 100;
}

void put_vitals(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	struct rng *r = &c->rng;
	int age = age_on(&c->who, v->day);
	bool ill = v->kind == V_ACUTE;

	grow(c, v->day);
	put_vital(g, v, "body-weight", "29463-7", "Body weight", c->weight10, 1,
	    "kg");
	if (age < 18 || v->kind == V_WELL) {
		put_vital(g, v, "body-height", "8302-2", "Body height",
		    c->height10, 1, "cm");
		int64_t h2 = (int64_t)c->height10 * c->height10;
		if (age >= 2)
			put_vital(g, v, "bmi", "39156-5", "Body mass index",
			    (int)((c->weight10 * 1000000LL + h2 / 2) / h2), 1,
			    "kg/m2");
	}
	if (age >= 3) {
		int systolic = age < 18 ? 92 + age : c->systolic;

		if (age >= 18 && !has(c, P_HTN) && systolic > 134)
			systolic -= 22; /* not ill yet */
		systolic += rng_bell(r, 5);
		put_pressure(
		    g, v, systolic, systolic * 6 / 10 + 3 + rng_bell(r, 3));
	}
	int pulse = (age < 1	 ? 128 :
			age < 6	 ? 102 :
			age < 12 ? 86 :
				   73) +
		    rng_bell(r, 5) + (ill ? 9 : 0);
	put_vital(g, v, "heart-rate", "8867-4", "Heart rate", pulse, 0, "/min");
	if (!ill)
		return;
	put_vital(g, v, "body-temperature", "8310-5", "Body temperature",
	    373 + rng_bell(r, 7), 1, "Cel");
	put_vital(g, v, "respiratory-rate", "9279-1", "Respiratory rate",
	    (age < 2	 ? 30 :
		age < 10 ? 21 :
			   15) +
		rng_bell(r, 1),
	    0, "/min");
	if (rng_permille(r, 500))
		put_vital(g, v, "pulse-oximetry", "59408-5",
		    "Oxygen saturation by pulse oximetry",
		    98 - rng_below(r, has(c, P_COPD) ? 8 : 3), 0, "%");
}

static void put_smoking(struct gen *g, const struct visit *v)
{
	static const struct {
		const char *sct, *text;
	} states[] = {
		{ "266919005", "Never smoked" },
		{ "8517006", "Former smoker" },
		{ "449868002", "Smokes every day" },
		{ "428041000124106", "Smokes some days" },
	};
	struct course *c = &g->course;
	struct ref ref;

	if (age_on(&c->who, v->day) < 13 || v->day - c->last_smoking < 700)
		return;
	c->last_smoking = v->day;
	ref = ref_new(g, T_OBSERVATION);
	open_resource(g, &ref, v->done, "smokingstatus");
	put(g,
	    ",'status':'final','category':[{'coding':[{'system':'" TERM
	    "observation-category','code':'social-history','display':"
	    "'Social history'}]}],'code':{'coding':[{'system':"
	    "'http://loinc.org','code':'72166-2','display':"
	    "'Tobacco smoking status'}],'text':'Tobacco smoking status'},"
	    "'subject':{'reference':'%r'},'effectiveDateTime':'%s',"
	    "'valueCodeableConcept':{'coding':[{'system':'" SCT
	    "','code':'%s','display':'%s'}],'text':'%s'}",
	    &c->who.ref, v->start, states[c->who.smoking].sct,
	    states[c->who.smoking].text, states[c->who.smoking].text);
	close_resource(g);
}

/* PHQ-9: the sum of nine answers, 0 to 27. */
static void put_screening(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	struct ref ref;
	int score = has(c, P_DEPRESSION) ? rng_range(&c->rng, 4, 21) :
					   rng_below(&c->rng, 7);

	if (v->kind == V_ACUTE || age_on(&c->who, v->day) < 12 ||
	    !rng_permille(&c->rng, has(c, P_DEPRESSION) ? 700 : 250))
		return;
	ref = ref_new(g, T_OBSERVATION);
	open_resource(g, &ref, v->done, "observation-screening-assessment");
	put(g,
	    ",'status':'final','category':[{'coding':[{'system':'" TERM
	    "observation-category','code':'survey','display':'Survey'}]}],"
	    "'code':{'coding':[{'system':'http://loinc.org','code':"
	    "'44261-6','display':'PHQ-9 total score'}],'text':"
	    "'PHQ-9 total score'},'subject':{'reference':'%r'},'encounter':"
	    "{'reference':'%r'},'effectiveDateTime':'%s','performer':"
	    "[{'reference':'%r'}],'valueQuantity':{'value':%d,'unit':"
	    "'score'," UCUM ",'code':'{score}'}",
	    &c->who.ref, &v->ref, v->start, &c->who.ref, score);
	close_resource(g);
}

void put_visit(struct gen *g, struct visit *v)
{
	struct course *c = &g->course;
	struct ref illness = { 0 };

	for (int i = 0; i < c->problems; i++)
		if (c->problem[i].onset <= v->day)
			c->has |= UINT64_C(1) << c->problem[i].what;
	if (v->kind == V_ACUTE)
		illness = put_illness(g, v);
	put_encounter(g, v, &illness);
	if (v->kind == V_FOLLOW)
		put_diagnoses(g, v);
	put_vitals(g, v);
	put_smoking(g, v);
	put_screening(g, v);
	put_labs(g, v);
	treat(g, v);
	put_shots(g, v);
	put_procedures(g, v);
	put_note(g, v);
}
