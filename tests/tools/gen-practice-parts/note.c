/* note.c - clinical notes put together from sentences. */
#include "gen.h"

#define PICK(g, list) list[rng_below(&(g)->course.rng, ARRAY_LEN(list))]

static const char *const well_opening[] = {
	"Here for the yearly check-up. Feels well and has no new complaint.",
	"Comes for a preventive visit. Sleep and appetite are good.",
	"Routine check-up. Works full days and walks most evenings.",
};
static const char *const child_opening[] = {
	"Brought in by a parent for a well-child visit. Eats and sleeps well.",
	"Well-child visit. The parent has no worries; growth is on its line.",
};
static const char *const follow_opening[] = {
	"Here to go over ongoing problems. Takes the medicines as agreed.",
	"Follow-up visit. Missed a few doses last month, otherwise steady.",
	"Planned follow-up. Checks readings at home and brought the list.",
};
static const char *const system_lines[] = {
	"No chest pain, no shortness of breath.",
	"Denies dizziness, fainting and palpitations.",
	"No change in bowel habits, no blood in the stool.",
	"Mood is even, no trouble falling asleep.",
	"Weight is steady, no fever, no night sweats.",
	"No joint swelling; morning stiffness under ten minutes.",
};
static const char *const child_lines[] = {
	"No fever, no cough, no vomiting.",
	"Plays as usual; stools and urine as usual.",
	"Sleeps through most nights.",
	"Gets along at home and with other children.",
};
static const char *const exam_lines[] = {
	"Alert, comfortable, in no distress.",
	"Heart regular without a murmur, lungs clear on both sides.",
	"Abdomen soft, no tenderness, no mass.",
	"No swelling of the legs, pulses easy to feel.",
	"Skin warm and dry, no new lesion.",
	"Moves easily, strength equal on both sides.",
};
static const char *const problem_lines[] = {
	"stable, go on as before",
	"not yet at goal, reviewed diet and tablets",
	"improving, same plan",
	"discussed what to look out for at home",
	"at goal, laboratory as planned",
};
static const char *const closing[] = {
	"Questions were answered. Return as planned or sooner if worse.",
	"Agrees with the plan. Written summary handed over.",
	"Time was taken to explain the next steps; call with any change.",
};

static void write_history(struct gen *g, const struct visit *v, int age)
{
	if (v->kind == V_ACUTE)
		note(g, "%d-year-old with %s.", age,
		    acute_row[v->acute].complaint);
	else if (v->kind == V_WELL)
		note(g, "%s",
		    age < 13 ? PICK(g, child_opening) : PICK(g, well_opening));
	else
		note(g, "%s", PICK(g, follow_opening));
	const char *const *lines = age < 13 ? child_lines : system_lines;
	int of = age < 13 ? ARRAY_LEN(child_lines) : ARRAY_LEN(system_lines);
	int from = rng_below(&g->course.rng, of);
	note(g, " %s", lines[from]);
	if (v->kind != V_ACUTE)
		note(g, " %s", lines[(from + 1) % of]);
	note(g, "\n\n");
}

static void write_exam(struct gen *g, const struct visit *v)
{
	int from = rng_below(&g->course.rng, ARRAY_LEN(exam_lines));

	note(g, "EXAM\n");
	if (v->kind == V_ACUTE)
		note(g, "%s. %s\n\n", acute_row[v->acute].finding,
		    PICK(g, exam_lines));
	else
		note(g, "%s %s %s\n\n", exam_lines[from],
		    exam_lines[(size_t)(from + 1) % ARRAY_LEN(exam_lines)],
		    exam_lines[(size_t)(from + 3) % ARRAY_LEN(exam_lines)]);
}

static void write_assessment(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	int n = 1;

	note(g, "ASSESSMENT AND PLAN\n");
	if (v->kind == V_ACUTE)
		note(g, "%d. %s (%s). %s.\n", n++, acute_row[v->acute].text,
		    acute_row[v->acute].icd, acute_row[v->acute].advice);
	for (int i = 0; v->kind != V_ACUTE && i < c->problems; i++)
		if (c->problem[i].onset <= v->day)
			note(g, "%d. %s: %s.\n", n++,
			    problem_row[c->problem[i].what].text,
			    PICK(g, problem_lines));
	if (n == 1)
		note(g,
		    "%d. Healthy. Seat belts, sleep, teeth and sun "
		    "protection talked about.\n",
		    n++);
	for (int i = 0; i < c->meds; i++)
		if (c->med[i].visit == v)
			note(g, "%d. Started %s. %s.\n", n++,
			    drug_row[c->med[i].drug].text,
			    drug_row[c->med[i].drug].dose);
	note(g, "\n%s\n", PICK(g, closing));
}

static void write_note(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	const struct doctor *d = &g->practice.doctor[v->doctor];
	int age = age_on(&c->who, v->day);

	buf_reset(&g->note);
	note(g, "%s\nDate: %D\n\nHISTORY\n",
	    v->kind == V_WELL	? "CHECK-UP" :
	    v->kind == V_FOLLOW ? "FOLLOW-UP" :
				  "OFFICE VISIT",
	    v->day);
	write_history(g, v, age);
	write_exam(g, v);
	write_assessment(g, v);
	note(g, "Signed: %s %s\n", d->given, d->family);
}

void put_note(struct gen *g, const struct visit *v)
{
	const struct doctor *d = &g->practice.doctor[v->doctor];
	const char *loinc = v->kind == V_WELL ? "34117-2" : "11506-3";
	const char *text =
	    v->kind == V_WELL ? "History and physical note" : "Progress note";

	if (!rng_permille(&g->course.rng, 750))
		return;
	struct ref ref = ref_new(g, T_DOCUMENT);
	write_note(g, v);
	open_resource(g, &ref, v->done, "documentreference");
	put(g,
	    ",'status':'current','docStatus':'final','type':{'coding':"
	    "[{'system':'http://loinc.org','code':'%s','display':'%s'}],"
	    "'text':'%s'},'category':[{'coding':[{'system':"
	    "'http://hl7.org/fhir/us/core/CodeSystem/"
	    "us-core-documentreference-category','code':'clinical-note',"
	    "'display':'Clinical Note'}]}],'subject':{'reference':'%r'},"
	    "'date':'%s','author':[{'reference':'%r','display':'%s %s'}],"
	    "'custodian':{'reference':'%r'},'content':[{'attachment':"
	    "{'contentType':'text/plain; charset=utf-8','data':'",
	    loinc, text, text, &g->course.who.ref, v->done, &d->ref, d->given,
	    d->family, &g->practice.org);
	base64_encode(g->b, g->note.s, g->note.len);
	put(g,
	    "','size':%d,'title':'%s','creation':'%s'},'format':{'system':"
	    "'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/"
	    "formatcode','code':'urn:ihe:iti:xds:2017:mimeTypeSufficient',"
	    "'display':'mimeType Sufficient'}}],'context':{'encounter':"
	    "[{'reference':'%r'}],'period':{'start':'%s','end':'%s'}}",
	    (int)g->note.len, text, v->end, &v->ref, v->start, v->end);
	close_resource(g);
}
