/* disclose.c - disclosures as events of the log. */
#include "ehr/audit-disclose.h"
#include "ehr/json.h"

static const struct {
	const char *name, *section;
	bool accountable;
} purposes[AUDIT_FOR_COUNT] = {
#define X(id, word, acc, section) [AUDIT_FOR_##id] = { word, section, acc },
#include "ehr/audit-purpose.def"
#undef X
};

#define X(id, word, accountable, section) "|" word
const char audit_for_words[] =
#include "ehr/audit-purpose.def"
    ;
#undef X

const char *audit_for_name(enum audit_for f)
{
	return purposes[f].name;
}

const char *audit_for_section(enum audit_for f)
{
	return purposes[f].section;
}

bool audit_for_accountable(enum audit_for f)
{
	return purposes[f].accountable;
}

static bool is_day(struct str s)
{
	struct date d;

	return date_parse(s, &d) && d.precision == DATE_DAY;
}

static int check_text(const char *name, struct str s, struct ehr_err *e)
{
	if (s.n == 0 || s.n > MAX_DISCLOSE_TEXT ||
	    utf8_valid(s.s, s.n) != s.n)
		return ehr_fail(e, EHR_EUSAGE, "%s: 1 to %d bytes of text",
		    name, MAX_DISCLOSE_TEXT);
	return 0;
}

static void put(struct buf *b, const char *name, struct str v)
{
	BUF_AUTO clean = BUF_INIT;

	utf8_clean(&clean, v, false);
	buf_addf(b, "%c\"%s\":", b->len ? ',' : '{', name);
	json_quote(b, buf_str(&clean));
}

int audit_disclosure_put(struct buf *scope, const struct audit_disclosure *d,
    struct ehr_err *e)
{
	int rc = check_text("recipient", d->to, e);

	if (rc == 0)
		rc = check_text("what was disclosed", d->what, e);
	if (rc == 0 && !is_day(d->on))
		rc = ehr_fail(e, EHR_EUSAGE, "a day is wanted");
	if (rc < 0)
		return rc;
	put(scope, "to", d->to);
	put(scope, "for", str_of(audit_for_name(d->purpose)));
	put(scope, "what", d->what);
	put(scope, "on", d->on);
	buf_addch(scope, '}');
	return 0;
}

/* ---- and back ---- */

/* Appends a member's text to scratch, which has room for it. */
static struct str take(const struct tape *t, const char *name,
    struct buf *scratch)
{
	BUF_AUTO text = BUF_INIT;
	struct str v = tape_member(t, 0, name, &text);
	char *at = scratch->s + scratch->len;

	buf_addstr(scratch, v);
	return (struct str){ at, v.n };
}

/* Flags may stand before the object: "[sensitive] {...". */
static bool parse(const struct audit_row *row, enum audit_action action,
    struct tape *t, struct buf *scratch)
{
	struct str scope = row->scope, flags;
	struct tape_error err;

	if (str_starts(scope, "["))
		str_split(&scope, ']', &flags);
	buf_reset(scratch);
	buf_grow(scratch, scope.n + 1);
	return str_is(row->action, audit_action_name(action)) &&
	    tape_parse(t, scope.s, scope.n, &err) == 0 &&
	    tape_type(t, 0) == TAPE_OBJECT;
}

bool audit_disclosure_take(const struct audit_row *row, struct buf *scratch,
    struct audit_disclosure *d)
{
	TAPE_AUTO t = TAPE_INIT;
	struct str word;
	int f;

	if (!parse(row, AUDIT_DISCLOSE, &t, scratch))
		return false;
	d->to = take(&t, "to", scratch);
	d->what = take(&t, "what", scratch);
	d->on = take(&t, "on", scratch);
	word = take(&t, "for", scratch);
	for (f = 0; f < AUDIT_FOR_COUNT; f++)
		if (str_is(word, purposes[f].name))
			break;
	d->purpose = (enum audit_for)f;
	return f < AUDIT_FOR_COUNT && d->to.n && is_day(d->on);
}

int audit_suspension_put(struct buf *scope, const struct audit_suspension *s,
    struct ehr_err *e)
{
	if (!is_day(s->until))
		return ehr_fail(e, EHR_EUSAGE, "a day is wanted");
	put(scope, "until", s->until);
	buf_addf(scope, ",\"of\":%lld,\"oral\":%s}", (long long)s->event,
	    s->oral ? "true" : "false");
	return 0;
}

bool audit_suspension_take(const struct audit_row *row, struct buf *scratch,
    struct audit_suspension *s)
{
	TAPE_AUTO t = TAPE_INIT;

	if (!parse(row, AUDIT_SUSPEND, &t, scratch))
		return false;
	s->until = take(&t, "until", scratch);
	s->oral = str_is(take(&t, "oral", scratch), "true");
	return str_int(take(&t, "of", scratch), &s->event) &&
	    is_day(s->until);
}
