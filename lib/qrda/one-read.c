/* Reading a Category I: QDM data elements as FHIR resources. */
#include "one.h"

#include "ehr/crypto.h"

struct reading {
	struct buf *b;
	struct str patient; /* id */
	qrda_lost_fn *fn;
	void *arg;
};

/* ---- JSON ---- */

static void name(struct buf *b, const char *member)
{
	char last = b->len ? b->s[b->len - 1] : '{';

	if (last != '{' && last != '[')
		buf_addch(b, ',');
	buf_addf(b, "\"%s\":", member);
}

static void text(struct buf *b, const char *member, struct str s)
{
	name(b, member);
	json_quote(b, s);
}

static void literal(struct buf *b, const char *member, const char *json)
{
	name(b, member);
	buf_adds(b, json);
}

/* A number as it stands; what is none is left out. */
static void number(struct buf *b, const char *member, struct str s)
{
	struct decimal d;

	if (!decimal_parse(s, &d))
		return;
	name(b, member);
	buf_addstr(b, s);
}

static void when(struct buf *b, const char *member, struct str hl7)
{
	BUF_AUTO t = BUF_INIT;
	struct date d;

	one_fhir_time(&t, hl7);
	if (date_parse(buf_str(&t), &d))
		text(b, member, buf_str(&t));
}

/* ---- parts ---- */

/* A child of any of CDA's namespaces. */
static const struct xml_node *child(const struct xml_node *n,
    const char *local)
{
	for (n = n ? n->first : NULL; n; n = n->next)
		if (str_is(n->name, local))
			return n;
	return NULL;
}

/* The entryRelationship's content with a template, behind at. */
static const struct xml_node *related(const struct xml_node *n,
    const char *template, const struct xml_node *at)
{
	xml_each(n, "entryRelationship", r)
		xml_each(r, NULL, i) {
			if (!place_templates(i, str_of(template)))
				continue;
			if (!at)
				return i;
			if (i == at)
				at = NULL;
		}
	return NULL;
}

static void coding(struct buf *b, const struct xml_node *n)
{
	BUF_AUTO uri = BUF_INIT;

	one_uri(&uri, xml_attr(n, "codeSystem"));
	buf_addch(b, '{');
	text(b, "system", buf_str(&uri));
	text(b, "code", xml_attr(n, "code"));
	buf_addch(b, '}');
}

static void concept(struct buf *b, const struct xml_node *n)
{
	size_t codes = 0;

	buf_adds(b, "{\"coding\":[");
	if (xml_attr(n, "code").n) {
		coding(b, n);
		codes++;
	}
	xml_each(n, "translation", t)
		if (xml_attr(t, "code").n) {
			if (codes++)
				buf_addch(b, ',');
			coding(b, t);
		}
	buf_adds(b, "]}");
}

static void concept_member(struct buf *b, const char *member,
    const struct xml_node *n, bool list)
{
	if (!n || !xml_attr(n, "code").n)
		return;
	name(b, member);
	if (list)
		buf_addch(b, '[');
	concept(b, n);
	if (list)
		buf_addch(b, ']');
}

static void period(struct buf *b, const char *member, struct str low,
    struct str high)
{
	name(b, member);
	buf_addch(b, '{');
	when(b, "start", low);
	when(b, "end", high);
	buf_addch(b, '}');
}

/* effectiveTime as member + DateTime or Period. */
static void relevant(struct buf *b, const char *member,
    const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	BUF_AUTO full = BUF_INIT;

	if (!t)
		return;
	buf_adds(&full, member);
	if (xml_attr(t, "value").s) {
		buf_adds(&full, "DateTime");
		when(b, full.s, xml_attr(t, "value"));
	} else {
		buf_adds(&full, strcmp(member, "period") ? "Period" : "");
		period(b, full.s, xml_value(t, "low", "value"),
		    xml_value(t, "high", "value"));
	}
}

