/* diff.c - what came, changed and went in a chart between two times. */
#include <stdlib.h>

#include "chart.h"

static struct {
	int format;
} opt = { CHART_AUTO };

const struct cli_opt chart_diff_opts[] = {
	CHART_FORMAT(opt.format),
	{ 0 },
};

enum change { CAME, CHANGED, WENT };
static const char *const words[] = { "came", "changed", "went" };

/* A resource of the chart at one or both times. */
struct item {
	int64_t rid;
	int type;
	bool before, after;
	uint8_t hash[16]; /* of before */
	bool differs;
};

struct diff {
	struct cli *c;
	struct access a;
	struct ehr_err *e;
	int64_t since, until; /* the states compared */
	bool second;	      /* reading the later one */
	struct map64 at;      /* rid -> index in item, plus 1 */
	struct item *item;
	size_t n, cap;
	struct view *was, *is;
	struct map64 names[2]; /* rid -> entry of the view */
	struct printer *p;     /* NULL: text into b */
	struct buf b, fields;
	size_t changes;
};

static struct item *item_of(struct diff *d, const struct resource *res)
{
	bool added;
	int64_t *slot = map64_put(&d->at, (uint64_t)res->rid, &added);

	if (!added)
		return &d->item[*slot];
	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 256;
		d->item = xrealloc(d->item, d->cap * sizeof(*d->item));
	}
	*slot = (int64_t)d->n;
	d->item[d->n] = (struct item){ .rid = res->rid, .type = res->type };
	return &d->item[d->n++];
}

static int take(void *arg, const struct resource *res)
{
	struct diff *d = arg;
	struct item *x = item_of(d, res);

	if (d->second) {
		x->after = true;
		x->differs = x->before && res->hash.n == sizeof(x->hash) &&
		    memcmp(x->hash, res->hash.s, sizeof(x->hash)) != 0;
		return 0;
	}
	x->before = true;
	if (res->hash.n == sizeof(x->hash))
		memcpy(x->hash, res->hash.s, sizeof(x->hash));
	return 0;
}

static int read_state(struct diff *d, int64_t patient, int64_t as_of,
    struct view **v, struct map64 *names)
{
	struct view_opt vo = chart_view_opt(d->c);
	struct record_filter f = RECORD_FILTER;
	struct view_entry *const *e;
	size_t n;
	int rc;

	f.as_of = vo.as_of = as_of;
	vo.sections = ((uint32_t)1 << VIEW_SECTIONS) - 1;
	rc = record_chart(d->a.r, patient, &f, take, d, d->e);
	if (rc == 0)
		rc = view_open(v, d->a.r, patient, &vo, d->e);
	for (int s = 0; rc == 0 && s < VIEW_SECTIONS; s++) {
		e = view_entries(*v, (enum view_section)s, &n);
		for (size_t i = 0; i < n; i++)
			*map64_put(names, (uint64_t)e[i]->rid, NULL) =
			    (int64_t)(intptr_t)e[i];
	}
	return rc;
}

/* The entry that says most of the resource, or NULL. */
static const struct view_entry *entry_of(const struct diff *d, int64_t rid)
{
	int64_t *e = map64_get(&d->names[1], (uint64_t)rid);

	if (!e)
		e = map64_get(&d->names[0], (uint64_t)rid);
	return e ? (const struct view_entry *)(intptr_t)*e : NULL;
}

/* ---- which fields changed ---- */

static int add_field(void *arg, struct str path, struct str old,
    struct str new_)
{
	struct buf *b = arg;

	if (str_starts(path, "meta.") || str_starts(path, "text."))
		return 0;
	buf_addf(b, "%s%.*s: %.*s -> %.*s", b->len ? "; " : "",
	    STR_FMT(path), STR_FMT(old.s ? old : STR("(none)")),
	    STR_FMT(new_.s ? new_ : STR("(gone)")));
	return 0;
}

