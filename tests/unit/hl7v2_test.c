/* hl7v2_test.c - messages, places, values, batches and blocks of HL7 v2. */
#include <ftw.h>

#include "hl7v2_kit.h"
#include "test.h"

#define MSH "MSH|^~\\&|APP|FAC|TO|FAC|20260102030405||SIU^S12|M1|P|2.5"

static struct ehr_err err;
static struct buf found; /* findings of the last reading, a line each */

static void note(void *arg, const struct diag *d)
{
	buf_addf(arg, "%llu%s%s %s\n", (unsigned long long)d->line,
	    d->path ? ":" : "", d->path ? d->path : "", diag_name(d->id));
}

/* Reads all; seen: a line for each thing: kind, number of segments, flags. The
 * last code; true bytes: raw after raw was the file. */
static int read_all(struct str bytes, struct buf *seen, bool *same, bool *cut)
{
	static const char *const kinds[] = { "msg", "batch", "other" };
	struct diag_sink sink = { .emit = note, .arg = &found };
	BUF_AUTO back = BUF_INIT;
	HL7V2_AUTO *x = NULL;
	struct hl7v2_msg m;
	struct in *in;
	int rc;

	buf_reset(&found);
	if (in_open_mem(&in, "f", bytes) < 0)
		return -100;
	x = hl7v2_new(in, &sink);
	*same = true;
	while ((rc = hl7v2_next(x, &m, &err)) > 0) {
		buf_addf(seen, "%s %zu%s%s\n", kinds[m.kind], m.n,
		    m.bad ? " bad" : "", m.cut ? " cut" : "");
		buf_addstr(&back, m.raw);
		*same = *same && comes_back(&m);
	}
	if (rc == 0) {
		buf_addstr(&back, m.raw);
		*same = *same && str_eq(buf_str(&back), bytes);
	}
	*cut = hl7v2_truncated(x);
	in_close(in);
	return rc;
}

static void expect(int line, struct str bytes, const char *seen,
    const char *findings, bool truncated)
{
	BUF_AUTO is = BUF_INIT;
	bool same, cut;

	found = found.cap ? found : BUF_INIT;
	test_int(__FILE__, line, "code", read_all(bytes, &is, &same, &cut), 0);
	test_str(__FILE__, line, "seen", is.s, seen);
	test_str(__FILE__, line, "findings", found.s, findings);
	test_int(__FILE__, line, "same bytes", same, true);
	test_int(__FILE__, line, "truncated", cut, truncated);
}
#define EXPECT(s, seen, findings) \
	expect(__LINE__, STR(s), seen, findings, false)
#define CUT(s, seen, findings) expect(__LINE__, STR(s), seen, findings, true)

/* The first message of bytes; both stay until the next call. */
static const struct hl7v2_msg *one(struct str bytes)
{
	static struct hl7v2_msg m;
	static struct hl7v2 *x;
	static struct in *in;

	hl7v2_freep(&x);
	if (in)
		in_close(in);
	x = NULL;
	in = NULL;
	CHECK_INT(in_open_mem(&in, "f", bytes), 0);
	x = hl7v2_new(in, NULL);
	CHECK_INT(hl7v2_next(x, &m, &err), 1);
	return &m;
}

TEST(messages_of_a_file)
{
	EXPECT("", "", "");
	EXPECT("\r\n\n", "", "");
	EXPECT(MSH "\rPID|1\r", "msg 2\n", "");
	EXPECT(MSH "\rPID|1\r\r\r" MSH "\rSCH|1\rPID|\r", "msg 2\nmsg 3\n", "");
	EXPECT("\xef\xbb\xbf" MSH "\r", "msg 1\n", "");
}

