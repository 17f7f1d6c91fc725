/*
 * audit_tamper_test.c - whoever can write the file can take the triggers and
 * the types away; verification must see each change all the same.
 *
 * In one transaction that is never committed the tables of a log are made
 * anew without types, keys and triggers. Then, each in a savepoint that is
 * rolled back, one thing is changed. Whether something really changed is
 * told by a digest over every cell and its type, not by the tamperer: found
 * must be what changed, all of it and nothing else.
 */
#include "audit_kit.h"
#include "ehr/audit-sign.h"

static uint64_t seed = 88172645463325252u;

static uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* ---- the tables, without their types ---- */

#define EVENT_COLS "seq, time, user, tool, action, purpose, scope, outcome, " \
	"batch, pair, patient, patients, leaf, role, device"

static const struct sql untype[] = {
#define T(table, cols)                                                        \
	{ "save", "CREATE TABLE saved AS SELECT * FROM " table, PERM_NONE },  \
	{ "drop", "DROP TABLE " table, PERM_NONE },                           \
	{ "make", "CREATE TABLE " table "(" cols ")", PERM_NONE },            \
	{ "fill", "INSERT INTO " table " SELECT * FROM saved", PERM_NONE },   \
	{ "done", "DROP TABLE saved", PERM_NONE }
	T("audit_event", EVENT_COLS),
	T("audit_tile", "level, idx, hashes, root"),
	T("audit_head", "id, size, root, frontier"),
#undef T
};

/* Each column can be read and written by row. */
#define COLUMNS(X)                                                            \
	X(EVENT, "audit_event", "seq") X(EVENT, "audit_event", "time")        \
	X(EVENT, "audit_event", "user") X(EVENT, "audit_event", "tool")       \
	X(EVENT, "audit_event", "action") X(EVENT, "audit_event", "purpose")  \
	X(EVENT, "audit_event", "scope") X(EVENT, "audit_event", "outcome")   \
	X(EVENT, "audit_event", "batch") X(EVENT, "audit_event", "pair")      \
	X(EVENT, "audit_event", "patient") X(EVENT, "audit_event", "patients")\
	X(EVENT, "audit_event", "role") X(EVENT, "audit_event", "device")     \
	X(EVENT, "audit_event", "leaf") X(TILE, "audit_tile", "level")        \
	X(TILE, "audit_tile", "idx") X(TILE, "audit_tile", "hashes")          \
	X(TILE, "audit_tile", "root") X(HEAD, "audit_head", "id")             \
	X(HEAD, "audit_head", "size") X(HEAD, "audit_head", "root")           \
	X(HEAD, "audit_head", "frontier")

enum table { EVENT, TILE, HEAD, TABLES };

static const struct column {
	enum table table;
	struct sql get, set;
} columns[] = {
#define X(id, table, col)                                                     \
	{ id, { "get " col, "SELECT " col " FROM " table " WHERE rowid = ?1", \
		PERM_NONE },                                                  \
	    { "set " col, "UPDATE " table " SET " col " = ?2 WHERE rowid = ?1",\
		PERM_NONE } },
	COLUMNS(X)
#undef X
};

static const struct {
	struct sql all, count, delete, copy;
	int cols;
} tables[TABLES] = {
#define T(id, table, cols)                                                    \
	[id] = { { "all", "SELECT * FROM " table, PERM_NONE },                \
	    { "count", "SELECT count(*) FROM " table, PERM_NONE },            \
	    { "delete", "DELETE FROM " table " WHERE rowid = ?1", PERM_NONE },\
	    { "copy", "INSERT INTO " table " SELECT * FROM " table            \
		" WHERE rowid = ?1", PERM_NONE },                             \
	    cols }
	T(EVENT, "audit_event", 15),
	T(TILE, "audit_tile", 4), T(HEAD, "audit_head", 4),
#undef T
};

static const struct sql savepoint = { "sp", "SAVEPOINT tamper", PERM_NONE };
static const struct sql roll_back = { "rb", "ROLLBACK TO tamper", PERM_NONE };
/* Numbers behind ?1 move by ?2, so that a hole closes or opens. */
static const struct sql shift_events = { "shift", "UPDATE audit_event "
    "SET seq = seq + ?2 WHERE seq > ?1", PERM_NONE };
