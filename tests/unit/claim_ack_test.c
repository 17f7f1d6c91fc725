/* claim_ack_test.c - acknowledgements, taken into the record. */
#include "claim_kit.h"
#include "ehr/claim-ack.h"

/* ---- files, in short ---- */

/* Segments by blanks-and-bars: "AK1*HC*7|AK2*837*0001"; the set is put around
 * them, and envelopes around that. */
static void answer(struct buf *b, const char *set, const char *body)
{
	struct str rest = str_of(body), seg;
	int n = 2;

	buf_reset(b);
	buf_addf(b, "ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*260110*"
	    "0900*^*00501*000000099*0*T*:~", "THEM", "US");
	if (!set) {
		buf_addf(b, "%s~IEA*0*000000099~", body);
		return;
	}
	buf_adds(b, "GS*FA*THEM*US*20260110*0900*9*X*005010~");
	buf_addf(b, "ST*%s*0001~", set);
	for (; str_split(&rest, '|', &seg); n++)
		buf_addf(b, "%.*s~", STR_FMT(seg));
	buf_addf(b, "SE*%d*0001~GE*1*9~IEA*1*000000099~", n);
}

struct told {
	struct buf text;
};

static void on_diag(void *arg, const struct diag *d)
{
	struct told *t = arg;

	buf_addf(&t->text, "%s%s %llu", t->text.len ? ", " : "",
	    diag_name(d->id), (unsigned long long)d->line);
}

/* Loads it; what was found has to be as told. */
static int load(struct claims *k, const char *set, const char *body,
    const char *found, struct ack_loaded *n)
{
	struct told t = { BUF_INIT };
	struct diag_sink sink = { .emit = on_diag, .arg = &t };
	BUF_AUTO text = BUF_INIT;
	int rc;

	answer(&text, set, body);
	rc = ack_load(&k->a, "answer", buf_str(&text), &sink, n, &k->e);
	CHECK_STR(t.text.s, found);
	buf_release(&t.text);
	return rc;
}

static int add_row(void *arg, const struct claim_row *row)
{
	struct buf *b = arg;
	const struct claim_event *by = row->now.by;

	buf_addf(b, "%s%s", b->len ? " " : "", claim_event_name(by->kind));
	if (by->place.s)
		buf_addf(b, "@%.*s", STR_FMT(by->place));
	return 0;
}

/* "accepted rejected@2300/CLM05 ...": what counts of each claim. */
static void check_states(struct claims *k, const char *want)
{
	struct claim_filter f = { 0 };
	BUF_AUTO b = BUF_INIT;

	CLAIM_OK(claim_each(k->db, &f, add_row, &b, &k->e));
	CHECK_STR(b.s, want);
}

TEST(an_interchange)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 2);
	CHECK_INT(load(&k, NULL, "TA1*000000007*260105*1200*A*000", "", &n),
	    0);
	CHECK_INT(n.events, 2);
	check_states(&k, "received received");
	CHECK_INT(load(&k, NULL, "TA1*000000007*260105*1200*R*006", "", &n),
	    0);
	check_states(&k, "returned returned");
	CHECK_INT(load(&k, NULL, "TA1*000000008*260105*1200*A*000",
	    "ack-unmatched 2", &n), EHR_EREJECT);
	claims_close(&k);
}

TEST(a_set_is_accepted_or_sent_back)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 2);
	CHECK_INT(load(&k, "999", "AK1*HC*7|AK2*837*0001|IK5*A|AK9*A*1*1*1",
	    "", &n), 0);
	CHECK_INT(n.answers, 2);
	check_states(&k, "accepted accepted");
	/* the same text again is known */
	CHECK_INT(load(&k, "999", "AK1*HC*7|AK2*837*0001|IK5*A|AK9*A*1*1*1",
	    "", &n), 0);
	CHECK(n.unchanged);
	/* the group alone speaks for its sets */
	CHECK_INT(load(&k, "999", "AK1*HC*7|AK9*R*1*1*0", "", &n), 0);
	check_states(&k, "returned returned");
	claims_close(&k);
}

