/* pack.c - texts packed by zstd with dictionaries that the record keeps. */
#include <limits.h>
#include <stdlib.h>
#include <zdict.h>
#include <zstd.h>

#include "impl.h"
#include "store/statements.h"

enum {
	LEVEL = 3,
	DICTIONARIES = 16, /* loaded at once */
	GAIN = 16,	   /* bytes that packing must save */
	ID_MAX = 1 << 15,  /* RFC 8878 3.1.1.1.3: for private use */
};

/* What was loaded, the newest loaded last. */
struct packer {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d;
	ZSTD_CDict *newest;
	int64_t newest_id; /* -1: not asked for yet */
	struct {
		int64_t id;
		ZSTD_DDict *dict;
	} known[DICTIONARIES];
	size_t n;
};

static struct packer *packer_of(struct store *db)
{
	if (db->packer)
		return db->packer;
	db->packer = xcalloc(1, sizeof(*db->packer));
	db->packer->newest_id = -1;
	return db->packer;
}

void store_pack_forget(struct store *db)
{
	struct packer *p = db->packer;

	if (p == NULL)
		return;
	ZSTD_freeCCtx(p->c);
	ZSTD_freeDCtx(p->d);
	ZSTD_freeCDict(p->newest);
	for (size_t i = 0; i < p->n; i++)
		ZSTD_freeDDict(p->known[i].dict);
	free(p);
	db->packer = NULL;
}

/* ---- dictionaries ---- */

static int newest(struct store *db, int64_t *id, struct ehr_err *e)
{
	struct packer *p = packer_of(db);
	int rc = 0;

	if (p->newest_id < 0) {
		*id = 0;
		rc = store_int(db, &store_sql_table[DICT_NEWEST], id, e);
		if (rc < 0)
			return rc;
		p->newest_id = *id;
	}
	*id = p->newest_id;
	return 0;
}

int64_t store_dictionary(struct store *db)
{
	int64_t id;

	return newest(db, &id, NULL) < 0 ? 0 : id;
}

int64_t store_packed_with(struct str packed)
{
	return store_is_packed(packed) ?
	    ZSTD_getDictID_fromFrame(packed.s, packed.n) : 0;
}

static int missing(struct ehr_err *e, int64_t id)
{
	return ehr_fail(e, EHR_EINTEGRITY, "dictionary %lld of packed texts "
	    "is missing or damaged", (long long)id);
}

/* Reads it into one form or the other. */
static int load(struct store *db, int64_t id, ZSTD_CDict **c, ZSTD_DDict **d,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[DICT_GET]);
	struct str bytes;
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc > 0) {
		bytes = stmt_col(s, 0);
		if (ZDICT_getDictID(bytes.s, bytes.n) != id)
			rc = 0;
		else if (c)
			*c = ZSTD_createCDict(bytes.s, bytes.n, LEVEL);
		else
			*d = ZSTD_createDDict(bytes.s, bytes.n);
	}
	stmt_reset(s);
	if (rc < 0)
		return rc;
	return rc > 0 && (c ? *c != NULL : *d != NULL) ? 0 : missing(e, id);
}

static int dictionary(struct store *db, int64_t id, const ZSTD_DDict **dict,
    struct ehr_err *e)
{
	struct packer *p = packer_of(db);
	ZSTD_DDict *d = NULL;
	int rc;

	for (size_t i = p->n; i > 0; i--)
		if (p->known[i - 1].id == id) {
			*dict = p->known[i - 1].dict;
			return 0;
		}
	rc = load(db, id, NULL, &d, e);
	if (rc < 0)
		return rc;
	if (p->n == DICTIONARIES) {
		ZSTD_freeDDict(p->known[0].dict);
		memmove(p->known, p->known + 1, (--p->n) * sizeof(*p->known));
	}
	p->known[p->n].id = id;
	p->known[p->n++].dict = d;
	*dict = d;
	return 0;
}

/* ---- texts ---- */

int store_pack(struct store *db, struct str text, struct buf *packed,
    struct ehr_err *e)
{
	struct packer *p = packer_of(db);
	int64_t id;
	size_t n;
	int rc = newest(db, &id, e);

	buf_reset(packed);
	if (rc < 0 || id == 0 || text.n <= GAIN)
		return rc;
	if (!p->newest)
		rc = load(db, id, &p->newest, NULL, e);
	if (rc < 0)
		return rc;
	if (!p->c && !(p->c = ZSTD_createCCtx()))
		xnomem();
	buf_grow(packed, ZSTD_compressBound(text.n));
	n = ZSTD_compress_usingCDict(p->c, packed->s, packed->cap, text.s,
	    text.n, p->newest);
	if (ZSTD_isError(n) || n + GAIN > text.n)
		return 0;
	packed->len = n;
	return 1;
}

