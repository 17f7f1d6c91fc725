/* A census of codings: resources by the codes of an element, which is what
 * retrieves ask for. Nothing is matched while charts go by. */
#include <stdlib.h>

#include "ehr/quality-census.h"
#include "quality/impl.h"

/* A key: number of the question, then codings "system code" or a text. */
enum { SYSTEM_END = 0x1f, CODE_END = 0x1e, TEXT = 0x1d };

static const struct element {
	int type;
	const char *name, *paths;
} elements[] = {
#define E(type, name, paths) { FHIR_##type, name, paths },
#include "quality/elements.def"
#undef E
};

/* An element that some retrieve looks for codes in; without a path the
 * resources of a type alone. */
struct question {
	int type;
	struct str path;
};

/* Resources that are coded alike. */
struct coding {
	struct str key;
	uint32_t question;
	uint64_t n, lack[QUALITY_ELEMENTS_MAX];
};

struct quality_census {
	struct arena arena;
	struct question *question;
	size_t questions;
	uint64_t patients, of[FHIR_RESOURCES + 1];
	struct strmap place; /* key -> number of a coding */
	struct coding *coding;
	size_t codings, cap;
};

/* ---- what is asked for ---- */

static const struct element *element(int type, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(elements); k++)
		if (elements[k].type == type && i-- == 0)
			return &elements[k];
	return NULL;
}

const char *quality_element(const struct quality_package *p, int type,
    size_t i, bool *read)
{
	const struct element *el = element(type, i);
	struct str paths = str_of(el ? el->paths : ""), path, name;

	*read = false;
	while (str_split(&paths, ' ', &path)) {
		str_split(&path, '.', &name);
		if (str_ends(name, "[x]"))
			name.n -= strlen("[x]");
		*read |= elm_reads(p->base->elm, name);
	}
	return el ? el->name : NULL;
}

static size_t question_of(const struct quality_census *c, int type,
    struct str path)
{
	size_t i = 0;

	while (i < c->questions && (c->question[i].type != type ||
	    !str_eq(c->question[i].path, path)))
		i++;
	return i;
}

static void ask(struct quality_census *c, const struct quality_need *need)
{
	if (question_of(c, need->type, need->path) < c->questions)
		return;
	c->question = xrealloc(c->question,
	    (c->questions + 1) * sizeof(*c->question));
	c->question[c->questions++] = (struct question){ need->type,
		need->path.s ? arena_str(&c->arena, need->path) : STR_NONE };
}

struct quality_census *quality_census_new(
    const struct quality_package *const *p, size_t n)
{
	struct quality_census *c = xcalloc(1, sizeof(*c));
	struct quality_need need = { .type = FHIR_Patient, .path = STR_NONE };

	ask(c, &need);
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; quality_need(p[k], i, &need); i++)
			ask(c, &need);
	return c;
}

void quality_census_free(struct quality_census *c)
{
	if (c == NULL)
		return;
	strmap_release(&c->place);
	arena_release(&c->arena);
	free(c->question);
	free(c->coding);
	free(c);
}

uint64_t quality_census_patients(const struct quality_census *c)
{
	return c->patients;
}

/* ---- the key of a resource ---- */

static void add_pair(struct buf *b, struct str system, struct str code)
{
	buf_addstr(b, system);
	buf_addch(b, SYSTEM_END);
	buf_addstr(b, code);
	buf_addch(b, CODE_END);
}

static void add_coding(struct buf *b, const struct tape *t, uint32_t node)
{
	BUF_AUTO system = BUF_INIT;
	BUF_AUTO code = BUF_INIT;
	struct str value = tape_member(t, node, "code", &code);

	if (value.s)
		add_pair(b, tape_member(t, node, "system", &system), value);
}

/* What was not done names a value set in place of a code. */
static void add_not_done(struct buf *b, const struct tape *t, uint32_t node)
{
	uint32_t list = tape_get(t, node, "extension");

	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return;
	tape_each(t, list, i) {
		BUF_AUTO url = BUF_INIT;
		BUF_AUTO set = BUF_INIT;
		struct str u = tape_member(t, i, "url", &url);

		if (str_ends(u, QICORE_NOT_DONE))
			add_pair(b, u, tape_member(t, i, "valueCanonical",
			    &set));
	}
}

static void add_text(struct buf *b, const struct tape *t, uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;
	struct str text = tape_member(t, node, "text", &scratch);

	if (text.n == 0)
		return;
	buf_addch(b, TEXT);
	buf_add(b, text.s, utf8_fit(text, QUALITY_CODING_TEXT));
}

