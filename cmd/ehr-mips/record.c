/* record.c - patients from the record. The index tells who can be in no
 * population, and which resources the measures can ask for of the others. */
#include <stdlib.h>

#include "mips.h"

enum { AT_ONCE = 512 }; /* patients the index is asked about */

/* A Bundle being put together. */
struct bundle {
	struct buf *text;
	uint32_t entries;
};

/* A question of the record's, asked by need i of a package. */
struct asking {
	const struct quality_package *package;
	size_t need;
	int set;
};

struct feed {
	struct job *j;
	struct record_filter filter;
	struct strmap shared;
	struct buf shared_text;
	struct record_types shared_types;
	int64_t *patient;
	size_t n, cap;
	struct bundle bundle;
	struct ehr_err *e;
	/* NULL: every chart is read as a whole. */
	struct record_pick *pick;
	struct record_question *question;
	struct asking *asking;
	size_t questions, question_cap;
	uint32_t **asked; /* by measure and need: its question */
	struct questions {
		uint32_t *v; /* of what the measure needs */
		size_t n;
	} *needs;	  /* by measure */
	uint32_t visits;  /* the question of all appointments */
	uint32_t seen;	  /* that of all encounters */
	uint8_t *wanted;  /* by question */
	/* The patient and measure at hand. */
	int64_t at;
	size_t task;
};

/* The types that the measures retrieve, and the patient. */
static void wanted_types(struct feed *f)
{
	struct quality_need need;

	record_types_add(&f->filter.types, FHIR_Patient);
	if (f->j->today.s)
		record_types_add(&f->filter.types, FHIR_Appointment);
	if (f->j->by)
		record_types_add(&f->filter.types, FHIR_Encounter);
	for (size_t k = 0; k < f->j->tasks; k++)
		for (size_t i = 0; quality_need(f->j->task[k].package, i,
			 &need); i++)
			if (need.type)
				record_types_add(&f->filter.types, need.type);
}

/* The body as CQL compares what it names: references that resolve as Type/id,
 * the id that the record knows it by. */
static int add_text(struct feed *f, const struct resource *res, struct buf *b)
{
	BUF_AUTO id = BUF_INIT;
	BUF_AUTO resolved = BUF_INIT;
	struct str body = res->body;
	int rc = 0;

	buf_addf(&id, "\"id\":\"%.*s\"", STR_FMT(res->id));
	if (fhir_refs_elsewhere(body)) {
		rc = record_body_resolved(f->j->a.r, res, &resolved, f->e);
		body = buf_str(&resolved);
	}
	if (rc < 0)
		return rc;
	if (memmem(body.s, body.n, id.s, id.len) == NULL) {
		buf_addf(b, "{%s,", id.s);
		body = (struct str){ body.s + 1, body.n - 1 };
	}
	buf_addstr(b, body);
	return 0;
}

static int keep_shared(void *arg, const struct resource *res)
{
	struct feed *f = arg;
	BUF_AUTO key = BUF_INIT;
	int rc;

	buf_addf(&key, "%s/%.*s", fhir_type_name(res->type), STR_FMT(res->id));
	*strmap_put(&f->shared, buf_str(&key), NULL) =
	    (int64_t)f->shared_text.len;
	rc = add_text(f, res, &f->shared_text);
	buf_addch(&f->shared_text, '\0');
	record_types_add(&f->shared_types, res->type);
	return rc;
}

static int keep_patient(void *arg, int64_t patient)
{
	struct feed *f = arg;

	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 1024;
		f->patient = xrealloc(f->patient, f->cap * sizeof(*f->patient));
	}
	f->patient[f->n++] = patient;
	return 0;
}

/* ---- a chart as a whole ---- */

static int add_body(void *arg, const struct resource *res)
{
	struct feed *f = arg;
	struct bundle *b = &f->bundle;
	int rc;

	buf_adds(b->text, b->entries++ ? ",{\"resource\":"
				       : "{\"resource\":");
	rc = add_text(f, res, b->text);
	buf_addch(b->text, '}');
	return rc;
}

static void begin_bundle(struct feed *f, struct buf *text)
{
	buf_reset(text);
	f->bundle = (struct bundle){ text, 0 };
	buf_adds(text, "{\"resourceType\":\"Bundle\",\"entry\":[");
}

/* The chart of a patient as a Bundle; entries says whether there are any. */
static int add_chart(struct feed *f, int64_t patient, struct buf *text)
{
	int rc;

	begin_bundle(f, text);
	rc = record_chart(f->j->a.r, patient, &f->filter, add_body, f,
	    f->e);
	buf_adds(text, "]}");
	return rc;
}