static const struct {
	const char *body, *states;
} faults[] = {
	/* position 16 of the set is CLM of claim 2 */
	{ "AK1*HC*7|AK2*837*0001|IK3*CLM*16*2300*8|CTX*CLM01:C2|IK4*5:1:1*1331*7|"
	  "IK5*R|AK9*R*1*1*0", "returned rejected@2300/CLM05-1 returned" },
	/* without CTX */
	{ "AK1*HC*7|AK2*837*0001|IK3*CLM*16*2300*8|IK4*2*782*6|IK5*R|"
	  "AK9*R*1*1*0", "returned rejected@2300/CLM02 returned" },
	/* of a level above: its claims */
	{ "AK1*HC*7|AK2*837*0001|IK3*NM1*15*2010BA*8|IK4*9*67*1|IK5*R|"
	  "AK9*R*1*1*0", "returned rejected@2010BA/NM109 returned" },
	{ "AK1*HC*7|AK2*837*0001|IK3*NM1*5*2010AA*8|IK4*9*67*7|IK5*R|"
	  "AK9*R*1*1*0", "rejected@2010AA/NM109 rejected@2010AA/NM109 "
	  "rejected@2010AA/NM109" },
	{ "AK1*HC*7|AK2*837*0001|IK3*BHT*2**8|IK4*2*353*7|IK5*R|AK9*R*1*1*0",
	  "rejected@BHT02 rejected@BHT02 rejected@BHT02" },
	/* missing at the end of claim 1, told at what stands there instead */
	{ "AK1*HC*7|AK2*837*0001|IK3*DTP*14*2400*3|IK5*R|AK9*R*1*1*0",
	  "rejected@2400/DTP returned returned" },
	/* accepted with a fault */
	{ "AK1*HC*7|AK2*837*0001|IK3*HI*17*2300*8|IK4*1*1271*7|IK5*E|"
	  "AK9*E*1*1*1", "accepted accepted accepted" },
};

TEST(a_fault_leads_to_the_claim)
{
	struct claims k;
	struct ack_loaded n;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		claims_open(&k, 3);
		CHECK_INT(load(&k, "999", faults[i].body, "", &n), 0);
		check_states(&k, faults[i].states);
		claims_close(&k);
	}
}

TEST(a_fault_nowhere)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 1);
	CHECK_INT(load(&k, "999", "AK1*HC*7|AK2*837*0001|IK3*CLM*900*2300*8|"
	    "IK4*2*782*6|IK5*R|AK9*R*1*1*0", "ack-place 6", &n), 0);
	check_states(&k, "returned");
	claims_close(&k);
}

static int add_event(void *arg, const struct claim_row *row)
{
	struct buf *b = arg;
	const struct claim_event *x;

	for (size_t i = 0; i < row->n; i++) {
		x = &row->ev[i];
		buf_addf(b, "%s%s", i ? " " : "", claim_event_name(x->kind));
		if (x->category.s)
			buf_addf(b, " %.*s:%.*s:%.*s %lld", STR_FMT(x->category),
			    STR_FMT(x->status), STR_FMT(x->entity),
			    (long long)x->line);
	}
	return 0;
}

static void check_events(struct claims *k, int64_t claim, const char *want)
{
	struct claim_filter f = { .claim = claim };
	BUF_AUTO b = BUF_INIT;

	CLAIM_OK(claim_each(k->db, &f, add_event, &b, &k->e));
	CHECK_STR(b.s, want);
}

#define HEAD "BHT*0085*08*X*20260110*0900*TH|HL*1**20*1|NM1*PR*2*P*****PI*P|" \
	"TRN*1*T|DTP*050*D8*20260110|HL*2*1*21*1|NM1*41*2*US*****46*US|"
#define PROVIDER "HL*3*2*19*1|NM1*85*2*US*****XX*1234567893|"
#define CLAIM(i) "HL*4*3*PT*0|NM1*QC*1*X*Y****MI*M" #i "|TRN*2*C" #i "|"

TEST(claims_of_a_277ca)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 3);
	CHECK_INT(load(&k, "277", HEAD "TRN*2*0000000070001|STC*A1:19:PR*20260109*WQ*300|"
	    "QTY*90*1|QTY*AA*2|AMT*YU*100|AMT*YY*200|" PROVIDER
	    CLAIM(1) "STC*A2:20:PR*20260109*WQ*100|REF*1K*P9|"
	    CLAIM(2) "STC*A7:562:85*20260109*U*100*******A7:145:85|"
	    "SVC*HC:99213*100|STC*A7:454**U|REF*FJ*2|"
	    CLAIM(3) "STC*A3:54*20260109*U*100", "", &n), 0);
	CHECK_INT(n.answers, 4);
	check_states(&k, "accepted rejected rejected");
	check_events(&k, 1, "built accepted A2:20:PR 0");
	check_events(&k, 2, "built rejected A7:562:85 0 rejected A7:145:85 0 "
	    "rejected A7:454: 2");
	check_events(&k, 3, "built rejected A3:54: 0");
	claims_close(&k);
}

