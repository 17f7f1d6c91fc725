/* Values: making them, decimals of 8 places, their text. */
#include "elm/impl.h"

#include <stdio.h>

/* 28 digits: 99999999999999999999.99999999 (CQL 1.5, 2.3.1). */
static const int128 dec_max =
    (int128)INT64_C(10000000000000000) * INT64_C(1000000000000) - 1;

struct elm_value elm_bool(bool b)
{
	return (struct elm_value){ .kind = ELM_BOOLEAN, .i = b };
}

struct elm_value elm_int(int64_t i)
{
	return elm_whole(ELM_INTEGER, i);
}

struct elm_value elm_whole(int kind, int128 i)
{
	int128 max = kind == ELM_LONG ? INT64_MAX : INT32_MAX;

	if (i > max || i < -max - 1)
		return ELM_NOTHING;
	return (struct elm_value){ .kind = (uint8_t)kind, .i = (int64_t)i };
}

struct elm_value elm_int128(int128 i)
{
	return elm_whole(ELM_INTEGER, i);
}

struct elm_value elm_string(struct str s)
{
	if (s.s == NULL)
		return ELM_NOTHING;
	return (struct elm_value){ .kind = ELM_STRING, .s = s.s,
		.n = (uint32_t)s.n };
}

bool elm_is_number(struct elm_value v)
{
	return v.kind == ELM_INTEGER || v.kind == ELM_LONG ||
	    v.kind == ELM_DECIMAL;
}

bool elm_is_time(struct elm_value v)
{
	return v.kind == ELM_DATE || v.kind == ELM_DATETIME ||
	    v.kind == ELM_TIME;
}

int128 elm_dec(struct elm_value v)
{
	if (v.kind != ELM_DECIMAL)
		return (int128)v.i * ELM_ONE;
	return v.n ? *v.wide : (int128)v.i;
}

struct elm_value elm_decimal(struct elm_ctx *c, int128 d, unsigned digits)
{
	struct elm_value v = { .kind = ELM_DECIMAL };
	int128 *wide;

	if (d > dec_max || d < -dec_max)
		return ELM_NOTHING;
	v.precision = (uint8_t)(digits > 8 ? 8 : digits);
	if (d <= INT64_MAX && d >= INT64_MIN) {
		v.i = (int64_t)d;
		return v;
	}
	wide = arena_alloc(&c->arena, sizeof(*wide));
	*wide = d;
	v.n = 1;
	v.wide = wide;
	return v;
}

struct elm_value elm_quantity(struct elm_ctx *c, int128 value, struct str unit,
    unsigned digits)
{
	struct elm_quantity *q;

	if (value > dec_max || value < -dec_max)
		return ELM_NOTHING;
	q = arena_alloc(&c->arena, sizeof(*q));
	*q = (struct elm_quantity){ value, unit.n ? unit : STR("1"),
		(uint8_t)digits };
	return (struct elm_value){ .kind = ELM_QUANTITY, .quantity = q };
}

struct elm_value elm_code(struct elm_ctx *c, struct elm_code code)
{
	struct elm_code *copy = arena_alloc(&c->arena, sizeof(*copy));

	*copy = code;
	return (struct elm_value){ .kind = ELM_CODE, .code = copy };
}

struct elm_value elm_concept(struct elm_ctx *c, const struct elm_value *codes,
    uint32_t n, struct str display)
{
	struct elm_concept *concept = arena_alloc(&c->arena, sizeof(*concept));
	const struct elm_code **list;

	list = arena_alloc(&c->arena, (n + 1) * sizeof(struct elm_code *));
	for (uint32_t i = 0; i < n; i++)
		if (codes[i].kind == ELM_CODE)
			list[concept->n++] = codes[i].code;
	concept->codes = list;
	concept->display = display;
	return (struct elm_value){ .kind = ELM_CONCEPT, .concept = concept };
}

struct elm_value elm_interval(struct elm_ctx *c, struct elm_value low,
    struct elm_value high, bool low_closed, bool high_closed)
{
	struct elm_interval *v = arena_alloc(&c->arena, sizeof(*v));

	*v = (struct elm_interval){ low, high, low_closed, high_closed, false };
	return (struct elm_value){ .kind = ELM_INTERVAL, .interval = v };
}

struct elm_value elm_uncertain(struct elm_ctx *c, struct elm_value low,
    struct elm_value high)
{
	struct elm_interval *v;

	if (low.i == high.i)
		return low;
	v = arena_alloc(&c->arena, sizeof(*v));
	*v = (struct elm_interval){ low, high, true, true, true };
	return (struct elm_value){ .kind = ELM_INTERVAL, .interval = v };
}

struct elm_value elm_tuple(struct elm_ctx *c, const struct str *names,
    const struct elm_value *values, uint32_t n)
{
	struct elm_tuple *t = arena_alloc(&c->arena, sizeof(*t));
	struct elm_value *copy = arena_alloc(&c->arena,
	    (n + 1) * sizeof(*copy));

	if (n)
		memcpy(copy, values, n * sizeof(*copy));
	*t = (struct elm_tuple){ n, names, copy };
	return (struct elm_value){ .kind = ELM_TUPLE, .tuple = t };
}

/* ---- decimals as text ---- */