static const struct sql swap_events = { "swap", "UPDATE audit_event SET seq = "
    "CASE seq WHEN ?1 THEN ?2 ELSE ?1 END WHERE seq IN (?1, ?2)", PERM_NONE };

static void run(struct store *db, const struct sql *q, int n, int64_t a,
    int64_t b)
{
	struct stmt *s = store_sql(db, q);
	struct ehr_err e;
	int rc;

	if (n > 0)
		stmt_int(s, 1, a);
	if (n > 1)
		stmt_int(s, 2, b);
	rc = stmt_run(s, &e);
	if (rc < 0)
		printf("%s: %s\n", q->name, e.msg);
	CHECK_INT(rc, 0);
}

static int64_t rows(struct store *db, enum table t)
{
	int64_t n = -1;

	CHECK_INT(store_int(db, &tables[t].count, &n, NULL), 1);
	return n;
}

/* ---- cells ---- */

struct cell {
	enum stmt_type type;
	int64_t i;
	double r;
	char s[8192];
	size_t n;
};

static void cell_take(struct stmt *s, int col, struct cell *c)
{
	struct str v;

	c->type = stmt_type(s, col);
	c->i = stmt_col_int(s, col);
	c->r = stmt_col_real(s, col);
	c->n = 0;
	if (c->type != STMT_TEXT && c->type != STMT_BLOB)
		return;
	v = stmt_col(s, col);
	CHECK(v.n <= sizeof(c->s));
	memcpy(c->s, v.s, v.n);
	c->n = v.n;
}

static void cell_get(struct store *db, const struct column *col, int64_t row,
    struct cell *c)
{
	struct stmt *s = store_sql(db, &col->get);

	stmt_int(s, 1, row);
	CHECK_INT(stmt_step(s, NULL), 1);
	cell_take(s, 0, c);
	stmt_reset(s);
}

static void cell_set(struct store *db, const struct column *col, int64_t row,
    const struct cell *c)
{
	struct stmt *s = store_sql(db, &col->set);

	stmt_int(s, 1, row);
	if (c->type == STMT_NULL)
		stmt_null(s, 2);
	else if (c->type == STMT_INT)
		stmt_int(s, 2, c->i);
	else if (c->type == STMT_REAL)
		stmt_real(s, 2, c->r);
	else if (c->type == STMT_TEXT)
		stmt_text(s, 2, (struct str){ c->s, c->n });
	else
		stmt_blob(s, 2, c->s, c->n);
	CHECK_INT(stmt_run(s, NULL), 0);
}

/* Digest of all rows of all tables, whatever their order. */
static uint64_t digest(struct store *db)
{
	static struct cell c;
	uint64_t sum = 0, h;
	struct stmt *s;
	int i, t;

	for (t = 0; t < TABLES; t++) {
		s = store_sql(db, &tables[t].all);
		while (stmt_step(s, NULL) > 0) {
			h = (uint64_t)t;
			for (i = 0; i < tables[t].cols; i++) {
				cell_take(s, i, &c);
				h = hash64(&c.type, sizeof(c.type), h);
				h = hash64(&c.i, sizeof(c.i), h);
				h = hash64(&c.r, sizeof(c.r), h);
				h = hash64(c.s, c.n, h);
			}
			sum += h;
		}
		stmt_reset(s);
	}
	return sum;
}

/* ---- tampering: each changes one thing ---- */

static const struct column *any_column(void)
{
	/* three quarters of them events */
	static const struct { int first, count; } part[TABLES] = {
		{ 0, 15 }, { 15, 4 }, { 19, 4 },
	};
	static const enum table of[] = { EVENT, EVENT, EVENT, EVENT, EVENT,
		EVENT, TILE, HEAD };
	enum table t = of[any(ARRAY_LEN(of))];

	return &columns[part[t].first + (int)any((uint64_t)part[t].count)];
}

