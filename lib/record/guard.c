/* guard.c - what may leave the record, by its category, and what may be
 * written. One look into a table an entry: permissions are settled before. */
#include "impl.h"

/* What is nobody's can be seen by all who see entries at all. */
static const struct category {
	enum fhir_category is;
	const char *name;
	enum perm read, write;
} categories[RECORD_CATEGORIES + 1] = {
	[RECORD_DEMOGRAPHICS] = { FHIR_DEMOGRAPHICS, "demographics",
	    PERM_DEMOGRAPHICS, PERM_REGISTER },
	[RECORD_CLINICAL] = { FHIR_CLINICAL, "clinical", PERM_CLINICAL,
	    PERM_CHART },
	[RECORD_NOTES] = { FHIR_NOTES, "notes", PERM_NOTES, PERM_CHART },
	[RECORD_BILLING] = { FHIR_BILLING, "billing", PERM_BILLING,
	    PERM_REGISTER },
	[RECORD_VISITS] = { FHIR_VISITS, "visits", PERM_DEMOGRAPHICS,
	    PERM_SCHEDULE },
	[RECORD_ELIGIBILITY] = { FHIR_ELIGIBILITY, "eligibility", PERM_BILLING,
	    PERM_CLAIM },
	[RECORD_SENSITIVE] = { FHIR_SENSITIVE, "sensitive", PERM_SENSITIVE,
	    PERM_CHART },
	[RECORD_CATEGORIES] = { FHIR_PRACTICE, "practice", PERM_READ,
	    PERM_REGISTER },
};

const char *record_category_name(enum record_category c)
{
	return categories[c].name;
}

void guard_init(struct guard *g)
{
	for (int type = 0; type < GUARD_TYPES; type++)
		for (uint8_t i = 0; i < ARRAY_LEN(categories); i++)
			if (categories[i].is == fhir_category(type))
				g->category[type] = i;
}

static enum record_category category_of(const struct record *r, int type)
{
	return (enum record_category)r->guard.category[type];
}

const struct record_withheld *record_withheld(const struct record *r)
{
	return &r->guard.withheld;
}

bool record_type_withheld(const struct record *r, int type)
{
	return !store_has(r->db, categories[category_of(r, type)].read);
}

static bool hide(struct record *r, int64_t rid, int type,
    enum record_category c)
{
	bool added;

	map64_put(&r->guard.once, (uint64_t)rid, &added);
	if (added)
		r->guard.withheld.n[c]++;
	record_types_add(&r->guard.withheld.types, type);
	return true;
}

bool guard_hides(struct record *r, int64_t rid, int type)
{
	enum record_category c = category_of(r, type);

	if (!store_has(r->db, categories[c].read))
		return hide(r, rid, type, c);
	if (!r->guard.on || store_has(r->db, PERM_SENSITIVE))
		return false;
	if (r->guard.whole || guard_sensitive(r, rid, NULL) != 0)
		return hide(r, rid, type, RECORD_SENSITIVE);
	return false;
}

bool guard_hides_body(struct record *r, const struct resource *res)
{
	if (!r->guard.on || store_has(r->db, PERM_SENSITIVE) ||
	    !guard_body(r, res->body))
		return false;
	return hide(r, res->rid, res->type, RECORD_SENSITIVE);
}

bool guard_hides_index(struct record *r, int64_t rid)
{
	if (!r->guard.on || store_has(r->db, PERM_SENSITIVE) ||
	    guard_sensitive(r, rid, NULL) == 0)
		return false;
	return hide(r, rid, 0, RECORD_SENSITIVE);
}

int record_hides(struct record *r, int64_t patient, int type,
    struct ehr_err *e)
{
	int rc = record_sensitive(r, patient, RECORD_NOW, e);

	if (record_type_withheld(r, type))
		return 1;
	if (rc < 0 || !r->guard.on || store_has(r->db, PERM_SENSITIVE))
		return rc < 0 ? rc : 0;
	return rc == RECORD_WHOLE;
}

void record_withhold(struct record *r, int64_t patient, int type)
{
	hide(r, -patient, type, record_type_withheld(r, type) ?
	    category_of(r, type) : RECORD_SENSITIVE);
}

int record_readable(struct record *r, int64_t rid, struct ehr_err *e)
{
	struct stmt *s = sql(r, NAME_ROW);
	int rc, type;

	stmt_int(s, 1, rid);
	rc = stmt_step(s, e);
	type = rc > 0 ? (int)stmt_col_int(s, 0) : FHIR_Patient;
	stmt_reset(s);
	if (rc >= 0)
		rc = store_need(r->db, categories[category_of(r, type)].read,
		    fhir_type_name(type), e);
	if (rc == 0)
		rc = guard_sensitive(r, rid, e);
	return rc > 0 ? store_need(r->db, PERM_SENSITIVE,
	    fhir_type_name(type), e) : rc;
}

int guard_write(struct record *r, int type, struct ehr_err *e)
{
	return store_need(r->db, categories[category_of(r, type)].write,
	    fhir_type_name(type), e);
}
