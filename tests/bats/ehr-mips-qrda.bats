#!/usr/bin/env bats
# ehr-mips qrda: documents written, listed and checked.
load helper

sample=$EHR_BUILD/tests/tools/qrda-sample

setup_file() {
	export MIPS=$EHR_DATA/reference/mips
}

@test "what is written is read again and has no findings" {
	"$sample" >"$T/s.xml"
	run -0 --separate-stderr ehr-mips qrda check "$T/s.xml"
	same "$output" ""
	run -0 --separate-stderr ehr-mips qrda list -o csv "$T/s.xml"
	has "$output" ",quality,M1,IPOP,A1,,,4"
	has "$output" ",quality,M1,IPOP,A1,stratum,D1,2"
	has "$output" ",quality,M1,IPOP,A1,payer,A,3"
	has "$output" ",quality,M1,NUMER,A3,payer,D,0"
	has "$output" ",pi,PI_EP_1,DENOM,,,,9"
	has "$output" ",pi,PI_PPHI_1,Y"
	has "$output" ",ia,IA_BE_4,Y"
}

@test "a broken rule is told with line, number, place and what was expected" {
	"$sample" | sed 's/code="MSRAGG"/code="X"/' >"$T/s.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/s.xml"
	has "${lines[0]}" "CONF:77-19508"
	has "${lines[0]}" "/observation/code"
	has "${lines[0]}" "@code=MSRAGG"
	line=$(cut -f2 <<<"${lines[0]}")
	has "$(sed -n "${line}p" "$T/s.xml")" 'code="X"'
}

@test "the converter's errors have number and name" {
	"$sample" | sed 's/value="0.75"/value="75"/' >"$T/s.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/s.xml"
	has "$output" $'\t33\tPERFORMANCE_RATE_INVALID_VALUE\t'
	"$sample" | sed 's/MIPS_INDIV/MIPS_CLUB/' >"$T/s.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/s.xml"
	has "$output" $'\t25\tCLINICAL_DOCUMENT_INCORRECT_PROGRAM_NAME\t'
}

@test "what is no QRDA III is rejected, the other files are checked" {
	"$sample" | sed 's/MSRAGG/X/' >"$T/s.xml"
	echo '<a/>' >"$T/a.xml"
	echo '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' >"$T/d.xml"
	run -3 --separate-stderr ehr-mips qrda check "$T/a.xml" "$T/s.xml"
	has "$stderr" "a.xml:1: not a QRDA category III document"
	has "$output" "CONF:77-19508"
	run -3 --separate-stderr ehr-mips qrda list "$T/d.xml"
	has "$stderr" "d.xml:1: a DOCTYPE is not allowed"
	run -6 --separate-stderr ehr-mips qrda list "$T/none.xml"
}

