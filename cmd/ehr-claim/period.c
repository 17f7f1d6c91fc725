/* period.c - ehr-claim period open, close, list, verify. */
#include "claim.h"
#include "ehr/billing-ledger.h"
#include "ehr/desk.h"

/* ---- open, close ---- */

static int all_months(struct cli *c, struct access *a, int (*fn)(
    struct access *a, struct str ym, struct ehr_err *e),
    struct batch_counts *n, struct ehr_err *e)
{
	int rc = 0;

	for (int i = 0; i < c->argc && rc >= 0; i++) {
		rc = fn(a, str_of(c->argv[i]), e);
		n->updated += rc > 0;
		n->unchanged += rc == 0;
	}
	return rc < 0 ? rc : 0;
}

static int change(struct cli *c, int (*fn)(struct access *a, struct str ym,
    struct ehr_err *e), const char *scope, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_UPDATE,
		.scope = scope };
	const struct access_rows k = { .kind = "period" };
	struct batch_counts n = { .read = c->argc };
	ACCESS_AUTO a = ACCESS_INIT;
	int64_t number;
	int rc = desk_open(c, &a, STORE_WRITE, e);

	if (rc == 0)
		rc = access_need(&a, PERM_LEDGER, c->verb->name, e);
	if (rc == 0)
		rc = access_rows_begin(&a, &w, &k, &number, e);
	if (rc < 0)
		return rc;
	rc = access_rows_end(&a, number, &n, all_months(c, &a, fn, &n, e), e);
	if (rc == 0 && n.unchanged)
		cli_note(c, "%lld unchanged", (long long)n.unchanged);
	return rc;
}

int period_open(struct cli *c, struct ehr_err *e)
{
	return change(c, ledger_period_open, "period opened", e);
}

int period_close(struct cli *c, struct ehr_err *e)
{
	return change(c, ledger_period_close, "period closed", e);
}

/* ---- list, verify ---- */

struct months {
	struct cli *c;
	struct access a;
	struct printer *p;
	int64_t bad, found;
	struct ehr_err *e;
};

static void digest_text(struct months *m, struct str digest)
{
	BUF_AUTO hex = BUF_INIT;

	if (digest.n)
		hex_format(&hex, digest.s, digest.n);
	print_text(m->p, hex.len ? buf_str(&hex) : STR_NONE);
}

static int list_one(void *arg, const struct ledger_period *p)
{
	struct months *m = arg;

	print_text(m->p, p->ym);
	print_text(m->p, p->closed ? STR("closed") : STR("open"));
	print_int(m->p, p->entries);
	print_time(m->p, p->opened);
	print_text(m->p, p->opened_by);
	print_time(m->p, p->closed);
	print_text(m->p, p->closed ? p->closed_by : STR_NONE);
	digest_text(m, p->digest);
	return print_row(m->p, m->e);
}

/* Is it one that was asked for? */
static bool asked(const struct months *m, struct str ym)
{
	bool any = false;

	for (int i = 0; i < m->c->argc; i++)
		any = any || str_is(ym, m->c->argv[i]);
	return any || m->c->argc == 0;
}

static int verify_one(void *arg, const struct ledger_period *p)
{
	struct months *m = arg;
	uint8_t digest[SHA256_LEN];
	int64_t entries;
	bool same;
	int rc;

	if (!asked(m, p->ym))
		return 0;
	m->found++;
	if (!p->closed)
		return 0;
	rc = ledger_period_digest(record_store(m->a.r), p->ym, &entries,
	    digest, m->e);
	if (rc < 0)
		return rc;
	same = entries == p->entries && p->digest.n == SHA256_LEN &&
	    memcmp(p->digest.s, digest, SHA256_LEN) == 0;
	m->bad += !same;
	print_text(m->p, p->ym);
	print_text(m->p, same ? STR("same") : STR("differs"));
	print_int(m->p, p->entries);
	print_int(m->p, entries);
	return print_row(m->p, m->e);
}

static int months(struct cli *c, struct months *m,
    const struct print_col *cols, size_t n,
    int (*fn)(void *arg, const struct ledger_period *p), struct ehr_err *e)
{
	int rc = desk_open(c, &m->a, STORE_READ, e);

	m->c = c;
	m->e = e;
	if (rc == 0)
		rc = print_open(&m->p, c, cols, n, e);
	if (rc == 0)
		rc = ledger_period_each(record_store(m->a.r), fn, m, e);
	access_close(&m->a);
	if (rc == 0 && m->found < c->argc)
		rc = ehr_fail(e, EHR_ENOENT,
		    "a month that was never opened is asked for");
	if (rc == 0 && m->bad)
		rc = ehr_fail(e, EHR_EINTEGRITY,
		    "%lld months are not as they were closed",
		    (long long)m->bad);
	return m->p ? print_close(m->p, rc, e) : rc;
}

int period_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "month", 0 },
		{ "state", 0 }, { "entries", PRINT_RIGHT },
		{ "opened", PRINT_WHOLE }, { "opened_by", 0 },
		{ "closed", PRINT_WHOLE }, { "closed_by", 0 },
		{ "digest", PRINT_WIDE } };
	struct months m = { .a = ACCESS_INIT };

	return months(c, &m, cols, ARRAY_LEN(cols), list_one, e);
}

int period_verify(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "month", 0 },
		{ "result", 0 }, { "closed_with", PRINT_RIGHT },
		{ "entries", PRINT_RIGHT } };
	struct months m = { .a = ACCESS_INIT };

	return months(c, &m, cols, ARRAY_LEN(cols), verify_one, e);
}
