/* parse.c - what is asked: names, numbers, dates, expressions. */
#include <stdlib.h>

#include "impl.h"

struct find *find_new(void)
{
	struct find *f = xcalloc(1, sizeof(*f));

	f->mem = ARENA_INIT;
	return f;
}

void find_free(struct find *f)
{
	if (f == NULL)
		return;
	arena_release(&f->mem);
	free(f);
}

int find_add(struct find *f, const struct criterion *c, struct ehr_err *e)
{
	if (f->n == MAX_FIND_TERMS)
		return ehr_fail(e, EHR_EUSAGE, "over %d terms",
		    MAX_FIND_TERMS);
	f->c[f->n++] = *c;
	return 0;
}

static int check_text(struct str s, struct ehr_err *e)
{
	if (s.n > MAX_FIND_TEXT)
		return ehr_fail(e, EHR_EUSAGE, "over %d bytes", MAX_FIND_TEXT);
	if (utf8_valid(s.s, s.n) != s.n || (s.n && memchr(s.s, '\0', s.n)))
		return ehr_fail(e, EHR_EUSAGE, "not UTF-8 text");
	return 0;
}

static int add_field(struct find *f, const struct field *field,
    enum find_op op, struct str v, struct ehr_err *e)
{
	struct criterion c = { .field = field, .op = op };
	int rc = field->parse(f, &c, v, e);

	return rc < 0 ? rc : find_add(f, &c, e);
}

static int add_named(struct find *f, const char *name, struct str v,
    struct ehr_err *e)
{
	int rc = check_text(v, e);

	return rc < 0 ? rc : add_field(f, find_field(str_of(name)), OP_EQ, v,
	    e);
}

int find_name(struct find *f, struct str name, struct ehr_err *e)
{
	return add_named(f, "name", name, e);
}

int find_mrn(struct find *f, struct str mrn, struct ehr_err *e)
{
	return add_named(f, "mrn", mrn, e);
}

int find_born(struct find *f, struct str date, struct ehr_err *e)
{
	return add_named(f, "born", date, e);
}

/* ---- expressions ---- */

/* Longer ones first. */
static const struct {
	const char *text;
	enum find_op op;
} ops[] = {
	{ "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "=", OP_EQ },
	{ "<", OP_LT }, { ">", OP_GT },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes what stands before an operator. */
static struct str take_word(struct str *rest)
{
	struct str w = { rest->s, 0 };

	while (rest->n && !is_blank(*rest->s) &&
	    memchr("=!<>\"", *rest->s, 5) == NULL) {
		rest->s++;
		rest->n--;
		w.n++;
	}
	return w;
}

static int take_op(struct str *rest, enum find_op *op, struct ehr_err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (!str_starts(*rest, ops[i].text))
			continue;
		*op = ops[i].op;
		rest->s += strlen(ops[i].text);
		rest->n -= strlen(ops[i].text);
		return 0;
	}
	return ehr_fail(e, EHR_EUSAGE,
	    "an operator is wanted (= != < <= > >=), without blanks");
}

/* A value up to a blank; "..." may stand in it and holds blanks. */
static int take_value(struct find *f, struct str *rest, struct str *v,
    struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	bool quoted = false, empty = true;

	for (; rest->n && (quoted || !is_blank(*rest->s)); rest->s++) {
		if (*rest->s == '"')
			quoted = !quoted;
		else
			buf_addch(&b, *rest->s);
		rest->n--;
		empty = false;
	}
	if (quoted)
		return ehr_fail(e, EHR_EUSAGE, "a quote that is not closed");
	if (empty)
		return ehr_fail(e, EHR_EUSAGE, "a value is missing");
	*v = arena_str(&f->mem, buf_str(&b));
	return 0;
}

static int add_has(struct find *f, struct str word, bool no, enum find_op op,
    struct str v, struct ehr_err *e)
{
	struct criterion c = { .op = no ? OP_NO : OP_HAS };
	const char *bar = memchr(v.s, '|', v.n);

	c.has = find_has_type(word);
	if (c.has == NULL)
		return ehr_fail(e, EHR_EUSAGE, "unknown type after has: or no:");
	if (op != OP_EQ)
		return ehr_fail(e, EHR_EUSAGE, "has: and no: take = only");
	c.code = v;
	if (bar) {
		c.system = fhir_system((struct str){ v.s,
		    (size_t)(bar - v.s) });
		if (c.system.s == NULL)
			return ehr_fail(e, EHR_EUSAGE, "unknown code system "
			    "(a short name or a URI)");
		c.system = arena_str(&f->mem, c.system);
		c.code.s = bar + 1;
		c.code.n = (size_t)(str_end(v) - bar) - 1;
	}
	if (c.code.n == 0)
		return ehr_fail(e, EHR_EUSAGE, "a code is missing");
	return find_add(f, &c, e);
}

static int add_term(struct find *f, struct str *rest, struct ehr_err *e)
{
	struct str word = take_word(rest), v = STR_NONE;
	const struct field *field = find_field(word);
	bool has = str_starts(word, "has:"), no = str_starts(word, "no:");
	enum find_op op = OP_EQ;
	int rc = 0;

	if (!field && !has && !no)
		return ehr_fail(e, EHR_EUSAGE, "unknown field (age born sex "
		    "name mrn zip city deceased has:TYPE no:TYPE)");
	rc = take_op(rest, &op, e);
	if (rc == 0)
		rc = take_value(f, rest, &v, e);
	if (rc < 0)
		return rc;
	if (field == NULL) {
		size_t skip = has ? 4 : 3;

		word.s += skip;
		word.n -= skip;
		return add_has(f, word, no, op, v, e);
	}
	if (!field->ordered && op != OP_EQ && op != OP_NE)
		return ehr_fail(e, EHR_EUSAGE, "%s takes = and != only",
		    field->name);
	return add_field(f, field, op, v, e);
}

int find_where(struct find *f, struct str expression, struct ehr_err *e)
{
	struct str rest = expression;
	int rc = check_text(expression, e);

	for (int term = 1; rc == 0; term++) {
		while (rest.n && is_blank(*rest.s)) {
			rest.s++;
			rest.n--;
		}
		if (rest.n == 0)
			return term > 1 ? 0 : ehr_fail(e, EHR_EUSAGE,
			    "an empty expression");
		rc = add_term(f, &rest, e);
		if (rc < 0)
			ehr_fail_prefix(e, "term %d: ", term);
	}
	return rc;
}

void find_kinds(const struct find *f, struct buf *b)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct criterion *c = &f->c[i];

		if (i)
			buf_addch(b, ',');
		if (c->field)
			buf_adds(b, c->field->name);
		else
			buf_addf(b, "%s:%s", c->op == OP_NO ? "no" : "has",
			    c->has->word);
	}
}
