/* impl.h - what the files of lib/record share. */
#ifndef RECORD_IMPL_H
#define RECORD_IMPL_H

#include "ehr/crypto.h"
#include "ehr/fhir.h"
#include "ehr/record.h"
#include "facts.h"
#include "record/statements.h"

enum {
	SEQ_BITS = 24,
	SEQ_MAX = (1 << SEQ_BITS) - 1,
	SMALL_BATCH = 1000,
	IDENT_ANY = 0, /* type part of a key: by a name without a type */
};

/* A row of ident that waits to be written. */
struct ident_row {
	int64_t key, rid;
	uint32_t next; /* in the chain; 0: the last */
};

/* What may leave (guard.c). */
enum { GUARD_TYPES = 256 };
struct guard {
	uint8_t category[GUARD_TYPES]; /* of a type: place in the table */
	int64_t facility;  /* whoever writes works there alone; 0: everywhere */
	struct map64 once; /* rids that were counted */
	bool on;	   /* what follows is known (record_guard()) */
	bool by_body;	   /* the index cannot be asked for labels */
	bool whole;	   /* all of the chart at work is sensitive */
	struct map64 listed, listed_seg; /* rids of the list, their segments */
	int64_t *term;	   /* labels that some entry may have */
	size_t n_term;
	int64_t seg;	   /* whose labelled rids are in label; -1: none */
	struct map64 label;
	struct tape tape;
	struct record_withheld withheld;
};

struct record {
	struct store *db;
	struct ident_row *waiting;
	size_t n_waiting;
	uint32_t *waiting_head; /* chains of them: place in waiting + 1 */
	struct strmap source_id; /* name -> id */
	char **source_name;	 /* by id; NULL: not read yet */
	int n_source;
	struct strmap term_id;	/* "system|code" -> id, bounded */
	struct index_rows *rows; /* of index.c, that wait */
	struct sketch_rows *sketches; /* likewise */
	int64_t index_next; /* from this rid on there are no rows yet */
	struct buf name;	/* scratch of names */
	struct buf term_key;	/* of index_term() */
	struct buf text, text2; /* scratch of values */
	struct buf got;		/* what record_get() gave */
	struct buf spliced;	/* what row_load() gave */
	struct buf stored, blobs; /* of blob_take() */
	struct buf packed, unpacked; /* a body to and from a row */
	struct tape tape;	/* body being looked at */
	struct facts_reader reader;
	struct arena mem;	/* facts of one body */
	struct tape ident;	/* body looked at for an identifier */
	struct buf ident_text;
	struct guard guard;
};

/* Numbers kept in memory that a rollback may have made untrue. */
void record_forget(struct record *r);

static inline struct stmt *sql(struct record *r, enum record_sql_id id)
{
	return store_sql(r->db, &record_sql_table[id]);
}
static inline int64_t rid_make(int64_t seg, int64_t seq)
{
	return seg << SEQ_BITS | seq;
}

/* ---- read.c: rows of resource and history ---- */

/* Text lies in the statement, or in spliced when attachments were put back. */
int row_read(struct record *r, struct stmt *s, struct buf *spliced,
    struct resource *res, struct ehr_err *e);
int row_load(struct record *r, int64_t rid, struct resource *res,
    struct ehr_err *e);
/* The text of a row's columns body and blobs (.s NULL: none), unpacked and
 * with its attachments: borrowed from stored, r or whole. */
int body_read(struct record *r, struct str stored, struct str blobs,
    struct buf *whole, struct str *body, struct ehr_err *e);
/* Rows of [first, last] as they were at f->as_of. */
int record_range(struct record *r, int64_t first, int64_t last,
    const struct record_filter *f, record_fn *fn, void *arg,
    struct ehr_err *e);
/* Calls fn for the ranges of rids that a patient's chart consists of, in
 * order, until it returns non-zero; returns that. */
int record_ranges(struct record *r, int64_t patient, int64_t as_of,
    int (*fn)(void *arg, int64_t first, int64_t last, struct ehr_err *e),
    void *arg, struct ehr_err *e);
/* Body, type, source and id of a live row, with the guard left aside: 1, or 0:
 * there is none. */
int row_body(struct record *r, int64_t rid, struct resource *res,
    struct ehr_err *e);
/* record_get() without the guard. */
int row_get(struct record *r, int64_t rid, int64_t as_of,
    struct resource *res, struct ehr_err *e);

