/* check.c - what items name, and whether they go together. */
#include "setup/impl.h"

static void check_refs(const struct setup *s, const struct setup_item *i,
    const char *file, struct diag_sink *sink)
{
	const struct setup_value *v = i->value;

	for (; v < i->value + i->n; v++)
		if (v->field->type == &SETUP_T_REF && v->text.n &&
		    !setup_find(s, setup_kind(s->form, str_of(v->field->arg)),
			v->text))
			setup_tell(sink, DIAG_SETUP_REFERENCE,
			    i->line ? file : "record", i, v->field->name,
			    v->line, v->field->arg);
}

void setup_check(const struct setup *s, const char *file,
    struct diag_sink *sink)
{
	const char *text, *field;

	for (size_t k = 0; k < s->n; k++) {
		const struct setup_item *i = &s->item[k];

		check_refs(s, i, file, sink);
		text = s->form->clash ? s->form->clash(s, i, &field) : NULL;
		if (text)
			setup_tell(sink, DIAG_SETUP_FIT,
			    i->line ? file : "record", i, field, i->line,
			    text);
	}
}
