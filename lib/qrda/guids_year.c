/* guids_year.c - the GUIDs of a year's measures that are built in
 * (data/guids-YEAR.tsv). */
#include <stdlib.h>

#include "impl.h"

enum { COL_CMS, COL_ID, COL_UUID, COL_GROUP, COL_FIRST, COL_STRATA = 9,
	COL_FROM, COLS };

static const struct row {
	int year;
	const char *col[COLS];
} rows[] = {
#include "guids.h"
};

static size_t words(struct str s)
{
	struct str word;
	size_t n = 0;

	while (str_split(&s, ' ', &word))
		n++;
	return n;
}

/* A group is a row; those of a measure follow one another. */
static void add_group(struct qrda_table *t, struct qrda_guids *m,
    const struct row *r)
{
	struct str strata = str_of(r->col[COL_STRATA]), guid;
	struct qrda_guid *to = arena_alloc(&t->mem,
	    (m->n + GUID_KINDS + words(strata)) * sizeof(*to));
	int n = 0;

	if (m->n)
		memcpy(to, m->guid, m->n * sizeof(*to));
	m->guid = to;
	for (size_t k = 0; k < GUID_KINDS; k++)
		if (*r->col[COL_FIRST + k] != '-')
			to[m->n++] = (struct qrda_guid){
				str_of(guid_kinds[k].code),
				str_of(r->col[COL_FIRST + k]), m->groups, -1 };
	while (!str_is(strata, "-") && str_split(&strata, ' ', &guid))
		to[m->n++] = (struct qrda_guid){ STR_NONE, guid, m->groups,
			n++ };
	if (*r->col[COL_FROM] != '-')
		m->carried = str_of(r->col[COL_FROM]);
	m->groups++;
}

static void add_row(struct qrda_table *t, const struct row *r)
{
	struct qrda_guids *m = t->n ? &t->measure[t->n - 1] : NULL;

	if (!m || !str_is(m->cms, r->col[COL_CMS])) {
		m = &t->measure[t->n++];
		*m = (struct qrda_guids){ .cms = str_of(r->col[COL_CMS]),
			.uuid = str_of(r->col[COL_UUID]),
			.id = str_of(r->col[COL_ID]) };
	}
	add_group(t, m, r);
}

int qrda_table_year(struct qrda_table **t, int year, struct ehr_err *e)
{
	*t = xcalloc(1, sizeof(**t));
	(*t)->measure = xcalloc(ARRAY_LEN(rows), sizeof(*(*t)->measure));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].year == year)
			add_row(*t, &rows[i]);
	if ((*t)->n)
		return 0;
	qrda_table_free(*t);
	*t = NULL;
	return ehr_fail(e, EHR_ENOENT, "no GUIDs of %d are built in", year);
}
