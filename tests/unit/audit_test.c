/*
 * audit_test.c - the log: what is written is read, found and proved.
 */
#include <pwd.h>

#include "audit_kit.h"

/* n events of one patient each, in one transaction. */
static void fill(struct store *db, int n)
{
	struct audit_event ev = { .user = "u", .tool = "t",
		.action = AUDIT_READ };
	struct audit_range range;
	struct ehr_err e;
	int i;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (i = 1; i <= n; i++) {
		range.first = range.last = i;
		CHECK_INT(audit_append(db, &ev, &range, 1, NULL, &e), 0);
	}
	CHECK_INT(store_commit(db, &e), 0);
}

static int verify(struct store *db)
{
	struct ehr_err e;
	int rc = audit_verify(db, NULL, NULL, &e);

	if (rc < 0)
		printf("verify: %s\n", e.msg);
	return rc;
}

/* ---- writing and reading ---- */

static int check_row(void *arg, const struct audit_row *row)
{
	int64_t *seq = arg;

	CHECK_INT(row->seq, *seq);
	CHECK(str_is(row->user, "dr"));
	CHECK(str_is(row->tool, "ehr-chart"));
	CHECK(str_is(row->action, "export"));
	CHECK(str_is(row->purpose, "treatment"));
	CHECK(row->scope.s == NULL);
	CHECK(str_is(row->outcome, "refused"));
	CHECK_INT(row->batch, 12);
	CHECK_INT(row->pair, 0);
	CHECK_INT(row->patients, 12);
	CHECK_INT(row->n_range, 2);
	CHECK_INT(row->range[0].first, 3);
	CHECK_INT(row->range[0].last, 13);
	CHECK_INT(row->range[1].first, 15);
	CHECK_INT(row->range[1].last, 15);
	*seq = -1;
	return 0;
}

TEST(an_event_reads_back)
{
	struct audit_event ev = { .user = "dr", .tool = "ehr-chart",
		.action = AUDIT_EXPORT, .outcome = AUDIT_DONE_REFUSED,
		.purpose = "treatment", .batch = 12 };
	struct audit_range range[] = { { 15, 15 }, { 8, 13 }, { 3, 7 },
		{ 5, 6 }, { 13, 13 } };
	struct store *db = open_new();
	struct ehr_err e;
	int64_t seq, now = clock_ms();

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(audit_append(db, &ev, range, ARRAY_LEN(range), &seq, &e), 0);
	CHECK(store_time(db) >= now);
	CHECK_INT(store_commit(db, &e), 0);
	CHECK_INT(seq, 1);
	CHECK_INT(audit_get(db, 1, check_row, &seq, &e), 0);
	CHECK_INT(seq, -1);
	CHECK_INT(audit_get(db, 2, check_row, &seq, &e), EHR_ENOENT);
	CHECK_INT(verify(db), 0);
	close_all(db);
}

TEST(an_event_goes_with_its_transaction)
{
	struct audit_event ev = { .tool = "t", .action = AUDIT_UPDATE };
	struct store *db = open_new();
	uint8_t root[MERKLE_HASH];
	uint64_t size;
	struct ehr_err e;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), 0);
	CHECK_INT(audit_head(db, &size, root, &e), 0);
	CHECK_INT(size, 1);
	store_rollback(db);
	CHECK_INT(audit_head(db, &size, root, &e), 0);
	CHECK_INT(size, 0);
	CHECK_INT(verify(db), 0);
	close_all(db);
}

TEST(what_is_no_event_is_refused)
{
	struct audit_event ev = { .user = "u", .tool = "t" };
	struct audit_range backwards = { 5, 4 }, nobody = { 0, 3 };
	struct store *db = open_new();
	char text[MAX_AUDIT_TEXT + 2];
	struct ehr_err e;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(audit_append(db, &ev, &backwards, 1, NULL, &e), EHR_EUSAGE);
	CHECK_INT(audit_append(db, &ev, &nobody, 1, NULL, &e), EHR_EUSAGE);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ev.scope = text;
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), EHR_EUSAGE);
	text[MAX_AUDIT_TEXT] = '\0';
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), 0);
	store_rollback(db);
	close_all(db);
}

