/* read.c - ehr-note list, show and diff. */
#include <stdlib.h>

#include "note.h"

/* ---- the notes and signatures of a chart ---- */

struct note {
	struct str id, name;	/* id alone; [SOURCE:]DocumentReference/ID */
	struct str date, type, title, author, text, appends;
	enum edit_note_state state;
	int64_t version;
};

struct chart {
	struct record *r;
	struct arena mem;
	struct tape t;
	struct note *note;
	size_t n, cap;
	struct buf prov;	/* Provenances, a line each */
};
#define CHART(rec) ((struct chart){ .r = (rec), .mem = ARENA_INIT })

static void release(struct chart *ch)
{
	free(ch->note);
	buf_release(&ch->prov);
	tape_release(&ch->t);
	arena_release(&ch->mem);
}

static struct str keep(struct chart *ch, const struct buf *b)
{
	return arena_str(&ch->mem, buf_str(b));
}

static struct str member(struct chart *ch, uint32_t node, const char *key)
{
	BUF_AUTO b = BUF_INIT;

	fhir_text(&ch->t, node, key, &b);
	return keep(ch, &b);
}

static void read_note(struct chart *ch, const struct resource *res,
    struct note *n)
{
	const struct tape *t = &ch->t;
	uint32_t type = tape_get(t, 0, "type");
	uint32_t author = tape_get(t, 0, "author");
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO b = BUF_INIT;

	*n = (struct note){ .version = res->version,
		.state = edit_note_state(t, 0) };
	n->id = arena_str(&ch->mem, res->id);
	record_name(ch->r, res, &b);
	n->name = keep(ch, &b);
	n->date = member(ch, 0, "date");
	if (tape_path(t, 0, "content.attachment"))
		n->title = member(ch, tape_path(t, 0, "content.attachment"),
		    "title");
	buf_reset(&b);
	if (type)
		fhir_codeable_text(t, type, &b);
	n->type = keep(ch, &b);
	buf_reset(&b);
	if (author && tape_first(t, author))
		fhir_display(t, tape_first(t, author), FHIR_Reference, &b);
	n->author = keep(ch, &b);
	buf_reset(&b);
	if (edit_note_appends(t, &b))
		n->appends = keep(ch, &b);
	edit_note_text(t, 0, &text);
	n->text = keep(ch, &text);
}

static int see(void *arg, const struct resource *res)
{
	struct chart *ch = arg;
	struct tape_error why;
	BUF_AUTO text = BUF_INIT;

	if (res->type == FHIR_Provenance) {
		buf_addstr(&ch->prov, res->body);
		buf_addch(&ch->prov, '\n');
		return 0;
	}
	if (tape_parse(&ch->t, res->body.s, res->body.n, &why) != 0 ||
	    !edit_note_text(&ch->t, 0, &text))
		return 0;
	if (ch->n == ch->cap) {
		ch->cap = ch->cap ? ch->cap * 2 : 64;
		ch->note = xrealloc(ch->note, ch->cap * sizeof(*ch->note));
	}
	read_note(ch, res, &ch->note[ch->n++]);
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct note *x = a, *y = b;
	int c = str_cmp(y->date, x->date);

	return c ? c : str_cmp(x->name, y->name);
}

static int read_chart(struct chart *ch, int64_t patient, struct ehr_err *e)
{
	struct record_filter f = RECORD_FILTER;
	int rc;

	record_types_add(&f.types, FHIR_DocumentReference);
	record_types_add(&f.types, FHIR_Provenance);
	rc = record_chart(ch->r, patient, &f, see, ch, e);
	if (ch->n)
		qsort(ch->note, ch->n, sizeof(*ch->note), newest_first);
	return rc;
}

/* Calls fn for each signature of a note. */
static void signatures(struct chart *ch, const struct note *n,
    void (*fn)(void *arg, const struct edit_note_signature *s), void *arg)
{
	struct str rest = buf_str(&ch->prov), line;
	struct edit_note_signature s;
	struct tape_error why;

	while (rest.n && str_split(&rest, '\n', &line))
		if (tape_parse(&ch->t, line.s, line.n, &why) == 0 &&
		    edit_note_signature(&ch->t, n->id, &s, &ch->mem))
			fn(arg, &s);
}

/* ---- list ---- */

