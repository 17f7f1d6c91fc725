# ehr-mips eval --by: whose patients they are.
load helper

OWN=$EHR_TOP/lib/quality/data/measures
NPI=http://hl7.org/fhir/sid/us-npi

person() { # ID
	jq -nc --arg id "$1" '{resourceType: "Patient", id: $id,
		birthDate: "1980-01-01"}, {resourceType: "Condition",
		id: "c\($id)", subject: {reference: "Patient/\($id)"},
		code: {coding: [{system: "http://hl7.org/fhir/sid/icd-10-cm",
		code: "I10"}]}, onsetDateTime: "2020-01-01T00:00:00Z"}'
}

visit() { # ID VISIT DAY MORE
	jq -nc --arg id "$1" --arg visit "$2" --arg day "$3" --argjson more "$4" '
		{resourceType: "Encounter", id: $visit, status: "finished",
		class: {code: "AMB"}, subject: {reference: "Patient/\($id)"},
		period: {start: "\($day)T10:00:00Z", end: "\($day)T10:20:00Z"}}
		+ $more'
}

pressure() { # ID VALUE
	jq -nc --arg id "$1" --argjson value "$2" '{resourceType: "Observation",
		id: "o\($id)", status: "final", subject: {reference:
		"Patient/\($id)"}, effectiveDateTime: "2026-03-01T10:00:00Z",
		code: {coding: [{system: "http://loinc.org", code: "85354-9"}]},
		component: [{code: {coding: [{system: "http://loinc.org",
		code: "8480-6"}]}, valueQuantity: {value: $value}}]}'
}

by() { # REFERENCE [ROLE]: a participant
	jq -nc --arg ref "$1" --arg role "${2:-}" '{participant: [
		{individual: {reference: $ref}} + if $role == "" then {} else
		{type: [{coding: [{code: $role}]}]} end]}'
}

# Who there is: two clinicians, one by her role, a clinic in a house.
practice() {
	jq -nc --arg npi "$NPI" '{resourceType: "Practitioner", id: "ann",
		identifier: [{system: "urn:local", value: "7"},
		{system: $npi, value: "1111111112"}],
		name: [{family: "Ahn", given: ["Ann"]}]},
		{resourceType: "Practitioner", id: "bob",
		name: [{family: "Bo", given: ["Bob"]}]},
		{resourceType: "PractitionerRole", id: "role",
		practitioner: {reference: "Practitioner/ann"}},
		{resourceType: "Organization", id: "site", name: "Site",
		partOf: {reference: "Organization/group"}},
		{resourceType: "Organization", id: "group", name: "Group",
		identifier: [{system: "urn:oid:2.16.840.1.113883.4.4",
		value: "123456789"}]},
		{resourceType: "Location", id: "house", name: "House"},
		{resourceType: "Location", id: "room", name: "Room",
		partOf: {reference: "Location/house"}}'
}

# p1: Ann twice, once by her role. p2: Ann and Bob. p3: Bob assists Ann.
# p4: by a number alone. p5: nobody is said, and Bob in the year before.
charts() {
	local dir=$1

	mkdir -p "$dir"
	{ person p1; pressure p1 130
	visit p1 v1 2026-03-01 "$(by Practitioner/ann)"
	visit p1 v1b 2026-05-01 "$(by PractitionerRole/role)"; } >"$dir/p1"
	{ person p2; pressure p2 150
	visit p2 v2 2026-03-01 "$(by Practitioner/ann)"
	visit p2 v2b 2026-12-31 "$(by Practitioner/bob ATND)"; } >"$dir/p2"
	{ person p3; pressure p3 120
	visit p3 v3 2026-03-01 "$(jq -nc --argjson a "$(by Practitioner/ann \
		PPRF)" --argjson b "$(by Practitioner/bob)" \
		'{participant: ($a.participant + $b.participant)}')"; } \
		>"$dir/p3"
	{ person p4; pressure p4 120
	visit p4 v4 2026-03-01 "$(by "Practitioner?identifier=$NPI|1234567893")"
	} >"$dir/p4"
	{ person p5; visit p5 v5 2026-03-01 '{}'
	visit p5 v5b 2025-12-31 "$(by Practitioner/bob)"; } >"$dir/p5"
}

bundles() { # DIR: one of each chart, with the practice in each
	local chart

	for chart in "$1"/p*; do
		{ cat "$chart"; practice; } |
			jq -sc '{resourceType: "Bundle", entry: map({resource: .})}'
	done
}

short() { # "KEY denominator numerator score", by group
	jq -r '"\(.[$by] | if type == "object" then .absent else . end) \(.code // "score") \(.value)"' \
		--arg by "$1" | grep -v -E 'initial|ion 0$' |
		awk '{ v[$1] = v[$1] " " $3; if (!n[$1]++) k[++m] = $1 }
		END { for (i = 1; i <= m; i++) print k[i] v[k[i]] }'
}

BP_PROVIDERS="1111111112 3 2 0.666667
1234567893 1 1 1
Practitioner/bob 1 0 0
unknown 1 0 0"

