/* log.c - ehr-audit log, who, show: events. */
#include <stdlib.h>

#include "audit-tool.h"

static struct {
	const char *patient, *user, *action;
	int flag;
} want;

const struct cli_opt audit_log_opts[] = {
	{ "patient", 'p', CLI_TEXT, 0, "PATIENT", "only events about them",
	    &want.patient, 0, 0 },
	{ "user", 'u', CLI_TEXT, 0, "NAME", "only by this user", &want.user, 0,
	    0 },
	{ "action", 'a', CLI_TEXT, 0, "WORD", "only this action (read, list, "
	    "export, update, ...)", &want.action, 0, 0 },
	{ "flag", 0, CLI_CHOICE, 0, "sensitive|break-glass",
	    "only what took a reason to see, or was an emergency", &want.flag,
	    1, 0 },
	{ 0 },
};

static const struct print_col cols[] = {
	{ "event", PRINT_RIGHT }, { "time", PRINT_WHOLE }, { "user", 0 }, { "tool", 0 },
	{ "action", 0 }, { "outcome", 0 }, { "patients", 0 }, { "scope", 0 },
	{ "purpose", PRINT_WIDE }, { "batch", PRINT_RIGHT }, { "role", 0 },
	{ "device", 0 },
};

struct listing {
	struct record *r;
	struct printer *p;
	struct ehr_err *e;
};

static void put(struct printer *p, struct str s)
{
	if (s.n)
		print_text(p, s);
	else
		print_absent(p, NULL);
}

static void put_number(struct printer *p, int64_t n)
{
	if (n)
		print_int(p, n);
	else
		print_absent(p, NULL);
}

/* The one patient's id, else how many. */
static int put_patients(struct listing *l, const struct audit_row *row)
{
	BUF_AUTO b = BUF_INIT;
	int rc = 0;

	if (row->n_range == 1 && row->patients == 1)
		rc = record_patient_name(l->r, row->range[0].first, &b, l->e);
	if (rc < 0)
		return rc;
	if (b.len == 0 && row->patients)
		buf_addf(&b, "(%lld)", (long long)row->patients);
	else if (b.len == 0 && str_is(row->outcome, "begin"))
		buf_adds(&b, "(all)");
	put(l->p, buf_str(&b));
	return 0;
}

static int put_row(void *arg, const struct audit_row *row)
{
	struct listing *l = arg;
	int rc;

	print_int(l->p, row->seq);
	print_time(l->p, row->time);
	put(l->p, row->user);
	put(l->p, row->tool);
	put(l->p, row->action);
	put(l->p, row->outcome);
	rc = put_patients(l, row);
	if (rc < 0)
		return rc;
	put(l->p, row->scope);
	put(l->p, row->purpose);
	put_number(l->p, row->batch);
	put(l->p, row->role);
	put(l->p, row->device);
	return print_row(l->p, l->e);
}

static int list_all(struct cli *c, struct access *a,
    const struct audit_filter *f, struct ehr_err *e)
{
	struct listing l = { a->r, NULL, e };
	int rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0)
		rc = audit_each(record_store(a->r), f, put_row, &l, e);
	return print_close(l.p, rc, e);
}

/* ---- of one patient ---- */

static int list_patient(struct cli *c, struct access *a,
    const struct audit_filter *f, int64_t patient, struct ehr_err *e)
{
	struct listing l = { a->r, NULL, e };
	int rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);

	if (rc == 0)
		rc = audit_tool_each_of(a, *f, patient, put_row, &l, e);
	return print_close(l.p, rc, e);
}

int audit_log(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	static const char *const flags[] = { NULL, AUDIT_FLAG_SENSITIVE,
		AUDIT_FLAG_EMERGENCY };
	struct audit_filter f = audit_tool_filter(c);
	int64_t patient;
	int rc;

	f.user = str_of(want.user);
	f.action = str_of(want.action);
	f.flag = flags[want.flag];
	if (want.action && audit_action_find(f.action) == AUDIT_ACTION_COUNT)
		return cli_usage(c, e, "--action: no such action");
	if (want.patient == NULL) {
		rc = audit_tool_open(c, &a, e);
		return rc < 0 ? rc : list_all(c, &a, &f, e);
	}
	rc = audit_tool_patient(c, &a, want.patient, &patient, e);
	return rc < 0 ? rc : list_patient(c, &a, &f, patient, e);
}

int audit_who(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct audit_filter f = audit_tool_filter(c);
	int64_t patient;
	int rc = audit_tool_patient(c, &a, c->argv[0], &patient, e);

	return rc < 0 ? rc : list_patient(c, &a, &f, patient, e);
}

/* ---- one event ---- */

static int pair_row(struct listing *l, const char *name, struct str value)
{
	if (value.n == 0)
		return 0;
	print_text(l->p, str_of(name));
	print_text(l->p, value);
	return print_row(l->p, l->e);
}

static int number_row(struct listing *l, const char *name, int64_t n)
{
	BUF_AUTO b = BUF_INIT;

	if (n)
		buf_addf(&b, "%lld", (long long)n);
	return pair_row(l, name, buf_str(&b));
}

static int patient_rows(struct listing *l, const struct audit_row *row)
{
	BUF_AUTO b = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < row->n_range; i++) {
		int64_t at = row->range[i].first;

		for (; rc >= 0 && at <= row->range[i].last; at++) {
			buf_reset(&b);
			rc = record_patient_name(l->r, at, &b, l->e);
			if (rc > 0)
				rc = pair_row(l, "patient", buf_str(&b));
		}
	}
	if (row->n_range == 0 && str_is(row->outcome, "begin"))
		rc = pair_row(l, "patient", STR("(all)"));
	return rc < 0 ? rc : 0;
}

static int show_row(void *arg, const struct audit_row *row)
{
	struct listing *l = arg;
	BUF_AUTO time = BUF_INIT;
	BUF_AUTO leaf = BUF_INIT;
	const struct {
		const char *name;
		struct str value;
	} texts[] = {
		{ "user", row->user }, { "role", row->role },
		{ "device", row->device }, { "tool", row->tool },
		{ "action", row->action }, { "outcome", row->outcome },
		{ "scope", row->scope }, { "purpose", row->purpose },
	};
	int rc = number_row(l, "event", row->seq);

	date_format_ms(&time, row->time);
	hex_format(&leaf, row->leaf, MERKLE_HASH);
	if (rc == 0)
		rc = pair_row(l, "time", buf_str(&time));
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(texts); i++)
		rc = pair_row(l, texts[i].name, texts[i].value);
	if (rc == 0)
		rc = number_row(l, "batch", row->batch);
	if (rc == 0)
		rc = number_row(l, "begin", row->pair);
	if (rc == 0)
		rc = pair_row(l, "leaf", buf_str(&leaf));
	return rc < 0 ? rc : patient_rows(l, row);
}

int audit_show(struct cli *c, struct ehr_err *e)
{
	static const struct print_col pair[] = { { "field", 0 },
		{ "value", PRINT_WIDE } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { NULL, NULL, e };
	int64_t seq;
	int rc = audit_tool_seq(c, 0, &seq, e);

	if (rc == 0)
		rc = audit_tool_open(c, &a, e);
	if (rc == 0)
		rc = print_open(&l.p, c, pair, ARRAY_LEN(pair), e);
	if (rc < 0)
		return rc;
	l.r = a.r;
	rc = audit_get(record_store(a.r), seq, show_row, &l, e);
	return print_close(l.p, rc, e);
}
