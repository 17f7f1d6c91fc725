/* Units of measure; with the sample data, UCUM's own functional tests. */
#include "ehr/term.h"
#include "test.h"

#include <math.h>

static bool converts(const char *from, const char *to, long double v,
    long double want)
{
	if (!ucum_convert(str_of(from), str_of(to), &v))
		return false;
	return fabsl(v - want) <= fabsl(want) * 1e-12L;
}

TEST(factors)
{
	CHECK(converts("g", "mg", 2, 2000));
	CHECK(converts("mg/dL", "g/L", 100, 1));
	CHECK(converts("[lb_av]", "kg", 1, 0.45359237L));
	CHECK(converts("kg/m2", "g/cm2", 25, 2.5L));
	CHECK(converts("10*3/uL", "10*9/L", 7, 7));
	CHECK(converts("wk", "d", 2, 14));
	CHECK(converts("%", "1", 7.5L, 0.075L));
	CHECK(converts("mmol/mol", "{ratio}", 53, 0.053L));
}

TEST(special_units_go_by_their_function)
{
	CHECK(converts("Cel", "[degF]", 37, 98.6L));
	CHECK(converts("[degF]", "K", 32, 273.15L));
	CHECK(converts("mCel", "Cel", 1000, 1));
	CHECK(converts("[pH]", "mol/l", 7, 1e-7L));
	CHECK(converts("dB", "B", 10, 1));
}

TEST(what_measures_another_thing_does_not_convert)
{
	long double v = 5;

	CHECK(!ucum_convert(STR("g"), STR("L"), &v));
	CHECK(!ucum_convert(STR("[iU]"), STR("mg"), &v));
	CHECK(!ucum_convert(STR("[iU]"), STR("[arb'U]"), &v));
	CHECK(converts("[iU]/mL", "k[iU]/L", 3, 3));
	CHECK(!ucum_convert(STR("Cel/s"), STR("K/s2"), &v));
	CHECK(!ucum_convert(STR("furlong"), STR("m"), &v));
	CHECK(v == 5);
}

TEST(syntax)
{
	static const char *const good[] = { "m", "/m", "10*3/ul", "m[H2O]",
		"ng/(kg.d)", "4.[pi].10*-7.N/A2", "{score}", "mm[Hg]", "10*" };
	static const char *const bad[] = { "", "m/", "m//s", "m..s", "(m", "m)",
		"10+3/ul", "{a", "m{\xc3\xa9}", "0", "m+", "2[in_i", "kk" };
	BUF_AUTO deep = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(ucum_valid(str_of(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!ucum_valid(str_of(bad[i])));
	for (int i = 0; i < 100000; i++)
		buf_addch(&deep, '(');
	CHECK(!ucum_valid(buf_str(&deep)));
}

/* ---- UcumFunctionalTests.xml ---- */

/* The value of an attribute of a tag, &lt; and the like left alone. */
static struct str attribute(struct str tag, const char *name)
{
	char key[32];
	const char *at, *end;

	snprintf(key, sizeof(key), " %s=\"", name);
	at = memmem(tag.s, tag.n, key, strlen(key));
	if (at == NULL)
		return STR_NONE;
	at += strlen(key);
	end = memchr(at, '"', (size_t)(str_end(tag) - at));
	return (struct str){ at, (size_t)(end - at) };
}

static long double number(struct str s)
{
	char text[64] = "";

	memcpy(text, s.s, s.n < sizeof(text) ? s.n : 0);
	return strtold(text, NULL);
}

/* The outcomes there are rounded to few digits. */
static bool right_conversion(struct str tag)
{
	long double v = number(attribute(tag, "value"));
	long double want = number(attribute(tag, "outcome"));

	if (!ucum_convert(attribute(tag, "srcUnit"), attribute(tag, "dstUnit"),
		&v))
		return false;
	return fabsl(v - want) <= fabsl(want) * 0.02L;
}

TEST(functional_tests_of_ucum)
{
	const char *data = getenv("EHR_DATA"), *p, *end;
	char path[4096];
	static char text[1 << 20];
	int validated = 0, converted = 0;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/reference/terminology/%s",
	    data ? data : "../shared/data", "UcumFunctionalTests.xml");
	f = fopen(path, "r");
	if (f == NULL)
		SKIP("no EHR_DATA");
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	for (p = text; (p = memmem(p, n - (size_t)(p - text), "<case ", 6));
	     p = end) {
		end = memchr(p, '>', n - (size_t)(p - text));
		struct str tag = { p, (size_t)(end - p) };
		struct str valid = attribute(tag, "valid");

		if (valid.s) {
			bool is = ucum_valid(attribute(tag, "unit"));

			validated++;
			if (is != str_is(valid, "true"))
				printf("%.*s\n", STR_FMT(tag));
			CHECK(is == str_is(valid, "true"));
		} else if (attribute(tag, "srcUnit").s) {
			converted++;
			if (!right_conversion(tag))
				printf("%.*s\n", STR_FMT(tag));
			CHECK(right_conversion(tag));
		}
	}
	CHECK(validated > 400);
	CHECK(converted > 25);
}
