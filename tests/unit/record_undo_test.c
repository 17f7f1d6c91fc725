/*
 * record_undo_test.c - batches taken back, patients merged and parted, the
 * index after all that, and damage that must be found.
 */
#include "record_kit.h"

static struct kit k;

#define PATIENT(id, family)                                                   \
	"{\"resourceType\":\"Patient\",\"id\":\"" id "\",\"name\":"           \
	"[{\"family\":\"" family "\"}]}"
#define OBS(id, subject, value)                                               \
	"{\"resourceType\":\"Observation\",\"id\":\"" id "\",\"status\":"     \
	"\"final\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","   \
	"\"code\":\"4548-4\"}]},\"subject\":{\"reference\":\"Patient/"        \
	subject "\"},\"valueQuantity\":{\"value\":" value "}}"

struct built_on {
	int n;
	int64_t rid, batch;
};

static int note_built_on(void *arg, int64_t rid, int64_t by)
{
	struct built_on *b = arg;

	b->n++;
	b->rid = rid;
	b->batch = by;
	return 0;
}

/* ---- undo ---- */

TEST(undo_makes_a_tombstone_of_what_came)
{
	int64_t b, u;

	kit_open(&k);
	b = kit_import(&k, NULL, OBS("o", "p", "1"));
	u = kit_undo(&k, b, false);
	CHECK(u > b);
	CHECK_STR(kit_body(&k, "Observation/o"), "deleted");
	CHECK_STR(kit_all(&k, RECORD_NOW), "");
	CHECK_STR(kit_all(&k, kit_time(&k, b)), "Observation/o");
	/* What came back by import is there again, as a version more. */
	kit_import(&k, NULL, OBS("o", "p", "1"));
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1"));
	CHECK_STR(kit_versions(&k, kit_rid(&k, "Observation/o")), "1 2d 3");
	kit_close(&k);
}

TEST(undo_gives_back_the_former_body)
{
	struct batch_row row;
	int64_t b, u;

	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "p", "1"));
	b = kit_import(&k, NULL, OBS("o", "p", "2"));
	u = kit_undo(&k, b, false);
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1"));
	KIT_OK(&k, batch_get(k.r, b, &row, &k.e));
	CHECK_INT(row.state, BATCH_UNDONE);
	KIT_OK(&k, batch_get(k.r, u, &row, &k.e));
	CHECK_INT(row.undoes, b);
	CHECK_INT(kit_undo(&k, b, false), EHR_ENO);
	CHECK_INT(kit_undo(&k, 999, false), EHR_ENOENT);
	/* Importing it again restores what was taken back. */
	kit_import(&k, NULL, OBS("o", "p", "2"));
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "2"));
	kit_close(&k);
}

TEST(undo_of_undo_and_again)
{
	int64_t a, b, u;

	kit_open(&k);
	a = kit_import(&k, NULL, OBS("o", "p", "1"));
	b = kit_import(&k, NULL, OBS("o", "p", "2"));
	u = kit_undo(&k, b, false);
	u = kit_undo(&k, u, false);
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "2"));
	CHECK(kit_undo(&k, a, false) == EHR_ENO);
	CHECK(kit_undo(&k, b, false) > u);
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "1"));
	CHECK(kit_undo(&k, a, false) > u);
	CHECK_STR(kit_all(&k, RECORD_NOW), "");
	kit_close(&k);
}

