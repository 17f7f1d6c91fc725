/* charge.c - charges: add, list, show, void. */
#include <stdlib.h>

#include "claim.h"
#include "ehr/desk.h"

static bool voided, unbuilt;
bool charge_correct;

const struct cli_opt charge_add_opts[] = {
	{ "correct", 0, CLI_FLAG, 0, NULL,
	    "void the charge of that key and put this in its place",
	    &charge_correct, 0, 0 },
	{ 0 },
};
const struct cli_opt charge_list_opts[] = {
	{ "voided", 0, CLI_FLAG, 0, NULL, "those that were voided, too",
	    &voided, 0, 0 },
	{ "unbuilt", 0, CLI_FLAG, 0, NULL, "only those without a claim",
	    &unbuilt, 0, 0 },
	{ 0 },
};

/* ---- add ---- */

/* Words from the second on: name=value of the charge until the first
 * line:CODE, then of that line. */
static int take_words(struct charge *ch, const struct str *word, size_t n,
    struct str *encounter, struct ehr_err *e)
{
	int line = 0, rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct str rest = word[i], name;

		if (str_starts(rest, "line:")) {
			name = (struct str){ rest.s + 5, rest.n - 5 };
			rc = charge_set(ch, ++line, STR("code"), name, e);
			continue;
		}
		str_split(&rest, '=', &name);
		if (!rest.s)
			return ehr_fail(e, EHR_EUSAGE, "word %zu: neither "
			    "NAME=VALUE nor line:CODE", i + 1);
		if (line == 0 && str_is(name, "encounter"))
			*encounter = rest;
		else
			rc = charge_set(ch, line, name, rest, e);
	}
	return rc;
}

static int write_one(struct cli *c, struct access *a, struct charge *ch,
    struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_CREATE,
		.source = c->source, .scope = "charge" };
	const struct access_rows k = { .kind = CHARGE_BATCH };
	struct batch_counts n = { .read = 1 };
	BUF_AUTO id = BUF_INIT;
	CHARGE_WRITER_AUTO to = { 0 };
	int64_t batch;
	int rc = access_rows_begin(a, &w, &k, &batch, e);

	if (rc < 0)
		return rc;
	rc = charge_writer_begin(&to, a, batch, e);
	to.correct = charge_correct;
	if (rc == 0)
		rc = charge_add(&to, ch, e);
	n.inserted = rc > 0;
	n.unchanged = rc == 0;
	rc = access_rows_end(a, batch, &n, rc < 0 ? rc : 0, e);
	if (rc < 0)
		return rc;
	if (n.unchanged && ch->voided)
		return ehr_fail(e, EHR_ENO, "charge %lld says the same and "
		    "was voided: undo that, or give another key",
		    (long long)ch->id);
	if (n.unchanged)
		cli_note(c, "unchanged");
	buf_addf(&id, "%lld\n", (long long)ch->id);
	return cli_write(&id, e);
}

int charge_add_verb(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	CHARGE_AUTO ch = CHARGE_INIT;
	BUF_AUTO candidates = BUF_INIT;
	struct str *word, encounter = STR_NONE;
	size_t n;
	int rc = cli_words(c, 1, &word, &n, e);

	if (rc == 0)
		rc = take_words(&ch, word, n, &encounter, e);
	if (rc == 0)
		rc = charge_finish(&ch, e);
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = charge_whose(a.r, &ch, str_of(c->argv[0]), encounter,
		    &candidates, e);
	cli_candidates(c, &candidates);
	return rc == 0 ? write_one(c, &a, &ch, e) : rc;
}

/* ---- list ---- */

struct listing {
	struct access *a;
	struct printer *p;
	struct ehr_err *e;
};

static void print_patient(struct listing *l, int64_t patient)
{
	BUF_AUTO name = BUF_INIT;

	if (record_patient_name(l->a->r, patient, &name, l->e) > 0)
		print_text(l->p, buf_str(&name));
	else
		print_absent(l->p, NULL);
}

