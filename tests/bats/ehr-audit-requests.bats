load helper

# Requests for data: HIPAA's rights of individuals, information blocking.

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init -q --plain
	for id in a b c; do
		echo "{\"resourceType\":\"Patient\",\"id\":\"$id\",\"birthDate\":\"1990\",\"name\":[{\"family\":\"Smith$id\"}]}"
	done | ehr-import -q -
}

# add KIND FROM RECEIVED [ARGS]: the number of a new request of patient a.
add() {
	ehr-audit requests add --kind "$1" --from "$2" --what "all of 2025" \
		--received "$3" --today 2026-11-25 "${@:4}" | cut -f 1
}

step() { # VERB ARGS...
	ehr-audit requests "$1" --today 2026-11-25 "${@:2}"
}

# COLUMNS of the list, by jq.
listed() { # FILTER ARGS...
	ehr-audit requests list -o json --today 2026-11-25 "${@:2}" |
		jq -c ".[] | $1"
}

@test "the last day of each kind" {
	run -0 --separate-stderr ehr-audit requests add --kind access \
		--from patient --what labs --received 2026-10-30 \
		--today 2026-11-25 a
	same "$output" $'1\t2026-11-29'
	add amendment patient 2026-10-30 a
	add accounting patient 2026-10-30 a
	# A Friday: ten business days later is a Friday.
	add exchange app 2026-10-30 --who "Portal" a
	# A Saturday, a Sunday and a Monday.
	for day in 2026-10-31 2026-11-01 2026-11-02; do
		add exchange payer $day --who "Plan"
	done
	same "$(listed '[.request, .due, .late]')" '[4,"2026-11-13","overdue"]
[5,"2026-11-13","overdue"]
[6,"2026-11-13","overdue"]
[7,"2026-11-16","overdue"]
[1,"2026-11-29",null]
[2,"2026-12-29",null]
[3,"2026-12-29",null]'
}

@test "the same again is the same request" {
	same "$(add access patient 2026-11-02 a)" 1
	same "$(add access patient 2026-11-02 a)" 1
	same "$(add access patient 2026-11-02 b)" 2
	same "$(listed .request | wc -l)" 2
	# What was a mistake does not stand in the way.
	step close 1 --as entered-in-error
	same "$(add access patient 2026-11-02 a)" 3
}

@test "what is missing or wrong is refused" {
	for args in "--kind access --from patient --what x" \
		"--kind access --from representative --what x a" \
		"--kind exchange --from app --what x" \
		"--kind access --from patient a" "--kind boat --from patient a" \
		"--kind access --from patient --what x --received 2099-01-01 a" \
		"--kind access --from patient --what x --received 2026 a"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr ehr-audit requests add $args
		[ -n "$stderr" ]
	done
	run -2 --separate-stderr ehr-audit requests add --kind access \
		--from patient --what "$(printf 'x%.0s' {1..1001})" a
	run -2 --separate-stderr ehr-audit requests add --kind access \
		--from patient --what $'x\ny' a
	run -4 --separate-stderr ehr-audit requests add --kind access \
		--from patient --what x nobody
	run -4 --separate-stderr ehr-audit requests show 1
	run -4 --separate-stderr ehr-audit requests close 1 --as fulfilled
	run -2 --separate-stderr ehr-audit requests show x
	same "$(listed .)" ""
}

