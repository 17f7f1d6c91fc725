/* access.c - the record opened for a person, with an event of each use. */
#include <stdlib.h>

#include "ehr/access.h"
#include "unlock.h"

static void acting_release(struct store_acting *who)
{
	buf_release(&who->roles);
}

struct audit_event access_event(const struct access *a,
    enum audit_action action, const char *scope)
{
	return (struct audit_event){
		.user = a->user.s,
		.role = a->roles.len ? a->roles.s : NULL,
		.tool = a->opt.tool,
		.action = action,
		.purpose = a->opt.reason,
		.scope = scope,
	};
}

/* The event of an access with its flags; sensitive: such charts are among
 * those that are shown. */
static struct audit_event flagged(struct access *a, enum audit_action action,
    const char *scope, bool sensitive)
{
	struct audit_event ev = access_event(a, action, scope);
	bool glass = a->opt.glass != NULL;

	if (!sensitive && !glass)
		return ev;
	buf_reset(&a->scope_text);
	buf_addf(&a->scope_text, "[%s%s%s]%s%s",
	    glass ? AUDIT_FLAG_EMERGENCY : "", glass && sensitive ? "," : "",
	    sensitive ? AUDIT_FLAG_SENSITIVE : "", scope ? " " : "",
	    scope ? scope : "");
	ev.scope = a->scope_text.s;
	return ev;
}

/* Is there anything sensitive in a patient's chart that is going to be shown?
 * EHR_EPERM: all of it is, and that is not allowed. */
static int weigh(struct access *a, int64_t patient, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	BUF_AUTO name = BUF_INIT;
	int rc = record_sensitive(a->r, patient,
	    a->opt.as_of ? a->opt.as_of : RECORD_NOW, e);

	if (rc <= 0 || store_has(db, PERM_SENSITIVE))
		return rc < 0 ? rc : rc > 0;
	if (rc != RECORD_WHOLE)
		return 0;
	rc = record_patient_name(a->r, patient, &name, e);
	return rc < 0 ? rc : store_need(db, PERM_SENSITIVE, name.s, e);
}

/* The same of a set; none named is everybody. */
static int weigh_set(struct access *a, const int64_t *patient, size_t n,
    struct ehr_err *e)
{
	bool shown = store_has(record_store(a->r), PERM_SENSITIVE);
	int rc = 0;

	if (!shown || !record_sensitive_any(a->r))
		return 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = record_sensitive(a->r, patient[i], RECORD_NOW, e);
	return rc < 0 ? rc : rc > 0 || n == 0;
}

/* ---- opening: who it is, and what they may do ---- */

/* The event of something refused; best effort, the refusal stands anyway. */
static void refused(struct store *db, const struct audit_event *what,
    int64_t patient)
{
	struct audit_event ev = *what;
	const struct audit_range one = { patient, patient };

	store_refused(db);
	store_rollback(db);
	ev.outcome = AUDIT_DONE_REFUSED;
	if (store_begin(db, STORE_SHORT, NULL) < 0)
		return;
	if (audit_append(db, &ev, &one, patient ? 1 : 0, NULL, NULL) == 0)
		store_commit(db, NULL);
	else
		store_rollback(db);
}

/* What a permission is needed for, as an action of the log. */
static enum audit_action action_of(enum perm p)
{
	static const struct {
		enum perm perms;
		enum audit_action action;
	} of[] = {
		{ PERM_ADMIN | PERM_UPKEEP | PERM_VERIFY, AUDIT_CONFIG },
		{ PERM_WRITE | PERM_CHART | PERM_REGISTER, AUDIT_UPDATE },
		{ PERM_REQUEST, AUDIT_REQUEST },
		{ PERM_SIGN, AUDIT_SIGN }, { PERM_IMPORT, AUDIT_IMPORT },
		{ PERM_EXPORT, AUDIT_EXPORT }, { PERM_AUDIT, AUDIT_AUDIT },
	};

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (p & of[i].perms)
			return of[i].action;
	return AUDIT_READ;
}