/* A CodeableConcept, a Coding or a code. */
static void add_concept(struct buf *b, const struct tape *t, uint32_t node)
{
	BUF_AUTO scratch = BUF_INIT;
	size_t before = b->len;
	uint32_t list;

	if (tape_type(t, node) == TAPE_STRING) {
		add_pair(b, STR_NONE, tape_text(t, node, &scratch));
		return;
	}
	if (tape_type(t, node) != TAPE_OBJECT)
		return;
	list = tape_get(t, node, "coding");
	if (list == 0)
		add_coding(b, t, node);
	else if (tape_type(t, list) == TAPE_ARRAY)
		tape_each(t, list, i)
			add_coding(b, t, i);
	add_not_done(b, t, node);
	if (b->len == before)
		add_text(b, t, node);
}

static void add_codes(struct buf *b, const struct tape *t, uint32_t node,
    struct str path)
{
	struct str name;
	int type;
	uint32_t at;

	if (tape_type(t, node) == TAPE_ARRAY) {
		tape_each(t, node, i)
			add_codes(b, t, i, path);
		return;
	}
	if (!str_split(&path, '.', &name)) {
		add_concept(b, t, node);
		return;
	}
	at = tape_getn(t, node, name);
	if (at == 0) {
		BUF_AUTO choice = BUF_INIT;

		buf_addstr(&choice, name);
		at = fhir_choice(t, node, choice.s, &type);
	}
	if (at)
		add_codes(b, t, at, path);
}

/* ---- counting ---- */

static bool has_path(const struct tape *t, uint32_t root, struct str path)
{
	char name[64];
	int type;

	if (path.n >= sizeof(name))
		return false;
	memcpy(name, path.s, path.n);
	name[path.n] = '\0';
	if (!str_ends(path, "[x]"))
		return tape_path(t, root, name) != 0;
	name[path.n - strlen("[x]")] = '\0';
	return fhir_choice(t, root, name, &type) != 0;
}

static bool lacks(const struct tape *t, uint32_t root,
    const struct element *el)
{
	struct str paths = str_of(el->paths), path;

	while (str_split(&paths, ' ', &path))
		if (has_path(t, root, path))
			return false;
	return true;
}

/* The last one stands for all that are too many. */
static struct coding *coding_of(struct quality_census *c, struct str key,
    uint32_t question)
{
	bool full = c->codings >= QUALITY_CODINGS_MAX, added;
	int64_t *at = full ? strmap_get(&c->place, key)
			   : strmap_put(&c->place, key, &added);

	if (at == NULL)
		return &c->coding[c->codings - 1];
	if (full || !added)
		return &c->coding[*at];
	if (c->codings == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 256;
		c->coding = xrealloc(c->coding, c->cap * sizeof(*c->coding));
	}
	*at = (int64_t)c->codings;
	c->coding[c->codings] = (struct coding){ arena_str(&c->arena, key),
		question, 0, { 0 } };
	return &c->coding[c->codings++];
}

static void add_resource(struct quality_census *c, uint32_t question,
    const struct tape *t, uint32_t root)
{
	const struct question *q = &c->question[question];
	const struct element *el;
	BUF_AUTO key = BUF_INIT;
	struct coding *coding;

	buf_addf(&key, "%u%c", question, CODE_END);
	if (q->path.s)
		add_codes(&key, t, root, q->path);
	coding = coding_of(c, buf_str(&key), question);
	coding->n++;
	for (size_t i = 0; i < QUALITY_ELEMENTS_MAX &&
	     (el = element(q->type, i)) != NULL; i++)
		coding->lack[i] += lacks(t, root, el);
}

void quality_census_add(struct quality_census *c,
    const struct quality_patient *patient)
{
	bool counted[FHIR_RESOURCES + 1] = { false };

	c->patients++;
	for (uint32_t q = 0; q < c->questions; q++) {
		int type = c->question[q].type;
		const struct roots *of = &patient->of[type];

		c->of[type] += counted[type] ? 0 : of->n;
		counted[type] = true;
		for (uint32_t i = 0; i < of->n; i++)
			add_resource(c, q, &patient->tape, of->node[i]);
	}
}

