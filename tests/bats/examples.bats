load helper

# scripts/examples: what practices run from cron.

setup() {
	PATH=$EHR_TOP/scripts/examples:$PATH
	export EHR_DB=$T/p.ehr
	new_record
}

patient() { # ID
	printf '{"resourceType":"Patient","id":"%s","name":[{"family":"A%s"}]}\n' \
		"$1" "$1"
}

@test "nightly-import: takes, keeps what it took, says nothing" {
	mkdir "$T/drop"
	patient 1 >"$T/drop/a.json"
	patient 2 | gzip >"$T/drop/b.ndjson.gz"
	patient 3 >"$T/drop/c.json.part"
	run -0 --separate-stderr nightly-import "$T/drop" lab
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-find --all
	same "$(cut -f 1 <<<"$output" | sort | tr '\n' ' ')" "lab:1 lab:2 "
	same "$(ls "$T/drop")" $'c.json.part\ndone\nrejects'
	same "$(ls "$T/drop/done" | sed 's/^.\{18\}//')" $'a.json\nb.ndjson.gz'
	same "$(ls "$T/drop/rejects")" ""
}

@test "nightly-import: rejects are kept and told, the rest is taken" {
	mkdir "$T/drop"
	{ patient 1; echo '{"resourceType":"Nothing"}'; } >"$T/drop/a.ndjson"
	run -3 --separate-stderr nightly-import "$T/drop" lab
	has "$output" "a.ndjson: rejects in $T/drop/rejects/"
	run -0 --separate-stderr ehr-find --all
	same "${#lines[@]}" 1
	kept=("$T"/drop/rejects/*)
	same "$(jq -r .data "${kept[0]}")" '{"resourceType":"Nothing"}'
	same "$(stat -c %a "${kept[0]}")" 600
	[ ! -e "$T/drop/a.ndjson" ]
}

@test "nightly-import: a file stays when there is no record" {
	mkdir "$T/drop"
	patient 1 >"$T/drop/a.json"
	EHR_DB=$T/none.ehr run -6 --separate-stderr nightly-import "$T/drop" lab
	has "$output" "a.json: left for the next time"
	[ -s "$T/drop/a.json" ]
	run -0 --separate-stderr nightly-import "$T/drop" lab
	same "$output$stderr" ""
}

@test "health-check: silent, keeps the roots, finds a changed log" {
	run -0 --separate-stderr health-check "$T/roots"
	run -0 --separate-stderr health-check "$T/roots"
	same "$output$stderr" ""
	same "$(wc -l <"$T/roots")" 2
	# Another record's log is not the one that was kept.
	EHR_DB=$T/q.ehr new_record --facility Other
	EHR_DB=$T/q.ehr ehr-admin config set a.b c
	EHR_DB=$T/q.ehr run -7 --separate-stderr health-check "$T/roots"
}

@test "audit-witness: silent, finds an older copy, goes on to each place" {
	export EHR_SIGNER=$T/signer
	ehr-audit signer new "$EHR_SIGNER" >/dev/null
	cp "$EHR_DB" "$T/old.ehr"
	ehr-admin config set a.b c
	mkdir "$T/one" "$T/two"
	run -0 --separate-stderr audit-witness "$T/one" "$T/two"
	same "$(grep -vc 'no checkpoint is kept here yet' <<<"$output$stderr")" 0
	run -0 --separate-stderr audit-witness "$T/one" "$T/two"
	same "$output$stderr" ""
	cmp "$T/one/checkpoint" "$T/two/checkpoint"
	run -6 --separate-stderr audit-witness "$T/none/x" "$T/two"
	rm -f "$EHR_DB" "$EHR_DB"-*
	cp "$T/old.ehr" "$EHR_DB"
	run -7 --separate-stderr audit-witness "$T/one" "$T/none/x"
	run -2 --separate-stderr audit-witness
}

@test "recall-list: who had none for so long, the dead left out" {
	"$EHR_TOP/scripts/gen-practice" -n 120 | ehr-import -q
	run -0 --separate-stderr recall-list E11.9 4548-4 183 2026-06-30
	same "$stderr" ""
	all=${#lines[@]}
	[ "$all" -gt 2 ]
	while IFS=$'\t' read -r id name born last value; do
		[[ $last < 2025-12-29 ]]
		[ -n "$id" ] && [ -n "$name" ] && [ -n "$born" ]
		same "$(ehr-chart list results -l -c 4548-4 "$id" |
			awk -F '\t' '{ print $6 " " $7 }')" "$value"
	done <<<"$output"
	run -0 --separate-stderr recall-list E11.9 4548-4 3650 2040-01-01
	[ "${#lines[@]}" -gt "$all" ]
	dead=$(ehr-find --where 'has:condition=E11.9 deceased=yes' | cut -f 1)
	[ -z "$dead" ] || [[ $output != *$dead* ]]
	run -1 --separate-stderr recall-list E11.9 4548-4 36500 2026-06-30
	run -2 --separate-stderr recall-list
}

@test "backup-record: tried out and kept by a rule once a day, silent" {
	export EHR_DB=$T/k.ehr EHR_KEY_FILE=$T/key
	ehr-admin init --key-file "$T/key"
	run -0 --separate-stderr backup-record "$T/b"
	run -0 --separate-stderr backup-record "$T/b"
	same "$output$stderr" ""
	run -0 ehr-admin backup list "$T/b"
	same "${#lines[@]}" 2
	run -0 ehr-audit log
	same "$(grep -c 'backup:' <<<"$output")" 2
	EHR_KEY_FILE=$T/none run -9 backup-record "$T/b"
	run -2 backup-record
}

@test "break-glass-review: tells emergency accesses of a day" {
	patient 1 | ehr-import -q -
	run -0 --separate-stderr break-glass-review
	same "$output$stderr" ""
	ehr-chart show --break-glass "no pulse" 1 >/dev/null
	run -0 --separate-stderr break-glass-review
	run -1 --separate-stderr break-glass-review today
	same "$(cut -f 4-9 <<<"$output")" \
		$'ehr-chart\tread\tok\t1\t[break-glass] chart\tno pulse'
	run -2 --separate-stderr break-glass-review a b
	EHR_DB=$T/none.ehr run -9 --separate-stderr break-glass-review
}

@test "requests-due: what has to be answered, without names" {
	patient 1 | ehr-import -q -
	run -0 --separate-stderr requests-due
	same "$output$stderr" ""
	ehr-audit requests add --kind access --from other --who Zebra \
		--what x 1 >/dev/null
	run -0 --separate-stderr requests-due
	run -1 --separate-stderr requests-due 30
	same "$(cut -f 1,2,5 <<<"$output")" $'1\topen\taccess'
	[[ $output != *Zebra* ]]
	run -2 --separate-stderr requests-due x
	run -2 --separate-stderr requests-due 1 2
	EHR_DB=$T/none.ehr run -9 --separate-stderr requests-due
}

@test "mips-quarter: the score so far and what to work on" {
	need_data ecqm
	need_data reference/mips
	mkdir "$T/packages" "$T/mips"
	cp "$EHR_DATA/ecqm/CMS122FHIRDiabetesAssessGT9Pct/bundle.json.gz" \
		"$T/packages"
	ehr-mips load -q "$EHR_DATA"/reference/mips/{measures-data,benchmarks}-2026.json.gz
	ehr-import -q "$EHR_DATA"/ecqm/CMS122FHIRDiabetesAssessGT9Pct/tests/*/patient-bundle.json || true
	export TODAY=2026-07-01
	run -1 --separate-stderr mips-quarter "$T/packages" "$T/mips" small=1
	has "$output" "final score"
	same "$stderr" ""
	same "$(ls "$T/mips")" $'advice-2026-06-30.tsv\nscore-2026-06-30.tsv'
	has "$(cat "$T/mips/advice-2026-06-30.tsv")" "CMS122v14"
	TODAY=2026-10-01 run -1 --separate-stderr mips-quarter "$T/packages" \
		"$T/mips"
	has "$output" "it was"
	run -2 mips-quarter "$T/packages"
	run -4 mips-quarter "$T/mips" "$T/mips"
}

@test "eligibility-tomorrow: asks, sends, tells who is not settled" {
	sed 's|^\tsender SUB123|&\n\turl http://127.0.0.1:1/|' \
		"$FIXTURES/elig/practice.setup" >"$T/setup"
	ehr-claim setup load -q "$T/setup" >"$T/out"
	ehr-import -q "$FIXTURES/elig/chart.ndjson"
	run -1 --separate-stderr eligibility-tomorrow 2026-12-02
	same "$output$stderr" "p1	unknown	"
	same "$(ehr-elig sent | cut -f 8)" "no connection"
	# not due yet, and asked already
	run -1 --separate-stderr eligibility-tomorrow 2026-12-02
	same "$(ehr-elig sent | wc -l)" 1
	run -0 --separate-stderr eligibility-tomorrow 2026-12-03
	same "$output$stderr" ""
}

@test "post-remittances: each file once, done or parked, no word of it" {
	mkdir "$T/835"
	odd() { # TRACE
		"$EHR_TOP/tests/tools/gen-835" "$1" 8 "CLP*ODD*1*8*8**12*A"
	}
	"$EHR_TOP/tests/tools/gen-835" T1 0 >"$T/835/a.835"
	odd T2 >"$T/835/b.835"
	odd T3 >"$T/835/c.part"
	odd T3 | sed 's/^BPR\*I\*8/BPR*I*9/' >"$T/835/d.835"
	run -3 --separate-stderr post-remittances "$T/835"
	same "$output" ""
	has "$stderr" "d.835:"
	[[ $stderr != *b.835* ]]
	names() { ls "$T/835/$1" | sed 's/^.\{18\}//'; }
	same "$(ls "$T/835")" $'c.part\nd.835\ndone\nparked'
	same "$(names done)" a.835
	same "$(names parked)" b.835
	rm "$T/835/d.835"
	# cut off between posting and moving
	mv "$T/835/parked/"* "$T/835/b.835"
	run -0 --separate-stderr post-remittances "$T/835"
	same "$output$stderr" ""
	same "$(names parked)" b.835
	same "$(ehr-claim remit list | cut -f 2,5,6,7)" \
		$'T1\t0\t0\tposted\nT2\t0\t1\tposted'
	# another file of the same payment is no file of ours to move
	odd T2 | sed 's/\*A~/*B~/' >"$T/835/e.835"
	run -8 --separate-stderr post-remittances "$T/835"
	has "$stderr" "other contents"
	[ -f "$T/835/e.835" ]
	run -2 --separate-stderr post-remittances
}
