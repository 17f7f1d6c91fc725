/* duplicates.c - pairs of patients that may be one person. */
#include <stdlib.h>

#include "ehr/fhir.h"
#include "ehr/identity.h"

enum {
	WIDE_BLOCK = 64,  /* larger ones: only neighbours are compared */
	NEIGHBOURS = 24,
	MAX_SHARED = 16,  /* a phone that more have tells nothing */
};

/* What puts two patients side by side. */
enum block {
	BLOCK_FAMILY_BORN,
	BLOCK_INITIAL_BORN,
	BLOCK_NAMES_YEAR,
	BLOCK_NAMES_DAY,
	BLOCK_SWAPPED,
	BLOCK_PHONE,
	BLOCK_ID,
};

struct key {
	uint64_t hash;
	uint32_t person;
	uint32_t shared; /* a phone */
};

struct people {
	struct record *r;
	struct ehr_err *e;
	struct arena mem;
	struct tape t;
	struct identity_person *v;
	size_t n, cap;
	struct key *key;
	size_t keys, key_cap;
	uint64_t *pair; /* the two places in v */
	size_t pairs, pair_cap;
};

static void release(struct people *p)
{
	arena_release(&p->mem);
	tape_release(&p->t);
	free(p->v);
	free(p->key);
	free(p->pair);
}

static int read_one(void *arg, int64_t patient)
{
	struct people *p = arg;
	struct tape_error why;
	struct resource res;
	int rc = record_get(p->r, record_patient_rid(patient), RECORD_NOW,
	    &res, p->e);

	if (rc <= 0 || res.state != RECORD_LIVE)
		return rc < 0 ? rc : 0;
	if (tape_parse(&p->t, res.body.s, res.body.n, &why) != 0)
		return ehr_fail(p->e, EHR_EINTEGRITY, "a stored resource is "
		    "not JSON");
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 1024;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	p->v[p->n] = (struct identity_person){ .patient = patient };
	identity_read(&p->v[p->n++], &p->t, &p->mem);
	return 0;
}

/* ---- blocks ---- */

static void add_key(struct people *p, size_t person, enum block block,
    uint64_t hash)
{
	if (p->keys == p->key_cap) {
		p->key_cap = p->key_cap ? p->key_cap * 2 : 4096;
		p->key = xrealloc(p->key, p->key_cap * sizeof(*p->key));
	}
	p->key[p->keys++] = (struct key){ hash64(&hash, sizeof(hash), block),
		(uint32_t)person, block == BLOCK_PHONE };
}

static uint64_t names_hash(struct str a, struct str b, int more)
{
	return hash64(a.s, a.n, hash64(b.s, b.n, (uint64_t)more));
}

static void add_name_keys(struct people *p, size_t i)
{
	const struct identity_person *v = &p->v[i];
	const struct date *d = &v->born;
	int day = (d->year * 16 + d->month) * 32 + d->day;
	struct str initial = { v->given.s, v->given.n ? 1 : 0 };
	bool turned = str_cmp(v->family, v->given) > 0;

	if (d->precision < DATE_DAY)
		return;
	if (v->family.n)
		add_key(p, i, BLOCK_FAMILY_BORN,
		    names_hash(v->family, STR_NONE, day));
	if (v->maiden.n)
		add_key(p, i, BLOCK_FAMILY_BORN,
		    names_hash(v->maiden, STR_NONE, day));
	if (initial.n)
		add_key(p, i, BLOCK_INITIAL_BORN,
		    names_hash(initial, STR_NONE, day));
	if (v->family.n == 0 || v->given.n == 0)
		return;
	add_key(p, i, BLOCK_SWAPPED, names_hash(turned ? v->given : v->family,
	    turned ? v->family : v->given, day));
	add_key(p, i, BLOCK_NAMES_YEAR,
	    names_hash(v->family, v->given, d->year));
	add_key(p, i, BLOCK_NAMES_DAY,
	    names_hash(v->family, v->given, day & 511));
}

