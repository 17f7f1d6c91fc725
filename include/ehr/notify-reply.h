/*
 * notify-reply.h - what comes back: patients' answers, and what gateways and
 * mail servers say became of a message.
 *
 * Each thing that comes back is taken once, known by what its sender calls it.
 * STOP counts for the address it came from, whether or not anybody can tell
 * which message it answers.
 */
#ifndef EHR_NOTIFY_REPLY_H
#define EHR_NOTIFY_REPLY_H

#include "ehr/notify.h"

enum reply_word {
#define X(id, name) REPLY_##id,
#include "ehr/notify-word.def"
#undef X
	REPLY_WORDS,
};
const char *reply_word_name(enum reply_word w);

enum { REPLY_KEYS = 32 };
struct reply_in {
	enum reply_word word;
	enum notify_channel channel; /* NOTIFY_CHANNELS: not said */
	struct str id;	   /* what its sender calls it, in his name space */
	struct str from; /* number or address; "" of a status */
	struct str remote; /* the transport's id of our message, or "" */
	struct str key[REPLY_KEYS]; /* of the outbox, that it names */
	size_t keys;
	struct str code; /* of a failure: "5.1.1", "30003"; or "" */
};
/* Borrowed for the call. where: line of a file of lines, else number of the
 * message. */
typedef int reply_fn(void *arg, const struct reply_in *in, uint64_t where,
    struct ehr_err *e);
/* Reads path ("-": standard input): lines of JSON or forms, a mail, an mbox, or
 * a Maildir. What is none of these is told to the sink and left out, with
 * EHR_EREJECT at the end. */
int reply_read(const char *path, reply_fn *fn, void *arg,
    struct diag_sink *sink, struct ehr_err *e);

#endif
