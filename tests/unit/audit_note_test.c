/*
 * audit_note_test.c - signed notes, checkpoints and proofs as text: the
 * examples of c2sp.org/signed-note, and what is none.
 */
#include <sys/stat.h>

#include "audit_kit.h"
#include "audit/text.h"
#include "ehr/audit-sign.h"

#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrn" \
	"Kv3U2k"
#define TEXT "This is an example message.\n"
#define SIG "\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6Tf" \
	"Xppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define OTHER "\xe2\x80\x94 example.com/bar AAAAAAAA\n"

static int check_note(const char *text, const char *vkey)
{
	struct note_key k;
	struct note n;
	struct ehr_err e;
	int rc;

	CHECK_INT(note_key_parse(&k, str_of(vkey), &e), 0);
	rc = note_parse(&n, "n", str_of(text), &e);
	return rc < 0 ? rc : note_check(&n, "n", &k, &e);
}

TEST(the_example_of_the_specification)
{
	BUF_AUTO again = BUF_INIT;
	struct note_key k;
	struct ehr_err e;

	CHECK_INT(note_key_parse(&k, str_of(VKEY), &e), 0);
	CHECK_STR(k.name, "example.com/foo");
	note_key_format(&again, &k);
	CHECK_STR(again.s, VKEY);
	CHECK_INT(check_note(TEXT "\n" SIG, VKEY), 0);
	CHECK_INT(check_note(TEXT "\n" OTHER SIG OTHER, VKEY), 0);
	/* one of the same name, of other bytes, is another's */
	CHECK_INT(check_note(TEXT "\n\xe2\x80\x94 example.com/foo AAAA\n"
	    SIG, VKEY), 0);
	CHECK_INT(check_note("a\n\n" TEXT "\n" SIG, VKEY), EHR_EINTEGRITY);
}

TEST(notes_that_are_none)
{
	static const char *const bad[] = { "", "\n", TEXT, TEXT "\n",
		TEXT SIG, TEXT "\n" OTHER, TEXT "\n" SIG "x\n",
		TEXT "\n\n" SIG, "t" TEXT "\n" SIG, TEXT "\t\n\n" SIG,
		TEXT "\n" SIG "\n", TEXT "\n\xe2\x80\x94 a+b AAAA\n" SIG,
		TEXT "\n\xe2\x80\x94  AAAA\n" SIG, "\xff" TEXT "\n" SIG,
		TEXT "\n\xe2\x80\x94 a \n" SIG, "\r" TEXT "\n" SIG,
		TEXT "\n\xe2\x80\x94 a\n" SIG };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK_INT(check_note(bad[i], VKEY), EHR_EINTEGRITY);
}

TEST(signatures_may_be_many_but_not_endless)
{
	BUF_AUTO b = BUF_INIT;

	buf_adds(&b, TEXT "\n" SIG);
	for (int i = 1; i < MAX_NOTE_SIGS; i++)
		buf_adds(&b, OTHER);
	CHECK_INT(check_note(b.s, VKEY), 0);
	buf_adds(&b, OTHER);
	CHECK_INT(check_note(b.s, VKEY), EHR_EINTEGRITY);
}

TEST(verifier_keys_that_are_none)
{
	static const char *const bad[] = { "", "+", "a+b", VKEY "A",
		"example.com/foo+530D903A" "+AekyeRrm56hApGFkyQR4ZCbV54Id2LKa"
		"ANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANY"
		"crnKv3U2k",
		"a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"a\xc2\xa0+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3"
		"U2k",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k" };
	struct note_key k = { .name = "log.example/1" };
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK_INT(note_key_parse(&k, str_of(bad[i]), &e), EHR_EUSAGE);
	CHECK_INT(note_key_parse(&k, STR_NONE, &e), EHR_EUSAGE);
	/* of another kind of key */
	buf_adds(&b, "example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2L"
	    "KaANYcrnKv3U2k");
	CHECK_INT(note_key_parse(&k, buf_str(&b), &e), EHR_EUSAGE);
}

TEST(names_of_keys)
{
	static const char *const bad[] = { "", "a+b", "a b", "a\x7f", "\xff",
		"a\xe2\x80\x80", "a\xe2\x80\x8a", "a\xe2\x80\xa8",
		"\xe3\x80\x80" };
	char longest[MAX_NOTE_NAME + 2];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!note_name_valid(str_of(bad[i])));
	CHECK(note_name_valid(STR("a\xe2\x80\x8b"))); /* not a space */
	memset(longest, 'x', sizeof(longest));
	CHECK(note_name_valid((struct str){ longest, MAX_NOTE_NAME }));
	CHECK(!note_name_valid((struct str){ longest, MAX_NOTE_NAME + 1 }));
}

