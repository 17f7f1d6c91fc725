load helper

# An encrypted record with a chart in it.
setup() {
	export EHR_DB=$T/p.ehr EHR_KEY_FILE=$T/k B=$T/backups
	unset XDG_RUNTIME_DIR
	ehr-admin init --key-file "$T/k"
	patient one
}

patient() { # ID: one more
	ehr-import - <<<"{\"resourceType\":\"Patient\",\"id\":\"$1\",\"name\":[{\"family\":\"Zanzibarre\"}]}"
}

backup() { # OPTION...: prints the id
	ehr-admin backup -v "$B" "$@" 2>&1 | sed -n 's/^ehr-admin: \([^:]*\): .* pages.*/\1/p'
}

# size and root of the log in a manifest, as `ehr-audit verify` prints them.
log_of() { sed -n 's/^audit \(.*\) \(.*\)/\1\t\2/p' "$B/$1.backup"; }

@test "each backup of a chain restores to its own moment" {
	declare -A log all
	ids=()
	for name in two three four; do
		id=$(backup)
		ids+=("$id")
		log[$id]=$(log_of "$id")
		ehr-export --all >"$T/$id.ndjson"
		patient "$name"
	done
	run -0 ehr-admin backup list "$B"
	same "$(cut -f 1,3,9 <<<"$output")" "${ids[0]}		whole
${ids[1]}	${ids[0]}	whole
${ids[2]}	${ids[1]}	whole"
	for id in "${ids[@]}"; do
		run -0 --separate-stderr ehr-admin restore "$B" --id "$id" -d "$T/r.ehr"
		has "$stderr" "$id"
		run -0 ehr-audit verify -d "$T/r.ehr"
		same "$output" "${log[$id]}"
		ehr-export -d "$T/r.ehr" --all >"$T/again"
		cmp "$T/again" "$T/$id.ndjson"
		rm "$T"/r.ehr*
	done
	run -0 ehr-admin backup verify "$B"
	run -0 ehr-admin backup verify "$B" "${ids[0]}"
}

@test "the restored record goes on, and its backups with it" {
	backup
	patient two
	backup
	ehr-admin restore -q "$B" -d "$T/r.ehr"
	same "$(stat -c %a "$T/r.ehr" "$T/r.ehr.keys" | tr '\n' ' ')" "600 600 "
	EHR_DB=$T/r.ehr
	patient three
	run -0 ehr-admin check
	run -0 ehr-admin backup "$B"
	same "$output" ""
	same "$(ehr-admin backup list "$B" | wc -l)" 3
	# keys of its own
	run ! cmp -s "$T/r.ehr.keys" "$T/p.ehr.keys"
}

@test "whoever can open the record can restore it, nobody else" {
	ehr-admin key add --key-file "$T/k2"
	backup
	EHR_KEY_FILE=$T/k2 run -0 ehr-admin restore -q "$B" -d "$T/r.ehr"
	EHR_KEY_FILE=$T/k2 run -0 ehr-find -d "$T/r.ehr" zanz
	printf 'EHR-KEY-1 %064d\n' 1 >"$T/other"
	chmod 400 "$T/other"
	EHR_KEY_FILE=$T/other run -9 --separate-stderr ehr-admin restore "$B" -d "$T/s.ehr"
	[ ! -e "$T/s.ehr" ] && [ ! -e "$T/s.ehr.keys" ]
	run -1 grep -rqi zanzibarre "$B"
}

@test "a plain record has plain backups only when they are asked for" {
	EHR_DB=$T/plain.ehr
	ehr-admin init -q --plain
	patient one
	run -2 --separate-stderr ehr-admin backup "$B"
	has "$stderr" "--plain"
	[ ! -e "$B" ]
	run -0 --separate-stderr ehr-admin backup --plain "$B"
	has "$stderr" "not encrypted"
	patient two
	run -0 ehr-admin backup -q --plain "$B"
	run -0 --separate-stderr ehr-admin restore "$B" -d "$T/r.ehr"
	has "$stderr" "not encrypted"
	run -0 ehr-find -d "$T/r.ehr" zanz
	same "${#lines[@]}" 2
}

