/* impl.h - what the files of lib/qrda share. */
#ifndef QRDA_IMPL_H
#define QRDA_IMPL_H

#include "ehr/qrda.h"
#include "place.h"
#include "rules.h"

struct qrda_table {
	struct arena mem;
	struct qrda_guids *measure;
	size_t n;
};
/* Populations that have GUIDs: their code, and QPP's name of the GUID. */
enum { GUID_KINDS = 5 };
extern const struct guid_kind {
	const char *code, *member;
} guid_kinds[GUID_KINDS];

/* EHR_EREJECT: not a QRDA III. */
int qrda3_is(const struct xml_doc *doc, struct ehr_err *e);
/* What a measure's reference and results say. */
void results_read(struct qrda_measure *m, struct arena *mem,
    const struct xml_node *organizer);

/* Hands a finding on. */
int qrda_tell(qrda_finding_fn *fn, void *arg, const struct rule_row *r,
    const struct xml_node *node, struct str text);
/* The GUIDs of a measure's reference and results, when node is one. */
int check_guids(const struct qrda_table *t, const struct xml_node *node,
    qrda_finding_fn *fn, void *arg);

/* The sections of a document that is written. */
void write_body(struct xml_writer *w, const struct qrda3 *q);

#endif
