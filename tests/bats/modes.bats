load helper

# Who may read the files of a record, and what is refused.

setup() {
	unset XDG_RUNTIME_DIR
	export EHR_DB=$T/p.ehr EHR_KEY_FILE=$T/k
	umask 022
}

encrypted() { ehr-admin init --key-file "$T/k"; }

@test "no mask lets anybody else at a new record, its slots or its key" {
	for mask in 000 022 002 077; do
		(umask "$mask" && encrypted)
		same "$(stat -c %a "$T/p.ehr" "$T/p.ehr.keys" "$T/k" |
			tr '\n' ' ')" "600 600 400 "
		rm "$T"/p.ehr* "$T/k"
	done
}

@test "another login reads nothing of a record at work" {
	[ "$(id -u)" = 0 ] || skip "not root"
	umask 000
	chmod 755 "$T/../.." "$T/.." "$T"
	encrypted
	mkfifo "$T/fifo"
	ehr-import -q "$T/fifo" 3>&- &
	exec 4>"$T/fifo"
	printf '{"resourceType":"Patient","id":"a"}\n' >&4
	until [ -e "$T/p.ehr-shm" ]; do sleep 0.05; done
	other() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
	run -0 other ls "$T" # the folder is no help
	for file in p.ehr p.ehr-wal p.ehr-shm p.ehr-lock p.ehr.keys k; do
		[ -e "$T/$file" ]
		run ! other cat "$T/$file"
	done
	exec 4>&-
	wait
	run -0 ehr-audit verify
}

@test "record, slots, key file: modes that let others in are refused" {
	encrypted
	for file in p.ehr p.ehr.keys k; do
		own=$(stat -c %a "$T/$file")
		for mode in 600 400 700; do
			chmod "$mode" "$T/$file"
			run -0 ehr-audit verify
		done
		for mode in 601 602 604 606 610 620 640 660 644 666 777; do
			chmod "$mode" "$T/$file"
			run -5 --separate-stderr ehr-audit verify
			same "$stderr" "ehr-audit: $T/$file: mode 0$mode lets others in (chmod go= it)"
		done
		chmod "$own" "$T/$file"
	done
	run -0 ehr-audit verify
}

@test "a plain record that others may read is refused as well" {
	ehr-admin init -q --plain
	chmod 640 "$T/p.ehr"
	run -5 --separate-stderr ehr-audit verify
	chmod 600 "$T/p.ehr"
	run -0 ehr-audit verify
}

@test "a link is followed to a record, not to slots or a key file" {
	encrypted
	mkdir "$T/d"
	ln -s "$T/p.ehr" "$T/d/link.ehr"
	run -0 ehr-audit verify -d "$T/d/link.ehr"
	[ ! -e "$T/d/link.ehr-lock" ]
	mv "$T/k" "$T/d/k"
	ln -s "$T/d/k" "$T/k"
	run -5 --separate-stderr ehr-audit verify
	same "$stderr" "ehr-audit: $T/k: is a symbolic link"
	mv "$T/d/k" "$T/k"
	mv "$T/p.ehr.keys" "$T/d/s"
	ln -s "$T/d/s" "$T/p.ehr.keys"
	run -5 --separate-stderr ehr-audit verify
	same "$stderr" "ehr-audit: $T/p.ehr.keys: is a symbolic link"
}

@test "links in place of what stands beside a record are not written through" {
	encrypted
	printf 'precious\n' >"$T/victim"
	for end in wal journal shm lock; do
		ln -sf "$T/victim" "$T/p.ehr-$end"
		run ehr-admin config set practice.name X
		same "$(cat "$T/victim")" precious
		rm -f "$T/p.ehr-$end"
	done
	run -0 ehr-audit verify
}

# The check and the use are of the same open file: whichever of the two a name
# leads to at the moment, the one that lets others in is never used.
@test "a slot file that is swapped under way is refused or good" {
	encrypted
	cp "$T/p.ehr.keys" "$T/good"
	chmod 600 "$T/good"
	cp "$T/good" "$T/open"
	chmod 644 "$T/open"
	(
		while [ ! -e "$T/stop" ]; do
			for one in open good; do
				cp -p "$T/$one" "$T/next" &&
					mv "$T/next" "$T/p.ehr.keys"
			done
		done
	) 3>&- &
	swapper=$!
	good=0 refused=0
	for i in $(seq 60); do
		rc=0
		ehr-audit verify >/dev/null 2>"$T/err" || rc=$?
		case $rc in
		0) good=$((good + 1)) ;;
		5) refused=$((refused + 1)) && grep -q "lets others in" "$T/err" ;;
		*) cat "$T/err" && false ;;
		esac
	done
	touch "$T/stop"
	wait "$swapper"
	same "$((good + refused))" 60
}

@test "what is wrong with a record: each with its exit code" {
	encrypted
	EHR_KEYS=$T/none run -9 --separate-stderr ehr-audit verify
	has "$stderr" "no key slots here"
	EHR_DB=$T/none run -9 --separate-stderr ehr-audit verify
	has "$stderr" "no such file"
	printf 'Dear Sir or Madam,\n' >"$T/letter"
	EHR_DB=$T/letter run -9 --separate-stderr ehr-audit verify
	has "$stderr" "not an ehr file"
	: >"$T/p.ehr"
	run -7 --separate-stderr ehr-audit verify
	has "$stderr" "not encrypted, but"
}
