/* fhir_validate_test.c - findings of the validator, one by one and on real
 * resources. */
#include <ftw.h>
#include <sys/stat.h>

#include "fhir_kit.h"

#define STATUS(system, code) \
	"{'coding':[{'system':'" system "','code':'" code "'}]}"

static void see_diag(void *arg, const struct diag *d)
{
	(void)arg;
	see("%s@%s", diag_name(d->id), d->path);
}

static int errors;

static const char *check_with(const char *json, unsigned flags)
{
	struct diag_sink sink = { see_diag, NULL, { 0 } };

	parse(json);
	seen[0] = '\0';
	errors = fhir_validate(&tape, 0, &sink, flags);
	return seen;
}

static const char *check(const char *json)
{
	return check_with(json, 0);
}

#define OBS(more) \
	"{'resourceType':'Observation','status':'final'," \
	"'code':{'text':'c'}" more "}"

TEST(valid_resource_has_no_findings)
{
	CHECK_STR(check(OBS(",'id':'a.B-1','valueQuantity':{'value':1.0},"
	    "'effectiveDateTime':'2020-01-01T10:00:00Z','text':{'status':"
	    "'generated','div':'<div xmlns=\\'http://www.w3.org/1999/xhtml"
	    "\\'>x</div>'},'subject':{'reference':'Patient/1'},"
	    "'_status':{'extension':[{'url':'u','valueCode':'x'}]}")),
	    "");
	CHECK_INT(errors, 0);
}

TEST(unusable_resources_are_errors)
{
	CHECK_STR(check("[]"), "fhir-not-object@Resource");
	CHECK_INT(errors, 1);
	CHECK_STR(check("{'id':'1'}"), "fhir-no-type@Resource");
	CHECK_STR(check("{'resourceType':1}"), "fhir-no-type@Resource");
	CHECK_STR(check("{'resourceType':'Obs'}"),
	    "fhir-unknown-type@Resource");
	CHECK_STR(check("{'resourceType':'Patient','id':'a b'}"),
	    "fhir-bad-id@Patient.id fhir-format@Patient.id");
	CHECK_INT(errors, 1);
	CHECK_STR(check("{'resourceType':'Patient','id':7}"),
	    "fhir-bad-id@Patient.id fhir-wrong-type@Patient.id");
	CHECK_INT(errors, 2);
}

TEST(wrong_json_types_are_errors)
{
	CHECK_STR(check("{'resourceType':'Patient','birthDate':{}}"),
	    "fhir-wrong-type@Patient.birthDate");
	CHECK_INT(errors, 1);
	CHECK_STR(check("{'resourceType':'Patient','name':{'family':"
	    "'x'}}"), "fhir-wrong-type@Patient.name");
	CHECK_STR(check("{'resourceType':'Patient','gender':['male']}"),
	    "fhir-wrong-type@Patient.gender");
	CHECK_STR(check("{'resourceType':'Patient','active':'true'}"),
	    "fhir-wrong-type@Patient.active");
	CHECK_STR(check("{'resourceType':'Patient','name':['x']}"),
	    "fhir-wrong-type@Patient.name[0]");
	CHECK_STR(check(OBS(",'component':[{'code':{}},{'code':{'text':"
	    "'x'},'valueQuantity':{'value':'1'}}]")),
	    "fhir-empty@Observation.component[0].code "
	    "fhir-wrong-type@Observation.component[1].valueQuantity.value");
	CHECK_INT(errors, 1);
	CHECK_STR(check("{'resourceType':'Patient','_gender':'x'}"),
	    "fhir-wrong-type@Patient._gender");
}

