/* read.c - data types as text. */
#include "ehr/fhir.h"

static bool add_scalar(const struct tape *t, uint32_t v, struct buf *b)
{
	if (v == 0 || tape_type(t, v) == TAPE_NULL ||
	    tape_type(t, v) >= TAPE_ARRAY || t->node[v].len == 0)
		return false;
	if (t->node[v].escaped)
		json_unescape(b, tape_str(t, v));
	else
		buf_addstr(b, tape_str(t, v));
	return true;
}

bool fhir_text(const struct tape *t, uint32_t object, const char *member,
    struct buf *b)
{
	return add_scalar(t, tape_get(t, object, member), b);
}

static uint32_t element(const struct tape *t, uint32_t node, bool first)
{
	if (node != 0 && first && tape_type(t, node) == TAPE_ARRAY)
		node = tape_first(t, node);
	return node != 0 && tape_type(t, node) == TAPE_OBJECT ? node : 0;
}

/* The first coding that has a (non-empty) member, appended. */
static bool coding_member(const struct tape *t, uint32_t codings,
    const char *member, struct buf *b)
{
	if (codings == 0 || tape_type(t, codings) != TAPE_ARRAY)
		return false;
	tape_each(t, codings, c)
		if (fhir_text(t, c, member, b))
			return true;
	return false;
}

bool fhir_codeable_text(const struct tape *t, uint32_t node, struct buf *b)
{
	uint32_t codings;

	node = element(t, node, true);
	if (node == 0)
		return false;
	if (fhir_text(t, node, "text", b))
		return true;
	codings = tape_get(t, node, "coding");
	return coding_member(t, codings, "display", b) ||
	       coding_member(t, codings, "code", b);
}

bool fhir_display(const struct tape *t, uint32_t node, int type,
    struct buf *b)
{
	if (node == 0)
		return false;
	if (type == FHIR_CodeableConcept)
		return fhir_codeable_text(t, node, b);
	if (type == FHIR_Coding)
		return fhir_text(t, node, "display", b) ||
		       fhir_text(t, node, "code", b);
	if (type == FHIR_Reference)
		return fhir_text(t, node, "display", b);
	return add_scalar(t, node, b);
}

uint32_t fhir_coding(const struct tape *t, uint32_t node, const char *system)
{
	uint32_t codings;

	node = element(t, node, true);
	codings = node != 0 ? tape_get(t, node, "coding") : 0;
	if (codings == 0 || tape_type(t, codings) != TAPE_ARRAY)
		return 0;
	BUF_AUTO s = BUF_INIT;
	tape_each(t, codings, c)
		if (tape_type(t, c) == TAPE_OBJECT && (system == NULL ||
		    str_is(tape_member(t, c, "system", &s), system)))
			return c;
	return 0;
}

static bool concept_has(const struct tape *t, uint32_t node,
    const char *system, const char *code)
{
	uint32_t codings = tape_get(t, node, "coding");

	if (codings == 0 || tape_type(t, codings) != TAPE_ARRAY)
		return false;
	BUF_AUTO s = BUF_INIT;
	tape_each(t, codings, c)
		if ((system == NULL ||
		    str_is(tape_member(t, c, "system", &s), system)) &&
		    str_is(tape_member(t, c, "code", &s), code))
			return true;
	return false;
}

bool fhir_has_code(const struct tape *t, uint32_t node, const char *system,
    const char *code)
{
	if (node == 0)
		return false;
	if (tape_type(t, node) != TAPE_ARRAY)
		return concept_has(t, node, system, code);
	tape_each(t, node, i)
		if (concept_has(t, i, system, code))
			return true;
	return false;
}

/* ---- people ---- */

static const char *const name_uses[] = {
	"official", "usual", "", "temp", "anonymous", "nickname", "maiden",
	"old",
};

/* Smaller is better; a name that ended goes behind all that did not. */
static size_t name_rank(const struct tape *t, uint32_t name)
{
	uint32_t use = tape_get(t, name, "use"), v;
	size_t rank = 2;

	if (use != 0)
		for (size_t i = 0; i < ARRAY_LEN(name_uses); i++)
			if (str_is(tape_str(t, use), name_uses[i]))
				rank = i;
	v = tape_get(t, name, "period");
	if (v != 0 && tape_get(t, v, "end") != 0)
		rank += ARRAY_LEN(name_uses);
	return rank;
}

