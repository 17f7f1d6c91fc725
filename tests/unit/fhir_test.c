/* fhir_test.c - R4 tables, references, compartment, search parameters. */
#include "fhir_kit.h"

static int see_string(void *arg, uint32_t node)
{
	(void)arg;
	see("%.*s", STR_FMT(tape_str(&tape, node)));
	return 0;
}

static int see_compartment(void *arg, uint32_t node, int ordinal)
{
	(void)arg;
	see("%d:%.*s", ordinal, STR_FMT(tape_str(&tape, node)));
	return 0;
}

static int see_param(void *arg, int index, int type, uint32_t node)
{
	(void)arg;
	see("%s=%s:%.*s", fhir_param((size_t)index)->name,
	    fhir_class_name(type), STR_FMT(tape_str(&tape, node)));
	return 0;
}

static const char *references(const char *json)
{
	parse(json);
	seen[0] = '\0';
	fhir_references_each(&tape, 0, see_string, NULL);
	return seen;
}

static const char *compartment(const char *json)
{
	parse(json);
	seen[0] = '\0';
	fhir_compartment_each(&tape, 0, fhir_resource_type(&tape, 0),
	    see_compartment, NULL);
	return seen;
}

static const char *params(const char *json, const struct fhir_param_set *set)
{
	parse(json);
	seen[0] = '\0';
	fhir_param_each(&tape, 0, fhir_resource_type(&tape, 0), set,
	    see_param, NULL);
	return seen;
}

/* ---- tables ---- */

TEST(type_numbers_never_change)
{
	CHECK_INT(FHIR_RESOURCES, 146);
	CHECK_INT(FHIR_Account, 1);
	CHECK_INT(FHIR_Condition, 28);
	CHECK_INT(FHIR_Encounter, 44);
	CHECK_INT(FHIR_Observation, 96);
	CHECK_INT(FHIR_Patient, 103);
	CHECK_INT(FHIR_VisionPrescription, 146);
}

TEST(type_names_round_trip)
{
	for (int i = 1; i <= FHIR_RESOURCES; i++)
		CHECK_INT(fhir_type(str_of(fhir_type_name(i))), i);
	CHECK_INT(fhir_type(STR("patient")), 0);
	CHECK_INT(fhir_type(STR("CodeableConcept")), 0);
	CHECK_INT(fhir_type(STR("SubscriptionStatus")), 0);
	CHECK_INT(fhir_type(STR_NONE), 0);
	CHECK_STR(fhir_type_name(FHIR_dateTime), "dateTime");
	CHECK_STR(fhir_type_name(0), NULL);
	CHECK_STR(fhir_type_name(100000), NULL);
}

TEST(every_element_is_found_in_its_class)
{
	const struct fhir_element *el;
	size_t n, all = 0;

	for (int cls = 1; cls <= FHIR_DomainResource; cls++) {
		n = fhir_elements(cls, &el);
		for (size_t i = 0; i < n; i++, all++)
			CHECK(fhir_element(cls, (struct str){
			    fhir_element_name(&el[i]),
			    el[i].name_len }) == &el[i]);
	}
	CHECK(all > 2000);
}

