#!/usr/bin/env bats
# ehr-claim scrub: each rule on its broken charge, none on the clean one.
load helper

# hcpcs KIND CODE: a record of the contractor file (3 a code, 7 a modifier).
hcpcs() {
	local code=$2
	[ "$1" != 7 ] || code="   $2"
	printf '%-5s00100%s%-80s%-28s%165s\n' "$code" "$1" text text ""
}

setup() {
	export EHR_DB=$T/p.ehr
	plain_record
	local who='"address":[{"line":["1 Elm St"],"city":"Springfield","state":"IL","postalCode":"62704"}]'
	printf '%s\n' \
		'{"resourceType":"Patient","id":"f","gender":"female","birthDate":"1980-01-01",'"$who}" \
		'{"resourceType":"Patient","id":"m","gender":"male","birthDate":"1980-01-01",'"$who}" \
		'{"resourceType":"Patient","id":"bare"}' \
		'{"resourceType":"Patient","id":"dead","gender":"male","birthDate":"1930-01-01","deceasedDateTime":"2026-01-01",'"$who}" \
		>"$T/in"
	ehr-import -q "$T/in"
	{
		cat "$FIXTURES/billing/practice.setup"
		printf '%s\n' '' 'provider late' '	org Late' '	npi 1972000016' '	bills yes' \
			'	taxonomy 207Q00000X' '	ein 37-1234568' '	street 2 Main St' '	city Springfield' \
			'	state IL' '	zip 62704-1234' '	phone 2175550101' '' 'provider plain' '	org Plain' '	npi 1043200017' \
			'	billing grp' '' 'payer other' '	name Other' '	id 1' '	filing CI' '	submitter ch' '' \
			'edit no-99215' '	payer other' '	when code is 99214 99215' '	when age over 17' \
			'	when authorization absent' '	error needs a number' '	remedy ask them' '' \
			'edit look' '	payer other' '	when dx begins Z' '	warning look at it' '' \
			'edit broken' '	payer other' '	from 2026-02-01' '	when code is 1' '	error x'
	} >"$T/s"
	ehr-claim setup load -q "$T/s"
	n=0
	for code in E119:1 I10:1 V0001XA:1 O80:1 N400:1 Z000:0 Z0000:1 S82001A:1 Z380:1; do
		printf '%05d %-7s %s %-60s %s\n' $((n += 1)) "${code%:*}" "${code#*:}" text text
	done >"$T/icd10cm_order_2026.txt"
	{ hcpcs 3 J1885; hcpcs 3 A0425; hcpcs 3 G0439; hcpcs 7 GA; hcpcs 7 GX; hcpcs 7 GZ; hcpcs 7 QW
	  hcpcs 7 LT; hcpcs 7 RT; hcpcs 7 TC; } >"$T/hcpcs"
	printf '99213,1,2 Date\nJ1885,8,3 Date\n83036,1,1 Line\n' >"$T/mue"
	printf '99213\t36415\t\t20200101\t*\t0\n99213\tG0439\t\t20200101\t*\t1\n99213\t83036\t\t20200101\t20211231\t0\n' >"$T/ptp"
	printf '11,Office\n02,Telehealth\n21,Inpatient\n81,Laboratory\n' >"$T/pos"
	ehr-claim codes load icd10cm "$T/icd10cm_order_2026.txt"
	ehr-claim codes load --from 2020-01-01 hcpcs "$T/hcpcs"
	ehr-claim codes load --from 2020-01-01 mue "$T/mue"
	ehr-claim codes load ptp "$T/ptp"
	ehr-claim codes load pos "$T/pos"
	made=0
}

# scrub_of WORD...: what scrub says of a charge of these words alone.
scrub_of() {
	made=$((made + 1))
	id=$(ehr-claim charge add "$1" "key=$made" "${@:2}")
	run ehr-claim scrub --today 2026-01-20 "$id"
	ehr-claim charge void -q --reason test "$id"
}

# fires RULE WORD...: that rule is told, by an error exit 1.
fires() {
	local rule=$1
	shift
	scrub_of "$@"
	if ! cut -f 4 <<<"$output" | grep -qx "$rule"; then
		printf 'no %s in:\n%s\n' "$rule" "$output"
		return 1
	fi
	if grep -q "	error	" <<<"$output"; then
		[ "$status" -eq 1 ]
	else
		[ "$status" -eq 0 ]
	fi
	echo "$rule" >>"$T/fired"
}

# quiet WORD...: nothing is told.
quiet() {
	scrub_of "$@"
	same "$output" ""
	[ "$status" -eq 0 ]
}

base="date=2026-01-05 place=11 rendering=grp payer=medicare facility=office"

