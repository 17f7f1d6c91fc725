/*
 * Tapes: what is taken is written and read the same again, its nodes are in
 * order, and jansson takes and refuses the same texts but for what is listed.
 */
#include <jansson.h>
#include "ehr/json.h"
#include "fuzz.h"

/* Escapes of surrogates, of which we take half a pair and jansson does not. */
static bool has_surrogate(const uint8_t *s, size_t n)
{
	size_t i;

	for (i = 0; i + 3 < n; i++)
		if (s[i] == '\\' && s[i + 1] == 'u' && (s[i + 2] | 32) == 'd' &&
		    s[i + 3] >= '8')
			return true;
	return false;
}

static void agrees_with_jansson(const uint8_t *s, size_t n, int result,
    const struct tape_error *bad)
{
	json_error_t error;
	json_t *v = json_loadb((const char *)s, n, JSON_DECODE_ANY |
	    JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL,
	    &error);
	enum json_error_code code = json_error_code(&error);

	if (result == 0 && !v)
		MUST(code == json_error_numeric_overflow ||
		    code == json_error_null_byte_in_key ||
		    has_surrogate(s, n));
	if (result != 0 && v)
		MUST(bad->id == DIAG_JSON_DEPTH ||
		    (bad->id == DIAG_JSON_DUPLICATE && has_surrogate(s, n)));
	json_decref(v);
}

/* A string decodes to UTF-8 and is the same string when quoted again. */
static void string_again(const struct tape *t, uint32_t i)
{
	struct buf plain = BUF_INIT, quoted = BUF_INIT, again = BUF_INIT;

	json_unescape(&plain, tape_str(t, i));
	MUST(utf8_valid(plain.s, plain.len) == plain.len);
	json_quote(&quoted, buf_str(&plain));
	json_unescape(&again, (struct str){ quoted.s + 1, quoted.len - 2 });
	MUST(str_eq(buf_str(&plain), buf_str(&again)));
	buf_release(&plain);
	buf_release(&quoted);
	buf_release(&again);
}

static void nodes_in_order(const struct tape *t)
{
	uint32_t i, seen;

	MUST(t->node[0].next == t->count && t->node[0].depth == 0);
	for (i = 0; i < t->count; i++) {
		const struct tape_node *n = &t->node[i];

		MUST(n->next > i && n->next <= t->count);
		MUST((size_t)n->off + n->len <= t->len);
		seen = i + 1;
		if (n->type == TAPE_STRING)
			string_again(t, i);
		if (n->type == TAPE_OBJECT) {
			tape_each_key(t, i, k) {
				MUST(tape_type(t, k) == TAPE_STRING);
				MUST(t->node[k].next == k + 1);
				MUST(t->node[k].depth == n->depth + 1);
				seen = t->node[k + 1].next;
			}
		} else if (n->type == TAPE_ARRAY) {
			tape_each(t, i, k)
				seen = t->node[k].next;
		}
		MUST(seen == n->next);
	}
}

static void same_again(const struct tape *t)
{
	struct tape again = TAPE_INIT;
	struct tape_error bad;
	struct buf b = BUF_INIT;

	MUST(tape_parse(&again, t->text, t->len, &bad) == 0);
	MUST(again.len == t->len && again.count == t->count);
	MUST(memcmp(again.text, t->text, t->len) == 0);
	MUST(memcmp(again.node, t->node, t->count * sizeof(*t->node)) == 0);
	json_pretty(&b, t, 0, 1);
	MUST(tape_parse(&again, b.s, b.len, &bad) == 0);
	MUST(again.len == t->len && memcmp(again.text, t->text, t->len) == 0);
	MUST(tape_equal(t, 0, &again, 0));
	buf_release(&b);
	tape_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape t = TAPE_INIT;
	struct tape_error bad;
	int r = tape_parse(&t, (const char *)data, size, &bad);

	MUST(r == 0 || (r == EHR_EREJECT && bad.offset <= size && bad.text));
	/* jansson takes a NUL byte for the end of the text. */
	if (!memchr(data, '\0', size))
		agrees_with_jansson(data, size, r, &bad);
	if (r == 0) {
		nodes_in_order(&t);
		same_again(&t);
	}
	tape_release(&t);
	return 0;
}
