/*
 * record_test.c - the rules of the record one by one: names, versions,
 * batches, charts and their undoing. References: record_link_test.c.
 */
#include <sys/syscall.h>
#include <time.h>

#include "record_kit.h"

static struct kit k;

#define PATIENT(id) "{\"resourceType\":\"Patient\",\"id\":\"" id "\"}"
#define OBS(id, subject, value)                                               \
	"{\"resourceType\":\"Observation\",\"id\":\"" id "\",\"status\":"     \
	"\"final\",\"subject\":{\"reference\":\"Patient/" subject "\"},"      \
	"\"valueInteger\":" value "}"
#define ORG(id, updated, name)                                                \
	"{\"resourceType\":\"Organization\",\"id\":\"" id "\",\"meta\":"      \
	"{\"lastUpdated\":\"" updated "\"},\"name\":\"" name "\"}"

static struct batch_counts import(const char *source, const char *json)
{
	struct batch_counts n;
	struct batch *b = kit_batch(&k, source);

	kit_put(&k, b, json);
	kit_done(&k, b, &n);
	return n;
}

static int64_t import_by_time(const char *json)
{
	struct batch *b = kit_batch(&k, NULL);

	KIT_OK(&k, kit_put_as(&k, b, json, &(struct batch_put){
	    .by_time = true }));
	return kit_done(&k, b, NULL);
}

static int64_t delete(const char *type, const char *id)
{
	struct batch *b = kit_batch(&k, NULL);

	KIT_OK(&k, batch_delete(b, 0, fhir_type(str_of(type)), str_of(id), 0,
	    &k.e));
	return kit_done(&k, b, NULL);
}

/* ---- names ---- */

TEST(a_bare_id_is_enough_when_one_source_has_it)
{
	struct record_found f;
	BUF_AUTO list = BUF_INIT;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, "lab", PATIENT("b"));
	CHECK_INT(kit_rid(&k, "a"), kit_rid(&k, "local:Patient/a"));
	CHECK_INT(kit_rid(&k, "b"), kit_rid(&k, "lab:b"));
	CHECK_INT(record_find(k.r, STR("lab:a"), FHIR_Patient, &f, &list,
	    &k.e), EHR_ENOENT);
	CHECK_INT(record_find(k.r, STR("nowhere:a"), FHIR_Patient, &f, &list,
	    &k.e), EHR_ENOENT);
	CHECK_INT(record_find(k.r, STR("a"), 0, &f, &list, &k.e), EHR_ENOENT);
	CHECK_INT(record_find(k.r, STR(""), FHIR_Patient, &f, &list, &k.e),
	    EHR_ENOENT);
	CHECK_STR(list.s, "");
	kit_close(&k);
}

TEST(an_id_of_two_sources_is_ambiguous)
{
	struct record_found f;
	BUF_AUTO list = BUF_INIT;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, "lab", PATIENT("a"));
	CHECK_INT(record_find(k.r, STR("a"), FHIR_Patient, &f, &list, &k.e),
	    EHR_ENOENT);
	CHECK_STR(list.s, "a\nlab:a\n");
	CHECK(kit_rid(&k, "local:a") != kit_rid(&k, "lab:a"));
	CHECK(kit_patient(&k, "local:a") != kit_patient(&k, "lab:a"));
	kit_close(&k);
}

TEST(names_are_printed_as_they_are_taken)
{
	BUF_AUTO b = BUF_INIT;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, "lab", OBS("o", "p", "1"));
	KIT_OK(&k, record_rid_name(k.r, kit_rid(&k, "a"), &b, &k.e));
	CHECK_STR(b.s, "a");
	buf_reset(&b);
	KIT_OK(&k, record_rid_name(k.r, kit_rid(&k, "Observation/o"), &b,
	    &k.e));
	CHECK_STR(b.s, "lab:Observation/o");
	buf_reset(&b);
	KIT_OK(&k, record_patient_name(k.r, kit_patient(&k, "lab:p"), &b,
	    &k.e));
	CHECK_STR(b.s, "lab:p");
	kit_close(&k);
}

