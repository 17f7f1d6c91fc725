/*
 * edit.c - writing a tape out again: changed, or for people to read.
 *
 * Edits work on the text: what they do not touch is copied, so numbers and
 * escapes stay as they came.
 */
#include "ehr/json.h"

void tape_write(struct buf *b, const struct tape *t, uint32_t i)
{
	struct str s = tape_str(t, i);

	if (t->node[i].type == TAPE_STRING)
		buf_addch(b, '"');
	buf_addstr(b, s);
	if (t->node[i].type == TAPE_STRING)
		buf_addch(b, '"');
}

/* ---- pretty printing ---- */

static void new_line(struct buf *b, unsigned depth, unsigned indent)
{
	size_t n = (size_t)depth * indent;

	buf_addch(b, '\n');
	buf_grow(b, n);
	memset(b->s + b->len, ' ', n);
	b->len += n;
	b->s[b->len] = '\0';
}

/* Recurses as deep as the text is nested: at most MAX_DEPTH. */
static void pretty(struct buf *b, const struct tape *t, uint32_t i,
    unsigned depth, unsigned indent)
{
	bool object = tape_type(t, i) == TAPE_OBJECT;
	uint32_t k = tape_type(t, i) >= TAPE_ARRAY ? tape_first(t, i) : 0;

	if (!k) {
		tape_write(b, t, i);
		return;
	}
	buf_addch(b, object ? '{' : '[');
	for (;;) {
		new_line(b, depth + 1, indent);
		if (object) {
			tape_write(b, t, k++);
			buf_adds(b, ": ");
		}
		pretty(b, t, k, depth + 1, indent);
		k = tape_after(t, i, k);
		if (!k)
			break;
		buf_addch(b, ',');
	}
	new_line(b, depth, indent);
	buf_addch(b, object ? '}' : ']');
}

void json_pretty(struct buf *b, const struct tape *t, uint32_t i,
    unsigned indent)
{
	pretty(b, t, i, 0, indent);
}

/* ---- edits ---- */

/* One change of the text: [from, to) is replaced. */
struct splice {
	size_t from, to;
	bool comma; /* before what comes there */
};

/* Appends value i of t with one change. */
static void splice(struct buf *b, const struct tape *t, uint32_t i,
    struct splice at, struct str middle)
{
	size_t end = t->node[i].off + t->node[i].len;

	buf_add(b, t->text + t->node[i].off, at.from - t->node[i].off);
	if (at.comma)
		buf_addch(b, ',');
	buf_addstr(b, middle);
	buf_add(b, t->text + at.to, end - at.to);
}

/* Where the bytes of a value begin and end, quotes included. */
static size_t value_from(const struct tape *t, uint32_t i)
{
	return t->node[i].off - (t->node[i].type == TAPE_STRING);
}

static size_t value_to(const struct tape *t, uint32_t i)
{
	return t->node[i].off + t->node[i].len +
	    (t->node[i].type == TAPE_STRING);
}

/* The value and, in an object, its key: with one of the commas beside it. */
static struct splice without(const struct tape *t, uint32_t parent,
    uint32_t value)
{
	bool member = tape_type(t, parent) == TAPE_OBJECT;
	struct splice at = { value_from(t, member ? value - 1 : value),
		value_to(t, value), false };

	if (t->text[at.from - 1] == ',')
		at.from--;
	else if (tape_after(t, parent, value))
		at.to++;
	return at;
}

/* Before the closing bracket of i. */
static struct splice at_end(const struct tape *t, uint32_t i)
{
	size_t end = value_to(t, i) - 1;

	return (struct splice){ end, end, tape_first(t, i) != 0 };
}

void json_set_member(struct buf *b, const struct tape *t, uint32_t i,
    const char *key, struct str value)
{
	uint32_t v = tape_get(t, i, key);
	BUF_AUTO middle = BUF_INIT;
	struct splice at;

	if (v && value.s) {
		at = (struct splice){ value_from(t, v), value_to(t, v), false };
		splice(b, t, i, at, value);
	} else if (v) {
		splice(b, t, i, without(t, i, v), STR_NONE);
	} else if (value.s) {
		json_quote(&middle, str_of(key));
		buf_addch(&middle, ':');
		buf_addstr(&middle, value);
		splice(b, t, i, at_end(t, i), buf_str(&middle));
	} else {
		tape_write(b, t, i);
	}
}

