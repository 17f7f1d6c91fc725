load helper

# Guarded mode with several users: each command in a mount namespace of its own,
# whose /etc/passwd and /etc/group know nina, fred and the group ehr.

setup() {
	[ "$(id -u)" = 0 ] || skip "several users: not root"
	G=$(mktemp -d "${TMPDIR:-/tmp}/guard.XXXXXX")
	chmod 755 "$G"
	mkdir "$G/bin" "$G/srv" "$G/nina"
	cp "${EHR_BIN:-$EHR_TOP/bin}"/ehr* "$G/bin"
	chown 2001:2001 "$G/nina"
	chmod 700 "$G/srv"
	{ cat /etc/passwd; echo 'nina:x:2001:2001::/:/bin/sh'
		echo 'fred:x:2002:2002::/:/bin/sh'; } >"$G/passwd"
	{ cat /etc/group; echo 'ehr:x:2100:'; echo 'nina:x:2001:'
		echo 'fred:x:2002:'; } >"$G/group"
	as nina true || skip "several users: no mount namespaces here"
	export EHR_DB=$G/srv/p.ehr EHR_KEY_FILE=$G/srv/key
	as root ehr-admin init --key-file "$EHR_KEY_FILE"
	as root ehr-import -q - <<-'END'
	{"resourceType":"Patient","id":"a","name":[{"family":"Smith"}]}
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"text":"Hypertension"}}
	END
	as root ehr-admin staff add nina --name Nina --role nurse
	as root ehr-admin staff add fred --name Fred --role front-desk
	as root ehr-admin guard on
}

teardown() {
	[ -z "${G:-}" ] || rm -rf "$G"
}

# as USER COMMAND...
as() {
	local user=$1 uid=0
	shift
	case $user in nina) uid=2001 ;; fred) uid=2002 ;; eve) uid=2003 ;; esac
	PATH=$G/bin:$PATH unshare -m bash -c '
		mount --bind "$1/passwd" /etc/passwd &&
		mount --bind "$1/group" /etc/group || exit 99
		cd "$1" && shift && exec setpriv --reuid="$1" --regid="$1" \
			--clear-groups -- "${@:2}"' - "$G" "$uid" "$@"
}

@test "a user reads what the role allows, and not the file" {
	run -0 --separate-stderr as nina ehr-chart show a
	has "$output" Hypertension
	run -1 --separate-stderr as fred ehr-chart show a
	has "$stderr" "withheld: 1 clinical"
	run -5 --separate-stderr as eve ehr-chart show a
	has "$stderr" "uid 2003 is not on the staff of this record"
	for file in "$EHR_DB" "$EHR_DB.keys" "$EHR_KEY_FILE" "$G/srv"; do
		run ! as nina cat "$file"
		run ! as nina ls "$file"
	done
	# A copy of a tool is not setgid.
	run -0 as nina cp "$G/bin/ehr-chart" "$G/nina/ehr-chart"
	run -9 --separate-stderr as nina "$G/nina/ehr-chart" show a
	has "$stderr" "no such file"
}

@test "a user writes as the role allows, and others read it" {
	run -0 --separate-stderr as nina ehr-edit add condition a text=Gout
	run -5 --separate-stderr as fred ehr-edit add condition a text=Gout
	run -0 --separate-stderr as nina ehr-chart show a
	has "$output" Gout
	run -0 --separate-stderr as root ehr-chart show a
	has "$output" Gout
	run -0 --separate-stderr as root ehr-audit log -o tsv
	has "$output" $'\tnina\tehr-edit\tcreate\tok'
	run -0 --separate-stderr as root ehr-admin check
	run -0 --separate-stderr as root ehr-audit verify
}

@test "files that the caller names are opened with the caller's rights" {
	echo '{"resourceType":"Patient","id":"x"}' >"$G/srv/in.json"
	chown root:2100 "$G/srv/in.json"
	chmod 640 "$G/srv/in.json"
	as root ehr-admin staff add nina --name Nina --role nurse,service
	# The record, its key and a neighbour as input.
	for file in p.ehr p.ehr.keys key in.json; do
		run -6 --separate-stderr as nina ehr-import -q "$G/srv/$file"
		same "$output" ""
		has "$stderr" "Permission denied"
	done
	# Output beside the record, and over it.
	run -6 --separate-stderr as nina ehr-export -O "$G/srv/out" a
	run -6 --separate-stderr as nina ehr-export --force -O "$EHR_DB" a
	[ ! -e "$G/srv/out" ]
	run -0 --separate-stderr as nina ehr-chart show a
	# In a place of the caller's it belongs to the caller alone.
	run -0 --separate-stderr as nina ehr-export -O "$G/nina/out" a
	same "$(stat -c %u:%g "$G/nina/out")" 2001:2001
}

