/* impl.h - inside lib/view. */
#ifndef VIEW_IMPL_H
#define VIEW_IMPL_H

#include "ehr/view.h"

/* A text that another resource has to give, asked for after the pass. */
struct wait {
	struct view_entry *entry; /* NULL: the one not pushed yet */
	enum wait_for { WAIT_WHAT, WAIT_BY, WAIT_REASON } what;
	int source;
	struct str ref;
};

struct view_group {
	struct view_row *row;
	const struct view_entry **all;
	size_t n;
	bool made;
};

enum { KEPT = 1024, WORDS = 256 }; /* texts, codes kept for use again */

/* What the tables say of a code. */
struct code_words {
	const char *code; /* its text in the arena: same text, same place */
	const char *vital;
	uint8_t rank, order;
	bool social;
};

struct view {
	struct record *r;
	struct view_opt opt;
	struct arena mem;
	struct view_patient head;
	struct view_entry **entry; /* each in mem */
	size_t n, cap;
	size_t first[VIEW_SECTIONS + 1]; /* in entry[], once sorted */
	struct view_group group[VIEW_SECTIONS];
	struct view_entry *said; /* assertions of absence */
	size_t n_said;
	struct wait *wait;
	size_t n_wait, waited; /* all, and those whose entry is known */
	size_t resolved;       /* those that were looked up */
	struct strmap names; /* source and reference -> struct str */
	struct tape t;
	struct buf text, scratch;
	struct str kept[KEPT];
	struct code_words words[WORDS];
	int64_t today_ms; /* end of the day of the view */
	bool sketched;	      /* of entries without a row there are sketches */
	struct map64 given;   /* of sketch.c */
	uint32_t withheld; /* sections: bits 1 << VIEW_... */
	struct buf left_out; /* "3 clinical, 1 notes" */
};

/* What a resource is being read with. */
struct take {
	struct view *v;
	const struct resource *res;
	const struct tape *t;
};

/* Reads more than what all types have in common; false: no entry. */
typedef bool take_fn(struct take *k, struct view_entry *e);

struct kind {
	int type;
	enum view_section section;
	const char *what; /* member that says what it is */
	take_fn *fn;
};
const struct kind *kind_of(int type);
/* Reads an entry from k->t, all of it; false: none comes of it, or (*said) it
 * is an assertion that there is nothing. */
bool take_entry(struct take *k, const struct kind *kind,
    struct view_entry *e, bool *said);

take_fn take_condition, take_allergy, take_med, take_immunization,
    take_procedure, take_device, take_family, take_flag, take_imaging,
    take_order, take_goal, take_observation, take_encounter, take_document,
    take_report, take_composition, take_plan, take_team, take_coverage,
    take_appointment, take_related, take_form;

/* ---- texts (take.c) ---- */

/* A cleaned copy in the view's arena. */
struct str keep(struct view *v, struct str s);
/* The same without a semantic tag of SNOMED CT: "Asthma (disorder)". */
struct str keep_term(struct view *v, struct str s);
/* The tag of such a text without brackets, or nothing. */
struct str term_tag(struct str s);
struct str take_text(struct take *k, uint32_t object, const char *member);
struct str take_concept(struct take *k, uint32_t node);
/* The code of the first coding of a concept member. */
struct str take_code(struct take *k, uint32_t object, const char *member);
void take_codings(struct take *k, uint32_t concept, struct view_entry *e);
void take_time(struct view *v, struct view_time *t, struct str s);
/* Display of a Reference node, else the contained resource's name, else
 * asked for later. */
