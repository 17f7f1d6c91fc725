/* Writing a Category III by the CMS 2026 guide. */
#include "impl.h"

#define ACT_CODE "2.16.840.1.113883.5.4"
#define LOINC "2.16.840.1.113883.6.1"
#define SNOMED "2.16.840.1.113883.6.96"
#define CDC_RACE "2.16.840.1.113883.6.238"
#define CMS_CODES "2.16.840.1.113883.3.249.12"

/* ---- small parts ---- */

static void template(struct xml_writer *w, const char *id,
    const char *extension)
{
	BUF_AUTO root = BUF_INIT;

	buf_addf(&root, TEMPLATES "%s", id);
	xml_empty(w, "templateId", "root", root.s, "extension", extension,
	    NULL);
}

static void id(struct xml_writer *w, const char *root, struct str extension)
{
	xml_open(w, "id", "root", root, NULL);
	xml_set(w, "extension", extension);
	xml_close(w);
}

static void guid(struct xml_writer *w, struct str value)
{
	xml_open(w, "id", NULL);
	xml_set(w, "root", value);
	xml_close(w);
}

static void code(struct xml_writer *w, const char *element, const char *value,
    const char *system, const char *name)
{
	xml_empty(w, element, "code", value, "codeSystem", system,
	    "displayName", name, NULL);
}

static void completed(struct xml_writer *w)
{
	xml_empty(w, "statusCode", "code", "completed", NULL);
}

static void observation(struct xml_writer *w)
{
	xml_open(w, "observation", "classCode", "OBS", "moodCode", "EVN", NULL);
}

static void open_value(struct xml_writer *w, const char *type)
{
	xml_open(w, "value", "xsi:type", type, NULL);
}

static void assertion(struct xml_writer *w, struct str value)
{
	code(w, "code", "ASSERTION", ACT_CODE, "Assertion");
	completed(w);
	open_value(w, "CD");
	xml_set(w, "code", value);
	xml_set(w, "codeSystem", STR(ACT_CODE));
	xml_close(w);
}

static void external(struct xml_writer *w, struct str value, const char *what)
{
	xml_open(w, "reference", "typeCode", "REFR", NULL);
	xml_open(w, "externalObservation", "classCode", "OBS", "moodCode",
	    "EVN", NULL);
	guid(w, value);
	if (what)
		code(w, "code", what, ACT_CODE, NULL);
	xml_close(w);
	xml_close(w);
}

/* Aggregate count, 27.3.3. */
static void aggregate(struct xml_writer *w, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	xml_open(w, "entryRelationship", "typeCode", "SUBJ", "inversionInd",
	    "true", NULL);
	observation(w);
	template(w, "27.3.3", NULL);
	code(w, "code", "MSRAGG", ACT_CODE, "rate aggregation");
	open_value(w, "INT");
	xml_set(w, "value", str_of(text));
	xml_close(w);
	code(w, "methodCode", "COUNT", "2.16.840.1.113883.5.84", "Count");
	xml_close(w);
	xml_close(w);
}

/* ---- supplemental data ---- */

/* Every measure data says something about all of these; none is 0. */
static const struct about {
	const char *root, *extension, *cms, *cms_extension, *loinc, *system;
	bool translated; /* value is OTH, the code its translation */
	const char *codes;
} abouts[QRDA_ABOUTS] = {
	[QRDA_RACE] = { "27.3.8", "2016-09-01", NULL, NULL, "72826-1",
	    CDC_RACE, false, "1002-5 2028-9 2054-5 2076-8 2106-3 2131-1" },
	[QRDA_ETHNICITY] = { "27.3.7", "2016-09-01", NULL, NULL, "69490-1",
	    CDC_RACE, false, "2135-2 2186-5" },
	/* Federal Administrative Sex, 2.16.840.1.113762.1.4.1021.121. */
	[QRDA_SEX] = { "27.3.6", "2016-09-01", "27.3.21", "2025-05-01",
	    "76689-9", SNOMED, true, "248152002 248153007" },
	[QRDA_PAYER] = { "27.3.9", "2016-02-01", "27.3.18", "2018-05-01",
	    "48768-6", CMS_CODES, true, "A B C D" },
};

static void supplement(struct xml_writer *w, const struct about *a,
    struct str value, int64_t n)
{
	bool null = rule_word_in(value, STR("UNK ASKU NI NASK MSK OTH"));

	xml_open(w, "entryRelationship", "typeCode", "COMP", NULL);
	observation(w);
	template(w, a->root, a->extension);
	if (a->cms)
		template(w, a->cms, a->cms_extension);
	xml_empty(w, "id", "nullFlavor", "NA", NULL);
	code(w, "code", a->loinc, LOINC, NULL);
	completed(w);
	open_value(w, "CD");
	if (a->translated) {
		xml_set(w, "nullFlavor", STR("OTH"));
		xml_open(w, "translation", NULL);
	}
	xml_set(w, null && !a->translated ? "nullFlavor" : "code", value);
	if (!null)
		xml_set(w, "codeSystem", str_of(a->system));
	if (a->translated)
		xml_close(w);
	xml_close(w);
	aggregate(w, n);
	xml_close(w);
	xml_close(w);
}

