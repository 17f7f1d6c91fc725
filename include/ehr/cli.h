/*
 * cli.h - what all tools have in common: option tables, verbs, help,
 * operands, printers, progress, exit codes. For cmd/ only.
 *
 * A tool is a table: its verbs, each with its options and a function. main()
 * is `return cli_main(&tool, argc, argv)`. The function returns 0 or a
 * negative enum ehr_code; cli_main() prints the message as `tool: message`
 * and exits with the negated code.
 */
#ifndef EHR_CLI_H
#define EHR_CLI_H

#include <stdio.h>

#include "ehr/base.h"

struct cli;
struct printer;

/* ---- options ---- */

enum cli_kind {
	CLI_FLAG,   /* bool: true */
	CLI_COUNT,  /* int: one more each time */
	CLI_TEXT,   /* const char *: the last one wins */
	CLI_INT,    /* int64_t, within min..max unless both are 0 */
	CLI_CHOICE, /* int: place of the word in arg, "a|b", from min */
	CLI_DATE,   /* const char *: a FHIR date or dateTime */
	CLI_LIST,   /* struct cli_list: every one given */
	CLI_ACTION, /* -h and its like; not for tools */
};

enum {
	CLI_REQUIRED = 1 << 0, /* cannot be left out */
	CLI_HIDE = 1 << 1,     /* patient data or a secret: wiped from argv */
};

/* One option; a table ends with a zeroed one. An own option takes the place
 * of the shared one of the same letter or name. */
struct cli_opt {
	const char *name; /* "since"; NULL: only a letter */
	char key;	  /* 's'; 0: only a name */
	enum cli_kind kind;
	unsigned flags;
	const char *arg;  /* its value in the help; words of a choice */
	const char *help; /* half a line, lower case, no full stop */
	void *to;	  /* type by kind; usually a static */
	int64_t min, max;
};

struct cli_list {
	const char **v; /* borrowed until cli_main() ends */
	size_t n;
};

/* Shared options. -h, -q, -v and --version are everybody's. */
enum {
	CLI_DB = 1 << 0,	/* -d FILE, else $EHR_DB; --keys FILE */
	CLI_DRY_RUN = 1 << 1,	/* -n */
	CLI_FORMAT = 1 << 2,	/* -o table|tsv|csv|json|ndjson */
	CLI_HEADER = 1 << 3,	/* --header */
	CLI_PLACE = 1 << 4,	/* -O FILE|DIR */
	CLI_FORCE = 1 << 5,	/* --force */
	CLI_INPUT = 1 << 6,	/* -f FORMAT */
	CLI_SINCE = 1 << 7,	/* --since T */
	CLI_UNTIL = 1 << 8,	/* --until T */
	CLI_AS_OF = 1 << 9,	/* --as-of T */
	CLI_TODAY = 1 << 10,	/* --today D */
	CLI_REASON = 1 << 11,	/* --reason TEXT */
	CLI_FACILITY = 1 << 12, /* --facility NAME */
	CLI_SOURCE = 1 << 13,	/* --source NAME */
	CLI_TEST = 1 << 14,	/* --test: test patients too */
	CLI_GLASS = 1 << 15,	/* --break-glass REASON */

	CLI_OUTPUT = CLI_FORMAT | CLI_HEADER | CLI_PLACE | CLI_FORCE,
	CLI_RANGE = CLI_SINCE | CLI_UNTIL,
	CLI_READ = CLI_DB | CLI_OUTPUT | CLI_AS_OF | CLI_TODAY | CLI_REASON |
	    CLI_GLASS,
	CLI_WRITE = CLI_DB | CLI_DRY_RUN | CLI_REASON | CLI_SOURCE,
};

/* ---- tools and verbs ---- */

/* Tables end with a verb without run. The verb of a tool that has none is
 * one with name NULL. A name may be of two words: "staff add". */
