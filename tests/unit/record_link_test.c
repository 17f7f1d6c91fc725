/*
 * record_link_test.c - references: how they find their targets, early and
 * late, and what they say when they are written out.
 */
#include "record_kit.h"

static struct kit k;

#define UUID "6f8f2c7e-3a54-4c3c-9f0a-0123456789ab"
#define PATIENT(id) "{\"resourceType\":\"Patient\",\"id\":\"" id "\"}"
#define PRACTITIONER(id, system, value)                                       \
	"{\"resourceType\":\"Practitioner\",\"id\":\"" id "\",\"identifier\":" \
	"[{\"system\":\"" system "\",\"value\":\"" value "\"}]}"
#define BY(id, ref)                                                           \
	"{\"resourceType\":\"Observation\",\"id\":\"" id "\",\"performer\":"  \
	"[{\"reference\":\"" ref "\"}]}"
#define OF(id, ref)                                                           \
	"{\"resourceType\":\"Observation\",\"id\":\"" id "\",\"subject\":"    \
	"{\"reference\":\"" ref "\"}}"

static void put_as(struct batch *b, const char *json, const char *url)
{
	KIT_OK(&k, kit_put_as(&k, b, json, &(struct batch_put){
	    .full_url = str_of(url) }));
}

static int64_t import_as(const char *json, const char *url)
{
	struct batch *b = kit_batch(&k, NULL);

	put_as(b, json, url);
	return kit_done(&k, b, NULL);
}

static const char *resolved_at(const char *name, int64_t as_of)
{
	static struct buf out = { buf_empty, 0, 0 };
	struct resource res;
	BUF_AUTO body = BUF_INIT;

	CHECK(record_get(k.r, kit_rid(&k, name), as_of, &res, &k.e) > 0);
	buf_addstr(&body, res.body);
	res.body = buf_str(&body);
	buf_reset(&out);
	KIT_OK(&k, record_body_resolved(k.r, &res, &out, &k.e));
	return out.s;
}

TEST(a_target_is_found_before_after_and_later)
{
	struct batch *b;

	kit_open(&k);
	/* Same batch, before and after. */
	b = kit_batch(&k, NULL);
	kit_put(&k, b, BY("o1", "Organization/g1"));
	kit_put(&k, b, "{\"resourceType\":\"Organization\",\"id\":\"g1\"}");
	kit_put(&k, b, BY("o2", "Organization/g1"));
	kit_put(&k, b, BY("o3", "Organization/g2"));
	kit_done(&k, b, NULL);
	CHECK_STR(kit_link(&k, "Observation/o1", 0), "Organization/g1");
	CHECK_STR(kit_link(&k, "Observation/o2", 0), "Organization/g1");
	CHECK_STR(kit_link(&k, "Observation/o3", 0), "pending");
	/* A later batch, and not one of another source or type. */
	kit_import(&k, "lab", "{\"resourceType\":\"Organization\","
	    "\"id\":\"g2\"}");
	kit_import(&k, NULL, PRACTITIONER("g2", "s", "v"));
	CHECK_STR(kit_link(&k, "Observation/o3", 0), "pending");
	kit_import(&k, NULL, "{\"resourceType\":\"Organization\","
	    "\"id\":\"g2\"}");
	CHECK_STR(kit_link(&k, "Observation/o3", 0), "Organization/g2");
	CHECK_STR(kit_link(&k, "Observation/o3", 1), "none");
	kit_close(&k);
}

