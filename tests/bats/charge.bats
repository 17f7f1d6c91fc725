#!/usr/bin/env bats
# ehr-claim: charges.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	printf '%s\n' \
		'{"resourceType":"Patient","id":"p1","birthDate":"1980-01-01"}' \
		'{"resourceType":"Patient","id":"p2","birthDate":"1990-01-01"}' \
		'{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},"period":{"start":"2026-01-05"}}' \
		>"$T/in"
	ehr-import -q "$T/in"
}

# visit WORD...: a charge of p1 with two lines, and more.
visit() {
	ehr-claim charge add -v p1 key=V1 date=2026-01-05 place=11 \
		dx=E11.9,i10 line:99213-25 amount=120 pointers=1,2 \
		line:83036-QW amount=15.5 clia=11D1234567 "$@"
}

@test "charge add keeps lines, diagnoses and fields; the same again changes nothing" {
	run -0 --separate-stderr visit
	same "$output" 1
	run -0 --separate-stderr visit
	same "$output" 1
	has "$stderr" "unchanged"
	run -0 --separate-stderr ehr-claim charge show V1
	has "$output" "0	dx1	E119
0	dx2	I10
1	code	99213
1	mods	25
1	units	1
1	amount	120.00
1	date	2026-01-05
1	to	2026-01-05
1	place	11
1	pointers	1 2
2	code	83036"
	has "$output" "2	clia	11D1234567"
	run -0 --separate-stderr ehr-claim charge list
	same "$output" "1	p1	2026-01-05	2	135.50	0	holds	V1	"
}

@test "another charge under a key is refused, --correct replaces it" {
	visit
	run -3 --separate-stderr visit description=x
	has "$stderr" "charge 1 of that key says something else"
	run -0 --separate-stderr ehr-claim charge add --correct p1 key=V1 \
		date=2026-01-05 place=11 dx=I10 line:99213 amount=120
	same "$output" 2
	run -0 --separate-stderr ehr-claim charge list --voided
	same "${lines[0]}" "1	p1	2026-01-05	2	135.50	0	voided	V1	corrected"
	same "${lines[1]}" "2	p1	2026-01-05	1	120.00	0	holds	V1	"
	run -0 --separate-stderr ehr-claim undo -v 3
	has "$stderr" "taken back 2"
	run -0 --separate-stderr ehr-claim charge list
	same "$output" "1	p1	2026-01-05	2	135.50	0	holds	V1	"
}

@test "what is wrong is named, nothing is written" {
	run -3 --separate-stderr visit ndc_quantity=x
	has "$stderr" "ndc_quantity: must be a number"
	run -2 --separate-stderr visit colour=red
	has "$stderr" "colour: no field of a line"
	run -2 --separate-stderr visit amount=3
	has "$stderr" "amount: given twice"
	run -3 --separate-stderr visit ambulance=Y
	has "$stderr" "transports by ambulance cannot be billed"
	run -3 --separate-stderr visit line:9921
	has "$stderr" "code: must be five"
	run -3 --separate-stderr ehr-claim charge add p1 place=11 dx=I10 line:99213 amount=1
	has "$stderr" "line 1: no date"
	run -3 --separate-stderr ehr-claim charge add p1 date=2026-01-05 place=11 line:99213 amount=1
	has "$stderr" "no dx"
	run -3 --separate-stderr ehr-claim charge add p1 date=2026-01-05 place=11 dx=I10 line:99213
	has "$stderr" "no amount"
	run -4 --separate-stderr ehr-claim charge add p9 date=2026-01-05 place=11 dx=I10 line:99213 amount=1
	run -4 --separate-stderr ehr-claim charge add p2 encounter=Encounter/e1 date=2026-01-05 place=11 dx=I10 line:99213 amount=1
	has "$stderr" "not one of this patient"
	run -0 --separate-stderr ehr-claim charge list --voided
	same "$output" ""
}

@test "charge void wants a reason, says unchanged the second time, undo takes it back" {
	visit
	run -2 --separate-stderr ehr-claim charge void 1
	run -0 --separate-stderr ehr-claim charge void -v --reason double 1
	has "$stderr" "voided 1, unchanged 0"
	run -0 --separate-stderr ehr-claim charge void -v --reason double - <<<1
	has "$stderr" "voided 0, unchanged 1"
	run -0 --separate-stderr ehr-claim undo 3
	run -0 --separate-stderr ehr-claim charge list
	has "$output" "holds"
	run -0 --separate-stderr ehr-claim undo -v 3
	has "$stderr" "unchanged"
	run -2 --separate-stderr ehr-claim undo 1
	has "$stderr" "not one that ehr-claim takes back"
}

