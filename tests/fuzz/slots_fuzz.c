/* Slot files and key files: any text is taken or refused with a message that
 * names the file; what is taken is written the same. */
#include "ehr/keys.h"
#include "fuzz.h"

static const struct keyring ring = { .n = 1, .k = { { 7, "first key" } } };

/* What was read is held against its MAC and opened with a secret that is
 * none of its own, then sealed anew and read again. */
static void use(struct key_slots *f)
{
	static const char secret[] = "a secret that opens nothing of it";
	struct buf text = BUF_INIT;
	struct key_slots again;
	struct keyring got;
	struct ehr_err e = { 0 };
	int rc = key_slots_check(f, "f", &ring, &e);

	MUST(rc == 0 || rc == EHR_EINTEGRITY);
	for (int kind = SLOT_KEYFILE; kind < SLOT_KINDS; kind++)
		MUST(key_slots_open(f, (enum slot_kind)kind,
			str_of(secret), &got, NULL, &e) == 0);
	rc = key_slots_format(f, &ring, &text, &e);
	MUST(rc == 0 || rc == EHR_EINTEGRITY);
	if (rc == 0) {
		MUST(key_slots_parse(&again, "f", buf_str(&text), &e) == 0);
		MUST(key_slots_check(&again, "f", &ring, &e) == 0);
	}
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct ehr_err e = { 0 };
	struct key_slots f;
	int rc = key_slots_parse(&f, "f", s, &e);

	MUST(rc == 0 || ((rc == EHR_ENOTEHR || rc == EHR_EINTEGRITY) &&
	    e.msg[0] == 'f'));
	if (rc == 0)
		use(&f);
	return 0;
}