/* A row of the column's table; 0 when it has none. */
static int64_t any_row(struct store *db, enum table t)
{
	int64_t n = rows(db, t);

	return n ? 1 + (int64_t)any((uint64_t)n) : 0;
}

static void cell_flip(struct cell *c)
{
	if (c->type == STMT_INT)
		c->i ^= (int64_t)(UINT64_C(1) << any(64));
	else if (c->n > 0)
		c->s[any(c->n)] ^= (char)(1 << any(8));
}

static void cell_null(struct cell *c)
{
	c->type = STMT_NULL;
}

/* NULL gets a value that many programs take for it; others lose theirs. */
static void cell_unnull(struct cell *c)
{
	static const enum stmt_type types[] = { STMT_INT, STMT_REAL,
		STMT_TEXT, STMT_BLOB };

	c->type = types[any(ARRAY_LEN(types))];
	c->i = 0;
	c->r = 0;
	c->n = 0;
}

/* The same value by another type. */
static void cell_retype(struct cell *c)
{
	if (c->type == STMT_INT) {
		c->r = (double)c->i;
		c->n = (size_t)snprintf(c->s, sizeof(c->s), "%lld",
		    (long long)c->i);
		c->type = any(2) ? STMT_REAL : any(2) ? STMT_TEXT : STMT_BLOB;
	} else if (c->type == STMT_TEXT) {
		c->type = STMT_BLOB;
	} else if (c->type == STMT_BLOB) {
		c->type = STMT_TEXT;
	}
}

/* One byte more, or less. */
static void cell_resize(struct cell *c)
{
	if (c->type == STMT_INT)
		c->i += any(2) ? 1 : -1;
	else if (c->n > 0 && any(2))
		c->n--;
	else if (c->n < sizeof(c->s))
		c->s[c->n++] = ' ';
}

static void cell_keep(struct cell *c)
{
	(void)c;
}

static void (*const cell_ways[])(struct cell *c) = { cell_flip, cell_flip,
	cell_flip, cell_null, cell_unnull, cell_retype, cell_resize,
	cell_keep };

static void change_cell(struct store *db)
{
	static struct cell c;
	const struct column *col = any_column();
	int64_t row = any_row(db, col->table);

	if (row == 0)
		return;
	cell_get(db, col, row, &c);
	cell_ways[any(ARRAY_LEN(cell_ways))](&c);
	cell_set(db, col, row, &c);
}

/* Two cells of a column change places. */
static void swap_cells(struct store *db)
{
	static struct cell a, b;
	const struct column *col = any_column();
	int64_t row1 = any_row(db, col->table);
	int64_t row2 = any_row(db, col->table);

	if (row1 == 0)
		return;
	cell_get(db, col, row1, &a);
	cell_get(db, col, row2, &b);
	cell_set(db, col, row1, &b);
	cell_set(db, col, row2, &a);
}

/* Two events change places with all they have. */
static void swap_rows(struct store *db)
{
	int64_t a = any_row(db, EVENT), b = any_row(db, EVENT);

	run(db, &swap_events, 2, a, b);
}

static void delete_row(struct store *db)
{
	enum table t = columns[any(ARRAY_LEN(columns))].table;

	run(db, &tables[t].delete, 1, any_row(db, t), 0);
}

static void delete_and_close_up(struct store *db)
{
	int64_t seq = any_row(db, EVENT);

	run(db, &tables[EVENT].delete, 1, seq, 0);
	run(db, &shift_events, 2, seq, -1);
}

static void copy_row(struct store *db)
{
	enum table t = columns[any(ARRAY_LEN(columns))].table;

	run(db, &tables[t].copy, 1, any_row(db, t), 0);
}

/* A copy of an event comes behind it, or at the end. */
static void insert_event(struct store *db)
{
	struct cell c = { .type = STMT_INT };
	int64_t n = rows(db, EVENT), seq = any_row(db, EVENT);
	int64_t at = any(4) ? seq : n;

	run(db, &shift_events, 2, at, 1);
	run(db, &tables[EVENT].copy, 1, seq, 0);
	c.i = at + 1;
	cell_set(db, &columns[COL_SEQ], n + 1, &c);
}

