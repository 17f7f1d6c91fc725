/* find_test.c - random expressions over random patients, against a plain
 * evaluation of what those patients were made from. */
#include "test.h"

#include "ehr/find.h"
#include "ehr/fhir.h"

#define CHECK_OK(expr)                                                        \
	do {                                                                  \
		if ((expr) < 0) {                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, err.msg);   \
			longjmp(test_end, TEST_FAILED);                       \
		}                                                             \
	} while (0)

enum { PEOPLE = 160, QUESTIONS = 500, NAMES = 2, HAVES = 3, TERMS = 4 };

static struct ehr_err err;
static char path[64];
static struct record *rec;
static const struct find_opt opt = {
	.today = { .year = 2026, .month = 6, .day = 15,
	    .precision = DATE_DAY },
};

/* ---- chance, the same each time ---- */

static uint64_t seed;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % n;
}

static bool one_in(unsigned n)
{
	return any(n) == 0;
}

/* ---- words, as written and as folded ---- */

static const struct word {
	const char *raw, *folded;
} words[] = {
	{ "Smith", "smith" }, { "SMITH", "smith" }, { "Smithe", "smithe" },
	{ "Smith-Jones", "smith jones" }, { "M\xc3\xbcller", "muller" },
	{ "O'Brien", "o brien" }, { "Mu", "mu" }, { "Jo", "jo" },
	{ "Jos\xc3\xa9", "jose" }, { "Jo Ann", "jo ann" }, { "Ann", "ann" },
	{ "Anna", "anna" },
}, cities[] = {
	{ "Springfield", "springfield" }, { "SPRINGFIELD", "springfield" },
	{ "St. Louis", "st. louis" }, { "Spring", "spring" },
};
static const char *const zips[] = { "02138", "02138-1234", "0213", "10001" };
static const char *const sexes[] = { "male", "female", "other", "unknown" };

/* ---- people ---- */

struct day {
	int year, month, day; /* 0: coarser */
};

struct have {
	int kind; /* place in kinds */
	int code;
	bool void_; /* refuted or in error */
};

static const struct kind {
	const char *word, *type, *patient, *ok, *not_ok;
} kinds[] = {
	{ "condition", "Condition", "subject", "\"clinicalStatus\":{\"coding\":"
	    "[{\"code\":\"active\"}]}", "\"verificationStatus\":{\"coding\":"
	    "[{\"code\":\"refuted\"}]}" },
	{ "procedure", "Procedure", "subject", "\"status\":\"completed\"",
	    "\"status\":\"not-done\"" },
	{ "vital", "Observation", "subject", "\"status\":\"final\"",
	    "\"status\":\"entered-in-error\"" },
};
static const char *const systems[] = { "http://snomed.info/sct",
	"http://loinc.org" };
static const char *const short_names[] = { "snomed", "loinc" };

/* What one Patient resource says. */
struct face {
	int family[NAMES], given[NAMES]; /* in words; -1: none */
	int text;			 /* in words, without family; -1 */
	int mrn;			 /* -1: none */
	bool mrn_typed;
};

static struct who {
	char id[16];
	struct face face[2];	/* the second: of one merged into this */
	int faces;
	struct day born;	/* year 0: absent */
	int sex, zip, city;	/* -1: absent */
	int dead;		/* 0 no, 1 yes, 2 on a day, 3 said no */
	struct day died;
	bool test, gone, merged, only_referred;
	struct have have[2 * HAVES];
	int haves;
} people[PEOPLE];

static struct day random_day(int from, int to)
{
	struct day d = { from + (int)any((unsigned)(to - from)), 0, 0 };

	if (!one_in(6))
		d.month = 1 + (int)any(12);
	if (d.month && !one_in(6))
		d.day = 1 + (int)any(28);
	return d;
}

