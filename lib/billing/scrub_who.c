/* scrub_who.c - the patient, the providers, the payer. */
#include "scrub.h"

enum { SOON = 14 };

static int kind_of(const char *name)
{
	return strcmp(name, "payer") == 0 ? SETUP_PAYER :
	    strcmp(name, "facility") == 0 ? SETUP_FACILITY :
	    strcmp(name, "guarantor") == 0 ? SETUP_GUARANTOR : SETUP_PROVIDER;
}

/* The set-up is checked when it is loaded; payers deny what slips by. */
static void number(struct scrub_at *at, const struct setup_item *i, int line,
    const char *what)
{
	struct str npi = i->kind == SETUP_PROVIDER ||
	    i->kind == SETUP_FACILITY ? setup_value(i, "npi") : STR_NONE;

	if (npi.n && !npi_valid(npi))
		scrub_find(at, SCRUB_NPI, line, what);
}

/* Each key leads to an item, and that to a number that holds. */
static void keys(struct scrub_at *at)
{
	const struct charge *c = at->c;

	for (size_t i = 0; i < c->fields; i++) {
		const struct charge_value *v = &c->field[i];
		int nth;
		const struct charge_name *f = charge_name_find(v->name, &nth);

		const struct setup_item *item;

		if (!f || f->type != CHARGE_KEY)
			continue;
		item = setup_find(at->s->setup, kind_of(f->arg), v->value);
		if (item)
			number(at, item, v->n, f->name);
		else
			scrub_find(at, SCRUB_UNKNOWN_KEY, v->n, f->name);
	}
}

static void providers(struct scrub_at *at)
{
	if (!at->billing)
		scrub_find(at, SCRUB_BILLING, 0, "");
	else if (!setup_value(at->billing, "taxonomy").n)
		scrub_find(at, SCRUB_TAXONOMY, 0, "billing");
	if (at->billing && at->billing != at->rendering &&
	    !charge_field(at->c, 0, "billing").s)
		number(at, at->billing, 0, "billing");
	if (at->rendering && at->rendering != at->billing &&
	    !setup_value(at->rendering, "taxonomy").n)
		scrub_find(at, SCRUB_TAXONOMY, 0, "rendering");
}

/* A payer of which no enrolment is written down is not asked. */
static void enrolment(struct scrub_at *at)
{
	const struct setup_item *who = at->rendering ? at->rendering :
	    at->billing, *i = NULL;

	if (!at->payer || !who)
		return;
	while ((i = setup_next(at->s->setup, SETUP_ENROLMENT, i)))
		if (str_eq(setup_value(i, "payer"), at->payer->key))
			break;
	if (i && !setup_enrolment(at->s->setup, who->key, at->payer->key,
	    at->c->day))
		scrub_find(at, SCRUB_ENROLMENT, 0, "");
}

static void timely(struct scrub_at *at)
{
	int64_t days = at->payer ? setup_number(at->payer, "timely", 0) : 0;
	struct date from, today;
	int64_t left;

	if (!days || !date_parse(at->c->day, &from) ||
	    !date_parse(str_of(at->s->today), &today))
		return;
	left = days + date_days(from.year, from.month, from.day) -
	    date_days(today.year, today.month, today.day);
	if (left < 0 && !charge_field(at->c, 0, "delay_reason").s)
		scrub_find(at, SCRUB_TIMELY, 0, "");
	else if (left >= 0 && left < SOON)
		scrub_find(at, SCRUB_TIMELY_SOON, 0, "");
}

int scrub_who(struct scrub_at *at)
{
	if (!at->sex || at->birth.precision < DATE_DAY)
		scrub_find(at, SCRUB_PATIENT, 0, "");
	if (!at->address)
		scrub_find(at, SCRUB_ADDRESS, 0, "");
	keys(at);
	providers(at);
	enrolment(at);
	timely(at);
	return 0;
}
