# Short forms of the fault tests of tests/torture; `make torture` runs them
# whole.
load helper

torture=$EHR_TOP/tests/torture

@test "sweep: one fault at each of 200 system calls of all that write" {
	plain_build
	run -0 --separate-stderr "$torture/sweep" short
	[[ $output != *skipped* ]] || skip "strace cannot trace here"
	[ "$(grep -c '^plain .* 0 failed' <<< "$output")" -ge 10 ]
	[[ $output != *FAILED* ]]
	has "${output#*control, without a journal:}" " failed; "
}

@test "power: 300 states of a disk that lost power, nothing told is lost" {
	run -0 --separate-stderr "$torture/power" 300
	same "$(grep -c ': 150 states, 0 lost, 0 broken;' <<< "$output")" 2
	same "$(grep -c '^control, without syncs: ' <<< "$output")" 2
}

@test "writers: 32 beside 32 readers, plain and encrypted, lose nothing" {
	run -0 --separate-stderr env WRITERS_P99_MS=60000 "$torture/writers" 10
	same "$(grep -c '^\(plain\|sealed\): .* lost 0 faults 0' <<< "$output")" 2
	[[ $output != *MISSED* ]]
}
