/* text.c - the page on a terminal or on paper. */
#include <stdlib.h>

#include "impl.h"

enum { WIDTH = 80, INDENT = 2, PAST_INDENT = 4, GAP = 2, CLIP = 140 };

struct text {
	struct view *v;
	struct buf *b;
	size_t width;
	bool colour;
};

static void style(struct text *t, const char *code)
{
	if (t->colour)
		buf_addf(t->b, "\033[%sm", code);
}

static void spaces(struct buf *b, size_t n)
{
	while (n--)
		buf_addch(b, ' ');
}

/* Takes the next line of at most width columns from *rest: up to a blank
 * when there is one. */
static struct str next_line(struct str *rest, size_t width)
{
	size_t n = utf8_fit(*rest, width), cut;
	struct str line;

	if (n < rest->n) {
		cut = n;
		while (cut > 0 && rest->s[cut] != ' ')
			cut--;
		n = cut ? cut : n ? n : 1;
	}
	line = (struct str){ rest->s, n };
	rest->s += n;
	rest->n -= n;
	while (rest->n && rest->s[0] == ' ') {
		rest->s++;
		rest->n--;
	}
	return line;
}

/* ---- sections as tables ---- */

struct cells {
	const struct layout *layout;
	size_t columns;
	size_t width[COLUMNS_MAX];
	struct arena mem;
	struct str *cell; /* rows * COLUMNS_MAX */
};

static size_t row_indent(const struct view_row *row)
{
	return row->past ? PAST_INDENT : INDENT;
}

/* Cuts a long text at a blank: the page leads to it, --all shows it. */
static void clip(struct buf *b)
{
	size_t n = CLIP;

	if (b->len <= CLIP + 20)
		return;
	while (n > 0 && b->s[n] != ' ')
		n--;
	b->len = n ? n : utf8_valid(b->s, CLIP);
	buf_adds(b, " ...");
}

static void fill(struct cells *c, const struct view_row **row, size_t n,
    bool all)
{
	BUF_AUTO b = BUF_INIT;

	while (c->columns < COLUMNS_MAX &&
	    c->layout->col[c->columns].head != NULL &&
	    c->layout->col[c->columns].field != FIELD_NONE)
		c->columns++;
	c->cell = arena_alloc(&c->mem, (n + 1) * COLUMNS_MAX *
	    sizeof(*c->cell));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < c->columns; k++) {
			struct str *s = &c->cell[i * COLUMNS_MAX + k];
			size_t w;

			buf_reset(&b);
			field_text(row[i], c->layout->col[k].field, &b);
			if (!all)
				clip(&b);
			*s = arena_str(&c->mem, buf_str(&b));
			w = utf8_width(*s);
			if (k == 0 && w)
				w += row_indent(row[i]) - INDENT;
			if (w > c->width[k])
				c->width[k] = w;
		}
}

/* The widest column of these kinds that is wider than least. */
static size_t widest(const struct cells *c, unsigned kinds, size_t least)
{
	size_t best = COLUMNS_MAX;

	for (size_t k = 0; k < c->columns; k++)
		if (((c->layout->col[k].flags | COLUMN_ANY) & kinds) &&
		    c->width[k] > least && (best == COLUMNS_MAX ||
		    c->width[k] > c->width[best]))
			best = k;
	return best;
}

/* Narrows columns until the table fits, step by step. */
static void fit(struct cells *c, size_t room)
{
	static const struct {
		unsigned kinds;
		size_t least;
	} steps[] = {
		{ COLUMN_WIDE, 22 }, { COLUMN_NAME, 17 }, { COLUMN_WIDE, 12 },
		{ COLUMN_ANY, 6 },
	};

	for (;;) {
		size_t total = INDENT, best = COLUMNS_MAX;

		for (size_t k = 0; k < c->columns; k++)
			total += c->width[k] ? c->width[k] + GAP : 0;
		if (total <= room + GAP)
			return;
		for (size_t i = 0; i < ARRAY_LEN(steps) &&
		    best == COLUMNS_MAX; i++)
			best = widest(c, steps[i].kinds, steps[i].least);
		if (best == COLUMNS_MAX)
			return;
		c->width[best]--;
	}
}

static bool alarming(const struct view_row *row)
{
	return row->e->flag[0] && !row->past;
}

static void print_row_text(struct text *t, struct cells *c,
    const struct view_row *row, struct str *cell)
{
	bool more = true, bold = alarming(row);

	for (int line = 0; more; line++) {
		size_t at = 0, want = row_indent(row);

		more = false;
		for (size_t k = 0; k < c->columns; k++) {
			size_t w = c->width[k] - (k == 0 && c->width[k] ?
			    row_indent(row) - INDENT : 0);
			struct str s;

			if (c->width[k] == 0)
				continue;
			s = next_line(&cell[k], w ? w : 1);
			if (s.n) {
				spaces(t->b, want - at);
				at = want + utf8_width(s);
				if (bold && line == 0)
					style(t, "1");
				buf_addstr(t->b, s);
				if (bold && line == 0)
					style(t, "0");
			}
			want += w + GAP;
			more = more || cell[k].n;
		}
		buf_addch(t->b, '\n');
	}
}

static void more_line(struct text *t, enum view_section s, size_t n,
    const char *kind, size_t indent)
{
	if (n == 0)
		return;
	spaces(t->b, indent);
	buf_addf(t->b, "and %zu more %s(ehr-chart list %s)\n", n, kind,
	    view_section_info(s)->name);
}

