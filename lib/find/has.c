/* has.c - who has a coded entry: the index says where to look, the entry's
 * type and state decide. What was refuted or entered in error is not had. */
#include "impl.h"

static const struct has_type types[] = {
#define X(word, type, param, measured, drug) \
	{ word, type, param, measured, drug },
#include "types.def"
#undef X
};

const struct has_type *find_has_type(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(word, types[i].word))
			return &types[i];
	return NULL;
}

struct looking {
	struct run *x;
	const struct criterion *c;
	const struct find_set *within;
	struct find_set *out;
	int64_t last; /* added just before: rows come by patient */
};

static bool of_type(const struct has_type *h, int type)
{
	for (size_t i = 0; i < HAS_TYPES; i++)
		if (h->type[i] == type)
			return true;
	return false;
}

/* 1: the entry counts, or the Medication that entries refer to. */
static int counts(struct run *x, const struct has_type *h, bool drug,
    int64_t rid)
{
	struct tape_error why;
	struct resource res;
	enum fhir_state state;
	int rc = record_get(x->r, rid, RECORD_NOW, &res, x->e);

	if (rc <= 0)
		return rc;
	if (res.state != RECORD_LIVE ||
	    !(drug ? res.type == FHIR_Medication : of_type(h, res.type)))
		return 0;
	if (tape_parse(&x->t, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(x->e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	state = fhir_state(&x->t, 0, res.type);
	return state != FHIR_IN_ERROR && state != FHIR_REFUTED;
}

static int row(void *arg, int64_t patient, int64_t rid, int64_t date_ms)
{
	struct looking *l = arg;
	int rc;

	(void)date_ms;
	if (patient <= 0 && l->c->has->drug) { /* nobody's: a Medication? */
		rc = counts(l->x, l->c->has, true, rid);
		return rc > 0 ? index_drug(l->x->r, rid, row, l, l->x->e) : rc;
	}
	if (patient <= 0 || patient == l->last ||
	    (l->within && !find_set_has(l->within, patient)))
		return 0;
	rc = counts(l->x, l->c->has, false, rid);
	if (rc > 0) {
		find_set_add(l->out, patient);
		l->last = patient;
	}
	return rc < 0 ? rc : 0;
}

static int value(void *arg, const struct index_value *v)
{
	return row(arg, v->patient, v->rid, v->date_ms);
}

int find_has(struct run *x, const struct criterion *c,
    const struct find_set *within, struct find_set *out)
{
	struct looking l = { x, c, within, out, 0 };
	int rc = 0;

	for (int i = 0; rc == 0 && i < HAS_PARAMS && c->has->param[i] >= 0;
	    i++)
		rc = index_token(x->r, (enum index_param)c->has->param[i],
		    c->system, c->code, row, &l, x->e);
	if (rc == 0 && c->has->measured)
		rc = index_quantity(x->r, c->system, c->code, false, value,
		    &l, x->e);
	find_set_sort(out);
	return rc;
}
