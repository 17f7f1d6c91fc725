/*
 * gen-practice.c - writes a synthetic practice as FHIR R4, US Core shaped.
 *
 * The same seed gives the same bytes on every machine, and a patient follows
 * from (seed, number) alone: parts made apart add up to the whole.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "gen-practice-parts/gen.h"

static const char help[] =
    "Usage: gen-practice [OPTION...]\n"
    "Writes a synthetic medical practice as FHIR R4 (US Core shaped). Nobody\n"
    "in it is real. The same options give the same bytes on every machine.\n"
    "\n"
    "  -n N          patients (100)\n"
    "  -s N          seed (1)\n"
    "  --resources-per-patient N\n"
    "                about so many each (60; 20 to 20000)\n"
    "  --as bundles|ndjson|ndjson-by-type\n"
    "                bundles: a transaction of each chart, first one of the\n"
    "                practice; ndjson: one resource a line, chart by chart\n"
    "                (default); ndjson-by-type: a file per type, needs -O\n"
    "  -O DIR|-      folder (made when missing) or standard output (default;\n"
    "                bundles one a line)\n"
    "  --today DATE  day the charts end (2026-06-30)\n"
    "  --only-start N, --only-count N\n"
    "                only so many patients from that one (the first is 0)\n"
    "  -v            resources and bytes on standard error\n"
    "  -h            this text\n"
    "\n"
    "The practice itself (organizations, places, clinicians) comes with the\n"
    "part that starts at 0: parts of one seed add up to the whole.\n"
    "Files: practice.ndjson; TYPE.ndjson; practice.json and\n"
    "patient-NNNNNNN.json.\n"
    "\n"
    "Exit: 0 done; 2 usage; 6 cannot write.\n";

struct options {
	struct gen *g;
	uint64_t patients, start, count;
	bool part, verbose;
};

static int usage(const char *what)
{
	fprintf(stderr, "gen-practice: %s (-h helps)\n", what);
	return -EHR_EUSAGE;
}

static bool number(const char *s, uint64_t max, uint64_t *v)
{
	int64_t n;

	if (!str_int(str_of(s), &n) || n < 0 || (uint64_t)n > max)
		return false;
	*v = (uint64_t)n;
	return true;
}

static bool form(const char *s, enum form *f)
{
	static const char *const names[] = { "bundles", "ndjson",
		"ndjson-by-type" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(s, names[i]) == 0) {
			*f = (enum form)i;
			return true;
		}
	}
	return false;
}

static bool day(const char *s, int64_t *v)
{
	struct date d;

	if (!date_parse(str_of(s), &d) || d.precision != DATE_DAY ||
	    d.year < 1990 || d.year > 2100)
		return false;
	*v = date_days(d.year, d.month, d.day);
	return true;
}

/* False: not a value that option takes. */
static bool option(struct options *o, int c, const char *arg)
{
	uint64_t v;

	switch (c) {
	case 'n':
		return number(arg, 100000000, &o->patients);
	case 's':
		return number(arg, INT64_MAX, &o->g->seed);
	case 'k':
		if (!number(arg, 20000, &v) || v < 20)
			return false;
		o->g->per_patient = (int)v;
		return true;
	case 'a':
		return form(arg, &o->g->form);
	case 'O':
		o->g->dir = strcmp(arg, "-") == 0 ? NULL : arg;
		return true;
	case 't':
		return day(arg, &o->g->today);
	case 'S':
		o->part = true;
		return number(arg, 100000000, &o->start);
	case 'C':
		return number(arg, 100000000, &o->count);
	case 'v':
		o->verbose = true;
		return true;
	default:
		return false;
	}
}

/* 0 go on, 1 help was printed, 2 wrong. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "resources-per-patient", 1, NULL, 'k' },
		{ "as", 1, NULL, 'a' },
		{ "today", 1, NULL, 't' },
		{ "only-start", 1, NULL, 'S' },
		{ "only-count", 1, NULL, 'C' },
		{ "help", 0, NULL, 'h' },
		{ 0 },
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "n:s:O:vh", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (c == '?')
			return usage("no such option, or its value is missing");
		if (!option(o, c, optarg))
			return usage("wrong value of an option");
	}
	if (optind < argc)
		return usage("no operands are taken");
	if (o->g->form == AS_BY_TYPE && !o->g->dir)
		return usage("a file per type needs -O DIR");
	if (o->start > o->patients)
		return usage("the part starts behind the last patient");
	if (o->count > o->patients - o->start)
		o->count = o->patients - o->start;
	return 0;
}

static int write_charts(struct options *o, struct ehr_err *e)
{
	struct gen *g = o->g;
	char name[40];

	make_practice(g);
	if (o->start == 0) {
		open_chart(g);
		put_practice(g);
		if (close_chart(g, "practice.json", e))
			return e->code;
	}
	for (uint64_t i = o->start; i < o->start + o->count; i++) {
		open_chart(g);
		put_chart(g, i);
		snprintf(name, sizeof(name), "patient-%07llu.json",
		    (unsigned long long)i);
		if (close_chart(g, name, e))
			return e->code;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct gen g = { .seed = 1, .per_patient = 60,
		.form = AS_NDJSON };
	struct options o = { .g = &g, .patients = 100, .count = UINT64_MAX };
	struct ehr_err e = { 0 };
	int rc;

	g.note = BUF_INIT;
	g.today = date_days(2026, 6, 30);
	rc = parse(&o, argc, argv);
	if (rc)
		return rc == 1 ? 0 : rc;
	if (g.dir && mkdir(g.dir, 0777) && errno != EEXIST)
		rc = ehr_fail_errno(&e, "%s", g.dir);
	if (!rc)
		rc = open_output(&g, &e);
	if (!rc)
		rc = write_charts(&o, &e);
	if (!rc)
		rc = close_output(&g, &e);
	if (rc)
		fprintf(stderr, "gen-practice: %s\n", e.msg);
	else if (o.verbose)
		fprintf(stderr, "resources %llu, bytes %llu\n",
		    (unsigned long long)g.resources,
		    (unsigned long long)g.bytes);
	free(g.course.visit);
	buf_release(&g.note);
	return -rc;
}
