/* factor.c - the second factor: a one-time code, once for a session of the
 * agent, else each time. */
#include <unistd.h>

#include "unlock.h"

enum { TRIES = 3 };

bool access_factor_due(struct str setting, struct str roles, bool emergency)
{
	struct str word, role, rest;

	while (str_split(&setting, ',', &word)) {
		if (emergency && str_is(word, ACCESS_FACTOR_EMERGENCY))
			return true;
		for (rest = roles; str_split(&rest, ',', &role);)
			if (str_eq(word, role))
				return true;
	}
	return false;
}

/* Asks at the terminal: 1 right, 0 wrong three times. */
static int ask(struct store *db, int64_t staff, struct ehr_err *e)
{
	SECRET_AUTO *code = NULL;
	int rc = secret_make(&code, e);

	if (rc < 0)
		return rc;
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		if (i)
			sleep(1);
		rc = tty_ask("One-time code: ", code, e);
		if (rc == EHR_ENOTEHR)
			return ehr_fail(e, EHR_EPERM, "a one-time code is "
			    "due, and there is no terminal to ask at");
		if (rc == 0)
			rc = store_factor_check(db, staff, secret_str(code),
			    e);
	}
	return rc;
}

int access_factor(const struct access_opt *opt, struct store *db,
    int64_t staff, struct ehr_err *e)
{
	const struct keys_opt o = { .db = opt->db, .slots = opt->keys };
	BUF_AUTO path = BUF_INIT;
	struct key_slots f;
	int rc = store_factor_enrolled(db, staff, e);

	if (rc == 0)
		return ehr_fail(e, EHR_EPERM, "a one-time code is due, and no "
		    "second factor is enrolled (ehr-admin staff totp enroll)");
	if (rc > 0)
		rc = keys_path(&o, &path, e);
	if (rc == 0)
		rc = keys_read(path.s, &f, e);
	if (rc < 0)
		return rc;
	if (agent_proven(&f))
		return 0;
	rc = ask(db, staff, e);
	if (rc == 0)
		return ehr_fail(e, EHR_EPERM, "wrong one-time code, or it was "
		    "used before");
	if (rc > 0)
		agent_prove(&f);
	return rc < 0 ? rc : 0;
}
