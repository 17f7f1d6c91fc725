load helper

# A record of its own key, with a chart in it.
setup() {
	export EHR_DB=$T/p.ehr EHR_KEY_FILE=$T/k
	unset XDG_RUNTIME_DIR
	ehr-admin init --key-file "$T/k"
	printf '%s\n' '{"resourceType":"Patient","id":"p1","name":[{"family":"Zanzibarre","given":["Canary"]}]}' \
		>"$T/in.ndjson"
	ehr-import "$T/in.ndjson"
}

# Waits until somebody has the record open.
opened() {
	for _ in {1..400}; do
		[ ! -e "$1-shm" ] || return 0
		sleep 0.05
	done
	return 1
}

@test "an encrypted record does all a plain one does" {
	same "$(stat -c %a "$T/k" "$T/p.ehr" "$T/p.ehr.keys" | tr '\n' ' ')" \
		"400 600 600 "
	run -0 ehr-find zanz
	has "$output" Zanzibarre
	run -0 ehr-export --all -o ndjson
	has "$output" '"family":"Zanzibarre"'
	run -0 ehr-chart show p1
	has "$output" Zanzibarre
	run -0 ehr-patient new family=Second given=One born=1990-01-01 sex=female
	run -0 ehr-audit verify
	run -0 ehr-admin check
	run -0 ehr-admin vacuum
	run -0 ehr-find second
}

@test "what is in it is not in the file" {
	plain=$T/plain.ehr
	ehr-admin init -q --plain -d "$plain"
	ehr-import -d "$plain" "$T/in.ndjson"
	grep -q Zanzibarre "$plain"
	run -1 grep -q Zanzibarre "$T/p.ehr"
	run -1 grep -rqi canary "$T/p.ehr" "$T/p.ehr.keys" "$T/k"
}

@test "without its key it stays shut" {
	unset EHR_KEY_FILE
	run -9 --separate-stderr setsid -w ehr-find zanz
	has "$stderr" "locked: no terminal to ask at"
	printf 'EHR-KEY-1 %064d\n' 1 >"$T/other"
	chmod 400 "$T/other"
	EHR_KEY_FILE=$T/other run -9 --separate-stderr ehr-find zanz
	chmod 444 "$T/k"
	EHR_KEY_FILE=$T/k run -5 --separate-stderr ehr-find zanz
	has "$stderr" "lets others in"
	chmod 400 "$T/k"
	mv "$T/p.ehr.keys" "$T/elsewhere"
	EHR_KEY_FILE=$T/k run -9 --separate-stderr ehr-find zanz
	has "$stderr" "no key slots here"
	EHR_KEY_FILE=$T/k run -0 ehr-find --keys "$T/elsewhere" zanz
}

@test "a changed page is refused, never read" {
	size=$(stat -c %s "$T/p.ehr")
	ehr-export --all >"$T/right"
	for at in $((size / 2)) 4196 120; do
		cp "$T/p.ehr" "$T/x.ehr"
		cp "$T/p.ehr.keys" "$T/x.ehr.keys"
		printf '\001\002\003' | dd of="$T/x.ehr" bs=1 seek="$at" \
			conv=notrunc status=none
		run -7 --separate-stderr ehr-admin check -d "$T/x.ehr"
		rc=0 # 0: what it shows has nothing from there
		ehr-export --all -d "$T/x.ehr" >"$T/shown" || rc=$?
		[ "$rc" = 0 ] || same "$rc" 7
		cmp -n "$(stat -c %s "$T/shown")" "$T/shown" "$T/right"
	done
}

