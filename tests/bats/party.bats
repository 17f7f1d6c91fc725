#!/usr/bin/env bats
# Claims and inquiries read patients, subscribers and coverages alike.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	ehr-claim setup load -q "$FIXTURES/elig/practice.setup" >"$T/out"
	mkdir "$T/837"
}

# ndjson: a patient k of nine and their Coverage, with more members of the
# Coverage in $1 and of the Patient in $2.
chart() {
	ehr-import -q <<-END
	{"resourceType":"Organization","id":"acme","name":"Acme Health Plan"}
	{"resourceType":"Patient","id":"k","name":[{"family":"Roe","given":["Kim"]}],"gender":"female","birthDate":"2017-04-05","address":[{"use":"old","line":["9 Gone St"],"city":"Gone","state":"OH","postalCode":"43215"},{"line":["7 Work St"],"use":"work","city":"Dayton","state":"OH","postalCode":"45402"},{"use":"home","line":["100 Elm St"],"city":"Columbus","state":"OH","postalCode":"43215"}]${2:-}}
	{"resourceType":"Coverage","id":"ck","status":"active","beneficiary":{"reference":"Patient/k"},"payor":[{"reference":"Organization/acme"}],$1}
	END
}

# The 270 and the 837P about k, a segment a line.
both() {
	ehr-elig ask k --again -O - --date 2026-05-04 >"$T/270"
	ehr-claim charge add k key=V1 date=2026-05-04 place=11 billing=grp \
		dx=J06.9 line:99213 amount=100 >"$T/out"
	ehr-claim build --force -O "$T/837" >"$T/out"
	cat "$T"/837/* >"$T/837p"
	ehr-claim x12 check "$T/270" "$T/837p"
}
subscriber='{"resourceType":"RelatedPerson","id":"mom","patient":{"reference":"Patient/k"},"name":[{"family":"Roe","given":["Mia"]}],"gender":"female","birthDate":"1985-01-02","address":[{"line":["100 Elm St"],"city":"Columbus","state":"OH","postalCode":"43215"}]}'

@test "a dependent of a contained subscriber, who lives at home" {
	chart '"contained":['"$subscriber"'],"subscriber":{"reference":"#mom"},"subscriberId":"W1","relationship":{"coding":[{"code":"child"}]}'
	run -0 --separate-stderr both
	for f in "$T/270" "$T/837p"; do
		grep -qi '^NM1\*IL\*1\*ROE\*MIA\*\*\*\*MI\*W1~' "$f"
		grep -qi '^N3\*100 ELM ST~' "$f"
		[ "$(grep -ci 'GONE\|WORK' "$f")" = 0 ]
	done
	has "$(cat "$T/270")" 'INS*N*19~'
	has "$(cat "$T/837p")" 'PAT*19~'
}

@test "a number of one's own makes a subscriber" {
	chart '"contained":['"$subscriber"'],"subscriber":{"reference":"#mom"},"subscriberId":"W1","relationship":{"coding":[{"code":"child"}]},"identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"W1-02"}]'
	run -0 --separate-stderr both
	for f in "$T/270" "$T/837p"; do
		grep -qi '^NM1\*IL\*1\*ROE\*KIM\*\*\*\*MI\*W1-02~' "$f"
		[ "$(grep -ci 'MIA\|^PAT' "$f")" = 0 ]
	done
}

@test "a coverage that the patient only pays for is not theirs" {
	chart '"subscriberId":"W1","relationship":{"coding":[{"code":"self"}]}'
	ehr-import -q <<-'END'
	{"resourceType":"Patient","id":"b","name":[{"family":"Roe","given":["Bob"]}],"gender":"male","birthDate":"2019-04-05"}
	{"resourceType":"Coverage","id":"cb","status":"active","beneficiary":{"reference":"Patient/b"},"subscriber":{"reference":"Patient/k"},"subscriberId":"OTHER","order":1,"payor":[{"display":"Acme Health Plan"}]}
	END
	run -0 --separate-stderr both
	for f in "$T/270" "$T/837p"; do
		same "$(grep -c '^NM1\*IL\*.*MI\*W1~' "$f")" 1
		[ "$(grep -c 'OTHER' "$f")" = 0 ]
	done
}
