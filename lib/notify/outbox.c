/* outbox.c - messages and their states. */
#include "ehr/notify.h"
#include "notify/impl.h"
#include "notify/statements.h"

const struct sql notify_sql_table[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "statements.def"
#undef X
};

static const char *const channels[] = {
#define X(id, name) name,
#include "ehr/notify-channel.def"
#undef X
};
static const char *const states[] = {
#define X(id, name) name,
#include "ehr/notify-state.def"
#undef X
};

/* The place of a word in a list; n: it is none of it. */
static int word(struct str name, const char *const *list, int n)
{
	int i = 0;

	while (i < n && !str_is(name, list[i]))
		i++;
	return i;
}

const char *notify_channel_name(enum notify_channel c)
{
	return channels[c];
}

enum notify_channel notify_channel(struct str name)
{
	return word(name, channels, NOTIFY_CHANNELS);
}

const char *outbox_state_name(enum outbox_state s)
{
	return states[s];
}

enum outbox_state outbox_state(struct str name)
{
	return word(name, states, OUTBOX_STATES);
}

void notify_result_release(struct notify_result *r)
{
	buf_release(&r->id);
	buf_release(&r->detail);
	*r = NOTIFY_RESULT_INIT;
}

void notify_result_set(struct notify_result *r, enum notify_fate fate,
    const char *detail)
{
	buf_reset(&r->id);
	buf_reset(&r->detail);
	r->fate = fate;
	r->again = 0;
	buf_adds(&r->detail, detail);
}

/* ---- rows ---- */

static void row_of(struct stmt *s, struct outbox_row *r)
{
	*r = (struct outbox_row){
		.id = stmt_col_int(s, 0), .rule = stmt_col(s, 1),
		.subject = stmt_col(s, 2), .occurrence = stmt_col(s, 3),
		.channel = notify_channel(stmt_col(s, 4)),
		.key = stmt_col(s, 5), .patient = stmt_col_int(s, 6),
		.lead = stmt_col_int(s, 7), .transport = stmt_col(s, 8),
		.address = stmt_col(s, 9), .person = stmt_col(s, 10),
		.language = stmt_col(s, 11), .title = stmt_col(s, 12),
		.body = stmt_col(s, 13), .segments = stmt_col_int(s, 14),
		.due = stmt_col_int(s, 15), .until = stmt_col_int(s, 16),
		.state = outbox_state(stmt_col(s, 17)),
		.attempts = stmt_col_int(s, 18),
		.again = stmt_col_int(s, 19), .begun = stmt_col_int(s, 20),
		.ended = stmt_col_int(s, 21), .remote = stmt_col(s, 22),
		.detail = stmt_col(s, 23), .filed = stmt_col_int(s, 24),
		.batch = stmt_col_int(s, 25),
	};
}