static const struct print_col cols[] = {
	{ "id", 0 },	 { "date", 0 },	  { "state", 0 },
	{ "type", 0 },	 { "author", 0 }, { "signed_by", 0 },
	{ "title", PRINT_WIDE },
};

static void add_signer(void *arg, const struct edit_note_signature *s)
{
	struct buf *b = arg;

	buf_addf(b, "%s%.*s", b->len ? ", " : "", STR_FMT(s->who));
}

/* The title, else the first line of the text. */
static struct str headline(const struct note *n)
{
	struct str rest = n->text, line = n->title;

	while (line.n == 0 && rest.n && str_split(&rest, '\n', &line))
		line = str_trim(line);
	return line;
}

static int print_note(struct printer *p, struct chart *ch,
    const struct note *n, struct ehr_err *e)
{
	BUF_AUTO who = BUF_INIT;

	signatures(ch, n, add_signer, &who);
	print_text(p, n->name);
	print_text(p, n->date);
	print_text(p, str_of(edit_note_state_name(n->state)));
	print_text(p, n->type);
	print_text(p, n->author);
	print_text(p, buf_str(&who));
	print_text(p, headline(n));
	return print_row(p, e);
}

int list_run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	BUF_AUTO candidates = BUF_INIT;
	struct printer *p;
	struct chart ch;
	int64_t patient = 0;
	int rc = desk_open(c, &a, STORE_READ, e);

	if (rc == 0)
		rc = access_patient(&a, str_of(c->argv[0]), AUDIT_READ,
		    "notes", &patient, &candidates, e);
	cli_candidates(c, &candidates);
	ch = CHART(a.r);
	if (rc == 0)
		rc = read_chart(&ch, patient, e);
	if (rc == 0)
		rc = print_open(&p, c, cols, ARRAY_LEN(cols), e);
	if (rc == 0) {
		for (size_t i = 0; rc == 0 && i < ch.n; i++)
			rc = print_note(p, &ch, &ch.note[i], e);
		rc = print_close(p, rc, e);
	}
	release(&ch);
	return access_withheld(&a, rc, e);
}

/* ---- show ---- */

struct page {
	struct buf *out;
	const struct note *note;
	bool broken; /* a signature is of another text */
};

static void add_signature(void *arg, const struct edit_note_signature *s)
{
	struct page *p = arg;
	BUF_AUTO digest = BUF_INIT;
	bool same;

	buf_addf(p->out, "%s by %.*s, %.*s, version %lld",
	    s->cosigned ? "Cosigned" : "Signed", STR_FMT(s->who),
	    STR_FMT(s->when), (long long)s->version);
	if (s->reason.n)
		buf_addf(p->out, ": %.*s", STR_FMT(s->reason));
	if (s->version == p->note->version) {
		edit_note_digest(p->note->text, &digest);
		same = str_eq(buf_str(&digest), s->digest);
		if (!same)
			buf_adds(p->out, " (of another text)");
		p->broken = p->broken || !same;
	}
	buf_addch(p->out, '\n');
}

static void add_note(struct chart *ch, struct page *p)
{
	const struct note *n = p->note;

	buf_addf(p->out, "%.*s\n%.*s, %.*s, %.*s, %s\n", STR_FMT(n->name),
	    STR_FMT(n->type), STR_FMT(n->author), STR_FMT(n->date),
	    edit_note_state_name(n->state));
	if (n->title.n)
		buf_addf(p->out, "%.*s\n", STR_FMT(n->title));
	signatures(ch, n, add_signature, p);
	buf_addch(p->out, '\n');
	buf_addstr(p->out, n->text);
	if (n->text.n && n->text.s[n->text.n - 1] != '\n')
		buf_addch(p->out, '\n');
}

/* The note with its addenda, oldest of these first. */
static int write_page(struct chart *ch, struct str id, struct ehr_err *e)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO clean = BUF_INIT;
	struct page p = { &text, NULL, false };
	int rc;

	for (size_t i = 0; i < ch->n; i++)
		if (str_eq(ch->note[i].id, id)) {
			p.note = &ch->note[i];
			add_note(ch, &p);
		}
	if (p.note == NULL)
		return ehr_fail(e, EHR_ENOENT, "not a note with a text");
	for (size_t i = ch->n; i-- > 0;)
		if (str_eq(ch->note[i].appends, id)) {
			buf_adds(&text, "\n---- addendum\n");
			p.note = &ch->note[i];
			add_note(ch, &p);
		}
	utf8_clean(&clean, buf_str(&text), true);
	rc = cli_write(&clean, e);
	if (rc == 0 && p.broken)
		rc = ehr_fail(e, EHR_EINTEGRITY, "the text is not the one "
		    "that was signed");
	return rc;
}

