/*
 * audit-export.h - events for other programs: FHIR AuditEvent, CEF lines,
 * entries of the systemd journal.
 *
 * Only AuditEvent tells which patients; the others go to those who watch
 * machines, not charts, and tell how many and the event's number, by which
 * who may read the record finds them.
 */
#ifndef EHR_AUDIT_EXPORT_H
#define EHR_AUDIT_EXPORT_H

#include "ehr/audit.h"

/* Appends the name of a patient, "[SOURCE:]ID"; nothing of one that has none.
 * 0 or more, or negative. */
typedef int audit_name_fn(void *arg, int64_t patient, struct buf *name,
    struct ehr_err *e);

/* Appends one FHIR R4 AuditEvent and a newline, in the shapes of IHE BALP
 * (Basic Audit Log Patterns); meta.profile is set where it conforms to one: an
 * event of one patient that succeeded and whose device is known. Everybody in
 * a set is an entity of one AuditEvent. */
int audit_put_fhir(struct buf *b, const struct audit_row *row,
    audit_name_fn *name, void *arg, struct ehr_err *e);
/* Appends one line of the Common Event Format, version 0. */
void audit_put_cef(struct buf *b, const struct audit_row *row);
/* Appends the fields of one entry in the journal's native protocol. */
void audit_put_journal(struct buf *b, const struct audit_row *row);

/* The journal's socket; path NULL: the system's. EHR_EIO: nobody listens. */
int audit_journal_open(const char *path, int *fd, struct ehr_err *e);
int audit_journal_send(int fd, struct str entry, struct ehr_err *e);

#endif
