/*
 * elm.h - Clinical Quality Language, as its Expression Logical Model (HL7 CQL
 * 1.5, ELM r1, application/elm+json): libraries are loaded, linked and compiled
 * once, then evaluated patient by patient.
 *
 * Nothing here knows a database, a measure or a file. Patients come through
 * struct elm_source, terminology through struct elm_terms.
 *
 * What an expression needs and the engine lacks is refused when the expression
 * is asked for, with library, definition and node; never at run time.
 */
#ifndef EHR_ELM_H
#define EHR_ELM_H

#include "ehr/fhir.h"

/* ---- values (CQL 1.5, appendix B and 2.3) ---- */

enum elm_kind {
	ELM_NULL,
	ELM_BOOLEAN,	/* i: 0 or 1 */
	ELM_INTEGER,	/* i: 32 bits */
	ELM_LONG,	/* i */
	ELM_DECIMAL,	/* 28 digits, 8 of them behind the point */
	ELM_STRING,	/* s, n */
	ELM_DATE,	/* i: ms since 1970 of its first instant, local */
	ELM_DATETIME,	/* the same, and zone */
	ELM_TIME,	/* i: ms of the day */
	ELM_QUANTITY,	/* quantity */
	ELM_RATIO,	/* ratio */
	ELM_CODE,	/* code */
	ELM_CONCEPT,	/* concept */
	ELM_VALUESET,	/* i: its number in the package, see elm_valueset() */
	ELM_CODESYSTEM,	/* i: likewise, see elm_codesystem() */
	ELM_INTERVAL,	/* interval */
	ELM_LIST,	/* list, n */
	ELM_TUPLE,	/* tuple; cls: the FHIR class of an instance, or 0 */
	ELM_FHIR,	/* tape, n: its node; cls: its FHIR class */
	ELM_KINDS
};

/* Of a Date, DateTime or Time, in the order of coarseness. Week is one of
 * operators only. */
enum elm_precision {
	ELM_NO_PRECISION, ELM_YEAR, ELM_MONTH, ELM_WEEK, ELM_DAY, ELM_HOUR,
	ELM_MINUTE, ELM_SECOND, ELM_MILLISECOND
};

/* 16 bytes, passed by value. What it points to belongs to the package
 * (literals) or to the context, until elm_patient() is called again. */
struct elm_value {
	uint8_t kind;	   /* enum elm_kind */
	uint8_t precision; /* enum elm_precision; digits behind a point */
	union {
		int16_t zone;  /* minutes east of UTC */
		uint16_t cls;
	};
	uint32_t n;
	union {
		int64_t i;
		const char *s; /* UTF-8, not terminated */
		const __int128 *wide;
		const struct elm_quantity *quantity;
		const struct elm_ratio *ratio;
		const struct elm_code *code;
		const struct elm_concept *concept;
		const struct elm_interval *interval;
		const struct elm_value *list;
		const struct elm_tuple *tuple;
		const struct tape *tape;
	};
};
#define ELM_NOTHING ((struct elm_value){ .kind = ELM_NULL })

struct elm_quantity {
	__int128 value;	  /* in units of 10^-8 */
	struct str unit;  /* UCUM, a calendar unit ("day"), or "1" */
	uint8_t digits;	  /* behind the point, as written */
};
struct elm_ratio {
	const struct elm_quantity *numerator, *denominator;
};
/* Slices are STR_NONE where nothing is said. */
struct elm_code {
	struct str code, system, version, display;
};
struct elm_concept {
	const struct elm_code *const *codes;
	uint32_t n;
	struct str display;
};
struct elm_interval {
	struct elm_value low, high;
	bool low_closed, high_closed;
	bool uncertain; /* not an interval: any one value of it (CQL 5.6) */
};
struct elm_tuple {
	uint32_t n;
	const struct str *name;
	const struct elm_value *value;
};

/* A value as CQL would write it ("Interval[1, 4)", "5 'mg'", null); of a FHIR
 * element its type only. For people and tests. */
