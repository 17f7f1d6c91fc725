/* pool.c - a ring of patients: filled in and taken in order by the caller, run
 * by whichever thread is free. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "pool.h"

enum { AHEAD = 16 }; /* patients on the way for each thread */
enum state { FREE, READY, RUNNING, DONE };

struct pool {
	struct pool_fns fns;
	unsigned jobs, started;
	pthread_t *thread;
	pthread_mutex_t lock;
	pthread_cond_t ready, done;
	struct work *work;
	enum state *state;
	size_t slots, measures;
	uint64_t next;	/* to fill in */
	uint64_t run;	/* to be run */
	uint64_t taken; /* by the caller */
	bool stop;
};

struct start {
	struct pool *p;
	unsigned worker;
};

static void *worker(void *arg)
{
	struct start *start = arg;
	struct pool *p = start->p;
	unsigned number = start->worker;
	size_t i;

	free(start);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->stop && p->run == p->next)
			pthread_cond_wait(&p->ready, &p->lock);
		if (p->stop)
			break;
		i = p->run++ % p->slots;
		p->state[i] = RUNNING;
		pthread_mutex_unlock(&p->lock);
		p->fns.run(p->fns.arg, number, &p->work[i]);
		pthread_mutex_lock(&p->lock);
		p->state[i] = DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Threads take no signals: they are for the caller. */
static int start_all(struct pool *p, struct ehr_err *e)
{
	sigset_t all, before;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (; p->started < p->jobs && rc == 0; p->started++) {
		struct start *start = xcalloc(1, sizeof(*start));

		*start = (struct start){ p, p->started };
		rc = pthread_create(&p->thread[p->started], NULL, worker,
		    start);
		if (rc) {
			free(start);
			break;
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0 ? 0 : ehr_fail(e, EHR_EIO, "no threads are to be had");
}

int pool_new(struct pool **out, unsigned jobs, size_t measures,
    const struct pool_fns *fns, struct ehr_err *e)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->fns = *fns;
	p->jobs = jobs;
	p->measures = measures;
	p->slots = jobs > 1 ? (size_t)jobs * AHEAD : 1;
	p->work = xcalloc(p->slots, sizeof(*p->work));
	p->state = xcalloc(p->slots, sizeof(*p->state));
	p->thread = xcalloc(jobs, sizeof(*p->thread));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	pthread_cond_init(&p->done, NULL);
	for (size_t i = 0; i < p->slots; i++) {
		p->work[i].text = p->work[i].id = p->work[i].out = BUF_INIT;
		p->work[i].nobody = xcalloc(measures + 1,
		    sizeof(*p->work[i].nobody));
	}
	*out = p;
	return jobs > 1 ? start_all(p, e) : 0;
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->ready);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->started; i++)
		pthread_join(p->thread[i], NULL);
	for (size_t i = 0; i < p->slots; i++) {
		buf_release(&p->work[i].text);
		buf_release(&p->work[i].id);
		buf_release(&p->work[i].out);
		free(p->work[i].nobody);
	}
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->ready);
	pthread_cond_destroy(&p->done);
	free(p->work);
	free(p->state);
	free(p->thread);
	free(p);
}

/* Takes the oldest that was not taken, when it is done. */
static int take(struct pool *p, struct ehr_err *e)
{
	size_t i = p->taken % p->slots;

	pthread_mutex_lock(&p->lock);
	while (p->state[i] != DONE)
		pthread_cond_wait(&p->done, &p->lock);
	p->state[i] = FREE;
	pthread_mutex_unlock(&p->lock);
	p->taken++;
	return p->fns.take(p->fns.arg, &p->work[i], e);
}

struct work *pool_next(struct pool *p, struct ehr_err *e)
{
	struct work *w;

	if (p->next - p->taken == p->slots && take(p, e) < 0)
		return NULL;
	w = &p->work[p->next % p->slots];
	buf_reset(&w->text);
	buf_reset(&w->id);
	buf_reset(&w->out);
	w->rc = 0;
	w->file = NULL;
	w->line = 0;
	w->none = false;
	memset(w->nobody, 0, p->measures * sizeof(*w->nobody));
	return w;
}

void pool_submit(struct pool *p)
{
	size_t i = p->next % p->slots;

	if (p->jobs == 1) {
		p->fns.run(p->fns.arg, 0, &p->work[i]);
		p->state[i] = DONE;
		p->next++;
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->state[i] = READY;
	p->next++;
	pthread_cond_signal(&p->ready);
	pthread_mutex_unlock(&p->lock);
}

int pool_finish(struct pool *p, struct ehr_err *e)
{
	int rc = 0;

	while (rc == 0 && p->taken < p->next)
		rc = take(p, e);
	return rc;
}
