/* read.c - an 835 as it stands: payments, claims, services, amounts. */
#include <stdlib.h>

#include "ehr/remit.h"
#include "ehr/x12.h"

/* The next one of an array, all nothing. */
#define PUSH(a)                                                               \
	(((a)->n == (a)->cap ? (void)((a)->v = xrealloc((a)->v,               \
	    ((a)->cap = (a)->cap ? 2 * (a)->cap : 16) * sizeof(*(a)->v)))     \
	    : (void)0),                                                       \
	    memset(&(a)->v[(a)->n], 0, sizeof(*(a)->v)), &(a)->v[(a)->n++])

struct reader {
	struct remit_file *f;
	const char *name;
	struct x12_seg seg;
	char component;
	struct sha256_ctx *sha;
	enum diag_id fault; /* of an envelope, DIAG_COUNT: none */
	uint64_t fault_at;
	bool in_set;
	bool trn, bpr; /* seen in this set */
	enum { NO_LEVEL, CLAIM, SERVICE } level;
	struct ehr_err *e;
};

void remit_file_release(struct remit_file *f)
{
	free(f->pay.v);
	free(f->clp.v);
	free(f->svc.v);
	free(f->cas.v);
	free(f->plb.v);
	arena_release(&f->mem);
	*f = REMIT_FILE_INIT;
}

static int refuse(struct reader *r, uint64_t segment, const char *why)
{
	return ehr_fail(r->e, EHR_EREJECT, "%s:%llu: %s", r->name,
	    (unsigned long long)segment, why);
}

static struct str text(struct reader *r, size_t i)
{
	return arena_str(&r->f->mem, x12_el(&r->seg, i));
}

/* Type R of X12.6 with at most two digits behind the point; an empty one is
 * 0. */
static int cents(struct reader *r, size_t i, int64_t *v)
{
	struct str s = x12_el(&r->seg, i);
	bool minus = s.n && *s.s == '-', point = false;
	int places = 0;
	size_t k = minus;

	*v = 0;
	for (; k < s.n; k++) {
		if (s.s[k] == '.' && !point) {
			point = true;
		} else if (s.s[k] >= '0' && s.s[k] <= '9' &&
		    *v < INT64_C(10000000000000) &&
		    (places < 2 || s.s[k] == '0')) {
			if (places < 2)
				*v = 10 * *v + (s.s[k] - '0');
			places += point;
		} else {
			return refuse(r, r->seg.number, "not an amount");
		}
	}
	for (; places < 2; places++)
		*v *= 10;
	if (s.n && s.n == (size_t)minus + point)
		return refuse(r, r->seg.number, "not an amount");
	if (minus)
		*v = -*v;
	return 0;
}

/* ---- segments ---- */

static int begin_set(struct reader *r)
{
	struct remit_pay *p;

	if (!str_is(x12_el(&r->seg, 1), "835"))
		return refuse(r, r->seg.number, "not an 835");
	p = PUSH(&r->f->pay);
	p->segment = r->seg.number;
	p->clp = p->clp_end = r->f->clp.n;
	p->plb = p->plb_end = r->f->plb.n;
	sha256_reset(r->sha);
	r->in_set = true;
	r->trn = r->bpr = false;
	r->level = NO_LEVEL;
	return 0;
}

static int take_bpr(struct reader *r, struct remit_pay *p)
{
	struct str day = x12_el(&r->seg, 16);
	int rc = cents(r, 2, &p->cents);

	if (rc < 0)
		return rc;
	if (str_is(x12_el(&r->seg, 3), "D"))
		p->cents = -p->cents;
	p->method = text(r, 4);
	p->day = arena_str(&r->f->mem, STR("0000-00-00"));
	if (day.n != 8 || day.s[0] == '-')
		return refuse(r, r->seg.number, "BPR16 is no day");
	memcpy((char *)p->day.s, day.s, 4);
	memcpy((char *)p->day.s + 5, day.s + 4, 2);
	memcpy((char *)p->day.s + 8, day.s + 6, 2);
	r->bpr = true;
	return 0;
}

static int take_trn(struct reader *r, struct remit_pay *p)
{
	p->trace = text(r, 2);
	p->payer = text(r, 3);
	r->trn = p->trace.n > 0;
	return 0;
}

