/*
 * gen.h - the parts of gen-practice.
 *
 * Everything a patient gets follows from (seed, number) alone, so that any
 * range of patients can be made anywhere and parts put together. Integers
 * only: no clock, no locale, no floating point.
 */
#ifndef GEN_H
#define GEN_H

#include "ehr/base.h"

/* ---- resource types ---- */

#define GEN_TYPES(X) \
	X(ORGANIZATION, "Organization") \
	X(LOCATION, "Location") \
	X(PRACTITIONER, "Practitioner") \
	X(ROLE, "PractitionerRole") \
	X(PATIENT, "Patient") \
	X(COVERAGE, "Coverage") \
	X(CARETEAM, "CareTeam") \
	X(FAMILY, "FamilyMemberHistory") \
	X(ALLERGY, "AllergyIntolerance") \
	X(CONDITION, "Condition") \
	X(ENCOUNTER, "Encounter") \
	X(OBSERVATION, "Observation") \
	X(REPORT, "DiagnosticReport") \
	X(MEDICATION, "MedicationRequest") \
	X(IMMUNIZATION, "Immunization") \
	X(PROCEDURE, "Procedure") \
	X(DOCUMENT, "DocumentReference") \
	X(GOAL, "Goal") \
	X(CAREPLAN, "CarePlan") \
	X(SERVICE, "ServiceRequest") \
	X(APPOINTMENT, "Appointment") \
	X(COMMUNICATION, "Communication")

enum type {
#define X(id, name) T_##id,
	GEN_TYPES(X)
#undef X
	T_COUNT
};
extern const char *const type_name[T_COUNT];

/* ---- random numbers: splitmix64, one stream per purpose ---- */

struct rng {
	uint64_t s;
};
struct rng rng_of(uint64_t seed, uint64_t owner, uint64_t purpose);
uint64_t rng_next(struct rng *r);
int rng_below(struct rng *r, int n);		/* 0 .. n - 1 */
int rng_range(struct rng *r, int lo, int hi);	/* lo .. hi */
bool rng_permille(struct rng *r, int p);
/* Bell-shaped: mean 0, deviation about spread, within 3.5 of it. */
int rng_bell(struct rng *r, int spread);

/* ---- identities and references ---- */

struct id {
	uint64_t hi, lo;
};
struct ref {
	enum type type;
	struct id id;
	bool shared;	/* of the practice: no urn:uuid in a chart's bundle */
};

/* ---- the practice ---- */

enum { MAX_DOCTORS = 12, MAX_SITES = 3, PAYERS = 4, MAX_NAME = 48 };

struct doctor {
	struct ref ref, role;
	const char *given;
	char family[MAX_NAME];
	int specialty;
	char npi[11];
};
struct practice {
	struct ref org, payer[PAYERS], site[MAX_SITES];
	struct doctor doctor[MAX_DOCTORS];
	int doctors, sites;
	char npi[11];
};

/* ---- a patient ---- */

enum { MAX_PROBLEMS = 12, MAX_MEDS = 64, MAX_PANELS = 8 };

struct person {
	uint64_t number;	/* from 0 */
	struct ref ref;
	char given[MAX_NAME], middle[MAX_NAME], family[MAX_NAME];
	bool female, deceased, test;
	int64_t born, died;	/* days since 1970 */
	int race, ethnicity, language;
	int street_no, street, town, zip, phone;
	int doctor, site, payer;
	int smoking;		/* index of the smoking states */
};

enum problem {
#define X(id, icd, sct, text, sex, min, p40, p70, d1, d2) P_##id,
#include "problem.def"
#undef X
	P_COUNT
};
enum drug {
	D_NONE,
#define X(id, rx, text, dose, form, per_day, n) D_##id,
#include "drug.def"
#undef X
	D_COUNT
};
enum lab {
#define X(id, loinc, text, unit, dec, lo, hi) L_##id,
#include "lab.def"
#undef X
	L_COUNT
};

enum visit_kind { V_WELL, V_FOLLOW, V_ACUTE };
struct visit {
	struct ref ref;
	int64_t day;
	int minute, length;	/* local minutes after midnight; minutes */
	enum visit_kind kind;
	int acute;		/* index of acute.def, else -1 */
	int doctor, site;
	char start[32], end[32];	/* FHIR dateTimes */
	char done[32];			/* instant, UTC: meta.lastUpdated */
};

struct med {
	enum drug drug;
	int problem;		/* enum problem, else -1 */
	int64_t from, until;	/* until 0: goes on */
	const struct visit *visit;
	const char *status;
};

