/* ack_load.c - a file of acknowledgements, taken into the record. */
#include "claim/ack.h"
#include "ehr/billing-doc.h"

/* ---- what readers write ---- */

void ack_diag(struct loading *l, enum diag_id id, uint64_t segment,
    const char *place)
{
	struct diag d = { .id = id, .file = l->file, .line = segment,
		.path = place };

	diag_emit(l->sink, &d);
}

int ack_keep(struct loading *l, const struct ack_answer *x)
{
	struct stmt *s = status_sql(l->db, ACK_ADD);

	stmt_int(s, 1, l->doc);
	stmt_text(s, 2, str_of(x->kind));
	stmt_int(s, 3, (int64_t)x->segment);
	stmt_text(s, 4, str_of(x->level));
	stmt_text(s, 5, x->key.s ? x->key : STR(""));
	stmt_text(s, 6, x->code);
	stmt_id(s, 7, x->outgoing);
	stmt_int(s, 8, l->batch);
	l->loaded->answers++;
	if (!x->outgoing) {
		l->loaded->unmatched++;
		ack_diag(l, DIAG_ACK_UNMATCHED, x->segment, x->level);
	}
	return stmt_run(s, l->e);
}

/* What a later payer was asked for and denied is the patient's again. */
static int move_back(struct loading *l, int64_t claim)
{
	int rc = l->ledger.db ? 0 : ledger_begin(&l->ledger, l->a, l->batch,
	    STR_NONE, l->day, l->e);

	if (rc == 0)
		rc = ledger_claim(&l->ledger, claim, LEDGER_BACK, l->e);
	return rc < 0 ? rc : 0;
}

int ack_event(struct loading *l, struct claim_event *ev, int64_t patient)
{
	int rc;

	ev->doc = l->doc;
	l->loaded->events++;
	access_set_touch(l->a, patient);
	rc = claim_event_add(l->db, ev, l->batch, NULL, l->e);
	return rc == 0 && ev->kind == CLAIM_EVENT_DENIED && ev->line == 0 ?
	    move_back(l, ev->claim) : rc;
}

struct str ack_day(struct str text, char day[11])
{
	const char *century = text.n == 6 ? "20" : "";
	char digits[9];
	int64_t n;

	day[0] = '\0';
	if ((text.n == 6 || text.n == 8) && str_int(text, &n)) {
		snprintf(digits, sizeof(digits), "%s%.*s", century,
		    STR_FMT(text));
		snprintf(day, 11, "%.4s-%.2s-%.2s", digits, digits + 4,
		    digits + 6);
	}
	return str_of(day);
}

void ack_copy(char *to, size_t size, struct str v)
{
	v = str_trim(v);
	snprintf(to, size, "%.*s", STR_FMT(v));
}

/* ---- reading ---- */

/* Where the walk through a file is. */
struct walk {
	struct loading *l;
	struct x12_check *check;
	struct ack_from from;
	struct ack_999 *r999;	/* of the set at hand, or NULL */
	struct ack_277 *r277;
	char to[2][64], day[11];
	struct diag fatal;	/* what the file is refused for */
	bool refused;
};

/* Faults of the envelope: a part of the file may be missing. The rest of what
 * a check finds is for ehr-claim x12 check. */
static void on_fault(void *arg, const struct diag *d)
{
	struct walk *w = arg;

	if (w->refused || (d->id != DIAG_X12_TRUNCATED &&
	    d->id != DIAG_X12_TRAILER && d->id != DIAG_X12_PLACE))
		return;
	w->refused = true;
	w->fatal = (struct diag){ .id = d->id, .line = d->line };
}

static void take_interchange(struct walk *w, const struct x12_seg *seg)
{
	ack_copy(w->to[0], sizeof(w->to[0]), x12_el(seg, 8));
	w->to[1][0] = '\0';
	w->from.to[0] = str_of(w->to[0]);
	w->from.to[1] = STR_NONE;
	w->from.day = ack_day(x12_el(seg, 9), w->day);
}

