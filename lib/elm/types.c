/* Types at run time: Is, As, and which overload of a function fits. */
#include "elm/impl.h"

/* How many steps up from cls to base: 0 the same, -1 not a base of it. */
static int steps_to(int cls, int base)
{
	for (int steps = 0; cls; cls = fhir_class_base(cls), steps++)
		if (cls == base)
			return steps;
	return -1;
}

/* A type name that is no class of R4 is one of a bound code
 * ("ObservationStatus"); SimpleQuantity is a Quantity without comparator. */
static int fit_fhir(struct elm_value v, const struct elm_type *t)
{
	if (v.kind != ELM_FHIR && (v.kind != ELM_TUPLE || v.cls == 0))
		return -1;
	if (t->cls == 0)
		return str_is(t->name, "SimpleQuantity")
		    ? steps_to(v.cls, FHIR_Quantity)
		    : v.cls == FHIR_code ? 1 : -1;
	return steps_to(v.cls, t->cls);
}

static int fit_choice(struct elm_ctx *c, struct elm_value v,
    const struct elm_type *t)
{
	int best = -1, fit;

	for (uint32_t i = 0; i < t->n; i++) {
		fit = elm_fit(c, v, t->sub[i]);
		if (fit >= 0 && (best < 0 || fit + 10 < best))
			best = fit + 10;
	}
	return best;
}

/* The worst of all elements. */
static int fit_list(struct elm_ctx *c, struct elm_value v,
    const struct elm_type *t)
{
	int worst = 0, fit;

	if (v.kind != ELM_LIST)
		return -1;
	for (uint32_t i = 0; i < v.n; i++) {
		fit = elm_fit(c, v.list[i], t->sub[0]);
		if (fit < 0)
			return -1;
		if (fit > worst)
			worst = fit;
	}
	return worst;
}

static int fit_interval(struct elm_ctx *c, struct elm_value v,
    const struct elm_type *t)
{
	int low, high;

	if (v.kind != ELM_INTERVAL || v.interval->uncertain)
		return -1;
	low = elm_fit(c, v.interval->low, t->sub[0]);
	high = elm_fit(c, v.interval->high, t->sub[0]);
	return low < 0 || high < 0 ? -1 : low > high ? low : high;
}

int elm_fit(struct elm_ctx *c, struct elm_value v, const struct elm_type *t)
{
	if (v.kind == ELM_NULL)
		return 1;
	if (!elm_tick(c, 1))
		return -1;
	switch ((enum elm_type_kind)t->kind) {
	case ELM_T_ANY: return 50;
	case ELM_T_SYSTEM:
		return v.kind == t->system ||
			(v.kind == ELM_TUPLE && v.cls == ELM_VOCABULARY &&
			    t->system == ELM_VALUESET) ||
			(v.kind == ELM_INTERVAL && v.interval->uncertain &&
			    t->system == ELM_INTEGER)
		    ? 0 : -1;
	case ELM_T_FHIR: return fit_fhir(v, t);
	case ELM_T_LIST: return fit_list(c, v, t);
	case ELM_T_INTERVAL: return fit_interval(c, v, t);
	case ELM_T_CHOICE: return fit_choice(c, v, t);
	case ELM_T_TUPLE: return v.kind == ELM_TUPLE && v.cls == 0 ? 0 : -1;
	}
	return -1;
}

bool elm_is_a(struct elm_ctx *c, struct elm_value v, const struct elm_type *t)
{
	return v.kind != ELM_NULL && elm_fit(c, v, t) >= 0;
}

OPERATOR(is)
{
	return elm_bool(elm_is_a(c, v[0], n->type));
}

OPERATOR(as)
{
	if (elm_is_a(c, v[0], n->type))
		return v[0];
	if (n->flag) /* strict */
		return elm_fail(c, "a value that is not of the type wanted");
	return ELM_NOTHING;
}
