#!/usr/bin/env bats
# Public samples of X12 beside the verdicts of other checkers (VALIDATION.txt).
load helper

setup() {
	need_data x12
	X=$EHR_DATA/x12
	# FILE CLEAN|OTHER CHECKER=VERDICT...: clean is what pyx12 or LinuxForHealth
	# pass and nobody fails.
	awk '/^(pyx12|lfh|cosyte|bal835) / {
			f = $3
			sub(/^pick\//, "", f)
			said[f] = said[f] " " $1 "=" $2
			if ($1 ~ /pyx12|lfh/ && $2 == "OK")
				ok[f] = 1
			if ($2 ~ /FAIL|UNB/)
				fail[f] = 1
		}
		END {
			for (f in said)
				print f, ok[f] && !fail[f] ? "CLEAN" : "OTHER" said[f]
		}' "$X/VALIDATION.txt" | sort >"$T/verdicts"
}

errors() {
	awk -F'\t' '$8 == "error" { print $2, $7, $9 }'
}

@test "what others pass has no error but the one that is one" {
	local file found
	local -i files=0 digits=0
	while read -r file _; do
		found=$(ehr-claim x12 check "$X/$file") || [ $? = 1 ]
		case $file in
		*benefit-check-error.271)
			same "$(errors <<<"$found")" "10 SE02 x12-control-number" ;;
		*) same "$file: $(errors <<<"$found")" "$file: " ;;
		esac
		case $found in *x12-npi*) digits+=1 ;; esac
		files+=1
	done < <(grep ' CLEAN$' "$T/verdicts")
	same "$files files, check digits wrong in $digits" \
		"45 files, check digits wrong in 25"
}

