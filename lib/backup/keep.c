/* keep.c - which backups are kept: the newest of each hour, day ... */
#include "impl.h"

static const struct rule {
	char letter;
	size_t at;
} rules[] = {
#define R(letter, m) { letter, offsetof(struct backup_keep, m) }
	R('\0', last), R('h', hours), R('d', days), R('w', weeks),
	R('m', months), R('y', years),
#undef R
};

static int64_t count_of(const struct backup_keep *k, const struct rule *r)
{
	int64_t v;

	memcpy(&v, (const char *)k + r->at, sizeof(v));
	return v;
}

bool backup_keep_parse(struct str text, struct backup_keep *k)
{
	struct str word;
	int64_t n;

	memset(k, 0, sizeof(*k));
	while (str_split(&text, ',', &word)) {
		char last = word.n ? word.s[word.n - 1] : '\0';
		size_t i = 0;

		if (last >= '0' && last <= '9')
			last = '\0';
		while (i < ARRAY_LEN(rules) && rules[i].letter != last)
			i++;
		word.n -= word.n && last;
		if (i == ARRAY_LEN(rules) || !str_int(word, &n) || n < 1 ||
		    n > 100000 || count_of(k, &rules[i]))
			return false;
		memcpy((char *)k + rules[i].at, &n, sizeof(n));
	}
	return true;
}

/* Number of the hour, day ... that a time is in; each backup its own for
 * "the last ones". */
static int64_t period(char letter, int64_t ms, size_t i)
{
	struct date d;
	int64_t hour = ms / (3600 * 1000);

	date_from_ms(&d, ms, 0);
	switch (letter) {
	case 'h':
		return hour;
	case 'd':
		return hour / 24;
	case 'w': /* 1970-01-01 was a Thursday */
		return (hour / 24 + 3) / 7;
	case 'm':
		return d.year * 12 + d.month;
	case 'y':
		return d.year;
	default:
		return (int64_t)i;
	}
}

static bool same_record(const struct backup *a, const struct backup *b)
{
	return memcmp(a->record, b->record, UUID_LEN) == 0;
}

/* From the newest back: the first of each period, count of them. */
static void mark_rule(const struct backup_set *s, const struct backup *of,
    char letter, int64_t count, bool *keep)
{
	int64_t at, before = -1;

	for (size_t i = s->n; count > 0 && i-- > 0;) {
		const struct backup *b = &s->v[i];

		if (b->fault[0] || !same_record(b, of))
			continue;
		at = period(letter, b->time, i);
		if (at == before)
			continue;
		before = at;
		keep[i] = true;
		count--;
	}
}

void backup_keep_mark(const struct backup_set *s, const struct backup_keep *k,
    bool *keep)
{
	memset(keep, 0, s->n * sizeof(*keep));
	for (size_t i = s->n; i-- > 0;) {
		size_t later = i + 1;

		while (later < s->n && (s->v[later].fault[0] ||
		    !same_record(&s->v[later], &s->v[i])))
			later++;
		if (s->v[i].fault[0] || later < s->n)
			continue; /* once for each record, at its newest */
		keep[i] = true;
		for (size_t r = 0; r < ARRAY_LEN(rules); r++)
			mark_rule(s, &s->v[i], rules[r].letter,
			    count_of(k, &rules[r]), keep);
	}
	for (size_t i = s->n; i-- > 0;) {
		const struct backup *b = keep[i] ? &s->v[i] : NULL;

		while (b && (b = backup_parent(s, b)) != NULL &&
		    !keep[b - s->v])
			keep[b - s->v] = true;
	}
}
