/*
 * ack.c - the answer to an interchange: TA1 (X12.5) and 999 (005010X231A1).
 *
 * Findings come before the segment they are about is handed on, so a set is
 * opened by whichever of the two comes first. The value that was wrong (IK404)
 * is never repeated.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ehr/x12.h"

struct x12_ack {
	struct x12_check *k;
	struct buf text;
	struct x12_writer w;
	uint32_t control; /* of the next interchange of ours */
	char day[9], time[5];
	uint64_t rejected;

	/* The interchange that is answered. */
	char from[2][16], to[2][16], number[10], sent[2][7];
	bool ask, test, open;
	const char *fault; /* TA105, NULL: none */
	/* What was told of an ISA or GS that has not been handed on yet. */
	const char *isa_fault, *gs_fault;

	/* Its group; AK905 and so on. */
	bool group;
	uint64_t sets, accepted;
	char codes[6][4];
	size_t n_codes;

	/* Its set; IK502 and so on. */
	uint32_t set; /* which of the group, 0: none is open */
	uint32_t told; /* segment of the IK3 written last, 0: none */
	bool errors;
	char set_codes[6][4];
	size_t n_set_codes;
};

void x12_ack_freep(struct x12_ack **a)
{
	if (*a)
		buf_release(&(*a)->text);
	free(*a);
}

struct buf *x12_ack_text(struct x12_ack *a)
{
	return &a->text;
}

uint64_t x12_ack_rejected(const struct x12_ack *a)
{
	return a->rejected;
}

/* ---- our envelope ---- */

static void write_isa(struct x12_ack *a)
{
	struct x12_isa isa = { .from = { str_of(a->to[0]), str_of(a->to[1]) },
		.to = { str_of(a->from[0]), str_of(a->from[1]) },
		.date = str_of(a->day + 2), .time = str_of(a->time),
		.control = a->control, .test = a->test };

	x12_put_isa(&a->w, &isa);
}

static void write_iea(struct x12_ack *a, uint64_t groups)
{
	char control[16];

	snprintf(control, sizeof(control), "%09u", (unsigned)a->control);
	x12_begin(&a->w, "IEA");
	x12_putn(&a->w, groups);
	x12_puts(&a->w, control);
	x12_end(&a->w);
	a->control++;
}

static void copy(char *to, size_t size, struct str v)
{
	v = str_trim(v);
	snprintf(to, size, "%.*s", (int)(v.n < size ? v.n : size - 1),
	    v.n ? v.s : "");
}

static void begin_interchange(struct x12_ack *a, const struct x12_seg *seg)
{
	int i;

	for (i = 0; i < 2; i++) {
		copy(a->from[i], sizeof(a->from[i]), x12_el(seg, 5 + i));
		copy(a->to[i], sizeof(a->to[i]), x12_el(seg, 7 + i));
		copy(a->sent[i], sizeof(a->sent[i]), x12_el(seg, 9 + i));
	}
	copy(a->number, sizeof(a->number), x12_el(seg, 13));
	a->ask = str_is(x12_el(seg, 14), "1");
	a->test = str_is(x12_el(seg, 15), "T");
	a->open = true;
	a->fault = a->isa_fault;
	a->isa_fault = NULL;
}

static void end_interchange(struct x12_ack *a)
{
	if (!a->open)
		return;
	a->open = false;
	a->rejected += a->fault != NULL;
	if (!a->ask && !a->fault)
		return;
	write_isa(a);
	x12_begin(&a->w, "TA1");
	x12_puts(&a->w, a->number);
	x12_puts(&a->w, a->sent[0]);
	x12_puts(&a->w, a->sent[1]);
	x12_puts(&a->w, a->fault ? "R" : "A");
	x12_puts(&a->w, a->fault ? a->fault : "000");
	x12_end(&a->w);
	write_iea(a, 0);
}

/* ---- sets ---- */

static void put_codes(struct x12_ack *a, char codes[][4], size_t n)
{
	size_t i;

	for (i = 0; i < n && i < 5; i++)
		x12_puts(&a->w, codes[i]);
	x12_end(&a->w);
}

