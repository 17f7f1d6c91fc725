/* impl.h - what the files of lib/quality share. */
#ifndef EHR_QUALITY_IMPL_H
#define EHR_QUALITY_IMPL_H

#include "ehr/crypto.h"
#include "ehr/quality.h"

/* ---- terms.c: the codes of value sets ---- */

/* url|version -> number; (number, code) -> is in it. */
struct terms {
	struct strmap sets, coded, bare;
	struct map64 in;
	struct set {
		struct str url, version;
		struct str *code, *system; /* for expanding; in arena */
		uint32_t codes, cap;
		uint64_t total; /* as its expansion says */
	} *set;
	uint32_t count;
	struct arena arena;
};
void terms_release(struct terms *t);
/* A ValueSet resource; united with one of the same url. */
void terms_add(struct terms *t, const struct tape *tape, uint32_t root);
/* Number of a set by its canonical (a version behind a bar must be the
 * set's, when the set has one), or -1. */
int terms_find(const struct terms *t, struct str canonical);
bool terms_has(const struct terms *t, int set, struct str system,
    struct str code);

/* ---- base.c: what packages have in common ---- */

/* Libraries by name ('L' in front) and value sets by url ('V') -> digest of
 * their texts. */
struct content {
	struct strmap at; /* index in digest */
	uint8_t (*digest)[32];
	size_t n;
};
void content_release(struct content *c);
/* Adds one more text of a library or value set. */
void content_add(struct content *c, char kind, struct str name,
    struct str text);
bool content_has(const struct content *c, char kind, struct str name);

/* Libraries and value sets, compiled once for all packages that agree in what
 * both have. Freed with the last of them; what is read and compiled into it
 * belongs to one thread. */
struct base {
	unsigned refs;
	bool open;		/* others may join */
	struct elm_package *elm;
	struct terms terms;
	struct content content;
	struct strmap read;	/* digest of a Library's data -> see names */
	struct str *name;	/* of its library */
	struct arena names;
	int *set;		/* of elm_valueset() -> terms */
	size_t sets;
	struct shared *shared;	/* see run.c */
};
/* A Library of a document. */
struct library_text {
	struct buf data;	/* base64 */
	uint8_t digest[32];	/* of it */
	struct elm_lib *lib;	/* NULL: a base has it */
	struct str name;
};
struct base *base_new(void);	/* with one reference */
void base_leave(struct base *b);
/* Is all of c that b has too the same there, and may it be joined? */
bool base_fits(struct base *b, const struct content *c);
void base_note(struct base *b, const struct content *c);
/* Name of a library that b has read; STR_NONE: it has not. */
struct str base_read(const struct base *b, const struct library_text *l);
/* Takes over l->lib. */
void base_take(struct base *b, struct library_text *l);

/* ---- package.c ---- */

struct quality_package {
	struct arena arena;
	struct base *base;
	struct quality_package *beside; /* to share a base with, or NULL */
	bool joined;		/* the base was another package's */
	unsigned documents;
	struct content content;	/* its own, and what came beside it */
	struct quality_measure measure;
	uint32_t measures;
	struct tape tape;	/* of the Measure */
	struct buf measure_text;
	uint8_t *needed;	/* retrieves, by number */
	size_t retrieves;
	uint8_t *bound;		/* value sets, by number */
	size_t sets;
	struct sha256_ctx *digest;
	bool completed;		/* by value sets beside the package */
	uint8_t set_hash[32];	/* theirs, each after the hash so far */
	struct store *db;	/* that keeps more of them, or NULL */
	uint8_t hash[32];
};

/* Adds a Bundle's resources, a resource, or the bare JSON of a library. last:
 * nothing comes behind it. */
int document_add(struct quality_package *p, struct str json, bool last,
    struct ehr_err *e);

/* Reads the Measure's JSON into p->measure and compiles its expressions. */
int measure_read(struct quality_package *p, struct ehr_err *e);
/* Binds the value sets that came with the expressions compiled last. */
int package_bind(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e);

/* "CMS122" of "CMS122FHIRDiabetes...", or nothing. */
struct str measure_cms_id(struct str name);

/* ---- kept.c ---- */

/* What is kept of a value set, of several versions the last: 1, or 0. */
int kept_valueset(struct store *db, struct str url, struct str version,
    struct buf *text, struct ehr_err *e);

/* ---- intake.c, vsac.c: files that are published ---- */

struct intake;
/* Hands on what was found; all of k but input and size is set. */
int intake_found(struct intake *in, struct quality_kept *k, struct str text,
    struct ehr_err *e);
/* Value sets as the VSAC exports them as text or CSV. */
int vsac_read(struct intake *in, struct str text, struct ehr_err *e);

/* The end of the url of an extension: see struct elm_source. */
#define QICORE_NOT_DONE "qicore-notDoneValueSet"

/* ---- run.c ---- */

const struct elm_package *quality_run_elm(const struct quality_run *run);
const struct quality_measure *quality_run_measure(
    const struct quality_run *run);
/* Value of a definition for the patient evaluated last. */
int quality_run_value(struct quality_run *run, int define, struct elm_value *v,
    struct ehr_err *e);

/* The same of its i-th retrieve, also of any profile; 0 behind the last. */
int quality_run_retrieve(struct quality_run *run, int define, size_t i,
    struct elm_retrieve *r, struct elm_value *list, struct elm_value *whole,
    struct ehr_err *e);

/* ---- supplement.c ---- */

int supplement_codes(struct quality_run *run, const struct quality_measure *m,
    struct arena *arena, const struct quality_code **list, uint32_t *n,
    struct ehr_err *e);

/* ---- tally.c ---- */

/* Value of an observation in units of 10^-8; false: it has none. */
bool observation_number(struct elm_value v, __int128 *n);

/* ---- patient.c, profiles.c ---- */

struct quality_patient {
	struct tape tape;
	struct str id;
	struct buf id_text, resolved;
	struct roots {
		uint32_t *node;
		uint32_t n, cap;
	} of[FHIR_RESOURCES + 1];
	uint32_t patient; /* root */
	uint64_t reading; /* how many were read before */
};

/* resolve.c: makes references of a Bundle to its own entries, by fullUrl, to
 * Type/id. True: a resource had no id; t is as it was then, and out the text
 * with ids, too. */
bool patient_resolve(struct tape *t, struct buf *out);
/* Root of the resource of that type and id; 0: it is not there. */
uint32_t patient_find(const struct quality_patient *p, int type,
    struct str id);

/* How a profile's resources are told when they do not name it. */
struct profile;
/* The rule of a canonical, or NULL: the type alone decides. */
const struct profile *profile_find(struct str canonical);
/* with_codes: the retrieve has a code filter. */
bool profile_infers(const struct profile *p, const struct tape *t,
    uint32_t root, bool with_codes);
bool profile_named(const struct tape *t, uint32_t root, struct str canonical);
/* Is it http://hl7.org/fhir/StructureDefinition/X, which every X is? */
bool profile_is_base(struct str canonical);

#endif
