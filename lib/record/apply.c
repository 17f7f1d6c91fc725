/* apply.c - items of a batch, in chart order, into rows: chart by chart, in
 * windows of bounded size (feed.h), in chunks of bounded time. */
#include "feed.h"

/* What is known of a resource that is there. */
struct current {
	bool there;
	int64_t rid, batch, updated;
	enum record_state state;
	uint8_t hash[16];
	bool has_hash;
	int64_t version, last_version;
};

static int load_current(struct batch *b, int64_t rid, struct current *c,
    struct ehr_err *e)
{
	struct stmt *s = sql(b->r, RES_HASH);
	struct str hash;
	int rc;

	*c = (struct current){ .rid = rid };
	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc > 0) {
		c->there = true;
		c->version = stmt_col_int(s, 0);
		c->batch = stmt_col_int(s, 1);
		c->updated = stmt_col_null(s, 3) ? INT64_MIN :
		    stmt_col_int(s, 3);
		c->state = (enum record_state)stmt_col_int(s, 4);
		hash = stmt_col(s, 5);
		c->has_hash = hash.n == sizeof(c->hash);
		if (c->has_hash)
			memcpy(c->hash, hash.s, sizeof(c->hash));
		c->last_version = stmt_col_int(s, 6);
	}
	stmt_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- rids ---- */

static int next_rid(struct batch *b, struct window *w, int64_t *rid,
    struct ehr_err *e)
{
	int rc = 0;

	if (w->next > SEQ_MAX) {
		rc = segment_new(b->r, w->patient == 0, b->id, &w->seg, e);
		if (rc == 0 && w->patient)
			rc = segment_assign(b->r, w->seg, w->patient, b->id,
			    e);
		w->next = 1;
	}
	*rid = rid_make(w->seg, w->next++);
	return rc;
}

/* A Patient comes whom resources named already in another way: the chart
 * kept for that name becomes his. */
static int take_over(struct batch *b, struct window *w, struct str name,
    struct ehr_err *e)
{
	struct record *r = b->r;
	struct current c;
	int64_t rid, patient;
	int rc = ident_find(r, b->source, name, FHIR_Patient, true, &rid, e);

	if (rc <= 0 || rid_segment(rid) == w->seg)
		return rc < 0 ? rc : 0;
	rc = load_current(b, rid, &c, e);
	if (rc < 0 || c.there)
		return rc;
	rc = segment_patient(r, rid_segment(rid), RECORD_NOW - 1, &patient, e);
	if (rc <= 0 || patient == w->patient)
		return rc < 0 ? rc : 0;
	return segment_assign(r, rid_segment(rid), w->patient, b->id, e);
}

static int take_over_all(struct batch *b, struct window *w, size_t i,
    struct ehr_err *e)
{
	const struct facts *f = &w->facts[i];
	int rc = 0;

	if (w->it[i].url.n)
		rc = take_over(b, w, w->it[i].url, e);
	for (size_t k = 0; rc == 0 && k < f->n_name; k++)
		rc = take_over(b, w, f->name[k], e);
	return rc;
}

/* Segment, patient and next free place of the window's chart. */
static int place(struct batch *b, struct window *w, struct ehr_err *e)
{
	const struct item_ref *it = &w->it[0];
	int64_t last;
	int rc = chart_segment(b, it->chart, it->h.type == FHIR_Patient,
	    &w->seg, e);

	if (rc == 0)
		rc = segment_patient(b->r, w->seg, RECORD_NOW - 1, &w->patient,
		    e);
	if (rc >= 0)
		rc = segment_last_seq(b->r, w->seg, &last, e);
	if (rc == 0)
		w->next = last + 1;
	return rc;
}

static uint64_t item_hash(const struct item_ref *it)
{
	return ident_hash(it->h.source, it->id, it->h.type);
}

/* As ident_find(); an empty record holds only what went by in this load. */
static int find_item(struct batch *b, const struct item_ref *it, int64_t *rid,
    struct ehr_err *e)
{
	if (b->fresh && !bloom_add(&b->seen, item_hash(it)) &&
	    it->h.type != FHIR_Patient)
		return 0;
	return ident_find(b->r, it->h.source, it->id, it->h.type, true, rid,
	    e);
}

