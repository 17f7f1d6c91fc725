load helper

# Each tool with each role. The record is made once, by its owner; a copy has
# another administrator, and the login of this test the role.

setup_file() {
	export BASE=$BATS_FILE_TMPDIR/base.ehr
	ehr-admin -q init --plain -d "$BASE"
	ehr-import -q -d "$BASE" - <<-'END'
	{"resourceType":"Patient","id":"a","name":[{"family":"Smith"}],"birthDate":"1960-01-02"}
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}],"text":"Hypertension"}}
	{"resourceType":"Coverage","id":"v","status":"active","beneficiary":{"reference":"Patient/a"},"payor":[{"reference":"Organization/o"}]}
	{"resourceType":"Organization","id":"o","name":"Payer"}
	{"resourceType":"Location","id":"l","name":"House"}
	{"resourceType":"DocumentReference","id":"n","status":"current","docStatus":"final","subject":{"reference":"Patient/a"},"type":{"text":"Progress note"},"content":[{"attachment":{"contentType":"text/plain","data":"cGFscGl0YXRpb25z"}}]}
	{"resourceType":"DocumentReference","id":"d","status":"current","docStatus":"preliminary","subject":{"reference":"Patient/a"},"type":{"text":"Progress note"},"content":[{"attachment":{"contentType":"text/plain","data":"cGFscGl0YXRpb25z"}}]}
	END
}

# The record, in which the login of this test has the roles $1.
as() {
	export EHR_DB=$T/$1.ehr
	cp "$BASE" "$EHR_DB"
	ehr-admin staff add boss --name Boss --role administrator
	ehr-admin staff add "$(me)" --name Me --role "$1"
}

me() {
	id -un 2>/dev/null || echo "uid $(id -u)"
}

# "role: exit codes" of a command with each role, in one line each.
codes() {
	local role
	for role in administrator clinician nurse front-desk billing analyst \
		auditor service; do
		[ -e "$T/$role.ehr" ] || as "$role"
		EHR_DB=$T/$role.ehr "$@" >"$T/out" 2>"$T/err" </dev/null &&
			status=0 || status=$?
		[ $status != 5 ] || has "$(cat "$T/err")" "role $role has" >&2
		[ $status != 5 ] || has "$(cat "$T/err")" "permission " >&2
		printf '%s ' $status
	done
	echo
}
# The order of the columns: administrator, clinician, nurse, front-desk,
# billing, analyst, auditor, service.

@test "ehr-chart, each verb with each role" {
	same "$(codes ehr-chart show a)" "1 0 0 1 1 1 5 0 "
	same "$(codes ehr-chart show --reason audit a)" "0 0 0 1 1 1 5 0 "
	same "$(codes ehr-chart timeline a)" "1 0 0 1 1 1 5 0 "
	same "$(codes ehr-chart list problems a)" "1 0 0 1 0 0 5 0 "
	same "$(codes ehr-chart list coverage a)" "1 0 0 0 0 0 5 0 "
	same "$(codes ehr-chart list results --all --latest --code 1)" \
		"5 0 0 5 0 0 5 0 "
	same "$(codes ehr-chart trend a --code 1)" "1 1 1 1 1 1 5 1 "
	same "$(codes ehr-chart history Condition/c)" "5 0 0 5 0 0 5 0 "
	same "$(codes ehr-chart history Patient/a)" "0 0 0 0 0 0 5 0 "
	same "$(codes ehr-chart diff a --since 2000)" "1 1 1 1 1 1 5 1 "
}

@test "ehr-find, each way with each role" {
	same "$(codes ehr-find smith)" "0 0 0 0 0 0 5 0 "
	same "$(codes ehr-find --where has:condition=38341003)" \
		"5 0 0 5 0 0 5 0 "
	same "$(codes ehr-find --text palpitations)" "5 0 0 5 5 5 5 0 "
}

@test "ehr-export with each role" {
	same "$(codes ehr-export --all)" "5 0 0 5 5 1 5 0 "
	same "$(codes ehr-export --reason move --all)" "0 0 0 5 5 1 5 0 "
	same "$(codes ehr-export --links)" "0 0 0 0 0 0 5 0 "
}

