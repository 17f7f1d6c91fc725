/* form.c - ehr-claim form: claims on paper. */
#include "claim.h"
#include "ehr/claim.h"
#include "ehr/desk.h"

enum { FORM_TEXT, FORM_PDF };
static int format;
static bool charges;
const struct cli_opt form_opts[] = {
	{ NULL, 'o', CLI_CHOICE, 0, "text|pdf", "format of the output",
	    &format, 0, 0 },
	{ "charge", 0, CLI_FLAG, 0, NULL,
	    "numbers are those of charges, whose claims go on paper",
	    &charges, 0, 0 },
	{ 0 },
};

static void told(void *arg, const char *line)
{
	cli_notice(arg, line);
}

int form_verb(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO pages = BUF_INIT;
	struct claim_build o = { .charges = charges, .told = told,
		.arg = c };
	int64_t *claim = NULL;
	int rc = build_claims(c, &claim, &o.n, e), done;

	if (rc == 0 && o.n == 0)
		return 0;
	o.claim = claim;
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = claim_paper(&a, &o, &pages, e);
	if (rc != 0 && rc != EHR_EREJECT)
		return rc;
	done = desk_pages(c, buf_str(&pages),
		    format == FORM_PDF ? &paper_form : NULL, e);
	return done < 0 ? done : rc;
}