@test "an extension: once, in time, with a reason, not for longer" {
	add access patient 2026-10-20 a	# due 2026-11-19
	run -2 --separate-stderr step extend 1 --until 2026-12-01 --why x
	has "$stderr" "the time is over"
	run -2 --separate-stderr step extend 1 --until 2026-12-20 --why x \
		--on 2026-11-19
	has "$stderr" "30 days at most"
	run -2 --separate-stderr step extend 1 --until 2026-11-19 --why x \
		--on 2026-11-19
	run -2 --separate-stderr step extend 1 --until 2026-12-19 --why "" \
		--on 2026-11-19
	run -2 --separate-stderr step extend 1 --until 2026-12-19 --why x \
		--on 2026-10-19
	has "$stderr" "before it was received"
	run -0 --separate-stderr step extend 1 --until 2026-12-19 \
		--why "kept elsewhere" --on 2026-11-19
	same "$(listed '[.due, .late, .extended]')" '["2026-12-19",null,true]'
	# The same again is no second one.
	run -0 step extend 1 --until 2026-12-19 --why "kept elsewhere" \
		--on 2026-11-19
	run -2 --separate-stderr step extend 1 --until 2026-12-19 --why y
	has "$stderr" "once only"
	add exchange app 2026-11-20 --who Portal
	run -2 --separate-stderr step extend 2 --until 2026-12-19 --why x
	has "$stderr" "cannot be extended (45 CFR 171.204(b))"
}

@test "each end, with its ground" {
	add access patient 2026-10-20 a
	run -2 --separate-stderr step close 1 --as denied
	has "$stderr" "a refusal has a ground"
	run -2 --separate-stderr step close 1 --as denied --ground accurate
	has "$stderr" "accurate is no ground of a request for access"
	run -2 --separate-stderr step close 1 --as fulfilled --ground danger
	has "$stderr" "danger is a ground to refuse"
	run -0 --separate-stderr step close 1 --as denied --on 2026-11-19 \
		--ground psychotherapy-notes
	same "$(listed '[.state, .late, .closed, .ground, .clause]' --all)" \
		'["denied",null,"2026-11-19","psychotherapy-notes","164.524(a)(1)(i)"]'
	run -2 --separate-stderr step close 1 --as fulfilled
	has "$stderr" "request 1 is denied: not to be fulfilled"
	run -2 --separate-stderr step review 1
	has "$stderr" "no review"
	run -0 step reopen 1 --note "wrong letter"
	run -0 step close 1 --as fulfilled --ground manner --note "by mail"
	same "$(listed '[.state, .late, .clause]' --all)" \
		'["fulfilled","late","171.301"]'
	add access patient 2026-10-20 b
	run -0 step close 2 --as withdrawn
	same "$(listed '[.request, .late]' --all)" $'[2,null]\n[1,"late"]'
	same "$(listed .)" ""
}

@test "a refusal that may be reviewed, reviewed" {
	add access representative 2026-11-02 --who "A. Mother" a
	step close 1 --as denied --ground representative --on 2026-11-10
	run -2 --separate-stderr step extend 1 --until 2026-12-19 --why x
	run -0 step review 1 --on 2026-11-20
	# At once (164.524(d)(4)): it is on top until it is decided.
	same "$(listed '[.state, .due, .late, .closed]')" \
		'["review","2026-11-20","overdue",null]'
	step close 1 --as partly --ground harm-to-another --on 2026-11-20
	same "$(listed '[.state, .late]' --all)" '["partly",null]'
	run -0 --separate-stderr ehr-audit requests show 1 -o json
	same "$(jq -c '.[] | [.on, .what, .until, .clause, .review]' <<<"$output")" \
		'["2026-11-02","received","2026-12-02","164.524(b)(2)",null]
["2026-11-10","denied",null,"164.524(a)(3)(iii)","reviewable"]
["2026-11-20","review",null,null,null]
["2026-11-20","partly",null,"164.524(a)(3)(ii)","reviewable"]'
}

@test "infeasible: in writing within ten business days" {
	add exchange provider 2026-11-02 --who "Dr. No"
	run -0 --separate-stderr step close 1 --as denied \
		--ground infeasible --on 2026-11-16
	same "$stderr" ""
	step reopen 1 --note mistake
	run -0 --separate-stderr step close 1 --as denied \
		--ground infeasible --on 2026-11-17
	has "$stderr" "171.204(b)"
	same "$(listed '[.state, .late]' --all)" '["denied","late"]'
	# Of a patient's request, too, whose own time is longer.
	add access patient 2026-11-02 a
	run -0 --separate-stderr step close 2 --as partly \
		--ground infeasible --on 2026-11-17
	has "$stderr" "171.204(b)"
	same "$(listed '.late' --all | head -n 1)" null
}

