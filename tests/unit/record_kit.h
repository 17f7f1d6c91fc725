/*
 * record_kit.h - what tests of the record share: a record in a folder of its
 * own, resources put from JSON. A fault of the library ends the test.
 */
#ifndef RECORD_KIT_H
#define RECORD_KIT_H

#include "ehr/fhir.h"
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
	record_close(k->r);
	k->r = NULL;
	store_unlink(k->path);
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

/* ---- what the record says, as text ---- */

/* Text of the last question: until the next one. */
static struct buf kit_text = { buf_empty, 0, 0 };

static inline int64_t kit_rid(struct kit *k, const char *name)
{
	struct record_found f;

	KIT_OK(k, record_find(k->r, str_of(name), FHIR_Patient, &f, NULL,
	    &k->e));
	return f.rid;
}

static inline int64_t kit_patient(struct kit *k, const char *name)
{
	int64_t patient;

	KIT_OK(k, record_find_patient(k->r, str_of(name), &patient, NULL,
	    &k->e));
	return patient;
}

/* The body at a time; "none" before there was one, "deleted", "moved". */
static inline const char *kit_row_at(struct kit *k, int64_t rid,
    int64_t as_of)
{
	static const char *const gone[] = { "live", "deleted", "moved" };
	struct resource res;
	int rc = record_get(k->r, rid, as_of, &res, &k->e);

	KIT_OK(k, rc);
	buf_reset(&kit_text);
	if (rc == 0)
		return "none";
	if (res.state != RECORD_LIVE)
		return gone[res.state];
	buf_addstr(&kit_text, res.body);
	return kit_text.s;
}

static inline const char *kit_body(struct kit *k, const char *name)
{
	return kit_row_at(k, kit_rid(k, name), RECORD_NOW);
}

static inline int kit_add_name(void *arg, const struct resource *res)
{
	(void)arg;
	buf_addf(&kit_text, "%s%s/%.*s", kit_text.len ? " " : "",
	    fhir_type_name(res->type), STR_FMT(res->id));
	return 0;
}

/* "Patient/a Observation/b": what is in a chart; patient 0: nobody's. */
static inline const char *kit_chart_at(struct kit *k, int64_t patient,
    int64_t as_of)
{
	struct record_filter f = RECORD_FILTER;

	f.as_of = as_of;
	buf_reset(&kit_text);
	KIT_OK(k, record_chart(k->r, patient, &f, kit_add_name, NULL, &k->e));
	return kit_text.s;
}

static inline const char *kit_chart(struct kit *k, const char *patient)
{
	return kit_chart_at(k, kit_patient(k, patient), RECORD_NOW);
}

static inline const char *kit_all(struct kit *k, int64_t as_of)
{
	struct record_filter f = RECORD_FILTER;

	f.as_of = as_of;
	buf_reset(&kit_text);
	KIT_OK(k, record_all(k->r, &f, kit_add_name, NULL, &k->e));
	return kit_text.s;
}

static inline int kit_add_version(void *arg, const struct resource *res)
{
	(void)arg;
	buf_addf(&kit_text, "%s%lld%s", kit_text.len ? " " : "",
	    (long long)res->version, res->state == RECORD_LIVE ? "" :
	    res->state == RECORD_DELETED ? "d" : "m");
	return 0;
}

/* "1 2 3d 4": versions of a row, d deleted, m moved. */
static inline const char *kit_versions(struct kit *k, int64_t rid)
{
	buf_reset(&kit_text);
	KIT_OK(k, record_history(k->r, rid, kit_add_version, NULL, &k->e));
	return kit_text.s;
}

/* Where a reference leads: a name, "pending", "ambiguous", "other". */
static inline const char *kit_link(struct kit *k, const char *name,
    int ordinal)
{
	static const char *const states[] = { "", "pending", "ambiguous",
		"other" };
	enum link_state state;
	int64_t target;

	if (record_link(k->r, kit_rid(k, name), ordinal, &target, &state,
		&k->e) <= 0)
		return "none";
	if (state != LINK_RESOLVED)
		return states[state];
	buf_reset(&kit_text);
	KIT_OK(k, record_rid_name(k->r, target, &kit_text, &k->e));
	return kit_text.s;
}

/* Undoes a batch; the number of the new one, or the code. */
static inline int64_t kit_undo(struct kit *k, int64_t batch, bool partial)
{
	struct batch *b = kit_batch(k, NULL);
	int64_t rc = batch_undo(b, batch, partial, NULL, NULL, NULL, &k->e);

	if (rc == 0)
		rc = batch_number(b);
	batch_free(b);
	return rc;
}

static inline int64_t kit_merge(struct kit *k, const char *to,
    const char *from)
{
	struct batch *b = kit_batch(k, NULL);
	int64_t id;

	KIT_OK(k, record_merge(b, kit_patient(k, to), kit_patient(k, from),
	    &k->e));
	id = batch_number(b);
	batch_free(b);
	return id;
}

/* All rows of the search index, and every word of the notes, as text. */
static inline void kit_index(struct kit *k, struct buf *out)
{
	static const struct sql words = { "words", "CREATE VIRTUAL TABLE IF NOT "
		"EXISTS temp.word USING fts5vocab(main, note, instance)",
		PERM_NONE };
	static const struct {
		int columns;
		struct sql sql;
	} dump[] = {
		{ 4, { "token", "SELECT pt, seg, date, rid FROM token "
			   "ORDER BY 1, 2, 3, 4", PERM_NONE } },
		{ 6, { "quantity", "SELECT term, seg, date, rid, value, unit "
			    "FROM quantity ORDER BY 1, 2, 3, 4, 5, 6",
			 PERM_NONE } },
		{ 3, { "string", "SELECT param, value, rid FROM string "
			    "ORDER BY 1, 2, 3", PERM_NONE } },
		{ 3, { "word", "SELECT term, doc, offset FROM temp.word "
			    "ORDER BY 1, 2, 3", PERM_NONE } },
	};

	KIT_OK(k, stmt_run(store_sql(record_store(k->r), &words), &k->e));
	for (size_t i = 0; i < ARRAY_LEN(dump); i++) {
		struct stmt *s = store_sql(record_store(k->r), &dump[i].sql);
		int n = dump[i].columns, rc;

		buf_addf(out, "%s\n", dump[i].sql.name);
		while ((rc = stmt_step(s, &k->e)) > 0)
			for (int c = 0; c < n; c++)
				buf_addf(out, "%.*s%c", STR_FMT(stmt_col(s, c)),
				    c + 1 < n ? ' ' : '\n');
		KIT_OK(k, rc);
	}
}

#endif
