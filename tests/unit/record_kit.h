/*
 * record_kit.h - what tests of the record share: a record in a folder of its
 * own, resources put from JSON. A fault of the library ends the test.
 */
#ifndef RECORD_KIT_H
#define RECORD_KIT_H

#include "ehr/record.h"
#include "test.h"

struct kit {
	char dir[64], path[96];
	struct record *r;
	struct ehr_err e;
};

#define KIT_OK(k, call)                                                       \
	do {                                                                  \
		if ((call) < 0) {                                             \
			printf("%s:%d: %s: %s\n", __FILE__, __LINE__, #call,  \
			    (k)->e.msg);                                      \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

static inline void kit_open(struct kit *k)
{
	*k = (struct kit){ .r = NULL };
	snprintf(k->dir, sizeof(k->dir), "/tmp/ehr-test.XXXXXX");
	CHECK(mkdtemp(k->dir) != NULL);
	snprintf(k->path, sizeof(k->path), "%s/t.ehr", k->dir);
	KIT_OK(k, record_open(&k->r, k->path, STORE_CREATE, &k->e));
}

static inline void kit_close(struct kit *k)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock",
		"-journal" };
	char name[128];

	record_close(k->r);
	k->r = NULL;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", k->path, ends[i]);
		unlink(name);
	}
	rmdir(k->dir);
}

/* A new batch of a source (NULL: local). */
static inline struct batch *kit_batch(struct kit *k, const char *source)
{
	struct batch_info info = { .tool = "test", .user = "tester",
		.source = source };
	struct batch *b = NULL;

	KIT_OK(k, batch_open(&b, k->r, &info, &k->e));
	return b;
}

static inline int kit_put_as(struct kit *k, struct batch *b, const char *json,
    const struct batch_put *opt)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	struct diag d;

	if (tape_parse(&t, json, strlen(json), &why) < 0)
		return ehr_fail(&k->e, EHR_EREJECT, "%s", why.text);
	return batch_put(b, &t, 0, opt, &d, &k->e);
}

static inline void kit_put(struct kit *k, struct batch *b, const char *json)
{
	KIT_OK(k, kit_put_as(k, b, json, &(struct batch_put){ 0 }));
}

/* Commits and frees; the number of the batch. */
static inline int64_t kit_done(struct kit *k, struct batch *b,
    struct batch_counts *n)
{
	int64_t id;

	KIT_OK(k, batch_commit(b, n, &k->e));
	id = batch_number(b);
	batch_free(b);
	return id;
}

/* One resource, one batch. */
static inline int64_t kit_import(struct kit *k, const char *source,
    const char *json)
{
	struct batch *b = kit_batch(k, source);

	kit_put(k, b, json);
	return kit_done(k, b, NULL);
}

/* When the batch was committed. */
static inline int64_t kit_time(struct kit *k, int64_t batch)
{
	struct batch_row row;

	KIT_OK(k, batch_get(k->r, batch, &row, &k->e));
	return row.finished;
}

#endif
