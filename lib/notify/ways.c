/* ways.c - the kinds of transports. */
#include "notify/ways.h"

const struct notify_way *const notify_ways[] = { &notify_way_command,
	&notify_way_mail, &notify_way_http, &notify_way_twilio, NULL };

const struct notify_way *notify_way(struct str kind)
{
	for (size_t i = 0; notify_ways[i]; i++)
		if (str_is(kind, notify_ways[i]->kind))
			return notify_ways[i];
	return NULL;
}
