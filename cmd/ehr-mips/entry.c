/* entry.c - ehr-mips pi, ia: answers to measures of promoting
 * interoperability, and improvement activities. */
#include "ehr/crypto.h"
#include "ehr/quality-entry.h"
#include "mips.h"
#include "score.h"

enum { MAX_EVIDENCE = 64 << 20, LEAST_DAYS = 90 };

struct entry_opts entry_opts;

static const char *category(const struct cli *c)
{
	return str_starts(str_of(c->verb->name), "pi") ? "PI_" : "IA_";
}

static struct str text(const char *s)
{
	return str_of(s ? s : "");
}

/* ---- what was given ---- */

static int check_line(struct cli *c, const char *option, const char *s,
    struct ehr_err *e)
{
	struct str v = text(s);

	return v.n <= 1000 && utf8_valid(v.s, v.n) == v.n &&
	    !memchr(v.s, '\n', v.n) && !memchr(v.s, '\t', v.n) ? 0
	    : cli_usage(c, e, "%s is a line of UTF-8, 1000 bytes at most",
		  option);
}

static int check_measure(struct cli *c, struct ehr_err *e)
{
	struct str m = str_of(c->argv[0]);
	bool good = str_starts(m, category(c)) && m.n > 3 && m.n <= 40;

	for (size_t i = 0; good && i < m.n; i++)
		good = m.s[i] == '_' || (m.s[i] >= 'A' && m.s[i] <= 'Z') ||
		    (m.s[i] >= '0' && m.s[i] <= '9');
	return good ? 0 : cli_usage(c, e, "MEASURE is as CMS names it, %s...",
	    category(c));
}

/* "yes", "no" or "49/115". */
static int check_answer(struct cli *c, struct quality_entry *x,
    struct ehr_err *e)
{
	struct str rest = str_of(c->argv[1]), part;
	int64_t n, d;

	if (str_is(rest, "yes") || str_is(rest, "no")) {
		x->answer = str_is(rest, "yes") ? QUALITY_YES : QUALITY_NO;
		return 0;
	}
	if (!memchr(rest.s, '/', rest.n) || !str_split(&rest, '/', &part) ||
	    !str_int(part, &n) || !str_int(rest, &d) || n < 0 || n > d ||
	    d > (int64_t)1000000000000)
		return cli_usage(c, e, "ANSWER is yes, no or N/D, a numerator "
		    "by its denominator");
	x->answer = QUALITY_COUNTS;
	x->numerator = (uint64_t)n;
	x->denominator = (uint64_t)d;
	return 0;
}

static int check_day(struct cli *c, const char *option, const char *s,
    int64_t year, struct ehr_err *e)
{
	struct date d;

	if (date_parse(str_of(s), &d) && d.precision == DATE_DAY &&
	    (year == 0 || d.year == year))
		return 0;
	return year ? cli_usage(c, e, "%s is a day of %lld", option,
			  (long long)year)
		    : cli_usage(c, e, "%s is YYYY-MM-DD", option);
}

/* The year, the period and the day of the answer. */
static int check_days(struct cli *c, struct quality_entry *x, struct buf *day,
    struct ehr_err *e)
{
	struct date today;
	int rc = 0;

	cli_today(c, &today);
	x->year = entry_opts.year ? entry_opts.year : today.year;
	if (!entry_opts.from != !entry_opts.to)
		return cli_usage(c, e, "--from and --to, or neither");
	if (entry_opts.from) {
		rc = check_day(c, "--from", entry_opts.from, x->year, e);
		if (rc == 0)
			rc = check_day(c, "--to", entry_opts.to, x->year, e);
	}
	if (rc == 0 && entry_opts.on)
		rc = check_day(c, "--on", entry_opts.on, 0, e);
	if (rc < 0)
		return rc;
	if (entry_opts.on)
		buf_adds(day, entry_opts.on);
	else
		date_format(day, &today);
	x->first = text(entry_opts.from);
	x->last = text(entry_opts.to);
	x->day = buf_str(day);
	return x->first.n == 0 || quality_entry_days(x) > 0 ? 0
	    : cli_usage(c, e, "--from is after --to");
}

/* What the kind of answer takes. */
static int check_kind(struct cli *c, const struct quality_entry *x,
    struct ehr_err *e)
{
	int64_t days = quality_entry_days(x);

