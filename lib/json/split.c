/*
 * split.c - an input of any size becomes items of one value each.
 *
 * Of a top-level object the members are walked until it is known to be a
 * Bundle (then its entries come one by one) or not (then its end is looked
 * for). When `entry` comes before `resourceType`, which a List has too, the
 * object is held; a Bundle found later, and an object too large to be one
 * resource, is then walked again as a Bundle.
 */
#include "json/split.h"

/* The next byte of a value that is not blank; a line end may end the value,
 * and then it is what is returned. */
static int token(struct json_split *s)
{
	int c;

	while (split_blank(c = split_peek(s))) {
		if (c == '\n' && s->form == JSON_AUTO)
			split_decide(s, split_before(s, s->pos));
		if (c == '\n' && s->form == JSON_LINES)
			break;
		s->pos++;
	}
	return c;
}

/* The same between entries, where no byte belongs to an item. */
static int gap(struct json_split *s)
{
	int c;

	s->skipping = s->hold = s->full = false;
	s->start = s->pos;
	while (split_blank(c = split_peek(s))) {
		if (c == '\n' && s->form == JSON_AUTO)
			split_decide(s, s->comma ? ',' : '}');
		if (c == '\n' && s->form == JSON_LINES)
			break;
		s->start = ++s->pos;
	}
	return c;
}

/* Moves from the quote at pos behind the string; false when it has no end. */
static bool string_end(struct json_split *s)
{
	bool escaped = false;
	int c;

	for (s->pos++; (c = split_peek(s)) >= 0; s->pos++) {
		if (c == '\n')
			return false;
		if (escaped)
			escaped = false;
		else if (c == '\\')
			escaped = true;
		else if (c == '"')
			break;
	}
	s->pos += c >= 0;
	return c >= 0;
}

static void refuse(struct json_item *item, enum diag_id id, const char *why)
{
	item->id = id;
	item->why = why;
}

/* The item that ends at pos is handed out. */
static int give(struct json_split *s, struct json_item *item,
    enum split_stop stop)
{
	size_t end = s->pos;

	item->line = s->item_line;
	item->offset = s->item_offset;
	while (end > s->start && split_blank(s->win[end - 1]))
		end--;
	item->length = s->base + end - s->item_offset;
	if (stop == STOP_LINE)
		refuse(item, DIAG_JSON_TRUNCATED, "the line ends too early");
	else if (stop == STOP_BEFORE)
		refuse(item, DIAG_JSON_SYNTAX, "a bracket is missing");
	else if (stop == STOP_EOF && s->failed == EHR_EREJECT)
		refuse(item, DIAG_GZIP, "the compressed data is faulty");
	else if (stop == STOP_EOF)
		refuse(item, DIAG_JSON_TRUNCATED, "the text ends too early");
	if (stop == STOP_EOF && s->failed == EHR_EREJECT)
		s->failed = 0;
	if (s->skipping || item->length > s->opt.limit) {
		split_skip(s, end);
		refuse(item, DIAG_JSON_SIZE, "too large");
		return 1;
	}
	item->raw = (struct str){ s->win + s->start, end - s->start };
	item->text = item->raw;
	return 1;
}

/* The text of a head or tail. */
static void complete(struct json_split *s, struct json_item *item,
    const char *before, const char *after)
{
	if (!item->raw.s)
		return;
	buf_reset(&s->text);
	buf_adds(&s->text, before);
	buf_addstr(&s->text, item->raw);
	buf_adds(&s->text, after);
	item->text = buf_str(&s->text);
}

/* depth brackets are open, the outermost one an object's. */
static enum split_stop scan_from(struct json_split *s, uint32_t depth,
    uint32_t floor)
{
	s->open[0] = '\0';
	s->open[1] = '{';
	s->depth = depth;
	s->floor = floor;
	return split_scan(s);
}

/* What stands where a document should: to the end of its line, or in an input
 * of documents to the first line that starts with a bracket. */
