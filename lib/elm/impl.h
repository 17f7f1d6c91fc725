/* impl.h - what the files of lib/elm share. */
#ifndef EHR_ELM_IMPL_H
#define EHR_ELM_IMPL_H

#include "ehr/elm.h"

typedef __int128 int128;

enum {
	ELM_ARGS_MAX = 9,	/* operands of an operator that is not lazy */
	ELM_OPERANDS_MAX = 32,	/* of a function */
	ELM_SOURCES_MAX = 16,	/* of a query */
	ELM_SLOTS_MAX = 1 << 16, /* aliases, lets and operands alive at once */
	ELM_DEPTH_MAX = 3000,	/* nodes evaluated inside each other */
	ELM_LIST_MAX = 1 << 22, /* elements of a list that an operator makes */
	ELM_NODES_MAX = 2000,	/* nodes compiled inside each other */
	ELM_TEXT_MAX = 16 << 20, /* bytes of a string that an operator makes */
};
#define ELM_ONE 100000000 /* 1.0, in units of 10^-8 */
#define ELM_DAY_MS INT64_C(86400000)

struct elm_node;

/* args: the values of the node's operands, when the operator is not lazy. */
typedef struct elm_value elm_fn(struct elm_ctx *c, const struct elm_node *n,
    const struct elm_value *args);

enum elm_mode {
	ELM_LAZY,   /* evaluates what it wants by itself */
	ELM_STRICT, /* null when an operand is null */
	ELM_EAGER,  /* operands first, nulls too */
};

/* A row of ops.def: the operator's name, its children in the JSON ("operand"
 * spreads an array; a ? may be missing), clause of the specification. */
struct elm_op {
	const char *name;
	const char *children;
	uint8_t mode;
	uint16_t min, max;
	elm_fn *fn;
	const char *clause;
};

enum elm_type_kind {
	ELM_T_ANY, ELM_T_SYSTEM, ELM_T_FHIR, ELM_T_LIST, ELM_T_INTERVAL,
	ELM_T_CHOICE, ELM_T_TUPLE
};

struct elm_type {
	uint8_t kind;		/* enum elm_type_kind */
	uint8_t system;		/* enum elm_kind of ELM_T_SYSTEM */
	uint16_t cls;		/* of ELM_T_FHIR; 0: a bound code type */
	uint32_t n;		/* of choices */
	const struct elm_type *const *sub; /* element, point or choices */
	struct str name;	/* without the namespace */
};

struct elm_query;
struct elm_case;

struct elm_node {
	const struct elm_op *op;
	uint8_t precision;	/* enum elm_precision */
	bool flag, flag2;	/* distinct; strict; closed bounds */
	bool chart;		/* may need more of a patient than Patient */
	uint32_t args;
	uint32_t number;	/* slot, definition, value set, retrieve ... */
	struct str name;
	struct elm_value value; /* of a literal */
	const struct elm_type *type;
	const struct str *names; /* of elements, of aliases */
	union {
		const struct elm_query *query;
		struct elm_retrieve *retrieve;
		const struct elm_sort *sort;
		const uint32_t *candidates;   /* functions, by overload */
	};
	const struct elm_node *arg[];
};

struct elm_sort {
	uint32_t n, slot;
	struct elm_sort_item {
		const struct elm_node *by; /* ByExpression; NULL: see path */
		struct str path;	   /* ByColumn; STR_NONE: itself */
		bool descending;
	} item[];
};

struct elm_query {
	uint32_t sources, lets, relations;
	const struct elm_node *const *source; /* expressions */
	uint32_t slot;			/* of the first source */
	const struct elm_node *const *let;
	uint32_t let_slot;
	const struct elm_relation *relation;
	const struct elm_node *where, *give, *start, *aggregate;
	bool distinct;
	uint32_t aggregate_slot;
	const struct elm_sort *sort;
};
struct elm_relation {
	const struct elm_node *source, *such_that;
	uint32_t slot;
	bool without;
};

/* What an expression names, each once, in order. */
struct elm_parts {
	struct elm_part {
		enum elm_part_kind kind;
		uint32_t number;
	} *v;
	uint32_t n;
};

/* A definition: expression or function. */
struct elm_def {
	const struct elm_lib *lib;
	struct str name;
	uint32_t json;		/* node in the library's tape */
	uint32_t number;
	struct elm_def *next;	/* of the same name */
	bool function, chart;	/* chart: as of a node */
	uint8_t state;		/* see compile.c */
	uint32_t operands, slots;
	const struct elm_type *const *operand; /* types */
	const struct elm_node *body;
	struct elm_parts parts;
	uint32_t *uses;		/* numbers of definitions */
	uint32_t used;
	const struct elm_node **retrieve; /* of named codes */
	uint32_t retrieves;
};