TEST(ranges_of_numbers)
{
	static const int64_t patient[] = { 9, 0, 3, 2, 4, 9, 11 };
	struct audit_range r[ARRAY_LEN(patient)];

	CHECK_INT(audit_ranges(patient, ARRAY_LEN(patient), r), 3);
	CHECK_INT(r[0].first, 2);
	CHECK_INT(r[0].last, 4);
	CHECK_INT(r[1].first, 9);
	CHECK_INT(r[1].last, 9);
	CHECK_INT(r[2].first, 11);
	CHECK_INT(r[2].last, 11);
	CHECK_INT(audit_ranges(patient + 1, 1, r), 0);
}

TEST(user_is_not_the_environment)
{
	const struct passwd *pw = getpwuid(getuid());
	BUF_AUTO name = BUF_INIT;

	setenv("USER", "somebody-else", 1);
	setenv("LOGNAME", "somebody-else", 1);
	audit_user(&name);
	CHECK(name.len > 0 && strcmp(name.s, "somebody-else") != 0);
	CHECK(!pw || strcmp(name.s, pw->pw_name) == 0);
}

TEST(names_of_actions)
{
	int a;

	for (a = 0; a < AUDIT_ACTION_COUNT; a++)
		CHECK_INT(audit_action_find(str_of(audit_action_name(a))), a);
	CHECK_INT(audit_action_find(STR("nothing")), AUDIT_ACTION_COUNT);
	CHECK_STR(audit_outcome_name(AUDIT_DONE_BEGIN), "begin");
}

