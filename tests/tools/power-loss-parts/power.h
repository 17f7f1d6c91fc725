/*
 * power.h - a disk that loses power: a VFS over SQLite's own that writes down
 * what it is told, and the states that such a disk may be found in.
 */
#ifndef EHR_TEST_POWER_H
#define EHR_TEST_POWER_H

#include "ehr/base.h"

enum op_kind {
	OP_CREATE, /* of file */
	OP_WRITE,  /* n bytes of data at off */
	OP_TRUNCATE, /* to off bytes */
	OP_SYNC,
	OP_DELETE, /* on disk at once when off is not 0 */
	OP_ACK,	   /* what came before was told as committed */
};

struct op {
	enum op_kind kind;
	int file;
	int64_t off;
	size_t n;
	uint8_t *data;
};

enum { MAX_FILES = 256 };

/* Everything that happened to the files of one folder. */
struct power_log {
	struct op *v;
	size_t n, cap;
	int files;
	char *name[MAX_FILES];	/* without the folder */
	bool gone[MAX_FILES];
	bool deaf;		/* syncs are not written down: a control */
};
extern struct power_log power;

/* From now on files are opened by that VFS; path is there and on disk. */
void power_on(const char *path);
void power_off(void);
void power_ack(void);

/* ---- the states ---- */

struct disk;
/* Nothing has happened yet but what was there. */
struct disk *disk_new(void);
void disk_free(struct disk *d);
/* Until before op to. */
void disk_advance(struct disk *d, size_t to);
/* Writes the files into folder as they may be found when power is lost now;
 * which state that is depends on random numbers alone. Returns what is lost
 * of what was not synced. */
const char *disk_lose(struct disk *d, const char *folder, uint64_t *random);
uint64_t power_random(uint64_t *state);

#endif
