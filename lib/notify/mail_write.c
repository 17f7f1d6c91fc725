/* mail_write.c - one mail as text. */
#include "notify/mail.h"

#include <stdio.h>

enum { LINE_MAX_QP = 76, WORD_MAX = 75, FOLD_MAX = 60,
	SUBJECT_MAX = 400 };

/* ---- mailboxes ---- */

static bool atext(char c) /* RFC 5322 3.2.3 */
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* A dot-atom; a domain has letters, digits, hyphens only. */
static bool dot_atom(struct str s, bool domain)
{
	bool dot = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (c == '.' ? dot : !atext(c) ||
		    (domain && strchr("!#$%&'*+/=?^_`{|}~", c)))
			return false;
		dot = c == '.';
	}
	return s.n && !dot;
}

static bool is_address(struct str s)
{
	struct str local, rest = s;

	return s.n <= MAIL_ADDRESS_MAX && str_split(&rest, '@', &local) &&
	    rest.s && s.s[0] != '-' && dot_atom(local, false) &&
	    dot_atom(rest, true);
}

static struct str unquoted(struct str s)
{
	if (s.n > 1 && s.s[0] == '"' && s.s[s.n - 1] == '"')
		return (struct str){ s.s + 1, s.n - 2 };
	return s;
}

bool mail_mailbox(struct str s, struct str *name, struct str *address)
{
	const char *open;

	s = str_trim(s);
	open = memrchr(s.s ? s.s : "", '<', s.n);
	*name = (struct str){ s.s, 0 };
	*address = s;
	if (open && s.s[s.n - 1] == '>') {
		*name = unquoted(str_trim((struct str){ s.s,
		    (size_t)(open - s.s) }));
		*address = (struct str){ open + 1,
			(size_t)(str_end(s) - open) - 2 };
	}
	return is_address(*address);
}

/* ---- headers ---- */

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] < 0x20 || s.s[i] == 0x7f)
			return false;
	return utf8_valid(s.s, s.n) == s.n;
}

static bool ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] > 0x7e)
			return false;
	return true;
}

/* Encoded words (RFC 2047 2), each a line of at most 76 bytes, the first one
 * behind column others, no character cut in two. "=?utf-8?b??=" takes 12 of
 * them, base64 4 for 3. */
static void encoded(struct buf *b, size_t column, struct str s)
{
	const char *end = str_end(s), *at = s.s;

	while (at < end) {
		const size_t most = (WORD_MAX - 12 - column) / 4 * 3;
		const char *stop = at, *next = at;

		while (next < end && (utf8_next(&next, end),
		    (size_t)(next - at) <= most))
			stop = next;
		if (at != s.s)
			buf_adds(b, "\n ");
		buf_adds(b, "=?utf-8?b?");
		base64_encode(b, at, (size_t)(stop - at));
		buf_adds(b, "?=");
		at = stop;
		column = 1;
	}
}

/* Folds at blanks (RFC 5322 2.2.3), so that no line is over 76 where that can
 * be. */
static void folded(struct buf *b, size_t column, struct str s)
{
	struct str word;

	for (bool first = true; str_split(&s, ' ', &word); first = false) {
		if (!first && column + 1 + word.n > LINE_MAX_QP && word.n) {
			buf_adds(b, "\n ");
			column = 1;
		} else if (!first) {
			buf_addch(b, ' ');
			column++;
		}
		buf_addstr(b, word);
		column += word.n;
	}
}

/* What looks like an encoded word has to be one, and what cannot be folded. */
static bool as_is(struct str s)
{
	struct str word, rest = s;

	if (!ascii(s) || memmem(s.s ? s.s : "", s.n, "=?", 2))
		return false;
	while (str_split(&rest, ' ', &word))
		if (word.n > FOLD_MAX)
			return false;
	return true;
}

static void words(struct buf *b, const char *name, struct str s)
{
	buf_addf(b, "%s: ", name);
	if (as_is(s))
		folded(b, strlen(name) + 2, s);
	else
		encoded(b, strlen(name) + 2, s);
	buf_addch(b, '\n');
}

static void mailbox(struct buf *b, const char *name, struct str box)
{
	struct str who, address;

	mail_mailbox(box, &who, &address);
	buf_addf(b, "%s: ", name);
	if (who.n && !ascii(who)) {
		encoded(b, strlen(name) + 2, who);
		buf_addf(b, "\n <%.*s>\n", STR_FMT(address));
	} else if (who.n) {
		buf_addch(b, '"');
		for (size_t i = 0; i < who.n; i++) {
			if (strchr("\"\\", who.s[i]))
				buf_addch(b, '\\');
			buf_addch(b, who.s[i]);
		}
		buf_addf(b, "\" <%.*s>\n", STR_FMT(address));
	} else {
		buf_addf(b, "%.*s\n", STR_FMT(address));
	}
}

