/* doc.c - a small resource in the making: set and take away along paths. */
#include "edit/impl.h"

static int reload(struct doc *d, struct ehr_err *e)
{
	struct tape_error why;

	if (tape_parse(&d->t, d->text.s, d->text.len, &why) != 0)
		return ehr_fail(e, EHR_EREJECT, "byte %zu: %s", why.offset,
		    why.text);
	return 0;
}

int edit_doc_load(struct doc *d, struct str text, struct ehr_err *e)
{
	buf_reset(&d->text);
	buf_addstr(&d->text, text);
	return reload(d, e);
}

void edit_doc_release(struct doc *d)
{
	tape_release(&d->t);
	buf_release(&d->text);
	buf_release(&d->spare);
}

uint32_t edit_doc_at(const struct tape *t, const char *path)
{
	struct str rest = str_of(path), name;
	uint32_t at = 0;
	int64_t index;

	while (rest.n && str_split(&rest, '.', &name)) {
		uint32_t next = 0;

		if (tape_type(t, at) == TAPE_OBJECT)
			next = tape_getn(t, at, name);
		else if (tape_type(t, at) == TAPE_ARRAY &&
		    str_int(name, &index))
			tape_each(t, at, i)
				if (index-- == 0)
					next = i;
		if (next == 0)
			return 0;
		at = next;
	}
	return at;
}

int edit_doc_set(struct doc *d, const char *path, struct str json,
    struct ehr_err *e)
{
	struct tape_edit edit = { path, json };
	struct buf full;
	int rc;

	buf_reset(&d->spare);
	rc = tape_edit(&d->spare, &d->t, &edit, 1, e);
	if (rc < 0)
		return rc;
	full = d->spare;
	d->spare = d->text;
	d->text = full;
	return reload(d, e);
}

int edit_doc_set_text(struct doc *d, const char *path, struct str text,
    struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;

	json_quote(&json, text);
	return edit_doc_set(d, path, buf_str(&json), e);
}

int edit_doc_remove(struct doc *d, const char *path, struct ehr_err *e)
{
	BUF_AUTO up = BUF_INIT;
	uint32_t at = edit_doc_at(&d->t, path);
	int rc;

	if (at == 0)
		return 0;
	buf_adds(&up, path);
	do {
		rc = edit_doc_set(d, up.s, STR_NONE, e);
		while (up.len && up.s[up.len - 1] != '.')
			up.s[--up.len] = '\0';
		if (up.len)
			up.s[--up.len] = '\0';
		at = edit_doc_at(&d->t, up.s);
	} while (rc == 0 && up.len && at && tape_first(&d->t, at) == 0);
	return rc;
}

/* Does the element say what the slot's does? Several members: all. */
static bool slot_fits(const struct tape *t, uint32_t el, const struct slot *s)
{
	struct str paths = str_of(s->path), values = str_of(s->value), p, v;
	BUF_AUTO text = BUF_INIT;

	while (str_split(&paths, ' ', &p) && str_split(&values, ' ', &v)) {
		uint32_t at = el;
		struct str name, rest = p;

		while (at && rest.n && str_split(&rest, '.', &name)) {
			if (str_is(name, "0"))
				at = tape_first(t, at);
			else
				at = tape_getn(t, at, name);
		}
		buf_reset(&text);
		if (at == 0 || !str_eq(tape_text(t, at, &text), v))
			return false;
	}
	return true;
}

size_t edit_doc_slot(const struct tape *t, const struct slot *s, bool *found)
{
	uint32_t array = edit_doc_at(t, s->array);
	size_t n = 0;

	*found = false;
	if (array == 0 || tape_type(t, array) != TAPE_ARRAY)
		return 0;
	tape_each(t, array, i) {
		if (slot_fits(t, i, s)) {
			*found = true;
			return n;
		}
		n++;
	}
	return n;
}
