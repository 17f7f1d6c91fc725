# Packages that want to take forever, all memory or the stack: one line that
# names library and definition, exit 3, in bounded time and memory.
load helper

patient='{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p1"}}]}'

# package LIBRARY...: a Measure of one population, IP of library L, and its
# libraries' ELM by standard input, one a line.
package() {
	jq -c --slurpfile libs /dev/stdin -n '{resourceType: "Bundle",
		type: "collection", entry: ([{resource: {resourceType: "Measure",
		name: "M", library: ["http://x/Library/L"],
		scoring: {coding: [{code: "cohort"}]},
		effectivePeriod: {start: "2026-01-01", end: "2026-12-31"},
		group: [{id: "g", population: [{id: "ip",
			code: {coding: [{code: "initial-population"}]},
			criteria: {language: "text/cql-identifier",
				expression: "IP"}}]}]}}] +
		($libs | map({resource: {resourceType: "Library", content: [{
			contentType: "application/elm+json",
			data: (tojson | @base64)}]}})))}' >"$T/package.json"
}

# Definitions of library L; $1: a jq program that gives an array of them.
library() {
	jq -nc 'def int($n): {type: "Literal", value: "\($n)",
			valueType: "{urn:hl7-org:elm-types:r1}Integer"};
		def string($s): {type: "Literal", value: $s,
			valueType: "{urn:hl7-org:elm-types:r1}String"};
		def ref($n): {type: "ExpressionRef", name: $n};
		def define($n; $x): {name: $n, context: "Patient", expression: $x};
		def date($y): {type: "DateTime", year: int($y), month: int(1),
			day: int(1), hour: int(0), minute: int(0)};
		def ip($x): define("IP"; {type: "Exists", operand: $x});
		{library: {identifier: {id: "L"}, statements: {def: ('"$1"')}}}
	' | package
}

# refused TEXT [OPTION...]: within 20 seconds and a gigabyte.
refused() {
	local want=$1
	shift
	run -3 --separate-stderr timeout 20 bash -c 'ulimit -v 3000000
		exec "$@"' - ehr-mips eval "$@" -m "$T/package.json" - \
		<<<"$patient"
	has "${stderr_lines[0]}" "$want"
	[ "${#stderr_lines[@]}" -le 2 ]
	[ "${#stderr_lines[@]}" = 1 ] ||
		same "${stderr_lines[1]}" "ehr-mips: 1 patients left out"
}

@test "includes in a circle" {
	for pair in "L H" "H L"; do
		read -r a b <<<"$pair"
		jq -nc --arg a "$a" --arg b "$b" '{library: {identifier: {id: $a},
			includes: {def: [{localIdentifier: $b, path: $b}]},
			statements: {def: [{name: "IP", context: "Patient",
				expression: {type: "ExpressionRef", name: "IP",
					libraryName: $b}}]}}}'
	done | package
	refused "L: IP: needs itself"
}

@test "a library that is not there" {
	jq -nc '{library: {identifier: {id: "L"}, includes: {def: [{
		localIdentifier: "H", path: "a/H", version: "2"}]},
		statements: {def: [{name: "IP", context: "Patient",
		expression: {type: "ExpressionRef", name: "IP",
			libraryName: "H"}}]}}}' | package
	refused "L: library H, version 2, is missing"
}

@test "a chain of 10,000 definitions, or of as many functions" {
	library '[define("IP"; ref("d1"))] + [range(1; 10000) |
		define("d\(.)"; ref("d\(. + 1)"))] + [define("d10000"; int(1))]'
	refused "ExpressionRef: nested too deeply"
	library '[define("IP"; {type: "FunctionRef", name: "f1", operand: []})] +
		[range(1; 10001) | {name: "f\(.)", type: "FunctionDef",
		operand: [], expression: {type: "FunctionRef",
			name: "f\(. + 1)", operand: []}}]'
	refused "FunctionRef: nested too deeply"
}

@test "ELM nested 10,000 deep" {
	x=$(printf '{"type":"Not","operand":%.0s' {1..10000})
	y=$(printf '}%.0s' {1..10000})
	printf '{"library":{"identifier":{"id":"L"},"statements":{"def":[{"name":"IP","expression":%s{"type":"Null"}%s}]}}}' \
		"$x" "$y" >"$T/elm"
	printf '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Measure","name":"M"}},{"resource":{"resourceType":"Library","content":[{"contentType":"application/elm+json","data":"%s"}]}}]}' \
		"$(base64 -w0 "$T/elm")" >"$T/package.json"
	refused "ELM: at byte"
}