/* Of what was refused by a statement, which knew no more. */
static void refused_by_statement(struct access *a)
{
	struct store *db = record_store(a->r);
	enum perm p = store_refused(db);
	struct audit_event ev = access_event(a, action_of(p), perm_name(p));

	if (p)
		refused(db, &ev, 0);
}

/* What the member may do, with a reason and in an emergency. */
static enum perm granted(const struct access *a,
    const struct store_acting *who)
{
	enum perm p = who->always;

	if (a->opt.reason)
		p |= who->reason;
	if (a->opt.glass)
		p |= PERM_EMERGENCY;
	return p;
}

/* A one-time code, when the setting wants it of these roles. */
static int second_factor(const struct access *a, struct store *db,
    const struct store_acting *who, struct ehr_err *e)
{
	BUF_AUTO setting = BUF_INIT;
	int rc = store_config_get(db, ACCESS_FACTOR_SETTING, &setting, e);

	if (rc <= 0 || !access_factor_due(buf_str(&setting),
	    buf_str(&who->roles), a->opt.glass != NULL))
		return rc < 0 ? rc : 0;
	return access_factor(&a->opt, db, who->id, e);
}

/* Grants what the user may do with db. */
static int act(struct access *a, struct store *db, struct ehr_err *e)
{
	static const char *const why[] = {
		[STORE_STRANGER] = "is not on the staff of this record",
		[STORE_LEFT] = "is no longer on the staff of this record",
	};
	struct audit_event ev = flagged(a, AUDIT_LOGIN, NULL, false);
	EHR_CLEANUP(acting_release) struct store_acting who;
	BUF_AUTO name = BUF_INIT;
	int rc = store_staff_acting(db, buf_str(&a->user), &who, e);

	if (rc < 0 || who.as == STORE_SINGLE)
		return rc;
	if (who.as != STORE_MEMBER) {
		refused(db, &ev, 0);
		return ehr_fail(e, EHR_EPERM, "%s %s", a->user.s, why[who.as]);
	}
	buf_addstr(&a->roles, buf_str(&who.roles));
	if (a->opt.glass && !who.emergency) {
		refused(db, &ev, 0);
		return ehr_fail(e, EHR_EPERM, "--break-glass: %s is not "
		    "listed for emergency access, or no longer", a->user.s);
	}
	rc = second_factor(a, db, &who, e);
	if (rc < 0) {
		if (rc == EHR_EPERM)
			refused(db, &ev, 0);
		return rc;
	}
	buf_addf(&name, "role %s", who.roles.s);
	if (a->r) {
		record_at(a->r, who.facility);
		rc = record_guard(a->r, who.id, e);
	}
	store_grant(db, granted(a, &who), who.reason, name.s);
	return rc;
}

/* What opening left out is told, and stands in the log from now on: the next
 * one finds nothing. */
static int tell(const struct access *a, struct store *db, struct ehr_err *e)
{
	struct audit_event ev = access_event(a, AUDIT_CONFIG, "log-damaged");
	const char *text = store_notice(db);
	BUF_AUTO line = BUF_INIT;
	int rc;

	if (text == NULL)
		return 0;
	buf_addf(&line, "%s: %s", store_path(db), text);
	if (a->opt.tell)
		a->opt.tell(a->opt.arg, line.s);
	rc = store_begin(db, STORE_SHORT, e);
	if (rc == 0)
		rc = audit_append(db, &ev, NULL, 0, NULL, e);
	if (rc == 0)
		return store_commit(db, e);
	store_rollback(db);
	return rc;
}

/* What comes behind opening; what was left out is told to a stranger too. */
static int opened(struct access *a, struct store *db, struct ehr_err *e)
{
	int rc = act(a, db, e);
	int told = tell(a, db, rc < 0 ? NULL : e);

	return rc < 0 ? rc : told;
}

