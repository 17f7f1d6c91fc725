/*
 * bench-patients N [RESULTS] - N small Patients as NDJSON, each followed by
 * RESULTS (0) HbA1c values: what a search through very many people needs,
 * where a whole practice (gen-practice) would be too large. The same bytes
 * each time. Smith and John are as common as in the United States (0.8 % and
 * 1.3 %).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const begin[] = { "Ab", "Bran", "Cor", "Dal", "El", "Far",
	"Gar", "Hol", "Is", "Jas", "Kel", "Lan", "Mor", "Nor", "Os", "Par",
	"Quin", "Ros", "Sel", "Tor", "Ul", "Van", "Wes", "Yar", "Zel" };
static const char *const middle[] = { "", "a", "e", "en", "er", "i", "ing",
	"o", "on", "u", "berg", "den", "ham", "land", "ley", "ma", "ri", "sa",
	"ti", "wood" };
static const char *const end[] = { "by", "dale", "er", "field", "ford", "gate",
	"house", "ine", "ison", "ker", "low", "man", "ner", "ott", "ridge",
	"son", "ston", "ton", "well", "worth" };
static const char *const given[] = { "Ada", "Ben", "Carla", "Dora", "Emil",
	"Fay", "Gus", "Hanna", "Ivan", "Joan", "John", "Karl", "Lea", "Mina",
	"Nora", "Otto", "Paul", "Rosa", "Sven", "Vera", "Abel", "Beth", "Clara",
	"David", "Edith", "Frank", "Grace", "Henry", "Ines", "Jack", "Kate",
	"Luis", "Maria", "Nina", "Oscar", "Peter", "Quentin", "Robert", "Sarah",
	"Tom", "Ursula", "Victor", "Wanda", "Xenia", "Yusuf", "Zoe", "Albert",
	"Bruno", "Cecil", "Diana", "Eva", "Felix", "Gina", "Hugo", "Irene",
	"James", "Kim", "Laura", "Martin", "Noah", "Olga", "Pia", "Ralph",
	"Simon", "Tina", "Uwe", "Viola", "Walter", "Yara", "Zack", "Alma",
	"Boris", "Conny", "Dirk", "Elsa", "Fritz", "Gabi", "Helen", "Igor",
	"Jana" };

#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof((list)[0]))]

/* SplitMix64: a number that follows from i alone. */
static uint64_t mix(uint64_t i)
{
	i = (i + 1) * 0x9e3779b97f4a7c15u;
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9u;
	i = (i ^ i >> 27) * 0x94d049bb133111ebu;
	return i ^ i >> 31;
}

static void patient(long i)
{
	uint64_t r = mix((uint64_t)i);

	printf("{\"resourceType\":\"Patient\",\"id\":\"p%ld\",\"identifier\":"
	    "[{\"system\":\"https://ehr.example/mrn\",\"value\":\"%ld\"}],"
	    "\"name\":[{\"use\":\"official\",\"family\":\"", i, 1000000 + i);
	if (r % 125 == 0)
		printf("Smith");
	else
		printf("%s%s%s", PICK(begin, r >> 9), PICK(middle, r >> 17),
		    PICK(end, r >> 25));
	printf("\",\"given\":[\"%s\"]}],\"gender\":\"%s\",\"birthDate\":"
	    "\"%04d-%02d-%02d\",\"address\":[{\"city\":\"Fallow Bridge\","
	    "\"state\":\"OH\",\"postalCode\":\"%05d\"}]}\n",
	    PICK(given, r >> 33), r >> 41 & 1 ? "male" : "female",
	    1930 + (int)(r >> 42 & 63), 1 + (int)((r >> 48) % 12),
	    1 + (int)((r >> 52) % 28), 43000 + (int)(r >> 57));
}

static void result(long i, long k)
{
	uint64_t r = mix((uint64_t)i << 16 ^ (uint64_t)k << 8);

	printf("{\"resourceType\":\"Observation\",\"id\":\"o%ld-%ld\","
	    "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
	    "\"http://terminology.hl7.org/CodeSystem/observation-category\","
	    "\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":"
	    "\"http://loinc.org\",\"code\":\"4548-4\",\"display\":"
	    "\"Hemoglobin A1c\"}]},\"subject\":{\"reference\":"
	    "\"Patient/p%ld\"},\"effectiveDateTime\":\"%04d-%02d-%02d\","
	    "\"valueQuantity\":{\"value\":%d.%d,\"unit\":\"%%\",\"system\":"
	    "\"http://unitsofmeasure.org\",\"code\":\"%%\"}}\n", i, k, i,
	    2016 + (int)(k % 10), 1 + (int)(r % 12), 1 + (int)((r >> 8) % 28),
	    5 + (int)((r >> 16) % 6), (int)((r >> 24) % 10));
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 0;
	long results = argc > 2 ? atol(argv[2]) : 0;

	if (n <= 0)
		return 2;
	for (long i = 0; i < n; i++) {
		patient(i);
		for (long k = 0; k < results; k++)
			result(i, k);
	}
	return fflush(stdout) == 0 ? 0 : 6;
}
