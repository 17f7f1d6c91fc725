# What becomes of claims: acknowledgements, states, the work list.
load helper

# sent: a record with ten claims in one file, $file.
sent() {
	export EHR_DB=$T/p.ehr
	mkdir "$T/out"
	"$EHR_TOP/tests/tools/gen-claims" "$T" 10
	plain_record
	ehr-import -q "$T/charts"
	ehr-claim setup load "$T/practice.setup" >/dev/null
	ehr-claim charge import -f ndjson "$T/charges.ndjson" >/dev/null
	file=$(ehr-claim build -O "$T/out" | cut -f 2)
	from=$(ehr-claim x12 get GS.03 "$file" | cut -f 2)
	to=$(ehr-claim x12 get GS.02 "$file" | cut -f 2)
}

# answer SET GUIDE < SEGMENTS: an interchange of one set to us.
answer() {
	local body n
	body=$(cat)
	n=$(($(wc -l <<<"$body") + 2))
	printf 'ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*260110*0900*^' \
		"$from" "$to"
	printf '*00501*000000099*0*P*:~\nGS*HN*%s*%s*20260110*0900*9*X*%s~\n' \
		"$from" "$to" "$2"
	printf 'ST*%s*0001*%s~\n%s\nSE*%s*0001~\nGE*1*9~\nIEA*1*000000099~\n' \
		"$1" "$2" "$body" "$n"
}

# claims_277ca [CLAIM=STC]...: all ten claims, the named ones with another
# status, and totals that fit.
claims_277ca() {
	local line claim clm01 cents amount stc one yes=0 no=0 yu=0 yy=0 body=""
	while IFS='|' read -r claim clm01 cents; do
		stc=A2:20
		for one; do
			[ "${one%%=*}" != "$claim" ] || stc=${one#*=}
		done
		printf -v amount '%d.%02d' $((cents / 100)) $((cents % 100))
		if [ "$stc" = A2:20 ]; then
			yes=$((yes + 1)) yu=$((yu + cents))
		else
			no=$((no + 1)) yy=$((yy + cents))
		fi
		body+="HL*$((3 + yes + no))*3*PT~"$'\n'
		body+="NM1*QC*1*Sample*P****MI*M$claim~"$'\n'
		body+="TRN*2*$clm01~"$'\n'
		line="STC*$stc*20260108*$([ "$stc" = A2:20 ] && echo WQ ||
			echo U)*$amount~"
		body+=$line$'\n'"REF*1K*ICN$claim~"$'\n'"DTP*472*D8*20260105~"$'\n'
	done < <(sqlite3 "$EHR_DB" 'SELECT claim, clm01, cents FROM submission
		WHERE outgoing = 1 ORDER BY claim')
	cat <<-X | answer 277 005010X214
		BHT*0085*08*R1*20260110*0900*TH~
		HL*1**20*1~
		NM1*AY*2*Clearinghouse*****46*$from~
		TRN*1*R1~
		DTP*050*D8*20260108~
		DTP*009*D8*20260110~
		HL*2*1*21*1~
		NM1*41*2*Test Practice*****46*$to~
		TRN*2*$(ehr-claim x12 get BHT.03 "$file" | cut -f 2)~
		STC*A1:19:PR*20260108*WQ*$(((yu + yy) / 100)).$(((yu + yy) % 100))~
		QTY*90*$yes~
		QTY*AA*$no~
		AMT*YU*$((yu / 100)).$(printf %02d $((yu % 100)))~
		AMT*YY*$((yy / 100)).$(printf %02d $((yy % 100)))~
		HL*3*2*19*1~
		NM1*85*2*Test Practice*****XX*1234567893~
		TRN*1*0~
		${body%$'\n'}
	X
}

states() {
	ehr-claim list "$@" | cut -f 1,2 | tr '\t\n' ' ,'
}

@test "ten claims: 999, 277CA, a late 277; the two rejected are sent anew" {
	sent
	ehr-claim x12 ack "$file" >"$T/999"
	run -0 --separate-stderr ehr-claim ack load -v "$T/999"
	same "$stderr" "ehr-claim: $T/999: 2 answers, 10 events"
	same "$(ehr-claim list | cut -f 2,4,5 | sort | uniq -c)" \
		"$(printf '     10 accepted\taccepted\t999')"
	same "$(ehr-claim list --no-response | wc -l)" 10

	claims_277ca 3=A7:562:85 8=A3:54 >"$T/277ca"
	run -0 --separate-stderr ehr-claim x12 check "$T/277ca"
	same "$output" ""
	run -0 --separate-stderr ehr-claim ack load "$T/277ca"
	same "$output$stderr" ""
	same "$(ehr-claim list --status work | cut -f 1,2,4-7)" "$(printf \
		'3\trejected\trejected\t277CA\tA7:562:85\tnpi
8\trejected\trejected\t277CA\tA3:54\tduplicate')"
	same "$(ehr-claim list --no-response)" ""
	same "$(states --status accepted)" "1 accepted,2 accepted,4 accepted,\
5 accepted,6 accepted,7 accepted,9 accepted,10 accepted,"

	answer 277 005010X212 >"$T/277" <<-X
		BHT*0010*08*S1*20260210*0900*DG~
		HL*1**20*1~
		NM1*PR*2*Payer*****PI*P~
		HL*2*1*21*1~
		NM1*41*2*Test Practice*****46*$to~
		HL*3*2*19*1~
		NM1*1P*2*Test Practice*****XX*1234567893~
		HL*4*3*22*0~
		NM1*IL*1*Sample*P****MI*M1~
		TRN*2*1S1~
		STC*F1:65*20260209**81.15*64~
		REF*1K*ICN1~
	X
	run -0 --separate-stderr ehr-claim ack load "$T/277"
	same "$(states --status finalised)" "1 finalised,"

	# a 999 that comes late changes nothing of what is known better
	sed 's/\*000000001~/*000000002~/' "$T/999" >"$T/999b"
	ehr-claim ack load "$T/999b"
	same "$(states --status work)" "3 rejected,8 rejected,"

	ehr-claim list --status rejected >"$T/work"
	run -0 --separate-stderr ehr-claim build -O "$T/out" - <"$T/work"
	same "$(cut -f 3 <<<"$output")" 2
	same "$(ehr-claim x12 get CLM.01 "$(cut -f 2 <<<"$output")" |
		cut -f 2 | sort)" "$(printf '3S2\n8S2')"
	same "$(states --status work)" ""
	same "$(states --status built)" "3 built,8 built,"
	# what is said of the first submission is history
	claims_277ca 3=A7:21 8=A3:54 >"$T/late"
	ehr-claim ack load "$T/late"
	same "$(states --status built)" "3 built,8 built,"
	same "$(ehr-claim history 3S2 | cut -f 4,5,6 | head -3)" "$(printf \
		'built\tbuild\t\naccepted\t999\tA\nrejected\t277CA\tA7:562:85')"
	ehr-claim history 8 | cut -f 13,14 | sed -n 3p | grep -qE '[0-9]+	[0-9]+'
}

