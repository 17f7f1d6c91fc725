load helper

setup() {
	export EHR_DB=$T/p.ehr XDG_STATE_HOME=$T/state
	unset VISUAL EDITOR
	new_record
	PT=$(ehr-patient new family=Smith given=Bob born=1960-02-03 sex=m)
}

add() { # KIND key=value...: the ids
	local kind=$1
	shift
	ehr-edit add "$kind" "$PT" "$@"
}

get() { # TYPE/ID FILTER: of the resource as it is
	ehr-export "$PT" | jq -c --arg id "${1#*/}" "select(.id == \$id) | $2"
}

versions() { # TYPE/ID: how many
	ehr-export --history "$PT" | jq -c --arg id "${1#*/}" \
		'select(.id == $id)' | wc -l
}

@test "each kind is built whole: no finding of R4 or US Core" {
	while read -r kind keys; do
		eval "set -- $keys"
		run -0 --separate-stderr ehr-edit add "$kind" "$PT" "$@" -v
		same "$stderr" ""
		[ "${#lines[@]}" -eq 1 ]
		[[ $output =~ ^[A-Z][A-Za-z]*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]]
	done <<-'END'
	condition code='icd10|E11.9|Type 2 diabetes mellitus' onset=2020-05 severity=mild note=stable
	condition text=Cough category=diagnosis verification=provisional
	medication 'code=rxnorm|860975' 'sig=one twice a day' dose=1tab quantity=60tabs refills=3 route=oral
	allergy text=Penicillin category=medication reaction=hives severity=moderate criticality=high
	vital bp=128/82 date=2026-01-31T12:00
	vital weight=80kg
	vital spo2=98
	result code=4548-4 value=7.10 unit=% ref=4.0-5.6 flag=H issued=now
	immunization code=140 lot=A1 expires=2027-01-31 site=left
	immunization code=140 reason=refused
	procedure text=Appendectomy date=2001
	encounter type=follow-up reason-text=cough end=now
	family-history relation=father text=infarction onset-age=53 deceased=yes
	social-history smoking=former
	goal 'text=HbA1c under 7' measure=4548-4 'target=<7%' due=2027-01-01
	plan 'text=less salt & <more> walks' title=Plan
	device text=Pacemaker udi=x lot=1
	END
}

@test "codes: short names, bare codes, words" {
	id=$(add condition code='icd10|E11.9|Diabetes' code='snomed|44054006')
	same "$(get "$id" .code)" '{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9","display":"Diabetes"},{"system":"http://snomed.info/sct","code":"44054006"}]}'
	same "$(get "$id" '[.clinicalStatus, .verificationStatus, .category[0]] | map(.coding[0].code)')" \
		'["active","confirmed","problem-list-item"]'
	id=$(add result code=4548-4 value=7.10%)
	same "$(get "$id" '.code.coding[0].system')" '"http://loinc.org"'
	run -3 --separate-stderr ehr-edit add condition "$PT" code=E11.9
	same "$stderr" "ehr-edit: code: not SYSTEM|CODE"
	run -3 --separate-stderr ehr-edit add condition "$PT" code='nosuch|E11.9'
	run -3 --separate-stderr ehr-edit add condition "$PT" text=x status=odd
	same "$stderr" "ehr-edit: status: not a word or code of its list"
}

@test "numbers keep their digits; what is no number is words" {
	id=$(add result code=4548-4 value=7.10 unit=%)
	has "$(ehr-export "$PT")" '"valueQuantity":{"value":7.10,"unit":"%"'
	id=$(add result code=5902-2 'value=<0.50 ng/mL')
	same "$(get "$id" '.valueQuantity | [.comparator, .unit]')" '["<","ng/mL"]'
	for words in 3+ 1:160 5-10 'no growth'; do
		id=$(add result code=5902-2 "value=$words")
		same "$(get "$id" .valueString)" "\"$words\""
	done
	id=$(add result text=Group 'value=snomed|112144000|A')
	same "$(get "$id" '.valueCodeableConcept.coding[0].code')" '"112144000"'
}

@test "vital signs: one observation each, the pressure in two parts" {
	run -0 --separate-stderr ehr-edit add vital "$PT" bp=128/82 weight=176lb temp=98.6F
	[ "${#lines[@]}" -eq 3 ]
	same "$(get "${lines[0]}" '[.code.coding[0].code, (.component[] | .code.coding[0].code, .valueQuantity.value, .valueQuantity.code)]')" \
		'["85354-9","8480-6",128,"mm[Hg]","8462-4",82,"mm[Hg]"]'
	same "$(get "${lines[1]}" '.valueQuantity | [.value, .code]')" '[176,"[lb_av]"]'
	same "$(get "${lines[2]}" '.valueQuantity | [.value, .code]')" '[98.6,"[degF]"]'
	for wrong in bp=128 bp=128/ bp=/82 bp=128/82/70 weight=heavy weight=80cm; do
		run -3 --separate-stderr ehr-edit add vital "$PT" "$wrong"
		has "$stderr" "ehr-edit: ${wrong%=*}: "
	done
	run -2 --separate-stderr ehr-edit add vital "$PT" note=x
}