/* ---- guard.c: what may leave ---- */

void guard_init(struct guard *g);
/* Is the entry withheld? It is counted then, once. What cannot be told is. */
bool guard_hides(struct record *r, int64_t rid, int type);
/* The same of a version by its labels: a former one, or that the index does
 * not tell of. */
bool guard_hides_body(struct record *r, const struct resource *res);
/* The same of a row of the index, whose type nobody has looked at. */
bool guard_hides_index(struct record *r, int64_t rid);
/* May a batch write entries of this type? EHR_EPERM. */
int guard_write(struct record *r, int type, struct ehr_err *e);

/* ---- place.c: facilities ---- */

/* EHR_EPERM: body (.s NULL: none, it is deleted), or what stands under that
 * name now, is of another facility than the writer's. */
int place_check(struct record *r, int source, int type, struct str id,
    struct str body, struct ehr_err *e);

/* ---- sensitive.c: labels and the practice's list ---- */

/* 1: the entry, or all of the chart that it is in, is sensitive. */
int guard_sensitive(struct record *r, int64_t rid, struct ehr_err *e);
bool guard_body(struct record *r, struct str body); /* has it such a label? */
void guard_release(struct guard *g);

/* ---- rows.c: rows of small tables ---- */

struct row_table {
	size_t size;			/* of a row in memory */
	int columns;			/* parameters of a row */
	enum record_sql_id one, many;	/* statements */
	int (*cmp)(const void *a, const void *b);
	void (*bind)(struct stmt *s, int at, const void *row); /* at: first */
};
/* Sorts n rows, then writes them. */
int rows_write(struct record *r, const struct row_table *t, void *rows,
    size_t n, struct ehr_err *e);

/* ---- ident.c: hashed names ---- */

/* Key of a name (an id, a full URL, "identifier=system|value") in a source;
 * type 0: by any type. Keys of one name differ only in their low 16 bits; the
 * upper two bits are clear. */
int64_t ident_key(int source, struct str name, int type);
/* The same for maps in memory: all 64 bits count. */
uint64_t ident_hash(int source, struct str name, int type);
/* rid answers to name. written_out: neither the id of the row nor an
 * identifier, so it stands in the row. Kept in memory and written sorted, at
 * the latest by ident_flush() before the commit. */
int ident_add(struct record *r, int source, struct str name, int type,
    int64_t rid, bool written_out, struct ehr_err *e);
int ident_flush(struct record *r, struct ehr_err *e);
void ident_forget(struct record *r); /* after a rollback */
/* Rows that the name means (type 0: of every type): 0, 1 or 2 (several), *rid
 * the first. What is live beats tombstones; a patient only referred to counts
 * with placeholders. */
int ident_find(struct record *r, int source, struct str name, int type,
    bool placeholders, int64_t *rid, struct ehr_err *e);
/* Calls fn for every row that may have this id, tombstones and those that it
 * moved away from too; a few may have another one with the same hash. */
int ident_each(struct record *r, int source, struct str id, int type,
    int (*fn)(void *arg, int64_t rid), void *arg, struct ehr_err *e);
/* Has the resource this identifier (system.s NULL: of any system)? */
bool ident_in_body(const struct tape *t, struct str system, struct str value,
    struct buf *scratch);

/* The name a reference means its target by. */
struct ref {
	struct str name; /* .s NULL: leads nowhere in a record */
	int type;	 /* IDENT_ANY when the text does not say */
};
void ref_name(struct record *r, int source, const struct fact_ref *f,
    struct ref *ref);
/* Address before "/Type/id" of a full URL that ends so; STR_NONE if none. */
struct str ref_base(struct str url, int *type, struct str *id);
int base_add(struct record *r, int source, struct str base, struct ehr_err *e);
bool base_known(struct record *r, int source, struct str base);

/* ---- mask.c: resources without what says something of a person ---- */

struct mask {
	struct strmap values; /* member and value -> place in seen */
	struct seen *seen;
	size_t n, cap;
	struct buf key;
	uint64_t random;
};
void mask_init(struct mask *m);
void mask_release(struct mask *m);
/* First all resources of a sample, with the segment each is in ... */
void mask_learn(struct mask *m, const struct tape *t, int64_t segment);
/* ... then each again: appends what it has in common with other charts, the
 * rest empty or (random) characters drawn by lot. */
