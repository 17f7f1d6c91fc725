/* said.c - what a remittance said of a claim, kept as it was said. */
#include "match.h"
#include "statements.h"

static void put_units(struct stmt *s, int i, struct str units)
{
	stmt_text(s, i, units.n ? units : STR_NONE);
}

/* Of line, 0: of the claim. *n: how many have been. */
static int add_cas(struct store *db, int64_t of, int64_t line,
    const struct remit_cas *c, int64_t *n, struct ehr_err *e)
{
	struct stmt *s = remit_sql(db, REMIT_CAS_ADD);

	stmt_int(s, 1, of);
	stmt_int(s, 2, ++*n);
	if (line)
		stmt_int(s, 3, line);
	else
		stmt_null(s, 3);
	stmt_text(s, 4, c->grp);
	stmt_text(s, 5, c->carc);
	stmt_int(s, 6, c->cents);
	put_units(s, 7, c->units);
	return stmt_run(s, e);
}

static int add_line(struct store *db, const struct remit_file *f, int64_t of,
    const struct remit_line *l, int64_t *n, struct ehr_err *e)
{
	struct stmt *s = remit_sql(db, REMIT_LINE_ADD);
	int rc;

	stmt_int(s, 1, of);
	stmt_int(s, 2, l->id);
	stmt_int(s, 3, (int64_t)l->svc->segment);
	stmt_text(s, 4, l->svc->code);
	stmt_int(s, 5, l->svc->paid);
	put_units(s, 6, l->svc->units);
	rc = stmt_run(s, e);
	for (size_t i = l->cas; i < l->cas_end && rc == 0; i++)
		rc = add_cas(db, of, l->id, &f->cas.v[i], n, e);
	return rc;
}

int remit_said_add(struct store *db, const struct remit_file *f,
    const struct remit_clp *c, const struct remit_match *m,
    int64_t remit_claim, struct ehr_err *e)
{
	int64_t n = 0;
	int rc = 0;

	for (size_t i = c->cas; i < c->cas_end && rc == 0; i++)
		rc = add_cas(db, remit_claim, 0, &f->cas.v[i], &n, e);
	for (size_t i = 0; i < m->n && rc == 0; i++)
		if (m->line[i].svc)
			rc = add_line(db, f, remit_claim, &m->line[i], &n, e);
	return rc;
}
