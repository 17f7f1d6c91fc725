/* key.c - keys of slots. */
#include "sched/impl.h"

enum { MINUTE_MS = 60000, KEY_TIME = 14, /* 20261126T1400Z */
	KEY_MAX = 32 };

/* The FHIR form of "20261126T1400Z". */
static bool time_of(struct str s, int64_t *ms)
{
	BUF_AUTO text = BUF_INIT;
	struct date d;

	if (s.n != KEY_TIME || s.s[8] != 'T' || s.s[13] != 'Z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != 8 && i != 13 && (s.s[i] < '0' || s.s[i] > '9'))
			return false;
	buf_addf(&text, "%.4s-%.2s-%.2sT%.2s:%.2sZ", s.s, s.s + 4, s.s + 6,
	    s.s + 9, s.s + 11);
	if (!date_parse(buf_str(&text), &d))
		return false;
	*ms = date_ms(&d);
	return true;
}

/* As keys of the schedule's text are (ehr-schedule(5)). */
static bool is_key(struct str k)
{
	for (size_t i = 0; i < k.n; i++) {
		char c = k.s[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z') &&
		    !(i > 0 && (c == '-' || c == '_' || c == '.')))
			return false;
	}
	return k.n > 0 && k.n <= KEY_MAX;
}

bool sched_slot_parse(struct str key, struct sched_slot *s)
{
	struct str start, minutes;

	if (!str_split(&key, '/', &s->provider) ||
	    !str_split(&key, '/', &s->type) ||
	    !str_split(&key, '/', &start) ||
	    !str_split(&key, '/', &minutes) || key.n ||
	    !is_key(s->provider))
		return false;
	if (str_is(s->type, "-"))
		s->type = STR("");
	else if (!is_key(s->type))
		return false;
	return time_of(start, &s->start) && str_int(minutes, &s->minutes) &&
	    s->minutes > 0 && s->minutes <= MAX_SCHED_MS / MINUTE_MS;
}

void sched_slot_key(const struct sched_slot *s, struct buf *b)
{
	struct date d;

	date_from_ms(&d, s->start, 0);
	buf_addf(b, "%.*s/%.*s/%04d%02d%02dT%02d%02dZ/%lld",
	    STR_FMT(s->provider), STR_FMT(s->type.n ? s->type : STR("-")),
	    d.year, d.month, d.day, d.hour, d.minute, (long long)s->minutes);
}
