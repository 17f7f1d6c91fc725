/* window.c - the part of an input that the splitter looks at. */
#include <stdlib.h>

#include "json/scan.h"
#include "json/split.h"

static uint64_t count_lines(const char *p, size_t n)
{
	uint64_t lines = 0;
	size_t i = 0;

#ifdef __SSE2__
	const __m128i line = _mm_set1_epi8('\n');

	while (n - i >= 16) {
		/* A byte counts to 255. */
		size_t end = n - i > 255 * 16 ? i + 255 * 16 : n - 15;
		__m128i sum = _mm_setzero_si128();

		for (; i < end; i += 16)
			sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(line,
			    _mm_loadu_si128((const void *)(p + i))));
		sum = _mm_sad_epu8(sum, _mm_setzero_si128());
		lines += (uint64_t)_mm_cvtsi128_si64(sum) +
		    (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(sum, 8));
	}
#endif
	for (; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

static void count_to(struct json_split *s, size_t at)
{
	if (at <= s->counted)
		return;
	s->line += count_lines(s->win + s->counted, at - s->counted);
	s->counted = at;
}

void split_begin(struct json_split *s)
{
	s->start = s->pos;
	count_to(s, s->pos);
	s->item_line = s->line;
	s->item_offset = s->base + s->pos;
	s->skipping = s->hold = s->full = s->counting = false;
	s->faults = 0;
}

void split_skip(struct json_split *s, size_t end)
{
	if (s->opt.on_skipped && end > s->start)
		s->opt.on_skipped(s->opt.arg, s->win + s->start,
		    end - s->start);
	s->start = end;
}

/* Room for n more bytes: what stands before start is given up. */
static void make_room(struct json_split *s, size_t n)
{
	size_t need;
	char *mem;

	if (s->len + n <= s->cap)
		return;
	count_to(s, s->start);
	if (s->start > 0)
		memmove(s->win, s->win + s->start, s->len - s->start);
	s->len -= s->start;
	s->pos -= s->start;
	s->counted -= s->start;
	s->base += s->start;
	s->start = 0;
	if (s->len + n <= s->cap)
		return;
	need = s->len + n;
	need += need / 2;
	/* A large block is moved by the kernel, not copied. */
	mem = xrealloc(s->win ? s->win - SPLIT_FRONT : NULL,
	    SPLIT_FRONT + need + SCAN_BLOCK);
	memset(mem, 0, SPLIT_FRONT);
	s->win = mem + SPLIT_FRONT;
	s->cap = need;
}

static size_t before_kept_blanks(const struct json_split *s, size_t end)
{
	size_t last = end;

	while (end > s->start && last - end < SPLIT_KEEP &&
	    split_blank(s->win[end - 1]))
		end--;
	return end;
}

/* Keeps what tells whether the next object belongs to the item: the last byte
 * that is not blank and the blanks behind it. The next entry leaves the comma
 * between them out of both. */
static void skip_most(struct json_split *s)
{
	size_t end = before_kept_blanks(s, s->pos);

	if (s->in_bundle && end > s->start && s->win[end - 1] == ',')
		end = before_kept_blanks(s, end - 1);
	split_skip(s, end - (end > s->start));
}

bool split_fill(struct json_split *s)
{
	ssize_t n;

	if (s->eof)
		return false;
	if (!s->skipping && s->pos - s->start > s->opt.limit + SPLIT_OVER) {
		if (s->hold) {
			s->full = true;
			return false;
		}
		s->skipping = true;
	}
	if (s->skipping)
		skip_most(s);
	make_room(s, s->opt.chunk);
	n = in_read(s->in, s->win + s->len, s->opt.chunk, &s->err);
	if (n > 0) {
		s->len += (size_t)n;
	} else {
		s->eof = true;
		s->failed = (int)n;
	}
	memset(s->win + s->len, 0, SCAN_BLOCK);
	return n > 0;
}

struct json_split *json_split_new(struct in *in,
    const struct json_split_opt *opt)
{
	struct json_split *s = xcalloc(1, sizeof(*s));

	s->in = in;
	if (opt)
		s->opt = *opt;
	if (!s->opt.limit)
		s->opt.limit = MAX_RESOURCE;
	if (!s->opt.chunk)
		s->opt.chunk = SPLIT_CHUNK;
	s->form = s->opt.form;
	s->line = 1;
	s->text = BUF_INIT;
	return s;
}

void json_split_free(struct json_split *s)
{
	if (!s)
		return;
	if (s->win)
		free(s->win - SPLIT_FRONT);
	buf_release(&s->text);
	free(s);
}
