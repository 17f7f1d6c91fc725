/* evidence.h - what this machine can tell about how a record is kept. */
#ifndef EHR_ADMIN_EVIDENCE_H
#define EHR_ADMIN_EVIDENCE_H

#include "admin.h"

enum evidence { EVIDENCE_YES, EVIDENCE_NO, EVIDENCE_UNKNOWN };
const char *evidence_word(enum evidence v);

struct evidence_of {
	struct cli *c;
	struct access a;
	bool encrypted;
	struct cli_list folders; /* of backups */
};
int evidence_open(struct evidence_of *x, struct cli *c, struct ehr_err *e);

/* Each appends why, in words for people. */
typedef enum evidence evidence_fn(struct evidence_of *x, struct buf *why);
evidence_fn evidence_encryption, evidence_disposal, evidence_devices;

#endif