bool elm_decimal_parse(struct str s, int128 *d, unsigned *digits)
{
	struct decimal raw;

	if (s.n == 0)
		return false;
	if (s.s[0] == '+')
		s = (struct str){ s.s + 1, s.n - 1 };
	if (!decimal_parse(s, &raw))
		return false;
	*digits = raw.exp < 0 ? (unsigned)-raw.exp : 0;
	for (; raw.exp < -8; raw.exp++)
		raw.coef /= 10; /* beyond what a Decimal holds */
	for (; raw.exp > -8; raw.exp--) {
		if (raw.coef > dec_max || raw.coef < -dec_max)
			return false;
		raw.coef *= 10;
	}
	if (*digits > 8)
		*digits = 8;
	*d = raw.coef;
	return raw.coef <= dec_max && raw.coef >= -dec_max;
}

/* At least one digit behind the point, as many as were written or needed. */
void elm_decimal_format(struct buf *b, int128 d, unsigned digits)
{
	unsigned __int128 u = d < 0 ? -(unsigned __int128)d
				    : (unsigned __int128)d;
	uint64_t part = (uint64_t)(u % ELM_ONE);
	char whole[40], *p = whole + sizeof(whole);
	unsigned need = 8;

	u /= ELM_ONE;
	do
		*--p = (char)('0' + (int)(u % 10));
	while ((u /= 10) != 0);
	if (d < 0)
		buf_addch(b, '-');
	buf_add(b, p, (size_t)(whole + sizeof(whole) - p));
	if (digits < 1)
		digits = 1;
	for (; need > digits && part % 10 == 0; need--)
		part /= 10;
	buf_addf(b, ".%0*llu", (int)need, (unsigned long long)part);
}

/* ---- values as text ---- */

static void format_quantity(struct buf *b, const struct elm_quantity *q)
{
	elm_decimal_format(b, q->value, q->digits);
	buf_addf(b, " '%.*s'", STR_FMT(q->unit));
}

static void format_code(struct buf *b, const struct elm_code *code)
{
	buf_addf(b, "Code '%.*s'", STR_FMT(code->code));
	if (code->system.n)
		buf_addf(b, " from '%.*s'", STR_FMT(code->system));
}

static void format_interval(struct buf *b, const struct elm_interval *v)
{
	buf_adds(b, v->uncertain ? "uncertain" : "Interval");
	buf_addch(b, v->low_closed ? '[' : '(');
	elm_format(b, v->low);
	buf_adds(b, ", ");
	elm_format(b, v->high);
	buf_addch(b, v->high_closed ? ']' : ')');
}

static void format_many(struct buf *b, const struct elm_value *v, uint32_t n,
    const struct str *names, const char *open, const char *close)
{
	buf_adds(b, open);
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_adds(b, ", ");
		if (names)
			buf_addf(b, "%.*s: ", STR_FMT(names[i]));
		elm_format(b, v[i]);
	}
	buf_adds(b, close);
}

static void format_concept(struct buf *b, const struct elm_concept *concept)
{
	buf_adds(b, "Concept {");
	for (uint32_t i = 0; i < concept->n; i++) {
		if (i)
			buf_adds(b, ", ");
		format_code(b, concept->codes[i]);
	}
	buf_addch(b, '}');
}

void elm_format(struct buf *b, struct elm_value v)
{
	switch ((enum elm_kind)v.kind) {
	case ELM_BOOLEAN: buf_adds(b, v.i ? "true" : "false"); break;
	case ELM_INTEGER: buf_addf(b, "%lld", (long long)v.i); break;
	case ELM_LONG: buf_addf(b, "%lldL", (long long)v.i); break;
	case ELM_DECIMAL: elm_decimal_format(b, elm_dec(v), v.precision); break;
	case ELM_STRING: buf_addf(b, "'%.*s'", (int)v.n, v.s); break;
	case ELM_DATE:
	case ELM_DATETIME:
	case ELM_TIME: elm_time_format(b, v, true); break;
	case ELM_QUANTITY: format_quantity(b, v.quantity); break;
	case ELM_RATIO:
		format_quantity(b, v.ratio->numerator);
		buf_adds(b, " : ");
		format_quantity(b, v.ratio->denominator);
		break;
	case ELM_CODE: format_code(b, v.code); break;
	case ELM_CONCEPT: format_concept(b, v.concept); break;
	case ELM_VALUESET: buf_addf(b, "ValueSet %lld", (long long)v.i); break;
	case ELM_CODESYSTEM:
		buf_addf(b, "CodeSystem %lld", (long long)v.i);
		break;
	case ELM_INTERVAL: format_interval(b, v.interval); break;
	case ELM_LIST: format_many(b, v.list, v.n, NULL, "{", "}"); break;
	case ELM_TUPLE:
		format_many(b, v.tuple->value, v.tuple->n, v.tuple->name,
		    "Tuple {", "}");
		break;
	case ELM_FHIR:
		buf_addf(b, "FHIR.%s", fhir_class_name(v.cls));
		break;
	case ELM_NULL:
	case ELM_KINDS: buf_adds(b, "null"); break;
	}
}

void elm_decimal_text(struct buf *b, struct elm_value v)
{
	if (v.kind == ELM_QUANTITY)
		elm_decimal_format(b, v.quantity->value, v.quantity->digits);
	else if (v.kind == ELM_DECIMAL)
		elm_decimal_format(b, elm_dec(v), v.precision);
	else
		buf_addf(b, "%lld", (long long)v.i);
}
