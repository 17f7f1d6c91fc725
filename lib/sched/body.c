/* body.c - the Appointment (FHIR R4): made, and made again of what it was. */
#include "sched/impl.h"

#define TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"

static void coding(struct buf *b, const char *system, struct str code,
    struct str text)
{
	json_open(b, "coding", '[');
	json_open(b, NULL, '{');
	json_text(b, "system", str_of(system));
	json_text(b, "code", code);
	json_close(b, '}');
	json_close(b, ']');
	json_text(b, "text", text);
}

static void instant(struct buf *b, const char *key, int64_t ms)
{
	BUF_AUTO text = BUF_INIT;

	date_format_ms(&text, ms);
	json_text(b, key, buf_str(&text));
}

/* ---- participants ---- */

static const struct sched_actor *actor_of(const struct sched_want *w,
    struct str key)
{
	for (size_t i = 0; i < w->n_actors; i++)
		if (str_eq(w->actor[i].key, key))
			return &w->actor[i];
	return NULL;
}

/* By reference where the record has it, and always by its key. */
static void actor(struct buf *b, const struct sched_want *w, struct str key)
{
	static const struct sched_actor none;
	const struct sched_actor *a = actor_of(w, key);

	if (a == NULL)
		a = &none;
	json_open(b, NULL, '{');
	if (str_starts(key, "provider:")) {
		json_open(b, "type", '[');
		json_open(b, NULL, '{');
		coding(b, TERMINOLOGY "v3-ParticipationType", STR("PPRF"),
		    STR_NONE);
		json_close(b, '}');
		json_close(b, ']');
	}
	json_open(b, "actor", '{');
	json_text(b, "reference", a->reference);
	json_open(b, "identifier", '{');
	json_text(b, "system", STR(SCHED_SYSTEM));
	json_text(b, "value", key);
	json_close(b, '}');
	json_text(b, "display", a->display);
	json_close(b, '}');
	json_text(b, "status", STR("accepted"));
	json_close(b, '}');
}

static void keyed(struct buf *b, const struct sched_want *w, const char *kind,
    struct str key)
{
	BUF_AUTO text = BUF_INIT;

	if (key.n == 0)
		return;
	buf_addf(&text, "%s:%.*s", kind, STR_FMT(key));
	actor(b, w, buf_str(&text));
}

/* All but the patient. */
static void actors(struct buf *b, const struct sched_want *w)
{
	keyed(b, w, "provider", w->provider);
	keyed(b, w, "place", w->place);
	for (size_t i = 0; i < w->n_with; i++)
		actor(b, w, w->with[i]);
}

static void subject(struct buf *b, struct str patient, bool confirmed)
{
	BUF_AUTO ref = BUF_INIT;

	buf_addf(&ref, "Patient/%.*s", STR_FMT(patient));
	json_open(b, NULL, '{');
	json_open(b, "actor", '{');
	json_text(b, "reference", buf_str(&ref));
	json_close(b, '}');
	json_text(b, "status", confirmed ? STR("accepted") : STR("tentative"));
	json_close(b, '}');
}

/* ---- the whole ---- */

static void identifier(struct buf *b, const struct sched_want *w)
{
	if (w->identifier.n == 0)
		return;
	json_open(b, "identifier", '[');
	json_open(b, NULL, '{');
	json_text(b, "system", w->system);
	json_text(b, "value", w->identifier);
	json_close(b, '}');
	json_close(b, ']');
}

static void service(struct buf *b, const struct sched_want *w)
{
	if (w->type.n == 0)
		return;
	json_open(b, "serviceType", '[');
	json_open(b, NULL, '{');
	coding(b, SCHED_VISIT, w->type, STR_NONE);
	json_close(b, '}');
	json_close(b, ']');
}

void body_new(const struct sched_want *w, struct str id, struct str patient,
    int64_t now, struct buf *b)
{
	json_open(b, NULL, '{');
	json_text(b, "resourceType", STR("Appointment"));
	json_text(b, "id", id);
	identifier(b, w);
	json_text(b, "status", str_of(sched_status_name(w->status)));
	service(b, w);
	instant(b, "start", w->start);
	instant(b, "end", w->end);
	json_count(b, "minutesDuration",
	    (uint64_t)((w->end - w->start) / 60000));
	instant(b, "created", now);
	json_text(b, "comment", w->comment);
	json_open(b, "participant", '[');
	if (patient.n)
		subject(b, patient, w->confirmed);
	actors(b, w);
	json_close(b, ']');
	json_close(b, '}');
	json_done(b);
}