@test "ehr-note with each role" {
	same "$(codes ehr-note list a)" "1 0 0 1 1 1 5 0 "
	same "$(codes ehr-note show n)" "5 0 0 5 5 5 5 0 "
	same "$(codes ehr-note diff n)" "5 0 0 5 5 5 5 0 "
	same "$(codes ehr-note sign d)" "5 0 5 5 5 5 5 5 "
}

@test "writing with each role" {
	same "$(codes ehr-patient new family=New given=Ann \
		born=1970-01-01)" "5 0 0 0 0 5 5 5 "
	same "$(codes ehr-edit add -n condition a text=Gout)" \
		"5 0 0 5 5 5 5 5 "
	printf '{"resourceType":"Patient","id":"b"}\n' >"$T/in.json"
	same "$(codes ehr-import -q "$T/in.json")" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-batch undo -n 1)" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-patient merge -n a a)" "2 2 2 2 2 2 2 2 "
}

@test "ehr-batch, ehr-audit with each role" {
	cp "$BASE" "$T/base.ehr"
	BASE=$T/base.ehr
	ehr-audit signer new -d "$BASE" -q "$T/signer" >/dev/null
	export EHR_SIGNER=$T/signer
	same "$(codes ehr-batch list)" "0 0 0 0 0 0 5 0 "
	same "$(codes ehr-batch show 1)" "0 0 0 0 0 0 5 0 "
	same "$(codes ehr-audit log)" "5 5 5 5 5 5 0 5 "
	same "$(codes ehr-audit who a)" "5 5 5 5 5 5 0 5 "
	same "$(codes ehr-audit report)" "5 5 5 5 5 5 0 5 "
	same "$(codes ehr-audit show 1)" "5 5 5 5 5 5 0 5 "
	same "$(codes ehr-audit prove 1)" "5 5 5 5 5 5 0 5 "
	same "$(codes ehr-audit verify)" "0 5 5 5 5 5 0 0 "
	same "$(codes ehr-audit requests add --kind access --from patient \
		--what x a)" "0 0 0 0 5 5 5 0 "
	same "$(codes ehr-audit requests list)" "0 0 0 0 5 5 0 0 "
	same "$(codes ehr-audit requests list a)" "0 0 0 0 5 5 0 0 "
	same "$(codes ehr-audit requests note -n --note x 1)" \
		"0 0 0 0 5 5 5 0 "
}

@test "ehr-admin, each verb with each role" {
	same "$(codes ehr-admin config set a.b c)" "0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin config set a.b c)" "0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin config unset x.y)" "0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin config list)" "0 0 0 0 0 0 0 0 "
	same "$(codes ehr-admin facility add North)" "0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin facility place North Location/l)" \
		"0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin facility unplace Location/l)" \
		"0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin facility places)" "0 0 0 0 0 0 0 0 "
	same "$(codes ehr-admin staff add x --name X --role nurse)" \
		"0 5 5 5 5 5 5 5 "
	same "$(codes ehr-admin staff list)" "0 0 0 0 0 0 0 0 "
	same "$(codes ehr-admin check)" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-admin reindex)" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-admin vacuum)" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-admin backup -n --plain "$T/to")" "0 5 5 5 5 5 5 0 "
	same "$(codes ehr-admin health)" "0 0 0 0 0 0 0 0 "
}

@test "what is left out is told, never none" {
	as front-desk
	run -1 --separate-stderr ehr-chart show a
	has "$output" "WITHHELD: 1 clinical, 2 notes"
	has "$output" "Allergies: withheld"
	has "$output" $'Problems\n  withheld'
	has "$output" Payer
	[[ $output != *Hypertension* && $output != *"none recorded"* ]]
	same "$stderr" "ehr-chart: withheld: 1 clinical, 2 notes"
	run -1 --separate-stderr ehr-chart show -o json a
	same "$(jq -c '[.withheld, (.sections[] | select(.name == "problems") | .absent)]' <<<"$output")" \
		'["1 clinical, 2 notes","withheld"]'
	run -1 --separate-stderr ehr-chart show -o html a
	has "$output" "<p>withheld</p>"
	run -1 --separate-stderr ehr-chart list -o json problems a
	same "$(jq -c 'map(.what)' <<<"$output")" '[{"absent":"withheld"}]'
	as analyst
	run -1 --separate-stderr ehr-export a
	same "$(jq -r .resourceType <<<"$output" | sort | tr '\n' ' ')" \
		"Condition Coverage Patient "
	same "$stderr" "ehr-export: withheld: 2 notes"
}

