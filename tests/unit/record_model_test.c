/*
 * record_model_test.c - random operations on a record and on a naive model
 * of it: after each one both hold the same, now and at any earlier time.
 *
 * EHR_SEEDS=N runs N rows of operations instead of the default, EHR_SEED=S
 * starts with S. What fails is made as short as it gets and printed.
 */
#include "ehr/fhir.h"
#include "record_kit.h"
#include "record_model_test-parts/compare.h"

enum { OPS = 40, SEEDS = 50 };

enum op_kind { OP_PUT, OP_EDIT, OP_DELETE, OP_MERGE, OP_UNDO, OP_KINDS };

/* Numbers that mean something only when the operation runs, so that it can
 * run after any others. */
struct op {
	enum op_kind kind;
	uint32_t r[16];
};

struct run {
	struct kit k;
	struct model m, before;
	struct numbers n;
	struct snapshot snap[MAX_BATCHES];
	struct buf why;
	bool trace;
};

static struct run run;

/* ---- operations ---- */

static void trace_item(const char *what, int key, int content, int updated)
{
	BUF_AUTO b = BUF_INIT;

	if (!run.trace)
		return;
	key_name(&b, key);
	printf(" %s %s subject %d value %d updated %d;", what, b.s,
	    content_subject(content), content % 16, updated);
}

static int any_content(int key, const uint32_t *r)
{
	int value = (int)(r[0] % VALUES);

	if (key_kind(key) != KEY_OBSERVATION)
		return value;
	/* Mostly the same subject. */
	return value + 16 * (int)(r[1] % 3 ? (uint32_t)key % PATIENTS :
	    r[2] % (PATIENTS + 1));
}

static int put_item(struct batch *b, const struct model_put *p,
    int64_t if_version)
{
	static const char *const sources[] = { "local", "lab" };
	struct batch_put opt = { .if_version = if_version,
		.by_time = p->by_time };
	BUF_AUTO body = BUF_INIT;

	if (record_source(run.k.r, str_of(sources[key_source(p->key)]), false,
		&opt.source, &run.k.e) <= 0)
		return -1;
	key_body(&body, p->key, p->content, p->updated);
	trace_item(p->by_time ? "put-by-time" : "put", p->key, p->content,
	    p->updated);
	return kit_put_as(&run.k, b, body.s, &opt);
}

static bool counts_equal(const struct batch_counts *a,
    const struct batch_counts *b)
{
	return a->inserted == b->inserted && a->updated == b->updated &&
	    a->unchanged == b->unchanged && a->deleted == b->deleted;
}

/* Commits; want is the code that must come of it. */
static int commit(struct batch *b, int want)
{
	struct batch_counts n;
	int rc = batch_commit(b, &n, &run.k.e);

	if (rc != want) {
		buf_addf(&run.why, "commit: %d (%s), not %d\n", rc,
		    rc ? run.k.e.msg : "", want);
		return -1;
	}
	if (rc < 0) {
		run.m = run.before;
		return 0;
	}
	run.n.batch[run.m.n_batch] = batch_number(b);
	if (counts_equal(&n, &run.m.n))
		return 0;
	buf_addf(&run.why, "counts %d %d %d %d, not %d %d %d %d\n",
	    (int)n.inserted, (int)n.updated, (int)n.unchanged, (int)n.deleted,
	    (int)run.m.n.inserted, (int)run.m.n.updated,
	    (int)run.m.n.unchanged, (int)run.m.n.deleted);
	return -1;
}

/* Versions of one resource in a batch: each of another time, one subject. */
static bool fits(const struct model_put *put, int n)
{
	for (int i = 0; i < n; i++)
		if (put[i].key == put[n].key &&
		    (put[i].updated == put[n].updated ||
			put[i].content / 16 != put[n].content / 16))
			return false;
	return true;
}

static int op_put(struct batch *b, const uint32_t *r)
{
	struct model_put put[3];
	int n = 0, rc = 0;

	for (uint32_t i = 0; rc == 0 && i <= r[0] % ARRAY_LEN(put); i++) {
		const uint32_t *x = r + 1 + i * 5;
		struct model_put *p = &put[n];

		p->key = (int)(x[0] % KEYS);
		p->content = any_content(p->key, x + 1);
		p->updated = x[4] % 3 ? (int)(x[4] / 3 % 5) : 0;
		p->by_time = x[4] / 15 % 2;
		p->exact = false;
		if (!fits(put, n))
			continue;
		rc = put_item(b, p, 0);
		n++;
	}
	model_put(&run.m, put, n);
	return rc < 0 ? rc : commit(b, 0);
}

static int op_edit(struct batch *b, const uint32_t *r)
{
	struct model_put p = { .key = (int)(r[0] % KEYS), .exact = true };
	int row = model_find(&run.m, p.key);
	int64_t version = row == NONE ? 0 : model_current(&run.m, row)->version;
	bool wrong = row == NONE || r[4] % 4 == 0;
	int rc;

	p.content = any_content(p.key, r + 1);
	rc = put_item(b, &p, version + wrong);
	if (rc < 0)
		return rc;
	model_put(&run.m, &p, 1);
	return commit(b, wrong ? EHR_ECHANGED : 0);
}

