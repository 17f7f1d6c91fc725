/* identity_test.c - likeness of two patients. */
#include "ehr/identity.h"

#include "test.h"

static struct arena mem;

static struct identity_person person(const char *json)
{
	struct identity_person p = { 0 };
	struct tape_error why;
	TAPE_AUTO t = TAPE_INIT;

	CHECK_INT(tape_parse(&t, json, strlen(json), &why), 0);
	identity_read(&p, &t, &mem);
	return p;
}

/* The reasons of two patients; *score as given out. */
static const char *compare(const char *a, const char *b, int *score)
{
	static char text[256];
	struct identity_person x = person(a), y = person(b);
	unsigned one, other;
	BUF_AUTO words = BUF_INIT;

	*score = identity_score(&x, &y, &one);
	CHECK_INT(identity_score(&y, &x, &other), *score); /* symmetric */
	CHECK_INT(one, other);
	identity_reasons(one, &words);
	snprintf(text, sizeof(text), "%s", words.s);
	arena_reset(&mem);
	return text;
}

#define P(family, given, born, sex, more)                                     \
	"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" family      \
	"\",\"given\":[\"" given "\"]}],\"birthDate\":\"" born               \
	"\",\"gender\":\"" sex "\"" more "}"

TEST(the_same_is_alike)
{
	int score;

	CHECK_STR(compare(P("M\xc3\xbcller", "Ann", "1970-05-06", "female", ""),
	    P("MULLER", "ann", "1970-05-06", "female", ""), &score),
	    "family,given,birthdate,sex");
	CHECK_INT(score, 87);
}

TEST(twins_are_two)
{
	int score;

	CHECK_STR(compare(P("Smith", "Ann", "1970-05-06", "female",
	    ",\"address\":[{\"line\":[\"1 Main St\"],\"postalCode\":\"02101\"}]"),
	    P("Smith", "Joan", "1970-05-06", "female",
	    ",\"address\":[{\"line\":[\"1 Main St\"],\"postalCode\":\"02101\"}]"),
	    &score), "family,given-differs,birthdate,sex,address");
	CHECK(score < IDENTITY_MIN);
}

TEST(father_and_son_are_two)
{
	int score;

	CHECK_STR(compare(P("Smith", "Bob", "1970-05-06", "male", ""),
	    P("Smith", "Bob", "1999-01-07", "male", ""), &score),
	    "family,given,birthdate-differs,sex");
	CHECK(score < 50);
}

TEST(typing_errors)
{
	int score;

	CHECK_STR(compare(P("Smith", "Robert", "1970-05-06", "male", ""),
	    P("Smiht", "Robert", "1970-06-05", "male", ""), &score),
	    "family~,given,birthdate-swapped,sex");
	CHECK_STR(compare(P("Smith", "Robert", "1970-05-06", "male", ""),
	    P("Robert", "Smith", "1970-05-06", "male", ""), &score),
	    "names-swapped,birthdate,sex");
	CHECK(score >= IDENTITY_MIN);
	CHECK_STR(compare(P("Smith", "Robert", "1970-05-06", "male", ""),
	    P("Smith", "Rob", "1971-05-06", "male", ""), &score),
	    "family,given~,birthdate~,sex");
}

TEST(names_one_letter_apart)
{
	static const struct {
		const char *other;
		bool like;
	} name[] = {
		{ "Smth", true }, { "Smiths", true }, { "Smyth", true },
		{ "Simth", true }, { "Smithson", true }, { "Simht", false },
		{ "Jones", false }, { "mithS", false },
	};
	char json[256];
	int score;

	for (size_t i = 0; i < ARRAY_LEN(name); i++) {
		snprintf(json, sizeof(json), "{\"name\":[{\"family\":\"%s\"}]}",
		    name[i].other);
		CHECK_STR(compare("{\"name\":[{\"family\":\"Smith\"}]}", json,
		    &score), name[i].like ? "family~" : "family-differs");
	}
}

TEST(a_new_name_after_marriage)
{
	int score;

	CHECK_STR(compare(P("Smith", "Ann", "1970-05-06", "female", ""),
	    P("Jones", "Ann", "1970-05-06", "female", ""), &score),
	    "family-changed,given,birthdate,sex");
	CHECK_STR(compare(P("Smith", "Ann", "1970-05-06", "female", ""),
	    "{\"name\":[{\"use\":\"official\",\"family\":\"Jones\",\"given\":"
	    "[\"Ann\"]},{\"use\":\"maiden\",\"family\":\"Smith\"}],"
	    "\"birthDate\":\"1970-05-06\",\"gender\":\"female\"}", &score),
	    "maiden-name,given,birthdate,sex");
	CHECK(score >= IDENTITY_MIN);
}

TEST(numbers_of_persons)
{
	int score;

	CHECK_STR(compare(
	    P("Smith", "Ann", "1970-05-06", "female", ",\"identifier\":[{"
	    "\"system\":\"http://hl7.org/fhir/sid/us-ssn\",\"value\":\"1\"}]"),
	    P("Smith", "Ann", "1970-05-06", "female", ",\"identifier\":[{"
	    "\"system\":\"http://hl7.org/fhir/sid/us-ssn\",\"value\":\"2\"}]"),
	    &score), "family,given,birthdate,sex,ssn-differs");
	CHECK(score < IDENTITY_MIN);
	CHECK_STR(compare("{\"identifier\":[{\"system\":\"s\",\"value\":\"1\"},"
	    "{\"value\":\"7\"}]}", "{\"identifier\":[{\"value\":\"7\"},"
	    "{\"system\":\"s\",\"value\":\"1\"}]}", &score), "identifier");
	CHECK_STR(compare("{\"telecom\":[{\"system\":\"phone\",\"value\":"
	    "\"+1 (555) 010-0001\"}]}", "{\"telecom\":[{\"system\":\"phone\","
	    "\"value\":\"555 010 0001\"}]}", &score), "phone");
}

TEST(nothing_known_is_nothing_alike)
{
	int score;

	CHECK_STR(compare("{}", "{}", &score), "");
	CHECK_INT(score, 0);
}
