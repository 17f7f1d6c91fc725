/* facts.c - what the record takes from a body (facts.h). */
#include "facts.h"

#include <stdlib.h>

enum { NOTE_MAX = 1 << 20 };

enum value_kind {
	KIND_CONCEPT, KIND_CODING, KIND_CODE, KIND_TEXT, KIND_HUMAN_NAME,
	KIND_ADDRESS, KIND_CONTACT, KIND_CODED, KIND_DRUG,
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

struct reading {
	struct facts_reader *fr;
	const struct tape *t;
	struct arena *mem;
	struct str body;
	int type;
	uint32_t drug_ref; /* node of the reference to a Medication, or 0 */
	int drug;	   /* 1 + its ordinal */
};

void facts_init(struct facts_reader *fr)
{
	*fr = (struct facts_reader){ .tape = TAPE_INIT };
	for (size_t i = 0; i < ARRAY_LEN(fr->scratch); i++)
		fr->scratch[i] = BUF_INIT;
}

void facts_release(struct facts_reader *fr)
{
	tape_release(&fr->tape);
	for (size_t i = 0; i < ARRAY_LEN(fr->scratch); i++)
		buf_release(&fr->scratch[i]);
	free(fr->row);
	free(fr->ref);
	free(fr->str);
}

/* ---- keeping ---- */

/* The tape's text is the body over again: a slice of it is one of the body.
 * What was decoded is copied. */
static struct str keep(struct reading *r, struct str s)
{
	if (s.n == 0)
		return STR("");
	if (s.s >= r->t->text && s.s < r->t->text + r->t->len)
		return (struct str){ r->body.s + (s.s - r->t->text), s.n };
	return arena_str(r->mem, s);
}

static struct str member(struct reading *r, uint32_t node, const char *key)
{
	return keep(r, tape_member(r->t, node, key, &r->fr->scratch[0]));
}

/* Room for one more of size bytes behind n in a vector that grows. */
static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 32;
	return xrealloc(v, *cap * size);
}

static void add_str(struct reading *r, struct str s)
{
	struct facts_reader *fr = r->fr;

	fr->str = room(fr->str, fr->n_str, &fr->cap_str, sizeof(*fr->str));
	fr->str[fr->n_str++] = s;
}

/* What was gathered in a vector since the last call. */
static void *take_all(struct reading *r, const void *v, size_t *gathered,
    size_t size, size_t *n)
{
	size_t bytes = *gathered * size;

	*n = *gathered;
	*gathered = 0;
	return *n ? memcpy(arena_alloc(r->mem, bytes), v, bytes) : NULL;
}

static struct fact_ref *take_refs(struct reading *r, size_t *n)
{
	return take_all(r, r->fr->ref, &r->fr->n_ref, sizeof(*r->fr->ref), n);
}

static struct fact_row *add_row(struct reading *r, enum row_kind kind,
    enum index_param param)
{
	struct facts_reader *fr = r->fr;
	struct fact_row *row;

	fr->row = room(fr->row, fr->n_row, &fr->cap_row, sizeof(*fr->row));
	row = &fr->row[fr->n_row++];
	*row = (struct fact_row){ .kind = kind, .param = param };
	return row;
}

static void add_string(struct reading *r, enum index_param p, struct str s)
{
	if (s.n)
		add_row(r, ROW_STRING, p)->text = s;
}

static void add_folded(struct reading *r, enum index_param p, struct str s)
{
	struct buf *b = &r->fr->scratch[1];

	buf_reset(b);
	utf8_fold(b, s);
	if (b->len)
		add_string(r, p, arena_str(r->mem, buf_str(b)));
}

/* ---- values of the table of paths ---- */

typedef void value_fn(struct reading *r, enum index_param p, uint32_t node);

/* Calls fn for node, or for each element when it is an array. */
static void each_value(struct reading *r, enum index_param p, uint32_t node,
    value_fn *fn)
{
	if (node == 0)
		return;
	if (tape_type(r->t, node) != TAPE_ARRAY) {
		fn(r, p, node);
		return;
	}
	tape_each(r->t, node, i)
		fn(r, p, i);
}

static void coding(struct reading *r, enum index_param p, uint32_t node)
{
	struct str code = member(r, node, "code");
	struct fact_row *row;

	if (code.n == 0)
		return;
	row = add_row(r, ROW_TOKEN, p);
	row->text = code;
	row->system = member(r, node, "system");
}

static void concept(struct reading *r, enum index_param p, uint32_t node)
{
	each_value(r, p, tape_get(r->t, node, "coding"), coding);
}

