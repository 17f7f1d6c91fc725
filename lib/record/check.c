/* check.c - what must hold, looked at: bodies against their hashes, rows that
 * belong together. What is derived is compared in deep.c. */
#include "impl.h"

static int found(struct checking *c, const struct buf *text)
{
	c->found++;
	return c->fn ? c->fn(c->arg, text->s) : 0;
}

int check_finding(struct checking *c, const char *table, int64_t rid,
    const char *what)
{
	BUF_AUTO b = BUF_INIT;

	buf_addf(&b, "%s: rid %lld: %s", table, (long long)rid, what);
	return found(c, &b);
}

/* ---- bodies ---- */

static int version_finding(struct checking *c, const struct resource *res,
    const char *what)
{
	BUF_AUTO b = BUF_INIT;

	if (c->deep)
		buf_addf(&b, "%s: rid %lld: ", res->end_time == RECORD_NOW ?
		    "resource" : "history", (long long)res->rid);
	record_name(c->r, res, &b);
	buf_addf(&b, ": version %lld: %s", (long long)res->version, what);
	return found(c, &b);
}

/* The body is JSON and has the hash it came with: NULL, or what is wrong. */
static const char *body_fault(struct checking *c, const struct resource *res)
{
	struct tape_error why;
	uint8_t hash[16];

	if (res->body.s == NULL)
		return NULL;
	if (tape_parse(&c->t, res->body.s, res->body.n, &why) < 0)
		return why.text;
	content_hash(&c->t, 0, &c->r->text, hash);
	if (res->hash.n != 16 || memcmp(hash, res->hash.s, 16) != 0)
		return "not what its hash says";
	if (fhir_resource_type(&c->t, 0) != res->type)
		return "not of the type of its row";
	return NULL;
}

/* A body whose attachment cannot be put back is a finding, not the end. */
static int check_version(struct checking *c, struct stmt *s,
    struct buf *spliced)
{
	struct ehr_err why = { 0, "" };
	struct resource res;
	const char *fault;
	int rc = row_read(c->r, s, spliced, &res, &why);

	if (rc < 0 && rc != EHR_EINTEGRITY)
		return ehr_fail(c->e, rc, "%s", why.msg);
	fault = rc < 0 ? why.msg : body_fault(c, &res);
	rc = fault ? version_finding(c, &res, fault) : 0;
	if (rc == 0 && c->deep && res.end_time == RECORD_NOW)
		rc = deep_resource(c, &res, !fault);
	return rc;
}

static int check_versions(struct checking *c)
{
	struct stmt *s = store_scan(c->r->db, &record_sql_table[HIS_RANGE]);
	BUF_AUTO spliced = BUF_INIT;
	int rc, stop = 0;

	stmt_int(s, 1, 0);
	stmt_int(s, 2, INT64_MAX);
	while (stop == 0 && (rc = stmt_step(s, c->e)) > 0)
		stop = check_version(c, s, &spliced);
	store_scan_end(s);
	return stop ? stop : rc;
}

/* ---- rows ---- */

static const struct rule {
	enum record_sql_id id; /* rids that break it */
	const char *table, *what;
	bool seen; /* looking closely finds it anyhow */
} rules[] = {
	{ CHECK_SEGMENT, "resource", "in a segment that is nobody's", false },
	{ CHECK_LINK, "resource", "its links are missing", false },
	{ CHECK_BODY, "resource", "state, version and body do not fit", false },
	{ CHECK_BATCH, "resource", "of a batch that is not there", false },
	{ CHECK_TOUCH, "resource", "its batch does not say that it wrote it", false },
	{ CHECK_IDENT, "resource", "cannot be found by its id", false },
	{ CHECK_SKETCH, "sketch", "missing, or of what is not current",
	    true },
	{ CHECK_IDENT_REST, "ident", "a name of what is not there", false },
	{ CHECK_HISTORY, "history", "a former version without a resource", false },
	{ CHECK_FORMER, "history", "state, version and body do not fit", false },
	{ CHECK_FORMER_BATCH, "history", "of a batch that is not there", false },
	{ CHECK_SEG_OPEN, "segment", "belongs to nobody or to several now", false },
	{ CHECK_SEG_PATIENT, "segment", "its patient is not there", false },
	{ CHECK_SEG_BATCH, "segment", "of a batch that is not there", false },
	{ CHECK_TOUCH_BATCH, "touch", "of a batch that is not there, or no "
	    "range", false },
};

static int check_rule(struct checking *c, const struct rule *rule)
{
	struct stmt *s = store_scan(c->r->db, &record_sql_table[rule->id]);
	BUF_AUTO b = BUF_INIT;
	int64_t n = 0;
	int rc, stop = 0;

	while (stop == 0 && (rc = stmt_step(s, c->e)) > 0) {
		n++;
		if (c->deep)
			stop = check_finding(c, rule->table,
			    stmt_col_int(s, 0), rule->what);
	}
	store_scan_end(s);
	if (stop || rc < 0 || n == 0 || c->deep)
		return stop ? stop : rc;
	buf_addf(&b, "%s: %lld rows: %s", rule->table, (long long)n,
	    rule->what);
	return found(c, &b);
}

static int check(struct checking *c)
{
	int rc = check_versions(c);

	if (rc == 0 && c->deep)
		rc = deep_rest(c);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rules); i++)
		if (!c->deep || !rules[i].seen)
			rc = check_rule(c, &rules[i]);
	tape_release(&c->t);
	if (rc == 0 && c->found)
		rc = ehr_fail(c->e, EHR_EINTEGRITY, "%lld findings",
		    (long long)c->found);
	return rc;
}

int record_check(struct record *r, int (*fn)(void *arg, const char *finding),
    void *arg, struct ehr_err *e)
{
	struct checking c = { r, TAPE_INIT, fn, arg, 0, NULL, e };

	return check(&c);
}

int record_check_deep(struct record *r,
    int (*fn)(void *arg, const char *finding), void *arg, struct ehr_err *e)
{
	struct checking c = { r, TAPE_INIT, fn, arg, 0, NULL, e };
	int rc = deep_begin(&c);

	if (rc == 0)
		rc = check(&c);
	deep_end(&c);
	return rc;
}
