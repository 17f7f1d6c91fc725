/* qrda-guids.c - where the GUIDs of a measure come from: --guids, the package
 * itself, what is built in of its year. */
#include "mips.h"
#include "qrda.h"

struct guids_year {
	struct guids_year *next;
	int year;
	struct qrda_table *table;
};

int guids_open(struct guids *g, struct cli *c, struct ehr_err *e)
{
	g->c = c;
	return mips_opts.guids
	    ? qrda_table_read(&g->file, mips_opts.guids, e) : 0;
}

void guids_close(struct guids *g)
{
	for (struct guids_year *y = g->years; y; y = y->next)
		qrda_table_free(y->table);
	qrda_table_free(g->file);
	arena_release(&g->mem);
}

/* NULL: none of the year. */
const struct qrda_table *guids_year(struct guids *g, int year)
{
	struct guids_year *y = g->years;

	while (y && y->year != year)
		y = y->next;
	if (!y) {
		struct ehr_err none = { 0 };

		y = arena_alloc(&g->mem, sizeof(*y));
		*y = (struct guids_year){ g->years, year, NULL };
		g->years = y;
		if (qrda_table_year(&y->table, year, &none) < 0)
			y->table = NULL;
	}
	return y->table;
}

const char *guids_code(enum quality_kind kind)
{
	static const char *const codes[] = {
		[QUALITY_INITIAL] = "IPOP",
		[QUALITY_DENOMINATOR] = "DENOM",
		[QUALITY_EXCLUSION] = "DENEX",
		[QUALITY_EXCEPTION] = "DENEXCEP",
		[QUALITY_NUMERATOR] = "NUMER",
	};

	return kind < ARRAY_LEN(codes) ? codes[kind] : NULL;
}

/* ---- the package itself ---- */

static bool group_guids(struct qrda_guids *to, struct qrda_guid *guid,
    const struct quality_group *g, uint32_t number)
{
	for (uint32_t i = 0; i < g->populations; i++) {
		const char *code = guids_code(g->population[i].kind);

		if (!code || !uuid_valid(g->population[i].id))
			return false;
		guid[to->n++] = (struct qrda_guid){ str_of(code),
			g->population[i].id, number, -1 };
	}
	for (uint32_t i = 0; i < g->strata; i++) {
		if (!uuid_valid(g->stratum[i].id))
			return false;
		guid[to->n++] = (struct qrda_guid){ STR_NONE,
			g->stratum[i].id, number, (int)i };
	}
	return true;
}

/* Its version-specific identifier and the ids of its populations, when all of
 * them are UUIDs; else NULL. */
static const struct qrda_guids *own(struct guids *g,
    const struct quality_measure *m)
{
	struct qrda_guids *to = arena_alloc(&g->mem, sizeof(*to));
	struct qrda_guid *guid;
	size_t n = 1;

	*to = (struct qrda_guids){ .cms = m->name, .uuid = m->uuid,
		.groups = m->groups };
	for (uint32_t i = 0; i < m->groups; i++)
		n += m->group[i].populations + m->group[i].strata;
	guid = arena_alloc(&g->mem, n * sizeof(*guid));
	to->guid = guid;
	for (uint32_t i = 0; i < m->groups; i++)
		if (!group_guids(to, guid, &m->group[i], i))
			return NULL;
	return m->uuid.s ? to : NULL;
}

/* ---- of a measure ---- */

static int year_of(const struct quality_measure *m, const char *from)
{
	struct str day = m->start.n >= 4 ? m->start : str_of(from);
	int64_t year = 0;

	str_int((struct str){ day.s, 4 }, &year);
	return (int)year;
}

static const struct qrda_guids *find(struct guids *g,
    const struct quality_measure *m, int year)
{
	const struct qrda_table *built = guids_year(g, year);
	const struct qrda_guids *found = g->file
	    ? qrda_table_find(g->file, m->cms_id) : NULL;

	if (!found)
		found = own(g, m);
	if (!found && built)
		found = qrda_table_find(built, m->cms_id);
	return found;
}

int guids_find(struct guids *g, const struct quality_measure *m,
    const char *from, const struct qrda_guids **found, struct ehr_err *e)
{
	int year = year_of(m, from);

	*found = find(g, m, year);
	if (!*found)
		return ehr_fail(e, EHR_EUSAGE, "no GUIDs of %.*s of %d are "
		    "known: --guids FILE (QPP measures-data of the year)",
		    STR_FMT(m->name), year);
	if ((*found)->groups != m->groups)
		return ehr_fail(e, EHR_EUSAGE, "%.*s has GUIDs for %u groups, "
		    "the measure has %u", STR_FMT((*found)->cms),
		    (*found)->groups, m->groups);
	if (year_of(&(struct quality_measure){ 0 }, from) != year)
		cli_warn(g->c, "%.*s: GUIDs are of %d, the period begins on %s",
		    STR_FMT(m->name), year, from);
	if ((*found)->carried.s)
		cli_warn(g->c, "%.*s: GUIDs of groups after the first are "
		    "those of %.*s", STR_FMT((*found)->cms),
		    STR_FMT((*found)->carried));
	cli_note(g->c, "%.*s %.*s: GUIDs are those of %.*s",
	    STR_FMT(m->name), STR_FMT(m->version), STR_FMT((*found)->cms));
	return 0;
}
