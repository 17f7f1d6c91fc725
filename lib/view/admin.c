/* admin.c - encounters, notes and documents, plans, team, coverage,
 * appointments. */
#include "impl.h"

static uint32_t first_of(const struct tape *t, uint32_t list)
{
	if (list && tape_type(t, list) == TAPE_ARRAY)
		return tape_first(t, list);
	return 0;
}

bool take_encounter(struct take *k, struct view_entry *e)
{
	uint32_t cls = tape_get(k->t, 0, "class"), v;
	struct str code = STR("");
	const char *word;

	e->past = e->state == FHIR_REFUTED;
	if (cls && tape_type(k->t, cls) == TAPE_OBJECT)
		code = take_text(k, cls, "code");
	word = class_word(code);
	if (word)
		e->value = str_of(word);
	else if (cls)
		e->value = take_text(k, cls, "display");
	if (e->what.n == 0)
		e->what = STR("Encounter");
	e->detail = take_reason(k, "reasonCode", "reasonReference");
	v = first_of(k->t, tape_get(k->t, 0, "participant"));
	if (v)
		e->by = take_ref(k, tape_get(k->t, v, "individual"), WAIT_BY);
	if (e->by.n == 0 && !v)
		e->by = take_ref(k, tape_get(k->t, 0, "serviceProvider"),
		    WAIT_BY);
	return true;
}

/* ---- notes ---- */

bool take_composition(struct take *k, struct view_entry *e)
{
	struct str title = take_text(k, 0, "title");

	e->past = false;
	if (e->what.n == 0)
		e->what = title;
	else if (!str_eq(e->what, title))
		e->detail = title;
	e->by = take_ref(k, tape_get(k->t, 0, "author"), WAIT_BY);
	return true;
}

static bool text_attachment(struct take *k)
{
	uint32_t a = tape_path(k->t, 0, "content.attachment");
	struct str kind;

	if (a == 0)
		return false;
	kind = tape_member(k->t, a, "contentType", &k->v->scratch);
	return str_starts(kind, "text/");
}

bool take_document(struct take *k, struct view_entry *e)
{
	uint32_t category = tape_get(k->t, 0, "category");
	uint32_t a = tape_path(k->t, 0, "content.attachment");
	struct str title = a ? take_text(k, a, "title") : STR("");

	e->past = false;
	e->detail = take_text(k, 0, "description");
	if (e->detail.n == 0)
		e->detail = title;
	if (e->what.n == 0) {
		e->what = e->detail.n ? e->detail : STR("Document");
		e->detail = STR("");
	}
	if (str_eq(e->what, e->detail))
		e->detail = STR("");
	if (fhir_has_code(k->t, category, NULL, "clinical-note") ||
	    (category == 0 && text_attachment(k)))
		e->section = VIEW_NOTES;
	e->by = take_ref(k, tape_get(k->t, 0, "author"), WAIT_BY);
	if (e->start.precision == DATE_NONE && a)
		take_time(k->v, &e->start, take_text(k, a, "creation"));
	return true;
}

/* A report whose results are Observations of their own says nothing new. */
bool take_report(struct take *k, struct view_entry *e)
{
	e->past = e->state == FHIR_REFUTED;
	e->value = take_text(k, 0, "conclusion");
	if (e->value.n == 0)
		e->value = take_concept(k, first_of(k->t, tape_get(k->t, 0,
		    "conclusionCode")));
	e->by = take_ref(k, tape_get(k->t, 0, "performer"), WAIT_BY);
	if (tape_get(k->t, 0, "presentedForm") &&
	    !tape_get(k->t, 0, "result")) {
		e->section = VIEW_NOTES;
		e->order = 1; /* after a DocumentReference of it */
		e->detail = e->value;
		e->value = STR("");
	} else if (e->value.n == 0) {
		if (tape_get(k->t, 0, "result"))
			return false;
		e->section = VIEW_OTHER;
		e->value = STR("report");
	}
	return true;
}

bool take_form(struct take *k, struct view_entry *e)
{
	uint32_t items = tape_get(k->t, 0, "item");
	struct str form = take_text(k, 0, "questionnaire");
	size_t n = 0;

	e->past = false;
	if (items && tape_type(k->t, items) == TAPE_ARRAY)
		tape_each(k->t, items, i)
			n++;
	while (form.n && memchr(form.s, '/', form.n)) {
		form.s++;
		form.n--;
	}
	e->what = join(k->v, STR("Questionnaire"), " ", form);
	buf_reset(&k->v->text);
	buf_addf(&k->v->text, "%zu item%s", n, n == 1 ? "" : "s");
	e->value = keep(k->v, buf_str(&k->v->text));
	return true;
}

