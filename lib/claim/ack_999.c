/* ack_999.c - TA1 (X12.56) and 999 (005010X231A1): whether a file could be
 * read, and what in it could not. */
#include "claim/ack.h"

enum { FAULTS_MAX = 100000 };

/* One fault of a set: IK3, or IK4 below it. */
struct fault {
	uint64_t segment;	/* of the 999 */
	uint64_t at;		/* in our file */
	struct str place, code, clm01;
};

struct ack_999 {
	struct loading *l;
	struct sent *sent;	/* the group's; NULL: not ours */
	struct str group;	/* GS06 */
	struct str st;		/* the set at hand; .s NULL: none */
	const struct sent_set *set;
	struct str loop, seg, seg_code, clm01; /* of the IK3 at hand */
	uint64_t at, seg_number;
	bool open;		/* an IK3 without an IK4 so far */
	struct fault *fault;
	size_t n, cap;
	struct arena mem;	/* of the set at hand */
	struct arena group_mem;
	struct strmap told;	/* sets that an AK2 told of */
};

struct ack_999 *ack_999_new(struct loading *l)
{
	struct ack_999 *r = xcalloc(1, sizeof(*r));

	r->l = l;
	r->told = STRMAP_INIT;
	return r;
}

void ack_999_free(struct ack_999 *r)
{
	if (!r)
		return;
	sent_free(r->sent);
	free(r->fault);
	arena_release(&r->mem);
	arena_release(&r->group_mem);
	strmap_release(&r->told);
	free(r);
}

/* IK501, AK901, TA104: accepted, if with faults. */
static bool is_accepted(struct str code)
{
	return str_is(code, "A") || str_is(code, "E");
}

/* ---- TA1 ---- */

int ack_ta1(struct loading *l, const struct x12_seg *seg,
    const struct ack_from *from)
{
	struct ack_answer x = { .kind = "TA1", .level = "interchange",
		.key = x12_el(seg, 1), .code = x12_el(seg, 4),
		.segment = seg->number };
	struct claim_event ev = { .source = CLAIM_SOURCE_TA1,
		.kind = is_accepted(x.code) ? CLAIM_EVENT_RECEIVED :
		    CLAIM_EVENT_RETURNED,
		.day = from->day, .segment = (int64_t)seg->number,
		.category = x.code, .status = x12_el(seg, 5) };
	struct sent *f = NULL;
	int64_t isa;
	int rc = 0;

	if (str_int(x.key, &isa))
		rc = sent_by_isa(l->db, isa, &f, l->e);
	if (rc > 0 && str_eq(f->from, from->to[0]))
		x.outgoing = f->id;
	for (size_t i = 0; rc > 0 && x.outgoing && i < f->n; i++) {
		ev.claim = f->claim[i].claim;
		ev.submission = f->claim[i].submission;
		if (ack_event(l, &ev, f->claim[i].patient) < 0)
			rc = l->e->code;
	}
	sent_free(f);
	return rc < 0 ? rc : ack_keep(l, &x);
}

/* ---- faults of a set ---- */

static void add_fault(struct ack_999 *r, uint64_t segment, struct str code,
    struct str element)
{
	BUF_AUTO place = BUF_INIT;

	if (r->n == FAULTS_MAX)
		return;
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->fault = xrealloc(r->fault, r->cap * sizeof(*r->fault));
	}
	if (r->loop.n)
		buf_addf(&place, "%.*s/", STR_FMT(r->loop));
	buf_addf(&place, "%.*s%.*s", STR_FMT(r->seg), STR_FMT(element));
	r->fault[r->n++] = (struct fault){ segment, r->at,
		arena_str(&r->mem, buf_str(&place)),
		arena_str(&r->mem, code), r->clm01 };
	r->open = false;
}

static void end_segment(struct ack_999 *r)
{
	if (r->open)
		add_fault(r, r->seg_number, r->seg_code, STR(""));
}

/* What is missing is told at what stands in its place, which may be the next
 * claim's. */
static uint64_t place_of(const struct ack_999 *r, int64_t position)
{
	static const char *const later[] = { "CLM", "HL", "SE", "LX" };
	uint64_t at = r->set->segment + (uint64_t)position - 1;
	struct str id = sent_segment(r->sent, at), first = STR_NONE;
	bool below = r->loop.n > 2 && (r->loop.s[1] == '3' ||
	    r->loop.s[1] == '4');

	str_split(&id, r->sent->sep.element, &first);
	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		if (below && str_is(first, later[i]) &&
		    !str_eq(first, r->seg))
			return at - 1;
	return at;
}

static void take_ik3(struct ack_999 *r, const struct x12_seg *seg)
{
	int64_t position = 0;

	end_segment(r);
	r->seg = arena_str(&r->mem, x12_el(seg, 1));
	r->loop = arena_str(&r->mem, x12_el(seg, 3));
	r->seg_code = arena_str(&r->mem, x12_el(seg, 4));
	r->seg_number = seg->number;
	r->clm01 = STR_NONE;
	r->open = true;
	r->at = 0;
	if (r->set && str_int(x12_el(seg, 2), &position) && position > 0)
		r->at = place_of(r, position);
	if (r->set && !sent_segment(r->sent, r->at).s)
		ack_diag(r->l, DIAG_ACK_PLACE, seg->number, "IK302");
}

/* CTX01: "CLM01" and its value name the claim; other contexts do not. */
static void take_ctx(struct ack_999 *r, const struct x12_seg *seg, char sep)
{
	struct str what = x12_el(seg, 1);

	if (str_is(x12_part(what, sep, 1), "CLM01"))
		r->clm01 = arena_str(&r->mem, x12_part(what, sep, 2));
}

