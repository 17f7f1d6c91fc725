/* seal.c - for whom the output is encrypted (age). */
#include "export.h"

struct seal_want seal_want;

void seal_release(struct seal *s)
{
	age_keys_release(&s->keys);
	secret_release(&s->pass);
}

static int read_keys(struct seal *s, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < seal_want.recipients.n; i++) {
		rc = age_key_add(&s->keys, str_of(seal_want.recipients.v[i]),
		    false, e);
		if (rc < 0)
			ehr_fail_prefix(e, "--age: ");
	}
	for (size_t i = 0; rc == 0 && i < seal_want.files.n; i++)
		rc = age_keys_read(&s->keys, seal_want.files.v[i], false, e);
	return rc;
}

static int ask(struct seal *s, struct ehr_err *e)
{
	int rc = secret_make(&s->pass, e);

	return rc < 0 ? rc : tty_new_pass(s->pass, e);
}

bool seal_wanted(void)
{
	return seal_want.recipients.n || seal_want.files.n ||
	    seal_want.passphrase || seal_want.armor;
}

int seal_read(struct seal *s, struct cli *c, struct ehr_err *e)
{
	bool keys = seal_want.recipients.n || seal_want.files.n;
	int rc;

	if (keys && seal_want.passphrase)
		return cli_usage(c, e, "recipients and --age-passphrase "
		    "exclude each other");
	if (!keys && !seal_want.passphrase)
		return seal_want.armor ? cli_usage(c, e, "--armor wants "
		    "--age, --age-file or --age-passphrase") : 0;
	rc = keys ? read_keys(s, e) : ask(s, e);
	s->to = (struct age_to){ .keys = &s->keys, .armor = seal_want.armor };
	if (rc == 0 && s->pass)
		s->to.pass = secret_str(s->pass);
	return rc < 0 ? rc : 1;
}
