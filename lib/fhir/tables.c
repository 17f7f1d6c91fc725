/* tables.c - R4's types and elements, as scripts/gen-fhir wrote them. */
#include "ehr/fhir.h"
#include "fhir/lookup.h"

enum class_kind { BACKBONE, PRIMITIVE, COMPLEX, RESOURCE };

static const struct {
	struct str name;
	uint8_t kind;
	uint16_t base;
	uint16_t first, count; /* elements */
} classes[] = {
	{ { NULL, 0 }, 0, 0, 0, 0 },
#define C(cname, ckind, base, first, count) \
	{ { cname, sizeof(cname) - 1 }, ckind, base, first, count },
#include "fhir/data/classes.def"
#undef C
};

static const struct fhir_element elements[] = {
	{ 0 },
#define E(nm, nm_len, lo, hi, choice, cls, codes, targets) \
	{ nm, nm_len, lo, hi, choice, cls, codes, targets },
#include "fhir/data/elements.def"
#undef E
};

static const char names[] =
#include "fhir/data/names.def"
    ;

static const uint16_t element_slots[] = {
#include "fhir/data/element-slots.def"
};

struct list {
	uint16_t first, count;
};
#define L(first, count) { first, count },
static const struct list code_lists[] = {
	{ 0, 0 },
#include "fhir/data/code-lists.def"
};
static const struct list target_lists[] = {
	{ 0, 0 },
#include "fhir/data/target-lists.def"
};
#undef L

static const char codes[] =
#include "fhir/data/codes.def"
    ;
static const uint16_t code_refs[] = {
#include "fhir/data/code-refs.def"
};
static const uint16_t targets[] = {
#include "fhir/data/targets.def"
};

/* Binary search over the resource types, which stand in byte order. */
int fhir_type(struct str name)
{
	int lo = 1, hi = FHIR_RESOURCES;

	while (lo <= hi) {
		int mid = (lo + hi) / 2;
		int c = str_cmp(name, classes[mid].name);

		if (c == 0)
			return mid;
		if (c < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	return 0;
}

const char *fhir_type_name(int type)
{
	return type > 0 && type <= FHIR_DomainResource ?
		   classes[type].name.s : NULL;
}

int fhir_resource_type(const struct tape *t, uint32_t root)
{
	uint32_t v = tape_get(t, root, "resourceType");

	if (v == 0 || tape_type(t, v) != TAPE_STRING)
		return 0;
	return fhir_type(tape_str(t, v));
}

static const struct fhir_element *own_element(int cls, struct str member)
{
	uint32_t mask = ARRAY_LEN(element_slots) - 1;
	const struct fhir_element *el;
	uint32_t i, n;

	for (i = lookup_hash((uint32_t)cls, member) & mask;
	     (n = element_slots[i]) != 0; i = (i + 1) & mask) {
		el = &elements[n];
		if (el->name_len == member.n &&
		    n - classes[cls].first < classes[cls].count &&
		    memcmp(names + el->name, member.s, member.n) == 0)
			return el;
	}
	return NULL;
}

const struct fhir_element *fhir_element(int cls, struct str member)
{
	const struct fhir_element *el;

	if (member.n == 0)
		return NULL;
	for (; cls > 0 && cls < (int)ARRAY_LEN(classes);
	     cls = classes[cls].base) {
		el = own_element(cls, member);
		if (el != NULL)
			return el;
	}
	return NULL;
}

const char *fhir_element_name(const struct fhir_element *el)
{
	return names + el->name;
}

size_t fhir_elements(int cls, const struct fhir_element **first)
{
	*first = &elements[classes[cls].first];
	return classes[cls].count;
}

int fhir_class_base(int cls)
{
	return classes[cls].base;
}

bool fhir_class_primitive(int cls)
{
	return classes[cls].kind == PRIMITIVE;
}

const char *fhir_class_name(int cls)
{
	return cls > 0 && cls < (int)ARRAY_LEN(classes) ? classes[cls].name.s
							: NULL;
}

bool fhir_code_allowed(const struct fhir_element *el, struct str code)
{
	const struct list *l = &code_lists[el->codes];
	int lo = 0, hi = l->count - 1;

	if (el->codes == 0)
		return true;
	while (lo <= hi) {
		int mid = (lo + hi) / 2;
		int c = str_cmp(code,
		    str_of(codes + code_refs[l->first + mid]));

		if (c == 0)
			return true;
		if (c < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	return false;
}

bool fhir_target_allowed(const struct fhir_element *el, int type)
{
	const struct list *l = &target_lists[el->targets];

	if (el->targets == 0)
		return true;
	for (int i = 0; i < l->count; i++)
		if (targets[l->first + i] == type)
			return true;
	return false;
}
