/*
 * audit_export_test.c - events for other programs, byte by byte: what the
 * tools never write comes here, too.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ehr/audit-disclose.h"
#include "ehr/audit-export.h"
#include "ehr/json.h"
#include "test.h"

static struct ehr_err e;
static bool no_sockets;

int socket(int domain, int type, int protocol)
{
	errno = EMFILE;
	return no_sockets ? -1 : (int)syscall(SYS_socket, domain, type,
	    protocol);
}

static struct audit_row row(enum audit_action a, const char *outcome)
{
	return (struct audit_row){ .seq = 7, .time = 1000,
		.user = STR("ann"), .tool = STR("ehr-x"),
		.action = str_of(audit_action_name(a)),
		.outcome = str_of(outcome), .device = STR("host") };
}

/* ---- CEF ---- */

#define CEF "CEF:0|ehr|ehr-audit|" EHR_VERSION "|"

static void check_cef(const struct audit_row *r, const char *want)
{
	BUF_AUTO b = BUF_INIT;

	audit_put_cef(&b, r);
	CHECK_STR(b.s, want);
}

TEST(cef_of_what_was_refused_or_failed)
{
	static const struct {
		enum audit_action action;
		const char *outcome, *want;
	} t[] = {
		{ AUDIT_READ, "ok", "read|Chart read|1" },
		{ AUDIT_READ, "refused", "read|Chart read|7" },
		{ AUDIT_READ, "failed", "read|Chart read|5" },
		{ AUDIT_CLOCK, "failed", "clock|Clock put back|6" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct audit_row r = row(t[i].action, t[i].outcome);
		BUF_AUTO want = BUF_INIT;

		buf_addf(&want, CEF "%s|rt=1000 externalId=7 act=%.*s "
		    "outcome=%s suser=ann shost=host sproc=ehr-x "
		    "cn1Label=patients cn1=0\n", t[i].want,
		    STR_FMT(r.action), t[i].outcome);
		check_cef(&r, want.s);
	}
}

TEST(cef_of_all_fields)
{
	struct audit_row r = row(AUDIT_EXPORT, "ok");

	r.user = (struct str){ "a\n\r=\\|\0z", 8 };
	r.role = STR("nurse,clinician");
	r.device = STR("host pts/3");
	r.scope = STR("all");
	r.purpose = STR("move");
	r.patients = 3;
	r.batch = 4;
	r.pair = 5;
	r.action = STR("a|b\\");
	{
		BUF_AUTO b = BUF_INIT;

		audit_put_cef(&b, &r);
		CHECK(str_eq(buf_str(&b), STR(CEF "a\\|b\\\\|Unknown|5|rt=1000"
		    " externalId=7 act=a|b\\\\ outcome=ok suser=a\\n\\r\\=\\\\|"
		    "\0z spriv=nurse,clinician shost=host sproc=ehr-x "
		    "reason=move cs1Label=scope cs1=all cs2Label=terminal "
		    "cs2=pts/3 cn1Label=patients cn1=3 cn2Label=batch cn2=4 "
		    "cn3Label=begin cn3=5\n")));
	}
}

/* ---- the journal ---- */

TEST(journal_of_what_was_refused)
{
	struct audit_row r = row(AUDIT_READ, "refused");
	BUF_AUTO b = BUF_INIT;

	r.pair = 5;
	r.batch = 6;
	audit_put_journal(&b, &r);
	CHECK(strstr(b.s, "\nPRIORITY=4\n") != NULL);
	CHECK(strstr(b.s, "\nEHR_BEGIN=5\n") != NULL);
	CHECK(strstr(b.s, "\nEHR_BATCH=6\n") != NULL);
	r.outcome = STR("begin");
	r.pair = 0;
	buf_reset(&b);
	audit_put_journal(&b, &r);
	CHECK(strstr(b.s, "\nPRIORITY=6\n") != NULL);
	CHECK(strstr(b.s, "EHR_BEGIN") == NULL);
}

TEST(journal_that_nobody_can_hear)
{
	char longest[200];
	int fd = 7, pair[2];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CHECK_INT(audit_journal_open(longest, &fd, &e), EHR_EUSAGE);
	CHECK_INT(audit_journal_open("/tmp/no-such-socket", &fd, &e), EHR_EIO);
	CHECK_INT(fd, -1);
	CHECK(strstr(e.msg, "/tmp/no-such-socket: ") == e.msg);
	no_sockets = true;
	CHECK_INT(audit_journal_open(NULL, &fd, &e), EHR_EIO);
	CHECK_STR(e.msg, "/run/systemd/journal/socket: Too many open files");
	no_sockets = false;
	/* who listened went away */
	CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	CHECK_INT(audit_journal_send(pair[0], STR("A=1\n"), &e), 0);
	close(pair[1]);
	CHECK_INT(audit_journal_send(pair[0], STR("A=1\n"), &e), EHR_EIO);
	close(pair[0]);
}

/* ---- AuditEvent ---- */

static int name(void *arg, int64_t patient, struct buf *b, struct ehr_err *err)
{
	int64_t *asked = arg;

	if (patient == 13)
		return ehr_fail(err, EHR_EIO, "cannot be read");
	++*asked;
	if (patient == 2)
		buf_adds(b, "a\"b");
	else if (patient == 3)
		buf_adds(b, "lab:c");
	else if (patient == INT64_MAX)
		buf_adds(b, "last");
	return 0;
}

/* Whether the event, which is JSON, has this text in it. */
static bool has(const struct audit_row *r, const char *part)
{
	BUF_AUTO b = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	int64_t asked = 0;

	CHECK_INT(audit_put_fhir(&b, r, name, &asked, &e), 0);
	CHECK_INT(tape_parse(&t, b.s, b.len - 1, &why), 0);
	return strstr(b.s, part) != NULL;
}

TEST(fhir_of_outcomes)
{
	static const char *const t[][2] = { { "ok", "0" }, { "begin", "0" },
		{ "failed", "4" }, { "refused", "8" } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct audit_row r = row(AUDIT_READ, t[i][0]);
		BUF_AUTO want = BUF_INIT;

		buf_addf(&want, "\"outcome\":\"%s\",\"outcomeDesc\":\"%s\"",
		    t[i][1], t[i][0]);
		CHECK(has(&r, want.s));
	}
}

#define READ "StructureDefinition/IHE.BasicAudit.PatientRead\""

/* A profile is claimed only where it is kept to. */
TEST(fhir_profiles)
{
	struct audit_range one = { 2, 2 };
	struct audit_row r = row(AUDIT_READ, "ok");

	r.range = &one;
	r.n_range = 1;
	r.patients = 1;
	CHECK(has(&r, READ));
	CHECK(has(&r, "\"network\""));
	r.outcome = STR("refused");
	CHECK(!has(&r, "\"meta\""));
	r.outcome = STR("ok");
	r.device = STR_NONE;
	CHECK(!has(&r, "\"meta\""));
	CHECK(!has(&r, "\"network\""));
	r.device = STR("host");
	r.patients = 2;
	CHECK(!has(&r, "\"meta\""));
	r.patients = 1;
	r.action = STR("import");
	CHECK(!has(&r, "\"meta\""));
}

TEST(fhir_of_patients_and_roles)
{
	struct audit_range some[] = { { 1, 3 }, { INT64_MAX, INT64_MAX } };
	struct audit_row r = row(AUDIT_EXPORT, "ok");
	BUF_AUTO b = BUF_INIT;
	int64_t asked = 0;

	r.range = some;
	r.n_range = 2;
	r.role = STR("nurse,\"odd\"");
	CHECK(has(&r, "\"entity\":[{\"what\":{\"reference\":"
	    "\"Patient/a\\\"b\",\"type\":\"Patient\"},"));
	CHECK(has(&r, "{\"what\":{\"reference\":\"Patient/c\","
	    "\"type\":\"Patient\",\"display\":\"lab:c\"},"));
	CHECK(has(&r, "\"Patient/last\""));
	CHECK(has(&r, "\"role\":[{\"text\":\"nurse\"},"
	    "{\"text\":\"\\\"odd\\\"\"}]"));
	CHECK_INT(audit_put_fhir(&b, &r, name, &asked, &e), 0);
	CHECK_INT(asked, 4);
	some[0] = (struct audit_range){ 12, 15 };
	CHECK_INT(audit_put_fhir(&b, &r, name, &asked, &e), EHR_EIO);
	CHECK_INT(asked, 5);
	r.action = STR("what");
	CHECK_INT(audit_put_fhir(&b, &r, name, &asked, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, "audit log: event 7 has no known action");
}

/* ---- disclosures and suspensions ---- */

static int put(const char *to, const char *what, const char *on)
{
	BUF_AUTO scope = BUF_INIT;
	struct audit_disclosure d = { str_of(to), str_of(what), str_of(on),
		AUDIT_FOR_COURT };

	return audit_disclosure_put(&scope, &d, &e);
}

TEST(disclosures_that_are_none)
{
	char text[MAX_DISCLOSE_TEXT + 2];

	memset(text, 'x', sizeof(text));
	text[MAX_DISCLOSE_TEXT + 1] = '\0';
	CHECK_INT(put("", "all", "2026-01-02"), EHR_EUSAGE);
	CHECK_INT(put("Court", "", "2026-01-02"), EHR_EUSAGE);
	CHECK_INT(put(text, "all", "2026-01-02"), EHR_EUSAGE);
	CHECK_INT(put("Court", text, "2026-01-02"), EHR_EUSAGE);
	CHECK_INT(put("Court\xff", "all", "2026-01-02"), EHR_EUSAGE);
	CHECK_INT(put("Court", "all", "2026-01"), EHR_EUSAGE);
	CHECK_INT(put("Court", "all", "2026-02-30"), EHR_EUSAGE);
	text[MAX_DISCLOSE_TEXT] = '\0';
	CHECK_INT(put(text, text, "2026-01-02"), 0);
}

static bool taken(enum audit_action action, const char *scope)
{
	BUF_AUTO scratch = BUF_INIT;
	struct audit_row r = row(action, "ok");
	struct audit_disclosure d;
	struct audit_suspension s;

	r.scope = str_of(scope);
	return action == AUDIT_SUSPEND ?
	    audit_suspension_take(&r, &scratch, &s) :
	    audit_disclosure_take(&r, &scratch, &d);
}

#define COURT "\"for\":\"court\",\"what\":\"all\""

TEST(scopes_that_are_no_disclosure)
{
	static const char *const bad[] = { "", "x", "[]", "[sensitive]", "{}",
		"{\"to\":\"A\",\"on\":\"2026-01-02\",\"for\":\"fun\"}",
		"{\"to\":\"\",\"on\":\"2026-01-02\"," COURT "}",
		"{\"to\":\"A\",\"on\":\"2026\"," COURT "}",
		"{\"to\":\"A\",\"on\":\"today\"," COURT "}",
		"{\"to\":\"A\"," COURT "}",
		"{\"to\":\"A\",\"on\":\"2026-01-02\"," COURT };
	static const char good[] = "{\"to\":\"A\",\"on\":\"2026-01-02\","
	    COURT "}";

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!taken(AUDIT_DISCLOSE, bad[i]));
	CHECK(taken(AUDIT_DISCLOSE, good));
	CHECK(taken(AUDIT_DISCLOSE,
	    "[break-glass,sensitive] {\"to\":\"A\",\"on\":\"2026-01-02\","
	    COURT "}"));
	CHECK(!taken(AUDIT_READ, good));
}

TEST(scopes_that_are_no_suspension)
{
	static const char *const bad[] = { "", "{}", "{\"of\":3}",
		"{\"until\":\"2026-01-02\"}", "{\"until\":\"2026\",\"of\":3}",
		"{\"until\":\"2026-01-02\",\"of\":\"x\"}" };
	BUF_AUTO scope = BUF_INIT;
	struct audit_suspension s = { .until = STR("soon") };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!taken(AUDIT_SUSPEND, bad[i]));
	CHECK(taken(AUDIT_SUSPEND, "{\"until\":\"2026-01-02\",\"of\":3}"));
	CHECK_INT(audit_suspension_put(&scope, &s, &e), EHR_EUSAGE);
	s.until = STR("2026-01-02");
	CHECK_INT(audit_suspension_put(&scope, &s, &e), 0);
	CHECK(taken(AUDIT_SUSPEND, scope.s));
}