static void date(struct buf *b, int64_t now) /* RFC 5322 3.3 */
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 on */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct date d;

	date_from_ms(&d, now, 0);
	buf_addf(b, "Date: %.3s, %d %.3s %04d %02d:%02d:%02d +0000\n",
	    days + 3 * (date_days(d.year, d.month, d.day) % 7), d.day,
	    months + 3 * (d.month - 1), d.year, d.hour, d.minute, d.second);
}

/* RFC 2369 3.2; with https: one POST is enough (RFC 8058 3.1). */
static void leave(const struct mail *m, struct buf *b)
{
	bool post = false;

	for (size_t i = 0; i < m->leaves; i++) {
		buf_addf(b, "%s<%.*s>", i ? ",\n " : "List-Unsubscribe: ",
		    STR_FMT(m->leave[i]));
		post = post || str_starts(m->leave[i], "https:");
	}
	if (m->leaves)
		buf_addch(b, '\n');
	if (post)
		buf_adds(b, "List-Unsubscribe-Post: "
		    "List-Unsubscribe=One-Click\n");
}

/* ---- body: quoted-printable (RFC 2045 6.7) ---- */

/* Not what mail programs on the way like to change: "From " and a dot at the
 * start of a line, blanks at its end. */
static bool literal(struct str line, size_t i, size_t column)
{
	struct str rest = { line.s + i, line.n - i };
	unsigned char c = (unsigned char)line.s[i];

	if (column == 0 && (c == '.' || str_starts(rest, "From ")))
		return false;
	if (c == ' ' || c == '\t')
		return i + 1 < line.n;
	return c > 0x20 && c < 0x7f && c != '=';
}

static void body_line(struct buf *b, struct str line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.n; i++) {
		size_t room = LINE_MAX_QP - (i + 1 < line.n);

		if (column + (literal(line, i, column) ? 1 : 3) > room) {
			buf_adds(b, "=\n");
			column = 0;
		}
		if (literal(line, i, column)) {
			buf_addch(b, line.s[i]);
			column++;
		} else {
			buf_addf(b, "=%02X", (unsigned char)line.s[i]);
			column += 3;
		}
	}
	buf_addch(b, '\n');
}

static void body(struct buf *b, struct str text)
{
	struct str line;

	if (text.n && text.s[text.n - 1] == '\n')
		text.n--;
	while (str_split(&text, '\n', &line))
		body_line(b, line);
}

/* ---- all of it ---- */

static const char *wrong(const struct mail *m)
{
	struct str name, address;

	if (!is_address(m->to))
		return "not an address of mail";
	if (!plain(m->from) || !mail_mailbox(m->from, &name, &address))
		return "from: not a mailbox";
	if (m->reply_to.n && (!plain(m->reply_to) ||
	    !mail_mailbox(m->reply_to, &name, &address)))
		return "reply-to: not a mailbox";
	if (!plain(m->subject) || m->subject.n > SUBJECT_MAX)
		return "subject: a control character, no UTF-8, or too long";
	if (!dot_atom(m->key, false) || m->key.n > 64)
		return "key: not one of the outbox";
	for (size_t i = 0; i < m->leaves; i++)
		if (!plain(m->leave[i]) || !ascii(m->leave[i]) ||
		    memchr(m->leave[i].s, '>', m->leave[i].n) ||
		    memchr(m->leave[i].s, ' ', m->leave[i].n))
			return "unsubscribe: not an address";
	if (m->language.n && !dot_atom(m->language, true))
		return "language: not a tag";
	return utf8_valid(m->text.s, m->text.n) == m->text.n ? NULL :
	    "text: no UTF-8";
}

bool mail_write(const struct mail *m, struct buf *b, const char **why)
{
	struct str name, address, domain;

	*why = wrong(m);
	if (*why)
		return false;
	mail_mailbox(m->from, &name, &address);
	domain = address;
	str_split(&domain, '@', &name);
	date(b, m->now);
	mailbox(b, "From", m->from);
	buf_addf(b, "To: %.*s\n", STR_FMT(m->to));
	if (m->reply_to.n)
		mailbox(b, "Reply-To", m->reply_to);
	words(b, "Subject", m->subject);
	buf_addf(b, "Message-ID: <%.*s@%.*s>\n", STR_FMT(m->key),
	    STR_FMT(domain));
	buf_adds(b, "Auto-Submitted: auto-generated\n"); /* RFC 3834 5 */
	if (m->language.n)
		buf_addf(b, "Content-Language: %.*s\n", STR_FMT(m->language));
	leave(m, b);
	buf_adds(b, "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n");
	body(b, m->text);
	return true;
}
