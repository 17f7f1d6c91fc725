/* Packages: libraries, their definitions by name, what they refer to. */
#include "elm/load.h"

#include <stdlib.h>

static const struct elm_op ops[] = {
#define OP(name, children, mode, min, max, fn, clause) \
	{ name, children, mode, min, max, elm_##fn, clause },
#include "elm/ops.def"
#undef OP
};

struct elm_package *elm_package_new(void)
{
	struct elm_package *p = xcalloc(1, sizeof(*p));

	p->last = &p->libs;
	p->make.limits = (struct elm_limits){ UINT64_MAX, UINT64_MAX };
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		*strmap_put(&p->ops, str_of(ops[i].name), NULL) = (int64_t)i;
	return p;
}

const struct elm_op *elm_op(const struct elm_package *p, struct str name)
{
	const int64_t *at = strmap_get(&p->ops, name);

	return at ? &ops[*at] : NULL;
}

void elm_library_free(struct elm_lib *lib)
{
	if (lib == NULL)
		return;
	tape_release(&lib->tape);
	arena_release(&lib->names);
	for (int i = 0; i < ELM_TABLES; i++)
		strmap_release(&lib->table[i]);
	free(lib);
}

static void names_release(struct elm_names *names)
{
	free(names->v);
	strmap_release(&names->at);
}

void elm_package_free(struct elm_package *p)
{
	struct elm_lib *next;

	if (p == NULL)
		return;
	for (struct elm_lib *lib = p->libs; lib; lib = next) {
		next = lib->next;
		elm_library_free(lib);
	}
	for (uint32_t i = 0; i < p->params; i++)
		free(p->param[i]->parts.v);
	for (uint32_t i = 0; i < p->defs; i++) {
		free(p->def[i]->parts.v);
		free(p->def[i]->uses);
		free(p->def[i]->retrieve);
	}
	strmap_release(&p->ops);
	strmap_release(&p->reads);
	arena_release(&p->make.arena);
	free(p->def);
	free(p->param);
	names_release(&p->valuesets);
	names_release(&p->systems);
	free(p->retrieve);
	free(p);
}

/* ---- names in a library ---- */

/* A string member, decoded; STR_NONE when there is none. */
struct str elm_json_text(struct elm_package *p, const struct tape *t,
    uint32_t object, const char *key)
{
	uint32_t i = tape_get(t, object, key);
	BUF_AUTO b = BUF_INIT;

	if (i == 0 || tape_type(t, i) != TAPE_STRING)
		return STR_NONE;
	if (!t->node[i].escaped)
		return tape_str(t, i);
	json_unescape(&b, tape_str(t, i));
	return arena_str(&p->make.arena, buf_str(&b));
}

/* Where each table stands in the JSON, and what names its rows. */
static const struct {
	const char *member, *key;
} tables[ELM_TABLES] = {
	[ELM_VALUESETS] = { "valueSets", "name" },
	[ELM_CODES] = { "codes", "name" },
	[ELM_SYSTEMS] = { "codeSystems", "name" },
	[ELM_CONCEPTS] = { "concepts", "name" },
	[ELM_INCLUDES] = { "includes", "localIdentifier" },
	[ELM_PARAMETERS] = { "parameters", "name" },
};

static void read_table(struct elm_package *p, struct elm_lib *lib, int which)
{
	const struct tape *t = &lib->tape;
	uint32_t rows = tape_path(t, lib->root, tables[which].member);

	rows = rows ? tape_get(t, rows, "def") : 0;
	if (rows == 0 || tape_type(t, rows) != TAPE_ARRAY)
		return;
	tape_each(t, rows, i) {
		struct str name = elm_json_text(p, t, i, tables[which].key);

		if (name.s)
			*strmap_put(&lib->table[which], name, NULL) = i;
	}
}

static void add_def(struct elm_package *p, struct elm_lib *lib, uint32_t i,
    struct str name)
{
	struct elm_def *def = arena_alloc(&p->make.arena, sizeof(*def));
	bool added;
	int64_t *first;

	def->lib = lib;
	def->name = arena_str(&p->make.arena, name);
	def->json = i;
	def->function = str_is(elm_json_text(p, &lib->tape, i, "type"),
	    "FunctionDef");
	def->number = p->defs;
	if (p->defs == p->def_cap) {
		p->def_cap = p->def_cap ? p->def_cap * 2 : 256;
		p->def = xrealloc(p->def, p->def_cap * sizeof(*p->def));
	}
	p->def[p->defs++] = def;
	first = strmap_put(&lib->table[ELM_DEFS], name, &added);
	if (!added)
		def->next = p->def[*first];
	*first = def->number;
}

static void read_defs(struct elm_package *p, struct elm_lib *lib)
{
	const struct tape *t = &lib->tape;
	uint32_t rows = tape_path(t, lib->root, "statements");

	rows = rows ? tape_get(t, rows, "def") : 0;
	if (rows == 0 || tape_type(t, rows) != TAPE_ARRAY)
		return;
	tape_each(t, rows, i) {
		struct str name = elm_json_text(p, t, i, "name");

		if (name.s)
			add_def(p, lib, i, name);
	}
}

/* ---- libraries ---- */

static struct elm_lib *find_library(const struct elm_package *p,
    struct str name, struct str version)
{
	for (struct elm_lib *lib = p->libs; lib; lib = lib->next)
		if (str_eq(lib->name, name) &&
		    (version.s == NULL || str_eq(lib->version, version)))
			return lib;
	return NULL;
}

/* A member's text, kept with the library. */
static struct str text_of(struct elm_lib *lib, uint32_t object,
    const char *key)
{
	BUF_AUTO b = BUF_INIT;
	struct str s = tape_member(&lib->tape, object, key, &b);

	return s.s ? arena_str(&lib->names, s) : STR_NONE;
}

/* The model of another FHIR release has other elements. */
static bool other_model(struct elm_lib *lib, struct str *version)
{
	const struct tape *t = &lib->tape;
	uint32_t rows = tape_path(t, lib->root, "usings");
	BUF_AUTO b = BUF_INIT;

	rows = rows ? tape_get(t, rows, "def") : 0;
	if (rows == 0 || tape_type(t, rows) != TAPE_ARRAY)
		return false;
	tape_each(t, rows, i) {
		if (!str_is(tape_member(t, i, "localIdentifier", &b), "FHIR"))
			continue;
		*version = text_of(lib, i, "version");
		if (version->n && !str_starts(*version, "4."))
			return true;
	}
	return false;
}

int elm_library_read(struct elm_lib **out, struct str json, struct ehr_err *e)
{
	struct elm_lib *lib = xcalloc(1, sizeof(*lib));
	struct tape_error why;
	struct str model;
	uint32_t id;

	if (tape_parse(&lib->tape, json.s, json.n, &why) < 0) {
		elm_library_free(lib);
		return ehr_fail(e, EHR_EREJECT, "ELM: at byte %zu: %s",
		    why.offset, why.text);
	}
	lib->root = tape_get(&lib->tape, 0, "library");
	id = lib->root ? tape_get(&lib->tape, lib->root, "identifier") : 0;
	if (id)
		lib->name = text_of(lib, id, "id");
	if (lib->name.s == NULL) {
		elm_library_free(lib);
		return ehr_fail(e, EHR_EREJECT,
		    "ELM: no library with an identifier");
	}
	lib->version = text_of(lib, id, "version");
	if (other_model(lib, &model)) {
		ehr_fail(e, EHR_EREJECT, "%.*s: of FHIR %.*s, not R4",
		    STR_FMT(lib->name), STR_FMT(model));
		elm_library_free(lib);
		return EHR_EREJECT;
	}
	*out = lib;
	return 0;
}

struct str elm_library_name(const struct elm_lib *lib)
{
	return lib->name;
}

void elm_package_take(struct elm_package *p, struct elm_lib *lib)
{
	if (find_library(p, lib->name, lib->version)) {
		elm_library_free(lib);
		return;
	}
	for (int i = 0; i < ELM_DEFS; i++)
		read_table(p, lib, i);
	read_defs(p, lib);
	*p->last = lib;
	p->last = &lib->next;
}

int elm_package_add(struct elm_package *p, struct str json, struct ehr_err *e)
{
	struct elm_lib *lib;
	int rc = elm_library_read(&lib, json, e);

	if (rc == 0)
		elm_package_take(p, lib);
	return rc;
}

struct str elm_library(const struct elm_package *p, size_t i)
{
	struct elm_lib *lib = p->libs;

	while (lib && i-- > 0)
		lib = lib->next;
	return lib ? lib->name : STR_NONE;
}

/* The library an include names: last segment of its path, and version. */
struct elm_lib *elm_included(struct elm_package *p, const struct elm_lib *from,
    struct str alias, struct ehr_err *e)
{
	const int64_t *row = strmap_get(&from->table[ELM_INCLUDES], alias);
	struct str path, version, name = STR_NONE;
	struct elm_lib *lib;

	if (row == NULL) {
		ehr_fail(e, EHR_EREJECT, "%.*s: nothing is included as %.*s",
		    STR_FMT(from->name), STR_FMT(alias));
		return NULL;
	}
	path = elm_json_text(p, &from->tape, (uint32_t)*row, "path");
	version = elm_json_text(p, &from->tape, (uint32_t)*row, "version");
	while (str_split(&path, '/', &name))
		;
	lib = find_library(p, name, version);
	if (lib == NULL)
		ehr_fail(e, EHR_EREJECT,
		    "%.*s: library %.*s, version %.*s, is missing",
		    STR_FMT(from->name), STR_FMT(name), STR_FMT(version));
	return lib;
}

int elm_define(struct elm_package *p, struct str library, struct str name,
    struct ehr_err *e)
{
	struct elm_lib *lib = find_library(p, library, STR_NONE);
	const int64_t *row = lib ? strmap_get(&lib->table[ELM_DEFS], name)
				 : NULL;
	struct elm_def *def = row ? p->def[*row] : NULL;
	int rc;

	if (def == NULL || def->function)
		return ehr_fail(e, EHR_ENOENT, "%.*s: no definition %.*s",
		    STR_FMT(library), STR_FMT(name));
	rc = elm_compile(p, def, e);
	return rc < 0 ? rc : (int)def->number;
}

struct str elm_define_name(const struct elm_package *p, int define,
    struct str *library)
{
	*library = p->def[define]->lib->name;
	return p->def[define]->name;
}

int elm_define_uses(const struct elm_package *p, int define, size_t i)
{
	const struct elm_def *def = p->def[define];

	return i < def->used ? (int)def->uses[i] : -1;
}

void elm_note_path(struct elm_package *p, struct str path)
{
	struct str name;

	while (str_split(&path, '.', &name))
		strmap_put(&p->reads, name, NULL);
}

bool elm_reads(const struct elm_package *p, struct str property)
{
	return strmap_get(&p->reads, property) != NULL;
}

const struct elm_retrieve *elm_define_asks(const struct elm_package *p,
    int define, size_t i)
{
	const struct elm_def *def = p->def[define];

	return i < def->retrieves ? def->retrieve[i]->retrieve : NULL;
}

int elm_function(struct elm_package *p, struct str library, struct str name,
    uint32_t operands, struct ehr_err *e)
{
	struct elm_lib *lib = find_library(p, library, STR_NONE);
	const int64_t *row = lib ? strmap_get(&lib->table[ELM_DEFS], name)
				 : NULL;
	struct elm_def *def = row ? p->def[*row] : NULL;
	int rc;

	for (; def; def = def->next) {
		if (!def->function)
			continue;
		rc = elm_compile(p, def, e);
		if (rc < 0)
			return rc;
		if (def->operands == operands)
			return (int)def->number;
	}
	return ehr_fail(e, EHR_ENOENT, "%.*s: no function %.*s of %u operands",
	    STR_FMT(library), STR_FMT(name), operands);
}

/* ---- value sets, code systems: numbered as they are met ---- */

static uint32_t number_of(struct elm_package *p, struct elm_names *names,
    struct str id)
{
	bool added;
	int64_t *at = strmap_put(&names->at, id, &added);

	if (!added)
		return (uint32_t)*at;
	if (names->n == names->cap) {
		names->cap = names->cap ? 2 * names->cap : 16;
		names->v = xrealloc(names->v,
		    names->cap * sizeof(*names->v));
	}
	*at = names->n;
	names->v[names->n] = arena_str(&p->make.arena, id);
	return names->n++;
}

uint32_t elm_valueset_number(struct elm_package *p, struct str id)
{
	return number_of(p, &p->valuesets, id);
}

uint32_t elm_system_number(struct elm_package *p, struct str id)
{
	return number_of(p, &p->systems, id);
}

struct str elm_valueset(const struct elm_package *p, size_t i)
{
	return i < p->valuesets.n ? p->valuesets.v[i] : STR_NONE;
}

struct str elm_codesystem(const struct elm_package *p, size_t i)
{
	return i < p->systems.n ? p->systems.v[i] : STR_NONE;
}

uint32_t elm_retrieve_number(struct elm_package *p,
    const struct elm_retrieve *r)
{
	p->retrieve = xrealloc(p->retrieve,
	    (p->retrieves + 1) * sizeof(struct elm_retrieve *));
	p->retrieve[p->retrieves] = r;
	return p->retrieves++;
}

const struct elm_retrieve *elm_retrieve_at(const struct elm_package *p,
    size_t i)
{
	return i < p->retrieves ? p->retrieve[i] : NULL;
}
