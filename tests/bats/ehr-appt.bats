#!/usr/bin/env bats
# ehr-appt: appointments booked, moved, cancelled and taken back.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	for p in p1 p2 p3; do
		echo '{"resourceType":"Patient","id":"'$p'","name":[{"family":"F'$p'"}],"birthDate":"1960-01-02"}'
	done | ehr-import -q -
	nine=smith/new/20261126T1400Z/30
}

# Books a slot for a patient and prints the appointment.
book() { ehr-appt book -q -o tsv "$@" | cut -f 1; }
# Status, confirmed and start of all.
states() { ehr-appt list -o tsv | awk -F '\t' '{ print $2, $4, $5 }'; }

@test "book: an Appointment, its row, the event" {
	run -0 --separate-stderr ehr-appt book "$nine" p1
	a=${output%%$'\t'*}
	has "$output" $'\tbooked\t2'
	run -0 --separate-stderr ehr-appt list
	same "$output" "$a"$'\t2026-11-26T14:00:00.000Z\t30\tbooked\tfalse\tp1\tsmith\tnew\t'
	run -0 --separate-stderr ehr-export p1
	has "$output" '"status":"booked","serviceType":[{"coding":[{"system":"urn:ehr:visit","code":"new"}]}],"start":"2026-11-26T14:00:00.000Z","end":"2026-11-26T14:30:00.000Z","minutesDuration":30'
	has "$output" '"actor":{"reference":"Patient/p1"},"status":"tentative"'
	run -0 --separate-stderr ehr-audit who p1
	has "$output" $'ehr-appt'
	run -0 --separate-stderr ehr-admin check
	# the same again
	run -0 --separate-stderr ehr-appt book "$nine" p1
	same "$output" "$a"$'\tunchanged\t'
	same "$(ehr-batch list | wc -l)" 2
}

@test "book: all that stands in the way is told, and nothing is written" {
	a=$(book "$nine" p1)
	b=$(book smith/new/20261126T1430Z/30 p2)
	run -1 --separate-stderr ehr-appt book smith/new/20261126T1415Z/30 p3
	same "$output" ""
	has "$stderr" "provider:smith: taken 2026-11-26T14:00Z to 2026-11-26T14:30Z by $a"
	has "$stderr" "provider:smith: taken 2026-11-26T14:30Z to 2026-11-26T15:00Z by $b"
	has "$stderr" "refused: 1"
	same "$(ehr-appt list | wc -l)" 2
	same "$(ehr-batch list | wc -l)" 3
	# side by side is no overlap, nor is another provider
	run -0 --separate-stderr ehr-appt book smith/new/20261126T1500Z/30 p3
	run -0 --separate-stderr ehr-appt book jones/new/20261126T1400Z/30 p3
}

@test "book: lines, each by itself; -n; what is no slot, no patient" {
	run -0 --separate-stderr ehr-appt book -n "$nine" p1
	same "$(ehr-appt list | wc -l)" 0
	run -1 --separate-stderr ehr-appt book - <<-END
	$nine p1
	smith/new/20261126T1410Z/30	p2

	smith/-/20261126T1430Z/15 p3
	END
	same "${#lines[@]}" 2
	has "$stderr" "smith/new/20261126T1410Z/30: provider:smith: taken"
	same "$(ehr-appt list | wc -l)" 2
	run -4 --separate-stderr ehr-appt book "$nine" nobody
	for key in smith smith/new/20261126T1400/30 smith/new/20261301T1400Z/30 \
		smith/new/20261126T1400Z/0 smith/new/20261126T1400Z/1441 \
		/new/20261126T1400Z/30 smith/n+w/20261126T1400Z/30 \
		smith/new/20261126T1400Z/30/x; do
		run -2 --separate-stderr ehr-appt book "$key" p1
		has "$stderr" "not the key of a slot"
	done
	run -2 --separate-stderr ehr-appt book "$nine"
}

@test "overbook: with permission and reason; what is taken stays taken" {
	book "$nine" p1
	run -5 --separate-stderr ehr-appt book --overbook "$nine" p2
	has "$stderr" "needs a --reason"
	run -0 --separate-stderr ehr-appt book --overbook --reason urgent \
		"$nine" p2
	run -1 --separate-stderr ehr-appt book "$nine" p3
	same "$(grep -c 'taken 2026-11-26T14:00Z' <<<"$stderr")" 2
	ehr-appt list | grep $'\tp1\t' | ehr-appt cancel -q -
	run -1 --separate-stderr ehr-appt book "$nine" p3
}

