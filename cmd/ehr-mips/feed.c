/* feed.c - patients from files. */
#include "mips.h"

/* ---- lines, in a worker ---- */

/* A line that cannot be read, as the splitter sees it. */
static void split_again(void *arg, unsigned worker, struct batch *b,
    struct str text, uint64_t line)
{
	struct json_split_opt opt = { .whole = true };
	struct json_item item;
	struct json_split *s;
	struct ehr_err e;
	struct work *w;
	struct in *in;

	if (in_open_mem(&in, "line", text) < 0)
		return;
	s = json_split_new(in, &opt);
	while (json_split_next(s, &item, &e) > 0) {
		w = batch_add(b);
		w->file = b->file;
		w->line = line;
		if (item.why)
			w->rc = ehr_fail(&w->err, EHR_EREJECT, "%s", item.why);
		else
			buf_addstr(&w->text, item.text);
		job_patient(arg, worker, w);
	}
	json_split_free(s);
	in_close(in);
}

void feed_lines(void *arg, unsigned worker, struct batch *b)
{
	struct str rest = buf_str(&b->lines), text;
	uint64_t line = b->line;
	struct work *w;

	for (; rest.n && str_split(&rest, '\n', &text); line++) {
		w = batch_add(b);
		w->file = b->file;
		w->line = line;
		w->line_text = text;
		job_patient(arg, worker, w);
		if (w->rc != EHR_EREJECT)
			continue;
		b->n--;
		split_again(arg, worker, b, text, line);
	}
}

/* ---- files ---- */

static int feed_item(struct job *j, const struct json_item *item,
    const char *file, struct ehr_err *e)
{
	struct work *w = pool_next(j->pool, e);

	if (w == NULL)
		return e->code;
	w->file = file;
	w->line = item->line;
	if (item->why)
		w->rc = ehr_fail(&w->err, EHR_EREJECT, "%s", item->why);
	else
		buf_addstr(&w->text, item->text);
	pool_submit(j->pool);
	return 0;
}

static int feed_items(struct job *j, struct json_split *s, const char *file,
    struct ehr_err *e)
{
	struct json_item item;
	int rc;

	do {
		if (json_split_lines(s, &item)) {
			rc = pool_lines(j->pool, item.text, file, item.line, e);
			rc = rc < 0 ? rc : 1;
			continue;
		}
		rc = json_split_next(s, &item, e);
		if (rc > 0 && feed_item(j, &item, file, e) < 0)
			return e->code;
	} while (rc > 0);
	return rc;
}

enum { CHUNK = 1 << 20 }; /* charts are large: less is moved about */

static int feed_file(struct job *j, const char *path, struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true, .chunk = CHUNK };
	struct json_split *s;
	struct in *in;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	s = json_split_new(in, &opt);
	rc = feed_items(j, s, strcmp(path, "-") == 0 ? NULL : path, e);
	json_split_free(s);
	in_close(in);
	return rc;
}

int feed_files(struct job *j, struct ehr_err *e)
{
	int rc = 0;

	for (int i = 0; i < j->c->argc && rc == 0; i++)
		rc = feed_file(j, j->c->argv[i], e);
	return rc < 0 ? rc : pool_finish(j->pool, e);
}
