/*
 * record.h - the practice's record: FHIR R4 resources with their versions,
 * batches, charts (segments), links and search index, in one store.
 *
 * A resource is known by its rid (segment << 24 | sequence; never changes) in
 * here and by [SOURCE:]TYPE/ID outside. A patient is a number, that of the
 * first segment of the chart; after a merge several segments belong to one
 * patient. Bodies are the resources' own JSON, minified, never rewritten.
 */
#ifndef EHR_RECORD_H
#define EHR_RECORD_H

#include "ehr/json.h"
#include "ehr/store.h"

struct record;

int record_open(struct record **r, const char *path, enum store_mode mode,
    struct ehr_err *e);
/* The same with keys, as store_open_with() does. */
int record_open_with(struct record **r, const struct store_opts *o,
    struct ehr_err *e);
void record_close(struct record *r);
struct store *record_store(struct record *r);

#define RECORD_NOW INT64_MAX /* as_of: the current state */

/* ---- one resource ---- */

enum record_state {
	RECORD_LIVE,
	RECORD_DELETED, /* a tombstone: no body */
	RECORD_MOVED,	/* its subject changed: now another rid */
};

/* Slices are borrowed: for the call of a callback, or until the next read
 * through the same record. */
struct resource {
	int64_t rid;
	int type;		/* fhir_type() code */
	int source;
	struct str id;
	int64_t version;
	int64_t batch;
	int64_t time;		/* ms: when this version came into the record */
	int64_t end_time;	/* ms: superseded then; RECORD_NOW if not */
	int64_t updated;	/* meta.lastUpdated, ms; INT64_MIN if absent */
	enum record_state state;
	struct str body;	/* minified JSON; STR_NONE for a tombstone */
	struct str hash;	/* content hash, 16 bytes; STR_NONE likewise */
};

static inline int64_t rid_segment(int64_t rid)
{
	return rid >> 24;
}

/* ---- names ---- */

struct record_found {
	int64_t rid;
	int64_t patient;	/* whose chart it is in; 0: nobody's */
};

/* Finds "[SOURCE:]TYPE/ID", or with type > 0 (a patient, say) also
 * "[SOURCE:]ID". EHR_ENOENT when nothing has that name or several sources do;
 * candidates (one a line) are then appended to *candidates, if not NULL. A
 * tombstone is found too. */
int record_find(struct record *r, struct str name, int type,
    struct record_found *found, struct buf *candidates, struct ehr_err *e);
/* Patient number of "[SOURCE:]ID" (a merged one: whom it belongs to now). */
int record_find_patient(struct record *r, struct str name, int64_t *patient,
    struct buf *candidates, struct ehr_err *e);
/* The same as it was then: before a merge each had his own. */
int record_find_patient_at(struct record *r, struct str name, int64_t as_of,
    int64_t *patient, struct buf *candidates, struct ehr_err *e);
/* Appends [SOURCE:]TYPE/ID, for a Patient [SOURCE:]ID; by number for one only
 * referred to as well: 1, 0 when there is none. */
void record_name(struct record *r, const struct resource *res, struct buf *b);
int record_rid_name(struct record *r, int64_t rid, struct buf *b,
    struct ehr_err *e);
/* The same by a patient's number. */
int record_patient_name(struct record *r, int64_t patient, struct buf *b,
    struct ehr_err *e);
int record_source(struct record *r, struct str name, bool add, int *source,
    struct ehr_err *e);
/* Name of a source, borrowed from r. */
struct str record_source_name(struct record *r, int source);

/* ---- reading ---- */

typedef int record_fn(void *arg, const struct resource *res);

/* Types wanted: bit fhir code; all when empty. */
struct record_types {
	uint64_t bits[4];
	bool some;
};
void record_types_add(struct record_types *t, int type);
bool record_types_has(const struct record_types *t, int type);

