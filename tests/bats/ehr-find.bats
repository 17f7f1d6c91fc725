load helper

setup_file() {
	export EHR_DB=$BATS_FILE_TMPDIR/p.ehr
	plain_record
	ehr-import -q - <<-'END'
	{"resourceType":"Patient","id":"a","identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"100"},{"type":{"coding":[{"code":"SS"}]},"value":"999"}],"name":[{"family":"Smith","given":["Joan","Rose"]},{"use":"maiden","family":"M\u00fcller"}],"gender":"female","birthDate":"1950-03-01","address":[{"city":"Springfield","postalCode":"02138-1234"}]}
	{"resourceType":"Patient","id":"b","identifier":[{"value":"200"}],"name":[{"family":"Smithe","given":["Bo"]}],"gender":"male","birthDate":"1990","deceasedDateTime":"2020-01-01"}
	{"resourceType":"Patient","id":"t","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},"name":[{"family":"Smith","given":["Test"]}]}
	{"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"subject":{"reference":"Patient/a"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9"}]}}
	{"resourceType":"FamilyMemberHistory","id":"f1","status":"completed","patient":{"reference":"Patient/b"},"relationship":{"text":"mother"},"condition":[{"code":{"coding":[{"system":"http://snomed.info/sct","code":"73211009"}]}}]}
	{"resourceType":"DocumentReference","id":"n1","status":"current","subject":{"reference":"Patient/a"},"content":[{"attachment":{"contentType":"text/plain","data":"Tm8gY2hlc3QgcGFpbgp0b2RheS4="}}]}
	{"resourceType":"DocumentReference","id":"n2","status":"current","subject":{"reference":"Patient/t"},"content":[{"attachment":{"contentType":"text/plain","data":"Q2hlc3QgcGFpbg=="}}]}
	END
}

setup() {
	export EHR_DB=$BATS_FILE_TMPDIR/p.ehr
}

ids() {
	printf '%s\n' "${lines[@]%%$'\t'*}" | tr '\n' ' '
}

@test "a name: beginnings, case and accents do not matter" {
	run -0 --separate-stderr ehr-find --today 2026-06-30 'smith, jo'
	same "$output" $'a\tSmith, Joan Rose\t1950-03-01\tfemale\t76\t100'
	run -0 --separate-stderr ehr-find SMITH
	same "$(ids)" "a b "
	run -0 --separate-stderr ehr-find muller
	same "$(ids)" "a "
	run -0 --separate-stderr ehr-find ', bo'
	same "$(ids)" "b "
	run -1 --separate-stderr ehr-find 'smithe, jo'
	same "$output$stderr" ""
}

@test "the dead have the age at death" {
	run -0 --separate-stderr ehr-find --today 2026-06-30 -o json smithe
	same "$(jq -c '.[0]' <<<"$output")" '{"id":"b","name":"Smithe, Bo","born":"1990","sex":"male","age":30,"mrn":"200"}'
}

@test "record numbers, not other ones" {
	run -0 --separate-stderr ehr-find --mrn 100
	same "$(ids)" "a "
	run -0 --separate-stderr ehr-find --mrn 200
	run -1 --separate-stderr ehr-find --mrn 999
}

@test "dates of birth of any precision" {
	run -0 --separate-stderr ehr-find --born 1950
	same "$(ids)" "a "
	run -0 --separate-stderr ehr-find --born 1950-03-01
	run -1 --separate-stderr ehr-find --born 1990-01-01
	run -2 --separate-stderr ehr-find --born 1.3.1950
}

@test "criteria all hold" {
	run -0 --separate-stderr ehr-find --today 2026-06-30 \
		--where 'age>65 sex=female has:condition=icd10|E11.9 zip=02138'
	same "$(ids)" "a "
	run -0 --separate-stderr ehr-find --where no:condition=E11.9
	same "$(ids)" "b "
	run -0 --separate-stderr ehr-find \
		--where has:family-history=snomed\|73211009
	same "$(ids)" "b "
	run -1 --separate-stderr ehr-find smith --where 'sex=male born<1980'
	run -1 --separate-stderr ehr-find --where has:condition=snomed\|E11.9
}

@test "criteria and names by standard input" {
	run -0 --separate-stderr bash -c "echo 'sex=male' | ehr-find --where -"
	same "$(ids)" "b "
	run -0 --separate-stderr bash -c "echo 'müller' | ehr-find -"
	same "$(ids)" "a "
}

@test "a faulty criterion is a usage error that does not repeat it" {
	run -2 --separate-stderr ehr-find --where 'sex=male shoesize=Zebra'
	has "$stderr" "term 2"
	[[ $stderr != *Zebra* ]]
	run -2 --separate-stderr ehr-find
	run -2 --separate-stderr ehr-find --where ''
	run -2 --separate-stderr ehr-find a b
}

@test "text of notes: patient, note, snippet on a line" {
	run -0 --separate-stderr ehr-find --text 'pain chest'
	same "$output" $'a\tDocumentReference/n1\tNo chest pain today.'
	run -1 --separate-stderr ehr-find --text '"pain chest"'
	run -1 --separate-stderr ehr-find --text 'chest pain' smithe
	run -0 --separate-stderr ehr-find --text 'chest pain' --test
	same "${#lines[@]}" 2
}

