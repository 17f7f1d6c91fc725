/* feed.c - from the spool to windows with facts (feed.h). */
#include "feed.h"

#include <stdlib.h>

enum {
	WINDOW_BYTES = 4 << 20,
	WINDOW_ITEMS = 8192,
	AHEAD = 16,		/* windows at most, */
	AHEAD_BYTES = 4 << 20,	/* of so many bytes of bodies and one more */
	THREAD_FROM = 4000,	/* items that are worth a thread */
	KEEP_ITEMS = 1024,	/* room that a window keeps for the next */
};

struct feed {
	struct spool *spool;
	struct facts_reader reader;
	struct item_ref held; /* read already, of the next window */
	bool holding;
	struct window window[AHEAD];
	struct relay *relay; /* NULL: no thread */
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

static int run(void *arg, struct ehr_err *e)
{
	struct feed *f = arg;
	size_t slot;
	int rc = 1;

	while (rc > 0 && relay_room(f->relay, &slot)) {
		rc = fill(f, &f->window[slot], e);
		if (rc > 0)
			relay_push(f->relay, f->window[slot].bytes);
	}
	return rc < 0 ? rc : 0;
}

/* ---- the caller's side ---- */

struct feed *feed_new(struct spool *spool)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->spool = spool;
	facts_init(&f->reader);
	if (spool_count(spool) < THREAD_FROM)
		return f;
	f->relay = relay_new(AHEAD, AHEAD_BYTES);
	if (relay_start(f->relay, run, f, NULL) < 0) {
		relay_free(f->relay);
		f->relay = NULL;
	}
	return f;
}

int feed_next(struct feed *f, struct window **w, struct ehr_err *e)
{
	size_t slot = 0;
	int rc = f->relay ? relay_next(f->relay, &slot, e) :
	    fill(f, &f->window[0], e);

	*w = &f->window[slot];
	return rc;
}

static void free_items(struct window *w)
{
	free(w->it);
	free(w->facts);
	free(w->is_new);
	w->it = NULL;
	w->facts = NULL;
	w->is_new = NULL;
	w->cap = 0;
}

void feed_back(struct feed *f, struct window *w)
{
	w->n = w->bytes = 0;
	arena_reset(&w->mem);
	if (w->cap > KEEP_ITEMS)
		free_items(w);
	if (f->relay)
		relay_back(f->relay);
}

void feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	relay_free(f->relay);
	facts_release(&f->reader);
	for (size_t i = 0; i < AHEAD; i++) {
		free_items(&f->window[i]);
		arena_release(&f->window[i].mem);
	}
	free(f);
}
