/*
 * leaf.c - an event as the bytes its leaf hash is taken over:
 *
 *	0x00		leaf prefix (RFC 6962 2.1)
 *	0x01		version of this form
 *	value x 12	seq time user tool action purpose scope outcome
 *			batch pair patient patients
 *
 * or, when role or device are not NULL, with the version 0x02 and
 *
 *	value x 14	the same, role device
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

enum { LEAF_PREFIX = 0, LEAF_FIRST = 1, LEAF_LATER = 2 };

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

int leaf_columns(bool later)
{
	return later ? COL_LEAF : COL_ROLE;
}

void leaf_begin(struct buf *b, bool later)
{
	buf_reset(b);
	buf_addch(b, LEAF_PREFIX);
	buf_addch(b, later ? LEAF_LATER : LEAF_FIRST);
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

static void column(struct buf *b, struct stmt *s, int i)
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

void leaf_row(struct buf *b, struct stmt *s)
{
	bool later = !stmt_col_null(s, COL_ROLE) ||
	    !stmt_col_null(s, COL_DEVICE);

	leaf_begin(b, later);
	for (int i = 0; i < leaf_columns(later); i++)
		column(b, s, i);
}

void leaf_end(struct buf *b, uint8_t hash[MERKLE_HASH])
{
	sha256(b->s, b->len, hash);
}

/* ---- and back ---- */

static bool take_number(struct str *s, int bytes, uint64_t *v)
{
	if (s->n < (size_t)bytes)
		return false;
	for (*v = 0; bytes > 0; bytes--, s->s++, s->n--)
		*v = *v << 8 | (unsigned char)*s->s;
	return true;
}

/* A value as the log writes it: NULL, a number, a text or bytes. */
struct value {
	int64_t number;
	struct str text;	/* .s NULL: none */
};

static bool take_value(struct str *s, struct value *v)
{
	uint64_t n;
	char tag;

	*v = (struct value){ 0, STR_NONE };
	if (s->n == 0)
		return false;
	tag = *s->s++;
	s->n--;
	if (tag == 'n')
		return true;
	if (!take_number(s, tag == 'i' ? 8 : 4, &n))
		return false;
	if (tag == 'i') {
		v->number = (int64_t)n;
		return true;
	}
	if ((tag != 't' && tag != 'b') || n > s->n)
		return false;
	v->text = (struct str){ s->s, n };
	s->s += n;
	s->n -= n;
	return true;
}

static int64_t count_patients(const struct value *v, bool *whole)
{
	RANGES_AUTO set = { 0 };

	if (v[COL_PATIENT].number)
		return 1;
	*whole = ranges_take(v[COL_PATIENTS].text, &set);
	return set.patients;
}

bool audit_event_parse(struct str bytes, struct audit_row *row)
{
	struct value v[COL_LEAF] = { 0 };
	bool later = bytes.n && *bytes.s == LEAF_LATER, whole = true;

	if (bytes.n == 0 || (!later && *bytes.s != LEAF_FIRST))
		return false;
	bytes.s++;
	bytes.n--;
	for (int i = 0; i < leaf_columns(later); i++)
		if (!take_value(&bytes, &v[i]))
			return false;
	*row = (struct audit_row){
		.seq = v[COL_SEQ].number,
		.time = v[COL_TIME].number,
		.user = v[COL_USER].text,
		.tool = v[COL_TOOL].text,
		.action = v[COL_ACTION].text,
		.purpose = v[COL_PURPOSE].text,
		.scope = v[COL_SCOPE].text,
		.outcome = v[COL_OUTCOME].text,
		.role = v[COL_ROLE].text,
		.device = v[COL_DEVICE].text,
		.batch = v[COL_BATCH].number,
		.pair = v[COL_PAIR].number,
		.patients = count_patients(v, &whole),
	};
	return whole && bytes.n == 0;
}
