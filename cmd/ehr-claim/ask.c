/* ask.c - ehr-claim status ask: what became of claims, asked of payers. */
#include "claim.h"

#include "ehr/claim-ask.h"
#include "ehr/desk.h"

static const char *older;
const struct cli_opt status_ask_opts[] = {
	{ "older-than", 0, CLI_TEXT, 0, "30d",
	    "all that wait for the payer and were sent so long ago",
	    &older, 0, 0 },
	{ 0 },
};

struct asks {
	struct printer *p;
	int64_t *claim;
	size_t n;
};

static int made(void *arg, int64_t batch, const char *file, int64_t claims,
    struct ehr_err *e)
{
	struct asks *k = arg;

	print_int(k->p, batch);
	print_text(k->p, str_of(file));
	print_int(k->p, claims);
	return print_row(k->p, e);
}

static int read_claims(struct cli *c, struct store *db, struct asks *k,
    struct ehr_err *e)
{
	struct str *word = NULL, id;
	size_t n = 0;
	int rc = cli_words(c, 0, &word, &n, e);

	k->claim = arena_alloc(&c->mem, (n + 1) * sizeof(*k->claim));
	for (; rc == 0 && k->n < n; k->n++) {
		str_split(&word[k->n], '\t', &id);
		rc = claim_find(db, id, &k->claim[k->n], e);
	}
	return rc;
}

int status_ask(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "batch", PRINT_RIGHT },
		{ "file", 0 }, { "claims", PRINT_RIGHT } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct asks k = { 0 };
	struct claim_ask o = { .folder = c->place, .made = made, .arg = &k };
	int rc = status_age(c, older, &o.sent_before, &o.now, e);

	if (rc == 0 && !c->argc == !older)
		rc = cli_usage(c, e, "either claims or --older-than");
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = read_claims(c, record_store(a.r), &k, e);
	if (rc < 0 || (c->argc && k.n == 0))
		return rc;
	o.claim = k.claim;
	o.n = k.n;
	c->place = NULL; /* is where files go, not rows */
	rc = print_open(&k.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = claim_ask(&a, &o, e);
	return print_close(k.p, rc, e);
}
