/* Files as they are published, sorted out: packages, value sets, reference
 * files of QPP. */
#include "quality/impl.h"
#include "quality/source.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- one document ---- */

enum doc_class {
	DOC_OTHER,	/* nothing of ours */
	DOC_PARTS,	/* Libraries, ValueSets */
	DOC_MEASURE,	/* a Measure by itself */
	DOC_PACKAGE,	/* a Bundle of one Measure */
	DOC_MEASURES,	/* of several */
	DOC_QPP,	/* a reference file */
};

struct doc {
	struct tape tape;
	enum doc_class class;
	enum quality_kept_kind kind; /* of DOC_QPP */
	uint32_t measure;	     /* node */
	const char *name;	     /* of its file */
	struct str text;
};

struct intake {
	const char *path;
	bool valuesets;
	int year;
	quality_intake_fn *fn;
	void *arg;
	size_t found;
	struct arena mem;
	struct doc *doc; /* all that were read, without their tapes */
	size_t docs;
};

/* Calls fn for each resource of a Bundle, or for the resource. */
static int each_resource(const struct tape *t,
    int (*fn)(void *arg, const struct tape *t, uint32_t root,
	struct ehr_err *e), void *arg, struct ehr_err *e)
{
	uint32_t entries, resource;
	int rc = 0;

	if (fhir_resource_type(t, 0) != FHIR_Bundle)
		return fn(arg, t, 0, e);
	entries = tape_get(t, 0, "entry");
	if (entries == 0 || tape_type(t, entries) != TAPE_ARRAY)
		return 0;
	tape_each(t, entries, i)
		if (rc == 0 && (resource = tape_get(t, i, "resource")) != 0)
			rc = fn(arg, t, resource, e);
	return rc;
}

static int classify(void *arg, const struct tape *t, uint32_t root,
    struct ehr_err *e)
{
	struct doc *d = arg;

	(void)e;
	switch (fhir_resource_type(t, root)) {
	case FHIR_Measure:
		d->class = root == 0 ? DOC_MEASURE
		    : d->class == DOC_PACKAGE || d->class == DOC_MEASURES
		    ? DOC_MEASURES : DOC_PACKAGE;
		d->measure = root;
		break;
	case FHIR_Library:
	case FHIR_ValueSet:
		if (d->class == DOC_OTHER)
			d->class = DOC_PARTS;
		break;
	default: break;
	}
	return 0;
}

/* A reference file is an array of objects; what they have tells which. */
static const struct {
	const char *member, *and;
	enum quality_kept_kind kind;
	const char *year; /* the greatest of it is the file's; or NULL */
} references[] = {
	{ "percentiles", "submissionMethod", QUALITY_KEPT_BENCHMARKS,
	    "performanceYear" },
	{ "category", "metricType", QUALITY_KEPT_MEASURES,
	    "firstPerformanceYear" },
	{ "mvpId", "qualityMeasureIds", QUALITY_KEPT_MVP, NULL },
};

static void classify_array(struct doc *d)
{
	tape_each(&d->tape, 0, i)
		for (size_t k = 0; k < ARRAY_LEN(references); k++)
			if (tape_get(&d->tape, i, references[k].member) &&
			    tape_get(&d->tape, i, references[k].and)) {
				d->class = DOC_QPP;
				d->kind = references[k].kind;
				return;
			}
}

static int parse(struct doc *d, struct ehr_err *e)
{
	struct tape_error why;

	if (tape_parse(&d->tape, d->text.s, d->text.n, &why) < 0)
		return ehr_fail(e, EHR_EREJECT, "at byte %zu: %s", why.offset,
		    why.text);
	d->class = DOC_OTHER;
	if (tape_type(&d->tape, 0) == TAPE_ARRAY)
		classify_array(d);
	else if (tape_type(&d->tape, 0) == TAPE_OBJECT)
		return each_resource(&d->tape, classify, d, e);
	return 0;
}

/* ---- handing on ---- */

static struct str last_part(struct str s, char sep)
{
	struct str part = s;

	while (str_split(&s, sep, &part))
		;
	return part;
}

int intake_found(struct intake *in, struct quality_kept *k, struct str text,
    struct ehr_err *e)
{
	k->input = last_part(str_of(in->path), '/');
	k->size = (int64_t)text.n;
	in->found++;
	return in->fn(in->arg, k, text, e);
}

static int measure(struct intake *in, const struct doc *d, struct str text,
    struct ehr_err *e)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO url = BUF_INIT;
	BUF_AUTO version = BUF_INIT;
	struct quality_kept k = { .kind = QUALITY_KEPT_MEASURE };

	k.name = tape_member(&d->tape, d->measure, "name", &name);
	k.url = tape_member(&d->tape, d->measure, "url", &url);
	k.version = tape_member(&d->tape, d->measure, "version", &version);
	if (k.name.n == 0)
		return ehr_fail(e, EHR_EREJECT, "a Measure without a name");
	if (k.url.n == 0)
		k.url = k.name;
	if (k.version.s == NULL)
		k.version = STR("");
	k.alias = measure_cms_id(k.name);
	if (k.alias.s == NULL)
		k.alias = STR("");
	return intake_found(in, &k, text, e);
}

