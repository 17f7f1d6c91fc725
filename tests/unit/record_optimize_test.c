/*
 * record_optimize_test.c - bodies packed with dictionaries: what is told is
 * the same, nothing of a person is in a dictionary, what is damaged is refused.
 */
#include "ehr/crypto.h"
#include "record_kit.h"

static struct kit k;

/* Texts of every kind that may say something of a person, many of them in
 * all charts. */
static const char *const canaries[] = {
	"Quetzalcoatlus", "Xylophonius", "77-Zwiebelgasse", "Oerlikonhausen",
	"IDNUM-90817263", "Erzaehlung", "Freiertext", "Xanthippides",
	"Aufgehobenwort", "Verlaengertes", "Fernruf-4711", "Angezeigter",
	"Sonderling", "Kennwortgeheim",
};

static void put_patient(struct batch *b, int i)
{
	BUF_AUTO json = BUF_INIT;

	buf_addf(&json, "{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"text\":"
	    "{\"status\":\"generated\",\"div\":\"<div>Erzaehlung %d</div>\"}"
	    ",\"extension\":[{\"url\":\"http://example.org/ext\",\"valueString\""
	    ":\"Verlaengertes\"}],\"identifier\":[{\"system\":\"urn:oid:1.2.3\","
	    "\"value\":\"IDNUM-90817263-%d\"},{\"value\":\"Kennwortgeheim\"}],"
	    "\"name\":[{\"use\":\"official\",\"family\":\"Quetzalcoatlus\","
	    "\"given\":[\"Xylophonius\",\"N%d\"]}],\"telecom\":[{\"system\":"
	    "\"phone\",\"value\":\"Fernruf-4711\"}],\"address\":[{\"line\":["
	    "\"77-Zwiebelgasse\"],\"city\":\"Oerlikonhausen\"}],"
	    "\"Sonderling%d\":\"x\"}", i, i, i, i, i);
	kit_put(&k, b, json.s);
}

static void put_observation(struct batch *b, int i, int n, int version)
{
	BUF_AUTO json = BUF_INIT;

	buf_addf(&json, "{\"resourceType\":\"Observation\",\"id\":\"o%d-%d\","
	    "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
	    "\"http://terminology.hl7.org/CodeSystem/observation-category\","
	    "\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":"
	    "\"http://loinc.org\",\"code\":\"4548-%d\",\"display\":"
	    "\"Hemoglobin A1c\"}],\"text\":\"Freiertext\"},\"subject\":{"
	    "\"reference\":\"Patient/p%d\",\"display\":\"Angezeigter\"},"
	    "\"performer\":[{\"type\":\"Practitioner\",\"display\":"
	    "\"Xanthippides\"}],\"effectiveDateTime\":\"20%02d-03-%02d\","
	    "\"valueQuantity\":{\"value\":%d.%d,\"unit\":\"%%\"},\"note\":[{"
	    "\"text\":\"Freiertext %d\"}]}", i, n, n % 3, i, 10 + n,
	    1 + i % 28, 5 + version, i, n);
	kit_put(&k, b, json.s);
}

static void put_note(struct batch *b, int i)
{
	BUF_AUTO json = BUF_INIT;

	buf_addf(&json, "{\"resourceType\":\"DocumentReference\",\"id\":\"d%d\","
	    "\"status\":\"current\",\"subject\":{\"reference\":\"Patient/p%d\"},"
	    "\"content\":[{\"attachment\":{\"contentType\":\"text/plain\","
	    "\"data\":\"", i, i);
	base64_encode(&json, "Aufgehobenwort", 14);
	buf_adds(&json, "\"}}]}");
	kit_put(&k, b, json.s);
}

static void put_practice(int patients, int version)
{
	struct batch *b = kit_batch(&k, NULL);

	for (int i = 0; i < patients; i++) {
		put_patient(b, i);
		put_note(b, i);
		for (int n = 0; n < 8; n++)
			put_observation(b, i, n, version);
	}
	kit_done(&k, b, NULL);
}

/* ---- looking into the file ---- */

static int64_t number(const char *text)
{
	struct sql q = { "test.number", text, PERM_NONE };
	struct stmt *s = store_scan(record_store(k.r), &q);
	int64_t n = -1;

	KIT_OK(&k, stmt_step(s, &k.e));
	n = stmt_col_int(s, 0);
	store_scan_end(s);
	return n;
}

static void change(const char *text, const char *p, size_t n)
{
	struct sql q = { "test.change", text, PERM_NONE };
	struct stmt *s = store_scan(record_store(k.r), &q);

	stmt_blob(s, 1, p, n);
	KIT_OK(&k, stmt_run(s, &k.e));
	store_scan_end(s);
}