static int op_delete(struct batch *b, const uint32_t *r)
{
	int key = (int)(r[0] % KEYS), source = 0, rc;
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO id = BUF_INIT;

	key_name(&name, key);
	key_id(&id, key);
	trace_item("delete", key, 0, 0);
	rc = record_source(run.k.r, (struct str){ name.s,
		strcspn(name.s, ":") }, false, &source, &run.k.e);
	if (rc > 0)
		rc = batch_delete(b, source, fhir_type(str_of(key_type(key))),
		    buf_str(&id), 0, &run.k.e);
	model_delete(&run.m, key);
	return rc < 0 ? rc : commit(b, 0);
}

/* The r-th patient who has a chart that is his own, from `not` on another;
 * NONE when there is none. */
static int any_patient(uint32_t r, int not)
{
	int list[KEYS], n = 0;

	for (int k = 0; k < KEYS; k++)
		if (run.m.chart[k] && k != not && model_owner(&run.m, k) == k)
			list[n++] = k;
	return n ? list[r % (uint32_t)n] : NONE;
}

static int op_merge(struct batch *b, const uint32_t *r)
{
	int to = any_patient(r[0], NONE), from = any_patient(r[1], to);
	struct model_put put[2];
	int n = 0, rc = 0;

	if (to == NONE || from == NONE) {
		run.m = run.before;
		return 0;
	}
	trace_item("merge into", to, 0, 0);
	trace_item("from", from, 0, 0);
	for (int i = 0; rc == 0 && r[2] % 2 && i < 2; i++) {
		put[n] = (struct model_put){ .key = i ? from : to,
			.content = (int)(r[3 + i] % VALUES) };
		if (model_find(&run.m, put[n].key) != NONE)
			rc = put_item(b, &put[n++], 0);
	}
	model_merge(&run.m, to, from);
	model_put(&run.m, put, n);
	if (rc == 0)
		rc = record_merge(b, run.n.patient[to], run.n.patient[from],
		    &run.k.e);
	run.n.batch[run.m.n_batch] = batch_number(b);
	return rc;
}

static int op_undo(struct batch *b, const uint32_t *r)
{
	int n = run.before.n_batch, id, left = 0, want = 0, rc;
	bool partial = r[1] % 4 == 0;

	if (n == 0) {
		run.m = run.before;
		return 0;
	}
	id = r[0] % 2 && n > 4 ? n - (int)(r[2] % 4) : 1 + (int)(r[2] % n);
	if (run.trace)
		printf(" undo batch %d%s;", id, partial ? " partial" : "");
	if (run.m.batch[id].state == BATCH_UNDONE ||
	    !model_undo(&run.m, id, partial, &left)) {
		run.m = run.before;
		want = EHR_ENO;
	}
	rc = batch_undo(b, run.n.batch[id], partial, NULL, NULL, NULL,
	    &run.k.e);
	if (rc == 0 && want == 0)
		run.n.batch[run.m.n_batch] = batch_number(b);
	if (rc == want)
		return 0;
	buf_addf(&run.why, "undo: %d, not %d\n", rc, want);
	return -1;
}

static int run_op(const struct op *op)
{
	static int (*const fn[])(struct batch *b, const uint32_t *r) = {
		op_put, op_edit, op_delete, op_merge, op_undo,
	};
	struct batch *b = kit_batch(&run.k, op->r[15] % 2 ? "lab" : "local");
	int rc;

	run.before = run.m;
	model_begin(&run.m);
	if (run.trace)
		printf("%3d:", run.m.n_batch);
	run.k.e.msg[0] = '\0';
	rc = fn[op->kind](b, op->r);
	if (rc < 0)
		buf_addf(&run.why, "operation: %s\n", run.k.e.msg);
	if (run.trace)
		printf("%s\n", run.m.n_batch == run.before.n_batch ?
		    " (refused)" : "");
	batch_free(b);
	return rc;
}

/* ---- comparing ---- */

/* As of the end of an earlier batch, and 1 ms before the next one began. */
static int compare_earlier(const struct op *op)
{
	int n = run.m.n_batch, rc = 0;

	for (int i = 0; rc == 0 && i < 3 && n > 0; i++) {
		int at = 1 + (int)(op->r[i + 8] % (uint32_t)n);
		int chart = (int)(op->r[i + 11] % (KEYS + 1)) - 1;
		int64_t time = run.snap[at].time;

		if (at < n && op->r[14] % 2)
			time = run.snap[at + 1].began - 1;
		rc = compare_all(run.k.r, &run.snap[at], &run.n, time,
		    &run.why);
		if (rc == 0 && (chart == NOBODY ||
			key_kind(chart) == KEY_PATIENT))
			rc = compare_chart(run.k.r, &run.snap[at], &run.n,
			    chart, time, &run.why);
		if (rc < 0)
			buf_addf(&run.why, "as of batch %d\n", at);
	}
	return rc;
}

