load helper

# What ehr-audit signs, proves and publishes; a second program that shares no
# code with it (tests/tools/tlog-verify) has to agree.

setup() {
	export EHR_DB=$T/p.ehr EHR_SIGNER=$T/signer
	[[ $BATS_TEST_DESCRIPTION != 'the example'* ]] || return 0
	ehr-admin init --plain
	key=$(ehr-audit signer new "$EHR_SIGNER" --name example.com/ehr |
		cut -f 1)
}

second() { # WHAT FILE...
	"$EHR_TOP/tests/tools/tlog-verify" "$key" "$@"
}

events() { # N
	for _ in $(seq "$1"); do ehr-audit show 1 >/dev/null; done
}

# FILE with the byte at OFFSET another one.
changed() { # FILE OFFSET
	python3 -c 'import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[int(sys.argv[2])] ^= 1
sys.stdout.buffer.write(b)' "$1" "$2"
}

@test "the example of tlog-tiles: a log of 70,000 events" {
	"$EHR_BUILD/tests/tools/audit-bench" "$EHR_DB" 69799 >/dev/null
	key=$(ehr-audit signer new "$EHR_SIGNER" | cut -f 1)
	run -0 --separate-stderr ehr-audit publish "$T/pub"
	same "$output$stderr" ""
	run -0 second tiles "$T/pub"
	same "${output%% *}" 70000
	same "$(find "$T/pub/tile/0" -type f -size 8192c | wc -l)" 273
	same "$(cd "$T/pub/tile" && find . -type f ! -size 8192c | sort)" \
		$'./0/273.p/112\n./1/001.p/17\n./2/000.p/1'
	[ -s "$T/pub/tile/1/000" ]
	for seq in 1 256 257 65536 65537 70000; do
		ehr-audit prove --against "$T/pub/checkpoint" $seq >"$T/proof"
		run -0 second inclusion "$T/proof"
		run -0 --separate-stderr ehr-audit verify-proof "$T/proof"
		has "$output" $'event\t'$seq$'\n'
	done
}

@test "signer: made once, its key told, kept from others" {
	same "$(stat -c %a "$EHR_SIGNER")" 600
	[[ $key == example.com/ehr+????????+A* ]]
	run -0 --separate-stderr ehr-audit signer show
	same "$output" "$key"$'\t2'
	run -2 --separate-stderr ehr-audit signer new "$EHR_SIGNER"
	run -2 --separate-stderr ehr-audit signer new "$T/s2" --name 'a b'
	run -2 --separate-stderr ehr-audit signer new "$T/s2" --name a+b
	EHR_SIGNER='' run -2 --separate-stderr ehr-audit checkpoint
	EHR_SIGNER=$T/none run -9 --separate-stderr ehr-audit checkpoint
	chmod 644 "$EHR_SIGNER"
	run -5 --separate-stderr ehr-audit checkpoint
	chmod 600 "$EHR_SIGNER"
	changed "$EHR_SIGNER" 60 >"$T/s3"
	chmod 600 "$T/s3"
	run -7 --separate-stderr ehr-audit checkpoint --signer "$T/s3"
	echo x >"$T/s3"
	run -9 --separate-stderr ehr-audit checkpoint --signer "$T/s3"
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -r '.[1].scope' <<<"$output")" signer-new
}

@test "checkpoint: both programs take it, not with a byte changed" {
	run -0 --separate-stderr ehr-audit checkpoint
	same "${lines[0]}" example.com/ehr
	same "${lines[1]}" 2
	ehr-audit checkpoint -O "$T/c"
	run -2 --separate-stderr ehr-audit checkpoint -O "$T/c"
	ehr-audit checkpoint -O "$T/c2"
	cmp "$T/c" "$T/c2"
	run -0 second checkpoint "$T/c"
	run -0 --separate-stderr ehr-audit verify --against "$T/c"
	same "${output%%$'\t'*}" 2
	for at in $(seq 0 7 "$(($(stat -c %s "$T/c") - 1))"); do
		changed "$T/c" "$at" >"$T/bad"
		run -7 --separate-stderr ehr-audit verify --against "$T/bad"
		has "$stderr" "$T/bad"
		((at % 21)) || run -1 second checkpoint "$T/bad"
	done
}

