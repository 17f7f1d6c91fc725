/* cms1500.c - claims as text at the print positions of a CMS-1500 (02/12). */
#include <assert.h>
#include <stdio.h>

#include "cms1500.h"

enum paper_shape {
	TEXT,
	PLAIN,	    /* without the signs that an address has none of */
	WHOLE,	    /* numbers: never cut */
	MONEY,	    /* dollars, a blank, cents; at the right, never cut */
	MONTH,
	DAY,
	YEAR,
	SHORT_YEAR,
	ZIP,
	AREA,	    /* of a phone number */
	NUMBER,	    /* the rest of it */
};
enum paper_when { B, T, L };
static const struct row {
	enum paper_when when;
	const char *box;
	uint8_t line, column, width;
	const char *value;
	enum paper_shape shape;
} rows[] = {
#define B(box, line, column, width, value, shape, sure) \
	{ B, box, line, column, width, value, shape },
#define T(box, line, column, width, value, shape, sure) \
	{ T, box, line, column, width, value, shape },
#define L(box, line, column, width, value, shape, sure) \
	{ L, box, line, column, width, value, shape },
#include "cms1500.def"
#undef B
#undef T
#undef L
};
static const char *const places[] = {
#define X(id, name) name,
	PAPER_PLACES_TABLE(X)
#undef X
};
enum { FIRST_SERVICE = 43 }; /* line of it; each has two */

/* ---- values ---- */

/* What a row says: PLACE.NAME, =TEXT, =TEXT:WORDS. */
static struct str value_of(const struct paper *p, const struct row *r)
{
	struct str all = str_of(r->value), place, name, is, v;
	char text[32];
	size_t i = 0;

	str_split(&all, '.', &place);
	str_split(&all, '=', &name);
	while (i < PAPER_PLACES && !str_is(place, places[i]))
		i++;
	assert(i < PAPER_PLACES && name.n < sizeof(text));
	memcpy(text, name.s, name.n);
	text[name.n] = '\0';
	if (p->of[i].get == NULL)
		return STR_NONE;
	v = p->of[i].get(p->of[i].of, text);
	if (all.n == 0)
		return v;
	str_split(&all, ':', &is);
	if (!str_eq(v, is))
		return STR_NONE;
	return all.n ? all : STR("X");
}

static void add_money(struct buf *b, struct str v, size_t width)
{
	BUF_AUTO text = BUF_INIT;
	struct str dollars = STR_NONE;

	str_split(&v, '.', &dollars);
	buf_addf(&text, "%.*s %.*s%s", STR_FMT(dollars), STR_FMT(v),
	    &"00"[v.n < 2 ? v.n : 2]);
	buf_addf(b, "%*s", (int)width, text.s);
}

/* [from, from + n) of it, where it is that long. */
static void add_part(struct buf *b, struct str v, size_t from, size_t n)
{
	if (v.n >= from + n)
		buf_add(b, v.s + from, n);
}

static void add_shaped(struct buf *b, struct str v, const struct row *r)
{
	BUF_AUTO clean = BUF_INIT;
	size_t i;

	switch (r->shape) {
	case MONEY: add_money(b, v, r->width); return;
	case YEAR: add_part(b, v, 0, 4); return;
	case SHORT_YEAR: add_part(b, v, 2, 2); return;
	case MONTH: add_part(b, v, 5, 2); return;
	case DAY: add_part(b, v, 8, 2); return;
	case AREA: add_part(b, v, 0, 3); return;
	case NUMBER: add_part(b, v, 3, 3); buf_addch(b, '-');
		add_part(b, v, 6, 4); return;
	case TEXT: case PLAIN: case WHOLE: case ZIP: break;
	}
	claim_clean(&clean, v);
	for (i = 0; i < clean.len; i++) {
		if (r->shape == PLAIN && strchr(".,#", clean.s[i]))
			continue;
		if (r->shape == ZIP && clean.s[i] == '-')
			continue;
		if (r->shape == ZIP && b->len == 5)
			buf_addch(b, '-');
		buf_addch(b, clean.s[i] >= 'a' && clean.s[i] <= 'z' ?
		    (char)(clean.s[i] - 32) : clean.s[i]);
	}
}

/* ---- a page ---- */

/* 0; EHR_EREJECT: a number or amount does not fit into its box. */
static int put_row(struct paper *p, const struct row *r, size_t line)
{
	BUF_AUTO b = BUF_INIT;
	struct str v = value_of(p, r);

	if (v.n == 0)
		return 0;
	add_shaped(&b, v, r);
	if (b.len > r->width) {
		if (r->shape == WHOLE || r->shape == MONEY) {
			claim_blocked(p->b, "charge", p->j->charge.id,
			    "box %s: longer than the %d characters it has",
			    r->box, r->width);
			return EHR_EREJECT;
		}
		b.len = r->width;
	}
	assert(line && line <= PAPER_LINES &&
	    r->column + b.len <= PAPER_COLUMNS + 1u);
	memcpy(&p->page[line - 1][r->column - 1], b.s, b.len);
	return 0;
}

static int put_rows(struct paper *p, enum paper_when when, size_t line)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].when == when &&
		    put_row(p, &rows[i], line + rows[i].line) < 0)
			rc = EHR_EREJECT;
	return rc;
}

static void add_page(const struct paper *p, struct buf *to)
{
	size_t i, n;

	if (to->len)
		buf_addch(to, '\f');
	for (i = 0; i < PAPER_LINES; i++) {
		for (n = PAPER_COLUMNS; n && p->page[i][n - 1] == ' '; n--)
			;
		buf_add(to, p->page[i], n);
		buf_addch(to, '\n');
	}
}

bool paper_add(struct paper *p, struct buf *to)
{
	const struct claim_doc *d = &p->j->doc;
	size_t i, n, before = to->len;
	int rc = 0;

	paper_facts(p);
	for (i = d->from; i < d->to; i += n) {
		memset(p->page, ' ', sizeof(p->page));
		rc |= put_rows(p, B, 0);
		for (n = 0; n < PAPER_SERVICES && i + n < d->to; n++) {
			paper_line_facts(p, i + n);
			rc |= put_rows(p, L, FIRST_SERVICE + 2 * n);
		}
		if (i + n == d->to)
			rc |= put_rows(p, T, 0);
		add_page(p, to);
	}
	if (rc)
		to->len = before;
	return rc == 0;
}
