/* mail_read.c - replies and delivery reports out of a mailbox. */
#include "notify/mail.h"
#include "notify/mail_head.h"

struct reading {
	struct mail_in *m;
	int parts;
};
struct head {
	struct str type, encoding;
};

void mail_in_release(struct mail_in *m)
{
	arena_release(&m->mem);
}

/* ---- Message-IDs ---- */

static void key(struct mail_in *m, struct str local)
{
	if (m->keys == MAIL_KEYS || !local.n || local.n > 64)
		return;
	for (size_t i = 0; i < m->keys; i++)
		if (str_eq(m->key[i], local))
			return;
	m->key[m->keys++] = local;
}

/* Of each "<local@domain>". */
static void keys(struct mail_in *m, struct str v)
{
	struct str id, local;

	str_split(&v, '<', &id);
	while (str_split(&v, '<', &id))
		if (str_split(&id, '@', &local) && id.s)
			key(m, local);
}

static struct str inner(struct str v)
{
	if (v.n > 1 && v.s[0] == '<' && v.s[v.n - 1] == '>')
		return (struct str){ v.s + 1, v.n - 2 };
	return v;
}

/* ---- fields of the message ---- */

static void on_from(struct mail_in *m, struct str v)
{
	struct str name, address;

	if (mail_mailbox(v, &name, &address))
		m->from = address;
}

static void on_subject(struct mail_in *m, struct str v)
{
	BUF_AUTO b = BUF_INIT;

	mail_words(&b, v);
	m->subject = arena_str(&m->mem, buf_str(&b));
}

static void on_id(struct mail_in *m, struct str v)
{
	m->id = inner(v);
}

static void on_automatic(struct mail_in *m, struct str v)
{
	m->automatic = m->automatic || !mail_is(mail_main(v), "no");
}

static void on_precedence(struct mail_in *m, struct str v)
{
	m->automatic = m->automatic || mail_is(v, "bulk") ||
	    mail_is(v, "junk") || mail_is(v, "auto_reply");
}

static const struct {
	const char *name;
	void (*fn)(struct mail_in *m, struct str v);
} table[] = {
	{ "From", on_from }, { "Subject", on_subject },
	{ "Message-ID", on_id }, { "In-Reply-To", keys },
	{ "References", keys }, { "Auto-Submitted", on_automatic },
	{ "Precedence", on_precedence },
};

/* Fields at the start of *rest, those of the message itself (top) into m. */
static size_t fields(struct reading *r, struct str *rest, struct head *h,
    bool top)
{
	struct mail_field f;
	size_t n = 0;

	*h = (struct head){ STR("text/plain"), STR("7bit") };
	for (; mail_field(&r->m->mem, rest, &f); n++) {
		if (mail_is(f.name, "Content-Type"))
			h->type = f.value;
		if (mail_is(f.name, "Content-Transfer-Encoding"))
			h->encoding = f.value;
		for (size_t i = 0; top && i < ARRAY_LEN(table); i++)
			if (mail_is(f.name, table[i].name))
				table[i].fn(r->m, f.value);
	}
	return n;
}

/* ---- parts ---- */

static void text_part(struct reading *r, const struct head *h,
    struct str body, bool html)
{
	BUF_AUTO bytes = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO shown = BUF_INIT;
	struct mail_in *m = r->m;

	if (m->has_text)
		return;
	mail_transfer(&bytes, h->encoding, body);
	mail_charset(&text, mail_parameter(&m->mem, h->type, "charset"),
	    buf_str(&bytes));
	if (html)
		mail_html(&shown, buf_str(&text));
	m->text = arena_str(&m->mem, buf_str(html ? &shown : &text));
	m->has_text = true;
}

/* "rfc822; a@b" (RFC 3464 2.3.2) */
static struct str typed(struct str v)
{
	struct str type, name, address;

	if (!str_split(&v, ';', &type) || !v.s)
		return (struct str){ "", 0 };
	return mail_mailbox(v, &name, &address) ? address :
	    (struct str){ "", 0 };
}

static void report_field(struct mail_report *p, const struct mail_field *f)
{
	if (mail_is(f->name, "Final-Recipient") ||
	    (mail_is(f->name, "Original-Recipient") && !p->recipient.n))
		p->recipient = typed(f->value);
	else if (mail_is(f->name, "Action"))
		p->action = mail_main(f->value);
	else if (mail_is(f->name, "Status"))
		p->status = mail_main(f->value);
}

/* Groups of fields with empty lines between them; the first one is of the
 * message (RFC 3464 2.1). */
