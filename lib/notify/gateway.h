/* gateway.h - what the HTTP gateways and the command adapter share. */
#ifndef NOTIFY_GATEWAY_H
#define NOTIFY_GATEWAY_H

#include "ehr/net.h"
#include "ehr/notify.h"

/* Appends the message as an object: key, channel, from, to, person, subject,
 * text, language; those that it has. */
void gateway_json(struct buf *b, const struct notify_message *m,
    struct str from);
/* Appends the member of a JSON object, a string or number of at most 200
 * printable characters; nothing when there is none. */
void gateway_id(struct str json, const char *member, struct buf *id);

/* What a status of HTTP says of a message: 2xx accepted; those that say it was
 * not taken temporary or permanent; all else, 500 too, unknown. */
enum notify_fate gateway_status(long status);
/* The result of an exchange that ended as a says; now in ms. */
void gateway_result(const struct net_answer *a, int64_t now,
    struct notify_result *r);

#endif
