/*
 * claim_kit.h - what tests of claims share: a record with claims that were sent
 * in one file. A fault of the library ends the test.
 */
#ifndef CLAIM_KIT_H
#define CLAIM_KIT_H

#include "ehr/claim-status.h"
#include "test.h"

struct claims {
	char path[64];
	struct access a;
	struct store *db;
	struct ehr_err e;
};

#define CLAIM_OK(call)                                                        \
	do {                                                                  \
		if ((call) < 0) {                                             \
			printf("%s:%d: %s failed\n", __FILE__, __LINE__,      \
			    #call);                                           \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

/* A batch of rows, in its transaction. */
static inline int64_t claims_begin(struct claims *k)
{
	static const struct access_write w = { .action = AUDIT_UPDATE,
		.scope = "claims" };
	static const struct access_rows rows = { .kind = "test" };
	int64_t batch;

	CLAIM_OK(access_rows_begin(&k->a, &w, &rows, &batch, &k->e));
	return batch;
}

static inline void claims_end(struct claims *k, int64_t batch)
{
	struct batch_counts n = { .inserted = 1 };

	CLAIM_OK(access_rows_end(&k->a, batch, &n, 0, &k->e));
}

/* The claim's number is that of its submission too. */
static inline void claims_event(struct claims *k, int64_t batch,
    int64_t claim, enum claim_source source, enum claim_event_kind kind)
{
	struct claim_event ev = { .claim = claim, .submission = claim,
		.source = source, .kind = kind, .day = STR("2026-01-05") };

	CLAIM_OK(claim_event_add(k->db, &ev, batch, NULL, &k->e));
}

static inline void claims_run(struct claims *k, const char *text, int64_t n,
    int64_t batch)
{
	struct sql sql = { "test", text, PERM_NONE };
	struct stmt *s = store_scan(k->db, &sql);

	stmt_int(s, 1, n);
	stmt_int(s, 2, batch);
	CLAIM_OK(stmt_run(s, &k->e));
	store_scan_end(s);
}

/* A record with claims 1 to n of 100.00 each, "C1" ... in a file (ISA13 and
 * GS06 7, one set). */
static inline void claims_open(struct claims *k, int n)
{
	struct access_opt opt = { .tool = "test" };
	int64_t batch;

	*k = (struct claims){ .a = ACCESS_INIT };
	snprintf(k->path, sizeof(k->path), "/tmp/claim-test-%ld.ehr",
	    (long)getpid());
	store_unlink(k->path);
	opt.db = k->path;
	CLAIM_OK(access_open(&k->a, &opt, STORE_CREATE, &k->e));
	k->db = record_store(k->a.r);
	batch = claims_begin(k);
	claims_run(k, "INSERT INTO outgoing VALUES (1, '837P', 'P', 7, 7, "
	    "'one.837', '.', x'', ?1, 100 * ?1, 1, 1, NULL, ?2, x'')", n,
	    batch);
	for (int i = 1; i <= n; i++) {
		claims_run(k, "INSERT INTO charge VALUES (?1, 'K' || ?1, ?1, "
		    "NULL, '2026-01-02', NULL, ?2, NULL, NULL)", i, batch);
		claims_run(k, "INSERT INTO claim VALUES (?1, ?1, 1, 'P', "
		    "'payer', 1, ?1, 10000, ?2)", i, batch);
		claims_run(k, "INSERT INTO submission VALUES (?1, ?1, 1, "
		    "'C' || ?1, '1', '0001', ?2, 10000)", i, 10 * i);
		claims_event(k, batch, i, CLAIM_SOURCE_BUILD,
		    CLAIM_EVENT_BUILT);
	}
	claims_end(k, batch);
}

static inline void claims_close(struct claims *k)
{
	access_close(&k->a);
	store_unlink(k->path);
}

#endif
