-- One-time codes of members of staff (RFC 6238): only in encrypted records.
CREATE TABLE second_factor(
	staff INTEGER PRIMARY KEY REFERENCES staff(id),
	secret BLOB NOT NULL,
	step INTEGER NOT NULL		-- of the code that was used last
);
