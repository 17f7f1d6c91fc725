/* names.c - the names and bodies of the model's resources. */
#include <stdlib.h>

#include "model.h"

static const char *const sources[SOURCES] = { "local", "lab" };

enum key_kind key_kind(int key)
{
	int i = key % PER_SOURCE;

	return i < PATIENTS ? KEY_PATIENT :
	    i < PATIENTS + OBSERVATIONS ? KEY_OBSERVATION : KEY_ORGANIZATION;
}

int key_source(int key)
{
	return key / PER_SOURCE;
}

const char *key_type(int key)
{
	static const char *const types[] = { "Patient", "Observation",
		"Organization" };

	return types[key_kind(key)];
}

void key_id(struct buf *b, int key)
{
	static const int first[] = { 0, PATIENTS, PATIENTS + OBSERVATIONS };
	enum key_kind kind = key_kind(key);

	buf_addf(b, "%c%d", "pog"[kind], key % PER_SOURCE - first[kind]);
}

void key_name(struct buf *b, int key)
{
	buf_addf(b, "%s:%s/", sources[key_source(key)], key_type(key));
	key_id(b, key);
}

static void meta(struct buf *b, int updated)
{
	if (updated)
		buf_addf(b, ",\"meta\":{\"lastUpdated\":"
		    "\"2026-01-%02dT00:00:00Z\"}", updated);
}

static void observation(struct buf *b, int content)
{
	int value = content % 16, subject = content_subject(content);

	buf_addf(b, ",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
	    "\"http://loinc.org\",\"code\":\"c%d\"}]}", value % 2);
	if (subject != NOBODY)
		buf_addf(b, ",\"subject\":{\"reference\":\"Patient/p%d\"}",
		    subject);
	buf_addf(b, ",\"performer\":[{\"reference\":\"Organization/g%d\"}],"
	    "\"valueQuantity\":{\"value\":%d.50,\"code\":\"mg/dL\"}",
	    value % ORGANIZATIONS, value);
}

void key_body(struct buf *b, int key, int content, int updated)
{
	int value = content % 16;

	buf_addf(b, "{\"resourceType\":\"%s\",\"id\":\"", key_type(key));
	key_id(b, key);
	buf_addch(b, '"');
	meta(b, updated);
	switch (key_kind(key)) {
	case KEY_PATIENT:
		buf_addf(b, ",\"gender\":\"female\",\"name\":[{\"family\":"
		    "\"Family%d\"}]", value);
		break;
	case KEY_OBSERVATION:
		observation(b, content);
		break;
	case KEY_ORGANIZATION:
		buf_addf(b, ",\"name\":\"Organization %d\"", value);
		break;
	}
	buf_addch(b, '}');
}
