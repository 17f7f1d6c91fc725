load helper

setup() {
	export EHR_DB=$T/p.ehr
	new_record
	cd "$T"
	cat > in.ndjson <<-'END'
	{"resourceType":"Organization","id":"org"}
	{"resourceType":"Organization","id":"other"}
	{"resourceType":"Practitioner","id":"dr"}
	{"resourceType":"Patient","id":"b","managingOrganization":{"reference":"Organization/org"}}
	{"resourceType":"Patient","id":"a","generalPractitioner":[{"reference":"urn:uuid:2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11"}]}
	{"resourceType":"PractitionerRole","id":"role","practitioner":{"reference":"Practitioner/dr"},"organization":{"reference":"Organization/org"}}
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/b"},"asserter":{"reference":"PractitionerRole/role"}}
	{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/missing"}}
	END
	ehr-import in.ndjson
}

ids() { # of NDJSON on standard input
	jq -r '"\(.resourceType)/\(.id)"' | tr '\n' ' '
}

@test "one chart: the Patient first" {
	run -0 --separate-stderr ehr-export b
	same "$(ids <<< "$output")" "Patient/b Condition/c "
	same "$stderr" ""
}

@test "everything: nobody's first, then charts by name" {
	run -0 --separate-stderr ehr-export --all
	same "$(ids <<< "$output")" "Organization/org Organization/other Practitioner/dr PractitionerRole/role Patient/a Patient/b Condition/c Condition/c2 "
	sort <<< "$output" > all
	sort in.ndjson | cmp - all
}

@test "from standard input, each once, in the order of names" {
	run -0 --separate-stderr ehr-export - < <(printf 'b\tx\na\nb\n')
	same "$(ids <<< "$output")" "Patient/a Patient/b Condition/c "
}

@test "a patient only referred to has a chart" {
	run -0 --separate-stderr ehr-export missing
	same "$(ids <<< "$output")" "Condition/c2 "
}

@test "--type, also of several and again" {
	run -0 --separate-stderr ehr-export --all --type Condition,Practitioner
	same "$(ids <<< "$output")" "Practitioner/dr Condition/c Condition/c2 "
	run -0 --separate-stderr ehr-export b --type Patient --type Condition
	same "$(ids <<< "$output")" "Patient/b Condition/c "
	run -2 --separate-stderr ehr-export b --type Teapot
	has "$stderr" "--type Teapot: no resource type"
}

@test "--with-referenced: what is referred to, and what that refers to" {
	run -0 --separate-stderr ehr-export b --with-referenced
	same "$(ids <<< "$output")" "Patient/b Condition/c Organization/org Practitioner/dr PractitionerRole/role "
	run -0 --separate-stderr ehr-export b --with-referenced --type Practitioner
	same "$(ids <<< "$output")" "Practitioner/dr "
}

@test "-o bundle: a collection, streamed" {
	run -0 --separate-stderr ehr-export b -o bundle
	same "$(jq -r '.resourceType, .type, (.entry | length)' <<< "$output" |
		tr '\n' ' ')" "Bundle collection 2 "
	same "$(jq -r '.entry[0].fullUrl' <<< "$output")" \
		"https://local.invalid/Patient/b"
	run -0 --separate-stderr ehr-export b -o bundle --type Account
	same "$output" '{"resourceType":"Bundle","type":"collection"}'
}

@test "-O folder: a file a type, or a Bundle a patient" {
	run -0 --separate-stderr ehr-export --all -O out/
	same "$output" ""
	same "$(cd out && echo *)" \
		"Condition.ndjson Organization.ndjson Patient.ndjson Practitioner.ndjson PractitionerRole.ndjson"
	same "$(ids < out/Patient.ndjson)" "Patient/a Patient/b "
	run -2 --separate-stderr ehr-export --all -O out
	has "$stderr" "exists already"
	run -0 --separate-stderr ehr-export --all -O out --force
	run -0 --separate-stderr ehr-export --all -o bundle -O pts/
	same "$(cd pts && echo *)" "_shared.json a.json b.json missing.json"
	jq -e '.entry | length == 2' pts/b.json
}

@test "-O file" {
	run -0 --separate-stderr ehr-export a -O a.ndjson
	same "$(ids < a.ndjson)" "Patient/a "
	run -2 --separate-stderr ehr-export a -O a.ndjson
	run -0 --separate-stderr ehr-export b -O a.ndjson --force
	same "$(ids < a.ndjson)" "Patient/b Condition/c "
}

