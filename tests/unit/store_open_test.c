/*
 * store_open_test.c - why a record is not opened: each reason has its code and
 * says what it is.
 */
#include "crypt_kit.h"
#include "ehr/store.h"
#include "store/seal.h"

static const struct keyring wrong = { .n = 1, .k = { { 7, "another key" } } };
static const struct keyring other = { .n = 1, .k = { { 9, "first key" } } };

/* What becomes of a record before it is opened. */
struct page1 {
	char *p;
	size_t n;
};
static struct page1 take(void)
{
	struct page1 f;

	f.p = slurp(in_dir("r"), &f.n);
	return f;
}
static void put(struct page1 *f)
{
	spit(in_dir("r"), f->p, f->n);
	free(f->p);
}

static void nothing(void)
{
}

static void no_file(void)
{
	unlink(in_dir("r"));
}

static void empty(void)
{
	spit(in_dir("r"), "", 0);
}

static void text(void)
{
	spit(in_dir("r"), "Dear Sir or Madam,\n", 19);
}

static void long_text(void)
{
	char p[5000];

	memset(p, 'x', sizeof(p));
	spit(in_dir("r"), p, sizeof(p));
}

static void foreign(void) /* SQLite's, of another program */
{
	struct conn c;

	unlink(in_dir("r"));
	c = conn_open(in_dir("r"), NULL);
	sql(&c, "PRAGMA application_id = 1; CREATE TABLE t(i)");
	conn_close(&c);
}

static void newer_with(const struct keyring *keys)
{
	struct conn c = conn_open(in_dir("r"), keys);

	sql(&c, "PRAGMA user_version = 999999");
	conn_close(&c);
}

static void newer_plain(void)
{
	newer_with(NULL);
}

static void newer_sealed(void)
{
	newer_with(&ring);
}

static void change(size_t at)
{
	struct page1 f = take();

	f.p[at] ^= 1;
	put(&f);
}

static void magic(void)
{
	change(3);
}

static void first_page(void)
{
	change(300);
}

static void reserve(void)
{
	change(CRYPT_RESERVE_AT);
}

static void mark(void)
{
	change(CRYPT_ID_AT);
}

static void id(void)
{
	change(CRYPT_ID_AT + 10);
}

static void second_page(void)
{
	change(4096 + 300);
}

static void one_page(void)
{
	struct page1 f = take();

	f.n = 4096;
	put(&f);
}

/* Page 1 as somebody with the key would have to make it. */
static void other_reserve(void)
{
	struct page1 f = take();
	uint8_t *p = (uint8_t *)f.p;
	struct seal s = { .n = 0 };
	struct seal_ad ad;
	struct gcm_part part = { p + CRYPT_HEAD, p + CRYPT_HEAD,
		4096 - CRYPT_HEAD - CRYPT_SEAL };

	seal_begin(&s, &ring, p + CRYPT_ID_AT, "ehr store db");
	ad = seal_ad(&s);
	seal_ad_u32(&ad, 1);
	seal_ad_add(&ad, p, CRYPT_HEAD);
	CHECK_INT(seal_open(&s, &ad, &part, 1, p + 4096 - CRYPT_SEAL),
	    SEAL_OK);
	p[CRYPT_RESERVE_AT] = 12;
	ad = seal_ad(&s);
	seal_ad_u32(&ad, 1);
	seal_ad_add(&ad, p, CRYPT_HEAD);
	seal_close(&s, &ad, &part, 1, p + 4096 - CRYPT_SEAL);
	seal_end(&s);
	put(&f);
}