struct record_filter {
	struct record_types types;
	int64_t as_of;	  /* RECORD_NOW */
	int64_t since;	  /* only versions that came at or after it; 0: all */
	bool history;	  /* every version, oldest first, tombstones too */
	bool deleted;	  /* tombstones too */
	bool whole;	  /* nothing is withheld: for what shows no entry */
	/* Of what is live now only rid, type, source, id and body are wanted:
	 * the rest is left empty. */
	bool bodies;
};
#define RECORD_FILTER ((struct record_filter){ .as_of = RECORD_NOW })

/* What was left out because the store's permissions (store_grant()) do not
 * reach that far: record_chart(), record_all(), record_get() and
 * record_history() hand on only what may be seen, index_...() refuse. */
enum record_category {
	RECORD_DEMOGRAPHICS,
	RECORD_CLINICAL,
	RECORD_NOTES,
	RECORD_BILLING,
	RECORD_VISITS,
	RECORD_ELIGIBILITY,
	RECORD_SENSITIVE,
	RECORD_CATEGORIES
};
const char *record_category_name(enum record_category c);
struct record_withheld {
	int64_t n[RECORD_CATEGORIES]; /* entries, each once */
	struct record_types types;    /* theirs, of the chart read last */
};
/* Owned by r, growing. */
const struct record_withheld *record_withheld(const struct record *r);
/* Are all entries of this type withheld? */
bool record_type_withheld(const struct record *r, int type);
/* What is no resource but shown with a chart: may none of that type be seen of
 * this patient? 1, 0. record_withhold() counts that something was left out. */
int record_hides(struct record *r, int64_t patient, int type,
    struct ehr_err *e);
void record_withhold(struct record *r, int64_t patient, int type);
/* 0, or EHR_EPERM: rid may not be seen, with the permission that it needs. */
int record_readable(struct record *r, int64_t rid, struct ehr_err *e);

/* ---- what takes a reason to see ----
 *
 * Entries with a label (include/ehr/label.def), entries of the practice's
 * list, and charts whose Patient is either. */
#define RECORD_KINDS(X)                                                       \
	X(VIP, "vip", false)                                                  \
	X(RESTRICTION, "restriction", false) /* asked for, 45 CFR 164.522 */  \
	X(OTHER, "other", false)                                              \
	X(OWN, "own", true)		     /* a member's own chart */       \
	X(FAMILY, "family", true)	     /* of somebody close */
enum record_kind {
#define X(id, name, own) RECORD_KIND_##id,
	RECORD_KINDS(X)
#undef X
	RECORD_KIND_COUNT
};
const char *record_kind_name(enum record_kind k);
/* Puts rid on the list (a Patient's: the chart), for one member of staff or
 * (0) everybody; takes it away. 1 changed, 0 it was so. In a transaction. */
int record_sensitive_put(struct record *r, int64_t rid, int64_t staff,
    enum record_kind kind, struct ehr_err *e);
int record_sensitive_drop(struct record *r, int64_t rid, int64_t staff,
    struct ehr_err *e);
/* user STR_NONE: everybody. */
int record_sensitive_each(struct record *r,
    int (*fn)(void *arg, int64_t rid, struct str user, struct str kind),
    void *arg, struct ehr_err *e);
/* From now on they count, for this member of staff. */
int record_guard(struct record *r, int64_t staff, struct ehr_err *e);
enum { RECORD_PLAIN, RECORD_SOME, RECORD_WHOLE };
/* Which of these a patient's chart is; negative: an error. */
int record_sensitive(struct record *r, int64_t patient, int64_t as_of,
    struct ehr_err *e);
/* May any chart be? */
bool record_sensitive_any(const struct record *r);

/* ---- facilities of the practice ----
 *
 * An entry is of the facility that a Location it names is of, or one that
 * contains that (partOf), or a Location of an Encounter it names; else of
 * none. */

/* The name of the zone that clocks show where a resource is of: its facility's,
 * else (NULL, too) the setting facility.zone, else that of the practice's first
 * facility, else UTC. Slices of res are void then. */
int record_zone(struct record *r, const struct resource *res, struct buf *zone,
    struct ehr_err *e);
