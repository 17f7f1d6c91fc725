load helper

setup() {
	db=$T/p.ehr
	export EHR_DB=$db
	ehr-admin init -q --plain -d "$db"
	pi=(ehr-mips pi add --year 2026)
	ia=(ehr-mips ia add --year 2026)
}

@test "answers are kept with their days, day and person" {
	run -0 --separate-stderr "${pi[@]}" PI_EP_1 49/115 --from 2026-01-01 \
		--to 2026-06-30 --on 2026-07-01 --who "J. Doe"
	same "$output$stderr" ""
	run -0 "${pi[@]}" PI_PPHI_1 yes --on 2026-03-04 --who "J. Doe"
	run -0 --separate-stderr ehr-mips pi list -o tsv
	same "$(cut -f 1-11 <<<"$output")" \
$'1\t2026\tPI_EP_1\tcounts\t49\t115\t2026-01-01\t2026-06-30\t181\t2026-07-01\tJ. Doe
2\t2026\tPI_PPHI_1\tyes\t\t\t\t\t\t2026-03-04\tJ. Doe'
	run -0 --separate-stderr ehr-mips pi list --year 2025 -o tsv
	same "$output" ""
	run -0 --separate-stderr ehr-mips ia list -o tsv
	same "$output" ""
	same "$(ehr-audit log -o tsv | grep -c 'pi add:PI_')" 2
}

@test "the same again is unchanged, another one takes --correct" {
	yes=("${pi[@]}" PI_PPHI_1 yes --on 2026-03-04 --who A)
	run -0 "${yes[@]}"
	run -0 --separate-stderr "${yes[@]}" -v
	same "$stderr" "ehr-mips: PI_PPHI_1: unchanged"
	run -3 --separate-stderr "${pi[@]}" PI_PPHI_1 no
	same "$stderr" "ehr-mips: PI_PPHI_1 of 2026: another answer holds (1); --correct replaces it"
	run -0 "${pi[@]}" PI_PPHI_1 no --correct -n
	same "$(ehr-mips pi list -a -o tsv | wc -l)" 1
	run -0 "${pi[@]}" PI_PPHI_1 no --correct --note wrong
	run -0 --separate-stderr ehr-mips pi list -a -o tsv
	same "$(cut -f 1,4,15- <<<"$output")" \
$'1\tyes\t\tfalse\t
2\tno\t1\ttrue\twrong'
	run -4 --separate-stderr ehr-mips pi withdraw 1 --note x
	run -4 --separate-stderr ehr-mips ia withdraw 2 --note x
	run -0 ehr-mips pi withdraw 2 --note "not of this year"
	same "$(ehr-mips pi list -o tsv)" ""
	same "$(ehr-mips pi list -a -o tsv | wc -l)" 3
	run -0 "${yes[@]}"
	same "$(ehr-mips pi list -o tsv | wc -l)" 1
}

@test "rows are never changed or taken away" {
	run -0 "${pi[@]}" PI_PPHI_1 yes
	run -19 sqlite3 "$db" "UPDATE mips_entry SET answer = 'no'"
	run -19 sqlite3 "$db" "DELETE FROM mips_entry"
}

@test "activities take 90 days; evidence is hashed and given back" {
	head -c 5000 /dev/urandom | gzip >"$T/log.gz"
	run -3 --separate-stderr "${ia[@]}" IA_AHW_1 --from 2026-01-01 \
		--to 2026-03-30
	same "$stderr" "ehr-mips: IA_AHW_1: 89 days; an activity takes 90 in a row (42 CFR 414.1360(a))"
	run -2 "${ia[@]}" IA_AHW_1
	run -0 "${ia[@]}" IA_AHW_1 --from 2026-01-01 --to 2026-03-31 \
		--evidence "$T/log.gz" --keep
	run -0 "${ia[@]}" IA_AHW_2 --from 2026-01-01 --to 2026-12-31 \
		--evidence "$T/log.gz"
	run -0 --separate-stderr ehr-mips ia list -o tsv
	hash=$(sha256sum <"$T/log.gz")
	same "$(cut -f 3,9,12-14 <<<"$output")" \
"IA_AHW_1	90	${hash%% *}	log.gz	true
IA_AHW_2	365	${hash%% *}	log.gz	false"
	run -0 ehr-mips ia evidence 1 -O "$T/back"
	run -0 cmp "$T/log.gz" "$T/back"
	run -4 --separate-stderr ehr-mips ia evidence 2
	same "$stderr" "ehr-mips: 2: no evidence is kept"
	run -4 ehr-mips ia evidence 9
}

@test "what is no answer is refused" {
	run -2 "${pi[@]}" PI_EP_1 maybe
	run -2 "${pi[@]}" PI_EP_1 5/4 --from 2026-01-01 --to 2026-12-31
	run -2 "${pi[@]}" PI_EP_1 -1/4 --from 2026-01-01 --to 2026-12-31
	run -2 "${pi[@]}" PI_EP_1 4/5
	run -2 "${pi[@]}" PI_EP_1 4/5 --from 2025-01-01 --to 2025-12-31
	run -2 "${pi[@]}" PI_EP_1 4/5 --from 2026-02-01 --to 2026-01-31
	run -2 "${pi[@]}" PI_EP_1 4/5 --from 2026-02-01
	run -2 "${pi[@]}" IA_AHW_1 yes
	run -2 "${pi[@]}" pi_ep_1 yes
	run -2 "${pi[@]}" PI_PPHI_1 yes --who $'a\nb'
	run -2 "${pi[@]}" PI_PPHI_1 yes --keep
	run -6 "${pi[@]}" PI_PPHI_1 yes --evidence "$T/none"
	run -2 ehr-mips pi withdraw x --note x
	same "$(ehr-mips pi list -a -o tsv)" ""
}

@test "with the measures of the year at hand only they are taken" {
	cat >"$T/measures-data-2026.json" <<'EOF'
[{"category":"pi","measureId":"PI_EP_1","metricType":"proportion","isRequired":true},
 {"category":"quality","measureId":"236","eMeasureId":"CMS165v14",
  "submissionMethods":["electronicHealthRecord"],"firstPerformanceYear":2017}]
EOF
	run -0 ehr-mips load --year 2026 "$T/measures-data-2026.json"
	run -3 --separate-stderr "${pi[@]}" PI_HIE_9 yes
	same "$stderr" "ehr-mips: PI_HIE_9: no measure of 2026"
	run -2 "${pi[@]}" PI_EP_1 yes
	run -0 "${pi[@]}" PI_EP_1 4/5 --from 2026-01-01 --to 2026-03-01
	run -0 --separate-stderr ehr-mips score --year 2026 -o tsv
	same "$(grep PI_EP_1 <<<"$output" | cut -f 4)" "60 days, fewer than 180"
}

@test "who has no permission changes nothing" {
	run -0 ehr-admin staff add other --name O --role administrator
	run -0 ehr-admin staff add "$(id -un)" --name Me --role analyst
	run -5 "${pi[@]}" PI_PPHI_1 yes
	run -0 ehr-mips pi list
}
