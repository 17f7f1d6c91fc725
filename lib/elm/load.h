/* load.h - from the JSON of a library to nodes. */
#ifndef EHR_ELM_LOAD_H
#define EHR_ELM_LOAD_H

#include "elm/impl.h"

/* A name that is in scope, and its slot. */
struct elm_scope {
	struct str name;
	uint32_t slot;
	const struct elm_scope *up;
};

/* One definition being compiled. */
struct elm_loader {
	struct elm_package *p;
	const struct elm_lib *lib;
	struct str def;
	struct elm_def *of;	/* NULL: a parameter's default */
	struct elm_parts *parts; /* of it */
	const struct tape *t;
	const struct elm_scope *scope;
	int sort_slot;		/* of the element being sorted, or -1 */
	int loop_slot;		/* of Filter, ForEach ..., or -1 */
	uint32_t slots;
	struct ehr_err *e;
	bool chart;		/* what was read so far may need the chart */
	bool everybody;		/* of another context than one patient's */
};

/* Compiles a definition and all it refers to. EHR_EREJECT: names the place. */
int elm_compile(struct elm_package *p, struct elm_def *def, struct ehr_err *e);
/* The innermost one of that name, or NULL. */
const struct elm_scope *elm_in_scope(const struct elm_loader *l,
    struct str name);
/* Is it of no patient's context ("Unfiltered", "Population")? */
bool elm_of_everybody(struct elm_package *p, const struct elm_def *def);
/* Notes what the expression being compiled names. */
void elm_note_part(struct elm_loader *l, enum elm_part_kind kind,
    uint32_t number);
/* A node, or NULL with a message. */
const struct elm_node *elm_compile_node(struct elm_loader *l, uint32_t i);
/* NULL, after a message "library: definition: node: why". */
void *elm_refuse(struct elm_loader *l, uint32_t i, const char *fmt, ...)
    EHR_PRINTF(3, 4);
struct elm_node *elm_node_new(struct elm_loader *l, const struct elm_op *op,
    uint32_t args);
struct str elm_node_text(struct elm_loader *l, uint32_t i, const char *key);
/* A type from a specifier object or a qualified name. */
const struct elm_type *elm_read_type(struct elm_loader *l, uint32_t i);

/* Reads a node whose shape is its own; NULL with a message. */
typedef struct elm_node *elm_reader(struct elm_loader *l, uint32_t i,
    const struct elm_op *op);
/* Of an operator, or NULL. */
elm_reader *elm_reader_of(struct str op);
/* By the table of operators; the attributes come behind. */
elm_reader elm_read_general;
bool elm_read_attributes(struct elm_loader *l, uint32_t i, struct elm_node *n);
elm_reader elm_read_current;
elm_reader elm_read_query, elm_read_sort, elm_read_retrieve,
    elm_read_valueset_ref, elm_read_system_ref;
const struct elm_sort *elm_read_sort_by(struct elm_loader *l, uint32_t i);

const struct elm_op *elm_op(const struct elm_package *p, struct str name);
struct str elm_json_text(struct elm_package *p, const struct tape *t,
    uint32_t object, const char *key);
struct elm_lib *elm_included(struct elm_package *p, const struct elm_lib *from,
    struct str alias, struct ehr_err *e);
uint32_t elm_valueset_number(struct elm_package *p, struct str id);
uint32_t elm_system_number(struct elm_package *p, struct str id);
void elm_note_path(struct elm_package *p, struct str path);
uint32_t elm_retrieve_number(struct elm_package *p,
    const struct elm_retrieve *r);

#endif