static int begin(struct access *a, const struct access_opt *opt,
    enum store_mode mode, struct store_opts *o, struct keyring **own,
    struct ehr_err *e)
{
	struct access_opt at;
	const char *db;

	*a = ACCESS_INIT;
	a->opt = *opt;
	a->opt.ring = NULL; /* the caller's */
	audit_user(&a->user);
	if (opt->glass && *opt->glass == '\0')
		return ehr_fail(e, EHR_EUSAGE, "--break-glass: why?");
	if (opt->glass && !opt->reason)
		a->opt.reason = opt->glass;
	db = opt->db ? opt->db : getenv("EHR_DB");
	if (db && mode != STORE_CREATE)
		group_allow(db, &a->real);
	if (a->real.len)
		a->opt.db = a->real.s;
	at = a->opt;
	at.ring = opt->ring;
	return access_unlock(&at, mode, o, own, e);
}

int access_open(struct access *a, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e)
{
	KEYRING_AUTO *own = NULL;
	struct store_opts o;
	int rc = begin(a, opt, mode, &o, &own, e);

	if (rc == 0)
		rc = record_open_with(&a->r, &o, e);
	return rc < 0 || mode == STORE_CREATE ? rc :
	    opened(a, record_store(a->r), e);
}

int access_store(struct store **db, const struct access_opt *opt,
    enum store_mode mode, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	KEYRING_AUTO *own = NULL;
	struct store_opts o;
	int rc;

	*db = NULL;
	rc = begin(&a, opt, mode, &o, &own, e);
	if (rc == 0)
		rc = store_open_with(db, &o, e);
	if (rc == 0)
		rc = opened(&a, *db, e);
	if (rc < 0) {
		store_close(*db);
		*db = NULL;
	}
	return rc;
}

void access_close(struct access *a)
{
	if (a->begin)
		access_set_end(a, EHR_EIO, NULL);
	if (a->r)
		refused_by_statement(a);
	record_close(a->r);
	buf_release(&a->real);
	buf_release(&a->user);
	buf_release(&a->roles);
	buf_release(&a->scope_text);
	free(a->range);
	*a = ACCESS_INIT;
}

int access_need(struct access *a, enum perm perms, const char *what,
    struct ehr_err *e)
{
	return store_need(record_store(a->r), perms, what, e);
}

/* What an action needs, besides what its statements and entries do. */
static int need(struct access *a, enum audit_action action, const char *scope,
    int64_t patient, struct ehr_err *e)
{
	static const enum perm needs[AUDIT_ACTION_COUNT] = {
		[AUDIT_READ] = PERM_READ, [AUDIT_LIST] = PERM_READ,
		[AUDIT_EXPORT] = PERM_EXPORT, [AUDIT_IMPORT] = PERM_IMPORT,
		[AUDIT_CREATE] = PERM_WRITE, [AUDIT_UPDATE] = PERM_WRITE,
		[AUDIT_DELETE] = PERM_WRITE, [AUDIT_MERGE] = PERM_REGISTER,
		[AUDIT_UNMERGE] = PERM_REGISTER, [AUDIT_UNDO] = PERM_IMPORT,
		[AUDIT_SIGN] = PERM_SIGN, [AUDIT_CONFIG] = PERM_ADMIN,
		[AUDIT_AUDIT] = PERM_AUDIT, [AUDIT_DISCLOSE] = PERM_EXPORT,
		[AUDIT_SUSPEND] = PERM_AUDIT, [AUDIT_REQUEST] = PERM_REQUEST,
	};
	struct audit_event ev = access_event(a, action, scope);
	int rc = access_need(a, needs[action], audit_action_name(action), e);

	if (rc < 0)
		refused(record_store(a->r), &ev, patient);
	return rc;
}

