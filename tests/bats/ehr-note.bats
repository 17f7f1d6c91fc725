load helper

setup() {
	export EHR_DB=$T/p.ehr XDG_STATE_HOME=$T/state
	unset VISUAL EDITOR XDG_RUNTIME_DIR
	new_record
	PT=$(ehr-patient new family=Smith given=Bob born=1960-02-03 sex=m)
}

draft() { # TEXT [option...]
	local text=$1
	shift
	echo "$text" | ehr-note new "$PT" "$@"
}

get() { # TYPE/ID FILTER
	ehr-export "$PT" | jq -c --arg id "${1#*/}" "select(.id == \$id) | $2"
}

text() { # TYPE/ID: of the note as stored
	ehr-export "$PT" | jq -r --arg id "${1#*/}" \
		'select(.id == $id) | .content[0].attachment.data' | base64 -d
}

versions() { # TYPE/ID
	ehr-export --history "$PT" | jq -c --arg id "${1#*/}" \
		'select(.id == $id)' | wc -l
}

@test "new: a draft of US Core's shape" {
	run -0 --separate-stderr draft 'coughs since Monday' -v --title Visit
	same "$stderr" ""
	[[ $output =~ ^DocumentReference/[0-9a-f-]{36}$ ]]
	same "$(get "$output" '[.status, .docStatus, .type.coding[0].code, .category[0].coding[0].code, .content[0].attachment.contentType, .content[0].attachment.title]')" \
		'["current","preliminary","11506-3","clinical-note","text/plain; charset=utf-8","Visit"]'
	same "$(text "$output")" "coughs since Monday"
	n=$(draft x --type consult)
	same "$(get "$n" '.type.coding[0].code')" '"11488-4"'
	enc=$(ehr-edit add encounter "$PT")
	n=$(draft x --encounter "$enc")
	same "$(get "$n" '.context.encounter[0].reference')" "\"$enc\""
}

@test "new: nothing, or what is no text, is not written" {
	run -1 --separate-stderr ehr-note new "$PT" < /dev/null
	same "$stderr" "ehr-note: no text: nothing was written"
	run -1 --separate-stderr ehr-note new "$PT" <<< "   "
	run -3 --separate-stderr ehr-note new "$PT" <<< $'\xff'
	run -4 --separate-stderr ehr-note new nosuch <<< x
	run -4 --separate-stderr ehr-note new "$PT" --encounter nosuch <<< x
	run -4 --separate-stderr ehr-note new "$PT" --template nosuch <<< x
	run -2 --separate-stderr ehr-note new "$PT" --template ../soap <<< x
	run -0 --separate-stderr ehr-note new -n "$PT" <<< x
	same "$(ehr-export "$PT" | wc -l)" 1
}

@test "templates are filled from the chart" {
	ehr-edit add condition "$PT" text=Gout
	ehr-edit add medication "$PT" text=metformin sig=daily
	ehr-edit add allergy "$PT" none
	ehr-edit add vital "$PT" bp=128/82
	for name in soap visit phone letter; do
		n=$(draft 'coughs a lot' --template $name)
		page=$(text "$n")
		for part in 'Bob Smith' 'coughs a lot' '- metformin, daily' \
			'- No known allergy'; do
			has "$page" "$part"
		done
		[[ $page != *"{{"* ]]
	done
	has "$(text "$(draft x --template soap)")" "128/82 mmHg"
	has "$(text "$(draft x --template soap)")" "- Gout"
}

@test "a draft can be edited; a signed note is never changed" {
	n=$(draft one)
	run -0 --separate-stderr ehr-note edit "$n" <<< two
	same "$(text "$n")" two
	run -1 --separate-stderr ehr-note edit "$n" <<< two
	for wrong in amend addendum cosign; do
		run -1 --separate-stderr ehr-note $wrong "$n" --reason x <<< three
		has "$stderr" "the note is not signed"
	done
	run -0 --separate-stderr ehr-note sign "$n"
	same "${lines[0]}" "$n"
	same "$(get "$n" .docStatus)" '"final"'
	before=$(get "$n" .)
	run -5 --separate-stderr ehr-note edit "$n" <<< three
	run -5 --separate-stderr ehr-edit edit "$n" description=x
	run -5 --separate-stderr ehr-edit edit "$n" docStatus=preliminary
	run -5 --separate-stderr ehr-edit edit "$n" --json - <<< "${before/final/preliminary}"
	run -5 --separate-stderr ehr-edit enter-in-error "$n"
	run -1 --separate-stderr ehr-note sign "$n"
	same "$(get "$n" .)" "$before"
	same "$(versions "$n")" 3
}

