/* match.c - is a claim of a remittance plain enough to be posted? */
#include <stdlib.h>

#include "statements.h"
#include "match.h"

void remit_match_release(struct remit_match *m)
{
	free(m->line);
	arena_release(&m->mem);
	*m = REMIT_MATCH_INIT;
}

/* ---- adjustments ---- */

enum ledger_acct remit_cas_acct(const struct remit_cas *c, bool *whole)
{
	static const struct {
		const char *grp, *carc;
		enum ledger_acct acct;
		bool whole;
	} rows[] = {
#define X(grp, carc, acct, whole) { grp, carc, acct, whole },
#include "cas.def"
#undef X
	};

	*whole = false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(c->grp, rows[i].grp) && (!*rows[i].carc ||
		    str_is(c->carc, rows[i].carc))) {
			*whole = rows[i].whole;
			return rows[i].acct;
		}
	return LEDGER_ACCTS;
}

const struct remit_cas *remit_line_cas(const struct remit_file *f,
    const struct remit_line *l, size_t i)
{
	size_t own = l->cas_end - l->cas;

	if (i < own)
		return &f->cas.v[l->cas + i];
	i -= own;
	return i < l->more_end - l->more ? &f->cas.v[l->more + i] : NULL;
}

bool remit_line_denied(const struct remit_file *f,
    const struct remit_line *l)
{
	const struct remit_cas *c;
	bool whole, any = false;

	if (l->paid || l->cents == 0)
		return false;
	for (size_t i = 0; (c = remit_line_cas(f, l, i)); i++) {
		remit_cas_acct(c, &whole);
		if (str_is(c->grp, "PR"))
			return false;
		any = any || !whole;
	}
	return any;
}

/* ---- our claim ---- */

static struct str keep(struct remit_match *m, struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? STR_NONE
	    : arena_str(&m->mem, stmt_col(s, i));
}

static int read_lines(struct remit_match *m, struct store *db,
    struct ehr_err *e)
{
	struct stmt *s = remit_sql(db, CLAIM_LINES);
	int rc;

	stmt_int(s, 1, m->claim);
	while ((rc = stmt_step(s, e)) > 0) {
		if (m->n == m->cap) {
			m->cap = m->cap ? 2 * m->cap : 8;
			m->line = xrealloc(m->line,
			    m->cap * sizeof(*m->line));
		}
		m->line[m->n++] = (struct remit_line){
			.id = stmt_col_int(s, 0), .code = keep(m, s, 1),
			.mods = keep(m, s, 2), .cents = stmt_col_int(s, 3),
			.guarantor = keep(m, s, 4), .provider = keep(m, s, 5) };
	}
	stmt_reset(s);
	return rc;
}

/* 1; 0: no claim of ours. */
static int read_claim(struct remit_match *m, struct store *db,
    struct str clm01, struct ehr_err *e)
{
	struct stmt *s = remit_sql(db, CLAIM_SENT);
	int rc;

	stmt_text(s, 1, clm01);
	rc = stmt_step(s, e);
	if (rc > 0) {
		m->submission = stmt_col_int(s, 0);
		m->claim = stmt_col_int(s, 1);
		m->rank = stmt_col(s, 2).s[0];
		m->payer = keep(m, s, 3);
		m->patient = stmt_col_int(s, 4);
		m->cents = stmt_col_int(s, 5);
		m->voided = !stmt_col_null(s, 6);
		m->again = stmt_col_int(s, 7);
	}
	stmt_reset(s);
	if (rc <= 0)
		return rc;
	rc = read_lines(m, db, e);
	return rc < 0 ? rc : 1;
}

/* ---- lines ---- */

/* SVC01 "HC:99213:25" against a code and modifiers by blanks. */
static bool same_code(struct str svc, const struct remit_line *l)
{
	struct str part, mods = l->mods, mod;

	str_split(&svc, ':', &part);
	if (!str_split(&svc, ':', &part) || !str_eq(part, l->code))
		return false;
	for (int i = 0; i < 4; i++) {
		if (!str_split(&svc, ':', &part))
			part = STR_NONE;
		if (!str_split(&mods, ' ', &mod))
			mod = STR_NONE;
		if (!str_eq(part, mod))
			return false;
	}
	return true;
}

