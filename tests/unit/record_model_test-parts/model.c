/* model.c - the rules of the record, by looking through everything. */
#include <assert.h>
#include <stdlib.h>

#include "model.h"

void model_init(struct model *m)
{
	*m = (struct model){ 0 };
}

/* As the first n changes of owners left it. */
static int owner_at(const struct model *m, int key, int n)
{
	int owner = key;

	for (int i = 0; i < n; i++)
		if (m->owner[i].key == key)
			owner = m->owner[i].owner;
	return owner;
}

int model_owner(const struct model *m, int key)
{
	return owner_at(m, key, m->n_owner);
}

static struct model_version *current(struct model *m, int row)
{
	for (int i = 0; i < m->n_ver; i++)
		if (m->ver[i].row == row && m->ver[i].end == NONE)
			return &m->ver[i];
	return NULL;
}

const struct model_version *model_current(const struct model *m, int row)
{
	return current((struct model *)m, row);
}

int model_find(const struct model *m, int key)
{
	int found = NONE;

	for (int i = 0; i < m->n_row; i++) {
		enum record_state state = model_current(m, i)->state;

		if (m->row[i].key != key || state == RECORD_MOVED)
			continue;
		if (found == NONE || state == RECORD_LIVE)
			found = i;
	}
	return found;
}

int model_begin(struct model *m)
{
	assert(m->n_batch + 1 < MAX_BATCHES);
	m->n = (struct batch_counts){ 0 };
	m->batch[++m->n_batch] = (struct model_batch){ BATCH_DONE, NONE };
	return m->n_batch;
}

/* ---- rows ---- */

static void add_version(struct model *m, struct model_version v)
{
	assert(m->n_ver < MAX_VERSIONS);
	v.version = ++m->row[v.row].last_version;
	v.batch = m->n_batch;
	v.end = v.late ? m->n_batch : NONE;
	m->ver[m->n_ver++] = v;
}

static void replace(struct model *m, struct model_version v)
{
	current(m, v.row)->end = m->n_batch;
	add_version(m, v);
}

static int add_row(struct model *m, int key, int home, int last_version)
{
	assert(m->n_row < MAX_ROWS);
	m->row[m->n_row] = (struct model_row){ key, home, last_version };
	return m->n_row++;
}

/* ---- putting ---- */

static int home_of(const struct model_put *p)
{
	int subject = content_subject(p->content);

	if (key_kind(p->key) == KEY_PATIENT)
		return p->key;
	if (key_kind(p->key) == KEY_ORGANIZATION || subject == NOBODY)
		return NOBODY;
	return key_source(p->key) * PER_SOURCE + subject;
}

/* Was what came with batch `origin` taken back from this row? */
static bool is_taken_back(const struct model *m, int row, int origin)
{
	for (int i = 0; i < m->n_ver; i++) {
		const struct model_version *v = &m->ver[i];

		if (v->row == row && v->origin == origin && v->end != NONE &&
		    m->batch[v->end].undoes == origin &&
		    m->batch[v->end].state != BATCH_UNDONE)
			return true;
	}
	return m->batch[origin].state == BATCH_UNDONE;
}

static bool is_known(const struct model *m, int row, int content)
{
	for (int i = 0; i < m->n_ver; i++) {
		const struct model_version *v = &m->ver[i];

		if (v->row == row && v->content == content && v->end != NONE &&
		    !is_taken_back(m, row, v->origin))
			return true;
	}
	return false;
}

static bool is_late(const struct model *m, const struct model_put *p,
    const struct model_version *cur)
{
	return cur->batch != m->n_batch && p->by_time && p->updated &&
	    cur->updated > p->updated;
}

