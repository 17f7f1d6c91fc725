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

@test "a value pathway takes its own measures only" {
	printf 'CMS165\t200\t10\t0\t104\n' >"$T/r"
	echo '[{"mvpId":"M1","title":"One","qualityMeasureIds":["236"]},
		{"mvpId":"M2","title":"Two","qualityMeasureIds":["001"]}]' \
		>"$T/qpp/mvp-2026.json"
	# 6.4737 / 40 = 16.18425 %
	run -0 --separate-stderr "${score[@]}" --results "$T/r" --mvp M1
	same "$(value quality quality)" 16.1843
	run -0 --separate-stderr "${score[@]}" --results "$T/r" --mvp M2
	has "$output" $'236 CMS165\t\tnot of M2: does not count'
	same "$(value quality quality)" 0
	run -3 --separate-stderr "${score[@]}" --results "$T/r" --mvp M3
	same "$stderr" "ehr-mips: M3: no value pathway of 2026"
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

@test "advice is ranked by what can be won" {
	printf '%s\n' $'CMS165\t200\t10\t0\t104' $'CMS122\t30\t0\t0\t3' >"$T/r"
	# 236: 54.7368 %: at 90 % 10 points instead of 6.4737: 3.5263 / 60 x 55;
	# to 60 % it takes 10 of 190 patients
	run -0 --separate-stderr ehr-mips advise --year 2026 -o tsv \
		--results "$T/r"
	same "$output" $'236\tCMS165v14\t54.7368\t190\t6.4737\t10\t3.2324\t60\t10\tcounts; high priority\t
001\tCMS122v14\t10\t30\t0\t0\t0\t\t\tcounts; no benchmark; lower is better\t'
	echo '[{"mvpId":"M1","title":"One","qualityMeasureIds":["236","9"],
		"foundationQualityMeasureIds":["001"]}]' >"$T/qpp/mvp-2026.json"
	run -0 --separate-stderr ehr-mips advise --year 2026 -o tsv --mvp \
		--results "$T/r"
	same "$output" $'M1\t2\t3\t6.4737\t236,001\tOne'
	run -0 --separate-stderr ehr-mips advise --year 2026 -o tsv \
		--results "$T/r"
	same "$(cut -f 1,11 <<<"$output")" $'236\tM1\n001\tM1'
}

# Paths and types of a JSON text, places in arrays as [].
shape() {
	jq -r '[paths(scalars) as $p | ($p | map(if type == "number" then "[]"
		else . end) | join(".")) + ": " + (getpath($p) | type)]
		| unique[]' "$@"
}

@test "a submission has the shapes of CMS's examples" {
	need_data reference/mips
	qpp=$EHR_DATA/reference/mips
	printf '%s\n' $'CMS165\t200\t10\t0\t140' $'CMS122\t100\t5\t0\t20' \
		$'CMS155\t40\t0\t0\t20' $'CMS155\t40\t0\t0\t22' \
		$'CMS155\t40\t0\t1\t26' $'CMS2\t0\t0\t0\t0' \
		$'PI_EP_1\t115\t\t\t49' $'PI_PPHI_1\tyes' $'IA_AHW_1\tyes' >"$T/r"
	args=(ehr-mips qpp --year 2026 --qpp "$qpp" --results "$T/r"
		--tin 000456789 --cehrt XX15CXXXXXXXXXX)
	run -0 --separate-stderr "${args[@]}" --npi 9876543210
	same "$(jq -c '[.performanceYear, .entityType, [.measurementSets[] |
		[.category, .programName, .performanceEnd,
		(.measurements | length)]]]' <<<"$output")" \
		'[2026,"individual",[["quality","mips","2026-12-31",3],["pi","mips","2026-12-31",2],["ia","mips","2026-12-31",1]]]'
	same "$(jq -c '.measurementSets[0].measurements[] |
		select(.measureId == "239").value.strata[2]' <<<"$output")" \
		'{"performanceMet":26,"eligiblePopulationExclusion":0,"eligiblePopulationException":1,"performanceNotMet":13,"eligiblePopulation":40,"stratum":"physicalActivity"}'
	{
		jq .CLINICAL_DOCUMENT "$qpp/scopedConversionFixture.json" | shape
		shape "$qpp"/submissions-docs/submission-example-*.json
		jq .data.submission \
			"$qpp/submissions-docs/scoring-example-submission-input.json" |
			shape
	} | sort -u >"$T/shapes"
	same "$(shape <<<"$output" | sort -u | comm -23 - "$T/shapes")" ""
	run -0 --separate-stderr "${args[@]}" --entity group
	same "$(shape <<<"$output" | sort -u | comm -23 - "$T/shapes")" ""
	same "$(jq -c '[.entityType, .nationalProviderIdentifier]' \
		<<<"$output")" '["group",null]'
	# what CMS has no measure, stratum or program for
	run -0 "${args[@]}" --npi 9876543210 -O "$T/out.json"
	echo $'CMS999\t10\t0\t0\t1' >>"$T/r"
	run -3 --separate-stderr "${args[@]}" --npi 9876543210
	same "$stderr" "ehr-mips: CMS999: no quality measure of 2026"
	sed -i '$d; /^CMS155.*26$/d' "$T/r"
	run -3 --separate-stderr "${args[@]}" --npi 9876543210
	same "$stderr" "ehr-mips: 239: no results for its stratum physicalActivity"
	sed -i '/^CMS155/d' "$T/r"
	run -3 --separate-stderr "${args[@]}" --npi 9876543210 --program M1366
	same "$stderr" "ehr-mips: 236: not of program M1366"
}