static int64_t count_of(const struct qrda_population *p, enum qrda_about a,
    struct str value)
{
	for (size_t i = 0; i < p->splits; i++)
		if (p->split[i].about == a && str_eq(p->split[i].code, value))
			return p->split[i].count;
	return 0;
}

static void supplements(struct xml_writer *w, const struct qrda_population *p)
{
	for (size_t a = 0; a < QRDA_ABOUTS; a++) {
		struct str rest = str_of(abouts[a].codes), value;

		while (str_split(&rest, ' ', &value))
			supplement(w, &abouts[a], value, count_of(p,
			    (enum qrda_about)a, value));
		for (size_t i = 0; i < p->splits; i++)
			if (p->split[i].about == a && !rule_word_in(
			    p->split[i].code, str_of(abouts[a].codes)))
				supplement(w, &abouts[a], p->split[i].code,
				    p->split[i].count);
	}
}

/* ---- measures ---- */

static void population(struct xml_writer *w, const struct qrda_population *p)
{
	xml_open(w, "component", NULL);
	observation(w);
	template(w, "27.3.5", "2016-09-01");
	template(w, "27.3.16", "2025-05-01");
	assertion(w, p->code);
	aggregate(w, p->count);
	for (size_t i = 0; i < p->strata; i++) {
		xml_open(w, "entryRelationship", "typeCode", "COMP", NULL);
		observation(w);
		template(w, "27.3.4", NULL);
		code(w, "code", "ASSERTION", ACT_CODE, "Assertion");
		completed(w);
		aggregate(w, p->stratum[i].count);
		external(w, p->stratum[i].guid, NULL);
		xml_close(w);
		xml_close(w);
	}
	supplements(w, p);
	external(w, p->guid, NULL);
	xml_close(w);
	xml_close(w);
}

/* Performance rate of a proportion, or of an activity with counts. */
static void rate(struct xml_writer *w, struct str value, struct str numerator)
{
	xml_open(w, "component", NULL);
	observation(w);
	template(w, "27.3.30", "2016-09-01");
	if (numerator.s) {
		template(w, "27.3.14", "2020-12-01");
		template(w, "27.3.25", "2022-05-01");
	}
	code(w, "code", "72510-1", LOINC, "Performance Rate");
	completed(w);
	open_value(w, "REAL");
	xml_set(w, value.s ? "value" : "nullFlavor",
	    value.s ? value : STR("NA"));
	xml_close(w);
	if (numerator.s)
		external(w, numerator, "NUMER");
	xml_close(w);
	xml_close(w);
}

static void open_organizer(struct xml_writer *w, const char *id_,
    const char *extension, const char *cms, const char *cms_extension)
{
	xml_open(w, "entry", NULL);
	xml_open(w, "organizer", "classCode", "CLUSTER", "moodCode", "EVN",
	    NULL);
	template(w, "24.3.98", NULL);
	template(w, id_, extension);
	if (cms)
		template(w, cms, cms_extension);
}

static void document(struct xml_writer *w, const char *root, struct str value,
    struct str title)
{
	xml_open(w, "reference", "typeCode", "REFR", NULL);
	xml_open(w, "externalDocument", "classCode", "DOC", "moodCode", "EVN",
	    NULL);
	id(w, root, value);
	if (title.n) {
		code(w, "code", "57024-2", LOINC,
		    "Health Quality Measure Document");
		xml_leaf(w, "text", title);
	}
	xml_close(w);
	xml_close(w);
}

/* The id of an entry: of the document and what it is about. */
static void entry_id(struct xml_writer *w, const struct qrda3 *q,
    struct str what)
{
	xml_open(w, "id", NULL);
	xml_set(w, "root", q->id);
	xml_set(w, "extension", what);
	xml_close(w);
}

static void measure(struct xml_writer *w, const struct qrda3 *q,
    const struct qrda_measure *m)
{
	open_organizer(w, "27.3.1", "2020-12-01", "27.3.17", "2025-05-01");
	entry_id(w, q, m->guid);
	completed(w);
	document(w, "2.16.840.1.113883.4.738", m->guid, m->title);
	for (size_t i = 0; i < m->rates; i++)
		rate(w, m->rate[i].value, m->rate[i].numerator);
	for (size_t i = 0; i < m->populations; i++)
		population(w, &m->population[i]);
	xml_close(w);
	xml_close(w);
}

/* ---- sections ---- */

