/* What a patient would pay of some procedures, by an answer and the fees: from
 * the least to the most, since what decides is often not said. */
#include "elig/impl.h"

enum { NONE = -1 }; /* no end is known; less than nothing never occurs */
static const int64_t WHOLE = 1000000, AMOUNT_MAX = 1000000000000;

struct range {
	int64_t low, high;
};
struct job {
	const struct elig_answer *a;
	const struct elig_estimating *o;
	struct buf *b;
	struct buf why;
};
/* What is looked for: EB01, and EB06 29 (left), all but it, or any. */
struct kind {
	const char *label, *code;
	bool percent;
	char left; /* Only, Never, Any */
};
struct found {
	struct range r;
	size_t n;
	bool own;	   /* of the service type, not of the plan */
	bool open;	   /* may be anything */
	bool in, out, any; /* networks it is said of */
};

static void reason(struct job *j, const char *name, const char *text)
{
	buf_addf(&j->why, "  %s%s%s\n", name, *name ? ": " : "", text);
}

/* ---- text ---- */

static void money(struct buf *b, int64_t cents)
{
	buf_addf(b, "$%lld.%02lld", (long long)cents / 100,
	    (long long)cents % 100);
}

static void percent(struct buf *b, int64_t part)
{
	struct decimal d = { part, -4 };

	while (d.exp < 0 && d.coef % 10 == 0) {
		d.coef /= 10;
		d.exp++;
	}
	decimal_format(b, &d);
	buf_adds(b, " %");
}

static void between(struct buf *b, struct range r, bool parts)
{
	void (*put)(struct buf *, int64_t) = parts ? percent : money;

	put(b, r.low);
	if (r.high == NONE) {
		buf_adds(b, " or more, no upper end known");
	} else if (r.high != r.low) {
		buf_adds(b, " to ");
		put(b, r.high);
	}
}

/* ---- which EB count ---- */

static bool service_is(const struct elig_answer *a, const struct elig_eb *x,
    struct str service)
{
	char sep = a->sep.repeat ? a->sep.repeat : '\n';
	struct str v = x->v[3], one;

	if (v.n == 0)
		return str_is(service, "30");
	while (str_split(&v, sep, &one))
		if (str_eq(one, service))
			return true;
	return false;
}

/* Of no procedure, or of one that is asked for? */
static bool procedure_fits(const struct job *j, const struct elig_eb *x)
{
	struct str code = elig_el(j->a, x->raw, 13, 2);

	for (size_t i = 0; i < j->o->fees; i++)
		if (str_eq(code, j->o->fee[i].code))
			return true;
	return x->v[13].n == 0;
}

static bool network_fits(const struct job *j, const struct elig_eb *x)
{
	char other = j->o->network == 'Y' ? 'N' : 'Y';

	return !j->o->network || x->v[12].n != 1 || x->v[12].s[0] != other;
}

static bool fits(const struct job *j, const struct kind *k, size_t i,
    struct str service)
{
	const struct elig_eb *x = &j->a->eb[i];
	bool left = str_is(x->v[6], "29");

	return str_is(x->v[1], k->code) &&
	    (k->left == 'A' || left == (k->left == 'O')) &&
	    !str_is(x->v[6], "24") && service_is(j->a, x, service) &&
	    procedure_fits(j, x) && network_fits(j, x) &&
	    !elig_left_out(j->a, i + 1, j->o->day);
}

/* ---- what they say ---- */

/* In units of 10^-digits; NONE: no such number, or not exactly. */
static int64_t fixed(struct str v, int digits)
{
	struct decimal d;

	if (!elig_decimal(v, &d) || d.coef < 0)
		return NONE;
	for (d.exp += digits; d.exp < 0 && d.coef % 10 == 0; d.exp++)
		d.coef /= 10;
	for (; d.exp > 0 && d.coef < AMOUNT_MAX; d.exp--)
		d.coef *= 10;
	return d.exp == 0 && d.coef <= AMOUNT_MAX ? (int64_t)d.coef : NONE;
}

static void add(struct job *j, const struct kind *k, size_t i,
    struct found *f)
{
	const struct elig_eb *x = &j->a->eb[i];
	int64_t v = fixed(x->v[k->percent ? 8 : 7], k->percent ? 6 : 2);

