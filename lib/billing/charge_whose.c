/* charge_whose.c - the patient and encounter of a charge. */
#include "charge.h"
#include "ehr/fhir.h"

/* A key of what it says: 64 bits of SHA-256, enough among the charges of one
 * patient's day. */
static void own_key(struct charge *c)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO key = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	charge_text(&text, c);
	sha256(text.s, text.len, digest);
	buf_adds(&key, "own-");
	hex_format(&key, digest, 8);
	c->key = arena_str(&c->mem, buf_str(&key));
}

int charge_whose(struct record *r, struct charge *c, struct str patient,
    struct str encounter, struct buf *candidates, struct ehr_err *e)
{
	struct record_found found;
	int rc = record_find_patient(r, patient, &c->patient, candidates, e);

	if (rc == 0 && encounter.s) {
		rc = record_find(r, encounter, FHIR_Encounter, &found,
		    candidates, e);
		if (rc == 0 && found.patient != c->patient)
			rc = ehr_fail(e, EHR_ENOENT, "encounter: not one of "
			    "this patient");
		c->encounter = rc == 0 ? found.rid : 0;
	}
	if (rc == 0 && !c->key.s)
		own_key(c);
	return rc;
}

const struct setup_item *charge_billing(const struct setup *setup,
    const struct charge *c)
{
	const struct setup_item *who = setup_find(setup, SETUP_PROVIDER,
	    charge_field(c, 0, "billing"));
	const struct setup_item *rendering;

	if (who)
		return who;
	rendering = setup_find(setup, SETUP_PROVIDER,
	    charge_field(c, 0, "rendering"));
	if (rendering && setup_ref(setup, rendering, "billing"))
		return setup_ref(setup, rendering, "billing");
	return rendering && setup_yes(rendering, "bills") ? rendering : NULL;
}
