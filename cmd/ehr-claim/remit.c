/* remit.c - ehr-claim remit post, remit list. */
#include <stdlib.h>

#include "claim.h"
#include "ehr/billing-doc.h"
#include "ehr/remit.h"
#include "ehr/desk.h"

static const char *post_date;
static bool parked;
const struct cli_opt remit_post_opts[] = {
	{ "post-date", 0, CLI_DATE, 0, "D",
	    "posting date (default today), in a month that is open",
	    &post_date, 0, 0 },
	{ 0 },
};
const struct cli_opt remit_list_opts[] = {
	{ "parked", 0, CLI_FLAG, 0, NULL, "what was not posted, and why",
	    &parked, 0, 0 },
	{ 0 },
};

struct remits {
	struct cli *c;
	struct access a;
	struct printer *p;
	struct remit_done *done; /* of a file, until it is committed */
	size_t n;
	int64_t rejected;
	struct ehr_err *e;
};

/* ---- post ---- */

static int keep_done(void *arg, const struct remit_done *d)
{
	struct remits *t = arg;

	t->done[t->n++] = *d;
	return 0;
}

static int print_done(struct remits *t, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; i < t->n && rc == 0; i++) {
		const struct remit_done *d = &t->done[i];

		print_int(t->p, d->remit);
		print_text(t->p, d->pay->trace);
		print_text(t->p, d->pay->day);
		print_int(t->p, d->pay->cents);
		print_int(t->p, d->posted);
		print_int(t->p, d->parked);
		print_text(t->p, d->unchanged ? STR("unchanged")
		    : STR("posted"));
		rc = print_row(t->p, e);
	}
	return rc;
}

/* All of a file or nothing of it; a row is printed when it is committed. */
static int post_read(struct remits *t, const struct remit_post *p,
    struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.source = t->c->source, .input = p->name, .scope = "remittance" };
	struct batch_counts n = { 0 };
	uint8_t digest[SHA256_LEN];
	const struct access_rows k = { .kind = REMIT_BATCH,
		.sha256 = digest };
	int64_t batch;
	int rc, failed = 0;

	sha256(p->text.s, p->text.n, digest);
	rc = access_rows_begin(&t->a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = remit_post(&t->a, batch, p, &n, e);
	rc = access_rows_end(&t->a, batch, &n, rc, e);
	if (rc == 0 || rc == EHR_EREJECT)
		failed = print_done(t, e);
	return failed < 0 ? failed : rc;
}

static int post_text(struct remits *t, const char *name, struct str text,
    struct ehr_err *e)
{
	REMIT_FILE_AUTO file = REMIT_FILE_INIT;
	const struct remit_post p = { .file = &file, .name = name,
		.text = text, .day = str_of(post_date), .done = keep_done,
		.arg = t };
	int rc = remit_read(&file, name, text, e);

	if (rc < 0)
		return rc;
	t->done = xcalloc(file.pay.n, sizeof(*t->done));
	t->n = 0;
	rc = post_read(t, &p, e);
	free(t->done);
	return rc;
}

static int post_file(struct remits *t, const char *path)
{
	struct ehr_err e = { 0 };
	BUF_AUTO text = BUF_INIT;
	int rc = in_all(path, MAX_DOC, &text, &e);

	if (rc == 0)
		rc = post_text(t, path, buf_str(&text), &e);
	if (rc == EHR_EREJECT) {
		cli_notice(t->c, e.msg);
		t->rejected++;
		return 0;
	}
	if (rc < 0)
		*t->e = e;
	return rc;
}

int remit_post_verb(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "remit", PRINT_RIGHT },
		{ "trace", 0 }, { "day", 0 }, { "cents", PRINT_RIGHT },
		{ "posted", PRINT_RIGHT }, { "parked", PRINT_RIGHT },
		{ "state", 0 } };
	static const char *const input[] = { "-", NULL };
	const char *const *path = c->argc ? (const char *const *)c->argv
	    : input;
	struct remits t = { .c = c, .a = ACCESS_INIT, .e = e };
	int rc = desk_open(c, &t.a, STORE_WRITE, e);

	if (rc == 0)
		rc = print_open(&t.p, c, cols, ARRAY_LEN(cols), e);
	for (; rc == 0 && *path; path++)
		rc = post_file(&t, *path);
	if (rc == 0 && t.rejected)
		rc = ehr_fail(e, EHR_EREJECT,
		    "%lld of the files rejected or parked in part",
		    (long long)t.rejected);
	access_close(&t.a);
	return t.p ? print_close(t.p, rc, e) : rc;
}

/* ---- list ---- */

static int list_pay(void *arg, const struct remit_row *row)
{
	struct remits *t = arg;

	print_int(t->p, row->id);
	print_text(t->p, row->trace);
	print_text(t->p, row->day);
	print_int(t->p, row->cents);
	print_int(t->p, row->posted);
	print_int(t->p, row->parked);
	print_text(t->p, row->undone ? STR("undone") : STR("posted"));
	print_text(t->p, row->payer);
	print_text(t->p, row->method);
	print_int(t->p, row->batch);
	return print_row(t->p, t->e);
}

static int list_parked(void *arg, const struct remit_item *row)
{
	struct remits *t = arg;

	access_set_touch(&t->a, row->patient);
	print_int(t->p, row->id);
	print_int(t->p, row->remit);
	print_int(t->p, row->segment);
	print_text(t->p, row->clm01);
	print_text(t->p, row->status);
	print_int(t->p, row->paid);
	if (row->claim)
		print_int(t->p, row->claim);
	else
		print_absent(t->p, NULL);
	print_text(t->p, row->reason);
	print_text(t->p, row->text);
	return print_row(t->p, t->e);
}

static int all_parked(struct remits *t)
{
	int rc = access_set_begin(&t->a, AUDIT_READ, "parked remittances",
	    NULL, 0, t->e);

	if (rc < 0)
		return rc;
	rc = remit_parked_each(record_store(t->a.r), list_parked, t, t->e);
	return access_set_end(&t->a, rc, t->e);
}

int remit_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col pays[] = { { "remit", PRINT_RIGHT },
		{ "trace", 0 }, { "day", 0 }, { "cents", PRINT_RIGHT },
		{ "posted", PRINT_RIGHT }, { "parked", PRINT_RIGHT },
		{ "state", 0 }, { "payer", 0 }, { "method", 0 },
		{ "batch", PRINT_RIGHT } };
	static const struct print_col items[] = { { "item", PRINT_RIGHT },
		{ "remit", PRINT_RIGHT }, { "segment", PRINT_RIGHT },
		{ "clm01", 0 }, { "status", 0 }, { "cents", PRINT_RIGHT },
		{ "claim", PRINT_RIGHT }, { "reason", 0 },
		{ "text", PRINT_WIDE } };
	struct remits t = { .c = c, .a = ACCESS_INIT, .e = e };
	int rc = desk_open(c, &t.a, STORE_READ, e);

	if (rc == 0)
		rc = parked ? print_open(&t.p, c, items, ARRAY_LEN(items), e)
		    : print_open(&t.p, c, pays, ARRAY_LEN(pays), e);
	if (rc == 0)
		rc = parked ? all_parked(&t)
		    : remit_each(record_store(t.a.r), list_pay, &t, e);
	access_close(&t.a);
	return t.p ? print_close(t.p, rc, e) : rc;
}
