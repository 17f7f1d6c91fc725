/* x12.c - ehr-claim x12 check, show, get, ack: files as they are. */
#include "claim.h"

#include "ehr/x12.h"

/* Files and rows of a verb. */
struct files {
	struct cli *c;
	struct printer *rows;
	const char *file;
	struct x12_check *check;
	struct diag_sink sink;
	int rc; /* of the printer, while findings come */
	struct ehr_err *e;
	/* One segment and where it stands; 0 or a failure. */
	int (*each)(struct files *f, const struct x12_seg *seg,
	    const struct x12_sep *sep, const struct x12_env *env);
	/* Before and after the segments of a file; may be NULL. */
	void (*begin)(struct files *f);
	int (*end)(struct files *f);
	/* of get */
	struct str loop, id;
	unsigned at, part;
	/* of ack */
	struct x12_ack *ack;
	struct out *out;
};

/* ---- going through files ---- */

/* 0; EHR_EREJECT: not X12 from a place on. */
static int all_segments(struct files *f, struct in *in, struct ehr_err *e)
{
	X12_AUTO *x = x12_new(in);
	const struct x12_env *env;
	struct x12_seg seg = { .number = 0 };
	int rc;

	while ((rc = x12_next(x, &seg, e)) > 0) {
		env = x12_check_take(f->check, &seg, x12_sep(x));
		if (f->each && f->rc == 0)
			f->rc = f->each(f, &seg, x12_sep(x), env);
		if (f->rc < 0)
			return f->rc;
	}
	if (rc == 0 && seg.number == 0)
		return ehr_fail(e, EHR_EREJECT, "%s: nothing in it",
		    f->file);
	if (rc == EHR_EREJECT && (!x12_truncated(x) || seg.number == 0))
		return ehr_fail_prefix(e, "%s:%llu: ", f->file,
		    (unsigned long long)seg.number + 1);
	x12_check_end(f->check, rc < 0);
	return rc == EHR_EREJECT ? f->rc : rc;
}

static int one_file(void *arg, const char *path, struct ehr_err *e)
{
	struct files *f = arg;
	struct in *in = NULL;
	int rc = in_open(&in, path, e);

	f->e = e;
	f->file = path;
	f->check = x12_check_new(path, &f->sink);
	if (rc == 0 && f->begin)
		f->begin(f);
	if (rc == 0)
		rc = all_segments(f, in, e);
	if (rc == 0 && f->end)
		rc = f->end(f);
	x12_check_freep(&f->check);
	in_close(in);
	return rc;
}

/* ---- check ---- */

static void count(struct printer *p, uint32_t n)
{
	if (n)
		print_int(p, n);
	else
		print_absent(p, NULL);
}

static void finding(void *arg, const struct diag *d)
{
	struct files *f = arg;
	const struct x12_env *env = x12_check_env(f->check);
	int i;

	if (f->rc < 0)
		return;
	print_text(f->rows, str_of(f->file));
	print_int(f->rows, (int64_t)d->line);
	for (i = 0; i < X12_LEVELS; i++)
		count(f->rows, env->nth[i]);
	count(f->rows, env->seg);
	print_text(f->rows, str_of(d->path));
	print_text(f->rows, str_of(diag_severity_name(d->severity)));
	print_text(f->rows, str_of(diag_name(d->id)));
	print_text(f->rows, str_of(d->text ? d->text : diag_text(d->id)));
	f->rc = print_row(f->rows, f->e);
}

int x12_check(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "file", 0 },
		{ "segment", PRINT_RIGHT }, { "isa", PRINT_RIGHT },
		{ "gs", PRINT_RIGHT }, { "st", PRINT_RIGHT },
		{ "in_set", PRINT_RIGHT }, { "place", 0 }, { "severity", 0 },
		{ "id", 0 }, { "text", PRINT_WIDE } };
	struct files f = { .c = c, .e = e, .sink = { .emit = finding } };
	int rc = print_open(&f.rows, c, cols, ARRAY_LEN(cols), e);

	f.sink.arg = &f;
	if (rc == 0)
		rc = cli_files(c, 0, one_file, &f, e);
	if (rc == 0 && f.sink.count[DIAG_ERROR])
		rc = EHR_ENO;
	return print_close(f.rows, rc, e);
}

/* ---- show ---- */

static int show_one(struct files *f, const struct x12_seg *seg,
    const struct x12_sep *sep, const struct x12_env *env)
{
	(void)sep;
	print_text(f->rows, str_of(f->file));
	print_int(f->rows, (int64_t)seg->number);
	count(f->rows, env->seg);
	print_text(f->rows, str_of(env->loop));
	print_text(f->rows, (struct str){ seg->raw.s, seg->raw.n - 1 });
	return print_row(f->rows, f->e);
}

