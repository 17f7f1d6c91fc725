/* spool.c - items of a batch in chart order: in memory while they are few,
 * else sorted runs in a temporary file of the store (sealed, without a name),
 * merged. Memory stays below RUN_BYTES plus one window for each run. */
#include <stdlib.h>

#include "impl.h"

enum {
	RUN_BYTES = 24 << 20,
	WINDOW = 64 << 10,
	ALL_WINDOWS = 4 << 20,
	OUT_BYTES = 256 << 10,
};

/* A sorted stretch of the file being read back. */
struct run {
	int64_t at, end;
	struct buf win;	      /* bytes read, from `from` on still to be given */
	size_t from;
	struct item_ref head; /* its text lies in win */
	size_t head_len;
};

/* An item in memory with what decides nearly always which one comes first, so
 * that sorting does not jump through all of it. */
struct place {
	int64_t chart, key;
	int rank;
	uint32_t at; /* offset into mem */
};

struct spool {
	struct store *db;
	struct store_temp *file; /* NULL: all in memory */
	int64_t end;
	struct buf mem; /* items one after another */
	struct place *place;
	size_t n, cap, count;
	struct run *run;
	size_t n_run;
	size_t *heap; /* runs, the smallest head first */
	size_t n_heap;
	size_t next; /* in memory: the next one of place[] */
};

struct spool *spool_new(struct store *db)
{
	struct spool *s = xcalloc(1, sizeof(*s));

	s->db = db;
	s->mem = BUF_INIT;
	return s;
}

void spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	store_temp_free(s->file);
	for (size_t i = 0; i < s->n_run; i++)
		buf_release(&s->run[i].win);
	buf_release(&s->mem);
	free(s->run);
	free(s->heap);
	free(s->place);
	free(s);
}

size_t spool_count(const struct spool *s)
{
	return s->count;
}

static int cmp64(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* What most others refer to comes first. */
static int rank(int type)
{
	return type == FHIR_Patient ? 0 : type == FHIR_Encounter ? 1 : 2;
}

/* Nobody's first, then chart by chart; in a chart the Patient first; versions
 * of a resource from the oldest to the newest, whatever the order of files. */
int item_cmp(const struct item *a, const struct item *b)
{
	int c = cmp64(a->chart, b->chart);

	if (c == 0)
		c = rank(a->type) - rank(b->type);
	if (c == 0)
		c = cmp64(a->key, b->key);
	if (c == 0)
		c = cmp64(a->updated, b->updated);
	return c ? c : memcmp(a->hash, b->hash, sizeof(a->hash));
}

static size_t item_size(const struct item *h)
{
	return sizeof(*h) + h->id_len + h->url_len + h->chart_len +
	    h->body_len;
}

static void item_at(const char *p, struct item_ref *it)
{
	memcpy(&it->h, p, sizeof(it->h));
	p += sizeof(it->h);
	it->id = (struct str){ p, it->h.id_len };
	p += it->h.id_len;
	it->url = (struct str){ p, it->h.url_len };
	p += it->h.url_len;
	it->chart = (struct str){ it->h.chart_len ? p : NULL, it->h.chart_len };
	it->body = (struct str){ p + it->h.chart_len, it->h.body_len };
}

static int cmp_place(const void *a, const void *b, void *mem)
{
	const struct place *p = a, *q = b;
	struct item x, y;
	int c = cmp64(p->chart, q->chart);

	if (c == 0)
		c = p->rank - q->rank;
	if (c == 0)
		c = cmp64(p->key, q->key);
	if (c)
		return c;
	memcpy(&x, (char *)mem + p->at, sizeof(x));
	memcpy(&y, (char *)mem + q->at, sizeof(y));
	return item_cmp(&x, &y);
}

static void sort_memory(struct spool *s)
{
	if (s->n > 1)
		qsort_r(s->place, s->n, sizeof(*s->place), cmp_place, s->mem.s);
}

static int append(struct spool *s, struct buf *out, struct ehr_err *e)
{
	int rc = store_temp_write(s->file, buf_str(out), s->end, e);

	s->end += (int64_t)out->len;
	buf_reset(out);
	return rc;
}

/* Writes what is in memory as a sorted run. */
static int spill(struct spool *s, struct ehr_err *e)
{
	BUF_AUTO out = BUF_INIT;
	struct run *run;
	int rc = s->file ? 0 : store_temp_new(&s->file, s->db, e);

	if (rc < 0)
		return rc;
	sort_memory(s);
	s->run = xrealloc(s->run, (s->n_run + 1) * sizeof(*s->run));
	run = &s->run[s->n_run++];
	*run = (struct run){ .at = s->end, .win = BUF_INIT };
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		const char *p = s->mem.s + s->place[i].at;
		struct item h;

		memcpy(&h, p, sizeof(h));
		buf_add(&out, p, item_size(&h));
		if (out.len >= OUT_BYTES)
			rc = append(s, &out, e);
	}
	if (rc == 0)
		rc = append(s, &out, e);
	run->end = s->end;
	s->n = 0;
	buf_reset(&s->mem);
	return rc;
}