uint32_t fhir_current_name(const struct tape *t, uint32_t names)
{
	size_t rank, best = SIZE_MAX;
	uint32_t found = 0;

	if (names == 0 || tape_type(t, names) != TAPE_ARRAY)
		return 0;
	tape_each(t, names, i) {
		rank = name_rank(t, i);
		if (tape_type(t, i) == TAPE_OBJECT && rank < best) {
			best = rank;
			found = i;
		}
	}
	return found;
}

/* All strings of a member (an array), each after a blank unless first. */
static bool add_words(const struct tape *t, uint32_t object,
    const char *member, const char *sep, struct buf *b)
{
	uint32_t v = tape_get(t, object, member);
	bool any = false;

	if (v == 0)
		return false;
	if (tape_type(t, v) != TAPE_ARRAY) {
		if (t->node[v].len == 0 || tape_type(t, v) != TAPE_STRING)
			return false;
		buf_adds(b, b->len > 0 ? sep : "");
		return add_scalar(t, v, b);
	}
	tape_each(t, v, i) {
		if (tape_type(t, i) != TAPE_STRING || t->node[i].len == 0)
			continue;
		if (b->len > 0)
			buf_adds(b, sep);
		any = add_scalar(t, i, b) || any;
	}
	return any;
}

bool fhir_human_name(const struct tape *t, uint32_t name,
    enum fhir_name_style style, struct buf *b)
{
	BUF_AUTO s = BUF_INIT;
	bool any;

	if (name == 0 || tape_type(t, name) != TAPE_OBJECT)
		return false;
	if (style == FHIR_NAME_SORT) {
		any = add_words(t, name, "family", " ", &s);
		if (tape_get(t, name, "given") != 0 && any)
			buf_addch(&s, ',');
		any = add_words(t, name, "given", " ", &s) || any;
	} else {
		add_words(t, name, "prefix", " ", &s);
		any = add_words(t, name, "given", " ", &s);
		any = add_words(t, name, "family", " ", &s) || any;
		add_words(t, name, "suffix", " ", &s);
	}
	if (!any)
		return fhir_text(t, name, "text", b);
	buf_addstr(b, buf_str(&s));
	return true;
}

static size_t add_part(const struct tape *t, uint32_t v, size_t n,
    uint32_t node[FHIR_NAME_PARTS])
{
	if (v != 0 && tape_type(t, v) == TAPE_STRING && n < FHIR_NAME_PARTS)
		node[n++] = v;
	return n;
}

size_t fhir_name_parts(const struct tape *t, uint32_t names, const char *part,
    uint32_t node[FHIR_NAME_PARTS])
{
	size_t n = 0;

	if (names == 0 || tape_type(t, names) != TAPE_ARRAY)
		return 0;
	tape_each(t, names, i) {
		uint32_t v = tape_get(t, i, part);

		if (v == 0 || tape_type(t, v) != TAPE_ARRAY)
			n = add_part(t, v, n, node);
		else
			tape_each(t, v, k)
				n = add_part(t, k, n, node);
	}
	return n;
}

bool fhir_address(const struct tape *t, uint32_t address, struct buf *b)
{
	BUF_AUTO s = BUF_INIT;

	address = element(t, address, true);
	if (address == 0)
		return false;
	add_words(t, address, "line", ", ", &s);
	add_words(t, address, "city", ", ", &s);
	add_words(t, address, "state", ", ", &s);
	add_words(t, address, "postalCode", " ", &s);
	if (s.len == 0)
		return fhir_text(t, address, "text", b);
	buf_addstr(b, buf_str(&s));
	return true;
}

bool fhir_telecom(const struct tape *t, uint32_t telecoms, const char *system,
    struct buf *b)
{
	if (telecoms == 0 || tape_type(t, telecoms) != TAPE_ARRAY)
		return false;
	BUF_AUTO s = BUF_INIT;
	tape_each(t, telecoms, i)
		if (str_is(tape_member(t, i, "system", &s), system) &&
		    !str_is(tape_member(t, i, "use", &s), "old") &&
		    fhir_text(t, i, "value", b))
			return true;
	return false;
}