static void parameters(struct xml_writer *w, const struct qrda3 *q,
    const struct qrda_period *p, const char *section)
{
	xml_open(w, "entry", "typeCode", "DRIV", NULL);
	xml_open(w, "act", "classCode", "ACT", "moodCode", "EVN", NULL);
	template(w, "17.3.8", "2020-12-01");
	entry_id(w, q, str_of(section));
	code(w, "code", "252116004", SNOMED, "Observation Parameters");
	xml_open(w, "effectiveTime", NULL);
	xml_open(w, "low", NULL);
	xml_set(w, "value", p->low);
	xml_close(w);
	xml_open(w, "high", NULL);
	xml_set(w, "value", p->high);
	xml_close(w);
	xml_close(w);
	xml_close(w);
	xml_close(w);
}

static void open_section(struct xml_writer *w)
{
	xml_open(w, "component", NULL);
	xml_open(w, "section", NULL);
	template(w, "24.2.2", NULL);
}

/* Its heading and what people read: names alone, the counts stand below. */
static void narrative(struct xml_writer *w, const char *what,
    const struct str *name, size_t n)
{
	code(w, "code", "55186-1", LOINC, "Measure Section");
	xml_leaf(w, "title", STR("Measure Section"));
	xml_open(w, "text", NULL);
	xml_leaf(w, "paragraph", str_of(what));
	xml_open(w, "list", NULL);
	for (size_t i = 0; i < n; i++)
		xml_leaf(w, "item", name[i]);
	xml_close(w);
	xml_close(w);
}

static void quality(struct xml_writer *w, const struct qrda3 *q,
    struct arena *mem)
{
	struct str *name = arena_alloc(mem, (q->measures + 1) * sizeof(*name));

	for (size_t i = 0; i < q->measures; i++)
		name[i] = q->measure[i].title;
	open_section(w);
	template(w, "27.2.1", "2020-12-01");
	template(w, "27.2.3", "2025-05-01");
	narrative(w, "Quality measures", name, q->measures);
	for (size_t i = 0; i < q->measures; i++)
		measure(w, q, &q->measure[i]);
	parameters(w, q, &q->quality, "quality");
	xml_close(w);
	xml_close(w);
}

static void part_of_rate(struct xml_writer *w, const char *template_,
    const char *what, int64_t n)
{
	xml_open(w, "component", NULL);
	observation(w);
	template(w, template_, "2016-09-01");
	assertion(w, str_of(what));
	aggregate(w, n);
	xml_close(w);
	xml_close(w);
}

/* PI measures with counts are 27.3.28, with an answer 27.3.29; improvement
 * activities 27.3.33. */
static void activity(struct xml_writer *w, const struct qrda3 *q,
    const struct qrda_activity *a, bool pi)
{
	const char *root = pi ? "2.16.840.1.113883.3.7031"
			      : "2.16.840.1.113883.3.7034";

	open_organizer(w, !pi ? "27.3.33" : a->answer.s ? "27.3.29" : "27.3.28",
	    pi && !a->answer.s ? "2017-06-01" : "2016-09-01", NULL, NULL);
	entry_id(w, q, a->id);
	completed(w);
	document(w, root, a->id, STR_NONE);
	if (a->answer.s) {
		xml_open(w, "component", NULL);
		observation(w);
		template(w, "27.3.27", "2016-09-01");
		code(w, "code", "ASSERTION", ACT_CODE, "Assertion");
		completed(w);
		open_value(w, "CD");
		xml_set(w, "code", a->answer);
		xml_set(w, "codeSystem", STR("2.16.840.1.113883.12.136"));
		xml_close(w);
		xml_close(w);
		xml_close(w);
	} else {
		part_of_rate(w, "27.3.31", "NUMER", a->numerator);
		part_of_rate(w, "27.3.32", "DENOM", a->denominator);
	}
	xml_close(w);
	xml_close(w);
}

static void activities(struct xml_writer *w, const struct qrda3 *q, bool pi,
    struct arena *mem)
{
	const struct qrda_activity *a = pi ? q->pi : q->ia;
	size_t n = pi ? q->pis : q->ias;
	struct str *name = arena_alloc(mem, (n + 1) * sizeof(*name));

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		name[i] = a[i].id;
	open_section(w);
	template(w, pi ? "27.2.5" : "27.2.4", "2020-12-01");
	narrative(w, pi ? "Promoting interoperability"
			: "Improvement activities", name, n);
	for (size_t i = 0; i < n; i++)
		activity(w, q, &a[i], pi);
	parameters(w, q, pi ? &q->promoting : &q->improvement,
	    pi ? "promoting" : "improvement");
	xml_close(w);
	xml_close(w);
}

void write_body(struct xml_writer *w, const struct qrda3 *q)
{
	ARENA_AUTO mem = ARENA_INIT;

	xml_open(w, "component", NULL);
	xml_open(w, "structuredBody", NULL);
	if (q->measures)
		quality(w, q, &mem);
	activities(w, q, true, &mem);
	activities(w, q, false, &mem);
	xml_close(w);
	xml_close(w);
}
