#!/usr/bin/env bats
# ehr-claim setup and undo: payers, providers and the like as text.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	S=$FIXTURES/billing/practice.setup
	plain_record
}

@test "what was loaded is unchanged by its dump, and told once" {
	run -0 --separate-stderr ehr-claim setup load "$S"
	same "${lines[0]}" "added	submitter	ch"
	same "${#lines[@]}" 5
	run -0 --separate-stderr ehr-claim setup load -v "$S"
	same "$output" ""
	has "$stderr" "inserted 0, updated 0, deleted 0, unchanged 5"
	ehr-claim setup dump >"$T/dump"
	run -0 --separate-stderr ehr-claim setup diff --replace "$T/dump"
	same "$output" ""
	run -0 --separate-stderr ehr-claim setup load --replace "$T/dump"
	same "$output" ""
	run -0 --separate-stderr ehr-claim setup dump facility payer
	same "${lines[0]}" "payer medicare"
	run -2 --separate-stderr ehr-claim setup dump horse
	same "$(ehr-batch list | wc -l)" 1
}

@test "diff tells field by field, exit 1; -n keeps nothing" {
	ehr-claim setup load -q "$S" >"$T/out"
	sed 's/timely 365/timely 90/; /alias/d' "$S" >"$T/new"
	run -1 --separate-stderr ehr-claim setup diff "$T/new"
	same "${lines[0]}" "changed	payer	medicare	alias	Medicare	"
	same "${lines[1]}" "changed	payer	medicare	timely	365	90"
	run -0 --separate-stderr ehr-claim setup load -n "$T/new"
	same "$output" "changed	payer	medicare"
	run -1 --separate-stderr ehr-claim setup diff "$T/new"
	run -0 --separate-stderr ehr-claim setup load "$T/new"
	run -0 --separate-stderr ehr-claim setup diff "$T/new"
}

@test "what a text does not name stays, with --replace it goes" {
	ehr-claim setup load -q "$S" >"$T/out"
	sed '/^enrolment/,/^$/d; /^facility/,$d' "$S" >"$T/new"
	run -0 --separate-stderr ehr-claim setup load "$T/new"
	same "$output" ""
	run -0 --separate-stderr ehr-claim setup load --replace "$T/new"
	same "$output" "removed	enrolment	grp-medicare
removed	facility	office"
	printf 'payer medicare\n name M\n id 1\n filing MB\n submitter ch\n' >"$T/one"
	run -3 --separate-stderr ehr-claim setup load --replace - <"$T/one"
	has "$stderr" "standard input:5:payer medicare.submitter: ehr-setup 5: names what is not there: submitter"
	before=$(ehr-claim setup dump)
	run -3 --separate-stderr ehr-claim setup load --replace - </dev/null
	has "$stderr" "no item, so all would go"
	same "$(ehr-claim setup dump)" "$before"
	run -0 --separate-stderr ehr-claim setup load - </dev/null
	run -0 --separate-stderr ehr-claim setup dump --batch 1 facility
	same "${lines[0]}" "facility office"
}

@test "a text with a fault is refused whole, with file, line and why" {
	printf 'facility f\n\tname A\n\tpos 30\n\tnpi 1234567890\n' >"$T/x"
	cat "$S" >>"$T/x"
	run -3 --separate-stderr ehr-claim setup load "$T/x"
	same "$output" ""
	has "$stderr" "$T/x:3:facility f.pos: ehr-setup 5: not a value"
	has "$stderr" "$T/x:4:facility f.npi: ehr-setup 5: not a value"
	has "$stderr" "$T/x:1:facility f.street: ehr-setup 5: fields that"
	has "$stderr" "$T/x: nothing of it was taken"
	run -0 --separate-stderr ehr-claim setup dump
	same "$output" ""
}

# refused KIND FIELD VALUE...: none of the values may stand there.
refused() {
	local kind=$1 field=$2 value
	shift 2
	for value; do
		printf '%s x\n\t%s %s\n' "$kind" "$field" "$value" >"$T/x"
		run -3 --separate-stderr ehr-claim setup load "$T/x"
		has "$stderr" "$T/x:2:$kind x.$field: ehr-setup 5: not a value"
	done
}

# taken KIND FIELD VALUE...: each may.
taken() {
	local kind=$1 field=$2 value
	shift 2
	for value; do
		printf '%s x\n\t%s %s\n' "$kind" "$field" "$value" >"$T/x"
		run -3 --separate-stderr ehr-claim setup load "$T/x"
		[[ $stderr != *"$T/x:2:"* ]] || { echo "$stderr"; false; }
	done
}

