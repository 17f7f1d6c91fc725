/* emit.c - random numbers, identities, time and the text of resources. */
#include <stdio.h>

#include "gen.h"

const char *const type_name[T_COUNT] = {
#define X(id, name) name,
	GEN_TYPES(X)
#undef X
};

/* The finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, 2014). */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

struct rng rng_of(uint64_t seed, uint64_t owner, uint64_t purpose)
{
	uint64_t z = mix(seed + 0x9e3779b97f4a7c15);

	z = mix(z ^ (owner + 0xd1b54a32d192ed03));
	return (struct rng){ mix(z ^ (purpose + 0x8cb92ba72f3d8dd7)) };
}

uint64_t rng_next(struct rng *r)
{
	r->s += 0x9e3779b97f4a7c15;
	return mix(r->s);
}

int rng_below(struct rng *r, int n)
{
	return (int)((rng_next(r) >> 32) * (uint64_t)n >> 32);
}

int rng_range(struct rng *r, int lo, int hi)
{
	return lo + rng_below(r, hi - lo + 1);
}

bool rng_permille(struct rng *r, int p)
{
	return rng_below(r, 1000) < p;
}

int rng_bell(struct rng *r, int spread)
{
	uint64_t v = rng_next(r);
	int sum = 0;

	for (int i = 0; i < 4; i++, v >>= 16)
		sum += (int)(v & 0xffff);
	return (int)((int64_t)(sum - 2 * 0xffff) * 7 * spread / (4 * 0xffff));
}

struct ref ref_of(
    const struct gen *g, enum type type, uint64_t owner, uint64_t n)
{
	struct rng r = rng_of(g->seed, owner, n << 8 | (uint64_t)type);
	struct ref ref = { .type = type };

	ref.id.hi = rng_next(&r);
	ref.id.lo = rng_next(&r);
	/* the version and variant of a random UUID, RFC 9562 5.4 */
	ref.id.hi = (ref.id.hi & ~UINT64_C(0xf000)) | 0x4000;
	ref.id.lo = (ref.id.lo & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
	return ref;
}

struct ref ref_new(struct gen *g, enum type type)
{
	struct course *c = &g->course;

	return ref_of(g, type, c->who.number, ++c->ids);
}

static void add_id(struct buf *b, const struct id *id)
{
	uint8_t u[16];
	char text[37];

	for (int i = 0; i < 8; i++) {
		u[i] = (uint8_t)(id->hi >> (56 - 8 * i));
		u[8 + i] = (uint8_t)(id->lo >> (56 - 8 * i));
	}
	uuid_format(u, text);
	buf_add(b, text, 36);
}

static void add_ref(struct gen *g, struct buf *b, const struct ref *ref)
{
	if (g->form == AS_BUNDLES && !ref->shared) {
		buf_adds(b, "urn:uuid:");
	} else {
		buf_adds(b, type_name[ref->type]);
		buf_addch(b, '/');
	}
	add_id(b, &ref->id);
}

static void add_int(struct buf *b, int v, int decimals)
{
	char text[16];
	size_t at = sizeof(text);
	unsigned u = v < 0 ? 0u - (unsigned)v : (unsigned)v;

	for (int n = 0; u || n <= decimals; n++, u /= 10) {
		if (n && n == decimals)
			text[--at] = '.';
		text[--at] = (char)('0' + u % 10);
	}
	if (v < 0)
		text[--at] = '-';
	buf_add(b, text + at, sizeof(text) - at);
}

static void two(char *at, int v)
{
	at[0] = (char)('0' + v / 10);
	at[1] = (char)('0' + v % 10);
}

void day_parts(int64_t day, int *y, int *m, int *d)
{
	struct date date;

	date_from_days(&date, day);
	*y = date.year;
	*m = date.month;
	*d = date.day;
}

static void format_day(char out[11], int64_t day)
{
	int y, m, d;

	day_parts(day, &y, &m, &d);
	two(out, y / 100);
	two(out + 2, y % 100);
	out[4] = out[7] = '-';
	two(out + 5, m);
	two(out + 8, d);
	out[10] = '\0';
}

static int weekday(int64_t day) /* 0 is Sunday */
{
	return (int)(((day + 4) % 7 + 7) % 7);
}

/* From the second Sunday of March to the first of November. */
int offset_of(int64_t day)
{
	int y, m, d;

	day_parts(day, &y, &m, &d);
	int sunday = d - weekday(day); /* day of month of the last Sunday */
	bool summer = m == 3  ? sunday >= 8 :
		      m == 11 ? sunday < 1 :
				m > 3 && m < 11;
	return summer ? -240 : -300;
}

static void format_clock(char *at, int minute)
{
	at[0] = 'T';
	two(at + 1, minute / 60);
	at[3] = at[6] = ':';
	two(at + 4, minute % 60);
	two(at + 7, 0);
}

void format_local(char out[32], int64_t day, int minute)
{
	format_day(out, day);
	format_clock(out + 10, minute);
	memcpy(out + 19, offset_of(day) == -240 ? "-04:00" : "-05:00", 7);
}

void format_utc(char out[32], int64_t day, int minute)
{
	minute -= offset_of(day);
	format_day(out, day + minute / 1440);
	format_clock(out + 10, minute % 1440);
	memcpy(out + 19, ".000Z", 6);
}

/* Literal text up to the next conversion; returns where that stands. */
static const char *add_literal(struct buf *b, const char *fmt, char quote)
{
	buf_grow(b, strlen(fmt));
	char *to = b->s + b->len;

	for (; *fmt && *fmt != '%'; fmt++)
		*to++ = *fmt == '\'' ? quote : *fmt;
	*to = '\0';
	b->len = (size_t)(to - b->s);
	return fmt;
}

static void put_va(
    struct gen *g, struct buf *b, char quote, const char *fmt, va_list ap)
{
	char day[11];

	while (*(fmt = add_literal(b, fmt, quote))) {
		switch (*++fmt) {
		case 's':
			buf_adds(b, va_arg(ap, const char *));
			break;
		case 'd':
			add_int(b, va_arg(ap, int), 0);
			break;
		case '1':
		case '2':
			add_int(b, va_arg(ap, int), *fmt - '0');
			break;
		case 'i':
			add_id(b, va_arg(ap, const struct id *));
			break;
		case 'r':
			add_ref(g, b, va_arg(ap, const struct ref *));
			break;
		case 'D':
			format_day(day, va_arg(ap, int64_t));
			buf_add(b, day, 10);
			break;
		default:
			buf_addch(b, *fmt);
		}
		fmt++;
	}
}

void put(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_va(g, g->b, '"', fmt, ap);
	va_end(ap);
}

void note(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_va(g, &g->note, '\'', fmt, ap);
	va_end(ap);
}