/* The line of ours that a service is; NULL: none that was not told yet. */
static struct remit_line *line_of(struct remit_match *m,
    const struct remit_svc *s)
{
	for (size_t i = 0; i < m->n && s->line; i++)
		if (m->line[i].id == s->line)
			return m->line[i].told ? NULL : &m->line[i];
	for (size_t i = 0; i < m->n && !s->line; i++)
		if (!m->line[i].told && m->line[i].cents == s->charged &&
		    same_code(s->code, &m->line[i]))
			return &m->line[i];
	return NULL;
}

static enum remit_park tell_lines(struct remit_match *m,
    const struct remit_file *f, const struct remit_clp *c)
{
	for (size_t i = c->svc; i < c->svc_end; i++) {
		const struct remit_svc *s = &f->svc.v[i];
		struct remit_line *l = line_of(m, s);

		if (!l || l->cents != s->charged)
			return REMIT_PARK_LINE;
		l->told = true;
		l->svc = s;
		l->paid = s->paid;
		l->cas = s->cas;
		l->cas_end = s->cas_end;
	}
	for (size_t i = 0; i < m->n; i++)
		if (!m->line[i].told && m->line[i].cents)
			return REMIT_PARK_LINE;
	return REMIT_PARK_NONE;
}

/* A claim that is told as a whole: in full, or of one line. */
static enum remit_park tell_whole(struct remit_match *m,
    const struct remit_clp *c)
{
	for (size_t i = 0; i < m->n; i++) {
		m->line[i].told = true;
		m->line[i].paid = m->line[i].cents;
	}
	if (c->paid == c->charged)
		return REMIT_PARK_NONE;
	if (m->n != 1)
		return REMIT_PARK_CLAIM_CAS;
	m->line[0].paid = c->charged;
	return REMIT_PARK_NONE;
}

/* What is taken off the claim is taken off its only line. */
static enum remit_park tell_claim_cas(struct remit_match *m,
    const struct remit_file *f, const struct remit_clp *c)
{
	struct remit_line *l = &m->line[0];

	if (c->cas == c->cas_end)
		return REMIT_PARK_NONE;
	if (m->n != 1)
		return REMIT_PARK_CLAIM_CAS;
	l->more = c->cas;
	l->more_end = c->cas_end;
	for (size_t i = c->cas; i < c->cas_end; i++)
		l->paid -= f->cas.v[i].cents;
	return REMIT_PARK_NONE;
}

static enum remit_park known_cas(const struct remit_match *m,
    const struct remit_file *f)
{
	const struct remit_cas *c;
	bool whole;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; (c = remit_line_cas(f, &m->line[i], k)); k++)
			if (remit_cas_acct(c, &whole) == LEDGER_ACCTS)
				return REMIT_PARK_CAS;
	return REMIT_PARK_NONE;
}

/* ---- all of it ---- */

static enum remit_park by_status(struct str status)
{
	static const struct {
		const char *status;
		enum remit_park park;
	} rows[] = {
		{ "1", REMIT_PARK_NONE }, { "2", REMIT_PARK_SECONDARY },
		{ "3", REMIT_PARK_SECONDARY }, { "19", REMIT_PARK_FORWARDED },
		{ "20", REMIT_PARK_FORWARDED }, { "21", REMIT_PARK_FORWARDED },
		{ "22", REMIT_PARK_REVERSAL }, { "23", REMIT_PARK_FORWARDED },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(status, rows[i].status))
			return rows[i].park;
	return REMIT_PARK_STATUS;
}

int remit_match(struct remit_match *m, struct store *db,
    const struct remit_file *f, const struct remit_clp *c, struct ehr_err *e)
{
	int rc = read_claim(m, db, c->clm01, e);
	enum remit_park park = by_status(c->status);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return REMIT_PARK_UNKNOWN;
	if (park != REMIT_PARK_NONE)
		return park;
	if (m->rank != 'P')
		return REMIT_PARK_RANK;
	if (m->voided)
		return REMIT_PARK_VOIDED;
	if (m->again)
		return REMIT_PARK_AGAIN;
	if (c->charged != m->cents || m->n == 0)
		return REMIT_PARK_AMOUNT;
	park = c->svc < c->svc_end ? tell_lines(m, f, c) : tell_whole(m, c);
	if (park == REMIT_PARK_NONE)
		park = tell_claim_cas(m, f, c);
	return park == REMIT_PARK_NONE ? known_cas(m, f) : park;
}