/* The year of a reference file, 0 where nothing says it. */
static int64_t year_of(const struct intake *in, const struct doc *d)
{
	struct str name = last_part(str_of(d->name), '/');
	const char *member = references[0].year;
	int64_t year = 0, n;
	uint32_t at;

	if (in->year)
		return in->year;
	for (size_t k = 0; k < ARRAY_LEN(references); k++)
		if (references[k].kind == d->kind)
			member = references[k].year;
	if (member)
		tape_each(&d->tape, 0, i)
			if ((at = tape_get(&d->tape, i, member)) != 0 &&
			    str_int(tape_str(&d->tape, at), &n) && n > year)
				year = n;
	for (size_t i = 0; !member && i + 4 <= name.n; i++)
		if (str_int((struct str){ name.s + i, 4 }, &n) && n > 2016 &&
		    n < 2100)
			year = n;
	return year;
}

static int reference(struct intake *in, const struct doc *d, struct ehr_err *e)
{
	struct quality_kept k = { .kind = d->kind, .alias = STR("") };
	int64_t year = year_of(in, d);
	char version[24];

	if (year == 0)
		return ehr_fail(e, EHR_EREJECT, "nothing says of which "
		    "performance year it is (--year)");
	snprintf(version, sizeof(version), "%lld", (long long)year);
	k.name = k.url = str_of(quality_kept_name(d->kind));
	k.version = str_of(version);
	sha256(d->text.s, d->text.n, k.sha256);
	return intake_found(in, &k, d->text, e);
}

static int valueset(void *arg, const struct tape *t, uint32_t root,
    struct ehr_err *e)
{
	struct intake *in = arg;
	struct quality_kept k = { .kind = QUALITY_KEPT_VALUESET };
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO url = BUF_INIT;
	BUF_AUTO version = BUF_INIT;
	BUF_AUTO text = BUF_INIT;

	if (fhir_resource_type(t, root) != FHIR_ValueSet)
		return 0;
	k.url = tape_member(t, root, "url", &url);
	if (k.url.n == 0)
		return ehr_fail(e, EHR_EREJECT, "a ValueSet without a url");
	k.name = tape_member(t, root, "name", &name);
	if (k.name.n == 0)
		k.name = k.url;
	k.version = tape_member(t, root, "version", &version);
	if (k.version.s == NULL)
		k.version = STR("");
	k.alias = last_part(k.url, '/');
	tape_write(&text, t, root);
	sha256(text.s, text.len, k.sha256);
	return intake_found(in, &k, buf_str(&text), e);
}

/* ---- sorting out ---- */

/* A Bundle of a Measure is a package, and what stands beside it is its
 * resources once more, tests, or value sets that it lacks. Without a Bundle all
 * Measures, Libraries and ValueSets together are one. */

static void part_key(struct buf *b, const struct tape *t, uint32_t root)
{
	BUF_AUTO scratch = BUF_INIT;

	buf_reset(b);
	buf_addstr(b, tape_member(t, root, "url", &scratch));
	buf_addch(b, '|');
	buf_addstr(b, tape_member(t, root, "version", &scratch));
}

struct parts {
	struct strmap have;
	bool fresh;
};

static int have_part(void *arg, const struct tape *t, uint32_t root,
    struct ehr_err *e)
{
	struct parts *p = arg;
	BUF_AUTO key = BUF_INIT;
	bool added;

	(void)e;
	part_key(&key, t, root);
	strmap_put(&p->have, buf_str(&key), &added);
	p->fresh |= added;
	return 0;
}

static int read_parts(struct parts *p, const struct doc *of, struct ehr_err *e)
{
	struct doc d = *of;
	int rc;

	d.tape = TAPE_INIT;
	p->fresh = false;
	rc = parse(&d, e);
	if (rc == 0)
		rc = each_resource(&d.tape, have_part, p, e);
	tape_release(&d.tape);
	return rc;
}

/* Appends the documents that bring something the package lacks; in a folder of
 * single resources nothing is there yet. */
static int add_parts(struct intake *in, const struct doc *package,
    struct buf *text, struct ehr_err *e)
{
	struct parts p = { STRMAP_INIT, false };
	int rc = read_parts(&p, package, e);

	for (size_t i = 0; i < in->docs && rc == 0; i++) {
		if (in->doc[i].class != DOC_PARTS)
			continue;
		rc = read_parts(&p, &in->doc[i], e);
		if (rc == 0 && p.fresh) {
			buf_addch(text, '\n');
			buf_addstr(text, in->doc[i].text);
		}
	}
	strmap_release(&p.have);
	return rc;
}

