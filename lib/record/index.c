/* index.c - search rows of a resource: what paths.def names, written when a
 * version becomes current and taken away, by the same walk over the former
 * body, when it stops being so. */
#include <stdlib.h>

#include "impl.h"

enum { TERMS_MAX = 1 << 17, TEXT_MAX_INDEXED = 1 << 20 };

enum value_kind {
	KIND_CONCEPT, KIND_CODING, KIND_CODE, KIND_TEXT, KIND_HUMAN_NAME,
	KIND_ADDRESS, KIND_CONTACT,
};

static const struct path {
	int type;
	struct str member;
	enum index_param param;
	enum value_kind kind;
} paths[] = {
#define X(type, member, param, kind) \
	{ FHIR_##type, { member, sizeof(member) - 1 }, INDEX_##param, \
	    KIND_##kind },
#include "paths.def"
#undef X
};

/* Members that date a resource, the best first. */
#define D(lit) { lit, sizeof(lit) - 1 }
static const struct str date_members[] = {
	D("effectiveDateTime"), D("effectivePeriod"), D("effectiveInstant"),
	D("onsetDateTime"), D("onsetPeriod"), D("occurrenceDateTime"),
	D("occurrencePeriod"), D("performedDateTime"), D("performedPeriod"),
	D("authoredOn"), D("start"), D("period"), D("date"), D("issued"),
	D("recordedDate"), D("sent"), D("created"), D("billablePeriod"),
};
#undef D

struct walk {
	struct record *r;
	const struct tape *t;
	int64_t rid, date;
	int type;
	bool drop; /* rows are taken away */
	struct ehr_err *e;
	struct buf *key, *text;
};

/* ---- terms ---- */

static int term_row(struct record *r, enum record_sql_id id, struct str system,
    struct str code, int64_t *term, struct ehr_err *e)
{
	struct stmt *s = sql(r, id);
	int rc;

	stmt_text(s, 1, code);
	stmt_text(s, 2, system);
	rc = stmt_step(s, e);
	if (rc > 0)
		*term = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int index_term(struct record *r, struct str system, struct str code, bool add,
    int64_t *term, struct ehr_err *e)
{
	int64_t *known;
	int rc;

	buf_reset(&r->term_key);
	buf_addstr(&r->term_key, system);
	buf_addch(&r->term_key, '|');
	buf_addstr(&r->term_key, code);
	known = strmap_get(&r->term_id, buf_str(&r->term_key));
	if (known) {
		*term = *known;
		return 1;
	}
	if (system.s == NULL)
		system = STR("");
	rc = term_row(r, TERM_FIND, system, code, term, e);
	if (rc == 0 && add) {
		rc = term_row(r, TERM_ADD, system, code, term, e);
		*term = store_last_rowid(r->db);
		rc = rc < 0 ? rc : 1;
	}
	if (rc > 0) {
		if (r->term_id.count >= TERMS_MAX)
			strmap_release(&r->term_id);
		*strmap_put(&r->term_id, buf_str(&r->term_key), NULL) = *term;
	}
	return rc;
}

/* ---- rows ---- */

static int token_row(struct walk *w, enum index_param p, struct str system,
    struct str code)
{
	struct stmt *s;
	int64_t term;
	int rc;

	if (code.n == 0)
		return 0;
	rc = index_term(w->r, system, code, !w->drop, &term, w->e);
	if (rc <= 0)
		return rc;
	s = sql(w->r, w->drop ? TOKEN_DROP : TOKEN_ADD);
	stmt_int(s, 1, term << 8 | p);
	stmt_int(s, 2, rid_segment(w->rid));
	stmt_int(s, 3, w->date);
	stmt_int(s, 4, w->rid);
	return stmt_run(s, w->e);
}

static int string_row(struct walk *w, enum index_param p, struct str value)
{
	struct stmt *s;

	if (value.n == 0)
		return 0;
	s = sql(w->r, w->drop ? STRING_DROP : STRING_ADD);
	stmt_int(s, 1, p);
	stmt_text(s, 2, value);
	stmt_int(s, 3, w->rid);
	return stmt_run(s, w->e);
}

static int folded_row(struct walk *w, enum index_param p, struct str value)
{
	if (value.n == 0)
		return 0;
	buf_reset(w->key);
	utf8_fold(w->key, value);
	return string_row(w, p, buf_str(w->key));
}

/* ---- values ---- */

static int coding(struct walk *w, enum index_param p, uint32_t node)
{
	struct str code = tape_member(w->t, node, "code", w->text);
	struct str system = tape_member(w->t, node, "system", &w->r->text2);

	return token_row(w, p, system, code);
}

/* Calls fn for node, or for each element when it is an array. */
static int each_value(struct walk *w, enum index_param p, uint32_t node,
    int (*fn)(struct walk *w, enum index_param p, uint32_t node))
{
	int rc = 0;

	if (node == 0)
		return 0;
	if (tape_type(w->t, node) != TAPE_ARRAY)
		return fn(w, p, node);
	tape_each(w->t, node, i) {
		rc = fn(w, p, i);
		if (rc < 0)
			break;
	}
	return rc;
}

static int concept(struct walk *w, enum index_param p, uint32_t node)
{
	uint32_t codings = tape_get(w->t, node, "coding");

	return codings ? each_value(w, p, codings, coding) : 0;
}

static int code(struct walk *w, enum index_param p, uint32_t node)
{
	return token_row(w, p, STR(""), tape_text(w->t, node, w->text));
}

static int text(struct walk *w, enum index_param p, uint32_t node)
{
	return string_row(w, p, tape_text(w->t, node, w->text));
}

static int folded(struct walk *w, enum index_param p, uint32_t node)
{
	return folded_row(w, p, tape_text(w->t, node, w->text));
}

static int human_name(struct walk *w, enum index_param p, uint32_t node)
{
	int rc = 0;

	(void)p;
	if (tape_get(w->t, node, "family"))
		rc = folded(w, INDEX_FAMILY, tape_get(w->t, node, "family"));
	if (rc == 0)
		rc = each_value(w, INDEX_GIVEN, tape_get(w->t, node, "given"),
		    folded);
	if (rc == 0 && tape_get(w->t, node, "family") == 0)
		rc = folded_row(w, INDEX_NAME, tape_member(w->t, node, "text",
		    w->text));
	return rc;
}

static int address(struct walk *w, enum index_param p, uint32_t node)
{
	int rc = folded_row(w, p, tape_member(w->t, node, "city", w->text));

	if (rc == 0)
		rc = folded_row(w, INDEX_ZIP, tape_member(w->t, node,
		    "postalCode", w->text));
	if (rc == 0)
		rc = folded_row(w, INDEX_STATE, tape_member(w->t, node,
		    "state", w->text));
	return rc;
}

/* Phone numbers by their digits, mail addresses folded. */
static int contact(struct walk *w, enum index_param p, uint32_t node)
{
	struct str system = tape_member(w->t, node, "system", &w->r->text2);
	struct str value = tape_member(w->t, node, "value", w->text);

	if (str_is(system, "email"))
		return folded_row(w, INDEX_EMAIL, value);
	buf_reset(w->key);
	for (size_t i = 0; i < value.n; i++)
		if (value.s[i] >= '0' && value.s[i] <= '9')
			buf_addch(w->key, value.s[i]);
	return string_row(w, p, buf_str(w->key));
}

static int (*const kinds[])(struct walk *, enum index_param, uint32_t) = {
	[KIND_CONCEPT] = concept, [KIND_CODING] = coding, [KIND_CODE] = code,
	[KIND_TEXT] = text, [KIND_HUMAN_NAME] = human_name,
	[KIND_ADDRESS] = address, [KIND_CONTACT] = contact,
};

/* ---- measured values ---- */

static int quantity_row(struct walk *w, uint32_t coding_node, uint32_t value)
{
	struct str number = tape_member(w->t, value, "value", w->text);
	struct str unit, system, c;
	struct decimal d;
	struct stmt *s;
	int64_t term;
	double x;
	int rc;

	if (!decimal_parse(number, &d))
		return 0;
	x = decimal_double(&d);
	c = tape_member(w->t, coding_node, "code", w->text);
	system = tape_member(w->t, coding_node, "system", &w->r->text2);
	if (c.n == 0)
		return 0;
	rc = index_term(w->r, system, c, !w->drop, &term, w->e);
	if (rc <= 0)
		return rc;
	unit = tape_member(w->t, value, "code", w->text);
	if (unit.n == 0)
		unit = tape_member(w->t, value, "unit", w->text);
	s = sql(w->r, w->drop ? QUANTITY_DROP : QUANTITY_ADD);
	stmt_int(s, 1, term);
	stmt_int(s, 2, rid_segment(w->rid));
	stmt_int(s, 3, w->date);
	stmt_int(s, 4, w->rid);
	stmt_real(s, 5, x);
	if (!w->drop)
		stmt_text(s, 6, unit.n ? unit : STR(""));
	return stmt_run(s, w->e);
}

/* An Observation, or a component of one, with code and valueQuantity. */
static int measured(struct walk *w, enum index_param p, uint32_t node)
{
	uint32_t value = tape_get(w->t, node, "valueQuantity");
	uint32_t codings = tape_path(w->t, node, "code.coding");
	uint32_t parts = tape_get(w->t, node, "component");
	int rc = 0;

	if (value && codings && tape_type(w->t, codings) == TAPE_ARRAY)
		tape_each(w->t, codings, i) {
			rc = quantity_row(w, i, value);
			if (rc < 0)
				return rc;
		}
	return parts ? each_value(w, p, parts, measured) : rc;
}

/* ---- notes ---- */

static void add_attachment(struct buf *out, const struct tape *t,
    uint32_t node, struct buf *scratch)
{
	struct str kind = tape_member(t, node, "contentType", scratch);
	bool is_text = str_starts(kind, "text/plain") ||
	    str_starts(kind, "text/markdown");

	if (!is_text)
		return;
	if (base64_decode(out, tape_member(t, node, "data", scratch)))
		buf_addch(out, '\n');
}

static void add_texts(struct buf *out, const struct tape *t, uint32_t list,
    const char *member, struct buf *scratch)
{
	if (list == 0 || tape_type(t, list) != TAPE_ARRAY)
		return;
	tape_each(t, list, i) {
		struct str s = tape_member(t, i, member, scratch);
		uint32_t a = tape_get(t, i, "attachment");

		if (a)
			add_attachment(out, t, a, scratch);
		else if (tape_get(t, i, "data"))
			add_attachment(out, t, i, scratch);
		if (s.n) {
			buf_addstr(out, s);
			buf_addch(out, '\n');
		}
	}
}

static bool is_note(int64_t type)
{
	return type == FHIR_DocumentReference ||
	    type == FHIR_DiagnosticReport || type == FHIR_ClinicalImpression ||
	    type == FHIR_Communication;
}

static bool tape_note(struct buf *out, const struct tape *t)
{
	BUF_AUTO scratch = BUF_INIT;
	struct str s;

	add_texts(out, t, tape_get(t, 0, "content"), "", &scratch);
	add_texts(out, t, tape_get(t, 0, "presentedForm"), "", &scratch);
	add_texts(out, t, tape_get(t, 0, "payload"), "contentString",
	    &scratch);
	add_texts(out, t, tape_get(t, 0, "note"), "text", &scratch);
	s = tape_member(t, 0, "conclusion", &scratch);
	buf_addstr(out, s);
	s = tape_member(t, 0, "summary", &scratch);
	buf_addstr(out, s);
	if (out->len > TEXT_MAX_INDEXED)
		out->len = TEXT_MAX_INDEXED;
	out->len = utf8_valid(out->s, out->len);
	return out->len > 0;
}

bool note_text(struct buf *out, int64_t type, struct str body)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;

	return is_note(type) && tape_parse(&t, body.s, body.n, &why) == 0 &&
	    tape_note(out, &t);
}

static int note_row(struct walk *w)
{
	struct stmt *s;

	if (!is_note(w->type))
		return 0;
	buf_reset(w->key);
	if (!tape_note(w->key, w->t))
		return 0;
	s = sql(w->r, w->drop ? NOTE_DROP : NOTE_ADD);
	stmt_int(s, 1, w->rid);
	stmt_text(s, 2, buf_str(w->key));
	return stmt_run(s, w->e);
}

/* ---- the walk ---- */

static int64_t resource_date(struct walk *w)
{
	uint32_t best = 0;
	size_t rank = ARRAY_LEN(date_members);
	struct date d;

	tape_each_key(w->t, 0, k) {
		struct str name = tape_str(w->t, k);

		for (size_t i = 0; i < rank; i++)
			if (str_eq(name, date_members[i])) {
				rank = i;
				best = k + 1;
			}
	}
	if (best && tape_type(w->t, best) == TAPE_OBJECT) {
		uint32_t start = tape_get(w->t, best, "start");

		best = start ? start : tape_get(w->t, best, "end");
	}
	if (best && date_parse(tape_text(w->t, best, w->text), &d))
		return date_ms(&d);
	return 0;
}

static bool is_measured(struct walk *w)
{
	uint32_t value = tape_get(w->t, 0, "valueQuantity");
	struct decimal d;

	return value && decimal_parse(tape_member(w->t, value, "value",
	    w->text), &d);
}

static int walk(struct walk *w)
{
	/* The rows of its value say the code too. */
	bool measured_whole = w->type == FHIR_Observation &&
	    is_measured(w);
	int rc = 0;

	w->date = resource_date(w);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(paths); i++) {
		const struct path *p = &paths[i];
		uint32_t node;

		if (p->type != w->type || (measured_whole && p->param == INDEX_CODE))
			continue;
		node = tape_getn(w->t, 0, p->member);
		if (node)
			rc = each_value(w, p->param, node, kinds[p->kind]);
	}
	if (rc == 0)
		rc = each_value(w, INDEX_TAG, tape_path(w->t, 0,
		    "meta.security"), coding);
	if (rc == 0 && w->type == FHIR_Observation)
		rc = measured(w, INDEX_CODE, 0);
	if (rc == 0)
		rc = note_row(w);
	return rc;
}

static int walk_body(struct record *r, int64_t rid, int type,
    const struct tape *t, bool drop, struct ehr_err *e)
{
	struct walk w = {
		.r = r, .t = t, .rid = rid, .type = type, .drop = drop, .e = e,
		.key = &r->name, .text = &r->text,
	};

	return walk(&w);
}

int index_add(struct record *r, int64_t rid, int type, const struct tape *t,
    struct ehr_err *e)
{
	return walk_body(r, rid, type, t, false, e);
}

int index_remove(struct record *r, int64_t rid, int type,
    const struct tape *t, struct ehr_err *e)
{
	return walk_body(r, rid, type, t, true, e);
}