TEST(files_that_are_no_note)
{
	BUF_AUTO b = BUF_INIT;
	char name[] = "/tmp/audit_note.XXXXXX";
	int fd = mkstemp(name);
	struct ehr_err e;

	CHECK(fd >= 0 && ftruncate(fd, MAX_NOTE) == 0);
	CHECK_INT(note_read(name, &b, &e), 0);
	CHECK_INT(b.len, MAX_NOTE);
	CHECK(ftruncate(fd, MAX_NOTE + 1) == 0);
	close(fd);
	buf_reset(&b);
	CHECK_INT(note_read(name, &b, &e), EHR_EINTEGRITY);
	CHECK(strstr(e.msg, name) == e.msg);
	unlink(name);
	CHECK_INT(note_read(name, &b, &e), EHR_EIO);
	CHECK_INT(note_read("/tmp", &b, &e), EHR_EIO);
}

/* ---- a log of our own: each byte counts ---- */

static const uint8_t secret[CURVE_LEN] = { 1, 2, 3 };

static struct note_key own_key(void)
{
	struct note_key k = { .name = "log.example/1" };

	ed25519_public(secret, k.public);
	return k;
}

static void make_note(struct buf *b, struct str origin, const char *size,
    const char *rest)
{
	struct note_key k = own_key();
	BUF_AUTO text = BUF_INIT;

	buf_addstr(&text, origin);
	buf_addf(&text, "\n%s\n%s", size, rest);
	note_sign(b, buf_str(&text), &k, secret);
}

#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

TEST(checkpoints_that_are_none)
{
	static const struct {
		const char *origin, *size, *rest;
		int rc;
	} t[] = {
		{ "log.example/1", "7", ROOT "\n", 0 },
		{ "log.example/1", "0", ROOT "\nmore\nlines\n", 0 },
		{ "log.example/1", "9223372036854775807", ROOT "\n", 0 },
		{ "log.example/2", "7", ROOT "\n", EHR_EINTEGRITY },
		{ "log.example/1", "07", ROOT "\n", EHR_EINTEGRITY },
		{ "log.example/1", "+7", ROOT "\n", EHR_EINTEGRITY },
		{ "log.example/1", "-7", ROOT "\n", EHR_EINTEGRITY },
		{ "log.example/1", "", ROOT "\n", EHR_EINTEGRITY },
		{ "log.example/1", "9223372036854775808", ROOT "\n",
		    EHR_EINTEGRITY },
		{ "log.example/1", "7", "", EHR_EINTEGRITY },
		{ "log.example/1", "7", "AAAA\n", EHR_EINTEGRITY },
		{ "log.example/1", "7", ROOT "\n\nmore\n", EHR_EINTEGRITY },
		{ "log.example/1", "7", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAB=\n", EHR_EINTEGRITY },
	};
	struct note_key k = own_key();
	struct checkpoint c;
	struct ehr_err e;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		BUF_AUTO b = BUF_INIT;

		make_note(&b, str_of(t[i].origin), t[i].size, t[i].rest);
		CHECK_INT(checkpoint_parse(&c, "c", buf_str(&b), &k, &e),
		    t[i].rc);
	}
}

static void fill(struct store *db, int n)
{
	struct audit_event ev = { .user = "u", .tool = "t",
		.action = AUDIT_READ };
	struct audit_range range;
	struct ehr_err e;

	CHECK_INT(store_begin(db, STORE_SHORT, &e), 0);
	for (int i = 1; i <= n; i++) {
		range.first = range.last = i;
		CHECK_INT(audit_append(db, &ev, &range, 1, NULL, &e), 0);
	}
	CHECK_INT(store_commit(db, &e), 0);
}

