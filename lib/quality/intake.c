/* Files as they are published, sorted out: packages, value sets, reference
 * files of QPP. */
#include "quality/impl.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- one document ---- */

enum doc_class {
	DOC_OTHER,	/* nothing of ours */
	DOC_PARTS,	/* Libraries, ValueSets */
	DOC_MEASURE,	/* with one Measure */
	DOC_MEASURES,	/* with several */
	DOC_QPP,	/* a reference file */
};

struct doc {
	struct tape tape;
	enum doc_class class;
	enum quality_kept_kind kind; /* of DOC_QPP */
	uint32_t measure;	     /* node, of DOC_MEASURE */
};

struct intake {
	const char *path;
	bool valuesets;
	int year;
	quality_intake_fn *fn;
	void *arg;
	size_t found;
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
		d->class = d->class == DOC_MEASURE ? DOC_MEASURES
		    : d->class == DOC_MEASURES ? DOC_MEASURES : DOC_MEASURE;
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

static int parse(struct doc *d, struct str text, struct ehr_err *e)
{
	struct tape_error why;

	if (tape_parse(&d->tape, text.s, text.n, &why) < 0)
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

static int hand_on(struct intake *in, struct quality_kept *k, struct str text,
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
	return hand_on(in, &k, text, e);
}

/* The year of a reference file, 0 where nothing says it. */
static int64_t year_of(const struct intake *in, const struct doc *d)
{
	struct str name = last_part(str_of(in->path), '/');
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

static int reference(struct intake *in, const struct doc *d, struct str text,
    struct ehr_err *e)
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
	sha256(text.s, text.n, k.sha256);
	return hand_on(in, &k, text, e);
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
	return hand_on(in, &k, buf_str(&text), e);
}

static int document(struct intake *in, struct str text, struct ehr_err *e)
{
	struct doc d = { .tape = TAPE_INIT };
	int rc = parse(&d, text, e);

	if (rc == 0 && in->valuesets)
		rc = each_resource(&d.tape, valueset, in, e);
	else if (rc == 0 && d.class == DOC_MEASURES)
		rc = ehr_fail(e, EHR_EREJECT,
		    "more than one Measure in the package");
	else if (rc == 0 && d.class == DOC_MEASURE)
		rc = measure(in, &d, text, e);
	else if (rc == 0 && d.class == DOC_QPP)
		rc = reference(in, &d, text, e);
	tape_release(&d.tape);
	return rc;
}

/* ---- files ---- */

static int read_file(struct intake *in, struct in *file, struct ehr_err *e)
{
	struct json_split_opt opt = { .whole = true };
	struct json_split *s = json_split_new(file, &opt);
	struct json_item item;
	int rc;

	while ((rc = json_split_next(s, &item, e)) > 0) {
		rc = item.why ? ehr_fail(e, EHR_EREJECT, "line %llu: %s",
				    (unsigned long long)item.line, item.why)
			      : document(in, item.raw, e);
		if (rc < 0)
			break;
	}
	json_split_free(s);
	return rc;
}

int quality_intake(const char *path, bool valuesets, int year,
    quality_intake_fn *fn, void *arg, struct ehr_err *e)
{
	struct intake in = { path, valuesets, year, fn, arg, 0 };
	struct in *file;
	int rc = in_open(&file, path, e);

	if (rc < 0)
		return rc;
	rc = read_file(&in, file, e);
	if (rc == 0 && in.found == 0)
		rc = ehr_fail(e, EHR_EREJECT, valuesets
			? "no ValueSet in it"
			: "no Measure and no reference file of QPP in it");
	if (rc == EHR_EREJECT)
		ehr_fail_prefix(e, "%s: ", in_name(file));
	in_close(file);
	return rc;
}
