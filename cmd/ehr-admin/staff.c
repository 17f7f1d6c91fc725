/* staff.c - ehr-admin staff: who we are, and what each may do. */
#include "admin.h"

static struct {
	const char *npi, *name, *role, *at;
	bool inactive, emergency, everywhere, endless;
} give;

enum { EMERGENCY_DAYS = 90 }; /* then it is to be given again */

const struct cli_opt admin_staff_opts[] = {
	{ "name", 0, CLI_TEXT, CLI_REQUIRED, "NAME", "as it is shown",
	    &give.name, 0, 0 },
	{ "role", 0, CLI_TEXT, CLI_REQUIRED, "ROLE,...",
	    "what they may do (see ehr-permissions(7))", &give.role, 0, 0 },
	{ "npi", 0, CLI_TEXT, 0, "N", "National Provider Identifier", &give.npi,
	    0, 0 },
	{ "at", 0, CLI_TEXT, 0, "FACILITY", "they work there alone",
	    &give.at, 0, 0 },
	{ "everywhere", 0, CLI_FLAG, 0, NULL, "no longer at one alone",
	    &give.everywhere, 0, 0 },
	{ "no-end", 0, CLI_FLAG, 0, NULL, "the end that was given is void",
	    &give.endless, 0, 0 },
	{ "emergency", 0, CLI_FLAG, 0, NULL,
	    "may break the glass, for 90 days from now", &give.emergency, 0,
	    0 },
	{ "inactive", 0, CLI_FLAG, 0, NULL, "no longer with us",
	    &give.inactive, 0, 0 },
	{ 0 },
};

static int check_roles(struct cli *c, struct ehr_err *e)
{
	BUF_AUTO names = BUF_INIT;
	enum perm always, reason;

	if (store_roles_parse(str_of(give.role), &always, &reason, NULL) == 0)
		return 0;
	for (size_t i = 0; store_role(i); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", store_role(i)->name);
	return cli_usage(c, e, "--role: of %s, each once", names.s);
}

struct member {
	struct str user;
	int64_t id;
};

static int see_member(void *arg, const struct store_staff *f)
{
	struct member *m = arg;

	if (str_eq(f->user, m->user))
		m->id = f->id;
	return 0;
}

int admin_member(struct access *a, const char *user, int64_t *staff,
    struct ehr_err *e)
{
	struct member m = { str_of(user), 0 };
	int rc = store_staff_each(record_store(a->r), see_member, &m, e);

	*staff = m.id;
	return rc == 0 && m.id == 0 ? ehr_fail(e, EHR_ENOENT, "%s: not on the "
	    "staff", user) : rc;
}

static struct store_staff owner_of(const struct access *a)
{
	return (struct store_staff){
		.user = buf_str(&a->user), .name = buf_str(&a->user),
		.roles = STR("administrator,auditor,clinician"),
		.active = true,
	};
}

int admin_owner(struct access *a, struct ehr_err *e)
{
	struct store_staff f = owner_of(a);

	return store_staff_put(record_store(a->r), &f, e);
}

static int any(void *arg, const struct store_staff *f)
{
	(void)arg;
	(void)f;
	return 1;
}

/* A record from before there were owners gets one with its first member of
 * staff, or nobody could change the staff any more. */
static int check_owner(struct cli *c, struct access *a, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	int rc = store_staff_each(db, any, NULL, e);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = admin_owner(a, e);
	if (rc > 0)
		cli_warn(c, "%s is now the owner: administrator, auditor and "
		    "clinician", a->user.s);
	return rc < 0 ? rc : 0;
}

/* The end of a day: given twice in a day it changes nothing. */
static int64_t emergency_until(void)
{
	const int64_t day = 24 * 60 * 60 * 1000;

	return (clock_ms() / day + EMERGENCY_DAYS + 1) * day - 1;
}

int admin_staff_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store_staff f = {
		.user = str_of(c->argv[0]), .name = str_of(give.name),
		.roles = str_of(give.role), .npi = str_of(give.npi),
		.active = !give.inactive,
		.until = c->until ? c->until_ms : 0,
		.facility = str_of(give.at),
		.everywhere = give.everywhere, .endless = give.endless,
		.emergency = give.emergency ? emergency_until() : 0,
	};
	BUF_AUTO scope = BUF_INIT;
	int rc = check_roles(c, e);

	if ((give.at && give.everywhere) || (c->until && give.endless))
		return cli_usage(c, e, "--at or --everywhere, --until or "
		    "--no-end");
	if (rc == 0)
		rc = admin_begin(c, &a, e);
	if (rc == 0 && give.at)
		rc = admin_facility_find(&a, give.at, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		rc = check_owner(c, &a, e);
	if (rc == 0)
		rc = store_staff_put(record_store(a.r), &f, e);
	buf_addf(&scope, "staff:%.*s=%.*s%s%s%s", STR_FMT(f.user),
	    STR_FMT(f.roles), f.active ? "" : " inactive", give.at ? " at " :
	    "", give.at ? give.at : give.everywhere ? " everywhere" : "");
	return admin_end(&a, rc, scope.s, e);
}

static int put_staff(void *arg, const struct store_staff *f)
{
	struct admin_listing *l = arg;

	print_text(l->p, f->user);
	print_text(l->p, f->name);
	print_text(l->p, f->roles);
	print_text(l->p, f->npi);
	print_bool(l->p, f->active);
	print_time(l->p, f->until);
	print_text(l->p, f->facility);
	print_time(l->p, f->emergency);
	return print_row(l->p, l->e);
}

static int members(struct admin_listing *l)
{
	return store_staff_each(record_store(l->r), put_staff, l, l->e);
}

int admin_staff_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "user", 0 },
		{ "name", PRINT_WIDE }, { "role", 0 }, { "npi", 0 },
		{ "active", 0 }, { "until", PRINT_WHOLE }, { "at", 0 },
		{ "emergency", PRINT_WHOLE } };

	return admin_list(c, cols, ARRAY_LEN(cols), members, e);
}