static void put_one(struct model *m, const struct model_put *p)
{
	int home = home_of(p), row = model_find(m, p->key);
	struct model_version v = { .row = row, .content = p->content,
		.updated = p->updated, .origin = m->n_batch };
	const struct model_version *cur;

	if (home != NOBODY)
		m->chart[home] = true;
	if (row == NONE) {
		v.row = add_row(m, p->key, home, 0);
		add_version(m, v);
		m->n.inserted++;
		return;
	}
	cur = current(m, row);
	if (cur->state == RECORD_LIVE && (cur->content == p->content ||
		(!p->exact && is_known(m, row, p->content)))) {
		m->n.unchanged++;
		return;
	}
	if (cur->state == RECORD_LIVE)
		m->n.updated++;
	else
		m->n.inserted++;
	if (cur->state == RECORD_LIVE && is_late(m, p, cur)) {
		v.late = true;
		add_version(m, v);
	} else if (home == m->row[row].home) {
		replace(m, v);
	} else {
		replace(m, (struct model_version){ .row = row, .content = NONE,
			.origin = m->n_batch, .state = RECORD_MOVED });
		v.row = add_row(m, p->key, home, m->row[row].last_version);
		add_version(m, v);
	}
}

static int put_cmp(const void *a, const void *b)
{
	const struct model_put *p = a, *q = b;

	return p->key != q->key ? p->key - q->key : p->updated - q->updated;
}

void model_put(struct model *m, struct model_put *put, int n)
{
	qsort(put, (size_t)n, sizeof(*put), put_cmp);
	for (int i = 0; i < n; i++)
		put_one(m, &put[i]);
}

void model_delete(struct model *m, int key)
{
	int row = model_find(m, key);

	if (row == NONE || current(m, row)->state != RECORD_LIVE) {
		m->n.unchanged++;
		return;
	}
	replace(m, (struct model_version){ .row = row, .content = NONE,
		.origin = m->n_batch, .state = RECORD_DELETED });
	m->n.deleted++;
}

/* ---- charts ---- */

static void own(struct model *m, int key, int owner)
{
	assert(m->n_owner < MAX_OWNERS);
	m->owner[m->n_owner++] = (struct model_owner){ key, owner,
		m->n_batch };
}

void model_merge(struct model *m, int to, int from)
{
	bool moves[KEYS];

	for (int k = 0; k < KEYS; k++)
		moves[k] = key_kind(k) == KEY_PATIENT && m->chart[k] &&
		    model_owner(m, k) == from;
	for (int k = 0; k < KEYS; k++)
		if (moves[k])
			own(m, k, to);
}

/* ---- undo ---- */

/* Is there anything of the batch in a row: a version of it that outlived it,
 * or the end of an older one; and not what it was before by its undo. */
static bool touched(const struct model *m, int row, int batch)
{
	if (m->batch[model_current(m, row)->batch].undoes == batch)
		return false;
	for (int i = 0; i < m->n_ver; i++) {
		const struct model_version *v = &m->ver[i];

		if (v->row == row && (v->batch == batch) != (v->end == batch))
			return true;
	}
	return false;
}

static const struct model_version *former(const struct model *m, int row,
    int batch)
{
	for (int i = 0; i < m->n_ver; i++)
		if (m->ver[i].row == row && m->ver[i].end == batch &&
		    m->ver[i].batch != batch)
			return &m->ver[i];
	return NULL;
}

static bool came_by_move(const struct model *m, int row)
{
	for (int i = 0; i < m->n_ver; i++)
		if (m->ver[i].row == row && m->ver[i].version == 1)
			return false;
	return true;
}

/* The Patient may not go while later batches' resources are in the chart. */
static bool chart_in_use(const struct model *m, int row, int batch)
{
	int key = m->row[row].key;

	if (key_kind(key) != KEY_PATIENT)
		return false;
	for (int i = 0; i < m->n_row; i++) {
		const struct model_version *v = model_current(m, i);

		if (m->row[i].home == key && m->row[i].key != key &&
		    v->state == RECORD_LIVE && v->origin > batch)
			return true;
	}
	return false;
}

