/* labs.c - laboratory results, driven by problems, with trends. */
#include "gen.h"

#define TERM "http://terminology.hl7.org/CodeSystem/"
#define UCUM "'system':'http://unitsofmeasure.org'"

static const struct {
	const char *loinc, *text, *unit;
	int decimals, low, high;
} lab_row[L_COUNT] = {
#define X(id, loinc, text, unit, dec, lo, hi) \
	{ loinc, text, unit, dec, lo, hi },
#include "lab.def"
#undef X
};

enum { MAX_PANEL = 5 };

_Static_assert(MAX_PANELS >= 6, "one day for each panel");

static const struct panel {
	const char *loinc, *text;
	int n;
	enum lab lab[MAX_PANEL];
	uint64_t problems; /* any of them asks for it */
	int well_age; /* yearly checks ask for it from this age */
	int every; /* days */
} panels[] = {
	{ "4548-4", "Hemoglobin A1c", 1, { L_A1C }, 1 << P_DM2 | 1 << P_PREDM,
	    200, 80 },
	{ "24320-4", "Basic metabolic panel", 5,
	    { L_GLUCOSE, L_SODIUM, L_POTASSIUM, L_CREATININE, L_EGFR },
	    1 << P_HTN | 1 << P_DM2 | 1 << P_CKD3 | 1 << P_HF, 55, 340 },
	{ "24331-1", "Lipid panel", 4,
	    { L_CHOLESTEROL, L_TRIGLYCERIDES, L_HDL, L_LDL },
	    1 << P_LIPIDS | 1 << P_CAD, 50, 360 },
	{ "3016-3", "Thyrotropin", 1, { L_TSH }, 1 << P_HYPOTHYROID, 200, 170 },
	{ "58410-2", "Blood count", 3,
	    { L_HEMOGLOBIN, L_LEUKOCYTES, L_PLATELETS },
	    1 << P_IRON | 1 << P_AFIB, 70, 340 },
	{ "9318-7", "Urine albumin to creatinine ratio", 1, { L_ACR },
	    1 << P_DM2 | 1 << P_CKD3, 200, 330 },
};

/* How far the person always is from the mean. */
static int own(const struct course *c, enum lab lab, int spread)
{
	struct rng r = rng_of(c->who.ref.id.lo, lab, 9);

	return rng_bell(&r, spread);
}

static bool takes(const struct course *c, enum drug drug)
{
	for (int i = 0; i < c->meds; i++)
		if (c->med[i].drug == drug && !c->med[i].until)
			return true;
	return false;
}

/* The state moves towards what therapy reaches; the value scatters. */
static int measure(struct course *c, enum lab lab)
{
	struct rng *r = &c->rng;
	int ldl = takes(c, D_ATORVASTATIN) ? c->ldl * 62 / 100 : c->ldl;

	switch (lab) {
	case L_A1C:
		if (takes(c, D_METFORMIN))
			c->a1c10 += (c->a1c_goal10 - c->a1c10) / 3;
		if (has(c, P_DM2) && rng_permille(r, 100)) /* a bad year */
			c->a1c10 += rng_range(r, 4, 16);
		return (has(c, P_DM2) || c->a1c10 < 60 ? c->a1c10 : 59) +
		       rng_bell(r, 1);
	case L_GLUCOSE:
		return has(c, P_DM2) ?
			   (287 * c->a1c10 - 4670) / 100 + rng_bell(r, 18) :
			   91 + own(c, lab, 5) + rng_bell(r, 4);
	case L_SODIUM:
		return 140 + rng_bell(r, 2);
	case L_POTASSIUM:
		return 43 + own(c, lab, 2) + rng_bell(r, 2);
	case L_CREATININE: /* falls with the filtration rate, by sex */
		return (6750 / c->egfr + 25) * (c->who.female ? 78 : 100) /
			   100 +
		       rng_bell(r, 3);
	case L_EGFR:
		if (has(c, P_CKD3) && c->egfr > 16)
			c->egfr -= rng_below(r, 3);
		return c->egfr;
	case L_CHOLESTEROL:
		return ldl + 50 + 28 + rng_bell(r, 5);
	case L_TRIGLYCERIDES:
		return (has(c, P_DM2) || has(c, P_OBESITY) ? 172 : 112) +
		       own(c, lab, 28) + rng_bell(r, 14);
	case L_HDL:
		return (c->who.female ? 57 : 49) + own(c, lab, 8) +
		       rng_bell(r, 2);
	case L_LDL:
		return ldl + rng_bell(r, 5);
	case L_TSH:
		if (takes(c, D_LEVOTHYROXINE))
			c->tsh100 += (230 - c->tsh100) / 2;
		return (has(c, P_HYPOTHYROID) || c->tsh100 < 400 ?
			       c->tsh100 :
			       240) +
		       rng_bell(r, 30);
	case L_HEMOGLOBIN:
		return (has(c, P_IRON)	 ? takes(c, D_IRON) ? 122 : 106 :
			   c->who.female ? 136 :
					   149) +
		       rng_bell(r, 5);
	case L_LEUKOCYTES:
		return 68 + own(c, lab, 11) + rng_bell(r, 8);
	case L_PLATELETS:
		return 255 + own(c, lab, 38) + rng_bell(r, 16);
	case L_ACR:
		return has(c, P_CKD3) ? rng_range(r, 180, 2600) :
					rng_range(r, 30, 420);
	default:
		return 0;
	}
}

