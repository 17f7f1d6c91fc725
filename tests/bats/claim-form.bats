#!/usr/bin/env bats
# ehr-claim form: claims on the CMS-1500 (02/12).
load helper

setup() {
	export EHR_DB=$T/p.ehr
	mkdir "$T/out"
	"$EHR_TOP/tests/tools/gen-claims" "$T" 25
	plain_record
	ehr-import -q "$T/charts"
	ehr-claim setup load "$T/practice.setup" >/dev/null
	ehr-claim charge import -f ndjson "$T/charges.ndjson" >/dev/null
	ehr-claim build -O "$T/out" >/dev/null
}

# at LINE COLUMN WIDTH [PAGE]: what stands there in $output, without the
# blanks behind it.
at() {
	awk -v RS='\f' -v page="${4:-1}" -v line="$1" -v col="$2" \
		-v width="$3" 'NR == page { split($0, l, "\n")
		v = substr(l[line], col, width); sub(/ +$/, "", v)
		print v }' <<<"$output"
}

sql() {
	sqlite3 "$EHR_DB" "$@"
}

@test "boxes stand in their columns; sums and codes are the record's" {
	run -0 --separate-stderr ehr-claim form 1
	same "$stderr" ""
	same "$(at 2 41 31)" "ACME HEALTH"
	same "$(at 8 31 1)" X
	same "$(at 8 50 29)" M13
	has "$(at 10 1 28)" "SAMPLE, "
	same "$(at 10 31 10)" "05 14 1953"
	same "$(at 10 42 1)$(at 10 47 1)" X
	same "$(at 12 33 1)" X
	same "$(at 14 26 3)" IL
	same "$(at 37 42 1)" 0
	same "$(at 38 3 7)" E119
	same "$(at 38 16 7)" I10
	same "$(at 44 1 17)" "01 05 26 01 05 26"
	same "$(at 44 19 2)" 11
	same "$(at 44 25 6)" 99213
	same "$(at 44 45 4)" A
	same "$(at 56 23 14)" 1S1
	same "$(at 61 50 10)" 1234567893
	cents=$(sql 'SELECT cents FROM claim WHERE id = 1')
	same "$(at 56 51 9)" \
		"$(printf '%9s' "$((cents / 100)) $(printf %02d $((cents % 100)))")"
	same "$(ehr-claim form 1 | wc -l)" 66
	same "$(awk 'length > 80' <<<"$output")" ""
}

@test "seven lines are two forms, the sum on the last one" {
	ehr-claim charge add p1 key=F7 date=2026-01-06 place=11 dx=I10 \
		payer=acme billing=grp rendering=doc line:99213 amount=10.50 \
		line:36415 amount=1 line:85025 amount=2 line:80053 amount=3 \
		line:81001 amount=4 line:93000 amount=5 line:90471 amount=6 \
		>/dev/null
	ehr-claim build -O "$T/out" >/dev/null
	claim=$(sql 'SELECT max(claim) FROM claim_line')
	same "$(sql "SELECT count(*) FROM claim_line WHERE claim = $claim")" 7
	run -0 --separate-stderr ehr-claim form "$claim"
	same "$(tr -cd '\f' <<<"$output" | wc -c)" 1
	same "$(at 54 1 2)" 01
	same "$(at 56 51 9)" ""
	same "$(at 44 1 2 2)" 01
	same "$(at 46 1 2 2)" ""
	same "$(at 56 51 9 2)" "    31 50"
	same "$(at 8 50 29)" "$(at 8 50 29 2)"
}

@test "all claims have their forms, each a line of the claim once" {
	sql 'SELECT id FROM claim' >"$T/ids"
	run -0 --separate-stderr ehr-claim form - <"$T/ids"
	same "$(awk -v RS='\f' 'END { print NR }' <<<"$output")" \
		"$(sql 'SELECT sum((n + 5) / 6) FROM
		(SELECT count(*) n FROM claim_line GROUP BY claim)')"
	same "$(grep -cE '^[0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2} ' <<<"$output")" \
		"$(sql 'SELECT count(*) FROM claim_line')"
}

@test "the PDF has the same words" {
	run -0 --separate-stderr ehr-claim form -o pdf -O "$T/f.pdf" 1 2 3
	same "$output" ""
	same "$(head -c 5 "$T/f.pdf")" %PDF-
	run -2 ehr-claim form -O "$T/f.pdf" 1
	command -v pdftotext || skip "no pdftotext"
	ehr-claim form 1 2 3 | tr -s ' \n\f' '\n' >"$T/words"
	pdftotext -layout "$T/f.pdf" - | tr -s ' \n\f' '\n' >"$T/pdf-words"
	diff <(sort "$T/words") <(sort "$T/pdf-words")
}

@test "one event of the access; no such claim, no number of one" {
	ehr-claim form 1 2 >/dev/null
	same "$(ehr-audit log | grep -c 'claims on paper')" 1
	run -4 --separate-stderr ehr-claim form 9999
	same "$stderr" "ehr-claim: claim 9999: there is none"
	run -2 --separate-stderr ehr-claim form x
	run -2 --separate-stderr ehr-claim form -o html 1
	run -0 --separate-stderr ehr-claim form - </dev/null
	same "$output" ""
}

