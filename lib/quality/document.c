/* What a package is read from: the resources of a Bundle, of which only what no
 * package beside it has is compiled. */
#include "quality/impl.h"

#include <stdlib.h>

/* Resources of a document. */
struct document {
	const struct tape *t;
	uint32_t *root;
	size_t n;
	struct library_text *library; /* in their order */
	size_t libraries;
};

static void release(struct document *d)
{
	for (size_t i = 0; i < d->libraries; i++) {
		buf_release(&d->library[i].data);
		elm_library_free(d->library[i].lib);
	}
	free(d->library);
	free(d->root);
}

static void add_root(struct document *d, uint32_t root)
{
	d->root = xrealloc(d->root, (d->n + 1) * sizeof(*d->root));
	d->root[d->n++] = root;
}

static void find_roots(struct document *d)
{
	uint32_t entries, resource;

	if (fhir_resource_type(d->t, 0) != FHIR_Bundle) {
		add_root(d, 0);
		return;
	}
	entries = tape_get(d->t, 0, "entry");
	if (entries == 0 || tape_type(d->t, entries) != TAPE_ARRAY)
		return;
	tape_each(d->t, entries, i)
		if ((resource = tape_get(d->t, i, "resource")) != 0)
			add_root(d, resource);
}

/* ---- libraries ---- */

static int parse(struct library_text *l, struct ehr_err *e)
{
	BUF_AUTO elm = BUF_INIT;
	int rc;

	if (!base64_decode(&elm, buf_str(&l->data)))
		return ehr_fail(e, EHR_EREJECT,
		    "a Library whose ELM is no base64");
	rc = elm_library_read(&l->lib, buf_str(&elm), e);
	if (rc == 0)
		l->name = elm_library_name(l->lib);
	return rc;
}

/* What a base beside the package knows of it, else what it says. */
static int identify(const struct quality_package *p, struct library_text *l,
    struct ehr_err *e)
{
	sha256(l->data.s, l->data.len, l->digest);
	for (p = p->beside; p; p = p->beside) {
		l->name = p->base ? base_read(p->base, l) : STR_NONE;
		if (l->name.s)
			return 0;
	}
	return parse(l, e);
}

/* content[] of a Library: its ELM, base64. */
static int find_library(struct quality_package *p, struct document *d,
    uint32_t root, struct ehr_err *e)
{
	uint32_t list = tape_get(d->t, root, "content");
	struct library_text *l;
	BUF_AUTO scratch = BUF_INIT;
	int rc;

	if (list == 0)
		return 0;
	tape_each(d->t, list, i) {
		uint32_t type = tape_get(d->t, i, "contentType");

		if (type == 0 ||
		    !str_is(tape_str(d->t, type), "application/elm+json"))
			continue;
		d->library = xrealloc(d->library,
		    (d->libraries + 1) * sizeof(*d->library));
		l = &d->library[d->libraries++];
		*l = (struct library_text){ .data = BUF_INIT };
		buf_addstr(&l->data, tape_member(d->t, i, "data", &scratch));
		rc = identify(p, l, e);
		if (rc == 0)
			content_add(&p->content, 'L', l->name,
			    (struct str){ (char *)l->digest,
				sizeof(l->digest) });
		return rc;
	}
	return 0;
}

/* Leaves in the base what it has not. */
static int take_libraries(struct quality_package *p, struct document *d,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; i < d->libraries && rc == 0; i++) {
		struct library_text *l = &d->library[i];

		if (base_read(p->base, l).s)
			continue;
		if (l->lib == NULL)
			rc = parse(l, e);
		if (rc == 0)
			base_take(p->base, l);
	}
	return rc;
}

/* ---- the rest ---- */

static struct str url_of(const struct tape *t, uint32_t root,
    struct buf *scratch)
{
	struct str url = tape_member(t, root, "url", scratch);

	return url.s ? url : STR("");
}

static int look_through(struct quality_package *p, struct document *d,
    struct ehr_err *e)
{
	BUF_AUTO url = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < d->n && rc == 0; i++) {
		uint32_t root = d->root[i];
		int type = fhir_resource_type(d->t, root);

		if (type == FHIR_Library)
			rc = find_library(p, d, root, e);
		else if (type == FHIR_ValueSet)
			content_add(&p->content, 'V', url_of(d->t, root, &url),
			    tape_str(d->t, root));
	}
	return rc;
}

/* The first base beside the package that has nothing of the same name with
 * another content; else one of its own. */
static void find_base(struct quality_package *p, bool alone)
{
	for (struct quality_package *o = p->beside; o && alone; o = o->beside)
		if (o->base && base_fits(o->base, &p->content)) {
			p->base = o->base;
			p->base->refs++;
			p->joined = true;
			return;
		}
	p->base = base_new();
}

static void add_resource(struct quality_package *p, struct document *d,
    uint32_t root)
{
	BUF_AUTO url = BUF_INIT;

	switch (fhir_resource_type(d->t, root)) {
	case FHIR_ValueSet:
		if (p->documents > 0 || !content_has(&p->base->content, 'V',
			url_of(d->t, root, &url)))
			terms_add(&p->base->terms, d->t, root);
		break;
	case FHIR_Measure:
		p->measures++;
		buf_reset(&p->measure_text);
		tape_write(&p->measure_text, d->t, root);
		break;
	default: break;
	}
}

static int add_all(struct quality_package *p, struct document *d, bool last,
    struct ehr_err *e)
{
	int rc;

	find_roots(d);
	rc = look_through(p, d, e);
	if (rc < 0)
		return rc;
	if (p->base == NULL)
		find_base(p, last);
	rc = take_libraries(p, d, e);
	for (size_t i = 0; i < d->n && rc == 0; i++)
		add_resource(p, d, d->root[i]);
	if (p->documents++ == 0)
		base_note(p->base, &p->content);
	return rc;
}

int document_add(struct quality_package *p, struct str json, bool last,
    struct ehr_err *e)
{
	TAPE_AUTO t = TAPE_INIT;
	struct document d = { .t = &t };
	struct tape_error why;
	int rc;

	if (tape_parse(&t, json.s, json.n, &why) < 0)
		return ehr_fail(e, EHR_EREJECT, "at byte %zu: %s", why.offset,
		    why.text);
	if (tape_get(&t, 0, "library") && !tape_get(&t, 0, "resourceType")) {
		if (p->base == NULL)
			p->base = base_new();
		p->documents++;
		return elm_package_add(p->base->elm, json, e);
	}
	rc = add_all(p, &d, last, e);
	release(&d);
	return rc;
}
