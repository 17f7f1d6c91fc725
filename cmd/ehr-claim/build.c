/* build.c - ehr-claim build: claims into files. */
#include "claim.h"
#include "ehr/claim.h"
#include "ehr/desk.h"

static const char *payer;
static bool resume;
const struct cli_opt build_opts[] = {
	{ "payer", 0, CLI_TEXT, 0, "KEY", "only claims to this payer",
	    &payer, 0, 0 },
	{ "resume", 0, CLI_FLAG, 0, NULL,
	    "place the files of a build that was cut off", &resume, 0, 0 },
	{ 0 },
};

struct building {
	struct cli *c;
	struct printer *p;
	int64_t *claim;
	size_t n;
};

static int made(void *arg, int64_t batch, const char *file, int64_t claims,
    int64_t cents, struct ehr_err *e)
{
	struct building *b = arg;

	print_int(b->p, batch);
	print_text(b->p, str_of(file));
	print_int(b->p, claims);
	print_int(b->p, cents);
	return print_row(b->p, e);
}

static void told(void *arg, const char *line)
{
	struct building *b = arg;

	cli_notice(b->c, line);
}

int build_claims(struct cli *c, int64_t **claim, size_t *claims,
    struct ehr_err *e)
{
	struct str *word = NULL;
	size_t i, n = 0;
	int rc = cli_words(c, 0, &word, &n, e);

	if (rc < 0 || n == 0)
		return rc;
	*claim = arena_alloc(&c->mem, n * sizeof(**claim));
	for (i = 0; i < n; i++) {
		struct str id = word[i];

		str_split(&word[i], '\t', &id);
		if (!str_int(id, &(*claim)[i]) || (*claim)[i] < 1)
			return ehr_fail(e, EHR_EUSAGE,
			    "not the number of a claim");
	}
	*claims = n;
	return 0;
}

int build_verb(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "batch", PRINT_RIGHT },
		{ "file", 0 }, { "claims", PRINT_RIGHT },
		{ "cents", PRINT_RIGHT } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct building b = { .c = c };
	struct claim_build o = { .payer = payer, .folder = c->place,
		.made = made, .told = told, .arg = &b };
	int rc = build_claims(c, &b.claim, &b.n, e);

	if (rc == 0 && resume && (payer || b.n || c->place))
		rc = cli_usage(c, e, "--resume takes nothing else: files go "
		    "where they were to go");
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc < 0)
		return rc;
	o.claim = b.claim;
	o.n = b.n;
	c->place = NULL; /* is where files go, not rows */
	rc = print_open(&b.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = resume ? claim_resume(&a, &o, e) : claim_build(&a, &o, e);
	return print_close(b.p, rc, e);
}
