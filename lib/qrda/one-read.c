/* Reading a Category I: QDM data elements as FHIR resources. */
#include "one-read.h"

/* ---- a resource ---- */

static void begin(struct reading *r, const char *type, const char *id)
{
	buf_addf(r->b, "%s{\"fullUrl\":\"https://example.org/%s/%s\","
	    "\"resource\":{", r->b->s[r->b->len - 1] == '[' ? "" : ",",
	    type, id);
	put_text(r->b, "resourceType", str_of(type));
	put_text(r->b, "id", str_of(id));
}

static const struct xml_node *code_node(const struct kind *k,
    const struct xml_node *n)
{
	switch (k->at) {
	case AT_VALUE: return xml_child(n, "value");
	case AT_CONSUMABLE: return xml_at(n, "consumable/manufacturedProduct/"
	    "manufacturedMaterial/code");
	case AT_DEVICE: return xml_at(n, "participant/participantRole/"
	    "playingDevice/code");
	case AT_CONSUMER: return xml_at(n, "participant/participantRole/"
	    "playingEntity/code");
	case AT_REASON: return xml_child(one_related_as(n, "REFR", "24.3.88"), "value");
	default: return xml_child(n, "code");
	}
}

/* Its author's time, where FHIR has no element for it as QI-Core does. */
static void recorded(struct reading *r, const struct kind *k,
    const struct xml_node *n)
{
	struct str time = xml_value(n, "author/time", "value");

	if (!time.n || k->type == FHIR_Communication)
		return;
	if (k->author[0]) {
		put_when(r->b, k->author, time);
		return;
	}
	put_literal(r->b, "extension", "[{\"url\":\"" NEGATED
	    "qicore-recorded\"");
	put_when(r->b, "valueDateTime", time);
	buf_adds(r->b, "}]");
}

static const char *subject_of(int type)
{
	switch (type) {
	case FHIR_Coverage: return "beneficiary";
	case FHIR_Immunization:
	case FHIR_AllergyIntolerance: return "patient";
	case FHIR_Task: return "for";
	default: return "subject";
	}
}

static void element(struct reading *r, const struct kind *k,
    const struct xml_node *n)
{
	const struct xml_node *why = k->at == AT_REASON
	    ? one_related_as(n, "RSON", "24.3.88")
	    : one_related(n, "24.3.88");
	char id[MAX_ID + 1];

	one_id(n, id);
	begin(r, fhir_type_name(k->type), id);
	one_negation(r->b, k, str_is(xml_attr(n, "negationInd"), "true"),
	    xml_child(why, "value"));
	one_category(r->b, k);
	put_concept(r->b, one_code_member(k->type), code_node(k, n),
	    k->type == FHIR_Encounter);
	put_name(r->b, subject_of(k->type));
	buf_addf(r->b, "{\"reference\":\"Patient/%.*s\"}",
	    STR_FMT(r->patient));
	one_details(r, k, n);
	recorded(r, k, n);
	buf_adds(r->b, "}}");
}

/* Diagnoses of an encounter that are none of the patient's, and places, are
 * resources of their own. */
static void parts(struct reading *r, const struct xml_node *n)
{
	char id[MAX_ID + 1];

	xml_each(n, "entryRelationship", e) {
		const struct xml_node *c = one_content(e, "24.3.168");

		if (!c || one_diagnosis(r, c))
			continue;
		one_id(c, id);
		begin(r, "Condition", id);
		put_state(r->b, "clinicalStatus", "condition-clinical", "active");
		put_literal(r->b, "category", "[{\"coding\":[{\"system\":\"http://"
		    "terminology.hl7.org/CodeSystem/condition-category\","
		    "\"code\":\"encounter-diagnosis\"}]}]");
		put_concept(r->b, "code", xml_child(c, "value"), false);
		put_name(r->b, "subject");
		buf_addf(r->b, "{\"reference\":\"Patient/%.*s\"}}}",
		    STR_FMT(r->patient));
	}
	xml_each(n, "participant", p) {
		const struct xml_node *role = xml_child(p, "participantRole");

		if (!one_is_place(p))
			continue;
		one_id(role, id);
		begin(r, "Location", id);
		put_concept(r->b, "type", xml_child(role, "code"), true);
		buf_adds(r->b, "}}");
	}
}