int access_withheld(struct access *a, int rc, struct ehr_err *e)
{
	const struct record_withheld *w;
	BUF_AUTO b = BUF_INIT;

	if (a->r == NULL || (rc != 0 && rc != EHR_ENO))
		return rc;
	w = record_withheld(a->r);
	for (int c = 0; c < RECORD_CATEGORIES; c++)
		if (w->n[c])
			buf_addf(&b, "%s%lld %s", b.len ? ", " : "",
			    (long long)w->n[c],
			    record_category_name((enum record_category)c));
	return b.len == 0 ? rc :
	    ehr_fail(e, EHR_ENO, "withheld: %s", b.s);
}

/* ---- reading ---- */

/* Is anything of the chart shown? */
static bool shows(enum audit_action action)
{
	return action != AUDIT_AUDIT && action != AUDIT_REQUEST;
}

/* The event of reading patient, unless that is refused: its own event. */
static int read_one(struct access *a, enum audit_action action,
    const char *scope, int64_t patient, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct audit_event ev;
	int rc = need(a, action, scope, patient, e), sensitive = 0;

	if (rc < 0)
		return rc;
	if (shows(action))
		sensitive = weigh(a, patient, e);
	ev = flagged(a, action, scope, sensitive > 0);
	if (sensitive == EHR_EPERM)
		refused(db, &ev, patient);
	return sensitive < 0 ? sensitive :
	    audit_read_one(db, &ev, patient, NULL, e);
}

int access_find(struct access *a, struct str name, int type,
    enum audit_action action, const char *scope, struct record_found *found,
    struct buf *candidates, struct ehr_err *e)
{
	struct audit_event ev = access_event(a, action, scope);
	int rc = record_find(a->r, name, type, found, candidates, e);

	if (rc == 0)
		rc = need(a, action, scope, found->patient, e);
	if (rc < 0)
		return rc;
	rc = record_readable(a->r, found->rid, e);
	if (rc == EHR_EPERM)
		refused(record_store(a->r), &ev, found->patient);
	if (rc == 0 && found->patient)
		rc = read_one(a, action, scope, found->patient, e);
	return rc;
}

int access_patient(struct access *a, struct str name,
    enum audit_action action, const char *scope, int64_t *patient,
    struct buf *candidates, struct ehr_err *e)
{
	int rc = record_find_patient_at(a->r, name,
	    a->opt.as_of ? a->opt.as_of : RECORD_NOW, patient, candidates, e);

	return rc < 0 ? rc : read_one(a, action, scope, *patient, e);
}

