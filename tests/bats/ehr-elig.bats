#!/usr/bin/env bats
# ehr-elig: who is covered, against a payer's server of ours.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	ehr-claim setup load -q "$FIXTURES/elig/practice.setup" >"$T/out"
	ehr-import -q "$FIXTURES/elig/chart.ndjson"
}

teardown() {
	[ ! -s "$T/pid" ] || kill "$(cat "$T/pid")" 2>/dev/null || true
}

# Starts the server; its URL is $url, `mode WORD` tells it what to do.
responder() {
	"$EHR_TOP/tests/tools/core-responder" --place "$T/url" \
		--mode "$T/mode" --log "$T/log" --answer "$T/answer" "$@" \
		>"$T/responder" 2>&1 3>&- &
	echo $! >"$T/pid"
	for _ in $(seq 100); do
		[ ! -s "$T/url" ] || break
		sleep 0.1
	done
	url=$(cat "$T/url")
}
mode() { echo "$1" >"$T/mode"; }
# The set-up of the submitter gets more fields.
submitter() {
	sed "s|^\tsender SUB123|&\n\t${*//;/\\n\\t}|" \
		"$FIXTURES/elig/practice.setup" >"$T/setup"
	ehr-claim setup load -q "$T/setup" >"$T/out"
}
# Asks again about p1 and prints the batch.
asked() { ehr-elig ask -o tsv --again p1 | cut -f 5; }

benefits() {
	cat >"$T/answer" <<-'END'
	EB*1*IND*30**GOLD PPO
	EB*B*IND*98**GOLD PPO*27*25*****Y
	MSG*PRIMARY CARE
	EB*B*IND*98**GOLD PPO*27*40*****Y
	MSG*SPECIALIST
	EB*C*IND*30**GOLD PPO*23*1500*****Y
	EB*C*IND*30**GOLD PPO*29*900*****Y
	EB*A*IND*30**GOLD PPO*27**20****Y
	EB*F*IND*PT**GOLD PPO*23***VS*20*Y*Y
	END
}

# A 271 about what was asked of p1, with the segments of standard input.
answer_to() { # TRACE
	local body n
	body=$(cat)
	n=$(($(wc -l <<<"$body") + 11))
	printf '%s~\n' \
		'ISA*00*          *00*          *ZZ*CLEAR01        *ZZ*SUB123         *261125*1200*^*00501*000000777*0*P*:' \
		'GS*HB*CLEAR01*SUB123*20261125*1200*7*X*005010X279A1' \
		'ST*271*0001*005010X279A1' 'BHT*0022*11*OTHER*20261125*1200' \
		'HL*1**20*1' 'NM1*PR*2*ACME*****PI*60054' 'HL*2*1*21*1' \
		'NM1*1P*2*FP*****XX*1234567893' 'HL*3*2*22*0' \
		"TRN*2*$1*1371234567" 'NM1*IL*1*ROE*JANE****MI*W100'
	sed 's/$/~/' <<<"$body"
	printf '%s~\n' "SE*$((n - 1))*0001" 'GE*1*7' 'IEA*1*000000777'
}
trace() { sqlite3 "$EHR_DB" "SELECT trace FROM elig_inquiry WHERE id = $1"; }

@test "ask: a subscriber, a dependent below one, files our validator takes" {
	run -0 --separate-stderr ehr-elig ask p1 p2 p3 --date 2026-12-02
	same "${#lines[@]}" 3
	same "${lines[0]}" "	p3	Coverage/c3			the set-up has no such payer"
	same "${lines[1]}" "1	p1	Coverage/c1	acme	3	made"
	same "${lines[2]}" "2	p2	Coverage/c2	acme	3	made"
	run -0 --separate-stderr ehr-elig ask p1 p2 --again -O - \
		--service-type 30,98,HC:99213 --date 2026-12-02 --batch
	echo "$output" >"$T/270"
	run -0 --separate-stderr ehr-claim x12 check "$T/270"
	same "$output" ""
	x12=$(cat "$T/270")
	has "$x12" "NM1*IL*1*ROE*JANE*A***MI*W100~
REF*6P*G77~
N3*100 ELM ST~
N4*COLUMBUS*OH*432150001~
DMG*D8*19850515*F~
DTP*291*D8*20261202~
EQ*30~
EQ*98~
EQ**HC:99213~"
	has "$x12" "NM1*03*1*ROE*TIM~
DMG*D8*20200203*M~
INS*N*19~"
	same "$(grep -c '^ST' "$T/270")" 2
}