/* A communication that answers an order is a task done, too. */
static void task(struct reading *r, const struct xml_node *n)
{
	const struct kind *k = NULL;
	BUF_AUTO to = BUF_INIT;

	if (str_is(xml_attr(n, "negationInd"), "true") || !one_answered(r, n, &to))
		return;
	for (size_t i = 0; (k = one_kind(i)) && k->type != FHIR_Task; i++)
		;
	element(r, k, n);
}

static const struct kind *kind_of(const struct xml_node *n)
{
	const struct kind *k = NULL;

	for (size_t i = 0; (k = one_kind(i)); i++)
		if (place_templates(n, str_of(k->template)))
			return k;
	return NULL;
}

/* The data element in an entry; NULL: none that is known. */
static const struct xml_node *data_element(const struct xml_node *e,
    const struct kind **k)
{
	for (const struct xml_node *n = xml_child(e, NULL); n;
	     n = xml_walk(e, n))
		if ((*k = kind_of(n)))
			return n;
	return NULL;
}

static void entry(struct reading *r, const struct xml_node *e)
{
	const struct xml_node *first = xml_child(e, NULL);
	const struct kind *k = NULL;
	const struct xml_node *n = first ? data_element(e, &k) : NULL;

	if (!n) {
		if (r->fn && first)
			r->fn(r->arg, xml_value(first, "templateId", "root"),
			    "not understood");
		return;
	}
	element(r, k, n);
	if (k->type == FHIR_Encounter)
		parts(r, n);
	if (k->type == FHIR_Communication)
		task(r, n);
}

/* The diagnosis that is noted next is found by key, if none before it is. */
static void first_with(struct reading *r, struct str key)
{
	bool added;
	int64_t *at = strmap_put(&r->diagnoses, key, &added);

	if (added)
		*at = (int64_t)r->n;
}

/* Notes an entry's id and, of a diagnosis, its code. */
static void note(struct reading *r, const struct xml_node *e)
{
	const struct kind *k = NULL;
	const struct xml_node *n = xml_child(e, NULL) ? data_element(e, &k)
						      : NULL;
	struct str id = n ? xml_value(n, "id", "extension") : STR_NONE;
	const struct xml_node *value = n ? xml_child(n, "value") : NULL;
	BUF_AUTO key = BUF_INIT;
	bool added;

	if (id.n)
		*strmap_put(&r->ids, id, &added) = k - one_kind(0);
	if (!value || k->type != FHIR_Condition)
		return;
	buf_addf(&key, "#%.*s", STR_FMT(id));
	first_with(r, buf_str(&key));
	one_code_key(&key, value);
	first_with(r, buf_str(&key));
	r->diagnosis[r->n++] = n;
}

/* ---- the document ---- */

static void person_extension(struct buf *b, const char *url,
    const struct xml_node *code)
{
	if (!code || !xml_attr(code, "code").n)
		return;
	buf_addf(b, "%s{\"url\":\"http://hl7.org/fhir/us/core/"
	    "StructureDefinition/%s\",\"extension\":[{\"url\":\"ombCategory\""
	    ",\"valueCoding\":", b->s[b->len - 1] == '[' ? "" : ",", url);
	put_coding(b, code);
	buf_adds(b, "}]}");
}

/* As US Core has it, Federal Administrative Sex. */
static void sex_extension(struct buf *b, struct str sex)
{
	if (str_is(sex, "F") || str_is(sex, "M"))
		buf_addf(b, "%s{\"url\":\"http://hl7.org/fhir/us/core/"
		    "StructureDefinition/us-core-sex\",\"valueCode\":\"%s\"}",
		    b->s[b->len - 1] == '[' ? "" : ",",
		    str_is(sex, "F") ? "248152002" : "248153007");
}

