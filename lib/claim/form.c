/* form.c - the table of an 837P, its texts taken apart once. */
#include <assert.h>

#include "impl.h"

static const struct {
	const char *seg, *when, *form; /* seg NULL: the next loop begins */
} table[] = {
#define L(id) { NULL, NULL, NULL },
#define S(seg, when, form) { seg, when, form },
#include "837p.def"
#undef L
#undef S
};

static const char *const places[] = {
#define X(id, name) name,
	CLAIM_PLACES(X)
#undef X
};

/* Takes "PLACE." off v: the place; the table is ours, so there is one. */
static uint8_t take_place(struct str *v)
{
	struct str name = STR_NONE;
	uint8_t i = 0;

	str_split(v, '.', &name);
	while (i < CLAIM_PLACE_COUNT && !str_is(name, places[i]))
		i++;
	assert(i < CLAIM_PLACE_COUNT);
	return i;
}

static const char *own(struct claim_forms *f, struct str v)
{
	return arena_str(&f->mem, v).s;
}

/* PLACE.NAME, !PLACE.NAME, PLACE.NAME=VALUE */
static void take_when(struct claim_forms *f, struct claim_form *form,
    struct str v)
{
	struct claim_when *w = &form->when[form->whens++];
	struct str name;

	assert(form->whens <= ARRAY_LEN(form->when));
	w->no = v.s[0] == '!';
	v.s += w->no;
	v.n -= w->no;
	w->place = take_place(&v);
	str_split(&v, '=', &name);
	w->name = own(f, name);
	w->value = v;
}

/* PLACE.NAME behind "each": the names of its values. */
static void take_each(struct claim_forms *f, struct claim_form *form,
    struct str v)
{
	BUF_AUTO name = BUF_INIT;
	int i;

	form->each_of = take_place(&v);
	form->each = arena_alloc(&f->mem, CLAIM_EACH_MAX *
	    sizeof(*form->each));
	for (i = 0; i < CLAIM_EACH_MAX; i++) {
		buf_reset(&name);
		buf_addf(&name, "%.*s%d", STR_FMT(v), i + 1);
		form->each[i] = own(f, buf_str(&name));
	}
}

static void take_whens(struct claim_forms *f, struct claim_form *form,
    struct str when)
{
	struct str v;
	bool each = false;

	while (str_split(&when, ' ', &v)) {
		if (v.n == 0)
			continue;
		if (each)
			take_each(f, form, v);
		else if (!str_is(v, "each"))
			take_when(f, form, v);
		each = str_is(v, "each");
	}
}

/* Takes c and what is behind it off the end of *v. */
static struct str take_tail(struct str *v, char c)
{
	const char *at = memchr(v->s, c, v->n);
	struct str tail = STR_NONE;

	if (at) {
		tail = (struct str){ at + 1, (size_t)(str_end(*v) - at) - 1 };
		v->n = (size_t)(at - v->s);
	}
	return tail;
}

/* =TEXT, PLACE.NAME with #N, /N, %SHAPE or =TEXT behind, or nothing. */
static void take_piece(struct claim_forms *f, struct claim_form *form,
    struct str v, size_t at)
{
	struct claim_piece *p = &form->piece[form->pieces++];
	struct str shape;
	int64_t n = 0;

	assert(form->pieces <= CLAIM_PIECES_MAX);
	p->at = (uint8_t)at;
	p->text = STR("");
	if (v.n == 0)
		return;
	if (v.s[0] == '=') {
		p->text = (struct str){ v.s + 1, v.n - 1 };
		return;
	}
	form->constant = false;
	p->text = STR_NONE;
	p->place = take_place(&v);
	p->instead = take_tail(&v, '=');
	shape = take_tail(&v, '%');
	p->shape = shape.n ? shape.s[0] : 0;
	if (str_int(take_tail(&v, '#'), &n))
		p->by = ' ';
	else if (str_int(take_tail(&v, '/'), &n))
		p->by = ':';
	p->nth = (uint8_t)n;
	p->name = own(f, v);
}

static void take_form(struct claim_forms *f, struct claim_form *form,
    struct str text)
{
	struct str el, part;
	size_t at = 1;

	form->piece = arena_alloc(&f->mem,
	    CLAIM_PIECES_MAX * sizeof(*form->piece));
	form->constant = true;
	for (; str_split(&text, '*', &el); at++)
		while (str_split(&el, ':', &part))
			take_piece(f, form, part, at);
}

void claim_forms_init(struct claim_forms *f)
{
	size_t i, n = 0, loop = 0;

	f->mem = ARENA_INIT;
	f->form = arena_alloc(&f->mem, ARRAY_LEN(table) * sizeof(*f->form));
	for (i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].seg == NULL) {
			f->from[loop++] = n;
			continue;
		}
		f->form[n].seg = table[i].seg;
		take_whens(f, &f->form[n], str_of(table[i].when));
		take_form(f, &f->form[n++], str_of(table[i].form));
	}
	f->from[loop] = n;
}

void claim_forms_release(struct claim_forms *f)
{
	arena_release(&f->mem);
}
