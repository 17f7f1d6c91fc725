/* Conversions (CQL 1.5, 22): what does not convert is null. */
#include "elm/impl.h"

/* ---- to numbers and booleans ---- */

static struct elm_value boolean_of(struct str s)
{
	static const char *const words[] = { "true", "t", "yes", "y", "1",
		"false", "f", "no", "n", "0" };
	char low[8];

	if (s.n >= sizeof(low))
		return ELM_NOTHING;
	for (size_t i = 0; i < s.n; i++)
		low[i] = (char)(s.s[i] >= 'A' && s.s[i] <= 'Z' ? s.s[i] | 0x20
								: s.s[i]);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is((struct str){ low, s.n }, words[i]))
			return elm_bool(i < 5);
	return ELM_NOTHING;
}

OPERATOR(to_boolean)
{
	if (v[0].kind == ELM_STRING)
		return boolean_of(elm_str(v[0]));
	if (v[0].kind == ELM_BOOLEAN)
		return v[0];
	if (!elm_is_number(v[0]))
		return ELM_NOTHING;
	if (elm_dec(v[0]) != 0 && elm_dec(v[0]) != ELM_ONE)
		return ELM_NOTHING;
	return elm_bool(elm_dec(v[0]) != 0);
}

static struct elm_value whole_of(int kind, struct elm_value v)
{
	struct str s = elm_str(v);
	int64_t i;

	if (v.kind == ELM_BOOLEAN || v.kind == ELM_INTEGER ||
	    v.kind == ELM_LONG)
		return elm_whole(kind, v.i);
	if (v.kind != ELM_STRING)
		return ELM_NOTHING;
	if (s.n > 1 && s.s[0] == '+')
		s = (struct str){ s.s + 1, s.n - 1 };
	return str_int(s, &i) ? elm_whole(kind, i) : ELM_NOTHING;
}

OPERATOR(to_integer)
{
	return whole_of(ELM_INTEGER, v[0]);
}

OPERATOR(to_long)
{
	return whole_of(ELM_LONG, v[0]);
}

OPERATOR(to_decimal)
{
	unsigned digits;
	int128 d;

	if (v[0].kind == ELM_BOOLEAN)
		return elm_decimal(c, v[0].i ? ELM_ONE : 0, 1);
	if (elm_is_number(v[0]))
		return elm_decimal(c, elm_dec(v[0]),
		    v[0].kind == ELM_DECIMAL ? v[0].precision : 1);
	if (v[0].kind != ELM_STRING ||
	    !elm_decimal_parse(elm_str(v[0]), &d, &digits))
		return ELM_NOTHING;
	return elm_decimal(c, d, digits);
}

/* ---- to quantities and ratios ---- */

/* 5.5 'mg', 5.5 days, 5.5 */
static struct elm_value quantity_of(struct elm_ctx *c, struct str s)
{
	struct str number = { s.s, 0 }, unit;
	unsigned digits;
	int128 d;

	while (number.n < s.n && s.s[number.n] != ' ' && s.s[number.n] != '\'')
		number.n++;
	unit = str_trim((struct str){ s.s + number.n, s.n - number.n });
	if (!elm_decimal_parse(number, &d, &digits))
		return ELM_NOTHING;
	if (unit.n == 0)
		return elm_quantity(c, d, STR("1"), digits);
	if (unit.s[0] != '\'')
		return elm_time_unit(unit) ? elm_quantity(c, d, unit, digits)
					   : ELM_NOTHING;
	if (unit.n < 3 || unit.s[unit.n - 1] != '\'')
		return ELM_NOTHING;
	return elm_quantity(c, d, (struct str){ unit.s + 1, unit.n - 2 },
	    digits);
}

OPERATOR(to_quantity)
{
	if (v[0].kind == ELM_QUANTITY)
		return v[0];
	if (v[0].kind == ELM_STRING)
		return quantity_of(c, elm_str(v[0]));
	if (v[0].kind == ELM_RATIO) {
		struct elm_value pair[] = {
			{ .kind = ELM_QUANTITY,
			    .quantity = v[0].ratio->numerator },
			{ .kind = ELM_QUANTITY,
			    .quantity = v[0].ratio->denominator },
		};

		return elm_divide(c, n, pair);
	}
	return !elm_is_number(v[0]) ? ELM_NOTHING
	    : elm_quantity(c, elm_dec(v[0]), STR("1"),
		v[0].kind == ELM_DECIMAL ? v[0].precision : 0);
}

struct elm_value elm_ratio(struct elm_ctx *c, struct elm_value over,
    struct elm_value under)
{
	struct elm_ratio *r;

	if (over.kind != ELM_QUANTITY || under.kind != ELM_QUANTITY)
		return ELM_NOTHING;
	r = arena_alloc(&c->arena, sizeof(*r));
	*r = (struct elm_ratio){ over.quantity, under.quantity };
	return (struct elm_value){ .kind = ELM_RATIO, .ratio = r };
}

OPERATOR(to_ratio)
{
	struct str rest, over, under;

	if (v[0].kind != ELM_STRING)
		return v[0].kind == ELM_RATIO ? v[0] : ELM_NOTHING;
	rest = elm_str(v[0]);
	if (!str_split(&rest, ':', &over) || !str_split(&rest, ':', &under))
		return ELM_NOTHING;
	return elm_ratio(c, quantity_of(c, str_trim(over)),
	    quantity_of(c, str_trim(under)));
}

