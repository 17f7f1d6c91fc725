/* text.c - the text of a slot file (ehr-keys(5)). It has one form only: what
 * is read must be what would be written. */
#include <stdio.h>

#include "slots.h"

#define HEADER	"ehr-keys 1\n"
#define MAC_LEN (sizeof("mac ") - 1 + 2 * SHA256_LEN + 1)

/* Limits of what a passphrase may cost: 64 MiB at least, 1 GiB at most. */
enum { MIN_LOG_N = 16, MAX_LOG_N = 20, SCRYPT_R = 8, SCRYPT_P = 1 };

/* The bytes of a slot, in the order of the text. */
static const struct field {
	const char *name;
	size_t at, n;
} fields[] = {
#define F(m) { #m, offsetof(struct key_slot, m), \
	sizeof(((struct key_slot *)NULL)->m) }
	F(salt), F(public), F(ephemeral), F(sealed),
#undef F
};

/* ---- writing ---- */

static void put_slot(struct buf *b, const struct key_slot *s)
{
	buf_addf(b, "slot %u %s ", s->id, slot_kind_name(s->kind));
	date_format_ms(b, s->made);
	buf_addf(b, " %s ", s->label[0] ? s->label : "-");
	if (s->kind == SLOT_PASSPHRASE)
		buf_addf(b, "scrypt:%u:%u:%u", s->cost.log_n, s->cost.r,
		    s->cost.p);
	else
		buf_addch(b, '-');
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		buf_addch(b, ' ');
		hex_format(b, (const char *)s + fields[i].at, fields[i].n);
	}
	buf_addch(b, '\n');
}

/* All but the MAC. */
static void put_slots(struct buf *b, const struct key_slots *f)
{
	char uuid[37];

	uuid_format(f->record, uuid);
	buf_addf(b, HEADER "record %s\nnext %u\n", uuid, f->next);
	for (unsigned i = 0; i < f->n; i++)
		put_slot(b, &f->slot[i]);
}

static void put_mac(struct buf *b, const struct key_slots *f)
{
	buf_adds(b, "mac ");
	hex_format(b, f->mac, SHA256_LEN);
	buf_addch(b, '\n');
}

static void mac_of(const struct keyring *ring, struct str text,
    uint8_t mac[SHA256_LEN])
{
	uint8_t key[SHA256_LEN];
	struct str k = { (const char *)key, sizeof(key) };

	hkdf_sha256((struct str){ (const char *)ring->k[0].key, DATA_KEY_LEN },
	    STR_NONE, STR("ehr-keys mac"), key, sizeof(key));
	hmac_sha256(k, &text, 1, mac);
	crypto_cleanse(key, sizeof(key));
}

int key_slots_format(struct key_slots *f, const struct keyring *ring,
    struct buf *text, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t packed[KEYRING_PACKED];
	unsigned i = 0;

	keyring_pack(ring, packed);
	while (i < f->n && slot_seal(f, &f->slot[i], packed))
		i++;
	crypto_cleanse(packed, sizeof(packed));
	if (i < f->n)
		return ehr_fail(e, EHR_EINTEGRITY,
		    "slot %u: its public key is none", f->slot[i].id);
	put_slots(&b, f);
	mac_of(ring, buf_str(&b), f->mac);
	buf_addstr(text, buf_str(&b));
	put_mac(text, f);
	return 0;
}

int key_slots_check(const struct key_slots *f, const char *name,
    const struct keyring *ring, struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	uint8_t mac[SHA256_LEN];

	put_slots(&b, f);
	mac_of(ring, buf_str(&b), mac);
	if (crypto_equal(mac, f->mac, sizeof(mac)))
		return 0;
	return ehr_fail(e, EHR_EINTEGRITY, "%s: was changed by somebody who "
	    "could open no slot", name);
}

/* ---- reading ---- */

struct reading {
	const char *name;
	unsigned line;
	struct ehr_err *e;
};

static int faulty(const struct reading *r, const char *what)
{
	return ehr_fail(r->e, EHR_EINTEGRITY, "%s:%u: %s", r->name, r->line,
	    what);
}

static bool get_uint(struct str s, unsigned *v)
{
	int64_t n;

	if (!str_int(s, &n) || n < 1 || n > 1000000)
		return false;
	*v = (unsigned)n;
	return true;
}

static bool get_kind(struct str s, enum slot_kind *kind)
{
	for (int k = 0; k < SLOT_KINDS; k++)
		if (str_is(s, slot_kind_name(k))) {
			*kind = k;
			return true;
		}
	return false;
}

static bool get_label(struct str s, char label[KEYS_MAX_LABEL + 1])
{
	if (str_is(s, "-"))
		return true;
	if (!slot_label_ok(s))
		return false;
	memcpy(label, s.s, s.n);
	return true;
}

/* Too little would tell a passphrase to whoever tries, too much would keep
 * the machine from its work. */
