load helper

# Who works at one facility writes nothing of another one, and reads all.

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init -q --plain
	ehr-import -q - <<-'END'
	{"resourceType":"Patient","id":"a","name":[{"family":"Smith"}]}
	{"resourceType":"Location","id":"north","name":"North"}
	{"resourceType":"Location","id":"room","name":"Room 1","partOf":{"reference":"Location/north"}}
	{"resourceType":"Location","id":"south","name":"South"}
	{"resourceType":"Location","id":"fair","name":"Health fair"}
	{"resourceType":"Encounter","id":"n","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"location":[{"location":{"reference":"Location/room"}}]}
	{"resourceType":"Encounter","id":"s","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"location":[{"location":{"reference":"Location/south"}}]}
	{"resourceType":"Encounter","id":"f","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"location":[{"location":{"reference":"Location/fair"}}]}
	{"resourceType":"Encounter","id":"secret","status":"finished","meta":{"security":[{"code":"R"}]},"class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"location":[{"location":{"reference":"Location/south"}}]}
	{"resourceType":"Condition","id":"cs","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/s"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Asthma"}}
	{"resourceType":"Condition","id":"cn","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/n"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Hypertension"}}
	END
	ehr-admin facility add North
	ehr-admin facility add South
	ehr-admin facility place North Location/north
	ehr-admin facility place South Location/south
	ehr-admin staff add boss --name Boss --role administrator
	ehr-admin staff add "$(me)" --name Me --role clinician,administrator \
		--at North
}

me() {
	id -un 2>/dev/null || echo "uid $(id -u)"
}

add() { # ARGS...
	ehr-edit add condition a text=Gout "$@"
}

@test "reading is of the whole practice" {
	run -0 --separate-stderr ehr-chart show --reason treatment a
	has "$output" Asthma
	has "$output" Hypertension
	run -0 ehr-export --reason treatment a
	has "$output" '"id":"cs"'
}

@test "new entries: of the own facility, of none, not of another one" {
	run -0 --separate-stderr add
	run -0 --separate-stderr add encounter=Encounter/n
	run -0 --separate-stderr add encounter=Encounter/f
	run -5 --separate-stderr add encounter=Encounter/s
	same "$output$stderr" "ehr-edit: Condition: of facility South, where you do not work"
	run -5 --separate-stderr add -n encounter=Encounter/s
	# What may not be read counts, too.
	run -5 --separate-stderr add encounter=Encounter/secret
	run -0 --separate-stderr ehr-admin staff add "$(me)" --name Me \
		--role clinician,administrator --everywhere
	run -0 --separate-stderr add encounter=Encounter/s
}

@test "entries that are there: by what they were, not only by what they become" {
	run -0 --separate-stderr ehr-edit resolve Condition/cn
	run -5 --separate-stderr ehr-edit resolve Condition/cs
	run -5 --separate-stderr ehr-edit edit Condition/cs \
		encounter=Encounter/n
	run -5 --separate-stderr ehr-edit edit Condition/cn \
		encounter=Encounter/s
	run -5 --separate-stderr ehr-edit enter-in-error Condition/cs
	run -0 --separate-stderr ehr-edit edit Condition/cn \
		encounter=Encounter/f
}

@test "where somebody wrote is recorded, and what was refused" {
	add encounter=Encounter/n
	run -5 add encounter=Encounter/s
	run -0 --separate-stderr ehr-batch list -o json
	same "$(jq -c 'map([.tool, .at])' <<<"$output")" \
		'[["ehr-import",null],["ehr-edit","North"]]'
}

@test "imports are of the practice" {
	ehr-admin staff add "$(me)" --name Me --role service,administrator
	printf '%s\n' '{"resourceType":"Condition","id":"x","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/s"},"code":{"text":"Gout"}}' >"$T/in"
	run -0 --separate-stderr ehr-import -q "$T/in"
}

@test "places: listed, moved, taken back" {
	run -0 --separate-stderr ehr-admin facility places
	same "$output" $'Location/north\tNorth\nLocation/south\tSouth'
	run -0 ehr-admin facility place South Location/south
	run -0 ehr-admin facility place -n North Location/south
	run -5 add encounter=Encounter/s
	run -0 ehr-admin facility place North Location/south
	run -0 add encounter=Encounter/s
	run -0 ehr-admin facility unplace Location/south
	run -1 --separate-stderr ehr-admin facility unplace Location/south
	same "$stderr" "ehr-admin: it is of no facility"
	run -4 --separate-stderr ehr-admin facility place East Location/south
	run -4 --separate-stderr ehr-admin facility place North Location/none
	run -4 --separate-stderr ehr-admin facility place North Patient/a
	same "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM audit_event
		WHERE scope = 'facility-place'")" 3
}

@test "a member changed otherwise stays where and until when" {
	run -0 ehr-admin staff add x --name X --role nurse --at North \
		--until 2030-12-31 --npi 1234567893
	run -0 ehr-admin staff add x --name X --role clinician
	run -0 ehr-admin staff list -o json
	same "$(jq -c '.[2] | [.role, .npi, .until, .at]' <<<"$output")" \
		'["clinician","1234567893","2030-12-31T23:59:59.999Z","North"]'
	run -2 --separate-stderr ehr-admin staff add x --name X --role nurse \
		--at North --everywhere
	run -2 --separate-stderr ehr-admin staff add x --name X --role nurse \
		--until 2031-01-01 --no-end
	run -4 --separate-stderr ehr-admin staff add x --name X --role nurse \
		--at West
	run -0 ehr-admin staff add x --name X --role nurse --everywhere --no-end
	run -0 ehr-admin staff list -o json
	same "$(jq -c '.[2] | [.role, .until, .at]' <<<"$output")" \
		'["nurse",null,null]'
}

@test "a facility changed otherwise keeps its zone and number" {
	ehr-admin facility add North --tz America/Chicago
	ehr-admin facility add North --npi 1234567893
	run -0 ehr-admin facility list
	same "${lines[0]}" $'1\tNorth\t1234567893\tAmerica/Chicago'
	run -2 ehr-admin facility add North --tz Nowhere/There
}
