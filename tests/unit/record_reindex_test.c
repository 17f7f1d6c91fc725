/* record_reindex_test.c - the index made anew in chunks, with others at work
 * between them, broken off and gone on with. */
#include "../torture/leap.c" /* so that a chunk is a few resources */
#include "record_kit.h"

enum { PATIENTS = 12, BETWEEN = 3 /* chunks before it is broken off */ };

static void put_as(struct kit *k, const char *fmt, int i)
{
	BUF_AUTO json = BUF_INIT;

	for (; *fmt; fmt++)
		if (*fmt == '%')
			buf_addf(&json, "%d", i);
		else
			buf_addch(&json, *fmt);
	kit_import(k, NULL, json.s);
}

static void fill(struct kit *k)
{
	for (int i = 0; i < PATIENTS; i++) {
		put_as(k, "{\"resourceType\":\"Patient\",\"id\":\"p%\","
		    "\"name\":[{\"family\":\"Zebra%\"}]}", i);
		put_as(k, "{\"resourceType\":\"Observation\",\"id\":\"o%\","
		    "\"status\":\"final\",\"subject\":{\"reference\":"
		    "\"Patient/p%\"},\"code\":{\"coding\":[{\"code\":"
		    "\"hb\"}]},\"valueQuantity\":{\"value\":1%}}", i);
		put_as(k, "{\"resourceType\":\"ClinicalImpression\",\"id\":"
		    "\"n%\",\"status\":\"completed\",\"subject\":{"
		    "\"reference\":\"Patient/p%\"},\"summary\":"
		    "\"cough number%\"}", i);
	}
}

static int break_off(void *arg, int64_t done)
{
	int *left = arg;

	(void)done;
	return --*left ? 0 : EHR_EIO;
}

static int count_chunk(void *arg, int64_t done)
{
	int64_t *last = arg;

	CHECK(done > *last);
	*last = done;
	return 0;
}

static int count_row(void *arg, int64_t patient, int64_t rid, int64_t date)
{
	(void)patient, (void)rid, (void)date;
	++*(int *)arg;
	return 0;
}

static int observations(struct kit *k)
{
	int n = 0;
	int rc = index_token(k->r, INDEX_CODE, STR_NONE, STR("hb"), count_row,
	    &n, &k->e);

	return rc < 0 ? rc : n;
}

/* FTS5's own look at its words. */
static void check_notes(struct kit *k)
{
	static const struct sql q = { "check", "INSERT INTO note(note) "
		"VALUES ('integrity-check')", PERM_NONE };

	KIT_OK(k, stmt_run(store_sql(record_store(k->r), &q), &k->e));
}

/* The same rows as made in one go. */
static void check_index(struct kit *k)
{
	BUF_AUTO found = BUF_INIT;
	BUF_AUTO wanted = BUF_INIT;

	check_notes(k);
	kit_index(k, &found);
	KIT_OK(k, record_reindex(k->r, NULL, NULL, &k->e));
	kit_index(k, &wanted);
	CHECK(wanted.len > 0);
	CHECK_STR(found.s, wanted.s);
}

TEST(broken_off_it_is_refused_and_goes_on)
{
	int64_t batch, done = 0;
	int left = BETWEEN;
	struct kit k;

	kit_open(&k);
	fill(&k);
	CHECK_INT(observations(&k), PATIENTS);
	CHECK_INT(record_reindex(k.r, break_off, &left, &k.e), EHR_EIO);
	CHECK_INT(observations(&k), EHR_EIO);
	CHECK(strstr(k.e.msg, "go on with ehr-admin reindex"));

	/* What is written meanwhile, on both sides of where it stands. */
	put_as(&k, "{\"resourceType\":\"Patient\",\"id\":\"p%\",\"name\":"
	    "[{\"family\":\"Yak\"}]}", 0);
	put_as(&k, "{\"resourceType\":\"ClinicalImpression\",\"id\":\"n%\","
	    "\"subject\":{\"reference\":\"Patient/p%\"},\"summary\":"
	    "\"hoarse\"}", PATIENTS - 1);
	put_as(&k, "{\"resourceType\":\"ClinicalImpression\",\"id\":\"n%\","
	    "\"subject\":{\"reference\":\"Patient/p%\"},\"summary\":"
	    "\"wheeze\"}", 0);
	batch = kit_import(&k, NULL, "{\"resourceType\":\"Patient\",\"id\":"
	    "\"new\",\"name\":[{\"family\":\"Newt\"}]}");
	CHECK(kit_undo(&k, batch, false) > 0);

	/* Another process goes on. */
	record_close(k.r);
	KIT_OK(&k, record_open(&k.r, k.path, STORE_WRITE, &k.e));
	KIT_OK(&k, record_reindex(k.r, count_chunk, &done, &k.e));
	CHECK(done > 0 && done < 3 * PATIENTS - BETWEEN);
	CHECK_INT(observations(&k), PATIENTS);
	check_index(&k);
	kit_close(&k);
}

TEST(a_finished_one_begins_anew)
{
	static const struct sql lose = { "lose", "DELETE FROM token",
		PERM_NONE };
	int64_t done = 0;
	struct kit k;

	kit_open(&k);
	fill(&k);
	KIT_OK(&k, stmt_run(store_sql(record_store(k.r), &lose), &k.e));
	CHECK_INT(observations(&k), PATIENTS); /* by their values */
	KIT_OK(&k, record_reindex(k.r, count_chunk, &done, &k.e));
	CHECK(done > 2 * PATIENTS);
	check_index(&k);
	kit_close(&k);
}
