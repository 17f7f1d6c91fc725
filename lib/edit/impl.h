/* impl.h - what the files of lib/edit share. */
#ifndef EDIT_IMPL_H
#define EDIT_IMPL_H

#include "ehr/crypto.h"
#include "ehr/edit.h"
#include "ehr/fhir.h"

/* ---- tables (table.c) ---- */

enum edit_system {
	SYS_NONE,
#define S(id, word, uri) SYS_##id,
#include "edit/data/systems.def"
#undef S
};
const char *edit_system_uri(enum edit_system s); /* NULL: SYS_NONE */

enum edit_list {
	LIST_NONE,
#define L(id, system, open) LIST_##id,
#define W(word, system, code, display)
#include "edit/data/lists.def"
#undef L
#undef W
};

struct coded {
	struct str system, code, display;
};
/* Finds "word", "code" or "SYS|CODE[|display]" as the list has it. */
int edit_list_find(enum edit_list list, struct str v, struct coded *c,
    struct ehr_err *e);
void edit_coding_json(struct buf *b, const struct coded *c);

enum edit_value {
	EDIT_TEXT, EDIT_CODE, EDIT_SEX, EDIT_BOOL, EDIT_INT, EDIT_DAY,
	EDIT_DATE, EDIT_INSTANT, EDIT_DATE_OR_BOOL, EDIT_DAY_OR_BOOL,
	EDIT_CODING, EDIT_OMB, EDIT_QUANTITY, EDIT_VALUE, EDIT_UNIT,
	EDIT_RANGE, EDIT_REF, EDIT_WHO, EDIT_NOTE_TEXT, EDIT_NARRATIVE,
};

enum {
	FIELD_NEED = 1 << 0,
	FIELD_NEED2 = 1 << 1,
	FIELD_MORE = 1 << 2,
	FIELD_APPEND = 1 << 3,
};

struct field {
	int kind;
	const char *key, *path;
	enum edit_value value;
	int list;	  /* enum edit_list, or the type of a reference */
	const char *unit; /* of a quantity */
	unsigned flags;
};
extern const struct field edit_field[];
extern const size_t edit_fields;
const struct field *edit_field_find(int kind, struct str key);

struct kind {
	const char *word, *subject, *profile;
	int type;
};
const struct kind *edit_kind_info(int kind);
bool edit_kind_vital(int kind);
/* What stands when key is not given, by what else is; NULL: nothing. */
struct str edit_kind_default(int kind, const char *key,
    const struct edit_pair *p, size_t n);
/* Name of the US Core profile these pairs make, or NULL. */
const char *edit_kind_profile(int kind, const struct edit_pair *p, size_t n);
bool edit_pair_given(const struct edit_pair *p, size_t n, const char *key,
    struct str *value);

struct slot {
	const char *name, *array, *path, *value, *json;
};
const struct slot *edit_slot_find(struct str name);

struct vital {
	const char *key, *profile, *code, *display, *also, *unit, *units;
};
struct vital_part {
	const char *key, *code, *display;
};
extern const struct vital edit_vital[];
extern const size_t edit_vitals;
const struct vital *edit_vital_find(struct str key);
const struct vital *edit_vital_of(const struct tape *t, uint32_t root);
/* The nth component of a vital sign, or NULL. */
const struct vital_part *edit_vital_part(const char *key, size_t n);
/* UCUM code of a typed unit. */
struct str edit_unit_code(struct str typed);

/* ---- a resource in the making (doc.c) ---- */

struct doc {
	struct tape t;
	struct buf text, spare;
};
#define DOC_INIT ((struct doc){ TAPE_INIT, BUF_INIT, BUF_INIT })
#define DOC_AUTO EHR_CLEANUP(edit_doc_release) struct doc
int edit_doc_load(struct doc *d, struct str text, struct ehr_err *e);
void edit_doc_release(struct doc *d);
/* Value at a path of names and indexes; 0: none (path "" is 0, too). */
uint32_t edit_doc_at(const struct tape *t, const char *path);
int edit_doc_set(struct doc *d, const char *path, struct str json,
    struct ehr_err *e);
int edit_doc_set_text(struct doc *d, const char *path, struct str text,
    struct ehr_err *e);
/* Takes the value away and what is empty without it. */
int edit_doc_remove(struct doc *d, const char *path, struct ehr_err *e);
/* Index of the element of an array that a slot means, its length: none. */
size_t edit_doc_slot(const struct tape *t, const struct slot *s, bool *found);

/* ---- values (value.c) ---- */

/* JSON of a value; *type is what a choice element is called after it
 * ("DateTime"). */
int edit_value_json(const struct edit_env *env, const struct field *f,
    struct str v, struct buf *json, const char **type, struct ehr_err *e);
/* A number at the start of v: its text as JSON; what follows in *rest. */
bool edit_value_number(struct str v, struct str *number, struct str *rest);
void edit_quantity_json(struct buf *b, struct str comparator, struct str number,
    struct str unit);
void edit_value_now(const struct edit_env *env, struct buf *b); /* dateTime */
/* Moment of the day as dateTime, with the offset of this process's zone. */
int edit_value_date(const struct edit_env *env, struct str v, struct buf *b,
    struct ehr_err *e);

/* ---- fields (field.c, path.c) ---- */

int edit_field_set(const struct edit_env *env, struct doc *d,
    const struct field *f, struct str v, size_t nth, bool change,
    struct ehr_err *e);
int edit_path_set(struct doc *d, struct str path, struct str v,
    struct ehr_err *e);
int edit_vital_set(struct doc *d, const struct vital *v, struct str value,
    struct ehr_err *e);

struct edit_entry;
struct str edit_note_id(const struct edit_entry *x);

#endif
