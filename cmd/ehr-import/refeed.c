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

int import_rejects(struct import *im, const struct piece *p)
{
	const struct json_item *item = &p->item;
	struct place at = { p->file, item->line, item->offset, -1 };
	BUF_AUTO data = BUF_INIT;
	BUF_AUTO coded = BUF_INIT;
	struct str text;

	if (item->why)
		return refuse_line(im, item->id, item->why, item, &at);
	if (!p->is_json)
		return refuse_line(im, p->fault.id, p->fault.text, item, &at);
	text = tape_member(&p->tape, 0, "data", &data);
	if (text.s == NULL && base64_decode(&data,
	    tape_member(&p->tape, 0, "data64", &coded)))
		text = buf_str(&data);
	return text.n ? import_text(im, text, &at) :
	    refuse_line(im, DIAG_JSON_SYNTAX, "no data of a reject", item,
	    &at);
}