static void dictionary(struct buf *b)
{
	static const struct sql q = { "test.dictionary",
		"SELECT bytes FROM dictionary ORDER BY id DESC", PERM_NONE };
	struct stmt *s = store_scan(record_store(k.r), &q);

	CHECK_INT(stmt_step(s, &k.e), 1);
	buf_addstr(b, stmt_col(s, 0));
	store_scan_end(s);
}

static bool holds(const struct buf *b, const char *part, size_t n)
{
	return memmem(b->s, b->len, part, n) != NULL;
}

static int add_version(void *arg, const struct resource *res)
{
	struct buf *all = arg;

	buf_addf(all, "%lld %lld %lld ", (long long)res->rid,
	    (long long)res->version, (long long)res->time);
	buf_addstr(all, res->hash);
	buf_addstr(all, res->body);
	return 0;
}

static void everything(struct buf *all)
{
	struct record_filter f = RECORD_FILTER;

	f.history = true;
	buf_reset(all);
	KIT_OK(&k, record_all(k.r, &f, add_version, all, &k.e));
}

static struct record_optimized optimize(bool train)
{
	struct record_optimized n;

	KIT_OK(&k, record_optimize(k.r, train, &n, NULL, NULL, &k.e));
	return n;
}

static int count_one(void *arg, int64_t rid, struct str snippet)
{
	(void)rid;
	(void)snippet;
	++*(int *)arg;
	return 0;
}

/* ---- tests ---- */

TEST(nothing_of_a_person_is_in_a_dictionary)
{
	BUF_AUTO dict = BUF_INIT;
	enum { PART = 6 };

	kit_open(&k);
	put_practice(60, 0);
	CHECK_INT(optimize(false).dictionary, 1);
	dictionary(&dict);
	for (size_t i = 0; i < ARRAY_LEN(canaries); i++)
		for (size_t at = 0; at + PART <= strlen(canaries[i]); at++)
			if (holds(&dict, canaries[i] + at, PART)) {
				printf("%s\n", canaries[i] + at);
				CHECK(false);
			}
	CHECK(!holds(&dict, "QXVmZ2Vo", 8)); /* base64 of Aufgeh */
	/* But it has what all structures have. */
	CHECK(holds(&dict, "\"valueQuantity\":{\"value\":", 25));
	CHECK(holds(&dict, "Hemoglobin A1c", 14));
	kit_close(&k);
}

TEST(a_code_of_few_charts_is_not_common)
{
	BUF_AUTO dict = BUF_INIT;
	struct batch *b;

	kit_open(&k);
	put_practice(60, 0);
	b = kit_batch(&k, NULL);
	for (int i = 0; i < 400; i++) {
		BUF_AUTO json = BUF_INIT;

		buf_addf(&json, "{\"resourceType\":\"Condition\",\"id\":\"c%d\","
		    "\"code\":{\"coding\":[{\"code\":\"rarecode-1\",\"display\":"
		    "\"Raresyndrome\"}]},\"subject\":{\"reference\":"
		    "\"Patient/p%d\"}}", i, i % 4);
		kit_put(&k, b, json.s);
	}
	kit_done(&k, b, NULL);
	optimize(false);
	dictionary(&dict);
	CHECK(!holds(&dict, "rarecode", 8));
	CHECK(!holds(&dict, "Raresyn", 7));
	kit_close(&k);
}

TEST(what_is_packed_is_told_as_before)
{
	BUF_AUTO before = BUF_INIT;
	BUF_AUTO after = BUF_INIT;
	struct record_optimized n;
	struct record_found f;
	int notes = 0;

	kit_open(&k);
	put_practice(40, 0);
	put_practice(40, 1); /* former versions, too */
	everything(&before);
	n = optimize(false);
	CHECK_INT(n.rows, 40 * (10 + 8));
	CHECK_INT(n.written, n.rows);
	CHECK(n.after * 2 < n.before);
	CHECK_INT(number("SELECT count(*) FROM resource WHERE "
	    "typeof(body) <> 'blob'"), 0);
	everything(&after);
	CHECK(str_eq(buf_str(&before), buf_str(&after)));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	KIT_OK(&k, record_find(k.r, STR("Observation/o3-4"), 0, &f, NULL,
	    &k.e));
	KIT_OK(&k, index_text(k.r, STR("Aufgehobenwort"), count_one, &notes,
	    &k.e));
	CHECK_INT(notes, 40);
	/* Once more there is nothing to do. */
	CHECK_INT(optimize(false).written, 0);
	kit_close(&k);
}

