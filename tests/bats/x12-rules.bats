#!/usr/bin/env bats
# The rules between segments (lib/x12/data/rules.txt): each is broken once in a
# file that is clean otherwise, and found by itself alone.
load helper

RULES=$BATS_TEST_DIRNAME/../../lib/x12/data/rules.txt

# FILE RULE|EDIT|SEGMENT PLACE
mutations() {
	cat <<'ROWS'
837p address-state|33s/NY//|33 2010BA/N402
837p address-zip|33s/.10001//|33 2010BA/N403
837p address-state-code|33s/NY/ZZ/|33 2010BA/N402
837p address-zip-form|33s/10001/1000/|33 2010BA/N403
837p address-home-country|33s/10001/10001*US/|33 2010BA/N404
837p name-of-organization|12s/CLINIC[*]/CLINIC*A/|12 2010AA/NM104
837p billing-street|13s/1 TEST STREET/P.O. Box 9/|13 2010AA/N3
837p billing-zip|14s/100010000/10001/|14 2010AA/N4
837p facility-zip|103s/0000//|103 2310C/N4
837p patient-is-subscriber|29s/[*]18/*/;30d;32d;34d|43 2000B/SBR
837p patient-below|228s/P[*][*]/P*18*/;229s/$/\nN3*1 TEST STREET~\nN4*TESTTOWN*NY*10001~\nDMG*D8*19500101*F~/|228 2000B/SBR02
837p subscriber-address|32d|29 2010BA/N3
837p subscriber-city|33d|29 2010BA/N4
837p subscriber-birth|34d|29 2010BA/DMG
837p other-address|229s/$/\nN3*1 TEST STREET~/|230 2010BA/N3
837p other-birth|229s/$/\nDMG*D8*19500101*F~/|230 2010BA/DMG
837p subscriber-id|31s/.MI.MEMBER1//|31 2010BA/NM109
837p subscriber-state|228s/$/\nPAT*****D8*20260102*01*150*Y~/|229 2000B/PAT
837p no-claim|227s/1~/0~/;228s/WC/CI/;231,249d|227 2300/CLM
837p dependent-claim|240,249d|231 2300/CLM
837p group-or-plan-name|29s/GRP1[*]/GRP1*NAME/|29 2000B/SBR04
837p other-group-or-plan-name|114s/GRP2[*]/GRP2*NAME/|114 2320/SBR04
837p msp-type|29s/SBR.P/SBR*S/;114s/SBR.S/SBR*P/|29 2000B/SBR05
837p msp-type-primary|29s/GRP1....../GRP1**12****/|29 2000B/SBR05
837p one-primary|114s/SBR.S/SBR*P/|114 2320/SBR
837p one-secondary|29s/.*/SBR*S*18*GRP1**12****MB~/|114 2320/SBR
837p one-tertiary|29s/.*/SBR*T*18*GRP1**12****MB~/;114s/SBR.S/SBR*T/|114 2320/SBR
837p payer-before|228s/SBR.P/SBR*S/;245,249d|228 2320/SBR
837p casualty-number|237d|228 2010BA/REF
837p paid-date|129d;117s/100/200.5/;215,218d|117 2330B/DTP
837p paid-lines|117d|214 2320/AMT
837p accident-date|51d|46 2300/DTP
837p accident-state|46s/::NY//|46 2300/CLM11-4
837p original-number|73d|46 2300/REF
837p original-number-first|46s/B:7/B:1/|73 2300/REF
837p admission-date|240s/12:B/21:B/|240 2300/DTP
837p discharge-date|58d|58 2300/DTP
837p disability-period|55s/RD8.20260101-20260103/D8*20260101/|55 2300/DTP02
837p disability-day|55s/314/360/|55 2300/DTP02
837p attachment-number|64s/...AC.CONTROL1//|64 2300/PWK06
837p epsdt-not-referred|89s/Y.AV.ST/N*AV/|89 2300/CRC03
837p epsdt-referred|89s/AV.ST/NU/|89 2300/CRC03
837p diagnoses-icd10|90s/ABF:E785/BF:2724/|90 2300/HI02-1
837p diagnoses-icd9|246s/~/*ABF:E785~/|246 2300/HI02-1
837p diagnosis-point|241s/Z0000/Z00.00/|241 2300/HI01-2
837p second-referral|94,96d|94 2310A/NM1
837p line-attachment-number|148s/...AC.CONTROL2//|148 2400/PWK06
837p equipment-certificate|/^CR3/d|149 2400/CR3
837p equipment-begin|/^DTP.463/d|151 2400/DTP
837p equipment-revised|/^DTP.607/d|151 2400/DTP
837p equipment-revised-first|s/^CR3.R/CR3*I/|157 2400/DTP
837p purchased-from|193,194d|185 2420B/NM1
837p line-second-referral|206,207d|206 2420F/NM1
270 inquiry-of-subscriber|s/^(HL.3.2.22.)1/\10/;26,47d|13 2110C/EQ
270 search|16s/.MI.M123//;21d|16 2100C/DMG
270 address-state|19s/NY//|19 2100C/N402
270 address-zip|19s/.10001//|19 2100C/N403
271 related-begin|46d;54d|52 2110C/LS
271 related-end|54d|46 2110C/LE
271 related-none|46,53d|46 2110C/LS
271 dependent-related-begin|80d;88d|86 2110D/LS
271 dependent-related-end|88d|80 2110D/LE
271 dependent-related-none|80,87d|80 2110D/LS
271 answer|19s/1~/0~/;27d;35,89d|19 2110C/EB
271 answer-of-dependent|62d;69,89d|56 2110D/EB
271 share-over-one|35s/[*][.]2[*]/*20*/|35 2110C/EB08
276 asked-of-subscriber|12s/1~/0~/;15,47d|12 2200D/TRN
276 subscriber-birth|12s/1~/0~/;13d;30,47d|12 2000D/DMG
277ca acknowledgment-only|31s/A2:20/F1:20/|31 2200D/STC01-1
277ca receiver-category|13s/A1:19/A4:19/|13 2200B/STC01-1
277ca provider-category|21s/A1:19/A0:19/|21 2200C/STC01-1
277ca line-category|37s/A2:20/A4:20/|37 2220D/STC01-1
277ca rejected-claim|31s/A2:20/A6:20/|31 2200D/STC03
277ca accepted-claim|44s/A7:562/A1:562/|44 2200D/STC03
277ca accepted-amount|16d|14 2200B/AMT
277ca rejected-amount|17d|15 2200B/AMT
835 transfer-account|4s/01.123456780.DA.1111/***/|4 BPR07
835 transfer-receiver|4s/01.223456780.SG.2222/***/|4 BPR13
835 transfer-form|4s/CCP//|4 BPR05
835 no-payment|4s/ACH/NON/|4 BPR01
835 crossover-carrier|28s/A1.1.200/A1*19*200/;35d|28 2100/NM1
835 reversal-charge|28s/A1.1.200/A1*22*200/|28 2100/CLP04
999 faults-accepted|9s/R.5/A/|9 2000/IK5
999 refused-why|9s/R.5/R/|9 2000/IK502
ROWS
	# as many pointers as there may be diagnoses
	local i
	for ((i = 2; i <= 12; i++)); do
		echo "837p diagnosis-$i|243s/1~/$i~/|243 2300/HI"
	done
}

# What is checked of whom, by name.
rule_names() {
	awk -F'[ ;]' '/^rules / { file = $2 == 277 ? "277ca" : $2 == 837 ? "837p" : $2
		next } / ; / { print file, $1, $2 }' "$RULES"
}

@test "each rule is broken here once" {
	diff <(rule_names | cut -d' ' -f1,2 | sort) \
		<(mutations | cut -d'|' -f1 | sort)
}

@test "a rule that is broken is found, at its segment, and nothing else" {
	local -A id=([error]=x12-situation [warning]=x12-situation-warning)
	local name edit want kind
	while IFS='|' read -r name edit want; do
		kind=$(rule_names | awk -v name="$name" '$1 " " $2 == name { print $3 }')
		x12_broken "$FIXTURES/x12/${name% *}-whole.x12" "$edit" >"$T/b"
		ehr-claim x12 check "$T/b" >"$T/found" && code=0 || code=$?
		same "$name|$(cut -f2,7,9,10 "$T/found" | tr '\t\n' ' ;')|$code" \
			"$name|$want ${id[$kind]} ${name#* };|$([ "$kind" = error ] && echo 1 || echo 0)"
	done < <(mutations)
}
