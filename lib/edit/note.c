/* note.c - notes and their signatures, as JSON. */
#include "edit/impl.h"
#include "ehr/edit-note.h"

#define US_CORE "http://hl7.org/fhir/us/core/StructureDefinition/"
#define PARTICIPANT \
	"http://terminology.hl7.org/CodeSystem/provenance-participant-type"

const char *edit_note_state_name(enum edit_note_state s)
{
	static const char *const name[] = { "draft", "final", "amended",
		"in error" };

	return name[s];
}

enum edit_note_state edit_note_state(const struct tape *t, uint32_t root)
{
	BUF_AUTO text = BUF_INIT;
	struct str s = tape_member(t, root, "status", &text);

	if (str_is(s, "entered-in-error"))
		return NOTE_ERROR;
	s = tape_member(t, root, "docStatus", &text);
	return str_is(s, "final") ? NOTE_FINAL :
	    str_is(s, "amended")  ? NOTE_AMENDED :
				    NOTE_DRAFT;
}

bool edit_note_signed(const struct tape *t, uint32_t root)
{
	BUF_AUTO text = BUF_INIT;
	struct str s;

	if (fhir_resource_type(t, root) != FHIR_DocumentReference)
		return false;
	s = tape_member(t, root, "docStatus", &text);
	return str_is(s, "final") || str_is(s, "amended");
}

void edit_note_digest(struct str text, struct buf *b)
{
	uint8_t digest[SHA256_LEN];
	size_t from;

	sha256(text.s, text.n, digest);
	buf_adds(b, RECORD_DIGEST);
	from = b->len;
	base64_encode(b, digest, sizeof(digest));
	for (size_t i = from; i < b->len; i++)
		if (b->s[i] == '+')
			b->s[i] = '-';
		else if (b->s[i] == '/')
			b->s[i] = '_';
	while (b->len && b->s[b->len - 1] == '=')
		b->s[--b->len] = '\0';
}

/* ---- parts ---- */

static void add_text(struct buf *b, const char *before, struct str s)
{
	buf_adds(b, before);
	json_quote(b, s);
}

/* [{"attachment":{...}}] */
static void content_json(struct str text, struct str title,
    const char *created, struct buf *b)
{
	buf_adds(b, "[{\"attachment\":{\"contentType\":"
	    "\"text/plain; charset=utf-8\",\"data\":\"");
	base64_encode(b, text.s, text.n);
	buf_addch(b, '"');
	if (title.n)
		add_text(b, ",\"title\":", title);
	add_text(b, ",\"creation\":", str_of(created));
	buf_adds(b, "}}]");
}

static void coding_member(struct buf *b, const char *before,
    const struct coded *c)
{
	buf_adds(b, before);
	buf_adds(b, "{\"coding\":[");
	edit_coding_json(b, c);
	buf_adds(b, "]}");
}

static int check_text(struct str text, struct ehr_err *e)
{
	if (str_trim(text).n == 0)
		return ehr_fail(e, EHR_ENO, "no text: nothing was written");
	if (text.n > MAX_NOTE)
		return ehr_fail(e, EHR_EREJECT, "over %d bytes", MAX_NOTE);
	if (utf8_valid(text.s, text.n) != text.n)
		return ehr_fail(e, EHR_EREJECT, "byte %zu: not UTF-8",
		    utf8_valid(text.s, text.n));
	return 0;
}

/* A signature of version of the note id; an addendum's reason may be empty. */
static void signature_json(const struct edit_env *env, struct str id,
    int64_t version, bool author, struct str text, struct str reason,
    struct buf *b)
{
	struct coded role = { STR(PARTICIPANT),
		author ? STR("author") : STR("verifier"),
		author ? STR("Author") : STR("Verifier") };
	uint8_t u[UUID_LEN];
	char own[37];

