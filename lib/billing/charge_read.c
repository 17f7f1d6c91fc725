/* charge_read.c - charges out of the record. */
#include <stdlib.h>

#include "charge.h"

const struct sql charge_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "charge.def"
#undef X
};

void charge_release(struct charge *c)
{
	free(c->line);
	free(c->field);
	arena_release(&c->mem);
	*c = CHARGE_INIT;
}

struct charge_line *charge_more_lines(struct charge *c)
{
	if (c->lines == c->line_cap) {
		c->line_cap = c->line_cap ? 2 * c->line_cap : 8;
		c->line = xrealloc(c->line, c->line_cap * sizeof(*c->line));
	}
	c->line[c->lines] = (struct charge_line){ .cents = -1 };
	return &c->line[c->lines++];
}

struct charge_value *charge_more_fields(struct charge *c)
{
	if (c->fields == c->field_cap) {
		c->field_cap = c->field_cap ? 2 * c->field_cap : 16;
		c->field = xrealloc(c->field,
		    c->field_cap * sizeof(*c->field));
	}
	c->field[c->fields] = (struct charge_value){ 0 };
	return &c->field[c->fields++];
}

/* As empty as it was begun, with its memory. */
static void again(struct charge *c)
{
	struct charge old = *c;

	arena_reset(&old.mem);
	*c = (struct charge){ .mem = old.mem, .line = old.line,
		.field = old.field, .line_cap = old.line_cap,
		.field_cap = old.field_cap };
}

static struct str text(struct charge *c, struct stmt *s, int i)
{
	return arena_str(&c->mem, stmt_col(s, i));
}

static int read_head(struct store *db, int64_t id, struct charge *c,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_HEAD);
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0) {
		c->id = id;
		c->key = text(c, s, 0);
		c->patient = stmt_col_int(s, 1);
		c->encounter = stmt_col_int(s, 2);
		c->day = text(c, s, 3);
		c->replaces = stmt_col_int(s, 4);
		c->batch = stmt_col_int(s, 5);
		c->voided = stmt_col_int(s, 6);
		c->reason = text(c, s, 7);
	} else if (rc == 0) {
		rc = ehr_fail(e, EHR_ENOENT, "charge %lld: there is none",
		    (long long)id);
	}
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

static int read_lines(struct store *db, struct charge *c, struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_LINES);
	struct charge_line *l;
	int rc;

	stmt_int(s, 1, c->id);
	while ((rc = stmt_step(s, e)) > 0) {
		l = charge_more_lines(c);
		*l = (struct charge_line){ .id = stmt_col_int(s, 0),
			.n = (int)stmt_col_int(s, 1), .code = text(c, s, 2),
			.mods = text(c, s, 3), .units = text(c, s, 4),
			.unit = text(c, s, 5), .cents = stmt_col_int(s, 6),
			.first = text(c, s, 7), .last = text(c, s, 8),
			.place = text(c, s, 9), .pointers = text(c, s, 10) };
	}
	stmt_reset(s);
	return rc;
}

static int read_fields(struct store *db, struct charge *c, struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_FIELDS);
	struct charge_value *v;
	int rc;

	stmt_int(s, 1, c->id);
	while ((rc = stmt_step(s, e)) > 0) {
		v = charge_more_fields(c);
		v->n = (int)stmt_col_int(s, 0);
		v->name = text(c, s, 1);
		v->value = text(c, s, 2);
	}
	stmt_reset(s);
	return rc;
}

int charge_read(struct store *db, int64_t id, struct charge *c,
    struct ehr_err *e)
{
	int rc;

	again(c);
	rc = read_head(db, id, c, e);
	if (rc == 0)
		rc = read_lines(db, c, e);
	return rc == 0 ? read_fields(db, c, e) : rc;
}

/* ---- values ---- */

struct str charge_field(const struct charge *c, int n, const char *name)
{
	for (size_t i = 0; i < c->fields; i++)
		if (c->field[i].n == n && str_is(c->field[i].name, name))
			return c->field[i].value;
	return STR_NONE;
}

