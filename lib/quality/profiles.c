/* Profiles: told by name, or inferred from elements (data/profiles.def). */
#include "quality/impl.h"

struct profile {
	int type;
	const char *name;    /* last segment of the canonical */
	const char *element; /* status, doNotPerform, category, code ... */
	bool negated;	     /* must not be */
	bool missing;	     /* may be missing too */
	bool only_without;   /* category: only where no codes are asked for */
	const char *values;  /* blanks between */
	const char *suffice; /* "element:values": it is one anyhow */
};

static const struct profile profiles[] = {
#define PROFILE(type, name, element, negated, missing, only_without, values, \
    suffice) \
	{ FHIR_##type, name, element, negated, missing, only_without, values, \
	    suffice },
#include "quality/data/profiles.def"
#undef PROFILE
};

#define BASE "http://hl7.org/fhir/StructureDefinition/"

bool profile_is_base(struct str canonical)
{
	struct str name;

	if (!str_starts(canonical, BASE))
		return false;
	name = (struct str){ canonical.s + sizeof(BASE) - 1,
		canonical.n - (sizeof(BASE) - 1) };
	return fhir_type(name) != 0;
}

static struct str without_version(struct str canonical)
{
	struct str url = canonical;

	str_split(&canonical, '|', &url);
	return url;
}

bool profile_named(const struct tape *t, uint32_t root, struct str canonical)
{
	uint32_t list = tape_path(t, root, "meta.profile");

	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return false;
	tape_each(t, list, i)
		if (str_eq(without_version(tape_str(t, i)), canonical))
			return true;
	return false;
}

const struct profile *profile_find(struct str canonical)
{
	struct str name = STR_NONE;

	while (str_split(&canonical, '/', &name))
		;
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
		if (str_is(name, profiles[i].name))
			return &profiles[i];
	return NULL;
}

static bool listed(const char *values, struct str value)
{
	struct str rest = str_of(values), one;

	while (str_split(&rest, ' ', &one))
		if (str_eq(one, value))
			return true;
	return false;
}

/* Has an element (code, CodeableConcept, list of them, boolean) one of the
 * values? */
static bool has_value(const struct tape *t, uint32_t node, const char *values)
{
	uint32_t codings;

	switch (tape_type(t, node)) {
	case TAPE_STRING: return listed(values, tape_str(t, node));
	case TAPE_TRUE: return listed(values, STR("true"));
	case TAPE_FALSE: return listed(values, STR("false"));
	case TAPE_ARRAY:
		tape_each(t, node, i)
			if (has_value(t, i, values))
				return true;
		return false;
	case TAPE_OBJECT:
		codings = tape_get(t, node, "coding");
		if (codings)
			return has_value(t, codings, values);
		codings = tape_get(t, node, "code");
		return codings && has_value(t, codings, values);
	default: return false;
	}
}

/* DeviceRequest says doNotPerform as a modifier extension. */
static uint32_t modifier(const struct tape *t, uint32_t root)
{
	uint32_t list = tape_get(t, root, "modifierExtension");

	if (list)
		tape_each(t, list, i)
			if (str_ends(tape_str(t, tape_get(t, i, "url")),
				"doNotPerform"))
				return tape_get(t, i, "valueBoolean");
	return 0;
}

/* Vital signs and the like ask for a status and one of some codes. */
static bool cancelled(const struct tape *t, uint32_t root)
{
	uint32_t status = tape_get(t, root, "status");

	return status && str_is(tape_str(t, status), "cancelled");
}

/* Has the resource what "element:values" says? */
static bool suffices(const struct tape *t, uint32_t root, const char *what)
{
	struct str rest = str_of(what), element;
	uint32_t node;

	if (!str_split(&rest, ':', &element) || rest.n == 0)
		return false;
	node = tape_getn(t, root, element);
	return node && has_value(t, node, rest.s);
}

bool profile_infers(const struct profile *p, const struct tape *t,
    uint32_t root, bool with_codes)
{
	uint32_t node;

	if (p == NULL)
		return true;
	if (p->type == FHIR_Observation && strcmp(p->element, "status") != 0 &&
	    cancelled(t, root))
		return false;
	if (p->only_without && with_codes)
		return true;
	if (suffices(t, root, p->suffice))
		return true;
	node = strcmp(p->element, "modifierExtension") == 0
	    ? modifier(t, root) : tape_get(t, root, p->element);
	if (node == 0)
		return p->missing;
	return has_value(t, node, p->values) != p->negated;
}