int x12_show(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "file", 0 },
		{ "segment", PRINT_RIGHT }, { "in_set", PRINT_RIGHT },
		{ "loop", 0 }, { "text", PRINT_WIDE } };
	struct files f = { .c = c, .e = e, .each = show_one };
	int rc = print_open(&f.rows, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0)
		rc = cli_files(c, 0, one_file, &f, e);
	return print_close(f.rows, rc, e);
}

/* ---- get ---- */

/* [LOOP/]ID[.ELEMENT[-COMPONENT]] */
static bool read_place(struct files *f, struct str v)
{
	struct str id, at, part;
	int64_t n = 0, m = 0;

	f->loop = STR_NONE;
	if (v.n && memchr(v.s, '/', v.n))
		str_split(&v, '/', &f->loop);
	str_split(&v, '.', &id);
	if (v.s) {
		str_split(&v, '-', &at);
		if (!str_int(at, &n) || n < 1 || n > X12_ELEMENTS_MAX)
			return false;
		part = v;
		if (v.s && (!str_int(part, &m) || m < 1 || m > 99))
			return false;
	}
	f->id = id;
	f->at = (unsigned)n;
	f->part = (unsigned)m;
	return id.n == 2 || id.n == 3;
}

static int get_one(struct files *f, const struct x12_seg *seg,
    const struct x12_sep *sep, const struct x12_env *env)
{
	struct str v = { seg->raw.s, seg->raw.n - 1 }, one;
	/* the element of the ISA that tells the separator has but it */
	char repeat = sep->repeat && f->at && !str_is(seg->id, "ISA") ?
	    sep->repeat : sep->segment;
	int rc = 0;

	if (!str_eq(seg->id, f->id) ||
	    (f->loop.s && !str_is(f->loop, env->loop)))
		return 0;
	if (f->at)
		v = x12_el(seg, f->at);
	while (rc >= 0 && v.n && str_split(&v, repeat, &one)) {
		if (f->part)
			one = x12_part(one, sep->component, f->part);
		if (one.n == 0)
			continue;
		print_int(f->rows, (int64_t)seg->number);
		print_text(f->rows, one);
		rc = print_row(f->rows, f->e);
		f->sink.count[0]++;
	}
	return rc;
}

int x12_get(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "segment", PRINT_RIGHT },
		{ "value", PRINT_WIDE } };
	struct files f = { .c = c, .e = e, .each = get_one };
	int rc = read_place(&f, str_of(c->argv[0])) ? 0 : cli_usage(c, e,
	    "%s: not [LOOP/]SEGMENT[.ELEMENT[-COMPONENT]]", c->argv[0]);

	if (rc == 0)
		rc = print_open(&f.rows, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = cli_files(c, 1, one_file, &f, e);
	return f.rows ? print_close(f.rows, rc, e) : rc;
}

/* ---- ack ---- */

int64_t x12_control = 1;

static void begin_ack(struct files *f)
{
	f->ack = x12_ack_new(f->check, (uint32_t)x12_control, clock_ms());
}

static int put_ack(struct files *f)
{
	struct buf *text = x12_ack_text(f->ack);
	int rc = out_write(f->out, text->s, text->len, f->e);

	buf_reset(text);
	return rc;
}

static int ack_one(struct files *f, const struct x12_seg *seg,
    const struct x12_sep *sep, const struct x12_env *env)
{
	(void)sep;
	(void)env;
	x12_ack_take(f->ack, seg);
	return x12_ack_text(f->ack)->len > 1 << 16 ? put_ack(f) : 0;
}

static int end_ack(struct files *f)
{
	x12_ack_end(f->ack);
	return put_ack(f);
}

int x12_ack(struct cli *c, struct ehr_err *e)
{
	struct files f = { .c = c, .e = e, .begin = begin_ack,
		.each = ack_one, .end = end_ack };
	uint64_t refused = 0;
	int rc = out_open(&f.out, c->place, c->force, e);

	if (rc < 0)
		return rc;
	rc = cli_files(c, 0, one_file, &f, e);
	if (f.ack)
		refused = x12_ack_rejected(f.ack);
	x12_ack_freep(&f.ack);
	if (rc < 0) {
		out_abort(f.out);
		return rc;
	}
	rc = out_commit(f.out, e);
	return rc == 0 && refused ? EHR_ENO : rc;
}
