/* hold.c - ehr-admin hold: charts that must not be purged. */
#include "admin.h"
#include "ehr/comply.h"

static bool all;

const struct cli_opt admin_hold_opts[] = {
	{ "all", 'a', CLI_FLAG, 0, NULL, "those that were lifted too", &all, 0,
	    0 },
	{ 0 },
};

int admin_patient(struct cli *c, struct access *a, const char *scope,
    int64_t *patient, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	int rc = access_patient(a, str_of(c->argv[0]), AUDIT_READ, scope,
	    patient, &candidates, e);

	if (rc == EHR_ENOENT)
		cli_candidates(c, &candidates);
	return rc;
}

int admin_need_reason(struct cli *c, struct ehr_err *e)
{
	return c->reason && *c->reason ? 0 :
	    cli_usage(c, e, "--reason is needed");
}

typedef int change_fn(struct store *db, int64_t patient, struct str reason,
    struct str user, struct ehr_err *e);

static int change(struct cli *c, change_fn *fn, const char *scope,
    struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t patient;
	struct store *db;
	int rc = admin_need_reason(c, e);

	if (rc == 0)
		rc = admin_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_ADMIN, "hold", e);
	if (rc == 0)
		rc = admin_patient(c, &a, scope, &patient, e);
	if (rc < 0)
		return rc;
	db = record_store(a.r);
	rc = store_begin(db, STORE_SHORT, e);
	return rc < 0 ? rc : admin_end(&a, fn(db, patient, str_of(c->reason),
	    buf_str(&a.user), e), scope, e);
}

int admin_hold_add(struct cli *c, struct ehr_err *e)
{
	return change(c, comply_hold_add, "hold-add", e);
}

static int release(struct store *db, int64_t patient, struct str reason,
    struct str user, struct ehr_err *e)
{
	int n = comply_hold_release(db, patient, reason, user, e);

	return n != 0 ? n : ehr_fail(e, EHR_ENO, "no hold stands");
}

int admin_hold_remove(struct cli *c, struct ehr_err *e)
{
	return change(c, release, "hold-remove", e);
}

/* ---- the list ---- */

static int put_hold(void *arg, const struct comply_hold *h)
{
	struct admin_listing *l = arg;
	BUF_AUTO name = BUF_INIT;
	int rc = record_patient_name(l->r, h->patient, &name, l->e);

	if (rc < 0)
		return rc;
	print_text(l->p, buf_str(&name));
	print_time(l->p, h->placed);
	print_text(l->p, h->placed_by);
	print_text(l->p, h->reason);
	print_time(l->p, h->released);
	print_text(l->p, h->released_by);
	print_text(l->p, h->why);
	return print_row(l->p, l->e);
}

static int add_patient(void *arg, const struct comply_hold *h)
{
	access_set_touch(arg, h->patient);
	return 0;
}

int admin_hold_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", 0 }, { "placed", 0 },
		{ "by", 0 }, { "reason", PRINT_WIDE }, { "lifted", 0 },
		{ "lifted_by", 0 }, { "why", PRINT_WIDE } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct admin_listing l = { .e = e };
	int64_t patient = 0;
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = access_need(&a, PERM_ADMIN, "hold", e);
	if (rc == 0 && c->argc)
		rc = admin_patient(c, &a, "hold-list", &patient, e);
	if (rc == 0)
		rc = access_set_begin(&a, AUDIT_LIST, "hold-list",
		    patient ? &patient : NULL, patient != 0, e);
	if (rc < 0)
		return rc;
	l.r = a.r;
	rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = comply_hold_each(record_store(a.r), patient, all,
		    add_patient, &a, e);
	if (rc == 0)
		rc = comply_hold_each(record_store(a.r), patient, all,
		    put_hold, &l, e);
	return access_set_end(&a, print_close(l.p, rc, e), e);
}
