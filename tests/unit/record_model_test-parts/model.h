/*
 * model.h - the record once more, as naive as it can be: plain arrays that
 * are searched from end to end. It says what a record must hold after any
 * row of operations.
 */
#ifndef MODEL_H
#define MODEL_H

#include "ehr/record.h"

/* The names there are: of each source some patients, observations about
 * them (or about nobody) and organizations. */
enum {
	SOURCES = 2,
	PATIENTS = 4,
	OBSERVATIONS = 8,
	ORGANIZATIONS = 2,
	PER_SOURCE = PATIENTS + OBSERVATIONS + ORGANIZATIONS,
	KEYS = SOURCES * PER_SOURCE,
	NOBODY = -1,
	NONE = -1,
	MAX_ROWS = 1024,
	MAX_VERSIONS = 4096,
	MAX_BATCHES = 256,
	MAX_OWNERS = 2048,
	VALUES = 3, /* different contents of one subject */
};

/* Contents: subject * 16 + value; the subject of a patient is 0. */
static inline int content_subject(int content)
{
	int s = content / 16;

	return s < PATIENTS ? s : NOBODY;
}

enum key_kind { KEY_PATIENT, KEY_OBSERVATION, KEY_ORGANIZATION };
enum key_kind key_kind(int key);
int key_source(int key);     /* 0.. */
const char *key_type(int key);
void key_name(struct buf *b, int key); /* SOURCE:TYPE/ID */
void key_id(struct buf *b, int key);
/* The resource's JSON; updated: meta.lastUpdated as a day of 2026, or 0. */
void key_body(struct buf *b, int key, int content, int updated);

struct model_version {
	int row, version;
	int batch, origin;
	int end;	/* batch; NONE: current */
	int content;	/* NONE: no body */
	int updated;
	enum record_state state;
	bool late;
};

struct model_row {
	int key;
	int home;	/* key of the patient in whose chart it began, NOBODY */
	int last_version;
};

struct model_batch {
	enum batch_state state;
	int undoes;	/* or NONE */
};

/* Chart of patient `key` belongs to patient `owner` since batch `batch`. */
struct model_owner {
	int key, owner, batch;
};

struct model {
	struct model_row row[MAX_ROWS];
	struct model_version ver[MAX_VERSIONS];
	struct model_batch batch[MAX_BATCHES]; /* from 1 */
	struct model_owner owner[MAX_OWNERS];
	int n_row, n_ver, n_batch, n_owner;
	bool chart[KEYS]; /* the patient has a chart */
	struct batch_counts n;
};

void model_init(struct model *m);
/* Owner of a patient's chart now: a key. */
int model_owner(const struct model *m, int key);
/* Row a key means now, or NONE. */
int model_find(const struct model *m, int key);
const struct model_version *model_current(const struct model *m, int row);

struct model_put {
	int key, content, updated;
	bool by_time, exact; /* exact: with if_version */
};
int model_begin(struct model *m);	     /* number of the new batch */
/* Items in any order: they are sorted as the record promises. */
void model_put(struct model *m, struct model_put *put, int n);
void model_delete(struct model *m, int key);
void model_merge(struct model *m, int to, int from);
/* False: refused, later batches built on it (the model is spoilt then).
 * *left counts what partial left. */
bool model_undo(struct model *m, int batch, bool partial, int *left);

#endif
