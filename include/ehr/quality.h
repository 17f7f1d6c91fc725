/*
 * quality.h - clinical quality measures: packages as CMS publishes them (a FHIR
 * Bundle of a Measure, its Libraries with ELM and its ValueSets) over patients
 * as FHIR Bundles (HL7 Quality Measure IG, CQF Measures 4).
 *
 * A package is read and compiled once; after that it is constant and serves
 * several threads, each with a context of its own.
 */
#ifndef EHR_QUALITY_H
#define EHR_QUALITY_H

#include "ehr/elm.h"
#include "ehr/store.h"

/* ---- measures ---- */

/* Populations by the codes of HL7's measure-population code system. */
enum quality_kind {
	QUALITY_INITIAL, QUALITY_DENOMINATOR, QUALITY_EXCLUSION,
	QUALITY_EXCEPTION, QUALITY_NUMERATOR, QUALITY_NUMERATOR_EXCLUSION,
	QUALITY_MEASURED, QUALITY_MEASURED_EXCLUSION, QUALITY_OBSERVATION
};
enum quality_scoring {
	QUALITY_PROPORTION, QUALITY_RATIO, QUALITY_CONTINUOUS, QUALITY_COHORT
};
/* How observations become one number (cqfm-aggregateMethod). */
enum quality_method {
	QUALITY_SUM, QUALITY_AVERAGE, QUALITY_MEDIAN, QUALITY_MINIMUM,
	QUALITY_MAXIMUM, QUALITY_COUNT
};
enum {
	QUALITY_POPULATIONS_MAX = 32, /* of a group */
	QUALITY_STRATA_MAX = 64,
	QUALITY_GROUPS_MAX = 32,
	QUALITY_SUPPLEMENTS_MAX = 32,
};

struct quality_population {
	struct str id, code, expression;
	enum quality_kind kind;
	int define;	  /* see elm_define(); -1 of an observation */
	int function;	  /* see elm_function(); of an observation */
	int of;		  /* population an observation is of, or -1 */
	enum quality_method method; /* of an observation */
};
struct quality_stratum {
	struct str id, expression;
	int define;
};
struct quality_group {
	struct str id, basis; /* "boolean", or a resource type */
	enum quality_scoring scoring;
	uint32_t populations, strata;
	const struct quality_population *population;
	const struct quality_stratum *stratum;
};
/* Sex, race, ethnicity, payer: counted beside the populations. */
struct quality_supplement {
	struct str id, expression;
	int define; /* -1 before quality_package_supplement() */
};
struct quality_measure {
	struct str name, version, url, title, library;
	struct str start, end;	  /* effectivePeriod, dates as written */
	struct str cms_id;	  /* "CMS122", or nothing */
	struct str uuid;	  /* version-specific identifier, if any */
	bool inverse;		  /* a lower rate is better */
	uint32_t groups, supplements;
	const struct quality_group *group;
	const struct quality_supplement *supplement;
};

const char *quality_scoring_name(enum quality_scoring s);
const char *quality_method_name(enum quality_method m);

/* ---- packages ---- */

struct quality_package;

/* How patients' resources match the profiles a measure asks for. */
enum quality_profiles {
	QUALITY_AUTO,	/* strict for a patient whose Patient names the
			 * profile, else inferred */
	QUALITY_STRICT,	/* exactly the canonicals in meta.profile */
	QUALITY_INFER,	/* by what data/profiles.def says of the elements */
};

/* Nothing is read yet. */
struct quality_package *quality_package_new(void);
/* The same; what it has in common with the package other (or NULL), and those
 * that one was made beside, is compiled once for all of them, and evaluated
 * once where runs share it. All must have been linked before the first run is
 * made, and other may be freed only after it. */
struct quality_package *quality_package_beside(struct quality_package *other);
/* Do two have their libraries and value sets in common? */
bool quality_shares(const struct quality_package *a,
    const struct quality_package *b);
void quality_package_free(struct quality_package *p);
/* Adds what a file holds: a Bundle, a Measure, a Library or a ValueSet (json,
 * gzip); of a folder or zip its package, see quality_intake(). Value sets of
 * one url are united. EHR_EREJECT, EHR_EIO. */
