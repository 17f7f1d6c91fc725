/*
 * record_name_test.c - index_name() against a walk over all names: beginnings
 * of a family and a given name among patients with many of both.
 */
#include "record_kit.h"

enum { FAMILIES = 12, GIVENS = 40, NAMES = 2 };

static struct kit k;
static const char *const family[FAMILIES] = { "de la Cruz", "De", "Sm", "Smi",
	"Smit", "Smith", "Smith-Jones", "Smitha", "Smyth", "Snow", "Zoë", "" };

/* Who the patient is: every family with every given name, and a second name of
 * every third, with a given name of its own or none. */
struct person {
	const char *family[NAMES];
	char given[NAMES][16];
};
static struct person people[FAMILIES * GIVENS];

static void make_people(void)
{
	for (int i = 0; i < FAMILIES * GIVENS; i++) {
		struct person *p = &people[i];

		*p = (struct person){ .family[0] = family[i / GIVENS] };
		if (i % GIVENS)
			snprintf(p->given[0], sizeof(p->given[0]), "%c%c",
			    'a' + i % GIVENS % 7, 'a' + i % GIVENS / 7);
		if (i % 3 == 0)
			p->family[1] = family[i * 7 % FAMILIES];
		if (i % 6 == 0)
			snprintf(p->given[1], sizeof(p->given[1]), "x%d", i);
	}
}

static void put_people(void)
{
	struct batch *b = kit_batch(&k, NULL);
	BUF_AUTO json = BUF_INIT;

	for (int i = 0; i < FAMILIES * GIVENS; i++) {
		buf_reset(&json);
		buf_addf(&json,
		    "{\"resourceType\":\"Patient\",\"id\":\"p%d\","
		    "\"name\":[",
		    i);
		for (int n = 0; n < NAMES; n++) {
			buf_adds(&json,
			    n ? ",{\"use\":\"old\"" : "{\"use\":\"official\"");
			if (people[i].family[n] && *people[i].family[n])
				buf_addf(&json, ",\"family\":\"%s\"",
				    people[i].family[n]);
			if (*people[i].given[n])
				buf_addf(&json, ",\"given\":[\"%s\"]",
				    people[i].given[n]);
			buf_adds(&json, "}");
		}
		buf_adds(&json, "]}");
		kit_put(&k, b, json.s);
	}
	kit_done(&k, b, NULL);
}

static bool begins(const char *name, const char *prefix)
{
	BUF_AUTO n = BUF_INIT;

	utf8_fold(&n, str_of(name));
	return n.len && str_starts(buf_str(&n), prefix);
}

static bool meant(const struct person *p, const char *fam, const char *giv)
{
	bool f = *fam == '\0', g = *giv == '\0';

	for (int n = 0; n < NAMES; n++) {
		f = f || begins(p->family[n] ? p->family[n] : "", fam);
		g = g || begins(p->given[n], giv);
	}
	return f && g;
}

static bool got[FAMILIES * GIVENS];

static int take(void *arg, int64_t rid, struct str value)
{
	struct resource res;
	int64_t i = 0;

	(void)arg;
	(void)value;
	KIT_OK(&k, record_get(k.r, rid, RECORD_NOW, &res, &k.e));
	CHECK(str_int((struct str){ res.id.s + 1, res.id.n - 1 }, &i));
	got[i] = true;
	return 0;
}

/* Nobody is missed; who is found too much bears one of the two names. */
static void ask(const char *fam, const char *giv)
{
	memset(got, 0, sizeof(got));
	KIT_OK(&k, index_name(k.r, str_of(fam), str_of(giv), take, NULL, &k.e));
	for (int i = 0; i < FAMILIES * GIVENS; i++)
		if (got[i] != meant(&people[i], fam, giv)) {
			printf("%s, %s: p%d\n", fam, giv, i);
			CHECK(false);
		}
}

TEST(both_beginnings_hold)
{
	static const char *const fams[] = { "", "s", "sm", "smith", "smith j",
		"smithb", "de", "de ", "de la cruz", "z", "zoe", "zz" };
	static const char *const givs[] = { "", "a", "aa", "c", "ce", "g", "gf",
		"x", "x1", "x30", "zz" };

	kit_open(&k);
	make_people();
	put_people();
	for (size_t i = 0; i < ARRAY_LEN(fams); i++)
		for (size_t j = 0; j < ARRAY_LEN(givs); j++)
			if (*fams[i] || *givs[j])
				ask(fams[i], givs[j]);
	kit_close(&k);
}

static int stop(void *arg, int64_t rid, struct str value)
{
	(void)rid;
	(void)value;
	++*(int *)arg;
	return 7;
}

TEST(what_stops_it_is_returned)
{
	int calls = 0;

	kit_open(&k);
	make_people();
	put_people();
	CHECK_INT(index_name(k.r, STR("sm"), STR("c"), stop, &calls, &k.e), 7);
	CHECK_INT(calls, 1);
	kit_close(&k);
}
