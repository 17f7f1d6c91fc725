/*
 * parse.c - the option parser: argv to struct cli by the tool's tables.
 *
 * Long options are taken with `=` or the next word and never abbreviated;
 * letters may be bundled; options and operands may be mixed until `--`; `-`
 * is an operand.
 */
#include <stdlib.h>

#include "cli_priv.h"

#define AT(member) offsetof(struct cli, member)

const struct cli_shared cli_shared[] = {
	{ CLI_DB, AT(db), { "db", 'd', CLI_TEXT, 0, "FILE",
		"the record ($EHR_DB)", NULL, 0, 0 } },
	{ CLI_DB, AT(keys), { "keys", 0, CLI_TEXT, 0, "FILE",
		"its key slots ($EHR_KEYS)", NULL, 0, 0 } },
	{ CLI_DRY_RUN, AT(dry_run), { "dry-run", 'n', CLI_FLAG, 0, NULL,
		"do everything, then roll it back", NULL, 0, 0 } },
	{ CLI_FORMAT, AT(format), { NULL, 'o', CLI_CHOICE, 0,
		"table|tsv|csv|json|ndjson",
		"output format", NULL, CLI_TABLE, 0 } },
	{ CLI_HEADER, AT(header), { "header", 0, CLI_FLAG, 0, NULL,
		"column names first (tsv)", NULL, 0, 0 } },
	{ CLI_PLACE, AT(place), { NULL, 'O', CLI_TEXT, 0, "PLACE",
		"write to this file or folder", NULL, 0, 0 } },
	{ CLI_FORCE, AT(force), { "force", 0, CLI_FLAG, 0, NULL,
		"overwrite what exists", NULL, 0, 0 } },
	{ CLI_INPUT, AT(input), { NULL, 'f', CLI_TEXT, 0, "FORMAT",
		"input format", NULL, 0, 0 } },
	{ CLI_SINCE, AT(since), { "since", 0, CLI_DATE, 0, "TIME",
		"from this time on", NULL, 0, 0 } },
	{ CLI_UNTIL, AT(until), { "until", 0, CLI_DATE, 0, "TIME",
		"up to and with this time", NULL, 0, 0 } },
	{ CLI_AS_OF, AT(as_of), { "as-of", 0, CLI_DATE, 0, "TIME",
		"the record as it was then", NULL, 0, 0 } },
	{ CLI_TODAY, AT(today), { "today", 0, CLI_DATE, 0, "DATE",
		"take this day for ages and due dates", NULL, 0, 0 } },
	{ CLI_REASON, AT(reason), { "reason", 0, CLI_TEXT, 0, "TEXT",
		"purpose, for the audit log", NULL, 0, 0 } },
	{ CLI_GLASS, AT(glass), { "break-glass", 0, CLI_TEXT, 0, "REASON",
		"emergency access, which is reviewed", NULL, 0, 0 } },
	{ CLI_FACILITY, AT(facility), { "facility", 0, CLI_TEXT, 0, "NAME",
		"the facility meant", NULL, 0, 0 } },
	{ CLI_SOURCE, AT(source), { "source", 0, CLI_TEXT, 0, "NAME",
		"source of identifiers (local)", NULL, 0, 0 } },
	{ CLI_TEST, AT(test), { "test", 0, CLI_FLAG, 0, NULL,
		"test patients too", NULL, 0, 0 } },
	{ 0, AT(quiet), { "quiet", 'q', CLI_FLAG, 0, NULL,
		"no warnings, no progress", NULL, 0, 0 } },
	{ 0, AT(verbose), { "verbose", 'v', CLI_COUNT, 0, NULL,
		"say what was done", NULL, 0, 0 } },
	{ 0, AT(action), { "help", 'h', CLI_ACTION, 0, NULL,
		"this help", NULL, CLI_HELP, 0 } },
	{ 0, AT(action), { "version", 0, CLI_ACTION, 0, NULL,
		"name and version", NULL, CLI_VERSION, 0 } },
	{ 0, AT(action), { "completion", 0, CLI_ACTION, 0, NULL,
		NULL, NULL, CLI_COMPLETION, 0 } },
};
const size_t cli_shared_len = ARRAY_LEN(cli_shared);

