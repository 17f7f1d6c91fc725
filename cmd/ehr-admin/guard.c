/* guard.c - ehr-admin guard: the record belongs to group ehr, the tools are
 * setgid, so that others reach it by the tools alone (ehr-security(7)). */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"

/* Modes with the group, and without it. */
enum kind { FOLDER, DATA, SECRET, TOOL, KINDS };
static const struct {
	const char *name;
	mode_t on, off;
} kinds[KINDS] = {
	[FOLDER] = { "folder", 02770, 0700 },
	[DATA] = { "record", 0660, 0600 },
	[SECRET] = { "key", 0440, 0400 },
	[TOOL] = { "tool", 02755, 0755 },
};

#define MEMBERS "group ehr has members: they could read the record without " \
	"the tools"

typedef int each_fn(void *arg, enum kind kind, const char *path);

struct guard {
	gid_t ehr;    /* 0: there is no such group */
	bool members; /* it has some */
	char db[PATH_MAX];
	struct ehr_err *e;
};

/* By the list of the group, or as somebody's first one. */
static bool has_members(const struct group *ehr)
{
	const struct passwd *p;
	bool found = ehr->gr_mem[0] != NULL;

	setpwent();
	while (!found && (p = getpwent()) != NULL)
		found = p->pw_gid == ehr->gr_gid;
	endpwent();
	return found;
}

static int begin(const char *db, struct guard *g, struct ehr_err *e)
{
	const struct group *ehr = getgrnam("ehr");

	g->e = e;
	g->ehr = ehr ? ehr->gr_gid : 0;
	g->members = ehr && has_members(ehr);
	if (realpath(db ? db : "", g->db) == NULL)
		return ehr_fail_errno(e, "%s", db ? db : "the record");
	return 0;
}

/* The folder of the tools; false: not known. */
static bool tools_in(char self[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", self, PATH_MAX - 1);

	if (n <= 0)
		return false;
	self[n] = '\0';
	dirname(self);
	return true;
}

static int each_tool(each_fn *fn, void *arg)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 1];
	struct dirent *d;
	struct stat st;
	DIR *open;
	int rc = 0;

	if (!tools_in(dir))
		return 0;
	open = opendir(dir);
	while (rc == 0 && open && (d = readdir(open)) != NULL) {
		if (strncmp(d->d_name, "ehr-", 4) != 0 ||
		    strcmp(d->d_name, "ehr-agent") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mode & S_IXUSR)
			rc = fn(arg, TOOL, path);
	}
	if (open)
		closedir(open);
	return rc;
}

/* Everything that belongs to the mode. What is not there is left out, but the
 * lock is made by the first writer, who would own it. */
static int each(const struct guard *g, each_fn *fn, void *arg)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock",
		"-journal", "-rekey", ".keys" };
	const char *key = getenv("EHR_KEY_FILE");
	char path[PATH_MAX + 8];
	int rc;

	snprintf(path, sizeof(path), "%s", g->db);
	rc = fn(arg, FOLDER, dirname(path));
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", g->db, ends[i]);
		if (access(path, F_OK) == 0)
			rc = fn(arg, DATA, path);
	}
	if (rc == 0 && key && *key)
		rc = fn(arg, SECRET, key);
	return rc ? rc : each_tool(fn, arg);
}

/* ---- is it so? ---- */

static bool is_so(const struct guard *g, enum kind kind, const char *path)
{
	struct stat st;

	return g->ehr && !g->members && stat(path, &st) == 0 &&
	    st.st_uid == 0 && st.st_gid == g->ehr &&
	    (st.st_mode & 07777) == kinds[kind].on;
}

static int find_fault(void *arg, enum kind kind, const char *path)
{
	return !is_so(arg, kind, path);
}

bool admin_guarded(const char *db)
{
	struct guard g;
	bool yes;

	group_raise();
	yes = begin(db, &g, NULL) == 0 && each(&g, find_fault, &g) == 0;
	group_drop();
	return yes;
}

struct listing {
	const struct guard *g;
	struct printer *p;
	bool bad;
};