static int list_row(void *arg, const struct charge_row *row)
{
	struct listing *l = arg;
	BUF_AUTO text = BUF_INIT;

	access_set_touch(l->a, row->patient);
	print_int(l->p, row->id);
	print_patient(l, row->patient);
	print_text(l->p, row->day);
	print_int(l->p, row->lines);
	buf_addf(&text, "%lld.%02lld", (long long)row->cents / 100,
	    (long long)row->cents % 100);
	print_number(l->p, buf_str(&text));
	print_int(l->p, row->claims);
	print_text(l->p, str_of(row->voided ? "voided" : "holds"));
	print_text(l->p, row->key);
	if (row->voided)
		print_text(l->p, row->reason);
	else
		print_absent(l->p, NULL);
	return print_row(l->p, l->e);
}

/* A day as the option has it. */
void claim_day(char to[11], int64_t ms)
{
	time_t at = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm tm;

	localtime_r(&at, &tm);
	snprintf(to, 11, "%04u-%02u-%02u", (tm.tm_year + 1900u) % 10000,
	    (tm.tm_mon + 1u) % 100, (unsigned)tm.tm_mday % 100);
}

void charge_days(const struct cli *c, struct buf *since, struct buf *until)
{
	char day[11];

	claim_day(day, c->since_ms);
	buf_adds(since, c->since ? day : "");
	claim_day(day, c->until_ms);
	buf_adds(until, c->until ? day : "");
}

int charge_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "charge", PRINT_RIGHT },
		{ "patient", 0 }, { "day", 0 }, { "lines", PRINT_RIGHT },
		{ "amount", PRINT_RIGHT }, { "claims", PRINT_RIGHT },
		{ "state", 0 }, { "key", 0 }, { "reason", PRINT_WIDE } };
	struct charge_filter f = { .voided = voided, .unbuilt = unbuilt };
	ACCESS_AUTO a = ACCESS_INIT;
	struct listing l = { .a = &a, .e = e };
	BUF_AUTO since = BUF_INIT;
	BUF_AUTO until = BUF_INIT;
	BUF_AUTO candidates = BUF_INIT;
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0 && c->argc)
		rc = record_find_patient(a.r, str_of(c->argv[0]), &f.patient,
		    &candidates, e);
	cli_candidates(c, &candidates);
	if (rc == 0)
		rc = access_set_begin(&a, AUDIT_LIST, "charges", &f.patient,
		    f.patient ? 1 : 0, e);
	if (rc < 0)
		return rc;
	charge_days(c, &since, &until);
	f.since = buf_str(&since);
	f.until = buf_str(&until);
	rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = charge_each(record_store(a.r), &f, list_row, &l, e);
	rc = print_close(l.p, rc, e);
	return access_set_end(&a, rc, e);
}

/* ---- show ---- */

static int show_row(struct printer *p, int n, const char *name, struct str v,
    struct ehr_err *e)
{
	print_int(p, n);
	print_text(p, str_of(name));
	print_text(p, v);
	return print_row(p, e);
}

static int show_line(struct printer *p, const struct charge_line *l,
    struct ehr_err *e)
{
	BUF_AUTO amount = BUF_INIT;
	const struct {
		const char *name;
		struct str v;
	} col[] = { { "code", l->code }, { "mods", l->mods },
		{ str_is(l->unit, "MJ") ? "minutes" : "units", l->units },
		{ "amount", STR_NONE }, { "date", l->first },
		{ "to", l->last }, { "place", l->place },
		{ "pointers", l->pointers } };
	int rc = 0;

	buf_addf(&amount, "%lld.%02lld", (long long)l->cents / 100,
	    (long long)l->cents % 100);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(col); i++)
		if (col[i].v.s == NULL || col[i].v.n)
			rc = show_row(p, l->n, col[i].name, col[i].v.s ?
			    col[i].v : buf_str(&amount), e);
	return rc;
}

static int show_head(struct access *a, struct printer *p,
    const struct charge *ch, struct ehr_err *e)
{
	BUF_AUTO patient = BUF_INIT;
	BUF_AUTO encounter = BUF_INIT;
	int rc = record_patient_name(a->r, ch->patient, &patient, e);

	if (rc >= 0 && ch->encounter)
		rc = record_rid_name(a->r, ch->encounter, &encounter, e);
	if (rc >= 0)
		rc = show_row(p, 0, "patient", buf_str(&patient), e);
	if (rc == 0)
		rc = show_row(p, 0, "key", ch->key, e);
	if (rc == 0 && encounter.len)
		rc = show_row(p, 0, "encounter", buf_str(&encounter), e);
	if (rc == 0 && ch->voided)
		rc = show_row(p, 0, "voided", ch->reason, e);
	return rc;
}