static void random_face(struct face *f)
{
	f->text = -1;
	for (int i = 0; i < NAMES; i++) {
		f->family[i] = i && one_in(2) ? -1 : (int)any(
		    ARRAY_LEN(words));
		f->given[i] = one_in(4) ? -1 : (int)any(ARRAY_LEN(words));
	}
	if (one_in(10)) {
		f->family[0] = f->family[1] = -1;
		f->text = (int)any(ARRAY_LEN(words));
	}
	f->mrn = one_in(8) ? -1 : (int)any(20);
	f->mrn_typed = one_in(2);
}

static void random_who(struct who *w, int number)
{
	*w = (struct who){ .faces = 1 };
	snprintf(w->id, sizeof(w->id), "p%d", number);
	random_face(&w->face[0]);
	if (!one_in(10))
		w->born = random_day(1925, 2026);
	w->sex = one_in(8) ? -1 : (int)any(ARRAY_LEN(sexes));
	w->zip = one_in(5) ? -1 : (int)any(ARRAY_LEN(zips));
	w->city = one_in(5) ? -1 : (int)any(ARRAY_LEN(cities));
	w->dead = one_in(4) ? 1 + (int)any(3) : 0;
	w->died = (struct day){ 2010 + (int)any(15), 1 + (int)any(12),
		1 + (int)any(28) };
	w->only_referred = one_in(20);
	w->test = !w->only_referred && one_in(15);
	w->haves = (int)any(HAVES + 1);
	for (int i = 0; i < w->haves; i++)
		w->have[i] = (struct have){ (int)any(ARRAY_LEN(kinds)),
			(int)any(6), one_in(4) };
}

/* ---- as resources ---- */

static void put_day(struct buf *b, struct day d)
{
	buf_addf(b, "%04d", d.year);
	if (d.month)
		buf_addf(b, "-%02d", d.month);
	if (d.day)
		buf_addf(b, "-%02d", d.day);
}

static void put_names(struct buf *b, const struct face *f)
{
	buf_adds(b, ",\"name\":[");
	for (int i = 0; i < NAMES; i++) {
		buf_adds(b, i ? ",{\"use\":\"old\"" : "{\"use\":\"official\"");
		if (f->family[i] >= 0)
			buf_addf(b, ",\"family\":\"%s\"",
			    words[f->family[i]].raw);
		if (f->given[i] >= 0)
			buf_addf(b, ",\"given\":[\"%s\"]",
			    words[f->given[i]].raw);
		if (i == 0 && f->text >= 0)
			buf_addf(b, ",\"text\":\"%s\"", words[f->text].raw);
		buf_adds(b, "}");
	}
	buf_adds(b, "]");
}

static void put_patient(struct buf *b, const struct who *w)
{
	const struct face *f = &w->face[0];

	buf_addf(b, "{\"resourceType\":\"Patient\",\"id\":\"%s\"", w->id);
	if (w->test)
		buf_adds(b, ",\"meta\":{\"security\":[{\"code\":\"HTEST\"}]}");
	if (f->mrn >= 0)
		buf_addf(b, ",\"identifier\":[{\"type\":{\"coding\":[{"
		    "\"code\":\"SS\"}]},\"value\":\"%d\"},{%s"
		    "\"value\":\"m%d\"}]", f->mrn, f->mrn_typed ?
		    "\"type\":{\"coding\":[{\"code\":\"MR\"}]}," : "",
		    f->mrn);
	put_names(b, f);
	if (w->born.year) {
		buf_adds(b, ",\"birthDate\":\"");
		put_day(b, w->born);
		buf_adds(b, "\"");
	}
	if (w->sex >= 0)
		buf_addf(b, ",\"gender\":\"%s\"", sexes[w->sex]);
	if (w->zip >= 0)
		buf_addf(b, ",\"address\":[{\"postalCode\":\"%s\"}", zips[
		    w->zip]);
	if (w->city >= 0)
		buf_addf(b, "%s{\"city\":\"%s\"}", w->zip >= 0 ? "," :
		    ",\"address\":[", cities[w->city].raw);
	buf_adds(b, w->zip >= 0 || w->city >= 0 ? "]" : "");
	if (w->dead == 1 || w->dead == 3)
		buf_addf(b, ",\"deceasedBoolean\":%s", w->dead == 1 ? "true" :
		    "false");
	if (w->dead == 2) {
		buf_adds(b, ",\"deceasedDateTime\":\"");
		put_day(b, w->died);
		buf_adds(b, "\"");
	}
	buf_adds(b, "}");
}