/* That Location is of the facility of that name, which is there: 1; 0: it was
 * already. Inside a transaction, as is taking it away: 1, 0 it was of none. */
int record_place_put(struct record *r, int64_t rid, struct str facility,
    struct ehr_err *e);
int record_place_drop(struct record *r, int64_t rid, struct ehr_err *e);
/* By facility and number. */
int record_place_each(struct record *r,
    int (*fn)(void *arg, int64_t rid, struct str facility), void *arg,
    struct ehr_err *e);
/* Whoever writes from now on works at that facility alone (0: everywhere): it
 * is recorded of their batches, and what is of another one cannot be written
 * by hand (EHR_EPERM of batch_put()). */
void record_at(struct record *r, int64_t facility);

/* The version of rid valid at as_of: 1 found, 0 none at that time, or
 * withheld. */
int record_get(struct record *r, int64_t rid, int64_t as_of,
    struct resource *res, struct ehr_err *e);
/* All versions of rid, oldest first. fn returns 0 to go on; else its value
 * ends the scan and is returned. */
int record_history(struct record *r, int64_t rid, record_fn *fn, void *arg,
    struct ehr_err *e);
/* Every resource of a patient's chart (all segments, and those of other
 * charts that name the patient too), ordered by rid. */
int record_chart(struct record *r, int64_t patient,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e);
/* What a page of a chart is chosen by, without the bodies: type, date as the
 * source has it, and the number of an object of the members that make the
 * resource's line what it is but for the date; 0: read the whole. Borrowed. */
struct record_sketch {
	int64_t rid, same;
	int type;
	struct str start;
};
typedef int record_sketch_fn(void *arg, const struct record_sketch *s,
    struct ehr_err *e);
/* Are there sketches? Not while the index is stale. */
bool record_sketched(struct record *r);
/* Of every live resource of a patient's chart, as record_chart() has them. */
int record_sketches(struct record *r, int64_t patient,
    const struct record_types *types, record_sketch_fn *fn, void *arg,
    struct ehr_err *e);
/* Appends that object's text: 1, or 0 when there is none. */
int record_sketch_same(struct record *r, int64_t same, struct buf *b,
    struct ehr_err *e);
/* Every resource of the record, ordered by rid. */
int record_all(struct record *r, const struct record_filter *f, record_fn *fn,
    void *arg, struct ehr_err *e);
/* Resources of no patient (organizations, practitioners ...). */
int record_shared(struct record *r, const struct record_filter *f,
    record_fn *fn, void *arg, struct ehr_err *e);
/* ---- what questions about many charts can need of each ---- */

/* Resources of a type, or those of them with a code in an element. */
struct record_question {
	int type;
	struct str path; /* of the element, as FHIR has it; .s NULL: all */
	/* Is it a code that is asked for? system "" where the resource says
	 * none; of what was not done it is the url of QI-Core's extension
	 * (RECORD_NOT_DONE) and code the value set it names. May be asked for
	 * any code of the record. */
	bool (*has)(void *arg, struct str system, struct str code);
	void *arg;
};
#define RECORD_NOT_DONE "qicore-notDoneValueSet"
struct record_pick;
/* Looks up which codes of the record the n questions are about (borrowed until
 * the end). 0, or EHR_ENO: all has to be read, for the index is stale or
 * something may be withheld. */
int record_pick_new(struct record_pick **k, struct record *r,
    const struct record_question *q, size_t n, struct ehr_err *e);
void record_pick_free(struct record_pick *k);
/* What the index has of patients first..last; a few hundred at a time. */
int record_pick_range(struct record_pick *k, int64_t first, int64_t last,
    struct ehr_err *e);
/* Is a patient's chart one that questions can be asked about? Not one that was
 * merged, or that others' resources show in. */
bool record_pick_plain(const struct record_pick *k, int64_t patient);
/* May the plain chart have an answer to question i dated from..to (ms) or not
 * at all? What it says no to is not there. */
bool record_pick_may(struct record_pick *k, int64_t patient, size_t i,
    int64_t from, int64_t to);
