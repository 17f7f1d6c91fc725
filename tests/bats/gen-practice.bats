#!/usr/bin/env bats
# scripts/gen-practice: the synthetic practice of the demo and the load tests.

bats_require_minimum_version 1.5.0

setup() {
	gen=$BATS_TEST_DIRNAME/../../scripts/gen-practice
	cd "$BATS_TEST_TMPDIR" || return 1
}

sum() { sha256sum | cut -d' ' -f1; }

# Bundles as the other form: resources of all, urn:uuid references named.
unbundle() {
	jq -cS -s '[.[].entry[]] as $all
	    | ($all | map({key: .fullUrl,
		value: (.resource.resourceType + "/" + .resource.id)})
		| from_entries) as $name
	    | $all[].resource
	    | walk(if type == "string" and $name[.] then $name[.] else . end)'
}

@test "the same seed gives the same bytes, another seed does not" {
	"$gen" -n 20 -s 7 >a
	"$gen" -n 20 -s 7 >b
	"$gen" -n 20 -s 8 >c
	cmp a b
	run -1 cmp -s a c
}

@test "the bytes of seed 1 are these, on every machine" {
	[ "$("$gen" -n 50 | sum)" = \
	    359a36102d2351ee27a2150b7df6ee41f86d36e3fe6c000fe90fbe142a07c449 ]
}

@test "-n counts patients; ids are unique; references resolve" {
	"$gen" -n 120 >all
	jq -s -e '[.[] | select(.resourceType == "Patient")] | length == 120' all
	jq -s -e 'map(.resourceType + "/" + .id) as $id
	    | ($id | length) == ($id | unique | length)' all
	jq -s -e '(map({key: (.resourceType + "/" + .id), value: 1})
		| from_entries) as $id
	    | [.[] | .. | objects | .reference? // empty]
	    | length > 1000 and all($id[.] == 1)' all
}

@test "a chart has about as many resources as asked for" {
	for k in 60 200; do
		"$gen" -n 400 --resources-per-patient $k |
			jq -s -e --argjson k $k \
			    'length / 400 | . > $k * 0.85 and . < $k * 1.15'
	done
}

@test "bundles, ndjson and files by type hold the same" {
	"$gen" -n 15 | jq -cS . | sort >ndjson
	"$gen" -n 15 --as bundles >lines
	[ "$(wc -l <lines)" -eq 16 ]
	unbundle <lines | sort >bundles
	cmp ndjson bundles
	"$gen" -n 15 --as ndjson-by-type -O types
	jq -cS . types/*.ndjson | sort >by-type
	cmp ndjson by-type
	for f in types/*.ndjson; do
		jq -s -e --arg t "$(basename "$f" .ndjson)" \
		    'all(.resourceType == $t)' "$f"
	done
	"$gen" -n 15 --as bundles -O folder
	[ "$(find folder -name '*.json' | wc -l)" -eq 16 ]
	cat folder/*.json | unbundle | sort >files
	cmp ndjson files
	"$gen" -n 15 -O one
	jq -cS . one/practice.ndjson | sort | cmp ndjson -
}

@test "a bundle's references within the chart are its fullUrls" {
	"$gen" -n 10 --as bundles | jq -s -e 'all(
	    [.entry[].fullUrl] as $have
	    | [.. | objects | .reference? // empty
		| select(startswith("urn:"))] - $have == [])
	    and all(.[].entry[]; .request.method == "PUT"
		and .request.url == .resource.resourceType + "/" + .resource.id
		and .fullUrl == "urn:uuid:" + .resource.id)'
}

@test "parts add up to the whole" {
	"$gen" -n 40 >whole
	"$gen" -n 40 --only-start 0 --only-count 15 >p1
	"$gen" -n 40 --only-start 15 --only-count 20 >p2
	"$gen" -n 40 --only-start 35 >p3
	cat p1 p2 p3 | cmp whole -
}

@test "nothing is dated after the day the charts end, but what is planned" {
	"$gen" -n 80 --today 2020-02-29 | jq -s -e '[.[]
	    | select(.resourceType | IN("Encounter", "Observation",
		"Immunization", "Condition", "Procedure", "Patient"))
	    | (.period.start, .effectiveDateTime, .occurrenceDateTime,
		.onsetDateTime, .birthDate, .deceasedDateTime,
		.meta.lastUpdated) // empty | .[:10]]
	    | length > 1000 and max <= "2020-02-29"'
}

@test "NPIs have the check digit of 80840 and were never given out" {
	"$gen" -n 0 | jq -s -e '[.[] | .identifier[]?
	    | select(.system | endswith("us-npi")) | .value]
	    | length > 6 and all(startswith("2999")
		and ("80840" + . | explode | map(. - 48) | reverse | to_entries
		    | map(if .key % 2 == 1 then .value * 2
			| if . > 9 then . - 9 else . end else .value end)
		    | add % 10 == 0))'
}

@test "about one in a hundred is a duplicate or a twin" {
	"$gen" -n 3000 --resources-per-patient 20 |
		jq -c 'select(.resourceType == "Patient")
		    | [.name[0].family, .birthDate]' | sort | uniq -d >same
	n=$(wc -l <same)
	[ "$n" -ge 15 ]
	[ "$n" -le 60 ]
}

@test "decimals keep their zeros" {
	"$gen" -n 30 | grep -q '"value":[0-9]*\.[0-9]*0,'
}

@test "wrong options are refused" {
	run -2 --separate-stderr "$gen" --nonsense
	[ -z "$output" ]
	run -2 --separate-stderr "$gen" -n many
	run -2 --separate-stderr "$gen" --as xml
	run -2 --separate-stderr "$gen" --today 2026-02-30
	run -2 --separate-stderr "$gen" --as ndjson-by-type
	run -2 --separate-stderr "$gen" --resources-per-patient 5
	run -2 --separate-stderr "$gen" --only-start 101
	run -2 --separate-stderr "$gen" operand
	run -0 --separate-stderr "$gen" -h
	[ -z "$stderr" ]
}

@test "a full disk is an error" {
	run -6 --separate-stderr sh -c '"$1" -n 300 >/dev/full' sh "$gen"
	[ -n "$stderr" ]
	run -6 --separate-stderr "$gen" -n 1 -O "$BATS_TEST_FILENAME/x"
}