@test "a 999 that rejects leads to the claim, the field and the line" {
	sent
	# a charge of claim 4 and the date of a line of claim 6 become faulty
	sed -E '/^CLM\*4S1\*/s/11:B:1/11:X:1/
		/^CLM\*6S1\*/,/^CLM/s/^DTP\*472\*D8\*20260105/DTP*472*D8*2026X105/' \
		"$file" >"$T/faulty"
	run -1 --separate-stderr ehr-claim x12 ack "$T/faulty"
	printf '%s' "$output" >"$T/999"
	grep -q '^IK3\*CLM\*' "$T/999"
	run -0 --separate-stderr ehr-claim ack load "$T/999"
	same "$(ehr-claim list --status work | cut -f 1,4,5,8)" "$(
		for i in 1 2 3; do printf '%s\treturned\t999\t\n' $i; done
		printf '4\trejected\t999\t2300/CLM05-2\n5\treturned\t999\t\n'
		printf '6\trejected\t999\t2400/DTP03\n'
		for i in 7 8 9 10; do printf '%s\treturned\t999\t\n' $i; done)"
	line=$(ehr-claim history 6 | awk -F'\t' '$4 == "rejected" { print $9 }')
	same "$(sqlite3 "$EHR_DB" "SELECT line FROM claim_line WHERE claim = 6
		ORDER BY line LIMIT 1")" "${line%%$'\n'*}"
}

@test "an acknowledgement is loaded once, taken back, loaded again" {
	sent
	claims_277ca 3=A7:562:85 >"$T/277ca"
	run -0 --separate-stderr ehr-claim ack load -n "$T/277ca"
	same "$(states --status work)" ""
	ehr-claim ack load "$T/277ca"
	run -0 --separate-stderr ehr-claim ack load -v "$T/277ca"
	same "$stderr" "ehr-claim: $T/277ca: unchanged"
	same "$(states --status work)" "3 rejected,"
	batch=$(ehr-claim ack list | cut -f 10 | sort -u)
	run -0 --separate-stderr ehr-claim undo "$batch"
	same "$(states --status built | tr -cd , | wc -c)" 10
	same "$(ehr-claim ack list)" ""
	run -0 --separate-stderr ehr-claim undo "$batch"
	ehr-claim ack load "$T/277ca"
	same "$(states --status work)" "3 rejected,"
	same "$(ehr-claim history 3 | cut -f 4 | paste -sd,)" \
		built,rejected,withdrawn,rejected
	same "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM doc
		WHERE kind = 'ack'")" 1
}

