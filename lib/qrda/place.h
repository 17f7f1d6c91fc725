/*
 * place.h - places in a CDA document, as the tables of rules write them: a
 * small part of XPath.
 *
 *	place := path { "|" path }		any of them
 *	path := ["/"] step { "/" step }		from the element, or the root
 *	step := ".." | NAME { "[" filter "]" }	elements of urn:hl7-org:v3
 *	filter := "#" ROOT [":" [EXTENSION]]	has that templateId (":" alone: one
 *						without extension)
 *		| "@" NAME [ "=" VALUE ]	has that attribute, or value
 *		| "!@" NAME			lacks it
 *		| path				exactly one such element below
 *		| "+" path			at least one
 *
 * Roots that begin with a number of the QRDA templates (24.3.98) stand for
 * 2.16.840.1.113883.10.20.24.3.98. As a context a path matches an element
 * whose ancestors match its steps from the end.
 */
#ifndef QRDA_PLACE_H
#define QRDA_PLACE_H

#include "ehr/xml.h"

#define HL7_NS "urn:hl7-org:v3"
#define XSI_NS "http://www.w3.org/2001/XMLSchema-instance"
#define TEMPLATES "2.16.840.1.113883.10.20."

struct place;

/* Reads one of the program's own places into the arena. */
const struct place *place_read(struct arena *mem, const char *text);
/* Is node at the place? */
bool place_match(const struct place *p, const struct xml_node *node);
/* The name of the elements of the last step of its i-th path; STR_NONE behind
 * the last. */
struct str place_last(const struct place *p, size_t i);
/* Number of elements the i-th path leads to from node. */
size_t place_count(const struct place *p, size_t i,
    const struct xml_node *node);
/* Is there an i-th path? */
bool place_has(const struct place *p, size_t i);
/* Calls fn for the elements the first path leads to. */
void place_each(const struct place *p, const struct xml_node *node,
    void (*fn)(void *arg, const struct xml_node *found), void *arg);
/* Has node a templateId "27.3.1", "27.3.1:2020-12-01" or "27.3.4:"? Their
 * number. */
size_t place_templates(const struct xml_node *node, struct str template);
/* An attribute by "name" or "xsi:type". */
struct str place_attr(const struct xml_node *node, struct str name);

#endif
