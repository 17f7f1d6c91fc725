load helper

# Events for other programs, read back by parsers of the test's own.

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init --plain
	for id in a b; do
		echo "{\"resourceType\":\"Patient\",\"id\":\"$id\",\"name\":[{\"family\":\"Smith$id\"}]}"
	done | ehr-import -q --source clinic -
	odd=$'a=b \\ c|d\nsecond "line"'
	ehr-find smitha --reason "$odd" >/dev/null
	ehr-chart show clinic:a >/dev/null
	ehr-find --all >/dev/null
}

# What log tells of the events that export has: number, action, purpose.
told() {
	ehr-audit log -o json | jq -c '.[] | select(.action != "audit") |
		[.event, .action, .user, .purpose // ""]'
}

@test "fhir: AuditEvents that the validator takes, in the shapes of BALP" {
	run -0 --separate-stderr ehr-audit export --to fhir -O "$T/events"
	same "$output$stderr" ""
	same "$(wc -l <"$T/events")" 6
	ehr-admin init --plain -d "$T/q.ehr"
	run -0 --separate-stderr ehr-import -vv -d "$T/q.ehr" "$T/events"
	same "${#stderr_lines[@]}" 1
	has "$stderr" "6 inserted, 0 updated, 0 deleted, 0 unchanged, 0 rejected"
	# the validator would have found these
	for broken in '.outcome = "99"' '.action = "X"' 'del(.source)' \
		'del(.agent[0].requestor)' '.nothing = 1'; do
		head -n 1 "$T/events" | jq -c "$broken" >"$T/broken"
		run --separate-stderr ehr-import -vv -d "$T/q.ehr" "$T/broken"
		has "$stderr" AuditEvent
	done
	# of those that say so, what the profiles ask for
	same "$(jq -r 'select(.meta) | .meta.profile[0] | sub(".*[.]"; "")' \
		"$T/events" | tr '\n' ' ')" "PatientQuery PatientRead "
	run -0 jq -es '[.[] | select(.meta) |
		(.type.code == "rest" and .outcome == "0" and
		([.agent[] | select(.type.coding[0].code | . == "110152" or
			. == "110153") | select(.who and .network)] |
			length) == 2 and
		([.agent[] | select(.requestor)] | length) == 1 and
		([.entity[] | select(.type.code == "1" and .role.code == "1" and
			.what.reference == "Patient/a")] | length) == 1 and
		([.entity[] | select(.type.code == "2")] | length) == 1)] |
		length == 2 and all' "$T/events"
	run -0 jq -es 'map(select(.action == "E" and .type.code == "rest")) |
		.[0].entity[1] | .role.code == "24" and
		(.query | @base64d) == "find:name" and .what == null' "$T/events"
	run -0 jq -es 'map(select(.action == "R" and .meta)) | .[0] |
		.agent[1].type.coding[0].code == "110152"' "$T/events"
	# everybody in a set
	same "$(jq -r 'select(.type.code == "110107") | .entity[].what.display' \
		"$T/events" | sort | tr "\n" " ")" "clinic:a clinic:b record "
	grep -q 'second \\"line\\"' "$T/events"
}

@test "cef: lines that a parser takes apart again, without patients" {
	told >"$T/told"
	run -0 --separate-stderr ehr-audit export --to cef -O "$T/cef"
	python3 - "$T/cef" >"$T/parsed" <<-'END'
	import json, re, sys
	for line in open(sys.argv[1], newline='\n'):
	    head = re.split(r'(?<!\\)\|', line.rstrip('\n'), maxsplit=7)
	    assert head[0] == 'CEF:0' and len(head) == 8, head
	    assert 0 <= int(head[6]) <= 10
	    found = re.findall(r'(\w+)=((?:[^\\=]|\\.)*?)(?= \w+=|$)', head[7])
	    assert ' '.join(f'{k}={v}' for k, v in found) == head[7], head[7]
	    plain = {k: re.sub(r'\\(.)', lambda m: {'n': '\n', 'r': '\r'}.get(
	        m[1], m[1]), v) for k, v in found}
	    assert plain['act'] == head[4]
	    if plain['act'] != 'audit':
	        print(json.dumps([int(plain['externalId']), plain['act'],
	                          plain['suser'], plain.get('reason', '')],
	                         separators=(',', ':')))
	END
	run -0 diff <(jq -c . "$T/told") <(jq -c . "$T/parsed")
	! grep -q clinic "$T/cef"
	! grep -qi smith "$T/cef"
}