/* ---- edits along paths ---- */

/* The next name of a path; false at its end (a path is not empty here). */
static bool step(struct str *path, struct str *name)
{
	return str_split(path, '.', name);
}

static bool is_index(struct str name, int64_t *index)
{
	return name.n > 0 && name.s[0] >= '0' && name.s[0] <= '9' &&
	    str_int(name, index);
}

/* Appends value with the containers that the rest of the path names. */
static bool wrap(struct buf *b, struct str path, struct str value)
{
	BUF_AUTO closing = BUF_INIT;
	struct str name;
	int64_t index;

	while (step(&path, &name)) {
		if (is_index(name, &index)) {
			if (index != 0)
				return false;
			buf_addch(b, '[');
			buf_addch(&closing, ']');
			continue;
		}
		buf_addch(b, '{');
		json_quote(b, name);
		buf_addch(b, ':');
		buf_addch(&closing, '}');
	}
	buf_addstr(b, value);
	while (closing.len)
		buf_addch(b, closing.s[--closing.len]);
	return true;
}

/* Child of i, 0 when there is none yet (*missing: it can be added). */
static uint32_t child(const struct tape *t, uint32_t i, struct str name,
    bool *missing)
{
	int64_t index;

	*missing = tape_type(t, i) == TAPE_OBJECT;
	if (*missing)
		return tape_getn(t, i, name);
	if (tape_type(t, i) != TAPE_ARRAY || !is_index(name, &index))
		return 0;
	tape_each(t, i, j)
		if (index-- == 0)
			return j;
	*missing = index == 0;
	return 0;
}

/* Adds a new child called name, on which the rest of the path stands. */
static int add(struct buf *b, const struct tape *t, uint32_t i,
    struct str name, struct str rest, struct str value)
{
	BUF_AUTO middle = BUF_INIT;

	if (tape_type(t, i) == TAPE_OBJECT) {
		json_quote(&middle, name);
		buf_addch(&middle, ':');
	}
	if (!wrap(&middle, rest, value))
		return EHR_ENOENT;
	splice(b, t, 0, at_end(t, i), buf_str(&middle));
	return 0;
}

/* Appends the document with one edit made. */
static int apply(struct buf *b, const struct tape *t,
    const struct tape_edit *edit)
{
	struct str rest = str_of(edit->path), name;
	uint32_t parent = 0, i = 0, next;
	bool missing;

	if (rest.n == 0 && !edit->value.s)
		return EHR_ENOENT;
	while (rest.n > 0 && step(&rest, &name)) {
		next = child(t, i, name, &missing);
		if (!next && missing && edit->value.s)
			return add(b, t, i, name, rest, edit->value);
		if (!next && !edit->value.s) {
			tape_write(b, t, 0);
			return 0;
		}
		if (!next)
			return EHR_ENOENT;
		parent = i;
		i = next;
	}
	if (edit->value.s)
		splice(b, t, 0, (struct splice){ value_from(t, i),
		    value_to(t, i), false }, edit->value);
	else
		splice(b, t, 0, without(t, parent, i), STR_NONE);
	return 0;
}

int tape_edit(struct buf *b, const struct tape *t, const struct tape_edit *edit,
    size_t n, struct ehr_err *e)
{
	TAPE_AUTO value = TAPE_INIT;
	TAPE_AUTO now = TAPE_INIT;
	BUF_AUTO text = BUF_INIT;
	struct tape_error bad;
	size_t i;

	for (i = 0; i < n; i++) {
		struct str v = edit[i].value;

		if (v.s && tape_parse(&value, v.s, v.n, &bad) != 0)
			return ehr_fail(e, EHR_EREJECT, "%s: %s", edit[i].path,
			    bad.text);
		buf_reset(&text);
		if (apply(&text, i ? &now : t, &edit[i]) != 0)
			return ehr_fail(e, EHR_ENOENT, "%s: no such place",
			    edit[i].path);
		if (tape_parse(&now, text.s, text.len, &bad) != 0)
			return ehr_fail(e, EHR_EREJECT, "%s: %s", edit[i].path,
			    bad.text);
	}
	tape_write(b, n ? &now : t, 0);
	return 0;
}
