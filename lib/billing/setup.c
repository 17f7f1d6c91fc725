/* setup.c - the form of billing's set-up, and who is who in it. */
#include "billing/scrub.h"
#include "billing/setup.h"

static const struct setup_kind kinds[] = {
#define X(id, name, help) { name, help },
	SETUP_KIND_TABLE(X)
#undef X
};

static bool check_condition(const struct setup_given *x)
{
	return setup_short(x) && scrub_condition(x->v);
}

static const struct setup_type SETUP_T_CONDITION = { "condition",
	"NAME of a charge, is, not, begins, present, absent, under or over, "
	"and words; so long at most", check_condition };

static const struct setup_field fields[] = {
#define X(kind, name, type, flags, arg, value, help)                          \
	{ SETUP_##kind, name, &SETUP_T_##type, flags, arg, value, help },
#include "billing/setup-field.def"
#undef X
	{ .name = NULL },
};

static const struct sql sql[] = {
#define X(id, name, text, perm) { name, text, perm },
#include "billing/setup.def"
#undef X
};

/* Schedules that are taken from each other in a ring. */
static const char *clash(const struct setup *s, const struct setup_item *i,
    const char **field)
{
	const struct setup_item *at = i->kind == SETUP_SCHEDULE ? i : NULL;

	for (size_t n = 0; at && n <= s->n; n++)
		at = setup_ref(s, at, "base");
	*field = "base";
	return at ? "schedules that are taken from each other" : NULL;
}

/* Claims name the payer's key for good. */
static int used(struct store *db, const struct setup_item *i,
    struct ehr_err *e)
{
	struct stmt *s;
	int rc;

	if (i->kind != SETUP_PAYER)
		return 0;
	s = store_sql(db, &sql[0]);
	stmt_text(s, 1, i->key);
	rc = stmt_step(s, e);
	stmt_reset(s);
	return rc;
}

const struct setup_form billing_setup = {
	.domain = SETUP_DOMAIN_BILLING,
	.batch = SETUP_BATCH,
	.kind = kinds,
	.kinds = SETUP_KINDS,
	.field = fields,
	.fit = billing_fits,
	.clash = clash,
	.used = used,
};

/* ---- who is who ---- */

const struct setup_item *setup_enrolment(const struct setup *s,
    struct str provider, struct str payer, struct str day)
{
	const struct setup_item *i = NULL, *best = NULL;

	while ((i = setup_next(s, SETUP_ENROLMENT, i)) != NULL)
		if (str_eq(setup_value(i, "provider"), provider) &&
		    str_eq(setup_value(i, "payer"), payer) &&
		    setup_holds(i, day) && (best == NULL ||
		    str_cmp(setup_value(best, "from"),
		    setup_value(i, "from")) < 0))
			best = i;
	return best;
}

const struct setup_item *setup_by_npi(const struct setup *s,
    int kind, struct str npi)
{
	const struct setup_item *i = NULL;

	while (npi.n && (i = setup_next(s, kind, i)) != NULL)
		if (str_eq(setup_value(i, "npi"), npi))
			return i;
	return NULL;
}

/* The name without case, blanks, dots and commas. */
static void plain(struct str name, struct buf *b)
{
	size_t n = 0;

	buf_reset(b);
	utf8_fold(b, name);
	for (size_t i = 0; i < b->len; i++)
		if (!strchr(" .,", b->s[i]))
			b->s[n++] = b->s[i];
	b->len = n;
}

static bool named(const struct setup_item *i, struct str name, struct buf *b)
{
	static const char *const names[] = { "name", "id", "inquiry-id",
		"alias" };
	struct str one;

	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (size_t n = 0; one = setup_nth(i, names[k], n), one.n;
		     n++) {
			plain(one, b);
			if (str_eq(buf_str(b), name))
				return true;
		}
	return false;
}

const struct setup_item *setup_payer_named(const struct setup *s,
    struct str name)
{
	const struct setup_item *i = NULL, *found = NULL;
	BUF_AUTO want = BUF_INIT;
	BUF_AUTO have = BUF_INIT;

	plain(name, &want);
	while (want.len && (i = setup_next(s, SETUP_PAYER, i)) != NULL) {
		if (!named(i, buf_str(&want), &have))
			continue;
		if (found)
			return NULL;
		found = i;
	}
	return found;
}