@test "damage is told, by what and where" {
	one=$(backup) && patient two && two=$(backup)
	cp -a "$B" "$T/whole"
	try() { # WHAT CODE TEXT: restoring says so, and leaves nothing
		run "-$2" --separate-stderr ehr-admin restore "$B" -d "$T/r.ehr"
		has "$stderr" "$3"
		[ ! -e "$T/r.ehr" ] && [ ! -e "$T/r.ehr.keys" ] && [ ! -e "$T/.r.ehr.restore" ]
		rm -r "$B" && cp -a "$T/whole" "$B"
	}
	printf x | dd of="$B/$one.pages" bs=1 seek=70000 conv=notrunc status=none
	try flipped 7 "$one.pages: chunk 2 is not what was written there"
	truncate -s 70000 "$B/$two.pages"
	try short 7 "$two: $B/$two.pages has 70000 bytes"
	sed -i 's/^stored .*/stored 1/' "$B/$two.backup"
	try manifest 7 "$two: the manifest was changed"
	sed -i '/^page /d' "$B/$two.backup"
	run -0 ehr-admin backup list "$B"
	has "$output" "$two: the manifest is faulty (page)"
	ehr-admin restore -q "$B" -d "$T/old.ehr" # the one before
	cp "$T/whole/$two.backup" "$B/"
	rm "$B/$one.backup"
	try chain 7 "$two: the chain is broken: it builds on $one, which is not here"
	rm "$B/$one.pages"
	try pages 7 "$one.pages is missing"
	rm "$B/$two.keys"
	try keys 7 "$two.keys is missing"
	# another increment in the place of this one
	patient three && three=$(backup)
	cp "$B/$two.pages" "$B/$three.pages"
	run -7 ehr-admin backup verify "$B" "$three"
}

