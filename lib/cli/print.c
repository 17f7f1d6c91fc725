/*
 * print.c - rows of typed values as a table, TSV, CSV (RFC 4180), JSON or
 * NDJSON. Each format is a row of the vtable below.
 */
#include <errno.h>
#include <stdlib.h>

#include "cli_priv.h"

enum { PRINT_BLOCK = 1 << 16 };

enum value { VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_ABSENT };

struct print_ops {
	void (*begin)(struct printer *p);
	/* Value of column p->at; a number or boolean as its JSON text; an
	 * absence as its reason, STR_NONE without one. */
	void (*value)(struct printer *p, enum value type, struct str v);
	void (*row)(struct printer *p);
	void (*end)(struct printer *p);
};

struct printer {
	const struct print_ops *ops;
	struct cli *c;
	const struct print_col *col;
	size_t n, at;
	uint64_t rows;
	struct table *table;
	struct out *out;  /* of -O; NULL: standard output */
	struct buf buf;   /* not yet written */
	struct buf scratch;
	bool clean;	  /* a terminal reads it */
};

/* ---- table ---- */

static void table_begin(struct printer *p)
{
	p->table = table_new(p->col, p->n, true,
	    p->clean ? cli_width() : 0);
}

static void table_value(struct printer *p, enum value type, struct str v)
{
	buf_reset(&p->scratch);
	if (type == VALUE_ABSENT && v.s)
		buf_addf(&p->scratch, "(%.*s)", STR_FMT(v));
	else
		utf8_clean(&p->scratch, v, false);
	table_cell(p->table, buf_str(&p->scratch),
	    (p->col[p->at].flags & PRINT_RIGHT) || type == VALUE_NUMBER);
}

static void table_row(struct printer *p)
{
	table_flush(p->table, &p->buf, false);
}

static void table_end(struct printer *p)
{
	table_flush(p->table, &p->buf, true);
}

/* ---- TSV: \t \n \r \\ and other controls as \u00XX ---- */

static void tsv_escape(struct buf *b, struct str v)
{
	size_t i;

	for (i = 0; i < v.n; i++) {
		unsigned char ch = (unsigned char)v.s[i];

		/* C1 controls are C2 80..9F in UTF-8. */
		if (ch == 0xc2 && i + 1 < v.n &&
		    (unsigned char)v.s[i + 1] < 0xa0)
			buf_addf(b, "\\u%04x", (unsigned char)v.s[++i]);
		else if (ch == '\t' || ch == '\n' || ch == '\r')
			buf_adds(b, ch == '\t' ? "\\t" :
			    ch == '\n' ? "\\n" : "\\r");
		else if (ch == '\\')
			buf_adds(b, "\\\\");
		else if (ch < 0x20 || ch == 0x7f)
			buf_addf(b, "\\u%04x", ch);
		else
			buf_addch(b, (char)ch);
	}
}

static void tsv_begin(struct printer *p)
{
	size_t i;

	for (i = 0; p->c->header && i < p->n; i++)
		buf_addf(&p->buf, "%s%c", p->col[i].name,
		    i + 1 < p->n ? '\t' : '\n');
}

static void tsv_value(struct printer *p, enum value type, struct str v)
{
	if (p->at > 0)
		buf_addch(&p->buf, '\t');
	if (type == VALUE_ABSENT && v.s)
		buf_addf(&p->buf, "(%.*s)", STR_FMT(v));
	else if (type != VALUE_ABSENT)
		tsv_escape(&p->buf, v);
}

static void line_row(struct printer *p)
{
	buf_addch(&p->buf, '\n');
}

/* ---- CSV: RFC 4180, always with the header line ---- */

static void csv_field(struct buf *b, struct str v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (strchr("\",\r\n", v.s[i]))
			break;
	if (i == v.n && !(v.n > 0 && (v.s[0] == ' ' || v.s[v.n - 1] == ' '))) {
		buf_addstr(b, v);
		return;
	}
	buf_addch(b, '"');
	for (i = 0; i < v.n; i++) {
		if (v.s[i] == '"')
			buf_addch(b, '"');
		buf_addch(b, v.s[i]);
	}
	buf_addch(b, '"');
}

static void csv_begin(struct printer *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		buf_addf(&p->buf, "%s%s", p->col[i].name,
		    i + 1 < p->n ? "," : "\r\n");
}

static void csv_value(struct printer *p, enum value type, struct str v)
{
	if (p->at > 0)
		buf_addch(&p->buf, ',');
	if (type == VALUE_ABSENT) {
		if (v.s)
			buf_addf(&p->buf, "(%.*s)", STR_FMT(v));
		return;
	}
	if (p->clean) {
		buf_reset(&p->scratch);
		utf8_clean(&p->scratch, v, true);
		v = buf_str(&p->scratch);
	}
	csv_field(&p->buf, v);
}

static void csv_row(struct printer *p)
{
	buf_adds(&p->buf, "\r\n");
}

/* ---- JSON and NDJSON: an object a row, members in columns' order ---- */

/* Quotes v; what is not UTF-8 becomes U+FFFD, controls (C1 too) \u00XX. */
static void json_text(struct buf *b, struct str v)
{
	const char *s = v.s, *end = v.s + v.n;
	uint32_t cp;

	buf_addch(b, '"');
	while (s < end) {
		cp = utf8_next(&s, end);
		if (cp == '"' || cp == '\\')
			buf_addf(b, "\\%c", (char)cp);
		else if (cp == '\n')
			buf_adds(b, "\\n");
		else if (cp == '\t')
			buf_adds(b, "\\t");
		else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			buf_addf(b, "\\u%04x", (unsigned)cp);
		else
			utf8_put(b, cp);
	}
	buf_addch(b, '"');
}

