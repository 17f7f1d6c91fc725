/* chunk.h - the audit event of a chunk, for tools without lib/access. */
#ifndef EHR_CHUNK_H
#define EHR_CHUNK_H

#include "ehr/audit.h"

/* fn of batch_on_chunk(); arg is the store. */
static int audit_chunk(void *arg, int64_t batch, const int64_t *patients,
    size_t n, bool first, bool last, struct ehr_err *e)
{
	struct audit_event ev = { .user = "test", .tool = "test",
		.action = AUDIT_UPDATE, .batch = batch };

	(void)patients;
	(void)n;
	(void)first;
	(void)last;
	return audit_append(arg, &ev, NULL, 0, NULL, e);
}

#endif
