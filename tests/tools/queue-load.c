/*
 * queue-load - a bulk import, chart readers and short writers on one record,
 * each a process of its own: how long do the short ones wait, is anything
 * lost?
 *
 *	queue-load [-r READERS] [-w WRITERS] [-Q] [-B] DB BULK.ndjson
 *	queue-load [-r READERS] [-w WRITERS] [-B] -t TRANSACTIONS DB
 *
 * DB holds some charts already. Writers add one to 1 to 3 of a few counters
 * (resources with a number), by the version they read; readers write the
 * audit event of a chart and read it. All think 20 to 50 ms in between. When
 * the import is through they stop, the counters are added up, and the record
 * and its audit log are checked. With -t there is no import, and each writer
 * does so many of its changes. An encrypted DB is opened by EHR_KEY_FILE.
 *
 * -Q takes the queue away: its locks always succeed, which leaves SQLite's
 * own busy polling. -B writes without looking at the version. Both are there
 * to show that what is measured can fail. Prints NAME VALUE a line; exit 1
 * when an update was lost or an operation failed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ehr/fhir.h"
#include "ehr/keys.h"
#include "ehr/record.h"
#include "chunk.h"

enum {
	COUNTERS = 24,
	MAX_PROCS = 128,
	MAX_SAMPLES = 1 << 15,
	MAX_CHARTS = 1000,
	THINK_MIN_US = 20000,
	THINK_US = 30000,
	MAX_TRIES = 100,
};

/* What the processes tell each other. */
struct proc {
	unsigned n, done, retries, errors;
	uint32_t us[MAX_SAMPLES];
};
struct shared {
	volatile int go, stop;
	uint64_t bulk_us;
	struct proc proc[MAX_PROCS];
};

static struct shared *shared;
static const char *path;
static bool no_queue, blind;
static int transactions; /* of each writer; 0: as long as the import takes */
static struct keyring *ring; /* NULL: a plain record */
static int64_t chart[MAX_CHARTS];
static int charts;

/* The queue's locks are the only ones of open file descriptions; without the
 * queue they are taken for held. All else goes on to the system. */
int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (no_queue && (cmd == F_OFD_SETLKW || cmd == F_OFD_SETLK))
		return 0;
	return (int)syscall(SYS_fcntl, fd, cmd, arg);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static _Noreturn void die(const char *what, const struct ehr_err *e)
{
	fprintf(stderr, "queue-load: %s: %s\n", what, e->msg);
	_exit(6);
}

static struct record *open_record(void)
{
	const struct store_opts o = { path, STORE_WRITE, ring };
	struct record *r;
	struct ehr_err e;

	if (record_open_with(&r, &o, &e) < 0)
		die("open", &e);
	return r;
}

static void unlock(void)
{
	const struct keys_opt o = { .db = path };
	struct ehr_err e = { 0 };
	int sealed = store_is_encrypted(path, &e);

	if (sealed > 0)
		sealed = keyring_new(&ring, &e) < 0 ? -1 :
		    keys_unlock(&o, ring, &e);
	if (sealed < 0)
		die("unlock", &e);
}

static struct batch *open_batch(struct record *r)
{
	struct batch_info info = { .tool = "queue-load", .user = "test" };
	struct batch *b;
	struct ehr_err e;

	if (batch_open(&b, r, &info, &e) < 0)
		die("batch", &e);
	return b;
}

static void think(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	usleep(THINK_MIN_US + (useconds_t)(*seed >> 33) % THINK_US);
}

static void sample(struct proc *p, uint64_t began)
{
	if (p->n < MAX_SAMPLES)
		p->us[p->n++] = (uint32_t)(now_us() - began);
}

/* ---- counters ---- */

static void counter_name(struct buf *b, int i)
{
	buf_addf(b, "Observation/counter-%d", i);
}

static int put_counter(struct batch *b, int i, int value, int64_t if_version,
    struct ehr_err *e)
{
	struct batch_put opt = { .if_version = blind ? 0 : if_version };
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO json = BUF_INIT;
	struct tape_error why;
	struct diag d;

	buf_addf(&json, "{\"resourceType\":\"Observation\",\"id\":\"counter-%d\""
	    ",\"valueInteger\":%d}", i, value);
	if (tape_parse(&t, json.s, json.len, &why) < 0)
		return ehr_fail(e, EHR_EIO, "%s", why.text);
	return batch_put(b, &t, 0, &opt, &d, e);
}