void quality_census_merge(struct quality_census *c,
    const struct quality_census *from)
{
	c->patients += from->patients;
	for (int i = 0; i <= FHIR_RESOURCES; i++)
		c->of[i] += from->of[i];
	for (size_t i = 0; i < from->codings; i++) {
		const struct coding *one = &from->coding[i];
		struct coding *to = coding_of(c, one->key, one->question);

		to->n += one->n;
		for (size_t k = 0; k < QUALITY_ELEMENTS_MAX; k++)
			to->lack[k] += one->lack[k];
	}
}

/* ---- matching ---- */

/* The codings of a key, one after the other; false behind the last. */
static bool next_pair(struct str *rest, struct str *system, struct str *code)
{
	struct str pair;

	if (rest->n == 0 || rest->s[0] == TEXT ||
	    !str_split(rest, CODE_END, &pair))
		return false;
	str_split(&pair, SYSTEM_END, system);
	*code = pair;
	return true;
}

static struct str codes_of(const struct coding *coding)
{
	struct str rest = coding->key, number;

	str_split(&rest, CODE_END, &number);
	return rest;
}

static bool asks(const struct quality_package *p, size_t need, int set,
    struct str system, struct str code)
{
	struct str version = code, url;

	if (!str_ends(system, QICORE_NOT_DONE))
		return quality_need_has(p, need, system, code);
	str_split(&version, '|', &url);
	return set >= 0 && str_eq(p->base->terms.set[set].url, url);
}

static bool matches(const struct quality_package *p, size_t i,
    const struct quality_need *need, const struct coding *coding)
{
	struct str rest = codes_of(coding), system, code;

	if (need->path.s == NULL)
		return true;
	while (next_pair(&rest, &system, &code))
		if (asks(p, i, need->set, system, code))
			return true;
	return false;
}

void quality_census_need(const struct quality_census *c,
    const struct quality_package *p, size_t i, struct quality_found *f)
{
	struct quality_need need;
	size_t q;

	*f = (struct quality_found){ 0 };
	if (!quality_need(p, i, &need))
		return;
	f->have = c->of[need.type];
	q = question_of(c, need.type, need.path);
	for (size_t k = 0; k < c->codings; k++) {
		const struct coding *one = &c->coding[k];

		if (one->question != q || !matches(p, i, &need, one))
			continue;
		f->match += one->n;
		for (size_t m = 0; m < QUALITY_ELEMENTS_MAX; m++)
			f->lack[m] += one->lack[m];
	}
}

/* ---- what no retrieve takes ---- */

/* The systems that a package asks for in an element. */
struct systems {
	const struct quality_package *p;
	struct strmap known;
};

static void know_codes(struct systems *s, struct elm_value v)
{
	for (uint32_t i = 0; i < v.n && v.kind == ELM_LIST; i++) {
		const struct elm_value *one = &v.list[i];

		if (one->kind == ELM_CODE)
			strmap_put(&s->known, one->code->system, NULL);
		for (uint32_t k = 0; one->kind == ELM_CONCEPT &&
		     k < one->concept->n; k++)
			strmap_put(&s->known, one->concept->codes[k]->system,
			    NULL);
	}
}

static void know(struct systems *s, const struct question *q)
{
	struct quality_need need;

	for (size_t i = 0; quality_need(s->p, i, &need); i++) {
		const struct set *set = need.set < 0
		    ? NULL : &s->p->base->terms.set[need.set];

		if (need.type != q->type || !str_eq(need.path, q->path))
			continue;
		know_codes(s, elm_retrieve_at(s->p->base->elm, i)->codes);
		for (uint32_t k = 0; set && k < set->codes; k++)
			if (k == 0 || !str_eq(set->system[k],
					  set->system[k - 1]))
				strmap_put(&s->known, set->system[k], NULL);
	}
}

static bool known(const struct systems *s, const struct coding *coding)
{
	struct str rest = codes_of(coding), system, code;

	while (next_pair(&rest, &system, &code))
		if (strmap_get(&s->known, system) ||
		    str_ends(system, QICORE_NOT_DONE))
			return true;
	return false;
}

static struct str system_in(const struct set *set, struct str code)
{
	for (uint32_t k = 0; k < set->codes; k++)
		if (str_eq(set->code[k], code))
			return set->system[k];
	return STR_NONE;
}

/* A code in a list of codes and concepts. */
static struct str system_among(struct elm_value v, struct str code)
{
	for (uint32_t i = 0; i < v.n && v.kind == ELM_LIST; i++) {
		const struct elm_value *one = &v.list[i];

		if (one->kind == ELM_CODE && str_eq(one->code->code, code))
			return one->code->system;
		for (uint32_t k = 0; one->kind == ELM_CONCEPT &&
		     k < one->concept->n; k++)
			if (str_eq(one->concept->codes[k]->code, code))
				return one->concept->codes[k]->system;
	}
	return STR_NONE;
}

