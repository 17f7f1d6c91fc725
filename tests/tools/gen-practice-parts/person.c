/* person.c - who a patient is: demographics, insurance, family, allergies. */
#include <stdio.h>

#include "gen.h"
#include "names.h"

#define PICK(r, list) list[rng_below(r, ARRAY_LEN(list))]

/* Patients in each ten years of age, in a thousand. */
static const int pyramid[] = { 120, 115, 130, 135, 125, 130, 125, 80, 32, 8 };

static const struct {
	const char *code, *text; /* CDC race and ethnicity */
	int weight;
} races[] = {
	{ "2106-3", "White", 620 },
	{ "2054-5", "Black or African American", 170 },
	{ "2028-9", "Asian", 110 },
	{ "1002-5", "American Indian or Alaska Native", 20 },
	{ "2076-8", "Native Hawaiian or Other Pacific Islander", 10 },
	{ "2131-1", "Other Race", 70 },
};
static const struct {
	const char *code, *text;
} languages[] = {
	{ "en-US", "English" },
	{ "es", "Spanish" },
	{ "zh", "Chinese" },
	{ "vi", "Vietnamese" },
	{ "ar", "Arabic" },
};
static const struct {
	const char *sct, *text, *reaction_sct, *reaction, *category;
} allergens[] = {
	{ "764146007", "Penicillin", "271807003", "Rash", "medication" },
	{ "387406002", "Sulfonamide", "126485001", "Hives", "medication" },
	{ "387458008", "Aspirin", "23924001", "Tight chest", "medication" },
	{ "762952008", "Peanut", "39579001", "Anaphylaxis", "food" },
	{ "102263004", "Egg", "126485001", "Hives", "food" },
	{ "111088007", "Latex", "271807003", "Rash", "environment" },
	{ "256259004", "Pollen", "70076002", "Runny nose", "environment" },
};
static const struct {
	const char *code, *text; /* v3-RoleCode */
} relatives[] = {
	{ "MTH", "mother" },
	{ "FTH", "father" },
	{ "NBRO", "brother" },
	{ "NSIS", "sister" },
};

static int64_t make_birth(struct gen *g, struct rng *r)
{
	int at = rng_below(r, 1000), decade = 0;

	while (at >= pyramid[decade])
		at -= pyramid[decade++];
	return g->today - (int64_t)decade * 3652 - rng_below(r, 3652);
}

static void make_family_name(struct rng *r, char out[MAX_NAME])
{
	const char *front = PICK(r, name_front), *back = PICK(r, name_back);
	int form = rng_below(r, 100);

	snprintf(out, MAX_NAME, "%s%s%s",
	    form == 0 ? "O'" :
	    form == 1 ? "de la " :
			"",
	    front, back);
	if (form == 2)
		snprintf(out, MAX_NAME, "%s%s-%s%s", front, back,
		    PICK(r, name_front), PICK(r, name_back));
}

static void make_given_name(struct rng *r, bool female, char out[MAX_NAME])
{
	snprintf(out, MAX_NAME, "%s",
	    female ? PICK(r, female_names) : PICK(r, male_names));
}

static void make_home(struct rng *r, struct person *p)
{
	p->street_no = rng_range(r, 1, 999);
	p->street = rng_below(r, ARRAY_LEN(streets));
	p->town = rng_below(r, ARRAY_LEN(towns));
	p->zip = towns[p->town].zip + rng_below(r, 10);
	p->phone = rng_below(r, 100);
}

/* The person of that number as if nobody were like them. */
static void make_single(struct gen *g, uint64_t number, struct person *p)
{
	struct rng r = rng_of(g->seed, number, 1);
	int at = rng_below(&r, 1000);

	*p = (struct person){ .number = number };
	p->ref = ref_of(g, T_PATIENT, number, 0);
	p->born = make_birth(g, &r);
	p->female = rng_permille(&r, 520);
	make_given_name(&r, p->female, p->given);
	if (rng_permille(&r, 700))
		make_given_name(&r, p->female, p->middle);
	make_family_name(&r, p->family);
	while (at >= races[p->race].weight)
		at -= races[p->race++].weight;
	p->ethnicity = rng_permille(&r, 180);
	if (rng_permille(&r, p->ethnicity ? 400 : 60))
		p->language = p->ethnicity ?
				  1 :
				  rng_range(&r, 2, ARRAY_LEN(languages) - 1);
	make_home(&r, p);
	p->doctor = rng_below(&r, g->practice.doctors);
	p->site = p->doctor % g->practice.sites;
	p->payer = age_on(p, g->today) >= 65 ? 2 :
		   rng_permille(&r, 250)     ? 3 :
					       rng_below(&r, 2);
	p->smoking = rng_permille(&r, 600) ? 0 : rng_range(&r, 1, 3);
	p->test = rng_permille(&r, 2);
}

/* One in a hundred is the one before again: two thirds registered twice, a
 * third a twin. Like a single they follow from the number alone. */