/* Gives every resource of the window its rid, so that references among them
 * are resolved whichever comes first. */
static int number(struct batch *b, struct window *w, struct ehr_err *e)
{
	int64_t rid = 0;
	bool added;
	int rc = 0;

	map64_clear(&b->win.rid);
	for (size_t i = 0; rc >= 0 && i < w->n; i++) {
		const struct item_ref *it = &w->it[i];
		int64_t *at = map64_put(&b->win.rid, item_hash(it), &added);

		w->is_new[i] = false;
		if (!added)
			continue;
		rid = 0;
		rc = find_item(b, it, &rid, e);
		w->is_new[i] = rc == 0;
		if (rc == 0 && !(it->h.flags & ITEM_DELETE)) {
			rid = rid_make(w->seg, 0);
			if (it->h.type != FHIR_Patient)
				rc = next_rid(b, w, &rid, e);
		}
		if (rc < 0)
			break;
		*at = rid;
		*map64_put(&b->win.rid, ident_hash(it->h.source, it->id,
		    IDENT_ANY), NULL) = rid;
	}
	return rc < 0 ? rc : 0;
}

/* ---- one item ---- */

struct arrival {
	struct batch *b;
	int type;
	int64_t rid;
	struct ehr_err *e;
};

/* Links that wait for the name, with the type or without. */
static int resolve_links(struct arrival *a, struct str name)
{
	int rc = link_arrived(a->b, name, a->type, a->rid, a->e);

	return rc < 0 ? rc : link_arrived(a->b, name, IDENT_ANY, a->rid, a->e);
}

static int arrive_url(struct arrival *a, struct str url)
{
	int rc;

	if (url.n == 0)
		return 0;
	rc = ident_add(a->b->r, a->b->source, url, a->type, a->rid, true,
	    a->e);
	return rc < 0 ? rc : resolve_links(a, url);
}

/* Names besides the id: full URL and identifiers. */
static int arrive(struct arrival *a, const struct item_ref *it,
    const struct facts *f)
{
	struct batch *b = a->b;
	int rc = arrive_url(a, it->url);

	for (size_t i = 0; rc == 0 && i < f->n_name; i++) {
		rc = ident_add(b->r, b->source, f->name[i], a->type, a->rid,
		    false, a->e);
		if (rc == 0)
			rc = resolve_links(a, f->name[i]);
	}
	return rc;
}

static struct version item_version(struct batch *b, const struct window *w,
    size_t i, int64_t rid)
{
	const struct item_ref *it = &w->it[i];
	bool gone = it->h.flags & ITEM_DELETE;

	return (struct version){
		.rid = rid,
		.type = it->h.type,
		.source = b->source,
		.id = it->id,
		.updated = gone && it->h.updated == INT64_MAX ? INT64_MIN :
		    it->h.updated,
		.hash = gone ? NULL : it->h.hash,
		.body = gone ? STR_NONE : it->body,
		.state = gone ? RECORD_DELETED : RECORD_LIVE,
		.origin = b->id,
		.version = 1,
		.facts = &w->facts[i],
	};
}

static int insert_item(struct batch *b, struct window *w, size_t i,
    int64_t rid, int64_t version, struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	struct version v = item_version(b, w, i, rid);
	struct arrival a = { b, it->h.type, rid, e };
	int rc;

	v.version = version;
	rc = version_insert(b, &v, e);
	if (rc == 0)
		rc = ident_add(b->r, b->source, it->id, it->h.type, rid,
		    false, e);
	if (rc == 0)
		rc = resolve_links(&a, it->id);
	if (rc == 0 && it->h.type == FHIR_Patient)
		rc = take_over_all(b, w, i, e);
	if (rc == 0)
		rc = arrive(&a, it, &w->facts[i]);
	b->n.inserted++;
	batch_patient(b, w->patient);
	return rc;
}