/* The patients of an event become those of another. */
static void swap_patients(struct store *db)
{
	static struct cell c;
	int64_t from = any_row(db, EVENT), to = any_row(db, EVENT);

	for (int i = COL_PATIENT; i <= COL_PATIENTS; i++) {
		cell_get(db, &columns[i], from, &c);
		cell_set(db, &columns[i], to, &c);
	}
}

/* A user is changed and the event's leaf hash made anew. */
static void forge_leaf(struct store *db)
{
	static struct cell c;
	int64_t row = any_row(db, EVENT);
	BUF_AUTO leaf = BUF_INIT;
	struct stmt *s;

	cell_get(db, &columns[COL_USER], row, &c);
	cell_flip(&c);
	cell_set(db, &columns[COL_USER], row, &c);
	s = store_sql(db, &audit_sql[SQL_GET]);
	stmt_int(s, 1, row);
	CHECK_INT(stmt_step(s, NULL), 1);
	leaf_row(&leaf, s);
	c.type = STMT_BLOB;
	c.n = MERKLE_HASH;
	leaf_end(&leaf, (uint8_t *)c.s);
	cell_set(db, &columns[COL_LEAF], row, &c);
	stmt_reset(store_sql(db, &audit_sql[SQL_GET]));
}

static void change_nothing(struct store *db)
{
	int64_t seq = any_row(db, EVENT);

	run(db, &swap_events, 2, seq, seq);
}

static const struct way {
	const char *name;
	void (*fn)(struct store *db);
	unsigned weight;
} ways[] = {
	{ "cell", change_cell, 12 },
	{ "swap of cells", swap_cells, 4 },
	{ "swap of events", swap_rows, 2 },
	{ "deleted row", delete_row, 2 },
	{ "deleted event, closed up", delete_and_close_up, 1 },
	{ "copied row", copy_row, 1 },
	{ "inserted event", insert_event, 2 },
	{ "patients of another", swap_patients, 1 },
	{ "forged leaf", forge_leaf, 1 },
	{ "nothing", change_nothing, 1 },
};

static const struct way *any_way(void)
{
	unsigned i, sum = 0;
	uint64_t at;

	for (i = 0; i < ARRAY_LEN(ways); i++)
		sum += ways[i].weight;
	at = any(sum);
	for (i = 0; at >= ways[i].weight; i++)
		at -= ways[i].weight;
	return &ways[i];
}

/* ---- the log ---- */

static void fill(struct store *db, int n)
{
	static const char *const text[] = { NULL, "", "a", "treatment",
		"problems,meds", "results" };
	struct audit_range range[4];
	struct audit_event ev;
	struct ehr_err e;
	size_t i, used;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (; n > 0; n--) {
		ev = (struct audit_event){
			.user = any(2) ? "dr" : "nurse", .tool = "ehr-chart",
			.action = (enum audit_action)any(AUDIT_ACTION_COUNT),
			.outcome = (enum audit_outcome)any(AUDIT_OUTCOME_COUNT),
			.purpose = text[any(ARRAY_LEN(text))],
			.scope = text[any(ARRAY_LEN(text))],
			.batch = (int64_t)any(3),
			.pair = any(4) ? 0 : 1000 + n,
		};
		used = any(4) ? 1 : any(ARRAY_LEN(range) + 1);
		for (i = 0; i < used; i++) {
			range[i].first = 1 + (int64_t)any(300);
			range[i].last = range[i].first +
			    (any(3) ? 0 : (int64_t)any(50));
		}
		CHECK_INT(audit_append(db, &ev, range, used, NULL, &e), 0);
	}
	CHECK_INT(store_commit(db, &e), 0);
}

