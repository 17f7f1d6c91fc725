/* relay.c - a ring that one thread fills and the caller empties, in order. */
#include "ehr/base.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct relay {
	size_t slots, budget;
	size_t *weight; /* by slot */
	int (*run)(void *arg, struct ehr_err *e);
	void *arg;
	bool started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t room;  /* the thread waits for it */
	pthread_cond_t ready; /* the caller waits for it */
	/* Slots are used in turn: [given, filled) are ready. */
	size_t filled, given, weighs;
	bool hungry; /* the caller waits and has given everything back */
	bool full, drain; /* what the thread waits for */
	bool stop, end;
	int rc; /* of run(), told when the ready ones are used up */
	struct ehr_err err;
};

struct relay *relay_new(size_t slots, size_t budget)
{
	struct relay *r = xcalloc(1, sizeof(*r));

	r->slots = slots;
	r->budget = budget;
	r->weight = xcalloc(slots, sizeof(*r->weight));
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->room, NULL);
	pthread_cond_init(&r->ready, NULL);
	return r;
}

/* ---- the thread's side ---- */

static void *thread_main(void *arg)
{
	struct relay *r = arg;
	int rc = r->run(r->arg, &r->err);

	pthread_mutex_lock(&r->lock);
	r->rc = rc;
	r->end = true;
	pthread_cond_signal(&r->ready);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Signals are the caller's: what they interrupt stays what it was without a
 * second thread. */
int relay_start(struct relay *r, int (*run)(void *arg, struct ehr_err *e),
    void *arg, struct ehr_err *e)
{
	sigset_t all, before;
	int failed;

	r->run = run;
	r->arg = arg;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&r->thread, NULL, thread_main, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	r->started = failed == 0;
	errno = failed;
	return failed ? ehr_fail_errno(e, "a second thread") : 0;
}

static bool has_room(const struct relay *r)
{
	return r->filled == r->given || (r->filled - r->given < r->slots &&
	    r->weighs < r->budget);
}

/* Waits once more when there was no room: until half of it is free, so that
 * not each slot given back wakes the thread. */
static bool half_empty(const struct relay *r)
{
	return r->filled == r->given || (r->filled - r->given <= r->slots / 2 &&
	    r->weighs <= r->budget / 2);
}

bool relay_room(struct relay *r, size_t *slot)
{
	bool go;

	pthread_mutex_lock(&r->lock);
	r->full = !has_room(r);
	while (!r->stop && r->full && !half_empty(r))
		pthread_cond_wait(&r->room, &r->lock);
	r->full = false;
	*slot = r->filled % r->slots;
	go = !r->stop;
	pthread_mutex_unlock(&r->lock);
	return go;
}

void relay_push(struct relay *r, size_t weight)
{
	pthread_mutex_lock(&r->lock);
	r->weight[r->filled++ % r->slots] = weight;
	r->weighs += weight;
	if (r->hungry)
		pthread_cond_signal(&r->ready);
	pthread_mutex_unlock(&r->lock);
}

bool relay_drain(struct relay *r)
{
	bool go;

	pthread_mutex_lock(&r->lock);
	r->drain = true;
	while (!r->stop && !(r->hungry && r->filled == r->given))
		pthread_cond_wait(&r->room, &r->lock);
	r->drain = false;
	go = !r->stop;
	pthread_mutex_unlock(&r->lock);
	return go;
}

/* ---- the caller's side ---- */

int relay_next(struct relay *r, size_t *slot, struct ehr_err *e)
{
	int rc = 1;

	pthread_mutex_lock(&r->lock);
	r->hungry = r->filled == r->given;
	if (r->hungry && r->drain)
		pthread_cond_signal(&r->room);
	while (r->filled == r->given && !r->end)
		pthread_cond_wait(&r->ready, &r->lock);
	r->hungry = false;
	if (r->filled == r->given)
		rc = r->rc;
	*slot = r->given % r->slots;
	pthread_mutex_unlock(&r->lock);
	return rc < 0 ? ehr_fail(e, rc, "%s", r->err.msg) : rc;
}

void relay_back(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	r->weighs -= r->weight[r->given++ % r->slots];
	if (r->full && half_empty(r))
		pthread_cond_signal(&r->room);
	pthread_mutex_unlock(&r->lock);
}

void relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	if (r->started) {
		pthread_mutex_lock(&r->lock);
		r->stop = true;
		pthread_cond_signal(&r->room);
		pthread_mutex_unlock(&r->lock);
		pthread_join(r->thread, NULL);
	}
	pthread_cond_destroy(&r->ready);
	pthread_cond_destroy(&r->room);
	pthread_mutex_destroy(&r->lock);
	free(r->weight);
	free(r);
}
