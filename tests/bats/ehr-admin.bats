load helper

@test "init makes a record, once" {
	run -0 --separate-stderr ehr-admin init -d "$T/p.ehr"
	same "$output$stderr" ""
	[ -s "$T/p.ehr" ]
	same "$(stat -c %a "$T/p.ehr")" 600
	before=$(sha256sum "$T/p.ehr")
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr"
	has "$stderr" "exists already"
	same "$(sha256sum "$T/p.ehr")" "$before"
}

@test "init names the facility and checks NPI and zone first" {
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" --facility A \
		--npi 1234567890
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" --facility A \
		--tz Mars/Olympus
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" --facility A \
		--tz ../../../etc/passwd
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" --npi 1234567893
	[ ! -e "$T/p.ehr" ]
	run -0 --separate-stderr ehr-admin init -d "$T/p.ehr" --facility A \
		--npi 1234567893 --tz America/New_York
}

@test "init takes away what it could not finish" {
	run -2 --separate-stderr ehr-admin init -d "$T/p.ehr" \
		--facility $'a\nb'
	same "$(ls "$T" | grep -c p.ehr)" 0
}

@test "init without a file, in a folder that is not there" {
	run -2 --separate-stderr ehr-admin init
	run -6 --separate-stderr ehr-admin init -d "$T/no/p.ehr"
}
