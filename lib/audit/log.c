/* log.c - adding events to the log. */
#include <assert.h>
#include <stdlib.h>

#include "impl.h"

#define BEHIND "behind ms:"

static const char *const actions[] = {
#define X(id, name) [AUDIT_##id] = name,
#include "ehr/audit-action.def"
#undef X
};

static const char *const outcomes[] = {
#define X(id, name) [AUDIT_DONE_##id] = name,
	AUDIT_OUTCOMES(X)
#undef X
};

const char *audit_action_name(enum audit_action a)
{
	return actions[a];
}

const char *audit_outcome_name(enum audit_outcome o)
{
	return outcomes[o];
}

enum audit_action audit_action_find(struct str name)
{
	size_t i;

	for (i = 0; i < AUDIT_ACTION_COUNT; i++)
		if (str_is(name, actions[i]))
			break;
	return (enum audit_action)i;
}

bool audit_flagged(struct str scope, const char *flag)
{
	struct str flags, word;

	if (scope.n == 0 || scope.s[0] != '[')
		return false;
	scope.s++;
	scope.n--;
	str_split(&scope, ']', &flags);
	while (str_split(&flags, ',', &word))
		if (str_is(word, flag))
			return true;
	return false;
}

/* ---- one event ---- */

/* What goes into the row, and in the same order into the leaf. Of texts .s
 * NULL is NULL. */
struct entry {
	int64_t seq, time;
	int64_t batch, pair, patient;	/* 0 is NULL */
	struct str text[COL_OUTCOME - COL_USER + 1];
	struct str role, device;
	struct audit_range *range;
	size_t n;
	struct str patients;
	uint8_t leaf[MERKLE_HASH];
};

static int check(const struct entry *en, struct ehr_err *e)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(en->text); i++)
		if (en->text[i].n > MAX_AUDIT_TEXT)
			return ehr_fail(e, EHR_EUSAGE, "audit: a text of an "
			    "event is over %d bytes", MAX_AUDIT_TEXT);
	for (i = 0; i < en->n; i++)
		if (en->range[i].first < 1 ||
		    en->range[i].last < en->range[i].first)
			return ehr_fail(e, EHR_EUSAGE,
			    "audit: no range of patients");
	return 0;
}

static void leaf_optional(struct buf *b, int64_t v)
{
	if (v)
		leaf_int(b, v);
	else
		leaf_null(b);
}

static void hash_entry(struct entry *en)
{
	BUF_AUTO b = BUF_INIT;
	bool later = en->role.s || en->device.s;
	size_t i;

	leaf_begin(&b, later);
	leaf_int(&b, en->seq);
	leaf_int(&b, en->time);
	for (i = 0; i < ARRAY_LEN(en->text); i++)
		leaf_text(&b, en->text[i]);
	leaf_optional(&b, en->batch);
	leaf_optional(&b, en->pair);
	leaf_optional(&b, en->patient);
	leaf_blob(&b, en->patients);
	if (later) {
		leaf_text(&b, en->role);
		leaf_text(&b, en->device);
	}
	leaf_end(&b, en->leaf);
}

static int insert(struct store *db, const struct entry *en, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_APPEND]);
	size_t i;

	stmt_int(s, COL_SEQ + 1, en->seq);
	stmt_int(s, COL_TIME + 1, en->time);
	for (i = 0; i < ARRAY_LEN(en->text); i++)
		stmt_text(s, COL_USER + 1 + (int)i, en->text[i]);
	stmt_id(s, COL_BATCH + 1, en->batch);
	stmt_id(s, COL_PAIR + 1, en->pair);
	stmt_id(s, COL_PATIENT + 1, en->patient);
	if (en->patients.s)
		stmt_blob(s, COL_PATIENTS + 1, en->patients.s, en->patients.n);
	else
		stmt_null(s, COL_PATIENTS + 1);
	stmt_text(s, COL_ROLE + 1, en->role);
	stmt_text(s, COL_DEVICE + 1, en->device);
	stmt_blob(s, COL_LEAF + 1, en->leaf, MERKLE_HASH);
	return stmt_run(s, e);
}

/* The ranges as the row has them; set holds their bytes. */
static void take_patients(struct entry *en, struct buf *set)
{
	en->n = ranges_tidy(en->range, en->n);
	if (en->n == 1 && en->range->first == en->range->last)
		en->patient = en->range->first;
	else if (en->n) {
		ranges_put(set, en->range, en->n);
		en->patients = buf_str(set);
	}
}

static int append(struct store *db, struct entry *en, struct ehr_err *e)
{
	struct merkle m;
	BUF_AUTO set = BUF_INIT;
	uint8_t root[MERKLE_HASH];
	int rc = check(en, e);

	if (rc == 0)
		rc = head_read(db, &m, root, e);
	if (rc < 0)
		return rc;
	take_patients(en, &set);
	en->seq = (int64_t)m.size + 1;
	en->time = store_time(db);
	hash_entry(en);
	rc = insert(db, en, e);
	if (rc < 0)
		return rc;
	merkle_append(&m, en->leaf);
	rc = head_write(db, &m, e);
	if (rc == 0)
		rc = tile_complete(db, m.size, e);
	return rc;
}