static void section_title(struct text *t, const char *title)
{
	buf_addch(t->b, '\n');
	style(t, "1;4");
	buf_adds(t->b, title);
	style(t, "0");
	buf_addch(t->b, '\n');
}

static void absent_line(struct text *t, enum view_section s, bool former)
{
	const struct view_entry *said = view_asserted(t->v, s);

	spaces(t->b, INDENT);
	if (said) {
		buf_addstr(t->b, said->absent);
		if (said->start.precision != DATE_NONE) {
			buf_adds(t->b, " (asserted ");
			view_day(t->b, &said->start);
			buf_addch(t->b, ')');
		}
	} else {
		buf_adds(t->b, why_empty(t->v, s, former));
	}
	buf_addch(t->b, '\n');
}

/* "No known food allergies" besides an allergy to something else. */
static void also_asserted(struct text *t)
{
	BUF_AUTO b = BUF_INIT;

	if (!view_asserted(t->v, VIEW_ALLERGIES))
		return;
	assertions(t->v, &b);
	spaces(t->b, INDENT);
	buf_addf(t->b, "besides: %s\n", b.s);
}

static void print_section(struct text *t, enum view_section s)
{
	const struct view_section_info *info = view_section_info(s);
	struct cells c = { .layout = layout_of(s), .mem = ARENA_INIT };
	const struct view_row **row;
	size_t n, left[2];
	bool past = false;

	view_rows(t->v, s, &n);
	row = xcalloc(n + 1, sizeof(*row));
	n = choose_rows(t->v, s, row, left);
	if (n == 0 && !view_asserted(t->v, s) && !(info->flags & VIEW_CORE) &&
	    !t->v->opt.sections) {
		free(row);
		return;
	}
	section_title(t, info->title);
	if (n == 0 || row[0]->past)
		absent_line(t, s, n + left[1] > 0);
	fill(&c, row, n, t->v->opt.all);
	fit(&c, t->width);
	for (size_t i = 0; i < n; i++) {
		if (row[i]->past && !past) {
			more_line(t, s, left[0], "", INDENT);
			left[0] = 0;
			past = true;
			buf_addf(t->b, "  %s\n", info->past[0] ? info->past :
			    "No longer valid");
		}
		print_row_text(t, &c, row[i], c.cell + i * COLUMNS_MAX);
	}
	if (n && !row[0]->past && s == VIEW_ALLERGIES)
		also_asserted(t);
	more_line(t, s, left[0], "", INDENT);
	more_line(t, s, left[1], "past ", past ? PAST_INDENT : INDENT);
	arena_release(&c.mem);
	free(row);
}

/* ---- head and foot ---- */

/* Label and text, wrapped under the text. */
static void labelled(struct text *t, const char *label, struct str s,
    const char *how)
{
	size_t indent = strlen(label) + 2;
	bool first = true;

	style(t, how);
	buf_addf(t->b, "%s: ", label);
	while (s.n) {
		if (!first)
			spaces(t->b, indent);
		buf_addstr(t->b, next_line(&s, t->width > indent + 10 ?
		    t->width - indent : 10));
		first = false;
		if (s.n)
			buf_addch(t->b, '\n');
	}
	style(t, "0");
	buf_addch(t->b, '\n');
}

static void print_head(struct text *t)
{
	const struct view_patient *p = view_patient(t->v);
	BUF_AUTO b = BUF_INIT;
	const char *label;
	bool alarm;

	style(t, "1");
	buf_addstr(t->b, p->name.n ? p->name : STR("(name not recorded)"));
	style(t, "0");
	buf_addf(t->b, "   %.*s", STR_FMT(p->sex.n ? p->sex :
	    STR("sex not recorded")));
	if (view_age(t->v, &b))
		buf_addf(t->b, ", %s", b.s);
	if (p->birth.n)
		buf_addf(t->b, ", born %.*s", STR_FMT(p->birth));
	else
		buf_adds(t->b, ", birth date not recorded");
	buf_addch(t->b, '\n');
	for (size_t i = 0; buf_reset(&b), head_line(t->v, i, &label, &b); i++)
		if (b.len)
			labelled(t, label, buf_str(&b),
			    label[1] == 'I' || label[1] == 'L' ? "1" : "0");
	buf_reset(&b);
	allergy_banner(t->v, &b, &alarm);
	labelled(t, alarm ? "ALLERGIES" : "Allergies", buf_str(&b),
	    alarm ? "1;31" : "0");
}

static void print_foot(struct text *t)
{
	const struct view_opt *o = &t->v->opt;

	buf_addf(t->b, "\nPatient %.*s.", STR_FMT(t->v->head.id));
	if (o->as_of != RECORD_NOW) {
		buf_adds(t->b, " The record as of ");
		view_stamp(t->b, o->as_of);
		buf_addch(t->b, '.');
	}
	buf_addf(t->b, "\nToday is %04d-%02d-%02d; times are %s.\n",
	    o->today.year, o->today.month, o->today.day, view_zone_name());
}

void view_text(struct view *v, const struct view_page *page, struct buf *b)
{
	struct text t = { v, b, page->width ? page->width : WIDTH,
		page->colour };

	print_head(&t);
	for (int s = 0; s < VIEW_SECTIONS; s++)
		if (section_shown(v, (enum view_section)s))
			print_section(&t, (enum view_section)s);
	print_foot(&t);
}
