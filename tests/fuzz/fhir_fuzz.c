/* Resources of any shape: validated, taken apart and told in words, as an
 * import and a chart do it. What is found lies in the text; a resource
 * without errors is one whose type and references can be told. */
#include "ehr/fhir.h"
#include "record/facts.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static int count_reference(void *arg, uint32_t node)
{
	size_t *n = arg;

	(void)node;
	++*n;
	return 0;
}

static int chart_reference(void *arg, uint32_t node, int ordinal)
{
	MUST(node > 0 && ordinal >= 0);
	return count_reference(arg, node);
}

struct words {
	const struct tape *t;
	struct buf b;
};

static int put_value(void *arg, int index, int type, uint32_t node)
{
	struct words *w = arg;

	MUST(index >= 0 && (size_t)index < fhir_param_count());
	MUST(node > 0 && node < w->t->count);
	fhir_value(w->t, node, type, &w->b);
	MUST(utf8_valid(w->b.s, w->b.len) == w->b.len);
	buf_reset(&w->b);
	return 0;
}

/* What the record takes from it: the same twice. */
static void facts(struct str body, int type)
{
	struct facts_reader fr;
	struct arena mem = ARENA_INIT;
	struct ehr_err e = { 0, "" };
	struct facts f[2];

	facts_init(&fr);
	for (int i = 0; i < 2; i++)
		MUST(facts_read(&fr, &mem, type, body, &f[i], &e) == 0);
	MUST(f[0].n_row == f[1].n_row && f[0].n_ref == f[1].n_ref &&
	    f[0].n_name == f[1].n_name && f[0].date == f[1].date &&
	    str_eq(f[0].same, f[1].same));
	facts_release(&fr);
	arena_release(&mem);
}

static void ignore(void *arg, const struct diag *d)
{
	(void)arg;
	MUST(diag_text(d->id)[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_sink all = { .emit = ignore }, errors = { .emit = ignore };
	struct tape t = TAPE_INIT;
	struct words w = { &t, BUF_INIT };
	struct tape_error bad;
	size_t refs = 0;
	int type;

	if (tape_parse(&t, (const char *)data, size, &bad) == 0) {
		type = fhir_resource_type(&t, 0);
		MUST((fhir_validate(&t, 0, &errors, FHIR_CHECK_ERRORS) > 0) ==
		    (fhir_validate(&t, 0, &all, FHIR_CHECK_US_CORE) > 0));
		MUST(type > 0 || errors.count[DIAG_ERROR] > 0);
		fhir_references_each(&t, 0, count_reference, &refs);
		if (type > 0) {
			fhir_compartment_each(&t, 0, type, chart_reference,
			    &refs);
			fhir_param_each(&t, 0, type, NULL, put_value, &w);
			facts((struct str){ t.text, t.len }, type);
		}
	}
	buf_release(&w.b);
	tape_release(&t);
	return 0;
}
