/* course.c - what a patient has, and when the practice sees them. */
#include "gen.h"

const struct problem_row problem_row[P_COUNT] = {
#define X(id, icd, sct, text, sex, min, p40, p70, d1, d2) \
	{ icd, sct, text, sex, min, p40, p70, D_##d1, D_##d2 },
#include "problem.def"
#undef X
};
const struct drug_row drug_row[D_COUNT] = {
	{ 0 },
#define X(id, rx, text, dose, form, per_day, n) \
	{ rx, text, dose, form, per_day, n },
#include "drug.def"
#undef X
};
const struct acute_row acute_row[] = {
#define X(icd, sct, text, complaint, finding, advice, sex, lo, hi, days, \
    weight, drug)                                                        \
	{ icd, sct, text, complaint, finding, advice, sex, lo, hi, days, \
		weight, D_##drug },
#include "acute.def"
#undef X
};
const int acute_rows = ARRAY_LEN(acute_row);

/* Resources of a chart without visits, of a visit, and of one of many (check-
 * ups and laboratory then stay as rare as they are), in tenths, as they come
 * out on average: they turn --resources-per-patient into visits. */
enum { FIXED = 18, VISIT10 = 112, MANY_FROM = 80, MANY10 = 91 };

static int chance(const struct problem_row *row, int age)
{
	if (age < row->min_age)
		return 0;
	if (row->min_age < 18)
		return age < 55 ? row->at40 : row->at70;
	if (age < 40)
		return row->at40 * (age - row->min_age + 4) /
		       (44 - row->min_age > 8 ? 44 - row->min_age : 8);
	if (age > 80)
		age = 80;
	return row->at40 + (row->at70 - row->at40) * (age - 40) / 30;
}

static bool will(const struct course *c, enum problem what)
{
	return c->will >> what & 1;
}

static bool excluded(const struct course *c, enum problem what)
{
	return (what == P_PREDM && will(c, P_DM2)) ||
	       (what == P_COPD && c->who.smoking == 0) ||
	       (what == P_ANXIETY && will(c, P_DEPRESSION));
}

static void plan_problems(struct gen *g)
{
	struct course *c = &g->course;
	int age = age_on(&c->who, g->today);

	for (enum problem what = 0; what < P_COUNT; what++) {
		const struct problem_row *row = &problem_row[what];
		int p = chance(row, age);

		if (row->sex != 'A' && row->sex != (c->who.female ? 'F' : 'M'))
			p = 0;
		if (what == P_CKD3 && will(c, P_DM2))
			p *= 2;
		if (what == P_NEUROPATHY && will(c, P_DM2))
			p *= 4;
		bool sick = rng_permille(&c->rng, p);
		int from = age - rng_below(&c->rng, 16) - 1;
		if (!sick || excluded(c, what) || c->problems == MAX_PROBLEMS)
			continue;
		if (from < row->min_age)
			from = row->min_age;
		int64_t onset = c->who.born + (int64_t)from * 36525 / 100 +
				rng_below(&c->rng, 300);
		if (onset > g->today)
			onset = g->today - 30;
		c->will |= UINT64_C(1) << what;
		c->problem[c->problems].what = what;
		c->problem[c->problems].onset = onset;
		c->problem[c->problems++].ref = ref_new(g, T_CONDITION);
	}
}

/* Where the lines of a life start; visits move them. */
static void plan_state(struct course *c)
{
	struct rng *r = &c->rng;
	int age = 50;

	c->a1c10 = will(c, P_DM2)   ? rng_range(r, 74, 108) :
		   will(c, P_PREDM) ? rng_range(r, 57, 63) :
				     52 + rng_bell(r, 2);
	c->a1c_goal10 = will(c, P_DM2) ? rng_range(r, 62, 84) : c->a1c10;
	c->egfr = will(c, P_CKD3) ? rng_range(r, 38, 59) : 98 + rng_bell(r, 6);
	c->ldl = (will(c, P_LIPIDS) ? 162 : 108) + rng_bell(r, 20);
	c->tsh100 = will(c, P_HYPOTHYROID) ? rng_range(r, 620, 1400) :
					    190 + rng_bell(r, 40);
	c->systolic = (will(c, P_HTN) ? 148 : 116) + age / 20 + rng_bell(r, 6);
	c->height10 = (c->who.female ? 1630 : 1760) + rng_bell(r, 45);
	int bmi10 = (will(c, P_OBESITY) ? 340 : 256) + rng_bell(r, 20);
	c->weight10 =
	    (int)((int64_t)bmi10 * c->height10 * c->height10 / 1000000);
	c->last_flu = c->last_covid = c->last_well = c->last_smoking =
	    c->who.born - 400;
}

static int pick_acute(struct course *c, int64_t day)
{
	int age = age_on(&c->who, day), sum = 0, i;

	for (int round = 0; round < 2; round++) {
		int at = round ? rng_below(&c->rng, sum) : 0;

		for (i = 0; i < acute_rows; i++) {
			const struct acute_row *row = &acute_row[i];

			if (age < row->min_age || age > row->max_age ||
			    (row->sex == 'F' && !c->who.female))
				continue;
			if (!round)
				sum += row->weight;
			else if ((at -= row->weight) < 0)
				return i;
		}
	}
	return 0;
}

static void plan_visit(struct gen *g, struct visit *v, int64_t day)
{
	struct course *c = &g->course;
	struct rng *r = &c->rng;

	*v = (struct visit){
		.ref = ref_new(g, T_ENCOUNTER), .day = day, .acute = -1
	};
	int gap = age_on(&c->who, day) < 2 ? 55 : 330;
	if (day - c->last_well >= gap) {
		v->kind = V_WELL;
		c->last_well = day;
	} else if (c->problems && rng_permille(r, 650)) {
		v->kind = V_FOLLOW;
	} else {
		v->kind = V_ACUTE;
		v->acute = pick_acute(c, day);
	}
	v->minute = 480 + 15 * rng_below(r, 36);
	v->length = v->kind == V_WELL ? 40 : v->kind == V_FOLLOW ? 25 : 15;
	v->doctor = rng_permille(r, 800) ? c->who.doctor :
					   rng_below(r, g->practice.doctors);
	v->site = v->doctor % g->practice.sites;
	format_local(v->start, day, v->minute);
	format_local(v->end, day, v->minute + v->length);
	format_utc(v->done, day, v->minute + v->length + 7);
}

/* How many visits, from the size asked for: between a third and five thirds
 * of the mean, more for who is ill. */
static int64_t count_visits(struct gen *g)
{
	struct course *c = &g->course;
	int share = rng_range(&c->rng, 330, 1270) + 105 * c->problems;
	int few = g->per_patient < MANY_FROM ? g->per_patient : MANY_FROM;
	int64_t n = (int64_t)(few - FIXED) * 10 * share / VISIT10;

	n = (n + (int64_t)(g->per_patient - few) * 10 * share / MANY10) / 1000;

	return n < 1 ? 1 : n;
}

static void plan_visits(struct gen *g)
{
	struct course *c = &g->course;
	int64_t last = c->who.deceased ? c->who.died : g->today;
	int64_t n = count_visits(g), life = last - c->who.born;
	int64_t span = 365 * rng_range(&c->rng, 2, 9);

	if (span < n * 20)
		span = n * 20;
	if (span > life)
		span = life;
	if ((size_t)n > c->cap) {
		c->cap = (size_t)n * 2;
		c->visit = xrealloc(c->visit, c->cap * sizeof(*c->visit));
	}
	int64_t gap = span / n, day = 0;
	for (int64_t i = 0; i < n; i++) {
		int64_t at =
		    last - span + i * span / n +
		    (gap > 3 ? rng_below(&c->rng, (int)(gap * 3 / 4)) : 0);
		int weekday = (int)((at + 4) % 7 + 7) % 7;

		at += weekday == 0 ? 1 : weekday == 6 ? 2 : 0;
		if (c->visits && at <= day)
			at = day + 1;
		if (at > last && c->visits)
			break;
		day = at > last ? last : at;
		plan_visit(g, &c->visit[c->visits++], day);
	}
}

void plan_course(struct gen *g, uint64_t number)
{
	struct course *c = &g->course;
	struct visit *visit = c->visit;
	size_t cap = c->cap;

	*c = (struct course){
		.rng = rng_of(g->seed, number, 3), .visit = visit, .cap = cap
	};
	make_person(g, number, &c->who);
	plan_problems(g);
	plan_state(c);
	plan_visits(g);
}

void put_chart(struct gen *g, uint64_t number)
{
	struct course *c = &g->course;

	plan_course(g, number);
	put_person(g);
	put_problems(g);
	put_childhood_shots(g);
	for (size_t i = 0; i < c->visits; i++)
		put_visit(g, &c->visit[i]);
	put_meds(g);
	put_plans(g);
	put_appointments(g);
}
