load helper

MEASURE=CMS122FHIRDiabetesAssessGT9Pct

package() {
	printf '{"resourceType":"Bundle","type":"collection","entry":[%s]}' \
		"$1" >"$T/package.json"
}

# A Measure of one population, "Initial Population" of library L.
measure() {
	printf '{"resource":{"resourceType":"Measure","name":"M","library":["http://x/Library/L"],
		"scoring":{"coding":[{"code":"cohort"}]},
		"effectivePeriod":{"start":"2026-01-01","end":"2026-12-31"},
		"group":[{"id":"g","population":[{"id":"ip","code":{"coding":[{"code":"initial-population"}]},
		"criteria":{"language":"text/cql-identifier","expression":"IP"}}]}]}}'
}

# A Library L whose definition IP is the expression given as ELM.
library() {
	printf '{"resource":{"resourceType":"Library","content":[{"contentType":"application/elm+json","data":"%s"}]}}' \
		"$(printf '{"library":{"identifier":{"id":"L"},"statements":{"def":[{"name":"IP","context":"Patient","expression":%s}]}}}' "$1" | base64 -w0)"
}

patient='{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p1"}}]}'

@test "the staged measures agree with their test cases" {
	need_data ecqm
	run -0 "$EHR_TOP/tests/conformance/ecqm" --least 1072
	same "${lines[-1]}" "1072 of 1073 cases equal"
}

@test "the same without profiles, inferred" {
	need_data ecqm
	run -0 "$EHR_TOP/tests/conformance/ecqm" --strip --profiles infer \
		--least 1060
}

@test "a line for each patient has every population" {
	need_data ecqm
	cases=("$EHR_DATA/ecqm/$MEASURE"/tests/*/patient-bundle.json)
	run -0 --separate-stderr ehr-mips eval -q --by-patient -o ndjson \
		-m "$EHR_DATA/ecqm/$MEASURE/bundle.json.gz" "${cases[@]}"
	same "${#lines[@]}" "${#cases[@]}"
	same "$(jq -c '.period, (.groups[0]|.basis,.scoring,(.byId|keys))' \
		<<<"${lines[0]}")" '["2026-01-01","2026-12-31"]
"boolean"
"proportion"
["DenominatorExclusion_1","Denominator_1","InitialPopulation_1","Numerator_1"]'
}

@test "totals are the sum of the lines" {
	need_data ecqm
	cases=("$EHR_DATA/ecqm/$MEASURE"/tests/*/patient-bundle.json)
	jq -c . "${cases[@]}" >"$T/all.ndjson"
	run -0 --separate-stderr ehr-mips eval -q -o tsv \
		-m "$EHR_DATA/ecqm/$MEASURE/bundle.json.gz" "$T/all.ndjson"
	total=$(awk '$3 == "Numerator_1" { print $5 }' <<<"$output")
	sum=$(ehr-mips eval -q --by-patient -o ndjson \
		-m "$EHR_DATA/ecqm/$MEASURE/bundle.json.gz" - <"$T/all.ndjson" |
		jq -s 'map(.groups[0].byId.Numerator_1)|add')
	same "$total" "$sum"
}

