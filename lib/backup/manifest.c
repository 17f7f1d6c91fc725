/* manifest.c - the text of ID.backup (ehr-backup(5)). It has one form only:
 * what is read must be what would be written. */
#include <stdio.h>

#include "impl.h"

#define HEADER "ehr-backup 1\n"

bool backup_id_ok(struct str id)
{
	static const char form[] = "99999999T999999Z-ffffffff";

	if (id.n != BACKUP_ID - 1)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.s[i];
		bool digit = c >= '0' && c <= '9';

		if (form[i] == '9' ? !digit : form[i] == 'f' ?
		    !digit && !(c >= 'a' && c <= 'f') : c != form[i])
			return false;
	}
	return true;
}

void backup_id(char id[BACKUP_ID])
{
	BUF_AUTO time = BUF_INIT;
	uint8_t r[4];

	date_format_ms(&time, clock_ms());
	crypto_random(r, sizeof(r));
	snprintf(id, BACKUP_ID, "%.4s%.2s%.2sT%.2s%.2s%.2sZ-%02x%02x%02x%02x",
	    time.s, time.s + 5, time.s + 8, time.s + 11, time.s + 14,
	    time.s + 17, r[0], r[1], r[2], r[3]);
}

/* ---- fields: how each is written and read ---- */

enum form { ID, UUID, TIME, NUMBER, DIGEST, LOG, FILE_OF, KEY };

static const struct field {
	const char *name;
	enum form form;
	size_t at;
} fields[] = {
#define F(name, form, m) { name, form, offsetof(struct backup, m) }
	F("id", ID, id), F("record", UUID, record), F("time", TIME, time),
	F("parent", ID, parent), F("page", NUMBER, page),
	F("pages", NUMBER, pages), F("stored", NUMBER, stored),
	F("root", DIGEST, root), F("audit", LOG, audit),
	F("file", FILE_OF, bytes), F("key", KEY, parent_key),
#undef F
};

static int64_t number_at(const void *p)
{
	int64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* A count and the digest that stands with it. */
static void put_pair(struct buf *b, const void *count, const uint8_t *digest)
{
	buf_addf(b, "%lld ", (long long)number_at(count));
	hex_format(b, digest, SHA256_LEN);
}

static void put_key(struct buf *b, const struct backup *m)
{
	if (m->plain)
		buf_adds(b, "none");
	else if (m->parent[0] == '\0')
		buf_adds(b, "own");
	else
		hex_format(b, m->parent_key, BACKUP_SEALED);
}

static void put(struct buf *b, const struct backup *m, const struct field *f)
{
	const char *p = (const char *)m + f->at;
	char uuid[37];

	switch (f->form) {
	case ID:
		buf_adds(b, *p ? p : "-");
		break;
	case UUID:
		uuid_format(m->record, uuid);
		buf_adds(b, uuid);
		break;
	case TIME:
		date_format_ms(b, number_at(p));
		break;
	case NUMBER:
		buf_addf(b, "%lld", (long long)number_at(p));
		break;
	case DIGEST:
		hex_format(b, p, SHA256_LEN);
		break;
	case LOG:
		put_pair(b, p, m->audit_root);
		break;
	case FILE_OF:
		put_pair(b, p, m->sha256);
		break;
	case KEY:
		put_key(b, m);
		break;
	}
}

static bool take_number(struct str v, void *p)
{
	int64_t n;

	if (!str_int(v, &n) || n < 0)
		return false;
	memcpy(p, &n, sizeof(n));
	return true;
}

static bool take_pair(struct str v, void *count, uint8_t *digest)
{
	struct str first;

	return str_split(&v, ' ', &first) && take_number(first, count) &&
	    hex_parse(v, digest, SHA256_LEN);
}

static bool take_uuid(struct str v, uint8_t uuid[UUID_LEN])
{
	BUF_AUTO hex = BUF_INIT;
	struct str part;

	if (!uuid_valid(v))
		return false;
	while (str_split(&v, '-', &part))
		buf_addstr(&hex, part);
	return hex_parse(buf_str(&hex), uuid, UUID_LEN);
}

static bool take_time(struct str v, void *p)
{
	struct date d;
	int64_t ms;

	if (!date_parse(v, &d) || d.precision != DATE_FRACTION)
		return false;
	ms = date_ms(&d);
	memcpy(p, &ms, sizeof(ms));
	return true;
}

static bool take_id(struct str v, char *p)
{
	if (str_is(v, "-"))
		return true;
	if (!backup_id_ok(v))
		return false;
	memcpy(p, v.s, v.n);
	return true;
}

static bool take(struct backup *m, struct str v, const struct field *f)
{
	char *p = (char *)m + f->at;

	switch (f->form) {
	case ID:
		return take_id(v, p);
	case UUID:
		return take_uuid(v, m->record);
	case TIME:
		return take_time(v, p);
	case NUMBER:
		return take_number(v, p);
	case DIGEST:
		return hex_parse(v, (uint8_t *)p, SHA256_LEN);
	case LOG:
		return take_pair(v, p, m->audit_root);
	case FILE_OF:
		return take_pair(v, p, m->sha256);
	case KEY:
		m->plain = str_is(v, "none");
		return m->plain || str_is(v, "own") ||
		    hex_parse(v, m->parent_key, BACKUP_SEALED);
	}
	return false;
}

/* ---- the whole ---- */

/* All but the MAC. */
static void put_fields(struct buf *b, const struct backup *m)
{
	buf_adds(b, HEADER);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		buf_addf(b, "%s ", fields[i].name);
		put(b, m, &fields[i]);
		buf_addch(b, '\n');
	}
}