/* What the course carries from visit to visit. */
struct course {
	struct rng rng;
	struct person who;
	int problems;
	struct {
		enum problem what;
		int64_t onset;
		struct ref ref;
	} problem[MAX_PROBLEMS];
	uint64_t will;			/* bit per enum problem, ever */
	uint64_t has;			/* the same, on the visit's day */
	struct visit *visit;
	size_t visits, cap;
	struct med med[MAX_MEDS];
	int meds;
	int weight10, height10;		/* 0.1 kg, 0.1 cm */
	int a1c10, a1c_goal10;
	int egfr, ldl, tsh100, systolic;
	int64_t last_panel[MAX_PANELS];	/* day of each panel of labs.c */
	int64_t last_flu, last_covid, last_well, last_smoking;
	uint64_t shots;			/* bit per adult vaccine given */
	uint64_t treated, second;	/* bit per problem: drug given */
	uint32_t ids;			/* resources named so far */
};

/* ---- output ---- */

enum form { AS_BUNDLES, AS_NDJSON, AS_BY_TYPE };

struct gen {
	uint64_t seed;
	int64_t today;
	int per_patient;
	enum form form;
	const char *dir;	/* NULL: standard output */
	struct practice practice;
	struct course course;
	struct buf note;
	struct buf *b;		/* where the resource being written goes */
	struct buf out[T_COUNT];
	int fd[T_COUNT];	/* -1: not open */
	struct ref cur;		/* the resource being written */
	size_t entries;		/* of the bundle being written */
	uint64_t resources, bytes;
};

struct ref ref_new(struct gen *g, enum type type);	/* next of a chart */
struct ref ref_of(const struct gen *g, enum type type, uint64_t owner,
    uint64_t n);

/*
 * Appends fmt to b; ' becomes ". Conversions (the compiler checks none):
 * %s text (JSON-safe)  %d int  %i struct id *  %r struct ref *
 * %D day (int64_t) as date  %1 %2 int with so many decimals  %% percent
 */
void put(struct gen *g, const char *fmt, ...);
/* The same into the note, ' kept. */
void note(struct gen *g, const char *fmt, ...);

/* {"resourceType", "id", "meta" ... without the last brace, and the end.
 * profile: the last part of a US Core profile's address, or NULL. */
void open_resource(struct gen *g, const struct ref *ref, const char *updated,
    const char *profile);
void close_resource(struct gen *g);
int open_output(struct gen *g, struct ehr_err *e);
/* What stands between two open_chart() is one bundle. */
void open_chart(struct gen *g);
int close_chart(struct gen *g, const char *name, struct ehr_err *e);
int close_output(struct gen *g, struct ehr_err *e);

/* ---- time: the practice keeps US Eastern time ---- */

void day_parts(int64_t day, int *y, int *m, int *d);
int offset_of(int64_t day);			/* minutes, DST by date */
void format_local(char out[32], int64_t day, int minute);
void format_utc(char out[32], int64_t day, int minute);

/* ---- the parts ---- */

void make_practice(struct gen *g);
void put_practice(struct gen *g);
void make_person(struct gen *g, uint64_t number, struct person *p);
int age_on(const struct person *p, int64_t day);
void put_person(struct gen *g);			/* Patient, Coverage ... */
void plan_course(struct gen *g, uint64_t number);
void put_problems(struct gen *g);
void put_visit(struct gen *g, struct visit *v);
void put_vitals(struct gen *g, const struct visit *v);
void put_labs(struct gen *g, const struct visit *v);
void put_note(struct gen *g, const struct visit *v);
void put_shots(struct gen *g, const struct visit *v);
void put_childhood_shots(struct gen *g);
void put_procedures(struct gen *g, const struct visit *v);
void treat(struct gen *g, const struct visit *v);
void put_meds(struct gen *g);
void put_plans(struct gen *g);
void put_appointments(struct gen *g);
void put_chart(struct gen *g, uint64_t number);

/* ---- tables that more than one part reads ---- */

struct problem_row {
	const char *icd, *sct, *text;
	char sex;		/* F, M or A: any */
	int min_age, at40, at70;	/* permille */
	enum drug first, second;
};
struct drug_row {
	const char *rx, *text, *dose, *form;
	int per_day, count;
};
struct acute_row {
	const char *icd, *sct, *text, *complaint, *finding, *advice;
	char sex;
	int min_age, max_age, days, weight;
	enum drug drug;
};
extern const struct problem_row problem_row[P_COUNT];
extern const struct drug_row drug_row[D_COUNT];
extern const struct acute_row acute_row[];
extern const int acute_rows;
static inline bool has(const struct course *c, enum problem p)
{
	return c->has >> p & 1;
}

#endif
