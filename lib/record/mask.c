/*
 * mask.c - resources without what says something of a person.
 *
 * What stays of a text is what structures have in common: names of members,
 * and values of the members named below, both only when they stand in several
 * charts. All else, whatever member it is in, is left empty (the structure) or
 * becomes letters and digits at random (the lookalike).
 */
#include <stdlib.h>

#include "impl.h"

enum {
	CHARTS_MIN = 5,	   /* in which a value must stand to be common */
	COMMON_TEXT = 200, /* bytes of one at most */
};

/* Members whose strings are codes and addresses of vocabularies. */
static const char *const kept[] = {
	"code", "comparator", "contentType", "display", "intent", "language",
	"mode", "priority", "profile", "resourceType", "status", "system",
	"type", "unit", "url", "use",
};

struct seen {
	int64_t last;	 /* chart it was met in last, from 1 */
	int64_t charts;
};

void mask_init(struct mask *m)
{
	*m = (struct mask){ .values = STRMAP_INIT, .key = BUF_INIT,
		.random = 0x9e3779b97f4a7c15U };
}

void mask_release(struct mask *m)
{
	strmap_release(&m->values);
	buf_release(&m->key);
	free(m->seen);
}

static bool may_stay(struct str member, struct str value)
{
	if (value.n > COMMON_TEXT)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (str_is(member, kept[i]))
			return true;
	return false;
}

/* A reference's display is somebody's name, that of a coding is not. */
static bool names_somebody(const struct tape *t, uint32_t object,
    struct str member)
{
	return str_is(member, "display") && !tape_get(t, object, "code");
}

static struct seen *seen_of(struct mask *m, struct str member,
    struct str value, bool add)
{
	int64_t *slot;
	bool added;

	buf_reset(&m->key);
	buf_addstr(&m->key, member);
	buf_addch(&m->key, '\n');
	buf_addstr(&m->key, value);
	if (!add) {
		slot = strmap_get(&m->values, buf_str(&m->key));
		return slot ? &m->seen[*slot] : NULL;
	}
	slot = strmap_put(&m->values, buf_str(&m->key), &added);
	if (added) {
		if (m->n == m->cap) {
			m->cap = m->cap ? 2 * m->cap : 1024;
			m->seen = xrealloc(m->seen, m->cap * sizeof(*m->seen));
		}
		m->seen[m->n] = (struct seen){ 0, 0 };
		*slot = (int64_t)m->n++;
	}
	return &m->seen[*slot];
}

static void met(struct mask *m, struct str member, struct str value,
    int64_t chart)
{
	struct seen *s = seen_of(m, member, value, true);

	if (s->last != chart)
		s->charts++;
	s->last = chart;
}

static bool common(struct mask *m, struct str member, struct str value)
{
	const struct seen *s = seen_of(m, member, value, false);

	return s && s->charts >= CHARTS_MIN;
}

/* ---- first pass: what is common ---- */

static void learn(struct mask *m, const struct tape *t, uint32_t object,
    uint32_t i, struct str member, int64_t chart)
{
	switch (tape_type(t, i)) {
	case TAPE_OBJECT:
		tape_each_key(t, i, k) {
			met(m, STR(""), tape_str(t, k), chart);
			learn(m, t, i, k + 1, tape_str(t, k), chart);
		}
		break;
	case TAPE_ARRAY:
		tape_each(t, i, k)
			learn(m, t, object, k, member, chart);
		break;
	case TAPE_STRING:
		if (may_stay(member, tape_str(t, i)) &&
		    !names_somebody(t, object, member))
			met(m, member, tape_str(t, i), chart);
		break;
	default:
		break;
	}
}

void mask_learn(struct mask *m, const struct tape *t, int64_t chart)
{
	learn(m, t, 0, 0, STR(""), chart + 1);
}

/* ---- second pass ---- */

static uint32_t draw(struct mask *m, uint32_t n)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (uint32_t)(m->random >> 32) % n;
}

/* Others of the same kinds, as many; escapes and all that is no ASCII become
 * letters. */
static void lookalike(struct mask *m, struct str s, struct buf *b)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c >= '0' && c <= '9')
			c = (char)('0' + draw(m, 10));
		else if (c >= 'A' && c <= 'Z')
			c = (char)('A' + draw(m, 26));
		else if ((c >= 'a' && c <= 'z') || c == '\\' || c < ' ')
			c = (char)('a' + draw(m, 26));
		buf_addch(b, c);
	}
}

/* "Patient/" of a reference says nothing of the patient. */
static size_t type_of_reference(struct str member, struct str value)
{
	const char *slash = str_is(member, "reference") ?
	    memchr(value.s, '/', value.n) : NULL;
	size_t n = slash ? (size_t)(slash - value.s) : 0;

	return n && fhir_type((struct str){ value.s, n }) ? n + 1 : 0;
}

static void string(struct mask *m, const struct tape *t, uint32_t object,
    uint32_t i, struct str member, bool random, struct buf *b)
{
	struct str s = tape_str(t, i);
	size_t keep = may_stay(member, s) && !names_somebody(t, object,
	    member) && common(m, member, s) ? s.n :
	    type_of_reference(member, s);

	buf_addch(b, '"');
	buf_addstr(b, (struct str){ s.s, keep });
	if (random)
		lookalike(m, (struct str){ s.s + keep, s.n - keep }, b);
	buf_addch(b, '"');
}

static void value(struct mask *m, const struct tape *t, uint32_t object,
    uint32_t i, struct str member, bool random, struct buf *b)
{
	const char *comma = "";

	switch (tape_type(t, i)) {
	case TAPE_OBJECT:
		buf_addch(b, '{');
		tape_each_key(t, i, k) {
			if (!common(m, STR(""), tape_str(t, k)))
				continue;
			buf_addf(b, "%s\"%.*s\":", comma,
			    STR_FMT(tape_str(t, k)));
			value(m, t, i, k + 1, tape_str(t, k), random, b);
			comma = ",";
		}
		buf_addch(b, '}');
		break;
	case TAPE_ARRAY:
		buf_addch(b, '[');
		tape_each(t, i, k) {
			buf_adds(b, comma);
			value(m, t, object, k, member, random, b);
			comma = ",";
		}
		buf_addch(b, ']');
		break;
	case TAPE_STRING:
		string(m, t, object, i, member, random, b);
		break;
	case TAPE_NUMBER:
		if (random)
			lookalike(m, tape_str(t, i), b);
		break;
	default:
		buf_addstr(b, tape_str(t, i));
	}
}

void mask_write(struct mask *m, const struct tape *t, bool random,
    struct buf *b)
{
	value(m, t, 0, 0, STR(""), random, b);
}