static void sign_head(struct store *db, uint64_t size, struct buf *note)
{
	struct note_key k = own_key();
	struct checkpoint c = { str_of("log.example/1"), size, { 0 } };
	BUF_AUTO text = BUF_INIT;
	struct ehr_err e;

	CHECK_INT(audit_root_at(db, size, c.root, &e), 0);
	checkpoint_text(&text, &c);
	note_sign(note, buf_str(&text), &k, secret);
}

static int check_proof(struct str bytes, const struct checkpoint *before)
{
	struct note_key k = own_key();
	TLOG_PROOF_AUTO p = TLOG_PROOF_INIT;
	struct checkpoint c;
	struct ehr_err e;
	int rc = tlog_proof_parse(&p, "p", bytes, &e);

	if (rc == 0)
		rc = checkpoint_parse(&c, "p", p.checkpoint, &k, &e);
	if (rc == 0)
		rc = tlog_proof_check(&p, "p", &c, before, &e);
	return rc;
}

/* Good as it is; not with a byte changed, left out or cut off. */
static void each_byte(struct buf *b, const struct checkpoint *before)
{
	CHECK_INT(check_proof(buf_str(b), before), 0);
	for (size_t i = 0; i < b->len; i++) {
		for (int bit = 1; bit < 256; bit <<= 1) {
			b->s[i] ^= (char)bit;
			CHECK_INT(check_proof(buf_str(b), before),
			    EHR_EINTEGRITY);
			b->s[i] ^= (char)bit;
		}
		CHECK_INT(check_proof((struct str){ b->s, i }, before),
		    EHR_EINTEGRITY);
	}
}

TEST(each_byte_of_a_proof_counts)
{
	struct store *db = open_new();
	TLOG_PROOF_AUTO p = TLOG_PROOF_INIT;
	BUF_AUTO note = BUF_INIT;
	BUF_AUTO old = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct note_key k = own_key();
	struct checkpoint before;
	struct audit_row row;
	struct ehr_err e;

	fill(db, 21);
	sign_head(db, 6, &old);
	sign_head(db, 21, &note);
	p.checkpoint = buf_str(&note);
	p.from = 4;
	CHECK_INT(audit_prove_event(db, 5, 21, &p.path, &e), 0);
	CHECK_INT(audit_event_bytes(db, 5, &p.leaf, &e), 0);
	CHECK(audit_event_parse(buf_str(&p.leaf), &row));
	CHECK_INT(row.seq, 5);
	CHECK_INT(row.patients, 1);
	CHECK(str_is(row.user, "u") && str_is(row.action, "read"));
	CHECK(row.purpose.s == NULL);
	tlog_proof_format(&text, &p);
	each_byte(&text, NULL);
	CHECK_INT(checkpoint_parse(&before, "o", buf_str(&old), &k, &e), 0);
	p.kind = TLOG_GROWTH;
	p.from = 6;
	CHECK_INT(audit_prove_growth(db, 6, 21, &p.path, &e), 0);
	buf_reset(&text);
	tlog_proof_format(&text, &p);
	each_byte(&text, &before);
	close_all(db);
}

TEST(events_as_bytes_that_are_none)
{
	struct store *db = open_new();
	BUF_AUTO b = BUF_INIT;
	struct audit_row row;
	struct ehr_err e;

	fill(db, 1);
	CHECK_INT(audit_event_bytes(db, 1, &b, &e), 0);
	for (size_t i = 0; i < b.len; i++)
		CHECK(!audit_event_parse((struct str){ b.s, i }, &row));
	/* tags, lengths and version: all are as they are written, or refused */
	CHECK(audit_event_parse(buf_str(&b), &row));
	for (size_t i = 0; i < b.len; i++) {
		char was = b.s[i];

		b.s[i] = '\xff';
		if (audit_event_parse(buf_str(&b), &row))
			CHECK(row.tool.s >= b.s && str_end(row.tool) <=
			    b.s + b.len);
		b.s[i] = was;
	}
	b.s[0] = 3;
	CHECK(!audit_event_parse(buf_str(&b), &row));
	b.s[0] = 2;
	buf_addch(&b, 'n');
	CHECK(!audit_event_parse(buf_str(&b), &row));
	CHECK_INT(audit_event_bytes(db, 2, &b, &e), EHR_ENOENT);
	close_all(db);
}

