/*
 * base.h - what everything else stands on: errors, findings, slices, buffers,
 * arenas, maps, text, dates, decimals, input and output files, limits, a ring
 * between two threads.
 *
 * Nothing here knows a record, a format or a terminal. Only xmalloc() and its
 * kin end the process (out of memory, exit 6); all else returns.
 */
#ifndef EHR_BASE_H
#define EHR_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define EHR_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define EHR_CLEANUP(fn)	 __attribute__((cleanup(fn)))
#define ARRAY_LEN(a)	 (sizeof(a) / sizeof((a)[0]))

/* ---- limits: every repeated or nested thing in input has one ---- */

enum {
	MAX_DEPTH = 512,		/* nested arrays and objects */
	MAX_RESOURCE = 64 << 20,	/* bytes of one resource, minified */
	MAX_ID = 64,			/* FHIR id, R4 2.24.0.1 */
	MAX_SOURCE = 64,		/* name of a source */
	MAX_LINE_ERR = 512,		/* bytes of a message */
};
/* A gzip file larger than the first inflated is refused where it comes to more
 * than so many times its size (deflate: up to 1032 times; resources: 10-40). */
enum { MAX_INFLATE_FREE = 256 << 20, MAX_INFLATE_RATIO = 300 };

/* ---- errors ---- */

/* The exit code of a tool is the negated code (ehr(7), EXIT STATUS). */
enum ehr_code {
	EHR_OK = 0,
	EHR_ENO = -1,	     /* done; the answer is no, differs or findings */
	EHR_EUSAGE = -2,     /* wrong options or arguments */
	EHR_EREJECT = -3,    /* some input was rejected */
	EHR_ENOENT = -4,     /* no such id, or ambiguous */
	EHR_EPERM = -5,	     /* not allowed */
	EHR_EIO = -6,	     /* busy, I/O or memory */
	EHR_EINTEGRITY = -7, /* integrity violated */
	EHR_ECHANGED = -8,   /* changed meanwhile */
	EHR_ENOTEHR = -9,    /* not an ehr file, wrong key or too new */
};

/* What went wrong, for the person: one line, lower case, no full stop, never
 * a patient's data. Filled by the function that failed, in the caller's
 * storage. */
struct ehr_err {
	int code;
	char msg[MAX_LINE_ERR];
};

/* Sets e (NULL is allowed) and returns code. */
int ehr_fail(struct ehr_err *e, int code, const char *fmt, ...)
    EHR_PRINTF(3, 4);
/* The same with ": strerror(errno)" appended; returns EHR_EIO. */
int ehr_fail_errno(struct ehr_err *e, const char *fmt, ...) EHR_PRINTF(2, 3);
/* Puts text in front of the message e holds already; returns e->code. */
int ehr_fail_prefix(struct ehr_err *e, const char *fmt, ...) EHR_PRINTF(2, 3);

/* ---- memory: never NULL; failure ends the process with exit 6 ---- */

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* The end of the process, for what has no other way out. */
_Noreturn void xnomem(void);

/* ---- slices: borrowed text, not terminated ---- */

struct str {
	const char *s;
	size_t n;
};
#define STR(lit)      ((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_FMT(v)    (int)(v).n, (v).s /* for "%.*s" */
#define STR_NONE      ((struct str){ NULL, 0 })

static inline struct str str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}
static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}
static inline bool str_is(struct str a, const char *b)
{
	return a.s != NULL && str_eq(a, str_of(b));
}
/* One past the last byte; NULL of STR_NONE. */
static inline const char *str_end(struct str a)
{
	return a.n ? a.s + a.n : a.s;
}
bool str_begins(struct str a, struct str prefix);
bool str_starts(struct str a, const char *prefix);
bool str_ends(struct str a, const char *suffix);
int str_cmp(struct str a, struct str b); /* byte order, then length */
/* Takes the part of *rest before sep (all when there is none) and moves *rest
 * behind it; false when *rest was used up. "a," has two parts, "" one. */
bool str_split(struct str *rest, char sep, struct str *part);
struct str str_trim(struct str a);			/* ASCII blanks */
bool str_int(struct str a, int64_t *v);		/* whole slice, decimal */

/* ---- growing byte buffer; s is always terminated, never NULL ---- */

struct buf {
	char *s;
	size_t len, cap;
};
extern char buf_empty[1];
#define BUF_INIT ((struct buf){ buf_empty, 0, 0 })

void buf_release(struct buf *b);			/* back to BUF_INIT */
static inline void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->cap)
		b->s[0] = '\0';
}
void buf_grow(struct buf *b, size_t extra);	/* room for extra + NUL */
void buf_add(struct buf *b, const void *s, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addstr(struct buf *b, struct str s);
void buf_addch(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) EHR_PRINTF(2, 3);
void buf_addvf(struct buf *b, const char *fmt, va_list ap) EHR_PRINTF(2, 0);
char *buf_detach(struct buf *b);		/* owned by the caller */
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->s, b->len };
}
#define BUF_AUTO EHR_CLEANUP(buf_release) struct buf

