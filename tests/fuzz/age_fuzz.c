/* age files: any bytes end in success or in a failure that says what is wrong;
 * what was written is read the same again. */
#include "ehr/age.h"
#include "fuzz.h"

static const char identity[] = "AGE-SECRET-KEY-1"
    "GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

static ssize_t from_str(void *arg, void *p, size_t n, struct ehr_err *e)
{
	struct str *s = arg;

	(void)e;
	if (n > s->n)
		n = s->n;
	if (n)
		memcpy(p, s->s, n);
	s->s += n;
	s->n -= n;
	return (ssize_t)n;
}

static int to_buf(void *b, const void *p, size_t n, struct ehr_err *e)
{
	(void)e;
	buf_add(b, p, n);
	return 0;
}

static int read_all(const struct age_keys *k, struct str file, struct buf *out)
{
	const struct age_from from = { k, NULL, NULL };
	struct age_in *a = age_in_new(&from, from_str, &file);
	struct ehr_err e = { 0, "" };
	char block[777];
	ssize_t n;

	while ((n = age_in_read(a, block, sizeof(block), &e)) > 0)
		buf_add(out, block, (size_t)n);
	age_in_free(a);
	MUST(n == 0 || (e.code == n && str_starts(str_of(e.msg), "age")));
	return (int)n;
}

static void there_and_back(const struct age_keys *secret, struct str text,
    bool armor)
{
	struct buf name = BUF_INIT, file = BUF_INIT, again = BUF_INIT;
	struct age_keys to = AGE_KEYS_INIT;
	const struct age_to for_whom = { .keys = &to, .armor = armor };
	struct age_out *o;

	age_recipient(secret->key[0], &name);
	MUST(age_key_add(&to, buf_str(&name), false, NULL) == 0);
	MUST(age_out_new(&o, &for_whom, to_buf, &file, NULL) == 0);
	MUST(age_out_write(o, text.s, text.n, NULL) == 0);
	MUST(age_out_end(o, NULL) == 0);
	age_out_free(o);
	MUST(read_all(secret, buf_str(&file), &again) == 0);
	MUST(str_eq(buf_str(&again), text));
	buf_release(&name);
	buf_release(&file);
	buf_release(&again);
	age_keys_release(&to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct age_keys secret = AGE_KEYS_INIT;
	struct buf out = BUF_INIT;

	MUST(age_key_add(&secret, str_of(identity), true, NULL) == 0);
	read_all(&secret, text, &out);
	there_and_back(&secret, text, size % 2);
	buf_release(&out);
	age_keys_release(&secret);
	return 0;
}
