load helper

# Goldens stand in fixtures/chart; REGOLD=1 rewrites them.
setup() {
	export EHR_DB=$T/p.ehr
	F=$FIXTURES/chart
	plain_record
	ehr-import -q "$F/chart.json"
}

golden() { # NAME COMMAND...
	local name=$1
	shift
	"$@" > "$T/found"
	[ -z "${REGOLD-}" ] || cp "$T/found" "$F/$name"
	diff -u "$F/$name" "$T/found"
}

@test "the page, as text, HTML and JSON" {
	golden show.txt ehr-chart show ada --today 2022-01-10
	golden show.html ehr-chart show ada --today 2022-01-10 -o html
	golden show.json ehr-chart show ada --today 2022-01-10 -o json
	jq -e '.version == 1' "$F/show.json" > /dev/null
}

@test "a narrow page wraps, no line is wider" {
	COLUMNS=60 golden narrow.txt ehr-chart show ada --today 2022-01-10
	run -0 awk '{ if (length($0) > 60) print }' "$F/narrow.txt"
	same "$output" ""
}

@test "a page that reads only its rows is that of the whole chart" {
	"$EHR_BUILD/tests/tools/gen-practice" -n 12 \
		--resources-per-patient 300 | ehr-import -q
	run -0 --separate-stderr "$EHR_BUILD/tests/tools/page-check" "$EHR_DB"
	[[ $output =~ ^[0-9]+\ pages$ ]]
}

@test "without an index the page is the same" {
	ehr-chart show ada --today 2022-01-10 > "$T/page"
	sqlite3 "$EHR_DB" "UPDATE config SET value = '1'
		WHERE key = 'index.version'; DELETE FROM sketch"
	run -0 --separate-stderr ehr-chart show ada --today 2022-01-10
	same "$output" "$(cat "$T/page")"
	run -1 "$EHR_BUILD/tests/tools/page-check" "$EHR_DB"
	has "$output" "the index is stale"
	ehr-admin reindex
	run -0 "$EHR_BUILD/tests/tools/page-check" "$EHR_DB"
}

@test "entered in error is on no page and in no list" {
	run -0 --separate-stderr ehr-chart show ada --all
	[[ $output != *infarction* && $output != *"wrong drug"* ]]
	run -0 --separate-stderr ehr-chart list problems ada
	[[ $output != *infarction* ]]
	run -0 --separate-stderr ehr-chart list results ada -c 4548-4
	[[ $output != */r3* ]]
	run -0 --separate-stderr ehr-chart list results --all -l -c 4548-4
	same "$output" $'ada\t2021-03-01T15:00:00.000Z\t7.10\t%'
}

@test "a problem that is the diagnosis of visits, too, is listed once" {
	condition() { # ID CATEGORY CODE DATE
		jq -nc --arg id "$1" --arg category "$2" --arg code "$3" \
			--arg date "$4" '{resourceType: "Condition", id: $id,
			subject: {reference: "Patient/px"}, category: (if
			$category == "" then [] else [{coding: [{code:
			$category}]}] end), code: {coding: [{system: "urn:s",
			code: $code}]}, onsetDateTime: $date} |
			if .category == [] then del(.category) else . end'
	}
	{ echo '{"resourceType":"Patient","id":"px"}'
	condition a problem-list-item I10 2020-01-01
	condition b encounter-diagnosis I10 2024-01-01
	condition c encounter-diagnosis I10 2025-01-01
	condition d encounter-diagnosis J06 2024-02-01
	condition e encounter-diagnosis J06 2025-02-01
	condition f "" E78 2019-01-01
	condition g problem-list-item I10 2021-01-01; } >"$T/px"
	ehr-admin init -q --plain -d "$T/px.ehr"
	ehr-import -q -d "$T/px.ehr" "$T/px"
	run -0 --separate-stderr ehr-chart list problems px -d "$T/px.ehr" -o tsv
	same "$(cut -f2 <<<"$output" | sort)" "Condition/a
Condition/e
Condition/f
Condition/g"
	run -0 --separate-stderr ehr-chart list problems px -d "$T/px.ehr" \
		--visits -o tsv
	same "${#lines[@]}" 7
	run -0 --separate-stderr ehr-chart list problems px -d "$T/px.ehr" \
		-c J06 -o tsv
	same "$(cut -f2 <<<"$output")" Condition/e
}

