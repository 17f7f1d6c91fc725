/* rrule-walk ZONE < LINES: of each line "START RULE [EXDATES]" the first 40
 * occurrences by lib/sched, local day and time, on a line; "refused: WHY". */
#include "ehr/sched-rrule.h"

enum { WALK = 40 };

static void walk(const struct zone *z, const struct date *start,
    const struct rrule *r)
{
	struct rrule_walk w;
	struct rrule_time t;

	rrule_begin(&w, r, z, start, date_days(2060, 12, 31));
	for (int i = 0; i < WALK && rrule_next(&w, &t); i++)
		printf("%s%04d%02d%02dT%02d%02d", i ? " " : "", t.civil.year,
		    t.civil.month, t.civil.day, t.civil.hour, t.civil.minute);
	printf("\n");
}

static void line(const struct zone *z, struct str text)
{
	struct str start, rule, except = STR_NONE;
	struct ehr_err e = { .msg = "no start" };
	struct rrule r;
	struct date d;

	str_split(&text, ' ', &start);
	str_split(&text, ' ', &rule);
	str_split(&text, ' ', &except);
	if (!date_parse(start, &d) || rrule_parse(rule, &r, &e) < 0 ||
	    rrule_except(&r, except, &e) < 0)
		printf("refused: %s\n", e.msg);
	else
		walk(z, &d, &r);
}

int main(int argc, char **argv)
{
	struct ehr_err e = { .msg = "one zone is wanted" };
	BUF_AUTO text = BUF_INIT;
	struct str rest, one;
	ZONE_AUTO z = NULL;

	if (argc != 2 || zone_open(&z, str_of(argv[1]), &e) < 0 ||
	    in_all("-", 64 << 20, &text, &e) < 0) {
		fprintf(stderr, "rrule-walk: %s\n", e.msg);
		return 2;
	}
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &one))
		if (one.n)
			line(z, one);
	return 0;
}