TEST(without_an_id_the_full_url_or_the_content_names_it)
{
	static const char *const no_id =
	    "{\"resourceType\":\"Organization\",\"name\":\"x\"}";
	const char *uuid = "6f8f2c7e-3a54-4c3c-9f0a-0123456789ab";
	struct batch_put opt = {
		.full_url = STR("urn:uuid:6f8f2c7e-3a54-4c3c-9f0a-0123456789ab"),
	};
	struct batch_counts n;
	struct batch *b;
	char name[64];

	kit_open(&k);
	b = kit_batch(&k, NULL);
	KIT_OK(&k, kit_put_as(&k, b, no_id, &opt));
	kit_done(&k, b, &n);
	CHECK_INT(n.inserted, 1);
	snprintf(name, sizeof(name), "Organization/%s", uuid);
	CHECK_STR(kit_body(&k, name), no_id);
	/* By content: the same again is the same, another source another. */
	CHECK_INT(import(NULL, no_id).inserted, 1);
	CHECK_INT(import(NULL, no_id).unchanged, 1);
	CHECK_INT(import("lab", no_id).inserted, 1);
	kit_close(&k);
}

TEST(faulty_resources_are_not_taken)
{
	static const struct {
		const char *json;
		enum diag_id id;
	} t[] = {
		{ "[]", DIAG_FHIR_NOT_OBJECT },
		{ "{\"id\":\"a\"}", DIAG_FHIR_NO_TYPE },
		{ "{\"resourceType\":\"Pat\",\"id\":\"a\"}",
		    DIAG_FHIR_UNKNOWN_TYPE },
		{ "{\"resourceType\":\"Patient\",\"id\":\"a b\"}",
		    DIAG_FHIR_BAD_ID },
		{ "{\"resourceType\":\"Patient\",\"id\":1}",
		    DIAG_FHIR_BAD_ID },
	};
	TAPE_AUTO tape = TAPE_INIT;
	struct tape_error why;
	struct batch_counts n;
	struct batch *b;
	struct diag d;

	kit_open(&k);
	b = kit_batch(&k, NULL);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		CHECK_INT(tape_parse(&tape, t[i].json, strlen(t[i].json),
		    &why), 0);
		CHECK_INT(batch_put(b, &tape, 0, &(struct batch_put){ 0 }, &d,
		    &k.e), EHR_EREJECT);
		CHECK_INT(d.id, t[i].id);
	}
	kit_done(&k, b, &n);
	CHECK_STR(kit_all(&k, RECORD_NOW), "");
	kit_close(&k);
}

/* ---- versions ---- */

TEST(the_hash_leaves_out_what_servers_change)
{
	kit_open(&k);
	kit_import(&k, NULL, ORG("g", "2026-01-01T00:00:00Z", "x"));
	CHECK_INT(import(NULL, ORG("g", "2026-01-02T00:00:00Z", "x")).unchanged,
	    1);
	CHECK_INT(import(NULL, "{\"resourceType\":\"Organization\",\"id\":\"g\""
	    ",\"meta\":{\"versionId\":\"7\"},\"name\":\"x\"}").unchanged, 1);
	CHECK_INT(import(NULL, "{\"resourceType\":\"Organization\",\"id\":\"g\""
	    ",\"name\":\"x\"}").unchanged, 1);
	CHECK_INT(import(NULL, "{\"resourceType\" : \"Organization\", "
	    "\"id\":\"g\", \"name\":\"x\" , \"meta\" : { } }").unchanged, 1);
	/* All else counts, in meta too. */
	CHECK_INT(import(NULL, "{\"resourceType\":\"Organization\",\"id\":\"g\""
	    ",\"meta\":{\"source\":\"7\"},\"name\":\"x\"}").updated, 1);
	CHECK_INT(import(NULL, "{\"resourceType\":\"Organization\",\"id\":\"g\""
	    ",\"name\":\"y\"}").updated, 1);
	CHECK_STR(kit_versions(&k, kit_rid(&k, "Organization/g")), "1 2 3");
	kit_close(&k);
}