@test "clinicians of files: each that had a visit that counts" {
	charts "$T/c"
	bundles "$T/c" >"$T/in"
	run -0 --separate-stderr ehr-mips eval -v --by provider -o ndjson \
		-m "$OWN/PressureControl.json" "$T/in"
	same "$(short provider <<<"$output")" "$BP_PROVIDERS"
	[[ ${stderr_lines[0]} == *"5 patients in it, 1 of them with several, 1 with some visit of nobody known" ]]
	one=$output
	run -0 --separate-stderr ehr-mips eval -j3 --by provider -o ndjson \
		-m "$OWN/PressureControl.json" "$T/in"
	same "$output" "$one"
	same "$(jq -r 'select(.provider == "1111111112").name' <<<"$output" |
		uniq)" "Ahn, Ann"
}

@test "a record says the same, though practitioners are nobody's there" {
	charts "$T/c"
	{ practice; cat "$T/c"/p*; } >"$T/all"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/all"
	run -0 --separate-stderr ehr-mips eval --by provider -o ndjson \
		-m "$OWN/PressureControl.json" -d "$T/p.ehr"
	same "$(short provider <<<"$output")" "$BP_PROVIDERS"
	run -0 --separate-stderr ehr-mips eval --by provider -o ndjson -j2 \
		-m "$OWN/PressureControl.json" -d "$T/p.ehr"
	same "$(short provider <<<"$output")" "$BP_PROVIDERS"
}

@test "facilities by Location, as the practice set them up, else as it is" {
	mkdir "$T/c"
	{ person p1; pressure p1 130; visit p1 v1 2026-03-01 \
		'{"location":[{"location":{"reference":"Location/room"}}]}'; } \
		>"$T/c/p1"
	{ person p2; pressure p2 150; visit p2 v2 2026-03-01 \
		'{"serviceProvider":{"reference":"Organization/site"}}'; } \
		>"$T/c/p2"
	bundles "$T/c" >"$T/in"
	run -0 --separate-stderr ehr-mips eval --by facility -o ndjson \
		-m "$OWN/PressureControl.json" "$T/in"
	same "$(short facility <<<"$output")" "Location/room 1 1 1
Organization/site 1 0 0"
	{ practice; cat "$T/c"/p*; } >"$T/all"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/all"
	ehr-admin facility add -q -d "$T/p.ehr" Downtown
	ehr-admin facility place -q -d "$T/p.ehr" Downtown Location/house
	run -0 --separate-stderr ehr-mips eval --by facility -o ndjson \
		-m "$OWN/PressureControl.json" -d "$T/p.ehr"
	same "$(short facility <<<"$output")" "Downtown 1 1 1
Organization/site 1 0 0"
}

@test "taxpayers: what the organization is part of, else the setting" {
	mkdir "$T/c"
	{ person p1; pressure p1 130; visit p1 v1 2026-03-01 \
		'{"serviceProvider":{"reference":"Organization/site"}}'; } \
		>"$T/c/p1"
	{ person p2; visit p2 v2 2026-03-01 '{}'; } >"$T/c/p2"
	{ practice; cat "$T/c"/p*; } >"$T/all"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/all"
	run -0 --separate-stderr ehr-mips eval --by tin -o ndjson \
		-m "$OWN/PressureControl.json" -d "$T/p.ehr"
	same "$(short tin <<<"$output")" "123456789 1 1 1
unknown 1 0 0"
	ehr-admin config set -d "$T/p.ehr" practice.tin 987654321
	run -0 --separate-stderr ehr-mips eval --by tin -o ndjson \
		-m "$OWN/PressureControl.json" -d "$T/p.ehr"
	same "$(short tin <<<"$output")" "123456789 1 1 1
987654321 1 0 0"
}

@test "each episode is with those who had it" {
	charts "$T/c"
	bundles "$T/c" >"$T/in"
	run -0 --separate-stderr ehr-mips eval --by provider -o tsv \
		-m "$OWN/VisitReadings.json" "$T/in"
	same "$(awk -F'\t' '$5 == "Denominator_1" { print $1, $7 }' \
		<<<"$output")" "1111111112 4
1234567893 1
Practitioner/bob 1
(unknown) 1"
	# All of them are told apart: no visit is with two here.
	run -0 --separate-stderr ehr-mips eval -o tsv \
		-m "$OWN/VisitReadings.json" "$T/in"
	same "$(awk -F'\t' '$3 == "Denominator_1" { print $5 }' \
		<<<"$output")" 7
}

@test "either the patients or the groups; words that are none" {
	run -2 --separate-stderr ehr-mips eval --by provider --by-patient \
		-m "$OWN/PressureControl.json" - </dev/null
	run -2 --separate-stderr ehr-mips eval --by clinic \
		-m "$OWN/PressureControl.json" - </dev/null
	run -0 --separate-stderr ehr-mips eval --by provider -o csv --header \
		-m "$OWN/PressureControl.json" - </dev/null
	same "${output%$'\r'}" "provider,name,measure,group,population,code,value"
}
