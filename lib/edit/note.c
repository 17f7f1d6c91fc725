/* note.c - notes: DocumentReference that once signed only grows. */
#include "edit/impl.h"

bool note_signed(const struct tape *t, uint32_t root)
{
	BUF_AUTO text = BUF_INIT;
	struct str s;

	if (fhir_resource_type(t, root) != FHIR_DocumentReference)
		return false;
	s = tape_member(t, root, "docStatus", &text);
	return str_is(s, "final") || str_is(s, "amended");
}