@test "published samples: counts are listed, findings against 2026 told" {
	need_data reference/mips/qrda3
	for file in "$MIPS"/qrda3/*.gz; do
		run -0 --separate-stderr ehr-mips qrda list "$file"
		[ "${#lines[@]}" -ge 60 ]
		run -1 --separate-stderr ehr-mips qrda check "$file"
		has "$output" "CONF:"
	done
}

@test "published negatives: the named error is found" {
	need_data reference/mips/qrda3-negative
	n=0
	while IFS=$'\t' read -r file expected _; do
		run --separate-stderr ehr-mips qrda check \
			"$MIPS/qrda3-negative/$file.gz"
		same "$status" 1
		found=$(grep -v CONF: <<<"$output" | cut -f3,4 | sort) || true
		wanted=$(grep -oE '[0-9]+ [A-Z]+_[A-Z_]+' <<<"$expected" |
			tr ' ' '\t' | sort) || true
		if [[ $expected == exactly* ]]; then
			same "$found" "$wanted"
		elif [ -n "$wanted" ]; then
			has "$found" "$wanted"
		else # it converts
			run -0 --separate-stderr ehr-mips qrda list \
				"$MIPS/qrda3-negative/$file.gz"
			same "${#lines[@]}" 60
			continue
		fi
		n=$((n + 1))
	done < <(sed 1d "$MIPS/qrda3-negative/expected-errors.tsv")
	same "$n" 4
}

export_122() {
	ehr-mips qrda --cat 3 -q -m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz \
		--guids "$MIPS/measures-data-2025.json.gz" --today 2027-01-15 \
		--cehrt-id 0015EABCDEFGHIJ "$@" \
		"$EHR_DATA"/ecqm/CMS122*/tests/*/patient-bundle.json
}

@test "counts as a document that CMS's own rules take" {
	need_data ecqm
	export_122 --program MIPS_INDIV --tin 123456789 --npi 1234567893 \
		-O "$T/one.xml"
	same "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T/one.xml")" ""
	run -0 --separate-stderr ehr-mips qrda check "$T/one.xml" \
		--guids "$MIPS/measures-data-2025.json.gz"
	run -0 --separate-stderr ehr-mips eval \
		-m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz \
		"$EHR_DATA"/ecqm/CMS122*/tests/*/patient-bundle.json
	counts=$(cut -f5 <<<"$output")
	same "$(ehr-mips qrda list "$T/one.xml" | awk -F'\t' '!$6 { print $8 }')" \
		"$counts"
	# The same rules find what is broken.
	sed 's/MSRAGG/X/' "$T/one.xml" >"$T/bad.xml"
	has "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T/bad.xml")" 77-19508
	"$sample" >"$T/all.xml"
	same "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T/all.xml")" ""
}

@test "each program wants its own numbers; the same input, the same bytes" {
	need_data ecqm
	export_122 --program MIPS_GROUP --tin 123456789 >"$T/a.xml"
	export_122 --program MIPS_GROUP --tin 123456789 -j 2 >"$T/b.xml"
	cmp "$T/a.xml" "$T/b.xml"
	run -2 --separate-stderr export_122 --program MIPS_GROUP \
		--tin 123456789 --npi 1234567893
	has "$stderr" "has no NPI"
	run -2 --separate-stderr export_122 --program MIPS_INDIV \
		--tin 123456789 --npi 1234567890
	has "$stderr" "wants an NPI"
	run -2 --separate-stderr export_122 --program MIPS_SUBGROUP \
		--tin 123456789
	has "$stderr" "id of its subgroup"
	run -0 --separate-stderr export_122 --program MIPS_APMENTITY \
		--group-id A1 --mvp G0053
	has "$output" 'root="2.16.840.1.113883.3.249.5.6" extension="G0053"'
	run -2 --separate-stderr export_122 --program MIPS_CLUB
	has "$stderr" "--program is one of"
}

@test "without GUIDs nothing is written" {
	run -2 --separate-stderr ehr-mips qrda --cat 3 -m "$T/none" \
		--program MIPS_GROUP -O "$T/o.xml"
	has "$stderr" "--guids FILE is missing"
	[ ! -e "$T/o.xml" ]
	echo '[]' >"$T/g.json"
	run -3 --separate-stderr ehr-mips qrda --cat 3 -m "$T/none" \
		--program MIPS_GROUP --guids "$T/g.json"
	has "$stderr" "no measure has an eMeasureUuid"
}

@test "answers that the record keeps become sections of their own" {
	need_data ecqm
	export EHR_DB=$T/p.ehr
	plain_record -d "$EHR_DB"
	one=(--program MIPS_GROUP --tin 123456789 --pi)
	run -4 --separate-stderr export_122 "${one[@]}"
	has "$stderr" "no PI_... of 2026"
	ehr-mips pi add --year 2026 PI_PPHI_1 yes
	run -2 --separate-stderr export_122 "${one[@]}"
	has "$stderr" "says what days"
	ehr-mips pi add --year 2026 PI_EP_1 49/115 --from 2026-01-01 \
		--to 2026-07-01
	ehr-mips ia add --year 2026 IA_BE_4 --from 2026-02-01 \
		--to 2026-06-30
	export_122 "${one[@]}" --ia -O "$T/o.xml"
	run -0 --separate-stderr ehr-mips qrda check "$T/o.xml"
	same "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T/o.xml")" ""
	run -0 --separate-stderr ehr-mips qrda list "$T/o.xml"
	same "$(cut -f2-4,8 <<<"$output" | grep -v ^quality)" \
$'pi\tPI_EP_1\tNUMER\t49
pi\tPI_EP_1\tDENOM\t115
pi\tPI_PPHI_1\tY\t
ia\tIA_BE_4\tY\t'
	has "$(cat "$T/o.xml")" '<low value="20260201"/>'
}

# A patient, an encounter, a diagnosis, a result, and what QDM cannot say.
bundle() { # ID
	cat <<-JSON
	{"resourceType":"Bundle","type":"collection","entry":[
	{"resource":{"resourceType":"Patient","id":"$1","gender":"female",
	"birthDate":"1960-02-03","name":[{"family":"A","given":["B"]}]}},
	{"resource":{"resourceType":"Encounter","id":"e","status":"finished",
	"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode",
	"code":"AMB"},"type":[{"coding":[{"system":"http://snomed.info/sct",
	"code":"185460008"}]}],"period":{"start":"2026-05-01T10:00:00Z",
	"end":"2026-05-01T10:30:00Z"}}},
	{"resource":{"resourceType":"Observation","id":"o","status":"final",
	"category":[{"coding":[{"code":"laboratory"}]}],"code":{"coding":[
	{"system":"http://loinc.org","code":"4548-4"}]},
	"effectiveDateTime":"2026-05-01T10:05:00+00:00",
	"valueQuantity":{"value":7.10,"unit":"%","code":"%"}}},
	{"resource":{"resourceType":"MedicationRequest","id":"m",
	"status":"active","intent":"order","doNotPerform":true,
	"authoredOn":"2026-05-01","medicationCodeableConcept":{"coding":[
	{"system":"http://www.nlm.nih.gov/research/umls/rxnorm",
	"code":"860975"}]},"reasonCode":[{"coding":[{"system":
	"http://snomed.info/sct","code":"183966005"}]}]}},
	{"resource":{"resourceType":"Task","id":"t","status":"completed"}}]}
	JSON
}

@test "a patient as a QRDA I document and back" {
	need_data ecqm
	one() {
		ehr-mips qrda --cat 1 -m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz \
			--guids "$MIPS/measures-data-2025.json.gz" \
			--today 2027-01-15 "$@"
	}
	bundle p1 >"$T/p1.json"
	bundle p2 >"$T/p2.json"
	run -0 --separate-stderr one "$T/p1.json"
	has "$stderr" "p1.json: Task/t: no data element of QDM"
	has "$output" '2.16.840.1.113883.10.20.24.1.2" extension="2021-08-01"'
	has "$output" 'extension="2c928083-8907-ce68-0189-2bc5fa0d0739"'
	has "$output" '<value xsi:type="PQ" value="7.10" unit="%"/>'
	has "$output" 'negationInd="true"'
	run -0 --separate-stderr ehr-mips qrda read - <<<"$output"
	same "$stderr" ""
	same "$(jq -r '.entry[].resource | [.resourceType, .id] | join("/")' \
		<<<"$output" | tr '\n' ' ')" \
		"Patient/p1 Encounter/e Observation/o MedicationRequest/m "
	has "$output" '"valueQuantity":{"value":7.10,'
	has "$output" '"start":"2026-05-01T10:00:00+00:00"'
	has "$output" '"doNotPerform":true'
	has "$output" '"birthDate":"1960-02-03"'
	run -2 --separate-stderr one "$T/p1.json" "$T/p2.json"
	has "$stderr" "-O DIR is missing"
	run -0 --separate-stderr one -q -O "$T/d" "$T/p1.json" "$T/p2.json"
	same "$(ls "$T/d")" $'p1.xml\np2.xml'
	run -3 --separate-stderr one -O "$T/d" --force "$T/p1.json" - <<<'{}'
	has "$stderr" "no Bundle of a Patient"
	"$sample" >"$T/s.xml"
	run -3 --separate-stderr ehr-mips qrda read "$T/s.xml"
	has "$stderr" "not a QRDA category I document"
	run -2 --separate-stderr one --cat 2 "$T/p1.json"
	has "$stderr" "--cat is 1 or 3"
}
