/* size.c - how large the file is, with what stands beside it; away with it. */
#include <sys/stat.h>
#include <unistd.h>

#include "impl.h"
#include "statements.h"

static int64_t bytes_of(const char *path, const char *end)
{
	BUF_AUTO name = BUF_INIT;
	struct stat st;

	buf_addf(&name, "%s%s", path, end);
	return stat(name.s, &st) == 0 ? (int64_t)st.st_size : 0;
}

int store_size(struct store *db, struct store_size *size, struct ehr_err *e)
{
	const struct {
		enum store_sql_id id;
		int64_t *to;
	} counts[] = {
		{ STORE_PAGE_SIZE, &size->page },
		{ STORE_PAGES, &size->pages },
		{ STORE_FREE, &size->free },
	};
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(counts); i++)
		rc = store_int(db, &store_sql_table[counts[i].id],
		    counts[i].to, e);
	size->file = bytes_of(db->path, "");
	size->wal = bytes_of(db->path, "-wal");
	return rc < 0 ? rc : 0;
}

const char *store_engine(void)
{
	return sqlite3_libversion();
}

void store_unlink(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal",
		"-lock" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		BUF_AUTO name = BUF_INIT;

		buf_addf(&name, "%s%s", path, ends[i]);
		unlink(name.s);
	}
}
