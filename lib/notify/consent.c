/* consent.c - addresses that said STOP, and Consents as the chart has them. */
#include "ehr/json.h"
#include "notify/impl.h"
#include "notify/statements.h"

static struct stmt *about(struct store *db, enum notify_sql_id id,
    enum notify_channel channel, struct str address)
{
	struct stmt *s = notify_sql(db, id);

	stmt_text(s, 1, str_of(notify_channel_name(channel)));
	stmt_text(s, 2, address);
	return s;
}

/* 1: a row was changed. */
static int change(struct store *db, struct stmt *s, struct ehr_err *e)
{
	int rc = stmt_run(s, e);

	return rc < 0 ? rc : store_changes(db) != 0;
}

int notify_stop(struct store *db, int64_t batch, enum notify_channel channel,
    struct str address, int64_t now, struct ehr_err *e)
{
	struct stmt *s = about(db, SQL_STOP_ADD, channel, address);

	stmt_int(s, 3, now);
	stmt_int(s, 4, batch);
	return change(db, s, e);
}

int notify_start(struct store *db, enum notify_channel channel,
    struct str address, int64_t now, struct ehr_err *e)
{
	struct stmt *s = about(db, SQL_STOP_END, channel, address);

	stmt_int(s, 3, now);
	return change(db, s, e);
}

int notify_stopped(struct store *db, enum notify_channel channel,
    struct str address, struct ehr_err *e)
{
	struct stmt *s = about(db, SQL_STOP_IS, channel, address);
	int rc = stmt_step(s, e);

	stmt_reset(s);
	return rc;
}

static void concept(struct buf *b, const char *key, struct str system,
    struct str code)
{
	json_open(b, key, '{');
	json_open(b, "coding", '[');
	json_open(b, NULL, '{');
	json_text(b, "system", system);
	json_text(b, "code", code);
	json_close(b, '}');
	json_close(b, ']');
	json_close(b, '}');
}

void notify_consent_json(struct buf *b, struct str patient,
    enum notify_channel channel, bool permit, int64_t now)
{
	BUF_AUTO when = BUF_INIT;

	date_format_ms(&when, now);
	json_open(b, NULL, '{');
	json_text(b, "resourceType", STR("Consent"));
	json_text(b, "status", STR("active"));
	concept(b, "scope", STR("http://terminology.hl7.org/CodeSystem/"
	    "consentscope"), STR("patient-privacy"));
	json_open(b, "category", '[');
	concept(b, NULL, STR(NOTIFY_CONSENT),
	    str_of(notify_channel_name(channel)));
	json_close(b, ']');
	json_open(b, "patient", '{');
	json_text(b, "reference", patient);
	json_close(b, '}');
	json_text(b, "dateTime", buf_str(&when));
	/* R4 wants a policy (ppc-1) */
	concept(b, "policyRule", STR(NOTIFY_CONSENT), STR("contact"));
	json_open(b, "provision", '{');
	json_text(b, "type", permit ? STR("permit") : STR("deny"));
	json_close(b, '}');
	json_close(b, '}');
	json_done(b);
}
