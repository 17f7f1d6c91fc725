/* FHIR R4 MeasureReports of what was added up, as DEQM 5.0.0 profiles them. */
#include "quality/impl.h"

#include <stdio.h>

#define DEQM	"http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/"
#define FHIR	"http://hl7.org/fhir/StructureDefinition/"
#define CQFM	"http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/"
#define SYSTEM	"http://terminology.hl7.org/CodeSystem/"

static const struct {
	const char *code, *profile;
} types[] = {
	[QUALITY_SUMMARY] = { "summary", DEQM "summary-measurereport-deqm" },
	[QUALITY_SUBJECT_LIST] = { "subject-list",
	    DEQM "subjectlist-measurereport-deqm" },
	[QUALITY_INDIVIDUAL] = { "individual",
	    DEQM "indv-measurereport-deqm" },
};

struct report {
	struct buf *b;
	struct quality_tally *t;
	const struct quality_measure *m;
	const struct quality_report *r;
};

/* ---- small types ---- */

static void text(struct buf *b, const char *key, const char *v)
{
	json_text(b, key, str_of(v));
}

static void concept(struct buf *b, const char *key, const char *system,
    struct str code, struct str words)
{
	json_open(b, key, '{');
	if (code.n) {
		json_open(b, "coding", '[');
		json_open(b, NULL, '{');
		text(b, "system", system);
		json_text(b, "code", code);
		json_close(b, '}');
		json_close(b, ']');
	}
	json_text(b, "text", words);
	json_close(b, '}');
}

static void reference(struct buf *b, const char *key, const char *to)
{
	json_open(b, key, '{');
	text(b, "reference", to);
	json_close(b, '}');
}

/* The name of a contained thing that is numbered by up to two numbers. */
static const char *name_of(char out[48], const char *what, unsigned a,
    unsigned b)
{
	snprintf(out, 48, "%s-%u-%u", what, a + 1, b + 1);
	return out;
}

static bool same_scoring(const struct quality_measure *m)
{
	for (uint32_t g = 1; g < m->groups; g++)
		if (m->group[g].scoring != m->group[0].scoring)
			return false;
	return true;
}

static void scoring(struct buf *b, enum quality_scoring s)
{
	json_open(b, NULL, '{');
	text(b, "url", DEQM "extension-measureScoring");
	concept(b, "valueCodeableConcept", SYSTEM "measure-scoring",
	    str_of(quality_scoring_name(s)), STR_NONE);
	json_close(b, '}');
}

/* ---- contained: who, with what, lists, supplemental data ---- */

static void version(struct buf *b, const char *what, struct str value)
{
	json_open(b, NULL, '{');
	concept(b, "type", NULL, STR_NONE, str_of(what));
	json_text(b, "value", value);
	json_close(b, '}');
}

/* The program, and what the figures can be worked out from again. */
static void device(struct report *w)
{
	BUF_AUTO hash = BUF_INIT;
	BUF_AUTO position = BUF_INIT;
	struct buf *b = w->b;

	hex_format(&hash, w->r->hash, sizeof(w->r->hash));
	json_open(b, NULL, '{');
	text(b, "resourceType", "Device");
	text(b, "id", "software");
	json_open(b, "deviceName", '[');
	json_open(b, NULL, '{');
	text(b, "name", "ehr-mips");
	text(b, "type", "model-name");
	json_close(b, '}');
	json_close(b, ']');
	json_open(b, "version", '[');
	version(b, "software", str_of(w->r->tool));
	version(b, "SHA-256 of measure and value sets", buf_str(&hash));
	if (w->r->completed) {
		buf_reset(&hash);
		hex_format(&hash, w->r->sets, sizeof(w->r->sets));
		version(b, "SHA-256 of the value sets that complete it",
		    buf_str(&hash));
	}
	if (w->r->audit_size) {
		buf_addf(&position, "%llu ",
		    (unsigned long long)w->r->audit_size);
		hex_format(&position, w->r->audit_root,
		    sizeof(w->r->audit_root));
		version(b, "audit log: size and root", buf_str(&position));
	}
	json_close(b, ']');
	json_close(b, '}');
}

static void organization(struct report *w)
{
	struct buf *b = w->b;

	if (w->r->reporter.s == NULL)
		return;
	json_open(b, NULL, '{');
	text(b, "resourceType", "Organization");
	text(b, "id", "reporter");
	if (w->r->npi.n) {
		json_open(b, "identifier", '[');
		json_open(b, NULL, '{');
		text(b, "system", "http://hl7.org/fhir/sid/us-npi");
		json_text(b, "value", w->r->npi);
		json_close(b, '}');
		json_close(b, ']');
	}
	json_raw(b, "active", STR("true"));
	json_text(b, "name", w->r->reporter);
	json_close(b, '}');
}