@test "another period finds nobody there" {
	need_data ecqm
	cases=("$EHR_DATA/ecqm/$MEASURE"/tests/*/patient-bundle.json)
	run -0 --separate-stderr ehr-mips eval -q -o tsv --period 1999-Q2 \
		-m "$EHR_DATA/ecqm/$MEASURE/bundle.json.gz" "${cases[@]}"
	same "$(awk '{ n += $5 } END { print n }' <<<"$output")" 0
}

@test "a small package of our own" {
	package "$(measure),$(library '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}')"
	run -0 --separate-stderr ehr-mips eval --by-patient -o ndjson \
		-m "$T/package.json" - <<<"$patient"
	same "$output" '{"measure":"M","version":null,"period":["2026-01-01","2026-12-31"],"patient":"p1","file":null,"groups":[{"id":"g","basis":"boolean","scoring":"cohort","populations":{"initial-population":1},"byId":{"ip":1},"strata":{},"observations":{}}]}'
}

@test "what is not supported is refused when it is loaded, with its place" {
	package "$(measure),$(library '{"type":"Not","operand":{"type":"Subsumes","operand":[]}}')"
	run -3 --separate-stderr ehr-mips eval -m "$T/package.json" - <<<"$patient"
	same "$stderr" "ehr-mips: $T/package.json: L: IP: Subsumes: is not supported"
}

@test "a definition that needs itself is refused" {
	package "$(measure),$(library '{"type":"ExpressionRef","name":"IP"}')"
	run -3 --separate-stderr ehr-mips eval -m "$T/package.json" - <<<"$patient"
	same "$stderr" "ehr-mips: $T/package.json: L: IP: needs itself"
}

@test "a missing library and a missing value set are named" {
	package "$(measure)"
	run -3 --separate-stderr ehr-mips eval -m "$T/package.json" - <<<"$patient"
	same "$stderr" "ehr-mips: $T/package.json: L: no definition IP"
	package "$(measure),$(library '{"type":"ExpressionRef","name":"X","libraryName":"H"}')"
	run -3 --separate-stderr ehr-mips eval -m "$T/package.json" - <<<"$patient"
	same "$stderr" "ehr-mips: $T/package.json: L: nothing is included as H"
}

@test "no measure, no JSON, no file" {
	package ""
	run -3 --separate-stderr ehr-mips eval -m "$T/package.json" - <<<"$patient"
	same "$stderr" "ehr-mips: $T/package.json: no Measure in the package"
	echo '{"resourceType":' >"$T/bad.json"
	run -3 --separate-stderr ehr-mips eval -m "$T/bad.json" - <<<"$patient"
	run -6 --separate-stderr ehr-mips eval -m "$T/none.json" - <<<"$patient"
	run -2 --separate-stderr ehr-mips eval - <<<"$patient"
}

@test "a patient that fails has no line, the others go on" {
	package "$(measure),$(library '{"type":"Exists","operand":{"type":"SingletonFrom","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Encounter"}}}')"
	two='{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p2"}},{"resource":{"resourceType":"Encounter","id":"a"}},{"resource":{"resourceType":"Encounter","id":"b"}}]}'
	run -3 --separate-stderr ehr-mips eval --by-patient -o ndjson \
		-m "$T/package.json" - <<<"$patient
$two
{\"resourceType\":\"Bundle\"}
$patient"
	same "${#lines[@]}" 2
	same "$stderr" "ehr-mips: -:2: L: IP: SingletonFrom: 2 elements
ehr-mips: -:3: no Patient in it
ehr-mips: 2 patients left out"
}

@test "a patient that fails in one measure counts in none" {
	package "$(measure),$(library '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}')"
	mv "$T/package.json" "$T/all.json"
	package "$(measure),$(library '{"type":"Exists","operand":{"type":"SingletonFrom","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Encounter"}}}')"
	two='{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p2"}},{"resource":{"resourceType":"Encounter","id":"a"}},{"resource":{"resourceType":"Encounter","id":"b"}}]}'
	for jobs in 1 3; do
		run -3 --separate-stderr ehr-mips eval -j$jobs -o tsv \
			-m "$T/all.json" -m "$T/package.json" - <<<"$patient
$two
$patient"
		same "$output" $'M\tg\tip\tinitial-population\t2
M\tg\tip\tinitial-population\t0'
	done
}

@test "rows by patient are counts, not words" {
	package "$(measure),$(library '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}')"
	run -0 --separate-stderr ehr-mips eval --by-patient -o json \
		-m "$T/package.json" - <<<"$patient"
	same "$(jq -c '.[] | del(.version, .period, .package_sha256,
		.valuesets_sha256, .record, .ehr)' <<<"$output")" '{"patient":"p1","measure":"M","group":"g","population":"ip","code":"initial-population","count":1}'
}

@test "the record says what its charts say as files, with one thread or three" {
	need_data ecqm
	"$EHR_BUILD/tests/tools/gen-practice" -n 40 >"$T/p.ndjson"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/p.ndjson"
	measure=$EHR_DATA/ecqm/CMS165FHIRControllingHighBP/bundle.json.gz
	run -0 --separate-stderr ehr-mips eval -q -d "$T/p.ehr" -m "$measure" \
		--by-patient -o ndjson
	same "${#lines[@]}" 40
	same "$output" "$(ehr-mips eval -q -j3 -d "$T/p.ehr" -m "$measure" \
		--by-patient -o ndjson)"
	jq -r .patient <<<"$output" | while read -r id; do
		ehr-export -d "$T/p.ehr" -o bundle "$id"
		echo
	done >"$T/all"
	same "$(jq -c '{patient,groups}' <<<"$output")" \
		"$(ehr-mips eval -q -m "$measure" --by-patient -o ndjson \
			"$T/all" | jq -c '{patient,groups}')"
	[ "$(jq -s 'map(.groups[0].byId.Numerator_1)|add' <<<"$output")" -gt 0 ]
	run -0 ehr-audit log -d "$T/p.ehr" -o tsv
	[[ "$output" == *"quality measures"* ]]
}

@test "test patients are left out, unless they are asked for" {
	package "$(measure),$(library '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}')"
	tested='{"resourceType":"Patient","id":"t","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]}}'
	run -0 --separate-stderr ehr-mips eval -m "$T/package.json" -o tsv - \
		<<<"$tested"
	same "$output" $'M\tg\tip\tinitial-population\t0'
	run -0 --separate-stderr ehr-mips eval -m "$T/package.json" -o tsv \
		--test - <<<"$tested"
	same "$output" $'M\tg\tip\tinitial-population\t1'
}

# Those with an encounter, and of them those with a procedure.
proportion() {
	package "$(measure | jq -c '.resource.scoring.coding[0].code = "proportion"
		| .resource.group[0].population += ([["denominator","IP"],
			["numerator","NUM"]] | map({id: .[0],
			code: {coding: [{code: .[0]}]},
			criteria: {language: "text/cql-identifier",
				expression: .[1]}}))'),$(
		library '{"type":"Exists","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Encounter"}}},{"name":"Procedures","context":"Patient","expression":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Procedure"}},{"name":"NUM","context":"Patient","expression":{"type":"Exists","operand":{"type":"ExpressionRef","name":"Procedures"}}')"
	visit='{"resource":{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/p2"},"period":{"start":"2026-03-01"}}}'
	done='{"resource":{"resourceType":"Procedure","id":"x1","subject":{"reference":"Patient/p2"},"performedDateTime":"2026-04-02","code":{"text":"Colonoscopy"}}}'
	{
		echo "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\"}},$visit]}"
		echo "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p2\"}},$visit,$done]}"
		echo "$patient"
	} >"$T/three.ndjson"
}

@test "patients of a population, with what decided" {
	proportion
	run -0 --separate-stderr ehr-mips patients -m "$T/package.json" \
		-o tsv "$T/three.ndjson"
	same "$output" $'p2\tM\tg\t\tProcedures: Procedure/x1 2026-04-02\t'
	run -0 --separate-stderr ehr-mips patients --population not-met \
		-m "$T/package.json" -o tsv "$T/three.ndjson"
	same "$output" $'p1\tM\tg\t\tProcedures\t'
	run -2 --separate-stderr ehr-mips patients --population all \
		-m "$T/package.json" "$T/three.ndjson"
}

@test "gaps are who is not met" {
	proportion
	run -0 --separate-stderr ehr-mips gaps -m "$T/package.json" -o tsv \
		"$T/three.ndjson"
	same "$output" $'p1\tM\tg\t\tProcedures\t'
}

# Those with a condition of the value set that is an encounter's diagnosis.
by_diagnosis() {
	package "$(measure)",$(
		library '{"type":"Exists","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Condition","templateId":"http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-condition-encounter-diagnosis","codeProperty":"code","codes":{"type":"ToList","operand":{"type":"CodeRef","name":"Gout"}}}}' |
		jq -c --arg code '{"codeSystems":{"def":[{"name":"ICD","id":"http://hl7.org/fhir/sid/icd-10-cm"}]},"codes":{"def":[{"name":"Gout","id":"M10.9","codeSystem":{"name":"ICD"}}]}}' \
			'.resource.content[0].data |= (@base64d | fromjson
				| .library += ($code | fromjson) | tojson | @base64)'
	)
	listed='{"resource":{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p2"},"onsetDateTime":"2026-01-02","category":[{"coding":[{"code":"problem-list-item"}]}],"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M10.9"}],"text":"Gout"}}}'
	echo "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p2\"}},$listed]}" >"$T/gout.json"
}

@test "why tells what only its profile leaves out" {
	by_diagnosis
	run -0 --separate-stderr ehr-mips why -m "$T/package.json" \
		--bundle "$T/gout.json"
	same "$output" "M g (cohort)
initial-population: 0
  IP = false
    [Condition: Gout] qicore-condition-encounter-diagnosis = 0, but without that profile 1
      - Condition/c1 2026-01-02 Gout"
	sed 's/problem-list-item/encounter-diagnosis/' "$T/gout.json" \
		>"$T/billed.json"
	run -0 --separate-stderr ehr-mips why -m "$T/package.json" \
		--bundle "$T/billed.json"
	same "$output" "M g (cohort)
initial-population: 1
  IP = true
    [Condition: Gout] qicore-condition-encounter-diagnosis = 1
      - Condition/c1 2026-01-02 Gout"
}

@test "patients and gaps tell the next visit that is booked" {
	proportion
	appointment() { # ID STATUS START
		echo "{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"$1\",\"status\":\"$2\",\"start\":\"$3\",\"participant\":[{\"actor\":{\"reference\":\"Patient/p1\"},\"status\":\"accepted\"}]}}"
	}
	jq -c --argjson more "[$(appointment a booked 2026-05-01T09:00:00Z),$(
		appointment b booked 2026-08-02T09:00:00Z),$(
		appointment c cancelled 2026-07-02T09:00:00Z),$(
		appointment d booked 2026-09-02T09:00:00Z)]" '.entry += $more' \
		<(head -1 "$T/three.ndjson" | sed 's,Patient/p2,Patient/p1,') \
		>"$T/p1.json"
	run -0 --separate-stderr ehr-mips gaps -m "$T/package.json" -o tsv \
		--today 2026-06-30 "$T/p1.json"
	same "$output" $'p1\tM\tg\t\tProcedures\t2026-08-02T09:00:00Z'
	plain_record -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/p1.json"
	run -0 --separate-stderr ehr-mips patients -d "$T/p.ehr" -o tsv \
		--population not-met -m "$T/package.json" --today 2026-08-03
	same "$output" $'p1\tM\tg\t\tProcedures\t2026-09-02T09:00:00Z'
	run -0 --separate-stderr ehr-mips gaps -m "$T/package.json" -o tsv \
		--today 2026-09-03 "$T/p1.json"
	same "$output" $'p1\tM\tg\t\tProcedures\t'
}

@test "why shows the expressions and the resources" {
	proportion
	sed -n 2p "$T/three.ndjson" >"$T/two.json"
	run -0 --separate-stderr ehr-mips why -m "$T/package.json" \
		--bundle "$T/two.json"
	same "$output" "M g (proportion)
initial-population: 1
  IP = true
denominator: 1
  IP = true
numerator: 1
  NUM = true
    Procedures = 1
      - Procedure/x1 2026-04-02 Colonoscopy"
	run -2 --separate-stderr ehr-mips why -m "$T/package.json"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/two.json"
	run -0 --separate-stderr ehr-mips why -d "$T/p.ehr" \
		-m "$T/package.json" p2
	[[ "$output" == *"Procedure/x1 2026-04-02 Colonoscopy"* ]]
	run -4 --separate-stderr ehr-mips why -d "$T/p.ehr" \
		-m "$T/package.json" p3
}

TRUE='{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}'

# A package of measure CMS1X, version $1, in $T/$1.json.
versioned() {
	package "$(measure | jq -c --arg v "$1" '.resource += {name: "CMS1X",
		url: "http://x/Measure/CMS1X", version: $v}'),$(library "$TRUE")"
	mv "$T/package.json" "$T/$1.json"
}

@test "packages are kept, versions side by side" {
	plain_record -d "$T/p.ehr"
	versioned 1.0
	versioned 2.0
	run -0 --separate-stderr ehr-mips load -n -v -d "$T/p.ehr" "$T/1.0.json"
	same "$stderr" "ehr-mips: measure CMS1X|1.0: loaded
ehr-mips: 1 loaded, 0 unchanged"
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o tsv
	same "$output" ""
	run -0 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T"/[12].0.json
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-mips load -v -d "$T/p.ehr" "$T/2.0.json"
	same "$stderr" "ehr-mips: measure CMS1X|2.0: unchanged
ehr-mips: 0 loaded, 1 unchanged"
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o tsv
	same "$(cut -f1-9 <<<"$output")" $'CMS1X\tmeasure\tCMS1\t1.0\t2026-01-01..2026-12-31\t1\tcohort\t\t1.0.json
CMS1X\tmeasure\tCMS1\t2.0\t2026-01-01..2026-12-31\t1\tcohort\t\t2.0.json'
	run -0 ehr-audit log -d "$T/p.ehr" -o tsv
	has "$output" 'load:CMS1X|1.0,CMS1X|2.0'
}

@test "another content of a version is refused, or replaces it" {
	plain_record -d "$T/p.ehr"
	versioned 1.0
	ehr-mips load -d "$T/p.ehr" "$T/1.0.json"
	sed -i 's/"end":"2026/"end":"2027/' "$T/1.0.json"
	run -3 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/1.0.json"
	same "$stderr" "ehr-mips: measure CMS1X|1.0 is loaded with another content (--force replaces it)"
	run -0 --separate-stderr ehr-mips load --force -v -d "$T/p.ehr" \
		"$T/1.0.json"
	same "${stderr_lines[-1]}" "ehr-mips: 1 loaded, 0 unchanged"
}

@test "what is kept is unloaded by its name" {
	plain_record -d "$T/p.ehr"
	versioned 1.0
	versioned 2.0
	ehr-mips load -d "$T/p.ehr" "$T"/[12].0.json
	run -4 --separate-stderr ehr-mips unload -d "$T/p.ehr" CMS1
	same "$stderr" "ehr-mips: candidate: CMS1X|1.0
ehr-mips: candidate: CMS1X|2.0
ehr-mips: CMS1: 2 are loaded of that name"
	run -0 --separate-stderr ehr-mips unload -n -d "$T/p.ehr" 'CMS1|1.0'
	run -0 --separate-stderr ehr-mips unload -d "$T/p.ehr" 'CMS1|1.0' \
		http://x/Measure/CMS1X
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o tsv
	same "$output" ""
	run -4 --separate-stderr ehr-mips unload -d "$T/p.ehr" CMS1X
	same "$stderr" "ehr-mips: CMS1X: nothing of that name is loaded"
}

@test "reference files of QPP are told by their content" {
	plain_record -d "$T/p.ehr"
	echo '[{"measureId":"001","performanceYear":2031,"submissionMethod":"claims","percentiles":{"1":1}}]' >"$T/b.json"
	echo '[{"category":"ia","measureId":"IA_1","metricType":"boolean","firstPerformanceYear":2017},{"category":"ia","measureId":"IA_2","metricType":"boolean","firstPerformanceYear":2031}]' |
		gzip >"$T/m.json.gz"
	echo '[{"mvpId":"G1","qualityMeasureIds":[]}]' >"$T/mvp-2031.json"
	run -0 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/b.json" \
		"$T/m.json.gz" "$T/mvp-2031.json"
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o tsv
	same "$(cut -f1,4 <<<"$output")" $'qpp-benchmarks\t2031
qpp-measures\t2031
qpp-mvp\t2031'
	cp "$T/mvp-2031.json" "$T/mvp.json"
	run -3 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/mvp.json"
	same "$stderr" "ehr-mips: $T/mvp.json: nothing says of which performance year it is (--year)"
	run -0 --separate-stderr ehr-mips load --year 2032 -d "$T/p.ehr" \
		"$T/mvp.json"
	echo '[{"measureId":"001"}]' >"$T/other.json"
	run -3 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/other.json"
	same "$stderr" "ehr-mips: $T/other.json: no Measure and no reference file of QPP in it"
}

@test "the list tells what a measure lacks now, and when it has it" {
	plain_record -d "$T/p.ehr"
	package "$(measure | jq -c '.resource.name = "CMS7X"'),$(library '{"type":"Exists","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Condition","codeProperty":"code","codes":{"type":"ValueSetRef","name":"S"}}}' | jq -c '.resource.content[0].data |= (@base64d | fromjson | .library.valueSets = {def: [{name: "S", id: "http://x/S"}]} | tojson | @base64)'),$(jq -nc '{resource: {resourceType: "ValueSet", url: "http://x/S", expansion: {total: 3, contains: [{system: "s", code: "1"}]}}}')"
	ehr-mips load -q -d "$T/p.ehr" "$T/package.json" 2>/dev/null
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o ndjson
	same "$(jq -c '[.id, .period, .groups, .scoring, .warnings]' \
		<<<"$output")" '["CMS7","2026-01-01..2026-12-31",1,"cohort","value set http://x/S has 1 of 3 codes: what it leaves out will not be found"]'
	same "$stderr" ""
	jq -nc '{resourceType: "ValueSet", url: "http://x/S", expansion:
		{contains: [{system: "s", code: "2"}, {system: "s", code: "3"}]}}' \
		>"$T/s.json"
	ehr-mips valueset load -q -d "$T/p.ehr" "$T/s.json"
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o ndjson
	same "$(jq -c 'select(.kind == "measure") | .warnings' <<<"$output")" \
		null
	same "$(jq -r 'select(.kind == "valueset") | [.name, .scoring, .groups]
		| @tsv' <<<"$output")" $'http://x/S\t\t'
}

@test "what is refused leaves nothing behind" {
	plain_record -d "$T/p.ehr"
	versioned 1.0
	package "$(measure)"
	run -3 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/1.0.json" \
		"$T/package.json"
	same "$stderr" "ehr-mips: $T/package.json: L: no definition IP"
	run -0 --separate-stderr ehr-mips list -d "$T/p.ehr" -o tsv
	same "$output" ""
	run -6 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/none.json"
	run -2 --separate-stderr ehr-mips load -d "$T/p.ehr"
}

# Figures of a report as lines "population count ... score".
figures() {
	jq -c '.group[]|[(.population[]|"\(.id) \(.count)"), (.measureScore.value+0)]' "$@"
}

@test "a report is a MeasureReport that our validator has nothing against" {
	proportion
	for type in summary subject-list individual; do
		for format in json ndjson; do
			run -0 --separate-stderr ehr-mips report --type $type \
				-o $format -m "$T/package.json" \
				--facility "Harbor" --today 2026-11-25 \
				"$T/three.ndjson"
			echo "$output" >"$T/$type.$format"
			ehr-admin init -q --plain -d "$T/$type.$format.ehr"
			run -0 ehr-import -d "$T/$type.$format.ehr" \
				"$T/$type.$format"
			same "$output" ""
		done
		same "$(jq -c '.entry[].resource' "$T/$type.json")" \
			"$(jq -c . "$T/$type.ndjson")"
	done
	same "$(figures "$T/summary.ndjson")" '["ip 2","denominator 2","numerator 1",0.5]'
	same "$(figures "$T/individual.ndjson")" '["ip 1","denominator 1","numerator 0",0]
["ip 1","denominator 1","numerator 1",1]'
	same "$(jq -r '.subject.reference' "$T/individual.ndjson" | paste -sd' ')" \
		"Patient/p1 Patient/p2"
	same "$(jq -c '.evaluatedResource[]|[.reference,(.extension|map(.valueString))]' <<<"$(tail -1 "$T/individual.ndjson")")" \
		'["Procedure/x1",["numerator"]]'
	same "$(jq -c '.contained[]|select(.id=="list-1-3")|.entry' "$T/subject-list.ndjson")" \
		'[{"item":{"reference":"Patient/p2"}}]'
	same "$(jq -c '[.type,.date,.period,.reporter.reference,.improvementNotation.coding[0].code,.measure]' "$T/summary.ndjson")" \
		'["summary","2026-11-25",{"start":"2026-01-01","end":"2026-12-31"},"#reporter","increase","M"]'
}

@test "a report's figures as rows, the same with three threads" {
	need_data ecqm
	M=$EHR_DATA/ecqm/CMS125FHIRBreastCancerScreen
	run -0 --separate-stderr ehr-mips report -q -o tsv \
		-m "$M/bundle.json.gz" "$M"/tests/*/patient-bundle.json
	rows=$output
	has "$rows" $'Group_1\tStratification_1_1\tscore\t'
	has "$rows" $'\tsde-sex '
	has "$rows" $'\tsde-race '
	run -0 --separate-stderr ehr-mips report -q -o tsv -j3 \
		-m "$M/bundle.json.gz" "$M"/tests/*/patient-bundle.json
	same "$output" "$rows"
	# Counts are those of eval.
	same "$(ehr-mips eval -q -o tsv -m "$M/bundle.json.gz" \
		"$M"/tests/*/patient-bundle.json | cut -f3,5)" \
		"$(awk -F'\t' '$3 == "" && $4 != "score"' <<<"$rows" | cut -f4,5)"
}

