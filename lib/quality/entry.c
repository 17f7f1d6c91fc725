/* entry.c - answers to measures of PI and to activities, in the record. */
#include "ehr/crypto.h"
#include "ehr/quality-entry.h"
#include "quality/statements.h"

static const char *const answers[] = { "no", "yes", "counts", "withdrawn" };

const char *quality_answer_name(enum quality_answer a)
{
	return answers[a];
}

int64_t quality_entry_days(const struct quality_entry *x)
{
	struct date from, to;

	if (!date_parse(x->first, &from) || !date_parse(x->last, &to))
		return 0;
	return date_days(to.year, to.month, to.day) -
	    date_days(from.year, from.month, from.day) + 1;
}

/* ---- reading ---- */

static enum quality_answer answer_of(struct str s)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (str_is(s, answers[i]))
			return (enum quality_answer)i;
	return QUALITY_WITHDRAWN;
}

static void fill(struct stmt *s, struct quality_entry *x)
{
	struct str hash = stmt_col(s, 12);

	*x = (struct quality_entry){ .id = stmt_col_int(s, 0),
		.year = stmt_col_int(s, 1), .measure = stmt_col(s, 2),
		.answer = answer_of(stmt_col(s, 3)),
		.numerator = (uint64_t)stmt_col_int(s, 4),
		.denominator = (uint64_t)stmt_col_int(s, 5),
		.first = stmt_col(s, 6), .last = stmt_col(s, 7),
		.day = stmt_col(s, 8), .who = stmt_col(s, 9),
		.note = stmt_col(s, 10), .replaces = stmt_col_int(s, 11),
		.name = stmt_col(s, 13), .size = stmt_col_int(s, 14),
		.kept = stmt_col_int(s, 15) != 0, .time = stmt_col_int(s, 16),
		.by = stmt_col(s, 17), .current = stmt_col_int(s, 18) != 0 };
	x->hashed = hash.n == sizeof(x->sha256);
	if (x->hashed)
		memcpy(x->sha256, hash.s, hash.n);
}

