load helper

setup() {
	export EHR_DB=$T/p.ehr
	unset EHR_KEY_FILE EHR_KEYS
	ehr-admin init --plain 2>/dev/null
}

# KEYED: an encrypted record in a folder of its own.
keyed() {
	export EHR_KEY_FILE=$T/k
	ehr-admin init -d "$T/e.ehr" --key-file "$T/k"
	export EHR_DB=$T/e.ehr
}

state() { # ITEM of the rows in $output
	jq -r --arg i "$1" '.[] | select(.item == $i) | .state' <<<"$output"
}

@test "register: entries are added, listed, closed" {
	ehr-admin register add device 'laptop 7' --who 'front desk' \
		--on 2026-01-05 --note 'serial 12'
	ehr-admin register add training 'privacy basics' --who jdoe --on 2026-02-01
	run -0 --separate-stderr ehr-admin register list
	same "$output" $'1\tdevice\t2026-01-05\tlaptop 7\tfront desk\tserial 12\t'"$(id -un)"$'\t\t\t\n2\ttraining\t2026-02-01\tprivacy basics\tjdoe\t\t'"$(id -un)"$'\t\t\t'
	run -0 --separate-stderr ehr-admin register close 1 -n --note x
	run -0 --separate-stderr ehr-admin register close 1 --note 'sold, wiped'
	run -4 --separate-stderr ehr-admin register close 1 --note again
	run -0 --separate-stderr ehr-admin register list device
	same "$output" ""
	run -0 --separate-stderr ehr-admin register list device --all -o json
	same "$(jq -r '.[0].how' <<<"$output")" 'sold, wiped'
	run -0 --separate-stderr ehr-audit log --action config
	has "$output" register-add:device
	has "$output" register-close:1
	[[ $output != *laptop* ]]
}

@test "register: faulty words are refused" {
	run -2 --separate-stderr ehr-admin register add boat x
	has "$stderr" "KIND is one of training, device, disposal"
	run -2 --separate-stderr ehr-admin register add device $'a\nb'
	run -2 --separate-stderr ehr-admin register add device x --on 2026
	run -2 --separate-stderr ehr-admin register close one --note x
	run -2 --separate-stderr ehr-admin register close 1
}

@test "phi: a plain record fails, an encrypted one with its key apart does not" {
	run -1 --separate-stderr ehr-admin phi -o json
	same "$(state 'record encrypted')" no
	same "$(state 'key elsewhere')" no
	same "$(state 'backups encrypted')" "cannot tell"
	keyed
	run -1 --separate-stderr ehr-admin phi -o json
	same "$(state 'record encrypted')" yes
	same "$(state 'key elsewhere')" no
	same "$(state 'closed to other logins')" yes
	[ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d "$T")" ] ||
		skip "no second file system"
	cp -p "$T/k" "/dev/shm/ehr-test-key.$$"
	EHR_KEY_FILE=/dev/shm/ehr-test-key.$$ \
		run --separate-stderr ehr-admin phi -o json
	rm "/dev/shm/ehr-test-key.$$"
	same "$(state 'key elsewhere')" yes
}

@test "phi: backups and media" {
	ehr-admin backup --plain "$T/b" 2>/dev/null
	run -1 --separate-stderr ehr-admin phi -o json --backups "$T/b"
	same "$(state 'backups encrypted')" no
	same "$(state 'media registered')" no
	same "$(state 'media disposed of')" "cannot tell"
	ehr-admin register add device server
	ehr-admin register add disposal 'disk of server'
	run -1 --separate-stderr ehr-admin phi -o json
	same "$(state 'media registered')" yes
	same "$(state 'media disposed of')" no
	ehr-admin register close 2 --note shredded
	run -1 --separate-stderr ehr-admin phi -o json
	same "$(state 'media disposed of')" yes
}

@test "risk: what the machine tells, what is attested, what is open" {
	keyed
	run -1 --separate-stderr ehr-admin risk -o json
	same "$(state encryption) $(state audit-log) $(state backup)" "yes yes no"
	same "$(state training) $(state sanctions)" "no open"
	ehr-admin backup "$T/b"
	ehr-admin register add training privacy --who all
	ehr-admin register add device server
	ehr-admin staff add "$(id -un)" --name Me --role administrator,auditor
	run -1 --separate-stderr ehr-admin risk -o json
	same "$(state backup) $(state training) $(state devices) $(state staff)" \
		"yes yes yes yes"
	while read -r item; do
		ehr-admin risk attest "$item" --note "looked at $item"
	done < <(jq -r '.[] | select(.state == "open") | .item' <<<"$output")
	run -0 --separate-stderr ehr-admin risk -o json
	same "$(state sanctions)" attested
	has "$output" "$(id -un): looked at sanctions"
	run -2 --separate-stderr ehr-admin risk attest nothing --note x
	run -2 --separate-stderr ehr-admin risk attest sanctions
	run -0 --separate-stderr ehr-audit log --action config
	has "$output" attest:sanctions
}
