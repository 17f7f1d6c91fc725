#!/usr/bin/env bats
# The tables of the guides other than claims', each against a file that has all
# of its segments, and against that file with one thing broken.
load helper

FILES=$BATS_TEST_DIRNAME/../fixtures/x12

@test "a file with each segment of its guide is clean" {
	local guide
	for guide in 270 271 276 277 277ca 835; do
		run -0 --separate-stderr ehr-claim x12 check "$FILES/$guide-whole.x12"
		same "$guide: $output$stderr" "$guide: "
	done
}

@test "each loop of those guides stands in its file" {
	local guide
	for guide in 270 271 276 277 277ca 835; do
		diff <(ehr-claim x12 show "$FILES/$guide-whole.x12" | cut -f4 |
			grep . | sort -u) \
			<(awk '$1 == "loop" { print $2 }' \
				"$BATS_TEST_DIRNAME/../../lib/x12/data/$guide.guide" |
				sort -u)
	done
}

# Guide, what is done, then what alone is found: segment, place, id.
@test "what is broken is found, at its place, and nothing else" {
	local -i rows=0
	while IFS=$'\t' read -r guide edit want; do
		x12_broken "$FILES/$guide-whole.x12" "$edit" >"$T/b"
		run -1 --separate-stderr ehr-claim x12 check "$T/b"
		same "$guide $edit: $(cut -f2,7,9 <<<"$output" | tr '\t\n' ' ;')" \
			"$guide $edit: $want;"
		rows+=1
	done < <(tr '|' '\t' <<'ROWS'
270|/^BHT/d|4 BHT x12-missing
270|s/^(BHT\*0022\*)13/\111/|4 BHT02 x12-element-code
270|s/^(NM1\*PR.*)PI/\1MI/|6 2100A/NM108 x12-element-code
270|s/^(NM1\*1P\*1\*)DOCTOR/\1/|8 2100B/NM103 x12-element-missing
270|s/^TRN\*1\*TRACE2.*/&\n&/|16 2000C/TRN x12-repeats
270|s/^(NM1\*IL.*)\*MI\*M123/\1*MI/|16 2100C/NM1 x12-syntax
270|s/^INS\*Y.*/INS*Y*18~/|22 2100C/INS17 x12-element-missing
270|s/ABF:E785/ABK:E785/|23 2100C/HI02-1 x12-element-code;42 2100D/HI02-1 x12-element-code
270|s/^EQ\*30\^98/EQ*30^0/|26 2110C/EQ01 x12-element-code
270|s/^EQ\*UC/EQ/|32 2110C/EQ x12-syntax
270|s/\*FAM\*/*SPC*/|26 2110C/EQ03 x12-element-code
270|s/^EQ\*\*HC:99213/EQ**HC/|44 2110D/EQ02-2 x12-element-missing
270|s/^REF\*9F/REF*G2/|46 2110D/REF01 x12-element-code
271|s/^AAA\*N\*\*42/AAA*N**72/|6 2000A/AAA03 x12-element-code
271|s/^AAA\*N\*\*51\*N/AAA*N**51*P/|17 2100B/AAA04 x12-element-code
271|s/^(NM1\*1P.*)XX/\146/|12 2100B/NM108 x12-element-code
271|s/^INS\*Y\*18/INS*N*18/|30 2100C/INS01 x12-element-code
271|s/^(EB\*1\*IND\*30\^98\^)UC/\1ZZ/|35 2110C/EB03 x12-element-code;69 2110D/EB03 x12-element-code
271|s/\*VS\*5\*Y\*/*VS**Y*/|35 2110C/EB x12-syntax;69 2110D/EB x12-syntax
271|s/\*\.2\*/*,2*/|35 2110C/EB08 x12-element-type;69 2110D/EB08 x12-element-type
271|s/^(HSD\*VS\*5\*MO\*2\*)21/\1/|36 2110C/HSD x12-syntax;70 2110D/HSD x12-syntax
271|s/^DTP\*307/DTP*382/|40 2110C/DTP01 x12-element-code;74 2110D/DTP01 x12-element-code
271|s/^III\*ZZ\*11/III*ZZ/|44 2115C/III x12-syntax;78 2115D/III x12-syntax
271|s/^LS\*2120/LS*2110/|46 2110C/LS01 x12-element-code;80 2110D/LS01 x12-element-code
271|s/^(NM1\*P3.*)\*65/\1*66/|47 2120C/NM110 x12-element-code;81 2120D/NM110 x12-element-code
271|s/^NM1\*03/NM1*QC/|58 2100D/NM101 x12-element-code
276|s/^(BHT.*\*)13/\108/|4 BHT02 x12-element-code
276|s/^(NM1\*41.*)46/\1YY/|8 2100B/NM108 x12-element-code
276|s/^(NM1\*1P\*2.*)/&\n&/|12 2100C/NM1 x12-repeats
276|s/^DMG\*D8\*1950/DMG*D6*1950/|13 2000D/DMG01 x12-element-code
276|/^DMG\*D8\*2015/d|31 2000E/DMG x12-missing
276|s/^(TRN\*)1\*TRACE2/\12*TRACE2/|33 2200E/TRN01 x12-element-code
276|s/^AMT\*T3/AMT*T4/|23 2200D/AMT01 x12-element-code;41 2200E/AMT01 x12-element-code
276|s/^REF\*LU\*/REF*LV*/|18 2200D/REF x12-qualifier;36 2200E/REF x12-qualifier
276|/^DTP\*472\*D8\*20260102/d|29 2210D/DTP x12-missing;46 2210E/DTP x12-missing
276|s/^HL\*5\*4\*23/HL*5*4*23*0/|30 2000E/HL04 x12-element-unused
277|s/\*DG~/~/|4 BHT06 x12-element-missing
277|s/^(PER\*IC\*DESK\*TE\*)5555550100/\1/|7 2100A/PER04 x12-element-missing;7 2100A/PER x12-syntax
277|s/^(STC\*E0:24:)41/\185/|11 2200B/STC01-3 x12-element-code
277|/^STC\*E0:24:1P/d|16 2200C/STC x12-missing
277|s/^STC\*F2:88/STC*F2/|34 2220D/STC01-2 x12-element-missing;53 2220E/STC01-2 x12-element-missing
277|s/^(SVC\*AD:D0120\*50\*)0/\1/|33 2220D/SVC03 x12-element-missing;52 2220E/SVC03 x12-element-missing
277|s/^REF\*VV\*/REF*VW*/|26 2200D/REF x12-qualifier;45 2200E/REF x12-qualifier
277|s/^(TRN\*)2\*TRACE1/\11*TRACE1/|19 2200D/TRN01 x12-element-code
277ca|/^DTP\*009/d|9 2200A/DTP x12-missing
277ca|/^DTP\*050/d|9 2200A/DTP x12-missing
277ca|/^STC\*A1:19:PR\*2/d|13 2200B/STC x12-missing
277ca|s/^QTY\*AA\*1/QTY*90*1/|15 2200B/QTY x12-repeats
277ca|s/^STC\*A1:19:PR\*\*/STC*A1:19:PR*20260106*/|21 2200C/STC02 x12-element-unused
277ca|s/^HL\*4\*3\*PT/HL*4*3*PT*0/|28 2000D/HL04 x12-element-unused
277ca|s/^(STC\*A2:20:)PR(\*2)/\1AY\2/|31 2200D/STC01-3 x12-element-code
277ca|s/^(STC.*)\*U\*150/\1*X*150/|44 2200D/STC03 x12-element-code
277ca|/^DTP\*472\*RD8/d|35 2200D/DTP x12-missing
835|s/^BPR\*I/BPR*Z/|4 BPR01 x12-element-code
835|s/\*20260106~/~/|4 BPR16 x12-element-missing
835|s/^(BPR.*)\*01\*123456780\*DA\*1111/\1**123456780*DA*1111/|4 BPR x12-syntax
835|/^N3\*1 /d|11 1000A/N3 x12-missing
835|/^PER\*BL/d|17 1000A/PER x12-missing
835|s/^PER\*IC\*\*UR/PER*IC**EM/|18 1000A/PER03 x12-element-code
835|s/^(N1\*PE.*)XX/\1PI/|19 1000B/N103 x12-element-code
835|s/^(TS3.*200)\*/\1*9/|26 2000/TS306 x12-element-unused
835|s/^CLP\*A1\*1/CLP*A1*5/|28 2100/CLP02 x12-element-code
835|s/^(CLP.*\*)MB/\1XX/|28 2100/CLP06 x12-element-code
835|s/^CAS\*PR\*1\*10/CAS*CR*1*10/|30 2100/CAS01 x12-element-code
835|s/^(CAS\*CO\*45\*20\*1\*253)\*2/\1*/|29 2100/CAS x12-syntax;28 2100/CLP04 x12-sum
835|/^NM1\*QC/d|37 2100/NM1 x12-missing
835|s/^NM1\*TT\*2/NM1*TU*2/|35 2100/NM1 x12-qualifier
835|s/^DTM\*036/DTM*037/|45 2100/DTM x12-qualifier
835|s/^(SVC\*)HC/\1ZZ/|52 2110/SVC01-1 x12-element-code
835|s/^REF\*6R.*/&\n&/|58 2110/REF x12-repeats
835|s/^LQ\*HE/LQ*HD/|62 2110/LQ01 x12-element-code
835|s/^PLB(.*)WO:/PLB\1XX:/|66 PLB03-1 x12-element-code
835|s/^(PLB.*)\*-18/\1/|66 PLB x12-syntax;4 BPR02 x12-sum
835|s/^SVC(.*)\*130\*/SVC\1*131*/|52 2110/SVC03 x12-sum
835|s/^(CLP\*A1\*1\*200\*)120/\1121/|28 2100/CLP04 x12-sum;4 BPR02 x12-sum
271|s/^(DMG\*D8\*)[0-9]+/\119501301/|29 2100C/DMG02 x12-date-form;64 2100D/DMG02 x12-date-form
ROWS
	)
	((rows == 76))
}