@test "ask: the social security number where the payer needs it, or not at all" {
	sed 's/^\tneeds group/&\n\tneeds ssn/' "$FIXTURES/elig/practice.setup" |
		ehr-claim setup load -q - >"$T/out"
	run -0 --separate-stderr ehr-elig ask p1 p2
	same "$(cut -f 1,2,6 <<<"$output")" "	p1	the payer needs a social security number
	p2	the payer needs a social security number"
	sed -n '/"id":"p1"/s/"gender"/"identifier":[{"system":"x","value":"7"},{"system":"http:\/\/hl7.org\/fhir\/sid\/us-ssn","value":"000-00-0001"}],&/p
		/"id":"p2"/s/"gender"/"identifier":[{"type":{"coding":[{"code":"SS"}]},"value":"000000002"}],&/p' \
		"$FIXTURES/elig/chart.ndjson" | ehr-import -q
	run -0 --separate-stderr ehr-elig ask p1 p2 -O - --batch
	echo "$output" >"$T/270"
	run -0 --separate-stderr ehr-claim x12 check "$T/270"
	has "$(cat "$T/270")" "REF*6P*G77~
REF*SY*000000001~"
	same "$(grep -c 'REF\*SY\*000000001~' "$T/270")" 2
	has "$(cat "$T/270")" "NM1*03*1*ROE*TIM~
REF*SY*000000002~"
	# eight digits are none
	sed -n '/"id":"p1"/s/"gender"/"identifier":[{"type":{"coding":[{"code":"SS"}]},"value":"000-00-001"}],&/p' \
		"$FIXTURES/elig/chart.ndjson" | ehr-import -q
	run -0 --separate-stderr ehr-elig ask p1 --again
	has "$output" "needs a social security number"
}

@test "ask: what is asked, answered or needs a person is left out" {
	ehr-elig ask -q p1 >"$T/out"
	run -0 --separate-stderr ehr-elig ask p1
	has "$output" "asked already"
	echo 'EB*1*IND*30' | answer_to "$(trace 1)" >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig ask p1
	has "$output" "an answer counts still"
	# past the month of the answer it is asked again
	run -0 --separate-stderr ehr-elig ask p1 --today 2027-03-01
	has "$output" "made"
	run -0 --separate-stderr ehr-elig ask -n p1 --again
	has "$output" "made"
	same "$(sqlite3 "$EHR_DB" 'SELECT count(*) FROM elig_inquiry')" 2
	run -2 --separate-stderr ehr-elig ask
	run -4 --separate-stderr ehr-elig ask nobody
	run -2 --separate-stderr ehr-elig ask --for Someday
}

@test "ask and status --for: who has an appointment that stands" {
	run -0 --separate-stderr ehr-elig ask --for 2026-12-02
	same "$(cut -f 2,6 <<<"$output")" "p1	made"
	run -0 --separate-stderr ehr-elig ask --for tomorrow --today 2026-12-01
	same "$(cut -f 2,6 <<<"$output")" "p1	asked already"
	run -0 --separate-stderr ehr-elig status --for 2026-12-02
	same "$(cut -f 1,4 <<<"$output")" "p1	unknown"
	run -0 --separate-stderr ehr-elig status --for 2026-12-03
	same "$output" ""
}

@test "load: by TRN02; the same file again changes nothing" {
	ehr-elig ask -q p1 >"$T/out"
	printf '%s\n' 'EB*1*IND*30' 'EB*B*IND*98***27*25' |
		answer_to "$(trace 1)" >"$T/271"
	run -0 --separate-stderr ehr-elig load "$T/271"
	same "$(cut -f 3-6 <<<"$output")" "1	2	0	0"
	run -0 --separate-stderr ehr-elig load "$T/271"
	same "$(cut -f 2-6 <<<"$output")" "	0	0	0	0"
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 1-4 <<<"$output")" "p1	Coverage/c1	acme	active"
}

@test "load: without TRN02 by member id, date of birth and day" {
	ehr-elig ask -q p1 --date 2026-12-02 >"$T/out"
	printf '%s\n' 'DMG*D8*19850515*F' 'DTP*291*D8*20261202' 'EB*6*IND*30' |
		answer_to X >"$T/271"
	run -0 --separate-stderr ehr-elig load "$T/271"
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" "inactive"
	sed 's/D8\*20261202/D8*20261203/' "$T/271" >"$T/other"
	run -3 --separate-stderr ehr-elig load "$T/other"
	has "$stderr" "1 answers are to nothing that was asked; they are kept"
	run -0 --separate-stderr ehr-elig status --unknown
	same "$(cut -f 1,4,5,9 <<<"$output")" "	inactive	2026-12-03	2"
}