@test "test patients only with --test" {
	run -1 --separate-stderr ehr-find 'smith, test'
	run -0 --separate-stderr ehr-find --test 'smith, test'
	same "$(ids)" "t "
	run -0 --separate-stderr ehr-find --all
	same "$(ids)" "a b "
}

@test "lines are cut at the width of a terminal, never in a pipe" {
	local about='Smith, Joan Rose'
	COLUMNS=30 run -0 --separate-stderr ehr-find -o table --mrn 100
	has "$output" "$about"
	"$BATS_TEST_DIRNAME/on-tty" -w 44 "$T/log" ehr-find --mrn 100 </dev/null
	same "$(tr -d '\r' <"$T/log" | wc -L)" 44
	run -1 grep "$about" "$T/log"
	"$BATS_TEST_DIRNAME/on-tty" -w 200 "$T/log" ehr-find --mrn 100 \
		</dev/null
	run -0 grep "$about" "$T/log"
}

# A note of so many bytes: blanks between the words given.
note() { # ID BYTES WORDS
	printf '{"resourceType":"DocumentReference","id":"%s","status":"current","subject":{"reference":"Patient/a"},"content":[{"attachment":{"contentType":"text/plain","data":"%s"}}]}\n' \
		"$1" "$(printf "%s%*s%s" "$3" "$2" "" "$4" | base64 -w0)"
}

@test "the snippet of a note whose text is kept apart from its body" {
	note large 70000 "A quiet beginning." "Zebrafish at the end." |
		ehr-import -q -
	run -0 sqlite3 "$EHR_DB" "SELECT count(*) FROM resource
		WHERE id = 'large' AND blobs IS NOT NULL"
	same "$output" 1
	run -0 --separate-stderr ehr-find --text zebrafish -o ndjson
	has "$(jq -r .text <<<"$output")" "Zebrafish at the end."
	run -0 --separate-stderr ehr-find --text beginning -o ndjson
	has "$(jq -r .text <<<"$output")" "A quiet beginning."
}

drug() { # TYPE ID PATIENT REFERENCE [CONTAINED]
	printf '{"resourceType":"%s","id":"%s","status":"active","intent":"order","subject":{"reference":"Patient/%s"},%s"medicationReference":{"reference":"%s"}}\n' \
		"$1" "$2" "$3" "${5:-}" "$4"
}
medication() { # ID CODE
	printf '{"resourceType":"Medication","id":"%s","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%s"}]}}\n' \
		"$1" "$2"
}
has_drug() { # CODE WHO
	run "-$((!${#2}))" --separate-stderr ehr-find --where "has:medication=rxnorm|$1"
	same "$(ids)" "$2 "
}

@test "drugs given by reference, wherever and whenever the Medication comes" {
	export EHR_DB=$T/m.ehr
	plain_record
	{
		for p in a b c d; do
			echo '{"resourceType":"Patient","id":"'$p'"}'
		done
		medication before 1
		drug MedicationRequest r1 a Medication/before
		drug MedicationStatement r2 b Medication/late
		drug MedicationRequest r3 c '#in' \
			'"contained":[{"resourceType":"Medication","id":"in","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"3"}]}}],'
		drug MedicationRequest r4 d Medication/before |
			sed 's/"active"/"entered-in-error"/'
	} | ehr-import -q -
	has_drug 1 a
	has_drug 2 ""
	has_drug 3 c
	# The second comes late, then is another drug, then refers to another.
	medication late 2 | ehr-import -q -
	has_drug 2 b
	medication late 4 | ehr-import -q -
	has_drug 2 ""
	has_drug 4 b
	drug MedicationStatement r2 b Medication/before | ehr-import -q -
	has_drug 4 ""
	has_drug 1 $'a b'
	ehr-batch undo "$(ehr-batch list | awk 'END { print $1 }')"
	has_drug 4 b
	# A record of the version before: refused, then made anew.
	sqlite3 "$EHR_DB" "UPDATE config SET value = '3'
		WHERE key = 'index.version'; DELETE FROM token"
	run -6 --separate-stderr ehr-find --where has:medication=rxnorm\|4
	has "$stderr" "ehr-admin reindex"
	ehr-admin reindex
	has_drug 1 a
	has_drug 3 c
	has_drug 4 b
	ehr-admin check
}

@test "no term is left in the arguments for ps" {
	coproc ehr-find --where - smith -m 100 --born 1950
	sleep 0.3
	line=$(tr '\0' ' ' <"/proc/$COPROC_PID/cmdline")
	kill "$COPROC_PID"
	has "$line" ehr-find
	[[ $line != *smith* && $line != *100* && $line != *1950* ]]
}

@test "each search is an event with who was found, without the terms" {
	run -0 --separate-stderr ehr-find --reason recall --where \
		'has:condition=E11.9 name=smith'
	found=$output
	[ -n "$found" ]
	run -0 sqlite3 "$EHR_DB" "SELECT seq, action, outcome, scope, purpose
		FROM audit_event ORDER BY seq DESC LIMIT 1"
	has "$output" '|list|ok|find:has:condition,name|recall'
	run -0 ehr-audit show "${output%%|*}"
	while IFS=$'\t' read -r id _; do
		has "$output" "$id"
	done <<<"$found"
}

@test "no record, not a record" {
	run -9 --separate-stderr ehr-find -d "$T/none" smith
	echo hello >"$T/text"
	run -9 --separate-stderr ehr-find -d "$T/text" smith
}
