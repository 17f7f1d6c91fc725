load helper

setup() {
	export EHR_DB=$T/p.ehr XDG_STATE_HOME=$T/state
	new_record
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

@test "new: somebody very like is told" {
	id=$(ehr-patient new family=Smith given=Robert born=1960-02-03 sex=m)
	run -1 --separate-stderr ehr-patient new family=SMITH given=Rob born=1960-02-03 sex=m
	has "$stderr" "$id is very like that patient"
	run -0 --separate-stderr ehr-patient new family=Smith given=Anna born=1960-02-03 sex=f
	run -0 --separate-stderr ehr-patient new family=Smith given=Rob born=1960-02-03 sex=m --force
}

two_charts() { # A and B with two entries each, ids in $A and $B
	A=$(ehr-patient new family=Smith given=Bob born=1960-02-03 sex=m mrn=1)
	B=$(ehr-patient new family=Smith given=Bob born=1960-03-02 sex=m mrn=2 --force)
	ehr-edit add condition "$A" text=one
	ehr-edit add condition "$B" text=two
	ehr-edit add vital "$B" hr=70
}

types() { # ID: its chart
	ehr-export "$@" | jq -r .resourceType | sort | uniq -c | awk '{ print $2 $1 }' | tr '\n' ' '
}

@test "merge: the plan first, nothing written" {
	two_charts
	run -0 --separate-stderr ehr-patient merge -n "$A" "$B"
	same "${lines[0]}" $'id\t'"$A"$'\t'"$B"$'\tstays, goes into it'
	same "${lines[1]}" $'name\tSmith, Bob\tSmith, Bob\tsame'
	same "${lines[2]}" $'birthdate\t1960-02-03\t1960-03-02\tconflict'
	has "$output" $'Condition\t1\t1\tmoves'
	has "$output" $'Observation\t0\t1\tmoves'
	same "$(types "$A")" "Condition1 Patient1 "
	same "$(types "$B")" "Condition1 Observation1 Patient1 "
}

@test "merge and unmerge: one chart, then two again, and each as of its time" {
	two_charts
	before=$(ehr-export --all | sort)
	sleep 0.01
	T0=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	sleep 0.01
	run -0 --separate-stderr ehr-patient merge "$A" "$B" --reason same
	same "$output" "$A"$'\n'"$B"
	same "$(types "$A")" "Condition2 Observation1 Patient2 "
	same "$(types "$B")" "Condition2 Observation1 Patient2 "
	same "$(ehr-export "$A" | jq -c 'select(.resourceType == "Patient") | [.active, .link[0].type, .link[0].other.reference]' | sort)" \
		"[false,\"replaced-by\",\"Patient/$A\"]
[true,\"replaces\",\"Patient/$B\"]"
	same "$(types --as-of "$T0" "$A")" "Condition1 Patient1 "
	same "$(types --as-of "$T0" "$B")" "Condition1 Observation1 Patient1 "
	# the same again
	run -0 --separate-stderr ehr-patient merge "$A" "$B" -v
	same "$stderr" "ehr-patient: 1 unchanged"
	run -0 --separate-stderr ehr-patient unmerge "$A"
	same "$(ehr-export --all | sort)" "$before"
	same "$(types "$B")" "Condition1 Observation1 Patient1 "
	run -1 --separate-stderr ehr-patient unmerge "$A"
	same "$stderr" "ehr-patient: nobody was merged into that patient"
}

@test "unmerge: by batch; refused when later batches built on it" {
	two_charts
	ehr-patient merge "$A" "$B"
	batch=$(ehr-batch list | cut -f 1 | sort -n | tail -1)
	ehr-patient edit "$A" phone=555-0100
	run -1 --separate-stderr ehr-patient unmerge "$A"
	has "${stderr_lines[0]}" "ehr-patient: $A: changed by batch $((batch + 1))"
	same "$(types "$B")" "Condition2 Observation1 Patient2 "
	ehr-batch undo $((batch + 1))
	run -0 --separate-stderr ehr-patient unmerge "$batch"
	same "$(types "$A")" "Condition1 Patient1 "
	run -2 --separate-stderr ehr-patient unmerge 1
	run -4 --separate-stderr ehr-patient unmerge nosuch
}

@test "merge: three into one, taken back one by one" {
	two_charts
	C=$(ehr-patient new family=Other given=C)
	ehr-patient merge "$A" "$B"
	ehr-patient merge "$A" "$C"
	same "$(types "$A")" "Condition2 Observation1 Patient3 "
	ehr-patient unmerge "$A"
	same "$(types "$A")" "Condition2 Observation1 Patient2 "
	ehr-patient unmerge "$A"
	same "$(types "$A")" "Condition1 Patient1 "
}

@test "merge: patients of two sources; an entry added to either is in the chart" {
	echo '{"resourceType":"Patient","id":"x"}' > "$T/x.json"
	ehr-import -q --source clinic "$T/x.json"
	A=$(ehr-patient new family=Smith)
	run -0 --separate-stderr ehr-patient merge "$A" clinic:x
	same "$(ehr-export "$A" | jq -c 'select(.active) | .link[0].other')" \
		'{"type":"Patient","identifier":{"system":"urn:ehr:source:clinic","value":"x"}}'
	ehr-edit add condition clinic:x text=x
	same "$(types "$A")" "Condition1 Patient2 "
	ehr-patient unmerge "$A"
	same "$(types clinic:x)" "Patient1 "
}

@test "merge: usage" {
	run -2 --separate-stderr ehr-patient merge a
	run -2 --separate-stderr ehr-patient merge a a
	run -4 --separate-stderr ehr-patient merge a b
}

@test "duplicates: id first, score and reasons, best first" {
	a=$(ehr-patient new family=Smith given=Robert born=1960-02-03 sex=m)
	b=$(ehr-patient new family=Smith given=Rob born=1960-02-03 sex=m --force)
	c=$(ehr-patient new family=Smith given=Anna born=1960-02-03 sex=f)
	d=$(ehr-patient new family=Jones given=Mary born=1971-04-12 sex=f zip=02101 phone=555-010-0001)
	e=$(ehr-patient new family=Jonas given=Mary born=1971-12-04 sex=f zip=02101 phone=5550100001)
	run -0 --separate-stderr ehr-patient duplicates --min 76
	same "$output" "$a	$b	79	family,given~,birthdate,sex"
	run -0 --separate-stderr ehr-patient duplicates
	same "${lines[1]}" "$d	$e	75	family~,given,birthdate-swapped,sex,phone,zip"
	ehr-patient merge "$a" "$b"
	run -0 --separate-stderr ehr-patient duplicates --min 76
	same "$output" ""
}

@test "duplicates: what gen-practice plants is found, twins are not" {
	gen=$EHR_BUILD/tests/tools/gen-practice
	[ -x "$gen" ] || make -s -C "$EHR_TOP" "$gen"
	"$gen" -n 3000 --resources-per-patient 20 | grep '"resourceType":"Patient"' > "$T/g.ndjson"
	ehr-import -q "$T/g.ndjson"
	ehr-patient duplicates | awk -F '\t' '{ print $1 < $2 ? $1 " " $2 : $2 " " $1 }' | sort > "$T/found"
	# planted: the one before again, with another home
	jq -r '[.id, .name[0].family, .birthDate, .address[0].line[0]] | @tsv' "$T/g.ndjson" |
		awk -F '\t' '$2 == f && $3 == b && $4 != l { print $1 < i ? $1 " " i : i " " $1 }
			{ i = $1; f = $2; b = $3; l = $4 }' | sort > "$T/planted"
	[ "$(wc -l < "$T/planted")" -ge 10 ]
	same "$(comm -13 "$T/found" "$T/planted")" ""
	[ "$(comm -23 "$T/found" "$T/planted" | wc -l)" -le 1 ]
}
