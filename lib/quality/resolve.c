/* References of a Bundle as CQL compares them: what is in it goes by Type/id,
 * whatever its entries are called (FHIR R4, Bundle: resolving references). */
#include "quality/impl.h"

struct resolving {
	struct tape *t;
	struct strmap names; /* fullUrl -> place of its "Type/id" in text */
	struct buf text;
	struct buf *out; /* NULL: t itself is changed */
	size_t done;	 /* bytes of t that are in out */
};

/* The id of an entry's resource: its own, else the uuid that it is called. */
static struct str id_of(const struct tape *t, uint32_t resource, struct str url,
    bool *own)
{
	uint32_t id = tape_get(t, resource, "id");
	struct fhir_ref ref;

	*own = id != 0;
	if (id)
		return tape_str(t, id);
	fhir_ref_parse(url, &ref);
	return ref.kind == FHIR_REF_URN && uuid_valid(ref.id) ? ref.id
							       : STR_NONE;
}

/* Notes what the entries are called; true: one has no id of its own. */
static bool take_names(struct resolving *r, uint32_t entries)
{
	BUF_AUTO scratch = BUF_INIT;
	bool nameless = false, own;

	tape_each(r->t, entries, i) {
		uint32_t resource = tape_get(r->t, i, "resource");
		struct str url = tape_member(r->t, i, "fullUrl", &scratch), id;

		if (resource == 0 || url.n == 0)
			continue;
		id = id_of(r->t, resource, url, &own);
		nameless |= !own;
		if (id.n == 0)
			continue;
		*strmap_put(&r->names, url, NULL) = (int64_t)r->text.len;
		buf_addf(&r->text, "%s/%.*s",
		    fhir_type_name(fhir_resource_type(r->t, resource)),
		    STR_FMT(id));
		buf_addch(&r->text, '\0');
	}
	return nameless;
}

/* Copies up to byte `to` of the text, and goes on at `from`. */
static void skip(struct resolving *r, size_t to, size_t from)
{
	buf_add(r->out, r->t->text + r->done, to - r->done);
	r->done = from;
}

static int replace(void *arg, uint32_t node)
{
	struct resolving *r = arg;
	const struct tape_node *n = &r->t->node[node];
	BUF_AUTO scratch = BUF_INIT;
	struct str s = tape_text(r->t, node, &scratch), to;
	struct fhir_ref ref;
	int64_t *at;

	fhir_ref_parse(s, &ref);
	if (ref.version.s) /* whatever version: it has but one */
		s.n = (size_t)(str_end(ref.id) - s.s);
	at = strmap_get(&r->names, s);
	if (at == NULL ||
	    (ref.kind != FHIR_REF_ABSOLUTE && ref.kind != FHIR_REF_URN))
		return 0;
	to = str_of(r->text.s + *at);
	if (r->out == NULL) {
		tape_put_string(r->t, node, to);
		return 0;
	}
	skip(r, n->off, (size_t)n->off + n->len);
	buf_addstr(r->out, to);
	return 0;
}

/* The id that a resource without one goes by. */
static void give_id(struct resolving *r, uint32_t entry, uint32_t resource)
{
	BUF_AUTO scratch = BUF_INIT;
	size_t at = r->t->node[resource].off + 1;
	struct str id;
	bool own;

	id = id_of(r->t, resource,
	    tape_member(r->t, entry, "fullUrl", &scratch), &own);
	if (own || id.n == 0)
		return;
	skip(r, at, at);
	buf_addf(r->out, "\"id\":\"%.*s\",", STR_FMT(id));
}

static void rewrite(struct resolving *r, uint32_t entries)
{
	tape_each(r->t, entries, i) {
		uint32_t resource = tape_get(r->t, i, "resource");

		if (resource == 0)
			continue;
		if (r->out)
			give_id(r, i, resource);
		fhir_references_each(r->t, resource, replace, r);
	}
	if (r->out)
		skip(r, r->t->len, r->t->len);
}

bool patient_resolve(struct tape *t, struct buf *out)
{
	struct resolving r = { .t = t, .names = STRMAP_INIT,
		.text = BUF_INIT };
	uint32_t entries = tape_get(t, 0, "entry");

	if (entries == 0 || tape_type(t, entries) != TAPE_ARRAY)
		return false;
	if (take_names(&r, entries))
		r.out = out;
	if (r.out || (r.names.count &&
	    fhir_refs_elsewhere((struct str){ t->text, t->len })))
		rewrite(&r, entries);
	strmap_release(&r.names);
	buf_release(&r.text);
	return r.out != NULL;
}
