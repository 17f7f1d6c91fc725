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

static int undo_charge(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	int64_t events = 0;
	int rc = charge_undo(a, batch, of, n, e);

	return rc < 0 ? rc : claim_event_undo(a, of, batch, &events, e);
}

static int undo_setup(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	return setup_undo(a, &billing_setup, batch, of, cli_notice, c, n, e);
}

static int undo_fees(struct cli *c, struct access *a, int64_t batch,
    int64_t of, struct batch_counts *n, struct ehr_err *e)
{
	return fee_undo(a, batch, of, cli_notice, c, n, e);
}

static const struct desk_undo kinds[] = {
	{ .kind = CHARGE_BATCH, .plain = undo_charge },
	{ .kind = ACK_BATCH, .plain = ack_undo },
	{ .kind = CODE_BATCH, .plain = code_undo },
	{ .kind = SCRUB_BATCH, .plain = scrub_undo },
	{ .kind = SETUP_BATCH, .fn = undo_setup },
	{ .kind = REMIT_BATCH, .plain = remit_undo },
	{ .kind = CLAIM_BATCH, .plain = claim_build_undo },
	{ .kind = FEE_BATCH, .fn = undo_fees },
	{ .kind = NULL },
};

int claim_undo(struct cli *c, struct ehr_err *e)
{
	return desk_undo(c, kinds, e);
}