static bool get_cost(struct str s, struct key_slot *slot)
{
	struct str part;
	unsigned v[3];

	if (slot->kind != SLOT_PASSPHRASE)
		return str_is(s, "-");
	if (!str_split(&s, ':', &part) || !str_is(part, "scrypt"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (!str_split(&s, ':', &part) || !get_uint(part, &v[i]))
			return false;
	if (s.n || v[0] < MIN_LOG_N || v[0] > MAX_LOG_N || v[1] != SCRYPT_R ||
	    v[2] != SCRYPT_P)
		return false;
	slot->cost = (struct scrypt_cost){ (uint8_t)v[0], SCRYPT_R, SCRYPT_P };
	return true;
}

static int get_bytes(const struct reading *r, struct str line,
    struct key_slot *s)
{
	struct str part;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!str_split(&line, ' ', &part) ||
		    !hex_parse(part, (uint8_t *)s + fields[i].at,
			fields[i].n))
			return faulty(r, fields[i].name);
	return 0;
}

static int get_slot(const struct reading *r, struct key_slots *f,
    struct str line)
{
	struct key_slot *s = &f->slot[f->n];
	struct str part[5];
	struct date made;

	if (f->n == KEYS_MAX_SLOTS)
		return faulty(r, "too many slots");
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		if (!str_split(&line, ' ', &part[i]))
			return faulty(r, "slot is cut off");
	memset(s, 0, sizeof(*s));
	if (!get_uint(part[0], &s->id) || s->id >= f->next ||
	    (f->n > 0 && s->id <= s[-1].id))
		return faulty(r, "number of the slot");
	if (!get_kind(part[1], &s->kind))
		return faulty(r, "no such kind of slot");
	if (!date_parse(part[2], &made))
		return faulty(r, "time");
	s->made = date_ms(&made);
	if (!get_label(part[3], s->label))
		return faulty(r, "label");
	if (!get_cost(part[4], s))
		return faulty(r, "cost");
	f->n++;
	return get_bytes(r, line, s);
}

/* The value of a line "name value". */
static bool named(struct str line, const char *name, struct str *value)
{
	struct str word;

	*value = line;
	return str_split(value, ' ', &word) && str_is(word, name);
}

static bool get_record(struct str line, uint8_t id[UUID_LEN])
{
	struct str v;
	char hex[2 * UUID_LEN];
	size_t n = 0;

	if (!named(line, "record", &v) || !uuid_valid(v))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.s[i] != '-')
			hex[n++] = v.s[i];
	return hex_parse((struct str){ hex, n }, id, UUID_LEN);
}

static int get_lines(struct reading *r, struct key_slots *f, struct str text)
{
	struct str line, v;
	int rc = 0;

	r->line = 2;
	if (!str_split(&text, '\n', &line) || !get_record(line, f->record))
		return faulty(r, "no record");
	r->line++;
	if (!str_split(&text, '\n', &line) || !named(line, "next", &v) ||
	    !get_uint(v, &f->next))
		return faulty(r, "no next");
	while (rc == 0 && text.n) {
		r->line++;
		str_split(&text, '\n', &line);
		rc = named(line, "slot", &v) ? get_slot(r, f, v) :
		    faulty(r, "no slot");
	}
	if (rc == 0 && f->n == 0)
		rc = faulty(r, "no slots");
	return rc;
}

int key_slots_parse(struct key_slots *f, const char *name, struct str text,
    struct ehr_err *e)
{
	struct reading r = { name, 1, e };
	struct str rest = text, mac;
	BUF_AUTO again = BUF_INIT;
	int rc;

	memset(f, 0, sizeof(*f));
	if (!str_starts(text, "ehr-keys "))
		return ehr_fail(e, EHR_ENOTEHR, "%s: not a file of key slots",
		    name);
	if (!str_starts(text, HEADER))
		return ehr_fail(e, EHR_ENOTEHR, "%s:1: a version that this "
		    "program does not know", name);
	if (text.n < sizeof(HEADER) - 1 + MAC_LEN)
		return ehr_fail(e, EHR_EINTEGRITY, "%s: cut off", name);
	rest.n -= MAC_LEN;
	mac = (struct str){ text.s + rest.n, MAC_LEN };
	if (!str_starts(mac, "mac ") || !hex_parse((struct str){ mac.s + 4,
		2 * SHA256_LEN }, f->mac, SHA256_LEN))
		return ehr_fail(e, EHR_EINTEGRITY, "%s: no mac at the end",
		    name);
	rest.s += sizeof(HEADER) - 1;
	rest.n -= sizeof(HEADER) - 1;
	rc = get_lines(&r, f, rest);
	if (rc < 0)
		return rc;
	put_slots(&again, f);
	put_mac(&again, f);
	return str_eq(text, buf_str(&again)) ? 0 :
	    ehr_fail(e, EHR_EINTEGRITY, "%s: not in the form that is written",
		name);
}
