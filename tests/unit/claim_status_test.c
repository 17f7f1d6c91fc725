/* claim_status_test.c - the state that events lead to. */
#include "claim_kit.h"

/* ---- events in short words ---- */

/* "SUBMISSION SOURCE KIND", with "line" behind it or "undoes N"; ids count
 * from 1. */
static enum claim_state state_of(const char *const *text, struct claim_now *now)
{
	struct claim_event ev[16];
	char source[16], kind[16], more[16];
	size_t n = 0;
	long long submission, number;
	int words;

	for (; text[n]; n++) {
		number = 0;
		words = sscanf(text[n], "%lld %15s %15s %15s %lld", &submission,
		    source, kind, more, &number);
		CHECK(words >= 3);
		ev[n] = (struct claim_event){ .id = (int64_t)n + 1,
			.submission = submission, .time = 100 * (int64_t)n,
			.kind = claim_event_of(str_of(kind)),
			.source = claim_source_of(str_of(source)) };
		CHECK_STR(claim_event_name(ev[n].kind), kind);
		CHECK_STR(claim_source_name(ev[n].source), source);
		if (words > 3 && strcmp(more, "line") == 0)
			ev[n].line = number;
		if (words > 3 && strcmp(more, "undoes") == 0)
			ev[n].undoes = number;
	}
	claim_state_of(ev, n, now);
	now->by = NULL;
	return now->state;
}

static const struct {
	enum claim_state state;
	const char *ev[8];
} cases[] = {
	{ CLAIM_STATE_NEW, { NULL } },
	{ CLAIM_STATE_BUILT, { "1 build built" } },
	{ CLAIM_STATE_RECEIVED, { "1 build built", "1 TA1 received" } },
	{ CLAIM_STATE_ACCEPTED, { "1 build built", "1 TA1 received",
	    "1 999 accepted" } },
	/* who is nearer to the payment knows more, in whatever order */
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 999 accepted",
	    "1 277CA rejected" } },
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 277CA rejected",
	    "1 999 accepted" } },
	{ CLAIM_STATE_ACCEPTED, { "1 build built", "1 277CA accepted",
	    "1 999 rejected" } },
	{ CLAIM_STATE_PAID, { "1 build built", "1 835 paid", "1 277 pending" } },
	/* among equals the last one */
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 277CA accepted",
	    "1 277CA rejected" } },
	{ CLAIM_STATE_FINALISED, { "1 build built", "1 277 pending",
	    "1 277 finalised" } },
	{ CLAIM_STATE_REVERSED, { "1 build built", "1 835 paid",
	    "0 835 reversed" } },
	/* a file that was sent back as a whole is rejected too */
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 999 returned" } },
	/* a new submission begins anew, what comes late for the old one is
	 * history */
	{ CLAIM_STATE_BUILT, { "1 build built", "1 277CA rejected",
	    "2 build built" } },
	{ CLAIM_STATE_BUILT, { "1 build built", "2 build built",
	    "1 835 denied" } },
	{ CLAIM_STATE_BUILT, { "1 build built", "0 835 denied",
	    "2 build built" } },
	/* remarks and lines decide nothing */
	{ CLAIM_STATE_ACCEPTED, { "1 build built", "1 277CA accepted",
	    "1 276 asked", "1 277 noted", "1 277 denied line 7" } },
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 999 rejected line 7" } },
	/* what was taken back never was, a submission neither */
	{ CLAIM_STATE_ACCEPTED, { "1 build built", "1 999 accepted",
	    "1 277CA rejected", "1 277CA withdrawn undoes 3" } },
	{ CLAIM_STATE_REJECTED, { "1 build built", "1 277CA rejected",
	    "2 build built", "2 build withdrawn undoes 3" } },
	{ CLAIM_STATE_NEW, { "1 build built", "1 build withdrawn undoes 1" } },
};

TEST(the_state_follows_from_the_events)
{
	struct claim_now now;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK_STR(claim_state_name(state_of(cases[i].ev, &now)),
		    claim_state_name(cases[i].state));
}

TEST(what_was_heard)
{
	static const char *const syntax[] = { "3 build built", "3 999 accepted",
		"3 276 asked", NULL };
	static const char *const old[] = { "3 build built", "3 277CA accepted",
		"4 build built", NULL };
	static const char *const claim[] = { "3 build built", "3 277 noted",
		NULL };
	struct claim_now now;

	state_of(syntax, &now);
	CHECK(!now.heard);
	CHECK_INT(now.submission, 3);
	state_of(old, &now);
	CHECK(!now.heard);
	CHECK_INT(now.submission, 4);
	CHECK_INT(now.sent, 200);
	state_of(claim, &now);
	CHECK(now.heard);
}

