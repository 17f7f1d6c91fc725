/* feed.c - patients from files. */
#include "mips.h"

static int feed_item(struct job *j, const struct json_item *item,
    const char *path, struct ehr_err *e)
{
	struct work *w = pool_next(j->pool, e);

	if (w == NULL)
		return e->code;
	w->file = strcmp(path, "-") == 0 ? NULL : path;
	w->line = item->line;
	if (item->why)
		w->rc = ehr_fail(&w->err, EHR_EREJECT, "%s", item->why);
	else
		buf_addstr(&w->text, item->text);
	pool_submit(j->pool);
	return 0;
}

static int feed_file(struct job *j, const char *path, struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s;
	struct json_item item;
	struct in *in;
	int rc = in_open(&in, path, e);

	if (rc < 0)
		return rc;
	s = json_split_new(in, &opt);
	while ((rc = json_split_next(s, &item, e)) > 0) {
		rc = feed_item(j, &item, path, e);
		if (rc < 0)
			break;
	}
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