@test "what is withheld is not overwritten" {
	as front-desk
	run -5 --separate-stderr ehr-edit edit Condition/c status=inactive
	same "$stderr" "ehr-edit: Condition: role front-desk has no permission clinical"
	as administrator
	run -5 --separate-stderr ehr-chart history Condition/c
	same "$stderr" "ehr-chart: Condition: role administrator has permission clinical only with --reason"
	run -0 --separate-stderr ehr-chart history --reason complaint Condition/c
}

@test "a refusal is an event, with the patient" {
	as auditor
	run -5 --separate-stderr ehr-chart show a
	run -5 --separate-stderr ehr-admin config set a.b c
	run -0 --separate-stderr ehr-audit log -o tsv
	has "$output" $'ehr-chart\tread\trefused\ta\tchart'
	has "$output" $'ehr-admin\tconfig\trefused\t\tadmin'
}

@test "strangers and those who left are refused" {
	as clinician
	ehr-chart show a >/dev/null
	sqlite3 "$EHR_DB" "UPDATE staff SET active = 0 WHERE name = 'Me'"
	run -5 --separate-stderr ehr-find smith
	same "$stderr" "ehr-find: $(me) is no longer on the staff of this record"
	sqlite3 "$EHR_DB" "UPDATE staff SET active = 1, until = 1 WHERE name = 'Me'"
	run -5 --separate-stderr ehr-find smith
	sqlite3 "$EHR_DB" "DELETE FROM staff WHERE name = 'Me';
		INSERT INTO staff(user, name, role) VALUES ('other', 'O', 'nurse')"
	run -5 --separate-stderr ehr-find smith
	same "$stderr" "ehr-find: $(me) is not on the staff of this record"
	run -5 --separate-stderr ehr-audit verify
	same "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM audit_event
		WHERE action = 'login' AND outcome = 'refused'")" 4
}

# What takes a reason: an entry with a label, a chart of the list.
sensitive() {
	cp "$BASE" "$T/base.ehr"
	EHR_DB=$T/base.ehr ehr-import -q - <<-'END'
	{"resourceType":"Condition","id":"h","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]},"subject":{"reference":"Patient/a"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"86406008"}],"text":"HIV infection"}}
	{"resourceType":"Patient","id":"w","name":[{"family":"Famous"}]}
	{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/w"},"code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},"effectiveDateTime":"2026-01-01","valueQuantity":{"value":7,"unit":"mg"}}
	{"resourceType":"Patient","id":"r","meta":{"security":[{"code":"R"}]},"name":[{"family":"Restricted"}]}
	END
	EHR_DB=$T/base.ehr ehr-admin sensitive add w
	BASE=$T/base.ehr
}

@test "a labelled entry: with a reason only, flagged" {
	sensitive
	as clinician
	run -1 --separate-stderr ehr-chart show a
	has "$output" Hypertension
	has "$output" "WITHHELD: 1 sensitive"
	[[ $output != *"HIV infection"* ]]
	same "$stderr" "ehr-chart: withheld: 1 sensitive"
	run -0 --separate-stderr ehr-chart show --reason treatment a
	has "$output" "HIV infection"
	run -5 --separate-stderr ehr-chart history Condition/h
	same "$stderr" "ehr-chart: Condition: role clinician has permission sensitive only with --reason"
	run -1 --separate-stderr ehr-find --where has:condition=86406008
	same "$output$stderr" "ehr-find: withheld: 1 sensitive"
	run -0 --separate-stderr ehr-find --reason x --where has:condition=86406008
	run -1 --separate-stderr ehr-export a
	[[ $output != *86406008* ]]
	run -1 --separate-stderr ehr-export --history a
	[[ $output != *86406008* ]]
	run -5 --separate-stderr ehr-edit resolve Condition/h
	run -0 --separate-stderr ehr-edit resolve --reason treatment Condition/h
	# The label is taken away: what it was before stays behind it.
	ehr-export --reason x a | jq -c 'select(.id == "h") | del(.meta)' >"$T/h"
	as service
	ehr-import -q "$T/h"
	sqlite3 "$EHR_DB" "UPDATE staff SET role = 'clinician' WHERE name = 'Me'"
	run -1 --separate-stderr ehr-export --history a
	same "$(jq -r 'select(.id == "h") | .meta.security[0].code' <<<"$output")" null
}

