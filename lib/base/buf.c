/* Growing byte buffer, always terminated. */
#include "ehr/base.h"

#include <stdio.h>
#include <stdlib.h>

char buf_empty[1];

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->s);
	*b = BUF_INIT;
}

void buf_grow(struct buf *b, size_t extra)
{
	size_t need, cap;

	if (__builtin_add_overflow(b->len, extra, &need) ||
	    need >= SIZE_MAX / 2)
		xnomem();
	if (need < b->cap)
		return;
	cap = b->cap + b->cap / 2;
	if (cap <= need)
		cap = need + 1;
	if (cap < 64)
		cap = 64;
	b->s = xrealloc(b->cap ? b->s : NULL, cap);
	b->cap = cap;
	b->s[b->len] = '\0';
}

void buf_add(struct buf *b, const void *s, size_t n)
{
	if (n == 0)
		return;
	buf_grow(b, n);
	memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addstr(struct buf *b, struct str s)
{
	buf_add(b, s.s, s.n);
}

void buf_addch(struct buf *b, char c)
{
	buf_grow(b, 1);
	b->s[b->len++] = c;
	b->s[b->len] = '\0';
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(b, fmt, ap);
	va_end(ap);
}

void buf_addvf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	buf_grow(b, 64);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	if (n < 0) {
		b->s[b->len] = '\0';
		goto out;
	}
	if ((size_t)n >= b->cap - b->len) {
		buf_grow(b, (size_t)n);
		vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	}
	b->len += (size_t)n;
out:
	va_end(again);
}

char *buf_detach(struct buf *b)
{
	char *s = b->cap ? b->s : xstrdup("");

	*b = BUF_INIT;
	return s;
}