/* A retrieve that would take the code if its system were another one. */
static void look_up(const struct quality_package *p, const struct question *q,
    struct quality_unmapped *u)
{
	struct quality_need need;

	u->need = -1;
	for (size_t i = 0; u->code.s && u->need < 0 &&
	     quality_need(p, i, &need); i++) {
		if (need.type != q->type || !str_eq(need.path, q->path))
			continue;
		if (need.set < 0)
			u->meant = system_among(
			    elm_retrieve_at(p->base->elm, i)->codes, u->code);
		else if (terms_has(&p->base->terms, need.set, STR_NONE,
			     u->code))
			u->meant = system_in(&p->base->terms.set[need.set],
			    u->code);
		if (u->meant.s)
			u->need = (int)i;
	}
}

static struct quality_unmapped unmapped(const struct quality_package *p,
    const struct question *q, const struct coding *coding)
{
	struct quality_unmapped u = { .type = q->type, .path = q->path,
		.n = coding->n };
	struct str rest = codes_of(coding);

	if (rest.n && rest.s[0] == TEXT)
		u.text = (struct str){ rest.s + 1, rest.n - 1 };
	else if (next_pair(&rest, &u.system, &u.code) && u.system.n == 0)
		u.system = STR_NONE;
	look_up(p, q, &u);
	return u;
}

static int by_number(const void *a, const void *b)
{
	const struct quality_unmapped *x = a, *y = b;
	int d = (x->n < y->n) - (x->n > y->n);

	d = d ? d : x->type - y->type;
	d = d ? d : str_cmp(x->code, y->code);
	d = d ? d : str_cmp(x->system, y->system);
	d = d ? d : str_cmp(x->text, y->text);
	return d ? d : str_cmp(x->path, y->path);
}

/* Does p ask for codes in that element? */
static bool asked(const struct quality_package *p, const struct question *q)
{
	struct quality_need need;

	for (size_t i = 0; q->path.s && quality_need(p, i, &need); i++)
		if (need.type == q->type && str_eq(need.path, q->path))
			return true;
	return false;
}

static size_t add_unmapped(const struct quality_census *c, uint32_t q,
    const struct quality_package *p, struct quality_unmapped **list, size_t n)
{
	struct systems s = { p, STRMAP_INIT };

	know(&s, &c->question[q]);
	for (size_t k = 0; k < c->codings; k++) {
		if (c->coding[k].question != q || known(&s, &c->coding[k]))
			continue;
		*list = xrealloc(*list, (n + 1) * sizeof(**list));
		(*list)[n++] = unmapped(p, &c->question[q], &c->coding[k]);
	}
	strmap_release(&s.known);
	return n;
}

size_t quality_census_unmapped(const struct quality_census *c,
    const struct quality_package *p, struct quality_unmapped **list)
{
	size_t n = 0;

	*list = NULL;
	for (uint32_t q = 0; q < c->questions; q++)
		if (asked(p, &c->question[q]))
			n = add_unmapped(c, q, p, list, n);
	if (n)
		qsort(*list, n, sizeof(**list), by_number);
	return n;
}

/* ---- what a definition stands on ---- */

static void mark(const struct quality_package *p, int define,
    struct map64 *seen, uint8_t *needed, size_t n)
{
	const struct elm_package *elm = p->base->elm;
	const struct elm_retrieve *r;
	bool added;
	int next;

	map64_put(seen, (uint64_t)define, &added);
	if (!added)
		return;
	for (size_t i = 0; (r = elm_define_asks(elm, define, i)) != NULL; i++)
		if (r->number < n)
			needed[r->number] = 1;
	for (size_t i = 0; (next = elm_define_uses(elm, define, i)) >= 0; i++)
		mark(p, next, seen, needed, n);
}

void quality_define_needs(const struct quality_package *p, int define,
    uint8_t *needed, size_t n)
{
	struct map64 seen = MAP64_INIT;

	mark(p, define, &seen, needed, n);
	map64_release(&seen);
}

struct str quality_need_name(const struct quality_package *p, size_t need)
{
	const struct elm_retrieve *r = elm_retrieve_at(p->base->elm, need);

	return r ? r->codes_name : STR_NONE;
}