TEST(every_form_of_reference)
{
	static const struct {
		const char *ref, *leads, *text;
	} t[] = {
		{ "Practitioner/d", "Practitioner/d", "Practitioner/d" },
		{ "Practitioner/d/_history/3", "Practitioner/d",
		    "Practitioner/d" },
		{ "https://a.example/fhir/Practitioner/d", "Practitioner/d",
		    "Practitioner/d" },
		{ "https://b.example/fhir/Practitioner/d", "pending", NULL },
		{ "urn:uuid:" UUID, "Organization/" UUID,
		    "Organization/" UUID },
		{ "urn:uuid:00000000-3a54-4c3c-9f0a-0123456789ab", "pending",
		    NULL },
		{ "Practitioner?identifier=http://npi|1", "Practitioner/d",
		    "Practitioner/d" },
		{ "Practitioner?identifier=http://npi|2", "pending", NULL },
		{ "Organization?identifier=http://npi|1", "pending", NULL },
		{ "#c", "other", NULL },
		{ "Organization/d", "pending", NULL },
	};
	BUF_AUTO want = BUF_INIT;
	char json[512];

	kit_open(&k);
	import_as(PRACTITIONER("d", "http://npi", "1"),
	    "https://a.example/fhir/Practitioner/d");
	import_as("{\"resourceType\":\"Organization\",\"name\":\"x\"}",
	    "urn:uuid:" UUID);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		snprintf(json, sizeof(json), BY("o%zu", "%s"), i, t[i].ref);
		kit_import(&k, NULL, json);
		snprintf(json, sizeof(json), "Observation/o%zu", i);
		CHECK_STR(kit_link(&k, json, 0), t[i].leads);
		buf_reset(&want);
		buf_addf(&want, BY("o%zu", "%s"), i,
		    t[i].text ? t[i].text : t[i].ref);
		CHECK_STR(resolved_at(json, RECORD_NOW), want.s);
	}
	kit_close(&k);
}

TEST(two_with_one_identifier_are_ambiguous)
{
	kit_open(&k);
	kit_import(&k, NULL, BY("o", "Practitioner?identifier=s|1"));
	CHECK_STR(kit_link(&k, "Observation/o", 0), "pending");
	{
		struct batch *b = kit_batch(&k, NULL);

		kit_put(&k, b, PRACTITIONER("d", "s", "1"));
		kit_put(&k, b, PRACTITIONER("e", "s", "1"));
		kit_done(&k, b, NULL);
	}
	kit_import(&k, NULL, BY("n", "Practitioner?identifier=s|1"));
	CHECK_STR(kit_link(&k, "Observation/n", 0), "ambiguous");
	kit_close(&k);
}

static int count_unresolved(void *arg, int64_t rid, int ordinal,
    enum link_state state)
{
	int *n = arg;

	(void)rid;
	(void)ordinal;
	n[state]++;
	return 0;
}

TEST(what_leads_nowhere_is_listed)
{
	int n[4] = { 0 };

	kit_open(&k);
	kit_import(&k, NULL, PRACTITIONER("d", "s", "1"));
	kit_import(&k, NULL, PRACTITIONER("e", "s", "1"));
	kit_import(&k, NULL, BY("o1", "Practitioner?identifier=s|1"));
	kit_import(&k, NULL, BY("o2", "Practitioner/f"));
	kit_import(&k, NULL, BY("o3", "Practitioner/e"));
	KIT_OK(&k, record_unresolved(k.r, count_unresolved, n, &k.e));
	CHECK_INT(n[LINK_PENDING], 1);
	CHECK_INT(n[LINK_AMBIGUOUS], 1);
	CHECK_INT(n[LINK_RESOLVED] + n[LINK_OTHER], 0);
	/* Gone with the version that said it. */
	kit_import(&k, NULL, BY("o2", "Practitioner/d"));
	memset(n, 0, sizeof(n));
	KIT_OK(&k, record_unresolved(k.r, count_unresolved, n, &k.e));
	CHECK_INT(n[LINK_PENDING], 0);
	kit_close(&k);
}

TEST(former_versions_keep_their_own_references)
{
	int64_t then;

	kit_open(&k);
	import_as(PRACTITIONER("d", "http://npi", "1"),
	    "https://a.example/fhir/Practitioner/d");
	kit_import(&k, NULL, PRACTITIONER("e", "http://npi", "2"));
	then = kit_time(&k, kit_import(&k, NULL, BY("o",
	    "Practitioner?identifier=http://npi|1\"},{\"reference\":"
	    "\"Practitioner?identifier=http://npi|2")));
	kit_import(&k, NULL, BY("o", "Practitioner?identifier=http://npi|2"));
	CHECK_STR(resolved_at("Observation/o", RECORD_NOW),
	    BY("o", "Practitioner/e"));
	CHECK_STR(resolved_at("Observation/o", then),
	    BY("o", "Practitioner/d\"},{\"reference\":\"Practitioner/e"));
	/* What comes after the version is found for it too. */
	then = kit_time(&k, kit_import(&k, NULL, BY("n",
	    "Practitioner?identifier=http://npi|3")));
	kit_import(&k, NULL, BY("n", "Practitioner/d"));
	kit_import(&k, NULL, PRACTITIONER("f", "http://npi", "3"));
	CHECK_STR(resolved_at("Observation/n", then),
	    BY("n", "Practitioner/f"));
	kit_close(&k);
}