static int put_row(void *arg, enum kind kind, const char *path)
{
	struct listing *l = arg;
	bool so = is_so(l->g, kind, path);

	l->bad = l->bad || !so;
	print_text(l->p, str_of(path));
	print_text(l->p, str_of(kinds[kind].name));
	print_text(l->p, so ? STR("guarded") : STR("not guarded"));
	return print_row(l->p, l->g->e);
}

int admin_guard_status(struct cli *c, struct ehr_err *e)
{
	static const struct print_col cols[] = { { "path", 0 }, { "kind", 0 },
		{ "state", 0 } };
	struct listing l = { .bad = false };
	struct guard g;
	int rc = begin(c->db, &g, e);

	l.g = &g;
	if (rc == 0 && g.members)
		cli_warn(c, "%s", MEMBERS);
	if (rc == 0)
		rc = print_open(&l.p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0)
		rc = each(&g, put_row, &l);
	return print_close(l.p, rc == 0 && l.bad ? EHR_ENO : rc, e);
}

/* ---- changing it ---- */

/* The file itself, not what a link leads to that was put in its place. */
static int hold(const struct guard *g, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		ehr_fail_errno(g->e, "%s", path);
	return fd;
}

static int held(const struct guard *g, const char *path, int fd, bool ok)
{
	int rc = ok ? 0 : ehr_fail_errno(g->e, "%s", path);

	close(fd);
	return rc;
}

/* The group first: a mode for another one would let it in. */
static int give(void *arg, enum kind kind, const char *path)
{
	const struct guard *g = arg;
	int fd = hold(g, path);

	return fd < 0 ? EHR_EIO : held(g, path, fd,
	    fchown(fd, 0, g->ehr) == 0 && fchmod(fd, kinds[kind].on) == 0);
}

static int take_back(void *arg, enum kind kind, const char *path)
{
	const struct guard *g = arg;
	int fd = hold(g, path);

	return fd < 0 ? EHR_EIO : held(g, path, fd,
	    fchmod(fd, kinds[kind].off) == 0 && fchown(fd, 0, 0) == 0);
}

/* A folder that others use for other things is not to be closed to them, and
 * one that others can change is no place for what has the group. */
static int check_folder(const char *path, mode_t others, const char *what,
    struct ehr_err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ehr_fail_errno(e, "%s", path);
	if (st.st_uid != 0 || st.st_mode & others ||
	    !group_way_is_roots(path))
		return ehr_fail(e, EHR_EUSAGE, "%s: a folder of root's own, "
		    "in such ones, is needed for %s", path, what);
	return 0;
}

static int check_on(const struct guard *g, struct ehr_err *e)
{
	char path[PATH_MAX];
	int rc;

	if (g->members)
		return ehr_fail(e, EHR_EUSAGE, "%s", MEMBERS);
	snprintf(path, sizeof(path), "%s", g->db);
	rc = check_folder(dirname(path), S_ISVTX | S_IWOTH, "the record", e);
	if (rc == 0 && tools_in(path))
		rc = check_folder(path, S_IWGRP | S_IWOTH, "the tools", e);
	return rc;
}

static int change(struct cli *c, const char *scope, each_fn *fn,
    int (*may)(const struct guard *g, struct ehr_err *e), struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct guard g;
	int rc = 0;

	if (geteuid() != 0)
		return ehr_fail(e, EHR_EPERM, "only root can change the mode");
	rc = begin(c->db, &g, e);
	if (rc == 0 && g.ehr == 0)
		rc = ehr_fail(e, EHR_EUSAGE,
		    "there is no group ehr (groupadd --system ehr)");
	if (rc == 0 && may)
		rc = may(&g, e);
	if (rc == 0)
		rc = admin_open(c, &a, STORE_WRITE, e);
	if (rc == 0)
		rc = access_need(&a, PERM_ADMIN, "guard", e);
	if (rc == 0)
		rc = admin_audit(&a, scope, e);
	return rc < 0 || c->dry_run ? rc : each(&g, fn, &g);
}

int admin_guard_on(struct cli *c, struct ehr_err *e)
{
	return change(c, "guard-on", give, check_on, e);
}

int admin_guard_off(struct cli *c, struct ehr_err *e)
{
	return change(c, "guard-off", take_back, NULL, e);
}
