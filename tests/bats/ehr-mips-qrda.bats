#!/usr/bin/env bats
# ehr-mips qrda: documents written, listed and checked.
load helper

sample=$EHR_BUILD/tests/tools/qrda-sample
m1=59738aab-1f1a-4097-82c1-cd7bf3714afa # its measure, CMS153v14

setup_file() {
	export MIPS=$EHR_DATA/reference/mips
}

@test "what is written is read again and has no findings" {
	"$sample" >"$T/s.xml"
	run -0 --separate-stderr ehr-mips qrda check "$T/s.xml"
	same "$output" ""
	run -0 --separate-stderr ehr-mips qrda list -o csv "$T/s.xml"
	ipop=$m1,IPOP,938888B6-FF4F-4431-A464-52E770E6D9ED
	has "$output" ",quality,$ipop,,,4"
	has "$output" ",quality,$ipop,stratum,f71d06b9-1df1-404e-a65f-dfd3227548d8,2"
	has "$output" ",quality,$ipop,payer,A,3"
	has "$output" ",quality,$m1,NUMER,088B388C-E545-4450-A24F-0A027A58E952,payer,D,0"
	has "$output" ",pi,PI_EP_1,DENOM,,,,9"
	has "$output" ",pi,PI_PPHI_1,Y"
	has "$output" ",ia,IA_BE_4,Y"
}

