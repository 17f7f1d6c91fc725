/*
 * param.c - values of search parameters.
 *
 * The paths of all parameters of a type form a trie over member names; one
 * pass over the resource follows it. A node may have alternatives: the same
 * value under a filter, like telecom.where(system='phone').
 */
#include "ehr/fhir.h"
#include "fhir/lookup.h"

#define NUMBER	  FHIR_PARAM_NUMBER
#define DATE	  FHIR_PARAM_DATE
#define STRING	  FHIR_PARAM_STRING
#define TOKEN	  FHIR_PARAM_TOKEN
#define REFERENCE FHIR_PARAM_REFERENCE
#define QUANTITY  FHIR_PARAM_QUANTITY
#define URI	  FHIR_PARAM_URI
static const struct fhir_param params[] = {
#define P(type, name, kind) { type, kind, name },
#include "fhir/data/params.def"
#undef P
};
#undef NUMBER
#undef DATE
#undef STRING
#undef TOKEN
#undef REFERENCE
#undef QUANTITY
#undef URI

static const struct node {
	uint16_t parent;
	uint16_t cls;	      /* of the value */
	uint16_t first;	      /* into refs[] */
	uint8_t count;
	uint8_t filter;	      /* 0: none */
	uint16_t alt;	      /* first alternative of this node */
	uint16_t next;	      /* next alternative beside this one */
	uint8_t inner;	      /* members below it matter */
	uint16_t name, len;   /* member, in names[] */
} nodes[] = {
	{ 0 },
#define N(parent, cls, first, count, filter, alt, next, inner, name, len) \
	{ parent, cls, first, count, filter, alt, next, inner, name, len },
#include "fhir/data/param-nodes.def"
#undef N
};

static const char names[] =
#include "fhir/data/param-names.def"
    ;
static const uint16_t refs[] = {
#include "fhir/data/param-refs.def"
};
static const uint16_t roots[] = {
	0,
#include "fhir/data/param-roots.def"
};
static const uint16_t slots[] = {
#include "fhir/data/param-slots.def"
};
static const struct filter {
	const char *member; /* "": the type a reference must have */
	const char *value;
	int type;
} filters[] = {
	{ 0 },
#define F(member, value, type) { member, value, type },
#include "fhir/data/param-filters.def"
#undef F
};

enum { ROOT_ANY = 1 }; /* the node of Resource */

_Static_assert(ARRAY_LEN(params) <= FHIR_PARAMS_MAX, "bitmap");
_Static_assert(ARRAY_LEN(nodes) <= FHIR_PARAM_NODES_MAX, "bitmap");

size_t fhir_param_count(void)
{
	return ARRAY_LEN(params);
}

const struct fhir_param *fhir_param(size_t index)
{
	return index < ARRAY_LEN(params) ? &params[index] : NULL;
}

