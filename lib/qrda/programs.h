/*
 * programs.h - the programs of 2026 (CMS Program, value set
 * 2.16.840.1.113883.3.249.14.101): X(name, who reports, id of a value pathway,
 * sections).
 *
 * Who: INDIV has an NPI and a TIN, GROUP a TIN, the others an id of their own
 * and no TIN in the performer; but for INDIV the NPI's nullFlavor is NA.
 * Pathway (42 CFR 414.1365): a subgroup reports nothing else, a virtual group
 * none; the APP is one itself. Sections: ALL, or PI: promoting
 * interoperability alone (CMS_141, CMS_142).
 */
#ifndef QRDA_PROGRAMS_H
#define QRDA_PROGRAMS_H

#define PROGRAM_LIST(X)                                  \
	X("MIPS_INDIV", INDIV, MAY, ALL)                 \
	X("MIPS_GROUP", GROUP, MAY, ALL)                 \
	X("MIPS_SUBGROUP", SUBGROUP, MUST, ALL)          \
	X("MIPS_VIRTUALGROUP", VIRTUALGROUP, NEVER, ALL) \
	X("MIPS_APMENTITY", APMENTITY, MAY, ALL)         \
	X("MIPS_APP1_INDIV", INDIV, NEVER, ALL)          \
	X("MIPS_APP1_GROUP", GROUP, NEVER, ALL)          \
	X("MIPS_APP1_APMENTITY", APMENTITY, NEVER, ALL)  \
	X("APP_PLUS_INDIV", INDIV, NEVER, ALL)           \
	X("APP_PLUS_GROUP", GROUP, NEVER, ALL)           \
	X("APP_PLUS_APMENTITY", APMENTITY, NEVER, ALL)   \
	X("SSP_PI_INDIV", INDIV, NEVER, PI)              \
	X("SSP_PI_GROUP", GROUP, NEVER, PI)              \
	X("SSP_PI_APMENTITY", APMENTITY, NEVER, PI)

#define PROGRAM_WORD(name, who, mvp, sections) name " "
/* Their names, a blank behind each. */
#define PROGRAMS PROGRAM_LIST(PROGRAM_WORD)

#endif
