/* text.h - numbers and bytes in the text forms of C2SP: one form each. */
#ifndef AUDIT_TEXT_H
#define AUDIT_TEXT_H

#include "ehr/base.h"

/* A decimal without leading zeros, at most INT64_MAX. */
bool text_size(struct str s, uint64_t *v);
/* Appends the number of a tile as the folders of its file: "x001/x234/067". */
void text_tile_index(struct buf *b, uint64_t index);
/* Base64 of n bytes, padded, nothing else in it, unused bits zero. */
bool text_base64(struct str s, uint8_t *out, size_t n);
/* The same of any number of bytes. */
bool text_base64_any(struct str s, struct buf *out);

#endif
