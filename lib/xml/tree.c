/* Finding one's way in a document. */
#include "ehr/xml.h"

static const struct xml_node *named(const struct xml_node *n, struct str ns,
    const char *name)
{
	for (; n; n = n->next)
		if (n->name.n && (!name || (str_is(n->name, name) &&
		    str_eq(n->ns, ns))))
			return n;
	return NULL;
}

const struct xml_node *xml_child(const struct xml_node *parent,
    const char *name)
{
	return parent ? named(parent->first, parent->ns, name) : NULL;
}

const struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
	return named(node->next, node->ns, name);
}

const struct xml_node *xml_at(const struct xml_node *node, const char *path)
{
	struct str rest = str_of(path), step;

	while (node && str_split(&rest, '/', &step)) {
		const struct xml_node *n = xml_child(node, NULL);

		while (n && !(str_eq(n->name, step) && str_eq(n->ns, node->ns)))
			n = xml_next(n, NULL);
		node = n;
	}
	return node;
}

struct str xml_attr_ns(const struct xml_node *node, const char *ns,
    const char *name)
{
	if (node)
		for (const struct xml_attr *a = node->attr; a; a = a->next)
			if (str_is(a->name, name) && str_is(a->ns, ns))
				return a->value;
	return STR_NONE;
}

struct str xml_attr(const struct xml_node *node, const char *name)
{
	return xml_attr_ns(node, "", name);
}

struct str xml_value(const struct xml_node *node, const char *path,
    const char *name)
{
	return xml_attr(xml_at(node, path), name);
}

/* The node behind n in document order, texts too. */
static const struct xml_node *behind(const struct xml_node *top,
    const struct xml_node *n)
{
	if (n->first)
		return n->first;
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

void xml_text(struct buf *b, const struct xml_node *node)
{
	if (node)
		for (const struct xml_node *n = node; n; n = behind(node, n))
			buf_addstr(b, n->text);
}

const struct xml_node *xml_walk(const struct xml_node *top,
    const struct xml_node *node)
{
	do
		node = behind(top, node);
	while (node && !node->name.n);
	return node;
}

void xml_path(struct buf *b, const struct xml_node *node)
{
	size_t same = 0, before = 0;

	if (!node->parent) {
		buf_addch(b, '/');
		buf_addstr(b, node->name);
		return;
	}
	xml_path(b, node->parent);
	for (const struct xml_node *n = node->parent->first; n; n = n->next) {
		if (!str_eq(n->name, node->name) || !str_eq(n->ns, node->ns))
			continue;
		same++;
		if (n->order < node->order)
			before++;
	}
	buf_addch(b, '/');
	buf_addstr(b, node->name);
	if (same > 1)
		buf_addf(b, "[%zu]", before + 1);
}