@test "load: what is cut off or no X12 is refused, and nothing of it is kept" {
	ehr-elig ask -q p1 >"$T/out"
	echo 'EB*1*IND*30' | answer_to "$(trace 1)" >"$T/271"
	for n in 50 300 -8; do
		head -c "$n" "$T/271" >"$T/cut"
		run -3 --separate-stderr ehr-elig load "$T/cut"
	done
	sed '/^IEA/d' "$T/271" >"$T/cut"
	run -3 --separate-stderr ehr-elig load "$T/cut"
	has "$stderr" "ends too early"
	echo nothing >"$T/cut"
	run -3 --separate-stderr ehr-elig load "$T/cut"
	same "$(sqlite3 "$EHR_DB" 'SELECT (SELECT count(*) FROM elig_answer) +
		(SELECT count(*) FROM doc)')" 0
	run -6 --separate-stderr ehr-elig load "$T/none"
}

@test "states: each refusal has its class, none replaces what counts" {
	ehr-elig ask -q p1 >"$T/out"
	echo 'EB*1*IND*30' | answer_to "$(trace 1)" >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	n=1
	while read -r reason follow class again; do
		ehr-elig ask -q p1 --again >"$T/out"
		n=$((n + 1))
		echo "AAA*N**$reason*$follow" | answer_to "$(trace $n)" >"$T/271"
		run -0 --separate-stderr ehr-elig load "$T/271"
		run -0 --separate-stderr ehr-elig status p1
		same "$(cut -f 4,9,10 <<<"$output")" "active	1	$class"
		same "$reason $(sqlite3 "$EHR_DB" "SELECT again IS NOT NULL
			FROM elig_answer ORDER BY id DESC LIMIT 1")" \
			"$reason $again"
	done <<-'END'
	42 P retry 1
	42 W retry 1
	80 X retry 1
	42 N retry 0
	80 S retry 0
	42 Y retry 0
	42 C retry 0
	72 C fix 0
	75 C not-found 0
	76 C ambiguous 0
	51 N setup 0
	52 C benefit 0
	98 C other 0
	END
}

@test "states: beside benefits, both, neither, dates that leave the day out" {
	n=0
	while IFS='|' read -r state segments; do
		ehr-elig ask -q p1 --again --date 2026-12-02 >"$T/out"
		n=$((n + 1))
		tr '~' '\n' <<<"$segments" | answer_to "$(trace $n)" >"$T/271"
		run -0 --separate-stderr ehr-elig load "$T/271"
		same "$segments $(sqlite3 "$EHR_DB" "SELECT state FROM
			elig_answer ORDER BY id DESC LIMIT 1")" "$segments $state"
	done <<-'END'
	unclear|EB*1*IND*30~AAA*N**52*C
	unclear|EB*1*IND*30~EB*6*IND*30
	unclear|EB*B*IND*98***27*25
	active|EB*1*IND*30~EB*6*IND*35
	inactive|EB*6*IND*30~EB*1*IND*35
	active|EB*1*IND*35
	unclear|DTP*347*D8*20261130~EB*1*IND*30
	active|DTP*346*D8*20260101~DTP*347*D8*20261231~EB*1*IND*30
	unclear|EB*1*IND*30~DTP*307*RD8*20260101-20261130
	active|DTP*291*D8*20261125~EB*1*IND*30
	unclear|DTP*356*D8*20270101~EB*1*IND*30
	END
}

