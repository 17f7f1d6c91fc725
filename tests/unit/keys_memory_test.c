/*
 * keys_memory_test.c - what is left of keys in memory once a record is closed,
 * and what of a process with keys others can get: no core dump, no debugger.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ehr/access.h"
#include "ehr/age.h"
#include "folder_kit.h"

enum { VEIL = 0x5a, MAX_NEEDLE = 128 };

/* A secret to look for, veiled so that it is not itself found. */
struct needle {
	size_t n;
	uint8_t veiled[MAX_NEEDLE];
};

static struct needle needle(const void *p, size_t n)
{
	struct needle k = { .n = n };

	for (size_t i = 0; i < n; i++)
		k.veiled[i] = ((const uint8_t *)p)[i] ^ VEIL;
	return k;
}

static int in_stretch(const struct needle *k, const uint8_t *p, size_t n)
{
	int found = 0;

	for (size_t i = 0; i + k->n <= n; i++) {
		size_t j = 0;

		while (j < k->n && (p[i + j] ^ VEIL) == k->veiled[j])
			j++;
		found += j == k->n;
	}
	return found;
}

/* Places of this process's memory that hold it. */
static int places(const struct needle *k)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];
	int found = 0;

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to;
		char mode[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 || strstr(line, "[v"))
			continue;
		found += in_stretch(k, (const uint8_t *)from, to - from);
	}
	fclose(f);
	return found;
}

/* ---- a record with a key file ---- */

static struct ehr_err err;

/* Made in another process, of which nothing is left here. */
static void make_record(void *encrypted)
{
	struct key_slots f;
	SECRET_AUTO *s = NULL;
	KEYRING_AUTO *ring = NULL;
	struct store_opts o = { .mode = STORE_CREATE };
	struct store *db;

	o.path = in_dir("r");
	if (*(bool *)encrypted) {
		CHECK_INT(keyring_new(&ring, &err), 0);
		CHECK_INT(secret_make(&s, &err), 0);
		keyring_make(ring);
		CHECK_INT(keyfile_make(in_dir("k"), &err), 0);
		CHECK_INT(keyfile_read(in_dir("k"), s, &err), 0);
		key_slots_init(&f);
		CHECK_INT(key_slots_add(&f, SLOT_KEYFILE, NULL, secret_str(s),
			NULL, &err), 0);
		CHECK_INT(keys_write(in_dir("r.keys"), &f, ring, true, &err),
		    0);
		o.keys = ring;
	}
	CHECK_INT(store_open_with(&db, &o, &err), 0);
	store_close(db);
}

static void begin(bool encrypted)
{
	kit_dir();
	setenv("EHR_KEY_FILE", in_dir("k"), 1);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("EHR_AGENT");
	in_child(make_record, &encrypted);
}

/* ---- core dumps and debuggers: first, while this process holds no key ---- */

/* A child that has the record open aborts, though it may leave a core: the
 * state it ended in. */
static int abort_with_record(bool *dumpable)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int status, pipe_fd[2];
	char said = 0;
	pid_t pid;

	CHECK(pipe(pipe_fd) == 0);
	pid = fork();
	if (pid == 0) {
		ACCESS_AUTO a = ACCESS_INIT;
		struct access_opt opt = { .tool = "ehr-test" };

		if (chdir(dir) != 0)
			_exit(1);
		opt.db = "r";
		setrlimit(RLIMIT_CORE, &all);
		signal(SIGABRT, SIG_DFL);
		if (access_open(&a, &opt, STORE_READ, &err) != 0)
			_exit(2);
		said = prctl(PR_GET_DUMPABLE) == 1 ? 'y' : 'n';
		if (write(pipe_fd[1], &said, 1) != 1)
			_exit(3);
		abort();
	}
	close(pipe_fd[1]);
	CHECK_INT(read(pipe_fd[0], &said, 1), 1);
	close(pipe_fd[0]);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	*dumpable = said == 'y';
	return WCOREDUMP(status) ? 1 : 0;
}

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