static int get_counter(struct record *r, int i, int *value, int64_t *version,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	struct record_found f;
	struct resource res;
	const char *at;
	int rc;

	counter_name(&name, i);
	rc = record_find(r, buf_str(&name), 0, &f, NULL, e);
	if (rc == 0)
		rc = record_get(r, f.rid, RECORD_NOW, &res, e);
	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_ENOENT, "no counter");
	at = memmem(res.body.s, res.body.n, "valueInteger\":", 14);
	*value = at ? atoi(at + 14) : -1;
	*version = res.version;
	return 0;
}

static void make_counters(void)
{
	struct record *r = open_record();
	struct batch *b = open_batch(r);
	struct ehr_err e = { 0 };
	int rc = 0;

	for (int i = 0; rc == 0 && i < COUNTERS; i++)
		rc = put_counter(b, i, 0, 0, &e);
	if (rc < 0 || batch_commit(b, NULL, &e) < 0)
		die("counters", &e);
	batch_free(b);
	record_close(r);
}

static int note_chart(void *arg, int64_t patient)
{
	(void)arg;
	chart[charts++] = patient;
	return charts == MAX_CHARTS;
}

static void find_charts(void)
{
	struct record *r = open_record();
	struct ehr_err e;

	if (record_patients(r, note_chart, NULL, &e) < 0)
		die("patients", &e);
	record_close(r);
}

/* ---- the processes ---- */

/* Adds one to n counters from `from` on: 0, EHR_ECHANGED or another fault. */
static int add_one(struct record *r, struct proc *p, int from, int n,
    struct ehr_err *e)
{
	struct batch *b = open_batch(r);
	int64_t version;
	uint64_t began;
	int value, rc = 0;

	for (int i = 0; rc == 0 && i < n; i++) {
		int c = (from + i * 7) % COUNTERS;

		rc = get_counter(r, c, &value, &version, e);
		if (rc == 0)
			rc = put_counter(b, c, value + 1, version, e);
	}
	batch_on_chunk(b, audit_chunk, record_store(r));
	began = now_us();
	if (rc == 0)
		rc = batch_commit(b, NULL, e);
	sample(p, began);
	batch_free(b);
	return rc;
}

static void writer(struct proc *p, uint64_t seed)
{
	struct record *r = open_record();
	struct ehr_err e;

	for (int t = 0; transactions ? t < transactions : !shared->stop; t++) {
		int from = (int)(seed >> 40) % COUNTERS;
		int n = 1 + (int)(seed >> 50) % 3, rc = EHR_ECHANGED;

		for (int i = 0; rc == EHR_ECHANGED && i < MAX_TRIES; i++) {
			rc = add_one(r, p, from, n, &e);
			p->retries += rc == EHR_ECHANGED;
		}
		if (rc == 0)
			p->done += (unsigned)n;
		else if (p->errors++ == 0)
			fprintf(stderr, "queue-load: writer: %s\n", e.msg);
		think(&seed);
	}
	record_close(r);
}

static int look(void *arg, const struct resource *res)
{
	*(size_t *)arg += res->body.n;
	return 0;
}

static void reader(struct proc *p, uint64_t seed)
{
	struct audit_event ev = { .user = "test", .tool = "queue-load",
		.action = AUDIT_READ };
	struct record_filter f = RECORD_FILTER;
	struct record *r = open_record();
	struct ehr_err e;

	while (!shared->stop) {
		int64_t patient = chart[(seed >> 33) % (uint64_t)charts];
		uint64_t began = now_us();
		size_t bytes = 0;
		int rc = audit_read_one(record_store(r), &ev, patient, NULL,
		    &e);

		sample(p, began);
		if (rc == 0)
			rc = record_chart(r, patient, &f, look, &bytes, &e);
		if (rc == 0)
			p->done++;
		else if (p->errors++ == 0)
			fprintf(stderr, "queue-load: reader: %s\n", e.msg);
		think(&seed);
	}
	record_close(r);
}

/* Reads all lines, lets the others go, writes. */
static void bulk(const char *file)
{
	struct record *r = open_record();
	struct batch *b = open_batch(r);
	FILE *f = fopen(file, "r");
	struct ehr_err e = { 0, "cannot read" };
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	struct diag d;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = f ? 0 : EHR_EIO;

	while (rc == 0 && (n = getline(&line, &cap, f)) > 0)
		if (tape_parse(&t, line, (size_t)n, &why) == 0)
			rc = batch_put(b, &t, 0, &(struct batch_put){ 0 }, &d,
			    &e);
	free(line);
	if (f)
		fclose(f);
	shared->go = 1;
	shared->bulk_us = now_us();
	batch_on_chunk(b, audit_chunk, record_store(r));
	if (rc == 0)
		rc = batch_commit(b, NULL, &e);
	shared->bulk_us = now_us() - shared->bulk_us;
	batch_free(b);
	record_close(r);
	if (rc < 0)
		die("bulk", &e);
}