int quality_package_read(struct quality_package *p, const char *path,
    struct ehr_err *e);
/* The same of a text; name is for messages. */
int quality_package_add(struct quality_package *p, const char *name,
    struct str json, struct ehr_err *e);
/* Adds the value sets of a file, a folder or a zip: FHIR, or tables as the
 * VSAC exports them. */
int quality_package_valuesets(struct quality_package *p, const char *path,
    struct ehr_err *e);
/* Value sets that the record keeps complete the package's when it is linked;
 * of several versions the last, unless a library names one. Borrows db until
 * then. */
void quality_package_complete(struct quality_package *p, struct store *db);
/* Compiles all the measure needs. EHR_EREJECT: no or several measures, a
 * library or value set is missing, something is not supported: each named.
 * Warnings (a value set shorter than it says) go to warn, which may be NULL. */
int quality_package_link(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e);
/* Compiles the supplemental data too, which reports need and counts do not:
 * after quality_package_link(), before any run. As there. */
int quality_package_supplement(struct quality_package *p,
    void (*warn)(void *arg, const char *text), void *arg, struct ehr_err *e);
const struct quality_measure *quality_measure(const struct quality_package *p);
/* SHA-256 of the package as it was read; and of the value sets that were added
 * beside it, each with the hash of those before it in front; false: there were
 * none. */
void quality_package_hash(const struct quality_package *p, uint8_t out[32]);
bool quality_valueset_hash(const struct quality_package *p, uint8_t out[32]);

/* What the i-th retrieve of the libraries asks a chart for, by its number;
 * false behind the last. type 0: the measure does not need it. path: the
 * element with the codes that it asks for, or STR_NONE: all of the type. */
struct quality_need {
	int type;
	struct str path;
	int set; /* of the package's value sets, or -1 */
};
bool quality_need(const struct quality_package *p, size_t i,
    struct quality_need *need);
/* Is it a code that retrieve i asks for? As struct record_question has it. */
bool quality_need_has(const struct quality_package *p, size_t i,
    struct str system, struct str code);

/* ---- patients ---- */

/* The resources of one patient, by type. */
struct quality_patient;

struct quality_patient *quality_patient_new(void);
void quality_patient_free(struct quality_patient *p);
/* Takes the next patient: a Bundle (any type) or one resource. The text may
 * go afterwards. EHR_EREJECT: no JSON, or not one Patient in
 * it, besides those whose link says that they were replaced. */
int quality_patient_read(struct quality_patient *p, struct str json,
    struct ehr_err *e);
struct str quality_patient_id(const struct quality_patient *p);
/* Calls fn with the text of every reference to a resource that is not there
 * itself, as "Type/id". */
void quality_patient_missing(const struct quality_patient *p,
    void (*fn)(void *arg, struct str reference), void *arg);
/* Appends the start of the first Appointment that is booked for today (a date,
 * YYYY-MM-DD) or later, as its source wrote it; false: there is none. */
bool quality_patient_visit(const struct quality_patient *p, struct str today,
    struct buf *b);
/* Is it a test patient (meta.security HTEST)? */
bool quality_patient_test(const struct quality_patient *p);
bool quality_patient_dead(const struct quality_patient *p);

/* ---- evaluating ---- */

/* One member: the patient, or an episode. */
struct quality_member {
	struct elm_value episode; /* nothing when the basis is boolean */
	uint32_t in;		  /* bits of populations, after gating */
	uint32_t raw;		  /* the same as the expressions say */
	uint64_t strata;	  /* bits of strata */
};
struct quality_observation {
	uint32_t population;	  /* index in the group */
	uint32_t member;	  /* likewise */
	struct elm_value value;	  /* a number, a quantity, or nothing */
};
struct quality_group_result {
	uint32_t members, observations;
	const struct quality_member *member;
	const struct quality_observation *observation;
	uint32_t count[QUALITY_POPULATIONS_MAX]; /* members in each */
	uint32_t stratum[QUALITY_STRATA_MAX];
};

