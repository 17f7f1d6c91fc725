/*
 * scan.c - follows strings and brackets through good and faulty texts.
 *
 * Blocks of 64 bytes are turned into bit masks; only brackets outside strings
 * are looked at one by one. A bracket that closes what it did not open also
 * closes what was left open in between; a line end within a string, which JSON
 * does not have, ends the string.
 */
#include "json/scan.h"
#include "json/split.h"

/* Index of the last byte before i that is not blank, or start when none. */
static size_t before_blanks(const struct json_split *s, size_t i)
{
	while (i > s->start && split_blank(s->win[i - 1]))
		i--;
	return i > s->start ? i - 1 : s->start;
}

char split_before(const struct json_split *s, size_t i)
{
	return i > s->start ? s->win[before_blanks(s, i)] : '\0';
}

void split_decide(struct json_split *s, char prev)
{
	size_t ahead = 1;
	int next;

	for (;;) {
		if (s->pos + ahead >= s->len && !split_fill(s)) {
			next = -1;
			break;
		}
		next = s->win[s->pos + ahead];
		if (!split_blank(next))
			break;
		ahead++;
	}
	s->form = JSON_DOCUMENTS;
	if (next == '{' && (!prev || s->lines || !strchr(",:[{", prev)))
		s->form = JSON_LINES;
}

/* An object starts at i where only a key can stand. When that is where the
 * next value must begin, pos goes to the end of this one. */
static bool begins_next(struct json_split *s, size_t i)
{
	size_t prev = before_blanks(s, i);

	if (s->win[i] != '{' || s->win[prev] == ':' || s->win[prev] == '{')
		return false;
	if (s->in_bundle) {
		if (s->win[prev] != ',')
			return false;
		s->pos = prev;
		return true;
	}
	if (!memchr(s->win + prev, '\n', i - prev))
		return false;
	s->pos = prev + 1;
	return true;
}

/* The bracket at i closes what it did not open. STOP_EOF: nothing special. */
static enum split_stop close_wrong(struct json_split *s, size_t i)
{
	char opener = (char)(s->win[i] - 2);
	uint32_t d;

	for (d = s->depth; d > 0 && s->open[d] != opener; d--)
		;
	if (d > 0) {
		s->depth = d - 1;
	} else if (s->in_bundle) {
		s->pos = i;
		return STOP_BEFORE;
	} else if (opener == '{') {
		s->depth = 0;
	}
	if (s->depth > s->floor)
		return STOP_EOF;
	s->pos = i + 1;
	return STOP_END;
}

/* A bracket at i that is the last one, wrong, or very deep; depth is still the
 * one before it. STOP_EOF: go on. */
static __attribute__((noinline)) enum split_stop odd_bracket(
    struct json_split *s, size_t i, bool wrong)
{
	bool opens = s->win[i] >> 1 & 1;

	if (wrong && !s->counting && opens) {
		if (begins_next(s, i))
			return STOP_BEFORE;
	} else if (wrong && !s->counting) {
		s->counting = ++s->faults >= SPLIT_FAULTS;
		return close_wrong(s, i);
	}
	if (opens) {
		s->depth++;
		s->counting |= s->depth >= SPLIT_LEVELS;
		return STOP_EOF;
	}
	if (--s->depth > s->floor)
		return STOP_EOF;
	s->pos = i + 1;
	return STOP_END;
}

/* The brackets of the block at pos. STOP_EOF: go on. */
static inline enum split_stop brackets(struct json_split *s, uint64_t bits)
{
	const char *p = s->win + s->pos;
	uint32_t depth = s->depth, floor = s->floor, opens, wrong, i;
	enum split_stop stop;
	char c, top;

	for (; bits; bits &= bits - 1) {
		i = (uint32_t)__builtin_ctzll(bits);
		c = p[i];
		opens = c >> 1 & 1; /* { and [, not } and ] */
		top = s->open[depth & (SPLIT_LEVELS - 1)];
		s->open[(depth + 1) & (SPLIT_LEVELS - 1)] = c;
		wrong = opens ?
		    (top == '{') & (p[(int)i - 1] != ':') &
		    ((p[(int)i - 1] > ' ') | (p[(int)i - 2] != ':')) :
		    top + 2 != c;
		depth += 2 * opens - 1;
		if (__builtin_expect((depth <= floor) | wrong |
		    (depth >= SPLIT_LEVELS), 0)) {
			s->depth = depth - (2 * opens - 1);
			stop = odd_bracket(s, s->pos + i, wrong);
			if (stop != STOP_EOF)
				return stop;
			depth = s->depth;
		}
	}
	s->depth = depth;
	return STOP_EOF;
}

enum split_stop split_scan(struct json_split *s)
{
	bool escaped = false, quoted = false;
	struct scan_masks m;
	uint64_t strings, below;
	enum split_stop stop;
	size_t left;

	for (;;) {
		left = s->len - s->pos;
		if (left < SCAN_BLOCK && split_fill(s))
			continue;
		if (left == 0 || s->full)
			return STOP_EOF;
		m = scan_block(s->win + s->pos);
		if (m.slash || escaped)
			scan_escapes(&m, &escaped);
		strings = scan_strings(m.quote, &quoted);
		if (s->form == JSON_DOCUMENTS)
			m.line &= strings;
		below = m.line ? (m.line & -m.line) - 1 : UINT64_MAX;
		if (left < SCAN_BLOCK)
			below &= ((uint64_t)1 << left) - 1;
		stop = brackets(s, m.bracket & ~strings & below);
		if (stop != STOP_EOF)
			return stop;
		if (!m.line) {
			s->pos += left < SCAN_BLOCK ? left : SCAN_BLOCK;
			continue;
		}
		left = (size_t)__builtin_ctzll(m.line);
		s->pos += left;
		if (s->form == JSON_AUTO)
			split_decide(s, strings >> left & 1 ? '\0' :
			    split_before(s, s->pos));
		if (s->form == JSON_LINES)
			return STOP_LINE;
		s->pos++;
		escaped = quoted = false;
	}
}
