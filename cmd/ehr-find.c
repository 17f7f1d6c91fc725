/* ehr-find.c - patients by name, number, birth date, criteria and text. */
#include <stdlib.h>

#include "ehr/access.h"
#include "ehr/cli.h"
#include "ehr/find.h"

static struct {
	const char *mrn, *born, *text;
	struct cli_list where;
	bool all;
} ask;

static const struct cli_opt opts[] = {
	{ "mrn", 'm', CLI_TEXT, CLI_HIDE, "M", "by medical record number",
	    &ask.mrn, 0, 0 },
	{ "born", 'b', CLI_TEXT, CLI_HIDE, "D", "by date of birth, month or year",
	    &ask.born, 0, 0 },
	{ "where", 'w', CLI_LIST, CLI_HIDE, "TERMS",
	    "by terms that all hold: age>65 sex=female has:condition=E11.9",
	    &ask.where, 0, 0 },
	{ "text", 't', CLI_TEXT, CLI_HIDE, "WORDS",
	    "by words (or a \"phrase\") of notes", &ask.text, 0, 0 },
	{ "all", 'a', CLI_FLAG, 0, NULL, "everybody", &ask.all, 0, 0 },
	{ 0 },
};

/* What was typed, or a line of standard input for "-". */
static int add(struct cli *c, struct find *f, const char *v,
    int (*fn)(struct find *f, struct str s, struct ehr_err *e),
    const char *what, struct ehr_err *e)
{
	BUF_AUTO line = BUF_INIT;
	int rc = 0;

	if (v == NULL)
		return 0;
	if (strcmp(v, "-") == 0)
		rc = cli_line(c, &line, e);
	else
		buf_adds(&line, v);
	if (rc < 0)
		return rc;
	rc = fn(f, buf_str(&line), e);
	return rc < 0 ? ehr_fail_prefix(e, "%s: ", what) : rc;
}

static int take_question(struct cli *c, struct find *f, struct ehr_err *e)
{
	int rc = add(c, f, c->argv[0], find_name, "NAME", e);

	if (rc == 0)
		rc = add(c, f, ask.mrn, find_mrn, "--mrn", e);
	if (rc == 0)
		rc = add(c, f, ask.born, find_born, "--born", e);
	for (size_t i = 0; rc == 0 && i < ask.where.n; i++)
		rc = add(c, f, ask.where.v[i], find_where, "--where", e);
	return rc;
}

/* For the audit log: kinds, never values. */
static void scope(const struct find *f, struct buf *b)
{
	buf_adds(b, "find:");
	find_kinds(f, b);
	if (ask.text)
		buf_addf(b, "%stext", str_is(buf_str(b), "find:") ? "" : ",");
}

static void text(struct printer *p, const struct buf *v)
{
	if (v->len)
		print_text(p, buf_str(v));
	else
		print_absent(p, NULL);
}

/* ---- patients ---- */

static int person_row(struct printer *p, const struct find_person *who,
    struct ehr_err *e)
{
	text(p, &who->id);
	text(p, &who->name);
	text(p, &who->born);
	text(p, &who->sex);
	if (who->age < 0)
		print_absent(p, NULL);
	else
		print_int(p, who->age);
	text(p, &who->mrn);
	return print_row(p, e);
}

static int show_patients(struct cli *c, struct access *a,
    const struct find_set *set, const struct date *today, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", 0 },
		{ "name", PRINT_WIDE }, { "born", 0 }, { "sex", 0 },
		{ "age", PRINT_RIGHT }, { "mrn", 0 } };
	FIND_PERSON_AUTO who = FIND_PERSON_INIT;
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc >= 0 && i < set->n; i++) {
		rc = find_person_read(&who, a->r, set->v[i], today, e);
		if (rc > 0)
			rc = person_row(p, &who, e);
	}
	if (rc >= 0)
		rc = set->n ? 0 : EHR_ENO;
	return print_close(p, rc, e);
}

/* ---- notes ---- */

struct hit {
	int64_t patient, rid;
	struct str snippet;
};

struct hits {
	struct record *r;
	struct arena mem;
	struct hit *v;
	size_t n, cap;
	struct ehr_err *e;
};

static void hits_release(struct hits *h)
{
	arena_release(&h->mem);
	free(h->v);
}
#define HITS_AUTO EHR_CLEANUP(hits_release) struct hits

static int take_hit(void *arg, int64_t rid, struct str snippet)
{
	struct hits *h = arg;
	int64_t patient;
	int rc = record_patient_of(h->r, rid, RECORD_NOW, &patient, h->e);

	if (rc < 0 || patient <= 0)
		return rc;
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->v = xrealloc(h->v, h->cap * sizeof(*h->v));
	}
	h->v[h->n++] = (struct hit){ patient, rid,
		arena_str(&h->mem, snippet) };
	return 0;
}

