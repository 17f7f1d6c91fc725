/* slots.c - what opens a slot, and what it holds: the data keys, sealed to
 * the public half of a pair of X25519 keys. */
#include "slots.h"

static const char *const kinds[SLOT_KINDS] = {
	[SLOT_PASSPHRASE] = "passphrase",
	[SLOT_KEYFILE] = "key-file",
	[SLOT_CREDENTIAL] = "credential",
	[SLOT_RECOVERY] = "recovery",
};

/* What a passphrase costs to try: 128 MiB of memory. */
static const struct scrypt_cost pass_cost = { 17, 8, 1 };

/* A key on the stack that is not left there. */
struct key {
	uint8_t b[CURVE_LEN];
};
static void key_forget(struct key *k)
{
	crypto_cleanse(k, sizeof(*k));
}
#define KEY_AUTO EHR_CLEANUP(key_forget) struct key

static struct str bytes(const void *p, size_t n)
{
	return (struct str){ p, n };
}

const char *slot_kind_name(enum slot_kind kind)
{
	return kinds[kind];
}

/* ---- the data keys as bytes: count, then generation and key of each ---- */

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
	return p + 4;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

void keyring_pack(const struct keyring *ring, uint8_t out[KEYRING_PACKED])
{
	uint8_t *p = put32(out, ring->n);

	memset(p, 0, KEYRING_PACKED - 4);
	for (unsigned i = 0; i < ring->n; i++) {
		p = put32(p, ring->k[i].gen);
		memcpy(p, ring->k[i].key, DATA_KEY_LEN);
		p += DATA_KEY_LEN;
	}
}

bool keyring_unpack(struct keyring *ring, const uint8_t in[KEYRING_PACKED])
{
	const uint8_t *p = in + 4;

	ring->n = get32(in);
	if (ring->n == 0 || ring->n > KEYRING_MAX) {
		ring->n = 0;
		return false;
	}
	for (unsigned i = 0; i < ring->n; i++, p += 4 + DATA_KEY_LEN) {
		ring->k[i].gen = get32(p);
		memcpy(ring->k[i].key, p + 4, DATA_KEY_LEN);
	}
	return true;
}

/* ---- secret -> key of the slot -> key of the sealing ---- */

static int slot_key(const struct key_slot *s, struct str secret,
    struct key *key, struct ehr_err *e)
{
	struct str salt = bytes(s->salt, SLOT_SALT);

	if (s->kind == SLOT_PASSPHRASE)
		return crypto_scrypt(secret, salt, &s->cost, key->b,
		    CURVE_LEN, e);
	hkdf_sha256(secret, salt, STR("ehr-keys slot"), key->b, CURVE_LEN);
	return 0;
}

/* The key for one sealing, from the secret that both sides share and both
 * public halves, so that it is good for these two alone. */
static bool seal_key(const struct key_slot *s, const struct key *mine,
    const uint8_t other[CURVE_LEN], struct key *key)
{
	uint8_t both[2 * CURVE_LEN];
	KEY_AUTO shared;

	if (!x25519_shared(mine->b, other, shared.b))
		return false;
	memcpy(both, s->ephemeral, CURVE_LEN);
	memcpy(both + CURVE_LEN, s->public, CURVE_LEN);
	hkdf_sha256(bytes(shared.b, CURVE_LEN), bytes(both, sizeof(both)),
	    STR("ehr-keys seal"), key->b, CURVE_LEN);
	return true;
}

/* What a sealing belongs to: no slot can be put in the place of another. */
static void context(const struct key_slots *f, const struct key_slot *s,
    struct buf *b)
{
	buf_add(b, f->record, UUID_LEN);
	buf_addf(b, "%u %s", s->id, kinds[s->kind]);
}

/* A key seals once, so the nonce may stay zero. */
static const uint8_t nonce[AEAD_NONCE_LEN];