struct cli_verb {
	const char *name;
	const char *args; /* operands in the synopsis, or NULL */
	const char *help; /* one line, lower case, no full stop */
	unsigned shared;  /* CLI_DB | ... */
	const struct cli_opt *opt; /* own options, or NULL */
	int min, max;	  /* number of operands; max -1: any */
	bool hide;	  /* operands are patient data: wiped from argv */
	int (*run)(struct cli *c, struct ehr_err *e);
};

struct cli_tool {
	const char *name; /* "ehr-chart" */
	const char *help; /* one line, lower case, no full stop */
	const struct cli_verb *verb;
};

enum cli_format {
	CLI_AUTO, /* a table on a terminal, else TSV */
	CLI_TABLE,
	CLI_TSV,
	CLI_CSV,
	CLI_JSON,
	CLI_NDJSON,
};

/* What was asked for. Texts are borrowed until cli_main() ends; NULL: not
 * given. */
struct cli {
	const struct cli_tool *tool;
	const struct cli_verb *verb;
	int argc;		/* operands */
	const char **argv;	/* NULL at the end */

	const char *db, *keys;
	bool dry_run, quiet, header, force, test;
	int verbose;
	enum cli_format format;
	const char *place, *input;
	const char *since, *until, *as_of, *today;
	/* since: first millisecond (INT64_MIN: not given); until and as_of:
	 * the last one meant, "2026" is all of 2026 (INT64_MAX: not given).
	 * Times without an offset are of the process's zone (TZ). */
	int64_t since_ms, until_ms, as_of_ms;
	const char *reason, *glass, *facility, *source;

	enum { CLI_RUN, CLI_HELP, CLI_VERSION, CLI_COMPLETION } action;
	unsigned given;		/* shared options seen */
	struct arena mem;
	bool stdin_used;
	struct {
		int64_t begun, shown;
	} progress;
};

/* Parses, runs the verb, reports; returns the exit code. Sets LC_CTYPE. A
 * closed pipe on standard output ends the tool by SIGPIPE, but only after the
 * verb has returned and cleaned up. */
int cli_main(const struct cli_tool *t, int argc, char **argv);

/* The parser alone: fills c, does nothing else. EHR_EUSAGE with a message
 * and a hint. Values that must not be seen by ps(1) are wiped from argv;
 * c has copies. */
int cli_parse(struct cli *c, const struct cli_tool *t, int argc, char **argv,
    struct ehr_err *e);
void cli_release(struct cli *c);
void cli_help(struct buf *b, const struct cli *c);
/* One line each: verb, letter, name, kind, argument, help; by tabs. Read by
 * scripts/gen-completion. */
void cli_completion(struct buf *b, const struct cli_tool *t);

/* EHR_EUSAGE with the hint where to read on; for what a table cannot say. */
int cli_usage(const struct cli *c, struct ehr_err *e, const char *fmt, ...)
    EHR_PRINTF(3, 4);

/* ---- to the person, on standard error ---- */

void cli_warn(struct cli *c, const char *fmt, ...) EHR_PRINTF(2, 3);
/* What nobody may miss, with -q too; cli is the struct cli. */
void cli_notice(void *cli, const char *text);
void cli_note(struct cli *c, const char *fmt, ...) EHR_PRINTF(2, 3); /* -v */
/* emit of a struct diag_sink with arg = the struct cli; -q keeps to errors. */
void cli_diag(void *cli, const struct diag *d);
/* The same for what a person wrote: warnings with -v only. */
void cli_diag_errors(void *cli, const struct diag *d);
/* Candidates of an ambiguous name, a line each. */
void cli_candidates(struct cli *c, const struct buf *names);
/* May be called as often as liked; shown on a terminal when the work takes
 * longer than a second. total 0: not known. Never with patient data. */
void cli_progress(struct cli *c, const char *what, uint64_t done,
    uint64_t total);
void cli_progress_end(struct cli *c);

bool cli_tty(void);	/* standard output is a terminal */
bool cli_colour(void);	/* ... that shows colours (NO_COLOR, TERM) */
size_t cli_width(void); /* columns: $COLUMNS, the terminal's; 0: no limit */
/* --today, else the day of the real clock in the process's zone. */
void cli_today(const struct cli *c, struct date *d);
/* The last millisecond that the value of a CLI_DATE can mean, as --until. */
int64_t cli_last_ms(const char *when);

