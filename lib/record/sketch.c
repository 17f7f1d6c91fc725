/* sketch.c - what a chart page is chosen by, beside the search index. */
#include <stdlib.h>

#include "impl.h"

enum {
	SAME_MEMBERS = 4,
	SAME_TEXT = 4096,  /* longer ones are seldom the same */
	SAME_KNOWN = 4096, /* texts remembered */
	START_TEXT = 36,   /* of a dateTime with fractions and zone */
	ROWS = 2048,	   /* that wait */
};

/* Resources that say the same in these members make entries that differ in
 * their dates and what is read when they are shown, unless they have without,
 * or not even need. */
static const struct kind {
	int type;
	const char *same[SAME_MEMBERS], *need, *without;
} kinds[] = {
	{ FHIR_Condition, { "clinicalStatus", "verificationStatus",
	    "category", "code" }, "code", NULL },
	{ FHIR_DocumentReference, { "status", "type", "category" },
	    "category", NULL },
	{ FHIR_Encounter, { "status", "type" }, "type", NULL },
	{ FHIR_Observation, { "status", "category", "code" }, "code",
	    "hasMember" },
};

static const struct kind *kind_of(const struct tape *t, int type)
{
	const struct kind *k;

	for (k = kinds; k < kinds + ARRAY_LEN(kinds); k++)
		if (k->type == type)
			return tape_get(t, 0, k->need) && (!k->without ||
			    !tape_get(t, 0, k->without)) ? k : NULL;
	return NULL;
}

/* The date that sorts it, when it is a good one. */
static struct str start_of(const struct tape *t, int type)
{
	uint32_t node = fhir_effective(t, 0, type);
	struct str s = node ? tape_str(t, node) : STR_NONE;
	struct date d;

	return s.n && s.n <= START_TEXT && date_parse(s, &d) ? s : STR_NONE;
}

struct str sketch_read(const struct tape *t, int type, struct buf *same)
{
	const struct kind *k = kind_of(t, type);
	struct str start = k ? start_of(t, type) : STR_NONE;

	buf_reset(same);
	if (start.n == 0)
		return STR_NONE;
	buf_adds(same, "{\"resourceType\":\"");
	buf_adds(same, fhir_type_name(type));
	buf_addch(same, '"');
	for (size_t i = 0; i < SAME_MEMBERS && k->same[i]; i++) {
		uint32_t v = tape_get(t, 0, k->same[i]);

		if (v == 0)
			continue;
		buf_adds(same, ",\"");
		buf_adds(same, k->same[i]);
		buf_adds(same, "\":");
		tape_write(same, t, v);
	}
	buf_addch(same, '}');
	if (same->len > SAME_TEXT)
		buf_reset(same);
	return start;
}

/* ---- rows ---- */

struct row {
	int64_t rid, same; /* 0: none */
	uint16_t type;
	uint8_t start;
	char text[START_TEXT];
};

struct sketch_rows {
	struct row row[ROWS];
	size_t n;
	struct strmap same; /* text -> id, bounded */
};

static int cmp_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->rid > y->rid) - (x->rid < y->rid);
}

static void bind_row(struct stmt *s, int at, const void *p)
{
	const struct row *row = p;

	stmt_int(s, at, row->rid);
	stmt_int(s, at + 1, row->type);
	if (row->same) {
		stmt_int(s, at + 2, row->same);
		stmt_text(s, at + 3, (struct str){ row->text, row->start });
	} else {
		stmt_null(s, at + 2);
		stmt_null(s, at + 3);
	}
}

int sketch_flush(struct record *r, struct ehr_err *e)
{
	static const struct row_table table = {
		sizeof(struct row), 4, SKETCH_ADD, SKETCH_ADD_MANY, cmp_row,
		bind_row,
	};
	struct sketch_rows *w = r->sketches;
	int rc;

	if (w == NULL)
		return 0;
	rc = rows_write(r, &table, w->row, w->n, e);
	w->n = 0;
	return rc;
}

