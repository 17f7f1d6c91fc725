/* Key slots: what opens them and what does not, hostile slot files, secrets. */
#include "ehr/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "test.h"

#define CHECK_OK(call)                                                        \
	do {                                                                  \
		int ok_rc = (call);                                           \
		if (ok_rc < 0)                                                \
			printf("%s\n", err.msg);                              \
		CHECK_INT(ok_rc, 0);                                          \
	} while (0)

static struct ehr_err err;
static char dir[] = "/tmp/keys-test.XXXXXX", path[64];

static const char *in_dir(const char *name)
{
	if (dir[sizeof(dir) - 2] == 'X')
		CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_mode(const char *at, const char *text, mode_t mode)
{
	int fd = open(at, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
}

__attribute__((destructor)) static void clean_up(void)
{
	static const char *const names[] = { "k", "link", "data", "twice",
		"none" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* A file of two slots, of a key file and a recovery code. */
static const struct str file_secret = { "what the file holds", 19 };
static const struct str code = { "0000-not-checked-here", 21 };

static void make(struct key_slots *f, struct keyring *ring, struct buf *text)
{
	key_slots_init(f);
	keyring_make(ring);
	CHECK_OK(key_slots_add(f, SLOT_KEYFILE, "cron", file_secret, NULL,
	    &err));
	CHECK_OK(key_slots_add(f, SLOT_RECOVERY, NULL, code, NULL, &err));
	CHECK_OK(key_slots_format(f, ring, text, &err));
}

TEST(slots_open_with_their_secret_only)
{
	KEYRING_AUTO *ring = NULL, *got = NULL;
	BUF_AUTO text = BUF_INIT;
	struct key_slots f, g;
	unsigned id = 0;

	CHECK_OK(keyring_new(&ring, &err));
	CHECK_OK(keyring_new(&got, &err));
	make(&f, ring, &text);
	CHECK_OK(key_slots_parse(&g, "f", buf_str(&text), &err));
	CHECK_INT(g.n, 2);
	CHECK_STR(g.slot[0].label, "cron");
	CHECK_STR(g.slot[1].label, "");
	CHECK_INT(key_slots_open(&g, SLOT_KEYFILE, file_secret, got, &id,
	    &err), 1);
	CHECK_INT(id, 1);
	CHECK(memcmp(got, ring, sizeof(*got)) == 0);
	CHECK_OK(key_slots_check(&g, "f", got, &err));
	CHECK_INT(key_slots_open(&g, SLOT_RECOVERY, code, got, &id, &err), 1);
	CHECK_INT(id, 2);
	/* a secret of another kind, none, another one */
	CHECK_INT(key_slots_open(&g, SLOT_RECOVERY, file_secret, got, &id,
	    &err), 0);
	CHECK_INT(key_slots_open(&g, SLOT_CREDENTIAL, file_secret, got, &id,
	    &err), 0);
	CHECK_INT(key_slots_open(&g, SLOT_KEYFILE, STR(""), got, &id, &err),
	    0);
	CHECK_INT(key_slots_open(&g, SLOT_KEYFILE, STR("what the file hold"),
	    got, &id, &err), 0);
}

TEST(passphrase_slot)
{
	KEYRING_AUTO *ring = NULL, *got = NULL;
	BUF_AUTO text = BUF_INIT;
	struct key_slots f, g;
	struct str pass = STR("correct horse battery");

	CHECK_OK(keyring_new(&ring, &err));
	CHECK_OK(keyring_new(&got, &err));
	key_slots_init(&f);
	keyring_make(ring);
	CHECK_OK(key_slots_add(&f, SLOT_PASSPHRASE, NULL, pass, NULL, &err));
	CHECK(scrypt_memory(&f.slot[0].cost) >= 64 << 20);
	CHECK_OK(key_slots_format(&f, ring, &text, &err));
	CHECK_OK(key_slots_parse(&g, "f", buf_str(&text), &err));
	CHECK_INT(key_slots_open(&g, SLOT_PASSPHRASE, pass, got, NULL, &err),
	    1);
	CHECK(memcmp(got, ring, sizeof(*got)) == 0);
	CHECK_INT(key_slots_open(&g, SLOT_PASSPHRASE,
	    STR("correct horse batterz"), got, NULL, &err), 0);
}

/* Whoever opens one slot can give new data keys to all, but not to the one
 * that was taken away. */
TEST(new_data_keys_reach_the_slots_that_stay)
{
	KEYRING_AUTO *ring = NULL, *got = NULL;
	BUF_AUTO before = BUF_INIT, after = BUF_INIT;
	struct key_slots f, g;

	CHECK_OK(keyring_new(&ring, &err));
	CHECK_OK(keyring_new(&got, &err));
	make(&f, ring, &before);
	CHECK_OK(key_slots_add(&f, SLOT_KEYFILE, "third", STR("third"), NULL,
	    &err));
	CHECK_OK(key_slots_remove(&f, 1, &err));
	CHECK_OK(keyring_add(ring, &err));
	CHECK_INT(ring->k[0].gen, 2);
	CHECK_INT(keyring_add(ring, &err), EHR_EUSAGE);
	CHECK_OK(key_slots_format(&f, ring, &after, &err));
	CHECK_OK(key_slots_parse(&g, "f", buf_str(&after), &err));
	CHECK_INT(g.slot[0].id, 2);
	CHECK_INT(g.slot[1].id, 3);
	CHECK_INT(key_slots_open(&g, SLOT_RECOVERY, code, got, NULL, &err),
	    1);
	CHECK(memcmp(got, ring, sizeof(*got)) == 0);
	CHECK_INT(key_slots_open(&g, SLOT_KEYFILE, file_secret, got, NULL,
	    &err), 0);
	/* the old file still opens, and its keys do not fit the new one */
	CHECK_OK(key_slots_parse(&g, "f", buf_str(&before), &err));
	CHECK_INT(key_slots_open(&g, SLOT_KEYFILE, file_secret, got, NULL,
	    &err), 1);
	CHECK_OK(key_slots_check(&g, "f", got, &err));
	CHECK_OK(key_slots_parse(&g, "f", buf_str(&after), &err));
	CHECK_INT(key_slots_check(&g, "f", got, &err), EHR_EINTEGRITY);
	/* the last one stays */
	CHECK_OK(key_slots_remove(&f, 3, &err));
	CHECK_INT(key_slots_remove(&f, 2, &err), EHR_EUSAGE);
	CHECK_INT(key_slots_remove(&f, 1, &err), EHR_ENOENT);
}

TEST(labels_and_room)
{
	struct key_slots f;

	key_slots_init(&f);
	CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, "", code, NULL, &err),
	    EHR_EUSAGE);
	CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, "-", code, NULL, &err),
	    EHR_EUSAGE);
	CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, "a b", code, NULL, &err),
	    EHR_EUSAGE);
	CHECK_INT(key_slots_add(&f, SLOT_KEYFILE,
	    "x12345678901234567890123456789012", code, NULL, &err),
	    EHR_EUSAGE);
	for (int i = 0; i < KEYS_MAX_SLOTS; i++)
		CHECK_OK(key_slots_add(&f, SLOT_KEYFILE, "x", code, NULL,
		    &err));
	CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, "x", code, NULL, &err),
	    EHR_EUSAGE);
}

