/* ack_sent.c - a file that we sent, read again: where each claim stands. */
#include "claim/ack.h"

/* Room for one more of v; the place of it. */
#define MORE(v, n, cap)                                                       \
	((n) == (cap) ? ((cap) = (cap) ? 2 * (cap) : 64,                      \
			    (v) = xrealloc((v), (cap) * sizeof(*(v)))) : (v), \
	    &(v)[(n)++])

void sent_free(struct sent *f)
{
	if (!f)
		return;
	arena_release(&f->mem);
	buf_release(&f->text);
	free(f->at);
	free(f->claim);
	free(f->hl);
	free(f->set);
	free(f);
}

/* ---- where claims stand ---- */

/* The walk through the text. */
struct walk {
	struct sent *f;
	uint64_t number;
	uint32_t level[3];	/* open levels: billing, subscriber, patient */
	size_t claim;		/* next one of f->claim */
	struct sent_claim *open;
	bool heading;
};

static void close_parts(struct walk *w)
{
	struct sent *f = w->f;

	if (w->heading)
		f->set[f->n_set - 1].head = w->number;
	w->heading = false;
	if (w->open)
		w->open->end = w->number;
	w->open = NULL;
	if (f->n_hl && f->hl[f->n_hl - 1].end == 0)
		f->hl[f->n_hl - 1].end = w->number;
}

static void take_set(struct walk *w, const struct x12_seg *seg)
{
	struct sent *f = w->f;
	struct sent_set *s = MORE(f->set, f->n_set, f->cap_set);

	*s = (struct sent_set){ .st = arena_str(&f->mem, x12_el(seg, 2)),
		.segment = w->number };
	w->heading = true;
	memset(w->level, 0, sizeof(w->level));
}

static void take_level(struct walk *w, const struct x12_seg *seg)
{
	static const char *const codes[] = { "20", "22", "23" };
	struct sent *f = w->f;
	struct sent_hl *hl;

	close_parts(w);
	hl = MORE(f->hl, f->n_hl, f->cap_hl);
	*hl = (struct sent_hl){ .segment = w->number };
	for (int i = 0; i < 3; i++)
		if (str_is(x12_el(seg, 3), codes[i])) {
			w->level[i] = (uint32_t)f->n_hl;
			while (++i < 3)
				w->level[i] = 0;
		}
}

static void take_claim(struct walk *w)
{
	struct sent *f = w->f;

	close_parts(w);
	while (w->claim < f->n && f->claim[w->claim].segment < w->number)
		w->claim++;
	if (w->claim == f->n || f->claim[w->claim].segment != w->number)
		return;
	w->open = &f->claim[w->claim];
	memcpy(w->open->hl, w->level, sizeof(w->level));
	if (w->level[0])
		w->open->npi = f->hl[w->level[0] - 1].npi;
}

static void take(struct walk *w, const struct x12_seg *seg)
{
	struct sent *f = w->f;

	*MORE(f->at, f->n_at, f->cap_at) = seg->offset;
	w->number = seg->number;
	if (str_is(seg->id, "ISA"))
		f->from = arena_str(&f->mem, str_trim(x12_el(seg, 6)));
	else if (str_is(seg->id, "GS"))
		f->group_from = arena_str(&f->mem, x12_el(seg, 2));
	else if (str_is(seg->id, "ST"))
		take_set(w, seg);
	else if (str_is(seg->id, "BHT") && f->n_set)
		f->set[f->n_set - 1].reference = arena_str(&f->mem,
		    x12_el(seg, 3));
	else if (str_is(seg->id, "HL"))
		take_level(w, seg);
	else if (str_is(seg->id, "CLM"))
		take_claim(w);
	else if (str_is(seg->id, "SE"))
		close_parts(w);
	else if (str_is(seg->id, "NM1") && str_is(x12_el(seg, 1), "85") &&
	    f->n_hl)
		f->hl[f->n_hl - 1].npi = arena_str(&f->mem, x12_el(seg, 9));
}

static int find_places(struct sent *f, struct ehr_err *e)
{
	struct walk w = { .f = f };
	struct x12_seg seg;
	struct in *in = NULL;
	struct x12 *x;
	int rc = in_open_mem(&in, f->name.s, buf_str(&f->text));

	if (rc < 0)
		return ehr_fail(e, rc, "out of memory");
	x = x12_new(in);
	while ((rc = x12_next(x, &seg, e)) > 0)
		take(&w, &seg);
	if (f->n_at)
		f->sep = *x12_sep(x);
	x12_free(x);
	in_close(in);
	return rc == EHR_EREJECT ? ehr_fail_prefix(e, "a file that was sent: ")
	    : rc;
}

/* ---- from the record ---- */

static int read_claims(struct sent *f, struct store *db, struct ehr_err *e)
{
	struct stmt *s = status_sql(db, SENT_CLAIMS);
	size_t cap = 0;
	int rc;

	stmt_int(s, 1, f->id);
	while ((rc = stmt_step(s, e)) > 0)
		*MORE(f->claim, f->n, cap) = (struct sent_claim){
			.submission = stmt_col_int(s, 0),
			.claim = stmt_col_int(s, 1),
			.clm01 = arena_str(&f->mem, stmt_col(s, 2)),
			.st = arena_str(&f->mem, stmt_col(s, 3)),
			.segment = (uint64_t)stmt_col_int(s, 4),
			.cents = stmt_col_int(s, 5),
			.patient = stmt_col_int(s, 6) };
	stmt_reset(s);
	return rc;
}

