/* rules.c - the form of the rules, and what of them goes together. */
#include "ehr/fhir.h"
#include "ehr/notify-rules.h"
#include "notify/impl.h"

/* ---- types of their own ---- */

bool notify_span(struct str s, struct notify_span *span)
{
	if (s.n < 2 || !strchr("mhdwy", str_end(s)[-1]))
		return false;
	span->unit = str_end(s)[-1];
	s.n--;
	return str_int(s, &span->n) && s.s[0] != '0' && span->n > 0 &&
	    span->n <= 1000;
}

int notify_clock(struct str s)
{
	int h, m;

	if (s.n != 5 || s.s[2] != ':' || strspn(s.s, "0123456789") < 2 ||
	    strspn(s.s + 3, "0123456789") < 2)
		return -1;
	h = (s.s[0] - '0') * 10 + s.s[1] - '0';
	m = (s.s[3] - '0') * 10 + s.s[4] - '0';
	return h < 24 && m < 60 ? h * 60 + m : -1;
}

static bool check_span(const struct setup_given *x)
{
	struct notify_span span;

	return notify_span(x->v, &span);
}

static bool check_clock(const struct setup_given *x)
{
	return notify_clock(x->v) >= 0;
}

/* RFC 5646 2.1: a language, and subtags that are not looked at. */
static bool check_language(const struct setup_given *x)
{
	size_t n = 0;

	while (n < x->v.n && ((x->v.s[n] | 0x20) >= 'a' &&
	    (x->v.s[n] | 0x20) <= 'z'))
		n++;
	if (n < 2 || n > 3 || x->v.n > 35)
		return false;
	for (size_t i = n; i < x->v.n; i++)
		if (!strchr("-0123456789abcdefghijklmnopqrstuvwxyz",
		    x->v.s[i] | 0x20))
			return false;
	return n == x->v.n || x->v.s[n] == '-';
}

/* What is merged in is known. */
static bool check_line(const struct setup_given *x)
{
	return x->v.n <= 1000 && text_check(x->v);
}

/* SYSTEM|CODE, the system by its name or URI. */
static bool check_concept(const struct setup_given *x)
{
	struct str code = x->v, system;

	return x->v.n <= 255 && str_split(&code, '|', &system) &&
	    system.n && code.n && fhir_system(system).s;
}

static const struct setup_type SETUP_T_SPAN = { "span",
	"a number and m, h, d, w or y: minutes, hours, days, weeks, years",
	check_span };
static const struct setup_type SETUP_T_CLOCK = { "clock",
	"a time of the day, HH:MM", check_clock };
static const struct setup_type SETUP_T_LANGUAGE = { "language",
	"a language tag, as es or zh-Hant", check_language };
static const struct setup_type SETUP_T_LINE = { "line",
	"UTF-8 text with {{fields}} that are known", check_line };
static const struct setup_type SETUP_T_CONCEPT = { "concept",
	"SYSTEM|CODE, the system by its short name or URI", check_concept };

/* ---- the form ---- */

static const struct setup_kind kinds[] = {
#define X(id, name, help) { name, help },
#include "ehr/notify-kind.def"
#undef X
};

