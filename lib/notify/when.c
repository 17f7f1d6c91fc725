/* when.c - days and times as people read them. */
#include "notify/impl.h"

static const struct words {
	const char *language, *at, *day[7], *month[12];
	bool day_first, twelve; /* 30 de noviembre; 2:30 PM */
} words[] = {
	{ "en", " at ", { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	    "Friday", "Saturday" },
	    { "January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December" },
	    false, true },
	{ "es", " a las ", { "domingo", "lunes", "martes", "mi\303\251rcoles", "jueves",
	    "viernes", "s\303\241bado" },
	    { "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio",
		"agosto", "septiembre", "octubre", "noviembre", "diciembre" },
	    true, false },
};

static const struct words *words_of(struct str language)
{
	struct str own;

	str_split(&language, '-', &own);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(own, words[i].language))
			return &words[i];
	return NULL;
}

void when_weekday(struct buf *b, const struct date *d, struct str language)
{
	const struct words *w = words_of(language);
	int64_t day = date_days(d->year, d->month, d->day) + 4;

	if (w)
		buf_adds(b, w->day[(day % 7 + 7) % 7]);
}

void when_day(struct buf *b, const struct date *d, struct str language)
{
	const struct words *w = words_of(language);

	if (!w) {
		buf_addf(b, "%04d-%02d-%02d", d->year, d->month, d->day);
		return;
	}
	when_weekday(b, d, language);
	if (w->day_first)
		buf_addf(b, " %d de %s", d->day, w->month[d->month - 1]);
	else
		buf_addf(b, ", %s %d", w->month[d->month - 1], d->day);
}

void when_time(struct buf *b, const struct date *d, struct str language)
{
	const struct words *w = words_of(language);

	if (w && w->twelve)
		buf_addf(b, "%d:%02d %s", (d->hour + 11) % 12 + 1, d->minute,
		    d->hour < 12 ? "AM" : "PM");
	else
		buf_addf(b, "%02d:%02d", d->hour, d->minute);
}

void when_visit(struct buf *b, const struct date *d, struct str language)
{
	const struct words *w = words_of(language);

	when_day(b, d, language);
	buf_adds(b, w ? w->at : " ");
	when_time(b, d, language);
}