/* Makes changes until want of them were changes; each must be found. */
static void tamper(int events, int want)
{
	struct store *db = open_new();
	const struct way *way;
	uint64_t before;
	bool changed;
	int found = 0, kept = 0;
	size_t i;
	int rc;

	fill(db, events);
	CHECK_INT(audit_verify(db, NULL, NULL, NULL), 0);
	CHECK_INT(store_begin(db, STORE_SHORT, NULL), 0);
	for (i = 0; i < ARRAY_LEN(untype); i++)
		run(db, &untype[i], 0, 0, 0);
	CHECK_INT(audit_verify(db, NULL, NULL, NULL), 0);
	before = digest(db);
	run(db, &savepoint, 0, 0, 0);
	while (found < want) {
		way = any_way();
		way->fn(db);
		changed = digest(db) != before;
		rc = audit_verify(db, NULL, NULL, NULL);
		if (rc != (changed ? EHR_EINTEGRITY : 0))
			printf("%s, change %d of %d events\n", way->name,
			    found + kept, events);
		CHECK_INT(rc, changed ? EHR_EINTEGRITY : 0);
		*(changed ? &found : &kept) += 1;
		run(db, &roll_back, 0, 0, 0);
	}
	CHECK(digest(db) == before && kept > 0);
	CHECK_INT(audit_verify(db, NULL, NULL, NULL), 0);
	store_rollback(db);
	close_all(db);
}

/* 10,000 in all: with a completed tile, without one, and hardly anything. */
TEST(changes_in_256_events_are_found)
{
	tamper(256, 4000);
}

TEST(changes_in_100_events_are_found)
{
	tamper(100, 4000);
}

TEST(changes_in_5_events_are_found)
{
	tamper(5, 2000);
}

/* ---- what is said of it ---- */

struct said {
	enum audit_fault_kind kind;
	int64_t seq;
	int count;
};

static void hear(void *arg, const struct audit_fault *f)
{
	struct said *s = arg;

	if (s->count++ > 0)
		return;
	s->kind = f->kind;
	s->seq = f->seq;
}

static void check_said(struct store *db, enum audit_fault_kind kind,
    int64_t seq, int count)
{
	struct said s = { .count = 0 };
	struct ehr_err e;

	CHECK_INT(audit_verify(db, hear, &s, &e), EHR_EINTEGRITY);
	CHECK_INT(s.kind, kind);
	CHECK_INT(s.seq, seq);
	CHECK(count == 0 || s.count == count);
	CHECK(strncmp(e.msg, "audit log: ", 11) == 0);
	run(db, &roll_back, 0, 0, 0);
}

TEST(the_event_is_named)
{
	struct store *db = open_new();
	struct cell c = { .type = STMT_TEXT, .n = 1, .s = "x" };
	size_t i;

	fill(db, 300);
	CHECK_INT(store_begin(db, STORE_SHORT, NULL), 0);
	for (i = 0; i < ARRAY_LEN(untype); i++)
		run(db, &untype[i], 0, 0, 0);
	run(db, &savepoint, 0, 0, 0);
	cell_set(db, &columns[COL_USER], 17, &c);
	check_said(db, AUDIT_LEAF, 17, 1);
	cell_set(db, &columns[COL_SCOPE], 299, &c);
	check_said(db, AUDIT_LEAF, 299, 1);
	run(db, &tables[EVENT].delete, 1, 40, 0);
	check_said(db, AUDIT_GAP, 40, 1);
	run(db, &tables[EVENT].delete, 1, 300, 0);
	check_said(db, AUDIT_HEAD, 0, 2);
	run(db, &tables[TILE].delete, 1, 1, 0);
	check_said(db, AUDIT_TILE, 1, 1);
	run(db, &tables[HEAD].delete, 1, 1, 0);
	check_said(db, AUDIT_HEAD, 0, 1);
	store_rollback(db);
	close_all(db);
}

/* ---- what is read of a log that was changed ---- */

/* A log of n events whose types, keys and triggers are gone. */
static struct store *open_untyped(int n)
{
	struct store *db = open_new();