/* QI-Core: what was not done may name a value set instead of a code. */
static void not_done(struct reading *r, enum index_param p, uint32_t node)
{
	uint32_t list = tape_get(r->t, node, "extension");
	struct fact_row *row;
	struct str url;

	if (list == 0 || tape_type(r->t, list) != TAPE_ARRAY)
		return;
	tape_each(r->t, list, i) {
		url = member(r, i, "url");
		if (!str_ends(url, RECORD_NOT_DONE))
			continue;
		row = add_row(r, ROW_TOKEN, p);
		row->text = member(r, i, "valueCanonical");
		row->system = url;
	}
}

/* A part whose member "code" is a concept. */
static void coded(struct reading *r, enum index_param p, uint32_t node)
{
	uint32_t value = tape_get(r->t, node, "code");

	if (value)
		concept(r, p, value);
}

static void code(struct reading *r, enum index_param p, uint32_t node)
{
	struct str s = keep(r, tape_text(r->t, node, &r->fr->scratch[0]));
	struct fact_row *row;

	if (s.n == 0)
		return;
	row = add_row(r, ROW_TOKEN, p);
	row->text = s;
	row->system = STR("");
}

static void text(struct reading *r, enum index_param p, uint32_t node)
{
	add_string(r, p, keep(r, tape_text(r->t, node, &r->fr->scratch[0])));
}

static void folded(struct reading *r, enum index_param p, uint32_t node)
{
	add_folded(r, p, tape_text(r->t, node, &r->fr->scratch[0]));
}

static void human_name(struct reading *r, enum index_param p, uint32_t node)
{
	if (tape_get(r->t, node, "family") == 0)
		add_folded(r, p, member(r, node, "text"));
	each_value(r, INDEX_GIVEN, tape_get(r->t, node, "given"), folded);
}

/* A row for a family name and a given one, 0: none. */
static void full_name(struct reading *r, uint32_t family, uint32_t given)
{
	struct fact_row *row;
	struct buf *b = &r->fr->scratch[1];

	buf_reset(b);
	utf8_fold(b, tape_text(r->t, family, &r->fr->scratch[0]));
	if (b->len == 0)
		return;
	buf_addch(b, INDEX_NAME_SEP);
	if (given)
		utf8_fold(b, tape_text(r->t, given, &r->fr->scratch[0]));
	row = add_row(r, ROW_STRING, INDEX_FAMILY);
	row->text = arena_str(r->mem, buf_str(b));
}

/* Every family name with every given name: who changed hers is found by the
 * new one and by the old one. */
static void full_names(struct reading *r)
{
	uint32_t family[FHIR_NAME_PARTS], given[FHIR_NAME_PARTS];
	uint32_t names = tape_get(r->t, 0, "name");
	size_t n_family = fhir_name_parts(r->t, names, "family", family);
	size_t n_given = fhir_name_parts(r->t, names, "given", given);

	for (size_t i = 0; i < n_family; i++) {
		if (n_given == 0)
			full_name(r, family[i], 0);
		for (size_t k = 0; k < n_given; k++)
			full_name(r, family[i], given[k]);
	}
}

static void address(struct reading *r, enum index_param p, uint32_t node)
{
	add_folded(r, p, member(r, node, "city"));
	add_folded(r, INDEX_ZIP, member(r, node, "postalCode"));
	add_folded(r, INDEX_STATE, member(r, node, "state"));
}

/* Phone numbers by their digits, mail addresses folded. */
static void contact(struct reading *r, enum index_param p, uint32_t node)
{
	struct buf *digits = &r->fr->scratch[1];
	struct str value = member(r, node, "value");

	if (str_is(member(r, node, "system"), "email")) {
		add_folded(r, INDEX_EMAIL, value);
		return;
	}
	buf_reset(digits);
	for (size_t i = 0; i < value.n; i++)
		if (value.s[i] >= '0' && value.s[i] <= '9')
			buf_addch(digits, value.s[i]);
	if (digits->len)
		add_string(r, p, arena_str(r->mem, buf_str(digits)));
}

/* The resource in this one that "#id" means, or 0. */
static uint32_t contained(struct reading *r, struct str ref)
{
	uint32_t list = tape_get(r->t, 0, "contained");
	struct str id = { ref.s + 1, ref.n - 1 };

	if (list == 0 || tape_type(r->t, list) != TAPE_ARRAY)
		return 0;
	tape_each(r->t, list, i)
		if (str_eq(member(r, i, "id"), id))
			return i;
	return 0;
}

/* A drug by reference: the code of a contained Medication, or the reference
 * to another resource, whose target is the index's row. */
