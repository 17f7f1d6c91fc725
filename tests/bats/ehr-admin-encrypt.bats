load helper

# A plain record with a chart in it.
setup() {
	export EHR_DB=$T/p.ehr EHR_KEY_FILE=$T/k
	unset XDG_RUNTIME_DIR
	ehr-admin init -q --plain
	printf '%s\n' '{"resourceType":"Patient","id":"p1","name":[{"family":"Zanzibarre","given":["Canary"]}]}' \
		>"$T/in.ndjson"
	ehr-import "$T/in.ndjson"
	ehr-export --all --history >"$T/before"
}

# Nothing of an encryption was left, nor of the record taken.
untouched() {
	same "$(cd "$T" && echo p.ehr* k*)" "$1"
	run -0 ehr-export --all --history
	same "$output" "$(cat "$T/before")"
}

@test "encrypt keeps all, and the plain text is gone" {
	grep -q Zanzibarre "$T/p.ehr"
	inode=$(stat -c %i "$T/p.ehr")
	exec 5<"$T/p.ehr" # what a recovery of the blocks would find
	run -0 --separate-stderr ehr-admin encrypt --key-file "$T/k"
	same "$output" ""
	has "$stderr" "the disk, snapshots and backups may keep what it held"
	run -1 grep -q Zanzibarre - <&5
	[ "$(stat -c %i "$T/p.ehr")" != "$inode" ]
	same "$(stat -c %a "$T/p.ehr" "$T/p.ehr.keys" "$T/k" | xargs)" "600 600 400"
	run -1 grep -rqi zanzibarre "$T"/p.ehr*
	run -0 ehr-export --all --history
	same "$output" "$(cat "$T/before")"
	run -0 ehr-admin check
	run -0 ehr-audit verify
	run -0 ehr-audit log
	has "$output" $'config\tok\t\tencrypt'
	run -0 ehr-patient new family=Second given=One born=1990-01-01 sex=female
	unset EHR_KEY_FILE
	run -9 --separate-stderr setsid -w ehr-find zanz
}

@test "encrypt once, then nothing is left to do" {
	ehr-admin encrypt -q --key-file "$T/k"
	sum=$(sha256sum "$T/p.ehr" "$T/p.ehr.keys")
	cp "$T/before" "$T/p.ehr-plain" # a call that was cut off
	run -0 --separate-stderr ehr-admin encrypt -v --key-file "$T/other"
	has "$stderr" "encrypted already"
	same "$(sha256sum "$T/p.ehr" "$T/p.ehr.keys")" "$sum"
	[ ! -e "$T/p.ehr-plain" ] && [ ! -e "$T/other" ]
}

@test "encrypt -n makes the copy and leaves nothing" {
	run -0 --separate-stderr ehr-admin encrypt -n --key-file "$T/k"
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-admin encrypt -n --recovery
	same "$output$stderr" ""
	rm -f "$T/p.ehr-wal" "$T/p.ehr-shm"
	untouched "p.ehr p.ehr-lock k*"
}

@test "encrypt waits for who has the record open, and gives up whole" {
	mkfifo "$T/sql"
	sqlite3 "$T/p.ehr" <"$T/sql" >"$T/said" &
	exec 4>"$T/sql"
	echo "SELECT 'open' FROM config LIMIT 1;" >&4
	until grep -q open "$T/said"; do sleep 0.05; done
	run -6 --separate-stderr ehr-admin encrypt --wait 0 --key-file "$T/k"
	has "$stderr" "others have it open: database is locked"
	echo "INSERT INTO config VALUES ('x.y', 'late');" >&4
	exec 4>&-
	wait
	run -0 ehr-admin config get x.y
	same "$output" late
	untouched "p.ehr p.ehr-lock k*"
}

@test "encrypt refuses slots of another record, hard links and files in its way" {
	ehr-admin init -d "$T/q.ehr" --key-file "$T/k"
	cp "$T/q.ehr.keys" "$T/p.ehr.keys"
	run -2 --separate-stderr ehr-admin encrypt --key-file "$T/k"
	has "$stderr" "p.ehr.keys: exists already"
	cmp "$T/q.ehr.keys" "$T/p.ehr.keys"
	rm "$T/p.ehr.keys"
	ln "$T/p.ehr" "$T/link"
	run -2 --separate-stderr ehr-admin encrypt --key-file "$T/k"
	has "$stderr" "has other names"
	rm "$T/link"
	echo mine >"$T/p.ehr-plain"
	run -2 --separate-stderr ehr-admin encrypt --key-file "$T/k"
	has "$stderr" "p.ehr-plain: is in the way"
	same "$(cat "$T/p.ehr-plain")" mine
	rm "$T/p.ehr-plain"
	untouched "p.ehr p.ehr-lock k"
	echo no record >"$T/x.ehr"
	run -9 ehr-admin encrypt -d "$T/x.ehr" --key-file "$T/k"
	run -9 ehr-admin encrypt -d "$T/none.ehr" --key-file "$T/k"
}

@test "encrypt with a recovery code and through a link" {
	mkdir "$T/real"
	mv "$T/p.ehr" "$T/real/r.ehr"
	rm -f "$T"/p.ehr-*
	ln -s real/r.ehr "$T/p.ehr"
	run -0 --separate-stderr ehr-admin encrypt --recovery
	[[ $output =~ ^([0-9A-Z]{5}-){5}[0-9A-Z]{5}$ ]]
	[ -L "$T/p.ehr" ] && [ -s "$T/real/r.ehr.keys" ]
	unset EHR_KEY_FILE
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-find zanz <<<"$output"
	has "$output" Zanzibarre
	# Ended at the prompt, the terminal shows again what is typed.
	run -241 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-find zanz <<<SIGTERM
	grep -q ': $' "$T/log"
	run -1 grep 'no echo' "$T/log"
}
