# The two measures of our own, over patients whose counts are reckoned by hand.
load helper

OWN=$EHR_TOP/lib/quality/data/measures

# res ID TYPE JSON: a resource of patient ID, as a line.
res() {
	jq -nc --arg id "$1" --arg type "$2" --argjson more "$3" '{resourceType:
		$type, subject: {reference: "Patient/\($id)"}} + $more'
}

person() { # ID BIRTH
	jq -nc --arg id "$1" --arg birth "$2" '{resourceType: "Patient",
		id: $id, birthDate: $birth, gender: "female"}'
}

condition() { # ID CODE ONSET
	res "$1" Condition "{\"id\":\"$1-$2\",\"onsetDateTime\":\"$3\",\"code\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/icd-10-cm\",\"code\":\"$2\"}]}}"
}

visit() { # ID NAME START END [CLASS [STATUS]]
	res "$1" Encounter "{\"id\":\"$2\",\"status\":\"${6:-finished}\",\"class\":{\"code\":\"${5:-AMB}\"},\"period\":{\"start\":\"$3:00Z\",\"end\":\"$4:00Z\"}}"
}

pressure() { # ID NAME DATE SYSTOLIC [STATUS [VISIT]]
	res "$1" Observation "{\"id\":\"$2\",\"status\":\"${5:-final}\",\"effectiveDateTime\":\"$3T10:00:00Z\",\"encounter\":{\"reference\":\"Encounter/${6:-none}\"},\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"85354-9\"}]},\"component\":[{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8480-6\"}]},\"valueQuantity\":{\"value\":$4}}]}"
}

# One patient's resources become a Bundle on a line.
bundle() {
	jq -sc '{resourceType: "Bundle", type: "collection",
		entry: map({resource: .})}'
}

# ID BIRTH: hypertension since 2020 and a visit in March; more by stdin.
usual() {
	{ person "$1" "$2"; condition "$1" I10 2020-01-01T00:00:00Z
	visit "$1" "$1-v" 2026-03-01T10:00 2026-03-01T10:20; cat; } | bundle
}

# patient  what                              in            stratum
# p1       130                               numerator     under 65
# p2       140, which is not below it        not met       under 65
# p3       150, later 120                    numerator     65 and over
# p4       never measured                    not met       65 and over
# p5       renal disease, 120                exclusion     under 65
# p6       declined, 150                     exception     under 65
# p7       declined, but 130                 numerator     under 65
# p8       no visit                          -
# p9       no hypertension                   -
# p10      17 at the end                     -
# p11      86 on the last day                -
# p12      85, 120 in error                  not met       65 and over
people() {
	pressure p1 o1 2026-03-01 130 | usual p1 1980-01-01
	pressure p2 o2 2026-03-01 140 | usual p2 1980-01-01
	{ pressure p3 o4 2026-06-01 120; pressure p3 o3 2026-03-01 150; } |
		usual p3 1950-01-01
	usual p4 1950-01-01 </dev/null
	{ condition p5 N18.6 2021-01-01T00:00:00Z
	pressure p5 o5 2026-03-01 120; } | usual p5 1980-01-01
	{ condition p6 Z53.20 2026-02-01T00:00:00Z
	pressure p6 o6 2026-03-01 150; } | usual p6 1980-01-01
	{ condition p7 Z53.20 2026-02-01T00:00:00Z
	pressure p7 o7 2026-03-01 130; } | usual p7 1980-01-01
	{ person p8 1980-01-01; condition p8 I10 2020-01-01T00:00:00Z; } |
		bundle
	{ person p9 1980-01-01
	visit p9 p9-v 2026-03-01T10:00 2026-03-01T10:20; } | bundle
	usual p10 2009-06-01 </dev/null
	usual p11 1940-12-31 </dev/null
	pressure p12 o12 2026-03-01 120 entered-in-error | usual p12 1941-01-01
}

@test "a proportion with exclusion, exception and strata, by hand" {
	people >"$T/people.ndjson"
	for jobs in 1 3; do
		run -0 --separate-stderr ehr-mips report -o tsv -j$jobs \
			-m "$OWN/PressureControl.json" "$T/people.ndjson"
		same "$(awk -F'\t' '{ sub(/_1$/, "", $4); sub(/^$/, "all", $3)
			print $3, $4, $5 }' <<<"$output")" \
"all InitialPopulation 8
all Denominator 8
all DenominatorExclusion 1
all DenominatorException 1
all Numerator 3
all score 0.500000
Stratification_1 InitialPopulation 5
Stratification_1 Denominator 5
Stratification_1 DenominatorExclusion 1
Stratification_1 DenominatorException 1
Stratification_1 Numerator 2
Stratification_1 score 0.666667
Stratification_2 InitialPopulation 3
Stratification_2 Denominator 3
Stratification_2 DenominatorExclusion 0
Stratification_2 DenominatorException 0
Stratification_2 Numerator 1
Stratification_2 score 0.333333
sde-sex female InitialPopulation 8
sde-sex female Denominator 8
sde-sex female DenominatorExclusion 1
sde-sex female DenominatorException 1
sde-sex female Numerator 3"
	done
	run -0 --separate-stderr ehr-mips gaps -o tsv \
		-m "$OWN/PressureControl.json" "$T/people.ndjson"
	same "$(cut -f1,5 <<<"$output")" $'p2\tLast Systolic = 140.0