/* The patient whose chart rid is in was touched. */
static int touch_patient(struct batch *b, struct window *w, int64_t rid,
    struct ehr_err *e)
{
	int64_t patient = w->patient;
	int rc = 0;

	if (rid_segment(rid) != w->seg)
		rc = record_patient_of(b->r, rid, RECORD_NOW - 1, &patient, e);
	batch_patient(b, patient);
	return rc;
}

/* v takes the place of what is current. */
static int replace_row(struct batch *b, struct window *w,
    const struct current *c, struct version *v, struct ehr_err *e)
{
	struct resource cur;
	int rc = row_load(b->r, c->rid, &cur, e);

	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_EINTEGRITY,
		    "a resource is gone while it is written");
	if (cur.body.s) /* no tombstone */
		cur.body = arena_str(&w->mem, cur.body);
	stmt_reset(sql(b->r, RES_GET));
	rc = version_replace(b, &cur, v, e);
	if (v->body.s == NULL)
		b->n.deleted++;
	else if (c->state == RECORD_LIVE)
		b->n.updated++;
	else
		b->n.inserted++;
	return rc < 0 ? rc : touch_patient(b, w, c->rid, e);
}

static int replace_item(struct batch *b, struct window *w, size_t i,
    const struct current *c, struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	struct version v = item_version(b, w, i, c->rid);
	struct arrival a = { b, it->h.type, c->rid, e };
	int rc = replace_row(b, w, c, &v, e);

	if (rc == 0 && v.body.s && it->h.type == FHIR_Patient)
		rc = take_over_all(b, w, i, e);
	return rc == 0 && v.body.s ? arrive(&a, it, &w->facts[i]) : rc;
}

/* It was deleted after what is current and before the item: so says a deletion
 * of the same batch. */
static int delete_between(struct batch *b, struct window *w, size_t i,
    struct current *c, struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	struct version v = item_version(b, w, i, c->rid);
	int rc;

	if (c->state != RECORD_LIVE || (it->h.flags & ITEM_DELETE) ||
	    b->deletes.n == 0)
		return 0;
	v.updated = deletes_between(&b->deletes, item_hash(it), c->updated,
	    it->h.updated);
	if (v.updated == INT64_MAX)
		return 0;
	v.hash = NULL;
	v.body = STR_NONE;
	v.state = RECORD_DELETED;
	rc = replace_row(b, w, c, &v, e);
	return rc < 0 ? rc : load_current(b, c->rid, c, e);
}

/* Its subject is another patient now: the old row ends as moved. */
static int move_item(struct batch *b, struct window *w, size_t i,
    const struct current *c, struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	struct version v = item_version(b, w, i, c->rid);
	struct resource cur;
	int64_t rid, from;
	int rc = row_load(b->r, c->rid, &cur, e);

	if (rc <= 0)
		return rc;
	if (cur.body.s) /* no tombstone */
		cur.body = arena_str(&w->mem, cur.body);
	stmt_reset(sql(b->r, RES_GET));
	v.body = STR_NONE;
	v.hash = NULL;
	v.state = RECORD_MOVED;
	rc = version_replace(b, &cur, &v, e);
	if (rc == 0)
		rc = record_patient_of(b->r, c->rid, RECORD_NOW - 1, &from, e);
	if (rc == 0)
		rc = next_rid(b, w, &rid, e);
	if (rc < 0)
		return rc;
	batch_patient(b, from);
	map64_clear(&b->win.cache);
	*map64_put(&b->win.rid, item_hash(it), NULL) = rid;
	rc = insert_item(b, w, i, rid, c->last_version + 2, e);
	if (c->state == RECORD_LIVE) {
		b->n.inserted--;
		b->n.updated++;
	}
	return rc;
}

/* Was it deleted at a known time after that of the item? */
static bool is_gone_since(const struct item *h, const struct current *c)
{
	return c->state == RECORD_DELETED && (h->flags & ITEM_BY_TIME) &&
	    h->updated != INT64_MIN && c->updated > h->updated;
}