TEST(undo_is_refused_when_later_batches_built_on_it)
{
	struct built_on on = { 0 };
	struct batch *b;
	int64_t first, later;

	kit_open(&k);
	b = kit_batch(&k, NULL);
	kit_put(&k, b, OBS("o", "p", "1"));
	kit_put(&k, b, OBS("n", "p", "1"));
	first = kit_done(&k, b, NULL);
	later = kit_import(&k, NULL, OBS("o", "p", "2"));
	b = kit_batch(&k, NULL);
	CHECK_INT(batch_undo(b, first, false, note_built_on, &on, NULL, &k.e),
	    EHR_ENO);
	batch_free(b);
	CHECK_INT(on.n, 1);
	CHECK_INT(on.rid, kit_rid(&k, "Observation/o"));
	CHECK_INT(on.batch, later);
	CHECK_STR(kit_body(&k, "Observation/n"), OBS("n", "p", "1"));
	/* With partial the rest is taken back, and comes again by import. */
	CHECK(kit_undo(&k, first, true) > later);
	CHECK_STR(kit_body(&k, "Observation/n"), "deleted");
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "p", "2"));
	kit_close(&k);
}

TEST(what_a_partial_undo_took_back_can_be_imported_again)
{
	struct batch *b;
	int64_t both;

	kit_open(&k);
	kit_import(&k, NULL, OBS("n", "p", "0"));
	b = kit_batch(&k, NULL);
	kit_put(&k, b, OBS("o", "p", "1"));
	kit_put(&k, b, OBS("n", "p", "1"));
	both = kit_done(&k, b, NULL);
	kit_import(&k, NULL, OBS("o", "p", "2"));
	CHECK(kit_undo(&k, both, true) > both);
	CHECK_STR(kit_body(&k, "Observation/n"), OBS("n", "p", "0"));
	kit_import(&k, NULL, OBS("n", "p", "1"));
	CHECK_STR(kit_body(&k, "Observation/n"), OBS("n", "p", "1"));
	kit_close(&k);
}

TEST(a_patient_with_later_entries_stays)
{
	int64_t b, later;

	kit_open(&k);
	b = kit_import(&k, NULL, PATIENT("p", "Smith"));
	later = kit_import(&k, NULL, OBS("o", "p", "1"));
	CHECK_INT(kit_undo(&k, b, false), EHR_ENO);
	CHECK(kit_undo(&k, later, false) > 0);
	CHECK(kit_undo(&k, b, false) > 0);
	CHECK_STR(kit_all(&k, RECORD_NOW), "");
	kit_close(&k);
}

TEST(a_move_is_taken_back_whole_or_not_at_all)
{
	int64_t move, edit, u;

	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "a", "1"));
	move = kit_import(&k, NULL, OBS("o", "b", "1"));
	edit = kit_import(&k, NULL, OBS("o", "b", "2"));
	CHECK_INT(kit_undo(&k, move, false), EHR_ENO);
	CHECK(kit_undo(&k, move, true) > 0);
	CHECK_STR(kit_chart(&k, "a"), "");
	CHECK_STR(kit_chart(&k, "b"), "Observation/o");
	CHECK(kit_undo(&k, edit, false) > 0);
	u = kit_undo(&k, move, false);
	CHECK(u > 0);
	CHECK_STR(kit_chart(&k, "a"), "Observation/o");
	CHECK_STR(kit_chart(&k, "b"), "");
	CHECK(kit_undo(&k, u, false) > 0);
	CHECK_STR(kit_chart(&k, "a"), "");
	CHECK_STR(kit_chart(&k, "b"), "Observation/o");
	kit_close(&k);
}

/* What stands deleted in a third chart since before does not count. */
TEST(a_move_is_taken_back_beside_an_old_tombstone)
{
	int64_t first, second, last;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "A"));
	kit_import(&k, NULL, PATIENT("b", "B"));
	kit_import(&k, NULL, PATIENT("c", "C"));
	first = kit_import(&k, NULL, OBS("o", "b", "1"));
	CHECK(kit_undo(&k, first, false) > 0);
	second = kit_import(&k, NULL, OBS("o", "c", "2"));
	kit_import(&k, NULL, OBS("o", "b", "3"));
	CHECK(kit_undo(&k, second, true) > 0);
	last = kit_import(&k, NULL, OBS("o", "a", "4"));
	CHECK(kit_undo(&k, last, false) > 0);
	CHECK_STR(kit_chart(&k, "a"), "Patient/a");
	CHECK_STR(kit_chart(&k, "b"), "Patient/b Observation/o");
	CHECK_STR(kit_body(&k, "Observation/o"), OBS("o", "b", "3"));
	kit_close(&k);
}

