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
	return setup_undo(a, &billing_setup, batch, of, cli_notice, c, n, e);
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

static const struct desk_undo kinds[] = {
	{ CHARGE_BATCH, undo_charge },
	{ ACK_BATCH, undo_ack },
	{ CODE_BATCH, undo_code },
	{ SCRUB_BATCH, undo_scrub },
	{ SETUP_BATCH, undo_setup },
	{ REMIT_BATCH, undo_remit },
	{ CLAIM_BATCH, undo_build },
	{ FEE_BATCH, undo_fees },
	{ NULL, NULL },
};

int claim_undo(struct cli *c, struct ehr_err *e)
{
	return desk_undo(c, kinds, e);
}
