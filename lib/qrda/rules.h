/* rules.h - what a rule asks of an element. */
#ifndef QRDA_RULES_H
#define QRDA_RULES_H

#include "place.h"

enum rule_kind {
#define X(kind, words) RULE_##kind,
#include "kinds.def"
#undef X
};

/* A row of a table. */
struct rule_row {
	enum { ROW_PLACE, ROW_RULE, ROW_THEN } row;
	enum rule_kind kind;
	const char *number, *name; /* of a place: programs it is for, or NULL */
	const char *text;	   /* argument; the place */
};

/* Does it hold at node? below is the argument as a place. */
bool rule_holds(const struct rule_row *r, const struct place *below,
    const struct xml_node *node);
/* Is the argument of that kind a place? */
bool rule_is_place(enum rule_kind kind);
/* Appends what must hold, in words. */
void rule_words(struct buf *b, const struct rule_row *r);
/* Is word one of a list with blanks between? */
bool rule_word_in(struct str word, struct str list);

#endif
