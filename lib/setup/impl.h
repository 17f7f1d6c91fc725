/* impl.h - what the files of the set-up share. */
#ifndef SETUP_IMPL_H
#define SETUP_IMPL_H

#include "ehr/setup.h"

/* Appends the value as it is kept; false: it is none of the field's. */
bool setup_type_check(const struct setup_field *f, struct str v,
    struct buf *kept);
bool setup_key_valid(struct str key);
/* NULL: the kind has no such field. */
const struct setup_field *setup_field(const struct setup_form *form, int kind,
    struct str name);
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

#endif