	uuid4(u);
	uuid_format(u, own);
	buf_addf(b, "{\"resourceType\":\"Provenance\",\"id\":\"%s\",\"meta\":"
	    "{\"profile\":[\"" US_CORE "us-core-provenance\"]},\"target\":[{"
	    "\"reference\":\"DocumentReference/%.*s/_history/%lld\"},{"
	    "\"reference\":\"Patient/%.*s\"}],\"recorded\":\"", own,
	    STR_FMT(id), (long long)version, STR_FMT(env->patient));
	date_format_ms(b, env->now);
	buf_addch(b, '"');
	if (reason.n) {
		add_text(b, ",\"reason\":[{\"text\":", reason);
		buf_adds(b, "}]");
	}
	coding_member(b, ",\"agent\":[{\"type\":", &role);
	add_text(b, ",\"who\":{\"display\":", env->user);
	buf_adds(b, "}}],\"entity\":[{\"role\":\"source\",\"what\":{"
	    "\"identifier\":{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"");
	edit_note_digest(text, b);
	buf_adds(b, "\"}}}]}\n");
}

/* The note as it is put, from its parts. */
static void document_json(const struct edit_env *env, const char *id,
    const char *state, const struct coded *type, struct str appends,
    struct str encounter, struct str title, struct str text, struct buf *b)
{
	struct coded category = { 0 };
	BUF_AUTO now = BUF_INIT;

	edit_list_find(LIST_NOTE_CATEGORY, STR("clinical-note"), &category, NULL);
	date_format_ms(&now, env->now);
	buf_addf(b, "{\"resourceType\":\"DocumentReference\",\"id\":\"%s\","
	    "\"meta\":{\"profile\":[\"" US_CORE "us-core-documentreference\"]"
	    "},\"status\":\"current\",\"docStatus\":\"%s\"", id, state);
	coding_member(b, ",\"type\":", type);
	coding_member(b, ",\"category\":[", &category);
	buf_addf(b, "],\"subject\":{\"reference\":\"Patient/%.*s\"},"
	    "\"date\":\"%s\"", STR_FMT(env->patient), now.s);
	add_text(b, ",\"author\":[{\"display\":", env->user);
	buf_adds(b, "}]");
	if (appends.n) {
		add_text(b, ",\"authenticator\":{\"display\":", env->user);
		buf_addf(b, "},\"relatesTo\":[{\"code\":\"appends\","
		    "\"target\":{\"reference\":\"DocumentReference/%.*s\"}}]",
		    STR_FMT(appends));
	}
	buf_adds(b, ",\"content\":");
	content_json(text, title, now.s, b);
	if (encounter.n)
		buf_addf(b, ",\"context\":{\"encounter\":[{\"reference\":"
		    "\"%.*s\"}]}", STR_FMT(encounter));
	buf_adds(b, "}\n");
}

/* ---- new, rewritten ---- */

/* The encounter as Encounter/ID, looked up in the patient's chart. */
static int find_encounter(const struct edit_env *env, struct str name,
    struct buf *ref, struct ehr_err *e)
{
	struct field f = { .value = EDIT_REF, .list = FHIR_Encounter };
	BUF_AUTO json = BUF_INIT;
	TAPE_AUTO t = TAPE_INIT;
	BUF_AUTO text = BUF_INIT;
	struct tape_error why;
	const char *type;
	int rc = name.n ? edit_value_json(env, &f, name, &json, &type, e) : 0;

	if (rc < 0)
		return ehr_fail_prefix(e, "encounter: ");
	if (name.n && tape_parse(&t, json.s, json.len, &why) == 0)
		buf_addstr(ref, tape_member(&t, 0, "reference", &text));
	return 0;
}

int edit_note_new(const struct edit_env *env, const struct edit_note_new *opt,
    struct str text, struct buf *out, struct ehr_err *e)
{
	BUF_AUTO encounter = BUF_INIT;
	uint8_t u[UUID_LEN];
	struct coded type;
	char id[37];
	int rc = check_text(text, e);

