/* import.h - what the files of ehr-import share. */
#ifndef EHR_IMPORT_H
#define EHR_IMPORT_H

#include "ehr/access.h"
#include "ehr/cli.h"
#include "ehr/crypto.h"

enum { MAX_REJECTS_SHOWN = 20 };

/* ---- rejects.c: the file of what was not taken ---- */

struct rejects {
	struct out *out;     /* NULL: none is wanted */
	struct buf line;
	bool streaming;	     /* the data of a too large item is being written */
	unsigned char carry[3];
	size_t n_carry;
	int rc;		     /* of the first write that failed */
	struct ehr_err *err;
};

int rejects_open(struct rejects *r, const char *path, bool force,
    struct ehr_err *e);
/* on_skipped of the splitter: bytes of an item too large to be kept. */
void rejects_stream(void *rejects, const void *p, size_t n);
int rejects_add(struct rejects *r, const struct diag *d, int64_t entry,
    struct str data);
/* rc is the result so far: with an integer failure no file is left. */
int rejects_close(struct rejects *r, int rc);

/* ---- files.c: which files ---- */

struct files {
	char **path;
	size_t n, cap;
	size_t skipped; /* other files in folders */
};

/* Adds operands; folders as the files in them, sorted. */
int files_find(struct files *f, struct cli *c, struct ehr_err *e);
void files_release(struct files *f);

/* ---- the import ---- */

struct import {
	struct cli *c;
	struct batch *batch;
	struct rejects rejects;
	struct tape tape;
	struct buf text;	/* scratch */
	struct buf path;	/* of the finding being made */
	struct map64 seen;	/* of a history Bundle: newest comes first */
	bool history;		/* the Bundle at work is one */
	uint64_t items, rejected, warnings;
	struct ehr_err *err;
};

/* fhir.c: one input in a format, from a reader that is open. */
int import_fhir(struct import *im, struct in *in);
/* refeed.c: a file made by --rejects, mended. */
int import_rejects(struct import *im, struct in *in);

/* One text: a resource, a Bundle or an entry of one. pos says where it
 * stands; entry -1: no entry of a Bundle. 0 taken (or rejected and counted);
 * negative: the import cannot go on. */
struct place {
	const char *file;
	uint64_t line, offset;
	int64_t entry;
};
int import_text(struct import *im, struct str text, struct str raw,
    const struct place *at);
/* Counts, reports and keeps what was not taken. d->file, line and offset are
 * filled in from at unless they are there already. */
int import_reject(struct import *im, struct diag *d, const struct place *at,
    struct str raw);

#endif