@test "dates: as precise as typed, times with an offset" {
	id=$(add condition text=x onset=2020-05)
	same "$(get "$id" .onsetDateTime)" '"2020-05"'
	id=$(TZ=America/New_York add vital hr=70 date=2026-01-31T12:00)
	same "$(get "$id" .effectiveDateTime)" '"2026-01-31T12:00:00-05:00"'
	id=$(TZ=America/New_York add vital hr=70 date=2026-07-31T12:00)
	same "$(get "$id" .effectiveDateTime)" '"2026-07-31T12:00:00-04:00"'
	run -3 --separate-stderr ehr-edit add condition "$PT" text=x onset=1.2.20
	same "$stderr" "ehr-edit: onset: not a date"
	run -3 --separate-stderr ehr-edit add immunization "$PT" code=140 expires=2027-01-01T10:00
}

@test "wrong keys are a usage error and nothing is written" {
	n=$(ehr-export "$PT" | wc -l)
	run -2 --separate-stderr ehr-edit add condition "$PT"
	same "$stderr" "ehr-edit: condition needs code= or text="
	run -2 --separate-stderr ehr-edit add condition "$PT" text=x text=y
	run -2 --separate-stderr ehr-edit add condition "$PT" nosuch=y
	run -2 --separate-stderr ehr-edit add condition "$PT" text
	run -2 --separate-stderr ehr-edit add nosuch "$PT" text=x
	run -4 --separate-stderr ehr-edit add condition nosuch text=x
	run -3 --separate-stderr ehr-edit add condition "$PT" text=$'\xff'
	same "$(ehr-export "$PT" | wc -l)" "$n"
}

@test "what is no valid resource is refused with positions" {
	run -3 --separate-stderr ehr-edit add medication "$PT" text=x status=odd
	has "$stderr" "MedicationRequest.status: FHIR R4 terminologies: not a code"
	same "${stderr_lines[1]}" "ehr-edit: 1 finding: nothing was written"
	run -3 --separate-stderr ehr-edit add condition "$PT" --json - <<< \
		'{"resourceType":"Condition","code":{"text":"x"},"onsetDateTime":"no","nosuch":1}'
	has "$stderr" "Condition.onsetDateTime:"
	has "$stderr" "Condition.nosuch:"
	same "$(ehr-export "$PT" | wc -l)" 1
}

@test "--json: several, all or none, with id and patient set" {
	run -0 --separate-stderr ehr-edit add condition "$PT" --json - <<-'END'
	{"resourceType":"Condition","code":{"text":"one"}}
	{"resourceType":"Condition","id":"two","code":{"text":"two"}}
	END
	[ "${#lines[@]}" -eq 2 ]
	same "${lines[1]}" Condition/two
	same "$(get Condition/two .subject.reference)" "\"Patient/$PT\""
	run -3 --separate-stderr ehr-edit add condition "$PT" --json - <<-'END'
	{"resourceType":"Condition","id":"three","code":{"text":"x"}}
	{"resourceType":"Condition","id":"four","code":5}
	END
	same "$(get Condition/three .id)" ""
	run -3 --separate-stderr ehr-edit add condition "$PT" --json - <<< '{"resourceType":"Goal"}'
	same "$stderr" "ehr-edit: -:1: Condition is due, not Goal"
	run -3 --separate-stderr ehr-edit add condition "$PT" --json - <<< \
		'{"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"Patient/other"}}'
	run -3 --separate-stderr ehr-edit add condition "$PT" --json - <<< '{"resourceType":'
	# the same again is unchanged; another of that id is refused
	run -0 --separate-stderr ehr-edit add condition "$PT" -v --json - <<< \
		'{"resourceType":"Condition","id":"two","code":{"text":"two"}}'
	same "$stderr" "ehr-edit: 1 unchanged"
	run -8 --separate-stderr ehr-edit add condition "$PT" --json - <<< \
		'{"resourceType":"Condition","id":"two","code":{"text":"other"}}'
}