/* What a library names. */
enum elm_table {
	ELM_VALUESETS, ELM_CODES, ELM_SYSTEMS, ELM_CONCEPTS, ELM_INCLUDES,
	ELM_PARAMETERS, ELM_DEFS, ELM_TABLES
};

struct elm_lib {
	struct elm_lib *next;
	struct str name, version;
	struct arena names;	/* of the two */
	struct tape tape;
	uint32_t root;
	struct strmap table[ELM_TABLES]; /* name -> node, or definition */
};

struct elm_param {
	struct str name;
	const struct elm_lib *lib;
	const struct elm_node *body; /* default, or NULL */
	struct elm_parts parts;
	uint32_t slots;
};

struct elm_ctx {
	const struct elm_package *p;
	const struct elm_source *source;
	const struct elm_terms *terms;
	int64_t now;		/* ms since 1970, UTC */
	int zone;
	struct arena arena;
	struct elm_value *memo;	/* by definition */
	uint8_t *known;		/* 0, 1: known, 2: being evaluated */
	/* By retrieve: what it gave this patient; its number in stamp. */
	struct elm_value *gathered;
	uint32_t *stamp, patient;
	struct elm_coded *coded; /* see clinical.c */
	struct elm_value *param;
	uint8_t *param_set;
	struct elm_value *slot;	/* of all frames */
	uint32_t base, top;
	uint32_t depth;
	uint64_t steps;		/* taken for the patient, see elm_tick() */
	struct elm_limits limits;
	const struct elm_def *in; /* being evaluated, for messages */
	bool failed;
	bool fatal;		/* so that no other operand is tried */
	struct ehr_err err;
};

/* Names numbered as they are met. */
struct elm_names {
	struct str *v;
	uint32_t n, cap;
	struct strmap at;
};

struct elm_package {
	struct elm_ctx make;	/* literals are made in it */
	uint32_t depth;		/* nodes being compiled inside each other */
	struct strmap ops;
	struct elm_lib *libs, **last;
	struct elm_def **def;	   /* by number */
	uint32_t defs, def_cap;
	struct elm_param **param;
	uint32_t params;
	struct elm_names valuesets, systems;
	const struct elm_retrieve **retrieve; /* by number */
	uint32_t retrieves;
	struct strmap reads;	/* names of properties */
};

/* ---- eval.c ---- */

struct elm_value elm_run(struct elm_ctx *c, const struct elm_node *n);
/* Ends the evaluation with a message; returns nothing. */
struct elm_value elm_fail(struct elm_ctx *c, const char *fmt, ...)
    EHR_PRINTF(2, 3);
/* Counts n steps; false: there were too many, or too much memory is held, and
 * it has failed. */
bool elm_spent(struct elm_ctx *c);
static inline bool elm_tick(struct elm_ctx *c, uint64_t n)
{
	c->steps += n;
	return (c->steps <= c->limits.steps &&
		   c->arena.held <= c->limits.memory) || elm_spent(c);
}
/* Slots of the frame that is being evaluated. */
static inline struct elm_value *elm_slot(struct elm_ctx *c, uint32_t i)
{
	return c->slot + c->base + i;
}

/* cls of a tuple that stands for a System.ValueSet no library names. */
#define ELM_VOCABULARY UINT16_MAX

/* How a parameter has its value. */
enum { UNSET, GIVEN, DEFAULTED };

/* What a Retrieve gives; *r is a copy of its own, whose codes are set. */
struct elm_value elm_gather(struct elm_ctx *c, const struct elm_node *n,
    struct elm_retrieve *r);

/* The slots of a definition at work. */
struct elm_frame {
	uint32_t base, top;
	const struct elm_def *in;
};
/* def NULL: who was at work stays so. False: too many, it has failed. */
bool elm_enter(struct elm_ctx *c, uint32_t slots, const struct elm_def *def,
    struct elm_frame *f);
void elm_leave(struct elm_ctx *c, const struct elm_frame *f);

/* A list that grows; its elements move to the arena at the end. */
struct elm_list {
	struct elm_value *v;
	uint32_t n, cap;
	struct elm_ctx *c;
};
#define ELM_LIST_INIT(ctx) ((struct elm_list){ NULL, 0, 0, (ctx) })
void elm_list_add(struct elm_list *l, struct elm_value v);
struct elm_value elm_list_done(struct elm_list *l);	/* frees l */
void elm_list_release(struct elm_list *l);
#define ELM_LIST_AUTO EHR_CLEANUP(elm_list_release) struct elm_list

