load helper

setup() {
	export EHR_DB=$T/p.ehr
	new_record
	cd "$T"
}

pt() { # ID [MORE]
	printf '{"resourceType":"Patient","id":"%s"%s}\n' "$1" "${2:+,$2}"
}

obs() { # ID PATIENT VALUE
	printf '{"resourceType":"Observation","id":"%s","status":"final",' "$1"
	printf '"code":{"text":"x"},"subject":{"reference":"Patient/%s"},' "$2"
	printf '"valueQuantity":{"value":%s}}\n' "$3"
}

counts() { # what -v says last
	has "${stderr_lines[-1]}" "$1"
}

@test "a resource from standard input, the same again is unchanged" {
	pt a > a.json
	run -0 --separate-stderr ehr-import -v < a.json
	same "$output" ""
	counts "1 read, 1 inserted, 0 updated, 0 deleted, 0 unchanged, 0 rejected"
	run -0 --separate-stderr ehr-import -v a.json
	counts "1 read, 0 inserted, 0 updated, 0 deleted, 1 unchanged, 0 rejected"
	run -0 --separate-stderr ehr-import a.json
	same "$stderr" ""
}

@test "number text stays what it was" {
	{ pt a; obs o a 1.10; } | ehr-import
	run -0 --separate-stderr ehr-export a --type Observation
	has "$output" '"value":1.10}'
}

@test "Bundles, NDJSON, gzip and folders" {
	mkdir -p f/sub
	pt a | gzip > f/b.json.gz
	{ pt b; pt c; } > f/a.ndjson
	printf '{"resourceType":"Bundle","type":"%s","entry":[{"resource":%s}]}' \
		collection "$(pt d)" > f/sub/c.jsonl
	echo no > f/readme.txt
	run -0 --separate-stderr ehr-import -v f
	counts "4 read, 4 inserted"
	has "$stderr" "1 other files skipped"
	run -0 --separate-stderr ehr-export --all
	same "${#lines[@]}" 4
}

@test "requests: POST, PUT and ifNoneExist mean this is it, DELETE ends it" {
	pt gone | ehr-import
	cat > t.json <<-END
	{"resourceType":"Bundle","type":"transaction","entry":[
	{"resource":$(pt a),"request":{"method":"PUT","url":"Patient/a"}},
	{"resource":$(pt b),"request":{"method":"POST","url":"Patient",
	 "ifNoneExist":"identifier=1"}},
	{"request":{"method":"GET","url":"Patient/a"}},
	{"request":{"method":"DELETE","url":"Patient/gone"}},
	{"request":{"method":"DELETE","url":"Patient/never"}},
	{"request":{"method":"DELETE","url":"Patient?identifier=1"}}]}
	END
	run -3 --separate-stderr ehr-import -v t.json
	counts "1 of 6 rejected"
	has "$stderr" "6 read, 2 inserted, 0 updated, 1 deleted, 1 unchanged, 1 rejected"
	has "$stderr" "t.json:8:Bundle.entry[5]: FHIR R4"
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(pt a; pt b)"
}

history() { # LASTMODIFIED of the deletion
	cat <<-END
	{"resourceType":"Bundle","type":"history","entry":[
	{"request":{"method":"DELETE","url":"Patient/a"},
	 "response":{"status":"204","lastModified":"$1"}},
	{"resource":$(pt a '"meta":{"lastUpdated":"2024-01-02T00:00:00Z"}'),
	 "request":{"method":"PUT","url":"Patient/a"},
	 "response":{"status":"200"}},
	{"resource":$(pt a '"meta":{"lastUpdated":"2024-01-01T00:00:00Z"},"gender":"male"'),
	 "request":{"method":"POST","url":"Patient"},
	 "response":{"status":"201"}}]}
	END
}

@test "a history Bundle: the deletion counts when it is the newest" {
	history 2024-01-03T00:00:00Z | ehr-import
	run -0 --separate-stderr ehr-export --all
	same "$output" ""
	run -0 --separate-stderr ehr-export --all --history
	same "${#lines[@]}" 2
}

@test "a history Bundle: a deletion before the newest version does not" {
	history 2024-01-01T12:00:00Z | ehr-import
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(pt a '"meta":{"lastUpdated":"2024-01-02T00:00:00Z"}')"
}

states() { # version and state, as ehr-chart tells it
	ehr-chart history Patient/a -o ndjson | jq -r '"\(.version) \(.state)"' |
		uniq | xargs
}