TEST(other_line_ends_are_taken)
{
	EXPECT(MSH "\nPID|1\n\n" MSH "\nPID|2\n", "msg 2\nmsg 2\n",
	    "1 hl7v2-line-end\n");
	EXPECT(MSH "\r\nPID|1\r\n", "msg 2\n", "1 hl7v2-line-end\n");
	EXPECT(MSH "\rPID|1\nSCH|1", "msg 3\n",
	    "2 hl7v2-line-end\n3 hl7v2-unended\n");
	/* text of a field, where segments end by CR */
	EXPECT(MSH "\rNTE|1||one\ntwo\rPID|1\r", "msg 3\n",
	    "2 hl7v2-line-feed\n");
	EXPECT(MSH "\nNTE|1||one\ntwo\nPID|1\n", "msg 4 bad\n",
	    "1 hl7v2-line-end\n3 hl7v2-segment\n");
}

TEST(blocks_of_mllp)
{
	EXPECT("\x0b" MSH "\rPID|1\r\x1c\r\x0b" MSH "\r\x1c\r",
	    "msg 2\nmsg 1\n", "");
	CUT("\x0b" MSH "\rPID|1\r", "msg 2 bad cut\n",
	    "1 hl7v2-cut\n3 hl7v2-truncated\n");
	EXPECT("\x0b" MSH "\rPID|1\r\x0b" MSH "\r\x1c\r",
	    "msg 2 bad cut\nmsg 1\n", "1 hl7v2-cut\n3 hl7v2-frame\n");
	EXPECT("\x0b" MSH "\r\x1c\n" MSH "\r\x1c\r", "msg 1\nmsg 1\n",
	    "1 hl7v2-frame\n3 hl7v2-frame\n");
}

TEST(batches)
{
	EXPECT("FHS|^~\\&|A\rBHS|^~\\&|A\r" MSH "\r" MSH "\rBTS|2\rFTS|1\r",
	    "batch 1\nbatch 1\nmsg 1\nmsg 1\nbatch 1\nbatch 1\n", "");
	EXPECT("BHS|^~\\&|A\r" MSH "\rBTS|2\r", "batch 1\nmsg 1\nbatch 1\n",
	    "3:BTS-1 hl7v2-count\n");
	EXPECT(MSH "\rBTS|1\r", "msg 1\nbatch 1\n", "2:BTS hl7v2-trailer\n");
	CUT("BHS|^~\\&|A\r" MSH "\rPID|1\r", "batch 1\nmsg 2\n",
	    "4 hl7v2-truncated\n");
	CUT("BHS|^~\\&|A\r" MSH "\rPID|1", "batch 1\nmsg 2 bad cut\n",
	    "3 hl7v2-unended\n2 hl7v2-cut\n3 hl7v2-truncated\n");
}

TEST(a_faulty_message_hides_no_other)
{
	EXPECT(MSH "\rhello world\rPID|1\r" MSH "\r", "msg 3 bad\nmsg 1\n",
	    "2 hl7v2-segment\n");
	EXPECT("PID|1\rPID|2\r" MSH "\r", "other 0 bad\nmsg 1\n",
	    "1 hl7v2-no-header\n");
	EXPECT("MSH|^^\\&|A\rPID|1\r" MSH "\r", "msg 0 bad\nmsg 1\n",
	    "1:MSH-2 hl7v2-delimiters\n");
	EXPECT("MSH|^~\r" MSH "\r", "msg 0 bad\nmsg 1\n",
	    "1:MSH-2 hl7v2-delimiters\n");
	EXPECT("MSH", "msg 0 bad\n", "1:MSH-2 hl7v2-delimiters\n");
	EXPECT("MSHA^~\\&A\r" MSH "\r", "other 0 bad\nmsg 1\n",
	    "1 hl7v2-no-header\n");
	EXPECT(MSH "\rpid|1\r", "msg 2\n", "2:PID hl7v2-small-letters\n");
	EXPECT("MSH|^~\\\\&|A|B\r", "msg 1\n", "1:MSH-2 hl7v2-doubled\n");
}