@test "every EB of the public samples is kept whole" {
	need_data x12
	ehr-elig load -q "$EHR_DATA"/x12/271/* >"$T/out" 2>"$T/err" || [ $? = 3 ]
	want=$(for f in "$EHR_DATA"/x12/271/*; do
		tr -d '\r\n' <"$f" | tr '~' '\n' | grep '^EB\*'
	done | sort)
	same "$(sqlite3 "$EHR_DB" 'SELECT text FROM elig_eb' | sort)" "$want"
	same "$(sqlite3 "$EHR_DB" 'SELECT count(*) FROM doc')" \
		"$(cat "$EHR_DATA"/x12/271/* | tr '~' '\n' | grep -c '^ISA\*')"
}

@test "show: side by side, what is left and met, what looks wrong" {
	benefits
	ehr-elig ask -q p1 >"$T/out"
	answer_to "$(trace 1)" <"$T/answer" >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig show 1
	has "${lines[0]}" "ACTIVE on "
	has "$output" '$25 [PRIMARY CARE] | $40 [SPECIALIST] (2 answers of one kind)'
	has "$output" 'left, GOLD PPO: $900; met $600 of $1500 (computed)'
	has "$output" "2000 % (!) as sent: 20"
	has "$output" "AUTHORIZATION NEEDED: 20 visits"
	run -0 --separate-stderr ehr-elig show 1 --today 2027-03-01
	has "$output" "EXPIRED after"
	run -4 --separate-stderr ehr-elig show 99
	run -2 --separate-stderr ehr-elig show x
	# every access is an event
	same "$(ehr-audit log -o tsv --action read | grep -c eligibility)" 2
}

@test "send: both envelopes, user and password out of a file" {
	benefits
	responder --user us --password 'pa"<ss>&'
	printf 'pa"<ss>&\n' >"$T/secret"
	chmod 0400 "$T/secret"
	for envelope in mime soap; do
		submitter "user us;secret $T/secret;envelope $envelope"
		run -0 --separate-stderr ehr-elig send --url "$url" "$(asked)"
		same "$(cut -f 5,8-10 <<<"$output")" "$envelope	answered	200	"
	done
	same "$(cut -d ' ' -f 1,4 "$T/log")" $'mime us\nsoap us'
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" active
	run -0 --separate-stderr ehr-elig send --url "$url"
	same "$output" ""
	# a secret that others can read is not used
	chmod 0444 "$T/secret"
	run -5 --separate-stderr ehr-elig send --url "$url" "$(asked)"
	has "$stderr" "lets others in"
	chmod 0600 "$T/secret"
	echo wrong >"$T/secret"
	run -1 --separate-stderr ehr-elig send --url "$url" "$(asked)"
	same "$(cut -f 8-11 <<<"$output")" "answered	200	UnAuthorized	"
}

@test "send: each failure keeps what counts, is logged, goes again if it may" {
	benefits
	responder
	ehr-elig ask -q p1 >"$T/out"
	ehr-elig send -q --url "$url" >"$T/out"
	while read -r word envelope rc fate code again; do
		mode "$word"
		submitter "timeout 2;envelope $envelope"
		run "-$rc" --separate-stderr ehr-elig send -o csv --url "$url" \
			"$(asked)"
		IFS=, read -r -a row <<<"${lines[-1]%$'\r'}"
		same "$word ${row[7]} ${row[9]}" "$word ${fate//_/ } ${code//-/}"
		same "$word ${row[10]:+again}" "$word ${again//-/}"
		run -0 --separate-stderr ehr-elig status p1
		same "$word $(cut -f 4,8,9 <<<"$output")" "$word active	true	1"
	done <<-'END'
	500 mime 1 answered - again
	401 mime 1 answered - -
	cut mime 1 cut_off - again
	broken mime 1 answered payload again
	broken soap 1 answered payload again
	wrong-id mime 1 answered PayloadID again
	wrong-id soap 1 answered PayloadID again
	error soap 1 answered PayloadIDIllegal -
	fault soap 1 answered Fault again
	ta1 mime 0 answered - -
	999 soap 0 answered - -
	timeout mime 1 timeout - again
	slow mime 1 timeout - again
	END
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 10 <<<"$output")" setup
	run -0 --separate-stderr ehr-elig show 1
	has "$output" "A later check failed:"
	same "$(ehr-elig sent | wc -l)" 14
	kill "$(cat "$T/pid")"
	rm "$T/pid"
	sleep 0.2
	run -1 --separate-stderr ehr-elig send -o csv --url "$url" "$(asked)"
	has "$output" "no connection"
}

@test "send: what failed goes again when it is time, under the same PayloadID" {
	benefits
	responder
	mode 500
	ehr-elig ask -q p1 >"$T/out"
	run -1 --separate-stderr ehr-elig send --url "$url"
	mode ok
	run -0 --separate-stderr ehr-elig send --url "$url"
	same "$output" ""
	sqlite3 "$EHR_DB" 'DROP TRIGGER elig_send_update;
		UPDATE elig_send SET again = 1'
	run -0 --separate-stderr ehr-elig send --url "$url"
	same "$(cut -f 8 <<<"$output")" answered
	same "$(cut -d ' ' -f 3 "$T/log" | sort -u | wc -l)" 1
}

@test "send: over TLS, with certificates of both sides" {
	benefits
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$T/k.pem" -out "$T/c.pem" 2>"$T/out"
	responder --cert "$T/c.pem" --key "$T/k.pem" --ca "$T/c.pem"
	has "$url" https://
	run -1 --separate-stderr ehr-elig send --url "$url" "$(asked)"
	has "$output" "not trusted"
	submitter "ca $T/c.pem;cert $T/c.pem;key $T/k.pem"
	run -0 --separate-stderr ehr-elig send --url "$url" "$(asked)"
	same "$(cut -f 8 <<<"$output")" answered
	run -1 --separate-stderr ehr-elig send --url http://192.0.2.1/ "$(asked)"
	has "$stderr" "only for this machine"
}

@test "send: a file of several is a batch, with length and checksum" {
	benefits
	responder
	b=$(ehr-elig ask --batch p1 p2 | cut -f 5 | head -1)
	run -0 --separate-stderr ehr-elig send --url "$url" "$b"
	same "$(cut -f 3,8 <<<"$output")" "2	answered"
	has "$(cat "$T/log")" " Batch"
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" unknown
}

@test "send --dir: whole files, once" {
	mkdir "$T/out.d"
	ehr-elig ask -q p1 p2 >"$T/out"
	run -0 --separate-stderr ehr-elig send --dir "$T/out.d"
	same "$(cut -f 2,8 <<<"$output")" $'270-000000001.x12\tplaced\n270-000000002.x12\tplaced'
	run -0 --separate-stderr ehr-claim x12 check "$T"/out.d/*
	run -0 --separate-stderr ehr-elig send --dir "$T/out.d"
	same "$output" ""
	ehr-elig ask -q --again p1 >"$T/out"
	run -2 --separate-stderr ehr-elig send
	has "$stderr" "submitter ch has no url"
	run -2 --separate-stderr ehr-elig send --dir "$T" --url x
}

@test "apply: what the payer has otherwise is listed, taken only by name" {
	ehr-elig ask -q p1 >"$T/out"
	printf '%s\n' 'DMG*D8*19850516*F' 'EB*1*IND*30' |
		answer_to "$(trace 1)" | sed 's/W100/W200/' >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig apply 1
	same "$output" "member	W100	W200
birth	1985-05-15	1985-05-16"
	same "$(ehr-export p1 | grep -c 1985-05-15)" 1
	run -0 --separate-stderr ehr-elig apply -n 1 birth
	run -4 --separate-stderr ehr-elig apply 1 gender
	run -0 --separate-stderr ehr-elig apply 1 birth member
	same "$output" "p1
Coverage/c1"
	same "$(ehr-export p1 | grep -c 1985-05-16)" 1
	has "$(ehr-export p1)" '"subscriberId":"W200"'
	run -0 --separate-stderr ehr-elig apply 1
	same "$output" ""
	run -4 --separate-stderr ehr-elig apply 7
}

@test "apply: address, group and relation, one by one, undone as any edit" {
	ehr-elig ask -q p1 >"$T/out"
	printf '%s\n' 'REF*6P*G78' 'N3*7 OAK ST*APT 2' 'N4*DAYTON*OH*454020001' \
		'INS*Y*01*001*25' 'DTP*291*D8*20261202' 'EB*1*IND*30' |
		answer_to "$(trace 1)" | sed 's/ROE\*JANE\*\*/ROE*JANET*B*/' >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig apply 1
	same "$output" "group	G77	G78
relationship	self	spouse
first	Jane	JANET
middle	A	B
street	100 Elm St	7 OAK ST
street2		APT 2
city	Columbus	DAYTON
zip	43215-0001	45402-0001"
	before=$(ehr-export p1 Coverage/c1)
	run -0 --separate-stderr ehr-elig apply -n 1 street relationship
	same "$(ehr-export p1 Coverage/c1)" "$before"
	run -0 --separate-stderr ehr-elig apply 1 street city zip street2
	same "$output" p1
	has "$(ehr-export p1)" '"address":[{"line":["7 OAK ST","APT 2"],"city":"DAYTON","state":"OH","postalCode":"45402-0001"}]'
	run -0 --separate-stderr ehr-elig apply 1 relationship group
	same "$output" Coverage/c1
	has "$(ehr-export p1)" '"code":"spouse"'
	has "$(ehr-export p1)" '"value":"G78"'
	run -0 --separate-stderr ehr-elig apply 1
	same "$(cut -f 1 <<<"$output")" $'first\nmiddle'
	for _ in 1 2; do
		ehr-batch undo -q "$(sqlite3 "$EHR_DB" 'SELECT max(id) FROM
			batch WHERE tool = "ehr-elig" AND state = 1 AND kind IS NULL')"
	done
	same "$(ehr-export p1 Coverage/c1)" "$before"
}

