/* override.c - what a clinician says against a measure about a patient: kept
 * in a snapshot beside its counts and never in them. */
#include "mips.h"

enum { LINE_FIELDS = 4 }; /* measure, patient, population, reason */

static bool population_known(struct str s)
{
	static const char *const known[] = { "initial-population",
		"denominator", "denominator-exclusion",
		"denominator-exception", "numerator", "numerator-exclusion",
		"not-met", "none" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(s, known[i]))
			return true;
	return false;
}

/* As -m has it. */
static bool measure_known(struct str s)
{
	for (size_t i = 0; i < mips_opts.measures.n; i++)
		if (str_is(s, mips_opts.measures.v[i]))
			return true;
	return false;
}

static void add_extension(struct buf *b, const char *url, struct str value)
{
	json_open(b, NULL, '{');
	json_text(b, "url", str_of(url));
	json_text(b, "valueString", value);
	json_close(b, '}');
}

static void add_basic(struct buf *b, const struct access *a,
    const struct str field[LINE_FIELDS], struct str patient)
{
	struct str id = patient, part;

	while (memchr(id.s, ':', id.n))
		str_split(&id, ':', &part);
	json_open(b, NULL, '{');
	json_text(b, "resourceType", STR("Basic"));
	json_open(b, "extension", '[');
	add_extension(b, "urn:ehr:override:measure", field[0]);
	add_extension(b, "urn:ehr:override:reason", field[3]);
	json_close(b, ']');
	json_open(b, "code", '{');
	json_open(b, "coding", '[');
	json_open(b, NULL, '{');
	json_text(b, "system", STR("urn:ehr:override"));
	json_text(b, "code", field[2]);
	json_close(b, '}');
	json_close(b, ']');
	json_close(b, '}');
	quality_report_subject(b, "subject", id, patient);
	json_open(b, "author", '{');
	json_text(b, "display", buf_str(&a->user));
	json_close(b, '}');
	json_close(b, '}');
	json_done(b);
	buf_addch(b, '\n');
}

/* What is wrong with a line, or NULL. */
static const char *fault(const struct str field[LINE_FIELDS], size_t n,
    struct str rest)
{
	if (n < LINE_FIELDS || rest.n)
		return "measure, patient, population and reason, by tabs";
	if (!measure_known(field[0]))
		return "the measure is none of -m";
	if (!population_known(field[2]))
		return "no such population";
	if (field[3].n == 0)
		return "an override takes a reason";
	for (size_t i = 0; i < LINE_FIELDS; i++)
		if (utf8_valid(field[i].s, field[i].n) != field[i].n)
			return "no UTF-8";
	return NULL;
}

static int add_line(struct access *a, struct str line, struct buf *b,
    struct ehr_err *e)
{
	struct str field[LINE_FIELDS] = { { 0 } }, rest = line;
	BUF_AUTO name = BUF_INIT;
	const char *why;
	int64_t patient;
	size_t n = 0;
	int rc;

	while (n < LINE_FIELDS && str_split(&rest, '\t', &field[n]))
		n++;
	why = fault(field, n, rest);
	if (why)
		return ehr_fail(e, EHR_EREJECT, "%s", why);
	rc = record_find_patient(a->r, field[1], &patient, NULL, e);
	if (rc < 0)
		return rc == EHR_ENOENT
		    ? ehr_fail(e, EHR_EREJECT, "no such patient") : rc;
	rc = record_patient_name(a->r, patient, &name, e);
	if (rc >= 0)
		add_basic(b, a, field, buf_str(&name));
	return rc < 0 ? rc : 0;
}

int override_lines(struct access *a, const char *path, struct buf *b,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	struct str rest, line;
	unsigned long number = 0;
	int rc = in_all(path, MAX_RESOURCE, &text, e);

	rest = buf_str(&text);
	while (rc == 0 && rest.n && str_split(&rest, '\n', &line)) {
		number++;
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			continue;
		rc = add_line(a, line, b, e);
		if (rc < 0)
			ehr_fail_prefix(e, "%s:%lu: ", path, number);
	}
	return rc;
}
