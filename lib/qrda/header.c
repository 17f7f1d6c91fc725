/* The header of a Category III, and what a program wants of it. */
#include "impl.h"
#include "programs.h"

#define NPI "2.16.840.1.113883.4.6"
#define TIN "2.16.840.1.113883.4.2"
#define GROUPS "2.16.840.1.113883.3.249.5."

enum who_kind { WHO_INDIV, WHO_GROUP, WHO_VIRTUALGROUP, WHO_APMENTITY,
	WHO_SUBGROUP };

/* Who reports: the numbers of the performer. */
static const struct who {
	bool npi, tin;
	const char *group; /* root of the group's id, or NULL */
	const char *what;
} whos[] = {
	[WHO_INDIV] = { .npi = true, .tin = true },
	[WHO_GROUP] = { .tin = true },
	[WHO_VIRTUALGROUP] = { .group = GROUPS "2", .what = "virtual group" },
	[WHO_APMENTITY] = { .group = GROUPS "4", .what = "APM entity" },
	[WHO_SUBGROUP] = { .group = GROUPS "5", .what = "subgroup" },
};

static const struct program {
	const char *name;
	enum who_kind who;
	enum { MVP_MAY, MVP_MUST, MVP_NEVER } mvp;
	enum { SECTIONS_ALL, SECTIONS_PI } sections;
} programs[] = {
#define X(name, who, mvp, sections) \
	{ name, WHO_##who, MVP_##mvp, SECTIONS_##sections },
	PROGRAM_LIST(X)
#undef X
};

static const struct program *program_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (str_is(name, programs[i].name))
			return &programs[i];
	return NULL;
}

bool qrda_program_pi(struct str name)
{
	const struct program *p = program_of(name);

	return p && p->sections == SECTIONS_PI;
}

/* ---- what has to be there ---- */

static int check_performer(const struct qrda3 *q,
    const struct qrda_performer *p, struct ehr_err *e)
{
	const struct who *want = &whos[program_of(q->program)->who];

	if (want->npi && !qrda_npi(p->npi))
		return ehr_fail(e, EHR_EUSAGE, "%.*s wants an NPI (ten digits, "
		    "the last one checks)", STR_FMT(q->program));
	if (!want->npi && p->npi.s)
		return ehr_fail(e, EHR_EUSAGE, "%.*s has no NPI",
		    STR_FMT(q->program));
	if ((want->tin || p->tin.s) && !qrda_tin(p->tin))
		return ehr_fail(e, EHR_EUSAGE, "%.*s wants a TIN (nine digits)",
		    STR_FMT(q->program));
	if (want->group && !p->group.n)
		return ehr_fail(e, EHR_EUSAGE, "%.*s wants the id of its %s",
		    STR_FMT(q->program), want->what);
	if (!want->group && p->group.s)
		return ehr_fail(e, EHR_EUSAGE, "%.*s is no group with an id",
		    STR_FMT(q->program));
	return 0;
}

static int check_pathway(const struct qrda3 *q, const struct program *p,
    struct ehr_err *e)
{
	if (p->mvp == MVP_MUST && !q->mvp.n)
		return ehr_fail(e, EHR_EUSAGE, "%s reports a value pathway: "
		    "its id is missing", p->name);
	if (p->mvp == MVP_NEVER && q->mvp.n)
		return ehr_fail(e, EHR_EUSAGE, "%s reports no value pathway",
		    p->name);
	return 0;
}

static int check_sections(const struct qrda3 *q, const struct program *p,
    struct ehr_err *e)
{
	if (!q->measures && !q->pis && !q->ias)
		return ehr_fail(e, EHR_EUSAGE, "nothing to report");
	if (p->sections == SECTIONS_PI && (q->measures || q->ias || !q->pis))
		return ehr_fail(e, EHR_EUSAGE, "%s reports promoting "
		    "interoperability and nothing else", p->name);
	return 0;
}

static int check(const struct qrda3 *q, struct ehr_err *e)
{
	const struct program *p = program_of(q->program);
	int rc;

	if (!p)
		return ehr_fail(e, EHR_EUSAGE, "no such program: one of %s",
		    qrda_programs());
	if (q->performers != 1)
		return ehr_fail(e, EHR_EUSAGE, "one performer is reported for");
	rc = check_performer(q, q->performer, e);
	if (rc == 0 && !q->cehrt.n)
		rc = ehr_fail(e, EHR_EUSAGE, "the CMS EHR Certification ID "
		    "is missing");
	if (rc == 0)
		rc = check_pathway(q, p, e);
	return rc == 0 ? check_sections(q, p, e) : rc;
}

/* ---- parts ---- */

static void id(struct xml_writer *w, const char *root, struct str extension)
{
	xml_open(w, "id", "root", root, NULL);
	if (extension.s)
		xml_set(w, "extension", extension);
	else
		xml_set(w, "nullFlavor", STR("NA"));
	xml_close(w);
}

