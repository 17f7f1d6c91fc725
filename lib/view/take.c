/* take.c - texts, times and references of a resource, kept in the view. */
#include "impl.h"

/* Printable ASCII needs no cleaning. */
static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] < 0x20 ||
		    (unsigned char)s.s[i] >= 0x7f)
			return false;
	return true;
}

/* A chart says the same words over and over: the last copy that fell on a
 * place is used again. */
static struct str shared(struct view *v, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.s;
	size_t place = (s.n * 31 + p[0] * 7u + p[s.n - 1] * 13u +
	    p[s.n / 2] * 29u + p[s.n / 4] * 3u) % KEPT;

	if (!str_eq(v->kept[place], s))
		v->kept[place] = arena_str(&v->mem, s);
	return v->kept[place];
}

struct str keep(struct view *v, struct str s)
{
	s = str_trim(s);
	if (s.n == 0)
		return STR("");
	if (plain(s))
		return shared(v, s);
	buf_reset(&v->scratch);
	utf8_clean(&v->scratch, s, false);
	return arena_str(&v->mem, str_trim(buf_str(&v->scratch)));
}

static const char *const tags[] = {
	"assessment scale", "body structure", "contextual qualifier",
	"disorder", "environment", "event", "finding", "medicinal product",
	"morphologic abnormality", "navigational concept",
	"observable entity", "occupation", "organism", "person",
	"physical object", "procedure", "product", "qualifier value",
	"record artifact", "regime/therapy", "situation", "social concept",
	"specimen", "substance",
};

struct str term_tag(struct str s)
{
	size_t i = s.n;
	struct str tag;

	if (!str_ends(s, ")"))
		return STR("");
	while (i > 0 && s.s[i - 1] != '(')
		i--;
	if (i < 2)
		return STR("");
	tag = (struct str){ s.s + i, s.n - i - 1 };
	for (size_t k = 0; k < ARRAY_LEN(tags); k++)
		if (str_is(tag, tags[k]))
			return tag;
	return STR("");
}

struct str keep_term(struct view *v, struct str s)
{
	struct str tag;

	s = str_trim(s);
	tag = term_tag(s);
	if (tag.n)
		s.n -= tag.n + 2;
	return keep(v, s);
}

struct str take_text(struct take *k, uint32_t object, const char *member)
{
	uint32_t v = tape_get(k->t, object, member);

	if (v == 0 || tape_type(k->t, v) == TAPE_NULL ||
	    tape_type(k->t, v) >= TAPE_ARRAY)
		return STR("");
	return keep(k->v, tape_text(k->t, v, &k->v->text));
}

struct str take_concept(struct take *k, uint32_t node)
{
	buf_reset(&k->v->text);
	if (!fhir_codeable_text(k->t, node, &k->v->text))
		return STR("");
	return keep_term(k->v, buf_str(&k->v->text));
}

struct str take_code(struct take *k, uint32_t object, const char *member)
{
	uint32_t c = fhir_coding(k->t, tape_get(k->t, object, member), NULL);

	return c ? take_text(k, c, "code") : STR("");
}

void take_codings(struct take *k, uint32_t concept, struct view_entry *e)
{
	uint32_t list;
	size_t n = 0;

	if (concept && tape_type(k->t, concept) == TAPE_ARRAY)
		concept = tape_first(k->t, concept);
	list = concept ? tape_get(k->t, concept, "coding") : 0;
	if (list == 0 || tape_type(k->t, list) != TAPE_ARRAY)
		return;
	tape_each(k->t, list, c) {
		if (n == 0) {
			e->system = take_text(k, c, "system");
			e->code = take_text(k, c, "code");
		}
		n++;
	}
	if (n < 2)
		return;
	e->coding = arena_alloc(&k->v->mem, 2 * (n - 1) * sizeof(struct str));
	n = 0;
	tape_each(k->t, list, c) {
		if (n++ == 0)
			continue;
		e->coding[e->codings++] = take_text(k, c, "system");
		e->coding[e->codings++] = take_text(k, c, "code");
	}
}

void take_time(struct view *v, struct view_time *t, struct str s)
{
	struct date d;

	*t = (struct view_time){ INT64_MIN, DATE_NONE, STR_NONE };
	if (s.n == 0 || !date_parse(s, &d))
		return;
	t->ms = date_ms(&d);
	t->precision = d.precision;
	t->text = arena_str(&v->mem, s);
}

struct str join(struct view *v, struct str a, const char *sep, struct str b)
{
	BUF_AUTO both = BUF_INIT;

	if (a.n == 0 || b.n == 0)
		return a.n ? a : b;
	buf_addstr(&both, a);
	buf_adds(&both, sep);
	buf_addstr(&both, b);
	return arena_str(&v->mem, buf_str(&both));
}

/* ---- names of what is referred to ---- */