@test "the schema refuses what overlaps, whoever writes" {
	book "$nine" p1
	run -19 --separate-stderr sqlite3 "$EHR_DB" "INSERT INTO booking(resource,
		start, finish, appt, over) SELECT resource, finish - 1,
		finish + 1, appt, 0 FROM booking"
	has "$stderr" "that time is taken"
	run -19 --separate-stderr sqlite3 "$EHR_DB" "UPDATE booking SET
		start = start + 1"
	run -0 --separate-stderr sqlite3 "$EHR_DB" "INSERT INTO booking(resource,
		start, finish, appt, over) SELECT resource, finish,
		finish + 1, appt, 0 FROM booking"
}

@test "steps: the table of states, unchanged, refused, by standard input" {
	a=$(book "$nine" p1)
	run -0 --separate-stderr ehr-appt confirm "$a"
	has "$output" $'\tbooked\t'
	same "$(states)" "2026-11-26T14:00:00.000Z booked true"
	run -0 --separate-stderr ehr-appt confirm "$a"
	same "$output" "$a"$'\tunchanged\t'
	run -1 --separate-stderr ehr-appt depart "$a"
	has "$stderr" "booked: depart is not done from that state"
	run -0 --separate-stderr ehr-appt arrive "$a"
	run -0 --separate-stderr ehr-appt room "$a"
	run -0 --separate-stderr ehr-appt depart "$a"
	same "$(states)" "2026-11-26T14:00:00.000Z fulfilled true"
	run -1 --separate-stderr ehr-appt cancel "$a"
	b=$(book smith/new/20261126T1500Z/30 p2)
	run -4 --separate-stderr ehr-appt no-show - < <(printf '%s\n' "$b" \
		Appointment/none)
	same "$output" "$b"$'\tnoshow\t8'
	run -0 --separate-stderr ehr-appt list --status noshow
	same "${output%%$'\t'*}" "$b"
	# its time is free
	run -0 --separate-stderr ehr-appt book smith/new/20261126T1500Z/30 p3
	run -0 --separate-stderr ehr-chart history "$a"
	has "$output" $'status\tchecked-in\tfulfilled'
}

@test "cancel: who wanted it and why" {
	a=$(book "$nine" p1)
	run -0 --separate-stderr ehr-appt cancel --by patient --why "is ill" "$a"
	run -0 --separate-stderr ehr-export p1
	has "$output" '"status":"cancelled"'
	has "$output" '"code":"pat"}],"text":"is ill"}'
}

@test "move: all at once or not at all" {
	a=$(book "$nine" p1)
	b=$(book smith/new/20261126T1500Z/30 p2)
	ehr-appt confirm -q "$a" >"$T/out"
	run -1 --separate-stderr ehr-appt move "$a" smith/new/20261126T1445Z/30
	has "$stderr" "by $b"
	# over its own time it may go
	run -0 --separate-stderr ehr-appt move "$a" smith/new/20261126T1415Z/30
	same "$(states)" "2026-11-26T14:15:00.000Z booked false
2026-11-26T15:00:00.000Z booked false"
	run -0 --separate-stderr ehr-appt move "$a" smith/new/20261126T1415Z/30
	same "$output" "$a"$'\tunchanged\t'
	ehr-appt cancel -q "$b" >"$T/out"
	run -1 --separate-stderr ehr-appt move "$b" smith/new/20261126T1600Z/30
	has "$stderr" "cancelled: cannot be moved"
}

@test "undo: of a booking, a move, a cancellation" {
	a=$(book "$nine" p1)
	ehr-appt move -q "$a" smith/new/20261126T1500Z/30 >"$T/out"
	ehr-appt cancel -q "$a" >"$T/out"
	run -1 --separate-stderr ehr-appt undo 3
	has "$stderr" "$a: changed by batch 4 since"
	run -0 --separate-stderr ehr-appt undo 4
	same "$(states)" "2026-11-26T15:00:00.000Z booked false"
	run -0 --separate-stderr ehr-appt undo -v 4
	has "$stderr" "unchanged"
	b=$(book "$nine" p2)
	run -1 --separate-stderr ehr-appt undo 3
	has "$stderr" "provider:smith: taken 2026-11-26T14:00Z to 2026-11-26T14:30Z by $b"
	same "$(states | wc -l)" 2
	run -0 --separate-stderr ehr-appt undo 6
	run -0 --separate-stderr ehr-appt undo 3
	same "$(states)" "2026-11-26T14:00:00.000Z booked false"
	run -0 --separate-stderr ehr-appt list --status entered-in-error
	has "$output" "$b"
	run -0 --separate-stderr ehr-admin check
	run -2 --separate-stderr ehr-appt undo 1
	run -1 --separate-stderr ehr-batch undo 2
	has "$stderr" "taken back by ehr-appt undo"
}