static int compare_now(void)
{
	const struct snapshot *s = &run.snap[run.m.n_batch];
	struct record *r = run.k.r;
	int rc = compare_names(r, &run.m, &run.n, &run.why);

	if (rc == 0)
		rc = compare_all(r, s, &run.n, RECORD_NOW, &run.why);
	for (int k = NOBODY; rc == 0 && k < KEYS; k++)
		if (k == NOBODY || key_kind(k) == KEY_PATIENT)
			rc = compare_chart(r, s, &run.n, k, RECORD_NOW,
			    &run.why);
	if (rc == 0)
		rc = compare_histories(r, &run.m, &run.n, &run.why);
	if (rc == 0)
		rc = compare_links(r, &run.m, &run.n, &run.why);
	return rc < 0 ? rc : compare_batches(r, &run.m, &run.n, &run.why);
}

static int compare(const struct op *op)
{
	struct batch_row row;
	int n = run.m.n_batch;

	if (n > 0 && n != run.before.n_batch) {
		if (batch_get(run.k.r, run.n.batch[n], &row, &run.k.e) < 0)
			return -1;
		snapshot_take(&run.snap[n], &run.m);
		run.snap[n].began = row.started;
		run.snap[n].time = row.finished;
	}
	return compare_now() < 0 ? -1 : compare_earlier(op);
}

static int add_finding(void *arg, const char *finding)
{
	buf_addf(arg, "check: %s\n", finding);
	return 0;
}

/* The index is what it would be when made anew. */
static int compare_index(void)
{
	BUF_AUTO was = BUF_INIT;
	BUF_AUTO is = BUF_INIT;

	kit_index(&run.k, &was);
	if (record_reindex(run.k.r, NULL, NULL, &run.k.e) < 0)
		return -1;
	kit_index(&run.k, &is);
	if (str_eq(buf_str(&was), buf_str(&is)))
		return 0;
	buf_addf(&run.why, "index was:\n%sand is anew:\n%s", was.s, is.s);
	return -1;
}

/* Runs the operations on a new record: 0, or -1 and run.why. */
static int run_ops(const struct op *op, int n, bool trace)
{
	int rc = 0;

	model_init(&run.m);
	run.n = (struct numbers){ 0 };
	run.trace = trace;
	buf_release(&run.why);
	kit_open(&run.k);
	/* The second source gets its number. */
	kit_done(&run.k, kit_batch(&run.k, "lab"), NULL);
	run.snap[0] = (struct snapshot){ 0 };
	snapshot_take(&run.snap[0], &run.m);
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = run_op(&op[i]);
		if (rc == 0)
			rc = compare(&op[i]);
	}
	if (rc == 0 && record_check_deep(run.k.r, add_finding, &run.why,
		&run.k.e) < 0)
		rc = -1;
	if (rc == 0)
		rc = compare_index();
	kit_close(&run.k);
	return rc;
}

/* ---- rows of operations ---- */

static uint64_t state;

static uint32_t any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20);
}

static enum op_kind any_kind(void)
{
	static const int weight[OP_KINDS] = { 40, 15, 10, 10, 25 };
	int x = (int)(any() % 100), kind = 0;

	while (x >= weight[kind])
		x -= weight[kind++];
	return (enum op_kind)kind;
}

/* Takes away operations as long as it still fails. */
static int shorten(struct op *op, int n)
{
	for (int size = n / 2; size > 0; size /= 2)
		for (int i = n - size; i >= 0; i -= size) {
			struct op less[OPS];

			memcpy(less, op, (size_t)i * sizeof(*op));
			memcpy(less + i, op + i + size,
			    (size_t)(n - i - size) * sizeof(*op));
			if (run_ops(less, n - size, false) == 0)
				continue;
			n -= size;
			memcpy(op, less, (size_t)n * sizeof(*op));
		}
	return n;
}

static bool run_seed(unsigned seed)
{
	struct op op[OPS];
	int n = OPS;

	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (int i = 0; i < OPS; i++) {
		op[i].kind = any_kind();
		for (size_t j = 0; j < ARRAY_LEN(op[i].r); j++)
			op[i].r[j] = any();
	}
	if (run_ops(op, n, false) == 0)
		return true;
	n = shorten(op, n);
	printf("EHR_SEED=%u fails with %d operations:\n", seed, n);
	run_ops(op, n, true);
	printf("%s", run.why.s);
	return false;
}

static unsigned from_env(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);

	return s && *s ? (unsigned)strtoul(s, NULL, 10) : otherwise;
}

TEST(record_does_what_the_model_does)
{
	unsigned first = from_env("EHR_SEED", 1);
	unsigned n = from_env("EHR_SEEDS", SEEDS);
	unsigned failed = 0;

	for (unsigned seed = first; seed < first + n && failed < 3; seed++)
		failed += !run_seed(seed);
	buf_release(&run.why);
	CHECK_INT(failed, 0);
}