@test "slots that others changed open nothing" {
	cp "$T/p.ehr.keys" "$T/whole"
	ehr-admin init -d "$T/q.ehr" --key-file "$T/k"
	changed() { # WHAT SED-SCRIPT
		sed -i "$2" "$T/p.ehr.keys"
		run -7 --separate-stderr ehr-find zanz
		same "$output" ""
		has "$stderr" "ehr-find: $T/p.ehr.keys"
		run -7 --separate-stderr ehr-admin key add --key-file "$T/k9"
		[ ! -e "$T/k9" ]
		cp "$T/whole" "$T/p.ehr.keys"
	}
	changed label 's/^\(slot 1 [^ ]* [^ ]*\) -/\1 mine/'
	has "$stderr" "was changed by somebody who could open no slot"
	changed next 's/^next .*/next 9/'
	changed mac 's/^mac ./mac x/'
	changed added "/^next/s/.*/next 3/;/^slot 1/{p;s/^slot 1/slot 2/}"
	# The slots of another record, which the same key file opens.
	cp "$T/q.ehr.keys" "$T/p.ehr.keys"
	run -9 --separate-stderr ehr-find zanz
	same "$output" ""
}

@test "key add, list, remove" {
	run -0 --separate-stderr ehr-admin key add --key-file "$T/k2" --label stick
	same "$output$stderr" ""
	run -0 ehr-admin key list
	same "$(cut -f 1-3 <<<"$output")" $'1\tkey-file\t\n2\tkey-file\tstick'
	EHR_KEY_FILE=$T/k2 run -0 ehr-find zanz
	run -0 ehr-admin key remove 1
	EHR_KEY_FILE=$T/k run -9 ehr-find zanz
	EHR_KEY_FILE=$T/k2 run -0 ehr-find zanz
	EHR_KEY_FILE=$T/k2 run ! ehr-admin key remove 2
	EHR_KEY_FILE=$T/k2 run ! ehr-admin key remove 7
	EHR_KEY_FILE=$T/k2 run -2 ehr-admin key remove x
	EHR_KEY_FILE=$T/k2 run -2 ehr-admin key add --recovery --key-file "$T/k3"
	[ ! -e "$T/k3" ]
	EHR_KEY_FILE=$T/k2 run -0 ehr-audit log
	has "$output" key-add:2
	has "$output" key-remove:1
}

@test "key -n changes nothing" {
	ehr-admin key add --key-file "$T/k2"
	sum=$(sha256sum "$T/p.ehr.keys")
	run -0 --separate-stderr ehr-admin key add -n --recovery
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-admin key add -n --key-file "$T/k3"
	[ ! -e "$T/k3" ]
	run -0 ehr-admin key remove -n 2
	run -4 ehr-admin key remove -n 7
	same "$(sha256sum "$T/p.ehr.keys")" "$sum"
	run -0 ehr-audit log
	[[ $output != *key-add:3* && $output != *key-remove* ]]
}

@test "key add, remove, rotate, recover -n: no byte of any file is another" {
	ehr-admin key add --key-file "$T/k2"
	code=$(ehr-admin key add --recovery)
	bytes() { (cd "$T" && sha256sum p.ehr* k*); }
	touch "$T/tty" "$T/said"
	before=$(bytes)
	same_bytes() {
		run -0 --separate-stderr "$@"
		same "$output" ""
		same "$(bytes)" "$before"
	}
	tty() { "$BATS_TEST_DIRNAME/on-tty" "$T/tty" "$@" 2>"$T/said"; }
	for kind in --key-file=k3 --credential=k3 --recovery; do
		same_bytes ehr-admin key add -n "${kind/=/=$T/}"
		same_bytes tty ehr-admin key recover -n "${kind/=/=$T/}" <<<"$code"
	done
	pass="correct horse battery"
	same_bytes tty ehr-admin key add -n <<<"$pass
$pass"
	same_bytes tty ehr-admin key recover -n <<<"$code
$pass
$pass"
	same_bytes ehr-admin key remove -n 2
	same_bytes ehr-admin key rotate -n
	# What fails leaves as much.
	run -2 ehr-admin key add -n --key-file "$T/none/k3" --recovery
	run -4 ehr-admin key remove -n 9
	run -9 tty ehr-admin key recover -n <<<"0$code"
	same "$(bytes)" "$before"
}

