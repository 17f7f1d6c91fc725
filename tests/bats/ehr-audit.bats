load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	for id in a b c; do
		echo "{\"resourceType\":\"Patient\",\"id\":\"$id\",\"name\":[{\"family\":\"Smith$id\"}]}"
	done | ehr-import -q --source clinic -
	me=$(id -un)
}

# The rows of a column of the events that are not of ehr-audit itself.
events() { # COLUMN
	jq -r ".[] | select(.action != \"audit\") | .$1" <<<"$output" |
		tr '\n' ' '
}

@test "log lists every event, its own reading last" {
	ehr-find smitha --reason 'recall'
	run -0 --separate-stderr ehr-audit log -o json
	same "$(events action)" "config import list "
	same "$(jq -r '.[2] | .user + " " + .tool + " " + .patients + " " +
		.scope + " " + .purpose' <<<"$output")" \
		"$me ehr-find clinic:a find:name recall"
	same "$(jq -r '.[-1].action + .[-1].scope' <<<"$output")" auditlog
	same "$(jq -r '.[1].patients' <<<"$output")" "(3)"
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq length <<<"$output")" 5
}

@test "log filters" {
	ehr-find smitha
	run -0 --separate-stderr ehr-audit log --action list -o json
	same "$(events action)" "list "
	run -0 --separate-stderr ehr-audit log --user nobody-here
	same "$output" ""
	run -0 --separate-stderr ehr-audit log --since 2999
	same "$output" ""
	run -0 --separate-stderr ehr-audit log --until 2001-01-01
	same "$output" ""
	run -2 --separate-stderr ehr-audit log --action peek
}

@test "who: reads, imports and set accesses of one patient" {
	ehr-find smithb
	ehr-find --all >/dev/null
	run -0 --separate-stderr ehr-audit who clinic:a -o json
	same "$(events tool)" "ehr-import ehr-find "
	run -0 --separate-stderr ehr-audit log --patient b -o json
	same "$(events tool)" "ehr-import ehr-find ehr-find "
	same "$(jq -r '.[-1] | .action + " " + .patients' <<<"$output")" \
		"audit clinic:b"
	run -4 --separate-stderr ehr-audit who nobody
	run -4 --separate-stderr ehr-audit who clinic:nobody
	run -2 --separate-stderr ehr-audit who
}

@test "an ambiguous patient is refused with the candidates" {
	echo '{"resourceType":"Patient","id":"a"}' | ehr-import -q -
	run -4 --separate-stderr ehr-audit who a
	has "$stderr" clinic:a
}

@test "report sums up users and sorts" {
	ehr-find smitha
	ehr-find smitha
	run -0 --separate-stderr ehr-audit report -o json --sort patients
	same "$(jq -c '.[0]' <<<"$output")" '{"user":"'"$me"'","events":5,"patients":3,"reads":3,"writes":1,"exports":0,"refused":0}'
	run -2 --separate-stderr ehr-audit report --sort colour
}

@test "show tells one event and its patients" {
	run -0 --separate-stderr ehr-audit show 2
	has "$output" $'action\timport'
	same "$(grep -c ^patient <<<"$output")" 3
	run -4 --separate-stderr ehr-audit show 99
	run -2 --separate-stderr ehr-audit show 0
	run -2 --separate-stderr ehr-audit show x
}

@test "verify prints size and root; a root that was kept still fits" {
	run -0 --separate-stderr ehr-audit verify
	same "${output%%$'\t'*}" 2
	kept=$output
	same "${#kept}" 66
	ehr-find --all >/dev/null
	run -0 --separate-stderr ehr-audit verify
	same "${output%%$'\t'*}" 3
	# shellcheck disable=SC2086
	run -0 --separate-stderr ehr-audit verify $kept
	run -7 --separate-stderr ehr-audit verify 3 "${kept#*$'\t'}"
	run -7 --separate-stderr ehr-audit verify 9 "${kept#*$'\t'}"
	run -2 --separate-stderr ehr-audit verify 3
	run -2 --separate-stderr ehr-audit verify 3 abc
}

@test "verify finds a changed, a taken away and an inserted row" {
	ehr-find --all >/dev/null
	for sql in "UPDATE audit_event SET user = 'mallory' WHERE seq = 3" \
		"UPDATE audit_event SET patients = x'0203' WHERE seq = 3" \
		"DELETE FROM audit_event WHERE seq = 2" \
		"UPDATE audit_event SET patient = 7 WHERE seq = 1"; do
		cp "$EHR_DB" "$T/x.ehr"
		sqlite3 "$T/x.ehr" "DROP TRIGGER audit_event_update;
			DROP TRIGGER audit_event_delete; $sql"
		run -7 --separate-stderr ehr-audit verify -d "$T/x.ehr"
		[ -n "$output" ]
		has "$stderr" "ehr-audit: "
	done
	run -0 --separate-stderr ehr-audit verify
}

@test "events of before role and device stay verifiable beside those of now" {
	ehr-find smitha
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -r '.[0] | .role, .device' <<<"$output")" \
		$'null\n'"$(jq -r '.[0].device' <<<"$output")"
	[[ $(jq -r '.[0].device' <<<"$output") == "$(uname -n)"* ]]
	number=$(basename "$EHR_TOP"/lib/store/schema/*-audit-role.sql)
	"$EHR_TOP/tests/tools/audit-before" "$EHR_DB" \
		$((10#${number%%-*}))
	run -0 --separate-stderr ehr-audit verify
	same "${output%%$'\t'*}" 4
	ehr-find smithb
	run -0 --separate-stderr ehr-audit verify
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -c '[.[].device != null]' <<<"$output")" \
		'[false,false,false,false,true,true]'
	sqlite3 "$EHR_DB" "DROP TRIGGER audit_event_update;
		UPDATE audit_event SET role = 'clinician' WHERE seq = 2"
	run -7 --separate-stderr ehr-audit verify
	has "$output" "event 2 differs from its leaf hash"
}

@test "the role is in the event once there are roles" {
	ehr-admin staff add other --role clinician --name Other
	ehr-find smitha
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -r '.[-2].role' <<<"$output")" \
		administrator,auditor,clinician
	same "$(jq -r '.[-3].scope' <<<"$output")" "staff:other=clinician"
	same "$(jq -r '.[0].scope' <<<"$output")" "init:plain"
}

@test "a clock that was put back is an event, once each time" {
	clock_events() {
		run -0 --separate-stderr ehr-audit log --action clock -o json
		jq -r '.[].scope | sub("[0-9]{4}$"; "")' <<<"$output"
	}
	# the log was at a time that is still to come
	ahead() { # SECONDS
		sqlite3 "$EHR_DB" "UPDATE config SET value = value + 1000 * $1
			WHERE key = 'store.time'"
	}
	same "$(clock_events)" ""
	ahead 3
	ehr-find smitha
	same "$(clock_events)" ""
	ahead 86400
	ehr-find smitha
	has "$(clock_events)" "behind ms:86"
	ehr-find smitha
	ehr-find smithb
	same "$(clock_events | wc -l)" 1
	ahead 7200
	ehr-find smithb
	same "$(clock_events | wc -l)" 2
	run -0 --separate-stderr ehr-audit verify
}
