/* check.c - one segment after the other through all checks. */
#include "check.h"

#include <stdlib.h>

struct x12_check *x12_check_new(const char *file, struct diag_sink *sink)
{
	struct x12_check *k = xcalloc(1, sizeof(*k));

	k->file = file;
	k->sink = sink;
	k->ending = X12_LEVELS;
	k->env.loop = "";
	return k;
}

void x12_check_freep(struct x12_check **k)
{
	if (*k == NULL)
		return;
	arena_release(&(*k)->sums.ids);
	map64_release(&(*k)->numbers[0]);
	map64_release(&(*k)->numbers[1]);
	free((*k)->seen);
	free(*k);
}

const struct x12_env *x12_check_env(const struct x12_check *k)
{
	return &k->env;
}

void x12_check_on_fault(struct x12_check *k,
    void (*fn)(void *arg, const struct x12_fault *fault), void *arg)
{
	k->on_fault = fn;
	k->on_fault_arg = arg;
}

const struct x12_env *x12_check_take(struct x12_check *k,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	const struct x12_node *node = NULL;

	k->number = seg->number;
	memset(k->id, 0, sizeof(k->id));
	if (seg->id.n < sizeof(k->id))
		memcpy(k->id, seg->id.s, seg->id.n);
	k->env.loop = "";
	x12_frame_take(k, seg, sep);
	x12_envelope_take(k, seg, sep);
	if (k->env.seg == 1)
		x12_walk_begin(k);
	if (k->env.seg && k->guide)
		node = x12_walk_take(k, seg, sep);
	if (k->env.seg)
		x12_hl_take(k, seg);
	if (k->env.seg && k->guide)
		x12_sums_take(k, seg);
	if (node && (k->sink || k->on_fault)) {
		x12_check_values(k, node, seg, sep);
		x12_rules_take(k, seg, sep);
		x12_situation_take(k, node, seg, sep);
	}
	if (k->ending == X12_SET)
		x12_walk_end(k);
	return &k->env;
}

void x12_check_end(struct x12_check *k, bool cut)
{
	if (cut)
		x12_tell(k, &(struct x12_fault){ .id = DIAG_X12_TRUNCATED },
		    NULL);
	x12_frame_end(k);
}
