#!/usr/bin/env bats
# ehr-claim fees: what is charged and allowed, from CSV and relative values.
load helper

setup() {
	export EHR_DB=$T/p.ehr
	B=$FIXTURES/billing
	plain_record
	ehr-claim setup load "$B/practice.setup" >"$T/out"
	ehr-claim setup load - >"$T/out" <<-'END'
		schedule own
		 name What is charged
		 charges yes
		schedule mcr
		 name Medicare
		 payer medicare
		schedule plus
		 name A contract
		 base mcr
		 percent 112.5
	END
}

rvu() {
	ehr-claim fees rvu --schedule mcr --gpci "$B/gpci.csv" --locality "$1" \
		--from "$2" "${@:3}" "$B/rvu.csv"
}

# 1.30 * 1 + 1.35 * 0.875 + 0.10 * 0.5 = 2.53125 times 30; in a facility 0.57
@test "fees are reckoned from values, indices and factor, rounded once" {
	rvu 00001-00 2031-01-01
	run -0 --separate-stderr ehr-claim fees list mcr --code G0001
	same "${lines[0]}" "mcr	G0001		F	2031-01-01		55.46"
	same "${lines[1]}" "mcr	G0001		N	2031-01-01		75.94"
	run -0 --separate-stderr ehr-claim fees list
	same "${#lines[@]}" 6
	rvu 00001-10 2032-01-01 --factor 31.5
	run -0 --separate-stderr ehr-claim fees find --payer medicare --place 11 --date 2032-05-01 G0001
	same "$output" "G0001	102.38	mcr"
	run -0 --separate-stderr ehr-claim fees find --payer medicare --place 11 --date 2031-12-31 G0001
	same "$output" "G0001	75.94	mcr"
	run -1 --separate-stderr ehr-claim fees find --payer medicare --place 11 --date 2030-12-31 G0001
	run -0 --separate-stderr rvu 00001-10 2032-01-01 --factor 31.5 -v
	has "$stderr" "inserted 0, updated 0, unchanged 6"
	run -3 --separate-stderr rvu 00009-00 2031-01-01
	has "$stderr" "gpci.csv: no such locality"
	run -4 --separate-stderr ehr-claim fees rvu --schedule x --gpci "$B/gpci.csv" \
		--locality 00001-00 --from 2031-01-01 "$B/rvu.csv"
	run -2 --separate-stderr rvu 00001-00 2031
	run -2 --separate-stderr rvu 00001-00 2031-01-01 --factor 1.23456
}

@test "the fee that fits best counts: modifier, place, setting, day" {
	rvu 00001-00 2031-01-01
	find() { ehr-claim fees find --date 2031-06-01 "$@" | cut -f 2; }
	same "$(find --payer medicare --place 22 G0001)" 55.46
	same "$(find --payer medicare --place 11 --mods 26 G0002)" "$(find --payer medicare --place 22 --mods 25,26 G0002)"
	[ "$(find --payer medicare --place 11 G0002)" != "$(find --payer medicare --place 11 --mods 26 G0002)" ]
	same "$(find --schedule plus --place 11 G0001)" 85.43
	printf '%s\n' schedule,code,amount,modifier,place,from,to \
		'own,G0001,100,,,,' 'own,G0001,90.5,52,,,' 'own,G0001,80,,22,,' \
		'own,G0001,70,,F,,' 'own,G0001,110,,,2031-03-01,2031-06-30' |
		ehr-claim fees load
	same "$(find G0001)" 110.00
	same "$(ehr-claim fees find --date 2031-07-01 G0001 | cut -f 2)" 100.00
	same "$(find --mods 52 G0001)" 90.50
	same "$(find --place 22 G0001)" 80.00
	same "$(find --place 21 G0001)" 70.00
	same "$(printf 'G0001\nG0001\n' | ehr-claim fees find --date 2031-06-01 - | wc -l)" 2
}

@test "a file with a fault is refused whole, with file and line" {
	for row in 'nope,G1,1,,,,' 'own,G 1,1,,,,' 'own,,1,,,,' 'own,G1,-1,,,,' \
		'own,G1,1.234,,,,' 'own,G1,1,2,,,' 'own,G1,1,,X,,' \
		'own,G1,1,,,2031-02-30,' 'own,G1,1,,,2031-02-01,2031-01-01'; do
		printf 'schedule,code,amount,modifier,place,from,to\nown,G0001,1,,,,\n%s\n' \
			"$row" >"$T/f.csv"
		run -3 --separate-stderr ehr-claim fees load "$T/f.csv"
		has "$stderr" "$T/f.csv:3: "
	done
	printf 'schedule,code\nown,G1\n' >"$T/f.csv"
	run -3 --separate-stderr ehr-claim fees load "$T/f.csv"
	has "$stderr" "$T/f.csv:1: no column amount"
	run -3 --separate-stderr ehr-claim fees load /dev/null
	run -0 --separate-stderr ehr-claim fees list
	same "$output" ""
}

@test "undo takes fees back, not those that others built on; -n keeps none" {
	rvu 00001-00 2031-01-01 -n
	same "$(ehr-claim fees list)" ""
	rvu 00001-00 2031-01-01
	ehr-claim fees list >"$T/first"
	rvu 00001-10 2031-01-01
	run -1 --separate-stderr ehr-claim undo 3
	has "$stderr" "mcr G0001: batch 4"
	run -0 --separate-stderr ehr-claim undo 4
	same "$(ehr-claim fees list)" "$(cat "$T/first")"
	run -0 --separate-stderr ehr-claim undo 5
	[ "$(ehr-claim fees list)" != "$(cat "$T/first")" ]
}

@test "the official files of a year are read" {
	need_data x12/codes
	codes=$EHR_DATA/x12/codes
	ehr-claim fees rvu --schedule mcr --gpci "$codes/cms_gpci_2025.csv" \
		--locality 06102-16 --from 2025-01-01 "$codes/cms_pfs_rvu_2025oct_nodesc.tsv"
	run -0 --separate-stderr ehr-claim fees find --payer medicare --place 11 --date 2025-11-01 99213
	same "$output" "99213	93.54	mcr"
}
