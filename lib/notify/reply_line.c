/* reply_line.c - lines of gateways: our JSON (ehr-rules(5)), Twilio's forms. */
#include "ehr/json.h"
#include "notify/reply.h"

#include <strings.h>

enum { TEXT_MAX = 64 << 10 };

/* What gateways call the ends and the ways of a message. */
static const struct {
	const char *status;
	enum reply_word word;
} statuses[] = {
	{ "delivered", REPLY_SENT }, { "read", REPLY_SENT },
	{ "completed", REPLY_SENT },
	{ "undelivered", REPLY_BOUNCED }, { "failed", REPLY_BOUNCED },
	{ "bounced", REPLY_BOUNCED }, { "busy", REPLY_BOUNCED },
	{ "no-answer", REPLY_BOUNCED }, { "canceled", REPLY_BOUNCED },
	{ "accepted", REPLY_WAITS }, { "queued", REPLY_WAITS },
	{ "scheduled", REPLY_WAITS }, { "sending", REPLY_WAITS },
	{ "sent", REPLY_WAITS }, { "initiated", REPLY_WAITS },
	{ "ringing", REPLY_WAITS }, { "in-progress", REPLY_WAITS },
	{ "answered", REPLY_WAITS },
};

static bool status(struct str s, struct reply_in *in, const char **why)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (str_is(s, statuses[i].status)) {
			in->word = statuses[i].word;
			return true;
		}
	*why = "a status that is not known";
	return false;
}

static struct str all(struct arena *mem, const char *a, struct str b,
    struct str c)
{
	BUF_AUTO t = BUF_INIT;

	buf_addf(&t, "%s%.*s/%.*s", a, STR_FMT(b), STR_FMT(c));
	return arena_str(mem, buf_str(&t));
}

/* ---- JSON ---- */

static struct str member(struct arena *mem, const struct tape *t,
    const char *name)
{
	BUF_AUTO b = BUF_INIT;
	struct str v = tape_member(t, 0, name, &b);

	return v.s ? arena_str(mem, v) : STR("");
}

bool reply_json(struct arena *mem, struct str line, struct reply_in *in,
    const char **why)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error bad;
	struct str state, key, channel;

	*why = NULL;
	if (tape_parse(&t, line.s, line.n, &bad) < 0 ||
	    tape_type(&t, 0) != TAPE_OBJECT) {
		*why = "no JSON object";
		return false;
	}
	*in = (struct reply_in){ .channel = NOTIFY_CHANNELS,
		.from = member(mem, &t, "from"),
		.remote = member(mem, &t, "message"),
		.code = member(mem, &t, "code") };
	state = member(mem, &t, "status");
	in->id = all(mem, "json:", member(mem, &t, "id"), state);
	channel = member(mem, &t, "channel");
	if (channel.n)
		in->channel = notify_channel(channel);
	key = member(mem, &t, "key");
	if (key.n)
		in->key[in->keys++] = key;
	if (!member(mem, &t, "id").n)
		*why = "no id";
	else if (state.n)
		return status(state, in, why);
	else if (!in->from.n)
		*why = "neither status nor from";
	else
		in->word = reply_word(member(mem, &t, "text"));
	return *why == NULL;
}

/* ---- forms ---- */

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of application/x-www-form-urlencoded (WHATWG URL 5.1). */
static struct str decoded(struct arena *mem, struct str v)
{
	char *to = arena_strndup(mem, v.s, v.n);
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		to[n++] = v.s[i] == '+' ? ' ' : v.s[i];
		if (v.s[i] == '%' && i + 2 < v.n && nibble(v.s[i + 1]) >= 0 &&
		    nibble(v.s[i + 2]) >= 0) {
			to[n - 1] = (char)(nibble(v.s[i + 1]) << 4 |
			    nibble(v.s[i + 2]));
			i += 2;
		}
	}
	return (struct str){ to, n };
}

static struct str field(struct arena *mem, struct str line, const char *name)
{
	struct str part, key;

	while (str_split(&line, '&', &part))
		if (str_split(&part, '=', &key) && str_is(key, name) && part.s)
			return decoded(mem, part);
	return STR("");
}

static struct str either(struct arena *mem, struct str line, const char *a,
    const char *b)
{
	struct str v = field(mem, line, a);

	return v.n ? v : field(mem, line, b);
}

/* A message that came in has the status "received", or none. */
bool reply_form(struct arena *mem, struct str line, struct reply_in *in,
    const char **why)
{
	struct str call = field(mem, line, "CallSid");
	struct str sid = call.n ? call :
	    either(mem, line, "MessageSid", "SmsSid");
	struct str state = call.n ? field(mem, line, "CallStatus") :
	    either(mem, line, "MessageStatus", "SmsStatus");
	struct str opt = field(mem, line, "OptOutType");

	*why = NULL;
	*in = (struct reply_in){ .channel = call.n ? NOTIFY_VOICE :
	    NOTIFY_SMS, .from = STR(""), .remote = sid,
		.id = all(mem, "twilio:", sid, state),
		.code = field(mem, line, "ErrorCode") };
	if (!sid.n) {
		*why = "no MessageSid or CallSid";
		return false;
	}
	if (state.n && !str_is(state, "received"))
		return status(state, in, why);
	in->remote = STR("");
	in->from = field(mem, line, "From");
	/* what Twilio has already taken for one */
	in->word = reply_word(opt.n ? opt : field(mem, line, "Body"));
	if (!in->from.n)
		*why = "no From";
	return *why == NULL;
}