@test "of an inverse measure a lower rate is the improvement" {
	need_data ecqm
	M=$EHR_DATA/ecqm/$MEASURE
	run -0 --separate-stderr ehr-mips report -q -m "$M/bundle.json.gz" \
		"$M"/tests/*/patient-bundle.json
	same "$(jq -r '.improvementNotation.coding[0].code' <<<"$output")" decrease
	same "$(jq -r '.extension[0].valueCodeableConcept.coding[0].code' <<<"$output")" proportion
}

@test "a report of the record names its reporter and where the log stood" {
	proportion
	ehr-admin init -q --plain -d "$T/p.ehr" --facility Harbor
	ehr-import -q -d "$T/p.ehr" "$T/three.ndjson"
	run -0 --separate-stderr ehr-mips report -d "$T/p.ehr" \
		-m "$T/package.json"
	same "$(jq -r '.contained[]|select(.id=="reporter").name' <<<"$output")" Harbor
	[[ "$(jq -r '.contained[0].version[2].value' <<<"$output")" =~ ^[0-9]+\ [0-9a-f]{64}$ ]]
	run -4 --separate-stderr ehr-mips report -d "$T/p.ehr" \
		-m "$T/package.json" --facility Other
	run -2 --separate-stderr ehr-mips report --type individual -o tsv \
		-m "$T/package.json" "$T/three.ndjson"
	run -0 --separate-stderr ehr-mips report -O "$T/out.json" -o json \
		-m "$T/package.json" "$T/three.ndjson"
	same "$(jq -r .entry[0].resource.resourceType "$T/out.json")" MeasureReport
	run -2 --separate-stderr ehr-mips report -O "$T/out.json" \
		-m "$T/package.json" "$T/three.ndjson"
}

# The same with procedures of the period alone.
dated() {
	proportion
	jq -c '(.entry[1].resource.content[0].data) |= (@base64d | fromjson |
		(.library.parameters = {def: [{name: "Measurement Period"}]}) |
		(.library.statements.def |= map(if .name == "Procedures" then
			.expression = {type: "Query", source: [{alias: "P",
			expression: .expression}], relationship: [],
			where: {type: "In", operand: [{type: "FunctionRef",
			name: "at", operand: [{type: "AliasRef", name: "P"}]},
			{type: "ParameterRef", name: "Measurement Period"}]}}
			else . end)) |
		(.library.statements.def += [{name: "at", context: "Patient",
			type: "FunctionDef", operand: [{name: "p",
			operandTypeSpecifier: {type: "NamedTypeSpecifier",
			name: "{http://hl7.org/fhir}Procedure"}}],
			expression: {type: "ToDateTime", operand: {
				type: "Property", path: "performed.value",
				source: {type: "OperandRef", name: "p"}}}}]) |
		tojson | @base64)' "$T/package.json" >"$T/dated.json"
}

@test "compare: scores, their difference, who moved and what changed" {
	dated
	run -0 --separate-stderr ehr-mips compare -m "$T/dated.json" \
		--period 2025 --period 2026 -o tsv "$T/three.ndjson"
	same "$output" $'M\tg\t0.000000\t0.500000\t0.500000\t1'
	for jobs in 1 3; do
		run -0 --separate-stderr ehr-mips compare -m "$T/dated.json" \
			--moved -j$jobs --period 2025 --period 2026 -o tsv \
			"$T/three.ndjson"
		same "$output" $'p2\tM\tg\tnot-met\tnumerator\t+NUM; +Procedures Procedure/x1 2026-04-02'
	done
	run -0 --separate-stderr ehr-mips compare -m "$T/dated.json" \
		--moved --period 2026 --period 2025 -o tsv "$T/three.ndjson"
	same "$output" $'p2\tM\tg\tnumerator\tnot-met\t-NUM; -Procedures'
	run -2 --separate-stderr ehr-mips compare -m "$T/dated.json" \
		--period 2025 "$T/three.ndjson"
	run -2 --separate-stderr ehr-mips compare -m "$T/dated.json" \
		--period 2025 --period soon "$T/three.ndjson"
}

@test "trend: year to date, each month alone, a picture" {
	dated
	run -0 --separate-stderr ehr-mips trend -m "$T/dated.json" -o tsv \
		--period 2026-01..2026-05 "$T/three.ndjson"
	same "$(cut -f3- <<<"$output")" $'2026-01-01\t2026-01-31\t2\t0.000000
2026-01-01\t2026-02-28\t2\t0.000000
2026-01-01\t2026-03-31\t2\t0.000000
2026-01-01\t2026-04-30\t2\t0.500000
2026-01-01\t2026-05-31\t2\t0.500000'
	run -0 --separate-stderr ehr-mips trend -m "$T/dated.json" -o tsv \
		--alone --by quarter "$T/three.ndjson"
	same "$(cut -f3,4,6 <<<"$output")" $'2026-01-01\t2026-03-31\t0.000000
2026-04-01\t2026-06-30\t0.500000
2026-07-01\t2026-09-30\t0.000000
2026-10-01\t2026-12-31\t0.000000'
	run -0 --separate-stderr ehr-mips trend -m "$T/dated.json" \
		--svg "$T/t.svg" "$T/three.ndjson"
	same "$(xmllint --xpath 'count(//*[name()="circle"])' "$T/t.svg")" 12
	run -2 --separate-stderr ehr-mips trend -m "$T/dated.json" \
		--svg "$T/t.svg" "$T/three.ndjson"
}

# A package that asks whether a procedure is of value set http://v/1.0 has $2.
coded() {
	set="{\"resource\":{\"resourceType\":\"ValueSet\",\"url\":\"http://cts.nlm.nih.gov/fhir/ValueSet/1.2.3\",\"version\":\"1\",\"expansion\":{\"contains\":[$1]}}}"
	elm='{"library":{"identifier":{"id":"L"},"valueSets":{"def":[{"name":"VS","id":"http://cts.nlm.nih.gov/fhir/ValueSet/1.2.3"}]},"statements":{"def":[{"name":"IP","context":"Patient","expression":{"type":"Exists","operand":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Procedure","codeProperty":"code","codeComparator":"in","codes":{"type":"ValueSetRef","name":"VS"}}}}]}}}'
	lib="{\"resource\":{\"resourceType\":\"Library\",\"url\":\"http://x/Library/L\",\"content\":[{\"contentType\":\"application/elm+json\",\"data\":\"$(printf '%s' "$elm" | base64 -w0)\"}]}}"
	named=$(measure | jq -c '.resource += {name: "CMS1X", url: "http://x/Measure/CMS1X", version: "1"}')
	package "$named,$lib${1+,$set}"
	printf '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p1"}},{"resource":{"resourceType":"Procedure","id":"x1","subject":{"reference":"Patient/p1"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"73761001"}]}}}]}' >"$T/one.json"
}

vsac='Value Set Name|Value Set OID|Definition Version|Code|Description|Code System|Code System OID|Code System Version
Colonoscopy|1.2.3|2|12866006|Vaccine \| other|SNOMEDCT|2.16.840.1.113883.6.96|2026-03
Colonoscopy|1.2.3|2|73761001|Colonoscopy|SNOMEDCT|2.16.840.1.113883.6.96|2026-03'

@test "a measure by name, number or canonical, with value sets the record keeps" {
	plain_record -d "$T/p.ehr"
	coded '{"system":"http://snomed.info/sct","code":"1"}'
	ehr-mips load -d "$T/p.ehr" "$T/package.json"
	for name in CMS1 CMS1X 'CMS1|1' http://x/Measure/CMS1X; do
		run -0 --separate-stderr ehr-mips eval -d "$T/p.ehr" \
			-m "$name" -o tsv "$T/one.json"
		same "$output" $'CMS1X\tg\tip\tinitial-population\t0'
	done
	echo "$vsac" >"$T/vs.txt"
	run -0 --separate-stderr ehr-mips valueset load -v -d "$T/p.ehr" \
		"$T/vs.txt"
	same "$stderr" "ehr-mips: valueset Colonoscopy|2: loaded
ehr-mips: 1 loaded, 0 unchanged"
	run -0 --separate-stderr ehr-mips eval -d "$T/p.ehr" -m CMS1 -o tsv \
		"$T/one.json"
	same "$output" $'CMS1X\tg\tip\tinitial-population\t1'
	ehr-import -q -d "$T/p.ehr" "$T/one.json"
	run -0 --separate-stderr ehr-mips patients -d "$T/p.ehr" -m CMS1 \
		--population initial -o tsv
	has "$output" p1
	run -0 --separate-stderr ehr-mips eval -m "$T/package.json" -o tsv \
		"$T/one.json"
	same "$output" $'CMS1X\tg\tip\tinitial-population\t0'
	run -0 --separate-stderr ehr-mips eval -m "$T/package.json" -o tsv \
		--valuesets "$T/vs.txt" "$T/one.json"
	same "$output" $'CMS1X\tg\tip\tinitial-population\t1'
	run -0 --separate-stderr ehr-mips unload -d "$T/p.ehr" 1.2.3
	run -4 --separate-stderr ehr-mips eval -d "$T/p.ehr" -m CMS2 "$T/one.json"
	same "$stderr" "ehr-mips: CMS2: nothing of that name is loaded"
	jq -c '(.entry[].resource | select(.name == "CMS1X")).version = "2"' \
		"$T/package.json" >"$T/two.json"
	ehr-mips load -d "$T/p.ehr" "$T/two.json"
	run -4 --separate-stderr ehr-mips eval -d "$T/p.ehr" -m CMS1 "$T/one.json"
	same "${stderr_lines[0]}" "ehr-mips: candidate: CMS1X|1"
}

@test "a missing value set is named, unless the record keeps it" {
	plain_record -d "$T/p.ehr"
	coded
	run -3 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/package.json"
	has "$stderr" "value set http://cts.nlm.nih.gov/fhir/ValueSet/1.2.3 is missing"
	echo "$vsac" >"$T/vs.txt"
	ehr-mips valueset load -d "$T/p.ehr" "$T/vs.txt"
	run -0 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/package.json"
}

@test "measures of one run share only what is the same in all" {
	coded '{"system":"http://snomed.info/sct","code":"73761001"}'
	cp "$T/package.json" "$T/a.json"
	coded '{"system":"http://snomed.info/sct","code":"12866006"}'
	cp "$T/package.json" "$T/b.json"
	coded
	cp "$T/package.json" "$T/c.json"
	package "$(measure),$(library '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"}')"
	cp "$T/package.json" "$T/d.json"
	package "$(measure)"
	run -0 --separate-stderr ehr-mips eval -m "$T/a.json" -m "$T/b.json" \
		-m "$T/d.json" -m "$T/a.json" "$T/one.json"
	same "$(cut -f 5 <<<"$output" | xargs)" "1 0 1 1"
	run -3 --separate-stderr ehr-mips eval -m "$T/a.json" -m "$T/c.json" \
		"$T/one.json"
	same "$stderr" "ehr-mips: $T/c.json: value set http://cts.nlm.nih.gov/fhir/ValueSet/1.2.3 is missing"
	run -3 --separate-stderr ehr-mips eval -m "$T/d.json" \
		-m "$T/package.json" "$T/one.json"
	same "$stderr" "ehr-mips: $T/package.json: library L is missing"
}

@test "value sets as the VSAC exports one of them, and as FHIR" {
	plain_record -d "$T/p.ehr"
	printf 'Value Set Name,Colonoscopy\r\nOID,1.2.3\r\n\r\nCode,Description,"Code System","Code System Version"\r\n73761001,"Colonoscopy, any\r\n""kind""",SNOMEDCT,2026\r\n' >"$T/vs.csv"
	printf '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ValueSet","url":"http://v/2","version":"9"}}]}' |
		gzip >"$T/vs.json.gz"
	run -0 --separate-stderr ehr-mips valueset load -v -d "$T/p.ehr" \
		"$T/vs.csv" "$T/vs.json.gz"
	same "$stderr" "ehr-mips: valueset Colonoscopy|: loaded
ehr-mips: valueset http://v/2|9: loaded
ehr-mips: 2 loaded, 0 unchanged"
	printf 'Code,Code System,OID\n1,SNOMEDCT,1.2\n2,Klingon,1.2\n' >"$T/bad.csv"
	run -3 --separate-stderr ehr-mips valueset load -d "$T/p.ehr" "$T/bad.csv"
	same "$stderr" "ehr-mips: $T/bad.csv: line 3: a code system that is not known"
	echo 'nothing of that' >"$T/bad.csv"
	run -3 --separate-stderr ehr-mips valueset load -d "$T/p.ehr" "$T/bad.csv"
	same "$stderr" "ehr-mips: $T/bad.csv: no JSON, and no line that names the columns Code and Code System"
}

# Makes $T/x.zip of NAME CONTENT ...
zip_of() {
	python3 - "$T/x.zip" "$@" <<'PY'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name, path in zip(sys.argv[2::2], sys.argv[3::2]):
        z.write(path, name)
PY
}

@test "a package in a folder of resources, in a zip, and in a zip of zips" {
	coded '{"system":"http://snomed.info/sct","code":"73761001"}'
	mkdir -p "$T/d/resources" "$T/d/tests"
	for i in 0 1 2; do
		jq -c ".entry[$i].resource" "$T/package.json" \
			>"$T/d/resources/$i.json"
	done
	cp "$T/one.json" "$T/d/tests"
	wanted=$'CMS1X\tg\tip\tinitial-population\t1'
	run -0 --separate-stderr ehr-mips eval -m "$T/d" -o tsv "$T/one.json"
	same "$output" "$wanted"
	zip_of CMS1/bundle.json "$T/package.json" \
		CMS1/resources/0.json "$T/d/resources/0.json"
	run -0 --separate-stderr ehr-mips eval -m "$T/x.zip" -o tsv "$T/one.json"
	same "$output" "$wanted"
	plain_record -d "$T/p.ehr"
	cp "$T/x.zip" "$T/in.zip"
	zip_of year/CMS1.zip "$T/in.zip"
	run -0 --separate-stderr ehr-mips load -d "$T/p.ehr" "$T/x.zip"
	run -0 --separate-stderr ehr-mips load -v -d "$T/p.ehr" "$T/package.json"
	same "${stderr_lines[-1]}" "ehr-mips: 0 loaded, 1 unchanged"
}

@test "hostile zips are refused" {
	coded
	zip_of ../../etc/x.json "$T/package.json"
	run -3 --separate-stderr ehr-mips eval -m "$T/x.zip" "$T/one.json"
	same "$stderr" "ehr-mips: $T/x.zip:a file: its name leads outside"
	head -c 60M /dev/zero >"$T/zeros"
	zip_of big.json "$T/zeros"
	run -3 --separate-stderr ehr-mips eval -m "$T/x.zip" "$T/one.json"
	same "$stderr" "ehr-mips: $T/x.zip:big.json: unpacks to too much"
	zip_of a.json "$T/package.json"
	head -c 200 "$T/x.zip" >"$T/cut.zip"
	run -3 --separate-stderr ehr-mips eval -m "$T/cut.zip" "$T/one.json"
	has "$stderr" "$T/cut.zip: no whole zip"
	cp "$T/x.zip" "$T/a.zip"
	zip_of a.zip "$T/a.zip" && cp "$T/x.zip" "$T/a.zip"
	zip_of a.zip "$T/a.zip"
	run -3 --separate-stderr ehr-mips eval -m "$T/x.zip" "$T/one.json"
	has "$stderr" "a zip in a zip in a zip"
}

@test "hostile packages give one line with the place" {
	deep=$(printf '[%.0s' {1..10000})
	echo "{\"resourceType\":\"Bundle\",\"entry\":$deep" >"$T/deep.json"
	package "$(measure),{\"resource\":{\"resourceType\":\"Library\",\"content\":[{\"contentType\":\"application/elm+json\",\"data\":\"%%%\"}]}}"
	cp "$T/package.json" "$T/base64.json"
	gzip -c "$T/package.json" | head -c 100 >"$T/cut.json.gz"
	package "$(measure | jq -c '.resource.group = "x"'),$(library "$TRUE")"
	cp "$T/package.json" "$T/types.json"
	for file in deep.json base64.json cut.json.gz types.json; do
		run -3 --separate-stderr ehr-mips eval -m "$T/$file" - \
			<<<"$patient"
		same "${#stderr_lines[@]}" 1
		has "$stderr" "$T/$file: "
	done
}

# Measures over a plain record $1, every profile rule, to standard output; who
# cannot be evaluated comes after.
by_patient() {
	local m p
	for m in CMS122FHIRDiabetesAssessGT9Pct \
		CMS156FHIRHighRiskMedsElderly CMS69FHIRPCSBMIScreenAndFollowUp; do
		for p in auto strict infer; do
			ehr-mips eval -q -d "$1" --profiles "$p" --period 2026 \
				-m "$EHR_DATA/ecqm/$m/bundle.json.gz" \
				--by-patient -o ndjson --episodes || [ $? = 3 ]
		done
	done 2>"$T/left-out"
	sort "$T/left-out"
}

# The index is stale: every chart is read as a whole.
stale() {
	cp "$1" "$2"
	sqlite3 "$2" "UPDATE config SET value = '0'
		WHERE key = 'index.version'"
}

@test "what the index leaves out changes no result" {
	need_data ecqm
	ehr-admin init -q --plain -d "$T/r.ehr"
	"$EHR_BUILD/tests/tools/gen-practice" -n 60 |
		sed '/"E11/s/problem-list-item/encounter-diagnosis/' |
		ehr-import -q -d "$T/r.ehr" -
	for m in CMS122FHIRDiabetesAssessGT9Pct CMS69FHIRPCSBMIScreenAndFollowUp \
		CMS156FHIRHighRiskMedsElderly; do
		ehr-import -q -d "$T/r.ehr" --source "$m" \
			"$EHR_DATA/ecqm/$m"/tests/*/patient-bundle.json
	done
	stale "$T/r.ehr" "$T/w.ehr"
	by_patient "$T/r.ehr" >"$T/picked"
	by_patient "$T/w.ehr" >"$T/whole"
	cmp "$T/picked" "$T/whole"
	run -0 jq -R 'fromjson? // empty' "$T/picked"
	run -0 jq -s 'map(select(.groups[0].populations["initial-population"] > 0))
		| length > 30' <<<"$output"
	same "$output" true
}