/* His name; what there is none of is left out. */
static void person_name(struct buf *b, const struct xml_node *p)
{
	BUF_AUTO family = BUF_INIT;
	BUF_AUTO given = BUF_INIT;
	struct str f, g;

	xml_text(&family, xml_at(p, "name/family"));
	xml_text(&given, xml_at(p, "name/given"));
	f = str_trim(buf_str(&family));
	g = str_trim(buf_str(&given));
	if (!f.n && !g.n)
		return;
	put_literal(b, "name", "[{");
	if (f.n)
		put_text(b, "family", f);
	if (g.n) {
		put_literal(b, "given", "[");
		json_quote(b, g);
		buf_addch(b, ']');
	}
	buf_adds(b, "}]");
}

static void patient(struct reading *r, const struct xml_node *role)
{
	const struct xml_node *p = xml_child(role, "patient");
	struct str sex = xml_value(p, "administrativeGenderCode", "code");
	struct str born = xml_value(p, "birthTime", "value");
	BUF_AUTO about = BUF_INIT;
	char id[MAX_ID + 1];

	snprintf(id, sizeof(id), "%.*s", STR_FMT(r->patient));
	begin(r, "Patient", id);
	buf_addch(&about, '[');
	person_extension(&about, "us-core-race", one_child(p, "raceCode"));
	person_extension(&about, "us-core-ethnicity", one_child(p,
	    "ethnicGroupCode"));
	sex_extension(&about, sex);
	if (about.len > 1) {
		put_name(r->b, "extension");
		buf_addstr(r->b, buf_str(&about));
		buf_addch(r->b, ']');
	}
	person_name(r->b, p);
	if (sex.n)
		put_text(r->b, "gender", str_is(sex, "F") ? STR("female")
		    : str_is(sex, "M") ? STR("male") : STR("other"));
	if (born.n > 8) /* a day, no time */
		born.n = 8;
	put_when(r->b, "birthDate", born);
	buf_adds(r->b, "}}");
}

static void each_entry(struct reading *r, const struct xml_node *root,
    void (*fn)(struct reading *r, const struct xml_node *e))
{
	xml_each(xml_at(root, "component/structuredBody"), "component", c)
		xml_each(c, "section", s)
			if (place_templates(s, STR("24.2.1")))
				xml_each(s, "entry", i)
					fn(r, i);
}

static void count(struct reading *r, const struct xml_node *e)
{
	(void)e;
	r->n++;
}

int qrda1_read(struct buf *b, const struct xml_doc *doc, qrda_lost_fn *fn,
    void *arg, struct ehr_err *e)
{
	const struct xml_node *root = xml_root(doc);
	const struct xml_node *role = xml_at(root, "recordTarget/patientRole");
	struct reading r = { .b = b, .patient = xml_value(role, "id",
	    "extension"), .ids = STRMAP_INIT, .diagnoses = STRMAP_INIT,
		.mem = ARENA_INIT, .fn = fn, .arg = arg };

	if (!place_templates(root, STR("24.1.1")) || !role)
		return ehr_fail(e, EHR_EREJECT, "%s:%u: not a QRDA category I "
		    "document", xml_name(doc), root->line);
	if (!fhir_id_valid(r.patient))
		r.patient = STR("patient");
	each_entry(&r, root, count);
	r.diagnosis = arena_alloc(&r.mem, (r.n + 1) * sizeof(*r.diagnosis));
	r.n = 0;
	each_entry(&r, root, note);
	buf_adds(b, "{\"resourceType\":\"Bundle\",\"type\":\"collection\","
	    "\"entry\":[");
	patient(&r, role);
	each_entry(&r, root, entry);
	buf_adds(b, "]}\n");
	strmap_release(&r.ids);
	strmap_release(&r.diagnoses);
	arena_release(&r.mem);
	return 0;
}
