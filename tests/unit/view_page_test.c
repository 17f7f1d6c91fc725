/*
 * view_page_test.c - a page whose rows alone are read as a whole is that of
 * the whole chart, whatever the resources look like.
 */
#include "record_kit.h"

#include "ehr/view.h"

static struct kit k;

/* A small generator: the same charts each time. */
static uint32_t draw(uint32_t n)
{
	static uint64_t state = 88172645463325252U;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}
#define DRAW(b, list) buf_adds(b, list[draw(ARRAY_LEN(list))])

#define LOINC(code, text) "{\"coding\":[{\"system\":\"http://loinc.org\"," \
	"\"code\":\"" code "\"}],\"text\":\"" text "\"}"
#define SCT(code, text) "{\"coding\":[{\"system\":\"http://snomed.info/sct\"," \
	"\"code\":\"" code "\",\"display\":\"" text "\"}]}"

/* What a code may be; the first ones are the usual. */
static const char *const concepts[] = {
	LOINC("4548-4", "Hemoglobin A1c"), LOINC("2345-7", "Glucose"),
	LOINC("8867-4", "Pulse"), LOINC("72166-2", "Tobacco smoking"),
	LOINC("1-8", "Something [Mass/volume] in Blood"),
	LOINC("2-8", "Something [Moles/volume] in Blood"),
	SCT("38341003", "Hypertension (disorder)"),
	SCT("160904001", "Full-time work (finding)"),
	SCT("716186003", "No known allergy (situation)"),
	SCT("160245001", "No current problems (situation)"),
	"{\"text\":\"Free\"}", "{\"text\":\"  \"}", "{}", "\"text\"", "[]",
	"{\"coding\":[]}", "{\"coding\":[{\"code\":\"x\"},{\"code\":\"y\"}]}",
	"[" SCT("1", "In an array") "]", "{\"text\":\"Esc\\u0061ped \\\"q\\\"\"}",
	"null",
};

static const char *const states[] = {
	"final", "final", "finished", "current", "superseded", "planned",
	"entered-in-error", "cancelled", "not-done", "nonsense", "fi\\u006eal",
	"",
};

static const char *const categories[] = {
	"[" SCT("1", "Other") "]", "[{\"coding\":[{\"code\":\"laboratory\"}]}]",
	"[{\"coding\":[{\"code\":\"vital-signs\"}]}]",
	"[{\"coding\":[{\"code\":\"survey\"}]},{\"coding\":[{\"code\":"
	"\"social-history\"}]}]",
	"{\"coding\":[{\"code\":\"clinical-note\"}]}",
	"[{\"coding\":[{\"code\":\"clinical-note\"}]}]",
	"[{\"coding\":[{\"code\":\"sdoh\"}]}]", "[]", "null",
};

static const char *const times[] = {
	"\"2020-01-02\"", "\"2020-01-02T10:00:00Z\"", "\"2021-03-04T05:06:07Z\"",
	"\"2021-03\"", "\"2022\"", "\"2022-13-41\"", "\"\"", "null", "7",
	"[\"2019-05-05\"]", "{\"start\":\"2020-01-02\",\"end\":\"2020-02\"}",
	"{\"end\":\"2020-02\"}", "{\"st\\u0061rt\":\"2018-02\"}",
	"{\"period\":{\"start\":\"2020-01-02T10:00:10Z\"}}",
	"{\"period\":[{\"start\":\"2017-01-02T10:00:10Z\"}]}",
};

static const struct {
	const char *type, *code;
	const char *time[4], *more[6];
} types[] = {
	{ "Observation", "code",
	    { "effectiveDateTime", "effectiveDateTime", "effectivePeriod",
		"issued" },
	    { "\"valueQuantity\":{\"value\":7.1,\"unit\":\"%\"}",
		"\"valueQuantity\":{\"value\":6.8,\"unit\":\"%\"}",
		"\"valueString\":\"words\"",
		"\"hasMember\":[{\"reference\":\"Observation/none\"}]",
		"\"dataAbsentReason\":{\"text\":\"refused\"}",
		"\"c\\u006fde\":{\"text\":\"Hidden\"}" } },
	{ "Condition", "code",
	    { "onsetDateTime", "onsetDateTime", "onsetPeriod", "recordedDate" },
	    { "\"abatementDateTime\":\"2021-01-01\"",
		"\"severity\":{\"text\":\"severe\"}",
		"\"bodySite\":[{\"text\":\"knee\"}]",
		"\"clinicalStatus\":{\"coding\":[{\"code\":\"active\"}]}",
		"\"clinicalStatus\":{\"coding\":[{\"code\":\"resolved\"}]}",
		"\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]"
		"}" } },
	{ "Encounter", "type",
	    { "period", "period", "period", "date" },
	    { "\"class\":{\"code\":\"EMER\"}", "\"class\":{\"code\":\"AMB\"}",
		"\"reasonCode\":[{\"text\":\"cough\"}]",
		"\"participant\":[{\"individual\":{\"reference\":"
		"\"Practitioner/p\"}}]",
		"\"serviceProvider\":{\"display\":\"Clinic\"}",
		"\"reasonReference\":[{\"reference\":\"Condition/none\"}]" } },
	{ "DocumentReference", "type",
	    { "context", "date", "date", "context" },
	    { "\"description\":\"About\"",
		"\"content\":[{\"attachment\":{\"contentType\":\"text/plain\","
		"\"title\":\"Title\",\"creation\":\"2016-01-01\"}}]",
		"\"content\":[{\"attachment\":{\"contentType\":\"text/plain\","
		"\"data\":\"e30=\"}}]",
		"\"content\":[]", "\"author\":[{\"display\":\"Who\"}]",
		"\"author\":[{\"reference\":\"Practitioner/p\"}]" } },
};