/* An Observation's code stands in a component when it is odd. */
static void put_have(struct buf *b, const struct who *w, int i)
{
	const struct have *h = &w->have[i];
	const struct kind *k = &kinds[h->kind];

	buf_addf(b, "{\"resourceType\":\"%s\",\"id\":\"%s-%d\",\"%s\":"
	    "{\"reference\":\"Patient/%s\"},%s,", k->type, w->id, i,
	    k->patient, w->id, h->void_ ? k->not_ok : k->ok);
	if (strcmp(k->type, "Observation") == 0 && h->code & 1)
		buf_adds(b, "\"code\":{\"text\":\"panel\"},\"component\":[{");
	buf_addf(b, "\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":"
	    "\"c%d\"}]}", systems[h->code % 2], h->code);
	if (strcmp(k->type, "Observation") == 0 && h->code & 1)
		buf_adds(b, ",\"valueQuantity\":{\"value\":1}}]");
	buf_adds(b, "}");
}

static void put(struct batch *b, const struct buf *text)
{
	TAPE_AUTO t = TAPE_INIT;
	struct batch_put how = { .full_url = STR_NONE };
	struct tape_error why;
	struct diag d;

	CHECK_INT(tape_parse(&t, text->s, text->len, &why), 0);
	CHECK_OK(batch_put(b, &t, 0, &how, &d, &err));
}

static struct batch *batch(void)
{
	struct batch_info info = { .tool = "test", .user = "test" };
	struct batch *b;

	CHECK_OK(batch_open(&b, rec, &info, &err));
	return b;
}

static void done(struct batch *b)
{
	CHECK_OK(batch_commit(b, NULL, &err));
	batch_free(b);
}

static void open_new(void)
{
	snprintf(path, sizeof(path), "/tmp/find-test-%ld.ehr",
	    (long)getpid());
	store_unlink(path);
	CHECK_OK(record_open(&rec, path, STORE_CREATE, &err));
}

static void close_it(void)
{
	record_close(rec);
	store_unlink(path);
}

static void populate(void)
{
	BUF_AUTO text = BUF_INIT;
	struct batch *b = batch();

	for (int i = 0; i < PEOPLE; i++) {
		struct who *w = &people[i];

		random_who(w, i);
		buf_reset(&text);
		put_patient(&text, w);
		if (!w->only_referred)
			put(b, &text);
		for (int j = 0; j < w->haves; j++) {
			buf_reset(&text);
			put_have(&text, w, j);
			put(b, &text);
		}
	}
	done(b);
}

/* ---- later: some deleted, some merged ---- */

static int64_t number(const struct who *w)
{
	int64_t patient = 0;

	CHECK_OK(record_find_patient(rec, str_of(w->id), &patient, NULL,
	    &err));
	return patient;
}

static bool plain(const struct who *w)
{
	return !w->gone && !w->merged && !w->only_referred && w->faces == 1;
}

static void delete_some(void)
{
	struct batch *b = batch();

	for (int i = 0; i < PEOPLE; i += 9) {
		struct who *w = &people[i];

		if (!plain(w))
			continue;
		CHECK_OK(batch_delete(b, 0, FHIR_Patient, str_of(w->id), 0,
		    &err));
		w->gone = true;
	}
	done(b);
}

static void merge_some(void)
{
	for (int i = 1; i + 1 < PEOPLE; i += 7) {
		struct who *to = &people[i], *from = &people[i + 1];
		struct batch *b;

		if (!plain(to) || !plain(from))
			continue;
		b = batch();
		CHECK_OK(record_merge(b, number(to), number(from), &err));
		batch_free(b);
		from->merged = true;
		to->face[to->faces++] = from->face[0];
		for (int j = 0; j < from->haves; j++)
			to->have[to->haves++] = from->have[j];
	}
}