/* ---- charts of patients only referred to ---- */

TEST(a_patient_referred_to_has_a_chart_at_once)
{
	int64_t patient;

	kit_open(&k);
	kit_import(&k, NULL, OF("o", "Patient/p"));
	patient = kit_patient(&k, "p");
	CHECK_STR(kit_chart(&k, "p"), "Observation/o");
	CHECK_STR(kit_link(&k, "Observation/o", 0), "pending");
	kit_import(&k, NULL, PATIENT("p"));
	CHECK_INT(kit_patient(&k, "p"), patient);
	CHECK_STR(kit_chart(&k, "p"), "Patient/p Observation/o");
	CHECK_STR(kit_link(&k, "Observation/o", 0), "p");
	CHECK_INT(kit_rid(&k, "p"), record_patient_rid(patient));
	kit_close(&k);
}

TEST(a_patient_takes_over_what_called_him_otherwise)
{
	static const struct {
		const char *ref, *url;
	} t[] = {
		{ "urn:uuid:" UUID, "urn:uuid:" UUID },
		{ "https://a.example/x/Patient/77",
		    "https://a.example/x/Patient/77" },
		{ "Patient?identifier=http://mrn|7", "" },
		{ "Patient?identifier=7", "" },
	};
	const char *p = "{\"resourceType\":\"Patient\",\"id\":\"p\","
	    "\"identifier\":[{\"system\":\"http://mrn\",\"value\":\"7\"}]}";

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char json[256];
		int64_t then;

		kit_open(&k);
		snprintf(json, sizeof(json), OF("o1", "%s"), t[i].ref);
		then = kit_time(&k, kit_import(&k, NULL, json));
		CHECK_STR(kit_link(&k, "Observation/o1", 0), "pending");
		import_as(p, t[i].url);
		CHECK_STR(kit_chart(&k, "p"), "Observation/o1 Patient/p");
		CHECK_STR(kit_link(&k, "Observation/o1", 0), "p");
		/* From now on both names lead there. */
		snprintf(json, sizeof(json), OF("o2", "%s"), t[i].ref);
		kit_import(&k, NULL, json);
		kit_import(&k, NULL, OF("o3", "Patient/p"));
		CHECK_STR(kit_link(&k, "Observation/o2", 0), "p");
		CHECK_INT(strlen(kit_chart(&k, "p")), strlen("Patient/p "
		    "Observation/o1 Observation/o2 Observation/o3"));
		CHECK_STR(kit_chart_at(&k, kit_patient(&k, "p"), then), "");
		kit_close(&k);
	}
}

TEST(in_a_bundle_the_order_of_patient_and_rest_is_free)
{
	for (int first = 0; first < 2; first++) {
		struct batch *b;

		kit_open(&k);
		b = kit_batch(&k, NULL);
		for (int i = 0; i < 2; i++)
			if (i == first)
				put_as(b, PATIENT("p"), "urn:uuid:" UUID);
			else
				kit_put(&k, b, OF("o", "urn:uuid:" UUID));
		kit_done(&k, b, NULL);
		CHECK_STR(kit_chart(&k, "p"), "Patient/p Observation/o");
		CHECK_STR(kit_link(&k, "Observation/o", 0), "p");
		kit_close(&k);
	}
}

