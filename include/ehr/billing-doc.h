/*
 * billing-doc.h - source documents of billing, kept once as they came.
 */
#ifndef EHR_BILLING_DOC_H
#define EHR_BILLING_DOC_H

#include "ehr/store.h"

enum { MAX_DOC = 512 << 20 }; /* bytes of one */

struct billing_doc {
	const char *kind; /* "835", "charges" */
	struct str key;	  /* what it is, so that it is not taken twice */
	struct str text;  /* its bytes */
};
/* Is a document of that key kept? 1 and its number, 0. */
int billing_doc_find(struct store *db, struct str key, int64_t *id,
    struct ehr_err *e);
/* Keeps one in a transaction: 1; 0: one of that key is kept, *id is its
 * number. */
int billing_doc_add(struct store *db, int64_t batch,
    const struct billing_doc *d, int64_t *id, struct ehr_err *e);
/* Appends the bytes: EHR_ENOENT, EHR_EINTEGRITY. */
int billing_doc_text(struct store *db, int64_t id, struct buf *text,
    struct ehr_err *e);

#endif