TEST(a_former_content_is_unchanged_too)
{
	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "p", "1.10"));
	CHECK_INT(import(NULL, OBS("o", "p", "1.1")).updated, 1);
	CHECK_INT(import(NULL, OBS("o", "p", "1.10")).unchanged, 1);
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1.1"));
	CHECK_STR(kit_versions(&k, kit_rid(&k, "Observation/o")), "1 2");
	kit_close(&k);
}

TEST(in_a_batch_the_newest_is_current_in_any_order)
{
	static const char *const v[] = {
		ORG("g", "2026-01-03T00:00:00Z", "new"),
		ORG("g", "2026-01-01T00:00:00Z", "old"),
		ORG("g", "2026-01-02T00:00:00Z", "mid"),
	};
	static const int order[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 0, 2 } };

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct batch_counts n;
		struct batch *b;

		kit_open(&k);
		b = kit_batch(&k, NULL);
		for (int j = 0; j < 3; j++)
			kit_put(&k, b, v[order[i][j]]);
		kit_done(&k, b, &n);
		CHECK_STR(kit_body(&k, "Organization/g"), v[0]);
		CHECK_STR(kit_versions(&k, kit_rid(&k, "Organization/g")),
		    "1 2 3");
		CHECK_INT(n.inserted + n.updated, 3);
		kit_close(&k);
	}
}

TEST(in_a_batch_ties_go_to_the_highest_hash)
{
	const char *a = ORG("g", "2026-01-03T00:00:00Z", "a");
	const char *b = ORG("g", "2026-01-03T00:00:00Z", "b");
	char first[256];

	for (int i = 0; i < 2; i++) {
		struct batch *batch;

		kit_open(&k);
		batch = kit_batch(&k, NULL);
		kit_put(&k, batch, i ? a : b);
		kit_put(&k, batch, i ? b : a);
		kit_done(&k, batch, NULL);
		if (i == 0)
			snprintf(first, sizeof(first), "%s",
			    kit_body(&k, "Organization/g"));
		else
			CHECK_STR(kit_body(&k, "Organization/g"), first);
		kit_close(&k);
	}
}

TEST(in_a_batch_the_newest_subject_owns_it_in_any_order)
{
	static const char *const v[] = {
		"{\"resourceType\":\"Observation\",\"id\":\"o\",\"meta\":"
		"{\"lastUpdated\":\"2026-01-02T00:00:00Z\"},\"subject\":"
		"{\"reference\":\"Patient/a\"}}",
		"{\"resourceType\":\"Observation\",\"id\":\"o\",\"meta\":"
		"{\"lastUpdated\":\"2026-01-01T00:00:00Z\"},\"subject\":"
		"{\"reference\":\"Patient/b\"}}",
	};

	for (int i = 0; i < 4; i++) {
		struct batch *b;

		kit_open(&k);
		b = kit_batch(&k, NULL);
		kit_put(&k, b, v[i % 2]);
		kit_put(&k, b, v[1 - i % 2]);
		/* The charts' order does not matter either. */
		kit_put(&k, b, i < 2 ? PATIENT("a") : PATIENT("b"));
		kit_done(&k, b, NULL);
		CHECK_STR(kit_body(&k, "Observation/o"), v[0]);
		CHECK(strstr(kit_chart(&k, "a"), "Observation/o") != NULL);
		CHECK(strstr(kit_chart(&k, "b"), "Observation/o") == NULL);
		kit_close(&k);
	}
}

TEST(a_later_batch_wins_unless_by_time_and_older)
{
	const char *new = ORG("g", "2026-01-03T00:00:00Z", "new");
	const char *old = ORG("g", "2026-01-01T00:00:00Z", "old");
	const char *older = ORG("g", "2025-01-01T00:00:00Z", "older");
	int64_t b;

	kit_open(&k);
	kit_import(&k, NULL, new);
	b = import_by_time(old);
	CHECK_STR(kit_body(&k, "Organization/g"), new);
	CHECK_STR(kit_versions(&k, kit_rid(&k, "Organization/g")), "1 2");
	/* It is kept, never current, and taken back without a trace. */
	CHECK(kit_undo(&k, b, false) > 0);
	CHECK_STR(kit_body(&k, "Organization/g"), new);
	kit_import(&k, NULL, older);
	CHECK_STR(kit_body(&k, "Organization/g"), older);
	kit_close(&k);
}