@test "an older copy of the record that is put back is found" {
	events 3
	ehr-audit witness "$T/w"
	mkdir "$T/old"
	sqlite3 "$EHR_DB" ".backup '$T/old/p.ehr'"
	cp "$EHR_SIGNER" "$T/old/signer"
	events 2
	ehr-audit witness "$T/w"
	ehr-audit checkpoint >"$T/kept"
	rm "$EHR_DB"*
	cp "$T/old/p.ehr" "$EHR_DB"
	chmod 600 "$EHR_DB"
	# as it is, and when it has grown past what was signed
	for more in 0 9; do
		events $more
		cp "$T/w" "$T/w.before"
		run -0 --separate-stderr ehr-audit verify
		for cmd in checkpoint "witness $T/w" "publish $T/pub" \
			"prove 1" "consistency 1"; do
			# shellcheck disable=SC2086
			run -7 --separate-stderr ehr-audit $cmd
			has "$stderr" "$EHR_SIGNER: "
		done
		[ ! -e "$T/pub" ]
		run -7 --separate-stderr ehr-audit verify --against "$T/kept"
		cmp "$T/w" "$T/w.before"
	done
	# the signer's file put back with it: the witness knows
	cp "$T/old/signer" "$EHR_SIGNER"
	run -0 --separate-stderr ehr-audit checkpoint
	run -7 --separate-stderr ehr-audit witness "$T/w"
	has "$stderr" "$T/w: "
	cmp "$T/w" "$T/w.before"
}

@test "a log that was cut off is found" {
	events 4
	ehr-audit witness "$T/w"
	python3 - "$EHR_DB" <<-'END'
	import hashlib, sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	for (name,) in db.execute("SELECT name FROM sqlite_master WHERE "
	        "type = 'trigger' AND tbl_name LIKE 'audit%'").fetchall():
	    db.execute(f'DROP TRIGGER {name}')
	db.execute('DELETE FROM audit_event WHERE seq > 4')
	leaf = [r[0] for r in
	        db.execute('SELECT leaf FROM audit_event ORDER BY seq')]
	h = lambda a, b: hashlib.sha256(b'\1' + a + b).digest()
	root = h(h(*leaf[:2]), h(*leaf[2:]))
	db.execute('UPDATE audit_head SET size = 4, root = ?, frontier = ?',
	           (root, root))
	db.commit()
	END
	run -0 --separate-stderr ehr-audit verify
	run -7 --separate-stderr ehr-audit verify --against "$T/w"
	run -7 --separate-stderr ehr-audit checkpoint
	has "$stderr" "tells of 6 events, the record has 4"
}

@test "witness: a file or a folder, unchanged when nothing is new" {
	mkdir "$T/far"
	run -0 --separate-stderr ehr-audit witness -n "$T/far"
	[ ! -e "$T/far/checkpoint" ]
	# that there is none is told: it may have been taken away
	run -0 --separate-stderr ehr-audit witness "$T/far"
	same "$output$stderr" "ehr-audit: $T/far/checkpoint: no checkpoint is kept here yet: it is the first"
	run -0 --separate-stderr ehr-audit witness "$T/far"
	same "$output$stderr" ""
	run -0 second checkpoint "$T/far/checkpoint"
	run -0 --separate-stderr ehr-audit witness -v "$T/far"
	has "$stderr" unchanged
	events 1
	run -0 --separate-stderr ehr-audit witness "$T/far"
	same "$(sed -n 2p "$T/far/checkpoint")" 3
	changed "$T/far/checkpoint" 20 >"$T/bad"
	cp "$T/bad" "$T/far/checkpoint"
	run -7 --separate-stderr ehr-audit witness "$T/far"
	cmp "$T/bad" "$T/far/checkpoint"
	ehr-audit signer new "$T/s2" >/dev/null
	run -7 --separate-stderr ehr-audit witness --signer "$T/s2" "$T/far"
	has "$stderr" "not signed by this key"
	# one that cannot be looked at is not one that is not there
	ln -s loop "$T/loop"
	run -6 --separate-stderr ehr-audit witness "$T/loop"
	[ -L "$T/loop" ]
	: >"$T/empty"
	run -7 --separate-stderr ehr-audit witness "$T/empty"
	has "$stderr" "$T/empty: c2sp.org/signed-note: no signatures"
}

