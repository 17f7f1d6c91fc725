/* access.c - the record opened for a person, with an event of each use. */
#include <stdlib.h>

#include "ehr/access.h"
#include "unlock.h"

int access_open(struct access *a, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e)
{
	KEYRING_AUTO *own = NULL;
	struct store_opts o;
	int rc = access_unlock(opt, mode, &o, &own, e);

	*a = ACCESS_INIT;
	a->opt = *opt;
	a->opt.ring = NULL; /* the caller's */
	audit_user(&a->user);
	return rc < 0 ? rc : record_open_with(&a->r, &o, e);
}

int access_store(struct store **db, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e)
{
	KEYRING_AUTO *own = NULL;
	struct store_opts o;
	int rc = access_unlock(opt, mode, &o, &own, e);

	return rc < 0 ? rc : store_open_with(db, &o, e);
}

void access_close(struct access *a)
{
	if (a->begin)
		access_set_end(a, EHR_EIO, NULL);
	record_close(a->r);
	buf_release(&a->user);
	free(a->range);
	*a = ACCESS_INIT;
}

static struct audit_event event(const struct access *a,
    enum audit_action action, const char *scope)
{
	return (struct audit_event){
		.user = a->user.s,
		.tool = a->opt.tool,
		.action = action,
		.purpose = a->opt.reason,
		.scope = scope,
	};
}

/* ---- reading ---- */

int access_find(struct access *a, struct str name, int type,
    enum audit_action action, const char *scope, struct record_found *found,
    struct buf *candidates, struct ehr_err *e)
{
	struct audit_event ev = event(a, action, scope);
	int rc = record_find(a->r, name, type, found, candidates, e);

	if (rc == 0 && found->patient)
		rc = audit_read_one(record_store(a->r), &ev, found->patient,
		    NULL, e);
	return rc;
}

int access_patient(struct access *a, struct str name,
    enum audit_action action, const char *scope, int64_t *patient,
    struct buf *candidates, struct ehr_err *e)
{
	struct audit_event ev = event(a, action, scope);
	int rc = record_find_patient_at(a->r, name,
	    a->opt.as_of ? a->opt.as_of : RECORD_NOW, patient, candidates, e);

	if (rc == 0)
		rc = audit_read_one(record_store(a->r), &ev, *patient, NULL, e);
	return rc;
}

int access_set_begin(struct access *a, enum audit_action action,
    const char *scope, const int64_t *patient, size_t n, struct ehr_err *e)
{
	struct audit_event ev = event(a, action, scope);
	struct audit_range *range = xcalloc(n + 1, sizeof(*range));
	int rc = audit_begin_set(record_store(a->r), &ev, range,
	    audit_ranges(patient, n, range), &a->begin, e);

	free(range);
	a->action = action;
	a->scope = scope;
	a->n = 0;
	return rc;
}

void access_set_touch(struct access *a, int64_t patient)
{
	struct audit_range *last = a->n ? &a->range[a->n - 1] : NULL;

	if (patient == 0)
		return;
	if (last && patient >= last->first && patient <= last->last + 1) {
		if (patient > last->last)
			last->last = patient;
		return;
	}
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : 64;
		a->range = xrealloc(a->range, a->cap * sizeof(*a->range));
	}
	a->range[a->n++] = (struct audit_range){ patient, patient };
}

int access_set_end(struct access *a, int rc, struct ehr_err *e)
{
	struct audit_event ev = event(a, a->action, a->scope);
	bool done = rc >= EHR_ENO || rc == EHR_EREJECT;
	int64_t begin = a->begin;
	int failed;

	ev.outcome = done ? AUDIT_DONE_OK : AUDIT_DONE_FAILED;
	a->begin = 0;
	failed = audit_end_set(record_store(a->r), &ev, begin, a->range, a->n,
	    NULL, done ? e : NULL);
	return rc == 0 ? failed : rc;
}

int access_set(struct access *a, enum audit_action action, const char *scope,
    const int64_t *patient, size_t n, struct ehr_err *e)
{
	struct audit_event ev = event(a, action, scope);
	struct audit_range *range = xcalloc(n + 1, sizeof(*range));
	struct store *db = record_store(a->r);
	int rc = store_begin(db, STORE_SHORT, e);

	if (rc == 0) {
		rc = audit_append(db, &ev, range,
		    audit_ranges(patient, n, range), NULL, e);
		if (rc == 0)
			rc = store_commit(db, e);
		else
			store_rollback(db);
	}
	free(range);
	return rc;
}

/* ---- writing ---- */

/* A chunk's event: who was touched by it. Of a batch without patients only
 * that it was. */
static int on_chunk(void *arg, int64_t batch, const int64_t *patient, size_t n,
    bool first, bool last, struct ehr_err *e)
{
	struct access *a = arg;
	struct audit_event ev = event(a, a->write.action, a->write.scope);
	struct audit_range *range;
	int rc;

	(void)last;
	if (n == 0 && !first)
		return 0;
	ev.batch = batch;
	range = xcalloc(n + 1, sizeof(*range));
	rc = audit_append(record_store(a->r), &ev, range,
	    audit_ranges(patient, n, range), NULL, e);
	free(range);
	return rc;
}

int access_batch(struct access *a, const struct access_write *w,
    struct batch **b, struct ehr_err *e)
{
	struct batch_info info = {
		.tool = a->opt.tool,
		.user = a->user.s,
		.source = w->source,
		.input = w->input,
		.reason = a->opt.reason,
	};
	int rc;

	a->write = *w;
	if (a->opt.dry_run)
		store_dry_run(record_store(a->r));
	rc = batch_open(b, a->r, &info, e);
	if (rc == 0)
		batch_on_chunk(*b, on_chunk, a);
	return rc;
}
