/* fhir.c - events as FHIR R4 AuditEvent (IHE BALP 1.1.4 where it fits). */
#include "ehr/audit-export.h"
#include "ehr/json.h"

struct coding {
	const char *system, *code, *display;
};

#define DCM    "http://dicom.nema.org/resources/ontology/DCM"
#define THO    "http://terminology.hl7.org/CodeSystem/"
#define REST   { THO "audit-event-type", "rest", "Restful Operation" }
#define BY(c)  { "http://hl7.org/fhir/restful-interaction", c, c }
#define LIFE(c, d) { THO "iso-21089-lifecycle", c, d }
#define RECORD { DCM, "110110", "Patient Record" }
#define ALERT  { DCM, "110113", "Security Alert" }

/* What an action is: type, subtype, and C, R, U, D or E. */
static const struct shape {
	struct coding type, subtype;
	char action;
	const char *profile;	/* of BALP, or NULL */
} shapes[AUDIT_ACTION_COUNT] = {
	[AUDIT_READ] = { REST, BY("read"), 'R', "PatientRead" },
	[AUDIT_LIST] = { REST, BY("search"), 'E', "PatientQuery" },
	[AUDIT_EXPORT] = { { DCM, "110106", "Export" },
	    LIFE("extract", "Extract Record Lifecycle Event"), 'R', NULL },
	[AUDIT_IMPORT] = { { DCM, "110107", "Import" },
	    LIFE("receive", "Receive/Retain Record Lifecycle Event"), 'C',
	    NULL },
	[AUDIT_CREATE] = { REST, BY("create"), 'C', "PatientCreate" },
	[AUDIT_UPDATE] = { REST, BY("update"), 'U', "PatientUpdate" },
	[AUDIT_DELETE] = { REST, BY("delete"), 'D', "PatientDelete" },
	[AUDIT_MERGE] = { RECORD,
	    LIFE("merge", "Merge Record Lifecycle Event"), 'U', NULL },
	[AUDIT_UNMERGE] = { RECORD,
	    LIFE("unmerge", "Unmerge Record Lifecycle Event"), 'U', NULL },
	[AUDIT_UNDO] = { RECORD, LIFE("restore",
	    "Restore (previously) Archived Record Lifecycle Event"), 'U',
	    NULL },
	[AUDIT_SIGN] = { RECORD,
	    LIFE("attest", "Attest Record Lifecycle Event"), 'U', NULL },
	[AUDIT_LOGIN] = { { DCM, "110114", "User Authentication" },
	    { DCM, "110122", "Login" }, 'E', NULL },
	[AUDIT_CONFIG] = { ALERT, { DCM, "110129", "Security Configuration" },
	    'E', NULL },
	[AUDIT_AUDIT] = { { DCM, "110101", "Audit Log Used" },
	    { NULL, NULL, NULL }, 'R', NULL },
	[AUDIT_DISCLOSE] = { { DCM, "110106", "Export" },
	    LIFE("disclose", "Disclose Record Lifecycle Event"), 'R', NULL },
	[AUDIT_SUSPEND] = { RECORD,
	    LIFE("hold", "Add Legal Hold Record Lifecycle Event"), 'U', NULL },
	[AUDIT_REQUEST] = { RECORD, { NULL, NULL, NULL }, 'E', NULL },
	[AUDIT_CLOCK] = { ALERT, { DCM, "110130", "Hardware Configuration" },
	    'E', NULL },
};

static const struct coding source_role = { DCM, "110153", "Source Role ID" };
static const struct coding destination_role = { DCM, "110152",
	"Destination Role ID" };
static const struct coding recipient = { THO "v3-ParticipationType", "IRCP",
	"information recipient" };
static const struct coding author = { THO "v3-ParticipationType", "AUT",
	"author (originator)" };

static void put_text(struct buf *b, struct str v)
{
	BUF_AUTO clean = BUF_INIT;

	utf8_clean(&clean, v, false);
	json_quote(b, buf_str(&clean));
}