@test "a chart of the list, and of a labelled patient" {
	sensitive
	as clinician
	run -5 --separate-stderr ehr-chart show w
	same "$stderr" "ehr-chart: w: role clinician has permission sensitive only with --reason"
	run -5 --separate-stderr ehr-chart show r
	run -1 --separate-stderr ehr-find famous
	same "$output$stderr" "ehr-find: withheld: 1 sensitive"
	run -0 --separate-stderr ehr-find --reason treatment famous
	run -1 --separate-stderr ehr-chart list results --all --latest --code 1-8
	same "$output$stderr" "ehr-chart: withheld: 1 sensitive"
	run -1 --separate-stderr ehr-export --all
	same "$(jq -r 'select(.resourceType == "Patient") | .id' <<<"$output")" a
	has "$stderr" "withheld: 4 sensitive"
	run -5 --separate-stderr ehr-edit add condition w text=Gout
	same "$stderr" "ehr-edit: w: role clinician has permission sensitive only with --reason"
	run -0 --separate-stderr ehr-edit add --reason treatment condition w text=Gout
	as analyst
	run -5 --separate-stderr ehr-chart show --reason curiosity w
	same "$stderr" "ehr-chart: w: role analyst has no permission sensitive"
}

@test "sensitive accesses are flagged in the log" {
	sensitive
	as clinician,auditor
	run -5 ehr-chart show w
	ehr-chart show --reason treatment w >/dev/null
	ehr-chart show --reason treatment a >/dev/null
	run -1 ehr-chart show a
	ehr-export --reason move -O "$T/all" --all
	run -0 --separate-stderr ehr-audit log --flag sensitive
	same "$(cut -f 4-8 <<<"$output")" "ehr-chart	read	ok	w	[sensitive] chart
ehr-chart	read	ok	a	[sensitive] chart
ehr-export	export	begin	(all)	[sensitive]
ehr-export	export	ok	(3)	[sensitive]"
}

@test "breaking the glass: listed staff only, flagged, for a time" {
	sensitive
	as front-desk
	run -5 --separate-stderr ehr-chart show --break-glass "no pulse" a
	same "$stderr" "ehr-chart: --break-glass: $(me) is not listed for emergency access, or no longer"
	run -2 --separate-stderr ehr-chart show --break-glass "" a
	as administrator,auditor
	ehr-admin staff add "$(me)" --name Me --role administrator,auditor \
		--emergency
	ehr-admin staff add boss --name Boss --role administrator
	sqlite3 "$EHR_DB" "UPDATE staff SET role = 'front-desk,auditor'
		WHERE name = 'Me'"
	run -0 --separate-stderr ehr-chart show --break-glass "no pulse" w
	run -0 --separate-stderr ehr-chart show --break-glass "no pulse" a
	has "$output" "HIV infection"
	run -0 --separate-stderr ehr-find --break-glass "no pulse" famous
	run -0 --separate-stderr ehr-note show --break-glass "no pulse" n
	run -2 --separate-stderr ehr-export --break-glass "no pulse" --all
	run -2 --separate-stderr ehr-edit add --break-glass x condition a text=Gout
	run -0 --separate-stderr ehr-audit log --flag break-glass
	same "$(cut -f 4-9 <<<"$output")" "ehr-chart	read	ok	w	[break-glass,sensitive] chart	no pulse
ehr-chart	read	ok	a	[break-glass,sensitive] chart	no pulse
ehr-find	list	ok	w	[break-glass,sensitive] find:name	no pulse
ehr-note	read	ok	a	[break-glass,sensitive] note	no pulse"
	# It ends by itself.
	sqlite3 "$EHR_DB" "UPDATE staff SET emergency = 1 WHERE name = 'Me'"
	run -5 --separate-stderr ehr-chart show --break-glass "no pulse" a
	run -0 --separate-stderr ehr-audit log --flag break-glass --action login
	same "$(cut -f 4-9 <<<"$output")" \
		"ehr-chart	login	refused		[break-glass]	no pulse"
}