@test "a function that calls itself twice without an end fails at once" {
	F='{"type":"FunctionRef","name":"F","operand":[]}'
	DEFS='{"library":{"identifier":{"id":"L"},"statements":{"def":[
		{"name":"F","type":"FunctionDef","operand":[],"expression":{"type":"And","operand":['$F','$F']}},
		{"name":"IP","context":"Patient","expression":'$F'}]}}}'
	package "$(measure),$(printf '{"resource":{"resourceType":"Library","content":[{"contentType":"application/elm+json","data":"%s"}]}}' \
		"$(base64 -w0 <<<"$DEFS")")"
	run -3 --separate-stderr timeout 20 ehr-mips eval \
		-m "$T/package.json" - <<<"$patient"
	has "$stderr" 'L: F: nested too deeply'
}

# ID MORE: hypertension and a visit, no pressure; a resource a line.
unmeasured() {
	jq -nc --arg id "$1" --argjson more "$2" '({resourceType: "Patient",
		id: $id, birthDate: "1980-01-01"} + $more), {resourceType:
		"Condition", id: "c\($id)", subject: {reference:
		"Patient/\($id)"}, code: {coding: [{system:
		"http://hl7.org/fhir/sid/icd-10-cm", code: "I10"}]},
		onsetDateTime: "2020-01-01T00:00:00Z"}, {resourceType:
		"Encounter", id: "v\($id)", status: "finished", class: {code:
		"AMB"}, subject: {reference: "Patient/\($id)"}, period:
		{start: "2026-03-01T10:00:00Z", end: "2026-03-01T10:20:00Z"}}'
}

