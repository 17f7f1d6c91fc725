/* Checking: every rule at every element it is of. */
#include "impl.h"
#include "programs.h"

#define AGGREGATE                                                          \
	"entryRelationship[@typeCode=SUBJ][@inversionInd=true]"            \
	"[observation[#27.3.3]]"
#define PROGRAM_ID                                                         \
	"informationRecipient/intendedRecipient/"                          \
	"id[@root=2.16.840.1.113883.3.249.7][@extension]"

#define AT(place) { ROW_PLACE, RULE_ONE, NULL, NULL, place },
#define FOR(place, programs) { ROW_PLACE, RULE_ONE, NULL, programs, place },
#define R(number, kind, text)                                              \
	{ ROW_RULE, RULE_##kind, number, NULL, text },
#define C(number, name, kind, text)                                        \
	{ ROW_RULE, RULE_##kind, #number, #name, text },
#define THEN(number, name, kind, text)                                     \
	{ ROW_THEN, RULE_##kind, #number, #name, text },
static const struct rule_row rows[] = {
#include "conf.def"
#include "converter.def"
};

/* The tables as they are used: a place for each row that has one. */
struct checker {
	const struct place *place[ARRAY_LEN(rows)];
	struct arena mem;
	struct str program;
	qrda_finding_fn *fn;
	void *arg;
};

static void prepare(struct checker *c)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].row == ROW_PLACE || rule_is_place(rows[i].kind))
			c->place[i] = place_read(&c->mem, rows[i].text);
}

int qrda_tell(qrda_finding_fn *fn, void *arg, const struct rule_row *r,
    const struct xml_node *node, struct str text)
{
	BUF_AUTO path = BUF_INIT;
	struct qrda_finding f = { r->number, r->name, node->line, { 0 }, text };

	xml_path(&path, node);
	f.path = buf_str(&path);
	return fn(arg, &f);
}

static int broken(struct checker *c, const struct rule_row *r,
    const struct xml_node *node)
{
	BUF_AUTO text = BUF_INIT;

	rule_words(&text, r);
	return qrda_tell(c->fn, c->arg, r, node, buf_str(&text));
}

/* The rules behind the place in row i, up to the next place. */
static int rules_at(struct checker *c, size_t i, const struct xml_node *node)
{
	bool ok = true;
	int rc = 0;

	while (rc == 0 && ++i < ARRAY_LEN(rows) && rows[i].row != ROW_PLACE) {
		if (rows[i].row == ROW_THEN && !ok)
			continue;
		ok = rule_holds(&rows[i], c->place[i], node);
		if (!ok)
			rc = broken(c, &rows[i], node);
	}
	return rc;
}

static bool applies(const struct checker *c, size_t i,
    const struct xml_node *node)
{
	const struct rule_row *r = &rows[i];

	return r->row == ROW_PLACE &&
	    (!r->name || rule_word_in(c->program, str_of(r->name))) &&
	    place_match(c->place[i], node);
}

static int at_node(struct checker *c, const struct xml_node *node)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++)
		if (applies(c, i, node))
			rc = rules_at(c, i, node);
	return rc;
}

int qrda3_check(const struct xml_doc *doc, const struct qrda_table *guids,
    qrda_finding_fn *fn, void *arg, struct ehr_err *e)
{
	const struct xml_node *root = xml_root(doc);
	struct checker c = { .mem = ARENA_INIT, .fn = fn, .arg = arg };
	int rc = qrda3_is(doc, e);

	if (rc < 0)
		return rc;
	prepare(&c);
	c.program = xml_value(root, "informationRecipient/intendedRecipient/id",
	    "extension");
	for (const struct xml_node *n = root; rc == 0 && n;
	     n = xml_walk(root, n)) {
		rc = at_node(&c, n);
		if (rc == 0 && guids)
			rc = check_guids(guids, n, fn, arg);
	}
	arena_release(&c.mem);
	return rc;
}

const char *qrda_programs(void)
{
	return PROGRAMS;
}

bool qrda_program(struct str name)
{
	return rule_word_in(name, STR(PROGRAMS));
}