@test "the list: kinds, one's own chart, removal" {
	sensitive
	as clinician,administrator
	run -0 --separate-stderr ehr-admin sensitive list
	same "$output" $'w\tvip\t'
	run -2 --separate-stderr ehr-admin sensitive add a --kind own
	run -2 --separate-stderr ehr-admin sensitive add a --user boss
	run -4 --separate-stderr ehr-admin sensitive add a --kind own --user no
	run -4 --separate-stderr ehr-admin sensitive add none
	run -0 --separate-stderr ehr-admin sensitive add -n a --kind own --user boss
	run -0 --separate-stderr ehr-admin sensitive add a --kind own --user boss
	run -1 --separate-stderr ehr-chart show a
	run -0 --separate-stderr ehr-admin sensitive add a --kind family --user "$(me)"
	run -5 --separate-stderr ehr-chart show a
	run -0 --separate-stderr ehr-admin sensitive add Condition/c --kind restriction
	run -0 --separate-stderr ehr-admin sensitive list
	same "${#lines[@]}" 4
	run -0 --separate-stderr ehr-admin sensitive remove a --user "$(me)"
	run -1 --separate-stderr ehr-chart show a
	has "$stderr" "withheld: 2 sensitive"
	run -0 --separate-stderr ehr-admin sensitive remove Condition/c
	run -1 --separate-stderr ehr-admin sensitive remove Condition/c
	same "$stderr" "ehr-admin: not on the list"
	as nurse
	run -5 --separate-stderr ehr-admin sensitive add a
	run -5 --separate-stderr ehr-admin sensitive remove w
	run -5 --separate-stderr ehr-admin sensitive list
}

@test "labels hold while the index is made anew" {
	sensitive
	as clinician
	sqlite3 "$EHR_DB" "UPDATE config SET value = '0' WHERE key = 'index.version'"
	run -1 --separate-stderr ehr-chart show a
	same "$stderr" "ehr-chart: withheld: 1 sensitive"
	run -5 --separate-stderr ehr-chart show r
	run -5 --separate-stderr ehr-chart show w
}

@test "several roles, an end, a place" {
	as administrator,auditor,clinician
	ehr-audit log >/dev/null
	ehr-admin facility add North
	run -0 --separate-stderr ehr-admin staff add x --name X \
		--role nurse,auditor --until 2030-12-31 --at North
	run -0 --separate-stderr ehr-admin staff list -o json
	same "$(jq -c '.[2] | [.role, .until, .at]' <<<"$output")" \
		'["nurse,auditor","2030-12-31T23:59:59.999Z","North"]'
	run -4 --separate-stderr ehr-admin staff add x --name X --role nurse \
		--at South
	run -2 --separate-stderr ehr-admin staff add x --name X --role nurse,nurse
}

@test "the last administrator stays" {
	as administrator
	ehr-admin staff add boss --name Boss --role nurse
	run -2 --separate-stderr ehr-admin staff add "$(me)" --name Me --role nurse
	run -0 --separate-stderr ehr-admin config set a.b c
}

@test "rows of before: roles are renamed, an owner is there at once" {
	export EHR_DB=$T/old.ehr
	cp "$BASE" "$EHR_DB"
	sqlite3 "$EHR_DB" "DELETE FROM staff"
	run -0 --separate-stderr ehr-admin staff add x --name X --role nurse
	has "$stderr" "$(me) is now the owner: administrator, auditor and clinician"
	run -0 --separate-stderr ehr-admin staff list -o tsv
	has "$output" $'\tadministrator,auditor,clinician\t'
	run -0 --separate-stderr ehr-audit log
}