TEST(elements_have_type_and_cardinality)
{
	const struct fhir_element *el;

	el = fhir_element(FHIR_Observation, STR("valueQuantity"));
	CHECK(el != NULL);
	CHECK_INT(el->cls, FHIR_Quantity);
	CHECK(el->choice != 0);
	CHECK_INT(el->choice,
	    fhir_element(FHIR_Observation, STR("valueString"))->choice);
	CHECK(el->choice !=
	    fhir_element(FHIR_Observation, STR("effectivePeriod"))->choice);
	CHECK(fhir_element(FHIR_Observation, STR("valueAddress")) == NULL);
	CHECK(fhir_element(FHIR_Observation, STR("value")) == NULL);
	el = fhir_element(FHIR_Observation, STR("code"));
	CHECK_INT(el->min, 1);
	CHECK_INT(el->max, 1);
	CHECK_INT(fhir_element(FHIR_Observation, STR("component"))->max, 0);
	CHECK_INT(fhir_element(FHIR_Observation, STR("id"))->cls, FHIR_id);
	CHECK_INT(fhir_element(FHIR_Age, STR("unit"))->cls, FHIR_string);
	CHECK_INT(fhir_element(FHIR_Narrative, STR("div"))->cls, FHIR_xhtml);
	/* an item holds items: a content reference */
	el = fhir_element(FHIR_Questionnaire, STR("item"));
	CHECK_INT(fhir_element(el->cls, STR("item"))->cls, el->cls);
	CHECK_STR(fhir_class_name(el->cls), "Questionnaire.item");
	/* not in 4.0.1 */
	CHECK(fhir_element(FHIR_Binary, STR("url")) == NULL);
	CHECK(fhir_element(FHIR_ResearchStudy, STR("recruitment")) == NULL);
}

TEST(bindings_and_targets)
{
	const struct fhir_element *el;

	el = fhir_element(FHIR_Observation, STR("status"));
	CHECK(fhir_code_allowed(el, STR("final")));
	CHECK(fhir_code_allowed(el, STR("entered-in-error")));
	CHECK(!fhir_code_allowed(el, STR("done")));
	el = fhir_element(FHIR_AllergyIntolerance, STR("clinicalStatus"));
	CHECK(fhir_code_allowed(el, STR("resolved")));
	CHECK(!fhir_code_allowed(el, STR("confirmed")));
	el = fhir_element(FHIR_Observation, STR("code"));
	CHECK(fhir_code_allowed(el, STR("anything")));
	el = fhir_element(FHIR_Observation, STR("subject"));
	CHECK(fhir_target_allowed(el, FHIR_Patient));
	CHECK(fhir_target_allowed(el, FHIR_Location));
	CHECK(!fhir_target_allowed(el, FHIR_Practitioner));
	el = fhir_element(FHIR_Provenance, STR("target"));
	CHECK(fhir_target_allowed(el, FHIR_Practitioner));
}

/* ---- references ---- */

static void ref(const char *text, enum fhir_ref_kind kind, int type,
    const char *id)
{
	struct fhir_ref r;

	fhir_ref_parse(str_of(text), &r);
	CHECK_INT(r.kind, kind);
	CHECK_INT(r.type, type);
	CHECK_MEM(r.id.s, r.id.n, id);
}

TEST(reference_forms)
{
	struct fhir_ref r;

	ref("Patient/1", FHIR_REF_RELATIVE, FHIR_Patient, "1");
	ref("Patient/1/_history/2", FHIR_REF_RELATIVE, FHIR_Patient, "1");
	ref("https://x.org/r4/Patient/a.b-c", FHIR_REF_ABSOLUTE, FHIR_Patient,
	    "a.b-c");
	ref("urn:uuid:8b0a1f52-0c8e-4f0a-9d5e-0123456789ab", FHIR_REF_URN, 0,
	    "8b0a1f52-0c8e-4f0a-9d5e-0123456789ab");
	ref("urn:oid:1.2.3", FHIR_REF_URN, 0, "1.2.3");
	ref("#p1", FHIR_REF_CONTAINED, 0, "p1");
	ref("#", FHIR_REF_CONTAINED, 0, "");
	ref("Practitioner?identifier=s|1", FHIR_REF_CONDITIONAL,
	    FHIR_Practitioner, "");
	fhir_ref_parse(STR("Practitioner?identifier=s|1"), &r);
	CHECK_MEM(r.query.s, r.query.n, "identifier=s|1");
	fhir_ref_parse(STR("https://x.org/r4/Patient/1/_history/7"), &r);
	CHECK_INT(r.kind, FHIR_REF_ABSOLUTE);
	CHECK_MEM(r.base.s, r.base.n, "https://x.org/r4");
	CHECK_MEM(r.version.s, r.version.n, "7");
	fhir_ref_parse(STR("http://x.org/thing"), &r);
	CHECK_INT(r.kind, FHIR_REF_OTHER);
	fhir_ref_parse(STR("Patient"), &r);
	CHECK_INT(r.kind, FHIR_REF_OTHER);
	fhir_ref_parse(STR("Patient/"), &r);
	CHECK_INT(r.kind, FHIR_REF_OTHER);
	fhir_ref_parse(STR("urn:"), &r);
	CHECK_INT(r.kind, FHIR_REF_OTHER);
	fhir_ref_parse(STR_NONE, &r);
	CHECK_INT(r.kind, FHIR_REF_OTHER);
}

