/* The engine of CQL: what it takes and what it refuses, and where. */
#include "ehr/elm.h"
#include "test.h"

/* Every expression of the schema of ELM r1 (expression.xsd and
 * clinicalexpression.xsd of CQL 1.5), without the abstract ones. */
static const char known[] =
    "Abs Add After Aggregate AliasRef AllTrue And AnyInCodeSystem "
    "AnyInValueSet AnyTrue As Avg Before CalculateAge CalculateAgeAt "
    "CanConvert CanConvertQuantity Case Ceiling Children Coalesce Code "
    "CodeRef CodeSystemRef Collapse Combine Concatenate Concept "
    "ConceptRef Contains Convert ConvertQuantity ConvertsToBoolean "
    "ConvertsToDate ConvertsToDateTime ConvertsToDecimal "
    "ConvertsToInteger ConvertsToLong ConvertsToQuantity "
    "ConvertsToRatio ConvertsToString ConvertsToTime Count Current "
    "Date DateFrom DateTime DateTimeComponentFrom Descendants "
    "Descendents DifferenceBetween Distinct Divide DurationBetween End "
    "Ends EndsWith Equal Equivalent Except Exists Exp Expand "
    "ExpandValueSet ExpressionRef Filter First Flatten Floor ForEach "
    "FunctionRef GeometricMean Greater GreaterOrEqual HighBoundary "
    "IdentifierRef If Implies In InCodeSystem InValueSet IncludedIn "
    "Includes IndexOf Indexer Instance Intersect Interval Is IsFalse "
    "IsNull IsTrue Iteration Last LastPositionOf Length Less "
    "LessOrEqual List Literal Ln Log LowBoundary Lower Matches Max "
    "MaxValue Median Meets MeetsAfter MeetsBefore Message Min MinValue "
    "Mode Modulo Multiply Negate Not NotEqual Now Null OperandRef Or "
    "Overlaps OverlapsAfter OverlapsBefore ParameterRef PointFrom "
    "PopulationStdDev PopulationVariance PositionOf Power Precision "
    "Predecessor Product ProperContains ProperIn ProperIncludedIn "
    "ProperIncludes Property Quantity Query QueryLetRef Ratio Repeat "
    "ReplaceMatches Retrieve Round SameAs SameOrAfter SameOrBefore "
    "SingletonFrom Size Slice Sort Split SplitOnMatches Start Starts "
    "StartsWith StdDev Substring Subtract Successor Sum Time TimeFrom "
    "TimeOfDay Times TimezoneFrom TimezoneOffsetFrom ToBoolean ToChars "
    "ToConcept ToDate ToDateTime ToDecimal ToInteger ToList ToLong "
    "ToQuantity ToRatio ToString ToTime Today Total Truncate "
    "TruncatedDivide Tuple Union Upper ValueSetRef Variance Width Xor";
/* Those that are refused, and nodes that are no expressions by themselves. */
static const char refused[] =
    "Search SubsumedBy Subsumes AggregateClause AliasedQuerySource "
    "ByColumn ByDirection ByExpression CaseItem CodeDef "
    "CodeFilterElement CodeSystemDef ConceptDef ContextDef "
    "DateFilterElement ExpressionDef FunctionDef IncludeDef "
    "IncludeElement LetClause Library ListTypeSpecifier "
    "NamedTypeSpecifier OperandDef OtherFilterElement ParameterDef "
    "ReturnClause SortClause UsingDef ValueSetDef With Without "
    "Expression OperatorExpression UnaryExpression Nonsense";

#define SYSTEM(t) "{urn:hl7-org:elm-types:r1}" t

/* Library L: its definition x, more of the library behind it. */
static struct elm_package *package(const char *x, const char *more)
{
	struct elm_package *p = elm_package_new();
	BUF_AUTO b = BUF_INIT;
	struct ehr_err e;

	buf_addf(&b, "{\"library\":{\"identifier\":{\"id\":\"L\"},"
	    "\"statements\":{\"def\":[{\"name\":\"x\",\"context\":\"Patient\","
	    "\"expression\":%s}%s]}}}", x, more);
	if (elm_package_add(p, buf_str(&b), &e) < 0) {
		elm_package_free(p);
		return NULL;
	}
	return p;
}

