/* person.c - a person as claims and inquiries name them, from Patient and
 * RelatedPerson. */
#include "ehr/fhir.h"
#include "party.h"

static struct str keep(struct arena *mem, const struct tape *t, uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;
	struct str v = node ? tape_text(t, node, &scratch) : STR_NONE;

	return v.n ? arena_str(mem, v) : STR("");
}

static bool is_array(const struct tape *t, uint32_t node)
{
	return node && tape_type(t, node) == TAPE_ARRAY;
}

static uint32_t nth(const struct tape *t, uint32_t array, unsigned n)
{
	if (!is_array(t, array))
		return 0;
	tape_each(t, array, i)
		if (n-- == 0)
			return i;
	return 0;
}

/* The place of an element in an array; of 0, behind the last. */
static unsigned place_of(const struct tape *t, uint32_t array, uint32_t node)
{
	unsigned n = 0;

	if (is_array(t, array))
		tape_each(t, array, i) {
			if (i == node)
				break;
			n++;
		}
	return n;
}

struct str party_text(struct arena *mem, const struct tape *t, uint32_t node,
    const char *path)
{
	uint32_t at = tape_path(t, node, path);

	return keep(mem, t, is_array(t, at) ? tape_first(t, at) : at);
}

static bool says(const struct tape *t, uint32_t node, const char *path,
    const char *what)
{
	BUF_AUTO scratch = BUF_INIT;
	uint32_t at = tape_path(t, node, path);

	return at && str_is(tape_text(t, at, &scratch), what);
}

static uint32_t numbered(const struct tape *t, uint32_t node,
    const char *type, const char *system)
{
	uint32_t all = tape_get(t, node, "identifier");

	if (is_array(t, all))
		tape_each(t, all, i)
			if (says(t, i, "type.coding.code", type) ||
			    (system && says(t, i, "system", system)))
				return tape_get(t, i, "value");
	return 0;
}

struct str party_number(struct arena *mem, const struct tape *t,
    const char *type, const char *system)
{
	return keep(mem, t, numbered(t, 0, type, system));
}

/* Nine digits, or "". */
static struct str ssn(struct arena *mem, const struct tape *t, uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	uint32_t at = numbered(t, node, "SS",
	    "http://hl7.org/fhir/sid/us-ssn");
	struct str v = at ? tape_text(t, at, &scratch) : STR_NONE;

	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] >= '0' && v.s[i] <= '9')
			buf_addch(&b, v.s[i]);
		else if (v.s[i] != '-' && v.s[i] != ' ')
			return STR("");
	return b.len == 9 ? arena_str(mem, buf_str(&b)) : STR("");
}

/* The first one at home that is not old, else the first that is not. */
static uint32_t in_use(const struct tape *t, uint32_t all, const char *system)
{
	uint32_t found = 0;

	if (!is_array(t, all))
		return 0;
	tape_each(t, all, i) {
		if (says(t, i, "use", "old") ||
		    (system && !says(t, i, "system", system)))
			continue;
		if (says(t, i, "use", "home"))
			return i;
		found = found ? found : i;
	}
	return found;
}

static void address(struct arena *mem, const struct tape *t, uint32_t a,
    struct party_person *to)
{
	to->street = keep(mem, t, nth(t, tape_get(t, a, "line"), 0));
	to->street2 = keep(mem, t, nth(t, tape_get(t, a, "line"), 1));
	to->city = party_text(mem, t, a, "city");
	to->state = party_text(mem, t, a, "state");
	to->zip = party_text(mem, t, a, "postalCode");
	to->country = party_text(mem, t, a, "country");
}

void party_person(struct arena *mem, const struct tape *t, uint32_t node,
    struct party_person *to)
{
	uint32_t names = tape_get(t, node, "name"), name = 0, at;

	*to = (struct party_person){ 0 };
	if (is_array(t, names))
		name = fhir_current_name(t, names);
	to->name_at = place_of(t, names, name);
	if (name) {
		to->last = party_text(mem, t, name, "family");
		at = tape_get(t, name, "given");
		to->first = keep(mem, t, nth(t, at, 0));
		to->middle = keep(mem, t, nth(t, at, 1));
		to->suffix = party_text(mem, t, name, "suffix");
	}
	to->birth = party_text(mem, t, node, "birthDate");
	to->death = party_text(mem, t, node, "deceasedDateTime");
	to->gender = party_text(mem, t, node, "gender");
	to->ssn = ssn(mem, t, node);
	at = in_use(t, tape_get(t, node, "address"), NULL);
	to->address_at = place_of(t, tape_get(t, node, "address"), at);
	if (at)
		address(mem, t, at, to);
	at = in_use(t, tape_get(t, node, "telecom"), "phone");
	if (at)
		to->phone = party_text(mem, t, at, "value");
}