/* Finds the note and writes the event of its being read. */
static int find_note(struct cli *c, struct access *a,
    struct record_found *found, struct str *id, struct arena *mem,
    struct ehr_err *e)
{
	BUF_AUTO candidates = BUF_INIT;
	struct resource res;
	int rc = desk_open(c, a, STORE_READ, e);

	if (rc == 0)
		rc = access_find(a, str_of(c->argv[0]),
		    FHIR_DocumentReference, AUDIT_READ, "note", found,
		    &candidates, e);
	cli_candidates(c, &candidates);
	if (rc == 0)
		rc = record_get(a->r, found->rid, RECORD_NOW, &res, e);
	if (rc <= 0)
		return rc < 0 ? rc : ehr_fail(e, EHR_ENOENT, "no such note");
	*id = arena_str(mem, res.id);
	return 0;
}

int show_run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	ARENA_AUTO mem = ARENA_INIT;
	struct record_found found = { 0 };
	struct str id = STR_NONE;
	struct chart ch;
	int rc = find_note(c, &a, &found, &id, &mem, e);

	ch = CHART(a.r);
	if (rc == 0)
		rc = read_chart(&ch, found.patient, e);
	if (rc == 0)
		rc = write_page(&ch, id, e);
	release(&ch);
	return access_withheld(&a, rc, e);
}

/* ---- diff ---- */

struct texts {
	struct tape t;
	struct buf a, b;	/* the older and the newer */
	int64_t from, to;	/* their versions; 0: none */
};

/* The text of --from or --to; without them the last two that differ. */
static int see_text(void *arg, const struct resource *res)
{
	struct texts *x = arg;
	struct tape_error why;
	BUF_AUTO text = BUF_INIT;

	if (res->state != RECORD_LIVE ||
	    tape_parse(&x->t, res->body.s, res->body.n, &why) != 0 ||
	    !edit_note_text(&x->t, 0, &text))
		return 0;
	if (opt_to && res->version > opt_to)
		return 0;
	if (opt_from == 0 && x->to &&
	    !str_eq(buf_str(&text), buf_str(&x->b))) {
		buf_reset(&x->a);
		buf_addstr(&x->a, buf_str(&x->b));
		x->from = x->to;
	}
	if (opt_from == res->version) {
		buf_reset(&x->a);
		buf_addstr(&x->a, buf_str(&text));
		x->from = res->version;
	}
	buf_reset(&x->b);
	buf_addstr(&x->b, buf_str(&text));
	x->to = res->version;
	return 0;
}

static int write_diff(const struct texts *x, struct ehr_err *e)
{
	BUF_AUTO lines = BUF_INIT;
	BUF_AUTO clean = BUF_INIT;
	int rc;

	if (x->to == 0 || (opt_from && x->from != opt_from) ||
	    (opt_to && x->to != opt_to))
		return ehr_fail(e, EHR_ENOENT, "no such version with a text");
	if (x->from == 0)
		return 0; /* there was never another */
	buf_addf(&lines, "--- version %lld\n+++ version %lld\n",
	    (long long)x->from, (long long)x->to);
	if (!edit_note_diff(buf_str(&x->a), buf_str(&x->b), &lines))
		return 0;
	utf8_clean(&clean, buf_str(&lines), true);
	rc = cli_write(&clean, e);
	return rc < 0 ? rc : EHR_ENO;
}

int diff_run(struct cli *c, struct ehr_err *e)
{
	ACCESS_AUTO a = ACCESS_INIT;
	ARENA_AUTO mem = ARENA_INIT;
	struct texts x = { TAPE_INIT, BUF_INIT, BUF_INIT, 0, 0 };
	struct record_found found = { 0 };
	struct str id;
	int rc = find_note(c, &a, &found, &id, &mem, e);

	if (rc == 0)
		rc = record_history(a.r, found.rid, see_text, &x, e);
	if (rc == 0)
		rc = write_diff(&x, e);
	tape_release(&x.t);
	buf_release(&x.a);
	buf_release(&x.b);
	return access_withheld(&a, rc, e);
}
