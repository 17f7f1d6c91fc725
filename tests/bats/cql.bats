load helper

# HL7's CQL conformance tests as ELM: each of the 1,629 alone, at two offsets.
conformance() {
	need_data ecqm/_cql-conformance/elm
	run -0 "$EHR_BUILD/tests/tools/elm-conformance" "$@" \
		"$EHR_DATA"/ecqm/_cql-conformance/elm/*.json.gz
	same "${lines[0]}" \
		"total 1629 passed 1629 invalid 33 of 33 skipped 75"
}

@test "CQL conformance at UTC" {
	conformance
}

@test "CQL conformance at -05:00" {
	conformance -z -300
}

# Our own: what another engine lacks, and what was once wrong.
@test "own fixtures of CQL" {
	for zone in 0 -300 840; do
		run -0 "$EHR_BUILD/tests/tools/elm-conformance" -z $zone \
			"$FIXTURES"/elm/*.json
		same "${#lines[@]}" 1
	done
}

# References by absolute urls, by urn:uuid:, and of a transaction's resources
# without ids: as relative ones, from files and from a record.
@test "references lead where they resolve" {
	need_data ecqm
	for how in "--refs url" "--refs urn" "--refs new" \
		"--refs new --record"; do
		run -0 --separate-stderr "$EHR_TOP/tests/conformance/ecqm" \
			$how --least 262 CMS50FHIRReceiptofSpecialistReport \
			CMS136FHIRChildADHDMedFollowUp \
			CMS137FHIRSUDTxInitEngagement \
			CMS145FHIRCADBBlockerTPMIorLVSD \
			CMS165FHIRControllingHighBP
		same "${lines[-1]}" "262 of 263 cases equal"
	done
}