struct quality_run;

/* Runs of one worker, which is used by one thread at a time, share what they
 * find out of a patient, where packages, periods and all are the same.
 * period: "2026", "2026-Q1", "2026-05", "FROM..TO", or NULL: the measure's
 * own; zone: minutes east of UTC for dates without an offset and the period.
 * EHR_EUSAGE: no period. */
int quality_run_new(struct quality_run **run, const struct quality_package *p,
    unsigned worker, const char *period, int zone,
    enum quality_profiles profiles, struct ehr_err *e);
void quality_run_free(struct quality_run *run);
/* What a patient may cost (ELM_LIMITS), for all runs that share with it. */
void quality_run_limit(struct quality_run *run,
    const struct elm_limits *limits);
/* First and last day of the period, as dates. */
void quality_run_period(const struct quality_run *run, char from[11],
    char to[11]);
/* Evaluates every group; result has one for each, borrowed until the next
 * call. EHR_EREJECT: a run-time error of an expression. */
int quality_run_patient(struct quality_run *run,
    const struct quality_patient *patient,
    const struct quality_group_result **result, struct ehr_err *e);

/* A code that a patient's supplemental data have; of what has none, a code
 * without text. */
struct quality_code {
	uint32_t supplement;	  /* index in the measure */
	struct str code, system, display;
};
/* The codes of the patient evaluated last, each once; borrowed until the next
 * call of quality_run_patient(). EHR_EREJECT as there. */
int quality_run_supplement(struct quality_run *run,
    const struct quality_code **list, uint32_t *n, struct ehr_err *e);

/* ---- adding up ---- */

/* A measure over patients. One of each thread, merged, is the same as one of
 * all: nothing depends on the order of the patients. */
struct quality_tally;

/* m is borrowed. */
struct quality_tally *quality_tally_new(const struct quality_measure *m);
void quality_tally_free(struct quality_tally *t);
const struct quality_measure *quality_tally_measure(
    const struct quality_tally *t);
/* Adds a patient: a result for each group, and n codes (none is fine), which
 * count for who is in a population. */
void quality_tally_add(struct quality_tally *t,
    const struct quality_group_result *result,
    const struct quality_code *code, uint32_t n);
/* Adds all of another one of the same measure. */
void quality_tally_merge(struct quality_tally *t,
    const struct quality_tally *from);

/* By population of the group. */
struct quality_counts {
	uint64_t count[QUALITY_POPULATIONS_MAX]; /* as its basis: patients or
						  * episodes */
	uint64_t patients[QUALITY_POPULATIONS_MAX];
};
enum { QUALITY_WHOLE = -1 }; /* instead of a stratum: the whole group */
const struct quality_counts *quality_tally_counts(
    const struct quality_tally *t, uint32_t group, int stratum);

/* Exact, den above 0; den 0: there is none (nobody in the denominator). */
struct quality_fraction {
	__int128 num, den;
};
/* The observations of a population by its method. */
struct quality_fraction quality_tally_observed(const struct quality_tally *t,
    uint32_t group, int stratum, uint32_t population);
/* Of a proportion the performance rate: the numerator without its exclusions
 * by the denominator without exclusions and exceptions. Of a ratio that of the
 * observations, else of the counts, each without exclusions. Of a continuous
 * variable its observations; of a cohort none. */
struct quality_fraction quality_tally_score(const struct quality_tally *t,
    uint32_t group, int stratum);
/* Appends it with so many digits (at most 9), halves away from zero; false and
 * nothing when there is none. */
bool quality_fraction_text(struct buf *b, struct quality_fraction f,
    unsigned digits);

/* A code of supplemental data and how many of each population have it. */
struct quality_code_counts {
	struct quality_code code;
	uint64_t *count; /* see quality_tally_code() */
};
/* All of them by supplement, system and code. Borrowed until t changes. */
const struct quality_code_counts *quality_tally_codes(
    struct quality_tally *t, size_t *n);
