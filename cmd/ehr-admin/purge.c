/* purge.c - ehr-admin purge: a chart removed for good, with a certificate. */
#include "admin.h"
#include "ehr/backup.h"
#include "ehr/comply-request.h"
#include "ehr/comply.h"
#include "ehr/fhir.h"

enum { DAY_MS = 86400000, SCOPE = 512 };

static struct cli_list folders;
static const char *keep_text;

const struct cli_opt admin_purge_opts[] = {
	{ "backups", 0, CLI_LIST, 0, "FOLDER",
	    "tell which backups there still hold the chart", &folders, 0, 0 },
	{ "keep", 0, CLI_TEXT, 0, "RULE",
	    "the rule they are pruned by: until when they do", &keep_text, 0,
	    0 },
	{ 0 },
};

struct purging {
	struct cli *c;
	struct access a;
	int64_t patient;
	struct buf name; /* of the patient, as it is to be certified */
	struct comply_retention k;
	struct record_purged n;
	char scope[SCOPE]; /* of the audit event, known late */
	int64_t batch;
	int vacuum; /* 0 done, 1 the log is in use, < 0 failed */
	struct ehr_err vacuum_err;
	struct backup_keep keep;
	struct printer *p;
	struct ehr_err *e;
};

/* What is certified by counts: X(name, member). */
#define COUNTS(X)                                                             \
	X("charts", charts)                                                   \
	X("resources", resources)                                             \
	X("former-versions", former)                                          \
	X("attachments", blobs)                                               \
	X("attachment-bytes", blob_bytes)                                     \
	X("names", names)                                                     \
	X("references-made-pending", links)                                   \
	X("entries-elsewhere-that-named-it", named)                           \
	X("batches-without-input-name", batches)

/* ---- may it go? ---- */

static int held(void *arg, const struct comply_hold *h)
{
	struct purging *x = arg;
	BUF_AUTO since = BUF_INIT;

	date_format_ms(&since, h->placed);
	return ehr_fail(x->e, EHR_EPERM, "under legal hold since %s (%.*s); "
	    "ehr-admin hold list tells why", since.s, STR_FMT(h->placed_by));
}

static void put_day(struct buf *b, int64_t day)
{
	struct date d;

	date_from_days(&d, day);
	date_format(b, &d);
}

/* What stands beside the charts: who held them, who asked for them. */
static int forget(struct store *db, const int64_t *seg, size_t n,
    struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = comply_request_drop(db, seg[i], e);
		if (rc == 0)
			rc = comply_hold_drop(db, seg[i], e);
	}
	return rc;
}

/* In the purge's own transaction: a hold that is placed meanwhile counts. */
static int allow(void *arg, const int64_t *seg, size_t n, struct ehr_err *e)
{
	struct purging *x = arg;
	struct store *db = record_store(x->a.r);
	BUF_AUTO until = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = comply_hold_each(db, seg[i], false, held, x, e);
	if (rc == 0)
		rc = comply_retention(x->a.r, x->patient, &x->k, e);
	if (rc < 0)
		return rc;
	if (clock_ms() / DAY_MS >= x->k.until)
		return forget(db, seg, n, e);
	put_day(&until, x->k.until);
	return ehr_fail(e, EHR_EPERM, "to be kept until %s: %lld years after "
	    "the last entry%s", until.s, (long long)x->k.years, x->k.minor ?
	    ", and after coming of age" : "");
}

static int certify(void *arg, const struct record_purged *n,
    struct buf *counts, struct ehr_err *e)
{
	struct purging *x = arg;

	(void)e;
#define X(name, m)                                                            \
	buf_addf(counts, "%s%s=%lld", counts->len ? "," : "", name,           \
	    (long long)n->m);
	COUNTS(X)
#undef X
	snprintf(x->scope, sizeof(x->scope), "purge:%s", counts->s);
	return 0;
}

/* ---- the certificate: item, value, note ---- */

static void put_note(struct purging *x, const char *item, struct str value,
    struct str note)
{
	print_text(x->p, str_of(item));
	print_text(x->p, value);
	print_text(x->p, note);
	print_row(x->p, x->e);
}

static void put_count(struct purging *x, const char *item, int64_t n)
{
	print_text(x->p, str_of(item));
	print_int(x->p, n);
	print_row(x->p, x->e);
}

