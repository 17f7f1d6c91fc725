load helper

# The demo over few patients; the one it looks at is among the first sixty.
demo() {
	(cd "$EHR_TOP" && DEMO_PATIENTS=60 DEMO_PAUSE=0 scripts/demo "$@")
}

@test "the demo shows a find, a chart, a trend, an export and the audit" {
	run -0 --separate-stderr demo "$T/demo"
	same "$stderr" ""
	has "$output" "$ ehr-find"
	has "$output" "Belova, Joan Ruth  1958-11-29  female   67"
	has "$output" "Type 2 diabetes                 since 2022-02-16"
	has "$output" "2024-10-01      10.7 %  H"
	has "$output" "1 AllergyIntolerance"
	has "$output" "0 inserted, 0 updated, 0 deleted, "
	has "$output" "The record is $T/demo/practice.ehr"
	[[ $output != *$'\033'* ]]
	EHR_DB=$T/demo/practice.ehr EHR_KEY_FILE=$T/demo/key \
		run -0 --separate-stderr ehr-audit verify
}

@test "each output of the demo follows its command" {
	run -0 --separate-stderr demo "$T/demo"
	for i in "${!lines[@]}"; do
		[[ ${lines[i]} != '$ ehr-audit verify'* ]] || break
	done
	has "${lines[i + 1]}" ROOT
	[[ ${lines[i + 2]} =~ [0-9a-f]{64}$ ]]
}

@test "the demo runs again in its folder, and never empties another" {
	run -0 --separate-stderr demo "$T/demo"
	run -0 --separate-stderr demo "$T/demo"
	mkdir "$T/mine"
	echo dear >"$T/mine/file"
	run -2 --separate-stderr demo "$T/mine"
	has "$stderr" "is not the demo's"
	same "$(cat "$T/mine/file")" dear
}

@test "the lines that the demo offers to copy work" {
	run -0 --separate-stderr demo "$T/demo"
	sed -n '/^Copy these lines/,$s/^    //p' <<<"$output" |
		grep -v -e '^man ' -e '| less' >"$T/lines"
	[ "$(wc -l <"$T/lines")" -ge 6 ]
	cd "$T"
	run -0 --separate-stderr bash -e lines
	same "$stderr" ""
	has "$output" "usage: ehr-find"
	[ -s "$T/chart.html" ]
}