	if (x->answer == QUALITY_COUNTS && days == 0)
		return cli_usage(c, e, "counts take --from and --to");
	if (strcmp(category(c), "IA_") != 0)
		return 0;
	if (days == 0)
		return cli_usage(c, e, "an activity takes --from and --to");
	return days >= LEAST_DAYS ? 0 : ehr_fail(e, EHR_EREJECT,
	    "%s: %lld days; an activity takes %d in a row (42 CFR "
	    "414.1360(a))", c->argv[0], (long long)days, LEAST_DAYS);
}

/* The SHA-256 of the evidence, and with --keep its bytes. */
static int read_evidence(struct quality_entry *x, struct buf *file,
    struct ehr_err *e)
{
	const char *path = entry_opts.evidence, *slash;
	struct in *in;
	ssize_t n;
	int rc;

	if (path == NULL)
		return 0;
	rc = in_open(&in, path, e);
	if (rc < 0)
		return rc;
	do { /* as it is on disk: what is packed stays so */
		buf_grow(file, 1 << 16);
		n = in_file(in, file->s + file->len, 1 << 16, e);
		file->len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && file->len <= MAX_EVIDENCE);
	in_close(in);
	if (n < 0)
		return (int)n;
	if (n > 0)
		return ehr_fail(e, EHR_EREJECT, "%s: over %d MiB", path,
		    MAX_EVIDENCE >> 20);
	slash = strrchr(path, '/');
	x->name = str_of(slash ? slash + 1 : path);
	x->size = (int64_t)file->len;
	x->hashed = true;
	sha256(file->s, file->len, x->sha256);
	return 0;
}

/* ---- add, withdraw ---- */

/* Is it a measure of the year, answered as it must be? Where no measures are
 * at hand the name alone is looked at. */
static int check_known(struct cli *c, struct store *db,
    const struct quality_entry *x, struct ehr_err *e)
{
	struct score_reference *ref = NULL;
	const struct score_measure *m;
	int rc = score_reference_of(&ref, (int)x->year, db, e);

	m = rc > 0 ? score_measure_find(ref, x->measure) : NULL;
	if (rc > 0 && m == NULL)
		rc = ehr_fail(e, EHR_EREJECT, "%s: no measure of %lld",
		    c->argv[0], (long long)x->year);
	else if (rc > 0 && m->proportion != (x->answer == QUALITY_COUNTS))
		rc = cli_usage(c, e, "%s takes %s", c->argv[0], m->proportion
			? "N/D, a numerator by its denominator" : "yes or no");
	score_reference_free(ref);
	return rc < 0 ? rc : 0;
}

static int read_entry(struct cli *c, struct quality_entry *x, struct buf *day,
    struct buf *file, struct ehr_err *e)
{
	int rc = check_measure(c, e);

	x->measure = str_of(c->argv[0]);
	x->answer = QUALITY_YES;
	if (rc == 0 && c->argc > 1)
		rc = check_answer(c, x, e);
	if (rc == 0)
		rc = check_line(c, "--who", entry_opts.who, e);
	if (rc == 0)
		rc = check_line(c, "--note", entry_opts.note, e);
	if (rc == 0)
		rc = check_days(c, x, day, e);
	if (rc == 0)
		rc = check_kind(c, x, e);
	if (rc == 0 && entry_opts.keep && entry_opts.evidence == NULL)
		rc = cli_usage(c, e, "--keep goes with --evidence");
	return rc < 0 ? rc : read_evidence(x, file, e);
}

int entry_add(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO day = BUF_INIT;
	BUF_AUTO file = BUF_INIT;
	BUF_AUTO scope = BUF_INIT;
	struct quality_entry x = { 0 };
	int rc = read_entry(c, &x, &day, &file, e);

	if (rc == 0)
		rc = mips_begin(c, &a, e);
	if (rc < 0)
		return rc;
	x.by = buf_str(&a.user);
	x.who = entry_opts.who ? str_of(entry_opts.who) : x.by;
	x.note = text(entry_opts.note);
	rc = check_known(c, record_store(a.r), &x, e);
	if (rc == 0)
		rc = quality_entry_add(record_store(a.r), &x,
		    entry_opts.keep ? buf_str(&file) : STR_NONE,
		    entry_opts.correct, e);
	if (rc > 0)
		buf_addf(&scope, "%s:%s|%lld", c->verb->name, c->argv[0],
		    (long long)x.year);
	else if (rc == 0)
		cli_note(c, "%s: unchanged", c->argv[0]);
	return mips_end(&a, rc < 0 ? rc : 0, &scope, e);
}

