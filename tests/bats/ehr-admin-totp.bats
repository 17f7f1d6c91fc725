load helper

# A record with a key; who runs this is owner, and administrator among others.
setup() {
	export EHR_DB=$T/p.ehr XDG_RUNTIME_DIR=$T/run
	unset EHR_AGENT
	mkdir -m 700 "$T/run"
	me=$(id -un 2>/dev/null || echo "uid $(id -u)")
	ehr-admin init --key-file "$T/key"
	export EHR_KEY_FILE=$T/key
	printf '{"resourceType":"Patient","id":"a"}\n' | ehr-import -q -
	ehr-admin staff add boss --name Boss --role administrator
}

teardown() {
	ehr-agent stop || true
}

# code SECRET STEPS: that of RFC 6238, so many steps from now.
code() {
	python3 - "$1" "$2" <<-'END'
	import base64, hashlib, hmac, struct, sys, time
	key = base64.b32decode(sys.argv[1] + '=' * (-len(sys.argv[1]) % 8))
	step = int(time.time()) // 30 + int(sys.argv[2])
	mac = hmac.new(key, struct.pack('>Q', step), hashlib.sha1).digest()
	at = mac[-1] & 15
	print('%06d' % ((struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 10**6))
	END
}

enroll() {
	uri=$(ehr-admin staff totp enroll "$me")
	secret=${uri#*secret=}
	secret=${secret%%&*}
	# A step that ends while a test runs would make its codes older.
	while [ $(($(date +%s) % 30)) -gt 22 ]; do sleep 1; done
}

tty() {
	"$BATS_TEST_DIRNAME/on-tty" "$T/tty" "$@"
}

@test "enroll, test, remove" {
	run -1 --separate-stderr ehr-admin staff totp remove "$me"
	run -4 --separate-stderr ehr-admin staff totp test "$me" <<<123456
	has "$stderr" "no second factor is enrolled"
	enroll
	[[ $uri == "otpauth://totp/ehr:"*"&issuer=ehr&algorithm=SHA1&digits=6&period=30" ]]
	same ${#secret} 32
	now=$(code "$secret" 0)
	before=$(code "$secret" -1)
	run -1 --separate-stderr ehr-admin staff totp test "$me" <<<"12345"
	run -1 --separate-stderr ehr-admin staff totp test "$me" <<<"$(code "$secret" 9)"
	run -0 --separate-stderr ehr-admin staff totp test "$me" <<<"$now"
	# Used before, and older than the one that was.
	run -1 --separate-stderr ehr-admin staff totp test "$me" <<<"$now"
	has "$stderr" "wrong one-time code, or it was used before"
	run -1 --separate-stderr ehr-admin staff totp test "$me" <<<"$before"
	run -0 --separate-stderr ehr-admin staff totp remove "$me"
	run -4 --separate-stderr ehr-admin staff totp enroll nobody
	run -2 --separate-stderr ehr-admin staff totp wrong "$me"
}

# found FILE...: does one hold the bytes of the secret?
found() {
	python3 - "$secret" "$@" <<-'END'
	import base64, sys
	key = base64.b32decode(sys.argv[1])
	sys.exit(not any(key in open(f, 'rb').read() for f in sys.argv[2:]))
	END
}

@test "the secret is not in a plain record, nor readable in an encrypted one" {
	enroll
	run -1 found "$EHR_DB" "$EHR_DB"-*
	ehr-admin config set a.b c
	run -1 found "$EHR_DB" "$EHR_DB"-*
	python3 -c "import base64, sys
sys.stdout.buffer.write(b'x' + base64.b32decode('$secret'))" >"$T/there"
	run -0 found "$T/there"
	export EHR_DB=$T/plain.ehr
	ehr-admin -q init --plain
	run -2 --separate-stderr ehr-admin staff totp enroll "$me"
	has "$stderr" "not encrypted"
}

@test "a role that takes a code: asked each time, refused without a terminal" {
	run -2 --separate-stderr ehr-admin config set totp.roles wizard
	run -2 --separate-stderr ehr-admin config set totp.roles clinician
	has "$stderr" "$me would be locked out"
	enroll
	ehr-admin config set totp.roles clinician,emergency
	run -5 --separate-stderr setsid -w ehr-find --all </dev/null
	same "$stderr" "ehr-find: a one-time code is due, and there is no terminal to ask at"
	run -0 --separate-stderr tty ehr-find --all <<<"$(code "$secret" 0)"
	same "${output%%$'\t'*}" a
	has "$(cat "$T/tty")" "One-time code: "
	# The same again is refused, and so are three wrong ones.
	now=$(code "$secret" 0)
	run -5 --separate-stderr tty ehr-find --all <<<"$now
$now
$now"
	same "$stderr" "ehr-find: wrong one-time code, or it was used before"
	run -0 --separate-stderr tty ehr-audit log --action login -o tsv \
		<<<"$(code "$secret" 1)"
	same "$(cut -f 4-6 <<<"$output")" "ehr-find	login	refused
ehr-find	login	refused"
}

@test "a dry run takes a code as any other command does" {
	enroll
	ehr-admin config set totp.roles clinician
	now=$(code "$secret" 0)
	run -0 --separate-stderr tty ehr-admin config set -n a.b c <<<"$now"
	run -5 --separate-stderr tty ehr-admin config set -n a.b c <<<"$now
$now
$now"
}

@test "ten wrong codes in a row lock it, until somebody unlocks it" {
	run -1 --separate-stderr ehr-admin staff totp unlock "$me"
	has "$stderr" "no wrong code was tried"
	enroll
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		run -1 --separate-stderr ehr-admin staff totp test "$me" <<<none
	done
	run -5 --separate-stderr ehr-admin staff totp test "$me" \
		<<<"$(code "$secret" 0)"
	has "$stderr" "ehr-admin: 10 wrong one-time codes in a row: locked for "
	run -0 --separate-stderr ehr-admin staff totp unlock -n "$me"
	run -5 --separate-stderr ehr-admin staff totp test "$me" \
		<<<"$(code "$secret" 0)"
	run -0 --separate-stderr ehr-admin staff totp unlock "$me"
	same "$output$stderr" ""
	run -1 --separate-stderr ehr-admin staff totp unlock "$me"
	run -0 --separate-stderr ehr-admin staff totp test "$me" \
		<<<"$(code "$secret" 0)"
	run -0 ehr-audit log --action config -o tsv
	has "$output" totp-unlock
	run -4 --separate-stderr ehr-admin staff totp unlock nobody
	# A tool that is locked out is a refused login.
	ehr-admin config set totp.roles clinician
	run -5 --separate-stderr tty ehr-find --all <<<$'a\nb\nc'
	run -5 --separate-stderr tty ehr-find --all <<<$'a\nb\nc'
	run -5 --separate-stderr tty ehr-find --all <<<$'a\nb\nc'
	run -5 --separate-stderr tty ehr-find --all <<<$'a\nb\nc'
	has "$stderr" "locked for"
}

@test "the agent remembers for its session" {
	enroll
	ehr-admin config set totp.roles clinician

	ehr-agent start
	run -0 --separate-stderr ehr-agent unlock
	run -0 --separate-stderr tty ehr-find --all <<<"$(code "$secret" 0)"
	run -0 --separate-stderr setsid -w ehr-find --all </dev/null
	ehr-agent lock
	run -5 --separate-stderr setsid -w ehr-find --all </dev/null
}

@test "on a terminal there is a QR code" {
	run -0 --separate-stderr "$BATS_TEST_DIRNAME/on-tty" -w 100 "$T/tty" \
		ehr-admin staff totp enroll "$me" </dev/null
	has "$(cat "$T/tty")" "otpauth://totp/ehr:"
	[ "$(grep -c "█" "$T/tty")" -gt 20 ]
}