@test "for cron: what is due, exit 1 when there is something" {
	add access patient 2026-11-01 a
	run -0 --separate-stderr ehr-audit requests list --due 3 \
		--today 2026-11-27
	same "$output$stderr" ""
	run -1 --separate-stderr ehr-audit requests list --due 3 \
		--today 2026-11-28
	same "$(cut -f 1-3 <<<"$output")" $'1\topen\t2026-12-01'
	same "$stderr" ""
	run -0 ehr-audit requests list --due 0 --today 2026-11-30
	run -1 ehr-audit requests list --due 0 --today 2026-12-02
	has "$output" overdue
}

@test "a patient's own, those of a merged chart too" {
	add access patient 2026-11-02 a
	add access patient 2026-11-02 b
	same "$(listed .request a)" 1
	ehr-patient merge a b --reason same >/dev/null
	same "$(listed .request a | sort | tr '\n' ' ')" "1 2 "
	run -4 --separate-stderr ehr-audit requests list nobody
}

@test "-n leaves nothing; the log has no words of people" {
	run -0 --separate-stderr ehr-audit requests add -n --kind access \
		--from other --who Zebra --what Giraffe --manner Okapi a
	same "$(listed .)" ""
	add access other 2026-11-02 --who Zebra --manner Okapi a
	for verb in "extend 1 --until 2026-12-30 --why Lion" \
		"close 1 --as withdrawn --note Lion" "note 1 --note Lion"; do
		# shellcheck disable=SC2086 # words
		run -0 step ${verb%% *} -n ${verb#* }
	done
	same "$(listed '[.state, .extended]')" '["open",false]'
	step note 1 --note Lion
	step close 1 --as denied --ground privacy --note Lion
	listed .request --all
	ehr-audit requests show 1 >/dev/null
	run -0 --separate-stderr ehr-audit log --action request
	same "$(cut -f 5-8 <<<"$output")" "request	ok		requests-list
request	ok	a	request-add:1:access
request	ok	a	requests-list
request	ok	a	request-note:1
request	ok	a	request-denied:1:171.202
request	ok	a	requests-list
request	ok	a	request-show:1"
	for word in Zebra Giraffe Okapi Lion; do
		same "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM audit_event
			WHERE scope LIKE '%$word%' OR purpose LIKE '%$word%'")" 0
	done
	ehr-audit verify
}

@test "rows are only added" {
	add access patient 2026-11-02 a
	step note 1 --note x
	for table in request request_step; do
		run -19 sqlite3 "$EHR_DB" "UPDATE $table SET user = 'x'"
	done
	# A word of another version is no request of this one.
	sqlite3 "$EHR_DB" "INSERT INTO request_step(request, kind, day, text,
		time, user) VALUES (1, 'boat', 1, '', 1, 'x')"
	run -7 --separate-stderr ehr-audit requests list
}

@test "a purge waits for the answer and six years more, then takes them away" {
	echo '{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/c"},"onsetDateTime":"2001-02-03"}' |
		ehr-import -q -
	add access patient 2015-11-02 c
	add access patient 2026-11-02 a
	ehr-admin config set retention.years 5
	ehr-admin config set retention.minor-years 0
	run -5 --separate-stderr ehr-admin purge c --reason old
	has "$stderr" "request 1 for the chart is open"
	step close 1 --as fulfilled --on 2015-11-03
	add access patient 2026-11-02 c
	step close 3 --as fulfilled
	run -5 --separate-stderr ehr-admin purge c --reason old
	has "$stderr" "request 3 for the chart is to be kept until 2032-11-25 (45 CFR 164.530(j))"
	step reopen 3 --note slip
	step close 3 --as entered-in-error
	run -0 --separate-stderr ehr-admin purge c --reason old
	same "$(listed .request --all)" 2
	run -4 --separate-stderr ehr-audit requests show 1
}
