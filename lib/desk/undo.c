/* undo.c - batches of rows taken back, each kind in its own way. */
#include "ehr/desk.h"

/* How a batch is undone, of kinds from *kind on: EHR_ENOENT, EHR_EUSAGE.
 * *done: it is already. */
static int find(struct access *a, int64_t id, const struct desk_undo **kind,
    bool *done, struct ehr_err *e)
{
	struct batch_row row;
	int rc = batch_get(a->r, id, &row, e);

	if (rc < 0)
		return rc;
	*done = row.state == BATCH_UNDONE;
	while ((*kind)->kind && !(row.kind.s && str_is(row.kind,
	    (*kind)->kind)))
		++*kind;
	return (*kind)->kind ? 0 : ehr_fail(e, EHR_EUSAGE, "batch %lld: not "
	    "one that %s takes back", (long long)id, a->opt.tool);
}

static int undo(struct cli *c, struct access *a, int64_t of,
    const struct desk_undo *kind, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_DELETE,
		.scope = kind->kind };
	const struct access_rows k = { .kind = kind->kind, .undoes = of };
	struct batch_counts n = { 0 };
	int64_t batch;
	int rc = access_rows_begin(a, &w, &k, &batch, e);

	if (rc < 0)
		return rc;
	rc = kind->fn ? kind->fn(c, a, batch, of, &n, e) :
	    kind->plain(a, batch, of, &n, e);
	if (rc == 0)
		rc = batch_row_undone(a->r, of, e);
	/* a refusal leaves all as it was, what was done before it too */
	if (rc < 0)
		n = (struct batch_counts){ 0 };
	rc = access_rows_end(a, batch, &n, rc, e);
	if (rc == 0)
		cli_note(c, "taken back %lld", (long long)(n.deleted +
		    n.updated + n.inserted));
	return rc;
}

int desk_undo(struct cli *c, const struct desk_undo *kinds, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	bool done = false;
	int64_t id;
	int rc;

	if (!str_int(str_of(c->argv[0]), &id) || id < 1)
		return cli_usage(c, e, "%s: not the number of a batch",
		    c->argv[0]);
	rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = find(&a, id, &kinds, &done, e);
	if (rc == 0 && done)
		cli_note(c, "unchanged");
	return rc == 0 && !done ? undo(c, &a, id, kinds, e) : rc;
}