static void value(struct buf *b, const struct xml_node *v)
{
	struct str type = v ? xml_attr_ns(v, XSI_NS, "type") : STR_NONE;
	struct str s = xml_attr(v, "value");
	BUF_AUTO words = BUF_INIT;

	if (str_is(type, "CD")) {
		concept_member(b, "valueCodeableConcept", v, false);
	} else if (str_is(type, "PQ")) {
		struct str unit = xml_attr(v, "unit");

		name(b, "valueQuantity");
		buf_addch(b, '{');
		number(b, "value", s);
		text(b, "unit", unit);
		text(b, "system", STR("http://unitsofmeasure.org"));
		text(b, "code", unit);
		buf_addch(b, '}');
	} else if (str_is(type, "INT")) {
		number(b, "valueInteger", s);
	} else if (str_is(type, "BL")) {
		literal(b, "valueBoolean", str_is(s, "true") ? "true"
							      : "false");
	} else if (str_is(type, "TS")) {
		when(b, "valueDateTime", s);
	} else if (str_is(type, "ST")) {
		xml_text(&words, v);
		text(b, "valueString", str_trim(buf_str(&words)));
	}
}

static void components(struct buf *b, const struct xml_node *n)
{
	bool first = true;

	for (const struct xml_node *c = NULL;
	     (c = related(n, "24.3.149", c));) {
		if (first)
			literal(b, "component", "[");
		else
			buf_addch(b, ',');
		first = false;
		buf_addch(b, '{');
		concept_member(b, "code", xml_child(c, "code"), false);
		value(b, xml_child(c, "value"));
		buf_addch(b, '}');
	}
	if (!first)
		buf_addch(b, ']');
}

/* ---- by type ---- */

static void extension(struct buf *b, const char *url,
    const struct xml_node *code)
{
	BUF_AUTO full = BUF_INIT;

	buf_addf(&full, NEGATED "%s", url);
	buf_addch(b, '{');
	text(b, "url", buf_str(&full));
	concept_member(b, "valueCodeableConcept", code, false);
	buf_addch(b, '}');
}

/* What says "not", and why, stands elsewhere in each type. */
static void negation(struct buf *b, const struct kind *k, bool negated,
    const struct xml_node *why)
{
	const char *done = "completed";

	switch (k->type) {
	case FHIR_MedicationRequest:
	case FHIR_ServiceRequest:
	case FHIR_DeviceRequest:
		literal(b, "status", negated ? "\"completed\""
					     : "\"active\"");
		literal(b, "intent", "\"order\"");
		if (negated && k->type == FHIR_DeviceRequest)
			literal(b, "modifierExtension", "[{\"url\":\"http://"
			    "hl7.org/fhir/5.0/StructureDefinition/extension-"
			    "DeviceRequest.doNotPerform\",\"valueBoolean\":"
			    "true}]");
		else if (negated)
			literal(b, "doNotPerform", "true");
		if (why && negated) {
			literal(b, "extension", "[");
			extension(b, "qicore-doNotPerformReason", why);
			buf_addch(b, ']');
		}
		concept_member(b, "reasonCode", why, true);
		return;
	case FHIR_Observation:
		literal(b, "status", negated ? "\"cancelled\"" : "\"final\"");
		if (why && negated) {
			literal(b, "extension", "[");
			extension(b, "qicore-notDoneReason", why);
			buf_addch(b, ']');
		}
		return;
	case FHIR_Encounter: done = "finished"; break;
	case FHIR_Coverage: done = "active"; break;
	case FHIR_Condition: return;
	default: break;
	}
	text(b, "status", str_of(negated ? "not-done" : done));
	if (k->type == FHIR_Procedure || k->type == FHIR_Immunization)
		concept_member(b, negated ? "statusReason" : "reasonCode", why,
		    !negated);
}

