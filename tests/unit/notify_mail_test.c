/* Mail: what is written, and what is read back. */
#include "notify/mail.h"
#include "notify/reply.h"

#include <stdlib.h>

#include "test.h"

#define KEY "0b8f1f8e-6f0c-4b43-9d0f-2a64f0d7a001"

static struct mail plain(void)
{
	return (struct mail){ .from = STR("Elm Street \"A\" <a@practice.example>"),
		.to = STR("ann@home.example"), .subject = STR("Your visit"),
		.text = STR("Hello\n"), .key = STR(KEY),
		.now = 1795644131000 };
}

static const char *write_mail(const struct mail *m, struct buf *b)
{
	const char *why;
	bool ok;

	buf_reset(b);
	ok = mail_write(m, b, &why);
	CHECK_INT(ok, why == NULL);
	return why;
}

TEST(a_mail_as_it_stands)
{
	static const struct str leave[] = { STR("mailto:stop@practice.example"
	    "?subject=STOP"), STR("https://practice.example/stop") };
	BUF_AUTO b = BUF_INIT;
	struct mail m = plain();

	m.leave = leave;
	m.leaves = 2;
	m.reply_to = STR("desk@practice.example");
	m.language = STR("en");
	CHECK_STR(write_mail(&m, &b), NULL);
	CHECK_STR(b.s, "Date: Wed, 25 Nov 2026 22:02:11 +0000\n"
	    "From: \"Elm Street \\\"A\\\"\" <a@practice.example>\n"
	    "To: ann@home.example\n"
	    "Reply-To: desk@practice.example\n"
	    "Subject: Your visit\n"
	    "Message-ID: <" KEY "@practice.example>\n"
	    "Auto-Submitted: auto-generated\n"
	    "Content-Language: en\n"
	    "List-Unsubscribe: <mailto:stop@practice.example?subject=STOP>,\n"
	    " <https://practice.example/stop>\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\nHello\n");
}

TEST(what_cannot_be_a_mail_is_refused)
{
	static const char *const to[] = { "", "a", "a@", "@b.example",
		"a b@c.example", "a@b.example\nBcc: x@y.example",
		"a@b.example\r", "-f@b.example", "a..b@c.example",
		"a@b.example,c@d.example", "a@b@c.example", "<a@b.example>",
		".a@b.example", "a@b.example.", "\"a\"@b.example" };
	static const char *const subject[] = { "a\nBcc: x", "a\rb", "a\tb",
		"\x1b[2J", "\xff" };
	BUF_AUTO b = BUF_INIT;
	struct mail m = plain();

	for (size_t i = 0; i < ARRAY_LEN(to); i++) {
		m.to = str_of(to[i]);
		CHECK_STR(write_mail(&m, &b), "not an address of mail");
		CHECK_INT(b.len, 0);
	}
	m = plain();
	for (size_t i = 0; i < ARRAY_LEN(subject); i++) {
		m.subject = str_of(subject[i]);
		CHECK(write_mail(&m, &b) != NULL);
	}
	m = plain();
	m.from = STR("A\nBcc: x <a@practice.example>");
	CHECK_STR(write_mail(&m, &b), "from: not a mailbox");
	m = plain();
	m.key = STR("a b");
	CHECK_STR(write_mail(&m, &b), "key: not one of the outbox");
	m = plain();
	m.text = STR("\xc3");
	CHECK_STR(write_mail(&m, &b), "text: no UTF-8");
}

