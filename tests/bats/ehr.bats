load helper

@test "help goes to standard output" {
	for args in help -h --help; do
		run -0 --separate-stderr ehr $args
		has "$output" "usage: ehr "
		same "$stderr" ""
	done
}

@test "--version names tool and version" {
	run -0 --separate-stderr ehr --version
	[[ $output =~ ^ehr\ \(ehr\)\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "nothing to do is a usage error with a hint" {
	run -2 --separate-stderr ehr
	same "$output" ""
	same "$stderr" "ehr: no verb given (see ehr -h)"
}

@test "an unknown tool or option is a usage error" {
	run -2 --separate-stderr ehr nosuchtool
	same "$stderr" "ehr: no tool ehr-nosuchtool (see ehr help)"
	run -2 --separate-stderr ehr --nosuch
	same "$stderr" "ehr: unknown option --nosuch (see ehr -h)"
}

@test "a folder of PATH that is none is no failure" {
	echo file >"$T/file"
	PATH=$PATH:$T/file run -2 --separate-stderr ehr nosuchtool
	has "$stderr" "no tool ehr-nosuchtool"
}

@test "a folder of PATH that may not be searched is no failure" {
	[ "$(id -u)" -ne 0 ] || skip "root may search any folder"
	mkdir -m 0 "$T/shut"
	PATH=$PATH:$T/shut run -2 --separate-stderr ehr nosuchtool
	has "$stderr" "no tool ehr-nosuchtool"
}

@test "a name that is no tool's is not looked for" {
	run -2 --separate-stderr ehr ../../bin/sh
	same "$stderr" "ehr: no such tool (see ehr help)"
	run -2 --separate-stderr ehr 'x;id'
	same "$stderr" "ehr: no such tool (see ehr help)"
}

@test "a tool beside ehr comes before PATH, words go on untouched" {
	mkdir "$T/a" "$T/b"
	cp "$(command -v ehr)" "$T/a/ehr"
	printf '#!/bin/sh\necho "a $0"; printf "<%%s>" "$@"; exit 3\n' \
		> "$T/a/ehr-x"
	printf '#!/bin/sh\necho b\n' | tee "$T/b/ehr-x" > "$T/b/ehr-y"
	chmod +x "$T"/[ab]/*
	PATH=$T/b:$PATH
	run -3 --separate-stderr "$T/a/ehr" x 'one two' '' -h
	same "${lines[1]}" '<one two><><-h>'
	run -0 --separate-stderr "$T/a/ehr" y
	same "$output" b
	run -0 --separate-stderr "$T/a/ehr" help
	has "$output" "Tools beside this one: x"
}

@test "a full disk is exit 6" {
	run -6 --separate-stderr sh -c 'ehr help > /dev/full'
	has "$stderr" "ehr: standard output: No space left on device"
}

@test "a closed pipe ends without a message" {
	run -0 --separate-stderr bash -c \
		'(sleep 0.2; ehr help; echo $? >&2) | true'
	same "$stderr" 141
}

@test "every tool: help on stdout, usage errors are exit 2" {
	local tool
	for tool in "${EHR_BIN:-$EHR_TOP/bin}"/ehr*; do
		run -0 --separate-stderr "$tool" -h
		has "$output" "usage: ${tool##*/}"
		same "$stderr" ""
		run -2 --separate-stderr "$tool" --no-such-option
		has "$stderr" "${tool##*/}: unknown option --no-such-option"
		same "$output" ""
	done
}

@test "every tool: completion is made from its tables" {
	local tool
	for tool in "${EHR_BIN:-$EHR_TOP/bin}"/ehr*; do
		run -0 --separate-stderr "$EHR_TOP/scripts/gen-completion" \
			"$tool"
		has "$output" "complete -F"
		printf '%s\n' "$output" > "$T/completion"
		bash -n "$T/completion"
	done
}

@test "completion offers tools, verbs and options" {
	mkdir "$T/bin"
	cat > "$T/bin/ehr-x" <<-'TOOL'
	#!/bin/sh
	printf 'list\t\t\tverb\t\tList\n'
	printf 'list\tc\tcode\ttext\tCODE\tcode\n'
	printf 'list\to\t\tchoice\ttable|tsv\tformat\n'
	printf 'staff add\t\t\tverb\t\tAdd\n'
	TOOL
	chmod +x "$T/bin/ehr-x"
	"$EHR_TOP/scripts/gen-completion" "$T/bin/ehr-x" > "$T/ehr-x.bash"
	run -0 bash -c '. "$1"
		try() { COMP_WORDS=(ehr-x "$@"); COMP_CWORD=$#; COMPREPLY=()
			_ehr_x; echo "${COMPREPLY[*]}"; }
		try l; try staff ""; try list --; try list -o t' - "$T/ehr-x.bash"
	same "${lines[0]}" "list"
	same "${lines[1]}" "add"
	same "${lines[2]}" "--code"
	same "${lines[3]}" "table tsv"
}
