#!/usr/bin/env bats
# ehr-claim remit: payments by 835, what is parked, undo.
load helper

# Three charges of two lines, sent to north as the claims 1S1, 2S1, 3S1.
setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	printf '{"resourceType":"Patient","id":"p%d"}\n' 1 2 >"$T/in"
	ehr-import -q "$T/in"
	for n in 1 2 3; do
		ehr-claim charge add "p$((n % 2 + 1))" key="V$n" \
			date=2026-01-05 place=11 dx=E11.9 payer=north \
			line:99213-25 amount=120 line:83036 amount=15.5 \
			>/dev/null
		sqlite3 "$EHR_DB" "
			INSERT INTO claim SELECT id, id, 1, 'P', 'north', 1,
				patient, 13550, batch FROM charge WHERE id = $n;
			INSERT INTO claim_line
				SELECT $n, id FROM charge_line WHERE charge = $n;
			INSERT OR IGNORE INTO outgoing VALUES (1, '837P', 'n', 1,
				1, 'o', '.', x'00', 3, 40650, 1, 1, NULL,
				(SELECT max(id) FROM batch), x'00');
			INSERT INTO submission VALUES ($n, $n, 1, '${n}S1', '1',
				'0001', 9, 13550)"
	done
}

# x835 TRACE AMOUNT SEGMENT...: a payment of so much with these segments.
x835() {
	"$EHR_TOP/tests/tools/gen-835" "$@"
}

# full N: claim N is paid but for the contract and 20.00 of the patient.
full() {
	printf '%s\n' "CLP*${1}S1*1*135.5*80*20*12*PAYER$1" \
		"SVC*HC:99213:25*120*70**1" "DTM*472*20260105" \
		"CAS*CO*45*30**" "CAS*PR*3*20" "REF*6R*$((2 * $1 - 1))" \
		"SVC*HC:83036*15.5*10**1" "DTM*472*20260105" "CAS*CO*45*5.5" \
		"REF*6R*$((2 * $1))"
}

owed() {
	ehr-claim ar | cut -f 1-3
}

@test "a claim is paid by line, the contract's part goes, the rest is the patient's" {
	mapfile -t one < <(full 1)
	x835 T1 80 "${one[@]}" >"$T/a.835"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	same "$output" "1	T1	2026-01-20	8000	1	0	posted"
	run -0 --separate-stderr owed
	same "$output" "north	payer	27100
	patients	2000
	total	29100"
	run -0 --separate-stderr ehr-claim ar --by patient
	same "$output" "p1	payer	13550
p2	payer	13550
p2	patient	2000
	total	29100"
	run -0 --separate-stderr sqlite3 "$EHR_DB" \
		"SELECT acct, sum(cents) FROM entry GROUP BY acct"
	same "$output" "ar|29100
cash|8000
clearing|0
contractual|3550
revenue|-40650"
	run -0 --separate-stderr ehr-claim ledger list --claim 1
	has "$output" "	PR	3	PAYER1	"
	run -0 --separate-stderr sqlite3 "$EHR_DB" \
		"SELECT claim, kind, source, day, cents, payer_claim FROM claim_event"
	same "$output" "1|paid|835|2026-01-20|8000|PAYER1"
}

@test "paid in full leaves nothing owed" {
	x835 T1 406.5 "CLP*1S1*1*135.5*135.5**12*A" "CLP*2S1*1*135.5*135.5**12*B" \
		"CLP*3S1*1*135.5*135.5**12*C" "SVC*HC:83036*15.5*15.5" \
		"SVC*HC:99213:25*120*120" >"$T/a.835"
	run -0 --separate-stderr ehr-claim remit post - <"$T/a.835"
	run -0 --separate-stderr owed
	same "$output" "	total	0"
	run -0 --separate-stderr ehr-claim ar --as-of 2020
	same "$output" "	total	0"
}

