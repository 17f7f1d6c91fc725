/* deep.c - what is derived, made again of the bodies and compared. The derived
 * tables are read in the order of their resources, sorted on disk when they
 * lie otherwise, beside the resources themselves: no memory grows. */
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"

enum table { TOKEN, QUANTITY, STRING, SKETCH, PENDING, ALSO, TABLES };
enum { INDEX_TABLES = SKETCH + 1 };

static const struct {
	const char *name;
	enum record_sql_id rows;
} tables[TABLES] = {
	[TOKEN] = { "token", CHECK_TOKENS },
	[QUANTITY] = { "quantity", CHECK_QUANTITIES },
	[STRING] = { "string", CHECK_STRINGS },
	[SKETCH] = { "sketch", CHECK_SKETCHES },
	[PENDING] = { "pending", CHECK_PENDINGS },
	[ALSO] = { "also", CHECK_ALSOS },
};

/* A row that has to be there: two numbers and texts, borrowed. */
struct row {
	int64_t a, b;
	struct str value, unit;
	uint32_t turn; /* of rows with one key the first stays */
};

struct scan {
	struct stmt *s;
	bool more; /* the statement stands on a row, that of rid */
	int64_t rid;
	struct row *want;
	size_t n, cap;
};

/* The sum over the words of a text: the same in any order. */
struct words {
	uint64_t sum, n;
};

struct deep {
	struct scan scan[TABLES];
	bool index; /* it is of this program's version */
	struct stmt *notes;
	bool more_notes;
	int64_t doc;
	struct words doc_words;
	struct buf refs;
};

/* ---- rows that have to be there ---- */

static void want(struct deep *d, enum table t, struct row row)
{
	struct scan *s = &d->scan[t];

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->want = xrealloc(s->want, s->cap * sizeof(*s->want));
	}
	row.turn = (uint32_t)s->n;
	s->want[s->n++] = row;
}

static void want_index(void *arg, const struct index_row *row)
{
	static const enum table of[] = {
		[ROW_TOKEN] = TOKEN, [ROW_STRING] = STRING,
		[ROW_QUANTITY] = QUANTITY,
	};

	want(arg, of[row->kind], (struct row){ row->key, row->date, row->value,
	    row->unit, 0 });
}

static int cmp_row(const struct row *x, const struct row *y)
{
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return str_cmp(x->value, y->value);
}

static int cmp_want(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = cmp_row(x, y);

	return c ? c : x->turn < y->turn ? -1 : 1;
}

static void sort_want(struct scan *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->want, s->n, sizeof(*s->want), cmp_want);
	for (size_t i = 0; i < s->n; i++)
		if (kept == 0 || cmp_row(&s->want[kept - 1], &s->want[i]))
			s->want[kept++] = s->want[i];
	s->n = kept;
}

/* ---- rows that are there ---- */

static int scan_next(struct checking *c, struct scan *s)
{
	int rc = stmt_step(s->s, c->e);

	s->more = rc > 0;
	if (s->more)
		s->rid = stmt_col_int(s->s, 0);
	return rc < 0 ? rc : 0;
}

/* Rows before rid are of no current resource. */
static int scan_to(struct checking *c, enum table t, int64_t rid)
{
	struct scan *s = &c->deep->scan[t];
	int rc = 0;

	while (rc == 0 && s->more && s->rid < rid) {
		rc = check_finding(c, tables[t].name, s->rid,
		    "a row of what is not current");
		if (rc == 0)
			rc = scan_next(c, s);
	}
	return rc;
}

static int scan_skip(struct checking *c, struct scan *s, int64_t rid)
{
	int rc = 0;

	while (rc == 0 && s->more && s->rid == rid)
		rc = scan_next(c, s);
	return rc;
}

static struct row row_at(struct stmt *s)
{
	return (struct row){ stmt_col_int(s, 1), stmt_col_int(s, 2),
		stmt_col(s, 3), stmt_col(s, 4), 0 };
}

