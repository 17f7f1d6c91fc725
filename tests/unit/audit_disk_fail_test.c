/*
 * audit_disk_fail_test.c - each call that reads or writes files fails once
 * while tiles are published and checkpoints signed: that is told, nothing half
 * done stays, and the same again completes it.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fail_kit.h"

#include "audit_kit.h"
#include "ehr/audit-sign.h"

#define BROKEN(type, name, par, arg) \
	FAILS(type, (errno = EIO, (type)-1), name, par, arg)

BROKEN(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
BROKEN(int, rename, (const char *from, const char *to), (from, to))
BROKEN(int, mkdir, (const char *p, mode_t mode), (p, mode))
BROKEN(int, syncfs, (int fd), (fd))
BROKEN(int, fsync, (int fd), (fd))
BROKEN(int, mlock, (const void *p, size_t n), (p, n))
BROKEN(int, renameat, (int d, const char *from, int d2, const char *to),
    (d, from, d2, to))
BROKEN(int, linkat, (int d, const char *from, int d2, const char *to, int f),
    (d, from, d2, to, f))

static bool short_writes;	/* a write that fails takes a part */

ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	if (!OURS_FAILS())
		return real(fd, p, n);
	if (short_writes && n > 1)
		return real(fd, p, n / 2);
	errno = ENOSPC;
	return -1;
}

int open(const char *file, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	errno = EIO;
	return OURS_FAILS() ? -1 : openat(AT_FDCWD, file, flags, mode);
}

enum { OLD = 300, EVENTS = 600 }; /* a tile and a part; two and a part */

static struct store *db;
static struct ehr_err e;
static char out[128], signer[128];

static void fill(int n)
{
	const struct audit_event ev = { .user = "u", .tool = "t" };

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (int i = 0; i < n; i++)
		CHECK_INT(audit_append(db, &ev, NULL, 0, NULL, &e), 0);
	CHECK_INT(store_commit(db, &e), 0);
}

static int one_left(const char *file, const struct stat *st, int type,
    struct FTW *at)
{
	(void)st;
	(void)type;
	/* of a tile, and of a signer */
	return str_ends(str_of(file), ".new") || file[at->base] == '.' ?
	    at->level > 0 && !str_ends(str_of(file), ".p") : 0;
}

static int remove_one(const char *file, const struct stat *st, int type,
    struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(file);
}

static void remove_all(const char *file)
{
	nftw(file, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool publish(uint64_t from, uint64_t size, bool all, uint64_t *same)
{
	struct publish p = { .dir = out };
	int rc = publish_tiles(&p, db, from, size, all, &e);

	*same = p.same;
	return rc == 0;
}

/* The op with its failure; then what must hold whatever came of it. */
static bool wanted(bool done, bool again(void))
{
	armed = false;
	if (!done && (e.msg[0] == '\0' || strstr(e.msg, "Success"))) {
		printf("nothing told: %s\n", e.msg);
		exit(1);
	}
	if (nftw(dir, one_left, 8, FTW_PHYS) != 0 || !again()) {
		printf("after \"%s\": left, or not completed\n", e.msg);
		exit(1);
	}
	return done;
}

static bool published(void)
{
	uint64_t same;

	/* 0, 1, 2.p/88 of level 0 and 0.p/2 of level 1 */
	return publish(0, EVENTS, true, &same) &&
	    publish(0, EVENTS, true, &same) && same == 4;
}

static bool do_publish(void)
{
	uint64_t same;

	remove_all(out);
	armed = true;
	return wanted(publish(0, EVENTS, false, &same), published);
}

static bool do_grow(void)
{
	uint64_t same;

	remove_all(out);
	if (!publish(0, OLD, false, &same))
		exit(1);
	armed = true;
	return wanted(publish(OLD, EVENTS, true, &same), published);
}

static bool opens(void)
{
	SIGNER_AUTO *s = NULL;

	return signer_open(&s, signer, &e) == 0 && signer_check(s, db, &e) == 0;
}

static bool makes(void)
{
	struct note_key k;

	return access(signer, F_OK) == 0 ? opens() :
	    signer_make(signer, "example.com/log", db, &k, &e) == 0 && opens();
}

static bool do_signer(void)
{
	struct note_key k;

	unlink(signer);
	armed = true;
	return wanted(signer_make(signer, "example.com/log", db, &k, &e) == 0,
	    makes);
}

static bool do_sign(void)
{
	SIGNER_AUTO *s = NULL;
	BUF_AUTO note = BUF_INIT;
	bool done;

	remove_all(signer);
	if (!makes())
		exit(1);
	fill(1);
	armed = true;
	done = signer_open(&s, signer, &e) == 0 &&
	    signer_sign(s, db, 0, &note, &e) == 0;
	armed = false;
	signer_close(&s);
	return wanted(done, opens);
}

static void each(bool (*op)(void), const char *name)
{
	int told, unnoticed, n = each_call(op, &told, &unnoticed);

	if (unnoticed || told == 0)
		printf("%s: %d calls, %d unnoticed\n", name, n, unnoticed);
	CHECK(told > 0);
	CHECK_INT(unnoticed, 0);
}

TEST(what_fails_is_told_and_completed_by_the_same_again)
{
	db = open_new();
	snprintf(out, sizeof(out), "%s/pub", dir);
	snprintf(signer, sizeof(signer), "%s/signer", dir);
	fill(EVENTS);
	each(do_publish, "publish");
	each(do_grow, "grow");
	each(do_signer, "signer");
	each(do_sign, "sign");
	remove_all(out);
	remove_all(signer);
	close_all(db);
}

static bool do_parts(void)
{
	uint64_t same;

	short_writes = true;
	remove_all(out);
	armed = true;
	return wanted(publish(0, EVENTS, false, &same), published);
}

/* A write that took a part of the bytes goes on with the rest. */
TEST(a_file_may_be_written_in_parts)
{
	int n, how, parts = 0;

	db = open_new();
	snprintf(out, sizeof(out), "%s/pub", dir);
	fill(EVENTS);
	for (n = 1; (how = attempt(do_parts, n)) != WELL; n++)
		parts += how == UNNOTICED;
	CHECK_INT(parts, 4);
	remove_all(out);
	close_all(db);
}
