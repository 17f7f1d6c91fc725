load helper

# What is written about the tools, held against the tools.

tools() {
	find "${EHR_BIN:-$EHR_TOP/bin}" -name 'ehr*' -type f -printf '%f\n' |
		sort
}

# The options of TOOL, by its own tables: a line each, "-x" and "--name".
options() {
	"$1" --completion | awk -F '\t' '$4 != "verb" {
		print ($2 != "" ? "-" $2 : "") " " ($3 != "" ? "--" $3 : "")
	}' | sort -u
}

# The options in the synopsis and in the lists of manual pages (mdoc); with .Fl
# letters may be bundled.
documented() {
	awk '
	$1 == ".Sh" { synopsis = $2 == "SYNOPSIS" }
	/^[.]/ && (synopsis || $1 == ".It" || all) {
		on = 0
		for (i = 1; i <= NF; i++) {
			w = $i
			sub(/^[.]/, "", w)
			if (w == "Fl") {
				on = 1
			} else if (w ~ /^[A-Z][a-z]$/) {
				on = 0
			} else if (!on || w ~ /^[^-a-zA-Z]/) {
				continue
			} else if (w ~ /^-[a-z]/) {
				print "-" w
			} else if (w ~ /^[a-zA-Z]+$/) {
				for (k = 1; k <= length(w); k++)
					print "-" substr(w, k, 1)
			}
		}
	}' "$@" | sort -u
}

@test "each tool has a manual page, tests and a completion" {
	for tool in $(tools); do
		[ "$tool" = ehr ] || [ -s "$EHR_TOP/man/$tool.1" ] ||
			same "$tool" "its manual page"
		[ -s "$EHR_TOP/tests/bats/$tool.bats" ] ||
			same "$tool" "its tests"
		"$EHR_TOP/scripts/gen-completion" \
			"${EHR_BIN:-$EHR_TOP/bin}/$tool" | bash -n
	done
}

@test "each option is in the tool's manual page or, shared, in ehr(7)" {
	for tool in $(tools); do
		[ "$tool" != ehr ] || continue
		documented all=1 "$EHR_TOP/man/$tool.1" \
			"$EHR_TOP/man/ehr.7" >"$T/known"
		missing=$(options "$tool" | while read -r key name; do
			grep -qxF -e "$key" ${name:+-e "$name"} "$T/known" ||
				echo "$key $name"
		done)
		same "$tool: $missing" "$tool: "
	done
}

@test "each option in a manual page is one of the tool" {
	for tool in $(tools); do
		[ "$tool" != ehr ] || continue
		options "$tool" | tr ' ' '\n' |
			cat - <(printf '%s\n' -h -q -v --help --quiet \
				--verbose --version) | sort -u >"$T/has"
		wrong=$(documented "$EHR_TOP/man/$tool.1" |
			comm -23 - "$T/has")
		same "$tool: $wrong" "$tool: "
	done
}

@test "each verb is in the tool's manual page" {
	for tool in $(tools); do
		[ "$tool" != ehr ] || continue
		"$tool" --completion | awk -F '\t' '$4 == "verb" {
			print $1 }' | tr ' ' '\n' | while read -r word; do
			grep -q "^\.\(.* \)\?Cm .*\<$word\>" \
				"$EHR_TOP/man/$tool.1" || [ -z "$word" ] ||
				same "$tool" "$word in its manual page"
		done
	done
}

# What differs each time: identifiers made at random, the root of the log.
masked() {
	sed -E -e 's/[0-9a-f]{64}/X/' -e 's|^Observation/[0-9a-f-]{36}$|X|' "$@"
}

@test "the README's tour says what the tools say" {
	run -0 --separate-stderr "$EHR_TOP/scripts/gen-tour"
	same "$stderr" ""
	[ "$(grep -c '^\$ ' <<<"$output")" -gt 10 ]
	masked <<<"$output" >"$T/said"
	masked "$EHR_TOP/README.md" >"$T/shown"
	run -0 diff "$T/said" "$T/shown"
}

@test "the README's measures are what the tools say" {
	"$EHR_BUILD/tests/tools/gen-practice" -n 300 >"$T/charts"
	ehr-admin init -q --plain -d "$T/p.ehr"
	ehr-import -q -d "$T/p.ehr" "$T/charts"
	awk '/^    \$ BP=/ { on = 1 } on && !/^    / { exit }
		on { print substr($0, 5) }' "$EHR_TOP/README.md" >"$T/shown"
	same "$(grep -c '^\$ ehr-mips' "$T/shown")" 3
	awk '/^\$ / { print "cat <<\047EOT\047\n" $0 "\nEOT\n" substr($0, 3) }' \
		"$T/shown" >"$T/commands"
	cd "$EHR_TOP"
	EHR_DB="$T/p.ehr" run -0 --separate-stderr bash -e "$T/commands"
	same "$output" "$(cat "$T/shown")"
	same "$stderr" ""
}

@test "the README's table has the tools, each once" {
	run -0 sed -n 's/^| `\(ehr[a-z-]*\)` |.*/\1/p' "$EHR_TOP/README.md"
	same "$(sort <<<"$output")" "$(tools)"
}

@test "the README's links to files lead somewhere" {
	grep -o '](\([a-zA-Z./0-9-]*\))' "$EHR_TOP/README.md" |
		tr -d ']()' >"$T/links"
	[ -s "$T/links" ]
	while read -r link; do
		[ -e "$EHR_TOP/$link" ] || same "$link" "a file"
	done <"$T/links"
}

# What the table of threats claims, and the tests that stand for it.
@test "each threat that is said to be met has tests, and each of them is there" {
	page=$EHR_TOP/man/ehr-security.7
	sed -n '/^\.Ss Threats/,/^\.El/s/^\.It \(.*\) Ta \(stopped\|detected\|shown\) Ta.*/\1/p' \
		"$page" | sort >"$T/claimed"
	sed -n '/^\.Ss Tests/,/^\.El/p' "$page" >"$T/list"
	sed -n 's/^\.It //p' "$T/list" | sort >"$T/met"
	[ "$(wc -l <"$T/claimed")" -gt 10 ]
	run -0 diff "$T/claimed" "$T/met"
	run -0 awk '/^\.It/ { n++ } /^\.Bd/ { getline; if (!/^\./) with++ }
		END { exit n != with }' "$T/list"
	sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}' "$T/list" >"$T/tests"
	[ "$(wc -l <"$T/tests")" -ge "$(wc -l <"$T/met")" ]
	while IFS= read -r line; do
		file=${line%%: *} name=${line#*: }
		grep -qxF "@test \"$name\" {" "$EHR_TOP/tests/bats/$file.bats" ||
			grep -qxF "TEST($name)" "$EHR_TOP/tests/unit/$file.c" ||
			same "$line" "a test"
	done <"$T/tests"
}
