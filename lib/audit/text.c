/* text.c - numbers and bytes in the text forms of C2SP. */
#include "text.h"

bool text_size(struct str s, uint64_t *v)
{
	int64_t n;

	if (s.n == 0 || s.s[0] < '0' || s.s[0] > '9' ||
	    (s.s[0] == '0' && s.n > 1) || !str_int(s, &n))
		return false;
	*v = (uint64_t)n;
	return true;
}

void text_tile_index(struct buf *b, uint64_t index)
{
	uint64_t unit = 1;

	while (index / unit >= 1000)
		unit *= 1000;
	for (; unit > 1; unit /= 1000)
		buf_addf(b, "x%03u/", (unsigned)(index / unit % 1000));
	buf_addf(b, "%03u", (unsigned)(index % 1000));
}

bool text_base64_any(struct str s, struct buf *out)
{
	BUF_AUTO again = BUF_INIT;

	buf_reset(out);
	if (!base64_decode(out, s))
		return false;
	base64_encode(&again, out->s, out->len);
	return str_eq(buf_str(&again), s);
}

bool text_base64(struct str s, uint8_t *out, size_t n)
{
	BUF_AUTO b = BUF_INIT;

	if (!text_base64_any(s, &b) || b.len != n)
		return false;
	memcpy(out, b.s, n);
	return true;
}