/* How many of a population have the code, by the group's basis. */
uint64_t quality_tally_code(const struct quality_tally *t,
    const struct quality_code_counts *code, uint32_t group,
    uint32_t population);

/* ---- MeasureReports (FHIR R4; DEQM 5.0.0 where it says more) ---- */

enum quality_report_type {
	QUALITY_SUMMARY, QUALITY_SUBJECT_LIST, QUALITY_INDIVIDUAL
};
/* What a report says beside the figures. Texts are borrowed. */
struct quality_report {
	enum quality_report_type type;
	const char *from, *to;	/* days of the period */
	struct str date;	/* when it was made */
	struct str reporter, npi; /* STR_NONE: not known */
	const char *tool;	/* version of the program */
	uint8_t hash[32];	/* quality_package_hash() */
	bool completed;		/* by value sets, of which this is the hash */
	uint8_t sets[32];
	uint64_t audit_size;	/* 0: not of a record */
	uint8_t audit_root[32];
	struct str subject_id, subject_name; /* of an individual: the
				 * Patient's id, "[SOURCE:]ID" */
	struct str evaluated;	/* quality_report_evaluated(), or nothing */
	const struct buf *list;	/* of a subject list: quality_report_entry()s
				 * of each population of each group */
};
/* Appends the resource, one line without its end. The score has 6 digits. */
void quality_report(struct buf *b, struct quality_tally *t,
    const struct quality_report *r);
/* Its id: a UUID that follows from what it is about. */
void quality_report_id(const struct quality_measure *m,
    const struct quality_report *r, char id[37]);
/* Appends a Reference to a patient; an entry of a List, with a comma. */
void quality_report_subject(struct buf *b, const char *key, struct str id,
    struct str name);
void quality_report_entry(struct buf *b, struct str id, struct str name);
/* Appends the evaluatedResources of the patient evaluated last, each with the
 * criteria it turned up in. */
int quality_report_evaluated(struct buf *b, struct quality_run *run,
    const struct quality_measure *m, struct ehr_err *e);

/* Is a patient in no population, whatever the chart says that none() leaves
 * (see elm_hopeless())? Of the patient only the Patient has to be there. */
bool quality_run_hopeless(struct quality_run *run,
    const struct quality_patient *patient,
    bool (*none)(void *arg, uint32_t need, int64_t from, int64_t to),
    void *arg);
/* The result of who is in no population, as quality_run_patient() has it. */
void quality_run_nobody(struct quality_run *run,
    const struct quality_group_result **result);

/* ---- snapshots: reports as they were, kept in the record ---- */

struct quality_snapshot {
	struct str name, user;	/* borrowed for the call */
	int64_t time, size;	/* ms; bytes of its text */
	uint8_t sha256[32];	/* of its text */
};
/* Inside a transaction. EHR_EREJECT: there is one of that name. */
int quality_snapshot_add(struct store *db, struct str name, struct str user,
    struct str text, struct ehr_err *e);
/* In the order they were made, until fn returns a negative code. */
int quality_snapshot_each(struct store *db,
    int (*fn)(void *arg, const struct quality_snapshot *s), void *arg,
    struct ehr_err *e);
/* Appends the text. EHR_ENOENT; EHR_EINTEGRITY: its hash is another. */
int quality_snapshot_text(struct store *db, struct str name, struct buf *text,
    struct ehr_err *e);

/* ---- why ---- */

/* A definition that a population stands on, or a retrieve in one, with its
 * value for the patient evaluated last. */
struct quality_why {
	unsigned depth;		/* 0: the population's own */
	struct str library, name;
	struct elm_value value;
	bool again;		/* told of above, with what is below it */
	int type;		/* of a retrieve; name is that of its codes */
	struct str profile;	/* it asks for: last part of the canonical */
	struct elm_value whole; /* the list of a retrieve, of any profile */
};
typedef int quality_why_fn(void *arg, const struct quality_why *why);
/* Calls fn for a definition and those below it, depth first, until fn returns
 * non-zero; returns that. Retrieves are told of in the population's own
 * definition, below it only those that find something but for the profile. */
