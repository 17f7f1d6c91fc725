load helper

@test "init makes a record, once" {
	run -0 --separate-stderr ehr-admin init -d "$T/p.ehr" --key-file "$T/key"
	same "$output$stderr" ""
	[ -s "$T/p.ehr" ]
	same "$(stat -c %a "$T/p.ehr")" 600
	before=$(sha256sum "$T/p.ehr")
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" --key-file "$T/key"
	has "$stderr" "exists already"
	same "$(sha256sum "$T/p.ehr")" "$before"
}

@test "init --plain says that the record is not encrypted" {
	run -0 --separate-stderr ehr-admin init --plain -d "$T/p.ehr"
	has "$stderr" "ehr-admin: the record is not encrypted"
	same "$(head -c 15 "$T/p.ehr")" "SQLite format 3"
	run -0 --separate-stderr ehr-admin init --plain -q -d "$T/q.ehr"
	same "$output$stderr" ""
	run -2 --separate-stderr ehr-admin init --plain --key-file "$T/k" \
		-d "$T/x.ehr"
	has "$stderr" "--plain has no key"
	[ ! -e "$T/x.ehr" ] && [ ! -e "$T/k" ]
}

@test "init encrypts, with a passphrase unless an option names another secret" {
	run -2 --separate-stderr setsid -w ehr-admin init -d "$T/p.ehr"
	has "$stderr" "no terminal to ask for a passphrase at: give --key-file or --plain"
	same "$(cd "$T" && echo p.ehr*)" "p.ehr*"
	run -0 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin init \
		-d "$T/p.ehr" <<<$'correct horse battery\ncorrect horse battery'
	run -1 grep -q "SQLite format 3.*sqlite_schema" "$T/p.ehr"
	unset EHR_KEY_FILE
	run -9 setsid -w ehr-find -d "$T/p.ehr" x
	run -0 ehr-admin key list -d "$T/p.ehr"
	has "$output" $'1\tpassphrase'
	run -2 "$BATS_TEST_DIRNAME/on-tty" "$T/log" ehr-admin init \
		-d "$T/q.ehr" <<<$'short\nshort'
	[ ! -e "$T/q.ehr" ] && [ ! -e "$T/q.ehr.keys" ]
}

@test "init names the facility and checks NPI and zone first" {
	run -2 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" --facility A \
		--npi 1234567890
	run -2 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" --facility A \
		--tz Mars/Olympus
	run -2 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" --facility A \
		--tz ../../../etc/passwd
	run -2 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" --npi 1234567893
	[ ! -e "$T/p.ehr" ]
	run -0 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" --facility A \
		--npi 1234567893 --tz America/New_York
}

@test "init takes away what it could not finish" {
	run -2 --separate-stderr ehr-admin init -q --plain -d "$T/p.ehr" \
		--facility $'a\nb'
	[ -z "$(find "$T" -name "p.ehr*")" ]
}

@test "init without a file, in a folder that is not there" {
	run -2 --separate-stderr ehr-admin init --plain
	run -6 --separate-stderr ehr-admin init -q --plain -d "$T/no/p.ehr"
}

@test "settings are set, listed, taken away, each change an event" {
	export EHR_DB=$T/p.ehr
	plain_record
	run -1 --separate-stderr ehr-admin config get practice.phone
	run -0 --separate-stderr ehr-admin config set practice.phone '555 01'
	run -0 --separate-stderr ehr-admin config get practice.phone
	same "$output" "555 01"
	run -0 --separate-stderr ehr-admin config list
	same "$output" $'practice.phone\t555 01'
	run -0 --separate-stderr ehr-admin config set practice.phone '555 01'
	run -0 --separate-stderr ehr-admin config set -n practice.phone x
	run -0 --separate-stderr ehr-admin config unset practice.phone
	run -0 --separate-stderr ehr-admin config unset practice.phone
	run -0 --separate-stderr ehr-admin config list
	same "$output" ""
	run -0 sqlite3 "$EHR_DB" "SELECT group_concat(scope) FROM audit_event
		WHERE action = 'config'"
	same "$output" init:plain,config-set:practice.phone,config-unset:practice.phone
}

@test "settings that are none are refused" {
	export EHR_DB=$T/p.ehr
	plain_record
	for key in store.time index.version phone Practice.phone practice. \
		.phone a..b "a.b c" ""; do
		run -2 --separate-stderr ehr-admin config set "$key" 1
	done
	run -2 --separate-stderr ehr-admin config set practice.phone $'a\nb'
	run -2 --separate-stderr ehr-admin config set practice.phone
	run -2 --separate-stderr ehr-admin config
}

@test "facilities: added, changed, listed, checked" {
	export EHR_DB=$T/p.ehr
	plain_record --facility Main --npi 1234567893 --tz Europe/Vienna
	run -0 --separate-stderr ehr-admin facility add "North Clinic"
	run -0 --separate-stderr ehr-admin facility add Main --tz UTC
	run -0 --separate-stderr ehr-admin facility list
	same "$output" $'1\tMain\t1234567893\tUTC\n2\tNorth Clinic\t\tUTC'
	run -0 --separate-stderr ehr-admin facility add Main --npi ''
	run -0 --separate-stderr ehr-admin facility list
	same "${lines[0]}" $'1\tMain\t\tUTC'
	run -2 --separate-stderr ehr-admin facility add Main --npi 123
	run -2 --separate-stderr ehr-admin facility add Main --tz Nowhere
	run -2 --separate-stderr ehr-admin facility add ""
	run -0 --separate-stderr ehr-admin facility add Main
	run -0 sqlite3 "$EHR_DB" "SELECT count(*) FROM audit_event"
	same "$output" 4
}