static void take_group(struct walk *w, const struct x12_seg *seg)
{
	ack_copy(w->to[1], sizeof(w->to[1]), x12_el(seg, 3));
	w->from.to[1] = str_of(w->to[1]);
	w->from.day = ack_day(x12_el(seg, 4), w->day);
}

static int take_set(struct walk *w, const struct x12_seg *seg)
{
	struct ack_answer other = { .kind = "other", .level = "set",
		.key = x12_el(seg, 2), .code = x12_el(seg, 1),
		.segment = seg->number };

	if (str_is(x12_el(seg, 1), "999"))
		w->r999 = ack_999_new(w->l);
	else if (str_is(x12_el(seg, 1), "277"))
		w->r277 = ack_277_new(w->l);
	else {
		ack_diag(w->l, DIAG_ACK_KIND, seg->number, "ST01");
		return ack_keep(w->l, &other);
	}
	return 0;
}

static void end_set(struct walk *w)
{
	ack_999_free(w->r999);
	ack_277_free(w->r277);
	w->r999 = NULL;
	w->r277 = NULL;
}

static int take(struct walk *w, const struct x12_seg *seg)
{
	int rc = 0;

	if (str_is(seg->id, "ISA"))
		take_interchange(w, seg);
	else if (str_is(seg->id, "GS"))
		take_group(w, seg);
	else if (str_is(seg->id, "TA1"))
		rc = ack_ta1(w->l, seg, &w->from);
	else if (str_is(seg->id, "ST"))
		rc = take_set(w, seg);
	else if (w->r999)
		rc = ack_999_take(w->r999, seg, &w->from);
	else if (w->r277)
		rc = ack_277_take(w->r277, seg, &w->from);
	if (str_is(seg->id, "SE"))
		end_set(w);
	return rc;
}

static int refuse(struct walk *w)
{
	return ehr_fail(w->l->e, EHR_EREJECT, "%s:%llu: %s: %s", w->l->file,
	    (unsigned long long)w->fatal.line, diag_clause(w->fatal.id),
	    diag_text(w->fatal.id));
}

