load helper

# What the library does around a tool, seen from outside through `rows`.
rows=$EHR_BUILD/tests/tools/cli-rows

@test "tsv in a pipe, a table on a terminal" {
	run -0 --separate-stderr "$rows" 2
	same "${lines[0]}" $'row1\t1'
	run -0 python3 -c 'import pty, sys
sys.exit(pty.spawn(sys.argv[1:]) >> 8)' "$rows" 2
	same "${lines[0]%$'\r'}" "ID    N"
	same "${lines[1]%$'\r'}" "row1  1"
}

@test "a table of more rows than are held back is whole" {
	run -0 --separate-stderr "$rows" -o table 12000
	same "${#lines[@]}" 12001
	same "${lines[12000]}" "row12000  12000"
}

@test "json of no rows is an empty array" {
	run -0 --separate-stderr "$rows" -o json 0
	same "$output" "[]"
}

@test "json is an array that jq reads, numbers as they were" {
	run -0 bash -c '"$1" -o json 3 | jq -c ".[2]"' - "$rows"
	same "$output" '{"id":"row3","n":3}'
}

@test "-O refuses to overwrite without --force" {
	run -0 --separate-stderr "$rows" -O "$T/out" 1
	run -2 --separate-stderr "$rows" -O "$T/out" 2
	same "$(cat "$T/out")" $'row1\t1'
	run -0 --separate-stderr "$rows" -O "$T/out" --force 2
	same "$(wc -l < "$T/out")" 2
}

@test "a reader that has enough ends the tool, which cleans up first" {
	run -0 --separate-stderr bash -c \
		'("$1" 100000000; echo $? >&2) | head -n 1' - "$rows"
	same "$output" $'row1\t1'
	same "$stderr" 141
}

@test "a full disk stops the work with exit 6" {
	run -6 --separate-stderr sh -c '"$0" 100000000 > /dev/full' "$rows"
	same "$stderr" \
		"cli-rows: standard output: No space left on device"
}

@test "operands that are hidden are not seen by ps" {
	run -0 --separate-stderr "$rows" --cmdline 1
	has "$output" "cli-rows"
	[[ $output != *"--cmdline 1"* ]]
	has "$output" "--cmdline *"
}