	elig_eb_text(j->a, i, j->b);
	buf_addch(j->b, '\n');
	if (v == NONE || (k->percent && v > WHOLE)) {
		reason(j, k->label, v == NONE ? "no amount is said" :
		    "a coinsurance over 1 is said; 0.2 means 20 %");
		f->open = true;
		v = 0;
	}
	if (x->v[13].n && j->o->fees > 1) {
		reason(j, k->label, "is said of one of the procedures");
		f->open = true;
	}
	if (str_is(x->v[12], "U")) {
		reason(j, k->label, "the payer does not know the network");
		f->open = true;
	}
	f->in = f->in || str_is(x->v[12], "Y");
	f->out = f->out || str_is(x->v[12], "N");
	f->any = f->any || x->v[12].n == 0 || str_is(x->v[12], "W");
	f->r.low = f->n == 0 || v < f->r.low ? v : f->r.low;
	f->r.high = f->n == 0 || v > f->r.high ? v : f->r.high;
	f->n++;
}

static void doubts(struct job *j, const struct kind *k, struct found *f)
{
	bool differ = f->r.low != f->r.high;

	if (differ)
		reason(j, k->label, "several are said that differ");
	if (differ && f->in && f->out)
		reason(j, k->label,
		    "in and out of network are not the same (--network)");
	if (!j->o->network && f->in != f->out && !f->any) {
		reason(j, k->label,
		    "is said of one network alone (--network)");
		f->open = true;
	}
	if (f->open)
		f->r = (struct range){ 0, k->percent ? WHOLE : NONE };
}

/* All of a kind: of the service type, or where none is, of the plan. */
static struct found look(struct job *j, const struct kind *k)
{
	struct found f = { .own = true };
	struct str service = j->o->service;

	for (int pass = 0; pass < 2 && f.n == 0; pass++) {
		for (size_t i = 0; i < j->a->ebs; i++)
			if (fits(j, k, i, service))
				add(j, k, i, &f);
		f.own = pass == 0 && f.n;
		service = STR("30");
	}
	if (f.n)
		doubts(j, k, &f);
	return f;
}

static void line(struct job *j, const char *label, const struct found *f,
    bool parts, const char *tail)
{
	buf_addf(j->b, "%-14s", label);
	if (f->n)
		between(j->b, f->r, parts);
	buf_addf(j->b, "%s\n", f->n ? tail : "not said");
}

static struct found share(struct job *j, const struct kind *k)
{
	struct found f = look(j, k);

	line(j, k->label, &f, k->percent, "");
	return f;
}

/* What is left of the deductible; without that, at most all of it. */
static struct found deductible(struct job *j)
{
	static const struct kind left = { "Deductible", "C", false, 'O' },
		all = { "Deductible", "C", false, 'N' };
	struct found f = look(j, &left);

	if (f.n == 0) {
		f = look(j, &all);
		if (f.n && f.r.high != 0)
			reason(j, "Deductible", "what is left is not said");
		if (f.n)
			f.r.low = 0;
	}
	line(j, "Deductible", &f, false, " left");
	if (f.n == 0) {
		reason(j, "Deductible", "nothing is said");
		f.r = (struct range){ 0, NONE };
	}
	return f;
}

/* One of copay and coinsurance that is not said beside the other is none. */
static void complete(struct job *j, struct found *copay, struct found *part)
{
	if (copay->n == 0 && part->n == 0) {
		reason(j, "Copay, coinsurance", "neither is said");
		copay->r.high = NONE;
		part->r.high = WHOLE;
	} else if (copay->n == 0 || part->n == 0) {
		buf_addf(j->b, "  %s: counted as none beside the other\n",
		    copay->n == 0 ? "copay" : "coinsurance");
	}
}

/* ---- the sum ---- */

struct sum {
	int64_t allowed, copay, deductible, part;
	bool beside; /* the coinsurance is of what the copay is of, too */
};

static int64_t least(int64_t a, int64_t b)
{
	return a == NONE || (b != NONE && b < a) ? b : a;
}

static void step(struct job *j, const char *label, int64_t cents)
{
	buf_addf(j->b, "  %-12s ", label);
	money(j->b, cents);
	buf_addch(j->b, '\n');
}

/* Shows the sum line by line; NONE: there is no end. */
static int64_t reckon(struct job *j, const char *label, const struct sum *s)
{
	int64_t copay = least(s->copay, s->allowed);
	int64_t deductible = least(s->deductible, s->allowed);
	int64_t rest = 0, due = 0, all;

	buf_addf(j->b, "%s\n", label);
	if (s->allowed == NONE && (copay == NONE || deductible == NONE ||
	    s->part)) {
		buf_adds(j->b, "  no upper end is known\n");
		return NONE;
	}
	if (s->allowed != NONE) {
		deductible = least(deductible, s->allowed - copay);
		rest = s->allowed - deductible - (s->beside ? 0 : copay);
		due = (rest * s->part + WHOLE / 2) / WHOLE;
	}
	step(j, "copay", copay);
	step(j, "deductible", deductible);
	if (s->allowed != NONE) {
		buf_adds(j->b, "  coinsurance  ");
		money(j->b, due);
		buf_adds(j->b, " (");
		percent(j->b, s->part);
		buf_adds(j->b, " of ");
		money(j->b, rest);
		buf_adds(j->b, ")\n");
	}
	all = least(copay + deductible + due, s->allowed);
	step(j, "together", all);
	return all;
}