@test "a charge that was added and undone may come again" {
	visit
	run -0 --separate-stderr ehr-claim undo 2
	run -0 --separate-stderr visit
	same "$output" 2
}

@test "a dry run writes nothing; each charge is one event of the log" {
	run -0 --separate-stderr ehr-claim charge add -n p1 date=2026-01-05 \
		place=11 dx=I10 line:99213 amount=1
	run -0 --separate-stderr ehr-claim charge list
	same "$output" ""
	printf '%s\n' date=2026-01-05 place=11 dx=I10 line:99213 amount=1 |
		ehr-claim charge add p1 -
	run -0 --separate-stderr ehr-audit log -o csv
	same "$(grep -c ',create,ok,p1,charge,' <<<"$output")" 1
}

# feed KEY...: a CSV file of a charge a key, with two lines each.
feed() {
	echo key,patient,dx,rendering,code,amount,date,place,pointers,line.rendering
	for key; do
		echo "$key,p1,\"E11.9,I10\",smith,99213-25,120.00,2026-01-05,11,\"1,2\","
		echo "$key,p1,,,83036,15.5,2026-01-05,11,,lab"
	done
}

@test "charge import takes CSV: rows of a key are lines; the same file again is unchanged" {
	feed A B >"$T/f.csv"
	run -0 --separate-stderr ehr-claim charge import -v "$T/f.csv"
	has "$stderr" "read 2, inserted 2, unchanged 0, rejected 0"
	run -0 --separate-stderr ehr-claim charge show A
	has "$output" "0	rendering	smith"
	has "$output" "2	rendering	lab"
	has "$output" "2	amount	15.50"
	run -0 --separate-stderr ehr-claim charge import -v - <"$T/f.csv"
	has "$stderr" "read 2, inserted 0, unchanged 2, rejected 0"
	same "$(sqlite3 "$T/p.ehr" 'SELECT count(*), sum(size) FROM doc')" "1|$(wc -c <"$T/f.csv")"
	same "$(sqlite3 "$T/p.ehr" "SELECT sum(cents) FROM entry WHERE acct = 'ar'")" 27100
	run -0 --separate-stderr ehr-claim undo 2
	same "$(sqlite3 "$T/p.ehr" "SELECT sum(cents) FROM entry WHERE acct = 'ar'")" 0
	run -0 --separate-stderr ehr-claim charge list
	same "$output" ""
	run -0 --separate-stderr ehr-claim charge import -v "$T/f.csv"
	has "$stderr" "inserted 2"
}

@test "charge import takes NDJSON" {
	cat >"$T/f" <<-'END'
		{"key":"A","patient":"p1","encounter":"Encounter/e1","date":"2026-01-05","place":"11","dx":["E11.9","I10"],"homebound":true,"lines":[{"code":"99213","mods":"25","amount":120.5},{"code":"J1885","units":2,"amount":"8","ndc":"00409379501","ndc_quantity":2,"ndc_unit":"ML"}]}
		{"key":"B","patient":"p2","date":"2026-01-06","place":"11","dx":["I10"],"lines":[{"code":"99213","amount":80,"attachment":["OZ:EL:1","B4:FX:2"]}]}
	END
	run -0 --separate-stderr ehr-claim charge import -v "$T/f"
	has "$stderr" "inserted 2"
	run -0 --separate-stderr ehr-claim charge show A
	has "$output" "0	encounter	Encounter/e1"
	has "$output" "0	homebound	Y"
	has "$output" "1	amount	120.50"
	has "$output" "2	ndc_quantity	2"
	run -0 --separate-stderr ehr-claim charge show B
	has "$output" "1	attachment2	B4:FX:2"
}

@test "a charge that is rejected keeps all out, --partial only itself; exit 3, file and line" {
	{ feed A; echo "B,p9,I10,,99213,1,2026-01-05,11,,"; echo "C,p1,I10,,99213,x,2026-01-05,11,,"; } >"$T/f.csv"
	run -3 --separate-stderr ehr-claim charge import "$T/f.csv"
	has "$stderr" "f.csv:4: "
	has "$stderr" "f.csv:5: amount: must be an amount"
	has "$stderr" "2 of 3 charges rejected"
	run -0 --separate-stderr ehr-claim charge list
	same "$output" ""
	same "$(sqlite3 "$T/p.ehr" 'SELECT count(*) FROM doc')" 0
	run -3 --separate-stderr ehr-claim charge import --partial -v "$T/f.csv"
	has "$stderr" "inserted 1, unchanged 0, rejected 2"
	run -0 --separate-stderr ehr-claim charge list
	same "${#lines[@]}" 1
	feed A | sed 's/15.5/16/' >"$T/g.csv"
	run -3 --separate-stderr ehr-claim charge import "$T/g.csv"
	has "$stderr" "g.csv:2: charge 1 of that key says something else"
	run -0 --separate-stderr ehr-claim charge import --correct "$T/g.csv"
	run -0 --separate-stderr ehr-claim charge list
	same "${lines[0]}" "2	p1	2026-01-05	2	136.00	0	holds	A	"
	same "$(sqlite3 "$T/p.ehr" "SELECT sum(cents) FROM entry WHERE acct = 'ar'")" 13600
}