static void code_count(struct report *w, const struct quality_code_counts *c,
    uint32_t group, uint32_t i)
{
	const struct quality_population *p = &w->m->group[group].population[i];

	json_open(w->b, NULL, '{');
	concept(w->b, "code", SYSTEM "measure-population", p->code, p->id);
	json_count(w->b, "valueInteger",
	    quality_tally_code(w->t, c, group, i));
	json_close(w->b, '}');
}

/* How many of each population have a code. */
static void supplement(struct report *w, const struct quality_code_counts *c,
    size_t number)
{
	struct buf *b = w->b;
	char id[48];

	json_open(b, NULL, '{');
	text(b, "resourceType", "Observation");
	text(b, "id", name_of(id, "supplement", c->code.supplement,
	    (unsigned)number));
	text(b, "status", "final");
	concept(b, "code", NULL, STR_NONE,
	    w->m->supplement[c->code.supplement].id);
	if (c->code.code.s) {
		json_open(b, "valueCodeableConcept", '{');
		json_open(b, "coding", '[');
		json_open(b, NULL, '{');
		json_text(b, "system", c->code.system);
		json_text(b, "code", c->code.code);
		json_text(b, "display", c->code.display);
		json_close(b, '}');
		json_close(b, ']');
		json_close(b, '}');
	} else {
		concept(b, "dataAbsentReason", SYSTEM "data-absent-reason",
		    STR("unknown"), STR_NONE);
	}
	json_open(b, "component", '[');
	for (uint32_t g = 0; g < w->m->groups; g++)
		for (uint32_t i = 0; i < w->m->group[g].populations; i++)
			code_count(w, c, g, i);
	json_close(b, ']');
	json_close(b, '}');
}

static void list(struct report *w, uint32_t group, uint32_t i,
    struct str entries)
{
	char id[48];

	json_open(w->b, NULL, '{');
	text(w->b, "resourceType", "List");
	text(w->b, "id", name_of(id, "list", group, i));
	text(w->b, "status", "current");
	text(w->b, "mode", "snapshot");
	json_text(w->b, "title", w->m->group[group].population[i].id);
	if (entries.n) {
		json_open(w->b, "entry", '[');
		buf_addstr(w->b, entries);
		json_close(w->b, ']');
	}
	json_close(w->b, '}');
}

static void contained(struct report *w)
{
	const struct quality_code_counts *code;
	size_t n, k = 0;

	json_open(w->b, "contained", '[');
	device(w);
	organization(w);
	code = quality_tally_codes(w->t, &n);
	for (size_t i = 0; i < n; i++)
		supplement(w, &code[i], i);
	for (uint32_t g = 0; g < w->m->groups && w->r->list; g++)
		for (uint32_t i = 0; i < w->m->group[g].populations; i++)
			list(w, g, i, buf_str(&w->r->list[k++]));
	json_close(w->b, ']');
}