@test "a history Bundle: a deletion between versions is a version too" {
	history 2024-01-01T12:00:00Z > between
	run -0 --separate-stderr ehr-import -v between
	counts "2 inserted, 0 updated, 1 deleted"
	same "$(states)" "1 live 2 deleted 3 live"
	run -0 --separate-stderr ehr-export --all --history -o bundle
	same "$(jq -r '[.entry[].request.method] | join(" ")' <<< "$output")" \
		"PUT DELETE PUT"
	mapfile -t times < <(ehr-chart history Patient/a -o ndjson |
		jq -r .time | uniq)
	run -0 --separate-stderr ehr-export a --as-of "${times[0]}"
	has "$output" male
	run -0 --separate-stderr ehr-export a --as-of "${times[1]}"
	same "$output" ""
	run -0 --separate-stderr ehr-export a --as-of "${times[2]}"
	has "$output" 2024-01-02
	# Again it changes nothing; nor does its older half.
	run -0 --separate-stderr ehr-import -v between
	counts "0 inserted, 0 updated, 0 deleted"
	run -0 --separate-stderr ehr-import -v - <<< \
		"$(pt a '"meta":{"lastUpdated":"2024-01-01T00:00:00Z"},"gender":"male"')"
	counts "1 unchanged"
	same "$(states)" "1 live 2 deleted 3 live"
	ehr-admin check
}

@test "a history Bundle in two commands: each part finds its place" {
	history 2024-01-03T00:00:00Z > whole
	for order in '0 1 2' '2 1 0' '1 2 0' '0 2 1'; do
		rm -f p.ehr*
		ehr-admin init --plain
		for i in $order; do
			jq -c ".entry |= [.[$i]]" whole | ehr-import
		done
		run -0 --separate-stderr ehr-export --all
		# What is not there yet cannot be deleted.
		same "${#lines[@]}" "$((${order%% *} == 0))"
		jq -c . whole | ehr-import
		run -0 --separate-stderr ehr-export --all
		same "$output" ""
	done
}

@test "a history Bundle: the server's time counts where the body has none" {
	{
		echo '{"resourceType":"Bundle","type":"history","entry":['
		for i in 3 1 2; do
			printf '{"resource":%s,"response":{"status":"200","lastModified":"2024-01-0%sT00:00:00Z"}}%s\n' \
				"$(pt a "\"birthDate\":\"200$i\"")" $i "${comma-,}"
			[ $i = 3 ] || comma=
		done
		echo ']}'
	} | ehr-import
	run -0 --separate-stderr ehr-export --all --history
	same "$(jq -r .birthDate <<< "$output" | xargs)" "2001 2002 2003"
}

@test "within a command the latest lastUpdated is current, in any order" {
	pt a '"meta":{"lastUpdated":"2024-01-02T00:00:00Z"},"gender":"male"' > new
	pt a '"meta":{"lastUpdated":"2023-01-02T00:00:00Z"}' > old
	run -0 --separate-stderr ehr-import new old
	run -0 --separate-stderr ehr-export --all
	has "$output" '"gender":"male"'
	run -0 --separate-stderr ehr-export --all --history
	same "${#lines[@]}" 2
}

@test "a later command does not put an older version over a newer one" {
	pt a '"meta":{"lastUpdated":"2024-01-02T00:00:00Z"},"gender":"male"' |
		ehr-import
	pt a '"meta":{"lastUpdated":"2023-01-02T00:00:00Z"}' | ehr-import
	run -0 --separate-stderr ehr-export --all
	has "$output" '"gender":"male"'
}

@test "without an id: the uuid of the fullUrl, else one of the content" {
	u=2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11
	echo '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":
		"urn:uuid:'$u'","resource":{"resourceType":"Patient"}}]}' |
		ehr-import
	run -0 --separate-stderr ehr-export $u
	same "$output" '{"resourceType":"Patient"}'
	echo '{"resourceType":"Patient","gender":"female"}' > x.json
	run -0 --separate-stderr ehr-import -v x.json
	counts "1 inserted"
	run -0 --separate-stderr ehr-import -v x.json
	counts "1 unchanged"
}

@test "two sources keep their ids apart" {
	pt a | ehr-import --source north
	pt a | ehr-import --source south
	run -4 --separate-stderr ehr-export a
	same "${stderr_lines[0]}" north:a
	same "${stderr_lines[1]}" south:a
	run -0 --separate-stderr ehr-export south:a
	same "$output" "$(pt a)"
}

@test "-n: the same exit code, nothing kept" {
	{ pt a; echo '{'; } > a.json
	run -3 --separate-stderr ehr-import -n -v a.json
	has "$stderr" "2 read, 1 inserted"
	run -0 --separate-stderr ehr-export --all
	same "$output" ""
	run -0 --separate-stderr ehr-batch list
	same "$output" ""
}