/* Calls fn for all rows; s is ended. */
static int rows(struct stmt *s, outbox_fn *fn, void *arg, struct ehr_err *e)
{
	struct outbox_row r;
	int rc;

	while ((rc = stmt_step(s, e)) > 0) {
		row_of(s, &r);
		rc = fn(arg, &r, e);
		if (rc != 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

static struct stmt *filtered(struct store *db, const struct outbox_filter *f)
{
	struct stmt *s;
	enum notify_sql_id by = f->id ? SQL_OUTBOX_BY_ID :
	    f->patient ? SQL_OUTBOX_BY_PATIENT :
	    f->subject.n ? SQL_OUTBOX_BY_SUBJECT :
	    f->remote.n ? SQL_OUTBOX_BY_REMOTE :
	    f->address.n ? SQL_OUTBOX_BY_ADDRESS : SQL_OUTBOX_ALL;

	s = notify_scan(db, by);
	if (by == SQL_OUTBOX_BY_SUBJECT)
		stmt_text(s, 1, f->subject);
	else if (by == SQL_OUTBOX_BY_REMOTE)
		stmt_text(s, 1, f->remote);
	else if (by == SQL_OUTBOX_BY_ADDRESS)
		stmt_text(s, 1, f->address);
	else
		stmt_int(s, 1, f->id ? f->id : f->patient);
	return s;
}

int outbox_each(struct store *db, const struct outbox_filter *f,
    outbox_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = filtered(db, f);

	stmt_text(s, 2, f->state == OUTBOX_STATES ? STR("") :
	    str_of(states[f->state]));
	stmt_int(s, 3, f->since);
	stmt_int(s, 4, f->until);
	return rows(s, fn, arg, e);
}

int outbox_queued(struct store *db, int64_t now, int64_t after,
    outbox_fn *fn, void *arg, struct ehr_err *e)
{
	struct stmt *s = notify_scan(db, SQL_OUTBOX_QUEUED);

	stmt_int(s, 1, now);
	stmt_int(s, 2, after);
	return rows(s, fn, arg, e);
}

int outbox_left(struct store *db, outbox_fn *fn, void *arg,
    struct ehr_err *e)
{
	return rows(notify_scan(db, SQL_OUTBOX_LEFT), fn, arg, e);
}

/* ---- changes ---- */

int outbox_add(struct store *db, int64_t batch, const struct outbox_row *r,
    int64_t *id, struct ehr_err *e)
{
	struct stmt *s = notify_sql(db, SQL_OUTBOX_ADD);
	uint8_t uuid[UUID_LEN];
	char key[37];
	int rc;

	uuid4(uuid);
	uuid_format(uuid, key);
	stmt_text(s, 1, r->rule);
	stmt_text(s, 2, r->subject);
	stmt_text(s, 3, r->occurrence);
	stmt_text(s, 4, str_of(channels[r->channel]));
	stmt_text(s, 5, str_of(key));
	stmt_int(s, 6, r->patient);
	if (r->lead)
		stmt_int(s, 7, r->lead);
	stmt_text(s, 8, r->transport);
	stmt_text(s, 9, r->address);
	stmt_text(s, 10, r->person);
	stmt_text(s, 11, r->language);
	stmt_text(s, 12, r->title);
	stmt_text(s, 13, r->body);
	stmt_int(s, 14, r->segments);
	stmt_int(s, 15, r->due);
	stmt_int(s, 16, r->until);
	stmt_int(s, 17, r->due);
	stmt_int(s, 18, batch);
	rc = stmt_run(s, e);
	if (rc < 0 || store_changes(db) == 0)
		return rc;
	*id = store_last_rowid(db);
	return 1;
}

/* Runs s, which changes message id and those that it speaks for. */
static int change(struct store *db, struct stmt *s, int64_t id,
    struct ehr_err *e)
{
	int rc;

	stmt_int(s, 1, id);
	rc = stmt_run(s, e);
	return rc == 0 && store_changes(db) == 0 ? ehr_fail(e, EHR_ECHANGED,
	    "message %lld: no longer in that state", (long long)id) : rc;
}

int outbox_begin(struct store *db, int64_t id, int64_t now, struct ehr_err *e)
{
	struct stmt *s = notify_sql(db, SQL_OUTBOX_BEGIN);

	stmt_int(s, 2, now);
	return change(db, s, id, e);
}

int outbox_end(struct store *db, int64_t id, const struct notify_result *r,
    int64_t now, struct ehr_err *e)
{
	static const enum outbox_state to[] = {
		[NOTIFY_ACCEPTED] = OUTBOX_SENT,
		[NOTIFY_TEMPORARY] = OUTBOX_QUEUED,
		[NOTIFY_PERMANENT] = OUTBOX_FAILED,
		[NOTIFY_UNKNOWN] = OUTBOX_UNKNOWN,
	};
	struct stmt *s = notify_sql(db, SQL_OUTBOX_END);

	stmt_text(s, 2, str_of(states[to[r->fate]]));
	stmt_int(s, 3, now);
	stmt_text(s, 4, r->detail.len ? buf_str(&r->detail) : STR_NONE);
	stmt_text(s, 5, r->id.len ? buf_str(&r->id) : STR_NONE);
	stmt_int(s, 6, r->again);
	return change(db, s, id, e);
}

int outbox_put(struct store *db, int64_t id, enum outbox_state state,
    const char *detail, int64_t now, struct ehr_err *e)
{
	struct stmt *s = notify_sql(db, SQL_OUTBOX_PUT);

	stmt_text(s, 2, str_of(states[state]));
	stmt_int(s, 3, now);
	stmt_text(s, 4, str_of(detail));
	return change(db, s, id, e);
}
