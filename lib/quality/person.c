/* Clinicians, facilities and taxpayers of a visit: their numbers where they
 * have one, else how the chart refers to them. */
#include "quality/impl.h"
#include "quality/person.h"

#define NPI "http://hl7.org/fhir/sid/us-npi"

/* Systems of a number, and the type (v2-0203) it may have instead. */
struct number {
	const char *system[3], *type;
};
static const struct number npi = { { NPI, "urn:oid:2.16.840.1.113883.4.6",
	NULL }, "NPI" };
static const struct number tin = { { "urn:oid:2.16.840.1.113883.4.4",
	"urn:oid:2.16.840.1.113883.4.2", NULL }, "TAX" };

enum { DEEP = 4 }; /* an organization of an organization ... */

/* Where a reference leads: a resource of the chart, a contained one, one of
 * the practice, or nowhere. */
struct target {
	const struct tape *t;
	uint32_t node;	     /* 0: it is not there */
	struct tape own;
	struct buf key;	     /* number, else "Type/id" or as it is written */
	struct buf name;     /* its display */
	struct buf id;
	bool numbered;	     /* key is one */
};
#define TARGET_INIT ((struct target){ .own = TAPE_INIT, .key = BUF_INIT, \
	.name = BUF_INIT, .id = BUF_INIT })

static void target_release(struct target *x)
{
	tape_release(&x->own);
	buf_release(&x->key);
	buf_release(&x->name);
	buf_release(&x->id);
}
#define TARGET_AUTO EHR_CLEANUP(target_release) struct target

/* ---- numbers ---- */

static bool is_number(const struct tape *t, uint32_t identifier,
    const struct number *n)
{
	uint32_t system = tape_get(t, identifier, "system");
	uint32_t type = tape_get(t, identifier, "type");

	for (size_t i = 0; system && n->system[i]; i++)
		if (str_is(tape_str(t, system), n->system[i]))
			return true;
	return type && fhir_has_code(t, type, NULL, n->type);
}

/* identifier: an Identifier, or an array of them. */
static bool number_of(const struct tape *t, uint32_t identifier,
    const struct number *n, struct buf *b)
{
	if (identifier == 0)
		return false;
	if (tape_type(t, identifier) == TAPE_ARRAY) {
		tape_each(t, identifier, i)
			if (number_of(t, i, n, b))
				return true;
		return false;
	}
	return is_number(t, identifier, n) &&
	    fhir_text(t, identifier, "value", b);
}

/* "identifier=SYSTEM|VALUE" of a conditional reference. */
static bool number_asked(struct str query, const struct number *n,
    struct buf *b)
{
	struct str system;

	if (!str_starts(query, "identifier="))
		return false;
	query.s += strlen("identifier=");
	query.n -= strlen("identifier=");
	str_split(&query, '|', &system);
	for (size_t i = 0; n->system[i]; i++)
		if (str_is(system, n->system[i]) && query.n) {
			buf_addstr(b, query);
			return true;
		}
	return false;
}

/* ---- references ---- */

static uint32_t contained(const struct tape *t, uint32_t root, struct str id)
{
	uint32_t list = tape_get(t, root, "contained");

	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return 0;
	tape_each(t, list, i) {
		uint32_t at = tape_get(t, i, "id");

		if (at && str_eq(tape_str(t, at), id))
			return i;
	}
	return 0;
}

static void go(const struct person_look *l, struct target *x, int type,
    struct str id)
{
	struct tape_error why;
	struct str body;

	x->node = patient_find(l->patient, type, id);
	if (x->node || l->practice->shared == NULL)
		return;
	body = l->practice->shared(l->practice->arg, type, id);
	if (body.s && tape_parse(&x->own, body.s, body.n, &why) == 0) {
		x->t = &x->own;
		x->node = UINT32_MAX; /* its root is node 0 */
	}
}

/* The node, as tape functions have it. */
static uint32_t root_of(const struct target *x)
{
	return x->node == UINT32_MAX ? 0 : x->node;
}

/* Follows the Reference at node of the resource at root; false: it names
 * nothing, or what is of another type. A reference without a type is one to
 * type. */
static bool follow(const struct person_look *l, const struct tape *t,
    uint32_t root, uint32_t node, int type, const struct number *n,
    struct target *x)
{
	BUF_AUTO scratch = BUF_INIT;
	struct str text;
	struct fhir_ref ref;

	if (node == 0)
		return false;
	fhir_text(t, node, "display", &x->name);
	x->numbered = number_of(t, tape_get(t, node, "identifier"), n,
	    &x->key);
	text = tape_member(t, node, "reference", &scratch);
	if (text.s == NULL)
		return x->numbered;
	fhir_ref_parse(text, &ref);
	if (ref.type && ref.type != type)
		return false;
	x->t = &l->patient->tape;
	if (ref.kind == FHIR_REF_CONTAINED) {
		x->t = t;
		x->node = contained(t, root, ref.id);
		if (x->node && fhir_resource_type(t, x->node) != type)
			return false;
	} else if (ref.id.s) {
		go(l, x, type, ref.id);
	}
	buf_addstr(&x->id, ref.id);
	if (!x->numbered && x->node)
		x->numbered = number_of(x->t, tape_get(x->t, root_of(x),
		    "identifier"), n, &x->key);
	if (!x->numbered && ref.kind == FHIR_REF_CONDITIONAL)
		x->numbered = number_asked(ref.query, n, &x->key);
	if (!x->numbered && ref.id.s && ref.kind != FHIR_REF_CONTAINED)
		buf_addf(&x->key, "%s/%.*s", fhir_type_name(type),
		    STR_FMT(ref.id));
	else if (!x->numbered)
		buf_addstr(&x->key, text);
	return true;
}