@test "what is wrong with options and files" {
	pt a > a.json
	run -2 --separate-stderr ehr-import -f hl7v3 a.json
	has "$stderr" "-f hl7v3: no such format"
	run -2 --separate-stderr ehr-import --source 'a b' a.json
	run -2 --separate-stderr ehr-import - -
	run -6 --separate-stderr ehr-import a.json nosuch.json
	has "$stderr" "ehr-import: nosuch.json: No such file"
	run -0 --separate-stderr ehr-export --all
	same "$output" ""
	run -9 --separate-stderr ehr-import -d a.json a.json
	touch r
	run -2 --separate-stderr ehr-import --rejects r a.json
	has "$stderr" "--force"
}

# ---- rejects ----

@test "each kind of fault: exit 3, good ones in, bad ones whole in the file" {
	{
		pt good1
		echo '{"resourceType":"Patient","id":"b1",}'
		echo '{"resourceType":"Patient","id":"b2","name":"text"}'
		echo '{"resourceType":"Patient","id":"b3","id":"b4"}'
		echo '{"id":"b5"}'
		echo '{"resourceType":"Teapot","id":"b6"}'
		printf '{"resourceType":"Patient","id":"b7","x":"\xff"}\n'
		printf '%1000s' '' | tr ' ' '['
		printf '%1000s\n' '' | tr ' ' ']'
		echo '{"resourceType":"Patient","id":"no/id"}'
		pt good2
		echo -n '{"resourceType":"Patient","id":"cut'
	} > in.ndjson
	run -3 --separate-stderr ehr-import --rejects bad in.ndjson
	same "${#stderr_lines[@]}" 10
	has "$stderr" "in.ndjson:2: RFC 8259"
	has "$stderr" "in.ndjson:3:Patient.name"
	same "${stderr_lines[-1]}" "ehr-import: 9 of 11 rejected"
	run -0 --separate-stderr ehr-export --all
	same "$output" "$(pt good1; pt good2)"
	same "$(jq -r .id bad | tr '\n' ' ')" \
		"json-syntax fhir-wrong-type json-duplicate-key fhir-no-type fhir-unknown-type json-utf8 json-depth fhir-bad-id json-truncated "
	same "$(jq -r .line bad | tr '\n' ' ')" "2 3 4 5 6 7 8 9 11 "
	# Each one whole: good lines and rejects are the input again.
	{
		pt good1
		jq -r '.data // (.data64 | "64:" + .)' bad | while read -r line; do
			case $line in
			64:*) base64 -d <<< "${line#64:}"; echo ;;
			*) echo "$line" ;;
			esac
		done
		pt good2
	} | sort > back
	{ cat in.ndjson; echo; } | sort > in
	cmp back in
	# offset says where it stood
	jq -r '[.offset, .data] | @tsv' bad | sed -n 2p | {
		IFS=$'\t' read -r offset data
		same "$(tail -c +$((offset + 1)) in.ndjson | head -n 1)" "$data"
	}
}

@test "no value of the input in messages" {
	echo '{"resourceType":"Patient","id":"b","gender":5,"birthDate":"SECRET",
	"name":[{"family":"SECRET","given":"SECRET"}]}' > in.json
	run -3 --separate-stderr ehr-import in.json
	[[ $stderr != *SECRET* ]]
}

@test "mended rejects are taken, by -f rejects and by jq" {
	cat > in.json <<-END
	{"resourceType":"Bundle","type":"collection","entry":[
	{"resource":$(pt good)},
	{"fullUrl":"urn:uuid:2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11",
	 "resource":{"resourceType":"Patient","name":"text"}},
	{"resource":{"resourceType":"Patient","id":"p","gender":7}}]}
	END
	run -3 --separate-stderr ehr-import --rejects bad in.json
	has "$stderr" "in.json:3:Bundle.entry[1].resource.name: "
	has "$stderr" "in.json:5:Bundle.entry[2].resource.gender: "
	# as it is it is refused again
	run -3 --separate-stderr ehr-import -f rejects --rejects bad2 bad
	same "$(jq -r .data bad2)" "$(jq -r .data bad)"
	sed 's/\\"name\\":\\"text\\"/\\"active\\":true/; s/\\"gender\\":7/\\"gender\\":\\"male\\"/' \
		bad > mended
	cp "$EHR_DB" copy.ehr
	cp "$EHR_DB.keys" copy.ehr.keys
	run -0 --separate-stderr ehr-import -v -f rejects mended
	counts "2 inserted"
	run -0 --separate-stderr ehr-export 2b6a8e4c-9a0d-4c53-8a44-0f5a1b6a2c11
	has "$output" '"active":true'
	jq -r .data mended > mended.ndjson
	run -0 --separate-stderr ehr-import -d copy.ehr -v mended.ndjson
	counts "2 inserted"
	same "$(ehr-export -d copy.ehr --all)" "$(ehr-export --all)"
}

