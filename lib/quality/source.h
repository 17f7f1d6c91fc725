/* source.h - files of what is published, wherever they lie. */
#ifndef QUALITY_SOURCE_H
#define QUALITY_SOURCE_H

#include "ehr/base.h"

enum {
	SOURCE_FILES_MAX = 10000,	/* in a folder or zip */
	SOURCE_ZIP_MAX = 512 << 20,	/* bytes of a zip */
	SOURCE_TOTAL_MAX = 1 << 30,	/* of all that zips hold, unpacked */
};

/* Gets each file with its name for messages ("a.zip:b/c.json"). */
typedef int source_fn(void *arg, const char *name, struct in *in,
    struct ehr_err *e);

struct source {
	source_fn *fn;
	void *arg;
	bool tables;	/* text and CSV, too */
	size_t files;	/* so far */
	uint64_t bytes;	/* unpacked so far */
};

/* Every file of path, by name; of a folder or a zip only those that may be
 * ours. EHR_EREJECT: a zip that is damaged, encrypted, too large, or names a
 * file outside of itself. */
int source_each(struct source *s, const char *path, struct ehr_err *e);
/* Is path neither a folder nor a zip? */
bool source_is_file(const char *path);
/* All that is left of in, at most max bytes. */
int source_read(struct in *in, size_t max, struct buf *b, struct ehr_err *e);

/* ---- between source.c and zip.c ---- */

bool source_wanted(const struct source *s, struct str name);
int source_opened(struct source *s, struct in *in, const char *name,
    unsigned depth, struct ehr_err *e);
int source_zip(struct source *s, struct in *in, const char *name,
    unsigned depth, struct ehr_err *e);

#endif