@test "who was merged is one patient, either way round" {
	BP=$EHR_TOP/lib/quality/data/measures/PressureControl.json
	{ unmeasured p1 '{}'; unmeasured p2 '{}'; } >"$T/two"
	for order in "p1 p2" "p2 p1"; do
		rm -f "$T"/p.ehr*
		plain_record -d "$T/p.ehr"
		ehr-import -q -d "$T/p.ehr" "$T/two"
		# shellcheck disable=SC2086
		ehr-patient merge -q -d "$T/p.ehr" $order
		run -0 --separate-stderr ehr-mips gaps -m "$BP" -o tsv \
			-d "$T/p.ehr"
		same "$(cut -f1 <<<"$output")" "${order%% *}"
		same "$stderr" ""
		run -0 --separate-stderr ehr-mips why -m "$BP" -d "$T/p.ehr" p1
		has "$output" "denominator: 1"
	done
	run -3 --separate-stderr ehr-mips eval -m "$BP" - \
		< <(jq -sc '{resourceType: "Bundle", entry: map({resource: .})}' \
			"$T/two")
	has "$stderr" "more than one Patient in it"
}

@test "the dead are recalled by nobody, and count" {
	BP=$EHR_TOP/lib/quality/data/measures/PressureControl.json
	n=0
	for more in '{}' '{"deceasedBoolean":false}' '{"deceasedBoolean":true}' \
		'{"deceasedDateTime":"2026-11-01"}'; do
		n=$((n + 1))
		unmeasured "p$n" "$more" |
			jq -sc '{resourceType: "Bundle", entry: map({resource: .})}'
	done >"$T/in"
	run -0 --separate-stderr ehr-mips gaps -m "$BP" -o tsv "$T/in"
	same "$(cut -f1 <<<"$output")" "p1
p2"
	run -0 --separate-stderr ehr-mips patients --population not-met \
		-m "$BP" -o tsv "$T/in"
	same "${#lines[@]}" 4
}