void make_person(struct gen *g, uint64_t number, struct person *p)
{
	struct rng r = rng_of(g->seed, number, 2);
	struct person like;

	make_single(g, number, p);
	if (number && rng_permille(&r, 10)) {
		make_single(g, number - 1, &like);
		p->born = like.born;
		p->payer = like.payer;
		memcpy(p->family, like.family, MAX_NAME);
		if (rng_permille(&r, 333)) {
			p->street_no = like.street_no;
			p->street = like.street;
			p->town = like.town;
			p->zip = like.zip;
		} else {
			memcpy(p->given, like.given, MAX_NAME);
			p->female = like.female;
			p->test = like.test;
		}
	}
	int age = age_on(p, g->today);
	p->deceased = rng_permille(&r, age < 50 ? 2 : age < 70 ? 15 : 90);
	if (p->deceased)
		p->died = g->today - rng_range(&r, 0, 700);
	if (p->deceased && p->died <= p->born)
		p->died = p->born + (g->today - p->born) / 2;
}

int age_on(const struct person *p, int64_t day)
{
	struct date born, on;

	date_from_days(&born, p->born);
	date_from_days(&on, day);
	return date_age(&born, &on);
}

static void put_race(struct gen *g, const struct person *p)
{
	static const char cdc[] = "urn:oid:2.16.840.1.113883.6.238";
	static const char us[] = "http://hl7.org/fhir/us/core/"
				 "StructureDefinition/us-core-";

	put(g,
	    ",'extension':[{'url':'%srace','extension':[{'url':"
	    "'ombCategory','valueCoding':{'system':'%s','code':'%s',"
	    "'display':'%s'}},{'url':'text','valueString':'%s'}]},",
	    us, cdc, races[p->race].code, races[p->race].text,
	    races[p->race].text);
	put(g,
	    "{'url':'%sethnicity','extension':[{'url':'ombCategory',"
	    "'valueCoding':{'system':'%s','code':'%s','display':'%s'}},"
	    "{'url':'text','valueString':'%s'}]},{'url':'%sbirthsex',"
	    "'valueCode':'%s'}]",
	    us, cdc, p->ethnicity ? "2135-2" : "2186-5",
	    p->ethnicity ? "Hispanic or Latino" : "Not Hispanic or Latino",
	    p->ethnicity ? "Hispanic or Latino" : "Not Hispanic or Latino", us,
	    p->female ? "F" : "M");
}

static void put_patient(struct gen *g, const struct person *p)
{
	char since[32];
	int mrn = (int)(p->number % 1000000000) + 1000001;

	format_utc(since, g->course.visit[0].day, 480);
	open_resource(g, &p->ref, since, "patient");
	put_race(g, p);
	put(g,
	    ",'identifier':[{'use':'usual','type':{'coding':[{'system':"
	    "'http://terminology.hl7.org/CodeSystem/v2-0203','code':'MR',"
	    "'display':'Medical record number'}]},'system':"
	    "'https://ehr.example/mrn','value':'%d'}],'active':true,"
	    "'name':[{'use':'official','family':'%s','given':['%s'",
	    mrn, p->family, p->given);
	if (p->middle[0])
		put(g, ",'%s'", p->middle);
	put(g,
	    "]}],'telecom':[{'system':'phone','value':'555-01%s%d','use':"
	    "'mobile'},{'system':'email','value':'patient%d@example.com'"
	    "}],'gender':'%s','birthDate':'%D'",
	    p->phone < 10 ? "0" : "", p->phone, mrn,
	    p->female ? "female" : "male", p->born);
	if (p->deceased)
		put(g, ",'deceasedDateTime':'%D'", p->died);
	put(g,
	    ",'address':[{'use':'home','line':['%d %s'],'city':'%s',"
	    "'state':'%s','postalCode':'%d','country':'US'}],"
	    "'communication':[{'language':{'coding':[{'system':"
	    "'urn:ietf:bcp:47','code':'%s','display':'%s'}]},'preferred':"
	    "true}],'generalPractitioner':[{'reference':'%r'}],"
	    "'managingOrganization':{'reference':'%r'}",
	    p->street_no, streets[p->street], towns[p->town].name,
	    towns[p->town].state, p->zip, languages[p->language].code,
	    languages[p->language].text, &g->practice.doctor[p->doctor].ref,
	    &g->practice.org);
	close_resource(g);
}