TEST(a_process_with_keys_leaves_no_core)
{
	bool dumpable;
	int core;

	if (SANITIZED)
		SKIP("the sanitizer traces the process");
	begin(false); /* control: without keys it does */
	core = abort_with_record(&dumpable);
	unlink(in_dir("core"));
	kit_clean();
	CHECK(dumpable);
	begin(true);
	CHECK_INT(abort_with_record(&dumpable), 0);
	CHECK(!dumpable);
	CHECK(access(in_dir("core"), F_OK) != 0);
	kit_clean();
	if (!core)
		SKIP("no core dumps on this machine: no control");
}

/* ---- memory ---- */

/* The data key, the key the file's pages are sealed with, and what the key
 * file has; found out and forgotten. */
static void learn(struct needle of[3])
{
	const struct keys_opt o = { .db = in_dir("r") };
	KEYRING_AUTO *ring = NULL;
	SECRET_AUTO *s = NULL;
	uint8_t key[32], head[92];
	int fd = open(in_dir("r"), O_RDONLY);

	CHECK_INT(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	CHECK_INT(keyring_new(&ring, &err), 0);
	CHECK_INT(keys_unlock(&o, ring, &err), 0);
	of[0] = needle(ring->k[0].key, DATA_KEY_LEN);
	hkdf_sha256((struct str){ (char *)ring->k[0].key, DATA_KEY_LEN },
	    (struct str){ (char *)head + 72, 20 }, STR("ehr store db"), key,
	    sizeof(key));
	of[1] = needle(key, sizeof(key));
	CHECK_INT(secret_make(&s, &err), 0);
	CHECK_INT(keyfile_read(in_dir("k"), s, &err), 0);
	of[2] = needle(s->s + 10, 64);
	crypto_cleanse(key, sizeof(key));
}

/* While it is open the keys are in memory, or the search is no good; once it
 * is closed they are not. */
TEST(nothing_of_the_keys_is_left_behind)
{
	ACCESS_AUTO a = ACCESS_INIT;
	struct access_opt opt = { .tool = "ehr-test" };
	struct needle of[3];

	if (SANITIZED)
		SKIP("the sanitizer keeps what is freed, and its own marks");
	begin(true);
	opt.db = in_dir("r");
	learn(of);
	for (int i = 0; i < 3; i++)
		CHECK_INT(places(&of[i]), 0);
	CHECK_INT(access_open(&a, &opt, STORE_WRITE, &err), 0);
	CHECK(places(&of[0]) > 0);
	CHECK(places(&of[1]) > 0);
	CHECK_INT(places(&of[2]), 0); /* used and forgotten */
	access_close(&a);
	for (int i = 0; i < 3; i++)
		CHECK_INT(places(&of[i]), 0);
	kit_clean();
}

/* ---- identities of age ---- */

#define IDENTITY "AGE-SECRET-KEY-1QV9PZXQLYCKNGW6ZF9G9WHN9D3EH4QVG37TFMF9TK2UUP37W6HWQMQY8HY"

/* A file of one identity, the last letter maybe another one, read and
 * forgotten. */
static void read_identity(const struct needle *key, bool slip)
{
	AGE_KEYS_AUTO k = AGE_KEYS_INIT;
	int fd = open(in_dir("id"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	size_t n = strlen(IDENTITY) - slip;

	CHECK(write(fd, IDENTITY, n) == (ssize_t)n);
	CHECK(!slip || write(fd, "Z", 1) == 1);
	close(fd);
	CHECK_INT(age_keys_read(&k, in_dir("id"), true, &err),
	    slip ? EHR_EUSAGE : 0);
	CHECK(slip || places(key) > 0); /* or the search is no good */
}

TEST(nothing_of_an_identity_is_left_behind)
{
	struct needle text = needle(IDENTITY + 20, 30);
	struct needle key = { .n = CURVE_LEN };

	if (SANITIZED)
		SKIP("the sanitizer keeps what is freed, and its own marks");
	for (size_t i = 0; i < key.n; i++)
		key.veiled[i] = (uint8_t)((i * 7 + 3) ^ VEIL);
	kit_dir();
	for (int slip = 0; slip < 2; slip++) {
		read_identity(&key, slip);
		CHECK_INT(places(&key), 0);
		CHECK_INT(places(&text), 0);
	}
	kit_clean();
}
