/* desk.c - operands in, ids out. */
#include "ehr/desk.h"

int desk_open(struct cli *c, struct access *a, enum store_mode mode,
    struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);

	return access_open(a, &opt, mode, e);
}

int desk_pairs(struct cli *c, int first, struct edit_pair **p, size_t *n,
    struct ehr_err *e)
{
	struct str *words;
	int rc = cli_words(c, first, &words, n, e);

	if (rc < 0)
		return rc;
	*p = arena_alloc(&c->mem, (*n + 1) * sizeof(**p));
	return edit_pairs(words, *n, *p, e);
}

int desk_names(struct cli *c, const struct edit_job *j, struct ehr_err *e)
{
	if (j->n.unchanged)
		cli_note(c, "%lld unchanged", (long long)j->n.unchanged);
	return cli_write(&j->names, e);
}

int desk_pages(struct cli *c, struct str pages, const struct paper_layout *pdf,
    struct ehr_err *e)
{
	BUF_AUTO bytes = BUF_INIT;
	struct out *out = NULL;
	int rc = 0;

	if (pages.n == 0)
		return 0;
	if (pdf)
		rc = paper_pdf(pages, pdf, &bytes, e);
	if (rc == 0)
		rc = out_open(&out, c->place, c->force, e);
	if (rc < 0)
		return rc;
	if (pdf)
		pages = buf_str(&bytes);
	rc = out_write(out, pages.s, pages.n, e);
	if (rc == 0)
		return out_commit(out, e);
	out_abort(out);
	return rc;
}
