# Encrypted exports and imports: ours read by Debian's age and the other way.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init -q --plain
	for i in $(seq 400); do
		printf '{"resourceType":"Patient","id":"p%d","name":[{"family":"Zanzibarre","given":["%0400d"]}]}\n' "$i" "$i"
	done >"$T/in.ndjson"
	ehr-import -q "$T/in.ndjson"
	ehr-export --all >"$T/all"
	[ "$(stat -c %s "$T/all")" -gt 131072 ]
	age-keygen -o "$T/id" 2>/dev/null
	to=$(age-keygen -y "$T/id")
	ehr-admin init -q --plain -d "$T/new.ehr"
}

taken() { # ARGUMENT...: an import into an empty record gives the same charts
	run -0 --separate-stderr ehr-import -q -d "$T/new.ehr" "$@"
	ehr-export -d "$T/new.ehr" --all | cmp - "$T/all"
}

@test "what we encrypt, age opens" {
	run -0 --separate-stderr ehr-export --all --age "$to" -O "$T/x.age"
	run -1 grep -q Zanzibarre "$T/x.age"
	age -d -i "$T/id" "$T/x.age" | cmp - "$T/all"
	ehr-export --all --age "$to" --armor | age -d -i "$T/id" | cmp - "$T/all"
	same "$(ehr-export p1 --age "$to" --armor | head -n 1)" \
		"-----BEGIN AGE ENCRYPTED FILE-----"
	age-keygen -o "$T/id2" 2>/dev/null
	printf '# a list\n\n%s\n%s\n' "$to" "$(age-keygen -y "$T/id2")" >"$T/list"
	ehr-export --all --age-file "$T/list" -O "$T/y.age"
	age -d -i "$T/id2" "$T/y.age" | cmp - "$T/all"
}

@test "what age encrypts, we take" {
	age -r "$to" -o "$T/x.age" "$T/all"
	taken -i "$T/id" "$T/x.age"
	rm "$T"/new.ehr* && ehr-admin init -q --plain -d "$T/new.ehr"
	gzip <"$T/all" | age -a -r "$to" >"$T/x.ndjson.gz.age"
	mkdir "$T/folder" && mv "$T/x.ndjson.gz.age" "$T/folder"
	taken --identity "$T/id" "$T/folder"
}

@test "a folder: each file by itself, none in the clear" {
	run -0 ehr-export --all -o bundle --age "$to" -O "$T/out/"
	same "$(find "$T/out" -type f ! -name '*.json.age')" ""
	same "$(find "$T/out" -type f | wc -l)" 400
	run -1 grep -rq Zanzibarre "$T/out"
	taken -i "$T/id" "$T/out"
}

@test "a passphrase" {
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-export p1 \
		--age-passphrase -O "$T/x.age" \
		<<<$'correct horse battery\ncorrect horse battery'
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-import -q \
		-d "$T/new.ehr" "$T/x.age" <<<'correct horse battery'
	run -0 ehr-find -d "$T/new.ehr" zanz
	same "${#lines[@]}" 1
	run -9 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-import -q \
		-d "$T/new.ehr" "$T/x.age" <<<'wrong horse battery'
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" age -d -o "$T/y" "$T/x.age" \
		<<<'correct horse battery'
	grep -q Zanzibarre "$T/y"
}

@test "damaged and cut off: nothing is taken" {
	age -r "$to" -o "$T/x.age" "$T/all"
	size=$(stat -c %s "$T/x.age")
	refused() { # CODE TEXT
		run "-$1" --separate-stderr ehr-import -d "$T/new.ehr" -i "$T/id" "$T/y.age"
		has "$stderr" "$T/y.age: $2"
		run -1 ehr-find -d "$T/new.ehr" --all
	}
	head -c 140000 "$T/x.age" >"$T/y.age"
	refused 7 "age payload: chunk 3"
	head -c 65752 "$T/x.age" >"$T/y.age"
	refused 7 "age payload: chunk"
	{ cat "$T/x.age"; echo; } >"$T/y.age"
	refused 7 "age payload: chunk"
	sed '2s/X25519 ./X25519 B/' "$T/x.age" >"$T/y.age"
	cmp -s "$T/x.age" "$T/y.age" || refused 9 "age: nothing that was given opens it"
	{ cat "$T/x.age" | head -c $((size - 1)); printf x; } >"$T/y.age"
	refused 7 "age payload: chunk"
	age-keygen -o "$T/other" 2>/dev/null
	run -9 --separate-stderr ehr-import -d "$T/new.ehr" -i "$T/other" "$T/x.age"
	has "$stderr" "$T/x.age: age: nothing that was given opens it"
	run -9 --separate-stderr setsid -w ehr-import -d "$T/new.ehr" "$T/x.age"
}

@test "a process with an identity leaves no core" {
	mkfifo "$T/fifo"
	for with in "" "-i $T/id"; do
		# shellcheck disable=SC2086
		(ulimit -c hard && exec ehr-import -q -d "$T/new.ehr" $with \
			"$T/fifo") 3>&- &
		pid=$!
		exec 4>"$T/fifo"
		until [ "$(cat "/proc/$pid/comm")" = ehr-import ]; do :; done
		printf '{"resourceType":"Patient","id":"a"}\n' >&4
		size=$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits")
		exec 4>&-
		wait "$pid"
		[ -n "$with" ] || [ "$size" != 0 ] || skip "no cores here"
	done
	same "$size" 0
}

@test "wrong options" {
	run -2 --separate-stderr ehr-export --all --age nonsense
	has "$stderr" "--age: no recipient"
	[[ $stderr != *nonsense* ]]
	run -2 ehr-export --all --age "$(sed -n 's/^AGE/AGE/p' "$T/id")"
	run -2 ehr-export --all --armor
	run -2 ehr-export --all --age "$to" --age-passphrase
	run -2 ehr-export --links --age "$to"
	run -2 --separate-stderr ehr-export --all --age-file "$T/id"
	has "$stderr" "$T/id:3: no recipient"
	run -2 ehr-import -d "$T/new.ehr" -i "$T/all" "$T/all"
	run -6 ehr-import -d "$T/new.ehr" -i "$T/none" "$T/all"
}