void sketch_forget(struct record *r)
{
	if (r->sketches)
		strmap_release(&r->sketches->same);
	free(r->sketches);
	r->sketches = NULL;
}

int record_sketch_same(struct record *r, int64_t same, struct buf *b,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, SAME_GET);
	int rc;

	stmt_int(s, 1, same);
	rc = stmt_step(s, e);
	if (rc > 0)
		buf_addstr(b, stmt_col(s, 0));
	stmt_reset(s);
	return rc;
}

/* Id of a text that is there or is added now; 0 when another text has it. */
static int find_same(struct record *r, struct str text, int64_t *id,
    struct ehr_err *e)
{
	BUF_AUTO there = BUF_INIT;
	uint8_t digest[32];
	struct stmt *s;
	int rc;

	sha256(text.s, text.n, digest);
	memcpy(id, digest, sizeof(*id));
	*id &= INT64_MAX;
	rc = record_sketch_same(r, *id, &there, e);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		if (!str_eq(buf_str(&there), text))
			*id = 0;
		return 0;
	}
	s = sql(r, SAME_ADD);
	stmt_int(s, 1, *id);
	stmt_text(s, 2, text);
	return stmt_run(s, e);
}

static int same_id(struct record *r, struct str text, int64_t *id,
    struct ehr_err *e)
{
	struct strmap *known = &r->sketches->same;
	int64_t *slot = text.n ? strmap_get(known, text) : NULL;
	int rc;

	*id = slot ? *slot : 0;
	if (slot || text.n == 0)
		return 0;
	rc = find_same(r, text, id, e);
	if (rc < 0)
		return rc;
	if (known->count >= SAME_KNOWN)
		strmap_release(known);
	*strmap_put(known, text, NULL) = *id;
	return 0;
}

int sketch_write(struct record *r, int64_t rid, const struct facts *f,
    struct ehr_err *e)
{
	struct row row = { .rid = rid, .type = (uint16_t)f->type,
		.start = (uint8_t)f->start.n };
	int rc;

	if (r->sketches == NULL) {
		r->sketches = xcalloc(1, sizeof(*r->sketches));
		r->sketches->same = STRMAP_INIT;
	}
	rc = same_id(r, f->same, &row.same, e);
	if (rc == 0 && r->sketches->n == ROWS)
		rc = sketch_flush(r, e);
	if (rc < 0)
		return rc;
	if (f->start.n)
		memcpy(row.text, f->start.s, f->start.n);
	r->sketches->row[r->sketches->n++] = row;
	return 0;
}

int sketch_drop(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, SKETCH_DROP);

	stmt_int(s, 1, rid);
	return stmt_run(s, e);
}

/* ---- reading ---- */

bool record_sketched(struct record *r)
{
	return index_check_version(r, NULL) == 0;
}

struct reading {
	struct record *r;
	const struct record_types *types;
	record_sketch_fn *fn;
	void *arg;
};

static int read_range(void *arg, int64_t first, int64_t last,
    struct ehr_err *e)
{
	const struct reading *x = arg;
	struct stmt *s = store_scan(x->r->db, &record_sql_table[SKETCH_RANGE]);
	int rc;

	stmt_int(s, 1, first);
	stmt_int(s, 2, last);
	while ((rc = stmt_step(s, e)) > 0) {
		struct record_sketch k = { .type = (int)stmt_col_int(s, 1) };

		if (!record_types_has(x->types, k.type))
			continue;
		k.rid = stmt_col_int(s, 0);
		if (guard_hides(x->r, k.rid, k.type))
			continue;
		k.same = stmt_col_int(s, 2);
		k.start = stmt_col(s, 3);
		rc = x->fn(x->arg, &k, e);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

int record_sketches(struct record *r, int64_t patient,
    const struct record_types *types, record_sketch_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct reading x = { r, types, fn, arg };

	return record_ranges(r, patient, RECORD_NOW, read_range, &x, e);
}