@test "sign: a Provenance of that version with the text's digest" {
	n=$(draft 'the text')
	run -0 --separate-stderr ehr-note sign "$n"
	p=${lines[1]}
	same "$(get "$p" '[.target[].reference, .agent[0].type.coding[0].code, .agent[0].who.display]')" \
		"[\"$n/_history/2\",\"Patient/$PT\",\"author\",\"$(id -un)\"]"
	want=$(printf 'the text\n' | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d =)
	same "$(get "$p" '.entity[0].what.identifier.value')" "\"ni:///sha-256;$want\""
	run -5 --separate-stderr ehr-edit edit "$p" recorded=2020-01-01T00:00:00Z
}

@test "amend: a new text with a reason; the former stays and is compared" {
	n=$(draft $'one\ntwo')
	ehr-note sign "$n"
	run -2 --separate-stderr ehr-note amend "$n" <<< x
	run -0 --separate-stderr ehr-note amend "$n" --reason 'wrong side' <<< $'one\nthree'
	same "$(get "$n" '[.docStatus, .relatesTo[0].code, .relatesTo[0].target.reference]')" \
		"[\"amended\",\"replaces\",\"$n/_history/2\"]"
	same "$(get "${lines[1]}" '[.target[0].reference, .reason[0].text]')" "[\"$n/_history/3\",\"wrong side\"]"
	run -1 --separate-stderr ehr-note diff "$n"
	same "$output" $'--- version 2\n+++ version 3\n  one\n- two\n+ three'
	run -1 --separate-stderr ehr-note amend "$n" --reason x <<< $'one\nthree'
	run -0 --separate-stderr ehr-note amend "$n" --reason 'back' <<< $'one\ntwo'
	same "$(versions "$n")" 4
	run -0 --separate-stderr ehr-note diff "$n" --from 2 --to 4
	same "$output" ""
	run -4 --separate-stderr ehr-note diff "$n" --from 9
	run -0 --separate-stderr ehr-note show "$n"
	has "$output" "version 3: wrong side"
}

@test "addendum: a document of its own; the note stays as it is" {
	n=$(draft one)
	ehr-note sign "$n"
	before=$(get "$n" .)
	run -0 --separate-stderr ehr-note addendum "$n" <<< 'one more thing'
	same "$(get "${lines[0]}" '[.docStatus, .relatesTo[0].code, .relatesTo[0].target.reference]')" \
		"[\"final\",\"appends\",\"$n\"]"
	same "$(get "$n" .)" "$before"
	run -0 --separate-stderr ehr-note show "$n"
	has "$output" $'one\n\n---- addendum'
	has "$output" "one more thing"
}

@test "list and show: state, signatures, addenda" {
	a=$(draft 'first line')
	b=$(draft second --title Titled)
	ehr-note sign "$b"
	run -0 --separate-stderr ehr-note list "$PT"
	[ "${#lines[@]}" -eq 2 ]
	has "$output" $'\tdraft\tProgress note\t'"$(id -un)"$'\t\tfirst line'
	has "$output" $'\tfinal\tProgress note\t'"$(id -un)"$'\t'"$(id -un)"$'\tTitled'
	run -0 --separate-stderr ehr-note show "$b"
	same "${lines[0]}" "$b"
	has "$output" "Signed by $(id -un), "
	[[ $output != *"another text"* ]]
	run -4 --separate-stderr ehr-note show nosuch
	run -4 --separate-stderr ehr-note show "${a/DocumentReference/Condition}"
}

@test "show: a text that is not the one signed is told, exit 7" {
	n=$(draft one)
	ehr-note sign "$n"
	ehr-export "$PT" | jq -c --arg id "${n#*/}" '
		if .id == $id then
			.content[0].attachment.data = ("two" | @base64)
		elif .resourceType == "Provenance" then
			.target[0].reference |= sub("/2$"; "/1")
		else . end' > "$T/forged.ndjson"
	export EHR_DB=$T/elsewhere.ehr
	ehr-admin init --plain
	ehr-import -q "$T/forged.ndjson"
	run -7 --separate-stderr ehr-note show "$n"
	has "$output" "(of another text)"
}

@test "cosign: by somebody else" {
	[ "$(id -u)" = 0 ] && command -v setpriv > /dev/null || skip "needs root and setpriv"
	n=$(draft one)
	ehr-note sign "$n"
	run -5 --separate-stderr ehr-note cosign "$n"
	cp "$(command -v ehr-note)" "$T/ehr-note" && chmod 755 "$T/ehr-note"
	chmod 711 "${T%/*}" "${T%/*/*}" 2> /dev/null || true
	chown -R nobody "$T"
	run -0 --separate-stderr setpriv --reuid nobody --clear-groups "$T/ehr-note" cosign "$n"
	cosigned=$output
	run -0 --separate-stderr setpriv --reuid nobody --clear-groups "$T/ehr-note" cosign -v "$n"
	same "$output" ""
	has "$stderr" "unchanged"
	output=$cosigned
	chown -R root "$T"
	same "$(get "$output" '[.target[0].reference, .agent[0].type.coding[0].code, .agent[0].who.display]')" \
		"[\"$n/_history/2\",\"verifier\",\"nobody\"]"
	has "$(ehr-note show "$n")" "Cosigned by nobody"
	same "$(versions "$n")" 2
}