/* ---- a clock that was put back ----
 *
 * The time of an event is at least that of the last one and 1 ms, so that
 * order and time agree; how far the clock is behind that is an event of its
 * own, once for each time that it was put back. */

/* Was it so already when the last event of the clock, at which s stands, was
 * written? Since then the log's time went on by 1 ms a transaction: a step in
 * it means that the clock had caught up. */
static bool same_behind(struct stmt *s, int64_t next, int64_t time,
    int64_t behind)
{
	int64_t events = next - stmt_col_int(s, 0), was;
	int64_t ms = time - stmt_col_int(s, 1);
	struct str scope = stmt_col(s, 2);

	return str_starts(scope, BEHIND) && str_int((struct str){
	    scope.s + sizeof(BEHIND) - 1, scope.n - (sizeof(BEHIND) - 1) },
	    &was) && ms < events + MAX_AUDIT_BEHIND &&
	    behind - ms - MAX_AUDIT_BEHIND < was;
}

/* 1: it stands in the log that the clock is behind, 0: not yet. */
static int known_behind(struct store *db, int64_t next, int64_t behind,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &audit_sql[SQL_CLOCK]);
	int rc = stmt_step(s, e);

	if (rc > 0)
		rc = same_behind(s, next, store_time(db), behind);
	stmt_reset(s);
	return rc;
}

static int check_clock(struct store *db, const struct entry *cause,
    struct ehr_err *e)
{
	int64_t behind = store_time(db) - clock_ms();
	struct entry en = { .device = cause->device, .role = cause->role };
	BUF_AUTO scope = BUF_INIT;
	uint8_t root[MERKLE_HASH];
	struct merkle m;
	int rc;

	if (behind < MAX_AUDIT_BEHIND)
		return 0;
	rc = head_read(db, &m, root, e);
	if (rc == 0)
		rc = known_behind(db, (int64_t)m.size + 1, behind, e);
	if (rc)
		return rc < 0 ? rc : 0;
	buf_addf(&scope, BEHIND "%lld", (long long)behind);
	memcpy(en.text, cause->text, sizeof(en.text));
	en.text[COL_ACTION - COL_USER] = str_of(actions[AUDIT_CLOCK]);
	en.text[COL_PURPOSE - COL_USER] = STR_NONE;
	en.text[COL_SCOPE - COL_USER] = buf_str(&scope);
	en.text[COL_OUTCOME - COL_USER] = str_of(outcomes[AUDIT_DONE_OK]);
	return append(db, &en, e);
}

int audit_append(struct store *db, const struct audit_event *ev,
    const struct audit_range *range, size_t n, int64_t *seq, struct ehr_err *e)
{
	struct entry en = { .batch = ev->batch, .pair = ev->pair, .n = n,
		.role = str_of(ev->role) };
	BUF_AUTO user = BUF_INIT;
	BUF_AUTO device = BUF_INIT;
	int rc;

	assert(store_in_txn(db) && ev->tool);
	assert(ev->action < AUDIT_ACTION_COUNT);
	assert(ev->outcome < AUDIT_OUTCOME_COUNT);
	if (ev->user)
		buf_adds(&user, ev->user);
	else
		audit_user(&user);
	en.text[COL_USER - COL_USER] = buf_str(&user);
	en.text[COL_TOOL - COL_USER] = str_of(ev->tool);
	en.text[COL_ACTION - COL_USER] = str_of(actions[ev->action]);
	en.text[COL_PURPOSE - COL_USER] = str_of(ev->purpose);
	en.text[COL_SCOPE - COL_USER] = str_of(ev->scope);
	en.text[COL_OUTCOME - COL_USER] = str_of(outcomes[ev->outcome]);
	audit_device(&device);
	en.device = buf_str(&device);
	en.range = xmalloc((n + 1) * sizeof(*range));
	if (n > 0)
		memcpy(en.range, range, n * sizeof(*range));
	rc = check_clock(db, &en, e);
	if (rc == 0)
		rc = append(db, &en, e);
	if (rc == 0 && seq)
		*seq = en.seq;
	free(en.range);
	return rc;
}

/* ---- events of their own: committed when they return ---- */

static int append_now(struct store *db, const struct audit_event *ev,
    const struct audit_range *range, size_t n, int64_t *seq, struct ehr_err *e)
{
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc < 0)
		return rc;
	rc = audit_append(db, ev, range, n, seq, e);
	if (rc == 0)
		rc = store_commit(db, e);
	else
		store_rollback(db);
	return rc;
}

int audit_read_one(struct store *db, const struct audit_event *ev,
    int64_t patient, int64_t *seq, struct ehr_err *e)
{
	struct audit_range range = { patient, patient };

	return append_now(db, ev, &range, 1, seq, e);
}

int audit_begin_set(struct store *db, const struct audit_event *ev,
    const struct audit_range *range, size_t n, int64_t *seq, struct ehr_err *e)
{
	struct audit_event begin = *ev;

	begin.outcome = AUDIT_DONE_BEGIN;
	begin.pair = 0;
	return append_now(db, &begin, range, n, seq, e);
}

int audit_end_set(struct store *db, const struct audit_event *ev,
    int64_t begin, const struct audit_range *range, size_t n, int64_t *seq,
    struct ehr_err *e)
{
	struct audit_event end = *ev;

	end.pair = begin;
	return append_now(db, &end, range, n, seq, e);
}