/* The Patient of a plain chart, as record_filter.bodies has it: 1, or 0: there
 * is none. Borrowed until the next read through the record. */
int record_pick_patient(struct record_pick *k, int64_t patient,
    struct resource *res, struct ehr_err *e);
/* Calls fn, in the order of record_chart(), for what may answer one of the
 * questions wanted (a byte each), but for the Patient. */
int record_pick_chart(struct record_pick *k, int64_t patient,
    const uint8_t *wanted, record_fn *fn, void *arg, struct ehr_err *e);

/* Number of the patient whose chart holds rid at as_of; 0 for none. */
int record_patient_of(struct record *r, int64_t rid, int64_t as_of,
    int64_t *patient, struct ehr_err *e);
/* The same of Patient resources as of now: patient[i] of rid[i], which may be
 * one array. While no chart was ever merged they are told without a look. */
int record_patients_of(struct record *r, const int64_t *rid, size_t n,
    int64_t *patient, struct ehr_err *e);
/* rid of the Patient resource of a patient number. */
int64_t record_patient_rid(int64_t patient);
/* Calls fn for each current patient number, ascending. */
int record_patients(struct record *r, int (*fn)(void *arg, int64_t patient),
    void *arg, struct ehr_err *e);
/* Segments of a patient at as_of, ascending; *seg is owned by the caller. */
int record_segments(struct record *r, int64_t patient, int64_t as_of,
    int64_t **seg, size_t *n, struct ehr_err *e);

/* ---- links ---- */

enum link_state { LINK_RESOLVED, LINK_PENDING, LINK_AMBIGUOUS, LINK_OTHER };

/* Where reference number ordinal (document order, from 0) of rid leads.
 * LINK_OTHER: contained (#...), a logical reference or an address outside. */
int record_link(struct record *r, int64_t rid, int ordinal, int64_t *target,
    enum link_state *state, struct ehr_err *e);
/* Target of a reference text as seen from a resource of that source. */
int record_resolve(struct record *r, int source, struct str reference,
    int64_t *target, enum link_state *state, struct ehr_err *e);
/* Calls fn for each link that is pending or ambiguous. */
int record_unresolved(struct record *r,
    int (*fn)(void *arg, int64_t rid, int ordinal, enum link_state state),
    void *arg, struct ehr_err *e);
/* Appends the body with every resolved reference as Type/id (of its target),
 * which is what --refs resolved means; pending ones keep their text. */
int record_body_resolved(struct record *r, const struct resource *res,
    struct buf *b, struct ehr_err *e);

/* ---- notes that were signed ---- */

/* How the digest of a signed text begins, a URI of RFC 6920. */
#define RECORD_DIGEST "ni:///sha-256;"
/* Is the Provenance on t a signature of the note id (STR_NONE: of any) as
 * ehr-note makes it? digest and the version signed (0: not said) are set. */
bool record_signature(const struct tape *t, struct str id, int64_t *version,
    struct buf *digest);

/* ---- writing: everything is a batch ---- */

struct batch;

struct batch_info {
	const char *tool;	/* "ehr-import" */
	const char *user;
	const char *source;	/* name; NULL: local */
	const char *input;	/* name of what was read, or NULL */
	const char *reason;	/* or NULL */
	bool any; /* of every category; else what the permissions say */
	bool keep_signed; /* refuses what would change a note signed here */
	const char *kind; /* of rows beside, or NULL; see batch_undo() */
};

struct batch_counts {
	int64_t read, inserted, updated, unchanged, rejected, deleted;
};

struct batch_put {
	struct str full_url;	/* Bundle.entry.fullUrl, or STR_NONE */
	int64_t if_version;	/* > 0: must be current (else EHR_ECHANGED) */
	int source;		/* another than the batch's (an edit), or 0 */
	bool by_time;		/* current stays if its lastUpdated is newer */
	int64_t updated;	/* ms, if its meta does not say; 0: not known */
};