static int show_hit(struct record *r, struct printer *p, const struct hit *h,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO note = BUF_INIT;
	BUF_AUTO line = BUF_INIT;
	int rc = record_patient_name(r, h->patient, &name, e);

	if (rc >= 0)
		rc = record_rid_name(r, h->rid, &note, e);
	if (rc < 0)
		return rc;
	text(p, &name);
	text(p, &note);
	utf8_clean(&line, h->snippet, false);
	print_text(p, str_trim(buf_str(&line)));
	return print_row(p, e);
}

/* Hits of patients in set. */
static int show_hits(struct cli *c, const struct hits *h,
    const struct find_set *set, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", 0 }, { "note", 0 },
		{ "text", PRINT_WIDE } };
	struct printer *p = NULL;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc >= 0 && i < h->n; i++)
		if (find_set_has(set, h->v[i].patient))
			rc = show_hit(h->r, p, &h->v[i], e);
	if (rc >= 0)
		rc = set->n ? 0 : EHR_ENO;
	return print_close(p, rc, e);
}

/* ---- the whole ---- */

/* Whose notes have the text; to be narrowed by the other criteria. */
static int by_text(struct cli *c, struct hits *h, struct find_set *who,
    struct ehr_err *e)
{
	BUF_AUTO words = BUF_INIT;
	int rc = 0;

	if (strcmp(ask.text, "-") == 0)
		rc = cli_line(c, &words, e);
	else
		buf_adds(&words, ask.text);
	if (rc >= 0 && (words.len == 0 ||
	    utf8_valid(words.s, words.len) != words.len))
		rc = cli_usage(c, e, "--text: words are wanted");
	if (rc >= 0)
		rc = index_text(h->r, buf_str(&words), take_hit, h, e);
	for (size_t i = 0; rc >= 0 && i < h->n; i++)
		find_set_add(who, h->v[i].patient);
	find_set_sort(who);
	return rc;
}

/* Finding and showing are a snapshot each, not a transaction a row; the event
 * is written between them. */
static int search(struct find *f, struct access *a, const struct find_opt *opt,
    const struct find_set *within, struct find_set *set, struct ehr_err *e)
{
	int rc = find_run(f, a->r, opt, within, set, e);

	store_rollback(record_store(a->r));
	return rc;
}

static int show(struct cli *c, struct access *a, const struct hits *h,
    const struct find_set *set, const struct date *today, struct ehr_err *e)
{
	int rc = store_begin(record_store(a->r), STORE_SNAPSHOT, e);

	if (rc == 0)
		rc = ask.text ? show_hits(c, h, set, e) :
		    show_patients(c, a, set, today, e);
	store_rollback(record_store(a->r));
	return rc;
}

static int find_and_show(struct cli *c, struct find *f, struct access *a,
    struct ehr_err *e)
{
	FIND_SET_AUTO within = FIND_SET_INIT;
	FIND_SET_AUTO set = FIND_SET_INIT;
	HITS_AUTO hits = { .r = a->r, .mem = ARENA_INIT, .e = e };
	BUF_AUTO kinds = BUF_INIT;
	struct find_opt opt = { .test = c->test };
	int rc = 0;

	cli_today(c, &opt.today);
	scope(f, &kinds);
	rc = store_begin(record_store(a->r), STORE_SNAPSHOT, e);
	if (rc == 0 && ask.text)
		rc = by_text(c, &hits, &within, e);
	if (rc >= 0)
		rc = search(f, a, &opt, ask.text ? &within : NULL, &set, e);
	if (rc >= 0)
		rc = access_set(a, AUDIT_LIST, kinds.s, set.v, set.n, e);
	return rc < 0 ? rc : show(c, a, &hits, &set, &opt.today, e);
}

static int run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct find *f = find_new();
	int rc = 0;

	if (!c->argc && !ask.mrn && !ask.born && !ask.where.n && !ask.text &&
	    !ask.all)
		rc = cli_usage(c, e, "whom? (NAME, --mrn, --born, --where, "
		    "--text or --all)");
	if (rc == 0)
		rc = take_question(c, f, e);
	if (rc == 0)
		rc = access_open(&a, &opt, STORE_READ, e);
	if (rc == 0)
		rc = access_withheld(&a, find_and_show(c, f, &a, e), e);
	find_free(f);
	return rc;
}

static const struct cli_verb verbs[] = {
	{ NULL, "[NAME]", "Find patients, one a line, the id first",
	    CLI_DB | CLI_OUTPUT | CLI_TODAY | CLI_REASON | CLI_GLASS |
	    CLI_TEST, opts, 0, 1, true, run },
	{ 0 },
};
static const struct cli_tool tool = { "ehr-find",
	"Find patients by name, number, criteria or text", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