static void add_code(char codes[][4], size_t *n, const char *code)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(codes[i], code) == 0)
			return;
	if (*n < 5)
		snprintf(codes[(*n)++], sizeof(codes[0]), "%s", code);
}

static void end_set(struct x12_ack *a)
{
	bool ok = !a->errors && a->n_set_codes == 0;

	if (a->set == 0)
		return;
	if (a->errors)
		add_code(a->set_codes, &a->n_set_codes, "5");
	x12_begin(&a->w, "IK5");
	x12_puts(&a->w, ok ? "A" : "R");
	put_codes(a, a->set_codes, a->n_set_codes);
	a->accepted += ok;
	a->rejected += !ok;
	a->set = 0;
}

/* The set that the segment at hand is in, unless it is open. */
static void begin_set(struct x12_ack *a)
{
	const struct x12_env *env = x12_check_env(a->k);

	if (!a->group || a->set == env->nth[X12_SET])
		return;
	end_set(a);
	if (env->nth[X12_SET] == 0)
		return;
	x12_begin(&a->w, "AK2");
	x12_puts(&a->w, env->set);
	x12_puts(&a->w, env->control[X12_SET]);
	x12_puts(&a->w, env->guide);
	x12_end(&a->w);
	a->set = env->nth[X12_SET];
	a->sets++;
	a->told = 0;
	a->errors = false;
	a->n_set_codes = 0;
}

/* ---- groups ---- */

static void begin_group(struct x12_ack *a, const struct x12_seg *seg)
{
	a->group = !str_is(x12_el(seg, 1), "FA"); /* no answer to an answer */
	if (!a->group)
		return;
	a->sets = a->accepted = 0;
	a->n_codes = 0;
	if (a->gs_fault)
		add_code(a->codes, &a->n_codes, a->gs_fault);
	a->gs_fault = NULL;
	write_isa(a);
	x12_begin(&a->w, "GS");
	x12_puts(&a->w, "FA");
	x12_put(&a->w, x12_el(seg, 3));
	x12_put(&a->w, x12_el(seg, 2));
	x12_puts(&a->w, a->day);
	x12_puts(&a->w, a->time);
	x12_puts(&a->w, "1");
	x12_puts(&a->w, "X");
	x12_puts(&a->w, "005010X231A1");
	x12_end(&a->w);
	x12_begin(&a->w, "ST");
	x12_puts(&a->w, "999");
	x12_puts(&a->w, "0001");
	x12_puts(&a->w, "005010X231A1");
	x12_end(&a->w);
	x12_begin(&a->w, "AK1");
	x12_put(&a->w, x12_el(seg, 1));
	x12_put(&a->w, x12_el(seg, 6));
	x12_put(&a->w, x12_el(seg, 8));
	x12_end(&a->w);
}

/* declared: GE01, STR_NONE where there is no GE. */
static void end_group(struct x12_ack *a, struct str declared)
{
	int64_t n;

	if (!a->group)
		return;
	end_set(a);
	a->group = false;
	a->rejected += a->n_codes > 0;
	if (!str_int(declared, &n) || n < 0 || n > 999999)
		n = (int64_t)a->sets;
	x12_begin(&a->w, "AK9");
	x12_puts(&a->w, a->n_codes || (a->sets && !a->accepted) ? "R" :
	    a->accepted < a->sets ? "P" : "A");
	x12_putn(&a->w, (uint64_t)n);
	x12_putn(&a->w, a->sets);
	x12_putn(&a->w, a->n_codes ? 0 : a->accepted);
	put_codes(a, a->codes, a->n_codes);
	x12_begin(&a->w, "SE");
	x12_putn(&a->w, a->w.number);
	x12_puts(&a->w, "0001");
	x12_end(&a->w);
	x12_begin(&a->w, "GE");
	x12_puts(&a->w, "1");
	x12_puts(&a->w, "1");
	x12_end(&a->w);
	write_iea(a, 1);
}

/* ---- findings as codes ---- */