static void put_quantity(
    struct gen *g, const char *name, int value, int decimals, const char *unit)
{
	put(g,
	    decimals == 2 ? "'%s':{'value':%2," :
	    decimals	  ? "'%s':{'value':%1," :
			    "'%s':{'value':%d,",
	    name, value);
	put(g, "'unit':'%s'," UCUM ",'code':'%s'}", unit, unit);
}

static struct ref put_lab(struct gen *g, const struct visit *v, enum lab lab)
{
	struct ref ref = ref_new(g, T_OBSERVATION);
	int value = measure(&g->course, lab);
	int low = lab_row[lab].low, high = lab_row[lab].high;
	const char *flag = value < low ? "L" : value > high ? "H" : "N";
	const char *unit = lab_row[lab].unit;

	open_resource(g, &ref, v->done, "observation-lab");
	put(g,
	    ",'status':'final','category':[{'coding':[{'system':'" TERM
	    "observation-category','code':'laboratory','display':"
	    "'Laboratory'}]}],'code':{'coding':[{'system':"
	    "'http://loinc.org','code':'%s','display':'%s'}],'text':'%s'},"
	    "'subject':{'reference':'%r'},'encounter':{'reference':'%r'},"
	    "'effectiveDateTime':'%s','issued':'%s',",
	    lab_row[lab].loinc, lab_row[lab].text, lab_row[lab].text,
	    &g->course.who.ref, &v->ref, v->start, v->done);
	put_quantity(g, "valueQuantity", value, lab_row[lab].decimals, unit);
	put(g,
	    ",'interpretation':[{'coding':[{'system':'" TERM
	    "v3-ObservationInterpretation','code':'%s','display':'%s'}]}],"
	    "'referenceRange':[{",
	    flag,
	    *flag == 'L' ? "Low" :
	    *flag == 'H' ? "High" :
			   "Normal");
	put_quantity(g, "low", low, lab_row[lab].decimals, unit);
	put(g, ",");
	put_quantity(g, "high", high, lab_row[lab].decimals, unit);
	put(g, "}]");
	close_resource(g);
	return ref;
}

static void put_panel(
    struct gen *g, const struct visit *v, const struct panel *p)
{
	struct ref result[MAX_PANEL], ref = ref_new(g, T_REPORT);

	for (int i = 0; i < p->n; i++)
		result[i] = put_lab(g, v, p->lab[i]);
	open_resource(g, &ref, v->done, "diagnosticreport-lab");
	put(g,
	    ",'status':'final','category':[{'coding':[{'system':'" TERM
	    "v2-0074','code':'LAB','display':'Laboratory'}]}],'code':"
	    "{'coding':[{'system':'http://loinc.org','code':'%s','display':"
	    "'%s'}],'text':'%s'},'subject':{'reference':'%r'},'encounter':"
	    "{'reference':'%r'},'effectiveDateTime':'%s','issued':'%s',"
	    "'performer':[{'reference':'%r'}],'result':[",
	    p->loinc, p->text, p->text, &g->course.who.ref, &v->ref, v->start,
	    v->done, &g->practice.org);
	for (int i = 0; i < p->n; i++)
		put(g, "%s{'reference':'%r'}", i ? "," : "", &result[i]);
	put(g, "]");
	close_resource(g);
}

void put_labs(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	int age = age_on(&c->who, v->day);

	if (v->kind == V_ACUTE || age < 18)
		return;
	for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
		const struct panel *p = &panels[i];
		bool due = c->has & p->problems ||
			   (v->kind == V_WELL && age >= p->well_age);

		if (!due ||
		    (c->last_panel[i] && v->day - c->last_panel[i] < p->every))
			continue;
		c->last_panel[i] = v->day;
		put_panel(g, v, p);
	}
}