@test "nothing recorded is not none known is not not asked" {
	run -0 --separate-stderr ehr-chart show nka --today 2022-01-10
	has "$output" "Allergies: no known allergies (asserted 2021-12-21)"
	has "$output" "not asked (asserted 2021-12-21)"
	has "$output" $'Problems\n  none recorded'
	has "$output" "21 days, born 2021-12-20"
	run -0 --separate-stderr ehr-chart show late
	has "$output" "Allergies: none recorded"
	run -0 --separate-stderr ehr-chart list allergies nka
	has "$output" "(no known allergies)"
	run -0 --separate-stderr ehr-chart list allergies late
	same "$output" ""
}

@test "the dead, the coarse and the test patient are told" {
	run -0 --separate-stderr ehr-chart show late
	has "$output" "DIED: 2020-06-01, aged about 80 y"
	has "$output" "TEST PATIENT"
}

@test "the facility's zone moves days, and is named" {
	rm "$EHR_DB"
	plain_record --facility A --tz America/New_York
	ehr-import -q "$F/chart.json"
	run -0 --separate-stderr ehr-chart show late
	has "$output" "DIED: 2020-05-31"
	has "$output" "times are America/New_York"
	run -0 --separate-stderr ehr-chart show ada --sections encounters
	has "$output" "2021-03-01 09:00  Follow-up"
	has "$output" "2019-03-01 23:00  Emergency"
	TZ=Asia/Tokyo run -0 --separate-stderr ehr-chart show ada \
		--sections encounters
	has "$output" "2021-03-01 09:00  Follow-up"
}

@test "sections are chosen, an unknown one is refused" {
	run -0 --separate-stderr ehr-chart show ada --sections meds,goals
	has "$output" "Medications"
	has "$output" "A1c below 7"
	has "$output" "ALLERGIES: Penicillin"
	[[ $output != *"Vital signs"* ]]
	run -2 --separate-stderr ehr-chart show ada --sections meds,nosuch
	has "$stderr" "there are alerts, problems, meds"
	same "$output" ""
}

@test "list: columns, codes, parts, latest" {
	golden list.tsv bash -c 'for s in problems meds allergies vitals \
		results immunizations encounters procedures notes social; do
		echo "== $s"; ehr-chart list $s ada --header; done'
	run -0 --separate-stderr ehr-chart list vitals ada -c 8480-6
	same "${#lines[@]}" 3
	has "${lines[0]}" $'\t128\tmm[Hg]'
	run -0 --separate-stderr ehr-chart list results ada -l \
		-c 'http://loinc.org|4548-4'
	same "${#lines[@]}" 1
	has "$output" $'\t7.10\t%\tH\t4.0-5.6'
	run -0 --separate-stderr ehr-chart list results ada -c 'urn:x|4548-4'
	same "$output" ""
}

@test "list: patients from standard input, the missing are exit 4" {
	run -0 --separate-stderr bash -c \
		'printf "ada\tx\nnka\n\n" | ehr-chart list allergies -'
	same "$(cut -f 1 <<< "$output" | sort -u | tr '\n' ' ')" "ada nka "
	run -4 --separate-stderr bash -c \
		'printf "zz\nnka\n" | ehr-chart list allergies -'
	has "$stderr" "zz: no such Patient"
	has "$output" "nka"
}

@test "list: usage" {
	run -2 --separate-stderr ehr-chart list nosuch ada
	run -2 --separate-stderr ehr-chart list results
	run -2 --separate-stderr ehr-chart list results --all
	run -2 --separate-stderr ehr-chart list results ada --all -l -c 1
}

@test "an unknown patient is exit 4, an ambiguous one has candidates" {
	run -4 --separate-stderr ehr-chart show zz
	same "$output" ""
	echo '{"resourceType":"Patient","id":"ada"}' |
		ehr-import -q --source lab
	run -4 --separate-stderr ehr-chart show ada
	has "$stderr" "lab:ada"
	same "$output" ""
	run -0 --separate-stderr ehr-chart show lab:ada
	has "$output" "(name not recorded)"
}

