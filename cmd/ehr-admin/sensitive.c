/* sensitive.c - ehr-admin sensitive: the practice's list of charts and entries
 * that take a reason to see. */
#include "admin.h"
#include "ehr/fhir.h"

static struct {
	int kind;
	const char *user;
} give;

#define USER_OPT                                                              \
	{ "user", 0, CLI_TEXT, 0, "USER",                                     \
	    "for this member of staff only", &give.user, 0, 0 }

const struct cli_opt admin_sensitive_opts[] = {
	{ "kind", 0, CLI_CHOICE, 0, "vip|restriction|other|own|family",
	    "why (vip)", &give.kind, 0, 0 },
	USER_OPT,
	{ 0 },
};

const struct cli_opt admin_sensitive_remove_opts[] = {
	USER_OPT,
	{ 0 },
};

/* The record, and what is meant in it. */
static int begin(struct cli *c, struct access *a, int64_t *rid,
    int64_t *staff, struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct record_found found = { 0 };
	int rc = admin_begin(c, a, e);

	if (rc == 0)
		rc = access_need(a, PERM_ADMIN, "sensitive", e);
	if (rc == 0)
		rc = record_find(a->r, str_of(c->argv[0]), FHIR_Patient,
		    &found, &candidates, e);
	cli_candidates(c, &candidates);
	*rid = found.rid;
	*staff = 0;
	return rc < 0 || !give.user ? rc : admin_member(a, give.user, staff,
	    e);
}

int admin_sensitive_add(struct cli *c, struct ehr_err *e)
{
	bool own = give.kind >= RECORD_KIND_OWN;
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t rid, staff;
	int rc;

	if (own != (give.user != NULL))
		return cli_usage(c, e, "own and family go with --user, the "
		    "others without");
	rc = begin(c, &a, &rid, &staff, e);
	return rc < 0 ? rc : admin_end(&a, record_sensitive_put(a.r, rid,
	    staff, (enum record_kind)give.kind, e), "sensitive", e);
}

int admin_sensitive_remove(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t rid, staff;
	int rc = begin(c, &a, &rid, &staff, e);

	if (rc == 0)
		rc = record_sensitive_drop(a.r, rid, staff, e);
	if (rc == 0) {
		store_rollback(record_store(a.r));
		return ehr_fail(e, EHR_ENO, "not on the list");
	}
	return rc < 0 ? rc : admin_end(&a, rc, "sensitive", e);
}

static int put_row(void *arg, int64_t rid, struct str user, struct str kind)
{
	struct admin_listing *l = arg;
	BUF_AUTO name = BUF_INIT;
	int rc = record_rid_name(l->r, rid, &name, l->e);

	if (rc < 0)
		return rc;
	print_text(l->p, buf_str(&name));
	print_text(l->p, kind);
	print_text(l->p, user);
	return print_row(l->p, l->e);
}

static int listed(struct admin_listing *l)
{
	return record_sensitive_each(l->r, put_row, l, l->e);
}

int admin_sensitive_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", 0 }, { "kind", 0 },
		{ "user", 0 } };

	return admin_list(c, cols, ARRAY_LEN(cols), listed, e);
}
