/* Writing a Category I: codes, times and values of FHIR as those of CDA. */
#include "one-write.h"

void one_lost(struct writing *k, const char *what)
{
	if (k->fn)
		k->fn(k->arg, buf_str(&k->id), what);
}

void one_template(struct writing *k, const char *id, const char *version)
{
	BUF_AUTO root = BUF_INIT;

	buf_addf(&root, TEMPLATES "%s", id);
	xml_empty(&k->w, "templateId", "root", root.s, "extension", version,
	    NULL);
}

struct str one_text(struct writing *k, uint32_t object, const char *path,
    struct buf *scratch)
{
	uint32_t i = tape_path(k->t, object, path);

	buf_reset(scratch);
	return i && tape_type(k->t, i) != TAPE_OBJECT &&
	    tape_type(k->t, i) != TAPE_ARRAY ? tape_text(k->t, i, scratch)
	    : STR_NONE;
}

/* ---- codes ---- */

/* Sets code and codeSystem of the open element from a Coding. */
bool one_coding(struct writing *k, uint32_t node)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO c = BUF_INIT;
	struct str oid = one_oid(one_text(k, node, "system", &a), &b);
	struct str code = one_text(k, node, "code", &c);

	if (!oid.s || !code.n)
		return false;
	xml_set(&k->w, "code", code);
	xml_set(&k->w, "codeSystem", oid);
	return true;
}

/* An element of a CodeableConcept, or of an array of them: the first coding,
 * the others as its translations. */
void one_concept(struct writing *k, const char *element, const char *type,
    uint32_t node)
{
	uint32_t list;
	bool done = false;

	if (node && tape_type(k->t, node) == TAPE_ARRAY)
		node = tape_first(k->t, node);
	list = node ? tape_get(k->t, node, "coding") : 0;
	xml_open(&k->w, element, "xsi:type", type, NULL);
	if (list)
		tape_each(k->t, list, i) {
			if (!done) {
				done = one_coding(k, i);
				continue;
			}
			xml_open(&k->w, "translation", NULL);
			if (!one_coding(k, i))
				xml_set(&k->w, "nullFlavor", STR("OTH"));
			xml_close(&k->w);
		}
	if (!done) {
		xml_set(&k->w, "nullFlavor", STR("UNK"));
		one_lost(k, "a code without a known system");
	}
	xml_close(&k->w);
}

void one_fixed(struct writing *k, const char *code, const char *system)
{
	xml_empty(&k->w, "code", "code", code, "codeSystem", system, NULL);
}

/* ---- times ---- */

void one_stamp(struct writing *k, const char *element, struct str time)
{
	BUF_AUTO b = BUF_INIT;

	xml_open(&k->w, element, NULL);
	one_hl7_time(&b, time);
	if (time.n)
		xml_set(&k->w, "value", buf_str(&b));
	else
		xml_set(&k->w, "nullFlavor", STR("UNK"));
	xml_close(&k->w);
}

void one_interval(struct writing *k, const char *element, struct str low,
    struct str high, bool open)
{
	xml_open(&k->w, element, "xsi:type",
	    strcmp(element, "time") == 0 ? NULL : "IVL_TS", NULL);
	one_stamp(k, "low", low);
	if (high.n || !open)
		one_stamp(k, "high", high);
	xml_close(&k->w);
}

/* ---- resources ---- */

uint32_t one_resolve(struct writing *k, uint32_t reference)
{
	BUF_AUTO a = BUF_INIT;
	struct str name = one_text(k, reference, "reference", &a);
	int64_t *at = name.n ? strmap_get(&k->refs, name) : NULL;
	bool added;

	if (!at)
		return 0;
	strmap_put(&k->used, name, &added);
	return (uint32_t)*at;
}

uint32_t one_code_node(struct writing *k, uint32_t r)
{
	int type = fhir_resource_type(k->t, r);
	uint32_t node = tape_get(k->t, r, one_code_member(type)), other;

	other = tape_get(k->t, r, "medicationReference");
	if (node || !other)
		return node;
	other = one_resolve(k, other);
	return other ? tape_get(k->t, other, "code") : 0;
}

/* ---- values ---- */

void one_quantity(struct writing *k, const char *element, const char *type,
    uint32_t node)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str unit = one_text(k, node, "code", &b);

	if (!unit.n)
		unit = one_text(k, node, "unit", &b);
	xml_open(&k->w, element, "xsi:type", type, NULL);
	xml_set(&k->w, "value", one_text(k, node, "value", &a));
	xml_set(&k->w, "unit", unit.n ? unit : STR("1"));
	xml_close(&k->w);
}

static const struct {
	int type;
	const char *hl7;
} simple[] = { { FHIR_integer, "INT" }, { FHIR_boolean, "BL" },
	{ FHIR_dateTime, "TS" }, { FHIR_decimal, "REAL" } };

void one_value(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO hl7 = BUF_INIT;
	int type;
	uint32_t node = fhir_choice(k->t, r, "value", &type);

	if (!node)
		return;
	if (type == FHIR_CodeableConcept) {
		one_concept(k, "value", "CD", node);
	} else if (type == FHIR_Quantity) {
		one_quantity(k, "value", "PQ", node);
	} else if (type == FHIR_string) {
		xml_open(&k->w, "value", "xsi:type", "ST", NULL);
		xml_put(&k->w, tape_text(k->t, node, &a));
		xml_close(&k->w);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(simple); i++) {
			if (simple[i].type != type)
				continue;
			xml_open(&k->w, "value", "xsi:type", simple[i].hl7,
			    NULL);
			if (type == FHIR_dateTime)
				one_hl7_time(&hl7, tape_text(k->t, node, &a));
			else
				buf_addstr(&hl7, tape_text(k->t, node, &a));
			xml_set(&k->w, "value", buf_str(&hl7));
			xml_close(&k->w);
			return;
		}
		one_lost(k, "a value of its type");
	}
}

/* ---- negation ---- */

bool one_extension_is(struct writing *k, uint32_t list, const char *end,
    const char *member, uint32_t *found)
{
	BUF_AUTO a = BUF_INIT;

	if (list)
		tape_each(k->t, list, i)
			if (str_ends(one_text(k, i, "url", &a), end)) {
				*found = tape_get(k->t, i, member);
				return *found != 0;
			}
	return false;
}

bool one_negated(struct writing *k, uint32_t r)
{
	BUF_AUTO a = BUF_INIT;
	uint32_t found;

	return str_is(one_text(k, r, "status", &a), "not-done") ||
	    str_is(one_text(k, r, "status", &a), "cancelled") ||
	    str_is(one_text(k, r, "doNotPerform", &a), "true") ||
	    (one_extension_is(k, tape_get(k->t, r, "modifierExtension"),
		"doNotPerform", "valueBoolean", &found) &&
	    tape_type(k->t, found) == TAPE_TRUE);
}