/* ---- hostile files ---- */

/* What a change of a slot file comes to: found when it is read, or when a key
 * is at hand. */
static int verdict(struct str text, const struct keyring *ring)
{
	struct key_slots f;
	int rc = key_slots_parse(&f, "f", text, &err);

	return rc < 0 ? rc : key_slots_check(&f, "f", ring, &err);
}

static bool refused(struct str text, const struct keyring *ring)
{
	int rc = verdict(text, ring);

	return rc == EHR_EINTEGRITY || rc == EHR_ENOTEHR;
}

TEST(every_flipped_bit_and_cut_is_found)
{
	KEYRING_AUTO *ring = NULL;
	BUF_AUTO text = BUF_INIT;
	struct key_slots f;

	CHECK_OK(keyring_new(&ring, &err));
	make(&f, ring, &text);
	CHECK_OK(verdict(buf_str(&text), ring));
	for (size_t i = 0; i < text.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			text.s[i] = (char)(text.s[i] ^ 1 << bit);
			CHECK(refused(buf_str(&text), ring));
			text.s[i] = (char)(text.s[i] ^ 1 << bit);
		}
	for (size_t n = 0; n < text.len; n++) {
		CHECK(refused((struct str){ text.s, n }, ring));
		CHECK(refused((struct str){ text.s + n + 1,
		    text.len - n - 1 }, ring));
	}
}

/* The text with the first old replaced by new; borrowed from b. */
static struct str changed(struct buf *b, const struct buf *text,
    const char *old, const char *new)
{
	const char *at = strstr(text->s, old);

	CHECK(at != NULL);
	buf_reset(b);
	buf_add(b, text->s, (size_t)(at - text->s));
	buf_adds(b, new);
	buf_adds(b, at + strlen(old));
	return buf_str(b);
}

