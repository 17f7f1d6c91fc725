load helper

setup() {
	export XDG_RUNTIME_DIR=$T/run
	unset EHR_AGENT
	mkdir -m 700 "$T/run"
}

# Waits until a file is there, or (! FILE) is not.
wait_for() {
	for _ in {1..50}; do
		[ "$@" ] && return 0
		sleep 0.1
	done
	return 1
}

teardown() {
	ehr-agent stop || true
}

@test "start, once; stop" {
	run -1 --separate-stderr ehr-agent status
	has "$stderr" "no agent is running"
	run -1 --separate-stderr ehr-agent lock
	run -1 --separate-stderr ehr-agent stop
	run -0 --separate-stderr ehr-agent start
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-agent start
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-agent start -v
	has "$stderr" "an agent is running"
	run -1 --separate-stderr ehr-agent run
	run -1 --separate-stderr ehr-agent status
	same "$output$stderr" ""
	run -0 --separate-stderr ehr-agent lock
	run -0 --separate-stderr ehr-agent stop
	wait_for ! -e "$T/run/ehr-agent"
}

@test "the socket is for nobody else" {
	ehr-agent start
	same "$(stat -c %a "$T/run/ehr-agent")" 600
	export XDG_RUNTIME_DIR=$T/none
	run -6 --separate-stderr ehr-agent start
	mkdir -m 770 "$T/shared"
	XDG_RUNTIME_DIR=$T/shared run -2 --separate-stderr ehr-agent start
	has "$stderr" "only you can write to"
	unset XDG_RUNTIME_DIR
	run -2 --separate-stderr ehr-agent start
	export XDG_RUNTIME_DIR=$T/run
}

@test "a socket of an agent that died is taken over" {
	ehr-agent run 3>&- &
	pid=$!
	wait_for -S "$T/run/ehr-agent"
	kill -9 "$pid"
	wait "$pid" || true
	[ -S "$T/run/ehr-agent" ]
	run -1 --separate-stderr ehr-agent status
	has "$stderr" "no agent is running"
	run -0 --separate-stderr ehr-agent start
	run -0 --separate-stderr ehr-agent lock
}

@test "a signal ends it and takes the socket away" {
	ehr-agent run 3>&- &
	pid=$!
	wait_for -S "$T/run/ehr-agent"
	kill "$pid"
	wait "$pid"
	[ ! -e "$T/run/ehr-agent" ]
}

@test "an agent in the background has no terminal, folder or file of ours" {
	cd "$T"
	ehr-agent start 3>&-
	pid=$(grep -lzxsF "XDG_RUNTIME_DIR=$T/run" /proc/[0-9]*/environ |
		while IFS=/ read -r _ _ p _; do
			[ "$(tr '\0' ' ' <"/proc/$p/cmdline")" != \
				"ehr-agent start " ] || echo "$p"
		done)
	same "$(readlink "/proc/$pid/cwd")" /
	same "$(readlink "/proc/$pid/fd/0")" /dev/null
	same "$(readlink "/proc/$pid/fd/2")" /dev/null
	grep -q '^Max core file size *0 *0' "/proc/$pid/limits"
}

# Processes of agents of this test.
agents() {
	grep -lzxsF "XDG_RUNTIME_DIR=$T/run" /proc/[0-9]*/environ |
		while IFS=/ read -r _ _ p _; do
			[ "$(tr '\0' ' ' <"/proc/$p/cmdline")" != \
				"ehr-agent start " ] || echo "$p"
		done
}

