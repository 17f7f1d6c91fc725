/* edit_test.c - resources from key=value, changed, checked, kept. */
#include <ftw.h>
#include <sys/stat.h>

#include "ehr/edit-note.h"
#include "ehr/fhir.h"

#include "test.h"

enum { MAX_PAIRS = 16 };

static struct edit_env env = {
	.source = 1,
	.patient = { "pt", 2 },
	.number = 1,
	.user = { "tester", 6 },
	.now = 1767225600000, /* 2026-01-01T00:00:00Z */
};
static struct ehr_err err;

/* Cuts "a=b;c=d" into pairs. */
static size_t pairs(const char *text, struct edit_pair *p)
{
	struct str rest = str_of(text), word[MAX_PAIRS];
	size_t n = 0;

	while (rest.n && str_split(&rest, ';', &word[n]))
		n++;
	CHECK_INT(edit_pairs(word, n, p, &err), 0);
	return n;
}

static int make(const char *kind, const char *text, struct buf *out)
{
	struct edit_pair p[MAX_PAIRS];

	setenv("TZ", "UTC0", 1);
	buf_reset(out);
	return edit_new(&env, edit_kind(str_of(kind)), p, pairs(text, p), out,
	    &err);
}

static void parse(struct tape *t, const struct buf *text)
{
	struct tape_error why;

	CHECK_INT(tape_parse(t, text->s, text->len, &why), 0);
}

/* The text of a resource changed by keys, or the message. */
static const char *change(const char *json, const char *text)
{
	static struct buf out;
	struct edit_pair p[MAX_PAIRS];
	struct tape_error why;
	TAPE_AUTO t = TAPE_INIT;

	if (out.s == NULL)
		out = BUF_INIT;
	buf_reset(&out);
	CHECK_INT(tape_parse(&t, json, strlen(json), &why), 0);
	if (edit_change(&env, &t, p, pairs(text, p), &out, &err) < 0)
		return err.msg;
	out.s[out.len - 1] = '\0'; /* the newline */
	return out.s;
}