@test "key rotate: the old data key and a slot taken away open nothing" {
	ehr-admin key add --key-file "$T/k2"
	ehr-admin key add --recovery >"$T/code"
	cp "$T/p.ehr.keys" "$T/old.keys"
	ehr-export --all --history >"$T/before"
	run -0 --separate-stderr ehr-admin key rotate -n -v
	same "$output$stderr" ""
	cmp "$T/p.ehr.keys" "$T/old.keys"
	ehr-admin key remove 2
	run -0 --separate-stderr ehr-admin key rotate -v
	has "$stderr" "pages have the new key, of generation 2"
	run -0 ehr-export --all --history
	same "$output" "$(cat "$T/before")"
	run -9 --separate-stderr ehr-find --keys "$T/old.keys" zanz
	has "$stderr" "wrong key: there is none of generation 2"
	EHR_KEY_FILE=$T/k2 run -9 --separate-stderr ehr-find --keys "$T/old.keys" zanz
	EHR_KEY_FILE=$T/k2 run -9 ehr-find zanz
	run -0 ehr-admin check
	run -0 ehr-audit verify
	run -0 ehr-audit log
	has "$output" key-rotate:2
	has "$output" key-rotated:2
	run -0 ehr-admin key rotate
	same "$output" ""
	same "$(cd "$T" && echo p.ehr*)" "p.ehr p.ehr-lock p.ehr.keys"
	# the other slots were sealed anew without their secrets
	unset EHR_KEY_FILE
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-find zanz <"$T/code"
	has "$output" Zanzibarre
}

@test "key rotate waits for commands that began before, who lose nothing" {
	mkfifo "$T/late"
	ehr-import --source late "$T/late" &
	exec 4>"$T/late"
	opened "$T/p.ehr"
	run -6 --separate-stderr ehr-admin key rotate --wait 0
	has "$stderr" "commands that began before its new key was made"
	[ -e "$T/p.ehr-rekey" ]
	run -0 ehr-find zanz # with both keys
	run -6 ehr-admin key rotate --wait 0
	printf '{"resourceType":"Patient","id":"late1"}\n' >&4
	exec 4>&-
	wait $!
	run -0 --separate-stderr ehr-admin key rotate --wait 0 -v
	has "$stderr" "generation 2"
	[ ! -e "$T/p.ehr-rekey" ]
	run -0 ehr-export --all
	has "$output" late1
	has "$output" Zanzibarre
}

@test "key rotate of a plain record, and of one that others rotate" {
	ehr-admin init -q --plain -d "$T/plain.ehr"
	run -4 --separate-stderr ehr-admin key rotate -d "$T/plain.ehr"
	exec 5<"$T"
	flock 5
	run -6 --separate-stderr ehr-admin key rotate
	has "$stderr" "another command is changing keys here"
	run -2 ehr-admin key rotate --wait -1
}

@test "a recovery code opens it once all else is lost" {
	run -0 ehr-admin key add --recovery
	code=$output
	rm "$T/k"
	unset EHR_KEY_FILE
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin key recover \
		--key-file "$T/new" <<<"$code"
	[ "$output" != "$code" ]
	EHR_KEY_FILE=$T/new run -0 ehr-find zanz
	run -1 grep -q "$code" "$T/log"
}

@test "a code that could not be shown changes nothing" {
	code=$(ehr-admin key add --recovery)
	sum=$(sha256sum "$T/p.ehr.keys")
	unshown() {
		run -6 --separate-stderr "$@"
		has "$stderr" "ehr-admin: standard output: No space left"
		same "$(sha256sum "$T/p.ehr.keys")" "$sum"
	}
	full() { "$@" >/dev/full; }
	unshown full ehr-admin key add --recovery
	unshown full "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin key \
		recover --recovery <<<"$code"
	unshown full "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin key \
		recover --key-file "$T/new" <<<"$code"
	[ ! -e "$T/new" ]
	EHR_DB=$T/y.ehr run -6 full ehr-admin init --recovery
	ehr-admin init -q --plain -d "$T/z.ehr"
	run -6 full ehr-admin encrypt --recovery -d "$T/z.ehr"
	same "$(cd "$T" && echo y* z.ehr.k*)" "y* z.ehr.k*"
	EHR_KEY_FILE='' run -0 setsid -w ehr-admin config list -d "$T/z.ehr"
}