static void put_coverage(struct gen *g, const struct person *p)
{
	static const char *const kind[PAYERS] = { "1", "1", "2", "3" };
	static const char *const text[PAYERS] = { "Commercial", "Commercial",
		"Medicare", "Medicaid" };
	struct ref ref = ref_new(g, T_COVERAGE);
	struct visit *v = &g->course.visit[0];

	open_resource(g, &ref, v->done, "coverage");
	put(g,
	    ",'identifier':[{'type':{'coding':[{'system':"
	    "'http://terminology.hl7.org/CodeSystem/v2-0203','code':'MB'}"
	    "]},'system':'https://payer.example/member','value':'M%d'}],"
	    "'status':'active','type':{'coding':[{'system':"
	    "'https://nahdo.org/sopt','code':'%s'}],'text':'%s'},"
	    "'subscriberId':'M%d','beneficiary':{'reference':'%r'},"
	    "'relationship':{'coding':[{'system':'http://terminology.hl7."
	    "org/CodeSystem/subscriber-relationship','code':'self'}]},"
	    "'period':{'start':'%D'},'payor':[{'reference':'%r'}]",
	    (int)(p->number % 100000000) + 500000001, kind[p->payer],
	    text[p->payer], (int)(p->number % 100000000) + 500000001, &p->ref,
	    v->day, &g->practice.payer[p->payer]);
	close_resource(g);
}

static void put_care_team(struct gen *g, const struct person *p)
{
	struct ref ref = ref_new(g, T_CARETEAM);
	const struct visit *v = &g->course.visit[0];

	open_resource(g, &ref, v->done, "careteam");
	put(g,
	    ",'status':'active','name':'Primary care','subject':"
	    "{'reference':'%r'},'participant':[{'role':[{'coding':"
	    "[{'system':'http://snomed.info/sct','code':'453231000124104',"
	    "'display':'Primary care provider'}]}],'member':"
	    "{'reference':'%r'}}]",
	    &p->ref, &g->practice.doctor[p->doctor].ref);
	close_resource(g);
}

static void put_family(struct gen *g, const struct person *p)
{
	static const enum problem what[] = { P_HTN, P_DM2, P_CAD, P_ASTHMA,
		P_DEPRESSION };
	struct ref ref = ref_new(g, T_FAMILY);
	struct rng *r = &g->course.rng;
	int who = rng_below(r, ARRAY_LEN(relatives));
	const struct problem_row *row = &problem_row[PICK(r, what)];

	open_resource(g, &ref, g->course.visit[0].done, NULL);
	put(g,
	    ",'status':'completed','patient':{'reference':'%r'},'date':"
	    "'%D','relationship':{'coding':[{'system':"
	    "'http://terminology.hl7.org/CodeSystem/v3-RoleCode','code':"
	    "'%s','display':'%s'}]},'condition':[{'code':{'coding':"
	    "[{'system':'http://snomed.info/sct','code':'%s','display':"
	    "'%s'}],'text':'%s'},'onsetAge':{'value':%d,'unit':'years',"
	    "'system':'http://unitsofmeasure.org','code':'a'}}]",
	    &p->ref, g->course.visit[0].day, relatives[who].code,
	    relatives[who].text, row->sct, row->text, row->text,
	    rng_range(r, 35, 75));
	close_resource(g);
}

static void open_allergy(struct gen *g, const char *sct, const char *text)
{
	struct ref ref = ref_new(g, T_ALLERGY);
	const struct visit *v = &g->course.visit[0];

	open_resource(g, &ref, v->done, "allergyintolerance");
	put(g,
	    ",'clinicalStatus':{'coding':[{'system':'http://terminology."
	    "hl7.org/CodeSystem/allergyintolerance-clinical','code':"
	    "'active'}]},'verificationStatus':{'coding':[{'system':"
	    "'http://terminology.hl7.org/CodeSystem/"
	    "allergyintolerance-verification','code':'confirmed'}]},"
	    "'code':{'coding':[{'system':'http://snomed.info/sct','code':"
	    "'%s','display':'%s'}],'text':'%s'},'patient':{'reference':"
	    "'%r'},'recordedDate':'%s'",
	    sct, text, text, &g->course.who.ref, v->start);
}

/* Some allergies, an asserted absence of any, or nothing recorded. */
static void put_allergies(struct gen *g)
{
	struct rng *r = &g->course.rng;
	int at = rng_below(r, 100), n = at < 60 ? 0 : at < 88 ? 1 : 2;
	int which = rng_below(r, ARRAY_LEN(allergens));

	if (at < 45) {
		open_allergy(g, "716186003", "No known allergy");
		close_resource(g);
	}
	for (int i = 0; i < n; i++) {
		which = (which + 3 * i) % (int)ARRAY_LEN(allergens);
		open_allergy(g, allergens[which].sct, allergens[which].text);
		bool severe = which == 3;
		put(g,
		    ",'category':['%s'],'criticality':'%s','reaction':"
		    "[{'manifestation':[{'coding':[{'system':"
		    "'http://snomed.info/sct','code':'%s','display':'%s'}]"
		    ",'text':'%s'}],'severity':'%s'}]",
		    allergens[which].category, severe ? "high" : "low",
		    allergens[which].reaction_sct, allergens[which].reaction,
		    allergens[which].reaction, severe ? "severe" : "mild");
		close_resource(g);
	}
}

void put_person(struct gen *g)
{
	const struct person *p = &g->course.who;

	put_patient(g, p);
	put_coverage(g, p);
	put_care_team(g, p);
	put_allergies(g);
	if (rng_permille(&g->course.rng, 600))
		put_family(g, p);
}