/* One step of the merge; *i counts what was wanted and seen. */
static int compare_one(struct checking *c, enum table t, int64_t rid,
    size_t *i)
{
	struct scan *s = &c->deep->scan[t];
	const struct row *w = *i < s->n ? &s->want[*i] : NULL;
	const char *what = NULL;
	struct row is = { 0 };
	int side = -1, rc = 0; /* of what is wanted to what is there */

	if (s->more && s->rid == rid) {
		is = row_at(s->s);
		side = w ? cmp_row(w, &is) : 1;
	}
	if (side < 0)
		what = w->a < 0 ? "a row is missing, and its term" :
		    "a row is missing";
	else if (side > 0)
		what = "a row too many";
	else if (!str_eq(w->unit, is.unit))
		what = t == SKETCH ? "another date" : "another unit";
	else if (stmt_col_int(s->s, 5) != 1)
		what = "another segment";
	*i += side <= 0;
	if (what)
		rc = check_finding(c, tables[t].name, rid, what);
	return rc == 0 && side >= 0 ? scan_next(c, s) : rc;
}

static int compare(struct checking *c, enum table t, int64_t rid)
{
	struct scan *s = &c->deep->scan[t];
	size_t i = 0;
	int rc = scan_to(c, t, rid);

	sort_want(s);
	while (rc == 0 && (i < s->n || (s->more && s->rid == rid)))
		rc = compare_one(c, t, rid, &i);
	return rc;
}

/* ---- references ---- */

/* One of the text alone, as long as the base of its address was not known. */
static struct ref by_text(const struct fact_ref *f)
{
	return (struct ref){ f->text, IDENT_ANY };
}

static bool some(struct checking *c, enum record_sql_id id, int64_t a,
    int64_t b, int64_t d)
{
	struct stmt *s = sql(c->r, id);
	int rc;

	stmt_int(s, 1, a);
	stmt_int(s, 2, b);
	stmt_int(s, 3, d);
	rc = stmt_step(s, NULL);
	stmt_reset(s);
	return rc > 0;
}

static bool answers(struct checking *c, int source, const struct ref *ref,
    int64_t rid)
{
	int64_t key = ident_key(source, ref->name, ref->type);

	return some(c, CHECK_ANSWERS, key, ref->type == IDENT_ANY ?
	    key | 0xffff : key, rid);
}

static void want_pending(struct checking *c, const struct resource *res,
    int ordinal, const struct fact_ref *f, const struct ref *ref)
{
	struct ref text = by_text(f);
	int64_t key = ident_key(res->source, text.name, text.type);

	if (!some(c, CHECK_WAITS, key, res->rid, ordinal))
		key = ident_key(res->source, ref->name, ref->type);
	want(c->deep, PENDING, (struct row){ .a = ordinal, .b = key });
}

static const char *link_fault(struct checking *c, const struct resource *res,
    int ordinal, const struct fact_ref *f)
{
	struct ref ref, text = by_text(f);
	enum link_state state;
	int64_t target;

	ref_name(c->r, res->source, f, &ref);
	state = link_at(buf_str(&c->deep->refs), ordinal, &target);
	if (state > LINK_OTHER)
		return "is in no such state";
	if ((state == LINK_OTHER) != (ref.name.s == NULL))
		return "leads nowhere, or should not";
	if (state == LINK_OTHER)
		return NULL;
	if (state == LINK_RESOLVED)
		return answers(c, res->source, &ref, target) ||
		    answers(c, res->source, &text, target) ? NULL :
		    "leads to what does not answer to its name";
	want_pending(c, res, ordinal, f, &ref);
	return target ? "waits and leads somewhere" : NULL;
}

static int check_links(struct checking *c, const struct resource *res,
    const struct facts *f)
{
	struct deep *d = c->deep;
	int rc = link_refs(c->r, res->rid, &d->refs, NULL, c->e);

	if (rc < 0)
		return rc;
	if (link_count(buf_str(&d->refs)) != f->n_ref)
		return check_finding(c, "resource", res->rid,
		    "not as many references as in its body");
	rc = 0;
	for (size_t i = 0; rc == 0 && i < f->n_ref; i++) {
		const char *fault = link_fault(c, res, (int)i, &f->ref[i]);
		char what[96];

		if (fault == NULL)
			continue;
		snprintf(what, sizeof(what), "reference %zu %s", i, fault);
		rc = check_finding(c, "resource", res->rid, what);
	}
	return rc;
}

/* Each name the resource answers to has its row. */
static int check_names(struct checking *c, const struct resource *res,
    const struct facts *f)
{
	struct ref ref = { res->id, res->type };
	int rc = answers(c, res->source, &ref, res->rid) ? 0 :
	    check_finding(c, "ident", res->rid, "the row of its id is missing");

	for (size_t i = 0; rc == 0 && i < f->n_name; i++) {
		ref.name = f->name[i];
		if (!answers(c, res->source, &ref, res->rid))
			rc = check_finding(c, "ident", res->rid,
			    "the row of an identifier is missing");
	}
	return rc;
}