int spool_add(struct spool *s, const struct item_ref *it, struct ehr_err *e)
{
	int rc = 0;

	if (s->mem.len && s->mem.len + item_size(&it->h) > RUN_BYTES)
		rc = spill(s, e);
	if (rc < 0)
		return rc;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 1024;
		s->place = xrealloc(s->place, s->cap * sizeof(*s->place));
	}
	s->place[s->n++] = (struct place){ it->h.chart, it->h.key,
		rank(it->h.type), (uint32_t)s->mem.len };
	buf_add(&s->mem, &it->h, sizeof(it->h));
	buf_addstr(&s->mem, it->id);
	buf_addstr(&s->mem, it->url);
	buf_addstr(&s->mem, it->chart);
	buf_addstr(&s->mem, it->body);
	s->count++;
	return 0;
}

/* ---- reading back ---- */

/* Makes at least need bytes of the run available in its window. */
static int window(struct spool *s, struct run *r, size_t need,
    struct ehr_err *e)
{
	size_t have = r->win.len - r->from;
	size_t least = ALL_WINDOWS / s->n_run;
	int rc;

	if (have >= need)
		return 0;
	memmove(r->win.s, r->win.s + r->from, have);
	r->win.len = have;
	r->from = 0;
	if (least > WINDOW)
		least = WINDOW;
	if (need < least)
		need = least;
	need -= have;
	if ((int64_t)need > r->end - r->at)
		need = (size_t)(r->end - r->at);
	buf_grow(&r->win, need);
	rc = store_temp_read(s->file, r->win.s + have, need, r->at, e);
	r->win.len += need;
	r->at += (int64_t)need;
	return rc;
}

/* Moves a run to its next item: 1, or 0 at its end. */
static int run_next(struct spool *s, struct run *r, struct ehr_err *e)
{
	struct item h;
	int rc;

	r->from += r->head_len;
	r->head_len = 0;
	if (r->from == r->win.len && r->at == r->end)
		return 0;
	rc = window(s, r, sizeof(h), e);
	if (rc < 0)
		return rc;
	memcpy(&h, r->win.s + r->from, sizeof(h));
	rc = window(s, r, item_size(&h), e);
	if (rc < 0)
		return rc;
	item_at(r->win.s + r->from, &r->head);
	r->head_len = item_size(&h);
	return 1;
}

static void sift(struct spool *s, size_t i)
{
	for (;;) {
		size_t low = i;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < s->n_heap; c++)
			if (item_cmp(&s->run[s->heap[c]].head.h,
				&s->run[s->heap[low]].head.h) < 0)
				low = c;
		if (low == i)
			return;
		size_t t = s->heap[i];
		s->heap[i] = s->heap[low];
		s->heap[low] = t;
		i = low;
	}
}

int spool_sort(struct spool *s, struct ehr_err *e)
{
	int rc = 0;

	if (s->file == NULL) {
		sort_memory(s);
		return 0;
	}
	if (s->n > 0)
		rc = spill(s, e);
	buf_release(&s->mem);
	s->heap = xcalloc(s->n_run, sizeof(*s->heap));
	for (size_t i = 0; rc >= 0 && i < s->n_run; i++) {
		rc = run_next(s, &s->run[i], e);
		if (rc > 0)
			s->heap[s->n_heap++] = i;
	}
	for (size_t i = s->n_heap; i-- > 0;)
		sift(s, i);
	return rc < 0 ? rc : 0;
}

static int next_merged(struct spool *s, struct item_ref *it,
    struct ehr_err *e)
{
	/* The head given last time is only now done with. */
	if (s->next && s->n_heap) {
		int rc = run_next(s, &s->run[s->heap[0]], e);

		if (rc < 0)
			return rc;
		if (rc == 0)
			s->heap[0] = s->heap[--s->n_heap];
		sift(s, 0);
	}
	s->next = 1;
	if (s->n_heap == 0)
		return 0;
	*it = s->run[s->heap[0]].head;
	return 1;
}

int spool_next(struct spool *s, struct item_ref *it, struct ehr_err *e)
{
	if (s->file)
		return next_merged(s, it, e);
	if (s->next == s->n)
		return 0;
	item_at(s->mem.s + s->place[s->next++].at, it);
	return 1;
}