void mask_write(struct mask *m, const struct tape *t, bool random,
    struct buf *b);

/* ---- hash.c ---- */

/* Content hash: 128 bits of SHA-256 over the minified text without
 * meta.versionId and meta.lastUpdated. */
void content_hash(const struct tape *t, uint32_t root, struct buf *scratch,
    uint8_t hash[16]);

/* ---- blob.c ---- */

/* Of an attachment in resource.blobs: its place in the body, its SHA-256 and
 * its length. */
enum { BLOB_ENTRY = 8 + SHA256_LEN + 8 };

/* Cuts large attachments out of a body: stored is what is left, blobs says
 * what was where; both empty when there is none. */
int blob_take(struct record *r, struct str body, struct buf *stored,
    struct buf *blobs, struct ehr_err *e);
int blob_put_back(struct record *r, struct str stored, struct str blobs,
    struct buf *body, struct ehr_err *e);

/* ---- segment.c ---- */

/* Patient of a segment at as_of; 0 nobody's, -1 no such segment. */
int segment_patient(struct record *r, int64_t seg, int64_t as_of,
    int64_t *patient, struct ehr_err *e);
/* A segment of its own: a new patient's, or nobody's. */
int segment_new(struct record *r, bool shared, int64_t batch, int64_t *seg,
    struct ehr_err *e);
/* Shared segment with room, made when there is none. */
int segment_shared(struct record *r, int64_t batch, int64_t *seg,
    struct ehr_err *e);
int segment_last_seq(struct record *r, int64_t seg, int64_t *seq,
    struct ehr_err *e);
int segment_assign(struct record *r, int64_t seg, int64_t patient,
    int64_t batch, struct ehr_err *e);

/* ---- search.c ---- */

/* All terms of a code in one system, or in any; id is the caller's. */
struct terms {
	int64_t *id;
	size_t n;
};
int index_terms(struct record *r, struct str system, struct str code,
    struct terms *t, struct ehr_err *e);
/* Patient of a segment, the last one remembered: rows come by segment. */
struct owner {
	int64_t seg, patient;
};
int index_owner(struct record *r, struct owner *o, int64_t seg,
    int64_t *patient, struct ehr_err *e);
int index_check_version(struct record *r, struct ehr_err *e);
/* The same as 1: it is not to be trusted, 0: it is. */
int index_stale(struct record *r, struct ehr_err *e);

/* ---- index.c ---- */

/* Changes with paths.def, facts.c, sketch.c and index.def; see
 * record_reindex(). */
enum { INDEX_VERSION = 6 };
#define INDEX_VERSION_TEXT "6"

/* Writes the search rows of a resource whose row stands as the facts say, or
 * takes them away. Most wait in memory, at the latest for index_flush() before
 * the commit. */
int index_write(struct record *r, int64_t rid, const struct facts *f,
    bool drop, struct ehr_err *e);
/* A reference of a resource found its target: what rows follow from that. */
int index_settled(struct record *r, int64_t rid, int ordinal,
    struct ehr_err *e);
int index_flush(struct record *r, struct ehr_err *e);
/* A row as the tables have it. key: term << 8 | param of a token, term of a
 * quantity, param of a string; -1: its term is missing. */
struct index_row {
	enum row_kind kind;
	int64_t key, date;
	struct str value, unit;
};
/* Calls fn with each row that index_write() would write; nothing is. */
int index_expect(struct record *r, int64_t rid, const struct facts *f,
    void (*fn)(void *arg, const struct index_row *row), void *arg,
    struct ehr_err *e);
/* How far record_reindex() is: in each transaction that writes rows. */
int index_progress(struct record *r, struct ehr_err *e);
void index_forget(struct record *r); /* after a rollback */
/* The words of a note, of what is stored of its body (a store_fn). */
bool note_text(void *record, struct buf *out, int64_t type, struct str stored,
    struct str blobs);

/* ---- sketch.c: rows that index_write() and index_flush() write too ---- */

int sketch_write(struct record *r, int64_t rid, const struct facts *f,
    struct ehr_err *e);
int sketch_drop(struct record *r, int64_t rid, struct ehr_err *e);
int sketch_flush(struct record *r, struct ehr_err *e);
void sketch_forget(struct record *r); /* after a rollback */

/* ---- link.c ---- */