@test "apply: five digits of a zip and a plain dependent are no news" {
	ehr-elig ask -q p2 >"$T/out"
	printf '%s\n' 'HL*4*3*23*0' "TRN*2*$(trace 1)*1371234567" \
		'NM1*03*1*ROE*TIM' 'N4*AKRON*OH*44301' 'INS*N*19*001*25' \
		'EB*1*IND*30' | answer_to X |
		sed 's/HL\*3\*2\*22\*0/HL*3*2*22*1/' >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig apply 1
	same "$output" "city		AKRON
state		OH
zip		44301"
	ehr-elig apply -q 1 city state zip >"$T/out"
	has "$(ehr-export p2)" '"address":[{"city":"AKRON","state":"OH","postalCode":"44301"}]'
	ehr-elig ask -q --again p1 >"$T/out"
	printf '%s\n' 'N4*COLUMBUS*OH*43215' 'EB*1*IND*30' |
		answer_to "$(trace 2)" >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
	run -0 --separate-stderr ehr-elig apply 2
	same "$output" ""
}

@test "ask: place of service, procedures with modifiers and what they are for" {
	run -0 --separate-stderr ehr-elig ask p1 p2 -O - --batch --place 22 \
		--service-type 30,HC:99213:25:GT --diagnosis e11.9,I10 \
		--date 2026-12-02
	echo "$output" >"$T/270"
	run -0 --separate-stderr ehr-claim x12 check "$T/270"
	same "$output" ""
	run -0 --separate-stderr "$EHR_TOP/tests/tools/x12-reread" "$T/270"
	same "$(cut -f 2-4 <<<"$output")" "2	2	4"
	has "$(cat "$T/270")" "DMG*D8*19850515*F~
HI*ABK:E119*ABF:I10~
DTP*291*D8*20261202~
EQ*30~
III*ZZ*22~
EQ**HC:99213:25:GT***1:2~
III*ZZ*22~"
	same "$(grep -c '^HI' "$T/270")" 2
	for bad in '--place 2' '--place ab' '--diagnosis 9' '--diagnosis ,' \
		'--diagnosis A00,A01,A02,A03,A04,A05,A06,A07,A08'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr ehr-elig ask p1 $bad
	done
}