@test "a file that is none, or cut, is refused whole; a dry run writes nothing" {
	printf 'patient,colour\n' >"$T/f.csv"
	run -3 --separate-stderr ehr-claim charge import "$T/f.csv"
	has "$stderr" "column 2: no name of a field"
	{ feed A; printf 'B,"p1\n'; } >"$T/f.csv"
	run -3 --separate-stderr ehr-claim charge import "$T/f.csv"
	has "$stderr" "f.csv:4: a quote is never closed"
	run -3 --separate-stderr ehr-claim charge import - </dev/null
	has "$stderr" "nothing in it"
	run -2 --separate-stderr ehr-claim charge import -f xml "$T/f.csv"
	echo '{"key":"A","patient":"p1",' | run -3 --separate-stderr ehr-claim charge import -
	feed A >"$T/f.csv"
	run -0 --separate-stderr ehr-claim charge import -n -v "$T/f.csv"
	has "$stderr" "inserted 1"
	run -0 --separate-stderr ehr-claim charge list --voided
	same "$output" ""
}

@test "the same again as what was voided is told, not taken for done" {
	visit
	ehr-claim charge void --reason x 1
	run -1 --separate-stderr visit
	has "$stderr" "charge 1 says the same and was voided"
	same "$output" ""
}

# A practice, its provider in the record, and visits: e2 by procedures, e3 by
# items and video, e4 unfinished, e5 without a service.
visits() {
	ehr-claim setup load -q "$FIXTURES/billing/practice.setup" >/dev/null
	local sub='"subject":{"reference":"Patient/p1"}' cpt='"system":"http://www.ama-assn.org/go/cpt"'
	local icd='"system":"http://hl7.org/fhir/sid/icd-10-cm"' amb='"class":{"code":"AMB"}'
	local day='"period":{"start":"2026-01-05T09:00:00Z"}'
	printf '%s\n' \
		'{"resourceType":"Practitioner","id":"d","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}]}' \
		'{"resourceType":"Condition","id":"c1",'"$sub"',"code":{"coding":[{'"$icd"',"code":"I10"}]}}' \
		'{"resourceType":"Condition","id":"c2",'"$sub"',"code":{"coding":[{'"$icd"',"code":"E11.9"}]}}' \
		'{"resourceType":"Encounter","id":"e2","status":"finished",'"$amb,$sub,$day"',"participant":[{"individual":{"reference":"Practitioner/d"}}],"diagnosis":[{"condition":{"reference":"Condition/c1"},"rank":2},{"condition":{"reference":"Condition/c2"},"rank":1}]}' \
		'{"resourceType":"Procedure","id":"x1","status":"completed",'"$sub"',"encounter":{"reference":"Encounter/e2"},"code":{"coding":[{'"$cpt"',"code":"99213"}]}}' \
		'{"resourceType":"Procedure","id":"x2","status":"not-done",'"$sub"',"encounter":{"reference":"Encounter/e2"},"code":{"coding":[{'"$cpt"',"code":"36415"}]}}' \
		'{"resourceType":"Encounter","id":"e3","status":"finished","class":{"code":"VR"},'"$sub,$day"',"reasonCode":[{"coding":[{'"$icd"',"code":"I10"}]}]}' \
		'{"resourceType":"ChargeItem","id":"i1","status":"billable",'"$sub"',"context":{"reference":"Encounter/e3"},"code":{"coding":[{'"$cpt"',"code":"99214"}]},"quantity":{"value":2},"priceOverride":{"value":180.5,"currency":"USD"}}' \
		'{"resourceType":"Encounter","id":"e4","status":"in-progress",'"$amb,$sub,$day"'}' \
		'{"resourceType":"Encounter","id":"e5","status":"finished",'"$amb,$sub,$day"'}' >"$T/v"
	ehr-import -q "$T/v"
	printf 'schedule usual\n\tname Usual\n\tcharges yes\n\tfrom 2020-01-01\n' | ehr-claim setup load -q >/dev/null
	printf 'schedule,code,amount\nusual,99213,120.00\n' >"$T/fees"
	ehr-claim fees load "$T/fees"
}