TEST(a_tombstone_is_a_version_and_can_be_followed)
{
	int64_t rid;

	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "p", "1"));
	rid = kit_rid(&k, "Observation/o");
	delete("Observation", "o");
	CHECK_STR(kit_body(&k, "Observation/o"), "deleted");
	CHECK_STR(kit_chart(&k, "p"), "");
	CHECK_STR(kit_versions(&k, rid), "1 2d");
	delete("Observation", "o");
	CHECK_STR(kit_versions(&k, rid), "1 2d");
	CHECK_INT(import(NULL, OBS("o", "p", "1")).inserted, 1);
	CHECK_STR(kit_versions(&k, rid), "1 2d 3");
	CHECK_STR(kit_chart(&k, "p"), "Observation/o");
	kit_close(&k);
}

TEST(times_between_batches_show_what_was)
{
	int64_t t[4], rid;

	kit_open(&k);
	t[0] = kit_time(&k, kit_import(&k, NULL, OBS("o", "p", "1")));
	rid = kit_rid(&k, "Observation/o");
	t[1] = kit_time(&k, kit_import(&k, NULL, OBS("o", "p", "2")));
	t[2] = kit_time(&k, delete("Observation", "o"));
	t[3] = kit_time(&k, kit_import(&k, NULL, OBS("o", "p", "3")));
	for (int i = 0; i < 3; i++)
		CHECK(t[i] < t[i + 1]);
	CHECK_STR(kit_row_at(&k, rid, t[0] - 1), "none");
	CHECK_STR(kit_row_at(&k, rid, t[0]), OBS("o", "p", "1"));
	CHECK_STR(kit_row_at(&k, rid, t[1] - 1), OBS("o", "p", "1"));
	CHECK_STR(kit_row_at(&k, rid, t[1]), OBS("o", "p", "2"));
	CHECK_STR(kit_row_at(&k, rid, t[2]), "deleted");
	CHECK_STR(kit_row_at(&k, rid, t[3]), OBS("o", "p", "3"));
	CHECK_STR(kit_all(&k, t[0] - 1), "");
	CHECK_STR(kit_all(&k, t[2]), "");
	CHECK_STR(kit_all(&k, t[1]), "Observation/o");
	kit_close(&k);
}

/* ---- conflicts, trials, interruptions ---- */

TEST(an_edit_of_another_version_writes_nothing)
{
	struct batch_put stale = { .if_version = 1 }, right = { 0 };
	struct batch *b;
	int64_t before;

	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "p", "1"));
	before = kit_import(&k, NULL, OBS("o", "p", "2"));
	b = kit_batch(&k, NULL);
	KIT_OK(&k, kit_put_as(&k, b, OBS("n", "p", "1"), &right));
	KIT_OK(&k, kit_put_as(&k, b, OBS("o", "p", "3"), &stale));
	CHECK_INT(batch_commit(b, NULL, &k.e), EHR_ECHANGED);
	batch_free(b);
	CHECK_STR(kit_all(&k, RECORD_NOW), "Observation/o");
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "2"));
	right.if_version = 2;
	b = kit_batch(&k, NULL);
	KIT_OK(&k, kit_put_as(&k, b, OBS("o", "p", "1"), &right));
	/* Back to a former content is an edit, not unchanged. */
	CHECK_INT(kit_done(&k, b, NULL), before + 1);
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1"));
	kit_close(&k);
}