@test "the editor: a private file, no shell; unchanged is not written" {
	command -v script > /dev/null || skip "no script(1)"
	cat > "$T/ed" <<-'END'
	#!/bin/bash
	# arguments: a word of $EDITOR, the file
	stat -c %a "$2" > "$0.mode"
	[ "$1" = same ] || echo 'typed; $(touch /tmp/never)' > "$2"
	END
	chmod 755 "$T/ed"
	EDITOR="$T/ed change" script -qec "ehr-note new $PT" /dev/null < /dev/null
	same "$(cat "$T/ed.mode")" 600
	n=$(ehr-note list "$PT" | cut -f 1)
	same "$(text "$n")" 'typed; $(touch /tmp/never)'
	export EDITOR="$T/ed same"
	run -1 script -qec "ehr-note edit $n" /dev/null < /dev/null
	export EDITOR=/bin/false
	run -6 script -qec "ehr-note edit $n" /dev/null < /dev/null
	same "$(versions "$n")" 1
	same "$(find "$T/state" -name 'ehr-*' | wc -l)" 0
}

@test "in error: with a reason, the text stays" {
	n=$(draft one)
	ehr-note sign "$n"
	run -0 --separate-stderr ehr-edit enter-in-error "$n" --reason 'wrong patient'
	same "$(get "$n" '[.status, .docStatus]')" '["entered-in-error","final"]'
	same "$(text "$n")" one
	run -1 --separate-stderr ehr-note addendum "$n" <<< x
	has "$(ehr-note list "$PT")" "in error"
}

@test "import: what was signed here is neither changed nor deleted" {
	n=$(draft one)
	draft=$(get "$n" .)
	ehr-note sign "$n"
	ehr-export "$PT" > "$T/all"
	grep DocumentReference/ "$T/all" > "$T/signature"
	grep '"docStatus":"final"' "$T/all" > "$T/note"
	# What is known changes nothing and is no fault.
	run -0 --separate-stderr ehr-import -v "$T/all" - <<< "$draft"
	has "$stderr" "0 inserted, 0 updated, 0 deleted, 4 unchanged"
	sed 's/"final"/"amended"/' "$T/note" > "$T/changed"
	sed "s/\"display\":\"$(id -un)\"/\"display\":\"Eve\"/" "$T/signature" \
		> "$T/other"
	for in in "$T/changed" "$T/other"; do
		run -3 --separate-stderr ehr-import --rejects "$T/rejects" "$in"
		has "$stderr" "$in:1:"
		has "$stderr" "a note that was signed here never changes"
		same "$(jq -r .id "$T/rejects")" record-signed
		same "$(jq -r .data "$T/rejects")" "$(cat "$in")"
		rm "$T/rejects"
	done
	sig=$(jq -r '"Provenance/" + .id' "$T/signature")
	for url in "$n" "$sig"; do
		run -3 --separate-stderr ehr-import - <<-END
			{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"DELETE","url":"$url"}}]}
		END
		has "$stderr" "Bundle.entry[0]"
	done
	same "$(ehr-export "$PT" | sort)" "$(sort "$T/all")"
	# Documents of their own, drafts and other people's notes are taken.
	run -0 --separate-stderr ehr-import - < <(
		sed "s/${n#*/}/another/" "$T/note")
	run -0 --separate-stderr ehr-import - < <(
		sed "s/${n#*/}/another/; s/final/amended/" "$T/note")
}

@test "undo: what a batch signed stays" {
	n=$(draft one)
	drafted=$(ehr-batch list | tail -n 1 | cut -f 1)
	ehr-note sign "$n"
	signed=$((drafted + 1))
	ehr-export "$PT" > "$T/all"
	run -1 --separate-stderr ehr-batch undo "$signed"
	has "$stderr" "$n"$'\tsigned'
	has "$stderr" "2 of its resources are signed notes and signatures"
	run -1 --separate-stderr ehr-batch undo "$drafted"
	has "$stderr" "batch $signed"
	run -0 --separate-stderr ehr-batch undo --partial "$signed"
	same "$(ehr-export "$PT")" "$(cat "$T/all")"
	# Of a draft it is taken back.
	n=$(draft two)
	ehr-batch undo "$(ehr-batch list | tail -n 1 | cut -f 1)"
	same "$(get "$n" .)" ""
}