/* Starts collecting; nothing is written before batch_commit(). */
int batch_open(struct batch **b, struct record *r,
    const struct batch_info *info, struct ehr_err *e);
/* Takes one resource: the value at node of t. EHR_EREJECT: not taken, *why
 * says which finding (id, text); EHR_EPERM: not of a category that may be
 * written; all failures but the first are final. The tape is
 * not kept. */
int batch_put(struct batch *b, const struct tape *t, uint32_t node,
    const struct batch_put *opt, struct diag *why, struct ehr_err *e);
/* A tombstone for TYPE/ID of a source (0: the batch's). */
int batch_delete(struct batch *b, int source, int type, struct str id,
    int64_t if_version, struct ehr_err *e);
/* The same of the batch's source and at a time (ms; INT64_MAX: not known).
 * Deletes come after all that is put by the same batch, but where what is put
 * says that it is newer there is a tombstone before it. EHR_EREJECT as of
 * batch_put(). */
int batch_delete_at(struct batch *b, int type, struct str id, int64_t time,
    struct diag *why, struct ehr_err *e);
void batch_rejected(struct batch *b, int64_t n);	/* counts them */
void batch_unchanged(struct batch *b, int64_t n); /* and are not put */
void batch_read(struct batch *b, int64_t n);
/* Digest of the input for the batch's row. */
void batch_digest(struct batch *b, const uint8_t sha256[32]);
/* Called in the transaction of each chunk, before it commits, with the
 * patients touched: where the audit event is written. */
void batch_on_chunk(struct batch *b,
    int (*fn)(void *arg, int64_t batch, const int64_t *patients, size_t n,
	bool first, bool last, struct ehr_err *e),
    void *arg);
/* Writes what was collected: up to 1,000 resources in one transaction, else
 * sorted by chart in chunks (see DESIGN). counts may be NULL. A batch that
 * changed nothing leaves a row with its counts all the same. */
int batch_commit(struct batch *b, struct batch_counts *counts,
    struct ehr_err *e);
int64_t batch_number(const struct batch *b);		/* after commit */
/* Its row before anything of it is written, for rows of its kind beside: in
 * the transaction of the caller that will hold all. undoes: the batch that it
 * will take back, or 0. *id: its number. */
int batch_row_first(struct batch *b, int64_t undoes, int64_t *id,
    struct ehr_err *e);
void batch_free(struct batch *b);

/* ---- the batch of what is no resource: its row alone ----
 *
 * In the caller's transaction, which holds what it wrote, too. kind: "charge",
 * as batch.kind has it. batch_undo() refuses these: the tool that wrote takes
 * them back, by another one that undoes (0: none) the first. */
int batch_row_add(struct record *r, const struct batch_info *info,
    const char *kind, const uint8_t *sha256, int64_t undoes, int64_t *id,
    struct ehr_err *e);
int batch_row_end(struct record *r, int64_t id, const struct batch_counts *n,
    struct ehr_err *e);
int batch_row_undone(struct record *r, int64_t id, struct ehr_err *e);

/* ---- batches: the list, and undo ---- */

enum batch_state { BATCH_INTERRUPTED, BATCH_DONE, BATCH_UNDONE, BATCH_PARTLY };

struct batch_row {
	int64_t id;
	struct str tool, user, source, input, reason; /* borrowed */
	uint8_t sha256[32];
	bool has_sha256;
	int64_t started, finished;			/* ms; 0: not yet */
	enum batch_state state;
	int64_t undoes;					/* or 0 */
	struct str facility; /* of who wrote; .s NULL: everywhere */
	struct str kind;     /* of what is no resource; .s NULL: resources */
	struct batch_counts counts;
};

int batch_each(struct record *r, int (*fn)(void *arg,
    const struct batch_row *row), void *arg, struct ehr_err *e);
int batch_get(struct record *r, int64_t id, struct batch_row *row,
    struct ehr_err *e);
/* What a batch did, by rid: kind 'c' created, 'u' updated, 'd' deleted. */
int batch_changes(struct record *r, int64_t id, int (*fn)(void *arg,
    int64_t rid, char kind, int64_t version), void *arg, struct ehr_err *e);