static void member(struct buf *b, const char *name)
{
	buf_addf(b, ",\"%s\":", name);
}

static void resource(struct buf *b, int patient, int number)
{
	size_t t = draw(ARRAY_LEN(types));

	buf_addf(b, "{\"resourceType\":\"%s\",\"id\":\"r%d\",\"subject\":"
	    "{\"reference\":\"Patient/p%d\"}", types[t].type, number, patient);
	if (draw(12)) {
		member(b, "status");
		buf_addf(b, "\"%s\"", states[draw(2) ? 0 :
		    draw(ARRAY_LEN(states))]);
	}
	if (draw(6)) {
		member(b, types[t].code);
		/* Most of a few kinds, so that rows have former values. */
		buf_adds(b, concepts[draw(3) ? draw(8) :
		    draw(ARRAY_LEN(concepts))]);
	}
	if (draw(4)) {
		member(b, "category");
		DRAW(b, categories);
	}
	if (draw(10)) {
		member(b, types[t].time[draw(4)]);
		buf_adds(b, times[draw(2) ? draw(3) : draw(ARRAY_LEN(times))]);
	}
	if (draw(3))
		buf_addf(b, ",%s", types[t].more[draw(6)]);
	buf_adds(b, "}");
}

static int64_t put_charts(int patients, int resources)
{
	struct batch *b = kit_batch(&k, NULL);
	TAPE_AUTO t = TAPE_INIT;
	struct batch_put opt = { .full_url = STR_NONE };
	struct tape_error bad;
	struct diag why;

	for (int i = 0; i < patients * (resources + 1); i++) {
		BUF_AUTO text = BUF_INIT;

		if (i < patients)
			buf_addf(&text, "{\"resourceType\":\"Patient\","
			    "\"id\":\"p%d\"}", i);
		else
			resource(&text, i % patients, i);
		/* A member that stands twice is no JSON of ours. */
		if (tape_parse(&t, text.s, text.len, &bad) == 0)
			KIT_OK(&k, batch_put(b, &t, 0, &opt, &why, &k.e));
	}
	return kit_done(&k, b, NULL);
}

static size_t page(int64_t patient, bool sketched, struct buf *b)
{
	struct view_opt opt = VIEW_OPT;
	struct view_page how = { 0, false };
	struct view *v = NULL;
	size_t n, sketches = 0;

	CHECK(date_parse(STR("2024-06-30"), &opt.today));
	opt.page = sketched;
	KIT_OK(&k, view_open(&v, k.r, patient, &opt, &k.e));
	view_text(v, &how, b);
	for (int s = 0; s < VIEW_SECTIONS; s++) {
		struct view_entry *const *e = view_entries(v,
		    (enum view_section)s, &n);

		for (size_t i = 0; i < n; i++)
			sketches += e[i]->sketch;
	}
	view_free(v);
	return sketches;
}

static int compare(void *arg, int64_t patient)
{
	size_t *sketches = arg;
	BUF_AUTO whole = BUF_INIT;
	BUF_AUTO sketched = BUF_INIT;

	CHECK_INT(page(patient, false, &whole), 0);
	*sketches += page(patient, true, &sketched);
	CHECK_STR(sketched.s, whole.s);
	return 0;
}

TEST(pages_of_sketches_are_those_of_whole_charts)
{
	size_t sketches = 0;

	kit_open(&k);
	put_charts(60, 200);
	KIT_OK(&k, record_patients(k.r, compare, &sketches, &k.e));
	/* Else nothing was tried. */
	CHECK(sketches > 200);
	kit_close(&k);
}

/* What is changed, deleted and taken back has the sketches of what it is. */
TEST(sketches_follow_their_resources)
{
	size_t sketches = 0;
	struct batch *b;
	int64_t changed;

	kit_open(&k);
	put_charts(10, 100);
	changed = put_charts(10, 100);
	KIT_OK(&k, record_patients(k.r, compare, &sketches, &k.e));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	b = kit_batch(&k, NULL);
	for (int i = 10; i < 200; i++) {
		char id[16];

		snprintf(id, sizeof(id), "r%d", i);
		/* There is one of each id, whatever its type. */
		for (size_t t = 0; t < ARRAY_LEN(types); t++)
			batch_delete(b, 0, fhir_type(str_of(types[t].type)),
			    str_of(id), 0, &k.e);
	}
	kit_done(&k, b, NULL);
	KIT_OK(&k, record_patients(k.r, compare, &sketches, &k.e));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	b = kit_batch(&k, NULL);
	KIT_OK(&k, batch_undo(b, changed, true, NULL, NULL, NULL, &k.e));
	batch_free(b);
	KIT_OK(&k, record_patients(k.r, compare, &sketches, &k.e));
	KIT_OK(&k, record_check(k.r, NULL, NULL, &k.e));
	kit_close(&k);
}