static int take_clp(struct reader *r, struct remit_pay *p)
{
	struct remit_clp *c = PUSH(&r->f->clp);
	int rc = cents(r, 3, &c->charged);

	p->clp_end = r->f->clp.n;
	c->segment = r->seg.number;
	c->clm01 = text(r, 1);
	c->status = text(r, 2);
	c->payer_claim = x12_el(&r->seg, 7).n ? text(r, 7) : STR_NONE;
	c->cas = c->cas_end = r->f->cas.n;
	c->svc = c->svc_end = r->f->svc.n;
	r->level = CLAIM;
	if (rc == 0)
		rc = cents(r, 4, &c->paid);
	return rc < 0 ? rc : cents(r, 5, &c->owes);
}

static int take_svc(struct reader *r)
{
	struct remit_clp *c = &r->f->clp.v[r->f->clp.n - 1];
	struct remit_svc *s = PUSH(&r->f->svc);
	int rc = cents(r, 2, &s->charged);

	c->svc_end = r->f->svc.n;
	s->segment = r->seg.number;
	s->units = text(r, 5);
	s->code = text(r, 1);
	for (size_t i = 0; i < s->code.n; i++)
		if (s->code.s[i] == r->component)
			((char *)s->code.s)[i] = ':';
	s->cas = s->cas_end = r->f->cas.n;
	r->level = SERVICE;
	return rc < 0 ? rc : cents(r, 3, &s->paid);
}

/* CAS01, then up to six of reason, amount, quantity. */
static int take_cas(struct reader *r)
{
	struct remit_cas *c;
	int rc = 0;

	for (size_t i = 2; i <= r->seg.n && rc == 0; i += 3) {
		c = PUSH(&r->f->cas);
		c->grp = text(r, 1);
		c->carc = text(r, i);
		c->units = text(r, i + 2);
		rc = cents(r, i + 1, &c->cents);
		if (rc == 0 && c->cents == 0)
			r->f->cas.n--;
	}
	if (r->level == CLAIM)
		r->f->clp.v[r->f->clp.n - 1].cas_end = r->f->cas.n;
	else
		r->f->svc.v[r->f->svc.n - 1].cas_end = r->f->cas.n;
	return rc;
}

/* MOA01 to 09; what would part them is none of theirs. */
static int take_moa(struct reader *r)
{
	BUF_AUTO b = BUF_INIT;
	size_t i, k;

	for (i = 1; i <= r->seg.n && i <= 9; i++) {
		struct str v = x12_el(&r->seg, i);

		if (i > 1)
			buf_addch(&b, ':');
		for (k = 0; k < v.n; k++)
			buf_addch(&b, v.s[k] == ':' ? ' ' : v.s[k]);
	}
	r->f->clp.v[r->f->clp.n - 1].moa = arena_str(&r->f->mem, buf_str(&b));
	return 0;
}

static int take_plb(struct reader *r, struct remit_pay *p)
{
	struct str what;
	int rc = 0;

	for (size_t i = 3; i < r->seg.n && rc == 0; i += 2) {
		struct remit_plb *b = PUSH(&r->f->plb);

		what = text(r, i);
		b->segment = r->seg.number;
		b->reason = x12_part(what, r->component, 1);
		b->ref = x12_part(what, r->component, 2);
		rc = cents(r, i + 1, &b->cents);
	}
	r->level = NO_LEVEL;
	p->plb_end = r->f->plb.n;
	return rc;
}

static int take_ref(struct reader *r)
{
	int64_t *line = &r->f->svc.v[r->f->svc.n - 1].line;

	if (str_is(x12_el(&r->seg, 1), "6R") &&
	    !str_int(x12_el(&r->seg, 2), line))
		*line = 0;
	return 0;
}

static int in_set(struct reader *r)
{
	struct remit_pay *p = &r->f->pay.v[r->f->pay.n - 1];
	struct str id = r->seg.id;

	if (str_is(id, "BPR"))
		return take_bpr(r, p);
	if (str_is(id, "TRN"))
		return take_trn(r, p);
	if (str_is(id, "CLP"))
		return take_clp(r, p);
	if (str_is(id, "PLB"))
		return take_plb(r, p);
	if (str_is(id, "LX"))
		r->level = NO_LEVEL;
	if (str_is(id, "SVC") && r->level != NO_LEVEL)
		return take_svc(r);
	if (str_is(id, "CAS") && r->level != NO_LEVEL)
		return take_cas(r);
	if (str_is(id, "MOA") && r->level == CLAIM)
		return take_moa(r);
	if (str_is(id, "REF") && r->level == SERVICE)
		return take_ref(r);
	return 0;
}

