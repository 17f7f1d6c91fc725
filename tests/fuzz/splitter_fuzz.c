/*
 * Splitter: items stand in the input in order with nothing but blanks and
 * commas between them, whatever is read at a time; a good document is given
 * whole, or as a Bundle's head, entries and tail.
 */
#include "ehr/json.h"
#include "fuzz.h"

struct result {
	struct str in;
	uint64_t at;		/* of the input, given so far */
	uint64_t skipped;	/* bytes not yet told by an item */
	struct buf log;
	size_t items[4], refused;
};

static void take_skipped(void *arg, const void *p, size_t n)
{
	struct result *r = arg;

	(void)p;
	r->skipped += n;
}

static void take(struct result *r, const struct json_item *item)
{
	uint64_t line = 1, i;

	MUST(item->offset >= r->at && item->offset <= r->in.n);
	for (i = r->at; i < item->offset; i++)
		MUST(strchr(" \t\r\n,", r->in.s[i]) && r->in.s[i]);
	for (i = 0; i < item->offset; i++)
		line += r->in.s[i] == '\n';
	MUST(item->line == line);
	r->at = item->offset + item->length;
	MUST(r->at <= r->in.n);
	if (item->why && item->id == DIAG_JSON_SIZE)
		MUST(r->skipped == item->length && item->raw.n == 0);
	else
		MUST(r->skipped == 0 && item->raw.n == item->length &&
		    memcmp(item->raw.s, r->in.s + item->offset,
			item->raw.n) == 0);
	r->skipped = 0;
	buf_addf(&r->log, "%d %llu %llu %d\n", item->kind,
	    (unsigned long long)item->offset,
	    (unsigned long long)item->length, item->why ? (int)item->id : -1);
	r->items[item->kind]++;
	r->refused += item->why != NULL;
}

static void run(struct result *r, const struct json_split_opt *options)
{
	struct json_split_opt opt = *options;
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct in *in;
	uint64_t i;

	opt.on_skipped = take_skipped;
	opt.arg = r;
	r->log = BUF_INIT;
	if (r->in.n >= 3 && memcmp(r->in.s, "\xef\xbb\xbf", 3) == 0)
		r->at = 3;
	MUST(in_open_mem(&in, "mem", r->in) == 0);
	s = json_split_new(in, &opt);
	while (json_split_next(s, &item, &e) > 0)
		take(r, &item);
	for (i = r->at; i < r->in.n; i++)
		MUST(strchr(" \t\r\n,", r->in.s[i]) && r->in.s[i]);
	json_split_free(s);
	in_close(in);
}

/* One good document is told so. */
static void good_document(struct str in, const struct result *r)
{
	struct tape t = TAPE_INIT;
	struct tape_error bad;
	uint32_t type, entry, n = 0;

	if (tape_parse(&t, in.s, in.n, &bad) != 0)
		goto out;
	MUST(r->refused == 0);
	if (tape_type(&t, 0) != TAPE_OBJECT && tape_type(&t, 0) != TAPE_ARRAY)
		goto out;
	type = tape_get(&t, 0, "resourceType");
	entry = tape_get(&t, 0, "entry");
	if (type && entry && str_is(tape_str(&t, type), "Bundle") &&
	    tape_type(&t, type) == TAPE_STRING &&
	    tape_type(&t, entry) == TAPE_ARRAY &&
	    !t.node[type - 1].escaped && !t.node[entry - 1].escaped) {
		tape_each(&t, entry, i)
			n++;
		MUST(r->items[JSON_HEAD] == 1 && r->items[JSON_TAIL] == 1);
		MUST(r->items[JSON_ENTRY] == n && r->items[JSON_VALUE] == 0);
	} else {
		MUST(r->items[JSON_VALUE] == 1);
	}
out:
	tape_release(&t);
}

/* So many blanks in an item over the limit may be skipped before it is seen
 * that the item ended before them. */
static bool many_blanks(struct str in)
{
	size_t i, n = 0;

	for (i = 0; i < in.n && n < 256; i++)
		n = strchr(" \t\r\n", in.s[i]) && in.s[i] ? n + 1 : 0;
	return n == 256;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_split_opt opt = { 0 };
	struct result whole = { 0 }, parts = { 0 };

	if (size < 3 || data[2] == 0x1f) /* not what gzip begins with */
		return 0;
	whole.in = parts.in = (struct str){ (const char *)data + 2, size - 2 };
	opt.form = (enum json_form)(data[0] % 3);
	opt.limit = data[0] / 3;
	run(&whole, &opt);
	opt.chunk = 1 + data[1];
	run(&parts, &opt);
	MUST(str_eq(buf_str(&whole.log), buf_str(&parts.log)) ||
	    many_blanks(whole.in));
	if (opt.limit == 0 && opt.form == JSON_AUTO)
		good_document(whole.in, &whole);
	buf_release(&whole.log);
	buf_release(&parts.log);
	return 0;
}