@test "staff: added, changed, listed, checked" {
	export EHR_DB=$T/p.ehr
	plain_record
	run -0 --separate-stderr ehr-admin staff add jdoe --name "Dr Doe" \
		--role clinician --npi 1234567893
	run -0 --separate-stderr ehr-admin staff add jdoe --name "Dr Doe" \
		--role clinician --npi 1234567893 --inactive
	run -0 --separate-stderr ehr-admin staff list -o json
	same "$(jq -c '.[1]' <<<"$output")" '{"user":"jdoe","name":"Dr Doe","role":"clinician","npi":"1234567893","active":false,"until":null,"at":null,"emergency":null}'
	run -2 --separate-stderr ehr-admin staff add x --name X --role wizard
	has "$stderr" nurse
	run -2 --separate-stderr ehr-admin staff add x --role nurse
}

one_chart() {
	export EHR_DB=$T/p.ehr
	plain_record
	ehr-import -q - <<-'END'
	{"resourceType":"Patient","id":"a","name":[{"family":"Smith"}]}
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"coding":[{"code":"X"}]},"asserter":{"reference":"Practitioner/none"}}
	END
}

@test "check: nothing is wrong" {
	one_chart
	run -0 --separate-stderr ehr-admin check
	same "$output$stderr" ""
}

@test "check: what is wrong, one a line" {
	one_chart
	sqlite3 "$EHR_DB" "UPDATE resource SET body = replace(body, 'Smith',
		'Smyth') WHERE id = 'a'"
	run -7 --separate-stderr ehr-admin check
	has "$output" "a: version 1: "
	[[ $output != *Smyth* ]]
	sqlite3 "$EHR_DB" "DROP TRIGGER audit_event_update;
		UPDATE audit_event SET user = 'x' WHERE seq = 1"
	run -7 --separate-stderr ehr-admin check
	same "${#lines[@]}" 2
	has "${lines[1]}" "audit log: event 1"
}

@test "check: a page of rubbish" {
	one_chart
	size=$(stat -c %s "$EHR_DB")
	page=$(sqlite3 "$EHR_DB" "SELECT rootpage FROM sqlite_schema
		WHERE name = 'resource'")
	head -c 4096 /dev/urandom | dd of="$EHR_DB" bs=4096 seek=$((page - 1)) \
		conv=notrunc status=none
	same "$(stat -c %s "$EHR_DB")" "$size"
	run -7 --separate-stderr ehr-admin check
	[ -n "$output" ]
}

@test "reindex makes what was lost" {
	one_chart
	sqlite3 "$EHR_DB" "DELETE FROM string; DELETE FROM token"
	run -1 --separate-stderr ehr-find smith
	run -0 --separate-stderr ehr-admin reindex -n
	run -1 --separate-stderr ehr-find smith
	run -0 --separate-stderr ehr-admin reindex
	run -0 --separate-stderr ehr-find smith
	run -0 --separate-stderr ehr-admin check
}

@test "vacuum gives space back" {
	one_chart
	sqlite3 "$EHR_DB" "CREATE TABLE big AS SELECT randomblob(1000000) b;
		DROP TABLE big"
	before=$(stat -c %s "$EHR_DB")
	run -0 --separate-stderr ehr-admin vacuum
	[ "$(stat -c %s "$EHR_DB")" -lt "$before" ]
	run -0 --separate-stderr ehr-admin check
}

@test "health tells sizes and counts, for Prometheus too" {
	one_chart
	run -0 --separate-stderr ehr-admin health -o json
	same "$(jq -r '.[] | select(.name == "resources.Condition") | .value' \
		<<<"$output")" 1
	same "$(jq -r '.[] | select(.name == "pending_links") | .value' \
		<<<"$output")" 1
	same "$(jq -r '.[] | select(.name == "audit_events") | .value' \
		<<<"$output")" 2
	run -0 --separate-stderr ehr-admin health --prometheus
	has "$output" $'# TYPE ehr_batches gauge\nehr_batches 1\n'
	has "$output" 'ehr_resources{type="Patient"} 1'
	[ -z "$(grep -vE '^(# (HELP|TYPE) ehr_[a-z_]+ .*|ehr_[a-z_]+(\{type="[A-Za-z]+"\})? [0-9]+)$' <<<"$output")" ]
	run -0 --separate-stderr ehr-admin health --quick
	[[ $output != *resources* ]]
}

@test "version" {
	one_chart
	run -0 --separate-stderr ehr-admin version -d "$EHR_DB"
	has "$output" $'sqlite\t3.'
	has "$output" $'record schema\t'
	run -9 --separate-stderr ehr-admin health -d "$T/none"
}
