/* check.c - what must hold, looked at. */
#include "impl.h"

struct checking {
	struct record *r;
	struct tape t;
	int (*fn)(void *arg, const char *finding);
	void *arg;
	int64_t found;
	struct ehr_err *e;
};

static int finding(struct checking *c, const struct resource *res,
    const char *what)
{
	BUF_AUTO b = BUF_INIT;

	record_name(c->r, res, &b);
	buf_addf(&b, ": version %lld: %s", (long long)res->version, what);
	c->found++;
	return c->fn ? c->fn(c->arg, b.s) : 0;
}

/* The body is JSON and has the hash it came with. */
static int check_one(void *arg, const struct resource *res)
{
	struct checking *c = arg;
	struct tape_error why;
	uint8_t hash[16];

	if (res->body.s == NULL)
		return 0;
	if (tape_parse(&c->t, res->body.s, res->body.n, &why) < 0)
		return finding(c, res, why.text);
	content_hash(&c->t, 0, &c->r->text, hash);
	if (res->hash.n != 16 || memcmp(hash, res->hash.s, 16) != 0)
		return finding(c, res, "not what its hash says");
	if (fhir_resource_type(&c->t, 0) != res->type)
		return finding(c, res, "not of the type of its row");
	return 0;
}

static int check_rows(struct checking *c)
{
	static const struct {
		enum record_sql_id id;
		const char *what;
	} rules[] = {
		{ CHECK_SEGMENT, "resources in a segment that is nobody's" },
		{ CHECK_LINK, "resources whose links are missing" },
		{ CHECK_HISTORY, "former versions without a resource" },
		{ CHECK_SKETCH, "resources whose sketches are missing" },
		{ CHECK_IDENT, "resources that cannot be found by their id" },
	};
	BUF_AUTO b = BUF_INIT;
	int64_t n;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(rules); i++) {
		n = 0;
		rc = store_int(c->r->db, &record_sql_table[rules[i].id], &n,
		    c->e);
		if (rc <= 0 || n == 0)
			continue;
		buf_reset(&b);
		buf_addf(&b, "%lld %s", (long long)n, rules[i].what);
		c->found++;
		if (c->fn)
			rc = c->fn(c->arg, b.s);
	}
	return rc < 0 ? rc : 0;
}

int record_check(struct record *r, int (*fn)(void *arg, const char *finding),
    void *arg, struct ehr_err *e)
{
	struct record_filter all = RECORD_FILTER;
	struct checking c = { r, TAPE_INIT, fn, arg, 0, e };
	int rc;

	all.history = all.whole = true;
	rc = record_all(r, &all, check_one, &c, e);
	if (rc == 0)
		rc = check_rows(&c);
	tape_release(&c.t);
	if (rc == 0 && c.found)
		rc = ehr_fail(e, EHR_EINTEGRITY, "%lld findings",
		    (long long)c.found);
	return rc;
}
