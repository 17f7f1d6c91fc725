/* check.c - what people write, held to more than what is imported. */
#include "edit/impl.h"

struct findings {
	struct diag_sink *sink;	/* where they go on to, or NULL */
	struct strmap seen;	/* of the version before */
	bool learn;
	size_t faults;
};

/* Would a reader be misled by it, or another system refuse it? */
static bool is_fault(enum diag_id id)
{
	switch (id) {
	case DIAG_FHIR_UNKNOWN_ELEMENT:
	case DIAG_FHIR_NULL:
	case DIAG_FHIR_EMPTY:
	case DIAG_FHIR_CHOICE:
	case DIAG_FHIR_MISSING:
	case DIAG_FHIR_TOO_MANY:
	case DIAG_FHIR_FORMAT:
	case DIAG_FHIR_BINDING:
	case DIAG_FHIR_TARGET:
	case DIAG_FHIR_CONTAINED:
	case DIAG_FHIR_NARRATIVE:
		return true;
	default:
		return diag_severity(id) == DIAG_ERROR;
	}
}

static void take(void *arg, const struct diag *d)
{
	struct findings *f = arg;
	struct diag raised = *d;
	BUF_AUTO key = BUF_INIT;

	buf_addf(&key, "%d %s", (int)d->id, d->path ? d->path : "");
	if (f->learn) {
		*strmap_put(&f->seen, buf_str(&key), NULL) = 1;
		return;
	}
	if (is_fault(d->id) && strmap_get(&f->seen, buf_str(&key)) == NULL) {
		f->faults++;
		raised.severity = DIAG_ERROR;
	}
	if (f->sink) {
		f->sink->count[raised.severity]++;
		f->sink->emit(f->sink->arg, &raised);
	}
}

int edit_check(const struct tape *t, const struct tape *was,
    struct diag_sink *sink, struct ehr_err *e)
{
	struct findings f = { sink, STRMAP_INIT, true, 0 };
	struct diag_sink own = { take, &f, { 0 } };

	if (was)
		fhir_validate(was, 0, &own, FHIR_CHECK_US_CORE);
	f.learn = false;
	fhir_validate(t, 0, &own, FHIR_CHECK_US_CORE);
	strmap_release(&f.seen);
	if (f.faults)
		return ehr_fail(e, EHR_EREJECT, "%zu finding%s: nothing was "
		    "written", f.faults, f.faults == 1 ? "" : "s");
	return 0;
}
