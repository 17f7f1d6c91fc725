/* scrub.h - what the files of scrub share. */
#ifndef BILLING_SCRUB_H
#define BILLING_SCRUB_H

#include "ehr/billing-code.h"
#include "ehr/billing-scrub.h"

enum scrub_sql_id {
#define X(id, name, text, perm) id,
#include "scrub-sql.def"
#undef X
};
extern const struct sql scrub_sql_table[];

static inline struct stmt *scrub_sql(struct store *db, enum scrub_sql_id id)
{
	return store_sql(db, &scrub_sql_table[id]);
}

/* A charge at work. */
struct scrub_at {
	struct scrub *s;
	struct store *db;
	const struct charge *c;
	const struct setup_item *payer; /* NULL: not known */
	const struct setup_item *rendering, *billing, *facility;
	struct date birth;		/* precision DATE_NONE: not known */
	struct date death;
	char sex;			/* F, M, else 0 */
	bool address;			/* whole */
	int blocking;
	uint8_t overridden[SCRUB_COUNT];
	struct ehr_err *e;
};

/* Tells a finding. */
void scrub_find(struct scrub_at *at, enum scrub_id id, int line,
    const char *what);
void scrub_tell(struct scrub_at *at, const struct scrub_finding *f);
/* Is one of the words a modifier of the line? */
bool scrub_has(const struct charge_line *l, const char *words);
/* The same of a single text among words. */
bool scrub_among(struct str v, const char *words);
/* A text for scrub_find(). */
struct scrub_word {
	char s[40];
};
struct scrub_word scrub_word(struct str v);

/* Each looks at one side of the charge: 0 or negative. */
int scrub_who(struct scrub_at *at);
int scrub_dx(struct scrub_at *at);
int scrub_lines(struct scrub_at *at);
int scrub_pairs(struct scrub_at *at);
int scrub_edits(struct scrub_at *at);
/* Is it a condition of an edit? */
bool scrub_condition(struct str text);

#endif
