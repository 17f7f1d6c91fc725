/* admin.h - the verbs of ehr-admin. */
#ifndef EHR_ADMIN_H
#define EHR_ADMIN_H

#include "ehr/access.h"
#include "ehr/cli.h"

/* What -d and --reason said. */
static inline struct access_opt admin_opt(const struct cli *c)
{
	return (struct access_opt){ c->db, c->tool->name, c->reason,
		c->dry_run };
}

/* Appends the event "config" with that scope in a transaction of its own or,
 * when one is open, in that. */
int admin_audit(struct access *a, const char *scope, struct ehr_err *e);

extern const struct cli_opt admin_init_opts[];
int admin_init(struct cli *c, struct ehr_err *e);

#endif