@test "who submits is told, and told right" {
	printf '%s\n' $'CMS165\t200\t10\t0\t104' $'PI_PPHI_1\tyes' >"$T/r"
	qpp=(ehr-mips qpp --year 2026 --results "$T/r")
	run -2 --separate-stderr "${qpp[@]}" --npi 9876543210
	run -2 --separate-stderr "${qpp[@]}" --tin 12345678 --npi 9876543210
	same "$stderr" "ehr-mips: the TIN has 9 digits"
	run -2 "${qpp[@]}" --tin 123456789
	run -2 "${qpp[@]}" --tin 123456789 --npi 1
	run -2 "${qpp[@]}" --tin 123456789 --entity group --npi 9876543210
	run -2 --separate-stderr "${qpp[@]}" --tin 123456789 --entity group
	same "$stderr" "ehr-mips: PI takes the CMS EHR certification id"
	run -2 "${qpp[@]}" --tin 123456789 --entity group --cehrt 1
	run -2 "${qpp[@]}" --tin 123456789 --what-if CMS165=50
	printf 'CMS165\t200\t10\t0\t104\n' >"$T/r"
	who() { jq -c '[.entityType, .entityId, .taxpayerIdentificationNumber,
		.measurementSets[0].programName]' <<<"$output"; }
	run -0 --separate-stderr "${qpp[@]}" --entity apm --group-id A1001
	same "$(who)" '["apm","A1001",null,"mips"]'
	run -0 --separate-stderr "${qpp[@]}" --entity virtualgroup --group-id V1
	same "$(who)" '["virtualGroup","V1",null,"mips"]'
	run -0 --separate-stderr "${qpp[@]}" --entity subgroup \
		--group-id SG-00000001 --program G0053
	same "$(who)" '["subgroup","SG-00000001",null,"G0053"]'
	run -2 --separate-stderr "${qpp[@]}" --entity subgroup --group-id SG-1
	same "$stderr" "ehr-mips: subgroup: does not report mips"
	run -2 --separate-stderr "${qpp[@]}" --entity virtualgroup \
		--group-id V1 --program G0053
	same "$stderr" "ehr-mips: virtualGroup: does not report G0053"
	run -2 --separate-stderr "${qpp[@]}" --entity apm
	same "$stderr" "ehr-mips: apm: its id is missing"
	run -2 --separate-stderr "${qpp[@]}" --entity apm --group-id A1 \
		--tin 123456789
	same "$stderr" "ehr-mips: apm: has an id, no TIN"
	run -2 --separate-stderr "${qpp[@]}" --entity group --tin 123456789 \
		--group-id A1
	same "$stderr" "ehr-mips: group: has no id of its own"
}

@test "rates of measures evaluated, answers of the record" {
	need_data ecqm
	need_data reference/mips
	measure=$EHR_DATA/ecqm/CMS122FHIRDiabetesAssessGT9Pct
	export EHR_DB=$T/p.ehr
	ehr-admin init -q --plain
	ehr-mips load -q "$EHR_DATA"/reference/mips/{measures-data,benchmarks}-2026.json.gz
	ehr-mips ia add IA_AHW_1 --year 2026 --from 2026-01-01 --to 2026-06-30
	unset EHR_QPP
	run -0 --separate-stderr "${score[@]}" -q -m "$measure/bundle.json.gz" \
		"$measure"/tests/*/patient-bundle.json
	eval=$(ehr-mips eval -q -o tsv -m "$measure/bundle.json.gz" \
		"$measure"/tests/*/patient-bundle.json)
	same "$(grep 'rate:' <<<"$output" | cut -f 4)" "$(awk -F '\t' '
		{ n[$4] = $5 } END { printf "rate: %d / (%d - %d - 0) x 100",
		n["numerator"], n["denominator"], n["denominator-exclusion"] }' \
		<<<"$eval")"
	same "$(value ia ia)" 50
	run -2 --separate-stderr "${score[@]}" "$T/x"
}

@test "without -m the measures that the record keeps are evaluated" {
	need_data ecqm
	cases=("$EHR_DATA"/ecqm/CMS165*/tests/*/patient-bundle.json)
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "${cases[@]}"
	run -0 --separate-stderr "${score[@]}" -q -d "$T/p.ehr"
	same "$(grep -c rate: <<<"$output")" 0
	ehr-mips load -q -d "$T/p.ehr" "$EHR_DATA"/ecqm/CMS165*/bundle.json.gz
	run -0 --separate-stderr "${score[@]}" -q -d "$T/p.ehr"
	kept=$output
	same "$(grep -c $'^quality\t236 CMS165\t.*rate:' <<<"$kept")" 1
	run -0 --separate-stderr "${score[@]}" -q -d "$T/p.ehr" \
		-m "$(echo "$EHR_DATA"/ecqm/CMS165*/bundle.json.gz)"
	same "$output" "$kept"
}
