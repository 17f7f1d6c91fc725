load helper

# Every text of the patient has a word of its own, which must not be found in
# any file of the record afterwards.
chart() { # ID WORD YEAR
	local id=$1 w=$2 y=$3
	cat <<-END
	{"resourceType":"Patient","id":"$id","identifier":[{"system":"urn:mrn","value":"mrn$w"}],"name":[{"family":"fam$w","given":["giv$w"]}],"birthDate":"1950-01-01","telecom":[{"system":"email","value":"$w@example.org"}],"address":[{"city":"city$w"}]}
	{"resourceType":"Condition","id":"c$id","subject":{"reference":"Patient/$id"},"code":{"text":"cond$w","coding":[{"system":"urn:codes","code":"code$w"}]},"recordedDate":"$y-05-01"}
	{"resourceType":"Observation","id":"o$id","status":"final","subject":{"reference":"Patient/$id"},"code":{"coding":[{"code":"hb"}]},"valueQuantity":{"value":7.1,"unit":"unit$w"},"effectiveDateTime":"$y-06-30"}
	{"resourceType":"DocumentReference","id":"n$id","status":"current","subject":{"reference":"Patient/$id"},"description":"desc$w","content":[{"attachment":{"contentType":"text/plain","data":"$(printf 'word%s in a note' "$w" | base64 -w0)"}}],"date":"$y-05-01T10:00:00Z"}
	END
}

# A note whose attachment lies beside its body.
large() { # ID PATIENT WORD
	printf '{"resourceType":"DocumentReference","id":"%s","status":"current","subject":{"reference":"Patient/%s"},"content":[{"attachment":{"contentType":"text/plain","data":"%s"}}]}\n' \
		"$1" "$2" "$(printf '%70000sscan%s' "" "$3" | base64 -w0)"
}

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init --plain 2>/dev/null
	{
		chart old canary 2001
		large lold old canary
		large shared old both
		chart other finch 2001
		large lother other both
		echo '{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/other"}},{"entity":{"reference":"Patient/old"}}]}'
		echo '{"resourceType":"Provenance","id":"p","target":[{"reference":"Condition/cold"}],"recorded":"2001-05-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}'
	} | ehr-import -q -
	# Former versions of them.
	chart old canaryformer 2001 | ehr-import -q -
	chart old canary 2001 | sed 's/7.1/7.2/' | ehr-import -q -
	sed 's/cold/eold/; s/cond/more/' < <(chart old canary 2001 | sed -n 2p) |
		ehr-import -q --reason 'typed reason' -
}

value() { # ITEM of the certificate in $output
	jq -r --arg i "$1" '.[] | select(.item == $i) | .value' <<<"$output"
}

purge() { ehr-admin purge "$@" --reason 'kept long enough'; }

# Files of the record in which the word stands, as any kind of text.
traces() { # WORD
	grep -alE "$1|$(printf %s "$1" | base64 | cut -c 1-8)" "$EHR_DB"* || true
}

@test "purge: no byte of the patient is left in the record's files" {
	for w in canary famcanary wordcanary; do
		[ -n "$(traces "$w")" ] # else the test could not fail
	done
	run -0 --separate-stderr purge old -o json
	same "$(value certificate)" purged
	same "$(value resources)" 7
	same "$(value former-versions)" 5
	same "$(value attachments)" 1
	same "$(value kept-until)" 2011-06-30
	same "$(jq -r '.[] | select(.item | startswith("retention")) |
		[.item, .value, .note] | join(" ")' <<<"$output")" \
		"retention.years 10 42 CFR 422.504(d); 424.516(f) has 7
retention.majority 18 assumed: most states
retention.minor-years 10 assumed: as retention.years"
	same "$(value file) $(value log)" "rewritten emptied"
	has "$(value resources:DocumentReference)" 3
	for w in canary Canary famcanary mrncanary codecanary wordcanary; do
		same "$(traces "$w")" ""
	done
	run -0 --separate-stderr ehr-admin check
	run -4 --separate-stderr ehr-chart show old
	run -1 --separate-stderr ehr-find --text wordcanary
	run -1 --separate-stderr ehr-find famcanary
	# Who is not meant has all there was.
	run -0 --separate-stderr ehr-find --text wordfinch
	has "$output" other
	run -0 --separate-stderr ehr-find --text scanboth -o tsv
	has "$output" lother
	run -0 --separate-stderr ehr-export other
	same "${#lines[@]}" 6
	run -0 --separate-stderr ehr-audit verify
}

