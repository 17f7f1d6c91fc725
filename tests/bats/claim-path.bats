# From the visit to the money: charge, claim, acknowledgement, payment.
load helper

# answer SET GUIDE GROUP < SEGMENTS: an interchange of one set from the payer.
answer() {
	local body n
	body=$(cat)
	n=$(($(wc -l <<<"$body") + 2))
	printf 'ISA*00*          *00*          *ZZ*PLAN           *ZZ*SENDER         '
	printf '*%(%y%m%d)T*1200*^*00501*000000007*0*P*:~\n' -1
	printf 'GS*%s*PLAN*SENDER*%(%Y%m%d)T*1200*7*X*%s~\n' "$3" -1 "$2"
	printf 'ST*%s*0001~\n%s\nSE*%s*0001~\nGE*1*7~\nIEA*1*000000007~\n' \
		"$1" "$body" "$n"
}

# remittance CLM01 LINE: 100 of 125 are paid, the contract takes 25.
remittance() {
	answer 835 005010X221A1 HP <<-X
		BPR*I*100*C*ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765*$(date +%Y%m%d)~
		TRN*1*T001*1512345678~
		DTM*405*$(date +%Y%m%d)~
		N1*PR*Example Health Plan~
		N3*9 Payer Way~
		N4*Springfield*IL*62701~
		PER*BL*Desk*TE*2175550199~
		N1*PE*Example Practice*XX*1234567893~
		LX*1~
		CLP*$1*1*125*100**12*PC1*11*1~
		NM1*QC*1*Example*Alma****MI*XYZ123~
		SVC*HC:99213*125*100~
		DTM*472*20261120~
		CAS*CO*45*25~
		REF*6R*$2~
		AMT*B6*100~
	X
}

@test "a charge becomes a claim, is accepted, paid, and nothing is owed" {
	export EHR_DB=$T/p.ehr
	plain_record
	ehr-import -q "$FIXTURES/billing/path.json"
	ehr-claim setup load "$FIXTURES/billing/path.setup" >/dev/null
	run -0 --separate-stderr ehr-claim charge add one key=v1 \
		date=2026-11-20 place=11 dx=E11.9 billing=grp rendering=doc \
		line:99213 amount=125
	same "$output" 1
	same "$(ehr-claim ar)" $'plan\tpayer\t12500\n\ttotal\t12500'

	# The payer is known by its Organization alone.
	run -0 --separate-stderr ehr-claim build -O "$T"
	IFS=$'\t' read -r _ file claims cents <<<"$output"
	same "$claims $cents" "1 12500"
	run -0 --separate-stderr ehr-claim x12 check "$file"
	run -0 --separate-stderr ehr-claim build -O "$T"
	same "$output" ""

	ehr-claim x12 ack -O "$T/999" "$file"
	run -0 --separate-stderr ehr-claim ack load "$T/999"
	same "$(ehr-claim list | cut -f 1-3)" $'1\taccepted\twaiting'

	clm01=$(ehr-claim x12 get CLM.01 "$file" | cut -f 2)
	line=$(ehr-claim x12 get 2400/REF.02 "$file" | cut -f 2)
	remittance "$clm01" "$line" >"$T/835"
	run -0 --separate-stderr ehr-claim x12 check "$T/835"
	run -0 --separate-stderr ehr-claim remit post "$T/835"
	same "$(ehr-claim ar)" $'\ttotal\t0'
	has "$(ehr-claim history 1 | cut -f 4)" paid
	run -0 --separate-stderr ehr-claim remit post "$T/835"
	has "$output" unchanged
	same "$(ehr-claim ar)" $'\ttotal\t0'

	# Taken back, it is owed again.
	batch=$(ehr-batch list | awk -F '\t' '$17 == "remit" || $18 == "remit" { print $1 }')
	ehr-claim undo --reason "another payer's" "$batch" >/dev/null
	same "$(ehr-claim ar)" $'plan\tpayer\t12500\n\ttotal\t12500'
	run -0 ehr-audit verify
}