static int package(struct intake *in, const struct doc *from, bool alone,
    struct ehr_err *e)
{
	struct doc d = *from;
	BUF_AUTO text = BUF_INIT;
	int rc;

	d.tape = TAPE_INIT;
	buf_addstr(&text, d.text);
	rc = parse(&d, e);
	if (rc == 0 && alone)
		rc = add_parts(in, &d, &text, e);
	if (rc == 0)
		rc = measure(in, &d, buf_str(&text), e);
	tape_release(&d.tape);
	return rc;
}

static size_t count(const struct intake *in, enum doc_class class)
{
	size_t n = 0;

	for (size_t i = 0; i < in->docs; i++)
		n += in->doc[i].class == class;
	return n;
}

static int sort_out(struct intake *in, struct ehr_err *e)
{
	size_t bundles = count(in, DOC_PACKAGE);
	size_t measures = count(in, DOC_MEASURE);
	enum doc_class class = bundles ? DOC_PACKAGE : DOC_MEASURE;
	int rc = 0;

	if (count(in, DOC_MEASURES) || (!bundles && measures > 1))
		return ehr_fail(e, EHR_EREJECT,
		    "more than one Measure in the package");
	for (size_t i = 0; i < in->docs && rc == 0; i++) {
		const struct doc *d = &in->doc[i];

		if (d->class == class)
			rc = package(in, d, bundles <= 1, e);
		if (rc < 0 && bundles + measures > 1)
			ehr_fail_prefix(e, "%s: ", d->name);
	}
	return rc;
}

/* ---- reading ---- */

static int document(struct intake *in, const char *name, struct str text,
    struct ehr_err *e)
{
	struct doc d = { .tape = TAPE_INIT, .name = name, .text = text };
	int rc = parse(&d, e);

	if (rc == 0 && in->valuesets)
		rc = each_resource(&d.tape, valueset, in, e);
	else if (rc == 0 && d.class == DOC_QPP)
		rc = reference(in, &d, e);
	tape_release(&d.tape);
	if (rc < 0 || in->valuesets || d.class == DOC_QPP ||
	    d.class == DOC_OTHER)
		return rc;
	d.name = arena_strndup(&in->mem, name, strlen(name));
	d.text = arena_str(&in->mem, text);
	in->doc = xrealloc(in->doc, (in->docs + 1) * sizeof(*in->doc));
	in->doc[in->docs++] = d;
	return 0;
}

static int read_json(struct intake *in, const char *name, struct in *file,
    struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s = json_split_new(file, &opt);
	struct json_item item;
	int rc;

	while ((rc = json_split_next(s, &item, e)) > 0) {
		rc = item.why ? ehr_fail(e, EHR_EREJECT, "line %llu: %s",
				    (unsigned long long)item.line, item.why)
			      : document(in, name, item.raw, e);
		if (rc < 0)
			break;
	}
	json_split_free(s);
	return rc;
}

/* Does the text begin as JSON does? */
static bool is_json(struct str text)
{
	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.s + 3, text.n - 3 };
	text = str_trim(text);
	return text.n == 0 || *text.s == '{' || *text.s == '[';
}

static int read_table(struct intake *in, struct in *file, bool *json,
    struct buf *text, struct ehr_err *e)
{
	int rc = source_read(file, SOURCE_ZIP_MAX, text, e);

	*json = rc == 0 && is_json(buf_str(text));
	return rc < 0 || *json ? rc : vsac_read(in, buf_str(text), e);
}

static int take(void *arg, const char *name, struct in *file,
    struct ehr_err *e)
{
	struct intake *in = arg;
	BUF_AUTO text = BUF_INIT;
	struct in *mem = NULL;
	bool json = false;
	int rc = 0;

	if (in->valuesets)
		rc = read_table(in, file, &json, &text, e);
	if (rc == 0 && json)
		rc = in_open_mem(&mem, name, buf_str(&text));
	if (rc == 0 && (json || !in->valuesets))
		rc = read_json(in, name, json ? mem : file, e);
	if (mem)
		in_close(mem);
	return rc < 0 ? ehr_fail_prefix(e, "%s: ", name), rc : 0;
}

int quality_intake(const char *path, bool valuesets, int year,
    quality_intake_fn *fn, void *arg, struct ehr_err *e)
{
	struct intake in = { .path = path, .valuesets = valuesets,
		.year = year, .fn = fn, .arg = arg, .mem = ARENA_INIT };
	struct source s = { take, &in, valuesets, 0, 0 };
	int rc = source_each(&s, path, e);

	if (rc == 0 && !valuesets) {
		rc = sort_out(&in, e);
		if (rc < 0)
			ehr_fail_prefix(e, "%s: ", path);
	}
	if (rc == 0 && in.found == 0)
		rc = ehr_fail(e, EHR_EREJECT, "%s: %s", path, valuesets
			? "no ValueSet in it"
			: "no Measure and no reference file of QPP in it");
	arena_release(&in.mem);
	free(in.doc);
	return rc;
}
