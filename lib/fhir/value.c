/* value.c - value[x]: quantities, ranges, periods and the rest as text. */
#include "ehr/fhir.h"

/* The unit of a Quantity after a blank ("%" without one; "1" is none). */
static void add_unit(const struct tape *t, uint32_t node, struct buf *b)
{
	BUF_AUTO unit = BUF_INIT;

	if (!fhir_text(t, node, "unit", &unit) &&
	    !fhir_text(t, node, "code", &unit))
		return;
	if (unit.len == 1 && unit.s[0] == '1')
		return;
	if (unit.s[0] != '%')
		buf_addch(b, ' ');
	buf_addstr(b, buf_str(&unit));
}

bool fhir_quantity(const struct tape *t, uint32_t node, struct buf *b)
{
	if (node == 0 || tape_get(t, node, "value") == 0)
		return false;
	if (fhir_text(t, node, "comparator", b))
		buf_addch(b, ' ');
	fhir_text(t, node, "value", b);
	add_unit(t, node, b);
	return true;
}

/* "3.5 - 5.1 mmol/L", "< 5 mg/dL", "> 60 mL/min" */
bool fhir_range(const struct tape *t, uint32_t node, struct buf *b)
{
	uint32_t low, high;

	if (node == 0)
		return false;
	low = tape_get(t, node, "low");
	high = tape_get(t, node, "high");
	if (low != 0 && tape_get(t, low, "value") == 0)
		low = 0;
	if (high != 0 && tape_get(t, high, "value") == 0)
		high = 0;
	if (low == 0 && high == 0)
		return false;
	if (low != 0 && high != 0) {
		fhir_text(t, low, "value", b);
		buf_adds(b, " - ");
		return fhir_quantity(t, high, b);
	}
	buf_adds(b, low != 0 ? ">= " : "<= ");
	return fhir_quantity(t, low != 0 ? low : high, b);
}

bool fhir_ratio(const struct tape *t, uint32_t node, struct buf *b)
{
	uint32_t n, d;

	if (node == 0)
		return false;
	n = tape_get(t, node, "numerator");
	d = tape_get(t, node, "denominator");
	if (n == 0 || d == 0 || tape_get(t, n, "value") == 0)
		return false;
	fhir_quantity(t, n, b);
	buf_adds(b, " / ");
	return fhir_quantity(t, d, b);
}

/* "2020-01-01 to 2020-02-01", "since 2020-01-01", "until 2020-02-01" */
bool fhir_period(const struct tape *t, uint32_t node, struct buf *b)
{
	bool start, end;

	if (node == 0)
		return false;
	start = tape_get(t, node, "start") != 0;
	end = tape_get(t, node, "end") != 0;
	if (!start && !end)
		return false;
	if (!end)
		buf_adds(b, "since ");
	if (start)
		fhir_text(t, node, "start", b);
	if (end) {
		buf_adds(b, start ? " to " : "until ");
		fhir_text(t, node, "end", b);
	}
	return true;
}

/* Data type of the rest of a choice's name: "CodeableConcept", "DateTime". */
static int type_of_suffix(struct str rest)
{
	for (int i = FHIR_RESOURCES + 1; i < FHIR_Resource; i++) {
		const char *name = fhir_type_name(i);

		if (strlen(name) == rest.n && (name[0] & ~0x20) == rest.s[0] &&
		    memcmp(name + 1, rest.s + 1, rest.n - 1) == 0)
			return i;
	}
	return 0;
}

uint32_t fhir_choice(const struct tape *t, uint32_t object, const char *name,
    int *type)
{
	size_t n = strlen(name);
	struct str key;

	*type = 0;
	if (tape_type(t, object) != TAPE_OBJECT)
		return 0;
	tape_each_key(t, object, k) {
		key = tape_str(t, k);
		if (key.n <= n || memcmp(key.s, name, n) != 0)
			continue;
		*type = type_of_suffix((struct str){ key.s + n, key.n - n });
		if (*type != 0)
			return k + 1;
	}
	return 0;
}

/* "1.2, 1.3 ..." is for a plot; a chart names what there is. */
static bool sampled(const struct tape *t, uint32_t node, struct buf *b)
{
	uint32_t data = tape_get(t, node, "data");
	struct str rest, part;
	size_t n = 0;

	if (data == 0 || tape_type(t, data) != TAPE_STRING)
		return false;
	for (rest = tape_str(t, data); str_split(&rest, ' ', &part);)
		n += part.n > 0;
	buf_addf(b, "%zu samples", n);
	return true;
}

bool fhir_value(const struct tape *t, uint32_t node, int type, struct buf *b)
{
	uint32_t v;

	if (node == 0)
		return false;
	switch (type) {
	case FHIR_Quantity: case FHIR_Age: case FHIR_Count: case FHIR_Distance:
	case FHIR_Duration:
		return fhir_quantity(t, node, b);
	case FHIR_Range:
		return fhir_range(t, node, b);
	case FHIR_Ratio:
		return fhir_ratio(t, node, b);
	case FHIR_Period:
		return fhir_period(t, node, b);
	case FHIR_SampledData:
		return sampled(t, node, b);
	case FHIR_HumanName:
		return fhir_human_name(t, node, FHIR_NAME_FULL, b);
	case FHIR_Address:
		return fhir_address(t, node, b);
	case FHIR_Identifier: case FHIR_ContactPoint:
		return fhir_text(t, node, "value", b);
	case FHIR_Attachment:
		return fhir_text(t, node, "title", b) ||
		       fhir_text(t, node, "contentType", b);
	case FHIR_Annotation:
		return fhir_text(t, node, "text", b);
	case FHIR_Money:
		if (!fhir_text(t, node, "value", b))
			return false;
		buf_addch(b, ' ');
		return fhir_text(t, node, "currency", b) || true;
	case FHIR_Timing:
		v = tape_get(t, node, "code");
		return fhir_codeable_text(t, v, b);
	default:
		return fhir_display(t, node, type, b);
	}
}