static void report(struct reading *r, const struct head *h, struct str body)
{
	BUF_AUTO bytes = BUF_INIT;
	struct mail_in *m = r->m;
	struct str rest;

	m->delivery = true;
	mail_transfer(&bytes, h->encoding, body);
	rest = arena_str(&m->mem, buf_str(&bytes));
	while (rest.n && m->reports < MAIL_REPORTS) {
		struct mail_report p = { STR(""), STR(""), STR("") };
		struct mail_field f;
		size_t left = rest.n;

		while (mail_field(&m->mem, &rest, &f))
			report_field(&p, &f);
		if (p.action.n)
			m->report[m->reports++] = p;
		if (rest.n == left) /* no field: not a report any longer */
			break;
	}
}

/* The headers that a report returns: which message it is about. */
static void returned(struct reading *r, const struct head *h, struct str body)
{
	BUF_AUTO bytes = BUF_INIT;
	struct mail_field f;
	struct str rest;

	mail_transfer(&bytes, h->encoding, body);
	rest = arena_str(&r->m->mem, buf_str(&bytes));
	while (mail_field(&r->m->mem, &rest, &f))
		if (mail_is(f.name, "Message-ID"))
			keys(r->m, f.value);
}

static void part(struct reading *r, const struct head *h, struct str body,
    int depth);

/* Is that line "--boundary"? tail: what stands behind it, "--" at the last. */
static bool boundary_line(struct str line, struct str boundary,
    struct str *tail)
{
	if (line.n < 2 + boundary.n || memcmp(line.s, "--", 2) != 0 ||
	    memcmp(line.s + 2, boundary.s, boundary.n) != 0)
		return false;
	*tail = str_trim((struct str){ line.s + 2 + boundary.n,
	    line.n - 2 - boundary.n });
	return tail->n == 0 || str_is(*tail, "--");
}

static void one_part(struct reading *r, struct str one, int depth)
{
	struct head h;

	if (++r->parts > MAIL_PARTS)
		return;
	fields(r, &one, &h, false);
	part(r, &h, one, depth + 1);
}

/* What stands between lines "--boundary" (RFC 2046 5.1.1). */
static void parts(struct reading *r, struct str boundary, struct str body,
    int depth)
{
	const char *from = NULL;
	struct str line, tail, rest = body;

	while (str_split(&rest, '\n', &line)) {
		if (!boundary_line(line, boundary, &tail))
			continue;
		if (from)
			one_part(r, (struct str){ from,
			    (size_t)(line.s - from) }, depth);
		from = rest.s;
		if (tail.n || !from)
			return;
	}
	if (from) /* cut off */
		one_part(r, (struct str){ from,
		    (size_t)(str_end(body) - from) }, depth);
}

static void part(struct reading *r, const struct head *h, struct str body,
    int depth)
{
	struct str type = mail_main(h->type), boundary;

	if (depth > MAIL_DEPTH)
		return;
	if (type.n > 10 && mail_is((struct str){ type.s, 10 },
	    "multipart/")) {
		boundary = mail_parameter(&r->m->mem, h->type, "boundary");
		if (boundary.n)
			parts(r, boundary, body, depth);
	} else if (mail_is(type, "message/delivery-status") ||
	    mail_is(type, "message/global-delivery-status")) {
		report(r, h, body);
	} else if (mail_is(type, "message/rfc822") ||
	    mail_is(type, "text/rfc822-headers") ||
	    mail_is(type, "message/global-headers") ||
	    mail_is(type, "message/global")) {
		returned(r, h, body);
	} else if (mail_is(type, "text/plain") || !type.n) {
		text_part(r, h, body, false);
	} else if (mail_is(type, "text/html")) {
		text_part(r, h, body, true);
	}
}

/* ---- messages ---- */

bool mail_read(struct mail_in *m, struct str message, const char **why)
{
	struct reading r = { .m = m };
	struct head h;
	struct str rest = message;

	m->from = m->id = m->subject = m->text = (struct str){ "", 0 };
	*why = NULL;
	if (message.n > MAIL_MAX)
		*why = "larger than a message may be";
	else if (fields(&r, &rest, &h, true) == 0)
		*why = "no message: it has no header";
	else
		part(&r, &h, rest, 0);
	return *why == NULL;
}

/* The next "From " behind an empty line, or the end. */
bool mail_mbox(struct str *rest, struct str *message)
{
	struct str at = *rest, line;
	bool empty = true;

	if (!str_starts(at, "From ") || !str_split(&at, '\n', &line))
		return false;
	*message = (struct str){ at.s ? at.s : "", 0 };
	*rest = at;
	while (at.s && (!empty || !str_starts(at, "From "))) {
		str_split(&at, '\n', &line);
		empty = line.n == 0 || (line.n == 1 && line.s[0] == '\r');
		message->n = (size_t)(str_end(line) - message->s);
	}
	*rest = at.s ? at : STR_NONE;
	return true;
}