bool name_of(const struct tape *t, uint32_t root, struct buf *b)
{
	static const char *const concepts[] = { "code", "type",
		"vaccineCode", "medicationCodeableConcept" };
	uint32_t name = tape_get(t, root, "name"), v;

	if (name && tape_type(t, name) == TAPE_ARRAY)
		return fhir_human_name(t, fhir_current_name(t, name),
		    FHIR_NAME_FULL, b);
	if (name && tape_type(t, name) == TAPE_STRING)
		return fhir_text(t, root, "name", b);
	if (fhir_text(t, root, "title", b))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(concepts); i++) {
		v = tape_get(t, root, concepts[i]);
		if (v && fhir_codeable_text(t, v, b))
			return true;
	}
	return false;
}

static bool contained_name(const struct tape *t, struct str id, struct buf *b)
{
	uint32_t list = tape_get(t, 0, "contained"), v;

	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return false;
	tape_each(t, list, c) {
		v = tape_get(t, c, "id");
		if (v && str_eq(tape_str(t, v), id))
			return name_of(t, c, b);
	}
	return false;
}

static void wait_for(struct take *k, enum wait_for what, struct str ref)
{
	struct view *v = k->v;

	v->wait = xrealloc(v->wait, (v->n_wait + 1) * sizeof(*v->wait));
	v->wait[v->n_wait++] = (struct wait){ NULL, what, k->res->source,
		arena_str(&v->mem, ref) };
}

void wait_of(struct view *v, struct view_entry *x)
{
	for (; v->waited < v->n_wait; v->waited++)
		v->wait[v->waited].entry = x;
}

struct str take_ref(struct take *k, uint32_t ref, enum wait_for what)
{
	struct view *v = k->v;
	struct str text;

	if (ref && tape_type(k->t, ref) == TAPE_ARRAY)
		ref = tape_first(k->t, ref);
	if (ref == 0 || tape_type(k->t, ref) != TAPE_OBJECT)
		return STR("");
	text = take_text(k, ref, "display");
	if (text.n)
		return keep_term(v, text);
	text = tape_member(k->t, ref, "reference", &v->scratch);
	if (text.n == 0)
		return STR("");
	if (text.s[0] != '#') {
		wait_for(k, what, text);
		return STR("");
	}
	buf_reset(&v->text);
	if (!contained_name(k->t, (struct str){ text.s + 1, text.n - 1 },
	    &v->text))
		return STR("");
	return keep_term(v, buf_str(&v->text));
}

struct str take_reason(struct take *k, const char *codes, const char *refs)
{
	uint32_t list = tape_get(k->t, 0, codes);
	struct str all = STR("");

	if (list && tape_type(k->t, list) == TAPE_ARRAY)
		tape_each(k->t, list, c)
			all = join(k->v, all, ", ", take_concept(k, c));
	if (all.n)
		return all;
	list = tape_get(k->t, 0, refs);
	return list ? take_ref(k, list, WAIT_REASON) : STR("");
}

/* ---- the names that were waited for ---- */

/* Name of what ref leads to; empty when there is none. */
static int look_up(struct view *v, const struct wait *w, struct str *name,
    struct ehr_err *e)
{
	enum link_state state;
	struct tape_error why;
	struct resource res;
	int64_t target;
	int rc;

	*name = STR("");
	rc = record_resolve(v->r, w->source, w->ref, &target, &state, e);
	if (rc < 0)
		return rc == EHR_ENOENT ? 0 : rc;
	if (state != LINK_RESOLVED)
		return 0;
	rc = record_get(v->r, target, v->opt.as_of, &res, e);
	if (rc <= 0 || res.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	buf_reset(&v->text);
	if (tape_parse(&v->t, res.body.s, res.body.n, &why) == 0 &&
	    name_of(&v->t, 0, &v->text))
		*name = keep_term(v, buf_str(&v->text));
	return 0;
}

static int waited_name(struct view *v, const struct wait *w, struct str *name,
    struct ehr_err *e)
{
	BUF_AUTO key = BUF_INIT;
	struct str *known;
	bool added;
	int64_t *slot;
	int rc;

	buf_addf(&key, "%d ", w->source);
	buf_addstr(&key, w->ref);
	slot = strmap_put(&v->names, buf_str(&key), &added);
	if (!added) {
		known = (struct str *)(intptr_t)*slot;
		*name = *known;
		return 0;
	}
	known = arena_alloc(&v->mem, sizeof(*known));
	*slot = (int64_t)(intptr_t)known;
	rc = look_up(v, w, known, e);
	*name = *known;
	return rc;
}

int resolve_waits(struct view *v, struct ehr_err *e)
{
	for (; v->resolved < v->n_wait; v->resolved++) {
		const struct wait *w = &v->wait[v->resolved];
		struct view_entry *x = w->entry;
		struct str name;
		int rc;

		rc = waited_name(v, w, &name, e);
		if (rc < 0)
			return rc;
		if (w->what == WAIT_WHAT && x->what.n == 0)
			x->what = name;
		else if (w->what == WAIT_BY && x->by.n == 0)
			x->by = name;
		else if (w->what == WAIT_REASON && name.n)
			x->detail = join(v, x->detail, "; for ", name);
	}
	return 0;
}
