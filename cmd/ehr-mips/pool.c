/* pool.c - a ring of batches of patients: filled in and taken in order by the
 * caller, run by whichever thread is free, the caller's too while it would
 * wait: one that only waited would take the others' processors now and then. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "pool.h"

enum {
	AHEAD = 4,		   /* batches on the way for each thread */
	BATCH_WORKS = 32,	   /* patients of one, */
	BATCH_BYTES = 128 << 10, /* or so many bytes */
};

struct pool {
	struct pool_fns fns;
	unsigned jobs, started;
	pthread_t *thread;
	pthread_mutex_t lock;
	pthread_cond_t ready, finished;
	struct batch *batch;
	bool *done;
	size_t slots;
	uint64_t next;	/* being filled in */
	uint64_t run;	/* to be run */
	uint64_t taken; /* by the caller */
	bool stop;
};

struct work *batch_add(struct batch *b)
{
	struct work *w;

	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : BATCH_WORKS;
		b->work = xrealloc(b->work, b->cap * sizeof(*b->work));
		for (size_t i = b->n; i < b->cap; i++) {
			b->work[i] = (struct work){ .text = BUF_INIT,
				.id = BUF_INIT, .out = BUF_INIT };
			b->work[i].nobody = xcalloc(b->measures + 1,
			    sizeof(bool));
		}
	}
	w = &b->work[b->n++];
	buf_reset(&w->text);
	buf_reset(&w->id);
	buf_reset(&w->out);
	w->line_text = STR_NONE;
	w->rc = 0;
	w->file = NULL;
	w->line = 0;
	w->none = false;
	memset(w->nobody, 0, b->measures * sizeof(*w->nobody));
	return w;
}

static void run_batch(struct pool *p, unsigned worker, struct batch *b)
{
	if (b->lines.len)
		p->fns.lines(p->fns.arg, worker, b);
	for (size_t i = 0; i < b->n && b->lines.len == 0; i++)
		p->fns.run(p->fns.arg, worker, &b->work[i]);
}

struct start {
	struct pool *p;
	unsigned worker;
};

/* Runs the oldest batch that nobody has begun; the lock is held around it. */
static void run_next(struct pool *p, unsigned worker)
{
	size_t i = p->run++ % p->slots;

	pthread_mutex_unlock(&p->lock);
	run_batch(p, worker, &p->batch[i]);
	pthread_mutex_lock(&p->lock);
	p->done[i] = true;
	pthread_cond_signal(&p->finished);
}

static void *worker(void *arg)
{
	struct start *start = arg;
	struct pool *p = start->p;
	unsigned number = start->worker;

	free(start);
	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		if (p->run == p->next)
			pthread_cond_wait(&p->ready, &p->lock);
		else
			run_next(p, number);
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
	for (; p->started + 1 < p->jobs && rc == 0; p->started++) {
		struct start *start = xcalloc(1, sizeof(*start));

		*start = (struct start){ p, p->started + 1 };
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
	p->slots = jobs > 1 ? (size_t)jobs * AHEAD : 1;
	p->batch = xcalloc(p->slots, sizeof(*p->batch));
	p->done = xcalloc(p->slots, sizeof(*p->done));
	p->thread = xcalloc(jobs, sizeof(*p->thread));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	pthread_cond_init(&p->finished, NULL);
	for (size_t i = 0; i < p->slots; i++) {
		p->batch[i].lines = BUF_INIT;
		p->batch[i].measures = measures;
	}
	*out = p;
	return jobs > 1 ? start_all(p, e) : 0;
}

static void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->cap; i++) {
		buf_release(&b->work[i].text);
		buf_release(&b->work[i].id);
		buf_release(&b->work[i].out);
		free(b->work[i].nobody);
	}
	buf_release(&b->lines);
	free(b->work);
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
	for (size_t i = 0; i < p->slots; i++)
		batch_release(&p->batch[i]);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->ready);
	pthread_cond_destroy(&p->finished);
	free(p->batch);
	free(p->done);
	free(p->thread);
	free(p);
}

/* Takes the oldest batch that was not taken, when it is done. */
static int take(struct pool *p, struct ehr_err *e)
{
	size_t i = p->taken % p->slots;
	struct batch *b = &p->batch[i];
	int rc = 0;

	pthread_mutex_lock(&p->lock);
	while (!p->done[i]) {
		if (p->run == p->next)
			pthread_cond_wait(&p->finished, &p->lock);
		else
			run_next(p, 0);
	}
	p->done[i] = false;
	pthread_mutex_unlock(&p->lock);
	p->taken++;
	for (size_t k = 0; k < b->n && rc == 0; k++)
		rc = p->fns.take(p->fns.arg, &b->work[k], e);
	b->n = b->bytes = 0;
	buf_reset(&b->lines);
	return rc;
}

/* The batch to fill in, or NULL. */
static struct batch *filling(struct pool *p, struct ehr_err *e)
{
	if (p->next - p->taken == p->slots && take(p, e) < 0)
		return NULL;
	return &p->batch[p->next % p->slots];
}

/* Hands over the batch that was filled in. */
static void hand_over(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->next++;
	pthread_cond_signal(&p->ready);
	pthread_mutex_unlock(&p->lock);
}

struct work *pool_next(struct pool *p, struct ehr_err *e)
{
	struct batch *b = filling(p, e);

	return b ? batch_add(b) : NULL;
}

void pool_submit(struct pool *p)
{
	struct batch *b = &p->batch[p->next % p->slots];

	b->bytes += b->work[b->n - 1].text.len;
	if (p->jobs == 1 || b->n == BATCH_WORKS || b->bytes >= BATCH_BYTES)
		hand_over(p);
}

void pool_drop(struct pool *p)
{
	p->batch[p->next % p->slots].n--;
}

int pool_lines(struct pool *p, struct str lines, const char *file,
    uint64_t line, struct ehr_err *e)
{
	struct batch *b = filling(p, e);

	if (b && b->n) {
		hand_over(p);
		b = filling(p, e);
	}
	if (b == NULL)
		return e->code;
	buf_addstr(&b->lines, lines);
	b->file = file;
	b->line = line;
	hand_over(p);
	return 0;
}

int pool_finish(struct pool *p, struct ehr_err *e)
{
	int rc = 0;

	if (p->next - p->taken < p->slots && p->batch[p->next % p->slots].n)
		hand_over(p);
	while (rc == 0 && p->taken < p->next)
		rc = take(p, e);
	return rc;
}