static void put_coding(struct buf *b, const char *name,
    const struct coding *c)
{
	buf_addf(b, "\"%s\":{\"system\":\"%s\",\"code\":\"%s\",\"display\":"
	    "\"%s\"}", name, c->system, c->code, c->display);
}

/* ---- agents ---- */

static void put_machine(struct buf *b, const struct coding *type,
    struct str who, struct str device)
{
	struct str host;

	buf_adds(b, "{\"type\":{\"coding\":[");
	buf_addf(b, "{\"system\":\"%s\",\"code\":\"%s\",\"display\":\"%s\"}]}",
	    type->system, type->code, type->display);
	buf_adds(b, ",\"who\":{\"display\":");
	put_text(b, who);
	buf_adds(b, "},\"requestor\":false");
	if (str_split(&device, ' ', &host)) {
		buf_adds(b, ",\"network\":{\"address\":");
		put_text(b, host);
		buf_adds(b, ",\"type\":\"1\"}");
	}
	buf_addch(b, '}');
}

static void put_roles(struct buf *b, struct str roles)
{
	struct str one;
	const char *sep = ",\"role\":[";

	if (roles.n == 0)
		return;
	for (; str_split(&roles, ',', &one); sep = ",") {
		buf_addf(b, "%s{\"text\":", sep);
		put_text(b, one);
		buf_addch(b, '}');
	}
	buf_addch(b, ']');
}

static void put_user(struct buf *b, const struct audit_row *row, bool reads)
{
	const struct coding *type = reads ? &recipient : &author;

	buf_addf(b, "{\"type\":{\"coding\":[{\"system\":\"%s\",\"code\":\"%s\","
	    "\"display\":\"%s\"}]}", type->system, type->code, type->display);
	put_roles(b, row->role);
	buf_adds(b, ",\"who\":{\"identifier\":{\"value\":");
	put_text(b, row->user);
	buf_adds(b, "}},\"name\":");
	put_text(b, row->user);
	buf_adds(b, ",\"requestor\":true");
	if (row->purpose.n) {
		buf_adds(b, ",\"purposeOfUse\":[{\"text\":");
		put_text(b, row->purpose);
		buf_adds(b, "}]");
	}
	buf_addch(b, '}');
}

/* By BALP the reader of one resource is the destination; who asks a query or
 * sends something is the source. */
static void put_agents(struct buf *b, const struct audit_row *row,
    const struct shape *s)
{
	bool reads = s->action == 'R';

	buf_adds(b, ",\"agent\":[");
	put_user(b, row, reads || s->action == 'E');
	buf_addch(b, ',');
	put_machine(b, reads ? &destination_role : &source_role, row->tool,
	    row->device);
	buf_addch(b, ',');
	put_machine(b, reads ? &source_role : &destination_role,
	    STR("ehr record"), row->device);
	buf_addch(b, ']');
}

/* ---- entities ---- */

static void put_patient(struct buf *b, struct str name)
{
	struct str id = name, source;
	bool of_source = memchr(name.s, ':', name.n) != NULL;
	BUF_AUTO reference = BUF_INIT;

	if (of_source)
		str_split(&id, ':', &source);
	buf_addf(&reference, "Patient/%.*s", STR_FMT(id));
	buf_adds(b, "{\"what\":{\"reference\":");
	put_text(b, buf_str(&reference));
	buf_adds(b, ",\"type\":\"Patient\"");
	if (of_source) {
		buf_adds(b, ",\"display\":");
		put_text(b, name);
	}
	buf_adds(b, "},\"type\":{\"system\":\"" THO "audit-entity-type\","
	    "\"code\":\"1\",\"display\":\"Person\"},\"role\":{\"system\":\""
	    THO "object-role\",\"code\":\"1\",\"display\":\"Patient\"}},");
}