	fill(db, n);
	CHECK_INT(store_begin(db, STORE_SHORT, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(untype); i++)
		run(db, &untype[i], 0, 0, 0);
	run(db, &savepoint, 0, 0, 0);
	return db;
}

static void set_bytes(struct store *db, int column, int64_t row,
    const char *bytes, size_t n)
{
	struct cell c = { .type = STMT_BLOB, .n = n };

	memcpy(c.s, bytes, n);
	cell_set(db, &columns[column], row, &c);
}

static int count_one(void *arg, const struct audit_row *row)
{
	(void)row;
	return ++*(int *)arg == 3 ? EHR_EIO : 0;
}

static void check_unread(struct store *db, const char *msg)
{
	const struct audit_filter all = { 0 };
	struct ehr_err e = { 0, "" };
	int n = 10;

	CHECK_INT(audit_each(db, &all, count_one, &n, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, msg);
	CHECK_INT(audit_get(db, 2, count_one, &n, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, msg);
	CHECK_INT(n, 11); /* the first event alone */
	run(db, &roll_back, 0, 0, 0);
}

TEST(an_event_that_is_none_is_not_shown)
{
	const struct audit_filter all = { 0 };
	struct store *db = open_untyped(5);
	struct cell null = { .type = STMT_NULL };
	BUF_AUTO bytes = BUF_INIT;
	struct ehr_err e;
	int n = 0;

	CHECK_INT(audit_each(db, &all, count_one, &n, &e), EHR_EIO);
	CHECK_INT(n, 3); /* the caller ended it */
	set_bytes(db, COL_PATIENTS, 2, "\x80", 1);
	check_unread(db, "audit log: the patients of event 2 are no ranges");
	cell_set(db, &columns[COL_LEAF], 2, &null);
	CHECK_INT(audit_event_bytes(db, 2, &bytes, &e), EHR_EINTEGRITY);
	check_unread(db, "audit log: event 2 has no leaf hash");
	set_bytes(db, COL_USER, 2, "x", 1);
	CHECK_INT(audit_event_bytes(db, 2, &bytes, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, "audit log: event 2 differs from its leaf hash");
	store_rollback(db);
	close_all(db);
}

/* Proofs are made of the hashes that are stored; and a tile is made of them
 * when it is completed. */
TEST(hashes_that_are_not_whole)
{
	struct store *db = open_untyped(255);
	struct audit_event ev = { .user = "u", .tool = "t" };
	enum { HEAD_ROOT = 15 + 4 + 2 }; /* place in columns[] */
	const struct checkpoint none = { .size = 0 };
	struct merkle_proof proof;
	uint8_t root[MERKLE_HASH];
	struct ehr_err e;

	set_bytes(db, COL_LEAF, 9, "short", 5);
	CHECK_INT(audit_root_at(db, 20, root, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, "audit log: hashes of level 0 from 0 on are not "
	    "whole");
	CHECK_INT(audit_prove_event(db, 3, 20, &proof, &e), EHR_EINTEGRITY);
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), EHR_EINTEGRITY);
	run(db, &roll_back, 0, 0, 0);
	run(db, &tables[EVENT].delete, 1, 255, 0);
	CHECK_INT(audit_root_at(db, 255, root, &e), EHR_EINTEGRITY);
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), EHR_EINTEGRITY);
	run(db, &roll_back, 0, 0, 0);
	set_bytes(db, HEAD_ROOT, 1, "0123456789abcdef0123456789abcdef", 32);
	CHECK_INT(checkpoint_fits(db, &none, "c", NULL, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, "audit log: its head is not that of its events");
	run(db, &roll_back, 0, 0, 0);
	CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), 0);
	store_rollback(db);
	close_all(db);
}

static const struct sql all_users = { "users",
	"UPDATE audit_event SET user = 'x'", PERM_NONE };

TEST(more_faults_than_are_told)
{
	enum { EVENTS = MAX_AUDIT_FAULTS + 50 };
	struct store *db = open_untyped(EVENTS);
	struct said s = { .count = 0 };
	struct ehr_err e;

	run(db, &all_users, 0, 0, 0);
	CHECK_INT(audit_verify(db, hear, &s, &e), EHR_EINTEGRITY);
	CHECK_INT(s.count, MAX_AUDIT_FAULTS);
	CHECK_STR(e.msg, "audit log: event 1 differs from its leaf hash "
	    "(1050 faults)");
	store_rollback(db);
	close_all(db);
}
