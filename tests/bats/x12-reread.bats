#!/usr/bin/env bats
# The second reader of claims (tests/tools/x12-reread) finds what it is for.
load helper

WHOLE=$BATS_TEST_DIRNAME/../fixtures/x12/837p-whole.x12
REREAD=$BATS_TEST_DIRNAME/../tools/x12-reread

@test "the second reader is content with a whole file" {
	run -0 --separate-stderr "$REREAD" "$WHOLE"
	same "$output" "$WHOLE	1	3	4	41050"
	same "$stderr" ""
}

# What is done, then all that is said.
@test "the second reader finds sums, numbers, levels and what is missing" {
	while IFS='|' read -r edit want; do
		x12_broken "$WHOLE" "$edit" >"$T/b"
		run -1 --separate-stderr "$REREAD" "$T/b"
		same "$edit|$(cut -d: -f2- <<<"$stderr" | paste -sd ';')" \
			"$edit|$want"
	done <<'ROWS'
s/^(CLM\*A1\*)300.5/\1300/|46: CLM02 is not the sum of SV102;114: paid and adjusted are not the charge
s/^LX\*2/LX*3/|224: LX01
s/^HL\*3\*1\*/HL*3*9*/|227: HL02 names no level;227: a level in the wrong place
/^PER\*IC/d|242: the submitter has no PER
s/^IEA\*1/IEA*2/|252: IEA01 counts wrong
s/^GE\*1\*1/GE*1*2/|251: GE02 is not GS's number
/^DTP\*472/d|145: a line without its date;223: a line without its date;240: a line without its date;244: a line without its date
s/1:2:3:4/1:2:3:13/|145: a pointer at no diagnosis
/^NM1\*QC/,/^DMG/d|231: no NM1*QC in this level
s/^CLM\*A2/CLM*A1/|240: CLM01 stands twice
s/^SVD\*PAYER2\*100/SVD*PAYER2*101/|215: SVD02 and adjustments are not SV102
ROWS
	sed 's/^SE\*[0-9]*/SE*9/' "$WHOLE" >"$T/b"
	run -1 --separate-stderr "$REREAD" "$T/b"
	has "$stderr" "SE01 counts wrong"
	head -c -3 "$WHOLE" >"$T/b"
	run -1 --separate-stderr "$REREAD" "$T/b"
	has "$stderr" "no end of the last segment"
}