# FILE|exit|who else says so|findings among ours: segment place id. Without
# any: no error of ours. There is no table of 837I, 837D and 278 here: structure
# only. A checker that fails a file for other reasons is not named.
others() {
	cat <<'ROWS'
270/cosyte__270-dangling-parent.edi|1|lfh|13 SE01 x12-count;9 2000C/HL02 x12-hl
270/cosyte__270-dependent.edi|1|-|20 SE01 x12-count;17 2100D/DMG03 x12-element-code;19 2110D/EQ03 x12-element-unused
270/cosyte__270-minimal.edi|1|lfh|6 2100A/NM108 x12-element-missing;6 2100A/NM109 x12-element-missing;8 2100B/NM108 x12-element-missing
270/cosyte__270-missing-hierarchy.edi|1|lfh|5 2000A x12-missing
270/cosyte__270-no-inquiry.edi|1|lfh|12 SE01 x12-count
271/cosyte__271-aaa-before-hierarchy.edi|1|-|5 AAA x12-unexpected;6 AAA x12-unexpected
271/cosyte__271-aaa-dependent.edi|1|lfh|12 2100D/NM101 x12-element-code
271/cosyte__271-aaa-no-hierarchy-id.edi|1|lfh|9 2000C/HL01 x12-hl;9 2000C/HL01 x12-element-missing
271/cosyte__271-aaa-only-loop.edi|1|lfh|10 2000C/AAA x12-unexpected;11 2000C/2100C x12-missing
271/cosyte__271-aaa-subscriber.edi|0|-|
271/cosyte__271-aaa-two-subscribers.edi|0|-|
271/cosyte__271-aaa-with-benefits.edi|1|lfh|13 2110C/AAA03 x12-element-code
271/cosyte__271-dependent.edi|1|lfh|14 2100D/NM101 x12-element-code
271/kartik__271_rejected_subscriber.x12|0|-|
277ca/cosyte__277ca-canonical.edi|1|pyx12|7 2000A/2200A x12-missing;9 2200B/TRN01 x12-element-code;14 2100C/NM101 x12-element-code
277ca/cosyte__golden_277ca.edi|1|pyx12|7 2000A/2200A x12-missing;9 2200B/TRN01 x12-element-code;14 2100C/NM101 x12-element-code
277ca/imsweb__x12_277CA_accepted.txt|0|-|
278/cosyte__278-comprehensive.edi|1|-|31 HL04 x12-hl;32 GE02 x12-control-number
278/cosyte__278-edge.edi|1|-|20 HL04 x12-hl;21 GE02 x12-control-number
278/cosyte__278-request.edi|1|-|18 HL04 x12-hl
278/cosyte__278-response.edi|1|-|18 HL04 x12-hl
278/edifabric__ServicesReview.txt|0|-|
835/cosyte__835-availity-quirk.edi|1|pyx12 lfh|12 1000B/N103 x12-element-missing;12 1000B/N104 x12-element-missing;26 2110/REF x12-qualifier
835/cosyte__835-imbalance.edi|1|pyx12 lfh bal835|9 1000A/PER x12-missing;17 2110/SVC03 x12-sum
835/cosyte__835-medicare-canonical.edi|1|pyx12 lfh|11 1000B/N103 x12-element-missing;11 1000B/N104 x12-element-missing
835/cosyte__835-with-plb.edi|1|pyx12 lfh|9 1000A/PER x12-missing;9 1000B/N103 x12-element-missing;9 1000B/N104 x12-element-missing
835/cosyte__golden_835.edi|1|pyx12 lfh|11 1000B/N103 x12-element-missing;11 1000B/N104 x12-element-missing
835/edifabric__Custom835.txt|1|lfh bal835|17 2100/CLP04 x12-sum;4 BPR02 x12-sum
835/edifabric__Payment.txt|0|-|
835/lfh__cob-contractural-adjustment.835|1|pyx12|4 BPR16 x12-element-missing;11 1000A/PER x12-missing;21 2110/SVC01-1 x12-element-length
835/lfh__managed-care.835|1|pyx12|4 BPR16 x12-element-type;10 1000A/PER x12-missing
835/lfh__medicare-part-a.835|1|pyx12|11 1000A/PER x12-missing;13 2000/TS309 x12-element-unused;13 2000/TS311 x12-element-unused
835/pyx12__835_mult_loops.txt|0|-|
837d/cosyte__837d-canonical.edi|0|-|
837d/cosyte__golden_837d.edi|0|-|
837d/edifabric__DentalClaim.txt|0|-|
837i/cosyte__837i-canonical.edi|0|-|
837i/cosyte__837i-pay-to-plan.edi|1|pyx12 lfh|25 SE01 x12-count
837i/cosyte__golden_837i.edi|0|-|
837i/edifabric__InstitutionalClaim.txt|0|-|
837i/lfh__institutional-claim.837i|0|-|
837i/lfh__out-of-network-repriced-claim.837i|0|-|
837i/lfh__ppo-repriced-claim.837i|0|-|
837p/cosyte__837p-comprehensive.edi|1|pyx12|7 1000A/N3 x12-unexpected;8 1000A/N4 x12-unexpected;9 1000A/REF x12-unexpected
837p/cosyte__837p-edge-cases.edi|1|pyx12 lfh|6 1000A/PER x12-missing;9 2010AA/N3 x12-missing;9 2010AA/N4 x12-missing
837p/cosyte__837p-empty-optionals.edi|1|pyx12 lfh|6 1000A/PER x12-missing;9 2010AA/N3 x12-missing;9 2010AA/N4 x12-missing
837p/cosyte__837p-unknown-hi.edi|1|pyx12|18 2300/HI x12-qualifier
837p/cosyte__837p-unknown-variant.edi|1|pyx12 lfh|3 ST03 x12-version
837p/cosyte__837p-with-patient-hl.edi|1|pyx12 lfh|14 2000B/SBR02 x12-element-code;14 2000B/SBR08 x12-element-unused
837p/edifabric__ClaimPayment.txt|1|pyx12|14 2010AB/NM103 x12-element-unused
837p/edifabric__ClaimPaymentEVV.txt|1|pyx12 lfh|14 2010AB/NM103 x12-element-unused;35 ? x12-segment-id;35 2400/? x12-unexpected
837p/imsweb__x12_ambiguous_loop.txt|1|pyx12|35 SE01 x12-count;30 2300/HI x12-situation
837p/imsweb__x12_bad_first_line.txt|3|pyx12 cosyte|
837p/imsweb__x12_bad_segment_identifier.txt|1|pyx12|6 ? x12-segment-id;6 1000A x12-unexpected;7 1000A/PER x12-missing
837p/imsweb__x12_loop_errors1_exceeds_max_1_parent.txt|1|pyx12|15 2010AA/NM1 x12-repeats;29 2300/HI01-2 x12-element-missing;29 2300/HI02-1 x12-element-length
837p/imsweb__x12_loop_errors3_missing_loops.txt|1|pyx12|12 2000A/2010AA x12-missing;17 2300/HI01-2 x12-element-missing;17 2300/HI02-1 x12-element-length
837p/imsweb__x12_missing_elements.txt|1|pyx12|7 1000B/NM102 x12-element-missing;23 2300/HI01-2 x12-element-missing;23 2300/HI02-1 x12-element-length
837p/imsweb__x12_missing_required_loop_in_one_repeat.txt|1|pyx12|18 2000B/HL02 x12-hl;21 2000B/2010BA x12-missing;22 2300/HI01-2 x12-element-missing
837p/imsweb__x12_multiple_gs.txt|1|pyx12|23 2300/HI01-2 x12-element-missing;38 GS06 x12-duplicate
837p/imsweb__x12_multiple_st.txt|1|pyx12|23 2300/HI01-2 x12-element-missing;37 ST02 x12-duplicate
837p/imsweb__x12_no_errors.txt|1|pyx12|23 2300/HI01-2 x12-element-missing;23 2300/HI02-1 x12-element-length;23 2300/HI02-2 x12-element-missing
837p/imsweb__x12_segment_errors.txt|1|pyx12|10 2010AA/N3 x12-missing;12 2010AA/REF x12-repeats;22 2300/HI x12-missing
837p/imsweb__x12_segments_out_of_order.txt|1|pyx12|11 2010AA/N4 x12-missing;12 2010AA/N4 x12-unexpected;16 2010AB/N3 x12-missing
837p/imsweb__x12_valid.txt|1|pyx12|23 2300/HI01-2 x12-element-missing;23 2300/HI02-1 x12-element-length;23 2300/HI02-2 x12-element-missing
837p/imsweb__x12_valid_different_separators.txt|1|pyx12|23 2300/HI01-2 x12-element-missing;23 2300/HI02-1 x12-element-length;23 2300/HI02-2 x12-element-missing
837p/imsweb__x12_writer_test.txt|1|pyx12|33 SE01 x12-count;30 2300/HI x12-situation
837p/lfh__demo.cob.example3.A.837|1|pyx12|44 2320/2330B x12-missing
837p/lfh__demo.cob.example4.837|1|pyx12|31 2320/AMT x12-qualifier
837p/lfh__demo.example11.837|1|pyx12|21 2300/CLM05-1 x12-element-length;21 2300/CLM05-2 x12-element-missing;21 2300/CLM05-3 x12-element-missing
837p/lfh__demo.example9.837|1|pyx12|20 2300/CLM05-1 x12-element-length;20 2300/CLM05-2 x12-element-missing;20 2300/CLM05-3 x12-element-missing
999/cosyte__999-accept-with-errors.edi|1|pyx12|6 2100/IK303 x12-element-length
999/imsweb__x12_999_accepted.txt|1|pyx12|2 GS05 x12-element-type
ROWS
}