static int number(struct cli *c, int64_t *id, struct ehr_err *e)
{
	return str_int(str_of(c->argv[0]), id) && *id > 0 ? 0
	    : cli_usage(c, e, "ID is the number that list prints");
}

int entry_withdraw(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO scope = BUF_INIT;
	int64_t id;
	int rc = number(c, &id, e);

	if (rc == 0)
		rc = check_line(c, "--note", entry_opts.note, e);
	if (rc == 0)
		rc = mips_begin(c, &a, e);
	if (rc < 0)
		return rc;
	rc = quality_entry_withdraw(record_store(a.r), id, category(c),
	    text(entry_opts.note), buf_str(&a.user), e);
	if (rc > 0)
		buf_addf(&scope, "%s:%lld", c->verb->name, (long long)id);
	return mips_end(&a, rc < 0 ? rc : 0, &scope, e);
}

/* ---- list, evidence ---- */

struct listing {
	struct cli *c;
	struct printer *p;
	struct ehr_err *e;
};

static void print_optional(struct printer *p, struct str s)
{
	print_text(p, s.n ? s : STR_NONE);
}

static int put_entry(void *arg, const struct quality_entry *x)
{
	struct listing *l = arg;
	BUF_AUTO hash = BUF_INIT;
	int64_t days = quality_entry_days(x);
	bool counts = x->answer == QUALITY_COUNTS;

	if (!str_starts(x->measure, category(l->c)))
		return 0;
	if (x->hashed)
		hex_format(&hash, x->sha256, sizeof(x->sha256));
	print_int(l->p, x->id);
	print_int(l->p, x->year);
	print_text(l->p, x->measure);
	print_text(l->p, str_of(quality_answer_name(x->answer)));
	counts ? print_int(l->p, (int64_t)x->numerator)
	       : print_absent(l->p, NULL);
	counts ? print_int(l->p, (int64_t)x->denominator)
	       : print_absent(l->p, NULL);
	print_optional(l->p, x->first);
	print_optional(l->p, x->last);
	days ? print_int(l->p, days) : print_absent(l->p, NULL);
	print_optional(l->p, x->day);
	print_text(l->p, x->who);
	print_optional(l->p, buf_str(&hash));
	print_optional(l->p, x->name);
	print_bool(l->p, x->kept);
	x->replaces ? print_int(l->p, x->replaces) : print_absent(l->p, NULL);
	print_bool(l->p, x->current);
	print_optional(l->p, x->note);
	return print_row(l->p, l->e);
}

int entry_list(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "id", PRINT_RIGHT },
		{ "year", 0 }, { "measure", 0 }, { "answer", 0 },
		{ "numerator", PRINT_RIGHT }, { "denominator", PRINT_RIGHT },
		{ "from", 0 }, { "to", 0 }, { "days", PRINT_RIGHT },
		{ "on", 0 }, { "who", PRINT_WIDE }, { "sha256", PRINT_WIDE },
		{ "file", PRINT_WIDE }, { "kept", 0 },
		{ "replaces", PRINT_RIGHT }, { "holds", 0 },
		{ "note", PRINT_WIDE } };
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	struct listing l = { c, NULL, e };
	int rc = access_open(&a, &opt, STORE_READ, e);

	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = quality_entry_each(record_store(a.r), entry_opts.year,
		    entry_opts.all, put_entry, &l, e);
	return l.p ? print_close(l.p, rc, e) : rc;
}

int entry_evidence(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO file = BUF_INIT;
	struct access_opt opt = ACCESS_OPT(c);
	int64_t id;
	int rc = number(c, &id, e);

	if (rc == 0)
		rc = access_open(&a, &opt, STORE_READ, e);
	if (rc == 0)
		rc = quality_entry_evidence(record_store(a.r), id, &file, e);
	return rc < 0 ? rc : cli_put(c, &file, e);
}