static void category(struct buf *b, const struct kind *k)
{
	struct str rest = str_of(k->categories), word;

	if (k->type == FHIR_Condition) {
		literal(b, "category", "[{\"coding\":[{\"system\":\"http://"
		    "terminology.hl7.org/CodeSystem/condition-category\","
		    "\"code\":\"problem-list-item\"}]},{\"coding\":[{"
		    "\"system\":\"http://terminology.hl7.org/CodeSystem/"
		    "condition-category\",\"code\":\"encounter-diagnosis\"}]"
		    "}]");
		return;
	}
	if (!rest.n)
		return;
	literal(b, "category", "[");
	while (str_split(&rest, ' ', &word)) {
		buf_addf(b, "%s{\"coding\":[{\"system\":\"http://terminology."
		    "hl7.org/CodeSystem/observation-category\",\"code\":",
		    b->s[b->len - 1] == '[' ? "" : ",");
		json_quote(b, word);
		buf_adds(b, "}]}");
	}
	buf_addch(b, ']');
}

static void condition(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	struct str high = xml_value(t, "high", "value");
	const char *status = high.n ? "resolved" : "active";

	name(b, "clinicalStatus");
	buf_addf(b, "{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
	    "CodeSystem/condition-clinical\",\"code\":\"%s\"}]}", status);
	when(b, "onsetDateTime", xml_value(t, "low", "value"));
	when(b, "abatementDateTime", high);
}

static void encounter(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *act = related(n, "24.3.171", NULL);
	const struct xml_node *code = xml_child(act, "code");

	if (code && xml_attr(code, "code").n) {
		name(b, "class");
		coding(b, code);
	}
	code = child(n, "dischargeDispositionCode");
	if (code && xml_attr(code, "code").n) {
		literal(b, "hospitalization", "{");
		concept_member(b, "dischargeDisposition", code, false);
		buf_addch(b, '}');
	}
}

static void order(struct buf *b, const struct xml_node *n)
{
	const struct xml_node *t = xml_child(n, "effectiveTime");
	struct str repeat = xml_value(n, "repeatNumber", "value");
	struct str days = xml_value(related(n, "24.3.157", NULL), "quantity",
	    "value");

	if (t) {
		literal(b, "dosageInstruction", "[{\"timing\":{\"repeat\":{");
		period(b, "boundsPeriod", xml_value(t, "low", "value"),
		    xml_value(t, "high", "value"));
		buf_adds(b, "}}}]");
	}
	if (!repeat.n && !days.n)
		return;
	literal(b, "dispenseRequest", "{");
	number(b, "numberOfRepeatsAllowed", repeat);
	if (days.n) {
		literal(b, "expectedSupplyDuration", "{");
		number(b, "value", days);
		literal(b, "unit", "\"d\",\"system\":\"http://unitsofmeasure"
		    ".org\",\"code\":\"d\"}");
	}
	buf_addch(b, '}');
}

/* ---- a resource ---- */

static void begin(struct reading *r, struct str type, struct str id)
{
	BUF_AUTO own = BUF_INIT;
	uint8_t uuid[UUID_LEN];
	char made[37];

	if (!fhir_id_valid(id)) {
		uuid5(uuid_ns_content, id, buf_str(r->b), uuid);
		uuid_format(uuid, made);
		id = str_of(made);
	}
	buf_addf(r->b, "%s{\"fullUrl\":\"https://example.org/%.*s/%.*s\","
	    "\"resource\":{", r->b->s[r->b->len - 1] == '[' ? "" : ",",
	    STR_FMT(type), STR_FMT(id));
	text(r->b, "resourceType", type);
	text(r->b, "id", id);
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
	default: return xml_child(n, "code");
	}
}

static void details(struct buf *b, const struct kind *k,
    const struct xml_node *n)
{
	switch (k->type) {
	case FHIR_Condition: condition(b, n); break;
	case FHIR_MedicationRequest: order(b, n); break;
	case FHIR_Encounter: encounter(b, n); break;
	case FHIR_Observation:
		value(b, xml_child(n, "value"));
		components(b, n);
		break;
	default: break;
	}
	if (k->time[0] && k->type != FHIR_Condition)
		relevant(b, k->time, n);
}

