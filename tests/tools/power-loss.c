/*
 * power-loss - a record on a disk that loses power: what was told as committed
 * is there afterwards, and nothing else by half.
 *
 *	power-loss [-e] [-u] [-n COMMITS] [-s SEED] STATES
 *
 * A load and COMMITS (40) small commits are written down write by write and
 * sync by sync. STATES states of the disk, spread over that, are made, each as
 * it may be when power is lost there (disk.c); each is opened, checked and
 * compared. -e: encrypted. -u: no sync reaches the disk, a control that has to
 * lose commits. Prints figures; exit 1 when a state was not right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ehr/record.h"
#include "power-loss-parts/power.h"
#include "chunk.h"

enum {
	LOADED = 1100, /* resources of the first batch: a large one */
	SLOTS = 8,     /* resources that the commits change in turn */
	FLUSH_EACH = 13,
	OPEN_EACH = 17,
	MAX_TOLD = 10,
};

static const struct keyring ring = { .n = 1, .k = { { 1, "of this test" } } };
static bool encrypted;
static int commits = 40;
static char dir[64], path[128];

static _Noreturn void die(const char *what, const struct ehr_err *e)
{
	fprintf(stderr, "power-loss: %s: %s\n", what, e->msg);
	exit(6);
}

static int open_record(struct record **r, enum store_mode mode,
    struct ehr_err *e)
{
	const struct store_opts o = { path, mode, encrypted ? &ring : NULL };

	return record_open_with(r, &o, e);
}

/* ---- writing ---- */

static void put(struct batch *b, const char *id, int value)
{
	struct batch_put opt = { 0 };
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO json = BUF_INIT;
	struct tape_error why;
	struct ehr_err e = { 0 };
	struct diag d;

	buf_addf(&json, "{\"resourceType\":\"Observation\",\"id\":\"%s\","
	    "\"valueInteger\":%d}", id, value);
	if (tape_parse(&t, json.s, json.len, &why) < 0 ||
	    batch_put(b, &t, 0, &opt, &d, &e) < 0)
		die("put", &e);
}

/* Commit number n; 1 is the load. */
static void commit(struct record *r, int n)
{
	struct batch_info info = { .tool = "power-loss", .user = "test" };
	struct ehr_err e = { 0 };
	struct batch *b;
	char id[32];

	if (batch_open(&b, r, &info, &e) < 0)
		die("batch", &e);
	for (int i = 0; n == 1 && i < LOADED; i++) {
		snprintf(id, sizeof(id), "load-%d", i);
		put(b, id, i);
	}
	snprintf(id, sizeof(id), "slot-%d", n % SLOTS);
	put(b, id, n);
	put(b, "last", n);
	batch_on_chunk(b, audit_chunk, record_store(r));
	if (batch_commit(b, NULL, &e) < 0)
		die("commit", &e);
	batch_free(b);
	power_ack();
}

static void write_all(void)
{
	struct record *r = NULL;
	struct ehr_err e = { 0 };

	for (int n = 1; n <= commits; n++) {
		if (r == NULL && open_record(&r, STORE_WRITE, &e) < 0)
			die("open", &e);
		commit(r, n);
		if (n % FLUSH_EACH == 0 &&
		    store_flush(record_store(r), &e) < 0)
			die("flush", &e);
		if (n % OPEN_EACH == 0) {
			record_close(r);
			r = NULL;
		}
	}
	record_close(r);
}

/* ---- looking ---- */

/* The number in a resource; 0 when there is none. */
static int value_of(struct record *r, const char *name, struct ehr_err *e)
{
	struct record_found f;
	struct resource res;
	const char *at;
	int rc = record_find(r, str_of(name), 0, &f, NULL, e);

	if (rc == EHR_ENOENT)
		return 0;
	if (rc == 0)
		rc = record_get(r, f.rid, RECORD_NOW, &res, e);
	if (rc <= 0)
		return rc;
	at = memmem(res.body.s, res.body.n, "valueInteger\":", 14);
	return at ? atoi(at + 14) : EHR_EINTEGRITY;
}

/* The last commit below or at last that wrote that slot. */
static int wanted(int slot, int last)
{
	for (int n = last; n > 0; n--)
		if (n % SLOTS == slot)
			return n;
	return 0;
}

static int counts(struct record *r, int last, struct ehr_err *e)
{
	static const struct sql events = { "test.events",
		"SELECT count(*) FROM audit_event", PERM_NONE };
	static const struct sql loaded = { "test.loaded",
		"SELECT count(*) FROM resource WHERE id GLOB 'load-*'",
		PERM_NONE };
	int64_t n = -1, m = -1;

	if (store_int(record_store(r), &events, &n, e) < 0 ||
	    store_int(record_store(r), &loaded, &m, e) < 0)
		return e->code;
	if (n != last || m != (last ? LOADED : 0))
		return ehr_fail(e, EHR_EINTEGRITY, "commit %d, but %lld events "
		    "and %lld of the load", last, (long long)n, (long long)m);
	return 0;
}

