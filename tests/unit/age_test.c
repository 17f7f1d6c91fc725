/* The stream of sealed chunks: any length, read in any pieces; cut, doubled
 * and moved chunks. */
#include "ehr/age.h"

#include "test.h"

enum { SEALED = STREAM_CHUNK + AEAD_TAG_LEN };

static const uint8_t key[AEAD_KEY_LEN] = { 1, 2, 3 };

static int to_buf(void *b, const void *p, size_t n, struct ehr_err *e)
{
	(void)e;
	buf_add(b, p, n);
	return 0;
}

static ssize_t from_str(void *arg, void *p, size_t n, struct ehr_err *e)
{
	struct str *s = arg;

	(void)e;
	if (n > s->n)
		n = s->n;
	if (n > 1000)
		n = 1000; /* short reads */
	memcpy(p, s->s, n);
	s->s += n;
	s->n -= n;
	return (ssize_t)n;
}

static void seal(struct buf *out, struct str plain, size_t piece)
{
	struct stream_out *s = stream_out_new(key, to_buf, out);

	while (plain.n) {
		size_t n = plain.n < piece ? plain.n : piece;

		CHECK_INT(stream_out_write(s, plain.s, n, NULL), 0);
		plain.s += n;
		plain.n -= n;
	}
	CHECK_INT(stream_out_end(s, NULL), 0);
	stream_out_free(s);
}

/* 0 and what was in it, or the code. */
static int unseal(struct buf *out, struct str sealed, size_t piece)
{
	struct stream_in *s = stream_in_new(key, from_str, &sealed);
	char *p = malloc(piece);
	ssize_t n;

	buf_reset(out);
	while ((n = stream_in_read(s, p, piece, NULL)) > 0)
		buf_add(out, p, (size_t)n);
	free(p);
	stream_in_free(s);
	return (int)n;
}

TEST(any_length_in_any_pieces)
{
	static const size_t lengths[] = { 0, 1, STREAM_CHUNK - 1, STREAM_CHUNK,
		STREAM_CHUNK + 1, 3 * STREAM_CHUNK, 3 * STREAM_CHUNK + 77 };
	static const size_t pieces[] = { 1000, 70000 };
	BUF_AUTO plain = BUF_INIT, sealed = BUF_INIT, again = BUF_INIT;

	for (size_t i = 0; i < 4 * STREAM_CHUNK; i++)
		buf_addch(&plain, (char)(i * 7 + i / 251));
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
			struct str s = { plain.s, lengths[i] };
			size_t chunks = s.n ?
			    (s.n + STREAM_CHUNK - 1) / STREAM_CHUNK : 1;

			buf_reset(&sealed);
			seal(&sealed, s, pieces[k]);
			CHECK_INT(sealed.len, s.n + chunks * AEAD_TAG_LEN);
			CHECK_INT(unseal(&again, buf_str(&sealed),
			    pieces[1 - k]), 0);
			CHECK(str_eq(buf_str(&again), s));
		}
}

TEST(chunks_cut_doubled_and_moved)
{
	BUF_AUTO plain = BUF_INIT, sealed = BUF_INIT, bad = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	struct str s;

	for (size_t i = 0; i < 3 * STREAM_CHUNK + 10; i++)
		buf_addch(&plain, (char)i);
	seal(&sealed, buf_str(&plain), 4096);
	s = buf_str(&sealed);
	for (size_t cut = 0; cut < s.n; cut += cut < 100 ? 1 : SEALED / 4)
		CHECK_INT(unseal(&out, (struct str){ s.s, cut }, 4096),
		    EHR_EINTEGRITY);
	for (int k = 0; k < 3; k++) { /* left out, doubled, in another order */
		buf_reset(&bad);
		if (k)
			buf_add(&bad, s.s + (k == 2 ? SEALED : 0), SEALED);
		if (k == 2)
			buf_add(&bad, s.s, SEALED);
		buf_add(&bad, s.s + (k == 1 ? 0 : SEALED * (k ? 2 : 1)),
		    s.n - (k == 1 ? 0 : SEALED * (size_t)(k ? 2 : 1)));
		CHECK_INT(unseal(&out, buf_str(&bad), 4096), EHR_EINTEGRITY);
	}
	buf_addch(&sealed, 'x');
	CHECK_INT(unseal(&out, buf_str(&sealed), 4096), EHR_EINTEGRITY);
}

/* Keys that share the same secret with everybody: what is sealed to one is
 * open. */
TEST(recipients_of_low_order_are_refused)
{
	static const char *const none[] = {
		"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
		"age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
		"age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
		"age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8",
		"age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
		"age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
		"age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv",
	};
	AGE_KEYS_AUTO k = AGE_KEYS_INIT;
	struct age_to to = { .keys = &k };
	BUF_AUTO out = BUF_INIT;
	struct age_out *o = NULL;
	struct ehr_err e;

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		CHECK_INT(age_key_add(&k, str_of(none[i]), false, &e),
		    EHR_EUSAGE);
	CHECK_STR(e.msg, "no recipient of age: what is sealed to this key is "
	    "open to everybody");
	CHECK_INT(k.n, 0);
	/* nor is anything written when no secret can be shared */
	k.key = xcalloc(1, CURVE_LEN);
	k.n = k.cap = 1;
	CHECK_INT(age_out_new(&o, &to, to_buf, &out, &e), EHR_EIO);
	CHECK_INT(out.len, 0);
}