/* The next row of s as a file; 1, 0 there is none. */
static int next_sent(struct store *db, struct stmt *s, struct sent **sent,
    struct ehr_err *e)
{
	int rc = stmt_step(s, e);
	struct sent *f;

	if (rc <= 0)
		return rc;
	f = xcalloc(1, sizeof(*f));
	f->text = BUF_INIT;
	f->id = stmt_col_int(s, 0);
	f->kind = arena_str(&f->mem, stmt_col(s, 1));
	f->isa = stmt_col_int(s, 2);
	f->gs = stmt_col_int(s, 3);
	f->name = arena_str(&f->mem, stmt_col(s, 4));
	f->receiver = arena_str(&f->mem, stmt_col(s, 8));
	f->claims = stmt_col_int(s, 5);
	f->cents = stmt_col_int(s, 6);
	rc = store_unpack_plain(db, stmt_col(s, 7), ACK_TEXT_MAX, &f->text, e);
	if (rc == 0)
		rc = read_claims(f, db, e);
	if (rc == 0)
		rc = find_places(f, e);
	if (rc < 0) {
		sent_free(f);
		return rc;
	}
	*sent = f;
	return 1;
}

static int one_sent(struct store *db, enum status_sql_id id, int64_t n,
    struct sent **sent, struct ehr_err *e)
{
	struct stmt *s = status_sql(db, id);
	int rc;

	stmt_int(s, 1, n);
	rc = next_sent(db, s, sent, e);
	stmt_reset(s);
	return rc;
}

int sent_by_id(struct store *db, int64_t id, struct sent **sent,
    struct ehr_err *e)
{
	return one_sent(db, SENT_ID, id, sent, e);
}

int sent_by_isa(struct store *db, int64_t isa, struct sent **sent,
    struct ehr_err *e)
{
	return one_sent(db, SENT_ISA, isa, sent, e);
}

/* X12.6: GS01 of what is in a file of ours. */
static bool is_group(struct str group, struct str kind)
{
	static const char *const of[][2] = { { "HC", "837P" }, { "HR", "276" },
		{ "HS", "270" } };

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (str_is(group, of[i][0]))
			return str_is(kind, of[i][1]);
	return false;
}

int sent_by_gs(struct store *db, struct str group, int64_t gs,
    const struct str to[2], struct sent **sent, struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &status_sql_table[SENT_GS]);
	struct sent *f;
	int rc;

	stmt_int(s, 1, gs);
	while ((rc = next_sent(db, s, &f, e)) > 0) {
		if (is_group(group, f->kind) && (str_eq(f->from, to[0]) ||
			str_eq(f->group_from, to[1]))) {
			*sent = f;
			break;
		}
		sent_free(f);
	}
	store_scan_end(s);
	return rc;
}

/* BHT03 of ours: nine digits of ISA13, four of ST02. */
int sent_by_reference(struct store *db, struct str reference,
    struct sent **sent, struct ehr_err *e)
{
	struct str isa = { reference.s, 9 };
	int64_t n;
	int rc;

	if (reference.n != 13 || !str_int(isa, &n))
		return 0;
	rc = sent_by_isa(db, n, sent, e);
	if (rc > 0 && !sent_set_called(*sent, reference)) {
		sent_free(*sent);
		*sent = NULL;
		rc = 0;
	}
	return rc;
}

/* ---- questions ---- */

const struct sent_set *sent_set(const struct sent *f, struct str st)
{
	for (size_t i = 0; i < f->n_set; i++)
		if (str_eq(f->set[i].st, st))
			return &f->set[i];
	return NULL;
}

struct str sent_segment(const struct sent *f, uint64_t number)
{
	struct str rest, seg;

	if (number < 1 || number > f->n_at)
		return STR_NONE;
	rest.s = f->text.s + f->at[number - 1];
	rest.n = f->text.len - f->at[number - 1];
	str_split(&rest, f->sep.segment, &seg);
	return str_trim(seg);
}

bool sent_covers(const struct sent *f, const struct sent_claim *c,
    uint64_t segment)
{
	const struct sent_set *set = sent_set(f, c->st);
	const struct sent_hl *hl;

	if (segment >= c->segment && segment < c->end)
		return true;
	if (set && segment >= set->segment && segment < set->head)
		return true;
	for (int i = 0; i < 3; i++) {
		hl = c->hl[i] ? &f->hl[c->hl[i] - 1] : NULL;
		if (hl && segment >= hl->segment && segment < hl->end)
			return true;
	}
	return false;
}

const struct sent_set *sent_set_called(const struct sent *f,
    struct str reference)
{
	for (size_t i = 0; i < f->n_set; i++)
		if (str_eq(f->set[i].reference, reference))
			return &f->set[i];
	return NULL;
}

struct str sent_element(const struct sent *f, struct str seg, int i)
{
	struct str v = STR_NONE;

	while (i-- >= 0)
		if (!str_split(&seg, f->sep.element, &v))
			return STR_NONE;
	return v;
}

int64_t sent_line(const struct sent *f, const struct sent_claim *c,
    uint64_t segment)
{
	uint64_t i = segment;
	int64_t line = 0;
	struct str seg;

	while (i > c->segment &&
	    !str_is(sent_element(f, sent_segment(f, i), 0), "LX"))
		i--;
	if (i <= c->segment || segment >= c->end)
		return 0;
	for (i++; i < c->end; i++) {
		seg = sent_segment(f, i);
		if (str_is(sent_element(f, seg, 0), "LX"))
			break;
		if (str_is(sent_element(f, seg, 0), "REF") &&
		    str_is(sent_element(f, seg, 1), "6R") &&
		    str_int(sent_element(f, seg, 2), &line))
			return line;
	}
	return 0;
}