static bool is_gone_since(const struct model *m, int row, int batch)
{
	const struct model_version *cur = model_current(m, row);

	return former(m, row, batch) == NULL && cur->batch != batch &&
	    cur->state == RECORD_DELETED && !came_by_move(m, row);
}

/* May the batch not be taken back from this row: did later batches build on
 * it? What a later batch did and its undo brought back does not count. */
static bool is_built_on(const struct model *m, int row, int batch)
{
	const struct model_version *f = former(m, row, batch);
	const struct model_version *cur = model_current(m, row);

	if (is_gone_since(m, row, batch))
		return false;
	if (cur->batch != batch && cur->origin != batch)
		return true;
	return f == NULL && chart_in_use(m, row, batch);
}

/* Is the resource in a row, or was it deleted there after the batch? */
static bool stays(const struct model *m, int row, int batch)
{
	const struct model_version *cur = model_current(m, row);

	return cur->state == RECORD_LIVE ||
	    (cur->state == RECORD_DELETED && cur->batch > batch);
}

/* The resource would come back here, but stays elsewhere, or was deleted
 * there later. */
static bool would_double(const struct model *m, int row, int batch)
{
	const struct model_version *f = former(m, row, batch);

	if (f == NULL || f->state != RECORD_LIVE ||
	    model_current(m, row)->state != RECORD_MOVED)
		return false;
	for (int i = 0; i < m->n_row; i++)
		if (i != row && m->row[i].key == m->row[row].key &&
		    stays(m, i, batch) &&
		    (!touched(m, i, batch) || is_built_on(m, i, batch)))
			return true;
	return false;
}

static void take_back(struct model *m, int row, int batch)
{
	const struct model_version *f = former(m, row, batch);
	struct model_version v = { .row = row, .content = NONE,
		.origin = m->n_batch, .state = RECORD_DELETED };

	if (is_gone_since(m, row, batch))
		return;
	if (f) {
		v.content = f->content;
		v.origin = f->origin;
		v.updated = f->updated;
		v.state = f->state;
	} else if (came_by_move(m, row)) {
		v.state = RECORD_MOVED;
	}
	replace(m, v);
}

static int undo_owners(struct model *m, int batch)
{
	int left = 0, n = m->n_owner;

	for (int i = 0; i < n; i++) {
		const struct model_owner *o = &m->owner[i];

		int was = owner_at(m, o->key, i);
		int now = model_owner(m, o->key);

		if (o->batch != batch || now == was)
			continue;
		if (now != o->owner)
			left++;
		else
			own(m, o->key, was);
	}
	return left;
}

static bool is_undone_by_others(const struct model *m, int batch, int by)
{
	for (int i = 1; i <= m->n_batch; i++)
		if (i != by && m->batch[i].undoes == batch &&
		    m->batch[i].state != BATCH_UNDONE)
			return true;
	return false;
}

bool model_undo(struct model *m, int batch, bool partial, int *left)
{
	int redone = m->batch[batch].undoes;
	enum { LEAVE, REFUSE, TAKE } what[MAX_ROWS];

	m->batch[m->n_batch].undoes = batch;
	*left = undo_owners(m, batch);
	for (int i = 0; i < m->n_row; i++) {
		what[i] = !touched(m, i, batch) ? LEAVE :
		    is_built_on(m, i, batch) || would_double(m, i, batch) ?
		    REFUSE : TAKE;
		*left += what[i] == REFUSE;
	}
	if (*left && !partial)
		return false;
	for (int i = 0; i < m->n_row; i++)
		if (what[i] == TAKE)
			take_back(m, i, batch);
	m->batch[batch].state = *left ? BATCH_PARTLY : BATCH_UNDONE;
	if (redone != NONE)
		m->batch[redone].state = *left || is_undone_by_others(m,
		    redone, batch) ? BATCH_PARTLY : BATCH_DONE;
	return true;
}