@test "values by standard input; -n writes nothing" {
	run -0 --separate-stderr ehr-edit add condition "$PT" - <<< $'text=a=b\n\ncode=icd10|E11.9'
	same "$(get "$output" .code.text)" '"a=b"'
	n=$(ehr-export "$PT" | wc -l)
	run -0 --separate-stderr ehr-edit add condition "$PT" -n text=x
	same "$(ehr-export "$PT" | wc -l)" "$n"
	run -3 --separate-stderr ehr-edit add condition "$PT" -n text=x onset=no
}

@test "no known allergies does not stand beside an allergy" {
	id=$(add allergy none)
	same "$(get "$id" '.code.coding[0].code')" '"716186003"'
	id=$(add allergy text=Penicillin)
	run -1 --separate-stderr ehr-edit add allergy "$PT" none
	ehr-edit resolve "$id"
	run -0 --separate-stderr ehr-edit add allergy "$PT" none
}

@test "references are looked up, of the same chart only" {
	enc=$(add encounter)
	id=$(add condition text=x encounter="${enc#*/}")
	same "$(get "$id" .encounter.reference)" "\"$enc\""
	run -4 --separate-stderr ehr-edit add condition "$PT" text=x encounter=nosuch
	other=$(ehr-patient new family=Other given=O)
	run -3 --separate-stderr ehr-edit add condition "$other" text=x encounter="$enc"
	same "$stderr" "ehr-edit: encounter: that is of another patient's chart"
}

@test "edit: what is not named keeps its text" {
	cat > "$T/o.json" <<-'END'
	{"resourceType":"Observation","id":"o","status":"final","code":{"text":"\u0041"},"extension":[{"url":"http://x.test","valueDecimal":1.500}],
	 "valueQuantity":{"value":7.10,"unit":"%"},"meta":{"versionId":"9","lastUpdated":"2020-01-01T00:00:00Z","tag":[{"code":"t"}]}}
	END
	ehr-edit add result "$PT" --json "$T/o.json"
	run -0 --separate-stderr ehr-edit edit Observation/o value=7.20
	same "$output" Observation/o
	text=$(ehr-export "$PT" | grep '"id":"o"')
	has "$text" '"code":{"text":"\u0041"},"extension":[{"url":"http://x.test","valueDecimal":1.500}],"valueQuantity":{"value":7.20,"unit":"%"'
	has "$text" '"tag":[{"code":"t"}]'
	[[ $text != *versionId* && $text != *2020-01-01* ]]
	# a path, and another unit
	run -0 --separate-stderr ehr-edit edit Observation/o unit=g/L code.text=B
	has "$(ehr-export "$PT")" '"valueQuantity":{"value":7.20,"unit":"g/L"'
	same "$(get Observation/o .code.text)" '"B"'
	# taken away
	run -0 --separate-stderr ehr-edit edit Observation/o value= absent=unknown
	same "$(get Observation/o '[has("valueQuantity"), .dataAbsentReason.text]')" '[false,"unknown"]'
	run -2 --separate-stderr ehr-edit edit Observation/o nosuch=1
	run -2 --separate-stderr ehr-edit edit Observation/o code.nosuch=1
	run -2 --separate-stderr ehr-edit edit Observation/o id=p
	run -4 --separate-stderr ehr-edit edit Observation/nosuch value=1
	same "$(versions Observation/o)" 4
}

@test "edit: a choice element has one type" {
	id=$(add result code=5902-2 value=5)
	ehr-edit edit "$id" value=few
	same "$(get "$id" '[has("valueQuantity"), .valueString]')" '[false,"few"]'
	id=$(add vital bp=120/80)
	ehr-edit edit "$id" bp=122/80
	same "$(get "$id" '[.component[].valueQuantity.value]')" '[122,80]'
	run -2 --separate-stderr ehr-edit edit "$id" weight=80
}

@test "edit: the same again is unchanged" {
	id=$(add condition text=x onset=2020)
	run -0 --separate-stderr ehr-edit edit "$id" onset=2020 -v
	same "$output" "$id"
	same "$stderr" "ehr-edit: 1 unchanged"
	same "$(versions "$id")" 1
	ehr-edit edit "$id" onset=2021
	ehr-edit edit "$id" onset=2020
	same "$(versions "$id")" 3
}

@test "edit: older faults of an import do not stand in the way, new ones do" {
	echo "{\"resourceType\":\"Condition\",\"id\":\"old\",\"onsetDateTime\":\"spring\",\"subject\":{\"reference\":\"Patient/$PT\"}}" > "$T/c.json"
	ehr-import -q "$T/c.json"
	run -0 --separate-stderr ehr-edit edit Condition/old text=x
	run -3 --separate-stderr ehr-edit edit Condition/old recordedDate=soon
}