/* The words being parsed. own: options of the verb found so far. */
struct parser {
	struct cli *c;
	struct ehr_err *e;
	int argc, at;
	char **argv;	   /* the process's, to be wiped */
	const char **word; /* copies of them */
	uint64_t seen;	   /* own options given, by place */
};

static bool opt_end(const struct cli_opt *o)
{
	return !o->name && !o->key;
}

bool cli_same_opt(const struct cli_opt *a, const struct cli_opt *b)
{
	return (a->key && a->key == b->key) ||
	    (a->name && b->name && strcmp(a->name, b->name) == 0);
}

bool cli_replaced(const struct cli_verb *v, const struct cli_opt *shared)
{
	const struct cli_opt *o;

	for (o = v->opt; o && !opt_end(o); o++)
		if (cli_same_opt(o, shared))
			return true;
	return false;
}

int cli_usage(const struct cli *c, struct ehr_err *e, const char *fmt, ...)
{
	char msg[MAX_LINE_ERR];
	const char *verb = c->verb && c->verb->name ? c->verb->name : NULL;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return ehr_fail(e, EHR_EUSAGE, "%.300s (see %s%s%s -h)", msg,
	    c->tool->name, verb ? " " : "", verb ? verb : "");
}

/* Leaves nothing of a typed value for ps(1). */
static void wipe(char *s)
{
	size_t n = strlen(s);

	if (n > 0) {
		explicit_bzero(s, n);
		s[0] = '*';
	}
}

static bool opt_is(const struct cli_opt *o, struct str name, char key)
{
	return key ? o->key == key : o->name && str_is(name, o->name);
}

/* Finds an option by letter or, when key is 0, by name. *to is where its
 * value goes. Before the verb is known only shared ones are found. */
static const struct cli_opt *find_opt(struct parser *p, struct str name,
    char key, void **to)
{
	const struct cli_opt *o;
	size_t i;

	if (p->c->verb)
		for (o = p->c->verb->opt; o && !opt_end(o); o++)
			if (opt_is(o, name, key)) {
				*to = o->to;
				p->seen |= 1ULL << (o - p->c->verb->opt);
				return o;
			}
	for (i = 0; i < cli_shared_len; i++) {
		const struct cli_shared *s = &cli_shared[i];

		if (!opt_is(&s->opt, name, key))
			continue;
		if (p->c->verb && s->bit && !(p->c->verb->shared & s->bit))
			return NULL;
		p->c->given |= s->bit;
		*to = (char *)p->c + s->at;
		return &s->opt;
	}
	return NULL;
}

static int set_choice(struct parser *p, const struct cli_opt *o, int *to,
    struct str value)
{
	struct str rest = str_of(o->arg), word;
	int i;

	for (i = (int)o->min; str_split(&rest, '|', &word); i++)
		if (str_eq(word, value)) {
			*to = i;
			return EHR_OK;
		}
	return cli_usage(p->c, p->e, "%s%.*s: one of %s is needed",
	    o->name ? "--" : "-", o->name ? 64 : 1, o->name ? o->name : &o->key,
	    o->arg);
}

static void list_add(struct parser *p, struct cli_list *l, const char *value)
{
	if (!l->v)
		l->v = arena_alloc(&p->c->mem,
		    (size_t)p->argc * sizeof(*l->v));
	l->v[l->n++] = value;
}

/* name: the option as it was written, for messages. */
static int set_value(struct parser *p, const struct cli_opt *o, void *to,
    struct str name, const char *value)
{
	struct date d;
	int64_t i;

