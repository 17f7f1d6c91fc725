/*
 * page-check.c - are the pages of all patients the same when only the rows
 * shown are read as a whole, and are the members of all bodies told without a
 * tape as the tape tells them? Exit 0, 1 (patients that differ are printed).
 *
 *	page-check FILE
 */
#include <stdio.h>

#include "../unit/walk_kit.h"
#include "ehr/view.h"

struct check {
	struct record *r;
	struct tape t;
	size_t pages, objects, wrong;
	struct ehr_err e;
};

static int page(struct check *c, int64_t patient, bool sketched,
    struct buf *b)
{
	struct view_opt opt = VIEW_OPT;
	struct view_page how = { 0, false };
	struct view *v;
	int rc;

	date_parse(STR("2024-06-30"), &opt.today);
	opt.page = sketched;
	rc = view_open(&v, c->r, patient, &opt, &c->e);
	if (rc == 0) {
		view_text(v, &how, b);
		view_free(v);
	}
	return rc;
}

static int check_page(void *arg, int64_t patient)
{
	struct check *c = arg;
	BUF_AUTO whole = BUF_INIT;
	BUF_AUTO sketched = BUF_INIT;
	int rc = page(c, patient, false, &whole);

	if (rc == 0)
		rc = page(c, patient, true, &sketched);
	c->pages++;
	if (rc == 0 && !str_eq(buf_str(&whole), buf_str(&sketched))) {
		printf("patient %lld differs\n", (long long)patient);
		c->wrong++;
	}
	return rc;
}

static int check_body(void *arg, const struct resource *res)
{
	struct check *c = arg;
	struct tape_error why;

	if (tape_parse(&c->t, res->body.s, res->body.n, &why) == 0 &&
	    walk_agrees(&c->t, &c->objects))
		return 0;
	printf("row %lld differs\n", (long long)res->rid);
	c->wrong++;
	return 0;
}

int main(int argc, char **argv)
{
	struct record_filter all = RECORD_FILTER;
	struct check c = { .t = TAPE_INIT };
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: page-check FILE\n");
		return 2;
	}
	rc = record_open(&c.r, argv[1], STORE_READ, &c.e);
	if (rc == 0) {
		rc = record_patients(c.r, check_page, &c, &c.e);
		if (rc == 0)
			rc = record_all(c.r, &all, check_body, &c, &c.e);
		record_close(c.r);
	}
	tape_release(&c.t);
	if (rc < 0)
		fprintf(stderr, "page-check: %s\n", c.e.msg);
	printf("%zu pages and %zu objects\n", c.pages, c.objects);
	return rc < 0 ? -rc : c.wrong > 0;
}
