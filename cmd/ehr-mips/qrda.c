/* qrda.c - ehr-mips qrda check, qrda list: documents that are there. */
#include "mips.h"
#include "qrda.h"

int qrda(struct cli *c, struct ehr_err *e)
{
	switch (mips_opts.category) {
	case 1: return qrda_one(c, e);
	case 3: return qrda_three(c, e);
	default: return cli_usage(c, e, "--cat is 1 or 3");
	}
}

/* Files and rows of a verb. */
struct files {
	struct cli *c;
	struct printer *rows;
	struct guids guids;
	const char *file;
	uint64_t found;
	struct ehr_err *e;
	/* One document; 0 or a failure. */
	int (*each)(struct files *f, const struct xml_doc *doc);
};

static int one_file(void *arg, const char *path, struct ehr_err *e)
{
	struct files *f = arg;
	struct xml_doc *doc;
	int rc = xml_read(&doc, path, e);

	f->e = e;
	f->file = path;
	if (rc == 0)
		rc = f->each(f, doc);
	xml_free(doc);
	return rc;
}

/* ---- check ---- */

static int print_finding(void *arg, const struct qrda_finding *x)
{
	struct files *f = arg;
	BUF_AUTO rule = BUF_INIT;

	f->found++;
	if (x->name)
		buf_adds(&rule, x->number);
	else
		buf_addf(&rule, "CONF:%s", x->number);
	print_text(f->rows, str_of(f->file));
	print_int(f->rows, x->line);
	print_text(f->rows, buf_str(&rule));
	print_text(f->rows, str_of(x->name));
	print_text(f->rows, x->path);
	print_text(f->rows, x->text);
	return print_row(f->rows, f->e);
}

/* The measures built in of the year a document is of, or NULL. */
static const struct qrda_table *built_in(struct files *f,
    const struct xml_doc *doc)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct ehr_err none = { 0 };
	struct qrda3 q;
	int64_t year;

	if (qrda3_read(&q, &mem, doc, &none) < 0 || q.quality.low.n < 4 ||
	    !str_int((struct str){ q.quality.low.s, 4 }, &year))
		return NULL;
	return guids_year(&f->guids, (int)year);
}

static int check_one(struct files *f, const struct xml_doc *doc)
{
	const struct qrda_table *t = f->guids.file ? f->guids.file
						   : built_in(f, doc);

	return qrda3_check(doc, t, print_finding, f, f->e);
}

int qrda_check(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "file", 0 },
		{ "line", PRINT_RIGHT }, { "rule", 0 }, { "name", 0 },
		{ "place", PRINT_WIDE }, { "expected", PRINT_WIDE } };
	struct files f = { .c = c, .e = e, .each = check_one,
		.guids = { .mem = ARENA_INIT } };
	int rc = guids_open(&f.guids, c, e);

	if (rc == 0)
		rc = print_open(&f.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = cli_files(c, 0, one_file, &f, e);
	if (rc == 0 && f.found)
		rc = EHR_ENO;
	guids_close(&f.guids);
	return f.rows ? print_close(f.rows, rc, e) : rc;
}

/* ---- list ---- */

/* A count of a document: absent texts are nothing. */
struct count {
	const char *section;
	struct str measure, population, guid, by, code;
	int64_t count;
};

static int print_count(struct files *f, const struct count *x)
{
	print_text(f->rows, str_of(f->file));
	print_text(f->rows, str_of(x->section));
	print_text(f->rows, x->measure);
	print_text(f->rows, x->population);
	print_text(f->rows, x->guid);
	print_text(f->rows, x->by);
	print_text(f->rows, x->code);
	if (x->count < 0)
		print_absent(f->rows, NULL);
	else
		print_int(f->rows, x->count);
	return print_row(f->rows, f->e);
}

static int list_population(struct files *f, struct str measure,
    const struct qrda_population *p)
{
	struct count x = { "quality", measure, p->code, p->guid, STR_NONE,
		STR_NONE, p->count };
	int rc = print_count(f, &x);

	x.by = STR("stratum");
	for (size_t i = 0; i < p->strata && rc == 0; i++) {
		x.code = p->stratum[i].guid;
		x.count = p->stratum[i].count;
		rc = print_count(f, &x);
	}
	for (size_t i = 0; i < p->splits && rc == 0; i++) {
		x.by = str_of(qrda_about_name(p->split[i].about));
		x.code = p->split[i].code;
		x.count = p->split[i].count;
		rc = print_count(f, &x);
	}
	return rc;
}

static int list_activities(struct files *f, const char *section,
    const struct qrda_activity *a, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct count x = { .section = section, .measure = a[i].id,
			.population = STR("NUMER"), .count = a[i].numerator };

		if (a[i].answer.s) {
			x.population = a[i].answer;
			rc = print_count(f, &x);
			continue;
		}
		rc = print_count(f, &x);
		x.population = STR("DENOM");
		x.count = a[i].denominator;
		if (rc == 0)
			rc = print_count(f, &x);
	}
	return rc;
}

static int list_one(struct files *f, const struct xml_doc *doc)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct qrda3 q;
	int rc = qrda3_read(&q, &mem, doc, f->e);

	for (size_t i = 0; i < q.measures && rc == 0; i++)
		for (size_t k = 0; k < q.measure[i].populations && rc == 0; k++)
			rc = list_population(f, q.measure[i].guid,
			    &q.measure[i].population[k]);
	if (rc == 0)
		rc = list_activities(f, "pi", q.pi, q.pis);
	if (rc == 0)
		rc = list_activities(f, "ia", q.ia, q.ias);
	return rc;
}

int qrda_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "file", 0 },
		{ "section", 0 }, { "measure", 0 }, { "population", 0 },
		{ "guid", 0 }, { "by", 0 }, { "code", 0 },
		{ "count", PRINT_RIGHT } };
	struct files f = { .c = c, .e = e, .each = list_one };
	int rc = print_open(&f.rows, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0)
		rc = cli_files(c, 0, one_file, &f, e);
	return f.rows ? print_close(f.rows, rc, e) : rc;
}
