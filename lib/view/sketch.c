/*
 * sketch.c - entries of a page without reading all of their resources.
 *
 * A page shows some 150 rows of a chart of 5,000 resources. Which ones is
 * decided by kind, status, code and date; of resources that say the same in
 * the members named here all but the dates and what is filled in later is the
 * same, so it is taken once, by the functions that read whole resources, from
 * an object that has these members alone. Whatever is out of the ordinary is
 * read as a whole.
 */
#include <stdlib.h>

#include "impl.h"

enum { SAME_MAX = 4, LOOKED_FOR = 12 };

static const struct sketch_kind {
	int type;
	const char *same[SAME_MAX];
	const char *need, *without; /* else all has to be read */
} kinds[] = {
	{ FHIR_Condition, { "clinicalStatus", "verificationStatus",
	    "category", "code" }, NULL, NULL },
	{ FHIR_DocumentReference, { "status", "type", "category" },
	    "category", NULL },
	{ FHIR_Encounter, { "status", "type" }, NULL, NULL },
	{ FHIR_Observation, { "status", "category", "code" }, NULL,
	    "hasMember" },
};

/* The members looked for: those of same, the paths of the date (the first
 * member of each; below is the rest), then without. */
struct looker {
	const struct sketch_kind *kind;
	struct str name[LOOKED_FOR], below[LOOKED_FOR];
	size_t same, dates, n; /* ends of these in name */
};

/* What the same members gave: an entry without dates. */
struct given {
	enum { GIVEN_ENTRY, GIVEN_NOTHING, GIVEN_ALL_NEEDED } what;
	struct view_entry e;
};

struct sketches {
	struct looker looker[ARRAY_LEN(kinds)];
	struct strmap given; /* texts of the members -> struct given */
	struct buf key;
};

static void look_for(struct looker *l, const struct sketch_kind *kind)
{
	struct str rest = str_of(fhir_effective_paths(kind->type)), path;

	l->kind = kind;
	for (; l->n < SAME_MAX && kind->same[l->n]; l->n++)
		l->name[l->n] = str_of(kind->same[l->n]);
	l->same = l->n;
	for (; rest.n && str_split(&rest, ' ', &path); l->n++) {
		l->below[l->n] = path;
		str_split(&l->below[l->n], '.', &l->name[l->n]);
	}
	l->dates = l->n;
	if (kind->without)
		l->name[l->n++] = str_of(kind->without);
}

void sketches_new(struct view *v)
{
	struct sketches *s = xcalloc(1, sizeof(*s));

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		look_for(&s->looker[i], &kinds[i]);
	s->given = STRMAP_INIT;
	s->key = BUF_INIT;
	v->sketches = s;
}

void sketches_free(struct view *v)
{
	if (!v->sketches)
		return;
	strmap_release(&v->sketches->given);
	buf_release(&v->sketches->key);
	free(v->sketches);
}

static const struct looker *looker_of(const struct sketches *s, int type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			return &s->looker[i];
	return NULL;
}

/* Texts of the members looked for; false: a tape must tell. */
static bool read_members(const struct looker *l, struct str body,
    struct str value[LOOKED_FOR])
{
	struct json_walk w = JSON_WALK(body);
	struct str key, text;
	int rc;

	while ((rc = json_walk_next(&w, &key, &text)) > 0)
		for (size_t i = 0; i < l->n; i++)
			if (str_eq(key, l->name[i]))
				value[i] = text;
	if (rc < 0)
		return false;
	for (size_t i = 0; l->kind->need && i < l->same; i++)
		if (!value[i].s && str_is(l->name[i], l->kind->need))
			return false;
	return !l->kind->without || !value[l->dates].s;
}

