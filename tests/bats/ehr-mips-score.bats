load helper

# CMS's files in small: two measures, one benchmark, PI and activities.
setup() {
	mkdir "$T/qpp"
	cat >"$T/qpp/measures-2026.json" <<'EOF'
[{"category":"quality","measureId":"236","eMeasureId":"CMS165v14","title":"Blood pressure",
  "measureType":"intermediateOutcome","submissionMethods":["electronicHealthRecord"],
  "firstPerformanceYear":2017,"isHighPriority":true},
 {"category":"quality","measureId":"001","eMeasureId":"CMS122v14","isInverse":true,
  "submissionMethods":["electronicHealthRecord"],"firstPerformanceYear":2017},
 {"category":"ia","measureId":"IA_EPA_1","title":"Around the clock"},
 {"category":"pi","measureId":"PI_PPHI_1","isRequired":true,"title":"Risk analysis"}]
EOF
	cat >"$T/qpp/benchmarks-2026.json" <<'EOF'
[{"measureId":"236","performanceYear":2026,"submissionMethod":"electronicHealthRecord",
  "percentiles":{"1":1,"10":10,"20":20,"30":30,"40":40,"50":50,"60":60,"70":70,"80":80,"90":90,"99":99}}]
EOF
	export EHR_QPP=$T/qpp
	score=(ehr-mips score --year 2026 -o tsv)
}

# The value of the last row of that part and item in $output.
value() {
	awk -F '\t' -v p="$1" -v i="$2" '$1 == p && $2 == i { v = $3 }
		END { print v }' <<<"$output"
}

@test "every step has its arithmetic" {
	printf 'CMS165\t200\t10\t0\t104\n' >"$T/r"
	# 104 / 190 = 54.7368 %: 6 + 4.7368 / 10
	run -0 --separate-stderr "${score[@]}" --results "$T/r"
	same "$(grep ladder <<<"$output")" $'quality\t236 CMS165\t6.4737\tladder: step 6 from 50 to 60: 6 + (54.7368 - 50) / (60 - 50)\t414.1380(b)(1)(i)\tunsure'
	same "$(value quality quality)" 10.7895
	same "$(value final 'final score')" 5.9342
	same "$stderr" ""
	run -0 --separate-stderr "${score[@]}" --results - <"$T/r"
	same "$(value quality quality)" 10.7895
}

@test "what if, what is set, what is given" {
	printf 'CMS165\t200\t10\t0\t104\n' >"$T/r"
	run -0 --separate-stderr "${score[@]}" --results "$T/r" \
		--what-if CMS165=82.5 --set small=1 --set cost=50
	same "$(value quality '236 CMS165')" 9.25
	# (9.25 + 6) / 60 = 25.4167 % x 40 %, 50 % x 30 %
	same "$(value final 'final score')" 25.1667
	run -0 --separate-stderr "${score[@]}" --constants --set small=1
	[[ "$output" == *$'\nsmall\t1\t414.1305\tset\t'* ]]
	[[ "$output" == *$'\nadjust.scale\t1\t414.1405(b)(3)\tunsure\t'* ]]
}

@test "what eval prints is read" {
	printf '%s\n' $'CMS122FHIRX\tG\tIP\tinitial-population\t50' \
		$'CMS122FHIRX\tG\tD\tdenominator\t50' \
		$'CMS122FHIRX\tG\tX\tdenominator-exclusion\t10' \
		$'CMS122FHIRX\tG\tN\tnumerator\t10' >"$T/r"
	run -0 --separate-stderr "${score[@]}" --results "$T/r"
	same "$(grep 'rate:' <<<"$output" | cut -f 3,4)" \
		$'25\trate: 10 / (50 - 10 - 0) x 100'
	same "$(grep benchmark <<<"$output" | cut -f 3,4)" $'0\tno benchmark'
}

@test "what is wrong is refused, by name" {
	run -2 --separate-stderr "${score[@]}" --set nosuch=1
	same "${stderr_lines[0]}" "ehr-mips: nosuch: no such name for 2026"
	run -2 --separate-stderr "${score[@]}" --set small=2
	same "${stderr_lines[0]}" "ehr-mips: small: a number from 0 to 1"
	run -2 --separate-stderr "${score[@]}" --what-if CMS165=101
	run -2 --separate-stderr ehr-mips score --year 2024
	run -2 --separate-stderr env EHR_QPP= "${score[@]}"
	run -6 --separate-stderr "${score[@]}" --qpp "$T/none"
	run -4 --separate-stderr "${score[@]}" --qpp "$T"
	run -3 --separate-stderr "${score[@]}" --what-if CMS999=50
	same "$stderr" "ehr-mips: CMS999: no quality measure of 2026"
	printf 'measure\tdenominator\tnumerator\nCMS165\t10\tx\n' >"$T/r"
	run -3 --separate-stderr "${score[@]}" --results "$T/r"
	same "$stderr" "ehr-mips: $T/r:2: numerator: no count"
	echo '[{"category":"quality"}]' >"$T/qpp/more-2026.json"
	run -3 --separate-stderr "${score[@]}"
	same "$stderr" "ehr-mips: $T/qpp/more-2026.json: [1].measureId: none"
}

@test "CMS's own files of both years" {
	need_data reference/mips
	printf 'CMS165\t200\t10\t0\t140\nCMS122\t100\t5\t0\t20\n' >"$T/r"
	for year in 2025 2026; do
		run -0 --separate-stderr ehr-mips score --year $year -o tsv \
			--qpp "$EHR_DATA/reference/mips" --results "$T/r"
		same "$(grep -c $'\tladder' <<<"$output")" 2
	done
}
