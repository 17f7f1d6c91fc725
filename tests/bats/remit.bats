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

# x835 TRACE CENTS SEGMENT...: a payment of so much with these segments.
x835() {
	local trace=$1 amount=$2
	shift 2
	printf '%s~\n' \
		"ISA*00*          *00*          *ZZ*NORTH          *ZZ*US             *260120*1200*^*00501*000000001*0*P*:" \
		"GS*HP*NORTH*US*20260120*1200*1*X*005010X221A1" \
		"ST*835*0001" \
		"BPR*I*$amount*C*ACH*CCP*01*123456789*DA*1*1512345678**01*123456789*DA*2*20260120" \
		"TRN*1*$trace*1512345678" "DTM*405*20260120" \
		"N1*PR*NORTH" "N3*1 MAIN ST" "N4*BOSTON*MA*02101" \
		"PER*BL*DESK*TE*6175550100" "N1*PE*US*XX*1234567893" "LX*1" \
		"$@" "SE*$((11 + $#))*0001" "GE*1*1" "IEA*1*000000001"
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
