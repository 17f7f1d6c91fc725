#!/usr/bin/env bats
# ehr-claim build: charges into files of claims.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	mkdir "$T/out"
}

# practice N: N charges of every kind, in a new record.
practice() {
	"$EHR_TOP/tests/tools/gen-claims" "$T" "$1"
	plain_record
	ehr-import -q "$T/charts"
	ehr-claim setup load "$T/practice.setup" >/dev/null
	ehr-claim charge import -f ndjson "$T/charges.ndjson" >/dev/null
}

build() {
	ehr-claim build -O "$T/out" "$@"
}

sql() {
	sqlite3 "$EHR_DB" "$@"
}

reread() {
	"$EHR_TOP/tests/tools/x12-reread" "$@"
}

# accepted CLAIM: the payer told its number, as a 277CA does.
accepted() {
	sql "INSERT INTO claim_event(claim, submission, kind, source, day, time,
		payer_claim, batch) SELECT $1, max(id), 'accepted', '277CA',
		'2026-01-07', 1, 'ICN$1', 1 FROM submission WHERE claim = $1"
}

@test "200 charges of every kind: clean, read by a second reader, sums agree" {
	practice 200
	run -0 --separate-stderr build
	same "$stderr" ""
	same "${#lines[@]}" 2
	same "$(cut -f3,4 <<<"$output")" "$(sql 'SELECT count(*), sum(cents)
		FROM claim k WHERE payer = "plan" = 0
		UNION ALL SELECT count(*), sum(cents) FROM claim
		WHERE payer = "plan"' | tr '|' '\t')"
	same "$(sql 'SELECT sum(cents) FROM claim')" \
		"$(sql 'SELECT sum(cents) FROM charge_line')"
	run -0 --separate-stderr ehr-claim x12 check "$T"/out/*
	same "$output" ""
	run -0 --separate-stderr reread "$T"/out/*
	same "$(cut -f3,5 <<<"$output" | sort)" \
		"$(sql 'SELECT claims, cents FROM outgoing' | tr '|' '\t' | sort)"
	run -0 --separate-stderr build
	same "$output" ""
	same "$(sql 'SELECT count(*) FROM batch WHERE kind = "claim"')" 1
}

@test "what each kind has to say stands in the file" {
	practice 25
	build >/dev/null
	while read -r want; do
		grep -q -- "$want" "$T"/out/* || { echo "no $want"; false; }
	done <<'ROWS'
^PAT\*19~
^PAT\*01~
^NM1\*QC\*1\*Sample\*
^LIN\*\*N4\*00002871501~
^CTP\*\*\*\*1.5\*ML~
^REF\*X4\*11D1234567~
^NM1\*DN\*1\*Outside\*Olga\*
^REF\*G1\*A-77~
^NM1\*DQ\*1\*Chief\*Carl\*\*\*III\*XX\*
^NM1\*87\*1~
^N3\*PO Box 77~
^REF\*SY\*219099999~
^HI\*ABK:E119\*ABF:I10\*.*\*ABF:R519~
^NM1\*77\*2\*Test Clinic\*
^CLM\*.*\*\*\*11:B:1\*Y\*A\*Y\*Y\*\*AA::::*IL~
^DTP\*439\*D8\*20260102~
^SBR\*S\*18\*G13\*\*12\*\*\*\*MB~
^SV5\*HC:99213\*DA\*30\*50.00\*500.00\*4~
^PWK\*OZ\*EL\*\*\*AC\*CTRL1~
^NTE\*ADD\*follow up in two weeks~
^AMT\*F5\*20.00~
^DTP\*314\*RD8\*20251201-20260201~
^PS1\*.*\*30.00~
^DTP\*472\*RD8\*20260105-20260109~
^REF\*Y4\*WCB 12~
^SV1\*HC:99213:25::::short words\*
^MEA\*TR\*R1\*3.5~
^DTP\*435\*D8\*20260104~
^HCP\*02\*100.5\*19.5~
^HI\*BG:AA\*BG:AB~
^PAT\*\*\*\*\*\*\*01\*70\*Y~
^REF\*G2\*AC1234~
ROWS
}

@test "each field of a charge stands in its claim, where the table says" {
	practice 37
	build >/dev/null
	ehr-claim charge fields -o tsv >"$T/fields"
	sql -separator "	" "SELECT s.clm01, c.key, k.rank, (SELECT min(l.n)
		FROM claim_line i JOIN charge_line l ON l.id = i.line
		WHERE i.claim = k.id) FROM submission s
		JOIN claim k ON k.id = s.claim
		JOIN charge c ON c.id = k.charge" >"$T/claims"
	reread --loops "$T"/out/* >"$T/loops"
	said() {
		"$EHR_TOP/tests/tools/claims-said" "$T/practice.setup" \
			"$T/charges.ndjson" "$T/fields" "$T/claims" "$1"
	}
	run -0 --separate-stderr said "$T/loops"
	same "$stderr" ""
	# all but what is on no claim, what replaces one says, what is refused
	same "$(cut -f1 "$T/fields" | grep -vxF -f <(cut -f1 <<<"$output") |
		paste -sd ' ')" "guarantor original_reference ambulance"
	# and it would be seen
	sed 's/	REF\*G1\*AU 1$/	REF*G1*AU 2/' "$T/loops" >"$T/less"
	run -1 --separate-stderr said "$T/less"
	same "$stderr" "K25: primary_authorization stands nowhere in $(
		awk '$2 == "K25" { print $1 }' "$T/claims")"
}

@test "a line over 50 begins another claim, CLM01 says which claim it is" {
	practice 12
	build >/dev/null
	same "$(sql "SELECT k.part, count(*), s.clm01 = k.id || 'S1' FROM claim k
		JOIN claim_line l ON l.claim = k.id
		JOIN submission s ON s.claim = k.id
		JOIN charge c ON c.id = k.charge WHERE c.key = 'K10'
		GROUP BY k.id")" "1|50|1
2|1|1"
}

# many N: N charges of one patient, a day's code each, of any day there is.
many() {
	practice 1
	jq -c "range($1)"' as $i | .key = "L\($i)" | del(.dx) | .dx = "I10" |
		.date = ("2020-01-01T00:00:00Z" | fromdate + $i % 2000 * 86400 |
		todate[:10]) |
		.lines = [{code: "\(99202 + ($i / 2000 | floor))",
		amount: "10.00"}]' "$T/charges.ndjson" >"$T/many"
	ehr-claim charge void -q --reason test 1
	ehr-claim charge import -f ndjson "$T/many" >/dev/null
	run -0 --separate-stderr build
	same "$(cut -f3 <<<"$output")" "$1"
	run -0 --separate-stderr ehr-claim x12 check "$T"/out/*
	same "$output" ""
}

# per SEGMENT: how many claims stand behind each of it, most of them first.
per() {
	tr '~' '\n' <"$(echo "$T"/out/*)" | awk -F'*' -v of="$1" '
		$1 "*" $4 == of || $1 "*" == of { seen++ }
		$1 == "CLM" { n[seen]++ }
		END { for (i in n) print n[i] }' | sort -rn | paste -sd ' '
}

@test "100 claims a subscriber: the next one begins another level" {
	many 100
	same "$(per HL*22)" 100
	rm -r "$T/out" "$EHR_DB"*
	mkdir "$T/out"
	many 101
	same "$(per HL*22)" "100 1"
	run -0 --separate-stderr ehr-claim x12 get CLM.01 "$T"/out/*
	same "$(sort -u <<<"$output" | wc -l)" 101
	run -0 --separate-stderr reread "$T"/out/*
	same "$(cut -f2-5 <<<"$output")" "1	101	101	101000"
}

@test "5,000 claims a set: the next one begins another set" {
	many 5001
	same "$(per ST*)" "5000 1"
	same "$(per HL*22)" "$(printf '100 %.0s' {1..50})1"
	run -0 --separate-stderr ehr-claim x12 get CLM.01 "$T"/out/*
	same "$(sort -u <<<"$output" | wc -l)" 5001
	run -0 --separate-stderr reread "$T"/out/*
	same "$(cut -f2-5 <<<"$output")" "2	5001	5001	5001000"
}

@test "-n tells the same and keeps nothing; --payer takes one payer's" {
	practice 25
	run -0 --separate-stderr build -n
	want=$output
	same "$(ls "$T/out")" ""
	same "$(sql 'SELECT count(*) FROM claim')" 0
	run -0 --separate-stderr build
	same "$output" "$want"
	EHR_DB=$T/two.ehr
	practice 25
	run -2 --separate-stderr build
	has "$stderr" "exists already"
	same "$(sql 'SELECT count(*) FROM claim')" 0
	rm "$T"/out/*
	run -0 --separate-stderr build --payer wc
	same "$(cut -f3 <<<"$output")" 1
}

@test "what is faulty is told by number, place and rule, the rest is built" {
	practice 2
	jq -c 'if .id == "p0" then del(.name) else . end' "$T/charts" |
		ehr-import -q -
	run -3 --separate-stderr build
	has "$stderr" "charge 1: 2010BA/NM103: "
	has "$stderr" "1 left out"
	same "$(cut -f3 <<<"$output")" 1
	run -3 --separate-stderr build
	same "$output" ""
	ehr-import -q "$T/charts"
	sed 's/"gender"/"active":true,"gender"/' "$T/charts" | ehr-import -q -
	run -0 --separate-stderr build
	same "$(cut -f3 <<<"$output")" 1
}

@test "what scrub finds wrong is left out, unless somebody overrode it" {
	practice 3
	sed -n 1p "$T/charges.ndjson" | sed 's/K0/K9/; s/2026-01-05/2099-01-05/' |
		ehr-claim charge import -f ndjson - >/dev/null
	run -3 --separate-stderr build
	has "$stderr" "charge 4: dates, line 1: "
	has "$stderr" "1 left out"
	same "$(cut -f3 <<<"$output")" 3
	ehr-claim scrub --override dates --reason "as agreed" 4 >/dev/null
	run -0 --separate-stderr build
	same "$(cut -f3 <<<"$output")" 1
}

# first_paid AMOUNT SEGMENT...: acme's remittance of charge K13 (two lines,
# 82.83) is posted: CLP and what follows; NAME is the CLM01, L1 and L2 the lines.
first_paid() {
	local paid=$1
	shift
	line=$(sql "SELECT min(l.id) FROM charge_line l JOIN charge c ON
		c.id = l.charge WHERE c.key = 'K13'")
	name=$(sql "SELECT clm01 FROM submission s JOIN claim k ON k.id = s.claim
		JOIN charge c ON c.id = k.charge WHERE c.key = 'K13'")
	set -- "${@//L1/$line}"
	set -- "${@//L2/$((line + 1))}"
	printf '%s~\n' \
		"ISA*00*          *00*          *ZZ*ACME1          *ZZ*SUB1           *260120*1200*^*00501*000000001*0*P*:" \
		"GS*HP*ACME1*SUB1*20260120*1200*1*X*005010X221A1" \
		"ST*835*0001" \
		"BPR*I*$paid*C*ACH*CCP*01*123456789*DA*1*1512345678**01*123456789*DA*2*20260120" \
		"TRN*1*T1*1512345678" "DTM*405*20260120" \
		"N1*PR*ACME" "N3*1 MAIN ST" "N4*BOSTON*MA*02101" \
		"PER*BL*DESK*TE*6175550100" "N1*PE*US*XX*1234567893" "LX*1" \
		"${@//NAME/$name}" "SE*$((11 + $#))*0001" "GE*1*1" \
		"IEA*1*000000001" >"$T/a.835"
	ehr-claim remit post "$T/a.835" >/dev/null
}

# owed: who owes what for K13, payers in their order, patients as -.
owed() {
	sql "SELECT coalesce(e.payer, '-'), sum(e.cents) FROM entry e
		JOIN charge_line l ON l.id = e.line
		JOIN charge c ON c.id = l.charge WHERE c.key = 'K13'
		AND e.acct = 'ar' GROUP BY e.payer HAVING sum(e.cents) <> 0
		ORDER BY e.payer" | paste -sd ' '
}

@test "what the first payer left goes to the next one, with what that one said" {
	practice 14
	build >/dev/null
	first_paid 60 "CLP*NAME*1*82.83*60*12*12*ICN9" \
		"MOA*0.5*12.25*MA18*N130" \
		"SVC*HC:99213:25*40.91*30**1" "DTM*472*20260105" \
		"CAS*CO*45*5" "CAS*PR*2*5.91" "REF*6R*L1" \
		"SVC*HC:36415*41.92*30**1" "DTM*472*20260105" \
		"CAS*CO*45*5.83" "CAS*PR*1*6.09" "REF*6R*L2"
	same "$(owed)" "-|1200"
	run -0 --separate-stderr build
	same "$(cut -f3,4 <<<"$output")" "1	8283"
	same "$(owed)" "medicare|1200"
	same "$(ehr-claim ar | awk '$1 == "" { print }')" ""
	file=$(cut -f2 <<<"$output")
	grep -E '^(SBR|CAS|AMT|SVD|MOA|REF.F8|DTP.573)' "$file" >"$T/said"
	diff "$T/said" - <<'ROWS'
SBR*S*18*G13**12****MB~
SBR*P*18*G13******CI~
AMT*D*60~
MOA*0.5*12.25*MA18*N130~
REF*F8*ICN9~
SVD*ACME1*30*HC:99213:25**1~
CAS*CO*45*5~
CAS*PR*2*5.91~
DTP*573*D8*20260120~
AMT*EAF*5.91~
SVD*ACME1*30*HC:36415**1~
CAS*CO*45*5.83~
CAS*PR*1*6.09~
DTP*573*D8*20260120~
AMT*EAF*6.09~
ROWS
	run -0 --separate-stderr ehr-claim x12 check "$file"
	same "$output" ""
	run -0 --separate-stderr reread "$file"
	run -0 --separate-stderr build
	same "$output" ""
}

@test "a line that was denied goes on with why; its money stays where it was" {
	practice 14
	build >/dev/null
	first_paid 30 "CLP*NAME*1*82.83*30*5.91*12*ICN9" \
		"SVC*HC:99213:25*40.91*30**1" "DTM*472*20260105" \
		"CAS*CO*45*5" "CAS*PR*2*5.91*1" "REF*6R*L1" \
		"SVC*HC:36415*41.92*0**0" "DTM*472*20260105" \
		"CAS*CO*50*40.92**96*1" "REF*6R*L2"
	same "$(owed)" "-|591 acme|4192"
	file=$(build | cut -f2)
	same "$(owed)" "acme|4192 medicare|591"
	grep -E '^(CAS|AMT|SVD|DTP.573)' "$file" >"$T/said"
	diff "$T/said" - <<'ROWS'
AMT*D*30~
SVD*ACME1*30*HC:99213:25**1~
CAS*CO*45*5~
CAS*PR*2*5.91*1~
DTP*573*D8*20260120~
AMT*EAF*5.91~
SVD*ACME1*0*HC:36415**0~
CAS*CO*50*40.92**96*1~
DTP*573*D8*20260120~
AMT*EAF*0~
ROWS
	run -0 --separate-stderr ehr-claim x12 check "$file"
	same "$output" ""
	run -0 --separate-stderr reread "$file"
}

@test "a remittance without lines goes on as one: 2320 has it all" {
	practice 14
	ehr-claim charge add --correct p13 key=K13 date=2026-01-05 place=11 \
		payer=acme billing=grp rendering=doc dx=E119 line:99213 \
		amount=50.00 >/dev/null
	build >/dev/null
	first_paid 30 "CLP*NAME*1*50*30*10*12*ICN9" "CAS*CO*45*10" "CAS*PR*1*10"
	file=$(build | cut -f2)
	grep -E '^(CAS|AMT|SVD|DTP.573)' "$file" >"$T/said"
	diff "$T/said" - <<'ROWS'
CAS*CO*45*10~
CAS*PR*1*10~
AMT*D*30~
AMT*EAF*10~
DTP*573*D8*20260120~
ROWS
	run -0 --separate-stderr ehr-claim x12 check "$file"
	same "$output" ""
	run -0 --separate-stderr reread "$file"
}

@test "the patient's share comes back when the next payer denies, or by a void" {
	practice 14
	build >/dev/null
	first_paid 60 "CLP*NAME*1*82.83*60*12*12*ICN9" \
		"SVC*HC:99213:25*40.91*30**1" "DTM*472*20260105" \
		"CAS*CO*45*5" "CAS*PR*2*5.91" "REF*6R*L1" \
		"SVC*HC:36415*41.92*30**1" "DTM*472*20260105" \
		"CAS*CO*45*5.83" "CAS*PR*1*6.09" "REF*6R*L2"
	batch=$(build | cut -f1)
	same "$(owed)" "medicare|1200"
	# a build that is taken back: the patient's again, until the next one
	rm "$T"/out/*
	sql 'UPDATE outgoing SET placed = NULL'
	ehr-claim undo "$batch" >/dev/null
	same "$(owed)" "-|1200"
	build >/dev/null
	same "$(owed)" "medicare|1200"
	# denied by a 277: F2
	name=$(sql "SELECT max(clm01) FROM submission WHERE frequency = '1'
		AND outgoing = (SELECT max(id) FROM outgoing)")
	printf '%s~\n' \
		"ISA*00*          *00*          *ZZ*CLEAR1         *ZZ*SUB1           *260301*1200*^*00501*000000009*0*P*:" \
		"GS*HN*CLEAR1*SUB1*20260301*1200*9*X*005010X212" \
		"ST*277*0001*005010X212" "BHT*0010*08*1*20260301*1200*DG" \
		"HL*1**20*1" "NM1*PR*2*MEDICARE*****PI*12502" \
		"HL*2*1*21*1" "NM1*41*2*TEST PRACTICE*****46*SUB1" \
		"HL*3*2*19*1" "NM1*1P*2*TEST PRACTICE*****XX*1234567893" \
		"HL*4*3*22*0" "NM1*IL*1*SAMPLE*PD****MI*1EG4TE5MK13" \
		"TRN*2*$name" "STC*F2:88:PR*20260301**82.83*0" \
		"REF*1K*ICNX" "REF*EJ*$name" "SE*15*0001" "GE*1*9" \
		"IEA*1*000000009" >"$T/denied"
	ehr-claim ack load "$T/denied" >/dev/null
	same "$(owed)" "-|1200"
	ack=$(sql "SELECT max(id) FROM batch WHERE kind = 'ack'")
	ehr-claim undo "$ack" >/dev/null
	same "$(owed)" "medicare|1200"
	ehr-claim charge void --reason wrong K13
	same "$(owed)" "-|1200 acme|-8283"
	run -0 --separate-stderr ehr-claim history "$name"
	has "$output" "voided"
}

@test "a correction replaces, a void voids, each with the payer's number" {
	practice 3
	build >/dev/null
	sed -n 1p "$T/charges.ndjson" | sed 's/E119,I10/E119/' >"$T/again"
	ehr-claim charge import --correct -f ndjson "$T/again" >/dev/null
	ehr-claim charge void --reason "twice" K1 >/dev/null
	run -0 --separate-stderr build
	same "$output" ""
	has "$stderr" "waits for the payer's number"
	accepted "$(sql "SELECT k.id FROM claim k JOIN charge c ON
		c.id = k.charge WHERE c.key = 'K0'")"
	accepted "$(sql "SELECT k.id FROM claim k JOIN charge c ON
		c.id = k.charge WHERE c.key = 'K1'")"
	run -0 --separate-stderr build
	same "$(cut -f3 <<<"$output")" 2
	file=$(cut -f2 <<<"$output")
	run -0 ehr-claim x12 get 2300/CLM.05-3 "$file"
	same "$(cut -f2 <<<"$output" | sort | paste -sd ' ')" "7 8"
	same "$(grep -c '^REF\*F8\*ICN' "$file")" 2
	run -0 --separate-stderr reread "$file"
	run -0 --separate-stderr build
	same "$output" ""
}

@test "what was rejected is sent again when it is named, nothing else is" {
	practice 3
	build >/dev/null
	sql "INSERT INTO claim_event(claim, submission, kind, source, day, time,
		batch) SELECT 2, id, 'rejected', '277CA', '2026-01-07', 1, 1
		FROM submission WHERE claim = 2"
	run -3 --separate-stderr build 1 2
	has "$stderr" "claim 1: is built: only what was rejected is sent again"
	same "$(cut -f3 <<<"$output")" 1
	same "$(sql 'SELECT clm01 FROM submission WHERE claim = 2')" "2S1
2S2"
	run -4 --separate-stderr build 99
	run -2 --separate-stderr build x
}

@test "a file that was not placed is, by --resume, with the same bytes" {
	practice 5
	build >/dev/null
	cp -r "$T/out" "$T/first"
	same "$(ehr-claim build --resume)" ""
	rm "$T"/out/*
	sql 'UPDATE outgoing SET placed = NULL'
	run -0 --separate-stderr ehr-claim build --resume -n
	same "$(ls "$T/out")" ""
	run -0 --separate-stderr ehr-claim build --resume
	diff -r "$T/out" "$T/first"
	same "$(cut -f3 <<<"$output")" 5
	run -2 --separate-stderr ehr-claim build --resume -O "$T/out"
	# its name was given, and that was not written down: it is there
	sql 'UPDATE outgoing SET placed = NULL'
	run -0 --separate-stderr ehr-claim build --resume
	diff -r "$T/out" "$T/first"
	sql 'UPDATE outgoing SET placed = NULL'
	echo "another" >"$T/out/$(ls "$T/out")"
	run -6 --separate-stderr ehr-claim build --resume
	has "$stderr" "another file has this name"
}

@test "undo takes a file back that is not at its place, else voids are named" {
	practice 3
	batch=$(build | cut -f1)
	run -1 --separate-stderr ehr-claim undo "$batch"
	has "$stderr" "frequency 8"
	rm "$T"/out/*
	sql 'UPDATE outgoing SET placed = NULL'
	run -0 --separate-stderr ehr-claim undo "$batch"
	run -0 --separate-stderr ehr-claim build --resume
	same "$output" ""
	run -0 --separate-stderr build
	same "$(cut -f3 <<<"$output")" 3
	same "$(sql 'SELECT DISTINCT substr(clm01, -2) FROM submission
		WHERE outgoing = 2')" S2
	same "$(sql 'SELECT isa FROM outgoing')" "1
2"
}

@test "each build is one event with the patients it sends" {
	practice 3
	build >/dev/null
	same "$(ehr-audit log | grep -c '	create	.*claims')" 1
}

@test "build: SIGKILL at 24 calls, no claim or number in two files" {
	plain_build
	run -0 --separate-stderr "$EHR_TOP/tests/torture/build" 24
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	has "$output" "build: 24 of "
}
