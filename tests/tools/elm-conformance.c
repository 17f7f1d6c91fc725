/*
 * elm-conformance: runs test libraries of CQL as ELM, each test alone.
 *
 *	elm-conformance [-z MINUTES] FILE.json[.gz]...
 *
 * A file is {"library"}; each statement that is a Tuple is a group, each of
 * its elements a test: a Tuple {expression, output}, {expression, invalid} or
 * {skipped}. Prints a line for each that does not pass (verdict, file, group,
 * test, what was wanted and what came), then the counts:
 * "total TESTS passed N invalid N of N skipped N".
 * Exit 0: ran (whatever the counts); 1: some failed; 6: a file is unreadable.
 */
#include "ehr/elm.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	int tests, passed, invalid, invalid_passed, skipped;
} count;
static int zone;

static void read_all(struct buf *b, const char *path)
{
	struct ehr_err e;
	struct in *in;
	ssize_t n;

	if (in_open(&in, path, &e) < 0) {
		fprintf(stderr, "%s\n", e.msg);
		exit(6);
	}
	for (;;) {
		buf_grow(b, 1 << 16);
		n = in_read(in, b->s + b->len, 1 << 16, &e);
		if (n <= 0)
			break;
		b->len += (size_t)n;
	}
	in_close(in);
	if (n < 0) {
		fprintf(stderr, "%s\n", e.msg);
		exit(6);
	}
}

static bool is_group(const struct tape *t, uint32_t def)
{
	uint32_t e = tape_get(t, def, "expression");

	return e && str_is(tape_str(t, tape_get(t, e, "type")), "Tuple");
}

static void add_definition(struct buf *b, const struct tape *t,
    const char *name, uint32_t expression)
{
	buf_addf(b, "{\"name\":\"%s\",\"context\":\"Patient\",\"expression\":",
	    name);
	tape_write(b, t, expression);
	buf_addch(b, '}');
}

/* The library with its functions and two definitions: x and y. */
static void make_library(struct buf *b, const struct tape *t, uint32_t lib,
    uint32_t x, uint32_t y)
{
	uint32_t defs = tape_path(t, lib, "statements.def");

	buf_adds(b, "{\"library\":{");
	tape_each_key(t, lib, k) {
		if (str_is(tape_str(t, k), "statements") ||
		    str_is(tape_str(t, k), "annotation"))
			continue;
		buf_addf(b, "\"%.*s\":", STR_FMT(tape_str(t, k)));
		tape_write(b, t, k + 1);
		buf_addch(b, ',');
	}
	buf_adds(b, "\"statements\":{\"def\":[");
	tape_each(t, defs, d)
		if (!is_group(t, d)) {
			tape_write(b, t, d);
			buf_addch(b, ',');
		}
	add_definition(b, t, "x", x);
	if (y) {
		buf_addch(b, ',');
		add_definition(b, t, "y", y);
	}
	buf_adds(b, "]}}}");
}

/* Evaluates a definition; false and text: an error. */
static bool value_of(struct elm_package *p, struct str lib, const char *name,
    struct elm_ctx **c, struct elm_value *v, struct ehr_err *e)
{
	int def = elm_define(p, lib, str_of(name), e);

	if (def < 0)
		return false;
	*c = elm_ctx_new(p, NULL, NULL, clock_ms(), zone);
	return elm_eval(*c, def, v, e) == 0;
}

/* "an uncertainty equals Interval[low, high]" */
static struct elm_value plain(struct elm_ctx *c, struct elm_value v)
{
	if (v.kind == ELM_INTERVAL && v.interval->uncertain)
		return elm_interval(c, v.interval->low, v.interval->high, true,
		    true);
	return v;
}

static bool equal(struct elm_ctx *c, struct elm_value a, struct elm_value b);

static bool equal_all(struct elm_ctx *c, const struct elm_value *a,
    const struct elm_value *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!equal(c, a[i], b[i]))
			return false;
	return true;
}