static void extensions(struct report *w)
{
	const struct quality_code_counts *code;
	struct buf *b = w->b;
	char id[48], to[64];
	size_t n;

	json_open(b, "extension", '[');
	if (same_scoring(w->m))
		scoring(b, w->m->group[0].scoring);
	json_open(b, NULL, '{');
	text(b, "url", CQFM "cqfm-softwaresystem");
	reference(b, "valueReference", "#software");
	json_close(b, '}');
	code = quality_tally_codes(w->t, &n);
	for (size_t i = 0; i < n; i++) {
		snprintf(to, sizeof(to), "#%s", name_of(id, "supplement",
		    code[i].code.supplement, (unsigned)i));
		json_open(b, NULL, '{');
		text(b, "url", FHIR "measurereport-supplementalData");
		reference(b, "valueReference", to);
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* ---- groups ---- */

static void score(struct report *w, uint32_t group, int stratum)
{
	BUF_AUTO value = BUF_INIT;

	if (!quality_fraction_text(&value,
		quality_tally_score(w->t, group, stratum), 6))
		return;
	json_open(w->b, "measureScore", '{');
	json_raw(w->b, "value", buf_str(&value));
	json_close(w->b, '}');
}

static void populations(struct report *w, uint32_t group, int stratum)
{
	const struct quality_group *g = &w->m->group[group];
	const struct quality_counts *c = quality_tally_counts(w->t, group,
	    stratum);
	char id[48], to[64];

	json_open(w->b, "population", '[');
	for (uint32_t i = 0; i < g->populations; i++) {
		json_open(w->b, NULL, '{');
		json_text(w->b, "id", g->population[i].id);
		concept(w->b, "code", SYSTEM "measure-population",
		    g->population[i].code, STR_NONE);
		json_count(w->b, "count", c->count[i]);
		snprintf(to, sizeof(to), "#%s", name_of(id, "list", group, i));
		if (stratum == QUALITY_WHOLE && w->r->list)
			reference(w->b, "subjectResults", to);
		json_close(w->b, '}');
	}
	json_close(w->b, ']');
}

/* A stratifier is a criterion: its one stratum are those who meet it. */
static void strata(struct report *w, uint32_t group)
{
	const struct quality_group *g = &w->m->group[group];

	if (g->strata == 0)
		return;
	json_open(w->b, "stratifier", '[');
	for (int i = 0; i < (int)g->strata; i++) {
		json_open(w->b, NULL, '{');
		json_text(w->b, "id", g->stratum[i].id);
		json_open(w->b, "code", '[');
		concept(w->b, NULL, NULL, STR_NONE, g->stratum[i].expression);
		json_close(w->b, ']');
		json_open(w->b, "stratum", '[');
		json_open(w->b, NULL, '{');
		concept(w->b, "value", NULL, STR_NONE, STR("true"));
		populations(w, group, i);
		score(w, group, i);
		json_close(w->b, '}');
		json_close(w->b, ']');
		json_close(w->b, '}');
	}
	json_close(w->b, ']');
}

static void groups(struct report *w)
{
	json_open(w->b, "group", '[');
	for (uint32_t g = 0; g < w->m->groups; g++) {
		json_open(w->b, NULL, '{');
		json_text(w->b, "id", w->m->group[g].id);
		if (!same_scoring(w->m)) {
			json_open(w->b, "extension", '[');
			scoring(w->b, w->m->group[g].scoring);
			json_close(w->b, ']');
		}
		populations(w, g, QUALITY_WHOLE);
		score(w, g, QUALITY_WHOLE);
		strata(w, g);
		json_close(w->b, '}');
	}
	json_close(w->b, ']');
}

/* ---- the whole ---- */

void quality_report_id(const struct quality_measure *m,
    const struct quality_report *r, char id[37])
{
	BUF_AUTO what = BUF_INIT;
	uint8_t uuid[UUID_LEN];

	buf_addf(&what, "%s %.*s|%.*s %s %s %.*s %.*s", types[r->type].code,
	    STR_FMT(m->url), STR_FMT(m->version), r->from, r->to,
	    STR_FMT(r->reporter), STR_FMT(r->subject_name));
	uuid5(uuid_ns_content, STR("MeasureReport"), buf_str(&what), uuid);
	uuid_format(uuid, id);
}

static void head(struct report *w)
{
	const struct quality_report *r = w->r;
	struct buf *b = w->b;
	char id[37];

	quality_report_id(w->m, r, id);
	text(b, "resourceType", "MeasureReport");
	text(b, "id", id);
	/* The profiles want a reporter, and the measure's version. */
	if (r->reporter.s && w->m->version.s && w->m->url.s) {
		json_open(b, "meta", '{');
		json_open(b, "profile", '[');
		text(b, NULL, types[r->type].profile);
		json_close(b, ']');
		json_close(b, '}');
	}
	contained(w);
	extensions(w);
}

static void about(struct report *w)
{
	const struct quality_report *r = w->r;
	BUF_AUTO measure = BUF_INIT;
	struct buf *b = w->b;

	buf_addf(&measure, "%.*s%s%.*s", STR_FMT(w->m->url.s ? w->m->url
		: w->m->name), w->m->version.s ? "|" : "",
	    STR_FMT(w->m->version));
	text(b, "status", "complete");
	text(b, "type", types[r->type].code);
	json_text(b, "measure", buf_str(&measure));
	if (r->subject_id.s)
		quality_report_subject(b, "subject", r->subject_id,
		    r->subject_name);
	json_text(b, "date", r->date);
	if (r->reporter.s)
		reference(b, "reporter", "#reporter");
	json_open(b, "period", '{');
	text(b, "start", r->from);
	text(b, "end", r->to);
	json_close(b, '}');
	if (w->m->group[0].scoring != QUALITY_COHORT)
		concept(b, "improvementNotation",
		    SYSTEM "measure-improvement-notation",
		    w->m->inverse ? STR("decrease") : STR("increase"),
		    STR_NONE);
}

void quality_report_subject(struct buf *b, const char *key, struct str id,
    struct str name)
{
	BUF_AUTO to = BUF_INIT;

	buf_addf(&to, "Patient/%.*s", STR_FMT(id));
	json_open(b, key, '{');
	json_text(b, "reference", buf_str(&to));
	if (!str_eq(id, name))
		json_text(b, "display", name);
	json_close(b, '}');
}

void quality_report_entry(struct buf *b, struct str id, struct str name)
{
	json_open(b, NULL, '{');
	quality_report_subject(b, "item", id, name);
	json_close(b, '}');
}

void quality_report(struct buf *b, struct quality_tally *t,
    const struct quality_report *r)
{
	struct report w = { b, t, quality_tally_measure(t), r };

	json_open(b, NULL, '{');
	head(&w);
	about(&w);
	groups(&w);
	if (r->evaluated.n) {
		json_open(b, "evaluatedResource", '[');
		buf_addstr(b, r->evaluated);
		json_close(b, ']');
	}
	json_close(b, '}');
	json_done(b);
}
