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

# Everything that stands in the folder, by content and mode.
standing() {
	(cd "$G/srv" && stat -c '%n %U:%g %a %s' -- * && sha256sum -- *)
}

@test "what is for administrators or root is refused to others, and changes nothing" {
	as root ehr-admin check >/dev/null
	before=$(standing | grep -v -e '^p.ehr ' -e ' p.ehr$')
	log=$(as root ehr-audit log -o tsv | wc -l)
	tried=0
	while read -r tool line; do
		# shellcheck disable=SC2086
		run --separate-stderr as nina "$tool" $line
		same "$tool $line: exit $status" "$tool $line: exit 5"
		same "$output" ""
		has "$stderr" "$tool: "
		tried=$((tried + 1))
	done <<-END
	ehr-admin guard on
	ehr-admin guard off
	ehr-admin guard off -n
	ehr-admin key add --recovery
	ehr-admin key add --key-file $G/nina/k
	ehr-admin key remove 1
	ehr-admin key rotate
	ehr-admin key rotate -n
	ehr-admin config set a.b c
	ehr-admin config unset a.b
	ehr-admin staff add nina --name Nina --role administrator
	ehr-admin staff totp enroll nina
	ehr-admin facility add North --tz UTC
	ehr-admin sensitive add a --kind vip --reason x
	ehr-admin hold add a --reason x
	ehr-admin purge a --reason x
	ehr-admin register add device Laptop --who Ann
	ehr-admin reindex
	ehr-admin vacuum
	ehr-admin optimize
	ehr-admin backup $G/nina/bk
	ehr-audit log
	ehr-audit verify
	ehr-audit signer new $G/nina/signer
	END
	same "$tried" 24
	same "$(ls -A "$G/nina")" ""
	same "$(standing | grep -v -e '^p.ehr ' -e ' p.ehr$')" "$before"
	# What got as far as the record is in its log, as refused.
	run -0 --separate-stderr as root ehr-audit log -o tsv
	[ "$(wc -l <<<"$output")" -gt $((log + 10)) ]
	same "$(tail -n +$((log + 1)) <<<"$output" | cut -f 3,6 | sort -u)" \
		$'nina\trefused\nroot\tok'
	run -0 --separate-stderr as root ehr-admin key list
	same "${#lines[@]}" 1
}

@test "a key file of the group is taken as long as the group is nobody's" {
	same "$(stat -c '%u:%g %a' "$EHR_KEY_FILE")" "0:2100 440"
	run -0 --separate-stderr as root ehr-chart show a
	run -0 --separate-stderr as nina ehr-chart show a
	refused() { # of whom, mode
		chown "$1" "$EHR_KEY_FILE"
		chmod "$2" "$EHR_KEY_FILE"
		for user in root nina; do
			run -5 --separate-stderr as "$user" ehr-chart show a
			has "$stderr" "$EHR_KEY_FILE: "
		done
		chown 0:2100 "$EHR_KEY_FILE"
		chmod 440 "$EHR_KEY_FILE"
	}
	refused 0:2100 444
	refused 0:2100 441
	run -0 --separate-stderr as root ehr-chart show a
	chown 0:2001 "$EHR_KEY_FILE" # another group, which cannot be told by its mode
	run -5 --separate-stderr as root ehr-chart show a
	has "$stderr" "$EHR_KEY_FILE: mode 0440 lets others in"
	chown 0:2100 "$EHR_KEY_FILE"
	# Somebody is made a member: files of the group are theirs to read.
	sed -i 's/^ehr:.*/&fred/' "$G/group"
	run -5 --separate-stderr as root ehr-chart show a
	has "$stderr" "lets others in"
	run -1 --separate-stderr as root ehr-admin guard status
	has "$stderr" "group ehr has members"
	has "$output" $'\tnot guarded'
}

