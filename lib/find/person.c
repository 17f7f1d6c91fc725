/* person.c - who a patient is, in a line. */
#include "impl.h"

void find_person_release(struct find_person *p)
{
	buf_release(&p->id);
	buf_release(&p->name);
	buf_release(&p->born);
	buf_release(&p->sex);
	buf_release(&p->mrn);
	buf_release(&p->scratch);
	tape_release(&p->tape);
	*p = FIND_PERSON_INIT;
}

static void clear(struct find_person *p)
{
	buf_reset(&p->id);
	buf_reset(&p->name);
	buf_reset(&p->born);
	buf_reset(&p->sex);
	buf_reset(&p->mrn);
	p->age = -1;
}

static int take_first(void *arg, struct str value)
{
	buf_addstr(arg, value);
	return 1;
}

static void fill(struct find_person *p, const struct date *today)
{
	const struct tape *t = &p->tape;
	uint32_t name = fhir_current_name(t, tape_get(t, 0, "name"));

	if (name)
		fhir_human_name(t, name, FHIR_NAME_SORT, &p->name);
	fhir_text(t, 0, "birthDate", &p->born);
	fhir_text(t, 0, "gender", &p->sex);
	find_mrn_each(t, &p->scratch, take_first, &p->mrn);
	p->age = find_age(t, today, &p->scratch);
}

int find_person_read(struct find_person *p, struct record *r, int64_t patient,
    const struct date *today, struct ehr_err *e)
{
	struct tape_error why;
	struct resource res;
	int rc = record_get(r, record_patient_rid(patient), RECORD_NOW, &res,
	    e);

	clear(p);
	if (rc < 0 || (rc > 0 && res.state != RECORD_LIVE))
		return rc < 0 ? rc : 0;
	if (rc == 0)
		return record_patient_name(r, patient, &p->id, e);
	record_name(r, &res, &p->id);
	if (tape_parse(&p->tape, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	fill(p, today);
	return 1;
}