/* Nulls are equal here, and elements of tuples stand in one order. */
static bool equal(struct elm_ctx *c, struct elm_value a, struct elm_value b)
{
	a = plain(c, a);
	b = plain(c, b);
	if (a.kind == ELM_NULL || b.kind == ELM_NULL)
		return a.kind == b.kind;
	if (a.kind == ELM_LIST && b.kind == ELM_LIST)
		return a.n == b.n && equal_all(c, a.list, b.list, a.n);
	if (a.kind == ELM_TUPLE && b.kind == ELM_TUPLE)
		return a.tuple->n == b.tuple->n &&
		    equal_all(c, a.tuple->value, b.tuple->value, a.tuple->n);
	if (a.kind == ELM_INTERVAL && b.kind == ELM_INTERVAL &&
	    elm_equal(c, a, b) == -1)
		return equal(c, a.interval->low, b.interval->low) &&
		    equal(c, a.interval->high, b.interval->high);
	return elm_equal(c, a, b) == 1;
}

static void report(const char *verdict, const char *file, struct str group,
    struct str test, const char *text)
{
	const char *base = strrchr(file, '/');

	printf("%s\t%s\t%.*s\t%.*s\t%s\n", verdict, base ? base + 1 : file,
	    STR_FMT(group), STR_FMT(test), text);
}

static void run_test(const char *file, const struct tape *t, uint32_t lib,
    struct str group, struct str test, uint32_t tuple)
{
	uint32_t x = 0, y = 0, elements = tape_get(t, tuple, "element");
	bool invalid = false;
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO why = BUF_INIT;
	struct str name = tape_str(t, tape_path(t, lib, "identifier.id"));
	struct elm_package *p;
	struct elm_ctx *cx = NULL, *cy = NULL;
	struct elm_value vx, vy = ELM_NOTHING;
	struct ehr_err e = { 0 };
	bool ok;

	tape_each(t, elements, i) {
		struct str key = tape_str(t, tape_get(t, i, "name"));
		uint32_t value = tape_get(t, i, "value");

		if (str_is(key, "expression"))
			x = value;
		else if (str_is(key, "output"))
			y = value;
		else if (str_is(key, "invalid"))
			invalid = true;
	}
	if (x == 0) {
		count.skipped++;
		return;
	}
	make_library(&text, t, lib, x, y);
	p = elm_package_new();
	ok = elm_package_add(p, buf_str(&text), &e) == 0 &&
	    value_of(p, name, "x", &cx, &vx, &e);
	if (invalid) {
		count.invalid++;
		if (!ok || vx.kind == ELM_NULL) {
			count.invalid_passed++;
		} else {
			elm_format(&why, vx);
			report("valid", file, group, test, why.s);
		}
	} else {
		count.tests++;
		ok = ok && value_of(p, name, "y", &cy, &vy, &e);
		if (!ok) {
			report("error", file, group, test, e.msg);
		} else if (equal(cx, vx, vy)) {
			count.passed++;
		} else {
			buf_adds(&why, "wanted ");
			elm_format(&why, vy);
			buf_adds(&why, ", came ");
			elm_format(&why, vx);
			report("differs", file, group, test, why.s);
		}
	}
	elm_ctx_free(cx);
	elm_ctx_free(cy);
	elm_package_free(p);
}

static void run_file(const char *file)
{
	BUF_AUTO text = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	struct tape_error why;
	uint32_t lib, defs;

	read_all(&text, file);
	if (tape_parse(&t, text.s, text.len, &why) < 0) {
		fprintf(stderr, "%s: %s\n", file, why.text);
		exit(6);
	}
	lib = tape_get(&t, 0, "library");
	defs = tape_path(&t, lib, "statements.def");
	tape_each(&t, defs, d) {
		uint32_t e = tape_get(&t, d, "expression");
		uint32_t list = is_group(&t, d) ? tape_get(&t, e, "element") : 0;

		if (list == 0)
			continue;
		tape_each(&t, list, i)
			run_test(file, &t, lib, tape_str(&t, tape_get(&t, d,
			    "name")), tape_str(&t, tape_get(&t, i, "name")),
			    tape_get(&t, i, "value"));
	}
}

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "z:")) != -1) {
		if (opt != 'z')
			return 2;
		zone = atoi(optarg);
	}
	for (int i = optind; i < argc; i++)
		run_file(argv[i]);
	printf("total %d passed %d invalid %d of %d skipped %d\n", count.tests,
	    count.passed, count.invalid_passed, count.invalid, count.skipped);
	return count.passed == count.tests &&
	    count.invalid_passed == count.invalid ? 0 : 1;
}
