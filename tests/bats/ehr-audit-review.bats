load helper

# A generated practice with a year of ordinary accesses, and among them those
# that should be found, seeded by kind.

setup() {
	export EHR_DB=$T/p.ehr
	ehr-admin init --plain --facility Main --tz America/New_York
}

@test "every seeded access is found; false alarms are counted" {
	"$EHR_TOP/scripts/gen-practice" -n 250 | ehr-import -q
	ehr-export --all --type Encounter >"$T/encounters"
	# staff and snooped charts, made to fit the rules
	cat >"$T/people.ndjson" <<-'END'
	{"resourceType":"Patient","id":"own","name":[{"family":"Quill","given":["Nora"]}],"address":[{"line":["7 Rare Way"],"postalCode":"12345"}]}
	{"resourceType":"Patient","id":"spouse","name":[{"family":"Different","given":["Sam"]}],"address":[{"line":["7 Rare Way"],"postalCode":"12345"}]}
	{"resourceType":"Patient","id":"cousin","name":[{"family":"Quill","given":["Zed"]}]}
	{"resourceType":"Patient","id":"famous","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"CEL"}]},"name":[{"family":"Star","given":["Bo"]}]}
	{"resourceType":"Patient","id":"exwife","name":[{"family":"Elder","given":["Kim"]}]}
	{"resourceType":"Patient","id":"stranger","name":[{"family":"Nobody","given":["Al"]}]}
	{"resourceType":"Patient","id":"visitor","name":[{"family":"Guest","given":["Jo"]}]}
	END
	for id in own spouse cousin famous exwife visitor; do
		printf '{"resourceType":"Encounter","id":"e-%s","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/%s"},"period":{"start":"2026-03-02T10:00:00Z"}}\n' $id $id
	done >>"$T/people.ndjson"
	ehr-import -q "$T/people.ndjson"
	ehr-admin staff add nora --name 'Dr. Nora Quill, MD' --role clinician
	ehr-admin staff add omar --name 'Omar Finch' --role nurse
	ehr-admin staff add pia --name 'Pia Lund' --role front-desk
	ehr-admin sensitive add exwife --user omar --kind family
	python3 - "$T" <<-'END'
	import datetime, json, random, sys
	rnd, at, recent = random.Random(7), [], set()
	zone = datetime.timezone(datetime.timedelta(hours=-5))
	day = lambda text: datetime.datetime.fromisoformat(text[:10]).replace(
	    tzinfo=zone)
	def access(who, when, action, patient, kind=''):
	    at.append((int(when.timestamp() * 1000), who, action, patient, kind))
	hours = lambda d, h, m=0: d + datetime.timedelta(hours=h, minutes=m)
	# ordinary work: charts are read on the day of a visit, and a week later
	for line in open(sys.argv[1] + '/encounters'):
	    e = json.loads(line)
	    start = e.get('period', {}).get('start', '')
	    if start < '2025-11-01' or start > '2026-03-01':
	        continue
	    patient = e['subject']['reference'].split('/')[-1]
	    if start > '2025-12-10':
	        recent.add(patient)
	    for later, who in ((0, 'nora'), (0, 'pia'), (7, 'omar')):
	        d = day(start) + datetime.timedelta(days=later)
	        d += datetime.timedelta(days={5: 2, 6: 1}.get(d.weekday(), 0))
	        access(who, hours(d, rnd.randint(8, 17), rnd.randint(0, 59)),
	               'read', patient)
	# ... and what is ordinary although a rule asks: on call, a late refill
	for n, p in enumerate(sorted(recent)[:6]):
	    access('nora', hours(day('2026-02-12'), 20, n), 'read', p)
	mon = day('2026-03-02')
	access('nora', hours(mon, 11), 'read', 'own', 'own-chart')
	access('nora', hours(mon, 11, 5), 'update', 'cousin', 'family-name')
	access('nora', hours(mon, 11, 9), 'read', 'spouse', 'same-address')
	access('pia', hours(mon, 12), 'list', 'famous', 'vip')
	access('omar', hours(mon, 12, 5), 'read', 'exwife', 'close-person')
	access('pia', hours(mon, 13), 'read', 'stranger', 'no-visit')
	access('omar', hours(mon, 23), 'read', 'visitor', 'after-hours')
	sat = day('2026-03-07')
	access('omar', hours(sat, 10), 'export', 'visitor', 'after-hours')
	people = sorted(recent)
	assert len(people) >= 30, len(people)
	tue = day('2026-03-03')
	for n, p in enumerate(people[:30]):
	    access('pia', hours(tue, 9, n), 'read', p,
	           'volume' if n == 29 else '')
	at.sort()
	with open(sys.argv[1] + '/seed', 'w') as out:
	    out.writelines('\t'.join(map(str, a[:4])) + '\n' for a in at)
	with open(sys.argv[1] + '/wanted', 'w') as out:
	    out.writelines(f'{a[4]}\t{a[1]}\t{"" if a[4] == "volume" else a[3]}'
	                   '\n' for a in at if a[4])
	END
	"$EHR_BUILD/tests/tools/audit-seed" "$EHR_DB" <"$T/seed"
	run -1 --separate-stderr ehr-audit review --since 2025-10-01 \
		--until 2026-04-01 --reason monthly
	printf '%s\n' "${lines[@]}" >"$T/found"
	has "$stderr" findings
	# each seeded one, by rule, user and patient
	cut -f 2- "$T/found" | sort >"$T/all"
	sort "$T/wanted" >"$T/sorted"
	same "$(comm -13 "$T/all" "$T/sorted")" ""
	wanted=$(wc -l <"$T/wanted")
	same "$wanted" 9
	# whose event it is: the one that was seeded
	while IFS=$'\t' read -r event _ user patient; do
		[ -n "$user" ] && [ "$event" -gt 0 ]
	done <"$T/found"
	{
		echo "accesses $(wc -l <"$T/seed"), seeded $wanted, found all"
		comm -23 "$T/all" "$T/sorted" | cut -f 1 | sort | uniq -c |
			sed 's/^ */false alarms: /'
	} >&3
	false=$(comm -23 "$T/all" "$T/sorted" | wc -l)
	[ $((false * 20)) -le "$(wc -l <"$T/seed")" ]
}

@test "nothing odd: exit 0; odd options are refused" {
	echo '{"resourceType":"Patient","id":"a","name":[{"family":"A"}]}' |
		ehr-import -q
	run -0 --separate-stderr ehr-audit review
	same "$output$stderr" ""
	ehr-find a >/dev/null
	run -1 --separate-stderr ehr-audit review --hours 0-24 -o json
	has "$output" '"rule":"no-visit"'
	for hours in x 7 19-7 7-25 -1-5 7-7; do
		run -2 --separate-stderr ehr-audit review --hours=$hours
	done
}

@test "review is for auditors, whatever else they may not see" {
	echo '{"resourceType":"Patient","id":"a","name":[{"family":"A"}]}' |
		ehr-import -q
	ehr-find a >/dev/null
	ehr-admin staff add other --name Other --role administrator
	me=$(id -un)
	ehr-admin staff add "$me" --name Me --role auditor
	run -1 --separate-stderr ehr-audit review -o json
	has "$output" '"patient":"a"'
	run -5 --separate-stderr ehr-find a
}

# person ID FAMILY GIVEN: with a visit, so that only who it is is odd.
person() {
	printf '{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}]}\n' "$@"
	printf '{"resourceType":"Encounter","id":"e-%s","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/%s"},"period":{"start":"2026-03-02T10:00:00Z"}}\n' "$1" "$1"
}

# "rule user patient" of who read which chart on a Monday at noon: USER PATIENT...
odd() {
	while [ $# -gt 1 ]; do
		printf '1772470800000\t%s\tread\t%s\n' "$1" "$2"
		shift 2
	done | "$EHR_BUILD/tests/tools/audit-seed" "$EHR_DB"
	ehr-audit review --since 2026-03-01 --until 2026-03-04 --reason test |
		cut -f 2-4 | tr '\t' ' '
}

@test "names as people have them: titles, ends, several words" {
	{
		person drew Carey Drew
		person cruz "de la Cruz" Maria
		person cousin "De La Cruz" Zoe
		person jones Smith-Jones Ann
		person senior Quill Nora
		person li Li An
		person lind Lind Andrea
	} | ehr-import -q
	ehr-admin staff add drew --name 'Drew Carey' --role nurse
	ehr-admin staff add maria --name 'Dr Maria de la Cruz' --role nurse
	ehr-admin staff add ann --name 'Mrs. Bo Smith-Jones' --role nurse
	ehr-admin staff add nora --name 'Prof. Dr. Nora B. Quill Jr., MD' \
		--role nurse
	ehr-admin staff add an --name 'An Li' --role nurse
	same "$(odd drew drew maria cruz maria cousin ann jones nora senior \
		an li an lind)" "own-chart drew drew
own-chart maria cruz
family-name maria cousin
family-name ann jones
own-chart nora senior
own-chart an li"
}

@test "one's own among many of that name" {
	for i in {1..70}; do
		person "g$i" Garcia Maria
	done | ehr-import -q
	ehr-admin staff add maria --name 'Maria Garcia' --role nurse
	same "$(odd maria g1 maria g70)" "own-chart maria g1
own-chart maria g70"
}

@test "charts that were merged: own, listed, and what was read before" {
	{
		person first Quill Nora
		person second Other Nora
		person vip Star Bo
		person rest Plain Bo
	} | ehr-import -q
	ehr-admin staff add nora --name 'Nora Quill' --role nurse
	ehr-admin staff add omar --name 'Omar Finch' --role nurse
	ehr-admin sensitive add vip --kind vip --reason known
	ehr-patient merge second first --reason same
	ehr-patient merge rest vip --reason same
	same "$(odd nora second omar rest)" "own-chart nora second
vip omar rest"
}
