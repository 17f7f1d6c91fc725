# What goes in comes out: tests/conformance/fhir-all over folders, against
# what is worked out from the files apart from ehr. `make torture` runs it over
# all of the sample data.
load helper

all_ok() { # N checks passed
	same "$(grep -c '^ok: ' <<< "$output")" "$1"
	[[ $output != *FAILED* ]]
}

@test "a synthetic practice: Bundles and NDJSON as two sources" {
	"$EHR_BUILD/tests/tools/gen-practice" -n 6 -s 7 --as bundles -O "$T/north"
	"$EHR_BUILD/tests/tools/gen-practice" -n 6 -s 8 --as ndjson-by-type \
		-O "$T/south"
	run -0 --separate-stderr "$EHR_TOP/tests/conformance/fhir-all" \
		"$T/north" "$T/south"
	all_ok 11
}

@test "versions, ties and references of every kind" {
	mkdir "$T/x"
	pt='"resourceType":"Patient","id":"p"'
	cat > "$T/x/1.ndjson" <<-END
	{$pt,"meta":{"lastUpdated":"2024-01-02T00:00:00Z","versionId":"2"},"gender":"male"}
	{$pt,"meta":{"lastUpdated":"2024-01-02T00:00:00Z","versionId":"3"},"gender":"female"}
	{$pt,"meta":{"lastUpdated":"2024-01-02T00:00:00.0000Z","tag":[]},"multipleBirthInteger":3}
	{"resourceType":"Observation","id":"o","status":"final","code":{"text":"\u00e9\n"},"valueQuantity":{"value":1.10,"unit":"1E2"},"component":[{"code":{},"valueQuantity":{"value":1E+2}},{"code":{},"valueQuantity":{"value":-0.0}}],"subject":{"reference":"Patient/p"}}
	{"resourceType":"Observation","id":"o2","status":"final","code":{},"subject":{"reference":"https://a.example/fhir/Patient/p"},"performer":[{"reference":"#x"},{"reference":"Practitioner?identifier=s|1"},{"reference":"Practitioner?identifier=s|2"},{"reference":"Practitioner/none"}],"contained":[{"resourceType":"Practitioner","id":"x"}]}
	END
	cat > "$T/x/2.json" <<-END
	{"resourceType":"Bundle","type":"transaction","entry":[
	{"fullUrl":"https://a.example/fhir/Patient/p","resource":{$pt,"meta":{"lastUpdated":"2023-01-01T00:00:00Z"},"active":true}},
	{"fullUrl":"urn:uuid:2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11","resource":{"resourceType":"Practitioner","id":"dr","identifier":[{"system":"s","value":"1"}]}},
	{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"asserter":{"reference":"urn:uuid:2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11"}}},
	{"resource":{"resourceType":"Condition","id":"l","subject":{"reference":"Patient/later"}}},
	{"resource":{"resourceType":"Basic","code":{"text":"no id"}}},
	{"resource":{"resourceType":"Practitioner","id":"d2","identifier":[{"system":"s","value":"2"}]}},
	{"resource":{"resourceType":"Practitioner","id":"d3","identifier":[{"system":"s","value":"2"}]}}]}
	END
	run -0 --separate-stderr "$EHR_TOP/tests/conformance/fhir-all" "$T/x"
	all_ok 11
}

@test "public examples: US Core and the g10 kit" {
	need_data clinical/fhir
	run -0 --separate-stderr "$EHR_TOP/tests/conformance/fhir-all" \
		"$EHR_DATA/clinical/fhir/us-core" \
		"$EHR_DATA/clinical/fhir/ndjson/g10-kit"
	all_ok 11
}

@test "the check finds what is not the same" {
	"$EHR_BUILD/tests/tools/gen-practice" -n 2 -O "$T/north"
	new_record -d "$T/p.ehr"
	ehr-import -d "$T/p.ehr" "$T/north"
	ehr-export -d "$T/p.ehr" --all --history > "$T/all"
	expect=$EHR_TOP/tests/conformance/expect.py
	run -0 --separate-stderr python3 "$expect" lossless "$T/all" "$T/north"
	sed '0,/"value":\([0-9][0-9.]*\)/s//"value":\10/' "$T/all" > "$T/number"
	run -1 --separate-stderr python3 "$expect" lossless "$T/number" \
		"$T/north"
	has "$output" "1 missing, 1 too many, 1 not as they came"
	sed 1d "$T/all" > "$T/less"
	run -1 --separate-stderr python3 "$expect" lossless "$T/less" "$T/north"
	sed '$p' "$T/all" > "$T/more"
	run -1 --separate-stderr python3 "$expect" lossless "$T/more" "$T/north"
	has "$output" "0 missing, 1 too many"
}
