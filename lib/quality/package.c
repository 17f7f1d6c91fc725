/* Packages: files in, value sets and libraries sorted out, all compiled. */
#include "quality/impl.h"
#include "quality/source.h"

#include <stdlib.h>

struct quality_package *quality_package_new(void)
{
	struct quality_package *p = xcalloc(1, sizeof(*p));

	p->elm = elm_package_new();
	p->measure_text = BUF_INIT;
	p->digest = sha256_new();
	return p;
}

void quality_package_free(struct quality_package *p)
{
	if (p == NULL)
		return;
	elm_package_free(p->elm);
	terms_release(&p->terms);
	arena_release(&p->arena);
	tape_release(&p->tape);
	buf_release(&p->measure_text);
	sha256_free(p->digest);
	free(p->set);
	free(p);
}

/* ---- reading ---- */

/* content[] of a Library: its ELM, base64. */
static int add_library(struct quality_package *p, const struct tape *t,
    uint32_t root, struct ehr_err *e)
{
	uint32_t list = tape_get(t, root, "content");
	BUF_AUTO data = BUF_INIT;
	BUF_AUTO elm = BUF_INIT;

	if (list == 0)
		return 0;
	tape_each(t, list, i) {
		uint32_t type = tape_get(t, i, "contentType");

		if (type == 0 ||
		    !str_is(tape_str(t, type), "application/elm+json"))
			continue;
		buf_reset(&data);
		if (!base64_decode(&elm, tape_member(t, i, "data", &data)))
			return ehr_fail(e, EHR_EREJECT,
			    "a Library whose ELM is no base64");
		return elm_package_add(p->elm, buf_str(&elm), e);
	}
	return 0;
}

static int add_resource(struct quality_package *p, const struct tape *t,
    uint32_t root, struct ehr_err *e)
{
	switch (fhir_resource_type(t, root)) {
	case FHIR_Library: return add_library(p, t, root, e);
	case FHIR_ValueSet: terms_add(&p->terms, t, root); return 0;
	case FHIR_Measure:
		p->measures++;
		buf_reset(&p->measure_text);
		tape_write(&p->measure_text, t, root);
		return 0;
	default: return 0;
	}
}

/* A Bundle's resources, a resource, or the bare JSON of an ELM library. */
static int add_document(struct quality_package *p, struct str json,
    struct ehr_err *e)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	uint32_t entries, resource;
	int rc = 0;

	if (tape_parse(&t, json.s, json.n, &why) < 0)
		return ehr_fail(e, EHR_EREJECT, "at byte %zu: %s", why.offset,
		    why.text);
	if (tape_get(&t, 0, "library") && !tape_get(&t, 0, "resourceType"))
		return elm_package_add(p->elm, json, e);
	if (fhir_resource_type(&t, 0) != FHIR_Bundle)
		return add_resource(p, &t, 0, e);
	entries = tape_get(&t, 0, "entry");
	if (entries == 0 || tape_type(&t, entries) != TAPE_ARRAY)
		return 0;
	tape_each(&t, entries, i)
		if (rc == 0 && (resource = tape_get(&t, i, "resource")) != 0)
			rc = add_resource(p, &t, resource, e);
	return rc;
}

/* Takes what lies at path as far as it is JSON that we know. */
static int read_items(struct quality_package *p, struct json_split *s,
    struct ehr_err *e)
{
	struct json_item item;
	int rc;

