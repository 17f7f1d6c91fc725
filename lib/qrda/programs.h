/* programs.h - the programs of 2026 (CMS Program, value set
 * 2.16.840.1.113883.3.249.14.101), blanks between. */
#ifndef QRDA_PROGRAMS_H
#define QRDA_PROGRAMS_H

#define PROGRAMS                                                 \
	"MIPS_INDIV MIPS_GROUP MIPS_SUBGROUP MIPS_VIRTUALGROUP " \
	"MIPS_APMENTITY MIPS_APP1_INDIV MIPS_APP1_GROUP "        \
	"MIPS_APP1_APMENTITY APP_PLUS_INDIV APP_PLUS_GROUP "     \
	"APP_PLUS_APMENTITY SSP_PI_INDIV SSP_PI_GROUP SSP_PI_APMENTITY"

#endif
