/*
 * sched_model_test.c - random bookings, moves, cancellations and holds against
 * a day that is a plain list in memory: the same is refused, with all that
 * stands in its way, and the same is there in the end.
 *
 * EHR_SEED=n runs one more, of that seed.
 */
#include <stdlib.h>

#include "test.h"

#include "ehr/sched.h"

#define CHECK_OK(expr)                                                        \
	do {                                                                  \
		if ((expr) < 0) {                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, err.msg);   \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

enum { STEPS = 300, PATIENTS = 8, PROVIDERS = 3, ROOMS = 2 };
#define DAY INT64_C(1795651200000) /* 2026-11-26T00:00Z */
#define MINUTE INT64_C(60000)

static const struct str providers[] = { STR("ames"), STR("bode"),
	STR("cole") };
static const struct str rooms[] = { STR_NONE, STR("room:1"), STR("room:2") };

/* What takes time: an appointment, or a hold. */
struct taken {
	bool live, hold;
	int64_t id, patient, start, end, before, after;
	int provider, room; /* 0: none */
	char name[64];
};
static struct {
	struct taken row[STEPS];
	size_t n, told; /* conflicts of the command at work */
	size_t booked, refused, moved, cancelled, held, over;
} m;
static struct ehr_err err;
static char path[64];
static struct access a;
static uint64_t state;

static int any(int below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (int)((state >> 33) % (uint64_t)below);
}

/* ---- the record ---- */

static void create(void)
{
	const struct access_opt opt = { .db = path, .tool = "ehr-test",
		.reason = "a test" };
	const struct access_write w = { .action = AUDIT_IMPORT };
	struct batch_put put = { .full_url = STR_NONE };
	struct tape t = TAPE_INIT;
	struct tape_error why;
	struct batch *b = NULL;
	struct diag d;
	char text[64];

	snprintf(path, sizeof(path), "/tmp/sched-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	a = ACCESS_INIT;
	CHECK_OK(access_open(&a, &opt, STORE_CREATE, &err));
	CHECK_OK(access_batch(&a, &w, &b, &err));
	for (int i = 0; i < PATIENTS; i++) {
		snprintf(text, sizeof(text),
		    "{\"resourceType\":\"Patient\",\"id\":\"p%d\"}", i);
		CHECK_INT(tape_parse(&t, text, strlen(text), &why), 0);
		CHECK_OK(batch_put(b, &t, 0, &put, &d, &err));
	}
	CHECK_OK(batch_commit(b, NULL, &err));
	batch_free(b);
	tape_release(&t);
}

static int64_t patient(int i)
{
	char name[8];
	int64_t n = 0;

	snprintf(name, sizeof(name), "p%d", i);
	CHECK_OK(record_find_patient(a.r, str_of(name), &n, NULL, &err));
	return n;
}

static void count(void *arg, const struct sched_conflict *c)
{
	(void)arg;
	(void)c;
	m.told++;
}

static void begin(struct sched_job *j)
{
	m.told = 0;
	j->conflict = count;
	CHECK_OK(sched_begin(j, &a, AUDIT_UPDATE, NULL, &err));
}

/* ---- the model ---- */

/* How many intervals of one resource or the other stand in its way. */
static size_t in_the_way(const struct taken *w, const struct taken *but)
{
	size_t n = 0;

	for (struct taken *t = m.row; t < m.row + m.n; t++)
		if (t->live && t != but && t->start - t->before <
		    w->end + w->after && w->start - w->before <
		    t->end + t->after)
			n += (t->provider == w->provider) +
			    (t->room && t->room == w->room);
	return n;
}

/* The same visit of the same patient. */
static bool has_it(const struct taken *w)
{
	for (struct taken *t = m.row; t < m.row + m.n; t++)
		if (t->live && !t->hold && t->patient == w->patient &&
		    t->provider == w->provider && t->start == w->start &&
		    t->end == w->end)
			return true;
	return false;
}

static void somewhere(struct taken *w, struct sched_want *want)
{
	*w = (struct taken){ .live = true, .provider = any(PROVIDERS),
		.room = any(ROOMS + 1), .patient = any(PATIENTS),
		.before = any(2) * 5 * MINUTE, .after = any(3) * 5 * MINUTE };
	w->start = DAY + (480 + 5 * any(60)) * MINUTE;
	w->end = w->start + (5 + 5 * any(9)) * MINUTE;
	*want = (struct sched_want){ .patient = patient((int)w->patient),
		.start = w->start, .end = w->end, .before = w->before,
		.after = w->after, .zone = STR("UTC"),
		.provider = providers[w->provider], .with = &rooms[w->room],
		.n_with = w->room ? 1 : 0, .status = SCHED_BOOKED };
}

static struct taken *one_of(bool hold)
{
	struct taken *t = NULL;

	for (int i = 0; i < 20 && m.n; i++) {
		t = &m.row[any((int)m.n)];
		if (t->live && t->hold == hold)
			return t;
	}
	return NULL;
}

/* ---- what is done ---- */

static void book(bool over)
{
	SCHED_JOB_AUTO j = SCHED_JOB_INIT;
	struct sched_done done = { 0 };
	struct sched_want want;
	struct taken w;
	size_t way;
	int rc;

	somewhere(&w, &want);
	way = in_the_way(&w, NULL);
	want.over = over && way;
	begin(&j);
	rc = sched_end(&j, sched_book(&j, &want, &done, &err), &err);
	if (has_it(&w)) {
		CHECK_INT(rc, 0);
		CHECK(done.unchanged);
	} else if (way && !want.over) {
		CHECK_INT(rc, EHR_ENO);
		CHECK_INT((int64_t)m.told, (int64_t)way);
		m.refused++;
	} else {
		CHECK_OK(rc);
		snprintf(w.name, sizeof(w.name), "%.*s", STR_FMT(done.name));
		m.row[m.n++] = w;
		m.over += want.over;
		m.booked++;
	}
}

static void get(struct sched_job *j, const struct taken *t,
    struct sched_appt *appt)
{
	CHECK_OK(sched_find(a.r, str_of(t->name), &j->mem, appt, NULL, &err));
}

static void move(void)
{
	SCHED_JOB_AUTO j = SCHED_JOB_INIT;
	struct taken *t = one_of(false), w;
	struct sched_done done;
	struct sched_appt appt;
	struct sched_want want;
	size_t way;
	int rc;

	if (t == NULL)
		return;
	somewhere(&w, &want);
	w.patient = t->patient;
	way = in_the_way(&w, t);
	begin(&j);
	get(&j, t, &appt);
	rc = sched_end(&j, sched_move(&j, &appt, &want, &done, &err), &err);
	if (way) {
		CHECK_INT(rc, EHR_ENO);
		CHECK_INT((int64_t)m.told, (int64_t)way);
		m.refused++;
		return;
	}
	CHECK_OK(rc);
	memcpy(w.name, t->name, sizeof(w.name));
	*t = w;
	m.moved++;
}

static void cancel(void)
{
	const struct sched_stepping step = {
		.step = any(2) ? SCHED_STEP_CANCEL : SCHED_STEP_NO_SHOW
	};
	SCHED_JOB_AUTO j = SCHED_JOB_INIT;
	struct taken *t = one_of(false);
	struct sched_done done;
	struct sched_appt appt;

	if (t == NULL)
		return;
	begin(&j);
	get(&j, t, &appt);
	CHECK_OK(sched_end(&j, sched_step(&j, &appt, &step, &done, &err),
	    &err));
	t->live = false;
	m.cancelled++;
}

static void hold(void)
{
	SCHED_JOB_AUTO j = SCHED_JOB_INIT;
	struct sched_want want;
	struct taken w;
	size_t way;
	int rc;

	somewhere(&w, &want);
	w.hold = true;
	want.patient = 0;
	way = in_the_way(&w, NULL);
	begin(&j);
	rc = sched_end(&j, sched_hold(&j, &want, STR("a/-/b/5"),
	    clock_ms() + 3600000, &w.id, &err), &err);
	if (way) {
		CHECK_INT(rc, EHR_ENO);
		CHECK_INT((int64_t)m.told, (int64_t)way);
		return;
	}
	CHECK_OK(rc);
	m.row[m.n++] = w;
	m.held++;
}

static void release(void)
{
	SCHED_JOB_AUTO j = SCHED_JOB_INIT;
	struct taken *t = one_of(true);
	int rc, gone;

	if (t == NULL)
		return;
	begin(&j);
	gone = sched_release(&j, t->id, &err);
	rc = sched_end(&j, gone < 0 ? gone : 0, &err);
	CHECK_INT(gone, 1);
	CHECK_OK(rc);
	t->live = false;
}

/* ---- what is there ---- */

static int compare(void *arg, const struct sched_appt *x, struct ehr_err *e)
{
	size_t *seen = arg;
	BUF_AUTO name = BUF_INIT;

	(void)e;
	CHECK_OK(record_rid_name(a.r, x->rid, &name, &err));
	for (struct taken *t = m.row; t < m.row + m.n; t++) {
		if (t->hold || strcmp(t->name, name.s) != 0)
			continue;
		++*seen;
		CHECK(sched_live(x->status) == t->live);
		CHECK(x->start == t->start && x->end == t->end);
		CHECK(str_eq(x->provider, providers[t->provider]));
		return 0;
	}
	CHECK(!"one that nobody booked");
	return 0;
}

static void run(unsigned seed)
{
	struct sched_filter all = { .type = STR_NONE, .provider = STR_NONE,
		.place = STR_NONE };
	size_t seen = 0, appts = 0;

	memset(&m, 0, sizeof(m));
	state = seed * 0x9e3779b97f4a7c15u + 1;
	create();
	for (int i = 0; i < STEPS; i++) {
		int what = any(20);

		if (what < 10)
			book(what == 0);
		else if (what < 13)
			move();
		else if (what < 17)
			cancel();
		else if (what < 18)
			hold();
		else
			release();
	}
	CHECK_OK(sched_each(a.r, &all, compare, &seen, &err));
	for (size_t i = 0; i < m.n; i++)
		appts += !m.row[i].hold;
	CHECK_INT((int64_t)seen, (int64_t)appts);
	printf("seed %u: %zu booked, %zu over others, %zu refused, %zu moved, "
	    "%zu cancelled, %zu held\n", seed, m.booked, m.over, m.refused,
	    m.moved, m.cancelled, m.held);
	CHECK(m.over && m.refused && m.moved && m.cancelled && m.held);
	access_close(&a);
	store_unlink(path);
}

TEST(bookings_are_as_in_a_plain_list)
{
	const char *more = getenv("EHR_SEED");

	for (unsigned seed = 1; seed <= 5; seed++)
		run(seed);
	if (more)
		run((unsigned)strtoul(more, NULL, 10));
}
