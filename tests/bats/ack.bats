# What becomes of claims: acknowledgements, states, the work list.
load helper

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
