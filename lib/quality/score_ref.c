/* score_ref.c - CMS's measures, benchmarks, MVPs, and why some have none. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "quality/score_impl.h"

enum { MAX_ROWS = 100000, MAX_FILE = 64 << 20 };

struct reason {
	struct str measure, method, text;
};
struct score_reference {
	int year;
	struct arena arena;
	struct score_measure *measure;
	struct score_benchmark *benchmark;
	struct score_mvp *mvp;
	struct reason *reason;
	size_t measures, benchmarks, mvps, reasons;
};

/* A document being read. */
struct reader {
	struct score_reference *ref;
	const char *name;
	struct tape t;
	size_t row;	/* from 1 */
	struct buf scratch;
	struct ehr_err *e;
};

struct score_reference *score_reference_new(int year)
{
	struct score_reference *ref = xcalloc(1, sizeof(*ref));

	ref->year = year;
	return ref;
}

void score_reference_free(struct score_reference *ref)
{
	if (ref == NULL)
		return;
	arena_release(&ref->arena);
	free(ref->measure);
	free(ref->benchmark);
	free(ref->mvp);
	free(ref->reason);
	free(ref);
}

/* ---- values ---- */

static int refuse(struct reader *r, const char *member, const char *why)
{
	return ehr_fail(r->e, EHR_EREJECT, "%s: [%zu].%s: %s", r->name, r->row,
	    member, why);
}

static struct str text(struct reader *r, uint32_t node, const char *key)
{
	uint32_t at = tape_get(&r->t, node, key);

	if (at == 0 || tape_type(&r->t, at) != TAPE_STRING)
		return STR_NONE;
	buf_reset(&r->scratch);
	return arena_str(&r->ref->arena, tape_text(&r->t, at, &r->scratch));
}

static bool truth(struct reader *r, uint32_t node, const char *key)
{
	uint32_t at = tape_get(&r->t, node, key);

	return at && tape_type(&r->t, at) == TAPE_TRUE;
}

static int64_t number(struct reader *r, uint32_t node, const char *key)
{
	uint32_t at = tape_get(&r->t, node, key);
	int64_t v = 0;

	return at && str_int(tape_str(&r->t, at), &v) ? v : 0;
}

/* Appends the texts of a list, of its objects the member called inner. */
static void words(struct reader *r, uint32_t node, const char *key,
    const char *inner, struct score_words *w)
{
	uint32_t list = tape_get(&r->t, node, key);
	size_t n = w->n;
	struct str *v;

	if (list == 0 || tape_type(&r->t, list) != TAPE_ARRAY)
		return;
	tape_each(&r->t, list, i)
		n++;
	if (n == w->n)
		return;
	v = arena_alloc(&r->ref->arena, n * sizeof(*v));
	if (w->n)
		memcpy(v, w->v, w->n * sizeof(*v));
	tape_each(&r->t, list, i) {
		buf_reset(&r->scratch);
		v[w->n++] = inner ? text(r, i, inner)
		    : arena_str(&r->ref->arena,
			  tape_text(&r->t, i, &r->scratch));
	}
	w->v = v;
}

/* ---- rows ---- */

/* "CMS122v14", "CMS122FHIR...": 122. */
static int64_t cms_number(struct str s)
{
	size_t i = 3;
	int64_t v;

	if (!str_starts(s, "CMS"))
		return 0;
	while (i < s.n && s.s[i] >= '0' && s.s[i] <= '9')
		i++;
	return str_int((struct str){ s.s + 3, i - 3 }, &v) ? v : 0;
}

static bool category(struct str s, enum score_category *c)
{
	static const char *const names[] = { "quality", "pi", "ia", "cost" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(s, names[i])) {
			*c = (enum score_category)i;
			return true;
		}
	return false;
}

static int add_measure(struct reader *r, uint32_t i)
{
	struct score_reference *ref = r->ref;
	struct score_measure *m = &ref->measure[ref->measures];
	struct str metric = text(r, i, "metricType");

	*m = (struct score_measure){ .id = text(r, i, "measureId"),
		.title = text(r, i, "title"),
		.type = text(r, i, "measureType"),
		.algorithm = text(r, i, "overallAlgorithm"),
		.objective = text(r, i, "objective"),
		.emeasure = text(r, i, "eMeasureId"),
		.first_year = number(r, i, "firstPerformanceYear"),
		.inverse = truth(r, i, "isInverse"),
		.high_priority = truth(r, i, "isHighPriority"),
		.required = truth(r, i, "isRequired"),
		.bonus = truth(r, i, "isBonus"),
		.proportion = str_is(metric, "proportion"),
		.cost = str_is(metric, "costScore") };
	if (m->id.n == 0)
		return refuse(r, "measureId", "none");
	if (!category(text(r, i, "category"), &m->category))
		return refuse(r, "category",
		    "none of quality, pi, ia and cost");
	m->cms = cms_number(m->emeasure);
	words(r, i, "submissionMethods", NULL, &m->methods);
	words(r, i, "sevenPointCapRemoved", NULL, &m->uncapped);
	words(r, i, "strata", "name", &m->strata);
	words(r, i, "allowedPrograms", NULL, &m->programs);
	words(r, i, "exclusion", NULL, &m->exclusions);
	words(r, i, "substitutes", NULL, &m->substitutes);
	words(r, i, "preprod", NULL, &m->levels);
	ref->measures++;
	return 0;
}