/* Text, subject and key of what was written, read again. */
static void round_trip(struct str subject, struct str text)
{
	MAIL_IN_AUTO in = MAIL_IN_INIT;
	BUF_AUTO b = BUF_INIT;
	struct mail m = plain();
	const char *why;
	struct str line, rest;

	m.subject = subject;
	m.text = text;
	CHECK_STR(write_mail(&m, &b), NULL);
	rest = buf_str(&b);
	while (str_split(&rest, '\n', &line)) {
		CHECK(line.n <= 78);
		CHECK(!str_starts(line, "From ") && !str_is(line, "."));
		for (size_t i = 0; i < line.n; i++)
			CHECK((unsigned char)line.s[i] < 0x7f);
	}
	CHECK(mail_read(&in, buf_str(&b), &why));
	CHECK(str_eq(in.subject, subject));
	CHECK(str_eq(in.text, text));
	CHECK_MEM(in.from.s, in.from.n, "a@practice.example");
	CHECK(in.automatic);
}

TEST(what_is_written_reads_back)
{
	BUF_AUTO b = BUF_INIT;
	unsigned seed = 7;

	round_trip(STR("Your visit"), STR("Hello\n"));
	round_trip(STR("Ihr Termin f\xc3\xbcr \xe2\x82\xac 20 =?x?"),
	    STR("F\xc3\xbcr Zo\xc3\xab\n\nFrom here\n.\n..\n a \n=3D\t\n"));
	round_trip(STR("=?utf-8?b?eA==?="), STR("x\n"));
	round_trip(STR("A subject of many words that is a good deal longer "
	    "than one line of a header may be by good manners"), STR("\n"));
	/* 2-, 3-, 4-byte characters across each end of a line or word */
	for (int n = 1; n < 120; n++) {
		static const char *const c[] = { "a", ".", " b", "\xc3\xa9",
			"\xe2\x82\xac", "\xf0\x9f\x98\x80", "=", "From x" };

		buf_reset(&b);
		buf_addch(&b, 'x');
		for (int i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			buf_adds(&b, c[(seed >> 16) % ARRAY_LEN(c)]);
		}
		if (b.len > 390)
			break;
		buf_addch(&b, 'x');
		buf_addch(&b, '\n');
		round_trip((struct str){ b.s, b.len - 1 }, buf_str(&b));
	}
}

/* ---- reading ---- */

static void fixture(const char *name, struct buf *b)
{
	BUF_AUTO path = BUF_INIT;
	struct ehr_err e;

	buf_addf(&path, "tests/fixtures/notify/%s", name);
	buf_reset(b);
	CHECK_INT(in_all(path.s, 1 << 20, b, &e), 0);
}

/* The same with CRLF. */
static void crlf(struct buf *b)
{
	BUF_AUTO old = BUF_INIT;

	buf_addstr(&old, buf_str(b));
	buf_reset(b);
	for (size_t i = 0; i < old.len; i++) {
		if (old.s[i] == '\n')
			buf_addch(b, '\r');
		buf_addch(b, old.s[i]);
	}
}

static void read_as(const char *name, enum reply_word word, size_t n,
    const char *from, const char *key, const char *code)
{
	BUF_AUTO b = BUF_INIT;

	fixture(name, &b);
	for (int round = 0; round < 2; round++, crlf(&b)) {
		MAIL_IN_AUTO m = MAIL_IN_INIT;
		struct reply_in in[MAIL_REPORTS];
		const char *why;

		CHECK(mail_read(&m, buf_str(&b), &why));
		CHECK_INT(reply_mail(&m, buf_str(&b), &m.mem, in,
		    MAIL_REPORTS), n);
		CHECK_INT(in[n - 1].word, word);
		CHECK_MEM(in[n - 1].from.s, in[n - 1].from.n, from);
		CHECK_INT(in[n - 1].keys > 0, key != NULL);
		if (key)
			CHECK_MEM(in[n - 1].key[0].s, in[n - 1].key[0].n, key);
		CHECK_MEM(in[n - 1].code.s, in[n - 1].code.n, code);
	}
}

