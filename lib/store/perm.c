/* perm.c - what may be done with an open store, and who may do what. */
#include <stdlib.h>

#include "impl.h"

static const char *const names[] = {
#define X(id, name, help) [PERM_PLACE_##id] = name,
#include "ehr/perm.def"
#undef X
};

static const struct store_role roles[] = {
#define X(name, always, reason) { name, (enum perm)(always),                  \
	(enum perm)(reason) },
#include "roles.def"
#undef X
};

const char *perm_name(enum perm one)
{
	for (size_t i = 0; i < PERM_COUNT; i++)
		if (one & 1u << i)
			return names[i];
	return "none";
}

const struct store_role *store_role(size_t i)
{
	return i < ARRAY_LEN(roles) ? &roles[i] : NULL;
}

/* Place of a role in the table; of none its length. */
static size_t find_role(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(roles); i++)
		if (str_is(name, roles[i].name))
			break;
	return i;
}

int store_roles_parse(struct str list, enum perm *always, enum perm *reason,
    struct ehr_err *e)
{
	struct str rest = list, name;
	unsigned seen = 0;

	*always = *reason = PERM_NONE;
	while (str_split(&rest, ',', &name)) {
		size_t i = find_role(name);

		if (i == ARRAY_LEN(roles))
			return ehr_fail(e, EHR_EUSAGE, "role: no such role");
		if (seen & 1u << i)
			return ehr_fail(e, EHR_EUSAGE, "role: %s twice",
			    roles[i].name);
		seen |= 1u << i;
		*always |= roles[i].always;
		*reason |= roles[i].reason;
	}
	return seen ? 0 : ehr_fail(e, EHR_EUSAGE, "role: none is given");
}

void store_grant(struct store *db, enum perm perms, enum perm later,
    const char *who)
{
	free(db->who);
	db->perms = perms;
	db->later = later & ~perms;
	db->who = xstrdup(who);
}

bool store_has(const struct store *db, enum perm perms)
{
	return (perms & db->perms) == perms;
}

int store_need(struct store *db, enum perm perms, const char *what,
    struct ehr_err *e)
{
	enum perm missing = perms & ~db->perms;

	if (missing == PERM_NONE)
		return 0;
	if (db->refused == PERM_NONE)
		db->refused = missing;
	if ((missing & ~db->later) == 0)
		return ehr_fail(e, EHR_EPERM, "%s: %s has permission %s only "
		    "with --reason", what, db->who, perm_name(missing));
	return ehr_fail(e, EHR_EPERM, "%s: %s has no permission %s", what,
	    db->who, perm_name(missing & ~db->later));
}

enum perm store_refused(struct store *db)
{
	enum perm was = db->refused;

	db->refused = PERM_NONE;
	return was;
}