/* ---- questions, as text and as what they mean ---- */

struct term {
	bool (*holds)(const struct who *w, const struct term *t);
	int op; /* place in ops */
	int a, b;
	char text[64], text2[64];
	bool no;
};

static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };

static bool compare(int op, int64_t x, int64_t y)
{
	switch (op) {
	case 2:
		return x < y;
	case 3:
		return x <= y;
	case 4:
		return x > y;
	case 5:
		return x >= y;
	default:
		return x == y;
	}
}

static bool begins(int word, const char *prefix)
{
	return word >= 0 && strncmp(words[word].folded, prefix,
	    strlen(prefix)) == 0;
}

static bool face_named(const struct face *f, const struct term *t)
{
	bool family = t->text[0] == '\0', given = t->text2[0] == '\0';
	bool either = false;

	for (int i = 0; i < NAMES; i++) {
		family |= begins(f->family[i], t->text);
		given |= begins(f->given[i], t->text2);
		either |= begins(f->family[i], t->text) ||
		    begins(f->given[i], t->text);
	}
	return t->b ? family && given : either || begins(f->text, t->text);
}

static bool named(const struct who *w, const struct term *t)
{
	bool yes = false;

	for (int i = 0; !w->only_referred && i < w->faces; i++)
		yes |= face_named(&w->face[i], t);
	return yes == (t->op == 0);
}

static bool numbered(const struct who *w, const struct term *t)
{
	bool yes = false;

	for (int i = 0; !w->only_referred && i < w->faces; i++)
		yes |= w->face[i].mrn == t->a;
	return yes == (t->op == 0);
}

/* First and last day as numbers that sort. */
static void span(struct day d, int *lo, int *hi)
{
	*lo = d.year * 10000 + (d.month ? d.month : 1) * 100 +
	    (d.day ? d.day : 1);
	*hi = d.year * 10000 + (d.month ? d.month : 12) * 100 +
	    (d.day ? d.day : 31);
}

static bool was_born(const struct who *w, const struct term *t)
{
	struct day asked = { t->a / 10000, t->a / 100 % 100, t->a % 100 };
	int lo, hi, from, to;
	bool within, has = w->born.year && !w->only_referred;

	span(w->born, &lo, &hi);
	span(asked, &from, &to);
	within = has && lo >= from && hi <= to;
	if (t->op < 2)
		return within == (t->op == 0);
	return has && ((t->op & 1 && within) ||
	    (t->op < 4 ? lo < from : hi > to));
}

static bool aged(const struct who *w, const struct term *t)
{
	int lo, hi, on = 20260615, age;
	bool has = w->born.year && w->dead != 1 && !w->only_referred;

	span(w->born, &lo, &hi);
	if (w->dead == 2)
		span(w->died, &on, &hi);
	age = on / 10000 - lo / 10000 - (on % 10000 < lo % 10000);
	if (age < 0)
		has = false;
	if (t->op == 1)
		return !(has && age == t->a);
	return has && compare(t->op, age, t->a);
}

static bool sexed(const struct who *w, const struct term *t)
{
	return (!w->only_referred && w->sex == t->a) == (t->op == 0);
}

static bool zipped(const struct who *w, const struct term *t)
{
	const char *have = w->zip < 0 || w->only_referred ? "" : zips[w->zip];
	const char *want = zips[t->a];
	size_t n = strlen(want);
	bool yes = strncmp(have, want, n) == 0 &&
	    (have[n] == '\0' || have[n] == '-');

	return yes == (t->op == 0);
}

static bool lives(const struct who *w, const struct term *t)
{
	bool yes = w->city >= 0 && !w->only_referred &&
	    strcmp(cities[w->city].folded, cities[t->a].folded) == 0;

	return yes == (t->op == 0);
}

static bool died(const struct who *w, const struct term *t)
{
	bool yes = (w->dead == 1 || w->dead == 2) == (t->a != 0) &&
	    !w->only_referred;

	return yes == (t->op == 0);
}

