/*
 * page-check.c - are the pages of all patients the same when only the rows
 * shown are read as a whole? Exit 0, 1 (patients that differ are printed).
 *
 *	page-check FILE
 */
#include <stdio.h>

#include "ehr/view.h"

struct check {
	struct record *r;
	size_t pages, wrong;
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

int main(int argc, char **argv)
{
	struct check c = { .pages = 0 };
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: page-check FILE\n");
		return 2;
	}
	rc = record_open(&c.r, argv[1], STORE_READ, &c.e);
	if (rc == 0) {
		rc = record_sketched(c.r) ?
		    record_patients(c.r, check_page, &c, &c.e) :
		    ehr_fail(&c.e, EHR_ENO, "the index is stale");
		record_close(c.r);
	}
	if (rc < 0)
		fprintf(stderr, "page-check: %s\n", c.e.msg);
	printf("%zu pages\n", c.pages);
	return rc < 0 ? -rc : c.wrong > 0;
}