@test "inquiries and answers are resources, valid, by the same transaction" {
	benefits
	ehr-elig ask -q p1 p2 --service-type 30,HC:99213:25 --diagnosis I10 \
		--date 2026-12-02 >"$T/out"
	t=$(trace 1)
	{
		printf '%s\n' 'DTP*307*RD8*20260101-20261231'
		cat "$T/answer"
		printf '%s\n' 'EB*C*FAM*30^98***29*.5*****N*N' 'EB*I*IND*35' \
			'EB*A*IND*30*****0.125****W*U*HC:G0001:25'
	} | answer_to "$t" >"$T/271"
	run -0 --separate-stderr ehr-elig load "$T/271"
	same "$(cut -f 3-6 <<<"$output")" "1	10	0	0"
	echo 'AAA*N**72*C' | answer_to "$(trace 2)" >"$T/aaa"
	ehr-elig load -q "$T/aaa" >"$T/out"
	for p in p1 p2; do ehr-export $p | grep CoverageEligib; done >"$T/res"
	same "$(wc -l <"$T/res")" 4
	one=$(grep "\"id\":\"$t\\." "$T/res")
	for want in '"outcome":"complete"' '"disposition":"active"' \
		'"inforce":true' '"start":"2026-01-01","end":"2026-12-31"' \
		"\"request\":{\"reference\":\"CoverageEligibilityRequest/$t\"" \
		'"description":"copay; SPECIALIST"' '"allowedMoney":{"value":0.5' \
		'"allowedString":"20 as sent"' '"allowedString":"12.500 %"' \
		'"excluded":true' '"authorizationRequired":true' \
		'"code":"copay"' '"code":"in"' '"code":"annual"'; do
		has "$one" "$want"
	done
	has "$(grep '"outcome":"error"' "$T/res")" '"code":"72"'
	# ours to check: a new record takes them without a finding
	ehr-admin init -q --plain -d "$T/other.ehr"
	run -0 --separate-stderr ehr-import -d "$T/other.ehr" "$T/res"
	same "$stderr" ""
	# a load that changes nothing leaves none
	before=$(sqlite3 "$EHR_DB" 'SELECT count(*), max(id) FROM batch')
	run -0 --separate-stderr ehr-elig load "$T/271"
	run -0 --separate-stderr ehr-elig load -n "$T/aaa"
	same "$(sqlite3 "$EHR_DB" 'SELECT count(*), max(id) FROM batch')" "$before"
}

