/* ehr-batch.c - what was written into the record, and taking it back. */
#include "ehr/access.h"
#include "ehr/cli.h"

static const char *const states[] = {
	[BATCH_INTERRUPTED] = "interrupted",
	[BATCH_DONE] = "done",
	[BATCH_UNDONE] = "undone",
	[BATCH_PARTLY] = "partly undone",
};

static bool partial;

struct listing {
	struct cli *c;
	struct access a;
	struct printer *p;
	struct ehr_err *e;
	struct buf b;
};

static int open_record(struct listing *l, struct cli *c, enum store_mode mode,
    struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);

	*l = (struct listing){ .c = c, .a = ACCESS_INIT, .e = e,
		.b = BUF_INIT };
	return access_open(&l->a, &opt, mode, e);
}

static void close_record(struct listing *l)
{
	access_close(&l->a);
	buf_release(&l->b);
}

/* ---- list ---- */

static int list_one(void *arg, const struct batch_row *row)
{
	struct listing *l = arg;
	const struct batch_counts *n = &row->counts;
	const int64_t counts[] = { n->read, n->inserted, n->updated,
		n->deleted, n->unchanged, n->rejected };

	print_int(l->p, row->id);
	print_time(l->p, row->started);
	print_text(l->p, row->tool);
	print_text(l->p, row->user);
	print_text(l->p, row->source);
	print_text(l->p, str_of(states[row->state]));
	if (row->undoes)
		print_int(l->p, row->undoes);
	else
		print_text(l->p, STR_NONE);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		print_int(l->p, counts[i]);
	buf_reset(&l->b);
	if (row->has_sha256)
		hex_format(&l->b, row->sha256, sizeof(row->sha256));
	print_text(l->p, row->has_sha256 ? buf_str(&l->b) : STR_NONE);
	print_text(l->p, row->input);
	print_text(l->p, row->reason);
	print_text(l->p, row->facility);
	print_text(l->p, row->kind);
	return print_row(l->p, l->e);
}

static int list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col columns[] = {
		{ "batch", PRINT_RIGHT }, { "started", PRINT_WHOLE }, { "tool", 0 },
		{ "user", 0 }, { "source", 0 }, { "state", 0 },
		{ "undoes", PRINT_RIGHT }, { "read", PRINT_RIGHT },
		{ "inserted", PRINT_RIGHT }, { "updated", PRINT_RIGHT },
		{ "deleted", PRINT_RIGHT }, { "unchanged", PRINT_RIGHT },
		{ "rejected", PRINT_RIGHT }, { "sha256", PRINT_WIDE },
		{ "input", PRINT_WIDE }, { "reason", PRINT_WIDE },
		{ "at", PRINT_WIDE }, { "of", PRINT_WIDE },
	};
	struct listing l;
	int rc = open_record(&l, c, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, columns, ARRAY_LEN(columns), e);
	if (rc == 0)
		rc = print_close(l.p, batch_each(l.a.r, list_one, &l, e), e);
	close_record(&l);
	return rc;
}

/* ---- show ---- */

static int batch_operand(struct cli *c, int64_t *id, struct ehr_err *e)
{
	if (str_int(str_of(c->argv[0]), id) && *id > 0)
		return 0;
	return cli_usage(c, e, "%s: a batch is a number", c->argv[0]);
}

static int change_one(void *arg, int64_t rid, char kind, int64_t version)
{
	struct listing *l = arg;
	int64_t patient;
	int rc = record_patient_of(l->a.r, rid, RECORD_NOW, &patient, l->e);

	buf_reset(&l->b);
	if (rc == 0)
		rc = record_rid_name(l->a.r, rid, &l->b, l->e);
	if (rc < 0)
		return rc;
	access_set_touch(&l->a, patient);
	print_text(l->p, buf_str(&l->b));
	print_text(l->p, kind == 'c' ? STR("created") :
	    kind == 'u' ? STR("updated") : STR("deleted"));
	print_int(l->p, version);
	return print_row(l->p, l->e);
}

static int show(struct cli *c, struct ehr_err *e)
{
	static const struct print_col columns[] = {
		{ "id", 0 }, { "change", 0 }, { "version", PRINT_RIGHT },
	};
	struct batch_row row;
	struct listing l;
	int64_t id;
	int rc = batch_operand(c, &id, e);

	if (rc < 0)
		return rc;
	rc = open_record(&l, c, STORE_READ, e);
	if (rc == 0)
		rc = batch_get(l.a.r, id, &row, e);
	if (rc == 0)
		rc = access_set_begin(&l.a, AUDIT_LIST, "batch", NULL, 0, e);
	if (rc == 0) {
		rc = print_open(&l.p, c, columns, ARRAY_LEN(columns), e);
		if (rc == 0)
			rc = print_close(l.p, batch_changes(l.a.r, id,
			    change_one, &l, e), e);
		rc = access_set_end(&l.a, rc, e);
	}
	close_record(&l);
	return rc;
}

/* ---- undo ---- */

/* What later batches built on or what was signed, a line each to the person. */
static int built_on(void *arg, int64_t rid, int64_t by_batch)
{
	struct listing *l = arg;
	int rc;

	buf_reset(&l->b);
	rc = record_rid_name(l->a.r, rid, &l->b, l->e);
	if (by_batch)
		buf_addf(&l->b, "\tbatch %lld\n", (long long)by_batch);
	else
		buf_adds(&l->b, "\tsigned\n");
	fwrite(l->b.s, 1, l->b.len, stderr);
	return rc < 0 ? rc : 0;
}

static int undo(struct cli *c, struct ehr_err *e)
{
	struct access_write w = { .action = AUDIT_UNDO };
	struct batch_counts n = { 0 };
	struct batch *b = NULL;
	struct listing l;
	int64_t id;
	int rc = batch_operand(c, &id, e);

	if (rc < 0)
		return rc;
	rc = open_record(&l, c, STORE_WRITE, e);
	if (rc == 0)
		rc = access_batch(&l.a, &w, &b, e);
	if (rc == 0)
		rc = batch_undo(b, id, partial, built_on, &l, &n, e);
	if (rc == 0)
		cli_note(c, "batch %lld: %lld restored, %lld updated, "
		    "%lld deleted", (long long)batch_number(b),
		    (long long)n.inserted, (long long)n.updated,
		    (long long)n.deleted);
	batch_free(b);
	close_record(&l);
	return rc;
}

static const struct cli_opt undo_options[] = {
	{ "partial", 0, CLI_FLAG, 0, NULL,
	    "leave what later batches built on, undo the rest", &partial, 0,
	    0 },
	{ 0 },
};

static const struct cli_verb verbs[] = {
	{ "list", NULL, "every batch, the oldest first",
	    CLI_DB | CLI_OUTPUT, NULL, 0, 0, false, list },
	{ "show", "BATCH", "what a batch did, a resource a line",
	    CLI_DB | CLI_OUTPUT | CLI_REASON, NULL, 1, 1, false, show },
	{ "undo", "BATCH", "take a batch back by a new one",
	    CLI_DB | CLI_DRY_RUN | CLI_REASON, undo_options, 1, 1, false,
	    undo },
	{ 0 },
};

static const struct cli_tool tool = {
	"ehr-batch", "list, show and undo what was written", verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