/* ---- changes ---- */

/* The participants of w, with the patient (the first one) as on t. */
static void again(const struct tape *t, const struct sched_want *w,
    struct buf *b)
{
	uint32_t all = tape_get(t, 0, "participant");
	uint32_t first = all ? tape_first(t, all) : 0;
	BUF_AUTO ref = BUF_INIT;
	struct str who = STR_NONE;

	if (first)
		who = tape_text(t, tape_path(t, first, "actor.reference"),
		    &ref);
	json_open(b, NULL, '[');
	if (str_starts(who, "Patient/"))
		subject(b, (struct str){ who.s + 8, who.n - 8 }, false);
	actors(b, w);
	json_close(b, ']');
	json_done(b);
}

int body_moved(const struct tape *t, const struct sched_want *w,
    struct buf *b, struct ehr_err *e)
{
	BUF_AUTO v = BUF_INIT;
	BUF_AUTO who = BUF_INIT;
	struct tape_edit x[8];
	size_t at[7], n = 0;

	again(t, w, &who);
	at[0] = v.len;
	instant(&v, NULL, w->start);
	json_done(&v);
	at[1] = v.len;
	instant(&v, NULL, w->end);
	json_done(&v);
	at[2] = v.len;
	buf_addf(&v, "%lld", (long long)(w->end - w->start) / 60000);
	at[3] = v.len;
	json_quote(&v, str_of(sched_status_name(w->status)));
	at[4] = v.len;
	if (w->comment.s)
		json_quote(&v, w->comment);
	at[5] = v.len;
	json_open(&v, NULL, '{');
	coding(&v, SCHED_VISIT, w->type, STR_NONE);
	json_close(&v, '}');
	json_done(&v);
	at[6] = v.len;
#define PART(i) ((struct str){ v.s + at[i], at[(i) + 1] - at[i] })
	x[n++] = (struct tape_edit){ "start", PART(0) };
	x[n++] = (struct tape_edit){ "end", PART(1) };
	x[n++] = (struct tape_edit){ "minutesDuration", PART(2) };
	x[n++] = (struct tape_edit){ "status", PART(3) };
	if (w->comment.s)
		x[n++] = (struct tape_edit){ "comment", PART(4) };
	if (w->type.n)
		x[n++] = (struct tape_edit){ "serviceType.0", PART(5) };
	x[n++] = (struct tape_edit){ "participant", buf_str(&who) };
#undef PART
	return tape_edit(b, t, x, n, e);
}

/* HL7's appointment-cancellation-reason, by who wanted it. */
static struct str why_code(struct str by)
{
	return str_is(by, "patient") ? STR("pat") :
	    str_is(by, "practice") ? STR("prov") : STR("other");
}

int body_stepped(const struct tape *t, const struct sched_stepping *s,
    struct buf *b, struct ehr_err *e)
{
	enum sched_status to = sched_step_to(s->step);
	BUF_AUTO state = BUF_INIT;
	BUF_AUTO why = BUF_INIT;
	struct tape_edit x[4];
	size_t n = 0;

	json_quote(&state, str_of(sched_status_name(to)));
	x[n++] = (struct tape_edit){ "status", buf_str(&state) };
	if (to == SCHED_CANCELLED) {
		json_open(&why, NULL, '{');
		coding(&why, TERMINOLOGY "appointment-cancellation-reason",
		    why_code(s->by), s->reason);
		json_close(&why, '}');
		json_done(&why);
		x[n++] = (struct tape_edit){ "cancelationReason",
			buf_str(&why) };
	}
	if (s->step == SCHED_STEP_CONFIRM)
		x[n++] = (struct tape_edit){ "participant.0.status",
			STR("\"accepted\"") };
	return tape_edit(b, t, x, n, e);
}
