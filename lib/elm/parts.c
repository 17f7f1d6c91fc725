/* What expressions rest on, themselves and below. */
#include "elm/load.h"

#include <stdlib.h>

void elm_note_part(struct elm_loader *l, enum elm_part_kind kind,
    uint32_t number)
{
	struct elm_parts *p = l->parts;

	for (uint32_t i = 0; i < p->n; i++)
		if (p->v[i].kind == kind && p->v[i].number == number)
			return;
	p->v = xrealloc(p->v, (p->n + 1) * sizeof(*p->v));
	p->v[p->n++] = (struct elm_part){ kind, number };
}

struct walk {
	const struct elm_package *p;
	void (*fn)(void *arg, enum elm_part_kind kind, uint32_t number);
	void *arg;
	uint8_t *seen[ELM_PART_KINDS];
};

/* Calls itself as deep as definitions are nested, as compiling did. */
static void walk(struct walk *w, enum elm_part_kind kind, uint32_t number)
{
	const struct elm_parts *parts;

	if (w->seen[kind][number])
		return;
	w->seen[kind][number] = 1;
	w->fn(w->arg, kind, number);
	if (kind == ELM_PART_DEFINE)
		parts = &w->p->def[number]->parts;
	else if (kind == ELM_PART_PARAMETER)
		parts = &w->p->param[number]->parts;
	else
		return;
	for (uint32_t i = 0; i < parts->n; i++)
		walk(w, parts->v[i].kind, parts->v[i].number);
}

void elm_parts(const struct elm_package *p, const int *define, size_t n,
    void (*fn)(void *arg, enum elm_part_kind kind, uint32_t number),
    void *arg)
{
	const uint32_t counts[ELM_PART_KINDS] = {
		[ELM_PART_DEFINE] = p->defs, [ELM_PART_PARAMETER] = p->params,
		[ELM_PART_RETRIEVE] = p->retrieves,
		[ELM_PART_VALUESET] = p->valuesets.n,
	};
	struct walk w = { p, fn, arg, { NULL } };

	for (int k = 0; k < ELM_PART_KINDS; k++)
		w.seen[k] = xcalloc(counts[k] + 1, 1);
	for (size_t i = 0; i < n; i++)
		walk(&w, ELM_PART_DEFINE, (uint32_t)define[i]);
	for (int k = 0; k < ELM_PART_KINDS; k++)
		free(w.seen[k]);
}