static void put_years(struct purging *x, const char *item, int64_t n,
    const char *by)
{
	print_text(x->p, str_of(item));
	print_int(x->p, n);
	print_text(x->p, str_of(by));
	print_row(x->p, x->e);
}

static void put_what(struct purging *x)
{
	BUF_AUTO now = BUF_INIT;

	date_format_ms(&now, clock_ms());
	put_note(x, "certificate", x->c->dry_run ? STR("planned") :
	    STR("purged"), STR("cannot be undone"));
	put_note(x, "patient", buf_str(&x->name), STR_NONE);
	put_count(x, "number", x->patient);
	put_note(x, "time", buf_str(&now), STR_NONE);
	put_note(x, "by", buf_str(&x->a.user), STR_NONE);
	put_note(x, "reason", str_of(x->c->reason), STR_NONE);
	if (!x->c->dry_run)
		put_count(x, "batch", x->batch);
}

static void put_rule(struct purging *x)
{
	BUF_AUTO last = BUF_INIT;
	BUF_AUTO until = BUF_INIT;
	BUF_AUTO rule = BUF_INIT;

	put_day(&last, x->k.last);
	put_day(&until, x->k.until);
	put_note(x, "last-entry", buf_str(&last), x->k.dated ? STR_NONE :
	    STR("no entry has a date: when the chart came"));
	buf_addf(&rule, "%lld years after it", (long long)x->k.years);
	if (x->k.minor)
		buf_addf(&rule, ", %lld after the age of %lld%s",
		    (long long)x->k.minor_years, (long long)x->k.majority,
		    x->k.born ? "" : " (birth date unknown)");
	put_note(x, "kept-until", buf_str(&until), buf_str(&rule));
#define X(id, key, value, most, source)                                       \
	put_years(x, key, x->k.id, x->k.id##_by);
	COMPLY_RETENTION(X)
#undef X
}

static void put_counts(struct purging *x)
{
#define X(name, m) put_count(x, name, x->n.m);
	COUNTS(X)
#undef X
	for (int t = 1; t <= FHIR_RESOURCES; t++) {
		BUF_AUTO item = BUF_INIT;

		buf_addf(&item, "resources:%s", fhir_type_name(t));
		if (x->n.type[t])
			put_count(x, item.s, x->n.type[t]);
	}
}

/* ---- backups ---- */

/* The longest that the rule keeps one, in days; 0: not by time alone. */
static int64_t longest(const struct backup_keep *k)
{
	if (k->last)
		return 0;
	return k->years ? k->years * 366 : k->months ? k->months * 31 :
	    k->weeks ? k->weeks * 7 : k->days ? k->days : k->hours ? 1 : 0;
}

static void put_backup(struct purging *x, const char *folder,
    const struct backup *b)
{
	BUF_AUTO place = BUF_INIT;
	BUF_AUTO note = BUF_INIT;
	int64_t days = longest(&x->keep);

	buf_addf(&place, "%s/%s", folder, b->id);
	if (days) {
		buf_adds(&note, "until ");
		put_day(&note, b->time / DAY_MS + days + 1);
	} else {
		buf_adds(&note, "until it is pruned or destroyed");
	}
	put_note(x, "backup", buf_str(&place), buf_str(&note));
}

static int put_folder(struct purging *x, const char *folder,
    const uint8_t id[UUID_LEN])
{
	BACKUP_SET_AUTO s = BACKUP_SET_INIT;
	int rc = backup_set_open(&s, folder, BACKUP_LOOK, x->e);

	for (size_t i = 0; rc == 0 && i < s.n; i++) {
		const struct backup *b = &s.v[i];

		if (b->fault[0])
			put_note(x, "backup", str_of(b->id), STR("faulty: it "
			    "cannot be told what it holds"));
		else if (memcmp(b->record, id, UUID_LEN) == 0 &&
		    b->time >= x->n.since)
			put_backup(x, folder, b);
	}
	return rc;
}

static int put_backups(struct purging *x)
{
	uint8_t id[UUID_LEN] = { 0 };
	BUF_AUTO text = BUF_INIT;
	int rc = store_config_get(record_store(x->a.r), "store.id", &text,
	    x->e);

	if (rc > 0 && !hex_parse(buf_str(&text), id, sizeof(id)))
		rc = ehr_fail(x->e, EHR_EINTEGRITY, "setting store.id is "
		    "faulty");
	for (size_t i = 0; rc >= 0 && i < folders.n; i++)
		rc = put_folder(x, folders.v[i], id);
	if (folders.n == 0)
		put_note(x, "backups", STR("unknown"),
		    STR("--backups FOLDER looks at them"));
	return rc < 0 ? rc : 0;
}

static void put_file(struct purging *x)
{
	static const struct str rewritten = { "rewritten", 9 };

	if (x->c->dry_run)
		return;
	put_note(x, "file", x->vacuum < 0 ? STR("not rewritten") : rewritten,
	    x->vacuum < 0 ? STR("unused parts may hold traces: ehr-admin "
	    "vacuum") : STR_NONE);
	put_note(x, "log", x->vacuum == 0 ? STR("emptied") :
	    STR("not emptied"), x->vacuum > 0 ? STR("others read it: ehr-admin "
	    "vacuum when they are done") : STR_NONE);
}

static int put_certificate(struct purging *x)
{
	static const struct print_col cols[] = { { "item", PRINT_WHOLE },
		{ "value", PRINT_WIDE }, { "note", PRINT_WIDE } };
	int rc = print_open(&x->p, x->c, cols, ARRAY_LEN(cols), x->e);

	if (rc < 0)
		return rc;
	put_what(x);
	put_rule(x);
	put_counts(x);
	put_file(x);
	rc = put_backups(x);
	return print_close(x->p, rc, x->e);
}

/* ---- the whole ---- */

static int remove_chart(struct purging *x)
{
	const struct record_purge_opt opt = { allow, certify, x };
	const struct access_write w = { .action = AUDIT_DELETE,
		.scope = x->scope };
	struct batch *b = NULL;
	int rc = access_batch(&x->a, &w, &b, x->e);

	if (rc == 0)
		rc = record_purge(b, x->patient, &opt, &x->n, x->e);
	if (rc == 0)
		x->batch = batch_number(b);
	batch_free(b);
	return rc;
}

/* What was deleted must not be left in unused parts of the file or the log. */
static int clean_file(struct purging *x)
{
	if (x->c->dry_run)
		return 0;
	x->vacuum = store_vacuum(record_store(x->a.r), &x->vacuum_err);
	return 0;
}

static int run(struct purging *x)
{
	struct cli *c = x->c;
	int rc = admin_need_reason(c, x->e);

	if (rc == 0 && keep_text && !backup_keep_parse(str_of(keep_text),
	    &x->keep))
		rc = cli_usage(c, x->e, "--keep: no such rule");
	if (rc == 0)
		rc = admin_open(c, &x->a, STORE_WRITE, x->e);
	if (rc == 0)
		rc = access_need(&x->a, PERM_ADMIN, "purge", x->e);
	if (rc == 0)
		rc = admin_patient(c, &x->a, "purge", &x->patient, x->e);
	if (rc == 0)
		rc = record_patient_name(x->a.r, x->patient, &x->name, x->e);
	if (rc >= 0)
		rc = remove_chart(x);
	if (rc == 0)
		rc = clean_file(x);
	if (rc == 0)
		rc = put_certificate(x);
	if (rc == 0 && x->vacuum)
		rc = ehr_fail(x->e, EHR_EIO, "the chart is removed, but traces "
		    "may be left in the file or its log: ehr-admin vacuum%s%s",
		    x->vacuum < 0 ? ": " : "", x->vacuum < 0 ?
		    x->vacuum_err.msg : "");
	return rc;
}

int admin_purge(struct cli *c, struct ehr_err *e)
{
	struct purging x = { .c = c, .a = ACCESS_INIT, .name = BUF_INIT,
		.e = e };
	int rc = run(&x);

	access_close(&x.a);
	buf_release(&x.name);
	return rc;
}

/* ---- what was purged ---- */

static int put_purge(void *arg, const struct record_purge_row *row)
{
	struct admin_listing *l = arg;

	print_int(l->p, row->batch);
	print_int(l->p, row->patient);
	print_time(l->p, row->time);
	print_text(l->p, row->user);
	print_text(l->p, row->reason);
	print_text(l->p, row->counts);
	return print_row(l->p, l->e);
}

static int purges(struct admin_listing *l)
{
	return record_purges(l->r, put_purge, l, l->e);
}

int admin_purge_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "batch", PRINT_RIGHT },
		{ "number", PRINT_RIGHT }, { "time", 0 }, { "by", 0 },
		{ "reason", PRINT_WIDE }, { "removed", PRINT_WIDE } };

	return admin_list(c, cols, ARRAY_LEN(cols), purges, e);
}