/* IK304, IK403: NULL where the segment as such is meant. */
static const struct {
	enum diag_id id;
	const char *segment, *element;
} codes[] = {
	{ DIAG_X12_ID, "1", NULL },
	{ DIAG_X12_UNEXPECTED, "2", NULL },
	{ DIAG_X12_QUALIFIER, "2", NULL },
	{ DIAG_X12_MISSING, "3", NULL },
	{ DIAG_X12_REPEATS, "5", NULL },
	{ DIAG_X12_EL_MISSING, "8", "1" },
	{ DIAG_X12_EL_UNUSED, "8", "I10" },
	{ DIAG_X12_EL_REPEATS, "8", "12" },
	{ DIAG_X12_EL_TYPE, "8", "6" },
	{ DIAG_X12_EL_LENGTH, "8", "5" },
	{ DIAG_X12_EL_CODE, "8", "7" },
	{ DIAG_X12_SYNTAX, "8", "2" },
	{ DIAG_X12_HL, "8", "7" },
	{ DIAG_X12_SUM, "8", "7" },
	{ DIAG_X12_SEQUENCE, "8", "7" },
	{ DIAG_X12_FORM, "8", "8" },
	{ DIAG_X12_SITUATION, "I6", NULL },
};

/* The same in headers: TA105 by element of the ISA, AK905 by that of the GS. */
static const char *const isa_codes[] = { "024", "010", "011", "012", "013",
	"005", "006", "007", "008", "014", "015", "016", "017", "018", "019",
	"020", "027" };
static const char *const gs_codes[] = { NULL, "1", NULL, NULL, NULL, NULL,
	"6", NULL, "2" };

static const char *element_code(const struct x12_fault *f, const char *usual)
{
	if (f->id == DIAG_X12_EL_TYPE && f->type == 'D')
		return "8";
	if (f->id == DIAG_X12_EL_TYPE && f->type == 'T')
		return "9";
	if (f->id == DIAG_X12_EL_LENGTH && f->few)
		return "4";
	return usual;
}

static void write_ik3(struct x12_ack *a, const struct x12_fault *f,
    const char *code)
{
	x12_begin(&a->w, "IK3");
	x12_put(&a->w, f->seg);
	x12_putn(&a->w, f->in_set ? f->in_set : x12_check_env(a->k)->seg);
	/* element 447 has four characters: 2010AA is 2010 */
	x12_put(&a->w, (struct str){ f->loop, f->loop ?
	    strnlen(f->loop, 4) : 0 });
	x12_puts(&a->w, code);
	x12_end(&a->w);
}

static void write_ik4(struct x12_ack *a, const struct x12_fault *f,
    const char *code)
{
	char n[8];

	x12_begin(&a->w, "IK4");
	x12_putn(&a->w, f->at);
	if (f->part) {
		snprintf(n, sizeof(n), "%u", f->part % 100);
		x12_put_part(&a->w, str_of(n));
	}
	x12_puts(&a->w, NULL);
	x12_puts(&a->w, code);
	x12_end(&a->w);
}

static void in_set(struct x12_ack *a, const struct x12_fault *f)
{
	uint32_t seg = f->in_set ? f->in_set : x12_check_env(a->k)->seg;
	const char *segment, *element;
	size_t i;

	for (i = 0; i < ARRAY_LEN(codes) && codes[i].id != f->id; i++)
		;
	if (i == ARRAY_LEN(codes))
		return;
	a->errors = true;
	segment = codes[i].segment;
	element = codes[i].element;
	if (f->id == DIAG_X12_SITUATION && f->at) {
		segment = "8";
		element = f->few ? "I9" : "I13";
	} else if (f->id == DIAG_X12_SITUATION && !f->few) {
		segment = "I9";
	}
	if (element == NULL || a->told != seg)
		write_ik3(a, f, segment);
	a->told = element ? seg : 0;
	if (element)
		write_ik4(a, f, element_code(f, element));
}