static int show_all(struct access *a, struct printer *p,
    const struct charge *ch, struct ehr_err *e)
{
	int rc = show_head(a, p, ch, e);
	size_t at = 0;

	for (int n = 0; rc == 0 && n <= (int)ch->lines; n++) {
		if (n)
			rc = show_line(p, &ch->line[n - 1], e);
		for (; rc == 0 && at < ch->fields && ch->field[at].n == n;
		     at++) {
			BUF_AUTO name = BUF_INIT;

			buf_addstr(&name, ch->field[at].name);
			rc = show_row(p, n, name.s, ch->field[at].value, e);
		}
	}
	return rc;
}

int charge_show(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "line", PRINT_RIGHT },
		{ "name", 0 }, { "value", PRINT_WIDE } };
	ACCESS_AUTO a = ACCESS_INIT;
	CHARGE_AUTO ch = CHARGE_INIT;
	struct printer *p = NULL;
	int64_t id;
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = charge_find(record_store(a.r), str_of(c->argv[0]), &id, e);
	if (rc == 0)
		rc = charge_read(record_store(a.r), id, &ch, e);
	if (rc == 0)
		rc = access_set(&a, AUDIT_READ, "charge", &ch.patient, 1, e);
	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = show_all(&a, p, &ch, e);
	return p ? print_close(p, rc, e) : rc;
}

/* ---- void ---- */

static int void_one(struct charge_writer *w, struct str name, struct str why,
    struct batch_counts *n, struct ehr_err *e)
{
	int64_t id;
	int rc = charge_find(w->ledger.db, name, &id, e);

	n->read++;
	if (rc == 0)
		rc = charge_void(w, id, why, e);
	n->deleted += rc > 0;
	n->unchanged += rc == 0;
	return rc < 0 ? rc : 0;
}

int charge_void_verb(struct cli *c, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_DELETE,
		.scope = "charge" };
	const struct access_rows k = { .kind = CHARGE_BATCH };
	ACCESS_AUTO a = ACCESS_INIT;
	struct batch_counts n = { 0 };
	CHARGE_WRITER_AUTO to = { 0 };
	struct str *name = NULL;
	size_t names = 0, i;
	int64_t batch;
	int rc;

	if (!c->reason)
		return cli_usage(c, e, "--reason: why?");
	rc = cli_ids_all(c, 0, &name, &names, e);
	if (rc == 0)
		rc = desk_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = access_rows_begin(&a, &w, &k, &batch, e);
	if (rc < 0)
		return rc;
	rc = charge_writer_begin(&to, &a, batch, e);
	for (i = 0; i < names && rc == 0; i++)
		rc = void_one(&to, name[i], str_of(c->reason), &n, e);
	rc = access_rows_end(&a, batch, &n, rc, e);
	if (rc == 0)
		cli_note(c, "voided %lld, unchanged %lld",
		    (long long)n.deleted, (long long)n.unchanged);
	return rc;
}

/* ---- the table of fields ---- */

int charge_fields(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "name", 0 }, { "of", 0 },
		{ "times", PRINT_RIGHT }, { "value", 0 }, { "place", 0 } };
	static const char *const types[] = { "text", "codes", "day", "amount",
		"number", "key", "ICD-10-CM", "Y|N", "parts", "refused" };
	static const char *const levels[] = { "", "charge", "line", "both" };
	struct printer *p;
	const struct charge_name *f;
	int rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);

	for (size_t i = 0; rc == 0 && (f = charge_name(i)); i++) {
		BUF_AUTO value = BUF_INIT;

		buf_addf(&value, "%s%s%s", types[f->type],
		    *f->arg ? " " : "", f->arg);
		print_text(p, str_of(f->name));
		print_text(p, str_of(levels[f->level]));
		print_int(p, f->repeat);
		print_text(p, buf_str(&value));
		print_text(p, str_of(f->place));
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}
