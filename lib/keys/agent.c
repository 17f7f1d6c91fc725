/* agent.c - keys kept for a session: forgotten when nobody asked for them for
 * some minutes, when the machine slept, or when told to. */
#include <unistd.h>

#include "slots.h"
#include "wire.h"

enum {
	CHECK_MS = 2000,  /* how often is looked whether the machine slept */
	SLEPT_MS = 1000,  /* clocks apart so far: it did */
};

struct held {
	uint8_t record[UUID_LEN];
	int64_t used; /* ms, monotonic */
	bool proven;  /* a second factor was given */
	uint8_t ring[KEYRING_PACKED];
};

/* All of it in memory of secret_new(). */
struct agent {
	int64_t idle, apart; /* ms; CLOCK_BOOTTIME - CLOCK_MONOTONIC */
	agent_clock *clock;
	void *arg;
	unsigned n;
	struct held held[AGENT_MAX];
	struct agent_msg msg;
};

static int64_t system_clock(void *arg, clockid_t which)
{
	struct timespec t;

	(void)arg;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t now(const struct agent *a)
{
	return a->clock(a->arg, CLOCK_MONOTONIC);
}

static int64_t apart(const struct agent *a)
{
	return a->clock(a->arg, CLOCK_BOOTTIME) - now(a);
}

int agent_new(struct agent **a, int64_t idle, agent_clock *clock, void *arg,
    struct ehr_err *e)
{
	void *p;
	int rc = secret_new(&p, sizeof(**a), e);

	*a = p;
	if (rc < 0)
		return rc;
	(*a)->idle = idle;
	(*a)->clock = clock ? clock : system_clock;
	(*a)->arg = arg;
	(*a)->apart = apart(*a);
	return 0;
}

void agent_free(struct agent *a)
{
	secret_free(a);
}

/* ---- what is kept ---- */

static void forget(struct agent *a, unsigned i)
{
	a->held[i] = a->held[--a->n];
	crypto_cleanse(&a->held[a->n], sizeof(a->held[0]));
}

static void forget_all(struct agent *a)
{
	while (a->n)
		forget(a, a->n - 1);
}

int agent_tick(struct agent *a)
{
	int64_t gap = apart(a), t = now(a);

	if (gap - a->apart >= SLEPT_MS)
		forget_all(a);
	a->apart = gap;
	for (unsigned i = a->n; i-- > 0;)
		if (t - a->held[i].used >= a->idle)
			forget(a, i);
	return a->n ? CHECK_MS : -1;
}

static struct held *find(struct agent *a, const uint8_t record[UUID_LEN])
{
	for (unsigned i = 0; i < a->n; i++)
		if (memcmp(a->held[i].record, record, UUID_LEN) == 0)
			return &a->held[i];
	return NULL;
}

/* A place for a record's keys: its own, a new one, or the one that was not
 * used for longest. */
static struct held *place(struct agent *a, const uint8_t record[UUID_LEN])
{
	struct held *h = find(a, record);

	if (h)
		return h;
	if (a->n < AGENT_MAX)
		return &a->held[a->n++];
	h = &a->held[0];
	for (unsigned i = 1; i < a->n; i++)
		if (a->held[i].used < h->used)
			h = &a->held[i];
	return h;
}

/* ---- what is asked ---- */

static bool do_get(struct agent *a, struct agent_msg *m)
{
	struct held *h = find(a, m->record);

	if (h == NULL)
		return false;
	h->used = now(a);
	memcpy(m->ring, h->ring, KEYRING_PACKED);
	return true;
}

static bool do_put(struct agent *a, struct agent_msg *m)
{
	struct held *h = place(a, m->record);

	h->proven = h->proven && memcmp(h->record, m->record, UUID_LEN) == 0;
	memcpy(h->record, m->record, UUID_LEN);
	memcpy(h->ring, m->ring, KEYRING_PACKED);
	h->used = now(a);
	crypto_cleanse(m->ring, sizeof(m->ring));
	return true;
}

static bool do_lock(struct agent *a, struct agent_msg *m)
{
	static const uint8_t all[UUID_LEN];
	struct held *h = find(a, m->record);
	bool any = a->n > 0;

	if (memcmp(m->record, all, UUID_LEN) == 0) {
		forget_all(a);
		return any;
	}
	if (h)
		forget(a, (unsigned)(h - a->held));
	return h != NULL;
}

static bool do_status(struct agent *a, struct agent_msg *m)
{
	const struct held *h = m->n < a->n ? &a->held[m->n] : NULL;
	int64_t left;

	if (h == NULL)
		return false;
	memcpy(m->record, h->record, UUID_LEN);
	left = (a->idle - (now(a) - h->used)) / 1000;
	for (int i = 0; i < 4; i++)
		m->left[i] = (uint8_t)(left >> (24 - 8 * i));
	return true;
}

static bool do_prove(struct agent *a, struct agent_msg *m)
{
	struct held *h = find(a, m->record);

	if (h)
		h->proven = true;
	return h != NULL;
}

static bool do_proven(struct agent *a, struct agent_msg *m)
{
	const struct held *h = find(a, m->record);

	return h && h->proven;
}

static bool do_stop(struct agent *a, struct agent_msg *m)
{
	(void)m;
	forget_all(a);
	return true;
}

static bool (*const does[])(struct agent *a, struct agent_msg *m) = {
	[AGENT_GET] = do_get, [AGENT_PUT] = do_put, [AGENT_LOCK] = do_lock,
	[AGENT_STATUS] = do_status, [AGENT_STOP] = do_stop,
	[AGENT_PROVE] = do_prove, [AGENT_PROVEN] = do_proven,
};

int agent_serve(struct agent *a, int fd)
{
	struct agent_msg *m = &a->msg;
	struct ucred who;
	bool end = false, yes;

	agent_tick(a);
	if (!wire_peer(fd, &who) || who.uid != geteuid() ||
	    who.gid != getegid() || !wire_read(fd, m))
		return 0;
	if (m->op < ARRAY_LEN(does) && does[m->op]) {
		end = m->op == AGENT_STOP;
		yes = does[m->op](a, m);
		m->op = yes ? AGENT_YES : AGENT_NO;
		wire_write(fd, m);
	}
	crypto_cleanse(m, sizeof(*m));
	return end;
}
