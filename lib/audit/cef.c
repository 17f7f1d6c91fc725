/*
 * cef.c - events as lines of the Common Event Format:
 *
 *	CEF:0|ehr|ehr-audit|VERSION|ACTION|NAME|SEVERITY|key=value ...
 *
 * In the header \ and | are escaped, in values \, = and line breaks.
 */
#include "ehr/audit-export.h"

/* Of 0 to 10, and what a person reads. */
static const struct {
	int severity;
	const char *name;
} kinds[AUDIT_ACTION_COUNT + 1] = {
	[AUDIT_READ] = { 1, "Chart read" },
	[AUDIT_LIST] = { 1, "Patients listed" },
	[AUDIT_EXPORT] = { 4, "Charts exported" },
	[AUDIT_IMPORT] = { 2, "Charts imported" },
	[AUDIT_CREATE] = { 1, "Entry added" },
	[AUDIT_UPDATE] = { 1, "Entry changed" },
	[AUDIT_DELETE] = { 3, "Entry deleted" },
	[AUDIT_MERGE] = { 3, "Charts merged" },
	[AUDIT_UNMERGE] = { 3, "Charts parted" },
	[AUDIT_UNDO] = { 4, "Batch undone" },
	[AUDIT_SIGN] = { 1, "Note signed" },
	[AUDIT_LOGIN] = { 2, "Record opened" },
	[AUDIT_CONFIG] = { 5, "Settings, staff or keys changed" },
	[AUDIT_AUDIT] = { 2, "Audit log read" },
	[AUDIT_DISCLOSE] = { 3, "Chart disclosed" },
	[AUDIT_SUSPEND] = { 3, "Accounting suspended" },
	[AUDIT_REQUEST] = { 2, "Request for data" },
	[AUDIT_CLOCK] = { 6, "Clock put back" },
	[AUDIT_ACTION_COUNT] = { 5, "Unknown" },
};

enum { REFUSED = 7, FAILED = 5 };

static int severity(const struct audit_row *row, enum audit_action action)
{
	int of = kinds[action].severity;

	if (str_is(row->outcome, "refused"))
		return REFUSED;
	return str_is(row->outcome, "failed") && of < FAILED ? FAILED : of;
}

static void put_escaped(struct buf *b, struct str v, const char *special)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.s[i];

		if (c == '\n' || c == '\r') {
			buf_adds(b, c == '\n' ? "\\n" : "\\r");
			continue;
		}
		if (c && strchr(special, c))
			buf_addch(b, '\\');
		buf_addch(b, c);
	}
}

static void put(struct buf *b, const char *key, struct str v)
{
	if (v.n == 0)
		return;
	buf_addf(b, " %s=", key);
	put_escaped(b, v, "\\=");
}

void audit_put_cef(struct buf *b, const struct audit_row *row)
{
	enum audit_action action = audit_action_find(row->action);
	struct str device = row->device, host = STR_NONE;

	str_split(&device, ' ', &host);
	buf_adds(b, "CEF:0|ehr|ehr-audit|" EHR_VERSION "|");
	put_escaped(b, row->action, "\\|");
	buf_addf(b, "|%s|%d|rt=%lld externalId=%lld", kinds[action].name,
	    severity(row, action), (long long)row->time, (long long)row->seq);
	put(b, "act", row->action);
	put(b, "outcome", row->outcome);
	put(b, "suser", row->user);
	put(b, "spriv", row->role);
	put(b, "shost", host);
	put(b, "sproc", row->tool);
	put(b, "reason", row->purpose);
	if (row->scope.n) {
		buf_adds(b, " cs1Label=scope");
		put(b, "cs1", row->scope);
	}
	if (device.n) {
		buf_adds(b, " cs2Label=terminal");
		put(b, "cs2", device);
	}
	buf_addf(b, " cn1Label=patients cn1=%lld", (long long)row->patients);
	if (row->batch)
		buf_addf(b, " cn2Label=batch cn2=%lld", (long long)row->batch);
	if (row->pair)
		buf_addf(b, " cn3Label=begin cn3=%lld", (long long)row->pair);
	buf_addch(b, '\n');
}
