/* compare.c - the record looked at through its own functions, beside the
 * model. */
#include "compare.h"

#include "ehr/fhir.h"

static int EHR_PRINTF(2, 3) differ(struct buf *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(why, fmt, ap);
	va_end(ap);
	buf_addch(why, '\n');
	return -1;
}

void snapshot_take(struct snapshot *s, const struct model *m)
{
	for (int k = 0; k < KEYS; k++) {
		int row = model_find(m, k);
		const struct model_version *v;

		s->key[k] = (struct seen){ NONE, 0, 0, NOBODY };
		if (row == NONE)
			continue;
		v = model_current(m, row);
		s->key[k] = (struct seen){ v->content, v->updated, v->version,
			m->row[row].home };
		if (m->row[row].home != NOBODY)
			s->key[k].chart = model_owner(m, m->row[row].home);
	}
}

/* ---- names ---- */

static int compare_name(struct record *r, const struct model *m, int key,
    struct numbers *n, struct buf *why)
{
	BUF_AUTO name = BUF_INIT;
	struct record_found found;
	struct ehr_err e;
	int row = model_find(m, key), rc;

	key_name(&name, key);
	rc = record_find(r, buf_str(&name), 0, &found, NULL, &e);
	if (row == NONE && !m->chart[key])
		return rc == EHR_ENOENT ? 0 :
		    differ(why, "%s: found (%d), is not there", name.s, rc);
	if (rc < 0)
		return differ(why, "%s: %s", name.s, e.msg);
	if (row != NONE && n->rid[row] == 0)
		n->rid[row] = found.rid;
	if (row != NONE && n->rid[row] != found.rid)
		return differ(why, "%s: found in another row", name.s);
	if (key_kind(key) == KEY_PATIENT)
		n->patient[key] = rid_segment(found.rid);
	return 0;
}

int compare_names(struct record *r, const struct model *m,
    struct numbers *n, struct buf *why)
{
	int rc = 0;

	for (int k = 0; rc == 0 && k < KEYS; k++)
		rc = compare_name(r, m, k, n, why);
	for (int k = 0; rc == 0 && k < KEYS; k++) {
		int64_t patient = 0;

		if (n->patient[k] == 0)
			continue;
		record_patient_of(r, record_patient_rid(n->patient[k]),
		    RECORD_NOW, &patient, NULL);
		if (patient != n->patient[model_owner(m, k)])
			rc = differ(why, "chart of %d: not its owner's", k);
	}
	return rc;
}

/* ---- resources ---- */

struct looking {
	struct record *r;
	const struct snapshot *s;
	const struct numbers *n;
	int64_t as_of;
	int chart; /* only of this patient; KEYS: all */
	bool got[KEYS];
	struct buf *why;
};

static int key_of(struct record *r, const struct resource *res)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO want = BUF_INIT;

	buf_addf(&name, "%.*s:%s/%.*s",
	    STR_FMT(record_source_name(r, res->source)),
	    fhir_type_name(res->type), STR_FMT(res->id));
	for (int k = 0; k < KEYS; k++) {
		buf_reset(&want);
		key_name(&want, k);
		if (str_eq(buf_str(&name), buf_str(&want)))
			return k;
	}
	return NONE;
}

static int compare_body(const struct resource *res, int key, int content,
    int updated, struct buf *why)
{
	BUF_AUTO body = BUF_INIT;

	if (content == NONE)
		return res->body.s ? differ(why, "%d: has a body", key) : 0;
	key_body(&body, key, content, updated);
	if (str_eq(res->body, buf_str(&body)))
		return 0;
	return differ(why, "%d: version %d is %.*s, not %s", key,
	    (int)res->version, STR_FMT(res->body), body.s);
}

static int look(void *arg, const struct resource *res)
{
	struct looking *l = arg;
	int key = key_of(l->r, res);
	const struct seen *s = &l->s->key[key];
	int64_t patient;

	if (key == NONE || l->got[key])
		return differ(l->why, "%d: twice or unknown", key);
	l->got[key] = true;
	if (s->content == NONE)
		return differ(l->why, "%d: is there", key);
	if (res->version != s->version)
		return differ(l->why, "%d: version %d, not %d", key,
		    (int)res->version, s->version);
	record_patient_of(l->r, res->rid, l->as_of, &patient, NULL);
	if (patient != (s->chart == NOBODY ? 0 : l->n->patient[s->chart]))
		return differ(l->why, "%d: not in the chart of %d", key,
		    s->chart);
	if (l->chart != KEYS && l->chart != s->chart)
		return differ(l->why, "%d: in the chart of %d too", key,
		    l->chart);
	return compare_body(res, key, s->content, s->updated, l->why);
}

static int compare_missing(const struct looking *l)
{
	for (int k = 0; k < KEYS; k++)
		if (!l->got[k] && l->s->key[k].content != NONE &&
		    (l->chart == KEYS || l->s->key[k].chart == l->chart))
			return differ(l->why, "%d: is missing%s", k,
			    l->chart == KEYS ? "" : " in its chart");
	return 0;
}