static void run_all(int readers, int writers, const char *file)
{
	pid_t pid[MAX_PROCS + 1];
	int n = readers + writers, status, failed = 0;

	for (int i = 0; i <= n; i++) {
		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		if (i == n) {
			if (file)
				bulk(file);
			_exit(0);
		}
		while (!shared->go && !shared->stop)
			usleep(1000);
		if (i < readers)
			reader(&shared->proc[i], (uint64_t)i * 977 + 1);
		else
			writer(&shared->proc[i], (uint64_t)i * 977 + 1);
		_exit(0);
	}
	if (file == NULL)
		shared->go = 1;
	for (int i = n; i >= 0; i--) { /* the import, writers, readers */
		if (i == (file ? n : readers) - 1)
			shared->stop = 1;
		waitpid(pid[i], &status, 0);
		failed |= status;
	}
	if (failed)
		exit(6);
}

/* ---- figures ---- */

static int cmp_us(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static unsigned waits(const char *name, int first, int n)
{
	static uint32_t us[MAX_PROCS * MAX_SAMPLES];
	unsigned count = 0, done = 0, retries = 0, errors = 0;

	for (int i = first; i < first + n; i++) {
		const struct proc *p = &shared->proc[i];

		memcpy(us + count, p->us, p->n * sizeof(*us));
		count += p->n;
		done += p->done;
		retries += p->retries;
		errors += p->errors;
	}
	if (count == 0)
		return 0;
	qsort(us, count, sizeof(*us), cmp_us);
	printf("%s_n %u\n%s_done %u\n%s_retries %u\n%s_errors %u\n"
	    "%s_p50_ms %.1f\n%s_p99_ms %.1f\n%s_max_ms %.1f\n", name, count,
	    name, done, name, retries, name, errors, name, us[count / 2] / 1e3,
	    name, us[(size_t)count * 99 / 100] / 1e3, name,
	    us[count - 1] / 1e3);
	return errors;
}

static unsigned lost(int readers, int writers)
{
	struct record *r = open_record();
	unsigned sum = 0, done = 0;
	struct ehr_err e;
	int64_t version;
	int value;

	for (int i = 0; i < COUNTERS; i++) {
		if (get_counter(r, i, &value, &version, &e) < 0)
			die("counter", &e);
		sum += (unsigned)value;
	}
	for (int i = readers; i < readers + writers; i++)
		done += shared->proc[i].done;
	record_close(r);
	printf("lost %u\n", done - sum);
	return done - sum;
}

/* The file and the record are whole. */
static unsigned faults(void)
{
	struct record *r = open_record();
	BUF_AUTO report = BUF_INIT;
	struct ehr_err e;
	int rc = store_check(record_store(r), &report, &e);

	if (rc == 0)
		rc = record_check(r, NULL, NULL, &e);
	if (rc == 0)
		rc = audit_verify(record_store(r), NULL, NULL, &e);
	if (rc < 0)
		fprintf(stderr, "queue-load: %s\n", e.msg);
	record_close(r);
	printf("faults %d\n", rc < 0);
	return rc < 0;
}

int main(int argc, char **argv)
{
	int readers = 8, writers = 32, c;
	unsigned bad;

	while ((c = getopt(argc, argv, "r:w:t:QB")) != -1) {
		if (c == 'r')
			readers = atoi(optarg);
		else if (c == 'w')
			writers = atoi(optarg);
		else if (c == 't')
			transactions = atoi(optarg);
		else if (c == 'Q')
			no_queue = true;
		else if (c == 'B')
			blind = true;
		else
			return 2;
	}
	if (argc - optind != (transactions ? 1 : 2) || readers < 0 ||
	    writers < 0 ||
	    readers + writers > MAX_PROCS)
		return 2;
	path = argv[optind];
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 6;
	unlock();
	make_counters();
	find_charts();
	run_all(readers, writers, argv[optind + 1]);
	printf("bulk_s %.2f\n", (double)shared->bulk_us / 1e6);
	bad = waits("reader", 0, readers);
	bad += waits("writer", readers, writers);
	bad += lost(readers, writers);
	bad += faults();
	return bad > 0;
}