/* ---- three-valued logic (CQL 13) ---- */

enum tri { TRI_NULL = -1, TRI_FALSE = 0, TRI_TRUE = 1 };
static inline struct elm_value elm_tri(enum tri t)
{
	return t == TRI_NULL ? ELM_NOTHING : elm_bool(t == TRI_TRUE);
}
static inline enum tri elm_truth(struct elm_value v)
{
	return v.kind != ELM_BOOLEAN ? TRI_NULL : v.i ? TRI_TRUE : TRI_FALSE;
}
static inline enum tri tri_not(enum tri a)
{
	return a == TRI_NULL ? TRI_NULL : a == TRI_TRUE ? TRI_FALSE : TRI_TRUE;
}
static inline enum tri tri_and(enum tri a, enum tri b)
{
	if (a == TRI_FALSE || b == TRI_FALSE)
		return TRI_FALSE;
	return a == TRI_TRUE && b == TRI_TRUE ? TRI_TRUE : TRI_NULL;
}
static inline enum tri tri_or(enum tri a, enum tri b)
{
	return tri_not(tri_and(tri_not(a), tri_not(b)));
}

/* ---- value.c, compare.c ---- */

bool elm_is_number(struct elm_value v);	/* Integer, Long, Decimal */
bool elm_is_time(struct elm_value v);	/* Date, DateTime, Time */
int128 elm_dec(struct elm_value v);	/* of a number, in 10^-8 */
/* Nothing when it has more than 28 digits. */
struct elm_value elm_decimal(struct elm_ctx *c, int128 d, unsigned digits);
/* Integer or Long by kind; nothing outside its range. */
struct elm_value elm_whole(int kind, int128 i);
struct elm_value elm_int128(int128 i); /* an Integer, or nothing */
struct elm_value elm_quantity(struct elm_ctx *c, int128 value, struct str unit,
    unsigned digits);
struct elm_value elm_ratio(struct elm_ctx *c, struct elm_value over,
    struct elm_value under);
struct elm_value elm_code(struct elm_ctx *c, struct elm_code code);
struct elm_value elm_concept(struct elm_ctx *c, const struct elm_value *codes,
    uint32_t n, struct str display);
struct elm_value elm_uncertain(struct elm_ctx *c, struct elm_value low,
    struct elm_value high);
struct elm_value elm_tuple(struct elm_ctx *c, const struct str *names,
    const struct elm_value *values, uint32_t n);
static inline struct str elm_str(struct elm_value v)
{
	return (struct str){ v.s, v.n };
}
bool elm_decimal_parse(struct str s, int128 *d, unsigned *digits);
void elm_decimal_format(struct buf *b, int128 d, unsigned digits);
void elm_time_format(struct buf *b, struct elm_value v, bool marks);

enum elm_cmp { ELM_LESS = -1, ELM_SAME = 0, ELM_MORE = 1, ELM_UNKNOWN = 2 };
/* Order of two values; precision ELM_NO_PRECISION: the finest of both. Unknown
 * where one is null, or of too coarse a precision, or units do not convert. */
enum elm_cmp elm_compare(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision precision);
enum tri elm_same(struct elm_ctx *c, struct elm_value a, struct elm_value b);
/* Order for sorting: nulls first (CQL 20.25). */
int elm_order(struct elm_ctx *c, struct elm_value a, struct elm_value b);

/* ---- temporal.c ---- */

enum elm_cmp elm_time_compare(const struct elm_ctx *c, struct elm_value a,
    struct elm_value b, enum elm_precision precision);
/* The last millisecond that v can mean (i is the first). */
int64_t elm_time_last(struct elm_value v);
/* v plus n of a precision's units; nothing outside the years 1 to 9999. */
struct elm_value elm_time_add(struct elm_value v, int64_t n,
    enum elm_precision unit);
/* v and a quantity of time; nothing beyond the range. */
struct elm_value elm_time_plus(struct elm_ctx *c, struct elm_value v,
    const struct elm_quantity *q);
struct elm_value elm_time_minus(struct elm_ctx *c, struct elm_value v,
    const struct elm_quantity *q);