bool slot_seal(const struct key_slots *f, struct key_slot *s,
    const uint8_t packed[KEYRING_PACKED])
{
	BUF_AUTO ad = BUF_INIT;
	KEY_AUTO once, key;

	crypto_random(once.b, CURVE_LEN);
	x25519_public(once.b, s->ephemeral);
	if (!seal_key(s, &once, s->public, &key))
		return false;
	context(f, s, &ad);
	aead_seal(key.b, nonce, buf_str(&ad), bytes(packed, KEYRING_PACKED),
	    s->sealed);
	return true;
}

/* As key_slots_open() for one slot. */
static int slot_open(const struct key_slots *f, const struct key_slot *s,
    struct str secret, uint8_t packed[KEYRING_PACKED], struct ehr_err *e)
{
	BUF_AUTO ad = BUF_INIT;
	KEY_AUTO mine, key;
	uint8_t public[CURVE_LEN];
	int rc = slot_key(s, secret, &mine, e);

	if (rc < 0)
		return rc;
	x25519_public(mine.b, public);
	if (!crypto_equal(public, s->public, CURVE_LEN) ||
	    !seal_key(s, &mine, s->ephemeral, &key))
		return 0;
	context(f, s, &ad);
	return aead_open(key.b, nonce, buf_str(&ad),
	    bytes(s->sealed, SLOT_SEALED), packed);
}

int key_slots_open(const struct key_slots *f, enum slot_kind kind,
    struct str secret, struct keyring *ring, unsigned *id, struct ehr_err *e)
{
	uint8_t packed[KEYRING_PACKED] = { 0 };
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < f->n; i++) {
		if (f->slot[i].kind != kind)
			continue;
		rc = slot_open(f, &f->slot[i], secret, packed, e);
		if (rc > 0 && !keyring_unpack(ring, packed))
			rc = 0;
		if (rc > 0 && id)
			*id = f->slot[i].id;
	}
	crypto_cleanse(packed, sizeof(packed));
	return rc;
}

/* ---- the list ---- */

void key_slots_init(struct key_slots *f)
{
	memset(f, 0, sizeof(*f));
	uuid4(f->record);
	f->next = 1;
}

bool slot_label_ok(struct str label)
{
	if (label.n == 0 || label.n > KEYS_MAX_LABEL || label.s[0] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			label.s[i]))
			return false;
	return true;
}

int key_slots_add(struct key_slots *f, enum slot_kind kind, const char *label,
    struct str secret, const struct key_slot **added, struct ehr_err *e)
{
	struct key_slot *s = &f->slot[f->n];
	KEY_AUTO mine;
	int rc;

	if (f->n == KEYS_MAX_SLOTS)
		return ehr_fail(e, EHR_EUSAGE, "there are %d slots already",
		    KEYS_MAX_SLOTS);
	if (label && !slot_label_ok(str_of(label)))
		return ehr_fail(e, EHR_EUSAGE, "a label is up to %d letters, "
		    "digits, . _ -", KEYS_MAX_LABEL);
	*s = (struct key_slot){ .id = f->next, .kind = kind,
		.made = clock_ms() };
	if (label)
		memcpy(s->label, label, strlen(label));
	if (kind == SLOT_PASSPHRASE)
		s->cost = pass_cost;
	crypto_random(s->salt, SLOT_SALT);
	rc = slot_key(s, secret, &mine, e);
	if (rc < 0)
		return rc;
	x25519_public(mine.b, s->public);
	f->next++;
	f->n++;
	if (added)
		*added = s;
	return 0;
}

int key_slots_remove(struct key_slots *f, unsigned id, struct ehr_err *e)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (f->slot[i].id != id)
			continue;
		if (f->n == 1)
			return ehr_fail(e, EHR_EUSAGE, "slot %u is the last "
			    "one: nobody could open the record", id);
		memmove(&f->slot[i], &f->slot[i + 1],
		    (f->n - i - 1) * sizeof(f->slot[i]));
		f->n--;
		return 0;
	}
	return ehr_fail(e, EHR_ENOENT, "no slot %u", id);
}
