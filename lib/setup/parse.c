/* parse.c - the text of a set-up: ehr-setup(5). */
#include <stdlib.h>

#include "setup/impl.h"

void setup_tell(struct diag_sink *sink, enum diag_id id, const char *file,
    const struct setup_item *i, const char *field, uint64_t line,
    const char *text)
{
	BUF_AUTO place = BUF_INIT;
	struct diag d = { .id = id, .file = file, .line = line,
		.text = text };

	if (i)
		buf_addf(&place, "%s %.*s%s%s", setup_kind_name(i),
		    STR_FMT(i->key), field ? "." : "", field ? field : "");
	d.path = i ? place.s : NULL;
	diag_emit(sink, &d);
}

/* ---- lines ---- */

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first word; *rest is what stands behind it. */
static struct str word(struct str *rest)
{
	struct str w = { rest->s, 0 };

	while (w.n < rest->n && !blank(rest->s[w.n]))
		w.n++;
	*rest = str_trim((struct str){ rest->s + w.n, rest->n - w.n });
	return w;
}

static bool clean(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (((unsigned char)line.s[i] < ' ' && line.s[i] != '\t') ||
		    line.s[i] == 0x7f)
			return false;
	return line.n <= MAX_SETUP_LINE &&
	    utf8_valid(line.s, line.n) == line.n;
}

/* ---- an item as it is read ---- */

struct reader {
	struct setup *s;
	const char *file;
	struct diag_sink *sink;
	uint64_t line;
	struct setup_item item; /* open when it has a line */
	bool over;		/* of an unknown kind: its fields are, too */
	struct setup_value value[MAX_SETUP_VALUES];
	struct buf kept;
};

static void tell(struct reader *r, enum diag_id id, const char *field,
    uint64_t line, const char *text)
{
	setup_tell(r->sink, id, r->file, r->item.line ? &r->item : NULL,
	    field, line, text);
}

/* By the table's order; those of a field stay as they came. */
static void sort_values(struct setup_value *v, size_t n)
{
	struct setup_value one;
	size_t k;

	for (size_t i = 1; i < n; i++) {
		one = v[i];
		for (k = i; k > 0 && v[k - 1].field > one.field; k--)
			v[k] = v[k - 1];
		v[k] = one;
	}
}

static void check_item(struct reader *r)
{
	const struct setup_form *form = r->item.form;
	const struct setup_field *f = form->field;

	for (; f->name; f++)
		if (f->kind == r->item.kind && f->flags & SETUP_MUST &&
		    setup_nth(&r->item, f->name, 0).s == NULL)
			tell(r, DIAG_SETUP_MISSING, f->name, r->item.line,
			    NULL);
	for (const struct setup_fit *t = form->fit; t && t->wrong; t++)
		if (t->kind == r->item.kind && t->wrong(&r->item))
			tell(r, DIAG_SETUP_FIT, t->field, r->item.line,
			    t->text);
}

static void end_item(struct reader *r)
{
	size_t size = r->item.n * sizeof(*r->value);
	struct setup_value *v;

	if (r->item.line == 0)
		return;
	sort_values(r->value, r->item.n);
	r->item.value = r->value;
	check_item(r);
	v = arena_alloc(&r->s->mem, size + 1);
	memcpy(v, r->value, size);
	r->item.value = v;
	setup_add(r->s, &r->item);
	r->item = (struct setup_item){ .line = 0 };
}

static void begin_item(struct reader *r, struct str rest)
{
	struct str name = word(&rest);
	const struct setup_form *form = r->s->form;
	int kind = setup_kind(form, name);

	r->over = true;
	if (kind == form->kinds || rest.n == 0) {
		tell(r, DIAG_SETUP_SYNTAX, NULL, r->line,
		    kind == form->kinds ? "no such kind" : "no key");
	} else if (!setup_key_valid(rest)) {
		tell(r, DIAG_SETUP_KEY, NULL, r->line, NULL);
	} else {
		r->item = (struct setup_item){ .form = form, .kind = kind,
			.key = arena_str(&r->s->mem, rest), .line = r->line };
		r->over = false;
	}
}

static bool has(const struct reader *r, const struct setup_field *f)
{
	for (size_t k = 0; k < r->item.n; k++)
		if (r->value[k].field == f)
			return true;
	return false;
}

