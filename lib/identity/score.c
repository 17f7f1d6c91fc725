/* score.c - how alike two patients are. */
#include "ehr/fhir.h"
#include "ehr/identity.h"

static const struct {
	const char *word;
	int weight;
} reason[] = {
#define X(id, word, weight) { word, weight },
#include "ehr/identity.def"
#undef X
};

/* Name, birth date, sex and address all agree. */
enum { FULL = 24 };

/* ---- reading ---- */

static struct str folded(struct arena *mem, struct str s)
{
	BUF_AUTO b = BUF_INIT;

	utf8_fold(&b, s);
	return arena_str(mem, buf_str(&b));
}

/* The value at a path, the first one of an array. */
static struct str folded_at(struct arena *mem, const struct tape *t,
    uint32_t object, const char *path)
{
	uint32_t v = tape_path(t, object, path);
	BUF_AUTO text = BUF_INIT;

	if (v && tape_type(t, v) == TAPE_ARRAY)
		v = tape_first(t, v);
	return v ? folded(mem, tape_text(t, v, &text)) : STR_NONE;
}

static void read_names(struct identity_person *p, const struct tape *t,
    struct arena *mem)
{
	uint32_t names = tape_get(t, 0, "name"), given, second;
	uint32_t name = names ? fhir_current_name(t, names) : 0;
	BUF_AUTO text = BUF_INIT;

	if (name == 0)
		return;
	p->family = folded_at(mem, t, name, "family");
	p->given = folded_at(mem, t, name, "given");
	given = tape_get(t, name, "given");
	if (given && tape_first(t, given)) {
		second = tape_after(t, given, tape_first(t, given));
		if (second)
			p->middle = folded(mem, tape_text(t, second, &text));
	}
	tape_each(t, names, i) {
		struct str use = tape_member(t, i, "use", &text);

		if (str_is(use, "maiden") || str_is(use, "old"))
			p->maiden = folded_at(mem, t, i, "family");
	}
}

/* Digits of a phone number, the last ten of them. */
static uint64_t phone_hash(struct str s)
{
	char digit[64];
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < sizeof(digit); i++)
		if (s.s[i] >= '0' && s.s[i] <= '9')
			digit[n++] = s.s[i];
	if (n < 7)
		return 0;
	return n > 10 ? hash64(digit + n - 10, 10, 1) : hash64(digit, n, 1);
}

static void read_telecom(struct identity_person *p, const struct tape *t,
    struct arena *mem)
{
	uint32_t list = tape_get(t, 0, "telecom");
	BUF_AUTO system = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	size_t n = 0;

	if (list == 0)
		return;
	tape_each(t, list, i) {
		struct str s = tape_member(t, i, "system", &system);
		struct str v = tape_member(t, i, "value", &text);

		if (str_is(s, "phone") && n < ARRAY_LEN(p->phone)) {
			p->phone[n] = phone_hash(v);
			n += p->phone[n] != 0;
		} else if (str_is(s, "email") && p->email.n == 0) {
			p->email = folded(mem, v);
		}
	}
}

static void read_identifiers(struct identity_person *p, const struct tape *t)
{
	uint32_t list = tape_get(t, 0, "identifier");
	BUF_AUTO a = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	size_t n = 0;

	if (list == 0)
		return;
	tape_each(t, list, i) {
		struct str system = tape_member(t, i, "system", &a);
		struct str value = tape_member(t, i, "value", &b);
		uint64_t h;

		if (value.n == 0)
			continue;
		h = hash64(value.s, value.n, hash64(system.s, system.n, 2)) |
		    1;
		if (str_is(system, "http://hl7.org/fhir/sid/us-ssn"))
			p->ssn = h;
		else if (system.n && n < ARRAY_LEN(p->id))
			p->id[n++] = h;
	}
}

void identity_read(struct identity_person *p, const struct tape *t,
    struct arena *mem)
{
	BUF_AUTO text = BUF_INIT;
	struct str sex = tape_member(t, 0, "gender", &text);

	if (sex.n && strchr("mfo", sex.s[0]))
		p->sex = sex.s[0];
	if (!date_parse(tape_member(t, 0, "birthDate", &text), &p->born))
		p->born = (struct date){ 0 };
	if (!date_parse(tape_member(t, 0, "deceasedDateTime", &text),
	    &p->died))
		p->died = (struct date){ 0 };
	read_names(p, t, mem);
	read_telecom(p, t, mem);
	read_identifiers(p, t);
	p->line = folded_at(mem, t, 0, "address.line");
	p->zip = folded_at(mem, t, 0, "address.postalCode");
	if (p->zip.n > 5)
		p->zip.n = 5;
}

/* ---- comparing ---- */

/* One letter more, less, other, or two neighbours exchanged. */
static bool one_apart(struct str a, struct str b)
{
	struct str longer = a.n < b.n ? b : a, other = a.n < b.n ? a : b;
	size_t i = 0, j = 0, rest;

	if (longer.n - other.n > 1 || other.n < 3)
		return false;
	while (i < other.n && longer.s[i] == other.s[i])
		i++;
	rest = other.n - i;
	while (j < rest &&
	    longer.s[longer.n - 1 - j] == other.s[other.n - 1 - j])
		j++;
	if (longer.n > other.n)
		return j == rest;
	return rest - j <= 1 || (rest - j == 2 &&
	    longer.s[i] == other.s[i + 1] && longer.s[i + 1] == other.s[i]);
}