/* Charts of further patients. */
static int want_also(struct checking *c, const struct resource *res,
    const struct facts *f)
{
	bool first = true;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < f->n_chart; i++) {
		struct ref ref, text = by_text(&f->chart[i]);
		int64_t rid;

		ref_name(c->r, res->source, &f->chart[i], &ref);
		if (ref.name.s == NULL ||
		    f->chart[i].to.kind == FHIR_REF_OTHER)
			continue;
		if (first) {
			first = false;
			continue;
		}
		rc = ident_find(c->r, res->source, ref.name, FHIR_Patient,
		    true, &rid, c->e);
		if (rc == 0)
			rc = ident_find(c->r, res->source, text.name,
			    FHIR_Patient, true, &rid, c->e);
		if (rc > 0 && rid_segment(rid) != rid_segment(res->rid))
			want(c->deep, ALSO, (struct row){
			    .a = rid_segment(rid) });
	}
	return rc < 0 ? rc : 0;
}

/* ---- words of notes ---- */

static void add_word(struct words *w, struct stmt *s)
{
	struct str term = stmt_col(s, 1);

	w->sum += hash64(term.s, term.n, (uint64_t)stmt_col_int(s, 2));
	w->n++;
}

static int words_of(struct checking *c, struct str text, struct words *w)
{
	struct stmt *s = sql(c->r, CHECK_TEXT_PUT);
	int rc;

	stmt_text(s, 1, text);
	rc = stmt_run(s, c->e);
	s = sql(c->r, CHECK_WORDS);
	while (rc == 0 && (rc = stmt_step(s, c->e)) > 0) {
		add_word(w, s);
		rc = 0;
	}
	stmt_reset(s);
	return rc;
}

/* All words of the next note that has some. */
static int next_note(struct checking *c)
{
	struct deep *d = c->deep;
	int rc = 0;

	d->doc = d->more_notes ? stmt_col_int(d->notes, 0) : INT64_MAX;
	d->doc_words = (struct words){ 0, 0 };
	while (rc == 0 && d->more_notes &&
	    stmt_col_int(d->notes, 0) == d->doc) {
		add_word(&d->doc_words, d->notes);
		rc = stmt_step(d->notes, c->e);
		d->more_notes = rc > 0;
		rc = rc < 0 ? rc : 0;
	}
	return rc;
}

static int notes_to(struct checking *c, int64_t rid)
{
	int rc = 0;

	while (rc == 0 && c->deep->doc < rid) {
		rc = check_finding(c, "note", c->deep->doc,
		    "words of what is not current");
		if (rc == 0)
			rc = next_note(c);
	}
	return rc;
}

static int check_note(struct checking *c, int64_t rid, struct str text)
{
	struct deep *d = c->deep;
	struct words is = { 0, 0 }, w = { 0, 0 };
	int rc = notes_to(c, rid);

	if (rc == 0 && d->doc == rid) {
		is = d->doc_words;
		rc = next_note(c);
	}
	if (rc == 0 && text.n)
		rc = words_of(c, text, &w);
	if (rc == 0 && (is.n != w.n || is.sum != w.sum))
		rc = check_finding(c, "note", rid, w.n == 0 ?
		    "words of what is no note" : is.n == 0 ?
		    "its words are missing" : "other words than its text has");
	return rc;
}

static int notes_begin(struct checking *c)
{
	static const enum record_sql_id make[] = { CHECK_NOTES_MAKE,
		CHECK_TEXT_MAKE, CHECK_WORDS_MAKE };
	struct deep *d = c->deep;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(make); i++)
		rc = stmt_run(sql(c->r, make[i]), c->e);
	if (rc < 0)
		return rc;
	d->notes = store_scan(c->r->db, &record_sql_table[CHECK_NOTES]);
	rc = stmt_step(d->notes, c->e);
	d->more_notes = rc > 0;
	return rc < 0 ? rc : next_note(c);
}

/* ---- attachments ---- */

