# helper.bash - for all bats files: `load helper` on top.
#
# $T is an empty folder of the test's own, taken away afterwards; the tools
# stand first on PATH. Run a command as
#
#	run -0 --separate-stderr ehr-find -d "$T/p.ehr" smith
#
# with the exact exit code, so that a crash cannot pass for a refusal;
# $output, $stderr, ${lines[@]}, ${stderr_lines[@]} hold what it said.
bats_require_minimum_version 1.5.0

EHR_TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
EHR_BUILD=${EHR_BUILD:-$EHR_TOP/build}
PATH=${EHR_BIN:-$EHR_TOP/bin}:$PATH
EHR_DATA=${EHR_DATA:-$EHR_TOP/../shared/data}
FIXTURES=$EHR_TOP/tests/fixtures
T=$BATS_TEST_TMPDIR
export EHR_TOP EHR_BUILD EHR_DATA FIXTURES PATH T TZ=UTC0 LC_ALL=C.UTF-8
unset EHR_DB EHR_KEYS EHR_AGENT XDG_RUNTIME_DIR CREDENTIALS_DIRECTORY COLUMNS
# Opens what new_record makes.
export EHR_KEY_FILE=$T/key

# An encrypted record: ehr-admin init with its options.
new_record() {
	ehr-admin init --key-file "$EHR_KEY_FILE" "$@"
}

# One that is not, for tests that look into the file with sqlite3.
plain_record() {
	ehr-admin init -q --plain "$@"
}

# Skips the test where faults are placed by system calls and memory, of which
# other builds need more: sanitized ones, and those that count what was run.
plain_build() {
	case ${EHR_BUILD##*/} in *-san | *-cov) skip "not a plain build" ;; esac
}

# Skips the test unless the public sample data is there.
need_data() {
	[ -d "$EHR_DATA/$1" ] || skip "no EHR_DATA"
}

# Fails with both texts unless they are the same.
same() {
	if [ "$1" != "$2" ]; then
		printf 'found:  %s\nwanted: %s\n' "$1" "$2"
		return 1
	fi
}

# Fails unless the text holds the part.
has() {
	if [[ $1 != *"$2"* ]]; then
		printf 'found:  %s\nwanted in it: %s\n' "$1" "$2"
		return 1
	fi
}

# x12_broken FILE SED: an X12 file of a line a segment with that done to it, and
# SE01 right again.
x12_broken() {
	sed -E "$2" "$1" | awk -F'*' -v OFS='*' '
		/^ST\*/ { from = NR }
		/^SE\*/ { $2 = NR - from + 1 }
		{ print }'
}