/* The object of the same members. */
static void partial(const struct looker *l, const struct str *value,
    struct buf *b)
{
	buf_reset(b);
	buf_adds(b, "{\"resourceType\":\"");
	buf_adds(b, fhir_type_name(l->kind->type));
	buf_addch(b, '"');
	for (size_t i = 0; i < l->same; i++)
		if (value[i].s) {
			buf_add(b, ",\"", 2);
			buf_addstr(b, l->name[i]);
			buf_add(b, "\":", 2);
			buf_addstr(b, value[i]);
		}
	buf_addch(b, '}');
}

/* What else the state or the name may come from is not in the partial. */
static void give(struct take *k, const struct kind *kind, struct given *g)
{
	struct sketches *s = k->v->sketches;
	struct tape_error why;
	bool said;

	g->what = GIVEN_ALL_NEEDED;
	if (tape_parse(&k->v->t, s->key.s, s->key.len, &why) < 0)
		return;
	if (take_concept(k, tape_get(k->t, 0, kind->what)).n == 0)
		return;
	if (take_entry(k, kind, &g->e, &said) &&
	    g->e.state != FHIR_STATE_UNKNOWN) {
		g->what = GIVEN_ENTRY;
		g->e.sketch = true;
	} else if (g->e.state == FHIR_IN_ERROR) {
		g->what = GIVEN_NOTHING;
	}
}

static const struct given *given_by(struct take *k, const struct kind *kind,
    const struct looker *l, const struct str *value)
{
	struct sketches *s = k->v->sketches;
	struct given *g;
	int64_t *slot;
	bool added;

	partial(l, value, &s->key);
	slot = strmap_put(&s->given, buf_str(&s->key), &added);
	if (added) {
		g = arena_alloc(&k->v->mem, sizeof(*g));
		*slot = (int64_t)(intptr_t)g;
		give(k, kind, g);
	}
	return (const struct given *)(intptr_t)*slot;
}

/* As fhir_effective() finds it; false: it does not, or a tape must tell. */
static bool sketch_time(struct view *v, const struct looker *l,
    const struct str *value, struct view_time *t)
{
	for (size_t i = l->same; i < l->dates; i++) {
		struct str s = value[i];
		int rc = s.s ? 1 : 0;

		if (rc > 0 && l->below[i].n)
			rc = json_walk_path(s, l->below[i], &s);
		if (rc == 0)
			continue;
		if (rc < 0 || *s.s != '"')
			return false;
		take_time(v, t, (struct str){ s.s + 1, s.n - 2 });
		return t->precision != DATE_NONE;
	}
	return false;
}

bool take_sketch(struct take *k, const struct kind *kind)
{
	const struct looker *l = looker_of(k->v->sketches, k->res->type);
	struct str value[LOOKED_FOR] = { { NULL, 0 } };
	const struct given *g;
	struct view_entry e;

	if (!l || !read_members(l, k->res->body, value))
		return false;
	g = given_by(k, kind, l, value);
	if (g->what != GIVEN_ENTRY)
		return g->what == GIVEN_NOTHING;
	e = g->e;
	e.rid = k->res->rid;
	if (!sketch_time(k->v, l, value, &e.start))
		return false;
	push(k->v, &e);
	return true;
}

int fill_sketch(struct view *v, struct view_entry *x, struct ehr_err *e)
{
	struct resource res;
	struct take k = { v, &res, &v->t };
	struct tape_error why;
	struct view_entry whole;
	bool said;
	int rc = record_get(v->r, x->rid, v->opt.as_of, &res, e);

	if (rc < 0)
		return rc;
	if (rc == 0 || res.state != RECORD_LIVE ||
	    tape_parse(&v->t, res.body.s, res.body.n, &why) < 0 ||
	    !take_entry(&k, kind_of(x->type), &whole, &said))
		return ehr_fail(e, EHR_EINTEGRITY,
		    "a resource of the chart is not what it was (see "
		    "ehr-admin check)");
	whole.brief = x->brief; /* what other rows left of it */
	*x = whole;
	wait_of(v, x);
	return 0;
}