void manifest_format(const struct backup *m, struct buf *text)
{
	put_fields(text, m);
	buf_adds(text, "mac ");
	hex_format(text, m->mac, SHA256_LEN);
	buf_addch(text, '\n');
}

static bool line(struct str *rest, const char *name, struct str *v)
{
	struct str word;

	return str_split(rest, '\n', v) && str_split(v, ' ', &word) &&
	    str_is(word, name);
}

void manifest_parse(struct backup *m, struct str text)
{
	BUF_AUTO again = BUF_INIT;
	struct str rest = text, v;
	const char *fault = NULL;

	if (!str_starts(rest, HEADER)) {
		snprintf(m->fault, sizeof(m->fault),
		    "no manifest, or one of a later version");
		return;
	}
	rest.s += sizeof(HEADER) - 1;
	rest.n -= sizeof(HEADER) - 1;
	for (size_t i = 0; !fault && i < ARRAY_LEN(fields); i++)
		if (!line(&rest, fields[i].name, &v) ||
		    !take(m, v, &fields[i]))
			fault = fields[i].name;
	if (!fault && (!line(&rest, "mac", &v) ||
	    !hex_parse(v, m->mac, SHA256_LEN)))
		fault = "mac";
	if (!fault && (m->page < 512 || m->page > PAGE_MAX ||
	    (m->page & (m->page - 1)) || m->pages < 1 ||
	    m->pages > UINT32_MAX || m->stored > m->pages))
		fault = "pages";
	manifest_format(m, &again);
	if (!fault && !str_eq(buf_str(&again), text))
		fault = "order";
	if (fault)
		snprintf(m->fault, sizeof(m->fault),
		    "the manifest is faulty (%s)", fault);
}

void manifest_mac(const struct backup *m, const struct keyring *ring,
    uint8_t mac[SHA256_LEN])
{
	BUF_AUTO b = BUF_INIT;
	BACKUP_KEY_AUTO k;
	struct str text;

	put_fields(&b, m);
	text = buf_str(&b);
	if (m->plain) {
		sha256(b.s, b.len, mac);
		return;
	}
	backup_key(ring->k[0].key, m->id, "manifest", &k);
	hmac_sha256((struct str){ (const char *)k.k, sizeof(k.k) }, &text, 1,
	    mac);
}

int manifest_check(const struct backup *m, const struct keyring *ring,
    struct ehr_err *e)
{
	uint8_t mac[SHA256_LEN];

	manifest_mac(m, ring, mac);
	if (crypto_equal(mac, m->mac, sizeof(mac)))
		return 0;
	return ehr_fail(e, EHR_EINTEGRITY, "%s: the manifest was changed",
	    m->id);
}
