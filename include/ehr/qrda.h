/*
 * qrda.h - HL7 QRDA: Category III (counts of a practice, CMS 2026
 * implementation guide) read, checked and written.
 *
 * Pure: a document is read by xml.h, everything else is given and taken as the
 * plain structs below. Texts in them are borrowed: from the document of what
 * was read, from the caller of what is written.
 */
#ifndef EHR_QRDA_H
#define EHR_QRDA_H

#include "ehr/json.h"
#include "ehr/xml.h"

/* ---- what a Category III says ---- */

/* Supplemental data, in the order they are written. */
enum qrda_about {
	QRDA_RACE, QRDA_ETHNICITY, QRDA_SEX, QRDA_PAYER, QRDA_ABOUTS
};
const char *qrda_about_name(enum qrda_about a); /* "race" */

struct qrda_split {
	enum qrda_about about;
	struct str code; /* of a payer: A to D, CMS's groups */
	int64_t count;	 /* -1: none was said */
};
struct qrda_stratum {
	struct str guid;
	int64_t count;
};
/* One population of a measure: IPOP, DENOM, DENEX, NUMER, DENEXCEP, ... */
struct qrda_population {
	struct str code, guid;
	int64_t count; /* -1: none was said */
	size_t strata, splits;
	struct qrda_stratum *stratum;
	struct qrda_split *split;
};
/* A rate as written, with the numerator it is of; value.s NULL: none, for
 * nobody is left to be counted. */
struct qrda_rate {
	struct str value, numerator;
};
struct qrda_measure {
	struct str guid, title; /* version specific id */
	size_t populations, rates;
	struct qrda_population *population;
	struct qrda_rate *rate;
};
/* A measure of promoting interoperability or an improvement activity. */
struct qrda_activity {
	struct str id;	/* PI_EP_1, IA_BE_4 */
	struct str answer; /* Y or N; nothing: it has counts */
	int64_t numerator, denominator;
};
/* First and last day, as HL7 writes them: 20260101. */
struct qrda_period {
	struct str low, high;
};
struct qrda_performer {
	struct str npi, tin, group; /* group: virtual, sub or APM entity */
};
struct qrda3 {
	struct str program, cehrt, mvp, title;
	struct str id, time; /* of the document: a UUID, 20260131120000 */
	struct str practice; /* name of the organization */
	size_t performers, measures, pis, ias;
	struct qrda_performer *performer;
	struct qrda_measure *measure;
	struct qrda_activity *pi, *ia;
	struct qrda_period quality, promoting, improvement; /* by section */
};

/* Reads what is there, whatever year's rules it follows; what it says is
 * allocated in mem. EHR_EREJECT: not a QRDA III (HL7 2.16.840.1.113883.10.20
 * .27.1.1 or CMS's .27.1.2). */
int qrda3_read(struct qrda3 *q, struct arena *mem, const struct xml_doc *doc,
    struct ehr_err *e);
/* Appends a document by the CMS 2026 guide. EHR_EUSAGE: something that the
 * program wants is missing or malformed. */
int qrda3_write(struct buf *b, const struct qrda3 *q, struct ehr_err *e);
/* Is it one of the program names of 2026? */
bool qrda_program(struct str name);
/* Does it report promoting interoperability alone? */
bool qrda_program_pi(struct str name);
/* Blanks between them. */
const char *qrda_programs(void);
bool qrda_npi(struct str s); /* ten digits with the right last one */
bool qrda_tin(struct str s); /* nine digits */

/* ---- GUIDs of measures and populations ---- */

/* Which GUID a population has; group and stratum count from 0. */
struct qrda_guid {
	struct str code, guid;
	uint32_t group;
	int stratum; /* of IPOP's, -1: the population itself */
};
struct qrda_guids {
	struct str cms;	 /* "CMS122v13" */
	struct str uuid; /* of the measure */
	struct str id;	 /* QPP's: "001" */
	/* Of the version whose GUIDs some groups have, as the source has none
	 * of their own yet; else nothing. */
	struct str carried;
	uint32_t groups;
	size_t n;
	const struct qrda_guid *guid;
};
struct qrda_table;

/* The measures of a performance year that are built in (data/guids-YEAR.tsv,
 * from CMS's qpp-measures-data). EHR_ENOENT: none of the year. */
int qrda_table_year(struct qrda_table **t, int year, struct ehr_err *e);

/* Those of a QPP measures-data document (measureId, eMeasureId, eMeasureUuid,
 * strata[].eMeasureUuids). EHR_EREJECT. */
int qrda_table_read(struct qrda_table **t, const char *path,
    struct ehr_err *e);
void qrda_table_free(struct qrda_table *t); /* NULL is allowed */
/* The measure of a number ("CMS122", with or without version) or of its UUID;
 * NULL: not there. Borrowed from t. */
const struct qrda_guids *qrda_table_find(const struct qrda_table *t,
    struct str name);

/* ---- checking ---- */

/* One rule that does not hold. Slices are borrowed for the call. */
struct qrda_finding {
	const char *number; /* of a CONF statement, or of a converter error */
	const char *name;   /* of a converter error, else NULL */
	uint32_t line;
	struct str path, text;
};
typedef int qrda_finding_fn(void *arg, const struct qrda_finding *f);

/* Calls fn for what breaks the CMS 2026 guide and for what QPP's converter
 * would refuse, in the order of the document, until fn returns non-zero;
 * returns that. guids may be NULL: GUIDs are not looked up then. EHR_EREJECT:
 * not a QRDA III. */
int qrda3_check(const struct xml_doc *doc, const struct qrda_table *guids,
    qrda_finding_fn *fn, void *arg, struct ehr_err *e);

/* ---- Category I: one patient, QDM data (R1 STU 5.3) ---- */

struct qrda1 {
	struct str id, time, practice;	   /* as in struct qrda3 */
	struct qrda_period period;
	size_t measures;
	const struct str *measure, *title; /* version specific ids, titles */
};
/* What QDM cannot say: of which resource ("Observation/1"), and what. */
typedef void qrda_lost_fn(void *arg, struct str resource, const char *what);

/* Appends the document of the patient in a FHIR Bundle. Resources and elements
 * that are lost are told to fn. EHR_EREJECT: no Patient in it. */
int qrda1_write(struct buf *b, const struct qrda1 *q,
    const struct tape *bundle, qrda_lost_fn *fn, void *arg, struct ehr_err *e);
/* Appends the FHIR Bundle (a line of JSON) that a document makes: QDM has no
 * category of a diagnosis, so it has both; fn is told of entries of templates
 * that are not understood (by their id). EHR_EREJECT: not a QRDA I. */
int qrda1_read(struct buf *b, const struct xml_doc *doc, qrda_lost_fn *fn,
    void *arg, struct ehr_err *e);

#endif
