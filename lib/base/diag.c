/* Findings about input: the table of ids and how one is printed. */
#include "ehr/base.h"

#include <inttypes.h>

static const struct {
	const char *name, *clause, *text;
	enum diag_severity severity;
} diags[DIAG_COUNT] = {
#define X(id, name, severity, clause, text) \
	[DIAG_##id] = { name, clause, text, severity },
#include "ehr/diag.def"
#undef X
};

const char *diag_name(enum diag_id id)
{
	return diags[id].name;
}

const char *diag_clause(enum diag_id id)
{
	return diags[id].clause;
}

const char *diag_text(enum diag_id id)
{
	return diags[id].text;
}

enum diag_severity diag_severity(enum diag_id id)
{
	return diags[id].severity;
}

const char *diag_severity_name(enum diag_severity s)
{
	static const char *const names[] = { "note", "warning", "error" };

	return names[s];
}

void diag_emit(struct diag_sink *sink, struct diag *d)
{
	d->severity = diag_severity(d->id);
	if (!sink)
		return;
	sink->count[d->severity]++;
	if (sink->emit)
		sink->emit(sink->arg, d);
}

void diag_format(struct buf *b, const struct diag *d)
{
	const char *clause = diag_clause(d->id);
	size_t start = b->len;

	if (d->file)
		utf8_clean(b, str_of(d->file), false);
	if (d->line)
		buf_addf(b, "%s%" PRIu64, b->len > start ? ":" : "", d->line);
	if (d->path) {
		buf_adds(b, b->len > start ? ":" : "");
		utf8_clean(b, str_of(d->path), false);
	}
	if (b->len > start)
		buf_adds(b, ": ");
	if (*clause)
		buf_addf(b, "%s: ", clause);
	buf_adds(b, diag_text(d->id));
	if (d->text) {
		buf_adds(b, ": ");
		utf8_clean(b, str_of(d->text), false);
	}
}