struct str charge_either(const struct charge *c, int n, const char *name)
{
	struct str v = charge_field(c, n, name);

	return v.s ? v : charge_field(c, 0, name);
}

struct str charge_nth(const struct charge *c, int n, const char *name,
    int nth)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%s%d", name, nth);
	return charge_field(c, n, b.s);
}

int64_t charge_cents(const struct charge *c)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->lines; i++)
		sum += c->line[i].cents;
	return sum;
}

void charge_text(struct buf *b, const struct charge *c)
{
	buf_addf(b, "key\t%.*s\npatient\t%lld\nencounter\t%lld\n",
	    STR_FMT(c->key), (long long)c->patient, (long long)c->encounter);
	for (size_t i = 0; i < c->lines; i++) {
		const struct charge_line *l = &c->line[i];

		buf_addf(b, "%d\t%.*s\t%.*s\t%.*s\t%.*s\t%lld\t%.*s\t%.*s\t"
		    "%.*s\t%.*s\n", l->n, STR_FMT(l->code), STR_FMT(l->mods),
		    STR_FMT(l->units), STR_FMT(l->unit), (long long)l->cents,
		    STR_FMT(l->first), STR_FMT(l->last), STR_FMT(l->place),
		    STR_FMT(l->pointers));
	}
	for (size_t i = 0; i < c->fields; i++)
		buf_addf(b, "%d\t%.*s\t%.*s\n", c->field[i].n,
		    STR_FMT(c->field[i].name), STR_FMT(c->field[i].value));
}

/* ---- finding ---- */

static int one_id(struct stmt *s, int64_t *id, struct ehr_err *e)
{
	int rc = stmt_step(s, e);

	if (rc > 0)
		*id = stmt_col_int(s, 0);
	stmt_reset(s);
	return rc;
}

int charge_find(struct store *db, struct str name, int64_t *id,
    struct ehr_err *e)
{
	struct stmt *s;
	int64_t n;
	int rc = 0;

	if (str_int(name, &n) && n > 0) {
		s = charge_sql(db, CHARGE_HEAD);
		stmt_int(s, 1, n);
		rc = stmt_step(s, e);
		stmt_reset(s);
		*id = n;
	}
	if (rc == 0) {
		s = charge_sql(db, CHARGE_SAME_KEY);
		stmt_text(s, 1, name);
		rc = one_id(s, id, e);
	}
	return rc > 0 ? 0 : rc < 0 ? rc : ehr_fail(e, EHR_ENOENT,
	    "%.*s: no such charge", STR_FMT(name));
}

int charge_of_encounter(struct store *db, int64_t encounter, int64_t *id,
    struct ehr_err *e)
{
	struct stmt *s = charge_sql(db, CHARGE_OF_ENCOUNTER);

	stmt_int(s, 1, encounter);
	return one_id(s, id, e);
}

int charge_each(struct store *db, const struct charge_filter *f,
    int (*fn)(void *arg, const struct charge_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &charge_sql_table[CHARGE_LIST]);
	int rc;

	stmt_int(s, 1, f->patient);
	stmt_text(s, 2, f->since.s ? f->since : STR(""));
	stmt_text(s, 3, f->until.s ? f->until : STR(""));
	stmt_int(s, 4, f->voided);
	stmt_int(s, 5, f->unbuilt);
	while ((rc = stmt_step(s, e)) > 0) {
		const struct charge_row row = { .id = stmt_col_int(s, 0),
			.patient = stmt_col_int(s, 1),
			.encounter = stmt_col_int(s, 2),
			.cents = stmt_col_int(s, 3),
			.lines = stmt_col_int(s, 4),
			.claims = stmt_col_int(s, 5),
			.batch = stmt_col_int(s, 6),
			.voided = stmt_col_int(s, 7), .key = stmt_col(s, 8),
			.day = stmt_col(s, 9), .reason = stmt_col(s, 10) };

		rc = fn(arg, &row);
		if (rc)
			break;
	}
	store_scan_end(s);
	return rc;
}