/* ---- plans and people ---- */

/* The category that says what the plan is about. */
static struct str plan_title(struct take *k)
{
	uint32_t list = tape_get(k->t, 0, "category");
	struct str title = take_text(k, 0, "title"), s;

	if (title.n || list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return title;
	tape_each(k->t, list, c) {
		if (fhir_has_code(k->t, c, NULL, "assess-plan"))
			continue;
		s = take_concept(k, c);
		title = title.n ? title : s;
	}
	if (title.n == 0)
		title = take_text(k, 0, "description");
	return title.n ? title : STR("Care plan");
}

bool take_plan(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "activity"), v;
	struct str one, status;

	e->what = plan_title(k);
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, a) {
			v = tape_get(k->t, a, "detail");
			if (v == 0)
				continue;
			one = take_concept(k, tape_get(k->t, v, "code"));
			if (one.n == 0)
				one = take_text(k, v, "description");
			status = take_text(k, v, "status");
			if (str_is(status, "completed") && !e->past)
				one = join(k->v, one, " - ", STR("done"));
			e->detail = join(k->v, e->detail, ", ", one);
		}
	return true;
}

/* One entry a member; the patient is no member of the own team. */
bool take_team(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "participant"), m, role;
	struct view_entry one;
	size_t waits;

	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return false;
	tape_each(k->t, list, p) {
		m = tape_get(k->t, p, "member");
		role = first_of(k->t, tape_get(k->t, p, "role"));
		if (m == 0 || fhir_has_code(k->t, role, NULL, "116154003") ||
		    str_starts(tape_member(k->t, m, "reference",
		    &k->v->scratch), "Patient/"))
			continue;
		one = *e;
		waits = k->v->n_wait;
		one.what = take_ref(k, m, WAIT_WHAT);
		one.detail = take_concept(k, role);
		if (one.what.n || k->v->n_wait > waits)
			push(k->v, &one);
	}
	return false;
}

bool take_related(struct take *k, struct view_entry *e)
{
	uint32_t phones = tape_get(k->t, 0, "telecom");

	e->detail = e->what;
	e->rank = 1;
	buf_reset(&k->v->text);
	if (!name_of(k->t, 0, &k->v->text))
		return false;
	e->what = keep(k->v, buf_str(&k->v->text));
	buf_reset(&k->v->text);
	if (fhir_telecom(k->t, phones, "phone", &k->v->text))
		e->detail = join(k->v, e->detail, ", ",
		    keep(k->v, buf_str(&k->v->text)));
	return true;
}

bool take_coverage(struct take *k, struct view_entry *e)
{
	struct str plan = STR(""), s;
	uint32_t list = tape_get(k->t, 0, "class");

	e->what = take_ref(k, tape_get(k->t, 0, "payor"), WAIT_WHAT);
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, c) {
			s = take_text(k, c, "name");
			plan = plan.n ? plan : s;
		}
	e->detail = take_concept(k, tape_get(k->t, 0, "type"));
	e->detail = join(k->v, e->detail, ", ", plan);
	s = take_text(k, 0, "subscriberId");
	if (s.n)
		e->detail = join(k->v, e->detail, ", member ", s);
	if (e->end.precision != DATE_NONE && e->end.ms < k->v->today_ms)
		e->past = true;
	return true;
}

bool take_appointment(struct take *k, struct view_entry *e)
{
	uint32_t list = tape_get(k->t, 0, "participant"), actor;
	struct str ref, text = take_text(k, 0, "description");

	if (e->what.n == 0)
		e->what = take_concept(k, tape_get(k->t, 0,
		    "appointmentType"));
	e->detail = take_reason(k, "reasonCode", "reasonReference");
	if (e->what.n == 0)
		e->what = text.n ? text : STR("Appointment");
	else if (e->detail.n == 0 && !str_eq(text, e->what))
		e->detail = text;
	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, p) {
			actor = tape_get(k->t, p, "actor");
			if (actor == 0 || e->by.n)
				continue;
			ref = tape_member(k->t, actor, "reference",
			    &k->v->scratch);
			if (str_starts(ref, "Practitioner"))
				e->by = take_ref(k, actor, WAIT_BY);
		}
	if (e->start.precision != DATE_NONE &&
	    e->start.ms <= k->v->today_ms - 86400000)
		e->past = true;
	return true;
}
