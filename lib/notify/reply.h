/* reply.h - what comes back of messages: answers, and what became of them. */
#ifndef NOTIFY_REPLY_H
#define NOTIFY_REPLY_H

#include "ehr/notify-reply.h"
#include "notify/mail.h"

enum reply_word reply_word(struct str text);

/* One line of a gateway, JSON or a form. False: *why. in's texts go to mem. */
bool reply_json(struct arena *mem, struct str line, struct reply_in *in,
    const char **why);
bool reply_form(struct arena *mem, struct str line, struct reply_in *in,
    const char **why);
/* Of a mail, borrowed from m and message. A delivery report has one each. */
size_t reply_mail(const struct mail_in *m, struct str message,
    struct arena *mem, struct reply_in *in, size_t most);

#endif