/* ---- arena: many small allocations, freed at once ---- */

struct arena {
	struct arena_block *head;
	size_t left;
	char *at;
	size_t held; /* bytes, of all blocks */
};
#define ARENA_INIT ((struct arena){ NULL, 0, NULL, 0 })

void *arena_alloc(struct arena *a, size_t n);		/* aligned, zeroed */
char *arena_strndup(struct arena *a, const char *s, size_t n);
struct str arena_str(struct arena *a, struct str s);
void arena_reset(struct arena *a);			/* keeps one block */
void arena_release(struct arena *a);
#define ARENA_AUTO EHR_CLEANUP(arena_release) struct arena

/* ---- maps ---- */

/* 64-bit key -> 64-bit value; every key is allowed. */
struct map64 {
	struct map64_slot *slot;
	size_t count, cap;
};
#define MAP64_INIT ((struct map64){ NULL, 0, 0 })
/* Address of key's value, or NULL. Borrowed until the next map64_put(). */
int64_t *map64_get(const struct map64 *m, uint64_t key);
/* The same, added as 0 when new (*added says which; may be NULL). */
int64_t *map64_put(struct map64 *m, uint64_t key, bool *added);
void map64_clear(struct map64 *m);			/* keeps the memory */
void map64_release(struct map64 *m);

/* bytes -> 64-bit value; keys are copied into the map's arena. */
struct strmap {
	struct strmap_slot *slot;
	size_t count, cap;
	struct arena keys;
};
#define STRMAP_INIT ((struct strmap){ NULL, 0, 0, ARENA_INIT })
int64_t *strmap_get(const struct strmap *m, struct str key);
int64_t *strmap_put(struct strmap *m, struct str key, bool *added);
/* Calls fn for each pair in no order until it returns non-zero. */
int strmap_each(const struct strmap *m,
    int (*fn)(void *arg, struct str key, int64_t value), void *arg);
void strmap_release(struct strmap *m);

/* Not for secrets, not for files: it may change and depends on the machine. */
uint64_t hash64(const void *p, size_t n, uint64_t seed);

/* ---- findings about input ---- */

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

enum diag_id {
#define X(id, name, severity, clause, text) DIAG_##id,
#include "ehr/diag.def"
#undef X
	DIAG_COUNT
};

/* One finding. Slices and strings are borrowed for the call of emit(). Text
 * names elements and rules, never the values found there. */
struct diag {
	enum diag_id id;
	enum diag_severity severity;
	const char *file;   /* name as given, or NULL */
	uint64_t line;	    /* from 1; 0: not known */
	uint64_t offset;    /* byte offset in the decompressed input */
	const char *path;   /* FHIRPath-like, segment, cell ... or NULL */
	const char *text;   /* more than the id's own words, or NULL */
};

/* Takes findings; count[] is kept by diag_emit(). */
struct diag_sink {
	void (*emit)(void *arg, const struct diag *d);
	void *arg;
	size_t count[3];
};

const char *diag_name(enum diag_id id);	     /* "json-syntax" */
const char *diag_clause(enum diag_id id);    /* "RFC 8259 2" */
const char *diag_text(enum diag_id id);	     /* own short words */
enum diag_severity diag_severity(enum diag_id id);
const char *diag_severity_name(enum diag_severity s);
/* Fills in the severity of the id and hands d on; sink may be NULL. */
void diag_emit(struct diag_sink *sink, struct diag *d);
/* "file:line:path: clause: text" as one line without newline. */
void diag_format(struct buf *b, const struct diag *d);

/* ---- UTF-8 (RFC 3629: no surrogates, no overlong forms) ---- */

/* Bytes of the valid prefix; n when all is valid. */
size_t utf8_valid(const char *s, size_t n);
/* Decodes one code point of valid UTF-8 and moves *s; 0xFFFD on an error. */
uint32_t utf8_next(const char **s, const char *end);
void utf8_put(struct buf *b, uint32_t cp);
/* Appends s folded for search: simple case folding, Latin letters without
 * their marks, apostrophes and hyphens as blanks, blanks squeezed and none at
 * the ends. Folding twice changes nothing. The same on every machine and
 * locale. */
void utf8_fold(struct buf *b, struct str s);
/* Appends s without C0, C1, DEL, bidi controls and escape sequences; newline
 * and tab become a blank unless keep_lines. For everything a person sees. */