TEST(a_resource_may_move_often)
{
	char body[300];

	kit_open(&k);
	for (int i = 0; i < 100; i++) {
		snprintf(body, sizeof(body), OBS("o", "p%d", "%d"), i % 2, i);
		kit_import(&k, NULL, body);
	}
	CHECK_STR(kit_body(&k, "Observation/o"), body);
	CHECK_STR(kit_chart(&k, "p0"), "");
	CHECK_STR(kit_chart(&k, "p1"), "Observation/o");
	kit_close(&k);
}

static int note_change(void *arg, int64_t rid, char kind, int64_t version)
{
	buf_addf(arg, "%d%c%d ", (int)(rid & 0xff), kind, (int)version);
	return 0;
}

TEST(changes_of_a_batch_are_listed)
{
	BUF_AUTO list = BUF_INIT;
	struct batch *b;
	int64_t id;

	kit_open(&k);
	kit_import(&k, NULL, OBS("o1", "a", "1"));
	kit_import(&k, NULL, OBS("o2", "a", "1"));
	kit_import(&k, NULL, OBS("o3", "a", "1"));
	b = kit_batch(&k, NULL);
	kit_put(&k, b, OBS("o1", "a", "2"));
	KIT_OK(&k, batch_delete(b, 0, FHIR_Observation, STR("o3"), 0, &k.e));
	kit_put(&k, b, OBS("o4", "a", "1"));
	id = kit_done(&k, b, NULL);
	KIT_OK(&k, batch_changes(k.r, id, note_change, &list, &k.e));
	CHECK_STR(list.s, "1u2 3d2 4c1 ");
	buf_reset(&list);
	KIT_OK(&k, batch_changes(k.r, kit_undo(&k, id, false), note_change,
	    &list, &k.e));
	CHECK_STR(list.s, "1u3 3c3 4d2 ");
	kit_close(&k);
}

/* ---- merge ---- */

TEST(a_merge_joins_charts_and_its_undo_parts_them)
{
	int64_t m, then, a, b;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "Smith"));
	kit_import(&k, "lab", PATIENT("b", "Smith"));
	kit_import(&k, "lab", OBS("o", "b", "1"));
	a = kit_patient(&k, "a");
	b = kit_patient(&k, "b");
	then = kit_time(&k, kit_import(&k, NULL, OBS("n", "a", "1")));
	m = kit_merge(&k, "a", "b");
	CHECK_INT(kit_patient(&k, "b"), a);
	CHECK_STR(kit_chart(&k, "a"),
	    "Patient/a Observation/n Patient/b Observation/o");
	CHECK_STR(kit_chart_at(&k, a, then), "Patient/a Observation/n");
	CHECK_STR(kit_chart_at(&k, b, then), "Patient/b Observation/o");
	/* What comes for the second one is the first one's until it ends. */
	kit_import(&k, "lab", OBS("late", "b", "2"));
	CHECK(strstr(kit_chart(&k, "a"), "Observation/late") != NULL);
	CHECK(kit_undo(&k, m, false) > 0);
	CHECK_STR(kit_chart(&k, "a"), "Patient/a Observation/n");
	CHECK_STR(kit_chart(&k, "b"),
	    "Patient/b Observation/o Observation/late");
	kit_close(&k);
}