TEST(faults_are_told_with_their_line)
{
	static const struct {
		const char *old, *new;
		int code;
		const char *msg;
	} v[] = {
		{ "ehr-keys 1", "ehr-keys 2", EHR_ENOTEHR,
		    "f:1: a version that this program does not know" },
		{ "ehr-keys 1", "SQLite format 3", EHR_ENOTEHR,
		    "f: not a file of key slots" },
		{ "record ", "record x", EHR_EINTEGRITY, "f:2: no record" },
		{ "next 3", "next 0", EHR_EINTEGRITY, "f:3: no next" },
		{ "next 3", "next 2", EHR_EINTEGRITY,
		    "f:5: number of the slot" },
		{ "slot 2", "slot 1", EHR_EINTEGRITY,
		    "f:5: number of the slot" },
		{ "slot 1", "slot -1", EHR_EINTEGRITY,
		    "f:4: number of the slot" },
		{ "slot 1", "slot 01", EHR_EINTEGRITY,
		    "f: not in the form that is written" },
		{ "slot 1 ", "slot 1  ", EHR_EINTEGRITY,
		    "f:4: no such kind of slot" },
		{ "key-file", "key file", EHR_EINTEGRITY,
		    "f:4: no such kind of slot" },
		{ "Z cron", "Z cr\033n", EHR_EINTEGRITY, "f:4: label" },
		{ "Z cron -", "Z cron scrypt:17:8:1", EHR_EINTEGRITY,
		    "f:4: cost" },
		{ "recovery", "passphrase", EHR_EINTEGRITY, "f:5: cost" },
		{ "mac ", "mac 0", EHR_EINTEGRITY, "f: no mac at the end" },
		{ "slot 2", "slut 2", EHR_EINTEGRITY, "f:5: no slot" },
	};
	KEYRING_AUTO *ring = NULL;
	BUF_AUTO text = BUF_INIT, b = BUF_INIT;
	struct key_slots f;

	CHECK_OK(keyring_new(&ring, &err));
	make(&f, ring, &text);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK_INT(verdict(changed(&b, &text, v[i].old, v[i].new),
		    ring), v[i].code);
		CHECK_STR(err.msg, v[i].msg);
	}
}

/* A cost that would tell the passphrase, or stop the machine. */
TEST(costs_have_bounds)
{
	static const char *const bad[] = { "scrypt:15:8:1", "scrypt:21:8:1",
		"scrypt:17:1:1", "scrypt:17:8:2", "scrypt:17:8", "scrypt:17:8:1:1",
		"scrypt:999999999999:8:1", "pbkdf2:17:8:1", "-" };
	KEYRING_AUTO *ring = NULL;
	BUF_AUTO text = BUF_INIT, b = BUF_INIT;
	struct key_slots f;

	CHECK_OK(keyring_new(&ring, &err));
	key_slots_init(&f);
	keyring_make(ring);
	CHECK_OK(key_slots_add(&f, SLOT_PASSPHRASE, NULL, code, NULL, &err));
	CHECK_OK(key_slots_format(&f, ring, &text, &err));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK_INT(verdict(changed(&b, &text, "scrypt:17:8:1", bad[i]),
		    ring), EHR_EINTEGRITY);
		CHECK_STR(err.msg, "f:4: cost");
	}
	CHECK_INT(verdict(changed(&b, &text, "scrypt:17:8:1",
	    "scrypt:16:8:1"), ring), EHR_EINTEGRITY);
	CHECK_STR(err.msg, "f: was changed by somebody who could open no slot");
}

/* Slots of two files mixed, a slot put in the place of another, a public key
 * of low order: nobody can open them, or they are found. */
TEST(slots_cannot_be_moved)
{
	KEYRING_AUTO *ring = NULL, *other = NULL, *got = NULL;
	BUF_AUTO text = BUF_INIT, theirs = BUF_INIT;
	struct key_slots f, g, mixed;

	CHECK_OK(keyring_new(&ring, &err));
	CHECK_OK(keyring_new(&other, &err));
	CHECK_OK(keyring_new(&got, &err));
	make(&f, ring, &text);
	make(&g, other, &theirs);
	mixed = f;
	mixed.slot[0] = g.slot[0];
	CHECK_INT(key_slots_open(&mixed, SLOT_KEYFILE, file_secret, got, NULL,
	    &err), 0);
	mixed = f;
	mixed.slot[0].id = 2;
	CHECK_INT(key_slots_open(&mixed, SLOT_KEYFILE, file_secret, got, NULL,
	    &err), 0);
	mixed = f;
	mixed.slot[1] = mixed.slot[0];
	mixed.slot[1].kind = SLOT_CREDENTIAL;
	CHECK_INT(key_slots_open(&mixed, SLOT_CREDENTIAL, file_secret, got,
	    NULL, &err), 0);
	memset(f.slot[1].public, 0, CURVE_LEN);
	CHECK_INT(key_slots_format(&f, ring, &text, &err), EHR_EINTEGRITY);
	CHECK_STR(err.msg, "slot 2: its public key is none");
}

