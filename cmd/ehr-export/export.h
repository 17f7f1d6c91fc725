/* export.h - what the files of ehr-export share. */
#ifndef EHR_EXPORT_H
#define EHR_EXPORT_H

#include "ehr/access.h"
#include "ehr/age.h"
#include "ehr/cli.h"
#include "ehr/fhir.h"

enum form { FORM_NDJSON, FORM_BUNDLE };

/* ---- seal.c: for whom it is encrypted ---- */

extern struct seal_want {
	struct cli_list recipients, files;
	bool passphrase, armor;
} seal_want;
#define SEAL_OPTS                                                             \
	{ "age", 0, CLI_LIST, 0, "RECIPIENT", "encrypt with age: age1...",    \
	    &seal_want.recipients, 0, 0 },                                    \
	{ "age-file", 0, CLI_LIST, 0, "FILE", "... for all in a file",        \
	    &seal_want.files, 0, 0 },                                         \
	{ "age-passphrase", 0, CLI_FLAG, 0, NULL,                             \
	    "... with a passphrase, asked for", &seal_want.passphrase, 0, 0 },\
	{ "armor", 0, CLI_FLAG, 0, NULL, "... as text",                       \
	    &seal_want.armor, 0, 0 }
struct seal {
	struct age_keys keys;
	struct secret *pass;
	struct age_to to; /* borrowed from the two */
};
#define SEAL_AUTO EHR_CLEANUP(seal_release) struct seal
bool seal_wanted(void); /* an option asks for it */
/* As the options say: 1; 0: not at all. */
int seal_read(struct seal *s, struct cli *c, struct ehr_err *e);
void seal_release(struct seal *s);

/* ---- sink.c: where it goes ---- */

/* One file being written, standard output when out is NULL. */
struct file {
	struct out *out;
	bool open, some; /* some: an entry is in it already */
};

struct sink {
	struct cli *c;
	enum form form;
	bool history;
	const char *folder; /* NULL: one file for all */
	const struct age_to *age; /* NULL: not encrypted */
	struct file one;    /* that file, or the Bundle of a patient */
	struct file type[FHIR_RESOURCES + 1];
	struct buf b;	    /* scratch */
	struct ehr_err *err;
};

int sink_open(struct sink *s);
/* What follows is of this patient (name STR_NONE: nobody's). */
int sink_patient(struct sink *s, struct str name);
int sink_put(struct sink *s, struct record *r, const struct resource *res,
    struct str body);
/* rc is the result so far; with a failure no file is left unfinished. */
int sink_close(struct sink *s, int rc);

/* ---- chart.c: the resources of a chart, in the same order always ---- */

struct export {
	struct cli *c;
	struct access a;
	struct sink sink;
	struct record_filter filter;
	bool resolved;	   /* --refs resolved */
	bool everybody;	   /* --all */
	bool referenced;   /* --with-referenced */
	struct map64 set;  /* patients that are exported, unless everybody */
	struct map64 seen; /* rids of nobody that were written */
	struct buf body;
	struct ehr_err *err;
};

/* Writes the chart of a patient; 0: what belongs to nobody. */
int export_chart(struct export *x, int64_t patient);

/* ---- links.c: references that lead nowhere yet ---- */

int export_links(struct export *x);

#endif