TEST(a_merge_is_of_two_charts_that_are_there)
{
	struct batch *b;
	int64_t p, q;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "Smith"));
	kit_import(&k, NULL, PATIENT("b", "Smith"));
	p = kit_patient(&k, "a");
	q = kit_patient(&k, "b");
	b = kit_batch(&k, NULL);
	CHECK_INT(record_merge(b, p, p, &k.e), EHR_EUSAGE);
	CHECK_INT(record_merge(b, p, 999, &k.e), EHR_ENOENT);
	batch_free(b);
	kit_merge(&k, "a", "b");
	b = kit_batch(&k, NULL);
	CHECK_INT(record_merge(b, p, q, &k.e), EHR_ENOENT);
	batch_free(b);
	kit_close(&k);
}

TEST(merges_are_undone_last_first)
{
	int64_t m1, m2;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "A"));
	kit_import(&k, NULL, PATIENT("b", "B"));
	kit_import(&k, NULL, PATIENT("c", "C"));
	m1 = kit_merge(&k, "b", "c");
	m2 = kit_merge(&k, "a", "b");
	CHECK_INT(kit_undo(&k, m1, false), EHR_ENO);
	CHECK(kit_undo(&k, m2, false) > 0);
	CHECK_STR(kit_chart(&k, "b"), "Patient/b Patient/c");
	CHECK(kit_undo(&k, m1, false) > 0);
	CHECK_STR(kit_chart(&k, "b"), "Patient/b");
	CHECK_STR(kit_chart(&k, "c"), "Patient/c");
	kit_close(&k);
}

TEST(a_subject_changed_while_merged_counts_when_parted)
{
	int64_t m;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "A"));
	kit_import(&k, NULL, PATIENT("b", "B"));
	kit_import(&k, NULL, OBS("o", "a", "1"));
	m = kit_merge(&k, "a", "b");
	kit_import(&k, NULL, OBS("o", "b", "1"));
	CHECK_STR(kit_chart(&k, "a"), "Patient/a Patient/b Observation/o");
	CHECK(kit_undo(&k, m, false) > 0);
	CHECK_STR(kit_chart(&k, "a"), "Patient/a");
	CHECK_STR(kit_chart(&k, "b"), "Patient/b Observation/o");
	kit_close(&k);
}

/* One batch with edits in two sources whose patients have the same id. */
TEST(one_batch_may_write_to_two_sources)
{
	struct batch_put other = { 0 };
	struct batch *b;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a", "A"));
	kit_import(&k, "lab", PATIENT("a", "B"));
	b = kit_batch(&k, NULL);
	CHECK_INT(record_source(k.r, STR("lab"), false, &other.source, &k.e),
	    1);
	kit_put(&k, b, OBS("o", "a", "1"));
	KIT_OK(&k, kit_put_as(&k, b, OBS("o", "a", "2"), &other));
	kit_done(&k, b, NULL);
	CHECK_STR(kit_chart(&k, "local:a"), "Patient/a Observation/o");
	CHECK_STR(kit_chart(&k, "lab:a"), "Patient/a Observation/o");
	CHECK_STR(kit_body(&k, "lab:Observation/o"), OBS("o", "a", "2"));
	kit_close(&k);
}

/* ---- the index ---- */

#define NOTE(text)                                                            \
	"{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"subject\":"   \
	"{\"reference\":\"Patient/p\"},\"content\":[{\"attachment\":"         \
	"{\"contentType\":\"text/plain\",\"data\":\"" text "\"}}]}"

static int count_text(void *arg, int64_t rid, struct str snippet)
{
	(void)rid;
	(void)snippet;
	++*(int *)arg;
	return 0;
}

static int notes_with(const char *word)
{
	int n = 0;

	KIT_OK(&k, index_text(k.r, str_of(word), count_text, &n, &k.e));
	return n;
}

static void check_index(void)
{
	BUF_AUTO was = BUF_INIT;
	BUF_AUTO is = BUF_INIT;

	kit_index(&k, &was);
	KIT_OK(&k, record_reindex(k.r, NULL, NULL, &k.e));
	kit_index(&k, &is);
	CHECK_STR(was.s, is.s);
}

