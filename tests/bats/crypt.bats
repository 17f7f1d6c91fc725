load helper

# What imports leave on disk while they are at work, and when they are killed
# by a file that grows past a limit (SIGXFSZ).

CANARY=Zanzibarre

setup() {
	unset XDG_RUNTIME_DIR
	export EHR_KEY_FILE=$T/k
	mkdir "$T/at"
	EHR_DB=$T/at/p.ehr
	export EHR_DB
}

encrypted() { ehr-admin init --key-file "$T/k" --keys "$T/p.keys"; export EHR_KEYS=$T/p.keys; }
plain() { ehr-admin init -q --plain; }

# Everybody has the canary's name.
practice() { # OPTION...
	"$EHR_BUILD/tests/tools/gen-practice" "$@" |
		sed "s/\"family\":\"/&$CANARY/g"
}

# Files of the record's folder, named or not, that hold the canary.
with_canary() { # PID or nothing
	local fd
	grep -rlai "$CANARY" "$T/at" || true
	[ -n "${1:-}" ] && [ -r "/proc/$1/fd" ] || return 0
	for fd in "/proc/$1/fd"/*; do
		[[ $(readlink "$fd") == "$T/at/"*"(deleted)" ]] || continue
		grep -lai "$CANARY" "$fd" || true
	done
}

# Bytes of the files without a name; of another user's process: unknown.
nameless() { # PID
	local fd sum=0
	[ -r "/proc/$1/fd" ] || { echo unknown; return; }
	for fd in "/proc/$1/fd"/*; do
		[[ $(readlink "$fd") == "$T/at/"*"(deleted)" ]] || continue
		sum=$((sum + $(stat -L -c %s "$fd")))
	done
	echo "$sum"
}

# An import that has read 40 MB and waits for more: its spool is on disk.
stopped_midway() {
	local i
	practice -n 80 -s 1 >"$T/part"
	mkfifo "$T/fifo"
	ehr-import -q "$T/fifo" 3>&- &
	pid=$!
	exec 9>"$T/fifo"
	for i in 1 2 3 4 5 6 7 8; do
		sed "s/\"id\":\"/&$i/; s/\"reference\":\"[A-Za-z]*\//&$i/g" \
			"$T/part" >&9
	done
	kill -STOP "$pid"
	size=$(nameless "$pid")
	found=$(with_canary "$pid")
	kill -KILL "$pid"
	wait "$pid" || true
	exec 9>&-
	after=$(with_canary)
}

@test "a stopped import has nothing in the clear, its spool neither" {
	encrypted
	stopped_midway
	[ "$size" = unknown ] || [ "$size" -gt 20000000 ]
	same "$found$after" ""
	run -0 ehr-admin check
	same "$(ehr-find "$CANARY" | wc -l)" 0
}

@test "the spool of a plain record is sealed as well" {
	plain
	stopped_midway
	[ "$size" = unknown ] || [ "$size" -gt 20000000 ]
	same "$found$after" ""
}

# Kills an import when a file reaches so many KiB.
killed_at() { # KIB FILE
	(
		ulimit -c 0
		ulimit -f "$1"
		exec ehr-import -q "$2"
	) 2>/dev/null
}

@test "a killed load leaves nothing in the clear" {
	practice -n 100 >"$T/in.ndjson"
	encrypted
	run -153 killed_at 4000 "$T/in.ndjson"
	[ -s "$EHR_DB-journal" ]
	same "$(with_canary)" ""
	run -0 ehr-admin check
	run -0 ehr-import "$T/in.ndjson"
	same "$(with_canary)" ""
	[ "$(ehr-find "$CANARY" | wc -l)" -gt 50 ]
}

@test "a killed import of more leaves nothing in the clear in the log" {
	practice -n 100 >"$T/in.ndjson"
	encrypted
	"$EHR_BUILD/tests/tools/gen-practice" -n 20 -s 2 >"$T/base.ndjson"
	ehr-import -q --source base "$T/base.ndjson"
	run -153 killed_at 4000 "$T/in.ndjson"
	[ -s "$EHR_DB-wal" ]
	same "$(with_canary)" ""
	run -0 ehr-admin check
	run -0 ehr-import "$T/in.ndjson"
	same "$(with_canary)" ""
}

@test "control: of a plain record the same kill leaves the canary" {
	practice -n 100 >"$T/in.ndjson"
	plain
	run -153 killed_at 4000 "$T/in.ndjson"
	has "$(with_canary)" p.ehr
}

# A copy, in x.ehr, of a record with three commits in its log: an import that
# waits for its input keeps it open.
copy_with_log() {
	local id pid
	practice -n 1 >"$T/in.ndjson"
	encrypted
	ehr-import -q "$T/in.ndjson"
	mkfifo "$T/fifo"
	ehr-import -q "$T/fifo" 3>&- &
	pid=$!
	exec 9>"$T/fifo"
	printf '{"resourceType":"Patient","id":"w"}\n' >&9
	until [ -s "$EHR_DB-wal" ]; do
		ehr-patient new -q family=One given=One born=1990-01-01 sex=female >"$T/id"
	done
	ehr-patient new -q family=Two given=Two born=1990-01-02 sex=female >"$T/id"
	ehr-patient new -q family=Three given=Three born=1990-01-03 sex=female >"$T/id"
	cp "$EHR_DB" "$T/x.ehr"
	cp "$EHR_DB-wal" "$T/x.ehr-wal"
	exec 9>&-
	wait "$pid"
	EHR_DB=$T/x.ehr
}

# Changes a byte so many before the end of a file.
damage() { # FILE BYTES
	printf '\125' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") - $2)) \
		conv=notrunc status=none
}

@test "a damaged end of the log is told once and stands in the audit log" {
	copy_with_log
	damage "$EHR_DB-wal" 100
	run -0 --separate-stderr ehr-find -q two
	has "$output" Two
	has "$stderr" "ehr-find: $EHR_DB: the log ends with frame"
	same "${#stderr_lines[@]}" 1
	run -1 --separate-stderr ehr-find three
	same "$output$stderr" ""
	run -0 ehr-audit log
	has "$output" log-damaged
	run -0 ehr-admin check
}

@test "a log damaged before its last commit opens nothing" {
	copy_with_log
	damage "$EHR_DB-wal" $(($(stat -c %s "$EHR_DB-wal") / 2))
	run -7 --separate-stderr ehr-find two
	has "$stderr" "commits lie behind it"
	same "$output" ""
	run -7 ehr-admin check
}

@test "a process that has the keys shows them in no list" {
	encrypted
	mkfifo "$T/fifo"
	ehr-import -q "$T/fifo" 3>&- &
	pid=$!
	exec 9>"$T/fifo"
	secret=$(sed 's/.* //' "$T/k")
	same "${#secret}" 64
	run ! grep -qs "$secret" "/proc/$pid/cmdline" "/proc/$pid/environ"
	SECRET=$secret sleep 60 3>&- & # control
	control=$!
	until grep -qs sleep "/proc/$control/cmdline"; do :; done
	grep -q "$secret" "/proc/$control/environ"
	kill "$control"
	exec 9>&-
	wait "$pid"
}