@test "charge from-encounter: services, diagnoses by rank, provider by NPI, place, fee" {
	visits
	run -0 --separate-stderr ehr-claim charge from-encounter Encounter/e2
	run -0 --separate-stderr ehr-claim charge show "$output"
	same "$output" "0	patient	p1
0	key	Encounter/e2
0	encounter	Encounter/e2
0	dx1	E119
0	dx2	I10
0	rendering	grp
1	code	99213
1	units	1
1	amount	120.00
1	date	2026-01-05
1	to	2026-01-05
1	place	11
1	pointers	1"
	run -0 --separate-stderr ehr-claim charge from-encounter -v e2
	has "$stderr" "unchanged 1"
	run -0 --separate-stderr ehr-claim charge from-encounter e3
	run -0 --separate-stderr ehr-claim charge show "$output"
	has "$output" "1	mods	95
1	units	2
1	amount	180.50"
	has "$output" "1	place	02"
}

@test "units times the fee: to the cent, and no more than an amount may be" {
	visits
	three() {
		ehr-claim charge add p1 date=2026-01-05 place=11 dx=I10 line:99213 units="$1"
	}
	run -0 --separate-stderr three 0.3333
	run -0 --separate-stderr ehr-claim charge show "$output"
	has "$output" "1	amount	40.00"
	run -0 --separate-stderr three 0.0042
	run -0 --separate-stderr ehr-claim charge show "$output"
	has "$output" "1	amount	0.50"
	run -3 --separate-stderr three 833334
	has "$stderr" "line 1: units times the fee are more than an amount may be"
	run -3 --separate-stderr three 123456789012345
	has "$stderr" "line 1: units times the fee are more than an amount may be"
}

# note ENCOUNTER [DOCSTATUS [STATUS]]: a note of p1 that names the visit.
note() {
	echo '{"resourceType":"DocumentReference","id":"n-'"$1"'","status":"'"${3:-current}"'","docStatus":"'"${2:-final}"'","type":{"text":"n"},"subject":{"reference":"Patient/p1"},"context":{"encounter":[{"reference":"Encounter/'"$1"'"}]},"content":[{"attachment":{"contentType":"text/plain","data":"bg=="}}]}' | ehr-import -q -
}

@test "charge missing: signed visits; --unsigned the others; the day of the facility's clock" {
	visits
	echo '{"resourceType":"Encounter","id":"late","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p2"},"period":{"start":"2026-01-06T03:30:00Z"}}' | ehr-import -q -
	note e1 preliminary
	note e2 amended
	note e3 final entered-in-error
	run -0 --separate-stderr ehr-claim charge missing
	same "$output" "Encounter/e2	p1	2026-01-05"
	run -0 --separate-stderr ehr-claim charge missing --unsigned
	same "$(sort <<<"$output")" "Encounter/e1	p1	2026-01-05
Encounter/e3	p1	2026-01-05
Encounter/e5	p1	2026-01-05
Encounter/late	p2	2026-01-06"
	ehr-admin config set -q facility.zone America/New_York
	run -0 --separate-stderr ehr-claim charge missing --unsigned --since 2026-01-06
	same "$output" ""
	run -0 --separate-stderr ehr-claim charge missing --unsigned
	has "$output" "Encounter/late	p2	2026-01-05"
}

@test "what gives no charge is told, exit 3; charge missing lists finished visits alone" {
	visits
	for e in e1 e2 e3 e4 e5; do note $e; done
	run -0 --separate-stderr ehr-claim charge missing --since 2026-01-05
	same "$(cut -f 1,2 <<<"$output" | sort)" "Encounter/e1	p1
Encounter/e2	p1
Encounter/e3	p1
Encounter/e5	p1"
	run -0 --separate-stderr ehr-claim charge missing --since 2026-02-01
	same "$output" ""
	run -3 --separate-stderr ehr-claim charge from-encounter -v - < <(ehr-claim charge missing; echo e4; echo e9)
	has "$stderr" "Encounter/e5: no service"
	has "$stderr" "e4: not finished"
	has "$stderr" "e9: "
	has "$stderr" "inserted 2"
	run -0 --separate-stderr ehr-claim charge missing
	same "$(cut -f 1 <<<"$output" | sort)" "Encounter/e1
Encounter/e5"
}