static int remove_one(const char *path, const struct stat *st, int type,
    struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Takes a folder of the test's own away with all that is in it. */
static void remove_all(const char *dir)
{
	CHECK_INT(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void count(void *arg, const struct diag *d)
{
	int *n = arg;

	(void)d;
	++*n;
}

TEST(pairs_are_cut_at_the_first_sign)
{
	struct edit_pair p[2];
	struct str good[] = { STR("a=b=c"), STR("k= v ") };
	struct str bad[] = { STR("a"), STR("=b"), STR("") };
	struct str latin = STR("a=\xff");

	CHECK_INT(edit_pairs(good, 2, p, &err), 0);
	CHECK(str_is(p[0].key, "a") && str_is(p[0].value, "b=c"));
	CHECK(str_is(p[1].value, "v"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK_INT(edit_pairs(&bad[i], 1, p, &err), EHR_EUSAGE);
	CHECK_INT(edit_pairs(&latin, 1, p, &err), EHR_EREJECT);
}

/* With the least that each kind needs nothing is found, by US Core neither. */
TEST(defaults_make_whole_resources)
{
	static const struct {
		const char *kind, *keys;
	} least[] = {
		{ "patient", "family=x" },	{ "condition", "text=x" },
		{ "medication", "text=x" },	{ "allergy", "text=x" },
		{ "vital", "hr=70" },		{ "result", "text=x;value=1" },
		{ "immunization", "text=x" },	{ "procedure", "text=x" },
		{ "encounter", "" },
		{ "family-history", "relation=father;text=x" },
		{ "social-history", "smoking=never" },
		{ "goal", "text=x" },		{ "plan", "text=x" },
		{ "device", "text=x" },
	};
	BUF_AUTO out = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	size_t i;

	for (i = 0; i < ARRAY_LEN(least); i++) {
		int n = 0;
		struct diag_sink sink = { count, &n, { 0 } };

		CHECK_INT(make(least[i].kind, least[i].keys, &out), 0);
		parse(&t, &out);
		CHECK_INT(edit_check(&t, NULL, &sink, &err), 0);
		CHECK_INT(n, 0);
		CHECK_STR(edit_kind_word(edit_kind_of(&t, 0)), least[i].kind);
	}
	CHECK(edit_kind_word((int)i + 1) == NULL); /* none was forgotten */
}

TEST(the_same_keys_make_the_same_text)
{
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	char *id;

	CHECK_INT(make("result", "value=7.10;code=4548-4;unit=%", &a), 0);
	CHECK_INT(make("result", "unit=%;code=4548-4;value=7.10", &b), 0);
	id = strstr(a.s, "\"id\":\"");
	memcpy(id, strstr(b.s, "\"id\":\""), 42);
	CHECK_STR(a.s, b.s);
	CHECK(strstr(a.s, "\"value\":7.10,\"unit\":\"%\"") != NULL);
	CHECK(strstr(a.s, "\"effectiveDateTime\":\"2026-01-01T00:00:00Z\""));
}

TEST(values_that_are_none_are_refused)
{
	static const struct {
		const char *kind, *keys, *says;
	} bad[] = {
		{ "condition", "code=E11.9", "code: not SYSTEM|CODE" },
		{ "condition", "code=icd10|", "code: no code" },
		{ "condition", "code=odd|1", "code: unknown code system" },
		{ "condition", "text=x;onset=2020-13", "onset: not a date" },
		{ "result", "text=x;value=a;unit=%",
		    "unit: goes with a number only" },
		{ "vital", "weight=80cm",
		    "weight: a unit it is not measured in: kg g [lb_av]" },
		{ "medication", "text=x;refills=-1",
		    "refills: a whole number is due" },
		{ "patient", "family=x;sex=q",
		    "sex: male, female, other or unknown is due" },
		{ "encounter", "class=nosuch",
		    "class: not a word or code of its list" },
	};
	BUF_AUTO out = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK_INT(make(bad[i].kind, bad[i].keys, &out), EHR_EREJECT);
		CHECK_STR(err.msg, bad[i].says);
		CHECK_INT(out.len, 0);
	}
}

TEST(a_change_keeps_what_it_does_not_name)
{
	static const char o[] = "{\"resourceType\":\"Observation\",\"x\":1.500,"
	    "\"valueQuantity\":{\"value\":1.0,\"unit\":\"g\"},\"status\":"
	    "\"final\"}";

	CHECK_STR(change(o, "value=2.50"), "{\"resourceType\":\"Observation\","
	    "\"x\":1.500,\"valueQuantity\":{\"value\":2.50,\"unit\":\"g\"},"
	    "\"status\":\"final\"}");
	CHECK_STR(change(o, "value=few"), "{\"resourceType\":\"Observation\","
	    "\"x\":1.500,\"status\":\"final\",\"valueString\":\"few\"}");
	CHECK_STR(change(o, "value="), "{\"resourceType\":\"Observation\","
	    "\"x\":1.500,\"status\":\"final\"}");
	CHECK_STR(change(o, "status=final"), o);
	CHECK_STR(change(o, "status=amended;status=final"), o);
}

TEST(elements_of_arrays)
{
	static const char p[] = "{\"resourceType\":\"Patient\",\"telecom\":[{"
	    "\"system\":\"phone\",\"use\":\"work\",\"value\":\"1\"},{"
	    "\"system\":\"phone\",\"use\":\"home\",\"value\":\"2\"}]}";

	CHECK_STR(change(p, "phone=3"), "{\"resourceType\":\"Patient\","
	    "\"telecom\":[{\"system\":\"phone\",\"use\":\"work\",\"value\":"
	    "\"1\"},{\"system\":\"phone\",\"use\":\"home\",\"value\":\"3\"}]}");
	CHECK_STR(change(p, "phone="), "{\"resourceType\":\"Patient\","
	    "\"telecom\":[{\"system\":\"phone\",\"use\":\"work\",\"value\":"
	    "\"1\"}]}");
	CHECK_STR(change(p, "phone=;work-phone="),
	    "{\"resourceType\":\"Patient\"}");
	CHECK_STR(change("{\"resourceType\":\"Patient\"}", "mobile="),
	    "{\"resourceType\":\"Patient\"}");
	CHECK_STR(change("{\"resourceType\":\"Patient\",\"name\":[{\"use\":"
	    "\"official\",\"given\":[\"A\",\"B\",\"C\"]}]}",
	    "given=X;given=Y"), "{\"resourceType\":\"Patient\",\"name\":[{"
	    "\"use\":\"official\",\"given\":[\"X\",\"Y\"]}]}");
}

TEST(paths_of_elements)
{
	static const char o[] = "{\"resourceType\":\"Organization\",\"name\":"
	    "\"x\"}";

	CHECK_STR(change(o, "name=y"), "{\"resourceType\":\"Organization\","
	    "\"name\":\"y\"}");
	CHECK_STR(change(o, "active=true;address.0.city=Z"),
	    "{\"resourceType\":\"Organization\",\"name\":\"x\",\"active\":true,"
	    "\"address\":[{\"city\":\"Z\"}]}");
	CHECK_STR(change(o, "nosuch=1"),
	    "nosuch: no such element of Organization");
	CHECK_STR(change(o, "address.0.nosuch=1"),
	    "address.0.nosuch: no such element of Organization");
}

TEST(older_findings_stay_new_ones_are_faults)
{
	static const char a[] = "{\"resourceType\":\"Condition\",\"subject\":{"
	    "\"reference\":\"Patient/p\"},\"onsetDateTime\":\"spring\"}";
	TAPE_AUTO was = TAPE_INIT;
	TAPE_AUTO now = TAPE_INIT;
	struct tape_error why;
	const char *b;

	CHECK_INT(tape_parse(&was, a, strlen(a), &why), 0);
	CHECK_INT(edit_check(&was, NULL, NULL, &err), EHR_EREJECT);
	CHECK_STR(err.msg, "1 finding: nothing was written");
	CHECK_INT(edit_check(&was, &was, NULL, &err), 0);
	b = change(a, "text=x;recordedDate=soon"); /* a path, not checked */
	CHECK_INT(tape_parse(&now, b, strlen(b), &why), 0);
	CHECK_INT(edit_check(&now, &was, NULL, &err), EHR_EREJECT);
}

TEST(entries_end_by_the_rules_of_their_type)
{
	static const struct {
		const char *json, *error, *resolved;
	} entry[] = {
		{ "{\"resourceType\":\"MedicationRequest\",\"status\":"
		  "\"active\"}",
		    "{\"resourceType\":\"MedicationRequest\",\"status\":"
		    "\"entered-in-error\"}",
		    "{\"resourceType\":\"MedicationRequest\",\"status\":"
		    "\"stopped\"}" },
		{ "{\"resourceType\":\"Encounter\",\"status\":\"in-progress\","
		  "\"period\":{\"start\":\"2025\"}}",
		    "{\"resourceType\":\"Encounter\",\"status\":"
		    "\"entered-in-error\",\"period\":{\"start\":\"2025\"}}",
		    "{\"resourceType\":\"Encounter\",\"status\":\"finished\","
		    "\"period\":{\"start\":\"2025\",\"end\":\"2026\"}}" },
		{ "{\"resourceType\":\"Location\"}",
		    "Location has no state entered-in-error",
		    "Location cannot be resolved" },
	};

	for (size_t i = 0; i < ARRAY_LEN(entry); i++) {
		TAPE_AUTO t = TAPE_INIT;
		BUF_AUTO a = BUF_INIT;
		BUF_AUTO b = BUF_INIT;
		struct tape_error why;

		CHECK_INT(tape_parse(&t, entry[i].json,
		    strlen(entry[i].json), &why), 0);
		if (edit_error(&t, &a, &err) < 0)
			buf_adds(&a, err.msg);
		if (edit_resolve(&env, &t, STR("2026"), &b, &err) < 0)
			buf_adds(&b, err.msg);
		CHECK_STR(a.s, entry[i].error);
		CHECK_STR(b.s, entry[i].resolved);
	}
}

TEST(json_of_people_is_of_the_right_patient_and_type)
{
	int kind = edit_kind(STR("condition"));
	BUF_AUTO out = BUF_INIT;

	CHECK_INT(edit_new_json(&env, kind, STR("{\"resourceType\":"
	    "\"Condition\",\"id\":\"c\"}"), &out, &err), 0);
	CHECK_STR(out.s, "{\"resourceType\":\"Condition\",\"id\":\"c\","
	    "\"subject\":{\"reference\":\"Patient/pt\"}}\n");
	CHECK_INT(edit_new_json(&env, kind, STR("{\"resourceType\":"
	    "\"Condition\",\"subject\":{\"reference\":\"Patient/other\"}}"),
	    &out, &err), EHR_EREJECT);
	CHECK_STR(err.msg, "it names another patient");
	CHECK_INT(edit_new_json(&env, kind, STR("{\"resourceType\":\"Goal\"}"),
	    &out, &err), EHR_EREJECT);
	CHECK_INT(edit_new_json(&env, kind, STR("{\"a\":"), &out, &err),
	    EHR_EREJECT);
	CHECK_STR(err.msg, "byte 5: the text ends too early");
}

TEST(a_draft_comes_back)
{
	char dir[] = "/tmp/edit-test-XXXXXX";
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct stat st;
	int64_t version;

	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_STATE_HOME", dir, 1);
	CHECK_INT(edit_draft_save(NULL, STR("local:Condition/c"), 3,
	    STR("{\"a\":1}"), &path, &err), 0);
	CHECK_INT(stat(path.s, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(edit_draft_load(path.s, &name, &version, &text, &err), 0);
	CHECK_STR(name.s, "local:Condition/c");
	CHECK_INT(version, 3);
	CHECK_STR(text.s, "{\"a\":1}");
	CHECK_INT(edit_draft_load("README", &name, &version, &text, &err),
	    EHR_EIO);
	remove_all(dir);
}

TEST(digests_are_named_information)
{
	BUF_AUTO b = BUF_INIT;

	/* RFC 6920 8.1 */
	edit_note_digest(STR("Hello World!"), &b);
	CHECK_STR(b.s, "ni:///sha-256;"
	    "f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
}

TEST(lines_that_differ)
{
	BUF_AUTO b = BUF_INIT;

	CHECK(!edit_note_diff(STR("a\nb\n"), STR("a\nb\n"), &b));
	CHECK_STR(b.s, "  a\n  b\n");
	buf_reset(&b);
	CHECK(edit_note_diff(STR("a\nb\nc\n"), STR("a\nx\nc\nd\n"), &b));
	CHECK_STR(b.s, "  a\n- b\n+ x\n  c\n+ d\n");
	buf_reset(&b);
	CHECK(edit_note_diff(STR(""), STR("a"), &b));
	CHECK_STR(b.s, "+ a\n");
}

/* ---- over a record ---- */

static void open_new(struct access *a, char *path)
{
	struct access_opt opt = { .db = path, .tool = "edit-test" };

	CHECK_INT(access_open(a, &opt, STORE_CREATE, &err), 0);
}

static int put(struct access *a, const char *json, int64_t version)
{
	struct access_write w = { .action = AUDIT_UPDATE };
	EDIT_JOB_AUTO j = EDIT_JOB_INIT;
	int rc = edit_begin(&j, a, &w, NULL, &err);

	if (rc == 0)
		rc = edit_put(&j, str_of(json), 0, version, 0, &err);
	return rc < 0 ? rc : edit_commit(&j, &err);
}

#define DOC(state) \
	"{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"status\":" \
	"\"current\",\"docStatus\":\"" state "\",\"subject\":{\"reference\":" \
	"\"Patient/p\"},\"content\":[{\"attachment\":{\"contentType\":" \
	"\"text/plain\",\"data\":\"eA==\"}}]}"

TEST(nothing_is_lost_and_nothing_signed_is_changed)
{
	static const char one[] = "{\"resourceType\":\"Patient\",\"id\":\"p\"}";
	static const char two[] = "{\"resourceType\":\"Patient\",\"id\":\"p\","
	    "\"active\":true}";
	char dir[] = "/tmp/edit-test-XXXXXX", path[64];
	ACCESS_AUTO a = ACCESS_INIT;
	ACCESS_AUTO b = ACCESS_INIT;
	struct access_opt opt = { .db = path, .tool = "edit-test" };

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/p.ehr", dir);
	open_new(&a, path);
	CHECK_INT(access_open(&b, &opt, STORE_WRITE, &err), 0);
	CHECK_INT(put(&a, one, 0), 0);
	CHECK_INT(put(&b, one, 0), 0);		  /* unchanged */
	CHECK_INT(put(&b, two, 0), EHR_ECHANGED); /* there already */
	CHECK_INT(put(&a, two, 1), 0);
	CHECK_INT(put(&b, "{\"resourceType\":\"Patient\",\"id\":\"p\","
	    "\"gender\":\"male\"}", 1), EHR_ECHANGED);
	CHECK_INT(put(&b, one, 2), 0); /* back again is a version, too */
	CHECK_INT(put(&b, two, 3), 0);
	CHECK_INT(put(&a, DOC("preliminary"), 0), 0);
	CHECK_INT(put(&a, DOC("final"), 1), 0);
	CHECK_INT(put(&b, DOC("preliminary"), 2), EHR_EPERM);
	CHECK_INT(put(&b, DOC("final"), 2), 0); /* unchanged */
	remove_all(dir);
}
