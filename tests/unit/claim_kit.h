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

/* ---- the file ---- */

static inline void claims_segment(struct buf *b, int *n, const char *fmt, ...)
    EHR_PRINTF(3, 4);
static inline void claims_segment(struct buf *b, int *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(b, fmt, ap);
	va_end(ap);
	buf_adds(b, "~\n");
	++*n;
}

/* Number of the CLM of claim i in the file; each claim has 8 segments. */
enum { CLAIMS_HEAD = 5, CLAIMS_EACH = 8 };
static inline int claims_clm(int i)
{
	return CLAIMS_HEAD + 2 + CLAIMS_EACH * (i - 1) + 3;
}

/* What an 837P has that tells where claims stand. */
static inline void claims_text(struct buf *b, int claims)
{
	int n = 0;

	claims_segment(b, &n, "ISA*00*          *00*          *ZZ*%-15s*ZZ*"
	    "%-15s*260105*1200*^*00501*000000007*0*T*:", "US", "THEM");
	claims_segment(b, &n, "GS*HC*US*THEM*20260105*1200*7*X*005010X222A1");
	claims_segment(b, &n, "ST*837*0001*005010X222A1");
	claims_segment(b, &n, "BHT*0019*00*0000000070001*20260105*1200*CH");
	claims_segment(b, &n, "NM1*41*2*US*****46*US");
	claims_segment(b, &n, "HL*1**20*1");
	claims_segment(b, &n, "NM1*85*2*US*****XX*1234567893");
	for (int i = 1; i <= claims; i++) {
		claims_segment(b, &n, "HL*%d*1*22*0", i + 1);
		claims_segment(b, &n, "NM1*IL*1*X*Y****MI*M%d", i);
		claims_segment(b, &n, "CLM*C%d*100***11:B:1*Y*A*Y*Y", i);
		claims_segment(b, &n, "HI*ABK:E119");
		claims_segment(b, &n, "LX*1");
		claims_segment(b, &n, "SV1*HC:99213*100*UN*1***1");
		claims_segment(b, &n, "DTP*472*D8*20260102");
		claims_segment(b, &n, "REF*6R*%d", i);
	}
	claims_segment(b, &n, "SE*%d*0001", n - 1);
	claims_segment(b, &n, "GE*1*7");
	claims_segment(b, &n, "IEA*1*000000007");
}

static inline void claims_file(struct claims *k, int claims, int64_t batch)
{
	struct sql sql = { "test", "INSERT INTO outgoing VALUES (1, '837P', "
	    "'P', 7, 7, 'one.837', '.', x'', ?1, ?2, 1, 1, NULL, ?3, ?4)",
	    PERM_NONE };
	struct stmt *s = store_scan(k->db, &sql);
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO packed = BUF_INIT;

	claims_text(&text, claims);
	store_pack_plain(buf_str(&text), &packed);
	stmt_int(s, 1, claims);
	stmt_int(s, 2, 10000 * claims);
	stmt_int(s, 3, batch);
	stmt_blob(s, 4, packed.s, packed.len);
	CLAIM_OK(stmt_run(s, &k->e));
	store_scan_end(s);
}

/* A record with claims 1 to n of 100.00 each, sent as "C1" ... in one file
 * (ISA13 and GS06 7, one set, from US). */
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
	claims_file(k, n, batch);
	for (int i = 1; i <= n; i++) {
		claims_run(k, "INSERT INTO charge VALUES (?1, 'K' || ?1, ?1, "
		    "NULL, '2026-01-02', NULL, ?2, NULL, NULL)", i, batch);
		claims_run(k, "INSERT INTO charge_line VALUES (?1, ?1, ?2, "
		    "'99213', '', '1', 'UN', 10000, '2026-01-02', "
		    "'2026-01-02', '11', '1')", i, 1);
		claims_run(k, "INSERT INTO claim VALUES (?1, ?1, 1, 'P', "
		    "'payer', 1, ?1, 10000, ?2)", i, batch);
		claims_run(k, "INSERT INTO claim_line VALUES (?1, ?2)", i, i);
		claims_run(k, "INSERT INTO submission VALUES (?1, ?1, 1, "
		    "'C' || ?1, '1', '0001', ?2, 10000)", i, claims_clm(i));
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
