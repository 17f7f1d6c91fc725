/* history.c - every version of a resource: when, by whom, and what it
 * changed. */
#include "chart.h"

static struct {
	int format;
} opt = { CHART_AUTO };

const struct cli_opt chart_history_opts[] = {
	CHART_FORMAT(opt.format),
	{ 0 },
};

static const struct print_col columns[] = {
	{ "id", 0 }, { "version", PRINT_RIGHT }, { "time", 0 },
	{ "batch", PRINT_RIGHT }, { "tool", 0 }, { "user", 0 },
	{ "state", 0 }, { "path", 0 }, { "old", PRINT_WIDE },
	{ "new", PRINT_WIDE },
};

struct history {
	struct cli *c;
	struct record *r;
	struct printer *p; /* NULL: text into b */
	struct buf *b;
	struct ehr_err *e;
	struct tape tape[2];	 /* the former version and this one */
	int now;		 /* which of them is this one */
	bool former;		 /* is there a former body? */
	struct buf name, time, tool, user;
	const char *state;
	int64_t version, batch, shown;
	size_t changes;
};

static const char *state_word(enum record_state s)
{
	return s == RECORD_LIVE ? "live" :
	    s == RECORD_DELETED ? "deleted" : "moved to another chart";
}

/* The columns that all rows of a version have. */
static void put_version(struct history *h)
{
	print_text(h->p, buf_str(&h->name));
	print_int(h->p, h->version);
	print_text(h->p, buf_str(&h->time));
	print_int(h->p, h->batch);
	print_text(h->p, buf_str(&h->tool));
	print_text(h->p, buf_str(&h->user));
	print_text(h->p, str_of(h->state));
}

static int put_change(void *arg, struct str path, struct str old,
    struct str new_)
{
	struct history *h = arg;
	BUF_AUTO line = BUF_INIT;

	h->changes++;
	if (h->p) {
		put_version(h);
		print_text(h->p, path);
		print_text(h->p, old);
		print_text(h->p, new_);
		return print_row(h->p, h->e);
	}
	buf_addf(&line, "  %.*s: ", STR_FMT(path));
	if (old.s)
		buf_addf(&line, "%.*s -> ", STR_FMT(old));
	buf_addf(&line, "%s%.*s", old.s ? "" : "+ ", STR_FMT(new_.s ? new_ :
	    STR("(gone)")));
	buf_addstr(h->b, STR("  "));
	utf8_clean(h->b, buf_str(&line), false);
	buf_addch(h->b, '\n');
	return 0;
}

/* Who wrote the version, and when, as text. */
static int describe(struct history *h, const struct resource *res)
{
	struct batch_row row;
	int rc = batch_get(h->r, res->batch, &row, h->e);

	if (rc < 0)
		return rc;
	buf_reset(&h->tool);
	buf_addstr(&h->tool, row.tool);
	buf_reset(&h->user);
	buf_addstr(&h->user, row.user);
	buf_reset(&h->time);
	if (h->p)
		date_format_ms(&h->time, res->time);
	else
		view_stamp(&h->time, res->time);
	h->version = res->version;
	h->batch = res->batch;
	h->state = state_word(res->state);
	return 0;
}

static void title(struct history *h)
{
	buf_addf(h->b, "%sVersion %lld   %s   %s by %s, batch %lld   %s\n",
	    h->shown ? "\n" : "", (long long)h->version, h->time.s,
	    h->tool.s, h->user.s, (long long)h->batch, h->state);
}

static int one_version(void *arg, const struct resource *res)
{
	struct history *h = arg;
	struct tape *was = &h->tape[!h->now], *is = &h->tape[h->now];
	bool compare = h->former && res->body.s;
	struct tape_error why;
	int rc;

	if (res->time > h->c->as_of_ms)
		return 0;
	if (res->body.s && tape_parse(is, res->body.s, res->body.n, &why) < 0)
		return ehr_fail(h->e, EHR_EINTEGRITY, "body is no JSON");
	rc = describe(h, res);
	if (rc < 0)
		return rc;
	if (!h->p)
		title(h);
	h->shown++;
	h->changes = 0;
	if (compare)
		rc = view_diff(was, is, put_change, h);
	if (rc == 0 && h->p && h->changes == 0) {
		put_version(h);
		rc = print_row(h->p, h->e);
	}
	if (rc == 0 && !h->p && compare && h->changes == 0)
		buf_adds(h->b, "    no change of content\n");
	if (res->body.s) {
		h->former = true;
		h->now = !h->now;
	}
	return rc;
}

static int print_history(struct history *h, int64_t rid)
{
	bool text = chart_as_text(h->c, opt.format);
	int rc = 0;

	if (!text)
		rc = print_open(&h->p, h->c, columns, ARRAY_LEN(columns),
		    h->e);
	else
		buf_addf(h->b, "%s\n\n", h->name.s);
	if (rc == 0)
		rc = record_history(h->r, rid, one_version, h, h->e);
	if (rc == 0 && h->shown == 0)
		rc = ehr_fail(h->e, EHR_ENOENT, "not there at that time");
	if (!text)
		return print_close(h->p, rc, h->e);
	buf_addf(h->b, "\nTimes are %s.\n", view_zone_name());
	return rc < 0 ? rc : cli_put(h->c, h->b, h->e);
}

int chart_history(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO page = BUF_INIT;
	BUF_AUTO names = BUF_INIT;
	struct history h = { .c = c, .b = &page, .e = e,
		.name = BUF_INIT, .time = BUF_INIT, .tool = BUF_INIT,
		.user = BUF_INIT };
	struct record_found found;
	int rc = chart_open(c, &a, e);

	if (rc == 0)
		rc = access_find(&a, str_of(c->argv[0]), 0, AUDIT_READ,
		    "history", &found, &names, e);
	if (rc == EHR_ENOENT)
		chart_candidates(&names);
	h.r = a.r;
	if (rc == 0)
		rc = record_rid_name(a.r, found.rid, &h.name, e);
	if (rc >= 0)
		rc = print_history(&h, found.rid);
	tape_release(&h.tape[0]);
	tape_release(&h.tape[1]);
	buf_release(&h.name);
	buf_release(&h.time);
	buf_release(&h.tool);
	buf_release(&h.user);
	return access_withheld(&a, rc, e);
}