void store_pack_plain(struct str text, struct buf *packed)
{
	size_t n;

	buf_reset(packed);
	buf_grow(packed, ZSTD_compressBound(text.n));
	n = ZSTD_compress(packed->s, packed->cap, text.s, text.n, LEVEL);
	if (ZSTD_isError(n))
		xnomem();
	packed->len = n;
}

/* dict NULL: made without one. */
static int unpack(struct packer *p, const ZSTD_DDict *dict, struct str packed,
    size_t max, struct buf *text, struct ehr_err *e)
{
	unsigned long long n = ZSTD_getFrameContentSize(packed.s, packed.n);

	buf_reset(text);
	if (n == ZSTD_CONTENTSIZE_UNKNOWN || n == ZSTD_CONTENTSIZE_ERROR ||
	    n > max || ZSTD_findFrameCompressedSize(packed.s, packed.n) !=
	    packed.n)
		return ehr_fail(e, EHR_EINTEGRITY, "a packed text is damaged "
		    "or declares more than %zu bytes", max);
	if (!p->d && !(p->d = ZSTD_createDCtx()))
		xnomem();
	buf_grow(text, n);
	if (ZSTD_decompress_usingDDict(p->d, text->s, n, packed.s, packed.n,
	    dict) != n)
		return ehr_fail(e, EHR_EINTEGRITY, "a packed text is damaged");
	text->len = n;
	text->s[n] = '\0';
	return 0;
}

int store_unpack(struct store *db, struct str packed, size_t max,
    struct buf *text, struct ehr_err *e)
{
	const ZSTD_DDict *dict;
	int rc = dictionary(db, store_packed_with(packed), &dict, e);

	return rc < 0 ? rc : unpack(packer_of(db), dict, packed, max, text, e);
}

int store_unpack_plain(struct store *db, struct str packed, size_t max,
    struct buf *text, struct ehr_err *e)
{
	return unpack(packer_of(db), NULL, packed, max, text, e);
}

/* ---- training ---- */

void pack_sample_end(struct pack_samples *s, size_t from)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->size = xrealloc(s->size, s->cap * sizeof(*s->size));
	}
	s->size[s->n++] = s->text.len - from;
}

void pack_samples_release(struct pack_samples *s)
{
	buf_release(&s->text);
	free(s->size);
	*s = (struct pack_samples){ .text = BUF_INIT };
}

/* Content from the structures, statistics from what looks like the texts. */
static size_t train(const struct pack_samples *structure,
    const struct pack_samples *lookalikes, unsigned id, char *dict)
{
	ZDICT_params_t how = { .compressionLevel = LEVEL, .dictID = id };
	char *content = xmalloc(PACK_DICTIONARY);
	size_t head, n = ZDICT_trainFromBuffer(content, PACK_DICTIONARY,
	    structure->text.s, structure->size, (unsigned)structure->n);

	head = ZDICT_isError(n) ? 0 : ZDICT_getDictHeaderSize(content, n);
	if (!ZDICT_isError(n) && !ZDICT_isError(head))
		n = ZDICT_finalizeDictionary(dict, PACK_DICTIONARY,
		    content + head, n - head, lookalikes->text.s,
		    lookalikes->size, (unsigned)lookalikes->n, how);
	free(content);
	return ZDICT_isError(n) || ZDICT_isError(head) ? 0 : n;
}

int store_train(struct store *db, const struct pack_samples *structure,
    const struct pack_samples *lookalikes, struct buf *dict,
    struct ehr_err *e)
{
	int64_t id;
	int rc;

	store_pack_forget(db); /* another process may have added one */
	rc = newest(db, &id, e);
	if (rc < 0)
		return rc;
	if (++id >= ID_MAX)
		return ehr_fail(e, EHR_EIO, "too many dictionaries");
	buf_reset(dict);
	buf_grow(dict, PACK_DICTIONARY);
	dict->len = train(structure, lookalikes, (unsigned)id, dict->s);
	return dict->len ? 0 : ehr_fail(e, EHR_ENO,
	    "too few resources to learn from");
}

int store_add_dictionary(struct store *db, struct str dict,
    struct ehr_err *e)
{
	struct stmt *s = store_sql(db, &store_sql_table[DICT_ADD]);

	stmt_int(s, 1, ZDICT_getDictID(dict.s, dict.n));
	stmt_blob(s, 2, dict.s, dict.n);
	store_pack_forget(db);
	return stmt_run(s, e);
}
