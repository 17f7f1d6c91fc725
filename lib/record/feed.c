/* feed.c - from the spool to windows with facts (feed.h). */
#include "feed.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	WINDOW_BYTES = 4 << 20,
	WINDOW_ITEMS = 8192,
	AHEAD = 4, /* windows */
	THREAD_FROM = 4000, /* items that are worth a thread */
};

struct feed {
	struct spool *spool;
	struct facts_reader reader;
	struct item_ref held; /* read already, of the next window */
	bool holding;
	struct window window[AHEAD];
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	/* Windows are used in turn: [given, filled) are ready. */
	size_t filled, given;
	bool stop, end;
	int rc; /* of reading, told when the ready ones are used up */
	struct ehr_err err;
};

static void window_add(struct window *w, const struct item_ref *it)
{
	struct item_ref *to;

	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		w->it = xrealloc(w->it, w->cap * sizeof(*w->it));
		w->facts = xrealloc(w->facts, w->cap * sizeof(*w->facts));
		w->is_new = xrealloc(w->is_new, w->cap * sizeof(*w->is_new));
	}
	to = &w->it[w->n++];
	to->h = it->h;
	to->id = arena_str(&w->mem, it->id);
	to->url = arena_str(&w->mem, it->url);
	to->chart = it->chart.s ? arena_str(&w->mem, it->chart) : STR_NONE;
	to->body = arena_str(&w->mem, it->body);
	w->bytes += it->body.n;
}

static bool other_chart(const struct item_ref *a, const struct item_ref *b)
{
	return a->h.chart != b->h.chart || !str_eq(a->chart, b->chart) ||
	    (a->h.chart != CHART_NOBODY && a->h.source != b->h.source);
}

/* Does the item begin the next window? Versions of one resource stay
 * together unless their charts differ. */
static bool is_next(const struct window *w, const struct item_ref *it)
{
	if (w->n == 0)
		return false;
	return other_chart(it, &w->it[0]) ||
	    ((w->bytes >= WINDOW_BYTES || w->n >= WINDOW_ITEMS) &&
	    it->h.key != w->it[w->n - 1].h.key);
}

static int read_facts(struct feed *f, struct window *w, struct ehr_err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < w->n; i++) {
		w->facts[i] = (struct facts){ 0 };
		if (!(w->it[i].h.flags & ITEM_DELETE))
			rc = facts_read(&f->reader, &w->mem, w->it[i].h.type,
			    w->it[i].body, &w->facts[i], e);
	}
	return rc;
}

/* The item that ended a window is still the spool's when the next begins. */
static int fill(struct feed *f, struct window *w, struct ehr_err *e)
{
	int rc;

	w->n = w->bytes = 0;
	arena_reset(&w->mem);
	if (f->holding)
		window_add(w, &f->held);
	f->holding = false;
	while ((rc = spool_next(f->spool, &f->held, e)) > 0) {
		if (is_next(w, &f->held)) {
			f->holding = true;
			break;
		}
		window_add(w, &f->held);
	}
	if (rc < 0 || w->n == 0)
		return rc;
	rc = read_facts(f, w, e);
	return rc < 0 ? rc : 1;
}

/* ---- ahead, in a thread ---- */

static bool wait_for_room(struct feed *f)
{
	bool go;

	pthread_mutex_lock(&f->lock);
	while (!f->stop && f->filled - f->given == AHEAD)
		pthread_cond_wait(&f->moved, &f->lock);
	go = !f->stop;
	pthread_mutex_unlock(&f->lock);
	return go;
}

static void *run(void *arg)
{
	struct feed *f = arg;
	int rc = 1;

	while (rc > 0 && wait_for_room(f)) {
		rc = fill(f, &f->window[f->filled % AHEAD], &f->err);
		pthread_mutex_lock(&f->lock);
		f->filled += rc > 0;
		f->end = rc <= 0;
		f->rc = rc;
		pthread_cond_broadcast(&f->moved);
		pthread_mutex_unlock(&f->lock);
	}
	return NULL;
}

static int next_ready(struct feed *f, struct window **w, struct ehr_err *e)
{
	int rc = 1;

	pthread_mutex_lock(&f->lock);
	while (f->filled == f->given && !f->end)
		pthread_cond_wait(&f->moved, &f->lock);
	if (f->filled == f->given)
		rc = f->rc;
	pthread_mutex_unlock(&f->lock);
	if (rc < 0)
		return ehr_fail(e, rc, "%s", f->err.msg);
	*w = &f->window[f->given % AHEAD];
	return rc;
}

/* ---- the caller's side ---- */

struct feed *feed_new(struct spool *spool)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->spool = spool;
	facts_init(&f->reader);
	if (spool_count(spool) < THREAD_FROM)
		return f;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->moved, NULL);
	f->threaded = pthread_create(&f->thread, NULL, run, f) == 0;
	return f;
}

int feed_next(struct feed *f, struct window **w, struct ehr_err *e)
{
	if (f->threaded)
		return next_ready(f, w, e);
	*w = &f->window[0];
	return fill(f, *w, e);
}

void feed_back(struct feed *f, struct window *w)
{
	(void)w;
	if (!f->threaded)
		return;
	pthread_mutex_lock(&f->lock);
	f->given++;
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
}

void feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	if (f->threaded) {
		pthread_mutex_lock(&f->lock);
		f->stop = true;
		pthread_cond_broadcast(&f->moved);
		pthread_mutex_unlock(&f->lock);
		pthread_join(f->thread, NULL);
	}
	facts_release(&f->reader);
	for (size_t i = 0; i < AHEAD; i++) {
		free(f->window[i].it);
		free(f->window[i].facts);
		free(f->window[i].is_new);
		arena_release(&f->window[i].mem);
	}
	free(f);
}