/* What is wrong with a trailer: IK502, AK905, TA105. */
static const struct {
	enum diag_id id;
	const char *set, *group, *interchange;
} trailers[] = {
	{ DIAG_X12_TRAILER, "2", "3", "023" },
	{ DIAG_X12_CONTROL, "3", "4", "001" },
	{ DIAG_X12_COUNT, "4", "5", "021" },
};

static bool about_trailer(struct x12_ack *a, const struct x12_fault *f)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(trailers) && trailers[i].id != f->id; i++)
		;
	if (i == ARRAY_LEN(trailers))
		return false;
	if (str_is(f->seg, "SE") && a->set)
		add_code(a->set_codes, &a->n_set_codes, trailers[i].set);
	else if (str_is(f->seg, "GE") && a->group)
		add_code(a->codes, &a->n_codes, trailers[i].group);
	else if (str_is(f->seg, "IEA"))
		a->fault = trailers[i].interchange;
	else
		a->fault = "022";
	return true;
}

/* A GS whose other elements are wrong has no code of its own; neither has what
 * stands around sets, but for IEA01. */
static void about_header(struct x12_ack *a, const struct x12_fault *f)
{
	bool again = f->id == DIAG_X12_DUPLICATE;

	if (str_is(f->seg, "ISA"))
		a->isa_fault = again ? "025" : f->at < ARRAY_LEN(isa_codes) ?
		    isa_codes[f->at] : "024";
	else if (str_is(f->seg, "GS") && (again ||
	    (f->at < ARRAY_LEN(gs_codes) && gs_codes[f->at])))
		a->gs_fault = again ? "19" : gs_codes[f->at];
	else
		a->fault = str_is(f->seg, "GS") ? "024" :
		    str_is(f->seg, "IEA") && f->at == 1 ? "021" : "022";
}

/* An ST that cannot be: IK502. */
static bool about_set(struct x12_ack *a, const struct x12_fault *f)
{
	if (f->id != DIAG_X12_VERSION && f->id != DIAG_X12_DUPLICATE)
		return false;
	begin_set(a);
	if (a->set)
		add_code(a->set_codes, &a->n_set_codes,
		    f->id == DIAG_X12_VERSION ? "I6" : "23");
	return true;
}

static void take_fault(void *arg, const struct x12_fault *f)
{
	struct x12_ack *a = arg;

	if (diag_severity(f->id) != DIAG_ERROR)
		return;
	if (about_trailer(a, f))
		return;
	if (f->id == DIAG_X12_TRUNCATED) {
		a->fault = "023";
	} else if (x12_check_env(a->k)->seg == 0) {
		about_header(a, f);
	} else if (!about_set(a, f) && a->group) {
		begin_set(a);
		in_set(a, f);
	}
}

struct x12_ack *x12_ack_new(struct x12_check *k, uint32_t control, int64_t now)
{
	struct x12_ack *a = xcalloc(1, sizeof(*a));
	struct date d;

	a->k = k;
	a->text = BUF_INIT;
	a->w = (struct x12_writer)X12_WRITER(&a->text);
	a->control = control;
	date_from_ms(&d, now, 0);
	snprintf(a->day, sizeof(a->day), "%04u%02u%02u",
	    (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100);
	snprintf(a->time, sizeof(a->time), "%02u%02u",
	    (unsigned)d.hour % 100, (unsigned)d.minute % 100);
	x12_check_on_fault(k, take_fault, a);
	return a;
}

void x12_ack_take(struct x12_ack *a, const struct x12_seg *seg)
{
	if (str_is(seg->id, "ISA")) {
		x12_ack_end(a);
		begin_interchange(a, seg);
	} else if (str_is(seg->id, "GS")) {
		end_group(a, STR_NONE);
		begin_group(a, seg);
	} else if (str_is(seg->id, "ST")) {
		begin_set(a);
	} else if (str_is(seg->id, "SE")) {
		end_set(a);
	} else if (str_is(seg->id, "GE")) {
		end_group(a, x12_el(seg, 1));
	} else if (str_is(seg->id, "IEA")) {
		x12_ack_end(a);
	}
}

void x12_ack_end(struct x12_ack *a)
{
	end_group(a, STR_NONE);
	end_interchange(a);
}