TEST(a_dry_run_leaves_no_trace)
{
	struct record *main;
	struct batch_row row;
	struct batch_counts n;
	struct batch *b;
	int64_t last;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("r"));
	last = kit_import(&k, NULL, OBS("o", "p", "1"));
	main = k.r;
	KIT_OK(&k, record_open(&k.r, k.path, STORE_WRITE, &k.e));
	store_dry_run(record_store(k.r));
	b = kit_batch(&k, "lab");
	kit_put(&k, b, OBS("o", "p", "2"));
	kit_put(&k, b, PATIENT("q"));
	kit_done(&k, b, &n);
	CHECK_INT(n.inserted, 2);
	CHECK(kit_undo(&k, last, false) > 0);
	CHECK(kit_merge(&k, "p", "r") > 0);
	record_close(k.r);
	k.r = main;
	CHECK_STR(kit_all(&k, RECORD_NOW), "Patient/r Observation/o");
	CHECK(kit_patient(&k, "p") != kit_patient(&k, "r"));
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1"));
	CHECK_INT(batch_get(k.r, last + 1, &row, &k.e), EHR_ENOENT);
	CHECK_INT(record_source(k.r, STR("lab"), false, &(int){ 0 }, &k.e), 0);
	CHECK_INT(kit_import(&k, NULL, OBS("o", "p", "2")), last + 1);
	kit_close(&k);
}

/* Enough for several chunks, on any machine: each look at the clock takes as
 * long as a chunk may. */
enum { MANY = 30000 };

static bool clock_leaps;

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static time_t leapt;

	if (clock_leaps && id == CLOCK_MONOTONIC)
		leapt++;
	if (syscall(SYS_clock_gettime, id, ts) < 0)
		return -1;
	ts->tv_sec += id == CLOCK_MONOTONIC ? leapt : 0;
	return 0;
}

struct stop {
	int chunks, after;
};

static int stop_after(void *arg, int64_t batch, const int64_t *patients,
    size_t n, bool first, bool last, struct ehr_err *e)
{
	struct stop *s = arg;

	(void)batch;
	(void)patients;
	(void)n;
	(void)first;
	if (s->chunks++ < s->after || last)
		return 0;
	return ehr_fail(e, EHR_EIO, "stopped");
}

static int64_t import_many(struct stop *s, int want)
{
	uint8_t sha256[32] = { 1 };
	struct batch *b = kit_batch(&k, NULL);
	int64_t id;
	char json[256];

	for (int i = 0; i < MANY; i++) {
		snprintf(json, sizeof(json), OBS("o%d", "p%d", "%d"), i,
		    i / 10, i);
		kit_put(&k, b, json);
	}
	batch_digest(b, sha256);
	batch_on_chunk(b, stop_after, s);
	CHECK_INT(batch_commit(b, NULL, &k.e), want);
	id = batch_number(b);
	batch_free(b);
	return id;
}

static int count(void *arg, const struct resource *res)
{
	(void)res;
	++*(int *)arg;
	return 0;
}

TEST(an_interrupted_batch_is_gone_on_with)
{
	struct record_filter f = RECORD_FILTER;
	struct stop s = { 0, 1 };
	struct batch_row row;
	int64_t first;
	int n = 0;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("p1"));
	clock_leaps = true;
	first = import_many(&s, EHR_EIO);
	clock_leaps = false;
	KIT_OK(&k, record_all(k.r, &f, count, &n, &k.e));
	CHECK(n > 1 && n < MANY + 1);
	KIT_OK(&k, batch_get(k.r, first, &row, &k.e));
	CHECK_INT(row.state, BATCH_INTERRUPTED);
	s = (struct stop){ 0, 1000 };
	CHECK_INT(import_many(&s, 0), first);
	KIT_OK(&k, batch_get(k.r, first, &row, &k.e));
	CHECK_INT(row.state, BATCH_DONE);
	CHECK_INT(row.counts.inserted, MANY);
	CHECK_INT(row.counts.unchanged, 0);
	n = 0;
	KIT_OK(&k, record_all(k.r, &f, count, &n, &k.e));
	CHECK_INT(n, MANY + 1);
	CHECK_INT(import_many(&s, 0), first + 1);
	CHECK(kit_undo(&k, first, false) > 0);
	CHECK_STR(kit_all(&k, RECORD_NOW), "Patient/p1");
	kit_close(&k);
}
