/* fill.c - segments of an 837P from values, as the table says. */
#include <assert.h>

#include "impl.h"

void claim_bag_put(struct claim_bag *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	assert(b->n < ARRAY_LEN(b->v));
	b->v[b->n].name = name;
	b->v[b->n++].value = value;
}

static struct str bag_get(const void *of, const char *name)
{
	const struct claim_bag *b = of;

	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].name, name) == 0)
			return b->v[i].value;
	return STR_NONE;
}

struct claim_facts claim_bag_facts(const struct claim_bag *b)
{
	return (struct claim_facts){ bag_get, b };
}

void claim_fill_init(struct claim_fill *f, struct buf *to)
{
	memset(f, 0, sizeof(*f));
	f->w = (struct x12_writer)X12_WRITER(to);
	f->clean = BUF_INIT;
	claim_forms_init(&f->forms);
}

void claim_fill_release(struct claim_fill *f)
{
	claim_forms_release(&f->forms);
	buf_release(&f->clean);
}

/* ---- values ---- */

struct str claim_fill_value(const struct claim_fill *f,
    enum claim_place place, const char *name)
{
	const struct claim_facts *of = &f->of[place];

	return of->get ? of->get(of->of, name) : STR_NONE;
}

static struct str nth_part(struct str v, char by, unsigned n)
{
	struct str part = STR_NONE;

	while (n-- > 0)
		if (!str_split(&v, by, &part))
			return STR_NONE;
	return part;
}

void claim_clean(struct buf *b, struct str v)
{
	const char *s = v.s, *end = v.s + v.n, *from;
	size_t at;

	while (s < end) {
		from = s;
		if ((unsigned char)*s < 0x80) {
			buf_addch(b, *s < ' ' || strchr("*:~^\x7f", *s) ?
			    ' ' : *s);
			s++;
			continue;
		}
		utf8_next(&s, end);
		at = b->len;
		utf8_fold(b, (struct str){ from, (size_t)(s - from) });
		if (b->len == at || (unsigned char)b->s[at] >= 0x80) {
			b->len = at;
			buf_addch(b, ' ');
		}
	}
}

/* d: YYYY-MM-DD as CCYYMMDD; u: letters and digits alone. */
static void add_shaped(struct buf *b, struct str v, char shape)
{
	size_t i;

	if (shape == 0) {
		claim_clean(b, v);
		return;
	}
	for (i = 0; i < v.n; i++)
		if ((v.s[i] >= '0' && v.s[i] <= '9') ||
		    (shape == 'u' && ((v.s[i] | 32) >= 'a' &&
		    (v.s[i] | 32) <= 'z')))
			buf_addch(b, v.s[i]);
}

static struct str piece_value(struct claim_fill *f,
    const struct claim_piece *p)
{
	struct str v = p->text;

	if (v.s)
		return v;
	v = claim_fill_value(f, p->place, p->name);
	if (p->nth && v.n)
		v = nth_part(v, p->by, p->nth);
	return v.n && p->instead.s ? p->instead : v;
}

/* ---- segments ---- */

static bool holds(const struct claim_fill *f, const struct claim_form *form)
{
	for (size_t i = 0; i < form->whens; i++) {
		const struct claim_when *w = &form->when[i];
		struct str v = claim_fill_value(f, w->place, w->name);
		bool yes = w->value.s ? str_eq(v, w->value) : v.n > 0;

		if (yes == w->no)
			return false;
	}
	return true;
}

/* One element, pieces [i, end): nothing where all its values are empty. */
static void element(struct claim_fill *f, const struct claim_form *form,
    size_t i, size_t end, const struct str *v)
{
	bool value = false, some = false;
	size_t j, last = i;

	for (j = i; j < end; j++) {
		value = value || form->piece[j].text.s == NULL;
		some = some || (form->piece[j].text.s == NULL && v[j].n);
		if (v[j].n)
			last = j;
	}
	if (value && !some) {
		x12_put(&f->w, STR_NONE);
		return;
	}
	for (j = i; j <= last; j++) {
		buf_reset(&f->clean);
		add_shaped(&f->clean, v[j],
		    v[j].n ? form->piece[j].shape : 0);
		if (j == i)
			x12_put(&f->w, str_trim(buf_str(&f->clean)));
		else
			x12_put_part(&f->w, str_trim(buf_str(&f->clean)));
	}
}

static void segment(struct claim_fill *f, const struct claim_form *form)
{
	struct str v[CLAIM_PIECES_MAX];
	bool some = form->constant;
	size_t i, end;

	for (i = 0; i < form->pieces; i++) {
		v[i] = piece_value(f, &form->piece[i]);
		some = some || (form->piece[i].text.s == NULL && v[i].n);
	}
	if (!some)
		return;
	x12_begin(&f->w, form->seg);
	for (i = 0; i < form->pieces; i = end) {
		for (end = i + 1; end < form->pieces &&
		     form->piece[end].at == form->piece[i].at; end++)
			;
		element(f, form, i, end, v);
	}
	x12_end(&f->w);
}

static struct str the_value(const void *of, const char *name)
{
	(void)name;
	return *(const struct str *)of;
}

static void each(struct claim_fill *f, const struct claim_form *form)
{
	struct str one;
	int i;

	f->of[CLAIM_OF_EACH] = (struct claim_facts){ the_value, &one };
	for (i = 0; i < CLAIM_EACH_MAX; i++) {
		one = claim_fill_value(f, form->each_of, form->each[i]);
		if (one.n)
			segment(f, form);
	}
	f->of[CLAIM_OF_EACH].get = NULL;
}

void claim_fill_loop(struct claim_fill *f, enum claim_loop loop)
{
	size_t i;

	for (i = f->forms.from[loop]; i < f->forms.from[loop + 1]; i++) {
		const struct claim_form *form = &f->forms.form[i];

		if (!holds(f, form))
			continue;
		if (form->each)
			each(f, form);
		else
			segment(f, form);
	}
}