TEST(delimiters_are_the_messages_own)
{
	const struct hl7v2_msg *m = one(STR(
	    "MSH#:+?*#A:B#C\rPID#x:y*z+2?S?3#\r"));

	CHECK_INT(m->sep.escape, '?');
	CHECK_MEM(hl7v2_get(m, "MSH-2").s, 4, ":+?*");
	CHECK_MEM(hl7v2_get(m, "MSH-3.2").s, 1, "B");
	CHECK_MEM(hl7v2_get(m, "PID-1.2.2").s, 1, "z");
	CHECK_INT(hl7v2_repeats(m, hl7v2_find(m, "PID", 1), 1), 2);
	m = one(STR("MSH|^~|A&B|C\\D\rPID|x&y\r"));
	CHECK_INT(m->sep.sub, 0);
	CHECK_INT(hl7v2_get(m, "PID-1.1.1").n, 3);
}

static void path_is(int line, const char *s, bool ok, const char *back)
{
	struct hl7v2_path p;
	BUF_AUTO b = BUF_INIT;

	test_int(__FILE__, line, s, hl7v2_path(str_of(s), &p), ok);
	if (!ok)
		return;
	buf_addf(&b, "%s %u %u %u %u %u", p.seg, p.nth, p.field, p.repeat,
	    p.component, p.sub);
	test_str(__FILE__, line, s, b.s, back);
}
#define PATH(s, back) path_is(__LINE__, s, true, back)
#define NO_PATH(s) path_is(__LINE__, s, false, NULL)

TEST(paths)
{
	PATH("PID", "PID 1 0 1 0 0");
	PATH("PID-5.1", "PID 1 5 1 1 0");
	PATH("SCH-11[2].4", "SCH 1 11 2 4 0");
	PATH("OBX[3]-5[2].1.4", "OBX 3 5 2 1 4");
	PATH("Z01-1", "Z01 1 1 1 0 0");
	NO_PATH("");
	NO_PATH("PI");
	NO_PATH("pid-3");
	NO_PATH("PID-");
	NO_PATH("PID-0");
	NO_PATH("PID-1.");
	NO_PATH("PID-1[");
	NO_PATH("PID-1[2");
	NO_PATH("PID.1");
	NO_PATH("PID-1.2.3.4");
	NO_PATH("PID-99999");
}

static void text_is(int line, const struct hl7v2_msg *m, const char *path,
    const char *want, bool known)
{
	BUF_AUTO b = BUF_INIT;

	test_int(__FILE__, line, path,
	    hl7v2_text(m, hl7v2_get(m, path), &b), known);
	test_str(__FILE__, line, path, b.s, want);
}
#define TEXT(path, want) text_is(__LINE__, m, path, want, true)
#define KEPT(path, want) text_is(__LINE__, m, path, want, false)

TEST(values)
{
	const struct hl7v2_msg *m = one(STR(MSH "\r"
	    "NTE|a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f|one\\.br\\two\\.sp+2\\|\\H\\x\\N\\|"
	    "\\X4869\\|a^b&c~d|\"\"||\\Z1\\|open\\|\\X4\\|\\C2842\\|\\XE9\\\r"));

	TEXT("NTE-1", "a|b^c&d~e\\f");
	TEXT("NTE-2", "one\ntwo\n");
	TEXT("NTE-3", "x");
	TEXT("NTE-4", "Hi");
	TEXT("NTE-5", "a");
	TEXT("NTE-5.2", "b");
	TEXT("NTE-5.2.2", "c");
	TEXT("NTE-5[2]", "d");
	CHECK(hl7v2_null(hl7v2_get(m, "NTE-6")));
	CHECK(!hl7v2_null(hl7v2_get(m, "NTE-7")));
	CHECK(hl7v2_get(m, "NTE-7").s != NULL);
	CHECK(hl7v2_get(m, "NTE-99").s == NULL);
	CHECK(hl7v2_get(m, "NTE-5[3]").s == NULL);
	KEPT("NTE-8", "\\Z1\\");
	KEPT("NTE-9", "open\\");
	KEPT("NTE-10", "\\X4\\");
	KEPT("NTE-11", "\\C2842\\");
	KEPT("NTE-12", "\\XE9\\");
	EXPECT(MSH "\rNTE|1|\\Q\\\r", "msg 2\n", "2:NTE-2 hl7v2-escape\n");
}

