/* record.c - opening, sources, names of resources and patients. */
#include <stdlib.h>

#include "impl.h"

const struct sql record_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

int record_open(struct record **out, const char *path, enum store_mode mode,
    struct ehr_err *e)
{
	return record_open_with(out,
	    &(struct store_opts){ .path = path, .mode = mode }, e);
}

static int read_sources(struct record *r, struct ehr_err *e);

int record_open_with(struct record **out, const struct store_opts *o,
    struct ehr_err *e)
{
	struct record *r = xcalloc(1, sizeof(*r));
	int rc;

	*out = NULL;
	r->index_next = INT64_MAX;
	facts_init(&r->reader);
	guard_init(&r->guard);
	r->name = r->text = r->text2 = r->term_key = r->ident_text = BUF_INIT;
	r->got = r->spliced = r->stored = r->blobs = BUF_INIT;
	r->packed = r->unpacked = BUF_INIT;
	rc = store_open_with(&r->db, o, e);
	if (rc == 0)
		rc = store_function(r->db, "note_text", note_text, r, e);
	if (rc == 0)
		rc = read_sources(r, e);
	if (rc < 0) {
		record_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void record_close(struct record *r)
{
	if (r == NULL)
		return;
	store_close(r->db);
	record_forget(r);
	free(r->waiting);
	free(r->waiting_head);
	for (int i = 0; i < r->n_source; i++)
		free(r->source_name[i]);
	free(r->source_name);
	buf_release(&r->name);
	buf_release(&r->text);
	buf_release(&r->text2);
	buf_release(&r->got);
	buf_release(&r->spliced);
	buf_release(&r->stored);
	buf_release(&r->blobs);
	buf_release(&r->packed);
	buf_release(&r->unpacked);
	buf_release(&r->term_key);
	tape_release(&r->tape);
	facts_release(&r->reader);
	arena_release(&r->mem);
	tape_release(&r->ident);
	buf_release(&r->ident_text);
	guard_release(&r->guard);
	free(r);
}

void record_forget(struct record *r)
{
	strmap_release(&r->source_id);
	strmap_release(&r->term_id);
	ident_forget(r);
	index_forget(r);
	sketch_forget(r);
}

struct store *record_store(struct record *r)
{
	return r->db;
}

/* ---- sources ---- */

static bool source_name_ok(struct str name)
{
	if (name.n == 0 || name.n > MAX_SOURCE)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.s[i];

		if (c <= ' ' || c == ':' || c == '/' || c == 0x7f)
			return false;
	}
	return true;
}

int record_source(struct record *r, struct str name, bool add, int *source,
    struct ehr_err *e)
{
	int64_t *known = strmap_get(&r->source_id, name);
	struct stmt *s;
	int rc;

	if (known) {
		*source = (int)*known;
		return 1;
	}
	if (!source_name_ok(name))
		return ehr_fail(e, EHR_EUSAGE, "a source is 1 to %d characters "
		    "without blanks, ':' and '/'", MAX_SOURCE);
	s = sql(r, SOURCE_FIND);
	stmt_text(s, 1, name);
	rc = stmt_step(s, e);
	if (rc > 0)
		*source = (int)stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc == 0 && add) {
		s = sql(r, SOURCE_ADD);
		stmt_text(s, 1, name);
		rc = stmt_run(s, e);
		if (rc < 0)
			return rc;
		*source = (int)store_last_rowid(r->db);
		rc = 1;
	} else if (rc > 0) {
		*strmap_put(&r->source_id, name, NULL) = *source;
	}
	return rc;
}

/* All sources that are not known yet. */
static int read_sources(struct record *r, struct ehr_err *e)
{
	struct stmt *s = sql(r, SOURCE_NAMES);
	int rc;

	stmt_int(s, 1, r->n_source);
	while ((rc = stmt_step(s, e)) > 0) {
		int id = (int)stmt_col_int(s, 0);
		struct str name = stmt_col(s, 1);

		r->source_name = xrealloc(r->source_name,
		    (size_t)(id + 1) * sizeof(char *));
		while (r->n_source < id)
			r->source_name[r->n_source++] = NULL;
		r->source_name[r->n_source++] = xstrndup(name.s, name.n);
	}
	stmt_reset(s);
	return rc;
}

/* Those of before were read when the record was opened, where a fault can be
 * told. What stands for the name of one that came since and cannot be read is
 * none that anything could be written under. */
struct str record_source_name(struct record *r, int source)
{
	if (source >= r->n_source)
		read_sources(r, NULL);
	return str_of(source < r->n_source && r->source_name[source] ?
	    r->source_name[source] : "not readable");
}

/* ---- names ---- */

static void name_put(struct record *r, struct buf *b, int source, int type,
    struct str id)
{
	struct str src = record_source_name(r, source);

	if (!str_is(src, "local")) {
		buf_addstr(b, src);
		buf_addch(b, ':');
	}
	if (type != FHIR_Patient) {
		buf_adds(b, fhir_type_name(type));
		buf_addch(b, '/');
	}
	buf_addstr(b, id);
}

void record_name(struct record *r, const struct resource *res, struct buf *b)
{
	name_put(r, b, res->source, res->type, res->id);
}