static int put_patients(struct buf *b, const struct audit_row *row,
    audit_name_fn *name, void *arg, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < row->n_range; i++) {
		const struct audit_range *r = &row->range[i];

		/* the last one may be INT64_MAX */
		for (int64_t n = 0; n <= r->last - r->first; n++) {
			buf_reset(&text);
			rc = name(arg, r->first + n, &text, e);
			if (rc < 0)
				return rc;
			if (text.len)
				put_patient(b, buf_str(&text));
		}
	}
	return 0;
}

static void put_detail(struct buf *b, const char *name, int64_t v)
{
	if (v)
		buf_addf(b, ",{\"type\":\"%s\",\"valueString\":\"%lld\"}",
		    name, (long long)v);
}

/* What it was about besides patients. Of a query BALP has the request in
 * base64; ours are never logged, so that it is the kind of search. */
static void put_data(struct buf *b, const struct audit_row *row)
{
	struct str scope = row->scope.n ? row->scope : STR("record");
	bool query = str_is(row->action, "list");

	buf_addch(b, '{');
	if (!query) {
		buf_adds(b, "\"what\":{\"display\":");
		put_text(b, scope);
		buf_adds(b, "},");
	}
	put_coding(b, "type", &(struct coding){ THO "audit-entity-type", "2",
	    "System Object" });
	buf_addch(b, ',');
	put_coding(b, "role", query ?
	    &(struct coding){ THO "object-role", "24", "Query" } :
	    &(struct coding){ THO "object-role", "4", "Domain Resource" });
	if (query) {
		buf_adds(b, ",\"query\":\"");
		base64_encode(b, scope.s, scope.n);
		buf_adds(b, "\"}");
		return;
	}
	buf_addf(b, ",\"detail\":[{\"type\":\"event\",\"valueString\":"
	    "\"%lld\"}", (long long)row->seq);
	put_detail(b, "batch", row->batch);
	put_detail(b, "begin", row->pair);
	buf_adds(b, "]}");
}

/* ---- the event ---- */

static const char *outcome_code(struct str outcome)
{
	return str_is(outcome, "refused") ? "8" :
	    str_is(outcome, "failed") ? "4" : "0";
}

static bool conforms(const struct audit_row *row, const struct shape *s)
{
	return s->profile && row->patients == 1 && row->device.n &&
	    str_is(row->outcome, "ok");
}

int audit_put_fhir(struct buf *b, const struct audit_row *row,
    audit_name_fn *name, void *arg, struct ehr_err *e)
{
	enum audit_action action = audit_action_find(row->action);
	const struct shape *s;
	int rc;

	if (action == AUDIT_ACTION_COUNT)
		return ehr_fail(e, EHR_EINTEGRITY, "audit log: event %lld has "
		    "no known action", (long long)row->seq);
	s = &shapes[action];
	buf_addf(b, "{\"resourceType\":\"AuditEvent\",\"id\":\"ehr-%lld\",",
	    (long long)row->seq);
	if (conforms(row, s))
		buf_addf(b, "\"meta\":{\"profile\":[\"https://profiles.ihe.net"
		    "/ITI/BALP/StructureDefinition/IHE.BasicAudit.%s\"]},",
		    s->profile);
	put_coding(b, "type", &s->type);
	if (s->subtype.code)
		buf_addf(b, ",\"subtype\":[{\"system\":\"%s\",\"code\":\"%s\","
		    "\"display\":\"%s\"}]", s->subtype.system, s->subtype.code,
		    s->subtype.display);
	buf_addf(b, ",\"action\":\"%c\",\"recorded\":\"", s->action);
	date_format_ms(b, row->time);
	buf_addf(b, "\",\"outcome\":\"%s\",\"outcomeDesc\":",
	    outcome_code(row->outcome));
	put_text(b, row->outcome);
	put_agents(b, row, s);
	buf_adds(b, ",\"source\":{\"observer\":{\"display\":\"ehr record\"},"
	    "\"type\":[{\"system\":\"" THO "security-source-type\",\"code\":"
	    "\"4\",\"display\":\"Application Server\"}]},\"entity\":[");
	rc = put_patients(b, row, name, arg, e);
	put_data(b, row);
	buf_adds(b, "]}\n");
	return rc;
}
