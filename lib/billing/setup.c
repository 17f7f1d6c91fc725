/* setup.c - items of the set-up in memory, and what is asked of them. */
#include <stdlib.h>

#include "billing/setup-sql.h"
#include "billing/setup_impl.h"

const struct sql setup_sql_table[] = {
#define X(id, name, text, perm) [id] = { name, text, perm },
#include "billing/setup.def"
#undef X
};

static const struct kind {
	const char *name, *help;
} kinds[] = {
#define X(id, name, help) { name, help },
	SETUP_KIND_TABLE(X)
#undef X
};

const struct setup_field setup_fields[] = {
#define X(kind, name, type, flags, arg, value, help)                          \
	{ SETUP_##kind, name, SETUP_TYPE_##type, flags, arg, value, help },
#include "billing/setup-field.def"
#undef X
	{ .name = NULL },
};

const char *setup_kind_name(enum setup_kind kind)
{
	return kinds[kind].name;
}

const char *setup_kind_help(enum setup_kind kind)
{
	return kinds[kind].help;
}

enum setup_kind setup_kind(struct str name)
{
	int k = 0;

	while (k < SETUP_KINDS && !str_is(name, kinds[k].name))
		k++;
	return k;
}

const struct setup_field *setup_field(enum setup_kind kind, struct str name)
{
	const struct setup_field *f = setup_fields;

	while (f->name && (f->kind != kind || !str_is(name, f->name)))
		f++;
	return f->name ? f : NULL;
}

/* ---- the set ---- */

void setup_release(struct setup *s)
{
	arena_release(&s->mem);
	free(s->item);
	*s = SETUP_INIT;
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
		i = (struct setup_item){ .row = stmt_col_int(rows, 0),
			.kind = setup_kind(stmt_col(rows, 1)),
			.key = arena_str(&s->mem, stmt_col(rows, 2)),
			.batch = stmt_col_int(rows, 4) };
		if (i.kind == SETUP_KINDS ||
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
	return read_rows(setup_sql(db, SETUP_LIST), s, e);
}

int setup_read_at(struct store *db, int64_t batch, struct setup *s,
    struct ehr_err *e)
{
	struct stmt *rows = setup_sql(db, SETUP_LIST_AT);

	stmt_int(rows, 1, batch);
	return read_rows(rows, s, e);
}

static int find(const void *key, const void *item)
{
	return setup_order(key, item);
}

const struct setup_item *setup_find(const struct setup *s,
    enum setup_kind kind, struct str key)
{
	const struct setup_item want = { .kind = kind, .key = key };

	return s->n ? bsearch(&want, s->item, s->n, sizeof(want), find) : NULL;
}

const struct setup_item *setup_next(const struct setup *s,
    enum setup_kind kind, const struct setup_item *after)
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

	return v ? v->text : str_of(setup_field(i->kind,
	    str_of(name))->value);
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

	return v ? setup_find(s, setup_kind(str_of(v->field->arg)),
	    v->text) : NULL;
}

bool setup_holds(const struct setup_item *i, struct str day)
{
	struct str from = setup_value(i, "from"), to = setup_value(i, "to");

	return (from.n == 0 || str_cmp(from, day) <= 0) &&
	    (to.n == 0 || str_cmp(day, to) <= 0);
}

/* ---- who is who ---- */

const struct setup_item *setup_enrolment(const struct setup *s,
    struct str provider, struct str payer, struct str day)
{
	const struct setup_item *i = NULL, *best = NULL;

	while ((i = setup_next(s, SETUP_ENROLMENT, i)) != NULL)
		if (str_eq(setup_value(i, "provider"), provider) &&
		    str_eq(setup_value(i, "payer"), payer) &&
		    setup_holds(i, day) && (best == NULL ||
		    str_cmp(setup_value(best, "from"),
		    setup_value(i, "from")) < 0))
			best = i;
	return best;
}

const struct setup_item *setup_by_npi(const struct setup *s,
    enum setup_kind kind, struct str npi)
{
	const struct setup_item *i = NULL;

	while (npi.n && (i = setup_next(s, kind, i)) != NULL)
		if (str_eq(setup_value(i, "npi"), npi))
			return i;
	return NULL;
}

/* The name without case, blanks, dots and commas. */
static void plain(struct str name, struct buf *b)
{
	size_t n = 0;

	buf_reset(b);
	utf8_fold(b, name);
	for (size_t i = 0; i < b->len; i++)
		if (!strchr(" .,", b->s[i]))
			b->s[n++] = b->s[i];
	b->len = n;
}

static bool named(const struct setup_item *i, struct str name, struct buf *b)
{
	static const char *const fields[] = { "name", "id", "inquiry-id",
		"alias" };
	struct str one;

	for (size_t k = 0; k < ARRAY_LEN(fields); k++)
		for (size_t n = 0; one = setup_nth(i, fields[k], n), one.n;
		     n++) {
			plain(one, b);
			if (str_eq(buf_str(b), name))
				return true;
		}
	return false;
}

const struct setup_item *setup_payer_named(const struct setup *s,
    struct str name)
{
	const struct setup_item *i = NULL, *found = NULL;
	BUF_AUTO want = BUF_INIT;
	BUF_AUTO have = BUF_INIT;

	plain(name, &want);
	while (want.len && (i = setup_next(s, SETUP_PAYER, i)) != NULL) {
		if (!named(i, buf_str(&want), &have))
			continue;
		if (found)
			return NULL;
		found = i;
	}
	return found;
}
