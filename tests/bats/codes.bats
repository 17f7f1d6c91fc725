#!/usr/bin/env bats
# ehr-claim: official code tables.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
}

ask() { sqlite3 "$EHR_DB" "$1"; }

@test "an order file: billable codes and headers, from October; twice is once" {
	printf '%s\r\n' \
		'00001 A00     0 Cholera                                                      Cholera' \
		'00002 A000    1 Cholera due to something                                     Cholera due to something' \
		>"$T/icd10cm_order_2026.txt"
	run -0 --separate-stderr ehr-claim codes load -v icd10cm "$T/icd10cm_order_2026.txt"
	has "$stderr" "rows 2"
	run -0 --separate-stderr ehr-claim codes load -v icd10cm "$T/icd10cm_order_2026.txt"
	has "$stderr" "rows 0, unchanged 2"
	run -0 --separate-stderr ehr-claim codes list
	same "$output" "1	icd10cm	2025-10-01	2	1"
	same "$(ask 'SELECT code, state, text FROM code')" "A00|0|Cholera
A000|1|Cholera due to something"
	run -0 --separate-stderr ehr-claim undo 1
	same "$(ask 'SELECT count(*) FROM code')" 0
}

@test "pairs and unlikely units, heads left out, by tabs and commas" {
	printf 'CPT only copyright\t\t\t\t\t\t\nColumn 1\tColumn 2\t*\tEffective\tDeletion\tModifier\tRationale\n' >"$T/ptp"
	printf '99213\t36415\t\t20200101\t*\t0\tx\n99213\tG0439\t*\t19960101\t20231231\t1\tx\n' >>"$T/ptp"
	run -0 --separate-stderr ehr-claim codes load -v ptp - < <(gzip -c "$T/ptp")
	has "$stderr" "rows 2"
	same "$(ask 'SELECT first, last, modifier FROM code_pair ORDER BY modifier')" "18262|0|0
9496|19722|1"
	printf '%s\n' '"CPT only, copyright",,,' \
		'HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale' \
		'99213,1,3 Date of Service Edit: Clinical,x' >"$T/mue"
	run -0 --separate-stderr ehr-claim codes load --from 2026-01-01 -v mue "$T/mue"
	same "$(ask "SELECT code, n, state FROM code WHERE kind = 'mue'")" "99213|1|3"
}

@test "a file of another kind is refused, and leaves nothing" {
	printf '99213\t36415\t\t20200101\t*\t0\tx\nbad\n' >"$T/ptp"
	run -3 --separate-stderr ehr-claim codes load ptp "$T/ptp"
	has "$stderr" "ptp:2: no row of a file ptp"
	same "$(ask 'SELECT count(*) FROM code_pair')" 0
	run -2 --separate-stderr ehr-claim codes load mue "$T/ptp"
	has "$stderr" "--from"
	run -2 --separate-stderr ehr-claim codes load colours "$T/ptp"
	run -6 --separate-stderr ehr-claim codes load ptp "$T/none"
	: >"$T/empty"
	run -3 --separate-stderr ehr-claim codes load ptp "$T/empty"
	run -0 --separate-stderr ehr-claim codes list
	same "$output" ""
}

@test "the published files load whole" {
	need_data reference/terminology
	cd "$EHR_DATA/reference/terminology"
	run -0 --separate-stderr ehr-claim codes load -v icd10cm icd10cm_order_2026.txt.gz
	has "$stderr" "rows $(zcat icd10cm_order_2026.txt.gz | wc -l)"
	run -0 --separate-stderr ehr-claim codes load -v icd10cm-addenda icd10cm_order_addenda_2026.txt
	has "$stderr" "rows $(grep -c '^Add\|^Delete\|^Revise to' icd10cm_order_addenda_2026.txt)"
	run -0 --separate-stderr ehr-claim codes load -v --from 2019-01-01 hcpcs HCPC2019_CONTR_ANWEB.txt.gz
	has "$stderr" "rows 6800"
	run -0 --separate-stderr ehr-claim codes load -v pos place_of_service.csv
	same "$(ask "SELECT state, last FROM code WHERE kind = 'hcpcs' AND code IN ('GA', 'A0021') ORDER BY 1")" "0|
1|"
}
