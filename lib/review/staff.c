/* staff.c - who works here: names, their own charts, and the practice's list
 * of charts that are somebody's own, of somebody close, or well known. */
#include <stdlib.h>

#include "impl.h"

/* Is it one of these words, with a point behind it or none? */
static bool is_one(struct str word, const char *const *list)
{
	if (str_ends(word, "."))
		word.n--;
	while (*list && !str_is(word, *list))
		list++;
	return *list != NULL;
}

/* "Dr. Ann B. Smith Jr., MD": what stands before a comma, without titles in
 * front and behind; the first word is the given name. */
static void take_name(struct review *rv, struct str name, struct member *m)
{
	static const char *const titles[] = { "dr", "dra", "prof", "mr", "mrs",
		"ms", "miss", "sir", "rev", NULL };
	static const char *const ends[] = { "jr", "sr", "ii", "iii", "iv",
		NULL };
	BUF_AUTO folded = BUF_INIT;
	struct str rest = name, part;
	const char *blank;

	str_split(&rest, ',', &part);
	utf8_fold(&folded, part);
	rest = arena_str(&rv->mem, buf_str(&folded));
	while (str_split(&rest, ' ', &m->given) && is_one(m->given, titles))
		;
	m->rest = rest.n ? rest : m->given;
	while (m->rest.n &&
	    (blank = memrchr(m->rest.s, ' ', m->rest.n)) != NULL &&
	    is_one((struct str){ blank + 1, (size_t)(str_end(m->rest) - blank -
	    1) }, ends))
		m->rest.n = (size_t)(blank - m->rest.s);
}

bool staff_shares_name(const struct member *m, struct str family)
{
	size_t at = m->rest.n - family.n;

	return family.n && family.n <= m->rest.n &&
	    memcmp(m->rest.s + at, family.s, family.n) == 0 &&
	    (at == 0 || m->rest.s[at - 1] == ' ');
}

void staff_release(struct review *rv)
{
	for (size_t i = 0; i < rv->n_member; i++)
		free(rv->member[i].own);
	free(rv->member);
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

static bool has_own(const struct member *m, int64_t patient)
{
	for (size_t i = 0; i < m->n_own; i++)
		if (m->own[i] == patient)
			return true;
	return false;
}

/* Charts of exactly that name; the index finds beginnings of names. */
struct finding {
	struct review *rv;
	struct member *m;
	struct str family;
};

static int take_rid(void *arg, int64_t rid, struct str value)
{
	struct finding *f = arg;
	struct str given = value, family;
	int64_t patient;
	int rc;

	str_split(&given, INDEX_NAME_SEP, &family);
	if (!str_eq(family, f->family) || !str_eq(given, f->m->given))
		return 0;
	rc = chart_now(f->rv, rid_segment(rid), &patient);
	if (rc < 0 || has_own(f->m, patient))
		return rc;
	f->m->own = xrealloc(f->m->own,
	    (f->m->n_own + 1) * sizeof(*f->m->own));
	f->m->own[f->m->n_own++] = patient;
	return 0;
}

/* The family name may be of several words: all ends of the rest are tried. */
static int find_own(struct review *rv, struct member *m)
{
	struct finding f = { rv, m, m->rest };
	struct str word;
	size_t at;
	int rc = 0;

	while (rc == 0 && f.family.n) {
		rc = index_name(rv->r, f.family, m->given, take_rid, &f,
		    rv->e);
		str_split(&f.family, ' ', &word);
	}
	for (size_t i = 0; rc == 0 && i < m->n_own; i++)
		rc = chart_get(rv, m->own[i], &at);
	return rc;
}

/* ---- the list ---- */

static int take_listed(void *arg, int64_t rid, struct str user,
    struct str kind)
{
	struct review *rv = arg;
	BUF_AUTO key = BUF_INIT;
	int64_t patient;
	int rc = chart_now(rv, rid_segment(rid), &patient);

	if (rc < 0)
		return rc;
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
