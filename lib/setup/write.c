/* write.c - a set-up put in another one's place, and taken back. */
#include "setup/impl.h"
#include "setup/statements.h"

#include "ehr/fhir.h"

/* ---- two sets ---- */

void setup_merge(struct setup *to, const struct setup *s,
    const struct setup *add, bool replace)
{
	for (size_t k = 0; k < add->n; k++)
		setup_add(to, &add->item[k]);
	for (size_t k = 0; k < s->n && !replace; k++)
		if (!setup_find(add, s->item[k].kind, s->item[k].key))
			setup_add(to, &s->item[k]);
	setup_sort(to);
}

int setup_compare(const struct setup *have, const struct setup *want,
    setup_change_fn *fn, void *arg, struct ehr_err *e)
{
	size_t i = 0, k = 0;
	int rc = 0, c;

	while (rc == 0 && (i < have->n || k < want->n)) {
		const struct setup_item *a = have->item + i,
					*b = want->item + k;

		c = i == have->n ? 1 : k == want->n ? -1 : setup_order(a, b);
		if (c < 0)
			rc = fn(arg, SETUP_REMOVED, a, NULL, e);
		else if (c > 0)
			rc = fn(arg, SETUP_ADDED, NULL, b, e);
		else
			rc = fn(arg, setup_same(a, b) ? SETUP_SAME :
			    SETUP_CHANGED, a, b, e);
		i += c <= 0;
		k += c >= 0;
	}
	return rc;
}

/* ---- writing ---- */

struct writer {
	struct access *a;
	struct store *db;
	int64_t batch;
	const char *file;
	struct diag_sink *sink;
	struct batch_counts *n;
	bool refused;
};

/* Touches whom a value is about: 0 nobody of that name is there. */
static int touch(struct access *a, const struct setup_value *v,
    struct ehr_err *e)
{
	struct record_found found;
	int type = v->field->type == &SETUP_T_PATIENT ? FHIR_Patient : 0;
	int rc = record_find(a->r, v->text, type, &found, NULL, e);

	if (rc == 0)
		access_set_touch(a, found.patient);
	return rc == EHR_ENOENT ? 0 : rc < 0 ? rc : 1;
}

int setup_touch(struct access *a, const struct setup_item *i,
    const struct setup_value **missing, struct ehr_err *e)
{
	int rc = 1;

	for (size_t k = 0; k < i->n && rc >= 0; k++) {
		if (!(i->value[k].field->flags & SETUP_HERE))
			continue;
		rc = touch(a, &i->value[k], e);
		if (rc == 0 && missing)
			*missing = &i->value[k];
	}
	return rc < 0 ? rc : 0;
}

static int touch_new(struct writer *w, const struct setup_item *i,
    struct ehr_err *e)
{
	const struct setup_value *missing = NULL;
	int rc = setup_touch(w->a, i, &missing, e);

	if (rc == 0 && missing) {
		setup_tell(w->sink, DIAG_SETUP_REFERENCE, w->file, i,
		    missing->field->name, missing->line, "not in the record");
		w->refused = true;
	}
	return rc;
}

static int add_row(struct writer *w, const struct setup_item *i,
    struct ehr_err *e)
{
	struct stmt *s = setup_sql(w->db, i->form, SETUP_ADD);
	BUF_AUTO body = BUF_INIT;

	setup_body(i, &body);
	stmt_text(s, 1, str_of(setup_kind_name(i)));
	stmt_text(s, 2, i->key);
	stmt_text(s, 3, buf_str(&body));
	stmt_int(s, 4, w->batch);
	return stmt_run(s, e);
}

static int close_row(struct writer *w, const struct setup_item *i,
    struct ehr_err *e)
{
	struct stmt *s = setup_sql(w->db, i->form, SETUP_CLOSE);
	int rc;

	stmt_int(s, 1, i->row);
	stmt_int(s, 2, w->batch);
	rc = stmt_run(s, e);
	return rc == 0 && store_changes(w->db) != 1 ? ehr_fail(e,
	    EHR_ECHANGED, "setup row %lld: changed meanwhile",
	    (long long)i->row) : rc;
}

/* Others name its key for good. */
static int still_used(struct writer *w, const struct setup_item *i,
    struct ehr_err *e)
{
	int rc = i->form->used ? i->form->used(w->db, i, e) : 0;

	if (rc > 0) {
		setup_tell(w->sink, DIAG_SETUP_REFERENCE, w->file, i, NULL, 0,
		    "is named elsewhere, so it cannot go");
		w->refused = true;
	}
	return rc < 0 ? rc : 0;
}

static int write_one(void *arg, enum setup_change change,
    const struct setup_item *have, const struct setup_item *want,
    struct ehr_err *e)
{
	struct writer *w = arg;
	int rc = 0;

