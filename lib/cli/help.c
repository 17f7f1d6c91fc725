/*
 * help.c - help and completion data, from the same tables as the parser.
 */
#include "cli_priv.h"

enum { HELP_COL = 26 };

static void opt_line(struct buf *b, const struct cli_opt *o)
{
	size_t from = b->len;

	buf_adds(b, "  ");
	if (o->key)
		buf_addf(b, "-%c", o->key);
	else
		buf_adds(b, "  ");
	if (o->name)
		buf_addf(b, "%s--%s", o->key ? ", " : "  ", o->name);
	if (o->arg)
		buf_addf(b, " %s", o->arg);
	if (b->len - from > HELP_COL - 2) {
		buf_addch(b, '\n');
		from = b->len;
	}
	while (b->len - from < HELP_COL)
		buf_addch(b, ' ');
	buf_addf(b, "%s%s\n", o->help,
	    o->flags & CLI_REQUIRED ? " (needed)" :
	    o->kind == CLI_LIST ? " (may be repeated)" : "");
}

static void verb_opts(struct buf *b, const struct cli_verb *v)
{
	const struct cli_opt *o;
	size_t i;

	for (o = v->opt; o && (o->name || o->key); o++)
		opt_line(b, o);
	for (i = 0; i < cli_shared_len; i++) {
		const struct cli_shared *s = &cli_shared[i];

		if (s->opt.help && (!s->bit || (v->shared & s->bit)) &&
		    !cli_replaced(v, &s->opt))
			opt_line(b, &s->opt);
	}
}

static void verb_list(struct buf *b, const struct cli_tool *t)
{
	const struct cli_verb *v;

	buf_addf(b, "usage: %s VERB [option]... [operand]...\n\n%s.\n\n",
	    t->name, t->help);
	for (v = t->verb; v->run; v++) {
		size_t from = b->len;

		buf_addf(b, "  %s%s%s", v->name, v->args ? " " : "",
		    v->args ? v->args : "");
		if (b->len - from > HELP_COL - 2) {
			buf_addch(b, '\n');
			from = b->len;
		}
		while (b->len - from < HELP_COL)
			buf_addch(b, ' ');
		buf_addf(b, "%s\n", v->help);
	}
	buf_addf(b, "\n%s VERB -h tells the options of a verb; "
	    "conventions and exit codes: ehr(7).\n", t->name);
}

void cli_help(struct buf *b, const struct cli *c)
{
	const struct cli_verb *v = c->verb;

	if (!v) {
		verb_list(b, c->tool);
		return;
	}
	buf_addf(b, "usage: %s%s%s [option]...%s%s\n\n%s.\n\n", c->tool->name,
	    v->name ? " " : "", v->name ? v->name : "", v->args ? " " : "",
	    v->args ? v->args : "", v->help);
	verb_opts(b, v);
	buf_adds(b, "\nConventions and exit codes: ehr(7).\n");
}

static void opt_data(struct buf *b, const struct cli_verb *v,
    const struct cli_opt *o)
{
	static const char *const kind[] = {
		[CLI_FLAG] = "flag", [CLI_COUNT] = "flag",
		[CLI_TEXT] = "text", [CLI_INT] = "int",
		[CLI_CHOICE] = "choice", [CLI_DATE] = "date",
		[CLI_LIST] = "text", [CLI_ACTION] = "flag",
	};

	buf_addf(b, "%s\t%.*s\t%s\t%s\t%s\t%s\n", v->name ? v->name : "",
	    o->key ? 1 : 0, &o->key, o->name ? o->name : "", kind[o->kind],
	    o->arg ? o->arg : "", o->help);
}

void cli_completion(struct buf *b, const struct cli_tool *t)
{
	const struct cli_verb *v;
	const struct cli_opt *o;
	size_t i;

	for (v = t->verb; v->run; v++) {
		buf_addf(b, "%s\t\t\tverb\t%s\t%s\n", v->name ? v->name : "",
		    v->args ? v->args : "", v->help);
		for (o = v->opt; o && (o->name || o->key); o++)
			opt_data(b, v, o);
		for (i = 0; i < cli_shared_len; i++) {
			const struct cli_shared *s = &cli_shared[i];

			if (s->opt.help &&
			    (!s->bit || (v->shared & s->bit)) &&
			    !cli_replaced(v, &s->opt))
				opt_data(b, v, &s->opt);
		}
	}
}
