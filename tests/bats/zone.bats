#!/usr/bin/env bats
# Time zones against zdump of the C library, an independent reader of the same
# files: every turn, in the table and by the rule behind it. EHR_ALL_ZONES=1
# takes all of them (a minute), else each eighth and some that are odd.
load helper

zones() {
	local z each=8
	[ -z "${EHR_ALL_ZONES:-}" ] || each=1
	cd /usr/share/zoneinfo
	for z in America/New_York America/Phoenix Pacific/Chatham Europe/London \
		Europe/Dublin Australia/Lord_Howe Africa/Casablanca Pacific/Apia; do
		echo "$z"
	done
	awk '!/^#/ { print $3 }' zone1970.tab | sort -u |
		awk -v n=$each 'NR % n == 0'
}

@test "every turn from 1850 to 2150 is zdump's" {
	mapfile -t zones < <(zones)
	[ ${#zones[@]} -gt 40 ]
	zdump -V -c 1850,2150 "${zones[@]}" | grep -v NULL |
		sed -E 's/^([^ ]+) +/\1 /' > "$T/theirs"
	"$EHR_BUILD/tests/tools/zone-table" "${zones[@]}" |
		sed -E 's/^([^ ]+) +/\1 /' > "$T/ours"
	[ "$(wc -l < "$T/theirs")" -gt 10000 ]
	cmp "$T/theirs" "$T/ours"
}

@test "an unknown zone is told" {
	run -2 --separate-stderr "$EHR_BUILD/tests/tools/zone-table" No/Where
	[ "$stderr" = "zone-table: No/Where: tz: not a zone of the tz database" ]
}