@test "a section that stands twice is counted twice, and told" {
	"$sample" | awk '/^   <component>$/ { part = "" }
		{ part = part $0 "\n"; print }
		/^   <\/component>$/ { printf "%s", part }' >"$T/s.xml"
	"$sample" >"$T/one.xml"
	run -0 --separate-stderr ehr-mips qrda list "$T/one.xml"
	rows=${#lines[@]}
	run -0 --separate-stderr ehr-mips qrda list "$T/s.xml"
	same "${#lines[@]}" $((2 * rows))
	run -1 --separate-stderr ehr-mips qrda check "$T/s.xml"
	has "$output" CLINICAL_DOCUMENT_CONTAINS_DUPLICATE_ECQM_SECTIONS
	has "$output" CLINICAL_DOCUMENT_CONTAINS_DUPLICATE_PI_SECTIONS
	has "$output" CLINICAL_DOCUMENT_CONTAINS_DUPLICATE_IA_SECTIONS
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
	run -2 --separate-stderr export_122 --program MIPS_SUBGROUP \
		--group-id S1
	has "$stderr" "MIPS_SUBGROUP reports a value pathway: its id is missing"
	run -2 --separate-stderr export_122 --program APP_PLUS_GROUP \
		--tin 123456789 --mvp G0053
	has "$stderr" "APP_PLUS_GROUP reports no value pathway"
	run -2 --separate-stderr export_122 --program APP_PLUS_GROUP \
		--tin 123456789 --group-id A1
	has "$stderr" "is no group with an id"
	run -2 --separate-stderr export_122 --program MIPS_VIRTUALGROUP \
		--group-id V1 --tin 12345678
	has "$stderr" "wants a TIN (nine digits)"
	run -0 --separate-stderr export_122 --program MIPS_APMENTITY \
		--group-id A1 --mvp G0053
	has "$output" 'root="2.16.840.1.113883.3.249.5.6" extension="G0053"'
	run -2 --separate-stderr export_122 --program MIPS_CLUB
	has "$stderr" "--program is one of"
}

# Every program: what it wants, and CMS's own rules.
@test "each program's document is what CMS's own rules take" {
	need_data ecqm
	export EHR_DB=$T/p.ehr
	plain_record -d "$EHR_DB"
	ehr-mips pi add --year 2026 PI_EP_1 49/115 --from 2026-01-01 \
		--to 2026-07-01
	n=0
	while read -r program ids; do
		what=(-m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz
			"$EHR_DATA"/ecqm/CMS122*/tests/*/patient-bundle.json)
		case $program in SSP_PI_*) what=(--pi --period 2026) ;; esac
		# shellcheck disable=SC2086
		ehr-mips qrda --cat 3 --today 2027-01-15 --program "$program" \
			--cehrt-id 0015EABCDEFGHIJ $ids "${what[@]}" \
			-O "$T/$program.xml"
		n=$((n + 1))
	done <<-END
	MIPS_INDIV --tin 123456789 --npi 1234567893 --mvp G0053
	MIPS_GROUP --tin 123456789 --mvp G0053
	MIPS_SUBGROUP --group-id SG-00000001 --mvp G0053
	MIPS_VIRTUALGROUP --group-id V1
	MIPS_APMENTITY --group-id A1 --tin 123456789
	MIPS_APP1_INDIV --tin 123456789 --npi 1234567893
	MIPS_APP1_GROUP --tin 123456789
	MIPS_APP1_APMENTITY --group-id A1
	APP_PLUS_INDIV --tin 123456789 --npi 1234567893
	APP_PLUS_GROUP --tin 123456789
	APP_PLUS_APMENTITY --group-id A1
	SSP_PI_INDIV --tin 123456789 --npi 1234567893
	SSP_PI_GROUP --tin 123456789
	SSP_PI_APMENTITY --group-id A1
	END
	same "$n" 14
	same "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T"/*.xml)" ""
	run -0 --separate-stderr ehr-mips qrda check "$T"/*.xml
	grep -q 4.6.\ nullFlavor=.NA "$T/MIPS_SUBGROUP.xml"
	grep -c 'root="2.16.840.1.113883.4.2" ext' "$T/MIPS_APMENTITY.xml" |
		grep -qx 1 # the custodian's
	# The rules do tell programs apart.
	sed 's/SSP_PI_GROUP/MIPS_APMENTITY/' "$T/SSP_PI_GROUP.xml" >"$T/x.xml"
	has "$("$EHR_TOP/tests/tools/schematron" "$T/sch" "$T/x.xml")" CMS_109
	run -1 --separate-stderr ehr-mips qrda check "$T/x.xml"
	has "$output" CMS_109
}

@test "without measures: the answers of a year, and nothing else" {
	export EHR_DB=$T/p.ehr
	plain_record -d "$EHR_DB"
	ssp() {
		ehr-mips qrda --cat 3 --program SSP_PI_GROUP --tin 123456789 \
			--cehrt-id 0015EABCDEFGHIJ "$@"
	}
	run -2 --separate-stderr ssp
	has "$stderr" "SSP_PI_GROUP reports promoting interoperability alone"
	run -2 --separate-stderr ssp --pi --ia --period 2026
	run -2 --separate-stderr ssp --pi -m x
	run -2 --separate-stderr ssp --pi
	has "$stderr" "--period is the year"
	run -2 --separate-stderr ssp --pi --period 2026-Q1
	run -2 --separate-stderr ssp --pi --period 2026 "$T/p.json"
	has "$stderr" "patients, but no measure"
	run -4 --separate-stderr ssp --pi --period 2026
	has "$stderr" "no PI_... of 2026"
	run -2 --separate-stderr ssp --program MIPS_GROUP --period 2026
	has "$stderr" "nothing to report"
	run -2 --separate-stderr ehr-mips qrda --cat 1 "$T/p.json"
	has "$stderr" "-m is missing"
}

@test "GUIDs that are built in are those of the measure's year" {
	need_data ecqm
	run -0 --separate-stderr ehr-mips qrda --cat 3 -v --today 2027-01-15 \
		-m "$EHR_DATA"/ecqm/CMS145*/bundle.json.gz \
		--program MIPS_GROUP --tin 123456789 --cehrt-id X \
		--period 2025 "$EHR_DATA"/ecqm/CMS145*/tests/*/patient-bundle.json
	has "$output" 'extension="5f7dd8a7-07b4-4271-81ff-3e0ab486cae7"'
	has "$output" '<id root="45B35274-CD8E-4CD7-A433-F4321DFE441D"/>'
	has "$stderr" "GUIDs are of 2026, the period begins on 2025-01-01"
	has "$stderr" "CMS145v14: GUIDs of groups after the first are those of CMS145v13"
	has "$stderr" "GUIDs are those of CMS145v14"
}

@test "strata, rates and the measure section: what a converter refuses" {
	"$sample" >"$T/s.xml"
	sed 's/a6120934-/a6120935-/' "$T/s.xml" >"$T/a.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/a.xml"
	same "$(cut -f3,4 <<<"$output" | sort | uniq -c | tr -s ' ')" \
$' 4 48\tPCF_QUALITY_MEASURE_ID_MISSING_STRATA'
	sed 's/27\.3\.4"/27.3.99"/
		s/27.2.1" extension="2020-12-01/27.2.1" extension="2019-12-01/' \
		"$T/s.xml" >"$T/b.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/b.xml"
	same "$(grep -c $'\t49\tPCF_QUALITY_MEASURE_ID_STRATA_MISMATCH' <<<"$output")" 4
	has "$output" $'\t95\tMEASURE_SECTION_V5_REQUIRES_CATEGORY_SECTION\t'
	# The last numerator reference is the rate's.
	sed 's/088B388C-/088B388D-/' "$T/s.xml" >"$T/c.xml"
	run -1 --separate-stderr ehr-mips qrda check "$T/c.xml"
	has "$output" "a rate of a NUMER of CMS153v14, not of 088B388D-"
	has "$output" "a NUMER with the UUID 088B388C-"
}

@test "without GUIDs nothing is written" {
	own=$EHR_TOP/lib/quality/data/measures/PressureControl.json
	run -2 --separate-stderr ehr-mips qrda --cat 3 -m "$own" \
		--program MIPS_GROUP -O "$T/o.xml" "$T/none"
	has "$stderr" "no GUIDs of PressureControl of 2026 are known"
	[ ! -e "$T/o.xml" ]
	# A package may bring its own.
	patient='{"resourceType":"Patient","id":"p"}'
	uuid=00000000-0000-4000-8000-00000000000
	jq -c --arg u $uuid '(.entry[].resource |
		select(.resourceType == "Measure")) |= (.identifier = [{
		type: {coding: [{code: "version-specific"}]},
		value: ("urn:uuid:" + $u + "0")}] |
		.group[0].population |= [to_entries[] | .value.id = $u +
			"\(.key + 1)" | .value] |
		.group[0].stratifier |= [to_entries[] | .value.id = $u +
			"\(.key + 8)" | .value])' "$own" >"$T/own.json"
	run -0 --separate-stderr ehr-mips qrda --cat 3 -m "$T/own.json" \
		--program MIPS_GROUP --tin 123456789 --cehrt-id X - <<<"$patient"
	has "$output" "extension=\"${uuid}0\""
	has "$output" "<id root=\"${uuid}8\"/>"
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
	export_122() {
		ehr-mips qrda --cat 3 -q --today 2027-01-15 "$@" \
			-m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz \
			--cehrt-id 0015EABCDEFGHIJ \
			"$EHR_DATA"/ecqm/CMS122*/tests/*/patient-bundle.json
	}
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

# Every kind of data element, with all that QDM says of it.
everything() {
	jq -c '.entry += (input | map({resource: .}))' <(bundle p1) - <<-JSON
	[{"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{
	"code":"resolved"}]},"code":{"coding":[{"system":
	"http://snomed.info/sct","code":"254837009"}]},"bodySite":[{"coding":[{
	"system":"http://snomed.info/sct","code":"7771000"}]}],"severity":{
	"coding":[{"system":"http://snomed.info/sct","code":"24484000"}]},
	"onsetDateTime":"2025-01-02"},
	{"resourceType":"Condition","id":"c2","code":{"coding":[{"system":
	"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9"}]},
	"onsetDateTime":"2026-05-01","abatementDateTime":"2026-06-01"},
	{"resourceType":"Location","id":"l1","type":[{"coding":[{"system":
	"http://snomed.info/sct","code":"35971002"}]}]},
	{"resourceType":"Encounter","id":"e2","status":"finished","class":{
	"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":
	"IMP"},"type":[{"coding":[{"system":"http://snomed.info/sct","code":
	"183452005"}]}],"period":{"start":"2026-05-02T10:00:00Z","end":
	"2026-05-03T10:30:00Z"},"location":[{"location":{"reference":
	"Location/l1"},"period":{"start":"2026-05-02T10:00:00Z"}}],
	"diagnosis":[{"condition":{"reference":"Condition/c2"},"rank":1}],
	"reasonReference":[{"reference":"Condition/c1"}]},
	{"resourceType":"AllergyIntolerance","id":"a1","clinicalStatus":{
	"coding":[{"code":"active"}]},"code":{"coding":[{"system":
	"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980"}]},
	"onsetDateTime":"2020-01-01","recordedDate":"2020-01-02T00:00:00Z"},
	{"resourceType":"Medication","id":"m1","code":{"coding":[{"system":
	"http://www.nlm.nih.gov/research/umls/rxnorm","code":"197606"}]}},
	{"resourceType":"MedicationRequest","id":"m2","status":"active",
	"intent":"order","medicationReference":{"reference":"Medication/m1"},
	"authoredOn":"2026-05-01","dosageInstruction":[{"timing":{"repeat":{
	"frequency":2,"period":1,"periodUnit":"d","boundsPeriod":{"start":
	"2026-05-01"}}},"route":{"coding":[{"system":"http://snomed.info/sct",
	"code":"26643006"}]},"doseAndRate":[{"doseQuantity":{"value":0.25,
	"unit":"mg","code":"mg"}}]}],"dispenseRequest":{"quantity":{"value":60},
	"numberOfRepeatsAllowed":3,"expectedSupplyDuration":{"value":30,
	"code":"d"}}},
	{"resourceType":"Observation","id":"o2","status":"final","category":[{
	"coding":[{"code":"imaging"}]}],"code":{"coding":[{"system":
	"http://loinc.org","code":"24606-6"}]},"effectiveDateTime":"2026-03-01",
	"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct",
	"code":"263654008"}]}},
	{"resourceType":"Observation","id":"o3","status":"final","category":[{
	"coding":[{"code":"vital-signs"}]}],"code":{"coding":[{"system":
	"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2026-03-01",
	"component":[{"code":{"coding":[{"system":"http://loinc.org","code":
	"8480-6"}]},"valueQuantity":{"value":120,"code":"mm[Hg]"}}]},
	{"resourceType":"Immunization","id":"i1","status":"completed",
	"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":
	"141"}]},"occurrenceDateTime":"2026-02-01"},
	{"resourceType":"Procedure","id":"p1","status":"not-done","code":{
	"coding":[{"system":"http://snomed.info/sct","code":"73761001"}]},
	"extension":[{"url":"http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-recorded",
	"valueDateTime":"2026-02-03T10:00:00Z"}]},
	{"resourceType":"MedicationStatement","id":"ms","status":"active",
	"medicationReference":{"reference":"Medication/m1"},"effectivePeriod":{
	"start":"2026-01-01","end":"2026-03-01"}},
	{"resourceType":"MedicationAdministration","id":"ma","status":
	"not-done","medicationCodeableConcept":{"coding":[{"system":
	"http://www.nlm.nih.gov/research/umls/rxnorm","code":"197606"}]},
	"effectiveDateTime":"2026-01-01T10:00:00Z","statusReason":[{"coding":[{
	"system":"http://snomed.info/sct","code":"183932001"}]}]},
	{"resourceType":"ServiceRequest","id":"s1","status":"active","intent":
	"order","code":{"coding":[{"system":"http://snomed.info/sct","code":
	"103696004"}]},"authoredOn":"2026-02-01"},
	{"resourceType":"DeviceRequest","id":"d1","status":"active","intent":
	"order","codeCodeableConcept":{"coding":[{"system":
	"http://snomed.info/sct","code":"183240000"}]},"authoredOn":
	"2026-02-01"},
	{"resourceType":"Task","id":"t1","status":"completed","intent":"order",
	"focus":{"reference":"ServiceRequest/s1"},"executionPeriod":{"start":
	"2026-03-01","end":"2026-03-02"},"reasonCode":{"coding":[{"system":
	"http://loinc.org","code":"11488-4"}]}}]
	JSON
}

@test "each kind of data element follows HL7's templates and comes back" {
	need_data ecqm
	everything >"$T/b.json"
	ehr-mips qrda --cat 1 -q -m "$EHR_DATA"/ecqm/CMS122*/bundle.json.gz \
		--today 2027-01-15 "$T/b.json" >"$T/b.xml"
	same "$("$EHR_TOP/tests/tools/schematron" -1 "$T/sch" "$T/b.xml")" ""
	sed 's/263486008/1/' "$T/b.xml" >"$T/x.xml"
	has "$("$EHR_TOP/tests/tools/schematron" -1 "$T/sch" "$T/x.xml")" 4444-29448
	run -0 --separate-stderr ehr-mips qrda read "$T/b.xml"
	same "$stderr" ""
	get() { jq -rc ".entry[].resource | select(.resourceType == \"$1\" and
		.id == \"$2\") | $3" <<<"$output"; }
	same "$(get Condition c1 '[.bodySite[0].coding[0].code,
		.severity.coding[0].code, .clinicalStatus.coding[0].code]')" \
		'["7771000","24484000","resolved"]'
	same "$(get Encounter e2 '[.diagnosis[].condition.reference,
		.diagnosis[0].rank, .reasonReference[1].reference,
		.location[0].location.reference]')" \
		'["Condition/c2","Condition/c1",1,"Condition/c1","Location/l1"]'
	same "$(get Location l1 '.type[0].coding[0].code')" 35971002
	same "$(get AllergyIntolerance a1 '[.code.coding[0].code,
		.clinicalStatus.coding[0].code, .onsetDateTime, .recordedDate]')" \
		'["7980","active","2020-01-01","2020-01-02T00:00:00+00:00"]'
	same "$(get MedicationRequest m2 '[.medicationCodeableConcept.coding[0].code,
		(.dosageInstruction[0] | .timing.repeat.period,
		.timing.repeat.periodUnit, .route.coding[0].code,
		.doseAndRate[0].doseQuantity.value),
		(.dispenseRequest | .quantity.value, .numberOfRepeatsAllowed,
		.expectedSupplyDuration.value)]')" \
		'["197606",12,"h","26643006",0.25,60,3,30]'
	same "$(get MedicationStatement ms '[.medicationCodeableConcept.coding[0].code,
		.effectivePeriod.end, .status]')" '["197606","2026-03-01","active"]'
	same "$(get MedicationAdministration ma '[.status,
		.statusReason[0].coding[0].code]')" '["not-done","183932001"]'
	same "$(get Observation o2 '.valueCodeableConcept.coding[0].code')" 263654008
	same "$(get Observation o3 '.component[0].valueQuantity.value')" 120
	same "$(get Procedure p1 '[.status, .extension[0].valueDateTime]')" \
		'["not-done","2026-02-03T10:00:00+00:00"]'
	same "$(get Task t1 '[.focus.reference, .reasonCode.coding[0].code,
		.executionPeriod.end]')" '["ServiceRequest/s1","11488-4","2026-03-02"]'
	same "$(get Communication t1 '[.topic.coding[0].code, .received]')" \
		'["11488-4","2026-03-02"]'
	# Times as others write them; nothing that is empty.
	sed -E 's/value="20260502100000\+0000"/value="202605021000-0500"/
		s/value="20260503103000\+0000"/value="20260503"/
		s/value="19600203"/value="196002031200+0000"/
		s/<(given|family)>.<.*>/<\1\/>/
		/<(doseQuantity|routeCode|period) /d
		s/<low value="20260501"\/>/<low nullFlavor="UNK"\/>/' \
		"$T/b.xml" >"$T/t.xml"
	run -0 --separate-stderr ehr-mips qrda read "$T/t.xml"
	same "$(get Encounter e2 '[.period.start, .period.end]')" \
		'["2026-05-02T10:00:00-05:00","2026-05-03"]'
	same "$(get Patient p1 '[.birthDate, .name]')" '["1960-02-03",null]'
	same "$(get MedicationRequest m2 '.dosageInstruction')" null
	same "$(jq -c '[.. | select(. == {} or . == [] or . == "")]' \
		<<<"$output")" '[]'
	# Another's document: a diagnosis of an encounter alone, by its code.
	sed -E '/24.3.168"/,/<\/observation>/s/<id [^>]*>//
		s/"E11.9"/"E11.8"/2' "$T/b.xml" >"$T/y.xml"
	run -0 --separate-stderr ehr-mips qrda read "$T/y.xml"
	same "$(get Encounter e2 '.diagnosis[1].condition.reference')" Condition/c1
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
	{"resource":{"resourceType":"Claim","id":"t","status":"active"}}]}
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
	has "$stderr" "p1.json: Claim/t: no data element of QDM"
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
