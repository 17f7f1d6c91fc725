/* Zips as CMS and the eCQI Resource Center publish packages (APPNOTE 6.3).
 * Nothing is written to a disk; names are looked at all the same, as one that
 * leads outside says that the zip was made to harm. */
#include "quality/source.h"

#include <stdlib.h>
#include <zip.h>

enum {
	ENTRY_MAX = 256 << 20,	/* bytes of a file, unpacked */
	RATIO_FREE = 16 << 20,	/* up to so many any ratio will do */
	RATIO_MAX = 200,	/* JSON of packages comes to 10 to 60 */
	ZIPS_DEEP = 2,		/* a zip of a year holds those of measures */
};

struct archive {
	struct source *s;
	zip_t *zip;
	const char *name;
	unsigned depth;
};

static int refuse(const struct archive *a, const char *entry, const char *why,
    struct ehr_err *e)
{
	BUF_AUTO clean = BUF_INIT;

	utf8_clean(&clean, str_of(entry), false);
	return ehr_fail(e, EHR_EREJECT, "%s:%s: %s", a->name, clean.s, why);
}

/* "..", "/x", "c:\x" and bytes that are no text. */
static bool leads_outside(const char *name)
{
	struct str rest = str_of(name), part;

	if (name[0] == '/' || strchr(name, '\\') || strchr(name, ':') ||
	    utf8_valid(name, rest.n) != rest.n)
		return true;
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < ' ')
			return true;
	while (str_split(&rest, '/', &part))
		if (str_is(part, ".."))
			return true;
	return false;
}

/* What the directory says of a file; the reading holds it to that. */
static int check(struct archive *a, const zip_stat_t *st, struct ehr_err *e)
{
	const zip_uint64_t need = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
	    ZIP_STAT_ENCRYPTION_METHOD;

	if (leads_outside(st->name))
		return refuse(a, "a file", "its name leads outside", e);
	if ((st->valid & need) != need)
		return refuse(a, st->name, "its size is not said", e);
	if (st->encryption_method != ZIP_EM_NONE)
		return refuse(a, st->name, "is encrypted", e);
	if (!source_wanted(a->s, str_of(st->name)))
		return 0;
	if (st->size > ENTRY_MAX || (st->size > RATIO_FREE &&
	    st->size / RATIO_MAX > st->comp_size))
		return refuse(a, st->name, "unpacks to too much", e);
	a->s->bytes += st->size;
	if (a->s->bytes > SOURCE_TOTAL_MAX)
		return refuse(a, st->name, "with it all unpacks to too much",
		    e);
	if (++a->s->files > SOURCE_FILES_MAX)
		return refuse(a, st->name, "too many files", e);
	return 1;
}

static int unpack(struct archive *a, zip_uint64_t i, const zip_stat_t *st,
    struct buf *b, struct ehr_err *e)
{
	zip_file_t *f = zip_fopen_index(a->zip, i, 0);
	zip_int64_t n = f ? 0 : -1;

	/* A byte more than it says would be one too many. */
	buf_grow(b, st->size + 1);
	while (f && b->len <= st->size) {
		n = zip_fread(f, b->s + b->len, st->size + 1 - b->len);
		if (n <= 0)
			break;
		b->len += (size_t)n;
	}
	b->s[b->len] = '\0';
	if (f && zip_fclose(f) != 0)
		n = -1;
	return n < 0 || b->len != st->size
	    ? refuse(a, st->name, "is damaged", e) : 0;
}

static int entry(struct archive *a, zip_uint64_t i, const zip_stat_t *st,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO name = BUF_INIT;
	struct in *in;
	int rc = unpack(a, i, st, &text, e);

	buf_addf(&name, "%s:%s", a->name, st->name);
	if (rc == 0)
		rc = in_open_mem(&in, name.s, buf_str(&text));
	if (rc < 0)
		return rc;
	rc = source_opened(a->s, in, name.s, a->depth + 1, e);
	in_close(in);
	return rc;
}

/* Files by name, as a folder's are. */
static int by_name(const void *a, const void *b)
{
	const zip_stat_t *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int entries(struct archive *a, struct ehr_err *e)
{
	zip_int64_t n = zip_get_num_entries(a->zip, 0);
	zip_stat_t *list;
	size_t used = 0;
	int rc = 0;

	if (n > SOURCE_FILES_MAX)
		return ehr_fail(e, EHR_EREJECT, "%s: more than %d files",
		    a->name, SOURCE_FILES_MAX);
	list = xcalloc((size_t)n + 1, sizeof(*list));
	for (zip_int64_t i = 0; i < n && rc >= 0; i++) {
		rc = zip_stat_index(a->zip, (zip_uint64_t)i, 0,
			 &list[used]) < 0
		    ? ehr_fail(e, EHR_EREJECT, "%s: is damaged", a->name)
		    : check(a, &list[used], e);
		used += rc > 0;
	}
	qsort(list, used, sizeof(*list), by_name);
	for (size_t i = 0; i < used && rc >= 0; i++)
		rc = entry(a, list[i].index, &list[i], e);
	free(list);
	return rc < 0 ? rc : 0;
}

int source_zip(struct source *s, struct in *in, const char *name,
    unsigned depth, struct ehr_err *e)
{
	struct archive a = { s, NULL, name, depth };
	BUF_AUTO bytes = BUF_INIT;
	zip_source_t *from;
	zip_error_t why;
	int rc;

	if (depth >= ZIPS_DEEP)
		return ehr_fail(e, EHR_EREJECT,
		    "%s: a zip in a zip in a zip", name);
	rc = source_read(in, SOURCE_ZIP_MAX, &bytes, e);
	if (rc < 0)
		return ehr_fail_prefix(e, "%s: ", name);
	zip_error_init(&why);
	from = zip_source_buffer_create(bytes.s, bytes.len, 0, &why);
	a.zip = from ? zip_open_from_source(from,
		ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
	if (a.zip) {
		rc = entries(&a, e);
		zip_discard(a.zip);
	} else {
		zip_source_free(from);
		rc = ehr_fail(e, EHR_EREJECT, "%s: no whole zip: %s", name,
		    zip_error_strerror(&why));
	}
	zip_error_fini(&why);
	return rc;
}