	switch (o->kind) {
	case CLI_FLAG:
		*(bool *)to = true;
		return EHR_OK;
	case CLI_COUNT:
		if (*(int *)to < 100)
			++*(int *)to;
		return EHR_OK;
	case CLI_ACTION:
		p->c->action = (unsigned)o->min;
		return EHR_OK;
	case CLI_CHOICE:
		return set_choice(p, o, to, str_of(value));
	case CLI_INT:
		if (!str_int(str_of(value), &i))
			return cli_usage(p->c, p->e,
			    "%.*s: a number is needed", STR_FMT(name));
		if ((o->min || o->max) && (i < o->min || i > o->max))
			return cli_usage(p->c, p->e,
			    "%.*s: %lld to %lld is allowed", STR_FMT(name),
			    (long long)o->min, (long long)o->max);
		*(int64_t *)to = i;
		return EHR_OK;
	case CLI_DATE:
		if (!date_parse(str_of(value), &d))
			return cli_usage(p->c, p->e,
			    "%.*s: a date as 2026-01-31 or "
			    "2026-01-31T12:00:00Z is needed", STR_FMT(name));
		break;
	case CLI_LIST:
		list_add(p, to, value);
		return EHR_OK;
	default:
		break;
	}
	*(const char **)to = value;
	return EHR_OK;
}

static bool takes_value(const struct cli_opt *o)
{
	return o->kind != CLI_FLAG && o->kind != CLI_COUNT &&
	    o->kind != CLI_ACTION;
}

/* One option; inline_at: offset of its value in the current word, 0: none. */
static int take_opt(struct parser *p, const struct cli_opt *o, void *to,
    struct str name, size_t inline_at)
{
	const char *value = NULL;

	if (takes_value(o)) {
		if (!inline_at && p->at + 1 >= p->argc)
			return cli_usage(p->c, p->e, "%.*s needs a value",
			    STR_FMT(name));
		if (!inline_at)
			p->at++;
		value = p->word[p->at] + inline_at;
		if (o->flags & CLI_HIDE)
			wipe(p->argv[p->at] + inline_at);
	}
	return set_value(p, o, to, name, value);
}

static int parse_long(struct parser *p)
{
	const char *word = p->word[p->at];
	struct str rest = str_of(word), name;
	const struct cli_opt *o;
	void *to = NULL;

	str_split(&rest, '=', &name);
	o = find_opt(p, (struct str){ name.s + 2, name.n - 2 }, 0, &to);
	if (!o)
		return cli_usage(p->c, p->e, "unknown option %.*s",
		    name.n > 64 ? 64 : (int)name.n, name.s);
	if (word[name.n] && !takes_value(o))
		return cli_usage(p->c, p->e, "%.*s takes no value",
		    STR_FMT(name));
	return take_opt(p, o, to, name, word[name.n] ? name.n + 1 : 0);
}

static int parse_letters(struct parser *p)
{
	const char *word = p->word[p->at];
	const struct cli_opt *o;
	char shown[3] = { '-', 0, 0 };
	void *to = NULL;
	size_t i;
	int rc;

	for (i = 1; word[i]; i++) {
		o = find_opt(p, STR_NONE, word[i], &to);
		shown[1] = word[i] > ' ' && word[i] < 0x7f ? word[i] : '?';
		if (!o)
			return cli_usage(p->c, p->e, "unknown option %s",
			    shown);
		rc = take_opt(p, o, to, str_of(shown),
		    takes_value(o) && word[i + 1] ? i + 1 : 0);
		if (rc < 0 || takes_value(o) || p->c->action != CLI_RUN)
			return rc;
	}
	return EHR_OK;
}

static const struct cli_verb *find_verb(const struct cli_tool *t,
    const char *first, const char *second)
{
	const struct cli_verb *v;
	size_t n = strlen(first);

	for (v = t->verb; v->run; v++) {
		if (!second && strcmp(v->name, first) == 0)
			return v;
		if (second && strncmp(v->name, first, n) == 0 &&
		    v->name[n] == ' ' && strcmp(v->name + n + 1, second) == 0)
			return v;
	}
	return NULL;
}