static int load(struct diff *d, int64_t rid, int64_t as_of, struct tape *t)
{
	struct tape_error why;
	struct resource res;
	int rc = record_get(d->a.r, rid, as_of, &res, d->e);

	if (rc < 0)
		return rc;
	if (rc == 0 || !res.body.s ||
	    tape_parse(t, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(d->e, EHR_EINTEGRITY, "a version is missing");
	return 0;
}

static int list_fields(struct diff *d, int64_t rid)
{
	TAPE_AUTO a = TAPE_INIT;
	TAPE_AUTO b = TAPE_INIT;
	int rc = load(d, rid, d->since, &a);

	buf_reset(&d->fields);
	if (rc == 0)
		rc = load(d, rid, d->until, &b);
	return rc < 0 ? rc : view_diff(&a, &b, add_field, &d->fields);
}

/* ---- lines ---- */

static const struct print_col columns[] = {
	{ "id", 0 }, { "change", 0 }, { "date", 0 },
	{ "what", PRINT_WIDE }, { "fields", PRINT_WIDE },
};

static int put_row(struct diff *d, enum change change, struct str name,
    const struct view_entry *e, struct str what)
{
	print_text(d->p, name);
	print_text(d->p, str_of(words[change]));
	print_text(d->p, e ? some(e->start.text) : STR_NONE);
	print_text(d->p, some(what));
	print_text(d->p, some(buf_str(&d->fields)));
	return print_row(d->p, d->e);
}

static void put_line(struct diff *d, enum change change, int type,
    const struct view_entry *e, struct str what)
{
	static const char signs[] = { '+', '~', '-' };
	BUF_AUTO line = BUF_INIT;
	BUF_AUTO day = BUF_INIT;

	if (e)
		view_day(&day, &e->start);
	buf_addf(&line, "%c %-10s  %s", signs[change], day.s,
	    fhir_type_name(type));
	if (what.n)
		buf_addf(&line, ": %.*s", STR_FMT(what));
	if (d->fields.len)
		buf_addf(&line, "  [%s]", d->fields.s);
	utf8_clean(&d->b, buf_str(&line), false);
	buf_addch(&d->b, '\n');
}

static int put_item(struct diff *d, const struct item *x, enum change change)
{
	const struct view_entry *e = entry_of(d, x->rid);
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO what = BUF_INIT;
	BUF_AUTO value = BUF_INIT;
	int rc = record_rid_name(d->a.r, x->rid, &name, d->e);

	buf_reset(&d->fields);
	if (rc >= 0 && change == CHANGED)
		rc = list_fields(d, x->rid);
	if (rc < 0)
		return rc;
	if (e) {
		buf_addstr(&what, e->what);
		if (view_value(e, &value))
			buf_addf(&what, " %s", value.s);
	}
	d->changes++;
	if (d->p)
		return put_row(d, change, buf_str(&name), e, buf_str(&what));
	put_line(d, change, x->type, e, buf_str(&what));
	return 0;
}

static int64_t when_of(const struct diff *d, const struct item *x)
{
	const struct view_entry *e = entry_of(d, x->rid);

	return e ? e->start.ms : INT64_MIN;
}

static const struct diff *sorting;

/* Newest first; what has no date at the end. */
static int by_date(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int64_t x = when_of(sorting, a), y = when_of(sorting, b);

	if (x != y)
		return x < y ? 1 : -1;
	return a->rid < b->rid ? -1 : a->rid > b->rid;
}

static int put_all(struct diff *d)
{
	int rc = 0;

	sorting = d;
	if (d->n)
		qsort(d->item, d->n, sizeof(*d->item), by_date);
	for (size_t i = 0; rc == 0 && i < d->n; i++) {
		const struct item *x = &d->item[i];

		if (!x->before)
			rc = put_item(d, x, CAME);
		else if (!x->after)
			rc = put_item(d, x, WENT);
		else if (x->differs)
			rc = put_item(d, x, CHANGED);
	}
	return rc;
}

static int print_diff(struct diff *d)
{
	int rc;

	if (chart_as_text(d->c, opt.format)) {
		rc = put_all(d);
		if (rc == 0)
			rc = cli_put(d->c, &d->b, d->e);
	} else {
		rc = print_open(&d->p, d->c, columns, ARRAY_LEN(columns),
		    d->e);
		if (rc == 0)
			rc = put_all(d);
		rc = print_close(d->p, rc, d->e);
	}
	return rc == 0 && d->changes ? EHR_ENO : rc;
}

static int compare(struct diff *d, int64_t patient)
{
	int rc = read_state(d, patient, d->since, &d->was, &d->names[0]);

	d->second = true;
	if (rc == 0)
		rc = read_state(d, patient, d->until, &d->is, &d->names[1]);
	return rc < 0 ? rc : print_diff(d);
}

int chart_diff(struct cli *c, struct ehr_err *e)
{
	struct diff d = { .c = c, .a = ACCESS_INIT, .e = e,
		.at = MAP64_INIT, .names = { MAP64_INIT, MAP64_INIT },
		.b = BUF_INIT, .fields = BUF_INIT };
	int64_t patient;
	int rc;

	if (!c->since)
		return cli_usage(c, e, "--since is needed");
	d.since = c->since_ms - 1;
	d.until = c->until_ms;
	rc = chart_open(c, &d.a, e);
	if (rc == 0)
		rc = chart_patient(&d.a, str_of(c->argv[0]), "diff",
		    &patient, e);
	if (rc == 0)
		rc = compare(&d, patient);
	view_free(d.was);
	view_free(d.is);
	map64_release(&d.at);
	map64_release(&d.names[0]);
	map64_release(&d.names[1]);
	free(d.item);
	buf_release(&d.b);
	buf_release(&d.fields);
	rc = access_withheld(&d.a, rc, e);
	access_close(&d.a);
	return rc;
}