	if (rc == 0) {
		rc = edit_list_find(LIST_NOTE_TYPE, opt->type.n ? opt->type :
		    STR("progress"), &type, e);
		if (rc < 0)
			ehr_fail_prefix(e, "type: ");
	}
	if (rc == 0)
		rc = find_encounter(env, opt->encounter, &encounter, e);
	if (rc < 0)
		return rc;
	uuid4(u);
	uuid_format(u, id);
	document_json(env, id, "preliminary", &type, STR_NONE,
	    buf_str(&encounter), opt->title, text, out);
	return 0;
}

/* Another text into the first text attachment. */
static int set_text(struct doc *d, const struct edit_env *env,
    struct str text, struct ehr_err *e)
{
	BUF_AUTO data = BUF_INIT;
	BUF_AUTO now = BUF_INIT;
	int rc;

	base64_encode(&data, text.s, text.n);
	date_format_ms(&now, env->now);
	rc = edit_doc_set_text(d, "content.0.attachment.data", buf_str(&data), e);
	if (rc == 0)
		rc = edit_doc_set_text(d, "content.0.attachment.creation",
		    buf_str(&now), e);
	if (rc == 0)
		rc = edit_doc_set_text(d, "date", buf_str(&now), e);
	return rc;
}

/* A note of ours: DocumentReference with a text as its first content. */
static int load(const struct edit_entry *x, struct doc *d, struct buf *text,
    struct ehr_err *e)
{
	if (fhir_resource_type(&x->t, 0) != FHIR_DocumentReference ||
	    !edit_note_text(&x->t, 0, text))
		return ehr_fail(e, EHR_EUSAGE, "%s: not a note with a text",
		    x->name.s);
	if (edit_note_state(&x->t, 0) == NOTE_ERROR)
		return ehr_fail(e, EHR_ENO, "the note was entered in error");
	return edit_doc_load(d, tape_str(&x->t, 0), e);
}

static void put(struct doc *d, struct buf *out)
{
	buf_addstr(out, tape_str(&d->t, 0));
	buf_addch(out, '\n');
}

int edit_note_rewrite(const struct edit_entry *x, struct str text,
    struct buf *out, struct ehr_err *e)
{
	BUF_AUTO was = BUF_INIT;
	DOC_AUTO d = DOC_INIT;
	int rc = load(x, &d, &was, e);

	if (rc == 0 && edit_note_signed(&x->t, 0))
		return ehr_fail(e, EHR_EPERM, "a signed note: it can be "
		    "amended, or get an addendum");
	if (rc == 0)
		rc = check_text(text, e);
	if (rc == 0 && str_eq(text, buf_str(&was)))
		return ehr_fail(e, EHR_ENO, "the text is the same: nothing "
		    "was written");
	if (rc == 0)
		rc = set_text(&d, &x->who.env, text, e);
	if (rc == 0)
		put(&d, out);
	return rc;
}

/* ---- signed ---- */

struct str edit_note_id(const struct edit_entry *x)
{
	struct str name = buf_str(&x->name), type;

	str_split(&name, '/', &type);
	return name;
}

static int authenticate(struct doc *d, const struct edit_env *env,
    const char *state, struct ehr_err *e)
{
	int rc = edit_doc_set_text(d, "docStatus", str_of(state), e);

	return rc < 0 ? rc :
	    edit_doc_set_text(d, "authenticator.display", env->user, e);
}

int edit_note_sign(const struct edit_entry *x, int64_t next, struct buf *out,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	DOC_AUTO d = DOC_INIT;
	int rc = load(x, &d, &text, e);

	if (rc == 0 && edit_note_signed(&x->t, 0))
		return ehr_fail(e, EHR_ENO, "the note is signed already; "
		    "others cosign");
	if (rc == 0)
		rc = authenticate(&d, &x->who.env, "final", e);
	if (rc < 0)
		return rc;
	put(&d, out);
	signature_json(&x->who.env, edit_note_id(x), next, true, buf_str(&text),
	    STR_NONE, out);
	return 0;
}

static int must_be_signed(const struct edit_entry *x, struct ehr_err *e)
{
	if (edit_note_signed(&x->t, 0))
		return 0;
	return ehr_fail(e, EHR_ENO, "the note is not signed: it can be "
	    "edited");
}

int edit_note_amend(const struct edit_entry *x, int64_t next, struct str text,
    struct str reason, struct buf *out, struct ehr_err *e)
{
	BUF_AUTO was = BUF_INIT;
	BUF_AUTO link = BUF_INIT;
	BUF_AUTO path = BUF_INIT;
	DOC_AUTO d = DOC_INIT;
	struct str id = edit_note_id(x);
	uint32_t links = tape_get(&x->t, 0, "relatesTo");
	size_t n = 0;
	int rc = load(x, &d, &was, e);

