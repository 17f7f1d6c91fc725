/* links.c - references whose target is not there yet, or is not one. */
#include "export.h"

struct links {
	struct export *x;
	struct printer *p;
	struct buf name, text;
	struct tape tape;
};

struct nth {
	const struct tape *t;
	struct buf *text;
	int left;
};

static int take_nth(void *arg, uint32_t node)
{
	struct nth *n = arg;

	if (n->left-- > 0)
		return 0;
	buf_reset(n->text);
	json_unescape(n->text, tape_str(n->t, node));
	return 1;
}

static int link_one(void *arg, int64_t rid, int ordinal, enum link_state state)
{
	struct links *l = arg;
	struct export *x = l->x;
	struct nth nth = { &l->tape, &l->text, ordinal };
	struct resource res;
	struct tape_error why;
	int64_t patient;
	int rc = record_get(x->a.r, rid, RECORD_NOW, &res, x->err);

	if (rc <= 0 || res.body.s == NULL)
		return rc < 0 ? rc : 0;
	if (tape_parse(&l->tape, res.body.s, res.body.n, &why) < 0)
		return ehr_fail(x->err, EHR_EINTEGRITY, "stored resource: %s",
		    why.text);
	buf_reset(&l->name);
	record_name(x->a.r, &res, &l->name);
	fhir_references_each(&l->tape, 0, take_nth, &nth);
	rc = record_patient_of(x->a.r, rid, RECORD_NOW, &patient, x->err);
	if (rc < 0)
		return rc;
	access_set_touch(&x->a, patient);
	print_text(l->p, buf_str(&l->name));
	print_text(l->p, state == LINK_PENDING ? STR("pending") :
	    STR("ambiguous"));
	print_text(l->p, buf_str(&l->text));
	return print_row(l->p, x->err);
}

int export_links(struct export *x)
{
	static const struct print_col columns[] = {
		{ "id", 0 }, { "state", 0 }, { "reference", PRINT_WIDE },
	};
	struct links l = { .x = x, .name = BUF_INIT, .text = BUF_INIT,
		.tape = TAPE_INIT };
	int rc = access_set_begin(&x->a, AUDIT_LIST, "unresolved references",
	    NULL, 0, x->err);

	if (rc < 0)
		return rc;
	rc = print_open(&l.p, x->c, columns, ARRAY_LEN(columns), x->err);
	if (rc == 0)
		rc = print_close(l.p, record_unresolved(x->a.r, link_one, &l,
		    x->err), x->err);
	buf_release(&l.name);
	buf_release(&l.text);
	tape_release(&l.tape);
	return access_set_end(&x->a, rc, x->err);
}