p4\tLast Systolic
p12\tLast Systolic'
}

# visit  minutes  readings
# v1     30       2
# v2     20       0
# v3     60       3   an emergency: no denominator
# v4     planned, so none
# v5     10       1
# v6     of the year before
# Minutes 30 + 20 + 10, readings 2 + 3 + 1: 6 by 60.
visits() {
	{ person a 1980-01-01; visit a v1 2026-01-05T10:00 2026-01-05T10:30
	visit a v2 2026-02-05T10:00 2026-02-05T10:20
	pressure a r1 2026-01-05 120 final v1
	pressure a r2 2026-01-05 121 final v1; } | bundle
	{ person b 1980-01-01; visit b v3 2026-01-05T10:00 2026-01-05T11:00 EMER
	visit b v4 2026-09-05T10:00 2026-09-05T11:00 AMB planned
	pressure b r3 2026-01-05 120 final v3
	pressure b r4 2026-01-05 120 final v3
	pressure b r5 2026-01-05 120 final v3; } | bundle
	{ person c 1980-01-01; visit c v5 2026-12-31T23:40 2026-12-31T23:50
	visit c v6 2025-12-31T10:00 2025-12-31T10:30
	pressure c r6 2026-12-31 120 final v5; } | bundle
}

@test "a ratio of episodes with observations, by hand" {
	visits >"$T/visits.ndjson"
	for jobs in 1 3; do
		run -0 --separate-stderr ehr-mips report -o tsv -j$jobs \
			-m "$OWN/VisitReadings.json" "$T/visits.ndjson"
		same "$(cut -f4,5 <<<"$output")" \
$'InitialPopulation_1\t4
Denominator_1\t4
DenominatorExclusion_1\t1
Numerator_1\t3
Minutes_1\t3
Readings_1\t3
Minutes_1 sum\t60.000000
Readings_1 sum\t6.000000
score\t0.100000'
	done
	run -0 --separate-stderr ehr-mips eval --by-patient -o ndjson \
		-m "$OWN/VisitReadings.json" "$T/visits.ndjson"
	same "$(jq -c '.groups[0].observations' <<<"$output")" \
'{"Minutes_1":["30","20"],"Readings_1":["2"]}
{"Minutes_1":[],"Readings_1":["3"]}
{"Minutes_1":["10"],"Readings_1":["1"]}'
}

@test "packages, their ELM and their CQL belong together" {
	for name in PressureControl VisitReadings; do
		content=$(jq -c '.entry[1].resource.content' "$OWN/$name.json")
		same "$(jq -r '.[0].data|@base64d' <<<"$content")" \
			"$(cat "$OWN/$name.cql")"
		same "$(jq -c '.[1].data|@base64d|fromjson' <<<"$content")" \
			"$(jq -c . "$OWN/$name.elm.json")"
		same "$(jq -c '.entry[0].resource' "$OWN/$name.json")" \
			"$(jq -c . "$OWN/$name.measure.json")"
	done
}

@test "a snapshot keeps what was sent, as it came" {
	people >"$T/people.ndjson"
	plain_record -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/people.ndjson"
	printf '{ "programName": "mips" }\n' >"$T/qpp.json"
	printf '<a>\0\377 </a>' >"$T/group.xml"
	mkdir "$T/x"
	run -2 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" --document "$T/qpp.json" \
		--document "$T/x/qpp.json" s
	run -6 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" --document "$T/none.xml" s
	run -0 --separate-stderr ehr-mips snapshot list -d "$T/p.ehr" -o tsv
	same "$output" ""
	run -0 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" --document "$T/qpp.json" \
		--document "$T/group.xml" s
	cp "$T/qpp.json" "$T/was.json"
	echo later >"$T/qpp.json"
	ehr-mips snapshot print -d "$T/p.ehr" --document qpp.json s |
		cmp - "$T/was.json"
	ehr-mips snapshot print -d "$T/p.ehr" --document group.xml s \
		-O "$T/again.xml"
	cmp "$T/again.xml" "$T/group.xml"
	same "$(ehr-mips snapshot print -d "$T/p.ehr" s |
		jq -r 'select(.resourceType == "DocumentReference") |
		.content[0].attachment | .title, .contentType')" "qpp.json
application/json
group.xml
application/xml"
	run -4 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" \
		--document other s
	same "$stderr" "ehr-mips: candidate: qpp.json
ehr-mips: candidate: group.xml
ehr-mips: other: the snapshot has no such document"
}

