/* verify.c - ehr-audit verify: is the log what it was? */
#include "audit-tool.h"

static const char *const fault_names[] = {
	[AUDIT_GAP] = "gap", [AUDIT_LEAF] = "event", [AUDIT_TILE] = "tile",
	[AUDIT_HEAD] = "head",
};

struct findings {
	struct cli *c;
	struct printer *p;
	int rc;		/* of printing */
};

static void fault(void *arg, const struct audit_fault *f)
{
	static const struct print_col cols[] = { { "event", PRINT_RIGHT },
		{ "kind", 0 }, { "finding", PRINT_WIDE } };
	struct findings *x = arg;

	if (x->p == NULL && x->rc == 0)
		x->rc = print_open(&x->p, x->c, cols, ARRAY_LEN(cols), NULL);
	if (x->rc < 0)
		return;
	print_int(x->p, f->seq);
	print_text(x->p, str_of(fault_names[f->kind]));
	print_text(x->p, str_of(f->text));
	x->rc = print_row(x->p, NULL);
}

static int check(struct cli *c, struct store *db, struct ehr_err *e)
{
	struct findings x = { c, NULL, 0 };
	int rc = audit_verify(db, fault, &x, e);

	print_close(x.p, x.rc, NULL);
	return rc;
}

/* A root that was kept elsewhere: has the log grown from it? */
static int compare(struct cli *c, struct store *db, struct ehr_err *e)
{
	uint8_t kept[MERKLE_HASH], root[MERKLE_HASH];
	int64_t size;
	int rc;

	if (!str_int(str_of(c->argv[0]), &size) || size < 0 ||
	    !hex_parse(str_of(c->argv[1]), kept, sizeof(kept)))
		return cli_usage(c, e, "SIZE is a number, ROOT 64 hex digits");
	rc = audit_root_at(db, (uint64_t)size, root, e);
	if (rc == EHR_ENOENT || rc == EHR_EUSAGE)
		return ehr_fail(e, EHR_EINTEGRITY,
		    "audit log: shorter than it was");
	if (rc == 0 && memcmp(root, kept, sizeof(root)) != 0)
		rc = ehr_fail(e, EHR_EINTEGRITY,
		    "audit log: not what it was at that size");
	return rc;
}

static int print_head(struct cli *c, struct store *db, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "size", PRINT_RIGHT },
		{ "root", 0 } };
	uint8_t root[MERKLE_HASH];
	BUF_AUTO hex = BUF_INIT;
	struct printer *p = NULL;
	uint64_t size;
	int rc = audit_head(db, &size, root, e);

	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc < 0)
		return rc;
	hex_format(&hex, root, sizeof(root));
	print_int(p, (int64_t)size);
	print_text(p, buf_str(&hex));
	return print_close(p, print_row(p, e), e);
}

int audit_tool_verify(struct cli *c, struct ehr_err *e)
{
	struct access_opt opt = ACCESS_OPT(c);
	struct store *db;
	int rc;

	if (c->argc == 1)
		return cli_usage(c, e, "ROOT is missing");
	rc = access_store(&db, &opt, STORE_READ, e);
	if (rc < 0)
		return rc;
	rc = store_begin(db, STORE_SNAPSHOT, e);
	if (rc == 0)
		rc = check(c, db, e);
	if (rc == 0 && c->argc == 2)
		rc = compare(c, db, e);
	if (rc == 0)
		rc = audit_tool_against(c, db, e);
	if (rc == 0)
		rc = print_head(c, db, e);
	store_close(db);
	return rc;
}
