/* views.c - the views of a chart, and whether one that comes back is ours. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"

const struct sql financial_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "financial/statements.def"
#undef X
};

static const struct kind {
	int type;
	const char *prefix; /* of ids */
	enum financial_sql_id rows, own;
	int (*put)(struct views *v, struct stmt *s,
	    const struct view_row *row);
	bool named; /* its id has CLM01, not the row's number */
} kinds[] = {
	{ FHIR_ChargeItem, "line-", VIEW_LINES, OWN_LINE, view_item, false },
	{ FHIR_Claim, "claim-", VIEW_CLAIMS, OWN_CLAIM, view_claim, true },
	{ FHIR_ExplanationOfBenefit, "eob-", VIEW_EOBS, OWN_EOB, view_eob,
	    false },
};

static const struct kind *kind_of(int type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

bool financial_type(int type)
{
	return kind_of(type) != NULL;
}

/* ---- the mark that it is known by ---- */

#define VIEW "urn:ehr:view"

/* Other records have such ids, too, but not rows that came at that moment. */
static void add_mark(struct buf *b, const struct kind *k, struct str id,
    int64_t begun)
{
	BUF_AUTO text = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	buf_addf(&text, "%s/%.*s %" PRId64, fhir_type_name(k->type),
	    STR_FMT(id), begun);
	sha256(text.s, text.len, digest);
	hex_format(b, digest, 8);
}

static int begun_of(struct record *r, const struct kind *k, struct str name,
    int64_t *begun, struct ehr_err *e)
{
	struct stmt *s = financial_sql(record_store(r), k->own);
	int64_t n = 0;
	int rc;

	if (!k->named && !str_int(name, &n))
		return 0;
	if (k->named)
		stmt_text(s, 1, name);
	else
		stmt_int(s, 1, n);
	rc = stmt_step(s, e);
	if (rc > 0)
		*begun = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

/* What stands in its tag; false: it has none of ours. */
static bool marked(const struct tape *t, uint32_t node, struct buf *code)
{
	uint32_t tags = tape_path(t, node, "meta.tag");
	BUF_AUTO b = BUF_INIT;

	if (tags == 0 || tape_type(t, tags) != TAPE_ARRAY)
		return false;
	tape_each(t, tags, i)
		if (str_is(tape_member(t, i, "system", &b), VIEW))
			return fhir_text(t, i, "code", code);
	return false;
}

int financial_own(struct record *r, const struct tape *t, uint32_t node,
    struct ehr_err *e)
{
	const struct kind *k = kind_of(fhir_resource_type(t, node));
	BUF_AUTO code = BUF_INIT;
	BUF_AUTO want = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str id, name;
	int64_t begun;
	int rc;

	if (k == NULL || !marked(t, node, &code))
		return 0;
	id = tape_member(t, node, "id", &b);
	if (!str_starts(id, k->prefix))
		return 0;
	name = (struct str){ id.s + strlen(k->prefix),
		id.n - strlen(k->prefix) };
	rc = begun_of(r, k, name, &begun, e);
	if (rc <= 0)
		return rc;
	add_mark(&want, k, id, begun);
	return str_eq(buf_str(&want), buf_str(&code));
}

/* ---- one view ---- */

static void put_head(struct views *v, const struct kind *k,
    const struct view_row *row)
{
	BUF_AUTO text = BUF_INIT;

	buf_reset(&v->b);
	json_open(&v->b, NULL, '{');
	json_text(&v->b, "resourceType", str_of(fhir_type_name(k->type)));
	json_text(&v->b, "id", buf_str(&v->id));
	json_open(&v->b, "meta", '{');
	date_format_ms(&text, row->time);
	json_text(&v->b, "lastUpdated", buf_str(&text));
	json_open(&v->b, "tag", '[');
	json_open(&v->b, NULL, '{');
	json_text(&v->b, "system", STR(VIEW));
	buf_reset(&text);
	add_mark(&text, k, buf_str(&v->id), row->begun);
	json_text(&v->b, "code", buf_str(&text));
	json_close(&v->b, '}');
	json_close(&v->b, ']');
	json_close(&v->b, '}');
	json_text(&v->b, "status", row->status);
}

/* Is the visit it is of one that may not be seen? Then neither may this. */
static int visit_hidden(struct views *v)
{
	struct resource res;
	int rc = v->charge.encounter ? record_get(v->r, v->charge.encounter,
	    RECORD_NOW, &res, v->e) : 1;

	return rc < 0 ? rc : rc == 0;
}

/* The column that names a claim in VIEW_CLAIMS. */
enum { CLM01_COLUMN = 8 };

/* 1; 0: it is not to be seen. */
static int one_view(struct views *v, const struct kind *k, struct stmt *s,
    struct resource *res)
{
	const struct view_row row = { stmt_col_int(s, 0), stmt_col_int(s, 1),
		stmt_col_int(s, 2), stmt_col_int(s, 3), stmt_col(s, 4) };
	int rc = v->charge.id == row.charge ? 0 :
	    charge_read(v->db, row.charge, &v->charge, v->e);

	if (rc == 0)
		rc = visit_hidden(v);
	if (rc)
		return rc < 0 ? rc : 0;
	buf_reset(&v->id);
	buf_adds(&v->id, k->prefix);
	if (k->named)
		buf_addstr(&v->id, stmt_col(s, CLM01_COLUMN));
	else
		buf_addf(&v->id, "%" PRId64, row.id);
	put_head(v, k, &row);
	rc = k->put(v, s, &row);
	json_close(&v->b, '}');
	json_done(&v->b);
	*res = (struct resource){ .type = k->type, .source = v->source,
		.id = buf_str(&v->id), .version = 1, .time = row.time,
		.end_time = RECORD_NOW,
		.updated = row.time, .state = RECORD_LIVE,
		.body = buf_str(&v->b) };
	return rc < 0 ? rc : 1;
}

static int of_segment(struct views *v, const struct kind *k, int64_t seg,
    int64_t since, record_fn *fn, void *arg)
{
	struct stmt *s = store_scan(v->db, &financial_sql_table[k->rows]);
	struct resource res;
	int rc;

	stmt_int(s, 1, seg);
	while ((rc = stmt_step(s, v->e)) > 0) {
		if (stmt_col_int(s, 3) < since)
			continue;
		rc = one_view(v, k, s, &res);
		rc = rc > 0 ? fn(arg, &res) : rc;
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}

/* ---- a chart ---- */

static int all_kinds(struct views *v, const struct record_filter *f,
    const int64_t *seg, size_t n, record_fn *fn, void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!record_types_has(&f->types, kinds[i].type))
			continue;
		for (size_t k = 0; k < n && rc == 0; k++)
			rc = of_segment(v, &kinds[i], seg[k], f->since, fn,
			    arg);
	}
	return rc;
}

static int any_rows(struct views *v, const int64_t *seg, size_t n)
{
	struct stmt *s;
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < n && rc >= 0 && !any; i++) {
		s = financial_sql(v->db, VIEW_ANY);
		stmt_int(s, 1, seg[i]);
		rc = stmt_step(s, v->e);
		any = rc > 0 && stmt_col_int(s, 0);
		stmt_reset(s);
	}
	return rc < 0 ? rc : any;
}