TEST(references_in_document_order)
{
	CHECK_STR(references("{'resourceType':'Observation','contained':"
	    "[{'resourceType':'Practitioner','id':'p','extension':"
	    "[{'url':'u','valueReference':{'reference':'A/1'}}]}],"
	    "'code':{'text':'reference'},'performer':[{'reference':"
	    "'#p'},{'display':'x','reference':'Organization/2'}],"
	    "'subject':{'reference':'Patient/3'}}"),
	    "A/1 #p Organization/2 Patient/3");
	CHECK_STR(references("{'x':{'refer\\u0065nce':'P/1'}}"), "P/1");
}

TEST(uri_called_reference_is_none)
{
	CHECK_STR(references("{'resourceType':'DetectedIssue',"
	    "'reference':'http://x','patient':{'reference':"
	    "'Patient/1'}}"), "Patient/1");
	CHECK_STR(references("{'a':{'language':'text/cql',"
	    "'reference':'http://x'}}"), "");
	CHECK_STR(references("{'resourceType':'Consent','provision':"
	    "{'data':[{'meaning':'instance','reference':"
	    "{'reference':'Task/1'}}]}}"), "Task/1");
	CHECK_STR(references("{'a':['reference','x'],'b':'reference',"
	    "'c':'y'}"), "");
}

/* ---- compartment ---- */

TEST(compartment_in_order_of_parameters)
{
	CHECK_STR(compartment("{'resourceType':'Observation','performer':"
	    "[{'reference':'Practitioner/9'},{'reference':'Patient/2'}],"
	    "'subject':{'reference':'Patient/1'}}"),
	    "0:Patient/1 1:Patient/2");
	CHECK_INT(fhir_patient_ref(&tape, 0, FHIR_Observation, 2), 0);
	CHECK_MEM(tape_str(&tape, fhir_patient_ref(&tape, 0, FHIR_Observation,
	    1)).s, 9, "Patient/2");
	CHECK_STR(compartment("{'resourceType':'Appointment',"
	    "'participant':[{'actor':{'reference':'Practitioner/1'}},"
	    "{'status':'accepted'},{'actor':{'reference':"
	    "'http://x/Patient/4'}},{'actor':{'reference':"
	    "'urn:uuid:1'}},{'actor':{'reference':'urn:uuid:2',"
	    "'type':'Location'}}]}"),
	    "0:http://x/Patient/4 0:urn:uuid:1");
	CHECK_STR(compartment("{'resourceType':'Coverage','policyHolder':"
	    "{'reference':'Patient/2'},'beneficiary':{'reference':"
	    "'Patient/1'}}"), "0:Patient/1 1:Patient/2");
}

TEST(no_compartment)
{
	CHECK_STR(compartment("{'resourceType':'Patient','link':"
	    "[{'other':{'reference':'Patient/2'}}]}"), "");
	CHECK_STR(compartment("{'resourceType':'Practitioner'}"), "");
	CHECK_STR(compartment("{'resourceType':'Observation','subject':"
	    "'Patient/1'}"), "");
	CHECK(fhir_in_compartment(FHIR_Patient));
	CHECK(fhir_in_compartment(FHIR_Observation));
	CHECK(fhir_in_compartment(FHIR_Account));
	CHECK(fhir_in_compartment(FHIR_VisionPrescription));
	CHECK(!fhir_in_compartment(FHIR_Practitioner));
	CHECK(!fhir_in_compartment(FHIR_Medication));
	CHECK(!fhir_in_compartment(0));
}