TEST(unknown_elements)
{
	CHECK_STR(check("{'resourceType':'Patient','surname':'x'}"),
	    "fhir-unknown-element@Patient.surname");
	CHECK_INT(errors, 0);
	CHECK_STR(check(OBS(",'valueMoney':{}")),
	    "fhir-unknown-element@Observation.valueMoney");
	CHECK_STR(check("{'resourceType':'Patient','_name':[{}]}"),
	    "fhir-unknown-element@Patient._name");
	CHECK_STR(check("{'resourceType':'Patient','contact':[{'name':"
	    "{'x':1}}]}"), "fhir-unknown-element@Patient.contact[0].name.x");
	CHECK_STR(check("{'resourceType':'Patient','contact':[{"
	    "'resourceType':'x'}]}"),
	    "fhir-unknown-element@Patient.contact[0].resourceType");
}

TEST(cardinality)
{
	CHECK_STR(check("{'resourceType':'Observation'}"),
	    "fhir-missing@Observation.status fhir-missing@Observation.code");
	CHECK_STR(check("{'resourceType':'Immunization','status':"
	    "'completed','vaccineCode':{'text':'x'},'patient':"
	    "{'display':'x'}}"),
	    "fhir-missing@Immunization.occurrenceDateTime");
	CHECK_STR(check("{'resourceType':'Immunization','status':"
	    "'completed','vaccineCode':{'text':'x'},'patient':"
	    "{'display':'x'},'occurrenceString':'then'}"), "");
	CHECK_STR(check("{'resourceType':'Observation','code':{'text':"
	    "'x'},'_status':{'id':'a'}}"), "");
	CHECK_STR(check(OBS(",'component':[{'dataAbsentReason':{'text':"
	    "'x'}}]")), "fhir-missing@Observation.component[0].code");
	CHECK_STR(check(OBS(",'valueSampledData':{'origin':{'value':0},"
	    "'period':1,'dimensions':0}")),
	    "fhir-format@Observation.valueSampledData.dimensions");
}

TEST(two_types_of_a_choice)
{
	CHECK_STR(check(OBS(",'valueString':'x','valueBoolean':true")),
	    "fhir-choice@Observation.valueBoolean");
	CHECK_STR(check(OBS(",'valueString':'x','_valueString':{'id':"
	    "'a'},'effectiveDateTime':'2020'")), "");
}

TEST(empty_and_null)
{
	CHECK_STR(check("{'resourceType':'Patient','name':[]}"),
	    "fhir-empty@Patient.name");
	CHECK_STR(check("{'resourceType':'Patient','name':[{}]}"),
	    "fhir-empty@Patient.name[0]");
	CHECK_STR(check("{'resourceType':'Patient','language':''}"),
	    "fhir-empty@Patient.language");
	CHECK_STR(check("{'resourceType':'Patient','language':null}"),
	    "fhir-null@Patient.language");
	CHECK_STR(check("{'resourceType':'Patient','name':[null]}"),
	    "fhir-null@Patient.name[0]");
	CHECK_STR(check("{'resourceType':'Patient','name':[{'given':"
	    "[null,'x'],'_given':[{'id':'a'},null]}]}"), "");
}

TEST(bindings)
{
	CHECK_STR(check("{'resourceType':'Patient','gender':'M'}"),
	    "fhir-binding@Patient.gender");
	CHECK_STR(check("{'resourceType':'Condition','subject':"
	    "{'display':'x'},'clinicalStatus':" STATUS("s", "gone") "}"),
	    "fhir-binding@Condition.clinicalStatus");
	CHECK_STR(check("{'resourceType':'Condition','subject':"
	    "{'display':'x'},'clinicalStatus':{'text':'gone'}}"), "");
	CHECK_STR(check("{'resourceType':'Patient','telecom':[{'system':"
	    "'tel'}]}"), "fhir-binding@Patient.telecom[0].system");
}

