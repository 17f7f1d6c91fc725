/* mail_head.h - header fields and bodies of mail, for those who read it. */
#ifndef NOTIFY_MAIL_HEAD_H
#define NOTIFY_MAIL_HEAD_H

#include "ehr/base.h"

/* One field, its value unfolded into the arena. Takes it off *rest; false at
 * the empty line behind the last one, *rest is behind that then, or at what is
 * no field. */
struct mail_field {
	struct str name, value;
};
bool mail_field(struct arena *mem, struct str *rest, struct mail_field *f);
bool mail_is(struct str a, const char *b); /* in any case of letters */
/* A parameter of a value (RFC 2045 5.1): "boundary" of "a/b; boundary=x", out
 * of its quotes; STR_NONE. */
struct str mail_parameter(struct arena *mem, struct str value,
    const char *name);
/* The value before its parameters, trimmed. */
struct str mail_main(struct str value);
/* Appends a header's text with its encoded words (RFC 2047) decoded. */
void mail_words(struct buf *b, struct str value);

/* Appends a body of that Content-Transfer-Encoding as bytes. */
void mail_transfer(struct buf *b, struct str encoding, struct str body);
/* Appends text of that charset as UTF-8 with lines ended by \n: UTF-8, ASCII
 * and the Latin ones are known; of others bytes over 127 are U+FFFD. */
void mail_charset(struct buf *b, struct str charset, struct str text);
/* Appends what of HTML is text. */
void mail_html(struct buf *b, struct str html);

#endif