TEST(flags_lead_a_scope)
{
	static const struct {
		const char *scope;
		bool sensitive;
	} t[] = {
		{ "", false }, { "chart", false }, { "sensitive", false },
		{ "[sensitive]", true }, { "[sensitive] chart", true },
		{ "[break-glass,sensitive] x", true },
		{ "[break-glass] sensitive", false }, { "[]", false },
		{ "[sensitives]", false }, { "[break-glass", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		CHECK_INT(audit_flagged(str_of(t[i].scope),
		    AUDIT_FLAG_SENSITIVE), t[i].sensitive);
	CHECK(!audit_flagged(STR_NONE, AUDIT_FLAG_SENSITIVE));
}

/* ---- who ---- */

static int add_seq(void *arg, const struct audit_row *row)
{
	struct buf *b = arg;

	buf_addf(b, "%lld ", (long long)row->seq);
	return row->seq == 1000;
}

TEST(ranges_are_the_same_after_bytes)
{
	static const struct audit_range r[] = { { 1, 1 }, { 3, 3 },
		{ 128, 16511 }, { 1LL << 40, (1LL << 40) + 1 },
		{ INT64_MAX - 1, INT64_MAX } };
	RANGES_AUTO back = { 0 };
	BUF_AUTO b = BUF_INIT;

	ranges_put(&b, r, ARRAY_LEN(r));
	CHECK(ranges_take(buf_str(&b), &back));
	CHECK_INT(back.n, ARRAY_LEN(r));
	CHECK(memcmp(back.v, r, sizeof(r)) == 0);
	CHECK_INT(back.patients, 1 + 1 + 16384 + 2 + 2);
	for (size_t n = 1; n < b.len; n++)
		if (ranges_take((struct str){ b.s, n }, &back))
			CHECK(back.n < ARRAY_LEN(r));
}

TEST(what_is_no_range_is_refused)
{
	static const struct str bad[] = { STR("\x05"), STR("\x80"),
		STR("\x05\x80"), STR("\x05\x01\x00"),
		STR("\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01"),
		STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01") };
	RANGES_AUTO r = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!ranges_take(bad[i], &r));
	CHECK(!ranges_take((struct str){ "\0\1", 2 }, &r));
	CHECK(ranges_take(STR_NONE, &r) && r.n == 0);
}

static void check_each(struct store *db, const struct audit_filter *f,
    const char *want)
{
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e;

	CHECK_INT(audit_each(db, f, add_seq, &b, &e), 0);
	CHECK_STR(b.s, want);
}

static void check_who(struct store *db, int64_t patient, const char *want)
{
	struct audit_filter f = { .patient = patient };

	check_each(db, &f, want);
}

TEST(who_finds_single_sets_and_open_begins)
{
	struct audit_event one = { .user = "a", .tool = "t" };
	struct audit_event set = { .user = "b", .tool = "t",
		.action = AUDIT_LIST, .scope = "problems" };
	struct audit_range narrow = { 10, 20 };
	struct audit_range end[] = { { 7, 7 }, { 30, 99 } };
	struct store *db = open_new();
	int64_t begin;
	struct ehr_err e;

	CHECK_INT(audit_read_one(db, &one, 7, NULL, &e), 0);
	CHECK_INT(audit_begin_set(db, &set, NULL, 0, &begin, &e), 0);
	CHECK_INT(begin, 2);
	check_who(db, 7, "1 2 ");
	check_who(db, 8, "2 ");
	CHECK_INT(audit_end_set(db, &set, begin, end, 2, NULL, &e), 0);
	check_who(db, 7, "1 3 ");
	check_who(db, 8, "");
	check_who(db, 30, "3 ");
	check_who(db, 99, "3 ");
	check_who(db, 100, "");
	CHECK_INT(audit_begin_set(db, &set, &narrow, 1, NULL, &e), 0);
	check_who(db, 9, "");
	check_who(db, 10, "4 ");
	check_who(db, 20, "4 ");
	CHECK_INT(verify(db), 0);
	close_all(db);
}

static int take_time(void *arg, const struct audit_row *row)
{
	int64_t *time = arg;

	time[row->seq] = row->time;
	return 0;
}

TEST(filters)
{
	struct audit_event ev = { .user = "a", .tool = "t" };
	struct audit_filter f = { 0 };
	struct store *db = open_new();
	int64_t time[4] = { 0 };
	struct ehr_err e;

	CHECK_INT(audit_read_one(db, &ev, 1, NULL, &e), 0);
	ev.user = "b";
	CHECK_INT(audit_read_one(db, &ev, 1, NULL, &e), 0);
	ev.action = AUDIT_EXPORT;
	CHECK_INT(audit_read_one(db, &ev, 2, NULL, &e), 0);
	CHECK_INT(audit_each(db, &f, take_time, time, &e), 0);
	check_each(db, &f, "1 2 3 ");
	f.user = STR("b");
	check_each(db, &f, "2 3 ");
	f.action = STR("export");
	check_each(db, &f, "3 ");
	f = (struct audit_filter){ .since = time[2] };
	check_each(db, &f, "2 3 ");
	f.until = time[3];
	check_each(db, &f, "2 ");
	f.patient = 2;
	check_each(db, &f, "");
	close_all(db);
}

/* ---- the tree ---- */

TEST(every_size_verifies)
{
	static const int sizes[] = { 0, 1, 2, 255, 256, 257, 512, 700 };
	struct store *db = open_new();
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		fill(db, i ? sizes[i] - sizes[i - 1] : 0);
		CHECK_INT(verify(db), 0);
	}
	close_all(db);
}

static struct str hash_str(const uint8_t h[MERKLE_HASH])
{
	return (struct str){ (const char *)h, MERKLE_HASH };
}

static int take_leaf(void *arg, const struct audit_row *row)
{
	memcpy(arg, row->leaf, MERKLE_HASH);
	return 0;
}

static void check_event_proof(struct store *db, int64_t seq, uint64_t size)
{
	struct merkle_proof p;
	struct str s[MERKLE_DEPTH + 1];
	uint8_t root[MERKLE_HASH], leaf[MERKLE_HASH];
	struct ehr_err e;
	size_t i;

	CHECK_INT(audit_prove_event(db, seq, size, &p, &e), 0);
	CHECK_INT(audit_root_at(db, size, root, &e), 0);
	CHECK_INT(audit_get(db, seq, take_leaf, leaf, &e), 0);
	for (i = 0; i < p.n; i++)
		s[i] = hash_str(p.hash[i]);
	CHECK(merkle_verify_inclusion((uint64_t)seq - 1, size,
	    hash_str(leaf), hash_str(root), s, p.n));
	CHECK(!merkle_verify_inclusion((uint64_t)seq, size,
	    hash_str(leaf), hash_str(root), s, p.n));
}

TEST(events_prove_from_the_store)
{
	enum { SIZE = 66000 };	/* a tile of level 1 and parts of both */
	static const int64_t seq[] = { 1, 256, 257, 65535, 65536, 65537,
		65800, SIZE };
	struct store *db = open_new();
	uint8_t root[MERKLE_HASH], head[MERKLE_HASH];
	struct merkle_proof p;
	struct ehr_err e;
	uint64_t size;
	size_t i;

	fill(db, SIZE);
	CHECK_INT(audit_head(db, &size, head, &e), 0);
	CHECK_INT(size, SIZE);
	CHECK_INT(audit_root_at(db, SIZE, root, &e), 0);
	CHECK(memcmp(head, root, sizeof(root)) == 0);
	for (i = 0; i < ARRAY_LEN(seq); i++) {
		check_event_proof(db, seq[i], SIZE);
		check_event_proof(db, seq[i], (uint64_t)seq[i] + 1 > SIZE ?
		    SIZE : (uint64_t)seq[i] + 1);
	}
	CHECK_INT(audit_prove_event(db, 5, 4, &p, &e), EHR_ENOENT);
	CHECK_INT(audit_prove_event(db, 1, SIZE + 1, &p, &e), EHR_ENOENT);
	CHECK_INT(verify(db), 0);
	close_all(db);
}

TEST(growth_proves_from_the_store)
{
	struct store *db = open_new();
	uint8_t root1[MERKLE_HASH], root2[MERKLE_HASH];
	struct str s[MERKLE_DEPTH + 1];
	struct merkle_proof p;
	struct ehr_err e;
	uint64_t size;
	size_t i;

	fill(db, 600);
	CHECK_INT(audit_root_at(db, 600, root2, &e), 0);
	for (size = 1; size <= 600; size += 7) {
		CHECK_INT(audit_prove_growth(db, size, 600, &p, &e), 0);
		CHECK_INT(audit_root_at(db, size, root1, &e), 0);
		for (i = 0; i < p.n; i++)
			s[i] = hash_str(p.hash[i]);
		CHECK(merkle_verify_consistency(size, 600, hash_str(root1),
		    hash_str(root2), s, p.n));
		root1[3] ^= 4;
		CHECK(!merkle_verify_consistency(size, 600, hash_str(root1),
		    hash_str(root2), s, p.n));
	}
	close_all(db);
}

/* ---- append only ---- */

#define COLUMNS                                                              \
	"time, user, tool, action, purpose, scope, outcome, batch, pair, "   \
	"patient, patients, leaf"
#define NEXT_EVENT(seq)                                                      \
	"INSERT INTO audit_event(seq, " COLUMNS ") SELECT " seq ", " COLUMNS \
	" FROM audit_event WHERE seq = 3"

static const struct sql refused[] = {
	{ "event update", "UPDATE audit_event SET user = 'x' WHERE seq = 3",
	    PERM_NONE },
	{ "event delete", "DELETE FROM audit_event WHERE seq = 300",
	    PERM_NONE },
	{ "event replace", "INSERT OR REPLACE INTO audit_event "
	    "SELECT * FROM audit_event WHERE seq = 3", PERM_NONE },
	{ "event out of turn", NEXT_EVENT("302"), PERM_NONE },
	{ "tile update", "UPDATE audit_tile SET root = x'00'", PERM_NONE },
	{ "tile delete", "DELETE FROM audit_tile", PERM_NONE },
	{ "tile replace", "REPLACE INTO audit_tile VALUES (0, 0, x'00', "
	    "x'00')", PERM_NONE },
	{ "head update", "UPDATE audit_head SET root = x'00'", PERM_NONE },
	{ "head delete", "DELETE FROM audit_head", PERM_NONE },
	{ "head insert", "INSERT INTO audit_head VALUES (2, 0, x'', x'')",
	    PERM_NONE },
};

TEST(triggers_refuse_all_but_the_next_event)
{
	static const struct sql next = { "next", NEXT_EVENT("301"),
		PERM_NONE };
	struct store *db = open_new();
	struct ehr_err e;
	size_t i;

	fill(db, 300);
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (i = 0; i < ARRAY_LEN(refused); i++) {
		if (stmt_run(store_sql(db, &refused[i]), &e) == 0)
			printf("%s is not refused\n", refused[i].name);
		CHECK(stmt_run(store_sql(db, &refused[i]), &e) < 0);
		CHECK(strstr(e.msg, "audit log") != NULL);
	}
	CHECK_INT(verify(db), 0);
	CHECK_INT(stmt_run(store_sql(db, &next), &e), 0);
	store_rollback(db);
	close_all(db);
}