void utf8_clean(struct buf *b, struct str s, bool keep_lines);
size_t utf8_width(struct str s);	     /* columns on a terminal */
/* Longest prefix of s (bytes) that fits into cols columns. */
size_t utf8_fit(struct str s, size_t cols);

/* ---- dates (FHIR R4 2.24.0.1: date, dateTime, instant, time) ---- */

enum date_precision {
	DATE_NONE, DATE_YEAR, DATE_MONTH, DATE_DAY, DATE_MINUTE, DATE_SECOND,
	DATE_FRACTION
};

struct date {
	int year;		/* 1..9999 */
	int month, day;		/* from 1; 0 when coarser */
	int hour, minute, second;
	int nano;
	enum date_precision precision;
	bool has_offset;
	int offset;		/* minutes east of UTC */
};

/* Reads a FHIR date, dateTime or instant, the whole slice; false when it is
 * none. Second 60 is taken as 59.999999999. Seconds and offset may be missing,
 * which a dateTime of FHIR does not allow: precision and has_offset tell. */
bool date_parse(struct str s, struct date *d);
/* First and one past the last UTC millisecond that d can mean. Without an
 * offset the range is widened by 14 h and 12 h so that no zone misses it. */
void date_range(const struct date *d, int64_t *lo, int64_t *hi);
/* Milliseconds since 1970 of d's first instant, its offset (else UTC) used. */
int64_t date_ms(const struct date *d);
/* The years 1 to 9999 are kept to, here and in date_from_days(). */
void date_from_ms(struct date *d, int64_t ms, int offset_minutes);
void date_format(struct buf *b, const struct date *d);	/* FHIR form */
int64_t date_days(int year, int month, int day);	/* since 1970-01-01 */
void date_from_days(struct date *d, int64_t days);
bool date_valid_day(int year, int month, int day);
int date_cmp_day(const struct date *a, const struct date *b);
/* Whole years from birth to on (29 February: 1 March in common years). A
 * birth date of a coarser precision counts from its first day. Below 0 when on
 * is earlier. */
int date_age(const struct date *birth, const struct date *on);
/* FHIR instant in UTC with ms ("2026-01-31T12:00:00.000Z"). */
void date_format_ms(struct buf *b, int64_t ms);
int64_t clock_ms(void);					/* real clock */

/* ---- decimals: exact, the source's text decides ---- */

struct decimal {
	__int128 coef;	/* value = coef * 10^exp */
	int exp;	/* digits after the point are -exp: 1.10 keeps 2 */
};

/* JSON number or FHIR decimal; false: not one, over 34 digits, or an exponent
 * beyond 400. */
bool decimal_parse(struct str s, struct decimal *d);
int decimal_cmp(const struct decimal *a, const struct decimal *b);
double decimal_double(const struct decimal *d);
void decimal_format(struct buf *b, const struct decimal *d);
/* The nearest whole number, of two the one further from 0; false when it does
 * not fit. */
bool decimal_whole(const struct decimal *d, int64_t *v);
/* False when the result has over 34 digits or its exponent is beyond 400. */
bool decimal_add(const struct decimal *a, const struct decimal *b,
    struct decimal *sum);
bool decimal_mul(const struct decimal *a, const struct decimal *b,
    struct decimal *product);

/* ---- identifiers and encodings ---- */

bool uuid_valid(struct str s);				/* 8-4-4-4-12 hex */
/* A National Provider Identifier (45 CFR 162.406): ten digits, the first one 1
 * or 2, the last one the check digit (ISO/IEC 7812) over 80840 and the rest. */
bool npi_valid(struct str s);
void uuid_format(const uint8_t u[16], char out[37]);
bool hex_parse(struct str s, uint8_t *out, size_t n);
void hex_format(struct buf *b, const void *p, size_t n);
void base64_encode(struct buf *b, const void *p, size_t n);
/* RFC 4648 4, blanks allowed; false leaves b as it was. */
bool base64_decode(struct buf *b, struct str s);

/* ---- input: a file, "-" for standard input; gzip is recognised ---- */

struct in;

/* Opens path (no directory). The name is kept for messages. */
int in_open(struct in **in, const char *path, struct ehr_err *e);
int in_open_mem(struct in **in, const char *name, struct str bytes);
/* Reads up to n > 0 bytes: count, 0 at the end, or a negative code: a truncated
 * or faulty gzip member is EHR_EREJECT, a failed read EHR_EIO. */
ssize_t in_read(struct in *in, void *p, size_t n, struct ehr_err *e);
const char *in_name(const struct in *in);
uint64_t in_raw(const struct in *in);			/* file bytes so far */
/* Called with each block of the file as it is on disk (for digests). */
void in_on_raw(struct in *in, void (*fn)(void *arg, const void *p, size_t n),
    void *arg);
