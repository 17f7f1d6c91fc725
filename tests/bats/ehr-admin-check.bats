load helper

# A plain record, which sqlite3 can damage, with something in every table.
setup_file() {
	export EHR_DB=$BATS_FILE_TMPDIR/p.ehr
	ehr-admin init -q --plain
	big=$(head -c 100000 /dev/zero | base64 -w 0)
	ehr-import -q - <<-END
	{"resourceType":"Patient","id":"p","name":[{"family":"Smith"}],"identifier":[{"system":"urn:s","value":"1"}]}
	{"resourceType":"Patient","id":"q","name":[{"family":"Jones"}]}
	{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-02","valueQuantity":{"value":6.50,"unit":"%"},"encounter":{"reference":"Encounter/none"}}
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"urn:x","code":"y"}]}}
	{"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"Patient/p"},"content":[{"attachment":{"contentType":"text/plain","data":"aGVhZGFjaGUgYW5kIGZldmVy"}}]}
	{"resourceType":"DocumentReference","id":"big","status":"current","subject":{"reference":"Patient/p"},"content":[{"attachment":{"contentType":"image/png","data":"$big"}}]}
	{"resourceType":"Appointment","id":"a","status":"booked","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},{"actor":{"reference":"Patient/q"},"status":"accepted"}]}
	END
	ehr-import -q - <<<'{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"urn:x","code":"z"}]}}'
}

setup() { export EHR_DB=$BATS_FILE_TMPDIR/p.ehr; }

rid() { # ID
	sqlite3 "$EHR_DB" "SELECT rid FROM resource WHERE id = '$1'"
}

# The damage has just these findings.
damaged() { # SQL FINDINGS
	local copy=$BATS_TEST_TMPDIR/x.ehr
	sqlite3 "$EHR_DB" ".backup '$copy'"
	chmod 600 "$copy"
	sqlite3 "$copy" "$1"
	run -7 --separate-stderr ehr-admin check --deep -d "$copy"
	same "$output" "$2"
	has "$stderr" ": $(wc -l <<<"$2") findings"
}

@test "nothing is wrong" {
	run -0 --separate-stderr ehr-admin check --deep
	same "$output$stderr" ""
	for table in token quantity string pending also blob history ident; do
		[ "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM $table")" -gt 0 ]
	done
}

@test "the index: rows missing, too many, other ones" {
	o=$(rid o) p=$(rid p) d=$(rid d)
	damaged "DELETE FROM quantity" "quantity: rid $o: a row is missing"
	damaged "UPDATE quantity SET unit = 'mg'" "quantity: rid $o: another unit"
	damaged "UPDATE quantity SET seg = seg + 1" "quantity: rid $o: another segment"
	damaged "DELETE FROM token WHERE rid = $(rid c) AND pt & 255 = (SELECT min(pt & 255) FROM token WHERE rid = $(rid c))" \
		"token: rid $(rid c): a row is missing"
	damaged "INSERT INTO token SELECT pt + 256, seg, date, rid FROM token WHERE rid = $(rid c) LIMIT 1" \
		"token: rid $(rid c): a row too many"
	damaged "INSERT INTO token VALUES (1, 999, 0, 999 << 24)" \
		"token: rid $((999 << 24)): a row of what is not current"
	damaged "DELETE FROM string WHERE rid = $p AND value LIKE 'smith%'" \
		"string: rid $p: a row is missing"
	damaged "INSERT INTO string SELECT param, 'zz', rid FROM string WHERE rid = $p LIMIT 1" \
		"string: rid $p: a row too many"
	damaged "DELETE FROM sketch WHERE rid = $o" "sketch: rid $o: a row is missing"
	damaged "UPDATE sketch SET start = '2000' WHERE rid = $o" \
		"sketch: rid $o: another date"
	damaged "UPDATE sketch SET same = NULL, start = NULL WHERE rid = $o" \
		"sketch: rid $o: a row too many
sketch: rid $o: a row is missing"
	damaged "INSERT INTO sketch VALUES (77, 1, NULL, NULL)" \
		"sketch: rid 77: a row of what is not current"
	damaged "DELETE FROM term WHERE code = 'z'" \
		"token: rid $(rid c): a row is missing, and its term
token: rid $(rid c): a row too many"
}

@test "the words of notes" {
	d=$(rid d)
	damaged "INSERT INTO note(note, rowid, text) VALUES ('delete', $d, 'headache and fever')" \
		"note: rid $d: its words are missing"
	damaged "INSERT INTO note(note, rowid, text) VALUES ('delete', $d, 'headache and fever');
		INSERT INTO note(rowid, text) VALUES ($d, 'fever and headache')" \
		"note: rid $d: other words than its text has"
	damaged "INSERT INTO note(rowid, text) VALUES (5, 'cough')" \
		"note: rid 5: words of what is not current"
	damaged "INSERT INTO note(rowid, text) VALUES ($(rid o), 'cough')" \
		"note: rid $(rid o): words of what is no note"
}

@test "references, names, charts" {
	o=$(rid o) p=$(rid p) q=$(rid q) a=$(rid a)
	damaged "DELETE FROM pending" "pending: rid $o: a row is missing"
	damaged "INSERT INTO pending VALUES (7, $o, 0)" "pending: rid $o: a row too many"
	# resolved ones have the state 0: the target's number alone
	damaged "UPDATE resource SET refs = (SELECT refs FROM resource WHERE id = 'c') WHERE id = 'o'" \
		"resource: rid $o: not as many references as in its body
pending: rid $o: a row too many"
	other=$(printf '%016x' "$q" | sed 's/../& /g' | awk '{ for (i = 8; i; i--) printf $i }')
	damaged "UPDATE resource SET refs = x'$other' WHERE id = 'c'" \
		"resource: rid $(rid c): reference 0 leads to what does not answer to its name"
	damaged "UPDATE resource SET refs = x'00000000000000ff' WHERE id = 'c'" \
		"resource: rid $(rid c): reference 0 is in no such state"
	damaged "UPDATE resource SET refs = x'0500000000000001' WHERE id = 'c'" \
		"resource: rid $(rid c): reference 0 waits and leads somewhere
pending: rid $(rid c): a row is missing"
	damaged "DELETE FROM ident WHERE rid = $q" \
		"resource: rid $a: reference 1 leads to what does not answer to its name
also: rid $a: a row too many
ident: rid $q: the row of its id is missing
resource: rid $q: cannot be found by its id"
	damaged "DELETE FROM also" "also: rid $a: a row is missing"
	damaged "INSERT INTO also VALUES ($((q >> 24)), $o, 0, NULL)" \
		"also: rid $o: a row too many"
	damaged "INSERT INTO ident(key, rid) VALUES (1, $((999 << 24)))" \
		"ident: rid $((999 << 24)): a name of what is not there"
}

@test "bodies, versions, attachments, batches" {
	c=$(rid c) big=$(rid big)
	damaged "UPDATE resource SET body = replace(body, '\"z\"', '\"w\"') WHERE id = 'c'" \
		"resource: rid $c: Condition/c: version 2: not what its hash says"
	damaged "UPDATE history SET body = replace(body, '\"y\"', '\"w\"')" \
		"history: rid $c: Condition/c: version 1: not what its hash says"
	damaged "UPDATE history SET end_time = time - 1" \
		"history: rid $c: state, version and body do not fit"
	damaged "UPDATE history SET version = 9" \
		"history: rid $c: state, version and body do not fit"
	damaged "UPDATE resource SET last_version = 1 WHERE id = 'c'" \
		"resource: rid $c: state, version and body do not fit"
	damaged "UPDATE resource SET origin = 77 WHERE id = 'c'" \
		"resource: rid $c: of a batch that is not there"
	damaged "UPDATE history SET end_batch = 77" \
		"history: rid $c: of a batch that is not there"
	damaged "DELETE FROM touch WHERE batch = 2" \
		"resource: rid $c: its batch does not say that it wrote it"
	damaged "INSERT INTO touch VALUES (77, $c, $c)" \
		"touch: rid $c: of a batch that is not there, or no range"
	sum=$(sqlite3 "$EHR_DB" "SELECT lower(hex(sha256)) FROM blob")
	damaged "UPDATE blob SET bytes = zeroblob(99999) || x'01'" \
		"resource: rid $big: DocumentReference/big: version 1: not what its hash says
blob: $sum: not the bytes of its digest"
	damaged "DELETE FROM blob" \
		"resource: rid $big: DocumentReference/big: version 1: an attachment is missing"
}

@test "segments" {
	p=$(rid p) q=$(rid q)
	damaged "UPDATE segment SET to_batch = 2, to_time = 1 WHERE seg = $((q >> 24))" \
		"resource: rid $q: in a segment that is nobody's
segment: rid $((q >> 24 << 24)): belongs to nobody or to several now"
	damaged "UPDATE segment SET patient = 555 WHERE seg = $((p >> 24))" \
		"segment: rid $((p >> 24 << 24)): its patient is not there"
	damaged "UPDATE segment SET from_batch = 77 WHERE seg = $((q >> 24))" \
		"segment: rid $((q >> 24 << 24)): of a batch that is not there"
}