TEST(names_of_states_and_classes)
{
	unsigned bits;

	CHECK(claim_states_parse(STR("rejected,pending"), &bits));
	CHECK_INT(bits, 1u << CLAIM_STATE_REJECTED | 1u << CLAIM_STATE_PENDING);
	CHECK(claim_states_parse(STR("work"), &bits));
	CHECK_INT(bits, 1u << CLAIM_STATE_REJECTED |
	    1u << CLAIM_STATE_REQUESTED | 1u << CLAIM_STATE_DENIED);
	CHECK(!claim_states_parse(STR("rejected,lost"), &bits));
	CHECK(!claim_states_parse(STR(""), &bits));
}

/* ---- in a record ---- */

/* "1 rejected C1, 2 built C2" */
static int add_row(void *arg, const struct claim_row *row)
{
	struct buf *b = arg;

	buf_addf(b, "%s%lld %s", b->len ? ", " : "", (long long)row->claim,
	    claim_state_name(row->now.state));
	if (row->clm01.s)
		buf_addf(b, " %.*s", STR_FMT(row->clm01));
	return 0;
}

static void check_list(struct claims *k, struct claim_filter f,
    const char *want)
{
	BUF_AUTO b = BUF_INIT;

	CLAIM_OK(claim_each(k->db, &f, add_row, &b, &k->e));
	CHECK_STR(b.s, want);
}

TEST(lists_of_claims)
{
	struct claims k;
	enum claim_state state;
	int64_t batch, id;

	claims_open(&k, 3);
	batch = claims_begin(&k);
	claims_event(&k, batch, 1, CLAIM_SOURCE_277CA, CLAIM_EVENT_REJECTED);
	claims_event(&k, batch, 2, CLAIM_SOURCE_999, CLAIM_EVENT_ACCEPTED);
	claims_end(&k, batch);
	check_list(&k, (struct claim_filter){ 0 },
	    "1 rejected C1, 2 accepted C2, 3 built C3");
	check_list(&k, (struct claim_filter){ .unheard = true },
	    "2 accepted C2, 3 built C3");
	check_list(&k, (struct claim_filter){
	    .states = 1u << CLAIM_STATE_REJECTED }, "1 rejected C1");
	check_list(&k, (struct claim_filter){ .payer = "other" }, "");
	check_list(&k, (struct claim_filter){ .sent_before = 1 }, "");
	check_list(&k, (struct claim_filter){ .claim = 2,
	    .sent_before = INT64_MAX }, "2 accepted C2");
	CLAIM_OK(claim_state(k.db, 1, &state, &k.e));
	CHECK_INT(state, CLAIM_STATE_REJECTED);
	CHECK_INT(claim_state(k.db, 9, &state, &k.e), EHR_ENOENT);
	CLAIM_OK(claim_find(k.db, STR("C3"), &id, &k.e));
	CHECK_INT(id, 3);
	CLAIM_OK(claim_find(k.db, STR("2"), &id, &k.e));
	CHECK_INT(id, 2);
	CHECK_INT(claim_find(k.db, STR("C4"), &id, &k.e), EHR_ENOENT);
	claims_close(&k);
}

TEST(events_are_taken_back_once)
{
	struct claims k;
	int64_t batch, by, n;

	claims_open(&k, 2);
	batch = claims_begin(&k);
	claims_event(&k, batch, 1, CLAIM_SOURCE_277CA, CLAIM_EVENT_REJECTED);
	claims_event(&k, batch, 2, CLAIM_SOURCE_277CA, CLAIM_EVENT_ACCEPTED);
	claims_end(&k, batch);
	by = claims_begin(&k);
	CLAIM_OK(claim_event_undo(&k.a, batch, by, &n, &k.e));
	CHECK_INT(n, 2);
	claims_end(&k, by);
	check_list(&k, (struct claim_filter){ 0 }, "1 built C1, 2 built C2");
	by = claims_begin(&k);
	CLAIM_OK(claim_event_undo(&k.a, batch, by, &n, &k.e));
	CHECK_INT(n, 0);
	claims_end(&k, by);
	claims_close(&k);
}