static int find(int type, struct str name)
{
	int lo = 0, hi = (int)ARRAY_LEN(params) - 1;

	while (lo <= hi) {
		int mid = (lo + hi) / 2;
		int c = type - params[mid].type;

		if (c == 0)
			c = str_cmp(name, str_of(params[mid].name));
		if (c == 0)
			return mid;
		if (c < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	return -1;
}

int fhir_param_find(int type, struct str name)
{
	int i = find(type, name);

	return i >= 0 ? i : find(FHIR_Resource, name);
}

static bool bit(const uint64_t *map, unsigned i)
{
	return map[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t *map, unsigned i)
{
	map[i / 64] |= (uint64_t)1 << (i % 64);
}

void fhir_param_set_add(struct fhir_param_set *set, int index)
{
	if (index < 0 || index >= (int)ARRAY_LEN(params))
		return;
	set_bit(set->param, (unsigned)index);
	for (unsigned i = 1; i < ARRAY_LEN(nodes); i++)
		for (unsigned j = 0; j < nodes[i].count; j++)
			if (refs[nodes[i].first + j] == index)
				for (unsigned k = i; k; k = nodes[k].parent)
					set_bit(set->node, k);
}

void fhir_param_set_all(struct fhir_param_set *set)
{
	memset(set, 0xff, sizeof(*set));
}

/* ---- one pass ---- */

struct pass {
	const struct tape *t;
	const struct fhir_param_set *set;
	int (*fn)(void *arg, int index, int type, uint32_t node);
	void *arg;
};

static uint32_t child(uint32_t node, struct str key)
{
	uint32_t mask = ARRAY_LEN(slots) - 1, i, n;

	for (i = lookup_hash(node, key) & mask; (n = slots[i]) != 0;
	     i = (i + 1) & mask)
		if (nodes[n].parent == node && nodes[n].len == key.n &&
		    memcmp(names + nodes[n].name, key.s, key.n) == 0)
			return n;
	return 0;
}

/* Does the object (a Reference when a type is asked for) pass? What does not
 * say its type passes. */
static bool passes(const struct tape *t, uint32_t object,
    const struct filter *f)
{
	struct fhir_ref ref;
	uint32_t v;

	BUF_AUTO b = BUF_INIT;
	if (f->member[0])
		return str_is(tape_member(t, object, f->member, &b), f->value);
	fhir_ref_parse(tape_member(t, object, "reference", &b), &ref);
	if (ref.type == 0) {
		v = tape_get(t, object, "type");
		if (v != 0 && tape_type(t, v) == TAPE_STRING)
			ref.type = fhir_type(tape_str(t, v));
	}
	return ref.type == 0 || ref.type == f->type;
}

static int members(const struct pass *p, uint32_t node, uint32_t object);

static int value(const struct pass *p, uint32_t node, uint32_t v)
{
	const struct node *n = &nodes[node];
	int rc;

	if (tape_type(p->t, v) == TAPE_ARRAY) {
		tape_each(p->t, v, e) {
			if (tape_type(p->t, e) == TAPE_ARRAY)
				continue;
			rc = value(p, node, e);
			if (rc != 0)
				return rc;
		}
		return 0;
	}
	for (unsigned i = 0; i < n->count; i++) {
		unsigned index = refs[n->first + i];

		if (p->set != NULL && !bit(p->set->param, index))
			continue;
		rc = p->fn(p->arg, (int)index, n->cls, v);
		if (rc != 0)
			return rc;
	}
	if (tape_type(p->t, v) != TAPE_OBJECT)
		return 0;
	for (uint32_t a = n->alt; a != 0; a = nodes[a].next) {
		if (p->set != NULL && !bit(p->set->node, a))
			continue;
		if (!passes(p->t, v, &filters[nodes[a].filter]))
			continue;
		rc = value(p, a, v);
		if (rc != 0)
			return rc;
	}
	return n->inner ? members(p, node, v) : 0;
}

static int members(const struct pass *p, uint32_t node, uint32_t object)
{
	const struct tape *t = p->t;
	uint32_t kid;
	int rc;

	tape_each_key(t, object, k) {
		struct str key = tape_str(t, k);

		if (key.n == 0)
			continue;
		kid = child(node, key);
		if (kid == 0 && nodes[node].parent == 0 && node != ROOT_ANY)
			kid = child(ROOT_ANY, key);
		if (kid == 0 || tape_type(t, k + 1) == TAPE_NULL)
			continue;
		if (p->set != NULL && !bit(p->set->node, kid))
			continue;
		rc = value(p, kid, k + 1);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int fhir_param_each(const struct tape *t, uint32_t root, int type,
    const struct fhir_param_set *set,
    int (*fn)(void *arg, int index, int type, uint32_t node), void *arg)
{
	struct pass p = { t, set, fn, arg };

	if (type <= 0 || type > FHIR_RESOURCES ||
	    tape_type(t, root) != TAPE_OBJECT)
		return 0;
	return members(&p, roots[type], root);
}
