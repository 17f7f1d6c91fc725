/* scrub_dx.c - diagnoses, and what points to them. */
#include <stdlib.h>

#include "scrub.h"

static const struct range {
	const char *from, *to;
	int first, last;
	char sex;
} ranges[] = {
#define X(from, to, first, last, sex) { from, to, first, last, sex },
#include "scrub-dx.def"
#undef X
};

static bool within(const struct range *r, struct str dx)
{
	size_t n = strlen(r->from), m = strlen(r->to);

	return dx.n >= n && dx.n >= m && memcmp(dx.s, r->from, n) >= 0 &&
	    memcmp(dx.s, r->to, m) <= 0;
}

static void age_and_sex(struct scrub_at *at, struct str dx)
{
	struct scrub_word w = scrub_word(dx);
	struct date day;
	int age = -1;

	if (at->birth.precision >= DATE_YEAR && date_parse(at->c->day, &day))
		age = date_age(&at->birth, &day);
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		const struct range *r = &ranges[i];

		if (!within(r, dx))
			continue;
		if (age >= 0 && (age < r->first || age > r->last))
			scrub_find(at, SCRUB_DX_AGE, 0, w.s);
		if (r->sex && at->sex && at->sex != 'U' && at->sex != r->sex)
			scrub_find(at, SCRUB_DX_SEX, 0, w.s);
	}
}

static int table(struct scrub_at *at, struct str dx, bool *unjudged)
{
	struct scrub_word w = scrub_word(dx);
	int rc = code_icd(at->db, dx, at->c->day, at->e);

	if (rc == CODE_ABSENT)
		scrub_find(at, SCRUB_DX_ABSENT, 0, w.s);
	else if (rc == CODE_HEADER)
		scrub_find(at, SCRUB_DX_HEADER, 0, w.s);
	*unjudged = *unjudged || rc == CODE_UNLOADED;
	return rc < 0 ? rc : 0;
}

/* Numbers by blanks. */
static int next_number(struct str *rest)
{
	struct str one;
	int64_t n;

	return str_split(rest, ' ', &one) && str_int(one, &n) ? (int)n : 0;
}

static void pointers(struct scrub_at *at, const struct charge_line *l)
{
	struct str rest = l->pointers;
	unsigned seen = 0;
	bool wrong = false;
	int n;

	while ((n = next_number(&rest))) {
		wrong = wrong || (seen & 1U << n) ||
		    !charge_nth(at->c, 0, "dx", n).s;
		seen |= 1U << n;
	}
	if (wrong)
		scrub_find(at, SCRUB_POINTER, l->n, "");
}

int scrub_dx(struct scrub_at *at)
{
	struct str dx[13];
	bool unjudged = false;
	int rc = 0, n = 0;

	while (n < 12 && (dx[n] = charge_nth(at->c, 0, "dx", n + 1)).s)
		n++;
	if (n && strchr("VWXY", dx[0].s[0]))
		scrub_find(at, SCRUB_DX_EXTERNAL, 0, scrub_word(dx[0]).s);
	for (int i = 0; rc == 0 && i < n; i++) {
		for (int j = 0; j < i; j++)
			if (str_eq(dx[i], dx[j])) {
				scrub_find(at, SCRUB_DX_TWICE, 0,
				    scrub_word(dx[i]).s);
				break;
			}
		age_and_sex(at, dx[i]);
		rc = table(at, dx[i], &unjudged);
	}
	if (unjudged)
		scrub_find(at, SCRUB_DX_UNJUDGED, 0, "");
	for (size_t i = 0; i < at->c->lines; i++)
		pointers(at, &at->c->line[i]);
	return rc;
}