@test "several interchanges of several kinds in one file; ages" {
	sent
	{
		printf 'ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*260106' \
			"$from" "$to"
		printf '*0900*^*00501*000000098*0*P*:~\nTA1*000000001*'
		printf '260105*0900*A*000~\nIEA*0*000000098~\n'
		ehr-claim x12 ack "$file"
		claims_277ca 2=A6:21
	} | gzip >"$T/all.gz"
	run -0 --separate-stderr ehr-claim ack load -v "$T/all.gz"
	same "$stderr" "ehr-claim: $T/all.gz: 14 answers, 30 events"
	same "$(states --status work)" "2 rejected,"
	soon=$(date -u -d '+29 days' +%F) later=$(date -u -d '+31 days' +%F)
	same "$(states --status accepted --older-than 30d --today "$soon")" ""
	same "$(states --status accepted --older-than 30d --today "$later" |
		tr -cd , | wc -c)" 9
	same "$(states --payer acme)" "1 accepted,2 rejected,"
}
@test "payers are asked, their answers come back by the trace" {
	sent
	run -0 --separate-stderr ehr-claim status ask -O "$T/out" 1 3S1
	asked=$(cut -f 2 <<<"$output")
	same "$(cut -f 3 <<<"$output")" 2
	run -0 --separate-stderr ehr-claim x12 check "$asked"
	same "$output" ""
	trn=$(ehr-claim x12 get TRN.02 "$asked" | cut -f 2 | head -1)
	answer 277 005010X212 >"$T/277" <<-X
		BHT*0010*08*S1*20260210*0900*DG~
		HL*1**20*1~
		HL*2*1*21*1~
		HL*3*2*19*1~
		HL*4*3*22*0~
		TRN*2*$trn~
		STC*P1:20*20260209~
	X
	run -0 --separate-stderr ehr-claim ack load "$T/277"
	same "$(states --status pending)" "1 pending,"
	same "$(ehr-claim history 3 | cut -f 4,5 | tail -1)" \
		"$(printf 'asked\t276')"
	# all that wait, but not those of this week again
	later=$(date -u -d '+3 days' +%F)
	run -0 --separate-stderr ehr-claim status ask -O "$T/out" \
		--older-than 1d --today "$later"
	same "$(cut -f 3 <<<"$output")" 8
	run -0 --separate-stderr ehr-claim x12 check \
		"$(cut -f 2 <<<"$output")"
	run -0 --separate-stderr ehr-claim status ask -O "$T/out" \
		--older-than 1d --today "$later"
	same "$output" ""
	run -2 --separate-stderr ehr-claim status ask
	run -2 --separate-stderr ehr-claim status ask --older-than 1d 3
	run -4 --separate-stderr ehr-claim status ask 99
}

@test "claim-acks: takes a folder, moves what it took, lists what needs work" {
	sent
	mkdir "$T/in"
	ehr-claim x12 ack "$file" >"$T/in/1.999"
	run -0 --separate-stderr "$EHR_TOP/scripts/examples/claim-acks" "$T/in"
	same "$output$stderr" ""
	claims_277ca 3=A7:562:85 >"$T/in/2.277"
	run -1 --separate-stderr "$EHR_TOP/scripts/examples/claim-acks" "$T/in"
	same "$(cut -f 1,2 <<<"$output")" "$(printf '3\trejected')"
	same "$(ls "$T/in/taken")" "$(printf '1.999\n2.277')"
	echo hello >"$T/in/3"
	run -3 --separate-stderr "$EHR_TOP/scripts/examples/claim-acks" "$T/in"
	[ -f "$T/in/3" ]
}

@test "public acknowledgements answer nothing that was sent" {
	need_data x12
	plain_record -d "$T/p.ehr"
	for f in "$EHR_DATA"/x12/277ca/* "$EHR_DATA"/x12/999/* \
		"$EHR_DATA"/x12/277/*; do
		run -3 --separate-stderr ehr-claim ack load -d "$T/p.ehr" "$f"
	done
	run -0 --separate-stderr ehr-claim ack list -d "$T/p.ehr"
	[ "${#lines[@]}" -gt 20 ]
	all=$output
	run -0 --separate-stderr ehr-claim ack list -d "$T/p.ehr" --unmatched
	same "$output" "$all"
}

@test "no answer, no X12, no file" {
	plain_record -d "$T/p.ehr"
	run -3 --separate-stderr ehr-claim ack load -d "$T/p.ehr" \
		<(echo hello)
	has "$stderr" ":1: no ISA"
	printf '%s' 'ISA*00*          *00*          *ZZ*A              *ZZ*B' \
		'              *260105*1200*^*00501*000000001*0*T*:~' > "$T/cut"
	run -3 --separate-stderr ehr-claim ack load -d "$T/p.ehr" "$T/cut"
	has "$stderr" "$T/cut:1: X12.6 4: a header without its trailer"
	run -6 --separate-stderr ehr-claim ack load -d "$T/p.ehr" "$T/none"
	run -0 --separate-stderr ehr-claim ack list -d "$T/p.ehr"
	same "$output" ""
}

@test "ages, states and claims that are none" {
	plain_record -d "$T/p.ehr"
	run -2 --separate-stderr ehr-claim list -d "$T/p.ehr" --older-than 30
	run -2 --separate-stderr ehr-claim list -d "$T/p.ehr" --older-than xd
	run -2 --separate-stderr ehr-claim list -d "$T/p.ehr" --status lost
	run -0 --separate-stderr ehr-claim list -d "$T/p.ehr" --older-than 4w \
		--status work,built --no-response --payer P
	same "$output" ""
	run -4 --separate-stderr ehr-claim history -d "$T/p.ehr" 1
	run -4 --separate-stderr ehr-claim history -d "$T/p.ehr" C1
}