@test "undo: answers are withdrawn, asked ones only before they are answered" {
	ehr-elig ask -q p1 >"$T/out"
	b=$(sqlite3 "$EHR_DB" 'SELECT max(batch) FROM elig_inquiry')
	echo 'EB*1*IND*30' | answer_to "$(trace 1)" >"$T/271"
	l=$(ehr-elig load "$T/271" | cut -f 2)
	run -1 --separate-stderr ehr-elig undo "$b"
	has "$stderr" "batch $l built on it"
	run -0 --separate-stderr ehr-elig undo -n "$l"
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" active
	run -0 --separate-stderr ehr-elig undo "$l"
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" unknown
	same "$(ehr-export p1 | grep -c EligibilityResponse)" 0
	run -0 --separate-stderr ehr-elig show 1
	has "$output" "TAKEN BACK by batch"
	run -1 --separate-stderr ehr-elig undo "$l"
	# the same file counts again
	l=$(ehr-elig load "$T/271" | cut -f 2)
	run -0 --separate-stderr ehr-elig status p1
	same "$(cut -f 4 <<<"$output")" active
	same "$(ehr-export p1 | grep -c EligibilityResponse)" 1
	run -0 --separate-stderr ehr-elig undo "$l"
	run -0 --separate-stderr ehr-elig undo "$b"
	run -0 --separate-stderr ehr-elig ask p1
	has "$output" made
	run -1 --separate-stderr ehr-elig undo 1
	run -4 --separate-stderr ehr-elig undo 9999
	run -2 --separate-stderr ehr-elig undo x
	ehr-admin check -q
}

# What acme allows of made-up codes, and what is charged.
fees() {
	ehr-claim setup load - >"$T/out" <<-'END'
		schedule own
		 name What is charged
		 charges yes
		schedule acme
		 name Acme
		 payer acme
	END
	printf '%s\n' schedule,code,amount,from own,G0001,150,2026-01-01 \
		acme,G0001,100,2026-01-01 acme,G0002,80.50,2026-01-01 \
		own,G0003,60,2026-01-01 | ehr-claim fees load >"$T/out"
}
# An answer with the segments of the operand, of the inquiry of that number.
told() { # N SEGMENTS
	ehr-elig ask -q --again --date 2026-12-02 p1 >"$T/out"
	tr '~' '\n' <<<"$2" | answer_to "$(trace "$1")" >"$T/271"
	ehr-elig load -q "$T/271" >"$T/out"
}
estimate() {
	run "-$1" --separate-stderr ehr-elig estimate p1 --date 2026-12-02 "${@:2}"
}

# 25 + 50 of what is left, then 20 % of 100 - 75 = 5 (or of 100 - 50: 10)
@test "estimate: the arithmetic line by line, by hand" {
	fees
	told 1 'EB*1*IND*30~EB*A*IND*98*****0.2****Y~EB*C*IND*98***23*500*****Y~EB*C*IND*98***29*50*****Y'
	estimate 0 --code G0001 --network in
	has "$output" "Coverage/c1, acme"
	has "$output" "Answer        1 of "
	has "$output" "0 days old"
	has "$output" 'G0001  $100.00 allowed (acme)'
	has "$output" 'Deductible    $50.00 left'
	has "$output" "copay: counted as none beside the other"
	has "$output" '  copay        $0.00
  deductible   $50.00
  coinsurance  $10.00 (20 % of $50.00)
  together     $60.00'
	has "$output" 'Patient pays  $60.00'
	# 180.50: 50 + 0.2 * 130.50 = 76.10
	estimate 0 --code G0001,G0002 --network in
	has "$output" 'Allowed       $180.50'
	has "$output" 'Patient pays  $76.10'
	same "$(grep -c '^Why' <<<"$output")" 0
	# both: 25 + 50 + 0.2 * 25 = 80; or 25 + 50 + 0.2 * 50 = 85
	told 2 'EB*1*IND*30~EB*B*IND*98***27*25*****Y~EB*A*IND*98*****0.2****Y~EB*C*IND*98***29*50*****Y'
	estimate 0 --code G0001 --network in
	has "$output" 'Patient pays  $80.00 to $85.00'
	has "$output" "whether coinsurance is also of the copay's part"
	same "$(ehr-audit log -o tsv --action read | grep -c eligibility)" 3
}

