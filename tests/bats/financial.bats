#!/usr/bin/env bats
# Charges, claims and payments as FHIR: views of the rows, exported along.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	cd "$T"
	plain_record
	jq -c '.entry[].resource' "$FIXTURES/billing/path.json" >in
	cat >>in <<-'END'
	{"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/one"}}
	{"resourceType":"Patient","id":"two","name":[{"family":"Other"}]}
	END
	ehr-import -q in
	ehr-claim setup load -q "$FIXTURES/billing/path.setup" >said
	ehr-claim charge add one key=v1 encounter=Encounter/e1 \
		date=2026-11-20 place=11 dx=E11.9,I10 billing=grp rendering=doc \
		line:99213-25 amount=125 pointers=1,2 \
		line:J1885 units=2 amount=10.5 to=2026-11-21 pointers=2 >said
}

sent() { ehr-claim build -O . >said; }
paid() {
	"$EHR_TOP/tests/tools/gen-835" T1 --paid "$EHR_DB" >paid.835
	ehr-claim remit post paid.835 >said
}
views() { ehr-export "$@" one --type ChargeItem,Claim,ExplanationOfBenefit; }
states() { views "$@" | jq -r '"\(.id) \(.status)"'; }

@test "a charge, its claim and its payment go along, each under its own id" {
	same "$(states)" "line-1 billable
line-2 billable"
	sent
	same "$(states)" "line-1 billed
line-2 billed
claim-1S1 active"
	paid
	run -0 --separate-stderr ehr-export one
	same "$(jq -r '"\(.resourceType)/\(.id)"' <<<"$output")" "Patient/one
ChargeItem/line-1
ChargeItem/line-2
Claim/claim-1S1
Coverage/c1
Encounter/e1
ExplanationOfBenefit/eob-1"
	# What they say, and of whom.
	views >v
	same "$(jq -r 'select(.id == "line-2") | [.code.coding[0].code,
		.quantity.value, .priceOverride.value, .occurrencePeriod.end,
		.context.reference, .subject.reference,
		.reason[0].coding[0].code] | @tsv' v)" \
		"J1885	2	10.5	2026-11-21	Encounter/e1	Patient/one	I10"
	same "$(jq -r 'select(.id == "claim-1S1") | [.total.value,
		.insurance[0].coverage.reference, .insurer.identifier.value,
		.provider.identifier.value, .diagnosis[0].diagnosisCodeableConcept.coding[0].code,
		(.item[0].diagnosisSequence | tostring),
		.item[0].modifier[0].coding[0].code, .item[1].encounter[0].reference] | @tsv' v)" \
		"135.5	Coverage/c1	12345	1234567893	E11.9	[1,2]	25	Encounter/e1"
	same "$(jq -r 'select(.id == "eob-1") | [.claim.reference, .outcome,
		.payment.amount.value, .payment.identifier.value] +
		[.item[0].adjudication[] | "\(.category.coding[0].code) \(.reason.coding[0].code) \(.amount.value)"] | @tsv' v)" \
		"Claim/claim-1S1	complete	108.4	T1	submitted null 125	benefit null 100	CO 45 12.5	PR 2 12.5"
	# The lines of the payment come to what was asked for.
	same "$(jq 'select(.id == "eob-1") | [.item[].adjudication[1:][].amount.value] | add * 100 | round == 13550' v)" true
}

@test "they are valid R4: another record takes all of them without a warning" {
	sent
	paid
	ehr-export one >all
	grep -v '"resourceType":"\(Patient\|Coverage\|Encounter\)"' all >views
	same "$(wc -l <views)" 4
	EHR_DB=$T/q.ehr plain_record
	EHR_DB=$T/q.ehr run -0 --separate-stderr ehr-import -vv views
	has "$stderr" "4 inserted"
	[[ $stderr != *warning* ]]
}

@test "what comes back is known: no second datum, whatever it says by then" {
	sent
	paid
	ehr-export --all >all
	run -0 --separate-stderr ehr-import -v all
	has "$stderr" "4 views of this record's own charges, claims and payments left as they are"
	has "$stderr" "0 inserted, 0 updated, 0 deleted, 9 unchanged, 0 rejected"
	ehr-claim undo "$(sqlite3 p.ehr "SELECT max(id) FROM batch WHERE kind = 'remit'")" --reason wrong
	ehr-export -o bundle --all >all.json
	run -0 --separate-stderr ehr-import -v --source elsewhere all.json
	has "$stderr" "4 views of this record's own"
	same "$(sqlite3 p.ehr "SELECT count(*) FROM resource WHERE type IN
		(SELECT type FROM resource WHERE id LIKE 'line-%')")" 0
	# Another record has the same numbers, but not the same rows.
	EHR_DB=$T/q.ehr
	plain_record
	ehr-import -q in
	ehr-claim setup load -q "$FIXTURES/billing/path.setup" >said
	ehr-claim charge add one key=v1 date=2026-11-20 place=11 dx=I10 \
		billing=grp rendering=doc line:99213 amount=1 >said
	run -0 --separate-stderr ehr-import -v all
	has "$stderr" "inserted"
	[[ $stderr != *views* ]]
}

@test "a void, a correction and an undone payment show in the state" {
	sent
	paid
	ehr-claim charge void --reason twice 1
	ehr-claim build -O . >said
	same "$(states)" "line-1 entered-in-error
line-2 entered-in-error
claim-1S1 cancelled
claim-1S2 cancelled
eob-1 active"
	ehr-claim undo "$(sqlite3 p.ehr "SELECT max(id) FROM batch WHERE kind = 'remit'")" --reason wrong
	has "$(states)" "eob-1 cancelled"
	same "$(views | jq -r 'select(.id == "claim-1S2").related[0].claim.reference')" Claim/claim-1S1
}

@test "--since, --as-of, --history; a merged chart; another's; nobody's" {
	sent
	ehr-export one --since 2100-01-01 >v
	same "$(cat v)" ""
	same "$(states --since 2020)" "line-1 billed
line-2 billed
claim-1S1 active"
	same "$(states --as-of 2100-01-01)" ""
	same "$(states --history)" ""
	same "$(ehr-export two | jq -r .id)" two
	ehr-patient merge two one
	same "$(ehr-export two --type Claim | jq -r '.id, .patient.reference')" "claim-1S1
Patient/two"
	same "$(ehr-export --all --with-referenced --refs resolved --type Claim | jq -r .id)" claim-1S1
}

@test "what takes a reason to see is not shown by its money either" {
	sent
	ehr-admin staff add boss --name Boss --role administrator
	ehr-admin sensitive add Patient/one --reason known
	ehr-admin staff add "$(id -un)" --name Me --role nurse
	run -1 --separate-stderr views
	same "$output" ""
	has "$stderr" sensitive
	run -0 --separate-stderr views --reason care
	same "${#lines[@]}" 3
}

@test "nor by that of a visit which does" {
	ehr-claim charge add one key=v2 date=2026-11-22 place=11 dx=I10 \
		billing=grp rendering=doc line:99212 amount=50 >said
	ehr-admin staff add boss --name Boss --role administrator
	ehr-admin sensitive add Encounter/e1 --reason known
	ehr-admin staff add "$(id -un)" --name Me --role nurse
	run -1 --separate-stderr views
	same "$(jq -r .id <<<"$output")" line-3
}
