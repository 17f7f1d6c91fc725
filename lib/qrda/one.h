/* one.h - what reading and writing of Category I share. */
#ifndef QRDA_ONE_H
#define QRDA_ONE_H

#include "ehr/fhir.h"
#include "impl.h"

#define SDTC_NS "urn:hl7-org:sdtc"
#define NEGATED "http://hl7.org/fhir/us/qicore/StructureDefinition/"

/* Where the code of an element stands: its code, its value, its consumable, a
 * device, what is consumed (an allergy), the reason (a communication). */
enum code_at { AT_DIRECT, AT_VALUE, AT_CONSUMABLE, AT_DEVICE, AT_CONSUMER,
	AT_REASON };

struct kind {
	int type; /* of FHIR */
	const char *categories, *element, *class, *mood, *template, *version;
	enum code_at at;
	const char *time, *author;
	enum value_at { VALUE_OWN, VALUE_RESULT, VALUE_NA } value;
};

const struct kind *one_kind(size_t i); /* NULL behind the last */
/* Code systems: URI of FHIR and OID of HL7, STR_NONE when not known; "urn:oid:"
 * is understood. */
struct str one_oid(struct str uri, struct buf *scratch);
void one_uri(struct buf *b, struct str oid);
/* FHIR member with the code of a type: "code", "type", "vaccineCode". */
const char *one_code_member(int type);
/* "2026-01-31T10:00:00.000+00:00" <-> "20260131100000.000+0000" */
void one_hl7_time(struct buf *b, struct str fhir);
void one_fhir_time(struct buf *b, struct str hl7);

#endif