void elm_format(struct buf *b, struct elm_value v);
/* Appends the digits of a number, or of a quantity's value. */
void elm_decimal_text(struct buf *b, struct elm_value v);

/* ---- packages ---- */

struct elm_package;

struct elm_package *elm_package_new(void);
void elm_package_free(struct elm_package *p);
/* Takes a library's JSON ({"library": ...}). The text may go afterwards.
 * Libraries of the same name and version are taken once. EHR_EREJECT: it is no
 * ELM. */
int elm_package_add(struct elm_package *p, struct str json, struct ehr_err *e);
/* The same in two steps: a library that is in no package yet, which the
 * package owns once it took it. */
struct elm_lib;
int elm_library_read(struct elm_lib **lib, struct str json,
    struct ehr_err *e);
/* Borrowed until the library is freed, or taken. */
struct str elm_library_name(const struct elm_lib *lib);
void elm_library_free(struct elm_lib *lib);
void elm_package_take(struct elm_package *p, struct elm_lib *lib);
/* Name of the i-th library, STR_NONE behind the last. */
struct str elm_library(const struct elm_package *p, size_t i);
/* A definition with all it needs, compiled: its number, or EHR_ENOENT (no such
 * definition), EHR_EREJECT (something it needs is missing or not supported). */
int elm_define(struct elm_package *p, struct str library, struct str name,
    struct ehr_err *e);

/* Name of a definition, and its library. */
struct str elm_define_name(const struct elm_package *p, int define,
    struct str *library);
/* The i-th other definition that its expression names, each once, in order; -1
 * behind the last. What functions name is theirs. */
int elm_define_uses(const struct elm_package *p, int define, size_t i);
/* The same of a function of so many operands. */
int elm_function(struct elm_package *p, struct str library, struct str name,
    uint32_t operands, struct ehr_err *e);

/* Calls fn for all that definitions and functions (their numbers) rest on,
 * themselves included, each once, in the order in which it was compiled. */
enum elm_part_kind {
	ELM_PART_DEFINE,	/* a definition or function */
	ELM_PART_PARAMETER,
	ELM_PART_RETRIEVE,	/* see elm_retrieve_at() */
	ELM_PART_VALUESET,	/* see elm_valueset() */
	ELM_PART_KINDS
};
void elm_parts(const struct elm_package *p, const int *define, size_t n,
    void (*fn)(void *arg, enum elm_part_kind kind, uint32_t number),
    void *arg);

/* Canonical of a value set or code system ("http://...", "urn:oid:...",
 * version behind a bar when the library names one), by the number a value has;
 * STR_NONE behind the last. */
struct str elm_valueset(const struct elm_package *p, size_t i);
struct str elm_codesystem(const struct elm_package *p, size_t i);

/* ---- what a patient is ---- */

/* A retrieve (ELM Retrieve). Each has a number of its own, dense from 0, so
 * that a source may keep a plan for it. */
struct elm_retrieve {
	uint32_t number;
	int type;		  /* FHIR resource type */
	struct str profile;	  /* templateId */
	struct str code_path;	  /* codeProperty, or STR_NONE */
	struct elm_value codes;	  /* value set, list of codes, or nothing */
	struct str codes_name;	  /* as the library calls them, or STR_NONE */
};
/* The i-th retrieve of what was defined so far, NULL behind the last; its
 * codes are nothing when they are not known before there is a patient. */
const struct elm_retrieve *elm_retrieve_at(const struct elm_package *p,
    size_t i);
/* The i-th retrieve of a definition's own expression that asks for named
 * codes, NULL behind the last. */
const struct elm_retrieve *elm_define_asks(const struct elm_package *p,
    int define, size_t i);
/* Does something that was defined so far read an element of that name? */
bool elm_reads(const struct elm_package *p, struct str element);

struct elm_source {
	/* Gives every resource of the patient that may match (at least all
	 * that do of r->type and r->profile; the engine looks at the codes) to
	 * add() in a fixed order. 0, or negative with e. */
	int (*retrieve)(void *arg, const struct elm_retrieve *r,
	    void (*add)(void *to, const struct tape *t, uint32_t root),
	    void *to, struct ehr_err *e);
	void *arg;
	/* A code that was not done may name a value set instead (QI-Core's
	 * notDoneValueSet) and matches when that one is asked for. */
	bool not_done_sets;
};