@test "purge: others' references wait, and find who comes under that name" {
	purge old >/dev/null
	run -0 --separate-stderr ehr-export --links --all
	has "$output" Patient/old
	has "$output" Condition/cold
	run -0 --separate-stderr ehr-export --all
	has "$output" '"id":"g"'
	chart old newcomer 2020 | ehr-import -q -
	run -0 --separate-stderr ehr-export --links --all
	same "$output" ""
	# A new person, not the old number.
	run -0 sqlite3 "$EHR_DB" "SELECT count(DISTINCT patient) FROM segment
		WHERE patient > 0"
	same "$output" 3
	ehr-admin check
}

@test "purge: refused before the time is over" {
	chart young wren 2001 | sed 's/1950-01-01/1999-07-01/' | ehr-import -q -
	chart late robin "$(date +%Y)" | ehr-import -q -
	run -5 --separate-stderr purge late
	has "$stderr" "to be kept until $(($(date +%Y) + 10))-06-30"
	run -5 --separate-stderr purge young
	has "$stderr" "to be kept until 2027-07-01: 10 years after the last entry, and after coming of age"
	ehr-admin config set retention.minor-years 1
	run -0 --separate-stderr purge young -n -o json
	same "$(value kept-until)" 2018-07-01
	ehr-admin config set retention.years 99
	run -5 --separate-stderr purge old
	ehr-admin config set retention.years many
	run -7 --separate-stderr purge old
	has "$stderr" "retention.years"
	run -0 --separate-stderr ehr-chart show old
}

@test "purge: an unknown birth date counts as a minor's" {
	chart none tern 2005 | sed 's/"birthDate":"1950-01-01",//' |
		ehr-import -q -
	run -5 --separate-stderr purge none
	has "$stderr" "until 2033-06-30"
}

@test "purge: an entry that is about others too must be theirs first" {
	group() { # MEMBER...
		printf '{"resourceType":"Group","id":"both","type":"person","actual":true,"member":[%s]}' \
			"$(printf '{"entity":{"reference":"Patient/%s"}},' "$@" | sed 's/,$//')"
	}
	group old other | ehr-import -q -
	run -5 --separate-stderr purge old
	has "$stderr" "Group/both is about other patients too"
	group other old | ehr-import -q -
	purge old >/dev/null
	run -0 --separate-stderr ehr-export other
	has "$output" '"id":"both"'
	ehr-admin check
}

@test "hold: it stands until it is lifted" {
	run -2 --separate-stderr ehr-admin hold add old
	ehr-admin hold add old --reason 'suit 12/345'
	run -0 --separate-stderr ehr-admin hold add old --reason 'suit 12/345'
	run -0 --separate-stderr ehr-admin hold list -o json
	same "$(jq -c '[.[] | [.id, .reason]]' <<<"$output")" \
		'[["old","suit 12/345"]]'
	run -5 --separate-stderr purge old
	has "$stderr" "under legal hold since"
	[[ $stderr != *suit* ]]
	run -1 --separate-stderr ehr-admin hold remove other --reason x
	ehr-admin hold remove old -n --reason settled
	run -5 --separate-stderr purge old
	ehr-admin hold remove old --reason settled
	run -0 --separate-stderr ehr-admin hold list
	same "$output" ""
	run -0 --separate-stderr ehr-admin hold list old --all
	has "$output" settled
	purge old >/dev/null
	run -0 sqlite3 "$EHR_DB" "SELECT count(*) FROM hold"
	same "$output" 0
}

@test "hold: on a chart that was merged into another" {
	ehr-admin hold add old --reason suit
	ehr-patient merge other old --reason 'the same' >/dev/null
	run -5 --separate-stderr purge other
	has "$stderr" "under legal hold"
}