@test "an override has a reason, and is in no count" {
	people >"$T/people.ndjson"
	plain_record -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/people.ndjson"
	make_snapshot() { # STATUS NAME, overrides from standard input
		run "-$1" --separate-stderr ehr-mips snapshot make \
			-d "$T/p.ehr" -m "$OWN/PressureControl.json" \
			--overrides - "$2"
	}
	make_snapshot 3 s <<<"$OWN/PressureControl.json	p2	numerator	"
	same "$stderr" "ehr-mips: -:1: an override takes a reason"
	make_snapshot 3 s <<<"$OWN/PressureControl.json	nobody	numerator	x"
	same "$stderr" "ehr-mips: -:1: no such patient"
	make_snapshot 3 s <<<"

$OWN/PressureControl.json	p2	cured	x"
	same "$stderr" "ehr-mips: -:3: no such population"
	make_snapshot 3 s <<<"CMS1	p2	numerator	x"
	same "$stderr" "ehr-mips: -:1: the measure is none of -m"
	make_snapshot 3 s <<<"p2	numerator	x"
	same "$stderr" "ehr-mips: -:1: measure, patient, population and reason, by tabs"
	run -0 --separate-stderr ehr-mips snapshot list -d "$T/p.ehr" -o tsv
	same "$output" ""
	make_snapshot 0 plain </dev/null
	make_snapshot 0 s <<<"$OWN/PressureControl.json	p2	numerator	taken at home, 128"
	run -0 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" s
	same "$(jq -r 'select(.resourceType == "Basic") |
		.subject.reference, .code.coding[0].code,
		.extension[1].valueString' <<<"$output")" "Patient/p2
numerator
taken at home, 128"
	same "$(jq -c 'select(.resourceType == "MeasureReport") |
		[.group[].population[].count]' <<<"$output")" \
		"$(ehr-mips snapshot print -d "$T/p.ehr" plain |
			jq -c '[.group[].population[].count]')"
}

@test "a snapshot prints the same bytes when the record has changed" {
	people >"$T/people.ndjson"
	plain_record -d "$T/p.ehr" --facility Harbor
	ehr-import -q -d "$T/p.ehr" "$T/people.ndjson"
	run -0 --separate-stderr ehr-mips snapshot make -n -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" first
	run -0 --separate-stderr ehr-mips snapshot list -d "$T/p.ehr" -o tsv
	same "$output" ""
	run -0 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" first
	run -0 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" first
	before=$output
	same "$(jq -c '[.type,.group[0].measureScore.value+0]' <<<"$before")" \
		'["summary",0.5]
["subject-list",0.5]'
	run -0 --separate-stderr ehr-mips snapshot list -d "$T/p.ehr" -o tsv
	same "$(cut -f1,4,5 <<<"$output")" "first	$(printf '%s\n' "$before" |
		wc -c)	$(printf '%s\n' "$before" | sha256sum | cut -d' ' -f1)"
	pressure p2 o2 2026-03-01 120 >"$T/later.json"
	ehr-import -q -d "$T/p.ehr" "$T/later.json"
	run -0 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" first
	same "$output" "$before"
	run -3 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" first
	run -4 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" second
	run -2 --separate-stderr ehr-mips snapshot make -d "$T/p.ehr" \
		-m "$OWN/PressureControl.json" "two words"
	run -0 ehr-audit log -d "$T/p.ehr" -o tsv
	has "$output" "snapshot make: first"
	has "$output" "snapshot: first"
	run -19 sqlite3 "$T/p.ehr" "UPDATE mips_snapshot SET size = 0"
	sqlite3 "$T/p.ehr" "DROP TRIGGER mips_snapshot_update;
		UPDATE mips_snapshot SET sha256 = zeroblob(32)"
	run -7 --separate-stderr ehr-mips snapshot print -d "$T/p.ehr" first
}

# An hour before the year ends in New York: the next one in UTC.
@test "a record is evaluated in its facility's zone, a file in UTC" {
	{ person a 1980-01-01; visit a v1 2027-01-01T04:30 2027-01-01T04:50
	visit a v2 2026-01-01T04:30 2026-01-01T04:50; } | bundle >"$T/a.json"
	VISITS=(-m "$OWN/VisitReadings.json" --by-patient -o ndjson --episodes)
	ids='[.groups[0].episodes[] | select(.populations
		["initial-population"] == 1) | .id] | join(" ")'
	run -0 --separate-stderr ehr-mips eval "${VISITS[@]}" "$T/a.json"
	same "$(jq -r "$ids" <<<"$output")" Encounter/v2
	run -0 --separate-stderr ehr-mips eval "${VISITS[@]}" --zone -05:00 \
		"$T/a.json"
	same "$(jq -r "$ids" <<<"$output")" Encounter/v1
	plain_record -d "$T/p.ehr" --facility Harbor --tz America/New_York
	ehr-import -q -d "$T/p.ehr" "$T/a.json"
	for tz in UTC0 Asia/Tokyo; do
		TZ=$tz run -0 --separate-stderr ehr-mips eval "${VISITS[@]}" \
			-d "$T/p.ehr"
		same "$(jq -r "$ids" <<<"$output")" Encounter/v1
	done
	run -0 --separate-stderr ehr-mips eval "${VISITS[@]}" -d "$T/p.ehr" \
		--zone Z
	same "$(jq -r "$ids" <<<"$output")" Encounter/v2
	run -0 --separate-stderr ehr-mips why -d "$T/p.ehr" \
		-m "$OWN/VisitReadings.json" a
	has "$output" v1
}
