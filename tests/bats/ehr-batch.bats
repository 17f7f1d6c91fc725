load helper

setup() {
	export EHR_DB=$T/p.ehr
	new_record
	cd "$T"
	echo '{"resourceType":"Patient","id":"a"}' > a.json
	echo '{"resourceType":"Patient","id":"a","gender":"male"}' > a2.json
	echo '{"resourceType":"Patient","id":"b"}' > b.json
}

@test "list: what was done, by whom, from what" {
	run -0 --separate-stderr ehr-batch list
	same "$output" ""
	ehr-import --source north --reason moving a.json b.json
	run -0 --separate-stderr ehr-batch list -o json
	same "$(jq -r '.[0] | [.batch, .tool, .source, .state, .read, .inserted,
		.input, .reason, .user] | @tsv' <<< "$output")" \
		"$(printf '1\tehr-import\tnorth\tdone\t2\t2\ta.json b.json\tmoving\t%s' \
		"$(id -un)")"
}

@test "the digest: of a file its own, of several in no order" {
	ehr-import a.json
	ehr-import a.json b.json
	ehr-import b.json a.json
	run -0 --separate-stderr ehr-batch list -o json
	same "$(jq -r '.[0].sha256' <<< "$output")" \
		"$(sha256sum < a.json | cut -d' ' -f1)"
	jq -e '.[1].sha256 == .[2].sha256' <<< "$output"
	jq -e '.[0].sha256 != .[1].sha256' <<< "$output"
}

@test "show: created, updated, deleted" {
	ehr-import a.json b.json
	ehr-import a2.json
	ehr-batch undo 2
	run -0 --separate-stderr ehr-batch show 1
	same "$output" $'a\tcreated\t1\nb\tcreated\t1'
	run -0 --separate-stderr ehr-batch show 2
	same "$output" $'a\tupdated\t2'
	run -0 --separate-stderr ehr-batch show 3
	same "$output" $'a\tupdated\t3'
	run -4 --separate-stderr ehr-batch show 9
	has "$stderr" "9: no such batch"
	run -2 --separate-stderr ehr-batch show x
}

@test "undo: former content comes back, what was created goes" {
	ehr-import a.json
	ehr-import a2.json b.json
	run -0 --separate-stderr ehr-batch undo -v 2
	has "$stderr" "batch 3: 0 restored, 1 updated, 1 deleted"
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a.json)"
	run -1 --separate-stderr ehr-batch undo 2
	has "$stderr" "undone already"
	run -0 --separate-stderr ehr-batch undo 3
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a2.json b.json)"
	run -0 --separate-stderr ehr-batch list -o json
	same "$(jq -r '.[] | .state' <<< "$output" | tr '\n' ' ')" \
		"done done undone done "
}

@test "undo -n: the same answer, nothing done" {
	ehr-import a.json
	run -0 --separate-stderr ehr-batch undo -n 1
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a.json)"
}

@test "undo is refused when a later batch built on it, --partial is not" {
	ehr-import a.json b.json
	ehr-import a2.json
	run -1 --separate-stderr ehr-batch undo 1
	same "$output" ""
	same "${stderr_lines[0]}" $'a\tbatch 2'
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a2.json b.json)"
	run -0 --separate-stderr ehr-batch undo --partial 1
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a2.json)"
	run -0 --separate-stderr ehr-batch list -o json
	jq -e '.[0].state == "partly undone"' <<< "$output"
}

@test "import, undo, import: it is there again" {
	ehr-import a.json
	ehr-batch undo 1
	run -0 --separate-stderr ehr-import -v a.json
	has "$stderr" "1 inserted"
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(cat a.json)"
}
