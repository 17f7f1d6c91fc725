/* refeed.c - a file made by --rejects, mended: the data of each line is taken
 * as if it stood in an input of its own. */
#include "import.h"

static int refuse_line(struct import *im, enum diag_id id, const char *text,
    const struct json_item *item, const struct place *at)
{
	struct diag d = { .id = id, .severity = DIAG_ERROR, .text = text };

	im->items++;
	return import_reject(im, &d, at, item->raw);
}

static int take_line(struct import *im, const struct json_item *item,
    const char *file)
{
	struct place at = { file, item->line, item->offset, -1 };
	struct tape line = TAPE_INIT;
	struct tape_error why;
	BUF_AUTO data = BUF_INIT;
	BUF_AUTO coded = BUF_INIT;
	struct str text;
	int rc;

	if (item->why)
		return refuse_line(im, item->id, item->why, item, &at);
	if (tape_parse(&line, item->text.s, item->text.n, &why) < 0) {
		rc = refuse_line(im, why.id, why.text, item, &at);
		goto out;
	}
	text = tape_member(&line, 0, "data", &data);
	if (text.s == NULL && base64_decode(&data,
	    tape_member(&line, 0, "data64", &coded)))
		text = buf_str(&data);
	rc = text.n ? import_text(im, text, text, &at) :
	    refuse_line(im, DIAG_JSON_SYNTAX, "no data of a reject", item,
	    &at);
out:
	tape_release(&line);
	return rc;
}

int import_rejects(struct import *im, struct in *in)
{
	struct json_split_opt opt = {
		.form = JSON_LINES, .on_skipped = rejects_stream,
		.arg = &im->rejects,
	};
	struct json_split *s = json_split_new(in, &opt);
	struct json_item item;
	int rc;

	while ((rc = json_split_next(s, &item, im->err)) > 0) {
		rc = take_line(im, &item, in_name(in));
		if (rc < 0)
			break;
	}
	json_split_free(s);
	return rc;
}