static void json_value(struct printer *p, enum value type, struct str v)
{
	buf_adds(&p->buf, p->at > 0 ? "," : "{");
	json_text(&p->buf, str_of(p->col[p->at].name));
	buf_addch(&p->buf, ':');
	if (type == VALUE_TEXT) {
		json_text(&p->buf, v);
	} else if (type != VALUE_ABSENT) {
		buf_addstr(&p->buf, v);
	} else if (!v.s) {
		buf_adds(&p->buf, "null");
	} else {
		buf_adds(&p->buf, "{\"absent\":");
		json_text(&p->buf, v);
		buf_addch(&p->buf, '}');
	}
}

/* In an array the comma of a row is written with the next one. */
static void json_first(struct printer *p, enum value type, struct str v)
{
	if (p->at == 0)
		buf_adds(&p->buf, p->rows ? ",\n" : "[\n");
	json_value(p, type, v);
}

static void json_row(struct printer *p)
{
	buf_addch(&p->buf, '}');
}

static void json_end(struct printer *p)
{
	buf_adds(&p->buf, p->rows ? "\n]\n" : "[]\n");
}

static void ndjson_row(struct printer *p)
{
	buf_adds(&p->buf, "}\n");
}

static void nothing(struct printer *p)
{
	(void)p;
}

static const struct print_ops print_ops[] = {
	[CLI_TABLE] = { table_begin, table_value, table_row, table_end },
	[CLI_TSV] = { tsv_begin, tsv_value, line_row, nothing },
	[CLI_CSV] = { csv_begin, csv_value, csv_row, nothing },
	[CLI_JSON] = { nothing, json_first, json_row, json_end },
	[CLI_NDJSON] = { nothing, json_value, ndjson_row, nothing },
};

/* ---- what all have in common ---- */

int cli_write(const struct buf *b, struct ehr_err *e)
{
	if (fwrite(b->s, 1, b->len, stdout) != b->len)
		return ehr_fail_errno(e, "standard output");
	return EHR_OK;
}

int cli_put(const struct cli *c, const struct buf *b, struct ehr_err *e)
{
	struct out *out;
	int rc;

	if (!c->place)
		return cli_write(b, e);
	rc = out_open(&out, c->place, c->force, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, b->s, b->len, e);
	if (rc == 0)
		return out_commit(out, e);
	out_abort(out);
	return rc;
}

static int flush(struct printer *p, struct ehr_err *e)
{
	int rc = p->out ? out_write(p->out, p->buf.s, p->buf.len, e) :
	    cli_write(&p->buf, e);

	buf_reset(&p->buf);
	return rc;
}

int print_open(struct printer **out, struct cli *c,
    const struct print_col *col, size_t n, struct ehr_err *e)
{
	enum cli_format format = c->format;
	bool to_file = c->place && strcmp(c->place, "-") != 0;
	struct printer *p = xcalloc(1, sizeof(*p));
	int rc;

	*out = NULL;
	p->c = c;
	p->col = col;
	p->n = n;
	p->buf = p->scratch = BUF_INIT;
	p->clean = !to_file && cli_tty();
	if (format == CLI_AUTO)
		format = p->clean ? CLI_TABLE : CLI_TSV;
	p->ops = &print_ops[format];
	if (to_file) {
		rc = out_open(&p->out, c->place, c->force, e);
		if (rc < 0) {
			free(p);
			return rc;
		}
	}
	p->ops->begin(p);
	*out = p;
	return EHR_OK;
}

static void put(struct printer *p, enum value type, struct str v)
{
	if (p->at < p->n)
		p->ops->value(p, type, v);
	p->at++;
}

void print_text(struct printer *p, struct str v)
{
	put(p, v.s ? VALUE_TEXT : VALUE_ABSENT, v);
}

void print_int(struct printer *p, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	put(p, VALUE_NUMBER, str_of(text));
}

void print_number(struct printer *p, struct str v)
{
	struct decimal d;

	if (v.s && !decimal_parse(v, &d))
		put(p, VALUE_TEXT, v);
	else
		put(p, v.s ? VALUE_NUMBER : VALUE_ABSENT, v);
}

void print_bool(struct printer *p, bool v)
{
	put(p, VALUE_BOOL, v ? STR("true") : STR("false"));
}

void print_time(struct printer *p, int64_t ms)
{
	BUF_AUTO b = BUF_INIT;

	if (ms)
		date_format_ms(&b, ms);
	print_text(p, ms ? buf_str(&b) : STR_NONE);
}

void print_absent(struct printer *p, const char *why)
{
	put(p, VALUE_ABSENT, str_of(why));
}

int print_row(struct printer *p, struct ehr_err *e)
{
	while (p->at < p->n)
		print_absent(p, NULL);
	p->ops->row(p);
	p->at = 0;
	p->rows++;
	return p->buf.len >= PRINT_BLOCK ? flush(p, e) : EHR_OK;
}

int print_close(struct printer *p, int rc, struct ehr_err *e)
{
	bool good = rc >= 0 || rc == EHR_ENO || rc == EHR_EREJECT;
	int wrote = EHR_OK;

	if (!p)
		return rc;
	if (good || p->table)
		p->ops->end(p);
	if (rc != EHR_EIO && !(p->out && !good))
		wrote = flush(p, good ? e : NULL);
	if (p->out && good && wrote == EHR_OK)
		wrote = out_commit(p->out, e);
	else if (p->out)
		out_abort(p->out);
	table_free(p->table);
	buf_release(&p->buf);
	buf_release(&p->scratch);
	free(p);
	return good && wrote < 0 ? wrote : rc;
}