@test "publish: goes on, finds changed tiles, shows hashes only" {
	run -0 --separate-stderr ehr-audit publish -n "$T/pub"
	[ ! -e "$T/pub" ]
	events 20
	ehr-audit publish "$T/pub"
	run -0 second tiles "$T/pub"
	events 10
	# broke off: a tile of the new part is there, in parts
	mkdir -p "$T/pub/tile/0/000.p"
	echo x >"$T/pub/tile/0/000.p/32"
	run -0 --separate-stderr ehr-audit publish "$T/pub"
	run -0 second tiles "$T/pub"
	same "${output%% *}" 32
	run -0 --separate-stderr ehr-audit publish -v "$T/pub"
	has "$stderr" "0 tiles written"
	same "$(find "$T/pub" -type f -size -32c)" ""
	tile=$T/pub/tile/0/000.p/32
	changed "$tile" 100 >"$T/bad"
	cp "$T/bad" "$tile"
	run -1 second tiles "$T/pub"
	run -7 --separate-stderr ehr-audit publish "$T/pub"
	has "$stderr" "$tile: not the tile that was published"
	rm "$tile"
	ehr-audit publish --all "$T/pub"
	run -0 second tiles "$T/pub"
}

@test "prove, consistency, verify-proof: both programs agree" {
	ehr-audit checkpoint >"$T/c2"
	events 11
	ehr-audit checkpoint >"$T/c13"
	for old in 2 13; do
		ehr-audit consistency $old >"$T/grown"
		same "$(head -n 1 "$T/grown")" "old $old"
		run -0 second consistency "$T/c$old" "$T/grown"
		run -0 --separate-stderr ehr-audit verify-proof \
			--against "$T/c$old" "$T/grown"
		has "$output" $'size\t13'
	done
	run -7 --separate-stderr ehr-audit verify-proof --against "$T/c2" \
		"$T/grown"
	run -2 --separate-stderr ehr-audit verify-proof "$T/grown"
	ehr-audit consistency 2 13 >"$T/grown"
	run -0 second consistency "$T/c2" "$T/grown"
	run -4 --separate-stderr ehr-audit consistency 2 99
	run -4 --separate-stderr ehr-audit consistency 99
	run -2 --separate-stderr ehr-audit consistency 3 2

	ehr-audit prove 2 --against "$T/c13" >"$T/in"
	run -0 second inclusion "$T/in"
	unset EHR_SIGNER EHR_DB
	run -0 --separate-stderr ehr-audit verify-proof -k "$key" "$T/in"
	has "$output" $'action\tconfig'
	run -0 --separate-stderr ehr-audit verify-proof -k "$key" \
		--against "$T/c13" "$T/in"
	run -1 --separate-stderr ehr-audit verify-proof -k "$key" \
		--against "$T/c2" "$T/in"
	run -2 --separate-stderr ehr-audit verify-proof "$T/in"
	run -2 --separate-stderr ehr-audit verify-proof -k "${key%?}" "$T/in"
	for at in $(seq 0 13 "$(($(stat -c %s "$T/in") - 1))"); do
		changed "$T/in" "$at" >"$T/bad"
		run -7 --separate-stderr ehr-audit verify-proof -k "$key" \
			"$T/bad"
		((at % 65)) || run -1 second inclusion "$T/bad"
	done
	for at in $(seq 0 17 "$(($(stat -c %s "$T/grown") - 1))"); do
		changed "$T/grown" "$at" >"$T/bad"
		run -7 --separate-stderr ehr-audit verify-proof -k "$key" \
			--against "$T/c2" "$T/bad"
		((at % 51)) || run -1 second consistency "$T/c2" "$T/bad"
	done
}