int quality_explain(struct quality_run *run, int define, quality_why_fn *fn,
    void *arg, struct ehr_err *e);
/* Appends in a line what decided: the definitions it names that hold (or do
 * not), and of a list the last of its resources. */
int quality_reason(struct quality_run *run, int define, bool holds,
    struct buf *b, struct ehr_err *e);
/* True, or a list with something in it, or any other value. */
bool quality_holds(struct elm_value v);
/* Appends "Type/id date" of a resource. */
void quality_resource(struct buf *b, struct elm_value v);

/* ---- what the record keeps: packages, value sets, reference files ---- */

enum quality_kept_kind {
	QUALITY_KEPT_MEASURE,	 /* a package */
	QUALITY_KEPT_VALUESET,	 /* one ValueSet */
	QUALITY_KEPT_MEASURES,	 /* measures-data-YEAR.json of QPP */
	QUALITY_KEPT_BENCHMARKS, /* benchmarks-YEAR.json */
	QUALITY_KEPT_MVP,	 /* mvp-YEAR.json */
	QUALITY_KEPT_KINDS
};
/* "measure", "valueset", "qpp-measures", "qpp-benchmarks", "qpp-mvp". */
const char *quality_kept_name(enum quality_kept_kind k);

/* One of them, slices borrowed. The version of a reference file is its year. */
struct quality_kept {
	int64_t id;
	enum quality_kept_kind kind;
	struct str name, version;
	struct str url;		/* canonical, else the name */
	struct str alias;	/* "CMS122"; OID of a value set; "" */
	struct str input, by;	/* file it came from, who loaded it */
	uint8_t sha256[32];
	int64_t size, time;	/* bytes of its text; ms */
};
typedef int quality_kept_fn(void *arg, const struct quality_kept *k);

/* Keeps it: 1 added, 0 the same is there already. EHR_EREJECT: that version is
 * there with another content, and force is not given. Inside a transaction. */
int quality_kept_put(struct store *db, const struct quality_kept *k,
    struct str text, bool force, struct ehr_err *e);
/* EHR_ENOENT: there is none of that number. Inside a transaction. */
int quality_kept_drop(struct store *db, int64_t id, struct ehr_err *e);
/* By kind, name and version; kind QUALITY_KEPT_KINDS: all. fn as of
 * record_all(). */
int quality_kept_each(struct store *db, enum quality_kept_kind kind,
    quality_kept_fn *fn, void *arg, struct ehr_err *e);
/* The one that "NAME[|VERSION]" means: its name, canonical or alias; fn is
 * called with it. EHR_ENOENT: none, or several, of which candidates (or NULL)
 * gets "NAME|VERSION" a line. */
int quality_kept_find(struct store *db, enum quality_kept_kind kind,
    struct str name, quality_kept_fn *fn, void *arg, struct buf *candidates,
    struct ehr_err *e);
int quality_kept_text(struct store *db, int64_t id, struct buf *text,
    struct ehr_err *e);
/* A reference file of a performance year as JSON: 1, or 0: none is loaded. */
int quality_reference(struct store *db, enum quality_kept_kind kind, int year,
    struct buf *text, struct ehr_err *e);

/* ---- files that are to be kept ---- */

/* What a file holds: a package (one Bundle of a Measure), or a reference file
 * of QPP; or with valuesets its ValueSets, each by itself. fn gets each as it
 * would be kept, all but by and time, and its text, both borrowed for the call;
 * the hash of a package is left to quality_package_hash(). year: that of a
 * reference file that does not say it, or 0: as its name does. EHR_EREJECT:
 * nothing of that is in it. */
typedef int quality_intake_fn(void *arg, const struct quality_kept *k,
    struct str text, struct ehr_err *e);
int quality_intake(const char *path, bool valuesets, int year,
    quality_intake_fn *fn, void *arg, struct ehr_err *e);

/* What follows from which populations a member's expressions put it into
 * (bits by index) for a group: gating as the Quality Measure IG has it. */
uint32_t quality_gate(const struct quality_group *g, uint32_t raw);

#endif