OPERATOR(convert_quantity)
{
	int128 d;

	if (v[0].kind != ELM_QUANTITY || v[1].kind != ELM_STRING ||
	    !elm_unit_convert(v[0].quantity->unit, elm_str(v[1]),
		v[0].quantity->value, &d))
		return ELM_NOTHING;
	return elm_quantity(c, d, elm_str(v[1]), v[0].quantity->digits);
}

OPERATOR(can_convert_quantity)
{
	return elm_bool(elm_convert_quantity(c, n, v).kind != ELM_NULL);
}

/* ---- to dates and times ---- */

static struct elm_value parsed(struct elm_ctx *c, struct elm_value v, int kind)
{
	struct elm_value out = { .kind = (uint8_t)kind };

	return elm_time_parse(elm_str(v), c->zone, &out) ? out : ELM_NOTHING;
}

OPERATOR(op_to_date)
{
	return v[0].kind == ELM_STRING ? parsed(c, v[0], ELM_DATE)
					: elm_to_date(v[0]);
}

OPERATOR(op_to_datetime)
{
	return v[0].kind == ELM_STRING ? parsed(c, v[0], ELM_DATETIME)
					: elm_to_datetime(c, v[0]);
}

OPERATOR(to_time)
{
	if (v[0].kind == ELM_STRING)
		return parsed(c, v[0], ELM_TIME);
	return v[0].kind == ELM_TIME ? v[0] : elm_time_from(c, n, v);
}

/* ---- to text, concepts ---- */

static void quantity_text(struct buf *b, const struct elm_quantity *q)
{
	if (q->digits || q->value % ELM_ONE)
		elm_decimal_format(b, q->value, q->digits);
	else
		buf_addf(b, "%lld", (long long)(q->value / ELM_ONE));
	if (elm_time_unit(q->unit) && q->unit.n > 3)
		buf_addf(b, " %.*s", STR_FMT(q->unit));
	else
		buf_addf(b, " '%.*s'", STR_FMT(q->unit));
}

OPERATOR(to_string)
{
	BUF_AUTO b = BUF_INIT;

	switch ((enum elm_kind)v[0].kind) {
	case ELM_STRING: return v[0];
	case ELM_BOOLEAN: buf_adds(&b, v[0].i ? "true" : "false"); break;
	case ELM_INTEGER:
	case ELM_LONG: buf_addf(&b, "%lld", (long long)v[0].i); break;
	case ELM_DECIMAL:
		elm_decimal_format(&b, elm_dec(v[0]), v[0].precision);
		break;
	case ELM_DATE:
	case ELM_DATETIME:
	case ELM_TIME: elm_time_format(&b, v[0], false); break;
	case ELM_QUANTITY: quantity_text(&b, v[0].quantity); break;
	case ELM_RATIO:
		quantity_text(&b, v[0].ratio->numerator);
		buf_addch(&b, ':');
		quantity_text(&b, v[0].ratio->denominator);
		break;
	default: return ELM_NOTHING;
	}
	return elm_string(arena_str(&c->arena, buf_str(&b)));
}

OPERATOR(op_to_concept)
{
	return elm_to_concept(c, v[0]);
}

/* ---- Convert, CanConvert, ConvertsTo... ---- */

static elm_fn *const by_kind[ELM_KINDS] = {
	[ELM_BOOLEAN] = elm_to_boolean, [ELM_INTEGER] = elm_to_integer,
	[ELM_LONG] = elm_to_long, [ELM_DECIMAL] = elm_to_decimal,
	[ELM_STRING] = elm_to_string, [ELM_DATE] = elm_op_to_date,
	[ELM_DATETIME] = elm_op_to_datetime, [ELM_TIME] = elm_to_time,
	[ELM_QUANTITY] = elm_to_quantity, [ELM_RATIO] = elm_to_ratio,
	[ELM_CONCEPT] = elm_op_to_concept,
};

bool elm_converts_to(int kind)
{
	return by_kind[kind] != NULL;
}

OPERATOR(convert)
{
	if (elm_is_a(c, v[0], n->type))
		return v[0];
	if (n->type->kind != ELM_T_SYSTEM || !by_kind[n->type->system])
		return ELM_NOTHING;
	return by_kind[n->type->system](c, n, v);
}

OPERATOR(can_convert)
{
	return elm_bool(elm_convert(c, n, v).kind != ELM_NULL);
}

#define CONVERTS_TO(name, fn) \
	OPERATOR(converts_to_##name) \
	{ \
		return elm_bool(fn(c, n, v).kind != ELM_NULL); \
	}
CONVERTS_TO(boolean, elm_to_boolean)
CONVERTS_TO(date, elm_op_to_date)
CONVERTS_TO(datetime, elm_op_to_datetime)
CONVERTS_TO(decimal, elm_to_decimal)
CONVERTS_TO(integer, elm_to_integer)
CONVERTS_TO(long, elm_to_long)
CONVERTS_TO(quantity, elm_to_quantity)
CONVERTS_TO(ratio, elm_to_ratio)
CONVERTS_TO(string, elm_to_string)
CONVERTS_TO(time, elm_to_time)