/* Takes batch id back by batch b (opened, nothing put into it; it is done
 * when this returns 0). Refused (EHR_ENO) when later batches built on it, or
 * it signed notes: built_on is called for each such resource (by_batch 0: what
 * was signed); with partial those are left and the rest is taken back. One of
 * a kind is taken back by a batch of that kind alone: its tool has the rows. */
int batch_undo(struct batch *b, int64_t id, bool partial,
    int (*built_on)(void *arg, int64_t rid, int64_t by_batch), void *arg,
    struct batch_counts *counts, struct ehr_err *e);

/* ---- patients ---- */

/* Puts from's chart into to's by a batch of its own, done when this returns 0
 * (undone by batch_undo or a merge the other way): segments move,
 * and what was put into the batch (the two Patient resources with their
 * links replaces and replaced-by) is written with it. */
int record_merge(struct batch *b, int64_t to, int64_t from,
    struct ehr_err *e);

/* ---- purge ---- */

/* How much went. */
struct record_purged {
	int64_t charts;	   /* segments: with those merged into it */
	int64_t since;	   /* ms: when the first of them began */
	int64_t resources; /* current ones, and of each fhir_type() */
	int64_t type[256];
	int64_t former;	   /* versions that were not current; tombstones */
	int64_t rows;	   /* of resources, current or tombstones */
	int64_t blobs, blob_bytes; /* attachments nobody else has */
	int64_t names;	   /* by which something could be found */
	int64_t waiting;   /* references of the chart without a target */
	int64_t also;	   /* that it showed in other charts */
	int64_t named;	   /* that others' resources showed in it */
	int64_t links;	   /* others' resources whose references wait now */
	int64_t listed;	   /* on the practice's list of what takes a reason */
	int64_t batches;   /* whose input and reason were forgotten */
};
struct record_purge_opt {
	/* May be NULL: in the transaction, before anything is removed; the
	 * segments of the chart. Less than 0 ends it there. */
	int (*allow)(void *arg, const int64_t *seg, size_t n,
	    struct ehr_err *e);
	/* In the transaction, when all is removed: appends what is kept in
	 * the record about it, no data of the patient. */
	int (*certify)(void *arg, const struct record_purged *n,
	    struct buf *counts, struct ehr_err *e);
	void *arg;
};
/* Removes a patient's chart for good, by a batch of its own (nothing put into
 * it) in one transaction: versions, index, words, names, attachments of
 * nobody else. What others' resources say of the patient stays; their
 * references to the chart wait again. Cannot be undone. What was overwritten
 * may still lie in unused parts of the file: store_vacuum(). EHR_EIO: the
 * index is stale; EHR_EPERM: an entry of the chart names other patients. */
int record_purge(struct batch *b, int64_t patient,
    const struct record_purge_opt *o, struct record_purged *n,
    struct ehr_err *e);
struct record_purge_row {
	int64_t batch, patient, time;
	struct str user, reason, counts; /* borrowed for the call */
};
int record_purges(struct record *r, int (*fn)(void *arg,
    const struct record_purge_row *row), void *arg, struct ehr_err *e);

/* ---- index (derived; rebuilt by record_reindex) ----
 *
 * All questions are refused (EHR_EIO) while the rows are of another version
 * than this program's. */

enum index_param {
#define X(id, name) INDEX_##id,
#include "ehr/index.def"
#undef X
	INDEX_COUNT
};

typedef int index_fn(void *arg, int64_t patient, int64_t rid, int64_t date_ms);

/* Resources with a coded value: system may be STR_NONE (any). By segment and
 * date; INDEX_CODE: those without a measured value first, then those with. */
int index_token(struct record *r, enum index_param p, struct str system,
    struct str code, index_fn *fn, void *arg, struct ehr_err *e);
/* Resources that give this Medication as their drug, by reference. */
int index_drug(struct record *r, int64_t medication, index_fn *fn, void *arg,
    struct ehr_err *e);
