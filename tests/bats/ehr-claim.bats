#!/usr/bin/env bats
# ehr-claim: X12 files as they are.
load helper

# An interchange with one 999, segment by segment.
ack() {
	printf '%s~\n' \
		'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:' \
		'GS*FA*SR*RR*20260101*1200*1*X*005010X231A1' \
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
	ack | sed '/^GS/s/FA/BE/; s/ST\*999/ST*834/; s/005010X231A1/005010X220A1/' >"$T/a"
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

# A claim file of two sets without a table, the arguments being changes by sed.
batch() {
	printf '%s~\n' \
		'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000007*0*T*:' \
		'GS*BE*SR*RR*20260101*1200*3*X*005010X220A1' \
		'ST*834*0001*005010X220A1' 'BGN*00*1' 'SE*3*0001' \
		'ST*834*0002*005010X220A1' 'BGN*00*2' 'SE*3*0002' \
		'GE*2*3' 'IEA*1*000000007' | sed "$@"
}
# The answer without its envelope, whose times differ.
answer() {
	ehr-claim x12 ack "$@" | grep -v '^ISA\|^GS'
}

@test "x12 ack accepts what is clean, and is clean itself" {
	batch "" >"$T/a"
	run -0 --separate-stderr ehr-claim x12 ack -O "$T/b" "$T/a"
	run -0 --separate-stderr ehr-claim x12 check "$T/b"
	same "$output" ""
	has "$(cat "$T/b")" "*ZZ*RECEIVER       *ZZ*SENDER         *"
	has "$(cat "$T/b")" "GS*FA*RR*SR*"
	run -0 answer "$T/a"
	same "$output" "$(printf '%s~\n' 'ST*999*0001*005010X231A1' \
		'AK1*BE*3*005010X220A1' 'AK2*834*0001*005010X220A1' 'IK5*A' \
		'AK2*834*0002*005010X220A1' 'IK5*A' 'AK9*A*2*2*2' 'SE*8*0001' \
		'GE*1*1' 'IEA*1*000000001')"
}

@test "x12 ack rejects a set by its trailer, a group by its, exit 1" {
	batch 's/SE.3.0002/SE*9*0003/' >"$T/a"
	run -1 --separate-stderr ehr-claim x12 ack -O "$T/b" "$T/a"
	run -0 grep '^IK5\|^AK9' "$T/b"
	same "$output" "$(printf '%s~\n' 'IK5*A' 'IK5*R*4*3' 'AK9*P*2*2*1')"
	batch 's/GE.2.3/GE*5*4/' | ehr-claim x12 ack >"$T/b" || [ $? = 1 ]
	run -0 grep '^AK9' "$T/b"
	same "$output" "AK9*R*5*2*0*5*4~"
}

@test "x12 ack names segment, element and kind of a fault" {
	# sets with a table, in a group that is no answer
	ack | sed 's/GS.FA/GS*HC/; s/IK5.R.5/IK5*Q*5/; s/AK9.R.1/AK9*R*X/
		/^IK3/d' >"$T/a"
	run -1 --separate-stderr ehr-claim x12 ack -O "$T/b" "$T/a"
	run -0 grep '^IK' "$T/b"
	same "$output" "$(printf '%s~\n' 'IK3*CTX*4*2000*2' \
		'IK3*IK4*5*2000*2' 'IK3*IK5*6*2000*8' 'IK4*1**7' 'IK3*AK9*7**8' \
		'IK4*2**6' 'IK5*R*4*5')"
}

@test "x12 ack answers an interchange that asks, or is faulty, by TA1" {
	batch 's/\*0\*T\*:/*1*T*:/' >"$T/a"
	run -0 --separate-stderr ehr-claim x12 ack --control 41 -O "$T/b" "$T/a"
	run -0 grep '^TA1\|^IEA' "$T/b"
	same "$output" "$(printf '%s~\n' 'IEA*1*000000041' \
		'TA1*000000007*260101*1200*A*000' 'IEA*0*000000042')"
	batch 's/IEA.1.000000007/IEA*1*000000008/' >"$T/a"
	ehr-claim x12 ack "$T/a" >"$T/b" || [ $? = 1 ]
	has "$(cat "$T/b")" "TA1*000000007*260101*1200*R*001~"
	# an answer gets none
	run -0 --separate-stderr ehr-claim x12 ack - < <(ack)
	same "$output" ""
}

# Change, then the codes of the answer, those of sets and group by line.
@test "x12 ack has the codes of headers, versions, numbers twice" {
	while IFS='|' read -r edit want; do
		batch "$edit" >"$T/a"
		run -1 --separate-stderr ehr-claim x12 ack -O "$T/b" --force "$T/a"
		same "$edit: $(grep -o '^IK5.*\|^AK9.*\|[AR]\*0[0-9][0-9]~' \
			"$T/b" | tr -d '~\n')" "$edit: $want"
	done <<'ROWS'
/^ISA/s/.260101./*261301*/|IK5*AIK5*AAK9*A*2*2*2R*014
/^GS/s/1200/2460/|IK5*AIK5*AAK9*A*2*2*2R*024
s/0002/0001/|IK5*AIK5*R*23AK9*P*2*2*1
s/X220A1~/X222A1~/|IK5*R*I6IK5*R*I6AK9*R*2*2*0
ROWS
}

@test "x12 check warns of a status that no list knows" {
	sed 's/^STC.A1:19:PR.2/STC*A1:36:PR*2/; s/STC.A2:20/STC*ZZ:20/' \
		"$FIXTURES/x12/277ca-whole.x12" >"$T/a"
	run -0 --separate-stderr ehr-claim x12 check "$T/a"
	same "$(cut -f2,7-9 <<<"$output" | tr '\t\n' ' ;')" \
		"13 2200B/STC01-2 warning x12-status-code;31 2200D/STC01-1 warning x12-status-code;37 2220D/STC01-1 warning x12-status-code;"
}

@test "x12 ack writes nothing for what is no X12, keeps a file that is there" {
	echo "Dear Sir" >"$T/letter"
	run -3 --separate-stderr ehr-claim x12 ack -O "$T/b" "$T/letter"
	[ ! -e "$T/b" ]
	echo kept >"$T/b"
	batch "" >"$T/a"
	run -2 --separate-stderr ehr-claim x12 ack -O "$T/b" "$T/a"
	same "$(cat "$T/b")" kept
}
