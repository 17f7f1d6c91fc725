# shellcheck shell=bash disable=SC2034
# common.sh - what the benches share; sourced. Ours and the other one run in
# turn, in pairs; the figure is the median of the pairs' ratios.
#
# BENCH_SIZE=small|full (small: all of them in about ten minutes); BENCH_ROUNDS
# pairs (3); BENCH_TMP for the files (TMPDIR), which are removed at the end.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${EHR_BIN:-$root/bin}
tools=${EHR_BUILD:-$root/build}/tests/tools
size=${BENCH_SIZE:-small}
rounds=${BENCH_ROUNDS:-3}
missed=0
dir=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/ehr-bench-XXXXXX")
at_end() { rm -rf "$dir"; }
trap at_end EXIT
unset EHR_DB
export EHR_KEY_FILE=$dir/key

full() { [ "$size" = full ]; }

# time_of COMMAND...: sets took (seconds), peak (KiB) and cpu (seconds).
time_of() {
	local line
	line=$("$tools/bench-time" "$@") || {
		echo "${0#"$root"/}: failed: $*" >&2
		exit 1
	}
	read -r took peak cpu <<< "$line"
}

median() { # NUMBER...
	printf '%s\n' "$@" | sort -g |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

short() { # NUMBER
	LC_ALL=C printf %.3g "$1"
}

calc() { # EXPRESSION
	awk "BEGIN { print $1 }"
}

# result NAME OURS OTHER RATIO OP TARGET: the line; OP is >= or <=.
result() {
	local mark=
	awk "BEGIN { exit !($4 $5 $6) }" || {
		mark=" MISSED"
		missed=1
	}
	LC_ALL=C printf '%s: ours %s, %s, ratio %.3g (target %s %s)%s\n' \
		"$1" "$2" "$3" "$4" "$5" "$6" "$mark"
}

# pair NAME OP TARGET WHAT OURS OTHER: functions OURS and OTHER leave their
# time in took. >=: the ratio is other / ours (speed), <=: ours / other. On a
# busy machine the ratio of CPU times, shown too, tells what is ours.
pair() {
	local name=$1 op=$2 target=$3 what=$4 ours=$5 other=$6
	local i a=() b=() r=() c=() x y
	for ((i = 0; i < rounds; i++)); do
		"$ours"
		x=$took y=$cpu
		a+=("$x")
		"$other"
		b+=("$took")
		if [ "$op" = '>=' ]; then
			r+=("$(calc "$took / $x")")
			c+=("$(calc "$cpu / $y")")
		else
			r+=("$(calc "$x / $took")")
			c+=("$(calc "$y / $cpu")")
		fi
	done
	result "$name" "$(short "$(median "${a[@]}")") s" \
		"$what $(short "$(median "${b[@]}")") s, cpu ratio $(short \
		"$(median "${c[@]}")")" "$(median "${r[@]}")" "$op" "$target"
}

# limit NAME VALUE UNIT TARGET: VALUE must not be over TARGET.
limit() {
	local mark=
	awk "BEGIN { exit !($2 <= $4) }" || {
		mark=" MISSED"
		missed=1
	}
	LC_ALL=C printf '%s: ours %.3g %s (target <= %s %s)%s\n' \
		"$1" "$2" "$3" "$4" "$3" "$mark"
}

practice() { # OPTION...: to standard output
	"$tools/gen-practice" "$@"
}

# A new, empty record; plain, for what it is compared with is.
fresh() { # FILE
	rm -f "$1" "$1"-*
	"$bin/ehr-admin" init -q --plain -d "$1"
}

sealed() { # FILE: the same, encrypted
	rm -f "$1" "$1"-* "$1.keys"
	"$bin/ehr-admin" init -q --key-file "$EHR_KEY_FILE" -d "$1"
}

copy() { # FROM TO: the record, without the files beside it
	rm -f "$2" "$2"-*
	cp "$1" "$2"
}

finish() {
	exit "$missed"
}