/* ---- operands and standard input ---- */

/* Goes through operands from the one numbered next; for "-" through the
 * lines of standard input, of which the first column (up to a tab or blank)
 * is taken; empty lines are left out. */
struct cli_ids {
	struct cli *c;
	int next;
	bool reading;
	uint64_t line;
	struct buf buf;
};
#define CLI_IDS(cli, first) \
	((struct cli_ids){ (cli), (first), false, 0, BUF_INIT })
#define CLI_IDS_AUTO EHR_CLEANUP(cli_ids_release) struct cli_ids
/* 1 and the id, borrowed until the next call; 0 at the end; negative. */
int cli_ids_next(struct cli_ids *it, struct str *id, struct ehr_err *e);
void cli_ids_release(struct cli_ids *it);
/* All of them, owned by c: before what writes takes the record's lock, for who
 * feeds the pipe may want to write to it too. */
int cli_ids_all(struct cli *c, int first, struct str **ids, size_t *n,
    struct ehr_err *e);
/* The next line of standard input whole, without its newline. As above. */
int cli_line(struct cli *c, struct buf *line, struct ehr_err *e);
/* Operands from the one numbered first, in order; for "-" the lines of
 * standard input, empty ones left out. Owned by c. */
int cli_words(struct cli *c, int first, struct str **words, size_t *n,
    struct ehr_err *e);
/* Calls fn for each operand from first on, a path, or for "-" when there is
 * none. What it rejects (EHR_EREJECT) is told and the next one taken:
 * EHR_EREJECT at the end then. Any other result but 0 ends it. */
int cli_files(struct cli *c, int first, int (*fn)(void *arg, const char *path,
    struct ehr_err *e), void *arg, struct ehr_err *e);
/* All of standard input, at most max bytes. */
int cli_stdin(struct cli *c, struct buf *b, size_t max, struct ehr_err *e);

/* ---- printers: table, tsv, csv, json, ndjson ---- */

enum {
	PRINT_RIGHT = 1 << 0, /* aligned to the right */
	PRINT_WIDE = 1 << 1,  /* free text: cut first in a wide table */
	PRINT_WHOLE = 1 << 2, /* never cut: a time */
};

struct print_col {
	const char *name; /* also the member's name: lower case, _ */
	unsigned flags;
};

/* Prints rows of n columns to -O or standard output in the format of -o. The
 * columns are borrowed until print_close(). */
int print_open(struct printer **p, struct cli *c, const struct print_col *col,
    size_t n, struct ehr_err *e);
/* Values of a row, from left to right; texts are copied. */
void print_text(struct printer *p, struct str v); /* .s NULL: absent */
void print_int(struct printer *p, int64_t v);
/* The source's digits, as they are; what is no decimal is printed as text. */
void print_number(struct printer *p, struct str v);
void print_bool(struct printer *p, bool v);
/* Milliseconds as UTC; 0: absent. */
void print_time(struct printer *p, int64_t ms);
/* why: NULL or "unknown", "not asked", "withheld", "none known", ...: null or
 * {"absent":why} in JSON, nothing or (why) elsewhere. */
void print_absent(struct printer *p, const char *why);
/* Ends the row. Negative when output failed: stop and return it. */
int print_row(struct printer *p, struct ehr_err *e);
/* Writes what is held back, frees p (NULL is fine) and returns rc, the result
 * so far, or its own failure: `return print_close(p, rc, e)`. With a failed rc
 * (not EHR_ENO or EHR_EREJECT) no -O file is left and a JSON array stays
 * open, so that half an answer is seen to be one. */
int print_close(struct printer *p, int rc, struct ehr_err *e);

/* Free-form output to standard output: 0 or EHR_EIO, so that a closed pipe
 * stops the work. */
int cli_write(const struct buf *b, struct ehr_err *e);
/* The same to -O when it was given. */
int cli_put(const struct cli *c, const struct buf *b, struct ehr_err *e);

#endif