#define WITH(set) MSH "||||||" set "\r"

TEST(character_sets)
{
	const struct hl7v2_msg *m = one(STR(WITH("8859/1") "NTE|\xe9\\XE9\\\r"));

	TEXT("NTE-1", "\xc3\xa9\xc3\xa9");
	m = one(STR(WITH("UNICODE UTF-8") "NTE|\xc3\xa9\\XC3A9\\\r"));
	TEXT("NTE-1", "\xc3\xa9\xc3\xa9");
	EXPECT(WITH("UNICODE UTF-8") "NTE|\xc3\xa9\r", "msg 2\n", "");
	EXPECT(WITH("UNICODE UTF-8") "NTE|\xe9\r", "msg 2 bad\n",
	    "1:MSH-18 hl7v2-charset\n");
	EXPECT(MSH "\rNTE|\xe9\r", "msg 2 bad\n", "1:MSH-18 hl7v2-charset\n");
	EXPECT(MSH "\rNTE|\xc3\xa9\r", "msg 2\n",
	    "1:MSH-18 hl7v2-charset-guess\n");
	EXPECT(WITH("8859/1") "NTE|\xe9\r", "msg 2\n", "");
	EXPECT(WITH("ISO IR 999") "NTE|x\r", "msg 2\n", "");
}

static void time_is(int line, const char *s, const char *want)
{
	BUF_AUTO b = BUF_INIT;
	struct date d;
	bool ok = hl7v2_time(str_of(s), &d);

	if (ok)
		date_format(&b, &d);
	test_str(__FILE__, line, s, ok ? b.s : NULL, want);
}
#define TIME(s, want) time_is(__LINE__, s, want)

TEST(times)
{
	TIME("2026", "2026");
	TIME("202602", "2026-02");
	TIME("20260228", "2026-02-28");
	TIME("2026022809", "2026-02-28T09:00");
	TIME("202602280930", "2026-02-28T09:30");
	TIME("20260228093059", "2026-02-28T09:30:59");
	TIME("20260228093059.1234", "2026-02-28T09:30:59.123400");
	TIME("202602280930-0500", "2026-02-28T09:30-05:00");
	TIME("20260228093000.5+1245", "2026-02-28T09:30:00.500+12:45");
	TIME("", NULL);
	TIME("20260229", NULL);
	TIME("202613", NULL);
	TIME("20260228240000", NULL);
	TIME("2026-02-28", NULL);
	TIME("20260228093059.", NULL);
	TIME("20260228093059.12345", NULL);
	TIME("20260228.1", NULL);
	TIME("202602280930-05", NULL);
	TIME("202602280930-0560", NULL);
	TIME("20260228093", NULL);
}

