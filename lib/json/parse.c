/*
 * parse.c - a JSON text becomes a tape in one pass (RFC 8259).
 *
 * Scans run without a check for the end of the input: the last byte of the
 * text is a closing bracket, at which every scan but that of strings stops.
 * A text that ends otherwise is copied and gets a NUL behind it, which no
 * token can hold. Strings are scanned and copied in blocks.
 */
#include <stdlib.h>

#include "json/parse.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define HOT  static inline __attribute__((always_inline))
#define COLD static __attribute__((noinline, cold))
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* What does not change from token to token, and what is changed rarely. */
struct parse {
	struct tape *t;
	const uint8_t *start, *end;	/* the input */
	uint8_t *text;			/* of t */
	struct tape_node *node;		/* of t */
	const struct tape_node *last;	/* no room for a key and a value */
	struct tape_error *err;
	struct frame frame[MAX_DEPTH + 1];
};

/* The hot state; its address is only given to inlined functions, so that it
 * lives in registers. */
struct cur {
	const uint8_t *p;	/* next byte of the input */
	uint8_t *w;		/* end of the minified text */
	struct tape_node *n;	/* next free node */
};

enum { BLANK = 1, DIGIT = 2 };
enum { MAX_TEXT = 1 << 30 }; /* offsets of nodes have 32 bits */
static const uint8_t class_of[256] = {
	[' '] = BLANK, ['\t'] = BLANK, ['\n'] = BLANK, ['\r'] = BLANK,
	['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT,
	['4'] = DIGIT, ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT,
	['8'] = DIGIT, ['9'] = DIGIT,
};

/* ---- failures ---- */

COLD int fail(struct parse *ps, const uint8_t *p, enum diag_id id,
    const char *text)
{
	if (p >= ps->end && id != DIAG_JSON_DEPTH && id != DIAG_JSON_SIZE) {
		p = ps->end;
		id = DIAG_JSON_TRUNCATED;
		text = "the text ends too early";
	}
	*ps->err = (struct tape_error){ id, (size_t)(p - ps->start), text };
	return EHR_EREJECT;
}

/* Input offset of the byte that became byte off of the minified text. */
COLD size_t input_offset(const struct parse *ps, size_t off)
{
	const uint8_t *p;
	bool quoted = false;

	for (p = ps->start; p < ps->end; p++) {
		if (!quoted && class_of[*p] == BLANK)
			continue;
		if (off-- == 0)
			break;
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && off-- == 0)
			break;
		else if (*p == '\\')
			p++;
	}
	return (size_t)(p - ps->start);
}

COLD int fail_duplicate(struct parse *ps, uint32_t key)
{
	*ps->err = (struct tape_error){ DIAG_JSON_DUPLICATE,
		input_offset(ps, ps->node[key].off - 1),
		"a key stands twice in an object" };
	return EHR_EREJECT;
}

/* ---- blanks ---- */

/* Line ends are followed by indentation in what people and Synthea print. */
static const uint8_t *blanks(const uint8_t *p, const uint8_t *end)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(' ');
	unsigned other;

	while (class_of[*p] == BLANK) {
		p++;
		while (end - p >= 16) {
			other = 0xffffU ^ (unsigned)_mm_movemask_epi8(
			    _mm_cmpeq_epi8(_mm_loadu_si128((const void *)p),
				space));
			if (other) {
				p += __builtin_ctz(other);
				break;
			}
			p += 16;
		}
	}
#else
	(void)end;
	while (class_of[*p] == BLANK)
		p++;
#endif
	return p;
}

HOT void skip(struct parse *ps, struct cur *c)
{
	if (UNLIKELY(*c->p <= ' '))
		c->p = blanks(c->p, ps->end);
}

/* ---- strings ---- */

/* Length of the escape at p, or 0 and *bad is the offset of the wrong byte. */
static size_t escape(const uint8_t *p, size_t *bad)
{
	size_t i;

	*bad = 1;
	switch (p[1]) {
	case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r':
	case 't':
		return 2;
	case 'u':
		for (i = 2; i < 6; i++) {
			uint8_t low = p[i] | 0x20;

			if (class_of[p[i]] != DIGIT &&
			    (low < 'a' || low > 'f')) {
				*bad = i;
				return 0;
			}
		}
		return 6;
	}
	return 0;
}