TEST(a_log_fits_only_what_it_was)
{
	struct store *db = open_new();
	struct checkpoint c = { .size = 0 }, now;
	struct ehr_err e;

	fill(db, 300);
	for (c.size = 0; c.size <= 300; c.size += 30) {
		CHECK_INT(audit_root_at(db, c.size, c.root, &e), 0);
		CHECK_INT(checkpoint_fits(db, &c, "c", &now, &e), 0);
		CHECK_INT(now.size, 300);
		c.root[7] ^= 1;
		CHECK_INT(checkpoint_fits(db, &c, "c", NULL, &e),
		    EHR_EINTEGRITY);
	}
	c.size = 301;
	CHECK_INT(checkpoint_fits(db, &c, "c", NULL, &e), EHR_EINTEGRITY);
	CHECK_STR(e.msg, "c: tells of 301 events, the record has 300: it was "
	    "cut off, or an older copy put back");
	close_all(db);
}

/* c2sp.org/tlog-tiles: 1234067 is x001/x234/067. */
TEST(folders_of_tiles)
{
	static const struct {
		uint64_t index;
		const char *want;
	} t[] = { { 0, "000" }, { 999, "999" }, { 1000, "x001/000" },
		{ 1234067, "x001/x234/067" }, { 1000000000,
		"x001/x000/x000/000" } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		BUF_AUTO b = BUF_INIT;

		text_tile_index(&b, t[i].index);
		CHECK_STR(b.s, t[i].want);
	}
}

/* ---- the file of a signer ---- */

#define HEX64 "0102030000000000000000000000000000000000000000000000000000000000"

static int open_signer(const char *head, struct str last)
{
	SIGNER_AUTO *s = NULL;
	char name[96];
	struct ehr_err e;
	FILE *f;
	int rc;

	snprintf(name, sizeof(name), "%s/signer", dir);
	f = fopen(name, "we");
	CHECK(f != NULL && fchmod(fileno(f), 0600) == 0);
	fprintf(f, "%s%.*s", head, STR_FMT(last));
	CHECK(fclose(f) == 0);
	rc = signer_open(&s, name, &e);
	CHECK(rc == 0 || strstr(e.msg, name) == e.msg);
	unlink(name);
	return rc;
}

TEST(files_that_are_no_signer)
{
	static const struct {
		const char *head;
		int rc;
	} t[] = {
#define HEAD "EHR-SIGNER-1\n"
#define NAME HEAD "name log.example/1\n"
		{ NAME "secret " HEX64 "\n\n", 0 },
		{ "", EHR_ENOTEHR }, { "EHR-SIGNER-2\n", EHR_ENOTEHR },
		{ HEAD, EHR_EINTEGRITY }, { HEAD "name ", EHR_EINTEGRITY },
		{ HEAD "nome log.example/1\n", EHR_EINTEGRITY },
		{ HEAD "name a b\nsecret " HEX64 "\n\n", EHR_EINTEGRITY },
		{ NAME "secret " HEX64 "0\n\n", EHR_EINTEGRITY },
		{ NAME "secret " HEX64, EHR_EINTEGRITY },
		{ NAME "secret " HEX64 "\n", EHR_EINTEGRITY },
		{ NAME "key " HEX64 "\n\n", EHR_EINTEGRITY },
		{ HEAD "name other\nsecret " HEX64 "\n\n", EHR_EINTEGRITY },
#undef NAME
#undef HEAD
	};
	struct store *db = open_new();
	BUF_AUTO note = BUF_INIT;

	fill(db, 3);
	sign_head(db, 3, &note);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		CHECK_INT(open_signer(t[i].head, buf_str(&note)), t[i].rc);
	CHECK_INT(open_signer(t[0].head, STR("")), EHR_EINTEGRITY);
	/* the end of the file is that of the secret's line */
	CHECK_INT(open_signer("EHR-SIGNER-1\nname log.example/1\nsecret "
	    HEX64 "\n", STR("")), EHR_EINTEGRITY);
	close_all(db);
}

TEST(a_signer_has_a_name_and_an_intact_log)
{
	struct store *db = open_new();
	struct note_key k;
	char name[96];
	struct ehr_err e;

	fill(db, 3);
	snprintf(name, sizeof(name), "%s/signer", dir);
	CHECK_INT(signer_make(name, "a b", db, &k, &e), EHR_EUSAGE);
	CHECK(access(name, F_OK) != 0);
	close_all(db);
}
