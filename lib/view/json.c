/* json.c - the page for programs: all rows, the source's digits and times.
 * Grammar in ehr-chart(1); members without a value are left out. */
#include "impl.h"

enum { JSON_VERSION = 1 };

static void comma(struct buf *b)
{
	char last = b->len ? b->s[b->len - 1] : '\0';

	if (last != '{' && last != '[' && last != '\0' && last != ':')
		buf_addch(b, ',');
}

static void member(struct buf *b, const char *key)
{
	comma(b);
	buf_addf(b, "\"%s\":", key);
}

static void put_text(struct buf *b, const char *key, struct str s)
{
	if (s.n == 0)
		return;
	member(b, key);
	json_quote(b, s);
}

static void put_word(struct buf *b, const char *key, const char *s)
{
	if (s && *s)
		put_text(b, key, str_of(s));
}

static void put_number(struct buf *b, const struct view_number *n)
{
	if (!n->some)
		return;
	member(b, "number");
	buf_addstr(b, n->text);
}

static void put_codes(struct buf *b, const struct view_entry *e)
{
	if (e->code.n == 0)
		return;
	member(b, "codes");
	buf_adds(b, "[{");
	put_text(b, "system", e->system);
	put_text(b, "code", e->code);
	buf_addch(b, '}');
	for (size_t i = 0; i + 1 < e->codings; i += 2) {
		buf_adds(b, ",{");
		put_text(b, "system", e->coding[i]);
		put_text(b, "code", e->coding[i + 1]);
		buf_addch(b, '}');
	}
	buf_addch(b, ']');
}

static void put_parts(struct buf *b, const struct view_entry *e)
{
	if (e->parts == 0)
		return;
	member(b, "parts");
	buf_addch(b, '[');
	for (size_t i = 0; i < e->parts; i++) {
		const struct view_part *p = &e->part[i];

		comma(b);
		buf_addch(b, '{');
		put_text(b, "what", p->what);
		put_text(b, "system", p->system);
		put_text(b, "code", p->code);
		put_number(b, &p->number);
		put_text(b, "unit", p->number.code.n ? p->number.code :
		    p->number.unit);
		put_word(b, "flag", p->flag);
		buf_addch(b, '}');
	}
	buf_addch(b, ']');
}

static void put_value(struct buf *b, const struct view_entry *e)
{
	put_text(b, "value", e->value);
	put_number(b, &e->number);
	put_text(b, "unit", e->number.code.n ? e->number.code :
	    e->number.unit);
	put_word(b, "flag", e->flag);
}

static void put_row(struct buf *b, const struct view_row *row)
{
	static const char *const trends[] = { "", "up", "down", "same" };
	const struct view_entry *e = row->e;

	comma(b);
	buf_addch(b, '{');
	put_text(b, "id", e->id);
	put_text(b, "what", e->what);
	put_codes(b, e);
	put_word(b, "state", row->past ? "past" : "current");
	put_text(b, "status", e->status);
	put_value(b, e);
	put_text(b, "absent", e->absent);
	put_text(b, "range", e->range);
	put_text(b, "detail", e->detail);
	put_text(b, "by", e->by);
	put_text(b, "start", e->start.text);
	put_text(b, "end", e->end.text);
	put_parts(b, e);
	put_word(b, "trend", trends[row->trend]);
	if (row->former) {
		member(b, "former");
		buf_addch(b, '{');
		put_text(b, "id", row->former->id);
		put_value(b, row->former);
		put_text(b, "start", row->former->start.text);
		buf_addch(b, '}');
	}
	member(b, "entries");
	buf_addch(b, '[');
	for (size_t i = 0; i < row->n; i++) {
		comma(b);
		json_quote(b, row->all[i]->id);
	}
	buf_adds(b, "]}");
}

static void put_section(struct buf *b, struct view *v, enum view_section s)
{
	const struct view_section_info *info = view_section_info(s);
	const struct view_entry *said = view_asserted(v, s);
	size_t n;
	const struct view_row *row = view_rows(v, s, &n);

	comma(b);
	buf_addch(b, '{');
	put_word(b, "name", info->name);
	put_word(b, "title", info->title);
	if (view_withheld(v, s))
		put_word(b, "absent", "withheld");
	if (said) {
		member(b, "asserted");
		buf_addch(b, '{');
		put_text(b, "id", said->id);
		put_text(b, "what", said->absent);
		put_text(b, "start", said->start.text);
		buf_addch(b, '}');
	}
	member(b, "rows");
	buf_addch(b, '[');
	for (size_t i = 0; i < n; i++)
		put_row(b, &row[i]);
	buf_adds(b, "]}");
}

static void put_patient(struct buf *b, struct view *v)
{
	const struct view_patient *p = &v->head;
	BUF_AUTO age = BUF_INIT;

	member(b, "patient");
	buf_addch(b, '{');
	put_text(b, "id", p->id);
	put_text(b, "name", p->name);
	put_text(b, "sex", p->sex);
	put_text(b, "birth", p->birth);
	if (view_age(v, &age))
		put_text(b, "age", buf_str(&age));
	if (p->deceased) {
		member(b, "deceased");
		buf_adds(b, "true");
	}
	put_text(b, "died", p->died);
	put_text(b, "mrn", p->mrn);
	put_text(b, "phone", p->phone);
	put_text(b, "email", p->email);
	put_text(b, "address", p->address);
	put_text(b, "language", p->language);
	put_text(b, "replaced_by", p->replaced_by);
	if (p->test) {
		member(b, "test");
		buf_adds(b, "true");
	}
	buf_addch(b, '}');
}

void view_json(struct view *v, struct buf *b)
{
	const struct view_opt *o = &v->opt;

	buf_addf(b, "{\"version\":%d,\"today\":\"%04d-%02d-%02d\"",
	    JSON_VERSION, o->today.year, o->today.month, o->today.day);
	put_word(b, "zone", view_zone_name());
	if (o->as_of != RECORD_NOW) {
		member(b, "as_of");
		buf_addch(b, '"');
		date_format_ms(b, o->as_of);
		buf_addch(b, '"');
	}
	put_patient(b, v);
	put_text(b, "withheld", buf_str(&v->left_out));
	member(b, "sections");
	buf_addch(b, '[');
	for (int s = 0; s < VIEW_SECTIONS; s++)
		if (section_wanted(v, (enum view_section)s))
			put_section(b, v, (enum view_section)s);
	buf_adds(b, "]}\n");
}
