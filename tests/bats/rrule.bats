#!/usr/bin/env bats
# Recurrence rules against python3-dateutil; the RFC's own examples are in
# tests/unit/sched_rrule_test.c.
load helper

@test "random rules fall on the days that dateutil finds" {
	run -0 "$EHR_TOP/tests/tools/rrule-random" \
		"$EHR_BUILD/tests/tools/rrule-walk" 7 150
	[ "${lines[-1]}" = "150 rules, 0 differ" ]
}

@test "a wrong rule is told, an exception left out" {
	run -0 "$EHR_BUILD/tests/tools/rrule-walk" America/New_York << 'END'
2026-03-06T02:30 FREQ=DAILY;COUNT=4 20260307
2026-03-06T02:30 FREQ=SECONDLY
END
	[ "${lines[0]}" = "20260306T0230 20260308T0230 20260309T0230" ]
	[ "${lines[1]}" = "refused: rrule: FREQ: no value of this part" ]
}
