/* wire.h - one message over a Unix socket. */
#ifndef KEYS_WIRE_H
#define KEYS_WIRE_H

#include <sys/socket.h>

#include "ehr/keys.h"

/* Who is at the other end; false: not known. Sets limits of time as well. */
bool wire_peer(int fd, struct ucred *who);
/* False: cut off, too late, or no message of ours. */
bool wire_read(int fd, struct agent_msg *m);
bool wire_write(int fd, struct agent_msg *m);

#endif