static int check_blobs(struct checking *c)
{
	struct stmt *s = store_scan(c->r->db, &record_sql_table[CHECK_BLOBS]);
	int rc, stop = 0;

	while (stop == 0 && (rc = stmt_step(s, c->e)) > 0) {
		struct str sum = stmt_col(s, 0), bytes = stmt_col(s, 2);
		uint8_t is[SHA256_LEN];
		BUF_AUTO b = BUF_INIT;

		sha256(bytes.s, bytes.n, is);
		if (sum.n == SHA256_LEN && memcmp(is, sum.s, sum.n) == 0 &&
		    stmt_col_int(s, 1) == (int64_t)bytes.n)
			continue;
		buf_adds(&b, "blob: ");
		hex_format(&b, sum.s, sum.n);
		buf_adds(&b, ": not the bytes of its digest");
		c->found++;
		stop = c->fn ? c->fn(c->arg, b.s) : 0;
	}
	store_scan_end(s);
	return stop ? stop : rc;
}

/* ---- all of it ---- */

int deep_begin(struct checking *c)
{
	struct ehr_err why = { 0, "" };
	struct deep *d = c->deep = xcalloc(1, sizeof(*d));
	int rc = 0;

	d->refs = BUF_INIT;
	d->index = index_check_version(c->r, &why) == 0;
	for (int t = d->index ? 0 : INDEX_TABLES; rc == 0 && t < TABLES; t++) {
		d->scan[t].s = store_scan(c->r->db,
		    &record_sql_table[tables[t].rows]);
		rc = scan_next(c, &d->scan[t]);
	}
	if (rc == 0 && d->index)
		return notes_begin(c);
	c->found += rc == 0;
	return rc == 0 && c->fn ? c->fn(c->arg, why.msg) : rc;
}

void deep_end(struct checking *c)
{
	static const enum record_sql_id drop[] = { CHECK_WORDS_DROP,
		CHECK_TEXT_DROP, CHECK_NOTES_DROP };
	struct deep *d = c->deep;

	for (int t = 0; t < TABLES; t++) {
		if (d->scan[t].s)
			store_scan_end(d->scan[t].s);
		free(d->scan[t].want);
	}
	if (d->notes) {
		store_scan_end(d->notes);
		stmt_reset(sql(c->r, CHECK_WORDS));
		for (size_t i = 0; i < ARRAY_LEN(drop); i++)
			stmt_run(sql(c->r, drop[i]), NULL);
	}
	buf_release(&d->refs);
	free(d);
	c->deep = NULL;
}

static int pass_over(struct checking *c, int64_t rid)
{
	struct deep *d = c->deep;
	int rc = 0;

	for (int t = 0; rc == 0 && t < TABLES; t++) {
		rc = scan_to(c, t, rid);
		if (rc == 0)
			rc = scan_skip(c, &d->scan[t], rid);
	}
	if (rc == 0 && d->index)
		rc = notes_to(c, rid);
	return rc == 0 && d->doc == rid ? next_note(c) : rc;
}

static int expect(struct checking *c, const struct resource *res,
    const struct facts *f)
{
	int rc = check_links(c, res, f);

	if (rc == 0)
		rc = check_names(c, res, f);
	if (rc == 0)
		rc = want_also(c, res, f);
	want(c->deep, SKETCH, (struct row){ .a = f->type, .value = f->same,
	    .unit = f->same.n ? f->start : STR_NONE });
	if (rc == 0 && c->deep->index)
		rc = index_expect(c->r, res->rid, f, want_index, c->deep,
		    c->e);
	return rc;
}

int deep_resource(struct checking *c, const struct resource *res, bool whole)
{
	struct deep *d = c->deep;
	struct facts f;
	int rc;

	if (res->body.s == NULL)
		return 0; /* what it has left is found by what comes behind */
	if (!whole)
		return pass_over(c, res->rid);
	for (int t = 0; t < TABLES; t++)
		d->scan[t].n = 0;
	arena_reset(&c->r->mem);
	rc = facts_read(&c->r->reader, &c->r->mem, res->type, res->body, &f,
	    c->e);
	if (rc == 0)
		rc = expect(c, res, &f);
	for (int t = d->index ? 0 : INDEX_TABLES; rc == 0 && t < TABLES; t++)
		rc = compare(c, t, res->rid);
	return rc == 0 && d->index ? check_note(c, res->rid, f.note) : rc;
}

int deep_rest(struct checking *c)
{
	struct deep *d = c->deep;
	int rc = 0;

	for (int t = d->index ? 0 : INDEX_TABLES; rc == 0 && t < TABLES; t++)
		rc = scan_to(c, t, INT64_MAX);
	if (rc == 0 && d->index)
		rc = notes_to(c, INT64_MAX);
	return rc < 0 ? rc : check_blobs(c);
}