/* ---- search parameters ---- */

TEST(parameters_are_found)
{
	int i = fhir_param_find(FHIR_Observation, STR("value-quantity"));

	CHECK(i >= 0);
	CHECK_INT(fhir_param((size_t)i)->kind, FHIR_PARAM_QUANTITY);
	i = fhir_param_find(FHIR_Patient, STR("_lastUpdated"));
	CHECK_INT(fhir_param((size_t)i)->type, FHIR_Resource);
	CHECK(fhir_param_find(FHIR_Patient, STR("race")) >= 0);
	CHECK_INT(fhir_param_find(FHIR_Patient, STR("nonsense")), -1);
	for (size_t n = 0; n < fhir_param_count(); n++)
		CHECK_INT(fhir_param_find(fhir_param(n)->type,
		    str_of(fhir_param(n)->name)), n);
}

TEST(values_of_parameters)
{
	static struct fhir_param_set set;

	CHECK_STR(params("{'resourceType':'Observation','id':'o',"
	    "'status':'final','code':{'text':'c'},"
	    "'effectiveDateTime':'2020','valueQuantity':{'value':1.10},"
	    "'component':[{'code':{'text':'d'}},{'valueQuantity':{}}]"
	    "}", NULL),
	    "_id=id:o status=code:final code=CodeableConcept:{'text':'c'} "
	    "combo-code=CodeableConcept:{'text':'c'} date=dateTime:2020 "
	    "combo-value-quantity=Quantity:{'value':1.10} "
	    "value-quantity=Quantity:{'value':1.10} "
	    "combo-code=CodeableConcept:{'text':'d'} "
	    "component-code=CodeableConcept:{'text':'d'} "
	    "combo-value-quantity=Quantity:{} "
	    "component-value-quantity=Quantity:{}");
	set = FHIR_PARAM_SET_NONE;
	fhir_param_set_add(&set, fhir_param_find(FHIR_Observation,
	    STR("component-code")));
	CHECK_STR(params("{'resourceType':'Observation','code':{},"
	    "'component':[{'code':{}}]}", &set),
	    "component-code=CodeableConcept:{}");
}

TEST(filters_of_parameters)
{
	static struct fhir_param_set set;

	set = FHIR_PARAM_SET_NONE;
	fhir_param_set_add(&set, fhir_param_find(FHIR_Patient, STR("phone")));
	fhir_param_set_add(&set, fhir_param_find(FHIR_Patient, STR("race")));
	fhir_param_set_add(&set, fhir_param_find(FHIR_Patient,
	    STR("deceased")));
	CHECK_STR(params("{'resourceType':'Patient','extension':[{'url':"
	    "'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',"
	    "'extension':[{'url':'ombCategory','valueCoding':{'code':"
	    "'2106-3'}}]},{'url':'x','extension':[{'valueCoding':{}}]"
	    "}],'telecom':[{'system':'email','value':'a'},{'system':"
	    "'phone','value':'b'}],'deceasedBoolean':true}", &set),
	    "race=Coding:{'code':'2106-3'} "
	    "phone=ContactPoint:{'system':'phone','value':'b'} "
	    "deceased=boolean:true");
	set = FHIR_PARAM_SET_NONE;
	fhir_param_set_add(&set, fhir_param_find(FHIR_Appointment,
	    STR("patient")));
	CHECK_STR(params("{'resourceType':'Appointment','participant':"
	    "[{'actor':{'reference':'Location/1'}},{'actor':"
	    "{'reference':'Patient/2'}}]}", &set),
	    "patient=Reference:{'reference':'Patient/2'}");
}