/* ---- secrets ---- */

TEST(recovery_codes)
{
	SECRET_AUTO *s = NULL;
	char first[RECOVERY_LEN + 1];
	int taken = 0;

	CHECK_OK(secret_make(&s, &err));
	for (int round = 0; round < 200; round++) {
		recovery_make(s);
		CHECK_INT(s->n, RECOVERY_LEN);
		memcpy(first, s->s, sizeof(first));
		for (size_t i = 0; i < s->n; i++) /* as people write them */
			if (s->s[i] == '0')
				s->s[i] = 'o';
			else if (s->s[i] == '1')
				s->s[i] = round % 2 ? 'I' : 'l';
			else if (s->s[i] == '-')
				s->s[i] = ' ';
		CHECK(recovery_read(s));
		CHECK_STR(s->s, first);
		s->s[round % 5] = s->s[round % 5] == 'Q' ? 'R' : 'Q';
		taken += recovery_read(s);
	}
	CHECK_INT(taken, 0);
	s->n = 0;
	CHECK(!recovery_read(s));
	recovery_make(s);
	s->n--;
	CHECK(!recovery_read(s));
	memcpy(s->s + s->n, "00", 2);
	s->n += 2;
	CHECK(!recovery_read(s));
}

TEST(key_files)
{
	SECRET_AUTO *s = NULL, *t = NULL;
	const char *k = in_dir("k");
	struct stat st;

	CHECK_OK(secret_make(&s, &err));
	CHECK_OK(secret_make(&t, &err));
	CHECK_OK(keyfile_make(k, &err));
	CHECK(stat(k, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0400);
	CHECK_INT(st.st_nlink, 1);
	CHECK_OK(keyfile_read(k, s, &err));
	CHECK_INT(keyfile_make(k, &err), EHR_EUSAGE);
	CHECK_OK(keyfile_read(k, t, &err));
	CHECK(str_eq(secret_str(s), secret_str(t)));
	CHECK_INT(keyfile_read(in_dir("none"), s, &err), EHR_ENOENT);
	write_mode(in_dir("data"), "EHR-KEY-1 too short\n", 0600);
	CHECK_INT(keyfile_read(path, s, &err), EHR_ENOTEHR);
}

/* Modes and races are in keys_file_test.c. */
TEST(files_are_read_up_to_a_size)
{
	char bytes[64];
	size_t n;

	write_mode(in_dir("data"), "four", 0600);
	CHECK_OK(keys_read_file(path, bytes, sizeof(bytes), &n, &err));
	CHECK_INT(n, 4);
	CHECK_OK(keys_read_file(path, bytes, 4, &n, &err));
	CHECK_INT(keys_read_file(path, bytes, 3, &n, &err), EHR_ENOTEHR);
	CHECK(symlink("data", in_dir("link")) == 0);
	CHECK_OK(keys_check_mode(path, &err)); /* follows it */
}

/* A link in the place of the file is replaced, what it points to is not
 * touched; a new file does not take the place of one. */
TEST(files_are_replaced_whole)
{
	char bytes[64], target[64];
	struct stat st;
	size_t n;

	CHECK_OK(keys_write_file(in_dir("twice"), STR("one"), 0600, true,
	    &err));
	CHECK_INT(keys_write_file(path, STR("two"), 0600, true, &err),
	    EHR_EUSAGE);
	CHECK(chmod(path, 0400) == 0);
	CHECK_OK(keys_write_file(path, STR("two"), 0600, false, &err));
	CHECK(stat(path, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0400);
	CHECK_OK(keys_read_file(path, bytes, sizeof(bytes), &n, &err));
	CHECK_MEM(bytes, n, "two");
	memcpy(target, path, sizeof(target));
	unlink(in_dir("link"));
	CHECK(symlink(target, path) == 0);
	CHECK_INT(keys_write_file(path, STR("new"), 0600, true, &err),
	    EHR_EUSAGE);
	CHECK_OK(keys_write_file(path, STR("new"), 0600, false, &err));
	CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode));
	CHECK_OK(keys_read_file(target, bytes, sizeof(bytes), &n, &err));
	CHECK_MEM(bytes, n, "two");
}

TEST(memory_of_secrets)
{
	struct rlimit core;
	void *p = NULL;

	CHECK_OK(secret_new(&p, 5000, &err));
	for (int i = 0; i < 5000; i++)
		CHECK_INT(((char *)p)[i], 0);
	memset(p, 1, 5000);
	secret_free(p);
	secret_free(NULL);
	CHECK(getrlimit(RLIMIT_CORE, &core) == 0);
	CHECK_INT(core.rlim_cur, 0);
	CHECK_INT(core.rlim_max, 0);
}
