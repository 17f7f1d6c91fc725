/* Why a member is in a population: the expressions behind it and their values,
 * as a tree. */
#include "quality/impl.h"

enum { DEPTH_MAX = 12 };

struct walk {
	struct quality_run *run;
	quality_why_fn *fn;
	void *arg;
	struct map64 seen;
	struct ehr_err *e;
};

/* The definition "Patient" says nothing. */
static bool dull(struct str name)
{
	return str_is(name, "Patient");
}

/* "http://.../StructureDefinition/qicore-encounter|6.0.0": qicore-encounter */
static struct str last_part(struct str canonical)
{
	struct str part = STR_NONE, rest = canonical;

	while (str_split(&rest, '/', &part))
		;
	rest = rest.n ? rest : part;
	str_split(&rest, '|', &part);
	return part;
}

static int visit_retrieves(struct walk *w, int define, unsigned depth)
{
	struct quality_why why = { .depth = depth };
	struct elm_retrieve r;
	int rc = 0;

	for (size_t i = 0; rc == 0; i++) {
		rc = quality_run_retrieve(w->run, define, i, &r, &why.value,
		    &why.whole, w->e);
		if (rc <= 0)
			return rc;
		why.name = r.codes_name;
		why.type = r.type;
		why.profile = last_part(r.profile);
		rc = depth == 1 || (why.whole.n && why.value.n == 0) ?
		    w->fn(w->arg, &why) : 0;
	}
	return rc;
}

static int visit(struct walk *w, int define, unsigned depth)
{
	const struct elm_package *elm = quality_run_elm(w->run);
	struct quality_why why = { .depth = depth };
	bool added;
	int rc, next;

	why.name = elm_define_name(elm, define, &why.library);
	if (dull(why.name))
		return 0;
	map64_put(&w->seen, (uint64_t)define, &added);
	why.again = !added;
	rc = quality_run_value(w->run, define, &why.value, w->e);
	if (rc == 0)
		rc = w->fn(w->arg, &why);
	for (size_t i = 0; rc == 0 && added && depth < DEPTH_MAX &&
	     (next = elm_define_uses(elm, define, i)) >= 0; i++)
		rc = visit(w, next, depth + 1);
	return rc == 0 && added ? visit_retrieves(w, define, depth + 1) : rc;
}

int quality_explain(struct quality_run *run, int define, quality_why_fn *fn,
    void *arg, struct ehr_err *e)
{
	struct walk w = { run, fn, arg, MAP64_INIT, e };
	int rc = visit(&w, define, 0);

	map64_release(&w.seen);
	return rc;
}

/* ---- in a line ---- */

/* What is dated last among the resources of a list; nothing when there are
 * none. */
static struct elm_value latest(struct elm_value list)
{
	struct elm_value best = ELM_NOTHING;
	struct str date = STR_NONE, when;
	uint32_t at;

	for (uint32_t i = 0; list.kind == ELM_LIST && i < list.n; i++) {
		struct elm_value v = list.list[i];

		if (v.kind != ELM_FHIR || v.cls > FHIR_RESOURCES)
			continue;
		at = fhir_effective(v.tape, v.n, v.cls);
		when = at ? tape_str(v.tape, at) : STR("");
		if (best.kind == ELM_NULL || str_cmp(when, date) > 0) {
			best = v;
			date = when;
		}
	}
	return best;
}

void quality_resource(struct buf *b, struct elm_value v)
{
	BUF_AUTO scratch = BUF_INIT;
	uint32_t at;

	if (v.kind != ELM_FHIR || v.cls == 0 || v.cls > FHIR_RESOURCES)
		return;
	buf_addf(b, "%s/", fhir_type_name(v.cls));
	buf_addstr(b, tape_member(v.tape, v.n, "id", &scratch));
	at = fhir_effective(v.tape, v.n, v.cls);
	if (at) {
		struct str when = tape_str(v.tape, at);

		buf_addf(b, " %.*s", (int)(when.n > 10 ? 10 : when.n), when.s);
	}
}

bool quality_holds(struct elm_value v)
{
	if (v.kind == ELM_BOOLEAN)
		return v.i;
	return v.kind == ELM_LIST ? v.n > 0 : v.kind != ELM_NULL;
}

struct reason {
	struct buf *b;
	bool wanted; /* what holds, or what does not */
	unsigned count;
};

/* What decided: the nearest definitions below that do (or do not) hold, and of
 * a list its last resource. */
static int add_reason(void *arg, const struct quality_why *why)
{
	struct reason *r = arg;

	if (why->depth != 1 || why->type ||
	    quality_holds(why->value) != r->wanted)
		return 0;
	buf_addf(r->b, "%s%.*s", r->count++ ? "; " : "", STR_FMT(why->name));
	if (r->wanted && latest(why->value).kind != ELM_NULL) {
		buf_adds(r->b, ": ");
		quality_resource(r->b, latest(why->value));
	}
	return 0;
}

/* What a comparison was made with, where no definition alone decided. */
static int add_compared(void *arg, const struct quality_why *why)
{
	struct reason *r = arg;

	if (why->depth != 1 || why->value.kind == ELM_LIST ||
	    why->value.kind == ELM_FHIR || why->value.kind == ELM_BOOLEAN)
		return 0;
	buf_addf(r->b, "%s%.*s = ", r->count++ ? "; " : "",
	    STR_FMT(why->name));
	elm_format(r->b, why->value);
	return 0;
}

int quality_reason(struct quality_run *run, int define, bool holds,
    struct buf *b, struct ehr_err *e)
{
	struct reason r = { b, holds, 0 };
	int rc = quality_explain(run, define, add_reason, &r, e);

	if (rc == 0 && r.count == 0)
		rc = quality_explain(run, define, add_compared, &r, e);
	return rc;
}
