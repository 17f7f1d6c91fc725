/* Places in a document: reading, matching, counting. */
#include "place.h"

enum { STEPS_MAX = 12, FILTERS_MAX = 4 };

enum filter_kind { TEMPLATE, ATTRIBUTE, LACKS, ONE, SOME };

struct filter {
	enum filter_kind kind;
	struct str name, value; /* value.s NULL: any */
	const struct place *below;
};

struct step {
	struct str name;
	size_t filters;
	struct filter filter[FILTERS_MAX];
};

struct place {
	bool root;
	size_t steps;
	struct step step[STEPS_MAX];
	const struct place *or;
};

/* ---- reading ---- */

/* The part of s before one of the ends outside of brackets; *s moves behind
 * it, to the end itself. */
static struct str part(struct str *s, const char *ends)
{
	struct str head = *s;
	int depth = 0;

	for (size_t i = 0; i < s->n; i++) {
		char c = s->s[i];

		if (depth == 0 && strchr(ends, c)) {
			head.n = i;
			break;
		}
		depth += c == '[' ? 1 : c == ']' ? -1 : 0;
	}
	*s = (struct str){ head.s + head.n, s->n - head.n };
	return head;
}

static struct str skip(struct str s, size_t n)
{
	return (struct str){ s.s + n, s.n - n };
}

static const struct place *read_place(struct arena *mem, struct str s);

static void read_attribute(struct arena *mem, struct filter *f, struct str s)
{
	const char *eq = memchr(s.s, '=', s.n);

	f->name = s;
	if (!eq)
		return;
	f->name.n = (size_t)(eq - s.s);
	f->value = skip(s, f->name.n + 1);
	if (str_is(f->name, "root") && !str_starts(f->value, "2.16.")) {
		BUF_AUTO b = BUF_INIT;

		buf_adds(&b, TEMPLATES);
		buf_addstr(&b, f->value);
		f->value = arena_str(mem, buf_str(&b));
	}
}

static void read_filter(struct arena *mem, struct filter *f, struct str s)
{
	switch (s.s[0]) {
	case '#':
		f->kind = TEMPLATE;
		f->value = skip(s, 1);
		break;
	case '@':
		f->kind = ATTRIBUTE;
		read_attribute(mem, f, skip(s, 1));
		break;
	case '!':
		f->kind = LACKS;
		f->name = skip(s, 2);
		break;
	case '+':
		f->kind = SOME;
		f->below = read_place(mem, skip(s, 1));
		break;
	default:
		f->kind = ONE;
		f->below = read_place(mem, s);
	}
}

static void read_step(struct arena *mem, struct step *step, struct str s)
{
	step->name = part(&s, "[");
	while (s.n && step->filters < FILTERS_MAX) {
		struct str inner = skip(s, 1);
		struct str text = part(&inner, "]");

		read_filter(mem, &step->filter[step->filters++], text);
		s = skip(inner, 1);
	}
}

static const struct place *read_place(struct arena *mem, struct str s)
{
	struct place *p = arena_alloc(mem, sizeof(*p));
	struct str path = part(&s, "|");

	if (s.n)
		p->or = read_place(mem, skip(s, 1));
	p->root = path.n && path.s[0] == '/';
	if (p->root)
		path = skip(path, 1);
	while (path.n && p->steps < STEPS_MAX) {
		struct str step = part(&path, "/");

		read_step(mem, &p->step[p->steps++], step);
		path = path.n ? skip(path, 1) : path;
	}
	return p;
}

const struct place *place_read(struct arena *mem, const char *text)
{
	return read_place(mem, str_of(text));
}

/* ---- asking ---- */

static bool is_cda(const struct xml_node *n)
{
	return n->name.n && str_is(n->ns, HL7_NS);
}

struct str place_attr(const struct xml_node *node, struct str name)
{
	bool xsi = str_starts(name, "xsi:");
	struct str plain = xsi ? skip(name, 4) : name;

	for (const struct xml_attr *a = node->attr; a; a = a->next)
		if (str_eq(a->name, plain) && str_is(a->ns, xsi ? XSI_NS : ""))
			return a->value;
	return STR_NONE;
}

size_t place_templates(const struct xml_node *node, struct str template)
{
	struct str root = part(&template, ":");
	size_t n = 0;

	for (const struct xml_node *t = node->first; t; t = t->next) {
		struct str has, ext;

		if (!is_cda(t) || !str_is(t->name, "templateId"))
			continue;
		has = xml_attr(t, "root");
		ext = xml_attr(t, "extension");
		if (!str_starts(has, TEMPLATES) ||
		    !str_eq(skip(has, sizeof(TEMPLATES) - 1), root))
			continue;
		if (template.n == 0 || (template.n == 1 && !ext.s) ||
		    (template.n > 1 && str_eq(skip(template, 1), ext)))
			n++;
	}
	return n;
}

static bool holds(const struct filter *f, const struct xml_node *n)
{
	struct str value;

	switch (f->kind) {
	case TEMPLATE: return place_templates(n, f->value) > 0;
	case LACKS: return !place_attr(n, f->name).s;
	case ONE: return place_count(f->below, 0, n) == 1;
	case SOME: return place_count(f->below, 0, n) > 0;
	case ATTRIBUTE: break;
	}
	value = place_attr(n, f->name);
	return value.s && (!f->value.s || str_eq(value, f->value));
}

static bool at_step(const struct step *s, const struct xml_node *n)
{
	if (!is_cda(n) || !str_eq(n->name, s->name))
		return false;
	for (size_t i = 0; i < s->filters; i++)
		if (!holds(&s->filter[i], n))
			return false;
	return true;
}

bool place_match(const struct place *p, const struct xml_node *node)
{
	for (; p; p = p->or) {
		const struct xml_node *n = node;
		size_t i = p->steps;

		while (i > 0 && n && at_step(&p->step[i - 1], n)) {
			n = n->parent;
			i--;
		}
		if (i == 0)
			return true;
	}
	return false;
}

typedef void found_fn(void *arg, const struct xml_node *found);

static void reach(const struct place *p, size_t i, const struct xml_node *n,
    found_fn *fn, void *arg)
{
	const struct step *s = &p->step[i];

	if (i == p->steps) {
		fn(arg, n);
		return;
	}
	if (str_is(s->name, "..")) {
		if (n->parent)
			reach(p, i + 1, n->parent, fn, arg);
		return;
	}
	for (const struct xml_node *c = n->first; c; c = c->next)
		if (at_step(s, c))
			reach(p, i + 1, c, fn, arg);
}

void place_each(const struct place *p, const struct xml_node *node,
    found_fn *fn, void *arg)
{
	while (p->root && node->parent)
		node = node->parent;
	reach(p, 0, node, fn, arg);
}

static void count(void *arg, const struct xml_node *found)
{
	(void)found;
	++*(size_t *)arg;
}

static const struct place *nth(const struct place *p, size_t i)
{
	while (p && i-- > 0)
		p = p->or;
	return p;
}

bool place_has(const struct place *p, size_t i)
{
	return nth(p, i) != NULL;
}

size_t place_count(const struct place *p, size_t i,
    const struct xml_node *node)
{
	size_t n = 0;

	p = nth(p, i);
	if (p)
		place_each(p, node, count, &n);
	return n;
}

struct str place_last(const struct place *p, size_t i)
{
	p = nth(p, i);
	return p ? p->step[p->steps - 1].name : STR_NONE;
}