/* Copies what stands at p of a string and is no plain ASCII: an escape or a
 * run of UTF-8 sequences. Returns its length, or 0 with the error set. */
static __attribute__((noinline)) size_t special(struct parse *ps,
    const uint8_t *p, uint8_t *w)
{
	size_t n = 0, one, bad;

	if (p[0] == '\\') {
		/* The text may end with the bracket's byte or a NUL. */
		n = p + 1 < ps->end ? escape(p, &bad) : (bad = 1, 0);
		if (n == 0)
			fail(ps, p + bad, DIAG_JSON_SYNTAX, "faulty escape");
		memcpy(w, p, n);
		return n;
	}
	if (p[0] < 0x20) {
		fail(ps, p, DIAG_JSON_SYNTAX, "control character in a string");
		return 0;
	}
	for (; p + n < ps->end && p[n] >= 0x80; n += one) {
		one = utf8_sequence(p + n, &bad);
		if (one == 0) {
			fail(ps, p + n + bad, DIAG_JSON_UTF8, "not UTF-8");
			return 0;
		}
		memcpy(w + n, p + n, one);
	}
	return n;
}

/* Bytes of plain ASCII at p, copied to w: at most what a block holds. */
HOT unsigned plain(const uint8_t *p, const uint8_t *end, uint8_t *w)
{
	unsigned n = 0;

#ifdef __SSE2__
	if (LIKELY(end - p >= 32)) {
		const __m128i quote = _mm_set1_epi8('"');
		const __m128i slash = _mm_set1_epi8('\\');
		const __m128i space = _mm_set1_epi8(' ');
		__m128i a = _mm_loadu_si128((const void *)p);
		__m128i b = _mm_loadu_si128((const void *)(p + 16));
		uint32_t mask;

		_mm_storeu_si128((void *)w, a);
		_mm_storeu_si128((void *)(w + 16), b);
		/* The signed comparison finds controls and 0x80 to 0xff. */
		a = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(a, quote),
		    _mm_cmpeq_epi8(a, slash)), _mm_cmplt_epi8(a, space));
		b = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(b, quote),
		    _mm_cmpeq_epi8(b, slash)), _mm_cmplt_epi8(b, space));
		mask = (uint32_t)_mm_movemask_epi8(a) |
		    (uint32_t)_mm_movemask_epi8(b) << 16;
		return mask ? (unsigned)__builtin_ctz(mask) : 32;
	}
#endif
	while (n < 32 && p + n < end && p[n] != '"' && p[n] != '\\' &&
	    p[n] >= ' ' && p[n] < 0x80) {
		w[n] = p[n];
		n++;
	}
	return n;
}

/* The string whose opening quote stands at c->p becomes a node. */
HOT bool string(struct parse *ps, struct cur *c, unsigned depth)
{
	const uint8_t *p = c->p + 1;
	uint8_t *w = c->w + 1;
	bool escaped = false;
	size_t n;

	*c->w = '"';
	for (;;) {
		n = plain(p, ps->end, w);
		p += n;
		w += n;
		if (UNLIKELY(p == ps->end)) {
			fail(ps, p, DIAG_JSON_TRUNCATED, "");
			return false;
		}
		if (LIKELY(*p == '"'))
			break;
		if (LIKELY(n == 32))
			continue;
		escaped |= *p == '\\';
		n = special(ps, p, w);
		if (UNLIKELY(n == 0))
			return false;
		p += n;
		w += n;
	}
	*w = '"';
	c->n->off = (uint32_t)(c->w + 1 - ps->text);
	c->n->len = (uint32_t)(w - c->w - 1);
	c->n->next = (uint32_t)(c->n - ps->node) + 1;
	c->n->type = TAPE_STRING;
	c->n->escaped = escaped;
	c->n->depth = (uint16_t)depth;
	c->n++;
	c->p = p + 1;
	c->w = w + 1;
	return true;
}

/* ---- numbers and literals ---- */