@test "root leaves the slots of others to them" {
	[ "$(id -u)" = 0 ] || skip "not root"
	chown 65534:65534 "$T"/p.ehr* "$T/k"
	for change in "add --key-file $T/k2" "remove 2" "rotate"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr ehr-admin key $change
		same "$(stat -c '%u:%g %a' "$T/p.ehr.keys")" "65534:65534 600"
	done
}

@test "a passphrase, asked for twice, then once" {
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin key add \
		<<<$'correct horse battery\ncorrect horse battery'
	unset EHR_KEY_FILE
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-find zanz \
		<<<'correct horse battery'
	has "$output" Zanzibarre
	run -9 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-find zanz \
		<<<$'wrong horse battery\nwrong horse battery\nwrong horse battery'
	run -1 grep -q horse "$T/log"
}

@test "init leaves nothing half done" {
	cp "$T/k" "$T/before"
	run -2 --separate-stderr ehr-admin init --key-file "$T/k"
	has "$stderr" "exists already"
	cmp "$T/k" "$T/before"
	run ! ehr-admin init -d "$T/no/x.ehr" --key-file "$T/k9"
	[ ! -e "$T/k9" ]
	run ! ehr-admin init -d "$T/y.ehr" --key-file "$T/k8" --facility X --tz Nowhere
	[ ! -e "$T/k8" ] && [ ! -e "$T/y.ehr" ] && [ ! -e "$T/y.ehr.keys" ]
}

@test "health and the log tell of encryption, slots and changes of the key" {
	health() {
		ehr-admin health --quick "$@" |
			awk '/^(encrypted|key_|plain_)/ { printf "%s ", $2 }
				END { print "" }'
	}
	same "$(health)" "1 1 1 0 0 0 "
	ehr-admin key add --key-file "$T/k2"
	now=$(date +%s)
	ehr-admin key rotate
	read -r encrypted slots generation rotated pending left < <(health)
	same "$encrypted $slots $generation $pending $left" "1 2 2 0 0"
	[ "$rotated" -ge "$now" ] && [ "$rotated" -le "$(date +%s)" ]
	run -0 ehr-admin health --quick --prometheus
	has "$output" "ehr_key_rotated_timestamp_seconds $rotated"
	mkfifo "$T/late" # a rotation that waits is pending
	ehr-import --source late "$T/late" &
	exec 4>"$T/late"
	opened "$T/p.ehr"
	run -6 ehr-admin key rotate --wait 0
	read -r encrypted slots generation rotated pending left < <(health)
	same "$generation $rotated $pending" "3 0 1"
	exec 4>&-
	wait
	run -0 ehr-admin key rotate
	ehr-admin key remove 2
	run -0 ehr-audit log
	same "$(cut -f 8 <<<"$output" | grep -E '^(init|key)' | xargs)" \
		"init:encrypted key-add:2 key-rotate:2 key-rotated:2 key-rotate:3 key-rotated:3 key-remove:2"

	plain_record -d "$T/plain.ehr"
	same "$(health -d "$T/plain.ehr")" "0 0 0 0 0 0 "
	touch "$T/plain.ehr-encrypt"
	same "$(health -d "$T/plain.ehr")" "0 0 0 0 0 1 "
	ehr-admin encrypt -q -d "$T/plain.ehr" --key-file "$T/k"
	same "$(health -d "$T/plain.ehr")" "1 1 1 0 0 0 "
	run -0 ehr-audit log -d "$T/plain.ehr"
	same "$(cut -f 8 <<<"$output" | grep -E '^(init|enc)' | xargs)" "init:plain encrypt"
}