/* Measured values of a code; latest: only the last of each patient. */
struct index_value {
	int64_t patient, rid, date_ms;
	double value;
	struct str number; /* the same with the source's digits */
	struct str unit;
};
int index_quantity(struct record *r, struct str system, struct str code,
    bool latest, int (*fn)(void *arg, const struct index_value *v), void *arg,
    struct ehr_err *e);
/* Folded strings (names, city ...) by prefix, or exact. */
int index_string(struct record *r, enum index_param p, struct str folded,
    bool prefix, int (*fn)(void *arg, int64_t rid, struct str value),
    void *arg, struct ehr_err *e);
/* Between the family and the given name of a row of INDEX_FAMILY: sorts before
 * all that folded text has. */
enum { INDEX_NAME_SEP = 0x1f };
/* Patients by the beginnings of a family name and a given name, both folded;
 * either may be empty. A rid may come more than once. value: one of the names,
 * family, INDEX_NAME_SEP and given, unless family is empty. */
int index_name(struct record *r, struct str family, struct str given,
    int (*fn)(void *arg, int64_t rid, struct str value), void *arg,
    struct ehr_err *e);
/* String values in [lo, hi) (dates as YYYY-MM-DD); hi STR_NONE: no end. */
int index_range(struct record *r, enum index_param p, struct str lo,
    struct str hi, int (*fn)(void *arg, int64_t rid, struct str value),
    void *arg, struct ehr_err *e);
/* Patients with an identifier of this value (any system when STR_NONE). */
int index_identifier(struct record *r, int type, struct str system,
    struct str value, int (*fn)(void *arg, int64_t rid), void *arg,
    struct ehr_err *e);
/* Notes by an FTS5 query of plain words (all must occur; quotes for a
 * phrase): rid and a snippet, best first. */
int index_text(struct record *r, struct str query, int (*fn)(void *arg,
    int64_t rid, struct str snippet), void *arg, struct ehr_err *e);
/* Makes the index anew in chunks of a bulk writer, or goes on with one that
 * was broken off; until it is done the index is refused. tell (or NULL) is
 * called between chunks with the number of resources done so far; anything
 * but 0 ends it there and is returned. */
int record_reindex(struct record *r, int (*tell)(void *arg, int64_t done),
    void *arg, struct ehr_err *e);
/* Packs bodies, those of former versions too, with the newest dictionary; when
 * there is none (or train) one is made of what the record's resources have in
 * common: structure, no patient's data. In chunks, others read and write
 * between them; broken off, it goes on. EHR_ENO: too little to learn from.
 * tell as of record_reindex(). */
struct record_optimized {
	int64_t dictionary;	/* its number */
	int64_t rows, written;	/* bodies looked at, written anew */
	int64_t before, after;	/* bytes of all as they are stored */
};
int record_optimize(struct record *r, bool train, struct record_optimized *n,
    int (*tell)(void *arg, int64_t rows), void *arg, struct ehr_err *e);
/* What there is. */
struct record_stats {
	int64_t patients, former; /* versions that are not current */
	int64_t batches, interrupted;
	int64_t pending;	  /* references that lead nowhere yet */
	int64_t index_version, index_wanted;
	int64_t type[256];	  /* current resources by fhir_type() */
	int64_t deleted;	  /* tombstones */
};
/* types: count type[] and deleted, which reads the whole file. */
int record_stats(struct record *r, bool types, struct record_stats *st,
    struct ehr_err *e);
/* Rows that should not be there or are missing; 0 fine, EHR_EINTEGRITY. */
int record_check(struct record *r, int (*fn)(void *arg, const char *finding),
    void *arg, struct ehr_err *e);
/* The same, and everything derived made again of the bodies and compared row
 * by row: index, notes' words, references, charts, attachments. Findings are
 * "TABLE: rid N: what". Memory does not grow with the record. */
int record_check_deep(struct record *r,
    int (*fn)(void *arg, const char *finding), void *arg, struct ehr_err *e);

#endif
