/* setup_impl.h - what the files of the set-up share. */
#ifndef BILLING_SETUP_IMPL_H
#define BILLING_SETUP_IMPL_H

#include "ehr/billing-setup.h"

enum setup_type {
#define X(id, name, check, help) SETUP_TYPE_##id,
#include "billing/setup-type.def"
#undef X
};
/* Appends the value as it is kept; false: it is none of the field's. */
bool setup_type_check(const struct setup_field *f, struct str v,
    struct buf *kept);
/* Fields of an item that do not go together. */
struct setup_fault {
	const char *field; /* NULL: of the whole item */
	const char *text;
	size_t next;
};
/* The next fault of the item in *why, from { 0 }; false: no more. */
bool setup_fit(const struct setup_item *i, struct setup_fault *why);
bool setup_key_valid(struct str key);
/* NULL: the kind has no such field. */
const struct setup_field *setup_field(enum setup_kind kind, struct str name);
/* The item is as the text of a row says; false: the row is damaged. Texts go
 * to the arena. */
bool setup_take(struct arena *mem, struct setup_item *i, struct str body);
void setup_body(const struct setup_item *i, struct buf *b);
/* Is the item the same, word by word? */
bool setup_same(const struct setup_item *a, const struct setup_item *b);
void setup_add(struct setup *s, const struct setup_item *i);
void setup_sort(struct setup *s);
/* By kind, then key. */
int setup_order(const struct setup_item *a, const struct setup_item *b);
/* Tells a finding; field or NULL. */
void setup_tell(struct diag_sink *sink, enum diag_id id, const char *file,
    const struct setup_item *i, const char *field, uint64_t line,
    const char *text);

#endif
