/* setup.h - what the files of billing's set-up share. */
#ifndef BILLING_SETUP_H
#define BILLING_SETUP_H

#include "ehr/billing-setup.h"

extern const struct setup_fit billing_fits[];

#endif
