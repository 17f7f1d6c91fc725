/* Texts put together member by member. Each value ends with a comma, which
 * the bracket that closes its container takes back. */
#include "ehr/json.h"

static void named(struct buf *b, const char *key)
{
	if (key == NULL)
		return;
	json_quote(b, str_of(key));
	buf_addch(b, ':');
}

void json_open(struct buf *b, const char *key, char bracket)
{
	named(b, key);
	buf_addch(b, bracket);
}

void json_close(struct buf *b, char bracket)
{
	if (b->len && b->s[b->len - 1] == ',')
		b->len--;
	buf_addch(b, bracket);
	buf_addch(b, ',');
}

void json_done(struct buf *b)
{
	if (b->len && b->s[b->len - 1] == ',')
		b->s[--b->len] = '\0';
}

void json_text(struct buf *b, const char *key, struct str v)
{
	if (v.s == NULL)
		return;
	named(b, key);
	json_quote(b, v);
	buf_addch(b, ',');
}

void json_raw(struct buf *b, const char *key, struct str json)
{
	if (json.s == NULL)
		return;
	named(b, key);
	buf_addstr(b, json);
	buf_addch(b, ',');
}

void json_count(struct buf *b, const char *key, uint64_t n)
{
	named(b, key);
	buf_addf(b, "%llu,", (unsigned long long)n);
}
