#!/usr/bin/env bats
# How the tables of X12 guides are written (ehr-x12(5)).
load helper

# tables < GUIDE: the C of a small dictionary and that guide.
tables() {
	mkdir -p "$T/data"
	printf '%s\t%s\t%s\t%s\n' 1 ID 1 2 2 R 1 18 >"$T/data/elements.tsv"
	printf '%s\n' 'AA 1 C1*3 2 2 P0304' 'BB 1' 'C1 1 2' \
		>"$T/data/segments.txt"
	cat >"$T/data/a.guide"
	"$BATS_TEST_DIRNAME/../../scripts/gen-x12" "$T/data"
}

@test "parts, ranges and components come out as if written in full" {
	tables >"$T/short" <<'GUIDE'
part codes
	| 1! =X Y
end
part both
loop L S2
	AA R
		use codes
		| 2, 1 =Z, 2 S | 3..4 S
end
guide S G X
BB R | 1
use both
loop M S
	BB R | 1
	use both
GUIDE
	tables >"$T/long" <<'GUIDE'
guide S G X
BB R | 1
loop L S2
	AA R | 1! =X Y | 2 | 2-1 =Z | 2-2 S | 3 S | 4 S
loop M S
	BB R | 1
	loop L S2
		AA R | 1! =X Y
			| 2 | 2-1 =Z | 2-2 S
			| 3 S | 4 S
GUIDE
	cmp "$T/short" "$T/long"
	grep -qF '"L", "AA", '\''S'\'', 1, 2,' "$T/long"
	grep -qF '{ 2, 1, '\''R'\'', 0, '\''I'\'', 0, 1, 2, 1, " Z " },' "$T/long"
}

@test "what cannot be read ends the build with file and line" {
	local wrong want
	while IFS='|' read -r wrong want; do
		run -1 --separate-stderr tables \
			<<<$'guide S G X\n'"${wrong//;/|}"
		same "$stderr" "$T/data/a.guide:2: $want"
	done <<'ROWS'
use nothing|no part nothing
AA Q|not a usage: Q
ZZ R|no segment ZZ
AA R ; 9|AA has no element 9
AA R ; 2, 5|AA has no element 2-5
AA R ; x|not an element:  x
AA R ; 1!|a key without codes:  1!
ROWS
}

@test "a list of codes and a part in files of their own" {
	mkdir -p "$T/data"
	printf '%s\n' 'list X Y' $'\tZ' >"$T/data/codes.txt"
	printf '%s\n' 'part both' 'BB R | 1 =@list W' end >"$T/data/parts.txt"
	tables <<<$'guide S G X\nuse both' >"$T/short"
	grep -qF '1, " X Y Z W " },' "$T/short"
	run -1 --separate-stderr tables <<<$'guide S G X\nBB R | 1 =@lost'
	same "$stderr" "$T/data/a.guide:2: no list lost"
	run -1 --separate-stderr tables <<<$'part both\nend'
	same "$stderr" "$T/data/a.guide:1: part both stands twice"
	echo 'list V' >>"$T/data/codes.txt"
	run -1 --separate-stderr tables <<<$'guide S G X\nBB R | 1'
	same "$stderr" "$T/data/codes.txt:3: list stands twice"
}