static void wrong_value(struct reader *r, const struct setup_field *f)
{
	BUF_AUTO why = BUF_INIT;

	buf_addf(&why, "%s%s%s", f->type->help, f->arg ? ": " : "",
	    f->arg ? f->arg : "");
	tell(r, DIAG_SETUP_VALUE, f->name, r->line, why.s);
}

static void add_value(struct reader *r, struct str rest)
{
	struct str name = word(&rest);
	const struct setup_field *f = setup_field(r->item.form,
	    r->item.kind, name);

	if (f == NULL) {
		tell(r, DIAG_SETUP_FIELD, NULL, r->line, NULL);
	} else if (!(f->flags & SETUP_MORE) && has(r, f)) {
		tell(r, DIAG_SETUP_TWICE, f->name, r->line, NULL);
	} else if (r->item.n == MAX_SETUP_VALUES) {
		tell(r, DIAG_SETUP_SYNTAX, f->name, r->line,
		    "too many lines of an item");
	} else {
		buf_reset(&r->kept);
		if (!setup_type_check(f, rest, &r->kept)) {
			wrong_value(r, f);
			buf_reset(&r->kept);
		}
		/* a wrong one stays there, so that it is not missed as well */
		r->value[r->item.n++] = (struct setup_value){ f,
			arena_str(&r->s->mem, buf_str(&r->kept)), r->line };
	}
}

static void take_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line);

	if (!clean(line)) {
		tell(r, DIAG_SETUP_SYNTAX, NULL, r->line,
		    "too long, control characters or not UTF-8");
	} else if (text.n == 0 || text.s[0] == '#') {
		return;
	} else if (!blank(line.s[0])) {
		end_item(r);
		begin_item(r, text);
	} else if (r->item.line) {
		add_value(r, text);
	} else if (!r->over) {
		tell(r, DIAG_SETUP_SYNTAX, NULL, r->line,
		    "a field before the first item");
		r->over = true;
	}
}

static void tell_twice(struct reader *r)
{
	for (size_t k = 1; k < r->s->n; k++) {
		r->item = r->s->item[k];
		if (setup_order(&r->item, &r->s->item[k - 1]) == 0)
			tell(r, DIAG_SETUP_TWICE, NULL, r->item.line, NULL);
	}
}

void setup_parse(struct setup *s, const char *file, struct str text,
    struct diag_sink *sink)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	struct str line;

	r->s = s;
	r->file = file;
	r->sink = sink;
	r->kept = BUF_INIT;
	while (str_split(&text, '\n', &line)) {
		r->line++;
		if (line.n && str_end(line)[-1] == '\r')
			line.n--;
		take_line(r, line);
	}
	end_item(r);
	setup_sort(s);
	tell_twice(r);
	buf_release(&r->kept);
	free(r);
}

/* ---- rows of the record ---- */

bool setup_take(struct arena *mem, struct setup_item *i, struct str body)
{
	struct str line, rest;
	struct setup_value *v;
	size_t n = 0;

	for (const char *p = body.s; p < str_end(body); p++)
		n += *p == '\n';
	v = arena_alloc(mem, (n + 1) * sizeof(*v));
	i->value = v;
	rest = arena_str(mem, body);
	while (i->n < n && str_split(&rest, '\n', &line)) {
		v[i->n].field = setup_field(i->form, i->kind, word(&line));
		v[i->n].text = line;
		if (v[i->n++].field == NULL)
			return false;
	}
	return rest.n == 0;
}

static void print_values(const struct setup_item *i, const char *lead,
    struct buf *b)
{
	for (size_t k = 0; k < i->n; k++)
		buf_addf(b, "%s%s %.*s\n", lead, i->value[k].field->name,
		    STR_FMT(i->value[k].text));
}

void setup_body(const struct setup_item *i, struct buf *b)
{
	print_values(i, "", b);
}

void setup_print(const struct setup_item *i, struct buf *b)
{
	buf_addf(b, "%s %.*s\n", setup_kind_name(i), STR_FMT(i->key));
	print_values(i, "\t", b);
}

bool setup_same(const struct setup_item *a, const struct setup_item *b)
{
	if (a->n != b->n)
		return false;
	for (size_t k = 0; k < a->n; k++)
		if (a->value[k].field != b->value[k].field ||
		    !str_eq(a->value[k].text, b->value[k].text))
			return false;
	return true;
}