@test "a broken chain begins anew" {
	one=$(backup) && patient two && backup
	rm "$B/$one.pages"
	run -0 --separate-stderr ehr-admin backup -v "$B"
	has "$stderr" "$one: $B/$one.pages is missing"
	run -0 ehr-admin restore -q "$B" -d "$T/r.ehr"
	rm "$B"/*.hashes
	run -0 --separate-stderr ehr-admin backup -v "$B"
	has "$stderr" "all pages are taken"
}

@test "destroy takes the key, and what builds on it" {
	one=$(backup) && patient two && two=$(backup) && full=$(backup --full)
	run -0 ehr-admin backup destroy -n "$B" "$one"
	same "$(cut -f 1 <<<"$output")" "$two
$one"
	same "$(ehr-admin backup list "$B" | wc -l)" 3
	run -0 ehr-admin backup destroy "$B" "$one"
	same "$(ehr-admin backup list "$B" | cut -f 1)" "$full"
	same "$(find "$B" -name "$one*" -o -name "$two*")" ""
	run -4 ehr-admin backup destroy "$B" "$one"
	# by hand
	rm "$B/$full.keys" "$B/$full.hashes"
	run -7 ehr-admin restore "$B" -d "$T/r.ehr"
}

@test "point in time: --at, and what it leaves out" {
	one=$(backup)
	at=$(sed -n 's/^time //p' "$B/$one.backup")
	patient two && two=$(backup)
	run -0 --separate-stderr ehr-admin restore "$B" --at "$at" -d "$T/r.ehr"
	has "$stderr" "later backups here, the last one $two, have 2 more events"
	run -0 ehr-find -d "$T/r.ehr" zanz
	same "${#lines[@]}" 1
	run -4 ehr-admin restore "$B" --at 2020 -d "$T/s.ehr"
	run -2 ehr-admin restore "$B" --at 2020 --id "$one" -d "$T/s.ehr"
}

@test "restore overwrites nothing" {
	backup
	patient two
	run -2 --separate-stderr ehr-admin restore "$B"
	has "$stderr" "exists already"
	run -0 ehr-admin restore -q --force "$B"
	run -0 ehr-find zanz
	same "${#lines[@]}" 1
	run -0 ehr-find -d "$T/p.ehr.old" zanz
	same "${#lines[@]}" 2
	# what was put aside may be the only copy
	run -2 --separate-stderr ehr-admin restore -q --force "$B"
	has "$stderr" "p.ehr.old: put aside by an earlier restore"
	run -0 ehr-find -d "$T/p.ehr.old" zanz
	same "${#lines[@]}" 2
}

@test "a dry run and a failure leave nothing, a lock is kept to" {
	run -0 --separate-stderr ehr-admin backup -n -v "$B"
	has "$stderr" " pages"
	[ ! -e "$B" ]
	backup
	find "$B" | sort >"$T/before"
	(
		flock 9
		run -6 --separate-stderr ehr-admin backup "$B"
		has "$stderr" "another command"
	) 9<"$B"
	: >"$B/.20260101T000000Z-00000000.pages.abcdef"
	: >"$B/20260101T000000Z-00000000.pages"
	run -0 ehr-admin backup prune "$B" --keep 5
	find "$B" | sort | diff - "$T/before"
}

@test "no room: the old backups stay whole" {
	[[ $EHR_BUILD != *san* ]] || skip "sanitized build"
	strace -f -qq -o /dev/null true || skip "strace cannot trace here"
	backup
	find "$B" | sort >"$T/before"
	for n in 1 2 3 4 5 6 7 8; do # file and folder of its four files
		run -6 --separate-stderr strace -f -qq -o /dev/null \
			-e "inject=fsync:error=ENOSPC:when=$n" \
			ehr-admin backup --no-verify "$B"
		has "$stderr" "No space left"
		find "$B" | sort | diff - "$T/before"
	done
	run -6 --separate-stderr bash -c 'ulimit -f 100; trap "" XFSZ
		ehr-admin backup --full "$B"'
	find "$B" | sort | diff - "$T/before"
	run -0 ehr-admin backup verify "$B"
}

@test "a manifest that cannot be read is not one that is not there" {
	ehr-admin backup "$B"
	ehr-admin backup --full "$B"
	mapfile -t id < <(ehr-admin backup list "$B" -o tsv | cut -f 1)
	mv "$B/${id[1]}.backup" "$T/away"
	mkdir "$B/${id[1]}.backup"
	for wants_all in "prune $B --keep 1" "destroy $B ${id[0]}" "verify $B"; do
		# shellcheck disable=SC2086
		run -6 --separate-stderr ehr-admin backup $wants_all
		has "$stderr" "${id[1]}: the manifest cannot be read"
	done
	run -6 --separate-stderr ehr-admin restore "$B" -d "$T/r.ehr"
	run -6 --separate-stderr ehr-admin backup verify "$B" "${id[1]}"
	run -0 --separate-stderr ehr-admin backup verify "$B" "${id[0]}"
	rmdir "$B/${id[1]}.backup"
	: > "$B/${id[1]}.backup"
	run -7 --separate-stderr ehr-admin backup verify "$B" "${id[1]}"
	mv "$T/away" "$B/${id[1]}.backup"
	run -0 --separate-stderr ehr-admin backup verify "$B"
}

@test "prune keeps what its rule names and what that builds on" {
	ids=()
	for i in 1 2 3 4; do
		[ "$i" = 3 ] && how=--full || how=
		ids+=("$(backup $how)")
		patient "p$i"
	done
	run -2 ehr-admin backup prune "$B" --keep 5x
	run -2 ehr-admin backup prune "$B"
	run -0 ehr-admin backup prune "$B" -n --keep 2
	same "$(cut -f 1 <<<"$output")" "${ids[1]}
${ids[0]}"
	run -0 ehr-admin backup "$B" --keep 1
	same "$(ehr-admin backup list "$B" | cut -f 1 | head -n 2)" "${ids[2]}
${ids[3]}"
	same "$(ehr-admin backup list "$B" | wc -l)" 3
}

# Gives the one plain backup another time, and the digest that goes with it.
set_time() {
	python3 - "$B"/*.backup "$1" <<-'END'
	import hashlib, re, sys
	text = open(sys.argv[1]).read()
	text = re.sub('(?m)^time .*', 'time ' + sys.argv[2], text)
	text = text[:text.index('mac ')]
	mac = hashlib.sha256(text.encode()).hexdigest()
	open(sys.argv[1], 'w').write(text + 'mac ' + mac + '\n')
	END
}

@test "a clock that was put back: the last backup is the newest all the same" {
	for time in 2099-01-01T00:00:00.000Z 9999-12-31T23:59:59.999Z; do
		rm -rf "$T"/p.ehr* "$B"
		plain_record
		patient one
		ehr-admin backup -q --plain "$B"
		set_time "$time"
		run -0 ehr-admin backup list "$B"
		has "$output" "$time"
		has "$output" whole
		patient two
		run -0 --separate-stderr ehr-admin backup -v --plain "$B"
		[[ $time = 9* ]] || has "$stderr" "the clock is behind the last backup here"
		run -0 ehr-admin backup list "$B"
		same "$(cut -f 9 <<<"$output" | sort | uniq -c | xargs)" "2 whole"
	done
	rm -rf "$T"/p.ehr* "$B"
	plain_record
	patient one
	ehr-admin backup -q --plain "$B"
	set_time 2099-01-01T00:00:00.000Z
	patient two
	ehr-admin backup -q --plain --full --keep 1 "$B"
	run -0 --separate-stderr ehr-admin restore -q "$B" -d "$T/r.ehr"
	run -0 ehr-find -d "$T/r.ehr" zanz
	same "${#lines[@]}" 2
}

@test "a folder that cannot be read to its end loses nothing" {
	plain_build
	strace -f -qq -o /dev/null true || skip "strace cannot trace here"
	backup
	find "$B" | sort >"$T/before"
	run -6 --separate-stderr strace -f -qq -o /dev/null \
		-e inject=getdents64:error=EIO:when=1 ehr-admin backup "$B"
	has "$stderr" "$B: "
	find "$B" | sort | diff - "$T/before"
	run -0 ehr-admin backup verify "$B"
}

@test "only a backup makes a folder; what changes one is alone there" {
	for verb in "prune --keep 1" "verify" "destroy"; do
		read -ra words <<<"$verb"
		[ "$verb" != destroy ] || words+=("$T/none" 20260101T000000Z-00000000)
		[ "$verb" = destroy ] || words+=("$T/none")
		run -4 --separate-stderr ehr-admin backup "${words[@]}"
		has "$stderr" "$T/none: no such folder"
		[ ! -e "$T/none" ]
	done
	backup
	(
		flock 9
		run -6 --separate-stderr ehr-admin backup verify "$B"
		has "$stderr" "another command is changing backups here"
	) 9<"$B"
	run -0 ehr-admin backup verify "$B"
}

@test "restore: one at a time, and what came meanwhile stays" {
	plain_build
	backup
	mkdir "$T/new"
	(
		flock 9
		run -6 --separate-stderr ehr-admin restore "$B" -d "$T/new/r.ehr"
		has "$stderr" "$T/new/r.ehr: another command"
	) 9<"$T/new"
	same "$(ls -A "$T/new")" ""
	strace -f -qq -o /dev/null true || skip "strace cannot trace here"
	strace -f -qq -o /dev/null -e trace=fsync,fdatasync \
		-e inject=fsync,fdatasync:delay_enter=3000000:when=1 \
		ehr-admin restore -q "$B" -d "$T/new/r.ehr" 2>"$T/said" &
	for _ in {1..100}; do
		[ -z "$(ls -A "$T/new")" ] || break
		sleep 0.05
	done
	echo mine >"$T/new/r.ehr"
	code=0
	wait $! || code=$?
	same "$code" 2
	has "$(cat "$T/said")" "$T/new/r.ehr: exists already"
	same "$(cat "$T/new/r.ehr")" mine
	same "$(ls -A "$T/new")" r.ehr
}