/* ---- reading ---- */

static const char *value(const char *json)
{
	static struct buf b = BUF_INIT;
	int type;
	uint32_t v;

	parse(json);
	buf_reset(&b);
	v = fhir_choice(&tape, 0, "value", &type);
	return fhir_value(&tape, v, type, &b) ? b.s : NULL;
}

TEST(values_as_text)
{
	CHECK_STR(value("{'valueQuantity':{'value':1.10,'unit':'mg/dL'}}"),
	    "1.10 mg/dL");
	CHECK_STR(value("{'valueQuantity':{'comparator':'<','value':5,"
	    "'code':'%'}}"), "< 5%");
	CHECK_STR(value("{'valueQuantity':{'value':7,'code':'1'}}"), "7");
	CHECK_STR(value("{'valueQuantity':{'unit':'mg'}}"), NULL);
	CHECK_STR(value("{'valueRange':{'low':{'value':3.5},'high':"
	    "{'value':5.10,'unit':'g'}}}"), "3.5 - 5.10 g");
	CHECK_STR(value("{'valueRange':{'low':{'value':60}}}"), ">= 60");
	CHECK_STR(value("{'valueRatio':{'numerator':{'value':1},"
	    "'denominator':{'value':128}}}"), "1 / 128");
	CHECK_STR(value("{'valuePeriod':{'start':'2020'}}"), "since 2020");
	CHECK_STR(value("{'valuePeriod':{'start':'2020','end':'2021'}}"),
	    "2020 to 2021");
	CHECK_STR(value("{'valueCodeableConcept':{'coding':[{'code':'a'},"
	    "{'display':'A \\'b\\''}]}}"), "A \"b\"");
	CHECK_STR(value("{'valueCodeableConcept':{'coding':[{'code':'a'}]}"
	    "}"), "a");
	CHECK_STR(value("{'valueBoolean':false}"), "false");
	CHECK_STR(value("{'valueSampledData':{'data':'1 2 3'}}"),
	    "3 samples");
	CHECK_STR(value("{'_valueString':{},'valueNonsense':1}"), NULL);
}

TEST(names_of_people)
{
	BUF_AUTO b = BUF_INIT;
	uint32_t n;

	parse("{'name':[{'use':'old','family':'Old'},{'use':'usual',"
	      "'family':'Ended','period':{'end':'2000'}},{'use':"
	      "'nickname','given':['Nick']},{'use':'official','prefix':"
	      "['Dr.'],'given':['Ann','B.'],'family':'O\\u0027Neil',"
	      "'suffix':['MD']}]}");
	n = fhir_current_name(&tape, tape_get(&tape, 0, "name"));
	CHECK(fhir_human_name(&tape, n, FHIR_NAME_SORT, &b));
	CHECK_STR(b.s, "O'Neil, Ann B.");
	buf_reset(&b);
	CHECK(fhir_human_name(&tape, n, FHIR_NAME_FULL, &b));
	CHECK_STR(b.s, "Dr. Ann B. O'Neil MD");
	parse("{'name':[{'text':'just text'}]}");
	n = fhir_current_name(&tape, tape_get(&tape, 0, "name"));
	buf_reset(&b);
	CHECK(fhir_human_name(&tape, n, FHIR_NAME_SORT, &b));
	CHECK_STR(b.s, "just text");
	CHECK(!fhir_human_name(&tape, 0, FHIR_NAME_SORT, &b));
}

static const char *effective(const char *json)
{
	static char text[64];
	uint32_t v;

	parse(json);
	v = fhir_effective(&tape, 0, fhir_resource_type(&tape, 0));
	snprintf(text, sizeof(text), "%.*s", v ? (int)tape_str(&tape, v).n : 0,
	    tape_str(&tape, v).s);
	return text;
}

