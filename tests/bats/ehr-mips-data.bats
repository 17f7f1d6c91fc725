# ehr-mips check-data: why a measure finds nobody.
load helper

BP=$EHR_TOP/lib/quality/data/measures/PressureControl.json

# PATIENT SYSTEM CODE [TEXT]: hypertension, a visit in March, a pressure that is
# coded so.
chart() {
	jq -nc --arg id "$1" --arg system "$2" --arg code "$3" --arg text "$4" '
	def resource: {resource: .};
	def code(s; c): {coding: [{code: c} + (if s == "" then {} else
		{system: s} end)]};
	{resourceType: "Bundle", type: "collection", entry: [
	({resourceType: "Patient", id: $id, birthDate: "1980-01-01"} | resource),
	({resourceType: "Condition", id: "c\($id)",
	  subject: {reference: "Patient/\($id)"},
	  code: code("http://hl7.org/fhir/sid/icd-10-cm"; "I10"),
	  onsetDateTime: "2020-01-01T00:00:00Z"} | resource),
	({resourceType: "Encounter", id: "v\($id)", status: "finished",
	  class: {code: "AMB"}, subject: {reference: "Patient/\($id)"},
	  period: {start: "2026-03-01T10:00:00Z", end: "2026-03-01T10:20:00Z"}}
	  | resource),
	({resourceType: "Observation", id: "o\($id)", status: "final",
	  subject: {reference: "Patient/\($id)"},
	  code: (if $code == "" then {text: $text} else code($system; $code) end),
	  effectiveDateTime: "2026-03-01T10:00:00Z",
	  component: [{code: code("http://loinc.org"; "8480-6"),
	  valueQuantity: {value: 130}}]} | resource)]}'
}

check() { # STATUS OPTION...: rows without the measure, from standard input
	run "-$1" --separate-stderr ehr-mips check-data -m "$BP" -o tsv "${@:2}"
	output=$(cut -f 2- <<<"$output")
}

@test "nothing to find is said in no words" {
	chart p1 http://loinc.org 85354-9 >"$T/in"
	check 0 "$T/in"
	same "$output" ""
	same "$stderr" ""
}

@test "nothing has the codes: the population, the retrieve, the local codes" {
	{ chart p1 urn:lab BP; chart p2 urn:lab BP; chart p3 urn:lab RR
	chart p4 "" "" "pressure, sitting"; chart p5 "" 85354-9; } >"$T/in"
	check 1 - <"$T/in"
	same "$output" "population	Numerator_1		numerator		0	nothing is coded as Pressure Panel Code (Observation)
codes	Numerator_1	Observation	Pressure Panel Code	5	0	map local codes to these
local		Observation	urn:lab|BP	2	0	map it, if the measure means it
local		Observation	\"pressure, sitting\"	1	0	it is a text alone: give it a code
local		Observation	|85354-9	1	0	give it the system http://loinc.org: it is of Pressure Panel Code
local		Observation	urn:lab|RR	1	0	map it, if the measure means it"
	same "$stderr" "ehr-mips: 6 findings in 5 patients"
}

@test "there is none of the type, which is not the same" {
	chart p1 urn:lab BP | jq -c 'del(.entry[3])' >"$T/in"
	check 1 "$T/in"
	same "$(tail -1 <<<"$output")" "codes	Numerator_1	Observation	Pressure Panel Code	0	0	there is no Observation at all"
}

@test "an element that the measure looks at, and one that it does not" {
	{ chart p1 http://loinc.org 85354-9
	chart p2 http://loinc.org 85354-9 |
		jq -c 'del(.entry[3].resource.effectiveDateTime)'; } >"$T/in"
	check 1 "$T/in"
	same "$output" "element		Observation	Pressure Panel Code	2	1	1 of these have no effective"
	# clinicalStatus is in none of the conditions, and nobody asks for it.
}

@test "codes are there and nobody is in it: dates, ages" {
	chart p1 http://loinc.org 85354-9 >"$T/in"
	check 1 --period 2019 "$T/in"
	same "$output" "population	InitialPopulation_1		initial-population		0	codes are there: look at dates, ages and profiles (ehr-mips why)"
}

@test "--all has what is in order, in each format" {
	chart p1 http://loinc.org 85354-9 >"$T/in"
	check 0 --all "$T/in"
	same "$(grep Pressure <<<"$output")" "codes		Observation	Pressure Panel Code	1	1	"
	run -0 --separate-stderr ehr-mips check-data -a -o json -m "$BP" "$T/in"
	same "$(jq -c '.[] | select(.codes == "Pressure Panel Code") |
		del(.version, .period, .package_sha256, .valuesets_sha256,
		.record, .ehr)' <<<"$output")" '{"measure":"PressureControl","finding":"codes","population":null,"type":"Observation","codes":"Pressure Panel Code","have":1,"match":1,"todo":null}'
	run -0 --separate-stderr ehr-mips check-data -a -o csv --header \
		-m "$BP" "$T/in"
	same "${lines[0]%$'\r'}" "measure,finding,population,type,codes,have,match,todo"
}

@test "of many local codes the most frequent are shown" {
	for i in {1..12}; do chart "p$i" urn:lab "L$i"; done >"$T/in"
	check 1 -v "$T/in"
	same "$(grep -c ^local <<<"$output")" 10
	[[ $stderr == *"PressureControl: 2 more local codes (--all)"* ]]
	check 1 --all "$T/in"
	same "$(grep -c ^local <<<"$output")" 12
}