int compare_all(struct record *r, const struct snapshot *s,
    const struct numbers *n, int64_t as_of, struct buf *why)
{
	struct looking l = { r, s, n, as_of, KEYS, { false }, why };
	struct record_filter f = RECORD_FILTER;
	struct ehr_err e = { 0 };

	f.as_of = as_of;
	if (record_all(r, &f, look, &l, &e) < 0)
		return differ(why, "all: %s", e.msg);
	return compare_missing(&l);
}

int compare_chart(struct record *r, const struct snapshot *s,
    const struct numbers *n, int patient, int64_t as_of, struct buf *why)
{
	struct looking l = { r, s, n, as_of, patient, { false }, why };
	struct record_filter f = RECORD_FILTER;
	struct ehr_err e = { 0 };

	if (patient != NOBODY && n->patient[patient] == 0)
		return 0;
	f.as_of = as_of;
	if (record_chart(r, patient == NOBODY ? 0 : n->patient[patient], &f,
		look, &l, &e) < 0)
		return differ(why, "chart of %d: %s", patient, e.msg);
	return compare_missing(&l);
}

/* ---- histories ---- */

struct versions {
	const struct model *m;
	const struct numbers *n;
	int row, last;
	struct buf *why;
};

static int compare_version(void *arg, const struct resource *res)
{
	struct versions *h = arg;
	const struct model *m = h->m;
	const struct model_version *v = NULL;
	int key = m->row[h->row].key;

	for (int i = 0; i < m->n_ver; i++)
		if (m->ver[i].row == h->row && m->ver[i].version > h->last &&
		    (v == NULL || m->ver[i].version < v->version))
			v = &m->ver[i];
	if (v == NULL || v->version != res->version)
		return differ(h->why, "%d: version %d is not its", key,
		    (int)res->version);
	h->last = v->version;
	if (v->state != res->state || res->batch != h->n->batch[v->batch])
		return differ(h->why, "%d: version %d: state %d, batch %d, "
		    "not %d, %d", key, v->version, res->state, (int)res->batch,
		    v->state, (int)h->n->batch[v->batch]);
	return compare_body(res, key, v->content, v->updated, h->why);
}

int compare_histories(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why)
{
	struct ehr_err e = { 0 };

	for (int i = 0; i < m->n_row; i++) {
		struct versions h = { m, n, i, 0, why };

		if (n->rid[i] == 0)
			continue;
		if (record_history(r, n->rid[i], compare_version, &h, &e) < 0)
			return differ(why, "history: %s", e.msg);
		if (h.last < m->row[i].last_version)
			return differ(why, "%d: history ends at %d, not %d",
			    m->row[i].key, h.last, m->row[i].last_version);
	}
	return 0;
}

/* ---- links ---- */

static int compare_link(struct record *r, const struct model *m, int64_t rid,
    int ordinal, int to, struct buf *why)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO want = BUF_INIT;
	enum link_state state = LINK_OTHER;
	struct ehr_err e;
	int64_t target;
	bool there = model_find(m, to) != NONE;

	if (record_link(r, rid, ordinal, &target, &state, &e) <= 0)
		return differ(why, "link %d: none", ordinal);
	if (state != (there ? LINK_RESOLVED : LINK_PENDING))
		return differ(why, "link %d to %d: state %d", ordinal, to,
		    state);
	if (!there)
		return 0;
	key_id(&want, to);
	record_rid_name(r, target, &name, &e);
	if (str_ends(buf_str(&name), want.s))
		return 0;
	return differ(why, "link %d to %d: leads elsewhere", ordinal, to);
}

int compare_links(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < m->n_row; i++) {
		const struct model_version *v = model_current(m, i);
		int key = m->row[i].key, ordinal = 0;
		int base = key_source(key) * PER_SOURCE;
		int subject = content_subject(v->content);

		if (key_kind(key) != KEY_OBSERVATION || v->content == NONE ||
		    n->rid[i] == 0)
			continue;
		if (subject != NOBODY)
			rc = compare_link(r, m, n->rid[i], ordinal++,
			    base + subject, why);
		if (rc == 0)
			rc = compare_link(r, m, n->rid[i], ordinal,
			    base + PATIENTS + OBSERVATIONS +
			    v->content % 16 % ORGANIZATIONS, why);
	}
	return rc;
}

/* ---- batches ---- */

int compare_batches(struct record *r, const struct model *m,
    const struct numbers *n, struct buf *why)
{
	struct batch_row row;
	struct ehr_err e;

	for (int i = 1; i <= m->n_batch; i++) {
		if (batch_get(r, n->batch[i], &row, &e) < 0)
			return differ(why, "batch %d: %s", i, e.msg);
		if (row.state != m->batch[i].state)
			return differ(why, "batch %d: state %d, not %d", i,
			    row.state, m->batch[i].state);
	}
	return 0;
}
