/* Packages: files in, value sets and libraries sorted out, all compiled. */
#include "quality/impl.h"
#include "quality/source.h"

#include <stdlib.h>

struct quality_package *quality_package_new(void)
{
	struct quality_package *p = xcalloc(1, sizeof(*p));

	p->measure_text = BUF_INIT;
	p->digest = sha256_new();
	return p;
}

struct quality_package *quality_package_beside(struct quality_package *other)
{
	struct quality_package *p = quality_package_new();

	p->beside = other;
	return p;
}

void quality_package_free(struct quality_package *p)
{
	if (p == NULL)
		return;
	base_leave(p->base);
	content_release(&p->content);
	arena_release(&p->arena);
	tape_release(&p->tape);
	buf_release(&p->measure_text);
	sha256_free(p->digest);
	free(p->needed);
	free(p->bound);
	free(p);
}

/* ---- reading ---- */

/* Takes the items of a file as far as they are JSON that we know. Of each a
 * copy is kept until it is known whether it is the last. */
static int read_items(struct quality_package *p, struct json_split *s,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	struct json_item item;
	bool some = false;
	int rc, next;

	do {
		next = json_split_next(s, &item, e);
		rc = some ? document_add(p, buf_str(&text), next == 0, e) : 0;
		if (rc < 0 || next <= 0)
			continue;
		if (item.why)
			return ehr_fail(e, EHR_EREJECT, "line %llu: %s",
			    (unsigned long long)item.line, item.why);
		sha256_update(p->digest, item.raw.s, item.raw.n);
		buf_reset(&text);
		buf_addstr(&text, item.text);
		some = true;
	} while (rc == 0 && next > 0);
	return rc < 0 ? rc : next;
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
	return document_add(p, text, false, e);
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

/* What the measure's expressions stand on. */
struct binding {
	struct quality_package *p;
	void (*warn)(void *arg, const char *text);
	void *arg;
	struct str missing;	/* the first that is */
	bool library;
	size_t more;
	int rc;
	struct ehr_err *e;
};

static void missing(struct binding *b, struct str name, bool library)
{
	if (b->missing.s) {
		b->more++;
		return;
	}
	b->missing = name;
	b->library = library;
}

/* A base has value sets of other packages, too. */
static void bind_set(struct binding *b, uint32_t number)
{
	struct quality_package *p = b->p;
	struct base *base = p->base;
	struct str id = elm_valueset(base->elm, number), rest = id, url;
	int set;

	if (p->bound[number])
		return;
	p->bound[number] = 1;
	b->rc = complete(p, id, b->e);
	if (b->rc < 0)
		return;
	set = terms_find(&base->terms, id);
	str_split(&rest, '|', &url);
	if (set < 0 || (p->joined && !content_has(&p->content, 'V', url)))
		missing(b, id, false);
	else
		warn_short(&base->terms.set[set], b->warn, b->arg);
}

static void bind_part(void *arg, enum elm_part_kind kind, uint32_t number)
{
	struct binding *b = arg;
	struct quality_package *p = b->p;
	struct str library;

	if (b->rc < 0)
		return;
	if (kind == ELM_PART_RETRIEVE)
		p->needed[number] = 1;
	else if (kind == ELM_PART_VALUESET)
		bind_set(b, number);
	else if (kind == ELM_PART_DEFINE && p->joined) {
		elm_define_name(p->base->elm, (int)number, &library);
		if (!content_has(&p->content, 'L', library))
			missing(b, library, true);
	}
}

/* Numbers of the definitions and functions that the measure names. */
static size_t roots_of(const struct quality_measure *m, int **roots)
{
	size_t n = 0, cap = m->supplements;
	int *v;

	for (uint32_t g = 0; g < m->groups; g++)
		cap += m->group[g].populations + m->group[g].strata;
	v = *roots = xcalloc(cap + 1, sizeof(*v));
	for (uint32_t g = 0; g < m->groups; g++) {
		for (uint32_t i = 0; i < m->group[g].populations; i++)
			v[n++] = m->group[g].population[i].function >= 0
			    ? m->group[g].population[i].function
			    : m->group[g].population[i].define;
		for (uint32_t i = 0; i < m->group[g].strata; i++)
			v[n++] = m->group[g].stratum[i].define;
	}
	for (uint32_t i = 0; i < m->supplements; i++)
		if (m->supplement[i].define >= 0)
			v[n++] = m->supplement[i].define;
	return n;
}

/* Which of the terms each value set of the expressions is. */
static void number_sets(struct base *b)
{
	struct str id;
	size_t i = 0;

	for (; (id = elm_valueset(b->elm, i)).s; i++) {
		if (i == b->sets)
			b->set = xrealloc(b->set,
			    ++b->sets * sizeof(*b->set));
		b->set[i] = terms_find(&b->terms, id);
	}
}

static void make_room(struct quality_package *p)
{
	size_t sets = p->sets;

	while (elm_valueset(p->base->elm, p->sets).s)
		p->sets++;
	p->bound = xrealloc(p->bound, p->sets + 1);
	memset(p->bound + sets, 0, p->sets - sets);
	while (elm_retrieve_at(p->base->elm, p->retrieves))
		p->retrieves++;
	free(p->needed);
	p->needed = xcalloc(p->retrieves + 1, 1);
}

/* All that are missing are counted, the first is named. */
int package_bind(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e)
{
	struct binding b = { p, warn, arg, STR_NONE, false, 0, 0, e };
	int *roots;
	size_t n = roots_of(&p->measure, &roots);

	make_room(p);
	elm_parts(p->base->elm, roots, n, bind_part, &b);
	free(roots);
	number_sets(p->base);
	if (b.rc == 0 && b.missing.s)
		return ehr_fail(e, EHR_EREJECT, "%s %.*s is missing%s",
		    b.library ? "library" : "value set", STR_FMT(b.missing),
		    b.more ? ", and others" : "");
	return b.rc;
}

int quality_package_link(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e)
{
	int rc;

	if (p->measures != 1)
		return ehr_fail(e, EHR_EREJECT, "%s Measure in the package",
		    p->measures ? "more than one" : "no");
	sha256_final(p->digest, p->hash);
	p->base->open |= p->documents == 1;
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
	const struct elm_retrieve *r;

	if (i >= p->retrieves)
		return false;
	r = elm_retrieve_at(p->base->elm, i);
	*need = (struct quality_need){ p->needed[i] ? r->type : 0,
		r->codes.kind == ELM_NULL ? STR_NONE : r->code_path,
		r->codes.kind == ELM_VALUESET ? p->base->set[r->codes.i]
					      : -1 };
	return true;
}

bool quality_shares(const struct quality_package *a,
    const struct quality_package *b)
{
	return a->base == b->base;
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
	struct elm_value want = elm_retrieve_at(p->base->elm, i)->codes;
	int set = want.kind == ELM_VALUESET ? p->base->set[want.i] : -1;

	if (want.kind == ELM_VALUESET)
		return str_ends(system, QICORE_NOT_DONE) ||
		    terms_has(&p->base->terms, set, system, code) ||
		    (system.n == 0 &&
			terms_has(&p->base->terms, set, STR_NONE, code));
	for (uint32_t k = 0; k < want.n; k++) {
		const struct elm_value *v = &want.list[k];

		if (v->kind == ELM_CODE
			? among(&v->code, 1, system, code)
			: among(v->concept->codes, v->concept->n, system, code))
			return true;
	}
	return false;
}