@test "values are checked: numbers, codes, days" {
	refused provider npi 1234567890 123456789 x ""
	taken provider npi 1234567893
	refused provider taxonomy 207Q00000 207q00000X 207Q00000Y
	taken provider taxonomy 207Q00000X 1041C0700X
	refused provider ein 1234 12-34567890 000000000 123-45-6789
	taken provider ein 12-3456789 123456789
	refused provider ssn 000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 1234
	taken provider ssn 123-45-6789 123456789
	refused provider zip 62704 62704-0000 6270412345
	taken provider zip 62704-1234 627041234
	refused provider state XX Illinois il
	refused facility pos 30 1 100
	taken facility pos 02 10 11 27 99
	refused facility clia 14D12345 14X1234567
	taken facility clia 14D1234567
	refused payer filing 99 mb ZZZ
	taken payer filing MB 12 ZZ WC
	refused payer timely 0 -1 4000 soon
	refused payer name 'a*b' 'a~b' 'a:b' 'é'
	refused payer 837 maybe
	refused edit when 'code is' 'code like 1' 'horse is 1' 'age under x' 'dx present Z'
	taken edit when 'code is 99213 99214' 'age under 18' 'authorization absent' 'dx begins Z'
	refused coverage msp 11 44
	refused enrolment from 2026-02-30 2026-02 01/02/2026
	refused submitter url ftp://x http://example.org/
	refused submitter phone 555-0100 1175550100
}

@test "a patient or Coverage that is named has to be there" {
	printf 'guarantor g1\n last A\n patient p1\n' >"$T/g"
	printf 'coverage c1\n coverage Coverage/c1\n order S\n' >>"$T/g"
	run -3 --separate-stderr ehr-claim setup load "$T/g"
	has "$stderr" "$T/g:3:guarantor g1.patient: ehr-setup 5: names what is not there: not in the record"
	has "$stderr" "$T/g:5:coverage c1.coverage: ehr-setup 5: names what is not there: not in the record"
	printf '%s\n' '{"resourceType":"Patient","id":"p1"}' \
		'{"resourceType":"Coverage","id":"c1","status":"active","beneficiary":{"reference":"Patient/p1"},"payor":[{"display":"x"}]}' |
		ehr-import -q -
	run -0 --separate-stderr ehr-claim setup load "$T/g"
	same "$output" "added	guarantor	g1
added	coverage	c1"
	ehr-claim setup dump guarantor >"$T/out"
	run -0 --separate-stderr ehr-audit who p1
	same "$(grep -c "config	.*setup" <<<"$output")" 1
	same "$(grep -c "list	.*setup" <<<"$output")" 1
}

@test "undo takes the batch back, not one that others built on" {
	ehr-claim setup load -q "$S" >"$T/out"
	sed 's/timely 365/timely 90/' "$S" | ehr-claim setup load >"$T/out"
	run -1 --separate-stderr ehr-claim undo 1
	same "${stderr_lines[0]}" "ehr-claim: payer medicare: batch 2"
	run -0 --separate-stderr ehr-claim undo -n 2
	run -0 --separate-stderr ehr-claim undo 2
	run -0 --separate-stderr ehr-claim setup diff "$S"
	run -0 --separate-stderr ehr-claim undo -v 2
	has "$stderr" "unchanged"
	run -0 --separate-stderr ehr-claim undo 1
	run -0 --separate-stderr ehr-claim setup dump
	same "$output" ""
	run -0 --separate-stderr ehr-claim undo 4
	run -0 --separate-stderr ehr-claim setup diff "$S"
	run -4 --separate-stderr ehr-claim undo 99
	run -2 --separate-stderr ehr-claim undo x
	run -1 --separate-stderr ehr-batch undo 1
	has "$stderr" "ehr-claim undo"
}

@test "an undo that leaves a key without its item is refused" {
	sed '/^enrolment/,$d' "$S" | ehr-claim setup load >"$T/out"
	sed -n '/^enrolment/,$p' "$S" | ehr-claim setup load >"$T/out"
	run -1 --separate-stderr ehr-claim undo 1
	has "$stderr" "enrolment grp-medicare.provider: ehr-setup 5: names what is not there: provider"
	run -0 --separate-stderr ehr-claim setup diff "$S"
}

@test "the page of fields is what the tool has" {
	run -0 --separate-stderr "$EHR_TOP/scripts/gen-setup"
	same "$output" "$(cat "$EHR_TOP/man/ehr-setup.5")"
}