TEST(bounces_and_replies_of_mail_programs)
{
	read_as("bounce.eml", REPLY_BOUNCED, 1, "gone@home.example", KEY,
	    "5.1.1");
	read_as("delayed.eml", REPLY_BOUNCED, 2, "gone@home.example",
	    "0b8f1f8e-6f0c-4b43-9d0f-2a64f0d7a002", "5.0.0");
	read_as("confirm.eml", REPLY_CONFIRM, 1, "zoe.roe@home.example", KEY,
	    "");
	read_as("stop-html.eml", REPLY_STOP, 1, "tim@home.example", NULL, "");
	read_as("away.eml", REPLY_WAITS, 1, "ann@home.example", KEY, "");
}

TEST(a_mail_is_taken_apart)
{
	MAIL_IN_AUTO m = MAIL_IN_INIT;
	BUF_AUTO b = BUF_INIT;
	const char *why;

	fixture("confirm.eml", &b);
	CHECK(mail_read(&m, buf_str(&b), &why));
	CHECK_MEM(m.subject.s, m.subject.n, "Re: Your appointment");
	CHECK_MEM(m.id.s, m.id.n, "CAF-1@home.example");
	CHECK_INT(m.keys, 2);
	CHECK_MEM(m.key[1].s, m.key[1].n, "older");
	CHECK(strstr(m.text.s, "Thank you!\n\nYes.\n\nOn Wed") == m.text.s);
	fixture("stop-html.eml", &b);
	mail_in_release(&m);
	m = MAIL_IN_INIT;
	CHECK(mail_read(&m, buf_str(&b), &why));
	CHECK(strstr(m.text.s, "Please stop these, caf\xc3\xa9 & all."));
	CHECK(!strstr(m.text.s, "color"));
	CHECK(!mail_read(&m, STR("\nno header\n"), &why));
	CHECK_STR(why, "no message: it has no header");
}

/* Cut off anywhere, a bounce is a bounce or nothing; nothing is read twice. */
TEST(cut_off_anywhere)
{
	BUF_AUTO b = BUF_INIT;

	fixture("bounce.eml", &b);
	for (size_t n = 0; n <= b.len; n++) {
		MAIL_IN_AUTO m = MAIL_IN_INIT;
		char *copy = xmalloc(n + 1);
		const char *why;

		memcpy(copy, b.s, n);
		if (mail_read(&m, (struct str){ copy, n }, &why))
			CHECK(m.reports <= 1 && m.keys <= 1);
		free(copy);
	}
}

TEST(an_mbox_is_split_where_messages_begin)
{
	struct str rest = STR("From a b\nSubject: 1\n\nx\nFrom the start\n\n"
	    "From c d\nSubject: 2\n\ny\n"), one;

	CHECK(mail_mbox(&rest, &one));
	CHECK_MEM(one.s, one.n, "Subject: 1\n\nx\nFrom the start\n");
	CHECK(mail_mbox(&rest, &one));
	CHECK(str_starts(one, "Subject: 2\n\ny"));
	CHECK(!mail_mbox(&rest, &one));
	rest = STR("From a");
	CHECK(mail_mbox(&rest, &one) && one.n == 0);
	CHECK(!mail_mbox(&rest, &one));
}

/* ---- words ---- */

