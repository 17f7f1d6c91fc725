/* scrub_edits.c - the payers' own rules: set-up items "edit", whose "when"
 * lines are NAME OPERATOR [WORD...]. */
#include "scrub.h"

enum op { IS, NOT, BEGINS, PRESENT, ABSENT, UNDER, OVER, OPS };
static const char *const ops[] = { "is", "not", "begins", "present", "absent",
	"under", "over" };

struct test {
	struct str name, words;
	enum op op;
};

static bool read_test(struct str text, struct test *t)
{
	struct str op = STR_NONE;

	text = str_trim(text);
	str_split(&text, ' ', &t->name);
	if (text.s)
		str_split(&text, ' ', &op);
	t->words = text.s ? str_trim(text) : STR("");
	for (t->op = IS; t->op < OPS && !str_is(op, ops[t->op]); t->op++)
		;
	return t->op < OPS && (t->op == PRESENT || t->op == ABSENT) ==
	    (t->words.n == 0);
}

/* Does one of the blank-parted values match one of the words? */
static bool matches(struct str values, struct str words, bool begins)
{
	struct str v, w, rest;

	while (str_split(&values, ' ', &v))
		for (rest = words; v.n && str_split(&rest, ' ', &w);)
			if (w.n && (begins ? str_begins(v, w) : str_eq(v, w)))
				return true;
	return false;
}

/* The value of a name on that line, appended; diagnoses are those it points
 * to. */
static void value(struct scrub_at *at, const struct charge_line *l,
    struct str name, struct buf *b)
{
	const struct {
		const char *name;
		struct str v;
	} own[] = { { "code", l->code }, { "mods", l->mods },
		{ "units", l->units }, { "place", l->place } };
	BUF_AUTO word = BUF_INIT;
	struct str rest = l->pointers, one;
	struct date day;
	int64_t n;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_is(name, own[i].name)) {
			buf_addstr(b, own[i].v);
			return;
		}
	if (str_is(name, "dx")) {
		while (str_split(&rest, ' ', &one))
			if (str_int(one, &n))
				buf_addf(b, "%.*s ", STR_FMT(charge_nth(at->c,
				    0, "dx", (int)n)));
	} else if (str_is(name, "age")) {
		if (at->birth.precision && date_parse(l->first, &day))
			buf_addf(b, "%d", date_age(&at->birth, &day));
	} else if (str_is(name, "sex")) {
		buf_adds(b, at->sex == 'F' ? "F" : at->sex == 'M' ? "M" : "");
	} else {
		buf_addstr(&word, name);
		buf_addstr(b, charge_either(at->c, l->n, word.s));
	}
}

static bool holds(struct scrub_at *at, const struct charge_line *l,
    const struct test *t)
{
	BUF_AUTO b = BUF_INIT;
	struct decimal v, w;
	struct str got;

	value(at, l, t->name, &b);
	got = str_trim(buf_str(&b));
	switch (t->op) {
	case IS:
	case BEGINS:
		return matches(got, t->words, t->op == BEGINS);
	case NOT:
		return !matches(got, t->words, false);
	case PRESENT:
	case ABSENT:
		return (got.n > 0) == (t->op == PRESENT);
	default:
		break;
	}
	return decimal_parse(got, &v) && decimal_parse(t->words, &w) &&
	    (t->op == UNDER ? decimal_cmp(&v, &w) < 0 :
	    decimal_cmp(&v, &w) > 0);
}

static bool known(struct str name)
{
	int nth;

	return scrub_among(name, "code mods units place dx age sex") ||
	    charge_name_find(name, &nth) != NULL;
}

bool scrub_condition(struct str text)
{
	struct decimal d;
	struct test t;

	return read_test(text, &t) && known(t.name) &&
	    ((t.op != UNDER && t.op != OVER) || decimal_parse(t.words, &d));
}

/* 1 all hold on that line, 0 not, -1 one cannot be read. */
static int applies(struct scrub_at *at, const struct setup_item *edit,
    const struct charge_line *l)
{
	struct test t;
	struct str text;

	for (size_t i = 0; (text = setup_nth(edit, "when", i)).s; i++) {
		if (!scrub_condition(text))
			return -1;
		read_test(text, &t);
		if (!holds(at, l, &t))
			return 0;
	}
	return 1;
}

static bool concerns(const struct scrub_at *at, const struct setup_item *edit)
{
	struct str payer = setup_nth(edit, "payer", 0);

	if (!setup_holds(edit, at->c->day))
		return false;
	if (!payer.s)
		return true;
	for (size_t i = 0; at->payer &&
	    (payer = setup_nth(edit, "payer", i)).s; i++)
		if (str_eq(payer, at->payer->key))
			return true;
	return false;
}

static void fires(struct scrub_at *at, const struct setup_item *edit,
    int line)
{
	struct str error = setup_value(edit, "error");
	struct str warning = setup_value(edit, "warning");
	struct str todo = setup_value(edit, "remedy");
	enum scrub_id id = error.s ? SCRUB_EDIT_ERROR : SCRUB_EDIT_WARNING;
	struct scrub_word key = scrub_word(edit->key);
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO remedy = BUF_INIT;
	const struct scrub_rule *r = scrub_rule(id);

	buf_addstr(&text, error.s ? error : warning);
	buf_addstr(&remedy, todo);
	scrub_tell(at, &(struct scrub_finding){ .id = id,
		.severity = r->severity, .charge = at->c->id, .line = line,
		.what = key.s, .text = text.len ? text.s : r->text,
		.remedy = remedy.len ? remedy.s : r->remedy,
		.overridden = at->overridden[id] });
}

int scrub_edits(struct scrub_at *at)
{
	const struct setup_item *edit = NULL;
	int rc;

	while ((edit = setup_next(at->s->setup, SETUP_EDIT, edit))) {
		if (!concerns(at, edit))
			continue;
		for (size_t i = 0; i < at->c->lines; i++) {
			rc = applies(at, edit, &at->c->line[i]);
			if (rc > 0)
				fires(at, edit, at->c->line[i].n);
			if (rc < 0) {
				scrub_find(at, SCRUB_EDIT_RULE, 0,
				    scrub_word(edit->key).s);
				break;
			}
		}
	}
	return 0;
}