	while ((rc = json_split_next(s, &item, e)) > 0) {
		if (item.why)
			return ehr_fail(e, EHR_EREJECT, "line %llu: %s",
			    (unsigned long long)item.line, item.why);
		sha256_update(p->digest, item.raw.s, item.raw.n);
		rc = add_document(p, item.text, e);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* Frees in. */
static int read_in(struct quality_package *p, struct in *in,
    struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s = json_split_new(in, &opt);
	int rc = read_items(p, s, e);

	json_split_free(s);
	if (rc < 0)
		ehr_fail_prefix(e, "%s: ", in_name(in));
	in_close(in);
	return rc;
}

/* The package of a folder or zip. */
static int add_found(void *arg, const struct quality_kept *k, struct str text,
    struct ehr_err *e)
{
	return k->kind == QUALITY_KEPT_MEASURE
	    ? quality_package_add(arg, "package", text, e) : 0;
}

int quality_package_read(struct quality_package *p, const char *path,
    struct ehr_err *e)
{
	struct in *in;
	int rc;

	if (!source_is_file(path))
		return quality_intake(path, false, 0, add_found, p, e);
	rc = in_open(&in, path, e);
	return rc < 0 ? rc : read_in(p, in, e);
}

int quality_package_add(struct quality_package *p, const char *name,
    struct str json, struct ehr_err *e)
{
	struct in *in;
	int rc = in_open_mem(&in, name, json);

	return rc < 0 ? rc : read_in(p, in, e);
}

/* ---- value sets beside the package ---- */

static int add_valueset(void *arg, const struct quality_kept *k,
    struct str text, struct ehr_err *e)
{
	struct quality_package *p = arg;
	struct sha256_ctx *c = sha256_new();

	(void)k;
	if (p->completed)
		sha256_update(c, p->set_hash, sizeof(p->set_hash));
	sha256_update(c, text.s, text.n);
	sha256_final(c, p->set_hash);
	sha256_free(c);
	p->completed = true;
	return add_document(p, text, e);
}

int quality_package_valuesets(struct quality_package *p, const char *path,
    struct ehr_err *e)
{
	return quality_intake(path, true, 0, add_valueset, p, e);
}

void quality_package_complete(struct quality_package *p, struct store *db)
{
	p->db = db;
}

/* Takes what the record keeps of a value set. */
static int complete(struct quality_package *p, struct str canonical,
    struct ehr_err *e)
{
	struct str version = canonical, url = STR_NONE;
	BUF_AUTO text = BUF_INIT;
	int rc;

	if (p->db == NULL)
		return 0;
	str_split(&version, '|', &url);
	rc = kept_valueset(p->db, url, version, &text, e);
	return rc > 0 ? add_valueset(p, NULL, buf_str(&text), e) : rc;
}

/* ---- linking ---- */

static void warn_short(const struct set *set,
    void (*warn)(void *arg, const char *text), void *arg)
{
	BUF_AUTO b = BUF_INIT;

	if (warn == NULL || (set->codes > 0 && set->codes >= set->total))
		return;
	if (set->codes == 0)
		buf_addf(&b, "value set %.*s is empty", STR_FMT(set->url));
	else
		buf_addf(&b, "value set %.*s has %u of %llu codes: "
		    "what it leaves out will not be found",
		    STR_FMT(set->url), set->codes,
		    (unsigned long long)set->total);
	warn(arg, b.s);
}

/* Which of ours each value set of the expressions is. All that are missing
 * are counted, the first is named. */
int package_bind(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e)
{
	size_t missing = 0;
	struct str first = STR_NONE, id;

	while ((id = elm_valueset(p->elm, p->sets)).s) {
		int rc = complete(p, id, e);
		int set = terms_find(&p->terms, id);

		if (rc < 0)
			return rc;
		p->set = xrealloc(p->set, (p->sets + 1) * sizeof(*p->set));
		p->set[p->sets++] = set;
		if (set < 0) {
			if (missing++ == 0)
				first = id;
			continue;
		}
		warn_short(&p->terms.set[set], warn, arg);
	}
	if (missing)
		return ehr_fail(e, EHR_EREJECT,
		    "value set %.*s is missing%s", STR_FMT(first),
		    missing > 1 ? ", and others" : "");
	return 0;
}

int quality_package_link(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e)
{
	int rc;

	if (p->measures != 1)
		return ehr_fail(e, EHR_EREJECT, "%s Measure in the package",
		    p->measures ? "more than one" : "no");
	sha256_final(p->digest, p->hash);
	rc = measure_read(p, e);
	return rc < 0 ? rc : package_bind(p, warn, arg, e);
}

const struct quality_measure *quality_measure(const struct quality_package *p)
{
	return &p->measure;
}

void quality_package_hash(const struct quality_package *p, uint8_t out[32])
{
	memcpy(out, p->hash, 32);
}

bool quality_valueset_hash(const struct quality_package *p, uint8_t out[32])
{
	memcpy(out, p->set_hash, 32);
	return p->completed;
}

/* ---- what it needs ---- */

bool quality_need(const struct quality_package *p, size_t i,
    struct quality_need *need)
{
	const struct elm_retrieve *r = elm_retrieve_at(p->elm, i);

	if (r == NULL)
		return false;
	*need = (struct quality_need){ r->type,
		r->codes.kind == ELM_NULL ? STR_NONE : r->code_path,
		r->codes.kind == ELM_VALUESET ? p->set[r->codes.i] : -1 };
	return true;
}

static bool among(const struct elm_code *const *codes, uint32_t n,
    struct str system, struct str code)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(codes[i]->code, code) &&
		    str_eq(codes[i]->system, system))
			return true;
	return false;
}

bool quality_need_has(const struct quality_package *p, size_t i,
    struct str system, struct str code)
{
	struct elm_value want = elm_retrieve_at(p->elm, i)->codes;
	int set = want.kind == ELM_VALUESET ? p->set[want.i] : -1;

	if (want.kind == ELM_VALUESET)
		return str_ends(system, QICORE_NOT_DONE) ||
		    terms_has(&p->terms, set, system, code) ||
		    (system.n == 0 &&
			terms_has(&p->terms, set, STR_NONE, code));
	for (uint32_t k = 0; k < want.n; k++) {
		const struct elm_value *v = &want.list[k];

		if (v->kind == ELM_CODE
			? among(&v->code, 1, system, code)
			: among(v->concept->codes, v->concept->n, system, code))
			return true;
	}
	return false;
}