TEST(written_messages_are_read_back)
{
	BUF_AUTO b = BUF_INIT;
	struct hl7v2_writer w = HL7V2_WRITER(&b);
	const struct hl7v2_msg *m;

	hl7v2_begin(&w, "MSH");
	hl7v2_put(&w, STR("A|B"));
	hl7v2_end(&w);
	hl7v2_begin(&w, "NTE");
	hl7v2_put(&w, STR("1"));
	hl7v2_put(&w, STR(""));
	hl7v2_put(&w, STR("a^\n\r\x1c&~\\\xc3\xa9"));
	hl7v2_put_part(&w, STR("two"));
	hl7v2_put_sub(&w, STR("three"));
	hl7v2_put_repeat(&w, STR("four"));
	hl7v2_put_part(&w, STR(""));
	hl7v2_put(&w, STR(""));
	hl7v2_end(&w);
	CHECK_STR(b.s, "MSH|^~\\&|A\\F\\B\rNTE|1||a\\S\\\\.br\\\\X0D\\\\X1C\\\\T\\\\R\\\\E\\"
	    "\xc3\xa9^two&three~four\r");
	m = one(buf_str(&b));
	TEXT("MSH-3", "A|B");
	TEXT("NTE-3", "a^\n\r\x1c&~\\\xc3\xa9");
	TEXT("NTE-3.2.2", "three");
	TEXT("NTE-3[2]", "four");
	CHECK_INT(hl7v2_find(m, "NTE", 1)->n, 3);
}

TEST(limits)
{
	BUF_AUTO b = BUF_INIT;
	BUF_AUTO seen = BUF_INIT;
	bool same, cut;
	int i;

	buf_adds(&b, MSH "\rZZZ");
	for (i = 0; i < HL7V2_FIELDS_MAX; i++)
		buf_addch(&b, '|');
	buf_addch(&b, '\r');
	expect(__LINE__, buf_str(&b), "msg 2\n", "", false);
	b.s[b.len - 1] = '|';
	buf_addch(&b, '\r');
	expect(__LINE__, buf_str(&b), "msg 2 bad\n", "2:ZZZ hl7v2-size\n",
	    false);
	buf_reset(&b);
	buf_adds(&b, MSH "\rNTE|");
	for (i = 0; i < HL7V2_MESSAGE_MAX + 200000; i++)
		buf_addch(&b, 'x');
	CHECK_INT(read_all(buf_str(&b), &seen, &same, &cut), EHR_EREJECT);
	CHECK_STR(err.msg, "a message of over 16 MiB");
}

/* Messages lie anywhere in the window, also across its ends. */
TEST(a_large_file_in_flat_memory)
{
	BUF_AUTO big = BUF_INIT;
	BUF_AUTO seen = BUF_INIT;
	bool same, cut;
	int i, n = 3000;

	for (i = 0; i < n; i++)
		buf_addf(&big, MSH "\rPID|%d%s", i, i % 3 ? "\r" : "\r\r");
	CHECK_INT(read_all(buf_str(&big), &seen, &same, &cut), 0);
	CHECK(same);
	CHECK_STR(found.s, "");
	CHECK_INT(seen.len, n * strlen("msg 2\n"));
}

/* ---- public samples ---- */

static struct {
	int files, messages, bad;
} samples;

static int one_sample(const char *path, const struct stat *st, int type)
{
	BUF_AUTO bytes = BUF_INIT;
	BUF_AUTO seen = BUF_INIT;
	bool same, cut;
	const char *at;

	(void)st;
	if (type != FTW_F || (!strstr(path, ".hl7") && !strstr(path, ".txt")))
		return 0;
	if (in_all(path, 1 << 26, &bytes, &err) < 0 ||
	    read_all(buf_str(&bytes), &seen, &same, &cut) != 0 || !same) {
		printf("%s does not come back\n", path);
		return 1;
	}
	samples.files++;
	for (at = seen.s; (at = strstr(at, "msg ")); at += 4)
		samples.messages++;
	if (strstr(seen.s, " bad")) {
		samples.bad++;
		printf("%s: %s", path, found.s);
	}
	return 0;
}

TEST(samples_come_back_byte_for_byte)
{
	BUF_AUTO dir = BUF_INIT;

	buf_addf(&dir, "%s/clinical/hl7v2", test_data());
	found = found.cap ? found : BUF_INIT;
	CHECK_INT(ftw(dir.s, one_sample, 16), 0);
	CHECK(samples.files > 0 && samples.messages >= samples.files);
	printf("%d files, %d messages, %d files with errors\n", samples.files,
	    samples.messages, samples.bad);
}