/* Is what is current newer than the item, by what both say of themselves? */
static bool is_late(const struct batch *b, const struct item *h,
    const struct current *c)
{
	if (h->flags & ITEM_DELETE)
		return c->state == RECORD_LIVE && c->updated > h->updated;
	if (c->state != RECORD_LIVE && !is_gone_since(h, c))
		return false;
	if (c->state == RECORD_LIVE && c->batch == b->id)
		return c->updated > h->updated || (c->updated == h->updated &&
		    c->has_hash && memcmp(c->hash, h->hash, 16) > 0);
	return (h->flags & ITEM_BY_TIME) && h->updated != INT64_MIN &&
	    c->updated > h->updated;
}

/* 1: the record has that tombstone already. */
static int known_deleted(struct batch *b, int64_t rid, int64_t time,
    struct ehr_err *e)
{
	struct stmt *s = sql(b->r, HIS_DELETED);
	int rc;

	stmt_int(s, 1, rid);
	stmt_int(s, 2, time);
	rc = stmt_step(s, e);
	stmt_reset(s);
	return rc;
}

/* 1: nothing to write. */
static int is_unchanged(struct batch *b, const struct item *h,
    const struct current *c, struct ehr_err *e)
{
	if (h->flags & ITEM_DELETE)
		return !c->there || c->state != RECORD_LIVE ? 1 :
		    c->updated <= h->updated ? 0 :
		    known_deleted(b, c->rid, h->updated, e);
	if (!c->there || (c->state != RECORD_LIVE && !is_gone_since(h, c)))
		return 0;
	if (c->has_hash && memcmp(c->hash, h->hash, 16) == 0)
		return 1;
	return h->if_version ? 0 : version_known(b->r, c->rid, h->hash, e);
}

/* Do the subjects of what is current and of the item have the same segment?
 * Of merged patients only one may be meant: their charts can be parted. */
