/* mail.h - internet mail (RFC 5322): messages written, and what is read back
 * of replies and bounces. Pure: no record, no program. */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include "ehr/notify.h"

enum { MAIL_ADDRESS_MAX = 254 }; /* RFC 5321 4.5.3.1.3, without <> */

/* A mailbox "Name <local@domain>" or "local@domain": both parts borrowed from
 * s, name without its quotes, .n 0 when there is none. False: none, or one of
 * the forms nobody has (a local part in quotes, a comment, a domain in
 * brackets). */
bool mail_mailbox(struct str s, struct str *name, struct str *address);

struct mail {
	struct str from; /* a mailbox */
	struct str to; /* an address */
	struct str reply_to; /* a mailbox, or "" */
	struct str subject; /* a line of UTF-8 */
	struct str text; /* UTF-8, lines end with \n */
	struct str language; /* BCP 47, or "" */
	struct str key; /* of the outbox: a dot-atom */
	const struct str *leave; /* mailto: and https: of List-Unsubscribe */
	size_t leaves;
	int64_t now; /* ms */
};
/* Appends the message, lines ended by \n, as a sendmail program takes it.
 * False: it cannot be one, *why says what is wrong: a header with a control
 * character, say. Message-ID is <KEY@domain of from>. */
bool mail_write(const struct mail *m, struct buf *b, const char **why);

/* ---- reading ---- */

enum {
	MAIL_KEYS = 32, /* messages that one may answer */
	MAIL_REPORTS = 64, /* addressees of one delivery report */
	MAIL_DEPTH = 8, /* parts within parts */
	MAIL_PARTS = 100,
	MAIL_MAX = 16 << 20, /* bytes of a message */
};

/* One addressee of a delivery report (RFC 3464 2.3). */
struct mail_report {
	struct str recipient; /* address, or "" */
	struct str action; /* "failed", "delayed", "delivered" ... */
	struct str status; /* "5.1.1" */
};
struct mail_in {
	struct arena mem; /* of all texts */
	struct str from; /* address, or "" */
	struct str id; /* Message-ID without <>, or "" */
	struct str subject; /* decoded */
	/* Local parts of the Message-IDs that it answers (In-Reply-To,
	 * References) or returns. */
	struct str key[MAIL_KEYS];
	size_t keys;
	/* The first text part, decoded to UTF-8; of HTML the text alone. */
	struct str text;
	bool has_text;
	bool automatic; /* Auto-Submitted (RFC 3834), Precedence: bulk */
	bool delivery; /* a delivery report */
	struct mail_report report[MAIL_REPORTS];
	size_t reports;
};
#define MAIL_IN_INIT ((struct mail_in){ .mem = ARENA_INIT })
#define MAIL_IN_AUTO EHR_CLEANUP(mail_in_release) struct mail_in
void mail_in_release(struct mail_in *m);
/* Reads a message (RFC 5322, MIME), lines ended by \n or CRLF. False: it is
 * none, *why says what is wrong. What is beyond the limits is left out. */
bool mail_read(struct mail_in *m, struct str message, const char **why);
/* The first message of an mbox at *rest, behind its "From " line; *rest moves
 * on. False at the end, or where none begins. */
bool mail_mbox(struct str *rest, struct str *message);

#endif
