/* setup.c - items of a form in memory, and what is asked of them. */
#include <stdlib.h>

#include "setup/impl.h"
#include "setup/statements.h"

const struct sql setup_sql_table[] = {
#define X(id, name, text, perm) [id] = { name, text, perm },
#include "setup/statements.def"
#undef X
};

const char *setup_kind_name(const struct setup_item *i)
{
	return i->form->kind[i->kind].name;
}

int setup_kind(const struct setup_form *form, struct str name)
{
	int k = 0;

	while (k < form->kinds && !str_is(name, form->kind[k].name))
		k++;
	return k;
}

const struct setup_field *setup_field(const struct setup_form *form, int kind,
    struct str name)
{
	const struct setup_field *f = form->field;

	while (f->name && (f->kind != kind || !str_is(name, f->name)))
		f++;
	return f->name ? f : NULL;
}

/* ---- the set ---- */

void setup_release(struct setup *s)
{
	arena_release(&s->mem);
	free(s->item);
	*s = SETUP_OF(s->form);
}

void setup_add(struct setup *s, const struct setup_item *i)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->item = xrealloc(s->item, s->cap * sizeof(*s->item));
	}
	s->item[s->n++] = *i;
}

int setup_order(const struct setup_item *a, const struct setup_item *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return str_cmp(a->key, b->key);
}

static int order(const void *a, const void *b)
{
	const struct setup_item *x = a, *y = b;
	int c = setup_order(x, y);

	if (c == 0) /* the same one twice, by line */
		c = x->line < y->line ? -1 : x->line > y->line;
	return c;
}

void setup_sort(struct setup *s)
{
	if (s->n)
		qsort(s->item, s->n, sizeof(*s->item), order);
}

static int read_rows(struct stmt *rows, struct setup *s, struct ehr_err *e)
{
	struct setup_item i;
	int rc;

	while ((rc = stmt_step(rows, e)) > 0) {
		i = (struct setup_item){ .form = s->form,
			.row = stmt_col_int(rows, 0),
			.kind = setup_kind(s->form, stmt_col(rows, 1)),
			.key = arena_str(&s->mem, stmt_col(rows, 2)),
			.batch = stmt_col_int(rows, 4) };
		if (i.kind == s->form->kinds ||
		    !setup_take(&s->mem, &i, stmt_col(rows, 3))) {
			rc = ehr_fail(e, EHR_EINTEGRITY, "setup row %lld: "
			    "cannot be read", (long long)i.row);
			break;
		}
		setup_add(s, &i);
	}
	stmt_reset(rows);
	setup_sort(s);
	return rc;
}

int setup_read(struct store *db, struct setup *s, struct ehr_err *e)
{
	return read_rows(setup_sql(db, s->form, SETUP_LIST), s, e);
}

int setup_read_at(struct store *db, int64_t batch, struct setup *s,
    struct ehr_err *e)
{
	struct stmt *rows = setup_sql(db, s->form, SETUP_LIST_AT);

	stmt_int(rows, 1, batch);
	return read_rows(rows, s, e);
}

static int find(const void *key, const void *item)
{
	return setup_order(key, item);
}

const struct setup_item *setup_find(const struct setup *s, int kind,
    struct str key)
{
	const struct setup_item want = { .kind = kind, .key = key };

	return s->n ? bsearch(&want, s->item, s->n, sizeof(want), find) : NULL;
}

const struct setup_item *setup_next(const struct setup *s, int kind,
    const struct setup_item *after)
{
	const struct setup_item *i = after ? after + 1 : s->item,
				*end = s->item + s->n;

	while (i < end && i->kind < kind)
		i++;
	return i < end && i->kind == kind ? i : NULL;
}

/* ---- values ---- */

static const struct setup_value *values(const struct setup_item *i,
    const char *name, size_t nth)
{
	for (size_t k = 0; k < i->n; k++)
		if (strcmp(i->value[k].field->name, name) == 0 && nth-- == 0)
			return &i->value[k];
	return NULL;
}

struct str setup_nth(const struct setup_item *i, const char *name, size_t nth)
{
	const struct setup_value *v = values(i, name, nth);

	return v ? v->text : STR_NONE;
}

struct str setup_value(const struct setup_item *i, const char *name)
{
	const struct setup_value *v = values(i, name, 0);

	return v ? v->text : str_of(setup_field(i->form, i->kind,
	    str_of(name))->value);
}

bool setup_has(const struct setup_item *i, const char *name)
{
	return values(i, name, 0) != NULL;
}

bool setup_yes(const struct setup_item *i, const char *name)
{
	return str_is(setup_value(i, name), "yes");
}

int64_t setup_number(const struct setup_item *i, const char *name,
    int64_t none)
{
	int64_t n;

	return str_int(setup_value(i, name), &n) ? n : none;
}

const struct setup_item *setup_ref(const struct setup *s,
    const struct setup_item *i, const char *name)
{
	const struct setup_value *v = values(i, name, 0);

	return v ? setup_find(s, setup_kind(s->form, str_of(v->field->arg)),
	    v->text) : NULL;
}

bool setup_holds(const struct setup_item *i, struct str day)
{
	struct str from = setup_value(i, "from"), to = setup_value(i, "to");

	return (from.n == 0 || str_cmp(from, day) <= 0) &&
	    (to.n == 0 || str_cmp(day, to) <= 0);
}

bool setup_backwards(const struct setup_item *i)
{
	struct str from = setup_value(i, "from"), to = setup_value(i, "to");

	return from.n && to.n && str_cmp(to, from) < 0;
}