TEST(the_index_follows_versions_and_undo)
{
	BUF_AUTO rows = BUF_INIT;
	int64_t b;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("p", "Smith"));
	kit_import(&k, NULL, OBS("o", "p", "6.50"));
	kit_import(&k, NULL, NOTE("Y2hlc3QgcGFpbg==")); /* chest pain */
	CHECK_INT(notes_with("chest"), 1);
	check_index();
	kit_import(&k, NULL, PATIENT("p", "Jones"));
	kit_import(&k, NULL, OBS("o", "q", "7"));
	b = kit_import(&k, NULL, NOTE("aGVhZGFjaGU=")); /* headache */
	CHECK_INT(notes_with("chest"), 0);
	CHECK_INT(notes_with("headache"), 1);
	check_index();
	kit_index(&k, &rows);
	CHECK(strstr(rows.s, "\nheadache ") != NULL);
	CHECK(strstr(rows.s, " smith\x1f") == NULL);
	CHECK(strstr(rows.s, " jones\x1f") != NULL);
	CHECK(kit_undo(&k, b, false) > 0);
	CHECK(kit_undo(&k, b - 1, false) > 0);
	CHECK(kit_undo(&k, b - 2, false) > 0);
	CHECK_INT(notes_with("chest"), 1);
	CHECK_INT(notes_with("headache"), 0);
	check_index();
	kit_close(&k);
}

/* An attachment that is kept beside the body is searched all the same. */
TEST(the_index_knows_large_notes)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO json = BUF_INIT;

	kit_open(&k);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "word%d ", i % 100);
	buf_adds(&text, "appendicitis");
	buf_adds(&json, "{\"resourceType\":\"DocumentReference\",\"id\":\"d\","
	    "\"content\":[{\"attachment\":{\"contentType\":\"text/plain\","
	    "\"data\":\"");
	base64_encode(&json, text.s, text.len);
	buf_adds(&json, "\"}}]}");
	kit_import(&k, NULL, json.s);
	CHECK_INT(notes_with("appendicitis"), 1);
	CHECK_STR(kit_body(&k, "DocumentReference/d"), json.s);
	check_index();
	CHECK_INT(notes_with("appendicitis"), 1);
	kit_import(&k, NULL, NOTE("aGVhZGFjaGU="));
	CHECK_INT(notes_with("appendicitis"), 0);
	check_index();
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	kit_close(&k);
}

/* ---- damage ---- */

TEST(damage_is_found)
{
	static const struct sql damage[] = {
		{ "body", "UPDATE resource SET body = replace(body, "
			  "'\"value\":2', '\"value\":3')", PERM_NONE },
		{ "hash", "UPDATE history SET hash = zeroblob(16)", PERM_NONE },
		{ "json", "UPDATE resource SET body = substr(body, 2)",
		    PERM_NONE },
		{ "type", "UPDATE resource SET type = type + 1", PERM_NONE },
		{ "row", "DELETE FROM resource", PERM_NONE },
		{ "segment", "DELETE FROM segment", PERM_NONE },
		{ "name", "DELETE FROM ident", PERM_NONE },
		{ "refs", "UPDATE resource SET refs = NULL", PERM_NONE },
	};

	kit_open(&k);
	kit_import(&k, NULL, OBS("o", "p", "1"));
	kit_import(&k, NULL, OBS("o", "p", "2"));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	for (size_t i = 0; i < ARRAY_LEN(damage); i++) {
		struct store *db = record_store(k.r);

		KIT_OK(&k, store_begin(db, STORE_SHORT, &k.e));
		KIT_OK(&k, stmt_run(store_sql(db, &damage[i]), &k.e));
		if (record_check(k.r, NULL, NULL, &k.e) != EHR_EINTEGRITY) {
			printf("not found: %s\n", damage[i].name);
			CHECK(false);
		}
		store_rollback(db);
	}
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	kit_close(&k);
}