static int other_value(struct json_split *s, struct json_item *item)
{
	bool line = false;
	int c;

	for (; (c = split_peek(s)) >= 0; s->pos++) {
		if (line && (c == '{' || c == '['))
			break;
		line = c == '\n';
		if (line && (s->form == JSON_LINES || s->lines))
			break;
	}
	return give(s, item, c < 0 && s->failed ? STOP_EOF : STOP_END);
}

/* ---- objects ---- */

enum walk {
	WALK_MEMBER,	/* behind a member, go on */
	WALK_PLAIN,	/* no Bundle, or too large or faulty to tell */
	WALK_BUNDLE,	/* found to be one */
	WALK_ENTRIES,	/* behind the bracket that opens the entries */
	WALK_ENDED,	/* the object ended */
};

/* Bytes of the item before pos. */
static uint64_t length(const struct json_split *s)
{
	return s->base + s->pos - s->item_offset;
}

/* Is the string that ends at pos and is n bytes long this one? Up to the limit
 * all of the item is there, behind it nothing counts. */
static bool string_is(const struct json_split *s, uint64_t n,
    const char *string)
{
	return length(s) <= s->opt.limit &&
	    str_is((struct str){ s->win + s->pos - n, n }, string);
}

/* The value of a member that says nothing. */
static enum walk walk_value(struct json_split *s, int c,
    enum split_stop *stop)
{
	if (c == '"')
		return string_end(s) ? WALK_MEMBER : WALK_PLAIN;
	if (c == '{' || c == '[') {
		*stop = scan_from(s, 1, 1);
		return *stop == STOP_END && s->depth == 1 ? WALK_MEMBER :
		    WALK_ENDED;
	}
	while ((c = split_peek(s)) >= 0 && !split_blank(c) && c != ',' &&
	    c != '}')
		s->pos++;
	return WALK_MEMBER;
}

/* The value of resourceType, at its quote. */
static enum walk walk_type(struct json_split *s)
{
	uint64_t from = length(s);

	if (!string_end(s))
		return WALK_PLAIN;
	if (string_is(s, length(s) - from, "\"Bundle\""))
		return WALK_BUNDLE;
	/* Found behind the limit it does not count. */
	s->hold &= length(s) > s->opt.limit;
	return WALK_PLAIN;
}

/* One member of a top-level object. */
static enum walk walk_member(struct json_split *s, bool bundle,
    enum split_stop *stop)
{
	bool type, entries;
	uint64_t from;
	int c = token(s);

	if (c == ',')
		s->pos++, c = token(s);
	from = length(s);
	if (c != '"' || !string_end(s))
		return WALK_PLAIN;
	type = string_is(s, length(s) - from, "\"resourceType\"");
	entries = string_is(s, length(s) - from, "\"entry\"");
	if (token(s) != ':')
		return WALK_PLAIN;
	s->pos++;
	c = token(s);
	if (c == '"' && type)
		return walk_type(s);
	if (c == '[' && entries && length(s) < s->opt.limit) {
		if (bundle) {
			s->pos++;
			return WALK_ENTRIES;
		}
		s->hold = true;
	}
	return walk_value(s, c, stop);
}

static int head(struct json_split *s, struct json_item *item)
{
	s->in_bundle = true;
	s->comma = true;
	s->loose = false;
	s->entry = 0;
	item->kind = JSON_HEAD;
	give(s, item, STOP_END);
	complete(s, item, "", "]}");
	return 1;
}

/* From the object's start to where it is known what it is, or its end. Nothing
 * a walk before found out is kept: how far that got depends on the reads. */
static enum walk walk_object(struct json_split *s, bool bundle,
    enum split_stop *stop)
{
	enum walk w;

	s->pos = s->start;
	s->form = s->opt.form;
	split_begin(s);
	s->pos++;
	do {
		w = walk_member(s, bundle, stop);
		bundle |= w == WALK_BUNDLE;
		if (w == WALK_MEMBER && length(s) > s->opt.limit)
			w = WALK_PLAIN;
	} while (w == WALK_MEMBER || (w == WALK_BUNDLE && !s->hold));
	/* The same whether the limit was met while reading or not. */
	s->full = s->hold && length(s) > s->opt.limit;
	if (w == WALK_PLAIN && !s->full)
		*stop = scan_from(s, 1, 0);
	s->full |= s->hold && length(s) > s->opt.limit;
	return w;
}

