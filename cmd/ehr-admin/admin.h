/* admin.h - the verbs of ehr-admin and what they share. */
#ifndef EHR_ADMIN_H
#define EHR_ADMIN_H

#include "ehr/access.h"
#include "ehr/cli.h"

int admin_open(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e);
/* Appends the event "config" with that scope in a transaction of its own or,
 * when one is open, in that. */
int admin_audit(struct access *a, const char *scope, struct ehr_err *e);
/* Ends the open transaction: with changed > 0 the event is added and all is
 * committed, else (nothing to do, or a failure) it is rolled back. */
int admin_end(struct access *a, int changed, const char *scope,
    struct ehr_err *e);

/* ---- init.c ---- */
extern const struct cli_opt admin_init_opts[];
int admin_init(struct cli *c, struct ehr_err *e);

/* ---- config.c ---- */
int admin_config_get(struct cli *c, struct ehr_err *e);
int admin_config_set(struct cli *c, struct ehr_err *e);
int admin_config_unset(struct cli *c, struct ehr_err *e);
int admin_config_list(struct cli *c, struct ehr_err *e);

/* ---- practice.c ---- */
extern const struct cli_opt admin_facility_opts[], admin_staff_opts[];
int admin_facility_add(struct cli *c, struct ehr_err *e);
int admin_facility_list(struct cli *c, struct ehr_err *e);
int admin_staff_add(struct cli *c, struct ehr_err *e);
int admin_staff_list(struct cli *c, struct ehr_err *e);

/* ---- upkeep.c ---- */
int admin_check(struct cli *c, struct ehr_err *e);
int admin_reindex(struct cli *c, struct ehr_err *e);
int admin_vacuum(struct cli *c, struct ehr_err *e);

/* ---- health.c ---- */
extern const struct cli_opt admin_health_opts[];
int admin_health(struct cli *c, struct ehr_err *e);
int admin_version(struct cli *c, struct ehr_err *e);

#endif