@test "a row is printed once it is committed" {
	x835 T1 80 "CLP*ODD*1*80*80**12*A" >"$T/a.835"
	# a new payment, and the first one with another claim
	x835 T2 80 "CLP*ODD*1*80*80**12*A" | sed '/^GE/,$d' >"$T/b.835"
	x835 T1 80 "CLP*ODD*1*80*80**12*B" |
		sed '1,2d; /^S[TE]/s/0001/0002/; s/^GE\*1/GE*2/' >>"$T/b.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$output" "	T1	"
	run -8 --separate-stderr ehr-claim remit post "$T/b.835"
	same "$output" ""
	has "$stderr" "posted with other contents"
	same "$(ehr-claim remit list | wc -l)" 1
}

@test "the same again is unchanged, other contents under the trace are refused" {
	mapfile -t one < <(full 1)
	x835 T1 80 "${one[@]}" >"$T/a.835"
	ehr-claim remit post -n "$T/a.835"
	run -0 --separate-stderr ehr-claim remit list
	same "$output" ""
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	same "$output" "1	T1	2026-01-20	8000	0	0	unchanged"
	# in another envelope it is the same payment still
	sed 's/000000001/000000002/' "$T/a.835" >"$T/b.835"
	run -0 --separate-stderr ehr-claim remit post "$T/b.835"
	has "$output" "unchanged"
	sed 's/PAYER1/PAYER9/' "$T/a.835" >"$T/b.835"
	run -8 --separate-stderr ehr-claim remit post "$T/b.835"
	has "$stderr" "b.835:3: a payment of this payer and trace number was posted"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT count(*) FROM doc"
	same "$output" 1
}

@test "what is not plain parks with its reason, its money stays in clearing" {
	x835 T1 325.5 \
		"CLP*1S1*2*135.5*135.5**12*A" "CLP*2S1*19*135.5*100**12*B" \
		"CAS*CO*45*35.5" "CLP*ABC*1*50*50**12*C" \
		"CLP*3S1*1*130*130**12*D" "CLP*3S1*4*135.5*0**12*E" \
		"CAS*CO*16*135.5" "CLP*3S1*1*135.5*0**12*F" \
		"CAS*OA*18*135.5" "CLP*3S1*1*135.5*35.5**12*G" "CAS*PR*1*100" \
		"CLP*3S1*22*-135.5*-135.5**12*H" \
		"PLB*1512345678*20261231*WO:REF7*-10" >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	same "$output" "1	T1	2026-01-20	32550	0	9	posted"
	has "$stderr" "a.835: 9 of it parked (ehr-claim remit list --parked)"
	run -0 --separate-stderr ehr-claim remit list --parked
	run -0 cut -f 3-8 <<<"$output"
	same "$output" "13	1S1	2	13550	1	secondary
14	2S1	19	10000	2	forwarded
16	ABC	1	5000		unknown
17	3S1	1	13000	3	amount
18	3S1	4	0	3	status
20	3S1	1	0	3	claim-adjustment
22	3S1	1	3550	3	claim-adjustment
24	3S1	22	-13550	3	reversal
25	REF7	WO	1000		provider"
	run -0 --separate-stderr owed
	same "$output" "north	payer	40650
	total	40650"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT acct, sum(cents)
		FROM entry WHERE acct IN ('cash', 'clearing') GROUP BY acct"
	same "$output" "cash|32550
clearing|-32550"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
}

@test "lines that are not ours, missing, or adjusted for no account park" {
	x835 T1 135.5 "CLP*1S1*1*135.5*135.5**12*A" "SVC*HC:99213:25*120*120" \
		"CLP*2S1*1*135.5*0**12*B" "SVC*HC:99213:25*120*0" \
		"CAS*OA*18*120" "SVC*HC:83036*15.5*0" "CAS*CO*45*15.5" \
		"CLP*3S1*1*135.5*0**12*C" "SVC*HC:99213*120*0" "CAS*CO*45*120" \
		"SVC*HC:83036*15.5*0" "CAS*CO*45*15.5" >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	run -0 --separate-stderr ehr-claim remit list --parked
	run -0 cut -f 8 <<<"$output"
	same "$output" "line
adjustment
line"
}

