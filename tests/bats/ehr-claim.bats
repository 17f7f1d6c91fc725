#!/usr/bin/env bats
# ehr-claim: X12 files as they are.
load helper

# An interchange with one 999, segment by segment.
ack() {
	printf '%s~\n' \
		'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:' \
		'GS*FA*S*R*20260101*1200*1*X*005010X231A1' \
		'ST*999*0001*005010X231A1' 'AK1*HC*1*005010X222A1' \
		'AK2*837*0001' 'IK3*CLM*22*2300*8' 'CTX*CLM01:123' \
		'IK4*5:1:1*1331*7' 'IK5*R*5' 'AK9*R*1*1*0' 'SE*9*0001' \
		'GE*1*1' 'IEA*1*000000001'
}

@test "x12 check is silent over a clean file, from a file, a pipe, a gzip" {
	ack >"$T/a"
	run -0 --separate-stderr ehr-claim x12 check "$T/a"
	same "$output" ""
	same "$stderr" ""
	run -0 --separate-stderr ehr-claim x12 check - < <(ack | gzip)
	same "$output" ""
}

@test "x12 check tells segment, envelope, place and id, exit 1" {
	ack | sed 's/IK5\*R/IK5*Q/; s/SE\*9/SE*8/' >"$T/a"
	run -1 --separate-stderr ehr-claim x12 check "$T/a"
	same "${lines[0]}" "$T/a	9	1	1	1	7	2000/IK501	error	x12-element-code	not a code that may stand here"
	same "${lines[1]}" "$T/a	11	1	1	1	9	SE01	error	x12-count	there are 9 segments"
	same "${#lines[@]}" 2
}

@test "x12 check never prints a value" {
	ack | sed 's/CLM01:123/CLM01:JOHNDOE:X/; s/IK5\*R/IK5*SECRET/' >"$T/a"
	run -1 --separate-stderr ehr-claim x12 check "$T/a"
	same "${#lines[@]}" 2
	[[ $output$stderr != *JOHNDOE* && $output$stderr != *SECRET* ]]
}

@test "x12 check says where there is no table: structure only" {
	ack | sed 's/ST\*999/ST*834/; s/005010X231A1/005010X220A1/' >"$T/a"
	run -0 --separate-stderr ehr-claim x12 check -o csv "$T/a"
	has "$output" "ST01,note,x12-no-guide,there is no table of this set's guide: structure only"
}

@test "what is no X12 is refused with place, exit 3; other files go on" {
	echo "Dear Sir" >"$T/letter"
	ack | head -c 300 >"$T/cut"
	ack >"$T/a"
	run -3 --separate-stderr ehr-claim x12 check "$T/letter" "$T/a"
	has "$stderr" "letter:1: no ISA where an interchange must begin"
	has "$stderr" "1 of the files rejected"
	run -1 --separate-stderr ehr-claim x12 check "$T/cut"
	has "$output" "x12-truncated"
	has "$output" "x12-trailer"
	: >"$T/empty"
	run -3 --separate-stderr ehr-claim x12 check "$T/empty"
	has "$stderr" "empty: nothing in it"
	run -6 --separate-stderr ehr-claim x12 check "$T/none"
	has "$stderr" "none"
}

@test "x12 show gives each segment its loop" {
	run -0 --separate-stderr ehr-claim x12 show - < <(ack)
	same "${lines[0]%%\**}" "-	1			ISA"
	same "${lines[8]}" "-	9	7	2000	IK5*R*5"
	same "${lines[6]}" "-	7	5	2100	CTX*CLM01:123"
	same "${#lines[@]}" 13
}

@test "x12 get prints segment number and value: element, component, loop" {
	ack >"$T/a"
	run -0 --separate-stderr ehr-claim x12 get AK1.03 "$T/a"
	same "$output" "4	005010X222A1"
	run -0 --separate-stderr ehr-claim x12 get IK4.01-3 "$T/a"
	same "$output" "8	1"
	run -0 --separate-stderr ehr-claim x12 get 2110/IK4 "$T/a"
	same "$output" "8	IK4*5:1:1*1331*7"
	run -0 --separate-stderr ehr-claim x12 get 2000/IK4.02 "$T/a"
	same "$output" ""
	run -2 --separate-stderr ehr-claim x12 get IK4.x "$T/a"
	has "$stderr" "IK4.x: not [LOOP/]SEGMENT"
}
