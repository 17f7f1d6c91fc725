/* A patient's resources, sorted by type. */
#include "quality/impl.h"

#include <stdlib.h>

struct quality_patient *quality_patient_new(void)
{
	struct quality_patient *p = xcalloc(1, sizeof(*p));

	p->id_text = p->resolved = BUF_INIT;
	return p;
}

void quality_patient_free(struct quality_patient *p)
{
	if (p == NULL)
		return;
	tape_release(&p->tape);
	buf_release(&p->id_text);
	buf_release(&p->resolved);
	for (int i = 0; i <= FHIR_RESOURCES; i++)
		free(p->of[i].node);
	free(p);
}

static void add_root(struct quality_patient *p, uint32_t node)
{
	int type = fhir_resource_type(&p->tape, node);
	struct roots *r;

	if (type <= 0 || type > FHIR_RESOURCES)
		return;
	r = &p->of[type];
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 16;
		r->node = xrealloc(r->node, r->cap * sizeof(*r->node));
	}
	r->node[r->n++] = node;
}

static void add_entries(struct quality_patient *p, uint32_t bundle)
{
	const struct tape *t = &p->tape;
	uint32_t entries = tape_get(t, bundle, "entry"), resource;

	if (entries == 0 || tape_type(t, entries) != TAPE_ARRAY)
		return;
	tape_each(t, entries, i)
		if ((resource = tape_get(t, i, "resource")) != 0)
			add_root(p, resource);
}

static int read_text(struct quality_patient *p, struct str json,
    struct ehr_err *e)
{
	struct tape_error why;

	return tape_parse(&p->tape, json.s, json.n, &why) == 0 ? 0
	    : ehr_fail(e, EHR_EREJECT, "at byte %zu: %s", why.offset, why.text);
}

/* After a merge the chart holds who was replaced, too. */
static bool replaced(const struct tape *t, uint32_t patient)
{
	uint32_t links = tape_get(t, patient, "link"), type;

	if (links == 0 || tape_type(t, links) != TAPE_ARRAY)
		return false;
	tape_each(t, links, i)
		if ((type = tape_get(t, i, "type")) != 0 &&
		    str_is(tape_str(t, type), "replaced-by"))
			return true;
	return false;
}

static void drop_replaced(const struct tape *t, struct roots *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++)
		if (!replaced(t, r->node[i]))
			r->node[n++] = r->node[i];
	r->n = n;
}

int quality_patient_read(struct quality_patient *p, struct str json,
    struct ehr_err *e)
{
	int rc = read_text(p, json, e);

	p->reading++;
	for (int i = 0; i <= FHIR_RESOURCES; i++)
		p->of[i].n = 0;
	if (rc < 0)
		return rc;
	buf_reset(&p->resolved);
	if (fhir_resource_type(&p->tape, 0) == FHIR_Bundle &&
	    patient_resolve(&p->tape, &p->resolved) &&
	    (rc = read_text(p, buf_str(&p->resolved), e)) < 0)
		return rc;
	if (fhir_resource_type(&p->tape, 0) == FHIR_Bundle)
		add_entries(p, 0);
	else
		add_root(p, 0);
	if (p->of[FHIR_Patient].n > 1)
		drop_replaced(&p->tape, &p->of[FHIR_Patient]);
	if (p->of[FHIR_Patient].n != 1)
		return ehr_fail(e, EHR_EREJECT, "%s Patient in it",
		    p->of[FHIR_Patient].n ? "more than one" : "no");
	p->patient = p->of[FHIR_Patient].node[0];
	buf_reset(&p->id_text);
	p->id = tape_member(&p->tape, p->patient, "id", &p->id_text);
	return 0;
}

struct str quality_patient_id(const struct quality_patient *p)
{
	return p->id.s ? p->id : STR("");
}

struct missing {
	const struct quality_patient *p;
	void (*fn)(void *arg, struct str reference);
	void *arg;
};

uint32_t patient_find(const struct quality_patient *p, int type, struct str id)
{
	const struct roots *r = &p->of[type];

	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t at = tape_get(&p->tape, r->node[i], "id");

		if (at && str_eq(tape_str(&p->tape, at), id))
			return r->node[i];
	}
	return 0;
}

static int look(void *arg, uint32_t node)
{
	struct missing *m = arg;
	struct fhir_ref ref;

	fhir_ref_parse(tape_str(&m->p->tape, node), &ref);
	if (ref.kind == FHIR_REF_RELATIVE && ref.type &&
	    ref.type != FHIR_Patient && !patient_find(m->p, ref.type, ref.id))
		m->fn(m->arg, tape_str(&m->p->tape, node));
	return 0;
}

void quality_patient_missing(const struct quality_patient *p,
    void (*fn)(void *arg, struct str reference), void *arg)
{
	struct missing m = { p, fn, arg };

	for (int type = 1; type <= FHIR_RESOURCES; type++)
		for (uint32_t i = 0; i < p->of[type].n; i++)
			fhir_references_each(&p->tape, p->of[type].node[i],
			    look, &m);
}

bool quality_patient_visit(const struct quality_patient *p, struct str today,
    struct buf *b)
{
	const struct roots *r = &p->of[FHIR_Appointment];
	struct str first = STR_NONE;

	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t status = tape_get(&p->tape, r->node[i], "status");
		uint32_t at = tape_get(&p->tape, r->node[i], "start");
		struct str start;

		if (!status || !at ||
		    !str_is(tape_str(&p->tape, status), "booked"))
			continue;
		start = tape_str(&p->tape, at);
		if (str_cmp(start, today) >= 0 &&
		    (first.s == NULL || str_cmp(start, first) < 0))
			first = start;
	}
	buf_addstr(b, first);
	return first.s != NULL;
}

bool quality_patient_test(const struct quality_patient *p)
{
	return fhir_labelled(&p->tape, p->patient, "HTEST");
}

bool quality_patient_dead(const struct quality_patient *p)
{
	uint32_t flag = tape_get(&p->tape, p->patient, "deceasedBoolean");

	return tape_get(&p->tape, p->patient, "deceasedDateTime") ||
	    (flag && tape_type(&p->tape, flag) == TAPE_TRUE);
}