static void element(struct reading *r, const struct kind *k,
    const struct xml_node *n)
{
	bool payer = k->type == FHIR_Coverage;
	bool imm = k->type == FHIR_Immunization;
	const struct xml_node *why = related(n, "24.3.88", NULL);
	struct str time = xml_value(n, "author/time", "value");

	begin(r, str_of(fhir_type_name(k->type)), xml_value(n, "id",
	    "extension"));
	negation(r->b, k, str_is(xml_attr(n, "negationInd"), "true"),
	    xml_child(why, "value"));
	category(r->b, k);
	concept_member(r->b, one_code_member(k->type), code_node(k, n),
	    k->type == FHIR_Encounter);
	name(r->b, payer ? "beneficiary" : imm ? "patient" : "subject");
	buf_addf(r->b, "{\"reference\":\"Patient/%.*s\"}",
	    STR_FMT(r->patient));
	details(r->b, k, n);
	if (time.n && k->author[0])
		when(r->b, k->author, time);
	buf_adds(r->b, "}}");
}

static const struct kind *kind_of(const struct xml_node *n)
{
	const struct kind *k = NULL;

	for (size_t i = 0; (k = one_kind(i)); i++)
		if (place_templates(n, str_of(k->template)))
			return k;
	return NULL;
}

static void entry(struct reading *r, const struct xml_node *e)
{
	const struct xml_node *first = xml_child(e, NULL);

	for (const struct xml_node *n = first; n; n = xml_walk(e, n)) {
		const struct kind *k = kind_of(n);

		if (!k)
			continue;
		element(r, k, n);
		return;
	}
	if (r->fn && first)
		r->fn(r->arg, xml_value(first, "templateId", "root"),
		    "not understood");
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
	coding(b, code);
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

static void patient(struct reading *r, const struct xml_node *role)
{
	const struct xml_node *p = xml_child(role, "patient");
	struct str sex = xml_value(p, "administrativeGenderCode", "code");
	BUF_AUTO words = BUF_INIT;

	begin(r, STR("Patient"), r->patient);
	literal(r->b, "extension", "[");
	person_extension(r->b, "us-core-race", child(p, "raceCode"));
	person_extension(r->b, "us-core-ethnicity", child(p,
	    "ethnicGroupCode"));
	sex_extension(r->b, sex);
	buf_addch(r->b, ']');
	literal(r->b, "name", "[{");
	xml_text(&words, xml_at(p, "name/family"));
	text(r->b, "family", str_trim(buf_str(&words)));
	buf_reset(&words);
	xml_text(&words, xml_at(p, "name/given"));
	literal(r->b, "given", "[");
	json_quote(r->b, str_trim(buf_str(&words)));
	buf_adds(r->b, "]}]");
	if (sex.n)
		text(r->b, "gender", str_is(sex, "F") ? STR("female")
		    : str_is(sex, "M") ? STR("male") : STR("other"));
	when(r->b, "birthDate", xml_value(p, "birthTime", "value"));
	buf_adds(r->b, "}}");
}

int qrda1_read(struct buf *b, const struct xml_doc *doc, qrda_lost_fn *fn,
    void *arg, struct ehr_err *e)
{
	const struct xml_node *root = xml_root(doc);
	const struct xml_node *role = xml_at(root, "recordTarget/patientRole");
	struct reading r = { b, xml_value(role, "id", "extension"), fn, arg };

	if (!place_templates(root, STR("24.1.1")) || !role)
		return ehr_fail(e, EHR_EREJECT, "%s:%u: not a QRDA category I "
		    "document", xml_name(doc), root->line);
	if (!fhir_id_valid(r.patient))
		r.patient = STR("patient");
	buf_adds(b, "{\"resourceType\":\"Bundle\",\"type\":\"collection\","
	    "\"entry\":[");
	patient(&r, role);
	xml_each(xml_at(root, "component/structuredBody"), "component", c)
		xml_each(c, "section", s)
			if (place_templates(s, STR("24.2.1")))
				xml_each(s, "entry", i)
					entry(&r, i);
	buf_adds(b, "]}\n");
	return 0;
}
