load helper

setup() {
	export EHR_DB=$T/p.ehr XDG_STATE_HOME=$T/state
	ehr-admin init
}

get() { # ID FILTER
	ehr-export "$1" | jq -c "select(.resourceType == \"Patient\") | $2"
}

@test "new: a Patient of US Core, its id printed" {
	run -0 --separate-stderr ehr-patient new -v family=Müller given=Ann \
		given=Marie born=1970-05-06 sex=f mrn=4711 phone=555-0100 \
		email=a@b.test 'line=1 Main St' line='Apt 2' city=Boston \
		state=MA zip=02101 race=white ethnicity=not-hispanic \
		birth-sex=F language=english marital=married contact=Karl
	same "$stderr" ""
	[[ $output =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]]
	same "$(get "$output" '[.name[0].family, .name[0].given, .gender, .birthDate, .address[0].line, .identifier[0].value]')" \
		'["Müller",["Ann","Marie"],"female","1970-05-06",["1 Main St","Apt 2"],"4711"]'
	same "$(get "$output" '.extension[0].extension[1].valueString')" '"White"'
}

@test "new: by JSON, and by lines" {
	run -0 --separate-stderr ehr-patient new --json - <<< \
		'{"resourceType":"Patient","id":"abc","name":[{"family":"X"}],"gender":"other"}'
	same "$output" abc
	run -0 --separate-stderr ehr-patient new - <<< $'family=Y\ngiven=Z'
	same "$(get "$output" '.name[0].given[0]')" '"Z"'
	run -3 --separate-stderr ehr-patient new --json - <<< '{"resourceType":"Group"}'
}

@test "new: wrong values are refused" {
	run -2 --separate-stderr ehr-patient new
	run -2 --separate-stderr ehr-patient new sex=f
	same "$stderr" "ehr-patient: patient needs family= or given="
	run -3 --separate-stderr ehr-patient new family=X born=1970-13-01
	same "$stderr" "ehr-patient: born: not a date"
	run -3 --separate-stderr ehr-patient new family=X sex=q
	same "$(ehr-export --all | wc -l)" 0
}

@test "new: a chart number is one patient's" {
	id=$(ehr-patient new family=X mrn=1)
	run -1 --separate-stderr ehr-patient new family=Y mrn=1
	has "$stderr" "$id"
	run -0 --separate-stderr ehr-patient new family=Y mrn=1 --force
}

@test "edit: one phone of several, a name; others keep their text" {
	id=$(ehr-patient new family=X given=A given=B phone=1 mobile=2 mrn=1)
	run -0 --separate-stderr ehr-patient edit "$id" phone=3 given=C email=e@x.test
	same "$output" "$id"
	same "$(get "$id" '[.telecom[] | [.system, .use, .value]]')" \
		'[["phone","home","3"],["phone","mobile","2"],["email",null,"e@x.test"]]'
	same "$(get "$id" '.name[0].given')" '["C"]'
	run -0 --separate-stderr ehr-patient edit "$id" mobile= deceased=2026-01-31
	same "$(get "$id" '[(.telecom | length), .deceasedDateTime]')" '[2,"2026-01-31"]'
	run -0 --separate-stderr ehr-patient edit "$id" deceased=false
	same "$(get "$id" '[.deceasedBoolean, has("deceasedDateTime")]')" '[false,false]'
	run -0 --separate-stderr ehr-patient edit "$id" deceased=false -v
	same "$stderr" "ehr-patient: 1 unchanged"
	run -8 --separate-stderr ehr-patient edit "$id" --if-version 1 phone=4
	run -4 --separate-stderr ehr-patient edit nosuch phone=4
	run -2 --separate-stderr ehr-patient edit "$id" < /dev/null
}