@test "lists, strings and tuples that double 40 times" {
	library '[ip(ref("d40")), define("d0"; {type: "List", element: [int(1)]})] +
		[range(1; 41) | define("d\(.)"; {type: "Flatten", operand: {
		type: "List", element: [ref("d\(. - 1)"), ref("d\(. - 1)")]}})]'
	refused ": L: d"
	library '[ip({type: "ToList", operand: ref("d40")}),
		define("d0"; string("x"))] + [range(1; 41) | define("d\(.)"; {
		type: "Concatenate", operand: [ref("d\(. - 1)"),
			ref("d\(. - 1)")]})]'
	refused "L: d25: a string of over 16777216 bytes"
	library '[define("IP"; {type: "Equal", operand: [ref("d40"), ref("e40")]})] +
		[["d", "e"][] as $x | define("\($x)0"; int(1)), (range(1; 41) |
		define("\($x)\(.)"; {type: "Tuple", element: [
			{name: "a", value: ref("\($x)\(. - 1)")},
			{name: "b", value: ref("\($x)\(. - 1)")}]}))]'
	refused "L: IP: over 100000000 steps for one patient"
}

@test "functions that call the one before twice, 40 times" {
	library '[define("IP"; {type: "FunctionRef", name: "f40", operand: []}),
		{name: "f0", type: "FunctionDef", operand: [],
			expression: int(1)}] + [range(1; 41) | {name: "f\(.)",
		type: "FunctionDef", operand: [], expression: {type: "Add",
		operand: [{type: "FunctionRef", name: "f\(. - 1)", operand: []},
		{type: "FunctionRef", name: "f\(. - 1)", operand: []}]}}]'
	refused "over 100000000 steps for one patient"
	refused "over 1000000 steps for one patient" --max-steps 1
}

@test "a function that calls itself" {
	library '[define("IP"; {type: "FunctionRef", name: "f", operand: []}),
		{name: "f", type: "FunctionDef", operand: [],
		expression: {type: "Not", operand: {type: "FunctionRef",
			name: "f", operand: []}}}]'
	refused "L: f: nested too deeply"
}

@test "a century by the minute" {
	library '[ip({type: "Expand", operand: [{type: "Interval",
		lowClosed: true, highClosed: true, low: date(1900),
		high: date(2000)}, {type: "Quantity", value: 1,
		unit: "minute"}]})]'
	refused "L: IP: "
	library '[ip({type: "Expand", operand: [{type: "List", element: [{
		type: "Interval", lowClosed: true, highClosed: true,
		low: date(1900), high: date(2000)}]}, {type: "Quantity",
		value: 1, unit: "minute"}]})]'
	refused "L: IP: Expand: over 4194304 elements"
	refused "L: IP: over 32 MiB for one patient" --max-memory 32
}

@test "a day by the minute is not too much" {
	library '[define("IP"; {type: "Equal", operand: [int(1440), {type: "Count",
		source: {type: "Expand", operand: [{type: "Interval",
		lowClosed: true, highClosed: false, low: date(2000),
		high: {type: "Add", operand: [date(2000), {type: "Quantity",
			value: 1, unit: "day"}]}}, {type: "Quantity", value: 1,
		unit: "minute"}]}}]})]'
	run -0 --separate-stderr ehr-mips eval --max-memory 1 --max-steps 1 \
		-m "$T/package.json" -o tsv - <<<"$patient"
	same "$output" $'M\tg\tip\tinitial-population\t1'
}

@test "expressions of the wrong kinds" {
	library '[define("IP"; 5)]'
	refused "L: IP: "
	library '[define("IP"; {type: ["And"]})]'
	refused "L: IP: "
	library '[define("IP"; {type: "And", operand: {a: 1}})]'
	refused "L: IP: "
	library '[define("IP"; {type: "Literal", valueType: 7, value: "x"})]'
	refused "L: IP: Literal: "
	library '[define("IP"; {type: "Query", source: 3})]'
	refused "L: IP: Query: "
	library '[define("IP"; {type: "Case", caseItem: {}, else: []})]'
	refused "L: IP: "
	library '[define("IP"; {type: "Tuple", element: [null]})]'
	refused "L: IP: Tuple: "
}

@test "a value set of a million codes" {
	jq -nc '{library: {identifier: {id: "L"}, valueSets: {def: [{name: "V",
		id: "http://x/vs"}]}, statements: {def: [{name: "IP",
		context: "Patient", expression: {type: "InValueSet",
		code: {type: "Literal", value: "c999999",
		valueType: "{urn:hl7-org:elm-types:r1}String"},
		valueset: {name: "V"}}}]}}}' | package
	{ printf '{"resourceType":"ValueSet","url":"http://x/vs","expansion":{"total":1000000,"contains":['
	seq -s, -f '{"system":"s","code":"c%.0f"}' 0 999999; printf ']}}'; } |
		tr -d '\n' >"$T/vs.json"
	run -0 --separate-stderr timeout 60 bash -c 'ulimit -v 3000000
		exec "$@"' - ehr-mips eval --valuesets "$T/vs.json" \
		-m "$T/package.json" -o tsv - <<<"$patient"
	same "$output" $'M\tg\tip\tinitial-population\t1'
}