	w->n->unchanged += change == SETUP_SAME;
	w->n->inserted += change == SETUP_ADDED;
	w->n->updated += change == SETUP_CHANGED;
	w->n->deleted += change == SETUP_REMOVED;
	if (change == SETUP_SAME)
		return 0;
	if (change == SETUP_REMOVED)
		rc = still_used(w, have, e);
	if (rc == 0 && have)
		rc = setup_touch(w->a, have, NULL, e);
	if (rc == 0 && want)
		rc = touch_new(w, want, e);
	if (rc == 0 && have)
		rc = close_row(w, have, e);
	if (rc == 0 && want)
		rc = add_row(w, want, e);
	return rc;
}

int setup_write(struct access *a, int64_t batch, const struct setup *have,
    const struct setup *want, const char *file, struct diag_sink *sink,
    struct batch_counts *counts, struct ehr_err *e)
{
	struct writer w = { .a = a, .db = record_store(a->r), .batch = batch,
		.file = file, .sink = sink, .n = counts };
	int rc = setup_compare(have, want, write_one, &w, e);

	if (rc == 0 && w.refused)
		rc = ehr_fail(e, EHR_EREJECT, "%s: nothing of it was taken",
		    file);
	return rc;
}

/* ---- taking back ---- */

struct undoing {
	const struct setup *now;
	struct setup want; /* what the batch changed, as it was before */
	struct setup gone; /* what it added */
	void (*fn)(void *arg, const char *what);
	void *arg;
	uint64_t later;
};

static int undo_one(void *arg, enum setup_change change,
    const struct setup_item *before, const struct setup_item *after,
    struct ehr_err *e)
{
	struct undoing *u = arg;
	const struct setup_item *any = change == SETUP_REMOVED ? before :
	    after;
	const struct setup_item *now = setup_find(u->now, any->kind,
	    any->key);
	BUF_AUTO what = BUF_INIT;

	(void)e;
	if (change == SETUP_SAME)
		return 0;
	if (change == SETUP_REMOVED ? now != NULL :
	    !now || !setup_same(now, any)) {
		buf_addf(&what, "%s %.*s", setup_kind_name(any),
		    STR_FMT(any->key));
		if (now)
			buf_addf(&what, ": batch %lld", (long long)now->batch);
		u->fn(u->arg, what.s);
		u->later++;
	}
	if (change == SETUP_ADDED)
		setup_add(&u->gone, any);
	else
		setup_add(&u->want, before);
	return 0;
}

/* now, with those of want put in and without those of gone. */
static void put_back(struct undoing *u, struct setup *to)
{
	setup_sort(&u->want);
	setup_sort(&u->gone);
	for (size_t k = 0; k < u->now->n; k++) {
		const struct setup_item *i = &u->now->item[k];

		if (!setup_find(&u->gone, i->kind, i->key) &&
		    !setup_find(&u->want, i->kind, i->key))
			setup_add(to, i);
	}
	for (size_t k = 0; k < u->want.n; k++)
		setup_add(to, &u->want.item[k]);
	setup_sort(to);
}

static void told(void *arg, const struct diag *d)
{
	struct undoing *u = arg;
	BUF_AUTO what = BUF_INIT;

	diag_format(&what, d);
	u->fn(u->arg, what.s);
}

static int undo_to(struct access *a, int64_t by, struct undoing *u,
    struct batch_counts *counts, struct ehr_err *e)
{
	struct diag_sink sink = { .emit = told, .arg = u };
	SETUP_AUTO to = SETUP_OF(u->now->form);
	int rc;

	put_back(u, &to);
	setup_check(&to, "record", &sink);
	rc = setup_write(a, by, u->now, &to, "record", &sink, counts, e);
	return sink.count[DIAG_ERROR] && (rc == 0 || rc == EHR_EREJECT) ?
	    ehr_fail(e, EHR_ENO, "what is left would name what is not there") :
	    rc;
}

int setup_undo(struct access *a, const struct setup_form *form, int64_t batch,
    int64_t of, void (*fn)(void *arg, const char *what), void *arg,
    struct batch_counts *counts, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	SETUP_AUTO before = SETUP_OF(form);
	SETUP_AUTO after = SETUP_OF(form);
	SETUP_AUTO now = SETUP_OF(form);
	struct undoing u = { .now = &now, .want = SETUP_OF(form),
		.gone = SETUP_OF(form), .fn = fn, .arg = arg };
	int rc = setup_read_at(db, of - 1, &before, e);

	if (rc == 0)
		rc = setup_read_at(db, of, &after, e);
	if (rc == 0)
		rc = setup_read(db, &now, e);
	if (rc == 0)
		rc = setup_compare(&before, &after, undo_one, &u, e);
	if (rc == 0 && u.later)
		rc = ehr_fail(e, EHR_ENO, "batch %lld: later ones built on "
		    "it", (long long)of);
	if (rc == 0)
		rc = undo_to(a, batch, &u, counts, e);
	setup_release(&u.want);
	setup_release(&u.gone);
	return rc;
}
