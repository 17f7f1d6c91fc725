load helper

# Accounting of disclosures (45 CFR 164.528).

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init --plain
	for id in a b c; do
		echo "{\"resourceType\":\"Patient\",\"id\":\"$id\",\"name\":[{\"family\":\"Smith$id\"}]}"
	done | ehr-import -q --source clinic -
}

tell() { # TO PURPOSE ON PATIENT
	ehr-audit disclose --to "$1" --purpose "$2" --what "dates of visits" \
		--on "$3" --today 2026-11-25 "$4"
}

listed() { # ARGS...: to whom, in order
	run -0 --separate-stderr ehr-audit disclosures --today 2026-11-25 "$@"
	cut -f 3 <<<"$output" | tr '\n' ' '
}

@test "an accounting has date, recipient, what and why; six years" {
	tell "County Health, 1 Main St" public-health 2026-11-01 clinic:a
	run -0 --separate-stderr ehr-audit disclosures clinic:a \
		--today 2026-11-25 -o json
	same "$(jq -c '.[0] | del(.event)' <<<"$output")" '{"on":"2026-11-01","to":"County Health, 1 Main St","what":"dates of visits","purpose":"public-health","section":"164.512(b)","left_out":null}'
	tell old court 2020-11-24 a
	tell edge court 2020-11-25 a
	tell new research 2026-11-24 a
	tell other court 2026-11-24 b
	same "$(listed a --today 2026-11-25)" \
		"County Health, 1 Main St edge new "
	same "$(listed a --since 2020-01-01 --until 2020-12-31)" "old edge "
	same "$(listed c)" " "
	run -4 --separate-stderr ehr-audit disclosures nobody
}

@test "what is exempt is recorded, but not in the accounting" {
	for purpose in treatment payment operations patient authorization \
		directory national-security custody limited-data-set; do
		tell "$purpose" "$purpose" 2026-11-01 a
	done
	for purpose in required-by-law abuse oversight court law-enforcement \
		decedent organ-donation research danger government \
		workers-compensation not-permitted; do
		tell "$purpose" "$purpose" 2026-11-02 a
	done
	run -0 --separate-stderr ehr-audit disclosures a --today 2026-11-25
	same "${#lines[@]}" 12
	same "$(cut -f 2 <<<"$output" | sort -u)" 2026-11-02
	run -0 --separate-stderr ehr-audit disclosures a --all \
		--today 2026-11-25
	same "${#lines[@]}" 21
	same "$(grep -c 'not accounted for' <<<"$output")" 9
}

@test "suspended: not told until the day is over, or it is ended" {
	tell sheriff law-enforcement 2026-11-01 a
	event=$(ehr-audit disclosures a --today 2026-11-25 | cut -f 1)
	run -0 --separate-stderr ehr-audit suspend -n "$event" --until 2027-05-01
	same "$(listed a)" "sheriff "
	ehr-audit suspend "$event" --until 2027-05-01
	same "$(listed a --today 2027-05-01)" " "
	same "$(listed a --today 2027-05-02)" "sheriff "
	run -0 --separate-stderr ehr-audit disclosures a --all \
		--today 2026-11-25
	has "$output" "suspended until 2027-05-01"
	ehr-audit suspend "$event" --until 2026-11-02
	same "$(listed a)" "sheriff "
	run -2 --separate-stderr ehr-audit suspend "$event" --oral \
		--until "$(date -u -d '+32 days' +%F)"
	run -0 --separate-stderr ehr-audit suspend "$event" --oral \
		--until "$(date -u -d '+29 days' +%F)"
	run -4 --separate-stderr ehr-audit suspend 1 --until 2027-05-01
	run -4 --separate-stderr ehr-audit suspend 999 --until 2027-05-01
	run -2 --separate-stderr ehr-audit suspend "$event" --until 2027-05
}

@test "an export to somebody else is recorded with everybody in it" {
	run -0 --separate-stderr ehr-export clinic:a clinic:b \
		--disclose-to "State registry" --purpose required-by-law \
		--type Immunization,Patient -O "$T/out.ndjson"
	for id in a b; do
		run -0 --separate-stderr ehr-audit disclosures clinic:$id -o json
		same "$(jq -r '.[] | .to + "; " + .what' <<<"$output")" \
			"State registry; Immunization,Patient"
	done
	same "$(listed c)" " "
	ehr-export --all --disclose-to B --purpose research >/dev/null
	same "$(ehr-audit disclosures c | cut -f 3)" "B"
	run -2 --separate-stderr ehr-export clinic:a --disclose-to X
	run -2 --separate-stderr ehr-export clinic:a --purpose research
}

@test "a merged chart's disclosures are the patient's; the log is intact" {
	tell first court 2026-11-01 b
	ehr-patient merge clinic:a clinic:b
	tell second court 2026-11-02 a
	same "$(listed a)" "first second "
	run -0 --separate-stderr ehr-audit verify
}

@test "what is no disclosure is refused" {
	run -2 --separate-stderr ehr-audit disclose a --to X --what y
	run -2 --separate-stderr ehr-audit disclose a --to X --what y \
		--purpose fun
	run -2 --separate-stderr ehr-audit disclose a --to '' --what y \
		--purpose court
	run -2 --separate-stderr ehr-audit disclose a --to X --what y \
		--purpose court --on 2999-01-01
	run -2 --separate-stderr ehr-audit disclose a --to X --what y \
		--purpose court --on 2026-11
	run -2 --separate-stderr ehr-audit disclose a --what y \
		--purpose court --to "$(printf 'x%.0s' $(seq 501))"
	run -4 --separate-stderr ehr-audit disclose nobody --to X --what y \
		--purpose court
	run -0 --separate-stderr ehr-audit disclose -n a --to X --what y \
		--purpose court
	same "$(listed a)" " "
}

@test "of a sensitive chart: flags before what was disclosed do not hide it" {
	ehr-admin sensitive add clinic:a
	ehr-admin staff add other --role clinician --name Other
	ehr-audit disclose --to X --purpose court --what y --on 2026-11-01 \
		--today 2026-11-25 --reason subpoena clinic:a
	run -0 --separate-stderr ehr-audit log --flag sensitive
	has "$output" '[sensitive] {"to":"X"'
	same "$(listed clinic:a --reason request)" "X "
	event=$(ehr-audit disclosures a --today 2026-11-25 --reason r |
		cut -f 1)
	ehr-audit suspend "$event" --until 2027-05-01 --reason letter
	same "$(listed a --reason request)" " "
}
