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