static void drug(struct reading *r, enum index_param p, uint32_t node)
{
	struct str ref = member(r, node, "reference");
	uint32_t inside;

	if (!str_starts(ref, "#")) {
		r->drug_ref = tape_get(r->t, node, "reference");
		return;
	}
	inside = contained(r, ref);
	if (inside)
		coded(r, p, inside);
}

static value_fn *const kinds[] = {
	[KIND_CONCEPT] = concept, [KIND_CODING] = coding, [KIND_CODE] = code,
	[KIND_TEXT] = text, [KIND_HUMAN_NAME] = human_name,
	[KIND_ADDRESS] = address, [KIND_CONTACT] = contact,
	[KIND_CODED] = coded, [KIND_DRUG] = drug,
};

/* ---- measured values ---- */

/* The number of a Quantity, .n 0 when it has none. */
static struct str number_of(struct reading *r, uint32_t quantity)
{
	struct str s = STR_NONE;
	struct decimal d;

	if (quantity)
		s = member(r, quantity, "value");
	return decimal_parse(s, &d) ? s : STR_NONE;
}

/* An Observation, or a component of one, with code and valueQuantity. */
static void measured(struct reading *r, enum index_param p, uint32_t node)
{
	uint32_t value = tape_get(r->t, node, "valueQuantity");
	uint32_t codings = tape_path(r->t, node, "code.coding");
	struct str number = number_of(r, value);
	struct fact_row *row;

	each_value(r, p, tape_get(r->t, node, "component"), measured);
	if (codings == 0 || tape_type(r->t, codings) != TAPE_ARRAY ||
	    number.n == 0)
		return;
	tape_each(r->t, codings, i) {
		struct str c = member(r, i, "code");

		if (c.n == 0)
			continue;
		row = add_row(r, ROW_QUANTITY, p);
		row->text = c;
		row->system = member(r, i, "system");
		row->number = number;
		row->unit = member(r, value, "code");
		if (row->unit.n == 0)
			row->unit = member(r, value, "unit");
	}
}

/* ---- notes ---- */

static void attachment(struct reading *r, struct buf *out, uint32_t node)
{
	struct str kind = member(r, node, "contentType");

	if (!str_starts(kind, "text/plain") &&
	    !str_starts(kind, "text/markdown"))
		return;
	if (base64_decode(out, member(r, node, "data")))
		buf_addch(out, '\n');
}

static void line(struct buf *out, struct str s)
{
	if (s.n == 0)
		return;
	buf_addstr(out, s);
	buf_addch(out, '\n');
}

/* Elements of a list: attachments, and what the named member says. */
static void texts(struct reading *r, struct buf *out, const char *list,
    const char *words)
{
	uint32_t node = tape_get(r->t, 0, list);

	if (node == 0 || tape_type(r->t, node) != TAPE_ARRAY)
		return;
	tape_each(r->t, node, i) {
		uint32_t a = tape_get(r->t, i, "attachment");

		attachment(r, out, a ? a : i);
		line(out, member(r, i, words));
	}
}

static bool is_note(int type)
{
	return type == FHIR_DocumentReference ||
	    type == FHIR_DiagnosticReport || type == FHIR_ClinicalImpression ||
	    type == FHIR_Communication;
}

static struct str note_of(struct reading *r)
{
	struct buf *out = &r->fr->scratch[2];

	if (!is_note(r->type))
		return STR_NONE;
	buf_reset(out);
	texts(r, out, "content", "");
	texts(r, out, "presentedForm", "");
	texts(r, out, "payload", "contentString");
	texts(r, out, "note", "text");
	line(out, member(r, 0, "conclusion"));
	line(out, member(r, 0, "summary"));
	if (out->len > NOTE_MAX)
		out->len = NOTE_MAX;
	out->len = utf8_valid(out->s, out->len);
	return out->len ? arena_str(r->mem, buf_str(out)) : STR_NONE;
}

/* ---- references, patients, names ---- */

static int take_ref(void *arg, uint32_t node)
{
	struct reading *r = arg;
	struct facts_reader *fr = r->fr;
	struct fact_ref *ref;

	fr->ref = room(fr->ref, fr->n_ref, &fr->cap_ref, sizeof(*fr->ref));
	ref = &fr->ref[fr->n_ref++];
	ref->text = keep(r, tape_text(r->t, node, &fr->scratch[0]));
	fhir_ref_parse(ref->text, &ref->to);
	if (node == r->drug_ref)
		r->drug = (int)fr->n_ref;
	return 0;
}