@test "a record: all that it keeps, any number of threads, in the log" {
	for i in {1..30}; do chart "p$i" urn:lab "L$((i % 3))"; done |
		jq -c '.entry[].resource' >"$T/in"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/in"
	run -4 --separate-stderr ehr-mips check-data -d "$T/p.ehr"
	same "$stderr" "ehr-mips: no measure is loaded: -m, or ehr-mips load"
	ehr-mips load -d "$T/p.ehr" "$BP"
	run -1 --separate-stderr ehr-mips check-data -d "$T/p.ehr" -o tsv
	same "${#lines[@]}" 5
	one=$output
	run -1 --separate-stderr ehr-mips check-data -d "$T/p.ehr" -o tsv -j 3
	same "$output" "$one"
	run -1 --separate-stderr ehr-mips check-data -m "$BP" -o tsv - < <(
		for i in {1..30}; do chart "p$i" urn:lab "L$((i % 3))"; done)
	same "$output" "$one"
	run -0 ehr-audit log -d "$T/p.ehr" -o tsv
	[[ $output == *"ehr-mips"*"quality measures"* ]]
}

@test "who cannot be read is told of, exit 3" {
	chart p1 urn:lab BP >"$T/in"
	echo '{"resourceType":"Bundle"}' >>"$T/in"
	check 3 "$T/in"
	same "$stderr" "ehr-mips: $T/in:2: no Patient in it
ehr-mips: 1 patients left out"
	run -2 --separate-stderr ehr-mips check-data -m "$BP" --period 2026-Q5 \
		"$T/in"
	run -6 --separate-stderr ehr-mips check-data -m "$BP" "$T/none"
}

@test "every verb tells what its figures were made from, the same each time" {
	chart p1 urn:lab BP | jq -c '.entry[].resource' >"$T/in"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/in"
	for verb in eval "eval --by-patient" "eval --by provider" \
		"patients --population denominator" gaps check-data trend \
		"compare --period 2025 --period 2026" \
		"compare --moved --period 2025 --period 2026"; do
		# shellcheck disable=SC2086
		run --separate-stderr ehr-mips $verb -o json -v \
			-m "$BP" -d "$T/p.ehr"
		same "$((status < 2))" 1
		same "$(jq -r '.[0] | .version, .ehr' <<<"$output")" \
			"$(printf '1.0.0\n%s' "$(ehr-mips --version | tr -d "()" |
				awk "{ print \$NF }")")"
		jq -e '.[0] | (.package_sha256 | length == 64) and
			.valuesets_sha256 == null and
			(.record | test("^[1-9][0-9]* [0-9a-f]{64}$")) and
			(.period | test("^202[56]-01-01[.][.]"))' <<<"$output"
		hash=$(jq -r '.[0].package_sha256' <<<"$output")
		record=$(jq -r '.[0].record' <<<"$output")
		[[ $stderr == *"package $hash, value sets of the package, record $record, ehr "* ]]
	done
	same "$(jq -r '.[0].period' <<<"$output")" \
		"2025-01-01..2025-12-31,2026-01-01..2026-12-31"
	run -0 --separate-stderr ehr-mips why -v -m "$BP" -d "$T/p.ehr" p1
	[[ $stderr == *"package $hash"*", record "* ]]
	# Of files it is the same bytes each time; TSV has the figures alone.
	chart p1 urn:lab BP >"$T/one"
	one=$(ehr-mips eval -o json -m "$BP" "$T/one")
	same "$(ehr-mips eval -o json -m "$BP" "$T/one")" "$one"
	same "$(jq -r '.[0].record' <<<"$one")" null
	same "$(ehr-mips eval -o tsv -m "$BP" "$T/one" | head -1 |
		awk -F'\t' '{ print NF }')" 5
}

@test "every verb: wrong periods and days are refused, each format is whole" {
	chart p1 urn:lab BP >"$T/in"
	for verb in eval "eval --by tin" "eval --by-patient" patients gaps \
		check-data report trend; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr ehr-mips $verb -m "$BP" \
			--period 2026-13 "$T/in"
		same "$stderr" "ehr-mips: 2026-13: no period"
	done
	run -2 --separate-stderr ehr-mips compare -m "$BP" --period 2026 \
		--period 2026-Q5 "$T/in"
	for verb in patients gaps report; do
		run -2 --separate-stderr ehr-mips "$verb" -m "$BP" \
			--today 2026-02-30 "$T/in"
	done
	for verb in eval "eval --by provider" "eval --by-patient" \
		"patients --population denominator" "compare --period 2025 \
		--period 2026" "compare --moved --period 2025 --period 2026" \
		trend check-data; do
		# shellcheck disable=SC2086
		ehr-mips $verb -m "$BP" -o tsv "$T/in" >"$T/tsv" 2>&1 || true
		# shellcheck disable=SC2086
		ehr-mips $verb -m "$BP" -o csv --header "$T/in" >"$T/csv" \
			2>/dev/null || true
		# shellcheck disable=SC2086
		ehr-mips $verb -m "$BP" -o json "$T/in" >"$T/json" \
			2>/dev/null || true
		rows=$(grep -vc '^ehr-mips: ' "$T/tsv")
		((rows > 0))
		same "$(($(wc -l <"$T/csv") - 1))" "$rows"
		same "$(jq length "$T/json")" "$rows"
	done
}