/* End of the number at p, or NULL and *bad is where it is wrong. */
HOT const uint8_t *number_end(const uint8_t *p, const uint8_t **bad)
{
	p += *p == '-';
	if (*p == '0') {
		p++;
	} else {
		if (class_of[*p] != DIGIT)
			goto fault;
		while (class_of[*p] == DIGIT)
			p++;
	}
	if (*p == '.') {
		if (class_of[*++p] != DIGIT)
			goto fault;
		while (class_of[*p] == DIGIT)
			p++;
	}
	if (UNLIKELY((*p | 0x20) == 'e')) {
		p++;
		p += *p == '+' || *p == '-';
		if (class_of[*p] != DIGIT)
			goto fault;
		while (class_of[*p] == DIGIT)
			p++;
	}
	return p;
fault:
	*bad = p;
	return NULL;
}

HOT void scalar(struct parse *ps, struct cur *c, const uint8_t *p,
    enum tape_type type, unsigned depth)
{
	size_t n = (size_t)(p - c->p);

	if (n <= 16 && ps->end - c->p >= 16)
		memcpy(c->w, c->p, 16);
	else
		memcpy(c->w, c->p, n);
	c->n->off = (uint32_t)(c->w - ps->text);
	c->n->len = (uint32_t)n;
	c->n->next = (uint32_t)(c->n - ps->node) + 1;
	c->n->type = (uint8_t)type;
	c->n->escaped = 0;
	c->n->depth = (uint16_t)depth;
	c->n++;
	c->w += n;
	c->p = p;
}

HOT bool number(struct parse *ps, struct cur *c, unsigned depth)
{
	const uint8_t *bad, *p = number_end(c->p, &bad);

	if (UNLIKELY(!p)) {
		fail(ps, bad, DIAG_JSON_SYNTAX, "faulty number");
		return false;
	}
	scalar(ps, c, p, TAPE_NUMBER, depth);
	return true;
}

HOT bool literal(struct parse *ps, struct cur *c, const char *word,
    enum tape_type type, unsigned depth)
{
	const uint8_t *p = c->p;

	for (; *word; word++, p++)
		if (UNLIKELY(*p != (uint8_t)*word)) {
			fail(ps, p, DIAG_JSON_SYNTAX, "faulty literal");
			return false;
		}
	scalar(ps, c, p, type, depth);
	return true;
}

/* ---- objects and arrays ---- */

/* Room for a key and a value. */
COLD bool grow(struct parse *ps, struct cur *c)
{
	struct tape *t = ps->t;
	size_t used = (size_t)(c->n - t->node), cap = t->node_cap * 2UL;

	if (t->node_cap >= TAPE_MAX_NODES) {
		fail(ps, c->p, DIAG_JSON_SIZE, "too many values");
		return false;
	}
	if (cap > TAPE_MAX_NODES)
		cap = TAPE_MAX_NODES;
	t->node = xrealloc(t->node, cap * sizeof(*t->node));
	t->node_cap = (uint32_t)cap;
	ps->last = t->node + cap - 1;
	ps->node = t->node;
	c->n = t->node + used;
	return true;
}

HOT bool room(struct parse *ps, struct cur *c)
{
	struct cur moved;

	if (LIKELY(c->n < ps->last))
		return true;
	moved = *c; /* the address of *c must not escape */
	if (!grow(ps, &moved))
		return false;
	*c = moved;
	return true;
}