struct str take_ref(struct take *k, uint32_t ref, enum wait_for what);
/* Reasons: concepts, else the first reference. */
struct str take_reason(struct take *k, const char *codes, const char *refs);
/* Name of the resource at root: people's names, titles, concepts. */
bool name_of(const struct tape *t, uint32_t root, struct buf *b);
/* Text after what is there already, with a separator between. */
struct str join(struct view *v, struct str a, const char *sep, struct str b);
/* A record_fn: entries of a whole resource. */
int take_resource(void *view, const struct resource *res);
void push(struct view *v, const struct view_entry *e);
void take_patient(struct take *k);
/* Is it an assertion that there is nothing? */
bool is_assertion(const struct view_entry *e);
void take_assertion(struct take *k, const struct view_entry *e);
void take_list(struct take *k);
void sort_entries(struct view *v);
int resolve_waits(struct view *v, struct ehr_err *e);
/* Those wait for x that came since the last entry. */
void wait_of(struct view *v, struct view_entry *x);

/* ---- sketches (sketch.c) ---- */

/* An entry of what decides its place among the rows, or of all. */
int take_sketch(void *view, const struct record_sketch *s,
    struct ehr_err *e);
/* Puts the whole entry in the place of a sketch. */
int fill_sketch(struct view *v, const struct view_entry **x,
    struct ehr_err *e);

/* The rows a page has of a section: the first of the current and of the past
 * ones; left: how many it has not. */
size_t choose_rows(struct view *v, enum view_section s,
    const struct view_row **out, size_t left[2]);
/* Reads what these rows show. */
int fill_rows(struct view *v, enum view_section s, struct ehr_err *e);
/* Does a page have the section among its tables? */
bool section_shown(const struct view *v, enum view_section s);

/* ---- words (words.c) ---- */

/* Unit for people of a UCUM code or a unit's text. */
struct str unit_word(struct str unit);
/* Short name and place of a vital sign, by LOINC; NULL. */
const char *vital_name(struct str code, uint8_t *rank);
bool social_code(struct str code);
/* All of these at once; code is a kept text. */
const struct code_words *words_of(struct view *v, struct str code);
const char *class_word(struct str code);
/* Place of a laboratory test among those of one time, by LOINC. */
uint8_t lab_order(struct str code);
/* A LOINC name without property and method: "Platelets [#/volume] in Blood by
 * Automated count" is "Platelets". */
struct str brief_name(struct view *v, struct str what, bool lab);
/* "H", "LL", "A" ... of an interpretation; "": nothing to show. */
const char *flag_of(struct str code);

/* A number for people: no more than two digits behind the point, or three
 * significant ones. */
void short_number(struct buf *b, struct str text);

/* ---- pages ---- */

enum field {
	FIELD_WHAT, FIELD_DAY, FIELD_MINUTE, FIELD_SPAN, FIELD_VALUE,
	FIELD_FLAG, FIELD_RANGE, FIELD_FORMER, FIELD_DETAIL, FIELD_BY,
	FIELD_TIMES, FIELD_DOSES, FIELD_ORDERED, FIELD_NONE
};
/* Which columns give way first on a narrow page: free text, then names. */
enum { COLUMN_WIDE = 1, COLUMN_NAME = 2, COLUMN_ANY = 4 };

struct column {
	enum field field;
	const char *head;
	unsigned flags;
};
enum { COLUMNS_MAX = 6 };

struct layout {
	struct column col[COLUMNS_MAX]; /* ends with FIELD_NONE or full */
	size_t limit, past_limit;	/* rows without --all */
};
const struct layout *layout_of(enum view_section s);
void field_text(const struct view_row *row, enum field f, struct buf *b);
bool section_wanted(const struct view *v, enum view_section s);
/* Why a section is empty, as far as nobody said: "none recorded", with former
 * ones "none current", "withheld". */
const char *why_empty(const struct view *v, enum view_section s,
    bool former);
/* Lines of the head of a page below the name: label, text; false at the
 * end. */
bool head_line(struct view *v, size_t i, const char **label, struct buf *b);
/* What was said of allergies that there are none of. */
void assertions(struct view *v, struct buf *b);
void allergy_banner(struct view *v, struct buf *b, bool *alarm);

#endif