/* The target's own name is better than the display of what led to it. */
static struct str name_of(struct target *x, int type)
{
	BUF_AUTO own = BUF_INIT;
	uint32_t at = x->node ? tape_get(x->t, root_of(x), "name") : 0;
	bool some = false;

	if (at && type == FHIR_Practitioner)
		some = fhir_human_name(x->t, fhir_current_name(x->t, at),
		    FHIR_NAME_SORT, &own);
	else if (at)
		some = fhir_text(x->t, root_of(x), "name", &own);
	if (some) {
		buf_reset(&x->name);
		buf_addstr(&x->name, buf_str(&own));
	}
	return x->name.len ? buf_str(&x->name) : STR_NONE;
}

/* ---- who ---- */

/* Of a role its practitioner. */
static bool add_provider(const struct person_look *l, const struct tape *t,
    uint32_t root, uint32_t node, person_fn *fn, void *arg)
{
	TARGET_AUTO role = TARGET_INIT;
	TARGET_AUTO x = TARGET_INIT;

	if (follow(l, t, root, node, FHIR_Practitioner, &npi, &x)) {
		fn(arg, buf_str(&x.key), name_of(&x, FHIR_Practitioner));
		return true;
	}
	if (!follow(l, t, root, node, FHIR_PractitionerRole, &npi, &role))
		return false;
	buf_reset(&x.key);
	buf_reset(&x.name);
	if (!role.numbered && role.node &&
	    follow(l, role.t, root_of(&role), tape_get(role.t, root_of(&role),
		"practitioner"), FHIR_Practitioner, &npi, &x))
		fn(arg, buf_str(&x.key), name_of(&x, FHIR_Practitioner));
	else
		fn(arg, buf_str(&role.key), role.name.len
		    ? buf_str(&role.name) : STR_NONE);
	return true;
}

static bool leads(const struct tape *t, uint32_t participant)
{
	uint32_t type = tape_get(t, participant, "type");

	return type && (fhir_has_code(t, type, NULL, "PPRF") ||
	    fhir_has_code(t, type, NULL, "ATND"));
}

void person_providers(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg)
{
	const struct tape *t = &l->patient->tape;
	uint32_t list = tape_get(t, visit, "participant");
	bool found = false;

	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return;
	for (int all = 0; all < 2 && !found; all++)
		tape_each(t, list, i)
			if (all || leads(t, i))
				found |= add_provider(l, t, visit,
				    tape_get(t, i, "individual"), fn, arg);
}

/* ---- where ---- */

/* The facility that a Location, or what it is part of, is of. */
static struct str facility_of(const struct person_look *l,
    const struct target *x, int deep)
{
	TARGET_AUTO whole = TARGET_INIT;
	struct str name = STR_NONE;

	if (l->practice->facility && x->id.len)
		name = l->practice->facility(l->practice->arg,
		    buf_str(&x->id));
	if (name.s || deep == 0 || x->node == 0 ||
	    !follow(l, x->t, root_of(x), tape_get(x->t, root_of(x), "partOf"),
		FHIR_Location, &npi, &whole))
		return name;
	return facility_of(l, &whole, deep - 1);
}

static bool add_location(const struct person_look *l, uint32_t visit,
    uint32_t node, person_fn *fn, void *arg)
{
	TARGET_AUTO x = TARGET_INIT;
	struct str facility;

	if (!follow(l, &l->patient->tape, visit, node, FHIR_Location, &npi, &x))
		return false;
	facility = facility_of(l, &x, DEEP);
	if (facility.s)
		fn(arg, facility, STR_NONE);
	else
		fn(arg, buf_str(&x.key), name_of(&x, FHIR_Location));
	return true;
}

void person_facilities(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg)
{
	const struct tape *t = &l->patient->tape;
	uint32_t list = tape_get(t, visit, "location");
	TARGET_AUTO x = TARGET_INIT;
	bool found = false;

	if (list && tape_type(t, list) == TAPE_ARRAY)
		tape_each(t, list, i)
			found |= add_location(l, visit,
			    tape_get(t, i, "location"), fn, arg);
	if (!found && follow(l, t, visit, tape_get(t, visit, "serviceProvider"),
			  FHIR_Organization, &npi, &x))
		fn(arg, buf_str(&x.key), name_of(&x, FHIR_Organization));
}

/* ---- for whom ---- */

static bool add_taxpayer(const struct person_look *l, const struct tape *t,
    uint32_t root, uint32_t node, int deep, person_fn *fn, void *arg)
{
	TARGET_AUTO x = TARGET_INIT;

	if (!follow(l, t, root, node, FHIR_Organization, &tin, &x))
		return false;
	if (x.numbered) {
		fn(arg, buf_str(&x.key), name_of(&x, FHIR_Organization));
		return true;
	}
	return deep && x.node && add_taxpayer(l, x.t, root_of(&x),
	    tape_get(x.t, root_of(&x), "partOf"), deep - 1, fn, arg);
}

void person_taxpayers(const struct person_look *l, uint32_t visit,
    person_fn *fn, void *arg)
{
	const struct tape *t = &l->patient->tape;

	if (!add_taxpayer(l, t, visit, tape_get(t, visit, "serviceProvider"),
		DEEP, fn, arg) && l->practice->tin.n)
		fn(arg, l->practice->tin, STR_NONE);
}

/* ---- which visit ---- */

uint32_t person_visit(const struct person_look *l, uint32_t root)
{
	static const char *const members[] = { "encounter", "context" };
	const struct tape *t = &l->patient->tape;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		TARGET_AUTO x = TARGET_INIT;

		if (follow(l, t, root, tape_get(t, root, members[i]),
			FHIR_Encounter, &npi, &x) && x.t == t && x.node)
			return x.node;
	}
	return 0;
}