/* A patient only referred to has a segment, but no row. */
static int segment_name(struct record *r, int64_t segment, struct buf *b,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, SEG_NAME_GET);
	int rc;

	stmt_int(s, 1, segment);
	rc = stmt_step(s, e);
	if (rc > 0)
		name_put(r, b, (int)stmt_col_int(s, 0), FHIR_Patient,
		    stmt_col(s, 1));
	stmt_reset(s);
	return rc;
}

int record_rid_name(struct record *r, int64_t rid, struct buf *b,
    struct ehr_err *e)
{
	struct stmt *s = sql(r, NAME_ROW);
	int64_t segment = rid_segment(rid);
	int rc;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	if (rc > 0) {
		r->name.len = 0;
		buf_addstr(&r->name, stmt_col(s, 2));
		name_put(r, b, (int)stmt_col_int(s, 1),
		    (int)stmt_col_int(s, 0), buf_str(&r->name));
	}
	stmt_reset(s);
	return rc == 0 && rid == record_patient_rid(segment) ?
	    segment_name(r, segment, b, e) : rc;
}

int record_patient_name(struct record *r, int64_t patient, struct buf *b,
    struct ehr_err *e)
{
	return record_rid_name(r, record_patient_rid(patient), b, e);
}

int64_t record_patient_rid(int64_t patient)
{
	return rid_make(patient, 0);
}

/* Where a name was found: up to a few candidates. */
struct candidates {
	struct record_found first;
	int n;
	struct buf *list;
};

static int find_in_source(struct record *r, int source, int type,
    struct str id, struct candidates *c, struct ehr_err *e)
{
	int64_t rid;
	int rc = ident_find(r, source, id, type, true, &rid, e);

	if (rc <= 0)
		return rc;
	if (c->n++ == 0) {
		c->first.rid = rid;
		rc = record_patient_of(r, rid, RECORD_NOW, &c->first.patient,
		    e);
	}
	if (c->list) {
		name_put(r, c->list, source, type, id);
		buf_addch(c->list, '\n');
	}
	return rc < 0 ? rc : 0;
}

static int find_in_all(struct record *r, int type, struct str id,
    struct candidates *c, struct ehr_err *e)
{
	int64_t max = 0;
	int rc = store_int(r->db, &record_sql_table[SOURCE_MAX], &max, e);

	for (int i = 1; rc >= 0 && i <= max; i++)
		rc = find_in_source(r, i, type, id, c, e);
	return rc;
}

/* Takes "[SOURCE:][TYPE/]ID" apart; false when it has no type. */
static bool name_split(struct str name, struct str *source, int *type,
    struct str *id)
{
	const char *colon = memchr(name.s, ':', name.n);
	const char *slash;

	*source = STR_NONE;
	*id = name;
	if (colon) {
		*source = (struct str){ name.s, (size_t)(colon - name.s) };
		id->s = colon + 1;
		id->n = name.n - source->n - 1;
	}
	slash = memchr(id->s, '/', id->n);
	if (slash == NULL)
		return *type > 0;
	*type = fhir_type((struct str){ id->s, (size_t)(slash - id->s) });
	id->n -= (size_t)(slash + 1 - id->s);
	id->s = slash + 1;
	return *type > 0;
}

int record_find(struct record *r, struct str name, int type,
    struct record_found *found, struct buf *candidates, struct ehr_err *e)
{
	BUF_AUTO list = BUF_INIT;
	struct candidates c = { .list = &list };
	struct str source, id;
	int src, rc;

	if (name.n == 0 || !name_split(name, &source, &type, &id))
		return ehr_fail(e, EHR_ENOENT, "%.*s: not [SOURCE:]TYPE/ID",
		    STR_FMT(name));
	if (source.s) {
		rc = record_source(r, source, false, &src, e);
		if (rc > 0)
			rc = find_in_source(r, src, type, id, &c, e);
	} else {
		rc = find_in_all(r, type, id, &c, e);
	}
	if (rc < 0)
		return rc;
	if (c.n == 0)
		return ehr_fail(e, EHR_ENOENT, "%.*s: no such %s",
		    STR_FMT(name), fhir_type_name(type));
	if (c.n > 1) {
		if (candidates)
			buf_addstr(candidates, buf_str(&list));
		return ehr_fail(e, EHR_ENOENT, "%.*s: ambiguous, %d sources "
		    "have it", STR_FMT(name), c.n);
	}
	*found = c.first;
	return 0;
}

int record_find_patient(struct record *r, struct str name, int64_t *patient,
    struct buf *candidates, struct ehr_err *e)
{
	return record_find_patient_at(r, name, RECORD_NOW, patient, candidates,
	    e);
}

int record_find_patient_at(struct record *r, struct str name, int64_t as_of,
    int64_t *patient, struct buf *candidates, struct ehr_err *e)
{
	struct record_found f;
	int64_t then = 0;
	int rc = record_find(r, name, FHIR_Patient, &f, candidates, e);

	if (rc == 0 && as_of != RECORD_NOW)
		rc = record_patient_of(r, f.rid, as_of, &then, e);
	if (rc == 0 && then)
		f.patient = then;
	if (rc == 0 && f.patient == 0)
		rc = ehr_fail(e, EHR_ENOENT, "%.*s: not a patient",
		    STR_FMT(name));
	if (rc == 0)
		*patient = f.patient;
	return rc;
}