@test "timeline: by day, measurements in one line, a range" {
	golden timeline.txt ehr-chart timeline ada -o text
	run -0 --separate-stderr ehr-chart timeline ada --since 2021-03 \
		--until 2021-03
	has "${lines[0]}" $'Encounter/e0\t2021-03-01T09:00:00-05:00\t'
	[[ $output != *2020-* ]]
}

@test "trend: rows, blocks, units apart" {
	golden trend.txt ehr-chart trend ada -c 4548-4 -o text
	run -0 --separate-stderr ehr-chart trend ada -c 8480-6
	same "${lines[0]}" $'Observation/bp2\t2019-03-01T23:30:00-05:00\t118\tmm[Hg]\t'
	same "${#lines[@]}" 3
	run -0 --separate-stderr ehr-chart trend ada -c 4548-4 -o ndjson
	has "$output" '"value":7.10'
	run -1 --separate-stderr ehr-chart trend ada -c 1-1
	same "$stderr" "ehr-chart: no values of this code"
	run -2 --separate-stderr ehr-chart trend ada
}

@test "trend: pictures by gnuplot, exit 6 without it" {
	run -0 --separate-stderr ehr-chart trend ada -c 4548-4 -p "$T/a.svg"
	grep -q '<svg' "$T/a.svg"
	run -1 grep -c -e Testcase -e Ada "$T/a.svg"
	run -2 --separate-stderr ehr-chart trend ada -c 4548-4 -p "$T/a.svg"
	run -0 --separate-stderr ehr-chart trend ada -c 4548-4 -p "$T/a.png"
	same "$(head -c 4 "$T/a.png" | tail -c 3)" PNG
	run -2 --separate-stderr ehr-chart trend ada -c 4548-4 -p "$T/a.pdf"
	tool=$(command -v ehr-chart)
	run -6 --separate-stderr env PATH="$T" "$tool" trend ada -c 4548-4 \
		-p "$T/b.svg"
	has "$stderr" "gnuplot is not installed"
	[ ! -e "$T/b.svg" ]
}

@test "history: versions, fields, states" {
	jq -c '.entry[].resource | select(.id == "c0") |
		.clinicalStatus.coding[0].code = "resolved" |
		.abatementDateTime = "2022-01-01"' "$F/chart.json" |
		ehr-import -q
	run -0 --separate-stderr ehr-chart history Condition/c0 -o text
	has "$output" "Version 1 "
	has "$output" "clinicalStatus.coding[0].code: active -> resolved"
	has "$output" "abatementDateTime: + 2022-01-01"
	run -0 --separate-stderr ehr-chart history Condition/c0
	same "${#lines[@]}" 3
	has "${lines[1]}" $'\tlive\t'
	run -4 --separate-stderr ehr-chart history Condition/nosuch
	run -4 --separate-stderr ehr-chart history Condition/c0 --as-of 2001
}

@test "diff: what came, changed and went" {
	sleep 1.1
	at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	{
		jq -c '.entry[].resource | select(.id == "r0") |
			.valueQuantity.value = 7.2' "$F/chart.json"
		echo '{"resourceType":"Condition","id":"new","subject":{
			"reference":"Patient/ada"},"code":{"text":"Gout"}}'
	} | ehr-import -q
	run -1 --separate-stderr ehr-chart diff ada --since "$at" -o text
	same "${#lines[@]}" 2
	has "$output" "Condition: Gout"
	has "$output" "valueQuantity.value: 7.10 -> 7.2"
	run -1 --separate-stderr ehr-chart diff ada --since "$at" -o tsv
	has "$output" $'Observation/r0\tchanged\t'
	run -0 --separate-stderr ehr-chart diff ada --since 2099
	same "$output" ""
	run -2 --separate-stderr ehr-chart diff ada
}

@test "list: a table of one patient begins with the entry" {
	COLUMNS=200 run -0 --separate-stderr ehr-chart list problems ada \
		-o table
	[[ ${lines[1]} =~ ^Condition/c8\ +2021-01-05\ +provisional ]]
	[[ ${lines[1]} == *" 40930008"* && $output != *snomed* ]]
	run -0 --separate-stderr bash -c \
		'echo ada | ehr-chart list problems - -o table'
	[[ ${lines[1]} =~ ^ada\ +Condition/c8 ]]
}