int access_set_begin(struct access *a, enum audit_action action,
    const char *scope, const int64_t *patient, size_t n, struct ehr_err *e)
{
	struct audit_event ev;
	struct audit_range *range;
	int rc = need(a, action, scope, 0, e);

	a->flagged = rc = rc < 0 ? rc : weigh_set(a, patient, n, e);
	if (rc < 0)
		return rc;
	ev = flagged(a, action, scope, a->flagged);
	range = xcalloc(n + 1, sizeof(*range));
	rc = audit_begin_set(record_store(a->r), &ev, range,
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
	struct audit_event ev = flagged(a, a->action, a->scope, a->flagged);
	bool done = rc >= EHR_ENO || rc == EHR_EREJECT;
	int64_t begin = a->begin;
	int failed;

	ev.outcome = done ? AUDIT_DONE_OK : AUDIT_DONE_FAILED;
	a->begin = 0;
	failed = audit_end_set(record_store(a->r), &ev, begin, a->range, a->n,
	    NULL, done ? e : NULL);
	return done && failed < 0 ? failed : rc;
}

int access_set(struct access *a, enum audit_action action, const char *scope,
    const int64_t *patient, size_t n, struct ehr_err *e)
{
	struct audit_event ev;
	struct audit_range *range;
	struct store *db = record_store(a->r);
	int rc = need(a, action, scope, 0, e);

	if (rc == 0 && shows(action))
		rc = weigh_set(a, patient, n, e);
	if (rc < 0)
		return rc;
	ev = flagged(a, action, scope, rc > 0);
	range = xcalloc(n + 1, sizeof(*range));
	rc = store_begin(db, STORE_SHORT, e);
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

/* Is it no person who says what is written, but an input, or what was there
 * before? */
static bool loads(enum audit_action action)
{
	return action == AUDIT_IMPORT || action == AUDIT_UNDO;
}

/* Sensitive charts among those that people write into; 1: there are. */
static int weigh_written(struct access *a, const int64_t *patient, size_t n,
    struct ehr_err *e)
{
	int rc, some = 0;

	for (size_t i = 0; i < n; i++) {
		rc = patient[i] ? weigh(a, patient[i], e) : 0;
		if (rc < 0)
			return rc;
		some = some || rc > 0;
	}
	return some;
}

/* A chunk's event: who was touched by it. Of a batch without patients only
 * that it was. */
static int on_chunk(void *arg, int64_t batch, const int64_t *patient, size_t n,
    bool first, bool last, struct ehr_err *e)
{
	struct access *a = arg;
	struct audit_event ev;
	struct audit_range *range;
	int rc = 0;

	(void)last;
	if (n == 0 && !first)
		return 0;
	if (!loads(a->write.action))
		rc = weigh_written(a, patient, n, e);
	if (rc < 0)
		return rc;
	ev = flagged(a, a->write.action, a->write.scope, rc > 0);
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
		.any = loads(w->action),
		.keep_signed = w->action == AUDIT_IMPORT,
		.kind = w->kind,
	};
	int rc = need(a, w->action, w->scope, 0, e);

	if (rc < 0)
		return rc;
	a->write = *w;
	if (a->opt.dry_run)
		store_dry_run(record_store(a->r));
	rc = batch_open(b, a->r, &info, e);
	if (rc == 0)
		batch_on_chunk(*b, on_chunk, a);
	return rc;
}

/* ---- rows that are no resource ---- */

int access_rows_begin(struct access *a, const struct access_write *w,
    const struct access_rows *k, int64_t *batch, struct ehr_err *e)
{
	struct batch_info info = { .tool = a->opt.tool, .user = a->user.s,
		.source = w->source, .input = w->input,
		.reason = a->opt.reason };
	struct store *db = record_store(a->r);
	int rc = need(a, w->action, w->scope, 0, e);

	if (rc < 0)
		return rc;
	if (a->opt.dry_run)
		store_dry_run(db);
	a->write = *w;
	a->n = 0;
	rc = store_begin(db, k->bulk ? STORE_BULK : STORE_SHORT, e);
	if (rc == 0)
		rc = batch_row_add(a->r, &info, k->kind, k->sha256, k->undoes,
		    batch, e);
	if (rc < 0)
		store_rollback(db);
	return rc;
}

/* The event of the rows, as on_chunk() has it. */
static int rows_event(struct access *a, int64_t batch, struct ehr_err *e)
{
	const struct audit_range *r = a->range;
	struct audit_event ev;
	int some = 0;

	for (size_t i = 0; i < a->n && record_sensitive_any(a->r); i++)
		for (int64_t p = r[i].first; p <= r[i].last; p++) {
			int rc = weigh_written(a, &p, 1, e);

			if (rc < 0)
				return rc;
			some = some || rc > 0;
		}
	ev = flagged(a, a->write.action, a->write.scope, some);
	ev.batch = batch;
	return audit_append(record_store(a->r), &ev, a->range, a->n, NULL, e);
}

int access_rows_end(struct access *a, int64_t batch,
    const struct batch_counts *n, int rc, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	bool changed = n->inserted || n->updated || n->deleted;
	int failed = 0;

	if (changed && (rc >= EHR_ENO || rc == EHR_EREJECT)) {
		failed = rows_event(a, batch, e);
		if (failed == 0)
			failed = batch_row_end(a->r, batch, n, e);
		if (failed == 0) {
			failed = store_commit(db, e);
			return failed < 0 ? failed : rc;
		}
	}
	store_rollback(db);
	return failed < 0 ? failed : rc;
}