@test "--refs: as they came, or as the record resolved them" {
	u=2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11
	run -0 --separate-stderr ehr-export a
	has "$output" "\"urn:uuid:$u\""
	run -0 --separate-stderr ehr-export a --refs resolved
	has "$output" "\"urn:uuid:$u\""
	printf '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:%s","resource":{"resourceType":"Practitioner","id":"gp"}}]}' \
		$u | ehr-import
	run -0 --separate-stderr ehr-export a --refs resolved
	has "$output" '[{"reference":"Practitioner/gp"}]'
	run -0 --separate-stderr ehr-export a --refs source
	has "$output" "\"urn:uuid:$u\""
}

@test "--history: every version; a Bundle tells deletions as well" {
	echo '{"resourceType":"Patient","id":"a","gender":"male"}' | ehr-import
	echo '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/a"}}]}' |
		ehr-import
	run -0 --separate-stderr ehr-export a
	same "$output" ""
	run -0 --separate-stderr ehr-export a --history
	same "${#lines[@]}" 2
	same "${lines[1]}" '{"resourceType":"Patient","id":"a","gender":"male"}'
	run -0 --separate-stderr ehr-export a --history -o bundle
	same "$(jq -r '.type, (.entry[] | .request.method, .resource.gender,
		.response.etag)' <<< "$output" | tr '\n' ' ')" \
		'history DELETE null W/"3" PUT male W/"2" PUT null W/"1" '
	# and comes back as it was
	new_record -d q.ehr
	ehr-import -d q.ehr <<< "$output"
	run -0 --separate-stderr ehr-export -d q.ehr a
	same "$output" ""
}

@test "--since and --as-of" {
	sleep 1.1
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	sleep 1.1
	echo '{"resourceType":"Patient","id":"a","gender":"male"}' | ehr-import
	run -0 --separate-stderr ehr-export --all --since "$now"
	same "$output" '{"resourceType":"Patient","id":"a","gender":"male"}'
	run -0 --separate-stderr ehr-export a --as-of "$now"
	has "$output" '"generalPractitioner"'
	run -2 --separate-stderr ehr-export a --as-of "$now" --history
}

@test "--links: what leads nowhere" {
	run -0 --separate-stderr ehr-export --links
	same "$(sort <<< "$output")" "$(printf '%s\tpending\t%s\n' \
		Condition/c2 Patient/missing \
		a urn:uuid:2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11)"
}

@test "a resource of two patients is written once" {
	echo '{"resourceType":"Appointment","id":"ap","status":"booked","participant":[
	{"status":"accepted","actor":{"reference":"Patient/b"}},
	{"status":"accepted","actor":{"reference":"Patient/a"}}]}' | ehr-import
	for set in --all "a b"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr ehr-export $set --type Appointment
		same "${#lines[@]}" 1
	done
	for pt in a b; do
		run -0 --separate-stderr ehr-export $pt --type Appointment
		same "${#lines[@]}" 1
	done
}

@test "usage and unknown patients" {
	run -2 --separate-stderr ehr-export
	has "$stderr" "no patient given"
	run -2 --separate-stderr ehr-export --all a
	run -4 --separate-stderr ehr-export nobody
	same "$output" ""
	run -4 --separate-stderr ehr-export a nobody
	same "$output" ""
}

@test "a closed pipe ends quietly, a full disk is exit 6" {
	"$EHR_BUILD/tests/tools/gen-practice" -n 5 | ehr-import
	run -0 --separate-stderr bash -c \
		'{ ehr-export --all; echo $? >&2; } | head -n 1 | wc -l'
	same "$stderr" 141
	run -6 --separate-stderr sh -c 'ehr-export --all > /dev/full'
}

@test "the audit log: scope first, then whose data it was" {
	ehr-export a --reason transfer > /dev/null
	ehr-export --all --type Patient > /dev/null
	run -4 ehr-export nobody
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -r '.[] | select(.tool == "ehr-export") |
		[.action, .outcome, .patients, .scope, .purpose] | @csv' \
		<<< "$output")" "$(cat <<-'END'
		"export","begin","a",,"transfer"
		"export","ok","a",,"transfer"
		"export","begin","(all)","Patient",
		"export","ok","(2)","Patient",
		END
	)"
}