struct link_window {
	struct map64 rid;   /* ident_hash() -> rid of what is in this window */
	struct map64 cache; /* ident_hash() -> rid, bounded */
	bool pending;	    /* some link of the record is pending */
};
struct version;
/* References of a version, with their targets, into b->refs. */
int link_read(struct batch *b, const struct version *v,
    const struct facts *f, struct ehr_err *e);
/* Appends the references of a row (type may be NULL): 1; 0: no such row. */
int link_refs(struct record *r, int64_t rid, struct buf *refs, int *type,
    struct ehr_err *e);
size_t link_count(struct str refs);
enum link_state link_at(struct str refs, int ordinal, int64_t *target);
int link_drop(struct record *r, int64_t rid, struct ehr_err *e);
/* The references of what is current are looked up anew. */
int link_again(struct batch *b, int64_t rid, struct ehr_err *e);
/* A resource answers to a name now: pending links to it are resolved. */
int link_arrived(struct batch *b, struct str name, int type, int64_t rid,
    struct ehr_err *e);

/* ---- spool.c: items sorted by chart, on disk when they are many ---- */

enum { ITEM_DELETE = 1, ITEM_BY_TIME = 2 };

struct item {
	int64_t chart;	 /* ident key of chart_name; 0: nobody's */
	int64_t key;	 /* ident key of the resource */
	int64_t updated; /* INT64_MIN: absent */
	uint8_t hash[16];
	int64_t if_version;
	uint32_t id_len, url_len, chart_len, body_len;
	uint16_t type, flags;
	int32_t source;
};
struct item_ref { /* an item and its text, borrowed until the next one */
	struct item h;
	struct str id, url, chart, body;
};

struct spool;
struct spool *spool_new(struct store *db);
int spool_add(struct spool *s, const struct item_ref *it, struct ehr_err *e);
size_t spool_count(const struct spool *s);
int spool_sort(struct spool *s, struct ehr_err *e);
/* 1 and the next item in order, 0 at the end. */
int spool_next(struct spool *s, struct item_ref *it, struct ehr_err *e);
void spool_free(struct spool *s);
int item_cmp(const struct item *a, const struct item *b);

/* ---- bloom.c: was a name seen in this load? ---- */

struct bloom {
	uint64_t *word;
	int log2; /* of their number */
};
/* Room for so many names: 16 bits each, until 16 MiB are reached; with 10
 * million about 2 % wrong yes. */
void bloom_init(struct bloom *b, size_t names);
/* Was it there (or seems so)? It is now. */
bool bloom_add(struct bloom *b, uint64_t hash);
void bloom_release(struct bloom *b);

/* ---- deletes.c ---- */

struct timed_delete {
	int64_t time, next; /* place in v + 1 of the resource's next; 0: none */
};
struct deletes {
	struct map64 head; /* ident_hash() -> the same */
	struct timed_delete *v;
	size_t n, cap;
};
void deletes_add(struct deletes *d, uint64_t hash, int64_t time);
/* The first of a resource in [from, to); INT64_MAX: none. */
int64_t deletes_between(const struct deletes *d, uint64_t hash, int64_t from,
    int64_t to);
void deletes_release(struct deletes *d);

/* ---- signed.c: what was signed here ---- */

/* Would the batch change or delete a signed note, or a signature? 1 it would;
 * it is to be refused. */
int signed_refuses(struct batch *b, const struct item_ref *it,
    struct ehr_err *e);
/* Is rid such a note or signature? Of by alone, when not 0: did that batch
 * sign it? */
int signed_here(struct record *r, int64_t rid, int64_t by, struct ehr_err *e);
/* Only these can be. */
static inline bool signed_type(int type)
{
	return type == FHIR_DocumentReference || type == FHIR_Provenance;
}

/* ---- check.c, deep.c: what must hold ---- */

struct deep;
struct checking {
	struct record *r;
	struct tape t;
	int (*fn)(void *arg, const char *finding);
	void *arg;
	int64_t found;
	struct deep *deep; /* NULL: not so closely */
	struct ehr_err *e;
};
/* "TABLE: rid N: what": 0, or what fn returned. */
int check_finding(struct checking *c, const char *table, int64_t rid,
    const char *what);
/* Begins to go through the derived tables beside the resources. */
int deep_begin(struct checking *c);
/* The next current version, by rid; whole: its body is what it was. */
int deep_resource(struct checking *c, const struct resource *res, bool whole);
/* What is left, and what does not go by resources. */
int deep_rest(struct checking *c);
void deep_end(struct checking *c);

