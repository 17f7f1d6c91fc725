/* ref.c - references and the patient compartment. */
#include "ehr/fhir.h"

/* Without branches: whether letters or digits come no processor can guess. */
bool fhir_id_valid(struct str id)
{
	unsigned other = 0;

	if (id.n == 0 || id.n > MAX_ID)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		unsigned c = (unsigned char)id.s[i];

		other |= ((c | 0x20) - 'a' >= 26) & (c - '0' >= 10) &
		    (c != '-') & (c != '.');
	}
	return !other;
}

/* Cuts the last "/segment" off *s; false when there is no slash. */
static bool cut_last(struct str *s, struct str *last)
{
	for (size_t i = s->n; i > 0; i--)
		if (s->s[i - 1] == '/') {
			*last = (struct str){ s->s + i, s->n - i };
			s->n = i - 1;
			return true;
		}
	*last = *s;
	s->n = 0;
	return false;
}

/* [base/]Type/id, version cut off already. */
static void parse_literal(struct str s, struct fhir_ref *ref)
{
	struct str name;

	if (!cut_last(&s, &ref->id))
		return;
	if (cut_last(&s, &name))
		ref->base = s;
	ref->type = fhir_type(name);
	if (ref->type == 0 || !fhir_id_valid(ref->id)) {
		ref->type = 0;
		return;
	}
	if (ref->base.s == NULL)
		ref->kind = FHIR_REF_RELATIVE;
	else if (memchr(s.s, ':', s.n) != NULL)
		ref->kind = FHIR_REF_ABSOLUTE;
	else
		ref->type = 0;
}

/* [base/]Type?query */
static void parse_conditional(struct str s, const char *mark,
    struct fhir_ref *ref)
{
	size_t n = (size_t)(mark - s.s);
	struct str head = { s.s, n }, name;

	if (cut_last(&head, &name))
		ref->base = head;
	ref->type = fhir_type(name);
	if (ref->type == 0)
		return;
	ref->kind = FHIR_REF_CONDITIONAL;
	ref->query = (struct str){ mark + 1, s.n - n - 1 };
}

void fhir_ref_parse(struct str s, struct fhir_ref *ref)
{
	static const char history[] = "/_history/";
	const size_t hn = sizeof(history) - 1;
	const char *at;

	*ref = (struct fhir_ref){ .kind = FHIR_REF_OTHER };
	if (s.n == 0)
		return;
	if (s.s[0] == '#') {
		ref->kind = FHIR_REF_CONTAINED;
		ref->id = (struct str){ s.s + 1, s.n - 1 };
		return;
	}
	if (str_starts(s, "urn:")) {
		const char *colon = memchr(s.s + 4, ':', s.n - 4);

		if (colon == NULL)
			return;
		ref->kind = FHIR_REF_URN;
		ref->id = (struct str){ colon + 1,
			s.n - (size_t)(colon + 1 - s.s) };
		return;
	}
	at = memchr(s.s, '?', s.n);
	if (at != NULL) {
		parse_conditional(s, at, ref);
		return;
	}
	at = memmem(s.s, s.n, history, hn);
	if (at != NULL) {
		ref->version = (struct str){ at + hn,
			s.n - (size_t)(at - s.s) - hn };
		s.n = (size_t)(at - s.s);
	}
	parse_literal(s, ref);
}

bool fhir_refs_elsewhere(struct str text)
{
	static const char key[] = "\"reference\":\"";
	const char *p = text.s, *end = str_end(text), *quote;

	while ((p = memmem(p, (size_t)(end - p), key, sizeof(key) - 1)) !=
	    NULL) {
		p += sizeof(key) - 1;
		quote = memchr(p, '"', (size_t)(end - p));
		if (quote == NULL)
			return true;
		if (memchr(p, ':', (size_t)(quote - p)) ||
		    memchr(p, '?', (size_t)(quote - p)))
			return true;
		p = quote;
	}
	return false;
}

/* ---- walking all references ---- */

static bool key_is(const struct tape *t, uint32_t i, struct str name)
{
	bool same;

	if (!t->node[i].escaped)
		return t->node[i].len == name.n &&
		       memcmp(t->text + t->node[i].off, name.s, name.n) == 0;
	BUF_AUTO b = BUF_INIT;
	json_unescape(&b, tape_str(t, i));
	same = str_eq(buf_str(&b), name);
	return same;
}

/* A member "reference" with a string is Reference.reference, but for the uri
 * of an Expression (which must have a language, a Reference has none) and of
 * a DetectedIssue (a resource). */