/* One is the beginning of the other: "jo" and "joanne", or the initial. */
static bool short_form(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return n && a.n != b.n && memcmp(a.s, b.s, n) == 0;
}

struct score {
	unsigned found;
	int sum;
};

static void add(struct score *s, enum identity_reason id)
{
	s->found |= 1U << id;
	s->sum += reason[id].weight;
}

static void compare_family(struct score *s, const struct identity_person *a,
    const struct identity_person *b, bool given)
{
	if (a->family.n == 0 || b->family.n == 0)
		return;
	if (str_eq(a->family, b->family))
		add(s, IDENTITY_FAMILY);
	else if ((a->maiden.n && str_eq(a->maiden, b->family)) ||
	    (b->maiden.n && str_eq(b->maiden, a->family)))
		add(s, IDENTITY_MAIDEN);
	else if (one_apart(a->family, b->family) ||
	    short_form(a->family, b->family))
		add(s, IDENTITY_FAMILY_LIKE);
	else if (given && a->sex == 'f' && b->sex == 'f')
		add(s, IDENTITY_FAMILY_CHANGED);
	else
		add(s, IDENTITY_FAMILY_DIFFERS);
}

static void compare_names(struct score *s, const struct identity_person *a,
    const struct identity_person *b)
{
	bool given = a->given.n && str_eq(a->given, b->given);

	if (!given && a->family.n && a->given.n &&
	    str_eq(a->family, b->given) && str_eq(a->given, b->family)) {
		add(s, IDENTITY_SWAPPED);
		return;
	}
	compare_family(s, a, b, given);
	if (given)
		add(s, IDENTITY_GIVEN);
	else if (a->given.n && b->given.n)
		add(s, one_apart(a->given, b->given) ||
		    short_form(a->given, b->given) ? IDENTITY_GIVEN_LIKE :
						     IDENTITY_GIVEN_DIFFERS);
	if (a->middle.n && b->middle.n)
		add(s, a->middle.s[0] == b->middle.s[0] ?
		    IDENTITY_MIDDLE : IDENTITY_MIDDLE_DIFFERS);
}

static void compare_born(struct score *s, const struct date *a,
    const struct date *b)
{
	int same;

	if (a->precision < DATE_DAY || b->precision < DATE_DAY)
		return;
	same = (a->year == b->year) + (a->month == b->month) +
	    (a->day == b->day);
	if (same == 3)
		add(s, IDENTITY_BORN);
	else if (a->year == b->year && a->month == b->day &&
	    a->day == b->month)
		add(s, IDENTITY_BORN_SWAPPED);
	else
		add(s, same == 2 ? IDENTITY_BORN_LIKE :
				   IDENTITY_BORN_DIFFERS);
}

static bool share(const uint64_t *a, const uint64_t *b, size_t n)
{
	for (size_t i = 0; i < n && a[i]; i++)
		for (size_t j = 0; j < n && b[j]; j++)
			if (a[i] == b[j])
				return true;
	return false;
}

static void compare_places(struct score *s, const struct identity_person *a,
    const struct identity_person *b)
{
	if (share(a->phone, b->phone, ARRAY_LEN(a->phone)))
		add(s, IDENTITY_PHONE);
	if (a->email.n && str_eq(a->email, b->email))
		add(s, IDENTITY_EMAIL);
	if (a->zip.n == 0 || !str_eq(a->zip, b->zip))
		return;
	add(s, a->line.n && str_eq(a->line, b->line) ? IDENTITY_ADDRESS :
						       IDENTITY_ZIP);
}

int identity_score(const struct identity_person *a,
    const struct identity_person *b, unsigned *reasons)
{
	struct score s = { 0, 0 };
	int score;

	compare_names(&s, a, b);
	compare_born(&s, &a->born, &b->born);
	if (a->sex && b->sex)
		add(&s, a->sex == b->sex ? IDENTITY_SEX :
					   IDENTITY_SEX_DIFFERS);
	compare_places(&s, a, b);
	if (a->ssn && b->ssn)
		add(&s, a->ssn == b->ssn ? IDENTITY_SSN :
					   IDENTITY_SSN_DIFFERS);
	if (share(a->id, b->id, ARRAY_LEN(a->id)))
		add(&s, IDENTITY_IDENTIFIER);
	if (a->died.precision >= DATE_DAY && b->died.precision >= DATE_DAY &&
	    date_cmp_day(&a->died, &b->died) != 0)
		add(&s, IDENTITY_DIED_DIFFERS);
	*reasons = s.found;
	score = s.sum * 100 / FULL;
	return score < 0 ? 0 : score > 100 ? 100 : score;
}

void identity_reasons(unsigned reasons, struct buf *b)
{
	bool some = false;

	for (size_t i = 0; i < IDENTITY_REASONS; i++) {
		if (!(reasons >> i & 1))
			continue;
		buf_addf(b, "%s%s", some ? "," : "", reason[i].word);
		some = true;
	}
}