static bool had(const struct who *w, const struct term *t)
{
	bool yes = false;

	for (int i = 0; i < w->haves; i++)
		yes |= w->have[i].kind == t->a && w->have[i].code == t->b &&
		    !w->have[i].void_;
	return yes == (t->op == 0);
}

/* Cut somewhere; a blank at the end does not count. */
static void random_prefix(char out[64])
{
	const char *w = words[any(ARRAY_LEN(words))].folded;
	size_t n = 1 + any((unsigned)strlen(w));

	snprintf(out, 64, "%.*s", (int)n, w);
	n = strlen(out);
	if (out[n - 1] == ' ')
		out[n - 1] = '\0';
}

static void ask_name(struct term *t, struct buf *b)
{
	t->holds = named;
	t->b = one_in(2);
	random_prefix(t->text);
	if (t->b && one_in(8))
		t->text[0] = '\0';
	if (t->b && (t->text[0] == '\0' || !one_in(4)))
		random_prefix(t->text2);
	buf_addf(b, "name%s\"%s%s%s\"", ops[t->op], t->text, t->b ? ", " : "",
	    t->text2);
}

static void ask_born(struct term *t, struct buf *b)
{
	struct day d = random_day(1925, 2026);

	t->holds = was_born;
	t->op = (int)any(6);
	t->a = d.year * 10000 + d.month * 100 + d.day;
	buf_addf(b, "born%s", ops[t->op]);
	put_day(b, d);
}

static void ask_has(struct term *t, struct buf *b)
{
	t->holds = had;
	t->a = (int)any(ARRAY_LEN(kinds));
	t->b = (int)any(6);
	buf_addf(b, "%s:%s=", t->op ? "no" : "has", kinds[t->a].word);
	if (one_in(2))
		buf_addf(b, "%s|", one_in(2) ? systems[t->b % 2] :
		    short_names[t->b % 2]);
	buf_addf(b, "c%d", t->b);
}

static void ask_other(struct term *t, struct buf *b)
{
	switch (any(6)) {
	case 0:
		t->holds = numbered;
		t->a = (int)any(20);
		buf_addf(b, "mrn%sm%d", ops[t->op], t->a);
		break;
	case 1:
		t->holds = aged;
		t->op = (int)any(6);
		t->a = (int)any(100);
		buf_addf(b, "age%s%d", ops[t->op], t->a);
		break;
	case 2:
		t->holds = sexed;
		t->a = (int)any(ARRAY_LEN(sexes));
		buf_addf(b, "sex%s%s", ops[t->op], sexes[t->a]);
		break;
	case 3:
		t->holds = zipped;
		t->a = (int)any(ARRAY_LEN(zips));
		buf_addf(b, "zip%s%s", ops[t->op], zips[t->a]);
		break;
	case 4:
		t->holds = lives;
		t->a = (int)any(ARRAY_LEN(cities));
		buf_addf(b, "city%s\"%s\"", ops[t->op], cities[t->a].raw);
		break;
	default:
		t->holds = died;
		t->a = (int)any(2);
		buf_addf(b, "deceased%s%s", ops[t->op], t->a ? "yes" : "no");
	}
}

static void random_term(struct term *t, struct buf *b)
{
	*t = (struct term){ .op = one_in(3) };
	switch (any(5)) {
	case 0:
		ask_name(t, b);
		break;
	case 1:
		ask_born(t, b);
		break;
	case 2:
		ask_has(t, b);
		break;
	default:
		ask_other(t, b);
	}
}

/* ---- together ---- */

static bool expected(const struct who *w, const struct term *t, int n)
{
	bool by_chart = false;

	if (w->gone || w->merged || w->test)
		return false;
	for (int i = 0; i < n; i++) {
		if (!t[i].holds(w, &t[i]))
			return false;
		by_chart |= t[i].holds == had && t[i].op == 0;
	}
	return !w->only_referred || by_chart;
}

