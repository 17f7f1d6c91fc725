/* ways.h - the kinds of transports, each in a file of its own. */
#ifndef NOTIFY_WAYS_H
#define NOTIFY_WAYS_H

#include "ehr/notify.h"

extern const struct notify_way notify_way_command, notify_way_mail,
    notify_way_http, notify_way_twilio;

#endif
