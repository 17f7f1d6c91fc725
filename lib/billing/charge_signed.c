/* charge_signed.c - the day of a visit, and whether its note is signed. */
#include "charge.h"
#include "ehr/base-zone.h"
#include "ehr/edit-note.h"
#include "ehr/fhir.h"

int charge_visit_day(struct record *r, const struct resource *res,
    const struct tape *t, struct buf *day, struct ehr_err *e)
{
	uint32_t period = tape_get(t, 0, "period");
	BUF_AUTO text = BUF_INIT, name = BUF_INIT;
	ZONE_AUTO z = NULL;
	struct date d;
	int rc;

	buf_reset(day);
	if (!period || !fhir_text(t, period, "start", &text) ||
	    !date_parse(buf_str(&text), &d) || d.precision < DATE_DAY)
		return 0;
	if (d.precision > DATE_DAY && d.has_offset) {
		rc = record_zone(r, res, &name, e);
		if (rc == 0)
			rc = zone_open(&z, buf_str(&name), e);
		if (rc < 0)
			return rc;
		zone_civil(z, date_ms(&d), &d);
	}
	d.precision = DATE_DAY;
	date_format(day, &d);
	return 1;
}

/* ---- signed notes ---- */

void charge_notes_release(struct charge_notes *n)
{
	map64_release(&n->visits);
	tape_release(&n->t);
}

struct seeing {
	struct charge_notes *n;
	struct ehr_err *e;
};

/* The visits that a signed note names. */
static int see_note(void *arg, const struct resource *res)
{
	struct seeing *k = arg;
	struct charge_notes *n = k->n;
	struct tape_error why;
	BUF_AUTO b = BUF_INIT;
	uint32_t list;
	int source = res->source, rc = 0;

	if (tape_parse(&n->t, res->body.s, res->body.n, &why) < 0)
		return ehr_fail(k->e, EHR_EINTEGRITY, "a damaged resource");
	list = tape_path(&n->t, 0, "context.encounter");
	if (!edit_note_signed(&n->t, 0) || edit_note_state(&n->t, 0) ==
	    NOTE_ERROR || list == 0 || tape_type(&n->t, list) != TAPE_ARRAY)
		return 0;
	tape_each(&n->t, list, i) {
		struct str ref = tape_member(&n->t, i, "reference", &b);
		enum link_state state = LINK_OTHER;
		int64_t rid;
		bool added;

		if (rc == 0 && ref.n)
			rc = record_resolve(n->r, source, ref, &rid, &state,
			    k->e);
		if (rc == 0 && state == LINK_RESOLVED)
			map64_put(&n->visits, (uint64_t)rid, &added);
	}
	return rc;
}

int charge_visit_signed(struct charge_notes *n, int64_t patient,
    int64_t encounter, struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	struct seeing k = { n, e };
	int rc = 0;

	if (patient != n->patient) {
		map64_release(&n->visits);
		n->visits = MAP64_INIT;
		n->patient = patient;
		record_types_add(&f.types, FHIR_DocumentReference);
		f.whole = true; /* nothing of a note is shown */
		rc = record_chart(n->r, patient, &f, see_note, &k, e);
	}
	return rc < 0 ? rc :
	    map64_get(&n->visits, (uint64_t)encounter) != NULL;
}