/* v's unit of its precision that ms lies in. */
struct elm_value elm_time_within(struct elm_value v, int64_t ms);
/* First or last value of a kind. */
struct elm_value elm_time_bound(struct elm_value like, bool last);
bool elm_time_parse(struct str s, int zone, struct elm_value *v);
struct elm_value elm_to_date(struct elm_value v);
struct elm_value elm_to_datetime(const struct elm_ctx *c, struct elm_value v);
/* The precision a unit names ("year", "years", "a"); ELM_NO_PRECISION. */
enum elm_precision elm_time_unit(struct str unit);
enum elm_precision elm_precision(struct str name);
/* Least and greatest value of a kind of point. */
struct elm_value elm_min(struct elm_ctx *c, struct elm_value like);
struct elm_value elm_max(struct elm_ctx *c, struct elm_value like);
/* Has a kind a least and a greatest value? */
bool elm_has_ends(int kind);
/* Is there a conversion to a System type (22.5)? */
bool elm_converts_to(int kind);
/* The next or former point; nothing and a message at the end. */
struct elm_value elm_step(struct elm_ctx *c, struct elm_value v, int by);

/* ---- units.c ---- */

/* value of unit from in unit to; false: they do not convert. */
bool elm_unit_convert(struct str from, struct str to, int128 value,
    int128 *out);
bool elm_unit_equal(struct str a, struct str b);
/* Appends the unit of a product or (over) a quotient. */
void elm_unit_product(struct buf *b, struct str x, struct str y, bool over);

/* ---- text.c ---- */

struct elm_value elm_joined(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);
int64_t elm_chars(struct str s);
bool elm_alike_text(struct elm_ctx *c, struct str a, struct str b);
struct elm_value elm_char_at(struct elm_ctx *c, struct elm_value v, int64_t i);

/* ---- interval.c ---- */

struct elm_value elm_start(struct elm_ctx *c, struct elm_value interval);
struct elm_value elm_end(struct elm_ctx *c, struct elm_value interval);
enum tri elm_interval_same(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);
enum tri elm_interval_has(struct elm_ctx *c, struct elm_value interval,
    struct elm_value point, enum elm_precision precision);

/* False: its start is after its end. */
bool elm_interval_valid(struct elm_ctx *c, struct elm_value v);
/* b may be a point of it. */
enum tri elm_interval_includes(struct elm_ctx *c, struct elm_value a,
    struct elm_value b, bool proper, enum elm_precision p);
struct elm_value elm_interval_union(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);
struct elm_value elm_interval_intersect(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);
struct elm_value elm_interval_except(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);

/* ---- list.c ---- */

enum tri elm_list_has(struct elm_ctx *c, struct elm_value list,
    struct elm_value v);
struct elm_value elm_distinct(struct elm_ctx *c, struct elm_value list);

/* ---- query.c ---- */

struct elm_value elm_sorted(struct elm_ctx *c, const struct elm_sort *s,
    struct elm_value list);
/* The elements of two tuples in one. */
struct elm_value elm_merged(struct elm_ctx *c, struct elm_value a,
    struct elm_value b);

/* ---- fhir.c ---- */

struct elm_value elm_property(struct elm_ctx *c, struct elm_value v,
    struct str name);
struct elm_value elm_path(struct elm_ctx *c, struct elm_value v,
    struct str path);
/* The System value of a boxed primitive; others as they are. */
struct elm_value elm_unbox(struct elm_ctx *c, struct elm_value v);
struct elm_value elm_fhir_value(const struct tape *t, uint32_t node, int cls);
/* The codes of a code, concept, FHIR Coding or CodeableConcept, string ... */
struct elm_value elm_to_concept(struct elm_ctx *c, struct elm_value v);

/* ---- clinical.c ---- */

/* The codes of a patient's resources that retrieves looked at last. */
struct elm_coded *elm_coded_new(void);

/* Has v a code equivalent to one of the list's? */
bool elm_code_among(struct elm_ctx *c, struct elm_value v,
    struct elm_value list);

/* ---- types.c ---- */

bool elm_is_a(struct elm_ctx *c, struct elm_value v,
    const struct elm_type *t);
/* Can a value of run-time v be passed where t is wanted? Smaller is nearer;
 * -1: no. */
int elm_fit(struct elm_ctx *c, struct elm_value v, const struct elm_type *t);

/* ---- ops ---- */

#define OP(name, children, mode, min, max, fn, clause) elm_fn elm_##fn;
#include "elm/ops.def"
#undef OP

/* Definition of an operator's function. */
#define ELM_MAYBE __attribute__((unused))
#define OPERATOR(name) \
	struct elm_value elm_##name(ELM_MAYBE struct elm_ctx *c, \
	    ELM_MAYBE const struct elm_node *n, \
	    ELM_MAYBE const struct elm_value *v)

#endif
