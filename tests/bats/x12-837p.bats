#!/usr/bin/env bats
# The table of the professional claim against a file that has each of its
# segments, and against that file with one thing broken.
load helper

WHOLE=$BATS_TEST_DIRNAME/../fixtures/x12/837p-whole.x12

@test "a claim with each segment of the guide is clean" {
	run -0 --separate-stderr ehr-claim x12 check "$WHOLE"
	same "$output" ""
	same "$stderr" ""
}

@test "each loop of the table stands in that file" {
	diff <(ehr-claim x12 show "$WHOLE" | cut -f4 | grep . | sort -u) \
		<(awk '$1 == "loop" { print $2 }' \
			"$BATS_TEST_DIRNAME/../../lib/x12/data/837p.guide" |
			sort -u)
}

# What is done, then what alone is found: segment, place, id.
@test "what is broken is found, at its place, and nothing else" {
	local -i rows=0
	while IFS=$'\t' read -r edit want; do
		x12_broken "$WHOLE" "$edit" >"$T/b"
		run -1 --separate-stderr ehr-claim x12 check "$T/b"
		same "$edit: $(cut -f2,7,9 <<<"$output" | paste -sd ';')" \
			"$edit: $want"
		rows+=1
	done < <(tr '|' '\t' <<'ROWS'
/^BHT/d|4|BHT|x12-missing
s/^(BHT.*)CH/\1XX/|4|BHT06|x12-element-code
/^NM1\*40/d|8|1000B|x12-missing
s/^PRV\*BI/PRV*PE/|10|2000A/PRV01|x12-element-code
/^N3\*1 /d|13|2010AA/N3|x12-missing
/^REF\*EI\*1/d|17|2010AA/REF|x12-missing
s/^(NM1\*87\*2)/\1*NAME/|20|2010AB/NM103|x12-element-unused
/^REF\*EI\*2/d|27|2010AC/REF|x12-missing
/^SBR\*P\*18/d|29|2000B/SBR|x12-missing
s/^SBR\*P\*18/SBR*P*01/;30d;32d;34d|29|2000B/SBR02|x12-element-code;43|2000B/SBR|x12-situation
s/^(PAT.*)\*01\*150/\1**150/|30|2000B/PAT|x12-syntax
s/^DMG\*D8\*1950.*/DMG*D8*19500101~/|34|2010BA/DMG03|x12-element-missing
s/^(NM1\*PR\*2\*TEST.*)PI/\1MI/|38|2010BB/NM108|x12-element-code
s/^(CLM\*A1\*)300.5/\1300,5/|46|2300/CLM02|x12-element-type
s/11:B:7/11:A:7/|46|2300/CLM05-2|x12-element-code
s/11:B:7/11:B/|46|2300/CLM05-3|x12-element-missing
s/AA:OA::NY/AA:OA:EM:NY/|46|2300/CLM11-3|x12-element-unused
s/^DTP\*431/DTP*430/|47|2300/DTP|x12-qualifier
s/^DTP\*091.*/&\n&/|62|2300/DTP|x12-repeats
s/^REF\*4N\*3/REF*4N*9/|68|2300/REF02|x12-element-code
/^HI\*ABK:I10/d|92|2300/HI|x12-missing
s/ABF:E785/ABK:E785/|90|2300/HI03-1|x12-element-code
s/^(NM1\*82\*1\*RENDER\*ONE.*)XX/\1MI/|98|2310B/NM108|x12-element-code
/^N4\*TESTTOWN\*NY\*100010000/{x;s/^/n/;/^nn$/{x;d};x}|103|2310C/N4|x12-missing
s/^CAS\*PR\*1\*20\*\*2/CAS*PR*1*20*1*/|115|2320/CAS|x12-syntax
/^OI/d|120|2320/OI|x12-missing
/^REF\*G2\*O5/d|136|2330C/REF|x12-missing
/^SV1\*HC:99213:25/d|146|2400/SV1|x12-missing
s/UN\*1\*11/XX*1*11/|146|2400/SV103|x12-element-code
s/1:2:3:4/1:2:3:13/|146|2400/SV107-4|x12-element-code
s/^DTP\*472\*RD8/DTP*472*TM/|155|2400/DTP02|x12-element-code;155|2400/DTP03|x12-date-form
s/AUTH3\*\*2U:PAYER2/AUTH3**2U/|173|2400/REF04-2|x12-element-missing
s/^LIN\*\*N4/LIN**N9/|187|2410/LIN02|x12-element-code
/^CTP/d|188|2410/CTP|x12-missing
s/^NM1\*DK\*1\*ORDER\*ONE/NM1*DK*2*ORDER*/|201|2420E/NM102|x12-element-code
s/^(SVD.*25)\*\*1\*1/\1***1/|215|2430/SVD05|x12-element-missing
s/^FRM\*2B\*\*TEXT/FRM*2B/|221|2440/FRM|x12-syntax
/^PAT\*19/d|232|2000C/PAT|x12-missing
s/^HL\*4\*3\*23\*0/HL*4*3*23*1/|231|2000C/HL04|x12-element-code;250|HL04|x12-hl
s/^(CLM\*A1\*)300.5/\1300/|117|2320/AMT02|x12-sum;46|2300/CLM02|x12-sum
s/^CAS\*PR\*2\*20/CAS*PR*2*21/|215|2430/SVD02|x12-sum;117|2320/AMT02|x12-sum
s/^CAS\*CO\*45\*70/CAS*CO*45*70.01/|117|2320/AMT02|x12-sum
s/^LX\*2/LX*3/|224|2400/LX01|x12-sequence
s/^(DTP\*431\*D8\*)[0-9]+/\12026013/|47|2300/DTP03|x12-date-form
s/^HL\*3\*1\*/HL*3*2*/|227|2000B/HL02|x12-hl
ROWS
	)
	((rows == 45))
}
