/* store_perm_test.c - every statement and every role: what a role has the
 * permission for is prepared, all else is refused, with the right code and
 * the permission's name. */
#include "test.h"

#include "audit/impl.h"
#include "ehr/record.h"
#include "record/statements.h"
#include "store/impl.h"
#include "store/statements.h"

static struct ehr_err e;
static char path[64];

static const struct table {
	const struct sql *sql;
	size_t n;
} tables[] = {
#define X(...) +1
	{ store_sql_table, 0
#include "store/statements.def"
	},
	{ record_sql_table, 0
#include "record/statements.def"
	},
	{ audit_sql, 0
#include "audit/statements.def"
	},
#undef X
};

static struct record *open_new(void)
{
	struct record *r = NULL;

	snprintf(path, sizeof(path), "/tmp/perm-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	CHECK_INT(record_open(&r, path, STORE_CREATE, &e), 0);
	return r;
}

/* Prepared, and refused with the permission's name exactly when it is not
 * among what was granted. */
static void cell(struct store *db, const struct sql *q, enum perm granted)
{
	struct stmt *s = store_scan(db, q);
	bool may = (q->perm & ~granted) == 0;
	int code = s->err.code;
	char name[40];

	snprintf(name, sizeof(name), "permission %s", perm_name(q->perm));
	if (code != (may ? 0 : EHR_EPERM))
		printf("%s, %s: %s\n", db->who, q->name, s->err.msg);
	CHECK_INT(code, may ? 0 : EHR_EPERM);
	CHECK(may == (s->s != NULL));
	if (!may) {
		CHECK(strstr(s->err.msg, q->name) != NULL);
		CHECK(strstr(s->err.msg, name) != NULL);
		CHECK_INT(store_refused(db), q->perm);
	}
	store_scan_end(s);
}

static size_t all_cells(struct store *db, enum perm granted)
{
	size_t n = 0;

	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++, n++)
			cell(db, &tables[t].sql[i], granted);
	return n;
}

/* Statements about temporary tables can be prepared when these are there. */
static void make_temporary(struct store *db)
{
	for (size_t i = 0; i < tables[1].n; i++) {
		const struct sql *q = &tables[1].sql[i];

		if (str_starts(str_of(q->text), "CREATE "))
			CHECK_INT(stmt_run(store_sql(db, q), &e), 0);
	}
}

TEST(every_statement_and_every_role)
{
	struct record *r = open_new();
	struct store *db = record_store(r);
	const struct store_role *role;
	size_t n = 0;

	make_temporary(db);
	for (size_t i = 0; (role = store_role(i)) != NULL; i++) {
		store_grant(db, role->always, role->reason, role->name);
		n += all_cells(db, role->always);
		store_grant(db, role->always | role->reason, role->reason,
		    role->name);
		n += all_cells(db, role->always | role->reason);
	}
	store_grant(db, PERM_NONE, PERM_NONE, "nobody");
	n += all_cells(db, PERM_NONE);
	store_grant(db, PERM_ALL, PERM_NONE, "owner");
	n += all_cells(db, PERM_ALL);
	/* 8 roles twice, nobody, everybody; the tables are not empty */
	CHECK(n > 18 * 120);
	record_close(r);
	store_unlink(path);
}

TEST(a_statement_names_one_permission_or_none)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++) {
			enum perm p = tables[t].sql[i].perm;

			CHECK((p & (p - 1)) == 0);
			CHECK((p & ~PERM_ALL) == 0);
		}
}

/* What must hold of the roles, however the table is changed. */
TEST(roles_keep_apart_what_must_be_apart)
{
	const enum perm chart = PERM_CLINICAL | PERM_NOTES | PERM_SENSITIVE;
	const enum perm change = PERM_WRITE | PERM_CHART | PERM_REGISTER |
	    PERM_SIGN | PERM_IMPORT | PERM_UPKEEP | PERM_ADMIN;
	const struct store_role *r;
	enum perm all = PERM_NONE;

	for (size_t i = 0; (r = store_role(i)) != NULL; i++) {
		enum perm most = r->always | r->reason;

		all |= most;
		CHECK((r->always & r->reason) == PERM_NONE);
		if (strcmp(r->name, "auditor") == 0)
			CHECK((most & (change | chart | PERM_READ)) == 0);
		else
			CHECK((most & PERM_AUDIT) == 0);
		if (strcmp(r->name, "administrator") == 0)
			CHECK((r->always & chart) == 0);
		else
			CHECK((most & PERM_ADMIN) == 0);
		if (strcmp(r->name, "clinician") != 0)
			CHECK((most & PERM_SIGN) == 0);
	}
	CHECK_INT(all, PERM_ALL);
}

TEST(several_roles_may_what_any_of_them_may)
{
	enum perm always, reason;

	CHECK_INT(store_roles_parse(STR("administrator,auditor,clinician"),
	    &always, &reason, &e), 0);
	CHECK_INT(always | reason, PERM_ALL);
	CHECK_INT(store_roles_parse(STR("nurse,wizard"), &always, &reason, &e),
	    EHR_EUSAGE);
	CHECK_INT(store_roles_parse(STR("nurse,nurse"), &always, &reason, &e),
	    EHR_EUSAGE);
	CHECK_INT(store_roles_parse(STR(""), &always, &reason, &e),
	    EHR_EUSAGE);
}

/* ---- who is acting ---- */

static void put(struct store *db, const char *user, const char *roles,
    bool active, int64_t until)
{
	struct store_staff f = { .user = str_of(user), .name = STR("N"),
		.roles = str_of(roles), .active = active, .until = until };

	CHECK_INT(store_staff_put(db, &f, &e), 1);
}

static enum store_acting_as acts(struct store *db, const char *user)
{
	struct store_acting who;

	CHECK_INT(store_staff_acting(db, str_of(user), &who, &e), 0);
	buf_release(&who.roles);
	return who.as;
}

TEST(who_acts_as_what)
{
	struct record *r = open_new();
	struct store *db = record_store(r);

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(acts(db, "anybody"), STORE_SINGLE);
	put(db, "owner", "administrator,clinician", true, 0);
	CHECK_INT(acts(db, "anybody"), STORE_SINGLE);
	put(db, "nina", "nurse", true, clock_ms() + 60000);
	put(db, "gone", "nurse", false, 0);
	put(db, "late", "nurse", true, clock_ms() - 1);
	CHECK_INT(acts(db, "anybody"), STORE_STRANGER);
	CHECK_INT(acts(db, "owner"), STORE_MEMBER);
	CHECK_INT(acts(db, "nina"), STORE_MEMBER);
	CHECK_INT(acts(db, "gone"), STORE_LEFT);
	CHECK_INT(acts(db, "late"), STORE_LEFT);
	store_rollback(db);
	record_close(r);
	store_unlink(path);
}

TEST(an_administrator_must_stay)
{
	struct store_staff f = { .user = STR("owner"), .name = STR("N"),
		.roles = STR("nurse"), .active = true };
	struct record *r = open_new();
	struct store *db = record_store(r);

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	CHECK_INT(store_staff_put(db, &f, &e), EHR_EUSAGE);
	store_rollback(db);
	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	put(db, "owner", "administrator", true, 0);
	f.roles = STR("administrator");
	f.active = false;
	CHECK_INT(store_staff_put(db, &f, &e), EHR_EUSAGE);
	f.active = true;
	f.until = 1;
	CHECK_INT(store_staff_put(db, &f, &e), EHR_EUSAGE);
	store_rollback(db);
	record_close(r);
	store_unlink(path);
}