static int object(struct json_split *s, struct json_item *item)
{
	enum split_stop stop = STOP_END;
	enum walk w = walk_object(s, false, &stop);

	if (w == WALK_BUNDLE || s->full)
		w = walk_object(s, true, &stop);
	if (w == WALK_ENTRIES)
		return head(s, item);
	return give(s, item, stop);
}

/* ---- entries ---- */

static int tail(struct json_split *s, struct json_item *item, int c)
{
	enum split_stop stop = STOP_EOF;

	s->in_bundle = false;
	item->kind = JSON_TAIL;
	if (c == ']') {
		s->pos++;
		stop = scan_from(s, 1, 0);
	} else if (c == '}') {
		stop = scan_from(s, 1, 0);
	} else if (c == '\n') {
		stop = STOP_LINE;
	}
	give(s, item, stop);
	complete(s, item, "{\"entry\":[", "");
	if (!item->why && s->loose)
		refuse(item, DIAG_JSON_SYNTAX,
		    "one comma must stand between entries");
	return 1;
}

static int entry(struct json_split *s, struct json_item *item, int c)
{
	enum split_stop stop = STOP_END;

	item->kind = JSON_ENTRY;
	item->entry = s->entry++;
	if (c == '{' || c == '[') {
		stop = scan_from(s, 0, 0);
	} else if (c == '"') {
		string_end(s);
	} else {
		do
			s->pos++;
		while ((c = split_peek(s)) >= 0 && !split_blank(c) &&
		    !strchr(",]}{[\"", c));
	}
	if (stop == STOP_EOF || stop == STOP_LINE)
		s->in_bundle = false;
	return give(s, item, stop);
}

static int bundle_next(struct json_split *s, struct json_item *item)
{
	int c;

	while ((c = gap(s)) == ',') {
		s->loose |= s->comma;
		s->comma = true;
		s->pos++;
	}
	split_begin(s);
	if (c == ']' || c == '}' || c == '\n' || c < 0) {
		s->loose |= s->comma && s->entry > 0;
		return tail(s, item, c);
	}
	s->loose |= !s->comma;
	s->comma = false;
	return entry(s, item, c);
}

/* ---- the input ---- */

static void byte_order_mark(struct json_split *s)
{
	s->begun = true;
	while (s->len < 3 && split_fill(s))
		;
	if (s->len >= 3 && memcmp(s->win, "\xef\xbb\xbf", 3) == 0)
		s->pos = 3;
}

/* Whether the value before stood on a line of its own; the next one may do
 * as it likes. */
static void next_form(struct json_split *s)
{
	int c = '\n';

	if (s->form == JSON_AUTO)
		while ((c = split_peek(s)) == ' ' || c == '\t' || c == '\r')
			s->start = ++s->pos;
	s->lines = s->form != JSON_DOCUMENTS && c == '\n';
	s->form = s->opt.form;
}

/* What is told at the end of the input. */
static int ended(struct json_split *s, struct json_item *item,
    struct ehr_err *e)
{
	if (s->failed == EHR_EREJECT)
		return give(s, item, STOP_EOF);
	if (s->failed && e)
		*e = s->err;
	return s->failed;
}

int split_start(struct json_split *s)
{
	int c;

	s->skipping = s->hold = s->full = false;
	s->start = s->pos;
	if (!s->begun)
		byte_order_mark(s);
	if (s->valued)
		next_form(s);
	s->valued = false;
	while (split_blank(c = split_peek(s)))
		s->start = ++s->pos;
	split_begin(s);
	return c;
}

int json_split_next(struct json_split *s, struct json_item *item,
    struct ehr_err *e)
{
	int c;

	*item = (struct json_item){ .kind = JSON_VALUE };
	if (s->in_bundle)
		return bundle_next(s, item);
	c = split_start(s);
	if (c < 0)
		return ended(s, item, e);
	if (c != '{' && c != '[')
		return other_value(s, item);
	s->valued = true;
	return c == '{' && !s->opt.whole ? object(s, item) :
	    give(s, item, scan_from(s, 0, 0));
}