TEST(what_people_answer)
{
	static const struct {
		const char *text;
		enum reply_word word;
	} table[] = {
		{ "C", REPLY_CONFIRM }, { " c. ", REPLY_CONFIRM },
		{ "YES!", REPLY_CONFIRM }, { "S\xc3\xad", REPLY_CONFIRM },
		{ "I'll be there", REPLY_CONFIRM },
		{ "Yes\n\n-- \nAnn", REPLY_CONFIRM },
		{ "Hello,\nyes\nAnn", REPLY_CONFIRM },
		{ "R", REPLY_RESCHEDULE }, { "reschedule", REPLY_RESCHEDULE },
		{ "cambiar", REPLY_RESCHEDULE },
		{ "Stop", REPLY_STOP }, { "STOP.", REPLY_STOP },
		{ "please stop texting me", REPLY_STOP },
		{ "opt-out", REPLY_STOP }, { "Unsubscribe", REPLY_STOP },
		{ "cancel", REPLY_STOP }, { "REVOKE", REPLY_STOP },
		{ "yes\nstop", REPLY_STOP }, { "stop\nyes", REPLY_STOP },
		{ "ALTO", REPLY_STOP }, { "Arr\xc3\xaat", REPLY_STOP },
		{ "\xe5\x81\x9c\xe6\xad\xa2", REPLY_STOP },
		{ "START", REPLY_START }, { "unstop", REPLY_START },
		{ "HELP", REPLY_HELP }, { "ayuda", REPLY_HELP },
		{ "", REPLY_OTHER }, { "no", REPLY_OTHER },
		{ "who is this", REPLY_OTHER }, { "C or R?", REPLY_OTHER },
		{ "c\nr", REPLY_OTHER }, { "r\nr", REPLY_RESCHEDULE },
		{ "\xff\xfe", REPLY_OTHER },
		{ "On Monday Elm <a@b.example> wrote:\n> STOP", REPLY_OTHER },
		{ "> Reply C to confirm", REPLY_OTHER },
		{ "can I come at nine, the bus stops at ten", REPLY_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (reply_word(str_of(table[i].text)) != table[i].word)
			printf("%s\n", table[i].text);
		CHECK_INT(reply_word(str_of(table[i].text)), table[i].word);
	}
}

/* ---- lines of gateways ---- */

static void line_is(const char *line, enum reply_word word, const char *from,
    const char *remote, const char *id)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct reply_in in;
	const char *why;

	CHECK((*line == '{' ? reply_json : reply_form)(&mem, str_of(line),
	    &in, &why));
	CHECK_INT(in.word, word);
	CHECK_MEM(in.from.s, in.from.n, from);
	CHECK_MEM(in.remote.s, in.remote.n, remote);
	CHECK_MEM(in.id.s, in.id.n, id);
}

static void line_not(const char *line, const char *wanted)
{
	ARENA_AUTO mem = ARENA_INIT;
	struct reply_in in;
	const char *why;

	CHECK(!(*line == '{' ? reply_json : reply_form)(&mem, str_of(line),
	    &in, &why));
	CHECK_STR(why, wanted);
}

TEST(lines_of_gateways)
{
	line_is("{\"id\":\"7\",\"from\":\"+15550100\",\"text\":\"c\"}",
	    REPLY_CONFIRM, "+15550100", "", "json:7/");
	line_is("{\"id\":8,\"message\":\"m1\",\"status\":\"failed\"}",
	    REPLY_BOUNCED, "", "m1", "json:8/failed");
	line_is("MessageSid=SM1&From=%2B15550100&Body=Stop+it&SmsStatus="
	    "received", REPLY_STOP, "+15550100", "", "twilio:SM1/received");
	line_is("SmsSid=SM1&From=%2B15550100&Body=hm&OptOutType=STOP",
	    REPLY_STOP, "+15550100", "", "twilio:SM1/");
	line_is("MessageSid=SM2&MessageStatus=undelivered&ErrorCode=30003",
	    REPLY_BOUNCED, "", "SM2", "twilio:SM2/undelivered");
	line_is("MessageSid=SM2&MessageStatus=sent", REPLY_WAITS, "", "SM2",
	    "twilio:SM2/sent");
	line_is("CallSid=CA1&CallStatus=completed", REPLY_SENT, "", "CA1",
	    "twilio:CA1/completed");
	line_not("{", "no JSON object");
	line_not("{\"from\":\"1\",\"text\":\"c\"}", "no id");
	line_not("{\"id\":\"1\"}", "neither status nor from");
	line_not("{\"id\":\"1\",\"status\":\"odd\"}",
	    "a status that is not known");
	line_not("From=1", "no MessageSid or CallSid");
	line_not("MessageSid=SM1&Body=c", "no From");
	line_not("MessageSid=SM1&MessageStatus=odd",
	    "a status that is not known");
}