@test "estimate: what is not said, or said twice, is a range with its reason" {
	fees
	n=0
	while IFS='|' read -r options pays why segments; do
		n=$((n + 1))
		told $n "EB*1*IND*30~$segments"
		# shellcheck disable=SC2086
		estimate 0 $options
		same "$n $(grep '^Patient pays' <<<"$output")" \
			"$n Patient pays  $pays"
		if [ "$why" = - ]; then
			same "$n $(grep -c '^Why' <<<"$output")" "$n 0"
		else
			has "$output" "Why not one amount"
			has "$output" "$why"
		fi
	done <<-'END'
	--code G0001 --network in|$25.00 to $40.00|Copay: several are said that differ|EB*B*IND*98***27*25*****Y~MSG*PRIMARY CARE~EB*B*IND*98***27*40*****Y~MSG*SPECIALIST~EB*C*IND*30***29*0*****Y
	--code G0001|$25.00 to $60.00|in and out of network are not the same (--network)|EB*B*IND*98***27*25*****Y~EB*B*IND*98***27*60*****N~EB*C*IND*30***29*0*****W
	--code G0001 --network out|$60.00|-|EB*B*IND*98***27*25*****Y~EB*B*IND*98***27*60*****N~EB*C*IND*30***29*0*****W
	--code G0001|$0.00 to $100.00|Copay: is said of one network alone (--network)|EB*B*IND*98***27*25*****Y~EB*C*IND*30***29*0*****W
	--code G0001 --network in|$0.00 to $100.00|Copay: the payer does not know the network|EB*B*IND*98***27*25*****U~EB*C*IND*30***29*0*****W
	--code G0001 --network in|$25.00 to $65.00|whether the deductible counts beside a copay|EB*B*IND*98***27*25~EB*C*IND*30***29*40
	--code G0001 --network in|$25.00 to $100.00|what is left is not said|EB*B*IND*98***27*25~EB*C*IND*98***23*500
	--code G0001 --network in|$25.00 to $100.00|Deductible: nothing is said|EB*B*IND*98***27*25
	--code G0001 --network in|$0.00 to $100.00|Copay, coinsurance: neither is said|EB*C*IND*98***29*0
	--code G0001 --network in|$0.00 to $100.00|a coinsurance over 1 is said|EB*A*IND*98*****20~EB*C*IND*98***29*0
	--code G0001 --network in|$20.00 to $50.00|Deductible: several are said that differ|EB*A*IND*98*****0~EB*C*IND*98***29*20~EB*C*FAM*98***29*50
	--code G0001 --network in|$20.00|-|EB*A*IND*98*****.2~EB*C*IND*98***29*.0
	--code G0003 --network in|$0.00 to $12.00|Fees: one is not known|EB*A*IND*98*****0.2~EB*C*IND*98***29*0
	--code G0009 --network in|$0.00 or more, no upper end known|Fees: one is not known|EB*A*IND*98*****0.2~EB*C*IND*98***29*0
	--code G0009 --network in|$0.00 to $25.00|Fees: one is not known|EB*B*IND*98***27*25~EB*C*IND*98***29*0
	--code G0001 --network in|$10.00 to $20.00|what is left may end it sooner|EB*A*IND*98*****0.2~EB*C*IND*98***29*0~EB*G*IND*30***29*10
	--code G0001 --network in|$20.00 to $100.00|Not covered: is said|EB*A*IND*98*****0.2~EB*C*IND*98***29*0~EB*I*IND*98
	--code G0001 --network in|$20.00|-|EB*A*IND*98*****0.2~EB*C*IND*98***29*0~EB*A*IND*98*****0.5****N~EB*B*IND*98***27*70****N*N*HC:G0002
	--code G0001 --network in --service-type 33|$30.00|-|EB*A*IND*98*****0.2~EB*A*IND*33*****0.3~EB*C*IND*98***29*0~EB*C*IND*30***29*0
	--code G0001:25,G0002 --network in|$25.00|-|EB*B*IND*98***27*25~EB*C*IND*30***29*0
	--code G0001 --network in|$15.00|-|EB*B*IND*98***27*15~DTP*348*D8*20261201~EB*B*IND*98***27*25~DTP*349*D8*20261130~EB*C*IND*30***29*0
	END
	same "$n" 21
}

@test "estimate: not known without an answer that says active" {
	fees
	estimate 1 --code G0001
	has "$output" "Patient pays  not known: no payer has answered"
	told 1 'AAA*N**75*C'
	estimate 1 --code G0001
	has "$output" "Patient pays  not known: the check failed (not-found), answer 1"
	told 2 'EB*6*IND*30~EB*B*IND*98***27*25'
	estimate 1 --code G0001
	has "$output" "Patient pays  not known: inactive on 2026-12-02"
	told 3 'EB*1*IND*30~EB*B*IND*98***27*25~EB*C*IND*30***29*0'
	told 4 'AAA*N**42*R'
	estimate 0 --code G0001
	has "$output" 'Patient pays  $25.00'
	has "$output" "A later check failed (retry), answer 4"
	estimate 0 --code G0001 --today 2027-03-01
	has "$output" "EXPIRED after"
	estimate 2
	estimate 2 --code G0001,,G0002
	estimate 2 --code :25
	estimate 2 --code G0001 --network maybe
	run -2 --separate-stderr ehr-elig estimate p1 --code G0001 --date Someday
	run -4 --separate-stderr ehr-elig estimate nobody --code G0001
}
