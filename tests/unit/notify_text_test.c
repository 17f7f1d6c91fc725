/* notify_text_test.c - words, segments, spans of time. */
#include "notify/impl.h"
#include "test.h"

static struct ehr_err err;
static struct setup rules;

static void count(void *arg, const struct diag *d)
{
	struct buf *b = arg;

	diag_format(b, d);
	buf_addch(b, '\n');
}

/* The rules of a text; its findings, "" without any. */
static const char *load(const char *text)
{
	static struct buf found;
	struct diag_sink sink = { .emit = count, .arg = &found };

	buf_release(&found);
	found = BUF_INIT;
	setup_release(&rules);
	rules = NOTIFY_RULES_INIT;
	setup_parse(&rules, "r", str_of(text), &sink);
	setup_check(&rules, "r", &sink);
	return found.s;
}

#define HEAD                                                                  \
	"practice main\n name Sunrise Clinic\n phone 2025550100\n"            \
	"transport gate\n kind command\n program /bin/true\n channel sms\n"   \
	" channel email\n"

static struct buf title, body;
static int64_t make(const char *what, enum notify_channel c,
    const char *language)
{
	struct text_facts f = { .v = { [TEXT_FIRST] = STR("Ana"),
		[TEXT_VISITS] = STR("Monday, November 30 at 9:00 AM"),
		[TEXT_DATE] = STR("Monday, November 30"),
		[TEXT_TIME] = STR("9:00\r\nAM"),
		[TEXT_PRACTICE] = STR("Sunrise Clinic"),
		[TEXT_PHONE] = STR("(202) 555-0100") } };
	const struct setup_item *rule = setup_find(&rules, NOTIFY_KIND_RULE,
	    str_of(what));

	CHECK(rule != NULL);
	buf_reset(&title);
	buf_reset(&body);
	return text_make(&rules, rule, c, str_of(language), &f, &title,
	    &body);
}

TEST(rules_are_refused_with_line_and_reason)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ HEAD "rule a\n what appointment\n before 3d\n channel sms\n"
		  " template none\n", "r:13:rule a.template:" },
		{ HEAD "rule a\n what appointment\n channel sms\n",
		    "r:9:rule a.before:" },
		{ HEAD "rule a\n what appointment\n before 3x\n channel sms\n",
		    "r:11:rule a.before:" },
		{ HEAD "rule a\n what recall\n channel letter\n",
		    "r:9:rule a.channel:" },
		{ HEAD "template t\n sms {{diagnosis}}\n",
		    "r:10:template t.sms:" },
		{ HEAD "template t\n sms {{first\n", "r:10:template t.sms:" },
		{ HEAD "practice two\n name Other\n", "r:9:practice two" },
		{ HEAD "template t\n sms x\n language es\n",
		    "r:9:template t.of:" },
	};

	CHECK_STR(load(HEAD), "");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!strstr(load(bad[i].text), bad[i].said)) {
			printf("%zu: %s\n", i, load(bad[i].text));
			CHECK(!"the finding");
		}
}

TEST(built_in_words_are_short_and_plain)
{
	static const char *const whats[] = { "appointment", "recall",
		"care-gap", "form", "balance", "survey" };
	BUF_AUTO text = BUF_INIT;

	buf_adds(&text, HEAD);
	for (size_t i = 0; i < ARRAY_LEN(whats); i++)
		buf_addf(&text, "rule %s\n what %s\n channel sms\n %s\n",
		    whats[i], whats[i], i == 0 ? "before 3d" : "after 1d");
	CHECK_STR(load(text.s), "");
	for (size_t i = 0; i < ARRAY_LEN(whats); i++) {
		CHECK_INT(make(whats[i], NOTIFY_SMS, "en-US"), 1);
		CHECK(strstr(body.s, "STOP") != NULL);
		CHECK_INT(title.len, 0);
		CHECK_INT(make(whats[i], NOTIFY_SMS, "es"), 1);
		CHECK(strstr(body.s, "STOP") != NULL);
		make(whats[i], NOTIFY_EMAIL, "en");
		CHECK(title.len > 0 && strstr(body.s, "STOP") != NULL);
	}
}