TEST(reference_targets)
{
	CHECK_STR(check(OBS(",'subject':{'reference':'Practitioner/1'}")),
	    "fhir-target@Observation.subject");
	CHECK_STR(check(OBS(",'subject':{'reference':'urn:uuid:x'}")), "");
	CHECK_STR(check(OBS(",'subject':{'reference':'#p'}")),
	    "fhir-contained@Observation.subject");
	CHECK_STR(check(OBS(",'contained':[{'resourceType':'Patient',"
	    "'id':'p'}],'subject':{'reference':'#p'}")), "");
	CHECK_STR(check(OBS(",'contained':[{'resourceType':'Patient'}]")),
	    "fhir-contained@Observation.contained[0]");
	CHECK_STR(check(OBS(",'contained':[{'resourceType':'Patient',"
	    "'id':'p','gender':'x'}]")),
	    "fhir-binding@Observation.contained[0].gender");
	CHECK_STR(check(OBS(",'contained':[{'resourceType':'Patient',"
	    "'id':'a b'}]")), "fhir-format@Observation.contained[0].id");
}

TEST(narratives_and_modifiers)
{
	CHECK_STR(check("{'resourceType':'Patient','text':{'status':"
	    "'generated','div':'<p>x</p>'}}"),
	    "fhir-narrative@Patient.text.div");
	CHECK_STR(check("{'resourceType':'Patient','modifierExtension':"
	    "[{'url':'x','valueCode':'y'}]}"),
	    "fhir-modifier-extension@Patient.modifierExtension");
	CHECK_STR(check("{'resourceType':'Patient','extension':[{"
	    "'valueCode':'y'}]}"), "fhir-missing@Patient.extension[0].url");
}

TEST(resources_in_bundles)
{
	CHECK_STR(check("{'resourceType':'Bundle','type':'batch',"
	    "'entry':[{'request':{'method':'POST','url':'Patient'},"
	    "'resource':{'resourceType':'Patient','gender':'x'}},"
	    "{'resource':{}}]}"),
	    "fhir-binding@Bundle.entry[0].resource.gender "
	    "fhir-no-type@Bundle.entry[1].resource");
	CHECK_INT(errors, 1);
}

TEST(us_core_must_haves)
{
	CHECK_STR(check_with(OBS(""), FHIR_CHECK_US_CORE),
	    "us-core-missing@Observation.category "
	    "us-core-missing@Observation.subject");
	CHECK_STR(check_with("{'resourceType':'Patient','identifier':[{"
	    "'system':'http://s','value':'1'},{'value':'2'}],"
	    "'name':[{'family':'x'}],'_gender':{'id':'a'}}",
	    FHIR_CHECK_US_CORE), "us-core-missing@Patient.identifier.system");
	CHECK_STR(check_with("{'resourceType':'Practitioner'}",
	    FHIR_CHECK_US_CORE), "us-core-missing@Practitioner.identifier "
	    "us-core-missing@Practitioner.name");
	CHECK_INT(errors, 0);
}

TEST(only_errors_when_asked)
{
	CHECK_STR(check_with("{'resourceType':'Patient','gender':'x',"
	    "'surname':'x','birthDate':[]}", FHIR_CHECK_ERRORS),
	    "fhir-wrong-type@Patient.birthDate");
}

static bool valid(int type, const char *s)
{
	return fhir_primitive_valid(type, str_of(s));
}