/* What refuses the definition x; "" when it is taken. */
static const char *why(const char *x, const char *more)
{
	static struct ehr_err e;
	struct elm_package *p = package(x, more);

	if (p == NULL)
		return "no library";
	e.msg[0] = '\0';
	elm_define(p, STR("L"), STR("x"), &e);
	elm_package_free(p);
	return e.msg;
}

/* {"type":T} alone: taken, or refused with library, definition and node. */
static const char *why_type(struct str type)
{
	char x[80];

	snprintf(x, sizeof(x), "{\"type\":\"%.*s\"}", STR_FMT(type));
	return why(x, "");
}

TEST(every_expression_of_the_schema_is_known)
{
	struct str rest = str_of(known), type;
	char place[80];

	while (str_split(&rest, ' ', &type)) {
		const char *text = why_type(type);

		snprintf(place, sizeof(place), "L: x: %.*s: ", STR_FMT(type));
		if (strstr(text, "not supported") ||
		    (*text && strncmp(text, place, strlen(place)) != 0))
			CHECK_STR(text, place);
	}
}

TEST(what_is_no_operator_is_refused_with_its_place)
{
	struct str rest = str_of(refused), type;
	char want[80];

	while (str_split(&rest, ' ', &type)) {
		snprintf(want, sizeof(want), "L: x: %.*s: is not supported",
		    STR_FMT(type));
		CHECK_STR(why_type(type), want);
	}
}

#define RETRIEVE(more) "{\"type\":\"Retrieve\",\"dataType\":" \
	"\"{http://hl7.org/fhir}Encounter\"" more "}"
#define NOTHING "{\"type\":\"Null\"}"
#define TRUE "{\"type\":\"Literal\",\"valueType\":\"" SYSTEM("Boolean") \
	"\",\"value\":\"true\"}"

/* Members that would change what a node means are refused, not overlooked. */
static const struct {
	const char *x, *more, *want;
} places[] = {
	{ RETRIEVE(""), "", "" },
	{ RETRIEVE(",\"include\":[],\"codeFilter\":[]"), "", "" },
	{ RETRIEVE(",\"include\":[{}]"), "",
	    "L: x: Retrieve: include is not supported" },
	{ RETRIEVE(",\"id\":" NOTHING), "",
	    "L: x: Retrieve: id is not supported" },
	{ RETRIEVE(",\"dateFilter\":[{}]"), "",
	    "L: x: Retrieve: dateFilter is not supported" },
	{ RETRIEVE(",\"dateRange\":" NOTHING), "",
	    "L: x: Retrieve: dateProperty is missing" },
	{ RETRIEVE(",\"codeComparator\":\"<\""), "",
	    "L: x: Retrieve: codeComparator <" },
	{ RETRIEVE(",\"codes\":" NOTHING), "",
	    "L: x: Retrieve: codeProperty is missing" },
	{ "{\"type\":\"First\",\"orderBy\":\"a\",\"source\":" NOTHING "}", "",
	    "L: x: First: orderBy is not supported" },
	{ "{\"type\":\"As\",\"operand\":" NOTHING ",\"asType\":\""
	    SYSTEM("Integre") "\"}", "",
	    "L: x: node: " SYSTEM("Integre") " is no type" },
	{ "{\"type\":\"MinValue\",\"valueType\":\"" SYSTEM("String") "\"}", "",
	    "L: x: MinValue: of that type" },
	{ "{\"type\":\"Convert\",\"operand\":" NOTHING ",\"toType\":\""
	    SYSTEM("Code") "\"}", "", "L: x: Convert: of that type" },
	{ "{\"type\":\"Literal\",\"valueType\":\"" SYSTEM("Boolean")
	    "\",\"value\":\"perhaps\"}", "",
	    "L: x: Literal: the value is none of its type" },
	{ "{\"type\":\"Iteration\"}", "",
	    "L: x: Iteration: outside of a loop" },
	{ "{\"type\":\"Filter\",\"scope\":\"A\",\"source\":" NOTHING
	    ",\"condition\":{\"type\":\"Current\",\"scope\":\"B\"}}", "",
	    "L: x: Current: B is not in scope" },
	{ "{\"type\":\"Query\",\"source\":[{\"alias\":\"A\",\"expression\":"
	    NOTHING "}],\"relationship\":[{\"alias\":\"B\",\"expression\":"
	    NOTHING ",\"suchThat\":" TRUE "}]}", "",
	    "L: x: node: is no relationship" },
	{ "{\"type\":\"Query\",\"source\":[{\"alias\":\"A\",\"expression\":"
	    NOTHING "}],\"sort\":{\"by\":[{\"type\":\"ByDirection\","
	    "\"direction\":\"up\"}]}}", "",
	    "L: x: ByDirection: direction up" },
	{ "{\"type\":\"ExpressionRef\",\"name\":\"y\"}",
	    ",{\"name\":\"y\",\"context\":\"Unfiltered\",\"expression\":" TRUE
	    "}", "" },
	{ "{\"type\":\"ExpressionRef\",\"name\":\"y\"}",
	    ",{\"name\":\"y\",\"context\":\"Unfiltered\",\"expression\":"
	    RETRIEVE("") "}",
	    "L: y: Retrieve: outside of a patient's context" },
	{ "{\"type\":\"ExpressionRef\",\"name\":\"y\"}",
	    ",{\"name\":\"y\",\"context\":\"Population\",\"expression\":"
	    "{\"type\":\"ExpressionRef\",\"name\":\"z\"}},"
	    "{\"name\":\"z\",\"context\":\"Patient\",\"expression\":" TRUE "}",
	    "L: y: ExpressionRef: z of each patient, outside of a patient's "
	    "context" },
};

