/* draft.c - texts in a person's hands: the editor, and what could not be
 * saved. Files are readable by their owner alone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edit/impl.h"

enum { MAX_DRAFT = 16 << 20, MAX_EDITOR_ARGS = 16 };

/* ---- folders ---- */

static int make_dirs(char *path, struct ehr_err *e)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return ehr_fail_errno(e, "%s", path);
		*p = '/';
	}
	return 0;
}

/* The folder of drafts, with a slash behind it. */
static int draft_dir(const char *db, struct buf *dir, struct ehr_err *e)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const char *slash = db ? strrchr(db, '/') : NULL;

	if (state && *state == '/')
		buf_addf(dir, "%s/ehr/drafts/", state);
	else if (home && *home == '/')
		buf_addf(dir, "%s/.local/state/ehr/drafts/", home);
	else if (slash)
		buf_add(dir, db, (size_t)(slash - db) + 1);
	return make_dirs(dir->s, e);
}

int edit_draft_save(const char *db, struct str name, int64_t version,
    struct str text, struct buf *path, struct ehr_err *e)
{
	BUF_AUTO head = BUF_INIT;
	uint8_t u[UUID_LEN];
	char id[37];
	struct out *out;
	int rc = draft_dir(db ? db : getenv("EHR_DB"), path, e);

	uuid4(u);
	uuid_format(u, id);
	buf_addf(path, "%s.draft", id);
	buf_addf(&head, "ehr-draft %.*s %lld\n", STR_FMT(name),
	    (long long)version);
	if (rc == 0)
		rc = out_open(&out, path->s, false, e);
	if (rc < 0)
		return rc;
	rc = out_write(out, head.s, head.len, e);
	if (rc == 0)
		rc = out_write(out, text.s, text.n, e);
	if (rc < 0) {
		out_abort(out);
		return rc;
	}
	return out_commit(out, e);
}

int edit_draft_load(const char *path, struct buf *name, int64_t *version,
    struct buf *text, struct ehr_err *e)
{
	BUF_AUTO all = BUF_INIT;
	struct str rest, head, word[3];
	int rc = in_all(path, MAX_DRAFT, &all, e);
	size_t n = 0;

	if (rc < 0)
		return rc;
	rest = buf_str(&all);
	str_split(&rest, '\n', &head);
	while (n < 3 && str_split(&head, ' ', &word[n]))
		n++;
	if (n < 3 || !str_is(word[0], "ehr-draft") ||
	    !str_int(word[2], version))
		return ehr_fail(e, EHR_EREJECT, "%s: not a draft", path);
	buf_addstr(name, word[1]);
	buf_addstr(text, rest);
	return 0;
}

/* ---- the editor ---- */

/* The words of $VISUAL or $EDITOR, then the file. line is cut up. */
static void editor_args(char *line, char **argv, char *file)
{
	size_t n = 0;

	while (*line && n < MAX_EDITOR_ARGS - 2) {
		line += strspn(line, " \t");
		if (*line)
			argv[n++] = line;
		line += strcspn(line, " \t");
		if (*line)
			*line++ = '\0';
	}
	argv[n++] = file;
	argv[n] = NULL;
}

static int run_editor(char *file, struct ehr_err *e)
{
	const char *words = getenv("VISUAL");
	struct sigaction ignore = { .sa_handler = SIG_IGN }, intr, quit;
	char *argv[MAX_EDITOR_ARGS], *line;
	int status = 0, rc = 0;
	pid_t pid;

	if (words == NULL || *words == '\0')
		words = getenv("EDITOR");
	line = xstrdup(words && *words ? words : "vi");
	editor_args(line, argv, file);
	sigaction(SIGINT, &ignore, &intr);
	sigaction(SIGQUIT, &ignore, &quit);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGINT, &intr, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &intr, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		rc = ehr_fail(e, EHR_EIO, "%s: the editor failed", argv[0]);
	free(line);
	return rc;
}

int edit_with_editor(struct buf *text, const char *suffix, struct ehr_err *e)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	BUF_AUTO path = BUF_INIT;
	int fd, rc = 0;

	if (run && *run == '/')
		buf_addf(&path, "%s/", run);
	else
		rc = draft_dir(NULL, &path, e);
	if (rc < 0)
		return rc;
	buf_addf(&path, "ehr-XXXXXX%s", suffix);
	fd = mkostemps(path.s, (int)strlen(suffix), O_CLOEXEC);
	if (fd < 0)
		return ehr_fail_errno(e, "%s", path.s);
	if (write_whole(fd, buf_str(text)) < 0)
		rc = ehr_fail_errno(e, "%s", path.s);
	if (close(fd) < 0 && rc == 0)
		rc = ehr_fail_errno(e, "%s", path.s);
	if (rc == 0)
		rc = run_editor(path.s, e);
	if (rc == 0) {
		buf_reset(text);
		rc = in_all(path.s, MAX_DRAFT, text, e);
	}
	unlink(path.s);
	return rc;
}
