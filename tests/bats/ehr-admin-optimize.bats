load helper

# Practices of a seed each, so that one can be held back from the other.
setup() {
	export EHR_DB=$T/p.ehr
	gen=$EHR_BUILD/tests/tools/gen-practice
	ehr-admin init -q --plain
	"$gen" -n 20 -s 1 | ehr-import -q
}

stored() { # bytes of all bodies
	sqlite3 "$EHR_DB" "SELECT sum(length(CAST(body AS BLOB))) FROM resource"
}

plain() { # bodies that are not packed
	sqlite3 "$EHR_DB" "SELECT count(*) FROM resource
		WHERE typeof(body) = 'text'"
}

@test "optimize packs what is there, and what comes" {
	ehr-export --all > "$T/before"
	bytes=$(stored)
	run -0 --separate-stderr ehr-admin optimize -o tsv --header
	same "${lines[0]}" $'dictionary\tbodies\twritten\tbefore\tafter'
	read -r dictionary bodies written before after <<< "${lines[1]}"
	same "$dictionary $written $before" "1 $bodies $bytes"
	[ $((after * 2)) -lt "$before" ]
	same "$(stored)" "$after"
	ehr-export --all | cmp - "$T/before"
	# Held back: another practice, which the dictionary has not seen.
	"$gen" -n 20 -s 2 > "$T/more"
	more=$(jq -c . "$T/more" | tr -d '\n' | wc -c)
	ehr-import -q "$T/more"
	same "$(plain)" 0
	[ $((($(stored) - after) * 2)) -lt "$more" ]
	run -0 ehr-admin check
	same "$output" ""
	# Again: nothing to do.
	run -0 --separate-stderr ehr-admin optimize -o tsv
	[[ $output == 1$'\t'*$'\t'0$'\t'* ]]
	ehr-audit log | grep -q optimize
}

@test "a dry run tells the same and writes nothing" {
	bytes=$(stored)
	run -0 --separate-stderr ehr-admin optimize -n
	dry=$output
	same "$(stored)" "$bytes"
	same "$(sqlite3 "$EHR_DB" "SELECT count(*) FROM dictionary")" 0
	run -0 --separate-stderr ehr-admin optimize
	same "$output" "$dry"
}

@test "a new dictionary takes the place of the former" {
	ehr-export --all > "$T/before"
	ehr-admin optimize
	run -0 --separate-stderr ehr-admin optimize --train
	[[ $output == 2$'\t'* ]]
	ehr-export --all | cmp - "$T/before"
}

@test "histories, notes and undo are as before" {
	ehr-import -q < <("$gen" -n 20 -s 1 | sed 's/"final"/"amended"/')
	ehr-export --all --history > "$T/before"
	ehr-admin optimize
	ehr-export --all --history | cmp - "$T/before"
	ehr-admin reindex
	run -0 "$EHR_BUILD/tests/tools/page-check" "$EHR_DB"
	ehr-batch undo 2
	ehr-admin check
	ehr-batch undo 1
	ehr-admin check
	run -0 --separate-stderr ehr-export --all
	same "$output" ""
}

@test "too little to learn from is exit 1" {
	ehr-admin init -q --plain -d "$T/empty.ehr"
	run -1 --separate-stderr ehr-admin optimize -d "$T/empty.ehr"
	has "$stderr" "too few resources to learn from"
}

@test "killed at any write it goes on when it is given again" {
	ehr-export --all > "$T/before"
	cp "$EHR_DB" "$T/whole"
	for at in 1 2 5 20 60; do
		cp "$T/whole" "$EHR_DB"
		rm -f "$EHR_DB"-*
		run -137 strace -qq -o /dev/null -e trace=pwrite64 -e \
			inject=pwrite64:signal=KILL:when=$at ehr-admin optimize
		ehr-export --all | cmp - "$T/before"
		run -0 "$EHR_BUILD/tests/tools/record-check" "$EHR_DB"
		ehr-admin optimize
		same "$(plain)" 0
		ehr-export --all | cmp - "$T/before"
	done
}

@test "a damaged body is named by its row, and is exit 7" {
	ehr-admin optimize
	sqlite3 "$EHR_DB" "UPDATE resource SET body = substr(body, 1, 40)
		WHERE rid = (SELECT max(rid) FROM resource)"
	run -7 --separate-stderr ehr-export --all
	[[ $stderr == *"row "*": a packed text is damaged"* ]]
	run -7 --separate-stderr ehr-admin check
}