/* The word now looked at, and perhaps the next, is the verb. */
static int parse_verb(struct parser *p)
{
	struct cli *c = p->c;
	const char *word = p->word[p->at];
	size_t i;

	if (p->at + 1 < p->argc)
		c->verb = find_verb(c->tool, word, p->word[p->at + 1]);
	if (c->verb)
		p->at++;
	else
		c->verb = find_verb(c->tool, word, NULL);
	if (!c->verb)
		return cli_usage(c, p->e, "unknown verb");
	for (i = 0; i < cli_shared_len; i++)
		if ((cli_shared[i].bit & c->given & ~c->verb->shared) ||
		    ((cli_shared[i].bit & c->given) &&
		    cli_replaced(c->verb, &cli_shared[i].opt)))
			return cli_usage(c, p->e,
			    "an option before %s is not one of its own",
			    c->verb->name);
	return EHR_OK;
}

static int parse_words(struct parser *p)
{
	struct cli *c = p->c;
	bool options = true;
	int rc = EHR_OK;

	for (p->at = 1; p->at < p->argc && c->action == CLI_RUN; p->at++) {
		const char *word = p->word[p->at];

		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && strncmp(word, "--", 2) == 0) {
			rc = parse_long(p);
		} else if (options && word[0] == '-' && word[1]) {
			rc = parse_letters(p);
		} else if (!c->verb) {
			rc = parse_verb(p);
		} else {
			c->argv[c->argc++] = word;
			if (c->verb->hide)
				wipe(p->argv[p->at]);
		}
		if (rc < 0)
			return rc;
	}
	return rc;
}

static int check_given(struct parser *p)
{
	struct cli *c = p->c;
	const struct cli_opt *o;

	if (!c->verb)
		return cli_usage(c, p->e, "no verb given");
	for (o = c->verb->opt; o && !opt_end(o); o++) {
		if (!(o->flags & CLI_REQUIRED) ||
		    (p->seen & (1ULL << (o - c->verb->opt))))
			continue;
		if (o->name)
			return cli_usage(c, p->e, "--%s is needed", o->name);
		return cli_usage(c, p->e, "-%c is needed", o->key);
	}
	if (c->argc < c->verb->min)
		return cli_usage(c, p->e, "%s: too few operands",
		    c->verb->args ? c->verb->args : "?");
	if (c->verb->max >= 0 && c->argc > c->verb->max)
		return cli_usage(c, p->e, "too many operands");
	return EHR_OK;
}

/* Lists live in tables; a second parse must not see the first one's. */
static void reset_lists(const struct cli_tool *t)
{
	const struct cli_verb *v;
	const struct cli_opt *o;

	for (v = t->verb; v->run; v++)
		for (o = v->opt; o && !opt_end(o); o++)
			if (o->kind == CLI_LIST)
				*(struct cli_list *)o->to =
				    (struct cli_list){ NULL, 0 };
}

int cli_parse(struct cli *c, const struct cli_tool *t, int argc, char **argv,
    struct ehr_err *e)
{
	struct parser p = { c, e, argc, 0, argv, NULL, 0 };
	const char *env;
	int i, rc;

	memset(c, 0, sizeof(*c));
	c->tool = t;
	c->mem = ARENA_INIT;
	c->since_ms = INT64_MIN;
	c->until_ms = c->as_of_ms = INT64_MAX;
	if (!t->verb->name)
		c->verb = t->verb;
	reset_lists(t);
	c->argv = arena_alloc(&c->mem, (size_t)(argc + 1) * sizeof(*c->argv));
	p.word = arena_alloc(&c->mem, (size_t)(argc + 1) * sizeof(*p.word));
	for (i = 0; i < argc; i++)
		p.word[i] = arena_strndup(&c->mem, argv[i], strlen(argv[i]));
	rc = parse_words(&p);
	if (rc == EHR_OK && c->action == CLI_RUN)
		rc = check_given(&p);
	if (rc < 0 || c->action != CLI_RUN)
		return rc;
	env = getenv("EHR_DB");
	if (!c->db && (c->verb->shared & CLI_DB) && env && *env)
		c->db = env;
	return cli_times(c, e);
}

void cli_release(struct cli *c)
{
	arena_release(&c->mem);
}