/* ---- what of it can matter ---- */

static bool has(void *arg, struct str system, struct str code)
{
	const struct asking *a = arg;

	return quality_need_has(a->package, a->need, system, code);
}

/* The question of a need; needs that ask the same of packages that share their
 * value sets share it. */
static uint32_t question_of(struct feed *f, const struct asking *a,
    const struct quality_need *need)
{
	for (size_t i = 0; i < f->questions; i++) {
		const struct record_question *q = &f->question[i];
		const struct asking *b = &f->asking[i];

		if (q->type != need->type || !str_eq(q->path, need->path))
			continue;
		if (need->path.s == NULL || (b->need == a->need &&
			quality_shares(a->package, b->package)) ||
		    (a->set >= 0 && b->set == a->set &&
			quality_shares(a->package, b->package)))
			return (uint32_t)i;
	}
	if (f->questions == f->question_cap) {
		f->question_cap = f->question_cap ? 2 * f->question_cap : 64;
		f->question = xrealloc(f->question,
		    f->question_cap * sizeof(*f->question));
		f->asking = xrealloc(f->asking,
		    f->question_cap * sizeof(*f->asking));
	}
	f->asking[f->questions] = *a;
	f->question[f->questions] = (struct record_question){ need->type,
		need->path, has, NULL };
	return (uint32_t)f->questions++;
}

static void ask_for(struct feed *f, size_t k)
{
	struct asking a = { f->j->task[k].package, 0, -1 };
	struct questions *all = &f->needs[k];
	struct quality_need need;

	for (; quality_need(a.package, a.need, &need); a.need++) {
		f->asked[k] = xrealloc(f->asked[k],
		    (a.need + 1) * sizeof(*f->asked[k]));
		f->asked[k][a.need] = 0;
		if (need.type == 0)
			continue;
		a.set = need.set;
		f->asked[k][a.need] = question_of(f, &a, &need);
		all->v = xrealloc(all->v, (all->n + 1) * sizeof(*all->v));
		all->v[all->n++] = f->asked[k][a.need];
	}
}

static void ask(struct feed *f)
{
	f->asked = xcalloc(f->j->tasks + 1, sizeof(*f->asked));
	f->needs = xcalloc(f->j->tasks + 1, sizeof(*f->needs));
	for (size_t k = 0; k < f->j->tasks; k++)
		ask_for(f, k);
	f->visits = question_of(f, &(struct asking){ NULL, 0, -1 },
	    &(struct quality_need){ FHIR_Appointment, STR_NONE, -1 });
	f->seen = question_of(f, &(struct asking){ NULL, 0, -1 },
	    &(struct quality_need){ FHIR_Encounter, STR_NONE, -1 });
	for (size_t i = 0; i < f->questions; i++)
		f->question[i].arg = &f->asking[i];
	f->wanted = xcalloc(f->questions + 1, 1);
}

static int open_pick(struct feed *f)
{
	int rc;

	ask(f);
	rc = record_pick_new(&f->pick, f->j->a.r, f->question, f->questions,
	    f->e);
	return rc == EHR_ENO ? 0 : rc;
}

/* Resources that are nobody's come into a chart by what refers to them. */
static bool none(void *arg, uint32_t need, int64_t from, int64_t to)
{
	const struct feed *f = arg;
	uint32_t i = f->asked[f->task][need];

	return (!f->shared_types.some ||
		   !record_types_has(&f->shared_types, f->question[i].type)) &&
	    !record_pick_may(f->pick, f->at, i, from, to);
}

/* Which measures the patient can be in; false: in none. */
static bool look_ahead(struct feed *f, const struct quality_patient *p,
    struct work *w)
{
	struct job *j = f->j;
	bool some = false;

	memset(f->wanted, 0, f->questions);
	f->wanted[f->visits] = j->today.s != NULL;
	f->wanted[f->seen] = j->by != NULL;
	for (f->task = 0; f->task < j->tasks; f->task++) {
		const struct task *t = &j->task[f->task];
		const struct questions *all = &f->needs[f->task];

		w->nobody[f->task] = quality_run_hopeless(t->run[j->jobs], p,
		    none, f);
		if (w->nobody[f->task])
			continue;
		some = true;
		for (size_t i = 0; i < all->n; i++)
			f->wanted[all->v[i]] = 1;
	}
	return some;
}

/* The part of a plain chart that can matter: 1, or 0: it has no Patient that
 * can be read, so that the whole has to be looked at. */