/* ---- fees ---- */

/* Nothing to all that is charged where it is not known what is allowed. */
static struct range fees(struct job *j)
{
	struct range r = { 0, 0 };

	for (size_t i = 0; i < j->o->fees; i++) {
		const struct elig_fee *f = &j->o->fee[i];
		int64_t most = f->allowed == NONE ? f->charged : f->allowed;

		utf8_clean(j->b, f->code, false);
		buf_adds(j->b, "  ");
		if (f->allowed != NONE) {
			money(j->b, f->allowed);
			buf_addf(j->b, " allowed (%.*s)\n",
			    STR_FMT(f->schedule));
			r.low += f->allowed;
		} else {
			buf_adds(j->b, "what is allowed is not known");
			if (f->charged != NONE) {
				buf_adds(j->b, "; charged ");
				money(j->b, f->charged);
			}
			buf_addch(j->b, '\n');
			reason(j, "Fees", "one is not known");
		}
		r.high = most == NONE || r.high == NONE ? NONE :
		    r.high + most;
	}
	buf_adds(j->b, "Allowed       ");
	between(j->b, r, false);
	buf_addch(j->b, '\n');
	return r;
}

/* ---- all ---- */

static bool not_covered(struct job *j)
{
	static const struct kind kinds[] = {
		{ "Not covered", "I", false, 'A' },
		{ "Exclusions", "E", false, 'A' },
	};
	bool some = false;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < j->a->ebs; i++) {
			if (!fits(j, &kinds[k], i, j->o->service) &&
			    !fits(j, &kinds[k], i, STR("30")))
				continue;
			elig_eb_text(j->a, i, j->b);
			buf_addch(j->b, '\n');
			reason(j, kinds[k].label, "is said");
			some = true;
		}
	return some;
}

static void limit(struct job *j, struct range *r)
{
	static const struct kind k = { "Out of pocket", "G", false, 'O' };
	struct found f = share(j, &k);

	if (f.n == 0 || r->low == NONE)
		return;
	r->low = least(r->low, f.r.low);
	if (r->high == NONE || f.r.low < r->high)
		reason(j, k.label, "what is left may end it sooner");
}

static struct range reckon_both(struct job *j)
{
	static const struct kind kinds[] = { { "Copay", "B", false, 'A' },
		{ "Coinsurance", "A", true, 'A' } };
	struct range allowed = fees(j), r;
	struct found copay = share(j, &kinds[0]);
	struct found part = share(j, &kinds[1]);
	struct found left = deductible(j);
	struct sum low, high;

	complete(j, &copay, &part);
	if (!left.own && left.r.high != 0 && copay.r.high != 0) {
		reason(j, "", "whether the deductible counts beside a copay "
		    "is not said");
		left.r.low = 0;
	}
	if (copay.r.high != 0 && part.r.high != 0)
		reason(j, "", "whether coinsurance is also of the copay's "
		    "part is not said");
	low = (struct sum){ allowed.low, copay.r.low, left.r.low, part.r.low,
		false };
	high = (struct sum){ allowed.high, copay.r.high, left.r.high,
		part.r.high, true };
	if (not_covered(j))
		high.copay = high.allowed;
	r.low = reckon(j, "At least", &low);
	r.high = reckon(j, "At most", &high);
	limit(j, &r);
	return r;
}

bool elig_estimate(const struct elig_answer *a, const struct elig_row *row,
    const struct elig_estimating *o, struct buf *b)
{
	struct job j = { .a = a, .o = o, .b = b, .why = BUF_INIT };
	enum elig_class class;
	BUF_AUTO why = BUF_INIT;
	enum elig_state state = elig_state_of(a, o->day, &class, &why);
	struct range r;

	elig_age(row, o->today, b);
	if (state != ELIG_ACTIVE) {
		buf_addf(b, "Patient pays  not known: %s on %.*s%s%s\n",
		    elig_state_name(state), STR_FMT(o->day),
		    why.len ? ": " : "", why.s);
		return false;
	}
	r = reckon_both(&j);
	buf_adds(b, "Patient pays  ");
	between(b, r, false);
	buf_addch(b, '\n');
	if (j.why.len && r.low != r.high)
		buf_addf(b, "Why not one amount\n%s", j.why.s);
	buf_release(&j.why);
	return true;
}
