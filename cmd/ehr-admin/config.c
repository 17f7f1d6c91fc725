/* config.c - ehr-admin config: settings of the practice, as rows. */
#include "admin.h"

enum { MAX_KEY = 64, MAX_VALUE = 4096 };

/* Dotted words; what is kept under "store" and "index" is not a setting. */
static bool key_ok(struct str key)
{
	bool start = true, dot = false;

	if (key.n > MAX_KEY || str_starts(key, "store.") ||
	    str_starts(key, "index."))
		return false;
	for (size_t i = 0; i < key.n; i++) {
		char c = key.s[i];
		bool letter = c >= 'a' && c <= 'z';

		if (c == '.' ? start : !letter && (start ||
		    (c != '-' && !(c >= '0' && c <= '9'))))
			return false;
		dot = dot || c == '.';
		start = c == '.';
	}
	return dot && !start;
}

static int check_key(struct cli *c, struct ehr_err *e)
{
	if (!key_ok(str_of(c->argv[0])))
		return cli_usage(c, e, "KEY is words of a-z, 0-9 and '-' with "
		    "dots between them");
	return 0;
}

int admin_config_get(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO value = BUF_INIT;
	int rc = check_key(c, e);

	if (rc == 0)
		rc = admin_open(c, &a, STORE_READ, e);
	if (rc == 0)
		rc = store_config_get(record_store(a.r), c->argv[0], &value,
		    e);
	if (rc <= 0)
		return rc < 0 ? rc : EHR_ENO;
	buf_addch(&value, '\n');
	return cli_write(&value, e);
}

static int change(struct cli *c, struct str value, const char *verb,
    struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	BUF_AUTO old = BUF_INIT;
	struct store *db;
	int rc = check_key(c, e);

	if (rc == 0)
		rc = admin_open(c, &a, STORE_WRITE, e);
	if (rc == 0) /* also when there is nothing to change */
		rc = access_need(&a, PERM_ADMIN, verb, e);
	if (rc < 0)
		return rc;
	db = record_store(a.r);
	rc = store_begin(db, STORE_SHORT, e);
	if (rc < 0)
		return rc;
	rc = store_config_get(db, c->argv[0], &old, e);
	if (rc >= 0 && (value.s ? rc > 0 && str_eq(buf_str(&old), value) :
	    rc == 0))
		return admin_end(&a, 0, NULL, e);
	if (rc >= 0 && value.s &&
	    strcmp(c->argv[0], ACCESS_FACTOR_SETTING) == 0)
		rc = admin_totp_roles(c, &a, value, e);
	if (rc >= 0)
		rc = store_config_set(db, c->argv[0], value, e);
	buf_addf(&scope, "%s:%s", verb, c->argv[0]);
	return admin_end(&a, rc < 0 ? rc : 1, scope.s, e);
}

int admin_config_set(struct cli *c, struct ehr_err *e)
{
	struct str value = str_of(c->argv[1]);

	if (value.n > MAX_VALUE || utf8_valid(value.s, value.n) != value.n ||
	    memchr(value.s, '\n', value.n))
		return cli_usage(c, e, "VALUE is a line of UTF-8, %d bytes at "
		    "most", MAX_VALUE);
	return change(c, value, "config-set", e);
}

int admin_config_unset(struct cli *c, struct ehr_err *e)
{
	return change(c, STR_NONE, "config-unset", e);
}

static int put_setting(void *arg, struct str key, struct str value)
{
	struct admin_listing *l = arg;

	if (!key_ok(key))
		return 0;
	print_text(l->p, key);
	print_text(l->p, value);
	return print_row(l->p, l->e);
}

static int settings(struct admin_listing *l)
{
	return store_config_each(record_store(l->r), put_setting, l, l->e);
}

int admin_config_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "key", 0 },
		{ "value", PRINT_WIDE } };

	return admin_list(c, cols, ARRAY_LEN(cols), settings, e);
}