@test "journald: entries that a socket of ours takes apart" {
	told >"$T/told"
	python3 - "$T/sock" "$T/parsed" <<-'END' 3>&- &
	import json, socket, struct, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	s.settimeout(20)
	out = open(sys.argv[2], 'w')
	while True:
	    data, entry = s.recv(1 << 18), {}
	    while data:
	        line, data = data.split(b'\n', 1)
	        name, eq, value = line.partition(b'=')
	        if not eq:
	            n, = struct.unpack('<Q', data[:8])
	            value, data = data[8:8 + n], data[8 + n:]
	            assert data[:1] == b'\n' and b'\n' in value
	            data = data[1:]
	        assert name.isascii() and name.upper() == name
	        entry[name.decode()] = value.decode()
	    assert entry['MESSAGE'] and entry['PRIORITY'] in '46'
	    assert len(entry['MESSAGE_ID']) == 32
	    if entry['EHR_ACTION'] == 'audit':
	        break
	    print(json.dumps([int(entry['EHR_EVENT']), entry['EHR_ACTION'],
	                      entry['EHR_USER'], entry.get('EHR_PURPOSE', '')]),
	          file=out)
	END
	server=$!
	for _ in $(seq 100); do [ -S "$T/sock" ] || sleep 0.1; done
	run -0 --separate-stderr ehr-audit export --to journald \
		--socket "$T/sock"
	same "$output$stderr" ""
	wait $server
	run -0 diff <(jq -c . "$T/told") <(jq -c . "$T/parsed")
	run -6 --separate-stderr ehr-audit export --to journald \
		--socket "$T/none"
	run -2 --separate-stderr ehr-audit export --to journald -O "$T/x"
}

@test "an export goes on where the last one ended" {
	run -0 --separate-stderr ehr-audit export --to cef --since-seq 4
	has "${lines[0]}" " externalId=4 "
	run -2 --separate-stderr ehr-audit export --to cef --since-seq 0
	run -2 --separate-stderr ehr-audit export --to cef --since-seq 4 \
		--state "$T/state"
	run -2 --separate-stderr ehr-audit export
	ehr-audit export --to cef --state "$T/state" >"$T/one"
	next=$(($(wc -l <"$T/one") + 1))
	same "$(cat "$T/state")" $next
	ehr-find smithb >/dev/null
	# what fails moves nothing on
	run -6 --separate-stderr ehr-audit export --to journald \
		--state "$T/state" --socket "$T/none"
	same "$(cat "$T/state")" $next
	ehr-audit export --to cef --state "$T/state" >"$T/two"
	cat "$T/one" "$T/two" | sed 's/.* externalId=\([0-9]*\) .*/\1/' >"$T/all"
	run -0 diff "$T/all" <(seq "$(wc -l <"$T/all")")
	echo x >"$T/state"
	run -2 --separate-stderr ehr-audit export --to cef --state "$T/state"
}

@test "siem-feed: new events only, none lost when the command fails" {
	PATH=$EHR_TOP/scripts/examples:$PATH
	run -0 --separate-stderr siem-feed "$T/state" tee "$T/one"
	same "$(wc -l <"$T/one")" 6
	run -6 --separate-stderr siem-feed "$T/state" false
	run -0 --separate-stderr siem-feed "$T/state" tee "$T/two"
	has "$(head -n 1 "$T/two")" " externalId=7 "
	same "$(wc -l <"$T/two")" 2
	run -2 --separate-stderr siem-feed "$T/state"
}
