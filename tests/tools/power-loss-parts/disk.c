/* disk.c - what a disk may hold when power is lost (power.h). What was synced
 * is there. Of the writes since, any may be: in order, out of order, or in
 * sectors of 512 bytes. So may be that a file was made or deleted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "power.h"

enum { SECTOR = 512, MAX_WAITING = 8192 };

struct image {
	uint8_t *p;
	size_t n, cap;
};

/* A file as it is on disk, and what has not come there for sure. */
struct state {
	struct image on_disk;
	bool made, deleted;		/* for sure */
	bool maybe_made, maybe_deleted; /* by now, if nothing is lost */
	size_t *wait, n;		/* numbers of ops */
};

struct disk {
	size_t at;
	struct state file[MAX_FILES];
	struct image work;
};

uint64_t power_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* ---- one file's bytes ---- */

static void resize(struct image *m, size_t n)
{
	if (n > m->cap) {
		m->cap = 2 * n;
		m->p = xrealloc(m->p, m->cap);
	}
	if (n > m->n)
		memset(m->p + m->n, 0, n - m->n);
	m->n = n;
}

static void put(struct image *m, const struct op *op, size_t from, size_t n)
{
	size_t end = (size_t)op->off + from + n;

	if (end > m->n)
		resize(m, end);
	memcpy(m->p + op->off + from, op->data + from, n);
}

static void apply(struct image *m, const struct op *op)
{
	if (op->kind == OP_TRUNCATE)
		resize(m, (size_t)op->off);
	else
		put(m, op, 0, op->n);
}

/* Some of its sectors. */
static void apply_torn(struct image *m, const struct op *op, uint64_t *random)
{
	size_t n;

	if (op->kind == OP_TRUNCATE) {
		apply(m, op);
		return;
	}
	for (size_t from = 0; from < op->n; from += n) {
		n = SECTOR - ((size_t)op->off + from) % SECTOR;
		if (n > op->n - from)
			n = op->n - from;
		if (power_random(random) & 1)
			put(m, op, from, n);
	}
}

/* ---- time ---- */

/* SQLite syncs the folder with the first sync of a journal or log it made. */
static void sync_folder(struct disk *d)
{
	for (int i = 0; i < power.files; i++) {
		struct state *f = &d->file[i];

		f->made |= f->maybe_made;
		f->deleted |= f->maybe_deleted;
	}
}

static void happened(struct disk *d, size_t i)
{
	const struct op *op = &power.v[i];
	struct state *f = &d->file[op->file];

	switch (op->kind) {
	case OP_CREATE:
		f->maybe_made = true;
		break;
	case OP_DELETE:
		f->maybe_deleted = true;
		if (op->off)
			sync_folder(d);
		break;
	case OP_SYNC:
		for (size_t k = 0; k < f->n; k++)
			apply(&f->on_disk, &power.v[f->wait[k]]);
		f->n = 0;
		if (!f->made)
			sync_folder(d);
		break;
	case OP_WRITE:
	case OP_TRUNCATE:
		if (f->wait == NULL)
			f->wait = xmalloc(MAX_WAITING * sizeof(*f->wait));
		if (f->n == MAX_WAITING)
			abort();
		f->wait[f->n++] = i;
		break;
	case OP_ACK:
		break;
	}
}

struct disk *disk_new(void)
{
	return xcalloc(1, sizeof(struct disk));
}

void disk_free(struct disk *d)
{
	for (int i = 0; i < MAX_FILES; i++) {
		free(d->file[i].on_disk.p);
		free(d->file[i].wait);
	}
	free(d->work.p);
	free(d);
}

void disk_advance(struct disk *d, size_t to)
{
	while (d->at < to)
		happened(d, d->at++);
}

/* ---- losing power ---- */

enum loss { NOTHING, ALL, LATER, SOME, REORDERED, TORN, LAST_TORN, ONE,
	LOSSES };
static const char *const losses[] = { "nothing", "all", "what came later",
	"some", "some, reordered", "sectors", "what came later, one torn",
	"one write" };

/* A write may come before an older one, but not across a truncation. */
static void reorder(size_t *v, size_t n, uint64_t *random)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = power_random(random) % i, t = v[i - 1];

		if (power.v[t].kind == OP_TRUNCATE ||
		    power.v[v[k]].kind == OP_TRUNCATE)
			continue;
		v[i - 1] = v[k];
		v[k] = t;
	}
}

static void lose_writes(struct disk *d, const struct state *f, enum loss loss,
    uint64_t *random)
{
	static size_t order[MAX_WAITING];
	size_t n = f->n, one = n ? power_random(random) % n : 0;

	if (n)
		memcpy(order, f->wait, n * sizeof(*order));
	if (loss == REORDERED)
		reorder(order, n, random);
	for (size_t i = 0; i < n; i++) {
		const struct op *op = &power.v[order[i]];
		bool keep = true;

		if (loss == ALL || (loss == LATER && i >= one) ||
		    (loss == LAST_TORN && i > one) || (loss == ONE && i == one))
			keep = false;
		if (loss == SOME || loss == REORDERED)
			keep = power_random(random) & 1;
		if (!keep)
			continue;
		if (loss == TORN || (loss == LAST_TORN && i == one))
			apply_torn(&d->work, op, random);
		else
			apply(&d->work, op);
	}
}

static bool maybe(bool sure, bool maybe, enum loss loss, uint64_t *random)
{
	if (sure || !maybe)
		return sure;
	return loss == NOTHING || (loss != ALL && (power_random(random) & 1));
}

static void write_file(const struct image *m, const char *folder,
    const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (m->n && write(fd, m->p, m->n) != (ssize_t)m->n))
		abort();
	close(fd);
}

/* A later file of the same name is written over an earlier one. */
const char *disk_lose(struct disk *d, const char *folder, uint64_t *random)
{
	enum loss loss = (enum loss)(power_random(random) % LOSSES);

	for (int i = 0; i < power.files; i++) {
		const struct state *f = &d->file[i];

		if (!maybe(f->made, f->maybe_made, loss, random) ||
		    maybe(f->deleted, f->maybe_deleted, loss, random))
			continue;
		resize(&d->work, 0);
		resize(&d->work, f->on_disk.n);
		if (f->on_disk.n)
			memcpy(d->work.p, f->on_disk.p, f->on_disk.n);
		lose_writes(d, f, loss, random);
		write_file(&d->work, folder, power.name[i]);
	}
	return losses[loss];
}