static int same_subject(struct batch *b, struct window *w, int64_t rid,
    bool *same, struct ehr_err *e)
{
	struct item_ref old = { 0 };
	struct resource cur;
	struct tape_error why;
	int64_t seg;
	int rc = row_load(b->r, rid, &cur, e);

	*same = false;
	if (rc <= 0 || cur.body.s == NULL)
		return rc;
	if (tape_parse(&b->r->tape, cur.body.s, cur.body.n, &why) < 0)
		return ehr_fail(e, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	old.h.type = (uint16_t)cur.type;
	chart_of(b, &b->r->tape, 0, &old);
	rc = chart_segment(b, old.chart, false, &seg, e);
	*same = seg == w->seg;
	return rc;
}

static int same_chart(struct batch *b, struct window *w,
    const struct item_ref *it, int64_t rid, bool *same, struct ehr_err *e)
{
	int64_t patient;
	int rc;

	*same = true;
	if (rid_segment(rid) == w->seg || (it->h.flags & ITEM_DELETE) ||
	    it->h.type == FHIR_Patient)
		return 0;
	rc = record_patient_of(b->r, rid, RECORD_NOW - 1, &patient, e);
	*same = patient == w->patient;
	if (rc < 0 || !*same || patient == 0)
		return rc;
	return same_subject(b, w, rid, same, e);
}

/* The URL it came under is a name of it, whether its content is new or not. */
static int keep_url(struct batch *b, struct window *w, size_t i, int64_t rid,
    struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	struct arrival a = { b, it->h.type, rid, e };
	int rc = 0;

	if (it->url.n && it->h.type == FHIR_Patient)
		rc = take_over(b, w, it->url, e);
	return rc < 0 ? rc : arrive_url(&a, it->url);
}

static int keep_late(struct batch *b, struct window *w, size_t i,
    const struct current *c, struct ehr_err *e)
{
	struct version v = item_version(b, w, i, c->rid);
	int rc = touch_patient(b, w, c->rid, e);

	if (v.body.s)
		b->n.updated++;
	else
		b->n.deleted++;
	if (rc == 0)
		rc = version_late(b, &v, e);
	return rc < 0 ? rc : keep_url(b, w, i, c->rid, e);
}

/* What was signed while the batch was collected must not be changed by it. */
static int still_unsigned(struct batch *b, const struct item_ref *it,
    const struct current *c, struct ehr_err *e)
{
	int rc = b->keep_signed && c->state == RECORD_LIVE &&
	    signed_type(it->h.type) ? signed_here(b->r, c->rid, 0, e) : 0;

	return rc <= 0 ? rc : ehr_fail(e, EHR_ECHANGED, "%s/%.*s: changed "
	    "meanwhile: it was signed", fhir_type_name(it->h.type),
	    STR_FMT(it->id));
}

static int apply_item(struct batch *b, struct window *w, size_t i,
    struct ehr_err *e)
{
	const struct item_ref *it = &w->it[i];
	int64_t rid = *map64_get(&b->win.rid, item_hash(it));
	struct current c = { .rid = rid };
	bool same;
	int rc = w->is_new[i] ? 0 : load_current(b, rid, &c, e);

	if (rc == 0 && it->h.if_version && c.version != it->h.if_version)
		return ehr_fail(e, EHR_ECHANGED, "%s/%.*s: changed meanwhile: "
		    "version %lld is current, not %lld",
		    fhir_type_name(it->h.type), STR_FMT(it->id),
		    (long long)c.version, (long long)it->h.if_version);
	if (rc == 0)
		rc = is_unchanged(b, &it->h, &c, e);
	if (rc != 0) {
		bool ours = b->resumed && c.there && c.batch == b->id;

		b->n.inserted += rc > 0 && ours;
		b->n.unchanged += rc > 0 && !ours;
		return rc < 0 ? rc : keep_url(b, w, i, rid, e);
	}
	if (!c.there)
		return insert_item(b, w, i, rid, 1, e);
	rc = still_unsigned(b, it, &c, e);
	if (rc < 0)
		return rc;
	if (is_late(b, &it->h, &c))
		return keep_late(b, w, i, &c, e);
	rc = delete_between(b, w, i, &c, e);
	if (rc < 0)
		return rc;
	rc = same_chart(b, w, it, rid, &same, e);
	if (rc < 0)
		return rc;
	return same ? replace_item(b, w, i, &c, e) :
	    move_item(b, w, i, &c, e);
}

/* ---- windows and chunks ---- */

static int apply_window(struct batch *b, struct window *w, struct ehr_err *e)
{
	int own = b->source, rc;

	b->source = w->it[0].h.source;
	rc = place(b, w, e);
	if (rc == 0)
		rc = number(b, w, e);
	for (size_t i = 0; rc == 0 && i < w->n; i++) {
		b->source = w->it[i].h.source;
		rc = apply_item(b, w, i, e);
	}
	b->source = own;
	return rc;
}

static int next_chunk(struct batch *b, struct ehr_err *e)
{
	int rc;

	if (!store_bulk_due(b->r->db))
		return 0;
	rc = batch_chunk(b, false, e);
	if (rc == 0)
		rc = store_commit(b->r->db, e);
	if (rc == 0)
		rc = store_begin(b->r->db, STORE_BULK, e);
	return rc < 0 ? rc : index_progress(b->r, e);
}

static int apply_windows(struct batch *b, struct ehr_err *e)
{
	struct feed *feed = feed_new(b->spool);
	struct window *w;
	bool first = true;
	int rc, got = 0;

	for (rc = 0; rc == 0; first = false) {
		got = feed_next(feed, &w, e);
		if (got <= 0)
			break;
		if (!first)
			rc = next_chunk(b, e);
		if (rc == 0)
			rc = apply_window(b, w, e);
		feed_back(feed, w);
	}
	feed_free(feed);
	return rc < 0 ? rc : got;
}

int apply_collected(struct batch *b, struct ehr_err *e)
{
	int rc = apply_windows(b, e);

	if (rc == 0)
		rc = batch_end_row(b, BATCH_DONE, e);
	return rc < 0 ? rc : batch_chunk(b, true, e);
}

int apply_all(struct batch *b, struct ehr_err *e)
{
	int rc = batch_begin_row(b, e);

	if (rc == 0)
		rc = apply_collected(b, e);
	if (rc == 0 && !b->outer)
		rc = store_commit(b->r->db, e);
	return rc;
}
