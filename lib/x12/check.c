/* check.c - one segment after the other through all checks. */
#include "check.h"

#include <stdio.h>
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
	if (*k)
		free((*k)->seen);
	free(*k);
}

const struct x12_env *x12_check_env(const struct x12_check *k)
{
	return &k->env;
}

void x12_tell(struct x12_check *k, enum diag_id id, const char *path,
    const char *text)
{
	diag_emit(k->sink, &(struct diag){ .id = id, .file = k->file,
	    .line = k->number, .path = path, .text = text });
}

void x12_tell_at(struct x12_check *k, enum diag_id id,
    const struct x12_seg *seg, unsigned at, unsigned part, const char *text)
{
	const char *loop = k->env.loop;
	char path[48];
	int n = snprintf(path, sizeof(path), "%s%s%.*s", loop,
	    *loop ? "/" : "", seg->id.n < 4 ? (int)seg->id.n : 3, seg->id.s);

	if (at)
		n += snprintf(path + n, sizeof(path) - (size_t)n, "%02u", at);
	if (part)
		snprintf(path + n, sizeof(path) - (size_t)n, "-%u", part);
	x12_tell(k, id, path, text);
}

const struct x12_env *x12_check_take(struct x12_check *k,
    const struct x12_seg *seg, const struct x12_sep *sep)
{
	const struct x12_node *node = NULL;

	k->number = seg->number;
	k->env.loop = "";
	x12_frame_take(k, seg, sep);
	if (k->env.seg == 1)
		x12_walk_begin(k);
	if (k->env.seg && k->guide)
		node = x12_walk_take(k, seg, sep);
	if (node && k->sink)
		x12_check_values(k, node, seg, sep);
	if (k->ending == X12_SET)
		x12_walk_end(k);
	return &k->env;
}

void x12_check_end(struct x12_check *k, bool cut)
{
	if (cut)
		x12_tell(k, DIAG_X12_TRUNCATED, NULL, NULL);
	x12_frame_end(k);
}
