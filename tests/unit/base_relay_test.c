/* The ring between two threads: order, weight, draining, ending early. */
#include "ehr/base.h"

#include <signal.h>

#include "test.h"

enum { SLOTS = 4, MANY = 20000 };

struct work {
	struct relay *relay;
	int slot[SLOTS];
	int n;		/* how many to make */
	size_t weight;	/* of each */
	int drain_at;	/* before that one, -1: never */
	int drained;	/* what the caller had taken by then */
	int taken;	/* by the caller */
	int made;
	int rc;		/* what run() returns */
	bool signals;	/* some signal would have come to the thread */
	struct ehr_err e;
};
#define WORK ((struct work){ .n = MANY, .weight = 1, .drain_at = -1 })

static int make(void *arg, struct ehr_err *e)
{
	struct work *w = arg;
	sigset_t now;
	size_t slot;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	w->signals = !sigismember(&now, SIGINT) || !sigismember(&now, SIGTERM);
	for (; w->made < w->n; w->made++) {
		if (w->made == w->drain_at) {
			if (!relay_drain(w->relay))
				break;
			w->drained = w->taken;
		}
		if (!relay_room(w->relay, &slot))
			break;
		w->slot[slot] = w->made;
		relay_push(w->relay, w->weight);
	}
	return w->rc < 0 ? ehr_fail(e, w->rc, "made no more") : 0;
}

static void start(struct work *w, size_t budget)
{
	w->relay = relay_new(SLOTS, budget);
	CHECK_INT(relay_start(w->relay, make, w, &w->e), 0);
}

/* Takes up to n; the result of the last relay_next(). */
static int take(struct work *w, int n)
{
	size_t slot;
	int rc = 1;

	while (w->taken < n && (rc = relay_next(w->relay, &slot, &w->e)) > 0) {
		CHECK_INT(w->slot[slot], w->taken);
		w->taken++;
		relay_back(w->relay);
	}
	return rc;
}

TEST(all_come_in_order)
{
	struct work w = WORK;

	start(&w, 1000);
	CHECK_INT(take(&w, MANY + 1), 0);
	relay_free(w.relay);
	CHECK_INT(w.taken, MANY);
	CHECK(!w.signals);
}

TEST(a_slot_over_the_budget_goes_alone)
{
	struct work w = WORK;
	size_t slot;

	w.weight = 5000;
	start(&w, 1000);
	for (int i = 0; i < 20; i++) {
		CHECK_INT(relay_next(w.relay, &slot, &w.e), 1);
		usleep(500); /* time to make more, were it allowed */
		for (size_t k = 0; k < SLOTS; k++)
			CHECK(w.slot[k] <= i);
		CHECK_INT(w.slot[slot], i);
		relay_back(w.relay);
	}
	relay_free(w.relay);
}

TEST(a_failure_comes_behind_what_was_ready)
{
	struct work w = WORK;

	w.n = 3;
	w.rc = EHR_EIO;
	start(&w, 1000);
	CHECK_INT(take(&w, MANY), EHR_EIO);
	CHECK_STR(w.e.msg, "made no more");
	CHECK_INT(w.taken, 3);
	relay_free(w.relay);
}

TEST(draining_waits_for_the_caller)
{
	struct work w = WORK;

	w.drain_at = 7;
	start(&w, 1000);
	CHECK_INT(take(&w, MANY + 1), 0);
	relay_free(w.relay);
	CHECK_INT(w.drained, 7);
}

TEST(the_caller_may_end_it)
{
	static const int drain_at[] = { -1, 0, 2, 20 };

	for (size_t i = 0; i < 400; i++) {
		struct work w = WORK;

		w.drain_at = drain_at[i % 4];
		start(&w, 1000);
		take(&w, (int)i / 4 % 5);
		relay_free(w.relay);
		CHECK(w.made < MANY);
		CHECK(w.made >= w.taken);
	}
}

TEST(a_ring_that_never_ran)
{
	relay_free(relay_new(SLOTS, 1));
	relay_free(NULL);
}
