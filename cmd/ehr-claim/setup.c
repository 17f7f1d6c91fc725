/* setup.c - ehr-claim setup load, dump, diff, fields. */
#include "ehr/billing-setup.h"
#include "ehr/desk.h"

#include "claim.h"

int setup_load(struct cli *c, struct ehr_err *e)
{
	return desk_setup_load(c, &billing_setup, e);
}

int setup_diff(struct cli *c, struct ehr_err *e)
{
	return desk_setup_diff(c, &billing_setup, e);
}

int setup_dump(struct cli *c, struct ehr_err *e)
{
	return desk_setup_dump(c, &billing_setup, e);
}

int setup_fields_of(struct cli *c, struct ehr_err *e)
{
	return desk_setup_fields(c, &billing_setup, e);
}