@test "rejects in base64 are taken again as well" {
	printf '{"resourceType":"Patient","id":"b7","x":"\xff"}\n' > in.json
	run -3 --separate-stderr ehr-import --rejects bad in.json
	run -3 --separate-stderr ehr-import -f rejects --rejects bad2 bad
	same "$(jq -r .data64 bad2)" "$(jq -r .data64 bad)"
	jq -c '.data64 = (.data64 | @base64d | "{\"resourceType\":\"Patient\"}" |
		@base64)' bad > mended
	run -0 --separate-stderr ehr-import -f rejects mended
}

@test "a file of rejects without data or with other things is refused" {
	echo '{"no":"data"}' > r
	run -3 --separate-stderr ehr-import -f rejects r
	has "$stderr" "no data of a reject"
	echo 'x' > r
	run -3 --separate-stderr ehr-import -f rejects r
	same "$(jq -r .data < /dev/null)" ""
}

@test "truncated gzip: what came whole is in" {
	for i in $(seq 2000); do pt "p$i" "\"birthDate\":\"19$((i % 90 + 10))\""
	done | gzip > in.gz
	head -c 3000 in.gz > cut.gz
	run -3 --separate-stderr ehr-import cut.gz
	has "$stderr" "RFC 1952"
	n=$(ehr-export --all | wc -l)
	[ "$n" -gt 100 ] && [ "$n" -lt 2000 ]
}

@test "rejects stand in the order of the input, too large ones as well" {
	large() {
		printf '{"resourceType":"Binary","data":"'
		head -c 67200000 /dev/zero | tr '\0' A
		echo '"}'
	}
	{ pt a; echo '{"x'; large; pt b; echo '[1'; large; pt c; } > in
	run -3 --separate-stderr ehr-import --rejects bad in - <<< '{"y'
	same "$(jq -r '[.line, .id, (.data // .data64 | length)] | @tsv' bad)" \
		"$(printf '%s\t%s\t%s\n' 2 json-truncated 3 \
		3 json-size 89600048 5 json-truncated 2 6 json-size 89600048 \
		1 json-truncated 3)"
	same "$(ehr-export --all | wc -l)" 3
}

@test "an input that cannot be read or rejects that cannot be written: exit 6" {
	{ pt a; yes '{' | head -n 20000; } > in
	run -6 --separate-stderr ehr-import in nothing.json
	has "${stderr_lines[-1]}" "nothing.json: No such file"
	run -6 --separate-stderr ehr-import --rejects /dev/full in
	has "${stderr_lines[-1]}" "/dev/full: No space left"
	same "$(ehr-export --all)" ""
	same "$(ehr-batch list)" ""
}

@test "20 rejects are shown, -v shows all" {
	for i in $(seq 30); do echo '{"resourceType":"Nil"}'; done > in
	run -3 --separate-stderr ehr-import in
	same "${#stderr_lines[@]}" 22
	has "${stderr_lines[20]}" "10 more rejected"
	run -3 --separate-stderr ehr-import -v in
	same "${#stderr_lines[@]}" 32
}

@test "a clean import leaves no file of rejects, --force none of before" {
	pt a > a.json
	run -0 --separate-stderr ehr-import --rejects r a.json
	[ ! -e r ]
	echo old > r
	run -2 --separate-stderr ehr-import --rejects r a.json
	same "$(cat r)" old
	run -0 --separate-stderr ehr-import --rejects r --force a.json
	[ ! -e r ]
	run -0 --separate-stderr ehr-import --rejects /dev/null a.json
	[ -c /dev/null ]
	run -0 --separate-stderr ehr-import --rejects - a.json
	same "$output" ""
	run -6 --separate-stderr ehr-import --rejects no/r a.json
}

@test "the import is in the list and in the audit log with the patients" {
	{ pt a; pt b; } | ehr-import --reason "moving in"
	run -0 --separate-stderr ehr-batch list -o json
	same "$(jq -r '.[0] | [.tool, .source, .state, .inserted, .reason] | @tsv' \
		<<< "$output")" $'ehr-import\tlocal\tdone\t2\tmoving in'
	ehr-import -n < <(pt c)
	run -0 --separate-stderr ehr-audit log -o json
	same "$(jq -r '.[] | select(.tool == "ehr-import") |
		[.action, .outcome, .patients, .purpose, .batch] | @csv' \
		<<< "$output")" '"import","ok","(2)","moving in",1'
	run -0 --separate-stderr ehr-audit verify
}
