/* core.h - CAQH CORE Connectivity Rule vC2.2.0: an X12 payload in one of its
 * two envelopes, and what comes back. */
#ifndef ELIG_CORE_H
#define ELIG_CORE_H

#include "ehr/net.h"

struct core_way {
	const char *url;
	bool soap;		   /* SOAP 1.2, else multipart/form-data */
	struct str user, password; /* in the envelope; .s NULL: none */
	const char *ca, *cert, *key;
	int timeout_ms;
	struct str sender, receiver; /* SenderID, ReceiverID */
};
struct core_reply {
	enum net_fate fate;
	long status;
	struct buf type;    /* PayloadType */
	struct buf id;	    /* PayloadID */
	struct buf code;    /* ErrorCode; of a SOAP fault "Fault"; "": none */
	struct buf payload;
};
#define CORE_REPLY_INIT ((struct core_reply){ .type = BUF_INIT, \
	.id = BUF_INIT, .code = BUF_INIT, .payload = BUF_INIT })
#define CORE_REPLY_AUTO EHR_CLEANUP(core_reply_release) struct core_reply
void core_reply_release(struct core_reply *r);

/* Appends the request's body; type: its Content-Type. id: the PayloadID. batch:
 * with PayloadLength and CheckSum, multipart/form-data alone. */
void core_request(const struct core_way *w, const char *id, bool batch,
    struct str payload, int64_t now, struct buf *body, struct buf *type);
/* EHR_EREJECT: no envelope that is understood. */
int core_answer(bool soap, struct str type, struct str body,
    struct core_reply *r, struct ehr_err *e);
/* Both, over the line. 0: there is an envelope, whatever it says; EHR_EIO,
 * EHR_EREJECT: reply->fate and status tell how far it came. */
int core_send(const struct core_way *w, const char *id, bool batch,
    struct str payload, int64_t now, struct core_reply *r, struct ehr_err *e);

#endif