TEST(counts_are_held_against_the_batch)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 2);
	CHECK_INT(load(&k, "277", HEAD "TRN*2*0000000070001|STC*A1:19*20260109*WQ*300|"
	    "QTY*90*3|AMT*YU*300.00|" PROVIDER
	    "TRN*1*0|STC*A1:19**WQ|QTY*QA*1|AMT*YU*100.0|"
	    CLAIM(1) "STC*A2:20*20260109*WQ*100", "ack-totals 17, "
	    "ack-totals 17, ack-totals 11, ack-totals 11", &n), 0);
	claims_close(&k);
}

TEST(a_batch_or_a_provider_is_refused)
{
	struct claims k;
	struct ack_loaded n;

	claims_open(&k, 2);
	CHECK_INT(load(&k, "277", HEAD "TRN*2*0000000070001|STC*A8:24:41*20260109*U*200|"
	    "QTY*AA*2|AMT*YY*200", "", &n), 0);
	check_states(&k, "returned returned");
	claims_close(&k);
	claims_open(&k, 2);
	CHECK_INT(load(&k, "277", HEAD "TRN*2*0000000070001|STC*A1:19*20260109*WQ*200|"
	    PROVIDER "TRN*1*0|STC*A3:25:85**U|QTY*QC*2", "", &n), 0);
	check_states(&k, "returned returned");
	claims_close(&k);
}

TEST(an_answer_about_status)
{
	static const char *const bht = "BHT*0010*08*X*20260210*0900*DG|"
	    "HL*1**20*1|HL*2*1*21*1|HL*3*2*19*1|HL*4*3*22*0|";
	BUF_AUTO body = BUF_INIT;
	struct claims k;
	struct ack_loaded n;
	int64_t batch;

	claims_open(&k, 2);
	batch = claims_begin(&k);
	claims_run(&k, "INSERT INTO claim_ask VALUES (1, ?1, 1, 'Q' || ?2)", 1,
	    1);
	claims_end(&k, batch);
	buf_addf(&body, "%sTRN*2*Q1|STC*F1:65*20260209**100*80|REF*1K*P9|"
	    "HL*5*3*22*0|TRN*2*other|STC*P1:3*20260209|REF*EJ*C2", bht);
	CHECK_INT(load(&k, "277", body.s, "", &n), 0);
	check_states(&k, "finalised pending");
	buf_reset(&body);
	buf_addf(&body, "%sTRN*2*Q2|STC*A4:35*20260211", bht);
	CHECK_INT(load(&k, "277", body.s, "ack-unmatched 9", &n),
	    EHR_EREJECT);
	check_states(&k, "finalised pending");
	claims_close(&k);
}

static int count_row(void *arg, const struct ack_row *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

TEST(what_is_not_ours_is_kept)
{
	struct claims k;
	struct ack_loaded n;
	int rows = 0;

	claims_open(&k, 1);
	CHECK_INT(load(&k, "999", "AK1*HC*8|AK2*837*0001|IK5*A|AK9*A*1*1*1",
	    "ack-unmatched 6, ack-unmatched 7", &n), EHR_EREJECT);
	CHECK_INT(load(&k, "835", "BPR*I*0", "ack-kind 3, ack-unmatched 3",
	    &n), EHR_EREJECT);
	CLAIM_OK(ack_each(k.db, true, count_row, &rows, &k.e));
	CHECK_INT(rows, 3);
	check_states(&k, "built");
	claims_close(&k);
}

/* A file that was cut off leaves nothing. */
TEST(cut_off_at_each_segment)
{
	struct claims k;
	struct ack_loaded n;
	BUF_AUTO text = BUF_INIT;
	int rows = 0;

	claims_open(&k, 1);
	answer(&text, "999", "AK1*HC*7|AK2*837*0001|IK5*A|AK9*A*1*1*1");
	for (size_t i = 1; i < text.len; i++)
		CHECK_INT(ack_load(&k.a, "cut", (struct str){ text.s, i },
		    NULL, &n, &k.e), EHR_EREJECT);
	CLAIM_OK(ack_each(k.db, false, count_row, &rows, &k.e));
	CHECK_INT(rows, 0);
	check_states(&k, "built");
	claims_close(&k);
}