TEST(forms_of_primitives)
{
	static const struct {
		int type;
		const char *good[4], *bad[5];
	} forms[] = {
		{ FHIR_id, { "a", "A-1.b" }, { "", "a_b", "a/b" } },
		{ FHIR_code, { "a", "a b" }, { "", " a", "a ", "a  b" } },
		{ FHIR_uri, { "urn:x", "http://x" }, { "", "a b" } },
		{ FHIR_oid, { "urn:oid:1.2.3", "urn:oid:2.16.840" },
		    { "1.2.3", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1" } },
		{ FHIR_uuid,
		    { "urn:uuid:c757873d-ec9a-4326-a141-556f43239520" },
		    { "c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:1" } },
		{ FHIR_date, { "2020", "2020-02", "2020-02-29" },
		    { "2021-02-29", "2020-1-1", "2020-01-01T00:00:00Z", "" } },
		{ FHIR_dateTime, { "2020", "2020-01-01T10:00:00Z",
		    "2020-01-01T10:00:00.123+02:00" },
		    { "2020-01-01T10:00:00", "2020-01-01T10:00Z", "x" } },
		{ FHIR_instant, { "2020-01-01T10:00:00Z" },
		    { "2020-01-01", "2020-01-01T10:00:00" } },
		{ FHIR_time, { "08:30:00", "23:59:59.5" },
		    { "8:30:00", "24:00:00", "08:30", "08:30:00.",
			"08:61:00" } },
		{ FHIR_base64Binary, { "QUJD", "QUI=", "QQ==" },
		    { "QUJ", "Q===", "QU=D", "!!!!" } },
		{ FHIR_integer, { "0", "-5", "2147483647" },
		    { "1.0", "2147483648", "x" } },
		{ FHIR_unsignedInt, { "0", "7" }, { "-1", "1e2" } },
		{ FHIR_positiveInt, { "1" }, { "0", "-1" } },
		{ FHIR_decimal, { "1.10", "-0.5", "1e3" }, { "x", "" } },
		{ FHIR_boolean, { "true", "false" }, { "1", "TRUE" } },
		{ FHIR_string, { "a\tb\n" }, { "", "a\x01" } },
		{ FHIR_xhtml,
		    { "<div>x</div>", "<div/>", " <div a='b'>x</div> " },
		    { "<p/>", "<divx></div>", "text", "<div>" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		for (int j = 0; j < 4 && forms[i].good[j]; j++)
			if (!valid(forms[i].type, forms[i].good[j]))
				CHECK_STR("refused", forms[i].good[j]);
		for (int j = 0; j < 5 && forms[i].bad[j]; j++)
			if (valid(forms[i].type, forms[i].bad[j]))
				CHECK_STR("taken", forms[i].bad[j]);
	}
}

/* ---- real samples ---- */

static size_t resources, faulty;

static void see_error(void *arg, const struct diag *d)
{
	(void)arg;
	if (d->severity == DIAG_ERROR)
		see("%s", diag_name(d->id));
}

static void check_one(uint32_t node)
{
	struct diag_sink sink = { see_error, NULL, { 0 } };

	resources++;
	faulty += fhir_validate(&tape, node, &sink, FHIR_CHECK_US_CORE) > 0;
}

static void check_text(struct str s)
{
	struct tape_error err;
	uint32_t entries, r;

	if (s.n == 0)
		return;
	CHECK_INT(tape_parse(&tape, s.s, s.n, &err), 0);
	entries = tape_get(&tape, 0, "entry");
	if (fhir_resource_type(&tape, 0) != FHIR_Bundle || entries == 0) {
		check_one(0);
		return;
	}
	tape_each(&tape, entries, i) {
		r = tape_get(&tape, i, "resource");
		if (r != 0)
			check_one(r);
	}
}

static int check_file(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	BUF_AUTO b = BUF_INIT;
	struct str rest, line;
	struct ehr_err e;
	struct in *in;
	ssize_t n;

	(void)st;
	if (flag != FTW_F || strstr(path + ftw->base, "json") == NULL)
		return 0;
	CHECK_INT(in_open(&in, path, &e), 0);
	do {
		buf_grow(&b, 1 << 16);
		n = in_read(in, b.s + b.len, 1 << 16, &e);
		CHECK(n >= 0);
		b.len += (size_t)n;
	} while (n > 0);
	in_close(in);
	rest = buf_str(&b);
	if (strstr(path, ".ndjson") == NULL)
		check_text(rest);
	else
		while (str_split(&rest, '\n', &line))
			check_text(str_trim(line));
	return 0;
}

/* Four lines of one log file have no resourceType; nothing else is wrong. */
TEST(real_samples_are_usable)
{
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/clinical/fhir", test_data());
	seen[0] = '\0';
	resources = faulty = 0;
	CHECK_INT(nftw(dir, check_file, 16, FTW_PHYS), 0);
	CHECK_STR(seen, "fhir-no-type fhir-no-type fhir-no-type fhir-no-type");
	CHECK_INT(faulty, 4);
	CHECK(resources > 30000);
}