static bool in_reference(const struct tape *t, uint32_t object)
{
	return tape_get(t, object, "language") == 0 &&
	       tape_get(t, object, "resourceType") == 0;
}

int fhir_references_each(const struct tape *t, uint32_t root,
    int (*fn)(void *arg, uint32_t node), void *arg)
{
	uint32_t stack[MAX_DEPTH + 2], top = 0, end = t->node[root].next;
	const struct tape_node *n;
	int rc;

	for (uint32_t i = root; i < end; i++) {
		n = &t->node[i];
		if (n->type == TAPE_OBJECT && top < ARRAY_LEN(stack)) {
			while (top > 0 && t->node[stack[top - 1]].next <= i)
				top--;
			stack[top++] = i;
		}
		/* of the strings only keys stand before a colon */
		if (n->type != TAPE_STRING || (n->len != 9 && !n->escaped) ||
		    t->text[n->off + n->len + 1] != ':' ||
		    n[1].type != TAPE_STRING || !key_is(t, i, STR("reference")))
			continue;
		while (top > 0 && t->node[stack[top - 1]].next <= i)
			top--;
		if (top == 0 || !in_reference(t, stack[top - 1]))
			continue;
		rc = fn(arg, i + 1);
		if (rc != 0)
			return rc;
		i++;
	}
	return 0;
}

/* ---- compartment ---- */

static const struct compartment {
	uint16_t type;
	uint8_t ordinal;
	const char *path; /* members, dotted */
} compartment[] = {
#define K(type, ordinal, path) { type, ordinal, path },
#include "fhir/data/compartment.def"
#undef K
	{ 0 },
};

/* First row of each type, made from the table above by its sorted order. */
static const struct compartment *rows_of(int type)
{
	size_t lo = 0, hi = ARRAY_LEN(compartment) - 1;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (compartment[mid].type < type)
			lo = mid + 1;
		else
			hi = mid;
	}
	return &compartment[lo];
}

bool fhir_in_compartment(int type)
{
	return type == FHIR_Patient ||
	    (type > 0 && rows_of(type)->type == type);
}

struct walk {
	const struct tape *t;
	int (*fn)(void *arg, uint32_t node, int ordinal);
	void *arg;
	int ordinal;
};

/* The string of the Reference object i unless it names another type. */
static int one_reference(const struct walk *w, uint32_t i)
{
	uint32_t v = tape_get(w->t, i, "reference"), type;
	struct fhir_ref ref;
	struct str s;

	if (v == 0 || tape_type(w->t, v) != TAPE_STRING)
		return 0;
	BUF_AUTO scratch = BUF_INIT;
	s = tape_text(w->t, v, &scratch);
	fhir_ref_parse(s, &ref);
	if (ref.type == 0) {
		type = tape_get(w->t, i, "type");
		if (type != 0 && tape_type(w->t, type) == TAPE_STRING)
			ref.type = fhir_type(tape_str(w->t, type));
	}
	if (ref.type != 0 && ref.type != FHIR_Patient)
		return 0;
	return w->fn(w->arg, v, w->ordinal);
}

static int walk_path(const struct walk *w, uint32_t i, struct str path)
{
	struct str name;
	uint32_t v;
	int rc;

	if (tape_type(w->t, i) == TAPE_ARRAY) {
		tape_each(w->t, i, e) {
			rc = walk_path(w, e, path);
			if (rc != 0)
				return rc;
		}
		return 0;
	}
	if (tape_type(w->t, i) != TAPE_OBJECT)
		return 0;
	if (!str_split(&path, '.', &name))
		return one_reference(w, i);
	v = tape_getn(w->t, i, name);
	return v != 0 ? walk_path(w, v, path) : 0;
}

int fhir_compartment_each(const struct tape *t, uint32_t root, int type,
    int (*fn)(void *arg, uint32_t node, int ordinal), void *arg)
{
	struct walk w = { t, fn, arg, 0 };
	int rc;

	for (const struct compartment *c = rows_of(type);
	     c->type == type && type != 0; c++) {
		w.ordinal = c->ordinal;
		rc = walk_path(&w, root, str_of(c->path));
		if (rc != 0)
			return rc;
	}
	return 0;
}

struct nth {
	int left;
	uint32_t node;
};

static int take_nth(void *arg, uint32_t node, int ordinal)
{
	struct nth *n = arg;

	(void)ordinal;
	if (n->left-- > 0)
		return 0;
	n->node = node;
	return 1;
}

uint32_t fhir_patient_ref(const struct tape *t, uint32_t root, int type,
    int nth)
{
	struct nth n = { nth, 0 };

	fhir_compartment_each(t, root, type, take_nth, &n);
	return n.node;
}