/* ---- balances ---- */

static int64_t sum_cas(const struct remit_file *f, size_t from, size_t to)
{
	int64_t sum = 0;

	for (; from < to; from++)
		sum += f->cas.v[from].cents;
	return sum;
}

static int balance_claim(struct reader *r, const struct remit_clp *c)
{
	const struct remit_file *f = r->f;
	int64_t sum = c->paid + sum_cas(f, c->cas, c->cas_end), cas;

	for (size_t i = c->svc; i < c->svc_end; i++) {
		const struct remit_svc *s = &f->svc.v[i];

		cas = sum_cas(f, s->cas, s->cas_end);
		sum += cas;
		if (s->charged != s->paid + cas)
			return refuse(r, s->segment,
			    "SVC02 is not SVC03 and the adjustments");
	}
	return c->charged == sum ? 0 : refuse(r, c->segment,
	    "CLP03 is not CLP04 and the adjustments");
}

static int end_set(struct reader *r)
{
	struct remit_pay *p = &r->f->pay.v[r->f->pay.n - 1];
	int64_t sum = 0;
	int rc = 0;

	r->in_set = false;
	sha256_final(r->sha, p->sha256);
	if (!r->bpr || !r->trn)
		return refuse(r, p->segment, "a payment without BPR or TRN");
	for (size_t i = p->clp; i < p->clp_end && rc == 0; i++) {
		rc = balance_claim(r, &r->f->clp.v[i]);
		sum += r->f->clp.v[i].paid;
	}
	for (size_t i = p->plb; i < p->plb_end; i++)
		sum -= r->f->plb.v[i].cents;
	if (rc == 0 && sum != p->cents)
		rc = refuse(r, p->segment,
		    "BPR02 is not the sum of CLP04 less PLB");
	return rc;
}

/* ---- the file ---- */

static void on_fault(void *arg, const struct x12_fault *fault)
{
	struct reader *r = arg;

	if (r->fault == DIAG_COUNT && fault->id >= DIAG_X12_TRUNCATED &&
	    fault->id <= DIAG_X12_ID && fault->id != DIAG_X12_GROUP) {
		r->fault = fault->id;
		r->fault_at = fault->number ? fault->number : r->seg.number;
	}
}

static int take(struct reader *r)
{
	if (str_is(r->seg.id, "ST"))
		return begin_set(r);
	if (!r->in_set)
		return 0;
	if (str_is(r->seg.id, "SE"))
		return end_set(r);
	sha256_update(r->sha, r->seg.raw.s, r->seg.raw.n);
	return in_set(r);
}

static int read_all(struct reader *r, struct in *in, struct x12_check *k)
{
	X12_AUTO *x = x12_new(in);
	int rc, failed = 0;

	while (failed == 0 && (rc = x12_next(x, &r->seg, r->e)) > 0) {
		x12_check_take(k, &r->seg, x12_sep(x));
		r->component = x12_sep(x)->component;
		failed = take(r);
	}
	if (failed < 0)
		return failed;
	if (rc == EHR_EREJECT)
		return ehr_fail_prefix(r->e, "%s:%llu: ", r->name,
		    (unsigned long long)r->seg.number + 1);
	x12_check_end(k, false);
	if (rc == 0 && r->fault != DIAG_COUNT)
		rc = refuse(r, r->fault_at, diag_text(r->fault));
	if (rc == 0 && r->f->pay.n == 0)
		rc = ehr_fail(r->e, EHR_EREJECT, "%s: no 835 in it", r->name);
	return rc;
}

int remit_read(struct remit_file *f, const char *name, struct str bytes,
    struct ehr_err *e)
{
	struct reader r = { .f = f, .name = name, .e = e,
		.fault = DIAG_COUNT };
	X12_CHECK_AUTO *k = x12_check_new(name, NULL);
	struct in *in = NULL;
	int rc = in_open_mem(&in, name, bytes);

	r.sha = sha256_new();
	x12_check_on_fault(k, on_fault, &r);
	if (rc == 0)
		rc = read_all(&r, in, k);
	in_close(in);
	sha256_free(r.sha);
	return rc;
}
