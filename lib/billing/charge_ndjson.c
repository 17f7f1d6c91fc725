/* charge_ndjson.c - charges of an NDJSON file: an object each, its lines
 * objects of the array "lines". */
#include "charge.h"
#include "ehr/json.h"

static void wrong(struct charge_loading *l, struct str name)
{
	if (!l->draft.why.code)
		ehr_fail(&l->draft.why, EHR_EREJECT, "%.*s: neither a text, a "
		    "number nor a list of them", STR_FMT(name));
}

static void set_scalar(struct charge_loading *l, int n, struct str name,
    const struct tape *t, uint32_t v)
{
	BUF_AUTO scratch = BUF_INIT;
	enum tape_type type = tape_type(t, v);

	if (type == TAPE_TRUE || type == TAPE_FALSE)
		charge_draft_set(l, n, name, type == TAPE_TRUE ? STR("Y") :
		    STR("N"));
	else if (type == TAPE_STRING || type == TAPE_NUMBER)
		charge_draft_set(l, n, name, tape_text(t, v, &scratch));
	else if (type != TAPE_NULL)
		wrong(l, name);
}

/* A list is name1, name2 ... */
static void set_list(struct charge_loading *l, int n, struct str name,
    const struct tape *t, uint32_t list)
{
	int nth = 0;

	tape_each(t, list, i) {
		BUF_AUTO one = BUF_INIT;

		buf_addf(&one, "%.*s%d", STR_FMT(name), ++nth);
		set_scalar(l, n, buf_str(&one), t, i);
	}
}

static void set_object(struct charge_loading *l, int n, const struct tape *t,
    uint32_t object);

static void set_lines(struct charge_loading *l, const struct tape *t,
    uint32_t list)
{
	int n = 0;

	tape_each(t, list, i) {
		if (tape_type(t, i) != TAPE_OBJECT)
			wrong(l, STR("lines"));
		else
			set_object(l, ++n, t, i);
	}
}

static void set_object(struct charge_loading *l, int n, const struct tape *t,
    uint32_t object)
{
	BUF_AUTO name = BUF_INIT;

	tape_each_key(t, object, k) {
		bool list = tape_type(t, k + 1) == TAPE_ARRAY;

		buf_reset(&name);
		json_unescape(&name, tape_str(t, k));
		if (n == 0 && list && str_is(buf_str(&name), "lines"))
			set_lines(l, t, k + 1);
		else if (list)
			set_list(l, n, buf_str(&name), t, k + 1);
		else
			set_scalar(l, n, buf_str(&name), t, k + 1);
	}
}

static int take_item(struct charge_loading *l, struct tape *t,
    const struct json_item *item)
{
	struct charge_draft *d = &l->draft;
	struct tape_error err;

	d->line = item->line;
	if (item->why)
		ehr_fail(&d->why, EHR_EREJECT, "%s", item->why);
	else if (tape_parse(t, item->text.s, item->text.n, &err) < 0)
		ehr_fail(&d->why, EHR_EREJECT, "byte %zu: %s", err.offset,
		    err.text);
	else if (tape_type(t, 0) != TAPE_OBJECT)
		ehr_fail(&d->why, EHR_EREJECT, "no object");
	else
		set_object(l, 0, t, 0);
	return charge_draft_end(l);
}

int charge_load_ndjson(struct charge_loading *l)
{
	const struct json_split_opt opt = { .form = JSON_LINES };
	TAPE_AUTO t = TAPE_INIT;
	struct json_split *split;
	struct json_item item;
	struct in *in = NULL;
	int rc = in_open_mem(&in, l->s->name, l->s->text);

	if (rc < 0)
		return rc;
	split = json_split_new(in, &opt);
	while (rc == 0 && (rc = json_split_next(split, &item, l->e)) > 0)
		rc = take_item(l, &t, &item);
	json_split_free(split);
	in_close(in);
	return rc;
}
