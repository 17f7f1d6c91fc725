/* undo.c - batches of ehr-claim taken back, each kind in its own way. */
#include "claim.h"
#include "ehr/billing-charge.h"
#include "ehr/billing-code.h"
#include "ehr/billing-fee.h"
#include "ehr/remit.h"
#include "ehr/billing-scrub.h"
#include "ehr/billing-setup.h"
#include "ehr/claim.h"
#include "ehr/claim-ack.h"
#include "ehr/desk.h"

/* c is told what stands in the way. */
typedef int undo_fn(struct cli *c, struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e);

static int undo_charge(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return charge_undo(a, batch, of, n, e);
}

static int undo_code(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return code_undo(a, batch, of, n, e);
}

static int undo_ack(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return ack_undo(a, batch, of, n, e);
}

static int undo_scrub(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return scrub_undo(a, batch, of, n, e);
}

static int undo_setup(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	return setup_undo(a, batch, of, cli_notice, c, n, e);
}

static int undo_remit(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return remit_undo(a, batch, of, n, e);
}

static int undo_build(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	(void)c;
	return claim_build_undo(a, batch, of, n, e);
}

static int undo_fees(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	return fee_undo(a, batch, of, cli_notice, c, n, e);
}

static const struct {
	const char *kind;
	undo_fn *fn;
} kinds[] = {
	{ CHARGE_BATCH, undo_charge },
	{ ACK_BATCH, undo_ack },
	{ CODE_BATCH, undo_code },
	{ SCRUB_BATCH, undo_scrub },
	{ SETUP_BATCH, undo_setup },
	{ REMIT_BATCH, undo_remit },
	{ CLAIM_BATCH, undo_build },
	{ FEE_BATCH, undo_fees },
};

/* How a batch is undone: EHR_ENOENT, EHR_EUSAGE. *done: it is already. */
static int find(struct access *a, int64_t id, undo_fn **fn, const char **kind,
    bool *done, struct ehr_err *e)
{
	struct batch_row row;
	int rc = batch_get(a->r, id, &row, e);

	if (rc < 0)
		return rc;
	*done = row.state == BATCH_UNDONE;
	for (size_t i = 0; row.kind.s && i < ARRAY_LEN(kinds); i++)
		if (str_is(row.kind, kinds[i].kind)) {
			*fn = kinds[i].fn;
			*kind = kinds[i].kind;
			return 0;
		}
	return ehr_fail(e, EHR_EUSAGE, "batch %lld: not one that ehr-claim "
	    "takes back", (long long)id);
}

static int undo(struct cli *c, struct access *a, int64_t of, undo_fn *fn,
    const char *kind, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_DELETE, .scope = kind };
	const struct access_rows k = { .kind = kind, .undoes = of };
	struct batch_counts n = { 0 };
	int64_t batch;
	int rc = access_rows_begin(a, &w, &k, &batch, e);

	if (rc < 0)
		return rc;
	rc = fn(c, a, batch, of, &n, e);
	if (rc == 0)
		rc = batch_row_undone(a->r, of, e);
	/* a refusal leaves all as it was, what was done before it too */
	if (rc < 0)
		n = (struct batch_counts){ 0 };
	rc = access_rows_end(a, batch, &n, rc, e);
	if (rc == 0)
		cli_note(c, "taken back %lld", (long long)(n.deleted +
		    n.updated + n.inserted));
	return rc;
}

int claim_undo(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	const char *kind = NULL;
	undo_fn *fn = NULL;
	bool done = false;
	int64_t id;
	int rc;

	if (!str_int(str_of(c->argv[0]), &id) || id < 1)
		return cli_usage(c, e, "%s: not the number of a batch",
		    c->argv[0]);
	rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = find(&a, id, &fn, &kind, &done, e);
	if (rc == 0 && done)
		cli_note(c, "unchanged");
	return rc == 0 && !done ? undo(c, &a, id, fn, kind, e) : rc;
}
