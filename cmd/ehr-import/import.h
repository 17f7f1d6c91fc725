/* import.h - what the files of ehr-import share. */
#ifndef EHR_IMPORT_H
#define EHR_IMPORT_H

#include "ehr/access.h"
#include "ehr/age.h"
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
/* rc is the result so far. When it is a failure, or nothing was rejected, no
 * file is left. */
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

/* ---- reader.c: values of the inputs, read ahead in a thread ---- */

struct piece {
	struct json_item item;
	const char *file;	 /* as the operand was given */
	bool is_json;		 /* then tape is that of item.text, */
	struct tape tape;
	struct tape_error fault; /* else this is why not, unless item.why is */
};

struct reader;

/* All are borrowed; secret: what opens inputs that are age files. */
struct reader *reader_new(const struct files *files, enum json_form form,
    struct rejects *rejects, const struct age_keys *secret);
/* 1 and the next piece, borrowed until the next call; 0 at the end of the last
 * file; negative: it could not be read on. */
int reader_next(struct reader *r, struct piece **p, struct ehr_err *e);
/* After the end: the digest of the file, or that over those of the files in
 * their own order, so that neither names nor order matter. */
void reader_digest(struct reader *r, uint8_t all[SHA256_LEN]);
void reader_free(struct reader *r);

/* ---- the import ---- */

struct import {
	struct cli *c;
	struct record *r;
	struct batch *batch;
	struct rejects rejects;
	const struct tape *tape; /* of the text at work */
	struct tape inner;	 /* of one inside another */
	struct buf text;	 /* scratch */
	struct buf path;	 /* of the finding being made */
	uint64_t items, rejected, warnings;
	int64_t views; /* of rows that this record has */
	struct ehr_err *err;
};

/* fhir.c: a resource, a Bundle or an entry of one. */
int import_fhir(struct import *im, const struct piece *p);
/* refeed.c: a line of a file made by --rejects, mended. */
int import_rejects(struct import *im, const struct piece *p);

/* One text: a resource, a Bundle or an entry of one. pos says where it
 * stands; entry -1: no entry of a Bundle. 0 taken (or rejected and counted);
 * negative: the import cannot go on. */
struct place {
	const char *file;
	uint64_t line, offset;
	int64_t entry;
};
int import_text(struct import *im, struct str text, const struct place *at);
/* Counts, reports and keeps what was not taken. d->file, line and offset are
 * filled in from at unless they are there already. */
int import_reject(struct import *im, struct diag *d, const struct place *at,
    struct str raw);

#endif
