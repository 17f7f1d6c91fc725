/*
 * ehr.c - the front door: `ehr help`, and `ehr import ...` runs
 * `ehr-import ...` from the folder of this program, else from PATH.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "ehr/cli.h"

enum { MAX_TOOL = 32 };

/* Folder of this program with a slash behind it, or nothing. */
static void own_dir(struct buf *b)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n > 0)
		buf_add(b, path, (size_t)n);
}

static bool tool_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= MAX_TOOL && s[n] == '\0' && s[0] != '-';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_tool(const struct dirent *d)
{
	return strncmp(d->d_name, "ehr-", 4) == 0 && tool_name(d->d_name + 4);
}

static int help(struct cli *c, struct ehr_err *e)
{
	BUF_AUTO dir = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct dirent **tool = NULL;
	int i, n;

	(void)c;
	own_dir(&dir);
	buf_adds(&text, "usage: ehr TOOL [argument]...\n\n"
	    "A medical practice's record in one file. ehr TOOL runs ehr-TOOL; "
	    "ehr TOOL -h\ntells its options and verbs. Overview, conventions "
	    "and exit codes: ehr(7).\n");
	n = dir.len ? scandir(dir.s, &tool, is_tool, by_name) : 0;
	if (n > 0)
		buf_adds(&text, "\nTools beside this one:");
	for (i = 0; i < n; i++) {
		buf_addf(&text, " %s", tool[i]->d_name + 4);
		free(tool[i]);
	}
	free(tool);
	if (n > 0)
		buf_addch(&text, '\n');
	return cli_write(&text, e);
}

/* Does not return when the tool was found. */
static int run_tool(const char *name, char **argv, struct ehr_err *e)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO tool = BUF_INIT;

	if (!tool_name(name))
		return ehr_fail(e, EHR_EUSAGE, "no such tool (see ehr help)");
	buf_addf(&tool, "ehr-%s", name);
	own_dir(&path);
	buf_addstr(&path, buf_str(&tool));
	argv[0] = tool.s;
	execv(path.s, argv);
	if (errno != ENOENT)
		return ehr_fail_errno(e, "%s", path.s);
	execvp(tool.s, argv);
	/* EACCES: a folder of PATH that may not be searched. */
	if (errno == ENOENT || errno == EACCES || errno == ENOTDIR)
		return ehr_fail(e, EHR_EUSAGE, "no tool %s (see ehr help)",
		    tool.s);
	return ehr_fail_errno(e, "%s", tool.s);
}

static const struct cli_verb verbs[] = {
	{ "help", NULL, "Tell what there is", 0, NULL, 0, 0, false, help },
	{ 0 },
};
static const struct cli_tool tool = { "ehr",
	"A medical practice's record: ehr TOOL runs ehr-TOOL", verbs };

int main(int argc, char **argv)
{
	struct ehr_err e = { 0, "" };
	int rc;

	if (argc < 2 || argv[1][0] == '-' || strcmp(argv[1], "help") == 0)
		return cli_main(&tool, argc, argv);
	rc = run_tool(argv[1], argv + 1, &e);
	fprintf(stderr, "ehr: %s\n", e.msg);
	return -rc;
}