TEST(a_practice_has_its_own_words)
{
	CHECK_STR(load(HEAD "template v\n title See you {{ time }}\n"
	    " sms {{first}}: {{date}}\n text Dear {{first}},\n text\n"
	    " text bye\ntemplate v-es\n of v\n language es\n sms Hola\n"
	    "rule a\n what appointment\n before 2h\n channel sms\n"
	    " template v\n"), "");
	CHECK_INT(make("a", NOTIFY_SMS, "fr"), 1);
	CHECK_STR(body.s, "Ana: Monday, November 30");
	make("a", NOTIFY_SMS, "es-MX");
	CHECK_STR(body.s, "Hola");
	make("a", NOTIFY_EMAIL, "en");
	CHECK_STR(title.s, "See you 9:00 AM");
	CHECK_STR(body.s, "Dear Ana,\n\nbye\n");
	setup_release(&rules);
	buf_release(&title);
	buf_release(&body);
}

/* n times a letter. */
static int64_t of(const char *letter, size_t n, const char *end)
{
	BUF_AUTO b = BUF_INIT;

	while (n--)
		buf_adds(&b, letter);
	buf_adds(&b, end);
	return text_segments(buf_str(&b));
}

/* 3GPP TS 23.038, 23.040 9.2.3.24.1 */
TEST(segments)
{
	CHECK_INT(of("a", 0, ""), 1);
	CHECK_INT(of("a", 160, ""), 1);
	CHECK_INT(of("a", 161, ""), 2);
	CHECK_INT(of("a", 306, ""), 2);
	CHECK_INT(of("a", 307, ""), 3);
	CHECK_INT(of("\303\251", 160, ""), 1); /* e acute has a septet */
	CHECK_INT(of("a", 158, "{"), 1);
	CHECK_INT(of("a", 159, "{"), 2);	   /* an escape and ( */
	CHECK_INT(of("{", 153, ""), 3);	   /* not cut: 76 in a part */
	CHECK_INT(of("`", 70, ""), 1);
	CHECK_INT(of("`", 71, ""), 2);
	CHECK_INT(of("\360\237\231\202", 35, ""), 1);
	CHECK_INT(of("\360\237\231\202", 36, ""), 2);
	CHECK_INT(of("\360\237\231\202", 67, ""), 3); /* 33 in a part */
	CHECK_INT(of("\342\202\254", 80, ""), 1);	/* the euro: two */
	CHECK_INT(of("\342\202\254", 81, ""), 2);
}

static int64_t utc(const char *text)
{
	struct date d;

	CHECK(date_parse(str_of(text), &d));
	return date_ms(&d);
}

static void moves(const char *zone, const char *from, const char *span,
    const char *to)
{
	ZONE_AUTO z = NULL;
	BUF_AUTO b = BUF_INIT;
	struct notify_span s;

	CHECK_INT(zone_open(&z, str_of(zone), &err), 0);
	CHECK(notify_span(str_of(span), &s));
	date_format_ms(&b, notify_span_move(z, utc(from), &s, -1));
	CHECK_STR(b.s, to);
}

TEST(days_are_of_the_clock_and_hours_pass)
{
	/* the clocks of New York go forward on March 8, 2026 */
	moves("America/New_York", "2026-03-09T14:00:00Z", "3d",
	    "2026-03-06T15:00:00.000Z");
	moves("America/New_York", "2026-03-09T14:00:00Z", "72h",
	    "2026-03-06T14:00:00.000Z");
	moves("America/Phoenix", "2026-03-09T17:00:00Z", "3d",
	    "2026-03-06T17:00:00.000Z");
	/* 02:30 is left out: 03:30 as RFC 5545 has it */
	moves("America/New_York", "2026-03-09T06:30:00Z", "1d",
	    "2026-03-08T07:30:00.000Z");
	/* back on November 1: 01:30 comes twice, the first one is meant */
	moves("America/New_York", "2026-11-02T06:30:00Z", "1d",
	    "2026-11-01T05:30:00.000Z");
	/* Chatham: back on April 5, 2026 at 03:45 */
	moves("Pacific/Chatham", "2026-04-07T20:00:00Z", "4d",
	    "2026-04-03T19:00:00.000Z");
	moves("UTC", "2028-02-29T09:00:00Z", "1y", "2027-02-28T09:00:00.000Z");
	moves("UTC", "2028-03-01T09:00:00Z", "1d", "2028-02-29T09:00:00.000Z");
	moves("UTC", "2027-01-02T09:00:00Z", "3d", "2026-12-30T09:00:00.000Z");
}
