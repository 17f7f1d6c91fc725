/* practice.c - ehr-admin facility: where we are. */
#include "admin.h"

static struct {
	const char *npi, *zone;
} give;

const struct cli_opt admin_facility_opts[] = {
	{ "npi", 0, CLI_TEXT, 0, "N", "National Provider Identifier", &give.npi,
	    0, 0 },
	{ "tz", 0, CLI_TEXT, 0, "ZONE", "time zone (UTC)", &give.zone, 0, 0 },
	{ 0 },
};

int admin_begin(struct cli *c, struct access *a, struct ehr_err *e)
{
	int rc = admin_open(c, a, STORE_WRITE, e);

	return rc < 0 ? rc : store_begin(record_store(a->r), STORE_SHORT, e);
}

int admin_facility_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct store_facility f = {
		.name = str_of(c->argv[0]),
		.npi = str_of(give.npi),
		.zone = str_of(give.zone ? give.zone : "UTC"),
	};
	int rc = admin_begin(c, &a, e);

	return rc < 0 ? rc : admin_end(&a, store_facility_put(
	    record_store(a.r), &f, e), "facility", e);
}

static int put_facility(void *arg, const struct store_facility *f)
{
	struct admin_listing *l = arg;

	print_int(l->p, f->id);
	print_text(l->p, f->name);
	print_text(l->p, f->npi);
	print_text(l->p, f->zone);
	return print_row(l->p, l->e);
}

static int facilities(struct admin_listing *l)
{
	return store_facility_each(record_store(l->r), put_facility, l, l->e);
}

int admin_facility_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_RIGHT },
		{ "name", PRINT_WIDE }, { "npi", 0 }, { "tz", 0 } };

	return admin_list(c, cols, ARRAY_LEN(cols), facilities, e);
}
