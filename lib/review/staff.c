/* staff.c - who works here: names, their own charts, and the practice's list
 * of charts that are somebody's own, of somebody close, or well known. */
#include <stdlib.h>

#include "impl.h"

/* "Dr. Ann B. Smith, MD": what stands before a comma, the last word the family
 * name, the first that is no title the given one. */
static void take_name(struct review *rv, struct str name, struct member *m)
{
	BUF_AUTO folded = BUF_INIT;
	struct str rest = name, word, part;

	str_split(&rest, ',', &part);
	utf8_fold(&folded, part);
	rest = arena_str(&rv->mem, buf_str(&folded));
	while (str_split(&rest, ' ', &word)) {
		if (m->given.n == 0 && !str_starts(word, "dr"))
			m->given = word;
		m->family = word;
	}
}

static int take_member(void *arg, const struct store_staff *f)
{
	struct review *rv = arg;
	struct member *m;

	rv->member = xrealloc(rv->member,
	    (rv->n_member + 1) * sizeof(*rv->member));
	m = &rv->member[rv->n_member++];
	*m = (struct member){ .n_own = 0 };
	take_name(rv, f->name, m);
	*strmap_put(&rv->staff, f->user, NULL) = (int64_t)rv->n_member;
	return 0;
}

struct rids {
	int64_t v[64];
	size_t n;
};

static int take_rid(void *arg, int64_t rid, struct str value)
{
	struct rids *x = arg;

	(void)value;
	x->v[x->n++] = rid;
	return x->n == ARRAY_LEN(x->v);
}

static bool has_own(const struct member *m, int64_t patient)
{
	for (size_t i = 0; i < m->n_own; i++)
		if (m->own[i] == patient)
			return true;
	return false;
}

/* The index finds beginnings of names; theirs must be the whole. */
static int find_own(struct review *rv, struct member *m)
{
	struct rids found = { .n = 0 };
	int64_t patient;
	size_t at;
	int rc = 0;

	if (m->given.n)
		rc = index_name(rv->r, m->family, m->given, take_rid, &found,
		    rv->e);
	for (size_t i = 0; rc >= 0 && i < found.n; i++) {
		patient = rid_segment(found.v[i]);
		rc = chart_get(rv, patient, &at);
		if (rc == 0 && m->n_own < MAX_OWN && !has_own(m, patient) &&
		    str_eq(rv->chart[at].who.family, m->family) &&
		    str_eq(rv->chart[at].who.given, m->given))
			m->own[m->n_own++] = patient;
	}
	return rc < 0 ? rc : 0;
}

/* ---- the list ---- */

static int take_listed(void *arg, int64_t rid, struct str user,
    struct str kind)
{
	struct review *rv = arg;
	BUF_AUTO key = BUF_INIT;
	int64_t patient = rid_segment(rid);

	if (str_is(kind, "vip"))
		map64_put(&rv->vip, (uint64_t)patient, NULL);
	if (!str_is(kind, "own") && !str_is(kind, "family"))
		return 0;
	buf_addf(&key, "%.*s %lld", STR_FMT(user), (long long)patient);
	*strmap_put(&rv->close, buf_str(&key), NULL) =
	    str_is(kind, "own") ? 1 : 2;
	return 0;
}

int staff_read(struct review *rv)
{
	int rc = record_sensitive_each(rv->r, take_listed, rv, rv->e);

	if (rc == 0)
		rc = store_staff_each(record_store(rv->r), take_member, rv,
		    rv->e);
	for (size_t i = 0; rc == 0 && i < rv->n_member; i++)
		rc = find_own(rv, &rv->member[i]);
	return rc;
}
