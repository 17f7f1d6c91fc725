/*
 * term.h - terminology: units of measure (UCUM 2.2).
 */
#ifndef EHR_TERM_H
#define EHR_TERM_H

#include "ehr/base.h"

/* Is text a unit in UCUM's case sensitive syntax (clauses 6 to 12)? */
bool ucum_valid(struct str unit);
/* Turns *value of unit `from` into unit `to`; special units (degrees Celsius,
 * bel, pH) by their function, not by a factor (21). Accurate to 18 digits.
 * False, *value untouched: one is no unit, they measure different things, or a
 * special unit is not alone. Arbitrary units ([iU]) go only with themselves
 * (24). */
bool ucum_convert(struct str from, struct str to, long double *value);

#endif