static const struct {
	const char *name;
	const struct keyring *made, *opened; /* NULL: plain */
	void (*change)(void);
	int code; /* 0: it opens */
	const char *says;
} cases[] = {
	{ "plain", NULL, NULL, nothing, 0, "" },
	{ "sealed", &ring, &ring, nothing, 0, "" },
	{ "none", NULL, NULL, no_file, EHR_ENOTEHR, "no such file" },
	{ "none, key", &ring, &ring, no_file, EHR_ENOTEHR, "no such file" },
	{ "empty", NULL, NULL, empty, EHR_ENOTEHR, "not an ehr file" },
	{ "empty, key", &ring, &ring, empty, EHR_ENOTEHR, "not an ehr file" },
	{ "text", NULL, NULL, text, EHR_ENOTEHR, "not a database" },
	{ "text, key", &ring, &ring, text, EHR_ENOTEHR, "not a database" },
	{ "long text", NULL, NULL, long_text, EHR_ENOTEHR, "not a database" },
	{ "long text, key", &ring, &ring, long_text, EHR_ENOTEHR,
	    "not an ehr file, or its first bytes" },
	{ "foreign", NULL, NULL, foreign, EHR_ENOTEHR, "not an ehr file" },
	{ "no key", &ring, NULL, nothing, EHR_ENOTEHR,
	    "encrypted, and no key was given" },
	{ "a key for nothing", NULL, &ring, nothing, EHR_ENOTEHR,
	    "not encrypted, but a key was given" },
	{ "wrong key", &ring, &wrong, nothing, EHR_ENOTEHR, "wrong key" },
	{ "other generation", &ring, &other, nothing, EHR_ENOTEHR,
	    "there is none of generation 7" },
	{ "newer", NULL, NULL, newer_plain, EHR_ENOTEHR,
	    "schema 999999 is newer" },
	{ "newer, sealed", &ring, &ring, newer_sealed, EHR_ENOTEHR,
	    "schema 999999 is newer" },
	{ "magic", &ring, &ring, magic, EHR_ENOTEHR, "first bytes are damaged" },
	{ "mark", &ring, &ring, mark, EHR_ENOTEHR, "not encrypted" },
	{ "id", &ring, &ring, id, EHR_ENOTEHR, "page 1 was changed" },
	{ "page 1", &ring, &ring, first_page, EHR_EINTEGRITY,
	    "page 1 is not what was written" },
	{ "byte 20", &ring, &ring, reserve, EHR_EINTEGRITY,
	    "page 1 is not what was written" },
	{ "byte 20, sealed", &ring, &ring, other_reserve, EHR_EINTEGRITY,
	    "page 1 is of another layout: 4096 bytes, 12 reserved" },
	{ "page 2", &ring, &ring, second_page, EHR_EINTEGRITY,
	    "page 2 is not what was written" },
	{ "page 1 alone", &ring, &ring, one_page, EHR_EINTEGRITY, "" },
};

static void make(const struct keyring *keys)
{
	struct store_opts o = { .path = in_dir("r"), .mode = STORE_CREATE,
		.keys = keys };
	struct store *db;

	CHECK_INT(store_open_with(&db, &o, NULL), 0);
	store_close(db);
}

TEST(each_reason_not_to_open_has_its_code)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ehr_err e = { 0 };
		BUF_AUTO report = BUF_INIT;
		struct store *db;
		struct store_opts o = { .mode = STORE_READ,
			.keys = cases[i].opened };
		int rc;

		kit_dir();
		make(cases[i].made);
		cases[i].change();
		o.path = in_dir("r");
		rc = store_open_with(&db, &o, &e);
		if (rc == 0 && db)
			rc = store_check(db, &report, &e);
		if (rc != cases[i].code || !strstr(e.msg, cases[i].says)) {
			printf("%s: %d %s\n", cases[i].name, rc, e.msg);
			longjmp(test_end, TEST_FAILED);
		}
		if (rc < 0 && e.code)
			CHECK(strstr(e.msg, dir) == e.msg);
		store_close(db);
		kit_clean();
	}
}

/* Refused, a file is what it was. */
TEST(what_is_not_opened_is_not_changed)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct store *db;
		struct store_opts o = { .mode = STORE_WRITE,
			.keys = cases[i].opened };
		size_t n, m;
		char *a, *b;

		if (cases[i].code == 0 || cases[i].change == no_file)
			continue;
		kit_dir();
		make(cases[i].made);
		cases[i].change();
		o.path = in_dir("r");
		a = slurp(in_dir("r"), &n);
		store_open_with(&db, &o, NULL);
		store_close(db);
		b = slurp(in_dir("r"), &m);
		CHECK_INT(m, n);
		CHECK(memcmp(a, b, n) == 0);
		free(a);
		free(b);
		kit_clean();
	}
}

/* Whatever the mask: nobody else reads the file or what stands beside it. */
TEST(files_are_for_their_owner_alone)
{
	static const mode_t masks[] = { 0, 022, 027, 077 };
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };

	for (size_t i = 0; i < ARRAY_LEN(masks); i++)
		for (int k = 0; k < 2; k++) {
			mode_t was = umask(masks[i]);
			struct store_opts o = { .mode = STORE_WRITE,
				.keys = k ? &ring : NULL };
			struct store *db;
			struct stat st;
			char name[16];

			kit_dir();
			make(o.keys);
			o.path = in_dir("r");
			CHECK_INT(store_open_with(&db, &o, NULL), 0);
			CHECK_INT(store_begin(db, STORE_SHORT, NULL), 0);
			CHECK_INT(store_config_set(db, "k", STR("v"), NULL), 0);
			CHECK_INT(store_commit(db, NULL), 0);
			for (size_t f = 0; f < ARRAY_LEN(ends); f++) {
				snprintf(name, sizeof(name), "r%s", ends[f]);
				CHECK_INT(stat(in_dir(name), &st), 0);
				CHECK_INT(st.st_mode & 07777, 0600);
			}
			store_close(db);
			umask(was);
			kit_clean();
		}
}