static void add_keys(struct people *p, size_t i)
{
	const struct identity_person *v = &p->v[i];

	add_name_keys(p, i);
	for (size_t k = 0; k < ARRAY_LEN(v->phone) && v->phone[k]; k++)
		add_key(p, i, BLOCK_PHONE, v->phone[k]);
	for (size_t k = 0; k < ARRAY_LEN(v->id) && v->id[k]; k++)
		add_key(p, i, BLOCK_ID, v->id[k]);
	if (v->ssn)
		add_key(p, i, BLOCK_ID, v->ssn);
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void add_pair(struct people *p, uint32_t a, uint32_t b)
{
	if (a == b)
		return;
	if (p->pairs == p->pair_cap) {
		p->pair_cap = p->pair_cap ? p->pair_cap * 2 : 4096;
		p->pair = xrealloc(p->pair, p->pair_cap * sizeof(*p->pair));
	}
	p->pair[p->pairs++] = (uint64_t)a << 32 | b;
}

/* Keys are sorted; those of one block stand together. */
static void make_pairs(struct people *p)
{
	size_t i = 0, end, reach;

	while (i < p->keys) {
		const struct key *k = &p->key[i];

		for (end = i; end < p->keys && p->key[end].hash == k->hash;
		    end++)
			;
		reach = end - i > WIDE_BLOCK ? NEIGHBOURS : end - i;
		if (k->shared && end - i > MAX_SHARED)
			reach = 0;
		for (; i < end; i++)
			for (size_t j = i + 1; j < end && j <= i + reach; j++)
				add_pair(p, p->key[i].person,
				    p->key[j].person);
	}
	if (p->pairs)
		qsort(p->pair, p->pairs, sizeof(*p->pair), by_number);
}

static int by_score(const void *a, const void *b)
{
	const struct identity_pair *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

static void score_pairs(struct people *p, int min,
    struct identity_pair **out, size_t *n)
{
	struct identity_pair *list = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < p->pairs; i++) {
		const struct identity_person *a = &p->v[p->pair[i] >> 32];
		const struct identity_person *b =
		    &p->v[p->pair[i] & UINT32_MAX];
		struct identity_pair x = { a->patient, b->patient, 0, 0 };

		if (i && p->pair[i] == p->pair[i - 1])
			continue;
		x.score = identity_score(a, b, &x.reasons);
		if (x.score < min)
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			list = xrealloc(list, cap * sizeof(*list));
		}
		list[(*n)++] = x;
	}
	if (*n)
		qsort(list, *n, sizeof(*list), by_score);
	*out = list;
}

int identity_duplicates(struct record *r, int min, struct identity_pair **pair,
    size_t *n, struct ehr_err *e)
{
	struct people p = { .r = r, .e = e, .mem = ARENA_INIT };
	int rc = record_patients(r, read_one, &p, e);

	*pair = NULL;
	*n = 0;
	for (size_t i = 0; rc == 0 && i < p.n; i++)
		add_keys(&p, i);
	if (rc == 0 && p.keys) {
		qsort(p.key, p.keys, sizeof(*p.key), by_key);
		make_pairs(&p);
		score_pairs(&p, min, pair, n);
	}
	release(&p);
	return rc;
}

/* ---- one against the record ---- */

struct born_on {
	int64_t *rid;
	size_t n, cap;
};

static int take_rid(void *arg, int64_t rid, struct str value)
{
	struct born_on *l = arg;

	(void)value;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->rid = xrealloc(l->rid, l->cap * sizeof(*l->rid));
	}
	l->rid[l->n++] = rid;
	return 0;
}

static int compare_rid(struct people *p, int64_t rid,
    const struct identity_person *x, struct identity_pair *best)
{
	unsigned reasons;
	int64_t patient;
	int score, rc;

	rc = record_patient_of(p->r, rid, RECORD_NOW, &patient, p->e);
	if (rc < 0)
		return rc;
	p->n = 0;
	rc = read_one(p, rid_segment(rid));
	if (rc < 0 || p->n == 0)
		return rc;
	score = identity_score(x, &p->v[0], &reasons);
	if (score > best->score)
		*best = (struct identity_pair){ 0, patient, score, reasons };
	return 0;
}

int identity_like(struct record *r, const struct tape *t, int min,
    struct identity_pair *best, struct ehr_err *e)
{
	struct people p = { .r = r, .e = e, .mem = ARENA_INIT };
	struct identity_person x = { 0 };
	struct born_on list = { NULL, 0, 0 };
	BUF_AUTO born = BUF_INIT;
	int rc = 0;

	identity_read(&x, t, &p.mem);
	if (x.born.precision >= DATE_DAY) {
		date_format(&born, &x.born);
		rc = index_string(r, INDEX_BIRTHDATE, buf_str(&born), false,
		    take_rid, &list, e);
	}
	*best = (struct identity_pair){ .score = min - 1 };
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = compare_rid(&p, list.rid[i], &x, best);
	if (best->b == 0)
		best->score = 0;
	free(list.rid);
	release(&p);
	return rc;
}