@test "a number that does not fit leaves the claim out; others are printed" {
	sql "UPDATE charge_field SET value = 'A-234567890123456789012345678901'
		WHERE name = 'authorization'"
	claim=$(sql "SELECT k.id FROM claim k JOIN charge_field f
		ON f.charge = k.charge WHERE f.name = 'authorization' LIMIT 1")
	[ -n "$claim" ]
	run -3 --separate-stderr ehr-claim form "$claim" 1
	has "$stderr" ": box 23: longer than the 29 characters it has"
	has "$stderr" "1 left out"
	same "$(at 56 23 14)" 1S1
}

@test "a charge on paper is a submission: kept, told once, in no file" {
	sed '/^payer acme$/a\	837 no' "$T/practice.setup" >"$T/paper.setup"
	ehr-claim setup load "$T/paper.setup" >/dev/null
	ehr-claim charge add p1 key=F8 date=2026-01-07 place=11 dx=I10 \
		payer=acme billing=grp rendering=doc line:99214 amount=12 \
		>/dev/null
	ehr-claim build -O "$T/out" >/dev/null
	charge=$(sql 'SELECT max(id) FROM charge')
	same "$(sql "SELECT count(*) FROM claim WHERE charge = $charge")" 0
	run -0 --separate-stderr ehr-claim form -n --charge "$charge"
	same "$(at 44 25 6)" 99214
	same "$(sql "SELECT count(*) FROM claim WHERE charge = $charge")" 0
	run -0 --separate-stderr ehr-claim form --charge "$charge"
	same "$(at 2 41 31)" "ACME HEALTH"
	same "$(at 44 25 6)" 99214
	same "$(at 56 51 9)" "    12 00"
	claim=$(sql "SELECT id FROM claim WHERE charge = $charge")
	same "$(at 56 23 14)" "${claim}S1"
	first=$output
	run -0 --separate-stderr ehr-claim list --status built
	has "$output" "$claim	"
	run -0 --separate-stderr ehr-claim history "$claim"
	has "$output" "on paper"
	# twice is once
	run -0 --separate-stderr ehr-claim form --charge "$charge"
	same "$output" "$first"
	run -0 --separate-stderr ehr-claim form "$claim"
	same "$output" "$first"
	same "$(sql "SELECT count(*) FROM submission WHERE claim = $claim")" 1
	# no file has it, now or when the payer takes files again
	ehr-claim setup load "$T/practice.setup" >/dev/null
	run -0 --separate-stderr ehr-claim build -O "$T/out"
	same "$output" ""
	run -4 --separate-stderr ehr-claim form --charge 9999
}

@test "a charge on paper: what scrub finds holds it back; its void, its undo" {
	sed '/^payer acme$/a\	837 no' "$T/practice.setup" >"$T/paper.setup"
	ehr-claim setup load "$T/paper.setup" >/dev/null
	visit="place=11 dx=I10 payer=acme billing=grp rendering=doc line:99214"
	late=$(ehr-claim charge add p1 key=F9 date=2099-01-07 $visit amount=1)
	charge=$(ehr-claim charge add p1 key=F8 date=2026-01-07 $visit amount=1)
	run -3 --separate-stderr ehr-claim form --charge "$late" "$charge"
	has "$stderr" "charge $late: dates"
	same "$(at 44 25 6)" 99214
	claim=$(sql "SELECT id FROM claim WHERE charge = $charge")
	batch=$(sql "SELECT batch FROM claim WHERE id = $claim")
	same "$(sql "SELECT payer FROM entry e JOIN charge_line l
		ON l.id = e.line WHERE l.charge = $charge AND e.acct = 'ar'")" acme
	run -0 --separate-stderr ehr-claim undo "$batch"
	run -0 --separate-stderr ehr-claim form --charge "$charge"
	same "$(at 56 23 14)" "${claim}S2"
	# voided: the void goes out with the payer's number, once
	ehr-claim charge void --reason twice F8
	run -3 --separate-stderr ehr-claim form --charge "$charge"
	has "$stderr" "waits for the payer's number"
	sql "INSERT INTO claim_event(claim, submission, kind, source, day, time,
		payer_claim, batch) SELECT $claim, max(id), 'paid', '835',
		'2026-02-07', 1, 'ICN1', 1 FROM submission"
	run -0 --separate-stderr ehr-claim form --charge "$charge"
	same "$(at 38 50 11)" "8"
	same "$(at 38 62 18)" "ICN1"
	same "$(at 56 23 14)" "${claim}S3"
	same "$(sql "SELECT frequency FROM submission WHERE claim = $claim" |
		paste -sd ' ')" "1 1 8"
	run -0 --separate-stderr ehr-claim form --charge "$charge"
	same "$(sql "SELECT count(*) FROM submission WHERE claim = $claim")" 3
}