static int add_picked(struct feed *f, int64_t patient, struct work *w)
{
	struct quality_patient *p = f->j->patient[f->j->jobs];
	struct resource res;
	bool some;
	int rc = record_pick_patient(f->pick, patient, &res, f->e);

	if (rc <= 0)
		return rc;
	begin_bundle(f, &w->text);
	rc = add_body(f, &res);
	if (rc < 0)
		return rc;
	if (quality_patient_read(p, res.body, f->e) < 0)
		return 0;
	f->at = patient;
	some = look_ahead(f, p, w);
	w->none = !some && (f->j->c->test || !quality_patient_test(p));
	if (some && f->shared_types.some)
		return 0;
	rc = some ? record_pick_chart(f->pick, patient, f->wanted, add_body,
	    f, f->e) : 0;
	buf_adds(&w->text, "]}");
	return rc < 0 ? rc : 1;
}

/* ---- all of them ---- */

static int feed_patient(struct feed *f, int64_t patient)
{
	struct work *w = pool_next(f->j->pool, f->e);
	int rc = 0;

	if (w == NULL)
		return f->e->code;
	if (f->pick && record_pick_plain(f->pick, patient))
		rc = add_picked(f, patient, w);
	if (rc == 0)
		rc = add_chart(f, patient, &w->text);
	if (rc >= 0)
		rc = record_patient_name(f->j->a.r, patient, &w->id, f->e);
	if (rc < 0)
		return rc;
	if (f->bundle.entries == 0) {
		pool_drop(f->j->pool);
		return 0;
	}
	access_set_touch(&f->j->a, patient);
	pool_submit(f->j->pool);
	return 0;
}

static int feed_each(struct feed *f)
{
	int rc = 0;

	for (size_t i = 0; i < f->n && rc == 0; i++) {
		size_t last = i + AT_ONCE < f->n ? i + AT_ONCE - 1 : f->n - 1;

		if (f->pick && i % AT_ONCE == 0)
			rc = record_pick_range(f->pick, f->patient[i],
			    f->patient[last], f->e);
		if (rc == 0)
			rc = feed_patient(f, f->patient[i]);
	}
	return rc;
}

static int feed_all(struct feed *f)
{
	int rc = record_shared(f->j->a.r, &f->filter, keep_shared, f, f->e);

	f->j->shared = f->shared.count ? &f->shared : NULL;
	f->j->shared_text = &f->shared_text;
	if (rc == 0)
		rc = record_patients(f->j->a.r, keep_patient, f, f->e);
	if (rc == 0)
		rc = access_set_begin(&f->j->a, AUDIT_LIST, "quality measures",
		    NULL, 0, f->e);
	if (rc == 0 && !f->j->whole)
		rc = open_pick(f);
	if (rc == 0)
		rc = feed_each(f);
	if (rc == 0)
		rc = pool_finish(f->j->pool, f->e);
	return access_set_end(&f->j->a, rc, f->e);
}

static void feed_release(struct feed *f)
{
	record_pick_free(f->pick);
	strmap_release(&f->shared);
	buf_release(&f->shared_text);
	for (size_t k = 0; f->asked && k < f->j->tasks; k++) {
		free(f->asked[k]);
		free(f->needs[k].v);
	}
	free(f->asked);
	free(f->needs);
	free(f->question);
	free(f->asking);
	free(f->wanted);
	free(f->patient);
}

static int feed_open(struct feed *f, struct job *j, struct ehr_err *e)
{
	int rc;

	*f = (struct feed){ .j = j, .filter = RECORD_FILTER,
		.shared_text = BUF_INIT, .e = e };
	f->filter.bodies = true;
	wanted_types(f);
	rc = job_open(j, e);
	return rc < 0 ? rc : audit_head(record_store(j->a.r), &j->audit_size,
	    j->audit_root, e);
}

int feed_record(struct job *j, struct ehr_err *e)
{
	struct feed f;
	int rc = feed_open(&f, j, e);

	if (rc == 0 && j->opened)
		rc = j->opened(j, &j->a, e);
	if (rc == 0)
		rc = feed_all(&f);
	rc = access_withheld(&j->a, rc, e);
	feed_release(&f);
	return rc;
}

int feed_chart(struct job *j, struct str name, struct buf *bundle,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct feed f;
	int64_t patient;
	int rc = feed_open(&f, j, e);

	if (rc == 0)
		rc = access_patient(&j->a, name, AUDIT_LIST, "quality measures",
		    &patient, &candidates, e);
	if (rc == EHR_ENOENT)
		cli_candidates(j->c, &candidates);
	if (rc == 0)
		rc = add_chart(&f, patient, bundle);
	rc = access_withheld(&j->a, rc, e);
	feed_release(&f);
	return rc;
}
