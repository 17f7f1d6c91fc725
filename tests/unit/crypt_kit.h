/* crypt_kit.h - SQLite on the encrypting VFS without a store on top: opening,
 * SQL, and what a database holds as one number. */
#ifndef EHR_CRYPT_KIT_H
#define EHR_CRYPT_KIT_H

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "folder_kit.h"
#include "store/crypt.h"

/* In every row; nowhere on disk. */
#define CANARY "Canary-of-the-coal-mine-7Q"

static const struct keyring ring = { .n = 1, .k = { { 7, "first key" } } };

/* A connection; keys NULL: plain, as stock SQLite does it. */
struct conn {
	sqlite3 *h;
	struct crypt *c;
	int rc; /* of opening */
};

static inline struct conn conn_open(const char *path,
    const struct keyring *keys)
{
	struct conn d = { NULL, NULL, 0 };
	int reserve = CRYPT_SEAL;

	if (keys)
		CHECK_INT(crypt_new(&d.c, path, keys, NULL), 0);
	d.rc = sqlite3_open_v2(path, &d.h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, keys ? crypt_name(d.c) : NULL);
	if (d.rc == SQLITE_OK)
		d.rc = sqlite3_file_control(d.h, "main",
		    SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	sqlite3_extended_result_codes(d.h, 1);
	sqlite3_busy_timeout(d.h, 20000);
	sqlite3_exec(d.h, "PRAGMA secure_delete = ON; PRAGMA temp_store = FILE",
	    NULL, NULL, NULL);
	return d;
}

static inline void conn_close(struct conn *d)
{
	sqlite3_close(d->h);
	crypt_free(d->c);
	d->h = NULL;
	d->c = NULL;
}

static inline int try_sql(struct conn *d, const char *sql)
{
	return sqlite3_exec(d->h, sql, NULL, NULL, NULL);
}

static inline void sql(struct conn *d, const char *text)
{
	struct ehr_err e = { 0 };

	if (try_sql(d, text) == SQLITE_OK)
		return;
	crypt_fault(d->c, &e);
	printf("%s: %s %s\n", text, sqlite3_errmsg(d->h), e.msg);
	longjmp(test_end, TEST_FAILED);
}

/* Folds all rows of a query into one number; 0 and *rc when it failed. */
static inline uint64_t fold(struct conn *d, const char *query, int *rc)
{
	sqlite3_stmt *s = NULL;
	uint64_t sum = 1;

	*rc = sqlite3_prepare_v2(d->h, query, -1, &s, NULL);
	if (*rc != SQLITE_OK)
		return 0;
	while ((*rc = sqlite3_step(s)) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(s); i++) {
			const void *p = sqlite3_column_blob(s, i);

			sum = hash64(p ? p : "",
			    (size_t)sqlite3_column_bytes(s, i), sum);
		}
	sqlite3_finalize(s);
	if (*rc != SQLITE_DONE)
		return 0;
	*rc = SQLITE_OK;
	return sum;
}

/* Everything in it, read by the table and by the index. */
static inline uint64_t content(struct conn *d, int *rc)
{
	uint64_t a = fold(d, "SELECT id, k, v FROM t ORDER BY id", rc);

	if (*rc == SQLITE_OK)
		a ^= fold(d, "SELECT k, id FROM t INDEXED BY t_k ORDER BY k, "
		    "id", rc) * 3;
	return *rc == SQLITE_OK ? a : 0;
}

static inline uint64_t must_content(struct conn *d)
{
	int rc;
	uint64_t sum = content(d, &rc);
	struct ehr_err e = { 0 };

	if (rc != SQLITE_OK) {
		crypt_fault(d->c, &e);
		printf("content: %s: %s\n", sqlite3_errmsg(d->h), e.msg);
		longjmp(test_end, TEST_FAILED);
	}
	return sum;
}

static inline void sound(struct conn *d)
{
	sqlite3_stmt *s;

	CHECK_INT(sqlite3_prepare_v2(d->h, "PRAGMA integrity_check", -1, &s,
		NULL), SQLITE_OK);
	CHECK_INT(sqlite3_step(s), SQLITE_ROW);
	CHECK_STR((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_finalize(s);
}

/* Rows of very different length, overflow pages among them. */
static inline void fill(struct conn *d, int from, int to)
{
	char text[512];

	snprintf(text, sizeof(text), "WITH RECURSIVE n(i) AS (SELECT %d UNION "
	    "ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO t SELECT i, "
	    "'" CANARY "' || i * 7919 %% 1009, '" CANARY "' || replace(hex("
	    "zeroblob(i * 37 %% 900)), '00', char(65 + i %% 26, 97 + i %% 24)) "
	    "FROM n", from, to);
	sql(d, text);
}

static inline void new_table(struct conn *d)
{
	sql(d, "CREATE TABLE t(id INTEGER PRIMARY KEY, k, v);"
	       "CREATE INDEX t_k ON t(k)");
}

static inline char *slurp(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *p;

	*n = 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	p = xmalloc((size_t)st.st_size + 1);
	*n = (size_t)pread(fd, p, (size_t)st.st_size, 0);
	close(fd);
	return p;
}

static inline void spit(const char *path, const char *p, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK_INT(write(fd, p, n), n);
	close(fd);
}

/* A copy of what is on disk, as it is. */
static inline void copy_file(const char *from, const char *to)
{
	size_t n;
	char *p = slurp(from, &n);

	if (p)
		spit(to, p, n);
	else
		unlink(to);
	free(p);
}

static inline int file_has(const char *path, const char *what)
{
	size_t n;
	char *p = slurp(path, &n);
	int found = p && memmem(p, n, what, strlen(what)) != NULL;

	free(p);
	return found;
}

/* Files of the folder, and nameless ones that are open, with the text. */
static inline int disk_has(const char *what)
{
	DIR *d = opendir(dir);
	char path[300], to[300];
	ssize_t n;
	int found = 0;

	for (struct dirent *f; (f = readdir(d));)
		if (f->d_name[0] != '.')
			found += file_has(in_dir(f->d_name), what);
	closedir(d);
	d = opendir("/proc/self/fd");
	for (struct dirent *f; (f = readdir(d));) {
		snprintf(path, sizeof(path), "/proc/self/fd/%s", f->d_name);
		n = readlink(path, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		if (strstr(to, "(deleted)"))
			found += file_has(path, what);
	}
	closedir(d);
	return found;
}

#endif
