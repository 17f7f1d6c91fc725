/* absent.c - "there is none" said by somebody, which is not the same as
 * nothing being recorded: assertions among the entries and reasons of empty
 * lists. */
#include <stdlib.h>

#include "impl.h"

#define SCT "http://snomed.info/sct"
#define IPS "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"

/* whole: nothing of the section at all is known. */
static const struct {
	const char *system, *code, *word;
	enum view_section section;
	bool whole;
} said[] = {
	{ SCT, "716186003", "no known allergies", VIEW_ALLERGIES, true },
	{ SCT, "409137002", "no known drug allergies", VIEW_ALLERGIES, false },
	{ SCT, "429625007", "no known food allergies", VIEW_ALLERGIES, false },
	{ SCT, "428607008", "no known environmental allergies",
	    VIEW_ALLERGIES, false },
	{ SCT, "428197003", "no known insect allergies", VIEW_ALLERGIES,
	    false },
	{ SCT, "160245001", "no current problems", VIEW_PROBLEMS, true },
	{ SCT, "787481004", "no current medications", VIEW_MEDS, true },
	{ IPS, "no-known-allergies", "no known allergies", VIEW_ALLERGIES,
	    true },
	{ IPS, "no-known-medication-allergies", "no known drug allergies",
	    VIEW_ALLERGIES, false },
	{ IPS, "no-known-food-allergies", "no known food allergies",
	    VIEW_ALLERGIES, false },
	{ IPS, "no-known-environmental-allergies",
	    "no known environmental allergies", VIEW_ALLERGIES, false },
	{ IPS, "no-allergy-info", "no information", VIEW_ALLERGIES, true },
	{ IPS, "no-known-medications", "no current medications", VIEW_MEDS,
	    true },
	{ IPS, "no-medication-info", "no information", VIEW_MEDS, true },
	{ IPS, "no-known-problems", "no known problems", VIEW_PROBLEMS,
	    true },
	{ IPS, "no-problem-info", "no information", VIEW_PROBLEMS, true },
	{ IPS, "no-known-immunizations", "no known immunizations",
	    VIEW_IMMUNIZATIONS, true },
	{ IPS, "no-immunization-info", "no information", VIEW_IMMUNIZATIONS,
	    true },
	{ IPS, "no-known-procedures", "no known procedures", VIEW_PROCEDURES,
	    true },
	{ IPS, "no-procedure-info", "no information", VIEW_PROCEDURES, true },
	{ IPS, "no-known-devices", "no known devices", VIEW_DEVICES, true },
	{ IPS, "no-device-info", "no information", VIEW_DEVICES, true },
};

/* http://terminology.hl7.org/CodeSystem/list-empty-reason */
static const struct {
	const char *code, *word;
} empty[] = {
	{ "nilknown", "none known" }, { "notasked", "not asked" },
	{ "withheld", "withheld" }, { "unavailable", "not available" },
	{ "notstarted", "not started" }, { "closed", "no longer kept" },
};

/* LOINC codes of lists of a section. */
static const struct {
	const char *code;
	enum view_section section;
} lists[] = {
	{ "48765-2", VIEW_ALLERGIES }, { "52472-8", VIEW_ALLERGIES },
	{ "11450-4", VIEW_PROBLEMS }, { "10160-0", VIEW_MEDS },
	{ "11369-6", VIEW_IMMUNIZATIONS }, { "47519-4", VIEW_PROCEDURES },
	{ "46264-8", VIEW_DEVICES },
};

static void remember(struct view *v, const struct view_entry *e)
{
	v->said = xrealloc(v->said, (v->n_said + 1) * sizeof(*v->said));
	v->said[v->n_said++] = *e;
}

static size_t said_by(const struct view_entry *e)
{
	size_t i = 0;

	while (e->code.n && i < ARRAY_LEN(said) &&
	    (said[i].section != e->section ||
	    !str_is(e->code, said[i].code) ||
	    !str_is(e->system, said[i].system)))
		i++;
	return e->code.n ? i : ARRAY_LEN(said);
}

bool is_assertion(const struct view_entry *e)
{
	return said_by(e) < ARRAY_LEN(said);
}

void take_assertion(struct take *k, const struct view_entry *e)
{
	struct view_entry x = *e;
	size_t i = said_by(e);

	if (e->past || i == ARRAY_LEN(said))
		return;
	x.absent = str_of(said[i].word);
	x.rank = said[i].whole ? 0 : 1;
	remember(k->v, &x);
}

void take_list(struct take *k)
{
	struct str list = take_code(k, 0, "code");
	struct str why = take_code(k, 0, "emptyReason");
	struct str status = take_text(k, 0, "status");
	struct view_entry x = { .rid = k->res->rid, .type = FHIR_List };

	if (why.n == 0 || list.n == 0 || !str_is(status, "current"))
		return;
	take_time(k->v, &x.start, take_text(k, 0, "date"));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (str_is(list, lists[i].code)) {
			x.section = lists[i].section;
			for (size_t j = 0; j < ARRAY_LEN(empty); j++)
				if (str_is(why, empty[j].code))
					x.absent = str_of(empty[j].word);
			if (x.absent.n)
				remember(k->v, &x);
			return;
		}
}

const struct view_entry *view_asserted(const struct view *v,
    enum view_section s)
{
	const struct view_entry *best = NULL;

	for (size_t i = 0; i < v->n_said; i++) {
		const struct view_entry *x = &v->said[i];

		if (x->section == s && (!best || x->rank < best->rank ||
		    (x->rank == best->rank && x->start.ms > best->start.ms)))
			best = x;
	}
	return best;
}
