/*
 * json_bench FILE...: speed of the tape against jansson over the resources in
 * the files, and of the splitter over the files themselves. CPU time, median of
 * the rounds, both sides in turn.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ehr/json.h"

enum { ROUNDS = 7 };

struct input {
	struct buf files;	/* all files, one behind another */
	struct buf texts;	/* the resources in them, minified */
	size_t *end;		/* of each in texts */
	size_t count, cap;
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const char *what)
{
	fprintf(stderr, "json_bench: %s\n", what);
	exit(6);
}

/* The resource of an entry, else the item itself. */
static void add_item(struct input *i, const struct json_item *item)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error bad;
	uint32_t resource;

	if (item->kind == JSON_HEAD || item->kind == JSON_TAIL)
		return;
	if (item->why || tape_parse(&t, item->text.s, item->text.n, &bad))
		stop("an input is not JSON");
	resource = tape_get(&t, 0, "resource");
	tape_write(&i->texts, &t, resource);
	if (i->count == i->cap) {
		i->cap = i->cap * 2 + 1000;
		i->end = xrealloc(i->end, i->cap * sizeof(*i->end));
	}
	i->end[i->count++] = i->texts.len;
}

static void read_file(struct input *i, const char *path)
{
	size_t from = i->files.len;
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct in *in;
	ssize_t n;

	if (in_open(&in, path, &e) < 0)
		stop(e.msg);
	do {
		buf_grow(&i->files, 1 << 16);
		n = in_read(in, i->files.s + i->files.len, 1 << 16, &e);
		if (n < 0)
			stop(e.msg);
		i->files.len += (size_t)n;
	} while (n > 0);
	in_close(in);
	in_open_mem(&in, path, (struct str){ i->files.s + from,
	    i->files.len - from });
	s = json_split_new(in, NULL);
	while (json_split_next(s, &item, &e) > 0)
		add_item(i, &item);
	json_split_free(s);
	in_close(in);
	buf_addch(&i->files, '\n');
}

static void with_jansson(const struct input *in)
{
	size_t i, from = 0;
	json_error_t e;
	json_t *v;

	for (i = 0; i < in->count; from = in->end[i++]) {
		v = json_loadb(in->texts.s + from, in->end[i] - from, 0, &e);
		if (!v)
			stop("jansson refuses a text");
		json_decref(v);
	}
}

static void with_tape(const struct input *in)
{
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error bad;
	size_t i, from = 0;

	for (i = 0; i < in->count; from = in->end[i++])
		if (tape_parse(&t, in->texts.s + from, in->end[i] - from, &bad))
			stop("the tape refuses a text");
}

static void with_splitter(const struct input *in)
{
	struct json_split *s;
	struct json_item item;
	struct ehr_err e;
	struct in *file;

	in_open_mem(&file, "files", buf_str(&in->files));
	s = json_split_new(file, NULL);
	while (json_split_next(s, &item, &e) > 0)
		if (item.why)
			stop("the splitter refuses an item");
	json_split_free(s);
	in_close(file);
}

static int smaller(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static void (*const run[])(const struct input *) = { with_jansson,
		with_tape, with_splitter };
	static const char *const name[] = { "jansson", "tape", "splitter" };
	struct input in = { .files = BUF_INIT, .texts = BUF_INIT };
	double took[3][ROUNDS], speed[3], bytes;
	int i, r;

	for (i = 1; i < argc; i++)
		read_file(&in, argv[i]);
	if (in.count == 0)
		stop("no input");
	for (r = 0; r < ROUNDS; r++)
		for (i = 0; i < 3; i++) {
			took[i][r] = seconds();
			run[i](&in);
			took[i][r] = seconds() - took[i][r];
		}
	printf("texts\t%zu\nMB\t%.1f\nMB in files\t%.1f\n", in.count,
	    (double)in.texts.len / 1e6, (double)in.files.len / 1e6);
	for (i = 0; i < 3; i++) {
		qsort(took[i], ROUNDS, sizeof(double), smaller);
		bytes = (double)(i == 2 ? in.files.len : in.texts.len);
		speed[i] = bytes / took[i][ROUNDS / 2] / 1e6;
		printf("%s MB/s\t%.0f\n", name[i], speed[i]);
	}
	printf("ratio\t%.1f\n", speed[1] / speed[0]);
	buf_release(&in.files);
	buf_release(&in.texts);
	free(in.end);
	return 0;
}