TEST(what_would_be_overlooked_is_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		CHECK_STR(why(places[i].x, places[i].more), places[i].want);
}

TEST(the_model_of_another_release_is_refused)
{
	static const char *const text[] = { "3.0.1", "4.0.1", "5.0.0" };
	struct elm_package *p = elm_package_new();
	struct ehr_err e;

	for (size_t i = 0; i < ARRAY_LEN(text); i++) {
		BUF_AUTO b = BUF_INIT;

		buf_addf(&b, "{\"library\":{\"identifier\":{\"id\":\"L%zu\"},"
		    "\"usings\":{\"def\":[{\"localIdentifier\":\"FHIR\","
		    "\"uri\":\"http://hl7.org/fhir\",\"version\":\"%s\"}]}}}",
		    i, text[i]);
		CHECK_INT(elm_package_add(p, buf_str(&b), &e),
		    i == 1 ? 0 : EHR_EREJECT);
	}
	CHECK_STR(e.msg, "L2: of FHIR 5.0.0, not R4");
	elm_package_free(p);
}

/* What evaluating x says with so many steps. */
static const char *within(const char *x, uint64_t steps)
{
	static struct ehr_err e;
	struct elm_package *p = package(x, "");
	int define = elm_define(p, STR("L"), STR("x"), &e);
	struct elm_ctx *c = elm_ctx_new(p, NULL, NULL, 0, 0);
	struct elm_value v;

	CHECK(define >= 0);
	e.msg[0] = '\0';
	elm_limit(c, &(struct elm_limits){ steps, 1 << 20 });
	elm_patient(c);
	elm_eval(c, define, &v, &e);
	elm_ctx_free(c);
	elm_package_free(p);
	return e.msg;
}

#define ELEMENTS "\"element\":[{\"name\":\"code\",\"value\":" TRUE "}," \
	"{\"name\":\"system\",\"value\":" TRUE "}]"

/* Cut short at any step, nothing half made is looked at. */
TEST(limits_end_whatever_is_being_made)
{
	static const char *const x[] = {
		"{\"type\":\"Tuple\"," ELEMENTS "}",
		"{\"type\":\"Instance\",\"classType\":\"" SYSTEM("Code")
		    "\"," ELEMENTS "}",
		"{\"type\":\"Times\",\"operand\":[{\"type\":\"List\","
		"\"element\":[{\"type\":\"Tuple\"," ELEMENTS "}]},"
		"{\"type\":\"List\",\"element\":[{\"type\":\"Tuple\","
		ELEMENTS "}]}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(x); i++) {
		CHECK_STR(within(x[i], 1000), "");
		CHECK_STR(within(x[i], 1), "L: x: over 1 steps for one patient");
		for (uint64_t steps = 0; steps < 40; steps++)
			within(x[i], steps);
	}
}
