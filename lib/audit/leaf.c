/*
 * leaf.c - an event as the bytes its leaf hash is taken over:
 *
 *	0x00		leaf prefix (RFC 6962 2.1)
 *	0x01		version of this form
 *	value x 12	seq time user tool action purpose scope outcome
 *			batch pair patient patients
 *
 *	value = 'n'	NULL
 *	      | 'i' int64 big-endian
 *	      | 'r' IEEE 754 double, its bits big-endian
 *	      | 't' length (uint32 big-endian) bytes
 *	      | 'b' length (uint32 big-endian) bytes
 *
 * The type is the one the row has, so that 1, '1', 1.0 and x'31' differ, and
 * so do NULL and ''. No event can be read as another one.
 */
#include "ehr/crypto.h"
#include "impl.h"

enum { LEAF_PREFIX = 0, LEAF_VERSION = 1 };

static void put(struct buf *b, char tag, uint64_t v, int bytes)
{
	char s[9] = { tag };
	int i;

	for (i = bytes; i > 0; i--, v >>= 8)
		s[i] = (char)(v & 0xff);
	buf_add(b, s, (size_t)bytes + 1);
}

static void put_bytes(struct buf *b, char tag, struct str v)
{
	put(b, tag, v.n, 4);
	buf_addstr(b, v);
}

void leaf_begin(struct buf *b)
{
	buf_reset(b);
	buf_addch(b, LEAF_PREFIX);
	buf_addch(b, LEAF_VERSION);
}

void leaf_null(struct buf *b)
{
	buf_addch(b, 'n');
}

void leaf_int(struct buf *b, int64_t v)
{
	put(b, 'i', (uint64_t)v, 8);
}

void leaf_text(struct buf *b, struct str v)
{
	if (v.s)
		put_bytes(b, 't', v);
	else
		leaf_null(b);
}

void leaf_blob(struct buf *b, struct str v)
{
	if (v.s)
		put_bytes(b, 'b', v);
	else
		leaf_null(b);
}

static void leaf_real(struct buf *b, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put(b, 'r', bits, 8);
}

void leaf_column(struct buf *b, struct stmt *s, int i)
{
	switch (stmt_type(s, i)) {
	case STMT_NULL:
		leaf_null(b);
		break;
	case STMT_INT:
		leaf_int(b, stmt_col_int(s, i));
		break;
	case STMT_REAL:
		leaf_real(b, stmt_col_real(s, i));
		break;
	case STMT_TEXT:
		put_bytes(b, 't', stmt_col(s, i));
		break;
	case STMT_BLOB:
		put_bytes(b, 'b', stmt_col(s, i));
		break;
	}
}

void leaf_end(struct buf *b, uint8_t hash[MERKLE_HASH])
{
	sha256(b->s, b->len, hash);
}
