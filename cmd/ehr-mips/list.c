/* list.c - ehr-mips list: what the record keeps of measures, and what each of
 * them lacks as things are now. */
#include "mips.h"

struct listing {
	struct store *db;
	struct printer *rows;
	struct ehr_err *e;
};

static void warn(void *arg, const char *text)
{
	struct buf *b = arg;

	buf_addf(b, "%s%s", b->len ? "; " : "", text);
}

/* "proportion", of groups that differ "proportion,ratio". */
static void add_scoring(struct buf *b, const struct quality_measure *m)
{
	unsigned told = 0;

	for (uint32_t g = 0; g < m->groups; g++) {
		unsigned bit = 1U << m->group[g].scoring;

		if (!(told & bit))
			buf_addf(b, "%s%s", told ? "," : "",
			    quality_scoring_name(m->group[g].scoring));
		told |= bit;
	}
}

static void print_measure(struct listing *l, const struct quality_measure *m)
{
	BUF_AUTO period = BUF_INIT;
	BUF_AUTO scoring = BUF_INIT;

	buf_addf(&period, "%.*s..%.*s", STR_FMT(m->start), STR_FMT(m->end));
	add_scoring(&scoring, m);
	print_text(l->rows, buf_str(&period));
	print_int(l->rows, m->groups);
	print_text(l->rows, buf_str(&scoring));
}

static void print_none(struct listing *l, int n)
{
	while (n-- > 0)
		print_text(l->rows, STR_NONE);
}

/* What a measure is is known when it is linked; that it no longer can be is
 * said in its row. Negative: the record cannot be read. */
static int put_measure(struct listing *l, const struct quality_kept *k)
{
	struct quality_package *p = quality_package_new();
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO warnings = BUF_INIT;
	struct ehr_err why = { 0 };
	int rc = quality_kept_text(l->db, k->id, &text, l->e), linked;

	if (rc == 0) {
		quality_package_complete(p, l->db);
		linked = quality_package_add(p, "package", buf_str(&text),
		    &why);
		if (linked == 0)
			linked = quality_package_link(p, warn, &warnings, &why);
		if (linked == 0)
			print_measure(l, quality_measure(p));
		else
			print_none(l, 3);
		if (linked < 0)
			warn(&warnings, why.msg);
		print_text(l->rows, warnings.len ? buf_str(&warnings)
						 : STR_NONE);
	}
	quality_package_free(p);
	return rc;
}

static int put(void *arg, const struct quality_kept *k)
{
	struct listing *l = arg;
	BUF_AUTO hash = BUF_INIT;
	BUF_AUTO time = BUF_INIT;
	int rc = 0;

	hex_format(&hash, k->sha256, sizeof(k->sha256));
	date_format_ms(&time, k->time);
	print_text(l->rows, k->name);
	print_text(l->rows, str_of(quality_kept_name(k->kind)));
	print_text(l->rows, k->alias.n ? k->alias : STR_NONE);
	print_text(l->rows, k->version.n ? k->version : STR_NONE);
	if (k->kind == QUALITY_KEPT_MEASURE)
		rc = put_measure(l, k);
	else
		print_none(l, 4);
	if (rc < 0)
		return rc;
	print_text(l->rows, k->input);
	print_text(l->rows, buf_str(&time));
	print_text(l->rows, k->by);
	print_text(l->rows, buf_str(&hash));
	return print_row(l->rows, l->e);
}

int kept_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 }, { "kind", 0 },
		{ "id", 0 }, { "version", 0 }, { "period", PRINT_WHOLE },
		{ "groups", PRINT_RIGHT }, { "scoring", 0 },
		{ "warnings", PRINT_WIDE }, { "input", PRINT_WIDE },
		{ "loaded", PRINT_WHOLE }, { "by", 0 },
		{ "sha256", PRINT_WIDE } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct listing l = { .e = e };
	int rc = access_open(&a, &opt, STORE_READ, e);

	if (rc == 0) {
		l.db = record_store(a.r);
		rc = print_open(&l.rows, c, cols, ARRAY_LEN(cols), e);
	}
	if (rc == 0)
		rc = quality_kept_each(l.db, QUALITY_KEPT_KINDS, put, &l, e);
	return l.rows ? print_close(l.rows, rc, e) : rc;
}