static int take_chart(void *arg, uint32_t node, int ordinal)
{
	(void)ordinal;
	return take_ref(arg, node);
}

static void identifier(struct reading *r, enum index_param p, uint32_t node)
{
	struct str value = member(r, node, "value");
	struct str system = member(r, node, "system");
	struct buf *b = &r->fr->scratch[1];

	(void)p;
	if (value.n == 0)
		return;
	buf_reset(b);
	buf_adds(b, "identifier=");
	if (r->type == FHIR_Patient) {
		buf_addstr(b, value);
		add_str(r, arena_str(r->mem, buf_str(b)));
		b->len = strlen("identifier=");
	}
	if (system.n == 0)
		return;
	buf_addstr(b, system);
	buf_addch(b, '|');
	buf_addstr(b, value);
	add_str(r, arena_str(r->mem, buf_str(b)));
}

/* ---- the walk ---- */

static int64_t date_of(struct reading *r)
{
	size_t rank = ARRAY_LEN(date_members);
	uint32_t best = 0;
	struct date d;

	tape_each_key(r->t, 0, k) {
		struct str name = tape_str(r->t, k);

		for (size_t i = 0; i < rank; i++)
			if (str_eq(name, date_members[i])) {
				rank = i;
				best = k + 1;
			}
	}
	if (best && tape_type(r->t, best) == TAPE_OBJECT) {
		uint32_t start = tape_get(r->t, best, "start");

		best = start ? start : tape_get(r->t, best, "end");
	}
	if (best && date_parse(tape_text(r->t, best, &r->fr->scratch[0]), &d))
		return date_ms(&d);
	return 0;
}

static void rows_of(struct reading *r)
{
	/* A value entered in error is nobody's latest. */
	bool counts = r->type == FHIR_Observation &&
	    !str_is(member(r, 0, "status"), "entered-in-error");
	/* The rows of its value say the code too. */
	bool whole = counts &&
	    number_of(r, tape_get(r->t, 0, "valueQuantity")).n > 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct path *p = &paths[i];

		if (p->type != r->type)
			continue;
		if (p->kind == KIND_CONCEPT)
			each_value(r, p->param,
			    tape_getn(r->t, 0, p->member), not_done);
		if (whole && p->param == INDEX_CODE)
			continue;
		each_value(r, p->param, tape_getn(r->t, 0, p->member),
		    kinds[p->kind]);
	}
	if (r->type == FHIR_Patient)
		full_names(r);
	each_value(r, INDEX_TAG, tape_path(r->t, 0, "meta.security"), coding);
	if (counts)
		measured(r, INDEX_CODE, 0);
}

int facts_read(struct facts_reader *fr, struct arena *mem, int type,
    struct str body, struct facts *f, struct ehr_err *e)
{
	struct reading r = { .fr = fr, .t = &fr->tape, .mem = mem,
		.body = body, .type = type };
	struct tape_error why;

	if (tape_parse(&fr->tape, body.s, body.n, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "stored resource: %s at "
		    "byte %zu", why.text, why.offset);
	*f = (struct facts){ .type = type, .date = date_of(&r),
		.note = note_of(&r) };
	f->start = keep(&r, sketch_read(r.t, type, &fr->scratch[1]));
	f->same = arena_str(mem, buf_str(&fr->scratch[1]));
	rows_of(&r);
	f->row = take_all(&r, fr->row, &fr->n_row, sizeof(*fr->row),
	    &f->n_row);
	fhir_references_each(r.t, 0, take_ref, &r);
	f->drug = r.drug;
	r.drug_ref = 0;
	f->ref = take_refs(&r, &f->n_ref);
	fhir_compartment_each(r.t, 0, type, take_chart, &r);
	f->chart = take_refs(&r, &f->n_chart);
	each_value(&r, INDEX_CODE, tape_get(r.t, 0, "identifier"), identifier);
	f->name = take_all(&r, fr->str, &fr->n_str, sizeof(*fr->str),
	    &f->n_name);
	return 0;
}

int facts_coded(int type, struct str path)
{
	static const char choice[] = "CodeableConcept";

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct str member = paths[i].member;

		if (paths[i].type != type || (paths[i].kind != KIND_CONCEPT &&
			paths[i].kind != KIND_CODING))
			continue;
		if (str_ends(member, choice) && !str_eq(member, path))
			member.n -= sizeof(choice) - 1;
		if (str_eq(member, path))
			return (int)paths[i].param;
	}
	return -1;
}

bool facts_may_drug(int type)
{
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i].type == type && paths[i].kind == KIND_DRUG)
			return true;
	return false;
}