TEST(effective_dates)
{
	CHECK_STR(effective("{'resourceType':'Observation','issued':"
	    "'2021','effectivePeriod':{'start':'2020'}}"), "2020");
	CHECK_STR(effective("{'resourceType':'Observation','issued':"
	    "'2021'}"), "2021");
	CHECK_STR(effective("{'resourceType':'Encounter','period':"
	    "{'start':'2019','end':'2020'}}"), "2019");
	CHECK_STR(effective("{'resourceType':'Patient'}"), "");
}

/* Every path of the date table is one of R4 that ends in a date. */
static void check_paths(int type, const char *paths)
{
	struct str rest = str_of(paths), path, name;
	const struct fhir_element *el = NULL;
	int cls;

	while (rest.n > 0 && str_split(&rest, ' ', &path)) {
		cls = type;
		while (str_split(&path, '.', &name)) {
			el = fhir_element(cls, name);
			CHECK(el != NULL);
			cls = el->cls;
		}
		CHECK(cls == FHIR_dateTime || cls == FHIR_date ||
		      cls == FHIR_instant);
	}
}

TEST(effective_paths_exist)
{
	int with = 0;

	for (int i = 1; i <= FHIR_RESOURCES; i++) {
		check_paths(i, fhir_effective_paths(i));
		check_paths(i, fhir_effective_end_paths(i));
		with += *fhir_effective_paths(i) != '\0';
	}
	CHECK(with > 60);
}

static int state(const char *json)
{
	parse(json);
	return fhir_state(&tape, 0, fhir_resource_type(&tape, 0));
}

#define STATUS(system, code) \
	"{'coding':[{'system':'" system "','code':'" code "'}]}"

TEST(states)
{
	CHECK_INT(state("{'resourceType':'Condition','clinicalStatus':"
	    STATUS("s", "active") "}"), FHIR_ACTIVE);
	CHECK_INT(state("{'resourceType':'Condition','clinicalStatus':"
	    STATUS("s", "active") ",'verificationStatus':"
	    STATUS("s", "entered-in-error") "}"), FHIR_IN_ERROR);
	CHECK_INT(state("{'resourceType':'AllergyIntolerance',"
	    "'verificationStatus':" STATUS("s", "refuted") "}"),
	    FHIR_REFUTED);
	CHECK_INT(state("{'resourceType':'Condition','abatementAge':{}}"),
	    FHIR_INACTIVE);
	CHECK_INT(state("{'resourceType':'Condition'}"),
	    FHIR_STATE_UNKNOWN);
	CHECK_INT(state("{'resourceType':'MedicationRequest','status':"
	    "'on-hold'}"), FHIR_ACTIVE);
	CHECK_INT(state("{'resourceType':'MedicationRequest','status':"
	    "'stopped'}"), FHIR_INACTIVE);
	CHECK_INT(state("{'resourceType':'Immunization','status':"
	    "'not-done'}"), FHIR_REFUTED);
	CHECK_INT(state("{'resourceType':'Patient','active':false}"),
	    FHIR_INACTIVE);
	CHECK_INT(state("{'resourceType':'Goal','lifecycleStatus':"
	    "'completed'}"), FHIR_INACTIVE);
}

TEST(categories_and_labels)
{
	CHECK_INT(fhir_category(FHIR_Patient), FHIR_DEMOGRAPHICS);
	CHECK_INT(fhir_category(FHIR_Claim), FHIR_BILLING);
	CHECK_INT(fhir_category(FHIR_DocumentReference), FHIR_NOTES);
	CHECK_INT(fhir_category(FHIR_Observation), FHIR_CLINICAL);
	parse("{'meta':{'security':[{'code':'N'},{'code':'R'}]}}");
	CHECK(fhir_labelled(&tape, 0, NULL));
	CHECK(fhir_labelled(&tape, 0, "N"));
	CHECK(!fhir_labelled(&tape, 0, "HTEST"));
}