static int percentiles(struct reader *r, uint32_t node, struct ratio *p)
{
	static const char *const keys[SCORE_PERCENTILES] = { "1", "10", "20",
		"30", "40", "50", "60", "70", "80", "90", "99" };

	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		uint32_t at = tape_get(&r->t, node, keys[k]);

		if (at == 0 || tape_type(&r->t, at) != TAPE_NUMBER ||
		    !ratio_parse(tape_str(&r->t, at), &p[k]))
			return refuse(r, "percentiles",
			    "not a number for each of 1, 10, 20 to 90 and 99");
		if (k && ratio_cmp(p[k - 1], p[k]) > 0)
			return refuse(r, "percentiles", "they do not ascend");
	}
	return 0;
}

/* Rows of cost and of claims that nobody submits are left out. */
static int add_benchmark(struct reader *r, uint32_t i, uint32_t node)
{
	struct score_reference *ref = r->ref;
	struct score_benchmark *b = &ref->benchmark[ref->benchmarks];
	int rc;

	if (number(r, i, "performanceYear") != ref->year ||
	    str_is(text(r, i, "metricType"), "costScore"))
		return 0;
	*b = (struct score_benchmark){ .measure = text(r, i, "measureId"),
		.method = text(r, i, "submissionMethod"),
		.inverse = truth(r, i, "isInverse"),
		.topped_out = truth(r, i, "isToppedOut"),
		.capped = truth(r, i, "isToppedOutByProgram") };
	if (str_is(b->method, "administrativeClaims"))
		return 0;
	rc = percentiles(r, node, b->percentile);
	if (rc == 0)
		ref->benchmarks++;
	return rc;
}

static void add_mvp(struct reader *r, uint32_t i)
{
	struct score_mvp *m = &r->ref->mvp[r->ref->mvps++];

	*m = (struct score_mvp){ .id = text(r, i, "mvpId"),
		.title = text(r, i, "title") };
	words(r, i, "qualityMeasureIds", NULL, &m->quality);
	words(r, i, "foundationQualityMeasureIds", NULL, &m->quality);
}

static void add_reason(struct reader *r, uint32_t i)
{
	struct reason *x = &r->ref->reason[r->ref->reasons];
	struct score_words why = { 0 };

	if (number(r, i, "performanceYear") != r->ref->year)
		return;
	words(r, i, "reasonCodes", NULL, &why);
	*x = (struct reason){ text(r, i, "measureId"),
		text(r, i, "submissionMethod"), why.n ? why.v[0] : STR_NONE };
	r->ref->reasons++;
}

static int add_row(struct reader *r, uint32_t i)
{
	uint32_t at;

	if (tape_type(&r->t, i) != TAPE_OBJECT)
		return ehr_fail(r->e, EHR_EREJECT, "%s: [%zu]: no object",
		    r->name, r->row);
	if ((at = tape_get(&r->t, i, "percentiles")) != 0)
		return add_benchmark(r, i, at);
	if (tape_get(&r->t, i, "category"))
		return add_measure(r, i);
	if (tape_get(&r->t, i, "mvpId"))
		add_mvp(r, i);
	else if (tape_get(&r->t, i, "reasonCodes"))
		add_reason(r, i);
	return 0;
}

/* Room for n more rows of each kind. */
static void room(struct score_reference *ref, size_t n)
{
	ref->measure = xrealloc(ref->measure,
	    (ref->measures + n) * sizeof(*ref->measure));
	ref->benchmark = xrealloc(ref->benchmark,
	    (ref->benchmarks + n) * sizeof(*ref->benchmark));
	ref->mvp = xrealloc(ref->mvp, (ref->mvps + n) * sizeof(*ref->mvp));
	ref->reason = xrealloc(ref->reason,
	    (ref->reasons + n) * sizeof(*ref->reason));
}

