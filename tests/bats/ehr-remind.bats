#!/usr/bin/env bats
# ehr-remind: rules as text, and what is due.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	cat > "$T/rules" <<-'E'
		practice main
			 name Sunrise Clinic
			 phone 2025550100
		transport gate
			 kind command
			 program /bin/true
			 channel sms
			 channel email
		rule visit
			 what appointment
			 before 3d
			 before 2h
			 channel sms
			 channel email
	E
	{
		echo '{"resourceType":"Patient","id":"p1","name":[{"family":"A","given":["Ana"]}],"birthDate":"1960-01-02","telecom":[{"system":"phone","use":"mobile","value":"(202) 555-0111"}],"address":[{"state":"NY"}]}'
		echo '{"resourceType":"Patient","id":"p2","name":[{"family":"B"}],"birthDate":"1960-01-02","deceasedBoolean":true}'
		echo '{"resourceType":"Patient","id":"p3","name":[{"family":"C","given":["Cy"]}],"birthDate":"2020-01-02"}'
	} | ehr-import -q -
	ehr-appt book -q smith/new/20261126T1400Z/30 p1
	ehr-appt book -q smith/new/20261126T1500Z/30 p2
	ehr-appt book -q smith/new/20261126T1600Z/30 p3
}

# Patient, occasion, verdict and reason of what is due at a time.
due() { ehr-remind due -v -o tsv --at "$1" | cut -f 1,4,6,9; }

@test "rules: load, dump, check; refused whole with line and reason" {
	run -0 --separate-stderr ehr-remind rules check "$T/rules"
	run -0 --separate-stderr ehr-remind rules load "$T/rules"
	run -0 --separate-stderr ehr-remind rules dump
	ehr-remind rules dump > "$T/again"
	run -0 --separate-stderr ehr-remind rules diff "$T/again"
	printf 'template t\n\tsms {{diagnosis}}\n' > "$T/bad"
	run -3 --separate-stderr ehr-remind rules load "$T/bad"
	has "$stderr" "$T/bad:2:template t.sms:"
	run -0 --separate-stderr ehr-remind rules dump template
	same "$output" ""
	run -0 --separate-stderr ehr-remind rules fields rule
	has "$output" $'rule\tbefore\tspan'
}

@test "due: times, quiet hours, who is not written to" {
	ehr-remind rules load -q "$T/rules"
	# 3 days before 14:00 UTC; New York's 09:00
	same "$(due 2026-11-23T13:59:59Z)" ""
	run -0 --separate-stderr ehr-remind due -o tsv --at 2026-11-23T17:00:00Z
	same "${#lines[@]}" 1
	has "$output" $'\tgoes\tsms\t'
	has "$output" $'America/New_York\taddress\tSunrise Clinic: your visit is on Thursday, November 26 at 2:00 PM UTC. Reply C'
	run -0 --separate-stderr due 2026-11-23T17:00:00Z
	has "$output" $'p2\t3d 2026-11-26T15:00Z\tnot\tdeceased'
	has "$output" $'p3\t3d 2026-11-26T16:00Z\tnot\ta minor without a guardian to write to'
	# a job that missed both says the later one
	run -0 --separate-stderr due 2026-11-26T13:30:00Z
	has "$output" $'p1\t3d 2026-11-26T14:00Z\tnot\ttoo late'
	has "$output" $'p1\t2h 2026-11-26T14:00Z\tgoes'
	# 07:30 in New York: waits until 08:00
	run -0 --separate-stderr due 2026-11-26T12:30:00Z
	has "$output" $'p1\t2h 2026-11-26T14:00Z\twaits\tquiet hours'
	run -2 --separate-stderr ehr-remind due --at 2026-11-26
	run -0 --separate-stderr ehr-audit who p1
	has "$output" ehr-remind
}