@test "each rule fires on its broken charge, and on no clean one" {
	local ok="f $base dx=E119,I10" visit="line:99213 amount=100"
	quiet $ok $visit pointers=1,2
	quiet $ok $visit line:36416 amount=5
	quiet m $base dx=N40.0 $visit
	quiet f $base dx=O80 $visit

	fires patient bare $base dx=I10 $visit
	fires address bare $base dx=I10 $visit
	fires unknown-key $ok referring=nobody $visit
	fires billing f date=2026-01-05 place=11 payer=medicare dx=I10 $visit
	fires taxonomy f date=2026-01-05 place=11 rendering=plain payer=other dx=I10 $visit
	fires enrolment f date=2026-01-05 place=11 rendering=late payer=medicare dx=I10 $visit
	fires timely f ${base/2026-01-05/2024-12-01} dx=I10 $visit
	fires timely-soon f ${base/2026-01-05/2025-01-25} dx=I10 $visit
	fires dx-unjudged f ${base/2026-01-05/2025-06-01} dx=I10 $visit
	fires dx-absent f $base dx=I11 $visit
	fires dx-header f $base dx=Z00.0 $visit
	fires dx-twice f $base dx=I10,I10 $visit
	fires dx-external f $base dx=V00.01XA,I10 $visit
	fires dx-age f $base dx=Z38.0 $visit
	fires dx-sex f $base dx=N40.0 $visit
	fires dx-sex m $base dx=O80 $visit
	fires pointer $ok $visit pointers=1,3
	fires pointer $ok $visit pointers=1,1
	fires code $ok line:J9999 amount=1
	fires ambulance $ok line:A0425 amount=1
	fires modifier $ok line:99213-ZY amount=1
	fires modifier $ok line:99213-98 amount=1
	fires modifier-twice $ok line:99213-25-25 amount=1
	fires modifier-clash $ok line:73560-26-TC amount=1
	fires modifier-clash $ok line:73560-50-LT amount=1
	fires abn $ok line:73560-GA-GZ amount=1
	fires abn $ok line:73560-GX-GA amount=1
	quiet $ok line:73560-GA amount=1
	fires abn-payer f ${base/medicare/other} dx=I10 line:73560-GA amount=1
	fires place f ${base/place=11/place=97} dx=I10 $visit
	fires telehealth f ${base/place=11/place=02} dx=I10 $visit
	quiet f ${base/place=11/place=02} dx=I10 line:99213-95 amount=1
	fires units $ok line:99213 amount=1 units=0
	fires minutes $ok line:99213 amount=1 minutes=30
	fires minutes $ok line:00810 amount=1
	quiet $ok line:00810 amount=1 minutes=45
	fires amount $ok line:99213 amount=0
	fires dates f ${base/2026-01-05/2026-01-21} dx=I10 $visit
	fires dates f ${base/2026-01-05/1979-12-31} dx=I10 $visit
	fires dates dead $base dx=I10 $visit
	fires inpatient f ${base/place=11/place=21} dx=I10 $visit
	quiet f ${base/place=11/place=21} admission=2026-01-04 dx=I10 $visit
	fires accident $ok accident1=EM $visit
	fires accident $ok accident1=AA accident_date=2026-01-04 $visit
	quiet $ok accident1=AA accident_date=2026-01-04 accident_state=IL $visit
	fires clia $ok line:83036-QW amount=1
	quiet $ok line:83036-QW amount=1 clia=11D1234567
	fires clia-lab $ok line:83036 amount=1
	quiet $ok line:83036-90 amount=1
	fires ndc $ok line:J1885 amount=1 ndc=00409379501
	fires ndc $ok line:J1885 amount=1 ndc=409379501 ndc_quantity=1 ndc_unit=ML
	quiet $ok line:J1885 amount=1 ndc=00409379501 ndc_quantity=1 ndc_unit=ML
	fires note $ok note=x $visit
	fires twice $ok line:73560 amount=1 line:73560 amount=1
	quiet $ok line:73560 amount=1 line:73560-76 amount=1
	fires mue $ok line:99213 amount=1 units=2
	fires mue $ok line:J1885 amount=1 units=5 line:J1885-76 amount=1 units=4
	quiet $ok line:J1885 amount=1 units=8
	fires mue $ok line:83036-90 amount=1 units=2
	quiet $ok line:83036-90 amount=1 line:83036-90-91 amount=1
	fires ptp $ok $visit line:36415 amount=1
	fires ptp $ok line:36415-59 amount=1 $visit
	fires ptp-modifier $ok $visit line:G0439 amount=1
	quiet $ok line:99213-25 amount=1 line:G0439 amount=1
	quiet $ok $visit line:36415 amount=1 date=2026-01-06
	quiet $ok $visit line:83036-90 amount=1
	fires edit f ${base/medicare/other} dx=I10 line:99215 amount=1
	quiet f ${base/medicare/other} authorization=A1 dx=I10 line:99215 amount=1
	fires edit-warning f ${base/medicare/other} dx=Z00.00 $visit
	ehr-claim charge add f $base dx=I10 line:73560 amount=1
	fires duplicate $ok line:73560 amount=1
	quiet $ok line:73560-76 amount=1
	quiet m $base dx=I10 line:73560 amount=1
	# edit-rule, npi: in the next tests
	same "$(sort -u "$T/fired" | wc -l)" "$(($(grep -c "^X(" "$EHR_TOP/include/ehr/billing-scrub.def") - 2))"
}

@test "a payer's rule that cannot be read blocks what it concerns" {
	id=$(ehr-claim charge add f ${base/2026-01-05/2026-02-02} dx=I10 line:99213 amount=1)
	run -0 --separate-stderr ehr-claim scrub --today 2026-02-03 "$id"
	# as a release with another field could have left it: load refuses it
	sqlite3 "$EHR_DB" "UPDATE setup SET body = replace(body, 'code is 1', 'colour is red')"
	id=$(ehr-claim charge add m date=2026-02-02 place=11 rendering=grp payer=other dx=I10 line:99213 amount=1)
	run -1 --separate-stderr ehr-claim scrub --today 2026-02-03 "$id"
	same "$(cut -f 4,5 <<<"$output")" "edit-rule	broken"
}

@test "a wrong NPI of whoever the charge names is an error" {
	mine=$(ehr-claim charge add f $base referring=late dx=I10 line:99213 amount=1)
	line=$(ehr-claim charge add f $base dx=I10 line:73560 amount=1 ordering=late)
	other=$(ehr-claim charge add m $base dx=I10 line:99213 amount=1)
	run -0 --separate-stderr ehr-claim scrub --today 2026-01-20 "$mine"
	# as a text of before could have it: load refuses it
	sqlite3 "$EHR_DB" "UPDATE setup SET body = replace(body, '1972000016', '1972000017')"
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20 "$mine"
	same "$(cut -f 1,3,4,5 <<<"$output" | grep npi)" "$mine	error	npi	referring"
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20 "$line"
	same "$(cut -f 1,2,4,5 <<<"$output" | grep npi)" "$line	1	npi	ordering"
	run -0 --separate-stderr ehr-claim scrub --today 2026-01-20 "$other"
	same "$output" ""
}

@test "without operands all charges that wait; --payer, --since; voided ones are refused" {
	ehr-claim charge add f $base dx=I10 line:99213 amount=1 units=0
	ehr-claim charge add m $base dx=I10 line:99213 amount=1
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20
	same "$(cut -f 1,4 <<<"$output")" "1	units"
	run -0 --separate-stderr ehr-claim scrub --today 2026-01-20 --payer other
	same "$output" ""
	run -0 --separate-stderr ehr-claim scrub --today 2026-01-20 --since 2026-01-06
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20 - < <(ehr-claim charge list)
	ehr-claim charge void --reason x 1
	run -4 --separate-stderr ehr-claim scrub 1
	run -4 --separate-stderr ehr-claim scrub 99
}

@test "--explain tells remedy and source; --override wants a reason, is undone by undo" {
	run -0 --separate-stderr ehr-claim scrub --explain mue
	has "$output" "mue (error): more units"
	has "$output" "source: CMS NCCI, MUE"
	run -4 --separate-stderr ehr-claim scrub --explain nothing
	ehr-claim charge add f $base dx=I10 line:99213 amount=1 units=2
	run -2 --separate-stderr ehr-claim scrub --override mue 1
	run -4 --separate-stderr ehr-claim scrub --override nothing --reason x 1
	run -0 --separate-stderr ehr-claim scrub --override mue --reason "two visits" -n 1
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20 1
	run -0 --separate-stderr ehr-claim scrub --override mue --reason "two visits" -v 1
	has "$stderr" "overridden 1"
	run -0 --separate-stderr ehr-claim scrub --override mue --reason "two visits" -v 1
	has "$stderr" "unchanged 1"
	run -0 --separate-stderr ehr-claim scrub --today 2026-01-20 1
	has "$output" "1	1	overridden	mue"
	batch=$(ehr-batch list | grep '	scrub$' | cut -f 1)
	run -0 --separate-stderr ehr-claim undo "$batch"
	run -1 --separate-stderr ehr-claim scrub --today 2026-01-20 1
	has "$output" "1	1	error	mue"
}