@test "two edits of one version: one is saved, one kept" {
	id=$(add condition text=x)
	run -0 --separate-stderr ehr-edit edit "$id" --if-version 1 onset=2019
	run -8 --separate-stderr ehr-edit edit "$id" --if-version 1 onset=2020
	has "${stderr_lines[0]}" "the text is kept: --draft $T/state/ehr/drafts/"
	has "${stderr_lines[1]}" "changed meanwhile: version 2 is current, not 1"
	draft=${stderr_lines[0]##* }
	same "$(stat -c %a "$draft")" 600
	same "$(get "$id" .onsetDateTime)" '"2019"'
	# not blindly over the other's
	run -8 --separate-stderr ehr-edit edit "$id" --draft "$draft" < /dev/null
	run -0 --separate-stderr ehr-edit edit "$id" --draft "$draft" --if-version 2 < /dev/null
	same "$(get "$id" .onsetDateTime)" '"2020"'
	[ ! -e "$draft" ]
	same "$(versions "$id")" 3
	other=$(add condition text=y)
	run -8 --separate-stderr ehr-edit edit "$id" --if-version 1 onset=2021
	run -2 --separate-stderr ehr-edit edit "$other" --draft "${stderr_lines[0]##* }" < /dev/null
}

@test "many at once: as many versions as successes" {
	id=$(add condition text=x)
	for i in 1 2 3 4 5 6 7 8; do
		{
			rc=0
			ehr-edit edit "$id" --if-version 1 onset=200$i || rc=$?
			echo $rc > "$T/rc.$i"
		} > /dev/null 2>&1 &
	done
	wait
	same "$(sort "$T"/rc.* | uniq -c | awk '{ print $2 ":" $1 }' | tr '\n' ' ')" "0:1 8:7 "
	same "$(versions "$id")" 2
	same "$(ls "$T/state/ehr/drafts" | wc -l)" 7
}

@test "resolve: by the rules of the type" {
	c=$(add condition text=x)
	ehr-edit resolve "$c" --date 2026-01-31
	same "$(get "$c" '[.clinicalStatus.coding[0].code, .abatementDateTime]')" '["resolved","2026-01-31"]'
	run -0 --separate-stderr ehr-edit resolve "$c" -v
	same "$stderr" "ehr-edit: 1 unchanged"
	m=$(add medication text=x)
	ehr-edit resolve "$m"
	same "$(get "$m" .status)" '"stopped"'
	a=$(add allergy text=x)
	ehr-edit resolve "$a"
	same "$(get "$a" '.clinicalStatus.coding[0].code')" '"inactive"'
	p=$(add plan text=x)
	ehr-edit resolve "$p"
	same "$(get "$p" '[.status, (.period.end != null)]')" '["completed",true]'
	o=$(add vital hr=70)
	run -2 --separate-stderr ehr-edit resolve "$o"
	same "$stderr" "ehr-edit: Observation cannot be resolved"
}

@test "enter-in-error marks, never deletes" {
	c=$(add condition text=x onset=2020)
	ehr-edit enter-in-error "$c" --reason 'wrong chart'
	same "$(get "$c" '[.verificationStatus.coding[0].code, has("clinicalStatus"), .onsetDateTime]')" \
		'["entered-in-error",false,"2020"]'
	o=$(add vital hr=70)
	ehr-edit enter-in-error "$o"
	same "$(get "$o" '[.status, .valueQuantity.value]')" '["entered-in-error",70]'
	run -0 --separate-stderr ehr-edit enter-in-error "$o"
	same "$(versions "$o")" 2
	run -1 --separate-stderr ehr-edit resolve "$c"
	run -2 --separate-stderr ehr-edit enter-in-error "Patient/$PT"
}

@test "entries of another source's patient are of that source" {
	echo '{"resourceType":"Patient","id":"abc"}' > "$T/p.json"
	ehr-import -q --source clinic "$T/p.json"
	run -0 --separate-stderr ehr-edit add condition abc text=x
	has "$output" "clinic:Condition/"
	same "$(ehr-export clinic:abc | jq -r .resourceType | tr '\n' ' ')" "Patient Condition "
	run -2 --separate-stderr ehr-edit add condition abc text=x --source local
}

@test "every write is a batch that can be undone" {
	c=$(add condition text=x)
	ehr-edit edit "$c" onset=2020
	batch=$(ehr-batch list | cut -f 1 | sort -n | tail -1)
	ehr-batch undo "$batch"
	same "$(get "$c" 'has("onsetDateTime")')" false
}