static void ask_once(const char *expression, const struct term *t, int n)
{
	FIND_SET_AUTO found = FIND_SET_INIT;
	struct find *f = find_new();
	size_t count = 0;
	int64_t patient;

	CHECK_OK(find_where(f, str_of(expression), &err));
	CHECK_OK(find_run(f, rec, &opt, NULL, &found, &err));
	find_free(f);
	for (int i = 0; i < PEOPLE; i++) {
		const struct who *w = &people[i];
		bool want = expected(w, t, n);

		if (w->gone || w->merged || (w->only_referred && !w->haves))
			continue;
		patient = number(w);
		count += want;
		if (find_set_has(&found, patient) != want) {
			printf("%s: %s %s\n", expression, w->id, want ?
			    "missed" : "should not be found");
			CHECK(false);
		}
	}
	CHECK_INT(found.n, count);
}

static void ask_many(void)
{
	BUF_AUTO text = BUF_INIT;
	struct term t[TERMS];

	for (int q = 0; q < QUESTIONS; q++) {
		int n = 1 + (int)any(one_in(2) ? 1 : TERMS);

		buf_reset(&text);
		for (int i = 0; i < n; i++) {
			buf_adds(&text, i ? " " : "");
			random_term(&t[i], &text);
		}
		ask_once(text.s, t, n);
	}
}

TEST(expressions_find_who_they_mean)
{
	for (uint64_t round = 1; round <= 2; round++) {
		seed = round;
		open_new();
		populate();
		ask_many();
		delete_some();
		merge_some();
		ask_many();
		close_it();
	}
}

/* ---- grammar ---- */

static int parse(const char *text)
{
	struct find *f = find_new();
	int rc = find_where(f, str_of(text), &err);

	find_free(f);
	return rc;
}

TEST(faulty_expressions_are_refused)
{
	static const char *const bad[] = { "", "  ", "age", "age>", "age >5",
		"shoe=44", "age>old", "age>-1", "age>999", "sex=x", "sex<male",
		"name<a", "born=yesterday", "born=1960-13", "name=\"a", "=a",
		"has:condition", "has:=x", "has:thing=x", "no:condition!=x",
		"has:condition=", "has:condition=nosuch|x",
		"has:condition=snomed|", "name=\"\"", "name=-", "mrn=\"\"",
		"deceased=perhaps", "zip=\xff", "has:condition>x", "age==5" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (parse(bad[i]) != EHR_EUSAGE)
			printf("taken: %s\n", bad[i]);
		CHECK_INT(parse(bad[i]), EHR_EUSAGE);
	}
}

TEST(messages_tell_the_place_and_no_value)
{
	CHECK_INT(parse("age>6 born=Zebra"), EHR_EUSAGE);
	CHECK(strncmp(err.msg, "term 2: ", 8) == 0);
	CHECK(strstr(err.msg, "Zebra") == NULL);
	CHECK_INT(parse("Zebra"), EHR_EUSAGE);
	CHECK(strstr(err.msg, "Zebra") == NULL);
}

TEST(too_much_is_refused)
{
	BUF_AUTO b = BUF_INIT;

	for (int i = 0; i < MAX_FIND_TERMS; i++)
		buf_adds(&b, "age>5 ");
	CHECK_INT(parse(b.s), 0);
	buf_adds(&b, "age>5");
	CHECK_INT(parse(b.s), EHR_EUSAGE);
	buf_reset(&b);
	buf_adds(&b, "name=");
	for (int i = 0; i < MAX_FIND_TEXT; i++)
		buf_addch(&b, 'a');
	CHECK_INT(parse(b.s), EHR_EUSAGE);
}

TEST(kinds_hold_no_values)
{
	struct find *f = find_new();
	BUF_AUTO b = BUF_INIT;

	CHECK_OK(find_where(f, STR("age>65 has:condition=icd10|E11.9 "
	    "no:goal=x name=\"smith, jo\""), &err));
	find_kinds(f, &b);
	CHECK_STR(b.s, "age,has:condition,no:goal,name");
	find_free(f);
}