static int take_all(struct walk *w, struct in *in)
{
	X12_AUTO *x = x12_new(in);
	struct x12_seg seg = { .number = 0 };
	int rc;

	while ((rc = x12_next(x, &seg, w->l->e)) > 0) {
		w->from.sep = x12_sep(x);
		x12_check_take(w->check, &seg, x12_sep(x));
		rc = w->refused ? refuse(w) : take(w, &seg);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return ehr_fail_prefix(w->l->e, "%s:%llu: ", w->l->file,
		    (unsigned long long)seg.number + 1);
	x12_check_end(w->check, false);
	if (w->refused)
		return refuse(w);
	if (w->l->loaded->answers == 0)
		return ehr_fail(w->l->e, EHR_EREJECT, "%s: no answer in it",
		    w->l->file);
	return 0;
}

static int read_text(struct loading *l, struct str text)
{
	struct walk w = { .l = l };
	struct diag_sink sink = { .emit = on_fault, .arg = &w };
	struct in *in = NULL;
	int rc = in_open_mem(&in, l->file, text);

	if (rc < 0)
		return ehr_fail(l->e, rc, "%s: cannot be read", l->file);
	w.check = x12_check_new(l->file, &sink);
	rc = take_all(&w, in);
	end_set(&w);
	x12_check_freep(&w.check);
	in_close(in);
	return rc;
}

/* ---- the document ---- */

/* 1: it was loaded, and that was not undone. */
static int is_loaded(struct loading *l)
{
	struct stmt *s = status_sql(l->db, ACK_LOADED);
	int rc;

	stmt_int(s, 1, l->doc);
	rc = stmt_step(s, l->e);
	stmt_reset(s);
	return rc;
}

static int load(struct loading *l, const uint8_t digest[SHA256_LEN],
    struct str text)
{
	BUF_AUTO key = BUF_INIT;
	struct billing_doc d = { .kind = ACK_BATCH, .text = text };
	int rc;

	buf_adds(&key, ACK_BATCH ":");
	hex_format(&key, digest, SHA256_LEN);
	d.key = buf_str(&key);
	rc = billing_doc_add(l->db, l->batch, &d, &l->doc, l->e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		rc = is_loaded(l);
	else
		rc = 0;
	l->loaded->unchanged = rc > 0;
	return rc == 0 ? read_text(l, text) : rc < 0 ? rc : 0;
}

int ack_load(struct access *a, const char *file, struct str text,
    struct diag_sink *sink, struct ack_loaded *loaded, struct ehr_err *e)
{
	const struct access_write w = { .action = AUDIT_UPDATE, .input = file,
		.scope = "acknowledgements" };
	uint8_t digest[SHA256_LEN];
	const struct access_rows rows = { .kind = ACK_BATCH, .sha256 = digest };
	struct loading l = { .a = a, .db = record_store(a->r), .file = file,
		.sink = sink, .loaded = loaded, .e = e };
	struct batch_counts n = { 0 };
	int rc;

	*loaded = (struct ack_loaded){ 0 };
	sha256(text.s, text.n, digest);
	rc = access_rows_begin(a, &w, &rows, &l.batch, e);
	if (rc < 0)
		return rc;
	rc = load(&l, digest, text);
	n.read = loaded->answers;
	if (rc == 0) {
		n.inserted = loaded->events + loaded->answers;
		n.rejected = loaded->unmatched;
	}
	rc = access_rows_end(a, l.batch, &n, rc, e);
	if (rc == 0 && loaded->unmatched)
		rc = ehr_fail(e, EHR_EREJECT, "%s: %lld of %lld answers are "
		    "to nothing that was sent", file,
		    (long long)loaded->unmatched, (long long)loaded->answers);
	return rc;
}

/* ---- what is kept ---- */

static struct str text_or_none(struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? STR_NONE : stmt_col(s, i);
}

int ack_each(struct store *db, bool unmatched,
    int (*fn)(void *arg, const struct ack_row *row), void *arg,
    struct ehr_err *e)
{
	struct stmt *s = store_scan(db, &status_sql_table[ACK_LIST]);
	struct ack_row row;
	int rc;

	stmt_int(s, 1, unmatched);
	while ((rc = stmt_step(s, e)) > 0) {
		row = (struct ack_row){ .id = stmt_col_int(s, 0),
			.kind = stmt_col(s, 1), .level = stmt_col(s, 2),
			.key = stmt_col(s, 3), .code = text_or_none(s, 4),
			.sent = text_or_none(s, 5), .doc = stmt_col_int(s, 6),
			.segment = stmt_col_int(s, 7),
			.received = stmt_col_int(s, 8),
			.batch = stmt_col_int(s, 9),
			.input = text_or_none(s, 10) };
		rc = fn(arg, &row);
		if (rc < 0)
			break;
	}
	store_scan_end(s);
	return rc;
}

int ack_undo(struct access *a, int64_t batch, int64_t of,
    struct batch_counts *n, struct ehr_err *e)
{
	struct store *db = record_store(a->r);
	struct stmt *s = status_sql(db, ACK_UNDONE);
	int64_t events = 0;
	int rc;

	stmt_int(s, 1, of);
	rc = stmt_step(s, e);
	if (rc > 0)
		n->deleted = stmt_col_int(s, 0);
	stmt_reset(s);
	if (rc > 0)
		rc = claim_event_undo(a, of, batch, &events, e);
	n->inserted += events;
	return rc < 0 ? rc : ledger_take_back(a, batch, of, STR("undone"),
	    &events, e);
}
