/* plans.c - goals, care plans, appointments and messages. */
#include "gen.h"

#define SCT "http://snomed.info/sct"
#define TERM "http://terminology.hl7.org/CodeSystem/"

static const struct {
	enum problem problem;
	const char *goal, *loinc, *unit, *plan;
	int low, high, decimals;
} aims[] = {
	{ P_DM2, "Hemoglobin A1c under 7.5 percent", "4548-4", "%",
	    "Walk half an hour a day, plate with half vegetables, feet "
	    "looked at each evening, laboratory every three months.",
	    50, 75, 1 },
	{ P_HTN, "Upper blood pressure under 130", "8480-6", "mm[Hg]",
	    "Less salt, readings at home twice a week, tablet at the same "
	    "hour each day.",
	    100, 130, 0 },
	{ P_OBESITY, "Body mass index under 32", "39156-5", "kg/m2",
	    "Food diary, no sweet drinks, swim or walk three times a week, "
	    "weigh in monthly.",
	    250, 320, 1 },
	{ P_LIPIDS, "LDL cholesterol under 100", "13457-7", "mg/dL",
	    "Oats, nuts and fish more often; tablet at bedtime; "
	    "laboratory once a year.",
	    40, 100, 0 },
};

static struct ref put_goal(
    struct gen *g, int i, const struct visit *v, const struct ref *problem)
{
	struct ref ref = ref_new(g, T_GOAL);

	open_resource(g, &ref, v->done, "goal");
	put(g,
	    ",'lifecycleStatus':'active','achievementStatus':{'coding':"
	    "[{'system':'" TERM "goal-achievement','code':'in-progress'}]},"
	    "'description':{'text':'%s'},'subject':{'reference':'%r'},"
	    "'startDate':'%D','target':[{'measure':{'coding':[{'system':"
	    "'http://loinc.org','code':'%s'}]},'detailRange':{'low':"
	    "{'value':",
	    aims[i].goal, &g->course.who.ref, v->day, aims[i].loinc);
	put(g, aims[i].decimals ? "%1" : "%d", aims[i].low);
	put(g, ",'unit':'%s'},'high':{'value':", aims[i].unit);
	put(g, aims[i].decimals ? "%1" : "%d", aims[i].high);
	put(g,
	    ",'unit':'%s'}},'dueDate':'%D'}],'addresses':[{'reference':"
	    "'%r'}]",
	    aims[i].unit, v->day + 180, problem);
	close_resource(g);
	return ref;
}

static void put_care_plan(struct gen *g, int i, const struct visit *v,
    const struct ref *problem, const struct ref *goal)
{
	struct ref ref = ref_new(g, T_CAREPLAN);

	open_resource(g, &ref, v->done, "careplan");
	put(g,
	    ",'text':{'status':'generated','div':'<div xmlns=\\'http://"
	    "www.w3.org/1999/xhtml\\'>%s</div>'},'status':'active',"
	    "'intent':'plan','category':[{'coding':[{'system':"
	    "'http://hl7.org/fhir/us/core/CodeSystem/careplan-category',"
	    "'code':'assess-plan'}]}],'title':'%s','description':'%s',"
	    "'subject':{'reference':'%r'},'encounter':{'reference':'%r'},"
	    "'period':{'start':'%D'},'author':{'reference':'%r'},"
	    "'addresses':[{'reference':'%r'}],'goal':[{'reference':'%r'}]",
	    aims[i].plan, aims[i].goal, aims[i].plan, &g->course.who.ref,
	    &v->ref, v->day, &g->practice.doctor[v->doctor].ref, problem, goal);
	close_resource(g);
}

void put_plans(struct gen *g)
{
	struct course *c = &g->course;
	const struct visit *v = &c->visit[c->visits - 1];

	if (c->who.deceased)
		return;
	for (int k = 0; k < c->problems; k++) {
		for (int i = 0; i < (int)ARRAY_LEN(aims); i++) {
			if (c->problem[k].what != aims[i].problem ||
			    !rng_permille(&c->rng, 300))
				continue;
			struct ref goal = put_goal(g, i, v, &c->problem[k].ref);
			put_care_plan(g, i, v, &c->problem[k].ref, &goal);
		}
	}
}

/* ---- appointments and messages ---- */

static void put_appointment(struct gen *g, const char *status, int64_t day,
    const struct visit *v, const char *updated, const char *what)
{
	struct course *c = &g->course;
	struct ref ref = ref_new(g, T_APPOINTMENT);
	char from[32], until[32];
	int minute = v->minute;
	bool past = status[0] == 'f' || status[0] == 'n';

	format_utc(from, day, minute);
	format_utc(until, day, minute + v->length);
	open_resource(g, &ref, updated, NULL);
	put(g,
	    ",'status':'%s','serviceType':[{'text':'%s'}],"
	    "'appointmentType':{'coding':[{'system':'" TERM
	    "v2-0276','code':'%s'}]},'description':'%s','start':'%s',"
	    "'end':'%s','minutesDuration':%d,'participant':[{'actor':"
	    "{'reference':'%r'},'required':'required','status':'%s'},"
	    "{'actor':{'reference':'%r'},'required':'required','status':"
	    "'accepted'},{'actor':{'reference':'%r'},'status':'accepted'}]",
	    status, what, v->kind == V_ACUTE ? "WALKIN" : "ROUTINE", what, from,
	    until, v->length, &c->who.ref,
	    past || rng_permille(&c->rng, 800) ? "accepted" : "needs-action",
	    &g->practice.doctor[v->doctor].ref, &g->practice.site[v->site]);
	close_resource(g);
}

static void put_message(struct gen *g, const struct visit *v)
{
	struct course *c = &g->course;
	struct ref ref = ref_new(g, T_COMMUNICATION);

	open_resource(g, &ref, v->done, NULL);
	put(g,
	    ",'status':'completed','category':[{'coding':[{'system':'" TERM
	    "communication-category','code':'reminder'}]}],'subject':"
	    "{'reference':'%r'},'recipient':[{'reference':'%r'}],'sender':"
	    "{'reference':'%r'},'sent':'%s','payload':[{'contentString':"
	    "'A check-up is due. Please call us or book online.'}]",
	    &c->who.ref, &c->who.ref, &g->practice.org, v->end);
	close_resource(g);
}

static int64_t workday(int64_t day)
{
	int weekday = (int)((day + 4) % 7);

	return weekday == 0 ? day + 1 : weekday == 6 ? day + 2 : day;
}

void put_appointments(struct gen *g)
{
	struct course *c = &g->course;
	struct rng *r = &c->rng;
	const struct visit *v = &c->visit[c->visits - 1];

	if (v->kind != V_ACUTE)
		put_appointment(g, "fulfilled", v->day, v, v->done,
		    v->kind == V_WELL ? "Check-up" : "Follow-up");
	if (c->visits > 2 && rng_permille(r, 120)) {
		const struct visit *w = &c->visit[c->visits / 2];
		int64_t day = workday(w->day + 3);

		if (day < g->today)
			put_appointment(g,
			    rng_permille(r, 600) ? "noshow" : "cancelled", day,
			    w, w->done, "Follow-up");
	}
	if (c->who.deceased)
		return;
	if (rng_permille(r, 30))
		put_message(g, v);
	if (rng_permille(r, c->problems ? 550 : 200)) {
		int64_t day = workday(g->today + rng_range(r, 1, 120));

		put_appointment(g, "booked", day, v, v->done,
		    c->problems ? "Follow-up" : "Check-up");
	}
}