@test "eval -v tells what the counts are of, and the score" {
	proportion
	run -0 --separate-stderr ehr-mips eval -v -m "$T/package.json" \
		-o tsv "$T/three.ndjson"
	plain=$output
	[[ "${stderr_lines[-1]}" =~ "ehr-mips: M|: 2026-01-01..2026-12-31, package "([0-9a-f]{64})", value sets of the package, ehr "[0-9.]+$ ]]
	hash=${BASH_REMATCH[1]}
	same "${stderr_lines[-2]}" "ehr-mips: M g: score 0.500000"
	run -0 --separate-stderr ehr-mips eval -m "$T/package.json" \
		-o tsv "$T/three.ndjson"
	same "$output" "$plain"
	same "$stderr" ""
	sed 's/2026/2025/g' "$T/package.json" >"$T/other.json"
	run -0 --separate-stderr ehr-mips eval -v -m "$T/other.json" \
		-o tsv "$T/three.ndjson"
	[[ "${stderr_lines[-1]}" == *"2025-12-31, package "* ]]
	[[ "${stderr_lines[-1]}" != *"$hash"* ]]
	plain_record -d "$T/p.ehr"
	coded '{"system":"http://snomed.info/sct","code":"1"}'
	echo "$vsac" >"$T/vs.txt"
	ehr-import -q -d "$T/p.ehr" "$T/one.json"
	ehr-mips valueset load -d "$T/p.ehr" "$T/vs.txt"
	run -0 --separate-stderr ehr-mips eval -v -d "$T/p.ehr" \
		-m "$T/package.json" -o tsv
	[[ "${stderr_lines[-1]}" =~ ", value sets "[0-9a-f]{64}", record "[1-9][0-9]*" "[0-9a-f]{64}", ehr " ]]
	same "${stderr_lines[-2]}" "ehr-mips: CMS1X g: score none"
}