HOT uint64_t load8(const void *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

/* Number of the bit of a key; 8 bytes behind it are readable. */
HOT unsigned key_bit(const void *key, size_t n)
{
	static const uint64_t mask[9] = { 0, 0xff, 0xffff, 0xffffff,
		0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
		0xffffffffffffffff };
	const uint8_t *s = key;
	uint64_t a, b, m = mask[n < 8 ? n : 8];

	a = load8(s) & m;
	b = load8(s + (n < 8 ? 0 : n - 8)) & m;
	a = (a + n) * 0x9e3779b97f4a7c15U;
	b = (b ^ a >> 29) * 0xbf58476d1ce4e5b9U;
	return (unsigned)(b >> 56);
}

/* Notes the key just read; false when it was there before. Keys with escapes
 * and the ones beyond KEYS_WALK are looked at when the object ends. */
HOT bool key_new(struct parse *ps, struct frame *f, const struct tape_node *k)
{
	unsigned bit;
	uint64_t one;

	f->keys += k->escaped ? KEYS_WALK + 1 : 1;
	if (UNLIKELY(f->keys > KEYS_WALK))
		return true;
	bit = key_bit(ps->text + k->off, k->len);
	one = (uint64_t)1 << (bit & 63);
	if (LIKELY(!(f->seen[bit >> 6] & one))) {
		f->seen[bit >> 6] |= one;
		return true;
	}
	return !keys_met(ps->t, f->node, (uint32_t)(k - ps->node));
}

HOT struct frame *open_frame(struct parse *ps, struct cur *c, struct frame *f,
    enum tape_type type)
{
	struct tape_node *n = c->n++;

	n->off = (uint32_t)(c->w - ps->text);
	n->type = (uint8_t)type;
	n->escaped = 0;
	n->depth = (uint16_t)(f - ps->frame);
	*c->w++ = *c->p++;
	if (UNLIKELY(f == ps->frame + MAX_DEPTH)) {
		fail(ps, c->p - 1, DIAG_JSON_DEPTH, "nested too deeply");
		return NULL;
	}
	f++;
	f->node = (uint32_t)(n - ps->node);
	f->object = type == TAPE_OBJECT;
	f->keys = 0;
	memset(f->seen, 0, sizeof(f->seen));
	return f;
}

HOT void close_frame(struct parse *ps, struct cur *c, const struct frame *f)
{
	struct tape_node *n = ps->node + f->node;

	*c->w++ = *c->p++;
	n->len = (uint32_t)(c->w - ps->text) - n->off;
	n->next = (uint32_t)(c->n - ps->node);
}

/* What ends a text or cannot start a value. */
COLD int no_value(struct parse *ps, const uint8_t *p)
{
	return fail(ps, p, DIAG_JSON_SYNTAX, "a value is missing");
}

/* ---- the text ---- */

/* A scalar or the opening bracket at c->p. Returns 0, 1 for an opened
 * container (*fp is moved), or an error. */
HOT int value(struct parse *ps, struct cur *c, struct frame **fp)
{
	unsigned depth = (unsigned)(*fp - ps->frame);
	struct frame *f;

	switch (*c->p) {
	case '"':
		return string(ps, c, depth) ? 0 : EHR_EREJECT;
	case '{':
	case '[':
		f = open_frame(ps, c, *fp,
		    *c->p == '{' ? TAPE_OBJECT : TAPE_ARRAY);
		if (UNLIKELY(!f))
			return EHR_EREJECT;
		*fp = f;
		return 1;
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return number(ps, c, depth) ? 0 : EHR_EREJECT;
	case 't':
		return literal(ps, c, "true", TAPE_TRUE, depth) ? 0 :
		    EHR_EREJECT;
	case 'f':
		return literal(ps, c, "false", TAPE_FALSE, depth) ? 0 :
		    EHR_EREJECT;
	case 'n':
		return literal(ps, c, "null", TAPE_NULL, depth) ? 0 :
		    EHR_EREJECT;
	}
	return no_value(ps, c->p);
}

/* Closes f; false when a key stands there twice. */
HOT bool end_container(struct parse *ps, struct cur *c, const struct frame *f)
{
	uint32_t key;

	close_frame(ps, c, f);
	if (LIKELY(f->keys <= KEYS_WALK))
		return true;
	key = keys_duplicate(ps->t, f->node);
	if (key)
		fail_duplicate(ps, key);
	return key == 0;
}

/* A key with its colon. */
HOT bool member(struct parse *ps, struct cur *c, struct frame *f)
{
	if (UNLIKELY(*c->p != '"')) {
		fail(ps, c->p, DIAG_JSON_SYNTAX, "a key is missing");
		return false;
	}
	if (UNLIKELY(!string(ps, c, (unsigned)(f - ps->frame))))
		return false;
	if (UNLIKELY(!key_new(ps, f, c->n - 1))) {
		fail_duplicate(ps, (uint32_t)(c->n - 1 - ps->node));
		return false;
	}
	skip(ps, c);
	if (UNLIKELY(*c->p != ':')) {
		fail(ps, c->p, DIAG_JSON_SYNTAX, "a colon is missing");
		return false;
	}
	*c->w++ = *c->p++;
	skip(ps, c);
	return true;
}

/* The text from the first byte that is not blank. */
static int text(struct parse *ps, const uint8_t *p)
{
	struct cur c = { p, ps->text, ps->node };
	struct frame *f = ps->frame;
	int r;

next:
	if (UNLIKELY(!room(ps, &c)))
		return EHR_EREJECT;
	if (f->object && UNLIKELY(!member(ps, &c, f)))
		return EHR_EREJECT;
	r = value(ps, &c, &f);
	if (UNLIKELY(r < 0))
		return r;
	if (r > 0) {
		skip(ps, &c);
		if (*c.p != (f->object ? '}' : ']'))
			goto next;
		goto close;
	}
after:
	if (f == ps->frame)
		goto out;
	skip(ps, &c);
	if (LIKELY(*c.p == ',')) {
		*c.w++ = *c.p++;
		skip(ps, &c);
		goto next;
	}
	if (UNLIKELY(*c.p != (f->object ? '}' : ']')))
		return fail(ps, c.p, DIAG_JSON_SYNTAX,
		    "a comma or a closing bracket is missing");
close:
	if (UNLIKELY(!end_container(ps, &c, f)))
		return EHR_EREJECT;
	f--;
	if (LIKELY(c.p != ps->end))
		goto after;
	if (f != ps->frame)
		return fail(ps, c.p, DIAG_JSON_TRUNCATED, "");
out:
	if (c.p != ps->end)
		return fail(ps, blanks(c.p, ps->end), DIAG_JSON_SYNTAX,
		    "text behind the value");
	ps->t->count = (uint32_t)(c.n - ps->node);
	ps->t->len = (size_t)(c.w - ps->text);
	*c.w = '\0';
	return 0;
}

/* Makes room for a text of n bytes and a first guess of its values. */
static void prepare(struct tape *t, size_t n)
{
	size_t nodes = n / 16 + 16;

	t->count = 0;
	t->len = 0;
	if (t->text_cap < n + TAPE_PAD) {
		free(t->text);
		t->text_cap = n + n / 4 + TAPE_PAD;
		t->text = xmalloc(t->text_cap);
	}
	t->text[0] = '\0';
	if (nodes > TAPE_MAX_NODES)
		nodes = TAPE_MAX_NODES;
	if (t->node_cap < nodes) {
		free(t->node);
		t->node_cap = (uint32_t)nodes;
		t->node = xmalloc(nodes * sizeof(*t->node));
	}
}

int tape_parse(struct tape *t, const char *s, size_t n, struct tape_error *err)
{
	const uint8_t *from = (const void *)s, *end = from + n;
	uint8_t *copy = NULL;
	struct parse ps;
	int r;

	prepare(t, n < MAX_TEXT ? n : 0);
	while (end > from && class_of[end[-1]] == BLANK)
		end--;
	ps.t = t;
	ps.err = err;
	ps.start = from;
	ps.end = end;
	ps.text = (uint8_t *)t->text;
	ps.node = t->node;
	ps.last = t->node + t->node_cap - 1;
	ps.frame[0].object = false;
	if (n >= MAX_TEXT)
		return fail(&ps, from, DIAG_JSON_SIZE, "too large");
	if (end == from) {
		*err = (struct tape_error){ DIAG_JSON_SYNTAX, 0, "no value" };
		return EHR_EREJECT;
	}
	if (end[-1] != '}' && end[-1] != ']') {
		n = (size_t)(end - from);
		copy = xmalloc(n + 1);
		memcpy(copy, from, n);
		copy[n] = '\0';
		ps.start = copy;
		ps.end = copy + n;
	}
	r = text(&ps, blanks(ps.start, ps.end));
	free(copy);
	if (r < 0)
		t->text[0] = '\0';
	return r;
}