@test "a denied line stays owed by the payer, a denied claim is an event" {
	x835 T1 50 "CLP*1S1*1*135.5*50**12*A" "SVC*HC:99213:25*120*50" \
		"CAS*CO*45*70" "SVC*HC:83036*15.5*0" "CAS*CO*16*15.5" \
		"CLP*2S1*1*135.5*0**12*B" "SVC*HC:99213:25*120*0" \
		"CAS*CO*29*120" "SVC*HC:83036*15.5*0" "CAS*CO*29*15.5" >"$T/a.835"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	run -0 --separate-stderr owed
	same "$output" "north	payer	28650
	total	28650"
	run -0 --separate-stderr sqlite3 "$EHR_DB" \
		"SELECT claim, kind, line, cents, note FROM claim_event"
	same "$output" "1|denied|2|1550|CO-16
1|paid||5000|
2|denied|3|12000|CO-29
2|denied|4|1550|CO-29
2|denied||0|"
}

@test "a file whose amounts do not agree, or that is cut off, leaves nothing" {
	mapfile -t one < <(full 1)
	x835 T1 81 "${one[@]}" >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$stderr" "a.835:3: BPR02 is not the sum of CLP04 less PLB"
	x835 T1 80 "${one[@]}" | sed 's/^CAS\*PR\*3\*20/CAS*PR*3*21/' >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$stderr" "a.835:14: SVC02 is not SVC03 and the adjustments"
	x835 T1 80 "${one[@]}" | sed 's/\*135.5\*80\*/*135.6*80*/' >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$stderr" "a.835:13: CLP03 is not CLP04 and the adjustments"
	x835 T1 80 "${one[@]}" | sed 's/\*135.5\*80\*/*135.5*8O*/' >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$stderr" "a.835:13: not an amount"
	x835 T1 80 "${one[@]}" | head -n -2 >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	has "$stderr" "a.835:23: a header without its trailer"
	x835 T1 80 "${one[@]}" | head -c -30 >"$T/a.835"
	run -3 --separate-stderr ehr-claim remit post "$T/a.835"
	run -0 --separate-stderr ehr-claim remit list
	same "$output" ""
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT count(*) FROM doc"
	same "$output" 0
}

@test "undo mirrors what was posted, and it can be posted again" {
	mapfile -t one < <(full 1)
	x835 T1 80 "${one[@]}" >"$T/a.835"
	ehr-claim remit post "$T/a.835"
	batch=$(ehr-claim remit list | cut -f 10)
	run -0 --separate-stderr ehr-claim undo "$batch"
	run -0 --separate-stderr owed
	same "$output" "north	payer	40650
	total	40650"
	run -0 --separate-stderr sqlite3 "$EHR_DB" \
		"SELECT acct, sum(cents) FROM entry GROUP BY acct HAVING sum(cents) <> 0"
	same "$output" "ar|40650
revenue|-40650"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT kind FROM claim_event"
	same "$output" "paid
withdrawn"
	run -0 --separate-stderr ehr-claim undo "$batch"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	same "$output" "2	T1	2026-01-20	8000	1	0	posted"
	run -0 --separate-stderr ehr-claim remit list
	has "$output" "undone"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT count(*) FROM doc"
	same "$output" 1
	x835 T2 80 "${one[@]}" >"$T/b.835"
	run -3 --separate-stderr ehr-claim remit post "$T/b.835"
	run -0 --separate-stderr ehr-claim remit list --parked
	has "$output" "	again	"
}