static int check(struct record *r, struct ehr_err *e)
{
	BUF_AUTO report = BUF_INIT;
	int rc = store_check(record_store(r), &report, e);

	if (rc == 0)
		rc = record_check(r, NULL, NULL, e);
	return rc < 0 ? rc : audit_verify(record_store(r), NULL, NULL, e);
}

/* The last commit that is there, all of it and all before it, or negative. */
static int look(struct record *r, struct ehr_err *e)
{
	int last = value_of(r, "Observation/last", e);
	int rc = last < 0 ? last : check(r, e);

	for (int i = 0; rc == 0 && i < SLOTS; i++) {
		char name[64];
		int v;

		snprintf(name, sizeof(name), "Observation/slot-%d", i);
		v = value_of(r, name, e);
		if (v != wanted(i, last))
			rc = ehr_fail(e, EHR_EINTEGRITY, "commit %d, but slot "
			    "%d has %d", last, i, v);
	}
	if (rc == 0)
		rc = counts(r, last, e);
	return rc < 0 ? rc : last;
}

/* ---- all states ---- */

struct tally {
	int states, lost, broken, early, late;
};

static void tell(const struct tally *t, size_t at, const char *lost, int acked,
    int rc, const struct ehr_err *e)
{
	if (!power.deaf && t->lost + t->broken <= MAX_TOLD)
		fprintf(stderr, "power-loss: before op %zu %s is lost, %d "
		    "commits told: %s %d\n", at, lost, acked, rc < 0 ?
		    e->msg : "found", rc);
}

static void one_state(struct disk *d, struct tally *t, size_t at, int acked,
    uint64_t *random)
{
	struct record *r = NULL;
	struct ehr_err e = { 0, "" };
	const char *lost;
	int rc;

	store_unlink(path);
	lost = disk_lose(d, dir, random);
	rc = open_record(&r, STORE_WRITE, &e);
	if (rc == 0)
		rc = look(r, &e);
	record_close(r);
	t->states++;
	t->broken += rc < 0 || rc > acked + 1;
	t->lost += rc >= 0 && rc < acked;
	t->early += rc == acked;
	t->late += rc == acked + 1;
	if (rc < acked || rc > acked + 1)
		tell(t, at, lost, acked, rc, &e);
}

/* From where the first file is there, which is its first sync. */
static size_t first_op(void)
{
	for (size_t i = 0; i < power.n; i++)
		if (power.v[i].kind == OP_SYNC)
			return i + 1;
	return 0;
}

static struct tally all_states(int states, uint64_t *random)
{
	struct disk *d = disk_new();
	struct tally t = { 0 };
	size_t from = first_op(), at = from;
	int acked = 0;

	disk_advance(d, from);
	for (int i = 0; i < states; i++) {
		size_t to = from + (size_t)((double)i / states *
		    (double)(power.n - from + 1));

		for (; at < to; at++)
			acked += power.v[at].kind == OP_ACK;
		disk_advance(d, at);
		one_state(d, &t, at, acked, random);
	}
	disk_free(d);
	return t;
}

static void usage(void)
{
	fprintf(stderr,
	    "usage: power-loss [-e] [-u] [-n COMMITS] [-s SEED] STATES\n");
	exit(2);
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	struct record *r = NULL;
	struct ehr_err e = { 0 };
	uint64_t random = 1;
	bool deaf = false;
	struct tally t;
	int c;

	while ((c = getopt(argc, argv, "eun:s:")) != -1) {
		if (c == 'e')
			encrypted = true;
		else if (c == 'u')
			deaf = true;
		else if (c == 'n')
			commits = atoi(optarg);
		else if (c == 's')
			random = (uint64_t)atoi(optarg);
		else
			usage();
	}
	if (optind + 1 != argc)
		usage();
	snprintf(dir, sizeof(dir), "%s/power.XXXXXX",
	    tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		die("folder", &e);
	snprintf(path, sizeof(path), "%s/p.ehr", dir);
	if (open_record(&r, STORE_CREATE, &e) < 0)
		die("create", &e);
	record_close(r);
	power_on(path);
	power.deaf = deaf;
	write_all();
	power_off();
	t = all_states(atoi(argv[optind]), &random);
	store_unlink(path);
	rmdir(dir);
	printf("%s, %d commits, %zu operations: %d states, %d lost, %d broken; "
	    "%d without and %d with the commit that was under way\n",
	    encrypted ? "encrypted" : "plain", commits, power.n, t.states,
	    t.lost, t.broken, t.early, t.late);
	return t.lost || t.broken;
}
