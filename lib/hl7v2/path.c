/* path.c - places in a message, and what stands there. */
#include <ctype.h>

#include "ehr/hl7v2.h"

/* ---- paths ---- */

/* A number from 1 at *s, which moves on; 0: there is none. */
static unsigned number(struct str *s)
{
	unsigned n = 0;

	while (s->n && isdigit((unsigned char)s->s[0]) &&
	    n <= HL7V2_INDEX_MAX) {
		n = 10 * n + (unsigned)(s->s[0] - '0');
		*s = (struct str){ s->s + 1, s->n - 1 };
	}
	return n > HL7V2_INDEX_MAX ? 0 : n;
}

/* c and a number, and the closing character when there is one: true as well
 * when c does not stand there, *n stays then. */
static bool marked(struct str *s, char c, char close, unsigned *n)
{
	if (s->n == 0 || s->s[0] != c)
		return true;
	*s = (struct str){ s->s + 1, s->n - 1 };
	*n = number(s);
	if (*n == 0 || (close && (s->n == 0 || s->s[0] != close)))
		return false;
	if (close)
		*s = (struct str){ s->s + 1, s->n - 1 };
	return true;
}

bool hl7v2_path(struct str s, struct hl7v2_path *p)
{
	size_t i;

	*p = (struct hl7v2_path){ .nth = 1, .repeat = 1 };
	if (s.n < 3)
		return false;
	for (i = 0; i < 3; i++) {
		if (!isupper((unsigned char)s.s[i]) &&
		    (i == 0 || !isdigit((unsigned char)s.s[i])))
			return false;
		p->seg[i] = s.s[i];
	}
	s = (struct str){ s.s + 3, s.n - 3 };
	return marked(&s, '[', ']', &p->nth) && marked(&s, '-', 0, &p->field) &&
	    (p->field > 0 || s.n == 0) && marked(&s, '[', ']', &p->repeat) &&
	    marked(&s, '.', 0, &p->component) && marked(&s, '.', 0, &p->sub) &&
	    s.n == 0;
}

/* ---- what stands there ---- */

const struct hl7v2_seg *hl7v2_find(const struct hl7v2_msg *msg,
    const char *id, unsigned nth)
{
	for (size_t i = 0; i < msg->n; i++)
		if (strcmp(msg->seg[i].id, id) == 0 && --nth == 0)
			return &msg->seg[i];
	return NULL;
}

/* Part i from 1; where the message has no such delimiter there is but one. */
static struct str part_of(struct str s, char sep, unsigned i)
{
	struct str part = STR_NONE;

	if (sep == 0)
		return i == 1 ? s : STR_NONE;
	while (i-- > 0)
		if (!str_split(&s, sep, &part))
			return STR_NONE;
	return part;
}

/* MSH-2, FHS-2 and BHS-2 are delimiters, not delimited. */
static bool is_plain(const struct hl7v2_msg *msg, const struct hl7v2_seg *seg,
    unsigned field)
{
	return field <= 2 && seg == msg->seg && seg->id[1] != 'T';
}

struct str hl7v2_at(const struct hl7v2_msg *msg, const struct hl7v2_seg *seg,
    unsigned field, unsigned repeat, unsigned component, unsigned sub)
{
	struct str v;

	if (seg == NULL || field == 0 || field > seg->n)
		return STR_NONE;
	v = seg->field[field];
	if (is_plain(msg, seg, field))
		return repeat == 1 && component <= 1 && sub <= 1 ? v : STR_NONE;
	v = part_of(v, msg->sep.repeat, repeat);
	if (component)
		v = part_of(v, msg->sep.component, component);
	if (sub)
		v = part_of(v, msg->sep.sub, sub);
	return v;
}

struct str hl7v2_get(const struct hl7v2_msg *msg, const char *path)
{
	struct hl7v2_path p;

	if (!hl7v2_path(str_of(path), &p))
		return STR_NONE;
	return hl7v2_at(msg, hl7v2_find(msg, p.seg, p.nth), p.field, p.repeat,
	    p.component, p.sub);
}

unsigned hl7v2_repeats(const struct hl7v2_msg *msg,
    const struct hl7v2_seg *seg, unsigned field)
{
	unsigned n = 1;
	struct str v;

	if (seg == NULL || field == 0 || field > seg->n ||
	    seg->field[field].n == 0)
		return 0;
	v = seg->field[field];
	if (is_plain(msg, seg, field) || msg->sep.repeat == 0)
		return 1;
	for (size_t i = 0; i < v.n; i++)
		n += v.s[i] == msg->sep.repeat;
	return n;
}
