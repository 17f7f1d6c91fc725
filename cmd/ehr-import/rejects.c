/* rejects.c - what was not taken, whole, as NDJSON: where it stood, why, and
 * its bytes as "data", or as "data64" when they are no text. */
#include "import.h"

enum { STREAM_BYTES = 48 << 10 }; /* made into base64 at a time */

int rejects_open(struct rejects *r, const char *path, bool force,
    struct ehr_err *e)
{
	*r = (struct rejects){ .line = BUF_INIT, .err = e };
	return path ? out_open(&r->out, path, force, e) : 0;
}

static void write_line(struct rejects *r)
{
	if (r->rc == 0)
		r->rc = out_write(r->out, r->line.s, r->line.len, r->err);
	buf_reset(&r->line);
}

static void stream_block(struct rejects *r, const unsigned char *s, size_t n)
{
	size_t whole;

	while (r->n_carry > 0 && n > 0) {
		r->carry[r->n_carry++] = *s++;
		n--;
		if (r->n_carry == 3) {
			base64_encode(&r->line, r->carry, 3);
			r->n_carry = 0;
		}
	}
	whole = n - n % 3;
	base64_encode(&r->line, s, whole);
	for (; whole < n; whole++)
		r->carry[r->n_carry++] = s[whole];
	write_line(r);
}

void rejects_stream(void *rejects, const void *p, size_t n)
{
	struct rejects *r = rejects;
	const unsigned char *s = p;
	size_t part;

	if (r->out == NULL)
		return;
	if (!r->streaming)
		buf_adds(&r->line, "{\"data64\":\"");
	r->streaming = true;
	for (; n > 0; s += part, n -= part) {
		part = n < STREAM_BYTES ? n : STREAM_BYTES;
		stream_block(r, s, part);
	}
}

static void put_data(struct rejects *r, struct str data)
{
	if (r->streaming) {
		base64_encode(&r->line, r->carry, r->n_carry);
		r->n_carry = 0;
		r->streaming = false;
		buf_adds(&r->line, "\",");
	} else if (utf8_valid(data.s, data.n) == data.n) {
		buf_adds(&r->line, "{\"data\":");
		json_quote(&r->line, data);
		buf_addch(&r->line, ',');
	} else {
		buf_adds(&r->line, "{\"data64\":\"");
		base64_encode(&r->line, data.s, data.n);
		buf_adds(&r->line, "\",");
	}
}

/* File names may be any bytes; what is no UTF-8 is cut off. */
static void put_text(struct buf *b, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(b, ",\"%s\":", name);
	json_quote(b, (struct str){ text, utf8_valid(text, strlen(text)) });
}

int rejects_add(struct rejects *r, const struct diag *d, int64_t entry,
    struct str data)
{
	struct buf *b = &r->line;

	if (r->out == NULL)
		return 0;
	put_data(r, data);
	buf_addf(b, "\"line\":%llu,\"offset\":%llu",
	    (unsigned long long)d->line, (unsigned long long)d->offset);
	if (entry >= 0)
		buf_addf(b, ",\"entry\":%lld", (long long)entry);
	put_text(b, "file", d->file);
	put_text(b, "path", d->path);
	put_text(b, "id", diag_name(d->id));
	put_text(b, "clause", diag_clause(d->id));
	put_text(b, "text", d->text ? d->text : diag_text(d->id));
	buf_adds(b, "}\n");
	write_line(r);
	return r->rc;
}

int rejects_close(struct rejects *r, int rc)
{
	struct out *out = r->out;
	bool keep = rc == 0 || rc == EHR_EREJECT;
	int failed = 0;

	buf_release(&r->line);
	r->out = NULL;
	if (out && keep)
		failed = out_commit_some(out, r->err);
	else
		out_abort(out);
	return failed < 0 ? failed : rc;
}