/* ---- batch.c ---- */

struct batch {
	struct record *r;
	char *tool, *user, *source_name, *input, *reason, *kind;
	int source;	/* of the item at work */
	uint8_t sha256[32];
	bool has_sha256;
	bool resumed; /* goes on with an interrupted batch */
	bool outer; /* inside a transaction of the caller */
	bool any;   /* may write every category */
	bool keep_signed;
	struct deletes deletes;
	struct batch_counts n;
	struct spool *spool;
	struct strmap alias; /* full URL of a Patient -> place in ids */
	struct buf ids;	     /* ids of those Patients, each terminated */
	struct strmap bases; /* addresses of the source seen */
	int64_t id;
	int64_t undoes;
	int (*on_chunk)(void *, int64_t, const int64_t *, size_t, bool, bool,
	    struct ehr_err *);
	void *on_chunk_arg;
	bool audited;
	int64_t *patients; /* touched in this chunk */
	size_t n_patients, cap_patients;
	int64_t touch_first, touch_last;
	struct link_window win;
	struct arena mem; /* of the window */
	struct buf chart_name;
	struct buf refs; /* of link_read() */
	bool fresh; /* the record was empty: all of it went by seen */
	struct bloom seen;
};

int batch_source(struct batch *b, struct ehr_err *e);
int batch_begin_row(struct batch *b, struct ehr_err *e);
int batch_each_rid(struct record *r, int64_t id,
    int (*fn)(void *arg, int64_t rid), void *arg, struct ehr_err *e);
int batch_end_row(struct batch *b, enum batch_state state, struct ehr_err *e);
/* rid was written; a patient's chart was touched. */
int batch_touch(struct batch *b, int64_t rid, struct ehr_err *e);
void batch_patient(struct batch *b, int64_t patient);
/* What a chunk owes before it commits: ranges and the audit event. */
int batch_chunk(struct batch *b, bool last, struct ehr_err *e);

/* ---- chart.c: whose chart a resource belongs to ---- */

enum { CHART_NOBODY = 0 };
#define CHART_LATE ((int64_t)1 << 62) /* known only after all Patients */
#define CHART_DELETES INT64_MAX	      /* after all that came with them */

/* Name of the patient a reference of the compartment means, STR_NONE when it
 * is none in a record; *late: only to be found after all Patients. */
struct str chart_of_ref(struct batch *b, const struct fact_ref *ref,
    bool *late);
/* Fills in chart and its key; the name may lie in b->chart_name. */
void chart_of(struct batch *b, const struct tape *t, uint32_t root,
    struct item_ref *it);
/* Segment of a patient's chart, made when it is new; name .s NULL: nobody's. */
int chart_segment(struct batch *b, struct str name, bool is_patient,
    int64_t *seg, struct ehr_err *e);
int chart_also(struct batch *b, const struct version *v,
    const struct facts *f, struct ehr_err *e);

/* ---- apply.c: items of the spool into rows ---- */

int apply_all(struct batch *b, struct ehr_err *e);
/* The items and the end of the batch, inside a transaction in which its row
 * is there. */
int apply_collected(struct batch *b, struct ehr_err *e);

/* ---- version.c: rows written ---- */

struct version {
	int64_t rid;
	int type, source;
	struct str id;
	int64_t updated;
	const uint8_t *hash; /* NULL for a tombstone */
	struct str body;     /* STR_NONE: tombstone */
	enum record_state state;
	int64_t origin;
	int64_t version; /* of a new row */
	const struct facts *facts; /* of the body, or NULL: to be read */
};
/* v->facts is filled in when it was NULL, for the call. */
int version_insert(struct batch *b, struct version *v, struct ehr_err *e);
/* The current version of v->rid goes to history, v takes its place. cur is
 * what is current (its body is looked at and may be overwritten). */
int version_replace(struct batch *b, const struct resource *cur,
    struct version *v, struct ehr_err *e);
/* Takes away what is derived from a version that is current. */
int version_underive(struct record *r, const struct resource *cur,
    struct ehr_err *e);
/* v is kept in history only: something newer is current. */
int version_late(struct batch *b, const struct version *v, struct ehr_err *e);
/* 1 when a former, not undone version of rid has this hash. */
int version_known(struct record *r, int64_t rid, const uint8_t hash[16],
    struct ehr_err *e);

#endif