@test "guard on: not with members, nor where others can change the folders" {
	as root ehr-admin guard off
	before=$(standing)
	refused() { # TEXT
		run -2 --separate-stderr as root ehr-admin guard on
		has "$stderr" "$1"
		same "$(standing)" "$before"
		same "$(stat -c %a "$G/bin/ehr-chart")" 755
	}
	cp "$G/group" "$G/group.before"
	sed -i 's/^ehr:.*/&fred/' "$G/group"
	refused "group ehr has members"
	cat "$G/group.before" >"$G/group"
	sed -i 's/^fred:x:2002:2002/fred:x:2002:2100/' "$G/passwd"
	refused "group ehr has members"
	sed -i 's/^fred:x:2002:2100/fred:x:2002:2002/' "$G/passwd"
	for owner in 2001:0 0:2001; do # the tools', the record's, one above both
		for folder in bin srv .; do
			[ "$owner $folder" != "0:2001 srv" ] || continue
			mode=$(stat -c %a "$G/$folder")
			chown "$owner" "$G/$folder"
			[ "$owner" = 2001:0 ] || chmod g+w "$G/$folder"
			refused "a folder of root's own"
			chmod "$mode" "$G/$folder"
			chown 0:0 "$G/$folder"
		done
	done
	run -0 --separate-stderr as root ehr-admin guard on -n
	same "$(standing)" "$before"
	run -0 --separate-stderr as root ehr-admin guard on
	run -0 --separate-stderr as nina ehr-chart show a
	# Moved to where somebody else could put another one in its place.
	mkdir "$G/nina/in"
	chown 2001 "$G/nina/in"
	mv "$G/srv" "$G/nina/in/srv"
	run -9 --separate-stderr as nina env EHR_KEY_FILE="$G/nina/in/srv/key" \
		ehr-chart show a -d "$G/nina/in/srv/p.ehr"
}

@test "a change of the data key that was cut off goes on in guarded mode" {
	mkfifo "$G/late"
	as root ehr-import -q --source late "$G/late" 3>&- &
	exec 4>"$G/late"
	until [ -e "$EHR_DB-shm" ]; do sleep 0.05; done
	run -6 --separate-stderr as root ehr-admin key rotate --wait 0
	[ -e "$EHR_DB-rekey" ]
	as root ehr-admin guard off
	exec 4>&-
	wait
	as root ehr-admin guard on
	run -0 --separate-stderr as nina ehr-chart show a
	run -0 --separate-stderr as root ehr-admin key rotate
	run -0 --separate-stderr as nina ehr-chart show a
}

@test "who is asked for a passphrase is asked without the group" {
	pass="correct horse battery"
	as root "$BATS_TEST_DIRNAME/on-tty" "$G/tty" ehr-admin key add \
		<<<"$pass"$'\n'"$pass"
	EHR_KEY_FILE='' as nina "$BATS_TEST_DIRNAME/on-tty" "$G/nina/tty" \
		ehr-chart show a <<<"$pass" >"$G/shown" 3>&- &
	with=0 without=0 # while it works on the passphrase
	while kill -0 $! 2>/dev/null; do
		for pid in $(pgrep -u 2001 -x ehr-chart); do
			case $(awk '/^Gid/ { print $3 }' "/proc/$pid/status" 2>&1) in
			2100) with=$((with + 1)) ;;
			2001) without=$((without + 1)) ;;
			esac
		done
	done
	wait $!
	has "$(cat "$G/shown")" Hypertension
	[ "$without" -gt 3 ]
	[ $((with * 3)) -lt "$without" ]
}

@test "guard on that was cut off, or failed, is completed by the same again" {
	[[ $EHR_BUILD != *san* ]] || skip "sanitized build"
	as root strace -qq -o /dev/null true || skip "strace cannot trace here"
	tried=0
	for fault in fchown:signal=KILL fchown:error=EIO fchmod:signal=KILL \
		fchmod:error=EPERM; do
		for n in 1 4 9 14; do
			as root ehr-admin guard off
			rc=0
			as root strace -f -qq -o /dev/null -e "trace=${fault%%:*}" \
				-e "inject=$fault:when=$n" ehr-admin guard on \
				2>"$G/err" || rc=$?
			[[ $fault != *KILL ]] || same "$rc" 137
			# The first ones are the database's, who goes on.
			[ "$rc" != 0 ] || [ "$n" = 14 ] || continue
			[[ $fault == *KILL ]] || same "$rc" 6
			run ! as nina cat "$EHR_DB" "$EHR_KEY_FILE"
			run -1 as root ehr-admin guard status
			run -0 --separate-stderr as root ehr-admin guard on
			run -0 --separate-stderr as nina ehr-chart show a
			tried=$((tried + 1))
		done
	done
	[ "$tried" -ge 12 ]
}