TEST(a_resource_whose_subject_changes_moves)
{
	int64_t then, old;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, NULL, PATIENT("b"));
	kit_import(&k, NULL, "{\"resourceType\":\"DiagnosticReport\","
	    "\"id\":\"r\",\"result\":[{\"reference\":\"Observation/o\"}]}");
	then = kit_time(&k, kit_import(&k, NULL, OF("o", "Patient/a")));
	old = kit_rid(&k, "Observation/o");
	kit_import(&k, NULL, OF("o", "Patient/b"));
	CHECK_STR(kit_chart(&k, "a"), "Patient/a");
	CHECK_STR(kit_chart(&k, "b"), "Patient/b Observation/o");
	CHECK_STR(kit_row_at(&k, old, RECORD_NOW), "moved");
	CHECK_STR(kit_versions(&k, old), "1 2m");
	CHECK_STR(kit_versions(&k, kit_rid(&k, "Observation/o")), "3");
	CHECK_STR(kit_chart_at(&k, kit_patient(&k, "a"), then),
	    "Patient/a Observation/o");
	CHECK_STR(kit_chart_at(&k, kit_patient(&k, "b"), then), "Patient/b");
	CHECK_STR(resolved_at("DiagnosticReport/r", RECORD_NOW),
	    "{\"resourceType\":\"DiagnosticReport\",\"id\":\"r\",\"result\":"
	    "[{\"reference\":\"Observation/o\"}]}");
	kit_close(&k);
}

TEST(who_is_named_too_sees_it_too)
{
	const char *group = "{\"resourceType\":\"Appointment\",\"id\":\"x\","
	    "\"participant\":[{\"actor\":{\"reference\":\"Patient/a\"}},"
	    "{\"actor\":{\"reference\":\"Practitioner/d\"}},"
	    "{\"actor\":{\"reference\":\"Patient/b\"}}]}";
	int64_t then;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, NULL, PATIENT("b"));
	then = kit_time(&k, kit_import(&k, NULL, group));
	CHECK_STR(kit_chart(&k, "a"), "Patient/a Appointment/x");
	CHECK_STR(kit_chart(&k, "b"), "Appointment/x Patient/b");
	CHECK_STR(kit_all(&k, RECORD_NOW), "Patient/a Appointment/x Patient/b");
	kit_import(&k, NULL, "{\"resourceType\":\"Appointment\",\"id\":\"x\","
	    "\"participant\":[{\"actor\":{\"reference\":\"Patient/a\"}}]}");
	CHECK_STR(kit_chart(&k, "b"), "Patient/b");
	CHECK_STR(kit_chart_at(&k, kit_patient(&k, "b"), then),
	    "Appointment/x Patient/b");
	kit_close(&k);
}

TEST(who_is_named_twice_after_a_merge_sees_it_once)
{
	const char *three = "{\"resourceType\":\"Appointment\",\"id\":\"x\","
	    "\"participant\":[{\"actor\":{\"reference\":\"Patient/a\"}},"
	    "{\"actor\":{\"reference\":\"Patient/b\"}},"
	    "{\"actor\":{\"reference\":\"Patient/c\"}}]}";
	int64_t b;

	kit_open(&k);
	kit_import(&k, NULL, PATIENT("c"));
	kit_import(&k, NULL, PATIENT("b"));
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, NULL, three);
	b = kit_merge(&k, "b", "c");
	CHECK_STR(kit_chart(&k, "b"), "Patient/c Patient/b Appointment/x");
	kit_merge(&k, "a", "b");
	CHECK_STR(kit_chart(&k, "a"),
	    "Patient/c Patient/b Patient/a Appointment/x");
	CHECK_INT(kit_undo(&k, b, false), EHR_ENO);
	kit_close(&k);
}

TEST(what_is_nobodys_fills_shared_segments)
{
	kit_open(&k);
	kit_import(&k, NULL, BY("o", "Practitioner/d"));
	kit_import(&k, NULL, PATIENT("a"));
	kit_import(&k, NULL, PRACTITIONER("d", "s", "1"));
	kit_import(&k, "lab", PRACTITIONER("d", "s", "1"));
	CHECK_STR(kit_chart_at(&k, 0, RECORD_NOW),
	    "Observation/o Practitioner/d Practitioner/d");
	CHECK_STR(kit_chart(&k, "a"), "Patient/a");
	kit_close(&k);
}
