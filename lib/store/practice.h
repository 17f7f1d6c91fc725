/* practice.h - what facilities and staff share. */
#ifndef STORE_PRACTICE_H
#define STORE_PRACTICE_H

#include "impl.h"

/* A word or name: present, printable UTF-8, not endless. */
int practice_text(const char *what, struct str s, struct ehr_err *e);
int practice_npi(struct str npi, struct ehr_err *e);
/* Runs an upsert that returns a row when it changed something: 1, else 0. */
int practice_put(struct stmt *s, struct ehr_err *e);

#endif
