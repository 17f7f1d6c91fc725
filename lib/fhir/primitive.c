/* primitive.c - lexical forms of R4's primitive types (2.24.0.1). */
#include "ehr/fhir.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool no_blanks(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (blank(s.s[i]))
			return false;
	return true;
}

/* No leading, trailing or double blanks. */
static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (blank(s.s[i]) && (i == 0 || i == s.n - 1 ||
		    blank(s.s[i - 1])))
			return false;
	return s.n > 0;
}

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] < 0x20 && !blank(s.s[i]))
			return false;
	return s.n > 0;
}

static bool is_oid(struct str s)
{
	const size_t prefix = sizeof("urn:oid:") - 1;
	struct str arc;
	int n = 0;

	if (!str_starts(s, "urn:oid:"))
		return false;
	s = (struct str){ s.s + prefix, s.n - prefix };
	for (; str_split(&s, '.', &arc); n++) {
		if (arc.n == 0 || (arc.n > 1 && arc.s[0] == '0') ||
		    (n == 0 && (arc.n != 1 || arc.s[0] > '2')))
			return false;
		for (size_t i = 0; i < arc.n; i++)
			if (!digit(arc.s[i]))
				return false;
	}
	return n > 1;
}

static bool is_uuid(struct str s)
{
	const size_t prefix = sizeof("urn:uuid:") - 1;

	return str_starts(s, "urn:uuid:") &&
	       uuid_valid((struct str){ s.s + prefix, s.n - prefix });
}

/* 08:30:00.5: seconds are required, zones not allowed. */
static bool is_time(struct str s)
{
	const char *form = "dd:dd:dd";

	if (s.n < 8 || s.n == 9)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char want = i < 8 ? form[i] : i == 8 ? '.' : 'd';

		if (want == 'd' ? !digit(s.s[i]) : s.s[i] != want)
			return false;
	}
	return memcmp(s.s, "24", 2) < 0 && s.s[3] < '6' &&
	       (s.s[6] < '6' || memcmp(s.s + 6, "60", 2) == 0);
}

static bool is_base64(struct str s)
{
	size_t n = 0, pad = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (blank(c))
			continue;
		if (c == '=')
			pad++;
		else if (pad > 0 || !(digit(c) || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || c == '+' || c == '/'))
			return false;
		n++;
	}
	return n > 0 && n % 4 == 0 && pad <= 2;
}

static bool is_integer(struct str s, int64_t lowest)
{
	int64_t v;

	return str_int(s, &v) && v >= lowest && v <= INT32_MAX;
}

static bool is_date(struct str s, int type)
{
	struct date d;

	if (!date_parse(s, &d))
		return false;
	if (type == FHIR_date)
		return d.precision <= DATE_DAY;
	if (type == FHIR_instant)
		return d.precision >= DATE_SECOND && d.has_offset;
	return d.precision <= DATE_DAY ||
	       (d.precision >= DATE_SECOND && d.has_offset);
}

/* One root element div (2.4.0); what is in it is the reader's business. */
static bool is_xhtml(struct str s)
{
	s = str_trim(s);
	return str_starts(s, "<div") && s.n > 5 &&
	       (s.s[4] == '>' || s.s[4] == '/' || blank(s.s[4])) &&
	       (str_ends(s, "</div>") || str_ends(s, "/>"));
}

bool fhir_primitive_valid(int type, struct str s)
{
	struct decimal d;

	switch (type) {
	case FHIR_id:
		return fhir_id_valid(s);
	case FHIR_code:
		return is_code(s);
	case FHIR_uri: case FHIR_url: case FHIR_canonical:
		return s.n > 0 && no_blanks(s);
	case FHIR_oid:
		return is_oid(s);
	case FHIR_uuid:
		return is_uuid(s);
	case FHIR_date: case FHIR_dateTime: case FHIR_instant:
		return is_date(s, type);
	case FHIR_time:
		return is_time(s);
	case FHIR_base64Binary:
		return is_base64(s);
	case FHIR_integer:
		return is_integer(s, INT32_MIN);
	case FHIR_unsignedInt:
		return is_integer(s, 0);
	case FHIR_positiveInt:
		return is_integer(s, 1);
	case FHIR_decimal:
		return decimal_parse(s, &d);
	case FHIR_boolean:
		return str_is(s, "true") || str_is(s, "false");
	case FHIR_string: case FHIR_markdown:
		return is_text(s);
	case FHIR_xhtml:
		return is_xhtml(s);
	default:
		return false;
	}
}
