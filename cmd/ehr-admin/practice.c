/* practice.c - ehr-admin facility, staff: where and who we are. */
#include "admin.h"

static struct {
	const char *npi, *zone, *name, *role;
	bool inactive;
} give;

const struct cli_opt admin_facility_opts[] = {
	{ "npi", 0, CLI_TEXT, 0, "N", "National Provider Identifier", &give.npi,
	    0, 0 },
	{ "tz", 0, CLI_TEXT, 0, "ZONE", "time zone (UTC)", &give.zone, 0, 0 },
	{ 0 },
};

const struct cli_opt admin_staff_opts[] = {
	{ "name", 0, CLI_TEXT, CLI_REQUIRED, "NAME", "as it is shown",
	    &give.name, 0, 0 },
	{ "role", 0, CLI_TEXT, CLI_REQUIRED, "ROLE",
	    "what they may do (see ehr-admin(1))", &give.role, 0, 0 },
	{ "npi", 0, CLI_TEXT, 0, "N", "National Provider Identifier", &give.npi,
	    0, 0 },
	{ "inactive", 0, CLI_FLAG, 0, NULL, "no longer with us",
	    &give.inactive, 0, 0 },
	{ 0 },
};

struct listing {
	struct printer *p;
	struct ehr_err *e;
};

/* Opens the record and begins; ended by admin_end(). */
static int begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	int rc = admin_open(c, a, STORE_WRITE, e);

	return rc < 0 ? rc : store_begin(record_store(a->r), STORE_SHORT, e);
}

int admin_facility_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store_facility f = {
		.name = str_of(c->argv[0]),
		.npi = str_of(give.npi),
		.zone = str_of(give.zone ? give.zone : "UTC"),
	};
	int rc = begin(c, &a, e);

	return rc < 0 ? rc : admin_end(&a, store_facility_put(
	    record_store(a.r), &f, e), "facility", e);
}

static int put_facility(void *arg, const struct store_facility *f)
{
	struct listing *l = arg;

	print_int(l->p, f->id);
	print_text(l->p, f->name);
	print_text(l->p, f->npi);
	print_text(l->p, f->zone);
	return print_row(l->p, l->e);
}

int admin_facility_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_RIGHT },
		{ "name", PRINT_WIDE }, { "npi", 0 }, { "tz", 0 } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { NULL, e };
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = store_facility_each(record_store(a.r), put_facility, &l,
		    e);
	return print_close(l.p, rc, e);
}

static int check_role(struct cli *c, struct ehr_err *e)
{
	BUF_AUTO names = BUF_INIT;

	if (store_role_perms(str_of(give.role)) != PERM_NONE)
		return 0;
	for (size_t i = 0; store_role_name(i); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", store_role_name(i));
	return cli_usage(c, e, "--role: one of %s", names.s);
}

int admin_staff_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store_staff f = {
		.user = str_of(c->argv[0]),
		.name = str_of(give.name),
		.role = str_of(give.role),
		.npi = str_of(give.npi),
		.active = !give.inactive,
	};
	int rc = check_role(c, e);

	if (rc == 0)
		rc = begin(c, &a, e);
	return rc < 0 ? rc : admin_end(&a, store_staff_put(record_store(a.r),
	    &f, e), "staff", e);
}

static int put_staff(void *arg, const struct store_staff *f)
{
	struct listing *l = arg;

	print_text(l->p, f->user);
	print_text(l->p, f->name);
	print_text(l->p, f->role);
	print_text(l->p, f->npi);
	print_bool(l->p, f->active);
	return print_row(l->p, l->e);
}

int admin_staff_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "user", 0 },
		{ "name", PRINT_WIDE }, { "role", 0 }, { "npi", 0 },
		{ "active", 0 } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { NULL, e };
	int rc = admin_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = store_staff_each(record_store(a.r), put_staff, &l, e);
	return print_close(l.p, rc, e);
}