@test "posting goes into an open month alone; a closed one is what it was" {
	mapfile -t one < <(full 1)
	x835 T1 80 "${one[@]}" >"$T/a.835"
	run -2 --separate-stderr ehr-claim remit post --post-date 2020-01-31 "$T/a.835"
	has "$stderr" "2020-01: this period was never opened (ehr-claim period open)"
	run -0 --separate-stderr ehr-claim period open 2020-01
	run -0 --separate-stderr ehr-claim remit post --post-date 2020-01-31 "$T/a.835"
	run -0 --separate-stderr ehr-claim period close 2020-01
	run -0 --separate-stderr ehr-claim period close -v 2020-01
	has "$stderr" "1 unchanged"
	run -2 --separate-stderr ehr-claim period open 2020-01
	run -4 --separate-stderr ehr-claim period close 2019-12
	x835 T2 0 >"$T/b.835"
	run -2 --separate-stderr ehr-claim remit post --post-date 2020-01-31 "$T/b.835"
	has "$stderr" "2020-01: this period is closed"
	run -0 --separate-stderr ehr-claim period list
	has "$output" "2020-01	closed	11	"
	run -0 --separate-stderr ehr-claim period verify 2020-01
	same "$output" "2020-01	same	11	11"
	run -4 --separate-stderr ehr-claim period verify 2020-01 1999-01
	run -0 --separate-stderr ehr-claim ar --as-of 2020-01
	same "$output" "north	payer	-13550
	patients	2000
	total	-11550"
	# what no program does: an entry changed under the triggers
	sqlite3 "$EHR_DB" "DROP TRIGGER entry_update;
		UPDATE entry SET cents = cents * 2 WHERE post_date < '2021'"
	run -7 --separate-stderr ehr-claim period verify
	same "$output" "2020-01	differs	11	11"
}

@test "ar as it was known at a time, and of a merged patient" {
	mapfile -t one < <(full 1)
	x835 T1 80 "${one[@]}" >"$T/a.835"
	before=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	sleep 0.01
	ehr-claim remit post -q "$T/a.835" >"$T/out"
	run -0 --separate-stderr ehr-claim ar --known-at "$before"
	same "$output" "north	payer	40650
	total	40650"
	entries=$(sqlite3 "$EHR_DB" "SELECT * FROM entry")
	ehr-patient merge p2 p1 >/dev/null
	same "$(sqlite3 "$EHR_DB" "SELECT * FROM entry")" "$entries"
	run -0 --separate-stderr ehr-claim ar --by patient
	same "${#lines[@]}" 3
	run -0 --separate-stderr ehr-claim ledger list p2
	same "${#lines[@]}" 21
}

@test "what was built and sent is paid: nothing is owed, nothing in clearing" {
	export EHR_DB=$T/q.ehr
	"$EHR_TOP/tests/tools/gen-claims" "$T" 25
	plain_record
	ehr-import -q "$T/charts"
	ehr-claim setup load "$T/practice.setup" >"$T/out"
	ehr-claim charge import -f ndjson "$T/charges.ndjson" >"$T/out"
	mkdir "$T/sent"
	ehr-claim build -O "$T/sent" >"$T/out"
	has "$(ehr-claim ar)" "medicare	payer	"
	total=0 args=()
	while IFS='|' read -r name cents; do
		printf -v sum '%d.%02d' $((cents / 100)) $((cents % 100))
		args+=("CLP*$name*1*$sum*$sum**12*N$name")
		total=$((total + cents))
	done < <(sqlite3 "$EHR_DB" "SELECT clm01, cents FROM submission")
	printf -v sum '%d.%02d' $((total / 100)) $((total % 100))
	x835 T9 "$sum" "${args[@]}" >"$T/a.835"
	run -0 --separate-stderr ehr-claim remit post "$T/a.835"
	same "$output" "1	T9	2026-01-20	$total	${#args[@]}	0	posted"
	run -0 --separate-stderr ehr-claim ar
	same "$output" "	total	0"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "SELECT acct, sum(cents)
		FROM entry GROUP BY acct"
	same "$output" "ar|0
cash|$total
clearing|0
revenue|-$total"
}
