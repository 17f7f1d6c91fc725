/* write.h - inquiries as a 270. */
#ifndef ELIG_WRITE_H
#define ELIG_WRITE_H

#include "ehr/billing-party.h"
#include "ehr/x12.h"

struct elig_ask {
	const struct party_person *patient;
	const struct party_cover *cover;
	const struct setup_item *provider, *submitter;
	struct str trace, originator;
	struct str day;		  /* YYYY-MM-DD */
	const struct str *service; /* EQ01, or "HC:99213" */
	size_t services;
	struct str place;	  /* III02, or "" */
	const struct str *diagnosis; /* HI, without dots */
	size_t diagnoses;
};
/* ISA and GS, one set for each inquiry, GE and IEA. */
struct elig_file {
	struct x12_writer w;
	uint32_t isa, gs, sets;
	char date[16], time[16];
};
void elig_file_begin(struct elig_file *f, struct buf *b,
    const struct setup_item *submitter, uint32_t isa, uint32_t gs,
    int64_t now);
/* st: its ST02. */
void elig_file_add(struct elig_file *f, const struct elig_ask *q,
    char st[8]);
void elig_file_end(struct elig_file *f);
/* Has a 270 to that payer to say that ("ssn"), too? */
bool elig_needs(const struct setup_item *payer, const char *what);

#endif
