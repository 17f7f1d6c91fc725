/* notify_outbox_test.c - messages go from state to state as they may. */
#include "notify_kit.h"

static const struct outbox_row one = { .rule = STR("before"),
	.subject = STR("Appointment/7"), .occurrence = STR("3d"),
	.channel = NOTIFY_SMS, .patient = 1, .transport = STR("gate"),
	.address = STR("+12025550123"), .language = STR("en"),
	.body = STR("text"), .segments = 1, .due = 1000, .until = 9000 };
static int64_t id;

static void open_one(void)
{
	open_box();
	CHECK_INT(outbox_add(record_store(a.r), batch, &one, &id, &err), 1);
}

static struct outbox_row seen;
static int copy(void *arg, const struct outbox_row *r, struct ehr_err *e)
{
	(void)e;
	++*(int *)arg;
	seen = *r;
	return 0;
}

static enum outbox_state state_now(void)
{
	struct outbox_filter f = OUTBOX_FILTER;
	int n = 0;

	f.id = id;
	CHECK_INT(outbox_each(record_store(a.r), &f, copy, &n, &err), 0);
	CHECK_INT(n, 1);
	return seen.state;
}

TEST(once_for_each_occasion_and_channel)
{
	struct outbox_row other = one;
	int64_t again = 0;

	open_one();
	CHECK_INT(outbox_add(record_store(a.r), batch, &one, &again, &err), 0);
	CHECK_INT(again, 0);
	other.channel = NOTIFY_EMAIL;
	CHECK_INT(outbox_add(record_store(a.r), batch, &other, &again, &err),
	    1);
	CHECK(again != id);
	close_box();
}

/* sent; failed; unknown; once more. */
TEST(what_the_transport_said_decides)
{
	static const enum outbox_state to[] = { OUTBOX_SENT, OUTBOX_QUEUED,
		OUTBOX_FAILED, OUTBOX_UNKNOWN };
	struct store *db;

	for (int f = NOTIFY_ACCEPTED; f <= NOTIFY_UNKNOWN; f++) {
		NOTIFY_RESULT_AUTO r = NOTIFY_RESULT_INIT;

		open_one();
		db = record_store(a.r);
		notify_result_set(&r, f, "said");
		r.again = 5000;
		CHECK_INT(outbox_end(db, id, &r, 2000, &err), EHR_ECHANGED);
		CHECK_INT(outbox_begin(db, id, 2000, &err), 0);
		CHECK_INT(outbox_begin(db, id, 2000, &err), EHR_ECHANGED);
		CHECK_INT(state_now(), OUTBOX_SENDING);
		CHECK_INT(outbox_end(db, id, &r, 3000, &err), 0);
		CHECK_INT(state_now(), to[f]);
		CHECK_INT(seen.attempts, 1);
		CHECK_INT(seen.again, 5000);
		CHECK_INT(seen.ended, 3000);
		close_box();
	}
}

TEST(those_it_speaks_for_go_with_it)
{
	struct outbox_row other = one;
	NOTIFY_RESULT_AUTO r = NOTIFY_RESULT_INIT;
	int64_t lead;

	open_one();
	lead = other.lead = id;
	other.subject = STR("Appointment/8");
	CHECK_INT(outbox_add(record_store(a.r), batch, &other, &id, &err), 1);
	CHECK_INT(outbox_begin(record_store(a.r), lead, 2000, &err), 0);
	CHECK_INT(state_now(), OUTBOX_SENDING);
	notify_result_set(&r, NOTIFY_ACCEPTED, "");
	CHECK_INT(outbox_end(record_store(a.r), lead, &r, 2000, &err), 0);
	CHECK_INT(state_now(), OUTBOX_SENT);
	close_box();
}

/* Each pair of states against the table of the schema. */
TEST(the_schema_keeps_the_rules)
{
	static const char *const ways[OUTBOX_STATES] = {
		[OUTBOX_QUEUED] = "sending dropped failed",
		[OUTBOX_SENDING] = "sent failed unknown queued",
		[OUTBOX_SENT] = "bounced",
		[OUTBOX_UNKNOWN] = "sent failed bounced",
		[OUTBOX_FAILED] = "", [OUTBOX_BOUNCED] = "",
		[OUTBOX_DROPPED] = "",
	};
	static const char *const reach[OUTBOX_STATES] = {
		[OUTBOX_QUEUED] = "", [OUTBOX_SENDING] = "1",
		[OUTBOX_SENT] = "12", [OUTBOX_FAILED] = "13",
		[OUTBOX_UNKNOWN] = "14", [OUTBOX_BOUNCED] = "125",
		[OUTBOX_DROPPED] = "6",
	};

	for (int from = 0; from < OUTBOX_STATES; from++)
		for (int to = 0; to < OUTBOX_STATES; to++) {
			struct store *db;
			bool may = strstr(ways[from], outbox_state_name(to));

			if (from == to)
				continue;
			open_one();
			db = record_store(a.r);
			for (const char *p = reach[from]; *p; p++)
				CHECK_OK(outbox_put(db, id, *p - '0', "", 1,
				    &err));
			CHECK_INT(outbox_put(db, id, to, "", 1, &err) == 0,
			    may);
			CHECK_INT(state_now(), may ? to : from);
			close_box();
		}
}