static const struct setup_field fields[] = {
#define X(kind, name, type, flags, arg, value, help)                           \
	{ NOTIFY_KIND_##kind, name, &SETUP_T_##type, flags, arg, value, help },
#include "rule-field.def"
#undef X
	{ .name = NULL },
};

static const char *const whats[] = {
#define X(id, name, help) name,
#include "ehr/notify-what.def"
#undef X
};

const char *notify_what_name(enum notify_what w)
{
	return whats[w];
}

enum notify_what notify_what(struct str name)
{
	int i = 0;

	while (i < NOTIFY_ABOUTS && !str_is(name, whats[i]))
		i++;
	return i;
}

static enum notify_what what_of(const struct setup_item *i)
{
	return notify_what(setup_value(i, "what"));
}

static bool no_hours(const struct setup_item *i)
{
	return notify_clock(setup_value(i, "opens")) >=
	    notify_clock(setup_value(i, "closes"));
}

static bool less_a_week(const struct setup_item *i)
{
	return setup_number(i, "a-week", 0) < setup_number(i, "a-day", 0);
}

static bool never(const struct setup_item *i)
{
	return what_of(i) == NOTIFY_ABOUT_APPOINTMENT &&
	    (!setup_has(i, "before") || setup_has(i, "after"));
}

static bool before_what(const struct setup_item *i)
{
	return setup_has(i, "before") && what_of(i) !=
	    NOTIFY_ABOUT_APPOINTMENT;
}

static bool survey_now(const struct setup_item *i)
{
	return what_of(i) == NOTIFY_ABOUT_SURVEY && !setup_has(i, "after");
}

static bool whose(const struct setup_item *i)
{
	return (setup_has(i, "sex") || setup_has(i, "age-from") ||
	    setup_has(i, "age-to") || setup_has(i, "condition") ||
	    setup_has(i, "done") || setup_has(i, "every")) &&
	    what_of(i) != NOTIFY_ABOUT_RECALL;
}

static bool done_alone(const struct setup_item *i)
{
	return setup_has(i, "done") != setup_has(i, "every");
}

static bool ages(const struct setup_item *i)
{
	return setup_number(i, "age-to", 130) <
	    setup_number(i, "age-from", 0);
}

static bool whose_visit(const struct setup_item *i)
{
	enum notify_what w = what_of(i);

	return (setup_has(i, "type") || setup_has(i, "place")) &&
	    w != NOTIFY_ABOUT_APPOINTMENT && w != NOTIFY_ABOUT_SURVEY;
}

static bool no_words(const struct setup_item *i)
{
	return !setup_has(i, "sms") && !setup_has(i, "text");
}

static bool translation(const struct setup_item *i)
{
	return setup_has(i, "of") != setup_has(i, "language");
}

static bool no_program(const struct setup_item *i)
{
	struct str kind = setup_value(i, "kind");
	struct str program = setup_value(i, "program");

	return (str_is(kind, "command") || program.s) &&
	    !str_starts(program, "/");
}

static bool no_url(const struct setup_item *i)
{
	struct str kind = setup_value(i, "kind");

	return (str_is(kind, "http") || str_is(kind, "twilio")) &&
	    !setup_has(i, "url");
}

static const struct setup_fit fits[] = {
	{ NOTIFY_KIND_PRACTICE, no_hours, "closes", "not before it opens" },
	{ NOTIFY_KIND_PRACTICE, less_a_week, "a-week", "not below a-day" },
	{ NOTIFY_KIND_TRANSPORT, no_program, "program", "a name from / on" },
	{ NOTIFY_KIND_TRANSPORT, no_url, "url", "needed" },
	{ NOTIFY_KIND_TEMPLATE, no_words, NULL, "sms or text" },
	{ NOTIFY_KIND_TEMPLATE, translation, "of", "goes with a language" },
	{ NOTIFY_KIND_RULE, never, "before", "an appointment's, and no after" },
	{ NOTIFY_KIND_RULE, before_what, "before", "is of appointments" },
	{ NOTIFY_KIND_RULE, survey_now, "after", "needed" },
	{ NOTIFY_KIND_RULE, whose, NULL,
	    "sex, ages, condition, done and every are of recalls" },
	{ NOTIFY_KIND_RULE, done_alone, "every", "goes with done" },
	{ NOTIFY_KIND_RULE, ages, "age-to", "not below age-from" },
	{ NOTIFY_KIND_RULE, whose_visit, NULL,
	    "type and place are of appointments and surveys" },
	{ NOTIFY_KIND_RULE, setup_backwards, "to", "not before from" },
	{ .wrong = NULL },
};

/* ---- items together ---- */

const struct setup_item *notify_practice(const struct setup *s)
{
	return setup_next(s, NOTIFY_KIND_PRACTICE, NULL);
}

const struct setup_item *notify_transport(const struct setup *s,
    enum notify_channel channel)
{
	const struct setup_item *i = NULL;
	struct str one;

	while ((i = setup_next(s, NOTIFY_KIND_TRANSPORT, i)) != NULL)
		for (size_t n = 0; (one = setup_nth(i, "channel", n)).s; n++)
			if (notify_channel(one) == channel)
				return i;
	return NULL;
}

static bool unserved(const struct setup *s, const struct setup_item *i)
{
	struct str one;

	for (size_t n = 0; (one = setup_nth(i, "channel", n)).s; n++)
		if (!notify_transport(s, notify_channel(one)))
			return true;
	return false;
}

static const char *clash(const struct setup *s, const struct setup_item *i,
    const char **field)
{
	const struct setup_item *of;

	switch (i->kind) {
	case NOTIFY_KIND_PRACTICE:
		*field = NULL;
		return i != notify_practice(s) ? "there is one already" : NULL;
	case NOTIFY_KIND_TEMPLATE:
		*field = "of";
		of = setup_ref(s, i, "of");
		return of && setup_has(of, "of") ?
		    "that is of another one itself" : NULL;
	case NOTIFY_KIND_RULE:
		*field = "channel";
		if (unserved(s, i))
			return "no transport takes it";
		*field = "template";
		of = setup_ref(s, i, "template");
		if (of && setup_has(of, "of"))
			return "is that of another one, in its language";
		*field = NULL;
		return notify_practice(s) ? NULL : "needs a practice";
	default:
		return NULL;
	}
}

const struct setup_form notify_rules = {
	.domain = SETUP_DOMAIN_REMIND,
	.batch = NOTIFY_RULES_BATCH,
	.kind = kinds,
	.kinds = NOTIFY_KINDS,
	.field = fields,
	.fit = fits,
	.clash = clash,
};

/* ---- spans ---- */

int64_t notify_span_move(const struct zone *z, int64_t ms,
    const struct notify_span *span, int sign)
{
	static const int64_t minute = 60000;
	struct date d, day;
	int64_t at[2], days;

	if (span->unit == 'm' || span->unit == 'h')
		return ms + sign * span->n * minute *
		    (span->unit == 'h' ? 60 : 1);
	zone_civil(z, ms, &d);
	if (span->unit == 'y') {
		d.year += (int)(sign * span->n);
		if (!date_valid_day(d.year, d.month, d.day))
			d.day = 28; /* 29 February */
	} else {
		days = sign * span->n * (span->unit == 'w' ? 7 : 1);
		date_from_days(&day, date_days(d.year, d.month, d.day) +
		    days);
		d.year = day.year;
		d.month = day.month;
		d.day = day.day;
	}
	zone_utc(z, &d, at);
	return at[0];
}