/* IK401: element : component : repeat; IK403: the code. */
static void take_ik4(struct ack_999 *r, const struct x12_seg *seg, char sep)
{
	struct str at = x12_el(seg, 1);
	int64_t n = 0, part = 0;
	char text[48] = "";

	str_int(x12_part(at, sep, 1), &n);
	str_int(x12_part(at, sep, 2), &part);
	if (n > 0 && n < 1000 && part > 0 && part < 1000)
		snprintf(text, sizeof(text), "%02d-%d", (int)n, (int)part);
	else if (n > 0 && n < 1000)
		snprintf(text, sizeof(text), "%02d", (int)n);
	add_fault(r, seg->number, x12_el(seg, 3), str_of(text));
}

/* ---- events of a set ---- */

static bool is_of(const struct ack_999 *r, const struct fault *f,
    const struct sent_claim *c)
{
	if (f->clm01.s)
		return str_eq(f->clm01, c->clm01);
	return f->at && sent_covers(r->sent, c, f->at);
}

/* Faults of one claim; a claim that has none was sent back for another's. */
static int tell_claim(struct ack_999 *r, const struct sent_claim *c,
    struct str code, struct str day, uint64_t segment)
{
	bool good = is_accepted(code), some = false;
	struct claim_event ev = { .claim = c->claim,
		.submission = c->submission, .source = CLAIM_SOURCE_999,
		.day = day };
	int rc = 0;

	ev.kind = good ? CLAIM_EVENT_NOTED : CLAIM_EVENT_REJECTED;
	for (size_t i = 0; i < r->n && rc == 0; i++) {
		if (!is_of(r, &r->fault[i], c))
			continue;
		some = true;
		ev.segment = (int64_t)r->fault[i].segment;
		ev.category = code;
		ev.status = r->fault[i].code;
		ev.place = r->fault[i].place;
		ev.line = sent_line(r->sent, c, r->fault[i].at);
		rc = ack_event(r->l, &ev, c->patient);
	}
	if (rc < 0 || (some && !good))
		return rc;
	ev = (struct claim_event){ .claim = c->claim,
		.submission = c->submission, .source = CLAIM_SOURCE_999,
		.kind = good ? CLAIM_EVENT_ACCEPTED : CLAIM_EVENT_RETURNED,
		.day = day, .segment = (int64_t)segment, .category = code };
	return ack_event(r->l, &ev, c->patient);
}

static int tell_set(struct ack_999 *r, struct str st, struct str code,
    struct str day, uint64_t segment)
{
	struct sent *f = r->sent;
	int rc = 0;

	for (size_t i = 0; f && i < f->n && rc == 0; i++)
		if (str_eq(f->claim[i].st, st))
			rc = tell_claim(r, &f->claim[i], code, day, segment);
	return rc;
}

/* ---- segments ---- */

static int take_ak1(struct ack_999 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	int64_t gs;
	int rc = 0;

	sent_free(r->sent);
	r->sent = NULL;
	r->group = arena_str(&r->group_mem, x12_el(seg, 2));
	if (str_int(r->group, &gs))
		rc = sent_by_gs(r->l->db, x12_el(seg, 1), gs, from->to,
		    &r->sent, r->l->e);
	return rc < 0 ? rc : 0;
}

static int take_ak2(struct ack_999 *r, const struct x12_seg *seg)
{
	arena_reset(&r->mem);
	r->n = 0;
	r->open = false;
	r->st = arena_str(&r->mem, x12_el(seg, 2));
	r->set = r->sent ? sent_set(r->sent, r->st) : NULL;
	strmap_put(&r->told, r->st, NULL);
	return 0;
}

static int take_ik5(struct ack_999 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	struct ack_answer x = { .kind = "999", .level = "set", .key = r->st,
		.code = x12_el(seg, 1), .segment = seg->number,
		.outgoing = r->set ? r->sent->id : 0 };
	int rc;

	end_segment(r);
	rc = tell_set(r, r->st, x.code, from->day, seg->number);
	r->st = STR_NONE;
	return rc < 0 ? rc : ack_keep(r->l, &x);
}

/* Sets that no AK2 told of share what is said of their group. */
static int take_ak9(struct ack_999 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	struct ack_answer x = { .kind = "999", .level = "group",
		.key = r->group, .code = x12_el(seg, 1),
		.segment = seg->number,
		.outgoing = r->sent ? r->sent->id : 0 };
	struct sent *f = r->sent;
	int rc = 0;

	r->n = 0;
	for (size_t i = 0; f && i < f->n_set && rc == 0 &&
	    !str_is(x.code, "P"); i++)
		if (!strmap_get(&r->told, f->set[i].st))
			rc = tell_set(r, f->set[i].st, x.code, from->day,
			    seg->number);
	return rc < 0 ? rc : ack_keep(r->l, &x);
}

int ack_999_take(struct ack_999 *r, const struct x12_seg *seg,
    const struct ack_from *from)
{
	char sep = from->sep->component;

	if (str_is(seg->id, "AK1"))
		return take_ak1(r, seg, from);
	if (str_is(seg->id, "AK2"))
		return take_ak2(r, seg);
	if (str_is(seg->id, "AK9"))
		return take_ak9(r, seg, from);
	if (!r->st.s)
		return 0;
	if (str_is(seg->id, "IK3"))
		take_ik3(r, seg);
	else if (str_is(seg->id, "CTX"))
		take_ctx(r, seg, sep);
	else if (str_is(seg->id, "IK4"))
		take_ik4(r, seg, sep);
	else if (str_is(seg->id, "IK5"))
		return take_ik5(r, seg, from);
	return 0;
}