@test "purge: a merged chart goes with those merged into it" {
	ehr-patient merge other old --reason 'the same' >/dev/null
	run -0 --separate-stderr purge old -o json
	same "$(value patient)" other
	same "$(value charts)" 2
	for w in canary finch scanboth; do
		same "$(traces "$w")" ""
	done
	run -4 --separate-stderr ehr-chart show other
	same "$(ehr-find --all | wc -l)" 0
	ehr-admin check
	# What was undone before the merge, and the merge, leave nothing.
	for batch in $(ehr-batch list | cut -f 1); do
		ehr-batch undo "$batch" >/dev/null 2>&1 || true
	done
	same "$(traces canary)" ""
	run -0 --separate-stderr ehr-export --all
	[[ $output != *canary* ]]
	ehr-admin check
}

@test "purge: -n shows the plan and changes nothing" {
	before=$(ehr-export --all --history | sha256sum)
	run -0 --separate-stderr purge old -n -o json
	same "$(value certificate) $(value resources)" "planned 7"
	same "$(ehr-export --all --history | sha256sum)" "$before"
	same "$(ehr-admin purge list)" ""
}

@test "purge: it wants a reason, cannot be undone, and is in the log" {
	run -2 --separate-stderr ehr-admin purge old
	has "$stderr" "--reason is needed"
	run -4 --separate-stderr purge nobody
	run -0 --separate-stderr purge old -o json
	batch=$(value batch)
	number=$(value number)
	run -1 --separate-stderr ehr-batch undo "$batch"
	has "$stderr" "a purge cannot be undone"
	run -0 --separate-stderr ehr-batch undo --partial "$((batch - 1))"
	run -4 --separate-stderr ehr-chart show old
	run -0 --separate-stderr ehr-admin purge list -o json
	same "$(jq -c '.[] | [.number, .reason]' <<<"$output")" \
		"[$number,\"kept long enough\"]"
	has "$output" resources=7
	run -0 --separate-stderr ehr-audit log --action delete -o json
	has "$output" "purge:charts=1,resources=7"
	run -4 --separate-stderr purge old
}

@test "purge: names and reasons of batches that were all about the chart" {
	chart solo wagtail 2001 > "$T/wagtail.json"
	ehr-import -q "$T/wagtail.json"
	purge solo >/dev/null
	same "$(traces wagtail)" ""
	purge old >/dev/null
	run -0 sqlite3 "$EHR_DB" "SELECT count(*) FROM batch
		WHERE reason = 'typed reason'"
	same "$output" 0
	# The log of accesses can only grow.
	run -0 --separate-stderr ehr-audit log
	has "$output" 'typed reason'
}

@test "purge: backups that hold the chart, and until when" {
	ehr-admin backup --plain "$T/b" 2>/dev/null
	chart later plover 2001 | ehr-import -q -
	run -0 --separate-stderr purge old -n -o json
	same "$(value backups)" unknown
	run -0 --separate-stderr purge old -n -o json --backups "$T/b" --keep 7d
	has "$(value backup)" "$T/b/20"
	has "$(jq -r '.[] | select(.item == "backup") | .note' <<<"$output")" \
		"until $(date -u -d '+8 days' +%F)"
	run -0 --separate-stderr purge later -n -o json --backups "$T/b"
	same "$(value backup)" ""
	run -4 --separate-stderr purge old -n --backups "$T/none"
	run -2 --separate-stderr purge old -n --keep x
}

@test "purge: while others read the log stays, and that is told" {
	coproc sqlite3 "$EHR_DB"
	local pid=$COPROC_PID # it is unset when the coprocess ends
	echo "BEGIN; SELECT count(*) FROM resource;" >&"${COPROC[1]}"
	read -r _ <&"${COPROC[0]}"
	run -6 --separate-stderr purge old -o json
	same "$(value certificate) $(value log)" "purged not emptied"
	has "$stderr" "traces may be left"
	echo ".quit" >&"${COPROC[1]}"
	wait "$pid"
	ehr-admin vacuum
	same "$(traces canary)" ""
}

@test "purge: an index of another version is refused" {
	sqlite3 "$EHR_DB" "UPDATE config SET value = '3'
		WHERE key = 'index.version'"
	run -6 --separate-stderr purge old
	has "$stderr" "ehr-admin reindex"
}