/* Looks at the first n bytes of the file (at most 4096, fewer when it is
 * shorter) before anything is read; borrowed until the next call. */
int in_peek(struct in *in, size_t n, struct str *head, struct ehr_err *e);
/* What is read from now on is what fn makes of the file, which it reads by
 * in_file(); gzip is recognised in that. done(arg) when in is closed. */
void in_through(struct in *in,
    ssize_t (*fn)(void *arg, void *p, size_t n, struct ehr_err *e),
    void (*done)(void *arg), void *arg);
ssize_t in_file(struct in *in, void *p, size_t n, struct ehr_err *e);
void in_close(struct in *in);
/* Appends all of a file; EHR_EREJECT when that is over max bytes. */
int in_all(const char *path, size_t max, struct buf *b, struct ehr_err *e);
const char *in_engine(void);				/* version of zlib */

/* ---- output: whole or not at all ---- */

struct out;

/* path NULL or "-": standard output. Else a temporary file beside path that
 * out_commit() syncs and renames; an existing file needs force, else
 * EHR_EUSAGE, also when it came to be meanwhile. Readable by its owner only. A
 * device or pipe is written as it comes. */
int out_open(struct out **out, const char *path, bool force,
    struct ehr_err *e);
int out_write(struct out *out, const void *p, size_t n, struct ehr_err *e);
/* What is written from now on goes to fn, which writes by out_file(); end(arg)
 * at the commit, done(arg) when out is freed. */
void out_through(struct out *out,
    int (*fn)(void *arg, const void *p, size_t n, struct ehr_err *e),
    int (*end)(void *arg, struct ehr_err *e), void (*done)(void *arg),
    void *arg);
int out_file(struct out *out, const void *p, size_t n, struct ehr_err *e);
/* All three free out; out_abort(NULL) is allowed. */
int out_commit(struct out *out, struct ehr_err *e);
void out_abort(struct out *out);
/* As out_commit() when a byte was written. Else no file is left, and with force
 * the one that was there goes: what it told is no longer so. */
int out_commit_some(struct out *out, struct ehr_err *e);
/* Removes the temporary files of all open outputs; for a signal handler of a
 * process that ends. */
void out_remove_temps(void);
/* All bytes to a descriptor, however they are taken: 0, or -1 with errno. */
int write_whole(int fd, struct str bytes);

/* ---- guarded mode: the group of a setgid tool (ehr-security(7)) ---- */

/* First thing of a tool: its group is put aside, files are opened with the
 * caller's rights. Without the bit all of this does nothing. */
void group_init(void);
bool group_guarded(void);
/* The group may be taken again for the files of this record when its folder is
 * the group's: real is then where it is, which nobody else can change. Else it
 * stays as it is, and the files are opened with the caller's rights. Before
 * there are threads. */
void group_allow(const char *path, struct buf *real);
/* Each folder above this one (an absolute name without links) is root's, and
 * nobody else can put another one in its place. */
bool group_way_is_roots(const char *folder);
/* Around what opens the record's own files, of this thread alone. */
void group_raise(void);
void group_drop(void);
void group_leave(void); /* for good; may be called by a signal */
/* Syncs the folder of path: the name of a file is on disk only then. */
int out_sync_folder(const char *path, struct ehr_err *e);

/* ---- relay: what one thread makes ready, the caller uses, in order ----
 *
 * A ring of slots, whose content is the caller's business: the thread fills
 * them in turn, the caller takes each and gives it back. Between these calls a
 * slot belongs to one of the two alone. */

struct relay;

/* budget: weight (bytes, say) that may be on the way; a heavier slot waits
 * until it is alone. */
struct relay *relay_new(size_t slots, size_t budget);
/* Runs run(arg) in a thread that takes no signals; what it returns ends the
 * ring: 0, or negative with e filled in. EHR_EIO: no thread is to be had. */
int relay_start(struct relay *r, int (*run)(void *arg, struct ehr_err *e),
    void *arg, struct ehr_err *e);
/* Stops the thread at its next call and waits for its end; NULL is allowed. */
void relay_free(struct relay *r);

/* For run(): waits for a free slot; false when nobody wants more. */
bool relay_room(struct relay *r, size_t *slot);
/* For run(): the slot of the last relay_room() is ready. */
void relay_push(struct relay *r, size_t weight);
/* For run(): waits until all that was pushed was used and the caller waits in
 * relay_next(), where he stays until the next push; false as above. */
bool relay_drain(struct relay *r);

/* For the caller: 1 and the next slot that is ready; 0 at the end, or what
 * run() failed with, once all that were ready are used. */
int relay_next(struct relay *r, size_t *slot, struct ehr_err *e);
/* For the caller: the slot of the last relay_next() may be filled again. */
void relay_back(struct relay *r);

#include "base/banned.h" /* last */

#endif
