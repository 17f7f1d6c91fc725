# Short forms of tests/torture; `make torture` runs them whole.
load helper

torture=$EHR_TOP/tests/torture

@test "kill: killed at 21 writes, nothing lost or doubled" {
	plain_build
	run -0 --separate-stderr "$torture/kill" 21
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	has "$output" "21 kills; control: "
	same "$(grep -c ' killed at 7 of them: .*; completed 7$' <<< "$output")" 3
}

@test "rekey: encrypt and key rotate, cut off at some calls, stay whole" {
	plain_build
	run -0 --separate-stderr "$torture/rekey" 10 encrypt
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	same "$(grep -c "^encrypt: .*; completed 10$" <<<"$output")" 2
	run -0 --separate-stderr "$torture/rekey" 12 rotate
	same "$(grep -c "^rotate: .*; completed 12$" <<<"$output")" 2
}

@test "queue: an import, readers and writers lose nothing" {
	run -0 --separate-stderr "$torture/queue" short
	has "$output" " lost 0 "
	[[ $output != *MISSED* ]]
}

@test "rejects: deep and many faults, good ones in, bad ones whole" {
	plain_build
	run -0 --separate-stderr "$torture/rejects" short
	has "$output" "ok: 100,000 levels: "
	has "$output" "ok: 10000 bad lines: "
	if [ -d "$EHR_DATA/clinical/hostile/json-testsuite" ]; then
		has "$output" "ok: the public JSON test suite: "
	fi
}

@test "backup: killed at 30 calls, nothing is lost" {
	plain_build
	run -0 --separate-stderr "$torture/backup" 30
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	same "$(grep -c ' whole and completed ' <<< "$output")" 3
}

@test "appt-race: 8 processes, 60 bookings each, none overlaps or is lost" {
	plain_build
	run -0 --separate-stderr "$torture/appt-race" 8 60
	has "$output" "processes 8, wishes 480, booked "
	[[ $output = *"with the constraint 0, without "[1-9]* ]]
}

@test "loads: killed at 8 calls of each, all of a file or nothing" {
	plain_build
	run -0 --separate-stderr "$torture/loads" 8 50
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	same "$(grep -c ': 8 of .* nothing, .* all; completed 8$' <<<"$output")" 3
	has "$output" "control: without a journal "
}
