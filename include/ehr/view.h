/*
 * view.h - a chart as a clinician reads it: one pass over a patient's
 * resources gives entries in sections; the page groups what repeats, puts the
 * active before the past and the newest first, and prints it as text, HTML or
 * JSON.
 *
 * What was entered in error is no entry. All texts are cleaned for terminals
 * (utf8_clean), owned by the view and valid until view_free(). Times with a
 * time of day are shown in the process's zone: a tool sets TZ to the
 * facility's zone first (view_zone).
 */
#ifndef EHR_VIEW_H
#define EHR_VIEW_H

#include "ehr/fhir.h"
#include "ehr/record.h"

enum {
	VIEW_CORE = 1 << 0,   /* shown as "none recorded" when it is empty */
	VIEW_HIDDEN = 1 << 1, /* not on pages; in timelines and lists only */
};

enum view_section {
#define X(id, name, title, past, flags) VIEW_##id,
#include "ehr/view-sections.def"
#undef X
	VIEW_SECTIONS
};

struct view_section_info {
	const char *name, *title, *past;
	unsigned flags;
};
const struct view_section_info *view_section_info(enum view_section s);
/* By name; VIEW_SECTIONS when there is none of that name. */
enum view_section view_section_find(struct str name);

/* ---- entries ---- */

/* A FHIR date or dateTime; text is as the source has it, STR_NONE: absent. */
struct view_time {
	int64_t ms; /* its first instant */
	enum date_precision precision;
	struct str text;
};

/* A number as the source has it; unit is for people ("mmHg"), code is UCUM's
 * or the source's own. */
struct view_number {
	struct str text, unit, code;
	bool some;
};

/* A measured part of an Observation, or all of it. */
struct view_part {
	struct str system, code, what;
	struct view_number number;
	char flag[4];
};

/* One line of a chart. Texts may be empty (n = 0). Of a sketch there is only
 * what stands before status. */
struct view_entry {
	int64_t rid;
	int type; /* FHIR type */
	enum view_section section;
	enum fhir_state state;
	bool past;	      /* goes below the current ones */
	bool visit;	      /* a diagnosis of a visit, not of the list of
			       * problems */
	bool sketch;	      /* see struct view_opt, page */
	uint8_t rank;	      /* smaller goes first within the current ones */
	uint8_t order;	      /* the same among those of one time */
	struct view_time start;
	struct str what;      /* "Essential hypertension" */
	struct str brief;     /* shorter, where no other row has the same */
	struct str system, code;

	struct str status;    /* as coded: "on-hold" */
	struct str id;	      /* [SOURCE:]TYPE/ID */
	struct view_time end;
	char flag[4];	      /* "", H, HH, L, LL, A, AA, POS ... */
	struct str value;     /* without the unit: "128/82" */
	struct view_number number; /* when the value is one number */
	struct str range;     /* reference range */
	struct str detail;    /* dosage, reaction, reason ... */
	struct str by;	      /* who ordered, gave, wrote */
	struct str absent;    /* why there is no value, or asserted absence */
	struct view_part *part; /* measured components */
	size_t parts;
	/* Further codings of what it is: system, code, system, code ... */
	struct str *coding;
	size_t codings;
};

/* ---- the patient ---- */

struct view_patient {
	struct str id;	    /* [SOURCE:]ID */
	struct str name;    /* "Family, Given" */
	struct str full;    /* "Given Family" */
	struct str sex, birth, died, mrn, phone, email, address, language;
	struct str replaced_by; /* after a merge */
	struct date born;
	struct view_time death;
	bool deceased, test, some; /* some: there is a Patient resource */
};

/* ---- a view ---- */

struct view_opt {
	int64_t as_of; /* RECORD_NOW */
	struct date today;
	uint32_t sections; /* bits 1 << VIEW_...; 0: all that are not hidden */
	bool all;	   /* no limits to the number of rows */
	/* For view_text() alone: of entries that get no row there only what
	 * decides about rows is read (sketch). Does nothing with all. */
	bool page;
};
#define VIEW_OPT ((struct view_opt){ .as_of = RECORD_NOW })

struct view;

/* Reads the chart of a patient; it is the caller who writes the audit event,
 * before. */
int view_open(struct view **v, struct record *r, int64_t patient,
    const struct view_opt *opt, struct ehr_err *e);
void view_free(struct view *v);
const struct view_patient *view_patient(const struct view *v);
/* The entries of a section: current before past, newest first. */
struct view_entry *const *view_entries(const struct view *v,
    enum view_section s, size_t *n);
/* Age on the day of the view, "46 y", "7 months", "3 days". False: not known,
 * or dead. */
bool view_age(const struct view *v, struct buf *b);
/* Has the entry this code (system STR_NONE: any), or a part of it? */
bool view_has_code(const struct view_entry *e, struct str system,
    struct str code, const struct view_part **part);

/* ---- rows: entries of one kind together ---- */

enum view_trend { VIEW_NO_TREND, VIEW_UP, VIEW_DOWN, VIEW_SAME };

struct view_row {
	const struct view_entry *e;	 /* the newest */
	const struct view_entry *former; /* the value before, or NULL */
	const struct view_entry **all;	 /* newest first, e too */
	size_t n;
	enum view_trend trend;
	bool past;
};
/* Owned by the view. Current rows first. */
const struct view_row *view_rows(struct view *v, enum view_section s,
    size_t *n);

/* Is a section empty because somebody said so? "no known allergies", "not
 * asked", with the date; NULL when not. Borrowed. */
const struct view_entry *view_asserted(const struct view *v,
    enum view_section s);

/* May entries of a section be there that were withheld (record_withheld())?
 * Then that it is empty says nothing. */
bool view_withheld(const struct view *v, enum view_section s);

/* ---- times ---- */

/* "2019-05-03" in the zone; a coarser date as it is. */
void view_day(struct buf *b, const struct view_time *t);
/* "2019-05-03 14:20" */
void view_minute(struct buf *b, const struct view_time *t);
/* "2019-05-03 14:20:05" of a time of the record. */
void view_stamp(struct buf *b, int64_t ms);
/* Sets the process's zone to the practice's (setting facility.zone, else
 * UTC). EHR_EUSAGE when there is no such zone on this machine. */
int view_zone(struct record *r, struct ehr_err *e);
/* Name of the zone set by it. */
const char *view_zone_name(void);

/* ---- pages ---- */

struct view_page {
	size_t width; /* columns; 0: 80 */
	bool colour;
};
void view_text(struct view *v, const struct view_page *page, struct buf *b);
void view_html(struct view *v, struct buf *b);
/* Grammar: ehr-chart(1), JSON. */
void view_json(struct view *v, struct buf *b);

/* Words for people: "128/82 mmHg", "(not performed)"; false: no value. */
bool view_value(const struct view_entry *e, struct buf *b);
/* The word that has to stand with the entry ("on hold", "not done",
 * "preliminary"), or NULL when there is nothing unusual. */
const char *view_status_word(const struct view_entry *e);
const char *view_trend_arrow(enum view_trend t);

/* ---- the same value at two times ---- */

/* Calls fn for each scalar that differs: dotted path, old and new text
 * (STR_NONE: was not there, is not there any more). */
int view_diff(const struct tape *a, const struct tape *b,
    int (*fn)(void *arg, struct str path, struct str old, struct str new_),
    void *arg);

#endif
