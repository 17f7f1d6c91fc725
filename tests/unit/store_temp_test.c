/* store_temp_test.c - temporary files: what is read is what was written, and
 * it cannot be read on disk. */
#include <errno.h>

#include "crypt_kit.h"
#include "store/temp.h"

enum {
	SPACE = 200000,
	COUNT = 4096, /* offset of a block's number; 0: never written */
};

/* A number below n, the same ones each time. */
static uint64_t below(uint64_t n)
{
	static uint64_t x = 1;

	x = hash64(&x, sizeof(x), 7);
	return x % n;
}

static struct temp *begin(void)
{
	struct temp *t;

	kit_dir();
	t = temp_new(in_dir("r"));
	CHECK(t != NULL);
	return t;
}

static void end(struct temp *t)
{
	temp_free(t);
	CHECK_INT(rmdir(dir), 0); /* it had no name */
}

/* All of it, and a little behind its end. */
static void same(struct temp *t, const uint8_t *want, size_t size)
{
	static uint8_t p[SPACE + 100];
	size_t got;

	CHECK_INT(temp_size(t), size);
	CHECK_INT(temp_read(t, p, size + 100, 0, &got), 0);
	CHECK_INT(got, size);
	CHECK(memcmp(p, want, size) == 0);
	for (size_t i = 0; i < 100; i++)
		CHECK_INT(p[size + i], 0);
}

static void check_part(struct temp *t, const uint8_t *want, size_t size)
{
	static uint8_t p[SPACE];
	size_t at = below(SPACE), n = 1 + below(SPACE / 2), got;
	size_t there = at < size ? size - at : 0;

	CHECK_INT(temp_read(t, p, n, (int64_t)at, &got), 0);
	CHECK_INT(got, n < there ? n : there);
	CHECK(memcmp(p, want + at, got) == 0);
}

TEST(any_place_any_length)
{
	static uint8_t want[2 * SPACE], p[SPACE];
	struct temp *t = begin();
	size_t size = 0;

	for (int i = 0; i < 3000; i++) {
		size_t at = below(SPACE / 2), n = 1 + below(SPACE / 4);

		if (below(3) == 0)
			at &= ~(size_t)4095;
		if (below(3) == 0)
			n = 1 + below(300);
		switch (below(4)) {
		case 0:
			CHECK_INT(temp_truncate(t, (int64_t)at), 0);
			if (at < size)
				memset(want + at, 0, size - at);
			size = at;
			break;
		case 1:
			check_part(t, want, size);
			break;
		default:
			memset(p, (int)below(256), n);
			CHECK_INT(temp_write(t, p, n, (int64_t)at), 0);
			memcpy(want + at, p, n);
			if (at + n > size)
				size = at + n;
		}
	}
	same(t, want, size);
	end(t);
}

/* The file on disk is longer than what it holds: cutting it to that length
 * took the seal of the last block away. */
TEST(truncating_to_no_less_takes_nothing_away)
{
	static uint8_t want[3 * 4096];
	struct temp *t = begin();

	memset(want, 'x', 4096);
	CHECK_INT(temp_write(t, want, 4096, 0), 0);
	CHECK_INT(temp_truncate(t, 4096), 0);
	same(t, want, 4096);
	CHECK_INT(temp_truncate(t, 4100), 0);
	same(t, want, 4100);
	CHECK_INT(temp_truncate(t, 3 * 4096), 0);
	same(t, want, 3 * 4096);
	end(t);
}

TEST(it_cannot_be_read_on_disk)
{
	struct temp *t = begin();
	uint8_t p[8192];

	memset(p, 0, sizeof(p));
	memcpy(p + 4000, CANARY, sizeof(CANARY));
	for (int i = 0; i < 4; i++)
		CHECK_INT(temp_write(t, p, sizeof(p), i * 8000), 0);
	CHECK_INT(disk_has(CANARY), 0);
	end(t);
}

/* Finds the open file without a name and changes a byte of it: one bit, or
 * that of the number, which becomes 0. */
static void damage(int64_t at)
{
	char path[64], to[300], byte;
	ssize_t n;

	for (int fd = 3; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		if (strncmp(to, dir, strlen(dir)) != 0)
			continue;
		CHECK_INT(pread(fd, &byte, 1, at), 1);
		byte ^= at == COUNT ? byte : 1;
		CHECK_INT(pwrite(fd, &byte, 1, at), 1);
	}
}

TEST(what_was_changed_is_not_read)
{
	uint8_t p[4096];
	size_t got;

	for (int64_t at = 0; at < 4096 + 24; at += 512) {
		struct temp *t = begin();

		memset(p, 'x', sizeof(p));
		CHECK_INT(temp_write(t, p, sizeof(p), 0), 0);
		CHECK_INT(temp_read(t, p, sizeof(p), 0, &got), 0);
		damage(at);
		CHECK_INT(temp_read(t, p, sizeof(p), 0, &got), -1);
		CHECK_INT(errno, EBADMSG);
		end(t);
	}
}