	if (rc == 0)
		rc = must_be_signed(x, e);
	if (rc == 0)
		rc = check_text(text, e);
	if (rc == 0 && str_eq(text, buf_str(&was)))
		rc = ehr_fail(e, EHR_ENO, "the text is the same: nothing was "
		    "written");
	if (rc < 0)
		return rc;
	if (links)
		tape_each(&x->t, links, i)
			n++;
	buf_addf(&path, "relatesTo.%zu", n);
	buf_addf(&link, "{\"code\":\"replaces\",\"target\":{\"reference\":"
	    "\"DocumentReference/%.*s/_history/%lld\"}}", STR_FMT(id),
	    (long long)x->version);
	rc = set_text(&d, &x->who.env, text, e);
	if (rc == 0)
		rc = edit_doc_set(&d, path.s, buf_str(&link), e);
	if (rc == 0)
		rc = authenticate(&d, &x->who.env, "amended", e);
	if (rc < 0)
		return rc;
	put(&d, out);
	signature_json(&x->who.env, id, next, true, text, reason, out);
	return 0;
}

int edit_note_addendum(const struct edit_entry *x, struct str text,
    struct str reason, struct buf *out, struct ehr_err *e)
{
	const struct edit_env *env = &x->who.env;
	uint32_t node = tape_get(&x->t, 0, "type"), coding;
	uint32_t encounter = tape_path(&x->t, 0, "context.encounter");
	BUF_AUTO was = BUF_INIT;
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO c = BUF_INIT;
	BUF_AUTO ref = BUF_INIT;
	DOC_AUTO d = DOC_INIT;
	struct coded type;
	uint8_t u[UUID_LEN];
	char id[37];
	int rc = load(x, &d, &was, e);

	if (rc == 0)
		rc = must_be_signed(x, e);
	if (rc == 0)
		rc = check_text(text, e);
	if (rc == 0)
		rc = edit_list_find(LIST_NOTE_TYPE, STR("progress"), &type, e);
	if (rc < 0)
		return rc;
	coding = node ? fhir_coding(&x->t, node, NULL) : 0;
	if (coding && tape_get(&x->t, coding, "system") &&
	    tape_get(&x->t, coding, "code"))
		type = (struct coded){ tape_member(&x->t, coding, "system", &a),
			tape_member(&x->t, coding, "code", &b),
			tape_member(&x->t, coding, "display", &c) };
	if (encounter && tape_first(&x->t, encounter))
		buf_addstr(&ref, tape_member(&x->t,
		    tape_first(&x->t, encounter), "reference", &was));
	uuid4(u);
	uuid_format(u, id);
	document_json(env, id, "final", &type, edit_note_id(x), buf_str(&ref),
	    STR("Addendum"), text, out);
	signature_json(env, str_of(id), 1, true, text, reason, out);
	return 0;
}

int edit_note_cosign(const struct edit_entry *x, struct buf *out,
    struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO signer = BUF_INIT;
	DOC_AUTO d = DOC_INIT;
	int rc = load(x, &d, &text, e);
	uint32_t who = tape_get(&x->t, 0, "authenticator");

	if (rc == 0)
		rc = must_be_signed(x, e);
	if (rc == 0 && who && str_eq(tape_member(&x->t, who, "display",
	    &signer), x->who.env.user))
		rc = ehr_fail(e, EHR_EPERM, "a note is cosigned by somebody "
		    "else than who signed it");
	if (rc == 0)
		signature_json(&x->who.env, edit_note_id(x), x->version, false,
		    buf_str(&text), STR_NONE, out);
	return rc;
}