@test "files that were open before are not kept open" {
	exec 7>"$T/lock" 8>"$T/log"
	flock 7
	ehr-agent start 3>&-
	exec 7>&- 8>&-
	run -0 flock -n "$T/lock" true
	pid=$(agents)
	for fd in /proc/"$pid"/fd/*; do
		[[ $(readlink "$fd") == @(/dev/null|socket:*) ]]
	done
}

@test "two that start at once are one agent" {
	strace -qq -o /dev/null true || skip "strace cannot trace here"
	strace -qq -o "$T/calls" -e trace=connect,unlink \
		-e inject=unlink:delay_enter=700000 ehr-agent start 3>&- &
	first=$!
	for _ in {1..50}; do # until it has found that there is none
		grep -q connect "$T/calls" && break
		sleep 0.02
	done
	run -0 --separate-stderr ehr-agent start -v 3>&-
	has "$stderr" "an agent is running"
	wait "$first"
	same "$(agents | wc -l)" 1
	run -1 --separate-stderr ehr-agent status
	same "$stderr" ""
}

@test "an agent that cannot begin is told" {
	[[ $EHR_BUILD != *san* ]] || skip "sanitized build"
	strace -f -qq -o /dev/null true || skip "strace cannot trace here"
	run -6 --separate-stderr strace -f -qq -o /dev/null -e trace=mlock \
		-e inject=mlock:error=ENOMEM ehr-agent start
	has "$stderr" "ehr-agent: memory for keys cannot be locked"
	[ ! -e "$T/run/ehr-agent" ]
}

@test "one that does not answer is not taken for none" {
	ehr-agent start 3>&-
	pid=$(agents)
	kill -STOP "$pid"
	run -6 --separate-stderr ehr-agent lock
	same "$stderr" "ehr-agent: the agent does not answer"
	run -6 --separate-stderr ehr-agent status
	kill -CONT "$pid"
	run -0 --separate-stderr ehr-agent lock
}

@test "usage" {
	run -2 --separate-stderr ehr-agent
	run -2 --separate-stderr ehr-agent start --idle 0
	run -2 --separate-stderr ehr-agent start --idle 61
	run -2 --separate-stderr ehr-agent lock now
	run -1 --separate-stderr ehr-agent unlock -d "$T/none.ehr"
	ehr-agent start
	run -4 --separate-stderr ehr-agent unlock -d "$T/none.ehr"
	has "$stderr" "none.ehr.keys: no such file"
}

# A record that a passphrase would open; its agent has the key.
unlocked() {
	export EHR_DB=$T/p.ehr
	new_record
	run -0 --separate-stderr ehr-agent unlock
	run -0 --separate-stderr ehr-agent status
	[ "${#lines[@]}" -eq 1 ]
}

# No key at hand but the agent's.
opens() { EHR_KEY_FILE='' setsid -w ehr-admin config list; }

@test "after the machine slept it has no keys" {
	[[ $EHR_BUILD != *san* ]] || skip "sanitized build"
	"${CC:-cc}" -D_GNU_SOURCE -O1 -shared -fPIC -o "$T/slept.so" \
		"$EHR_TOP/tests/torture/slept.c"
	EHR_TEST_SLEPT=$T/asleep LD_PRELOAD=$T/slept.so ehr-agent start
	unlocked
	run -0 --separate-stderr opens
	touch "$T/asleep"
	run -9 --separate-stderr opens
	run -1 --separate-stderr ehr-agent status
	# it goes on, awake
	run -0 --separate-stderr ehr-agent unlock
	run -0 --separate-stderr opens
}

@test "agent-sleep: each agent forgets before the machine sleeps" {
	mkdir -p -m 700 "$T/users/1000" "$T/users/1001" "$T/users/1002"
	PATH=$EHR_TOP/scripts/examples:$PATH
	export EHR_AGENT=$T/users/1000/ehr-agent EHR_RUN=$T/users
	ehr-agent start
	unlocked
	run -0 --separate-stderr agent-sleep post suspend
	run -0 --separate-stderr opens
	python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/users/1001/ehr-agent" # died
	run -0 --separate-stderr agent-sleep pre suspend
	same "$output$stderr" ""
	run -9 --separate-stderr opens
	run -1 --separate-stderr ehr-agent status
	run -2 --separate-stderr agent-sleep
}

@test "agent-sleep, as root: the agents of others" {
	[ "$(id -u)" = 0 ] || skip "not root"
	PATH=$EHR_TOP/scripts/examples:$PATH
	mkdir -p "$T/users/1"
	chmod 711 "$T/../.." "$T/.." "$T" "$T/users"
	chown nobody: "$T/users/1" && chmod 700 "$T/users/1"
	cp "$(command -v ehr-agent)" "$T/ehr-agent"
	as() { runuser -u nobody -- env EHR_AGENT="$T/users/1/ehr-agent" "$@"; }
	as true || skip "no runuser here"
	as "$T/ehr-agent" --version >"$T/can" ||
		skip "nobody cannot run programs of this folder"
	as "$T/ehr-agent" start
	python3 - "$T/users/1/ehr-agent" >"$T/put" <<-'END'
	import os, pwd, socket, sys
	nobody = pwd.getpwnam("nobody")
	os.setgroups([]), os.setgid(nobody.pw_gid), os.setuid(nobody.pw_uid)
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.sendall(b"ehr1" + bytes([3, 0]) + bytes(4) + b"R" * 16 + bytes(76))
	print(s.recv(200)[4])
	END
	same "$(cat "$T/put")" 1
	run -0 as "$T/ehr-agent" status
	EHR_RUN=$T/users PATH=$T:$PATH run -0 --separate-stderr agent-sleep pre suspend
	run -1 as "$T/ehr-agent" status
	as "$T/ehr-agent" stop
}