static int each(struct store *db, int64_t year, int64_t id, bool all,
    quality_entry_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &quality_sql_table[ENTRY_LIST]);
	struct quality_entry x;
	int rc;

	stmt_int(s, 1, year);
	stmt_int(s, 2, id);
	while ((rc = stmt_step(s, e)) > 0) {
		fill(s, &x);
		if (!all && !x.current)
			continue;
		rc = fn(arg, &x);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int quality_entry_each(struct store *db, int64_t year, bool all,
    quality_entry_fn *fn, void *arg, struct ehr_err *e)
{
	return each(db, year, 0, all, fn, arg, e);
}

/* ---- writing ---- */

static int insert(struct store *db, const struct quality_entry *x,
    struct str evidence, int64_t replaces, struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &quality_sql_table[ENTRY_ADD]);
	const struct str texts[] = { x->first, x->last, x->day, x->who,
		x->note };
	int rc;

	stmt_int(s, 1, x->year);
	stmt_text(s, 2, x->measure);
	stmt_text(s, 3, str_of(answers[x->answer]));
	if (x->answer == QUALITY_COUNTS) {
		stmt_int(s, 4, (int64_t)x->numerator);
		stmt_int(s, 5, (int64_t)x->denominator);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		stmt_text(s, 6 + (int)i, texts[i].s ? texts[i] : STR(""));
	if (replaces)
		stmt_int(s, 11, replaces);
	if (x->hashed)
		stmt_blob(s, 12, x->sha256, sizeof(x->sha256));
	stmt_text(s, 13, x->name.s ? x->name : STR(""));
	stmt_int(s, 14, x->size);
	if (evidence.s)
		stmt_blob(s, 15, evidence.s, evidence.n);
	stmt_int(s, 16, store_time(db));
	stmt_text(s, 17, x->by);
	rc = stmt_run(s, e);
	return rc < 0 ? rc : 1;
}

struct looking {
	const struct quality_entry *x;
	bool keep, found, same;
	int64_t id;
};

static bool same_day(struct str a, struct str b)
{
	return (a.n == 0 && b.n == 0) || str_eq(a, b);
}

/* The day it was written down on tells nothing new. */
static int compare(void *arg, const struct quality_entry *old)
{
	struct looking *l = arg;
	const struct quality_entry *x = l->x;

	if (!str_eq(old->measure, x->measure))
		return 0;
	l->found = true;
	l->id = old->id;
	l->same = old->answer == x->answer && old->numerator == x->numerator &&
	    old->denominator == x->denominator &&
	    same_day(old->first, x->first) && same_day(old->last, x->last) &&
	    str_eq(old->day, x->day) && str_eq(old->who, x->who) &&
	    old->hashed == x->hashed && (!x->hashed ||
	    memcmp(old->sha256, x->sha256, sizeof(x->sha256)) == 0) &&
	    (old->kept || !l->keep);
	return 1;
}

int quality_entry_add(struct store *db, const struct quality_entry *x,
    struct str evidence, bool correct, struct ehr_err *e)
{
	struct looking l = { .x = x, .keep = evidence.s != NULL };
	int rc = each(db, x->year, 0, false, compare, &l, e);

	if (rc < 0 || l.same)
		return rc < 0 ? rc : 0;
	if (l.found && !correct)
		return ehr_fail(e, EHR_EREJECT, "%.*s of %lld: another answer "
		    "holds (%lld); --correct replaces it",
		    STR_FMT(x->measure), (long long)x->year, (long long)l.id);
	return insert(db, x, evidence, l.id, e);
}

struct withdrawing {
	struct store *db;
	const char *category;
	struct str note, who;
	struct ehr_err *e;
	bool done;
};

static int withdraw(void *arg, const struct quality_entry *old)
{
	struct withdrawing *w = arg;
	BUF_AUTO measure = BUF_INIT;
	struct quality_entry x = { .year = old->year,
		.answer = QUALITY_WITHDRAWN, .note = w->note, .who = w->who,
		.by = w->who };

	if (!str_starts(old->measure, w->category))
		return 0;
	buf_addstr(&measure, old->measure);
	x.measure = buf_str(&measure);
	w->done = true;
	return insert(w->db, &x, STR_NONE, old->id, w->e);
}

int quality_entry_withdraw(struct store *db, int64_t id, const char *category,
    struct str note, struct str who, struct ehr_err *e)
{
	struct withdrawing w = { db, category, note, who, e, false };
	int rc = each(db, 0, id, false, withdraw, &w, e);

	return rc < 0 || w.done ? rc : ehr_fail(e, EHR_ENOENT,
	    "%lld: no answer that holds", (long long)id);
}

struct checking {
	uint8_t sha256[32];
	bool hashed;
};

static int hash_of(void *arg, const struct quality_entry *x)
{
	struct checking *k = arg;

	k->hashed = x->hashed;
	memcpy(k->sha256, x->sha256, sizeof(k->sha256));
	return 1;
}

int quality_entry_evidence(struct store *db, int64_t id, struct buf *file,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &quality_sql_table[ENTRY_EVIDENCE]);
	struct checking k = { .hashed = false };
	uint8_t now[32];
	bool there = false;
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0 && !stmt_col_null(s, 0)) {
		buf_addstr(file, stmt_col(s, 0));
		there = true;
	}
	stmt_reset(s);
	if (rc >= 0)
		rc = each(db, 0, id, true, hash_of, &k, e);
	if (rc < 0)
		return rc;
	if (!there)
		return ehr_fail(e, EHR_ENOENT, "%lld: no evidence is kept",
		    (long long)id);
	sha256(file->s, file->len, now);
	return k.hashed && memcmp(now, k.sha256, sizeof(now)) == 0 ? 0
	    : ehr_fail(e, EHR_EINTEGRITY, "%lld: the evidence is not what "
	    "was hashed", (long long)id);
}
