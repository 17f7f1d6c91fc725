/*
 * cli-rows.c - prints N rows as any tool does; --cmdline: what ps(1) sees
 * of its arguments.
 */
#include <stdlib.h>

#include "ehr/cli.h"

static bool cmdline;

static int show_cmdline(struct ehr_err *e)
{
	BUF_AUTO b = BUF_INIT;
	FILE *f = fopen("/proc/self/cmdline", "r");
	int ch;

	if (!f)
		return ehr_fail_errno(e, "cmdline");
	while ((ch = getc(f)) != EOF)
		if (ch || (b.len && b.s[b.len - 1] != ' '))
			buf_addch(&b, ch ? (char)ch : ' ');
	fclose(f);
	buf_addch(&b, '\n');
	return cli_write(&b, e);
}

static int rows(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = {
		{ "id", 0 },
		{ "n", PRINT_RIGHT },
	};
	struct printer *p = NULL;
	int64_t i, n;
	char id[32];
	int rc;

	if (cmdline)
		return show_cmdline(e);
	if (!str_int(str_of(c->argv[0]), &n))
		return cli_usage(c, e, "N is a number");
	rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	for (i = 1; rc == EHR_OK && i <= n; i++) {
		snprintf(id, sizeof(id), "row%lld", (long long)i);
		print_text(p, str_of(id));
		print_int(p, i);
		rc = print_row(p, e);
	}
	return print_close(p, rc, e);
}

static const struct cli_opt opts[] = {
	{ "cmdline", 0, CLI_FLAG, 0, NULL, "show the arguments", &cmdline, 0,
	    0 },
	{ 0 },
};
static const struct cli_verb verbs[] = {
	{ NULL, "N", "Print N rows", CLI_OUTPUT, opts, 1, 1, true, rows },
	{ 0 },
};
static const struct cli_tool tool = { "cli-rows", "Rows", verbs };

int main(int argc, char **argv)
{
	return cli_main(&tool, argc, argv);
}