@test "what is read is in the audit log before it is shown" {
	run -6 --separate-stderr bash -c 'ehr-chart show ada > /dev/full'
	run -0 --separate-stderr ehr-audit who ada
	has "$output" $'\tehr-chart\tread\tok\tada\tchart'
	ehr-chart list meds ada --reason 'call back' > "$T/x"
	printf 'ada\nnka\n' | ehr-chart list vitals - > "$T/x"
	ehr-chart history Condition/c0 > "$T/x"
	run -0 --separate-stderr ehr-audit who ada
	has "$output" $'\tmeds'
	has "$output" $'\tvitals'
	has "$output" $'\thistory'
	has "$output" "call back"
	run -0 --separate-stderr ehr-audit who nka
	has "$output" $'\tvitals'
	[[ $output != *meds* ]]
}

@test "as of a time before the import there is nothing" {
	run -0 --separate-stderr ehr-chart show ada --as-of 2001
	has "$output" "(name not recorded)"
	has "$output" "The record as of 2001-12-31 23:59:59."
}

@test "pages and files: whole, not overwritten" {
	run -0 --separate-stderr ehr-chart show ada -o html -O "$T/a.html"
	same "$output" ""
	grep -q '</html>' "$T/a.html"
	run -2 --separate-stderr ehr-chart show ada -O "$T/a.html"
	run -0 --separate-stderr ehr-chart show ada -O "$T/a.html" --force
}

@test "control characters and mark-up do not get through" {
	echo '{"resourceType":"Patient","id":"evil","name":[{"family":
		"\u001b[31m<script>","given":["\u0085\u202e"]}]}' |
		ehr-import -q
	run -0 --separate-stderr ehr-chart show evil
	[[ $output != *$'\e'* && $output != *$'\u202e'* ]]
	run -0 --separate-stderr ehr-chart show evil -o html
	[[ $output != *"<script>"* ]]
	has "$output" "&lt;script&gt;"
}

@test "every chart of the public samples makes a page" {
	need_data clinical/fhir/us-core
	ehr-import -q --source us "$EHR_DATA/clinical/fhir/us-core"
	for pt in example infant-example child-example; do
		run -0 --separate-stderr ehr-chart show "us:$pt" --all
		same "$stderr" ""
		run -0 --separate-stderr ehr-chart timeline "us:$pt"
	done
}

@test "a merged chart has one latest value" {
	{
		printf '%s\n' '{"resourceType":"Patient","id":"m1"}' \
			'{"resourceType":"Patient","id":"m2"}'
		for i in 1 2 3; do
			printf '{"resourceType":"Observation","id":"o%s","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"99999-1"}]},"subject":{"reference":"Patient/m%s"},"effectiveDateTime":"2021-0%s-01","valueQuantity":{"value":%s.50}}\n' \
				$i $((i % 2 + 1)) $i $i
		done
	} >"$T/merge.ndjson"
	run -0 --separate-stderr ehr-import "$T/merge.ndjson"
	run -0 --separate-stderr ehr-chart list results --all -l -c 99999-1
	same "$(cut -f 1,3 <<<"$output" | sort)" $'m1\t2.50\nm2\t3.50'
	run -0 --separate-stderr ehr-patient merge m1 m2
	run -0 --separate-stderr ehr-chart list results --all -l -c 99999-1
	same "$(cut -f 1,3 <<<"$output")" $'m1\t3.50'
}

@test "the name of a merged patient leads to the chart it had then" {
	printf '%s\n' '{"resourceType":"Patient","id":"t1","birthDate":"1970-01-01"}' \
		'{"resourceType":"Patient","id":"t2","birthDate":"1980-02-02"}' >"$T/two.ndjson"
	run -0 --separate-stderr ehr-import "$T/two.ndjson"
	sleep 0.01
	before=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	sleep 0.01
	run -0 --separate-stderr ehr-patient merge t1 t2
	run -0 --separate-stderr ehr-chart show t2
	has "$output" "born 1970-01-01"
	run -0 --separate-stderr ehr-chart show t2 --as-of "$before"
	has "$output" "born 1980-02-02"
}