@test "a record of the caller's own is no way in" {
	as root ehr-chart show a >/dev/null
	export EHR_DB=$G/nina/n.ehr
	unset EHR_KEY_FILE
	for end in -lock -wal -journal -shm -rekey .keys; do
		for target in p.ehr new; do
			rm -f "$G"/nina/n.ehr*
			as nina ehr-admin init -q --plain
			ln -sf "$G/srv/$target" "$EHR_DB$end"
			run as nina ehr-import -q - \
				<<<'{"resourceType":"Patient","id":"n"}'
			run as nina ehr-admin vacuum
			run as nina ehr-admin encrypt --key-file "$G/nina/key"
			[ ! -e "$G/srv/new" ]
		done
	done
	# A folder that is linked is the one that it is.
	ln -s "$G/srv" "$G/nina/there"
	export EHR_KEY_FILE=$G/srv/key
	run -0 --separate-stderr as nina ehr-chart show -d "$G/nina/there/p.ehr" a
	EHR_DB=$G/srv/p.ehr run -0 --separate-stderr as root ehr-admin check
}

@test "no program that is started has the group" {
	cat >"$G/editor" <<-END
	#!/bin/sh
	grep Gid /proc/self/status >$G/nina/gid
	cat $EHR_DB >$G/nina/stolen
	exit 1
	END
	chmod 755 "$G/editor"
	# An editor is only started on a terminal.
	printf '' | SHELL=$BASH script -qec "$(declare -p G PATH EHR_DB \
		EHR_KEY_FILE | sed 's/$/;/'; declare -f as)
		export EHR_DB EHR_KEY_FILE; as nina env HOME=$G/nina EDITOR=$G/editor ehr-edit edit Condition/c" \
		/dev/null || true
	same "$(tr -s '\t ' ' ' <"$G/nina/gid")" "Gid: 2001 2001 2001 2001"
	[ ! -s "$G/nina/stolen" ]
}

@test "the group is put aside while a tool works" {
	mkfifo "$G/fifo"
	chmod 666 "$G/fifo"
	as root ehr-admin staff add nina --name Nina --role service
	as nina ehr-import -q "$G/fifo" 3>&- &
	exec 4>"$G/fifo"
	for _ in {1..50}; do
		pid=$(pgrep -u 2001 -x ehr-import) && break
		sleep 0.1
	done
	# Real, effective, saved, of every thread.
	for task in /proc/"$pid"/task/*; do
		same "$(awk '/^Gid/ { print $2, $3, $4 }' "$task/status")" \
			"2001 2001 2100"
	done
	printf '{"resourceType":"Patient","id":"b"}\n' >&4
	exec 4>&-
	wait
	run -0 --separate-stderr as root ehr-chart show b
}

@test "libraries and places of the environment do not count" {
	printf 'int x;\n' | gcc -shared -x c -o "$G/evil.so" - 2>/dev/null
	run -0 --separate-stderr as nina env LD_PRELOAD="$G/evil.so" \
		LD_DEBUG=files ehr-find smith
	[[ $stderr != *evil.so* ]]
	# An agent of the caller's is not asked, nor given a key.
	run -0 --separate-stderr as nina env EHR_AGENT="$G/nina/agent" \
		ehr-find smith
	unset EHR_KEY_FILE
	run -9 --separate-stderr as nina ehr-find smith
}

@test "status, health, off" {
	run -0 --separate-stderr as root ehr-admin guard status
	[[ $output != *"not guarded"* ]]
	has "$output" $'/srv/p.ehr\trecord\tguarded'
	has "$output" $'/bin/ehr-chart\ttool\tguarded'
	run -0 --separate-stderr as root ehr-admin health
	has "$output" $'mode\tguarded'
	run -5 --separate-stderr as nina ehr-admin guard off
	chmod g-s "$G/bin/ehr-find"
	run -1 --separate-stderr as root ehr-admin guard status
	has "$output" $'/bin/ehr-find\ttool\tnot guarded'
	run -0 --separate-stderr as root ehr-admin guard off
	same "$(stat -c %a:%g "$EHR_DB" "$G/srv" "$G/bin/ehr-chart" | tr '\n' ' ')" \
		"600:0 700:0 755:0 "
	run -9 --separate-stderr as nina ehr-find smith
	run -0 --separate-stderr as root ehr-admin health
	has "$output" $'mode\tsingle user'
	mkdir -m 1777 "$G/shared"
	as root ehr-admin init -q --plain -d "$G/shared/q.ehr"
	run -2 --separate-stderr as root ehr-admin guard on -d "$G/shared/q.ehr"
	has "$stderr" "a folder of root's own"
}