static bool wants(const struct record_filter *f)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (record_types_has(&f->types, kinds[i].type))
			return true;
	return false;
}

static int all_views(struct views *v, int64_t patient,
    const struct record_filter *f, const int64_t *seg, size_t n,
    record_fn *fn, void *arg)
{
	BUF_AUTO name = BUF_INIT;
	int rc = record_hides(v->r, patient, FHIR_Claim, v->e);

	if (rc > 0)
		record_withhold(v->r, patient, FHIR_Claim);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = record_patient_name(v->r, patient, &name, v->e);
	if (rc >= 0)
		rc = record_source(v->r, STR("local"), false, &v->source,
		    v->e);
	if (rc >= 0)
		rc = setup_read(v->db, &v->setup, v->e);
	buf_addf(&v->patient, "Patient/%.*s",
	    STR_FMT(view_bare(buf_str(&name))));
	return rc < 0 ? rc : all_kinds(v, f, seg, n, fn, arg);
}

int financial_chart(struct record *r, int64_t patient,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e)
{
	struct views v = { .r = r, .db = record_store(r),
		.setup = SETUP_INIT, .charge = CHARGE_INIT,
		.patient = BUF_INIT, .id = BUF_INIT, .b = BUF_INIT, .e = e };
	int64_t *seg = NULL;
	size_t n = 0;
	int rc;

	if (patient == 0 || f->history || f->as_of != RECORD_NOW || !wants(f))
		return 0;
	rc = record_segments(r, patient, RECORD_NOW - 1, &seg, &n, e);
	if (rc == 0)
		rc = any_rows(&v, seg, n);
	if (rc > 0)
		rc = all_views(&v, patient, f, seg, n, fn, arg);
	free(seg);
	setup_release(&v.setup);
	charge_release(&v.charge);
	buf_release(&v.patient);
	buf_release(&v.id);
	buf_release(&v.b);
	return rc;
}
