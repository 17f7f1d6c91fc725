/*
 * store_crypt_journal_test.c - the encrypted rollback journal that a crash
 * left: what is told from it when it was changed or cut.
 */
#include "crypt_kit.h"

struct crash {
	int page_size;
	char *db, *journal; /* as they were left */
	size_t n_db, n_journal;
	uint64_t was; /* content before */
};

static void die_in_transaction(void *arg)
{
	struct conn d = conn_open(in_dir("c"), &ring);

	(void)arg;
	sql(&d, "PRAGMA cache_size = 5; BEGIN; "
		"UPDATE t SET v = 'half' || v WHERE id < 30");
	fill(&d, 5000, 5100);
}

static struct crash crash(int page_size)
{
	struct crash k = { .page_size = page_size };
	struct conn c;
	char text[64];

	kit_dir();
	c = conn_open(in_dir("c"), &ring);
	snprintf(text, sizeof(text), "PRAGMA page_size = %d", page_size);
	sql(&c, text);
	new_table(&c);
	fill(&c, 1, 200);
	k.was = must_content(&c);
	conn_close(&c);
	in_child(die_in_transaction, NULL);
	k.db = slurp(in_dir("c"), &k.n_db);
	k.journal = slurp(in_dir("c-journal"), &k.n_journal);
	CHECK(k.journal != NULL && k.n_journal > 4096);
	return k;
}

static void crash_end(struct crash *k)
{
	free(k->db);
	free(k->journal);
	kit_clean();
}

/* What is on disk opened: its content, or 0 and the fault. */
static uint64_t open_it(struct ehr_err *e)
{
	struct conn c = conn_open(in_dir("c"), &ring);
	int rc;
	uint64_t sum = content(&c, &rc);

	*e = (struct ehr_err){ 0 };
	crypt_fault(c.c, e);
	conn_close(&c);
	return sum;
}

/* Cut or made longer, it gives back all or is refused. Twelve bytes behind the
 * last record that counts made SQLite take its checksum for the length of a
 * name and leave the record out. */
TEST(a_journal_of_any_length_gives_back_all_or_nothing)
{
	struct crash k = crash(512);
	int back = 0, refused = 0;

	for (size_t n = k.n_journal + 30; n > k.n_journal - 3000; n--) {
		struct ehr_err e;
		uint64_t sum;

		k.journal = xrealloc(k.journal, k.n_journal + 30);
		memset(k.journal + k.n_journal, 0x55, 30);
		spit(in_dir("c"), k.db, k.n_db);
		spit(in_dir("c-journal"), k.journal, n);
		sum = open_it(&e);
		if (e.code == 0)
			CHECK(sum == k.was);
		else
			CHECK_INT(e.code, EHR_EINTEGRITY);
		back += e.code == 0;
		refused += e.code != 0;
	}
	CHECK(back > 0 && refused > 0);
	crash_end(&k);
}

/* When page 1 is lost in the crash the file's id is in its journal: pages that
 * are played back go with those that were not changed. */
TEST(a_lost_first_page_keeps_the_files_id)
{
	struct crash k = crash(4096);
	struct ehr_err e;

	memset(k.db, 0, (size_t)k.page_size);
	spit(in_dir("c"), k.db, k.n_db);
	CHECK(open_it(&e) == k.was);
	CHECK_INT(e.code, 0);
	crash_end(&k);
}