TEST(changes_and_undo_go_on)
{
	BUF_AUTO before = BUF_INIT;
	BUF_AUTO after = BUF_INIT;
	struct batch *b;
	int64_t id;

	kit_open(&k);
	put_practice(40, 0);
	optimize(false);
	b = kit_batch(&k, NULL);
	for (int i = 0; i < 40; i++)
		put_observation(b, i, 2, 3);
	id = kit_done(&k, b, NULL);
	/* What is new is packed at once, and what was put is not put again. */
	CHECK_INT(number("SELECT count(*) FROM resource WHERE "
	    "typeof(body) <> 'blob'"), 0);
	everything(&before);
	put_practice(40, 0);
	CHECK(number("SELECT count(*) FROM history") > 0);
	b = kit_batch(&k, NULL);
	KIT_OK(&k, batch_undo(b, id, true, NULL, NULL, NULL, &k.e));
	batch_free(b);
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	KIT_OK(&k, record_reindex(k.r, NULL, NULL, &k.e));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	everything(&after);
	CHECK(after.len > 0);
	kit_close(&k);
}

TEST(dictionaries_live_side_by_side)
{
	BUF_AUTO before = BUF_INIT;
	BUF_AUTO after = BUF_INIT;

	kit_open(&k);
	put_practice(40, 0);
	optimize(false);
	everything(&before);
	/* As if it had been broken off: rows of both. */
	change("UPDATE resource SET body = body WHERE ?1 IS NOT NULL", "x", 1);
	CHECK_INT(optimize(true).dictionary, 2);
	change("UPDATE resource SET body = (SELECT body FROM resource r WHERE "
	    "r.rid = resource.rid) WHERE ?1 IS NOT NULL", "x", 1);
	put_practice(41, 0);
	CHECK_INT(number("SELECT count(*) FROM dictionary"), 2);
	everything(&after);
	CHECK(after.len > before.len);
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	kit_close(&k);
}

TEST(too_little_makes_no_dictionary)
{
	struct record_optimized n;

	kit_open(&k);
	CHECK_INT(record_optimize(k.r, false, &n, NULL, NULL, &k.e), EHR_ENO);
	put_practice(1, 0);
	CHECK_INT(record_optimize(k.r, false, &n, NULL, NULL, &k.e), EHR_ENO);
	CHECK_INT(number("SELECT count(*) FROM dictionary"), 0);
	kit_close(&k);
}

/* A body as somebody may have put it into the file. */
static void refused(const char *frame, size_t n, const char *says)
{
	struct resource res;
	int64_t rid = kit_rid(&k, "Observation/o1-1");

	change("UPDATE resource SET body = ?1 WHERE id = 'o1-1'", frame, n);
	CHECK_INT(record_get(k.r, rid, RECORD_NOW, &res, &k.e),
	    EHR_EINTEGRITY);
	if (!strstr(k.e.msg, says)) {
		printf("%s\n", k.e.msg);
		CHECK(false);
	}
	CHECK_INT(record_check(k.r, NULL, NULL, &k.e), EHR_EINTEGRITY);
}
#define MAGIC "\x28\xb5\x2f\xfd"
#define REFUSED(frame, says) refused(frame, sizeof(frame) - 1, says)

TEST(damaged_frames_are_refused)
{
	kit_open(&k);
	put_practice(40, 0);
	optimize(false);
	REFUSED(MAGIC "\x21", "damaged");
	/* Of dictionary 77: five bytes as they are. */
	REFUSED(MAGIC "\x21\x4d\x05\x29\x00\x00hello", "dictionary 77");
	/* No dictionary, no size, or a size of 1 TiB. */
	REFUSED(MAGIC "\x20\x05\x29\x00\x00hello", "dictionary 0");
	REFUSED(MAGIC "\x01\x00\x01\x29\x00\x00hello", "declares more");
	REFUSED(MAGIC "\xe1\x01\x00\x00\x00\x00\x00\x01\x00\x00\x29\x00\x00"
	    "hello", "declares more");
	/* Says 4 bytes and has 5; says 5 and is cut; has more behind it. */
	REFUSED(MAGIC "\x21\x01\x04\x29\x00\x00hello", "damaged");
	REFUSED(MAGIC "\x21\x01\x05\x29\x00\x00hel", "damaged");
	REFUSED(MAGIC "\x21\x01\x05\x29\x00\x00hellohello", "damaged");
	/* A good one that is no JSON. */
	change("UPDATE resource SET body = ?1 WHERE id = 'o1-1'",
	    MAGIC "\x21\x01\x05\x29\x00\x00hello", 15);
	CHECK_INT(record_check(k.r, NULL, NULL, &k.e), EHR_EINTEGRITY);
	/* A damaged dictionary. */
	change("UPDATE dictionary SET bytes = ?1", "\x37\xa4\x30\xec none", 9);
	kit_close(&k);
}