@test "each other sample has its finding, and the checkers that agree" {
	local file code agree finding findings want who
	while IFS='|' read -r file code agree findings; do
		run "-$code" --separate-stderr ehr-claim x12 check "$X/$file"
		if [ -z "$findings" ] && [ "$code" = 0 ]; then
			same "$file: $(errors <<<"$output")" "$file: "
		fi
		while IFS= read -r -d';' finding; do
			grep -qxF "$finding" <(errors <<<"$output") ||
				{ echo "$file: not found: $finding"; false; }
		done <<<"${findings:+$findings;}"
		for who in ${agree/-/}; do
			want=$(grep -o "^$file .* $who=[A-Z]*" "$T/verdicts")
			[[ $want = *=@(FAIL|WARN|UNB) ]] ||
				{ echo "$file: $who does not agree"; false; }
		done
	done < <(others)
}

@test "that table has each sample that is not clean" {
	diff <(grep ' OTHER ' "$T/verdicts" | cut -d' ' -f1 | sort) \
		<(others | cut -d'|' -f1 | sort)
}

# What each was made wrong in, by its name or its content.
@test "deliberate faults are found at their segment" {
	local file want
	while IFS='|' read -r file want; do
		run -1 --separate-stderr ehr-claim x12 check "$X/$file"
		grep -qxF "$want" <(errors <<<"$output") ||
			{ echo "$file: not found: $want"; false; }
	done <<'ROWS'
270/cosyte__270-dangling-parent.edi|9 2000C/HL02 x12-hl
270/cosyte__270-missing-hierarchy.edi|5 2000A x12-missing
837p/cosyte__837p-unknown-hi.edi|18 2300/HI x12-qualifier
837p/cosyte__837p-unknown-variant.edi|3 ST03 x12-version
837p/imsweb__x12_bad_segment_identifier.txt|6 ? x12-segment-id
837p/imsweb__x12_bad_segment_identifier.txt|11 ? x12-segment-id
837p/imsweb__x12_bad_segment_identifier.txt|20 ? x12-segment-id
837p/imsweb__x12_loop_errors1_exceeds_max_1_parent.txt|15 2010AA/NM1 x12-repeats
837p/imsweb__x12_loop_errors3_missing_loops.txt|12 2000A/2010AA x12-missing
837p/imsweb__x12_missing_elements.txt|7 1000B/NM102 x12-element-missing
837p/imsweb__x12_missing_elements.txt|31 2300/CLM05 x12-element-missing
837p/imsweb__x12_missing_required_loop_in_one_repeat.txt|21 2000B/2010BA x12-missing
837p/imsweb__x12_segment_errors.txt|10 2010AA/N3 x12-missing
837p/imsweb__x12_segment_errors.txt|12 2010AA/REF x12-repeats
837p/imsweb__x12_segment_errors.txt|22 2300/HI x12-missing
ROWS
	run -3 --separate-stderr ehr-claim x12 check \
		"$X/837p/imsweb__x12_bad_first_line.txt"
	has "$stderr" "an element of the ISA is too short"
}