static void set_one(struct xml_writer *w, const char *element,
    const char *attribute, struct str value)
{
	xml_open(w, element, NULL);
	xml_set(w, attribute, value);
	xml_close(w);
}

static void begin(struct xml_writer *w, const struct qrda3 *q)
{
	xml_empty(w, "realmCode", "code", "US", NULL);
	xml_empty(w, "typeId", "root", "2.16.840.1.113883.1.3", "extension",
	    "POCD_HD000040", NULL);
	xml_empty(w, "templateId", "root", TEMPLATES "27.1.1", "extension",
	    "2020-12-01", NULL);
	xml_empty(w, "templateId", "root", TEMPLATES "27.1.2", "extension",
	    "2025-05-01", NULL);
	set_one(w, "id", "root", q->id);
	xml_empty(w, "code", "code", "55184-6", "codeSystem",
	    "2.16.840.1.113883.6.1", "displayName", "Quality Reporting Document "
	    "Architecture Calculated Summary Report", NULL);
	xml_leaf(w, "title", q->title);
	set_one(w, "effectiveTime", "value", q->time);
	xml_empty(w, "confidentialityCode", "code", "N", "codeSystem",
	    "2.16.840.1.113883.5.25", NULL);
	xml_empty(w, "languageCode", "code", "en", NULL);
	set_one(w, "setId", "root", q->id);
	xml_empty(w, "versionNumber", "value", "1", NULL);
	xml_open(w, "recordTarget", NULL);
	xml_open(w, "patientRole", NULL);
	xml_empty(w, "id", "nullFlavor", "NA", NULL);
	xml_close(w);
	xml_close(w);
}

static void author(struct xml_writer *w, const struct qrda3 *q)
{
	xml_open(w, "author", NULL);
	set_one(w, "time", "value", q->time);
	xml_open(w, "assignedAuthor", NULL);
	set_one(w, "id", "root", q->id);
	xml_open(w, "assignedAuthoringDevice", NULL);
	xml_leaf(w, "softwareName", STR("ehr-mips " EHR_VERSION));
	xml_close(w);
	xml_open(w, "representedOrganization", NULL);
	xml_leaf(w, "name", q->practice);
	xml_close(w);
	xml_close(w);
	xml_close(w);
	xml_open(w, "custodian", NULL);
	xml_open(w, "assignedCustodian", NULL);
	xml_open(w, "representedCustodianOrganization", NULL);
	id(w, TIN, q->performer->tin);
	xml_leaf(w, "name", q->practice);
	xml_close(w);
	xml_close(w);
	xml_close(w);
}

static void participant(struct xml_writer *w, const char *type,
    const char *class, const char *root, struct str value)
{
	xml_open(w, "participant", "typeCode", type, NULL);
	xml_open(w, "associatedEntity", "classCode", class, NULL);
	id(w, root, value);
	if (strcmp(type, "DEV") == 0)
		xml_empty(w, "code", "code", "129465004", "codeSystem",
		    "2.16.840.1.113883.6.96", "displayName",
		    "medical record, device", NULL);
	xml_close(w);
	xml_close(w);
}

static void recipient(struct xml_writer *w, const struct qrda3 *q)
{
	xml_open(w, "informationRecipient", NULL);
	xml_open(w, "intendedRecipient", NULL);
	id(w, "2.16.840.1.113883.3.249.7", q->program);
	xml_close(w);
	xml_close(w);
	participant(w, "DEV", "RGPR", "2.16.840.1.113883.3.2074.1", q->cehrt);
	if (q->mvp.n)
		participant(w, "TRC", "PROG", GROUPS "6", q->mvp);
}

static void performer(struct xml_writer *w, const struct qrda3 *q)
{
	const struct who *of = &whos[program_of(q->program)->who];
	const struct qrda_performer *p = q->performer;

	xml_open(w, "documentationOf", "typeCode", "DOC", NULL);
	xml_open(w, "serviceEvent", "classCode", "PCPR", NULL);
	xml_open(w, "performer", "typeCode", "PRF", NULL);
	xml_open(w, "assignedEntity", NULL);
	id(w, NPI, of->npi ? p->npi : STR_NONE);
	xml_open(w, "representedOrganization", NULL);
	if (of->tin)
		id(w, TIN, p->tin);
	if (of->group)
		id(w, of->group, p->group);
	xml_leaf(w, "name", q->practice);
	xml_close(w);
	xml_close(w);
	xml_close(w);
	xml_close(w);
	xml_close(w);
}

int qrda3_write(struct buf *b, const struct qrda3 *q, struct ehr_err *e)
{
	struct xml_writer w = XML_WRITER(b);
	int rc = check(q, e);

	if (rc < 0)
		return rc;
	xml_declare(&w);
	xml_open(&w, "ClinicalDocument", "xmlns", HL7_NS, "xmlns:xsi", XSI_NS,
	    NULL);
	begin(&w, q);
	author(&w, q);
	recipient(&w, q);
	performer(&w, q);
	write_body(&w, q);
	xml_close(&w);
	return 0;
}
