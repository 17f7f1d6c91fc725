/* value.c - the elements of a segment against its node: usage, repeats, type,
 * length, codes (X12.6 3.5), and the segment's syntax notes (3.8). */
#include "check.h"

#include <stdio.h>

/* What is being looked at. */
struct at {
	struct x12_check *k;
	const struct x12_seg *seg;
	const struct x12_sep *sep;
	char repeat; /* 0: stands nowhere in the segment */
};

static void tell(const struct at *a, enum diag_id id, unsigned at,
    unsigned part, const char *text)
{
	x12_tell(a->k, &(struct x12_fault){ .id = id, .loop = a->k->env.loop,
	    .seg = a->seg->id, .at = at, .part = part }, text);
}

/* ---- types ---- */

static size_t digits(struct str v)
{
	size_t i = 0;

	while (i < v.n && v.s[i] >= '0' && v.s[i] <= '9')
		i++;
	return i;
}

static int number(const char *s, size_t n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + *s++ - '0';
	return v;
}

/* Nn: a sign, digits. R: a sign, digits, a point among them or before. *chars:
 * those that count for the length (X12.6 3.5.1.1, 3.5.1.2). */
static bool is_number(struct str v, bool point, size_t *chars)
{
	size_t whole, rest = 0;

	if (v.n && v.s[0] == '-')
		v = (struct str){ v.s + 1, v.n - 1 };
	whole = digits(v);
	if (point && whole < v.n && v.s[whole] == '.') {
		v = (struct str){ v.s + whole + 1, v.n - whole - 1 };
		rest = digits(v);
		*chars = whole + rest;
		return rest == v.n && whole + rest > 0;
	}
	*chars = whole;
	return whole == v.n && whole > 0;
}

bool x12_is_date(struct str v)
{
	int year, month, day;

	if (digits(v) != v.n || (v.n != 8 && v.n != 6))
		return false;
	year = v.n == 8 ? number(v.s, 4) : 2000 + number(v.s, 2);
	month = number(v.s + v.n - 4, 2);
	day = number(v.s + v.n - 2, 2);
	return date_valid_day(year, month, day);
}

bool x12_is_time(struct str v)
{
	if (digits(v) != v.n || v.n < 4 || v.n == 5 || v.n > 8)
		return false;
	return number(v.s, 2) < 24 && number(v.s + 2, 2) < 60 &&
	    (v.n < 6 || number(v.s + 4, 2) < 60);
}

static bool has_type(const struct x12_use *u, struct str v, size_t *chars)
{
	*chars = v.n;
	switch (u->type) {
	case 'N':
	case 'R':
		return is_number(v, u->type == 'R', chars);
	case 'D':
		return x12_is_date(v);
	case 'T':
		return x12_is_time(v);
	default:
		return true;
	}
}

/* ---- one value ---- */

static void check_value(const struct at *a, const struct x12_use *u,
    struct str v)
{
	struct x12_fault f = { .loop = a->k->env.loop, .seg = a->seg->id,
		.at = u->at, .part = u->part, .type = u->type };
	char text[64];
	size_t chars;

	if (!has_type(u, v, &chars)) {
		f.id = DIAG_X12_EL_TYPE;
		x12_tell(a->k, &f, u->type == 'D' ? "not a date" :
		    u->type == 'T' ? "not a time" : "not a number");
	} else if (chars < u->min || chars > u->max) {
		f.id = DIAG_X12_EL_LENGTH;
		f.few = chars < u->min;
		snprintf(text, sizeof(text), "%zu characters, not %u to %u",
		    chars, u->min, u->max);
		x12_tell(a->k, &f, text);
	} else if (u->codes && !x12_has_code(u->codes, v)) {
		f.id = DIAG_X12_EL_CODE;
		x12_tell(a->k, &f, NULL);
	}
}

/* ---- elements, their repeats and components ---- */

/* The rows of one element: its own, then those of its components. */
static uint32_t rows_of(const struct x12_use *u, uint32_t left)
{
	uint32_t n = 1;

	while (n < left && u[n].at == u->at)
		n++;
	return n;
}

static void check_parts(const struct at *a, const struct x12_use *u,
    uint32_t rows, struct str v)
{
	uint32_t row = 1;
	struct str part;
	unsigned i;
	bool known;

	for (i = 1; v.s || row < rows; i++) {
		if (!str_split(&v, a->sep->component, &part))
			part = STR_NONE;
		known = row < rows && u[row].part == i;
		if (part.n && known)
			check_value(a, &u[row], part);
		else if (part.n)
			tell(a, DIAG_X12_EL_UNUSED, u->at, i, NULL);
		else if (known && u[row].usage == 'R')
			tell(a, DIAG_X12_EL_MISSING, u->at, i, NULL);
		row += known;
	}
}

static void check_element(const struct at *a, const struct x12_use *u,
    uint32_t rows, struct str v)
{
	struct str one;
	unsigned n = 0;

	if (v.n == 0 && u->usage == 'R')
		tell(a, DIAG_X12_EL_MISSING, u->at, 0, NULL);
	while (v.n) {
		one = v;
		if (!a->repeat || !str_split(&v, a->repeat, &one))
			v = STR_NONE;
		if (++n == u->repeat + 1u)
			tell(a, DIAG_X12_EL_REPEATS, u->at, 0, NULL);
		if (u->type == 'C')
			check_parts(a, u, rows, one);
		else
			check_value(a, u, one);
	}
}

/* ---- syntax notes: "P0304 C0506" (X12.6 3.8) ---- */

static bool note_holds(char kind, size_t listed, size_t there, bool first)
{
	switch (kind) {
	case 'P':
		return there == 0 || there == listed;
	case 'R':
		return there > 0;
	case 'E':
		return there < 2;
	case 'C':
		return !first || there == listed;
	default: /* L */
		return !first || there > 1;
	}
}

static void check_note(const struct at *a, struct str note)
{
	size_t listed = 0, there = 0, i;
	bool first = false, has;
	char text[32];

	for (i = 1; i + 1 < note.n; i += 2) {
		has = x12_el(a->seg, (size_t)number(note.s + i, 2)).n > 0;
		first = first || (i == 1 && has);
		there += has;
		listed++;
	}
	if (note_holds(note.s[0], listed, there, first))
		return;
	snprintf(text, sizeof(text), "%.*s", STR_FMT(note));
	tell(a, DIAG_X12_SYNTAX, 0, 0, text);
}

void x12_check_values(struct x12_check *k, const struct x12_node *node,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	const struct x12_use *u = x12_uses + node->use;
	struct at a = { k, seg, sep, sep->repeat && memchr(seg->raw.s,
	    sep->repeat, seg->raw.n) ? sep->repeat : '\0' };
	const char *notes = node->syntax, *end;
	uint32_t row = 0, rows;
	unsigned at;

	for (at = 1; at <= seg->n || row < node->uses; at++) {
		if (row == node->uses || u[row].at != at) {
			if (x12_el(seg, at).n)
				tell(&a, DIAG_X12_EL_UNUSED, at, 0, NULL);
			continue;
		}
		rows = rows_of(u + row, node->uses - row);
		check_element(&a, u + row, rows, x12_el(seg, at));
		row += rows;
	}
	for (; *notes; notes = end + (*end == ' ')) {
		for (end = notes; *end && *end != ' '; end++)
			;
		check_note(&a, (struct str){ notes, (size_t)(end - notes) });
	}
}