static int add_rows(struct reader *r)
{
	size_t n = 0;
	int rc = 0;

	if (tape_type(&r->t, 0) != TAPE_ARRAY)
		return ehr_fail(r->e, EHR_EREJECT,
		    "%s: no list of measures, benchmarks or MVPs", r->name);
	tape_each(&r->t, 0, i)
		n++;
	if (n > MAX_ROWS)
		return ehr_fail(r->e, EHR_EREJECT, "%s: over %d rows", r->name,
		    MAX_ROWS);
	room(r->ref, n + 1);
	tape_each(&r->t, 0, i) {
		r->row++;
		rc = add_row(r, i);
		if (rc < 0)
			break;
	}
	return rc;
}

int score_reference_add(struct score_reference *ref, const char *name,
    struct str json, struct ehr_err *e)
{
	struct reader r = { .ref = ref, .name = name, .t = TAPE_INIT,
		.scratch = BUF_INIT, .e = e };
	struct tape_error why;
	int rc;

	if (tape_parse(&r.t, json.s, json.n, &why) < 0)
		rc = ehr_fail(e, EHR_EREJECT, "%s: at byte %zu: %s", name,
		    why.offset, why.text);
	else
		rc = add_rows(&r);
	tape_release(&r.t);
	buf_release(&r.scratch);
	return rc;
}

/* ---- files ---- */

int score_read_file(const char *path, struct buf *text, struct ehr_err *e)
{
	return in_all(path, MAX_FILE, text, e);
}

static int read_file(struct score_reference *ref, const char *path,
    struct ehr_err *e)
{
	BUF_AUTO json = BUF_INIT;
	int rc = score_read_file(path, &json, e);

	return rc < 0 ? rc : score_reference_add(ref, path, buf_str(&json), e);
}

static int of_year(const struct dirent *d, int year)
{
	BUF_AUTO tail = BUF_INIT;
	struct str name = str_of(d->d_name);

	buf_addf(&tail, "%d.json", year);
	if (str_ends(name, ".gz"))
		name.n -= 3;
	return str_ends(name, tail.s);
}

static int read_folder(struct score_reference *ref, const char *path,
    struct ehr_err *e)
{
	BUF_AUTO file = BUF_INIT;
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort), rc = 0, some = 0;

	if (n < 0)
		return ehr_fail_errno(e, "%s", path);
	for (int i = 0; i < n; i++) {
		if (rc == 0 && of_year(list[i], ref->year)) {
			buf_reset(&file);
			buf_addf(&file, "%s/%s", path, list[i]->d_name);
			rc = read_file(ref, file.s, e);
			some++;
		}
		free(list[i]);
	}
	free(list);
	return rc < 0 || some ? rc : ehr_fail(e, EHR_ENOENT,
	    "%s: no file *%d.json", path, ref->year);
}

int score_reference_read(struct score_reference *ref, const char *path,
    struct ehr_err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(ref, path, e);
	return read_file(ref, path, e);
}

/* ---- looking up ---- */

const struct score_measure *score_measure_find(
    const struct score_reference *ref, struct str name)
{
	int64_t cms = cms_number(name);

	for (size_t i = 0; i < ref->measures; i++)
		if (str_eq(ref->measure[i].id, name))
			return &ref->measure[i];
	for (size_t i = 0; cms && i < ref->measures; i++)
		if (ref->measure[i].cms == cms)
			return &ref->measure[i];
	return NULL;
}

const struct score_benchmark *score_benchmark_find(
    const struct score_reference *ref, struct str measure, struct str method)
{
	for (size_t i = 0; i < ref->benchmarks; i++)
		if (str_eq(ref->benchmark[i].measure, measure) &&
		    str_eq(ref->benchmark[i].method, method))
			return &ref->benchmark[i];
	return NULL;
}

struct str score_no_benchmark(const struct score_reference *ref,
    struct str measure, struct str method)
{
	for (size_t i = 0; i < ref->reasons; i++)
		if (str_eq(ref->reason[i].measure, measure) &&
		    str_eq(ref->reason[i].method, method))
			return ref->reason[i].text;
	return STR_NONE;
}

const struct score_measure *score_measure_at(
    const struct score_reference *ref, size_t i)
{
	return i < ref->measures ? &ref->measure[i] : NULL;
}

const struct score_benchmark *score_benchmark_at(
    const struct score_reference *ref, size_t i)
{
	return i < ref->benchmarks ? &ref->benchmark[i] : NULL;
}

const struct score_mvp *score_mvp_at(const struct score_reference *ref,
    size_t i)
{
	return i < ref->mvps ? &ref->mvp[i] : NULL;
}

bool score_has(struct score_words words, struct str word)
{
	for (size_t i = 0; i < words.n; i++)
		if (str_eq(words.v[i], word))
			return true;
	return false;
}