struct elm_terms {
	/* Is the code in value set `valueset`? system STR_NONE: any. */
	bool (*in_valueset)(void *arg, size_t valueset, struct str system,
	    struct str code);
	/* Every code of it. */
	void (*expand)(void *arg, size_t valueset,
	    void (*add)(void *to, const struct elm_code *code), void *to);
	void *arg;
};

/* ---- evaluating ---- */

struct elm_ctx;

/* Borrows p, which stays as it is; several contexts may use one package in
 * several threads. now: ms since 1970; zone: minutes east of UTC, for Now(),
 * Today() and DateTimes without an offset. */
struct elm_ctx *elm_ctx_new(const struct elm_package *p,
    const struct elm_source *source, const struct elm_terms *terms,
    int64_t now, int zone);
void elm_ctx_free(struct elm_ctx *c);
/* What one patient may cost; a definition that needs more is a run-time
 * error. */
struct elm_limits {
	uint64_t steps;	/* expressions evaluated, values compared */
	uint64_t memory; /* bytes */
};
#define ELM_LIMITS ((struct elm_limits){ 100000000, 256 << 20 })
/* Else ELM_LIMITS. */
void elm_limit(struct elm_ctx *c, const struct elm_limits *limits);
/* Sets a parameter in every library that has one of that name; the value must
 * outlive the context. False: none has it. */
bool elm_parameter(struct elm_ctx *c, struct str name, struct elm_value v);
/* Another patient from here on: forgets what was evaluated. */
void elm_patient(struct elm_ctx *c);
/* The value of a definition for the patient; kept until elm_patient().
 * EHR_EREJECT: a run-time error (CQL: a Message of severity Error, an overflow
 * of Successor ...), with library and definition. */
int elm_eval(struct elm_ctx *c, int define, struct elm_value *v,
    struct ehr_err *e);

/* The same of a function, with as many operands as it has; not kept. */
int elm_call(struct elm_ctx *c, int function, const struct elm_value *operands,
    struct elm_value *v, struct ehr_err *e);

/* The i-th retrieve of a definition's own expression that asks for named codes,
 * and what it gives for the patient at hand: 1, 0 behind the last, or negative.
 * whole: of any profile; its number then is one behind those of all others. */
int elm_define_retrieve(struct elm_ctx *c, int define, size_t i, bool whole,
    struct elm_retrieve *r, struct elm_value *list, struct ehr_err *e);

/* Is a definition's value false, null or an empty list, whatever else the
 * patient's resources are? none: does a retrieve (its number) find nothing that
 * begins in from..to (ms; all: INT64_MIN..INT64_MAX)? Only what needs no
 * resource but the Patient is evaluated, so the source need not have others.
 * False: it is not known. */
bool elm_hopeless(struct elm_ctx *c, int define,
    bool (*none)(void *arg, uint32_t retrieve, int64_t from, int64_t to),
    void *arg);

/* ---- making and comparing values ---- */

struct elm_value elm_bool(bool b);
struct elm_value elm_int(int64_t i);
struct elm_value elm_string(struct str s);
/* An ISO 8601 text ("2026-01-01", "2026-01-01T00:00:00.000Z") as DateTime of
 * zone when it names none; nothing when it is none. */
struct elm_value elm_datetime(struct str s, int zone);
/* Kept until elm_patient(). */
struct elm_value elm_interval(struct elm_ctx *c, struct elm_value low,
    struct elm_value high, bool low_closed, bool high_closed);

/* CQL's Equal and Equivalent (12.1, 12.2): 1, 0, or -1 for null. */
int elm_equal(struct elm_ctx *c, struct elm_value a, struct elm_value b);
bool elm_equivalent(struct elm_ctx *c, struct elm_value a, struct elm_value b);

#endif
